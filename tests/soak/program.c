/*
 * A program under a kernel that many share: its threads keep drivers busy, and check every byte,
 * until its input ends or somebody kills it. Ends with 0 if all was right.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../examples/transfer/public.h"

#define THREADS 2
#define LARGEST 40000
#define HELD 8

static volatile LONG is_over, wrong;
static LONG requests;

static void check(int is_right, const char *what)
{
    if (is_right)
        return;
    if (InterlockedIncrement(&wrong) < 10)
        printf("%s: wrong (error %lu)\n", what, GetLastError());
}

static HANDLE open_device(const wchar_t *name, DWORD flags)
{
    wchar_t path[64];

    swprintf(path, 64, L"\\\\.\\%ls", name);
    return CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       OPEN_EXISTING, flags, NULL);
}

/* The output is the input's complement, and nothing past it is written. */
static void transform(HANDLE device, DWORD code, unsigned seed)
{
    DWORD size = 1 + rand() % LARGEST, bytes = 0, i;
    unsigned char *in = malloc(size), *out = malloc(size + 1);

    for (i = 0; i < size; i++)
        in[i] = (unsigned char)(i * 13 + seed);
    out[size] = 0x5A;
    check(DeviceIoControl(device, code, in, size, out, size, &bytes, NULL) && bytes == size,
          "a control request");
    for (i = 0; i < size && out[i] == (unsigned char)~in[i]; i++)
        ;
    check(i == size && out[size] == 0x5A, "its bytes");
    free(in);
    free(out);
}

static void read_pattern(HANDLE device)
{
    DWORD size = 1 + rand() % LARGEST, bytes = 0, i;
    unsigned char *buffer = malloc(size);
    LARGE_INTEGER offset = {.QuadPart = rand()};

    check(SetFilePointerEx(device, offset, NULL, FILE_BEGIN) &&
              ReadFile(device, buffer, size, &bytes, NULL) && bytes == size,
          "a read");
    for (i = 0; i < size && buffer[i] == TransferPattern(offset.QuadPart + i); i++)
        ;
    check(i == size, "what was read");
    free(buffer);
}

/* Some are cancelled, some released, some go with their file. */
static void hold(const wchar_t *name)
{
    HANDLE device = open_device(name, FILE_FLAG_OVERLAPPED);
    OVERLAPPED *held = calloc(HELD, sizeof *held);
    DWORD bytes, i;

    check(device != INVALID_HANDLE_VALUE, "opening a device");
    for (i = 0; i < HELD; i++)
        check(!DeviceIoControl(device, IOCTL_TRANSFER_HOLD, NULL, 0, NULL, 0, NULL, &held[i]) &&
                  GetLastError() == ERROR_IO_PENDING,
              "a request that is held");
    CancelIoEx(device, &held[rand() % HELD]);
    CancelIoEx(device, NULL);
    for (i = 0; i < HELD; i++)
        if (!GetOverlappedResult(device, &held[i], &bytes, TRUE))
            check(GetLastError() == ERROR_OPERATION_ABORTED, "a request that is cancelled");
    CloseHandle(device);
    free(held);
}

static DWORD WINAPI work(LPVOID number)
{
    HANDLE buffered = open_device(TRANSFER_BUFFERED_NAME, 0);
    HANDLE direct = open_device(TRANSFER_DIRECT_NAME, 0);
    HANDLE neither = open_device(TRANSFER_NEITHER_NAME, 0);
    unsigned seed = (unsigned)(ULONG_PTR)number;

    while (!is_over) {
        transform(buffered, IOCTL_TRANSFER_BUFFERED, seed);
        transform(buffered, IOCTL_TRANSFER_OUT_DIRECT, seed + 1);
        transform(neither, IOCTL_TRANSFER_NEITHER, seed + 2);
        read_pattern(buffered);
        read_pattern(direct);
        read_pattern(neither);
        hold(seed % 2 ? TRANSFER_DIRECT_NAME : TRANSFER_BUFFERED_NAME);
        seed += 7;
        InterlockedAdd(&requests, 6 + HELD);
    }
    CloseHandle(buffered);
    CloseHandle(direct);
    CloseHandle(neither);
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE threads[THREADS];
    int i;

    srand(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, work, (LPVOID)(ULONG_PTR)(i + 1), 0, NULL);
    while (getchar() != EOF)
        ;
    is_over = TRUE;
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    printf("%ld requests, %ld wrong\n", requests, wrong);
    return wrong != 0;
}
