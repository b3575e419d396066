/*
 * Copying from and to a program's memory, wherever that is.
 *
 * Of a program in another process, a page that takes part in I/O again and again
 * is adopted, and then copying is a memcpy through the direct map: no system
 * call. Until then, and for pages that cannot be adopted, Linux copies.
 */
#include "region.h"

static int copy_frame(PFN_NUMBER frame, ULONG64 user, PVOID kernel, SIZE_T bytes, BOOLEAN is_out)
{
    PUCHAR shared = (PUCHAR)mm_frame_address(frame) + user % PAGE_SIZE;

    if (!is_out)
        memcpy(kernel, shared, bytes);
    else if (bytes == sizeof(ULONG) && !(user % sizeof(ULONG)))
        /* A status that the program may poll: whoever sees it sees what was written before. */
        __atomic_store_n((PULONG)shared, *(const ULONG *)kernel, __ATOMIC_RELEASE);
    else
        memcpy(shared, kernel, bytes);
    mm_release_held(&frame, 1);
    return HAL_OK;
}

/* TRUE if the page was copied from or to lately: it is worth sharing. */
static BOOLEAN was_seen(struct mm_space *space, ULONG64 page)
{
    ULONG64 *slot = &space->seen[(page >> PAGE_SHIFT) % RTL_NUMBER_OF(space->seen)];

    return __atomic_exchange_n(slot, page, __ATOMIC_RELAXED) == page;
}

/* Bytes of one page. */
static int copy_part(struct mm_space *space, ULONG64 user, PVOID kernel, SIZE_T bytes,
                     BOOLEAN is_out)
{
    ULONG access = is_out ? MM_READ | MM_WRITE : MM_READ;
    ULONG64 page = user & ~(PAGE_SIZE - 1ull);
    PFN_NUMBER frame;

    if (mm_hold_adopted(space, page, 1, access, &frame))
        return copy_frame(frame, user, kernel, bytes, is_out);
    if (was_seen(space, page) && NT_SUCCESS(mm_adopt(space, page, 1, access)) &&
        mm_hold_adopted(space, page, 1, access, &frame))
        return copy_frame(frame, user, kernel, bytes, is_out);
    if (is_out)
        return space->program->write(space->context, user, kernel, bytes);
    return space->program->read(space->context, kernel, user, bytes);
}

static int copy(struct mm_space *space, ULONG64 user, PVOID kernel, SIZE_T bytes, BOOLEAN is_out)
{
    int error = HAL_OK;

    while (bytes && error == HAL_OK) {
        SIZE_T part = PAGE_SIZE - user % PAGE_SIZE;

        if (part > bytes)
            part = bytes;
        error = copy_part(space, user, kernel, part, is_out);
        user += part;
        kernel = (PUCHAR)kernel + part;
        bytes -= part;
    }
    return error;
}

int mm_copy_in(struct mm_space *space, PVOID to, ULONG64 from, SIZE_T bytes)
{
    if (!space->program)
        return hal_copy_guarded(to, (const VOID *)from, bytes, NULL);
    return copy(space, from, to, bytes, FALSE);
}

int mm_copy_out(struct mm_space *space, ULONG64 to, const VOID *from, SIZE_T bytes)
{
    if (!space->program)
        return hal_copy_guarded((PVOID)to, from, bytes, NULL);
    return copy(space, to, (PVOID)from, bytes, TRUE);
}

/* A page that is touched is about to be used: it is shared if it can be. */
static int touch_remote(struct mm_space *space, ULONG64 address, BOOLEAN for_write)
{
    ULONG access = for_write ? MM_READ | MM_WRITE : MM_READ;
    const ULONG *slot = mm_entry_of(space, address);
    ULONG entry = slot ? __atomic_load_n(slot, __ATOMIC_ACQUIRE) : 0;
    NTSTATUS status;

    if ((entry & access) == access)
        return HAL_OK;
    status = mm_adopt(space, address & ~(PAGE_SIZE - 1ull), 1, access);
    if (NT_SUCCESS(status))
        return HAL_OK;
    if (status == STATUS_ACCESS_VIOLATION)
        return HAL_EFAULT;
    return space->program->touch(space->context, address, for_write);
}

int mm_touch(struct mm_space *space, ULONG64 address, BOOLEAN for_write)
{
    if (space->program)
        return touch_remote(space, address, for_write);
    return for_write ? hal_touch_write(address) : hal_touch_read(address);
}
