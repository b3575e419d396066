/*
 * The channel between the kernel and a driver host.
 *
 * A socket sets it up and tells of death. The kernel makes two segments and passes them: the
 * board, for what is said, and the data area, for the bytes of requests.
 *
 *   kernel                                host
 *     WELCOME, board and data area  --->
 *     DRIVER, for each              --->
 *     GO                            --->  loads them, closes the sandbox
 *                                   <---  READY
 *     LEND, UNLEND, at any time     --->
 *
 * From then on everything is on the board. A request has a slot there. The kernel writes it and
 * puts an entry into the ring; one of the host's threads takes the entry, and gives the slot back
 * by passing its turn. A kernel thread that still looks at the slot goes on by itself; one that
 * left (UMDF_LEFT) wants the slot's bit in `finished`, and the bell rung.
 *
 * A call is the other direction: the host asks the kernel for something on behalf of a
 * driver, in one of its call slots.
 *
 * The kernel reads every word that a host can write once, and believes none. What it has to
 * remember of a request it keeps elsewhere.
 */
#pragma once

#include "../lpc/turn.h"

#define UMDF_MAGIC 0x4644554Du /* "MUDF" */
#define UMDF_VERSION 4u

#define UMDF_SLOTS 1024u /* requests in a host at the same time */
#define UMDF_CALLS 128u  /* calls of a host at the same time */
#define UMDF_RING 4096u  /* more than entries can be on their way: see umdf_entry */
#define UMDF_CALL_BYTES 3840u
#define UMDF_LOANS 64u /* segments with programs' pages at the same time */
#define UMDF_LOAN_PAGES 0x1000000ull
#define UMDF_DATA_PAGES 65536u /* of the data area, sparse: the kernel gives these out */
#define UMDF_HOST_PAGES 65536u /* and behind them these: the host does, for its calls */
#define UMDF_AREA_PAGES (UMDF_DATA_PAGES + UMDF_HOST_PAGES)

/* ---- The board ------------------------------------------------------------------------ */

/* Whose turn a slot is: lpc/turn.h's words, of which the host has the program's part. */
#define UMDF_HOST LPC_PROGRAM
#define UMDF_KERNEL LPC_KERNEL
#define UMDF_SEEN 8ull /* with UMDF_HOST: the drivers' dispatch routines have returned */
/* With UMDF_HOST: no thread of the kernel looks at the slot any more. */
#define UMDF_LEFT (1ull << 32)

enum umdf_kind {
    UMDF_ADD_DEVICE = 1, /* makes a stack; input is struct umdf_device and what follows it */
    UMDF_IRP = 2,
    UMDF_TARGET_EVENT = 3, /* input is struct umdf_target_event */
};

/* What of a request's data is a program's own pages, in a loan's segment. */
enum umdf_lent {
    UMDF_LENT_NOTHING = 0,
    UMDF_LENT_INPUT = 1,
    UMDF_LENT_OUTPUT = 2,
    UMDF_LENT_READ_ONLY = 4, /* with one of these: the driver may not write to it */
};

/*
 * A request. Places are bytes from the start of the data area, or of the loan's segment; a
 * length 0 has none.
 */
struct umdf_slot {
    _Alignas(64) hal_u64 turn;         /* atomic: who passes it has written the rest before */
    _Alignas(64) hal_u32 kind;         /* from here on the kernel writes: enum umdf_kind */
    hal_u32 device;                    /* the stack's number */
    hal_u32 file;                      /* the file's number, 0: none */
    hal_u32 process;                   /* the requestor's */
    hal_u8 major, minor, mode, access; /* access: enum umdf_access */
    hal_u32 flags, code;               /* IRP.Flags, location Flags << 24; IoControlCode */
    hal_u64 offset;                    /* reads, writes: ByteOffset; opens: the related file */
    hal_u64 input, output;
    hal_u32 input_length, output_length;
    hal_u64 words[6];            /* what else the major function needs: reflect.c */
    hal_u32 loan, loan_serial;   /* as in struct umdf_lend */
    hal_u32 lent;                /* enum umdf_lent */
    hal_u32 has_activity;        /* there is one in `activity` */
    _Alignas(64) hal_u32 status; /* the host's answer */
    hal_u32 cookie;              /* ADD_DEVICE: the stack's access, see UMDF_STACK_WORD */
    hal_u64 information;
    hal_u8 activity[16]; /* the kernel's again: the request's activity id */
};

