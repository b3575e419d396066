/* A UMDF driver that opens other devices, and files, as its program says. */
#include <windows.h>
#include <winioctl.h>
#include <wdf.h>

#include "target_test.h"

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD OpenerDeviceAdd;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL OpenerControl;
EVT_WDF_REQUEST_IMPERSONATE OpenImpersonated;
EVT_WDF_REQUEST_COMPLETION_ROUTINE CameBack, HoldEnded;
EVT_WDF_IO_TARGET_QUERY_REMOVE TargetQueryRemove;
EVT_WDF_IO_TARGET_REMOVE_CANCELED TargetRemoveCanceled;
EVT_WDF_IO_TARGET_REMOVE_COMPLETE TargetRemoveComplete;

typedef struct _OPENER_CONTEXT {
    WDFIOTARGET Target;
    LONG Vetoes;
    HANDLE Ended; /* the request of IOCTL_CANCEL_HOLD is back */
    NTSTATUS EndedWith;
    char History[100];
} OPENER_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(OPENER_CONTEXT, GetContext)

/* An open on its way. */
typedef struct _OPEN {
    OPENER_CONTEXT *Context;
    const struct open_order *Order;
    NTSTATUS Status;
} OPEN;

static OPENER_CONTEXT *ContextOf(WDFIOTARGET Target)
{
    return GetContext(WdfIoTargetGetDevice(Target));
}

static VOID Note(OPENER_CONTEXT *Context, const char *What)
{
    strcat(Context->History, What);
}

/* ---- what happens to the target ---- */

NTSTATUS TargetQueryRemove(WDFIOTARGET Target)
{
    OPENER_CONTEXT *context = ContextOf(Target);

    if (context->Vetoes) {
        Note(context, "vetoed ");
        return STATUS_DEVICE_BUSY;
    }
    Note(context, "query ");
    WdfIoTargetCloseForQueryRemove(Target);
    return STATUS_SUCCESS;
}

VOID TargetRemoveCanceled(WDFIOTARGET Target)
{
    WDF_IO_TARGET_OPEN_PARAMS params;

    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
    Note(ContextOf(Target), NT_SUCCESS(WdfIoTargetOpen(Target, &params)) ? "canceled " : "lost ");
}

VOID TargetRemoveComplete(WDFIOTARGET Target)
{
    Note(ContextOf(Target), "complete ");
    WdfIoTargetClose(Target);
}

/* ---- opening ---- */

static NTSTATUS Open(OPENER_CONTEXT *Context, const struct open_order *Order)
{
    WDF_IO_TARGET_OPEN_PARAMS params;
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, Order->name);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(&params, &name, GENERIC_READ | GENERIC_WRITE);
    params.CreateDisposition = Order->disposition;
    params.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE;
    params.EvtIoTargetQueryRemove = TargetQueryRemove;
    params.EvtIoTargetRemoveCanceled = TargetRemoveCanceled;
    params.EvtIoTargetRemoveComplete = TargetRemoveComplete;
    return WdfIoTargetOpen(Context->Target, &params);
}

VOID OpenImpersonated(WDFREQUEST Request, PVOID Context)
{
    OPEN *open = Context;

    UNREFERENCED_PARAMETER(Request);
    open->Status = Open(open->Context, open->Order);
}

static NTSTATUS TellOpen(OPENER_CONTEXT *Context, WDFREQUEST Request, size_t *Length)
{
    OPEN open = {.Context = Context};
    NTSTATUS *answer;
    NTSTATUS status =
        WdfRequestRetrieveInputBuffer(Request, sizeof(*open.Order), (PVOID *)&open.Order, NULL);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*answer), (PVOID *)&answer, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (open.Order->level == NOT_IMPERSONATED)
        open.Status = Open(Context, open.Order);
    else
        status = WdfRequestImpersonate(Request, (SECURITY_IMPERSONATION_LEVEL)open.Order->level,
                                       OpenImpersonated, &open);
    *answer = NT_SUCCESS(status) ? open.Status : status;
    *Length = sizeof(*answer);
    return STATUS_SUCCESS;
}

/* ---- sending ---- */

