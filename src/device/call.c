/*
 * What models call: interrupts, memory, configuration space.
 */
#include "device.h"

/* ---- interrupts ------------------------------------------------------------------------- */

void ntio_device_raise_line(struct ntio_device *device)
{
    if (!__atomic_load_n(&device->has_line_now, __ATOMIC_ACQUIRE))
        return;
    io_raise_line(&device->line);
    /* It may have been stopped meanwhile: pairs with device_stop. */
    if (!__atomic_load_n(&device->has_line_now, __ATOMIC_SEQ_CST))
        io_lower_line(&device->line);
}

void ntio_device_lower_line(struct ntio_device *device)
{
    io_lower_line(&device->line);
}

unsigned ntio_device_message_count(struct ntio_device *device)
{
    return __atomic_load_n(&device->message_count, __ATOMIC_ACQUIRE);
}

void ntio_device_send_message(struct ntio_device *device, unsigned message)
{
    if (message < ntio_device_message_count(device))
        io_send_message(device->messages[message]);
}

/* ---- memory ----------------------------------------------------------------------------- */

/* The lines of the bus that the device has. */
static ULONG64 on_bus(const struct ntio_device *device, ULONG64 address)
{
    ULONG bits = device->model.address_bits;

    return bits >= 64 ? address : address & ((1ull << bits) - 1);
}

/*
 * A device is no part of the driver whose access to a register it may be answering: whatever IRQL
 * that is at is not its own.
 */
static KIRQL leave_driver(PKTHREAD thread)
{
    KIRQL irql = thread->irql;

    thread->irql = min(irql, DISPATCH_LEVEL);
    return irql;
}

static BOOLEAN reaches_memory(struct ntio_device *device)
{
    return device->domain && device->model.address_bits != 0;
}

int ntio_device_read_memory(struct ntio_device *device, unsigned long long address, void *to,
                            unsigned long long bytes)
{
    PKTHREAD thread = ke_current();
    KIRQL irql;
    BOOLEAN is_done;

    if (!reaches_memory(device)) {
        memset(to, 0xFF, bytes);
        return 0;
    }
    irql = leave_driver(thread);
    is_done = dma_domain_read(device->domain, on_bus(device, address), to, bytes);
    thread->irql = irql;
    return is_done;
}

int ntio_device_write_memory(struct ntio_device *device, unsigned long long address,
                             const void *from, unsigned long long bytes)
{
    PKTHREAD thread = ke_current();
    KIRQL irql;
    BOOLEAN is_done;

    if (!reaches_memory(device))
        return 0;
    irql = leave_driver(thread);
    is_done = dma_domain_write(device->domain, on_bus(device, address), from, bytes);
    thread->irql = irql;
    return is_done;
}

void *ntio_device_ram(struct ntio_device *device, unsigned bar)
{
    return bar < NTIO_BARS ? device->bars[bar].ram : NULL;
}

/* ---- the rest --------------------------------------------------------------------------- */

unsigned ntio_device_config(struct ntio_device *device, unsigned offset, unsigned bytes)
{
    return device_get_config(device, offset, bytes);
}

void ntio_device_set_config(struct ntio_device *device, unsigned offset, unsigned bytes,
                            unsigned value)
{
    device_set_config(device, offset, bytes, value);
}

void ntio_device_log(struct ntio_device *device, const char *text)
{
    rtl_log("%s: %s", device->name, text);
}
