/*
 * The threads' fronts of lookaside lists: how a list gets one, and how it is
 * taken away from a thread that may be using it at this moment.
 */
#include "lookaside.h"

/* Frees to a list whose front is another's, before it takes the front over. */
#define LOOKASIDE_PATIENCE 64u

_Thread_local struct lookaside_thread *lookaside_thread_fronts
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* What is known of the calling thread. */
enum lookaside_thread_state {
    LOOKASIDE_THREAD_UNKNOWN = 0, /* hal does not yet tell us of its end */
    LOOKASIDE_THREAD_KNOWN = 1,   /* it does */
    LOOKASIDE_THREAD_ENDING = 2,  /* it has: no fronts any more */
};
static _Thread_local enum lookaside_thread_state lookaside_thread_state
    __attribute__((tls_model("initial-exec")));

/* The front's entry goes to its list. The lock is held, and keeps the list alive. */
static VOID lookaside_front_empty(struct lookaside_front *front)
{
    if (front->entry)
        InterlockedPushEntrySList(&front->list->ListHead, front->entry);
    front->entry = NULL;
}

static void lookaside_thread_ended(void *unused)
{
    struct lookaside_thread *thread = lookaside_thread_fronts;

    UNREFERENCED_PARAMETER(unused);
    lookaside_thread_state = LOOKASIDE_THREAD_ENDING;
    lookaside_thread_fronts = NULL;
    if (thread == NULL)
        return;
    ex_acquire(&lookaside.lock);
    RemoveEntryList(&thread->link);
    for (ULONG i = 0; i < LOOKASIDE_FRONTS; i++)
        lookaside_front_empty(&thread->fronts[i]);
    ex_release(&lookaside.lock);
    hal_free(thread);
}

static struct lookaside_thread *lookaside_thread_make(VOID)
{
    struct lookaside_thread *thread;

    if (!lookaside.has_fronts || lookaside_thread_state == LOOKASIDE_THREAD_ENDING)
        return NULL;
    if (lookaside_thread_state == LOOKASIDE_THREAD_UNKNOWN) {
        if (hal_thread_at_exit(lookaside_thread_ended, NULL) != HAL_OK)
            return NULL;
        lookaside_thread_state = LOOKASIDE_THREAD_KNOWN;
    }
    thread = hal_allocate(sizeof(*thread));
    if (thread == NULL)
        return NULL;
    memset(thread, 0, sizeof(*thread));
    ex_acquire(&lookaside.lock);
    InsertTailList(&lookaside.threads, &thread->link);
    ex_release(&lookaside.lock);
    lookaside_thread_fronts = thread;
    return thread;
}

VOID lookaside_adopt(lookaside_list *list)
{
    struct lookaside_thread *thread = lookaside_thread_fronts;
    struct lookaside_front *front;

    if (thread == NULL)
        thread = lookaside_thread_make();
    if (thread == NULL)
        return;
    front = lookaside_front_of(thread, list);
    if (__atomic_load_n(&front->list, __ATOMIC_RELAXED) != NULL &&
        ++front->collisions < LOOKASIDE_PATIENCE)
        return;
    ex_acquire(&lookaside.lock);
    lookaside_front_empty(front);
    front->collisions = 0;
    __atomic_store_n(&front->list, list, __ATOMIC_RELAXED);
    ex_release(&lookaside.lock);
}

/* Clears list from the threads' fronts; FALSE if none had it. The lock is held. */
static BOOLEAN lookaside_forbid(const lookaside_list *list)
{
    BOOLEAN is_found = FALSE;

    for (PLIST_ENTRY at = lookaside.threads.Flink; at != &lookaside.threads; at = at->Flink) {
        struct lookaside_thread *thread = CONTAINING_RECORD(at, struct lookaside_thread, link);
        struct lookaside_front *front = lookaside_front_of(thread, list);
        if (front->list != list)
            continue;
        __atomic_store_n(&front->list, NULL, __ATOMIC_RELAXED);
        is_found = TRUE;
    }
    return is_found;
}

/*
 * Collects the entries of fronts that were forbidden. A thread that still
 * believes in its front said that it was busy before hal_barrier passed it.
 */
static PSLIST_ENTRY lookaside_collect(const lookaside_list *list)
{
    PSLIST_ENTRY chain = NULL;

    for (PLIST_ENTRY at = lookaside.threads.Flink; at != &lookaside.threads; at = at->Flink) {
        struct lookaside_thread *thread = CONTAINING_RECORD(at, struct lookaside_thread, link);
        struct lookaside_front *front = lookaside_front_of(thread, list);
        if (front->list != NULL)
            continue;
        while (__atomic_load_n(&thread->busy, __ATOMIC_ACQUIRE))
            hal_yield();
        if (front->entry) {
            front->entry->Next = chain;
            chain = front->entry;
            front->entry = NULL;
        }
    }
    return chain;
}

PSLIST_ENTRY lookaside_revoke(lookaside_list *list)
{
    PSLIST_ENTRY chain = NULL;

    ex_acquire(&lookaside.lock);
    if (lookaside_forbid(list)) {
        hal_barrier();
        chain = lookaside_collect(list);
    }
    ex_release(&lookaside.lock);
    return chain;
}
