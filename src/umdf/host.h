/*
 * The driver host: the side of the channel that UMDF drivers run on. It is a system of its own,
 * of the same rooms as the kernel, in which a stack of the kernel's has a twin: at its bottom a
 * PDO of ours, which hands on to the kernel what comes down to it, and on it the UMDF drivers'
 * devices.
 *
 *   host_main.c     the process: set up, confined, and at its end
 *   host_ring.c     the threads that take entries out of the ring
 *   host_request.c  the kernel's requests as IRPs
 *   host_loan.c     programs' pages
 *   host_file.c     its files
 *   host_stack.c    stacks of drivers
 *   host_lower.c    their bottom
 *   host_target.c   files that drivers open, which are the kernel's
 *   host_client.c   who is impersonated
 *   host_call.c     what is asked of the kernel
 *   host_name.c     interfaces and links, which are the kernel's too
 *   host_report.c   what it is stuck in
 *   host_area.c     room for the data of calls
 */
#pragma once

#include <ntifs.h>

#include "../ke/ke.h"
#include "../mm/mm.h"
#include "../rtl/rtl.h"
#include "reflected.h"
#include "wire.h"

#define HOST_TAG 'hmdU'

#define HOST_FILE_LISTS 64u

/* A stack: the device extension of its PDO. */
struct host_stack {
    LIST_ENTRY link; /* in host_stack.c's list, under its lock */
    LONG references; /* atomic: one for the list, one for each request */
    ULONG number;
    PDEVICE_OBJECT pdo;
    UNICODE_STRING name;                        /* of the PDO, which it is part of */
    SECURITY_IMPERSONATION_LEVEL impersonation; /* UmdfImpersonationLevel */
    KSPIN_LOCK file_lock;                       /* guards files */
    LIST_ENTRY files[HOST_FILE_LISTS];          /* by number */
};

/* A request of the kernel's; one for each slot. */
struct host_request {
    struct umdf_reflected reflected;
    struct umdf_slot *slot;
    struct host_stack *stack; /* referenced */
    PFILE_OBJECT file;        /* referenced */
    hal_u64 state;            /* atomic: the serial in the high half, enum host_state */
    hal_u32 thread;           /* in whose dispatch routines it is, 0: in nobody's; atomic */
    hal_u32 cancelled;        /* atomic: the serial of the last one that was to be cancelled */
};

enum host_state {
    HOST_ACTIVE = 1, /* it has an IRP */
    HOST_CANCELLING =
        2, /* somebody is in IoCancelIrp with it, and finishes it if it is COMPLETED */
    HOST_COMPLETED = 4,
};

struct host_driver {
    UNICODE_STRING service;
    WCHAR text[128];
    CHAR path[1024];
    PDRIVER_OBJECT object; /* NULL: its DriverEntry has not been called */
};

struct host_system {
    struct umdf_board *board;
    PUCHAR data;
    struct hal_peer *peer;
    struct hal_segment *data_pages;
    PDRIVER_OBJECT lower;  /* \Driver\WUDFHost, whose devices the PDOs are */
    PDRIVER_OBJECT target; /* \Driver\WUDFTarget, which has a device for each open file */
    struct host_driver *drivers;
    ULONG driver_count;
    KMUTEX loading; /* guards the drivers' object */
    /*
     * Counts answers; atomic. Whoever takes an entry reads it: between an answer and the entry
     * that follows from it there is only the kernel, whose order is not seen from here.
     */
    hal_u32 answers;
    struct host_request requests[UMDF_SLOTS];
};
extern struct host_system host;

/* ---- host_ring.c ---------------------------------------------------------------------- */

/* Makes the first thread; the others are made as they are needed. */
NTSTATUS host_ring_start(VOID);
/* The kernel's thread looks at finished and called. */
VOID host_ring_bell(VOID);

/* ---- host_request.c ------------------------------------------------------------------- */

/* The slot is the host's: makes an IRP of it, or does what it says. */
VOID host_take_request(ULONG slot, hal_u32 serial);
VOID host_cancel_request(ULONG slot, hal_u32 serial);
/* Gives a slot back with its answer. */
VOID host_answer(ULONG slot, NTSTATUS status, ULONG_PTR information);

/* ---- host_loan.c ---------------------------------------------------------------------- */

