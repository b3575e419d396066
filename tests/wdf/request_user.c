/* Addresses of a request's sender: as they were passed, and locked for use in any thread. */
#include "request_test.h"

/* In place of a queue's callback: called in the sender's thread before any queue. */
static VOID NTAPI in_caller_context(WDFDEVICE device, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(device);
    examine_and_complete(NULL, request);
}

static WDFDEVICE device_in_context(WDF_DEVICE_IO_TYPE type)
{
    PWDFDEVICE_INIT init = begin_device();

    WdfDeviceInitSetIoType(init, type);
    WdfDeviceInitSetIoInCallerContextCallback(init, in_caller_context);
    return finish_device(init);
}

static VOID turn_verifier(BOOLEAN on)
{
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = on;
}

/* ---- unsafe buffers ------------------------------------------------------------------------ */

static NTSTATUS get_unsafe(WDFREQUEST request, BOOLEAN is_output, SIZE_T required, PVOID *buffer,
                           SIZE_T *length)
{
    *buffer = &examined;
    if (length)
        *length = 99;
    return is_output ? WdfRequestRetrieveUnsafeUserOutputBuffer(request, required, buffer, length)
                     : WdfRequestRetrieveUnsafeUserInputBuffer(request, required, buffer, length);
}

#define REFUSED STATUS_INVALID_DEVICE_REQUEST

static const struct row {
    WDF_DEVICE_IO_TYPE type; /* WdfDeviceIoUndefined: it does not matter */
    struct asked asked;
    NTSTATUS input, output;
} rows[] = {
    {WdfDeviceIoBuffered, {IRP_MJ_READ, 0, FALSE, 0, 8}, REFUSED, REFUSED},
    {WdfDeviceIoBuffered, {IRP_MJ_WRITE, 0, FALSE, 8, 0}, REFUSED, REFUSED},
    {WdfDeviceIoDirect, {IRP_MJ_READ, 0, FALSE, 0, 8}, REFUSED, REFUSED},
    {WdfDeviceIoNeither, {IRP_MJ_READ, 0, FALSE, 0, 8}, REFUSED, STATUS_SUCCESS},
    {WdfDeviceIoNeither, {IRP_MJ_READ, 0, FALSE, 0, 0}, REFUSED, STATUS_SUCCESS},
    {WdfDeviceIoNeither, {IRP_MJ_READ, 0, TRUE, 0, 8}, REFUSED, STATUS_SUCCESS},
    {WdfDeviceIoNeither, {IRP_MJ_WRITE, 0, FALSE, 8, 0}, STATUS_SUCCESS, REFUSED},
    {WdfDeviceIoNeither, {IRP_MJ_WRITE, 0, FALSE, 0, 0}, STATUS_SUCCESS, REFUSED},
    {0, {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 8}, REFUSED, REFUSED},
    {0, {IRP_MJ_DEVICE_CONTROL, METHOD_IN_DIRECT, FALSE, 8, 8}, REFUSED, REFUSED},
    {0, {IRP_MJ_DEVICE_CONTROL, METHOD_OUT_DIRECT, FALSE, 8, 8}, REFUSED, REFUSED},
    {0, {IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, FALSE, 8, 4}, STATUS_SUCCESS, STATUS_SUCCESS},
    {0, {IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, FALSE, 0, 0}, STATUS_SUCCESS, STATUS_SUCCESS},
    {0, {IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, TRUE, 8, 4}, STATUS_SUCCESS, STATUS_SUCCESS},
    {0, {IRP_MJ_INTERNAL_DEVICE_CONTROL, METHOD_NEITHER, TRUE, 8, 4}, REFUSED, REFUSED},
};

static const struct row *current;

static VOID check_side(WDFREQUEST request, BOOLEAN is_output, NTSTATUS status, SIZE_T bytes)
{
    PIRP irp = WdfRequestWdmGetIrp(request);
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    BOOLEAN is_type3 = !is_output && location->MajorFunction == IRP_MJ_DEVICE_CONTROL;
    PVOID address =
        is_type3 ? location->Parameters.DeviceIoControl.Type3InputBuffer : irp->UserBuffer;
    PVOID buffer;
    SIZE_T length;

    assert_int_equal(get_unsafe(request, is_output, bytes, &buffer, &length), status);
    assert_ptr_equal(buffer, NT_SUCCESS(status) ? address : NULL);
    assert_int_equal(length, NT_SUCCESS(status) ? bytes : 0);
    assert_int_equal(get_unsafe(request, is_output, 0, &buffer, NULL), status);
    assert_int_equal(get_unsafe(request, is_output, bytes + 1, &buffer, &length),
                     NT_SUCCESS(status) ? STATUS_BUFFER_TOO_SMALL : status);
    assert_null(buffer);
    assert_int_equal(length, 0);
}

