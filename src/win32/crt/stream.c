#include "stream.h"

enum { STANDARD_STREAMS = 3 };

static struct {
    INIT_ONCE once;
    CRITICAL_SECTION lock; /* guards first and next_number */
    struct stream standard[STANDARD_STREAMS];
    struct stream *first;
    int next_number;
} streams;

static enum stream_buffering usual_buffering(HANDLE handle, int number)
{
    DWORD type = GetFileType(handle);
    if (number == 2 || (number == 1 && type == FILE_TYPE_CHAR))
        return STREAM_CALL;
    /* Line by line also into a pipe: a bug check ends the process as it is. */
    return number == 1 ? STREAM_LINE : STREAM_FULL;
}

static BOOL CALLBACK make_standard(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
    static const DWORD handles[STANDARD_STREAMS] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
                                                    STD_ERROR_HANDLE};
    (void)once;
    (void)parameter;
    (void)context;
    InitializeCriticalSection(&streams.lock);
    streams.next_number = STANDARD_STREAMS;
    for (int i = 0; i < STANDARD_STREAMS; i++) {
        struct stream *stream = &streams.standard[i];
        InitializeCriticalSection(&stream->lock);
        stream->handle = GetStdHandle(handles[i]);
        stream->flags = STREAM_STANDARD | STREAM_OPEN | (i ? STREAM_WRITE : STREAM_READ);
        stream->buffering = usual_buffering(stream->handle, i);
        stream->number = i;
        stream->next = streams.first;
        streams.first = stream;
    }
    return TRUE;
}

static void start(void)
{
    InitOnceExecuteOnce(&streams.once, make_standard, NULL, NULL);
}

FILE *__acrt_iob_func(unsigned index)
{
    start();
    return index < STANDARD_STREAMS ? (FILE *)&streams.standard[index] : NULL;
}

void stream_lock(struct stream *stream)
{
    EnterCriticalSection(&stream->lock);
}

void stream_unlock(struct stream *stream)
{
    if (stream->used &&
        (stream->buffering == STREAM_CALL ||
         (stream->buffering == STREAM_LINE && memchr(stream->buffer, '\n', stream->used))))
        stream_flush(stream);
    LeaveCriticalSection(&stream->lock);
}

static BOOL have_buffer(struct stream *stream)
{
    if (stream->buffer)
        return TRUE;
    stream->buffer = malloc(STREAM_BUFFER);
    stream->size = STREAM_BUFFER;
    stream->owns_buffer = TRUE;
    return stream->buffer != NULL;
}

static void fail(struct stream *stream)
{
    stream->flags |= STREAM_FAILED;
    stream_set_errno();
}

/* Everything, or FAILED. */
static BOOL pass_on(struct stream *stream, const unsigned char *from, size_t bytes)
{
    LARGE_INTEGER zero = {0};
    if (stream->flags & STREAM_APPEND)
        SetFilePointerEx(stream->handle, zero, NULL, FILE_END);
    while (bytes > 0) {
        DWORD written = 0, piece = bytes > MAXLONG ? MAXLONG : (DWORD)bytes;
        if (!WriteFile(stream->handle, from, piece, &written, NULL) || !written) {
            fail(stream);
            return FALSE;
        }
        from += written;
        bytes -= written;
    }
    return TRUE;
}

int stream_flush(struct stream *stream)
{
    size_t used = stream->used;
    stream->used = 0;
    return !used || pass_on(stream, stream->buffer, used) ? 0 : EOF;
}

void stream_drop_input(struct stream *stream)
{
    LARGE_INTEGER back = {.QuadPart = -(LONGLONG)(stream->end - stream->start)};
    if (back.QuadPart && GetFileType(stream->handle) == FILE_TYPE_DISK)
        SetFilePointerEx(stream->handle, back, NULL, FILE_CURRENT);
    stream->start = stream->end = 0;
    stream->pushed_count = 0;
}

size_t stream_write(struct stream *stream, const void *buffer, size_t bytes)
{
    if (!(stream->flags & STREAM_WRITE) || !have_buffer(stream)) {
        stream->flags |= STREAM_FAILED;
        errno = stream->buffer ? EBADF : ENOMEM;
        return 0;
    }
    if (stream->end > stream->start || stream->pushed_count)
        stream_drop_input(stream);
    if (bytes > stream->size - stream->used && stream_flush(stream))
        return 0;
    if (bytes > stream->size)
        return pass_on(stream, buffer, bytes) ? bytes : 0;
    memcpy(stream->buffer + stream->used, buffer, bytes);
    stream->used += bytes;
    return bytes;
}

static int flush_terminal(struct stream *stream)
{
    if (stream->flags & STREAM_STANDARD && stream->used) {
        stream_lock(stream);
        stream_flush(stream);
        stream_unlock(stream);
    }
    return 0;
}

