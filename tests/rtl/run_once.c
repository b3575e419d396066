/* RTL_RUN_ONCE: one initialization however many threads ask; the others wait for it. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

enum { THREADS = 4, ROUNDS = 200 };

static RTL_RUN_ONCE once;
static LONG calls;
static LONG value;

static ULONG NTAPI initialize(PRTL_RUN_ONCE RunOnce, PVOID Parameter, PVOID *Context)
{
    assert_ptr_equal(RunOnce, &once);
    value = *(LONG *)Parameter;
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    *Context = (PVOID)0x1230;
    return TRUE;
}

static ULONG NTAPI refuse(PRTL_RUN_ONCE RunOnce, PVOID Parameter, PVOID *Context)
{
    UNREFERENCED_PARAMETER(RunOnce);
    UNREFERENCED_PARAMETER(Parameter);
    UNREFERENCED_PARAMETER(Context);
    return FALSE;
}

static void test_failure_can_be_tried_again(void **state)
{
    LONG parameter = 5;
    PVOID context = NULL;

    UNREFERENCED_PARAMETER(state);
    RtlRunOnceInitialize(&once);
    calls = 0;
    assert_int_equal(RtlRunOnceExecuteOnce(&once, refuse, NULL, &context), STATUS_UNSUCCESSFUL);
    assert_int_equal(RtlRunOnceExecuteOnce(&once, initialize, &parameter, &context),
                     STATUS_SUCCESS);
    assert_ptr_equal(context, (PVOID)0x1230);
    context = NULL;
    assert_int_equal(RtlRunOnceExecuteOnce(&once, initialize, &parameter, &context),
                     STATUS_SUCCESS);
    assert_ptr_equal(context, (PVOID)0x1230);
    assert_int_equal(calls, 1);
}

static void test_asynchronous(void **state)
{
    PVOID context;

    UNREFERENCED_PARAMETER(state);
    RtlRunOnceInitialize(&once);
    assert_int_equal(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context),
                     STATUS_UNSUCCESSFUL);
    assert_int_equal(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_ASYNC, &context),
                     STATUS_PENDING);
    assert_int_equal(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_ASYNC, &context),
                     STATUS_PENDING);
    assert_int_equal(RtlRunOnceBeginInitialize(&once, 0, &context), STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlRunOnceComplete(&once, RTL_RUN_ONCE_ASYNC, (PVOID)0x1231),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(RtlRunOnceComplete(&once, RTL_RUN_ONCE_ASYNC, (PVOID)0x40), STATUS_SUCCESS);
    assert_int_equal(RtlRunOnceComplete(&once, RTL_RUN_ONCE_ASYNC, (PVOID)0x80),
                     STATUS_UNSUCCESSFUL);
    assert_int_equal(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context),
                     STATUS_SUCCESS);
    assert_ptr_equal(context, (PVOID)0x40);
}

static void use(void *argument)
{
    assert_int_equal(RtlRunOnceExecuteOnce(&once, initialize, argument, NULL), STATUS_SUCCESS);
    assert_int_equal(value, *(LONG *)argument);
}

static void test_threads(void **state)
{
    UNREFERENCED_PARAMETER(state);
    for (LONG round = 1; round <= ROUNDS; round++) {
        struct hal_thread *threads[THREADS];

        RtlRunOnceInitialize(&once);
        calls = 0;
        for (ULONG at = 0; at < THREADS; at++)
            assert_int_equal(hal_thread_create(&threads[at], use, &round, "once"), HAL_OK);
        for (ULONG at = 0; at < THREADS; at++)
            hal_thread_join(threads[at]);
        assert_int_equal(calls, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure_can_be_tried_again),
        cmocka_unit_test(test_asynchronous),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
