/*
 * The memory manager's private side: page frames, system space, MDLs, locks.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../hal/hal.h"

/*
 * Physical memory is two segments, numbered through by page frame: the system
 * segment's frames come first, the program's after them. The direct map shows
 * frame n at MM_DIRECT_MAP + n * PAGE_SIZE, so the system address of a frame,
 * and back, is arithmetic. docs/memory.md has the pictures.
 */
#define MM_DIRECT_MAP HAL_SYSTEM_BASE
#define MM_FIRST_FRAME 0x100ull          /* frame 0 and low memory are never handed out */
#define MM_SYSTEM_FRAMES 0x1000000ull    /* 64 GiB of addresses: pools, IRPs, pages for MDLs */
#define MM_PROGRAM_BASE MM_SYSTEM_FRAMES /* the program's first frame */
#define MM_PROGRAM_FRAMES 0x1000000ull   /* 64 GiB: adopted pages of the program */
/* Past the direct map: windows of system PTEs, and special pool. */
#define MM_PTE_BASE (MM_DIRECT_MAP + 0x2000000000ull)
#define MM_PTE_PAGES 0x1000000ull /* 64 GiB */
#define MM_SPECIAL_BASE (MM_PTE_BASE + MM_PTE_PAGES * 4096)
#define MM_SPECIAL_PAGES 0xFC0000ull
/* And what MmMapIoSpace hands out, iospace.h. */
#define MM_IO_BASE (MM_SPECIAL_BASE + MM_SPECIAL_PAGES * 4096)
#define MM_IO_PAGES 0x40000ull
/*
 * Physical addresses below 4 GiB that are devices' and never memory, and where those of wide
 * devices begin, past all frames.
 */
#define MM_DEVICE_BASE 0xC0000000ull
#define MM_DEVICE_END 0xFEC00000ull
#define MM_WIDE_DEVICE_BASE 0x4000000000ull
#define MM_WIDE_DEVICE_END 0x8000000000ull

static inline BOOLEAN mm_is_system_address(ULONG64 address)
{
    return address - HAL_SYSTEM_BASE < HAL_SYSTEM_SIZE;
}

/* Past the last address that a program may have; MmUserProbeAddress to drivers. */
#define MM_USER_END 0x7FFFFFFFF000ull

/*
 * A kernel that serves keeps its own memory in these ranges, so that all other user addresses
 * are programs'. Without any, kernel and program share one address space. Fixed by the start.
 */
extern struct mm_own {
    ULONG range_count;
    struct hal_range ranges[16];
} mm_own;

/* TRUE if programs are in other processes: user addresses mean nothing here by themselves. */
static inline BOOLEAN mm_is_apart(VOID)
{
    return mm_own.range_count != 0;
}

/* TRUE if any of the range is the kernel's own memory. */
BOOLEAN mm_touches_own_range(ULONG64 address, SIZE_T bytes);

/* TRUE if [address, address + bytes) does not wrap and has no address of the kernel's in it. */
static inline BOOLEAN mm_is_user_range(ULONG64 address, SIZE_T bytes)
{
    ULONG64 end = address + bytes;

    if (end < address || end > MM_USER_END)
        return FALSE;
    if (mm_is_apart() && mm_touches_own_range(address, bytes))
        return FALSE;
    return end <= HAL_SYSTEM_BASE || address >= HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE;
}

/*
 * A lock for a few instructions that never fault. Not a KSPIN_LOCK: hal's own
 * thread takes it too when it reports lost pages, and that is no thread of the
 * kernel and has no IRQL. A waiter spins, then sleeps in hal_wait, so a holder
 * that lost its processor gets it back. Usable at any IRQL.
 */
struct mm_lock {
    hal_u32 word; /* 0 free, 1 held, 2 held and somebody may sleep on it */
};

VOID mm_lock_contended(struct mm_lock *lock);

