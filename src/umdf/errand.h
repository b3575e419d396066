/*
 * What a host has asked for, under way: a call, read once.
 */
#pragma once

#include "umdf.h"

/* Who has the errand's IRP; atomic. */
enum umdf_errand_state {
    ERRAND_SENT = 1,       /* it is cancelled by IoCancelIrp */
    ERRAND_CANCELLING = 2, /* somebody is in IoCancelIrp, and ends the errand if it is over */
    ERRAND_OVER = 4,       /* its completion routine has run */
    ERRAND_UNWANTED = 8,   /* it was to be cancelled before it was sent */
};

struct umdf_errand {
    WORK_QUEUE_ITEM item;
    struct umdf_host *host;   /* referenced */
    struct umdf_stack *stack; /* with its remove lock held for this */
    ULONG number;             /* of the call */
    /* The host's words. */
    hal_u32 kind, slot, code, input_length, output_length, target_number, serial;
    UCHAR major, minor;
    BOOLEAN is_waiting, has_activity;
    hal_u64 offset, words[4], place;

    struct umdf_request *request; /* SEND_LOWER: whose IRP is below */
    PFILE_OBJECT file;            /* SEND_NEW: that it is for, referenced; NULL: downwards */
    PIRP irp;                     /* that a driver may have; set before state is SENT */
    PMDL mdl;                     /* of output or input, in data */
    SIZE_T data_bytes;
    PUCHAR data;                              /* in pool: the IRP's buffers, or what else came in */
    const UCHAR *output;                      /* of the answer, */
    ULONG output_bytes;                       /* so many */
    VOID (*over)(struct umdf_errand *errand); /* its IRP is back, and nobody cancels it */
    hal_u32 state;
    IO_STATUS_BLOCK result;
    UCHAR bytes[UMDF_CALL_BYTES]; /* the input of a call whose place is 0 */
};

#define UMDF_TARGETS 1024u /* files that the drivers of a stack may have open */
/* A host may name the same bytes in all its calls: this is what those may cost together. */
#define UMDF_ERRAND_BYTES ((hal_u64)UMDF_HOST_PAGES << PAGE_SHIFT)

/* ---- call.c --------------------------------------------------------------------------- */

/* Answers the call, and frees the errand. */
VOID umdf_answer(struct umdf_errand *errand);
VOID umdf_answer_with(struct umdf_errand *errand, NTSTATUS status);
/* errand->data, of so many bytes (at least 1), zeroed; FALSE: there is no memory for this host. */
BOOLEAN umdf_make_data(struct umdf_errand *errand, SIZE_T bytes);
/* Gives errand->irp the activity id that the host's IRP has, if it has one. */
VOID umdf_set_activity(const struct umdf_errand *errand);
/* Copies the call's input, wherever it is; once, since the host may change it. */
VOID umdf_fetch_input(const struct umdf_errand *errand, PVOID to);

/*
 * Sends errand->irp, whose next stack location is set up; over is called when it is back, at
 * PASSIVE_LEVEL if the IRP was not for the next lower driver.
 */
VOID umdf_send_errand(struct umdf_errand *errand, PDEVICE_OBJECT device,
                      VOID (*over)(struct umdf_errand *errand));

/* ---- send.c --------------------------------------------------------------------------- */

/* UMDF_SEND_NEW. */
VOID umdf_send_new(struct umdf_errand *errand);

/* ---- name.c --------------------------------------------------------------------------- */

NTSTATUS umdf_set_interface(struct umdf_errand *errand);
NTSTATUS umdf_change_link(struct umdf_errand *errand);
NTSTATUS umdf_post_event(struct umdf_errand *errand);

/* ---- target.c ------------------------------------------------------------------------- */

/* A file that a host's driver has opened. */
struct umdf_target {
    LIST_ENTRY link;          /* in the stack's targets, under its link_lock */
    LONG references;          /* atomic: one until it is forgotten */
    ULONG number;             /* that the host knows it by */
    struct umdf_stack *stack; /* its remove lock is held for this */
    HANDLE handle;            /* NULL: it is closed; under the link_lock */
    PFILE_OBJECT file;        /* referenced, as long as there is a handle */
    PVOID notification;       /* of IoRegisterPlugPlayNotification, or NULL */
    BOOLEAN is_queried;       /* its device may go: the host hears how that ends; link_lock */
    BOOLEAN is_forgotten;     /* it is off the list; likewise */
    WORK_QUEUE_ITEM forget;
};

NTSTATUS umdf_open_target(struct umdf_errand *errand);
NTSTATUS umdf_close_target(struct umdf_errand *errand);
/* The file of a target that is open, referenced; or NULL. */
PFILE_OBJECT umdf_find_file(struct umdf_stack *stack, ULONG number);
