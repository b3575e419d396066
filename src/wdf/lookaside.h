/*
 * Lookaside lists of memory objects.
 *
 *   lookaside.c        WDFLOOKASIDE: creation, deletion
 *   lookaside_entry.c  its memory objects: in use and at rest
 *
 * A memory object is not in its parent's list of children: to put it there and take it back
 * would cost more than all the rest. One child, the list's anchor, stands for all of them: it
 * goes with the parent and takes along those that are in use.
 */
#pragma once

#include "memory.h"

struct wdf_lookaside {
    struct wdf_object object;
    struct wdf_object anchor;         /* below the memory objects' parent */
    WDF_OBJECT_ATTRIBUTES attributes; /* of the memory objects */
    SIZE_T size;                      /* of their buffers */
    BOOLEAN is_apart;                 /* buffers come from the list of that name */
    BOOLEAN is_ready;                 /* there are lists */
    LOOKASIDE_LIST_EX entries, buffers;
    /*
     * WDF_PARENT_GONE, and WDF_ONE_IN_USE for each memory object that is not at rest and for the
     * list itself until it is deleted; atomic. A memory object becomes LIVE before it counts: who
     * sets the flag finds those that counted before, and those that come later see it.
     */
    LONG64 in_use;
    LONG lives;      /* of object and anchor, those that are not destroyed; atomic */
    KSPIN_LOCK lock; /* guards all */
    LIST_ENTRY all;  /* of wdf_lookaside_entry.all */
    struct wdf_lookaside_entry *doomed; /* that the anchor's disposal disposed of */
};

#define WDF_PARENT_GONE 1
#define WDF_ONE_IN_USE ((LONG64)2)

/* At rest it is destroyed, and its handle's slot still its. */
struct wdf_lookaside_entry {
    SLIST_ENTRY link; /* the lookaside list's, while it has the entry */
    LIST_ENTRY all;
    struct wdf_lookaside_entry *next_doomed;
    DECLSPEC_ALIGN(16) struct wdf_memory_object memory;
};

/* The type of lookaside->anchor, which is never given out. */
extern const struct wdf_type wdf_type_lookaside_anchor;

/* The ex room's lists, with these entries. STATUS_INTEGER_OVERFLOW: they would be too large. */
NTSTATUS wdf_make_lookaside_lists(struct wdf_lookaside *list, POOL_TYPE type, ULONG tag);
/* STATUS_DELETE_PENDING, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_take_lookaside_entry(struct wdf_lookaside *list, WDFMEMORY *memory);
/* One user less: the last one ends object and anchor. */
VOID wdf_drop_lookaside_use(struct wdf_lookaside *list);
/* object or anchor is destroyed: after both, all goes. */
VOID wdf_end_lookaside(struct wdf_lookaside *list);
