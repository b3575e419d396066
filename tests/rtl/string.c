/* Counted strings: bounds, termination, case, prefixes, numbers, GUIDs, conversions. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "ex/ex.h"
#include "mm/mm.h"
#include "nt_cmocka.h"

NTSYSAPI LONG NTAPI RtlCompareString(const PSTRING String1, const PSTRING String2,
                                     BOOLEAN CaseInSensitive);

#define assert_wide(string, expected)                                                              \
    do {                                                                                           \
        assert_int_equal((string)->Length, sizeof(expected) - sizeof(WCHAR));                      \
        assert_memory_equal((string)->Buffer, expected, sizeof(expected) - sizeof(WCHAR));         \
    } while (0)

/* A destination of so many bytes, poisoned. */
struct destination {
    UNICODE_STRING string;
    WCHAR buffer[32];
};

static PUNICODE_STRING make(struct destination *to, USHORT bytes)
{
    memset(to, 0x5A, sizeof(*to));
    to->string.Length = 0;
    to->string.MaximumLength = bytes;
    to->string.Buffer = to->buffer;
    return &to->string;
}

static void test_init(void **state)
{
    UNICODE_STRING wide;
    ANSI_STRING narrow;

    UNREFERENCED_PARAMETER(state);
    RtlInitUnicodeString(&wide, L"abc");
    assert_int_equal(wide.Length, 6);
    assert_int_equal(wide.MaximumLength, 8);
    RtlInitUnicodeString(&wide, NULL);
    assert_int_equal(wide.Length, 0);
    assert_int_equal(wide.MaximumLength, 0);
    assert_null(wide.Buffer);
    RtlInitUnicodeString(&wide, L"");
    assert_int_equal(wide.MaximumLength, 2);
    RtlInitAnsiString(&narrow, "abc");
    assert_int_equal(narrow.Length, 3);
    assert_int_equal(narrow.MaximumLength, 4);
    RtlInitString(&narrow, NULL);
    assert_int_equal(narrow.MaximumLength, 0);
}

static void test_init_of_what_is_too_long(void **state)
{
    static WCHAR text[0x8000];
    UNICODE_STRING wide;

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(text) - 1; at++)
        text[at] = 'x';
    assert_int_equal(RtlInitUnicodeStringEx(&wide, text), STATUS_NAME_TOO_LONG);
    RtlInitUnicodeString(&wide, text);
    assert_int_equal(wide.Length, 0xFFFC);
    text[0x7FFE] = 0;
    assert_int_equal(RtlInitUnicodeStringEx(&wide, text), STATUS_SUCCESS);
    assert_int_equal(wide.Length, 0xFFFC);
    assert_int_equal(wide.MaximumLength, 0xFFFE);
}

static void test_copy(void **state)
{
    UNICODE_STRING from = RTL_STRING(L"abcdef");
    struct destination to;

    UNREFERENCED_PARAMETER(state);
    RtlCopyUnicodeString(make(&to, 14), &from);
    assert_wide(&to.string, L"abcdef");
    assert_int_equal(to.buffer[6], 0);
    RtlCopyUnicodeString(make(&to, 12), &from);
    assert_wide(&to.string, L"abcdef");
    assert_int_equal(to.buffer[6], 0x5A5A);
    RtlCopyUnicodeString(make(&to, 8), &from);
    assert_wide(&to.string, L"abcd");
    assert_int_equal(to.buffer[4], 0x5A5A);
    RtlCopyUnicodeString(&to.string, NULL);
    assert_int_equal(to.string.Length, 0);
}

static void test_append(void **state)
{
    UNICODE_STRING tail = RTL_STRING(L"def");
    struct destination to;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlAppendUnicodeToString(make(&to, 14), L"abc"), STATUS_SUCCESS);
    assert_int_equal(RtlAppendUnicodeStringToString(&to.string, &tail), STATUS_SUCCESS);
    assert_wide(&to.string, L"abcdef");
    assert_int_equal(to.buffer[6], 0);
    assert_int_equal(RtlAppendUnicodeToString(&to.string, L"g"), STATUS_SUCCESS);
    assert_int_equal(RtlAppendUnicodeToString(&to.string, L"h"), STATUS_BUFFER_TOO_SMALL);
    assert_wide(&to.string, L"abcdefg");
    assert_int_equal(RtlAppendUnicodeToString(&to.string, NULL), STATUS_SUCCESS);
    make(&to, 4);
    assert_int_equal(RtlAppendUnicodeStringToString(&to.string, &tail), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(to.string.Length, 0);
}

