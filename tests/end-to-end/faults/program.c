/* Asks the faults driver for the mistake whose number is the argument. */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>

#include "faults.h"

int main(int argc, char **argv)
{
    HANDLE device =
        CreateFileA("\\\\.\\Faults", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD bytes;

    if (argc != 2 || device == INVALID_HANDLE_VALUE) {
        printf("usage: program NUMBER, with the faults driver loaded\n");
        return 1;
    }
    if (!DeviceIoControl(device, FAULT_CODE(atoi(argv[1])), NULL, 0, NULL, 0, &bytes, NULL)) {
        printf("error %u\n", GetLastError());
        return 1;
    }
    CloseHandle(device);
    printf("went on\n");
    return 0;
}
