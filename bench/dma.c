/*
 * What a buffer costs on its way to a device: its scatter/gather list.
 */
#include <ntddk.h>

#include "bench.h"

#define PAGES 4096u

static struct {
    PDMA_ADAPTER adapter;
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
}

void bench_dma_stop(void)
{
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
