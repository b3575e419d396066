/* Times and calendar fields: both ways, at the calendar's corners. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

static void test_known_times(void **state)
{
    static const struct {
        LONGLONG time;
        TIME_FIELDS fields;
    } cases[] = {
        {0, {1601, 1, 1, 0, 0, 0, 0, 1}},
        {116444736000000000, {1970, 1, 1, 0, 0, 0, 0, 4}},
        {125911584000000000, {2000, 1, 1, 0, 0, 0, 0, 6}},
        {125962559999990000, {2000, 2, 28, 23, 59, 59, 999, 1}},
        {125962560000000000, {2000, 2, 29, 0, 0, 0, 0, 2}},
        {126227807999990000, {2000, 12, 31, 23, 59, 59, 999, 0}},
        {94354848000000000, {1900, 1, 1, 0, 0, 0, 0, 1}},
    };

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(cases); at++) {
        LARGE_INTEGER time = {.QuadPart = cases[at].time}, back = {.QuadPart = -1};
        TIME_FIELDS fields;

        RtlTimeToTimeFields(&time, &fields);
        assert_memory_equal(&fields, &cases[at].fields, sizeof(fields));
        assert_true(RtlTimeFieldsToTime(&fields, &back));
        assert_int_equal(back.QuadPart, time.QuadPart);
    }
}

static void test_every_day_of_nine_centuries(void **state)
{
    LONGLONG day = 864000000000;
    TIME_FIELDS before = {1600, 12, 31, 0, 0, 0, 0, 0};

    UNREFERENCED_PARAMETER(state);
    for (LARGE_INTEGER time = {.QuadPart = 0}; time.QuadPart < day * 330000; time.QuadPart += day) {
        LARGE_INTEGER back;
        TIME_FIELDS fields;

        RtlTimeToTimeFields(&time, &fields);
        assert_true(fields.Day == before.Day + 1 ||
                    (fields.Day == 1 && fields.Month == before.Month % 12 + 1));
        assert_int_equal(fields.Weekday, (before.Weekday + 1) % 7);
        assert_true(RtlTimeFieldsToTime(&fields, &back));
        assert_int_equal(back.QuadPart, time.QuadPart);
        before = fields;
    }
}

static void test_fields_that_are_none(void **state)
{
    static const TIME_FIELDS cases[] = {
        {1600, 12, 31, 0, 0, 0, 0, 0}, {2000, 0, 1, 0, 0, 0, 0, 0},  {2000, 13, 1, 0, 0, 0, 0, 0},
        {2000, 1, 0, 0, 0, 0, 0, 0},   {2000, 1, 32, 0, 0, 0, 0, 0}, {2001, 2, 29, 0, 0, 0, 0, 0},
        {1900, 2, 29, 0, 0, 0, 0, 0},  {2000, 4, 31, 0, 0, 0, 0, 0}, {2000, 1, 1, 24, 0, 0, 0, 0},
        {2000, 1, 1, 0, 60, 0, 0, 0},  {2000, 1, 1, 0, 0, 60, 0, 0}, {2000, 1, 1, 0, 0, 0, 1000, 0},
        {2000, 1, 1, -1, 0, 0, 0, 0},  {30828, 1, 1, 0, 0, 0, 0, 0},
    };

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(cases); at++) {
        TIME_FIELDS fields = cases[at];
        LARGE_INTEGER time = {.QuadPart = 77};

        assert_false(RtlTimeFieldsToTime(&fields, &time));
        assert_int_equal(time.QuadPart, 77);
    }
}

static void test_seconds(void **state)
{
    LARGE_INTEGER time = {.QuadPart = 116444736000000000 - 1};
    ULONG seconds = 7;

    UNREFERENCED_PARAMETER(state);
    assert_false(RtlTimeToSecondsSince1970(&time, &seconds));
    assert_int_equal(seconds, 7);
    time.QuadPart += 1 + 10000000ll * MAXULONG;
    assert_true(RtlTimeToSecondsSince1970(&time, &seconds));
    assert_int_equal(seconds, MAXULONG);
    time.QuadPart += 10000000;
    assert_false(RtlTimeToSecondsSince1970(&time, &seconds));
    RtlSecondsSince1970ToTime(1000000000, &time);
    assert_int_equal(time.QuadPart, 126444736000000000);
    RtlSecondsSince1980ToTime(0, &time);
    assert_true(RtlTimeToSecondsSince1970(&time, &seconds));
    assert_int_equal(seconds, 315532800);
    assert_true(RtlTimeToSecondsSince1980(&time, &seconds));
    assert_int_equal(seconds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_times),
        cmocka_unit_test(test_every_day_of_nine_centuries),
        cmocka_unit_test(test_fields_that_are_none),
        cmocka_unit_test(test_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
