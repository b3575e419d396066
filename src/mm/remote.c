/*
 * Copying from and to a program's memory, wherever that is.
 *
 * Of a program in another process, a page that takes part in I/O again and again
 * is adopted, and then copying is a memcpy through the direct map: no system
 * call. Until then, and for pages that cannot be adopted, Linux copies.
 */
#include "region.h"

#define PAGES_AT_ONCE 32u

/* The start of a range that is in frames which follow each other. */
static VOID copy_run(PFN_NUMBER first, ULONG64 user, PVOID kernel, SIZE_T bytes, BOOLEAN is_out)
{
    PUCHAR shared = (PUCHAR)mm_frame_address(first) + user % PAGE_SIZE;

    if (is_out)
        memcpy(shared, kernel, bytes);
    else
        memcpy(kernel, shared, bytes);
}

/* Copies as much from the start of the range as is adopted, within bounds. Returns the bytes. */
static SIZE_T copy_adopted(struct mm_space *space, ULONG64 user, PUCHAR kernel, SIZE_T bytes,
                           BOOLEAN is_out)
{
    PFN_NUMBER frames[PAGES_AT_ONCE];
    SIZE_T pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(user, bytes), done = 0, first, next;

    pages = mm_hold_adopted(space, user & ~(PAGE_SIZE - 1ull),
                            pages < PAGES_AT_ONCE ? pages : PAGES_AT_ONCE,
                            is_out ? MM_READ | MM_WRITE : MM_READ, frames);
    for (first = 0; first < pages; first = next) {
        SIZE_T part;

        for (next = first + 1; next < pages && frames[next] == frames[next - 1] + 1;)
            next++;
        part = ((next - first) << PAGE_SHIFT) - (user + done) % PAGE_SIZE;
        if (part > bytes - done)
            part = bytes - done;
        copy_run(frames[first], user + done, kernel + done, part, is_out);
        done += part;
    }
    mm_release_held(frames, pages);
    return done;
}

/* TRUE if the page was copied from or to lately: it is worth sharing. */
static BOOLEAN was_seen(struct mm_space *space, ULONG64 page)
{
    ULONG64 *slot = &space->seen[(page >> PAGE_SHIFT) % RTL_NUMBER_OF(space->seen)];

    return __atomic_exchange_n(slot, page, __ATOMIC_RELAXED) == page;
}

/* Holds the frame behind a page if it has one; it gets one if it is worth it. */
static BOOLEAN hold_page(struct mm_space *space, ULONG64 page, ULONG access, PFN_NUMBER *frame)
{
    if (mm_hold_adopted(space, page, 1, access, frame))
        return TRUE;
    return was_seen(space, page) && NT_SUCCESS(mm_adopt(space, page, 1, access)) &&
           mm_hold_adopted(space, page, 1, access, frame);
}

/* A page of the program's may be one that somebody has to fetch first. */
static int copy_by_linux(struct mm_space *space, ULONG64 user, PVOID kernel, SIZE_T bytes,
                         BOOLEAN is_out)
{
    BOOLEAN was_in_context = mm_pause();
    int error = is_out ? space->program->write(space->context, user, kernel, bytes)
                       : space->program->read(space->context, kernel, user, bytes);

    mm_resume(was_in_context);
    return error;
}

/* Bytes of one page that was not adopted when it was looked at. */
static int copy_part(struct mm_space *space, ULONG64 user, PVOID kernel, SIZE_T bytes,
                     BOOLEAN is_out)
{
    ULONG access = is_out ? MM_READ | MM_WRITE : MM_READ;
    PFN_NUMBER frame;

    if (!hold_page(space, user & ~(PAGE_SIZE - 1ull), access, &frame))
        return copy_by_linux(space, user, kernel, bytes, is_out);
    copy_run(frame, user, kernel, bytes, is_out);
    mm_release_held(&frame, 1);
    return HAL_OK;
}