static NTSTATUS Pass(OPENER_CONTEXT *Context, WDFREQUEST Request, ULONG Code, size_t *Length)
{
    WDF_MEMORY_DESCRIPTOR input, output;
    PVOID in = NULL, out;
    size_t in_length = 0, out_length;
    ULONG_PTR returned = 0;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, 1, &out, &out_length);

    if (!NT_SUCCESS(status))
        return status;
    WdfRequestRetrieveInputBuffer(Request, 0, &in, &in_length);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&input, in, (ULONG)in_length);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&output, out, (ULONG)out_length);
    status = WdfIoTargetSendIoctlSynchronously(Context->Target, NULL, Code,
                                               in_length ? &input : NULL, &output, NULL, &returned);
    *Length = returned;
    return status;
}

static NTSTATUS WriteRead(OPENER_CONTEXT *Context, WDFREQUEST Request, size_t *Length)
{
    WDF_MEMORY_DESCRIPTOR input, output;
    LONGLONG offset = 5;
    PVOID in, out;
    ULONG_PTR written = 0, returned = 0;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, &in, Length);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, *Length, &out, NULL);
    if (!NT_SUCCESS(status))
        return status;
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&input, in, (ULONG)*Length);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&output, out, (ULONG)*Length);
    status =
        WdfIoTargetSendWriteSynchronously(Context->Target, NULL, &input, &offset, NULL, &written);
    if (NT_SUCCESS(status))
        status = WdfIoTargetSendReadSynchronously(Context->Target, NULL, &output, &offset, NULL,
                                                  &returned);
    if (NT_SUCCESS(status) && written != *Length)
        status = STATUS_DATA_ERROR;
    *Length = returned;
    return status;
}

VOID CameBack(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
              WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Target);
    UNREFERENCED_PARAMETER(Context);
    WdfRequestComplete(Request, Params->IoStatus.Status);
}

/* The request itself goes to the target, and is completed when it is back. */
static NTSTATUS PassHold(OPENER_CONTEXT *Context, WDFREQUEST Request)
{
    NTSTATUS status = WdfIoTargetFormatRequestForIoctl(Context->Target, Request, IOCTL_HOLD, NULL,
                                                       NULL, NULL, NULL);

    if (!NT_SUCCESS(status))
        return status;
    WdfRequestSetCompletionRoutine(Request, CameBack, NULL);
    return WdfRequestSend(Request, Context->Target, WDF_NO_SEND_OPTIONS)
               ? STATUS_PENDING
               : WdfRequestGetStatus(Request);
}

VOID HoldEnded(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
               WDFCONTEXT Context)
{
    OPENER_CONTEXT *context = Context;

    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Target);
    context->EndedWith = Params->IoStatus.Status;
    SetEvent(context->Ended);
}

static NTSTATUS CancelHold(OPENER_CONTEXT *Context, WDFREQUEST Request, size_t *Length)
{
    WDFREQUEST own;
    NTSTATUS *answer;
    NTSTATUS status =
        WdfRequestRetrieveOutputBuffer(Request, sizeof(*answer), (PVOID *)&answer, NULL);

    if (NT_SUCCESS(status))
        status = WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Context->Target, &own);
    if (!NT_SUCCESS(status))
        return status;
    status =
        WdfIoTargetFormatRequestForIoctl(Context->Target, own, IOCTL_HOLD, NULL, NULL, NULL, NULL);
    if (NT_SUCCESS(status)) {
        WdfRequestSetCompletionRoutine(own, HoldEnded, Context);
        if (WdfRequestSend(own, Context->Target, WDF_NO_SEND_OPTIONS)) {
            WdfRequestCancelSentRequest(own);
            WaitForSingleObject(Context->Ended, INFINITE);
            *answer = Context->EndedWith;
            *Length = sizeof(*answer);
        } else {
            status = WdfRequestGetStatus(own);
        }
    }
    WdfObjectDelete(own);
    return status;
}

static NTSTATUS TellActivity(WDFREQUEST Request, size_t *Length)
{
    GUID *to;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*to), (PVOID *)&to, Length);

    return NT_SUCCESS(status) ? WdfRequestRetrieveActivityId(Request, to) : status;
}

