/* Pins bug checks: what the report says for each kind of parameter and case, callbacks, the hook.
 */
#include "fixture.h"

#include "io/iop.h"
#include "ke/bugcheck.h"

static VOID bugcheck_with(PVOID context)
{
    const ULONG_PTR *p = context;

    KeBugCheckEx((ULONG)p[0], p[1], p[2], p[3], p[4]);
}

static VOID test_report(void **state)
{
    ULONG_PTR p[5] = {0xD1, 0x10, DISPATCH_LEVEL, 1, (ULONG_PTR)KeSetEvent};

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(provoke(bugcheck_with, p), 0xD1);
    assert_memory_equal(provoked.parameters, &p[1], sizeof(provoked.parameters));
    assert_true(report_has("*** STOP 0x000000D1 DRIVER_IRQL_NOT_LESS_OR_EQUAL"));
    assert_true(report_has("0x0000000000000010  address that was referenced"));
    assert_true(report_has("IRQL at that time: DISPATCH_LEVEL"));
    assert_true(report_has("access: write"));
    assert_true(report_has("KeSetEvent"));
    assert_true(report_has("what to do"));
    assert_true(report_has("IRQL         0 (PASSIVE_LEVEL)"));
    /* The stack begins with who called, not with the report. */
    assert_true(report_has("stack\n    0  bugcheck_with"));
    assert_true(report_has("test_report"));
    assert_false(report_has("ke_bugcheck_describe"));
}

static VOID test_cases(void **state)
{
    static const struct {
        ULONG_PTR p[5];
        PCSTR words[2];
    } cases[] = {
        {{0xC2, 0x0A, 0x1000, 'tseT', '1seT'},
         {"The block is freed with another tag", "tag of the free: 'Tes1'"}},
        {{0xC2, 0x9A, 0, 0, 0}, {"Must-succeed pool", "BAD_POOL_CALLER"}},
        {{0xC9, 0x06, 0x103, 0x5000, 0}, {"STATUS_PENDING", "0x0000000000005000  IRP"}},
        {{0x10D, 0x5, 0x77, 0, 0}, {"A handle is invalid", "0x0000000000000077  handle"}},
        {{0x19, 0x21, 1, 2, 3}, {"bytes behind a block", "what was found behind it"}},
        {{0xC1, 0x1234, 0x5678, 0, 0x24}, {"bytes behind a block", "address of the damage"}},
        {{0xC4, 0xB8, 0x99, 2, 0}, {"locked still", "0x0000000000000099  MDL"}},
        {{0xC4, 0xFFFF, 0, 0, 0}, {"which rule", "DRIVER_VERIFIER_DETECTED_VIOLATION"}},
        {{0x1E, 0xC0000005, 0, 0, 0x10}, {"STATUS_ACCESS_VIOLATION", "__try"}},
        {{0x12345678, 1, 2, 3, 4}, {"(a stop code that ntio does not know)", "parameter 4  0x0"}},
    };
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(cases); i++) {
        assert_int_equal(provoke(bugcheck_with, (PVOID)cases[i].p), cases[i].p[0]);
        assert_true(report_has(cases[i].words[0]));
        assert_true(report_has(cases[i].words[1]));
    }
}

static VOID bugcheck_plainly(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    KeBugCheck(0xE2);
}

static VOID test_names(void **state)
{
    static const ULONG codes[] = {0x0A, 0x19, 0x1E, 0x40, 0x44, 0x50, 0x76, 0xC1, 0xC2, 0xC4, 0xC5,
                                  0xC6, 0xC9, 0xCB, 0xCC, 0xCD, 0xD1, 0xD5, 0xD6, 0xDA, 0x10D};
    ULONG i;

    UNREFERENCED_PARAMETER(state);
    for (i = 0; i < RTL_NUMBER_OF(codes); i++) {
        assert_non_null(ke_bugcheck_name(codes[i]));
        assert_non_null(ke_bugcheck_row(codes[i])->advice);
    }
    assert_null(ke_bugcheck_name(0));
    assert_int_equal(provoke(bugcheck_plainly, NULL), 0xE2);
    assert_int_equal(provoked.parameters[0], 0);
}

static struct {
    ULONG plain, data;
    KIRQL irql;
} called;

static VOID NTAPI on_bugcheck(PVOID buffer, ULONG length)
{
    assert_ptr_equal(buffer, &called);
    assert_int_equal(length, 7);
    called.plain++;
    called.irql = KeGetCurrentIrql();
}

