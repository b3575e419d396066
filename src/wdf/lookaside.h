/*
 * Lookaside lists of memory objects.
 *
 *   lookaside.c        WDFLOOKASIDE: creation, deletion
 *   lookaside_entry.c  its memory objects: in use and at rest
 *   lookaside_use.c    when the last one is at rest
 *
 * A memory object is not in its parent's list of children: to put it there and take it back
 * would cost more than all the rest. One child, the list's anchor, stands for all of them: it
 * goes with the parent and takes along those that are in use.
 */
#pragma once

#include "memory.h"
#include "thread_use.h"

struct wdf_lookaside {
    struct wdf_object object;
    struct wdf_object anchor;         /* below the memory objects' parent */
    WDF_OBJECT_ATTRIBUTES attributes; /* of the memory objects */
    SIZE_T size;                      /* of their buffers */
    BOOLEAN is_apart;                 /* buffers come from the list of that name */
    BOOLEAN is_ready;                 /* there are lists */
    LONG counting;                    /* enum wdf_lookaside_counting; atomic */
    LOOKASIDE_LIST_EX entries, buffers;
    LONG lives; /* of object and anchor, those that are not destroyed; atomic */

    KSPIN_LOCK lock; /* guards all that follows */
    LIST_ENTRY all;  /* of wdf_lookaside_entry.all */
    BOOLEAN is_parent_gone;
    LONG64 in_use; /* entries that are COUNTED, 1 until the list is deleted, 1 until it counts */
    struct wdf_lookaside_entry *doomed; /* that the anchor's disposal disposed of */
};

enum wdf_lookaside_counting {
    WDF_COUNTS_NOT,
    WDF_COUNTS_SOON, /* who uses it is waited for */
    WDF_COUNTS,      /* before object or anchor goes */
};

enum wdf_entry_use {
    WDF_ENTRY_AT_REST, /* in the lookaside list, or on the way */
    WDF_ENTRY_USED,    /* taken when the list did not count */
    WDF_ENTRY_COUNTED,
};

/* At rest the memory object is destroyed, and its handle's slot still its. */
struct wdf_lookaside_entry {
    SLIST_ENTRY link; /* the lookaside list's, while it has the entry */
    LIST_ENTRY all;
    enum wdf_entry_use use; /* changed between begin and end of use, or under the lock */
    struct wdf_lookaside_entry *next_doomed;
    DECLSPEC_ALIGN(16) struct wdf_memory_object memory;
};

/* The type of lookaside->anchor, which is never given out. */
extern const struct wdf_type wdf_type_lookaside_anchor;

/* ---- lookaside_entry.c ------------------------------------------------------------ */

/* The ex room's lists, with these entries. STATUS_INTEGER_OVERFLOW: they would be too large. */
NTSTATUS wdf_make_lookaside_lists(struct wdf_lookaside *list, POOL_TYPE type, ULONG tag);
/* STATUS_DELETE_PENDING, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS wdf_take_lookaside_entry(struct wdf_lookaside *list, WDFMEMORY *memory);

/* ---- lookaside_use.c --------------------------------------------------------------- */

/* Whether lists need not count from the start. */
VOID wdf_lookaside_start(VOID);
VOID wdf_set_up_lookaside_use(struct wdf_lookaside *list);
/*
 * Around the use of the list and its entries by a thread, without a count: TRUE if the list
 * does not count yet, and will not until wdf_end_lookaside_use. Between the two no driver is
 * called and nothing is waited for.
 */
static inline BOOLEAN wdf_begin_lookaside_use(struct wdf_lookaside *list)
{
    PKTHREAD thread = ke_current();

    wdf_begin_use(thread, list);
    if (__builtin_expect(__atomic_load_n(&list->counting, __ATOMIC_RELAXED) == WDF_COUNTS_NOT, 1))
        return TRUE;
    wdf_end_use(thread);
    return FALSE;
}

static inline VOID wdf_end_lookaside_use(VOID)
{
    wdf_end_use(ke_current());
}

/* From when this returns the list counts: for the entries in use, too. */
VOID wdf_count_lookaside_use(struct wdf_lookaside *list);
/*
 * For a list that counts: one use more, for an entry that comes back from USED or COUNTED
 * (or NULL); and one less. The last one ends object and anchor.
 */
VOID wdf_add_lookaside_use(struct wdf_lookaside *list, struct wdf_lookaside_entry *entry);
VOID wdf_drop_lookaside_use(struct wdf_lookaside *list);

/* ---- lookaside.c --------------------------------------------------------------------- */

/* object or anchor is destroyed: after both, all goes. */
VOID wdf_end_lookaside(struct wdf_lookaside *list);