static int copy(struct mm_space *space, ULONG64 user, PVOID kernel, SIZE_T bytes, BOOLEAN is_out)
{
    int error = HAL_OK;

    while (bytes && error == HAL_OK) {
        SIZE_T part = copy_adopted(space, user, kernel, bytes, is_out);

        if (!part) {
            part = PAGE_SIZE - user % PAGE_SIZE;
            if (part > bytes)
                part = bytes;
            error = copy_part(space, user, kernel, part, is_out);
        }
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

static int write_answer_apart(struct mm_space *space, ULONG64 to, const IO_STATUS_BLOCK *answer)
{
    ULONG64 information = to + FIELD_OFFSET(IO_STATUS_BLOCK, Information);
    int error =
        copy(space, information, (PVOID)&answer->Information, sizeof(answer->Information), TRUE);

    return error ? error : copy(space, to, (PVOID)&answer->Status, sizeof(answer->Status), TRUE);
}

static int write_answer_remote(struct mm_space *space, ULONG64 to, const IO_STATUS_BLOCK *answer)
{
    ULONG64 page = to & ~(PAGE_SIZE - 1ull);
    PIO_STATUS_BLOCK shared;
    PFN_NUMBER frame;

    /* Also one that lies in two pages is written field by field. */
    if (to % TYPE_ALIGNMENT(IO_STATUS_BLOCK) || to % PAGE_SIZE > PAGE_SIZE - sizeof(*answer) ||
        !hold_page(space, page, MM_READ | MM_WRITE, &frame))
        return write_answer_apart(space, to, answer);
    shared = (PVOID)((ULONG64)mm_frame_address(frame) + to % PAGE_SIZE);
    __atomic_store_n(&shared->Information, answer->Information, __ATOMIC_RELAXED);
    /* Release: who polls Status sees Information and the data. */
    __atomic_store_n(&shared->Status, answer->Status, __ATOMIC_RELEASE);
    mm_release_held(&frame, 1);
    return HAL_OK;
}

int mm_write_answer(struct mm_space *space, ULONG64 to, const IO_STATUS_BLOCK *answer)
{
    ULONG64 information = to + FIELD_OFFSET(IO_STATUS_BLOCK, Information);
    int error;

    if (space->program)
        return write_answer_remote(space, to, answer);
    /* In this order: a polling program looks at Status. */
    error = hal_copy_guarded((PVOID)information, &answer->Information, sizeof(answer->Information),
                             NULL);
    return error ? error
                 : hal_copy_guarded((PVOID)to, &answer->Status, sizeof(answer->Status), NULL);
}

/* A page that is touched is about to be used: it is shared if it can be. */
static int touch_remote(struct mm_space *space, ULONG64 address, BOOLEAN for_write)
{
    ULONG access = for_write ? MM_READ | MM_WRITE : MM_READ;
    const ULONG *slot = mm_entry_of(space, address);
    ULONG entry = slot ? __atomic_load_n(slot, __ATOMIC_ACQUIRE) : 0;
    BOOLEAN was_in_context;
    NTSTATUS status;
    int error;

    if ((entry & access) == access) {
        /* It will be at the program's processor. */
        __builtin_prefetch((PUCHAR)mm_frame_address(mm_entry_frame(entry)) + address % PAGE_SIZE,
                           1);
        return HAL_OK;
    }
    status = mm_adopt(space, address & ~(PAGE_SIZE - 1ull), 1, access);
    if (NT_SUCCESS(status))
        return HAL_OK;
    if (status == STATUS_ACCESS_VIOLATION)
        return HAL_EFAULT;
    was_in_context = mm_pause();
    error = space->program->touch(space->context, address, for_write);
    mm_resume(was_in_context);
    return error;
}

int mm_touch(struct mm_space *space, ULONG64 address, BOOLEAN for_write)
{
    if (space->program)
        return touch_remote(space, address, for_write);
    return for_write ? hal_touch_write(address) : hal_touch_read(address);
}
