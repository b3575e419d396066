/*
 * Requests: those that the framework received in an IRP, and those that the driver made.
 *
 * Who owns a received request: the framework until a queue presents it, then the driver,
 * until it completes it, sends it with send-and-forget, or gives it to a queue. A request's
 * IRP is gone once it is completed; the object may live on while it is referenced.
 *
 *   request.c             objects, IRPs, parameters, completion
 *   request_buffer.c      the received IRP's buffers and memories
 *   request_user.c        METHOD_NEITHER: unsafe addresses, probe and lock
 *   request_send.c        sending, cancelling what was sent
 *   request_back.c        its return
 *   request_pass.c        sending again without counting again
 *   request_format.c      reuse, formatting, completion parameters
 *   request_umdf.c        what only UMDF drivers may ask
 */
#pragma once

#include "memory.h"
#include "../umdf/reflected.h"

struct wdf_queue;
struct wdf_target;

enum wdf_request_flags {
    WDF_REQUEST_RECEIVED = 1,          /* from an IRP that came to a device of the driver's */
    WDF_REQUEST_OWN_IRP = 2,           /* the IRP is the request's own: freed with it */
    WDF_REQUEST_FOREIGN_IRP = 4,       /* WdfRequestCreateFromIrp without RequestFreesIrp */
    WDF_REQUEST_IN_CALLER_CONTEXT = 8, /* EvtIoInCallerContext has it */
    WDF_REQUEST_RESERVED = 16,         /* a queue's forward-progress request */
    WDF_REQUEST_FORMATTED = 32,        /* its next stack location is ready */
};

/* Where a received request is; changed under its queue's lock. */
enum wdf_request_place {
    WDF_REQUEST_NOWHERE,    /* not presented yet, made by the driver, or done */
    WDF_REQUEST_IN_QUEUE,   /* waits in queue->requests */
    WDF_REQUEST_WITH_DRIVER /* presented: in queue->owned */
};

/* EvtIoStop; likewise. */
enum wdf_request_stop {
    WDF_STOP_NONE,
    WDF_STOP_ASKED, /* it has to be acknowledged, completed or given back */
};

/* What a sent request of the driver's owes to the target that lists it; see request_pass.h. */
enum wdf_pass {
    WDF_PASS_NONE,
    WDF_PASS_KEPT,      /* the target counts it and it is referenced, though it is not sent */
    WDF_PASS_USED,      /* it is sent on these */
    WDF_PASS_CALLED_IN, /* and gives them back at the end of that */
};

/* What a formatted request holds of a target until it is formatted anew, reused, deleted. */
struct wdf_request_context; /* target.h */

struct wdf_request {
    struct wdf_object object;
    PIRP irp;                  /* NULL once completed */
    LONG flags;                /* enum wdf_request_flags; the owner's */
    struct wdf_device *device; /* that it came to or was made for, may be NULL */

    /* The received request's buffers; owner is NULL if there is none in that direction. */
    struct wdf_memory input, output;

    LIST_ENTRY queue_link;  /* in queue->requests or queue->owned */
    LIST_ENTRY cancel_link; /* in queue->cancelled or queue->cancelled_waiting */
    LIST_ENTRY target_link; /* in listed->requests, under its lock */

    /* From here on all is 0 when a request is made: see wdf_make_request. */
    PMDL built_mdl;   /* over a system buffer, made on demand, one for both */
    LONG memory_uses; /* atomic: references on input and output, and locked user buffers */

    /* queue*.c, with the two links above; guarded by queue->lock. */
    struct wdf_queue *queue; /* that it is in or was presented by; NULL: on no queue's books */
    enum wdf_request_place place;
    PFN_WDF_REQUEST_CANCEL cancel; /* what WdfRequestMarkCancelable named */
    BOOLEAN is_cancelable;         /* marked: its IRP has our cancel routine */
    BOOLEAN is_cancelled;          /* was cancelled while it waited or was marked */
    BOOLEAN is_presented;   /* the driver has seen it; until then its end calls no callbacks */
    UCHAR stop;             /* enum wdf_request_stop */
    struct wdf_queue *home; /* a reserved request's own queue; or where WdfDeviceEnqueueRequest
                               puts one that EvtIoInCallerContext has, NULL: by its type */

