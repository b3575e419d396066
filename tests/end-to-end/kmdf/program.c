/* Asks the kmdf driver for a sum; with an argument, to do that wrong. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>

#include "control.h"

static int CheckSum(HANDLE device)
{
    UCHAR bytes[1000];
    ULONG sum = 0, i, expected = 0;
    DWORD returned = 0;

    for (i = 0; i < sizeof(bytes); i++)
        expected += bytes[i] = (UCHAR)(i * 7);
    if (DeviceIoControl(device, IOCTL_CONTROL_SUM, bytes, 0, &sum, sizeof(sum), &returned, NULL) ||
        GetLastError() != ERROR_INSUFFICIENT_BUFFER) {
        printf("an empty input: error %lu\n", GetLastError());
        return 1;
    }
    if (!DeviceIoControl(device, IOCTL_CONTROL_SUM, bytes, sizeof(bytes), &sum, sizeof(sum),
                         &returned, NULL)) {
        printf("no sum: error %lu\n", GetLastError());
        return 1;
    }
    printf("the sum is %lu, should be %lu, in %lu bytes\n", sum, expected, returned);
    return sum == expected && returned == sizeof(sum) ? 0 : 1;
}

int main(int argc, char **argv)
{
    HANDLE device = CreateFileA("\\\\.\\WdfControl", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                OPEN_EXISTING, 0, NULL);
    DWORD returned, wrong;
    int result;

    if (device == INVALID_HANDLE_VALUE) {
        printf("no device: error %lu\n", GetLastError());
        return 1;
    }
    result = CheckSum(device);
    if (argc > 1) {
        wrong = (DWORD)atoi(argv[1]);
        DeviceIoControl(device, IOCTL_CONTROL_WRONG, &wrong, sizeof(wrong), NULL, 0, &returned,
                        NULL);
        printf("still there\n");
    }
    CloseHandle(device);
    return result;
}
