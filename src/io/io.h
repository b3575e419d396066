/*
 * The I/O manager's private side.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../ke/ke.h"
#include "../mm/mm.h"
#include "../ob/ob.h"

NTSTATUS io_start(VOID);
VOID io_stop(VOID);
/*
 * What io_stop does for the drivers, for a process that is about to exit: the
 * program's other threads may be anywhere, so nothing that they use goes away.
 */
VOID io_end(VOID);

/* What a reason may take: with all the names that a driver misses. */
#define IO_REASON_BYTES 4096

/*
 * This system is a driver host's: from now on it loads UMDF drivers, and no others; without it,
 * others and no UMDF drivers. Before the first driver is loaded.
 */
VOID io_be_host(VOID);
/*
 * Loads a driver: its shared object, its key
 * \Registry\Machine\System\CurrentControlSet\Services\<name>, its DriverEntry.
 * On failure nothing is left of it. reason receives a sentence that names the
 * thing and the remedy (may be NULL).
 * STATUS_IMAGE_ALREADY_LOADED, STATUS_OBJECT_NAME_NOT_FOUND (no file),
 * STATUS_PROCEDURE_NOT_FOUND (names missing), STATUS_DRIVER_UNABLE_TO_LOAD
 * (no
 * DriverEntry, bad file, a driver of the other kind), or what DriverEntry returned.
 */
NTSTATUS io_load_driver(PCUNICODE_STRING name, PCSTR path, PDRIVER_OBJECT *driver, PSTR reason,
                        SIZE_T reason_size);
/*
 * Loads its shared object alone, for a process that soon may open no files any more;
 * io_load_driver then takes it.
 */
NTSTATUS io_preload_driver(PCUNICODE_STRING name, PCSTR path, PSTR reason, SIZE_T reason_size);
/*
 * What a host's driver wants opened. Access is checked for whom the thread acts, and drivers see
 * the request of a program, but name and extended attributes are the kernel's memory.
 */
struct io_user_open {
    UNICODE_STRING name;
    ACCESS_MASK access;
    ULONG object_attributes; /* OBJ_CASE_INSENSITIVE, or 0 */
    ULONG file_attributes, share, disposition, options;
    LARGE_INTEGER allocation_size;
    PVOID ea;
    ULONG ea_length;
};
/* *handle is of the system's, *file is referenced. Statuses of NtCreateFile. PASSIVE_LEVEL. */
NTSTATUS io_open_for_user(const struct io_user_open *what, PHANDLE handle, PFILE_OBJECT *file,
                          PULONG_PTR information);
/*
 * In a driver host: absolute names are opened on a device that make returns, with the whole name
 * as the file's, instead of here. A device whose file was not opened is deleted.
 */
VOID io_open_elsewhere(NTSTATUS (*make)(PDEVICE_OBJECT *device));
/*
 * A file on a device for whoever sends it requests of his own, create, cleanup and close
 * included: nobody is told when it goes. flags of FILE_OBJECT.Flags; those of its life are left
 * out.
 */
NTSTATUS io_make_mute_file(PDEVICE_OBJECT device, PCUNICODE_STRING name, ULONG flags,
                           PFILE_OBJECT *file);
/*
 * Unloads it: STATUS_INVALID_DEVICE_REQUEST if it has no DriverUnload,
 * STATUS_DEVICE_BUSY... as NtUnloadDriver. Leaks are reported.
 */
NTSTATUS io_unload_driver(PDRIVER_OBJECT driver);
/* The driver whose code holds pc, or NULL; no reference. For reports: at any IRQL, under any lock.
 */
PDRIVER_OBJECT io_driver_of_code(ULONG64 pc);
/* Finds a loaded driver by name ("sioctl"); referenced. */
NTSTATUS io_find_driver(PCUNICODE_STRING name, PDRIVER_OBJECT *driver);

/*
 * What the PnP manager keeps for a physical device object, NULL for others; the PnP manager
 * guards it.
 */
PVOID *io_device_node(PDEVICE_OBJECT device);
/*
 * From here on the whole pages of direct buffers of at least so many bytes are lent, in requests
 * that are sent to this device or to what will be attached above it (mm_probe_and_lock_for).
 * MAXULONG: none. Before anything is attached.
 */
VOID io_set_lender(PDEVICE_OBJECT device, struct mm_lender *lender, ULONG transfer_bytes,
                   ULONG control_bytes);
/*
 * While a device is blocked its opens fail with STATUS_NO_SUCH_DEVICE: it starts, or it goes.
 * Returns how many files are open on it.
 */
LONG io_block_device(PDEVICE_OBJECT device, BOOLEAN is_blocked);
/* Calls idle(device) when the last file on a blocked device is closed. PASSIVE_LEVEL. */
VOID io_on_device_idle(VOID (*idle)(PDEVICE_OBJECT device));
/*
 * Calls stop when the system stops, once the program's handles are closed and before drivers
 * are unloaded; forgotten by io_stop.
 */
VOID io_on_stop(VOID (*stop)(VOID));

/* Cancels what the thread has sent and waits for it; a ke_thread_ended. */
VOID io_cancel_thread_irps(PKTHREAD thread);

/* Describes an IRP and its stack locations into text, for the bug check report. */
VOID io_describe_irp(PIRP irp, PSTR text, SIZE_T size);
