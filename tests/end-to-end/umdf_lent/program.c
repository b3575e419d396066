/* Lends pages to a driver in a host, and checks which, and that it is they that the driver has. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lent.h"

enum { PAGE = 4096, PAGES = 24, BUFFERED = 2, DIRECT = 3 };

static int wrong;
static HANDLE device;

static void Check(const char *what, int is_right)
{
    if (is_right)
        return;
    wrong++;
    printf("wrong: %s (error %lu)\n", what, GetLastError());
}

/* ---- requests ------------------------------------------------------------------------ */

static BOOL Control(DWORD code, void *input, DWORD input_length, void *output, DWORD output_length)
{
    OVERLAPPED request = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD returned, error;
    BOOL good =
        DeviceIoControl(device, code, input, input_length, output, output_length, NULL, &request) ||
        GetLastError() == ERROR_IO_PENDING;

    good = good && GetOverlappedResult(device, &request, &returned, TRUE);
    error = GetLastError();
    CloseHandle(request.hEvent);
    SetLastError(error);
    return good;
}

static BOOL Transfer(void *bytes, DWORD length, BOOL is_read)
{
    OVERLAPPED request = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD returned = 0;
    BOOL good = (is_read ? ReadFile(device, bytes, length, NULL, &request)
                         : WriteFile(device, bytes, length, NULL, &request)) ||
                GetLastError() == ERROR_IO_PENDING;

    good = good && GetOverlappedResult(device, &request, &returned, TRUE) && returned == length;
    CloseHandle(request.hEvent);
    return good;
}

static struct lent_state State(void)
{
    struct lent_state state = {0};

    Check("the state", Control(IOCTL_STATE, NULL, 0, &state, sizeof(state)));
    return state;
}

static ULONG Search(ULONG64 wanted)
{
    ULONG found = ~0u;

    wanted = ~wanted;
    Check("search", Control(IOCTL_SEARCH, &wanted, sizeof(wanted), &found, sizeof(found)));
    return found;
}

static ULONGLONG Copied(void)
{
    ULONGLONG(WINAPI * count)
    (void) = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "ntio_bytes_copied");

    return count ? count() : 0;
}

/* ---- buffers --------------------------------------------------------------------------- */

