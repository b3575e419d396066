/*
 * The clocks. Interrupt time runs on hal's monotonic clock, system time on the
 * time of day; both in units of 100 ns.
 */
#include "dispatcher.h"

#define TIME_INCREMENT 156250ull   /* 100 ns in a tick: 64 ticks a second */
#define COUNTER_FREQUENCY 10000000 /* the performance counter's, as on Windows 10 */

ULONGLONG NTAPI KeQueryInterruptTime(VOID)
{
    return (ULONGLONG)hal_clock_monotonic() / 100;
}

ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
    ULONGLONG time = KeQueryInterruptTime();

    *QpcTimeStamp = time;
    return time;
}

/* The system does not sleep without its processes: unbiased is the same. */
ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(VOID)
{
    return KeQueryInterruptTime();
}

VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = hal_clock_system();
}

VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = hal_clock_system();
}

VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
    CurrentCount->QuadPart = (LONGLONG)(KeQueryInterruptTime() / TIME_INCREMENT);
}

ULONG NTAPI KeQueryTimeIncrement(VOID)
{
    return TIME_INCREMENT;
}

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER counter;

    if (PerformanceFrequency)
        PerformanceFrequency->QuadPart = COUNTER_FREQUENCY;
    counter.QuadPart = hal_clock_monotonic() / (1000000000 / COUNTER_FREQUENCY);
    return counter;
}

VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds)
{
    hal_i64 end = hal_clock_monotonic() + (hal_i64)MicroSeconds * 1000;

    while (hal_clock_monotonic() < end)
        YieldProcessor();
}
