/*
 * The kernel's private side: threads, processes, IRQL, waiting, bug checks.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../hal/hal.h"

struct ob_handle_table;
struct io_thread;
struct mm_space;

/*
 * DISPATCHER_HEADER.Type: the kinds of object that a thread can wait for. The
 * two high bits of the byte are the object's lock, ke/dispatcher.h.
 */
enum ke_object_type {
    KE_NOTIFICATION_EVENT = 0,
    KE_SYNCHRONIZATION_EVENT = 1,
    KE_MUTANT = 2,
    KE_PROCESS = 3,
    KE_SEMAPHORE = 5,
    KE_THREAD = 6,
    KE_NOTIFICATION_TIMER = 8,
    KE_SYNCHRONIZATION_TIMER = 9,
    KE_APC = 18,          /* KAPC.Type */
    KE_DPC = 19,          /* KDPC.Type */
    KE_DEVICE_QUEUE = 20, /* KDEVICE_QUEUE.Type */
    KE_THREADED_DPC = 24, /* KDPC.Type */
};

/*
 * A process: the system itself or a program. handles and token are ob's: it
 * makes them for the processes that exist when it starts, and takes them away.
 */
struct _KPROCESS {
    DISPATCHER_HEADER header; /* signaled when the process has ended */
    LIST_ENTRY threads;       /* of _KTHREAD.process_link, guarded by lock */
    KSPIN_LOCK lock;
    struct ob_handle_table *handles;
    struct mm_space *space; /* its user addresses; NULL: it has none */
    PACCESS_TOKEN token;    /* ob/security.c */
    HANDLE id;
    NTSTATUS exit_status;
    BOOLEAN is_system;
    ULONG64 pool_quota_used; /* bytes of quota-charged pool, atomic */
    LONG locked_pages;       /* atomic; not 0 at exit is bug check 0x76 */
    LIST_ENTRY link;         /* in the list of processes */
    /* Of a program in another process, else NULL: calls a routine there, on the calling thread. */
    VOID (*call_user)(PVOID routine, PVOID context, PVOID argument1, PVOID argument2);
    VOID (*destroy)(PKPROCESS process); /* its maker's, when the last reference goes; may be NULL */
    PVOID maker;                        /* what that keeps of it */
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
    BOOLEAN is_system;      /* made by PsCreateSystemThread or by the kernel for itself */
    BOOLEAN is_object;      /* FALSE: from before ke_start or after ke_stop, in hal's memory */
    BOOLEAN in_dpc;         /* runs a deferred procedure call */
    BOOLEAN in_context;     /* between mm_enter and mm_leave */
    BOOLEAN is_terminating; /* atomic */
    BOOLEAN must_end;       /* ke_terminate_thread was called; atomic */
    KAFFINITY affinity;     /* where it may run, for who asks: Linux decides; 0: on all */
    KPRIORITY priority;
    LONG base_increment;  /* KeSetBasePriorityThread's */
    LONG critical_region; /* normal kernel APCs disabled while not 0 */
    LONG guarded_region;  /* all APCs disabled while not 0 */
    NTSTATUS exit_status;

    /* Waiting: wake is the futex word; see dispatcher.h for its values. */
    hal_u32 wake;
    KSPIN_LOCK apc_lock;                          /* guards the five that follow */
    LIST_ENTRY user_apcs;                         /* of KAPC.ApcListEntry */
    LIST_ENTRY kernel_apcs;                       /* of KAPC.ApcListEntry, special ones first */
    BOOLEAN refuses_apcs;                         /* it has run its queues down */
    BOOLEAN kernel_apc_pending;                   /* atomic: kernel_apcs may have one */
    BOOLEAN is_alerted;                           /* its next alertable wait ends at once */
    KWAIT_BLOCK wait_blocks[THREAD_WAIT_OBJECTS]; /* for waits without an array of their own */
    LIST_ENTRY mutants; /* of KMUTANT.MutantListEntry: owned, abandoned at the end */

