#include "utf.h"

static int is_lead(unsigned unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static int is_trail(unsigned unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

static unsigned broken(int *valid)
{
    if (valid)
        *valid = 0;
    return UTF_REPLACEMENT;
}

unsigned utf16_take(const wchar_t *text, size_t count, size_t *at, int *valid)
{
    unsigned unit = text[(*at)++];

    if (!is_lead(unit) && !is_trail(unit))
        return unit;
    if (is_trail(unit) || *at == count || !is_trail(text[*at]))
        return broken(valid);
    return 0x10000 + ((unit - 0xD800) << 10) + (text[(*at)++] - 0xDC00u);
}

/* How many bytes follow a first byte, and the smallest code point that needs so many. */
static size_t followers(unsigned char first, unsigned *bits, unsigned *smallest)
{
    if (first >= 0xC2 && first <= 0xDF) {
        *bits = first & 0x1F;
        *smallest = 0x80;
        return 1;
    }
    if ((first & 0xF0) == 0xE0) {
        *bits = first & 0x0F;
        *smallest = 0x800;
        return 2;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *bits = first & 0x07;
        *smallest = 0x10000;
        return 3;
    }
    return 0;
}

unsigned utf8_take(const char *text, size_t count, size_t *at, int *valid)
{
    unsigned char first = (unsigned char)text[(*at)++];
    unsigned code = 0, smallest = 0;
    size_t next = *at, more;

    if (first < 0x80)
        return first;
    more = followers(first, &code, &smallest);
    if (more == 0)
        return broken(valid);
    for (; more; more--, next++) {
        if (next == count || ((unsigned char)text[next] & 0xC0) != 0x80)
            return broken(valid);
        code = code << 6 | ((unsigned char)text[next] & 0x3F);
    }
    if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return broken(valid);
    *at = next;
    return code;
}

size_t utf16_put(wchar_t to[2], unsigned code)
{
    if (code < 0x10000) {
        to[0] = (wchar_t)code;
        return 1;
    }
    to[0] = (wchar_t)(0xD800 + ((code - 0x10000) >> 10));
    to[1] = (wchar_t)(0xDC00 + (code & 0x3FF));
    return 2;
}

size_t utf8_put(char to[4], unsigned code)
{
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char mark[] = {0, 0xC0, 0xE0, 0xF0};

    for (size_t at = more; at > 0; at--, code >>= 6)
        to[at] = (char)(0x80 | (code & 0x3F));
    to[0] = (char)(mark[more] | code);
    return more + 1;
}
