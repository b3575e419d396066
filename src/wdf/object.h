/*
 * Framework objects: what every handle stands for.
 *
 * An object lives in one block of non-paged pool: the type's own structure, which
 * begins with struct wdf_object, and behind it the context that the attributes ask
 * for. It is made in two steps. wdf_allocate_object makes it; its creator fills it
 * in; wdf_commit_object puts it below its parent, from when on it can be deleted.
 * Between the two, wdf_discard_object takes it back without calling the driver.
 *
 * Deletion has two phases, each over the whole tree: disposal (children first:
 * type->dispose, then the driver's EvtCleanupCallback) and release (each object
 * loses the reference that its creation gave it). The last reference calls the
 * driver's EvtDestroyCallback and type->destroy, and frees the block.
 *
 *   LIVE --delete--> DISPOSING --cleaned up--> DISPOSED --last reference--> gone
 */
#pragma once

#include "../ke/ke.h"
#include "../rtl/rtl.h"
#include "../ex/ex.h"
#include <wdf.h>

struct wdf_object;

/* What a type's objects have in common. Numbers are those that WDF_VIOLATION reports. */
enum wdf_type_number {
    WDF_TYPE_NUMBER_DRIVER = 0x1001,
    WDF_TYPE_NUMBER_DEVICE = 0x1002,
    WDF_TYPE_NUMBER_QUEUE = 0x1003,
    WDF_TYPE_NUMBER_WMI_PROVIDER = 0x1004,
    WDF_TYPE_NUMBER_KEY = 0x1006,
    WDF_TYPE_NUMBER_STRING = 0x1007,
    WDF_TYPE_NUMBER_REQUEST = 0x1008,
    WDF_TYPE_NUMBER_LOOKASIDE = 0x1009,
    WDF_TYPE_NUMBER_MEMORY = 0x100A,
    WDF_TYPE_NUMBER_USER_OBJECT = 0x100C,
    WDF_TYPE_NUMBER_COLLECTION = 0x100E,
    WDF_TYPE_NUMBER_DPC = 0x1015,
    WDF_TYPE_NUMBER_FILE = 0x1018,
    WDF_TYPE_NUMBER_MEMORY_PREALLOCATED = 0x1022,
    WDF_TYPE_NUMBER_WAIT_LOCK = 0x1023,
    WDF_TYPE_NUMBER_SPIN_LOCK = 0x1024,
    WDF_TYPE_NUMBER_WORK_ITEM = 0x1025,
    WDF_TYPE_NUMBER_INTERRUPT = 0x1027,
    WDF_TYPE_NUMBER_TIMER = 0x1028,
    WDF_TYPE_NUMBER_CHILD_LIST = 0x1029,
    WDF_TYPE_NUMBER_WMI_INSTANCE = 0x1034,
    WDF_TYPE_NUMBER_IO_RESOURCE_LIST = 0x1035,
    WDF_TYPE_NUMBER_CM_RESOURCE_LIST = 0x1036,
    WDF_TYPE_NUMBER_IO_RESOURCE_REQUIREMENTS = 0x1037,
    WDF_TYPE_NUMBER_IO_TARGET = 0x1200,
    WDF_TYPE_NUMBER_IO_TARGET_REMOTE = 0x1201,
    WDF_TYPE_NUMBER_IO_TARGET_SELF = 0x1205,
    WDF_TYPE_NUMBER_DMA_ENABLER = 0x1400,
    WDF_TYPE_NUMBER_DMA_TRANSACTION = 0x1401,
    WDF_TYPE_NUMBER_COMMON_BUFFER = 0x1402,
};

enum wdf_type_flags {
    WDF_TYPE_NO_DELETE = 1,     /* WdfObjectDelete is refused */
    WDF_TYPE_PASSIVE = 2,       /* disposed of and destroyed at PASSIVE_LEVEL only */
    WDF_TYPE_NEVER_DEFERRED = 4 /* disposed of at once, its passive children later */
};

struct wdf_type {
    PCSTR name; /* "WDFMEMORY" */
    USHORT number;
    USHORT flags;
    /* The type whose handles these are too (WDFIOTARGET of a remote target), or NULL. */
    const struct wdf_type *base;
    /* FALSE refuses WdfObjectDelete for this one object; NULL: by flags alone. */
    BOOLEAN (*may_delete)(struct wdf_object *object);
    /* What WdfObjectDelete does in place of wdf_delete_object; NULL: just that. */
    VOID (*remove)(struct wdf_object *object);
    /* Before the driver's cleanup callback: stops what could still call the driver. Or NULL. */
    VOID (*dispose)(struct wdf_object *object);
    /* Gives back what the structure holds; the block itself is object.c's. NULL: nothing. */
    VOID (*destroy)(struct wdf_object *object);
    /*
     * Takes the block back in place of the pool (a cache), to use it again with
     * wdf_renew_object, or to free it after wdf_close_handle. NULL: ExFreePoolWithTag.
     */
    VOID (*recycle)(struct wdf_object *object);
};

