/*
 * Events: a provider writes one, who listens to its class gets it.
 */
#include "wmi.h"

#include "../io/io.h"

struct listener {
    LIST_ENTRY link;
    ULONG64 id;              /* grows along the list */
    struct wmi_block *block; /* not referenced: it takes its listener along */
    PDRIVER_OBJECT driver;   /* referenced, so that the callback's code stays; NULL: ntio's own */
    WMI_NOTIFICATION_CALLBACK callback;
    PVOID context;
};

static struct {
    KMUTEX switching;     /* held while providers are told that somebody listens, or nobody */
    FAST_MUTEX mutex;     /* guards what follows; not held over callbacks; taken inside */
    LIST_ENTRY listeners; /* of struct listener.link */
    ULONG64 last_id;
} events;

VOID wmi_event_start(VOID)
{
    KeInitializeMutex(&events.switching, 0);
    ExInitializeFastMutex(&events.mutex);
    InitializeListHead(&events.listeners);
}

static VOID begin_switching(VOID)
{
    KeWaitForSingleObject(&events.switching, Executive, KernelMode, FALSE, NULL);
}

static VOID end_switching(VOID)
{
    KeReleaseMutex(&events.switching, FALSE);
}

static VOID control_provider(struct wmi_provider *provider, const GUID *guid, UCHAR minor)
{
    WNODE_HEADER wnode = {.BufferSize = sizeof(wnode), .Guid = *guid};
    ULONG used;

    wmi_send(provider->device, minor, &wnode.Guid, &wnode, sizeof(wnode), &used);
}

/* Tells the class's providers that somebody listens now, or nobody any more. */
static VOID control(const GUID *guid, UCHAR minor)
{
    struct wmi_provider *provider = NULL;
    const struct wmi_class *class;

    while ((provider = wmi_next_provider(provider, guid, &class)))
        control_provider(provider, guid, minor);
}

/* Is the class listened to, other than by who came after last? */
static BOOLEAN is_listened_to(const GUID *guid, ULONG64 last)
{
    PLIST_ENTRY entry;
    BOOLEAN is_found = FALSE;

    ExAcquireFastMutex(&events.mutex);
    for (entry = events.listeners.Flink; entry != &events.listeners && !is_found;
         entry = entry->Flink) {
        struct listener *listener = CONTAINING_RECORD(entry, struct listener, link);

        is_found = listener->id <= last && IsEqualGUID(&listener->block->guid, guid);
    }
    ExReleaseFastMutex(&events.mutex);
    return is_found;
}

static BOOLEAN take(struct wmi_block *block)
{
    struct listener *found = NULL;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&events.mutex);
    for (entry = events.listeners.Flink; entry != &events.listeners && !found;
         entry = entry->Flink) {
        struct listener *listener = CONTAINING_RECORD(entry, struct listener, link);

        if (listener->block == block)
            found = listener;
    }
    if (found)
        RemoveEntryList(&found->link);
    ExReleaseFastMutex(&events.mutex);
    if (!found)
        return FALSE;
    if (found->driver)
        ObDereferenceObject(found->driver);
    ExFreePoolWithTag(found, WMI_TAG);
    return TRUE;
}

VOID wmi_forget_listener(struct wmi_block *block)
{
    begin_switching();
    if (take(block) && !is_listened_to(&block->guid, MAXULONG64))
        control(&block->guid, IRP_MN_DISABLE_EVENTS);
    end_switching();
}

NTSTATUS NTAPI IoWMISetNotificationCallback(PVOID Object, WMI_NOTIFICATION_CALLBACK Callback,
                                            PVOID Context)
{
    struct wmi_block *block = Object;
    struct listener *listener;
    BOOLEAN is_first;

    if (!(block->access & WMIGUID_NOTIFICATION))
        return STATUS_ACCESS_DENIED;
    listener = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*listener), WMI_TAG);
    if (!listener)
        return STATUS_INSUFFICIENT_RESOURCES;
    listener->block = block;
    listener->callback = Callback;
    listener->context = Context;
    listener->driver = io_driver_of_code((ULONG_PTR)Callback);
    if (listener->driver)
        ObReferenceObject(listener->driver);
    begin_switching();
    is_first = !is_listened_to(&block->guid, MAXULONG64);
    take(block);
    ExAcquireFastMutex(&events.mutex);
    listener->id = ++events.last_id;
    InsertTailList(&events.listeners, &listener->link);
    ExReleaseFastMutex(&events.mutex);
    if (is_first)
        control(&block->guid, IRP_MN_ENABLE_EVENTS);
    end_switching();
    return STATUS_SUCCESS;
}

struct event_work {
    WORK_QUEUE_ITEM item;
    PWNODE_HEADER wnode;
};

/* The listener (NULL: to any class) behind id, as a copy; block and driver are referenced. */
static BOOLEAN next_listener(ULONG64 id, const GUID *class, struct listener *copy)
{
    PLIST_ENTRY entry;
    BOOLEAN is_found = FALSE;

    ExAcquireFastMutex(&events.mutex);
    for (entry = events.listeners.Flink; entry != &events.listeners && !is_found;
         entry = entry->Flink) {
        struct listener *listener = CONTAINING_RECORD(entry, struct listener, link);

        if (listener->id > id && (!class || IsEqualGUID(&listener->block->guid, class)) &&
            ob_try_reference(listener->block)) {
            if (listener->driver)
                ObReferenceObject(listener->driver);
            *copy = *listener;
            is_found = TRUE;
        }
    }
    ExReleaseFastMutex(&events.mutex);
    return is_found;
}

static VOID release_copy(const struct listener *copy)
{
    ObDereferenceObject(copy->block);
    if (copy->driver)
        ObDereferenceObject(copy->driver);
}

/* Tells a new provider of the classes that are listened to already, once each. */
VOID wmi_tell_provider(struct wmi_provider *provider)
{
    struct listener listener = {0};

    begin_switching();
    while (next_listener(listener.id, NULL, &listener)) {
        const GUID *guid = &listener.block->guid;

        if (wmi_class_of(provider, guid) && !is_listened_to(guid, listener.id - 1))
            control_provider(provider, guid, IRP_MN_ENABLE_EVENTS);
        release_copy(&listener);
    }
    end_switching();
}

BOOLEAN wmi_is_listened_to(VOID)
{
    BOOLEAN is_empty;

    ExAcquireFastMutex(&events.mutex);
    is_empty = IsListEmpty(&events.listeners);
    ExReleaseFastMutex(&events.mutex);
    return !is_empty;
}

static VOID NTAPI deliver(PVOID context)
{
    struct event_work *work = context;
    struct listener listener = {0};

    while (next_listener(listener.id, &work->wnode->Guid, &listener)) {
        listener.callback(work->wnode, listener.context);
        release_copy(&listener);
    }
    ExFreePool(work->wnode);
    ExFreePoolWithTag(work, WMI_TAG);
}

NTSTATUS NTAPI IoWMIWriteEvent(PVOID WnodeEventItem)
{
    struct event_work *work = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*work), WMI_TAG);

    /* On failure the event is still the caller's. */
    if (!work)
        return STATUS_INSUFFICIENT_RESOURCES;
    work->wnode = WnodeEventItem;
    ExInitializeWorkItem(&work->item, deliver, work);
    ExQueueWorkItem(&work->item, DelayedWorkQueue);
    return STATUS_SUCCESS;
}
