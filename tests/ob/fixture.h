/*
 * What the tests of ob share: the rooms below it started, provoked bug checks,
 * names as strings, and a look for leaks at the end.
 */
#pragma once

#include <ntifs.h>

#include "ex/ex.h"
#include "ke/ke.h"
#include "mm/mm.h"
#include "nt_cmocka.h"
#include "ob/ob.h"
#include "ob/services.h"
#include "rtl/rtl.h"

/* ---- the rooms ----------------------------------------------------------- */

static inline LONG64 live_allocations(ULONG tag)
{
    struct ex_tag_usage rows[64];
    ULONG count = ex_query_tags(rows, RTL_NUMBER_OF(rows)), i;
    LONG64 live = 0;

    for (i = 0; i < min(count, RTL_NUMBER_OF(rows)); i++)
        if (rows[i].tag == tag)
            live += rows[i].allocations - rows[i].frees;
    return live;
}

static inline void start_rooms(void)
{
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    assert_int_equal(ex_pool_start(), STATUS_SUCCESS);
    assert_int_equal(ke_start(), STATUS_SUCCESS);
    assert_int_equal(ob_start(), STATUS_SUCCESS);
    assert_int_equal(ex_start(), STATUS_SUCCESS);
}

/* Nothing of ob's is left when it has stopped: every test is a test for leaks. */
static inline void stop_rooms(void)
{
    ex_stop();
    ob_stop();
    assert_int_equal(live_allocations(EX_TAG_NAME), 0);
    assert_int_equal(live_allocations(EX_TAG_HANDLE), 0);
    assert_int_equal(live_allocations(EX_TAG_SECURITY), 0);
    assert_int_equal(ob_type_directory.objects, 0);
    assert_int_equal(ob_type_symbolic_link.objects, 0);
    assert_int_equal(ob_type_event.objects, 0);
    assert_int_equal(ob_type_semaphore.objects, 0);
    assert_int_equal(ob_type_mutant.objects, 0);
    assert_int_equal(ob_type_timer.objects, 0);
    assert_int_equal(ob_type_token.objects, 0);
    ke_stop();
    ex_pool_stop();
    mm_stop();
    hal_stop();
}

/*
 * Runs the test that is its state with the rooms started. Not by a set-up:
 * cmocka takes the fault signals for itself between a set-up and its test.
 */
static inline void run_in_rooms(void **state)
{
    void (*test)(void **) = (void (*)(void **)) * state;

    start_rooms();
    test(state);
    stop_rooms();
}

#define room_test(test)                                                                            \
    {                                                                                              \
#test, run_in_rooms, NULL, NULL, test                                                      \
    }

/* ---- provoked bug checks ------------------------------------------------- */

static struct {
    jmp_buf back;
    ULONG code;
    ULONG_PTR parameters[4];
} stop;

static inline void record_stop(ULONG code, const ULONG_PTR parameters[4])
{
    stop.code = code;
    memcpy(stop.parameters, parameters, sizeof(stop.parameters));
    longjmp(stop.back, 1);
}

/* Runs what must bug check; what the bug check said is in stop. */
#define EXPECT_STOP(expected, statement)                                                           \
    do {                                                                                           \
        ke_bugcheck_handler previous_handler = ke_bugcheck_hook(record_stop);                      \
        volatile BOOLEAN has_returned = FALSE;                                                     \
        stop.code = 0;                                                                             \
        if (!setjmp(stop.back)) {                                                                  \
            statement;                                                                             \
            has_returned = TRUE;                                                                   \
        }                                                                                          \
        ke_bugcheck_hook(previous_handler);                                                        \
        assert_false(has_returned);                                                                \
        assert_int_equal(stop.code, expected);                                                     \
    } while (0)

/* ---- names --------------------------------------------------------------- */

static inline UNICODE_STRING name_of(PCWSTR text)
{
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, text);
    return name;
}

static inline OBJECT_ATTRIBUTES attributes_of(PUNICODE_STRING name, ULONG flags)
{
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, name, flags, NULL, NULL);
    return attributes;
}

#define assert_string_is(string, literal)                                                          \
    do {                                                                                           \
        UNICODE_STRING expected_string = name_of(literal);                                         \
        assert_int_equal((string).Length, expected_string.Length);                                 \
        assert_memory_equal((string).Buffer, expected_string.Buffer, expected_string.Length);      \
    } while (0)

/* A status in a failure is easier to look up in hexadecimal. */
#define assert_status(expression, expected) assert_int_equal((ULONG)(expression), (ULONG)(expected))

/* Runs what follows as a call from the kernel, or from a program. */
static inline KPROCESSOR_MODE as_mode(KPROCESSOR_MODE mode)
{
    KPROCESSOR_MODE previous = ke_current()->previous_mode;

    ke_current()->previous_mode = mode;
    return previous;
}

/* ---- threads ------------------------------------------------------------- */

static inline PKTHREAD begin_thread(PKSTART_ROUTINE routine, PVOID context)
{
    PKTHREAD thread;
    HANDLE handle;

    assert_status(
        PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine, context),
        STATUS_SUCCESS);
    assert_status(
        ob_reference_handle(handle, 0, &ob_type_thread, KernelMode, (PVOID *)&thread, NULL),
        STATUS_SUCCESS);
    assert_status(ZwClose(handle), STATUS_SUCCESS);
    return thread;
}

static inline VOID end_of_thread(PKTHREAD thread)
{
    assert_status(KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL),
                  STATUS_SUCCESS);
    ObDereferenceObject(thread);
}
