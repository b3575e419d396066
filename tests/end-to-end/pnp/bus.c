/*
 * A WDM bus driver: a device of it is plugged in and pulled out by control requests.
 */
#include <ntddk.h>
#include <ntstrsafe.h>

#include "pnp_test.h"

struct bus;

/* The extension of a child's device object. */
struct child {
    BOOLEAN is_bus; /* FALSE; first in both */
    LIST_ENTRY link;
    PDEVICE_OBJECT self;
    struct bus *bus;
    ULONG serial;
    BOOLEAN is_present;
};

struct bus {
    BOOLEAN is_bus; /* TRUE */
    PDEVICE_OBJECT self, below, pdo;
    UNICODE_STRING link;
    IO_REMOVE_LOCK remove_lock;
    FAST_MUTEX lock;     /* guards children */
    LIST_ENTRY children; /* of child.link */
};

static DRIVER_ADD_DEVICE add_device;
static DRIVER_UNLOAD unload;
DRIVER_INITIALIZE DriverEntry;

static NTSTATUS complete(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* ---- a child -------------------------------------------------------------------------------- */

static NTSTATUS answer_text(PIRP irp, PCWSTR text, ULONG bytes)
{
    PVOID copy = ExAllocatePoolWithTag(PagedPool, bytes, 'suBT');

    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(copy, text, bytes);
    irp->IoStatus.Information = (ULONG_PTR)copy;
    return STATUS_SUCCESS;
}

static NTSTATUS query_id(struct child *child, PIRP irp, BUS_QUERY_ID_TYPE type)
{
    static const WCHAR ids[] = L"PNPTESTBUS\\Thing\0";
    WCHAR serial[16];

    switch (type) {
    case BusQueryDeviceID:
        return answer_text(irp, ids, sizeof(ids) - sizeof(WCHAR));
    case BusQueryHardwareIDs:
        return answer_text(irp, ids, sizeof(ids));
    case BusQueryInstanceID:
        RtlStringCbPrintfW(serial, sizeof(serial), L"%02u", child->serial);
        return answer_text(irp, serial, sizeof(serial));
    default:
        return irp->IoStatus.Status;
    }
}

static NTSTATUS query_capabilities(PDEVICE_CAPABILITIES capabilities)
{
    ULONG i;

    capabilities->EjectSupported = TRUE;
    capabilities->Removable = TRUE;
    capabilities->SurpriseRemovalOK = TRUE;
    capabilities->Address = 5;
    capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    for (i = PowerSystemSleeping1; i < PowerSystemMaximum; i++)
        capabilities->DeviceState[i] = PowerDeviceD3;
    return STATUS_SUCCESS;
}

static NTSTATUS remove_child(struct child *child)
{
    if (child->is_present)
        return STATUS_SUCCESS;
    ExAcquireFastMutex(&child->bus->lock);
    RemoveEntryList(&child->link);
    ExReleaseFastMutex(&child->bus->lock);
    IoDeleteDevice(child->self);
    return STATUS_SUCCESS;
}

static NTSTATUS target_relation(struct child *child, PIRP irp)
{
    PDEVICE_RELATIONS relations = ExAllocatePoolWithTag(PagedPool, sizeof(*relations), 'suBT');

    if (!relations)
        return STATUS_INSUFFICIENT_RESOURCES;
    ObReferenceObject(child->self);
    relations->Count = 1;
    relations->Objects[0] = child->self;
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return STATUS_SUCCESS;
}

static NTSTATUS child_pnp(struct child *child, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    switch (location->MinorFunction) {
    case IRP_MN_QUERY_ID:
        return complete(irp, query_id(child, irp, location->Parameters.QueryId.IdType));
    case IRP_MN_QUERY_CAPABILITIES:
        return complete(irp,
                        query_capabilities(location->Parameters.DeviceCapabilities.Capabilities));
    case IRP_MN_QUERY_DEVICE_TEXT:
        if (location->Parameters.QueryDeviceText.DeviceTextType == DeviceTextDescription)
            return complete(irp, answer_text(irp, L"Thing", sizeof(L"Thing")));
        return complete(irp, answer_text(irp, L"Slot 5", sizeof(L"Slot 5")));
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        if (location->Parameters.QueryDeviceRelations.Type == TargetDeviceRelation)
            return complete(irp, target_relation(child, irp));
        return complete(irp, irp->IoStatus.Status);
    case IRP_MN_EJECT:
        DbgPrint("bus: ejected %u\n", child->serial);
        child->is_present = FALSE;
        return complete(irp, STATUS_SUCCESS);
    case IRP_MN_REMOVE_DEVICE:
        return complete(irp, remove_child(child));
    case IRP_MN_START_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        return complete(irp, STATUS_SUCCESS);
    default:
        return complete(irp, irp->IoStatus.Status);
    }
}

/* ---- the bus ---------------------------------------------------------------------------- */

static struct child *find_child(struct bus *bus, ULONG serial)
{
    PLIST_ENTRY entry;

    for (entry = bus->children.Flink; entry != &bus->children; entry = entry->Flink) {
        struct child *child = CONTAINING_RECORD(entry, struct child, link);

        if (child->serial == serial && child->is_present)
            return child;
    }
    return NULL;
}

static NTSTATUS plug(struct bus *bus, ULONG serial)
{
    PDEVICE_OBJECT self;
    struct child *child;
    NTSTATUS status;

    if (find_child(bus, serial))
        return STATUS_INVALID_PARAMETER;
    status = IoCreateDevice(bus->self->DriverObject, sizeof(*child), NULL, FILE_DEVICE_UNKNOWN,
                            FILE_AUTOGENERATED_DEVICE_NAME, FALSE, &self);
    if (!NT_SUCCESS(status))
        return status;
    child = self->DeviceExtension;
    child->self = self;
    child->bus = bus;
    child->serial = serial;
    child->is_present = TRUE;
    self->Flags |= DO_POWER_PAGABLE;
    self->Flags &= ~DO_DEVICE_INITIALIZING;
    ExAcquireFastMutex(&bus->lock);
    InsertTailList(&bus->children, &child->link);
    ExReleaseFastMutex(&bus->lock);
    IoInvalidateDeviceRelations(bus->pdo, BusRelations);
    return STATUS_SUCCESS;
}

static NTSTATUS unplug(struct bus *bus, ULONG serial)
{
    struct child *child;

    ExAcquireFastMutex(&bus->lock);
    child = find_child(bus, serial);
    if (child)
        child->is_present = FALSE;
    ExReleaseFastMutex(&bus->lock);
    if (!child)
        return STATUS_INVALID_PARAMETER;
    IoInvalidateDeviceRelations(bus->pdo, BusRelations);
    return STATUS_SUCCESS;
}

static NTSTATUS eject(struct bus *bus, ULONG serial)
{
    struct child *child = find_child(bus, serial);

    if (!child)
        return STATUS_INVALID_PARAMETER;
    IoRequestDeviceEject(child->self);
    return STATUS_SUCCESS;
}

static NTSTATUS control(struct bus *bus, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    ULONG serial;

    irp->IoStatus.Information = 0;
    if (location->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG))
        return complete(irp, STATUS_INVALID_PARAMETER);
    serial = *(ULONG *)irp->AssociatedIrp.SystemBuffer;
    switch (location->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_BUS_PLUG:
        return complete(irp, plug(bus, serial));
    case IOCTL_BUS_UNPLUG:
        return complete(irp, unplug(bus, serial));
    case IOCTL_BUS_EJECT:
        return complete(irp, eject(bus, serial));
    default:
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

static NTSTATUS bus_relations(struct bus *bus, PIRP irp)
{
    PDEVICE_RELATIONS relations;
    PLIST_ENTRY entry;
    ULONG count = 0;

    ExAcquireFastMutex(&bus->lock);
    for (entry = bus->children.Flink; entry != &bus->children; entry = entry->Flink)
        count++;
    relations =
        ExAllocatePoolWithTag(PagedPool, sizeof(*relations) + count * sizeof(PVOID), 'suBT');
    if (relations) {
        relations->Count = 0;
        for (entry = bus->children.Flink; entry != &bus->children; entry = entry->Flink) {
            struct child *child = CONTAINING_RECORD(entry, struct child, link);

            if (!child->is_present)
                continue;
            ObReferenceObject(child->self);
            relations->Objects[relations->Count++] = child->self;
        }
    }
    ExReleaseFastMutex(&bus->lock);
    if (!relations)
        return STATUS_INSUFFICIENT_RESOURCES;
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return STATUS_SUCCESS;
}

static VOID delete_children(struct bus *bus)
{
    while (!IsListEmpty(&bus->children)) {
        struct child *child = CONTAINING_RECORD(RemoveHeadList(&bus->children), struct child, link);

        IoDeleteDevice(child->self);
    }
}

static NTSTATUS pass(struct bus *bus, PIRP irp)
{
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(bus->below, irp);
}

static NTSTATUS bus_pnp(struct bus *bus, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status;

    switch (location->MinorFunction) {
    case IRP_MN_START_DEVICE:
        if (IoForwardIrpSynchronously(bus->below, irp) && NT_SUCCESS(irp->IoStatus.Status))
            irp->IoStatus.Status = IoSetDeviceInterfaceState(&bus->link, TRUE);
        return complete(irp, irp->IoStatus.Status);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        if (location->Parameters.QueryDeviceRelations.Type != BusRelations)
            break;
        status = bus_relations(bus, irp);
        if (!NT_SUCCESS(status))
            return complete(irp, status);
        irp->IoStatus.Status = status;
        break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        IoSetDeviceInterfaceState(&bus->link, FALSE);
        delete_children(bus);
        irp->IoStatus.Status = STATUS_SUCCESS;
        status = pass(bus, irp);
        IoDetachDevice(bus->below);
        RtlFreeUnicodeString(&bus->link);
        IoDeleteDevice(bus->self);
        return status;
    default:
        break;
    }
    return pass(bus, irp);
}

/* ---- both ------------------------------------------------------------------------------- */

static NTSTATUS dispatch_pnp(PDEVICE_OBJECT self, PIRP irp)
{
    struct bus *bus = self->DeviceExtension;

    return bus->is_bus ? bus_pnp(bus, irp) : child_pnp(self->DeviceExtension, irp);
}

static NTSTATUS dispatch_power(PDEVICE_OBJECT self, PIRP irp)
{
    struct bus *bus = self->DeviceExtension;
    UCHAR minor = IoGetCurrentIrpStackLocation(irp)->MinorFunction;

    PoStartNextPowerIrp(irp);
    if (bus->is_bus) {
        IoSkipCurrentIrpStackLocation(irp);
        return PoCallDriver(bus->below, irp);
    }
    if (minor == IRP_MN_SET_POWER || minor == IRP_MN_QUERY_POWER)
        return complete(irp, STATUS_SUCCESS);
    return complete(irp, irp->IoStatus.Status);
}

static NTSTATUS dispatch_file(PDEVICE_OBJECT self, PIRP irp)
{
    struct bus *bus = self->DeviceExtension;

    irp->IoStatus.Information = 0;
    if (!bus->is_bus)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        return control(bus, irp);
    return complete(irp, STATUS_SUCCESS);
}

static NTSTATUS dispatch_other(PDEVICE_OBJECT self, PIRP irp)
{
    struct bus *bus = self->DeviceExtension;

    return bus->is_bus ? pass(bus, irp) : complete(irp, irp->IoStatus.Status);
}

static NTSTATUS add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
    struct bus *bus;
    PDEVICE_OBJECT self;
    NTSTATUS status =
        IoCreateDevice(driver, sizeof(*bus), NULL, FILE_DEVICE_BUS_EXTENDER, 0, FALSE, &self);

    if (!NT_SUCCESS(status))
        return status;
    bus = self->DeviceExtension;
    bus->is_bus = TRUE;
    bus->self = self;
    bus->pdo = pdo;
    ExInitializeFastMutex(&bus->lock);
    InitializeListHead(&bus->children);
    status = IoRegisterDeviceInterface(pdo, &GUID_PNP_TEST_BUS, NULL, &bus->link);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(self);
        return status;
    }
    bus->below = IoAttachDeviceToDeviceStack(self, pdo);
    self->Flags |= DO_POWER_PAGABLE;
    self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    DbgPrint("bus: unloaded\n");
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch_other;
    driver->MajorFunction[IRP_MJ_CREATE] = dispatch_file;
    driver->MajorFunction[IRP_MJ_CLOSE] = dispatch_file;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch_file;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch_file;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = dispatch_power;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}