static void test_compare(void **state)
{
    UNICODE_STRING lower = RTL_STRING(L"stra\u00DFe \u00E4\u0430"),
                   upper = RTL_STRING(L"STRA\u00DFE \u00C4\u0410");
    UNICODE_STRING shorter = RTL_STRING(L"stra");
    STRING a = {3, 3, "abc"}, b = {3, 3, "ABD"};

    UNREFERENCED_PARAMETER(state);
    assert_false(RtlEqualUnicodeString(&lower, &upper, FALSE));
    assert_true(RtlEqualUnicodeString(&lower, &upper, TRUE));
    assert_true(rtl_equal_no_case(&lower, &upper));
    assert_false(rtl_equal_no_case(&lower, &shorter));
    assert_true(RtlPrefixUnicodeString(&shorter, &lower, FALSE));
    assert_false(RtlPrefixUnicodeString(&shorter, &upper, FALSE));
    assert_true(RtlPrefixUnicodeString(&shorter, &upper, TRUE));
    assert_false(RtlPrefixUnicodeString(&lower, &shorter, TRUE));
    assert_true(RtlCompareUnicodeString(&lower, &upper, FALSE) > 0);
    assert_int_equal(RtlCompareUnicodeString(&lower, &upper, TRUE), 0);
    assert_true(RtlCompareUnicodeString(&shorter, &lower, FALSE) < 0);
    assert_true(RtlCompareString(&a, &b, FALSE) > 0);
    assert_true(RtlCompareString(&a, &b, TRUE) < 0);
}

static void test_case(void **state)
{
    UNICODE_STRING from = RTL_STRING(L"aZ\u00FF\u0131\u03C9"), to;
    struct destination small;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlUpcaseUnicodeChar(L'\u00B5'), L'\u00B5');
    assert_int_equal(RtlDowncaseUnicodeChar(RtlUpcaseUnicodeChar(L'\u0101')), L'\u0101');
    assert_int_equal(RtlUpcaseUnicodeString(make(&small, 8), &from, FALSE), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(RtlUpcaseUnicodeString(&to, &from, TRUE), STATUS_SUCCESS);
    assert_wide(&to, L"AZ\u0178\u0131\u03A9");
    assert_int_equal(to.MaximumLength, from.Length);
    RtlFreeUnicodeString(&to);
    assert_null(to.Buffer);
}

/* Every character that has another case comes back from it. */
static void test_case_is_undone(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (ULONG c = 0; c <= 0xFFFF; c++) {
        WCHAR upper = RtlUpcaseUnicodeChar((WCHAR)c);
        if (upper != c)
            assert_int_equal(RtlDowncaseUnicodeChar(upper), c);
    }
}

static void test_create_and_duplicate(void **state)
{
    UNICODE_STRING made, copy, empty = {0, 0, NULL}, odd = {3, 4, L"x"};

    UNREFERENCED_PARAMETER(state);
    assert_true(RtlCreateUnicodeString(&made, L"abc"));
    assert_wide(&made, L"abc");
    assert_int_equal(made.MaximumLength, 8);
    assert_int_equal(
        RtlDuplicateUnicodeString(RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE, &made, &copy),
        STATUS_SUCCESS);
    assert_wide(&copy, L"abc");
    assert_int_equal(copy.Buffer[3], 0);
    RtlFreeUnicodeString(&copy);
    RtlFreeUnicodeString(&made);
    assert_int_equal(RtlDuplicateUnicodeString(0, &odd, &copy), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlDuplicateUnicodeString(2, &empty, &copy), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlDuplicateUnicodeString(1, &empty, &copy), STATUS_SUCCESS);
    assert_null(copy.Buffer);
    assert_int_equal(RtlDuplicateUnicodeString(3, &empty, &copy), STATUS_SUCCESS);
    assert_int_equal(copy.MaximumLength, 2);
    RtlFreeUnicodeString(&copy);
}

