/*
 * StartIo: the I/O manager queues a device's requests and hands the driver one
 * at a time.
 */
#include "iop.h"

static PIRP irp_of(PKDEVICE_QUEUE_ENTRY entry)
{
    return entry ? CONTAINING_RECORD(entry, IRP, Tail.Overlay.DeviceQueueEntry) : NULL;
}

/* Takes the next IRP of the queue and calls StartIo with it. DISPATCH_LEVEL. */
static VOID start_next(PDEVICE_OBJECT device, BOOLEAN cancelable, const ULONG *key)
{
    PKDEVICE_QUEUE_ENTRY entry;
    PIRP irp;
    KIRQL irql = DISPATCH_LEVEL;

    /* The cancel lock guards CurrentIrp and the queue for the driver's cancel routine. */
    if (cancelable)
        IoAcquireCancelSpinLock(&irql);
    device->CurrentIrp = NULL;
    entry = key ? KeRemoveByKeyDeviceQueue(&device->DeviceQueue, *key)
                : KeRemoveDeviceQueue(&device->DeviceQueue);
    irp = irp_of(entry);
    device->CurrentIrp = irp;
    if (irp && cancelable && (io_device_of(device)->state & IO_DEVICE_NOT_CANCELABLE))
        IoSetCancelRoutine(irp, NULL);
    if (cancelable)
        IoReleaseCancelSpinLock(irql);
    if (irp)
        device->DriverObject->DriverStartIo(device, irp);
}

/*
 * StartIo calls IoStartNextPacket, which calls StartIo: a driver that completes
 * at once would run down its stack. With deferral the outermost call loops.
 */
static VOID start_next_deferred(PDEVICE_OBJECT device, BOOLEAN cancelable, const ULONG *key)
{
    struct io_device *own = io_device_of(device);

    own->start_by_key = key != NULL;
    own->start_key = key ? *key : 0;
    /* Only the call that finds nobody inside goes in; StartIo runs once at a time. */
    if (__atomic_fetch_add(&own->start_depth, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    do {
        ULONG next = own->start_key;

        start_next(device, cancelable, own->start_by_key ? &next : NULL);
    } while (__atomic_sub_fetch(&own->start_depth, 1, __ATOMIC_ACQ_REL) > 0);
}

static VOID start_next_packet(PDEVICE_OBJECT device, BOOLEAN cancelable, const ULONG *key)
{
    if (io_device_of(device)->state & IO_DEVICE_START_DEFERRED)
        start_next_deferred(device, cancelable, key);
    else
        start_next(device, cancelable, key);
}

VOID NTAPI IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable)
{
    start_next_packet(DeviceObject, Cancelable, NULL);
}

VOID NTAPI IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key)
{
    start_next_packet(DeviceObject, Cancelable, &Key);
}

VOID NTAPI IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key,
                         PDRIVER_CANCEL CancelFunction)
{
    PKDEVICE_QUEUE_ENTRY entry = &Irp->Tail.Overlay.DeviceQueueEntry;
    BOOLEAN is_busy;
    KIRQL old, irql;

    KeRaiseIrql(DISPATCH_LEVEL, &old);
    if (CancelFunction) {
        IoAcquireCancelSpinLock(&irql);
        IoSetCancelRoutine(Irp, CancelFunction);
    }
    is_busy = Key ? KeInsertByKeyDeviceQueue(&DeviceObject->DeviceQueue, entry, *Key)
                  : KeInsertDeviceQueue(&DeviceObject->DeviceQueue, entry);
    if (!is_busy)
        DeviceObject->CurrentIrp = Irp;
    if (!CancelFunction) {
        if (!is_busy)
            DeviceObject->DriverObject->DriverStartIo(DeviceObject, Irp);
    } else if (!is_busy) {
        if (io_device_of(DeviceObject)->state & IO_DEVICE_NOT_CANCELABLE)
            IoSetCancelRoutine(Irp, NULL);
        IoReleaseCancelSpinLock(irql);
        DeviceObject->DriverObject->DriverStartIo(DeviceObject, Irp);
    } else if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL)) {
        /* Cancelled before it was here: nobody else will call its routine. */
        Irp->CancelIrql = irql;
        CancelFunction(DeviceObject, Irp);
    } else {
        IoReleaseCancelSpinLock(irql);
    }
    KeLowerIrql(old);
}

VOID NTAPI IoSetStartIoAttributes(PDEVICE_OBJECT DeviceObject, BOOLEAN DeferredStartIo,
                                  BOOLEAN NonCancelable)
{
    LONG state = (DeferredStartIo ? IO_DEVICE_START_DEFERRED : 0) |
                 (NonCancelable ? IO_DEVICE_NOT_CANCELABLE : 0);

    io_device_of(DeviceObject)->state &= ~(IO_DEVICE_START_DEFERRED | IO_DEVICE_NOT_CANCELABLE);
    io_device_of(DeviceObject)->state |= state;
}
