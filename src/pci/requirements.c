/*
 * What a device wants: its ranges in the order of their numbers, and then its interrupts. With
 * messages there are two alternatives, the second with the line.
 */
#include "pcip.h"

#define FIRST_PORT 0x1000u
#define PINS 8u

/* One alternative under construction. */
struct wishes {
    IO_RESOURCE_DESCRIPTOR each[NTIO_BARS + DEVICE_MESSAGES];
    ULONG count;
};

static VOID wish_memory(PIO_RESOURCE_DESCRIPTOR wish, const struct ntio_bar *bar)
{
    BOOLEAN is_wide = (bar->flags & NTIO_BAR_64BIT) != 0;
    ULONG64 span = device_bar_span(bar);

    wish->Type = CmResourceTypeMemory;
    wish->Flags = CM_RESOURCE_MEMORY_READ_WRITE;
    if (bar->flags & NTIO_BAR_PREFETCHABLE)
        wish->Flags |= CM_RESOURCE_MEMORY_PREFETCHABLE;
    wish->u.Memory.Length = (ULONG)bar->length;
    wish->u.Memory.Alignment = (ULONG)span;
    wish->u.Memory.MinimumAddress.QuadPart =
        bar->base ? (LONGLONG)bar->base
                  : (LONGLONG)(is_wide ? MM_WIDE_DEVICE_BASE : MM_DEVICE_BASE);
    wish->u.Memory.MaximumAddress.QuadPart =
        bar->base ? (LONGLONG)(bar->base + bar->length - 1)
                  : (LONGLONG)(is_wide ? MM_WIDE_DEVICE_END : MM_DEVICE_END) - 1;
    if (bar->base)
        wish->u.Memory.Alignment = PAGE_SIZE;
}

static VOID wish_ports(PIO_RESOURCE_DESCRIPTOR wish, const struct ntio_bar *bar)
{
    wish->Type = CmResourceTypePort;
    wish->Flags = CM_RESOURCE_PORT_IO | CM_RESOURCE_PORT_16_BIT_DECODE;
    wish->u.Port.Length = (ULONG)bar->length;
    wish->u.Port.Alignment = bar->base ? 4 : (ULONG)bar->length;
    wish->u.Port.MinimumAddress.QuadPart = bar->base ? (LONGLONG)bar->base : FIRST_PORT;
    wish->u.Port.MaximumAddress.QuadPart =
        bar->base ? (LONGLONG)(bar->base + bar->length - 1) : 0xFFFF;
}

static VOID wish_bars(struct wishes *wishes, const struct ntio_device_model *model)
{
    ULONG i;

    for (i = 0; i < NTIO_BARS; i++) {
        PIO_RESOURCE_DESCRIPTOR wish = &wishes->each[wishes->count];

        if (model->bars[i].kind == NTIO_BAR_NONE)
            continue;
        wish->ShareDisposition = CmResourceShareDeviceExclusive;
        if (model->bars[i].kind == NTIO_BAR_PORT)
            wish_ports(wish, &model->bars[i]);
        else
            wish_memory(wish, &model->bars[i]);
        wishes->count++;
    }
}

/* The slot's pin is wired to one of a few lines, as on a mainboard. */
static VOID wish_line(struct wishes *wishes, const struct ntio_device *device)
{
    PIO_RESOURCE_DESCRIPTOR wish = &wishes->each[wishes->count++];

    wish->Type = CmResourceTypeInterrupt;
    wish->ShareDisposition = CmResourceShareShared;
    wish->Flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE;
    wish->u.Interrupt.MinimumVector = wish->u.Interrupt.MaximumVector =
        IO_FIRST_PIN + device->slot % PINS;
}

static VOID wish_messages(struct wishes *wishes, ULONG count)
{
    for (; count; count--) {
        PIO_RESOURCE_DESCRIPTOR wish = &wishes->each[wishes->count++];

        wish->Type = CmResourceTypeInterrupt;
        wish->ShareDisposition = CmResourceShareDeviceExclusive;
        wish->Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE;
        wish->u.Interrupt.MinimumVector = wish->u.Interrupt.MaximumVector =
            CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
    }
}

