/*
 * Work for a system worker thread that belongs to an object: WDFWORKITEM, and callbacks that
 * need PASSIVE_LEVEL. Queued while it waits to run, it runs once; queued while it runs, once
 * more.
 */
#pragma once

#include "object.h"

struct wdf_work {
    struct wdf_object *owner;
    VOID (*routine)(struct wdf_object *owner);
    WORK_QUEUE_ITEM item;
    KSPIN_LOCK lock;     /* guards what follows */
    BOOLEAN is_queued;   /* to run, or to run again */
    BOOLEAN is_closed;   /* it is never queued again */
    BOOLEAN is_orphaned; /* closed by its own routine: the thread that runs it has a reference */
    PKTHREAD thread;     /* that runs it, or NULL; atomic, as others ask whether it is them */
    KEVENT idle;         /* set while it is neither queued nor running */
};

VOID wdf_initialize_work(struct wdf_work *work, struct wdf_object *owner,
                         VOID (*routine)(struct wdf_object *owner));
/* FALSE if it was queued already, or closed. IRQL <= DISPATCH_LEVEL. */
BOOLEAN wdf_queue_work(struct wdf_work *work);
/* Waits until it is idle; does not, and returns FALSE, in its own thread. PASSIVE_LEVEL. */
BOOLEAN wdf_wait_for_work(struct wdf_work *work);
/*
 * From its owner's dispose: lets it finish. In its own thread it does not wait; the owner
 * then stays until the routine has returned.
 */
VOID wdf_close_work(struct wdf_work *work);
