/*
 * I/O targets: the driver below, another device, the own device's queues.
 *
 *   target.c          common: states, the requests sent and those that wait
 *   target_local.c    the default target of a device
 *   target_remote.c   open by name, file or device; close, remove notifications
 *   target_format.c   descriptor kind by target's method -> IRP (the conversion matrix)
 *   target_sync.c     WdfIoTargetSend...Synchronously
 *   target_self.c     the own device's queues
 */
#pragma once

#include "request.h"

/* The method by which the target device takes reads and writes. */
enum wdf_target_io_type { WDF_TARGET_BUFFERED, WDF_TARGET_DIRECT, WDF_TARGET_NEITHER };

struct wdf_target {
    struct wdf_object object;
    PDEVICE_OBJECT owner;         /* the device object below which it is; stack size comes from target */
    PDEVICE_OBJECT target;        /* IRPs go to it; referenced if remote */
    PDEVICE_OBJECT target_pdo;    /* likewise, may be NULL */
    PFILE_OBJECT file;            /* for the IRPs; referenced, may be NULL */
    HANDLE file_handle;           /* of an open by name */
    enum wdf_target_io_type io_type;
    BOOLEAN is_remote, is_self;

    KSPIN_LOCK lock;         /* guards all that follows */
    WDF_IO_TARGET_STATE state;
    LIST_ENTRY sent;         /* of wdf_request.target_link: with the target's driver */
    LIST_ENTRY waiting;      /* likewise: sent while stopped */
    LONG io_count;           /* sent and not yet through their completion routine, + 1 while it lives */
    KEVENT no_io;            /* set when io_count is 0 */
    struct wdf_remote *remote; /* target_remote.c, or NULL */
};

extern const struct wdf_type wdf_type_target, wdf_type_target_remote, wdf_type_target_self;

/* The device's default target, made with it, and its states as the device's power and PnP go. */
NTSTATUS wdf_make_local_target(struct wdf_device *device, struct wdf_target **target);
VOID wdf_start_local_target(struct wdf_device *device);
/* Waits for what was sent as action says. PASSIVE_LEVEL. */
VOID wdf_stop_local_target(struct wdf_device *device, WDF_IO_TARGET_SENT_IO_ACTION action);
VOID wdf_remove_local_target(struct wdf_device *device);
