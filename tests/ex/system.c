/*
 * Pins the small facts: identifiers, local time, processor features.
 */
#include "fixture.h"

static void identifiers_are_random(void **state)
{
    UUID first, second;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(ExUuidCreate(&first), STATUS_SUCCESS);
    assert_int_equal(ExUuidCreate(&second), STATUS_SUCCESS);
    assert_memory_not_equal(&first, &second, sizeof(first));
    assert_int_equal(first.Data3 >> 12, 4);
    assert_int_equal(first.Data4[0] & 0xC0, 0x80);
}

static void local_time_is_reversible(void **state)
{
    LARGE_INTEGER now, local, back;

    UNREFERENCED_PARAMETER(state);
    KeQuerySystemTime(&now);
    ExSystemTimeToLocalTime(&now, &local);
    assert_int_equal(local.QuadPart - now.QuadPart, hal_clock_local_offset() * 600000000ll);
    ExLocalTimeToSystemTime(&local, &back);
    assert_int_equal(now.QuadPart, back.QuadPart);
    assert_int_equal(ExSetTimerResolution(5000, TRUE), KeQueryTimeIncrement());
}

static void the_processor_is_a_64_bit_one(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_true(ExIsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE));
    assert_true(ExIsProcessorFeaturePresent(PF_COMPARE_EXCHANGE128));
    assert_false(ExIsProcessorFeaturePresent(PF_ALPHA_BYTE_INSTRUCTIONS));
    assert_false(ExIsProcessorFeaturePresent(MAXULONG));
    assert_true(ExVerifySuite(SingleUserTS));
    assert_false(ExVerifySuite(DataCenter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers_are_random),
        cmocka_unit_test(local_time_is_reversible),
        cmocka_unit_test(the_processor_is_a_64_bit_one),
    };
    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
