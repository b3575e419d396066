/*
 * What the files of the room share.
 */
#pragma once

#include "dma.h"

#include "../ke/ke.h"

#define DMA_TAG ' amD'
/* The most map registers that have memory of their own, in one adapter. */
#define DMA_BOUNCE_REGISTERS 513u

#define DMA_UNMAPPING 0x80000000u /* in dma_mapping.users: somebody waits for the last to end */

/* What is mapped together, for somebody whom reports name. */
struct dma_mapping {
    struct dma_domain *domain;
    ULONG count;   /* elements; 0: nothing is mapped */
    hal_u32 users; /* accesses under way, and DMA_UNMAPPING; atomic, a futex word */
    PCSTR kind;    /* of owner: "WDFDMATRANSACTION"; a string for good */
    ULONG64 owner; /* its handle or address */
};

/* An element that is mapped. */
struct dma_entry {
    ULONG64 start, end; /* on the bus */
    ULONG64 reach;      /* the largest end of this entry and those before it */
    struct dma_mapping *mapping;
    ULONG access; /* enum dma_access */
};

/* An element, and whose it is or was. */
struct dma_past {
    ULONG64 start, end;
    PCSTR kind;
    ULONG64 owner;
};

/* ---- domain.c ------------------------------------------------------------------ */

VOID dma_domains_start(VOID);
VOID dma_domain_reference(struct dma_domain *domain);
PDEVICE_OBJECT dma_domain_device(const struct dma_domain *domain);
/*
 * Makes room for count elements that are mapped at the same time. STATUS_INSUFFICIENT_RESOURCES.
 * IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS dma_reserve(struct dma_domain *domain, ULONG count);
VOID dma_unreserve(struct dma_domain *domain, ULONG count);
/*
 * Maps elements, for which room is reserved, beside what of the mapping is mapped already; they
 * may overlap what others have mapped. mapping has kind and owner set, and is zero at first.
 */
VOID dma_map(struct dma_domain *domain, struct dma_mapping *mapping,
             const SCATTER_GATHER_ELEMENT *elements, ULONG count, ULONG access);
/*
 * Takes all of it away when no access to it is under way any more: the device can then touch
 * its memory no more.
 */
VOID dma_unmap(struct dma_mapping *mapping);
/* What is mapped at the address, for whatever access; what was mapped there last. */
BOOLEAN dma_find_run(struct dma_domain *domain, ULONG64 address, struct dma_past *run);
BOOLEAN dma_find_past(struct dma_domain *domain, ULONG64 address, struct dma_past *run);
/* Who still has something mapped, if anybody. */
VOID dma_describe_use(struct dma_domain *domain, PSTR text, SIZE_T size);

/* ---- violation.c --------------------------------------------------------------- */

/* The device has no right to the address: comes back if violations are ignored. */
VOID dma_violation(struct dma_domain *domain, ULONG64 address, SIZE_T bytes, ULONG access);

/* ---- Adapters ---------------------------------------------------------------------- */

struct dma_grant;
struct dma_channel;

/* What IoGetDmaAdapter returns: a device's way to memory in one or both directions. */
struct dma_adapter {
    DMA_ADAPTER seen; /* first: drivers have its address */
    struct dma_domain *domain;
    struct dma_channel *channel; /* of the system's controller; NULL for a bus master */
    BOOLEAN is_scatter_gather;   /* it takes more than one element at a time */
    ULONG address_bits;
    ULONG64 highest;      /* the last address that it reaches */
    ULONG register_count; /* the most that a transfer may use */
    PFN_NUMBER bounce;    /* the first frame behind the registers; 0: they have no memory */
    struct mm_lock lock;  /* guards the rest */
    RTL_BITMAP taken;     /* registers with memory: those that are granted */
    ULONG taken_bits[(DMA_BOUNCE_REGISTERS + 31) / 32];
    LIST_ENTRY waiters;      /* of dma_grant.link, in order */
    struct dma_grant *owner; /* who has the adapter for itself, or NULL */
    LIST_ENTRY grants;       /* of dma_grant.link: with map registers, or not given back */
    LIST_ENTRY buffers;      /* of dma_buffer.link: common buffers */
    ULONG list_count;        /* scatter/gather lists that were not put */
};

static inline struct dma_adapter *dma_adapter_of(PDMA_ADAPTER adapter)
{
    return CONTAINING_RECORD(adapter, struct dma_adapter, seen);
}

/* Ends the system: the driver broke rule of DRIVER_VERIFIER_DMA_VIOLATION's. note may be NULL. */
VOID dma_misuse(ULONG rule, ULONG_PTR second, ULONG_PTR third, ULONG_PTR fourth, PCSTR note)
    __attribute__((noreturn));

