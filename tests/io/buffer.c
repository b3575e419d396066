/* Pins: what an IRP holds for each method of reads, writes and control requests, and what comes
 * back to the caller. */
#include "io/io_test.h"

#define SIZE 100

/* What the driver saw of the last request. */
static struct seen {
    ULONG calls;
    IRP irp;
    IO_STACK_LOCATION location;
    UCHAR data[2 * PAGE_SIZE]; /* the first bytes of its buffer */
    PVOID system_address;      /* of the MDL */
    SHORT mdl_flags;
    ULONG mdl_bytes, mdl_offset;
} seen;

/* What it is to answer: fill its output with fill, complete with status and information. */
static UCHAR fill;
static NTSTATUS answer;
static ULONG_PTR information;

static VOID look(PVOID buffer, ULONG length)
{
    if (buffer && length && length <= sizeof(seen.data))
        memcpy(seen.data, buffer, length);
}

static VOID look_at_mdl(PMDL mdl)
{
    seen.mdl_flags = mdl->MdlFlags;
    seen.mdl_bytes = MmGetMdlByteCount(mdl);
    seen.mdl_offset = MmGetMdlByteOffset(mdl);
    seen.system_address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    look(seen.system_address, seen.mdl_bytes);
}

static VOID produce(PIRP irp, PIO_STACK_LOCATION location)
{
    BOOLEAN is_control = location->MajorFunction == IRP_MJ_DEVICE_CONTROL;
    ULONG length = is_control ? location->Parameters.DeviceIoControl.OutputBufferLength
                              : location->Parameters.Read.Length;

    if (!fill)
        return;
    if (irp->MdlAddress)
        memset(seen.system_address, fill, length);
    else if (irp->AssociatedIrp.SystemBuffer)
        memset(irp->AssociatedIrp.SystemBuffer, fill, length);
    else if (irp->UserBuffer)
        memset(irp->UserBuffer, fill, length);
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    UNREFERENCED_PARAMETER(device);
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    memset(&seen, 0, offsetof(struct seen, data));
    seen.calls = 1;
    seen.irp = *irp;
    seen.location = *location;
    if (location->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        look(irp->AssociatedIrp.SystemBuffer,
             location->Parameters.DeviceIoControl.InputBufferLength);
    else
        look(irp->AssociatedIrp.SystemBuffer, location->Parameters.Read.Length);
    if (irp->MdlAddress)
        look_at_mdl(irp->MdlAddress);
    produce(irp, location);
    return complete(irp, answer, information);
}

struct fixture {
    PDRIVER_OBJECT driver;
    HANDLE buffered, direct, neither;
};
static struct fixture fixture;

static void set_up(void)
{
    fixture.driver = make_test_driver(dispatch);
    make_device(fixture.driver, L"\\Device\\Buffered", DO_BUFFERED_IO);
    make_device(fixture.driver, L"\\Device\\Direct", DO_DIRECT_IO);
    make_device(fixture.driver, L"\\Device\\Neither", 0);
    fixture.buffered = open_name(L"\\Device\\Buffered", SYNCHRONOUS);
    fixture.direct = open_name(L"\\Device\\Direct", SYNCHRONOUS);
    fixture.neither = open_name(L"\\Device\\Neither", SYNCHRONOUS);
    fill = 0;
    answer = STATUS_SUCCESS;
    information = 0;
    memset(&seen, 0, sizeof(seen));
}

static NTSTATUS read(HANDLE handle, PVOID buffer, ULONG length, PIO_STATUS_BLOCK iosb)
{
    memset(iosb, POISON, sizeof(*iosb));
    return NtReadFile(handle, NULL, NULL, NULL, iosb, buffer, length, NULL, NULL);
}

static NTSTATUS write(HANDLE handle, PVOID buffer, ULONG length, PIO_STATUS_BLOCK iosb)
{
    memset(iosb, POISON, sizeof(*iosb));
    return NtWriteFile(handle, NULL, NULL, NULL, iosb, buffer, length, NULL, NULL);
}

/* ---- read and write --------------------------------------------------------------- */

static void buffered_read(void)
{
    UCHAR buffer[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    memset(buffer, POISON, sizeof(buffer));
    fill = 7;
    information = 40;
    assert_int_equal(read(fixture.buffered, buffer, SIZE, &iosb), STATUS_SUCCESS);
    assert_non_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_true(mm_is_system_address((ULONG_PTR)seen.irp.AssociatedIrp.SystemBuffer));
    assert_null(seen.irp.MdlAddress);
    assert_ptr_equal(seen.irp.UserBuffer, buffer);
    assert_int_equal(seen.irp.Flags & 0xfff, IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER |
                                                 IRP_INPUT_OPERATION | IRP_READ_OPERATION);
    assert_int_equal(seen.irp.RequestorMode, UserMode);
    assert_int_equal(seen.location.Parameters.Read.Length, SIZE);
    assert_int_equal(iosb.Information, 40);
    /* Information bytes come back, not one more. */
    assert_int_equal(buffer[0], 7);
    assert_int_equal(buffer[39], 7);
    assert_true(is_poisoned(buffer + 40, SIZE - 40));
}

static void buffered_write(void)
{
    UCHAR buffer[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    memset(buffer, 9, sizeof(buffer));
    fill = 3;
    information = SIZE;
    assert_int_equal(write(fixture.buffered, buffer, SIZE, &iosb), STATUS_SUCCESS);
    assert_memory_equal(seen.data, buffer, SIZE);
    assert_null(seen.irp.MdlAddress);
    assert_int_equal(seen.irp.Flags & 0xfff,
                     IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | IRP_WRITE_OPERATION);
    /* The driver's scribbling into its copy stays there. */
    assert_int_equal(buffer[0], 9);
    assert_int_equal(iosb.Information, SIZE);
}

static void buffered_zero_length(void)
{
    IO_STATUS_BLOCK iosb;

    set_up();
    assert_int_equal(read(fixture.buffered, NULL, 0, &iosb), STATUS_SUCCESS);
    assert_int_equal(seen.calls, 1);
    assert_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_int_equal(seen.irp.Flags & IRP_DEALLOCATE_BUFFER, 0);
}

/* Which statuses bring data back: success, informational and warnings do, errors do not. */
static void buffered_read_statuses(void)
{
    static const struct {
        NTSTATUS status;
        BOOLEAN copies;
    } rows[] = {
        {STATUS_SUCCESS, TRUE},           {STATUS_OBJECT_NAME_EXISTS, TRUE},
        {STATUS_BUFFER_OVERFLOW, TRUE},   {STATUS_DEVICE_BUSY, TRUE},
        {STATUS_VERIFY_REQUIRED, FALSE},  {STATUS_UNSUCCESSFUL, FALSE},
        {STATUS_BUFFER_TOO_SMALL, FALSE},
    };
    UCHAR buffer[SIZE];
    IO_STATUS_BLOCK iosb;
    ULONG i;

    set_up();
    fill = 5;
    information = SIZE;
    for (i = 0; i < RTL_NUMBER_OF(rows); i++) {
        memset(buffer, POISON, sizeof(buffer));
        answer = rows[i].status;
        assert_int_equal(read(fixture.buffered, buffer, SIZE, &iosb), rows[i].status);
        assert_int_equal(buffer[0], rows[i].copies ? 5 : POISON);
        assert_int_equal(buffer[SIZE - 1], rows[i].copies ? 5 : POISON);
    }
}

static void direct_read(void)
{
    static UCHAR pages[3 * PAGE_SIZE];
    PUCHAR buffer = pages + 123;
    ULONG length = 2 * PAGE_SIZE - 7;
    IO_STATUS_BLOCK iosb;

    set_up();
    memset(pages, POISON, sizeof(pages));
    fill = 6;
    information = length;
    assert_int_equal(read(fixture.direct, buffer, length, &iosb), STATUS_SUCCESS);
    assert_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_null(seen.irp.UserBuffer);
    assert_non_null(seen.irp.MdlAddress);
    assert_true(seen.mdl_flags & MDL_PAGES_LOCKED);
    assert_true(seen.mdl_flags & MDL_WRITE_OPERATION);
    assert_int_equal(seen.mdl_bytes, length);
    assert_int_equal(seen.mdl_offset, (ULONG_PTR)buffer % PAGE_SIZE);
    assert_int_equal((ULONG_PTR)seen.system_address % PAGE_SIZE, (ULONG_PTR)buffer % PAGE_SIZE);
    assert_true(mm_is_system_address((ULONG_PTR)seen.system_address));
    assert_int_equal(buffer[0], 6);
    assert_int_equal(buffer[length - 1], 6);
    assert_int_equal(pages[122], POISON);
    assert_int_equal(buffer[length], POISON);
    assert_int_equal(iosb.Information, length);
}

static void direct_write(void)
{
    UCHAR buffer[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    memset(buffer, 8, sizeof(buffer));
    information = SIZE;
    assert_int_equal(write(fixture.direct, buffer, SIZE, &iosb), STATUS_SUCCESS);
    assert_false(seen.mdl_flags & MDL_WRITE_OPERATION);
    assert_memory_equal(seen.data, buffer, SIZE);
}

static void direct_zero_length(void)
{
    IO_STATUS_BLOCK iosb;

    set_up();
    assert_int_equal(read(fixture.direct, NULL, 0, &iosb), STATUS_SUCCESS);
    assert_int_equal(seen.calls, 1);
    assert_null(seen.irp.MdlAddress);
}

static void neither_read(void)
{
    UCHAR buffer[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    fill = 4;
    information = SIZE;
    assert_int_equal(read(fixture.neither, buffer, SIZE, &iosb), STATUS_SUCCESS);
    assert_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_null(seen.irp.MdlAddress);
    assert_ptr_equal(seen.irp.UserBuffer, buffer);
    assert_int_equal(buffer[SIZE - 1], 4);
}

/* ---- control ------------------------------------------------------------------------- */

static NTSTATUS send(ULONG method, PVOID input, ULONG input_length, PVOID output,
                     ULONG output_length, PIO_STATUS_BLOCK iosb)
{
    memset(iosb, POISON, sizeof(*iosb));
    return control(fixture.neither, CODE(method), input, input_length, output, output_length, iosb);
}

static void buffered_control(void)
{
    UCHAR input[SIZE], output[2 * SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    memset(input, 1, sizeof(input));
    memset(output, POISON, sizeof(output));
    fill = 2;
    information = 150;
    assert_int_equal(send(METHOD_BUFFERED, input, SIZE, output, 2 * SIZE, &iosb), STATUS_SUCCESS);
    assert_non_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_memory_equal(seen.data, input, SIZE);
    assert_null(seen.irp.MdlAddress);
    assert_ptr_equal(seen.irp.UserBuffer, output);
    assert_null(seen.location.Parameters.DeviceIoControl.Type3InputBuffer);
    assert_int_equal(seen.irp.Flags & 0xff,
                     IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | IRP_INPUT_OPERATION);
    assert_int_equal(seen.location.Parameters.DeviceIoControl.InputBufferLength, SIZE);
    assert_int_equal(seen.location.Parameters.DeviceIoControl.OutputBufferLength, 2 * SIZE);
    assert_int_equal(output[149], 2);
    assert_true(is_poisoned(output + 150, 2 * SIZE - 150));
    assert_int_equal(input[0], 1);
}

static void buffered_control_without_buffers(void)
{
    UCHAR output[4];
    IO_STATUS_BLOCK iosb;

    set_up();
    assert_int_equal(send(METHOD_BUFFERED, NULL, 0, NULL, 0, &iosb), STATUS_SUCCESS);
    assert_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_int_equal(seen.irp.Flags & 0xff, IRP_BUFFERED_IO);
    /* A pointer with length 0 is an output all the same. */
    assert_int_equal(send(METHOD_BUFFERED, NULL, 0, output, 0, &iosb), STATUS_SUCCESS);
    assert_int_equal(seen.irp.Flags & 0xff, IRP_BUFFERED_IO | IRP_INPUT_OPERATION);
    /* A length without a pointer is no length. */
    assert_int_equal(send(METHOD_BUFFERED, NULL, 16, NULL, 32, &iosb), STATUS_SUCCESS);
    assert_int_equal(seen.location.Parameters.DeviceIoControl.InputBufferLength, 0);
    assert_int_equal(seen.location.Parameters.DeviceIoControl.OutputBufferLength, 0);
}

static void direct_control(void)
{
    static const struct {
        ULONG method;
        BOOLEAN is_written;
    } rows[] = {{METHOD_IN_DIRECT, FALSE}, {METHOD_OUT_DIRECT, TRUE}};
    UCHAR input[SIZE], output[SIZE];
    IO_STATUS_BLOCK iosb;
    ULONG i;

    set_up();
    memset(input, 1, sizeof(input));
    for (i = 0; i < RTL_NUMBER_OF(rows); i++) {
        memset(output, POISON, sizeof(output));
        assert_int_equal(send(rows[i].method, input, 10, output, SIZE, &iosb), STATUS_SUCCESS);
        assert_non_null(seen.irp.AssociatedIrp.SystemBuffer);
        assert_non_null(seen.irp.MdlAddress);
        assert_int_equal(!!(seen.mdl_flags & MDL_WRITE_OPERATION), rows[i].is_written);
        assert_int_equal(seen.mdl_bytes, SIZE);
        assert_int_equal(seen.irp.Flags & 0xff, IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER);
        assert_int_equal(seen.data[0], POISON);
        /* Without input there is no system buffer, without output no MDL. */
        assert_int_equal(send(rows[i].method, NULL, 0, NULL, 0, &iosb), STATUS_SUCCESS);
        assert_null(seen.irp.AssociatedIrp.SystemBuffer);
        assert_null(seen.irp.MdlAddress);
    }
}

static void direct_control_in_place(void)
{
    UCHAR output[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    fill = 11;
    /* Information is only told, the bytes are there anyway; an error does not undo them. */
    answer = STATUS_UNSUCCESSFUL;
    assert_int_equal(send(METHOD_OUT_DIRECT, NULL, 0, output, SIZE, &iosb), STATUS_UNSUCCESSFUL);
    assert_int_equal(output[SIZE - 1], 11);
}

static void neither_control(void)
{
    UCHAR input[SIZE], output[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    assert_int_equal(send(METHOD_NEITHER, input, 10, output, 20, &iosb), STATUS_SUCCESS);
    assert_ptr_equal(seen.location.Parameters.DeviceIoControl.Type3InputBuffer, input);
    assert_ptr_equal(seen.irp.UserBuffer, output);
    assert_null(seen.irp.AssociatedIrp.SystemBuffer);
    assert_null(seen.irp.MdlAddress);
    /* Nobody probes: what nonsense the caller gives, the driver gets. */
    assert_int_equal(send(METHOD_NEITHER, (PVOID)8, 10, (PVOID)(ULONG_PTR)-8, 20, &iosb),
                     STATUS_SUCCESS);
    assert_ptr_equal(seen.irp.UserBuffer, (PVOID)(ULONG_PTR)-8);
}

/* ---- callers that lie -------------------------------------------------------------------- */

static void bad_addresses(void)
{
    PVOID kernel = ExAllocatePoolWithTag(NonPagedPoolNx, PAGE_SIZE, 'tseT');
    UCHAR good[SIZE];
    IO_STATUS_BLOCK iosb;
    ULONG i;
    PVOID bad[] = {(PVOID)16, kernel, (PVOID)(ULONG_PTR)-64};

    set_up();
    fill = 1;
    information = SIZE;
    for (i = 0; i < RTL_NUMBER_OF(bad); i++) {
        assert_int_equal(read(fixture.buffered, bad[i], SIZE, &iosb), STATUS_ACCESS_VIOLATION);
        assert_int_equal(write(fixture.buffered, bad[i], SIZE, &iosb), STATUS_ACCESS_VIOLATION);
        assert_int_equal(read(fixture.direct, bad[i], SIZE, &iosb), STATUS_ACCESS_VIOLATION);
        assert_int_equal(write(fixture.direct, bad[i], SIZE, &iosb), STATUS_ACCESS_VIOLATION);
        assert_int_equal(send(METHOD_BUFFERED, bad[i], SIZE, good, SIZE, &iosb),
                         STATUS_ACCESS_VIOLATION);
        assert_int_equal(send(METHOD_BUFFERED, good, SIZE, bad[i], SIZE, &iosb),
                         STATUS_ACCESS_VIOLATION);
        assert_int_equal(send(METHOD_OUT_DIRECT, bad[i], SIZE, good, SIZE, &iosb),
                         STATUS_ACCESS_VIOLATION);
        assert_int_equal(send(METHOD_OUT_DIRECT, good, SIZE, bad[i], SIZE, &iosb),
                         STATUS_ACCESS_VIOLATION);
        assert_int_equal(send(METHOD_IN_DIRECT, good, SIZE, bad[i], SIZE, &iosb),
                         STATUS_ACCESS_VIOLATION);
    }
    assert_int_equal(seen.calls, 0);
    assert_true(is_poisoned(&iosb, sizeof(iosb)));
    /* A length of 0 is never looked at. */
    assert_int_equal(read(fixture.direct, (PVOID)16, 0, &iosb), STATUS_SUCCESS);
    information = 0;
    assert_int_equal(read(fixture.buffered, kernel, 0, &iosb), STATUS_SUCCESS);
    ExFreePoolWithTag(kernel, 'tseT');
}

static void bad_status_block(void)
{
    UCHAR buffer[SIZE];

    set_up();
    assert_int_equal(NtReadFile(fixture.direct, NULL, NULL, NULL, (PIO_STATUS_BLOCK)32, buffer,
                                SIZE, NULL, NULL),
                     STATUS_ACCESS_VIOLATION);
    assert_int_equal(
        control(fixture.direct, CODE(METHOD_BUFFERED), NULL, 0, NULL, 0, (PIO_STATUS_BLOCK)32),
        STATUS_ACCESS_VIOLATION);
    assert_int_equal(seen.calls, 0);
}

static void read_only_page(void)
{
    IO_STATUS_BLOCK iosb;
    hal_u64 address = 0;

    set_up();
    assert_int_equal(hal_reserve(&address, 1), HAL_OK);
    assert_int_equal(hal_commit(address, 1, HAL_READ), HAL_OK);
    assert_int_equal(read(fixture.direct, (PVOID)address, SIZE, &iosb), STATUS_ACCESS_VIOLATION);
    assert_int_equal(read(fixture.buffered, (PVOID)address, SIZE, &iosb), STATUS_ACCESS_VIOLATION);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(write(fixture.direct, (PVOID)address, SIZE, &iosb), STATUS_SUCCESS);
    assert_int_equal(write(fixture.buffered, (PVOID)address, SIZE, &iosb), STATUS_SUCCESS);
    assert_int_equal(hal_release(address, 1), HAL_OK);
}

/* The caller's page goes away while the driver has the request. */
static hal_u64 vanishing;

static NTSTATUS NTAPI unmap_and_complete(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    if (is_file_request(irp))
        return complete(irp, STATUS_SUCCESS, 0);
    hal_release(vanishing, 1);
    return complete(irp, STATUS_SUCCESS, SIZE);
}

static void copy_back_fault(void)
{
    IO_STATUS_BLOCK iosb;

    set_up();
    vanishing = 0;
    assert_int_equal(hal_reserve(&vanishing, 1), HAL_OK);
    assert_int_equal(hal_commit(vanishing, 1, HAL_READ | HAL_WRITE), HAL_OK);
    test_dispatch = unmap_and_complete;
    assert_int_equal(read(fixture.buffered, (PVOID)vanishing, SIZE, &iosb),
                     STATUS_ACCESS_VIOLATION);
}

static void no_memory(void)
{
    UCHAR buffer[SIZE];
    IO_STATUS_BLOCK iosb;

    set_up();
    ex_pool_inject(0, TRUE);
    assert_int_equal(read(fixture.buffered, buffer, SIZE, &iosb), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(send(METHOD_BUFFERED, buffer, SIZE, NULL, 0, &iosb),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(send(METHOD_IN_DIRECT, buffer, SIZE, buffer, SIZE, &iosb),
                     STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(seen.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(buffered_read),        IO_TEST(buffered_write),
        IO_TEST(buffered_zero_length), IO_TEST(buffered_read_statuses),
        IO_TEST(direct_read),          IO_TEST(direct_write),
        IO_TEST(direct_zero_length),   IO_TEST(neither_read),
        IO_TEST(buffered_control),     IO_TEST(buffered_control_without_buffers),
        IO_TEST(direct_control),       IO_TEST(direct_control_in_place),
        IO_TEST(neither_control),      IO_TEST(bad_addresses),
        IO_TEST(bad_status_block),     IO_TEST(read_only_page),
        IO_TEST(copy_back_fault),      IO_TEST(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
