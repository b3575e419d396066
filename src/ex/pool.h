/*
 * The pools' private side, shared by the files pool*.c.
 *
 * A block of up to POOL_CHUNK_LARGEST bytes lies in a chunk: 16 page frames
 * that hold blocks of one size, with what is known of each block in the
 * chunk's first pages, so that a pointer is proved before its memory is
 * touched, and a driver that runs past a block does not reach the next one's
 * records. Larger blocks have frames of their own and a record outside.
 *
 * Every thread has a cache: a magazine of blocks a size, and counters a
 * tag. Allocating and freeing go through it without a lock or an atomic
 * read-modify-write; magazines are filled from and emptied to the chunks in
 * halves, under the bin's lock.
 *
 * Paged and nonpaged pool are told apart by their rules alone: all of ntio's
 * pool is resident.
 */
#pragma once

#include "ex.h"
#include "lock.h"
#include "../ke/ke.h"
#include "../mm/mm.h"
#include "../rtl/rtl.h"

#define POOL_CHUNK_PAGES 16u
#define POOL_CHUNK_BYTES (POOL_CHUNK_PAGES * PAGE_SIZE)
#define POOL_CHUNKS (MM_SYSTEM_FRAMES / POOL_CHUNK_PAGES)
#define POOL_CHUNK_LARGEST (4u * PAGE_SIZE)
#define POOL_SMALL_BINS 26u /* of pool_sizes; the last is one page */
#define POOL_BINS (POOL_SMALL_BINS + 3u)
#define POOL_CANARY_BYTES 8u
#define POOL_REDZONE_BYTES 16u /* in its place under AddressSanitizer */
#define POOL_ROWS 1024u      /* tags told apart, paged and nonpaged; the last row is for the rest */
#define POOL_TAG_INDEX 4096u /* slots of the hash over them, a power of two */
#define POOL_TAG_CACHE 64u   /* tags that a thread remembers, a power of two */
#define POOL_MAGAZINE_LARGEST 32u

enum pool_state {
    POOL_FRESH = 0,       /* never handed out */
    POOL_FREE = 1,        /* in its chunk's free list */
    POOL_CACHED = 2,      /* in a thread's magazine */
    POOL_ALLOCATED = 3,   /* a caller's */
    POOL_QUARANTINED = 4, /* freed, held back for AddressSanitizer to catch a late use */
};

/* What a caller asked for. The first two are kept with the block. */
enum pool_flags {
    POOL_PAGED = 0x01,     /* PagedPool: APC_LEVEL at most */
    POOL_QUOTA = 0x02,     /* charged to a process, which the block's tail names */
    POOL_KEPT = 0x03,      /* mask of the flags that are kept */
    POOL_ZERO = 0x04,      /* contents are zeroed */
    POOL_RAISE = 0x08,     /* failure raises instead of returning NULL */
    POOL_ALIGNED = 0x10,   /* on a cache line */
    POOL_CHECK_TAG = 0x20, /* a bad tag is bug check 0xC2 (the calls before ExAllocatePool2) */
    POOL_GUARDED = 0x40,   /* special pool wanted, end of the page */
    POOL_UNDERRUN = 0x80,  /* special pool wanted, start of the page */
};

/* Reasons to leave the fast path; bits of ex_pool.mode. */
enum pool_mode {
    POOL_MODE_INJECT = 1,   /* ex_pool_inject is armed */
    POOL_MODE_SPECIAL = 2,  /* some tag goes to special pool */
    POOL_MODE_SANITIZE = 4, /* AddressSanitizer is in the process */
};

/* What is known of a block. Each word is read and written whole, relaxed: its own thread orders it.
 */
struct pool_meta {
    ULONG64
    owner; /* bits 0-47 the allocating code, 48-63 bytes asked for; next free while POOL_FREE */
    ULONG64 what; /* bits 0-31 tag, 32-47 row, 48-55 enum pool_state, 56-63 POOL_KEPT flags */
};

