/*
 * The object manager's private side: objects, types, names, handles, security.
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

#include "../ke/ke.h"

typedef NTSTATUS (*ob_parse)(PVOID object, PUNICODE_STRING rest, ACCESS_MASK access,
                             ULONG attributes, KPROCESSOR_MODE mode, PVOID parse_context,
                             PVOID *found);

/* What a kind of object is. The public POBJECT_TYPE points to one. */
struct _OBJECT_TYPE {
    PCSTR name;
    GENERIC_MAPPING mapping;
    ULONG valid_access;
    POOL_TYPE pool;
    /*
     * A handle of process to object was closed; handles_left are open in all
     * processes, 0 when that was the last. PASSIVE_LEVEL. May be NULL.
     */
    VOID (*close)(PVOID object, PKPROCESS process, ACCESS_MASK granted, ULONG_PTR handles_left);
    /*
     * The last reference went, but something else still needs the object's
     * memory: TRUE if the type keeps it and will call ob_destroy. PASSIVE_LEVEL.
     * May be NULL.
     */
    BOOLEAN (*keep)(PVOID object);
    /* The last reference went. PASSIVE_LEVEL. May be NULL. */
    VOID (*destroy)(PVOID object);
    /*
     * The name continues past this object: returns the object that the rest
     * names (a file of a device, a key). rest is empty, or starts with '\\', or is
     * relative without one (object was the RootDirectory). Called with an empty
     * rest too if another type is asked for than object's. Checks access to
     * object itself. May be NULL: then a rest is an error. parse_context is what
     * ob_open_by_name was given. Returns a referenced object.
     */
    ob_parse parse;
    /* The type that parse makes; asked for another, a name that leads here is a mismatch. */
    struct _OBJECT_TYPE *parses_to;
    /* What a wait on it waits on; NULL: the object starts with a DISPATCHER_HEADER. */
    PVOID (*waitable)(PVOID object);
    /*
     * The name of an object that is in no directory (a file, a key): writes at
     * most *bytes of it, without a terminator, and sets *bytes to what all of it
     * takes. May be NULL.
     */
    NTSTATUS (*query_name)(PVOID object, PWSTR text, ULONG *bytes);
    ULONG objects, handles; /* how many there are now, atomic */
};

/* The types, ready before ob_start; io and cm fill their callbacks in. */
extern struct _OBJECT_TYPE ob_type_directory, ob_type_symbolic_link, ob_type_event,
    ob_type_semaphore, ob_type_mutant, ob_type_timer, ob_type_thread, ob_type_process,
    ob_type_device, ob_type_driver, ob_type_file, ob_type_key, ob_type_token,
    ob_type_completion_port;

/* Exported, but declared by no header of the driver kit. */
extern POBJECT_TYPE *IoDeviceObjectType, *IoDriverObjectType;

NTSTATUS ob_start(VOID);
VOID ob_stop(VOID);

/*
 * Makes an object with one reference and zeroed body. Works before ob_start and
 * after ob_stop. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS ob_create(struct _OBJECT_TYPE *type, SIZE_T size, PVOID *object);

/*
 * Puts an object at an absolute name, until ob_remove_name or
 * ObMakeTemporaryObject; the name holds a reference of its own. PASSIVE_LEVEL.
 * STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_PATH_NOT_FOUND,
 * STATUS_OBJECT_PATH_SYNTAX_BAD (not absolute), STATUS_OBJECT_NAME_INVALID.
 */
NTSTATUS ob_insert_name(PVOID object, PCUNICODE_STRING name);
/*
 * As ob_insert_name, below the directory of attributes->RootDirectory if there
 * is one. Without OBJ_PERMANENT the name goes with the last handle. Without a
 * name (or attributes) nothing happens.
 */
NTSTATUS ob_insert(PVOID object, POBJECT_ATTRIBUTES attributes, KPROCESSOR_MODE mode);
/* Takes the name away; the object lives on while it is referenced. Idempotent. */
VOID ob_remove_name(PVOID object);
/*
 * The object's absolute name; the text is the object's own and stays until the
 * object goes. STATUS_OBJECT_NAME_NOT_FOUND and an empty name if it has none.
 */
NTSTATUS ob_query_name(PVOID object, PUNICODE_STRING name);

/*
 * In a driver host: who makes drivers' symbolic links, and with target NULL deletes them,
 * instead of this namespace.
 */
typedef NTSTATUS (*ob_link_changed)(PCUNICODE_STRING link, PCUNICODE_STRING target);
VOID ob_on_link_change(ob_link_changed changed);

