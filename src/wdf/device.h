/*
 * Devices: what WDFDEVICE_INIT collects, the device object that comes of it, its way
 * through PnP and power, and the IRPs that reach it.
 *
 *   init.c            WDFDEVICE_INIT
 *   device.c          creation, deletion, names, WDM faces
 *   dispatch.c        every IRP of every device of the framework enters here
 *   file.c            create, cleanup, close
 *   file_object.c     WDFFILEOBJECT
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
#include "io.h"
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

/* A callback that watches one state of one of the device's three state machines. */
struct wdf_state_callback {
    struct wdf_state_callback *next;
    ULONG state; /* without WdfDevStateNP; its range tells the machine */
    ULONG types; /* WDF_STATE_NOTIFICATION_TYPE */
    union {
        PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION pnp;
        PFN_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION power;
        PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION policy;
    };
};

/* What a driver may set before its device exists. Lives in WDFDEVICE_INIT, then in the device. */
struct wdf_device_config {
    enum wdf_device_kind kind;
    BOOLEAN is_exclusive;
    BOOLEAN is_power_pageable;
    BOOLEAN is_inrush;
    WDF_TRI_STATE power_policy_ownership; /* what the driver said */
    BOOLEAN is_power_policy_owner;        /* what came of it when the device was created */
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
    ULONG remove_lock_flags;                    /* WDF_REMOVE_LOCK_OPTIONS_FLAGS */
    struct wdf_state_callback *state_callbacks; /* in pool */
};

/* Opaque to drivers. Freed by WdfDeviceCreate's success, or WdfDeviceInitFree. */
struct WDFDEVICE_INIT {
    struct wdf_device_config config;
    struct wdf_globals *globals;
    struct wdf_driver *driver;
    BOOLEAN is_lent;               /* to EvtDriverDeviceAdd and the like, whose caller frees it */
    BOOLEAN is_created;            /* WdfDeviceCreate took it; every further call is misuse */
    BOOLEAN is_short_of_memory;    /* for what was set: WdfDeviceCreate fails */
    struct wdf_device *created;    /* the device that came of it */
    PDEVICE_OBJECT pdo;            /* FDO, filter: the stack's bottom */
    struct wdf_fdo_init *fdo;      /* fdo.c */
    struct wdf_pdo_init *pdo_init; /* pdo.c */
};

