/*
 * Lookaside lists.
 */
#include "lookaside.h"

#include "../ke/ke.h"

#define LOOKASIDE_FIRST_DEPTH 4

struct ex_lookaside_system lookaside __attribute__((visibility("hidden"))) = {
    .lists = {&lookaside.lists, &lookaside.lists},
    .threads = {&lookaside.threads, &lookaside.threads},
};

C_ASSERT(sizeof(NPAGED_LOOKASIDE_LIST) == 0x80);
C_ASSERT(sizeof(PAGED_LOOKASIDE_LIST) == 0x80);
C_ASSERT(sizeof(LOOKASIDE_LIST_EX) == 0x60);
C_ASSERT(FIELD_OFFSET(GENERAL_LOOKASIDE, ListEntry) == FIELD_OFFSET(lookaside_list, ListEntry));

/* ---- entries ---- */

/* The statistics may miss a count when threads meet, as on NT; they cost no more than a store. */
static inline VOID lookaside_count(ULONG *counter)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

/* The newest entry, or NULL if none is kept. */
static inline PVOID lookaside_take(lookaside_list *list)
{
    struct lookaside_thread *thread = lookaside_thread_fronts;
    PSLIST_ENTRY entry = NULL;

    lookaside_count(&list->TotalAllocates);
    if (__builtin_expect(thread != NULL, 1)) {
        struct lookaside_front *front = lookaside_front_of(thread, list);
        if (lookaside_enter(thread, front, list)) {
            entry = front->entry;
            front->entry = NULL;
        }
        lookaside_leave(thread);
    }
    if (__builtin_expect(entry == NULL, 0))
        entry = InterlockedPopEntrySList(&list->ListHead);
    if (__builtin_expect(entry == NULL, 0))
        lookaside_count(&list->AllocateMisses);
    return entry;
}

/* Whether the list may keep one more than the entries that it has, held in the front included. */
static inline BOOLEAN lookaside_has_room(lookaside_list *list, ULONG held)
{
    ULONG depth = (USHORT)__atomic_load_n(&list->ListHead.Alignment, __ATOMIC_RELAXED);
    return depth + held < __atomic_load_n(&list->Depth, __ATOMIC_RELAXED);
}

/* Keeps entry without a front; FALSE if there is no room. */
static __attribute__((noinline)) BOOLEAN lookaside_keep_slowly(lookaside_list *list,
                                                               PSLIST_ENTRY entry)
{
    if (!lookaside_has_room(list, 0)) {
        lookaside_count(&list->FreeMisses);
        return FALSE;
    }
    InterlockedPushEntrySList(&list->ListHead, entry);
    lookaside_adopt(list);
    return TRUE;
}

/* Keeps entry; FALSE if the list is full, and it is to be freed. */
static inline BOOLEAN lookaside_keep(lookaside_list *list, PSLIST_ENTRY entry)
{
    struct lookaside_thread *thread = lookaside_thread_fronts;
    struct lookaside_front *front;
    PSLIST_ENTRY older = NULL;
    BOOLEAN is_kept = FALSE, is_own = FALSE;

    lookaside_count(&list->TotalFrees);
    if (__builtin_expect(thread != NULL, 1)) {
        front = lookaside_front_of(thread, list);
        is_own = lookaside_enter(thread, front, list);
        if (is_own) {
            older = front->entry;
            is_kept = lookaside_has_room(list, older != NULL);
            if (is_kept)
                front->entry = entry;
        }
        lookaside_leave(thread);
    }
    if (__builtin_expect(!is_own, 0))
        return lookaside_keep_slowly(list, entry);
    if (__builtin_expect(!is_kept, 0))
        lookaside_count(&list->FreeMisses);
    else if (__builtin_expect(older != NULL, 0))
        InterlockedPushEntrySList(&list->ListHead, older);
    return is_kept;
}

static PVOID NTAPI lookaside_allocate(POOL_TYPE type, SIZE_T bytes, ULONG tag,
                                      PLOOKASIDE_LIST_EX list)
{
    UNREFERENCED_PARAMETER(list);
    return ExAllocatePoolWithTag(type, bytes, tag);
}

static VOID NTAPI lookaside_free(PVOID buffer, PLOOKASIDE_LIST_EX list)
{
    UNREFERENCED_PARAMETER(list);
    ExFreePool(buffer);
}

/* A new entry. What comes from pool belongs to the list's user, not to this file. */
static PVOID lookaside_make(const lookaside_list *list, PVOID caller)
{
    if (list->Allocate == ExAllocatePoolWithTag)
        return ex_pool_allocate_for(list->Type, list->Size, list->Tag, caller);
    return list->Allocate(list->Type, list->Size, list->Tag);
}

PVOID NTAPI ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    lookaside_list *list = (lookaside_list *)&Lookaside->L;
    PVOID entry = lookaside_take(list);

    return entry ? entry : lookaside_make(list, __builtin_return_address(0));
}

PVOID NTAPI ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    lookaside_list *list = (lookaside_list *)&Lookaside->L;
    PVOID entry = lookaside_take(list);

    return entry ? entry : lookaside_make(list, __builtin_return_address(0));
}

