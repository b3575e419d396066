/*
 * What the files of pnp share among themselves.
 *
 * A device on its way: its bus names its PDO (enumerate.c), it becomes a node (node.c) and says
 * what it is (identify.c), a package is found and installed for it (package.c, inf_install.c),
 * its stack is built (stack.c), it gets resources (resources.c) and is started (start_device.c);
 * then it may itself be a bus.
 */
#pragma once

#include "pnp.h"
#include "../cm/cm.h"
#include "../ex/ex.h"
#include "../io/io.h"
#include "../rtl/rtl.h"

#include <cfg.h>

#define PNP_TAG 'nPpP'

/* ---- thread.c: one thing after the other -------------------------------------------------- */

/* Something to be done on the PnP thread. Lives in what it is about. */
struct pnp_action {
    LIST_ENTRY link;
    VOID (*run)(struct pnp_action *action);
    BOOLEAN is_queued; /* guarded by the queue's lock */
};

VOID pnp_thread_initialize(VOID);
/* Makes the thread if there is none yet. PASSIVE_LEVEL. */
NTSTATUS pnp_thread_start(VOID);
/* Lets the thread do what is queued, and ends it. */
VOID pnp_thread_stop(VOID);
BOOLEAN pnp_is_thread(VOID);
/*
 * Queues an action behind the others; FALSE if it is in the queue already, or there is no
 * thread. IRQL <= DISPATCH_LEVEL. May be queued again as soon as it runs.
 */
BOOLEAN pnp_queue(struct pnp_action *action);
/* Takes it out of the queue; FALSE if it was not in it. */
BOOLEAN pnp_unqueue(struct pnp_action *action);
/* Runs work(context) on the thread and waits for it; at once on the thread itself. */
NTSTATUS pnp_call(NTSTATUS (*work)(PVOID context), PVOID context);

/* ---- node.c: the tree ----------------------------------------------------------------------- */

enum pnp_state {
    PNP_NEW,        /* the bus has named its PDO; its ids are not known */
    PNP_IDENTIFIED, /* it has an instance path and a key; the PDO is all of its stack */
    PNP_STACKED,    /* its drivers' AddDevice have run */
    PNP_STARTED,
    PNP_STOPPED,   /* for other resources: STOP_DEVICE was sent, START_DEVICE will be */
    PNP_SURPRISED, /* SURPRISE_REMOVAL was sent; REMOVE_DEVICE waits for files to be closed */
    PNP_REMOVED,   /* REMOVE_DEVICE was sent; the bus still has the device */
    PNP_GONE,      /* out of the tree */
};

struct pnp_node {
    LONG references;    /* atomic: one of the tree, one of whoever found it */
    PDEVICE_OBJECT pdo; /* referenced */

    /* Changed by the PnP thread alone, under pnp.tree_lock; others read under it. */
    struct pnp_node *parent; /* NULL: the root, or out of the tree */
    LIST_ENTRY siblings;     /* in parent->children */
    LIST_ENTRY children;
    enum pnp_state state;
    ULONG problem;           /* CM_PROB_*, 0 without */
    NTSTATUS problem_status; /* what led to it */
    UNICODE_STRING instance; /* "ROOT\SAMPLE\0000", in pool; empty before PNP_IDENTIFIED */
    PWSTR hardware_ids, compatible_ids; /* MULTI_SZ in pool, or NULL */
    PNP_DEVICE_STATE flags;             /* the last answer to QUERY_PNP_DEVICE_STATE */
    DEVICE_CAPABILITIES capabilities;
    PNP_BUS_INFORMATION bus; /* the one that it is on */
    BOOLEAN has_bus;
    PIO_RESOURCE_REQUIREMENTS_LIST requirements; /* in pool; NULL: none */
    PCM_RESOURCE_LIST boot_resources;            /* likewise */
    PCM_RESOURCE_LIST resources;                 /* as the bus counts; in pool */
    PCM_RESOURCE_LIST translated;                /* the same in terms of the processor */
    LIST_ENTRY interfaces;                       /* of pnp_interface.of_node */

    /* The PnP thread's own. */
    BOOLEAN is_seen;        /* in the bus's latest answer */
    BOOLEAN is_missing;     /* the bus does not have it any more */
    BOOLEAN is_rebalancing; /* it is starting with resources that it asked for just now */

