/* Each kind of descriptor to a target of each method: who converts what, and what holds what. */
#include "target_test.h"

#define SIZE 48
#define OFFSET 8

enum kind {
    STACK_BUFFER,  /* an address on the caller's stack */
    POOL_BUFFER,   /* an address in pool */
    MDL_WHOLE,     /* an MDL */
    MEMORY,        /* a memory object */
    MEMORY_PART,   /* from OFFSET on */
    ASSIGNED,      /* a memory object around the driver's buffer */
    WITH_MDL,      /* a memory that has an MDL */
    WITH_MDL_PART, /* from OFFSET on */
    KINDS
};

/* One buffer and how it is described. */
struct subject {
    enum kind kind;
    UCHAR on_stack[SIZE];
    PUCHAR pool;  /* SIZE bytes */
    PUCHAR start; /* of the bytes described */
    ULONG length;
    PMDL mdl;
    WDFMEMORY memory;
    WDFMEMORY_OFFSET offsets;
    WDF_MEMORY_DESCRIPTOR descriptor;
};

static VOID describe_memory(struct subject *subject, BOOLEAN is_part)
{
    if (is_part) {
        subject->offsets.BufferOffset = OFFSET;
        subject->start += OFFSET;
        subject->length -= OFFSET;
    }
    WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&subject->descriptor, subject->memory,
                                      is_part ? &subject->offsets : NULL);
}

static VOID make_subject(struct subject *subject, enum kind kind)
{
    memset(subject, 0, sizeof(*subject));
    subject->kind = kind;
    subject->pool = ExAllocatePoolWithTag(NonPagedPoolNx, SIZE, 'tset');
    assert_non_null(subject->pool);
    subject->start = kind == STACK_BUFFER ? subject->on_stack : subject->pool;
    subject->length = SIZE;
    memset(subject->start, 0xEE, SIZE);
    subject->mdl = IoAllocateMdl(subject->pool, SIZE, FALSE, FALSE, NULL);
    assert_non_null(subject->mdl);
    MmBuildMdlForNonPagedPool(subject->mdl);
    if (kind == STACK_BUFFER || kind == POOL_BUFFER) {
        WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&subject->descriptor, subject->start, SIZE);
    } else if (kind == MDL_WHOLE) {
        WDF_MEMORY_DESCRIPTOR_INIT_MDL(&subject->descriptor, subject->mdl, SIZE);
    } else if (kind == MEMORY || kind == MEMORY_PART) {
        subject->memory = make_memory(SIZE, &subject->start);
        describe_memory(subject, kind == MEMORY_PART);
    } else {
        assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, subject->pool, SIZE,
                                                     &subject->memory),
                         STATUS_SUCCESS);
        if (kind != ASSIGNED)
            wdf_memory_of(subject->memory, "test")->mdl = subject->mdl;
        describe_memory(subject, kind == WITH_MDL_PART);
    }
}

static VOID end_subject(struct subject *subject)
{
    if (subject->memory) {
        assert_int_equal(references(subject->memory), 1);
        WdfObjectDelete(subject->memory);
    }
    IoFreeMdl(subject->mdl);
    ExFreePoolWithTag(subject->pool, 'tset');
}

static const ULONG io_flags[] = {DO_BUFFERED_IO, DO_DIRECT_IO, 0};

/* What the target sees of it, by its method. */
static VOID assert_converted(const struct subject *subject, ULONG flags, BOOLEAN is_read)
{
    BOOLEAN has_mdl = subject->kind == MDL_WHOLE || subject->kind == WITH_MDL;

    if (flags == DO_BUFFERED_IO) {
        assert_non_null(lower.system_buffer);
        assert_ptr_not_equal(lower.system_buffer, subject->start);
        if (!is_read)
            assert_null(lower.user_buffer);
    } else if (flags == DO_DIRECT_IO) {
        assert_non_null(lower.mdl);
        assert_null(lower.system_buffer);
        if (has_mdl)
            assert_ptr_equal(lower.mdl, subject->mdl);
        else
            assert_ptr_not_equal(lower.mdl, subject->mdl);
    } else {
        assert_non_null(lower.user_buffer);
        assert_null(lower.mdl);
        if (!has_mdl && subject->kind != WITH_MDL_PART)
            assert_ptr_equal(lower.user_buffer, subject->start);
    }
}

