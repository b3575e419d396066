#pragma once

#include <ntddk.h>
#include <wdf.h>

#include "../public.h"
#include "../registers.h"

#define ENGINE_LONGEST (64u * 1024 * 1024)
#define ENGINE_ELEMENTS                                                                            \
    (ENGINE_LONGEST / PAGE_SIZE + 1) /* of a buffer that begins within a page                      \
                                      */

typedef struct _ENGINE_CONTEXT {
    PUCHAR Registers;
    WDFINTERRUPT Interrupt;
    WDFDMAENABLER Enabler;
    WDFCOMMONBUFFER List; /* where the engine fetches elements from */
    WDFDMATRANSACTION Transaction;
    WDFQUEUE Queue;   /* one transfer at a time */
    WDFQUEUE Control; /* questions */
    WDFQUEUE Pinned;  /* requests that are kept for the sake of their pages */
    ULONG Status;     /* what the service routine found; under the interrupt's lock */
    ENGINE_LAST Last; /* for IOCTL_ENGINE_LAST */
} ENGINE_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(ENGINE_CONTEXT, EngineContext)

/* Registers are read and written through these, never through a pointer. */
static inline ULONG EngineRead(ENGINE_CONTEXT *Context, ULONG Offset)
{
    return READ_REGISTER_ULONG((PULONG)(Context->Registers + Offset));
}

static inline VOID EngineWrite(ENGINE_CONTEXT *Context, ULONG Offset, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Context->Registers + Offset), Value);
}

static inline VOID EngineWrite64(ENGINE_CONTEXT *Context, ULONG Offset, ULONG64 Value)
{
    WRITE_REGISTER_ULONG64((PULONG64)(Context->Registers + Offset), Value);
}

/* hardware.c */
EVT_WDF_DEVICE_PREPARE_HARDWARE EnginePrepareHardware;
EVT_WDF_DEVICE_RELEASE_HARDWARE EngineReleaseHardware;
NTSTATUS EngineCreateInterrupt(WDFDEVICE Device);

/* transfer.c */
NTSTATUS EngineCreateDma(WDFDEVICE Device);
EVT_WDF_IO_QUEUE_IO_READ EngineIoRead;
EVT_WDF_IO_QUEUE_IO_WRITE EngineIoWrite;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL EngineIoControl;
/* The engine has said, by its status, that a transfer is over. DISPATCH_LEVEL. */
VOID EngineTransferDone(WDFDEVICE Device, ULONG Status);
