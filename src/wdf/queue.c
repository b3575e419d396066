/*
 * Queue objects: creation, what a driver may configure, deletion.
 */
#include "queue.h"
#include "device.h"

/* ---- configuration ---------------------------------------------------------- */

static BOOLEAN has_callback(const WDF_IO_QUEUE_CONFIG *config)
{
    return config->EvtIoDefault || config->EvtIoRead || config->EvtIoWrite ||
           config->EvtIoDeviceControl || config->EvtIoInternalDeviceControl;
}

/* In the order in which Windows finds fault. */
static NTSTATUS check_config(const WDF_IO_QUEUE_CONFIG *config)
{
    BOOLEAN is_manual = config->DispatchType == WdfIoQueueDispatchManual;

    if (config->DispatchType <= WdfIoQueueDispatchInvalid ||
        config->DispatchType >= WdfIoQueueDispatchMax)
        return STATUS_INVALID_PARAMETER;
    if (!is_manual && !has_callback(config))
        return STATUS_WDF_NO_CALLBACK;
    if (is_manual && has_callback(config))
        return STATUS_INVALID_PARAMETER;
    if (config->DispatchType != WdfIoQueueDispatchParallel &&
        config->Settings.Parallel.NumberOfPresentedRequests != 0)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static ULONG limit_of(const WDF_IO_QUEUE_CONFIG *config)
{
    switch (config->DispatchType) {
    case WdfIoQueueDispatchSequential:
        return 1;
    case WdfIoQueueDispatchParallel:
        return config->Settings.Parallel.NumberOfPresentedRequests;
    default:
        return (ULONG)-1;
    }
}

/* Level and scope, as the attributes say or the device. */
static NTSTATUS set_constraints(struct wdf_queue *queue)
{
    const struct wdf_object *device = &queue->device->object;
    struct wdf_object *own = &queue->object;
    BOOLEAN is_device_passive = device->execution_level == WdfExecutionLevelPassive;

    if (own->execution_level == WdfExecutionLevelInheritFromParent)
        own->execution_level = device->execution_level;
    if (own->synchronization_scope == WdfSynchronizationScopeInheritFromParent)
        own->synchronization_scope = device->synchronization_scope;
    queue->is_passive = own->execution_level == WdfExecutionLevelPassive;
    wdf_callback_lock_initialize(&queue->own_lock,
                                 queue->is_passive ? WDF_CALLBACK_PASSIVE : WDF_CALLBACK_SPIN);
    queue->presentation = &queue->own_lock;
    if (own->synchronization_scope == WdfSynchronizationScopeDevice) {
        if (queue->is_passive != is_device_passive)
            return STATUS_INVALID_PARAMETER;
        queue->presentation = &queue->device->callback_lock;
        queue->callback_lock = queue->presentation;
    } else if (own->synchronization_scope == WdfSynchronizationScopeQueue) {
        queue->callback_lock = queue->presentation;
    }
    return STATUS_SUCCESS;
}

static VOID set_power(struct wdf_queue *queue)
{
    const struct wdf_device_config *device = &queue->device->config;

    if (device->kind == WDF_DEVICE_CONTROL)
        return;
    queue->is_power_managed = queue->config.PowerManaged == WdfUseDefault
                                  ? !device->is_filter
                                  : queue->config.PowerManaged == WdfTrue;
    queue->is_power_policy = queue->is_power_managed && device->is_power_policy_owner;
}

static NTSTATUS configure(struct wdf_queue *queue, PWDF_IO_QUEUE_CONFIG config)
{
    NTSTATUS status = set_constraints(queue);

    if (!NT_SUCCESS(status))
        return status;
    /* Older drivers' structures end earlier. */
    memcpy(&queue->config, config, config->Size);
    status = check_config(&queue->config);
    if (!NT_SUCCESS(status))
        return status;
    queue->limit = limit_of(&queue->config);
    set_power(queue);
    KeInitializeSpinLock(&queue->lock);
    InitializeListHead(&queue->requests);
    InitializeListHead(&queue->owned);
    InitializeListHead(&queue->cancelled);
    InitializeListHead(&queue->cancelled_waiting);
    KeInitializeEvent(&queue->quiet, NotificationEvent, FALSE);
    KeInitializeEvent(&queue->gone, NotificationEvent, FALSE);
    KeInitializeDpc(&queue->dpc, wdf_run_from_dpc, queue);
    ExInitializeWorkItem(&queue->work, wdf_run_from_worker, queue);
    queue->state = WDF_QUEUE_ACCEPTS | WDF_QUEUE_DISPATCHES;
    return STATUS_SUCCESS;
}

/* ---- life --------------------------------------------------------------------- */

/* Puts a queue into the device's list, in the state of the device's power. */
static VOID enlist(struct wdf_queue *queue)
{
    struct wdf_device_io *io = &queue->device->io;
    KIRQL irql;

    KeAcquireSpinLock(&io->lock, &irql);
    /* One whose device is going may be on its way out already, and then stays out. */
    if (wdf_is_live(&queue->object))
        InsertTailList(&io->queues, &queue->node.link);
    if (queue->is_power_managed && !io->is_powered)
        queue->power = WDF_QUEUE_POWER_OFF;
    if (io->is_shut_down)
        queue->state = (queue->state | WDF_QUEUE_SHUT_DOWN) & ~(ULONG)WDF_QUEUE_ACCEPTS;
    KeReleaseSpinLock(&io->lock, irql);
}

/*
 * The queue refuses requests, cancels those that wait, and waits until the driver is done
 * with those that it owns and has left all callbacks.
 */
static VOID dispose(struct wdf_object *object)
{
    struct wdf_queue *queue = (struct wdf_queue *)object;
    struct wdf_device_io *io = &queue->device->io;
    KIRQL irql;

    wdf_purge_queue(queue, TRUE, NULL);
    KeAcquireSpinLock(&io->lock, &irql);
    RemoveEntryList(&queue->node.link);
    KeReleaseSpinLock(&io->lock, irql);
    KeAcquireSpinLock(&queue->lock, &irql);
    queue->due |= WDF_QUEUE_DUE_DELETE;
    wdf_run_queue(queue, irql, NULL);
    KeWaitForSingleObject(&queue->gone, Executive, KernelMode, FALSE, NULL);
    if (queue->progress)
        wdf_free_progress(queue);
}

static BOOLEAN may_delete(struct wdf_object *object)
{
    return !((struct wdf_queue *)object)->is_fixed;
}

const struct wdf_type wdf_type_queue = {
    .name = "WDFQUEUE",
    .number = WDF_TYPE_NUMBER_QUEUE,
    .flags = WDF_TYPE_PASSIVE,
    .may_delete = may_delete,
    .dispose = dispose,
};

NTSTATUS wdf_make_queue(struct wdf_device *device, PWDF_IO_QUEUE_CONFIG config,
                        PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_queue **made)
{
    struct wdf_object *parent = wdf_parent_of(attributes, &device->object);
    struct wdf_queue *queue;
    PVOID object;
    NTSTATUS status;

    if (parent->device != device)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_allocate_object(device->object.globals, &wdf_type_queue, sizeof(*queue),
                                 attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    queue = object;
    queue->device = device;
    queue->node.queue = queue;
    InitializeListHead(&queue->node.link);
    status = configure(queue, config);
    if (NT_SUCCESS(status) && config->DefaultQueue && device->io.default_queue)
        status = STATUS_UNSUCCESSFUL;
    if (NT_SUCCESS(status))
        status = wdf_commit_object(&queue->object, parent);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&queue->object);
        return status;
    }
    enlist(queue);
    *made = queue;
    return STATUS_SUCCESS;
}

