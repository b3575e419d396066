/*
 * Clocks and calendars.
 */
#include "../win32.h"

#define TICKS_PER_MILLISECOND 10000ull
#define TICKS_PER_SECOND 10000000ull
#define TICKS_PER_MINUTE (60 * TICKS_PER_SECOND)
#define TICKS_PER_DAY (86400 * TICKS_PER_SECOND)
#define SECONDS_1601_TO_1970 11644473600ll

static ULONGLONG ticks_of(const FILETIME *time)
{
    return (ULONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

static FILETIME file_time(ULONGLONG ticks)
{
    return (FILETIME){(DWORD)ticks, (DWORD)(ticks >> 32)};
}

VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME time)
{
    LARGE_INTEGER now;
    NtQuerySystemTime(&now);
    *time = file_time((ULONGLONG)now.QuadPart);
}

VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME time)
{
    GetSystemTimeAsFileTime(time);
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *counter)
{
    return win32_result(NtQueryPerformanceCounter(counter, NULL));
}

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    LARGE_INTEGER counter;
    return win32_result(NtQueryPerformanceCounter(&counter, frequency));
}

ULONGLONG WINAPI GetTickCount64(VOID)
{
    LARGE_INTEGER counter, frequency;
    NtQueryPerformanceCounter(&counter, &frequency);
    ULONGLONG count = (ULONGLONG)counter.QuadPart, second = (ULONGLONG)frequency.QuadPart;
    return count / second * 1000 + count % second * 1000 / second;
}

DWORD WINAPI GetTickCount(VOID)
{
    return (DWORD)GetTickCount64();
}

/* Days since 1601-01-01 of a day of the Gregorian calendar. March begins the year, so that a leap
 * day ends it. */
static LONGLONG days_of(LONG year, LONG month, LONG day)
{
    year -= month <= 2;
    LONG month_from_march = month > 2 ? month - 3 : month + 9;
    LONGLONG days = 365ll * year + year / 4 - year / 100 + year / 400;
    /* 584694 days lie between 0000-03-01 and 1601-01-01. */
    return days + (153 * month_from_march + 2) / 5 + day - 1 - 584694;
}

static LONG days_in_month(LONG year, LONG month)
{
    LONG next_year = month == 12 ? year + 1 : year, next_month = month == 12 ? 1 : month + 1;
    return (LONG)(days_of(next_year, next_month, 1) - days_of(year, month, 1));
}

BOOL WINAPI FileTimeToSystemTime(const FILETIME *time, LPSYSTEMTIME system)
{
    ULONGLONG ticks = ticks_of(time);
    if (ticks > MAXLONGLONG)
        return win32_fail(ERROR_INVALID_PARAMETER);
    LONGLONG days = (LONGLONG)(ticks / TICKS_PER_DAY);
    ULONGLONG rest = ticks % TICKS_PER_DAY / TICKS_PER_MILLISECOND;
    LONG year = 1601 + (LONG)(days / 366), month = 1;
    while (days_of(year + 1, 1, 1) <= days)
        year++;
    while (month < 12 && days_of(year, month + 1, 1) <= days)
        month++;
    system->wYear = (WORD)year;
    system->wMonth = (WORD)month;
    system->wDay = (WORD)(days - days_of(year, month, 1) + 1);
    system->wDayOfWeek = (WORD)((days + 1) % 7); /* 1601-01-01 was a Monday */
    system->wMilliseconds = (WORD)(rest % 1000);
    system->wSecond = (WORD)(rest / 1000 % 60);
    system->wMinute = (WORD)(rest / 60000 % 60);
    system->wHour = (WORD)(rest / 3600000);
    return TRUE;
}

BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *system, LPFILETIME time)
{
    if (system->wYear < 1601 || system->wYear > 30827 || system->wMonth < 1 ||
        system->wMonth > 12 || system->wDay < 1 ||
        system->wDay > days_in_month(system->wYear, system->wMonth) || system->wHour > 23 ||
        system->wMinute > 59 || system->wSecond > 59 || system->wMilliseconds > 999)
        return win32_fail(ERROR_INVALID_PARAMETER);
    ULONGLONG ticks =
        (ULONGLONG)days_of(system->wYear, system->wMonth, system->wDay) * TICKS_PER_DAY;
    ULONGLONG seconds = system->wHour * 3600ull + system->wMinute * 60ull + system->wSecond;
    *time = file_time(ticks + seconds * TICKS_PER_SECOND +
                      system->wMilliseconds * TICKS_PER_MILLISECOND);
    return TRUE;
}

VOID WINAPI GetSystemTime(LPSYSTEMTIME system)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    FileTimeToSystemTime(&now, system);
}

/* Ticks that local time is ahead of UTC now. */
static LONGLONG local_offset(void)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    LONGLONG seconds = (LONGLONG)(ticks_of(&now) / TICKS_PER_SECOND) - SECONDS_1601_TO_1970;
    return ntio_host_local_offset(seconds) * (LONGLONG)TICKS_PER_MINUTE;
}

BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *time, LPFILETIME local)
{
    *local = file_time(ticks_of(time) + (ULONGLONG)local_offset());
    return TRUE;
}

BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *local, LPFILETIME time)
{
    *time = file_time(ticks_of(local) - (ULONGLONG)local_offset());
    return TRUE;
}

VOID WINAPI GetLocalTime(LPSYSTEMTIME system)
{
    FILETIME now, local;
    GetSystemTimeAsFileTime(&now);
    FileTimeToLocalFileTime(&now, &local);
    FileTimeToSystemTime(&local, system);
}

LONG WINAPI CompareFileTime(const FILETIME *a, const FILETIME *b)
{
    ULONGLONG first = ticks_of(a), second = ticks_of(b);
    return first < second ? -1 : first > second;
}
