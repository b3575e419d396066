/*
 * Waiting for dispatcher objects.
 *
 * A wait is armed by writing WAITING to the thread's wake word; then its blocks
 * are put into the lists of the objects, each under its lock, and an object that
 * is signaled meanwhile is taken at once. From arming on exactly one party ends
 * the wait, by moving the word away from WAITING: a signaler, who then has taken
 * the object for the thread; an alert or APC; or the thread itself, for an
 * object that it found signaled or because time is up. A wait for all objects
 * is never ended by a signaler: it is told to look again, and looks with every
 * object locked, in the order of their addresses.
 */
#include "dispatcher.h"

#define SPINS 60 /* with a pause each: a round trip through another running thread */

struct wait {
    PKTHREAD thread;
    ULONG count;
    PDISPATCHER_HEADER *objects;
    PKWAIT_BLOCK blocks;
    BOOLEAN all;
    hal_u32 arm; /* KE_WAKE_ flags to wait with */
    hal_i64 deadline;
};

static struct {
    VOID (*before)(PKTHREAD thread);
    VOID (*after)(PKTHREAD thread);
} context_sleep;

VOID ke_on_context_sleep(VOID (*before)(PKTHREAD thread), VOID (*after)(PKTHREAD thread))
{
    context_sleep.before = before;
    context_sleep.after = after;
}

static int sleep_in_context(PKTHREAD thread, hal_u32 *word, hal_u32 expected, hal_i64 deadline)
{
    int result;

    context_sleep.before(thread);
    result = hal_wait(word, expected, deadline);
    context_sleep.after(thread);
    return result;
}

int ke_sleep(hal_u32 *word, hal_u32 expected, hal_i64 deadline)
{
    PKTHREAD thread = ke_thread;

    if (thread && thread->in_context)
        return sleep_in_context(thread, word, expected, deadline);
    return hal_wait(word, expected, deadline);
}

hal_i64 ke_deadline(const LARGE_INTEGER *timeout)
{
    hal_i64 now, span, deadline;

    if (!timeout)
        return HAL_FOREVER;
    now = hal_clock_monotonic();
    if (timeout->QuadPart == MINLONGLONG)
        return HAL_FOREVER;
    span = timeout->QuadPart < 0 ? -timeout->QuadPart : timeout->QuadPart - hal_clock_system();
    if (span <= 0)
        return now;
    if (__builtin_mul_overflow(span, 100, &span) || __builtin_add_overflow(now, span, &deadline))
        return HAL_FOREVER;
    return deadline;
}

/* Ends the own wait; FALSE if somebody else has. */
static BOOLEAN end_own_wait(struct wait *wait, NTSTATUS status)
{
    struct ke_wakeups none;

    ke_wakeups_initialize(&none);
    return ke_end_wait(wait->thread, 0, (hal_u32)status, &none);
}

/* ---- any of the objects -------------------------------------------------- */

/* Takes the first signaled object without waiting; STATUS_TIMEOUT if none is. */
static NTSTATUS poll_any(struct wait *wait)
{
    NTSTATUS status = STATUS_TIMEOUT;
    ULONG i;

    for (i = 0; i < wait->count && status == STATUS_TIMEOUT; i++) {
        PDISPATCHER_HEADER object = wait->objects[i];

        ke_lock_object(object);
        if (ke_is_signaled(object, wait->thread)) {
            status = (NTSTATUS)i + ke_take_status(object);
            ke_take(object, wait->thread);
        }
        ke_unlock_object(object);
    }
    return status;
}

/* Puts a block into its object's list, or takes the object if it is signaled by now. */
static VOID join_any(struct wait *wait, ULONG i)
{
    PDISPATCHER_HEADER object = wait->objects[i];
    PKWAIT_BLOCK block = &wait->blocks[i];

    ke_lock_object(object);
    if (ke_is_signaled(object, wait->thread)) {
        if (end_own_wait(wait, (NTSTATUS)i + ke_take_status(object)))
            ke_take(object, wait->thread);
    } else if (block->BlockState == KE_BLOCK_FREE) {
        InsertTailList(&object->WaitListHead, &block->WaitListEntry);
        block->BlockState = KE_BLOCK_LINKED;
    }
    ke_unlock_object(object);
}

/* ---- all of the objects -------------------------------------------------- */

/* The index of the object with the next higher address; count if there is none. */
static ULONG next_in_order(struct wait *wait, PDISPATCHER_HEADER after)
{
    ULONG next = wait->count;
    ULONG i;

    for (i = 0; i < wait->count; i++)
        if (wait->objects[i] > after &&
            (next == wait->count || wait->objects[i] < wait->objects[next]))
            next = i;
    return next;
}

/* One object may be there twice: it is locked once. */
static VOID lock_all(struct wait *wait)
{
    ULONG i;

    for (i = next_in_order(wait, NULL); i < wait->count; i = next_in_order(wait, wait->objects[i]))
        ke_lock_object(wait->objects[i]);
}

