/*
 * Has the driver trace everything, or fail; a program in C++.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <string.h>
#include "tracing.h"

class Device {
public:
    Device() : handle(CreateFileW(L"\\\\.\\Tracing", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL))
    {
    }
    ~Device()
    {
        CloseHandle(handle);
    }
    bool Control(DWORD code)
    {
        DWORD bytes;

        return DeviceIoControl(handle, code, NULL, 0, NULL, 0, &bytes, NULL) != FALSE;
    }

private:
    HANDLE handle;
};

int main(int argc, char **argv)
{
    Device *device = new Device;
    bool traced = device->Control(argc > 1 && !strcmp(argv[1], "fail") ? IOCTL_FAIL : IOCTL_TRACE);

    device->Control(0x1234);
    delete device;
    printf("%s\n", traced ? "traced" : "not traced");
    return traced ? 0 : 1;
}
