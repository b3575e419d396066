/*
 * RTL_BITMAP: bit n is bit n % 32 of Buffer[n / 32].
 */
#include "rtl.h"

#include <string.h>

enum { BITS = 32 };

/* What RtlFind* answer when there is no such run. */
#define NOT_FOUND MAXULONG

static BOOLEAN is_set(const RTL_BITMAP *map, ULONG bit)
{
    return (map->Buffer[bit / BITS] >> bit % BITS) & 1;
}

/* Ones for the bits [bit, bit + count) that are in bit's own ULONG; *in_word is how many they are.
 */
static ULONG mask_at(ULONG bit, ULONG count, PULONG in_word)
{
    ULONG shift = bit % BITS;

    *in_word = min(count, BITS - shift);
    return (*in_word == BITS ? MAXULONG : (1u << *in_word) - 1) << shift;
}

/* The first bit at or after from whose value is wanted; size if there is none. */
static ULONG next_bit(const RTL_BITMAP *map, ULONG from, BOOLEAN wanted)
{
    while (from < map->SizeOfBitMap) {
        ULONG word = map->Buffer[from / BITS];
        if (!wanted)
            word = ~word;
        word &= MAXULONG << from % BITS;
        if (word)
            return min(from / BITS * BITS + (ULONG)__builtin_ctz(word), map->SizeOfBitMap);
        from = (from / BITS + 1) * BITS;
    }
    return map->SizeOfBitMap;
}

/* The next run of bits with the wanted value; FALSE if there is none. */
static BOOLEAN next_run(const RTL_BITMAP *map, ULONG from, BOOLEAN wanted, PULONG start,
                        PULONG length)
{
    *start = next_bit(map, from, wanted);
    if (*start == map->SizeOfBitMap)
        return FALSE;
    *length = next_bit(map, *start, !wanted) - *start;
    return TRUE;
}

static BOOLEAN is_in_map(const RTL_BITMAP *map, ULONG start, ULONG length)
{
    return start <= map->SizeOfBitMap && length <= map->SizeOfBitMap - start;
}

VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)
{
    BitMapHeader->SizeOfBitMap = SizeOfBitMap;
    BitMapHeader->Buffer = BitMapBuffer;
}

VOID NTAPI RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    BitMapHeader->Buffer[BitNumber / BITS] |= 1u << BitNumber % BITS;
}

VOID NTAPI RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    BitMapHeader->Buffer[BitNumber / BITS] &= ~(1u << BitNumber % BITS);
}

BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    return is_set(BitMapHeader, BitNumber);
}

VOID NTAPI RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)
{
    for (ULONG bit = StartingIndex, left = NumberToSet, done; left; bit += done, left -= done)
        BitMapHeader->Buffer[bit / BITS] |= mask_at(bit, left, &done);
}

VOID NTAPI RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)
{
    for (ULONG bit = StartingIndex, left = NumberToClear, done; left; bit += done, left -= done)
        BitMapHeader->Buffer[bit / BITS] &= ~mask_at(bit, left, &done);
}

static SIZE_T buffer_bytes(const RTL_BITMAP *map)
{
    return ((SIZE_T)map->SizeOfBitMap + BITS - 1) / BITS * sizeof(ULONG);
}

VOID NTAPI RtlSetAllBits(PRTL_BITMAP BitMapHeader)
{
    memset(BitMapHeader->Buffer, 0xFF, buffer_bytes(BitMapHeader));
}

VOID NTAPI RtlClearAllBits(PRTL_BITMAP BitMapHeader)
{
    memset(BitMapHeader->Buffer, 0, buffer_bytes(BitMapHeader));
}

static BOOLEAN are_bits(const RTL_BITMAP *map, ULONG start, ULONG length, BOOLEAN wanted)
{
    return length && is_in_map(map, start, length) &&
           next_bit(map, start, !wanted) >= start + length;
}

BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return are_bits(BitMapHeader, StartingIndex, Length, FALSE);
}

BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return are_bits(BitMapHeader, StartingIndex, Length, TRUE);
}

ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader)
{
    ULONG count = 0;

    for (ULONG bit = 0, done; bit < BitMapHeader->SizeOfBitMap; bit += done) {
        ULONG mask = mask_at(bit, BitMapHeader->SizeOfBitMap - bit, &done);
        count += (ULONG)__builtin_popcount(BitMapHeader->Buffer[bit / BITS] & mask);
    }
    return count;
}

ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader)
{
    return BitMapHeader->SizeOfBitMap - RtlNumberOfSetBits(BitMapHeader);
}

ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR Target)
{
    return (ULONG)__builtin_popcountll(Target);
}

