/*
 * The channel between a program and a kernel in another process.
 *
 * A socket sets it up and tells of death; what is fast goes through shared
 * memory. A program has two segments, which the kernel makes and passes to it:
 * the lanes, one page for each of its threads, and its page frames.
 *
 * A lane is a conversation between two threads, one on each side, of which one
 * has the turn. A call: the program's thread writes number and arguments, passes
 * the turn, and has it back with the answer. While a call waits, the kernel may
 * ask for a user APC to be run: then the turn comes with that, the program's
 * thread runs it (and may call meanwhile), and passes the turn to go on.
 *
 *   program                         kernel
 *     CALL number, arguments  --->
 *                             <---  RUN routine, arguments
 *     CALL ...                --->
 *                             <---  ANSWER
 *     RAN                     --->
 *                             <---  ANSWER
 *
 * Who waits for the turn looks at the word for a while and then sleeps on it
 * (LPC_ASLEEP); with both sides awake nobody makes a system call.
 *
 * The kernel reads every word that a program can write once, and believes none.
 */
#pragma once

#include "../hal/hal.h"

#define LPC_MAGIC 0x4F49544Eu /* "NTIO" */
#define LPC_VERSION 3u

#define LPC_LANES 1024u    /* threads of a program that are in the kernel at the same time */
#define LPC_KEEPER_LANE 0u /* hal's, which tells of pages that the program gave up */
#define LPC_ARGUMENTS 12u
#define LPC_LOANS 128u /* segments besides the program's frames that its pages may be in */

/* ---- The lanes --------------------------------------------------------------- */

/* Whose turn it is; LPC_ASLEEP with it: the other side sleeps on the word. */
enum lpc_turn {
    LPC_PROGRAM = 0,
    LPC_KERNEL = 1,
    LPC_ASLEEP = 2,
    LPC_OVER = 4, /* the other process is gone, or does not listen any more */
    LPC_UNSERVED =
        8, /* with OVER, of the kernel: on this lane alone, for it has no thread for it */
};

#define LPC_MESSAGE_SHIFT 8

/* What the turn comes with, in the same word, and what the value beside it is. */
enum lpc_message {
    /* of the program's thread */
    LPC_CALL = 1,  /* the number of a service; its arguments */
    LPC_RAN = 2,   /* what LPC_RUN asked for is done */
    LPC_LEAVE = 3, /* the thread ends; the lane is free once the turn is back */
    /* of the kernel's */
    LPC_ANSWER = 4, /* the result */
    LPC_RUN = 5     /* run the routine arguments[0] with the three after it */
};

/*
 * Who has the turn writes the arguments, and passes turn, message and value in one
 * write: a cache line that the other side looks at all the time is not to be taken
 * from it twice.
 */
struct lpc_lane {
    _Alignas(64) union {
        hal_u64 word; /* atomic */
        struct {
            hal_u32 turn; /* enum lpc_turn, and enum lpc_message << LPC_MESSAGE_SHIFT */
            hal_u32 value;
        };
    };
    _Alignas(64) hal_u64 arguments[LPC_ARGUMENTS];
};

_Static_assert(sizeof(struct lpc_lane) <= HAL_PAGE_SIZE, "a lane is a page");
_Static_assert(__builtin_offsetof(struct lpc_lane, turn) == 0, "version 3");
_Static_assert(__builtin_offsetof(struct lpc_lane, value) == 4, "version 3");
_Static_assert(__builtin_offsetof(struct lpc_lane, arguments) == 64, "version 3");

/* ---- The socket: packets, each begins with its kind ------------------------------ */

enum lpc_packet {
    LPC_HELLO = 1,   /* program: struct lpc_hello */
    LPC_WELCOME = 2, /* kernel: struct lpc_welcome, with the two segments */
    LPC_OPEN = 3,    /* program: struct lpc_open */
    LPC_ADOPT = 4,   /* kernel: struct lpc_pages; hal_adopt, or a touch with no pages */
    LPC_ADOPTED = 5  /* program: struct lpc_adopted */
};

/* What hello and welcome begin with in every version, so that each side can tell the other's. */
struct lpc_greeting {
    hal_u32 packet, magic, version;
};
#define LPC_GREETING_MOST 512u /* bytes of a whole one, in any version */

struct lpc_hello {
    hal_u32 packet, magic, version;
    char name[16]; /* of the program, for people */
};

struct lpc_welcome {
    hal_u32 packet, magic, version;
    hal_u32 status;  /* NTSTATUS; a failure comes without segments */
    hal_u32 process; /* the kernel's, for hal_process_allow */
    hal_u64 frames;  /* pages of the second segment */
};

/* A thread wants this lane served. */
struct lpc_open {
    hal_u32 packet, lane;
};

struct lpc_pages {
    hal_u32 packet, for_write;
    hal_u64 serial; /* comes back with the answer */
    hal_u64 address, pages, place;
    /*
     * Which segment place is in: 0 the frames; else that of this number, up to LPC_LOANS, which
     * comes as a descriptor when the number is new or means another segment from here on.
     */
    hal_u32 loan, unused;
};

struct lpc_adopted {
    hal_u32 packet;
    int error; /* enum hal_error */
    hal_u64 serial;
};
