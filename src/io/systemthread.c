/*
 * Work that NT does in the system process: DriverEntry, unloading.
 */
#include "iop.h"

struct system_work {
    NTSTATUS (*work)(PVOID context);
    PVOID context;
    NTSTATUS status;
};

static VOID NTAPI run(PVOID context)
{
    struct system_work *work = context;

    work->status = work->work(work->context);
}

NTSTATUS io_run_in_system(NTSTATUS (*work)(PVOID context), PVOID context)
{
    struct system_work order = {work, context, STATUS_UNSUCCESSFUL};
    HANDLE handle;
    PVOID thread;
    NTSTATUS status;

    if (ke_current()->process->is_system)
        return work(context);
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, run, &order);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_reference_handle(handle, 0, &ob_type_thread, KernelMode, &thread, NULL);
    ob_close_handle(handle, KernelMode);
    if (!NT_SUCCESS(status))
        return status;
    KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(thread);
    return order.status;
}
