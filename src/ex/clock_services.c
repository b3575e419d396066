/*
 * The clocks as system calls.
 */
#include "../ke/ke.h"
#include "../mm/mm.h"

static NTSTATUS store(PLARGE_INTEGER to, const LARGE_INTEGER *value)
{
    if (ke_current()->previous_mode == UserMode)
        return mm_copy_to_user(to, value, sizeof(*value));
    *to = *value;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtQuerySystemTime(PLARGE_INTEGER SystemTime)
{
    LARGE_INTEGER now;

    KeQuerySystemTime(&now);
    return store(SystemTime, &now);
}

NTSTATUS NTAPI NtQueryPerformanceCounter(PLARGE_INTEGER PerformanceCounter,
                                         PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER frequency, counter = KeQueryPerformanceCounter(&frequency);
    NTSTATUS status = store(PerformanceCounter, &counter);

    if (NT_SUCCESS(status) && PerformanceFrequency)
        status = store(PerformanceFrequency, &frequency);
    return status;
}
