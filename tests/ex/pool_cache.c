/*
 * Pins that pool is right when threads share it: accounts, blocks, double frees.
 */
#include "fixture.h"

enum { threads = 4, rounds = 20000, kept = 64 };

/* Blocks on their way between threads. */
static PVOID exchange[kept];

static ULONG next_random(ULONG *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static PVOID allocate_random(ULONG *seed)
{
    SIZE_T bytes =
        next_random(seed) % 100 == 0 ? next_random(seed) % 40000 : next_random(seed) % 600;
    BOOLEAN is_paged = next_random(seed) % 2;
    PUCHAR block = ExAllocatePoolWithTag(is_paged ? PagedPool : NonPagedPoolNx, bytes + 1,
                                         TEST_TAG + ((next_random(seed) % 5) << 24));

    block[0] = block[bytes] = (UCHAR)bytes;
    return block;
}

/* Allocates, frees its own blocks and what other threads have left for it. */
static VOID NTAPI churn(PVOID context)
{
    ULONG seed = (ULONG)(ULONG_PTR)context;
    PVOID own[kept] = {0};

    for (ULONG i = 0; i < rounds; i++) {
        ULONG at = next_random(&seed) % kept;
        if (own[at])
            ExFreePool(own[at]);
        own[at] = allocate_random(&seed);
        if (next_random(&seed) % 4 == 0)
            own[at] = __atomic_exchange_n(&exchange[at], own[at], __ATOMIC_ACQ_REL);
    }
    for (ULONG at = 0; at < kept; at++)
        if (own[at])
            ExFreePool(own[at]);
}

static void accounts_are_equal_in_the_end(void **state)
{
    PKTHREAD running[threads];
    ULONG64 allocations = 0;

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < threads; i++)
        running[i] = begin_thread(churn, (PVOID)(ULONG_PTR)(i + 1));
    for (ULONG i = 0; i < threads; i++)
        end_of_thread(running[i]);
    for (ULONG at = 0; at < kept; at++)
        if (exchange[at])
            ExFreePool(exchange[at]);
    for (ULONG i = 0; i < 5; i++) {
        ULONG tag = TEST_TAG + (i << 24);
        allocations += usage_of(tag, FALSE).allocations + usage_of(tag, TRUE).allocations;
        assert_int_equal(outstanding(tag), 0);
        assert_int_equal(usage_of(tag, FALSE).bytes + usage_of(tag, TRUE).bytes, 0);
    }
    assert_int_equal(allocations, threads * rounds);
}

static VOID NTAPI allocate_hundred(PVOID context)
{
    for (ULONG i = 0; i < 100; i++)
        ((PVOID *)context)[i] = ExAllocatePoolWithTag(NonPagedPoolNx, 700, TEST_TAG);
}

/* What an ended thread had cached serves others: the same frames are used again and again. */
static void an_ended_thread_leaves_nothing(void **state)
{
    struct mm_statistics first, last;
    static PVOID blocks[100];

    UNREFERENCED_PARAMETER(state);
    for (ULONG round = 0; round < 60; round++) {
        run_until_gone(allocate_hundred, blocks);
        for (ULONG i = 0; i < 100; i++)
            ExFreePoolWithTag(blocks[i], TEST_TAG);
        /* By then AddressSanitizer's quarantine is full, too. */
        if (round == 45)
            mm_query_statistics(&first);
    }
    mm_query_statistics(&last);
    assert_true(last.frames_in_use <= first.frames_in_use + 32);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

static VOID NTAPI free_it(PVOID context)
{
    ExFreePoolWithTag(context, TEST_TAG);
}

static void a_double_free_by_two_threads_is_one(void **state)
{
    PVOID block = ExAllocatePoolWithTag(NonPagedPoolNx, 100, TEST_TAG);

    UNREFERENCED_PARAMETER(state);
    run_until_gone(free_it, block);
    ASSERT_BUGCHECK(ExFreePoolWithTag(block, TEST_TAG), BAD_POOL_CALLER, 0x07);
    assert_int_equal(outstanding(TEST_TAG), 0);
}

/* More tags than are told apart: the rest is counted together, and nothing is lost. */
static void counts_what_has_no_row(void **state)
{
    enum { tags = 1500 };
    static PVOID blocks[tags];
    ULONG64 rest;

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < tags; i++)
        blocks[i] = ExAllocatePoolWithTag(PagedPool, 16,
                                          'a000' + i % 10 + (i / 10 % 10 << 8) + (i / 100 << 16));
    rest = usage_of('lfvO', FALSE).allocations;
    assert_true(rest > tags - 1024 && rest < tags);
    for (ULONG i = 0; i < tags; i++)
        ExFreePool(blocks[i]);
    assert_int_equal(usage_of('lfvO', FALSE).frees, rest);
    assert_int_equal(usage_of('lfvO', FALSE).bytes, 0);
}

static void sorts_tags_by_bytes(void **state)
{
    struct ex_tag_usage rows[4];
    PVOID big = ExAllocatePoolWithTag(PagedPool, 30000000, 'giB1');
    PVOID bigger = ExAllocatePoolWithTag(NonPagedPoolNx, 40000000, 'giB2');
    ULONG count = ex_query_tags(rows, 4), two = ex_query_tags(rows, 2);

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(count, two);
    assert_int_equal(rows[0].tag, 'giB2');
    assert_int_equal(rows[0].bytes, 40000000);
    assert_false(rows[0].is_paged);
    assert_int_equal(rows[1].tag, 'giB1');
    assert_true(rows[1].is_paged);
    assert_int_equal(ex_query_tags(NULL, 0), count);
    ExFreePool(big);
    ExFreePool(bigger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accounts_are_equal_in_the_end, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(an_ended_thread_leaves_nothing, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(a_double_free_by_two_threads_is_one, start_rooms,
                                        stop_rooms),
        cmocka_unit_test_setup_teardown(counts_what_has_no_row, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(sorts_tags_by_bytes, start_rooms, stop_rooms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
