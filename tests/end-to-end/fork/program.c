/*
 * A program that forks while a driver has its buffers: on its stack, among its globals, and on the
 * heap. The parent goes on, with the request that is outstanding too; the child has all of its
 * memory, and its calls fail with an error of their own.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../examples/transfer/public.h"

/* Linux' own. */
int fork(void);
int waitpid(int child, int *status, int options);

#define SIZE 9000

static unsigned char global[SIZE], *heap; /* known to who looks for leaks */
static int wrong;

static void check(int is_right, const char *what)
{
    if (is_right)
        return;
    printf("%s: wrong (error %lu)\n", what, GetLastError());
    wrong++;
}

static void fill(unsigned char *buffer, unsigned seed)
{
    for (unsigned i = 0; i < SIZE; i++)
        buffer[i] = (unsigned char)(i * 7 + seed);
}

static int is_filled(const unsigned char *buffer, unsigned seed)
{
    for (unsigned i = 0; i < SIZE; i++)
        if (buffer[i] != (unsigned char)(i * 7 + seed))
            return 0;
    return 1;
}

/* The driver's pages are this program's afterwards. */
static void use(HANDLE device, unsigned char *buffer, unsigned seed)
{
    OVERLAPPED overlapped = {0};
    DWORD bytes = 0;

    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    check(
        (ReadFile(device, buffer, SIZE, NULL, &overlapped) || GetLastError() == ERROR_IO_PENDING) &&
            GetOverlappedResult(device, &overlapped, &bytes, TRUE) && bytes == SIZE,
        "a read");
    CloseHandle(overlapped.hEvent);
    fill(buffer, seed);
}

static int be_child(HANDLE device, const unsigned char *local)
{
    DWORD bytes;

    check(is_filled(global, 1) && is_filled(local, 2) && is_filled(heap, 3), "the child's memory");
    fill(global, 4);
    fill(heap, 5);
    check(!DeviceIoControl(device, IOCTL_TRANSFER_RELEASE, NULL, 0, NULL, 0, &bytes, NULL) &&
              GetLastError() == ERROR_CONNECTION_INVALID,
          "a child's call");
    check(CreateEventW(NULL, TRUE, FALSE, NULL) == NULL &&
              GetLastError() == ERROR_CONNECTION_INVALID,
          "the next");
    check(is_filled(global, 4) && is_filled(heap, 5), "what the child wrote");
    return wrong ? 1 : 7;
}

int main(void)
{
    HANDLE device = CreateFileW(L"\\\\.\\" TRANSFER_DIRECT_NAME, GENERIC_READ | GENERIC_WRITE, 0,
                                NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    unsigned char local[SIZE];
    OVERLAPPED held = {0};
    DWORD bytes = 0;
    int child, status = 0;

    heap = malloc(SIZE);
    held.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    use(device, global, 1);
    use(device, local, 2);
    use(device, heap, 3);
    check(!DeviceIoControl(device, IOCTL_TRANSFER_HOLD, NULL, 0, NULL, 0, NULL, &held) &&
              GetLastError() == ERROR_IO_PENDING,
          "a request that stays");
    fflush(stdout);
    child = fork();
    if (!child)
        exit(be_child(device, local));
    check(waitpid(child, &status, 0) == child && status == 7 << 8, "the child's end");
    check(is_filled(global, 1) && is_filled(local, 2) && is_filled(heap, 3), "the parent's memory");
    use(device, local, 6);
    check(CancelIoEx(device, &held) && !GetOverlappedResult(device, &held, &bytes, TRUE) &&
              GetLastError() == ERROR_OPERATION_ABORTED,
          "the request that stayed");
    printf("forked, %d wrong\n", wrong);
    return wrong != 0;
}
