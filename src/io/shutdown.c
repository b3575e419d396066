/*
 * Shutdown notifications: drivers that want to know when the system stops.
 */
#include "iop.h"

static struct shutdown_system {
    KSPIN_LOCK lock;
    LIST_ENTRY first,
        last; /* of io_device.shutdown: at the start of the shutdown, and at its end */
} shutdowns;

VOID io_shutdown_start(VOID)
{
    KeInitializeSpinLock(&shutdowns.lock);
    InitializeListHead(&shutdowns.first);
    InitializeListHead(&shutdowns.last);
}

/* A device that is registered already stays where it is. */
static NTSTATUS add(PDEVICE_OBJECT device, PLIST_ENTRY list)
{
    struct io_device *own = io_device_of(device);
    KIRQL irql;

    KeAcquireSpinLock(&shutdowns.lock, &irql);
    if (IsListEmpty(&own->shutdown)) {
        ObReferenceObject(device);
        device->Flags |= DO_SHUTDOWN_REGISTERED;
        InsertHeadList(list, &own->shutdown);
    }
    KeReleaseSpinLock(&shutdowns.lock, irql);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    return add(DeviceObject, &shutdowns.first);
}

NTSTATUS NTAPI IoRegisterLastChanceShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    return add(DeviceObject, &shutdowns.last);
}

VOID io_shutdown_remove(PDEVICE_OBJECT device)
{
    struct io_device *own = io_device_of(device);
    BOOLEAN was_registered;
    KIRQL irql;

    KeAcquireSpinLock(&shutdowns.lock, &irql);
    was_registered = !IsListEmpty(&own->shutdown);
    if (was_registered) {
        RemoveEntryList(&own->shutdown);
        InitializeListHead(&own->shutdown);
        device->Flags &= ~DO_SHUTDOWN_REGISTERED;
    }
    KeReleaseSpinLock(&shutdowns.lock, irql);
    if (was_registered)
        ObDereferenceObject(device);
}

VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    io_shutdown_remove(DeviceObject);
}

static VOID send(PDEVICE_OBJECT device)
{
    PDEVICE_OBJECT top = IoGetAttachedDevice(device);
    PIO_STACK_LOCATION location;
    IO_STATUS_BLOCK result;
    PIRP irp = io_allocate_reserve_irp(top->StackSize);

    io_set_up_irp(irp, NULL, IRP_MJ_SHUTDOWN, &location);
    io_send_and_wait(top, irp, &result);
}

/* Takes the first device off the list, with its reference. */
static PDEVICE_OBJECT take(PLIST_ENTRY list)
{
    PDEVICE_OBJECT device = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&shutdowns.lock, &irql);
    if (!IsListEmpty(list)) {
        PLIST_ENTRY entry = RemoveHeadList(list);

        InitializeListHead(entry);
        device = &CONTAINING_RECORD(entry, struct io_device, shutdown)->device;
    }
    KeReleaseSpinLock(&shutdowns.lock, irql);
    return device;
}

static VOID notify(PLIST_ENTRY list)
{
    PDEVICE_OBJECT device;

    while ((device = take(list))) {
        send(device);
        ObDereferenceObject(device);
    }
}

VOID io_shutdown_notify(VOID)
{
    notify(&shutdowns.first);
    notify(&shutdowns.last);
}
