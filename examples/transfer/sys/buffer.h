/*
 * A request's buffer, however it came: one address to use, and a trace of how
 * that address relates to the program's.
 */
#pragma once

#include "transfer.h"

typedef struct _TRANSFER_BUFFER {
    PUCHAR Address;       /* for the driver's use; NULL if the length is 0 */
    PVOID ProgramAddress; /* NULL if the driver is not told */
    PMDL OwnMdl;          /* made by BufferOpenNeither, else NULL */
} TRANSFER_BUFFER, *PTRANSFER_BUFFER;

/* The data buffer of a read or write, by the device's flags. */
NTSTATUS BufferOpenReadWrite(PTRANSFER_BUFFER Buffer, PDEVICE_OBJECT DeviceObject, PIRP Irp,
                             ULONG Length, LOCK_OPERATION Operation);

/* A buffer that an MDL of the I/O manager's describes. */
NTSTATUS BufferOpenMdl(PTRANSFER_BUFFER Buffer, PMDL Mdl);

/*
 * A buffer of which there is only the program's own address: its pages are
 * locked and mapped. In the program's thread only.
 */
NTSTATUS BufferOpenNeither(PTRANSFER_BUFFER Buffer, PVOID ProgramAddress, ULONG Length,
                           LOCK_OPERATION Operation);

VOID BufferClose(PTRANSFER_BUFFER Buffer);

/* Remembers the buffer's addresses and pages for IOCTL_TRANSFER_TRACE. */
VOID BufferTrace(PTRANSFER_BUFFER Buffer, PFILE_OBJECT FileObject);

VOID PatternFill(PUCHAR Address, ULONG Length, ULONGLONG Offset);
BOOLEAN PatternCheck(const UCHAR *Address, ULONG Length, ULONGLONG Offset);
