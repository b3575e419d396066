/*
 * What a device has that is part of a stack: its PnP states, its resources, its
 * children, what it tells the PnP manager.
 *
 *   pnp.c             the states and what happens in each
 *   pnp_irp.c         IRP_MJ_PNP: from minor functions to events
 *   pnp_answer.c      capabilities and device state; relations.c: the bus, children, others
 *   fdo.c pdo.c       inits and calls for function drivers and for bus drivers
 */
#pragma once

#include "device.h"
#include "power.h"
#include "resources.h"

struct wdf_child_list;

/* What moves a device from state to state. */
enum wdf_pnp_event {
    WDF_PNP_START,
    WDF_PNP_QUERY_STOP,
    WDF_PNP_CANCEL_STOP,
    WDF_PNP_STOP,
    WDF_PNP_QUERY_REMOVE,
    WDF_PNP_CANCEL_REMOVE,
    WDF_PNP_REMOVE,
    WDF_PNP_SURPRISE_REMOVE,
    WDF_PNP_EJECT,
    WDF_PNP_PARENT_REMOVED, /* a child whose parent goes */
    WDF_PNP_EVENTS
};

/* Devices that are to be removed or ejected along with this one, or hear of its special files. */
struct wdf_relations {
    PDEVICE_OBJECT *devices; /* referenced; in pool */
    ULONG count, room;
};

struct wdf_fdo_init {
    WDF_FDO_EVENT_CALLBACKS callbacks;
    WDF_CHILD_LIST_CONFIG child_list; /* Size 0: no default child list */
    WDF_OBJECT_ATTRIBUTES child_list_attributes;
};

struct wdf_fdo {
    WDF_FDO_EVENT_CALLBACKS callbacks;
    struct wdf_child_list *default_list; /* or NULL */
    struct wdf_child_list *static_list;  /* of the children that the driver makes itself */
};

/* A device's description in one language. */
struct wdf_device_text {
    struct wdf_device_text *next;
    LCID locale;
    UNICODE_STRING description, location; /* in pool */
};

/* Strings one after the other, each with its terminator, and one terminator more. */
struct wdf_multi_string {
    PWSTR text; /* in pool, or NULL */
    ULONG bytes;
};

/* What a bus driver says of a child; lives in the init, then in the device. */
struct wdf_pdo_identity {
    UNICODE_STRING device_id, instance_id, container_id; /* in pool */
    struct wdf_multi_string hardware_ids, compatible_ids;
    struct wdf_device_text *texts; /* in the order in which they were added */
    LCID default_locale;
    WDF_PDO_EVENT_CALLBACKS callbacks;
    BOOLEAN is_raw;
    BOOLEAN forwards_to_parent;
    BOOLEAN is_independent; /* of the parent's power */
};

struct wdf_pdo_init {
    struct wdf_device *parent;
    struct wdf_child *child; /* of a dynamic list, or NULL: static */
    struct wdf_pdo_identity identity;
};

struct wdf_pdo {
    struct wdf_device *parent;   /* referenced */
    struct wdf_child_list *list; /* that the child is in or was in; stays with the parent */
    struct wdf_child *child;     /* its entry there, or NULL; guarded by the list's lock */
    struct wdf_pdo_identity identity;
    struct wdf_relations ejection;
    BOOLEAN is_static;
    BOOLEAN is_added;              /* static: WdfFdoAddStaticChild took it */
    BOOLEAN is_missing;            /* reported as gone: the next removal is its end; atomic */
    BOOLEAN is_surprise;           /* its surprise removal came, and its removal is to come */
    BOOLEAN is_wake_enabled;       /* EvtDeviceEnableWakeAtBus was called */
    PIRP wait_wake;                /* that a driver above waits with */
    SYSTEM_POWER_STATE wake_state; /* from which it is to wake the system */
    KSPIN_LOCK wake_lock;          /* guards the two */
    LONG wake_changes;             /* of wait_wake, that wake_work has not seen; atomic */
    WORK_QUEUE_ITEM wake_work;     /* calls the driver at PASSIVE_LEVEL */
};

