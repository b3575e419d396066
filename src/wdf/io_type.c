/*
 * Which buffer method a stack agrees on. In the kernel every function driver, bus driver
 * and control device has its own; a filter takes over that of the device below it.
 */
#include "device.h"

#define METHOD_FLAGS (DO_BUFFERED_IO | DO_DIRECT_IO)

VOID wdf_follow_io_type(struct wdf_device *device)
{
    PDEVICE_OBJECT device_object = device->device_object;
    ULONG method = device->attached->Flags & METHOD_FLAGS;

    device_object->Flags = (device_object->Flags & ~METHOD_FLAGS) | method;
    if (method & DO_BUFFERED_IO)
        device->config.read_write_type = WdfDeviceIoBuffered;
    else if (method & DO_DIRECT_IO)
        device->config.read_write_type = WdfDeviceIoDirect;
    else
        device->config.read_write_type = WdfDeviceIoNeither;
}