enum umdf_call_kind {
    UMDF_SEND_LOWER = 1, /* the IRP of slot `slot` goes on to the next lower driver */
    /* A request of a driver of the host's own: to `target`, 0: to the next lower driver. */
    UMDF_SEND_NEW = 2,
    UMDF_SET_INTERFACE = 3,
    UMDF_LINK = 4,
    UMDF_REQUEST_POWER = 5,
    UMDF_OPEN = 6,       /* struct umdf_open and what follows it; answer: struct umdf_opened */
    UMDF_CLOSE = 7,      /* `target`'s last handle is closed */
    UMDF_POST_EVENT = 8, /* a GUID, and the event's data */
};

/* A call; its answer comes as an entry of the ring, or to a thread that looks at the turn. */
struct umdf_call {
    _Alignas(64) hal_u64 turn; /* UMDF_KERNEL while the kernel has it */
    _Alignas(64) hal_u32 kind; /* the host writes: enum umdf_call_kind */
    hal_u32 device, slot;
    hal_u8 major, minor, is_waiting, has_activity; /* is_waiting: a thread looks at the turn */
    hal_u32 code, input_length, output_length;
    hal_u32 target;           /* a file that UMDF_OPEN has opened */
    hal_u64 offset, words[4]; /* SEND_X: words[2] and [3] are an activity id, if has_activity */
    hal_u64 place;     /* of the input, in whole pages, and then of the output; 0: both are bytes */
    hal_u32 serial;    /* counts the calls up */
    hal_u32 cancelled; /* atomic: the serial of the last one that was to be cancelled */
    _Alignas(64) hal_u32 status; /* the kernel's answer */
    hal_u64 information;
    _Alignas(64) hal_u8 bytes[UMDF_CALL_BYTES];
};

enum umdf_entry_kind {
    UMDF_REQUEST = 1, /* slot */
    UMDF_CANCEL = 2,  /* the request that has `serial` in slot; once at most */
    UMDF_ANSWER = 3,  /* call */
    UMDF_REPORT = 4, /* says what the request in slot is stuck in, before the host is ended; once */
};

/*
 * Each slot has at most one request and one cancellation in the ring, each call one answer, so
 * that it never is full.
 */
union umdf_entry {
    struct {
        hal_u8 kind, unused;
        unsigned short slot;
        hal_u32 serial; /* of the request, counts up */
    };
    hal_u64 word; /* written and read in one piece */
};
_Static_assert(sizeof(union umdf_entry) == 8, "version 4");
_Static_assert(UMDF_RING > 2 * UMDF_SLOTS + UMDF_CALLS, "the ring has room for all");
_Static_assert((UMDF_RING & (UMDF_RING - 1)) == 0, "positions wrap around");

struct umdf_board {
    _Alignas(64) hal_u32 tail;    /* entries put in, counts up; the kernel's; atomic, a futex */
    _Alignas(64) hal_u32 head;    /* entries taken out; the host's threads'; atomic */
    _Alignas(64) hal_u32 lookers; /* threads of the host that look at tail without sleeping */
    hal_u32 sleepers;             /* that sleep on it */
    _Alignas(64) hal_u32 bell;    /* 1: the kernel's thread sleeps on it; who makes it 0 wakes it */
    _Alignas(64) hal_u64 finished[UMDF_SLOTS / 64]; /* a bit for each; the kernel clears them */
    hal_u64 called[UMDF_CALLS / 64];
    hal_u64 cancelled[UMDF_CALLS / 64]; /* calls whose `cancelled` is to be looked at */
    hal_u32 reported;                   /* the host has done UMDF_REPORT; atomic */
    _Alignas(64) union umdf_entry ring[UMDF_RING];
    struct umdf_slot slots[UMDF_SLOTS];
    struct umdf_call calls[UMDF_CALLS];
};
_Static_assert(sizeof(struct umdf_slot) == 256, "version 4");
_Static_assert(sizeof(struct umdf_call) == 4096, "version 4");
_Static_assert(__builtin_offsetof(struct umdf_slot, words) == 128, "version 4");
_Static_assert(__builtin_offsetof(struct umdf_slot, status) == 192, "version 4");
_Static_assert(__builtin_offsetof(struct umdf_call, place) == 136, "version 4");
_Static_assert(__builtin_offsetof(struct umdf_call, status) == 192, "version 4");
_Static_assert(__builtin_offsetof(struct umdf_board, ring) == 448, "version 4");

