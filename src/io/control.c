/*
 * NtDeviceIoControlFile and NtFsControlFile.
 */
#include "iop.h"

#define ACCESS_FROM_CTL_CODE(code) (((code) >> 14) & 3)

/* What the caller gave besides handle, event, APC and IO_STATUS_BLOCK. */
struct control {
    UCHAR major;
    ULONG code;
    PVOID input, output;
    ULONG input_length, output_length;
};

/* The access that the code itself asks of the handle. */
static NTSTATUS check_code_access(const struct io_request *request, ULONG code)
{
    ULONG wanted = ACCESS_FROM_CTL_CODE(code);

    if (request->mode == KernelMode)
        return STATUS_SUCCESS;
    if (((wanted & FILE_READ_ACCESS) && !(request->granted & FILE_READ_DATA)) ||
        ((wanted & FILE_WRITE_ACCESS) && !(request->granted & FILE_WRITE_DATA)))
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

static NTSTATUS send_control(struct io_request *request, const struct control *control)
{
    PIO_STACK_LOCATION location;
    PIRP irp = io_make_irp(request, control->major, &location);
    NTSTATUS status;

    if (!irp) {
        io_abort_request(request);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    location->Parameters.DeviceIoControl.IoControlCode = control->code;
    location->Parameters.DeviceIoControl.InputBufferLength = control->input_length;
    location->Parameters.DeviceIoControl.OutputBufferLength = control->output_length;
    /* For IoValidateDeviceIoControlAccess. */
    if (request->granted & FILE_READ_DATA)
        location->Flags |= SL_READ_ACCESS_GRANTED;
    if (request->granted & FILE_WRITE_DATA)
        location->Flags |= SL_WRITE_ACCESS_GRANTED;
    if (control->major == IRP_MJ_FILE_SYSTEM_CONTROL)
        location->MinorFunction = IRP_MN_USER_FS_REQUEST;
    status = io_prepare_control(irp, request->device, control->code, control->input,
                                control->input_length, control->output, control->output_length,
                                &location->Parameters.DeviceIoControl.Type3InputBuffer);
    if (!NT_SUCCESS(status)) {
        IoFreeIrp(irp);
        io_abort_request(request);
        return status;
    }
    return io_send_request(request, irp);
}

static NTSTATUS control_file(struct io_request *request, HANDLE event, struct control *control)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (request->mode == UserMode)
        status = io_probe_control(control->code, control->input, &control->input_length,
                                  control->output, &control->output_length);
    if (status == STATUS_SUCCESS)
        status = io_take_event(request, event);
    if (status == STATUS_SUCCESS)
        status = check_code_access(request, control->code);
    if (status == STATUS_SUCCESS)
        status = io_enter_file(request);
    if (status != STATUS_SUCCESS) {
        io_abort_request(request);
        return status;
    }
    return send_control(request, control);
}

NTSTATUS NTAPI NtDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                     PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                                     ULONG IoControlCode, PVOID InputBuffer,
                                     ULONG InputBufferLength, PVOID OutputBuffer,
                                     ULONG OutputBufferLength)
{
    struct control control = {IRP_MJ_DEVICE_CONTROL, IoControlCode,     InputBuffer,
                              OutputBuffer,          InputBufferLength, OutputBufferLength};
    struct io_request request;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = io_begin_request(&request, FileHandle, 0, ApcRoutine, ApcContext, IoStatusBlock);
    if (!NT_SUCCESS(status))
        return status;
    return control_file(&request, Event, &control);
}

NTSTATUS NTAPI NtFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                               PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                               ULONG FsControlCode, PVOID InputBuffer, ULONG InputBufferLength,
                               PVOID OutputBuffer, ULONG OutputBufferLength)
{
    struct control control = {
        IRP_MJ_FILE_SYSTEM_CONTROL, FsControlCode,     InputBuffer, OutputBuffer,
        InputBufferLength,          OutputBufferLength};
    struct io_request request;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = io_begin_request(&request, FileHandle, 0, ApcRoutine, ApcContext, IoStatusBlock);
    if (!NT_SUCCESS(status))
        return status;
    return control_file(&request, Event, &control);
}
