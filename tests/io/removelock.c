/* Pins: a device is not removed while anything holds its remove lock, and nothing takes it then. */
#include "io/io_test.h"

static IO_REMOVE_LOCK lock;

static void held_until_released(void)
{
    IoInitializeRemoveLock(&lock, 'tseT', 0, 0);
    assert_int_equal(IoAcquireRemoveLock(&lock, NULL), STATUS_SUCCESS);
    assert_int_equal(IoAcquireRemoveLock(&lock, &lock), STATUS_SUCCESS);
    IoReleaseRemoveLock(&lock, &lock);
    /* The last holder removes, and waits for nobody. */
    IoReleaseRemoveLockAndWait(&lock, NULL);
    assert_int_equal(IoAcquireRemoveLock(&lock, NULL), STATUS_DELETE_PENDING);
    assert_int_equal(IoAcquireRemoveLock(&lock, NULL), STATUS_DELETE_PENDING);
}

static struct {
    LONG has_acquired, may_release, has_released; /* atomic */
} other;

static VOID hold(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    assert_int_equal(IoAcquireRemoveLock(&lock, &other), STATUS_SUCCESS);
    __atomic_store_n(&other.has_acquired, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&other.may_release, __ATOMIC_ACQUIRE))
        hal_yield();
    __atomic_store_n(&other.has_released, 1, __ATOMIC_RELEASE);
    IoReleaseRemoveLock(&lock, &other);
}

/* Lets the holder go once the remover has made its mark: later acquisitions fail. */
static VOID let_go(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    for (;;) {
        NTSTATUS status = IoAcquireRemoveLock(&lock, &status);

        if (status == STATUS_DELETE_PENDING)
            break;
        IoReleaseRemoveLock(&lock, &status);
        hal_yield();
    }
    __atomic_store_n(&other.may_release, 1, __ATOMIC_RELEASE);
}

static void removal_waits_for_the_holder(void)
{
    struct program_thread holder, watcher;

    memset(&other, 0, sizeof(other));
    IoInitializeRemoveLock(&lock, 'tseT', 0, 0);
    start_thread(&holder, hold, NULL);
    while (!__atomic_load_n(&other.has_acquired, __ATOMIC_ACQUIRE))
        hal_yield();
    start_thread(&watcher, let_go, NULL);
    assert_int_equal(IoAcquireRemoveLock(&lock, NULL), STATUS_SUCCESS);
    IoReleaseRemoveLockAndWait(&lock, NULL);
    assert_int_equal(__atomic_load_n(&other.has_released, __ATOMIC_ACQUIRE), 1);
    join_thread(&holder);
    join_thread(&watcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(held_until_released),
        IO_TEST(removal_waits_for_the_holder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
