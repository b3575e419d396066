/*
 * What the files of src/mm/ share among themselves.
 */
#pragma once

#include "iospace.h"

/* Bug check codes that mingw-w64's headers lack. */
#ifndef SYSTEM_PTE_MISUSE
#define SYSTEM_PTE_MISUSE 0x000000DA
#endif
#ifndef DRIVER_VERIFIER_DETECTED_VIOLATION
#define DRIVER_VERIFIER_DETECTED_VIOLATION 0x000000C4
#endif

/* ---- Where the room keeps its own tables ------------------------------- */

/*
 * At the top of the system segment, sparse: a table costs only the pages of it
 * that were touched.
 */
#define MM_DATABASE_FRAME (MM_SYSTEM_FRAMES - 0x20000)   /* struct mm_frame of every frame */
#define MM_PTE_TABLE_FRAME (MM_DATABASE_FRAME - 0x8000)  /* a ULONG for each system PTE */
#define MM_PTE_BITMAP_FRAME (MM_PTE_TABLE_FRAME - 0x200) /* a bit for each: reserved */
#define MM_SPECIAL_BITMAP_FRAME (MM_PTE_BITMAP_FRAME - 0x200)
#define MM_DIRECTORY_FRAME (MM_SPECIAL_BITMAP_FRAME - 0x10) /* top of the adoption table */
#define MM_IO_TABLE_FRAME (MM_DIRECTORY_FRAME - 0x400)      /* struct mm_io_page of each page */
#define MM_IO_BITMAP_FRAME (MM_IO_TABLE_FRAME - 0x8)
#define MM_LOW_FRAMES_END 0x1000ull /* frames below 16 MiB are kept for those that ask for them */
#define MM_NORMAL_FRAMES_END 0xFD0000ull /* the tables begin past it */

static inline PVOID mm_table_at(PFN_NUMBER frame)
{
    return (PVOID)(MM_DIRECT_MAP + (frame << PAGE_SHIFT));
}

/* ---- frame.c: the frame database and the allocator --------------------- */

enum mm_frame_state {
    MM_FRAME_USED = 0,       /* handed out, or inside a free run whose head says so */
    MM_FRAME_FREE = 1,       /* head of a free block of 2^order frames */
    MM_FRAME_CACHED = 2,     /* head of a freed run that keeps its memory for the next caller */
    MM_FRAME_CONTIGUOUS = 3, /* head of a run of MmAllocateContiguousMemory; next is its length */
    MM_FRAME_BLOCK = 4,      /* head of a block of program frames, see adopt.c */
};

/* One for each page frame, in the frame database. */
struct mm_frame {
    /*
     * How many MDLs and views hold the frame, and one more for a program's
     * frame that is mapped at its user address. Atomic; only rises from 0 under
     * the lock of whoever hands frames out, so a frame at 0 stays dead to
     * mm_reference_frame.
     */
    ULONG references;
    ULONG next;          /* free, cached: next on the list. Block: frames of it in use */
    ULONG previous;      /* free: previous on the list. Block: its region's number */
    UCHAR state;         /* enum mm_frame_state */
    BOOLEAN is_retiring; /* a program's frame whose memory is being given back */
    union {
        UCHAR order;  /* of a free block */
        USHORT space; /* Block: the number of the space that it belongs to */
    };
};
_Static_assert(sizeof(struct mm_frame) == 16, "the frame database has 16 bytes a frame");

static inline struct mm_frame *mm_frame(PFN_NUMBER frame)
{
    return (struct mm_frame *)mm_table_at(MM_DATABASE_FRAME) + frame;
}

static inline enum mm_frame_state mm_frame_state(PFN_NUMBER frame)
{
    return __atomic_load_n(&mm_frame(frame)->state, __ATOMIC_RELAXED);
}

static inline VOID mm_set_frame_state(PFN_NUMBER frame, enum mm_frame_state state)
{
    __atomic_store_n(&mm_frame(frame)->state, (UCHAR)state, __ATOMIC_RELAXED);
}

#define MM_ORDERS 25 /* blocks of 1 to 2^24 frames */

/*
 * A range of frames that are handed out, as a buddy system. Free frames have no
 * memory: they read as zero.
 */