/* Makes sure that the directory exists ("\\Device"); it is permanent, and so is a link. */
NTSTATUS ob_create_directory(PCUNICODE_STRING name);
NTSTATUS ob_create_symbolic_link(PCUNICODE_STRING name, PCUNICODE_STRING target);
NTSTATUS ob_delete_symbolic_link(PCUNICODE_STRING name);
/* What a symbolic link object stands for; never changes. */
PCUNICODE_STRING ob_symbolic_link_target(PVOID link);

/*
 * Follows a name (through symbolic links, without regard to case unless the
 * attributes say otherwise) to an object of type (NULL: any), which is returned
 * with a reference. Checks access against the object's security descriptor for
 * UserMode callers.
 */
NTSTATUS ob_open_by_name(PCUNICODE_STRING name, ULONG attributes, struct _OBJECT_TYPE *type,
                         ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                         PVOID *object);
/*
 * As ob_open_by_name, from OBJECT_ATTRIBUTES of a caller in mode: these are
 * copied guarded if he is a user, and RootDirectory may be a directory or what
 * has a parse routine.
 */
NTSTATUS ob_open(POBJECT_ATTRIBUTES attributes, struct _OBJECT_TYPE *type, ACCESS_MASK access,
                 KPROCESSOR_MODE mode, PVOID parse_context, PVOID *object);
/* ob_open and a handle to the object, written guarded to *handle. */
NTSTATUS ob_open_handle(POBJECT_ATTRIBUTES attributes, struct _OBJECT_TYPE *type,
                        ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                        PHANDLE handle);

/*
 * What a caller in mode gets of access to object: generic rights mapped,
 * MAXIMUM_ALLOWED resolved, a user's checked against the object's descriptor.
 * STATUS_ACCESS_DENIED.
 */
NTSTATUS ob_grant_access(PVOID object, ACCESS_MASK access, KPROCESSOR_MODE mode,
                         ACCESS_MASK *granted);

/*
 * A caller's OBJECT_ATTRIBUTES in kernel memory. Given NULL: all empty.
 * STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_INVALID, STATUS_ACCESS_VIOLATION,
 * STATUS_INVALID_HANDLE (RootDirectory), STATUS_INVALID_SECURITY_DESCR.
 */
struct ob_attributes {
    PVOID root;                    /* referenced, or NULL */
    UNICODE_STRING name;           /* empty if there is none */
    ULONG attributes;              /* without OBJ_KERNEL_HANDLE if the caller is a user */
    PSECURITY_DESCRIPTOR security; /* self-relative copy in pool (EX_TAG_SECURITY), or NULL */
    PWSTR text;                    /* what name lies in if it was copied */
};
NTSTATUS ob_capture_attributes(POBJECT_ATTRIBUTES attributes, KPROCESSOR_MODE mode,
                               struct ob_attributes *captured);
VOID ob_release_attributes(struct ob_attributes *captured);
/* ob_open with attributes that were captured. */
NTSTATUS ob_open_captured(const struct ob_attributes *captured, struct _OBJECT_TYPE *type,
                          ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context,
                          PVOID *object);

/*
 * Calls visit for each name in the tree, depth first, sorted: for `ntio tree`.
 * name is the last component; ob_query_name gives the whole of it.
 */
VOID ob_enumerate(VOID (*visit)(PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type,
                                ULONG depth, PVOID context),
                  PVOID context);

/* Ends an object that its type's keep had kept. PASSIVE_LEVEL. */
VOID ob_destroy(PVOID object);
/* A reference, unless the last one went already: for what is reached by other ways than one. */
BOOLEAN ob_try_reference(PVOID object);

struct _OBJECT_TYPE *ob_type_of(PVOID object);
LONG_PTR ob_reference_count(PVOID object);
LONG_PTR ob_handle_count(PVOID object);

/* Handles. The table of a process, made and torn down with it. */
struct ob_handle_table *ob_handle_table_create(VOID);
/* Closes every handle in it, then frees it. PASSIVE_LEVEL. */
VOID ob_handle_table_destroy(PKPROCESS process);
/*
 * Gives a process that ke_create_process made its handle table and its token, that of
 * user, and takes both away again; on failure ob_strip_process takes what there is.
 * PASSIVE_LEVEL.
 */
struct ob_user;
NTSTATUS ob_equip_process(PKPROCESS process, const struct ob_user *user);
VOID ob_strip_process(PKPROCESS process);

/*
 * Makes a handle in the current process (in the system's with
 * OBJ_KERNEL_HANDLE); takes its own reference. granted has no generic rights in
 * it (ob_grant_access).
 */
