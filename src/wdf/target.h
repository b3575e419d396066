/*
 * I/O targets: the driver below, another device, the own device's queues.
 *
 *   target.c          states; how many requests were sent, and those that wait
 *   target_list.c     which requests were sent, and what happens to them all
 *   target_local.c    the default target of a device
 *   target_self.c     the own device's queues
 *   target_remote.c   open by name or device, and close
 *   target_notify.c   what a remote target's device tells: it is to go, it is gone
 *   target_query.c    what is behind a target
 *   target_buffer.c   memories and descriptors as addresses and MDLs
 *   target_format.h   what all formatting begins and ends with
 *   target_format.c   buffer by target's method -> IRP (the conversion matrix)
 *   target_control.c  the same for control requests
 *   target_api.c      WdfIoTargetFormatRequestFor...
 *   target_sync.c     WdfIoTargetSend...Synchronously
 */
#pragma once

#include "request.h"

/* The method by which the target device takes reads and writes. */
enum wdf_target_io_type { WDF_TARGET_BUFFERED, WDF_TARGET_DIRECT, WDF_TARGET_NEITHER };

/* Counts in wdf_target.pending, and what is there beside them. */
#define WDF_TARGET_ONE_SENT ((LONG64)1) /* is sent, or has a pass */
#define WDF_TARGET_ALL_SENT ((LONG64)0x7FFFFFFF)
#define WDF_TARGET_ONE_OTHER ((LONG64)1 << 31) /* waits, or was sent whatever the state */
#define WDF_TARGET_ALL_OTHER ((LONG64)0x1FFFFFFF << 31)
#define WDF_TARGET_SHUT ((LONG64)1 << 61)    /* the state is not WdfIoTargetStarted */
#define WDF_TARGET_AWAITED ((LONG64)1 << 62) /* somebody waits; only changed under the lock */

struct wdf_target {
    struct wdf_object object;
    struct wdf_device *device; /* that it belongs to */
    BOOLEAN is_remote, is_self;

    /* What it is open onto. Changes only while no request is sent or being formatted. */
    PDEVICE_OBJECT target;     /* IRPs go to it; NULL: closed */
    PDEVICE_OBJECT target_pdo; /* at the bottom of its stack, may be NULL; referenced if remote */
    PFILE_OBJECT file;         /* for the IRPs; referenced, may be NULL */
    HANDLE file_handle;        /* of an open by name */
    struct wdf_remote *remote; /* target_remote.c, or NULL */
    struct wdf_queue *queue;   /* of a self target: WdfIoTargetSelfAssignDefaultIoQueue, or NULL */
    struct wdf_request *spare; /* for synchronous sends without a request; atomic exchanges */

    LONG64 pending;  /* WDF_TARGET_...: not yet through their completion routine; atomic */
    KSPIN_LOCK lock; /* guards all that follows */
    WDF_IO_TARGET_STATE state;
    LIST_ENTRY requests; /* of wdf_request.target_link: all that are sent, and maybe others */
    LIST_ENTRY waiting;  /* of their IRPs' ListEntry: sent while stopped */
    LIST_ENTRY waits;    /* of those who wait for sent requests, in target.c */
    ULONG cancel_round;  /* of the last walk over requests that cancelled */
};

extern const struct wdf_type wdf_type_target, wdf_type_target_remote, wdf_type_target_self;

static inline struct wdf_target *wdf_target_of(WDFIOTARGET handle, PCSTR function)
{
    return (struct wdf_target *)wdf_object_in_line(handle, &wdf_type_target, function);
}

/* ---- target_local.c, target_self.c ------------------------------------------ */

/* The device's default target, made with it, and its states as the device's power and PnP go. */
NTSTATUS wdf_make_local_target(struct wdf_device *device, struct wdf_target **target);
VOID wdf_start_local_target(struct wdf_device *device);
/* Waits for what was sent as action says. PASSIVE_LEVEL. */
VOID wdf_stop_local_target(struct wdf_device *device, WDF_IO_TARGET_SENT_IO_ACTION action);
VOID wdf_remove_local_target(struct wdf_device *device);
/* Sends to the device's own queues: for WdfDeviceInitAllowSelfIoTarget. */
NTSTATUS wdf_make_self_target(struct wdf_device *device, struct wdf_target **target);
/* An IRP of a self target, for its device's queues. */
VOID wdf_send_to_self(struct wdf_target *target, PIRP irp);

/* ---- target.c, target_list.c ------------------------------------------------- */

/* A target of the device's, not committed, whose state is started. */
NTSTATUS wdf_allocate_target(struct wdf_device *device, const struct wdf_type *type,
                             PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_target **target);
/* Under the lock: changes the state. */
VOID wdf_set_target_state(struct wdf_target *target, WDF_IO_TARGET_STATE state);
/*
 * A target knows by a list which requests may have been sent to it. One of the driver's own stays
 * in the list until it is sent elsewhere or freed, a received one until it is back.
 * STATUS_INVALID_DEVICE_STATE: the target is deleted.
 */
