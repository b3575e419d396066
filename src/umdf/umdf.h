/*
 * UMDF drivers in hosts: the kernel's side. docs/umdf.md has the picture.
 *
 *   reflector.c   \Driver\WUDFRd: the device that stands in a stack where its UMDF drivers are
 *   reflect.c     a request: from the IRP to the host, and back
 *   copy.c        its data
 *   lend.c        data that is not copied
 *   channel.c     slots, the ring, who waits
 *   host.c        the process: started, shared, ended
 *   call.c        what the host asks the kernel for: errand.h
 *   send.c        requests that its drivers make
 *   target.c      files that they open
 *   name.c        interfaces and links that they make
 *   settings.c    what a stack's drivers are told
 *   host_*.c      the other side, in the host's process: host.h
 *
 * wire.h is what both sides agree on, reflected.h what the framework may ask.
 */
#pragma once

#include <ntifs.h>

#include "../ke/ke.h"
#include "../mm/mm.h"
#include "../pnp/umdf.h"
#include "../rtl/rtl.h"
#include "reflected.h"
#include "start.h"
#include "wire.h"

#define UMDF_TAG 'fdmU'

/* ---- requests ------------------------------------------------------------------------- */

/* Who completes a request; atomic, changed by exchanges. */
enum umdf_state {
    UMDF_FREE = 0,
    UMDF_WATCHED, /* the thread that sent it, which looks at the slot's turn */
    UMDF_PENDING, /* who finds it finished, or the host dead */
    UMDF_DONE,    /* somebody does so now */
};

/* What of a request is copied between its requestor's buffers and the data area. */
struct umdf_data {
    const VOID *from; /* a system address; the requestor's own if is_user */
    PVOID to;         /* a system address */
    ULONG input_length, output_length;
    BOOLEAN is_user;
    BOOLEAN is_in_direct; /* METHOD_IN_DIRECT: `to` is read by the driver, and not written */
    PMDL locked;          /* METHOD_NEITHER: the requestor's output, locked by us */
    hal_u32 lent;         /* enum umdf_lent */
    PMDL mdl; /* what is lent: of it, only what lent.head and .tail stand for is copied */
    struct mm_lent place;
};

struct umdf_request {
    hal_u32 state;  /* enum umdf_state */
    hal_u32 serial; /* counts the slot's requests up; guarded by the host's lock */
    /* From here on its sender's, until it is submitted, and then its completer's. */
    struct umdf_stack *stack; /* whose remove lock it holds */
    PIRP irp;                 /* NULL: umdf_ask's */
    UCHAR major;              /* of the IRP, which may be with the next lower driver */
    struct umdf_data data;
    hal_u64 input_place, output_place; /* in the data area */
    ULONG first_page, pages;           /* that it has there besides its own */
    hal_i64 deadline;                  /* atomic: when the host is taken for stuck; HAL_FOREVER */
    hal_u32 ends;                      /* atomic, enum umdf_end */
    hal_u32 cookie;                    /* with result, the answer */
    IO_STATUS_BLOCK result;
    PKEVENT answered; /* umdf_ask's */
};

/* A request is complete once all of these are true; whoever makes the last so completes it. */
enum umdf_end {
    UMDF_ANSWERED = 1,     /* the host has, or is dead */
    UMDF_UNCANCELABLE = 2, /* its cancel routine has run, or will not */
    UMDF_HERE = 4,         /* the next lower driver does not have its IRP */
    UMDF_ALL_ENDS = 7,
    UMDF_CLOSED = 8,     /* no end: the host has answered, and cannot send it on any more */
    UMDF_WENT_DOWN = 16, /* no end: the host has sent it on */
};

/* ---- hosts ---------------------------------------------------------------------------- */