struct wdf_queue *wdf_next_queue(struct wdf_queue_walk *walk)
{
    struct wdf_device_io *io = &walk->device->io;
    struct wdf_queue *last = walk->current;
    PLIST_ENTRY entry;
    KIRQL irql;

    walk->current = NULL;
    KeAcquireSpinLock(&io->lock, &irql);
    entry = io->queues.Flink;
    if (last) {
        entry = walk->mark.link.Flink;
        RemoveEntryList(&walk->mark.link);
    }
    for (; entry != &io->queues && !walk->current; entry = entry->Flink)
        walk->current = CONTAINING_RECORD(entry, struct wdf_queue_node, link)->queue;
    if (walk->current) {
        wdf_reference(&walk->current->object);
        InsertHeadList(&walk->current->node.link, &walk->mark.link);
    }
    KeReleaseSpinLock(&io->lock, irql);
    if (last)
        wdf_dereference(&last->object);
    return walk->current;
}

/* ---- for drivers ----------------------------------------------------------------- */

static BOOLEAN is_known_size(ULONG size)
{
    return size == sizeof(WDF_IO_QUEUE_CONFIG) || size == offsetof(WDF_IO_QUEUE_CONFIG, Driver) ||
           size == offsetof(WDF_IO_QUEUE_CONFIG, Settings);
}

NTSTATUS NTAPI imp_WdfIoQueueCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                    PWDF_IO_QUEUE_CONFIG Config,
                                    PWDF_OBJECT_ATTRIBUTES QueueAttributes, WDFQUEUE *Queue)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_queue *queue;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Config);
    status = wdf_check_attributes(QueueAttributes,
                                  WDF_ATTRIBUTES_LEVEL_ALLOWED | WDF_ATTRIBUTES_SCOPE_ALLOWED);
    if (!NT_SUCCESS(status))
        return status;
    if (!is_known_size(Config->Size))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!Config->DefaultQueue && !Queue)
        return STATUS_INVALID_PARAMETER_4;
    if (Config->DefaultQueue && !wdf_may_route(device))
        return STATUS_INVALID_DEVICE_STATE;
    status = wdf_make_queue(device, Config, QueueAttributes, &queue);
    if (!NT_SUCCESS(status))
        return status;
    if (Config->DefaultQueue) {
        queue->is_default = TRUE;
        queue->is_fixed = TRUE;
        device->io.default_queue = queue;
    }
    if (Queue)
        *Queue = wdf_handle_of(queue);
    return STATUS_SUCCESS;
}

WDFDEVICE NTAPI imp_WdfIoQueueGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(wdf_queue_of(Queue, __func__)->device);
}
