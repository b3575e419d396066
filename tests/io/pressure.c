/* Pins: whichever allocation of a request fails, it is told so, and nothing of it stays behind. */
#include "io/io_test.h"
#include "mm/mm_private.h"

#define SIZE 6000

static struct {
    HANDLE buffered, direct;
    UCHAR memory[2 * SIZE]; /* of the program */
} fixture;

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    UNREFERENCED_PARAMETER(device);
    return complete(irp, STATUS_SUCCESS, is_file_request(irp) ? 0 : 10);
}

static VOID set_up(VOID)
{
    PDRIVER_OBJECT driver = make_test_driver(dispatch);

    make_device(driver, L"\\Device\\Buffered", DO_BUFFERED_IO);
    make_device(driver, L"\\Device\\Direct", DO_DIRECT_IO);
    fixture.buffered = open_name(L"\\Device\\Buffered", SYNCHRONOUS);
    fixture.direct = open_name(L"\\Device\\Direct", SYNCHRONOUS);
}

static NTSTATUS read_from(HANDLE handle)
{
    IO_STATUS_BLOCK iosb;

    return NtReadFile(handle, NULL, NULL, NULL, &iosb, fixture.memory, SIZE, NULL, NULL);
}

static NTSTATUS write_to(HANDLE handle)
{
    IO_STATUS_BLOCK iosb;

    return NtWriteFile(handle, NULL, NULL, NULL, &iosb, fixture.memory, SIZE, NULL, NULL);
}

static NTSTATUS control_by(ULONG method)
{
    IO_STATUS_BLOCK iosb;

    return control(fixture.buffered, CODE(method), fixture.memory, SIZE, fixture.memory + SIZE,
                   SIZE, &iosb);
}

static NTSTATUS open_and_close(VOID)
{
    HANDLE handle;
    NTSTATUS status = try_open(L"\\Device\\Direct\\some name", FILE_READ_DATA, 0, &handle);

    return NT_SUCCESS(status) ? NtClose(handle) : status;
}

static NTSTATUS request(ULONG which)
{
    switch (which) {
    case 0:
        return read_from(fixture.buffered);
    case 1:
        return write_to(fixture.buffered);
    case 2:
        return read_from(fixture.direct);
    case 3:
        return write_to(fixture.direct);
    case 4:
        return open_and_close();
    default:
        return control_by(which - 5);
    }
}

#define REQUESTS 9

/*
 * Blocks in use of every tag. The thread's list of free IRPs keeps its own: warmed up, that is
 * level. The processors' lists of free MDLs are not, as the thread may come to another processor.
 */
static LONG64 blocks_in_use(VOID)
{
    struct ex_tag_usage rows[128];
    LONG64 blocks = 0;
    ULONG count, i;

    mm_mdl_cache_release();
    count = ex_query_tags(rows, RTL_NUMBER_OF(rows));
    for (i = 0; i < min(count, RTL_NUMBER_OF(rows)); i++)
        blocks += rows[i].allocations - rows[i].frees;
    return blocks;
}

static void each_allocation_of_each_request(void)
{
    ULONG which, at, failures = 0;
    NTSTATUS status;

    set_up();
    for (which = 0; which < REQUESTS; which++)
        assert_int_equal(request(which), STATUS_SUCCESS);
    for (which = 0; which < REQUESTS; which++) {
        LONG64 before = blocks_in_use();

        for (at = 0, status = STATUS_UNSUCCESSFUL; status != STATUS_SUCCESS && at < 50; at++) {
            ex_pool_inject(at, FALSE);
            status = request(which);
            ex_pool_inject(MAXULONG, FALSE);
            if (status != STATUS_SUCCESS) {
                assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
                failures++;
            }
            assert_int_equal(blocks_in_use(), before);
        }
        assert_int_equal(status, STATUS_SUCCESS);
        assert_int_equal(request(which), STATUS_SUCCESS);
    }
    /* Else nothing was tried. */
    assert_true(failures >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(each_allocation_of_each_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