static NTSTATUS parse(PCWSTR text, ULONG base, PULONG value)
{
    UNICODE_STRING string;

    RtlInitUnicodeString(&string, text);
    *value = 0xDEAD;
    return RtlUnicodeStringToInteger(&string, base, value);
}

static void test_text_to_integer(void **state)
{
    static const struct {
        PCWSTR text;
        ULONG base, value;
    } cases[] = {
        {L"123", 10, 123},
        {L"-345", 10, (ULONG)-345},
        {L"xyz", 10, 0},
        {L"+678abc", 10, 678},
        {L"+678abc", 16, 0x678ABC},
        {L"0x1F", 0, 31},
        {L"0o17", 0, 15},
        {L"0b101", 0, 5},
        {L"017", 0, 17},
        {L" \t 42 ", 0, 42},
        {L"4294967295", 10, MAXULONG},
        {L"12", 2, 1},
        {L"-0xA", 0, (ULONG)-10},
        {L"0", 0, 0},
    };
    ULONG value;

    UNREFERENCED_PARAMETER(state);
    for (ULONG at = 0; at < RTL_NUMBER_OF(cases); at++) {
        assert_int_equal(parse(cases[at].text, cases[at].base, &value), STATUS_SUCCESS);
        assert_int_equal(value, cases[at].value);
    }
    assert_int_equal(parse(L"", 10, &value), STATUS_INVALID_PARAMETER);
    assert_int_equal(parse(L"1", 7, &value), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlCharToInteger("0x10", 0, &value), STATUS_SUCCESS);
    assert_int_equal(value, 16);
}

static void test_integer_to_text(void **state)
{
    struct destination to;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlIntegerToUnicodeString(1234, 0, make(&to, 10)), STATUS_SUCCESS);
    assert_wide(&to.string, L"1234");
    assert_int_equal(to.buffer[4], 0);
    assert_int_equal(RtlIntegerToUnicodeString(1234, 10, make(&to, 8)), STATUS_SUCCESS);
    assert_int_equal(to.buffer[4], 0x5A5A);
    assert_int_equal(RtlIntegerToUnicodeString(1234, 10, make(&to, 6)), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(to.string.Length, 0);
    assert_int_equal(RtlIntegerToUnicodeString(1, 3, make(&to, 8)), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlInt64ToUnicodeString(0xFEDCBA9876543210ull, 16, make(&to, 40)),
                     STATUS_SUCCESS);
    assert_wide(&to.string, L"FEDCBA9876543210");
    assert_int_equal(RtlIntegerToUnicodeString(0, 2, make(&to, 40)), STATUS_SUCCESS);
    assert_wide(&to.string, L"0");
}

static void test_guids(void **state)
{
    static const GUID guid = {0x12345678, 0x9ABC, 0xDEF0, {1, 2, 3, 4, 5, 6, 7, 0xFF}};
    UNICODE_STRING text, upper = RTL_STRING(L"{12345678-9ABC-DEF0-0102-0304050607FF}");
    UNICODE_STRING bad = RTL_STRING(L"{12345678-9ABC-DEF0-0102-0304050607FG}");
    GUID back;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlStringFromGUID(&guid, &text), STATUS_SUCCESS);
    assert_wide(&text, L"{12345678-9abc-def0-0102-0304050607ff}");
    assert_int_equal(RtlGUIDFromString(&text, &back), STATUS_SUCCESS);
    assert_memory_equal(&back, &guid, sizeof(guid));
    RtlFreeUnicodeString(&text);
    memset(&back, 0, sizeof(back));
    assert_int_equal(RtlGUIDFromString(&upper, &back), STATUS_SUCCESS);
    assert_memory_equal(&back, &guid, sizeof(guid));
    assert_int_equal(RtlGUIDFromString(&bad, &back), STATUS_INVALID_PARAMETER);
    upper.Length -= 2;
    assert_int_equal(RtlGUIDFromString(&upper, &back), STATUS_INVALID_PARAMETER);
}

