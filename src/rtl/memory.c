/*
 * Memory, bytes and random numbers.
 */
#include "rtl.h"

#include <string.h>

#undef RtlUshortByteSwap
#undef RtlUlongByteSwap
#undef RtlUlonglongByteSwap
#undef RtlFillMemory
#undef RtlZeroMemory
#undef RtlMoveMemory
#undef RtlCopyMemory

VOID NTAPI RtlFillMemory(PVOID Destination, SIZE_T Length, UCHAR Fill);
VOID NTAPI RtlZeroMemory(PVOID Destination, SIZE_T Length);
VOID NTAPI RtlMoveMemory(PVOID Destination, const VOID *Source, SIZE_T Length);
VOID NTAPI RtlCopyMemory(PVOID Destination, const VOID *Source, SIZE_T Length);

/* The bytes that are alike before the first that differs. */
SIZE_T NTAPI RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    const UCHAR *a = Source1, *b = Source2;
    SIZE_T at = 0;

    while (at < Length && a[at] == b[at])
        at++;
    return at;
}

SIZE_T NTAPI RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern)
{
    const ULONG *words = Source;
    SIZE_T at = 0;

    while (at < Length / sizeof(ULONG) && words[at] == Pattern)
        at++;
    return at * sizeof(ULONG);
}

VOID NTAPI RtlFillMemory(PVOID Destination, SIZE_T Length, UCHAR Fill)
{
    memset(Destination, Fill, Length);
}

VOID NTAPI RtlZeroMemory(PVOID Destination, SIZE_T Length)
{
    memset(Destination, 0, Length);
}

VOID NTAPI RtlMoveMemory(PVOID Destination, const VOID *Source, SIZE_T Length)
{
    memmove(Destination, Source, Length);
}

VOID NTAPI RtlCopyMemory(PVOID Destination, const VOID *Source, SIZE_T Length)
{
    memmove(Destination, Source, Length);
}

VOID NTAPI RtlPrefetchMemoryNonTemporal(PVOID Source, SIZE_T Length)
{
    enum { LINE = 64 };

    for (SIZE_T at = 0; at < Length; at += LINE)
        __builtin_prefetch((PCHAR)Source + at, 0, 0);
}

USHORT FASTCALL RtlUshortByteSwap(USHORT Source)
{
    return __builtin_bswap16(Source);
}

ULONG FASTCALL RtlUlongByteSwap(ULONG Source)
{
    return __builtin_bswap32(Source);
}

ULONGLONG FASTCALL RtlUlonglongByteSwap(ULONGLONG Source)
{
    return __builtin_bswap64(Source);
}

/* Numbers from 0 to MAXLONG - 1, as Windows' are, by a linear congruence modulo 2^31 - 1. */
ULONG NTAPI RtlRandom(PULONG Seed)
{
    *Seed = (ULONG)(((ULONG64)*Seed * 0x7FFFFFED + 0x7FFFFFC3) % MAXLONG);
    return *Seed;
}

ULONG NTAPI RtlRandomEx(PULONG Seed)
{
    return RtlRandom(Seed);
}

USHORT NTAPI RtlCaptureStackBackTrace(ULONG FramesToSkip, ULONG FramesToCapture, PVOID *BackTrace,
                                      PULONG BackTraceHash)
{
    enum { MOST_FRAMES = 62, OWN_FRAMES = 1 };
    hal_u64 pcs[2 * MOST_FRAMES];
    hal_u32 found = hal_backtrace(pcs, RTL_NUMBER_OF(pcs));
    ULONG hash = 0;
    USHORT count = 0;

    for (hal_u32 at = FramesToSkip + OWN_FRAMES; at < found; at++) {
        if (count == FramesToCapture || count == MOST_FRAMES)
            break;
        BackTrace[count++] = (PVOID)pcs[at];
        hash += (ULONG)pcs[at];
    }
    if (BackTraceHash)
        *BackTraceHash = hash;
    return count;
}

VOID NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, PGENERIC_MAPPING GenericMapping)
{
    ACCESS_MASK mask = *AccessMask;

    if (mask & GENERIC_READ)
        mask |= GenericMapping->GenericRead;
    if (mask & GENERIC_WRITE)
        mask |= GenericMapping->GenericWrite;
    if (mask & GENERIC_EXECUTE)
        mask |= GenericMapping->GenericExecute;
    if (mask & GENERIC_ALL)
        mask |= GenericMapping->GenericAll;
    *AccessMask = mask & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}