/* ---- grant.c ------------------------------------------------------------------------- */

/* Map registers that somebody has, or waits for; what is mapped through them. */
struct dma_grant {
    LIST_ENTRY link;
    struct dma_adapter *adapter;
    PDRIVER_CONTROL routine; /* called when it has them */
    PVOID context;
    PDEVICE_OBJECT device;  /* for routine */
    PIRP irp;               /* likewise */
    PVOID transfer_context; /* by which version 3 knows the request, or NULL */
    ULONG count;            /* registers */
    ULONG first;            /* the first one, if they have memory */
    ULONG reserved;         /* elements that the domain has room for */
    BOOLEAN is_list;        /* part of a struct dma_list, which frees it */

    struct dma_mapping mapping;
    PMDL mdl;          /* what is mapped begins there, */
    ULONG64 offset;    /* with that byte of it */
    ULONG mapped;      /* bytes from there on */
    BOOLEAN is_copied; /* all of it is in the registers' memory, not only what is out of reach */
};

/*
 * Asks for map registers. routine is called at DISPATCH_LEVEL when there are enough, after those
 * who asked before: now, or later. STATUS_INSUFFICIENT_RESOURCES: there never will be, or is_now
 * is set and there are not. The room for elements is reserved by the caller.
 */
NTSTATUS dma_request(struct dma_grant *grant, BOOLEAN is_now);
/* Takes a request back whose turn has not come, and returns it; NULL: there is none. */
struct dma_grant *dma_cancel_request(struct dma_adapter *adapter, PVOID transfer_context);
/* The adapter is nobody's any more; returns whose it was. dma_grant_next follows. */
struct dma_grant *dma_free_adapter(struct dma_adapter *adapter);
/* The registers are nobody's, nor what is mapped mapped. Frees the grant. dma_grant_next follows.
 */
VOID dma_free_registers(struct dma_grant *grant);
/* Grants what others wait for. */
VOID dma_grant_next(struct dma_adapter *adapter);

/* ---- elements.c ------------------------------------------------------------------------ */

/* A place in a chain of MDLs. */
struct dma_place {
    PMDL mdl;
    ULONG64 offset; /* in mdl */
};

/* The offset of an address that a driver gives; before the MDL's is bug check. */
ULONG64 dma_offset_of(PMDL mdl, PVOID address);
/* The place, if there is something, and its pages are locked; else bug check. */
struct dma_place dma_check_place(PMDL mdl, ULONG64 offset, ULONG length);
/* FALSE: the chain ends before offset + length. */
BOOLEAN dma_find_place(PMDL mdl, ULONG64 offset, ULONG length, struct dma_place *place);
/* The pages that length bytes from there on are on, each MDL's counted by itself. */
ULONG dma_span(struct dma_place place, ULONG length);
/* Sets where the grant's mapping begins, of which length bytes are to be mapped first. */
VOID dma_place_grant(struct dma_grant *grant, struct dma_place place, ULONG length);
/* How many bytes after the grant's beginning a place is. FALSE: it is not after it. */
BOOLEAN dma_position(const struct dma_grant *grant, struct dma_place place, ULONG64 *position);
/*
 * Makes elements of length bytes from place on, which is position bytes after the grant's
 * beginning; what the device does not reach is in the grant's registers, if these have memory.
 * Stops when there is no room for one more element. *mapped: how many bytes the elements have.
 * Returns how many elements there are.
 */
ULONG dma_make_elements(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                        ULONG length, SCATTER_GATHER_ELEMENT *elements, ULONG room, ULONG *mapped);
/* How many that would be, with room for all. */
ULONG dma_count_elements(const struct dma_grant *grant, struct dma_place place, ULONG length);
/* Copies what of these bytes is in the grant's registers: to them, or from them. */
VOID dma_copy_in(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                 ULONG length);
VOID dma_copy_out(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                  ULONG length);

/* ---- list.c -------------------------------------------------------------------------------- */

/* Forgets a list that was asked for, and was not called for. */
VOID dma_discard_list(struct dma_grant *grant);

/* ---- controller.c --------------------------------------------------------------------------- */

/* What a channel is to do next. */
struct dma_program {
    SCATTER_GATHER_ELEMENT *elements;
    ULONG count;
    ULONG device_offset;                /* added to the device's address */
    BOOLEAN is_write;                   /* to the device */
    PDMA_COMPLETION_ROUTINE completion; /* may be NULL */
    PVOID context;
};

VOID dma_controller_start(VOID);
/* A channel for a description; NULL: the controller has none like that, or there is no memory. */
struct dma_channel *dma_channel_open(struct dma_adapter *adapter,
                                     const DEVICE_DESCRIPTION *description);