    struct pnp_action enumerate, check_state, eject; /* the Io functions' */
    struct pnp_action failure;                       /* restart.c's, with the three that follow */
    ULONG restarts;                                  /* since it failed first */
    LONGLONG failed_at;                              /* the last time */
    BOOLEAN wants_restart;    /* once its files are closed and its stack is gone */
    struct pnp_eject *ejects; /* who wants to know how the eject went, under pnp.lock */

    struct pnp_power *power; /* power_irp.c, in pool; made with the node */
};

struct pnp_system {
    KSPIN_LOCK lock;       /* guards the nodes of PDOs, and short lists */
    FAST_MUTEX tree_lock;  /* see struct pnp_node */
    struct pnp_node *root; /* HTREE\ROOT\0; NULL until there is a device */
    PDRIVER_OBJECT driver; /* \Driver\PnpManager, with root */
};
extern struct pnp_system pnp;

/* A node for a PDO that its bus has named; in the tree below parent. */
NTSTATUS pnp_node_create(PDEVICE_OBJECT pdo, struct pnp_node *parent, struct pnp_node **node);
VOID pnp_node_reference(struct pnp_node *node);
VOID pnp_node_dereference(struct pnp_node *node);
/* Takes it out of the tree; the tree's reference goes. It has no children. */
VOID pnp_node_unlink(struct pnp_node *node);
/* The node of a PDO, referenced, or NULL. IRQL <= DISPATCH_LEVEL. */
struct pnp_node *pnp_node_of(PDEVICE_OBJECT pdo);
/* As pnp_node_of, for any device of the stack. */
struct pnp_node *pnp_node_of_stack(PDEVICE_OBJECT device);
VOID pnp_set_state(struct pnp_node *node, enum pnp_state state);
VOID pnp_set_problem(struct pnp_node *node, ULONG problem, NTSTATUS status);
/* Taken from its bus, it only waits for its files: its path is free for another. */
BOOLEAN pnp_is_gone(const struct pnp_node *node);
/* The device with this instance path that is not except (or NULL), referenced, or NULL. */
struct pnp_node *pnp_find_instance(PCUNICODE_STRING instance, struct pnp_node *except);
/*
 * The device that a user means by name: an instance path, or a part of its end or description
 * that is unique. STATUS_NO_SUCH_DEVICE, STATUS_OBJECT_NAME_COLLISION.
 */
NTSTATUS pnp_find_node(PCUNICODE_STRING name, struct pnp_node **node, struct pnp_reason *reason);
/* Calls visit for each node but the root, parents first, under pnp.tree_lock; FALSE ends it. */
VOID pnp_for_each_node(BOOLEAN (*visit)(struct pnp_node *node, ULONG depth, PVOID context),
                       PVOID context);
static inline BOOLEAN pnp_is_root(const struct pnp_node *node)
{
    return node == pnp.root;
}
PCSTR pnp_state_name(enum pnp_state state);
PCSTR pnp_problem_text(ULONG problem);

/* ---- text.c: names of keys, values, lists of texts ------------------------------------------- */

/* A name under construction. status stays at the first failure; then name is not to be used. */
struct pnp_path {
    UNICODE_STRING name;
    NTSTATUS status;
    WCHAR text[520];
};
VOID pnp_path_start(struct pnp_path *path, PCWSTR text);
VOID pnp_path_add(struct pnp_path *path, PCUNICODE_STRING text);
VOID pnp_path_add_text(struct pnp_path *path, PCWSTR text);
VOID pnp_path_add_guid(struct pnp_path *path, const GUID *guid);
/* rtl_format's text. */
VOID pnp_path_format(struct pnp_path *path, PCSTR format, ...);

/* The keys: Enum\<instance>[\below], Control\Class\<driver>, Services\<name>[\below]. */
VOID pnp_enum_key(struct pnp_path *path, const struct pnp_node *node, PCWSTR below);
VOID pnp_enum_key_of(struct pnp_path *path, PCUNICODE_STRING instance, PCWSTR below);
VOID pnp_class_key(struct pnp_path *path, PCUNICODE_STRING below);
VOID pnp_service_key(struct pnp_path *path, PCUNICODE_STRING service, PCWSTR below);

NTSTATUS pnp_set_text(const struct pnp_path *key, PCWSTR value, ULONG type, PCWSTR text);
NTSTATUS pnp_set_number(const struct pnp_path *key, PCWSTR value, ULONG number);
NTSTATUS pnp_set_data(const struct pnp_path *key, PCWSTR value, ULONG type, const VOID *data,
                      ULONG bytes);
