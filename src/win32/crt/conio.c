/*
 * Keys. They come from the terminal, or from standard input if that is none:
 * then they are taken in turn with what the program reads from stdin.
 */
#include "stream.h"

#include <conio.h>

static BOOL stdin_is_terminal(void)
{
    return GetFileType(stream_of(stdin)->handle) == FILE_TYPE_CHAR;
}

static int read_key(int echo)
{
    fflush(stdout);
    if (!stdin_is_terminal())
        return fgetc(stdin);
    return ntio_host_read_key(echo);
}

int _getch(void)
{
    return read_key(0);
}

int _getche(void)
{
    return read_key(1);
}

int getch(void)
{
    return _getch();
}

int getche(void)
{
    return _getche();
}

/* The end of standard input counts as a key: whoever waits for one would wait for ever. */
int _kbhit(void)
{
    struct stream *stream = stream_of(stdin);
    if (stdin_is_terminal())
        return ntio_host_key_pressed();
    stream_lock(stream);
    BOOL has_more = stream->pushed_count || stream->end > stream->start;
    stream_unlock(stream);
    return has_more || ntio_host_input_ready(0);
}

int kbhit(void)
{
    return _kbhit();
}

int _putch(int byte)
{
    int result = fputc(byte, stdout);
    fflush(stdout);
    return result;
}

int _cputs(const char *text)
{
    int result = fputs(text, stdout);
    fflush(stdout);
    return result;
}