NTSTATUS wdf_list_request(struct wdf_target *target, struct wdf_request *request);
VOID wdf_unlist_request(struct wdf_request *request);
/* The same for one that counts in the target that has it. */
VOID wdf_unlist_sent(struct wdf_request *request);
/* The target goes; nothing is sent to it any more. */
VOID wdf_forget_requests(struct wdf_target *target);
/*
 * For a target that is shut. with_others: also those that ignore its state. Those that wait are
 * dealt with.
 */
VOID wdf_cancel_listed(struct wdf_target *target, BOOLEAN with_others);
/* Passes (request_pass.h): those of all requests, from whom somebody waits for; one request's. */
VOID wdf_call_in_passes(struct wdf_target *target);
VOID wdf_return_pass(struct wdf_request *request);

static inline struct wdf_target *wdf_listed_in(const struct wdf_request *request)
{
    return __atomic_load_n(&request->listed, __ATOMIC_RELAXED);
}

/*
 * A request's completion routine has run; was_sent: it counted as sent. The target may be gone
 * when this returns.
 */
VOID wdf_target_done(struct wdf_target *target, BOOLEAN was_sent);
VOID wdf_target_done_locked(struct wdf_target *target, BOOLEAN was_sent);
/* The states. Start: STATUS_INVALID_DEVICE_STATE if it was removed. */
NTSTATUS wdf_target_start(struct wdf_target *target);
VOID wdf_target_stop(struct wdf_target *target, WDF_IO_TARGET_SENT_IO_ACTION action);
VOID wdf_target_purge(struct wdf_target *target, WDF_IO_TARGET_PURGE_IO_ACTION action);
/*
 * Closes it for good or not, as state says: refuses requests, fails those that wait, cancels
 * those that are sent and waits for them. PASSIVE_LEVEL.
 */
VOID wdf_target_end(struct wdf_target *target, WDF_IO_TARGET_STATE state);
/* dispose of all types: the driver's cleanup callback, then wdf_target_end. */
VOID wdf_target_dispose(struct wdf_object *object);
VOID wdf_target_destroy(struct wdf_object *object);

static inline enum wdf_target_io_type wdf_target_io_type(const struct wdf_target *target)
{
    ULONG flags = target->target->Flags;

    return flags & DO_BUFFERED_IO ? WDF_TARGET_BUFFERED
           : flags & DO_DIRECT_IO ? WDF_TARGET_DIRECT
                                  : WDF_TARGET_NEITHER;
}

/* ---- target_remote.c ------------------------------------------------------------- */

enum wdf_close_reason { WDF_CLOSE, WDF_CLOSE_FOR_QUERY_REMOVE, WDF_CLOSE_FOR_DELETE };

NTSTATUS wdf_open_remote(struct wdf_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params,
                         PULONG information);
VOID wdf_close_remote(struct wdf_target *target, enum wdf_close_reason reason);

/* ---- formatting ------------------------------------------------------------------- */

/* Where the data of a transfer is: what a request is formatted with. */
struct wdf_buffer {
    PVOID address;             /* or NULL: mdl or memory say where */
    PMDL mdl;                  /* that describes it, or NULL */
    struct wdf_memory *memory; /* whose part it is, or NULL */
    WDFMEMORY handle;          /* memory's */
    SIZE_T offset;             /* into mdl or memory */
    ULONG length;              /* 0: no data */
    BOOLEAN is_part;           /* mdl describes more, so that it cannot serve as it is */
};

/* A memory, or nothing if handle is NULL. STATUS_INTEGER_OVERFLOW if offsets leave it. */
NTSTATUS wdf_buffer_of_memory(WDFMEMORY handle, const WDFMEMORY_OFFSET *offsets,
                              struct wdf_buffer *buffer, PCSTR function);
/* What a descriptor (NULL: nothing) describes. STATUS_INVALID_PARAMETER if that is malformed. */
NTSTATUS wdf_buffer_of_descriptor(const WDF_MEMORY_DESCRIPTOR *descriptor,
                                  struct wdf_buffer *buffer, PCSTR function);
/* Its address in system space; NULL for nothing. STATUS_INSUFFICIENT_RESOURCES: not mapped. */
NTSTATUS wdf_buffer_address(const struct wdf_buffer *buffer, PVOID *address);

/* What a request holds from being formatted until it is so again, reused, deleted. */
struct wdf_request_context {
    BOOLEAN is_formatted;
    BOOLEAN is_locked;   /* mdl locks the pages that it describes */
    BOOLEAN copies_back; /* double_buffer holds the output, of copied bytes at most */
    BOOLEAN has_changed; /* the IRP's members below were others; if not, nothing is held */
    PVOID system_buffer, user_buffer;
    PMDL mdl_address;
    ULONG irp_flags;
    struct wdf_memory *memories[3]; /* referenced, the first held of them */
    ULONG held;
    PVOID double_buffer; /* kept for the next time, as is mdl */
    ULONG double_size, copied;
    PMDL mdl;
    ULONG mdl_pages; /* that mdl has room for */
    WDF_REQUEST_COMPLETION_PARAMS params;
    SIZE_T *transferred; /* the length in params that completion tells, or NULL */
};

