/*
 * Queues: they take requests from the device's dispatch routine or from the driver
 * (forward), and present them: sequentially, in parallel, or on demand.
 *
 *   queue.c           creation, configuration, deletion
 *   queue_state.c     start, stop, drain, purge
 *   queue_dispatch.c  the loop that decides what the driver is called for next
 *   queue_present.c   calling it
 *   queue_list.c      insertion, removal, cancellation of requests that wait
 *   queue_cancel.c    requests that the driver has marked cancelable
 *   queue_find.c      retrieve, find, by file object, ready notification
 *   queue_forward.c   forward, requeue
 *   queue_power.c     EvtIoStop, EvtIoResume, removal of the device
 *   io.c              IRPs of read, write, control to requests and their queues
 *   io_progress.c     guaranteed forward progress
 *
 * A request's way: wdf_queue_arrival -> requests -> owned -> (completed: request.c calls
 * wdf_leave_queue) or (forwarded: another queue's wdf_queue_request).
 */
#pragma once

#include "callback.h"
#include "request.h"

enum wdf_queue_state {
    WDF_QUEUE_ACCEPTS = 1,          /* takes new requests */
    WDF_QUEUE_DISPATCHES = 2,       /* presents requests */
    WDF_QUEUE_SHUT_DOWN = 4,        /* the device goes: starting does not make it accept again */
    WDF_QUEUE_CANCELS_RETURNED = 8, /* being purged: what the driver gives back is cancelled */
    WDF_QUEUE_FILLED = 16,          /* it was empty and is not: the ready callback is due */
    WDF_QUEUE_SEEN_EMPTY = 32,      /* so the driver thinks, as what is in it is being cancelled */
    WDF_QUEUE_DELETED = 64,         /* nobody dispatches any more */
};

/* What the dispatch loop has to do before it may present a request: wdf_queue.due. */
enum wdf_queue_due {
    WDF_QUEUE_DUE_CANCEL = 1,   /* EvtRequestCancel for each in cancelled */
    WDF_QUEUE_DUE_CANCELED = 2, /* EvtIoCanceledOnQueue for each in cancelled_waiting */
    WDF_QUEUE_DUE_STOPPED = 4,  /* stopped, once the driver owns no request */
    WDF_QUEUE_DUE_EMPTY = 8,    /* emptied, once there is no request at all */
    WDF_QUEUE_DUE_IDLE = 16,    /* the device may leave D0 for it, once there is no request */
    WDF_QUEUE_DUE_QUIET = 32,   /* quiet, once no callback runs and all stops are acknowledged */
    WDF_QUEUE_DUE_DELETE = 64,  /* gone, once there is no request and nobody in the loop */
};

enum wdf_queue_power {
    WDF_QUEUE_POWER_ON,
    WDF_QUEUE_POWER_HELD,      /* presents nothing; the callbacks under way end */
    WDF_QUEUE_POWER_NOTIFYING, /* EvtIoStop or EvtIoResume is being called: no cancel callbacks */
    WDF_QUEUE_POWER_WAITING,   /* some requests are not acknowledged yet */
    WDF_QUEUE_POWER_OFF,
};

/* A state callback that was asked for, and what it gets. */
struct wdf_queue_callback {
    PFN_WDF_IO_QUEUE_STATE routine; /* NULL: none */
    WDFCONTEXT context;
};

/* An entry in a device's list of queues, guarded by device->io.lock. */
struct wdf_queue_node {
    LIST_ENTRY link;
    struct wdf_queue *queue; /* NULL: marks how far somebody is who walks the list */
};

struct wdf_queue {
    struct wdf_object object;
    struct wdf_device *device;
    WDF_IO_QUEUE_CONFIG config;
    ULONG limit; /* of requests that the driver may own at once */
    struct wdf_callback_lock own_lock;
    struct wdf_callback_lock
        *presentation; /* what WdfObjectAcquireLock takes: own_lock or the device's */
    struct wdf_callback_lock *callback_lock; /* the same if it serializes callbacks, else NULL */
    BOOLEAN is_passive;                      /* callbacks at PASSIVE_LEVEL */
    BOOLEAN is_power_managed;
    BOOLEAN is_power_policy; /* power-managed, and the device's power policy is the driver's */
    BOOLEAN is_default;
    BOOLEAN is_fixed;    /* the default queue, or dispatched to: WdfObjectDelete is refused */
    BOOLEAN is_internal; /* the framework's own: no handle of it is given out */
    struct wdf_queue_node node;    /* in device->io.queues */
    struct wdf_progress *progress; /* io_progress.c, or NULL */