/* At the start of a chunk. */
struct pool_chunk {
    ULONG64 key; /* its address and ex_pool.cookie: proves that this is a chunk */
    PUCHAR data; /* the first block */
    ULONG bin;
    ULONG block_size;
    ULONG reciprocal; /* 2^32 / block_size, rounded up: an index without a division */
    ULONG mask;       /* of an offset from data: what is left within its page, or all of it */
    ULONG per_page;   /* blocks a page, 0 if a block is several pages */
    ULONG count;      /* blocks in all */
    ULONG fresh;      /* blocks [fresh, count) were never out. Release here, acquire in frees */
    ULONG first_free; /* index of the newest free block, POOL_NO_BLOCK if none; the bin's lock */
    ULONG free_count; /* free or fresh blocks; the bin's lock */
    LIST_ENTRY link;  /* of its bin's partial list while free_count is not 0; the bin's lock */
    struct pool_meta meta[];
};

#define POOL_NO_BLOCK MAXULONG

/* All chunks of one block size. */
struct pool_bin {
    struct ex_lock lock; /* guards what follows, and the chunks' lists */
    LIST_ENTRY partial;  /* of pool_chunk.link */
    ULONG empty;         /* chunks in partial with every block free */
    ULONG block_size;
    ULONG capacity; /* of a thread's magazine */
} DECLSPEC_ALIGN(64);

/* What a slow allocation is asked for. */
struct pool_request {
    SIZE_T bytes;
    ULONG tag;
    ULONG flags; /* enum pool_flags */
    ULONG64 owner;
    PKPROCESS process; /* charged already, or NULL */
};

/* A block with frames of its own. */
struct pool_large {
    PUCHAR address;
    PFN_NUMBER pages;
    struct pool_request asked;
    ULONG row;
};

/*
 * Entries of ex_pool.map, one for each 16 frames: these values, or the address
 * of the pool_large whose frames begin or go on there.
 */
#define POOL_MAP_NONE 0ull
#define POOL_MAP_CHUNK 1ull
#define POOL_MAP_FREED 2ull /* was pool, has been given back */
#define POOL_MAP_LARGE 3ull /* first value that is an address */

struct pool_counter {
    ULONG64 allocations, frees;
    LONG64 bytes;
};

struct pool_row {
    ULONG tag;
    BOOLEAN is_paged;
    struct pool_counter total; /* of threads that have ended or had no cache; ex_pool.lock */
};

struct pool_slot {
    PUCHAR block;
    struct pool_meta *meta;
};

struct pool_magazine {
    struct pool_slot *slots;
    ULONG count;
    ULONG capacity;
    ULONG refill; /* blocks that the next filling takes */
};

struct pool_tag_slot {
    ULONG64 key; /* pool_tag_key, 0 if unused */
    ULONG row;
};

/* A thread's own. Only its counters are read by others, relaxed, under ex_pool.lock. */
struct pool_cache {
    LIST_ENTRY link;          /* of ex_pool.caches; ex_pool.lock */
    struct pool_cache **home; /* the thread's pointer to this */
    ULONG rows;               /* counters [0, rows) are set up. Release here, acquire in queries */
    struct pool_magazine magazines[POOL_BINS];
    struct pool_tag_slot tags[POOL_TAG_CACHE];
    struct pool_slot slots[POOL_BINS * POOL_MAGAZINE_LARGEST];
    struct pool_counter counters[POOL_ROWS];
};

/* Frames of a large block that was freed, kept with their memory for the next one. */
struct pool_spare {
    PUCHAR address;
    PFN_NUMBER pages; /* 0 if the slot is empty */
};

#define POOL_SPARES 16u
#define POOL_SPARE_PAGES 1024u /* all together */

struct ex_pool_system {
    ULONG mode;     /* enum pool_mode; relaxed: a change need not stop allocations under way */
    ULONG guard;    /* bytes kept free after a block: POOL_CANARY_BYTES or POOL_REDZONE_BYTES */
    ULONG64 cookie; /* random, not 0 while the pools run */
    UCHAR bin_of[PAGE_SIZE / 16 + 1]; /* by bytes, in units of 16 rounded up */
    struct pool_bin bins[POOL_BINS];

    struct ex_lock lock; /* guards caches, rows' totals, tag_index's writing */
    LIST_ENTRY caches;   /* of pool_cache.link */
    ULONG row_count;     /* release after the row is written, acquire before it is read */
    struct pool_row rows[POOL_ROWS];
    USHORT tag_index[POOL_TAG_INDEX]; /* row + 1, 0 if unused; release and acquire */