static VOID read_and_write(WDFIOTARGET target, enum kind kind, ULONG flags)
{
    struct subject subject;
    LONGLONG offset = 0x123456789A;
    ULONG_PTR bytes = 7;

    make_subject(&subject, kind);
    assert_int_equal(
        WdfIoTargetSendReadSynchronously(target, NULL, &subject.descriptor, &offset, NULL, &bytes),
        STATUS_SUCCESS);
    assert_int_equal(bytes, subject.length);
    assert_int_equal(lower.location.MajorFunction, IRP_MJ_READ);
    assert_int_equal(lower.location.Parameters.Read.Length, subject.length);
    assert_int_equal(lower.location.Parameters.Read.ByteOffset.QuadPart, offset);
    assert_pattern(subject.start, subject.length);
    assert_converted(&subject, flags, TRUE);
    if (subject.length < SIZE)
        assert_filled(subject.start - OFFSET, 0xEE, OFFSET);

    memset(subject.start, 0x5A, subject.length);
    assert_int_equal(
        WdfIoTargetSendWriteSynchronously(target, NULL, &subject.descriptor, NULL, NULL, &bytes),
        STATUS_SUCCESS);
    assert_int_equal(bytes, subject.length);
    assert_int_equal(lower.location.MajorFunction, IRP_MJ_WRITE);
    assert_int_equal(lower.location.Parameters.Write.ByteOffset.QuadPart, 0);
    assert_filled(lower.input, 0x5A, subject.length);
    assert_converted(&subject, flags, FALSE);
    end_subject(&subject);
}

static void reads_and_writes_convert(void)
{
    WDFDEVICE device = plain_device();
    WDFIOTARGET target;
    ULONG i;

    make_lower(0);
    target = open_target(device);
    for (i = 0; i < RTL_NUMBER_OF(io_flags); i++) {
        enum kind kind;

        lower.device->Flags &= ~(DO_BUFFERED_IO | DO_DIRECT_IO);
        lower.device->Flags |= io_flags[i];
        for (kind = 0; kind < KINDS; kind++)
            read_and_write(target, kind, io_flags[i]);
    }
}

#define METHOD_CODE(method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, method, FILE_ANY_ACCESS)

static VOID control_both_ways(WDFIOTARGET target, ULONG method, enum kind input_kind,
                              enum kind output_kind)
{
    struct subject input, output;
    ULONG_PTR bytes = 7;

    make_subject(&input, input_kind);
    make_subject(&output, output_kind);
    memset(input.start, 0x33, input.length);
    if (method == METHOD_IN_DIRECT)
        memset(output.start, 0x44, output.length);
    assert_int_equal(WdfIoTargetSendIoctlSynchronously(target, NULL, METHOD_CODE(method),
                                                       &input.descriptor, &output.descriptor, NULL,
                                                       &bytes),
                     STATUS_SUCCESS);
    assert_int_equal(bytes, output.length);
    assert_int_equal(lower.location.MajorFunction, IRP_MJ_DEVICE_CONTROL);
    assert_int_equal(lower.location.Parameters.DeviceIoControl.IoControlCode, METHOD_CODE(method));
    assert_int_equal(lower.location.Parameters.DeviceIoControl.InputBufferLength, input.length);
    assert_int_equal(lower.location.Parameters.DeviceIoControl.OutputBufferLength, output.length);
    if (method == METHOD_IN_DIRECT) {
        assert_filled(lower.input, 0x44, output.length);
    } else {
        assert_filled(lower.input, 0x33, input.length);
        assert_pattern(output.start, output.length);
    }
    if ((method == METHOD_IN_DIRECT || method == METHOD_OUT_DIRECT) && input_kind <= POOL_BUFFER)
        assert_ptr_equal(lower.system_buffer, input.start);
    if (method == METHOD_BUFFERED)
        assert_ptr_not_equal(lower.system_buffer, input.start);
    end_subject(&input);
    end_subject(&output);
}

