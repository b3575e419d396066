/*
 * Programs that listen to PnP events: what user_notify.c (who listens), user_event.c (what is
 * on its way to them) and user_question.c (what they are asked) share.
 */
#pragma once

#include "pnpp.h"
#include "control.h"

/* A program that listens, or fetches events. */
struct audience {
    LIST_ENTRY link;      /* in audiences, under lock, like the rest */
    PKPROCESS process;    /* told apart by it; outlives this */
    LIST_ENTRY events;    /* of queued_event.link */
    ULONG event_count;    /* of them */
    KSEMAPHORE available; /* counts them */
    BOOLEAN has_fetcher;  /* it has asked for events at least once */
    BOOLEAN is_ending;    /* it does not answer any more */
    BOOLEAN has_missed;   /* it was told in the log that it fetches too little */
};

struct user_listener {
    LIST_ENTRY link; /* in listeners, under lock */
    struct audience *audience;
    ULONG64 cookie;
    enum pnp_listen kind;
    GUID class_guid;
    struct pnp_node *node; /* of PNP_LISTEN_FILE, referenced */
    UNICODE_STRING name;   /* of PNP_LISTEN_INSTANCE */
};

/* An event on its way to the program. */
struct queued_event {
    LIST_ENTRY link;                /* in its audience's events, under lock */
    struct pnp_user_event *content; /* in pool; the fetcher's from when it is fetched */
    ULONG bytes;
};

/* A question that the PnP thread waits for the answer to. One at a time. */
struct question {
    ULONG64 cookie; /* 0: none */
    struct audience *audience;
    KEVENT answered;
    NTSTATUS answer;
};

struct pnp_user_system {
    FAST_MUTEX lock;
    LIST_ENTRY audiences, listeners;
    ULONG64 next_cookie;
    struct question question;
    BOOLEAN is_ending; /* no program answers any more */
};

extern struct pnp_user_system pnp_user;

/* The first four under the lock. */

/*
 * The calling program's, made if it has none. NULL: no memory, or the program ends:
 * after pnp_user_end_process nobody waits for it again.
 */
struct audience *pnp_user_own_audience(VOID);
/*
 * An event for the listener's program. name ends with a 0 that Length does not count;
 * question is 0 or the cookie of what it asks; data (may be NULL) is a custom event's.
 * FALSE: no memory, or nobody fetches it.
 */
BOOLEAN pnp_user_queue_event(struct user_listener *listener, enum pnp_user_action action,
                             const GUID *guid, PCUNICODE_STRING name, ULONG64 question,
                             const VOID *data, ULONG bytes);
/* What the listener has not fetched. A question to it is answered with yes. */
VOID pnp_user_forget_events_of(struct audience *audience, ULONG64 cookie);
/* The question that is open has this answer. */
VOID pnp_user_answer(NTSTATUS status);
VOID pnp_user_free_event(struct queued_event *event);
