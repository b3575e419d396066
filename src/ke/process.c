/*
 * Processes: the system's own, and the program that the kernel is embedded in.
 */
#include "dispatcher.h"

#include "../ob/ob.h"
#include "../rtl/rtl.h"

#define SYSTEM_PROCESS_ID 4

PEPROCESS PsInitialSystemProcess;

static struct {
    PKPROCESS system, program; /* set while starting and stopping, read-only between */
} processes;

PKPROCESS ke_system_process(VOID)
{
    return processes.system;
}

PKPROCESS ke_program_process(VOID)
{
    return processes.program;
}

VOID ke_process_initialize(PKPROCESS process, PCSTR name, BOOLEAN is_system)
{
    memset(process, 0, sizeof(*process));
    ke_initialize_header(&process->header, KE_PROCESS, sizeof(*process), 0);
    InitializeListHead(&process->threads);
    KeInitializeSpinLock(&process->lock);
    process->id = ULongToHandle(is_system ? SYSTEM_PROCESS_ID : hal_process_id());
    process->exit_status = STATUS_PENDING;
    process->is_system = is_system;
    rtl_format(process->name, sizeof(process->name), "%s", name);
}

static NTSTATUS make_process(PCSTR name, BOOLEAN is_system, PKPROCESS *process)
{
    NTSTATUS status = ob_create(&ob_type_process, sizeof(**process), (PVOID *)process);

    if (NT_SUCCESS(status))
        ke_process_initialize(*process, name, is_system);
    return status;
}

NTSTATUS ke_process_start(VOID)
{
    NTSTATUS status = make_process("System", TRUE, &processes.system);

    if (NT_SUCCESS(status))
        status = make_process("program", FALSE, &processes.program);
    PsInitialSystemProcess = (PEPROCESS)processes.system;
    return status;
}

static VOID release(PKPROCESS *process)
{
    if (*process)
        ObDereferenceObject(*process);
    *process = NULL;
}

VOID ke_process_stop(VOID)
{
    release(&processes.program);
    release(&processes.system);
    PsInitialSystemProcess = NULL;
}
