/*
 * The object manager's private side: objects, types, names, handles, security.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../ke/ke.h"

/* What a kind of object is. The public POBJECT_TYPE points to one. */
struct _OBJECT_TYPE {
    PCSTR name;
    GENERIC_MAPPING mapping;
    ULONG valid_access;
    POOL_TYPE pool;
    /* The last handle in process to object was closed (handles_left in all processes). May be NULL. */
    VOID (*close)(PVOID object, PKPROCESS process, ACCESS_MASK granted, ULONG_PTR handles_left);
    /* The last reference went. PASSIVE_LEVEL. May be NULL. */
    VOID (*destroy)(PVOID object);
    /*
     * The name continues past this object: returns the object that the rest
     * names (a file of a device, a key). May be NULL: then a rest is an error.
     * parse_context is what ob_open_by_name was given. Returns a referenced object.
     */
    NTSTATUS (*parse)(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access, ULONG attributes,
                      KPROCESSOR_MODE mode, PVOID parse_context, PVOID *found);
    /* What a wait on it waits on; NULL: the object starts with a DISPATCHER_HEADER. */
    PVOID (*waitable)(PVOID object);
    ULONG objects, handles; /* how many there are now, atomic */
};

/* The types, made by ob_start (io, cm fill their callbacks before it). */
extern struct _OBJECT_TYPE ob_type_directory, ob_type_symbolic_link, ob_type_event,
    ob_type_semaphore, ob_type_mutant, ob_type_timer, ob_type_thread, ob_type_process,
    ob_type_device, ob_type_driver, ob_type_file, ob_type_key, ob_type_token,
    ob_type_completion_port;

NTSTATUS ob_start(VOID);
VOID ob_stop(VOID);

/* Makes an object with one reference and zeroed body. */
NTSTATUS ob_create(struct _OBJECT_TYPE *type, SIZE_T size, PVOID *object);

/* Puts an object at an absolute name. STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_PATH_NOT_FOUND. */
NTSTATUS ob_insert_name(PVOID object, PCUNICODE_STRING name);
/* As ob_insert_name, below the directory of attributes->RootDirectory if there is one. */
NTSTATUS ob_insert(PVOID object, POBJECT_ATTRIBUTES attributes, KPROCESSOR_MODE mode);
/* Takes the name away; the object lives on while it is referenced. Idempotent. */
VOID ob_remove_name(PVOID object);
/* The object's absolute name; the text is the object's own while it is named. */
NTSTATUS ob_query_name(PVOID object, PUNICODE_STRING name);

/* Makes sure that the directory exists ("\\Device"). */
NTSTATUS ob_create_directory(PCUNICODE_STRING name);
NTSTATUS ob_create_symbolic_link(PCUNICODE_STRING name, PCUNICODE_STRING target);
NTSTATUS ob_delete_symbolic_link(PCUNICODE_STRING name);

/*
 * Follows a name (through symbolic links, without regard to case unless the
 * attributes say otherwise) to an object of type (NULL: any), which is returned
 * with a reference. Checks access against the object's security descriptor for
 * UserMode callers.
 */
NTSTATUS ob_open_by_name(PCUNICODE_STRING name, ULONG attributes, struct _OBJECT_TYPE *type,
                         ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                         PVOID *object);

/* Calls visit for each name in the tree, depth first: for `ntio tree`. */
VOID ob_enumerate(VOID (*visit)(PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type,
                                ULONG depth, PVOID context),
                  PVOID context);

struct _OBJECT_TYPE *ob_type_of(PVOID object);
LONG_PTR ob_reference_count(PVOID object);
LONG_PTR ob_handle_count(PVOID object);

/* Handles. The table of a process, made and torn down with it. */
struct ob_handle_table *ob_handle_table_create(VOID);
/* Closes every handle in it, then frees it. PASSIVE_LEVEL. */
VOID ob_handle_table_destroy(PKPROCESS process);

/* Makes a handle in the current process (in the system's with OBJ_KERNEL_HANDLE); takes its own reference. */
NTSTATUS ob_make_handle(PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle);

/*
 * The hot path of every system call: handle to referenced object.
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED. granted may be NULL.
 * IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS ob_reference_handle(HANDLE handle, ACCESS_MASK access, struct _OBJECT_TYPE *type,
                             KPROCESSOR_MODE mode, PVOID *object, ACCESS_MASK *granted);
NTSTATUS ob_close_handle(HANDLE handle, KPROCESSOR_MODE mode);
VOID ob_for_each_handle(PKPROCESS process,
                        VOID (*visit)(HANDLE handle, PVOID object, ACCESS_MASK granted, PVOID context),
                        PVOID context);

/* security.c */
/* Parses SDDL ("D:P(A;;GA;;;SY)...") to a self-relative descriptor in pool (EX_TAG_SECURITY). */
NTSTATUS ob_security_from_sddl(PCUNICODE_STRING sddl, PSECURITY_DESCRIPTOR *descriptor);
/* The descriptor an object is opened against; takes ownership; NULL: everybody may do everything. */
VOID ob_set_security(PVOID object, PSECURITY_DESCRIPTOR descriptor);
PSECURITY_DESCRIPTOR ob_security(PVOID object);
/* SeAccessCheck's core: what of desired the token gets. */
NTSTATUS ob_access_check(PSECURITY_DESCRIPTOR descriptor, PACCESS_TOKEN token, ACCESS_MASK desired,
                         const GENERIC_MAPPING *mapping, ACCESS_MASK *granted);
/* A token of a user: administrator (root: SYSTEM and Administrators) or an ordinary user. */
NTSTATUS ob_token_create(BOOLEAN is_administrator, PACCESS_TOKEN *token);