    LONG64 inject;                  /* allocations that still succeed; atomic */
    ULONG inject_forever;           /* all fail after those, not one */
    ULONG special_tag;              /* '*' for all */
    ULONG64 quota_limit;            /* bytes a process may be charged */
    struct ex_lock quarantine_lock; /* guards the ring, which is NULL without AddressSanitizer */
    struct pool_slot *quarantine;
    ULONG quarantine_next; /* the slot used next, which holds the oldest block */

    struct ex_lock spare_lock; /* guards the spares */
    struct pool_spare spares[POOL_SPARES];
    ULONG spare_next; /* the slot used next, which holds the oldest */
    PFN_NUMBER spare_pages;

    struct ex_lock
        map_lock;     /* held while a chunk or large block leaves the map and while it is walked */
    ULONG64 map_used; /* entries [map_used, ...) are POOL_MAP_NONE; map_lock */
    ULONG64 map[POOL_CHUNKS]; /* touched only where there is pool. Release here, acquire in frees */
};

extern struct ex_pool_system ex_pool __attribute__((visibility("hidden")));

static inline ULONG64 pool_what(ULONG tag, ULONG row, enum pool_state state, ULONG flags)
{
    return tag | (ULONG64)row << 32 | (ULONG64)state << 48 | (ULONG64)(flags & POOL_KEPT) << 56;
}

static inline ULONG pool_row_of(ULONG64 what)
{
    return (USHORT)(what >> 32);
}

static inline enum pool_state pool_state_of(ULONG64 what)
{
    return (UCHAR)(what >> 48);
}

static inline ULONG pool_flags_of(ULONG64 what)
{
    return (UCHAR)(what >> 56);
}

static inline ULONG64 pool_with_state(ULONG64 what, enum pool_state state)
{
    return (what & ~(0xFFull << 48)) | (ULONG64)state << 48;
}

static inline SIZE_T pool_bytes_of(ULONG64 owner)
{
    return owner >> 48;
}

static inline ULONG64 pool_code_of(ULONG64 owner)
{
    return owner & 0xFFFFFFFFFFFFull;
}

/* The largest block whose canary is a whole word in the block's own page. */
#define POOL_FAST_LARGEST (PAGE_SIZE - POOL_CANARY_BYTES)
#define POOL_QUOTA_BYTES sizeof(ULONG64)

/* A word at any address. */
struct pool_word {
    ULONG64 value;
} __attribute__((packed));

/* Bytes of canary between a block's end and the end of its bin's size or its quota word. */
static inline SIZE_T pool_slack(ULONG block_size, SIZE_T bytes, ULONG flags)
{
    SIZE_T slack = block_size - bytes - (flags & POOL_QUOTA ? POOL_QUOTA_BYTES : 0);
    return min(slack, POOL_CANARY_BYTES);
}

/* The bytes after a block. No byte of it is 0, 0xFF or text, so that common overruns show. */
static inline ULONG64 pool_canary(PUCHAR block)
{
    ULONG64 mixed = ex_pool.cookie ^ ((ULONG64)block * 0x9E3779B97F4A7C15ull);
    return (mixed & 0x3F3F3F3F3F3F3F3Full) | 0x8080808080808080ull;
}

/* pool_chunk.c: blocks by the handful. */
VOID pool_chunks_start(VOID);
/* Takes up to count blocks; returns how many. They are POOL_CACHED. */
ULONG pool_chunks_take(ULONG bin, struct pool_slot *slots, ULONG count);
VOID pool_chunks_give(ULONG bin, const struct pool_slot *slots, ULONG count);
VOID pool_chunks_stop(VOID);
/* Sets entry of the map for the frames of count chunks at address. */
VOID pool_map_set(PVOID address, ULONG64 count, ULONG64 entry);

/* The record of the block at address, if a block of the chunk begins there; else NULL. */
static inline struct pool_meta *pool_chunk_meta(struct pool_chunk *chunk, PUCHAR address)
{
    ULONG64 offset = (ULONG64)(address - chunk->data);
    ULONG64 in_page = offset & chunk->mask;
    ULONG64 nth = in_page * chunk->reciprocal >> 32;
    ULONG64 index = (offset >> PAGE_SHIFT) * chunk->per_page + nth;
    if (nth * chunk->block_size != in_page ||
        index >= __atomic_load_n(&chunk->fresh, __ATOMIC_ACQUIRE))
        return NULL;
    return &chunk->meta[index];
}

