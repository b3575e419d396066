/*
 * A program that works while another is slow: with each line of its input it has the driver use
 * memory that it has not used before, and says "done".
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>

#include "slow.h"

#define SIZE 9000

int main(void)
{
    HANDLE device = CreateFileW(L"\\\\.\\" SLOW_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                OPEN_EXISTING, 0, NULL);
    char line[8];
    DWORD bytes, sum, i;

    setvbuf(stdout, NULL, _IONBF, 0);
    printf("ready\n");
    while (fgets(line, sizeof line, stdin)) {
        unsigned char *in = VirtualAlloc(NULL, SIZE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);

        for (i = 0; i < SIZE; i++)
            in[i] = 1;
        if (!DeviceIoControl(device, IOCTL_ADD, in, SIZE, &sum, sizeof sum, &bytes, NULL) ||
            sum != SIZE) {
            printf("error %lu\n", GetLastError());
            return 1;
        }
        printf("done\n");
    }
    return 0;
}
