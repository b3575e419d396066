#include "../win32.h"

enum { HOST_FILES = 64, FIRST_FREE = 3 };

struct win32_host_file {
    BOOL is_open;
    int fd;
    ULONGLONG position; /* of a disk file */
};

/* The first three are the standard streams. */
static struct {
    SRWLOCK lock; /* guards is_open */
    struct win32_host_file files[HOST_FILES];
} host = {.files = {{TRUE, 0, 0}, {TRUE, 1, 0}, {TRUE, 2, 0}}};

static SIZE_T index_of(HANDLE handle)
{
    ULONG_PTR value = (ULONG_PTR)handle;
    return (value & 3) == 3 ? value >> 2 : HOST_FILES;
}

static HANDLE handle_of(SIZE_T index)
{
    return (HANDLE)(index << 2 | 3);
}

struct win32_host_file *win32_host_file(HANDLE handle)
{
    SIZE_T index = index_of(handle);
    if (index >= HOST_FILES)
        return NULL;
    struct win32_host_file *file = &host.files[index];
    return __atomic_load_n(&file->is_open, __ATOMIC_ACQUIRE) ? file : NULL;
}

HANDLE win32_host_open(int fd)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    AcquireSRWLockExclusive(&host.lock);
    for (SIZE_T i = FIRST_FREE; i < HOST_FILES && handle == INVALID_HANDLE_VALUE; i++) {
        if (host.files[i].is_open)
            continue;
        host.files[i].fd = fd;
        host.files[i].position = 0;
        /* Pairs with win32_host_file's load. */
        __atomic_store_n(&host.files[i].is_open, TRUE, __ATOMIC_RELEASE);
        handle = handle_of(i);
    }
    ReleaseSRWLockExclusive(&host.lock);
    if (handle == INVALID_HANDLE_VALUE) {
        ntio_host_close(fd);
        win32_fail(ERROR_TOO_MANY_OPEN_FILES);
    }
    return handle;
}

/* Closing a standard stream leaves Linux' own open: whoever started the program wants to write
 * there. */
BOOL win32_host_close(HANDLE handle)
{
    SIZE_T index = index_of(handle);
    BOOL was_open;
    AcquireSRWLockExclusive(&host.lock);
    was_open = index < HOST_FILES && host.files[index].is_open;
    if (was_open && index >= FIRST_FREE) {
        ntio_host_close(host.files[index].fd);
        __atomic_store_n(&host.files[index].is_open, FALSE, __ATOMIC_RELEASE);
    }
    ReleaseSRWLockExclusive(&host.lock);
    return was_open ? TRUE : win32_fail(ERROR_INVALID_HANDLE);
}

static BOOL finish(long long moved, LPDWORD done)
{
    if (moved < 0)
        return win32_fail(ERROR_WRITE_FAULT);
    *done = (DWORD)moved;
    return TRUE;
}

BOOL win32_host_read(struct win32_host_file *file, PVOID buffer, DWORD bytes, LPDWORD done,
                     LPOVERLAPPED overlapped)
{
    DWORD ignored;
    if (!done)
        done = &ignored;
    *done = 0;
    /* A standard stream goes on where whoever started the program left off. */
    if (file < host.files + FIRST_FREE || ntio_host_file_kind(file->fd) != HOST_KIND_DISK)
        return finish(ntio_host_read(file->fd, buffer, bytes), done);
    if (overlapped)
        file->position = (ULONGLONG)overlapped->OffsetHigh << 32 | overlapped->Offset;
    BOOL moved = finish(ntio_host_read_at(file->fd, buffer, bytes, file->position), done);
    file->position += *done;
    return moved;
}

BOOL win32_host_write(struct win32_host_file *file, LPCVOID buffer, DWORD bytes, LPDWORD done)
{
    DWORD ignored;
    if (!done)
        done = &ignored;
    *done = 0;
    return finish(ntio_host_write(file->fd, buffer, bytes), done);
}

BOOL win32_host_size(struct win32_host_file *file, PLARGE_INTEGER size)
{
    long long bytes = ntio_host_file_size(file->fd);
    if (bytes < 0 || ntio_host_file_kind(file->fd) != HOST_KIND_DISK)
        return win32_fail(ERROR_INVALID_FUNCTION);
    size->QuadPart = bytes;
    return TRUE;
}

BOOL win32_host_seek(struct win32_host_file *file, LONGLONG distance, PLARGE_INTEGER position,
                     DWORD from)
{
    LARGE_INTEGER size;
    if (!win32_host_size(file, &size))
        return FALSE;
    LONGLONG base = from == FILE_BEGIN     ? 0
                    : from == FILE_CURRENT ? (LONGLONG)file->position
                                           : size.QuadPart;
    if (base + distance < 0)
        return win32_fail(ERROR_NEGATIVE_SEEK);
    file->position = (ULONGLONG)(base + distance);
    if (position)
        position->QuadPart = base + distance;
    return TRUE;
}

DWORD win32_host_type(struct win32_host_file *file)
{
    switch (ntio_host_file_kind(file->fd)) {
    case HOST_KIND_DISK:
        return FILE_TYPE_DISK;
    case HOST_KIND_TERMINAL:
    case HOST_KIND_CHARACTER:
        return FILE_TYPE_CHAR;
    case HOST_KIND_PIPE:
        return FILE_TYPE_PIPE;
    default:
        return FILE_TYPE_UNKNOWN;
    }
}

DWORD win32_host_wait(struct win32_host_file *file, DWORD milliseconds)
{
    if (file->fd != 0)
        return WAIT_OBJECT_0;
    return ntio_host_input_ready(milliseconds > MAXLONG ? -1 : (int)milliseconds) ? WAIT_OBJECT_0
                                                                                  : WAIT_TIMEOUT;
}

BOOL win32_host_is_terminal(struct win32_host_file *file)
{
    return ntio_host_file_kind(file->fd) == HOST_KIND_TERMINAL;
}