/* Reads into the buffer; FALSE with END or FAILED. */
static BOOL fill(struct stream *stream)
{
    DWORD moved = 0;
    if (!(stream->flags & STREAM_READ) || !have_buffer(stream)) {
        stream->flags |= STREAM_FAILED;
        errno = stream->buffer ? EBADF : ENOMEM;
        return FALSE;
    }
    if (stream->used && stream_flush(stream))
        return FALSE;
    if (stream->number == 0)
        stream_each(flush_terminal); /* a prompt is to be seen before its answer is awaited */
    stream->start = stream->end = 0;
    if (!ReadFile(stream->handle, stream->buffer, (DWORD)stream->size, &moved, NULL) &&
        GetLastError() != ERROR_BROKEN_PIPE && GetLastError() != ERROR_HANDLE_EOF) {
        fail(stream);
        return FALSE;
    }
    stream->end = moved;
    if (!moved)
        stream->flags |= STREAM_END;
    return moved > 0;
}

int stream_get(struct stream *stream)
{
    if (stream->pushed_count)
        return stream->pushed[--stream->pushed_count];
    if (stream->start == stream->end && !fill(stream))
        return EOF;
    return stream->buffer[stream->start++];
}

int stream_unget(struct stream *stream, int byte)
{
    if (byte == EOF || stream->pushed_count == STREAM_PUSHED)
        return EOF;
    stream->pushed[stream->pushed_count++] = (unsigned char)byte;
    stream->flags &= ~(unsigned)STREAM_END;
    return (unsigned char)byte;
}

size_t stream_read(struct stream *stream, void *buffer, size_t bytes)
{
    unsigned char *to = buffer;
    size_t done = 0;
    while (done < bytes) {
        size_t available = stream->end - stream->start, wanted = bytes - done;
        if (stream->pushed_count || !available) {
            int byte = stream_get(stream);
            if (byte == EOF)
                break;
            to[done++] = (unsigned char)byte;
            continue;
        }
        size_t piece = available < wanted ? available : wanted;
        memcpy(to + done, stream->buffer + stream->start, piece);
        stream->start += piece;
        done += piece;
    }
    return done;
}

int stream_each(int (*work)(struct stream *stream))
{
    int result = 0;
    start();
    EnterCriticalSection(&streams.lock);
    for (struct stream *at = streams.first, *next; at && !result; at = next) {
        next = at->next;
        result = work(at);
    }
    LeaveCriticalSection(&streams.lock);
    return result;
}

static int flush_if_free(struct stream *stream)
{
    if (TryEnterCriticalSection(&stream->lock)) {
        stream_flush(stream);
        LeaveCriticalSection(&stream->lock);
    }
    return 0;
}

void stream_flush_at_exit(void)
{
    stream_each(flush_if_free);
}

struct stream *stream_new(HANDLE handle, unsigned flags)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        errno = ENOMEM;
        return NULL;
    }
    start();
    InitializeCriticalSection(&stream->lock);
    stream->handle = handle;
    stream->flags = flags | STREAM_OPEN;
    stream->buffering = STREAM_FULL;
    EnterCriticalSection(&streams.lock);
    stream->number = streams.next_number++;
    stream->next = streams.first;
    streams.first = stream;
    LeaveCriticalSection(&streams.lock);
    return stream;
}

void stream_remove(struct stream *stream)
{
    EnterCriticalSection(&streams.lock);
    struct stream **link = &streams.first;
    while (*link && *link != stream)
        link = &(*link)->next;
    if (*link)
        *link = stream->next;
    LeaveCriticalSection(&streams.lock);
}

HANDLE stream_handle(int number)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    start();
    EnterCriticalSection(&streams.lock);
    for (struct stream *at = streams.first; at; at = at->next)
        if (at->number == number && at->flags & STREAM_OPEN)
            handle = at->handle;
    LeaveCriticalSection(&streams.lock);
    return handle;
}

void stream_set_errno(void)
{
    switch (GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_NAME:
    case ERROR_FILENAME_EXCED_RANGE:
        errno = ENOENT;
        break;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_WRITE_PROTECT:
        errno = EACCES;
        break;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        errno = EEXIST;
        break;
    case ERROR_INVALID_HANDLE:
        errno = EBADF;
        break;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        errno = ENOMEM;
        break;
    case ERROR_TOO_MANY_OPEN_FILES:
        errno = EMFILE;
        break;
    case ERROR_DISK_FULL:
        errno = ENOSPC;
        break;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
        errno = EPIPE;
        break;
    case ERROR_INVALID_PARAMETER:
        errno = EINVAL;
        break;
    default:
        errno = EIO;
    }
}
