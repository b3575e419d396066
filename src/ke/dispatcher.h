/*
 * How the dispatcher objects work inside: the lock of an object, the word that a
 * waiting thread sleeps on, and who may change what.
 *
 * An object's state, its list of waiters and, of each wait block in that list,
 * everything, are changed under the object's own lock. A waiter that was woken
 * takes every lock once more to unlink its blocks, so it cannot be back at its
 * caller, and free the object, while a signaler is still inside.
 */
#pragma once

#include "ke.h"

/* KeLowerIrql for those who have the thread at hand; the call itself is left to report misuse. */
static inline VOID ke_lower_irql(PKTHREAD thread, KIRQL irql)
{
    if (__builtin_expect(irql > thread->irql, 0))
        KeLowerIrql(irql);
    thread->irql = irql;
}

/* ---- the object's lock: two bits of DISPATCHER_HEADER.Type --------------- */

#define KE_OBJECT_LOCKED 0x80    /* somebody has it */
#define KE_OBJECT_CONTENDED 0x40 /* and somebody sleeps for it */
#define KE_TYPE_MASK 0x3f
/* Of DISPATCHER_HEADER.Lock: KTIMER is in the tree of timers. Guarded by the tree's lock. */
#define KE_TIMER_INSERTED 0x40000000

VOID ke_lock_object_contended(PDISPATCHER_HEADER header);

/* Not a spin lock: IRQL stays, since nothing interrupts a thread to run a DPC here. */
static inline VOID ke_lock_object(PDISPATCHER_HEADER header)
{
    /* Acquire pairs with ke_unlock_object's release. */
    LONG old = __atomic_fetch_or(&header->Lock, KE_OBJECT_LOCKED, __ATOMIC_ACQUIRE);

    if (__builtin_expect(old & KE_OBJECT_LOCKED, 0))
        ke_lock_object_contended(header);
}

static inline VOID ke_unlock_object(PDISPATCHER_HEADER header)
{
    LONG old = __atomic_fetch_and(&header->Lock, ~(KE_OBJECT_LOCKED | KE_OBJECT_CONTENDED),
                                  __ATOMIC_RELEASE);

    /* Only the address counts here: the object may be gone by now. */
    if (__builtin_expect(old & KE_OBJECT_CONTENDED, 0))
        hal_wake((hal_u32 *)&header->Lock, 1);
}

static inline enum ke_object_type ke_object_type(PDISPATCHER_HEADER header)
{
    return __atomic_load_n(&header->Lock, __ATOMIC_RELAXED) & KE_TYPE_MASK;
}

/* Changed under the lock, but read by KeReadState* without it. */
static inline LONG ke_state(PDISPATCHER_HEADER header)
{
    return __atomic_load_n(&header->SignalState, __ATOMIC_RELAXED);
}

static inline VOID ke_set_state(PDISPATCHER_HEADER header, LONG state)
{
    __atomic_store_n(&header->SignalState, state, __ATOMIC_RELAXED);
}

VOID ke_initialize_header(PDISPATCHER_HEADER header, enum ke_object_type type, SIZE_T size,
                          LONG state);

/* ---- KTHREAD.wake -------------------------------------------------------- */

/*
 * While a thread waits, WAITING with what may end the wait besides its objects;
 * else the NTSTATUS that ended the last one. Whoever moves it away from WAITING
 * (compare and exchange) has ended the wait, and nobody else can.
 */
enum ke_wake {
    KE_WAKE_LOOK_AGAIN = 0x8000, /* not an end: something changed for a wait for all objects */
    KE_WAKE_WAITING = 0x10000,
    KE_WAKE_SLEEPING = 0x20000,     /* hal_wake is needed */
    KE_WAKE_ALERTABLE = 0x40000,    /* ke_alert_thread ends it */
    KE_WAKE_USER_APCS = 0x80000,    /* a user APC ends it */
    KE_WAKE_KERNEL_APCS = 0x100000, /* a kernel APC interrupts it */
    KE_WAKE_TERMINATION = 0x200000, /* ke_terminate_thread ends it */
};