static VOID NTAPI on_dump(KBUGCHECK_CALLBACK_REASON reason,
                          struct _KBUGCHECK_REASON_CALLBACK_RECORD *record, PVOID specific,
                          ULONG length)
{
    PKBUGCHECK_SECONDARY_DUMP_DATA data = specific;

    UNREFERENCED_PARAMETER(record);
    assert_int_equal(reason, KbCallbackSecondaryDumpData);
    assert_int_equal(length, sizeof(*data));
    memset(data->InBuffer, 1, data->InBufferLength);
    data->OutBuffer = data->InBuffer;
    data->OutBufferLength = 48;
    called.data++;
}

static VOID test_callbacks(void **state)
{
    KBUGCHECK_CALLBACK_RECORD plain;
    KBUGCHECK_REASON_CALLBACK_RECORD data;

    UNREFERENCED_PARAMETER(state);
    KeInitializeCallbackRecord((&plain));
    KeInitializeCallbackRecord((&data));
    assert_false(KeDeregisterBugCheckCallback(&plain));
    assert_true(KeRegisterBugCheckCallback(&plain, on_bugcheck, &called, 7, (PUCHAR) "test"));
    assert_false(KeRegisterBugCheckCallback(&plain, on_bugcheck, &called, 7, (PUCHAR) "test"));
    assert_true(KeRegisterBugCheckReasonCallback(&data, on_dump, KbCallbackSecondaryDumpData,
                                                 (PUCHAR) "testdata"));
    assert_int_equal(provoke(bugcheck_plainly, NULL), 0xE2);
    assert_int_equal(called.plain, 1);
    assert_int_equal(called.data, 1);
    assert_int_equal(called.irql, HIGH_LEVEL);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    assert_int_equal(plain.State, BufferFinished);
    assert_true(report_has("testdata has 48 bytes"));
    /* Each at most once. */
    assert_int_equal(provoke(bugcheck_plainly, NULL), 0xE2);
    assert_int_equal(called.plain, 1);
    plain.State = BufferInserted;
    data.State = BufferInserted;
    assert_true(KeDeregisterBugCheckCallback(&plain));
    assert_true(KeDeregisterBugCheckReasonCallback(&data));
    assert_int_equal(provoke(bugcheck_plainly, NULL), 0xE2);
    assert_int_equal(called.plain, 1);
}

/* The list of drivers is locked by the thread that fails: their names are left out, no more. */
static VOID test_failing_part(void **state)
{
    KIRQL irql;

    UNREFERENCED_PARAMETER(state);
    KeAcquireSpinLock(&io_database_lock, &irql);
    assert_int_equal(provoke(bugcheck_plainly, NULL), 0xE2);
    KeReleaseSpinLock(&io_database_lock, irql);
    assert_true(report_has("MANUALLY_INITIATED_CRASH"));
    assert_true(report_has("stack\n    0  bugcheck_plainly"));
    assert_true(report_has("test_failing_part"));
}

static VOID bugcheck_high(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    KeBugCheck(0xE3);
}

static VOID test_at_high_level(void **state)
{
    UNREFERENCED_PARAMETER(state);
    KfRaiseIrql(HIGH_LEVEL);
    assert_int_equal(provoke(bugcheck_high, NULL), 0xE3);
    assert_true(report_has("IRQL         15 (HIGH_LEVEL)"));
    assert_int_equal(KeGetCurrentIrql(), HIGH_LEVEL);
    KeLowerIrql(PASSIVE_LEVEL);
}

static VOID test_text_is_cut(void **state)
{
    CHAR buffer[8];
    struct ke_text text = {buffer, sizeof(buffer), 0};

    UNREFERENCED_PARAMETER(state);
    ke_text_add(&text, "%s", "12345");
    assert_int_equal(text.length, 5);
    ke_text_add(&text, "%s", "67");
    assert_int_equal(text.length, 7);
    ke_text_add(&text, "%s", "8");
    assert_int_equal(text.length, 7);
    assert_string_equal(buffer, "1234567");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report),       cmocka_unit_test(test_cases),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_callbacks),
        cmocka_unit_test(test_failing_part), cmocka_unit_test(test_at_high_level),
        cmocka_unit_test(test_text_is_cut),
    };

    return cmocka_run_group_tests(tests, start_rooms, stop_rooms);
}