/*
 * A value's data in pool, with two zero characters behind it. STATUS_OBJECT_NAME_NOT_FOUND;
 * type and bytes may be NULL.
 */
NTSTATUS pnp_get_data(const struct pnp_path *key, PCWSTR value, PULONG type, PVOID *data,
                      PULONG bytes);
/* A text's or list's value; NULL if there is none or no memory. */
PWSTR pnp_get_text(const struct pnp_path *key, PCWSTR value);
ULONG pnp_get_number(const struct pnp_path *key, PCWSTR value, ULONG otherwise);
BOOLEAN pnp_key_exists(const struct pnp_path *key);
NTSTATUS pnp_delete_value(const struct pnp_path *key, PCWSTR value);

SIZE_T pnp_length(PCWSTR text);
/* Bytes of a MULTI_SZ, both terminators included. */
SIZE_T pnp_list_bytes(PCWSTR list);
static inline PCWSTR pnp_list_next(PCWSTR text)
{
    return text + pnp_length(text) + 1;
}
BOOLEAN pnp_same_text(PCWSTR a, PCWSTR b);
BOOLEAN pnp_list_has(PCWSTR list, PCWSTR text);
PVOID pnp_allocate(SIZE_T bytes); /* zeroed, non-paged */
VOID pnp_free(PVOID memory);      /* NULL is fine */
PWSTR pnp_copy_text(PCWSTR text);
NTSTATUS pnp_copy_string(PUNICODE_STRING to, PCUNICODE_STRING from);
/* Writes a sentence; returns status. */
NTSTATUS pnp_explain(struct pnp_reason *reason, NTSTATUS status, PCSTR format, ...);
VOID pnp_upcase(PWSTR text);

/* ---- irp.c ---------------------------------------------------------------------------------- */

/*
 * Sends a PnP request to the top of the device's stack and waits. location has MinorFunction
 * and Parameters. information (may be NULL) is IoStatus.Information, in and out.
 */
NTSTATUS pnp_send(PDEVICE_OBJECT device, const IO_STACK_LOCATION *location, ULONG_PTR *information);
/* One without parameters. */
NTSTATUS pnp_send_minor(PDEVICE_OBJECT device, UCHAR minor);
/* The answer is the caller's to free with ExFreePool; NULL on failure. */
NTSTATUS pnp_query_relations(PDEVICE_OBJECT device, DEVICE_RELATION_TYPE type,
                             PDEVICE_RELATIONS *relations);
NTSTATUS pnp_query_id(PDEVICE_OBJECT device, BUS_QUERY_ID_TYPE type, PWSTR *id);
NTSTATUS pnp_query_text(PDEVICE_OBJECT device, DEVICE_TEXT_TYPE type, PWSTR *text);
NTSTATUS pnp_query_capabilities(PDEVICE_OBJECT device, DEVICE_CAPABILITIES *capabilities);

/* ---- root.c ---------------------------------------------------------------------------------- */

/* Makes \Driver\PnpManager and the root node, if they are not there. On the PnP thread. */
NTSTATUS pnp_root_start(VOID);
VOID pnp_root_stop(VOID);
/*
 * Makes a device of the root bus: ROOT\<device>\NNNN, the next number that is free. Its bus
 * reports it at the next enumeration. path receives its instance path.
 */
NTSTATUS pnp_root_add(PCWSTR device, struct pnp_path *path, PDEVICE_OBJECT *pdo);
/* It is not there any more, at the next enumeration. FALSE: the device is of another bus. */
BOOLEAN pnp_root_withdraw(PDEVICE_OBJECT pdo);
/* Completes the wait-wake request that a device of the root bus holds; FALSE if it holds none. */
BOOLEAN pnp_root_signal_wake(PDEVICE_OBJECT pdo);
BOOLEAN pnp_is_root_device(PDEVICE_OBJECT pdo);

/* ---- identify.c, stack.c, resources.c, start_device.c, enumerate.c ---------------------- */

