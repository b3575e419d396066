/*
 * The transfer driver on UMDF 2: devices of the same names and control codes as ../sys, each a
 * Plug and Play device of its own, in a driver host.
 */
#pragma once

#include <windows.h>
#include <winioctl.h>
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

/* One buffer of a request. */
typedef struct _TRANSFER_BUFFER {
    PUCHAR Address; /* NULL if there are no bytes */
    size_t Length;
} TRANSFER_BUFFER, *PTRANSFER_BUFFER;

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD TransferDeviceAdd;
EVT_WDF_IO_QUEUE_IO_READ TransferRead;
EVT_WDF_IO_QUEUE_IO_WRITE TransferWrite;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL TransferControl;
