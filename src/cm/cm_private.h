/*
 * What the configuration manager's own files share. Nothing outside src/cm includes it.
 */
#pragma once

#include "cm.h"

#include "../ob/ob.h"

#define CM_MAX_KEY_NAME 255u     /* characters */
#define CM_MAX_VALUE_NAME 16383u /* characters */
#define CM_MAX_DEPTH 512u        /* keys below each other, as NT */

struct cm_value {
    UNICODE_STRING name; /* empty: the default value */
    ULONG type, bytes;
    PUCHAR data; /* in pool; NULL if bytes is 0 */
};

/* A key of the registry. Everything in it is guarded by cm_system.lock. */
struct cm_node {
    LONG references;        /* one while it is in the tree, one of each key object */
    ULONG depth;            /* 0: the root */
    struct cm_node *parent; /* NULL: the root, or deleted */
    UNICODE_STRING name;
    UNICODE_STRING class_name;
    LARGE_INTEGER written;
    struct cm_node **children; /* sorted by name without regard to case, each once */
    ULONG child_count, child_room;
    struct cm_value *values; /* in the order in which they were first set */
    ULONG value_count, value_room;
    BOOLEAN is_deleted;
    BOOLEAN is_volatile; /* not written by cm_save */
    BOOLEAN is_link;     /* its SymbolicLinkValue names the key that it stands for */
};

/* The body of a key object: one opening of a key. */
struct cm_key {
    struct cm_node *node; /* referenced */
    LIST_ENTRY contexts;  /* of callback.c, guarded by its lock */
};

struct cm_system {
    FAST_MUTEX lock;      /* guards the tree */
    struct cm_node *root; /* \Registry */
    PVOID root_key;       /* its key object, which has the name */
    /* Of all keys but a user's own: administrators may do everything, others read. */
    PSECURITY_DESCRIPTOR security;
};
extern struct cm_system cm_system;

/* ---- node.c: all but cm_node_dereference_unlocked under the lock ---------- */

/* Makes a key below parent (NULL: a root). STATUS_INSUFFICIENT_RESOURCES, STATUS_NAME_TOO_LONG. */
NTSTATUS cm_node_create(struct cm_node *parent, PCUNICODE_STRING name, struct cm_node **node);
struct cm_node *cm_node_find(struct cm_node *parent, PCUNICODE_STRING name);
VOID cm_node_reference(struct cm_node *node);
VOID cm_node_dereference(struct cm_node *node);
/* Takes a key without subkeys out of the tree. */
VOID cm_node_unlink(struct cm_node *node);
/* Takes a key and everything below it out of the tree. */
VOID cm_node_unlink_tree(struct cm_node *node);
NTSTATUS cm_node_set_class(struct cm_node *node, PCUNICODE_STRING class_name);
/* The whole name: writes at most *bytes of it, sets *bytes to its length. STATUS_KEY_DELETED. */
NTSTATUS cm_node_path(struct cm_node *node, PWSTR text, ULONG *bytes);

struct cm_value *cm_value_find(struct cm_node *node, PCUNICODE_STRING name);
/* data is kernel memory. */
NTSTATUS cm_value_set(struct cm_node *node, PCUNICODE_STRING name, ULONG type, const VOID *data,
                      ULONG bytes);
VOID cm_value_delete(struct cm_node *node, struct cm_value *value);
/* A name as the caller gave it, without the terminators that some count in. */
UNICODE_STRING cm_trim_name(PCUNICODE_STRING name);

/* ---- open.c -------------------------------------------------------------- */

/* The parse context of the key type: what to do if the last key is not there. */
struct cm_request {
    BOOLEAN create;
    KPROCESSOR_MODE mode; /* who creates; KernelMode may everywhere */
    ULONG options;        /* REG_OPTION_* */
    UNICODE_STRING class_name;
    ULONG disposition; /* REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY */
};

NTSTATUS cm_parse(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access, ULONG attributes,
                  KPROCESSOR_MODE mode, PVOID parse_context, PVOID *found);
/*
 * Follows path from node, through links, making what is missing if request says
 * so. Under the lock; no reference is taken.
 */
NTSTATUS cm_walk(struct cm_node *start, PCUNICODE_STRING path, ULONG attributes,
                 struct cm_request *request, struct cm_node **node);
/* What of access the calling program gets to the key, if mode is UserMode. */
NTSTATUS cm_grant_access(const struct cm_node *node, ACCESS_MASK access, KPROCESSOR_MODE mode,
                         ACCESS_MASK *granted);
NTSTATUS cm_make_key(struct cm_node *node, PVOID *key);
/* The next component of *rest, which is moved past it; FALSE at the end. */
BOOLEAN cm_next_component(PUNICODE_STRING rest, PUNICODE_STRING component);
/* A key object from a handle; STATUS_KEY_DELETED if the key is gone. */
NTSTATUS cm_reference_key(HANDLE handle, ACCESS_MASK access, struct cm_key **key);

/* ---- answer.c ------------------------------------------------------------ */

/* An answer being written to a caller's buffer. */
struct cm_answer {
    PVOID buffer;
    ULONG length;
    KPROCESSOR_MODE mode;
    ULONG needed;    /* bytes that the whole answer takes */
    NTSTATUS status; /* of copying */
};
/* The part of fixed size. Without room for it nothing is written. */
VOID cm_answer_fixed(struct cm_answer *answer, const VOID *data, ULONG bytes);
/* A part of any size at an offset: as much of it as there is room for. */
VOID cm_answer_part(struct cm_answer *answer, ULONG offset, const VOID *data, ULONG bytes);
/* STATUS_BUFFER_TOO_SMALL if not even the fixed part fitted, STATUS_BUFFER_OVERFLOW if not all did.
 */
NTSTATUS cm_answer_end(struct cm_answer *answer, PULONG result_length);

/* ---- callback.c ---------------------------------------------------------- */

VOID cm_callback_start(VOID);
VOID cm_callback_stop(VOID);
VOID cm_callback_key_destroyed(struct cm_key *key);