/* The first run of count wanted bits that starts in [from, end). */
static ULONG find_between(const RTL_BITMAP *map, ULONG from, ULONG end, ULONG count, BOOLEAN wanted)
{
    ULONG start, length;

    while (from < end && next_run(map, from, wanted, &start, &length) && start < end) {
        if (length >= count)
            return start;
        from = start + length;
    }
    return NOT_FOUND;
}

/* From the hint's ULONG to the end, then from the start, as NT searches. */
static ULONG find_bits(const RTL_BITMAP *map, ULONG count, ULONG hint, BOOLEAN wanted)
{
    ULONG found;

    if (hint >= map->SizeOfBitMap)
        hint = 0;
    hint = hint / 8 * 8;
    if (count == 0)
        return hint;
    if (count > map->SizeOfBitMap)
        return NOT_FOUND;
    found = find_between(map, hint, map->SizeOfBitMap, count, wanted);
    return found == NOT_FOUND ? find_between(map, 0, hint, count, wanted) : found;
}

ULONG NTAPI RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_bits(BitMapHeader, NumberToFind, HintIndex, FALSE);
}

ULONG NTAPI RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_bits(BitMapHeader, NumberToFind, HintIndex, TRUE);
}

ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    ULONG found = RtlFindClearBits(BitMapHeader, NumberToFind, HintIndex);

    if (found != NOT_FOUND)
        RtlSetBits(BitMapHeader, found, NumberToFind);
    return found;
}

ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    ULONG found = RtlFindSetBits(BitMapHeader, NumberToFind, HintIndex);

    if (found != NOT_FOUND)
        RtlClearBits(BitMapHeader, found, NumberToFind);
    return found;
}

ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                       PULONG StartingRunIndex)
{
    ULONG start, length;

    if (next_run(BitMapHeader, FromIndex, FALSE, &start, &length)) {
        *StartingRunIndex = start;
        return length;
    }
    *StartingRunIndex = FromIndex;
    return 0;
}

ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    return RtlFindNextForwardRunClear(BitMapHeader, 0, StartingIndex);
}

ULONG NTAPI RtlFindLastBackwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                        PULONG StartingRunIndex)
{
    ULONG last = min(FromIndex, BitMapHeader->SizeOfBitMap - 1), first;

    *StartingRunIndex = FromIndex;
    if (BitMapHeader->SizeOfBitMap == 0)
        return 0;
    while (is_set(BitMapHeader, last)) {
        if (last-- == 0)
            return 0;
    }
    for (first = last; first && !is_set(BitMapHeader, first - 1);)
        first--;
    *StartingRunIndex = first;
    return last - first + 1;
}

ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    RTL_BITMAP_RUN longest = {0, 0};

    RtlFindClearRuns(BitMapHeader, &longest, 1, TRUE);
    *StartingIndex = longest.StartingIndex;
    return longest.NumberOfBits;
}

/* Keeps the longest runs, longest first. */
static ULONG keep_longest(PRTL_BITMAP_RUN runs, ULONG kept, ULONG size, RTL_BITMAP_RUN run)
{
    ULONG at = kept;

    if (kept == size && run.NumberOfBits <= runs[size - 1].NumberOfBits)
        return kept;
    if (kept == size)
        at--;
    for (; at && runs[at - 1].NumberOfBits < run.NumberOfBits; at--)
        runs[at] = runs[at - 1];
    runs[at] = run;
    return min(kept + 1, size);
}

ULONG NTAPI RtlFindClearRuns(PRTL_BITMAP BitMapHeader, PRTL_BITMAP_RUN RunArray,
                             ULONG SizeOfRunArray, BOOLEAN LocateLongestRuns)
{
    ULONG count = 0;
    RTL_BITMAP_RUN run = {0, 0};

    if (SizeOfRunArray == 0)
        return 0;
    for (ULONG from = 0; next_run(BitMapHeader, from, FALSE, &run.StartingIndex, &run.NumberOfBits);
         from = run.StartingIndex + run.NumberOfBits) {
        if (LocateLongestRuns)
            count = keep_longest(RunArray, count, SizeOfRunArray, run);
        else if (count < SizeOfRunArray)
            RunArray[count++] = run;
        else
            break;
    }
    return count;
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG Set)
{
    return Set ? (CCHAR)__builtin_ctzll(Set) : -1;
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG Set)
{
    return Set ? (CCHAR)(63 - __builtin_clzll(Set)) : -1;
}