    /* request_send.c, request_back.c. */
    struct wdf_target *target;           /* where it was sent last */
    struct wdf_request_context *context; /* what it is formatted with; made on demand, and kept */
    struct wdf_request_timer *timer;     /* of its time-outs; likewise, atomic exchange */
    PFN_WDF_REQUEST_COMPLETION_ROUTINE completion;
    WDFCONTEXT completion_context;
    NTSTATUS status;           /* WdfRequestGetStatus */
    LONG claims;               /* atomic; 0: it is not sent. One for its IRP, one for its timer, one
                                  for each who cancels it; who drops the last one ends the sending */
    BOOLEAN is_back;           /* its IRP is, if it has no time-out; atomic, see request_back.c */
    BOOLEAN is_cancel_wanted;  /* WdfRequestCancelSentRequest was called; atomic */
    BOOLEAN is_timed_out;      /* it is cancelled because time is up */
    BOOLEAN has_timer;         /* its time-out was set when it was sent */
    BOOLEAN counts_as_sent;    /* in target->pending */
    BOOLEAN uses_pass;         /* it was sent on its pass: the owner's, while it is sent */
    LONG pass;                 /* enum wdf_pass; atomic */
    ULONG cancel_round;        /* under listed->lock: of the last walk that met it */
    struct wdf_target *listed; /* that has it in its list, or NULL; see target.c */
};

/* Of the driver's own, and, also known by that type, those that came in an IRP. */
extern const struct wdf_type wdf_type_request, wdf_type_request_received;

static inline struct wdf_request *wdf_request_of(WDFREQUEST handle, PCSTR function)
{
    return (struct wdf_request *)wdf_object_in_line(handle, &wdf_type_request, function);
}

/* What stands behind its IRP in a driver host, or NULL: it was made here, or this is the kernel. */
static inline const struct umdf_reflected *wdf_reflected(const struct wdf_request *request)
{
    return request->object.globals->is_user ? umdf_reflected_of(request->irp) : NULL;
}

/*
 * A request for an IRP that came to device, in its dispatch routine's thread; the IRP is
 * not marked pending yet. Contexts as WdfDeviceInitSetRequestAttributes said. From the
 * device's cache. STATUS_INSUFFICIENT_RESOURCES. irp NULL: a reserved request, which gets one
 * IRP after the other (irp, then wdf_assign_buffers).
 */
NTSTATUS wdf_make_request(struct wdf_device *device, PIRP irp, struct wdf_request **request);
/*
 * Frees the device's free requests, and sees to it that no more are kept. When the device is
 * disposed of: each request, free or not, has a reference on its device's object.
 */
VOID wdf_free_request_cache(struct wdf_device *device);
/*
 * Completes the IRP and deletes the request, which the caller owns: wdf_settle_cancel, for
 * IRP_MJ_CREATE wdf_create_completed, IoCompleteRequest, then wdf_leave_queue and deletion (of
 * a reserved request: wdf_return_reserved). WDF_VIOLATION 3 if memories of it are in use.
 */
VOID wdf_complete_request(struct wdf_request *request, NTSTATUS status, PCSTR function);
VOID wdf_complete_request_boosted(struct wdf_request *request, NTSTATUS status, CCHAR boost,
                                  PCSTR function);
/*
 * Gives a request's IRP, whose next stack location is ready, to the device, and deletes the
 * request: as wdf_complete_request in all else.
 */
VOID wdf_forget_request(struct wdf_request *request, PDEVICE_OBJECT device, PCSTR function);
/*
 * The request's IRP, for function. A request that was completed and is still referenced has none:
 * NULL with the verifier, which logs it, else WDF_VIOLATION, WDF_REQUEST_FATAL_ERROR_NULL_IRP.
 */
PIRP wdf_request_irp(struct wdf_request *request, PCSTR function);
/* Sets the two memories as the IRP's current stack location says; no IRP: there are none. */
VOID wdf_assign_buffers(struct wdf_request *request);
/* They are nothing from now on; frees built_mdl. */
VOID wdf_drop_buffers(struct wdf_request *request);
/* The memories by direction, in the documented order of checks. */
NTSTATUS wdf_request_memory(struct wdf_request *request, BOOLEAN is_output,
                            struct wdf_memory **memory);
/* Frees what is kept for sending: context and timer. When it is destroyed, or recycled. */
VOID wdf_free_sending(struct wdf_request *request);
