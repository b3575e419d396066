/*
 * The adoption table's inside, for the two files that fill it: region.c, which
 * keeps it, and adopt.c, which decides what goes in.
 */
#pragma once

#include "mm_private.h"

#define REGION_PAGES MM_BLOCK_FRAMES
#define REGION_SHIFT 21 /* of addresses */
#define ENTRY_FRAME_SHIFT 7

/*
 * An entry is frame << ENTRY_FRAME_SHIFT with these bits and those of enum
 * mm_access, which tell what the page was found to allow. 0: not adopted.
 */
enum entry_bits {
    ENTRY_PENDING = 1, /* hal_adopt is at work: not to be used yet */
};

struct mm_region {
    PFN_NUMBER block;            /* the block that new frames come from, 0 for none */
    ULONG entries[REGION_PAGES]; /* atomic; written under mm_table.lock */
};

_Static_assert(sizeof(struct mm_region) <= PAGE_SIZE, "a region has a frame of its own");

extern struct mm_table {
    struct mm_lock lock; /* guards regions, blocks, spaces, and frames that come alive or die */
    struct mm_zone zone; /* programs' frames */
    LONG64 frames;       /* atomic: frames that are alive, for statistics */
} mm_table;

/* The table's memory goes with the segment that it is in. */
VOID mm_table_start(VOID);

static inline ULONG mm_index_of(ULONG64 address)
{
    return (address >> PAGE_SHIFT) % REGION_PAGES;
}

static inline PFN_NUMBER mm_entry_frame(ULONG entry)
{
    return entry >> ENTRY_FRAME_SHIFT;
}

/* The region of address, and its page's entry; NULL if nothing was ever adopted there. */
struct mm_region *mm_find_region(const struct mm_space *space, ULONG64 address);
ULONG *mm_entry_of(const struct mm_space *space, ULONG64 address);

/* The region of address, made if need be; it stays until the stop. One caller at a time. */
struct mm_region *mm_make_region(struct mm_space *space, ULONG64 address);

/* Pages from address to the end of the range or of the region, whichever is first. */
SIZE_T mm_pages_in_region(ULONG64 address, SIZE_T pages);

/*
 * Gives pages of a region their frames, marked pending and held twice: for the
 * mapping and for the adopter. Returns the first frame or 0.
 */
PFN_NUMBER mm_claim_frames(struct mm_space *space, struct mm_region *region, ULONG64 address,
                           SIZE_T count);

/* Makes pending entries good, except those that were lost meanwhile. */
VOID mm_publish_adopted(struct mm_region *region, ULONG index, SIZE_T count, ULONG access);

/*
 * Gives pages frames of another region's block, that of a loan, likewise. What their entries
 * were is in that region's. FALSE, with nothing changed: a frame is in use already, or a page
 * has one that somebody else holds, or a system frame.
 */
BOOLEAN mm_claim_loan(struct mm_space *loan, struct mm_region *own, struct mm_region *lent,
                      ULONG64 address, SIZE_T count);
/* A frame of the loan's for a page whose own frame stays with it; held once. 0: there is none. */
PFN_NUMBER mm_claim_spare(struct mm_space *loan, ULONG64 address);

/* Clears some of a region's entries and lets their frames go. */
VOID mm_clear_entries(struct mm_region *region, ULONG index, SIZE_T count);
/* Clears the entries of a range and lets their frames go. */
VOID mm_clear_range(struct mm_space *space, ULONG64 address, SIZE_T pages);
