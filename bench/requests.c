/*
 * The benchmark's program: requests through the Win32 calls that a program makes.
 */
#include <windows.h>
#include <winioctl.h>
#include <string.h>

#include "bench.h"
#include "driver.h"

static HANDLE devices[2], framework[2], filtered, direct, held;
static unsigned char buffer[1 << 20] __attribute__((aligned(4096)));

static HANDLE open_device(const WCHAR *name, DWORD flags)
{
    return CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
}

int bench_open(void)
{
    devices[0] = open_device(L"\\\\.\\Bench0", 0);
    devices[1] = open_device(L"\\\\.\\Bench1", 0);
    framework[0] = open_device(L"\\\\.\\BenchParallel", 0);
    framework[1] = open_device(L"\\\\.\\BenchSequential", 0);
    filtered = open_device(L"\\\\.\\BenchFiltered", 0);
    direct = open_device(L"\\\\.\\BenchDirect", 0);
    held = open_device(L"\\\\.\\Bench0", FILE_FLAG_OVERLAPPED);
    return devices[0] != INVALID_HANDLE_VALUE && devices[1] != INVALID_HANDLE_VALUE &&
           framework[0] != INVALID_HANDLE_VALUE && framework[1] != INVALID_HANDLE_VALUE &&
           filtered != INVALID_HANDLE_VALUE && direct != INVALID_HANDLE_VALUE &&
           held != INVALID_HANDLE_VALUE;
}

void bench_close(void)
{
    CloseHandle(devices[0]);
    CloseHandle(devices[1]);
    CloseHandle(framework[0]);
    CloseHandle(framework[1]);
    CloseHandle(filtered);
    CloseHandle(direct);
    CloseHandle(held);
}

static void control(HANDLE device, unsigned long long iterations)
{
    DWORD bytes;
    for (unsigned long long i = 0; i < iterations; i++)
        DeviceIoControl(device, IOCTL_BENCH_EMPTY, NULL, 0, NULL, 0, &bytes, NULL);
}

void bench_empty(int device, unsigned long long iterations)
{
    control(devices[device], iterations);
}

void bench_framework_empty(int device, unsigned long long iterations)
{
    control(framework[device], iterations);
}

void bench_filtered(unsigned long long iterations)
{
    control(filtered, iterations);
}

static void read_device(HANDLE device, unsigned long long iterations, unsigned long long size)
{
    DWORD bytes;
    for (unsigned long long i = 0; i < iterations; i++)
        ReadFile(device, buffer, (DWORD)size, &bytes, NULL);
}

void bench_buffered_read(unsigned long long iterations, unsigned long long bytes)
{
    read_device(devices[0], iterations, bytes);
}

void bench_direct_read(unsigned long long iterations, unsigned long long bytes)
{
    read_device(direct, iterations, bytes);
}

void bench_driver_fill(unsigned long long iterations, unsigned long long bytes)
{
    for (unsigned long long i = 0; i < iterations; i++)
        bench_driver_fill_memory(buffer, bytes);
}

void bench_lock(unsigned long long iterations, unsigned long long pages)
{
    bench_lock_pages(buffer, pages * 4096, iterations);
}

void *bench_fresh_pages(unsigned long long pages)
{
    void *fresh = VirtualAlloc(NULL, pages * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    memset(fresh, 1, pages * 4096);
    return fresh;
}

void bench_adopt(void *fresh, unsigned long long pages)
{
    bench_lock_pages(fresh, pages * 4096, 1);
}

void bench_free_pages(void *fresh)
{
    VirtualFree(fresh, 0, MEM_RELEASE);
}

void bench_cancel(unsigned long long count)
{
    OVERLAPPED *overlapped =
        VirtualAlloc(NULL, count * sizeof *overlapped, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    DWORD bytes;

    for (unsigned long long i = 0; i < count; i++)
        DeviceIoControl(held, IOCTL_BENCH_HOLD, NULL, 0, NULL, 0, NULL, &overlapped[i]);
    CancelIoEx(held, NULL);
    for (unsigned long long i = 0; i < count; i++)
        GetOverlappedResult(held, &overlapped[i], &bytes, TRUE);
    VirtualFree(overlapped, 0, MEM_RELEASE);
}
