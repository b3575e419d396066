/*
 * Processes: the system's own, the program that the kernel is embedded in, and
 * those that it serves.
 */
#include "dispatcher.h"

#include "../ob/ob.h"
#include "../rtl/rtl.h"

#define SYSTEM_PROCESS_ID 4

PEPROCESS PsInitialSystemProcess;

static struct {
    PKPROCESS system, program; /* set while starting and stopping, read-only between */
    LIST_ENTRY list;           /* of _KPROCESS.link, guarded by lock */
    KSPIN_LOCK lock;
} processes;

PKPROCESS ke_system_process(VOID)
{
    return processes.system;
}

PKPROCESS ke_program_process(VOID)
{
    return processes.program;
}

NTSTATUS ke_create_process(PCSTR name, HANDLE id, PKPROCESS *process)
{
    NTSTATUS status = ob_create(&ob_type_process, sizeof(**process), (PVOID *)process);
    PKPROCESS made = *process;

    if (!NT_SUCCESS(status))
        return status;
    memset(made, 0, sizeof(*made));
    ke_initialize_header(&made->header, KE_PROCESS, sizeof(*made), 0);
    InitializeListHead(&made->threads);
    InitializeListHead(&made->link);
    KeInitializeSpinLock(&made->lock);
    made->id = id;
    made->exit_status = STATUS_PENDING;
    rtl_format(made->name, sizeof(made->name), "%s", name);
    return STATUS_SUCCESS;
}

VOID ke_publish_process(PKPROCESS process)
{
    KIRQL irql;

    KeAcquireSpinLock(&processes.lock, &irql);
    InsertTailList(&processes.list, &process->link);
    KeReleaseSpinLock(&processes.lock, irql);
}

VOID ke_withdraw_process(PKPROCESS process)
{
    KIRQL irql;

    KeAcquireSpinLock(&processes.lock, &irql);
    RemoveEntryList(&process->link);
    InitializeListHead(&process->link);
    KeReleaseSpinLock(&processes.lock, irql);
    ObDereferenceObject(process);
}

static VOID destroy_process(PVOID object)
{
    PKPROCESS process = object;

    if (process->destroy)
        process->destroy(process);
}

VOID ke_for_each_process(VOID (*work)(PKPROCESS process, PVOID context), PVOID context)
{
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&processes.lock, &irql);
    for (entry = processes.list.Flink; entry != &processes.list; entry = entry->Flink)
        work(CONTAINING_RECORD(entry, struct _KPROCESS, link), context);
    KeReleaseSpinLock(&processes.lock, irql);
}

PKPROCESS ke_next_process(PKPROCESS previous)
{
    PLIST_ENTRY entry = &processes.list;
    PKPROCESS next = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&processes.lock, &irql);
    /* One that was taken off the list meanwhile has nobody after it. */
    if (previous)
        entry = &previous->link;
    if (!previous || !IsListEmpty(entry))
        entry = entry->Flink;
    if (entry != &processes.list && (!previous || entry != &previous->link)) {
        next = CONTAINING_RECORD(entry, struct _KPROCESS, link);
        ObReferenceObject(next);
    }
    KeReleaseSpinLock(&processes.lock, irql);
    if (previous)
        ObDereferenceObject(previous);
    return next;
}

struct thread_work {
    VOID (*work)(PKTHREAD thread, PVOID context);
    PVOID context;
};

static VOID work_on_threads(PKPROCESS process, PVOID context)
{
    const struct thread_work *work = context;

    ke_for_each_thread(process, work->work, work->context);
}

VOID ke_for_every_thread(VOID (*work)(PKTHREAD, PVOID), PVOID context)
{
    struct thread_work each = {work, context};

    ke_for_each_process(work_on_threads, &each);
}

NTSTATUS ke_process_start(VOID)
{
    NTSTATUS status;

    InitializeListHead(&processes.list);
    KeInitializeSpinLock(&processes.lock);
    ob_type_process.destroy = destroy_process;
    status = ke_create_process("System", ULongToHandle(SYSTEM_PROCESS_ID), &processes.system);
    if (!NT_SUCCESS(status))
        return status;
    processes.system->is_system = TRUE;
    ke_publish_process(processes.system);
    PsInitialSystemProcess = (PEPROCESS)processes.system;
    status = ke_create_process("program", ULongToHandle(hal_process_id()), &processes.program);
    if (NT_SUCCESS(status))
        ke_publish_process(processes.program);
    return status;
}

static VOID release(PKPROCESS *process)
{
    if (*process)
        ke_withdraw_process(*process);
    *process = NULL;
}

VOID ke_process_stop(VOID)
{
    release(&processes.program);
    release(&processes.system);
    PsInitialSystemProcess = NULL;
}
