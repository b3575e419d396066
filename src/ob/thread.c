/*
 * Threads by handle, and a thread's own delays.
 */
#include "services.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"
#include "ob_private.h"
#include "rights.h"

typedef struct _THREAD_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PVOID TebBaseAddress;
    CLIENT_ID ClientId;
    KAFFINITY AffinityMask;
    KPRIORITY Priority;
    LONG BasePriority;
} THREAD_BASIC_INFORMATION;

/* ---- what a thread is ---------------------------------------------------- */

static NTSTATUS query_basic(PKTHREAD thread, PVOID information, ULONG length, PULONG returned,
                            KPROCESSOR_MODE mode)
{
    KAFFINITY affinity = __atomic_load_n(&thread->affinity, __ATOMIC_RELAXED);
    THREAD_BASIC_INFORMATION basic = {
        /* Not signaled: it runs. */
        .ExitStatus = thread->header.SignalState ? thread->exit_status : STATUS_PENDING,
        .ClientId = {thread->process->id, thread->id},
        .AffinityMask = affinity ? affinity : KeQueryActiveProcessors(),
        .Priority = thread->priority,
        .BasePriority = thread->base_increment,
    };
    ULONG size = sizeof(basic);
    NTSTATUS status;

    if (length != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    status = ob_copy_out(information, &basic, size, mode);
    if (NT_SUCCESS(status) && returned)
        status = ob_copy_out(returned, &size, sizeof(size), mode);
    return status;
}

NTSTATUS NTAPI NtQueryInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
                                        PVOID ThreadInformation, ULONG ThreadInformationLength,
                                        PULONG ReturnLength)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    PVOID thread;
    NTSTATUS status;

    if (ThreadInformationClass != ThreadBasicInformation)
        return STATUS_INVALID_INFO_CLASS;
    status = ob_reference_handle(ThreadHandle, THREAD_QUERY_INFORMATION, &ob_type_thread, mode,
                                 &thread, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = query_basic(thread, ThreadInformation, ThreadInformationLength, ReturnLength, mode);
    ObfDereferenceObject(thread);
    return status;
}

