/*
 * What the pools say of a caller that is wrong, and of what was not freed.
 */
#include "pool.h"

/* Enough for "function+0x12 (file.c:34)". */
#define POOL_CODE_TEXT 256

/* A tag as text: four characters, in the order of memory. */
static PCSTR pool_tag_text(ULONG tag, CHAR text[5])
{
    for (ULONG i = 0; i < 4; i++, tag >>= 8) {
        UCHAR c = (UCHAR)tag & 0x7F;
        text[i] = c >= 0x20 && c < 0x7F ? (CHAR)c : '.';
    }
    text[4] = 0;
    return text;
}

/* A bug check about a block, with what is known of it. */
static __attribute__((noreturn)) VOID pool_bugcheck(ULONG code, const ULONG_PTR parameters[4],
                                                    ULONG64 what, ULONG64 owner)
{
    CHAR note[POOL_CODE_TEXT + 80], where[POOL_CODE_TEXT], text[5];

    /* The call is before its return address, perhaps on another line. */
    hal_describe_code(pool_code_of(owner) - 1, where, sizeof(where));
    rtl_format(note, sizeof(note), "The block has the tag '%s' and was allocated by %s.",
               pool_tag_text((ULONG)what, text), where);
    ke_bugcheck(code, parameters, note);
}

/* A pointer into a chunk that is no allocated block. */
static __attribute__((noreturn)) VOID pool_bad_chunk_free(PVOID address)
{
    struct pool_chunk *chunk = pool_chunk_of(address);
    struct pool_meta *meta = NULL;
    ULONG64 what = 0;
    BOOLEAN is_block = FALSE;

    if (chunk->key == ((ULONG64)chunk ^ ex_pool.cookie)) {
        meta = pool_chunk_meta(chunk, address);
        is_block = meta != NULL;
    }
    if (!is_block)
        KeBugCheckEx(BAD_POOL_CALLER, 0x99, (ULONG_PTR)address, 0, 0);
    what = __atomic_load_n(&meta->what, __ATOMIC_RELAXED);
    if (pool_state_of(what) == POOL_ALLOCATED)
        KeBugCheckEx(BAD_POOL_HEADER, 0x03, (ULONG_PTR)address, (ULONG_PTR)what, 0);
    /* The free list goes through the record of a block that is back in its chunk. */
    if (pool_state_of(what) == POOL_FREE)
        KeBugCheckEx(BAD_POOL_CALLER, 0x07, 0, (ULONG_PTR)what, (ULONG_PTR)address);
    pool_bugcheck(BAD_POOL_CALLER,
                  (const ULONG_PTR[]){0x07, 0, (ULONG_PTR)what, (ULONG_PTR)address}, what,
                  __atomic_load_n(&meta->owner, __ATOMIC_RELAXED));
}

VOID pool_bad_free(PVOID address)
{
    ULONG64 entry = pool_map_entry(address);

    if (address == NULL)
        KeBugCheckEx(BAD_POOL_CALLER, 0x46, 0, 0, 0);
    if (!mm_is_system_address((ULONG64)address))
        KeBugCheckEx(BAD_POOL_CALLER, 0x40, (ULONG_PTR)address, HAL_SYSTEM_BASE, 0);
    if (entry == POOL_MAP_NONE)
        KeBugCheckEx(BAD_POOL_CALLER, 0x46, (ULONG_PTR)address, 0, 0);
    if (entry == POOL_MAP_FREED)
        KeBugCheckEx(BAD_POOL_CALLER, 0x07, 0, 0, (ULONG_PTR)address);
    if (entry == POOL_MAP_CHUNK)
        pool_bad_chunk_free(address);
    KeBugCheckEx(BAD_POOL_CALLER, 0x99, (ULONG_PTR)address, 0, 0);
}

VOID pool_bad_tag(PVOID address, ULONG tag, ULONG used, ULONG64 owner)
{
    pool_bugcheck(BAD_POOL_CALLER, (const ULONG_PTR[]){0x0A, (ULONG_PTR)address, tag, used}, tag,
                  owner);
}

VOID pool_bad_irql(ULONG_PTR code, KIRQL irql, ULONG flags, ULONG_PTR what)
{
    KeBugCheckEx(BAD_POOL_CALLER, code, irql, pool_type_of(flags), what);
}

VOID pool_overrun(PUCHAR block, SIZE_T bytes, ULONG64 value, ULONG tag, ULONG64 owner)
{
    pool_bugcheck(BAD_POOL_HEADER, (const ULONG_PTR[]){0x21, (ULONG_PTR)block, bytes, value}, tag,
                  owner);
}

/* Byte by byte: memcpy is checked by AddressSanitizer wherever it is called from. */
__attribute__((no_sanitize("address"))) VOID pool_guard_read(PVOID to, const VOID *from,
                                                             SIZE_T bytes)
{
    for (SIZE_T i = 0; i < bytes; i++)
        ((volatile UCHAR *)to)[i] = ((const volatile UCHAR *)from)[i];
}

__attribute__((no_sanitize("address"))) VOID pool_guard_write(PVOID to, const VOID *from,
                                                              SIZE_T bytes)
{
    pool_guard_read(to, from, bytes);
}

/* ---- questions about pointers ---- */

/* The chunk's block that address is in, however far in; NULL if there is none. */
static struct pool_meta *pool_chunk_find(struct pool_chunk *chunk, PUCHAR address, PUCHAR *block)
{
    ULONG64 offset = (ULONG64)(address - chunk->data), index;

