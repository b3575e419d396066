/*
 * What happens to the device of a remote target: it is to be removed, it stays after all, it is
 * gone. The driver's callbacks decide, or the target is closed and opened again.
 */
#include <initguid.h>
#include <wdmguid.h>

#include "target_remote.h"

static NTSTATUS query_remove(struct wdf_target *target)
{
    PFN_WDF_IO_TARGET_QUERY_REMOVE callback = target->remote->params.EvtIoTargetQueryRemove;

    if (callback)
        return callback(wdf_handle_of(target));
    wdf_close_remote(target, WDF_CLOSE_FOR_QUERY_REMOVE);
    return STATUS_SUCCESS;
}

static VOID remove_complete(struct wdf_target *target)
{
    PFN_WDF_IO_TARGET_REMOVE_COMPLETE callback = target->remote->params.EvtIoTargetRemoveComplete;

    if (callback)
        callback(wdf_handle_of(target));
    else
        wdf_close_remote(target, WDF_CLOSE);
}

static NTSTATUS remove_canceled(struct wdf_target *target)
{
    PFN_WDF_IO_TARGET_REMOVE_CANCELED callback = target->remote->params.EvtIoTargetRemoveCanceled;
    WDF_IO_TARGET_OPEN_PARAMS params;
    ULONG information;

    if (callback) {
        callback(wdf_handle_of(target));
        return STATUS_SUCCESS;
    }
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
    return wdf_open_remote(target, &params, &information);
}

static NTSTATUS NTAPI notified(PVOID structure, PVOID context)
{
    PTARGET_DEVICE_REMOVAL_NOTIFICATION notification = structure;
    struct wdf_target *target = context;
    NTSTATUS status = STATUS_SUCCESS;

    wdf_reference(&target->object);
    if (IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_QUERY_REMOVE))
        status = query_remove(target);
    else if (IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_REMOVE_COMPLETE))
        remove_complete(target);
    else if (IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED))
        status = remove_canceled(target);
    wdf_dereference(&target->object);
    return status;
}

VOID wdf_start_notification(struct wdf_target *target)
{
    PVOID entry;

    if (!target->file)
        return;
    /* A device outside the PnP manager's tree has nothing to tell. */
    if (NT_SUCCESS(IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, target->file,
                                                  target->object.globals->driver_object, notified,
                                                  target, &entry)))
        __atomic_store_n(&target->remote->notification, entry, __ATOMIC_RELEASE);
}

PVOID wdf_take_notification(struct wdf_target *target)
{
    return __atomic_exchange_n(&target->remote->notification, NULL, __ATOMIC_ACQ_REL);
}

VOID wdf_drop_notification(PVOID entry)
{
    if (entry)
        IoUnregisterPlugPlayNotificationEx(entry);
}