enum wdf_object_state {
    WDF_OBJECT_MADE,      /* allocated, not yet below a parent */
    WDF_OBJECT_LIVE,      /* committed */
    WDF_OBJECT_DISPOSING, /* somebody deletes it: who made this step detaches it */
    WDF_OBJECT_DISPOSED,  /* cleanup callbacks done */
};

/* One typed context, or the callbacks of attributes without a type. */
struct wdf_context {
    struct wdf_context *next;
    ULONG64 handle;                           /* of the object that it belongs to */
    const WDF_OBJECT_CONTEXT_TYPE_INFO *type; /* the UniqueType of it, or NULL */
    PFN_WDF_OBJECT_CONTEXT_CLEANUP cleanup;   /* cleared when called */
    PFN_WDF_OBJECT_CONTEXT_DESTROY destroy;
    __attribute__((aligned(16))) UCHAR data[];
};

struct wdf_object {
    const struct wdf_type *type;
    ULONG64 handle;              /* handle.c */
    struct wdf_globals *globals; /* of the driver that it belongs to */
    union {                      /* the object goes when both are 0 */
        LONG64 counts;           /* both at once, atomic */
        struct {
            LONG references;  /* 1 for the creation, the rest taken */
            LONG child_count; /* objects whose parent it is; they keep its memory */
        };
    };
    LONG state;                /* enum wdf_object_state; atomic exchanges */
    BOOLEAN is_passive;        /* this one is disposed of and destroyed at PASSIVE_LEVEL */
    BOOLEAN has_passive;       /* it or one below it is; only ever set */
    BOOLEAN is_silent;         /* its creation failed: the driver's callbacks are not called */
    BOOLEAN has_own_context;   /* contexts begins with the one in the object's block */
    KSPIN_LOCK lock;           /* guards children, contexts */
    struct wdf_object *parent; /* counts there; set by commit, cleared by release */
    struct wdf_device *device; /* its nearest device, itself if it is one, or NULL */
    LIST_ENTRY link;           /* in parent->children or parent->doomed, or in neither */
    LIST_ENTRY children;       /* of wdf_object.link */
    LIST_ENTRY doomed;         /* children that this one's disposal disposed of */
    struct wdf_context *contexts;
    struct wdf_object *deferred; /* the next in the queue for PASSIVE_LEVEL, object_defer.c */
    struct wdf_track *tracks;    /* references by tag, with the verifier on; object_track.c */
    BOOLEAN has_lost_tracks;     /* there was no memory for some of them */
    /* The lock and level for callbacks, from the attributes; see callback.h. */
    WDF_EXECUTION_LEVEL execution_level;
    WDF_SYNCHRONIZATION_SCOPE synchronization_scope;
};

/* What a driver has of the framework: what it sees, and the rest. */
struct wdf_globals {
    WDF_DRIVER_GLOBALS seen; /* first: imp_ functions get its address */
    struct wdf_driver *driver;
    PDRIVER_OBJECT driver_object;
    PDRIVER_UNLOAD unload;   /* the driver's own DriverUnload, which ours calls */
    BOOLEAN is_user;         /* a UMDF driver: this is a driver host */
    BOOLEAN is_verifier_on;  /* Parameters\Wdf\VerifierOn */
    BOOLEAN stops_on_misuse; /* Parameters\Wdf\DbgBreakOnError */
    LONG objects;            /* in blocks of their own, atomic; reported at unload */
};

static inline struct wdf_globals *wdf_globals_of(PWDF_DRIVER_GLOBALS globals)
{
    return CONTAINING_RECORD(globals, struct wdf_globals, seen);
}

/* ---- object.c ------------------------------------------------------------ */

/*
 * Makes an object of size bytes, zeroed, with one reference, a handle, and the
 * context and callbacks that attributes (checked before, may be NULL) ask for.
 * STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS wdf_allocate_object(struct wdf_globals *globals, const struct wdf_type *type, SIZE_T size,
                             PWDF_OBJECT_ATTRIBUTES attributes, PVOID *object);
/* The same in a block with a tag other than the driver's. */
NTSTATUS wdf_allocate_tagged(struct wdf_globals *globals, const struct wdf_type *type, SIZE_T size,
                             ULONG tag, PWDF_OBJECT_ATTRIBUTES attributes, PVOID *object);
