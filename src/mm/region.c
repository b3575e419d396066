/*
 * The adoption table: which page frame is behind a page of the program.
 *
 * A directory leads to regions of 512 pages (2 MiB of addresses). Looking a
 * page up and holding its frame takes no lock: read the entry, count the frame
 * up if it is not dead, read the entry again. Whoever clears an entry does so
 * before counting the frame down, so either the reader sees the change or the
 * frame lives on.
 *
 * A region's frames come from a block of 512 program frames, page n of the
 * region from frame n of the block, and blocks of neighbouring regions lie side
 * by side if they can. So a buffer's frames nearly always follow each other,
 * in whatever order its pages were adopted, and its system address is
 * arithmetic on the direct map. Only a page whose old frame is still locked
 * after its address was given up gets one of a new block.
 */
#include "region.h"

#define REGION_ORDER 9
#define NEIGHBOURS 64 /* regions on each side whose blocks are laid out together: 128 MiB */
#define DIRECTORY_SHIFT 34
#define DIRECTORY_SLOTS 8192u /* pointers in the top and in each node below it */
#define USER_ADDRESS_BITS 47

struct mm_table mm_table;

/* ---- Directory and regions --------------------------------------------- */

static PVOID *find_node(const struct mm_space *space, ULONG64 address)
{
    if (address >> USER_ADDRESS_BITS)
        return NULL;
    return __atomic_load_n(&space->directory[address >> DIRECTORY_SHIFT], __ATOMIC_ACQUIRE);
}

struct mm_region *mm_find_region(const struct mm_space *space, ULONG64 address)
{
    PVOID *node = find_node(space, address);
    if (!node)
        return NULL;
    return __atomic_load_n(&node[(address >> REGION_SHIFT) % DIRECTORY_SLOTS], __ATOMIC_ACQUIRE);
}

struct mm_region *mm_make_region(struct mm_space *space, ULONG64 address)
{
    struct mm_region *region = mm_find_region(space, address);
    if (region || address >> USER_ADDRESS_BITS)
        return region;

    PVOID *node = find_node(space, address);
    if (!node) {
        /* Within the zones, so not from a cache: the node reads as zero without being touched. */
        PFN_NUMBER first = mm_allocate_frames_within(DIRECTORY_SLOTS * sizeof(PVOID) >> PAGE_SHIFT,
                                                     1, MM_FIRST_FRAME, MM_SYSTEM_FRAMES);
        if (!first)
            return NULL;
        node = mm_frame_address(first);
        __atomic_store_n(&space->directory[address >> DIRECTORY_SHIFT], node, __ATOMIC_RELEASE);
    }
    /* Not of hal's heap, whose pages the program may have adopted: this is used while adopting. */
    PFN_NUMBER frame = mm_allocate_frames(1, 1, TRUE);
    if (!frame)
        return NULL;
    region = mm_frame_address(frame);
    __atomic_store_n(&node[(address >> REGION_SHIFT) % DIRECTORY_SLOTS], region, __ATOMIC_RELEASE);
    return region;
}

ULONG *mm_entry_of(const struct mm_space *space, ULONG64 address)
{
    struct mm_region *region = mm_find_region(space, address);
    return region ? &region->entries[mm_index_of(address)] : NULL;
}

SIZE_T mm_pages_in_region(ULONG64 address, SIZE_T pages)
{
    SIZE_T left = REGION_PAGES - mm_index_of(address);
    return pages < left ? pages : left;
}

/* ---- Blocks: frames come alive ----------------------------------------- */

static PFN_NUMBER block_of_region(const struct mm_space *space, ULONG64 address)
{
    struct mm_region *region = mm_find_region(space, address);
    return region ? region->block : 0;
}

/* The block that continues the one of another region distance away, if it is free. */
static PFN_NUMBER continue_block(const struct mm_space *space, ULONG64 address, LONG64 distance)
{
    PFN_NUMBER other = block_of_region(space, address + ((ULONG64)distance << REGION_SHIFT));
    PFN_NUMBER block = other - (PFN_NUMBER)(distance * REGION_PAGES);
    return other && mm_zone_allocate_at(&mm_table.zone, block, REGION_ORDER) ? block : 0;
}

/*
 * A block for a region with no neighbours yet: in the middle of free ones, in
 * which those of its neighbours on both sides can follow.
 */
