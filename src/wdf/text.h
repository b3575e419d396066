/*
 * WDFSTRING. Counted strings as drivers pass them are init.c's.
 */
#pragma once

#include "object.h"

struct wdf_string {
    struct wdf_object object;
    UNICODE_STRING text; /* in pool, NUL behind it; Buffer NULL: empty */
};

extern const struct wdf_type wdf_type_string;

/* text may be NULL. attributes are checked. *handle is set on success. */
NTSTATUS wdf_make_string(struct wdf_globals *globals, struct wdf_object *parent,
                         PCUNICODE_STRING text, PWDF_OBJECT_ATTRIBUTES attributes,
                         WDFSTRING *handle);
/* Replaces the text. On failure the old one stays. PASSIVE_LEVEL. */
NTSTATUS wdf_assign_string(struct wdf_string *string, PCUNICODE_STRING text);
