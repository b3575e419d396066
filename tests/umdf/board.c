/* Pins the kernel's end of a host's board: slots and their places, the ring, and the calls of a
 * host that does not keep to the rules. */
#include <ntifs.h>

#include "umdf/errand.h"
#include "umdf/umdf.h"
#include "nt_cmocka.h"
#include "../../include/ntio/ntio.h"

static struct umdf_board *board;
static struct umdf_host *host;
static UCHAR *data; /* room for what the calls below name */

static int start(void **state)
{
    const struct ntio_options options = {.size = sizeof(options)};
    ULONG i;

    (void)state;
    assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    board = hal_allocate(sizeof(*board));
    host = hal_allocate(sizeof(*host));
    data = hal_allocate(PAGE_SIZE);
    assert_true(board && host && data);
    host->board = board;
    host->data = data;
    host->references = 1;
    RtlInitializeBitMap(&host->pages, host->page_bits, UMDF_DATA_PAGES);
    RtlSetBits(&host->pages, 0, UMDF_SHARED_PAGES);
    for (i = 0; i < UMDF_SLOTS; i++)
        host->free[host->free_count++] = (USHORT)(UMDF_SLOTS - 1 - i);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hal_free(data);
    hal_free(host);
    hal_free(board);
    ntio_stop();
    return 0;
}

/* ---- slots ---- */

static struct umdf_request *take(ULONG input, ULONG output, struct umdf_slot **slot)
{
    NTSTATUS status;

    return umdf_take_slot(host, input, output, slot, &status);
}

static void test_directions_do_not_share_pages(void **state)
{
    struct umdf_slot *slot;
    struct umdf_request *request = take(1, 1, &slot);

    (void)state;
    assert_non_null(request);
    assert_int_equal(slot->output - slot->input, PAGE_SIZE);
    umdf_free_slot(host, request);
    request = take(PAGE_SIZE, PAGE_SIZE + 1, &slot);
    assert_int_equal(slot->input, (hal_u64)UMDF_SHARED_PAGES << PAGE_SHIFT);
    assert_int_equal(slot->output - slot->input, PAGE_SIZE);
    assert_int_equal(request->pages, 3);
    umdf_free_slot(host, request);
    assert_int_equal(RtlNumberOfSetBits(&host->pages), UMDF_SHARED_PAGES);
}

static void test_slots_end(void **state)
{
    struct umdf_slot *slot;
    NTSTATUS status;
    ULONG i;

    (void)state;
    for (i = 0; i < UMDF_SLOTS; i++)
        assert_non_null(umdf_take_slot(host, 0, 0, &slot, &status));
    assert_null(umdf_take_slot(host, 0, 0, &slot, &status));
    assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
    umdf_free_slot(host, &host->requests[7]);
    assert_ptr_equal(umdf_take_slot(host, 0, 0, &slot, &status), &host->requests[7]);
    assert_int_equal(host->requests[7].serial, 2);
}

static void test_a_dead_host_takes_nothing(void **state)
{
    struct umdf_slot *slot;
    NTSTATUS status;

    (void)state;
    host->is_dead = 1;
    assert_null(umdf_take_slot(host, 0, 0, &slot, &status));
    assert_int_equal(status, STATUS_DRIVER_PROCESS_TERMINATED);
    assert_false(umdf_post(host, UMDF_REQUEST, 1, 1));
    assert_int_equal(board->tail, 0);
}

static void test_entries_follow_one_another(void **state)
{
    (void)state;
    assert_true(umdf_post(host, UMDF_REQUEST, 5, 77));
    assert_true(umdf_post(host, UMDF_CANCEL, 5, 77));
    assert_int_equal(board->tail, 2);
    assert_int_equal(board->ring[0].kind, UMDF_REQUEST);
    assert_int_equal(board->ring[1].kind, UMDF_CANCEL);
    assert_int_equal(board->ring[1].slot, 5);
    assert_int_equal(board->ring[1].serial, 77);
}

/* ---- calls of a host that breaks the rules: each is answered, and nothing is touched ---- */

static NTSTATUS call(struct umdf_call *made)
{
    made->turn = UMDF_KERNEL;
    umdf_take_call(host, (ULONG)(made - board->calls));
    assert_null(host->errands[made - board->calls]);
    assert_true(lpc_has_turn(made->turn, UMDF_HOST));
    assert_int_equal(host->references, 1);
    return (NTSTATUS)made->status;
}

static void test_a_stack_that_is_not_its_own(void **state)
{
    struct umdf_call *made = &board->calls[3];

    (void)state;
    made->kind = UMDF_SEND_NEW;
    made->device = 12345;
    assert_int_equal(call(made), STATUS_NO_SUCH_DEVICE);
    assert_int_equal(board->ring[0].kind, UMDF_ANSWER);
    assert_int_equal(board->ring[0].slot, 3);
}

static NTSTATUS call_with(hal_u64 place, ULONG input, ULONG output)
{
    struct umdf_call *made = &board->calls[0];

    made->kind = UMDF_SEND_NEW;
    made->place = place;
    made->input_length = input;
    made->output_length = output;
    return call(made);
}

static void test_data_outside_its_part(void **state)
{
    const hal_u64 own = (hal_u64)UMDF_DATA_PAGES << PAGE_SHIFT;
    const hal_u64 end = (hal_u64)UMDF_AREA_PAGES << PAGE_SHIFT;

    (void)state;
    assert_int_equal(call_with(0, UMDF_CALL_BYTES + 1, 0), STATUS_INVALID_PARAMETER);
    assert_int_equal(call_with(0, 0, UMDF_CALL_BYTES + 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(call_with(own - PAGE_SIZE, 1, 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(call_with(end, 1, 0), STATUS_INVALID_PARAMETER);
    assert_int_equal(call_with(end - PAGE_SIZE, PAGE_SIZE, 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(call_with(~0ull - 100, 1000, 1000), STATUS_INVALID_PARAMETER);
    /* Allowed so far: there is no such stack. */
    assert_int_equal(call_with(end - PAGE_SIZE, PAGE_SIZE, 0), STATUS_NO_SUCH_DEVICE);
    assert_int_equal(call_with(own, 1, 1), STATUS_NO_SUCH_DEVICE);
}

static void test_nobody_to_impersonate(void **state)
{
    (void)state;
    assert_null(umdf_token_of_sender(host, UMDF_SLOTS));
    assert_null(umdf_token_of_sender(host, 0));
}

static void test_cancelling_what_is_not_there(void **state)
{
    (void)state;
    board->calls[9].cancelled = 1;
    umdf_cancel_call(host, 9);
    umdf_cancel_calls(host);
}

#define TEST(body) cmocka_unit_test_setup_teardown(body, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_directions_do_not_share_pages), TEST(test_slots_end),
        TEST(test_a_dead_host_takes_nothing),     TEST(test_entries_follow_one_another),
        TEST(test_a_stack_that_is_not_its_own),   TEST(test_data_outside_its_part),
        TEST(test_nobody_to_impersonate),         TEST(test_cancelling_what_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