NTSTATUS ob_make_handle(PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle);
/* As ob_make_handle, to *handle of a caller in mode, guarded; no handle is left on failure. */
NTSTATUS ob_return_handle(PVOID object, ACCESS_MASK granted, ULONG attributes, KPROCESSOR_MODE mode,
                          PHANDLE handle);

/*
 * The hot path of every system call: handle to referenced object.
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED. granted may be NULL.
 * IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS ob_reference_handle(HANDLE handle, ACCESS_MASK access, struct _OBJECT_TYPE *type,
                             KPROCESSOR_MODE mode, PVOID *object, ACCESS_MASK *granted);
NTSTATUS ob_close_handle(HANDLE handle, KPROCESSOR_MODE mode);
VOID ob_for_each_handle(PKPROCESS process,
                        VOID (*visit)(HANDLE handle, PVOID object, ACCESS_MASK granted,
                                      PVOID context),
                        PVOID context);

/*
 * Copies from and to memory of a caller in mode: a user's is reached guarded,
 * the kernel's own as it is. STATUS_ACCESS_VIOLATION.
 */
NTSTATUS ob_copy_in(PVOID to, const VOID *from, SIZE_T bytes, KPROCESSOR_MODE mode);
NTSTATUS ob_copy_out(PVOID to, const VOID *from, SIZE_T bytes, KPROCESSOR_MODE mode);
/* A caller's string in pool, with a terminator behind it; no buffer if it is empty. */
NTSTATUS ob_capture_string(PCUNICODE_STRING string, KPROCESSOR_MODE mode, PUNICODE_STRING captured);
VOID ob_free_string(PUNICODE_STRING captured);

/* What a Zw service is: the Nt service of the same name, called by the kernel. */
#define OB_AS_KERNEL(call)                                                                         \
    ({                                                                                             \
        PKTHREAD as_kernel_thread = ke_current();                                                  \
        KPROCESSOR_MODE as_kernel_previous = as_kernel_thread->previous_mode;                      \
        NTSTATUS as_kernel_status;                                                                 \
                                                                                                   \
        as_kernel_thread->previous_mode = KernelMode;                                              \
        as_kernel_status = (call);                                                                 \
        as_kernel_thread->previous_mode = as_kernel_previous;                                      \
        as_kernel_status;                                                                          \
    })

/* security.c */
/* Parses SDDL ("D:P(A;;GA;;;SY)...") to a self-relative descriptor in pool (EX_TAG_SECURITY). */
NTSTATUS ob_security_from_sddl(PCUNICODE_STRING sddl, PSECURITY_DESCRIPTOR *descriptor);
/*
 * The self-relative descriptor an object is opened against; takes ownership;
 * NULL: everybody may do everything. Set before others can reach the object.
 */
VOID ob_set_security(PVOID object, PSECURITY_DESCRIPTOR descriptor);
PSECURITY_DESCRIPTOR ob_security(PVOID object);
/* SeAccessCheck's core: what of desired the token gets. token NULL: the system's own. */
NTSTATUS ob_access_check(PSECURITY_DESCRIPTOR descriptor, PACCESS_TOKEN token, ACCESS_MASK desired,
                         const GENERIC_MAPPING *mapping, ACCESS_MASK *granted);
/* Whom Linux knows a process as. */
struct ob_user {
    BOOLEAN is_administrator; /* to drivers */
    ULONG user, group;
    ULONG group_count;   /* of the groups besides */
    const ULONG *groups; /* they are copied */
};
/*
 * A token. user NULL: the system's own. An administrator is SYSTEM, and one of
 * Administrators; anybody else is the user S-1-22-1-UID. Both are in the groups
 * S-1-22-2-GID, and Users, as Samba names those that have no names on Windows.
 */
NTSTATUS ob_token_create(const struct ob_user *user, PACCESS_TOKEN *token);
/* LOCAL SERVICE's: what driver hosts act as. */
NTSTATUS ob_token_create_service(PACCESS_TOKEN *token);
/*
 * Until ob_revert the calling thread acts for the token, which stays the caller's, wherever access
 * is checked. Does not nest. With a level below SecurityImpersonation it can open nothing.
 */
VOID ob_impersonate(PACCESS_TOKEN token, SECURITY_IMPERSONATION_LEVEL level);
VOID ob_revert(VOID);
/* The token that the calling thread acts for: who it impersonates, or its process's. */
PACCESS_TOKEN ob_acting_token(VOID);