/* PNP_NEW -> PNP_IDENTIFIED. A device that cannot say who it is gets a problem. */
NTSTATUS pnp_identify(struct pnp_node *node);
/* The current capabilities and the device's text to its key. */
VOID pnp_refresh_capabilities(struct pnp_node *node);
/* PNP_IDENTIFIED -> PNP_STACKED: loads the drivers that its keys name and calls AddDevice. */
NTSTATUS pnp_build_stack(struct pnp_node *node, struct pnp_reason *reason);
/* Copies in pool, or NULL. */
PCM_RESOURCE_LIST pnp_copy_resources(const CM_RESOURCE_LIST *from);
PIO_RESOURCE_REQUIREMENTS_LIST
pnp_copy_requirements(const IO_RESOURCE_REQUIREMENTS_LIST *from);
/* Bytes of a list of resources. */
ULONG pnp_resources_size(const CM_RESOURCE_LIST *list);
/* Fills resources in by boot_resources, requirements and what others have. */
NTSTATUS pnp_assign_resources(struct pnp_node *node);
VOID pnp_release_resources(struct pnp_node *node);
/* Makes these the node's, raw, and their translation too; owns them, on failure as well. */
NTSTATUS pnp_set_resources(struct pnp_node *node, PCM_RESOURCE_LIST resources);
/* io_on_resources'. */
const CM_RESOURCE_LIST *pnp_resources_of(PDEVICE_OBJECT pdo);
/* Asks the bus what the device wants; it may have to know what was installed. */
VOID pnp_query_requirements(struct pnp_node *node);
/* SetupAPI's; the device's key has it in ConfigFlags. */
#ifndef CONFIGFLAG_DISABLED
#define CONFIGFLAG_DISABLED 0x00000001
#endif

/* ---- package.c, inf_install.c ----------------------------------------------------------- */

VOID pnp_packages_start(VOID);
VOID pnp_packages_stop(VOID);
/* The class of the INF that has this id in its Models, or NULL. */
PCWSTR pnp_class_of_id(PCWSTR hardware_id);
/*
 * Adds a device ROOT\<device>\NNNN to the root bus and starts it. With a service it needs no INF.
 * service, instance may be NULL.
 */
NTSTATUS pnp_add_root_node(PCWSTR device, PCWSTR hardware_id, PCWSTR service,
                           PUNICODE_STRING instance, struct pnp_reason *reason);
/* Installs the best package for a device whose key names no driver yet; success if there is none.
 */
NTSTATUS pnp_install_node(struct pnp_node *node, struct pnp_reason *reason);

/*
 * All the way from where it is to PNP_STARTED, and the same for its children. Failure leaves
 * a problem.
 */
NTSTATUS pnp_start_node(struct pnp_node *node, struct pnp_reason *reason);
/* START_DEVICE and what comes after it. */
NTSTATUS pnp_start_stack(struct pnp_node *node, struct pnp_reason *reason);
/* Asks a started device for its children and makes nodes of new ones; does no more. */
VOID pnp_take_children(struct pnp_node *node);
/* Asks a started device for its children; new ones are started, missing ones removed. */
VOID pnp_enumerate(struct pnp_node *node);

/* ---- remove.c, state.c ------------------------------------------------------------------ */

/* Devices that go together, the first to go first; nodes are referenced. */
struct pnp_leaving {
    LIST_ENTRY link;      /* in the list of those that wait for files to be closed */
    struct pnp_node *top; /* whose leaving it is */
    DEVICE_RELATION_TYPE relations;
    ULONG problem; /* what top has afterwards, 0: none */
    struct pnp_node **nodes;
    ULONG count, room;
};

/*
 * Asks the device and everything that depends on it, and takes their stacks away. problem is
 * what the node has then (CM_PROB_DISABLED...).
 */
NTSTATUS pnp_query_remove(struct pnp_node *node, ULONG problem, struct pnp_reason *reason);
/* The device is not there any more. problem as above; 0 if the node goes. */
VOID pnp_surprise_remove(struct pnp_node *node, ULONG problem);
NTSTATUS pnp_eject(struct pnp_node *node, struct pnp_reason *reason);
/* What IoRequestDeviceEject queued. */
VOID pnp_run_ejects(struct pnp_node *node);
/* Takes a stack away that could not be started. */
VOID pnp_remove_stack(struct pnp_node *node);
/* The system stops: all devices go, whatever they say. */
VOID pnp_remove_all(VOID);
/* restart.c: what pnp_device_failed queued; and what a device that was taken away wanted. */
VOID pnp_run_failure(struct pnp_node *node);
VOID pnp_restart_removed(struct pnp_node *node);
/* io_on_device_idle's. */
VOID pnp_device_idle(PDEVICE_OBJECT device);
/* Asks for the device's state, and does what it says. */
VOID pnp_check_state(struct pnp_node *node);

/* ---- property.c ------------------------------------------------------------------------- */

/* The key that IoOpenDeviceRegistryKey opens. */
NTSTATUS pnp_key_of_node(struct pnp_node *node, ULONG type, struct pnp_path *key);

