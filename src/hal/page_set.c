/*
 * The set of adopted pages: a table of bitmaps, of which most are never made.
 */
#include "page_set.h"

#include "linux.h"

/* A leaf is a bitmap for 1 GiB of addresses. */
#define LEAF_PAGES (1ull << 18)
#define LEAF_WORDS (LEAF_PAGES / 64)
#define LEAVES (PAGE_SET_END / HAL_PAGE_SIZE / LEAF_PAGES)

static struct {
    /*
     * NULL or a table, each entry of which is NULL or a leaf. All atomic,
     * published with release when what they point to is zeroed.
     */
    hal_u64 **leaves;
} set_system;

static void *map_zeroed(hal_u64 bytes)
{
    long got = linux_call6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return got < 0 && got > -4096 ? NULL : (void *)got;
}

void page_set_stop(void)
{
    if (!set_system.leaves)
        return;
    for (hal_u64 i = 0; i < LEAVES; i++) {
        if (set_system.leaves[i])
            linux_unmap((hal_u64)set_system.leaves[i], LEAF_WORDS * 8 / HAL_PAGE_SIZE);
    }
    linux_unmap((hal_u64)set_system.leaves, LEAVES * sizeof *set_system.leaves / HAL_PAGE_SIZE);
    set_system.leaves = NULL;
}

static hal_u64 *leaf_of(hal_u64 page)
{
    hal_u64 **leaves = __atomic_load_n(&set_system.leaves, __ATOMIC_ACQUIRE);

    return leaves ? __atomic_load_n(&leaves[page / LEAF_PAGES], __ATOMIC_ACQUIRE) : NULL;
}

/* Makes what *entry points to, unless another thread has been faster. */
static int make(void *entry, hal_u64 bytes)
{
    void **pointer = entry, *made, *none = NULL;

    if (__atomic_load_n(pointer, __ATOMIC_ACQUIRE))
        return HAL_OK;
    made = map_zeroed(bytes);
    if (!made)
        return HAL_ENOMEM;
    if (!__atomic_compare_exchange_n(pointer, &none, made, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        linux_unmap((hal_u64)made, bytes / HAL_PAGE_SIZE);
    return HAL_OK;
}

int page_set_reserve(hal_u64 address, hal_u64 pages)
{
    hal_u64 first = address / HAL_PAGE_SIZE / LEAF_PAGES;
    hal_u64 last = (address / HAL_PAGE_SIZE + pages - 1) / LEAF_PAGES;

    if (make(&set_system.leaves, LEAVES * sizeof *set_system.leaves))
        return HAL_ENOMEM;
    for (; first <= last; first++) {
        if (make(&set_system.leaves[first], LEAF_WORDS * 8))
            return HAL_ENOMEM;
    }
    return HAL_OK;
}

/* The bits of the word of page that belong to [page, end). */
static hal_u64 mask_from(hal_u64 page, hal_u64 end)
{
    hal_u64 mask = ~0ull << page % 64;

    if (end - page < 64 - page % 64)
        mask &= ~(~0ull << (end - page + page % 64));
    return mask;
}

static void change(hal_u64 address, hal_u64 pages, int add)
{
    hal_u64 page = address / HAL_PAGE_SIZE, end = page + pages;

    while (page < end) {
        hal_u64 *leaf = leaf_of(page);
        hal_u64 mask = mask_from(page, end);

        /* Release, acquire: what is known of a page is passed on with its bit. */
        if (leaf && add)
            __atomic_fetch_or(&leaf[page % LEAF_PAGES / 64], mask, __ATOMIC_ACQ_REL);
        else if (leaf)
            __atomic_fetch_and(&leaf[page % LEAF_PAGES / 64], ~mask, __ATOMIC_ACQ_REL);
        page = (page / 64 + 1) * 64;
    }
}

void page_set_add(hal_u64 address, hal_u64 pages)
{
    change(address, pages, 1);
}

void page_set_remove(hal_u64 address, hal_u64 pages)
{
    change(address, pages, 0);
}

/* The word with page's bit, that bit lowest. */
static hal_u64 bits_from(hal_u64 page)
{
    hal_u64 *leaf = leaf_of(page);

    if (!leaf)
        return 0;
    return __atomic_load_n(&leaf[page % LEAF_PAGES / 64], __ATOMIC_ACQUIRE) >> page % 64;
}

int page_set_has(hal_u64 address)
{
    return address < PAGE_SET_END && (bits_from(address / HAL_PAGE_SIZE) & 1);
}

static hal_u64 skip_absent(hal_u64 page, hal_u64 end)
{
    while (page < end) {
        hal_u64 bits = bits_from(page);

        if (bits)
            return page + (hal_u64)__builtin_ctzll(bits);
        page = leaf_of(page) ? (page / 64 + 1) * 64 : (page / LEAF_PAGES + 1) * LEAF_PAGES;
    }
    return end;
}

hal_u64 page_set_find(hal_u64 *address, hal_u64 end)
{
    hal_u64 last = (end < PAGE_SET_END ? end : PAGE_SET_END) / HAL_PAGE_SIZE;
    hal_u64 first = skip_absent(*address / HAL_PAGE_SIZE, last);
    hal_u64 page = first;

    while (page < last && (bits_from(page) & 1))
        page++;
    *address = first * HAL_PAGE_SIZE;
    return page > first ? page - first : 0;
}
