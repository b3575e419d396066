/*
 * Unloading a driver: at once, or when the last file on its devices is gone.
 */
#include "iop.h"

/* Under the database lock: does anything still need the driver's devices? */
static BOOLEAN is_in_use(PDRIVER_OBJECT driver)
{
    PDEVICE_OBJECT device;

    for (device = driver->DeviceObject; device; device = device->NextDevice) {
        if (device->ReferenceCount || device->AttachedDevice)
            return TRUE;
    }
    return FALSE;
}

static VOID report_leaks(PDRIVER_OBJECT driver)
{
    struct io_driver *own = io_driver_of(driver);

    if (own->image)
        ex_pool_report_leaks(&own->extension.ServiceKeyName, (ULONG_PTR)driver->DriverStart,
                             driver->DriverSize);
}

/* Calls DriverUnload and lets go of the driver. Its state says that this is the only call. */
static NTSTATUS unload(PVOID context)
{
    PDRIVER_OBJECT driver = context;
    ULONG left;

    if (driver->DriverUnload)
        driver->DriverUnload(driver);
    left = io_delete_driver_devices(driver);
    if (left)
        rtl_log("driver %wZ was unloaded and left %u of its device objects behind: "
                "its DriverUnload has to call IoDeleteDevice for each",
                &driver->DriverExtension->ServiceKeyName, left);
    report_leaks(driver);
    ob_remove_name(driver);
    ObDereferenceObject(driver);
    return STATUS_SUCCESS;
}

/* Moves the driver towards unloading; TRUE if the caller is to unload it now. */
static BOOLEAN advance(PDRIVER_OBJECT driver, LONG required, LONG *state)
{
    struct io_driver *own = io_driver_of(driver);
    BOOLEAN is_ready;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    *state = own->state;
    is_ready = *state == required && !is_in_use(driver);
    if (is_ready) {
        own->state |= IO_DRIVER_UNLOADED;
        driver->Flags |= DRVO_UNLOAD_INVOKED;
    } else if (!required) {
        own->state |= IO_DRIVER_UNLOAD_PENDING;
    }
    KeReleaseSpinLock(&io_database_lock, irql);
    return is_ready;
}

NTSTATUS io_unload_driver(PDRIVER_OBJECT driver)
{
    LONG state;

    if (!driver->DriverUnload)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (advance(driver, 0, &state))
        return io_run_in_system(unload, driver);
    /* Asked for before: as on NT, once is enough. Else the last close unloads it. */
    return state ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS;
}

VOID io_try_deferred_unload(PDRIVER_OBJECT driver)
{
    LONG state;

    /* Relaxed: decided again under the lock. */
    if (__atomic_load_n(&io_driver_of(driver)->state, __ATOMIC_RELAXED) != IO_DRIVER_UNLOAD_PENDING)
        return;
    if (advance(driver, IO_DRIVER_UNLOAD_PENDING, &state))
        io_run_in_system(unload, driver);
}

VOID io_force_unload(PDRIVER_OBJECT driver)
{
    struct io_driver *own = io_driver_of(driver);
    BOOLEAN is_first;
    KIRQL irql;

    KeAcquireSpinLock(&io_database_lock, &irql);
    is_first = !(own->state & IO_DRIVER_UNLOADED);
    own->state |= IO_DRIVER_UNLOADED;
    KeReleaseSpinLock(&io_database_lock, irql);
    if (is_first)
        io_run_in_system(unload, driver);
}

static VOID release_key(struct io_driver *own)
{
    WCHAR text[260];
    UNICODE_STRING key = {.Buffer = text, .MaximumLength = sizeof(text)};

    if (!own->owns_key)
        return;
    io_services_key(&own->extension.ServiceKeyName, &key);
    cm_delete_key(&key);
}

VOID io_release_image(PDRIVER_OBJECT driver)
{
    struct io_driver *own = io_driver_of(driver);

    release_key(own);
    io_withdraw_code(driver);
    if (own->image)
        hal_image_unload(own->image);
    own->image = NULL;
}