static PFN_NUMBER start_block(VOID)
{
    PFN_NUMBER frames = 2 * NEIGHBOURS * REGION_PAGES;
    PFN_NUMBER first = mm_zone_allocate(&mm_table.zone, frames, frames);
    if (!first)
        return mm_zone_allocate(&mm_table.zone, REGION_PAGES, REGION_PAGES);
    PFN_NUMBER block = first + frames / 2;
    mm_zone_free(&mm_table.zone, first, frames / 2);
    mm_zone_free(&mm_table.zone, block + REGION_PAGES, frames / 2 - REGION_PAGES);
    return block;
}

/* lock is held. */
static PFN_NUMBER allocate_block(const struct mm_space *space, ULONG64 address)
{
    PFN_NUMBER block = 0;
    for (LONG64 distance = 1; distance < NEIGHBOURS && !block; distance++) {
        block = continue_block(space, address, -distance);
        if (!block)
            block = continue_block(space, address, distance);
    }
    return block ? block : start_block();
}

/* The program whose pages they are has left. */
static BOOLEAN is_closed(const struct mm_space *space)
{
    const struct mm_space *owner = space->loan ? space->loan->owner : space;

    return __atomic_load_n(&owner->is_closed, __ATOMIC_ACQUIRE);
}

static BOOLEAN are_frames_dead(PFN_NUMBER first, SIZE_T count)
{
    for (PFN_NUMBER frame = first; frame < first + count; frame++) {
        struct mm_frame *entry = mm_frame(frame);
        if (__atomic_load_n(&entry->references, __ATOMIC_RELAXED) || entry->is_retiring)
            return FALSE;
    }
    return TRUE;
}

/* lock is held. */
static BOOLEAN make_block(struct mm_space *space, struct mm_region *region, ULONG64 address)
{
    PFN_NUMBER block = allocate_block(space, address);

    if (!block)
        return FALSE;
    if (!mm_show_block(space, block)) {
        mm_zone_free(&mm_table.zone, block, REGION_PAGES);
        return FALSE;
    }
    mm_set_frame_state(block, MM_FRAME_BLOCK);
    mm_frame(block)->next = 0;
    mm_frame(block)->previous = (ULONG)(address >> REGION_SHIFT);
    mm_frame(block)->space = space->number;
    space->references++;
    region->block = block;
    return TRUE;
}

PFN_NUMBER mm_claim_frames(struct mm_space *space, struct mm_region *region, ULONG64 address,
                           SIZE_T count)
{
    ULONG index = mm_index_of(address);
    PFN_NUMBER first = 0;

    mm_acquire(&mm_table.lock);
    if (space->is_closed)
        goto done;
    if ((!region->block || !are_frames_dead(region->block + index, count)) &&
        !make_block(space, region, address))
        goto done;
    first = region->block + index;
    for (SIZE_T page = 0; page < count; page++) {
        __atomic_store_n(&mm_frame(first + page)->references, 2, __ATOMIC_RELAXED);
        __atomic_store_n(&region->entries[index + page],
                         (ULONG)((first + page) << ENTRY_FRAME_SHIFT | ENTRY_PENDING),
                         __ATOMIC_RELEASE);
    }
    mm_frame(region->block)->next += (ULONG)count;
    __atomic_fetch_add(&mm_table.frames, (LONG64)count, __ATOMIC_RELAXED);
done:
    mm_release(&mm_table.lock);
    return first;
}

/* lock is held. The frames' block, if they can come alive. */
static PFN_NUMBER find_block(struct mm_space *space, struct mm_region *region, ULONG64 address,
                             SIZE_T count)
{
    if (is_closed(space) || (!region->block && !make_block(space, region, address)))
        return 0;
    return are_frames_dead(region->block + mm_index_of(address), count) ? region->block : 0;
}

/* lock is held. Whoever looks the page up meanwhile finds it pending, and lets the frame go. */
static BOOLEAN take_over(ULONG *entry, ULONG *before, PFN_NUMBER frame)
{
    PFN_NUMBER old = mm_entry_frame(*entry);

    *before = __atomic_exchange_n(entry, (ULONG)(frame << ENTRY_FRAME_SHIFT | ENTRY_PENDING),
                                  __ATOMIC_SEQ_CST);
    if (!old)
        return TRUE;
    /* A view shows frames of another address; it does not get others. */
    return mm_is_program_frame(old) &&
           mm_frame(mm_block_of(old))->previous == mm_frame(mm_block_of(frame))->previous &&
           __atomic_load_n(&mm_frame(old)->references, __ATOMIC_SEQ_CST) == 1;
}

