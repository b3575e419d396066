/*
 * What the object manager's own files share. Nothing outside src/ob includes it.
 */
#pragma once

#include "ob.h"

/*
 * Stands right before every object's body. Objects may be made before ob_start
 * and destroyed after ob_stop, so nothing in it needs the room to run.
 */
struct ob_header {
    LONG_PTR pointers; /* references: those of handles and of the name among them; atomic */
    LONG_PTR handles;  /* open handles in all processes; atomic */
    struct _OBJECT_TYPE *type;
    struct ob_name *name;            /* guarded by ob_system.names; NULL: never had one */
    PSECURITY_DESCRIPTOR security;   /* self-relative, in pool; NULL: no protection */
    struct ob_header *next_deferred; /* on ob_system.deferred, once no reference is left */
};
C_ASSERT(sizeof(struct ob_header) % MEMORY_ALLOCATION_ALIGNMENT == 0);

/* An object's place in the name space. Lives until the object goes or gets another name. */
struct ob_name {
    LIST_ENTRY link; /* in the directory's bucket, while is_linked */
    PVOID object;
    PVOID directory;      /* referenced while is_linked */
    BOOLEAN is_linked;    /* holds a reference of the object's */
    BOOLEAN is_permanent; /* outlives the last handle */
    ULONG hash;           /* of name, without regard to case */
    UNICODE_STRING path;  /* absolute; text lies behind this structure */
    UNICODE_STRING name;  /* the last component, a tail of path */
};

#define OB_DIRECTORY_BUCKETS 37

/* The body of a directory object. */
struct ob_directory {
    LIST_ENTRY buckets[OB_DIRECTORY_BUCKETS]; /* of ob_name.link, guarded by ob_system.names */
};

/* The body of a symbolic link object. */
struct ob_symbolic_link {
    UNICODE_STRING target; /* never changes; text in pool */
    LARGE_INTEGER created;
};

struct ob_system {
    FAST_MUTEX names;                /* guards every directory and every object's name */
    PVOID root;                      /* the directory "\" */
    struct ob_header *deferred;      /* stack of objects to destroy at PASSIVE_LEVEL; atomic */
    LONG deferred_count;             /* on the stack or being destroyed from it; atomic */
    KEVENT deferred_idle;            /* set each time deferred_count comes back to 0 */
    BOOLEAN has_workers;             /* between ob_start and ob_stop; atomic */
    WORK_QUEUE_ITEM deferred_worker; /* queued by whoever finds the stack empty */
    KSPIN_LOCK kept_lock;            /* guards kept_mutants */
    LIST_ENTRY kept_mutants;         /* of ob_mutant.kept: unreferenced, but owned; mutant.c */
};
extern struct ob_system ob_system;

static inline struct ob_header *ob_header(PVOID object)
{
    return (struct ob_header *)object - 1;
}

static inline PVOID ob_body(struct ob_header *header)
{
    return header + 1;
}

/* object.c: the objects whose last reference went above PASSIVE_LEVEL. */
VOID ob_deferred_start(VOID);
/* No work item is queued after this: ex has stopped before ob. */
VOID ob_deferred_stop(VOID);
/* Destroys them all. PASSIVE_LEVEL. */
VOID ob_deferred_drain(VOID);

/* open.c */
/* The start of every create call: the attributes captured, an object with one reference. */
NTSTATUS ob_begin_create(struct _OBJECT_TYPE *type, SIZE_T size, POBJECT_ATTRIBUTES attributes,
                         KPROCESSOR_MODE mode, struct ob_attributes *captured, PVOID *object);
/*
 * The end of every create call: descriptor, name, handle. Takes over the
 * reference to object, and releases captured. STATUS_OBJECT_NAME_EXISTS if an
 * object with that name was opened instead (OBJ_OPENIF).
 */
NTSTATUS ob_finish_create(PVOID object, struct ob_attributes *captured, ACCESS_MASK access,
                          KPROCESSOR_MODE mode, PHANDLE handle);

/* namespace.c */
/*
 * Follows name from root (NULL: absolute) to an object of type (NULL: any), and
 * into the parse routine of what it comes to on the way. Checks no access.
 */
NTSTATUS ob_lookup(PVOID root, PCUNICODE_STRING name, ULONG attributes, struct _OBJECT_TYPE *type,
                   ACCESS_MASK access, KPROCESSOR_MODE mode, PVOID parse_context, PVOID *object);
NTSTATUS ob_insert_below(PVOID object, PVOID root, PCUNICODE_STRING path, BOOLEAN is_permanent);
/* The last handle went: a name that is not permanent goes with it. */
VOID ob_handles_gone(PVOID object);
VOID ob_set_permanence(PVOID object, BOOLEAN is_permanent);
/* The object is being destroyed: its name's memory goes. It is not linked any more. */
VOID ob_free_name(struct ob_name *name);

/* directory.c; find, link, unlink and next under ob_system.names. */
VOID ob_directory_initialize(PVOID directory);
struct ob_name *ob_directory_find(PVOID directory, PCUNICODE_STRING name);
/* References directory and object; who unlinks gives the references back, after the lock. */
VOID ob_directory_link(PVOID directory, struct ob_name *name);
VOID ob_directory_unlink(struct ob_name *name);
/* The entry after previous (NULL: the first), in no order; NULL at the end. */
struct ob_name *ob_directory_next(PVOID directory, struct ob_name *previous);
VOID ob_remove_all_names(PVOID directory);

/* symlink.c */
NTSTATUS ob_symbolic_link_make(PCUNICODE_STRING target, PVOID *link);
/* Makes target + rest, in pool; STATUS_NAME_TOO_LONG, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS ob_symbolic_link_substitute(PVOID link, PCUNICODE_STRING rest, PUNICODE_STRING name);
VOID ob_symbolic_link_destroy(PVOID link);

/* descriptor.c: a caller's descriptor as a self-relative one in pool. */
NTSTATUS ob_capture_security(PSECURITY_DESCRIPTOR descriptor, KPROCESSOR_MODE mode,
                             PSECURITY_DESCRIPTOR *captured);

/* mutant.c, timer.c: the ends of their types. */
/* A mutex of programs. */
struct ob_mutant {
    KMUTANT mutant;
    LIST_ENTRY kept; /* in ob_system.kept_mutants, once the last reference went */
};

VOID ob_mutant_start(VOID);
VOID ob_mutant_stop(VOID);
BOOLEAN ob_mutant_keep(PVOID object);
/* Ends the kept mutants that nobody owns any more. */
VOID ob_mutant_sweep(VOID);

struct ob_timer {
    KTIMER timer;
    KDPC dpc;
    KSPIN_LOCK lock; /* guards apc and thread */
    KAPC apc;        /* while queued it holds a reference to the object */
    PKTHREAD thread; /* that gets the APC at expiry, referenced; NULL: nobody */
};

/* The calling thread gets an APC when the timer expires. */
VOID ob_timer_attach(struct ob_timer *timer, PTIMER_APC_ROUTINE routine, PVOID context,
                     KPROCESSOR_MODE mode);
/* No expiry that was due before queues an APC after this. */
VOID ob_timer_detach(struct ob_timer *timer);
/* KTIMER's DPC. */
VOID NTAPI ob_timer_expired(PKDPC dpc, PVOID context, PVOID first, PVOID second);
VOID ob_timer_destroy(PVOID object);

/* type.c: the type's waitable for what cannot be waited on. */
PVOID ob_not_waitable(PVOID object);
