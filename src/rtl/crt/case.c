/*
 * Classes and case of characters in the "C" locale, and what compares or changes
 * without regard to case.
 */
#include "crt.h"

typedef unsigned short wide_int;
typedef unsigned short wide_class;

/* wctype_t is a set of these; Windows' values. */
enum {
    CLASS_UPPER = 1,
    CLASS_LOWER = 2,
    CLASS_DIGIT = 4,
    CLASS_SPACE = 8,
    CLASS_PUNCT = 16,
    CLASS_CONTROL = 32,
    CLASS_BLANK = 64,
    CLASS_HEX = 128,
    CLASS_ALPHA = 0x100
};

static wide_class class_of(wide_int c)
{
    if (c >= 'A' && c <= 'Z')
        return CLASS_UPPER | CLASS_ALPHA | (c <= 'F' ? CLASS_HEX : 0);
    if (c >= 'a' && c <= 'z')
        return CLASS_LOWER | CLASS_ALPHA | (c <= 'f' ? CLASS_HEX : 0);
    if (c >= '0' && c <= '9')
        return CLASS_DIGIT | CLASS_HEX;
    if (c == ' ')
        return CLASS_SPACE | CLASS_BLANK;
    if (c >= '\t' && c <= '\r')
        return CLASS_SPACE | CLASS_CONTROL;
    if (c < ' ' || c == 0x7F)
        return CLASS_CONTROL;
    return c < 0x7F ? CLASS_PUNCT : 0;
}

int iswctype(wide_int c, wide_class wanted)
{
    return class_of(c) & wanted;
}

int iswupper(wide_int c)
{
    return class_of(c) & CLASS_UPPER;
}

int iswlower(wide_int c)
{
    return class_of(c) & CLASS_LOWER;
}

int iswalpha(wide_int c)
{
    return class_of(c) & CLASS_ALPHA;
}

int iswdigit(wide_int c)
{
    return class_of(c) & CLASS_DIGIT;
}

int iswxdigit(wide_int c)
{
    return class_of(c) & CLASS_HEX;
}

int iswalnum(wide_int c)
{
    return class_of(c) & (CLASS_ALPHA | CLASS_DIGIT);
}

int iswspace(wide_int c)
{
    return class_of(c) & CLASS_SPACE;
}

int iswblank(wide_int c)
{
    return c == ' ' || c == '\t';
}

int iswpunct(wide_int c)
{
    return class_of(c) & CLASS_PUNCT;
}

int iswcntrl(wide_int c)
{
    return class_of(c) & CLASS_CONTROL;
}

int iswgraph(wide_int c)
{
    return class_of(c) & (CLASS_ALPHA | CLASS_DIGIT | CLASS_PUNCT);
}

int iswprint(wide_int c)
{
    return iswgraph(c) || c == ' ';
}

int iswascii(wide_int c)
{
    return c < 0x80;
}

wide_int towupper(wide_int c)
{
    return (wide_int)crt_upper(c);
}

wide_int towlower(wide_int c)
{
    return (wide_int)crt_lower(c);
}

int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count; a++, b++, count--) {
        int difference = crt_lower(*a) - crt_lower(*b);
        if (difference || !*a)
            return difference;
    }
    return 0;
}

int _wcsicmp(const wchar_t *a, const wchar_t *b)
{
    return _wcsnicmp(a, b, (size_t)-1);
}

int wcsicmp(const wchar_t *a, const wchar_t *b)
{
    return _wcsicmp(a, b);
}

int wcsnicmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    return _wcsnicmp(a, b, count);
}

wchar_t *_wcsupr(wchar_t *text)
{
    for (wchar_t *c = text; *c; c++)
        *c = (wchar_t)crt_upper(*c);
    return text;
}

wchar_t *_wcslwr(wchar_t *text)
{
    for (wchar_t *c = text; *c; c++)
        *c = (wchar_t)crt_lower(*c);
    return text;
}

wchar_t *wcsupr(wchar_t *text)
{
    return _wcsupr(text);
}

wchar_t *wcslwr(wchar_t *text)
{
    return _wcslwr(text);
}

static int compare(const char *a, const char *b, size_t count, int ends_at_zero)
{
    for (; count; a++, b++, count--) {
        int difference = crt_lower((unsigned char)*a) - crt_lower((unsigned char)*b);
        if (difference || (!*a && ends_at_zero))
            return difference;
    }
    return 0;
}

int _strnicmp(const char *a, const char *b, size_t count)
{
    return compare(a, b, count, 1);
}

int _stricmp(const char *a, const char *b)
{
    return compare(a, b, (size_t)-1, 1);
}

int _strcmpi(const char *a, const char *b)
{
    return _stricmp(a, b);
}

int strcmpi(const char *a, const char *b)
{
    return _stricmp(a, b);
}

int stricmp(const char *a, const char *b)
{
    return _stricmp(a, b);
}

int strnicmp(const char *a, const char *b, size_t count)
{
    return _strnicmp(a, b, count);
}

int _memicmp(const void *a, const void *b, size_t count)
{
    return compare(a, b, count, 0);
}

int memicmp(const void *a, const void *b, size_t count)
{
    return compare(a, b, count, 0);
}

char *_strupr(char *text)
{
    for (char *c = text; *c; c++)
        *c = (char)crt_upper(*c);
    return text;
}

char *_strlwr(char *text)
{
    for (char *c = text; *c; c++)
        *c = (char)crt_lower(*c);
    return text;
}

char *strupr(char *text)
{
    return _strupr(text);
}

char *strlwr(char *text)
{
    return _strlwr(text);
}
