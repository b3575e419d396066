/*
 * Which buffer method a stack agrees on. In the kernel every function driver, bus driver
 * and control device has its own; a filter takes over that of the device below it. In a driver
 * host each driver of a stack, filters too, says what it can do with, and one method is found
 * that suits all.
 */
#include "device.h"

#include "driver.h"

#define METHOD_FLAGS (DO_BUFFERED_IO | DO_DIRECT_IO)

VOID wdf_follow_io_type(struct wdf_device *device)
{
    PDEVICE_OBJECT device_object = device->device_object;
    ULONG method = device->attached->Flags & METHOD_FLAGS;

    device_object->Flags = (device_object->Flags & ~METHOD_FLAGS) | method;
    if (device->object.globals->is_user)
        return;
    if (method & DO_BUFFERED_IO)
        device->config.read_write_type = WdfDeviceIoBuffered;
    else if (method & DO_DIRECT_IO)
        device->config.read_write_type = WdfDeviceIoDirect;
    else
        device->config.read_write_type = WdfDeviceIoNeither;
}

static BOOLEAN is_allowed(BOOLEAN is_user, WDF_DEVICE_IO_TYPE type)
{
    if (is_user)
        return type >= WdfDeviceIoBuffered && type < WdfDeviceIoMaximum;
    return type >= WdfDeviceIoNeither && type <= WdfDeviceIoDirect;
}

VOID wdf_set_io_type(PWDFDEVICE_INIT init, const WDF_IO_TYPE_CONFIG *config, PCSTR function)
{
    BOOLEAN is_user = init->globals->is_user;

    if (!is_allowed(is_user, config->ReadWriteIoType)) {
        wdf_misuse(init->globals, function, "ReadWriteIoType %d is none that a %s driver can have",
                   config->ReadWriteIoType, is_user ? "UMDF" : "kernel");
        return;
    }
    /* In the kernel each control code has its method. */
    if (is_user && !is_allowed(is_user, config->DeviceControlIoType)) {
        wdf_misuse(init->globals, function,
                   "DeviceControlIoType %d is none that a UMDF driver can have",
                   config->DeviceControlIoType);
        return;
    }
    init->config.read_write_type = config->ReadWriteIoType;
    init->config.control_type = config->DeviceControlIoType;
    init->config.direct_transfer_threshold = config->DirectTransferThreshold;
}

/* ---- a stack of UMDF drivers ------------------------------------------------------- */

/* The framework's device of a device object, or NULL at the bottom of a host's stack. */
static struct wdf_device *device_at(PDEVICE_OBJECT device_object)
{
    if (!device_object || !wdf_find_driver(device_object->DriverObject))
        return NULL;
    return wdf_device_of_object(device_object);
}

static struct wdf_device *below(const struct wdf_device *device)
{
    return device_at(device->attached);
}

static PCSTR name_of(const struct wdf_device *device)
{
    return device->object.globals->seen.DriverName;
}

/* What the drivers from top on downwards ask for of one kind of requests. */
struct wishes {
    const struct wdf_device *buffered, *direct; /* who takes nothing else, or NULL */
};

static struct wishes wishes_of(struct wdf_device *top, BOOLEAN is_control)
{
    struct wishes wishes = {0};
    struct wdf_device *device;

    for (device = top; device; device = below(device)) {
        WDF_DEVICE_IO_TYPE type =
            is_control ? device->config.control_type : device->config.read_write_type;

        if (type == WdfDeviceIoBuffered)
            wishes.buffered = device;
        else if (type == WdfDeviceIoDirect)
            wishes.direct = device;
    }
    return wishes;
}

/* WdfDeviceIoUndefined: there is none that suits all. */
static WDF_DEVICE_IO_TYPE choose(const struct wishes *wishes, BOOLEAN is_pooled)
{
    if (wishes->buffered && wishes->direct)
        return WdfDeviceIoUndefined;
    if (wishes->buffered)
        return WdfDeviceIoBuffered;
    return wishes->direct || !is_pooled ? WdfDeviceIoDirect : WdfDeviceIoBuffered;
}

static WDF_DEVICE_IO_TYPE agree(struct wdf_device *top, BOOLEAN is_control, BOOLEAN is_pooled)
{
    struct wishes wishes = wishes_of(top, is_control);
    WDF_DEVICE_IO_TYPE type = choose(&wishes, is_pooled);

    if (type == WdfDeviceIoUndefined)
        rtl_log("driver %s takes only buffered %s, and driver %s of the same stack only direct "
                "ones: WdfDeviceInitSetIoTypeEx with WdfDeviceIoBufferedOrDirect lets them agree",
                name_of(wishes.buffered), is_control ? "control requests" : "reads and writes",
                name_of(wishes.direct));
    return type;
}

NTSTATUS wdf_resolve_stack_access(PDEVICE_OBJECT top, BOOLEAN is_pooled,
                                  struct umdf_stack_access *access)
{
    struct wdf_device *first = device_at(top), *device;
    WDF_DEVICE_IO_TYPE read_write = agree(first, FALSE, is_pooled);
    WDF_DEVICE_IO_TYPE control = agree(first, TRUE, is_pooled);

    if (read_write == WdfDeviceIoUndefined || control == WdfDeviceIoUndefined)
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    access->read_write = (enum umdf_access)read_write;
    access->control = (enum umdf_access)control;
    access->threshold = 0;
    for (device = first; device; device = below(device)) {
        device->stack_read_write_type = read_write;
        device->stack_control_type = control;
        /* The one for whom it has to be worth most decides. */
        if (device->config.direct_transfer_threshold > access->threshold)
            access->threshold = device->config.direct_transfer_threshold;
    }
    return STATUS_SUCCESS;
}

VOID NTAPI imp_WdfDeviceGetDeviceStackIoType(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             WDF_DEVICE_IO_TYPE *ReadWriteIoType,
                                             WDF_DEVICE_IO_TYPE *IoControlIoType)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wishes read_write, control;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(ReadWriteIoType);
    WDF_REQUIRE(IoControlIoType);
    *ReadWriteIoType = device->stack_read_write_type;
    *IoControlIoType = device->stack_control_type;
    if (device->stack_read_write_type != WdfDeviceIoUndefined)
        return;
    /* Drivers may still come: what those that are there would agree on. */
    read_write = wishes_of(device, FALSE);
    control = wishes_of(device, TRUE);
    *ReadWriteIoType = choose(&read_write, TRUE);
    *IoControlIoType = choose(&control, TRUE);
}