static UCHAR *Allocate(void)
{
    return VirtualAlloc(NULL, PAGES * PAGE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
}

static BOOL IsPattern(const UCHAR *bytes, DWORD length)
{
    DWORD i;

    for (i = 0; i < length && bytes[i] == PATTERN(i); i++)
        ;
    return i == length;
}

static void CheckTypes(UCHAR *bytes)
{
    struct lent_state state = State();

    Check("the stack's types", state.transfer_type == DIRECT && state.control_type == DIRECT);
    Check("less than the threshold", Transfer(bytes, LENT_THRESHOLD - 1, TRUE));
    Check("is buffered", State().last_type == BUFFERED);
    Check("the threshold", Transfer(bytes, LENT_THRESHOLD, TRUE));
    Check("is direct", State().last_type == DIRECT && IsPattern(bytes, LENT_THRESHOLD));
    Check("a write", Transfer(bytes, LENT_THRESHOLD, FALSE));
    Check("is direct too", State().last_type == DIRECT);
}

/*
 * Whole pages cost no copy, ragged ends theirs alone, and not even that if their pages were lent
 * as whole ones before.
 */
static void CheckCopies(UCHAR *bytes, DWORD offset, DWORD length, DWORD ends)
{
    ULONGLONG before = Copied();

    Check("read", Transfer(bytes + offset, length, TRUE) && IsPattern(bytes + offset, length));
    Check("bytes copied by a read", Copied() - before == ends);
    before = Copied();
    Check("write", Transfer(bytes + offset, length, FALSE));
    Check("bytes copied by a write", Copied() - before == ends);
}

/* Each side sees what the other writes while the request is with the driver. */
static void CheckShared(UCHAR *bytes, DWORD length)
{
    OVERLAPPED request = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    UCHAR mark = 0x5C;

    memset(bytes, 0, length);
    Check("kept", !DeviceIoControl(device, IOCTL_KEEP, NULL, 0, bytes, length, NULL, &request) &&
                      GetLastError() == ERROR_IO_PENDING);
    while (State().last_type != DIRECT)
        SwitchToThread();
    while (bytes[length - 1] != PATTERN(length - 1))
        SwitchToThread();
    Check("the program sees what the driver wrote", IsPattern(bytes, length));
    memset(bytes, mark, length);
    Check("the driver sees what the program wrote", Control(IOCTL_LOOK, &mark, 1, NULL, 0));
    Check("released", Control(IOCTL_RELEASE, NULL, 0, NULL, 0));
    Check("ended", WaitForSingleObject(request.hEvent, INFINITE) == WAIT_OBJECT_0);
    CloseHandle(request.hEvent);
}

static void Hide(UCHAR *bytes, ULONG64 secret, DWORD length)
{
    DWORD i;

    for (i = 0; i + 8 <= length; i += 8)
        memcpy(bytes + i, &secret, 8);
}

/* Pages around a buffer, and bytes around it in its own pages, are not the host's to see. */
static void CheckSecrets(UCHAR *bytes)
{
    const ULONG64 secret = 0x5EC2E7000000ull + GetCurrentProcessId(), known = secret ^ 0xFFFF;
    DWORD length = 4 * PAGE;

    /* Shared with drivers, but with none in a host: the first, and a short, request. */
    Check("a page of the kernel's", Transfer(bytes, PAGE, TRUE));
    Hide(bytes, secret, PAGES * PAGE);
    Check("a ragged write's pages",
          Control(IOCTL_SCRIBBLE, NULL, 0, memset(bytes + 4 * PAGE + 512, 1, length), length));
    Check("no secret", Search(secret) == 0);
    Hide(bytes + 8 * PAGE, known, length);
    Check("pages", Control(IOCTL_SCRIBBLE, NULL, 0, bytes + 8 * PAGE, length));
    Check("the buffer itself", Search(known) >= length / 8);
    Check("nothing else", Search(secret) == 0);
    Check("whole pages to write to",
          Transfer(bytes + 12 * PAGE, length, TRUE) && Search(secret) == 0);
}

/* Pages that a host had are lent to the next. */
static void CheckCrash(UCHAR *bytes)
{
    Check("the last request of a host", !Control(IOCTL_CRASH, NULL, 0, NULL, 0));
    CloseHandle(device);
    while ((device = CreateFileA("\\\\.\\UmdfLent", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                 OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL)) ==
           INVALID_HANDLE_VALUE)
        SwitchToThread();
    memset(bytes, 0, PAGES * PAGE);
    CheckCopies(bytes, 0, 8 * PAGE, 0);
    CheckShared(bytes, 8 * PAGE);
}

static void CheckLife(void)
{
    UCHAR *bytes = Allocate();
    DWORD i;

    for (i = 0; i < 20; i++) {
        UCHAR *other = Allocate();

        CheckCopies(other, i * 8, 5 * PAGE, i ? PAGE : 0);
        Check("freed", VirtualFree(other, 0, MEM_RELEASE));
    }
    CheckCopies(bytes, 0, PAGES * PAGE, 0);
    CheckCrash(bytes);
    VirtualFree(bytes, 0, MEM_RELEASE);
}

int main(void)
{
    UCHAR *bytes = Allocate(), *secrets = Allocate();

    device = CreateFileA("\\\\.\\UmdfLent", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                         FILE_FLAG_OVERLAPPED, NULL);
    Check("the device is there", device != INVALID_HANDLE_VALUE);
    CheckTypes(bytes);
    CheckCopies(bytes, 4 * PAGE - 1, 3 * PAGE + 2, 2);
    CheckCopies(bytes, 8 * PAGE + 1, 8 * PAGE, PAGE);
    CheckCopies(bytes, PAGE, 4 * PAGE, 0);
    CheckCopies(bytes, 2 * PAGE + 1, 6 * PAGE, 1);
    CheckCopies(bytes, 0, PAGES * PAGE, 0);
    CheckCopies(bytes, 1, 8 * PAGE, 0);
    CheckShared(bytes, 8 * PAGE);
    CheckSecrets(secrets);
    CheckLife();
    CloseHandle(device);
    VirtualFree(bytes, 0, MEM_RELEASE);
    VirtualFree(secrets, 0, MEM_RELEASE);
    printf("lent: %d wrong\n", wrong);
    return wrong != 0;
}
