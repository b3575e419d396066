/*
 * IRQL: a thread's own state. Raising it masks nothing by itself, since what NT
 * would hold back runs on other threads here; it is what the rules are checked
 * against.
 */
#include "bugcheck.h"
#include "dispatcher.h"

#include "../rtl/rtl.h"

#define SYNCH_LEVEL 12

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return ke_current()->irql;
}

static VOID __attribute__((noreturn, noinline))
misused(ULONG code, KIRQL current, KIRQL asked, PVOID caller, PCSTR note)
{
    const ULONG_PTR parameters[4] = {asked, current, 0, (ULONG_PTR)caller};
    const struct ke_bugcheck bugcheck = {
        .code = code, .parameters = parameters, .note = note, .caller = (ULONG64)caller};

    ke_bugcheck_stop(&bugcheck);
}

static inline KIRQL raise_irql(KIRQL level, PVOID caller)
{
    PKTHREAD thread = ke_current();
    KIRQL old = thread->irql;

    if (__builtin_expect(level < old, 0))
        misused(IRQL_NOT_GREATER_OR_EQUAL, old, level, caller,
                "KeRaiseIrql was called with a level (parameter 1) below the current one.");
    thread->irql = level;
    return old;
}

KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql)
{
    return raise_irql(NewIrql, __builtin_return_address(0));
}

KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID)
{
    return raise_irql(DISPATCH_LEVEL, __builtin_return_address(0));
}

KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID)
{
    return raise_irql(SYNCH_LEVEL, __builtin_return_address(0));
}

VOID NTAPI KeLowerIrql(KIRQL NewIrql)
{
    PKTHREAD thread = ke_current();

    if (__builtin_expect(NewIrql > thread->irql, 0))
        misused(IRQL_NOT_LESS_OR_EQUAL, thread->irql, NewIrql, __builtin_return_address(0),
                "KeLowerIrql was called with a level (parameter 1) above the current one.");
    thread->irql = NewIrql;
}

static PCSTR level_name(KIRQL level)
{
    static const PCSTR names[] = {"PASSIVE_LEVEL", "APC_LEVEL", "DISPATCH_LEVEL"};

    return level < RTL_NUMBER_OF(names) ? names[level] : "a device level";
}

/* The return address above the one in function, that is, who called it. */
static ULONG64 caller_of(ULONG64 function)
{
    hal_u64 pcs[8];
    hal_u32 count = hal_backtrace(pcs, RTL_NUMBER_OF(pcs));
    hal_u32 i;

    for (i = 0; i + 1 < count; i++)
        if (pcs[i] == function)
            return pcs[i + 1];
    return 0;
}

/*
 * The parameters are those of the fault that calling a pageable function at a
 * raised IRQL is on NT: the function's code, fetched by its caller.
 */
VOID __attribute__((noinline)) ke_irql_violation(PCSTR function, KIRQL limit)
{
    static CHAR note[160];
    KIRQL irql = ke_current()->irql;
    ULONG64 code = (ULONG64)__builtin_return_address(0);
    const ULONG_PTR parameters[4] = {code, irql, 8, caller_of(code)};
    const struct ke_bugcheck bugcheck = {
        .code = IRQL_NOT_LESS_OR_EQUAL, .parameters = parameters, .note = note, .caller = code};

    rtl_format(note, sizeof(note), "%s was called at IRQL %u (%s); it allows at most %u (%s).",
               function, irql, level_name(irql), limit, level_name(limit));
    ke_bugcheck_stop(&bugcheck);
}

/* Normal kernel APCs wait until the last critical region is left. */
VOID NTAPI KeEnterCriticalRegion(VOID)
{
    ke_current()->critical_region++;
}

static VOID __attribute__((noreturn, noinline)) left_too_often(LONG count, PVOID caller)
{
    const ULONG_PTR parameters[4] = {(ULONG_PTR)caller, 0, (ULONG_PTR)(LONG_PTR)count, 1};

    ke_bugcheck(APC_INDEX_MISMATCH, parameters,
                "A critical or guarded region was left more often than it was entered.");
}

VOID NTAPI KeLeaveCriticalRegion(VOID)
{
    PKTHREAD thread = ke_current();

    if (thread->critical_region <= 0)
        left_too_often(thread->critical_region - 1, __builtin_return_address(0));
    thread->critical_region--;
    if (__atomic_load_n(&thread->kernel_apc_pending, __ATOMIC_RELAXED))
        ke_deliver_kernel_apcs(thread);
}

VOID NTAPI KeEnterGuardedRegion(VOID)
{
    ke_current()->guarded_region++;
}

VOID NTAPI KeLeaveGuardedRegion(VOID)
{
    PKTHREAD thread = ke_current();

    if (thread->guarded_region <= 0)
        left_too_often(thread->guarded_region - 1, __builtin_return_address(0));
    thread->guarded_region--;
    if (__atomic_load_n(&thread->kernel_apc_pending, __ATOMIC_RELAXED))
        ke_deliver_kernel_apcs(thread);
}

BOOLEAN NTAPI KeAreApcsDisabled(VOID)
{
    PKTHREAD thread = ke_current();

    return thread->critical_region != 0 || thread->guarded_region != 0;
}

BOOLEAN NTAPI KeAreAllApcsDisabled(VOID)
{
    PKTHREAD thread = ke_current();

    return thread->guarded_region != 0 || thread->irql >= APC_LEVEL;
}
