/*
 * DMA in the framework: what a device can do, and the transactions that do it.
 *
 *   dma_enabler.c      WDFDMAENABLER: profiles, limits, adapters
 *   dma_power.c        enablers while their device goes up and down
 *   dma_transaction.c  WDFDMATRANSACTION: its states, initializing and releasing
 *   dma_transfer.c     one transfer after the other: execution and completion
 *   dma_packet.c       profiles that map one transfer at a time: packet, system
 *   dma_reserve.c      map registers that a transaction keeps; cancelling, stopping
 *   dma_api.c          questions and settings
 *   common_buffer.c    WDFCOMMONBUFFER
 */
#pragma once

#include "../dma/dma.h"
#include "device.h"
#include "request.h"

/* The adapter of a direction, or of both. */
struct wdf_dma_adapter {
    PDMA_ADAPTER adapter; /* NULL: a system profile's that is not configured yet */
    ULONG registers;      /* that a transfer may use */
    SIZE_T fragment;      /* bytes of the largest transfer */
    ULONG list_bytes;     /* for a list of such a transfer's elements */
};

/* How far an enabler's way into D0 got. */
enum wdf_dma_power {
    WDF_DMA_DOWN,
    WDF_DMA_FILL_FAILED,
    WDF_DMA_ENABLE_FAILED,
    WDF_DMA_START_FAILED,
    WDF_DMA_UP,
};

struct wdf_dma_enabler {
    struct wdf_object object;
    WDF_DMA_ENABLER_CONFIG config;
    LIST_ENTRY link; /* in wdf_device.dma_enablers, under the device's object lock */
    BOOLEAN is_scatter_gather, is_duplex, is_system;
    BOOLEAN requires_single; /* transactions are one transfer, unless they say otherwise */
    ULONG version;           /* of the WDM interface: what the driver may ask of transactions */
    ULONG alignment;         /* of common buffers: a mask */
    SIZE_T maximum_elements;
    enum wdf_dma_power power;           /* whose turn it is to power the device has it */
    struct wdf_dma_adapter adapters[2]; /* by direction; not duplex: the first for both */
};

/* The numbers are those that WDF_VIOLATION reports. */
enum wdf_dma_state {
    WDF_DMA_CREATED = 1,
    WDF_DMA_RESERVED = 2, /* has or waits for resources that it asked for beforehand */
    WDF_DMA_INITIALIZED = 3,
    WDF_DMA_TRANSFER = 4, /* between execution and its end */
    WDF_DMA_COMPLETED = 5,
    WDF_DMA_FAILED = 6,
    WDF_DMA_RELEASED = 7,
    WDF_DMA_DELETED = 8,
};

struct wdf_dma_transaction {
    struct wdf_object object;
    struct wdf_dma_enabler *enabler;
    LONG state;                      /* enum wdf_dma_state; atomic */
    struct wdf_dma_adapter *adapter; /* of its direction; NULL when released */
    WDF_DMA_DIRECTION direction;
    BOOLEAN is_single;           /* one transfer, or none */
    BOOLEAN is_immediate;        /* map registers are there, or it fails */
    struct wdf_request *request; /* or NULL */
    WDFREQUEST request_handle;
    BOOLEAN holds_request; /* its memory is in use by this transaction */
    PFN_WDF_PROGRAM_DMA program;
    PVOID context; /* program's */

    PMDL mdl;           /* where the buffer begins, */
    SIZE_T offset;      /* with that byte of it */
    SIZE_T length;      /* bytes */
    SIZE_T remaining;   /* that no transfer was started for */
    SIZE_T transferred; /* in transfers that have been completed */
    SIZE_T maximum;     /* of a transfer */
    SIZE_T current;     /* of the transfer that runs, 0 if none does */
    SIZE_T begin;       /* packet and system: where that begins, from mdl on; */
    BOOLEAN is_mapped;  /* it is */

    /* Scatter-gather profiles: the transfer's list, and where it is built. */
    PSCATTER_GATHER_LIST list; /* NULL: none is mapped */
    PVOID list_buffer;         /* NULL: the adapter allocates one each time */
    ULONG list_bytes;

    /* Packet and system profiles: dma_packet.c. */
    KSPIN_LOCK lock;           /* guards the five that follow */
    BOOLEAN is_staging;        /* a thread maps and programs a transfer */
    BOOLEAN stages_again;      /* that one has ended meanwhile, and another is due */
    BOOLEAN has_ended;         /* the controller has ended it meanwhile, */
    DMA_COMPLETION_STATUS end; /* with this status */
    BOOLEAN is_stopped;        /* WdfDmaTransactionStopSystemTransfer was called */
    PVOID base;                /* the map registers, NULL: none */
    ULONG registers;           /* of base */
    ULONG reserved;            /* that were asked for beforehand; 0: none */
    PFN_WDF_RESERVE_DMA reserve;
    PVOID reserve_context;
    PFN_WDF_DMA_TRANSACTION_CONFIGURE_DMA_CHANNEL configure;
    PVOID configure_context;
    PFN_WDF_DMA_TRANSACTION_DMA_TRANSFER_COMPLETE complete;
    PVOID complete_context;
    ULONG device_offset;
    SCATTER_GATHER_LIST packet; /* room for one element */