static void test_hash(void **state)
{
    UNICODE_STRING lower = RTL_STRING(L"ab"), upper = RTL_STRING(L"AB");
    ULONG a, b;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlHashUnicodeString(&lower, FALSE, HASH_STRING_ALGORITHM_X65599, &a),
                     STATUS_SUCCESS);
    assert_int_equal(a, 'a' * 65599 + 'b');
    assert_int_equal(RtlHashUnicodeString(&lower, TRUE, HASH_STRING_ALGORITHM_DEFAULT, &a),
                     STATUS_SUCCESS);
    assert_int_equal(RtlHashUnicodeString(&upper, FALSE, HASH_STRING_ALGORITHM_DEFAULT, &b),
                     STATUS_SUCCESS);
    assert_int_equal(a, b);
    assert_int_equal(RtlHashUnicodeString(&upper, FALSE, 7, &b), STATUS_INVALID_PARAMETER);
}

static void test_ansi_and_unicode(void **state)
{
    ANSI_STRING narrow, back;
    UNICODE_STRING wide;
    struct destination small;
    CHAR cut[4] = "####";
    ANSI_STRING cut_string = {0, 3, cut};

    UNREFERENCED_PARAMETER(state);
    RtlInitAnsiString(&narrow, "a\xC3\xA4\xE2\x82\xAC");
    assert_int_equal(RtlAnsiStringToUnicodeSize(&narrow), 8);
    assert_int_equal(RtlAnsiStringToUnicodeString(&wide, &narrow, TRUE), STATUS_SUCCESS);
    assert_wide(&wide, L"a\u00E4\u20AC");
    assert_int_equal(wide.MaximumLength, 8);
    assert_int_equal(wide.Buffer[3], 0);
    assert_int_equal(RtlUnicodeStringToAnsiSize(&wide), 7);
    assert_int_equal(RtlUnicodeStringToAnsiString(&back, &wide, TRUE), STATUS_SUCCESS);
    assert_int_equal(back.Length, 6);
    assert_string_equal(back.Buffer, narrow.Buffer);
    RtlFreeAnsiString(&back);
    assert_int_equal(RtlAnsiStringToUnicodeString(make(&small, 6), &narrow, FALSE),
                     STATUS_BUFFER_OVERFLOW);
    assert_int_equal(RtlAnsiStringToUnicodeString(make(&small, 8), &narrow, FALSE), STATUS_SUCCESS);
    assert_wide(&small.string, L"a\u00E4\u20AC");
    /* What fits, in whole characters, and its end. */
    assert_int_equal(RtlUnicodeStringToAnsiString(&cut_string, &wide, FALSE),
                     STATUS_BUFFER_OVERFLOW);
    assert_int_equal(cut_string.Length, 1);
    assert_memory_equal(cut, "a\0##", 4);
    RtlFreeUnicodeString(&wide);
}

