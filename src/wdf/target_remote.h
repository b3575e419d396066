/*
 * What a target has that is opened: target_remote.c, target_notify.c.
 */
#pragma once

#include "device.h"

enum wdf_remote_state {
    WDF_REMOTE_CLOSED,
    WDF_REMOTE_OPENING, /* one thread opens it */
    WDF_REMOTE_OPEN,
    WDF_REMOTE_CLOSING, /* one thread closes it */
};

struct wdf_remote {
    enum wdf_remote_state state; /* under target->lock */
    KEVENT settled;              /* set while nobody opens or closes it */
    /* Of the last open; the opener's. Strings and buffers are the copies below. */
    WDF_IO_TARGET_OPEN_PARAMS params;
    UNICODE_STRING name; /* in pool */
    PVOID ea;            /* in pool, or NULL */
    LONGLONG allocation_size;
    PVOID notification; /* of IoRegisterPlugPlayNotification, or NULL; atomic exchanges */
};

/*
 * Hears what happens to the device that the target's file is open on: the driver's callbacks
 * are called, or the target closed and opened again. Without a file or a PnP device: nothing.
 */
VOID wdf_start_notification(struct wdf_target *target);
/*
 * What was started, to be dropped once the target is settled: that waits for callbacks under
 * way, which may wait for the target to be settled. NULL: nothing.
 */
PVOID wdf_take_notification(struct wdf_target *target);
VOID wdf_drop_notification(PVOID entry);
