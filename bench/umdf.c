/*
 * One source of the framework's two kinds: a device whose parallel queue does nothing, fills
 * what is read, and drops what is written. Built as a KMDF and as a UMDF driver.
 */
#ifdef _KERNEL_MODE
#include <ntddk.h>
#define LINK L"\\DosDevices\\BenchKmdf"
#else
#include <windows.h>
#include <winioctl.h>
#define LINK L"\\DosDevices\\BenchUmdf"
#endif
#include <wdf.h>

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD BenchDeviceAdd;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL BenchControl;
EVT_WDF_IO_QUEUE_IO_READ BenchRead;

VOID NTAPI BenchControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                        ULONG Code)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    UNREFERENCED_PARAMETER(Code);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

VOID NTAPI BenchRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    PVOID buffer;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, Length, &buffer, NULL);

    UNREFERENCED_PARAMETER(Queue);
    if (NT_SUCCESS(status))
        memset(buffer, 7, Length);
    WdfRequestCompleteWithInformation(Request, status, Length);
}

NTSTATUS NTAPI BenchDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, LINK);
    WDF_IO_QUEUE_CONFIG config;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WdfDeviceInitSetIoType(Init, WdfDeviceIoBuffered);
    status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = BenchControl;
    config.EvtIoRead = BenchRead;
    return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, BenchDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
