/*
 * Calling the driver: which callback a request goes to, under which lock.
 */
#include "queue.h"
#include "device.h"

VOID wdf_enter_callback(struct wdf_queue *queue)
{
    if (queue->callback_lock)
        wdf_callback_acquire(queue->callback_lock, "a queue's callback");
}

VOID wdf_leave_callback(struct wdf_queue *queue)
{
    if (queue->callback_lock)
        wdf_callback_release(queue->callback_lock, "a queue's callback");
}

VOID NTAPI wdf_signal_state(WDFQUEUE queue, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(queue);
    KeSetEvent(context, IO_NO_INCREMENT, FALSE);
}

VOID wdf_call_state(struct wdf_queue *queue, const struct wdf_queue_callback *callback)
{
    /* Who waits for the event may hold the lock for callbacks. */
    if (callback->routine == wdf_signal_state) {
        wdf_signal_state(NULL, callback->context);
        return;
    }
    wdf_enter_callback(queue);
    callback->routine(wdf_handle_of(queue), callback->context);
    wdf_leave_callback(queue);
}

BOOLEAN wdf_queue_handles(const struct wdf_queue *queue, UCHAR major)
{
    const WDF_IO_QUEUE_CONFIG *config = &queue->config;

    if (config->DispatchType == WdfIoQueueDispatchManual || config->EvtIoDefault)
        return TRUE;
    switch (major) {
    case IRP_MJ_READ:
        return config->EvtIoRead != NULL;
    case IRP_MJ_WRITE:
        return config->EvtIoWrite != NULL;
    case IRP_MJ_DEVICE_CONTROL:
        return config->EvtIoDeviceControl != NULL;
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return config->EvtIoInternalDeviceControl != NULL;
    default:
        return FALSE;
    }
}

BOOLEAN wdf_is_unwanted(const struct wdf_queue *queue, const struct wdf_request *request)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(request->irp);

    if (queue->config.AllowZeroLengthRequests)
        return FALSE;
    return (location->MajorFunction == IRP_MJ_READ && location->Parameters.Read.Length == 0) ||
           (location->MajorFunction == IRP_MJ_WRITE && location->Parameters.Write.Length == 0);
}

static VOID call_driver(struct wdf_queue *queue, struct wdf_request *request,
                        PIO_STACK_LOCATION location)
{
    const WDF_IO_QUEUE_CONFIG *config = &queue->config;
    WDFQUEUE handle = wdf_handle_of(queue);
    WDFREQUEST of_request = wdf_handle_of(request);
    UCHAR major = location->MajorFunction;

    if (major == IRP_MJ_DEVICE_CONTROL && config->EvtIoDeviceControl)
        config->EvtIoDeviceControl(handle, of_request,
                                   location->Parameters.DeviceIoControl.OutputBufferLength,
                                   location->Parameters.DeviceIoControl.InputBufferLength,
                                   location->Parameters.DeviceIoControl.IoControlCode);
    else if (major == IRP_MJ_READ && config->EvtIoRead)
        config->EvtIoRead(handle, of_request, location->Parameters.Read.Length);
    else if (major == IRP_MJ_WRITE && config->EvtIoWrite)
        config->EvtIoWrite(handle, of_request, location->Parameters.Write.Length);
    else if (major == IRP_MJ_INTERNAL_DEVICE_CONTROL && config->EvtIoInternalDeviceControl)
        config->EvtIoInternalDeviceControl(handle, of_request,
                                           location->Parameters.DeviceIoControl.OutputBufferLength,
                                           location->Parameters.DeviceIoControl.InputBufferLength,
                                           location->Parameters.DeviceIoControl.IoControlCode);
    else
        config->EvtIoDefault(handle, of_request);
}

/* Ends a request that the driver does not get to see. */
static VOID end_unseen(struct wdf_request *request, NTSTATUS status)
{
    wdf_complete_request(request, status, __func__);
}

VOID wdf_present_request(struct wdf_queue *queue, struct wdf_request *request)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(request->irp);

    if (!wdf_queue_handles(queue, location->MajorFunction)) {
        end_unseen(request, STATUS_INVALID_DEVICE_REQUEST);
        return;
    }
    if (wdf_is_unwanted(queue, request)) {
        end_unseen(request, STATUS_SUCCESS);
        return;
    }
    request->is_presented = TRUE;
    wdf_enter_callback(queue);
    call_driver(queue, request, location);
    wdf_leave_callback(queue);
}