static VOID check_row(WDFREQUEST request)
{
    check_side(request, FALSE, current->input, current->asked.input);
    check_side(request, TRUE, current->output, current->asked.output);
}

static void check_rows(WDF_DEVICE_IO_TYPE type)
{
    WDFDEVICE device = device_in_context(type);
    ULONG i, before;

    examine = check_row;
    for (i = 0; i < RTL_NUMBER_OF(rows); i++) {
        if (rows[i].type && rows[i].type != type)
            continue;
        current = &rows[i];
        before = examined;
        turn_verifier(i & 1);
        assert_int_equal(ask(device, &rows[i].asked, NULL), STATUS_SUCCESS);
        assert_int_equal(examined, before + 1);
    }
}

static void addresses_of_a_buffered_device(void)
{
    check_rows(WdfDeviceIoBuffered);
}

static void addresses_of_a_direct_device(void)
{
    check_rows(WdfDeviceIoDirect);
}

static void addresses_of_a_device_of_neither(void)
{
    check_rows(WdfDeviceIoNeither);
}

static const struct asked neither = {IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, FALSE, 8, 8};

static VOID check_outside(WDFREQUEST request)
{
    PVOID buffer;

    /* From a queue's callback, which runs in the sender's thread by chance. */
    assert_int_equal(get_unsafe(request, FALSE, 8, &buffer, NULL), STATUS_SUCCESS);
    turn_verifier(TRUE);
    assert_int_equal(get_unsafe(request, FALSE, 8, &buffer, NULL), REFUSED);
    assert_int_equal(get_unsafe(request, TRUE, 8, &buffer, NULL), REFUSED);
    turn_verifier(FALSE);
}

