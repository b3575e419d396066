/*
 * Probe and lock: holding the page frames behind a buffer and writing them into
 * an MDL, and letting them go.
 *
 * The hot path, pages that were adopted before, is a look-up and a count for
 * each page, without a lock, an allocation or a system call.
 */
#include "mm_private.h"
#include "../ke/ke.h"

#define LOCK_ATTEMPTS 16 /* pages may be unmapped as fast as they are adopted */

/* Pool, windows, special pool: the frame is known from the address. */
static NTSTATUS hold_system(ULONG64 address, SIZE_T pages, PFN_NUMBER *list)
{
    for (SIZE_T page = 0; page < pages; page++) {
        PFN_NUMBER frame = mm_frame_of(address + (page << PAGE_SHIFT));
        BOOLEAN is_held = FALSE;
        if (frame && mm_is_program_frame(frame)) {
            is_held = mm_reference_frame(frame);
        } else if (frame) {
            __atomic_fetch_add(&mm_frame(frame)->references, 1, __ATOMIC_RELAXED);
            is_held = TRUE;
        }
        if (!is_held) {
            mm_release_held(list, page);
            return STATUS_ACCESS_VIOLATION;
        }
        list[page] = frame;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS hold_program(struct mm_space *space, ULONG64 address, SIZE_T pages, ULONG access,
                             PFN_NUMBER *list)
{
    NTSTATUS status = STATUS_ACCESS_VIOLATION;
    SIZE_T done = mm_hold_adopted(space, address, pages, access, list);
    for (ULONG attempt = 0; done < pages && attempt < LOCK_ATTEMPTS; attempt++) {
        ULONG64 rest = address + (done << PAGE_SHIFT);
        status = mm_adopt(space, rest, pages - done, access);
        if (!NT_SUCCESS(status) && status != STATUS_RETRY)
            break;
        done += mm_hold_adopted(space, rest, pages - done, access, list + done);
    }
    if (done == pages)
        return STATUS_SUCCESS;
    mm_release_held(list, done);
    return NT_SUCCESS(status) || status == STATUS_RETRY ? STATUS_ACCESS_VIOLATION : status;
}

/* What of a buffer is pages that are all its own. */
static SIZE_T whole_pages(PMDL mdl, SIZE_T *first)
{
    SIZE_T end = ((SIZE_T)mdl->ByteOffset + mdl->ByteCount) >> PAGE_SHIFT;

    *first = mdl->ByteOffset ? 1 : 0;
    return end > *first ? end - *first : 0;
}

/* The pages are held; whole ones that are not lent get other frames, and are held anew. */
static NTSTATUS hold_lent(struct mm_space *space, PMDL mdl, SIZE_T pages, ULONG access,
                          struct mm_lender *lender)
{
    PPFN_NUMBER list = MmGetMdlPfnArray(mdl);
    SIZE_T first, count = whole_pages(mdl, &first);
    ULONG64 address = (ULONG64)mdl->StartVa;

    if (!count || mm_are_lent(list + first, count, lender, (access & MM_WRITE) != 0))
        return STATUS_SUCCESS;
    mm_release_held(list, pages);
    mm_lend(space, address + (first << PAGE_SHIFT), count, access, lender);
    return hold_program(space, address, pages, access, list);
}

static NTSTATUS lock_program(struct mm_space *space, PMDL mdl, SIZE_T pages, BOOLEAN for_write,
                             struct mm_lender *lender)
{
    ULONG access = for_write ? MM_READ | MM_WRITE : MM_READ;
    PKPROCESS process = ke_current()->process;
    NTSTATUS status;

    if (!space)
        return STATUS_ACCESS_VIOLATION;
    status = hold_program(space, (ULONG64)mdl->StartVa, pages, access, MmGetMdlPfnArray(mdl));
    if (NT_SUCCESS(status) && lender)
        status = hold_lent(space, mdl, pages, access, lender);
    if (status == STATUS_NOT_SUPPORTED)
        status = mm_bounce_lock(space, mdl, for_write);
    if (!NT_SUCCESS(status))
        return status;
    mdl->Process = (PEPROCESS)process;
    __atomic_fetch_add(&process->locked_pages, (LONG)pages, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

NTSTATUS mm_probe_and_lock(PMDL mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation)
{
    return mm_probe_and_lock_for(mdl, mode, operation, NULL);
}

NTSTATUS mm_probe_and_lock_for(PMDL mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation,
                               struct mm_lender *lender)
{
    ULONG64 address = (ULONG64)mdl->StartVa + mdl->ByteOffset; /* of any pointer, NULL as well */
    SIZE_T pages = mm_mdl_pages(mdl);
    BOOLEAN for_write = operation != IoReadAccess;
    NTSTATUS status = STATUS_ACCESS_VIOLATION;

    if (mm_is_user_range(address, mdl->ByteCount)) {
        status = lock_program(mm_current_space(), mdl, pages, for_write, lender);
    } else if (mode == KernelMode && mm_is_own_range(address, mdl->ByteCount)) {
        status = lock_program(mm_own_space(), mdl, pages, for_write, NULL);
    } else if (mode == KernelMode && mm_is_system_address(address) &&
               mm_is_system_address(address + mdl->ByteCount - 1)) {
        mdl->Process = NULL;
        status = hold_system((ULONG64)mdl->StartVa, pages, MmGetMdlPfnArray(mdl));
    }
    if (!NT_SUCCESS(status))
        return status;
    mdl->MdlFlags |= MDL_PAGES_LOCKED | (for_write ? MDL_WRITE_OPERATION : 0);
    mm_count(MM_PAGES_LOCKED, pages);
    return STATUS_SUCCESS;
}

VOID NTAPI MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                               LOCK_OPERATION Operation)
{
    KE_ASSERT_IRQL(AccessMode == UserMode ? APC_LEVEL : DISPATCH_LEVEL);
    NTSTATUS status = mm_probe_and_lock(MemoryDescriptorList, AccessMode, Operation);
    if (!NT_SUCCESS(status))
        ExRaiseStatus(status);
}

/*
 * A bounced MDL is known by its frames: they are the system's, although the
 * address is a program's. (So are those of a view of pool; the bounce table
 * tells the two apart.)
 */
static BOOLEAN may_be_bounced(PMDL mdl)
{
    return mdl->Process && !mm_is_program_frame(MmGetMdlPfnArray(mdl)[0]);
}

VOID NTAPI MmUnlockPages(PMDL MemoryDescriptorList)
{
    PMDL mdl = MemoryDescriptorList;
    PKPROCESS process = (PKPROCESS)mdl->Process;
    SIZE_T pages = mm_mdl_pages(mdl);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!(mdl->MdlFlags & MDL_PAGES_LOCKED)) {
        PKPROCESS current = ke_current()->process;
        KeBugCheckEx(PROCESS_HAS_LOCKED_PAGES, 1, (ULONG_PTR)mdl,
                     (ULONG_PTR)__atomic_load_n(&current->locked_pages, __ATOMIC_RELAXED), 0);
    }
    mm_unmap_mdl(mdl);
    if (pages && !(may_be_bounced(mdl) && mm_bounce_unlock(mdl)))
        mm_release_held(MmGetMdlPfnArray(mdl), pages);
    if (process)
        __atomic_fetch_sub(&process->locked_pages, (LONG)pages, __ATOMIC_RELAXED);
    mdl->MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
}

/* A bounced MDL keeps its copy whole until MmUnlockPages, which copies all of it back. */
VOID mm_drop_front(PMDL mdl, SIZE_T pages)
{
    PKPROCESS process = (PKPROCESS)mdl->Process;

    mm_trim_mapping(mdl, pages);
    if (!(mdl->MdlFlags & MDL_PAGES_LOCKED))
        return;
    if (!(may_be_bounced(mdl) && mm_is_bounced(mdl)))
        mm_release_held(MmGetMdlPfnArray(mdl), pages);
    if (process)
        __atomic_fetch_sub(&process->locked_pages, (LONG)pages, __ATOMIC_RELAXED);
}