VOID dma_channel_close(struct dma_channel *channel);
/* How many elements a program may have. */
ULONG dma_channel_room(const struct dma_channel *channel);
VOID dma_channel_start(struct dma_grant *grant, const struct dma_program *program);
/* Bug check if a transfer is under way. */
VOID dma_channel_check_idle(struct dma_channel *channel);
/* Bytes that are left of the transfer. */
ULONG dma_channel_counter(struct dma_channel *channel);
/* CancelMappedTransfer was called with the context since it was initialized. */
BOOLEAN dma_is_cancelled(PVOID transfer_context);

/* ---- The operations that drivers call --------------------------------------------------- */

NTSTATUS NTAPI dma_allocate_channel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                    ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine,
                                    PVOID Context);
NTSTATUS NTAPI dma_allocate_channel_ex(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                       PVOID DmaTransferContext, ULONG NumberOfMapRegisters,
                                       ULONG Flags, PDRIVER_CONTROL ExecutionRoutine,
                                       PVOID ExecutionContext, PVOID *MapRegisterBase);
BOOLEAN NTAPI dma_cancel_channel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                 PVOID DmaTransferContext);
VOID NTAPI dma_free_adapter_object(PDMA_ADAPTER DmaAdapter, IO_ALLOCATION_ACTION AllocationAction);
VOID NTAPI dma_free_channel(PDMA_ADAPTER DmaAdapter);
VOID NTAPI dma_free_map_registers(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase,
                                  ULONG NumberOfMapRegisters);
PHYSICAL_ADDRESS NTAPI dma_map_transfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                                        PVOID CurrentVa, PULONG Length, BOOLEAN WriteToDevice);
NTSTATUS NTAPI dma_map_transfer_ex(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                                   ULONGLONG Offset, ULONG DeviceOffset, PULONG Length,
                                   BOOLEAN WriteToDevice, PSCATTER_GATHER_LIST ScatterGatherBuffer,
                                   ULONG ScatterGatherBufferLength,
                                   PDMA_COMPLETION_ROUTINE DmaCompletionRoutine,
                                   PVOID CompletionContext);
BOOLEAN NTAPI dma_flush(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa,
                        ULONG Length, BOOLEAN WriteToDevice);
NTSTATUS NTAPI dma_flush_ex(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                            ULONGLONG Offset, ULONG Length, BOOLEAN WriteToDevice);

PVOID NTAPI dma_allocate_common(PDMA_ADAPTER DmaAdapter, ULONG Length,
                                PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled);
PVOID NTAPI dma_allocate_common_ex(PDMA_ADAPTER DmaAdapter, PPHYSICAL_ADDRESS MaximumAddress,
                                   ULONG Length, PPHYSICAL_ADDRESS LogicalAddress,
                                   BOOLEAN CacheEnabled, NODE_REQUIREMENT PreferredNode);
VOID NTAPI dma_free_common(PDMA_ADAPTER DmaAdapter, ULONG Length, PHYSICAL_ADDRESS LogicalAddress,
                           PVOID VirtualAddress, BOOLEAN CacheEnabled);

NTSTATUS NTAPI dma_get_list(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                            PVOID CurrentVa, ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine,
                            PVOID Context, BOOLEAN WriteToDevice);
NTSTATUS NTAPI dma_build_list(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                              PVOID CurrentVa, ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine,
                              PVOID Context, BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                              ULONG ScatterGatherLength);
NTSTATUS NTAPI dma_get_list_ex(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                               PVOID DmaTransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
                               ULONG Flags, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                               BOOLEAN WriteToDevice, PDMA_COMPLETION_ROUTINE DmaCompletionRoutine,
                               PVOID CompletionContext, PSCATTER_GATHER_LIST *ScatterGatherList);
NTSTATUS NTAPI dma_build_list_ex(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                 PVOID DmaTransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
                                 ULONG Flags, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                                 BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                                 ULONG ScatterGatherLength,
                                 PDMA_COMPLETION_ROUTINE DmaCompletionRoutine,
                                 PVOID CompletionContext, PVOID ScatterGatherList);
VOID NTAPI dma_put_list(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather,
                        BOOLEAN WriteToDevice);
NTSTATUS NTAPI dma_calculate_list(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID CurrentVa, ULONG Length,
                                  PULONG ScatterGatherListSize, PULONG NumberOfMapRegisters);
NTSTATUS NTAPI dma_mdl_of_list(PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather,
                               PMDL OriginalMdl, PMDL *TargetMdl);
/* The bytes that a list for so many pages takes; 0: too many. */
ULONG dma_list_bytes(ULONG pages);

NTSTATUS NTAPI dma_cancel_transfer(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext);
