/*
 * Kernel objects to wait for, and the waits.
 */
#include "../win32.h"

enum { NAME_CHARACTERS = MAX_PATH + 32 };

PLARGE_INTEGER win32_timeout(LARGE_INTEGER *timeout, DWORD milliseconds)
{
    if (milliseconds == INFINITE)
        return NULL;
    timeout->QuadPart = -(LONGLONG)milliseconds * 10000;
    return timeout;
}

BOOL win32_named_object(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *name, PWSTR buffer,
                        SIZE_T count, PCWSTR text, LPSECURITY_ATTRIBUTES security)
{
    InitializeObjectAttributes(attributes, NULL, OBJ_OPENIF, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    if (security && security->bInheritHandle)
        attributes->Attributes |= OBJ_INHERIT;
    if (!text || !*text)
        return TRUE;
    /* There is one session: its names and the global ones are the same. */
    static const PCWSTR prefixes[] = {L"Global\\", L"Local\\"};
    for (SIZE_T i = 0; i < WIN32_COUNT(prefixes); i++) {
        SIZE_T length = win32_length(prefixes[i]);
        if (win32_length(text) > length && !memcmp(text, prefixes[i], length * sizeof(WCHAR)))
            text += length;
    }
    if (win32_length(text) >= MAX_PATH || win32_length(text) + 20 > count)
        return win32_fail(ERROR_FILENAME_EXCED_RANGE);
    for (PCWSTR at = text; *at; at++)
        if (*at == '\\')
            return win32_fail(ERROR_PATH_NOT_FOUND);
    lstrcpyW(buffer, L"\\BaseNamedObjects\\");
    lstrcatW(buffer, text);
    if (!win32_unicode(name, buffer))
        return FALSE;
    attributes->ObjectName = name;
    return TRUE;
}

/* A named object's parameters in one piece. */
struct named {
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    WCHAR text[NAME_CHARACTERS];
};

static BOOL name_it(struct named *named, PCWSTR text, LPSECURITY_ATTRIBUTES security)
{
    return win32_named_object(&named->attributes, &named->name, named->text, NAME_CHARACTERS, text,
                              security);
}

/* An object of that name that is of another kind is an invalid handle to Win32. */
static HANDLE created(NTSTATUS status, HANDLE handle)
{
    if (!win32_result(status))
        return NULL;
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return handle;
}

static BOOL name_to_open(struct named *named, PCWSTR text, BOOL inherit)
{
    if (!text || !*text)
        return win32_fail(ERROR_INVALID_PARAMETER);
    if (!name_it(named, text, NULL))
        return FALSE;
    named->attributes.Attributes = inherit ? OBJ_INHERIT : 0;
    return TRUE;
}

/* ---- events ---- */

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES security, LPCWSTR name, DWORD flags,
                             DWORD access)
{
    struct named named;
    HANDLE event = NULL;
    if (flags & ~(DWORD)(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET))
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    if (!name_it(&named, name, security))
        return NULL;
    NTSTATUS status = NtCreateEvent(&event, access, &named.attributes,
                                    flags & CREATE_EVENT_MANUAL_RESET ? NT_EVENT_NOTIFICATION
                                                                      : NT_EVENT_SYNCHRONIZATION,
                                    (flags & CREATE_EVENT_INITIAL_SET) != 0);
    return created(status, event);
}

HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES security, LPCSTR name, DWORD flags, DWORD access)
{
    struct win32_text text;
    HANDLE event = NULL;
    if (win32_text_open(&text, name))
        event = CreateEventExW(security, text.text, flags, access);
    win32_text_close(&text);
    return event;
}

static DWORD event_flags(BOOL manual_reset, BOOL initial_state)
{
    return (manual_reset ? CREATE_EVENT_MANUAL_RESET : 0) |
           (initial_state ? CREATE_EVENT_INITIAL_SET : 0);
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL initial_state,
                           LPCWSTR name)
{
    return CreateEventExW(security, name, event_flags(manual_reset, initial_state),
                          EVENT_ALL_ACCESS);
}

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL initial_state,
                           LPCSTR name)
{
    return CreateEventExA(security, name, event_flags(manual_reset, initial_state),
                          EVENT_ALL_ACCESS);
}

typedef NTSTATUS(NTAPI *open_routine)(PHANDLE handle, ACCESS_MASK access,
                                      POBJECT_ATTRIBUTES attributes);

static HANDLE open_named(open_routine open, DWORD access, BOOL inherit, PCWSTR name)
{
    struct named named;
    HANDLE handle = NULL;
    if (!name_to_open(&named, name, inherit))
        return NULL;
    return win32_result(open(&handle, access, &named.attributes)) ? handle : NULL;
}