struct wdf_pnp {
    struct wdf_device *device;
    KEVENT turn;                /* a synchronization event: one thread works the states */
    WDF_DEVICE_PNP_STATE state; /* whose turn it is changes it */
    PIRP irp;                   /* whose event is worked, or NULL */
    NTSTATUS status;            /* for that IRP */
    struct wdf_resource_list *raw, *translated; /* of the last start; made with the device */
    LONG stop_count;                            /* why it must not be stopped or removed; atomic */
    LONG usage[WdfSpecialFileMax];              /* special files on it; atomic */
    BOOLEAN supports[WdfSpecialFileMax];
    BOOLEAN has_failed;                     /* the framework found it not to work */
    WDF_DEVICE_FAILED_ACTION failed_action; /* WdfDeviceSetFailed */
    LIST_ENTRY interrupts;                  /* of wdf_interrupt.link, in the order of creation */
    BOOLEAN is_preparing;                   /* EvtDevicePrepareHardware is being called */
    BOOLEAN is_surprised;                   /* the hardware is gone */
    BOOLEAN is_removed;                     /* its part in the PnP manager's tree is over */
    PNP_BUS_INFORMATION bus_information;
    BOOLEAN has_bus_information;
    KSPIN_LOCK lock; /* guards the three that follow */
    WDF_DEVICE_STATE device_state;
    WDF_DEVICE_PNP_CAPABILITIES capabilities;
    WDF_DEVICE_POWER_CAPABILITIES power_capabilities;
    KSPIN_LOCK relations_lock; /* guards removal, dependents, and a child's ejection */
    struct wdf_relations removal;
    struct wdf_relations dependents; /* WdfDeviceAddDependentUsageDeviceObject */
    FAST_MUTEX child_lists_lock;     /* guards child_lists */
    LIST_ENTRY child_lists;          /* of wdf_child_list.link */
    FAST_MUTEX interface_lock;       /* guards the device's interfaces and query_interfaces */
    BOOLEAN enables_interfaces;      /* the device is started; guarded by interface_lock */
    struct wdf_power power;
    struct wdf_policy *policy; /* NULL: another driver of the stack has it */
};

/* ---- pnp.c ------------------------------------------------------------------ */

/* The device's PnP and power parts, before its device object. */
NTSTATUS wdf_make_pnp(struct wdf_device *device, PWDFDEVICE_INIT init);
VOID wdf_free_pnp(struct wdf_device *device);
/*
 * Works an event, calling the driver as it demands, in the calling thread; irp is where it
 * comes from, or NULL. Returns the status for the IRP. PASSIVE_LEVEL.
 */
NTSTATUS wdf_pnp_event(struct wdf_device *device, enum wdf_pnp_event event, PIRP irp);
/*
 * Tells callbacks that the driver registered that a state is left for another, and that
 * its work is done; wdf_set_state makes the change, too. PASSIVE_LEVEL.
 */
VOID wdf_tell_states(struct wdf_device *device, ULONG current, ULONG next);
VOID wdf_set_state(struct wdf_device *device, ULONG *state, ULONG next);
VOID wdf_state_processed(struct wdf_device *device, ULONG state);
/* The device works no more: the PnP manager is asked to look. IRQL <= DISPATCH_LEVEL. */
VOID wdf_device_failed(struct wdf_device *device);

/* ---- pnp_irp.c --------------------------------------------------------------- */

/* Sends the IRP to the device below and waits for it; the IRP is still the caller's. */
NTSTATUS wdf_pnp_send_and_wait(struct wdf_device *device, PIRP irp);
/* Completes a PnP or power IRP and gives up the remove lock that was taken for it. */
NTSTATUS wdf_finish_irp(struct wdf_device *device, PIRP irp, NTSTATUS status);
/* Sends it on and forgets it; at the bottom completes it with the status that it has. */
NTSTATUS wdf_forget_irp(struct wdf_device *device, PIRP irp);

/* Ends a child after its last removal event; its remove lock was taken with tag. */
VOID wdf_end_pdo(struct wdf_device *device, PVOID tag);

/* ---- pnp_answer.c ------------------------------------------------------------- */

VOID wdf_answer_capabilities(struct wdf_device *device, PDEVICE_CAPABILITIES capabilities,
                             BOOLEAN is_below_done);
NTSTATUS wdf_pdo_capabilities(struct wdf_device *device, PDEVICE_CAPABILITIES capabilities);
PNP_DEVICE_STATE wdf_answer_device_state(struct wdf_device *device, PNP_DEVICE_STATE state);

/* ---- relations.c -------------------------------------------------------------- */

NTSTATUS wdf_answer_bus_information(struct wdf_device *device, PIRP irp);
/* Adds the device's children, or what lists, to the relations in the IRP. */
NTSTATUS wdf_answer_bus_relations(struct wdf_device *device, PIRP irp);
NTSTATUS wdf_answer_relations(struct wdf_device *device, PIRP irp, struct wdf_relations *list);
/* A relations block with room for more devices beside those of old, which is freed. */
PDEVICE_RELATIONS wdf_grow_relations(PDEVICE_RELATIONS old, ULONG more);
NTSTATUS wdf_add_relation(struct wdf_device *device, struct wdf_relations *list,
                          PDEVICE_OBJECT pdo);
VOID wdf_remove_relation(struct wdf_device *device, struct wdf_relations *list, PDEVICE_OBJECT pdo);
VOID wdf_clear_relations(struct wdf_device *device, struct wdf_relations *list);
/* The list as it is, each device referenced; NULL for an empty one. */
NTSTATUS wdf_copy_relations(struct wdf_device *device, struct wdf_relations *list,
                            PDEVICE_OBJECT **copy, ULONG *count);
VOID wdf_free_relations_copy(PDEVICE_OBJECT *copy, ULONG count);

/* ---- usage.c ------------------------------------------------------------------ */

