/*
 * What the tests of the framework's DMA share: a device with an enabler, a buffer whose frames are
 * scattered, and a device that moves what its driver programs, through its domain.
 */
#pragma once

#include "wdf/pnp_test.h"
#include "dma/dma.h"
#include "wdf/dma.h"

#define BUFFER_PAGES 24

static struct {
    WDFDMAENABLER enabler;
    WDFDMATRANSACTION transaction;
    struct dma_domain *domain;
    PUCHAR block;                           /* the frames */
    PMDL mdl;                               /* a buffer on them */
    UCHAR device[BUFFER_PAGES * PAGE_SIZE]; /* what the device holds */
    SIZE_T at;                              /* how far in that it is */
    SIZE_T lengths[64];                     /* of the transfers that it was programmed for */
    ULONG transfers, most_elements;
    BOOLEAN completes; /* in the driver's callback */
    BOOLEAN has_ended; /* that said so */
    NTSTATUS status;   /* likewise */
} dma;

/* An MDL whose pages are those of the block, of which each third follows the one before. */
static inline PMDL make_mdl(ULONG first_page, ULONG pages, ULONG offset, ULONG bytes)
{
    PFN_NUMBER frame = (PFN_NUMBER)MmGetPhysicalAddress(dma.block).QuadPart >> PAGE_SHIFT;
    PMDL mdl = IoAllocateMdl((PVOID)(ULONG_PTR)(0x20000 + offset), bytes, FALSE, FALSE, NULL);

    assert_non_null(mdl);
    for (ULONG i = 0; i < pages; i++)
        MmGetMdlPfnArray(mdl)[i] =
            frame + (first_page + i) / 3 * 3 + (3 - (first_page + i) % 3) % 3;
    mdl->MdlFlags |= MDL_PAGES_LOCKED;
    return mdl;
}

static inline PUCHAR mdl_byte(PMDL mdl, SIZE_T position)
{
    for (; position >= mdl->ByteCount; mdl = mdl->Next)
        position -= mdl->ByteCount;
    position += mdl->ByteOffset;
    return (PUCHAR)mm_frame_address(MmGetMdlPfnArray(mdl)[position >> PAGE_SHIFT]) +
           BYTE_OFFSET(position);
}

/* The device works the list off. */
static inline VOID move(WDF_DMA_DIRECTION direction, PSCATTER_GATHER_LIST list)
{
    for (ULONG i = 0; i < list->NumberOfElements; i++) {
        ULONG64 address = (ULONG64)list->Elements[i].Address.QuadPart;
        ULONG length = list->Elements[i].Length;

        assert_true(direction == WdfDmaDirectionWriteToDevice
                        ? dma_domain_read(dma.domain, address, dma.device + dma.at, length)
                        : dma_domain_write(dma.domain, address, dma.device + dma.at, length));
        dma.at += length;
    }
}

static inline BOOLEAN NTAPI program(WDFDMATRANSACTION transaction, WDFDEVICE device,
                                    WDFCONTEXT context, WDF_DMA_DIRECTION direction,
                                    PSCATTER_GATHER_LIST list)
{
    NTSTATUS status;

    assert_ptr_equal(transaction, dma.transaction);
    assert_ptr_equal(device, function.device);
    assert_ptr_equal(context, &dma);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    dma.lengths[dma.transfers++] = WdfDmaTransactionGetCurrentDmaTransferLength(transaction);
    dma.most_elements = max(dma.most_elements, list->NumberOfElements);
    move(direction, list);
    /* Those that follow may be programmed, and completed, within this call. */
    if (dma.completes && WdfDmaTransactionDmaCompleted(transaction, &status)) {
        dma.has_ended = TRUE;
        dma.status = status;
    }
    return TRUE;
}

static inline NTSTATUS make_enabler(WDF_DMA_PROFILE profile, SIZE_T maximum)
{
    WDF_DMA_ENABLER_CONFIG config;

    WDF_DMA_ENABLER_CONFIG_INIT(&config, profile, maximum);
    return WdfDmaEnablerCreate(function.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &dma.enabler);
}

static inline VOID make_transaction(VOID)
{
    assert_int_equal(
        WdfDmaTransactionCreate(dma.enabler, WDF_NO_OBJECT_ATTRIBUTES, &dma.transaction),
        STATUS_SUCCESS);
}

static inline VOID start_dma(VOID)
{
    const PHYSICAL_ADDRESS any = {.QuadPart = -1};

    memset(&dma, 0, sizeof(dma));
    start_device();
    dma.block = MmAllocateContiguousMemory(BUFFER_PAGES * PAGE_SIZE, any);
    assert_non_null(dma.block);
    assert_int_equal(dma_domain_of(bus.pdo, &dma.domain), STATUS_SUCCESS);
}

static inline VOID stop_dma(VOID)
{
    if (dma.transaction)
        WdfObjectDelete(dma.transaction);
    if (dma.enabler)
        WdfObjectDelete(dma.enabler);
    while (dma.mdl) {
        PMDL next = dma.mdl->Next;
        IoFreeMdl(dma.mdl);
        dma.mdl = next;
    }
    dma_domain_release(dma.domain);
    MmFreeContiguousMemory(dma.block);
}

/* The same numbers each time. */
static inline VOID fill(PUCHAR bytes, SIZE_T count, UCHAR start)
{
    for (SIZE_T i = 0; i < count; i++)
        bytes[i] = (UCHAR)(start + i * 31 + i / 251);
}
