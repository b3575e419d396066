/*
 * How a device is called, from the most exact name to the vaguest.
 */
#include "pcip.h"

/* A text, or several with their terminators, in ASCII. */
struct names {
    CHAR text[512];
    SIZE_T length;
};

static VOID add(struct names *names, PCSTR format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    names->length += rtl_format_va(names->text + names->length, sizeof(names->text) - names->length,
                                   format, arguments) +
                     1;
    va_end(arguments);
}

/* To pool, where whoever asked frees it; a list gets its second terminator. */
static NTSTATUS give(PIRP irp, const struct names *names, BOOLEAN is_list)
{
    SIZE_T count = names->length + (is_list ? 1 : 0), i;
    PWSTR text = ExAllocatePoolWithTag(PagedPool, count * sizeof(WCHAR), PCI_TAG);

    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 0; i < count; i++)
        text[i] = i < names->length ? (UCHAR)names->text[i] : 0;
    irp->IoStatus.Information = (ULONG_PTR)text;
    return STATUS_SUCCESS;
}

static ULONG subsystem_of(const struct ntio_device_model *model)
{
    return (ULONG)model->subsystem << 16 | model->subsystem_vendor;
}

static VOID add_device_id(struct names *names, const struct ntio_device_model *model)
{
    add(names, "PCI\\VEN_%04X&DEV_%04X&SUBSYS_%08X&REV_%02X", model->vendor, model->device,
        subsystem_of(model), model->revision);
}

static VOID add_hardware_ids(struct names *names, const struct ntio_device_model *model)
{
    ULONG vendor = model->vendor, device = model->device;

    add_device_id(names, model);
    add(names, "PCI\\VEN_%04X&DEV_%04X&SUBSYS_%08X", vendor, device, subsystem_of(model));
    add(names, "PCI\\VEN_%04X&DEV_%04X&CC_%06X", vendor, device, model->class_code);
    add(names, "PCI\\VEN_%04X&DEV_%04X&CC_%04X", vendor, device, model->class_code >> 8);
}

static VOID add_compatible_ids(struct names *names, const struct ntio_device_model *model)
{
    ULONG vendor = model->vendor, device = model->device;

    add(names, "PCI\\VEN_%04X&DEV_%04X&REV_%02X", vendor, device, model->revision);
    add(names, "PCI\\VEN_%04X&DEV_%04X", vendor, device);
    add(names, "PCI\\VEN_%04X&CC_%06X", vendor, model->class_code);
    add(names, "PCI\\VEN_%04X&CC_%04X", vendor, model->class_code >> 8);
    add(names, "PCI\\VEN_%04X", vendor);
    add(names, "PCI\\CC_%06X", model->class_code);
    add(names, "PCI\\CC_%04X", model->class_code >> 8);
}

NTSTATUS pci_query_id(struct pci_device *own, PIRP irp, BUS_QUERY_ID_TYPE type)
{
    const struct ntio_device_model *model = &own->device->model;
    struct names names = {.length = 0};

    switch (type) {
    case BusQueryDeviceID:
        add_device_id(&names, model);
        return give(irp, &names, FALSE);
    case BusQueryInstanceID:
        add(&names, "%02X", own->device->slot << 3);
        return give(irp, &names, FALSE);
    case BusQueryHardwareIDs:
        add_hardware_ids(&names, model);
        return give(irp, &names, TRUE);
    case BusQueryCompatibleIDs:
        add_compatible_ids(&names, model);
        return give(irp, &names, TRUE);
    default:
        return irp->IoStatus.Status;
    }
}

NTSTATUS pci_query_text(struct pci_device *own, PIRP irp, DEVICE_TEXT_TYPE type)
{
    struct names names = {.length = 0};

    if (type == DeviceTextDescription)
        add(&names, "%s", own->device->title);
    else if (type == DeviceTextLocationInformation)
        add(&names, "PCI bus 0, device %u, function 0", own->device->slot);
    else
        return irp->IoStatus.Status;
    return give(irp, &names, FALSE);
}
