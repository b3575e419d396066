/*
 * Threads: how one becomes known to the kernel, and how it ends.
 *
 * A thread cannot let go of its own KTHREAD, since letting go takes locks and
 * IRQL, which live there. So it puts itself into a list when it ends, and the
 * next thread that begins or ends, or ke_stop, takes the reference away.
 */
#include "dispatcher.h"

#include "../ob/ob.h"
#include "../rtl/rtl.h"

#define MAX_END_CALLS 8
#define FIRST_THREAD_ID 8
#define THREAD_ID_STEP 4
#define REPORT_AFTER 2000000000ll /* ns that ke_stop waits before it says for whom */

_Thread_local PKTHREAD ke_thread __attribute__((tls_model("initial-exec")));

/* hal calls end_program_thread when this thread ends. */
static _Thread_local BOOLEAN end_is_known __attribute__((tls_model("initial-exec")));

static struct {
    BOOLEAN is_running;  /* between ke_start and ke_stop, atomic */
    hal_u32 next_id;     /* atomic */
    hal_u32 kernel_made; /* threads that are to be joined, atomic */
    PKTHREAD ended;      /* stack of threads to release, by next_ended, atomic */
    hal_u32 endings;     /* counts pushes to it; ke_stop sleeps on it */
    ke_thread_ended end_calls[MAX_END_CALLS]; /* set while starting, read-only then */
    ULONG end_call_count;
} threads;

/* ---- beginning ----------------------------------------------------------- */

static VOID initialize_thread(PKTHREAD thread, PKPROCESS process)
{
    ke_initialize_header(&thread->header, KE_THREAD, sizeof(*thread), 0);
    thread->process = process;
    InitializeListHead(&thread->process_link);
    InitializeListHead(&thread->user_apcs);
    InitializeListHead(&thread->kernel_apcs);
    InitializeListHead(&thread->mutants);
    InitializeListHead(&thread->irps);
    thread->priority = LOW_REALTIME_PRIORITY / 2;
    thread->id =
        ULongToHandle(__atomic_fetch_add(&threads.next_id, THREAD_ID_STEP, __ATOMIC_RELAXED));
}

static VOID link_to_process(PKTHREAD thread)
{
    PKPROCESS process = thread->process;
    KIRQL irql;

    ObReferenceObject(process);
    KeAcquireSpinLock(&process->lock, &irql);
    InsertTailList(&process->threads, &thread->process_link);
    KeReleaseSpinLock(&process->lock, irql);
}

static VOID unlink_from_process(PKTHREAD thread)
{
    KIRQL irql;

    KeAcquireSpinLock(&thread->process->lock, &irql);
    RemoveEntryList(&thread->process_link);
    InitializeListHead(&thread->process_link);
    KeReleaseSpinLock(&thread->process->lock, irql);
}

NTSTATUS ke_make_thread(PKPROCESS process, PKTHREAD *thread)
{
    NTSTATUS status = ob_create(&ob_type_thread, sizeof(**thread), (PVOID *)thread);

    if (!NT_SUCCESS(status))
        return status;
    initialize_thread(*thread, process);
    (*thread)->is_object = TRUE;
    link_to_process(*thread);
    return STATUS_SUCCESS;
}

VOID ke_unmake_thread(PKTHREAD thread)
{
    unlink_from_process(thread);
    ObDereferenceObject(thread);
}

static VOID destroy_thread(PVOID object)
{
    PKTHREAD thread = object;

    ObDereferenceObject(thread->process);
}

VOID ke_count_kernel_thread(LONG change)
{
    __atomic_fetch_add(&threads.kernel_made, (hal_u32)change, __ATOMIC_RELAXED);
}

VOID ke_release_ended_threads(VOID)
{
    /* Acquire pairs with push_ended: everything that the thread did comes before. */
    PKTHREAD thread = __atomic_exchange_n(&threads.ended, NULL, __ATOMIC_ACQUIRE);

    while (thread) {
        PKTHREAD next = thread->next_ended;

        if (thread->hal) {
            hal_thread_join(thread->hal);
            ke_count_kernel_thread(-1);
        }
        ObDereferenceObject(thread);
        thread = next;
    }
}

/* ---- threads of the program ---------------------------------------------- */

static VOID end_program_thread(PVOID unused);

