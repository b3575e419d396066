/*
 * Starting and stopping the room.
 */
#include "dispatcher.h"

volatile CCHAR KeNumberProcessors;

NTSTATUS ke_start(VOID)
{
    hal_u32 processors = hal_processor_count();
    NTSTATUS status;

    KeNumberProcessors =
        (CCHAR)(processors > MAXIMUM_PROC_PER_GROUP ? MAXIMUM_PROC_PER_GROUP : processors);
    ke_timer_start();
    status = ke_process_start();
    if (NT_SUCCESS(status))
        status = ke_thread_start();
    if (NT_SUCCESS(status))
        status = ke_dpc_start();
    if (!NT_SUCCESS(status))
        ke_stop();
    return status;
}

VOID ke_stop(VOID)
{
    ke_dpc_stop();
    ke_thread_stop();
    ke_process_stop();
    ke_notify_stop();
}
