/*
 * Page frames: runs follow each other, are aligned and zeroed as asked, never
 * overlap, and their memory goes back to Linux when they do.
 */
#include "mm_test.h"

static void test_run_is_its_direct_map(void **state)
{
    (void)state;
    PFN_NUMBER first = mm_allocate_frames(3, 1, TRUE);
    assert_int_not_equal(first, 0);
    assert_true(first >= MM_LOW_FRAMES_END);
    PUCHAR memory = mm_frame_address(first);
    for (SIZE_T byte = 0; byte < 3 * PAGE_SIZE; byte++)
        assert_int_equal(memory[byte], 0);
    assert_int_equal(mm_frame_of((ULONG64)memory + 2 * PAGE_SIZE + 5), first + 2);
    mm_free_frames(first, 3);
}

static void test_no_frames_is_no_run(void **state)
{
    (void)state;
    assert_int_equal(mm_allocate_frames(0, 1, FALSE), 0);
    assert_int_equal(mm_allocate_frames(MM_SYSTEM_FRAMES + 1, 1, FALSE), 0);
    assert_int_equal(mm_allocate_frames(MM_SYSTEM_FRAMES, 1, FALSE), 0);
}

static void test_zero_is_zero_after_use(void **state)
{
    (void)state;
    for (PFN_NUMBER count = 1; count <= 40; count++) {
        PFN_NUMBER first = mm_allocate_frames(count, 1, FALSE);
        memset(mm_frame_address(first), 0xAA, count << PAGE_SHIFT);
        mm_free_frames(first, count);
        first = mm_allocate_frames(count, 1, TRUE);
        const ULONG64 *words = mm_frame_address(first);
        for (SIZE_T word = 0; word < (count << PAGE_SHIFT) / 8; word++)
            assert_int_equal(words[word], 0);
        mm_free_frames(first, count);
    }
}

static void test_alignment(void **state)
{
    (void)state;
    for (PFN_NUMBER align = 1; align <= 4096; align *= 2) {
        PFN_NUMBER odd = mm_allocate_frames(1, 1, FALSE);
        PFN_NUMBER first = mm_allocate_frames(3, align, FALSE);
        assert_int_equal(first % align, 0);
        mm_free_frames(first, 3);
        mm_free_frames(odd, 1);
    }
}

static void test_limits_are_kept(void **state)
{
    (void)state;
    assert_int_equal(mm_allocate_frames_within(2, 1, 0x200, 0x200), 0);
    PFN_NUMBER first = mm_allocate_frames_within(2, 1, 0x200, 0x201);
    assert_int_equal(first, 0x200);
    assert_int_equal(mm_allocate_frames_within(1, 1, 0x201, 0x201), 0);
    mm_free_frames(first, 2);
    first = mm_allocate_frames_within(1, 1, 0x201, 0x201);
    assert_int_equal(first, 0x201);
    mm_free_frames(first, 1);
    assert_int_equal(mm_allocate_frames_within(1, 1, 0, MM_FIRST_FRAME - 1), 0);
}

struct run {
    PFN_NUMBER first, count;
};