static NTSTATUS set_affinity(PKTHREAD thread, KAFFINITY affinity)
{
    if (!affinity || affinity & ~KeQueryActiveProcessors())
        return STATUS_INVALID_PARAMETER;
    __atomic_store_n(&thread->affinity, affinity, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtSetInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
                                      PVOID ThreadInformation, ULONG ThreadInformationLength)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    union {
        LONG increment;
        KAFFINITY affinity;
    } value;
    PVOID thread;
    NTSTATUS status;

    if (ThreadInformationClass != ThreadBasePriority &&
        ThreadInformationClass != ThreadAffinityMask)
        return STATUS_INVALID_INFO_CLASS;
    if (ThreadInformationLength != (ThreadInformationClass == ThreadBasePriority
                                        ? sizeof(value.increment)
                                        : sizeof(value.affinity)))
        return STATUS_INFO_LENGTH_MISMATCH;
    status = ob_copy_in(&value, ThreadInformation, ThreadInformationLength, mode);
    if (NT_SUCCESS(status))
        status = ob_reference_handle(ThreadHandle, THREAD_SET_INFORMATION, &ob_type_thread, mode,
                                     &thread, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (ThreadInformationClass == ThreadBasePriority)
        KeSetBasePriorityThread(thread, value.increment);
    else
        status = set_affinity(thread, value.affinity);
    ObfDereferenceObject(thread);
    return status;
}

/* ---- opening by number --------------------------------------------------- */

NTSTATUS NTAPI NtOpenThread(PHANDLE ThreadHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    OBJECT_ATTRIBUTES attributes;
    PKTHREAD thread;
    CLIENT_ID id;
    HANDLE handle;
    NTSTATUS status = ob_copy_in(&id, ClientId, sizeof(id), mode);

    if (NT_SUCCESS(status))
        status = ob_copy_in(&attributes, ObjectAttributes, sizeof(attributes), mode);
    if (!NT_SUCCESS(status))
        return status;
    thread = ke_find_thread(ke_current()->process, id.UniqueThread);
    if (!thread)
        return STATUS_INVALID_CID;
    RtlMapGenericMask(&DesiredAccess, &ob_type_thread.mapping);
    status = ob_make_handle(thread, DesiredAccess, attributes.Attributes, &handle);
    ObDereferenceObject(thread);
    return NT_SUCCESS(status) ? ob_copy_out(ThreadHandle, &handle, sizeof(handle), mode) : status;
}

/* ---- APCs ---------------------------------------------------------------- */

static VOID NTAPI free_apc(PKAPC apc, PKNORMAL_ROUTINE *routine, PVOID *context, PVOID *argument1,
                           PVOID *argument2)
{
    UNREFERENCED_PARAMETER(routine);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    ExFreePoolWithTag(apc, EX_TAG_THREAD);
}

static VOID NTAPI run_down_apc(PKAPC apc)
{
    ExFreePoolWithTag(apc, EX_TAG_THREAD);
}

NTSTATUS NTAPI NtQueueApcThread(HANDLE ThreadHandle, PVOID ApcRoutine, PVOID ApcArgument1,
                                PVOID ApcArgument2, PVOID ApcArgument3)
{
    PVOID thread;
    PKAPC apc;
    NTSTATUS status = ob_reference_handle(ThreadHandle, THREAD_SET_CONTEXT, &ob_type_thread,
                                          ke_current()->previous_mode, &thread, NULL);

    if (!NT_SUCCESS(status))
        return status;
    apc = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*apc), EX_TAG_THREAD);
    if (!apc) {
        status = STATUS_NO_MEMORY;
    } else {
        KeInitializeApc(apc, thread, OriginalApcEnvironment, free_apc, run_down_apc, ApcRoutine,
                        UserMode, ApcArgument1);
        if (!KeInsertQueueApc(apc, ApcArgument2, ApcArgument3, IO_NO_INCREMENT)) {
            ExFreePoolWithTag(apc, EX_TAG_THREAD);
            status = STATUS_UNSUCCESSFUL;
        }
    }
    ObfDereferenceObject(thread);
    return status;
}

NTSTATUS NTAPI NtTestAlert(VOID)
{
    BOOLEAN alerted = KeTestAlertThread(ke_current()->previous_mode);

    ke_deliver_user_apcs();
    return alerted ? STATUS_ALERTED : STATUS_SUCCESS;
}

/* ---- delays -------------------------------------------------------------- */

NTSTATUS NTAPI NtDelayExecution(BOOLEAN Alertable, PLARGE_INTEGER DelayInterval)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    LARGE_INTEGER interval;
    NTSTATUS status = ob_copy_in(&interval, DelayInterval, sizeof(interval), mode);

    if (!NT_SUCCESS(status))
        return status;
    status = KeDelayExecutionThread(mode, Alertable, &interval);
    if (status == STATUS_USER_APC && mode != KernelMode)
        ke_deliver_user_apcs();
    return status;
}

NTSTATUS NTAPI NtYieldExecution(VOID)
{
    hal_yield();
    return STATUS_SUCCESS;
}

/* ---- the end ------------------------------------------------------------- */

/*
 * For the calling thread alone, and only the kernel's part: the status that
 * others will see of it. A thread of the program is Linux' to end, and whoever
 * made it ends it right after; another thread cannot be ended from outside
 * without leaving locked what it has locked.
 */
NTSTATUS NTAPI NtTerminateThread(HANDLE ThreadHandle, NTSTATUS ExitStatus)
{
    PKTHREAD self = ke_current();
    PVOID thread;
    NTSTATUS status = ob_reference_handle(ThreadHandle, THREAD_TERMINATE, &ob_type_thread,
                                          self->previous_mode, &thread, NULL);

    if (!NT_SUCCESS(status))
        return status;
    ObfDereferenceObject(thread);
    if (thread != self) {
        rtl_log("NtTerminateThread: only a thread itself can end, not thread %p",
                ((PKTHREAD)thread)->id);
        return STATUS_NOT_SUPPORTED;
    }
    self->exit_status = ExitStatus;
    return STATUS_SUCCESS;
}
