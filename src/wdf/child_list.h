/*
 * Child lists: what a bus driver says is on its bus, and what the PnP manager was told.
 *
 *   child_list.c      the children and how they change
 *   child_report.c    the PnP manager asks; the parent goes
 *   child_static.c    children that the driver made itself
 *   child_list_api.c  what drivers call
 */
#pragma once

#include "pnp.h"

enum wdf_child_state {
    WDF_CHILD_NEW,              /* not part of the list yet: a scan is under way */
    WDF_CHILD_PRESENT,          /* its device is made when the PnP manager asks */
    WDF_CHILD_MISSING,          /* the PnP manager is not told of it any more */
    WDF_CHILD_REPORTED_MISSING, /* and has heard it: the next removal is the end */
};

struct wdf_child {
    LIST_ENTRY link; /* in list->children */
    struct wdf_child_list *list;
    enum wdf_child_state state;
    BOOLEAN is_leaving;        /* NEW or PRESENT: not there any more once changes are applied */
    BOOLEAN is_found;          /* by the scan under way, or since it began */
    BOOLEAN is_dead;           /* out of the list but for scans, iterations and reports under way */
    BOOLEAN is_untold;         /* EvtDeviceReportedMissing is due */
    struct wdf_device *device; /* referenced, or NULL */
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id; /* behind this structure; static: NULL */
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER address;   /* likewise, or NULL */
};

struct wdf_child_list {
    struct wdf_object object;
    struct wdf_device *device; /* the parent */
    WDF_CHILD_LIST_CONFIG config;
    BOOLEAN is_static;
    LIST_ENTRY link;      /* in pnp->child_lists */
    KSPIN_LOCK lock;      /* guards what follows */
    LIST_ENTRY children;  /* in the order in which they came */
    LONG scans;           /* and iterations under way: changes wait */
    BOOLEAN is_reporting; /* the PnP manager is being told: likewise */
};

extern const struct wdf_type wdf_type_child_list;

/* What a lock holder has to do once it has let the lock go. */
struct wdf_child_changes {
    KIRQL irql;
    BOOLEAN invalidates; /* the PnP manager is to ask anew */
    LIST_ENTRY dead;     /* children to free */
};

VOID wdf_lock_children(struct wdf_child_list *list, struct wdf_child_changes *changes);
/* Applies the changes if none has to wait, and does what is left of them. */
VOID wdf_unlock_children(struct wdf_child_list *list, struct wdf_child_changes *changes);

/* ---- with the lock held ---------------------------------------------------------- */

/* The child with that id that came last, or NULL. */
struct wdf_child *wdf_find_child(struct wdf_child_list *list,
                                 PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id);
/* There, or soon: NEW or PRESENT and not leaving. */
BOOLEAN wdf_is_child_there(const struct wdf_child *child);
/* Adds a child, or refreshes one that is there: STATUS_OBJECT_NAME_EXISTS. */
NTSTATUS wdf_add_child(struct wdf_child_list *list, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id,
                       PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER address, struct wdf_device *device);
VOID wdf_leave_child(struct wdf_child *child, struct wdf_child_changes *changes);
/* Out of the list; freed when nobody iterates over it. */
VOID wdf_unlist_child(struct wdf_child *child, struct wdf_child_changes *changes);
VOID wdf_begin_scan(struct wdf_child_list *list, BOOLEAN forgets);
VOID wdf_end_scan(struct wdf_child_list *list, struct wdf_child_changes *changes);
VOID wdf_copy_id(struct wdf_child_list *list, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER to,
                 PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER from);
VOID wdf_copy_address(struct wdf_child_list *list, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER to,
                      PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER from);

/* Is it what these WDF_RETRIEVE_CHILD_FLAGS ask for? */
BOOLEAN wdf_child_matches(const struct wdf_child *child, ULONG flags);

/* The device's next list after previous (NULL: the first), or NULL. Lists stay. */
struct wdf_child_list *wdf_next_child_list(struct wdf_device *device,
                                           struct wdf_child_list *previous);
