/*
 * Opening, closing and positions of streams, and files by name.
 */
#include "stream.h"

#include <io.h>

struct mode {
    DWORD access, disposition, flags;
    unsigned stream; /* of enum stream_flag */
};

/* The letters after the first one of a mode. FALSE for one that is unknown. */
static BOOL read_mode_letters(const wchar_t *letters, struct mode *mode)
{
    for (; *letters && *letters != ','; letters++) {
        switch (*letters) {
        case '+':
            mode->access = GENERIC_READ | GENERIC_WRITE;
            mode->stream |= STREAM_READ | STREAM_WRITE;
            break;
        case 'x':
            mode->disposition = CREATE_NEW;
            break;
        case 'D':
            mode->flags |= FILE_FLAG_DELETE_ON_CLOSE;
            break;
        case 'T':
            mode->flags |= FILE_ATTRIBUTE_TEMPORARY;
            break;
        case 'S':
            mode->flags |= FILE_FLAG_SEQUENTIAL_SCAN;
            break;
        case 'R':
            mode->flags |= FILE_FLAG_RANDOM_ACCESS;
            break;
        case 'b':
        case 't': /* text is as it is: lines end in one character */
        case 'c':
        case 'n':
        case 'N':
        case ' ':
            break;
        default:
            return FALSE;
        }
    }
    return TRUE;
}

static BOOL read_mode(const wchar_t *text, struct mode *mode)
{
    *mode = (struct mode){.flags = FILE_ATTRIBUTE_NORMAL};
    switch (*text) {
    case 'r':
        mode->access = GENERIC_READ;
        mode->disposition = OPEN_EXISTING;
        mode->stream = STREAM_READ;
        break;
    case 'w':
        mode->access = GENERIC_WRITE;
        mode->disposition = CREATE_ALWAYS;
        mode->stream = STREAM_WRITE;
        break;
    case 'a':
        mode->access = GENERIC_WRITE;
        mode->disposition = OPEN_ALWAYS;
        mode->stream = STREAM_WRITE | STREAM_APPEND;
        break;
    default:
        return FALSE;
    }
    return read_mode_letters(text + 1, mode);
}

/* INVALID_HANDLE_VALUE with errno. */
static HANDLE open_file(const wchar_t *path, const wchar_t *text, unsigned *flags)
{
    struct mode mode;
    if (!path || !text || !read_mode(text, &mode)) {
        errno = EINVAL;
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = CreateFileW(path, mode.access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                mode.disposition, mode.flags, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        stream_set_errno();
    *flags = mode.stream;
    return handle;
}

FILE *_wfopen(const wchar_t *path, const wchar_t *mode)
{
    unsigned flags;
    HANDLE handle = open_file(path, mode, &flags);
    if (handle == INVALID_HANDLE_VALUE)
        return NULL;
    struct stream *stream = stream_new(handle, flags);
    if (!stream)
        CloseHandle(handle);
    return (FILE *)stream;
}

/* A narrow string as wide ones are: new, NULL stays NULL. */
static wchar_t *widen(const char *narrow)
{
    int count = narrow ? MultiByteToWideChar(CP_UTF8, 0, narrow, -1, NULL, 0) : 0;
    wchar_t *wide = count ? malloc((size_t)count * sizeof *wide) : NULL;
    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, narrow, -1, wide, count);
    return wide;
}

FILE *fopen(const char *path, const char *mode)
{
    wchar_t *wide_path = widen(path), *wide_mode = widen(mode);
    FILE *file = _wfopen(wide_path, wide_mode);
    free(wide_path);
    free(wide_mode);
    return file;
}

FILE *_fsopen(const char *path, const char *mode, int share)
{
    (void)share; /* streams share as fopen's do */
    return fopen(path, mode);
}

errno_t fopen_s(FILE **file, const char *path, const char *mode)
{
    if (!file)
        return EINVAL;
    *file = fopen(path, mode);
    return *file ? 0 : errno;
}

errno_t _wfopen_s(FILE **file, const wchar_t *path, const wchar_t *mode)
{
    if (!file)
        return EINVAL;
    *file = _wfopen(path, mode);
    return *file ? 0 : errno;
}

/* Ends what a stream was for; its structure stays. */
static int detach(struct stream *stream)
{
    int result = stream_flush(stream);
    if (stream->owns_buffer)
        free(stream->buffer);
    stream->buffer = NULL;
    stream->owns_buffer = FALSE;
    stream->start = stream->end = stream->used = stream->pushed_count = 0;
    if (!CloseHandle(stream->handle))
        result = EOF;
    stream->flags &= STREAM_STANDARD;
    return result;
}

int fclose(FILE *file)
{
    struct stream *stream = stream_of(file);
    if (!stream) {
        errno = EINVAL;
        return EOF;
    }
    stream_lock(stream);
    int result = detach(stream);
    LeaveCriticalSection(&stream->lock);
    if (stream->flags & STREAM_STANDARD)
        return result;
    stream_remove(stream);
    DeleteCriticalSection(&stream->lock);
    free(stream);
    return result;
}

FILE *_wfreopen(const wchar_t *path, const wchar_t *mode, FILE *file)
{
    struct stream *stream = stream_of(file);
    unsigned flags;
    stream_lock(stream);
    detach(stream);
    HANDLE handle = open_file(path, mode, &flags);
    if (handle != INVALID_HANDLE_VALUE) {
        stream->handle = handle;
        stream->flags |= flags | STREAM_OPEN;
        stream->buffering = STREAM_FULL;
    }
    LeaveCriticalSection(&stream->lock);
    return handle == INVALID_HANDLE_VALUE ? NULL : file;
}

FILE *freopen(const char *path, const char *mode, FILE *file)
{
    wchar_t *wide_path = widen(path), *wide_mode = widen(mode);
    file = _wfreopen(wide_path, wide_mode, file);
    free(wide_path);
    free(wide_mode);
    return file;
}

errno_t freopen_s(FILE **result, const char *path, const char *mode, FILE *file)
{
    *result = freopen(path, mode, file);
    return *result ? 0 : errno;
}

static int flush_stream(struct stream *stream)
{
    stream_lock(stream);
    int result = stream_flush(stream);
    stream_unlock(stream);
    return result;
}

static int flush_and_go_on(struct stream *stream)
{
    flush_stream(stream);
    return 0;
}

int fflush(FILE *file)
{
    return file ? flush_stream(stream_of(file)) : stream_each(flush_and_go_on);
}

int _flushall(void)
{
    return stream_each(flush_and_go_on);
}

int setvbuf(FILE *file, char *buffer, int mode, size_t size)
{
    struct stream *stream = stream_of(file);
    if (mode != _IOFBF && mode != _IOLBF && mode != _IONBF)
        return -1;
    stream_lock(stream);
    stream_flush(stream);
    if (mode != _IONBF && size >= 2) {
        unsigned char *own = buffer ? NULL : malloc(size);
        if (buffer || own) {
            if (stream->owns_buffer)
                free(stream->buffer);
            stream->buffer = buffer ? (unsigned char *)buffer : own;
            stream->owns_buffer = !buffer;
            stream->size = size;
        }
    }
    /* Windows has no line buffering: it takes _IOLBF for full buffering. */
    stream->buffering = mode == _IONBF ? STREAM_CALL : STREAM_FULL;
    stream_unlock(stream);
    return 0;
}

void setbuf(FILE *file, char *buffer)
{
    setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ);
}

