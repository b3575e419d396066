/*
 * The transfer driver on KMDF: the same devices and control codes as ../sys.
 */
#pragma once

#include <ntddk.h>
#include <wdf.h>

#include "../public.h"

typedef struct _DEVICE_CONTEXT {
    WDFQUEUE HeldQueue; /* manual: IOCTL_TRANSFER_HOLD's requests */
} DEVICE_CONTEXT, *PDEVICE_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(DEVICE_CONTEXT, DeviceGetContext)

/* What is remembered of the last request on a handle. */
typedef struct _FILE_CONTEXT {
    TRANSFER_TRACE Trace;
} FILE_CONTEXT, *PFILE_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(FILE_CONTEXT, FileGetContext)

/* The locked buffers of a request whose method is neither. */
typedef struct _REQUEST_CONTEXT {
    BOOLEAN IsNeither;
    WDFMEMORY Input, Output; /* NULL: no bytes that way */
} REQUEST_CONTEXT, *PREQUEST_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(REQUEST_CONTEXT, RequestGetContext)

/* One buffer of a request, however it came. */
typedef struct _TRANSFER_BUFFER {
    PUCHAR Address;       /* for the driver's use; NULL if there are no bytes */
    size_t Length;
    PVOID ProgramAddress; /* NULL if the driver is not told */
} TRANSFER_BUFFER, *PTRANSFER_BUFFER;

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_UNLOAD TransferUnload;
EVT_WDF_IO_IN_CALLER_CONTEXT TransferInCallerContext;
EVT_WDF_IO_QUEUE_IO_READ TransferRead;
EVT_WDF_IO_QUEUE_IO_WRITE TransferWrite;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL TransferControl;

/* buffer.c */
NTSTATUS BufferLockNeither(WDFREQUEST Request);
NTSTATUS BufferGetInput(WDFREQUEST Request, PTRANSFER_BUFFER Buffer);
NTSTATUS BufferGetOutput(WDFREQUEST Request, PTRANSFER_BUFFER Buffer);
VOID BufferTrace(const TRANSFER_BUFFER *Buffer, WDFREQUEST Request);
VOID PatternFill(const TRANSFER_BUFFER *Buffer, ULONGLONG Offset);
BOOLEAN PatternCheck(const TRANSFER_BUFFER *Buffer, ULONGLONG Offset);
