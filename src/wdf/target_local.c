/*
 * The local target of a device: the next device down its stack.
 */
#include "device.h"

const struct wdf_type wdf_type_target = {
    .name = "WDFIOTARGET",
    .number = WDF_TYPE_NUMBER_IO_TARGET,
    .flags = WDF_TYPE_PASSIVE | WDF_TYPE_NO_DELETE,
    .dispose = wdf_target_dispose,
    .destroy = wdf_target_destroy,
};

NTSTATUS wdf_make_local_target(struct wdf_device *device, struct wdf_target **target)
{
    NTSTATUS status = wdf_allocate_target(device, &wdf_type_target, NULL, target);

    if (!NT_SUCCESS(status))
        return status;
    (*target)->target = device->attached;
    (*target)->target_pdo = device->pdo;
    status = wdf_commit_object(&(*target)->object, &device->object);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&(*target)->object);
        *target = NULL;
    }
    return status;
}

VOID wdf_start_local_target(struct wdf_device *device)
{
    if (device->local_target)
        wdf_target_start(device->local_target);
}

VOID wdf_stop_local_target(struct wdf_device *device, WDF_IO_TARGET_SENT_IO_ACTION action)
{
    if (device->local_target)
        wdf_target_stop(device->local_target, action);
}

VOID wdf_remove_local_target(struct wdf_device *device)
{
    if (device->local_target)
        wdf_target_end(device->local_target, WdfIoTargetDeleted);
}
