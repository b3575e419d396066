/*
 * Calendar time with 64-bit time_t.
 */
#include <windows.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../host.h"

C_ASSERT(sizeof(struct tm) == HOST_TM_FIELDS * sizeof(int));

static _Thread_local struct tm broken_down;
static _Thread_local char shown[26];

__time64_t _time64(__time64_t *time)
{
    const long long ticks_1601_to_1970 = 116444736000000000;
    ULARGE_INTEGER ticks;
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    ticks.LowPart = now.dwLowDateTime;
    ticks.HighPart = now.dwHighDateTime;
    __time64_t seconds = ((long long)ticks.QuadPart - ticks_1601_to_1970) / 10000000;
    if (time)
        *time = seconds;
    return seconds;
}

double _difftime64(__time64_t end, __time64_t start)
{
    return (double)(end - start);
}

static errno_t break_down(struct tm *tm, const __time64_t *time, int is_local)
{
    if (!tm || !time || *time < 0 || ntio_host_break_time(*time, is_local, (int *)tm) < 0) {
        if (tm)
            memset(tm, 0xFF, sizeof *tm);
        return errno = EINVAL;
    }
    return 0;
}

errno_t _localtime64_s(struct tm *tm, const __time64_t *time)
{
    return break_down(tm, time, 1);
}

errno_t _gmtime64_s(struct tm *tm, const __time64_t *time)
{
    return break_down(tm, time, 0);
}

struct tm *_localtime64(const __time64_t *time)
{
    return break_down(&broken_down, time, 1) ? NULL : &broken_down;
}

struct tm *_gmtime64(const __time64_t *time)
{
    return break_down(&broken_down, time, 0) ? NULL : &broken_down;
}

__time64_t _mktime64(struct tm *tm)
{
    return ntio_host_make_time(1, (int *)tm);
}

__time64_t _mkgmtime64(struct tm *tm)
{
    return ntio_host_make_time(0, (int *)tm);
}

size_t strftime(char *buffer, size_t size, const char *format, const struct tm *tm)
{
    return ntio_host_format_time(buffer, size, format, (const int *)tm);
}

errno_t asctime_s(char *buffer, size_t size, const struct tm *tm)
{
    if (!buffer || size < sizeof shown || !tm)
        return errno = EINVAL;
    return strftime(buffer, size, "%a %b %d %H:%M:%S %Y\n", tm) ? 0 : EINVAL;
}

char *asctime(const struct tm *tm)
{
    return asctime_s(shown, sizeof shown, tm) ? NULL : shown;
}

errno_t _ctime64_s(char *buffer, size_t size, const __time64_t *time)
{
    struct tm tm;
    errno_t error = break_down(&tm, time, 1);
    return error ? error : asctime_s(buffer, size, &tm);
}

char *_ctime64(const __time64_t *time)
{
    return _ctime64_s(shown, sizeof shown, time) ? NULL : shown;
}

clock_t clock(void)
{
    return (clock_t)ntio_host_processor_time();
}