/* The bytes that wdf_initialize_object needs for an object of size with these attributes. */
SIZE_T wdf_object_bytes(SIZE_T size, PWDF_OBJECT_ATTRIBUTES attributes);
/*
 * The same in memory of the caller's, whose type recycles it. Of its size bytes the struct
 * wdf_object is set up and the rest left alone; contexts are zeroed.
 */
NTSTATUS wdf_initialize_object(PVOID memory, struct wdf_globals *globals,
                               const struct wdf_type *type, SIZE_T size,
                               PWDF_OBJECT_ATTRIBUTES attributes);
/*
 * The same for a block that was recycled, of the same type and with the same size and
 * attributes: cheap, and cannot fail. object->device stays what it was.
 */
VOID wdf_renew_object(struct wdf_object *object, SIZE_T size, PWDF_OBJECT_ATTRIBUTES attributes);
/* Takes back what was not committed, without calling the driver; of the type's only destroy runs.
 */
VOID wdf_discard_object(struct wdf_object *object);
/*
 * Puts it below parent, or nowhere if that is NULL: then its owner deletes it.
 * STATUS_DELETE_PENDING: the parent is going; the object is still the caller's.
 */
NTSTATUS wdf_commit_object(struct wdf_object *object, struct wdf_object *parent);
/* The end of most creations: commits the object and writes its handle, or discards it. */
NTSTATUS wdf_publish_object(PVOID object, struct wdf_object *parent, PVOID handle);

static inline VOID wdf_reference(struct wdf_object *object)
{
    __atomic_add_fetch(&object->counts, 1, __ATOMIC_RELAXED);
}

/* Taking the creation's reference away from an object that lives is WDF_VIOLATION 7. */
VOID wdf_dereference(struct wdf_object *object);
/* The block of an object that was recycled, from wdf_allocate_object, goes back to the pool. */
VOID wdf_free_object(struct wdf_object *object);
/* For object_*.c: one child less; destroys what has neither references nor children. */
VOID wdf_drop_child(struct wdf_object *parent);
VOID wdf_destroy_object(struct wdf_object *object);

/* ---- object_delete.c ------------------------------------------------------- */

/*
 * Deletes an object and all below it; above PASSIVE_LEVEL later, if some of them need
 * that level. Of several calls the first counts. IRQL <= DISPATCH_LEVEL.
 */
VOID wdf_delete_object(struct wdf_object *object);
/*
 * The two halves of it, for those who have to act in between. The first disposes of
 * the object and of what is below, and lets the latter go; FALSE if somebody else
 * deletes it. At the IRQL that the object needs; children that need PASSIVE_LEVEL
 * follow later. The second takes it from its parent and gives up the creation's
 * reference.
 */
BOOLEAN wdf_dispose_object(struct wdf_object *object);
/*
 * The very first step: from then on nobody else deletes the object. FALSE: somebody does. The
 * caller goes on with the rest of the first half, or of wdf_delete_object.
 */
BOOLEAN wdf_claim_object(struct wdf_object *object);
VOID wdf_dispose_claimed(struct wdf_object *object);
VOID wdf_delete_claimed(struct wdf_object *object);
VOID wdf_release_object(struct wdf_object *object);
/* For object_defer.c, at PASSIVE_LEVEL: goes on with what was deferred. */
VOID wdf_finish_deferred(struct wdf_object *object);

/* ---- object_defer.c -------------------------------------------------------- */

VOID wdf_defer_start(VOID);
/* Has a worker thread finish deletion or destruction of the object. IRQL <= DISPATCH_LEVEL. */
VOID wdf_defer_object(struct wdf_object *object);
/* For others who finish something later that a driver's unload has to wait for: from, until. */
VOID wdf_unfinished(VOID);
VOID wdf_finished(VOID);
/* Waits until whatever was deferred is done. PASSIVE_LEVEL. */
VOID wdf_flush_deferred(VOID);

static inline BOOLEAN wdf_is_live(struct wdf_object *object)
{
    return __atomic_load_n(&object->state, __ATOMIC_ACQUIRE) <= WDF_OBJECT_LIVE;
}

/* ---- object_track.c --------------------------------------------------------- */

