/*
 * The sequenced singly linked list: pushed and popped by any thread without a lock.
 */
#include "ex.h"
#include "../mm/mm.h"

/*
 * A header's two words as Windows x64 has them: depth (16 bits) and sequence
 * (48 bits), then the first entry's address with bit 0 set as HeaderType says.
 * The sequence grows with every change, so a compare fails if the list was
 * changed and changed back in between.
 */
#define SLIST_DEPTH_MASK 0xFFFFull
#define SLIST_SEQUENCE_ONE 0x10000ull
#define SLIST_ADDRESS_MASK (~0xFull)
#define SLIST_TYPE_16 1ull

typedef unsigned __int128 slist_word;

union slist_value {
    slist_word whole;
    struct {
        ULONG64 counts;
        ULONG64 next;
    };
};
C_ASSERT(sizeof(union slist_value) == sizeof(SLIST_HEADER));

static inline PSLIST_ENTRY slist_first(union slist_value value)
{
    return (PSLIST_ENTRY)(value.next & SLIST_ADDRESS_MASK);
}

/* The words are read one by one; a torn pair fails in slist_exchange. */
static inline union slist_value slist_read(PSLIST_HEADER head)
{
    union slist_value value;
    value.counts = __atomic_load_n(&head->Alignment, __ATOMIC_ACQUIRE);
    value.next = __atomic_load_n(&head->Region, __ATOMIC_ACQUIRE);
    return value;
}

/* Replaces expected by value; if the header is another meanwhile, reads it into expected. */
__attribute__((target("cx16"))) static inline BOOLEAN
slist_exchange(PSLIST_HEADER head, union slist_value *expected, union slist_value value)
{
    slist_word before = expected->whole;
    expected->whole = __sync_val_compare_and_swap((slist_word *)head, before, value.whole);
    return expected->whole == before;
}

/*
 * The next entry of one that another thread may have taken and freed by now.
 * What is read then is of no consequence, because the exchange fails; but the
 * memory may be gone, unless it is of the direct map, which always stays.
 */
__attribute__((no_sanitize("address", "thread"))) static inline PSLIST_ENTRY
slist_next(PSLIST_ENTRY entry)
{
    PSLIST_ENTRY next = NULL;

    if (__builtin_expect((ULONG64)entry - MM_DIRECT_MAP < MM_PTE_BASE - MM_DIRECT_MAP, 1))
        return *(PSLIST_ENTRY volatile *)&entry->Next;
    hal_copy_guarded(&next, &entry->Next, sizeof(next), NULL);
    return next;
}

VOID InitializeSListHead(PSLIST_HEADER SListHead)
{
    if (((ULONG_PTR)SListHead & 15) != 0)
        ExRaiseStatus(STATUS_DATATYPE_MISALIGNMENT);
    SListHead->Alignment = 0;
    SListHead->Region = 0;
}

USHORT ExQueryDepthSList(PSLIST_HEADER ListHead)
{
    return (USHORT)(__atomic_load_n(&ListHead->Alignment, __ATOMIC_RELAXED) & SLIST_DEPTH_MASK);
}

__attribute__((target("cx16"))) PSLIST_ENTRY ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
    union slist_value old = slist_read(ListHead), new;
    PSLIST_ENTRY first;

    do {
        first = slist_first(old);
        if (first == NULL)
            return NULL;
        new.counts = old.counts - 1 + SLIST_SEQUENCE_ONE;
        new.next = (ULONG64)slist_next(first) | SLIST_TYPE_16;
    } while (!slist_exchange(ListHead, &old, new));
    return first;
}

/* Puts the chain first ... last, count entries, before what is there; returns the first entry
 * before. */
__attribute__((target("cx16"))) static inline PSLIST_ENTRY
slist_push(PSLIST_HEADER head, PSLIST_ENTRY first, PSLIST_ENTRY last, ULONG count)
{
    union slist_value old = slist_read(head), new;

    do {
        ULONG64 depth = (old.counts + count) & SLIST_DEPTH_MASK;
        __atomic_store_n(&last->Next, slist_first(old), __ATOMIC_RELAXED);
        new.counts = ((old.counts & ~SLIST_DEPTH_MASK) + SLIST_SEQUENCE_ONE) | depth;
        new.next = (ULONG64)first | SLIST_TYPE_16;
    } while (!slist_exchange(head, &old, new));
    return slist_first(old);
}

__attribute__((target("cx16"))) PSLIST_ENTRY ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                                          PSLIST_ENTRY ListEntry)
{
    return slist_push(ListHead, ListEntry, ListEntry, 1);
}

__attribute__((target("cx16"))) PSLIST_ENTRY FASTCALL InterlockedPushListSList(
    PSLIST_HEADER ListHead, PSLIST_ENTRY List, PSLIST_ENTRY ListEnd, ULONG Count)
{
    return slist_push(ListHead, List, ListEnd, Count);
}

__attribute__((target("cx16"))) PSLIST_ENTRY ExpInterlockedFlushSList(PSLIST_HEADER ListHead)
{
    union slist_value old = slist_read(ListHead), new;

    do {
        if (slist_first(old) == NULL)
            return NULL;
        new.counts = (old.counts & ~SLIST_DEPTH_MASK) + SLIST_SEQUENCE_ONE;
        new.next = SLIST_TYPE_16;
    } while (!slist_exchange(ListHead, &old, new));
    return slist_first(old);
}
