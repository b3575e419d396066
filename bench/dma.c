/*
 * What a buffer costs on its way to a device: its scatter/gather list, and a transfer.
 */
#include <ntifs.h>

#include "bench.h"

/* What no header of the driver kit declares. */
extern POBJECT_TYPE *IoDriverObjectType;

#define PAGES 4096u

static struct {
    PDMA_ADAPTER adapter;
    PDMA_ADAPTER device;  /* of the device that is plugged in */
    PMDL together, apart; /* frames that follow each other; frames of which none does */
    PVOID memory;
} dma;

static PMDL make_mdl(PFN_NUMBER first, BOOLEAN is_apart)
{
    PMDL mdl = IoAllocateMdl(dma.memory, PAGES << PAGE_SHIFT, FALSE, FALSE, NULL);

    MmBuildMdlForNonPagedPool(mdl);
    for (ULONG i = 0; is_apart && i < PAGES; i++)
        MmGetMdlPfnArray(mdl)[i] = first + (i ^ 1);
    return mdl;
}

/* The device on the PCI bus; it has no driver but this. */
static PDEVICE_OBJECT find_device(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Driver\\pci");
    PDEVICE_OBJECT device = NULL;
    PDRIVER_OBJECT bus;

    if (!NT_SUCCESS(ObReferenceObjectByName(&name, OBJ_CASE_INSENSITIVE, NULL, 0,
                                            *IoDriverObjectType, KernelMode, NULL, (PVOID *)&bus)))
        return NULL;
    for (device = bus->DeviceObject; device && !(device->Flags & DO_BUS_ENUMERATED_DEVICE);)
        device = device->NextDevice;
    ObDereferenceObject(bus);
    return device;
}

void bench_dma_start(void)
{
    const PHYSICAL_ADDRESS any = {.QuadPart = -1};
    DEVICE_DESCRIPTION description = {.Version = DEVICE_DESCRIPTION_VERSION2,
                                      .Master = TRUE,
                                      .ScatterGather = TRUE,
                                      .Dma64BitAddresses = TRUE,
                                      .InterfaceType = PCIBus,
                                      .MaximumLength = PAGES << PAGE_SHIFT};
    PFN_NUMBER first;
    ULONG registers;

    dma.memory = MmAllocateContiguousMemory(PAGES << PAGE_SHIFT, any);
    first = (PFN_NUMBER)MmGetPhysicalAddress(dma.memory).QuadPart >> PAGE_SHIFT;
    dma.together = make_mdl(first, FALSE);
    dma.apart = make_mdl(first, TRUE);
    dma.adapter = IoGetDmaAdapter(NULL, &description, &registers);
    dma.device = IoGetDmaAdapter(find_device(), &description, &registers);
}

void bench_dma_stop(void)
{
    dma.device->DmaOperations->PutDmaAdapter(dma.device);
    dma.adapter->DmaOperations->PutDmaAdapter(dma.adapter);
    IoFreeMdl(dma.apart);
    IoFreeMdl(dma.together);
    MmFreeContiguousMemory(dma.memory);
}

static VOID NTAPI keep_list(PDEVICE_OBJECT device, PIRP irp, PSCATTER_GATHER_LIST list,
                            PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    *(PSCATTER_GATHER_LIST *)context = list;
}

/* A list of PAGES pages, mapped for the device and unmapped, so many times. */
void bench_dma_lists(unsigned long long iterations, unsigned long long is_apart)
{
    PMDL mdl = is_apart ? dma.apart : dma.together;
    PDMA_OPERATIONS operations = dma.adapter->DmaOperations;
    PSCATTER_GATHER_LIST list;

    for (unsigned long long i = 0; i < iterations; i++) {
        operations->GetScatterGatherList(dma.adapter, NULL, mdl, MmGetMdlVirtualAddress(mdl),
                                         PAGES << PAGE_SHIFT, keep_list, &list, TRUE);
        operations->PutScatterGatherList(dma.adapter, list, TRUE);
    }
}

void *bench_dma_memory(void)
{
    return dma.memory;
}

/* All of the memory is the device's to write to, element by element. */
void bench_dma_transfer(int is_apart,
                        void (*element)(unsigned long long address, unsigned long long bytes))
{
    PMDL mdl = is_apart ? dma.apart : dma.together;
    PDMA_OPERATIONS operations = dma.device->DmaOperations;
    PSCATTER_GATHER_LIST list;

    operations->GetScatterGatherList(dma.device, NULL, mdl, MmGetMdlVirtualAddress(mdl),
                                     PAGES << PAGE_SHIFT, keep_list, &list, FALSE);
    for (ULONG i = 0; i < list->NumberOfElements; i++)
        element((unsigned long long)list->Elements[i].Address.QuadPart, list->Elements[i].Length);
    operations->PutScatterGatherList(dma.device, list, FALSE);
}