struct umdf_host {
    LIST_ENTRY link; /* in host.c's list; with the two that follow under its lock */
    ULONG stacks;    /* that it serves, or is about to */
    BOOLEAN is_shared;
    LONG references; /* atomic: one for each stack, one for each of its two threads */
    struct hal_child *child;
    struct hal_peer *peer;
    hal_u32 process;
    struct hal_segment *board_pages, *data_pages;
    struct mm_lender *lender;
    hal_u64 hidden; /* loans that the process is to give up; atomic, by number */
    struct umdf_board *board;
    PUCHAR data;
    hal_i64 patience; /* ns that it has for what is to be answered soon */
    hal_i64
        report_end;  /* it is ended then, or when it has reported; 0: it is not stuck. The bell's */
    hal_u32 is_dead; /* atomic: nothing is submitted any more; set under lock */
    hal_u32 is_left; /* atomic: nobody needs it, and its end is no news */
    const char *why; /* the kernel ended it; atomic, NULL: it did not */
    ULONG driver_count; /* with services, what it has loaded */
    struct umdf_service *services;

    struct mm_lock lock; /* guards the ring's tail, free slots, pages, serials and errands */
    ULONG tail;
    ULONG free_count;
    USHORT free[UMDF_SLOTS];
    RTL_BITMAP pages;
    ULONG page_bits[UMDF_DATA_PAGES / 32];
    hal_u32 critical; /* requests that have a deadline; atomic */
    struct umdf_request requests[UMDF_SLOTS];
    /* What the kernel is at, by call; changed under lock. */
    struct umdf_errand *errands[UMDF_CALLS];
    hal_u64 errand_bytes; /* of pool that these have for data; atomic */
};

static inline BOOLEAN umdf_is_dead(const struct umdf_host *host)
{
    return __atomic_load_n(&host->is_dead, __ATOMIC_ACQUIRE) != 0;
}

/*
 * A host that has these drivers: one that is there and may be shared, or a new one. The
 * caller's until umdf_leave_host. reason gets a sentence.
 */
NTSTATUS umdf_find_host(const struct pnp_umdf_settings *settings, struct umdf_host **host,
                        PSTR reason, SIZE_T reason_size);
/* A stack less; the last one's host ends. */
VOID umdf_leave_host(struct umdf_host *host);
VOID umdf_reference_host(struct umdf_host *host);
VOID umdf_dereference_host(struct umdf_host *host);
/* The number of a service in the host, or -1. */
LONG umdf_driver_number(const struct umdf_host *host, PCUNICODE_STRING service);
/* Waits until there are no hosts any more. */
VOID umdf_await_hosts(VOID);
/* Ends the process, whose death is then found out as any. why is a constant. */
VOID umdf_kill_host(struct umdf_host *host, const char *why);

/* ---- channel.c ------------------------------------------------------------------------ */

/* Each slot has some pages of the data area for itself; from then on they are anybody's. */
#define UMDF_OWN_PAGES 2u
#define UMDF_SHARED_PAGES (UMDF_SLOTS * UMDF_OWN_PAGES)

/* A slot with room for the data. NULL: the host is dead; or everything is in use, *status. */
struct umdf_request *umdf_take_slot(struct umdf_host *host, ULONG input, ULONG output,
                                    struct umdf_slot **slot, NTSTATUS *status);
VOID umdf_free_slot(struct umdf_host *host, struct umdf_request *request);
static inline ULONG umdf_number_of(const struct umdf_host *host, const struct umdf_request *request)
{
    return (ULONG)(request - host->requests);
}
/* Puts an entry into the ring and sees to it that somebody takes it. FALSE: the host is dead. */
BOOLEAN umdf_post(struct umdf_host *host, enum umdf_entry_kind kind, ULONG slot, hal_u32 serial);
/* How long a sender waits for its request before it leaves it to others. */
enum umdf_waiting {
    UMDF_NOT, /* at raised IRQL */
    /* It has other things to do, but what it sends next is to reach the drivers next. */
    UMDF_UNTIL_SEEN,
    UMDF_SHORTLY, /* it would wait anyway, but the request may take long, or be cancelled */
    UMDF_TO_END,  /* it would wait anyway, and the host has to answer soon */
};
/*
 * Waits for a request that is UMDF_WATCHED. TRUE: it is over, one way or another, and the
 * caller's to finish; FALSE: it is pending.
 */
