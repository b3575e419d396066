/*
 * Bug checks: the end of the system, with a report to act on.
 */
#include "bugcheck.h"
#include "dispatcher.h"

#define EXIT_CODE 16

/*
 * Only one thread reports. Should it fail while it does, it leaves out the part
 * that failed, or else prints what there is of the report and ends the process;
 * another thread that fails meanwhile waits for the end.
 */
static struct {
    hal_u32 reporter;         /* hal_thread_id of the thread that reports, or 0; atomic, slept on */
    ke_bugcheck_handler hook; /* atomic */
    PVOID *next_part; /* where the reporter goes on if a part of the report fails, or NULL */
    struct ke_text text;
    CHAR buffer[24 * 1024];
} bugchecks;

ke_bugcheck_handler ke_bugcheck_hook(ke_bugcheck_handler handler)
{
    return __atomic_exchange_n(&bugchecks.hook, handler, __ATOMIC_ACQ_REL);
}

PCSTR ke_bugcheck_report(VOID)
{
    return bugchecks.buffer;
}

static VOID __attribute__((noreturn)) end_system(VOID)
{
    hal_print_lines(HAL_CRITICAL, bugchecks.text.buffer, bugchecks.text.length);
    hal_exit(EXIT_CODE);
}

BOOLEAN __attribute__((noinline)) ke_bugcheck_try(VOID (*part)(PVOID), PVOID context)
{
    PVOID back[5];
    volatile BOOLEAN done = FALSE;

    if (__builtin_setjmp(back) == 0) {
        bugchecks.next_part = back;
        part(context);
        done = TRUE;
    }
    bugchecks.next_part = NULL;
    return done;
}

static VOID __attribute__((noreturn, noinline)) skip_part(VOID)
{
    __builtin_longjmp(bugchecks.next_part, 1);
}

static VOID begin_report(ULONG code)
{
    hal_u32 self = hal_thread_id();
    hal_u32 reporter = 0;

    while (!__atomic_compare_exchange_n(&bugchecks.reporter, &reporter, self, FALSE,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        if (reporter == self && bugchecks.next_part)
            skip_part();
        if (reporter == self) {
            ke_text_add(&bugchecks.text, "\n*** and bug check 0x%08X while this was reported\n",
                        code);
            end_system();
        }
        ke_sleep(&bugchecks.reporter, reporter, HAL_FOREVER);
        reporter = 0;
    }
    bugchecks.text.buffer = bugchecks.buffer;
    bugchecks.text.size = sizeof(bugchecks.buffer);
    bugchecks.text.length = 0;
}

static VOID end_report(VOID)
{
    __atomic_store_n(&bugchecks.reporter, 0, __ATOMIC_RELEASE);
    hal_wake(&bugchecks.reporter, MAXLONG);
}

/* The report takes locks to look at drivers; what drivers registered runs as high as it gets. */
static VOID report(const struct ke_bugcheck *bugcheck)
{
    PKTHREAD thread = ke_thread;
    struct ke_bugcheck described = *bugcheck;

    described.irql = thread ? thread->irql : PASSIVE_LEVEL;
    if (thread && thread->irql > DISPATCH_LEVEL)
        thread->irql = DISPATCH_LEVEL;
    ke_bugcheck_describe(&bugchecks.text, &described);
    if (thread)
        thread->irql = HIGH_LEVEL;
    ke_bugcheck_call_back(&bugchecks.text);
    if (thread)
        thread->irql = described.irql;
}

VOID ke_bugcheck_stop(const struct ke_bugcheck *bugcheck)
{
    ke_bugcheck_handler hook = __atomic_load_n(&bugchecks.hook, __ATOMIC_ACQUIRE);

    begin_report(bugcheck->code);
    report(bugcheck);
    if (hook) {
        end_report();
        hook(bugcheck->code, bugcheck->parameters);
    }
    end_system();
}

VOID __attribute__((noinline)) ke_bugcheck(ULONG code, const ULONG_PTR parameters[4], PCSTR note)
{
    const struct ke_bugcheck bugcheck = {.code = code,
                                         .parameters = parameters,
                                         .note = note,
                                         .caller = (ULONG64)__builtin_return_address(0)};

    ke_bugcheck_stop(&bugcheck);
}

VOID ke_bugcheck_from_fault(ULONG code, const ULONG_PTR parameters[4],
                            const struct hal_fault *fault)
{
    const struct ke_bugcheck bugcheck = {.code = code, .parameters = parameters, .fault = fault};

    ke_bugcheck_stop(&bugcheck);
}

VOID NTAPI __attribute__((noinline))
KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
             ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)
{
    const ULONG_PTR parameters[4] = {BugCheckParameter1, BugCheckParameter2, BugCheckParameter3,
                                     BugCheckParameter4};
    const struct ke_bugcheck bugcheck = {.code = BugCheckCode,
                                         .parameters = parameters,
                                         .caller = (ULONG64)__builtin_return_address(0)};

    ke_bugcheck_stop(&bugcheck);
}

VOID NTAPI __attribute__((noinline)) KeBugCheck(ULONG BugCheckCode)
{
    const ULONG_PTR parameters[4] = {0, 0, 0, 0};
    const struct ke_bugcheck bugcheck = {.code = BugCheckCode,
                                         .parameters = parameters,
                                         .caller = (ULONG64)__builtin_return_address(0)};

    ke_bugcheck_stop(&bugcheck);
}
