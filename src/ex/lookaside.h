/*
 * The lookaside lists' private side, shared by the files lookaside*.c.
 *
 * A list keeps freed entries in its SLIST, and one more in the front of each
 * thread that uses it: a slot of the thread's own, so that the usual free
 * followed by an allocation costs no interlocked instruction. A front counts
 * towards the list's depth, and the entry in it is the newest one.
 */
#pragma once

#include "ex.h"
#include "lock.h"

#define LOOKASIDE_FRONTS 16u /* lists that a thread has a front for at one time, a power of two */

/*
 * GENERAL_LOOKASIDE of the plain lists has the same fields at the same places.
 */
typedef GENERAL_LOOKASIDE_POOL lookaside_list;

/* Who takes a front away from its thread clears list, lets hal_barrier pass and waits for busy. */
struct lookaside_front {
    lookaside_list *list; /* whose entry this is, NULL if nobody's; written under the lock */
    PSLIST_ENTRY entry;   /* or NULL; its thread's while list is set */
    ULONG collisions;     /* frees to other lists since it was taken; its thread's */
};

/* A thread's fronts, by the lists' addresses. */
struct lookaside_thread {
    LIST_ENTRY link;                /* of lookaside.threads; the lock */
    struct lookaside_thread **home; /* the thread's pointer to this */
    ULONG
    busy; /* 1 while the thread uses a front. Release at its end, acquire in lookaside_revoke */
    struct lookaside_front fronts[LOOKASIDE_FRONTS];
};

struct ex_lookaside_system {
    struct ex_lock lock; /* guards all that follows, and the fronts' lists */
    LIST_ENTRY lists;    /* of GENERAL_LOOKASIDE.ListEntry */
    LIST_ENTRY threads;  /* of lookaside_thread.link; outlives the room, as threads do */
    BOOLEAN has_fronts;  /* Linux can do hal_barrier */
    BOOLEAN is_running;  /* between start and stop: the timer may run */
    BOOLEAN is_scanning; /* the timer runs: there is a list */
    KTIMER timer;
    KDPC dpc;
};

extern struct ex_lookaside_system lookaside __attribute__((visibility("hidden")));

extern _Thread_local struct lookaside_thread *lookaside_thread_fronts
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* lookaside_scan.c: starts or stops the timer as there are lists. The lock is held. */
VOID lookaside_update_timer(VOID);

/*
 * lookaside_front.c: gives the list a front in the calling thread if it may
 * have one, taking it from another list that collides with it often enough.
 */
VOID lookaside_adopt(lookaside_list *list);
/* Takes all threads' fronts of list away; returns the entries that they held, chained. */
PSLIST_ENTRY lookaside_revoke(lookaside_list *list);

static inline struct lookaside_front *lookaside_front_of(struct lookaside_thread *thread,
                                                         const lookaside_list *list)
{
    return &thread->fronts[((ULONG_PTR)list >> 6) & (LOOKASIDE_FRONTS - 1)];
}

/*
 * The thread's own stores and loads stay in this order because the compiler is
 * told so; that the processor keeps it is hal_barrier's work.
 */
static inline BOOLEAN lookaside_enter(struct lookaside_thread *thread,
                                      struct lookaside_front *front, const lookaside_list *list)
{
    __atomic_store_n(&thread->busy, 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&front->list, __ATOMIC_RELAXED) == list;
}

static inline VOID lookaside_leave(struct lookaside_thread *thread)
{
    __atomic_store_n(&thread->busy, 0, __ATOMIC_RELEASE);
}