struct mm_zone {
    struct mm_lock lock; /* guards heads and the database entries of free blocks */
    PFN_NUMBER first, end;
    ULONG heads[MM_ORDERS]; /* lists of free blocks, by order; 0 is the end */
};

VOID mm_zone_start(struct mm_zone *zone, PFN_NUMBER first, PFN_NUMBER end);
/* Frames that follow each other, the first a multiple of align (a power of two); 0 if there are
 * none. */
PFN_NUMBER mm_zone_allocate(struct mm_zone *zone, PFN_NUMBER count, PFN_NUMBER align);
/* The same inside [low, high]. */
PFN_NUMBER mm_zone_allocate_within(struct mm_zone *zone, PFN_NUMBER count, PFN_NUMBER align,
                                   PFN_NUMBER low, PFN_NUMBER high);
/* The block of 2^order frames at first, if all of it is free. */
BOOLEAN mm_zone_allocate_at(struct mm_zone *zone, PFN_NUMBER first, ULONG order);
/* Frames without memory (discarded or never touched) become free. */
VOID mm_zone_free(struct mm_zone *zone, PFN_NUMBER first, PFN_NUMBER count);
/* TRUE if frame is in a free block. */
BOOLEAN mm_zone_is_free(struct mm_zone *zone, PFN_NUMBER frame);

NTSTATUS mm_frames_start(VOID);
VOID mm_frames_stop(VOID);

/* System frames inside [low, high], with memory that reads as zero; 0 if there are none. */
PFN_NUMBER mm_allocate_frames_within(PFN_NUMBER count, PFN_NUMBER align, PFN_NUMBER low,
                                     PFN_NUMBER high);
/* Gives the memory of frames of either segment back; they read as zero then. */
VOID mm_discard_frames(PFN_NUMBER first, PFN_NUMBER count);
ULONG64 mm_frames_in_use(VOID);
/* TRUE if frame has been handed out and not given back. */
BOOLEAN mm_is_frame_in_use(PFN_NUMBER frame);

/* The segment that holds frame, and the frame's place in it. */
struct hal_segment *mm_segment_of(PFN_NUMBER frame, PFN_NUMBER *place);

static inline BOOLEAN mm_is_program_frame(PFN_NUMBER frame)
{
    return frame - MM_PROGRAM_BASE < MM_PROGRAM_FRAMES;
}

static inline BOOLEAN mm_is_frame(PFN_NUMBER frame)
{
    return frame - MM_FIRST_FRAME < MM_PROGRAM_BASE + MM_PROGRAM_FRAMES - MM_FIRST_FRAME;
}

/*
 * Holds a frame, if anybody else does already. FALSE if it is dead. Sequentially
 * consistent: pairs with the clearing of a table entry in adopt.c.
 */
