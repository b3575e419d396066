/*
 * Has the driver do one thing wrong, by number, and looks at the buffer.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>

#include "public.h"

int main(int argc, char **argv)
{
    DWORD wrong = argc > 1 ? (DWORD)atoi(argv[1]) : WRONG_NOTHING, bytes = 0, i, right = 0;
    unsigned char *buffer = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    HANDLE device =
        CreateFileA("\\\\.\\Wrong", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (device == INVALID_HANDLE_VALUE || !buffer) {
        printf("the device cannot be opened: %u\n", GetLastError());
        return 1;
    }
    if (!DeviceIoControl(device, IOCTL_WRONG, &wrong, sizeof wrong, buffer + 100, 1000, &bytes,
                         NULL))
        printf("it failed: %u\n", GetLastError());
    for (i = 0; i < 4096; i++)
        right += (i >= 100 && i < 1100) == (buffer[i] == 0xA5);
    printf("%u bytes came, %u of 4096 are right\n", bytes, right);
    CloseHandle(device);
    return right != 4096;
}
