/*
 * Windows: a program's pages at the program's own addresses in a kernel that
 * serves it, for drivers that use its pointers as they are.
 *
 * Addresses are a process's, and this process serves many programs. So windows are
 * one program's at a time, the owner's. A thread that runs for a program is in its
 * context from mm_enter to mm_leave, without the times at which it sleeps. It opens
 * windows by touching a page that is not there. Whoever wants windows for another
 * program, or enters the context of another, first waits until no thread is in the
 * owner's, and closes them. With one program nobody ever waits.
 *
 * A window holds its frame. Of a page that cannot be shared it shows a copy, which
 * is only for reading and is gone when the call is over.
 */
#include "region.h"

#include "../ke/ke.h"
#include "../rtl/rtl.h"

struct window {
    struct window *next;
    ULONG64 page;
    PFN_NUMBER frame; /* held, or the copy's, a system frame */
    BOOLEAN is_copy;
    BOOLEAN is_writable;
};

/* An owner that nobody is: windows are about to be closed, and nobody may enter. */
static struct mm_space draining;

static struct {
    struct mm_lock lock;    /* guards the rest; before mm_table.lock, a space's adopting */
    struct mm_space *owner; /* atomic: read without the lock by who enters; NULL: no windows */
    struct window *list;
    ULONG copies; /* of them; atomic: read without the lock by who leaves */
} windows;

/* ---- opening and closing. The lock is held ------------------------------------------------ */

static VOID free_window(struct window *window)
{
    if (window->is_copy) {
        mm_free_frames(window->frame, 1);
        __atomic_fetch_sub(&windows.copies, 1, __ATOMIC_RELAXED);
    } else {
        mm_release_held(&window->frame, 1);
    }
    hal_free(window);
}

static VOID close_window(struct window *window)
{
    hal_window_close(window->page, 1);
    free_window(window);
}

/* Those in the range; of those the copies alone, if only_copies. */
static VOID close_range(ULONG64 address, SIZE_T pages, BOOLEAN only_copies)
{
    struct window **link = &windows.list, *window;

    while ((window = *link)) {
        if (window->page - address >= pages << PAGE_SHIFT || (only_copies && !window->is_copy)) {
            link = &window->next;
            continue;
        }
        *link = window->next;
        close_window(window);
    }
}

static VOID close_all(VOID)
{
    close_range(0, (1ull << 47) >> PAGE_SHIFT, FALSE);
}

static BOOLEAN show(struct window *window)
{
    PFN_NUMBER place;
    struct hal_segment *segment = mm_segment_of(window->frame, &place);

    return hal_window_open(window->page, segment, place, 1,
                           window->is_writable ? HAL_READ | HAL_WRITE : HAL_READ) == HAL_OK;
}

static ULONG access_of(const struct window *window)
{
    return window->is_writable ? MM_READ | MM_WRITE : MM_READ;
}

/*
 * Finds the frame behind the page, shared if it can be; FALSE if the access is a fault.
 * Without the lock, since the program may be asked, and take its time.
 */
static BOOLEAN fill(struct mm_space *space, struct window *window)
{
    ULONG access = access_of(window);

    if (mm_hold_adopted(space, window->page, 1, access, &window->frame))
        return TRUE;
    if (NT_SUCCESS(mm_adopt(space, window->page, 1, access)) &&
        mm_hold_adopted(space, window->page, 1, access, &window->frame))
        return TRUE;
    if (window->is_writable)
        return FALSE;
    window->frame = mm_allocate_frames(1, 1, FALSE);
    if (!window->frame)
        return FALSE;
    if (space->program->read(space->context, mm_frame_address(window->frame), window->page,
                             PAGE_SIZE) != HAL_OK) {
        mm_free_frames(window->frame, 1);
        return FALSE;
    }
    window->is_copy = TRUE;
    __atomic_fetch_add(&windows.copies, 1, __ATOMIC_RELAXED);
    return TRUE;
}