/* For references that the driver takes and gives back while its verifier is on. */
VOID wdf_track_reference(struct wdf_object *object, PVOID tag, LONG line, PCSTR file);
VOID wdf_track_dereference(struct wdf_object *object, PVOID tag, PCSTR function);
VOID wdf_forget_tracks(struct wdf_object *object);
/* Names the driver's objects that are left, and who references them. */
VOID wdf_report_objects(struct wdf_globals *globals);

/* ---- context.c -------------------------------------------------------------- */

/* Does an object with these attributes (may be NULL) begin with a struct wdf_context? */
BOOLEAN wdf_has_context(const WDF_OBJECT_ATTRIBUTES *attributes);
/* What a context takes; more than any pool has if that is no number. */
SIZE_T wdf_context_bytes(const WDF_OBJECT_ATTRIBUTES *attributes);
/* Sets a context of the object's up in memory that is zero. */
VOID wdf_initialize_context(struct wdf_context *context, struct wdf_object *object,
                            const WDF_OBJECT_ATTRIBUTES *attributes);
/* Calls what the driver wants called, each once; frees the contexts that came after creation. */
VOID wdf_clean_up_contexts(struct wdf_object *object);
VOID wdf_destroy_contexts(struct wdf_object *object);

/* ---- attributes.c ---------------------------------------------------------- */

enum wdf_attributes_rule {
    WDF_ATTRIBUTES_PARENT_REQUIRED = 1,
    WDF_ATTRIBUTES_PARENT_NOT_ALLOWED = 2,
    WDF_ATTRIBUTES_SCOPE_ALLOWED = 4, /* SynchronizationScope */
    WDF_ATTRIBUTES_LEVEL_ALLOWED = 8, /* ExecutionLevel */
};

/* Checks what a driver passes as attributes, in the documented order. NULL passes unless a parent
 * is required. */
NTSTATUS wdf_check_attributes(PWDF_OBJECT_ATTRIBUTES attributes, ULONG rules);
/* The parent that attributes name, else otherwise. A bad parent handle is WDF_VIOLATION. */
struct wdf_object *wdf_parent_of(PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_object *otherwise);
/*
 * The parent, where one is required: STATUS_WDF_PARENT_NOT_SPECIFIED. The other attributes
 * are not checked, but for Size: STATUS_INFO_LENGTH_MISMATCH.
 */
NTSTATUS wdf_require_parent(PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_object **parent);

/* ---- handle.c --------------------------------------------------------------- */

/*
 * A handle holds the index of a slot and the number of its use, so that a stale one
 * is told from the one that came after it. The low bits tell an object from the
 * memories that are part of a request.
 */
enum wdf_handle_kind {
    WDF_HANDLE_OBJECT = 0,
    WDF_HANDLE_INPUT_MEMORY = 1,  /* of a WDFREQUEST */
    WDF_HANDLE_OUTPUT_MEMORY = 2, /* likewise */
    WDF_HANDLE_KIND = 7,          /* mask */
};

#define WDF_HANDLE_KIND_BITS 3
#define WDF_HANDLE_INDEX_BITS 24
#define WDF_HANDLE_CHUNK_SLOTS 512u

struct wdf_handle_slot {
    ULONG64 handle;                     /* that is valid; atomic. If none is, no handle of it */
    struct wdf_object *object;          /* NULL: free */
    const struct wdf_type *family;      /* the type that handles of the object usually go by */
    const struct wdf_type *type_before; /* of the use before this one */
    ULONG use;                          /* of the handle that is valid; counts up at each close */
    ULONG next;                         /* while free: the next free one */
} DECLSPEC_ALIGN(64);

/* Set once each, released after its slots are set up. */
extern struct wdf_handle_slot *wdf_handle_chunks[];

/* The slot that a handle names, or NULL; what is in it may be of another use. */
static inline struct wdf_handle_slot *wdf_handle_slot_of(WDFOBJECT handle)
{
    ULONG index = (ULONG)((ULONG64)handle >> WDF_HANDLE_KIND_BITS);
    ULONG chunk =
        index / WDF_HANDLE_CHUNK_SLOTS % ((1u << WDF_HANDLE_INDEX_BITS) / WDF_HANDLE_CHUNK_SLOTS);
    struct wdf_handle_slot *slots = __atomic_load_n(&wdf_handle_chunks[chunk], __ATOMIC_ACQUIRE);

    return slots ? &slots[index % WDF_HANDLE_CHUNK_SLOTS] : NULL;
}

static inline BOOLEAN wdf_is_handle_of(const struct wdf_handle_slot *slot, WDFOBJECT handle)
{
    return slot && __atomic_load_n(&slot->handle, __ATOMIC_RELAXED) == (ULONG64)handle;
}