static HANDLE open_named_narrow(open_routine open, DWORD access, BOOL inherit, PCSTR name)
{
    struct win32_text text;
    HANDLE handle = NULL;
    if (win32_text_open(&text, name))
        handle = open_named(open, access, inherit, text.text);
    win32_text_close(&text);
    return handle;
}

HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenEvent, access, inherit, name);
}

HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR name)
{
    return open_named_narrow(NtOpenEvent, access, inherit, name);
}

BOOL WINAPI SetEvent(HANDLE event)
{
    return win32_result(NtSetEvent(event, NULL));
}

BOOL WINAPI ResetEvent(HANDLE event)
{
    return win32_result(NtResetEvent(event, NULL));
}

BOOL WINAPI PulseEvent(HANDLE event)
{
    return win32_result(NtPulseEvent(event, NULL));
}

/* ---- semaphores ---- */

HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                                 LPCWSTR name, DWORD flags, DWORD access)
{
    struct named named;
    HANDLE semaphore = NULL;
    if (flags)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    if (!name_it(&named, name, security))
        return NULL;
    NTSTATUS status = NtCreateSemaphore(&semaphore, access, &named.attributes, initial, maximum);
    return created(status, semaphore);
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                               LPCWSTR name)
{
    return CreateSemaphoreExW(security, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                                 LPCSTR name, DWORD flags, DWORD access)
{
    struct win32_text text;
    HANDLE semaphore = NULL;
    if (win32_text_open(&text, name))
        semaphore = CreateSemaphoreExW(security, initial, maximum, text.text, flags, access);
    win32_text_close(&text);
    return semaphore;
}

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                               LPCSTR name)
{
    return CreateSemaphoreExA(security, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenSemaphore, access, inherit, name);
}

HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name)
{
    return open_named_narrow(NtOpenSemaphore, access, inherit, name);
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous)
{
    return win32_result(NtReleaseSemaphore(semaphore, count, previous));
}

/* ---- mutexes ---- */

HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES security, LPCWSTR name, DWORD flags,
                             DWORD access)
{
    struct named named;
    HANDLE mutex = NULL;
    if (flags & ~(DWORD)CREATE_MUTEX_INITIAL_OWNER)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    if (!name_it(&named, name, security))
        return NULL;
    NTSTATUS status = NtCreateMutant(&mutex, access, &named.attributes,
                                     (flags & CREATE_MUTEX_INITIAL_OWNER) != 0);
    return created(status, mutex);
}

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES security, BOOL owned, LPCWSTR name)
{
    return CreateMutexExW(security, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES security, LPCSTR name, DWORD flags, DWORD access)
{
    struct win32_text text;
    HANDLE mutex = NULL;
    if (win32_text_open(&text, name))
        mutex = CreateMutexExW(security, text.text, flags, access);
    win32_text_close(&text);
    return mutex;
}

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES security, BOOL owned, LPCSTR name)
{
    return CreateMutexExA(security, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenMutant, access, inherit, name);
}

HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, LPCSTR name)
{
    return open_named_narrow(NtOpenMutant, access, inherit, name);
}

BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
    return win32_result(NtReleaseMutant(mutex, NULL));
}

/* ---- timers ---- */

HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES security, LPCWSTR name, DWORD flags,
                                     DWORD access)
{
    struct named named;
    HANDLE timer = NULL;
    if (flags & ~(DWORD)CREATE_WAITABLE_TIMER_MANUAL_RESET)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    if (!name_it(&named, name, security))
        return NULL;
    NTSTATUS status =
        NtCreateTimer(&timer, access, &named.attributes,
                      flags & CREATE_WAITABLE_TIMER_MANUAL_RESET ? NT_TIMER_NOTIFICATION
                                                                 : NT_TIMER_SYNCHRONIZATION);
    return created(status, timer);
}

HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, LPCWSTR name)
{
    return CreateWaitableTimerExW(
        security, name, manual_reset ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, LPCSTR name)
{
    struct win32_text text;
    HANDLE timer = NULL;
    if (win32_text_open(&text, name))
        timer = CreateWaitableTimerW(security, manual_reset, text.text);
    win32_text_close(&text);
    return timer;
}

HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenTimer, access, inherit, name);
}

BOOL WINAPI SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                             PTIMERAPCROUTINE completion, LPVOID context, BOOL resume)
{
    LARGE_INTEGER when = *due;
    return win32_result(NtSetTimer(timer, &when, (NT_TIMER_APC_ROUTINE)(PVOID)completion, context,
                                   resume != 0, period, NULL));
}

BOOL WINAPI CancelWaitableTimer(HANDLE timer)
{
    return win32_result(NtCancelTimer(timer, NULL));
}
