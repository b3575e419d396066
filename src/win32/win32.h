/*
 * What the files of kernel32 and advapi32 share.
 */
#pragma once

#include "nt.h"
#include "host.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define WIN32_COUNT(array) (sizeof(array) / sizeof *(array))

/* Where threads pass by that are not to go on while the process exits: waits and I/O. */
static inline void win32_stay(void)
{
    if (__builtin_expect(__atomic_load_n(&ntio_host_is_exiting, __ATOMIC_RELAXED), 0))
        ntio_host_stay();
}

/* ---- error.c ------------------------------------------------------------ */

/* Sets the thread's last error; FALSE. */
BOOL win32_fail(DWORD error);
/* TRUE if status is a success, else sets the last error to what it maps to. */
BOOL win32_result(NTSTATUS status);

/* ---- string.c ----------------------------------------------------------- */

/* UTF-16 text made from a narrow string; text is NULL if that was. */
struct win32_text {
    PWSTR text;
    WCHAR buffer[MAX_PATH];
};
BOOL win32_text_open(struct win32_text *text, PCSTR narrow);
void win32_text_close(struct win32_text *text);

/* A new UTF-8 string (free), NULL if there is no memory. length in characters, or -1 up to the
 * zero. */
char *win32_utf8(PCWSTR wide, SIZE_T length);
/* A new UTF-16 string (free). */
PWSTR win32_wide(PCSTR narrow);
/*
 * What functions return that fill a caller's buffer with text: characters
 * copied without the zero, or those needed with it if size is too small.
 */
DWORD win32_copy_wide(PCWSTR text, PWSTR buffer, DWORD size);
DWORD win32_copy_narrow(PCWSTR text, PSTR buffer, DWORD size);

/* A UNICODE_STRING over a zero-terminated text; FALSE with the last error if it is too long. */
BOOL win32_unicode(UNICODE_STRING *string, PCWSTR text);
/* Compare without regard to (ASCII) case. */
BOOL win32_same_text(PCWSTR a, PCWSTR b);
SIZE_T win32_length(PCWSTR text);

/* ---- path.c ------------------------------------------------------------- */

/* A Win32 path as the name of an NT object; free(name->Buffer). FALSE with the last error. */
BOOL win32_nt_path(PCWSTR path, UNICODE_STRING *name, BOOL *ends_in_backslash);
/* If the path names a driver's file (NAME.sys) that has a built form: that one's Linux path, new.
 */
char *win32_driver_image(PCWSTR path);

/* ---- hostfile.c --------------------------------------------------------- */

/*
 * Handles of win32's own, that the kernel does not know: the console and files
 * of Linux that a program sees as a driver's. Their low two bits are set, which
 * the kernel's never are.
 */
struct win32_host_file;
/* NULL if handle is one of the kernel's (or no such handle is open). */
struct win32_host_file *win32_host_file(HANDLE handle);
/* INVALID_HANDLE_VALUE with the last error. Owns fd then and now. */
HANDLE win32_host_open(int fd);
BOOL win32_host_close(HANDLE handle);
BOOL win32_host_read(struct win32_host_file *file, PVOID buffer, DWORD bytes, LPDWORD done,
                     LPOVERLAPPED overlapped);
BOOL win32_host_write(struct win32_host_file *file, LPCVOID buffer, DWORD bytes, LPDWORD done);
BOOL win32_host_size(struct win32_host_file *file, PLARGE_INTEGER size);
BOOL win32_host_seek(struct win32_host_file *file, LONGLONG distance, PLARGE_INTEGER position,
                     DWORD from);
DWORD win32_host_type(struct win32_host_file *file);
DWORD win32_host_wait(struct win32_host_file *file, DWORD milliseconds);
BOOL win32_host_is_terminal(struct win32_host_file *file);

/* ---- sync.c ------------------------------------------------------------- */

/* A time-out in milliseconds as NT counts it; NULL for INFINITE. */
PLARGE_INTEGER win32_timeout(LARGE_INTEGER *timeout, DWORD milliseconds);
/* Attributes of a named object below \BaseNamedObjects; the name is copied to buffer. */
BOOL win32_named_object(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *name, PWSTR buffer,
                        SIZE_T count, PCWSTR text, LPSECURITY_ATTRIBUTES security);