    if (address < chunk->data)
        return NULL;
    index = (offset >> PAGE_SHIFT) * chunk->per_page + (offset & chunk->mask) / chunk->block_size;
    if (index >= __atomic_load_n(&chunk->fresh, __ATOMIC_ACQUIRE))
        return NULL;
    *block = pool_chunk_block(chunk, (ULONG)index);
    return &chunk->meta[index];
}

static BOOLEAN pool_chunk_is_allocated(PUCHAR address)
{
    PUCHAR block = NULL;
    struct pool_meta *meta = pool_chunk_find(pool_chunk_of(address), address, &block);

    if (meta == NULL)
        return FALSE;
    return pool_state_of(__atomic_load_n(&meta->what, __ATOMIC_RELAXED)) == POOL_ALLOCATED &&
           (ULONG64)(address - block) <
               max(1, pool_bytes_of(__atomic_load_n(&meta->owner, __ATOMIC_RELAXED)));
}

BOOLEAN ex_pool_is_allocated(PVOID address)
{
    struct pool_request asked;
    BOOLEAN is_allocated = FALSE;
    ULONG64 entry;

    if (pool_special_find_request(address, &asked))
        return TRUE;
    /* The lock keeps a chunk or record from going away meanwhile. */
    ex_acquire(&ex_pool.map_lock);
    entry = pool_map_entry(address);
    if (entry == POOL_MAP_CHUNK) {
        is_allocated = pool_chunk_is_allocated(address);
    } else if (entry >= POOL_MAP_LARGE) {
        struct pool_large *large = (struct pool_large *)entry;
        is_allocated = (ULONG64)((PUCHAR)address - large->address) < large->asked.bytes;
    }
    ex_release(&ex_pool.map_lock);
    return is_allocated;
}

/* What the caller's block is; it cannot go away meanwhile. */
static BOOLEAN pool_find_request(PVOID block, struct pool_request *asked)
{
    ULONG64 entry = pool_map_entry(block);
    struct pool_meta *meta;

    if (entry == POOL_MAP_CHUNK) {
        meta = pool_chunk_meta(pool_chunk_of(block), block);
        if (meta == NULL)
            return FALSE;
        asked->bytes = pool_bytes_of(__atomic_load_n(&meta->owner, __ATOMIC_RELAXED));
        asked->flags = pool_flags_of(__atomic_load_n(&meta->what, __ATOMIC_RELAXED));
        return TRUE;
    }
    if (entry < POOL_MAP_LARGE)
        return pool_special_find_request(block, asked);
    *asked = ((struct pool_large *)entry)->asked;
    return TRUE;
}

/* NT answers the size with its rounding; this is what was asked for. */
SIZE_T NTAPI ExQueryPoolBlockSize(PVOID PoolBlock, PBOOLEAN QuotaCharged)
{
    struct pool_request asked;

    if (!pool_find_request(PoolBlock, &asked))
        pool_bad_free(PoolBlock);
    *QuotaCharged = (asked.flags & POOL_QUOTA) != 0;
    return asked.bytes;
}

/* ---- leaks ---- */

ULONG pool_report_leak(const struct pool_leak_search *search, ULONG64 owner, ULONG tag,
                       SIZE_T bytes)
{
    ULONG64 code = pool_code_of(owner);
    CHAR where[POOL_CODE_TEXT], text[5];

    if (code - search->base >= search->size)
        return 0;
    /* The call is before its return address, perhaps on another line. */
    hal_describe_code(code - 1, where, sizeof(where));
    rtl_log("%wZ leaks %Iu bytes of pool, tag '%s', allocated by %s", search->driver, bytes,
            pool_tag_text(tag, text), where);
    return 1;
}

static ULONG pool_chunk_leaks(const struct pool_leak_search *search, struct pool_chunk *chunk)
{
    ULONG fresh = __atomic_load_n(&chunk->fresh, __ATOMIC_ACQUIRE), found = 0;

    for (ULONG i = 0; i < fresh; i++) {
        ULONG64 what = __atomic_load_n(&chunk->meta[i].what, __ATOMIC_RELAXED);
        ULONG64 owner = __atomic_load_n(&chunk->meta[i].owner, __ATOMIC_RELAXED);
        if (pool_state_of(what) == POOL_ALLOCATED)
            found += pool_report_leak(search, owner, (ULONG)what, pool_bytes_of(owner));
    }
    return found;
}

ULONG ex_pool_report_leaks(PCUNICODE_STRING driver, ULONG64 base, ULONG64 size)
{
    struct pool_leak_search search = {driver, base, size};
    ULONG found = pool_special_leaks(&search);

    /* Slow work under a lock that holds up no fast path: only what changes the map waits. */
    ex_acquire(&ex_pool.map_lock);
    for (ULONG64 i = 0; i < ex_pool.map_used; i++) {
        ULONG64 entry = ex_pool.map[i];
        PUCHAR address = (PUCHAR)(MM_DIRECT_MAP + i * POOL_CHUNK_BYTES);
        if (entry == POOL_MAP_CHUNK) {
            found += pool_chunk_leaks(&search, (struct pool_chunk *)address);
        } else if (entry >= POOL_MAP_LARGE) {
            struct pool_large *large = (struct pool_large *)entry;
            if (large->address == address)
                found += pool_report_leak(&search, large->asked.owner, large->asked.tag,
                                          large->asked.bytes);
        }
    }
    ex_release(&ex_pool.map_lock);
    return found;
}
