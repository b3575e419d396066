/* A kernel driver that a UMDF driver of another device opens: with an interface, and a second name
 * that is for administrators alone. */
#include <ntifs.h>
#include <wdf.h>
#include <wdmsec.h>

#include "target_test.h"

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD LowerDeviceAdd;
EVT_WDF_DEVICE_FILE_CREATE LowerCreate;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL LowerControl;

typedef struct _LOWER_CONTEXT {
    WDFQUEUE Waiting;
} LOWER_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(LOWER_CONTEXT, GetContext)

typedef struct opener OPENER;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(OPENER, GetOpener)

VOID LowerCreate(WDFDEVICE Device, WDFREQUEST Request, WDFFILEOBJECT File)
{
    OPENER *opener = GetOpener(File);
    SECURITY_SUBJECT_CONTEXT subject;
    PACCESS_TOKEN token;

    UNREFERENCED_PARAMETER(Device);
    SeCaptureSubjectContext(&subject);
    token = SeQuerySubjectContextToken(&subject);
    opener->is_program = WdfRequestGetRequestorMode(Request) == UserMode;
    opener->is_administrator = SeTokenIsAdmin(token);
    opener->is_impersonated = subject.ClientToken != NULL;
    SeReleaseSubjectContext(&subject);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

static NTSTATUS Add(WDFREQUEST Request, size_t *Length)
{
    PUCHAR input, output;
    size_t i;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&input, Length);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, *Length, (PVOID *)&output, NULL);
    for (i = 0; NT_SUCCESS(status) && i < *Length; i++)
        output[i] = input[i] + 1;
    return status;
}

static NTSTATUS TellOpener(WDFREQUEST Request, size_t *Length)
{
    OPENER *to;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*to), (PVOID *)&to, NULL);

    if (NT_SUCCESS(status))
        *to = *GetOpener(WdfRequestGetFileObject(Request));
    *Length = sizeof(*to);
    return status;
}

VOID LowerControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                  ULONG Code)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    size_t length = 0;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code == IOCTL_ADD || Code == IOCTL_ADD_DIRECT)
        status = Add(Request, &length);
    else if (Code == IOCTL_OPENER)
        status = TellOpener(Request, &length);
    else if (Code == IOCTL_HOLD)
        status =
            WdfRequestForwardToIoQueue(Request, GetContext(WdfIoQueueGetDevice(Queue))->Waiting);
    if (Code != IOCTL_HOLD || !NT_SUCCESS(status))
        WdfRequestCompleteWithInformation(Request, status, NT_SUCCESS(status) ? length : 0);
}

static VOID SetFiles(PWDFDEVICE_INIT Init)
{
    WDF_FILEOBJECT_CONFIG files;
    WDF_OBJECT_ATTRIBUTES attributes;

    WDF_FILEOBJECT_CONFIG_INIT(&files, LowerCreate, WDF_NO_EVENT_CALLBACK, WDF_NO_EVENT_CALLBACK);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, OPENER);
    WdfDeviceInitSetFileObjectConfig(Init, &files, &attributes);
}

static NTSTATUS MakeQueues(WDFDEVICE Device)
{
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = LowerControl;
    status = WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    return WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES,
                            &GetContext(Device)->Waiting);
}

static NTSTATUS MakeSecret(WDFDRIVER Driver)
{
    DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\UmdfTargetSecret");
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\UmdfTargetSecret");
    PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(Driver, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    if (!init)
        return STATUS_INSUFFICIENT_RESOURCES;
    SetFiles(init);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, LOWER_CONTEXT);
    status = WdfDeviceInitAssignName(init, &name);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreate(&init, &attributes, &device);
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitFree(init);
        return status;
    }
    status = WdfDeviceCreateSymbolicLink(device, &link);
    if (NT_SUCCESS(status))
        status = MakeQueues(device);
    WdfControlFinishInitializing(device);
    return status;
}

NTSTATUS LowerDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\UmdfTargetLower");
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    SetFiles(Init);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, LOWER_CONTEXT);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    return NT_SUCCESS(status) ? MakeQueues(device) : status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;
    WDFDRIVER driver;
    NTSTATUS status;

    WDF_DRIVER_CONFIG_INIT(&config, LowerDeviceAdd);
    status =
        WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config, &driver);
    return NT_SUCCESS(status) ? MakeSecret(driver) : status;
}
