/*
 * The file system behind the drive letters: a folder of the user's a drive.
 */
#pragma once

#include "iop.h"

/* A drive: the extension of its device. */
struct sandbox_drive {
    struct hal_root *root; /* NULL: the user named no folder */
    BOOLEAN has_windows;   /* it is C: */
    FAST_MUTEX lock;       /* guards nodes and what is in them */
    LIST_ENTRY nodes;      /* of sandbox_node.link: files that are open */
};

/* A file on disk that is open at least once. */
struct sandbox_node {
    LIST_ENTRY link;
    hal_u64 index; /* tells it apart, whatever its name */
    SHARE_ACCESS share;
    ULONG opens;
    BOOLEAN is_deleted; /* goes with the last handle */
};

/* One open of it: FILE_OBJECT.FsContext. */
struct sandbox_file {
    struct hal_file *file;
    struct sandbox_node *node;
    BOOLEAN is_directory;
    CHAR path[1024]; /* UTF-8, below the root, without a leading '/' */
};

static inline struct sandbox_drive *sandbox_drive_of(PDEVICE_OBJECT device)
{
    return device->DeviceExtension;
}

/*
 * Turns a name ("\dir\file") into a path ("dir/file"). STATUS_OBJECT_NAME_INVALID
 * if it is too long.
 */
NTSTATUS sandbox_path(PCWSTR name, SIZE_T bytes, PSTR path, SIZE_T size);

/* ---- sandbox_windows.c ------------------------------------------------------ */

/* Is path (as in struct sandbox_file) one of the folders that every Windows has? */
BOOLEAN sandbox_is_windows_folder(const struct sandbox_drive *drive, PCSTR path);
/* Does it name something directly in one of them, but none of them? */
BOOLEAN sandbox_is_in_windows_folder(const struct sandbox_drive *drive, PCSTR path);
/* Makes those of them that path is, or is below; what fails then is its opening. */
VOID sandbox_make_windows_folders(struct sandbox_drive *drive, PCSTR path);
/* \SystemRoot. */
NTSTATUS sandbox_link_system_root(VOID);

/* ---- sandbox_file.c --------------------------------------------------------- */

/* The requests on an open file. */
NTSTATUS sandbox_transfer(struct sandbox_drive *drive, PIRP irp, PIO_STACK_LOCATION location);
NTSTATUS sandbox_query(PIRP irp, PIO_STACK_LOCATION location);
NTSTATUS sandbox_set(struct sandbox_drive *drive, PIRP irp, PIO_STACK_LOCATION location);
