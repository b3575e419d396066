/*
 * Configuration space: the header that every PCI device has, and what drivers may write in it.
 */
#include "device.h"

/* Offsets in the header. */
enum {
    VENDOR = 0x00,
    DEVICE = 0x02,
    COMMAND = 0x04,
    REVISION = 0x08,
    CLASS = 0x09, /* three bytes */
    CACHE_LINE = 0x0C,
    LATENCY = 0x0D,
    BARS = 0x10,
    SUBSYSTEM_VENDOR = 0x2C,
    SUBSYSTEM = 0x2E,
    LINE = 0x3C,
    PIN = 0x3D,
    HEADER_END = 0x40,
};

#define COMMAND_PORTS 1u
#define COMMAND_MEMORY 2u
#define COMMAND_MASTER 4u

/* In the low bits of a base address register. */
#define BAR_IS_PORT 1u
#define BAR_IS_64BIT 4u
#define BAR_IS_PREFETCHABLE 8u

/* The lock is held, or nobody knows the device yet. */
static VOID put(struct ntio_device *device, ULONG offset, ULONG bytes, ULONG value)
{
    memcpy(device->config + offset, &value, bytes);
}

VOID device_make_config(struct ntio_device *device)
{
    const struct ntio_device_model *model = &device->model;

    put(device, VENDOR, 2, model->vendor);
    put(device, DEVICE, 2, model->device);
    put(device, REVISION, 1, model->revision);
    put(device, CLASS, 3, model->class_code);
    put(device, SUBSYSTEM_VENDOR, 2, model->subsystem_vendor);
    put(device, SUBSYSTEM, 2, model->subsystem);
    put(device, PIN, 1, model->has_line ? 1 : 0);
    device_show_addresses(device, FALSE);
}

static ULONG flags_of(const struct ntio_bar *bar)
{
    if (bar->kind == NTIO_BAR_PORT)
        return BAR_IS_PORT;
    return (bar->flags & NTIO_BAR_64BIT ? BAR_IS_64BIT : 0) |
           (bar->flags & NTIO_BAR_PREFETCHABLE ? BAR_IS_PREFETCHABLE : 0);
}

/* Called by PnP's thread: what it shows changes there alone. */
VOID device_show_addresses(struct ntio_device *device, BOOLEAN is_started)
{
    ULONG command = is_started ? COMMAND_MASTER : 0, i;

    mm_acquire(&device->config_lock);
    for (i = 0; i < NTIO_BARS; i++) {
        const struct ntio_bar *bar = &device->model.bars[i];
        ULONG64 base = device->bars[i].base;

        if (bar->kind == NTIO_BAR_NONE)
            continue;
        put(device, BARS + 4 * i, 4, (ULONG)base | flags_of(bar));
        if (bar->flags & NTIO_BAR_64BIT)
            put(device, BARS + 4 * (i + 1), 4, (ULONG)(base >> 32));
        if (is_started)
            command |= bar->kind == NTIO_BAR_PORT ? COMMAND_PORTS : COMMAND_MEMORY;
    }
    put(device, COMMAND, 2, command);
    put(device, LINE, 1, device->line.vector);
    mm_release(&device->config_lock);
}

ULONG device_get_config(struct ntio_device *device, ULONG offset, ULONG bytes)
{
    ULONG value = 0;

    device_read_config(device, &value, offset, min(bytes, sizeof(value)));
    return value;
}

VOID device_set_config(struct ntio_device *device, ULONG offset, ULONG bytes, ULONG value)
{
    if (offset >= DEVICE_CONFIG_BYTES || bytes > min(4, DEVICE_CONFIG_BYTES - offset))
        return;
    mm_acquire(&device->config_lock);
    put(device, offset, bytes, value);
    mm_release(&device->config_lock);
}

ULONG device_read_config(struct ntio_device *device, PVOID to, ULONG offset, ULONG bytes)
{
    if (device_is_gone(device) || offset >= DEVICE_CONFIG_BYTES)
        return 0;
    bytes = min(bytes, DEVICE_CONFIG_BYTES - offset);
    mm_acquire(&device->config_lock);
    memcpy(to, device->config + offset, bytes);
    mm_release(&device->config_lock);
    return bytes;
}

/* Base addresses are PnP's, and what the device is does not change. */
static BOOLEAN is_writable(ULONG offset)
{
    return offset >= HEADER_END || offset == CACHE_LINE || offset == LATENCY || offset == LINE ||
           offset == COMMAND || offset == COMMAND + 1;
}

ULONG device_write_config(struct ntio_device *device, const VOID *from, ULONG offset, ULONG bytes)
{
    ULONG i;

    if (offset >= DEVICE_CONFIG_BYTES || !ExAcquireRundownProtection(&device->calls))
        return 0;
    bytes = min(bytes, DEVICE_CONFIG_BYTES - offset);
    mm_acquire(&device->config_lock);
    for (i = 0; i < bytes; i++)
        if (is_writable(offset + i))
            device->config[offset + i] = ((const UCHAR *)from)[i];
    mm_release(&device->config_lock);
    if (device->model.config_written)
        device->model.config_written(device->context, offset, bytes);
    ExReleaseRundownProtection(&device->calls);
    return bytes;
}

VOID device_set_power(struct ntio_device *device, DEVICE_POWER_STATE state)
{
    if (!device->model.power || !ExAcquireRundownProtection(&device->calls))
        return;
    device->model.power(device->context, (ULONG)state - PowerDeviceD0);
    ExReleaseRundownProtection(&device->calls);
}
