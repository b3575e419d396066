/*
 * Configuration space for drivers: BUS_INTERFACE_STANDARD, IRP_MN_READ_CONFIG and WRITE_CONFIG.
 */
#include "pcip.h"

#include <initguid.h>
#include <wdmguid.h>

static VOID NTAPI reference(PVOID context)
{
    pci_reference(context);
}

static VOID NTAPI dereference(PVOID context)
{
    pci_dereference(context);
}

/* Addresses on this bus are the processor's. */
static BOOLEAN NTAPI translate(PVOID context, PHYSICAL_ADDRESS address, ULONG length,
                               PULONG address_space, PPHYSICAL_ADDRESS translated)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(length);
    UNREFERENCED_PARAMETER(address_space);
    *translated = address;
    return TRUE;
}

static struct _DMA_ADAPTER *NTAPI get_adapter(PVOID context,
                                              struct _DEVICE_DESCRIPTION *description,
                                              PULONG map_registers)
{
    return IoGetDmaAdapter(((struct pci_device *)context)->pdo, description, map_registers);
}

static ULONG NTAPI set_data(PVOID context, ULONG type, PVOID buffer, ULONG offset, ULONG length)
{
    if (type != PCI_WHICHSPACE_CONFIG)
        return 0;
    return device_write_config(((struct pci_device *)context)->device, buffer, offset, length);
}

static ULONG NTAPI get_data(PVOID context, ULONG type, PVOID buffer, ULONG offset, ULONG length)
{
    if (type != PCI_WHICHSPACE_CONFIG)
        return 0;
    return device_read_config(((struct pci_device *)context)->device, buffer, offset, length);
}

NTSTATUS pci_query_interface(struct pci_device *own, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    PBUS_INTERFACE_STANDARD answer =
        (PBUS_INTERFACE_STANDARD)location->Parameters.QueryInterface.Interface;

    if (!IsEqualGUID(location->Parameters.QueryInterface.InterfaceType,
                     &GUID_BUS_INTERFACE_STANDARD))
        return irp->IoStatus.Status;
    if (location->Parameters.QueryInterface.Size < sizeof(*answer))
        return STATUS_INVALID_PARAMETER;
    *answer = (BUS_INTERFACE_STANDARD){
        .Size = sizeof(*answer),
        .Version = 1,
        .Context = own,
        .InterfaceReference = reference,
        .InterfaceDereference = dereference,
        .TranslateBusAddress = translate,
        .GetDmaAdapter = get_adapter,
        .SetBusData = set_data,
        .GetBusData = get_data,
    };
    reference(own);
    return STATUS_SUCCESS;
}
