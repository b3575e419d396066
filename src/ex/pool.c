/*
 * The pools: what drivers call.
 */
#include "pool.h"

struct ex_pool_system ex_pool __attribute__((visibility("hidden")));

#define POOL_QUOTA_LIMIT (4ull << 30)
#define POOL_DEFAULT_TAG 'enoN'
#define POOL_OVERFLOW_TAG 'lfvO'

/* Bits of a POOL_TYPE. */
enum pool_type_bit {
    POOL_TYPE_PAGED = 1,
    POOL_TYPE_MUST_SUCCEED = 2,
    POOL_TYPE_CACHE_ALIGNED = 4,
    POOL_TYPE_KNOWN = POOL_TYPE_PAGED | POOL_TYPE_MUST_SUCCEED | POOL_TYPE_CACHE_ALIGNED |
                      POOL_QUOTA_FAIL_INSTEAD_OF_RAISE | POOL_RAISE_IF_ALLOCATION_FAILURE |
                      POOL_COLD_ALLOCATION | POOL_NX_ALLOCATION | POOL_ZERO_ALLOCATION,
};

/* ---- allocating ---- */

/* Hands a block out: writes its record. */
static inline PVOID pool_stamp(struct pool_slot slot, SIZE_T bytes, ULONG64 what, ULONG64 owner)
{
    ULONG64 before = __atomic_load_n(&slot.meta->what, __ATOMIC_RELAXED);

    /* A block that was freed twice at one time, by two threads, is in two magazines. */
    if (__builtin_expect(pool_state_of(before) != POOL_CACHED, 0))
        pool_bad_free(slot.block);
    __atomic_store_n(&slot.meta->owner, (owner & 0xFFFFFFFFFFFFull) | (ULONG64)bytes << 48,
                     __ATOMIC_RELAXED);
    __atomic_store_n(&slot.meta->what, what, __ATOMIC_RELAXED);
    return slot.block;
}

/* Allocates from a bin's magazine; NULL if there is no memory. */
static inline __attribute__((always_inline)) PVOID
pool_pop(struct pool_cache *cache, ULONG bin, SIZE_T bytes, ULONG tag, ULONG flags, ULONG64 owner)
{
    struct pool_magazine *magazine = &cache->magazines[bin];
    ULONG row = pool_cache_row(cache, tag, flags, bytes, owner);

    if (__builtin_expect(magazine->count == 0, 0) && !pool_cache_fill(cache, bin))
        return NULL;
    pool_cache_count(cache, row, bytes);
    return pool_stamp(magazine->slots[--magazine->count], bytes,
                      pool_what(tag, row, POOL_ALLOCATED, flags), owner);
}

/* The bin for a block with its guard; POOL_BINS if it needs frames of its own. */
static ULONG pool_bin_for(SIZE_T bytes, ULONG flags)
{
    SIZE_T need = bytes + ex_pool.guard + (flags & POOL_QUOTA ? POOL_QUOTA_BYTES : 0);
    ULONG bin;

    if (bytes > POOL_CHUNK_LARGEST)
        return POOL_BINS;
    /* Of a block that fills its pages, the guard is what the last one leaves over. */
    if (need > PAGE_SIZE && !(flags & POOL_QUOTA) && !(ex_pool.mode & POOL_MODE_SANITIZE))
        need = bytes;
    if (need > POOL_CHUNK_LARGEST)
        return POOL_BINS;
    if (need > PAGE_SIZE)
        return POOL_SMALL_BINS + (ULONG)((need - 1) >> PAGE_SHIFT) - 1;
    bin = ex_pool.bin_of[(need + 15) / 16];
    while ((flags & POOL_ALIGNED) && ex_pool.bins[bin].block_size % 64 != 0)
        bin++;
    return bin;
}

/* Finishes a chunk's block whose guard is not simply the next word. */
static VOID pool_fence(PUCHAR block, ULONG block_size, const struct pool_request *request)
{
    ULONG64 canary = pool_canary(block), proof;

    pool_guard_write(block + request->bytes, &canary,
                     pool_slack(block_size, request->bytes, request->flags));
    if (request->flags & POOL_QUOTA) {
        proof = pool_quota_proof(block, request->process);
        pool_guard_write(block + block_size - sizeof(proof), &proof, sizeof(proof));
    }
    pool_asan_unpoison(block, request->bytes);
}

