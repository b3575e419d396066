/* Comparing memory, random numbers, generic access rights, stack traces. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

static void test_compare_memory(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlCompareMemory("abcd", "abxd", 4), 2);
    assert_int_equal(RtlCompareMemory("abcd", "abcd", 4), 4);
    assert_int_equal(RtlCompareMemory("abcd", "xbcd", 4), 0);
    assert_int_equal(RtlCompareMemory("a", "b", 0), 0);
    assert_int_equal(RtlCompareMemoryUlong((ULONG[]){7, 7, 8}, 12, 7), 8);
    assert_int_equal(RtlCompareMemoryUlong((ULONG[]){7, 7, 8}, 7, 7), 4);
}

static void test_random(void **state)
{
    ULONG seed = 1, again = 1, counts[4] = {0};

    UNREFERENCED_PARAMETER(state);
    for (ULONG round = 0; round < 4000; round++) {
        ULONG value = RtlRandomEx(&seed);

        assert_true(value < MAXLONG);
        assert_int_equal(value, RtlRandomEx(&again));
        counts[value / (MAXLONG / 4 + 1)]++;
    }
    for (ULONG quarter = 0; quarter < 4; quarter++)
        assert_in_range(counts[quarter], 800, 1200);
}

static void test_generic_rights(void **state)
{
    GENERIC_MAPPING mapping = {1, 2, 4, 0xF};
    ACCESS_MASK mask = GENERIC_READ | GENERIC_EXECUTE | 0x100;

    UNREFERENCED_PARAMETER(state);
    RtlMapGenericMask(&mask, &mapping);
    assert_int_equal(mask, 0x105);
    mask = GENERIC_ALL;
    RtlMapGenericMask(&mask, &mapping);
    assert_int_equal(mask, 0xF);
}

static void test_stack_trace(void **state)
{
    PVOID frames[4];
    ULONG hash;
    USHORT count;

    UNREFERENCED_PARAMETER(state);
    count = RtlCaptureStackBackTrace(0, 4, frames, &hash);
    assert_true(count >= 1);
    assert_in_range((ULONG_PTR)frames[0], (ULONG_PTR)test_stack_trace,
                    (ULONG_PTR)test_stack_trace + 4096);
    assert_int_equal(RtlCaptureStackBackTrace(1000, 4, frames, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare_memory),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_generic_rights),
        cmocka_unit_test(test_stack_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