static void control_requests_convert(void)
{
    WDFDEVICE device = plain_device();
    WDFIOTARGET target;
    enum kind input, output;
    ULONG method;

    make_lower(DO_BUFFERED_IO);
    target = open_target(device);
    for (method = 0; method < 4; method++)
        for (input = 0; input < KINDS; input++)
            for (output = 0; output < KINDS; output++)
                control_both_ways(target, method, input, output);
}

/* No data at all, in either direction or in both. */
static void nothing_to_transfer(void)
{
    WDFDEVICE device = plain_device();
    WDFIOTARGET target;
    ULONG_PTR bytes;
    ULONG i;

    make_lower(0);
    target = open_target(device);
    for (i = 0; i < RTL_NUMBER_OF(io_flags); i++) {
        lower.device->Flags &= ~(DO_BUFFERED_IO | DO_DIRECT_IO);
        lower.device->Flags |= io_flags[i];
        bytes = 7;
        assert_int_equal(WdfIoTargetSendReadSynchronously(target, NULL, NULL, NULL, NULL, &bytes),
                         STATUS_SUCCESS);
        assert_int_equal(bytes, 0);
        assert_null(lower.system_buffer);
        assert_null(lower.user_buffer);
        assert_null(lower.mdl);
    }
    for (i = 0; i < 4; i++) {
        assert_int_equal(
            WdfIoTargetSendIoctlSynchronously(target, NULL, METHOD_CODE(i), NULL, NULL, NULL, NULL),
            STATUS_SUCCESS);
        assert_null(lower.system_buffer);
        assert_null(lower.user_buffer);
        assert_null(lower.mdl);
    }
}

/* What a target says it has transferred is not believed beyond the buffer. */
static void information_does_not_leave_the_buffer(void)
{
    WDFDEVICE device = plain_device();
    WDF_MEMORY_DESCRIPTOR descriptor;
    UCHAR buffer[32];
    WDFIOTARGET target;
    ULONG_PTR bytes;

    make_lower(DO_BUFFERED_IO);
    target = open_target(device);
    lower.information = 4096;
    memset(buffer, 0xEE, sizeof(buffer));
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&descriptor, buffer, 16);
    assert_int_equal(
        WdfIoTargetSendReadSynchronously(target, NULL, &descriptor, NULL, NULL, &bytes),
        STATUS_SUCCESS);
    assert_int_equal(bytes, 16 + 4096);
    assert_pattern(buffer, 16);
    assert_filled(buffer + 16, 0xEE, 16);
    memset(buffer, 0xEE, sizeof(buffer));
    assert_int_equal(WdfIoTargetSendIoctlSynchronously(target, NULL, METHOD_CODE(METHOD_BUFFERED),
                                                       NULL, &descriptor, NULL, &bytes),
                     STATUS_SUCCESS);
    assert_pattern(buffer, 16);
    assert_filled(buffer + 16, 0xEE, 16);
}

static void malformed_descriptors(void)
{
    WDFDEVICE device = plain_device();
    WDF_MEMORY_DESCRIPTOR descriptor;
    WDFMEMORY memory;
    WDFMEMORY_OFFSET offsets = {0, 0};
    WDFIOTARGET target;
    ULONG_PTR bytes = 7;

    make_lower(DO_BUFFERED_IO);
    target = open_target(device);
    memset(&descriptor, 0, sizeof(descriptor));
#define TRY() WdfIoTargetSendReadSynchronously(target, NULL, &descriptor, NULL, NULL, &bytes)
    assert_int_equal(TRY(), STATUS_INVALID_PARAMETER);
    descriptor.Type = WdfMemoryDescriptorTypeHandle + 1;
    assert_int_equal(TRY(), STATUS_INVALID_PARAMETER);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&descriptor, NULL, 1);
    assert_int_equal(TRY(), STATUS_INVALID_PARAMETER);
    WDF_MEMORY_DESCRIPTOR_INIT_MDL(&descriptor, NULL, 1);
    assert_int_equal(TRY(), STATUS_INVALID_PARAMETER);
    memory = make_memory(SIZE, NULL);
    WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&descriptor, memory, &offsets);
    offsets.BufferOffset = SIZE + 1;
    assert_int_equal(TRY(), STATUS_INTEGER_OVERFLOW);
    offsets.BufferOffset = SIZE;
    offsets.BufferLength = 1;
    assert_int_equal(TRY(), STATUS_INTEGER_OVERFLOW);
    offsets.BufferOffset = MAXSIZE_T;
    assert_int_equal(TRY(), STATUS_INTEGER_OVERFLOW);
    assert_int_equal(bytes, 7);
    assert_int_equal(lower.served, 0);
    offsets.BufferOffset = SIZE;
    offsets.BufferLength = 0;
    assert_int_equal(TRY(), STATUS_SUCCESS);
    assert_int_equal(bytes, 0);