/* A block of a chunk, by way of the thread's cache if it has one. */
static PVOID pool_chunk_allocate(ULONG bin, const struct pool_request *request)
{
    struct pool_cache *cache = pool_cache_current();
    struct pool_slot slot;
    PVOID block;
    ULONG row;

    if (cache) {
        block = pool_pop(cache, bin, request->bytes, request->tag, request->flags, request->owner);
    } else if (ex_pool.cookie != 0 && pool_chunks_take(bin, &slot, 1) == 1) {
        row = pool_count(request->tag, request->flags, request->bytes, request->owner);
        block = pool_stamp(slot, request->bytes,
                           pool_what(request->tag, row, POOL_ALLOCATED, request->flags),
                           request->owner);
    } else {
        block = NULL;
    }
    if (block == NULL)
        return NULL;
    pool_fence(block, ex_pool.bins[bin].block_size, request);
    if (request->flags & POOL_ZERO)
        memset(block, 0, request->bytes);
    return block;
}

static PVOID pool_allocate_anywhere(const struct pool_request *request)
{
    PVOID block = NULL;
    ULONG bin;

    if (pool_special_wanted(request))
        block = pool_special_allocate(request);
    if (block == NULL) {
        bin = pool_bin_for(request->bytes, request->flags);
        block = bin < POOL_BINS ? pool_chunk_allocate(bin, request) : pool_large_allocate(request);
    }
    return block;
}

/* TRUE if this allocation is one that shall fail. */
static BOOLEAN pool_is_injected(VOID)
{
    LONG64 left;

    if (!(__atomic_load_n(&ex_pool.mode, __ATOMIC_RELAXED) & POOL_MODE_INJECT))
        return FALSE;
    left = __atomic_fetch_sub(&ex_pool.inject, 1, __ATOMIC_RELAXED);
    if (left == 0 && !ex_pool.inject_forever)
        __atomic_fetch_and(&ex_pool.mode, ~POOL_MODE_INJECT, __ATOMIC_RELAXED);
    return left == 0 || (left < 0 && ex_pool.inject_forever);
}

/* Everything that the fast path leaves out. */
static __attribute__((noinline)) PVOID pool_allocate_slowly(SIZE_T bytes, ULONG tag, ULONG flags,
                                                            ULONG64 owner)
{
    struct pool_request request = {bytes, tag, flags, owner, NULL};
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    PVOID block = NULL;

    if (pool_is_injected())
        goto out;
    if (flags & POOL_QUOTA) {
        PKPROCESS process = ke_current()->process;
        if (process->is_system)
            request.flags &= ~POOL_QUOTA;
        else if (pool_quota_charge(process, bytes))
            request.process = process;
        else
            status = STATUS_QUOTA_EXCEEDED;
    }
    if (status != STATUS_QUOTA_EXCEEDED)
        block = pool_allocate_anywhere(&request);
    if (block == NULL && request.process)
        pool_quota_return(request.process, bytes);
out:
    if (block == NULL && (flags & POOL_RAISE))
        ExRaiseStatus(status);
    return block;
}

static __attribute__((noreturn)) VOID pool_bad_irql_allocate(KIRQL irql, SIZE_T bytes, ULONG tag,
                                                             ULONG flags)
{
    const struct pool_request request = {bytes, tag, flags, 0, NULL};

    if (pool_special_wanted(&request))
        KeBugCheckEx(SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, irql, pool_type_of(flags), bytes,
                     0x30);
    pool_bad_irql(0x08, irql, flags, bytes);
}

static inline __attribute__((always_inline)) PVOID pool_allocate(SIZE_T bytes, ULONG tag,
                                                                 ULONG flags, PVOID caller)
{
    struct pool_cache *cache = pool_thread_cache;
    ULONG64 owner = (ULONG64)caller;
    KIRQL irql = pool_irql();
    PUCHAR block;
    ULONG bin;

    if (__builtin_expect(irql > pool_irql_limit(flags), 0))
        pool_bad_irql_allocate(irql, bytes, tag, flags);
    if (__builtin_expect(cache == NULL || __atomic_load_n(&ex_pool.mode, __ATOMIC_RELAXED) != 0 ||
                             (flags & (POOL_QUOTA | POOL_ALIGNED | POOL_GUARDED | POOL_UNDERRUN)) !=
                                 0 ||
                             bytes > POOL_FAST_LARGEST,
                         0))
        return pool_allocate_slowly(bytes, tag, flags, owner);

    bin = ex_pool.bin_of[(bytes + POOL_CANARY_BYTES + 15) / 16];
    block = pool_pop(cache, bin, bytes, tag, flags, owner);
    if (__builtin_expect(block == NULL, 0)) {
        if (flags & POOL_RAISE)
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        return NULL;
    }
    ((struct pool_word *)(block + bytes))->value = pool_canary(block);
    if (flags & POOL_ZERO)
        memset(block, 0, bytes);
    return block;
}

/* ---- what drivers call ---- */