    KSPIN_LOCK lock; /* guards all that follows */
    ULONG state;     /* enum wdf_queue_state */
    ULONG due;       /* enum wdf_queue_due */
    enum wdf_queue_power power;
    /* Threads in the dispatch loop, or about to enter it: they see to what others leave. */
    ULONG dispatching;
    LIST_ENTRY requests; /* waiting, by wdf_request.queue_link */
    ULONG request_count;
    PFILE_OBJECT sought_file; /* of the last search for a file's first request, or NULL */
    PLIST_ENTRY sought;       /* an entry of requests, or that: before it is none for sought_file */
    LIST_ENTRY owned;         /* presented, not completed, likewise */
    ULONG owned_count;        /* also counts those on their way to another queue */
    LIST_ENTRY cancelled, cancelled_waiting; /* of owned ones, by wdf_request.cancel_link */
    ULONG unacknowledged;            /* owned ones whose stop the driver has to acknowledge */
    struct wdf_queue_callback ready; /* WdfIoQueueReadyNotify */
    struct wdf_queue_callback stopped, emptied;
    KEVENT quiet, gone;

    /* The loop in another thread, when the caller's cannot run it. */
    KDPC dpc;
    WORK_QUEUE_ITEM work;
    BOOLEAN is_deferred;  /* dpc or work is queued or runs; the queue stays for it */
    BOOLEAN is_run_again; /* and is to look once more */
};

extern const struct wdf_type wdf_type_queue;

/* With the lock held of the queue that it leaves or enters; others compare and then take that. */
static inline VOID wdf_set_queue(struct wdf_request *request, struct wdf_queue *queue)
{
    __atomic_store_n(&request->queue, queue, __ATOMIC_RELAXED);
}

static inline struct wdf_queue *wdf_queue_of(WDFQUEUE handle, PCSTR function)
{
    return (struct wdf_queue *)wdf_object_of(handle, &wdf_type_queue, function);
}

/* ---- for the rest of the framework ---------------------------------------- */

/* As WdfIoQueueCreate, with config and attributes checked; for the framework's own queues too. */
NTSTATUS wdf_make_queue(struct wdf_device *device, PWDF_IO_QUEUE_CONFIG config,
                        PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_queue **queue);
/*
 * A request whose IRP has just come to the device: marks the IRP pending and sees to the
 * request's end whatever happens (also if the queue does not accept: STATUS_INVALID_DEVICE_STATE).
 * Returns what the dispatch routine is to return.
 */
NTSTATUS wdf_queue_arrival(struct wdf_queue *queue, struct wdf_request *request);
/*
 * Puts a request that the driver owns, and that is in no queue's books, into the queue, at
 * the end or (is_requeue) at the head. STATUS_WDF_BUSY: the queue does not accept, the
 * request is still the driver's. STATUS_SUCCESS: it is the queue's, or cancelled already.
 */
NTSTATUS wdf_queue_request(struct wdf_queue *queue, struct wdf_request *request,
                           BOOLEAN is_requeue);
/*
 * Gives a request that has just come straight to the driver, without a callback: the queue
 * keeps the books for cancelling and forwarding it. STATUS_INVALID_DEVICE_STATE: the queue
 * does not accept; the request is the caller's.
 */
NTSTATUS wdf_own_request(struct wdf_queue *queue, struct wdf_request *request);
/* Presents as many waiting requests as may be. Any IRQL <= DISPATCH_LEVEL. */
VOID wdf_dispatch_queue(struct wdf_queue *queue);
/*
 * Takes a request that the driver owned off its queue's books, which may present the next
 * one: after its IRP was completed (request.c) or sent and forgotten (request_send.c).
 * Nothing if it has no queue.
 */
VOID wdf_leave_queue(struct wdf_request *request);
/* Before an IRP of a request is completed or sent and forgotten: it is not cancelable any more. */
static inline VOID wdf_settle_cancel(struct wdf_request *request);
VOID wdf_unmark_cancelable(struct wdf_request *request);
/* Has the queue a callback for requests of this major function? A manual one takes all. */
BOOLEAN wdf_queue_handles(const struct wdf_queue *queue, UCHAR major);

/* Power: before the device leaves D0 (EvtIoStop; waits, PASSIVE_LEVEL) and when it is back. */
VOID wdf_stop_queues_for_power(struct wdf_device *device);
VOID wdf_resume_queues_for_power(struct wdf_device *device);
/* The device is being removed: refuses and purges all; waits. PASSIVE_LEVEL. */
VOID wdf_purge_queues(struct wdf_device *device);
/* A removed device (PDO) starts again: its queues accept, and wait for power. */
VOID wdf_restart_queues(struct wdf_device *device);
/* A handle is cleaned up: cancels its requests that wait in queues. */
VOID wdf_cancel_file_requests(struct wdf_device *device, PFILE_OBJECT file);
/* A reserved request (WDF_REQUEST_RESERVED) was completed: request.c calls this in place of
 * deleting it, after wdf_leave_queue. io_progress.c. */
VOID wdf_return_reserved(struct wdf_request *request);

static inline VOID wdf_settle_cancel(struct wdf_request *request)
{
    if (request->is_cancelable)
        wdf_unmark_cancelable(request);
}

/* ---- among queue*.c and io*.c ---------------------------------------------- */

/*
 * The lock is held, raised from irql; these release it. FALSE: the queue is deleted.
 * wdf_kick_queue leaves the work to a thread that is in the loop already.
 */
