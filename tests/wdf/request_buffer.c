/* A request's buffers: which there are by type, method and sender; as addresses, memories, MDLs. */
#include "request_test.h"

/* Where a buffer is found in the IRP. */
enum place { NOWHERE, SYSTEM, MAPPED, TYPE3, USER };

struct side {
    NTSTATUS status;     /* of retrieving buffer and memory */
    enum place place;    /* if that succeeds */
    BOOLEAN is_readonly; /* and whether the memory may only be read */
    NTSTATUS mdl;        /* of retrieving an MDL */
};

#define NO_SIDE                                                                                    \
    {                                                                                              \
        STATUS_INVALID_DEVICE_REQUEST, NOWHERE, FALSE, STATUS_INVALID_DEVICE_REQUEST               \
    }
#define EMPTY_SIDE                                                                                 \
    {                                                                                              \
        STATUS_BUFFER_TOO_SMALL, NOWHERE, FALSE, STATUS_BUFFER_TOO_SMALL                           \
    }
#define EMPTY_ADDRESS                                                                              \
    {                                                                                              \
        STATUS_BUFFER_TOO_SMALL, NOWHERE, FALSE, STATUS_INVALID_DEVICE_REQUEST                     \
    }
#define SIDE(place, is_readonly, mdl)                                                              \
    {                                                                                              \
        STATUS_SUCCESS, place, is_readonly, mdl                                                    \
    }

#define CONTROL IRP_MJ_DEVICE_CONTROL
#define INTERNAL IRP_MJ_INTERNAL_DEVICE_CONTROL
#define IN_DIRECT METHOD_IN_DIRECT
#define OUT_DIRECT METHOD_OUT_DIRECT