/* An MDL for it, in the context if it has to be made. Nothing: NULL. */
NTSTATUS wdf_buffer_mdl(const struct wdf_buffer *buffer, LOCK_OPERATION operation,
                        struct wdf_request_context *context, PMDL *mdl);
/* For the two below: there is something to release. */
VOID wdf_release_held(struct wdf_request_context *context);
VOID wdf_restore_request(struct wdf_request *request);
/* Unlocks, but keeps, the context's MDL. */
VOID wdf_release_mdl(struct wdf_request_context *context);

/* Drops what formatting holds. Buffers of the request's own are kept for the next time. */
static inline VOID wdf_drop_held(struct wdf_request_context *context)
{
    if (context->held || context->is_locked)
        wdf_release_held(context);
    context->has_changed = FALSE;
    context->is_formatted = FALSE;
    context->copies_back = FALSE;
}

/* The same, and restores the IRP. */
static inline VOID wdf_release_format(struct wdf_request *request)
{
    if (request->context && request->context->has_changed)
        wdf_restore_request(request);
}

/* No data. */
extern const struct wdf_buffer wdf_no_buffer;

/* The request's double buffer, of size bytes at least. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_double_buffer(struct wdf_request *request, ULONG size, PVOID *buffer);
/* The whole of it. major: IRP_MJ_READ or IRP_MJ_WRITE. */
NTSTATUS wdf_format_transfer(struct wdf_target *target, struct wdf_request *request, UCHAR major,
                             const struct wdf_buffer *buffer, PLONGLONG offset);
NTSTATUS wdf_format_control(struct wdf_target *target, struct wdf_request *request, UCHAR major,
                            ULONG code, const struct wdf_buffer *input,
                            const struct wdf_buffer *output);
/* arguments: of number 1, 2 and 4. */
NTSTATUS wdf_format_others(struct wdf_target *target, struct wdf_request *request, ULONG code,
                           const struct wdf_buffer arguments[3]);

/* ---- request_format.c, request_send.c, request_back.c, request_timer.c --------------- */

/*
 * A request of the driver's, not committed, with an IRP for target (NULL: none yet).
 */
NTSTATUS wdf_make_own_request(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES attributes,
                              struct wdf_target *target, struct wdf_request **request);
/* The request has an IRP with enough stack locations for what the target is open onto. */
static inline BOOLEAN wdf_has_locations(const struct wdf_request *request,
                                        const struct wdf_target *target)
{
    return target->target && request->irp &&
           request->irp->CurrentLocation - 1 >= target->target->StackSize;
}

/*
 * Can it go to the target? Gives it another IRP if that is the framework's and too small.
 * STATUS_INVALID_DEVICE_STATE, STATUS_REQUEST_NOT_ACCEPTED, STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS wdf_fit_target(struct wdf_request *request, struct wdf_target *target);
/* STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER. options may be NULL. */
NTSTATUS wdf_check_options(const WDF_REQUEST_SEND_OPTIONS *options);
/*
 * Sends a formatted request and waits for it. calls_driver: the driver's completion routine is
 * called. *is_sent: else the status tells why not. PASSIVE_LEVEL.
 */
NTSTATUS wdf_send_and_wait(struct wdf_request *request, struct wdf_target *target,
                           const WDF_REQUEST_SEND_OPTIONS *options, BOOLEAN calls_driver,
                           PBOOLEAN is_sent);
/* A request that waited in a target, which is started, goes on. */
VOID wdf_send_waiting(struct wdf_request *request);
/* The completion routine of its IRP; and what it does, for one that did not leave. */
NTSTATUS NTAPI wdf_came_back(PDEVICE_OBJECT device, PIRP irp, PVOID context);
VOID wdf_take_back(struct wdf_request *request);
/* One that waits, or waited, in the target ends without being sent. */
VOID wdf_fail_waiting(struct wdf_request *request, NTSTATUS status);
VOID wdf_send_start(VOID);
/*
 * Whoever claims sent requests, or changes others' passes, does it, and drops the claims, between
 * these two. The first is slow (hal_barrier). IRQL <= DISPATCH_LEVEL, no spin lock held.
 */
VOID wdf_watch_sends(VOID);
VOID wdf_unwatch_sends(VOID);
/* Another one who may touch a sent request's IRP; FALSE: it is back. wdf_drop_claim ends it. */
BOOLEAN wdf_claim_sent(struct wdf_request *request);
VOID wdf_drop_claim(struct wdf_request *request);
/* Asks whoever has it to cancel it; TRUE: they were told. */
BOOLEAN wdf_cancel_sent(struct wdf_request *request);

/* A time-out's timer. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_make_request_timer(struct wdf_request *request);
/* Sets it for a request that has a claim for it. */
VOID wdf_set_request_timer(struct wdf_request *request, LONGLONG due);
VOID wdf_free_request_timer(struct wdf_request *request);
/* TRUE: it will not fire, its claim is the caller's. */
BOOLEAN wdf_stop_request_timer(struct wdf_request *request);
