/*
 * What the PnP manager, which is above this room, has to know and to do about devices.
 */
#include "iop.h"

/* Written by io_on_device_idle while no device is blocked. */
static VOID (*on_idle)(PDEVICE_OBJECT device);

PVOID *io_device_node(PDEVICE_OBJECT device)
{
    return &io_device_of(device)->node;
}

VOID io_set_lender(PDEVICE_OBJECT device, struct mm_lender *lender, ULONG transfer_bytes,
                   ULONG control_bytes)
{
    struct io_device *own = io_device_of(device);

    mm_lender_reference(lender);
    own->lender = lender;
    own->lent_transfer = transfer_bytes;
    own->lent_control = control_bytes;
}

LONG io_block_device(PDEVICE_OBJECT device, BOOLEAN is_blocked)
{
    struct io_device *own = io_device_of(device);
    LONG files;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    /* Atomic for who reads it without the lock: file.c. */
    if (is_blocked)
        __atomic_fetch_or(&own->state, IO_DEVICE_BLOCKED, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&own->state, ~IO_DEVICE_BLOCKED, __ATOMIC_RELAXED);
    files = device->ReferenceCount;
    KeReleaseSpinLock(&io_database_lock, irql);
    return files;
}

VOID io_on_device_idle(VOID (*idle)(PDEVICE_OBJECT device))
{
    on_idle = idle;
}

VOID io_device_is_idle(PDEVICE_OBJECT device)
{
    if (on_idle)
        on_idle(device);
}