static VOID undo(struct mm_region *own, struct mm_region *lent, ULONG index, SIZE_T count)
{
    for (SIZE_T page = 0; page < count; page++) {
        __atomic_store_n(&own->entries[index + page], lent->entries[index + page],
                         __ATOMIC_RELEASE);
        lent->entries[index + page] = 0;
    }
}

BOOLEAN mm_claim_loan(struct mm_space *loan, struct mm_region *own, struct mm_region *lent,
                      ULONG64 address, SIZE_T count)
{
    ULONG index = mm_index_of(address);
    PFN_NUMBER block;
    SIZE_T page = 0;

    mm_acquire(&mm_table.lock);
    block = find_block(loan, lent, address, count);
    while (block && page < count) {
        ULONG at = index + (ULONG)page++;

        if (take_over(&own->entries[at], &lent->entries[at], block + at))
            continue;
        undo(own, lent, index, page);
        block = 0;
    }
    for (page = 0; block && page < count; page++)
        __atomic_store_n(&mm_frame(block + index + page)->references, 2, __ATOMIC_RELAXED);
    if (block)
        mm_frame(block)->next += (ULONG)count;
    mm_release(&mm_table.lock);
    if (block)
        __atomic_fetch_add(&mm_table.frames, (LONG64)count, __ATOMIC_RELAXED);
    return block != 0;
}

PFN_NUMBER mm_claim_spare(struct mm_space *loan, ULONG64 address)
{
    struct mm_region *lent = mm_find_region(loan, address);
    PFN_NUMBER frame = 0;

    if (!lent)
        return 0;
    mm_acquire(&mm_table.lock);
    if (find_block(loan, lent, address, 1)) {
        frame = lent->block + mm_index_of(address);
        __atomic_store_n(&mm_frame(frame)->references, 1, __ATOMIC_RELAXED);
        mm_frame(lent->block)->next++;
    }
    mm_release(&mm_table.lock);
    if (frame)
        __atomic_fetch_add(&mm_table.frames, 1, __ATOMIC_RELAXED);
    return frame;
}

/* ---- Frames die -------------------------------------------------------- */

/* Counts a frame down; TRUE if it died and is to be passed to retire_frames. lock is held. */
static BOOLEAN drop_frame(PFN_NUMBER number)
{
    struct mm_frame *frame = mm_frame(number);
    if (__atomic_sub_fetch(&frame->references, 1, __ATOMIC_SEQ_CST) || !mm_is_program_frame(number))
        return FALSE;
    frame->is_retiring = TRUE;
    return TRUE;
}

/* Gives the memory of dead frames of one block back, and the block if they were its last. */
static VOID retire_frames(PFN_NUMBER first, SIZE_T count)
{
    if (!count)
        return;
    PFN_NUMBER block = mm_block_of(first);
    struct mm_frame *head = mm_frame(block);
    struct mm_space *space = mm_space_of(first), *gone = NULL;

    /* Of a program that has left, the pages may still be its memory: it has not ended yet. */
    if (!is_closed(space))
        mm_discard_frames(first, count);
    mm_acquire(&mm_table.lock);
    for (PFN_NUMBER frame = first; frame < first + count; frame++)
        mm_frame(frame)->is_retiring = FALSE;
    head->next -= (ULONG)count;
    if (!head->next) {
        struct mm_region *region = mm_find_region(space, (ULONG64)head->previous << REGION_SHIFT);
        if (region->block == block)
            region->block = 0;
        mm_set_frame_state(block, MM_FRAME_USED);
        mm_hide_block(space, block);
        mm_zone_free(&mm_table.zone, block, REGION_PAGES);
        if (!--space->references)
            gone = space;
    }
    mm_release(&mm_table.lock);
    if (gone)
        mm_space_free(gone);
    __atomic_fetch_sub(&mm_table.frames, (LONG64)count, __ATOMIC_RELAXED);
}

/*
 * Clears the entries of one region's pages, and lets the frames go. Takes as
 * many pages at a time as die as one run.
 */