    DECLSPEC_ALIGN(16) UCHAR transfer_context[DMA_TRANSFER_CONTEXT_SIZE_V1];
};

extern const struct wdf_type wdf_type_dma_enabler, wdf_type_dma_transaction;

static inline struct wdf_dma_enabler *wdf_dma_enabler_of(WDFDMAENABLER handle, PCSTR function)
{
    return (struct wdf_dma_enabler *)wdf_object_of(handle, &wdf_type_dma_enabler, function);
}

static inline struct wdf_dma_transaction *wdf_dma_transaction_of(WDFDMATRANSACTION handle,
                                                                 PCSTR function)
{
    return (struct wdf_dma_transaction *)wdf_object_of(handle, &wdf_type_dma_transaction, function);
}

static inline struct wdf_dma_adapter *wdf_dma_adapter_for(struct wdf_dma_enabler *enabler,
                                                          WDF_DMA_DIRECTION direction)
{
    return &enabler->adapters[enabler->is_duplex && direction == WdfDmaDirectionWriteToDevice];
}

static inline BOOLEAN wdf_is_dma_direction(WDF_DMA_DIRECTION direction)
{
    return direction == WdfDmaDirectionReadFromDevice || direction == WdfDmaDirectionWriteToDevice;
}

static inline PDMA_OPERATIONS wdf_dma_operations(const struct wdf_dma_transaction *transaction)
{
    return transaction->adapter->adapter->DmaOperations;
}

/* ---- dma_power.c ------------------------------------------------------------------- */

/* The enablers' callbacks on the device's way into D0, and out of it. PASSIVE_LEVEL. */
NTSTATUS wdf_enable_dma(struct wdf_device *device);
NTSTATUS wdf_disable_dma(struct wdf_device *device);

/* ---- dma_transaction.c --------------------------------------------------------------- */

/* WDF_DMA_FATAL_ERROR: the transaction is in a state that function does not take. */
VOID wdf_dma_wrong_state(struct wdf_dma_transaction *transaction, PCSTR function)
    __attribute__((noreturn));
static inline enum wdf_dma_state wdf_dma_state(const struct wdf_dma_transaction *transaction)
{
    return (enum wdf_dma_state)__atomic_load_n(&transaction->state, __ATOMIC_ACQUIRE);
}
static inline VOID wdf_dma_set_state(struct wdf_dma_transaction *transaction,
                                     enum wdf_dma_state state)
{
    __atomic_store_n(&transaction->state, state, __ATOMIC_RELEASE);
}
/* The place in a chain of MDLs that is offset bytes behind the start of mdl; FALSE: it ends. */
BOOLEAN wdf_dma_find(PMDL *mdl, PSIZE_T offset);
/* The pages of length bytes from there on, each MDL's by itself. FALSE: the chain ends before. */
BOOLEAN wdf_dma_span(PMDL mdl, SIZE_T offset, SIZE_T length, PULONG pages);
/* The request may be completed again; who it is stays known. */
VOID wdf_dma_let_request_go(struct wdf_dma_transaction *transaction);
/* The transaction that a request which was completed too early is in use by, or NULL. */
WDFDMATRANSACTION wdf_dma_user_of(struct wdf_request *request);
/* Unmaps the list of the transfer that has ended, if there is one. */
VOID wdf_dma_put_list(struct wdf_dma_transaction *transaction);
/* What is mapped is unmapped, and map registers are given up, but for those asked for beforehand
 * unless is_all. */
VOID wdf_dma_release_resources(struct wdf_dma_transaction *transaction, BOOLEAN is_all);
/* As new, but for what it is made of. */
VOID wdf_dma_reset(struct wdf_dma_transaction *transaction, BOOLEAN is_all);
/* ---- dma_transfer.c ------------------------------------------------------------------- */

/* How a driver completes a transfer. */
enum wdf_dma_completion { WDF_DMA_FULL, WDF_DMA_PARTIAL, WDF_DMA_FINAL };

/* ---- dma_packet.c ---------------------------------------------------------------------- */

/* Asks for map registers, if it has none, and then stages the first transfer, or calls reserve. */
NTSTATUS wdf_dma_start_packet(struct wdf_dma_transaction *transaction);
/* Maps the next transfer and has the driver program it. */
NTSTATUS wdf_dma_stage_packet(struct wdf_dma_transaction *transaction);
/* Unmaps the transfer that has ended. */
VOID wdf_dma_flush_packet(struct wdf_dma_transaction *transaction);
VOID wdf_dma_free_packet(struct wdf_dma_transaction *transaction);
