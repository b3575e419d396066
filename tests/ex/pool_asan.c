/*
 * Pins what AddressSanitizer sees of pool: exactly the bytes that were asked for.
 */
#include "fixture.h"

extern PVOID __asan_region_is_poisoned(PVOID, SIZE_T) __attribute__((weak));

static const SIZE_T sizes[] = {1,    8,     15,    16,    17,    100,   256,
                               1000, 4000,  4080,  4090,  4095,  4096,  4097,
                               8192, 10000, 16384, 16385, 20000, 65536, 100000};

static BOOLEAN is_poisoned(PUCHAR address)
{
    return __asan_region_is_poisoned(address, 1) != NULL;
}

static void only_allocated_bytes_are_good(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        if (__asan_region_is_poisoned(block, sizes[i]))
            fail_msg("a block of %llu bytes is poisoned", sizes[i]);
        for (SIZE_T at = 0; at < 16; at++)
            if (!is_poisoned(block + sizes[i] + at))
                fail_msg("%llu bytes after a block of %llu nothing is poisoned", at, sizes[i]);
        ExFreePoolWithTag(block, TEST_TAG);
    }
}

static void freed_bytes_are_bad_for_a_while(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
        ExFreePoolWithTag(block, TEST_TAG);
        assert_true(is_poisoned(block));
        assert_true(is_poisoned(block + sizes[i] - 1));
        ASSERT_BUGCHECK(ExFreePoolWithTag(block, TEST_TAG), BAD_POOL_CALLER, 0x07);
        for (ULONG again = 0; again < 4; again++) {
            PUCHAR other = ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG);
            assert_ptr_not_equal(other, block);
            ExFreePoolWithTag(other, TEST_TAG);
        }
    }
}

/* Frames that go back are clean, whoever gets them next. */
static void nothing_stays_poisoned(void **state)
{
    PFN_NUMBER frame;

    start_rooms(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(sizes); i++)
        ExFreePool(ExAllocatePoolWithTag(NonPagedPoolNx, sizes[i], TEST_TAG));
    stop_rooms(state);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    frame = mm_allocate_frames(10000, 1, FALSE);
    assert_null(__asan_region_is_poisoned(mm_frame_address(frame), 10000 * PAGE_SIZE));
    mm_free_frames(frame, 10000);
    mm_stop();
    hal_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_allocated_bytes_are_good, start_rooms, stop_rooms),
        cmocka_unit_test_setup_teardown(freed_bytes_are_bad_for_a_while, start_rooms, stop_rooms),
        cmocka_unit_test(nothing_stays_poisoned),
    };

    /* Without AddressSanitizer there is nothing to see: skipped. */
    if (__asan_region_is_poisoned == NULL)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