VOID wdf_handle_start(VOID);
VOID wdf_handle_stop(VOID);
/* Gives the object a handle. STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL. */
NTSTATUS wdf_open_handle(struct wdf_object *object);
/* From here on the handle is stale. The slot is free, too. */
VOID wdf_close_handle(struct wdf_object *object);
/* The handle is stale, but the slot stays the object's: for wdf_renew_handle or wdf_close_handle.
 */
VOID wdf_retire_handle(struct wdf_object *object);
/* Another handle, in the slot that it has. */
VOID wdf_renew_handle(struct wdf_object *object);
/* Calls work(object, context) for each object of the driver's; nobody makes or deletes one. */
VOID wdf_for_each_handle(struct wdf_globals *globals,
                         VOID (*work)(struct wdf_object *object, PVOID context), PVOID context);
/* The object behind a handle of any kind, or NULL if there is none (any more). */
struct wdf_object *wdf_lookup_handle(WDFOBJECT handle);

/*
 * The object behind handle, which must be of type; else WDF_VIOLATION with
 * WDF_INVALID_HANDLE, and a note that names function, handle and what it was.
 */
struct wdf_object *wdf_object_of(WDFOBJECT handle, const struct wdf_type *type, PCSTR function);
/* For a handle that its slot does not prove at first sight. type may be NULL: any. */
struct wdf_object *wdf_examine_handle(WDFOBJECT handle, const struct wdf_type *type, PCSTR function)
    __attribute__((cold));

/* wdf_object_of where every instruction counts. */
static inline struct wdf_object *wdf_object_in_line(WDFOBJECT handle, const struct wdf_type *type,
                                                    PCSTR function)
{
    struct wdf_handle_slot *slot = wdf_handle_slot_of(handle);

    if (__builtin_expect(wdf_is_handle_of(slot, handle) && slot->family == type, 1))
        return slot->object;
    return wdf_examine_handle(handle, type, function);
}

/* The same for an object of any type; not the memory of a request. */
struct wdf_object *wdf_any_object_of(WDFOBJECT handle, PCSTR function);

#define WDF_ANY_OBJECT(handle) wdf_any_object_of((WDFOBJECT)(handle), __func__)
/* structure *name = the object behind handle. Its first member is a wdf_object. */
#define WDF_GET(structure, type, handle)                                                           \
    ((structure *)wdf_object_of((WDFOBJECT)(handle), &(type), __func__))

static inline PVOID wdf_handle_of(PVOID object)
{
    return (PVOID)((struct wdf_object *)object)->handle;
}

/* Its parent's, NULL if it has none (any more). */
static inline WDFOBJECT wdf_parent_handle_of(const struct wdf_object *object)
{
    return object->parent ? wdf_handle_of(object->parent) : NULL;
}

/* ---- violation.c -------------------------------------------------------------- */

/*
 * Bug check WDF_VIOLATION with a note (a format of rtl_format's) for the report. code:
 * WDF_BUGCHECK_CODES as in wdfbugcodes.h. function: __func__ of the imp_ function that the driver
 * called.
 */
VOID wdf_violation(ULONG code, ULONG_PTR second, ULONG_PTR third, PCSTR function, PCSTR note, ...)
    __attribute__((noreturn));
/* WDF_REQUIRED_PARAMETER_IS_NULL. */
VOID wdf_null_parameter(PCSTR function, PCSTR parameter, PVOID caller) __attribute__((noreturn));
#define WDF_REQUIRE(pointer)                                                                       \
    ((pointer) ? (VOID)0 : wdf_null_parameter(__func__, #pointer, __builtin_return_address(0)))
/*
 * Misuse that can go on: with the verifier on, logs function, note and the line of the driver
 * that called it, and stops in a debugger if there is one. Returns whether the verifier is on.
 */
BOOLEAN wdf_misuse(struct wdf_globals *globals, PCSTR function, PCSTR note, ...)
    __attribute__((cold));
/* FALSE (and misuse) if the IRQL is above limit. Call wdf_check_irql. */
BOOLEAN wdf_verify_irql(struct wdf_globals *globals, PCSTR function, KIRQL limit);

/* FALSE (and misuse) if the IRQL is above limit and the verifier is on. */
static inline BOOLEAN wdf_check_irql(struct wdf_globals *globals, PCSTR function, KIRQL limit)
{
    return !globals->is_verifier_on || wdf_verify_irql(globals, function, limit);
}
