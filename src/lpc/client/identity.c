/*
 * Who the caller is: a process has the number that Linux gave it, a thread the one
 * that the kernel did.
 */
#include "client.h"

/* ThreadBasicInformation, which the driver kit does not declare. */
struct basic_information {
    NTSTATUS exit_status;
    PVOID teb;
    CLIENT_ID id;
    ULONG_PTR affinity;
    LONG priority, base_priority;
};

static _Thread_local HANDLE own_id __attribute__((tls_model("initial-exec")));

HANDLE NTAPI PsGetCurrentProcessId(VOID)
{
    return ULongToHandle(hal_process_id());
}

HANDLE NTAPI PsGetCurrentThreadId(VOID)
{
    struct basic_information basic;
    const hal_u64 arguments[] = {(hal_u64)NtCurrentThread(), 0, (hal_u64)&basic, sizeof(basic), 0};

    if (!own_id && NT_SUCCESS(client_call(LPC_NtQueryInformationThread, arguments, 5)))
        own_id = basic.id.UniqueThread;
    return own_id;
}