PVOID NTAPI ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    lookaside_list *list = &Lookaside->L;
    PVOID entry = lookaside_take(list);

    if (__builtin_expect(entry == NULL, 0) && list->AllocateEx != lookaside_allocate)
        entry = list->AllocateEx(list->Type, list->Size, list->Tag, Lookaside);
    else if (__builtin_expect(entry == NULL, 0))
        entry =
            ex_pool_allocate_for(list->Type, list->Size, list->Tag, __builtin_return_address(0));
    return entry;
}

VOID NTAPI ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    lookaside_list *list = (lookaside_list *)&Lookaside->L;

    if (!lookaside_keep(list, Entry))
        list->Free(Entry);
}

VOID NTAPI ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    lookaside_list *list = (lookaside_list *)&Lookaside->L;

    if (!lookaside_keep(list, Entry))
        list->Free(Entry);
}

VOID NTAPI ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry)
{
    lookaside_list *list = &Lookaside->L;

    if (!lookaside_keep(list, Entry))
        list->FreeEx(Entry, Lookaside);
}

/* ---- lists ---- */

/* Fills a list in and makes it known. Its two routines are set already. */
static VOID lookaside_initialize(lookaside_list *list, ULONG type, SIZE_T size, ULONG tag)
{
    InitializeSListHead(&list->ListHead);
    list->Depth = LOOKASIDE_FIRST_DEPTH;
    list->MaximumDepth = EX_MAXIMUM_LOOKASIDE_DEPTH_BASE;
    list->TotalAllocates = 0;
    list->AllocateMisses = 0;
    list->TotalFrees = 0;
    list->FreeMisses = 0;
    list->Type = type;
    list->Tag = tag;
    list->Size = (ULONG)max(size, LOOKASIDE_MINIMUM_BLOCK_SIZE);
    list->LastTotalAllocates = 0;
    list->LastAllocateMisses = 0;

    ex_acquire(&lookaside.lock);
    InsertTailList(&lookaside.lists, &list->ListEntry);
    lookaside_update_timer();
    ex_release(&lookaside.lock);
}

VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                           PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                           ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    lookaside_list *list = (lookaside_list *)&Lookaside->L;

    UNREFERENCED_PARAMETER(Depth);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    list->Allocate = Allocate ? Allocate : ExAllocatePoolWithTag;
    list->Free = Free ? Free : ExFreePool;
    lookaside_initialize(list, NonPagedPool | Flags, Size, Tag);
}

VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside,
                                          PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                          ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    lookaside_list *list = (lookaside_list *)&Lookaside->L;

    UNREFERENCED_PARAMETER(Depth);
    KE_ASSERT_IRQL(APC_LEVEL);
    list->Allocate = Allocate ? Allocate : ExAllocatePoolWithTag;
    list->Free = Free ? Free : ExFreePool;
    lookaside_initialize(list, PagedPool | Flags, Size, Tag);
}

NTSTATUS NTAPI ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside,
                                           PALLOCATE_FUNCTION_EX Allocate, PFREE_FUNCTION_EX Free,
                                           POOL_TYPE PoolType, ULONG Flags, SIZE_T Size, ULONG Tag,
                                           USHORT Depth)
{
    const ULONG types = PagedPool | NonPagedPoolCacheAligned | POOL_NX_ALLOCATION;
    const ULONG both =
        EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL | EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE;
    ULONG type = PoolType;

    UNREFERENCED_PARAMETER(Depth);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (PoolType & ~types)
        return STATUS_INVALID_PARAMETER_4;
    if ((Flags & ~both) || Flags == both)
        return STATUS_INVALID_PARAMETER_5;
    if (Flags & EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL)
        type |= POOL_RAISE_IF_ALLOCATION_FAILURE;
    if (Flags & EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE)
        type |= POOL_QUOTA_FAIL_INSTEAD_OF_RAISE;
    Lookaside->L.AllocateEx = Allocate ? Allocate : lookaside_allocate;
    Lookaside->L.FreeEx = Free ? Free : lookaside_free;
    lookaside_initialize(&Lookaside->L, type, Size, Tag);
    return STATUS_SUCCESS;
}

/* The next entry that the list keeps, fronts first, which were collected in *chain. */
static PSLIST_ENTRY lookaside_drain(lookaside_list *list, PSLIST_ENTRY *chain)
{
    PSLIST_ENTRY entry = *chain;

    if (entry == NULL)
        return InterlockedPopEntrySList(&list->ListHead);
    *chain = entry->Next;
    return entry;
}

static VOID lookaside_unlink(lookaside_list *list)
{
    ex_acquire(&lookaside.lock);
    RemoveEntryList(&list->ListEntry);
    lookaside_update_timer();
    ex_release(&lookaside.lock);
}

static VOID lookaside_delete(lookaside_list *list)
{
    PSLIST_ENTRY chain = lookaside_revoke(list), entry;

    lookaside_unlink(list);
    while ((entry = lookaside_drain(list, &chain)) != NULL)
        list->Free(entry);
}

VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    lookaside_delete((lookaside_list *)&Lookaside->L);
}

VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    lookaside_delete((lookaside_list *)&Lookaside->L);
}

VOID NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    PSLIST_ENTRY chain, entry;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    chain = lookaside_revoke(&Lookaside->L);
    while ((entry = lookaside_drain(&Lookaside->L, &chain)) != NULL)
        Lookaside->L.FreeEx(entry, Lookaside);
}

VOID NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    ExFlushLookasideListEx(Lookaside);
    lookaside_unlink(&Lookaside->L);
}