static inline BOOLEAN mm_reference_frame(PFN_NUMBER number)
{
    struct mm_frame *frame = mm_frame(number);
    ULONG references = __atomic_load_n(&frame->references, __ATOMIC_RELAXED);
    do {
        if (!references)
            return FALSE;
    } while (!__atomic_compare_exchange_n(&frame->references, &references, references + 1, 1,
                                          __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return TRUE;
}

/* ---- statistics.c ------------------------------------------------------ */

enum mm_counter {
    MM_PAGES_ADOPTED,
    MM_PAGES_LOCKED,
    MM_PAGES_BOUNCED,
    MM_PAGES_LENT,
    MM_WINDOWS_MAPPED,
    MM_BYTES_IN,
    MM_BYTES_OUT,
    MM_COUNTERS,
};

#define MM_SHARDS 16

/* A number below MM_SHARDS that threads rarely share: their stacks lie apart. */
static inline ULONG mm_shard(VOID)
{
    ULONG64 stack = (ULONG64)__builtin_frame_address(0) >> 16;
    return (ULONG)((stack * 0x9E3779B97F4A7C15ull) >> 60);
}

struct mm_counters {
    _Alignas(64) ULONG64 values[MM_COUNTERS]; /* atomic, relaxed: totals only */
};
extern struct mm_counters mm_counters[MM_SHARDS];

static inline VOID mm_count(enum mm_counter counter, ULONG64 amount)
{
    __atomic_fetch_add(&mm_counters[mm_shard()].values[counter], amount, __ATOMIC_RELAXED);
}

VOID mm_statistics_start(VOID);

/* ---- pte.c: system PTEs ------------------------------------------------ */

/*
 * Addresses in system space, handed out so that what was given back is used
 * again late: the search goes round in a zone that doubles when it is full.
 */
struct mm_addresses {
    struct mm_lock lock; /* guards the rest */
    ULONG64 base;
    ULONG64 *bitmap; /* a bit a page: reserved */
    SIZE_T pages;    /* all that there are */
    SIZE_T round;    /* pages that the search goes round in */
    SIZE_T cursor;   /* where the next search begins */
};

/* Reserves pages with one page before and one after that nothing is mapped at; 0 if none are left.
 */
ULONG64 mm_addresses_reserve(struct mm_addresses *addresses, SIZE_T pages);
VOID mm_addresses_release(struct mm_addresses *addresses, ULONG64 address, SIZE_T pages);

VOID mm_ptes_start(VOID);
/* iospace.c */
VOID mm_io_start(VOID);
VOID mm_io_stop(VOID);
/* What a device's address in [MM_IO_BASE, ...) is on the bus; 0 if nothing is mapped there. */
ULONG64 mm_io_physical(ULONG64 address);
/* Gives the first pages of a window back before the rest. */
VOID mm_trim_ptes(ULONG64 address, SIZE_T pages);

/*
 * Maps frames, in the order of the array, at reserved addresses. STATUS_SUCCESS
 * or STATUS_INSUFFICIENT_RESOURCES (nothing is mapped then).
 */
NTSTATUS mm_map_frames(ULONG64 address, const PFN_NUMBER *list, SIZE_T pages, int protection);
/* The same for frames that follow each other. */
NTSTATUS mm_map_run(ULONG64 address, PFN_NUMBER first, SIZE_T pages, int protection);
VOID mm_unmap_frames(ULONG64 address, SIZE_T pages);
/* The frame mapped at an address of a window or of special pool; 0 for none. */
PFN_NUMBER mm_frame_of_pte(ULONG64 address);

static inline BOOLEAN mm_is_window(ULONG64 address)
{
    return address - MM_PTE_BASE < MM_PTE_PAGES << PAGE_SHIFT;
}

VOID mm_special_start(VOID);

/* ---- space.c: programs' addresses --------------------------------------- */

/*
 * A program's address space, as far as it takes part in I/O: which frame is
 * behind which page. That of the program in this process is always there; that
 * of a program in another process is made when it connects.
 */
struct mm_space {
    PVOID *directory;                 /* the adoption table's top, region.c */
    struct hal_segment *segment;      /* what its frames are pages of; NULL: mm's own */
    USHORT number;                    /* in the table of spaces */
    BOOLEAN is_closed;                /* nothing is adopted any more; guarded by mm_table.lock */
    ULONG references;                 /* the process's and one a block; guarded by mm_table.lock */
    struct mm_lock adopting;          /* one adopter at a time; before mm_table.lock */
    const struct mm_program *program; /* NULL: its addresses are this process's */
    PVOID context;                    /* program's */
    hal_u32 active;                   /* threads in its context, window.c; atomic, and a futex */
    struct mm_space *loans;           /* made of its pages, by next; guarded by adopting */
    ULONG64 loan_numbers[MM_PROGRAM_LOANS / 64]; /* in use; guarded by mm_table.lock */
    struct mm_loan *loan; /* not NULL: this is no program's, but frames lent to somebody */
    ULONG64 seen[64];     /* pages that were copied from or to lately; atomic, by remote.c */
};

/* What a space of lent frames is besides. */
struct mm_loan {
    struct mm_space *next;    /* of its owner's */
    struct mm_space *owner;   /* whose pages they are; referenced */
    struct mm_lender *lender; /* referenced */
    ULONG lender_number, owner_number;
    hal_u32 serial;
    BOOLEAN is_read_only;
    BOOLEAN is_known; /* the owner's program has the segment; guarded by the owner's adopting */
};

/* Its loans end. The owner is closed. */
VOID mm_end_loans(struct mm_space *owner);
/* A space of lent frames is of no use to anybody any more. */
VOID mm_loan_gone(struct mm_space *loan);
VOID mm_loans_stop(VOID);

/* lend.c: gives the pages frames of the lender's if it can. May wait. */
VOID mm_lend(struct mm_space *owner, ULONG64 address, SIZE_T pages, ULONG access,
             struct mm_lender *lender);
/* Whether frames follow each other, and are lent to this lender's for the access. */
BOOLEAN mm_are_lent(const PFN_NUMBER *list, SIZE_T pages, const struct mm_lender *lender,
                    BOOLEAN for_write);

/* The space that the calling thread's user addresses are in, or NULL. */
struct mm_space *mm_current_space(VOID);
/* The space that an address of a driver's is in: the kernel's own memory, or the program's. */
struct mm_space *mm_space_at(ULONG64 address);
/* TRUE if the range is the kernel's own memory outside of system space. */
BOOLEAN mm_is_own_range(ULONG64 address, SIZE_T bytes);
/* The space whose page a program's frame in use is. */
struct mm_space *mm_space_of(PFN_NUMBER frame);
#define MM_BLOCK_FRAMES 512u
static inline PFN_NUMBER mm_block_of(PFN_NUMBER frame)
{
    return frame & ~(PFN_NUMBER)(MM_BLOCK_FRAMES - 1);
}
/* Makes the direct map show a block of the space's frames, and no more. */
BOOLEAN mm_show_block(const struct mm_space *space, PFN_NUMBER block);
VOID mm_hide_block(const struct mm_space *space, PFN_NUMBER block);
/* Gives back what a space without references has. */
VOID mm_space_free(struct mm_space *space);
VOID mm_space_destroy(struct mm_space *space);
/* Any space of lent frames that there is, or NULL. */
struct mm_space *mm_some_loan(VOID);
/* The space of the lowest number from *number on, which becomes that, referenced; NULL at the end.
 */
struct mm_space *mm_next_space(ULONG *number);
VOID mm_spaces_start(VOID);

/* ---- window.c: a program's pages at its own addresses ----------------------- */

/* Pages of the range mean something else from now on. */
VOID mm_close_windows(struct mm_space *space, ULONG64 address, SIZE_T pages);
/*
 * What waits for a program, or for Linux to reach its memory, is outside of the calling
 * thread's context, so that nobody else waits as well: between the two it has none.
 * mm_pause returns what mm_resume takes.
 */
BOOLEAN mm_pause(VOID);
VOID mm_resume(BOOLEAN was_in_context);
/* The space is about to go. */
VOID mm_disown_windows(struct mm_space *space);
VOID mm_windows_start(VOID);
VOID mm_windows_stop(VOID);

/* ---- remote.c: a program's memory in another process ---------------------- */

/* hal_copy_guarded, hal_touch_read and _write for any space; of hal's errors. */
int mm_copy_in(struct mm_space *space, PVOID to, ULONG64 from, SIZE_T bytes);
int mm_copy_out(struct mm_space *space, ULONG64 to, const VOID *from, SIZE_T bytes);
int mm_touch(struct mm_space *space, ULONG64 address, BOOLEAN for_write);
/* Information, then Status. */
int mm_write_answer(struct mm_space *space, ULONG64 to, const IO_STATUS_BLOCK *answer);

/* ---- adopt.c: which frame is behind a program's page ------------------- */

VOID mm_adoption_start(VOID);
VOID mm_adoption_stop(VOID);
ULONG64 mm_program_frames_in_use(VOID);

enum mm_access { MM_READ = 2, MM_WRITE = 4 }; /* bits of a table entry, see adopt.c */

/* The frame behind an adopted page or a view; 0 for none. */
PFN_NUMBER mm_adopted_frame(const struct mm_space *space, ULONG64 address);

/*
 * Holds the frames behind pages from address on, as long as they are adopted
 * and known to allow access, and writes them to list. Returns how many.
 */
SIZE_T mm_hold_adopted(const struct mm_space *space, ULONG64 address, SIZE_T pages, ULONG access,
                       PFN_NUMBER *list);

/*
 * Makes what is missing of the range adopted and known to allow access.
 * STATUS_SUCCESS (then hold again), STATUS_ACCESS_VIOLATION,
 * STATUS_NOT_SUPPORTED if hal cannot share these pages, STATUS_RETRY if the
 * program mapped something else there meanwhile, or
 * STATUS_INSUFFICIENT_RESOURCES. May wait.
 */
NTSTATUS mm_adopt(struct mm_space *space, ULONG64 address, SIZE_T pages, ULONG access);

/* Lets frames go that mm_hold_adopted or mm_reference_frame took. */
VOID mm_release_held(const PFN_NUMBER *list, SIZE_T pages);

/* Makes a view's pages known, so that a lock of them finds the frames; and forgets them. */
NTSTATUS mm_publish_view(ULONG64 address, const PFN_NUMBER *list, SIZE_T pages, ULONG access);
VOID mm_withdraw_view(ULONG64 address, SIZE_T pages);

/* ---- bounce.c: pages that cannot be shared ------------------------------ */

/*
 * Locks an MDL over pages that hal cannot share: its frames are a copy, which
 * mm_bounce_unlock copies back if the lock was for writing.
 */
NTSTATUS mm_bounce_lock(struct mm_space *space, PMDL mdl, BOOLEAN for_write);
/* TRUE if mdl was locked by mm_bounce_lock and is now unlocked. */
BOOLEAN mm_bounce_unlock(PMDL mdl);
/* TRUE if mdl is locked by mm_bounce_lock. */
BOOLEAN mm_is_bounced(const MDL *mdl);
VOID mm_bounce_stop(VOID);

/* ---- mdl.c, lock.c, map.c, view.c --------------------------------------- */

static inline SIZE_T mm_mdl_pages(const MDL *mdl)
{
    return ((SIZE_T)mdl->ByteOffset + mdl->ByteCount + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

VOID mm_mdl_cache_release(VOID);
VOID mm_mdl_cache_forget(VOID);

/* Takes an MDL's system mapping away, if it has one of its own. */
VOID mm_unmap_mdl(PMDL mdl);
/* The same for its first pages only, and lets go of the frames behind them (MmAdvanceMdl). */
VOID mm_trim_mapping(PMDL mdl, SIZE_T pages);
VOID mm_drop_front(PMDL mdl, SIZE_T pages);

/*
 * Maps mdl's frames for the program, at the address wanted if it is not 0.
 * Raises what keeps it from that. IRQL <= APC_LEVEL.
 */
PVOID mm_map_view(PMDL mdl, ULONG64 wanted, ULONG priority);
/* Takes the view at address away; FALSE if there is none. */
BOOLEAN mm_unmap_view(ULONG64 address);
VOID mm_views_stop(VOID);

/* virtual.c: gives back what the program has allocated. */
VOID mm_virtual_stop(VOID);

/* ---- iorange.c, iospace.c, register.c: devices' addresses ---------------------- */

struct mm_io_range;

/* Behind each page of [MM_IO_BASE, ...): a device's, which the mapping references, or none. */
struct mm_io_page {
    struct mm_io_range *range; /* atomic; NULL: not mapped, or memory */
    ULONG64 physical;          /* of the page; 0: not mapped */
};

static inline struct mm_io_page *mm_io_page_of(ULONG64 address)
{
    return (struct mm_io_page *)mm_table_at(MM_IO_TABLE_FRAME) +
           ((address - MM_IO_BASE) >> PAGE_SHIFT);
}

static inline BOOLEAN mm_is_io_address(ULONG64 address)
{
    return address - MM_IO_BASE < MM_IO_PAGES << PAGE_SHIFT;
}

VOID mm_io_ranges_start(VOID);
VOID mm_io_ranges_stop(VOID);
/* The range that has this address, referenced, or NULL. */
struct mm_io_range *mm_io_find(ULONG64 address);
/* The range that stands for addresses at which nothing is. */
struct mm_io_range *mm_io_nobody(VOID);
VOID mm_io_release(struct mm_io_range *range);
/* The memory behind it, NULL if there is none, and where in it the address is. */
struct hal_segment *mm_io_memory(const struct mm_io_range *range, ULONG64 physical,
                                 ULONG64 *offset);

/*
 * An access to a device. place is where the range was found: one that is not there any more, or
 * whose device has gone, reads as ones. Any IRQL, no lock.
 */
struct mm_io_access {
    struct mm_io_range **place; /* of a page, or of a port */
    ULONG64 address;            /* physical, or the port */
    ULONG bytes;
};
ULONG64 mm_io_read(const struct mm_io_access *access);
VOID mm_io_write(const struct mm_io_access *access, ULONG64 value);
struct mm_io_range **mm_io_place_of_port(ULONG port);
