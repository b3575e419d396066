/*
 * DMA: what a device may touch of memory, and how it is told.
 *
 * Each device has a domain: its own bus address space, which holds what is mapped for it now
 * and nothing else. A bus address is the physical address of the memory behind it; for a device
 * that is too narrow for it, that of a bounce buffer. Adapters (IoGetDmaAdapter) map and unmap;
 * the device, simulated, reads and writes through dma_domain_read and dma_domain_write.
 *
 *   domain.c       domains, mappings, accesses of devices
 *   violation.c    what becomes of an access outside of what is mapped
 *   adapter.c      IoGetDmaAdapter, the tables of operations
 *   elements.c     from an MDL's frames to elements; bounce buffers
 *   grant.c        map registers, and who waits for them
 *   list.c         scatter/gather lists
 *   channel.c      channels, MapTransfer
 *   common.c       common buffers
 *   controller.c   system DMA: the controller that moves bytes for devices without an engine
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../mm/mm.h"

struct dma_domain;

/* What a device may do with mapped memory. */
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
 * (dma_ignore_violations): what comes before that is done, of the rest nothing is written, and
 * what is read is all ones. Else that is bug check DRIVER_VERIFIER_DMA_VIOLATION: 0x26, the PDO,
 * the first address that is not mapped, and enum dma_access.
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

/* ---- controller.c: devices without a DMA engine -------------------------------------- */

struct dma_line;

/* How the controller gets at a device's data. Called at DISPATCH_LEVEL, under a lock: no waiting.
 */
struct dma_line_operations {
    /* The device takes up to count bytes; returns how many, 0: it is not ready. */
    ULONG (*take)(PVOID context, const VOID *from, ULONG count);
    /* It gives up to count bytes; likewise. */
    ULONG (*give)(PVOID context, PVOID to, ULONG count);
};

/*
 * Connects a device to a request line (of version 3; else the ISA channel's number); the first
 * device at a line has it. STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS dma_line_attach(ULONG number, const struct dma_line_operations *operations, PVOID context,
                         struct dma_line **line);
VOID dma_line_detach(struct dma_line *line);
/* The device is ready for more. IRQL <= DISPATCH_LEVEL; not from within its operations. */
VOID dma_line_ready(struct dma_line *line);

/* ---- For the framework ----------------------------------------------------------- */

/*
 * Whose transfer a scatter/gather list, or what is mapped with a map register base, is: reports
 * name it. kind is a string for good ("WDFDMATRANSACTION"), owner a handle.
 */
VOID dma_name_list(PSCATTER_GATHER_LIST list, PCSTR kind, ULONG64 owner);
VOID dma_name_registers(PVOID map_register_base, PCSTR kind, ULONG64 owner);
