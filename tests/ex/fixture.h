/*
 * What the tests of ex share: the rooms that it needs started, threads,
 * provoked bug checks and exceptions.
 */
#pragma once

#include <ntifs.h>

#include "ex/ex.h"
#include "ke/ke.h"
#include "mm/mm.h"
#include "nt_cmocka.h"
#include "ob/ob.h"
#include "rtl/seh.h"

#define TEST_TAG 'tseT'

/* ---- the rooms ----------------------------------------------------------- */

static inline int start_rooms(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    assert_int_equal(ex_pool_start(), STATUS_SUCCESS);
    assert_int_equal(ke_start(), STATUS_SUCCESS);
    assert_int_equal(ob_start(), STATUS_SUCCESS);
    assert_int_equal(ex_start(), STATUS_SUCCESS);
    assert_int_equal(rtl_seh_start(), STATUS_SUCCESS);
    return 0;
}

static inline int stop_rooms(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ex_stop();
    ob_stop();
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

static inline VOID end_of_thread(PKTHREAD thread)
{
    assert_int_equal(wait_for(thread), STATUS_SUCCESS);
    ObDereferenceObject(thread);
}

/* Runs routine(context) on another thread, to its end. */
static inline VOID run_elsewhere(PKSTART_ROUTINE routine, PVOID context)
{
    end_of_thread(begin_thread(routine, context));
}

/* As run_elsewhere, and until the thread has gone from Linux: what it cached has gone back. */
static inline VOID run_until_gone(void (*routine)(void *), PVOID context)
{
    struct hal_thread *thread;

    assert_int_equal(hal_thread_create(&thread, routine, context, "test"), HAL_OK);
    hal_thread_join(thread);
}

/* ---- accounting ---------------------------------------------------------- */

/* The row of a tag; all zero if it has none. */
static inline struct ex_tag_usage usage_of(ULONG tag, BOOLEAN is_paged)
{
    static struct ex_tag_usage rows[1100];
    ULONG count = ex_query_tags(rows, RTL_NUMBER_OF(rows));

    for (ULONG i = 0; i < min(count, RTL_NUMBER_OF(rows)); i++)
        if (rows[i].tag == tag && rows[i].is_paged == is_paged)
            return rows[i];
    return (struct ex_tag_usage){.tag = tag, .is_paged = is_paged};
}

static inline ULONG64 outstanding(ULONG tag)
{
    struct ex_tag_usage paged = usage_of(tag, TRUE), nonpaged = usage_of(tag, FALSE);

    return paged.allocations - paged.frees + nonpaged.allocations - nonpaged.frees;
}

/* ---- memory --------------------------------------------------------------- */

/* Reads and writes that AddressSanitizer shall not see: the point is what ex makes of them. */
static inline __attribute__((no_sanitize("address"))) VOID poke(PVOID address, UCHAR value)
{
    *(volatile UCHAR *)address = value;
}

static inline __attribute__((no_sanitize("address"))) UCHAR peek(const VOID *address)
{
    return *(const volatile UCHAR *)address;
}

/* ---- bug checks and exceptions ------------------------------------------- */

static struct {
    ULONG code; /* 0 if there was none */
    ULONG_PTR parameters[4];
    jmp_buf back;
} provoked;

static inline VOID catch_bugcheck(ULONG code, const ULONG_PTR parameters[4])
{
    provoked.code = code;
    memcpy(provoked.parameters, parameters, sizeof(provoked.parameters));
    longjmp(provoked.back, 1);
}

/* Asserts that statement is the bug check code with this first parameter. */
#define ASSERT_BUGCHECK(statement, expected, parameter1)                                           \
    do {                                                                                           \
        ke_bugcheck_handler before_ = ke_bugcheck_hook(catch_bugcheck);                            \
        memset(&provoked.parameters, 0xEE, sizeof(provoked.parameters));                           \
        provoked.code = 0;                                                                         \
        if (!setjmp(provoked.back)) {                                                              \
            statement;                                                                             \
        }                                                                                          \
        ke_bugcheck_hook(before_);                                                                 \
        assert_int_equal(provoked.code, expected);                                                 \
        assert_int_equal(provoked.parameters[0], parameter1);                                      \
    } while (0)

/* Evaluates to the status that statement raises, STATUS_SUCCESS if it raises none. */
#define RAISED_BY(statement)                                                                       \
    __extension__({                                                                                \
        volatile NTSTATUS raised_ = STATUS_SUCCESS;                                                \
        struct rtl_seh_frame frame_;                                                               \
        switch (ntio_seh_enter(&frame_, NTIO_SEH_EXCEPT)) {                                        \
        case NTIO_SEH_BODY:                                                                        \
            statement;                                                                             \
            ntio_seh_leave(&frame_);                                                               \
            break;                                                                                 \
        case NTIO_SEH_FILTER:                                                                      \
            ntio_seh_filtered(&frame_, 1);                                                         \
        case NTIO_SEH_HANDLER:                                                                     \
            raised_ = frame_.code;                                                                 \
            break;                                                                                 \
        }                                                                                          \
        raised_;                                                                                   \
    })