static inline PUCHAR pool_chunk_block(const struct pool_chunk *chunk, ULONG index)
{
    if (chunk->per_page == 0)
        return chunk->data + (SIZE_T)index * chunk->block_size;
    return chunk->data + (SIZE_T)(index / chunk->per_page) * PAGE_SIZE +
           (SIZE_T)(index % chunk->per_page) * chunk->block_size;
}

/* The entry of the map that address falls in; POOL_MAP_NONE outside the direct map. */
static inline ULONG64 pool_map_entry(PVOID address)
{
    ULONG64 nth = ((ULONG64)address - MM_DIRECT_MAP) / POOL_CHUNK_BYTES;
    if (nth >= POOL_CHUNKS)
        return POOL_MAP_NONE;
    return __atomic_load_n(&ex_pool.map[nth], __ATOMIC_ACQUIRE);
}

static inline struct pool_chunk *pool_chunk_of(PVOID address)
{
    return (struct pool_chunk *)((ULONG64)address & ~(ULONG64)(POOL_CHUNK_BYTES - 1));
}

/* pool_cache.c: the threads' caches, accounting. */
extern _Thread_local struct pool_cache *pool_thread_cache
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
/* The calling thread's cache, made if it has none; NULL if it is ending or there is no memory. */
struct pool_cache *pool_cache_make(VOID);
VOID pool_caches_stop(VOID);
/* Fills or empties half of a magazine. pool_cache_fill returns FALSE if there is no memory. */
BOOLEAN pool_cache_fill(struct pool_cache *cache, ULONG bin);
VOID pool_cache_empty(struct pool_cache *cache, ULONG bin);
/* The row of a tag; bug checks a bad one if flags say so. */
ULONG pool_row_find(ULONG tag, ULONG flags, SIZE_T bytes, ULONG64 owner);
ULONG pool_cache_row_slowly(struct pool_cache *cache, ULONG tag, ULONG flags, SIZE_T bytes,
                            ULONG64 owner);
VOID pool_cache_extend(struct pool_cache *cache, ULONG row);
/* Counts an allocation and returns its tag's row; a free. For what does not go through a magazine.
 */
ULONG pool_count(ULONG tag, ULONG flags, SIZE_T bytes, ULONG64 owner);
VOID pool_uncount(ULONG row, SIZE_T bytes);

static inline struct pool_cache *pool_cache_current(VOID)
{
    struct pool_cache *cache = pool_thread_cache;
    return __builtin_expect(cache != NULL, 1) ? cache : pool_cache_make();
}

/* Names a tag of one kind of pool; never 0. */
static inline ULONG64 pool_tag_key(ULONG tag, ULONG flags)
{
    return (tag & ~PROTECTED_POOL) | (ULONG64)(flags & POOL_PAGED) << 32 | 1ull << 33;
}

static inline ULONG pool_tag_hash(ULONG64 key)
{
    return (ULONG)((key * 0x9E3779B97F4A7C15ull) >> 40);
}

/* As pool_tag_key, but a tag that has been checked is apart from one that has not. */
static inline ULONG64 pool_cache_key(ULONG tag, ULONG flags)
{
    return pool_tag_key(tag, flags) | (ULONG64)(flags & POOL_CHECK_TAG) << 34;
}

static inline struct pool_tag_slot *pool_cache_tag_slot(struct pool_cache *cache, ULONG64 key)
{
    return &cache->tags[pool_tag_hash(key) & (POOL_TAG_CACHE - 1)];
}

static inline ULONG pool_cache_row(struct pool_cache *cache, ULONG tag, ULONG flags, SIZE_T bytes,
                                   ULONG64 owner)
{
    ULONG64 key = pool_cache_key(tag, flags);
    struct pool_tag_slot *slot = pool_cache_tag_slot(cache, key);

    if (__builtin_expect(slot->key == key, 1))
        return slot->row;
    return pool_cache_row_slowly(cache, tag, flags, bytes, owner);
}

static inline struct pool_counter *pool_cache_counter(struct pool_cache *cache, ULONG row)
{
    if (__builtin_expect(row >= cache->rows, 0))
        pool_cache_extend(cache, row);
    return &cache->counters[row];
}