static void the_verifier_wants_the_callers_context(void)
{
    examine = check_outside;
    assert_int_equal(ask(device_of_type(WdfDeviceIoBuffered), &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 1);
}

static VOID check_wrong_parameters(WDFREQUEST request)
{
    WDFMEMORY memory;
    PVOID buffer;
    KIRQL irql;

    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestRetrieveUnsafeUserInputBuffer(request, 0, NULL, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestRetrieveUnsafeUserOutputBuffer(request, 0, NULL, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfRequestRetrieveUnsafeUserInputBuffer(NULL, 0, &buffer, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfRequestRetrieveUnsafeUserOutputBuffer(NULL, 0, &buffer, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestProbeAndLockUserBufferForRead(request, NULL, 8, &memory));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestProbeAndLockUserBufferForWrite(request, program_input, 8, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfRequestProbeAndLockUserBufferForRead(NULL, program_input, 8, &memory));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfRequestProbeAndLockUserBufferForWrite(NULL, program_input, 8, &memory));
    turn_verifier(TRUE);
    KeRaiseIrql(APC_LEVEL, &irql);
    assert_int_equal(get_unsafe(request, FALSE, 8, &buffer, NULL), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, program_input, 8, &memory),
                     STATUS_INVALID_DEVICE_REQUEST);
    KeLowerIrql(irql);
    turn_verifier(FALSE);
}

static void wrong_parameters_are_violations(void)
{
    examine = check_wrong_parameters;
    assert_int_equal(ask(device_in_context(WdfDeviceIoBuffered), &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 1);
}

/* ---- locked buffers --------------------------------------------------------------------- */

static LONG locked_pages(VOID)
{
    return __atomic_load_n(&ke_program_process()->locked_pages, __ATOMIC_RELAXED);
}

static WDFMEMORY lock(WDFREQUEST request, PVOID address, SIZE_T length, BOOLEAN for_write)
{
    WDFMEMORY memory = NULL;

    assert_int_equal(
        for_write ? WdfRequestProbeAndLockUserBufferForWrite(request, address, length, &memory)
                  : WdfRequestProbeAndLockUserBufferForRead(request, address, length, &memory),
        STATUS_SUCCESS);
    assert_non_null(memory);
    return memory;
}

static VOID use_locked(WDFREQUEST request)
{
    WDFMEMORY input = lock(request, program_input, 8, FALSE);
    WDFMEMORY output = lock(request, program_output, 8, TRUE);
    PUCHAR buffer;
    SIZE_T size;
    UCHAR byte = 0x44;

    buffer = WdfMemoryGetBuffer(input, &size);
    assert_int_equal(size, 8);
    assert_ptr_not_equal(buffer, program_input);
    /* Not a copy. */
    program_input[3] = 0x21;
    assert_int_equal(((volatile UCHAR *)buffer)[3], 0x21);
    assert_int_equal(WdfMemoryCopyFromBuffer(input, 0, &byte, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(WdfMemoryCopyFromBuffer(output, 7, &byte, 1), STATUS_SUCCESS);
    assert_int_equal(((volatile UCHAR *)program_output)[7], 0x44);
    assert_int_equal(WdfMemoryCopyFromBuffer(output, 8, &byte, 1), STATUS_INVALID_BUFFER_SIZE);
    assert_true(locked_pages() >= 2);
    WdfObjectDelete(input);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer(input, NULL));
    assert_true(locked_pages() >= 1);
}

static void a_locked_buffer_is_the_programs_own(void)
{
    WDFDEVICE device = device_in_context(WdfDeviceIoBuffered);
    LONG before = locked_pages();

    examine = use_locked;
    assert_int_equal(ask(device, &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 1);
    /* What was not deleted went with the request. */
    assert_int_equal(locked_pages(), before);
}

static PUCHAR readable; /* a page that the program may only read */

static VOID check_refusals(WDFREQUEST request)
{
    PUCHAR kernel = ExAllocatePoolWithTag(NonPagedPoolNx, 8, 'tseT');
    WDFMEMORY memory = (WDFMEMORY)8;

    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, program_input, 0, &memory),
                     STATUS_INVALID_USER_BUFFER);
    assert_null(memory);
    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, kernel, 8, &memory),
                     STATUS_ACCESS_VIOLATION);
    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, (PVOID)1, 8, &memory),
                     STATUS_ACCESS_VIOLATION);
    WdfObjectDelete(lock(request, readable, PAGE_SIZE, FALSE));
    assert_int_equal(
        WdfRequestProbeAndLockUserBufferForWrite(request, readable, PAGE_SIZE, &memory),
        STATUS_ACCESS_VIOLATION);
    assert_int_equal(
        WdfRequestProbeAndLockUserBufferForRead(request, readable, PAGE_SIZE + 1, &memory),
        STATUS_ACCESS_VIOLATION);
    assert_null(memory);
    assert_int_equal(in_request(request)->memory_uses, 0);
    ExFreePoolWithTag(kernel, 'tseT');
}

static void what_the_sender_may_not_do_nobody_does_for_it(void)
{
    PVOID base = NULL;
    SIZE_T bytes = 2 * PAGE_SIZE, first = PAGE_SIZE, second = PAGE_SIZE;
    PVOID behind;
    ULONG before;

    assert_int_equal(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &bytes,
                                             MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
                     STATUS_SUCCESS);
    readable = base;
    readable[0] = 1;
    behind = readable + PAGE_SIZE;
    assert_int_equal(
        NtProtectVirtualMemory(NtCurrentProcess(), &base, &first, PAGE_READONLY, &before),
        STATUS_SUCCESS);
    assert_int_equal(
        NtProtectVirtualMemory(NtCurrentProcess(), &behind, &second, PAGE_NOACCESS, &before),
        STATUS_SUCCESS);
    examine = check_refusals;
    assert_int_equal(ask(device_in_context(WdfDeviceIoBuffered), &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 1);
}

static VOID check_lack_of_memory(WDFREQUEST request)
{
    WDFMEMORY memory = (WDFMEMORY)8;

    ex_pool_inject(0, TRUE);
    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, program_input, 8, &memory),
                     STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_null(memory);
    assert_int_equal(in_request(request)->memory_uses, 0);
}

