/*
 * The benchmark's program in a process of its own: says what it has measured, a
 * figure a line. Of many at once:
 *
 *   rate     waits for the start, then counts its requests for a while
 *   ready N  returns when N of these wait
 *   start    lets them go
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

enum { ROUNDS = 9, LARGEST = 16 << 20, OUTSTANDING = 64, BATCH = 32 };

static HANDLE buffered, direct, overlapped, port;
static unsigned char *buffer, *other;

static double now(void)
{
    LARGE_INTEGER counter, frequency;

    QueryPerformanceCounter(&counter);
    QueryPerformanceFrequency(&frequency);
    return (double)counter.QuadPart / (double)frequency.QuadPart * 1e9;
}

static void empty(unsigned size)
{
    DWORD bytes;

    UNREFERENCED_PARAMETER(size);
    DeviceIoControl(buffered, IOCTL_BENCH_EMPTY, NULL, 0, NULL, 0, &bytes, NULL);
}

static void read_buffered(unsigned size)
{
    DWORD bytes;

    ReadFile(buffered, buffer, size, &bytes, NULL);
}

static void read_direct(unsigned size)
{
    DWORD bytes;

    ReadFile(direct, buffer, size, &bytes, NULL);
}

static void copy(unsigned size)
{
    memcpy(buffer, other, size);
    __asm__ volatile("" ::: "memory");
}

static void fill(unsigned size)
{
    memset(buffer, 7, size);
    __asm__ volatile("" ::: "memory");
}

/* On one thread, which takes their completions from a port, some at a time. */
static HANDLE open_overlapped(void)
{
    static OVERLAPPED held[OUTSTANDING];
    HANDLE file = CreateFileW(L"\\\\.\\Bench0", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                              OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    int i;

    port = CreateIoCompletionPort(file, NULL, 1, 0);
    for (i = 0; i < OUTSTANDING; i++)
        DeviceIoControl(file, IOCTL_BENCH_HOLD, NULL, 0, NULL, 0, NULL, &held[i]);
    return file;
}

static void exchange(unsigned size)
{
    static OVERLAPPED requests[2 * OUTSTANDING];
    static OVERLAPPED_ENTRY packets[BATCH];
    ULONG count = 0;
    static unsigned next;

    UNREFERENCED_PARAMETER(size);
    DeviceIoControl(overlapped, IOCTL_BENCH_EXCHANGE, NULL, 0, NULL, 0, NULL,
                    &requests[next++ % (2 * OUTSTANDING)]);
    if (next % BATCH)
        return;
    if (!GetQueuedCompletionStatusEx(port, packets, BATCH, &count, INFINITE, FALSE) ||
        count != BATCH)
        exit(1);
}

static void measure(const char *name, void (*run)(unsigned size), unsigned size, int times)
{
    double best = 1e300;
    int round, i;

    for (round = 0; round < ROUNDS; round++) {
        double start = now(), value;

        for (i = 0; i < times; i++)
            run(size);
        value = (now() - start) / times;
        best = value < best ? value : best;
    }
    if (size)
        printf("%s %u %.1f\n", name, size, best);
    else
        printf("%s %.1f\n", name, best);
}

static HANDLE open_device(const WCHAR *name)
{
    return CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

/* One driver in the kernel and in a host, by turns: the machine's mood is the same for both. */
static int measure_framework(void)
{
    HANDLE devices[] = {open_device(L"\\\\.\\BenchKmdf"), open_device(L"\\\\.\\BenchUmdf")};
    static const char *const names[][2] = {{"kmdf empty", "kmdf buffered"},
                                           {"umdf empty", "umdf buffered"}};
    int i;

    for (i = 0; i < 2; i++) {
        if (devices[i] == INVALID_HANDLE_VALUE)
            return 1;
        buffered = devices[i];
        measure(names[i][0], empty, 0, 20000);
        measure(names[i][1], read_buffered, 65536, 1000);
    }
    return 0;
}

static int measure_alone(void)
{
    direct = open_device(L"\\\\.\\BenchDirect");
    overlapped = open_overlapped();
    buffer = VirtualAlloc(NULL, LARGEST, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    other = VirtualAlloc(NULL, LARGEST, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (direct == INVALID_HANDLE_VALUE || overlapped == INVALID_HANDLE_VALUE || !buffer || !other)
        return 1;
    memset(other, 1, LARGEST);
    measure("empty", empty, 0, 50000);
    measure("exchange", exchange, 0, 64000);
    measure("buffered", read_buffered, 65536, 2000);
    measure("copy", copy, 65536, 2000);
    measure("direct", read_direct, 1 << 20, 200);
    measure("fill", fill, 1 << 20, 200);
    measure("direct", read_direct, LARGEST, 10);
    measure("fill", fill, LARGEST, 10);
    return measure_framework();
}

/* Requests a second, from the common start on. */
static int measure_rate(HANDLE ready, HANDLE start)
{
    double began;
    int done = 0;

    ReleaseSemaphore(ready, 1, NULL);
    WaitForSingleObject(start, INFINITE);
    for (began = now(); now() - began < 5e8; done += 100)
        for (int i = 0; i < 100; i++)
            empty(0);
    printf("rate %.1f\n", done / (now() - began) * 1e9);
    return 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    HANDLE ready = CreateSemaphoreW(NULL, 0, 1000, L"BenchReady");
    HANDLE start = CreateEventW(NULL, TRUE, FALSE, L"BenchStart");

    buffered = open_device(L"\\\\.\\Bench0");
    if (!ready || !start || buffered == INVALID_HANDLE_VALUE)
        return 1;
    if (!strcmp(mode, "rate"))
        return measure_rate(ready, start);
    if (!strcmp(mode, "start"))
        return !SetEvent(start);
    if (strcmp(mode, "ready"))
        return measure_alone();
    for (int i = argc > 2 ? atoi(argv[2]) : 0; i > 0; i--)
        WaitForSingleObject(ready, INFINITE);
    return 0;
}
