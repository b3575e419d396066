/*
 * Characters, lines and blocks of streams. Narrow text is UTF-8; wide text is
 * written as that.
 */
#include "stream.h"

int fgetc(FILE *file)
{
    struct stream *stream = stream_of(file);
    stream_lock(stream);
    int byte = stream_get(stream);
    stream_unlock(stream);
    return byte;
}

int getc(FILE *file)
{
    return fgetc(file);
}

int getchar(void)
{
    return fgetc(stdin);
}

int _fgetchar(void)
{
    return fgetc(stdin);
}

int ungetc(int byte, FILE *file)
{
    struct stream *stream = stream_of(file);
    stream_lock(stream);
    int result = stream_unget(stream, byte);
    stream_unlock(stream);
    return result;
}

char *fgets(char *buffer, int count, FILE *file)
{
    struct stream *stream = stream_of(file);
    int length = 0, byte = 0;
    if (count < 1)
        return NULL;
    stream_lock(stream);
    while (length < count - 1 && byte != '\n' && (byte = stream_get(stream)) != EOF)
        buffer[length++] = (char)byte;
    stream_unlock(stream);
    if (!length && count > 1)
        return NULL;
    buffer[length] = '\0';
    return buffer;
}

/* A line of standard input without its end; the rest of a line that is too long is an error. */
char *gets_s(char *buffer, size_t size)
{
    struct stream *stream = stream_of(stdin);
    size_t length = 0;
    int byte;
    if (!buffer || !size)
        return NULL;
    stream_lock(stream);
    while ((byte = stream_get(stream)) != EOF && byte != '\n')
        if (length++ < size - 1)
            buffer[length - 1] = (char)byte;
    stream_unlock(stream);
    buffer[length < size ? length : 0] = '\0';
    return (byte == EOF && !length) || length >= size ? NULL : buffer;
}

size_t fread(void *buffer, size_t size, size_t count, FILE *file)
{
    struct stream *stream = stream_of(file);
    if (!size || !count)
        return 0;
    stream_lock(stream);
    size_t done = stream_read(stream, buffer, size * count);
    stream_unlock(stream);
    return done / size;
}

size_t fwrite(const void *buffer, size_t size, size_t count, FILE *file)
{
    struct stream *stream = stream_of(file);
    if (!size || !count)
        return 0;
    stream_lock(stream);
    size_t done = stream_write(stream, buffer, size * count);
    stream_unlock(stream);
    return done / size;
}

int fputc(int byte, FILE *file)
{
    unsigned char value = (unsigned char)byte;
    return fwrite(&value, 1, 1, file) == 1 ? value : EOF;
}

int putc(int byte, FILE *file)
{
    return fputc(byte, file);
}

int putchar(int byte)
{
    return fputc(byte, stdout);
}

int _fputchar(int byte)
{
    return fputc(byte, stdout);
}

int fputs(const char *text, FILE *file)
{
    size_t length = strlen(text);
    return !length || fwrite(text, 1, length, file) == length ? 0 : EOF;
}

int puts(const char *text)
{
    struct stream *stream = stream_of(stdout);
    size_t length = strlen(text);
    stream_lock(stream);
    BOOL done = stream_write(stream, text, length) == length && stream_write(stream, "\n", 1) == 1;
    stream_unlock(stream);
    return done ? 0 : EOF;
}

/* ---- wide ---- */

static BOOL put_wide(FILE *file, const wchar_t *text, size_t count)
{
    struct stream *stream = stream_of(file);
    char small[256], *narrow = small;
    BOOL done = FALSE;
    if (!count)
        return TRUE;
    int bytes = WideCharToMultiByte(CP_UTF8, 0, text, (int)count, NULL, 0, NULL, NULL);
    if (bytes > (int)sizeof small)
        narrow = malloc((size_t)bytes);
    if (narrow) {
        WideCharToMultiByte(CP_UTF8, 0, text, (int)count, narrow, bytes, NULL, NULL);
        stream_lock(stream);
        done = stream_write(stream, narrow, (size_t)bytes) == (size_t)bytes;
        stream_unlock(stream);
    }
    if (narrow != small)
        free(narrow);
    return done;
}

int fputws(const wchar_t *text, FILE *file)
{
    return put_wide(file, text, wcslen(text)) ? 0 : EOF;
}

int _putws(const wchar_t *text)
{
    return put_wide(stdout, text, wcslen(text)) && put_wide(stdout, L"\n", 1) ? 0 : EOF;
}

wint_t fputwc(wchar_t c, FILE *file)
{
    return put_wide(file, &c, 1) ? c : WEOF;
}

/* The further bytes that a lead byte of UTF-8 announces. */
static int more_bytes(int lead)
{
    return lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
}

wint_t fgetwc(FILE *file)
{
    struct stream *stream = stream_of(file);
    char bytes[4];
    wchar_t units[2] = {0};
    int length = 0;
    stream_lock(stream);
    int lead = stream_get(stream);
    if (lead != EOF) {
        bytes[length++] = (char)lead;
        for (int more = more_bytes(lead); more > 0; more--) {
            int byte = stream_get(stream);
            if (byte == EOF)
                break;
            bytes[length++] = (char)byte;
        }
    }
    stream_unlock(stream);
    if (!length)
        return WEOF;
    /* A character past U+FFFF has two units; a reader unit by unit gets a replacement. */
    return MultiByteToWideChar(CP_UTF8, 0, bytes, length, units, 2) == 1 ? units[0] : 0xFFFD;
}

wchar_t *fgetws(wchar_t *buffer, int count, FILE *file)
{
    int length = 0;
    wint_t c = 0;
    while (length < count - 1 && c != '\n' && (c = fgetwc(file)) != WEOF)
        buffer[length++] = c;
    if (!length)
        return NULL;
    buffer[length] = 0;
    return buffer;
}
