/*
 * The benchmark's driver: devices that complete at once, a stack of filters,
 * and one that keeps requests until they are cancelled or another comes.
 */
#include <ntddk.h>

#include "bench.h"
#include "driver.h"

#define FILTERS 3

struct bench_extension {
    PDEVICE_OBJECT lower; /* a filter's next device, else NULL */
    IO_CSQ held;
    LIST_ENTRY irps;
    KSPIN_LOCK lock; /* guards irps */
};

static NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS NTAPI passed(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(context);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS pass_down(struct bench_extension *extension, PIRP irp)
{
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, passed, NULL, TRUE, TRUE, TRUE);
    return IoCallDriver(extension->lower, irp);
}

/* As many as before are outstanding afterwards: this one instead of the oldest. */
static NTSTATUS exchange(struct bench_extension *extension, PIRP irp)
{
    PIRP oldest = IoCsqRemoveNextIrp(&extension->held, NULL);

    IoCsqInsertIrp(&extension->held, irp, NULL);
    if (oldest)
        complete(oldest, STATUS_SUCCESS, 0);
    return STATUS_PENDING;
}

static NTSTATUS control(struct bench_extension *extension, PIRP irp, ULONG code)
{
    if (code == IOCTL_BENCH_HOLD) {
        IoCsqInsertIrp(&extension->held, irp, NULL);
        return STATUS_PENDING;
    }
    if (code == IOCTL_BENCH_EXCHANGE)
        return exchange(extension, irp);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    struct bench_extension *extension = device->DeviceExtension;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

    if (extension->lower)
        return pass_down(extension, irp);
    if (stack->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        return control(extension, irp, stack->Parameters.DeviceIoControl.IoControlCode);
    return complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI read(PDEVICE_OBJECT device, PIRP irp)
{
    ULONG length = IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length;
    PVOID address;

    if (device->Flags & DO_DIRECT_IO) {
        address = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
        if (!address)
            return complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
        memset(address, 7, length);
    }
    return complete(irp, STATUS_SUCCESS, length);
}

static struct bench_extension *of_queue(PIO_CSQ queue)
{
    return CONTAINING_RECORD(queue, struct bench_extension, held);
}

static VOID NTAPI insert(PIO_CSQ queue, PIRP irp)
{
    InsertTailList(&of_queue(queue)->irps, &irp->Tail.Overlay.ListEntry);
}

static VOID NTAPI remove(PIO_CSQ queue, PIRP irp)
{
    UNREFERENCED_PARAMETER(queue);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI peek(PIO_CSQ queue, PIRP irp, PVOID context)
{
    PLIST_ENTRY head = &of_queue(queue)->irps;
    PLIST_ENTRY next = irp ? irp->Tail.Overlay.ListEntry.Flink : head->Flink;

    UNREFERENCED_PARAMETER(context);
    return next == head ? NULL : CONTAINING_RECORD(next, IRP, Tail.Overlay.ListEntry);
}

static VOID NTAPI acquire(PIO_CSQ queue, PKIRQL irql)
{
    KeAcquireSpinLock(&of_queue(queue)->lock, irql);
}

static VOID NTAPI release(PIO_CSQ queue, KIRQL irql)
{
    KeReleaseSpinLock(&of_queue(queue)->lock, irql);
}

static VOID NTAPI canceled(PIO_CSQ queue, PIRP irp)
{
    UNREFERENCED_PARAMETER(queue);
    complete(irp, STATUS_CANCELLED, 0);
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    static const PCWSTR links[] = {L"\\??\\BenchFiltered", L"\\??\\Bench0", L"\\??\\Bench1",
                                   L"\\??\\BenchDirect"};
    UNICODE_STRING name;

    for (ULONG i = 0; i < RTL_NUMBER_OF(links); i++) {
        RtlInitUnicodeString(&name, links[i]);
        IoDeleteSymbolicLink(&name);
    }
    while (driver->DeviceObject) {
        struct bench_extension *extension = driver->DeviceObject->DeviceExtension;
        if (extension->lower)
            IoDetachDevice(extension->lower);
        IoDeleteDevice(driver->DeviceObject);
    }
}

static PDEVICE_OBJECT make_device(PDRIVER_OBJECT driver, PCWSTR name, PCWSTR link, ULONG flags)
{
    UNICODE_STRING device_name, link_name;
    PDEVICE_OBJECT device;
    struct bench_extension *extension;

    RtlInitUnicodeString(&device_name, name);
    if (!NT_SUCCESS(IoCreateDevice(driver, sizeof *extension, name ? &device_name : NULL,
                                   FILE_DEVICE_UNKNOWN, 0, FALSE, &device)))
        return NULL;
    extension = device->DeviceExtension;
    extension->lower = NULL;
    InitializeListHead(&extension->irps);
    KeInitializeSpinLock(&extension->lock);
    IoCsqInitialize(&extension->held, insert, remove, peek, acquire, release, canceled);
    device->Flags |= flags;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    if (link) {
        RtlInitUnicodeString(&link_name, link);
        if (!NT_SUCCESS(IoCreateSymbolicLink(&link_name, &device_name)))
            return NULL;
    }
    return device;
}

static BOOLEAN make_filters(PDRIVER_OBJECT driver, PDEVICE_OBJECT base)
{
    for (int i = 0; i < FILTERS; i++) {
        PDEVICE_OBJECT filter = make_device(driver, NULL, NULL, DO_BUFFERED_IO);
        if (!filter)
            return FALSE;
        ((struct bench_extension *)filter->DeviceExtension)->lower =
            IoAttachDeviceToDeviceStack(filter, base);
    }
    return TRUE;
}

NTSTATUS NTAPI bench_driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    PDEVICE_OBJECT base;

    UNREFERENCED_PARAMETER(path);
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch;
    driver->MajorFunction[IRP_MJ_READ] = read;
    driver->DriverUnload = unload;
    base = make_device(driver, L"\\Device\\BenchFiltered", L"\\??\\BenchFiltered", DO_BUFFERED_IO);
    if (!base || !make_filters(driver, base) ||
        !make_device(driver, L"\\Device\\Bench0", L"\\??\\Bench0", DO_BUFFERED_IO) ||
        !make_device(driver, L"\\Device\\Bench1", L"\\??\\Bench1", DO_BUFFERED_IO) ||
        !make_device(driver, L"\\Device\\BenchDirect", L"\\??\\BenchDirect", DO_DIRECT_IO))
        return STATUS_INSUFFICIENT_RESOURCES;
    return STATUS_SUCCESS;
}

/* Exported by the kernel, declared by no header of the driver kit. */
NTSTATUS NTAPI IoCreateDriver(PUNICODE_STRING name, PDRIVER_INITIALIZE entry);

int bench_driver_load(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Driver\\Bench");

    return NT_SUCCESS(IoCreateDriver(&name, bench_driver_entry));
}

void bench_pool(unsigned long long iterations)
{
    for (unsigned long long i = 0; i < iterations; i++)
        ExFreePoolWithTag(
            ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, 256, 'hcnB'), 'hcnB');
}

void bench_lookaside(unsigned long long iterations)
{
    static NPAGED_LOOKASIDE_LIST list;

    ExInitializeNPagedLookasideList(&list, NULL, NULL, 0, 256, 'hcnB', 0);
    for (unsigned long long i = 0; i < iterations; i++)
        ExFreeToNPagedLookasideList(&list, ExAllocateFromNPagedLookasideList(&list));
    ExDeleteNPagedLookasideList(&list);
}

void bench_lock_pages(void *address, unsigned long long bytes, unsigned long long iterations)
{
    PMDL mdl = IoAllocateMdl(address, (ULONG)bytes, FALSE, FALSE, NULL);

    for (unsigned long long i = 0; i < iterations; i++) {
        MmProbeAndLockPages(mdl, UserMode, IoWriteAccess);
        MmUnlockPages(mdl);
    }
    IoFreeMdl(mdl);
}

void bench_driver_fill_memory(void *address, unsigned long long bytes)
{
    memset(address, 7, bytes);
}
