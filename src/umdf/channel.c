/*
 * The kernel's end of a host's board: slots, the ring, and the threads that wait for answers.
 */
#include "umdf.h"

/* How long the thread looks at a slot's turn before it sleeps. */
static _Thread_local struct lpc_patience patience __attribute__((tls_model("initial-exec")));

#define KEPT_PAGES 1024u /* of the shared ones, that keep their memory */
#define REPORTED 4u      /* requests of a dead host that are told one by one */
/* ns: a host that breaks the rules must not make a thread sleep on. */
#define LOOK_AGAIN 500000000ll
#define REPORT_PATIENCE 2000000000ll /* ns that a stuck host has to say what it is stuck in */
#define SHORT_SLEEP 2000000ll        /* ns that a sender sleeps on its slot before it leaves */
#define ORDER_SLEEP 50000000ll       /* ns that it waits for the drivers to have seen its request */

/* ---- slots ---------------------------------------------------------------------------- */

static ULONG pages_of(ULONG bytes)
{
    return (ULONG)(((SIZE_T)bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

/* The lock is held. A page for each direction at least, so that neither sees the other's. */
static BOOLEAN give_pages(struct umdf_host *host, struct umdf_request *request, ULONG number,
                          ULONG input, ULONG output, struct umdf_slot *slot)
{
    ULONG first = number * UMDF_OWN_PAGES, in_pages = pages_of(input), pages;

    request->pages = 0;
    if (input > PAGE_SIZE || output > PAGE_SIZE) {
        pages = in_pages + pages_of(output);
        first = RtlFindClearBitsAndSet(&host->pages, pages, UMDF_SHARED_PAGES);
        if (first == MAXULONG)
            return FALSE;
        request->first_page = first;
        request->pages = pages;
    } else {
        in_pages = 1;
    }
    slot->input = request->input_place = (hal_u64)first << PAGE_SHIFT;
    slot->output = request->output_place = (hal_u64)(first + in_pages) << PAGE_SHIFT;
    slot->input_length = input;
    slot->output_length = output;
    return TRUE;
}

struct umdf_request *umdf_take_slot(struct umdf_host *host, ULONG input, ULONG output,
                                    struct umdf_slot **slot, NTSTATUS *status)
{
    struct umdf_request *request = NULL;

    *status = STATUS_INSUFFICIENT_RESOURCES;
    mm_acquire(&host->lock);
    if (umdf_is_dead(host)) {
        *status = STATUS_DRIVER_PROCESS_TERMINATED;
    } else if (host->free_count) {
        ULONG number = host->free[host->free_count - 1];

        *slot = &host->board->slots[number];
        if (give_pages(host, &host->requests[number], number, input, output, *slot)) {
            request = &host->requests[number];
            request->serial++;
            host->free_count--;
        }
    }
    mm_release(&host->lock);
    if (request)
        __atomic_store_n(&(*slot)->turn, UMDF_HOST, __ATOMIC_RELAXED);
    return request;
}

/* What is used first is used again soon; memory of many or large requests goes back to Linux. */
static VOID give_pages_back(struct umdf_host *host, struct umdf_request *request)
{
    if (!request->pages)
        return;
    if (request->first_page + request->pages > UMDF_SHARED_PAGES + KEPT_PAGES)
        hal_segment_discard(host->data_pages, request->first_page, request->pages);
    mm_acquire(&host->lock);
    RtlClearBits(&host->pages, request->first_page, request->pages);
    mm_release(&host->lock);
}

VOID umdf_free_slot(struct umdf_host *host, struct umdf_request *request)
{
    give_pages_back(host, request);
    __atomic_store_n(&request->state, UMDF_FREE, __ATOMIC_RELEASE);
    mm_acquire(&host->lock);
    host->free[host->free_count++] = (USHORT)umdf_number_of(host, request);
    mm_release(&host->lock);
}

/* ---- the ring ------------------------------------------------------------------------- */

BOOLEAN umdf_post(struct umdf_host *host, enum umdf_entry_kind kind, ULONG slot, hal_u32 serial)
{
    struct umdf_board *board = host->board;
    union umdf_entry entry = {.kind = (hal_u8)kind, .slot = (unsigned short)slot, .serial = serial};
    BOOLEAN is_alive;

    mm_acquire(&host->lock);
    is_alive = !umdf_is_dead(host);
    if (is_alive) {
        __atomic_store_n(&board->ring[host->tail++ % UMDF_RING].word, entry.word, __ATOMIC_RELAXED);
        /* Before the look at who waits; the host's threads do it the other way round. */
        __atomic_store_n(&board->tail, host->tail, __ATOMIC_SEQ_CST);
    }
    mm_release(&host->lock);
    if (is_alive && !__atomic_load_n(&board->lookers, __ATOMIC_SEQ_CST) &&
        __atomic_load_n(&board->sleepers, __ATOMIC_SEQ_CST))
        hal_wake_shared(&board->tail, 1);
    return is_alive;
}

/* ---- waiting for one request ---------------------------------------------------------- */

/* A thread that runs for a program must not keep others out of its context while it sleeps. */
static VOID sleep_on(hal_u64 *turn, hal_u64 seen, hal_i64 deadline)
{
    BOOLEAN in_context = ke_current()->in_context;

    if (in_context)
        mm_leave();
    hal_wait_shared((hal_u32 *)turn, (hal_u32)seen, deadline);
    if (in_context)
        mm_enter();
}

/* Until the turn comes, or a bit of enough is set. */
static hal_u64 sleep_until(hal_u64 *turn, hal_u64 enough, hal_i64 deadline)
{
    hal_u64 seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);

    while (!lpc_has_turn(seen, UMDF_KERNEL) && !(seen & enough)) {
        hal_i64 now = hal_clock_monotonic();

        if (deadline != HAL_FOREVER && now >= deadline)
            break;
        if (!(seen & LPC_ASLEEP) &&
            !__atomic_compare_exchange_n(turn, &seen, seen | LPC_ASLEEP, 0, __ATOMIC_SEQ_CST,
                                         __ATOMIC_ACQUIRE))
            continue;
        sleep_on(turn, seen | LPC_ASLEEP, deadline == HAL_FOREVER ? now + LOOK_AGAIN : deadline);
        seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);
    }
    return seen;
}

/*
 * Nobody looks at the turn any more, and the host is to ring the bell. It may have passed the
 * turn just now, or died: then the request still is the caller's, unless somebody else has seen
 * that already.
 */
static BOOLEAN leave(struct umdf_request *request, hal_u64 *turn)
{
    hal_u64 seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);

    __atomic_store_n(&request->state, UMDF_PENDING, __ATOMIC_SEQ_CST);
    while (!lpc_has_turn(seen, UMDF_KERNEL)) {
        if (__atomic_compare_exchange_n(turn, &seen, UMDF_HOST | UMDF_LEFT, 0, __ATOMIC_SEQ_CST,
                                        __ATOMIC_ACQUIRE))
            return FALSE;
    }
    return umdf_claim(request, UMDF_PENDING);
}