static NTSTATUS want_end_call(VOID)
{
    if (!end_is_known && hal_thread_at_exit(end_program_thread, NULL) != HAL_OK)
        return STATUS_INSUFFICIENT_RESOURCES;
    end_is_known = TRUE;
    return STATUS_SUCCESS;
}

/* The stand-in is the caller's thread while the real one is made. */
static NTSTATUS enter_as_object(PKTHREAD stand_in, PKPROCESS process)
{
    PKTHREAD thread;
    NTSTATUS status;

    memset(stand_in, 0, sizeof(*stand_in));
    initialize_thread(stand_in, NULL);
    ke_thread = stand_in;
    status = want_end_call();
    if (NT_SUCCESS(status))
        status = ke_make_thread(process, &thread);
    if (!NT_SUCCESS(status))
        return status;
    thread->slot = &ke_thread;
    thread->previous_mode = UserMode;
    ke_thread = thread;
    return STATUS_SUCCESS;
}

/* Before ke_start and after ke_stop: a thread in hal's memory, which is its own until it ends. */
static NTSTATUS enter_early(VOID)
{
    PKTHREAD thread = hal_allocate(sizeof(*thread));

    if (!thread)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(thread, 0, sizeof(*thread));
    initialize_thread(thread, NULL);
    ke_thread = thread;
    return want_end_call();
}

PKTHREAD __attribute__((noinline)) ke_enter(VOID)
{
    struct _KTHREAD stand_in;
    BOOLEAN is_running = __atomic_load_n(&threads.is_running, __ATOMIC_ACQUIRE);
    NTSTATUS status = is_running ? enter_as_object(&stand_in, ke_program_process()) : enter_early();

    /* The thread runs already: there is nobody to whom failing could be said. */
    if (!NT_SUCCESS(status)) {
        const ULONG_PTR parameters[4] = {sizeof(stand_in), 0, 0, 0};

        ke_bugcheck(NO_PAGES_AVAILABLE, parameters,
                    "There was no memory for a thread that entered the kernel.");
    }
    if (is_running) {
        /* Failing costs no more than the report of a stack overflow. */
        hal_fault_prepare_thread();
        ke_notify_thread(ke_thread, TRUE);
    }
    return ke_thread;
}

NTSTATUS ke_enter_process(PKPROCESS process)
{
    struct _KTHREAD stand_in;
    NTSTATUS status = enter_as_object(&stand_in, process);

    if (!NT_SUCCESS(status)) {
        ke_thread = NULL;
        return status;
    }
    hal_fault_prepare_thread();
    ke_notify_thread(ke_thread, TRUE);
    return STATUS_SUCCESS;
}

/* ---- ending -------------------------------------------------------------- */

/* Kernel mutexes are told by ke_abandon_mutants. */
static VOID check_end(PKTHREAD thread)
{
    const ULONG_PTR parameters[4] = {0, (ULONG_PTR)(LONG_PTR)thread->critical_region, thread->irql,
                                     (ULONG_PTR)thread};

    if (thread->irql != PASSIVE_LEVEL || thread->critical_region || thread->guarded_region)
        ke_bugcheck(KERNEL_APC_PENDING_DURING_EXIT, parameters,
                    "A thread ended at a raised IRQL, or inside a critical or guarded region.");
}

static VOID signal_end(PKTHREAD thread)
{
    struct ke_wakeups wakeups;

    ke_wakeups_initialize(&wakeups);
    ke_lock_object(&thread->header);
    ke_set_state(&thread->header, 1);
    ke_satisfy_waiters(&thread->header, &wakeups);
    ke_unlock_object(&thread->header);
    ke_wake_threads(&wakeups);
}

