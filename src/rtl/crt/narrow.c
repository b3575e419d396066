/*
 * Windows' own functions on narrow strings, and small ones on bytes.
 */
#include "crt.h"

char *_strrev(char *text)
{
    for (size_t first = 0, end = crt_strlen(text); first + 1 < end; first++) {
        char c = text[first];
        text[first] = text[--end];
        text[end] = c;
    }
    return text;
}

char *strrev(char *text)
{
    return _strrev(text);
}

char *_strnset(char *text, int with, size_t count)
{
    for (size_t at = 0; at < count && text[at]; at++)
        text[at] = (char)with;
    return text;
}

char *_strset(char *text, int with)
{
    return _strnset(text, with, (size_t)-1);
}

char *strset(char *text, int with)
{
    return _strset(text, with);
}

char *strnset(char *text, int with, size_t count)
{
    return _strnset(text, with, count);
}

void *_memccpy(void *to, const void *from, int last, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        ((char *)to)[at] = ((const char *)from)[at];
        if (((const unsigned char *)from)[at] == (unsigned char)last)
            return (char *)to + at + 1;
    }
    return NULL;
}

unsigned short _byteswap_ushort(unsigned short value)
{
    return __builtin_bswap16(value);
}

unsigned _byteswap_ulong(unsigned value)
{
    return __builtin_bswap32(value);
}

unsigned long long _byteswap_uint64(unsigned long long value)
{
    return __builtin_bswap64(value);
}

unsigned _rotl(unsigned value, int by)
{
    return value << (by & 31) | value >> (-by & 31);
}

unsigned _rotr(unsigned value, int by)
{
    return value >> (by & 31) | value << (-by & 31);
}

unsigned long long _rotl64(unsigned long long value, int by)
{
    return value << (by & 63) | value >> (-by & 63);
}

unsigned long long _rotr64(unsigned long long value, int by)
{
    return value >> (by & 63) | value << (-by & 63);
}

/* Each thread has its sequence, which starts as if by srand(1). */
static _Thread_local unsigned rand_state = 1;

void srand(unsigned seed)
{
    rand_state = seed;
}

int rand(void)
{
    rand_state = rand_state * 214013 + 2531011;
    return (int)(rand_state >> 16 & 0x7FFF);
}