BOOLEAN umdf_watch(struct umdf_host *host, struct umdf_request *request, enum umdf_waiting waiting)
{
    hal_u64 *turn = &host->board->slots[umdf_number_of(host, request)].turn;
    hal_u64 seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE);

    if (!patience.retry)
        patience = LPC_PATIENT;
    if (waiting == UMDF_SHORTLY || waiting == UMDF_TO_END)
        seen = lpc_spin(turn, UMDF_KERNEL, &patience);
    if (waiting == UMDF_UNTIL_SEEN)
        seen = sleep_until(turn, UMDF_SEEN, hal_clock_monotonic() + ORDER_SLEEP);
    else if (waiting == UMDF_SHORTLY)
        seen = sleep_until(turn, 0, hal_clock_monotonic() + SHORT_SLEEP);
    else if (waiting == UMDF_TO_END)
        seen = sleep_until(turn, 0, HAL_FOREVER);
    if (lpc_has_turn(seen, UMDF_KERNEL))
        return umdf_claim(request, UMDF_WATCHED);
    return leave(request, turn);
}

/* ---- the bell ------------------------------------------------------------------------- */

static BOOLEAN take_finished(struct umdf_host *host)
{
    BOOLEAN found = FALSE;
    ULONG word;

    for (word = 0; word < UMDF_SLOTS / 64; word++) {
        hal_u64 *bits = &host->board->finished[word], taken;

        if (!__atomic_load_n(bits, __ATOMIC_RELAXED))
            continue;
        for (taken = __atomic_exchange_n(bits, 0, __ATOMIC_ACQUIRE); taken; taken &= taken - 1) {
            ULONG number = word * 64 + (ULONG)__builtin_ctzll(taken);

            found = TRUE;
            if (umdf_claim(&host->requests[number], UMDF_PENDING))
                umdf_finish(host, &host->requests[number]);
        }
    }
    return found;
}

static hal_u64 take_bits(hal_u64 *bits)
{
    return __atomic_load_n(bits, __ATOMIC_RELAXED) ? __atomic_exchange_n(bits, 0, __ATOMIC_ACQUIRE)
                                                   : 0;
}