/* Only the thread itself writes its counters: a load and a store are enough. */
static inline VOID pool_cache_count(struct pool_cache *cache, ULONG row, SIZE_T bytes)
{
    struct pool_counter *counter = pool_cache_counter(cache, row);
    __atomic_store_n(&counter->allocations, counter->allocations + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&counter->bytes, counter->bytes + (LONG64)bytes, __ATOMIC_RELAXED);
}

static inline VOID pool_cache_uncount(struct pool_cache *cache, ULONG row, SIZE_T bytes)
{
    struct pool_counter *counter = pool_cache_counter(cache, row);
    __atomic_store_n(&counter->frees, counter->frees + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&counter->bytes, counter->bytes - (LONG64)bytes, __ATOMIC_RELAXED);
}

/* pool_large.c. Freeing proves first and bug checks what is wrong. */
PVOID pool_large_allocate(const struct pool_request *request);
VOID pool_large_free(PVOID address, ULONG tag);
VOID pool_large_stop(VOID);

/* pool_special.c, likewise. pool_special_allocate returns NULL if it has no room. */
BOOLEAN pool_special_wanted(const struct pool_request *request);
PVOID pool_special_allocate(const struct pool_request *request);
VOID pool_special_free(PVOID address, ULONG tag);
VOID pool_special_stop(VOID);
/* What was asked for by who allocated the block that address is in; FALSE if there is none. */
BOOLEAN pool_special_find_request(PVOID address, struct pool_request *asked);

/* Whose blocks are looked for: those that code in [base, base + size) allocated. */
struct pool_leak_search {
    PCUNICODE_STRING driver;
    ULONG64 base, size;
};
/* Reports the block if it is one of them; returns 1 if so. */
ULONG pool_report_leak(const struct pool_leak_search *search, ULONG64 owner, ULONG tag,
                       SIZE_T bytes);
ULONG pool_special_leaks(const struct pool_leak_search *search);

/* pool_asan.c: marks for AddressSanitizer, and late reuse under it. Nothing without it. */
VOID pool_asan_start(VOID);
VOID pool_asan_stop(VOID);
VOID pool_asan_poison(PVOID address, SIZE_T bytes);
VOID pool_asan_unpoison(PVOID address, SIZE_T bytes);
/* Holds a freed block of a chunk back; older ones go to their chunks. */
VOID pool_asan_quarantine(struct pool_slot slot);

/* The tail of a block that is charged: who for, and proof of it. */
static inline ULONG64 pool_quota_proof(PUCHAR block, PKPROCESS process)
{
    ULONG64 mixed = (ex_pool.cookie ^ (ULONG64)block ^ (ULONG64)process) * 0x9E3779B97F4A7C15ull;
    return (ULONG64)process | (mixed & 0xFFFF000000000000ull);
}

/* pool_quota.c */
BOOLEAN pool_quota_charge(PKPROCESS process, SIZE_T bytes);
VOID pool_quota_return(PKPROCESS process, SIZE_T bytes);

/* pool_check.c: what is said of a wrong caller. */
VOID pool_bad_free(PVOID address) __attribute__((noreturn));
VOID pool_bad_tag(PVOID address, ULONG tag, ULONG used, ULONG64 owner) __attribute__((noreturn));
VOID pool_bad_irql(ULONG_PTR code, KIRQL irql, ULONG flags, ULONG_PTR what)
    __attribute__((noreturn));
VOID pool_overrun(PUCHAR block, SIZE_T bytes, ULONG64 value, ULONG tag, ULONG64 owner)
    __attribute__((noreturn));
/* Bytes that may be poisoned. */
VOID pool_guard_read(PVOID to, const VOID *from, SIZE_T bytes);
VOID pool_guard_write(PVOID to, const VOID *from, SIZE_T bytes);

static inline KIRQL pool_irql(VOID)
{
    PKTHREAD thread = ke_thread;
    return thread ? thread->irql : PASSIVE_LEVEL;
}

static inline KIRQL pool_irql_limit(ULONG flags)
{
    return flags & POOL_PAGED ? APC_LEVEL : DISPATCH_LEVEL;
}

static inline BOOLEAN pool_tag_matches(ULONG tag, ULONG used)
{
    return used == 0 || ((tag ^ used) & ~PROTECTED_POOL) == 0;
}

static inline POOL_TYPE pool_type_of(ULONG flags)
{
    return flags & POOL_PAGED ? PagedPool : NonPagedPool;
}
