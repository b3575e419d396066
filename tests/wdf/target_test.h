/*
 * What the tests of I/O targets share: a driver of the framework with a control device, and a
 * WDM device for its requests, which serves them at once or holds them.
 */
#pragma once

#include "control_test.h"
#include "wdf/target.h"

/* Lets another thread go on, while a test waits for what that does. */
static inline VOID pause(VOID)
{
    LARGE_INTEGER no_time = {.QuadPart = 0};

    KeDelayExecutionThread(KernelMode, FALSE, &no_time);
}

/* ---- the device that requests are sent to --------------------------------------------- */

enum lower_mode {
    LOWER_SERVES,  /* at once: reads are filled with a pattern, what was written is kept */
    LOWER_HOLDS,   /* until cancelled, or released by the test */
    LOWER_IS_DEAF, /* the same, but cannot be cancelled */
    LOWER_IS_BLIND /* serves at once, and notes nothing of it: for several threads */
};

static struct {
    PDEVICE_OBJECT device;
    enum lower_mode mode;
    BOOLEAN is_pdo;        /* it says so when it is asked */
    NTSTATUS status;       /* that it serves with */
    ULONG_PTR information; /* that it reports beyond the length that it serves */
    KSPIN_LOCK lock;       /* guards held */
    LIST_ENTRY held;
    LONG held_count, served;
    /* The latest request, as it came. */
    IO_STACK_LOCATION location;
    PVOID system_buffer, user_buffer;
    PMDL mdl;
    UCHAR input[64]; /* a copy of the data that came with it */
} lower;

static inline UCHAR pattern(ULONG index)
{
    return (UCHAR)(0x40 + index % 64);
}

static inline VOID end_irp(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static VOID NTAPI cancel_held(PDEVICE_OBJECT device, PIRP irp)
{
    KIRQL irql;

    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&lower.lock, &irql);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    lower.held_count--;
    KeReleaseSpinLock(&lower.lock, irql);
    end_irp(irp, STATUS_CANCELLED, 0);
}

static inline NTSTATUS hold(PIRP irp)
{
    KIRQL irql;

    IoMarkIrpPending(irp);
    KeAcquireSpinLock(&lower.lock, &irql);
    InsertTailList(&lower.held, &irp->Tail.Overlay.ListEntry);
    lower.held_count++;
    if (lower.mode == LOWER_HOLDS) {
        IoSetCancelRoutine(irp, cancel_held);
        if (irp->Cancel && IoSetCancelRoutine(irp, NULL)) {
            RemoveEntryList(&irp->Tail.Overlay.ListEntry);
            lower.held_count--;
            KeReleaseSpinLock(&lower.lock, irql);
            end_irp(irp, STATUS_CANCELLED, 0);
            return STATUS_PENDING;
        }
    }
    KeReleaseSpinLock(&lower.lock, irql);
    return STATUS_PENDING;
}

/* Completes the request that it has held longest; FALSE if there is none that is not cancelled. */
static inline BOOLEAN release_held(NTSTATUS status, ULONG_PTR information)
{
    PIRP irp = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&lower.lock, &irql);
    if (!IsListEmpty(&lower.held)) {
        irp = CONTAINING_RECORD(lower.held.Flink, IRP, Tail.Overlay.ListEntry);
        if (lower.mode == LOWER_HOLDS && !IoSetCancelRoutine(irp, NULL)) {
            irp = NULL;
        } else {
            RemoveEntryList(&irp->Tail.Overlay.ListEntry);
            lower.held_count--;
        }
    }
    KeReleaseSpinLock(&lower.lock, irql);
    if (irp)
        end_irp(irp, status, information);
    return irp != NULL;
}

/* Where the data is, by the method: as a driver that follows the rules finds it. */
static inline PVOID data_by_flags(PIRP irp)
{
    if (lower.device->Flags & DO_BUFFERED_IO)
        return irp->AssociatedIrp.SystemBuffer;
    if (!(lower.device->Flags & DO_DIRECT_IO))
        return irp->UserBuffer;
    return irp->MdlAddress ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority)
                           : NULL;
}

