/*
 * What the tests of requests share: a device that hands each request to a function of the
 * test's, which examines it and does not have to complete it, and those who send them.
 */
#pragma once

#include "control_test.h"

#include "ex/ex.h"
#include "wdf/memory.h"
#include "wdf/request.h"

/* What a request is to be examined by, and how often it was. */
static VOID (*examine)(WDFREQUEST request);
static ULONG examined;
/* What it is completed with then; STATUS_PENDING: examine has seen to it. */
static NTSTATUS result_status;
static ULONG_PTR result_information;

static VOID NTAPI examine_and_complete(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    result_status = STATUS_SUCCESS;
    result_information = 0;
    if (examine)
        examine(request);
    examined++;
    if (result_status != STATUS_PENDING)
        WdfRequestCompleteWithInformation(request, result_status, result_information);
}

/* Memory of the program's, a page each: its variables may be in pages that cannot be shared. */
#define PROGRAM_BYTES 64
static PUCHAR program_input, program_output;

static inline VOID make_program_memory(VOID)
{
    SIZE_T bytes = 2 * PAGE_SIZE;
    PVOID base = NULL;

    assert_int_equal(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &bytes,
                                             MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
                     STATUS_SUCCESS);
    program_input = base;
    program_output = program_input + PAGE_SIZE;
}

static inline WDFDEVICE finish_device(PWDFDEVICE_INIT init)
{
    WDFDEVICE device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    WDF_IO_QUEUE_CONFIG config;

    examined = 0;
    make_program_memory();
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDefault = examine_and_complete;
    config.AllowZeroLengthRequests = TRUE;
    make_queue(device, &config);
    WdfControlFinishInitializing(device);
    return device;
}

static inline WDFDEVICE device_of_type(WDF_DEVICE_IO_TYPE type)
{
    PWDFDEVICE_INIT init = begin_device();

    WdfDeviceInitSetIoType(init, type);
    return finish_device(init);
}

static inline struct wdf_request *in_request(WDFREQUEST request)
{
    return wdf_request_of(request, "test");
}

/* ---- senders ---------------------------------------------------------------------------- */

/* The same of a kernel component's. */
struct kernel_buffers {
    UCHAR input[PROGRAM_BYTES], output[PROGRAM_BYTES];
};

struct asked {
    UCHAR major;
    ULONG method;
    BOOLEAN is_from_kernel;
    ULONG input, output; /* bytes; of a read the latter, of a write the former */
};

#define TEST_CODE(method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, method, FILE_ANY_ACCESS)

static inline NTSTATUS send_internal(WDFDEVICE device, const struct asked *asked,
                                     struct kernel_buffers *kernel, PIO_STATUS_BLOCK iosb)
{
    PDEVICE_OBJECT object = WdfDeviceWdmGetDeviceObject(device);
    KEVENT event;
    NTSTATUS status;
    PIRP irp;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(
        TEST_CODE(asked->method), object, asked->input ? kernel->input : NULL, asked->input,
        asked->output ? kernel->output : NULL, asked->output, TRUE, &event, iosb);
    assert_non_null(irp);
    status = IoCallDriver(object, irp);
    if (status == STATUS_PENDING)
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    return iosb->Status;
}

static inline NTSTATUS send_by_handle(HANDLE handle, const struct asked *asked, PUCHAR input,
                                      PUCHAR output, PIO_STATUS_BLOCK iosb)
{
    LARGE_INTEGER offset = {.QuadPart = 0x123456789};

    if (asked->major == IRP_MJ_READ)
        return asked->is_from_kernel ? ZwReadFile(handle, NULL, NULL, NULL, iosb, output,
                                                  asked->output, &offset, NULL)
                                     : NtReadFile(handle, NULL, NULL, NULL, iosb, output,
                                                  asked->output, &offset, NULL);
    if (asked->major == IRP_MJ_WRITE)
        return asked->is_from_kernel
                   ? ZwWriteFile(handle, NULL, NULL, NULL, iosb, input, asked->input, &offset, NULL)
                   : NtWriteFile(handle, NULL, NULL, NULL, iosb, input, asked->input, &offset,
                                 NULL);
    return asked->is_from_kernel
               ? ZwDeviceIoControlFile(handle, NULL, NULL, NULL, iosb, TEST_CODE(asked->method),
                                       input, asked->input, output, asked->output)
               : NtDeviceIoControlFile(handle, NULL, NULL, NULL, iosb, TEST_CODE(asked->method),
                                       input, asked->input, output, asked->output);
}

/* Sends it and waits; iosb may be NULL. */
static inline NTSTATUS ask(WDFDEVICE device, const struct asked *asked, PIO_STATUS_BLOCK iosb)
{
    struct kernel_buffers *kernel = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*kernel), 'tseT');
    HANDLE handle = open_device(SYNCHRONOUS);
    IO_STATUS_BLOCK own;
    NTSTATUS status;

    assert_non_null(kernel);
    if (!iosb)
        iosb = &own;
    if (asked->major == IRP_MJ_INTERNAL_DEVICE_CONTROL)
        status = send_internal(device, asked, kernel, iosb);
    else
        status =
            send_by_handle(handle, asked, asked->is_from_kernel ? kernel->input : program_input,
                           asked->is_from_kernel ? kernel->output : program_output, iosb);
    NtClose(handle);
    ExFreePoolWithTag(kernel, 'tseT');
    return status;
}

/* Examines one request of the program's by METHOD_BUFFERED, with 8 bytes each way. */
static inline NTSTATUS examine_one(WDFDEVICE device, VOID (*by)(WDFREQUEST))
{
    static const struct asked asked = {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 8};
    ULONG before = examined;
    NTSTATUS status;

    examine = by;
    status = ask(device, &asked, NULL);
    assert_int_equal(examined, before + 1);
    return status;
}