BOOLEAN wdf_run_queue(struct wdf_queue *queue, KIRQL irql, struct wdf_request *arrival);
VOID wdf_kick_queue(struct wdf_queue *queue, KIRQL irql);
/* queue->dpc and queue->work: the loop in a thread that can run it. */
KDEFERRED_ROUTINE wdf_run_from_dpc;
VOID NTAPI wdf_run_from_worker(PVOID queue);

/* Calls the driver for a request that it now owns; ends it if the driver may not see it. */
VOID wdf_present_request(struct wdf_queue *queue, struct wdf_request *request);
/* Around each callback: the queue's lock for callbacks. */
VOID wdf_enter_callback(struct wdf_queue *queue);
VOID wdf_leave_callback(struct wdf_queue *queue);
VOID wdf_call_state(struct wdf_queue *queue, const struct wdf_queue_callback *callback);
/* A state callback of the framework's own: sets the KEVENT that is its context. */
EVT_WDF_IO_QUEUE_STATE wdf_signal_state;

/*
 * The requests that wait; under the queue's lock. Insertion makes the IRP cancelable;
 * FALSE: it is cancelled already, and not in the list.
 */
BOOLEAN wdf_insert_waiting(struct wdf_queue *queue, struct wdf_request *request, BOOLEAN is_head);
/* A request came into the queue: was it empty? */
VOID wdf_note_arrival(struct wdf_queue *queue);
/*
 * The first entry of the list, or of what may be file's of it; and what a search for file's first
 * request from there came to: the request, or the list's head.
 */
PLIST_ENTRY wdf_begin_search(struct wdf_queue *queue, PFILE_OBJECT file);
VOID wdf_end_search(struct wdf_queue *queue, PFILE_OBJECT file, PLIST_ENTRY entry);
/* Takes the first, or one that is in it, out; NULL, FALSE if it is being cancelled. */
struct wdf_request *wdf_take_first(struct wdf_queue *queue, PFILE_OBJECT file);
BOOLEAN wdf_take_waiting(struct wdf_queue *queue, struct wdf_request *request);
/* A request that is in no list becomes the driver's. */
VOID wdf_own(struct wdf_queue *queue, struct wdf_request *request);
/* The driver's request is so no longer; the caller puts it elsewhere, or counts it out. */
VOID wdf_disown(struct wdf_queue *queue, struct wdf_request *request);
/*
 * Ends a request that was cancelled before it was presented (again), and is in no list.
 * Lock held; releases and retakes it. The caller is counted in dispatching.
 */
VOID wdf_end_cancelled(struct wdf_queue *queue, struct wdf_request *request, PKIRQL irql);
/* Read and write of no bytes are the driver's only if it asked for them. */
BOOLEAN wdf_is_unwanted(const struct wdf_queue *queue, const struct wdf_request *request);
/* Makes routine the IRP's cancel routine; FALSE: the IRP is cancelled, and it is not. */
BOOLEAN wdf_set_cancel_routine(struct wdf_request *request, PDRIVER_CANCEL routine);
/* The request of an IRP whose cancel routine of ours was called. */
static inline struct wdf_request *wdf_request_of_irp(PIRP irp)
{
    return irp->Tail.Overlay.DriverContext[3];
}

/* Puts a request that the driver owns back to the head of its queue. */
VOID wdf_give_back(struct wdf_request *request);

/* Cancels what waits (of file, if not NULL) and, with_owned, what is marked cancelable. */
VOID wdf_cancel_requests(struct wdf_queue *queue, PFILE_OBJECT file, BOOLEAN with_owned);
/* The driver's cancelable requests; under the queue's lock. */
VOID wdf_cancel_owned(struct wdf_queue *queue);
/* Refuses new requests and, if it cancels, cancels those that are there; emptied may be NULL. */
NTSTATUS wdf_purge_queue(struct wdf_queue *queue, BOOLEAN cancels,
                         const struct wdf_queue_callback *emptied);

/*
 * The device's queues one by one: start with {0}; returns the next, referenced until the
 * next call, NULL after the last. IRQL <= DISPATCH_LEVEL.
 */
struct wdf_queue_walk {
    struct wdf_device *device;
    struct wdf_queue_node mark;
    struct wdf_queue *current;
};
struct wdf_queue *wdf_next_queue(struct wdf_queue_walk *walk);

/*
 * io_progress.c. An IRP came to a queue with guaranteed progress; *request was made for it if
 * NT_SUCCESS(status). The request to go on with, maybe a reserved one; STATUS_PENDING: the IRP
 * waits for one; an error: the IRP is still the caller's.
 */
NTSTATUS wdf_secure_request(struct wdf_queue *queue, PIRP irp, NTSTATUS status,
                            struct wdf_request **request);
/* IRPs that wait for a request (of file, if not NULL) are cancelled; the queue goes. */
VOID wdf_cancel_progress(struct wdf_queue *queue, PFILE_OBJECT file);
VOID wdf_free_progress(struct wdf_queue *queue);
