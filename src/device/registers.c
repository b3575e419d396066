/*
 * A device's ranges, interrupts and memory, from what PnP has chosen.
 */
#include "device.h"

/* ---- ranges ----------------------------------------------------------------------------- */

static ULONG64 read_bar(PVOID context, ULONG64 offset, ULONG bytes)
{
    struct device_bar *bar = context;

    return bar->device->model.read(bar->device->context, bar->number, offset, bytes);
}

static VOID write_bar(PVOID context, ULONG64 offset, ULONG bytes, ULONG64 value)
{
    struct device_bar *bar = context;

    bar->device->model.write(bar->device->context, bar->number, offset, bytes, value);
}

ULONG64 device_bar_span(const struct ntio_bar *bar)
{
    return bar->kind == NTIO_BAR_MEMORY ? max(bar->length, PAGE_SIZE) : bar->length;
}

static NTSTATUS publish(struct device_bar *bar)
{
    const struct ntio_bar *described = &bar->device->model.bars[bar->number];
    struct mm_io_device range = {
        .kind = described->kind == NTIO_BAR_PORT ? MM_IO_PORT : MM_IO_MEMORY,
        .base = bar->base,
        .length = described->length,
        .memory = bar->memory,
        .read = read_bar,
        .write = write_bar,
        .context = bar,
    };

    rtl_format(range.name, sizeof(range.name), "%s, BAR %u", bar->device->name, bar->number);
    return mm_io_publish(&range, &bar->range);
}

/* ---- memory of its own ------------------------------------------------------------------ */

VOID device_free_ram(struct ntio_device *device)
{
    ULONG i;

    for (i = 0; i < NTIO_BARS; i++) {
        struct device_bar *bar = &device->bars[i];

        if (bar->ram)
            hal_unshare(bar->ram, device_bar_span(&device->model.bars[i]) >> PAGE_SHIFT);
        if (bar->memory)
            hal_segment_destroy(bar->memory);
        bar->ram = NULL;
        bar->memory = NULL;
    }
}

NTSTATUS device_make_ram(struct ntio_device *device)
{
    int error = HAL_OK;
    ULONG i;

    for (i = 0; i < NTIO_BARS && error == HAL_OK; i++) {
        const struct ntio_bar *described = &device->model.bars[i];
        struct device_bar *bar = &device->bars[i];
        ULONG64 pages = device_bar_span(described) >> PAGE_SHIFT;

        bar->device = device;
        bar->number = i;
        if (described->kind != NTIO_BAR_MEMORY || !(described->flags & NTIO_BAR_RAM))
            continue;
        error = hal_segment_create(&bar->memory, pages, "ntio-device");
        if (error == HAL_OK)
            error = hal_share(&bar->ram, bar->memory, 0, pages);
    }
    if (error != HAL_OK)
        device_free_ram(device);
    return rtl_status_from_hal(error);
}

/* ---- start and stop --------------------------------------------------------------------- */

/* The next range that PnP has an address for: they come in the order of their numbers. */
static struct device_bar *next_bar(struct ntio_device *device, UCHAR type, ULONG from)
{
    enum ntio_bar_kind kind = type == CmResourceTypePort ? NTIO_BAR_PORT : NTIO_BAR_MEMORY;
    ULONG i;

    for (i = from; i < NTIO_BARS; i++)
        if (device->model.bars[i].kind == kind)
            return &device->bars[i];
    return NULL;
}

static VOID take_interrupt(struct ntio_device *device,
                           const CM_PARTIAL_RESOURCE_DESCRIPTOR *descriptor)
{
    ULONG count = device->message_count;

    if (descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) {
        if (count == DEVICE_MESSAGES)
            return;
        device->messages[count] = (UCHAR)descriptor->u.Interrupt.Vector;
        __atomic_store_n(&device->message_count, count + 1, __ATOMIC_RELEASE);
    } else {
        device->line.vector = descriptor->u.Interrupt.Vector;
        device->line.name = device->name;
        __atomic_store_n(&device->has_line_now, TRUE, __ATOMIC_RELEASE);
    }
}

static NTSTATUS take_resources(struct ntio_device *device, const CM_PARTIAL_RESOURCE_LIST *list)
{
    ULONG next_memory = 0, next_port = 0, i;
    NTSTATUS status = STATUS_SUCCESS;

    for (i = 0; i < list->Count && NT_SUCCESS(status); i++) {
        const CM_PARTIAL_RESOURCE_DESCRIPTOR *descriptor = &list->PartialDescriptors[i];
        ULONG *next = descriptor->Type == CmResourceTypePort ? &next_port : &next_memory;
        struct device_bar *bar;

        if (descriptor->Type == CmResourceTypeInterrupt)
            take_interrupt(device, descriptor);
        if (descriptor->Type != CmResourceTypeMemory && descriptor->Type != CmResourceTypePort)
            continue;
        bar = next_bar(device, descriptor->Type, *next);
        if (!bar)
            return STATUS_DEVICE_CONFIGURATION_ERROR;
        bar->base = (ULONG64)descriptor->u.Memory.Start.QuadPart;
        *next = bar->number + 1;
        status = publish(bar);
    }
    return status;
}

NTSTATUS device_start(struct ntio_device *device, const CM_RESOURCE_LIST *resources)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (device_is_gone(device))
        return STATUS_NO_SUCH_DEVICE;
    device_stop(device);
    if (resources && resources->Count)
        status = take_resources(device, &resources->List[0].PartialResourceList);
    if (!NT_SUCCESS(status)) {
        device_stop(device);
        return status;
    }
    device_show_addresses(device, TRUE);
    if (device->model.started)
        device->model.started(device->context, 1);
    return STATUS_SUCCESS;
}

static BOOLEAN is_started(struct ntio_device *device)
{
    return (device_get_config(device, 4, 2) & 7) != 0;
}

VOID device_stop(struct ntio_device *device)
{
    BOOLEAN was_started = is_started(device);
    ULONG i;

    for (i = 0; i < NTIO_BARS; i++) {
        mm_io_withdraw(device->bars[i].range);
        device->bars[i].range = NULL;
        device->bars[i].base = 0;
    }
    if (was_started && device->model.started)
        device->model.started(device->context, 0);
    /* Sequentially consistent: pairs with ntio_device_raise_line, which looks once more. */
    __atomic_store_n(&device->has_line_now, FALSE, __ATOMIC_SEQ_CST);
    io_lower_line(&device->line);
    __atomic_store_n(&device->message_count, 0, __ATOMIC_RELEASE);
    device_show_addresses(device, FALSE);
}