/* KWAIT_BLOCK.BlockState */
enum ke_block_state {
    KE_BLOCK_FREE = 0,
    KE_BLOCK_LINKED = 1, /* in the list of its object */
};

/* Threads to be woken once no lock is held. */
struct ke_wakeups {
    ULONG count;
    hal_u32 *words[16];
};

static inline VOID ke_wakeups_initialize(struct ke_wakeups *wakeups)
{
    wakeups->count = 0;
}

VOID ke_wake_threads(struct ke_wakeups *wakeups);

/*
 * Ends thread's wait with status if it waits for one of allowed (0: for
 * anything). FALSE if it does not wait.
 */
BOOLEAN ke_end_wait(PKTHREAD thread, hal_u32 allowed, hal_u32 status, struct ke_wakeups *wakeups);

/* Hands a signaled object to those who wait for it, in order. The object is locked. */
VOID ke_satisfy_waiters(PDISPATCHER_HEADER header, struct ke_wakeups *wakeups);

/* TRUE if thread may take the object now. Locked. */
BOOLEAN ke_is_signaled(PDISPATCHER_HEADER header, PKTHREAD thread);
/* STATUS_ABANDONED if taking it now would tell so, else STATUS_SUCCESS. Locked. */
NTSTATUS ke_take_status(PDISPATCHER_HEADER header);
/* Takes it for thread. Locked and signaled. */
VOID ke_take(PDISPATCHER_HEADER header, PKTHREAD thread);

/* ---- between the files of ke --------------------------------------------- */

/* mutant.c: gives what an ending thread owns to the next waiters, as abandoned. */
VOID ke_abandon_mutants(PKTHREAD thread);

/* apc.c */
VOID ke_deliver_kernel_apcs(PKTHREAD thread);
/* Empties the queues of an ending thread, for good. */
VOID ke_run_down_apcs(PKTHREAD thread);
BOOLEAN ke_has_user_apc(PKTHREAD thread);
/* TRUE if ke_deliver_kernel_apcs would run one. */
BOOLEAN ke_has_kernel_apc(PKTHREAD thread);

static inline BOOLEAN ke_kernel_apcs_allowed(PKTHREAD thread)
{
    return thread->irql < APC_LEVEL && !thread->guarded_region;
}

/* system_thread.c */
/* Makes and starts a system thread that runs routine(context); referenced once for the caller. */
NTSTATUS ke_create_thread(PKPROCESS process, PKSTART_ROUTINE routine, PVOID context, PCSTR name,
                          PKTHREAD *thread);

/* thread.c */
/* Makes a thread of process that does not run yet; one reference. */
NTSTATUS ke_make_thread(PKPROCESS process, PKTHREAD *thread);
/* Takes one back that never ran. */
VOID ke_unmake_thread(PKTHREAD thread);
/* What the calling thread does last: after it, it is unknown to the kernel. */
VOID ke_end_thread(PKTHREAD thread);
/* One more or one less thread that ke_stop has to wait for. */
VOID ke_count_kernel_thread(LONG change);
NTSTATUS ke_thread_start(VOID);
VOID ke_thread_stop(VOID);

/* process.c */
NTSTATUS ke_process_start(VOID);
VOID ke_process_stop(VOID);

/* dpc.c */
NTSTATUS ke_dpc_start(VOID);
VOID ke_dpc_stop(VOID);
/* Has the timers looked at: the first one is due earlier than it was. */
VOID ke_dpc_wake_timekeeper(VOID);

/* timer.c: signals what is due; returns when the next timer is, HAL_FOREVER if there is none. */
hal_i64 ke_expire_timers(VOID);
VOID ke_timer_start(VOID);

/* notify.c */
VOID ke_notify_thread(PKTHREAD thread, BOOLEAN create);
VOID ke_notify_stop(VOID);

/* bugcheck_callback.c: calls what drivers registered, each at most once. */
VOID ke_bugcheck_run_callbacks(VOID);