static inline VOID keep_input(PVOID from, ULONG length)
{
    if (length)
        memcpy(lower.input, from, min(length, sizeof(lower.input)));
}

static inline VOID fill(PUCHAR to, ULONG length)
{
    ULONG i;

    for (i = 0; i < length; i++)
        to[i] = pattern(i);
}

static inline ULONG serve_control(PIRP irp, PIO_STACK_LOCATION location)
{
    ULONG method = location->Parameters.DeviceIoControl.IoControlCode & 3;
    ULONG length = location->Parameters.DeviceIoControl.OutputBufferLength;
    PVOID input = method == METHOD_NEITHER ? location->Parameters.DeviceIoControl.Type3InputBuffer
                                           : irp->AssociatedIrp.SystemBuffer;
    PVOID output = irp->UserBuffer;

    keep_input(input, location->Parameters.DeviceIoControl.InputBufferLength);
    if (method == METHOD_BUFFERED)
        output = irp->AssociatedIrp.SystemBuffer;
    else if (method != METHOD_NEITHER)
        output = irp->MdlAddress ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority)
                                 : NULL;
    if (method == METHOD_IN_DIRECT) {
        keep_input(output, length);
        return length;
    }
    fill(output, length);
    return length;
}

static inline ULONG serve(PIRP irp, PIO_STACK_LOCATION location)
{
    ULONG length = location->Parameters.Read.Length;

    switch (location->MajorFunction) {
    case IRP_MJ_READ:
        fill(data_by_flags(irp), length);
        return length;
    case IRP_MJ_WRITE:
        keep_input(data_by_flags(irp), length);
        return length;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return serve_control(irp, location);
    default:
        return 0;
    }
}

static inline NTSTATUS answer_pnp(PIRP irp, PIO_STACK_LOCATION location)
{
    NTSTATUS status = irp->IoStatus.Status;
    PDEVICE_RELATIONS relations = NULL;

    if (lower.is_pdo && location->MinorFunction == IRP_MN_QUERY_DEVICE_RELATIONS &&
        location->Parameters.QueryDeviceRelations.Type == TargetDeviceRelation) {
        relations = ExAllocatePoolWithTag(PagedPool, sizeof(*relations), 'tset');
        relations->Count = 1;
        relations->Objects[0] = lower.device;
        ObReferenceObject(lower.device);
        status = STATUS_SUCCESS;
    }
    end_irp(irp, status, (ULONG_PTR)relations);
    return status;
}

static NTSTATUS NTAPI lower_dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = lower.status;
    ULONG length;

    UNREFERENCED_PARAMETER(device);
    if (location->MajorFunction == IRP_MJ_PNP)
        return answer_pnp(irp, location);
    if (location->MajorFunction == IRP_MJ_CREATE || location->MajorFunction == IRP_MJ_CLEANUP ||
        location->MajorFunction == IRP_MJ_CLOSE) {
        end_irp(irp, STATUS_SUCCESS, FILE_OPENED);
        return STATUS_SUCCESS;
    }
    if (lower.mode == LOWER_IS_BLIND) {
        end_irp(irp, STATUS_SUCCESS, 0);
        return STATUS_SUCCESS;
    }
    lower.location = *location;
    lower.system_buffer = irp->AssociatedIrp.SystemBuffer;
    lower.user_buffer = irp->UserBuffer;
    lower.mdl = irp->MdlAddress;
    if (lower.mode != LOWER_SERVES)
        return hold(irp);
    __atomic_add_fetch(&lower.served, 1, __ATOMIC_RELAXED);
    length = serve(irp, location);
    end_irp(irp, status, length + lower.information);
    return status;
}

static VOID NTAPI lower_unload(PDRIVER_OBJECT driver)
{
    while (driver->DeviceObject)
        IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS NTAPI lower_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = lower_dispatch;
    driver->DriverUnload = lower_unload;
    return STATUS_SUCCESS;
}