/* ---- messages, if the INF asks for them ------------------------------------------------------ */

static ULONG read_number(HANDLE key, PCWSTR name, ULONG otherwise)
{
    UCHAR buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION value = (PVOID)buffer;
    UNICODE_STRING string;
    ULONG bytes, number = otherwise;

    RtlInitUnicodeString(&string, name);
    if (NT_SUCCESS(ZwQueryValueKey(key, &string, KeyValuePartialInformation, value, sizeof(buffer),
                                   &bytes)) &&
        value->Type == REG_DWORD)
        memcpy(&number, value->Data, sizeof(number));
    return number;
}

/* HKR, "Interrupt Management\MessageSignaledInterruptProperties", in the hardware section. */
static ULONG allowed_messages(struct pci_device *own)
{
    UNICODE_STRING name =
        RTL_CONSTANT_STRING(L"Interrupt Management\\MessageSignaledInterruptProperties");
    OBJECT_ATTRIBUTES attributes;
    HANDLE device, key;
    ULONG count = 0;

    if (!own->device->model.messages ||
        !NT_SUCCESS(IoOpenDeviceRegistryKey(own->pdo, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &device)))
        return 0;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, device,
                               NULL);
    if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
        if (read_number(key, L"MSISupported", 0))
            count = min(own->device->model.messages,
                        read_number(key, L"MessageNumberLimit", DEVICE_MESSAGES));
        ZwClose(key);
    }
    ZwClose(device);
    return count;
}

/* ---- the list --------------------------------------------------------------------------- */

static SIZE_T list_bytes(const struct wishes *wishes)
{
    return FIELD_OFFSET(IO_RESOURCE_LIST, Descriptors) +
           wishes->count * sizeof(IO_RESOURCE_DESCRIPTOR);
}

static VOID write_list(PIO_RESOURCE_LIST list, const struct wishes *wishes)
{
    list->Version = list->Revision = 1;
    list->Count = wishes->count;
    memcpy(list->Descriptors, wishes->each, wishes->count * sizeof(wishes->each[0]));
}

static NTSTATUS give(struct pci_device *own, PIRP irp, const struct wishes *wishes, ULONG count)
{
    SIZE_T bytes = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List);
    PIO_RESOURCE_REQUIREMENTS_LIST list;
    PUCHAR at;
    ULONG i;

    for (i = 0; i < count; i++)
        bytes += list_bytes(&wishes[i]);
    list = ExAllocatePool2(POOL_FLAG_PAGED, max(bytes, sizeof(*list)), PCI_TAG);
    if (!list)
        return STATUS_INSUFFICIENT_RESOURCES;
    list->ListSize = (ULONG)bytes;
    list->InterfaceType = PCIBus;
    list->SlotNumber = own->device->slot;
    list->AlternativeLists = count;
    at = (PUCHAR)list->List;
    for (i = 0; i < count; i++) {
        write_list((PIO_RESOURCE_LIST)at, &wishes[i]);
        at += list_bytes(&wishes[i]);
    }
    irp->IoStatus.Information = (ULONG_PTR)list;
    return STATUS_SUCCESS;
}

NTSTATUS pci_query_requirements(struct pci_device *own, PIRP irp)
{
    const struct ntio_device_model *model = &own->device->model;
    ULONG messages = allowed_messages(own), count = 0;
    struct wishes *wishes;
    NTSTATUS status = irp->IoStatus.Status;

    wishes = ExAllocatePool2(POOL_FLAG_PAGED, 2 * sizeof(*wishes), PCI_TAG);
    if (!wishes)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (messages) {
        wish_bars(&wishes[count], model);
        wish_messages(&wishes[count++], messages);
    }
    if (!messages || model->has_line) {
        wish_bars(&wishes[count], model);
        if (model->has_line)
            wish_line(&wishes[count], own->device);
        count++;
    }
    if (wishes[0].count)
        status = give(own, irp, wishes, count);
    ExFreePoolWithTag(wishes, PCI_TAG);
    return status;
}