BOOLEAN umdf_watch(struct umdf_host *host, struct umdf_request *request, enum umdf_waiting waiting);
/* Has that thread look. */
VOID umdf_ring(struct umdf_host *host);
/* The thread that takes what the host has finished; ends when it is dead and all is done. */
VOID umdf_serve_bell(struct umdf_host *host);
/* Tells what the host was at, for the report of its death. */
VOID umdf_report_requests(struct umdf_host *host);
/* The host is dead: gives all that it has to who waits for it. */
VOID umdf_end_requests(struct umdf_host *host);

/* ---- reflect.c ------------------------------------------------------------------------ */

/* Claims the request for completion: it was from, and is UMDF_DONE. */
static inline BOOLEAN umdf_claim(struct umdf_request *request, hal_u32 from)
{
    return __atomic_compare_exchange_n(&request->state, &from, UMDF_DONE, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}
/* The token of who sent the request in a slot, referenced; NULL: there is none. */
PACCESS_TOKEN umdf_token_of_sender(struct umdf_host *host, ULONG slot);
/* The host has answered, or is dead: completes it, unless its cancel routine has to. */
VOID umdf_finish(struct umdf_host *host, struct umdf_request *request);
/* Makes one of the three ends true. */
VOID umdf_end(struct umdf_host *host, struct umdf_request *request, enum umdf_end end);
/* Takes the IRP's cancel routine away; FALSE: it has begun to run. */
BOOLEAN umdf_disarm(struct umdf_request *request);
/*
 * A request without an IRP, whose input is bytes; waits. *cookie and *information may be
 * NULL; output gets up to output_length bytes.
 */
NTSTATUS umdf_ask(struct umdf_host *host, enum umdf_kind kind, ULONG device, const VOID *input,
                  ULONG input_length, PVOID output, ULONG output_length, hal_u32 *cookie);

/* ---- reflector.c ---------------------------------------------------------------------- */

#define UMDF_FILE_LISTS 64u
/* What the drivers of a stack may have of each: a hostile host must not fill the kernel. */
#define UMDF_LINKS 64u
#define UMDF_INTERFACES 64u

/* The reflector's device in a stack: its extension. */
struct umdf_stack {
    PDEVICE_OBJECT device, pdo, below;
    struct umdf_host *host;
    ULONG number; /* that the host knows it by */
    IO_REMOVE_LOCK remove_lock;
    LONG power_requests; /* atomic: the host's own, which it does not want to see again */
    BOOLEAN allows_kernel_clients, allows_unknown_files, copies_neither;
    BOOLEAN lends_control;
    ULONG lent_transfer; /* bytes from which reads and writes are lent; MAXULONG: none are */
    LIST_ENTRY link;     /* in reflector.c's list, under its lock */
    SECURITY_IMPERSONATION_LEVEL impersonation; /* that its drivers may have, at most */

    struct mm_lock link_lock; /* guards the six that follow, but last_target */
    LIST_ENTRY targets;       /* of umdf_target.link: files its drivers have open */
    ULONG last_target;        /* the number given last; atomic */
    ULONG target_count;       /* atomic */
    LIST_ENTRY links;         /* symbolic links that its drivers have made; call.c's */
    ULONG link_count, interface_count;
    ULONG64 interfaces[UMDF_INTERFACES]; /* that its drivers have registered, as hashes */
    KSPIN_LOCK file_lock;                /* guards the two that follow */
    LIST_ENTRY files[UMDF_FILE_LISTS];   /* of umdf_file.link, by the file's address */
    ULONG last_file;                     /* the number given last */
};

/* The number of a file that was opened through the stack, 0 if it was not. */
ULONG umdf_file_number(struct umdf_stack *stack, PFILE_OBJECT object);
NTSTATUS umdf_add_file(struct umdf_stack *stack, PFILE_OBJECT object, PULONG number);
VOID umdf_drop_file(struct umdf_stack *stack, PFILE_OBJECT object);

/* Takes an IRP of the stack over; the remove lock is held for it. Returns what dispatch does. */
NTSTATUS umdf_reflect(struct umdf_stack *stack, PIRP irp);
/* What becomes of an IRP whose host is dead, or has kept it; the remove lock is held for it. */
NTSTATUS umdf_do_without_host(struct umdf_stack *stack, PIRP irp);
/*
 * IRP_MN_REMOVE_DEVICE has been through all drivers, and only has to be completed: what is left
 * of the stack goes. Waits for all that holds the remove lock, which it releases for tag.
 */
VOID umdf_remove_stack(struct umdf_stack *stack, PVOID tag);
/* The host of these stacks has died. */
VOID umdf_host_died(struct umdf_host *host);
/* Closes what the drivers of a dead host have opened. */
VOID umdf_close_all(struct umdf_host *host);
/* As whom hosts open what nobody is impersonated for. */
PACCESS_TOKEN umdf_service_token(VOID);
/* The stack of a host that has this number, its remove lock held for tag; or NULL. */
struct umdf_stack *umdf_find_stack(struct umdf_host *host, ULONG number, PVOID tag);
NTSTATUS NTAPI umdf_reflector_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);

