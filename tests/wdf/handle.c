/* Handles: none is ever valid twice, and looking one up never touches what is gone. */
#include "control_test.h"

#define MANY 3000 /* more than a chunk of slots, so that there are several */
#define ROUNDS 20000
#define THREADS 3

static WDFOBJECT make_object(VOID)
{
    WDFOBJECT object = NULL;

    assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
    return object;
}

static void many_at_once(void)
{
    static WDFOBJECT objects[MANY];
    ULONG i;

    load_driver();
    for (i = 0; i < MANY; i++)
        objects[i] = make_object();
    for (i = 0; i < MANY; i++) {
        struct wdf_object *object = wdf_lookup_handle(objects[i]);

        assert_non_null(object);
        assert_ptr_equal(wdf_handle_of(object), objects[i]);
        assert_int_equal((ULONG64)objects[i] & WDF_HANDLE_KIND, WDF_HANDLE_OBJECT);
    }
    for (i = 0; i < MANY; i += 2)
        WdfObjectDelete(objects[i]);
    for (i = 0; i < MANY; i++)
        assert_int_equal(wdf_lookup_handle(objects[i]) != NULL, i % 2);
}

static void a_slot_has_another_handle_each_time(void)
{
    WDFOBJECT before, now;
    ULONG i;

    load_driver();
    before = make_object();
    WdfObjectDelete(before);
    for (i = 0; i < 1000; i++) {
        now = make_object();
        assert_ptr_not_equal(now, before);
        assert_null(wdf_lookup_handle(before));
        WdfObjectDelete(now);
        assert_null(wdf_lookup_handle(now));
        before = now;
    }
}

static void what_was_never_a_handle(void)
{
    static const ULONG64 numbers[] = {
        0, 1, 7, 8, 0x7FFFFFFF8, MAXULONG64, MAXULONG64 - 7, (ULONG64)MAXLONG64 + 1, 0x100000000};
    ULONG64 good;
    ULONG i;

    load_driver();
    good = (ULONG64)make_object();
    for (i = 0; i < RTL_NUMBER_OF(numbers); i++)
        assert_null(wdf_lookup_handle((WDFOBJECT)numbers[i]));
    for (i = 3; i < 64; i++)
        assert_true(wdf_lookup_handle((WDFOBJECT)(good ^ (1ull << i))) !=
                    wdf_lookup_handle((WDFOBJECT)good));
    /* The low bits tell the memories of a request from the request itself. */
    for (i = 1; i < 8; i++)
        assert_ptr_equal(wdf_lookup_handle((WDFOBJECT)(good | i)),
                         wdf_lookup_handle((WDFOBJECT)good));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfObjectDelete((WDFOBJECT)(good | 1)));
}

static void a_slot_may_be_kept(void)
{
    struct wdf_object *object;
    WDFOBJECT handle, next;

    load_driver();
    handle = make_object();
    object = wdf_lookup_handle(handle);
    wdf_retire_handle(object);
    assert_null(wdf_lookup_handle(handle));
    wdf_renew_handle(object);
    next = wdf_handle_of(object);
    assert_ptr_not_equal(next, handle);
    assert_ptr_equal(wdf_lookup_handle(next), object);
    assert_null(wdf_lookup_handle(handle));
    WdfObjectDelete(next);
}

static VOID make_and_delete(PVOID context)
{
    ULONG i;

    UNREFERENCED_PARAMETER(context);
    for (i = 0; i < ROUNDS; i++) {
        WDFOBJECT first = make_object(), second = make_object();

        assert_ptr_equal(wdf_handle_of(wdf_lookup_handle(first)), first);
        WdfObjectDelete(first);
        assert_ptr_equal(wdf_handle_of(wdf_lookup_handle(second)), second);
        WdfObjectDelete(second);
        assert_null(wdf_lookup_handle(second));
    }
}

static void from_several_threads(void)
{
    struct program_thread threads[THREADS];
    ULONG i;

    load_driver();
    for (i = 0; i < THREADS; i++)
        start_thread(&threads[i], make_and_delete, NULL);
    for (i = 0; i < THREADS; i++)
        join_thread(&threads[i]);
    assert_int_equal(wdf_globals_of(WdfDriverGlobals)->objects, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(many_at_once),
        WDF_TEST(a_slot_has_another_handle_each_time),
        WDF_TEST(what_was_never_a_handle),
        WDF_TEST(a_slot_may_be_kept),
        WDF_TEST(from_several_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
