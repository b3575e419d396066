/* Has the driver of the tester check it; "touch" and "pulled" for what goes wrong. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <string.h>

#include "public.h"

static HANDLE Open(void)
{
    return CreateFileA(TESTER_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
                       NULL);
}

int main(int argc, char **argv)
{
    TESTER_RESULT result = {0};
    DWORD returned;
    HANDLE device = Open();

    if (device == INVALID_HANDLE_VALUE) {
        printf("no device: error %lu\n", GetLastError());
        return 1;
    }
    if (argc > 1 && !strcmp(argv[1], "touch")) {
        DeviceIoControl(device, IOCTL_TESTER_TOUCH, NULL, 0, NULL, 0, &returned, NULL);
        printf("still there\n");
        return 0;
    }
    if (!DeviceIoControl(device, IOCTL_TESTER_CHECK, NULL, 0, &result, sizeof(result), &returned,
                         NULL)) {
        printf("no checks: error %lu\n", GetLastError());
        return 1;
    }
    printf("%lu checks, %lu wrong; first in line %lu; %lu messages\n", result.Checks, result.Wrong,
           result.FirstWrong, result.Messages);
    CloseHandle(device);
    return result.Wrong != 0;
}
