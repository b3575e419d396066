/*
 * What a device has for its requests and its open files: io.c, file.c.
 */
#pragma once

#include "callback.h"

struct wdf_queue;
struct wdf_device;
struct wdf_request;

enum {
    WDF_FREE_REQUESTS = 32 /* that a device keeps; what is beyond goes back to the pool */
};

/* A callback that picks the queue itself: WdfDeviceConfigureWdmIrpDispatchCallback. */
struct wdf_irp_dispatch {
    PFN_WDFDEVICE_WDM_IRP_DISPATCH routine; /* NULL: none */
    WDFCONTEXT context;
};

/* The queues of a device, and which requests go where. */
struct wdf_device_io {
    KSPIN_LOCK lock;   /* guards queues, is_powered, is_shut_down */
    LIST_ENTRY queues; /* of wdf_queue_node.link */
    /* Set before the device can be opened, and then only read. */
    struct wdf_queue *default_queue;
    struct wdf_queue
        *by_major[IRP_MJ_MAXIMUM_FUNCTION + 1]; /* WdfDeviceConfigureRequestDispatching */
    struct wdf_irp_dispatch *irp_dispatch;      /* by major function, in pool; NULL: none */
    BOOLEAN is_powered;   /* the device is in D0: new power-managed queues start powered */
    BOOLEAN is_shut_down; /* the device is removed: new queues accept nothing */
    /* Requests that are free, with room for the request attributes' context; request.c. Atomic. */
    struct wdf_request *free_requests[WDF_FREE_REQUESTS];
};

/* The open files of a device. */
struct wdf_device_files {
    KSPIN_LOCK lock;    /* guards files */
    LIST_ENTRY files;   /* of wdf_file.link, if the class is WdfFileObjectWdfCannotUseFsContexts */
    LONG handles;       /* open or being opened; atomic */
    BOOLEAN forwards;   /* create, cleanup and close go down the stack: AutoForwardCleanupClose */
    BOOLEAN is_passive; /* the driver's callbacks for files need PASSIVE_LEVEL */
    struct wdf_callback_lock *callback_lock; /* around them, or NULL */
    struct wdf_queue *create_queue; /* ours, for requests in EvtDeviceFileCreate, or NULL */
};

/*
 * Once config, callback_lock and device_object are set and the device is committed, before
 * the driver sees its handle; and when it is deleted, its queues gone. PASSIVE_LEVEL.
 */
NTSTATUS wdf_io_start(struct wdf_device *device);
VOID wdf_io_stop(struct wdf_device *device);
/* May the driver still say which queue is for what? Not once a request can come. */
BOOLEAN wdf_may_route(struct wdf_device *device);

/* Completes an IRP that became no request; returns status (dispatch.c). */
NTSTATUS wdf_fail_irp(PIRP irp, NTSTATUS status);

/* file_object.c: the same for files. */
NTSTATUS wdf_files_start(struct wdf_device *device);
/* Before an IRP_MJ_CREATE that the driver has seen is completed (request.c). */
VOID wdf_create_completed(struct wdf_device *device, PIRP irp);
/* The WDFFILEOBJECT of an open file on the device, or NULL. No reference. */
struct wdf_file *wdf_find_file(struct wdf_device *device, PFILE_OBJECT file);
