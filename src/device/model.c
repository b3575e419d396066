/*
 * Models: loaded, looked at, made devices of, and taken out again.
 */
#include "device.h"

#define SYMBOL "ntio_device_model"

/* Where a failure is explained. */
struct reason {
    PSTR text;
    SIZE_T size;
    PCSTR model; /* what it is about */
};

static NTSTATUS refuse(const struct reason *reason, NTSTATUS status, PCSTR format, ...)
{
    CHAR why[512];
    va_list arguments;

    va_start(arguments, format);
    rtl_format_va(why, sizeof(why), format, arguments);
    va_end(arguments);
    if (reason->text && reason->size)
        rtl_format(reason->text, reason->size, "device model %s: %s", reason->model, why);
    return status;
}

/* ---- is it sound? ------------------------------------------------------------------------ */

static BOOLEAN is_power_of_two(ULONG64 number)
{
    return number && !(number & (number - 1));
}

static NTSTATUS check_memory(const struct ntio_bar *bar, ULONG number, const struct reason *reason)
{
    ULONG64 end = bar->flags & NTIO_BAR_64BIT ? MM_WIDE_DEVICE_END : MM_DEVICE_END;
    ULONG64 start = bar->flags & NTIO_BAR_64BIT ? MM_WIDE_DEVICE_BASE : MM_DEVICE_BASE;

    if (!is_power_of_two(bar->length) || bar->length < 16 || bar->length > end - start)
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "the length of BAR %u is 0x%llX: it has to be a power of 2, 16 or more, that "
                      "fits between 0x%llX and 0x%llX",
                      number, bar->length, start, end);
    if (bar->base && (bar->base % PAGE_SIZE || bar->base < start || bar->base > end - bar->length))
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "the base of BAR %u is 0x%llX: it has to be a multiple of 4096 between "
                      "0x%llX and 0x%llX",
                      number, bar->base, start, end);
    if ((bar->flags & NTIO_BAR_64BIT) && number == NTIO_BARS - 1)
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "BAR %u has 64 bits, which takes the number after it as well", number);
    return STATUS_SUCCESS;
}

static NTSTATUS check_ports(const struct ntio_bar *bar, ULONG number, const struct reason *reason)
{
    if (!is_power_of_two(bar->length) || bar->length < 4 || bar->length > 256)
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "the length of BAR %u is 0x%llX: for ports it has to be a power of 2 from 4 "
                      "to 256",
                      number, bar->length);
    if (bar->base % 4 || bar->base > 0x10000 - bar->length)
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "the base of BAR %u is 0x%llX: it has to be a port that is a multiple of 4",
                      number, bar->base);
    if (bar->flags)
        return refuse(reason, STATUS_INVALID_PARAMETER, "BAR %u is ports, and has flags for memory",
                      number);
    return STATUS_SUCCESS;
}

static NTSTATUS check_bar(const struct ntio_device_model *model, ULONG number,
                          const struct reason *reason)
{
    const struct ntio_bar *bar = &model->bars[number];

    if (bar->kind == NTIO_BAR_NONE)
        return STATUS_SUCCESS;
    if (number && (model->bars[number - 1].flags & NTIO_BAR_64BIT))
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "BAR %u is the upper half of the one before it, which has 64 bits", number);
    if (!(bar->flags & NTIO_BAR_RAM) && (!model->read || !model->write))
        return refuse(reason, STATUS_INVALID_PARAMETER,
                      "BAR %u has registers, and there is no read or no write", number);
    if (bar->kind == NTIO_BAR_MEMORY)
        return check_memory(bar, number, reason);
    if (bar->kind == NTIO_BAR_PORT)
        return check_ports(bar, number, reason);
    return refuse(reason, STATUS_INVALID_PARAMETER, "BAR %u is of no known kind", number);
}

/* Two of its own at one place; other devices are the bus's to look at. */
static NTSTATUS check_overlap(const struct ntio_device_model *model, ULONG number,
                              const struct reason *reason)
{
    const struct ntio_bar *bar = &model->bars[number];
    ULONG i;

    for (i = 0; i < number && bar->base; i++) {
        const struct ntio_bar *other = &model->bars[i];

        if (other->kind == bar->kind && other->base &&
            bar->base < other->base + device_bar_span(other) &&
            other->base < bar->base + device_bar_span(bar))
            return refuse(reason, STATUS_CONFLICTING_ADDRESSES,
                          "its BAR %u and BAR %u overlap at 0x%llX", i, number,
                          max(bar->base, other->base));
    }
    return STATUS_SUCCESS;
}

static NTSTATUS check(const struct ntio_device_model *model, const struct reason *reason)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    if (!model->name || !*model->name)
        return refuse(reason, STATUS_INVALID_PARAMETER, "it has no name");
    if (model->messages > DEVICE_MESSAGES)
        return refuse(reason, STATUS_INVALID_PARAMETER, "it has %u messages; 32 are possible",
                      model->messages);
    if (model->address_bits > 64)
        return refuse(reason, STATUS_INVALID_PARAMETER, "its bus addresses have %u bits",
                      model->address_bits);
    for (i = 0; i < NTIO_BARS && NT_SUCCESS(status); i++) {
        status = check_bar(model, i, reason);
        if (NT_SUCCESS(status))
            status = check_overlap(model, i, reason);
    }
    return status;
}

