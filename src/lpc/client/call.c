/*
 * System calls: a thread's lane, and the conversation on it.
 */
#include "client.h"
#include "../turn.h"

#include "../../rtl/rtl.h"

static struct {
    PUCHAR pages; /* set while starting, before threads call */
    struct hal_peer *peer;
    BOOLEAN is_over;     /* atomic */
    BOOLEAN is_forked;   /* this process is a child of the one whose lanes these were */
    struct mm_lock lock; /* guards in_use */
    ULONG64 in_use[LPC_LANES / 64];
    struct mm_lock keeper; /* one of hal's threads at a time on the keeper's lane */
    struct lpc_patience keeper_patience;
} lanes;

/* The calling thread's. */
static _Thread_local struct own_lane {
    struct lpc_lane *lane;
    hal_u32 number;
    struct lpc_patience patience;
    BOOLEAN is_closed_at_exit;
} own __attribute__((tls_model("initial-exec")));

static struct lpc_lane *lane_at(hal_u32 number)
{
    return (struct lpc_lane *)(lanes.pages + number * HAL_PAGE_SIZE);
}

VOID client_use_lanes(PUCHAR pages, struct hal_peer *peer)
{
    lanes.pages = pages;
    lanes.peer = peer;
    lanes.keeper_patience = LPC_PATIENT;
    lanes.in_use[0] = 1ull << LPC_KEEPER_LANE;
}

VOID client_end_lanes(VOID)
{
    hal_u32 number;

    __atomic_store_n(&lanes.is_over, TRUE, __ATOMIC_SEQ_CST);
    mm_acquire(&lanes.lock);
    for (number = 0; number < LPC_LANES; number++)
        if (lanes.in_use[number / 64] >> number % 64 & 1)
            lpc_end(&lane_at(number)->word, 0);
    mm_release(&lanes.lock);
}

/* ---- a conversation ------------------------------------------------------------------- */

/* Passes the turn and waits for it. FALSE: the kernel is gone, or does not serve this lane. */
static BOOLEAN converse(struct lpc_lane *lane, struct lpc_patience *patience,
                        enum lpc_message message, hal_u32 value, hal_u64 *answer)
{
    lpc_pass(&lane->word, LPC_KERNEL, message, value);
    *answer = lpc_spin(&lane->word, LPC_PROGRAM, patience);
    while (!lpc_has_turn(*answer, LPC_PROGRAM)) {
        if (__atomic_load_n(&lanes.is_over, __ATOMIC_ACQUIRE))
            return FALSE;
        *answer = lpc_sleep(&lane->word, LPC_PROGRAM, HAL_FOREVER);
    }
    return !(*answer & LPC_OVER);
}

static VOID run_apc(const struct lpc_lane *lane)
{
    PKNORMAL_ROUTINE routine = (PKNORMAL_ROUTINE)lane->arguments[0];

    routine((PVOID)lane->arguments[1], (PVOID)lane->arguments[2], (PVOID)lane->arguments[3]);
}

/*
 * Calls, and does what the kernel asks for meanwhile. STATUS_INSUFFICIENT_RESOURCES: it has no
 * thread for the lane.
 */
static NTSTATUS call_on(struct lpc_lane *lane, struct lpc_patience *patience,
                        enum lpc_service number, const hal_u64 *arguments, ULONG count)
{
    enum lpc_message message = LPC_CALL;
    hal_u64 answer = 0;
    ULONG i;

    /* A line that is not written stays with both processors, and many a call is like the last. */
    for (i = 0; i < count; i++)
        if (lane->arguments[i] != arguments[i])
            lane->arguments[i] = arguments[i];
    while (converse(lane, patience, message, number, &answer)) {
        if (lpc_message_of(answer) == LPC_ANSWER)
            return (NTSTATUS)(answer >> 32);
        run_apc(lane);
        message = LPC_RAN;
    }
    return answer & LPC_UNSERVED ? STATUS_INSUFFICIENT_RESOURCES : STATUS_CONNECTION_DISCONNECTED;
}

