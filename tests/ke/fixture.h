/*
 * What the tests of ke share: the rooms below it started, threads, provoked bug
 * checks.
 */
#pragma once

#include <ntifs.h>

#include "ex/ex.h"
#include "ke/dispatcher.h"
#include "mm/mm.h"
#include "nt_cmocka.h"
#include "ob/ob.h"

/* ---- the rooms ----------------------------------------------------------- */

static inline int start_rooms(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    assert_int_equal(ex_pool_start(), STATUS_SUCCESS);
    assert_int_equal(ke_start(), STATUS_SUCCESS);
    return 0;
}

static inline int stop_rooms(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ke_stop();
    ex_pool_stop();
    mm_stop();
    hal_stop();
    return 0;
}

/* ---- threads ------------------------------------------------------------- */

static inline PKTHREAD begin_thread(PKSTART_ROUTINE routine, PVOID context)
{
    PKTHREAD thread;

    assert_int_equal(ke_create_thread(ke_system_process(), routine, context, "test", &thread),
                     STATUS_SUCCESS);
    return thread;
}

static inline VOID end_of_thread(PKTHREAD thread)
{
    assert_int_equal(KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL),
                     STATUS_SUCCESS);
    ObDereferenceObject(thread);
}

/* Until thread sleeps in a wait: what comes next finds it there. */
static inline VOID await_sleep(PKTHREAD thread)
{
    while (!(__atomic_load_n(&thread->wake, __ATOMIC_ACQUIRE) & KE_WAKE_SLEEPING))
        hal_yield();
}

static inline NTSTATUS wait_for(PVOID object)
{
    return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
}

/* A time-out of zero: only looks. */
static inline NTSTATUS poll(PVOID object)
{
    LARGE_INTEGER zero = {.QuadPart = 0};

    return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &zero);
}

static inline LARGE_INTEGER milliseconds(LONG64 count)
{
    LARGE_INTEGER interval = {.QuadPart = -10000 * count};

    return interval;
}

/* ---- bug checks ---------------------------------------------------------- */

static struct {
    ULONG code; /* 0 if there was none */
    ULONG_PTR parameters[4];
    PVOID back[5];
} provoked;

static VOID __attribute__((noreturn, noinline)) go_back(VOID)
{
    __builtin_longjmp(provoked.back, 1);
}

static inline VOID catch_bugcheck(ULONG code, const ULONG_PTR parameters[4])
{
    provoked.code = code;
    memcpy(provoked.parameters, parameters, sizeof(provoked.parameters));
    go_back();
}

/* TRUE if the report of the last bug check has the words in it. */
static inline BOOLEAN report_has(PCSTR words)
{
    PCSTR report = ke_bugcheck_report();
    SIZE_T length = strlen(words);

    for (; *report; report++)
        if (!memcmp(report, words, length < strlen(report) ? length : strlen(report)))
            return strlen(report) >= length;
    return FALSE;
}

/* Runs work(context); returns the stop code that it ended with, 0 if it came back. */
static ULONG __attribute__((noinline, unused)) provoke(VOID (*work)(PVOID), PVOID context)
{
    ke_bugcheck_handler before = ke_bugcheck_hook(catch_bugcheck);

    memset(&provoked, 0, sizeof(provoked));
    if (__builtin_setjmp(provoked.back) == 0)
        work(context);
    ke_bugcheck_hook(before);
    return provoked.code;
}
