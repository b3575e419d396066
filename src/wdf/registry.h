/*
 * WDFKEY: an open key of the registry.
 *
 *   registry.c         opening, closing, deleting
 *   registry_query.c   reading values
 *   registry_assign.c  writing values
 */
#pragma once

#include "object.h"

struct wdf_key {
    struct wdf_object object;
    HANDLE key; /* a kernel handle, closed with the object; NULL once it was closed */
};

extern const struct wdf_type wdf_type_key;

static inline struct wdf_key *wdf_key_of(WDFKEY handle, PCSTR function)
{
    return (struct wdf_key *)wdf_object_of(handle, &wdf_type_key, function);
}

/*
 * A WDFKEY that owns key from now on, below parent; on failure key is closed. attributes are
 * checked. PASSIVE_LEVEL.
 */
NTSTATUS wdf_wrap_key(struct wdf_globals *globals, struct wdf_object *parent,
                      PWDF_OBJECT_ATTRIBUTES attributes, HANDLE key, WDFKEY *handle);
/*
 * Opens the key below (may be NULL) named name as a kernel handle; makes it first if
 * is_created and it is not there. The registry's statuses.
 */
NTSTATUS wdf_open_key(HANDLE below, PCUNICODE_STRING name, ACCESS_MASK access, BOOLEAN is_created,
                      HANDLE *key);