/* ---- positions ---- */

int _fseeki64(FILE *file, long long offset, int origin)
{
    struct stream *stream = stream_of(file);
    LARGE_INTEGER distance = {.QuadPart = offset};
    stream_lock(stream);
    if (origin == SEEK_CUR)
        distance.QuadPart -= stream->pushed_count;
    int result = stream_flush(stream);
    stream_drop_input(stream);
    stream->flags &= ~(unsigned)STREAM_END;
    if (!result && !SetFilePointerEx(stream->handle, distance, NULL, (DWORD)origin)) {
        errno = EINVAL;
        result = -1;
    }
    stream_unlock(stream);
    return result;
}

int fseek(FILE *file, long offset, int origin)
{
    return _fseeki64(file, offset, origin);
}

long long _ftelli64(FILE *file)
{
    struct stream *stream = stream_of(file);
    LARGE_INTEGER zero = {0}, position;
    stream_lock(stream);
    if (SetFilePointerEx(stream->handle, zero, &position, FILE_CURRENT)) {
        position.QuadPart -= (LONGLONG)(stream->end - stream->start) + stream->pushed_count;
        position.QuadPart += (LONGLONG)stream->used;
    } else {
        errno = EINVAL;
        position.QuadPart = -1;
    }
    stream_unlock(stream);
    return position.QuadPart;
}

long ftell(FILE *file)
{
    return (long)_ftelli64(file);
}

void rewind(FILE *file)
{
    _fseeki64(file, 0, SEEK_SET);
    clearerr(file);
}

int fgetpos(FILE *file, fpos_t *position)
{
    *position = _ftelli64(file);
    return *position < 0 ? -1 : 0;
}

int fsetpos(FILE *file, const fpos_t *position)
{
    return _fseeki64(file, *position, SEEK_SET);
}

/* ---- state ---- */

int feof(FILE *file)
{
    return (stream_of(file)->flags & STREAM_END) != 0;
}

int ferror(FILE *file)
{
    return (stream_of(file)->flags & STREAM_FAILED) != 0;
}

void clearerr(FILE *file)
{
    stream_of(file)->flags &= ~(unsigned)(STREAM_END | STREAM_FAILED);
}

int _fileno(FILE *file)
{
    return stream_of(file)->number;
}

int fileno(FILE *file)
{
    return _fileno(file);
}

intptr_t _get_osfhandle(int number)
{
    HANDLE handle = stream_handle(number);
    if (handle == INVALID_HANDLE_VALUE)
        errno = EBADF;
    return (intptr_t)handle;
}

int _isatty(int number)
{
    intptr_t handle = _get_osfhandle(number);
    return handle != -1 && GetFileType((HANDLE)handle) == FILE_TYPE_CHAR;
}

/* ---- files by name ---- */

static int unless_failed(BOOL done)
{
    if (done)
        return 0;
    stream_set_errno();
    return -1;
}

int remove(const char *path)
{
    return unless_failed(DeleteFileA(path));
}

int _unlink(const char *path)
{
    return remove(path);
}

int unlink(const char *path)
{
    return remove(path);
}

int _wremove(const wchar_t *path)
{
    return unless_failed(DeleteFileW(path));
}

int rename(const char *from, const char *to)
{
    return unless_failed(MoveFileExA(from, to, 0));
}

int _wrename(const wchar_t *from, const wchar_t *to)
{
    return unless_failed(MoveFileExW(from, to, 0));
}