/* What can be wrong before there is anything of it that may be read. */
static NTSTATUS check_version(const struct ntio_device_model *model, const struct reason *reason)
{
    if (model->version != NTIO_DEVICE_VERSION || model->size != sizeof(*model))
        return refuse(reason, STATUS_REVISION_MISMATCH,
                      "it is of version %u with %u bytes, and this is version %u with %u: compile "
                      "it with this system's ntio/device.h",
                      model->version, model->size, NTIO_DEVICE_VERSION, (ULONG)sizeof(*model));
    if (!model->create || !model->destroy)
        return refuse(reason, STATUS_INVALID_PARAMETER, "it has no create or no destroy");
    return STATUS_SUCCESS;
}

/* ---- loading -------------------------------------------------------------------------------- */

static NTSTATUS load(PCSTR path, const struct reason *reason, struct hal_image **image,
                     const struct ntio_device_model **model)
{
    CHAR why[512];
    int error;

    /* Its symbols are Linux's and ntio's own: what is missing, the dynamic linker tells. */
    error = hal_image_load(image, path, NULL, why, sizeof(why));
    if (error)
        return refuse(reason,
                      error == HAL_ENOMEM ? STATUS_INSUFFICIENT_RESOURCES
                                          : STATUS_OBJECT_NAME_NOT_FOUND,
                      "it cannot be loaded: %s", why);
    *model = hal_image_symbol(*image, SYMBOL);
    if (*model)
        return STATUS_SUCCESS;
    hal_image_unload(*image);
    return refuse(reason, STATUS_DRIVER_UNABLE_TO_LOAD,
                  "it defines no " SYMBOL ", so it is no device model");
}

/* ---- a device --------------------------------------------------------------------------- */

static VOID name_device(struct ntio_device *device)
{
    rtl_format(device->title, sizeof(device->title), "%s", device->model.name);
    rtl_format(device->name, sizeof(device->name), "%.20s (PCI 00:%02x.0)", device->model.name,
               device->slot);
}

static NTSTATUS make(struct ntio_device *device, PCSTR options, const struct reason *reason)
{
    NTSTATUS status = check_version(&device->model, reason);
    PCSTR why;

    if (NT_SUCCESS(status))
        status = device_thread_start(device);
    if (!NT_SUCCESS(status))
        return status;
    why = device->model.create(device, &device->model, options ? options : "", &device->context);
    if (why) {
        device_thread_stop(device);
        return refuse(reason, STATUS_DEVICE_CONFIGURATION_ERROR, "%s", why);
    }
    status = check(&device->model, reason);
    if (NT_SUCCESS(status))
        status = device_make_ram(device);
    if (!NT_SUCCESS(status)) {
        device_thread_stop(device);
        device->model.destroy(device->context);
        return status;
    }
    name_device(device);
    device_make_config(device);
    return STATUS_SUCCESS;
}

NTSTATUS device_create(PCSTR path, const struct ntio_device_model *model, PCSTR options, ULONG slot,
                       PSTR reason, SIZE_T reason_size, struct ntio_device **created)
{
    const struct reason why = {reason, reason_size, path ? path : "of the program"};
    struct ntio_device *device;
    struct hal_image *image = NULL;
    NTSTATUS status = path ? load(path, &why, &image, &model) : STATUS_SUCCESS;

    if (!NT_SUCCESS(status))
        return status;
    device = hal_allocate(sizeof(*device));
    if (!device) {
        hal_image_unload(image);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    device->slot = slot;
    device->image = image;
    ExInitializeRundownProtection(&device->calls);
    /* Of one of another version no more is read than that. */
    memcpy(&device->model, model,
           model->version == NTIO_DEVICE_VERSION ? sizeof(*model)
                                                 : FIELD_OFFSET(struct ntio_device_model, name));
    status = make(device, options, &why);
    if (!NT_SUCCESS(status)) {
        hal_image_unload(image);
        hal_free(device);
        return status;
    }
    *created = device;
    return STATUS_SUCCESS;
}

VOID device_unplug(struct ntio_device *device)
{
    if (device_is_gone(device))
        return;
    device_stop(device);
    __atomic_store_n(&device->is_gone, TRUE, __ATOMIC_RELEASE);
    ExWaitForRundownProtectionRelease(&device->calls);
    device_thread_stop(device);
    device->model.destroy(device->context);
    device_free_ram(device);
    hal_image_unload(device->image);
    device->image = NULL;
}

VOID device_delete(struct ntio_device *device)
{
    if (device->domain)
        dma_domain_release(device->domain);
    hal_free(device);
}