/* ---- a thread's lane --------------------------------------------------------------------- */

static hal_u32 take_number(VOID)
{
    hal_u32 number;

    mm_acquire(&lanes.lock);
    for (number = 0; number < LPC_LANES; number++) {
        if (lanes.in_use[number / 64] >> number % 64 & 1)
            continue;
        lanes.in_use[number / 64] |= 1ull << number % 64;
        break;
    }
    mm_release(&lanes.lock);
    return number;
}

static VOID free_number(hal_u32 number)
{
    mm_acquire(&lanes.lock);
    lanes.in_use[number / 64] &= ~(1ull << number % 64);
    mm_release(&lanes.lock);
}

VOID client_forget_lanes(VOID)
{
    own.lane = NULL;
    lanes.is_forked = TRUE;
}

static VOID give_up_lane(VOID)
{
    own.lane = NULL;
    free_number(own.number);
}

/* The thread ends. */
static void close_lane(void *unused)
{
    hal_u64 answer;

    (void)unused;
    if (!own.lane)
        return;
    if (!__atomic_load_n(&lanes.is_over, __ATOMIC_ACQUIRE))
        converse(own.lane, &own.patience, LPC_LEAVE, 0, &answer);
    give_up_lane();
}

static NTSTATUS refuse_fork(VOID)
{
    static BOOLEAN is_told; /* atomic */

    if (!__atomic_exchange_n(&is_told, TRUE, __ATOMIC_RELAXED))
        rtl_log("process %u is a fork of a program that is served, and is not served itself: its "
                "system calls fail with STATUS_CONNECTION_INVALID; start it with ntio exec",
                hal_process_id());
    return STATUS_CONNECTION_INVALID;
}

static NTSTATUS open_lane(VOID)
{
    struct lpc_open open = {.packet = LPC_OPEN};

    if (lanes.is_forked)
        return refuse_fork();
    if (!lanes.pages || __atomic_load_n(&lanes.is_over, __ATOMIC_ACQUIRE))
        return STATUS_CONNECTION_DISCONNECTED;
    open.lane = take_number();
    if (open.lane == LPC_LANES)
        return STATUS_INSUFFICIENT_RESOURCES;
    own.number = open.lane;
    own.patience = LPC_PATIENT;
    own.lane = lane_at(open.lane);
    __atomic_store_n(&own.lane->word, LPC_PROGRAM, __ATOMIC_RELAXED);
    if (hal_send(lanes.peer, &open, sizeof(open), NULL, 0) != HAL_OK) {
        give_up_lane();
        return STATUS_CONNECTION_DISCONNECTED;
    }
    if (!own.is_closed_at_exit)
        own.is_closed_at_exit = hal_thread_at_exit(close_lane, NULL) == HAL_OK;
    return STATUS_SUCCESS;
}

NTSTATUS client_call(enum lpc_service number, const hal_u64 *arguments, ULONG count)
{
    NTSTATUS status;

    if (!own.lane) {
        status = open_lane();
        if (!NT_SUCCESS(status))
            return status;
    }
    /* What this thread has unmapped the kernel is to know before it looks. */
    hal_adopt_settle();
    status = call_on(own.lane, &own.patience, number, arguments, count);
    /* Another call may find the kernel with room for one more thread. */
    if (status == STATUS_INSUFFICIENT_RESOURCES &&
        __atomic_load_n(&own.lane->word, __ATOMIC_RELAXED) & LPC_UNSERVED)
        give_up_lane();
    return status;
}

VOID client_tell_lost(hal_u64 address, hal_u64 pages)
{
    const hal_u64 arguments[] = {address, pages};

    mm_acquire(&lanes.keeper);
    if (!__atomic_load_n(&lanes.is_over, __ATOMIC_ACQUIRE))
        call_on(lane_at(LPC_KEEPER_LANE), &lanes.keeper_patience, LPC_lpc_pages_lost, arguments, 2);
    mm_release(&lanes.keeper);
}