static NTSTATUS PassActivity(OPENER_CONTEXT *Context, WDFREQUEST Request, size_t *Length)
{
    WDF_MEMORY_DESCRIPTOR output;
    GUID *from, *to;
    ULONG_PTR returned = 0;
    WDFREQUEST own;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, sizeof(*from), (PVOID *)&from, NULL);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*to), (PVOID *)&to, NULL);
    if (NT_SUCCESS(status))
        status = WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Context->Target, &own);
    if (!NT_SUCCESS(status))
        return status;
    WdfRequestSetActivityId(own, from);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&output, to, sizeof(*to));
    status = WdfIoTargetSendIoctlSynchronously(Context->Target, own, IOCTL_ACTIVITY, NULL, &output,
                                               NULL, &returned);
    *Length = returned;
    WdfObjectDelete(own);
    return status;
}

static NTSTATUS Win32Add(WDFREQUEST Request, size_t *Length)
{
    HANDLE file = CreateFileW(L"\\\\.\\UmdfTargetLower", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                              OPEN_EXISTING, 0, NULL);
    PVOID in, out;
    DWORD returned = 0;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, &in, Length);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, *Length, &out, NULL);
    if (NT_SUCCESS(status) &&
        !DeviceIoControl(file, IOCTL_ADD, in, (DWORD)*Length, out, (DWORD)*Length, &returned, NULL))
        status = STATUS_UNSUCCESSFUL;
    CloseHandle(file);
    *Length = returned;
    return status;
}

static NTSTATUS TellHistory(OPENER_CONTEXT *Context, WDFREQUEST Request, size_t *Length)
{
    PVOID to;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, sizeof(Context->History), &to, NULL);

    if (NT_SUCCESS(status))
        memcpy(to, Context->History, sizeof(Context->History));
    *Length = sizeof(Context->History);
    return status;
}

VOID OpenerControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                   ULONG Code)
{
    OPENER_CONTEXT *context = GetContext(WdfIoQueueGetDevice(Queue));
    NTSTATUS status = STATUS_SUCCESS;
    size_t length = 0;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    switch (Code) {
    case IOCTL_OPEN:
        status = TellOpen(context, Request, &length);
        break;
    case IOCTL_CLOSE:
        WdfIoTargetClose(context->Target);
        break;
    case IOCTL_PASS_ADD:
        status = Pass(context, Request, IOCTL_ADD, &length);
        break;
    case IOCTL_PASS_ADD_DIRECT:
        status = Pass(context, Request, IOCTL_ADD_DIRECT, &length);
        break;
    case IOCTL_PASS_OPENER:
        status = Pass(context, Request, IOCTL_OPENER, &length);
        break;
    case IOCTL_PASS_HOLD:
        status = PassHold(context, Request);
        if (status == STATUS_PENDING)
            return;
        break;
    case IOCTL_CANCEL_HOLD:
        status = CancelHold(context, Request, &length);
        break;
    case IOCTL_WRITE_READ:
        status = WriteRead(context, Request, &length);
        break;
    case IOCTL_HISTORY:
        status = TellHistory(context, Request, &length);
        break;
    case IOCTL_VETO:
        context->Vetoes ^= 1;
        break;
    case IOCTL_WIN32_ADD:
        status = Win32Add(Request, &length);
        break;
    case IOCTL_ACTIVITY:
        status = TellActivity(Request, &length);
        break;
    case IOCTL_PASS_ACTIVITY:
        status = PassActivity(context, Request, &length);
        break;
    default:
        status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? length : 0);
}

NTSTATUS OpenerDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\UmdfTargetOpener");
    WDF_IO_QUEUE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, OPENER_CONTEXT);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (!NT_SUCCESS(status))
        return status;
    GetContext(device)->Ended = CreateEventA(NULL, FALSE, FALSE, NULL);
    status = WdfDeviceCreateSymbolicLink(device, &link);
    if (NT_SUCCESS(status))
        status = WdfIoTargetCreate(device, WDF_NO_OBJECT_ATTRIBUTES, &GetContext(device)->Target);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = OpenerControl;
    return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, OpenerDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
