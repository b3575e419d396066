/*
 * The benchmark's program in a process of its own: says what it has measured, a
 * figure a line.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum { ROUNDS = 9, LARGEST = 16 << 20 };

static HANDLE buffered, direct;
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

int main(void)
{
    buffered = open_device(L"\\\\.\\Bench0");
    direct = open_device(L"\\\\.\\BenchDirect");
    buffer = VirtualAlloc(NULL, LARGEST, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    other = VirtualAlloc(NULL, LARGEST, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (buffered == INVALID_HANDLE_VALUE || direct == INVALID_HANDLE_VALUE || !buffer || !other)
        return 1;
    memset(other, 1, LARGEST);
    measure("empty", empty, 0, 50000);
    measure("buffered", read_buffered, 65536, 2000);
    measure("copy", copy, 65536, 2000);
    measure("direct", read_direct, 1 << 20, 200);
    measure("fill", fill, 1 << 20, 200);
    measure("direct", read_direct, LARGEST, 10);
    measure("fill", fill, LARGEST, 10);
    return 0;
}
