/*
 * \Driver\pci: the driver of the bus, which reports the devices that are plugged in.
 */
#include "pcip.h"

struct pci_system pci;

NTSTATUS pci_complete(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* ---- the bus ------------------------------------------------------------------------------- */

/* pci.lock is held. */
static ULONG count_devices(VOID)
{
    PLIST_ENTRY entry;
    ULONG count = 0;

    for (entry = pci.devices.Flink; entry != &pci.devices; entry = entry->Flink)
        count += !CONTAINING_RECORD(entry, struct pci_device, link)->is_missing;
    return count;
}

static PDEVICE_RELATIONS list_devices(VOID)
{
    PDEVICE_RELATIONS relations;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&pci.lock);
    relations = ExAllocatePoolWithTag(PagedPool,
                                      FIELD_OFFSET(DEVICE_RELATIONS, Objects) +
                                          max(count_devices(), 1) * sizeof(relations->Objects[0]),
                                      PCI_TAG);
    if (relations)
        relations->Count = 0;
    for (entry = pci.devices.Flink; relations && entry != &pci.devices; entry = entry->Flink) {
        struct pci_device *own = CONTAINING_RECORD(entry, struct pci_device, link);

        if (own->is_missing)
            continue;
        ObReferenceObject(own->pdo);
        relations->Objects[relations->Count++] = own->pdo;
    }
    ExReleaseFastMutex(&pci.lock);
    return relations;
}

static NTSTATUS query_relations(PIRP irp)
{
    PDEVICE_RELATIONS relations = list_devices();

    if (!relations)
        return pci_complete(irp, STATUS_INSUFFICIENT_RESOURCES);
    irp->IoStatus.Status = STATUS_SUCCESS;
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return STATUS_SUCCESS;
}

static VOID delete_devices(VOID)
{
    while (!IsListEmpty(&pci.devices))
        pci_delete_device(CONTAINING_RECORD(pci.devices.Flink, struct pci_device, link));
}

static NTSTATUS remove_bus(PDEVICE_OBJECT device, PIRP irp)
{
    struct pci_bus *bus = device->DeviceExtension;
    PDEVICE_OBJECT below = bus->below;
    NTSTATUS status;

    irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(irp);
    status = IoCallDriver(below, irp);
    /* The devices' own removal came before. */
    delete_devices();
    pci.bus = NULL;
    IoDetachDevice(below);
    IoDeleteDevice(device);
    return status;
}

static NTSTATUS pass(PDEVICE_OBJECT device, PIRP irp)
{
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(((struct pci_bus *)device->DeviceExtension)->below, irp);
}

static NTSTATUS bus_pnp(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status;

    switch (location->MinorFunction) {
    case IRP_MN_REMOVE_DEVICE:
        return remove_bus(device, irp);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        if (location->Parameters.QueryDeviceRelations.Type != BusRelations)
            break;
        status = query_relations(irp);
        return NT_SUCCESS(status) ? pass(device, irp) : status;
    case IRP_MN_START_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    default:
        break;
    }
    return pass(device, irp);
}

/* ---- the driver ------------------------------------------------------------------------- */

static BOOLEAN is_bus(PDEVICE_OBJECT device)
{
    return ((struct pci_common *)device->DeviceExtension)->is_bus;
}

static NTSTATUS NTAPI dispatch_pnp(PDEVICE_OBJECT device, PIRP irp)
{
    return is_bus(device) ? bus_pnp(device, irp) : pci_device_pnp(device->DeviceExtension, irp);
}

static NTSTATUS NTAPI dispatch_power(PDEVICE_OBJECT device, PIRP irp)
{
    if (!is_bus(device))
        return pci_device_power(device->DeviceExtension, irp);
    PoStartNextPowerIrp(irp);
    IoSkipCurrentIrpStackLocation(irp);
    return PoCallDriver(((struct pci_bus *)device->DeviceExtension)->below, irp);
}

static NTSTATUS NTAPI dispatch_other(PDEVICE_OBJECT device, PIRP irp)
{
    if (is_bus(device))
        return pass(device, irp);
    if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_SYSTEM_CONTROL)
        return pci_complete(irp, irp->IoStatus.Status);
    irp->IoStatus.Information = 0;
    return pci_complete(irp, STATUS_INVALID_DEVICE_REQUEST);
}

static NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
    struct pci_bus *bus;
    PDEVICE_OBJECT device;
    NTSTATUS status =
        IoCreateDevice(driver, sizeof(*bus), NULL, FILE_DEVICE_BUS_EXTENDER, 0, FALSE, &device);

    if (!NT_SUCCESS(status))
        return status;
    bus = device->DeviceExtension;
    bus->common.is_bus = TRUE;
    bus->pdo = pdo;
    bus->below = IoAttachDeviceToDeviceStack(device, pdo);
    if (!bus->below) {
        IoDeleteDevice(device);
        return STATUS_NO_SUCH_DEVICE;
    }
    device->Flags |= DO_POWER_PAGABLE;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    pci.bus = device;
    return STATUS_SUCCESS;
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    pci.driver = NULL;
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch_other;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = dispatch_power;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    pci.driver = driver;
    return STATUS_SUCCESS;
}

NTSTATUS pci_make_bus(struct pnp_reason *reason)
{
    static UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Driver\\pci");
    NTSTATUS status = STATUS_SUCCESS;

    if (pci.bus)
        return STATUS_SUCCESS;
    if (!pci.driver)
        status = IoCreateDriver(&name, entry);
    if (NT_SUCCESS(status))
        status = pnp_add_driver_device(pci.driver, reason);
    return NT_SUCCESS(status) && !pci.bus ? STATUS_NO_SUCH_DEVICE : status;
}