/* ---- copy.c --------------------------------------------------------------------------- */

/*
 * Finds what of an IRP has to be copied. Called in the requestor's context; on failure there is
 * nothing to release.
 */
NTSTATUS umdf_find_data(struct umdf_stack *stack, PIRP irp, struct umdf_data *data);
VOID umdf_release_data(struct umdf_data *data);
/* Into the data area, in the requestor's context; and out of it, so many bytes. */
NTSTATUS umdf_copy_in(struct umdf_host *host, const struct umdf_request *request);
VOID umdf_copy_out(struct umdf_host *host, const struct umdf_request *request, ULONG_PTR bytes);

/* ---- lend.c --------------------------------------------------------------------------- */

NTSTATUS umdf_make_lender(struct umdf_host *host);
/* What the stack's drivers have agreed on: ADD_DEVICE's cookie. */
VOID umdf_set_access(struct umdf_stack *stack, hal_u32 word);
/* TRUE: the MDL's bytes are where the host can reach them; data has the place. */
BOOLEAN umdf_lend(struct umdf_stack *stack, PMDL mdl, ULONG length, enum umdf_lent lent,
                  struct umdf_data *data);
/* The bytes of ragged ends, to the host, or as far as there are so many back to their own. */
VOID umdf_copy_ends_in(const struct umdf_data *data);
VOID umdf_copy_ends_out(const struct umdf_data *data, ULONG bytes);
/* Tells the process what it is to give up; on the bell's thread. */
VOID umdf_send_hidden(struct umdf_host *host);

/* ---- settings.c ----------------------------------------------------------------------- */

/* ADD_DEVICE's input for a stack, in pool. */
NTSTATUS umdf_describe_stack(struct umdf_host *host, PDEVICE_OBJECT pdo,
                             const struct pnp_umdf_settings *settings, PUCHAR *bytes,
                             PULONG length);

/* ---- call.c --------------------------------------------------------------------------- */

/* The host asks for something: done on a worker. */
VOID umdf_take_call(struct umdf_host *host, ULONG number);
/* It wants a call cancelled. */
VOID umdf_cancel_call(struct umdf_host *host, ULONG number);
/* It is dead: what its drivers have sent is cancelled. */
VOID umdf_cancel_calls(struct umdf_host *host);

/* ---- name.c, target.c ----------------------------------------------------------------- */

/* Takes the stack's symbolic links away. */
VOID umdf_drop_links(struct umdf_stack *stack);
/* Closes what its drivers have opened. */
VOID umdf_drop_targets(struct umdf_stack *stack);
/* GUID_WUDF_DEVICE_HOST_PROBLEM, to programs that have the device open and want to hear of it. */
VOID umdf_tell_of_failure(struct umdf_stack *stack);
