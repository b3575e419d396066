/*
 * What the tests of DMA share: a system, a device's adapter, MDLs of frames in any order, and a
 * bug check that comes back to the test.
 */
#pragma once

#include <ntifs.h>

#include "dma/dma.h"
#include "dma/dma_private.h"
#include "ex/ex.h"
#include "ke/ke.h"
#include "../../include/ntio/ntio.h"
#include "rtl/rtl.h"

#include "nt_cmocka.h"

static struct {
    jmp_buf back;
    ULONG code;
    ULONG_PTR parameters[4];
} dma_test_bugcheck;

static inline VOID dma_test_caught(ULONG code, const ULONG_PTR parameters[4])
{
    dma_test_bugcheck.code = code;
    memcpy(dma_test_bugcheck.parameters, parameters, sizeof(dma_test_bugcheck.parameters));
    longjmp(dma_test_bugcheck.back, 1);
}

/* The statement ends with DRIVER_VERIFIER_DMA_VIOLATION and this first parameter. */
#define EXPECT_VIOLATION(rule, statement)                                                          \
    do {                                                                                           \
        ke_bugcheck_handler before = ke_bugcheck_hook(dma_test_caught);                            \
        if (!setjmp(dma_test_bugcheck.back)) {                                                     \
            statement;                                                                             \
            ke_bugcheck_hook(before);                                                              \
            fail_msg("no bug check");                                                              \
        }                                                                                          \
        ke_bugcheck_hook(before);                                                                  \
        assert_int_equal(dma_test_bugcheck.code, DRIVER_VERIFIER_DMA_VIOLATION);                   \
        assert_int_equal(dma_test_bugcheck.parameters[0], rule);                                   \
    } while (0)

static inline int dma_test_start(void **state)
{
    const struct ntio_options options = {.size = sizeof(options)};

    UNREFERENCED_PARAMETER(state);
    return ntio_start(&options);
}

static inline int dma_test_stop(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ntio_stop();
    return 0;
}

/* A device that takes lists, and reaches so many bits. */
static inline DEVICE_DESCRIPTION describe(ULONG bits, BOOLEAN is_scatter_gather, ULONG length)
{
    return (DEVICE_DESCRIPTION){.Version = DEVICE_DESCRIPTION_VERSION3,
                                .Master = TRUE,
                                .ScatterGather = is_scatter_gather,
                                .DmaAddressWidth = bits,
                                .InterfaceType = PCIBus,
                                .MaximumLength = length};
}

/* A PDO that nobody looks into. */
static inline PDEVICE_OBJECT pdo(void)
{
    static DEVICE_OBJECT object;

    return &object;
}

static inline PDMA_ADAPTER get_adapter(DEVICE_DESCRIPTION description, PULONG registers)
{
    ULONG count;
    PDMA_ADAPTER adapter = IoGetDmaAdapter(pdo(), &description, &count);

    assert_non_null(adapter);
    if (registers)
        *registers = count;
    return adapter;
}

static inline struct dma_domain *domain_of(PDMA_ADAPTER adapter)
{
    return dma_adapter_of(adapter)->domain;
}

/*
 * An MDL of pages whose frames are those of a block of blocks[] frames, in this order; with
 * ByteOffset offset and bytes ByteCount.
 */
struct pages {
    PMDL mdl;
    PUCHAR block;
    ULONG block_pages;
};

static inline struct pages make_pages(const ULONG *order, ULONG count, ULONG block_pages,
                                      ULONG offset, ULONG bytes)
{
    const PHYSICAL_ADDRESS any = {.QuadPart = -1};
    struct pages pages = {.block_pages = block_pages};
    PFN_NUMBER first;

    pages.block = MmAllocateContiguousMemory((SIZE_T)block_pages << PAGE_SHIFT, any);
    assert_non_null(pages.block);
    for (ULONG i = 0; i < block_pages << PAGE_SHIFT; i++)
        pages.block[i] = (UCHAR)(i * 7 + (i >> PAGE_SHIFT));
    first = (PFN_NUMBER)MmGetPhysicalAddress(pages.block).QuadPart >> PAGE_SHIFT;
    pages.mdl = IoAllocateMdl((PVOID)(ULONG_PTR)(0x10000 + offset), bytes, FALSE, FALSE, NULL);
    assert_non_null(pages.mdl);
    for (ULONG i = 0; i < count; i++)
        MmGetMdlPfnArray(pages.mdl)[i] = first + order[i];
    pages.mdl->MdlFlags |= MDL_PAGES_LOCKED;
    return pages;
}

static inline void free_pages(struct pages *pages)
{
    IoFreeMdl(pages->mdl);
    MmFreeContiguousMemory(pages->block);
}

/* The byte that the transfer has at a position of an MDL. */
static inline PUCHAR byte_at(PMDL mdl, ULONG position)
{
    ULONG at = mdl->ByteOffset + position;

    return (PUCHAR)mm_frame_address(MmGetMdlPfnArray(mdl)[at >> PAGE_SHIFT]) + BYTE_OFFSET(at);
}