static inline VOID mm_acquire(struct mm_lock *lock)
{
    hal_u32 expected = 0;
    if (!__atomic_compare_exchange_n(&lock->word, &expected, 1, 0, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        mm_lock_contended(lock);
}

static inline VOID mm_release(struct mm_lock *lock)
{
    if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
        hal_wake(&lock->word, 1);
}

NTSTATUS mm_start(VOID);
/* Gives back the pool blocks that the room keeps for later, so that none look leaked. */
VOID mm_release_caches(VOID);
VOID mm_stop(VOID);

/*
 * Allocates frames that follow each other in the system segment. Their memory
 * is at mm_frame_address. Returns the first frame, 0 if there are none.
 * align_frames is a power of two. zeroed if zero. IRQL <= DISPATCH_LEVEL.
 */
PFN_NUMBER mm_allocate_frames(PFN_NUMBER count, PFN_NUMBER align_frames, BOOLEAN zero);
/* Gives frames back. Their memory is returned to Linux when many are free. */
VOID mm_free_frames(PFN_NUMBER first, PFN_NUMBER count);

static inline PVOID mm_frame_address(PFN_NUMBER frame)
{
    return (PVOID)(MM_DIRECT_MAP + (frame << PAGE_SHIFT));
}

/* ---- Programs' address spaces --------------------------------------------- */

struct mm_space;

/* Whose pages are lent has one segment for each borrower and kind. */
#define MM_LOANS 64u          /* that a lender has at the same time */
#define MM_PROGRAM_LOANS 128u /* that a program's pages are in */

/* What a program has to map its pages from if not from the space's segment; NULL: from that. */
struct mm_loan_segment {
    ULONG number;                /* that it knows the segment by, below MM_PROGRAM_LOANS */
    struct hal_segment *segment; /* NULL: it has it */
};

/*
 * How the memory of a program in another process is reached. All answer one of
 * enum hal_error, may wait, and fail once the program is gone.
 */
struct mm_program {
    /* hal_adopt in the program, with frames of a segment from place on. */
    int (*adopt)(PVOID context, ULONG64 address, SIZE_T pages, PFN_NUMBER place, BOOLEAN for_write,
                 const struct mm_loan_segment *loan);
    /* HAL_EFAULT unless the byte may be read, or written. */
    int (*touch)(PVOID context, ULONG64 address, BOOLEAN for_write);
    int (*read)(PVOID context, PVOID to, ULONG64 from, SIZE_T bytes);
    int (*write)(PVOID context, ULONG64 to, const VOID *from, SIZE_T bytes);
};

/*
 * The space of a program in another process. PASSIVE_LEVEL.
 * STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS mm_space_create(const struct mm_program *program, PVOID context, struct mm_space **space);
/* The space of the program in this process; nobody's to give up. */
struct mm_space *mm_own_space(VOID);
/* The space that a process's user addresses are in, or NULL. */
struct mm_space *mm_process_space(PKPROCESS process);
/* What the program has to map its frames from. */
struct hal_segment *mm_space_segment(const struct mm_space *space);
/* The program gave these addresses up: what is locked of them lives on. */
VOID mm_space_lost(struct mm_space *space, ULONG64 address, SIZE_T pages);
/*
 * The program is gone: nothing is adopted, read or written any more; its frames
 * go as their last locks do.
 */
VOID mm_space_close(struct mm_space *space);
/*
 * Between these the calling thread, one of a program in another process, runs for
 * that: its user addresses can be touched, whatever touches them. PASSIVE_LEVEL.
 */
VOID mm_enter(VOID);
VOID mm_leave(VOID);
/* References, of which the creator has the first. */
VOID mm_space_reference(struct mm_space *space);
VOID mm_space_release(struct mm_space *space);

/*
 * The frame behind any mapped address: of the direct map, a PTE window, special
 * pool, or an adopted page of the program. 0 if there is none.
 */
PFN_NUMBER mm_frame_of(ULONG64 address);

/*
 * The program changed the protection of these pages (VirtualProtect): the next
 * lock of an adopted one looks again what it allows.
 */
VOID mm_forget_access(ULONG64 address, SIZE_T pages);
/* Who is told of that: mm_forget_access, or in a program elsewhere who tells its kernel. */
VOID mm_on_protection_change(VOID (*changed)(ULONG64 address, SIZE_T pages));

NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
                                      ULONG NewProtect, PULONG OldProtect);

/* Reservations of system PTEs: addresses in system space for windows. NULL if none are left. */
PVOID mm_reserve_ptes(SIZE_T pages);
VOID mm_release_ptes(PVOID address, SIZE_T pages);

/*
 * MmProbeAndLockPages with an answer instead of an exception. On failure
 * nothing is locked.
 */
NTSTATUS mm_probe_and_lock(PMDL mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation);

/*
 * Copies between kernel and program memory, either of which may fault.
 * STATUS_ACCESS_VIOLATION if so, or if the program's range is no user range.
 */
NTSTATUS mm_copy_from_user(PVOID to, const VOID *from, SIZE_T bytes);
NTSTATUS mm_copy_to_user(PVOID to, const VOID *from, SIZE_T bytes);
/* The same to the program of a space, on whatever thread. */
NTSTATUS mm_copy_to_space(struct mm_space *space, PVOID to, const VOID *from, SIZE_T bytes);
/* A request's answer: who polls for Status in the program sees Information and the data too. */
NTSTATUS mm_answer(struct mm_space *space, PIO_STATUS_BLOCK to, const IO_STATUS_BLOCK *answer);

/* ---- Lending: lend.c ------------------------------------------------------- */

/*
 * Programs' pages that another process maps, a borrower, are in segments of their own: for each
 * program and borrower one with pages that it may write to, and one with those that it may only
 * read. A borrower that has the segments can reach what is in them, and no other page.
 */
struct mm_lender;

struct mm_lender_calls {
    /*
     * Passes the borrower a segment of MM_PROGRAM_FRAMES pages. serial is no other's. On any
     * thread that locks pages; of enum hal_error.
     */
    int (*show)(PVOID context, ULONG number, hal_u32 serial, struct hal_segment *segment,
                BOOLEAN is_read_only);
    /* It has no use for it any more: nothing is in it. On any thread at IRQL <= DISPATCH_LEVEL. */
    VOID (*hide)(PVOID context, ULONG number);
};

/* The caller's first reference; NULL without memory. PASSIVE_LEVEL. */
struct mm_lender *mm_lender_create(const struct mm_lender_calls *calls, PVOID context);
VOID mm_lender_reference(struct mm_lender *lender);
VOID mm_lender_dereference(struct mm_lender *lender);
/*
 * The borrower is gone: nothing is lent any more, and no call is made after the return. Pages
 * that were lent stay the program's, in frames that nobody else has.
 */
VOID mm_lender_close(struct mm_lender *lender);

/*
 * mm_probe_and_lock, and sees to it, as far as that can be, that the whole pages of a program's
 * buffer are in frames lent to the lender's borrower. mm_find_lent tells whether they are.
 * lender NULL: nothing is to be lent.
 */
NTSTATUS mm_probe_and_lock_for(PMDL mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation,
                               struct mm_lender *lender);

/* Where a borrower finds a locked buffer. */
struct mm_lent {
    ULONG number;         /* the segment's; show's */
    hal_u32 serial;       /* likewise */
    BOOLEAN is_read_only; /* of the segment */
    PFN_NUMBER place;     /* in the segment, of the buffer's first page */
    /*
     * Frames in the place of a first and a last page that are not the buffer's alone, held; the
     * buffer's bytes have to be copied there and back. 0: the page itself is there.
     */
    PFN_NUMBER head, tail;
};
/*
 * Finds all of a locked MDL's buffer in a segment of the lender's, for reading or also for
 * writing. FALSE: it is not there, and has to be copied. mm_end_lent lets go.
 */
BOOLEAN mm_find_lent(PMDL mdl, const struct mm_lender *lender, BOOLEAN for_write,
                     struct mm_lent *lent);
VOID mm_end_lent(struct mm_lent *lent);

/* ProbeForRead/ProbeForWrite with an answer instead of an exception. */
NTSTATUS mm_probe_for_read(const volatile VOID *address, SIZE_T bytes, ULONG alignment);
NTSTATUS mm_probe_for_write(volatile VOID *address, SIZE_T bytes, ULONG alignment);
/*
 * The same for a few bytes that the caller has given to the kernel until it is told
 * otherwise (an IO_STATUS_BLOCK): no locked access for the sake of others who write there.
 */
NTSTATUS mm_probe_own(PVOID address, SIZE_T bytes, ULONG alignment);

/* Accounting for `ntio run`'s table and the tests, since the start. */
struct mm_statistics {
    ULONG64 pages_adopted;    /* pages whose frames became shared */
    ULONG64 pages_locked;     /* locks taken */
    ULONG64 pages_bounced;    /* pages that went through a bounce buffer */
    ULONG64 pages_lent;       /* pages that got frames which a borrower has */
    ULONG64 windows_mapped;   /* PTE windows made (each an mmap) */
    ULONG64 bytes_copied_in;  /* by the I/O manager, to system buffers */
    ULONG64 bytes_copied_out; /* from system buffers */
    ULONG64 frames_in_use;    /* of the system segment, now */
    ULONG64 program_frames;   /* adopted or still locked, now */
};
VOID mm_query_statistics(struct mm_statistics *statistics);
VOID mm_count_copy(SIZE_T in, SIZE_T out);

/* Special pool pages: memory with an unmapped page on both sides. */
PVOID mm_special_allocate(SIZE_T pages);
/* Makes it inaccessible; touching it faults until the addresses are used again, as late as
 * possible. */
VOID mm_special_free(PVOID address, SIZE_T pages);