static const struct row {
    WDF_DEVICE_IO_TYPE type; /* WdfDeviceIoUndefined: it does not matter */
    struct asked asked;
    struct side input, output;
} rows[] = {
    {WdfDeviceIoBuffered, {IRP_MJ_READ, 0, FALSE, 0, 8}, NO_SIDE, SIDE(SYSTEM, FALSE, 0)},
    {WdfDeviceIoBuffered, {IRP_MJ_READ, 0, FALSE, 0, 0}, NO_SIDE, EMPTY_SIDE},
    {WdfDeviceIoBuffered, {IRP_MJ_READ, 0, TRUE, 0, 8}, NO_SIDE, SIDE(SYSTEM, FALSE, 0)},
    {WdfDeviceIoBuffered, {IRP_MJ_WRITE, 0, FALSE, 8, 0}, SIDE(SYSTEM, TRUE, 0), NO_SIDE},
    {WdfDeviceIoBuffered, {IRP_MJ_WRITE, 0, FALSE, 0, 0}, EMPTY_SIDE, NO_SIDE},
    {WdfDeviceIoDirect, {IRP_MJ_READ, 0, FALSE, 0, 8}, NO_SIDE, SIDE(MAPPED, FALSE, 0)},
    {WdfDeviceIoDirect, {IRP_MJ_READ, 0, FALSE, 0, 0}, NO_SIDE, EMPTY_SIDE},
    {WdfDeviceIoDirect, {IRP_MJ_READ, 0, TRUE, 0, 8}, NO_SIDE, SIDE(MAPPED, FALSE, 0)},
    {WdfDeviceIoDirect, {IRP_MJ_WRITE, 0, FALSE, 8, 0}, SIDE(MAPPED, TRUE, 0), NO_SIDE},
    {WdfDeviceIoDirect, {IRP_MJ_WRITE, 0, FALSE, 0, 0}, EMPTY_SIDE, NO_SIDE},
    {WdfDeviceIoNeither, {IRP_MJ_READ, 0, FALSE, 0, 8}, NO_SIDE, NO_SIDE},
    {WdfDeviceIoNeither, {IRP_MJ_READ, 0, FALSE, 0, 0}, NO_SIDE, EMPTY_ADDRESS},
    {WdfDeviceIoNeither,
     {IRP_MJ_READ, 0, TRUE, 0, 8},
     NO_SIDE,
     SIDE(USER, FALSE, STATUS_INVALID_DEVICE_REQUEST)},
    {WdfDeviceIoNeither, {IRP_MJ_WRITE, 0, FALSE, 8, 0}, NO_SIDE, NO_SIDE},
    {WdfDeviceIoNeither,
     {IRP_MJ_WRITE, 0, TRUE, 8, 0},
     SIDE(USER, TRUE, STATUS_INVALID_DEVICE_REQUEST),
     NO_SIDE},

    {0, {CONTROL, METHOD_BUFFERED, FALSE, 8, 8}, SIDE(SYSTEM, FALSE, 0), SIDE(SYSTEM, FALSE, 0)},
    {0, {CONTROL, METHOD_BUFFERED, TRUE, 8, 4}, SIDE(SYSTEM, FALSE, 0), SIDE(SYSTEM, FALSE, 0)},
    {0, {INTERNAL, METHOD_BUFFERED, TRUE, 4, 8}, SIDE(SYSTEM, FALSE, 0), SIDE(SYSTEM, FALSE, 0)},
    {0, {CONTROL, METHOD_BUFFERED, FALSE, 8, 0}, SIDE(SYSTEM, FALSE, 0), EMPTY_SIDE},
    {0, {CONTROL, METHOD_BUFFERED, FALSE, 0, 8}, EMPTY_SIDE, SIDE(SYSTEM, FALSE, 0)},
    {0, {CONTROL, METHOD_BUFFERED, FALSE, 0, 0}, EMPTY_SIDE, EMPTY_SIDE},
    {0, {CONTROL, IN_DIRECT, FALSE, 8, 8}, SIDE(SYSTEM, TRUE, 0), SIDE(MAPPED, TRUE, 0)},
    {0, {CONTROL, IN_DIRECT, TRUE, 8, 8}, SIDE(SYSTEM, TRUE, 0), SIDE(MAPPED, TRUE, 0)},
    {0, {CONTROL, IN_DIRECT, FALSE, 0, 0}, EMPTY_SIDE, EMPTY_SIDE},
    {0, {CONTROL, OUT_DIRECT, FALSE, 8, 8}, SIDE(SYSTEM, TRUE, 0), SIDE(MAPPED, FALSE, 0)},
    {0, {INTERNAL, OUT_DIRECT, TRUE, 8, 8}, SIDE(SYSTEM, TRUE, 0), SIDE(MAPPED, FALSE, 0)},
    {0, {CONTROL, OUT_DIRECT, FALSE, 0, 8}, EMPTY_SIDE, SIDE(MAPPED, FALSE, 0)},
    {0, {CONTROL, OUT_DIRECT, FALSE, 8, 0}, SIDE(SYSTEM, TRUE, 0), EMPTY_SIDE},
    {0, {CONTROL, METHOD_NEITHER, FALSE, 8, 8}, NO_SIDE, NO_SIDE},
    {0, {CONTROL, METHOD_NEITHER, FALSE, 0, 0}, EMPTY_ADDRESS, EMPTY_ADDRESS},
    {0,
     {CONTROL, METHOD_NEITHER, TRUE, 8, 4},
     SIDE(TYPE3, FALSE, STATUS_INVALID_DEVICE_REQUEST),
     SIDE(USER, FALSE, STATUS_INVALID_DEVICE_REQUEST)},
    {0,
     {INTERNAL, METHOD_NEITHER, TRUE, 8, 4},
     SIDE(TYPE3, FALSE, STATUS_INVALID_DEVICE_REQUEST),
     SIDE(USER, FALSE, STATUS_INVALID_DEVICE_REQUEST)},
};

static const struct row *current;

static PVOID address_at(PIRP irp, enum place place)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    switch (place) {
    case SYSTEM:
        return irp->AssociatedIrp.SystemBuffer;
    case MAPPED:
        return MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
    case TYPE3:
        return location->Parameters.DeviceIoControl.Type3InputBuffer;
    case USER:
        return irp->UserBuffer;
    default:
        return NULL;
    }
}

/* One body for both directions. */
static NTSTATUS get_buffer(WDFREQUEST request, BOOLEAN is_output, SIZE_T required, PVOID *buffer,
                           SIZE_T *length)
{
    *buffer = &examined;
    if (length)
        *length = 99;
    return is_output ? WdfRequestRetrieveOutputBuffer(request, required, buffer, length)
                     : WdfRequestRetrieveInputBuffer(request, required, buffer, length);
}

static NTSTATUS get_memory(WDFREQUEST request, BOOLEAN is_output, WDFMEMORY *memory)
{
    *memory = (WDFMEMORY)99;
    return is_output ? WdfRequestRetrieveOutputMemory(request, memory)
                     : WdfRequestRetrieveInputMemory(request, memory);
}