static VOID push_ended(PKTHREAD thread)
{
    PKTHREAD top = __atomic_load_n(&threads.ended, __ATOMIC_RELAXED);

    do {
        thread->next_ended = top;
        /* Release pairs with ke_release_ended_threads. */
    } while (!__atomic_compare_exchange_n(&threads.ended, &top, thread, TRUE, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    __atomic_fetch_add(&threads.endings, 1, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&threads.is_running, __ATOMIC_SEQ_CST))
        hal_wake(&threads.endings, 1);
}

VOID ke_end_thread(PKTHREAD thread)
{
    ULONG i;

    if (thread->irql != PASSIVE_LEVEL)
        check_end(thread);
    __atomic_store_n(&thread->is_terminating, TRUE, __ATOMIC_RELAXED);
    for (i = 0; i < threads.end_call_count; i++)
        threads.end_calls[i](thread);
    ke_notify_thread(thread, FALSE);
    ke_run_down_apcs(thread);
    ke_abandon_mutants(thread);
    check_end(thread);
    unlink_from_process(thread);
    ke_release_ended_threads();
    if (thread->hal) {
        /* Who takes it joins it first. So whoever has waited for its end finds it in the list. */
        push_ended(thread);
        signal_end(thread);
        ke_thread = NULL;
    } else {
        signal_end(thread);
        ke_thread = NULL;
        push_ended(thread);
    }
}

static VOID end_program_thread(PVOID unused)
{
    PKTHREAD thread = ke_thread;

    UNREFERENCED_PARAMETER(unused);
    end_is_known = FALSE;
    if (!thread)
        return;
    if (thread->is_object) {
        ke_end_thread(thread);
    } else {
        ke_thread = NULL;
        hal_free(thread);
    }
}

VOID ke_on_thread_end(ke_thread_ended ended)
{
    ULONG i;

    for (i = 0; i < threads.end_call_count; i++)
        if (threads.end_calls[i] == ended)
            return;
    NT_ASSERT(i < MAX_END_CALLS);
    threads.end_calls[threads.end_call_count++] = ended;
}

/* ---- the room ------------------------------------------------------------ */

NTSTATUS ke_thread_start(VOID)
{
    PKTHREAD early = ke_thread;
    struct _KTHREAD stand_in;
    NTSTATUS status;

    ob_type_thread.destroy = destroy_thread;
    threads.end_call_count = 0;
    if (!threads.next_id)
        threads.next_id = FIRST_THREAD_ID;
    status = enter_as_object(&stand_in, ke_program_process());
    if (!NT_SUCCESS(status)) {
        ke_thread = early;
        return status;
    }
    if (early)
        hal_free(early);
    /* Release pairs with ke_enter: another thread may enter from now on. */
    __atomic_store_n(&threads.is_running, TRUE, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

static VOID report_straggler(PKTHREAD thread, PVOID context)
{
    CHAR where[128];

    UNREFERENCED_PARAMETER(context);
    if (!thread->hal)
        return;
    hal_describe_code((ULONG64)thread->start_routine, where, sizeof(where));
    rtl_log("waiting for system thread %p to end, which began in %s", thread->id, where);
}

/* Without an end in time this hangs, as does a system whose driver leaves a thread behind. */
static VOID await_kernel_made(VOID)
{
    for (;;) {
        hal_u32 endings = __atomic_load_n(&threads.endings, __ATOMIC_ACQUIRE);

        ke_release_ended_threads();
        if (!__atomic_load_n(&threads.kernel_made, __ATOMIC_RELAXED))
            return;
        if (ke_sleep(&threads.endings, endings, hal_clock_monotonic() + REPORT_AFTER) == HAL_OK)
            continue;
        ke_for_every_thread(report_straggler, NULL);
    }
}

/* A slot lies in the thread's own storage: the thread is alive, and outside the kernel. */
static VOID forget_program_threads(PKPROCESS process)
{
    while (!IsListEmpty(&process->threads)) {
        PKTHREAD thread = CONTAINING_RECORD(process->threads.Flink, struct _KTHREAD, process_link);

        unlink_from_process(thread);
        if (thread == ke_thread)
            continue;
        *thread->slot = NULL;
        ObDereferenceObject(thread);
    }
}

VOID ke_thread_stop(VOID)
{
    PKTHREAD own = ke_thread;

    if (!threads.is_running)
        return;
    /* Sequential consistency pairs with push_ended, which counts first and looks then. */
    __atomic_store_n(&threads.is_running, FALSE, __ATOMIC_SEQ_CST);
    await_kernel_made();
    forget_program_threads(ke_program_process());
    ke_thread = NULL;
    ObDereferenceObject(own);
    threads.end_call_count = 0;
}

VOID ke_for_each_thread(PKPROCESS process, VOID (*work)(PKTHREAD, PVOID), PVOID context)
{
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&process->lock, &irql);
    for (entry = process->threads.Flink; entry != &process->threads; entry = entry->Flink)
        work(CONTAINING_RECORD(entry, struct _KTHREAD, process_link), context);
    KeReleaseSpinLock(&process->lock, irql);
}
