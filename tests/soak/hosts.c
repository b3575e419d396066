/*
 * A program whose driver host is killed: threads read, write and ask, until standard input ends.
 * Each request is right, or ends as one of a dead host.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../end-to-end/umdf_lent/lent.h"

#ifndef ERROR_DRIVER_PROCESS_TERMINATED
#define ERROR_DRIVER_PROCESS_TERMINATED 1291
#endif

enum { THREADS = 6, BYTES = 65536 + 5 };

static LONG answered, ended, wrong, is_over;

static BOOL IsOver(void)
{
    return InterlockedCompareExchange(&is_over, 0, 0) != 0;
}

/* FALSE: the host is dead, or the device is on its way out. */
static BOOL Judge(BOOL good, DWORD returned, const char *what)
{
    DWORD error = GetLastError();

    if (good && returned == BYTES) {
        InterlockedIncrement(&answered);
        return TRUE;
    }
    if (!good && (error == ERROR_DRIVER_PROCESS_TERMINATED || error == ERROR_DELETE_PENDING)) {
        InterlockedIncrement(&ended);
        return FALSE;
    }
    InterlockedIncrement(&wrong);
    printf("wrong: %s: error %lu, %lu bytes\n", what, error, returned);
    return FALSE;
}

static BOOL CheckPattern(const UCHAR *bytes)
{
    DWORD i;

    for (i = 0; i < BYTES && bytes[i] == PATTERN(i); i++)
        ;
    if (i == BYTES)
        return TRUE;
    InterlockedIncrement(&wrong);
    printf("wrong: byte %lu\n", i);
    return FALSE;
}

static BOOL Transfer(HANDLE device, UCHAR *bytes, BOOL is_read)
{
    DWORD returned = 0;
    BOOL good = is_read ? ReadFile(device, bytes, BYTES, &returned, NULL)
                        : WriteFile(device, bytes, BYTES, &returned, NULL);

    return Judge(good, returned, is_read ? "read" : "write");
}

static void Use(HANDLE device, UCHAR *bytes)
{
    while (!IsOver()) {
        memset(bytes, 0, BYTES);
        if (!Transfer(device, bytes, TRUE) || !CheckPattern(bytes) ||
            !Transfer(device, bytes, FALSE))
            return;
    }
}

static DWORD WINAPI Load(PVOID unused)
{
    UCHAR *bytes = malloc(BYTES);

    UNREFERENCED_PARAMETER(unused);
    while (!IsOver()) {
        HANDLE device = CreateFileA("\\\\.\\UmdfLent", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                    OPEN_EXISTING, 0, NULL);

        if (device == INVALID_HANDLE_VALUE) {
            SwitchToThread();
            continue;
        }
        Use(device, bytes);
        CloseHandle(device);
    }
    free(bytes);
    return 0;
}

int main(void)
{
    HANDLE threads[THREADS];
    int i;

    printf("process %lu\n", GetCurrentProcessId());
    fflush(stdout);
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, Load, NULL, 0, NULL);
    while (getchar() != EOF)
        ;
    InterlockedExchange(&is_over, 1);
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    printf("%ld requests answered, %ld ended with their host, %ld wrong\n", answered, ended, wrong);
    return wrong != 0;
}
