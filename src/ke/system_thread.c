/*
 * System threads: made by the kernel, for itself and for drivers.
 */
#include "dispatcher.h"

#include "../ob/ob.h"

/* Not inlined: PsTerminateSystemThread comes back to this frame. */
static VOID __attribute__((noinline)) run_start_routine(PKTHREAD thread)
{
    PVOID base[5];

    if (__builtin_setjmp(base) == 0) {
        thread->base = base;
        thread->start_routine(thread->start_context);
    }
}

static void run_thread(void *context)
{
    PKTHREAD thread = context;

    thread->slot = &ke_thread;
    ke_thread = thread;
    /* Failing costs no more than the report of a stack overflow. */
    hal_fault_prepare_thread();
    run_start_routine(thread);
    thread->base = NULL;
    thread->seh = NULL;
    ke_end_thread(thread);
}

/* A function of its own, so that the sanitizers see a call that does not return. */
static VOID __attribute__((noreturn, noinline)) go_to_base(PKTHREAD thread)
{
    __builtin_longjmp(thread->base, 1);
}

NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    PKTHREAD thread = ke_current();

    ke_assert_irql("PsTerminateSystemThread", PASSIVE_LEVEL);
    if (!thread->base)
        return STATUS_INVALID_PARAMETER;
    thread->exit_status = ExitStatus;
    go_to_base(thread);
}

static NTSTATUS make(PKPROCESS process, PKSTART_ROUTINE routine, PVOID context, PKTHREAD *thread)
{
    NTSTATUS status;

    ke_release_ended_threads();
    status = ke_make_thread(process, thread);
    if (!NT_SUCCESS(status))
        return status;
    (*thread)->is_system = TRUE;
    (*thread)->start_routine = routine;
    (*thread)->start_context = context;
    return STATUS_SUCCESS;
}

/* On failure the thread is as if it had ended; the caller's reference stays. */
static NTSTATUS start(PKTHREAD thread, PCSTR name)
{
    ObReferenceObject(thread); /* the thread's own */
    ke_count_kernel_thread(1);
    ke_notify_thread(thread, TRUE);
    if (hal_thread_create(&thread->hal, run_thread, thread, name) == HAL_OK)
        return STATUS_SUCCESS;
    ke_notify_thread(thread, FALSE);
    ke_count_kernel_thread(-1);
    ke_unmake_thread(thread);
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS ke_create_thread(PKPROCESS process, PKSTART_ROUTINE routine, PVOID context, PCSTR name,
                          PKTHREAD *thread)
{
    NTSTATUS status = make(process, routine, context, thread);

    if (!NT_SUCCESS(status))
        return status;
    status = start(*thread, name);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(*thread);
        *thread = NULL;
    }
    return status;
}

/* The process to make a thread in; referenced. */
static NTSTATUS reference_process(HANDLE handle, PKPROCESS *process)
{
    if (handle)
        return ob_reference_handle(handle, 0, &ob_type_process, KernelMode, (PVOID *)process, NULL);
    *process = ke_system_process();
    ObReferenceObject(*process);
    return STATUS_SUCCESS;
}

/* The handle and the client's numbers are there before the thread runs. */
static NTSTATUS publish_and_start(PKTHREAD thread, ACCESS_MASK access, ULONG attributes,
                                  PHANDLE handle, PCLIENT_ID id)
{
    CLIENT_ID numbers = {thread->process->id, thread->id};
    NTSTATUS status;

    RtlMapGenericMask(&access, &ob_type_thread.mapping);
    status = ob_make_handle(thread, access, attributes, handle);
    if (!NT_SUCCESS(status)) {
        ke_unmake_thread(thread);
        return status;
    }
    if (id)
        *id = numbers;
    status = start(thread, "ntio system");
    if (!NT_SUCCESS(status)) {
        ob_close_handle(*handle, KernelMode);
        *handle = NULL;
    }
    ObDereferenceObject(thread);
    return status;
}

NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                                    PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                                    PVOID StartContext)
{
    ULONG attributes = ObjectAttributes ? ObjectAttributes->Attributes : 0;
    PKPROCESS process;
    PKTHREAD thread;
    NTSTATUS status;

    ke_assert_irql("PsCreateSystemThread", PASSIVE_LEVEL);
    *ThreadHandle = NULL;
    status = reference_process(ProcessHandle, &process);
    if (!NT_SUCCESS(status))
        return status;
    status = make(process, StartRoutine, StartContext, &thread);
    ObDereferenceObject(process);
    if (!NT_SUCCESS(status))
        return status;
    return publish_and_start(thread, DesiredAccess, attributes, ThreadHandle, ClientId);
}
