/*
 * Local time, and the clock's resolution.
 */
#include "../ke/ke.h"

#define TIME_UNITS_PER_MINUTE 600000000ll

static LONGLONG time_bias(VOID)
{
    return hal_clock_local_offset() * TIME_UNITS_PER_MINUTE;
}

VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
    LocalTime->QuadPart = SystemTime->QuadPart + time_bias();
}

VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
    SystemTime->QuadPart = LocalTime->QuadPart - time_bias();
}

/* Timers are kept to the nanosecond, whatever is asked for: the answer is the nominal tick. */
ULONG NTAPI ExSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution)
{
    UNREFERENCED_PARAMETER(DesiredTime);
    UNREFERENCED_PARAMETER(SetResolution);
    KE_ASSERT_IRQL(APC_LEVEL);
    return KeQueryTimeIncrement();
}
