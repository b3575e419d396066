/*
 * Between narrow and wide text. Narrow text is UTF-8.
 */
#include "crt.h"
#include "../utf.h"

/* What the functions answer to text that is none. */
#define INVALID ((size_t)-1)

/* Whole characters of from, as many as fit in most units. Counts them if to is NULL. */
static size_t to_wide(wchar_t *to, size_t most, const char *from, size_t *taken)
{
    size_t length = crt_strlen(from), at = 0, made = 0;
    int valid = 1;

    while (at < length) {
        wchar_t units[2];
        size_t next = at, count = utf16_put(units, utf8_take(from, length, &next, &valid));

        if (!valid)
            return INVALID;
        if (to && count > most - made)
            break;
        if (to)
            crt_memcpy(to + made, units, count * sizeof(*units));
        made += count;
        at = next;
    }
    *taken = at;
    return made;
}

static size_t to_narrow(char *to, size_t most, const wchar_t *from, size_t *taken)
{
    size_t length = wcslen(from), at = 0, made = 0;
    int valid = 1;

    while (at < length) {
        char units[4];
        size_t next = at, count = utf8_put(units, utf16_take(from, length, &next, &valid));

        if (!valid)
            return INVALID;
        if (to && count > most - made)
            break;
        if (to)
            crt_memcpy(to + made, units, count);
        made += count;
        at = next;
    }
    *taken = at;
    return made;
}

size_t mbstowcs(wchar_t *to, const char *from, size_t most)
{
    size_t taken, made = to_wide(to, most, from, &taken);

    if (to && made < most && made != INVALID)
        to[made] = 0;
    return made;
}

size_t wcstombs(char *to, const wchar_t *from, size_t most)
{
    size_t taken, made = to_narrow(to, most, from, &taken);

    if (to && made < most && made != INVALID)
        to[made] = 0;
    return made;
}

/* *converted counts the terminating zero. */
int mbstowcs_s(size_t *converted, wchar_t *to, size_t size, const char *from, size_t most)
{
    size_t taken, room = to && size ? size - 1 : 0, made;

    if ((!to && size) || (to && !size))
        return CRT_EINVAL;
    made = to_wide(to, most < room ? most : room, from, &taken);
    if (to)
        to[made == INVALID ? 0 : made] = 0;
    if (converted)
        *converted = made == INVALID ? 0 : made + 1;
    if (made == INVALID)
        return CRT_EINVAL;
    if (!to || from[taken] == 0 || made == most)
        return CRT_OK;
    if (most == CRT_TRUNCATE)
        return CRT_STRUNCATE;
    to[0] = 0;
    return CRT_ERANGE;
}

int wcstombs_s(size_t *converted, char *to, size_t size, const wchar_t *from, size_t most)
{
    size_t taken, room = to && size ? size - 1 : 0, made;

    if ((!to && size) || (to && !size))
        return CRT_EINVAL;
    made = to_narrow(to, most < room ? most : room, from, &taken);
    if (to)
        to[made == INVALID ? 0 : made] = 0;
    if (converted)
        *converted = made == INVALID ? 0 : made + 1;
    if (made == INVALID)
        return CRT_EINVAL;
    if (!to || from[taken] == 0 || made == most)
        return CRT_OK;
    if (most == CRT_TRUNCATE)
        return CRT_STRUNCATE;
    to[0] = 0;
    return CRT_ERANGE;
}