/* What the kernel says on the socket; ends with the kernel. On the main thread. */
VOID host_serve_loans(VOID);
/* Where what a slot was lent is; waits for it. NULL: it could not be mapped. */
PUCHAR host_find_loan(const struct umdf_slot *slot);

/* ---- host_file.c ---------------------------------------------------------------------- */

/* related: the number of the file that it is opened relative to, 0: none. */
NTSTATUS host_make_file(struct host_stack *stack, ULONG number, PCUNICODE_STRING name, ULONG flags,
                        ULONG related, PFILE_OBJECT *file);
/* Referenced, or NULL. */
PFILE_OBJECT host_find_file(struct host_stack *stack, ULONG number);
VOID host_drop_file(struct host_stack *stack, ULONG number);
VOID host_drop_all_files(struct host_stack *stack);

/* ---- host_stack.c ----------------------------------------------------------------------- */

/* UMDF_ADD_DEVICE's input. reason gets a sentence; *word is the stack's access. */
NTSTATUS host_add_stack(ULONG number, const UCHAR *bytes, ULONG length, PSTR reason,
                        SIZE_T reason_size, hal_u32 *word);
/* Referenced, or NULL. */
struct host_stack *host_find_stack(ULONG number);
/* The one whose PDO has this name; any one. Referenced, or NULL. */
struct host_stack *host_find_stack_by_name(PCUNICODE_STRING name);
struct host_stack *host_first_stack(VOID);
struct host_stack *host_stack_of(PDEVICE_OBJECT pdo);
VOID host_leave_stack(struct host_stack *stack);
/* Its IRP_MN_REMOVE_DEVICE is done. */
VOID host_drop_stack(struct host_stack *stack);

/* ---- host_lower.c --------------------------------------------------------------------- */

NTSTATUS NTAPI host_lower_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);
/* Completes an IRP that ends here. */
NTSTATUS host_complete(PIRP irp, NTSTATUS status);
/* A read, write, control request, or one for a file's information: to target, 0: downwards. */
NTSTATUS host_send_new(struct host_stack *stack, ULONG target, PIRP irp);

/* ---- host_target.c -------------------------------------------------------------------- */

NTSTATUS NTAPI host_target_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);
/* UMDF_TARGET_EVENT. */
NTSTATUS host_target_event(const struct umdf_target_event *event);

/* ---- host_client.c -------------------------------------------------------------------- */

/* Says in a call who the calling thread impersonates. */
VOID host_put_client(struct umdf_call *call);

/* ---- host_report.c -------------------------------------------------------------------- */

/* UMDF_REPORT. */
VOID host_report(ULONG number);

/* ---- host_area.c ---------------------------------------------------------------------- */

VOID host_area_start(VOID);
/* Pages of the host's part of the data area; the place of the first, or 0. */
hal_u64 host_area_take(ULONG pages);
VOID host_area_give(hal_u64 place, ULONG pages);

/* ---- host_call.c ---------------------------------------------------------------------- */

VOID host_call_start(VOID);
/* A free call to fill in, or NULL if there are too many under way. */
struct umdf_call *host_begin_call(struct host_stack *stack, enum umdf_call_kind kind);
/* Likewise, but waits for one. PASSIVE_LEVEL. */
struct umdf_call *host_await_call(struct host_stack *stack, enum umdf_call_kind kind);
/* Its data: input may be NULL to be written later. FALSE: there is no room; the call stays. */
BOOLEAN host_set_data(struct umdf_call *call, const VOID *input, ULONG input_length,
                      ULONG output_length);
PVOID host_input_of(const struct umdf_call *call);
PVOID host_output_of(const struct umdf_call *call);
/* Gives up a call that was not sent. */
VOID host_drop_call(struct umdf_call *call);

/*
 * Sends it for an IRP, which has been marked pending; answered completes it, when the answer is
 * there. can_cancel: who cancels the IRP cancels the call.
 */
typedef VOID (*host_answered)(PIRP irp, const struct umdf_call *call);
VOID host_send_call(struct umdf_call *call, PIRP irp, BOOLEAN can_cancel, host_answered answered);
/* Sends it and waits; the answer's status. */
NTSTATUS host_make_call(struct umdf_call *call);
VOID host_take_answer(ULONG number);

/* ---- host_name.c ---------------------------------------------------------------------- */

/* What of the system is changed so that names are the kernel's. */
VOID host_name_start(VOID);
