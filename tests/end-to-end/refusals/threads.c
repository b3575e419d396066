/*
 * A program that makes threads whenever it is told to.
 */
#include <windows.h>
#include <stdio.h>

#define MOST 16u

static DWORD opened(void)
{
    HANDLE device =
        CreateFileW(L"\\\\.\\TransferBuffered", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (device == INVALID_HANDLE_VALUE)
        return GetLastError();
    CloseHandle(device);
    return 0;
}

static DWORD WINAPI stay(PVOID is_over)
{
    return WaitForSingleObject(is_over, INFINITE);
}

/* Threads until one is refused, or there are as many as it takes. */
static void make_threads(void)
{
    HANDLE is_over = CreateEventW(NULL, TRUE, FALSE, NULL), threads[MOST];
    DWORD count = 0, error = 0, i;

    while (count < MOST && (threads[count] = CreateThread(NULL, 0, stay, is_over, 0, NULL)))
        count++;
    if (count < MOST)
        error = GetLastError();
    printf("threads: %lu, opened: %lu\n", error, opened());
    fflush(stdout);
    SetEvent(is_over);
    WaitForMultipleObjects(count, threads, TRUE, INFINITE);
    for (i = 0; i < count; i++)
        CloseHandle(threads[i]);
    CloseHandle(is_over);
}

int main(void)
{
    printf("opened: %lu\n", opened());
    fflush(stdout);
    while (getchar() == '\n')
        make_threads();
    return 0;
}
