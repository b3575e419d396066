/*
 * Self targets: a driver sends to the queues of its own device, past the drivers above it.
 */
#include "device.h"

const struct wdf_type wdf_type_target_self = {
    .name = "WDFIOTARGET of WdfDeviceGetSelfIoTarget",
    .number = WDF_TYPE_NUMBER_IO_TARGET_SELF,
    .flags = WDF_TYPE_PASSIVE | WDF_TYPE_NO_DELETE,
    .base = &wdf_type_target,
    .dispose = wdf_target_dispose,
    .destroy = wdf_target_destroy,
};

NTSTATUS wdf_make_self_target(struct wdf_device *device, struct wdf_target **target)
{
    NTSTATUS status = wdf_allocate_target(device, &wdf_type_target_self, NULL, target);

    if (!NT_SUCCESS(status))
        return status;
    (*target)->is_self = TRUE;
    (*target)->target = device->device_object;
    (*target)->target_pdo = device->pdo;
    status = wdf_commit_object(&(*target)->object, &device->object);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&(*target)->object);
        *target = NULL;
    }
    return status;
}

/* What IoCallDriver does, but for the device's dispatch routine. */
VOID wdf_send_to_self(struct wdf_target *target, PIRP irp)
{
    struct wdf_device *device = target->device;
    struct wdf_request *request;
    NTSTATUS status;

    IoSetNextIrpStackLocation(irp);
    IoGetCurrentIrpStackLocation(irp)->DeviceObject = device->device_object;
    if (!target->queue) {
        wdf_dispatch_io(device, irp);
        return;
    }
    status = wdf_make_request(device, irp, &request);
    if (NT_SUCCESS(status))
        wdf_queue_arrival(target->queue, request);
    else
        wdf_fail_irp(irp, status);
}

NTSTATUS NTAPI imp_WdfIoTargetSelfAssignDefaultIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFIOTARGET IoTarget, WDFQUEUE Queue)
{
    struct wdf_target *target = WDF_GET(struct wdf_target, wdf_type_target_self, IoTarget);
    struct wdf_queue *queue = wdf_queue_of(Queue, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (queue->object.device != target->device)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!wdf_may_route(target->device))
        return STATUS_INVALID_DEVICE_STATE;
    target->queue = queue;
    return STATUS_SUCCESS;
}
