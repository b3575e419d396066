/*
 * Serving programs in other processes: the kernel's side of the channel.
 *
 *   listen.c      the socket, and who may connect
 *   connection.c  a program: from its hello to its end
 *   lane.c        a program's thread, as a thread of the kernel
 *   service.c     system calls by number
 *   program.c     a program's memory
 *   client/       the other side, in the program's own process
 *
 * wire.h is what both sides agree on.
 */
#pragma once

#include <ntifs.h>

#include "../ke/ke.h"
#include "../mm/mm.h"
#include "../ob/ob.h"
#include "../rtl/rtl.h"
#include "turn.h"

/* A program that is connected. It lives as long as its process object. */
struct lpc_connection {
    LIST_ENTRY link; /* in listen.c's list, under its lock */
    struct hal_peer *peer;
    PKPROCESS process; /* its space's context is this */
    struct hal_segment *lane_pages;
    PUCHAR lanes;      /* LPC_LANES pages that the program maps too */
    hal_u32 is_ending; /* atomic: nothing is asked or answered any more */

    struct mm_lock lane_lock;              /* guards the two that follow */
    struct lpc_server *servers[LPC_LANES]; /* of the lanes that are open */
    hal_u32 server_count;                  /* threads that serve, or end; a futex at the end */

    struct mm_lock asking; /* one question to the program at a time; guards the rest */
    hal_u64 serial;        /* of the last question */
    hal_u32 is_answered;   /* a futex, set by the reader */
    int answer;
};

/* The thread that serves a lane. */
struct lpc_server {
    struct lpc_connection *connection;
    struct lpc_lane *lane;
    hal_u32 number; /* of the lane */
    struct lpc_patience patience;
    ULONG depth;     /* user APCs that run inside one another */
    PKTHREAD thread; /* referenced while in connection->servers; under lane_lock */
};

/* ---- listen.c ------------------------------------------------------------------ */

/* The connection is over: takes it off the list. */
VOID lpc_forget(struct lpc_connection *connection);
/* What it had is given back; the last thing that its reader does. */
VOID lpc_gone(VOID);

/* Tells the peer, and the log, why it is not served. */
VOID lpc_refuse(struct hal_peer *peer, NTSTATUS status);

/* ---- connection.c ---------------------------------------------------------------- */

/* A connection for an accepted peer; *connection is not on the list yet. */
NTSTATUS lpc_connection_create(struct hal_peer *peer, struct lpc_connection **connection);
/* Starts its reader, which ends it when the program is gone. Now the peer is the connection's. */
NTSTATUS lpc_connection_start(struct lpc_connection *connection);
/* One that was not started: all but the peer goes. */
VOID lpc_connection_discard(struct lpc_connection *connection);
/* The program broke the rules, or the kernel stops: its end begins. Any thread. */
VOID lpc_connection_stop(struct lpc_connection *connection, PCSTR why);

static inline BOOLEAN lpc_is_ending(const struct lpc_connection *connection)
{
    return __atomic_load_n(&connection->is_ending, __ATOMIC_ACQUIRE) != 0;
}

/* ---- lane.c ------------------------------------------------------------------------ */

/*
 * Starts to serve a lane. STATUS_INVALID_PARAMETER: there is none of this number, or it is served.
 * STATUS_INSUFFICIENT_RESOURCES: it will not be, and the program is told.
 */
NTSTATUS lpc_open_lane(struct lpc_connection *connection, hal_u32 number);
/* Ends what serves the lanes, and waits for it: requests are cancelled and completed. */
VOID lpc_end_lanes(struct lpc_connection *connection);
/* _KPROCESS.call_user: on a lane's own thread. */
VOID lpc_call_user(PVOID routine, PVOID context, PVOID argument1, PVOID argument2);

/* ---- service.c ---------------------------------------------------------------------- */

/* Makes a call for the calling thread's program. */
NTSTATUS lpc_serve(hal_u32 number, const hal_u64 arguments[LPC_ARGUMENTS]);

/* ---- program.c ----------------------------------------------------------------------- */

extern const struct mm_program lpc_program;
/* The reader has the answer to a question. */
VOID lpc_take_answer(struct lpc_connection *connection, const struct lpc_adopted *answer);
