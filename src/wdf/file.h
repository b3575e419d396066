/*
 * WDFFILEOBJECT: an open handle of a device.
 */
#pragma once

#include "object.h"

struct wdf_file {
    struct wdf_object object;
    struct wdf_device *device;
    PFILE_OBJECT file; /* the I/O manager's; may be NULL for an exclusive device */
    ULONG opener;      /* the id of the process that opened it */
    LIST_ENTRY link;   /* in device->files.files, guarded by its lock */
};

extern const struct wdf_type wdf_type_file;

/* The object of a file that is being opened; NULL if the driver wants none. */
NTSTATUS wdf_make_file(struct wdf_device *device, PFILE_OBJECT file_object, struct wdf_file **made);
/* Nothing if it has none. */
VOID wdf_destroy_file(struct wdf_device *device, PFILE_OBJECT file_object);

static inline struct wdf_file *wdf_file_of(WDFFILEOBJECT handle, PCSTR function)
{
    return (struct wdf_file *)wdf_object_of(handle, &wdf_type_file, function);
}
