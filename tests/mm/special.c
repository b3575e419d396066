/*
 * Special pool's pages: nothing mapped on either side, nothing left after the
 * free, and no address used again soon.
 */
#include "mm_test.h"

static void test_guards(void **state)
{
    (void)state;
    for (SIZE_T pages = 1; pages <= 5; pages++) {
        PUCHAR memory = mm_special_allocate(pages);
        assert_non_null(memory);
        memset(memory, 1, pages * PAGE_SIZE);
        assert_int_equal(hal_touch_read((hal_u64)memory - 1), HAL_EFAULT);
        assert_int_equal(hal_touch_read((hal_u64)memory + pages * PAGE_SIZE), HAL_EFAULT);
        assert_int_not_equal(mm_frame_of((ULONG64)memory), 0);
        assert_int_equal(mm_frame_of((ULONG64)memory - 1), 0);
        mm_special_free(memory, pages);
        assert_int_equal(hal_touch_read((hal_u64)memory), HAL_EFAULT);
        assert_int_equal(mm_frame_of((ULONG64)memory), 0);
    }
}

static void test_neighbours_keep_their_guards(void **state)
{
    (void)state;
    enum { COUNT = 50 };
    PUCHAR memory[COUNT];
    for (ULONG index = 0; index < COUNT; index++)
        memory[index] = mm_special_allocate(1 + index % 3);
    for (ULONG index = 0; index < COUNT; index++) {
        assert_int_equal(hal_touch_read((hal_u64)memory[index] - 1), HAL_EFAULT);
        assert_int_equal(hal_touch_read((hal_u64)memory[index] + (1 + index % 3) * PAGE_SIZE),
                         HAL_EFAULT);
    }
    for (ULONG index = 0; index < COUNT; index += 2)
        mm_special_free(memory[index], 1 + index % 3);
    for (ULONG index = 1; index < COUNT; index += 2) {
        assert_int_equal(hal_touch_write((hal_u64)memory[index]), HAL_OK);
        mm_special_free(memory[index], 1 + index % 3);
    }
}

static void test_addresses_come_back_late(void **state)
{
    (void)state;
    PUCHAR first = mm_special_allocate(1);
    mm_special_free(first, 1);
    for (ULONG round = 0; round < 20000; round++) {
        PUCHAR next = mm_special_allocate(1);
        assert_ptr_not_equal(next, first);
        mm_special_free(next, 1);
    }
}

static void test_lockable(void **state)
{
    (void)state;
    PUCHAR memory = mm_special_allocate(2);
    PMDL mdl = lock_range(memory + 100, PAGE_SIZE, KernelMode, IoWriteAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    mapped[PAGE_SIZE - 1] = 9;
    assert_int_equal(memory[100 + PAGE_SIZE - 1], 9);
    unlock_and_free(mdl);
    mm_special_free(memory, 2);
}

static void test_nothing_is_kept(void **state)
{
    (void)state;
    ULONG64 before = statistics().frames_in_use;
    for (ULONG round = 0; round < 100; round++) {
        PUCHAR memory = mm_special_allocate(7);
        memset(memory, 2, 7 * PAGE_SIZE);
        mm_special_free(memory, 7);
    }
    assert_int_equal(statistics().frames_in_use, before);
    assert_null(mm_special_allocate(0));
    assert_null(mm_special_allocate(MM_SPECIAL_PAGES));
    assert_int_equal(statistics().frames_in_use, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_guards),
        MM_TEST(test_neighbours_keep_their_guards),
        MM_TEST(test_addresses_come_back_late),
        MM_TEST(test_lockable),
        MM_TEST(test_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