    /* IRPs that this thread has sent and that are not completed; io/irp.c. */
    LIST_ENTRY irps; /* of IRP.ThreadListEntry */
    KSPIN_LOCK irp_lock;
    PIRP current_irp;  /* for the bug check report */
    PVOID handle_read; /* the handle table entry that it looks at, or NULL; atomic, ob/handle.c */
    PACCESS_TOKEN client; /* whom it impersonates, or NULL; its own, ob_impersonate */
    SECURITY_IMPERSONATION_LEVEL client_level;
    PVOID wdf_used;       /* what of the framework it uses, or NULL; atomic, wdf/thread_use.h */
    struct io_thread *io; /* io's free IRPs for this thread; its own thread's, io/irp.c */

    struct rtl_seh_frame *seh; /* innermost guarded body, rtl/seh.h */

    PKSTART_ROUTINE start_routine;
    PVOID start_context;
    ULONG last_error; /* win32's GetLastError */

    struct ke_dpc_queue *dpc_queue; /* a DPC thread's own, else NULL */
    PVOID *base;                    /* where PsTerminateSystemThread goes back to, thread.c */
    PKTHREAD *slot;                 /* its ke_thread */
    PKTHREAD next_ended;            /* in thread.c's list of threads to be released */
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
 * Starts the room: DPC threads (the first keeps the timers too), the system
 * process. The calling thread becomes a thread of the first program process.
 *
 * Runs after the pools and before ob_start: it makes threads and processes with
 * ob_create, which needs nothing but the pools. ke_current works before it and
 * after ke_stop too, with a KTHREAD that no handle can name.
 */
NTSTATUS ke_start(VOID);
/*
 * Ends its threads, waits for the system threads that still run, and gives
 * everything back. Threads of the program must be outside the kernel; those
 * still alive become known anew when they next enter.
 */
VOID ke_stop(VOID);

/*
 * The system process and the process of the embedded program; in a kernel that serves
 * programs elsewhere, of its own main thread.
 */
PKPROCESS ke_system_process(VOID);
PKPROCESS ke_program_process(VOID);

/*
 * Makes a process for a program that is elsewhere, without handle table, token and
 * space; its maker fills these in and enters it with ke_publish_process. The
 * caller's reference is given up by ke_withdraw_process, which takes it off the list.
 */
NTSTATUS ke_create_process(PCSTR name, HANDLE id, PKPROCESS *process);
VOID ke_publish_process(PKPROCESS process);
VOID ke_withdraw_process(PKPROCESS process);

/* Calls work(context) for each process, at DISPATCH_LEVEL, under the lock of the list. */
VOID ke_for_each_process(VOID (*work)(PKPROCESS process, PVOID context), PVOID context);
/* The process after previous (NULL: the first), referenced, or NULL; lets go of previous. */
PKPROCESS ke_next_process(PKPROCESS previous);
/* ke_for_each_thread for the threads of all processes. */
VOID ke_for_every_thread(VOID (*work)(PKTHREAD, PVOID), PVOID context);
/* The thread of that number, referenced: of the process, or of any if that is NULL. NULL: none. */
PKTHREAD ke_find_thread(PKPROCESS process, HANDLE id);

/*
 * Makes the calling thread, which the kernel does not know yet, one of process in
 * user mode; it is until it ends. STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS ke_enter_process(PKPROCESS process);

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
 * Makes and starts a system thread that runs routine(context); *thread is
 * referenced for the caller. name is what Linux shows. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS ke_create_thread(PKPROCESS process, PKSTART_ROUTINE routine, PVOID context, PCSTR name,
                          PKTHREAD *thread);

/*
 * Calls work(context) for each thread of process, under the process's lock at
 * DISPATCH_LEVEL.
 */
VOID ke_for_each_thread(PKPROCESS process, VOID (*work)(PKTHREAD, PVOID), PVOID context);

/*
 * Rooms above ke that have to act when a thread ends (io cancels its IRPs),
 * called in order added, on the ending thread at PASSIVE_LEVEL. Forgotten by
 * ke_stop. Adding one twice adds it once.
 */
typedef VOID (*ke_thread_ended)(PKTHREAD thread);
VOID ke_on_thread_end(ke_thread_ended ended);
/* Takes away the references of threads that have ended. PASSIVE_LEVEL. */
VOID ke_release_ended_threads(VOID);

/*
 * The fatal path: prints the report and ends the process with exit code 16. A
 * test replaces the end with ke_bugcheck_hook, which must not return (longjmp).
 */
typedef VOID (*ke_bugcheck_handler)(ULONG code, const ULONG_PTR parameters[4]);
ke_bugcheck_handler ke_bugcheck_hook(ke_bugcheck_handler handler);
/* The report of the last bug check; with a hook in place it is made but not printed. */
PCSTR ke_bugcheck_report(VOID);
/*
 * KeBugCheckEx with one more line for the report, in words that the parameters
 * cannot carry. note may be NULL.
 */
VOID ke_bugcheck(ULONG code, const ULONG_PTR parameters[4], PCSTR note) __attribute__((noreturn));
/* The name of a stop code ("IRQL_NOT_LESS_OR_EQUAL"), or NULL. */
PCSTR ke_bugcheck_name(ULONG code);

/* Adds the driver's view to the report: called with the faulting or calling context. */
VOID ke_bugcheck_from_fault(ULONG code, const ULONG_PTR parameters[4],
                            const struct hal_fault *fault) __attribute__((noreturn));

/*
 * Gives the processor up until hal_wake on word, or deadline, if word is still
 * expected: the one place where a thread of the kernel may switch.
 */
int ke_sleep(hal_u32 *word, hal_u32 expected, hal_i64 deadline);
/* Called around it on a thread whose in_context is set. Once, while starting. */
VOID ke_on_context_sleep(VOID (*before)(PKTHREAD thread), VOID (*after)(PKTHREAD thread));

/* A time-out as NT's calls take it, as hal_wait's deadline; NULL is HAL_FOREVER. */
hal_i64 ke_deadline(const LARGE_INTEGER *timeout);

/* KeReleaseSemaphore and KeReleaseMutant with an answer instead of an exception. */
NTSTATUS ke_release_semaphore(PRKSEMAPHORE semaphore, LONG adjustment, PLONG previous);
NTSTATUS ke_release_mutant(PRKMUTANT mutant, BOOLEAN abandoned, PLONG previous);

/* Queues a user APC; KernelRoutine etc. are NT's. Returns FALSE if the thread has ended. */
BOOLEAN ke_queue_user_apc(PKTHREAD thread, PKAPC apc);
/*
 * At the boundary to user mode, PASSIVE_LEVEL: delivers the thread's kernel and
 * user APCs; returns TRUE if there was a user APC.
 */
BOOLEAN ke_deliver_user_apcs(VOID);
/* Wakes thread from an alertable wait with STATUS_ALERTED, or its next one. */
VOID ke_alert_thread(PKTHREAD thread);

/*
 * Its program is gone: the thread's waits in UserMode, the one under way and all
 * that follow, end with STATUS_THREAD_IS_TERMINATING.
 */
VOID ke_terminate_thread(PKTHREAD thread);

/* What drivers call though no header declares it. */
typedef enum _KAPC_ENVIRONMENT {
    OriginalApcEnvironment,
    AttachedApcEnvironment,
    CurrentApcEnvironment,
    InsertApcEnvironment
} KAPC_ENVIRONMENT;

VOID NTAPI KeInitializeApc(PRKAPC Apc, PRKTHREAD Thread, KAPC_ENVIRONMENT Environment,
                           PKKERNEL_ROUTINE KernelRoutine, PKRUNDOWN_ROUTINE RundownRoutine,
                           PKNORMAL_ROUTINE NormalRoutine, KPROCESSOR_MODE ApcMode,
                           PVOID NormalContext);
/* FALSE if it is queued already or the thread has ended. IRQL <= DISPATCH_LEVEL. */
BOOLEAN NTAPI KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1, PVOID SystemArgument2,
                               KPRIORITY Increment);
BOOLEAN NTAPI KeRemoveQueueApc(PRKAPC Apc);
/* TRUE if the thread was alerted, which it then is no more. */
BOOLEAN NTAPI KeTestAlertThread(KPROCESSOR_MODE AlertMode);