static void test_utf8(void **state)
{
    CHAR narrow[8];
    WCHAR wide[8];
    ULONG bytes;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlUnicodeToUTF8N(narrow, 8, &bytes, L"\u20AC!", 4), STATUS_SUCCESS);
    assert_int_equal(bytes, 4);
    assert_memory_equal(narrow, "\xE2\x82\xAC!", 4);
    assert_int_equal(RtlUnicodeToUTF8N(narrow, 3, &bytes, L"\u20AC!", 4), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(bytes, 3);
    assert_int_equal(RtlUnicodeToUTF8N(NULL, 0, &bytes, L"\u20AC!", 4), STATUS_SUCCESS);
    assert_int_equal(bytes, 4);
    assert_int_equal(RtlUnicodeToUTF8N(NULL, 0, NULL, L"x", 2), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlUnicodeToUTF8N(narrow, 8, &bytes, NULL, 2), STATUS_INVALID_PARAMETER_4);
    assert_int_equal(RtlUnicodeToUTF8N(narrow, 8, &bytes, (WCHAR[]){0xDC00}, 2),
                     STATUS_SOME_NOT_MAPPED);
    assert_int_equal(RtlUTF8ToUnicodeN(wide, 16, &bytes, "\xF0\x9F\x98\x80!", 5), STATUS_SUCCESS);
    assert_int_equal(bytes, 6);
    assert_memory_equal(wide, L"\U0001F600!", 6);
    assert_int_equal(RtlUTF8ToUnicodeN(wide, 2, &bytes, "\xF0\x9F\x98\x80!", 5),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(bytes, 0);
    /* Overlong, surrogate, out of range, cut off: each a replacement. */
    assert_int_equal(RtlUTF8ToUnicodeN(wide, 16, &bytes, "\xC0\xAF", 2), STATUS_SOME_NOT_MAPPED);
    assert_int_equal(wide[0], 0xFFFD);
    assert_int_equal(RtlUTF8ToUnicodeN(wide, 16, &bytes, "\xED\xA0\x80", 3),
                     STATUS_SOME_NOT_MAPPED);
    assert_int_equal(RtlUTF8ToUnicodeN(wide, 16, &bytes, "\xF4\x90\x80\x80", 4),
                     STATUS_SOME_NOT_MAPPED);
    assert_int_equal(RtlUTF8ToUnicodeN(wide, 16, &bytes, "\xE2\x82", 2), STATUS_SOME_NOT_MAPPED);
}

static void test_multi_byte(void **state)
{
    WCHAR wide[4];
    CHAR narrow[4];
    ULONG bytes;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(RtlMultiByteToUnicodeN(wide, 4, &bytes, "abc", 3), STATUS_SUCCESS);
    assert_int_equal(bytes, 4);
    assert_memory_equal(wide, L"ab", 4);
    assert_int_equal(RtlOemToUnicodeN(wide, 4, &bytes, "abc", 3), STATUS_BUFFER_OVERFLOW);
    assert_int_equal(RtlUnicodeToMultiByteN(narrow, 2, &bytes, L"abc", 6), STATUS_SUCCESS);
    assert_int_equal(bytes, 2);
    assert_int_equal(RtlUpcaseUnicodeToMultiByteN(narrow, 4, &bytes, L"a\u00E4b", 6),
                     STATUS_SUCCESS);
    assert_memory_equal(narrow,
                        "A\xC3\x84"
                        "B",
                        4);
    assert_int_equal(RtlMultiByteToUnicodeSize(&bytes, "\xC3\xA4", 2), STATUS_SUCCESS);
    assert_int_equal(bytes, 2);
}

/* Strings are allocated from pool. */
static int start_pool(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    assert_int_equal(ex_pool_start(), STATUS_SUCCESS);
    return 0;
}

static int stop_pool(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ex_pool_stop();
    mm_stop();
    hal_stop();
    return 0;
}

static void test_no_memory(void **state)
{
    UNICODE_STRING string, abc = RTL_STRING(L"abc");
    ANSI_STRING narrow;
    GUID guid = {0};

    UNREFERENCED_PARAMETER(state);
    ex_pool_inject(0, TRUE);
    assert_false(RtlCreateUnicodeString(&string, L"abc"));
    assert_int_equal(RtlDuplicateUnicodeString(0, &abc, &string), STATUS_NO_MEMORY);
    assert_int_equal(RtlUpcaseUnicodeString(&string, &abc, TRUE), STATUS_NO_MEMORY);
    assert_int_equal(RtlUnicodeStringToAnsiString(&narrow, &abc, TRUE), STATUS_NO_MEMORY);
    assert_int_equal(RtlStringFromGUID(&guid, &string), STATUS_NO_MEMORY);
    ex_pool_inject(MAXULONG, FALSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_init_of_what_is_too_long),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_case_is_undone),
        cmocka_unit_test(test_create_and_duplicate),
        cmocka_unit_test(test_text_to_integer),
        cmocka_unit_test(test_integer_to_text),
        cmocka_unit_test(test_guids),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_ansi_and_unicode),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_multi_byte),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, start_pool, stop_pool);
}