/* Whether the page is still what it was when the frame was found. */
static BOOLEAN is_current(struct mm_space *space, const struct window *window)
{
    PFN_NUMBER frame;

    if (window->is_copy)
        return TRUE;
    if (!mm_hold_adopted(space, window->page, 1, access_of(window), &frame))
        return FALSE;
    mm_release_held(&frame, 1);
    return frame == window->frame;
}

/* The lock is held, and the windows are the space's. */
static BOOLEAN open_window(struct window *window)
{
    /* One that was for reading only makes room. */
    close_range(window->page, 1, FALSE);
    if (!show(window))
        return FALSE;
    window->next = windows.list;
    windows.list = window;
    return TRUE;
}

/* ---- contexts --------------------------------------------------------------------------- */

static VOID await_nobody(struct mm_space *space)
{
    hal_u32 active;

    while ((active = __atomic_load_n(&space->active, __ATOMIC_SEQ_CST)))
        hal_wait(&space->active, active, HAL_FOREVER);
}

/* Closes another program's windows, once nobody uses them. The lock is held. */
static VOID evict(const struct mm_space *newcomer)
{
    struct mm_space *owner = windows.owner;

    if (!owner || owner == newcomer)
        return;
    /* Who enters after this sees it; who entered before is waited for. */
    __atomic_store_n(&windows.owner, &draining, __ATOMIC_SEQ_CST);
    await_nobody(owner);
    close_all();
    __atomic_store_n(&windows.owner, NULL, __ATOMIC_SEQ_CST);
}

static VOID leave_context(struct mm_space *space)
{
    if (!__atomic_sub_fetch(&space->active, 1, __ATOMIC_SEQ_CST) &&
        __atomic_load_n(&windows.owner, __ATOMIC_SEQ_CST) == &draining)
        hal_wake(&space->active, 1);
}

static VOID enter_context(struct mm_space *space)
{
    for (;;) {
        struct mm_space *owner;

        __atomic_add_fetch(&space->active, 1, __ATOMIC_SEQ_CST);
        owner = __atomic_load_n(&windows.owner, __ATOMIC_SEQ_CST);
        if (!owner || owner == space)
            return;
        leave_context(space);
        mm_acquire(&windows.lock);
        evict(space);
        mm_release(&windows.lock);
    }
}

VOID mm_enter(VOID)
{
    PKTHREAD thread = ke_current();

    enter_context(thread->process->space);
    thread->in_context = TRUE;
}

BOOLEAN mm_pause(VOID)
{
    PKTHREAD thread = ke_thread;

    /* Who spins for a lock that this thread has must not be what it waits for afterwards. */
    if (!thread || !thread->in_context || thread->irql >= DISPATCH_LEVEL)
        return FALSE;
    thread->in_context = FALSE;
    leave_context(thread->process->space);
    return TRUE;
}

VOID mm_resume(BOOLEAN was_in_context)
{
    if (was_in_context)
        mm_enter();
}

VOID mm_leave(VOID)
{
    PKTHREAD thread = ke_current();
    struct mm_space *space = thread->process->space;

    thread->in_context = FALSE;
    leave_context(space);
    if (!__atomic_load_n(&windows.copies, __ATOMIC_RELAXED))
        return;
    mm_acquire(&windows.lock);
    if (windows.owner == space)
        close_range(0, (1ull << 47) >> PAGE_SHIFT, TRUE);
    mm_release(&windows.lock);
}

/* ---- a page that is not there ----------------------------------------------------------- */

/* Waits until no thread is in another program's context. The lock is held, and the owner set. */
static VOID await_others(struct mm_space *space)
{
    struct mm_space *other;
    ULONG number;

    for (number = 1; (other = mm_next_space(&number)); number++) {
        if (other != space)
            await_nobody(other);
        mm_space_release(other);
    }
}

