/*
 * Events: a provider writes one, who listens to its class gets it.
 */
#include "wmi.h"

struct listener {
    LIST_ENTRY link;
    struct wmi_block *block; /* not referenced: it takes its listener along */
    WMI_NOTIFICATION_CALLBACK callback;
    PVOID context;
};

static struct {
    FAST_MUTEX mutex;     /* guards the list; held over callbacks */
    LIST_ENTRY listeners; /* of struct listener.link */
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
    if (found)
        ExFreePoolWithTag(found, WMI_TAG);
    return found != NULL;
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
    ExAcquireFastMutex(&events.mutex);
    InsertTailList(&events.listeners, &listener->link);
    ExReleaseFastMutex(&events.mutex);
    control(block, IRP_MN_ENABLE_EVENTS);
    return STATUS_SUCCESS;
}

struct event_work {
    WORK_QUEUE_ITEM item;
    PWNODE_HEADER wnode;
};

static VOID NTAPI deliver(PVOID context)
{
    struct event_work *work = context;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&events.mutex);
    for (entry = events.listeners.Flink; entry != &events.listeners; entry = entry->Flink) {
        struct listener *listener = CONTAINING_RECORD(entry, struct listener, link);

        if (IsEqualGUID(&listener->block->guid, &work->wnode->Guid))
            listener->callback(work->wnode, listener->context);
    }
    ExReleaseFastMutex(&events.mutex);
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
