/*
 * Clocks: the monotonic one that deadlines are on, and the time of day.
 */
#include <time.h>

#include "linux.h"

#define NANOSECONDS 1000000000ll
/* Seconds from 1601, where NT's time begins, to 1970. */
#define SECONDS_TO_1970 11644473600ll

HALAPI hal_i64 hal_clock_monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

HALAPI hal_i64 hal_clock_system(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (now.tv_sec + SECONDS_TO_1970) * (NANOSECONDS / 100) + now.tv_nsec / 100;
}

HALAPI int hal_clock_local_offset(void)
{
    time_t now = time(NULL);
    struct tm local;

    tzset();
    if (!localtime_r(&now, &local))
        return 0;
    return (int)(local.tm_gmtoff / 60);
}