/* Makes the windows the space's. The caller is in its context again on return. The lock is held. */
static VOID take_over(struct mm_space *space)
{
    evict(space);
    if (windows.owner == space) {
        __atomic_add_fetch(&space->active, 1, __ATOMIC_SEQ_CST);
        return;
    }
    /* While others are waited for nobody enters but them, and they wait for the lock. */
    __atomic_store_n(&windows.owner, &draining, __ATOMIC_SEQ_CST);
    await_others(space);
    __atomic_add_fetch(&space->active, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&windows.owner, space, __ATOMIC_SEQ_CST);
}

/*
 * Shows a filled window; the caller is in its context again if this is not STATUS_RETRY:
 * the program has given the page up since.
 */
static NTSTATUS show_filled(struct mm_space *space, struct window *window)
{
    NTSTATUS status = STATUS_RETRY;

    mm_acquire(&windows.lock);
    take_over(space);
    /* Who gives pages up changes their entries first, and closes windows then. */
    if (is_current(space, window))
        status = open_window(window) ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    if (status != STATUS_SUCCESS)
        free_window(window);
    if (status == STATUS_RETRY)
        leave_context(space);
    mm_release(&windows.lock);
    return status;
}

/* Outside of the context; inside of it on return. */
static NTSTATUS make_window(struct mm_space *space, ULONG64 page, BOOLEAN for_write)
{
    struct window *window;
    NTSTATUS status = STATUS_RETRY;

    while (status == STATUS_RETRY) {
        window = hal_allocate(sizeof(*window));
        if (!window)
            break;
        *window = (struct window){.page = page, .is_writable = for_write};
        if (!fill(space, window)) {
            hal_free(window);
            break;
        }
        status = show_filled(space, window);
    }
    if (status == STATUS_RETRY)
        enter_context(space);
    return status;
}

/* hal's question, on the faulting thread. */
static int page_fault(hal_u64 address, int is_write)
{
    PKTHREAD thread = ke_thread;
    ULONG64 page = address & ~(PAGE_SIZE - 1ull);
    NTSTATUS status;

    if (!thread || !thread->in_context || thread->irql >= DISPATCH_LEVEL ||
        !mm_is_user_range(page, PAGE_SIZE))
        return 0;
    mm_pause();
    status = make_window(thread->process->space, page, is_write != 0);
    thread->in_context = TRUE;
    return NT_SUCCESS(status);
}

/* ---- what happens to the program meanwhile ---------------------------------------------- */

VOID mm_close_windows(struct mm_space *space, ULONG64 address, SIZE_T pages)
{
    BOOLEAN was_in_context;

    /*
     * A read that is also a fence. Pairs with take_over: who misses the change of the entries
     * is seen here as the owner.
     */
    if (__atomic_fetch_add(&windows.owner, 0, __ATOMIC_SEQ_CST) != space)
        return;
    /* Who has the lock may wait until nobody is in a context. */
    was_in_context = mm_pause();
    mm_acquire(&windows.lock);
    if (windows.owner == space)
        close_range(address, pages, FALSE);
    mm_release(&windows.lock);
    mm_resume(was_in_context);
}

VOID mm_disown_windows(struct mm_space *space)
{
    mm_acquire(&windows.lock);
    if (windows.owner == space) {
        close_all();
        __atomic_store_n(&windows.owner, NULL, __ATOMIC_SEQ_CST);
    }
    mm_release(&windows.lock);
}

/* ---- sleeping --------------------------------------------------------------------------- */

static VOID before_sleep(PKTHREAD thread)
{
    leave_context(thread->process->space);
}

static VOID after_sleep(PKTHREAD thread)
{
    enter_context(thread->process->space);
}

VOID mm_windows_start(VOID)
{
    ke_on_context_sleep(before_sleep, after_sleep);
    hal_on_page_fault(page_fault);
}

VOID mm_windows_stop(VOID)
{
    hal_on_page_fault(NULL);
}
