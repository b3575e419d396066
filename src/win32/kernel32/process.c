/*
 * The process: its command line, its end, its modules.
 */
#include "../win32.h"

/* ---- the command line ---- */

static struct {
    INIT_ONCE once;
    PWSTR wide;
    char *narrow;
} command_line;

static BOOL needs_quotes(const char *argument)
{
    return !*argument || strpbrk(argument, " \t\"") != NULL;
}

/* Appends an argument so that CommandLineToArgvW takes it apart again. */
static char *append_argument(char *to, const char *argument)
{
    BOOL quotes = needs_quotes(argument);
    SIZE_T slashes = 0;
    if (quotes)
        *to++ = '"';
    for (; *argument; argument++) {
        slashes = *argument == '\\' ? slashes + 1 : slashes;
        if (*argument == '"') {
            for (slashes++; slashes > 0; slashes--)
                *to++ = '\\';
        } else if (*argument != '\\') {
            slashes = 0;
        }
        *to++ = *argument;
    }
    for (; quotes && slashes > 0; slashes--)
        *to++ = '\\';
    if (quotes)
        *to++ = '"';
    return to;
}

static BOOL CALLBACK make_command_line(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
    int count;
    char **arguments = ntio_host_arguments(&count);
    SIZE_T size = 1;
    UNREFERENCED_PARAMETER(once);
    UNREFERENCED_PARAMETER(parameter);
    UNREFERENCED_PARAMETER(context);

    for (int i = 0; i < count; i++)
        size += 2 * strlen(arguments[i]) + 4;
    char *line = malloc(size), *at = line;
    if (!line)
        return FALSE;
    for (int i = 0; i < count; i++) {
        if (i)
            *at++ = ' ';
        at = append_argument(at, arguments[i]);
    }
    *at = '\0';
    command_line.narrow = line;
    command_line.wide = win32_wide(line);
    return command_line.wide != NULL;
}

LPWSTR WINAPI GetCommandLineW(VOID)
{
    InitOnceExecuteOnce(&command_line.once, make_command_line, NULL, NULL);
    return command_line.wide;
}

LPSTR WINAPI GetCommandLineA(VOID)
{
    InitOnceExecuteOnce(&command_line.once, make_command_line, NULL, NULL);
    return command_line.narrow;
}

/* ---- the end ---- */

VOID WINAPI ExitProcess(UINT code)
{
    ntio_host_begin_exit();
    ntio_host_exit((int)code);
}

BOOL WINAPI TerminateProcess(HANDLE process, UINT code)
{
    if (process != NT_CURRENT_PROCESS)
        return win32_fail(ERROR_INVALID_HANDLE);
    ExitProcess(code);
}

/* ---- modules ---- */

/* A Linux path as one that a program can take apart: backslashes, below C:. */
static PWSTR program_name(void)
{
    char path[4100] = "C:";
    if (ntio_host_program_path(path + 2, sizeof path - 2))
        return win32_fail(ERROR_MOD_NOT_FOUND), NULL;
    for (char *at = path; *at; at++)
        if (*at == '/')
            *at = '\\';
    return win32_wide(path);
}

/* Copies what fits, like Windows: a name that was cut has ERROR_INSUFFICIENT_BUFFER. */
static DWORD cut(DWORD length, DWORD size)
{
    SetLastError(length < size ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
    return length < size ? length : size;
}

static BOOL is_program(HMODULE module)
{
    return !module || module == (HMODULE)ntio_host_program_base();
}

DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD size)
{
    PWSTR name = is_program(module) ? program_name() : NULL;
    if (!name)
        return (DWORD)win32_fail(ERROR_MOD_NOT_FOUND);
    DWORD length = (DWORD)win32_length(name);
    lstrcpynW(buffer, name, (int)size);
    free(name);
    return cut(length, size);
}

DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size)
{
    PWSTR name = is_program(module) ? program_name() : NULL;
    char *narrow = name ? win32_utf8(name, (SIZE_T)-1) : NULL;
    free(name);
    if (!narrow)
        return (DWORD)win32_fail(ERROR_MOD_NOT_FOUND);
    DWORD length = (DWORD)strlen(narrow);
    lstrcpynA(buffer, narrow, (int)size);
    free(narrow);
    return cut(length, size);
}

/* The libraries whose functions ntio has; one handle stands for all of them. */
static char system_module;

static BOOL is_system_module(PCWSTR name)
{
    static const PCWSTR names[] = {L"kernel32", L"ntdll", L"kernelbase", L"advapi32"};
    for (SIZE_T i = 0; i < WIN32_COUNT(names); i++) {
        WCHAR with_extension[32];
        lstrcpyW(with_extension, names[i]);
        lstrcatW(with_extension, L".dll");
        if (win32_same_text(name, names[i]) || win32_same_text(name, with_extension))
            return TRUE;
    }
    return FALSE;
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name)
{
    if (!name)
        return ntio_host_program_base();
    if (is_system_module(name))
        return (HMODULE)&system_module;
    return win32_fail(ERROR_MOD_NOT_FOUND), NULL;
}

HMODULE WINAPI GetModuleHandleA(LPCSTR name)
{
    struct win32_text text;
    HMODULE module = NULL;
    if (win32_text_open(&text, name))
        module = GetModuleHandleW(text.text);
    win32_text_close(&text);
    return module;
}

/* No library but the system's can be loaded: a Windows DLL is no code for Linux. */
HMODULE WINAPI LoadLibraryW(LPCWSTR name)
{
    return name ? GetModuleHandleW(name) : (win32_fail(ERROR_INVALID_PARAMETER), NULL);
}

HMODULE WINAPI LoadLibraryA(LPCSTR name)
{
    return name ? GetModuleHandleA(name) : (win32_fail(ERROR_INVALID_PARAMETER), NULL);
}

BOOL WINAPI FreeLibrary(HMODULE module)
{
    return module == (HMODULE)&system_module ? TRUE : win32_fail(ERROR_INVALID_HANDLE);
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    FARPROC found = NULL;
    if ((ULONG_PTR)name <= MAXWORD)
        return win32_fail(ERROR_PROC_NOT_FOUND), NULL; /* an ordinal */
    if (module == (HMODULE)&system_module)
        found = (FARPROC)ntio_host_symbol(name);
    if (!found)
        SetLastError(ERROR_PROC_NOT_FOUND);
    return found;
}
