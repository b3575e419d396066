/*
 * Measures the driver, a figure a line: name, bytes, and the best round's nanoseconds. With the
 * driver's file as its argument it installs and starts it first, and removes it at the end.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>

#include "wine.h"

#define ROUNDS 5
#define LARGEST (1u << 20)

static HANDLE buffered, direct;
static void *buffer;

static double now(void)
{
    LARGE_INTEGER counter, frequency;

    QueryPerformanceCounter(&counter);
    QueryPerformanceFrequency(&frequency);
    return (double)counter.QuadPart / (double)frequency.QuadPart * 1e9;
}

static BOOL control_empty(DWORD size)
{
    DWORD bytes;

    (void)size;
    return DeviceIoControl(buffered, IOCTL_WINE_EMPTY, NULL, 0, NULL, 0, &bytes, NULL);
}

static BOOL read_buffered(DWORD size)
{
    DWORD bytes;

    return ReadFile(buffered, buffer, size, &bytes, NULL) && bytes == size;
}

static BOOL read_direct(DWORD size)
{
    DWORD bytes;

    return ReadFile(direct, buffer, size, &bytes, NULL) && bytes == size;
}

static void measure(const char *name, BOOL (*run)(DWORD size), DWORD size, int times)
{
    double best = 1e300;
    int round, i;

    for (round = 0; round < ROUNDS; round++) {
        double start = now(), value;

        for (i = 0; i < times; i++) {
            if (!run(size)) {
                fprintf(stderr, "%s: error %lu\n", name, GetLastError());
                exit(1);
            }
        }
        value = (now() - start) / times;
        best = value < best ? value : best;
    }
    printf("%s %lu %.1f\n", name, size, best);
}

static HANDLE open_device(const WCHAR *name)
{
    HANDLE device =
        CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (device == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "the driver is not there: error %lu\n", GetLastError());
        exit(1);
    }
    return device;
}

static SC_HANDLE start_driver(const char *path)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    SC_HANDLE service = CreateServiceA(manager, "winebench", "winebench", SERVICE_ALL_ACCESS,
                                       SERVICE_KERNEL_DRIVER, SERVICE_DEMAND_START,
                                       SERVICE_ERROR_NORMAL, path, NULL, NULL, NULL, NULL, NULL);

    if (!service)
        service = OpenServiceA(manager, "winebench", SERVICE_ALL_ACCESS);
    if (!service || !StartServiceA(service, 0, NULL)) {
        fprintf(stderr, "the driver does not start: error %lu\n", GetLastError());
        exit(1);
    }
    CloseServiceHandle(manager);
    return service;
}

static void stop_driver(SC_HANDLE service)
{
    SERVICE_STATUS status;

    ControlService(service, SERVICE_CONTROL_STOP, &status);
    DeleteService(service);
    CloseServiceHandle(service);
}

int main(int argc, char **argv)
{
    SC_HANDLE service = argc > 1 ? start_driver(argv[1]) : NULL;

    buffered = open_device(L"\\\\.\\" WINE_BUFFERED);
    direct = open_device(L"\\\\.\\" WINE_DIRECT);
    buffer = VirtualAlloc(NULL, LARGEST, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!buffer)
        return 1;
    measure("empty", control_empty, 0, 2000);
    measure("buffered", read_buffered, 65536, 500);
    measure("direct", read_direct, LARGEST, 50);
    CloseHandle(buffered);
    CloseHandle(direct);
    if (service)
        stop_driver(service);
    return 0;
}
