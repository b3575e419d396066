/*
 * Programs of a served kernel that end badly: by what they were told.
 *
 *   crash N    with N requests outstanding
 *   leave N    exits with them, its files open
 *   wait       in a request, until something ends that; says with which error
 *   threads N  ends N threads, each with a request of its own
 *
 * And one that ends well:
 *
 *   blocks     answers come to status blocks anywhere in a page, and across two
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../examples/transfer/public.h"

static HANDLE open_device(DWORD flags)
{
    HANDLE device = CreateFileW(L"\\\\.\\" TRANSFER_DIRECT_NAME, GENERIC_READ | GENERIC_WRITE, 0,
                                NULL, OPEN_EXISTING, flags, NULL);

    if (device == INVALID_HANDLE_VALUE) {
        printf("no device (error %lu)\n", GetLastError());
        exit(3);
    }
    return device;
}

static void hold(HANDLE device, int count)
{
    OVERLAPPED *held = calloc((size_t)count, sizeof *held);
    int i;

    for (i = 0; i < count; i++) {
        if (DeviceIoControl(device, IOCTL_TRANSFER_HOLD, NULL, 0, NULL, 0, NULL, &held[i]) ||
            GetLastError() != ERROR_IO_PENDING) {
            printf("request %d is not pending (error %lu)\n", i, GetLastError());
            exit(3);
        }
    }
}

/* A page that is shared with the kernel when the program ends. */
static void use_a_buffer(HANDLE device)
{
    static unsigned char buffer[3 * 4096 + 5];
    OVERLAPPED overlapped = {0};
    DWORD bytes = 0;

    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!ReadFile(device, buffer, sizeof buffer, NULL, &overlapped) &&
        GetLastError() != ERROR_IO_PENDING)
        exit(3);
    if (!GetOverlappedResult(device, &overlapped, &bytes, TRUE) || bytes != sizeof buffer)
        exit(3);
}

static DWORD WINAPI end_with_a_request(LPVOID device)
{
    hold(device, 1);
    return 0;
}

static void end_threads(HANDLE device, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        HANDLE thread = CreateThread(NULL, 0, end_with_a_request, device, 0, NULL);

        if (!thread || WaitForSingleObject(thread, INFINITE) != WAIT_OBJECT_0)
            exit(3);
        CloseHandle(thread);
    }
    printf("%d threads ended\n", count);
}

static void read_with(HANDLE device, OVERLAPPED *overlapped)
{
    static unsigned char buffer[100];
    DWORD bytes = 0;

    *overlapped = (OVERLAPPED){.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL), .InternalHigh = 1};
    if (!ReadFile(device, buffer, sizeof buffer, NULL, overlapped) &&
        GetLastError() != ERROR_IO_PENDING)
        exit(3);
    if (!GetOverlappedResult(device, overlapped, &bytes, TRUE) || bytes != sizeof buffer ||
        overlapped->InternalHigh != sizeof buffer || overlapped->Internal != 0)
        exit(4);
    CloseHandle(overlapped->hEvent);
}

static void use_blocks(HANDLE device)
{
    unsigned char *pages = VirtualAlloc(NULL, 2 * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    int place, i;

    if (!pages)
        exit(3);
    for (place = 4096 - 24; place <= 4096 + 8; place += 8)
        for (i = 0; i < 4; i++)
            read_with(device, (OVERLAPPED *)(pages + place));
    printf("blocks anywhere\n");
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    int count = argc > 2 ? atoi(argv[2]) : 0;
    DWORD bytes;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (!strcmp(how, "wait")) {
        HANDLE device = open_device(0);

        printf("waiting\n");
        if (DeviceIoControl(device, IOCTL_TRANSFER_HOLD, NULL, 0, NULL, 0, &bytes, NULL))
            printf("was completed\n");
        else
            printf("ended with error %lu\n", GetLastError());
        printf("the next one: %d\n",
               DeviceIoControl(device, IOCTL_TRANSFER_RELEASE, NULL, 0, NULL, 0, &bytes, NULL));
        return 5;
    }
    HANDLE device = open_device(FILE_FLAG_OVERLAPPED);
    use_a_buffer(device);
    if (!strcmp(how, "threads")) {
        end_threads(device, count);
        return 0;
    }
    if (!strcmp(how, "blocks")) {
        use_blocks(device);
        return 0;
    }
    hold(device, count);
    if (!strcmp(how, "crash"))
        *(volatile int *)(ULONG_PTR)16 = 1;
    return 0;
}
