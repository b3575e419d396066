/*
 * Queues: they take requests from the device's dispatch routine or from the driver
 * (forward), and present them: sequentially, in parallel, or on demand.
 *
 *   queue.c           creation, configuration, states
 *   queue_dispatch.c  presenting requests under the right lock and level
 *   queue_cancel.c    cancellation in the queue and of presented requests
 *   queue_find.c      retrieve, find, by file object
 *   io.c              IRPs of read, write, control to requests and their queues
 *   io_progress.c     guaranteed forward progress
 */
#pragma once

#include "callback.h"
#include "request.h"

enum wdf_queue_state {
    WDF_QUEUE_ACCEPTS = 1,    /* takes new requests */
    WDF_QUEUE_DISPATCHES = 2, /* presents requests */
    WDF_QUEUE_DRAINING = 4,   /* idle is reported when it is empty and the driver owns none */
    WDF_QUEUE_PURGING = 8,
    WDF_QUEUE_POWERED = 16, /* power-managed: the device is in D0; else always set */
};

struct wdf_queue {
    struct wdf_object object;
    struct wdf_device *device;
    WDF_IO_QUEUE_CONFIG config;
    struct wdf_callback_lock own_lock;
    struct wdf_callback_lock *callback_lock; /* own_lock, the device's, or NULL: none */
    BOOLEAN is_passive;                      /* callbacks at PASSIVE_LEVEL */
    BOOLEAN is_power_managed;
    BOOLEAN is_default;

    KSPIN_LOCK lock;  /* guards all that follows */
    ULONG state;      /* enum wdf_queue_state */
    LIST_ENTRY link;  /* in device->io.queues, guarded by device->io.lock */
    LIST_ENTRY requests; /* waiting */
    ULONG request_count;
    LIST_ENTRY owned; /* presented, not completed */
    ULONG owned_count;
    BOOLEAN is_dispatching; /* a thread is in wdf_dispatch_queue */
    PKTHREAD dispatcher;
    PFN_WDF_IO_QUEUE_STATE ready; /* WdfIoQueueReadyNotify */
    WDFCONTEXT ready_context;
    PFN_WDF_IO_QUEUE_STATE idle; /* of the stop, drain or purge under way */
    WDFCONTEXT idle_context;
    struct wdf_progress *progress; /* io_progress.c, or NULL */
};

extern const struct wdf_type wdf_type_queue;

/*
 * Queues a received request, at the end or (is_requeue) at the head, and presents what can
 * be. STATUS_WDF_BUSY, STATUS_CANCELLED: still the caller's.
 */
NTSTATUS wdf_queue_request(struct wdf_queue *queue, struct wdf_request *request,
                           BOOLEAN is_requeue);
/* Presents as many waiting requests as may be. Any IRQL <= DISPATCH_LEVEL; never recursive. */
VOID wdf_dispatch_queue(struct wdf_queue *queue);
/* Takes a request that the driver owns off the queue's books (completion, forward). */
VOID wdf_leave_queue(struct wdf_request *request);
/* Power: before the device leaves D0 (EvtIoStop; waits, PASSIVE_LEVEL) and when it is back. */
VOID wdf_stop_queues_for_power(struct wdf_device *device, ULONG stop_flags);
VOID wdf_resume_queues_for_power(struct wdf_device *device);
/* The device is being removed: refuses and purges all; waits. PASSIVE_LEVEL. */
VOID wdf_purge_queues(struct wdf_device *device);
/* A handle is cleaned up: cancels its requests that wait in queues. */
VOID wdf_cancel_file_requests(struct wdf_device *device, PFILE_OBJECT file);