static VOID unlock_all(struct wait *wait)
{
    ULONG i;

    for (i = next_in_order(wait, NULL); i < wait->count; i = next_in_order(wait, wait->objects[i]))
        ke_unlock_object(wait->objects[i]);
}

/* Takes all objects if all are signaled. armed: the wait has to be ended for that. */
static NTSTATUS poll_all(struct wait *wait, BOOLEAN armed)
{
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN ready = TRUE;
    ULONG i;

    lock_all(wait);
    for (i = 0; i < wait->count && ready; i++) {
        ready = ke_is_signaled(wait->objects[i], wait->thread);
        if (ke_take_status(wait->objects[i]) != STATUS_SUCCESS)
            status = STATUS_ABANDONED;
    }
    if (ready && (!armed || end_own_wait(wait, status)))
        for (i = 0; i < wait->count; i++)
            ke_take(wait->objects[i], wait->thread);
    unlock_all(wait);
    return ready ? status : STATUS_TIMEOUT;
}

static VOID join_all(struct wait *wait, ULONG i)
{
    PKWAIT_BLOCK block = &wait->blocks[i];

    if (block->BlockState == KE_BLOCK_LINKED)
        return;
    ke_lock_object(wait->objects[i]);
    InsertTailList(&wait->objects[i]->WaitListHead, &block->WaitListEntry);
    block->BlockState = KE_BLOCK_LINKED;
    ke_unlock_object(wait->objects[i]);
}

/* ---- the wait ------------------------------------------------------------ */

static VOID initialize_blocks(struct wait *wait)
{
    ULONG i;

    for (i = 0; i < wait->count; i++) {
        PKWAIT_BLOCK block = &wait->blocks[i];

        block->Thread = wait->thread;
        block->Object = wait->objects[i];
        block->NextWaitBlock = &wait->blocks[i + 1 == wait->count ? 0 : i + 1];
        block->WaitKey = (USHORT)i;
        block->WaitType = wait->all ? WaitAll : WaitAny;
        block->BlockState = KE_BLOCK_FREE;
    }
}

/* Also keeps the objects alive for signalers that are inside still: see dispatcher.h. */
static VOID leave_objects(struct wait *wait)
{
    ULONG i;

    for (i = 0; i < wait->count; i++) {
        PKWAIT_BLOCK block = &wait->blocks[i];

        ke_lock_object(wait->objects[i]);
        if (block->BlockState == KE_BLOCK_LINKED)
            RemoveEntryList(&block->WaitListEntry);
        block->BlockState = KE_BLOCK_FREE;
        ke_unlock_object(wait->objects[i]);
    }
}

/* What ends the wait though no object is signaled; STATUS_SUCCESS if nothing does. */
static NTSTATUS interruption(struct wait *wait)
{
    PKTHREAD thread = wait->thread;

    if ((wait->arm & KE_WAKE_KERNEL_APCS) && ke_has_kernel_apc(thread))
        return STATUS_KERNEL_APC;
    if ((wait->arm & KE_WAKE_TERMINATION) && __atomic_load_n(&thread->must_end, __ATOMIC_SEQ_CST))
        return STATUS_THREAD_IS_TERMINATING;
    if ((wait->arm & KE_WAKE_ALERTABLE) && KeTestAlertThread(KernelMode))
        return STATUS_ALERTED;
    if ((wait->arm & KE_WAKE_USER_APCS) && ke_has_user_apc(thread))
        return STATUS_USER_APC;
    return STATUS_SUCCESS;
}

static hal_u32 spin(PKTHREAD thread)
{
    hal_u32 state = __atomic_load_n(&thread->wake, __ATOMIC_ACQUIRE);
    ULONG i;

    for (i = 0; i < SPINS && (state & KE_WAKE_WAITING); i++) {
        YieldProcessor();
        state = __atomic_load_n(&thread->wake, __ATOMIC_ACQUIRE);
    }
    return state;
}