static void locking_takes_memory(void)
{
    examine = check_lack_of_memory;
    assert_int_equal(ask(device_in_context(WdfDeviceIoBuffered), &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 1);
}

static VOID lock_and_complete(WDFREQUEST request)
{
    WDFMEMORY memory = lock(request, program_input, 8, FALSE);

    WdfObjectReference(memory);
    ASSERT_VIOLATION(WDF_VERIFIER_FATAL_ERROR, WdfRequestComplete(request, STATUS_SUCCESS));
    assert_ptr_equal(bugcheck.seen[2], request);
    assert_int_equal(bugcheck.seen[3], 1);
    /* It is still locked and mapped. */
    program_input[0] = 0x31;
    assert_int_equal(*(volatile UCHAR *)WdfMemoryGetBuffer(memory, NULL), 0x31);
    WdfObjectDereference(memory);
}

static void completion_with_a_locked_buffer_in_use_is_a_violation(void)
{
    WDFDEVICE device = device_in_context(WdfDeviceIoBuffered);
    LONG before = locked_pages();

    examine = lock_and_complete;
    assert_int_equal(ask(device, &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(locked_pages(), before);
}

/* ---- in another thread ---------------------------------------------------------------------- */

static WDFREQUEST asked_request;

static VOID ask_elsewhere(PVOID context)
{
    WDFMEMORY memory = (WDFMEMORY)8;
    PVOID buffer;

    UNREFERENCED_PARAMETER(context);
    assert_int_equal(get_unsafe(asked_request, FALSE, 8, &buffer, NULL), REFUSED);
    assert_int_equal(
        WdfRequestProbeAndLockUserBufferForRead(asked_request, program_input, 8, &memory),
        STATUS_ACCESS_VIOLATION);
    assert_null(memory);
    assert_int_equal(
        WdfRequestProbeAndLockUserBufferForWrite(asked_request, program_input, 8, &memory),
        STATUS_ACCESS_VIOLATION);
    examined++;
}

static VOID hand_to_another_thread(WDFREQUEST request)
{
    struct program_thread thread;

    asked_request = request;
    start_thread(&thread, ask_elsewhere, NULL);
    join_thread(&thread);
}

static void an_address_means_nothing_to_other_threads(void)
{
    examine = hand_to_another_thread;
    assert_int_equal(ask(device_in_context(WdfDeviceIoBuffered), &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 2);
}

static VOID complete_then_lock(WDFREQUEST request)
{
    WDFMEMORY memory = (WDFMEMORY)8;

    WdfObjectReference(request);
    WdfRequestComplete(request, STATUS_SUCCESS);
    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, program_input, 0, &memory),
                     STATUS_INVALID_USER_BUFFER);
    assert_int_equal(WdfRequestProbeAndLockUserBufferForRead(request, program_input, 8, &memory),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_null(memory);
    WdfObjectDereference(request);
    result_status = STATUS_PENDING;
}

static void nothing_is_locked_for_a_completed_request(void)
{
    examine = complete_then_lock;
    assert_int_equal(ask(device_in_context(WdfDeviceIoBuffered), &neither, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, 1);
}

/* ---- pointers within a buffer ----------------------------------------------------------- */

struct embedded {
    PVOID address;
    ULONG length;
};

static VOID follow(WDFREQUEST request)
{
    struct embedded *embedded;
    WDFMEMORY memory;
    UCHAR bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    assert_int_equal(
        WdfRequestRetrieveInputBuffer(request, sizeof(*embedded), (PVOID *)&embedded, NULL),
        STATUS_SUCCESS);
    memory = lock(request, embedded->address, embedded->length, TRUE);
    assert_int_equal(WdfMemoryCopyFromBuffer(memory, 0, bytes, sizeof(bytes)), STATUS_SUCCESS);
}

static void a_buffered_request_may_have_addresses_in_it(void)
{
    static const struct asked asked = {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE,
                                       sizeof(struct embedded), 0};
    WDFDEVICE device = device_in_context(WdfDeviceIoBuffered);
    struct embedded embedded = {.address = program_output, .length = 8};

    memcpy(program_input, &embedded, sizeof(embedded));
    examine = follow;
    assert_int_equal(ask(device, &asked, NULL), STATUS_SUCCESS);
    assert_int_equal(program_output[0], 1);
    assert_int_equal(program_output[7], 8);
    assert_int_equal(program_output[8], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(addresses_of_a_buffered_device),
        WDF_TEST(addresses_of_a_direct_device),
        WDF_TEST(addresses_of_a_device_of_neither),
        WDF_TEST(the_verifier_wants_the_callers_context),
        WDF_TEST(wrong_parameters_are_violations),
        WDF_TEST(a_locked_buffer_is_the_programs_own),
        WDF_TEST(what_the_sender_may_not_do_nobody_does_for_it),
        WDF_TEST(locking_takes_memory),
        WDF_TEST(completion_with_a_locked_buffer_in_use_is_a_violation),
        WDF_TEST(an_address_means_nothing_to_other_threads),
        WDF_TEST(nothing_is_locked_for_a_completed_request),
        WDF_TEST(a_buffered_request_may_have_addresses_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
