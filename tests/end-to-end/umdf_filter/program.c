/* Uses a KMDF driver through the UMDF filter above it. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <string.h>

#include "filter_test.h"

static int wrong;

static void Check(const char *what, int is_right)
{
    if (is_right)
        return;
    wrong++;
    printf("wrong: %s (error %lu)\n", what, GetLastError());
}

static void CheckSum(HANDLE device, const char *what, DWORD code, ULONG expected)
{
    UCHAR bytes[] = {10, 20, 30};
    ULONG sum = 0;
    DWORD returned = 0;

    Check(what,
          DeviceIoControl(device, code, bytes, sizeof(bytes), &sum, sizeof(sum), &returned, NULL) &&
              sum == expected && returned == sizeof(sum));
}

static void CheckRead(HANDLE device)
{
    UCHAR bytes[10000];
    DWORD returned = 0, i;

    Check("read",
          ReadFile(device, bytes, sizeof(bytes), &returned, NULL) && returned == sizeof(bytes));
    for (i = 0; i < sizeof(bytes) && bytes[i] == 0x5A; i++)
        ;
    Check("what was read", i == sizeof(bytes));
}

static void CheckCancel(void)
{
    HANDLE device = CreateFileA("\\\\.\\UmdfFilterTest", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED request = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD returned;

    Check("a request waits",
          !DeviceIoControl(device, IOCTL_WAIT, NULL, 0, NULL, 0, NULL, &request) &&
              GetLastError() == ERROR_IO_PENDING);
    Check("it is cancelled", CancelIo(device));
    Check("how it ends", !GetOverlappedResult(device, &request, &returned, TRUE) &&
                             GetLastError() == ERROR_OPERATION_ABORTED);
    CloseHandle(request.hEvent);
    CloseHandle(device);
}

static void CheckActivity(HANDLE device)
{
    const GUID given = {0x11223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
    GUID seen = {0};
    DWORD returned = 0;

    Check("an activity id goes down with its request",
          DeviceIoControl(device, IOCTL_ACTIVITY, (PVOID)&given, sizeof(given), &seen, sizeof(seen),
                          &returned, NULL) &&
              returned == sizeof(seen) && !memcmp(&seen, &given, sizeof(seen)));
    Check("a request has none of itself",
          !DeviceIoControl(device, IOCTL_ACTIVITY, NULL, 0, &seen, sizeof(seen), &returned, NULL) &&
              GetLastError() == ERROR_NOT_FOUND);
}

int main(void)
{
    HANDLE device = CreateFileA("\\\\.\\UmdfFilterTest", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                OPEN_EXISTING, 0, NULL);
    ULONG nothing;
    DWORD returned;

    Check("the device is there", device != INVALID_HANDLE_VALUE);
    CheckSum(device, "a request seen on its way up", IOCTL_SUM, 61);
    CheckSum(device, "one that is forgotten", IOCTL_PLAIN_SUM, 60);
    CheckSum(device, "one that the filter makes", IOCTL_ASK, 6);
    CheckSum(device, "a large one that it makes", IOCTL_ASK_MUCH, MUCH);
    CheckSum(device, "one that it makes and cancels", IOCTL_ASK_WAIT, 0xC0000120);
    Check("what nobody knows",
          !DeviceIoControl(device, 0x1234, NULL, 0, &nothing, sizeof(nothing), &returned, NULL) &&
              GetLastError() == ERROR_INVALID_FUNCTION);
    CheckRead(device);
    CheckActivity(device);
    CheckCancel();
    CloseHandle(device);
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