/* Until the wake word says that the wait is over, or time is up. Returns the word. */
static hal_u32 sleep_until_woken(struct wait *wait)
{
    PKTHREAD thread = wait->thread;
    hal_u32 state = spin(thread);

    while (state & KE_WAKE_WAITING) {
        if (!(state & KE_WAKE_SLEEPING) &&
            !__atomic_compare_exchange_n(&thread->wake, &state, state | KE_WAKE_SLEEPING, FALSE,
                                         __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
            continue;
        if (ke_sleep(&thread->wake, state | KE_WAKE_SLEEPING, wait->deadline) == HAL_ETIMEDOUT)
            end_own_wait(wait, STATUS_TIMEOUT);
        state = __atomic_load_n(&thread->wake, __ATOMIC_ACQUIRE);
    }
    return state;
}

/* Arms the wait, looks at everything that could end it at once, and sleeps. */
static NTSTATUS wait_once(struct wait *wait)
{
    NTSTATUS status;
    ULONG i;

    __atomic_store_n(&wait->thread->wake, wait->arm, __ATOMIC_SEQ_CST);
    for (i = 0; i < wait->count; i++) {
        if (wait->all)
            join_all(wait, i);
        else
            join_any(wait, i);
    }
    if (wait->all)
        poll_all(wait, TRUE);
    status = interruption(wait);
    /* Ended otherwise at the same moment: the alert is for the next wait. */
    if (status != STATUS_SUCCESS && !end_own_wait(wait, status) && status == STATUS_ALERTED)
        ke_alert_thread(wait->thread);
    return (NTSTATUS)sleep_until_woken(wait);
}

static NTSTATUS block(struct wait *wait)
{
    NTSTATUS status;

    initialize_blocks(wait);
    do {
        status = wait_once(wait);
        if (status == STATUS_KERNEL_APC)
            ke_deliver_kernel_apcs(wait->thread);
    } while (status == STATUS_KERNEL_APC || status == KE_WAKE_LOOK_AGAIN);
    leave_objects(wait);
    return status;
}

static NTSTATUS run_wait(struct wait *wait, PLARGE_INTEGER timeout)
{
    NTSTATUS status = STATUS_TIMEOUT;

    if (wait->count)
        status = wait->all ? poll_all(wait, FALSE) : poll_any(wait);
    if (status != STATUS_TIMEOUT)
        return status;
    for (;;) {
        status = interruption(wait);
        if (status != STATUS_KERNEL_APC)
            break;
        ke_deliver_kernel_apcs(wait->thread);
    }
    if (status != STATUS_SUCCESS)
        return status;
    if (timeout && timeout->QuadPart == 0)
        return STATUS_TIMEOUT;
    wait->deadline = ke_deadline(timeout);
    return block(wait);
}

/*
 * A wait that may block is for IRQL <= APC_LEVEL; one that only looks, for
 * DISPATCH_LEVEL too. Inlined, so that a report names the caller's caller.
 */
static inline __attribute__((always_inline)) VOID check_irql(PKTHREAD thread, PCSTR function,
                                                             PLARGE_INTEGER timeout)
{
    BOOLEAN may_block = !timeout || timeout->QuadPart != 0;

    if (thread->irql <= (may_block ? APC_LEVEL : DISPATCH_LEVEL))
        return;
    if (may_block && thread->in_dpc && thread->irql == DISPATCH_LEVEL) {
        const ULONG_PTR parameters[4] = {(ULONG_PTR)thread, 0, 0, 0};

        ke_bugcheck(ATTEMPTED_SWITCH_FROM_DPC, parameters,
                    "A deferred procedure call waited with a time-out other than zero.");
    }
    ke_irql_violation(function, may_block ? APC_LEVEL : DISPATCH_LEVEL);
}

static hal_u32 arm_flags(PKTHREAD thread, KPROCESSOR_MODE mode, BOOLEAN alertable)
{
    hal_u32 arm = KE_WAKE_WAITING;

    if (alertable)
        arm |= KE_WAKE_ALERTABLE;
    if (alertable && mode != KernelMode)
        arm |= KE_WAKE_USER_APCS;
    if (mode != KernelMode)
        arm |= KE_WAKE_TERMINATION;
    if (ke_kernel_apcs_allowed(thread))
        arm |= KE_WAKE_KERNEL_APCS;
    return arm;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason,
                                     KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                     PLARGE_INTEGER Timeout)
{
    PKTHREAD thread = ke_current();
    PDISPATCHER_HEADER object = Object;
    struct wait wait = {.thread = thread,
                        .count = 1,
                        .objects = &object,
                        .blocks = thread->wait_blocks,
                        .arm = arm_flags(thread, WaitMode, Alertable)};

    UNREFERENCED_PARAMETER(WaitReason);
    check_irql(thread, "KeWaitForSingleObject", Timeout);
    return run_wait(&wait, Timeout);
}

NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                        KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                        BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                        PKWAIT_BLOCK WaitBlockArray)
{
    PKTHREAD thread = ke_current();
    struct wait wait = {.thread = thread,
                        .count = Count,
                        .objects = (PDISPATCHER_HEADER *)Object,
                        .blocks = WaitBlockArray ? WaitBlockArray : thread->wait_blocks,
                        .all = WaitType == WaitAll,
                        .arm = arm_flags(thread, WaitMode, Alertable)};

    UNREFERENCED_PARAMETER(WaitReason);
    check_irql(thread, "KeWaitForMultipleObjects", Timeout);
    if (Count > (WaitBlockArray ? MAXIMUM_WAIT_OBJECTS : THREAD_WAIT_OBJECTS))
        KeBugCheckEx(MAXIMUM_WAIT_OBJECTS_EXCEEDED, Count, (ULONG_PTR)WaitBlockArray, 0, 0);
    return run_wait(&wait, Timeout);
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval)
{
    PKTHREAD thread = ke_current();
    struct wait wait = {.thread = thread, .arm = arm_flags(thread, WaitMode, Alertable)};
    NTSTATUS status;

    ke_assert_irql("KeDelayExecutionThread", APC_LEVEL);
    status = run_wait(&wait, Interval);
    if (status != STATUS_TIMEOUT)
        return status;
    if (Interval->QuadPart == 0)
        hal_yield();
    return STATUS_SUCCESS;
}