BOOLEAN wdf_is_in_special_use(struct wdf_pnp *pnp);
NTSTATUS wdf_usage_notification(struct wdf_device *device, PIRP irp);

/* ---- query_interface.c --------------------------------------------------------- */

/* *is_done: the IRP is to be completed with the status returned; else it goes on. */
NTSTATUS wdf_answer_query_interface(struct wdf_device *device, PIRP irp, BOOLEAN *is_done);
VOID wdf_free_query_interfaces(struct wdf_device *device);
/* Sends a PnP IRP with question's minor function and parameters to top, and waits for it. */
NTSTATUS wdf_ask_stack(PDEVICE_OBJECT top, const IO_STACK_LOCATION *question,
                       ULONG_PTR *information);
/* Asks the stack of top for an interface. STATUS_NOT_SUPPORTED. */
NTSTATUS wdf_query_interface(PDEVICE_OBJECT top, LPCGUID type, PINTERFACE found, USHORT size,
                             USHORT version, PVOID specific);

/* ---- interface.c ---------------------------------------------------------------- */

VOID wdf_lock_interfaces(struct wdf_pnp *pnp);
VOID wdf_unlock_interfaces(struct wdf_pnp *pnp);
VOID wdf_enable_interfaces(struct wdf_device *device);
VOID wdf_disable_interfaces(struct wdf_device *device);
VOID wdf_free_interfaces(struct wdf_device *device);

/* ---- fdo.c ------------------------------------------------------------------------ */

VOID wdf_free_fdo_init(PWDFDEVICE_INIT init);
/* The default child list that the driver asked for, once the device is there. */
NTSTATUS wdf_start_children(struct wdf_device *device, PWDFDEVICE_INIT init);

/* ---- pdo.c ------------------------------------------------------------------------- */

/* Makes it the init of a child of parent; child is NULL for a static one. */
NTSTATUS wdf_set_pdo_init(PWDFDEVICE_INIT init, struct wdf_device *parent, struct wdf_child *child);
VOID wdf_free_pdo_init(PWDFDEVICE_INIT init);
NTSTATUS wdf_make_pdo(struct wdf_device *device, PWDFDEVICE_INIT init);
NTSTATUS wdf_check_pdo_init(PWDFDEVICE_INIT init);
VOID wdf_free_pdo(struct wdf_device *device);
/* A static child that was not given to its parent yet; and its deletion. */
BOOLEAN wdf_may_delete_pdo(struct wdf_device *device);
VOID wdf_delete_pdo(struct wdf_device *device);
/* Minor functions that only a PDO answers. */
NTSTATUS wdf_pdo_query_id(struct wdf_device *device, PIRP irp);
NTSTATUS wdf_pdo_query_text(struct wdf_device *device, PIRP irp);
NTSTATUS wdf_pdo_query_resources(struct wdf_device *device, PIRP irp);
NTSTATUS wdf_pdo_query_requirements(struct wdf_device *device, PIRP irp);
NTSTATUS wdf_pdo_set_lock(struct wdf_device *device, PIRP irp);
NTSTATUS wdf_pdo_target_relation(struct wdf_device *device, PIRP irp);

/* ---- child_list.c ----------------------------------------------------------------------- */

/* STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER: the configuration is no good. */
NTSTATUS wdf_check_child_list_config(PWDF_CHILD_LIST_CONFIG config);
/* config and attributes are checked. The list is deleted with the device. */
NTSTATUS wdf_make_child_list(struct wdf_device *device, PWDF_CHILD_LIST_CONFIG config,
                             PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_child_list **list);
/* Calls EvtChildListScanForChildren of each of the device's lists. PASSIVE_LEVEL. */
VOID wdf_scan_children(struct wdf_device *device);
/*
 * Adds the present children of the device's lists to relations, and has devices made for
 * the new ones. *is_changed: there is something to say, be it that a child is gone.
 */
NTSTATUS wdf_report_children(struct wdf_device *device, PDEVICE_RELATIONS *relations,
                             BOOLEAN *is_changed);
/* The device was surprise-removed, and with it all children; or it is removed. */
VOID wdf_children_surprise_removed(struct wdf_device *device);
VOID wdf_children_parent_removed(struct wdf_device *device);
/* The child's device is removed for good: its entry goes. */
VOID wdf_child_gone(struct wdf_device *device);
/* Is the child still there, by what the PnP manager was last told? */
BOOLEAN wdf_is_child_present(struct wdf_device *device);
/* The driver says that it is not any more. STATUS_NO_SUCH_DEVICE. IRQL <= DISPATCH_LEVEL. */
NTSTATUS wdf_mark_child_missing(struct wdf_device *device);

/* ---- child_static.c: children that the driver makes itself ------------------------------ */

NTSTATUS wdf_make_static_list(struct wdf_device *device);
/* Notes in which list the child is; child is NULL for a static one. */
VOID wdf_join_list(struct wdf_pdo *pdo, struct wdf_child *child);
