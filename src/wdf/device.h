/*
 * Devices: what WDFDEVICE_INIT collects, the device object that comes of it, its way
 * through PnP and power, and the IRPs that reach it.
 *
 *   init.c            WDFDEVICE_INIT
 *   device.c          creation, deletion, names, WDM faces
 *   dispatch.c        every IRP of every device of the framework enters here
 *   file.c            create, cleanup, close; WDFFILEOBJECT
 *   pnp.c             IRP_MJ_PNP and the device's PnP states
 *   power.c           IRP_MJ_POWER, D0 entry and exit
 *   power_policy.c    who asks for which power: idle, wake, system states
 *   fdo.c pdo.c       what only function/filter drivers or bus drivers have
 *   child_list.c      dynamic children
 *   control.c         control devices
 *   interface.c       device interfaces and query interfaces
 *   property.c        device properties and registry keys
 *   resources.c       resource lists
 *   io_type.c         which buffer method a stack agrees on
 */
#pragma once

#include "callback.h"
#include "queue.h"
#include "target.h"

enum wdf_device_kind {
    WDF_DEVICE_FDO,
    WDF_DEVICE_FILTER,
    WDF_DEVICE_PDO,
    WDF_DEVICE_CONTROL,
};

/* A callback for IRPs that the driver wants to see before the framework, of one major function. */
struct wdf_preprocess {
    PFN_WDFDEVICE_WDM_IRP_PREPROCESS routine; /* NULL: none */
    PUCHAR minors;                            /* in pool; NULL: all */
    ULONG minor_count;
};

/* What a driver may set before its device exists. Lives in WDFDEVICE_INIT, then in the device. */
struct wdf_device_config {
    enum wdf_device_kind kind;
    BOOLEAN is_exclusive;
    BOOLEAN is_power_pageable;
    BOOLEAN is_power_policy_owner;
    BOOLEAN is_filter;
    BOOLEAN allows_self_target;
    BOOLEAN has_file_config, has_pnp_callbacks, has_power_policy_callbacks;
    DEVICE_TYPE device_type;
    ULONG characteristics;
    WDF_DEVICE_IO_TYPE read_write_type, control_type;
    ULONG direct_transfer_threshold;
    WDF_PNPPOWER_EVENT_CALLBACKS pnp;
    WDF_POWER_POLICY_EVENT_CALLBACKS power_policy;
    WDF_FILEOBJECT_CONFIG file;
    WDF_OBJECT_ATTRIBUTES file_attributes;
    WDF_OBJECT_ATTRIBUTES request_attributes;
    PFN_WDF_IO_IN_CALLER_CONTEXT in_caller_context;
    struct wdf_preprocess preprocess[IRP_MJ_MAXIMUM_FUNCTION + 1];
    PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION shutdown;
    UCHAR shutdown_flags;
    WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE release_order;
    UNICODE_STRING name, sddl; /* in pool */
    GUID device_class;
    BOOLEAN has_device_class;
};

/* Opaque to drivers. Freed by WdfDeviceCreate's success, or WdfDeviceInitFree. */
struct WDFDEVICE_INIT {
    struct wdf_device_config config;
    struct wdf_globals *globals;
    struct wdf_driver *driver;
    BOOLEAN is_created;      /* WdfDeviceCreate took it; every further call is misuse */
    PDEVICE_OBJECT pdo;      /* FDO, filter: the stack's bottom */
    struct wdf_fdo_init *fdo; /* fdo.c */
    struct wdf_pdo_init *pdo_init; /* pdo.c */
};

/* Per-type routing and the queues of a device; io.c, queue.c. */
struct wdf_device_io {
    KSPIN_LOCK lock;   /* guards queues */
    LIST_ENTRY queues; /* of wdf_queue.link */
    struct wdf_queue *default_queue;
    struct wdf_queue *by_major[IRP_MJ_MAXIMUM_FUNCTION + 1]; /* WdfDeviceConfigureRequestDispatching */
    LONG is_closed;    /* the device is going: no request enters any more; atomic */
    /* Free requests, each with room for the request attributes' context; request.c. */
    SLIST_HEADER free_requests;
    SIZE_T request_bytes;
};

struct wdf_device {
    struct wdf_object object;
    struct wdf_device_config config;
    PDEVICE_OBJECT device_object;
    PDEVICE_OBJECT attached; /* the device below, NULL for a PDO or control device */
    PDEVICE_OBJECT pdo;      /* the stack's bottom; its own for a PDO, NULL for control devices */
    struct wdf_callback_lock callback_lock;
    struct wdf_target *local_target, *self_target;
    struct wdf_device_io io;
    struct wdf_pnp *pnp; /* states, capabilities, resources: pnp.c; NULL for control devices */
    struct wdf_fdo *fdo; /* fdo.c, or NULL */
    struct wdf_pdo *pdo_part; /* pdo.c, or NULL */
    LIST_ENTRY interfaces;    /* interface.c */
    LIST_ENTRY query_interfaces;
    UNICODE_STRING symbolic_link; /* in pool */
    IO_REMOVE_LOCK remove_lock;
    BOOLEAN is_initialized; /* control device: WdfControlFinishInitializing */
};

extern const struct wdf_type wdf_type_device, wdf_type_file;

/* What the WDM device object's extension holds. */
struct wdf_device_extension {
    struct wdf_device *device;
};

static inline struct wdf_device *wdf_device_of_object(PDEVICE_OBJECT device)
{
    return ((struct wdf_device_extension *)device->DeviceExtension)->device;
}

static inline struct wdf_device *wdf_device_of(WDFDEVICE handle, PCSTR function)
{
    return (struct wdf_device *)wdf_object_of(handle, &wdf_type_device, function);
}

/* Every major function of a framework driver. */
NTSTATUS NTAPI wdf_dispatch(PDEVICE_OBJECT device, PIRP irp);
/* AddDevice of a framework driver (driver.c sets it): makes the init and calls EvtDriverDeviceAdd. */
NTSTATUS NTAPI wdf_add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo);

/* The parts of wdf_dispatch. Each completes or forwards the IRP. */
NTSTATUS wdf_dispatch_io(struct wdf_device *device, PIRP irp);    /* io.c */
NTSTATUS wdf_dispatch_file(struct wdf_device *device, PIRP irp);  /* file.c */
NTSTATUS wdf_dispatch_pnp(struct wdf_device *device, PIRP irp);   /* pnp.c */
NTSTATUS wdf_dispatch_power(struct wdf_device *device, PIRP irp); /* power.c */
NTSTATUS wdf_dispatch_wmi(struct wdf_device *device, PIRP irp);   /* wmi.c */
/* Passes an IRP that the driver has no business with down, or fails it at the bottom. */
NTSTATUS wdf_pass_down(struct wdf_device *device, PIRP irp);

/* io.c: once the device is created, and before it goes. */
NTSTATUS wdf_io_start(struct wdf_device *device);
VOID wdf_io_stop(struct wdf_device *device);

/* The WDFFILEOBJECT of an open file on the device, or NULL (file.c). No reference. */
struct wdf_file *wdf_find_file(struct wdf_device *device, PFILE_OBJECT file);

/* Power references of a queue or of the driver (StopIdle): powers the device up; power_policy.c. */
NTSTATUS wdf_power_reference(struct wdf_device *device, BOOLEAN waits);
VOID wdf_power_dereference(struct wdf_device *device);
