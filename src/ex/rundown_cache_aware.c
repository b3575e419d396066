/*
 * Cache-aware run-down protection: a reference a processor, so that processors
 * do not contend for one. A reference may be acquired on one and released on
 * another; only their sum means something.
 */
#include "rundown.h"

#define RUNDOWN_LINE 64u

struct rundown_line {
    EX_RUNDOWN_REF ref;
} DECLSPEC_ALIGN(RUNDOWN_LINE);

struct _EX_RUNDOWN_REF_CACHE_AWARE {
    struct rundown_line *lines; /* on a cache line, in the same memory */
    ULONG count;
};

static PEX_RUNDOWN_REF rundown_own(PEX_RUNDOWN_REF_CACHE_AWARE aware)
{
    return &aware->lines[hal_processor_current() % aware->count].ref;
}

SIZE_T NTAPI ExSizeOfRundownProtectionCacheAware(VOID)
{
    return sizeof(struct _EX_RUNDOWN_REF_CACHE_AWARE) + RUNDOWN_LINE +
           hal_processor_count() * sizeof(struct rundown_line);
}

VOID NTAPI ExInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
                                                   SIZE_T RunRefSize)
{
    ULONG_PTR first = (ULONG_PTR)(RunRefCacheAware + 1);

    first = (first + RUNDOWN_LINE - 1) & ~(ULONG_PTR)(RUNDOWN_LINE - 1);
    RunRefCacheAware->lines = (struct rundown_line *)first;
    RunRefCacheAware->count =
        (ULONG)(((ULONG_PTR)RunRefCacheAware + RunRefSize - first) / sizeof(struct rundown_line));
    ExReInitializeRundownProtectionCacheAware(RunRefCacheAware);
}

PEX_RUNDOWN_REF_CACHE_AWARE NTAPI ExAllocateCacheAwareRundownProtection(POOL_TYPE PoolType,
                                                                        ULONG PoolTag)
{
    SIZE_T size = ExSizeOfRundownProtectionCacheAware();
    PEX_RUNDOWN_REF_CACHE_AWARE aware = ExAllocatePoolWithTag(PoolType, size, PoolTag);

    if (aware)
        ExInitializeRundownProtectionCacheAware(aware, size);
    return aware;
}

VOID NTAPI ExFreeCacheAwareRundownProtection(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware)
{
    ExFreePool(RunRefCacheAware);
}

VOID FASTCALL
ExReInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware)
{
    for (ULONG i = 0; i < RunRefCacheAware->count; i++)
        ExReInitializeRundownProtection(&RunRefCacheAware->lines[i].ref);
}

BOOLEAN FASTCALL ExAcquireRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware)
{
    return rundown_acquire(rundown_own(RunRefCacheAware), 1);
}

BOOLEAN FASTCALL
ExAcquireRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware, ULONG Count)
{
    return rundown_acquire(rundown_own(RunRefCacheAware), Count);
}

VOID FASTCALL ExReleaseRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware)
{
    rundown_release(rundown_own(RunRefCacheAware), 1);
}

VOID FASTCALL ExReleaseRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRef,
                                                     ULONG Count)
{
    rundown_release(rundown_own(RunRef), Count);
}

VOID FASTCALL ExRundownCompletedCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware)
{
    for (ULONG i = 0; i < RunRefCacheAware->count; i++)
        ExRundownCompleted(&RunRefCacheAware->lines[i].ref);
}

/* Points a reference to the wait and returns what it counted, which may be below 0. */
static LONG64 rundown_divert(PEX_RUNDOWN_REF ref, struct rundown_wait *wait)
{
    ULONG_PTR value =
        __atomic_exchange_n(&ref->Count, (ULONG_PTR)wait | EX_RUNDOWN_ACTIVE, __ATOMIC_ACQ_REL);
    return (LONG64)value / EX_RUNDOWN_COUNT_INC;
}

VOID FASTCALL ExWaitForRundownProtectionReleaseCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRef)
{
    struct rundown_wait wait = {.count = 0};
    LONG64 total = 0;

    KE_ASSERT_IRQL(APC_LEVEL);
    if (__atomic_load_n(&RunRef->lines[0].ref.Count, __ATOMIC_ACQUIRE) == EX_RUNDOWN_ACTIVE)
        return;
    KeInitializeEvent(&wait.ended, SynchronizationEvent, FALSE);
    /* Until the total is added the wait's count is below 0, so no release ends it too early. */
    for (ULONG i = 0; i < RunRef->count; i++)
        total += rundown_divert(&RunRef->lines[i].ref, &wait);
    if (__atomic_add_fetch(&wait.count, total, __ATOMIC_ACQ_REL) != 0)
        KeWaitForSingleObject(&wait.ended, Executive, KernelMode, FALSE, NULL);
    ExRundownCompletedCacheAware(RunRef);
}
