/*
 * A reflected request: an IRP in a driver host that stands for one of the kernel's. This is what
 * the framework may ask about it; docs/umdf.md has the picture.
 *
 * Not every IRP in a host is one: what a driver of the host makes itself and sends to the next
 * driver of the stack is an ordinary IRP, with buffers as everywhere.
 */
#pragma once

#include <ntifs.h>

/* How a request's data reached the host; the values are WDF_DEVICE_IO_TYPE's. */
enum umdf_access {
    UMDF_BUFFERED = 2, /* copied between the requestor's buffer and the host's */
    UMDF_DIRECT = 3,   /* the requestor's whole pages are mapped here; their ragged ends copied */
};

/* Where the driver finds a buffer. Valid until the request is completed. */
struct umdf_buffer {
    PVOID address; /* NULL if length is 0 */
    SIZE_T length;
};

struct umdf_reflected {
    PIRP irp; /* the host's, as proof that this is one (umdf_reflected_of) */
    /*
     * A write's or control request's input, already copied in or mapped; what the driver writes
     * to buffered input is dropped. And a read's or control request's output: undefined until the
     * driver has written it; up to Information of it reaches the requestor. They are never the
     * same memory.
     */
    struct umdf_buffer input, output;
    enum umdf_access access;
    ULONG process;        /* WdfRequestGetRequestorProcessId */
    KPROCESSOR_MODE mode; /* who sent it: a program, or a kernel driver */
};

/* The reflected request that irp is, or NULL if it is none. */
static inline const struct umdf_reflected *umdf_reflected_of(PIRP irp)
{
    const struct umdf_reflected *reflected =
        (const struct umdf_reflected *)(PVOID)irp->Tail.Overlay.AuxiliaryBuffer;

    return reflected && reflected->irp == irp ? reflected : NULL;
}

/*
 * How a stack of UMDF drivers wants data, once all its drivers have added their devices. The
 * framework has resolved it (SEMANTICS' table: buffered wins where both are accepted); the
 * reflector goes by it. Both of enum umdf_access; threshold in bytes, 0: the framework's default.
 */
struct umdf_stack_access {
    enum umdf_access read_write, control;
    ULONG threshold;
};

/*
 * Called in the host between the last AddDevice and IRP_MN_START_DEVICE, with the stack's
 * top device; src/wdf answers. STATUS_DEVICE_CONFIGURATION_ERROR: one driver takes only
 * buffered data and another only direct; the stack does not start, and that is logged.
 */
NTSTATUS wdf_resolve_stack_access(PDEVICE_OBJECT top, BOOLEAN is_pooled,
                                  struct umdf_stack_access *access);

/*
 * From here until umdf_stop_impersonating the calling thread acts for who sent the request: what it
 * opens, it opens with their rights. *before is for that. STATUS_BAD_IMPERSONATION_LEVEL: the
 * stack's INF allows less, or the sender is a kernel driver.
 */
struct umdf_client {
    const struct umdf_reflected *request; /* NULL: nobody is impersonated */
    SECURITY_IMPERSONATION_LEVEL level;
};
NTSTATUS umdf_impersonate(const struct umdf_reflected *reflected,
                          SECURITY_IMPERSONATION_LEVEL level, struct umdf_client *before);
VOID umdf_stop_impersonating(const struct umdf_client *before);
