/*
 * A device of the bus: what it answers to PnP and power.
 */
#include "pcip.h"

#include <initguid.h>
#include <wdmguid.h>

/* ---- what it is ------------------------------------------------------------------------- */

static NTSTATUS query_capabilities(const struct pci_device *own, PDEVICE_CAPABILITIES capabilities)
{
    ULONG state;

    if (capabilities->Version != 1 || capabilities->Size < sizeof(*capabilities))
        return STATUS_UNSUCCESSFUL;
    capabilities->EjectSupported = TRUE;
    capabilities->Removable = TRUE;
    capabilities->SurpriseRemovalOK = TRUE;
    capabilities->Address = own->device->slot << 16;
    capabilities->UINumber = own->device->slot;
    capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    for (state = PowerSystemSleeping1; state < PowerSystemMaximum; state++)
        capabilities->DeviceState[state] = PowerDeviceD3;
    return STATUS_SUCCESS;
}

static NTSTATUS query_bus_information(PIRP irp)
{
    PPNP_BUS_INFORMATION information =
        ExAllocatePoolWithTag(PagedPool, sizeof(*information), PCI_TAG);

    if (!information)
        return STATUS_INSUFFICIENT_RESOURCES;
    information->BusTypeGuid = GUID_BUS_TYPE_PCI;
    information->LegacyBusType = PCIBus;
    information->BusNumber = 0;
    irp->IoStatus.Information = (ULONG_PTR)information;
    return STATUS_SUCCESS;
}

static NTSTATUS query_relations(const struct pci_device *own, PIRP irp, DEVICE_RELATION_TYPE type)
{
    PDEVICE_RELATIONS relations;

    if (type != TargetDeviceRelation)
        return irp->IoStatus.Status;
    relations = ExAllocatePoolWithTag(PagedPool, sizeof(*relations), PCI_TAG);
    if (!relations)
        return STATUS_INSUFFICIENT_RESOURCES;
    ObReferenceObject(own->pdo);
    relations->Count = 1;
    relations->Objects[0] = own->pdo;
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return STATUS_SUCCESS;
}

static NTSTATUS access_config(struct pci_device *own, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    PVOID buffer = location->Parameters.ReadWriteConfig.Buffer;
    ULONG offset = location->Parameters.ReadWriteConfig.Offset;
    ULONG length = location->Parameters.ReadWriteConfig.Length;

    if (location->Parameters.ReadWriteConfig.WhichSpace != PCI_WHICHSPACE_CONFIG)
        return STATUS_INVALID_PARAMETER;
    if (location->MinorFunction == IRP_MN_READ_CONFIG)
        irp->IoStatus.Information = device_read_config(own->device, buffer, offset, length);
    else
        irp->IoStatus.Information = device_write_config(own->device, buffer, offset, length);
    return STATUS_SUCCESS;
}

/* ---- its life --------------------------------------------------------------------------- */

VOID pci_reference(struct pci_device *own)
{
    __atomic_add_fetch(&own->references, 1, __ATOMIC_RELAXED);
    ObReferenceObject(own->pdo);
}

VOID pci_dereference(struct pci_device *own)
{
    PDEVICE_OBJECT pdo = own->pdo;

    /* Acquire and release: the last one sees what the others did. */
    if (!__atomic_sub_fetch(&own->references, 1, __ATOMIC_ACQ_REL))
        device_delete(own->device);
    ObDereferenceObject(pdo);
}

VOID pci_delete_device(struct pci_device *own)
{
    ExAcquireFastMutex(&pci.lock);
    RemoveEntryList(&own->link);
    ExReleaseFastMutex(&pci.lock);
    device_unplug(own->device);
    dma_domain_orphan(own->device->domain);
    IoDeleteDevice(own->pdo);
    pci_dereference(own);
}

static NTSTATUS remove_device(struct pci_device *own)
{
    if (own->is_missing)
        pci_delete_device(own);
    else
        device_stop(own->device);
    return STATUS_SUCCESS;
}

static NTSTATUS eject(struct pci_device *own)
{
    pci_pull_out(own);
    return STATUS_SUCCESS;
}

static NTSTATUS answer(struct pci_device *own, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);

    switch (location->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return device_start(own->device,
                            location->Parameters.StartDevice.AllocatedResourcesTranslated);
    case IRP_MN_STOP_DEVICE:
        device_stop(own->device);
        return STATUS_SUCCESS;
    case IRP_MN_REMOVE_DEVICE:
        return remove_device(own);
    case IRP_MN_EJECT:
        return eject(own);
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        return STATUS_SUCCESS;
    case IRP_MN_QUERY_ID:
        return pci_query_id(own, irp, location->Parameters.QueryId.IdType);
    case IRP_MN_QUERY_DEVICE_TEXT:
        return pci_query_text(own, irp, location->Parameters.QueryDeviceText.DeviceTextType);
    case IRP_MN_QUERY_CAPABILITIES:
        return query_capabilities(own, location->Parameters.DeviceCapabilities.Capabilities);
    case IRP_MN_QUERY_BUS_INFORMATION:
        return query_bus_information(irp);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return query_relations(own, irp, location->Parameters.QueryDeviceRelations.Type);
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
        return pci_query_requirements(own, irp);
    case IRP_MN_QUERY_INTERFACE:
        return pci_query_interface(own, irp);
    case IRP_MN_READ_CONFIG:
    case IRP_MN_WRITE_CONFIG:
        return access_config(own, irp);
    default:
        return irp->IoStatus.Status;
    }
}

NTSTATUS pci_device_pnp(struct pci_device *own, PIRP irp)
{
    return pci_complete(irp, answer(own, irp));
}

NTSTATUS pci_device_power(struct pci_device *own, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = irp->IoStatus.Status;

    PoStartNextPowerIrp(irp);
    if (location->MinorFunction == IRP_MN_SET_POWER) {
        if (location->Parameters.Power.Type == DevicePowerState) {
            device_set_power(own->device, location->Parameters.Power.State.DeviceState);
            PoSetPowerState(own->pdo, DevicePowerState, location->Parameters.Power.State);
        }
        status = STATUS_SUCCESS;
    } else if (location->MinorFunction == IRP_MN_QUERY_POWER) {
        status = STATUS_SUCCESS;
    }
    return pci_complete(irp, status);
}
