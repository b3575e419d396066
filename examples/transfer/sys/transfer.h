/*
 * The transfer driver: devices whose reads, writes and control requests show
 * the three ways of a buffer.
 */
#pragma once

#include <ntddk.h>

#include "../public.h"

typedef struct _TRANSFER_EXTENSION {
    UNICODE_STRING LinkName;
    WCHAR LinkText[64];
    IO_CSQ HeldQueue;
    LIST_ENTRY HeldIrps;   /* guarded by HeldLock */
    KSPIN_LOCK HeldLock;
} TRANSFER_EXTENSION, *PTRANSFER_EXTENSION;

/* What is remembered of the last request on a handle; hangs on FsContext. */
typedef struct _TRANSFER_FILE {
    TRANSFER_TRACE Trace;
} TRANSFER_FILE, *PTRANSFER_FILE;

#define TRANSFER_TAG 'rTrT'

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD TransferUnload;

_Dispatch_type_(IRP_MJ_CREATE) DRIVER_DISPATCH TransferCreate;
_Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH TransferClose;
_Dispatch_type_(IRP_MJ_CLEANUP) DRIVER_DISPATCH TransferCleanup;
_Dispatch_type_(IRP_MJ_READ) DRIVER_DISPATCH TransferRead;
_Dispatch_type_(IRP_MJ_WRITE) DRIVER_DISPATCH TransferWrite;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH TransferControl;

/* held.c */
NTSTATUS HeldInitialize(PTRANSFER_EXTENSION Extension);
NTSTATUS HeldInsert(PTRANSFER_EXTENSION Extension, PIRP Irp);
ULONG HeldRelease(PTRANSFER_EXTENSION Extension, PFILE_OBJECT FileObject, NTSTATUS Status);

NTSTATUS CompleteRequest(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);
