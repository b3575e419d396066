/*
 * The kernel's private side: threads, processes, IRQL, waiting, bug checks.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../hal/hal.h"

struct ob_handle_table;

/*
 * A process: the system itself or a program. Its object is made by ob.
 */
struct _KPROCESS {
    DISPATCHER_HEADER header; /* signaled when the process has ended */
    LIST_ENTRY threads;       /* of _KTHREAD.process_link, guarded by lock */
    KSPIN_LOCK lock;
    struct ob_handle_table *handles;
    PACCESS_TOKEN token; /* ob/security.c */
    HANDLE id;
    NTSTATUS exit_status;
    BOOLEAN is_system;
    ULONG64 pool_quota_used; /* bytes of quota-charged pool, atomic */
    LONG locked_pages;       /* atomic; not 0 at exit is bug check 0x76 */
    CHAR name[16];
};

/*
 * A thread as the kernel knows it. Threads of a program get theirs when they
 * first enter the kernel, system threads are born with it.
 */
struct _KTHREAD {
    DISPATCHER_HEADER header; /* signaled when the thread has ended */
    PKPROCESS process;
    LIST_ENTRY process_link;
    HANDLE id;
    struct hal_thread *hal; /* NULL for a thread that the kernel did not start */

    KIRQL irql; /* changed by its own thread only */
    KPROCESSOR_MODE previous_mode;
    KPRIORITY priority;
    LONG critical_region;    /* normal kernel APCs disabled while not 0 */
    LONG guarded_region;     /* all APCs disabled while not 0 */
    BOOLEAN is_terminating;
    NTSTATUS exit_status;

    /* Waiting: wake is the futex word; see wait.c for its values. */
    hal_u32 wake;
    KSPIN_LOCK apc_lock;
    LIST_ENTRY user_apcs; /* of KAPC.ApcListEntry */
    BOOLEAN is_alerted;
    KWAIT_BLOCK wait_blocks[MAXIMUM_WAIT_OBJECTS];
    LIST_ENTRY mutants; /* owned, abandoned at the end */

    /* IRPs that this thread has sent and that are not completed; io/irp.c. */
    LIST_ENTRY irps; /* of IRP.ThreadListEntry */
    KSPIN_LOCK irp_lock;
    PIRP current_irp; /* for the bug check report */

    struct rtl_seh_frame *seh; /* innermost guarded body, rtl/seh.h */

    PKSTART_ROUTINE start_routine;
    PVOID start_context;
    ULONG last_error; /* win32's GetLastError */
};

/* The calling thread, or NULL if it has not entered the kernel yet. */
extern _Thread_local PKTHREAD ke_thread __attribute__((tls_model("initial-exec")));

/* The calling thread, made known to the kernel if it was not. Never NULL. */
PKTHREAD ke_enter(VOID);

static inline PKTHREAD ke_current(VOID)
{
    PKTHREAD thread = ke_thread;
    return thread ? thread : ke_enter();
}

/*
 * Starts the room: clock, timer thread, DPC threads, the system process. The
 * calling thread becomes a thread of the first program process.
 */
NTSTATUS ke_start(VOID);
/* Ends its threads and gives everything back; the calling thread stays known until it exits. */
VOID ke_stop(VOID);

/* The system process and the process of the embedded program. */
PKPROCESS ke_system_process(VOID);
PKPROCESS ke_program_process(VOID);

/* Sets a process's fields up; its memory is the caller's. */
VOID ke_process_initialize(PKPROCESS process, PCSTR name, BOOLEAN is_system);

/*
 * Checks at a function's entry that the thread's IRQL is at most limit; above
 * it, reports the function and bug checks IRQL_NOT_LESS_OR_EQUAL.
 */
VOID ke_irql_violation(PCSTR function, KIRQL limit) __attribute__((noreturn));

static inline VOID ke_assert_irql(PCSTR function, KIRQL limit)
{
    if (__builtin_expect(ke_current()->irql > limit, 0))
        ke_irql_violation(function, limit);
}

#define KE_ASSERT_IRQL(limit) ke_assert_irql(__func__, limit)

/*
 * Calls work(context) for each thread of process, under the process's lock at
 * DISPATCH_LEVEL.
 */
VOID ke_for_each_thread(PKPROCESS process, VOID (*work)(PKTHREAD, PVOID), PVOID context);

/* Rooms above ke that have to act when a thread ends (io cancels its IRPs), called in order added. */
typedef VOID (*ke_thread_ended)(PKTHREAD thread);
VOID ke_on_thread_end(ke_thread_ended ended);

/*
 * The fatal path: prints the report and ends the process with exit code 16. A
 * test replaces the end with ke_bugcheck_hook, which must not return (longjmp).
 */
typedef VOID (*ke_bugcheck_handler)(ULONG code, const ULONG_PTR parameters[4]);
ke_bugcheck_handler ke_bugcheck_hook(ke_bugcheck_handler handler);

/* Adds the driver's view to the report: called with the faulting or calling context. */
VOID ke_bugcheck_from_fault(ULONG code, const ULONG_PTR parameters[4],
                            const struct hal_fault *fault) __attribute__((noreturn));

/* Queues a user APC; KernelRoutine etc. are NT's. Returns FALSE if the thread has ended. */
BOOLEAN ke_queue_user_apc(PKTHREAD thread, PKAPC apc);
/* Delivers the thread's user APCs; returns TRUE if there was one. PASSIVE_LEVEL, user mode boundary. */
BOOLEAN ke_deliver_user_apcs(VOID);
/* Wakes thread from an alertable user wait with STATUS_ALERTED. */
VOID ke_alert_thread(PKTHREAD thread);
