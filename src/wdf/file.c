/*
 * Open files: create, cleanup and close, and shutdown.
 */
#include "file.h"
#include "device.h"
#include "queue.h"

static VOID enter(struct wdf_device *device)
{
    if (device->files.callback_lock)
        wdf_callback_acquire(device->files.callback_lock, "a file's callback");
}

static VOID leave(struct wdf_device *device)
{
    if (device->files.callback_lock)
        wdf_callback_release(device->files.callback_lock, "a file's callback");
}

/* ---- create ---------------------------------------------------------------------------- */

/* One open handle more, or not any more: what an open that fails leaves behind. */
static VOID begin_open(struct wdf_device *device)
{
    __atomic_add_fetch(&device->files.handles, 1, __ATOMIC_RELAXED);
    wdf_device_opened(device);
}

static VOID end_open(struct wdf_device *device)
{
    __atomic_sub_fetch(&device->files.handles, 1, __ATOMIC_RELAXED);
    wdf_device_closed(device);
}

VOID wdf_create_completed(struct wdf_device *device, PIRP irp)
{
    /* The I/O manager sends neither cleanup nor close for a file that was not opened. */
    if (NT_SUCCESS(irp->IoStatus.Status))
        return;
    wdf_destroy_file(device, IoGetCurrentIrpStackLocation(irp)->FileObject);
    end_open(device);
}

static NTSTATUS NTAPI create_completed_below(PDEVICE_OBJECT device_object, PIRP irp, PVOID context)
{
    struct wdf_device *device = context;

    UNREFERENCED_PARAMETER(device_object);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    wdf_create_completed(device, irp);
    return STATUS_CONTINUE_COMPLETION;
}

/* The driver has no wish to see the request. */
static NTSTATUS open_unseen(struct wdf_device *device, PIRP irp)
{
    if (!device->files.forwards)
        return wdf_fail_irp(irp, STATUS_SUCCESS);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, create_completed_below, device, TRUE, TRUE, TRUE);
    return IoCallDriver(device->attached, irp);
}

/* Hands the request to a queue, or to EvtDeviceFileCreate. */
static NTSTATUS present(struct wdf_device *device, struct wdf_request *request,
                        struct wdf_file *file)
{
    struct wdf_queue *queue = device->io.by_major[IRP_MJ_CREATE];
    NTSTATUS status;

    if (queue)
        return wdf_queue_arrival(queue, request);
    status = wdf_own_request(device->files.create_queue, request);
    if (!NT_SUCCESS(status)) {
        wdf_complete_request(request, status, __func__);
        return status;
    }
    IoMarkIrpPending(request->irp);
    request->is_presented = TRUE;
    enter(device);
    device->config.file.EvtDeviceFileCreate(wdf_handle_of(device), wdf_handle_of(request),
                                            file ? wdf_handle_of(file) : NULL);
    leave(device);
    return STATUS_PENDING;
}

/* The open counts already; an error is the caller's to undo it. */
static NTSTATUS prepare(struct wdf_device *device, PIRP irp, struct wdf_file **file,
                        struct wdf_request **request)
{
    NTSTATUS status;

    if (device->config.is_exclusive &&
        __atomic_load_n(&device->files.handles, __ATOMIC_RELAXED) > 1)
        return STATUS_ACCESS_DENIED;
    if (device->files.is_passive && KeGetCurrentIrql() >= DISPATCH_LEVEL)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_make_file(device, IoGetCurrentIrpStackLocation(irp)->FileObject, file);
    if (!NT_SUCCESS(status))
        return status;
    if (!device->io.by_major[IRP_MJ_CREATE] && !device->files.create_queue)
        return STATUS_SUCCESS;
    status = wdf_make_request(device, irp, request);
    if (!NT_SUCCESS(status))
        wdf_destroy_file(device, IoGetCurrentIrpStackLocation(irp)->FileObject);
    return status;
}

static NTSTATUS create(struct wdf_device *device, PIRP irp)
{
    struct wdf_request *request = NULL;
    struct wdf_file *file = NULL;
    NTSTATUS status;

    begin_open(device);
    status = prepare(device, irp, &file, &request);
    if (!NT_SUCCESS(status)) {
        end_open(device);
        return wdf_fail_irp(irp, status);
    }
    if (!request)
        return open_unseen(device, irp);
    KeEnterCriticalRegion();
    status = present(device, request, file);
    KeLeaveCriticalRegion();
    return status;
}

/* ---- cleanup, close, shutdown ------------------------------------------------------------- */

static NTSTATUS finish(struct wdf_device *device, PIRP irp, BOOLEAN forwards)
{
    if (!forwards)
        return wdf_fail_irp(irp, STATUS_SUCCESS);
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(device->attached, irp);
}

/* The I/O manager's own files on the device are none of the driver's. */
static BOOLEAN is_stream(PFILE_OBJECT file)
{
    return file && (file->Flags & FO_STREAM_FILE);
}

/* Calls the driver for a file that goes; without file objects it is told no file. */
static VOID call(struct wdf_device *device, PFILE_OBJECT file_object,
                 VOID(NTAPI *routine)(WDFFILEOBJECT))
{
    struct wdf_file *file = wdf_find_file(device, file_object);

    if (!routine)
        return;
    enter(device);
    routine(file ? wdf_handle_of(file) : NULL);
    leave(device);
}

static NTSTATUS cleanup(struct wdf_device *device, PIRP irp)
{
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;

    if (!is_stream(file)) {
        call(device, file, device->config.file.EvtFileCleanup);
        if (file)
            wdf_cancel_file_requests(device, file);
    }
    return finish(device, irp, device->files.forwards);
}

static NTSTATUS close(struct wdf_device *device, PIRP irp)
{
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    BOOLEAN is_ours = !is_stream(file);
    NTSTATUS status;

    if (is_ours) {
        call(device, file, device->config.file.EvtFileClose);
        wdf_destroy_file(device, file);
    }
    /* With its last file a device may be removed before we are back. */
    wdf_reference(&device->object);
    status = finish(device, irp, device->files.forwards);
    if (is_ours)
        end_open(device);
    wdf_dereference(&device->object);
    return status;
}

static NTSTATUS shut_down(struct wdf_device *device, PIRP irp)
{
    if (device->config.shutdown)
        device->config.shutdown(wdf_handle_of(device));
    return finish(device, irp, device->config.is_filter && device->attached);
}

NTSTATUS wdf_dispatch_file(struct wdf_device *device, PIRP irp)
{
    switch (IoGetCurrentIrpStackLocation(irp)->MajorFunction) {
    case IRP_MJ_CREATE:
        return create(device, irp);
    case IRP_MJ_CLEANUP:
        return cleanup(device, irp);
    case IRP_MJ_CLOSE:
        return close(device, irp);
    default: /* IRP_MJ_SHUTDOWN */
        return shut_down(device, irp);
    }
}