static NTSTATUS get_mdl(WDFREQUEST request, BOOLEAN is_output, PMDL *mdl)
{
    *mdl = (PMDL)99;
    return is_output ? WdfRequestRetrieveOutputWdmMdl(request, mdl)
                     : WdfRequestRetrieveInputWdmMdl(request, mdl);
}

static VOID check_memory(WDFREQUEST request, BOOLEAN is_output, const struct side *side,
                         SIZE_T bytes)
{
    PVOID expected = address_at(WdfRequestWdmGetIrp(request), side->place);
    WDFMEMORY memory, again;
    UCHAR byte = 0x55;
    SIZE_T size = 0;

    assert_int_equal(get_memory(request, is_output, &memory), side->status);
    if (!NT_SUCCESS(side->status)) {
        assert_ptr_equal(memory, (WDFMEMORY)99);
        return;
    }
    assert_ptr_equal(WdfMemoryGetBuffer(memory, &size), expected);
    assert_int_equal(size, bytes);
    assert_int_equal(get_memory(request, is_output, &again), STATUS_SUCCESS);
    assert_ptr_equal(again, memory);
    assert_int_equal(WdfMemoryCopyFromBuffer(memory, 0, &byte, 1),
                     side->is_readonly ? STATUS_ACCESS_VIOLATION : STATUS_SUCCESS);
    if (!side->is_readonly)
        assert_int_equal(*(PUCHAR)expected, 0x55);
    assert_int_equal(WdfMemoryCopyToBuffer(memory, bytes - 1, &byte, 1), STATUS_SUCCESS);
    assert_int_equal(WdfMemoryCopyToBuffer(memory, bytes, &byte, 1), STATUS_BUFFER_TOO_SMALL);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryAssignBuffer(memory, &byte, 1));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete(memory));
}

static VOID check_buffer(WDFREQUEST request, BOOLEAN is_output, const struct side *side,
                         SIZE_T bytes)
{
    PVOID expected = address_at(WdfRequestWdmGetIrp(request), side->place), buffer;
    SIZE_T length;

    assert_int_equal(get_buffer(request, is_output, 0, &buffer, &length), side->status);
    assert_ptr_equal(buffer, NT_SUCCESS(side->status) ? expected : NULL);
    assert_int_equal(length, NT_SUCCESS(side->status) ? bytes : 0);
    assert_int_equal(get_buffer(request, is_output, bytes, &buffer, NULL), side->status);
    if (!NT_SUCCESS(side->status))
        return;
    assert_non_null(buffer);
    assert_int_equal(get_buffer(request, is_output, bytes + 1, &buffer, &length),
                     STATUS_BUFFER_TOO_SMALL);
    assert_null(buffer);
    assert_int_equal(length, 0);
}

static VOID check_mdl(WDFREQUEST request, BOOLEAN is_output, const struct side *side, SIZE_T bytes)
{
    PIRP irp = WdfRequestWdmGetIrp(request);
    PMDL mdl, again;

    assert_int_equal(get_mdl(request, is_output, &mdl), side->mdl);
    if (!NT_SUCCESS(side->mdl)) {
        assert_null(mdl);
        return;
    }
    assert_int_equal(get_mdl(request, is_output, &again), STATUS_SUCCESS);
    assert_ptr_equal(mdl, again);
    if (side->place == MAPPED) {
        assert_ptr_equal(mdl, irp->MdlAddress);
        return;
    }
    assert_ptr_equal(mdl, in_request(request)->built_mdl);
    assert_ptr_equal(MmGetMdlVirtualAddress(mdl), irp->AssociatedIrp.SystemBuffer);
    /* The one over the system buffer is as long as the side that was asked for first. */
    if (!is_output || !NT_SUCCESS(current->input.mdl))
        assert_int_equal(MmGetMdlByteCount(mdl), bytes);
}

static VOID check_row(WDFREQUEST request)
{
    const struct asked *asked = &current->asked;

    check_buffer(request, FALSE, &current->input, asked->input);
    check_buffer(request, TRUE, &current->output, asked->output);
    check_memory(request, FALSE, &current->input, asked->input);
    check_memory(request, TRUE, &current->output, asked->output);
    check_mdl(request, FALSE, &current->input, asked->input);
    check_mdl(request, TRUE, &current->output, asked->output);
}

