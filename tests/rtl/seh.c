/* Structured exception handling: filters, handlers and termination handlers run as on NT. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "rtl/seh.h"
#include "ke/ke.h"
#include "mm/mm.h"
#include "nt_cmocka.h"

VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord);

/* What the source filter makes of a function with guarded bodies; its faults are meant. */
#ifdef __clang__
#define GUARDED __attribute__((optnone, noinline, no_sanitize("undefined")))
#else
#define GUARDED __attribute__((optimize("O0"), noinline, no_sanitize("undefined")))
#endif
#define PIN                                                                                        \
    volatile unsigned long long _seh_pin = 0;                                                      \
    void *_seh_stack __attribute__((unused)) = __builtin_alloca(_seh_pin);
#define TRY_EXCEPT(N)                                                                              \
    {                                                                                              \
        struct rtl_seh_frame _seh_##N __attribute__((cleanup(ntio_seh_leave))) = {0};              \
        int _seh_how_##N = ntio_seh_enter(&_seh_##N, NTIO_SEH_EXCEPT);                             \
        if (_seh_how_##N == NTIO_SEH_BODY) {
#define EXCEPT(N, FILTER)                                                                          \
    _seh_leave_##N : __attribute__((unused));                                                      \
    ntio_seh_leave(&_seh_##N);                                                                     \
    }                                                                                              \
    else if (_seh_how_##N == NTIO_SEH_FILTER) ntio_seh_filtered(&_seh_##N, (FILTER));              \
    else                                                                                           \
    {
#define END_EXCEPT                                                                                 \
    }                                                                                              \
    }
#define TRY_FINALLY(N)                                                                             \
    {                                                                                              \
        struct rtl_seh_frame _seh_##N __attribute__((cleanup(ntio_seh_leave))) = {0};              \
        int _seh_exit_##N __attribute__((unused)) = 0;                                             \
        int _seh_how_##N = ntio_seh_enter(&_seh_##N, NTIO_SEH_FINALLY);                            \
        if (_seh_how_##N == NTIO_SEH_BODY) {
#define FINALLY(N)                                                                                 \
    }                                                                                              \
    _seh_leave_##N : __attribute__((unused));                                                      \
    _seh_fin_##N : __attribute__((unused));                                                        \
    ntio_seh_leave(&_seh_##N);                                                                     \
    {
#define END_FINALLY(N)                                                                             \
    }                                                                                              \
    if (_seh_how_##N == NTIO_SEH_UNWIND)                                                           \
        ntio_seh_unwound(&_seh_##N);                                                               \
    }

#if defined(__SANITIZE_THREAD__)
#define HAS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#define HAS_THREAD_SANITIZER __has_feature(thread_sanitizer)
#else
#define HAS_THREAD_SANITIZER 0
#endif

/* What happened, in order. */
static struct {
    CHAR text[256];
    SIZE_T length;
} trace;

static VOID note(PCSTR what)
{
    trace.length +=
        rtl_format(trace.text + trace.length, sizeof(trace.text) - trace.length, "%s ", what);
}

static LONG noted(PCSTR what, LONG value)
{
    note(what);
    return value;
}

#define assert_trace(expected) assert_string_equal(trace.text, expected)

static PVOID volatile nowhere;
static LONG volatile zero;

static GUARDED VOID touch(volatile LONG *address)
{
    *address = 1;
}

static GUARDED NTSTATUS read_guarded(volatile LONG *address)
{
    PIN NTSTATUS status = STATUS_SUCCESS;

    TRY_EXCEPT(0)
    *address = 1;
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    status = _seh_0.code;
    END_EXCEPT
    return status;
}

static VOID test_body_without_exception(VOID)
{
    LONG value = 0;

    assert_int_equal(read_guarded(&value), STATUS_SUCCESS);
    assert_int_equal(value, 1);
}

static VOID test_fault_runs_the_handler(VOID)
{
    assert_int_equal(read_guarded(nowhere), STATUS_ACCESS_VIOLATION);
    assert_int_equal(read_guarded(nowhere), STATUS_ACCESS_VIOLATION);
}

static GUARDED NTSTATUS raise_guarded(NTSTATUS raised)
{
    PIN NTSTATUS status = STATUS_SUCCESS;

    TRY_EXCEPT(0)
    ExRaiseStatus(raised);
    EXCEPT(0, _seh_0.code == raised ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH)
    status = _seh_0.code;
    END_EXCEPT
    return status;
}

static VOID test_raised_status(VOID)
{
    assert_int_equal(raise_guarded(STATUS_INSUFFICIENT_RESOURCES), STATUS_INSUFFICIENT_RESOURCES);
}

static GUARDED NTSTATUS divide(LONG by)
{
    PIN NTSTATUS status = STATUS_SUCCESS;

    TRY_EXCEPT(0)
    zero = 7 / by;
    zero = 0;
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    status = _seh_0.code;
    END_EXCEPT
    return status;
}

static VOID test_division_by_zero(VOID)
{
    assert_int_equal(divide(zero), STATUS_INTEGER_DIVIDE_BY_ZERO);
}

static GUARDED NTSTATUS breakpoint_guarded(VOID)
{
    PIN NTSTATUS status = STATUS_SUCCESS;

    TRY_EXCEPT(0)
    __asm__ volatile("int3");
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    status = _seh_0.code;
    END_EXCEPT
    return status;
}

static VOID test_breakpoint(VOID)
{
    assert_int_equal(breakpoint_guarded(), STATUS_BREAKPOINT);
}

static GUARDED NTSTATUS inner_passes(VOID)
{
    PIN NTSTATUS status = STATUS_SUCCESS;

    TRY_EXCEPT(0)
    TRY_EXCEPT(1)
    note("body");
    touch(nowhere);
    EXCEPT(1, noted("inner", EXCEPTION_CONTINUE_SEARCH))
    note("wrong");
    END_EXCEPT
    note("wrong");
    EXCEPT(0, noted("outer", EXCEPTION_EXECUTE_HANDLER))
    note("handler");
    status = _seh_0.code;
    END_EXCEPT
    note("after");
    return status;
}

static VOID test_filters_are_asked_innermost_first(VOID)
{
    assert_int_equal(inner_passes(), STATUS_ACCESS_VIOLATION);
    assert_trace("body inner outer handler after ");
}

static GUARDED VOID raise_in_handler(VOID)
{
    PIN TRY_EXCEPT(0) TRY_EXCEPT(1) ExRaiseStatus(STATUS_UNSUCCESSFUL);
    EXCEPT(1, EXCEPTION_EXECUTE_HANDLER)
    note("inner");
    ExRaiseStatus(STATUS_IN_PAGE_ERROR);
    END_EXCEPT
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note(_seh_0.code == STATUS_IN_PAGE_ERROR ? "outer" : "wrong");
    END_EXCEPT
}

static VOID test_an_exception_in_a_handler_goes_outward(VOID)
{
    raise_in_handler();
    assert_trace("inner outer ");
}

static GUARDED VOID finally_then(NTSTATUS raised)
{
    PIN TRY_FINALLY(0) note("body");
    if (raised)
        ExRaiseStatus(raised);
    FINALLY(0)
    note(_seh_0.abnormal ? "abnormal" : "normal");
    END_FINALLY(0)
    note("after");
}

static GUARDED VOID catch_finally(NTSTATUS raised)
{
    PIN TRY_EXCEPT(0) TRY_FINALLY(1) finally_then(raised);
    FINALLY(1)
    note("second");
    END_FINALLY(1)
    EXCEPT(0, noted("filter", EXCEPTION_EXECUTE_HANDLER))
    note("handler");
    END_EXCEPT
}

static VOID test_finally_runs_on_a_normal_end(VOID)
{
    catch_finally(STATUS_SUCCESS);
    assert_trace("body normal after second ");
}

static VOID test_finally_runs_after_the_filter_innermost_first(VOID)
{
    catch_finally(STATUS_UNSUCCESSFUL);
    assert_trace("body filter abnormal second handler ");
}

static GUARDED int leave_body(int how)
{
    PIN int locals = 0;

    for (int round = 0; round < 2; round++) {
        TRY_FINALLY(0)
        if (how == 1)
            goto _seh_leave_0;
        if (how == 2) {
            _seh_exit_0 = 1;
            _seh_0.abnormal = 1;
            goto _seh_fin_0;
        }
        if (how == 3) {
            _seh_exit_0 = 3;
            _seh_0.abnormal = 1;
            goto _seh_fin_0;
        }
        note("end");
        FINALLY(0)
        note(_seh_0.abnormal ? "abnormal" : "normal");
        locals += 10;
    }
    if (_seh_how_0 == NTIO_SEH_UNWIND)
        ntio_seh_unwound(&_seh_0);
    if (_seh_exit_0 == 1)
        return locals + 1;
    if (_seh_exit_0 == 3)
        continue;
}
note("next");
}
return locals;
}

static VOID test_finally_runs_on_every_way_out(VOID)
{
    assert_int_equal(leave_body(0), 20);
    assert_int_equal(leave_body(1), 20);
    assert_int_equal(leave_body(2), 11);
    assert_int_equal(leave_body(3), 20);
    assert_trace("end normal next end normal next normal next normal next abnormal abnormal "
                 "abnormal ");
}

static GUARDED int return_in_body(int value)
{
    PIN TRY_EXCEPT(0) if (value) return value;
    note("body");
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note("wrong");
    END_EXCEPT
    return -1;
}

static VOID test_return_inside_a_body_takes_the_frame_off(VOID)
{
    assert_int_equal(return_in_body(5), 5);
    assert_null(ke_current()->seh);
    assert_int_equal(return_in_body(0), -1);
}

static GUARDED int change_locals(VOID)
{
    PIN int before = 1, changed = 2, array[16] = {0};

    TRY_EXCEPT(0)
    changed = 40;
    array[7] = 5;
    touch(nowhere);
    changed = 99;
    EXCEPT(0, (before += changed) == 41 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH)
    changed += before + array[7];
    END_EXCEPT
    return changed;
}

static VOID test_filter_and_handler_see_and_change_locals(VOID)
{
    assert_int_equal(change_locals(), 40 + 41 + 5);
}

/* A deeper frame's memory, which the filter looks at through a pointer. */
static LONG volatile *deep_local;

static GUARDED VOID deeper(VOID)
{
    PIN LONG volatile local = 1234;

    deep_local = &local;
    touch(nowhere);
    local = 0;
}

static GUARDED LONG overwrite_stack(LONG depth)
{
    volatile LONG fill[64];

    for (ULONG at = 0; at < 64; at++)
        fill[at] = depth;
    return depth ? overwrite_stack(depth - 1) + fill[0] : 0;
}

static GUARDED LONG look_deeper(VOID)
{
    PIN LONG seen = 0;

    TRY_EXCEPT(0)
    deeper();
    EXCEPT(0, (overwrite_stack(20), seen = *deep_local, EXCEPTION_EXECUTE_HANDLER))
    note("handler");
    END_EXCEPT
    return seen;
}

static VOID test_deeper_frames_live_while_the_filter_runs(VOID)
{
    assert_int_equal(look_deeper(), 1234);
}

static GUARDED VOID termination_sees_its_locals(LONG *seen)
{
    PIN LONG mine[64];

    for (LONG at = 0; at < 64; at++)
        mine[at] = at;
    TRY_FINALLY(0)
    overwrite_stack(3);
    touch(nowhere);
    FINALLY(0)
    overwrite_stack(20);
    for (LONG at = 0; at < 64; at++)
        *seen += mine[at];
    END_FINALLY(0)
}

static GUARDED LONG unwind_deep(VOID)
{
    PIN LONG seen = 0;

    TRY_EXCEPT(0)
    termination_sees_its_locals(&seen);
    EXCEPT(0, (overwrite_stack(20), EXCEPTION_EXECUTE_HANDLER))
    seen += 1000;
    END_EXCEPT
    return seen;
}

static VOID test_termination_handler_sees_its_own_frame(VOID)
{
    assert_int_equal(unwind_deep(), 63 * 64 / 2 + 1000);
}

static LONG read_pointers(PEXCEPTION_POINTERS pointers, PEXCEPTION_RECORD record, PULONG64 rip)
{
    *record = *pointers->ExceptionRecord;
    *rip = pointers->ContextRecord->Rip;
    return EXCEPTION_EXECUTE_HANDLER;
}

static GUARDED VOID inspect(volatile LONG *address, PEXCEPTION_RECORD record, PULONG64 rip)
{
    PIN TRY_EXCEPT(0) touch(address);
    EXCEPT(0, read_pointers(_seh_0.pointers, record, rip))
    note("handler");
    END_EXCEPT
}

static VOID test_exception_information(VOID)
{
    EXCEPTION_RECORD record;
    ULONG64 rip = 0;

    inspect((volatile LONG *)0x1230, &record, &rip);
    assert_int_equal(record.ExceptionCode, STATUS_ACCESS_VIOLATION);
    assert_int_equal(record.ExceptionFlags, 0);
    assert_int_equal(record.NumberParameters, 2);
    assert_int_equal(record.ExceptionInformation[0], 1);
    assert_int_equal(record.ExceptionInformation[1], 0x1230);
    assert_int_equal((ULONG64)record.ExceptionAddress, rip);
    assert_in_range(rip, (ULONG64)touch, (ULONG64)touch + 1024);
}

static LONG volatile *redirect_from, *redirect_to;

static LONG redirect(PEXCEPTION_POINTERS pointers)
{
    PULONG64 registers = (PULONG64)&pointers->ContextRecord->Rax;

    for (ULONG at = 0; at < 16; at++) {
        if (registers[at] == (ULONG64)redirect_from)
            registers[at] = (ULONG64)redirect_to;
    }
    return EXCEPTION_CONTINUE_EXECUTION;
}

static GUARDED LONG continue_fault(VOID)
{
    PIN double float_before = 1.5;
    LONG result = 0;

    redirect_from = (LONG volatile *)0x4560;
    redirect_to = &result;
    TRY_EXCEPT(0)
    touch(redirect_from);
    result += (LONG)(float_before * 2);
    EXCEPT(0, redirect(_seh_0.pointers))
    note("wrong");
    END_EXCEPT
    return result;
}

static VOID test_continue_execution_restarts_the_instruction(VOID)
{
    for (ULONG round = 0; round < 100; round++)
        assert_int_equal(continue_fault(), 4);
    assert_trace("");
}

static GUARDED VOID continue_raise(ULONG flags)
{
    PIN EXCEPTION_RECORD record = {.ExceptionCode = STATUS_GUARD_PAGE_VIOLATION,
                                   .ExceptionFlags = flags};

    TRY_EXCEPT(0)
    TRY_EXCEPT(1)
    RtlRaiseException(&record);
    note("continued");
    EXCEPT(1, _seh_1.code == STATUS_GUARD_PAGE_VIOLATION ? EXCEPTION_CONTINUE_EXECUTION
                                                         : EXCEPTION_CONTINUE_SEARCH)
    note("wrong");
    END_EXCEPT
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note(rtl_status_name(_seh_0.code));
    END_EXCEPT
}

static VOID test_continuing_a_raised_exception(VOID)
{
    continue_raise(0);
    continue_raise(EXCEPTION_NONCONTINUABLE);
    assert_trace("continued STATUS_NONCONTINUABLE_EXCEPTION ");
}

static LONG fault_in_filter(VOID)
{
    note("filter");
    touch(nowhere);
    note("wrong");
    return EXCEPTION_EXECUTE_HANDLER;
}

static GUARDED VOID exception_in_filter(VOID)
{
    PIN TRY_EXCEPT(0) TRY_FINALLY(1) TRY_EXCEPT(2) finally_then(STATUS_UNSUCCESSFUL);
    EXCEPT(2, fault_in_filter())
    note("wrong");
    END_EXCEPT
    FINALLY(1)
    note("finally");
    END_FINALLY(1)
    EXCEPT(0, noted("outer", EXCEPTION_EXECUTE_HANDLER))
    note(_seh_0.code == STATUS_ACCESS_VIOLATION ? "handler" : "wrong");
    END_EXCEPT
}

static VOID test_an_exception_in_a_filter_goes_outside_and_unwinds_all(VOID)
{
    exception_in_filter();
    assert_trace("body filter outer abnormal finally handler ");
}

static GUARDED LONG guarded_filter(VOID)
{
    PIN TRY_EXCEPT(0) touch(nowhere);
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note("caught-in-filter");
    END_EXCEPT
    return EXCEPTION_EXECUTE_HANDLER;
}

static GUARDED VOID exception_handled_in_filter(VOID)
{
    PIN TRY_EXCEPT(0) ExRaiseStatus(STATUS_UNSUCCESSFUL);
    EXCEPT(0, guarded_filter())
    note(_seh_0.code == STATUS_UNSUCCESSFUL ? "handler" : "wrong");
    END_EXCEPT
}

static VOID test_a_filter_may_handle_an_exception_of_its_own(VOID)
{
    exception_handled_in_filter();
    assert_trace("caught-in-filter handler ");
}

static GUARDED VOID raise_in_termination(VOID)
{
    PIN TRY_FINALLY(0) TRY_FINALLY(1) ExRaiseStatus(STATUS_UNSUCCESSFUL);
    FINALLY(1)
    note("first");
    ExRaiseStatus(STATUS_IN_PAGE_ERROR);
    END_FINALLY(1)
    FINALLY(0)
    note("second");
    END_FINALLY(0)
}

static GUARDED VOID collided_unwind(VOID)
{
    PIN TRY_EXCEPT(0) TRY_EXCEPT(1) raise_in_termination();
    EXCEPT(1, noted(rtl_status_name(_seh_1.code), _seh_1.code == STATUS_UNSUCCESSFUL))
    note("wrong");
    END_EXCEPT
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note(rtl_status_name(_seh_0.code));
    END_EXCEPT
}

static VOID test_an_exception_in_a_termination_handler_collides(VOID)
{
    collided_unwind();
    assert_trace("STATUS_UNSUCCESSFUL first STATUS_IN_PAGE_ERROR second STATUS_IN_PAGE_ERROR ");
}

static GUARDED VOID handled_in_termination(VOID)
{
    PIN TRY_EXCEPT(0) TRY_FINALLY(1) ExRaiseStatus(STATUS_UNSUCCESSFUL);
    FINALLY(1)
    guarded_filter();
    note("finally");
    END_FINALLY(1)
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note(rtl_status_name(_seh_0.code));
    END_EXCEPT
}

static VOID test_a_termination_handler_may_handle_an_exception_of_its_own(VOID)
{
    handled_in_termination();
    assert_trace("caught-in-filter finally STATUS_UNSUCCESSFUL ");
}

static GUARDED int return_from_termination(VOID)
{
    PIN int value = 3;

    TRY_FINALLY(0)
    ExRaiseStatus(STATUS_UNSUCCESSFUL);
    FINALLY(0)
    return value + 4;
    END_FINALLY(0)
    return 0;
}

static GUARDED int abandoned_unwind(VOID)
{
    PIN int value = 0;

    TRY_EXCEPT(0)
    value = return_from_termination();
    note("still-in-body");
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note("wrong");
    END_EXCEPT
    return value;
}

static VOID test_a_return_in_a_termination_handler_ends_the_unwind(VOID)
{
    assert_int_equal(abandoned_unwind(), 7);
    assert_trace("still-in-body ");
}

static GUARDED int level3(int depth)
{
    PIN int result = depth;

    TRY_FINALLY(0)
    if (depth)
        result += level3(depth - 1);
    else
        touch(nowhere);
    FINALLY(0)
    note("f");
    END_FINALLY(0)
    return result;
}

static GUARDED int level2(int depth)
{
    PIN int result = 0;

    TRY_EXCEPT(0)
    result = level3(depth);
    EXCEPT(0, noted("2", EXCEPTION_CONTINUE_SEARCH))
    note("wrong");
    END_EXCEPT
    return result;
}

static GUARDED int level1(int depth)
{
    PIN int result = 100;

    TRY_EXCEPT(0)
    result = level2(depth);
    EXCEPT(0, noted("1", EXCEPTION_EXECUTE_HANDLER))
    result += 1;
    END_EXCEPT
    return result;
}

static VOID test_levels_across_functions(VOID)
{
    for (int round = 0; round < 3; round++)
        assert_int_equal(level1(2), 101);
    assert_trace("2 1 f f f 2 1 f f f 2 1 f f f ");
}

static struct {
    jmp_buf back;
    ULONG code;
    ULONG_PTR parameters[4];
} bugcheck;

static VOID on_bugcheck(ULONG code, const ULONG_PTR parameters[4])
{
    bugcheck.code = code;
    memcpy(bugcheck.parameters, parameters, sizeof(bugcheck.parameters));
    longjmp(bugcheck.back, 1);
}

static ULONG bugcheck_of(VOID (*work)(VOID))
{
    ke_bugcheck_handler before = ke_bugcheck_hook(on_bugcheck);

    bugcheck.code = 0;
    if (setjmp(bugcheck.back) == 0)
        work();
    ke_current()->seh = NULL;
    ke_current()->irql = PASSIVE_LEVEL;
    ke_bugcheck_hook(before);
    return bugcheck.code;
}

static GUARDED VOID raise_unguarded(VOID)
{
    ExRaiseStatus(STATUS_DEVICE_NOT_READY);
}

static VOID fault_unguarded(VOID)
{
    touch((volatile LONG *)0x5550);
}

static VOID system_fault(VOID)
{
    read_guarded((volatile LONG *)MM_PTE_BASE);
}

static VOID fault_at_dispatch(VOID)
{
    ke_current()->irql = DISPATCH_LEVEL;
    read_guarded((volatile LONG *)0x7770);
}

static GUARDED VOID overflow_stack(volatile CHAR *above)
{
    volatile CHAR fill[4096];

    fill[0] = *above;
    if (zero == 0)
        overflow_stack(fill);
    fill[1] = fill[0];
}

static GUARDED VOID stack_overflow(VOID)
{
    PIN CHAR top = 0;

    TRY_EXCEPT(0)
    overflow_stack(&top);
    EXCEPT(0, EXCEPTION_EXECUTE_HANDLER)
    note("wrong");
    END_EXCEPT
}

static VOID test_a_stack_overflow_is_a_double_fault(VOID)
{
    /* ThreadSanitizer's longjmp, with which this test gets back, knows no signal stack. */
    if (HAS_THREAD_SANITIZER) {
        hal_stop();
        skip();
    }
    assert_int_equal(bugcheck_of(stack_overflow), UNEXPECTED_KERNEL_MODE_TRAP);
    assert_int_equal(bugcheck.parameters[0], 8);
}

static VOID test_an_unhandled_status_is_a_bug_check(VOID)
{
    assert_int_equal(bugcheck_of(raise_unguarded), KMODE_EXCEPTION_NOT_HANDLED);
    assert_int_equal(bugcheck.parameters[0], (ULONG)STATUS_DEVICE_NOT_READY);
    assert_in_range(bugcheck.parameters[1], (ULONG_PTR)raise_unguarded,
                    (ULONG_PTR)raise_unguarded + 1024);
}

static VOID test_an_unhandled_fault_is_a_bug_check(VOID)
{
    assert_int_equal(bugcheck_of(fault_unguarded), KMODE_EXCEPTION_NOT_HANDLED);
    assert_int_equal(bugcheck.parameters[0], (ULONG)STATUS_ACCESS_VIOLATION);
    assert_in_range(bugcheck.parameters[1], (ULONG_PTR)touch, (ULONG_PTR)touch + 1024);
    assert_int_equal(bugcheck.parameters[2], 1);
    assert_int_equal(bugcheck.parameters[3], 0x5550);
}

static VOID test_a_system_address_is_a_bug_check_however_guarded(VOID)
{
    assert_int_equal(bugcheck_of(system_fault), PAGE_FAULT_IN_NONPAGED_AREA);
    assert_int_equal(bugcheck.parameters[0], MM_PTE_BASE);
    assert_int_equal(bugcheck.parameters[1], 2);
}

static VOID test_a_fault_at_dispatch_level_is_a_bug_check_however_guarded(VOID)
{
    assert_int_equal(bugcheck_of(fault_at_dispatch), IRQL_NOT_LESS_OR_EQUAL);
    assert_int_equal(bugcheck.parameters[0], 0x7770);
    assert_int_equal(bugcheck.parameters[1], DISPATCH_LEVEL);
    assert_int_equal(bugcheck.parameters[2], 1);
}

/* cmocka takes the signals for each test that it begins, so hal starts inside of it. */
static void run(void **state)
{
    VOID (*test)(VOID) = (VOID(*)(VOID)) * state;

    trace.length = 0;
    trace.text[0] = 0;
    assert_int_equal(hal_start(), HAL_OK);
    assert_null(ke_current()->seh);
    assert_int_equal(rtl_seh_start(), STATUS_SUCCESS);
    test();
    assert_null(ke_current()->seh);
    hal_stop();
}

#define seh_test(test)                                                                             \
    {                                                                                              \
#test, run, NULL, NULL, (void *)(test)                                                     \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        seh_test(test_body_without_exception),
        seh_test(test_fault_runs_the_handler),
        seh_test(test_raised_status),
        seh_test(test_division_by_zero),
        seh_test(test_breakpoint),
        seh_test(test_filters_are_asked_innermost_first),
        seh_test(test_an_exception_in_a_handler_goes_outward),
        seh_test(test_finally_runs_on_a_normal_end),
        seh_test(test_finally_runs_after_the_filter_innermost_first),
        seh_test(test_finally_runs_on_every_way_out),
        seh_test(test_return_inside_a_body_takes_the_frame_off),
        seh_test(test_filter_and_handler_see_and_change_locals),
        seh_test(test_deeper_frames_live_while_the_filter_runs),
        seh_test(test_termination_handler_sees_its_own_frame),
        seh_test(test_exception_information),
        seh_test(test_continue_execution_restarts_the_instruction),
        seh_test(test_continuing_a_raised_exception),
        seh_test(test_an_exception_in_a_filter_goes_outside_and_unwinds_all),
        seh_test(test_a_filter_may_handle_an_exception_of_its_own),
        seh_test(test_an_exception_in_a_termination_handler_collides),
        seh_test(test_a_termination_handler_may_handle_an_exception_of_its_own),
        seh_test(test_a_return_in_a_termination_handler_ends_the_unwind),
        seh_test(test_levels_across_functions),
        seh_test(test_an_unhandled_status_is_a_bug_check),
        seh_test(test_an_unhandled_fault_is_a_bug_check),
        seh_test(test_a_stack_overflow_is_a_double_fault),
        seh_test(test_a_system_address_is_a_bug_check_however_guarded),
        seh_test(test_a_fault_at_dispatch_level_is_a_bug_check_however_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