/* ---- interface.c ------------------------------------------------------------------------ */

struct pnp_interface {
    LIST_ENTRY of_node; /* in pnp_node.interfaces, under pnp.tree_lock */
    struct pnp_node *node;
    GUID class_guid;
    UNICODE_STRING reference; /* without the backslash; may be empty */
    UNICODE_STRING link;      /* "\??\ROOT#...#{guid}[\reference]", in pool */
    BOOLEAN is_enabled;
};

VOID pnp_interface_start(VOID);
/* The interface of this symbolic link, its node referenced, or NULL. */
struct pnp_interface *pnp_find_interface(PCUNICODE_STRING link);
/* The node's first (from NULL) or next interface; under pnp.tree_lock. */
struct pnp_interface *pnp_next_interface(struct pnp_node *node, struct pnp_interface *from);
/* A list of links in paged pool; of the device pdo, or of all with NULL. */
NTSTATUS pnp_list_interfaces(const GUID *guid, PDEVICE_OBJECT pdo, BOOLEAN wants_disabled,
                             PWSTR *text, PSIZE_T characters);
/* A copy for a caller, who frees it with RtlFreeUnicodeString. */
NTSTATUS pnp_give_string(PUNICODE_STRING to, PCUNICODE_STRING from);
/* Disables what the driver left enabled. */
VOID pnp_disable_interfaces(struct pnp_node *node);
VOID pnp_free_interfaces(struct pnp_node *node);
/* Interfaces of the INF's .Interfaces section are made with the device. */
NTSTATUS pnp_make_interface(struct pnp_node *node, const GUID *guid, PCUNICODE_STRING reference,
                            PUNICODE_STRING link);
/* The key of an interface: Control\DeviceClasses\{guid}\##?#...\#reference[\below]. */
NTSTATUS pnp_interface_key(struct pnp_path *path, PCUNICODE_STRING link, PCWSTR below);

/* ---- notify.c --------------------------------------------------------------------------- */

VOID pnp_notify_start(VOID);
VOID pnp_notify_stop(VOID);
/* An interface came (is_arrival) or went; the callbacks run later on the PnP thread. */
VOID pnp_notify_interface(const GUID *guid, PCUNICODE_STRING link, BOOLEAN is_arrival);
/*
 * Tells those who registered for the node's files, now. For GUID_TARGET_DEVICE_QUERY_REMOVE
 * the first refusal ends it and is returned; who had agreed is told that it was cancelled.
 */
NTSTATUS pnp_notify_target(struct pnp_node *node, const GUID *event);

/* ---- user_notify.c, user_event.c, user_question.c: programs that listen ----------------- */

#include "control.h"

VOID pnp_user_start(VOID);
VOID pnp_user_stop(VOID);
/* Programs are asked nothing any more. */
VOID pnp_user_end(VOID);
NTSTATUS pnp_user_listen(enum pnp_listen kind, const GUID *guid, PCUNICODE_STRING name,
                         PFILE_OBJECT file, ULONG64 *cookie);
NTSTATUS pnp_user_unlisten(ULONG64 cookie);
/* Waits, alertably; the event is the caller's to free with pnp_free. */
NTSTATUS pnp_user_next_event(struct pnp_user_event **event, PULONG bytes);
NTSTATUS pnp_user_reply(ULONG64 cookie, ULONG refuses);
/* What happens, for those who listen. pnp_user_target: as pnp_notify_target, before the drivers. */
VOID pnp_user_interface(const GUID *guid, PCUNICODE_STRING link, BOOLEAN is_arrival);
VOID pnp_user_instance(struct pnp_node *node, enum pnp_user_action action);
VOID pnp_user_custom(struct pnp_node *node, const TARGET_DEVICE_CUSTOM_NOTIFICATION *notification);
NTSTATUS pnp_user_target(struct pnp_node *node, const GUID *event);

/* ---- power ------------------------------------------------------------------------------ */

NTSTATUS pnp_power_create(struct pnp_node *node);
VOID pnp_power_destroy(struct pnp_node *node);
VOID pnp_power_start(VOID);
VOID pnp_power_stop(VOID);
/* The device works: it is in D0 unless its drivers have said otherwise. */
VOID pnp_power_started(struct pnp_node *node);
/* The stack goes: what it has registered for is forgotten. */
VOID pnp_power_removed(struct pnp_node *node);

/* ---- inspect.c -------------------------------------------------------------------------- */

VOID pnp_inspect_start(VOID);
