/*
 * The console: the terminal or whatever the standard streams are.
 */
#include "../win32.h"

static HANDLE standard_handles[3] = {(HANDLE)3, (HANDLE)7, (HANDLE)11};

/* Which of the three, or -1. */
static int index_of(DWORD which)
{
    int index = (int)(STD_INPUT_HANDLE - which);
    return which <= STD_INPUT_HANDLE && index < 3 ? index : -1;
}

HANDLE WINAPI GetStdHandle(DWORD which)
{
    int index = index_of(which);
    if (index < 0)
        return win32_fail(ERROR_INVALID_HANDLE), INVALID_HANDLE_VALUE;
    return __atomic_load_n(&standard_handles[index], __ATOMIC_RELAXED);
}

BOOL WINAPI SetStdHandle(DWORD which, HANDLE handle)
{
    int index = index_of(which);
    if (index < 0)
        return win32_fail(ERROR_INVALID_HANDLE);
    __atomic_store_n(&standard_handles[index], handle, __ATOMIC_RELAXED);
    return TRUE;
}

/* The terminal behind a console handle; Win32's console functions want one. */
static struct win32_host_file *terminal(HANDLE handle)
{
    struct win32_host_file *file = win32_host_file(handle);
    if (file && win32_host_is_terminal(file))
        return file;
    win32_fail(ERROR_INVALID_HANDLE);
    return NULL;
}

BOOL WINAPI WriteConsoleA(HANDLE console, const VOID *text, DWORD count, LPDWORD written,
                          LPVOID reserved)
{
    struct win32_host_file *file = terminal(console);
    UNREFERENCED_PARAMETER(reserved);
    return file && win32_host_write(file, text, count, written);
}

BOOL WINAPI WriteConsoleW(HANDLE console, const VOID *text, DWORD count, LPDWORD written,
                          LPVOID reserved)
{
    struct win32_host_file *file = terminal(console);
    UNREFERENCED_PARAMETER(reserved);
    char *narrow = file ? win32_utf8(text, count) : NULL;
    BOOL done = narrow && win32_host_write(file, narrow, (DWORD)strlen(narrow), NULL);
    free(narrow);
    if (written)
        *written = done ? count : 0;
    return done;
}

BOOL WINAPI ReadConsoleA(HANDLE console, LPVOID buffer, DWORD count, LPDWORD read, LPVOID control)
{
    struct win32_host_file *file = terminal(console);
    UNREFERENCED_PARAMETER(control);
    return file && win32_host_read(file, buffer, count, read, NULL);
}

BOOL WINAPI ReadConsoleW(HANDLE console, LPVOID buffer, DWORD count, LPDWORD read, LPVOID control)
{
    DWORD bytes = 0;
    char *narrow = malloc(count ? count : 1);
    UNREFERENCED_PARAMETER(control);
    *read = 0;
    BOOL done = narrow && ReadConsoleA(console, narrow, count, &bytes, NULL);
    /* No more units of UTF-16 than bytes of UTF-8: they fit. */
    if (done && bytes)
        *read = (DWORD)MultiByteToWideChar(CP_UTF8, 0, narrow, (int)bytes, buffer, (int)count);
    free(narrow);
    return done;
}

BOOL WINAPI GetConsoleMode(HANDLE console, LPDWORD mode)
{
    if (!terminal(console))
        return FALSE;
    *mode = console == (HANDLE)3 ? ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT
                                 : ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT;
    return TRUE;
}

VOID WINAPI OutputDebugStringA(LPCSTR text)
{
    if (text)
        ntio_host_write(2, text, strlen(text));
}

VOID WINAPI OutputDebugStringW(LPCWSTR text)
{
    char *narrow = text ? win32_utf8(text, (SIZE_T)-1) : NULL;
    OutputDebugStringA(narrow);
    free(narrow);
}

/* ---- control handlers: Ctrl+C and its kin ---- */

enum { CONTROL_HANDLERS = 16 };

static struct {
    SRWLOCK lock; /* guards the rest */
    PHANDLER_ROUTINE handlers[CONTROL_HANDLERS];
    SIZE_T count;
    BOOL is_listening;
    BOOL ignores_control_c;
} control;

/* The handler that was added last is asked first; one that returns TRUE has dealt with it. */
static void dispatch_control(int event)
{
    PHANDLER_ROUTINE handlers[CONTROL_HANDLERS];
    AcquireSRWLockShared(&control.lock);
    SIZE_T count = control.count;
    memcpy(handlers, control.handlers, sizeof handlers);
    BOOL ignored = control.ignores_control_c && event == CTRL_C_EVENT;
    ReleaseSRWLockShared(&control.lock);
    while (!ignored && count > 0)
        if (handlers[--count]((DWORD)event))
            return;
    if (!ignored)
        ExitProcess((UINT)STATUS_CONTROL_C_EXIT);
}

static BOOL remove_handler(PHANDLER_ROUTINE handler)
{
    for (SIZE_T i = control.count; i-- > 0;) {
        if (control.handlers[i] != handler)
            continue;
        control.count--;
        memmove(control.handlers + i, control.handlers + i + 1,
                (control.count - i) * sizeof *control.handlers);
        return TRUE;
    }
    return win32_fail(ERROR_INVALID_PARAMETER);
}

static BOOL add_handler(PHANDLER_ROUTINE handler)
{
    if (control.count == CONTROL_HANDLERS)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    control.handlers[control.count++] = handler;
    return TRUE;
}

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add)
{
    BOOL done = TRUE;
    AcquireSRWLockExclusive(&control.lock);
    if (!control.is_listening && ntio_host_on_interrupt(dispatch_control) < 0)
        done = win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    else
        control.is_listening = TRUE;
    if (done && !handler)
        control.ignores_control_c = add;
    else if (done)
        done = add ? add_handler(handler) : remove_handler(handler);
    ReleaseSRWLockExclusive(&control.lock);
    return done;
}

/* ---- debugging ---- */

BOOL WINAPI IsDebuggerPresent(VOID)
{
    return ntio_host_is_traced();
}

VOID WINAPI DebugBreak(VOID)
{
    __asm__ volatile("int3");
}