VOID mm_clear_entries(struct mm_region *region, ULONG index, SIZE_T count)
{
    SIZE_T done = 0;
    while (done < count) {
        PFN_NUMBER first = 0;
        SIZE_T run = 0;
        mm_acquire(&mm_table.lock);
        for (; done < count; done++) {
            ULONG *entry = &region->entries[index + done];
            PFN_NUMBER frame = mm_entry_frame(*entry);
            if (!frame)
                continue;
            if (run && (frame != first + run || frame % REGION_PAGES == 0))
                break;
            __atomic_store_n(entry, 0, __ATOMIC_SEQ_CST);
            if (drop_frame(frame)) {
                first = run ? first : frame;
                run++;
            } else if (run) {
                done++;
                break;
            }
        }
        mm_release(&mm_table.lock);
        retire_frames(first, run);
    }
}

VOID mm_clear_range(struct mm_space *space, ULONG64 address, SIZE_T pages)
{
    while (pages) {
        SIZE_T count = mm_pages_in_region(address, pages);
        struct mm_region *region = mm_find_region(space, address);
        if (region)
            mm_clear_entries(region, mm_index_of(address), count);
        address += count << PAGE_SHIFT;
        pages -= count;
    }
}

static VOID release_last(PFN_NUMBER frame)
{
    mm_acquire(&mm_table.lock);
    BOOLEAN is_dead = drop_frame(frame);
    mm_release(&mm_table.lock);
    if (is_dead)
        retire_frames(frame, 1);
}

VOID mm_release_held(const PFN_NUMBER *list, SIZE_T pages)
{
    for (SIZE_T page = 0; page < pages; page++) {
        struct mm_frame *frame = mm_frame(list[page]);
        ULONG references = __atomic_load_n(&frame->references, __ATOMIC_RELAXED);
        do {
            if (!references)
                KeBugCheckEx(PFN_LIST_CORRUPT, 7, list[page], 0, 0);
            /* A program's frame dies under lock, so that it is not handed out in between. */
            if (references == 1 && mm_is_program_frame(list[page]))
                break;
        } while (!__atomic_compare_exchange_n(&frame->references, &references, references - 1, 1,
                                              __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
        if (references == 1 && mm_is_program_frame(list[page]))
            release_last(list[page]);
    }
}

/* ---- Look-up ----------------------------------------------------------- */

PFN_NUMBER mm_adopted_frame(const struct mm_space *space, ULONG64 address)
{
    hal_adopt_settle();
    ULONG *slot = mm_entry_of(space, address);
    ULONG entry = slot ? __atomic_load_n(slot, __ATOMIC_ACQUIRE) : 0;
    return entry & ENTRY_PENDING ? 0 : mm_entry_frame(entry);
}

/* Holds the frame that slot names and returns it, 0 if it is not there or not for this access. */
static inline PFN_NUMBER hold_entry(const ULONG *slot, ULONG access)
{
    for (;;) {
        ULONG entry = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
        PFN_NUMBER frame = mm_entry_frame(entry);
        if ((entry & (access | ENTRY_PENDING)) != access)
            return 0;
        if (!mm_reference_frame(frame))
            continue;
        /* Sequentially consistent: pairs with the clearing of the entry. */
        if (mm_entry_frame(__atomic_load_n(slot, __ATOMIC_SEQ_CST)) == frame)
            return frame;
        mm_release_held(&frame, 1);
    }
}

SIZE_T mm_hold_adopted(const struct mm_space *space, ULONG64 address, SIZE_T pages, ULONG access,
                       PFN_NUMBER *list)
{
    SIZE_T done = 0;

    hal_adopt_settle();
    while (done < pages) {
        ULONG64 at = address + (done << PAGE_SHIFT);
        struct mm_region *region = mm_find_region(space, at);
        if (!region)
            return done;
        const ULONG *slot = &region->entries[mm_index_of(at)];
        SIZE_T count = mm_pages_in_region(at, pages - done);
        for (SIZE_T page = 0; page < count; page++, done++) {
            list[done] = hold_entry(slot + page, access);
            if (!list[done])
                return done;
        }
    }
    return done;
}

/* ---- Start and stop ---------------------------------------------------- */

ULONG64 mm_program_frames_in_use(VOID)
{
    return (ULONG64)__atomic_load_n(&mm_table.frames, __ATOMIC_RELAXED);
}

VOID mm_table_start(VOID)
{
    mm_table = (struct mm_table){0};
    mm_zone_start(&mm_table.zone, MM_PROGRAM_BASE, MM_PROGRAM_BASE + MM_PROGRAM_FRAMES);
}