#define UMDF_BOARD_PAGES ((sizeof(struct umdf_board) + HAL_PAGE_SIZE - 1) / HAL_PAGE_SIZE)

/* ---- Files of other devices ----------------------------------------------------------- */

#define UMDF_NOBODY (~0u)

/*
 * UMDF_OPEN's input; the name and the extended attributes follow. The call's slot is the request
 * whose sender is impersonated, UMDF_NOBODY: nobody is; minor is the level.
 */
struct umdf_open {
    hal_u32 access, attributes, share, disposition, options;
    hal_u32 object_attributes; /* OBJ_CASE_INSENSITIVE, or 0 */
    hal_u32 name_bytes, ea_bytes;
    hal_u64 allocation_size;
};

/* Its output; the device's instance path follows, if PnP knows it. */
struct umdf_opened {
    hal_u32 target, instance_bytes;
};

enum umdf_event {
    UMDF_QUERY_REMOVE = 1,
    UMDF_REMOVE_CANCELLED = 2,
    UMDF_REMOVE_COMPLETE = 3,
};

/* UMDF_TARGET_EVENT's input: what happens to the device of a target; status is the answer. */
struct umdf_target_event {
    hal_u32 target, event;
};

/* ---- ADD_DEVICE's input --------------------------------------------------------------- */

/*
 * Then follow: the instance path; the drivers of the stack, the lowest first, as numbers of
 * DRIVER packets; and the registry that they may see, as values. All lengths in bytes.
 */
struct umdf_device {
    hal_u32 instance_bytes, driver_count, value_count;
    hal_u32 is_pooled;
    hal_u32 fs_context;    /* enum pnp_umdf_fs_context */
    hal_u32 impersonation; /* SECURITY_IMPERSONATION_LEVEL, at most that */
};

/* A value of a key; key, name and data follow. name_bytes ~0: the key alone. */
struct umdf_value {
    hal_u32 key_bytes, name_bytes, type, data_bytes;
};

/* How a stack wants its data, in slot.cookie: struct umdf_stack_access in one word. */
#define UMDF_STACK_WORD(read_write, control, threshold_pages)                                      \
    ((hal_u32)(read_write) | (hal_u32)(control) << 4 | (hal_u32)(threshold_pages) << 8)

/* ---- The socket: packets, each begins with its kind ----------------------------------- */

enum umdf_packet {
    UMDF_WELCOME = 1, /* kernel: struct umdf_welcome, with two segments */
    UMDF_DRIVER = 2,  /* kernel: struct umdf_driver */
    UMDF_GO = 3,      /* kernel: the kind alone; no driver follows */
    UMDF_READY = 4,   /* host: struct umdf_ready */
    /* From then on: */
    UMDF_LEND = 5,   /* kernel: struct umdf_lend, with a segment */
    UMDF_UNLEND = 6, /* kernel: the same without; the host gives it up */
};

struct umdf_welcome {
    hal_u32 packet, magic, version;
    hal_u32 user; /* who the host is to be if root started it; 0: nobody */
};

struct umdf_driver {
    hal_u32 packet, major, minor; /* of the framework that it was built for */
    char service[128];            /* UTF-8, terminated */
    char path[1024];              /* likewise, absolute */
};

struct umdf_ready {
    hal_u32 packet, magic, version;
    hal_u32 status; /* NTSTATUS; a failure has a reason */
    char reason[1024];
};

/* A segment of UMDF_LOAN_PAGES pages, in which there are none but of buffers sent to this host. */
struct umdf_lend {
    hal_u32 packet, number; /* below UMDF_LOANS */
    hal_u32 serial;         /* no other's: a request may overtake this packet */
    hal_u32 is_read_only;
};