/* What a POOL_TYPE asks for. FALSE if ntio has no such pool. */
static inline BOOLEAN pool_flags_from_type(POOL_TYPE type, SIZE_T bytes, ULONG tag, ULONG *flags)
{
    if (__builtin_expect((type & POOL_TYPE_MUST_SUCCEED) != 0, 0))
        KeBugCheckEx(BAD_POOL_CALLER, 0x9A, type, bytes, tag);
    *flags = POOL_CHECK_TAG | (type & POOL_TYPE_PAGED ? POOL_PAGED : 0) |
             (type & POOL_TYPE_CACHE_ALIGNED ? POOL_ALIGNED : 0) |
             (type & POOL_ZERO_ALLOCATION ? POOL_ZERO : 0) |
             (type & POOL_RAISE_IF_ALLOCATION_FAILURE ? POOL_RAISE : 0);
    return (type & ~POOL_TYPE_KNOWN) == 0;
}

/* A request that ntio cannot meet, whatever memory there is. */
static PVOID pool_refuse(BOOLEAN is_raising, NTSTATUS status)
{
    if (is_raising)
        ExRaiseStatus(status);
    return NULL;
}

PVOID ex_pool_allocate_for(POOL_TYPE type, SIZE_T bytes, ULONG tag, PVOID caller)
{
    ULONG flags;

    if (!pool_flags_from_type(type, bytes, tag, &flags))
        return pool_refuse(flags & POOL_RAISE, STATUS_NOT_SUPPORTED);
    return pool_allocate(bytes, tag, flags, caller);
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    ULONG flags;

    if (!pool_flags_from_type(PoolType, NumberOfBytes, Tag, &flags))
        return pool_refuse(flags & POOL_RAISE, STATUS_NOT_SUPPORTED);
    return pool_allocate(NumberOfBytes, Tag, flags, __builtin_return_address(0));
}

PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ex_pool_allocate_for(PoolType, NumberOfBytes, POOL_DEFAULT_TAG,
                                __builtin_return_address(0));
}

/* Quota allocations raise, unless the type says that they do not. */
static PVOID pool_allocate_quota(POOL_TYPE type, SIZE_T bytes, ULONG tag, PVOID caller)
{
    ULONG flags;
    BOOLEAN is_known = pool_flags_from_type(type, bytes, tag, &flags);

    flags |= POOL_QUOTA;
    if (!(type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE))
        flags |= POOL_RAISE;
    if (!is_known)
        return pool_refuse(flags & POOL_RAISE, STATUS_NOT_SUPPORTED);
    return pool_allocate(bytes, tag, flags, caller);
}

PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    return pool_allocate_quota(PoolType, NumberOfBytes, Tag, __builtin_return_address(0));
}

PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return pool_allocate_quota(PoolType, NumberOfBytes, POOL_DEFAULT_TAG,
                               __builtin_return_address(0));
}

/* The special pool that a priority asks for; how urgent it is does not matter here. */
static ULONG pool_flags_from_priority(EX_POOL_PRIORITY priority)
{
    if (!(priority & 8))
        return 0;
    return priority & 1 ? POOL_UNDERRUN : POOL_GUARDED;
}

PVOID NTAPI ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                          EX_POOL_PRIORITY Priority)
{
    ULONG flags;

    if (!pool_flags_from_type(PoolType, NumberOfBytes, Tag, &flags))
        return pool_refuse(flags & POOL_RAISE, STATUS_NOT_SUPPORTED);
    flags |= pool_flags_from_priority(Priority);
    return pool_allocate(NumberOfBytes, Tag, flags, __builtin_return_address(0));
}

/*
 * Flags of the low half are required: one that is unknown, or that ntio cannot
 * meet (it has no sessions), fails. Exactly one pool must be named.
 */
static inline BOOLEAN pool_flags_from_flags(POOL_FLAGS asked, ULONG *flags)
{
    const POOL_FLAGS kinds = POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED;
    const POOL_FLAGS known = kinds | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED |
                             POOL_FLAG_CACHE_ALIGNED | POOL_FLAG_RAISE_ON_FAILURE;
    POOL_FLAGS kind = asked & kinds;

    *flags = (asked & POOL_FLAG_PAGED ? POOL_PAGED : 0) |
             (asked & POOL_FLAG_USE_QUOTA ? POOL_QUOTA : 0) |
             (asked & POOL_FLAG_UNINITIALIZED ? 0 : POOL_ZERO) |
             (asked & POOL_FLAG_RAISE_ON_FAILURE ? POOL_RAISE : 0) |
             (asked & POOL_FLAG_CACHE_ALIGNED ? POOL_ALIGNED : 0) |
             (asked & POOL_FLAG_SPECIAL_POOL ? POOL_GUARDED : 0);
    return kind != 0 && (kind & (kind - 1)) == 0 && (asked & (ULONG)~known) == 0;
}

PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    ULONG flags;

    if (!pool_flags_from_flags(Flags, &flags) || NumberOfBytes == 0 || Tag == 0)
        return pool_refuse(flags & POOL_RAISE, STATUS_INVALID_PARAMETER);
    return pool_allocate(NumberOfBytes, Tag, flags, __builtin_return_address(0));
}

/* Takes one extended parameter; FALSE if the allocation must fail for it. */
static BOOLEAN pool_take_parameter(PCPOOL_EXTENDED_PARAMETER parameter, POOL_FLAGS asked,
                                   ULONG *flags)
{
    switch (parameter->Type) {
    case PoolExtendedParameterPriority:
        *flags |= pool_flags_from_priority(parameter->Priority);
        return TRUE;
    case PoolExtendedParameterNumaNode:
        /* There is one node, 0. */
        if (asked & POOL_FLAG_PAGED)
            return FALSE;
        return (parameter->PreferredNode & ~MM_ANY_NODE_OK) == 0 ||
               (parameter->PreferredNode & MM_ANY_NODE_OK) != 0;
    case PoolExtendedParameterSecurePool:
        return FALSE;
    default:
        return parameter->Optional;
    }
}

PVOID NTAPI ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag,
                            PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
                            ULONG ExtendedParametersCount)
{
    ULONG flags;
    BOOLEAN is_valid = pool_flags_from_flags(Flags, &flags) && NumberOfBytes != 0 && Tag != 0 &&
                       (ExtendedParametersCount == 0 || ExtendedParameters != NULL);

    for (ULONG i = 0; is_valid && i < ExtendedParametersCount; i++)
        is_valid = pool_take_parameter(&ExtendedParameters[i], Flags, &flags);
    if (!is_valid)
        return pool_refuse(flags & POOL_RAISE, STATUS_INVALID_PARAMETER);
    return pool_allocate(NumberOfBytes, Tag, flags, __builtin_return_address(0));
}

/* ---- the pools themselves ---- */

VOID ex_pool_inject(ULONG count, BOOLEAN forever)
{
    __atomic_store_n(&ex_pool.inject, count, __ATOMIC_RELAXED);
    ex_pool.inject_forever = forever;
    if (count == MAXULONG && !forever)
        __atomic_fetch_and(&ex_pool.mode, ~POOL_MODE_INJECT, __ATOMIC_RELAXED);
    else
        __atomic_fetch_or(&ex_pool.mode, POOL_MODE_INJECT, __ATOMIC_RELAXED);
}

VOID ex_pool_special(ULONG tag)
{
    __atomic_store_n(&ex_pool.special_tag, tag, __ATOMIC_RELAXED);
    if (tag == 0)
        __atomic_fetch_and(&ex_pool.mode, ~POOL_MODE_SPECIAL, __ATOMIC_RELAXED);
    else
        __atomic_fetch_or(&ex_pool.mode, POOL_MODE_SPECIAL, __ATOMIC_RELAXED);
}

/* NTIO_POOL_FAIL=N lets N allocations succeed and the next one fail. */
static VOID pool_inject_from_environment(VOID)
{
    const char *text = hal_environment("NTIO_POOL_FAIL");
    ULONG count = 0;

    if (text == NULL || *text < '0' || *text > '9')
        return;
    for (; *text >= '0' && *text <= '9'; text++)
        count = count * 10 + (ULONG)(*text - '0');
    ex_pool_inject(count, FALSE);
}

NTSTATUS ex_pool_start(VOID)
{
    ex_pool.guard = POOL_CANARY_BYTES;
    ex_pool.quota_limit = POOL_QUOTA_LIMIT;
    InitializeListHead(&ex_pool.caches);
    ex_pool.rows[POOL_ROWS - 1] = (struct pool_row){.tag = POOL_OVERFLOW_TAG};
    pool_chunks_start();
    pool_asan_start();
    pool_inject_from_environment();
    hal_random(&ex_pool.cookie, sizeof(ex_pool.cookie));
    ex_pool.cookie |= 1;
    return STATUS_SUCCESS;
}

VOID ex_pool_stop(VOID)
{
    pool_caches_stop();
    pool_special_stop();
    pool_asan_stop();
    pool_large_stop();
    pool_chunks_stop();
    for (ULONG64 i = 0; i < ex_pool.map_used; i++)
        ex_pool.map[i] = POOL_MAP_NONE;
    memset(&ex_pool, 0, FIELD_OFFSET(struct ex_pool_system, map));
}
