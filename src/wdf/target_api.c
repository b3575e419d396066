/*
 * WdfIoTargetFormatRequestFor...: what a driver makes ready to be sent with WdfRequestSend.
 */
#include "target.h"

static NTSTATUS format_transfer(WDFIOTARGET target_handle, WDFREQUEST request_handle, UCHAR major,
                                WDFMEMORY memory, PWDFMEMORY_OFFSET offsets,
                                PLONGLONG device_offset, PCSTR function)
{
    struct wdf_target *target = wdf_target_of(target_handle, function);
    struct wdf_request *request = wdf_request_of(request_handle, function);
    struct wdf_buffer buffer;
    NTSTATUS status = wdf_buffer_of_memory(memory, offsets, &buffer, function);

    if (!NT_SUCCESS(status))
        return status;
    return wdf_format_transfer(target, request, major, &buffer, device_offset);
}

NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                   WDFMEMORY OutputBuffer,
                                                   PWDFMEMORY_OFFSET OutputBufferOffset,
                                                   PLONGLONG DeviceOffset)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return format_transfer(IoTarget, Request, IRP_MJ_READ, OutputBuffer, OutputBufferOffset,
                           DeviceOffset, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    WDFMEMORY InputBuffer,
                                                    PWDFMEMORY_OFFSET InputBufferOffset,
                                                    PLONGLONG DeviceOffset)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return format_transfer(IoTarget, Request, IRP_MJ_WRITE, InputBuffer, InputBufferOffset,
                           DeviceOffset, __func__);
}

/* A memory and the part of it that counts. */
struct part {
    WDFMEMORY memory;
    PWDFMEMORY_OFFSET offsets;
};

/* What part describes, in *room if that is anything. */
static inline NTSTATUS buffer_of_part(const struct part *part, struct wdf_buffer *room,
                                      const struct wdf_buffer **buffer, PCSTR function)
{
    *buffer = &wdf_no_buffer;
    if (!part->memory)
        return STATUS_SUCCESS;
    *buffer = room;
    return wdf_buffer_of_memory(part->memory, part->offsets, room, function);
}

static inline NTSTATUS format_control(WDFIOTARGET target_handle, WDFREQUEST request_handle,
                                      UCHAR major, ULONG code, const struct part *input,
                                      const struct part *output, PCSTR function)
{
    struct wdf_target *target = wdf_target_of(target_handle, function);
    struct wdf_request *request = wdf_request_of(request_handle, function);
    struct wdf_buffer room[2];
    const struct wdf_buffer *in, *out;
    NTSTATUS status = buffer_of_part(input, &room[0], &in, function);

    if (NT_SUCCESS(status))
        status = buffer_of_part(output, &room[1], &out, function);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_format_control(target, request, major, code, in, out);
}

NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForIoctl(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                    ULONG IoctlCode, WDFMEMORY InputBuffer,
                                                    PWDFMEMORY_OFFSET InputBufferOffset,
                                                    WDFMEMORY OutputBuffer,
                                                    PWDFMEMORY_OFFSET OutputBufferOffset)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return format_control(IoTarget, Request, IRP_MJ_DEVICE_CONTROL, IoctlCode,
                          &(struct part){InputBuffer, InputBufferOffset},
                          &(struct part){OutputBuffer, OutputBufferOffset}, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForInternalIoctl(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    WDFMEMORY InputBuffer, PWDFMEMORY_OFFSET InputBufferOffset, WDFMEMORY OutputBuffer,
    PWDFMEMORY_OFFSET OutputBufferOffset)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return format_control(IoTarget, Request, IRP_MJ_INTERNAL_DEVICE_CONTROL, IoctlCode,
                          &(struct part){InputBuffer, InputBufferOffset},
                          &(struct part){OutputBuffer, OutputBufferOffset}, __func__);
}

NTSTATUS NTAPI imp_WdfIoTargetFormatRequestForInternalIoctlOthers(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    WDFMEMORY OtherArg1, PWDFMEMORY_OFFSET OtherArg1Offset, WDFMEMORY OtherArg2,
    PWDFMEMORY_OFFSET OtherArg2Offset, WDFMEMORY OtherArg4, PWDFMEMORY_OFFSET OtherArg4Offset)
{
    struct wdf_target *target = wdf_target_of(IoTarget, __func__);
    struct wdf_request *request = wdf_request_of(Request, __func__);
    struct wdf_buffer arguments[3];
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    status = wdf_buffer_of_memory(OtherArg1, OtherArg1Offset, &arguments[0], __func__);
    if (NT_SUCCESS(status))
        status = wdf_buffer_of_memory(OtherArg2, OtherArg2Offset, &arguments[1], __func__);
    if (NT_SUCCESS(status))
        status = wdf_buffer_of_memory(OtherArg4, OtherArg4Offset, &arguments[2], __func__);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_format_others(target, request, IoctlCode, arguments);
}
