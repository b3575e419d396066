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
    FAST_MUTEX mutex;     /* guards what follows; not held over callbacks */
    LIST_ENTRY listeners; /* of struct listener.link */
    ULONG64 last_id;
} events;

VOID wmi_event_start(VOID)
{
    ExInitializeFastMutex(&events.mutex);
    InitializeListHead(&events.listeners);
}

/* Tells the class's providers that somebody listens now, or nobody any more. */
static VOID control(struct wmi_block *block, UCHAR minor)
{
    WNODE_HEADER wnode = {.BufferSize = sizeof(wnode), .Guid = block->guid};
    struct wmi_provider *provider = NULL;
    const struct wmi_class *class;
    ULONG used;

    while ((provider = wmi_next_provider(provider, &block->guid, &class)))
        wmi_send(provider->device, minor, &wnode.Guid, &wnode, sizeof(wnode), &used);
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
    if (take(block))
        control(block, IRP_MN_DISABLE_EVENTS);
}

NTSTATUS NTAPI IoWMISetNotificationCallback(PVOID Object, WMI_NOTIFICATION_CALLBACK Callback,
                                            PVOID Context)
{
    struct wmi_block *block = Object;
    struct listener *listener;

    if (!(block->access & WMIGUID_NOTIFICATION))
        return STATUS_ACCESS_DENIED;
    listener = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*listener), WMI_TAG);
    if (!listener)
        return STATUS_INSUFFICIENT_RESOURCES;
    take(block);
    listener->block = block;
    listener->callback = Callback;
    listener->context = Context;
    listener->driver = io_driver_of_code((ULONG_PTR)Callback);
    if (listener->driver)
        ObReferenceObject(listener->driver);
    ExAcquireFastMutex(&events.mutex);
    listener->id = ++events.last_id;
    InsertTailList(&events.listeners, &listener->link);
    ExReleaseFastMutex(&events.mutex);
    control(block, IRP_MN_ENABLE_EVENTS);
    return STATUS_SUCCESS;
}

struct event_work {
    WORK_QUEUE_ITEM item;
    PWNODE_HEADER wnode;
};

/* The listener to the class that follows id, as a copy; its block and driver are referenced. */
static BOOLEAN next_listener(ULONG64 id, const GUID *class, struct listener *copy)
{
    PLIST_ENTRY entry;
    BOOLEAN is_found = FALSE;

    ExAcquireFastMutex(&events.mutex);
    for (entry = events.listeners.Flink; entry != &events.listeners && !is_found;
         entry = entry->Flink) {
        struct listener *listener = CONTAINING_RECORD(entry, struct listener, link);

        if (listener->id > id && IsEqualGUID(&listener->block->guid, class) &&
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

static VOID NTAPI deliver(PVOID context)
{
    struct event_work *work = context;
    struct listener listener = {0};

    while (next_listener(listener.id, &work->wnode->Guid, &listener)) {
        listener.callback(work->wnode, listener.context);
        ObDereferenceObject(listener.block);
        if (listener.driver)
            ObDereferenceObject(listener.driver);
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
