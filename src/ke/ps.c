/*
 * What drivers ask about processes and threads.
 */
#include "dispatcher.h"

#include "../ob/ob.h"

#define MAJOR_VERSION 10
#define MINOR_VERSION 0
#define BUILD_NUMBER 22621

PKTHREAD NTAPI KeGetCurrentThread(VOID)
{
    return ke_current();
}

KPROCESSOR_MODE NTAPI ExGetPreviousMode(VOID)
{
    return ke_current()->previous_mode;
}

HANDLE NTAPI PsGetCurrentProcessId(VOID)
{
    return ke_current()->process->id;
}

HANDLE NTAPI PsGetCurrentThreadId(VOID)
{
    return ke_current()->id;
}

HANDLE NTAPI PsGetCurrentThreadProcessId(VOID)
{
    return ke_current()->process->id;
}

HANDLE NTAPI PsGetProcessId(PEPROCESS Process)
{
    return ((PKPROCESS)Process)->id;
}

HANDLE NTAPI PsGetThreadId(PETHREAD Thread)
{
    return ((PKTHREAD)Thread)->id;
}

HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread)
{
    return ((PKTHREAD)Thread)->process->id;
}

PEPROCESS NTAPI PsGetThreadProcess(PETHREAD Thread)
{
    return (PEPROCESS)((PKTHREAD)Thread)->process;
}

BOOLEAN NTAPI PsIsSystemThread(PETHREAD Thread)
{
    return ((PKTHREAD)Thread)->is_system;
}

BOOLEAN NTAPI PsIsThreadTerminating(PETHREAD Thread)
{
    return __atomic_load_n(&((PKTHREAD)Thread)->is_terminating, __ATOMIC_RELAXED);
}

BOOLEAN NTAPI PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber,
                           PUNICODE_STRING CSDVersion)
{
    if (MajorVersion)
        *MajorVersion = MAJOR_VERSION;
    if (MinorVersion)
        *MinorVersion = MINOR_VERSION;
    if (BuildNumber)
        *BuildNumber = BUILD_NUMBER;
    if (CSDVersion)
        RtlInitUnicodeString(CSDVersion, NULL);
    return DBG;
}

struct process_lookup {
    HANDLE id;
    PKPROCESS found; /* referenced */
};

static VOID compare_process(PKPROCESS process, PVOID context)
{
    struct process_lookup *lookup = context;

    if (process->id != lookup->id || lookup->found)
        return;
    ObReferenceObject(process);
    lookup->found = process;
}

NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process)
{
    struct process_lookup lookup = {.id = ProcessId};

    ke_for_each_process(compare_process, &lookup);
    if (!lookup.found)
        return STATUS_INVALID_CID;
    *Process = (PEPROCESS)lookup.found;
    return STATUS_SUCCESS;
}

struct thread_lookup {
    HANDLE id;
    PKTHREAD found; /* referenced: a thread in a process's list has not let go of itself */
};

static VOID compare_thread(PKTHREAD thread, PVOID context)
{
    struct thread_lookup *lookup = context;

    if (thread->id != lookup->id || lookup->found)
        return;
    ObReferenceObject(thread);
    lookup->found = thread;
}

PKTHREAD ke_find_thread(PKPROCESS process, HANDLE id)
{
    struct thread_lookup lookup = {.id = id};

    if (process)
        ke_for_each_thread(process, compare_thread, &lookup);
    else
        ke_for_every_thread(compare_thread, &lookup);
    return lookup.found;
}

NTSTATUS NTAPI PsLookupThreadByThreadId(HANDLE UniqueThreadId, PETHREAD *Thread)
{
    PKTHREAD thread = ke_find_thread(NULL, UniqueThreadId);

    if (!thread)
        return STATUS_INVALID_CID;
    *Thread = (PETHREAD)thread;
    return STATUS_SUCCESS;
}

/* ---- priorities: kept and told, but Linux schedules ---------------------- */

KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    ke_assert_irql("KeSetPriorityThread", DISPATCH_LEVEL);
    return __atomic_exchange_n(&Thread->priority, Priority, __ATOMIC_RELAXED);
}

KPRIORITY NTAPI KeQueryPriorityThread(PRKTHREAD Thread)
{
    return __atomic_load_n(&Thread->priority, __ATOMIC_RELAXED);
}

LONG NTAPI KeSetBasePriorityThread(PRKTHREAD Thread, LONG Increment)
{
    LONG old = __atomic_exchange_n(&Thread->base_increment, Increment, __ATOMIC_RELAXED);

    __atomic_fetch_add(&Thread->priority, Increment - old, __ATOMIC_RELAXED);
    return old;
}
