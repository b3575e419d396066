/*
 * A driver that traces in every way that WPP has.
 */
#include <ntddk.h>
#include <wpprecorder.h>
#include "trace.h"
#include "..\tracing.h"
#include "helper.h"
#include "Driver.tmh"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD unload;
static DRIVER_DISPATCH succeed, control;
static RECORDER_LOG device_log;

static NTSTATUS complete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS succeed(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return complete(Irp, STATUS_SUCCESS);
}

static void trace_all(void)
{
    static const GUID guid = {0x01020304, 0x0506, 0x0708, {9, 10, 11, 12, 13, 14, 15, 16}};
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"name");
    char bytes[] = {0x0a, 0x1b, 0x2c};
    LONGLONG wide = -5;
    UCHAR narrow = 200;
    ULONG calls = 0;

    DoTraceMessage(FLAG_IO, "plain message");
    DoTraceMessage(FLAG_IO, "numbers %d %u %I64d %x %5.2d|%*d", -1, narrow, wide, 0xBEEF, 7, 4, 9);
    DoTraceMessage(FLAG_IO, "texts %s %S %wZ 100%%", "narrow", L"wide", &name);
    TraceEvents(TRACE_LEVEL_ERROR, FLAG_IO, "status %!STATUS! guid %!GUID!", STATUS_NO_SUCH_FILE,
                &guid);
    TraceEvents(TRACE_LEVEL_WARNING, FLAG_IO, "%!FUNC! %!LINE! %!FILE! irql %!irql! %!bool!",
                KeGetCurrentIrql(), TRUE);
    TraceEvents(TRACE_LEVEL_VERBOSE, FLAG_IO, "state %!state! %!state! side %!side! set %!options!",
                StateOn, StateBroken, 1, 5);
    Hexdump((TRACE_LEVEL_VERBOSE, FLAG_IO, "dump %!HEXDUMP!\n", log_xstr(bytes, sizeof(bytes))));
    DoTrace(TRACE_LEVEL_INFORMATION, FLAG_OTHER, ("inner %d parentheses", 2));
    if (narrow)
        TraceEvents(TRACE_LEVEL_ERROR, FLAG_IO, "evaluated once: %u", ++calls);
    else
        TraceEvents(TRACE_LEVEL_ERROR, FLAG_IO, "never");
    TraceEvents(TRACE_LEVEL_ERROR, FLAG_IO, "calls %u", calls);
    helper_traces(3);
}

static NTSTATUS control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_TRACE:
        trace_all();
        status = STATUS_SUCCESS;
        break;
    case IOCTL_FAIL:
        TraceEvents(TRACE_LEVEL_ERROR, FLAG_IO, "about to fail");
        KeBugCheckEx(0x12345678, 1, 2, 3, 4);
    }
    TRACE_RETURN(status);
    return complete(Irp, status);
}

static VOID unload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\Tracing");

    KdPrint(("unloading\n"));
    WppRecorderLogDelete(device_log);
    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(DriverObject->DeviceObject);
    WPP_CLEANUP(DriverObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Tracing");
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\Tracing");
    RECORDER_LOG_CREATE_PARAMS params;
    PDEVICE_OBJECT device;
    NTSTATUS status;

    WPP_INIT_TRACING(DriverObject, RegistryPath);
    KdPrint(("loading from %wZ\n", RegistryPath));
    RECORDER_LOG_CREATE_PARAMS_INIT(&params, "device");
    status = WppRecorderLogCreate(&params, &device_log);
    if (NT_SUCCESS(status))
        status = IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (NT_SUCCESS(status))
        status = IoCreateSymbolicLink(&link, &name);
    DriverObject->DriverUnload = unload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = succeed;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = succeed;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    return status;
}
