/*
 * The benchmark's KMDF driver: two control devices whose queues complete at once,
 * and what a driver does with the framework on its own.
 */
#include <ntddk.h>
#include <wdf.h>

#include "bench.h"
#include "driver.h"

static struct {
    WDFLOOKASIDE lookaside;
    WDFIOTARGET target; /* the WDM driver's first device */
    PDEVICE_OBJECT device;
    PFILE_OBJECT file;
} bench;

static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL complete;

static VOID NTAPI complete(WDFQUEUE queue, WDFREQUEST request, size_t output, size_t input,
                           ULONG code)
{
    UNREFERENCED_PARAMETER(queue);
    UNREFERENCED_PARAMETER(output);
    UNREFERENCED_PARAMETER(input);
    UNREFERENCED_PARAMETER(code);
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static NTSTATUS make_device(WDFDRIVER driver, PCUNICODE_STRING name, PCUNICODE_STRING link,
                            WDF_IO_QUEUE_DISPATCH_TYPE type, WDF_SYNCHRONIZATION_SCOPE scope,
                            WDFDEVICE *device)
{
    PWDFDEVICE_INIT init =
        WdfControlDeviceInitAllocate(driver, &SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R);
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    if (!init)
        return STATUS_INSUFFICIENT_RESOURCES;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.SynchronizationScope = scope;
    status = WdfDeviceInitAssignName(init, name);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreate(&init, &attributes, device);
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitFree(init);
        return status;
    }
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, type);
    config.EvtIoDeviceControl = complete;
    status = WdfDeviceCreateSymbolicLink(*device, link);
    if (NT_SUCCESS(status))
        status = WdfIoQueueCreate(*device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    WdfControlFinishInitializing(*device);
    return status;
}

static NTSTATUS open_target(WDFDEVICE device)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Bench0");
    WDF_IO_TARGET_OPEN_PARAMS parameters;
    NTSTATUS status = IoGetDeviceObjectPointer(&name, FILE_READ_DATA, &bench.file, &bench.device);

    if (NT_SUCCESS(status))
        status = WdfIoTargetCreate(device, WDF_NO_OBJECT_ATTRIBUTES, &bench.target);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&parameters, bench.device);
    return WdfIoTargetOpen(bench.target, &parameters);
}

static VOID NTAPI unload(WDFDRIVER driver)
{
    UNREFERENCED_PARAMETER(driver);
    ObDereferenceObject(bench.file);
}

DRIVER_INITIALIZE DriverEntry, FxDriverEntry;

NTSTATUS DriverEntry(PDRIVER_OBJECT driver_object, PUNICODE_STRING path)
{
    static const UNICODE_STRING names[] = {RTL_CONSTANT_STRING(L"\\Device\\BenchParallel"),
                                           RTL_CONSTANT_STRING(L"\\Device\\BenchSequential")};
    static const UNICODE_STRING links[] = {RTL_CONSTANT_STRING(L"\\DosDevices\\BenchParallel"),
                                           RTL_CONSTANT_STRING(L"\\DosDevices\\BenchSequential")};
    WDF_DRIVER_CONFIG config;
    WDFDRIVER driver;
    WDFDEVICE device;
    NTSTATUS status;

    WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
    config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    config.EvtDriverUnload = unload;
    status = WdfDriverCreate(driver_object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, &driver);
    if (NT_SUCCESS(status))
        status = make_device(driver, &names[1], &links[1], WdfIoQueueDispatchSequential,
                             WdfSynchronizationScopeDevice, &device);
    if (NT_SUCCESS(status))
        status = make_device(driver, &names[0], &links[0], WdfIoQueueDispatchParallel,
                             WdfSynchronizationScopeNone, &device);
    if (NT_SUCCESS(status))
        status = WdfLookasideListCreate(WDF_NO_OBJECT_ATTRIBUTES, 256, NonPagedPoolNx,
                                        WDF_NO_OBJECT_ATTRIBUTES, 'hcnB', &bench.lookaside);
    return NT_SUCCESS(status) ? open_target(device) : status;
}

static NTSTATUS NTAPI enter(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNICODE_STRING key =
        RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\BenchKmdf");

    UNREFERENCED_PARAMETER(path);
    return FxDriverEntry(driver, &key);
}

/* Exported by the kernel, declared by no header of the driver kit. */
NTSTATUS NTAPI IoCreateDriver(PUNICODE_STRING name, PDRIVER_INITIALIZE entry);

int bench_framework_load(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Driver\\BenchKmdf");

    return NT_SUCCESS(IoCreateDriver(&name, enter));
}

void bench_framework_memory(unsigned long long iterations)
{
    WDFMEMORY memory;

    for (unsigned long long i = 0; i < iterations; i++) {
        WdfMemoryCreateFromLookaside(bench.lookaside, &memory);
        WdfObjectDelete(memory);
    }
}

static VOID NTAPI sent(WDFREQUEST request, WDFIOTARGET target,
                       PWDF_REQUEST_COMPLETION_PARAMS parameters, WDFCONTEXT context)
{
    UNREFERENCED_PARAMETER(request);
    UNREFERENCED_PARAMETER(target);
    UNREFERENCED_PARAMETER(parameters);
    UNREFERENCED_PARAMETER(context);
}

void bench_framework_send(unsigned long long iterations)
{
    WDF_REQUEST_REUSE_PARAMS reuse;
    WDFREQUEST request;

    WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, bench.target, &request);
    for (unsigned long long i = 0; i < iterations; i++) {
        WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
        WdfRequestReuse(request, &reuse);
        WdfIoTargetFormatRequestForIoctl(bench.target, request, IOCTL_BENCH_EMPTY, NULL, NULL, NULL,
                                         NULL);
        WdfRequestSetCompletionRoutine(request, sent, NULL);
        WdfRequestSend(request, bench.target, WDF_NO_SEND_OPTIONS);
    }
    WdfObjectDelete(request);
}

static NTSTATUS NTAPI returned(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    UNREFERENCED_PARAMETER(context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

void bench_call_driver(unsigned long long iterations)
{
    PIRP irp = IoAllocateIrp(bench.device->StackSize, FALSE);

    for (unsigned long long i = 0; i < iterations; i++) {
        PIO_STACK_LOCATION next;

        IoReuseIrp(irp, STATUS_NOT_SUPPORTED);
        next = IoGetNextIrpStackLocation(irp);
        next->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        next->FileObject = bench.file;
        next->Parameters.DeviceIoControl.IoControlCode = IOCTL_BENCH_EMPTY;
        IoSetCompletionRoutine(irp, returned, NULL, TRUE, TRUE, TRUE);
        IoCallDriver(bench.device, irp);
    }
    IoFreeIrp(irp);
}
