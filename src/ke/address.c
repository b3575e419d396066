/*
 * Waiting for a change of memory (RtlWaitOnAddress): what the program's locks
 * sleep on.
 *
 * An address belongs to one of a few buckets. A bucket counts wakes; a waiter
 * sleeps while the count is what it was before it looked at the memory, so a
 * wake that comes between the look and the sleep is not lost. Whoever waits for
 * another address of the same bucket is woken in vain and looks again.
 */
#include "dispatcher.h"

enum { BUCKETS = 64 };

static struct {
    hal_u32 wakes;   /* atomic; waiters sleep on it */
    hal_u32 waiters; /* atomic: nobody there, nothing to do */
} buckets[BUCKETS];

static ULONG bucket_of(const volatile VOID *address)
{
    return (ULONG)((ULONG_PTR)address >> 3) % BUCKETS;
}

static BOOLEAN is_same(const volatile VOID *address, PVOID expected, SIZE_T size)
{
    switch (size) {
    case 1:
        return __atomic_load_n((const volatile UCHAR *)address, __ATOMIC_SEQ_CST) ==
               *(PUCHAR)expected;
    case 2:
        return __atomic_load_n((const volatile USHORT *)address, __ATOMIC_SEQ_CST) ==
               *(PUSHORT)expected;
    case 4:
        return __atomic_load_n((const volatile ULONG *)address, __ATOMIC_SEQ_CST) ==
               *(PULONG)expected;
    default:
        return __atomic_load_n((const volatile ULONG64 *)address, __ATOMIC_SEQ_CST) ==
               *(PULONG64)expected;
    }
}

/* When a time-out ends, as hal counts; negative ones are relative. */
static hal_i64 deadline_of(const LARGE_INTEGER *timeout)
{
    LONGLONG ticks;

    if (!timeout)
        return HAL_FOREVER;
    ticks = timeout->QuadPart < 0 ? -timeout->QuadPart : timeout->QuadPart - hal_clock_system();
    return ticks <= 0 ? 0 : hal_clock_monotonic() + ticks * 100;
}

/*
 * Returns when the memory is not expected any more, or was woken, or for no
 * reason: callers look again. STATUS_TIMEOUT; STATUS_INVALID_PARAMETER for a
 * size that is not 1, 2, 4 or 8.
 */
NTSTATUS NTAPI RtlWaitOnAddress(const volatile VOID *Address, PVOID CompareAddress,
                                SIZE_T AddressSize, PLARGE_INTEGER Timeout)
{
    ULONG bucket = bucket_of(Address);
    int waited = HAL_OK;
    hal_i64 deadline;
    hal_u32 wakes;

    if (AddressSize != 1 && AddressSize != 2 && AddressSize != 4 && AddressSize != 8)
        return STATUS_INVALID_PARAMETER;
    deadline = deadline_of(Timeout);
    /* Sequential consistency pairs with wake: it sees the waiter, or we see the change. */
    __atomic_fetch_add(&buckets[bucket].waiters, 1, __ATOMIC_SEQ_CST);
    wakes = __atomic_load_n(&buckets[bucket].wakes, __ATOMIC_SEQ_CST);
    if (is_same(Address, CompareAddress, AddressSize))
        waited = deadline ? hal_wait(&buckets[bucket].wakes, wakes, deadline) : HAL_ETIMEDOUT;
    __atomic_fetch_sub(&buckets[bucket].waiters, 1, __ATOMIC_RELAXED);
    return waited == HAL_ETIMEDOUT ? STATUS_TIMEOUT : STATUS_SUCCESS;
}

VOID NTAPI RtlWakeAddressAll(PVOID Address)
{
    ULONG bucket = bucket_of(Address);

    __atomic_fetch_add(&buckets[bucket].wakes, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&buckets[bucket].waiters, __ATOMIC_SEQ_CST))
        hal_wake(&buckets[bucket].wakes, MAXLONG);
}

/* The one to be woken cannot be told from the bucket's others. */
VOID NTAPI RtlWakeAddressSingle(PVOID Address)
{
    RtlWakeAddressAll(Address);
}