#define LOWER_NAME L"\\Device\\Lower"

/* flags: DO_BUFFERED_IO, DO_DIRECT_IO or neither. */
static inline VOID make_lower(ULONG flags)
{
    UNICODE_STRING driver_name = RTL_STRING(L"\\Driver\\Lower"), name = RTL_STRING(LOWER_NAME);
    PDRIVER_OBJECT driver = NULL;

    memset(&lower, 0, sizeof(lower));
    InitializeListHead(&lower.held);
    assert_int_equal(io_create_driver(&driver_name, lower_entry, &driver), STATUS_SUCCESS);
    assert_int_equal(IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &lower.device),
                     STATUS_SUCCESS);
    lower.device->Flags |= flags;
    lower.device->Flags &= ~DO_DEVICE_INITIALIZING;
}

/* ---- the target -------------------------------------------------------------------------- */

static inline WDFIOTARGET closed_target(WDFDEVICE device)
{
    WDFIOTARGET target = NULL;

    assert_int_equal(WdfIoTargetCreate(device, WDF_NO_OBJECT_ATTRIBUTES, &target), STATUS_SUCCESS);
    return target;
}

static inline WDFIOTARGET open_target(WDFDEVICE device)
{
    WDFIOTARGET target = closed_target(device);
    WDF_IO_TARGET_OPEN_PARAMS params;

    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&params, lower.device);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
    return target;
}

static inline WDFREQUEST make_request(WDFIOTARGET target)
{
    WDFREQUEST request = NULL;

    assert_int_equal(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, target, &request), STATUS_SUCCESS);
    return request;
}

static inline WDFMEMORY make_memory(SIZE_T size, PUCHAR *buffer)
{
    WDFMEMORY memory = NULL;
    PVOID made;

    assert_int_equal(
        WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 'tset', size, &memory, &made),
        STATUS_SUCCESS);
    memset(made, 0xEE, size);
    if (buffer)
        *buffer = made;
    return memory;
}

static inline struct wdf_target *inside_target(WDFIOTARGET target)
{
    return wdf_target_of(target, "test");
}

static inline struct wdf_request *inside_request(WDFREQUEST request)
{
    return wdf_request_of(request, "test");
}

/* How many requests it counts: sent, kept, or in their completion routine; not those at rest. */
static inline LONG64 outstanding(WDFIOTARGET handle)
{
    struct wdf_target *target = inside_target(handle);
    PLIST_ENTRY entry;
    LONG64 count;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    count = __atomic_load_n(&target->pending, __ATOMIC_ACQUIRE) &
            (WDF_TARGET_ALL_SENT | WDF_TARGET_ALL_OTHER);
    for (entry = target->requests.Flink; entry != &target->requests; entry = entry->Flink)
        if (__atomic_load_n(&CONTAINING_RECORD(entry, struct wdf_request, target_link)->pass,
                            __ATOMIC_ACQUIRE) == WDF_PASS_KEPT)
            count--;
    KeReleaseSpinLock(&target->lock, irql);
    return count;
}

/* References to a memory object, the one of its creation included. */
static inline LONG references(WDFMEMORY memory)
{
    return wdf_memory_of(memory, "test")->owner->references;
}

static inline NTSTATUS reuse(WDFREQUEST request)
{
    WDF_REQUEST_REUSE_PARAMS params;

    WDF_REQUEST_REUSE_PARAMS_INIT(&params, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
    return WdfRequestReuse(request, &params);
}

static inline VOID assert_pattern(const UCHAR *data, ULONG length)
{
    ULONG i;

    for (i = 0; i < length; i++)
        assert_int_equal(data[i], pattern(i));
}

static inline VOID assert_filled(const UCHAR *data, UCHAR value, ULONG length)
{
    ULONG i;

    for (i = 0; i < length; i++)
        assert_int_equal(data[i], value);
}
