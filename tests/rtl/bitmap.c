/* RTL_BITMAP: every call against a model of bytes, at the borders of its words. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

enum { BITS = 100, ROUNDS = 3000 };

static ULONG buffer[4];
static RTL_BITMAP map;
static BOOLEAN model[BITS];

static VOID begin(ULONG seed)
{
    ULONG run = 0;
    BOOLEAN value = FALSE;

    memset(buffer, 0xA5, sizeof(buffer));
    RtlInitializeBitMap(&map, buffer, BITS);
    for (ULONG bit = 0; bit < BITS; bit++) {
        if (run == 0) {
            run = RtlRandomEx(&seed) % 20 + 1;
            value = !value;
        }
        run--;
        model[bit] = value;
        if (value)
            RtlSetBit(&map, bit);
        else
            RtlClearBit(&map, bit);
    }
}

static VOID compare(VOID)
{
    for (ULONG bit = 0; bit < BITS; bit++)
        assert_int_equal(RtlTestBit(&map, bit), model[bit]);
    /* What lies behind the map's end was not touched. */
    assert_int_equal(buffer[3] >> 4, 0xA5A5A5A);
}

static BOOLEAN model_run(ULONG start, ULONG count, BOOLEAN value)
{
    if (start + count > BITS)
        return FALSE;
    for (ULONG bit = start; bit < start + count; bit++) {
        if (model[bit] != value)
            return FALSE;
    }
    return TRUE;
}

static ULONG model_find(ULONG count, ULONG hint, BOOLEAN value)
{
    hint = hint / 8 * 8;
    for (ULONG start = hint; start < BITS; start++) {
        if (model_run(start, count, value))
            return start;
    }
    for (ULONG start = 0; start < hint; start++) {
        if (model_run(start, count, value))
            return start;
    }
    return MAXULONG;
}

static void test_set_and_clear_runs(void **state)
{
    ULONG seed = 99;

    UNREFERENCED_PARAMETER(state);
    begin(1);
    for (ULONG round = 0; round < ROUNDS; round++) {
        ULONG start = RtlRandomEx(&seed) % BITS, count = RtlRandomEx(&seed) % (BITS - start + 1);
        BOOLEAN value = RtlRandomEx(&seed) & 1;

        for (ULONG bit = start; bit < start + count; bit++)
            model[bit] = value;
        if (value)
            RtlSetBits(&map, start, count);
        else
            RtlClearBits(&map, start, count);
        compare();
    }
}

static void test_counts_and_areas(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (ULONG seed = 1; seed < 50; seed++) {
        ULONG set = 0;

        begin(seed);
        for (ULONG bit = 0; bit < BITS; bit++)
            set += model[bit];
        assert_int_equal(RtlNumberOfSetBits(&map), set);
        assert_int_equal(RtlNumberOfClearBits(&map), BITS - set);
        for (ULONG start = 0; start <= BITS; start += 3) {
            for (ULONG count = 1; count < 70; count += 2) {
                assert_int_equal(RtlAreBitsSet(&map, start, count), model_run(start, count, TRUE));
                assert_int_equal(RtlAreBitsClear(&map, start, count),
                                 model_run(start, count, FALSE));
            }
        }
        assert_false(RtlAreBitsClear(&map, 0, 0));
    }
}

static void test_find(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (ULONG seed = 1; seed < 50; seed++) {
        begin(seed);
        for (ULONG hint = 0; hint < BITS; hint += 5) {
            for (ULONG count = 1; count < 40; count++) {
                assert_int_equal(RtlFindClearBits(&map, count, hint),
                                 model_find(count, hint, FALSE));
                assert_int_equal(RtlFindSetBits(&map, count, hint), model_find(count, hint, TRUE));
            }
        }
    }
    assert_int_equal(RtlFindClearBits(&map, BITS + 1, 0), MAXULONG);
}

static void test_find_and_change(void **state)
{
    ULONG found;

    UNREFERENCED_PARAMETER(state);
    begin(3);
    found = RtlFindClearBitsAndSet(&map, 4, 0);
    assert_int_equal(found, model_find(4, 0, FALSE));
    for (ULONG bit = found; bit < found + 4; bit++)
        model[bit] = TRUE;
    compare();
    found = RtlFindSetBitsAndClear(&map, 5, 50);
    assert_int_equal(found, model_find(5, 50, TRUE));
    for (ULONG bit = found; bit < found + 5; bit++)
        model[bit] = FALSE;
    compare();
    RtlSetAllBits(&map);
    assert_int_equal(RtlFindClearBitsAndSet(&map, 1, 0), MAXULONG);
}

static void test_runs(void **state)
{
    RTL_BITMAP_RUN runs[BITS];

    UNREFERENCED_PARAMETER(state);
    for (ULONG seed = 1; seed < 50; seed++) {
        ULONG count, from = 0, start, length, longest = 0;

        begin(seed);
        count = RtlFindClearRuns(&map, runs, BITS, FALSE);
        for (ULONG at = 0; at < count; at++) {
            length = RtlFindNextForwardRunClear(&map, from, &start);
            assert_int_equal(length, runs[at].NumberOfBits);
            assert_int_equal(start, runs[at].StartingIndex);
            assert_true(model_run(start, length, FALSE));
            assert_false(model_run(start, length + 1, FALSE));
            assert_int_equal(RtlFindLastBackwardRunClear(&map, start + length - 1, &from), length);
            assert_int_equal(from, start);
            longest = max(longest, length);
            from = start + length;
        }
        assert_int_equal(RtlFindNextForwardRunClear(&map, from, &start), 0);
        assert_int_equal(RtlFindLongestRunClear(&map, &start), longest);
        assert_true(model_run(start, longest, FALSE));
        assert_int_equal(RtlFindClearRuns(&map, runs, 3, TRUE), min(count, 3));
        assert_int_equal(runs[0].NumberOfBits, longest);
        assert_true(count < 2 || runs[0].NumberOfBits >= runs[1].NumberOfBits);
    }
}

static void test_single_words(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlFindLeastSignificantBit(0), -1);
    assert_int_equal(RtlFindMostSignificantBit(0), -1);
    assert_int_equal(RtlFindLeastSignificantBit(0x8000000000000100ull), 8);
    assert_int_equal(RtlFindMostSignificantBit(0x8000000000000100ull), 63);
    assert_int_equal(RtlNumberOfSetBitsUlongPtr(0xF0F), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_clear_runs),
        cmocka_unit_test(test_counts_and_areas),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_and_change),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_single_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