static BOOLEAN take_calls(struct umdf_host *host)
{
    hal_u64 cancelled[UMDF_CALLS / 64], called, found = 0;
    ULONG word;

    /* Who is to be cancelled has called before: first the one is looked at, then the other. */
    for (word = 0; word < UMDF_CALLS / 64; word++)
        found |= cancelled[word] = take_bits(&host->board->cancelled[word]);
    for (word = 0; word < UMDF_CALLS / 64; word++) {
        found |= called = take_bits(&host->board->called[word]);
        for (; called; called &= called - 1)
            umdf_take_call(host, word * 64 + (ULONG)__builtin_ctzll(called));
    }
    for (word = 0; word < UMDF_CALLS / 64; word++) {
        for (called = cancelled[word]; called; called &= called - 1)
            umdf_cancel_call(host, word * 64 + (ULONG)__builtin_ctzll(called));
    }
    return found != 0;
}

/* The request with the nearest deadline, that a host in order answers soon; or NULL. */
static struct umdf_request *next_critical(struct umdf_host *host, hal_i64 *nearest)
{
    struct umdf_request *found = NULL;
    hal_i64 deadline;
    ULONG i;

    *nearest = HAL_FOREVER;
    if (!__atomic_load_n(&host->critical, __ATOMIC_ACQUIRE))
        return NULL;
    for (i = 0; i < UMDF_SLOTS; i++) {
        if (__atomic_load_n(&host->requests[i].state, __ATOMIC_ACQUIRE) == UMDF_FREE)
            continue;
        deadline = __atomic_load_n(&host->requests[i].deadline, __ATOMIC_RELAXED);
        if (deadline == HAL_FOREVER || (found && deadline >= *nearest))
            continue;
        *nearest = deadline;
        found = &host->requests[i];
    }
    return found;
}

/* First it says what it is stuck in, if it still can. */
static VOID give_up(struct umdf_host *host, const struct umdf_request *request, hal_i64 now)
{
    if (!host->report_end) {
        host->report_end = now + REPORT_PATIENCE;
        umdf_post(host, UMDF_REPORT, umdf_number_of(host, request), 0);
    } else if (now >= host->report_end ||
               __atomic_load_n(&host->board->reported, __ATOMIC_ACQUIRE)) {
        umdf_kill_host(host, "it is stuck");
    }
}

static VOID sleep_until_rung(struct umdf_host *host)
{
    hal_i64 deadline, now = hal_clock_monotonic(), soon = now + LOOK_AGAIN;
    struct umdf_request *request = next_critical(host, &deadline);

    if (request && now >= deadline) {
        give_up(host, request, now);
        deadline = HAL_FOREVER;
    }
    if (deadline == HAL_FOREVER || deadline > soon)
        deadline = soon; /* a host that breaks the rules must not make this thread sleep on */
    hal_wait_shared(&host->board->bell, 1, deadline);
}

VOID umdf_ring(struct umdf_host *host)
{
    __atomic_store_n(&host->board->bell, 0, __ATOMIC_SEQ_CST);
    hal_wake_shared(&host->board->bell, 1);
}

VOID umdf_serve_bell(struct umdf_host *host)
{
    hal_u32 *bell = &host->board->bell;
    BOOLEAN found;

    while (!umdf_is_dead(host)) {
        /* Before the look; the host's threads write first and then look at the bell. */
        __atomic_store_n(bell, 1, __ATOMIC_SEQ_CST);
        found = take_finished(host);
        found |= take_calls(host);
        umdf_send_hidden(host);
        if (!found)
            sleep_until_rung(host);
    }
    umdf_end_requests(host);
}

VOID umdf_end_requests(struct umdf_host *host)
{
    ULONG i;

    for (i = 0; i < UMDF_SLOTS; i++)
        lpc_end(&host->board->slots[i].turn, 0);
    for (i = 0; i < UMDF_SLOTS; i++) {
        if (umdf_claim(&host->requests[i], UMDF_PENDING))
            umdf_finish(host, &host->requests[i]);
    }
}

VOID umdf_report_requests(struct umdf_host *host)
{
    ULONG count = 0, i;

    for (i = 0; i < UMDF_SLOTS; i++) {
        const struct umdf_slot *slot = &host->board->slots[i];

        if (__atomic_load_n(&host->requests[i].state, __ATOMIC_ACQUIRE) == UMDF_FREE ||
            count++ >= REPORTED)
            continue;
        if (slot->kind != UMDF_IRP)
            rtl_log("  it was adding a device");
        else
            rtl_log("  it had a request: major function 0x%02X, minor 0x%02X, code 0x%08X",
                    slot->major, slot->minor, slot->code);
    }
    if (count > REPORTED)
        rtl_log("  and %u more", count - REPORTED);
}
