/*
 * What the tests of mm share: a running room, a program's memory, and a bug
 * check that comes back to the test.
 */
#pragma once

#include <ntifs.h>

#include "ex/ex.h"
#include "ke/ke.h"
#include "mm/mm.h"
#include "mm/mm_private.h"
#include "rtl/seh.h"

#include "nt_cmocka.h"

static struct {
    jmp_buf back;
    ULONG code;
    ULONG_PTR parameters[4];
} mm_test_bugcheck;

static inline void mm_test_start(void)
{
    assert_int_equal(hal_start(), HAL_OK);
    hal_adopt_prepare_image(&mm_test_bugcheck); /* this program's globals, before it has threads */
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    assert_int_equal(ex_pool_start(), STATUS_SUCCESS);
    assert_int_equal(ke_start(), STATUS_SUCCESS);
}

static inline int mm_test_stop(void **state)
{
    (void)state;
    mm_release_caches();
    ke_stop();
    ex_pool_stop();
    mm_stop();
    hal_stop();
    return 0;
}

/* In the test itself: cmocka takes the fault signals when it comes back from a set-up. */
static inline void mm_test_run(void **state)
{
    CMUnitTestFunction test = *(CMUnitTestFunction *)*state;
    mm_test_start();
    test(state);
}

/* A test of the table that runs in a room of its own. */
#define MM_TEST(test)                                                                              \
    {                                                                                              \
#test, mm_test_run, NULL, mm_test_stop, &(CMUnitTestFunction)                              \
        {                                                                                          \
            test                                                                                   \
        }                                                                                          \
    }

/* For tests of what only shared pages show. */
static inline void skip_without_adoption(void)
{
    const char *why = NULL;
    if (!hal_adopt_available(&why)) {
        print_message("pages cannot be shared here: %s\n", why);
        skip();
    }
}

/* A sanitizer keeps what was freed, and records of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RESIDENT_IS_OURS FALSE
#elif defined(__has_feature)
#define RESIDENT_IS_OURS !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define RESIDENT_IS_OURS TRUE
#endif

/* Zeroed memory of the program, readable and writable. */
static inline PUCHAR program_memory(SIZE_T pages)
{
    hal_u64 address = 0;
    assert_int_equal(hal_reserve(&address, pages), HAL_OK);
    assert_int_equal(hal_commit(address, pages, HAL_READ | HAL_WRITE), HAL_OK);
    return (PUCHAR)address;
}

static inline void program_memory_free(PVOID memory, SIZE_T pages)
{
    assert_int_equal(hal_release((hal_u64)memory, pages), HAL_OK);
}

static inline struct mm_statistics statistics(void)
{
    struct mm_statistics now;
    mm_query_statistics(&now);
    return now;
}

/* An MDL over the range, locked. */
static inline PMDL lock_range(PVOID address, ULONG bytes, KPROCESSOR_MODE mode,
                              LOCK_OPERATION operation)
{
    PMDL mdl = IoAllocateMdl(address, bytes, FALSE, FALSE, NULL);
    assert_non_null(mdl);
    assert_int_equal(mm_probe_and_lock(mdl, mode, operation), STATUS_SUCCESS);
    return mdl;
}

static inline void unlock_and_free(PMDL mdl)
{
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
}

/* Asserts the status of a lock that must fail, and that it left nothing locked. */
static inline void assert_lock_fails(PVOID address, ULONG bytes, KPROCESSOR_MODE mode,
                                     LOCK_OPERATION operation, NTSTATUS expected)
{
    LONG before = ke_current()->process->locked_pages;
    PMDL mdl = IoAllocateMdl(address, bytes, FALSE, FALSE, NULL);
    assert_non_null(mdl);
    assert_int_equal(mm_probe_and_lock(mdl, mode, operation), expected);
    assert_int_equal(mdl->MdlFlags & MDL_PAGES_LOCKED, 0);
    assert_int_equal(ke_current()->process->locked_pages, before);
    IoFreeMdl(mdl);
}

/* ---- Bug checks -------------------------------------------------------- */

static inline void mm_test_on_bugcheck(ULONG code, const ULONG_PTR parameters[4])
{
    mm_test_bugcheck.code = code;
    memcpy(mm_test_bugcheck.parameters, parameters, sizeof(mm_test_bugcheck.parameters));
    longjmp(mm_test_bugcheck.back, 1);
}

/* Asserts that statement stops the system with code; the IRQL is then as it was before. */
#define ASSERT_BUGCHECK(statement, expected)                                                       \
    do {                                                                                           \
        ke_bugcheck_handler before_ = ke_bugcheck_hook(mm_test_on_bugcheck);                       \
        KIRQL irql_ = ke_current()->irql;                                                          \
        mm_test_bugcheck.code = 0;                                                                 \
        if (!setjmp(mm_test_bugcheck.back)) {                                                      \
            statement;                                                                             \
        }                                                                                          \
        ke_current()->irql = irql_;                                                                \
        ke_bugcheck_hook(before_);                                                                 \
        assert_int_equal(mm_test_bugcheck.code, expected);                                         \
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
