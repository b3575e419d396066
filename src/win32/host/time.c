#include "../host.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <time.h>

static void to_fields(const struct tm *tm, int fields[HOST_TM_FIELDS])
{
    const int values[HOST_TM_FIELDS] = {tm->tm_sec,  tm->tm_min,  tm->tm_hour,
                                        tm->tm_mday, tm->tm_mon,  tm->tm_year,
                                        tm->tm_wday, tm->tm_yday, tm->tm_isdst};
    memcpy(fields, values, sizeof values);
}

static struct tm from_fields(const int fields[HOST_TM_FIELDS])
{
    return (struct tm){.tm_sec = fields[0],
                       .tm_min = fields[1],
                       .tm_hour = fields[2],
                       .tm_mday = fields[3],
                       .tm_mon = fields[4],
                       .tm_year = fields[5],
                       .tm_wday = fields[6],
                       .tm_yday = fields[7],
                       .tm_isdst = fields[8]};
}

int ntio_host_break_time(long long seconds, int is_local, int fields[HOST_TM_FIELDS])
{
    time_t moment = seconds;
    struct tm tm;
    if (!(is_local ? localtime_r(&moment, &tm) : gmtime_r(&moment, &tm)))
        return -EINVAL;
    to_fields(&tm, fields);
    return 0;
}

long long ntio_host_make_time(int is_local, int fields[HOST_TM_FIELDS])
{
    struct tm tm = from_fields(fields);
    time_t seconds = is_local ? mktime(&tm) : timegm(&tm);
    if (seconds != -1)
        to_fields(&tm, fields);
    return seconds;
}

host_size ntio_host_format_time(char *buffer, host_size size, const char *format,
                                const int fields[HOST_TM_FIELDS])
{
    struct tm tm = from_fields(fields), full = tm;
    /* %Z and %z want members that mktime fills in. */
    if (mktime(&full) != -1) {
        tm.tm_gmtoff = full.tm_gmtoff;
        tm.tm_zone = full.tm_zone;
    }
    return strftime(buffer, size, format, &tm);
}

long long ntio_host_processor_time(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000ll + used.tv_nsec / 1000000;
}

void ntio_host_prepare_heap(void)
{
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
}

const char *ntio_host_error_text(int error)
{
    const char *text = strerrordesc_np(error);
    return text ? text : "Unknown error";
}
