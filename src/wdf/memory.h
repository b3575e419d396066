/*
 * Memory objects. A WDFMEMORY is one of: an object with its own buffer (embedded in the
 * object's block, or apart), with a buffer of the driver's (preallocated), an entry of a
 * lookaside list, the locked pages of a caller (ProbeAndLock), or part of a request,
 * its input or output buffer, which has no object of its own.
 */
#pragma once

#include "object.h"

struct wdf_request;

enum wdf_memory_flags {
    WDF_MEMORY_READ_ONLY = 1, /* CopyFromBuffer is refused */
    WDF_MEMORY_DIRECT = 2,    /* a request's: reached through mdl, which is mapped when needed */
    WDF_MEMORY_UNSAFE = 4,    /* a request's: at an address of its sender's, not given out */
};

/* What every kind has. */
struct wdf_memory {
    PVOID buffer; /* NULL in a request's memory until it is mapped */
    SIZE_T size;
    PMDL mdl; /* that describes the buffer, or NULL */
    ULONG flags;
    /* Who stays while somebody uses the memory: its own object, or the request. */
    struct wdf_object *owner;
    struct wdf_request *request; /* whose input or output memory it is, else NULL */
};

/* Kinds with an object of their own. */
struct wdf_memory_object {
    struct wdf_object object;
    struct wdf_memory memory;
    ULONG tag; /* of the buffer, if it is a block of its own */
    /* Gives the buffer back; NULL if it goes with the object or is not ours. */
    VOID (*release)(struct wdf_memory_object *object);
    PVOID context; /* release's */
};

/* An object's own buffer, if it is part of its block, begins where the structure ends. */
C_ASSERT(sizeof(struct wdf_memory_object) % MEMORY_ALLOCATION_ALIGNMENT == 0);

extern const struct wdf_type wdf_type_memory, wdf_type_memory_preallocated, wdf_type_lookaside;

/* Sets what an object's memory is; nothing else of it is but zero. */
VOID wdf_memory_initialize(struct wdf_memory_object *object, PVOID buffer, SIZE_T size);
/* The memory behind any WDFMEMORY handle, else WDF_VIOLATION. */
struct wdf_memory *wdf_memory_of(WDFMEMORY handle, PCSTR function);
/* Its address, which maps a direct request's pages first; NULL if that fails. */
PVOID wdf_memory_buffer(struct wdf_memory *memory);
/*
 * An MDL for it that *is_ours says to free with IoFreeMdl; a request's own MDL if it has
 * one. STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS wdf_memory_mdl(struct wdf_memory *memory, PMDL *mdl, BOOLEAN *is_ours);
/* Uses of a memory: an object reference, or for a request's memory one that request.c
 * counts, so that completing the request while it is there is WDF_VIOLATION 3. */
VOID wdf_memory_reference(struct wdf_memory *memory);
VOID wdf_memory_dereference(struct wdf_memory *memory);
/* STATUS_INTEGER_OVERFLOW if offsets leave the memory. Zero length: the rest. offsets may be NULL.
 */
NTSTATUS wdf_memory_range(const struct wdf_memory *memory, const WDFMEMORY_OFFSET *offsets,
                          SIZE_T *offset, SIZE_T *length);
