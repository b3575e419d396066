/*
 * Starting and stopping the I/O manager.
 */
#include "interruptp.h"

static struct io_settings settings;
static VOID (*on_stop)(VOID); /* io_on_stop */

VOID io_configure(const struct io_settings *wanted)
{
    settings = *wanted;
}

VOID io_on_stop(VOID (*stop)(VOID))
{
    on_stop = stop;
}

static VOID stop_others(VOID)
{
    if (on_stop)
        on_stop();
    on_stop = NULL;
}

NTSTATUS io_start(VOID)
{
    NTSTATUS status = io_irp_start(!settings.is_pool_special);

    if (!NT_SUCCESS(status))
        return status;
    io_report_start(settings.has_reports);
    io_device_start();
    io_driver_start();
    io_shutdown_start();
    io_timer_start();
    io_vectors_start();
    io_cancel_start();
    io_synchronous_start();
    io_file_start();
    io_open_start();
    io_port_start();
    ke_on_thread_end(io_cancel_thread_irps);
    status = io_sandbox_start(settings.root ? settings.root : hal_environment("NTIO_ROOT"));
    if (!NT_SUCCESS(status))
        io_stop();
    return status;
}

/* A handful of a process's handles at a time. */
struct handle_batch {
    HANDLE handles[64];
    ULONG count;
};

static VOID collect_handle(HANDLE handle, PVOID object, ACCESS_MASK granted, PVOID context)
{
    struct handle_batch *batch = context;

    UNREFERENCED_PARAMETER(object);
    UNREFERENCED_PARAMETER(granted);
    if (batch->count < RTL_NUMBER_OF(batch->handles))
        batch->handles[batch->count++] = handle;
}

/* What the program left open, so that its drivers see the end of it. */
static VOID close_program_handles(VOID)
{
    struct handle_batch batch;
    ULONG i, closed;

    do {
        batch.count = closed = 0;
        ob_for_each_handle(ke_program_process(), collect_handle, &batch);
        for (i = 0; i < batch.count; i++)
            closed += NT_SUCCESS(ob_close_handle(batch.handles[i], KernelMode));
    } while (closed);
}

static VOID unload_drivers(VOID)
{
    PDRIVER_OBJECT driver, previous = NULL;

    while ((driver = io_last_driver())) {
        io_force_unload(driver);
        ObDereferenceObject(driver);
        /* Somebody holds a reference for good: its memory goes with the pool. */
        if (driver == previous)
            break;
        previous = driver;
    }
}

/* Each goes now or when it is not in use any more; one that cannot go ends the round. */
static VOID ask_drivers_to_unload(VOID)
{
    PDRIVER_OBJECT driver, previous = NULL;

    while ((driver = io_last_driver())) {
        BOOLEAN is_stuck = driver == previous || !NT_SUCCESS(io_unload_driver(driver));

        ObDereferenceObject(driver);
        if (is_stuck)
            break;
        previous = driver;
    }
}

VOID io_end(VOID)
{
    io_shutdown_notify();
    io_cancel_process_irps(ke_program_process());
    close_program_handles();
    stop_others();
    ask_drivers_to_unload();
}

VOID io_stop(VOID)
{
    io_shutdown_notify();
    io_cancel_process_irps(ke_program_process());
    close_program_handles();
    stop_others();
    unload_drivers();
    io_code_stop();
    io_timer_stop();
    /* A worker may still be freeing the IRP that it has just completed. */
    ex_work_drain();
    io_irp_stop();
}
