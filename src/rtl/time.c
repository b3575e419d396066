/*
 * Times: 100 ns units since 1601 as fields of the Gregorian calendar, and as
 * seconds since other years.
 */
#include "rtl.h"

#define TICKS_PER_MILLISECOND 10000ll
#define TICKS_PER_SECOND 10000000ll
#define SECONDS_PER_DAY 86400
#define DAYS_FROM_1601_TO_1970 134774ll
#define DAYS_FROM_1601_TO_1980 138426ll

enum { FIRST_YEAR = 1601, LAST_YEAR = 30827, FIRST_WEEKDAY = 1 /* 1 January 1601 was a Monday */ };

static BOOLEAN is_leap(ULONG year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static ULONG days_in_month(ULONG year, ULONG month)
{
    static const UCHAR days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1 January 1601 to 1 January of year. */
static LONGLONG days_before_year(ULONG year)
{
    LONGLONG years = year - FIRST_YEAR;

    return years * 365 + years / 4 - years / 100 + years / 400;
}

VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
    LONGLONG milliseconds = Time->QuadPart / TICKS_PER_MILLISECOND;
    LONGLONG seconds = milliseconds / 1000, days = seconds / SECONDS_PER_DAY;
    ULONG rest = (ULONG)(seconds % SECONDS_PER_DAY), month = 1;
    ULONG year = FIRST_YEAR + (ULONG)(days / 366);

    while (days_before_year(year + 1) <= days)
        year++;
    TimeFields->Weekday = (CSHORT)((days + FIRST_WEEKDAY) % 7);
    days -= days_before_year(year);
    while (days >= days_in_month(year, month))
        days -= days_in_month(year, month++);
    TimeFields->Year = (CSHORT)year;
    TimeFields->Month = (CSHORT)month;
    TimeFields->Day = (CSHORT)(days + 1);
    TimeFields->Hour = (CSHORT)(rest / 3600);
    TimeFields->Minute = (CSHORT)(rest / 60 % 60);
    TimeFields->Second = (CSHORT)(rest % 60);
    TimeFields->Milliseconds = (CSHORT)(milliseconds % 1000);
}

static BOOLEAN is_within(CSHORT value, LONG first, LONG last)
{
    return value >= first && value <= last;
}

BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
    const TIME_FIELDS *t = TimeFields;
    LONGLONG days, seconds;

    if (!is_within(t->Year, FIRST_YEAR, LAST_YEAR) || !is_within(t->Month, 1, 12) ||
        !is_within(t->Day, 1, (LONG)days_in_month((ULONG)t->Year, (ULONG)t->Month)) ||
        !is_within(t->Hour, 0, 23) || !is_within(t->Minute, 0, 59) ||
        !is_within(t->Second, 0, 59) || !is_within(t->Milliseconds, 0, 999))
        return FALSE;
    days = days_before_year((ULONG)t->Year) + t->Day - 1;
    for (ULONG month = 1; month < (ULONG)t->Month; month++)
        days += days_in_month((ULONG)t->Year, month);
    seconds = days * SECONDS_PER_DAY + t->Hour * 3600 + t->Minute * 60 + t->Second;
    Time->QuadPart = seconds * TICKS_PER_SECOND + t->Milliseconds * TICKS_PER_MILLISECOND;
    return TRUE;
}

static BOOLEAN seconds_since(LONGLONG day, PLARGE_INTEGER time, PULONG seconds)
{
    LONGLONG elapsed = time->QuadPart / TICKS_PER_SECOND - day * SECONDS_PER_DAY;

    if (elapsed < 0 || elapsed > MAXULONG)
        return FALSE;
    *seconds = (ULONG)elapsed;
    return TRUE;
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return seconds_since(DAYS_FROM_1601_TO_1970, Time, ElapsedSeconds);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return seconds_since(DAYS_FROM_1601_TO_1980, Time, ElapsedSeconds);
}

VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (DAYS_FROM_1601_TO_1970 * SECONDS_PER_DAY + ElapsedSeconds) * TICKS_PER_SECOND;
}

VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (DAYS_FROM_1601_TO_1980 * SECONDS_PER_DAY + ElapsedSeconds) * TICKS_PER_SECOND;
}
