/*
 * Notification of threads that begin and end.
 */
#include "dispatcher.h"

#define MAX_ROUTINES 64

/* Slots are filled and emptied whole; who calls takes what it sees at that moment. */
static PCREATE_THREAD_NOTIFY_ROUTINE thread_routines[MAX_ROUTINES]; /* atomic */

NTSTATUS NTAPI PsSetCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
    ULONG i;

    for (i = 0; i < MAX_ROUTINES; i++) {
        PCREATE_THREAD_NOTIFY_ROUTINE free = NULL;

        if (__atomic_compare_exchange_n(&thread_routines[i], &free, NotifyRoutine, FALSE,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
            return STATUS_SUCCESS;
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS NTAPI PsRemoveCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
    ULONG i;

    for (i = 0; i < MAX_ROUTINES; i++) {
        PCREATE_THREAD_NOTIFY_ROUTINE found = NotifyRoutine;

        if (__atomic_compare_exchange_n(&thread_routines[i], &found, NULL, FALSE, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return STATUS_SUCCESS;
    }
    return STATUS_PROCEDURE_NOT_FOUND;
}

VOID ke_notify_thread(PKTHREAD thread, BOOLEAN create)
{
    ULONG i;

    for (i = 0; i < MAX_ROUTINES; i++) {
        PCREATE_THREAD_NOTIFY_ROUTINE routine =
            __atomic_load_n(&thread_routines[i], __ATOMIC_ACQUIRE);

        if (routine)
            routine(thread->process->id, thread->id, create);
    }
}

VOID ke_notify_stop(VOID)
{
    memset(thread_routines, 0, sizeof(thread_routines));
}
