/*
 * The echo driver: what a program writes it, it can read back. A read that finds no
 * message waits for one.
 */
#pragma once

#include <ntddk.h>
#include <wdf.h>
#include <initguid.h>

#include "../public.h"

typedef struct _DEVICE_CONTEXT {
    WDFQUEUE WaitingReads;     /* manual */
    WDFCOLLECTION Messages;    /* of WDFMEMORY, oldest first */
    ECHO_STATISTICS Statistics;
} DEVICE_CONTEXT, *PDEVICE_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(DEVICE_CONTEXT, DeviceGetContext)

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD EchoDeviceAdd;
EVT_WDF_IO_QUEUE_IO_READ EchoRead;
EVT_WDF_IO_QUEUE_IO_WRITE EchoWrite;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL EchoControl;
