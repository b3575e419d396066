/*
 * Bounce buffers: what a lock does with pages that hal cannot share (shared or
 * device memory, no userfaultfd).
 *
 * The MDL then describes a copy in system frames, made at the lock and, if the
 * lock was for writing, copied back at MmUnlockPages. A driver cannot tell, but
 * program and driver do not see each other's writes in between.
 */
#include "mm_private.h"
#include "../rtl/rtl.h"

#define BUCKETS 64u

struct bounce {
    struct bounce *next;
    PMDL mdl;
    struct mm_space *space;
    ULONG64 address; /* of the program's first byte */
    SIZE_T bytes;
    PFN_NUMBER first;
    SIZE_T pages;
    BOOLEAN for_write;
};

static struct mm_bounces {
    struct mm_lock lock;             /* guards buckets */
    struct bounce *buckets[BUCKETS]; /* by MDL */
    BOOLEAN is_announced;            /* atomic: the trace has been told */
} bounces;

static struct bounce **bucket_of(const MDL *mdl)
{
    return &bounces.buckets[((ULONG64)mdl >> 4) % BUCKETS];
}

static VOID announce(const struct bounce *bounce)
{
    if (__atomic_exchange_n(&bounces.is_announced, TRUE, __ATOMIC_RELAXED))
        return;
    const char *why = NULL;
    if (hal_adopt_available(&why))
        why = "not private memory";
    rtl_log("direct I/O on the buffer at %p cannot share its pages (%s): such buffers are copied",
            (PVOID)bounce->address, why);
}

static NTSTATUS copy_in(struct bounce *bounce)
{
    ULONG64 start = bounce->address & ~(PAGE_SIZE - 1ull);
    for (SIZE_T page = 0; bounce->for_write && page < bounce->pages; page++) {
        if (mm_touch(bounce->space, start + (page << PAGE_SHIFT), TRUE) != HAL_OK)
            return STATUS_ACCESS_VIOLATION;
    }
    /* Whole pages: a driver may look at what is around the buffer, as in a shared page. */
    int error = mm_copy_in(bounce->space, mm_frame_address(bounce->first), start,
                           bounce->pages << PAGE_SHIFT);
    return error == HAL_OK ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS mm_bounce_lock(struct mm_space *space, PMDL mdl, BOOLEAN for_write)
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    struct bounce *bounce = hal_allocate(sizeof(*bounce));
    if (!bounce)
        return status;
    *bounce = (struct bounce){
        .mdl = mdl,
        .space = space,
        .address = (ULONG64)MmGetMdlVirtualAddress(mdl),
        .bytes = mdl->ByteCount,
        .pages = mm_mdl_pages(mdl),
        .for_write = for_write,
    };
    bounce->first = mm_allocate_frames(bounce->pages, 1, FALSE);
    if (!bounce->first)
        goto no_frames;
    status = copy_in(bounce);
    if (!NT_SUCCESS(status))
        goto no_copy;

    announce(bounce);
    mm_space_reference(space);
    mm_count(MM_PAGES_BOUNCED, bounce->pages);
    for (SIZE_T page = 0; page < bounce->pages; page++)
        MmGetMdlPfnArray(mdl)[page] = bounce->first + page;
    mm_acquire(&bounces.lock);
    bounce->next = *bucket_of(mdl);
    *bucket_of(mdl) = bounce;
    mm_release(&bounces.lock);
    return STATUS_SUCCESS;

no_copy:
    mm_free_frames(bounce->first, bounce->pages);
no_frames:
    hal_free(bounce);
    return status;
}

BOOLEAN mm_is_bounced(const MDL *mdl)
{
    mm_acquire(&bounces.lock);
    const struct bounce *bounce = *bucket_of(mdl);
    while (bounce && bounce->mdl != mdl)
        bounce = bounce->next;
    mm_release(&bounces.lock);
    return bounce != NULL;
}

static struct bounce *take_bounce(const MDL *mdl)
{
    mm_acquire(&bounces.lock);
    struct bounce **link = bucket_of(mdl);
    while (*link && (*link)->mdl != mdl)
        link = &(*link)->next;
    struct bounce *bounce = *link;
    if (bounce)
        *link = bounce->next;
    mm_release(&bounces.lock);
    return bounce;
}

BOOLEAN mm_bounce_unlock(PMDL mdl)
{
    struct bounce *bounce = take_bounce(mdl);
    if (!bounce)
        return FALSE;
    if (bounce->for_write) {
        /* If the program gave the addresses up meanwhile, the data has nobody left to see it. */
        const UCHAR *from = mm_frame_address(bounce->first);
        mm_copy_out(bounce->space, bounce->address, from + bounce->address % PAGE_SIZE,
                    bounce->bytes);
    }
    mm_free_frames(bounce->first, bounce->pages);
    mm_space_release(bounce->space);
    hal_free(bounce);
    return TRUE;
}

VOID mm_bounce_stop(VOID)
{
    for (ULONG bucket = 0; bucket < BUCKETS; bucket++) {
        while (bounces.buckets[bucket]) {
            struct bounce *bounce = bounces.buckets[bucket];
            bounces.buckets[bucket] = bounce->next;
            hal_free(bounce);
        }
    }
    bounces = (struct mm_bounces){0};
}
