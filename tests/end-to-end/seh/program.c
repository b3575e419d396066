/* Runs the seh driver's checks one by one. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>

#include "seh.h"

int main(void)
{
    HANDLE device =
        CreateFileA("\\\\.\\Seh", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    SEH_RESULT result;
    ULONG number, failed = 0;
    DWORD bytes;

    if (device == INVALID_HANDLE_VALUE) {
        printf("no device: %u\n", GetLastError());
        return 1;
    }
    for (number = 0; DeviceIoControl(device, IOCTL_SEH_CHECK, &number, sizeof(number), &result,
                                     sizeof(result), &bytes, NULL);
         number++) {
        printf("%-50s %s\n", result.Name, result.Good ? "right" : "WRONG");
        failed += !result.Good;
    }
    printf("%u checks, %u wrong\n", number, failed);
    CloseHandle(device);
    return number == 14 && failed == 0 ? 0 : 1;
}