#undef TRY
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfIoTargetSendReadSynchronously((WDFIOTARGET)device, NULL,
                                                                          NULL, NULL, NULL, NULL));
}

static void a_control_request_of_three_pointers(void)
{
    const ULONG code = METHOD_CODE(METHOD_NEITHER);
    WDFDEVICE device = plain_device();
    WDF_REQUEST_COMPLETION_PARAMS params;
    WDFMEMORY_OFFSET offsets = {4, 0};
    WDFMEMORY first, fourth;
    WDFREQUEST request;
    WDFIOTARGET target;
    PUCHAR buffer;

    make_lower(DO_BUFFERED_IO);
    /* The lengths of a control request are arguments here: nothing is to be served. */
    lower.mode = LOWER_IS_DEAF;
    target = open_target(device);
    request = make_request(target);
    first = make_memory(16, NULL);
    fourth = make_memory(16, &buffer);
    assert_int_equal(WdfIoTargetFormatRequestForInternalIoctlOthers(
                         target, request, code, first, NULL, NULL, NULL, fourth, &offsets),
                     STATUS_SUCCESS);
    assert_int_equal(references(fourth), 2);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    assert_int_equal(lower.location.MajorFunction, IRP_MJ_INTERNAL_DEVICE_CONTROL);
    assert_int_equal(lower.location.Parameters.DeviceIoControl.IoControlCode, code);
    assert_ptr_equal(lower.location.Parameters.Others.Argument1, WdfMemoryGetBuffer(first, NULL));
    assert_null(lower.location.Parameters.Others.Argument2);
    assert_ptr_equal(lower.location.Parameters.Others.Argument4, buffer + 4);
    assert_true(release_held(STATUS_SUCCESS, 0));
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
    WdfRequestGetCompletionParams(request, &params);
    assert_int_equal(params.Type, WdfRequestTypeOther);
    assert_int_equal(params.IoStatus.Status, STATUS_SUCCESS);
    WdfObjectDelete(request);
    assert_int_equal(references(fourth), 1);
}

/* ---- what a formatted request holds ------------------------------------------------------- */

