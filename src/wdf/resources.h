/*
 * Resource lists: descriptors of assigned resources (WDFCMRESLIST), of one alternative of
 * what a device wants (WDFIORESLIST), and the alternatives (WDFIORESREQLIST).
 */
#pragma once

#include "device.h"

/* What a driver may do to a list that it is shown. */
enum wdf_resource_access {
    WDF_RESOURCES_READ_ONLY = 0,
    WDF_RESOURCES_MAY_ADD = 1,
    WDF_RESOURCES_MAY_REMOVE = 2,
    WDF_RESOURCES_ALL = 3,
};

/* Either kind of descriptors. */
struct wdf_resource_list {
    struct wdf_object object;
    KSPIN_LOCK lock;    /* guards what follows, and in a requirements list its alternatives */
    LIST_ENTRY entries; /* of wdf_resource.link */
    ULONG count;
    ULONG access;       /* enum wdf_resource_access */
    BOOLEAN is_changed; /* by the driver */
    /* A WDFIORESLIST is one of the alternatives of these requirements. */
    struct wdf_requirements *owner;
    LIST_ENTRY link; /* in owner->lists, if is_linked */
    BOOLEAN is_linked;
};

struct wdf_requirements {
    struct wdf_object object;
    KSPIN_LOCK lock;  /* guards lists, count */
    LIST_ENTRY lists; /* of wdf_resource_list.link */
    ULONG count;
    ULONG access;
    ULONG slot;
    INTERFACE_TYPE interface_type;
    BOOLEAN is_changed;
};

extern const struct wdf_type wdf_type_cm_list, wdf_type_io_list, wdf_type_requirements;

/* A list for the device's driver; deleted by its owner. */
NTSTATUS wdf_make_cm_list(struct wdf_device *device, struct wdf_resource_list **list);
VOID wdf_delete_cm_list(struct wdf_resource_list *list);
/* Replaces its contents; NULL empties it. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_read_cm_list(struct wdf_resource_list *list, PCM_RESOURCE_LIST from, ULONG access);
/* To a block of pool; *to is NULL if the list is empty. */
NTSTATUS wdf_write_cm_list(struct wdf_resource_list *list, PCM_RESOURCE_LIST *to);

/* An alternative, not among its owner's yet. */
NTSTATUS wdf_make_io_list(struct wdf_requirements *owner, PWDF_OBJECT_ATTRIBUTES attributes,
                          struct wdf_resource_list **list);
/* A copy of the descriptor (of its list's kind) before the one with that index. */
NTSTATUS wdf_insert_descriptor(struct wdf_resource_list *list, const VOID *descriptor, ULONG index);
/* Calls visit for each descriptor, in order, the lock held. */
VOID wdf_each_descriptor(struct wdf_resource_list *list,
                         VOID (*visit)(const VOID *descriptor, PVOID context), PVOID context);

/*
 * Shows the driver requirements (NULL: none) by way of call. *to is a block of pool that
 * takes their place, or NULL if the driver changed nothing.
 */
NTSTATUS wdf_filter_requirements(struct wdf_device *device,
                                 NTSTATUS (*call)(struct wdf_device *device,
                                                  WDFIORESREQLIST requirements),
                                 PIO_RESOURCE_REQUIREMENTS_LIST from, ULONG access,
                                 PIO_RESOURCE_REQUIREMENTS_LIST *to);
