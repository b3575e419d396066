/* Has the driver of the tester check it; with "wait" it then tells what it reads, line by line. */
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

/* For each line of input, what the device's id reads as. */
static void TellIds(HANDLE device)
{
    char line[16];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        ULONG id = 0;
        DWORD returned;

        if (DeviceIoControl(device, IOCTL_TESTER_ID, NULL, 0, &id, sizeof(id), &returned, NULL))
            printf("id 0x%08lX\n", id);
        else
            printf("no id: error %lu\n", GetLastError());
        fflush(stdout);
    }
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
    if (!DeviceIoControl(device, IOCTL_TESTER_CHECK, NULL, 0, &result, sizeof(result), &returned,
                         NULL)) {
        printf("no checks: error %lu\n", GetLastError());
        return 1;
    }
    printf("%lu checks, %lu wrong; first in line %lu; %lu messages\n", result.Checks, result.Wrong,
           result.FirstWrong, result.Messages);
    fflush(stdout);
    if (argc > 1 && !strcmp(argv[1], "wait"))
        TellIds(device);
    CloseHandle(device);
    return result.Wrong != 0;
}
