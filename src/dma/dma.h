/*
 * DMA: what a device may touch of memory, and how it is told.
 *
 * Each device has a domain: its own bus address space, which holds what is mapped for it now
 * and nothing else. A bus address is the physical address of the memory behind it; for a device
 * that is too narrow for it, that of a bounce buffer. Adapters (IoGetDmaAdapter) map and unmap;
 * the device, simulated, reads and writes through dma_domain_read and dma_domain_write.
 *
 *   domain.c      domains, mappings, accesses of devices
 *   violation.c   what becomes of an access outside of what is mapped
 *   adapter.c     IoGetDmaAdapter, the tables of operations
 *   list.c        scatter/gather lists
 *   channel.c     map registers, channels, MapTransfer
 *   common.c      common buffers
 *   controller.c  system DMA: the controller that moves bytes for devices without an engine
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../mm/mm.h"

struct dma_domain;

/* What the device may do with mapped memory. */
enum dma_access {
    DMA_DEVICE_READS = 1,  /* the driver writes to the device */
    DMA_DEVICE_WRITES = 2, /* the driver reads from the device */
};

/* Before pnp_start; dma_stop after the drivers have been unloaded. */
NTSTATUS dma_start(VOID);
VOID dma_stop(VOID);

/* ---- domain.c: for device models ------------------------------------------- */

/*
 * The domain of the device that pdo stands for, made if it has none yet; referenced. NULL stands
 * for all of the devices that no bus reports. A bus driver that has a model behind the device
 * holds a reference from when it makes the PDO to when the device is gone for good; adapters have
 * theirs. STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS dma_domain_of(PDEVICE_OBJECT pdo, struct dma_domain **domain);
VOID dma_domain_release(struct dma_domain *domain);
/* The PDO is gone; from now on another one at that address gets another domain. */
VOID dma_domain_orphan(struct dma_domain *domain);

/*
 * The device reads, or writes, bytes at a bus address. Called from any thread, of the kernel's or
 * not, at any IRQL <= DISPATCH_LEVEL, with no lock held that a driver may want; never sleeps for
 * long. The access may go on from one mapping into the next if their bus addresses follow each
 * other, and no mapping it touches goes away before it is done. It costs one look-up a run of
 * memory, not one a page.
 *
 * TRUE: done. FALSE: some of it is not mapped, or not for that, and violations are ignored
 * (dma_ignore_violations): then nothing is written, and what is read is all ones. Else that is
 * bug check DRIVER_VERIFIER_DMA_VIOLATION: 0x26, the PDO, the first address that is not mapped,
 * and enum dma_access.
 */
BOOLEAN dma_domain_read(struct dma_domain *domain, ULONG64 address, PVOID to, SIZE_T bytes);
BOOLEAN dma_domain_write(struct dma_domain *domain, ULONG64 address, const VOID *from,
                         SIZE_T bytes);

/*
 * What an access outside of what is mapped does from now on: TRUE, it is logged and ignored;
 * FALSE, bug check. It begins as NTIO_DMA_VIOLATIONS says: "ignore", or bug check.
 */
VOID dma_ignore_violations(BOOLEAN ignore);
/* How many were ignored since the start. */
ULONG64 dma_violations(VOID);

/* ---- domain.c: for adapters --------------------------------------------------- */

/* Bytes that a device sees in one piece. */
struct dma_run {
    ULONG64 address;  /* on the bus */
    ULONG64 physical; /* of the memory */
    ULONG64 bytes;
};

/* Runs that are mapped together, for somebody whom reports name. */
struct dma_mapping {
    struct dma_domain *domain;
    ULONG run_count; /* 0: not mapped */
    hal_u32 users;   /* accesses under way; atomic, a futex word */
    PCSTR kind;      /* of owner: "WDFDMATRANSACTION"; a string for good */
    ULONG64 owner;   /* its handle or address */
};

/*
 * Maps runs for a device; they may overlap what is mapped already. mapping has kind and owner
 * set, and lives until it is unmapped. STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS dma_map(struct dma_domain *domain, struct dma_mapping *mapping, const struct dma_run *runs,
                 ULONG count, ULONG access);
/*
 * Takes it away, if it is mapped, when no access to it is under way any more. The device can
 * then touch its memory no more. IRQL <= DISPATCH_LEVEL.
 */
VOID dma_unmap(struct dma_mapping *mapping);