struct wdf_device {
    struct wdf_object object;
    struct wdf_device_config config;
    PDEVICE_OBJECT device_object;
    PDEVICE_OBJECT attached; /* the device below, NULL for a PDO or control device */
    PDEVICE_OBJECT pdo;      /* the stack's bottom; its own for a PDO, NULL for control devices */
    /* What the UMDF drivers of the stack agreed on; undefined before, and in the kernel. */
    WDF_DEVICE_IO_TYPE stack_read_write_type, stack_control_type;
    struct wdf_callback_lock callback_lock;
    struct wdf_target *local_target, *self_target;
    struct wdf_device_io io;
    struct wdf_device_files files;
    struct wdf_pnp *pnp;      /* states, capabilities, resources: pnp.c; NULL for control devices */
    struct wdf_fdo *fdo;      /* fdo.c, or NULL */
    struct wdf_pdo *pdo_part; /* pdo.c, or NULL */
    LIST_ENTRY interfaces;    /* interface.c */
    LIST_ENTRY query_interfaces;
    LIST_ENTRY dma_enablers;      /* of wdf_dma_enabler.link, guarded by object.lock */
    UNICODE_STRING symbolic_link; /* in pool */
    UNICODE_STRING mof_resource;  /* in pool; WdfDeviceAssignMofResourceName */
    struct wdf_wmi *wmi;          /* wmi.c; NULL until there is a provider; atomic */
    IO_REMOVE_LOCK remove_lock;
    BOOLEAN is_initialized; /* control device: WdfControlFinishInitializing */
    LONG open_files;        /* control device: and 1 until it is deleted; atomic */
    BOOLEAN is_retired;     /* its device object is deleted; atomic */
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

static inline BOOLEAN wdf_is_fdo(const struct wdf_device_config *config)
{
    return config->kind == WDF_DEVICE_FDO || config->kind == WDF_DEVICE_FILTER;
}

/* ---- init.c -------------------------------------------------------------- */

/* An init with the defaults, or NULL. */
PWDFDEVICE_INIT wdf_make_init(struct wdf_driver *driver, enum wdf_device_kind kind);
VOID wdf_free_init(PWDFDEVICE_INIT init);
/* Frees what config holds in pool and clears it. */
VOID wdf_free_config(struct wdf_device_config *config);
/* FALSE (and misuse) once WdfDeviceCreate has taken the init. */
BOOLEAN wdf_may_change_init(PWDFDEVICE_INIT init, PCSTR function);
/* STATUS_INVALID_PARAMETER: lengths that are odd or do not fit. */
NTSTATUS wdf_check_string(PCUNICODE_STRING string);
/* A terminated copy in pool that takes the place of *copy. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_copy_string(struct wdf_globals *globals, PCUNICODE_STRING string,
                         PUNICODE_STRING copy);
VOID wdf_free_string(PUNICODE_STRING string);

/* ---- device.c ------------------------------------------------------------ */

/*
 * Deletes a PnP device's object and all below it, then takes its device object off the
 * stack. Its driver's callbacks of PnP and power have been called. PASSIVE_LEVEL.
 */
VOID wdf_remove_device(struct wdf_device *device);
/*
 * Deletes the device's symbolic link and its device object, which nobody finds from then on
 * and which stays for those who know it until the device is destroyed. Once; PASSIVE_LEVEL.
 */
VOID wdf_retire_device_object(struct wdf_device *device);
/* A filter's flags and method follow the device below it; io_type.c. */
VOID wdf_follow_io_type(struct wdf_device *device);
/* Takes a driver's wishes over if they are ones that a driver of its kind may have. */
VOID wdf_set_io_type(PWDFDEVICE_INIT init, const WDF_IO_TYPE_CONFIG *config, PCSTR function);

/* ---- control.c ----------------------------------------------------------- */

/*
 * A file on the device was opened (IRP_MJ_CREATE succeeded) or closed (after IRP_MJ_CLOSE was
 * dealt with): a control device that was deleted goes with its last file. PASSIVE_LEVEL.
 */
VOID wdf_device_opened(struct wdf_device *device);
VOID wdf_device_closed(struct wdf_device *device);
/* wdf_type_device's remove: what WdfObjectDelete does with one that may be deleted. */
VOID wdf_delete_control_device(struct wdf_device *device);
/* Has the driver's shutdown callback called. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_register_shutdown(struct wdf_device *device);

/*
 * property.c. A property of a physical device in a new memory object; memory and attributes are
 * checked. What IoGetDeviceProperty and WdfMemoryCreate return.
 */
NTSTATUS wdf_allocate_pdo_property(PWDF_DRIVER_GLOBALS globals, PDEVICE_OBJECT pdo,
                                   DEVICE_REGISTRY_PROPERTY number, POOL_TYPE pool,
                                   PWDF_OBJECT_ATTRIBUTES attributes, WDFMEMORY *memory);

/* Every major function of a framework driver. */
NTSTATUS NTAPI wdf_dispatch(PDEVICE_OBJECT device, PIRP irp);
/* AddDevice of a framework driver (driver.c sets it): makes the init and calls EvtDriverDeviceAdd.
 */
NTSTATUS NTAPI wdf_add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo);

/* The parts of wdf_dispatch. Each completes or forwards the IRP. */
NTSTATUS wdf_dispatch_io(struct wdf_device *device, PIRP irp);    /* io.c */
NTSTATUS wdf_dispatch_file(struct wdf_device *device, PIRP irp);  /* file.c */
NTSTATUS wdf_dispatch_pnp(struct wdf_device *device, PIRP irp);   /* pnp.c */
NTSTATUS wdf_dispatch_power(struct wdf_device *device, PIRP irp); /* power.c */
NTSTATUS wdf_dispatch_wmi(struct wdf_device *device, PIRP irp);   /* wmi_irp.c */
/* Passes an IRP that the driver has no business with down, or fails it at the bottom. */
NTSTATUS wdf_pass_down(struct wdf_device *device, PIRP irp);

/* wmi.c: the device is about to go, at PASSIVE_LEVEL; its memory goes. */
VOID wdf_wmi_leave(struct wdf_device *device);
VOID wdf_wmi_free(struct wdf_device *device);

/* Power references of a queue or of the driver (StopIdle): powers the device up; power_policy.c. */
NTSTATUS wdf_power_reference(struct wdf_device *device, BOOLEAN waits);
VOID wdf_power_dereference(struct wdf_device *device);