static VOID check_rows(WDF_DEVICE_IO_TYPE type)
{
    WDFDEVICE device = device_of_type(type);
    ULONG i, before;

    examine = check_row;
    for (i = 0; i < RTL_NUMBER_OF(rows); i++) {
        if (rows[i].type && rows[i].type != type)
            continue;
        current = &rows[i];
        before = examined;
        assert_int_equal(ask(device, &rows[i].asked, NULL), STATUS_SUCCESS);
        assert_int_equal(examined, before + 1);
    }
}

static void buffers_of_a_buffered_device(void)
{
    check_rows(WdfDeviceIoBuffered);
}

static void buffers_of_a_direct_device(void)
{
    check_rows(WdfDeviceIoDirect);
}

static void buffers_of_a_device_of_neither(void)
{
    check_rows(WdfDeviceIoNeither);
}

/* ---- beyond the table ------------------------------------------------------------------- */

typedef struct {
    ULONG unused;
} EMPTY;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EMPTY, empty_of)

static VOID check_wrong_parameters(WDFREQUEST request)
{
    WDFMEMORY memory = NULL;
    PVOID buffer;
    PMDL mdl;

    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestRetrieveInputBuffer(request, 0, NULL, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfRequestRetrieveOutputBuffer(request, 0, NULL, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestRetrieveInputMemory(request, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestRetrieveOutputMemory(request, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestRetrieveInputWdmMdl(request, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfRequestRetrieveOutputWdmMdl(request, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestRetrieveInputBuffer(NULL, 0, &buffer, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestRetrieveOutputBuffer(NULL, 0, &buffer, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestRetrieveInputMemory(NULL, &memory));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestRetrieveOutputMemory(NULL, &memory));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestRetrieveInputWdmMdl(NULL, &mdl));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfRequestRetrieveOutputWdmMdl(NULL, &mdl));
    /* The memory of a request is no request. */
    assert_int_equal(WdfRequestRetrieveInputMemory(request, &memory), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfRequestRetrieveInputBuffer((WDFREQUEST)memory, 0, &buffer, NULL));
    assert_int_equal(bugcheck.seen[3], WDF_TYPE_NUMBER_REQUEST);
}

static void wrong_parameters_are_violations(void)
{
    examine_one(device_of_type(WdfDeviceIoBuffered), check_wrong_parameters);
}

static VOID check_memory_as_object(WDFREQUEST request)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = NULL;
    PVOID context = NULL;

    assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory), STATUS_SUCCESS);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, EMPTY);
    assert_int_equal(WdfObjectAllocateContext(memory, &attributes, &context),
                     STATUS_OBJECT_PATH_INVALID);
    assert_null(context);
    assert_null(empty_of(memory));
    WdfObjectReference(memory);
    assert_int_equal(in_request(request)->memory_uses, 1);
    assert_int_equal(in_request(request)->object.references, 1);
    WdfObjectDereference(memory);
    assert_int_equal(in_request(request)->memory_uses, 0);
}

static void a_requests_memory_is_no_object_of_its_own(void)
{
    examine_one(device_of_type(WdfDeviceIoBuffered), check_memory_as_object);
}

static VOID check_first_mdl(WDFREQUEST request)
{
    PMDL input, output;

    /* 4 bytes of input, 8 of output. */
    assert_int_equal(WdfRequestRetrieveOutputWdmMdl(request, &output), STATUS_SUCCESS);
    assert_int_equal(MmGetMdlByteCount(output), 8);
    assert_int_equal(WdfRequestRetrieveInputWdmMdl(request, &input), STATUS_SUCCESS);
    assert_ptr_equal(input, output);
    memset(MmGetSystemAddressForMdlSafe(output, NormalPagePriority), 0x66, 8);
    result_information = 8;
}

static void a_request_has_one_mdl_over_its_system_buffer(void)
{
    static const struct asked asked = {CONTROL, METHOD_BUFFERED, FALSE, 4, 8};

    examine = check_first_mdl;
    assert_int_equal(ask(device_of_type(WdfDeviceIoBuffered), &asked, NULL), STATUS_SUCCESS);
    assert_int_equal(program_output[0], 0x66);
    assert_int_equal(program_output[7], 0x66);
    assert_int_equal(program_output[8], 0);
}

