/*
 * The secure forms, which know their destination's size. An error empties the
 * destination and is returned; there is no handler that is called for it.
 */
#include "crt.h"

typedef int crt_errno;

/* Text of either width. */
struct text {
    void *at;
    size_t size; /* characters that fit, with the zero */
    int is_wide;
};

static size_t length_of(const void *text, int is_wide, size_t most)
{
    size_t length = 0;

    if (is_wide)
        return wcsnlen(text, most);
    while (length < most && ((const char *)text)[length])
        length++;
    return length;
}

static void end_at(const struct text *to, size_t at)
{
    if (to->is_wide)
        ((wchar_t *)to->at)[at] = 0;
    else
        ((char *)to->at)[at] = 0;
}

static crt_errno fail(const struct text *to, crt_errno error)
{
    end_at(to, 0);
    return error;
}

/*
 * Puts at most count characters of from behind the first before of to.
 * CRT_TRUNCATE as count: as much as fits.
 */
static crt_errno put(const struct text *to, size_t before, const void *from, size_t count)
{
    size_t unit = to->is_wide ? sizeof(wchar_t) : 1, length, room = to->size - before;
    crt_errno answer = CRT_OK;

    if (!from)
        return count ? fail(to, CRT_EINVAL) : (end_at(to, before), CRT_OK);
    length = length_of(from, to->is_wide, count == CRT_TRUNCATE ? room : count);
    if (length >= room) {
        if (count != CRT_TRUNCATE)
            return fail(to, CRT_ERANGE);
        length = room - 1;
        answer = CRT_STRUNCATE;
    }
    crt_memcpy((char *)to->at + before * unit, from, length * unit);
    end_at(to, before + length);
    return answer;
}

static crt_errno copy(void *to, size_t size, const void *from, size_t count, int is_wide)
{
    struct text text = {to, size, is_wide};

    if (!to || !size)
        return CRT_EINVAL;
    return put(&text, 0, from, count);
}

static crt_errno append(void *to, size_t size, const void *from, size_t count, int is_wide)
{
    struct text text = {to, size, is_wide};
    size_t before;

    if (!to || !size)
        return CRT_EINVAL;
    before = length_of(to, is_wide, size);
    if (before == size)
        return fail(&text, CRT_EINVAL);
    return put(&text, before, from, count);
}

/* No text is as long: not CRT_TRUNCATE, so what does not fit is an error. */
#define WHOLE ((size_t)-2)

crt_errno strcpy_s(char *to, size_t size, const char *from)
{
    return copy(to, size, from, WHOLE, 0);
}

crt_errno wcscpy_s(wchar_t *to, size_t size, const wchar_t *from)
{
    return copy(to, size, from, WHOLE, 1);
}

crt_errno strncpy_s(char *to, size_t size, const char *from, size_t count)
{
    return copy(to, size, from, count, 0);
}

crt_errno wcsncpy_s(wchar_t *to, size_t size, const wchar_t *from, size_t count)
{
    return copy(to, size, from, count, 1);
}

crt_errno strcat_s(char *to, size_t size, const char *from)
{
    return append(to, size, from, WHOLE, 0);
}

crt_errno wcscat_s(wchar_t *to, size_t size, const wchar_t *from)
{
    return append(to, size, from, WHOLE, 1);
}

crt_errno strncat_s(char *to, size_t size, const char *from, size_t count)
{
    return append(to, size, from, count, 0);
}

crt_errno wcsncat_s(wchar_t *to, size_t size, const wchar_t *from, size_t count)
{
    return append(to, size, from, count, 1);
}

crt_errno memcpy_s(void *to, size_t size, const void *from, size_t count)
{
    if (!count)
        return CRT_OK;
    if (!to)
        return CRT_EINVAL;
    if (!from || size < count) {
        crt_memset(to, 0, size);
        return from ? CRT_ERANGE : CRT_EINVAL;
    }
    crt_memcpy(to, from, count);
    return CRT_OK;
}

crt_errno memmove_s(void *to, size_t size, const void *from, size_t count)
{
    if (!count)
        return CRT_OK;
    if (!to || !from)
        return CRT_EINVAL;
    if (size < count)
        return CRT_ERANGE;
    crt_memmove(to, from, count);
    return CRT_OK;
}

crt_errno wmemcpy_s(wchar_t *to, size_t size, const wchar_t *from, size_t count)
{
    return memcpy_s(to, size * sizeof(wchar_t), from, count * sizeof(wchar_t));
}

crt_errno wmemmove_s(wchar_t *to, size_t size, const wchar_t *from, size_t count)
{
    return memmove_s(to, size * sizeof(wchar_t), from, count * sizeof(wchar_t));
}

size_t strnlen_s(const char *text, size_t most)
{
    return text ? length_of(text, 0, most) : 0;
}

size_t wcsnlen_s(const wchar_t *text, size_t most)
{
    return text ? wcsnlen(text, most) : 0;
}

static int is_in(char c, const char *set)
{
    for (; *set; set++) {
        if (*set == c)
            return 1;
    }
    return 0;
}

char *strtok_s(char *text, const char *delimiters, char **context)
{
    char *token = text ? text : *context, *end;

    if (!token)
        return NULL;
    while (*token && is_in(*token, delimiters))
        token++;
    for (end = token; *end && !is_in(*end, delimiters);)
        end++;
    *context = end;
    if (*end)
        *(*context)++ = 0;
    return *token ? token : NULL;
}

static crt_errno change_case(void *at, size_t size, int is_wide, int (*change)(int))
{
    struct text text = {at, size, is_wide};
    size_t length;

    if (!at)
        return CRT_EINVAL;
    length = length_of(at, is_wide, size);
    if (length == size)
        return size ? fail(&text, CRT_EINVAL) : CRT_EINVAL;
    for (size_t c = 0; c < length; c++) {
        if (is_wide)
            ((wchar_t *)at)[c] = (wchar_t)change(((wchar_t *)at)[c]);
        else
            ((char *)at)[c] = (char)change(((char *)at)[c]);
    }
    return CRT_OK;
}

crt_errno _strupr_s(char *text, size_t size)
{
    return change_case(text, size, 0, crt_upper);
}

crt_errno _strlwr_s(char *text, size_t size)
{
    return change_case(text, size, 0, crt_lower);
}

crt_errno _wcsupr_s(wchar_t *text, size_t size)
{
    return change_case(text, size, 1, crt_upper);
}

crt_errno _wcslwr_s(wchar_t *text, size_t size)
{
    return change_case(text, size, 1, crt_lower);
}