static ULONG next_random(ULONG *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Each run is marked with its own number; a run handed out twice shows another's mark. */
static void churn(void *argument)
{
    enum { RUNS = 200 };
    ULONG seed = (ULONG)(ULONG_PTR)argument;
    struct run runs[RUNS] = {0};

    for (ULONG round = 0; round < 20000; round++) {
        ULONG index = next_random(&seed) % RUNS;
        struct run *run = &runs[index];
        if (run->first) {
            for (PFN_NUMBER frame = run->first; frame < run->first + run->count; frame++)
                assert_int_equal(*(ULONG64 *)mm_frame_address(frame),
                                 (ULONG64)(ULONG_PTR)argument << 32 | index);
            mm_free_frames(run->first, run->count);
            run->first = 0;
            continue;
        }
        run->count = 1 + next_random(&seed) % 40;
        run->first = mm_allocate_frames(run->count, 1, FALSE);
        assert_int_not_equal(run->first, 0);
        for (PFN_NUMBER frame = run->first; frame < run->first + run->count; frame++)
            *(ULONG64 *)mm_frame_address(frame) = (ULONG64)(ULONG_PTR)argument << 32 | index;
    }
    for (ULONG index = 0; index < RUNS; index++)
        mm_free_frames(runs[index].first, runs[index].first ? runs[index].count : 0);
}

static void test_threads_never_share_a_run(void **state)
{
    (void)state;
    struct hal_thread *threads[3];
    ULONG64 before = statistics().frames_in_use;
    for (ULONG_PTR thread = 0; thread < 3; thread++)
        assert_int_equal(hal_thread_create(&threads[thread], churn, (void *)(thread + 1), "churn"),
                         HAL_OK);
    for (ULONG thread = 0; thread < 3; thread++)
        hal_thread_join(threads[thread]);
    assert_int_equal(statistics().frames_in_use, before);
}

static void test_memory_goes_back(void **state)
{
    (void)state;
    enum { RUNS = 64, COUNT = 256 };
    PFN_NUMBER runs[RUNS];
    hal_u64 before = hal_resident_bytes();
    for (ULONG run = 0; run < RUNS; run++) {
        runs[run] = mm_allocate_frames(COUNT, 1, FALSE);
        memset(mm_frame_address(runs[run]), 1, COUNT << PAGE_SHIFT);
    }
    assert_true(hal_resident_bytes() - before >= RUNS * COUNT * PAGE_SIZE);
    for (ULONG run = 0; run < RUNS; run++)
        mm_free_frames(runs[run], COUNT);
    if (RESIDENT_IS_OURS)
        assert_in_range(hal_resident_bytes(), 0, before + 4 * 1024 * 1024);
}

static void test_all_frames_coalesce(void **state)
{
    (void)state;
    struct mm_zone zone;
    PFN_NUMBER runs[100];
    /* Program frames that nobody adopts here. */
    PFN_NUMBER base = MM_PROGRAM_BASE + 0x800000;

    mm_zone_start(&zone, base, base + 1024);
    for (ULONG run = 0; run < 100; run++)
        assert_int_not_equal(runs[run] = mm_zone_allocate(&zone, 7, 1), 0);
    assert_int_equal(mm_zone_allocate(&zone, 1024, 1), 0);
    for (ULONG run = 0; run < 100; run += 2)
        mm_zone_free(&zone, runs[run], 7);
    for (ULONG run = 1; run < 100; run += 2)
        mm_zone_free(&zone, runs[run], 7);
    assert_int_equal(mm_zone_allocate(&zone, 1024, 1), base);
    assert_false(mm_zone_is_free(&zone, base + 5));
    mm_zone_free(&zone, base, 1024);
    assert_true(mm_zone_is_free(&zone, base + 5));
    assert_true(mm_zone_allocate_at(&zone, base + 512, 9));
    assert_false(mm_zone_allocate_at(&zone, base + 512, 0));
    assert_int_equal(mm_zone_allocate(&zone, 1024, 1), 0);
}

static void test_locked_frame_cannot_be_freed(void **state)
{
    (void)state;
    PFN_NUMBER first = mm_allocate_frames(2, 1, FALSE);
    PMDL mdl = lock_range((PUCHAR)mm_frame_address(first) + PAGE_SIZE, 1, KernelMode, IoReadAccess);
    ASSERT_BUGCHECK(mm_free_frames(first, 2), PFN_LIST_CORRUPT);
    assert_int_equal(mm_test_bugcheck.parameters[0], 0x9A);
    assert_int_equal(mm_test_bugcheck.parameters[1], first + 1);
    assert_int_equal(mm_test_bugcheck.parameters[3], 1);
    unlock_and_free(mdl);
    mm_free_frames(first, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_run_is_its_direct_map),
        MM_TEST(test_no_frames_is_no_run),
        MM_TEST(test_zero_is_zero_after_use),
        MM_TEST(test_alignment),
        MM_TEST(test_limits_are_kept),
        MM_TEST(test_threads_never_share_a_run),
        MM_TEST(test_memory_goes_back),
        MM_TEST(test_all_frames_coalesce),
        MM_TEST(test_locked_frame_cannot_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
