/*
 * Device timers: once a second each started one's routine is called, at
 * DISPATCH_LEVEL. One kernel timer serves all; it runs while any is started.
 */
#include "iop.h"

struct _IO_TIMER {
    LIST_ENTRY link; /* in timers.list, guarded by timers.lock */
    PDEVICE_OBJECT device;
    PIO_TIMER_ROUTINE routine;
    PVOID context;
    BOOLEAN is_started;
};

static struct timer_system {
    KSPIN_LOCK lock;
    LIST_ENTRY list;
    ULONG started;
    KTIMER timer;
    KDPC dpc;
} timers;

static VOID NTAPI tick(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    PLIST_ENTRY entry;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    /* As on NT the routines run under the lock: IoStopTimer waits for a call under way. */
    KeAcquireSpinLockAtDpcLevel(&timers.lock);
    for (entry = timers.list.Flink; entry != &timers.list; entry = entry->Flink) {
        PIO_TIMER timer = CONTAINING_RECORD(entry, struct _IO_TIMER, link);

        if (timer->is_started)
            timer->routine(timer->device, timer->context);
    }
    KeReleaseSpinLockFromDpcLevel(&timers.lock);
}

VOID io_timer_start(VOID)
{
    KeInitializeSpinLock(&timers.lock);
    InitializeListHead(&timers.list);
    timers.started = 0;
    KeInitializeTimerEx(&timers.timer, SynchronizationTimer);
    KeInitializeDpc(&timers.dpc, tick, NULL);
}

VOID io_timer_stop(VOID)
{
    KeCancelTimer(&timers.timer);
    KeFlushQueuedDpcs();
}

/* Under the lock. */
static VOID set_started(PIO_TIMER timer, BOOLEAN is_started)
{
    LARGE_INTEGER second = {.QuadPart = -10000000};

    if (timer->is_started == is_started)
        return;
    timer->is_started = is_started;
    timers.started += is_started ? 1 : -1;
    if (is_started && timers.started == 1)
        KeSetTimerEx(&timers.timer, second, 1000, &timers.dpc);
    else if (!timers.started)
        KeCancelTimer(&timers.timer);
}

NTSTATUS NTAPI IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine,
                                 PVOID Context)
{
    PIO_TIMER timer = DeviceObject->Timer;
    KIRQL irql;

    if (!timer) {
        timer = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*timer), EX_TAG_IO);
        if (!timer)
            return STATUS_INSUFFICIENT_RESOURCES;
        memset(timer, 0, sizeof(*timer));
        timer->device = DeviceObject;
    }
    KeAcquireSpinLock(&timers.lock, &irql);
    timer->routine = TimerRoutine;
    timer->context = Context;
    if (!DeviceObject->Timer) {
        InsertTailList(&timers.list, &timer->link);
        DeviceObject->Timer = timer;
    }
    KeReleaseSpinLock(&timers.lock, irql);
    return STATUS_SUCCESS;
}

static VOID start_or_stop(PIO_TIMER timer, BOOLEAN is_started)
{
    KIRQL irql;

    KeAcquireSpinLock(&timers.lock, &irql);
    set_started(timer, is_started);
    KeReleaseSpinLock(&timers.lock, irql);
}

VOID NTAPI IoStartTimer(PDEVICE_OBJECT DeviceObject)
{
    start_or_stop(DeviceObject->Timer, TRUE);
}

VOID NTAPI IoStopTimer(PDEVICE_OBJECT DeviceObject)
{
    start_or_stop(DeviceObject->Timer, FALSE);
}

VOID io_timer_remove(PDEVICE_OBJECT device)
{
    PIO_TIMER timer = device->Timer;
    KIRQL irql;

    if (!timer)
        return;
    KeAcquireSpinLock(&timers.lock, &irql);
    set_started(timer, FALSE);
    RemoveEntryList(&timer->link);
    device->Timer = NULL;
    KeReleaseSpinLock(&timers.lock, irql);
    ExFreePoolWithTag(timer, EX_TAG_IO);
}
