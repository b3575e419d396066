/*
 * WDFCOLLECTION: handles in the order in which they were added. The driver keeps calls apart.
 */
#pragma once

#include "object.h"

struct wdf_collection {
    struct wdf_object object;
    WDFOBJECT *items; /* in pool, each referenced */
    ULONG count, room;
};

extern const struct wdf_type wdf_type_collection;

/* At the end. STATUS_UNSUCCESSFUL for lack of memory. */
NTSTATUS wdf_collect(struct wdf_collection *collection, WDFOBJECT item);
/* Takes out those from first on, in order. */
VOID wdf_uncollect_from(struct wdf_collection *collection, ULONG first);