static void memories_are_held_until_the_next_format(void)
{
    WDFDEVICE device = plain_device();
    WDF_REQUEST_COMPLETION_PARAMS params;
    WDFMEMORY_OFFSET offsets = {4, 8};
    WDFMEMORY first, second;
    WDFREQUEST request;
    WDFIOTARGET target;

    make_lower(DO_BUFFERED_IO);
    target = open_target(device);
    request = make_request(target);
    first = make_memory(SIZE, NULL);
    second = make_memory(SIZE, NULL);
    assert_int_equal(WdfIoTargetFormatRequestForRead(target, request, first, &offsets, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(references(first), 2);
    assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
    /* Neither the target nor the completion lets go of it. */
    assert_int_equal(references(first), 2);
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
    WdfRequestGetCompletionParams(request, &params);
    assert_int_equal(params.Type, WdfRequestTypeRead);
    assert_ptr_equal(params.Parameters.Read.Buffer, first);
    assert_int_equal(params.Parameters.Read.Offset, 4);
    assert_int_equal(params.Parameters.Read.Length, 8);
    assert_int_equal(WdfIoTargetFormatRequestForIoctl(target, request, METHOD_CODE(0), first, NULL,
                                                      second, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(references(first), 2);
    assert_int_equal(references(second), 2);
    /* A format that fails has let go of what was held. */
    offsets.BufferOffset = SIZE + 1;
    assert_int_equal(WdfIoTargetFormatRequestForWrite(target, request, first, &offsets, NULL),
                     STATUS_INTEGER_OVERFLOW);
    assert_int_equal(references(second), 2);
    assert_int_equal(reuse(request), STATUS_SUCCESS);
    assert_int_equal(references(first), 1);
    assert_int_equal(references(second), 1);
    offsets.BufferOffset = 0;
    assert_int_equal(WdfIoTargetFormatRequestForWrite(target, request, first, &offsets, NULL),
                     STATUS_SUCCESS);
    WdfObjectDelete(request);
    assert_int_equal(references(first), 1);
}

/* Round after round of the same shape allocates nothing. */
static void buffers_are_kept(void)
{
    WDFDEVICE device = plain_device();
    struct wdf_request_context *context;
    PVOID double_buffer, mdl;
    WDFMEMORY memory;
    WDFREQUEST request;
    WDFIOTARGET target;
    ULONG i;

    make_lower(DO_BUFFERED_IO);
    target = open_target(device);
    request = make_request(target);
    memory = make_memory(SIZE, NULL);
    assert_int_equal(WdfIoTargetFormatRequestForRead(target, request, memory, NULL, NULL),
                     STATUS_SUCCESS);
    context = inside_request(request)->context;
    double_buffer = context->double_buffer;
    lower.device->Flags ^= DO_BUFFERED_IO | DO_DIRECT_IO;
    assert_int_equal(WdfIoTargetFormatRequestForRead(target, request, memory, NULL, NULL),
                     STATUS_SUCCESS);
    mdl = context->mdl;
    assert_non_null(mdl);
    for (i = 0; i < 10; i++) {
        lower.device->Flags ^= DO_BUFFERED_IO | DO_DIRECT_IO;
        assert_int_equal(reuse(request), STATUS_SUCCESS);
        assert_int_equal(WdfIoTargetFormatRequestForRead(target, request, memory, NULL, NULL),
                         STATUS_SUCCESS);
        assert_true(WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS));
        assert_int_equal(WdfRequestGetStatus(request), STATUS_SUCCESS);
        assert_pattern(WdfMemoryGetBuffer(memory, NULL), SIZE);
        assert_ptr_equal(inside_request(request)->context, context);
        assert_ptr_equal(context->double_buffer, double_buffer);
        assert_ptr_equal(context->mdl, mdl);
    }
    WdfObjectDelete(request);
}

static void closed_targets_format_nothing(void)
{
    WDFDEVICE device = plain_device();
    WDFIOTARGET target = closed_target(device);
    WDFREQUEST request;

    make_lower(DO_BUFFERED_IO);
    assert_int_equal(WdfRequestCreate(NULL, target, &request), STATUS_INVALID_DEVICE_STATE);
    assert_null(request);
    request = make_request(NULL);
    assert_int_equal(WdfIoTargetFormatRequestForRead(target, request, NULL, NULL, NULL),
                     STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(WdfRequestChangeTarget(request, target), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(
        WdfIoTargetSendIoctlSynchronously(target, NULL, METHOD_CODE(0), NULL, NULL, NULL, NULL),
        STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(WdfRequestChangeTarget(request, open_target(device)), STATUS_SUCCESS);
    WdfObjectDelete(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(reads_and_writes_convert),
        WDF_TEST(control_requests_convert),
        WDF_TEST(nothing_to_transfer),
        WDF_TEST(information_does_not_leave_the_buffer),
        WDF_TEST(malformed_descriptors),
        WDF_TEST(a_control_request_of_three_pointers),
        WDF_TEST(memories_are_held_until_the_next_format),
        WDF_TEST(buffers_are_kept),
        WDF_TEST(closed_targets_format_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