static VOID check_create(WDFREQUEST request)
{
    WDF_REQUEST_PARAMETERS parameters;
    PVOID buffer;
    PMDL mdl;

    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    WdfRequestGetParameters(request, &parameters);
    assert_int_equal(parameters.Type, WdfRequestTypeCreate);
    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 0, &buffer, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 0, &buffer, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestRetrieveInputWdmMdl(request, &mdl), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfRequestRetrieveOutputWdmMdl(request, &mdl), STATUS_INVALID_DEVICE_REQUEST);
}

static VOID NTAPI on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(file);
    check_create(request);
    examined++;
    WdfRequestComplete(request, STATUS_SUCCESS);
}

static void a_create_has_no_buffers(void)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_FILEOBJECT_CONFIG config;

    WDF_FILEOBJECT_CONFIG_INIT(&config, on_create, NULL, NULL);
    WdfDeviceInitSetFileObjectConfig(init, &config, WDF_NO_OBJECT_ATTRIBUTES);
    finish_device(init);
    NtClose(open_device(SYNCHRONOUS));
    assert_int_equal(examined, 1);
}

static VOID check_lack_of_memory(WDFREQUEST request)
{
    PMDL mdl;

    ex_pool_inject(0, TRUE);
    assert_int_equal(WdfRequestRetrieveInputWdmMdl(request, &mdl), STATUS_INSUFFICIENT_RESOURCES);
    assert_null(mdl);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(WdfRequestRetrieveInputWdmMdl(request, &mdl), STATUS_SUCCESS);
}

static void an_mdl_takes_memory(void)
{
    enum { BYTES = 100 * PAGE_SIZE }; /* its MDL is too large to be kept anywhere */
    static UCHAR large[BYTES];
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    HANDLE handle = open_device(SYNCHRONOUS);
    LARGE_INTEGER offset = {0};
    IO_STATUS_BLOCK iosb;

    UNREFERENCED_PARAMETER(device);
    examine = check_lack_of_memory;
    assert_int_equal(NtWriteFile(handle, NULL, NULL, NULL, &iosb, large, BYTES, &offset, NULL),
                     STATUS_SUCCESS);
    NtClose(handle);
}

/* ---- the buffer is the sender's ------------------------------------------------------------- */

static VOID answer(WDFREQUEST request)
{
    PUCHAR input, output;
    SIZE_T length, i;

    assert_int_equal(WdfRequestRetrieveInputBuffer(request, 1, (PVOID *)&input, &length),
                     STATUS_SUCCESS);
    assert_int_equal(WdfRequestRetrieveOutputBuffer(request, length, (PVOID *)&output, NULL),
                     STATUS_SUCCESS);
    for (i = 0; i < length; i++)
        output[i] = input[i] ^ 0xFF;
    result_information = length;
}

static void what_the_driver_writes_arrives(void)
{
    static const ULONG methods[] = {METHOD_BUFFERED, METHOD_OUT_DIRECT};
    WDFDEVICE device = device_of_type(WdfDeviceIoBuffered);
    struct asked asked = {CONTROL, 0, FALSE, 16, 32};
    IO_STATUS_BLOCK iosb;
    ULONG i, j;

    for (i = 0; i < RTL_NUMBER_OF(methods); i++) {
        asked.method = methods[i];
        for (j = 0; j < PROGRAM_BYTES; j++) {
            program_input[j] = (UCHAR)(j + i);
            program_output[j] = 0;
        }
        examine = answer;
        assert_int_equal(ask(device, &asked, &iosb), STATUS_SUCCESS);
        assert_int_equal(iosb.Information, 16);
        for (j = 0; j < PROGRAM_BYTES; j++)
            assert_int_equal(program_output[j], j < 16 ? (UCHAR)((j + i) ^ 0xFF) : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(buffers_of_a_buffered_device),
        WDF_TEST(buffers_of_a_direct_device),
        WDF_TEST(buffers_of_a_device_of_neither),
        WDF_TEST(wrong_parameters_are_violations),
        WDF_TEST(a_requests_memory_is_no_object_of_its_own),
        WDF_TEST(a_request_has_one_mdl_over_its_system_buffer),
        WDF_TEST(a_create_has_no_buffers),
        WDF_TEST(an_mdl_takes_memory),
        WDF_TEST(what_the_driver_writes_arrives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
