/*
 * The host's threads: each takes an entry out of the ring and sees to it. There is always one
 * more than are busy, as long as there may be.
 */
#include "host.h"

#define MOST_THREADS 128u

static struct {
    hal_u32 threads, busy; /* atomic both */
} pool;

static VOID NTAPI serve(PVOID unused);

static VOID add_thread(VOID)
{
    PKTHREAD thread;

    /* Without another one, what is busy has to end first. */
    if (NT_SUCCESS(ke_create_thread(ke_program_process(), serve, NULL, "ntio-umdf", &thread)))
        ObDereferenceObject(thread);
    else
        __atomic_sub_fetch(&pool.threads, 1, __ATOMIC_RELAXED);
}

static VOID become_busy(VOID)
{
    hal_u32 busy = __atomic_add_fetch(&pool.busy, 1, __ATOMIC_RELAXED);
    hal_u32 threads = __atomic_load_n(&pool.threads, __ATOMIC_RELAXED);

    if (busy == threads && threads < MOST_THREADS &&
        __atomic_compare_exchange_n(&pool.threads, &threads, threads + 1, 0, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        add_thread();
}

static BOOLEAN has_entries(VOID)
{
    return __atomic_load_n(&host.board->head, __ATOMIC_SEQ_CST) !=
           __atomic_load_n(&host.board->tail, __ATOMIC_SEQ_CST);
}

static BOOLEAN take(union umdf_entry *entry)
{
    struct umdf_board *board = host.board;
    hal_u32 head = __atomic_load_n(&board->head, __ATOMIC_RELAXED);

    do {
        /* Acquire: pairs with the tail's store, before which the entry and its slot were written.
         */
        if (head == __atomic_load_n(&board->tail, __ATOMIC_ACQUIRE))
            return FALSE;
        entry->word = __atomic_load_n(&board->ring[head % UMDF_RING].word, __ATOMIC_RELAXED);
    } while (!__atomic_compare_exchange_n(&board->head, &head, head + 1, 1, __ATOMIC_SEQ_CST,
                                          __ATOMIC_RELAXED));
    (void)__atomic_load_n(&host.answers, __ATOMIC_ACQUIRE);
    return TRUE;
}

/* One thread at most looks without sleeping: others would keep who works off the processor. */
static VOID look(struct lpc_patience *patience)
{
    hal_u32 nobody = 0, looks = 0;

    if (!__atomic_compare_exchange_n(&host.board->lookers, &nobody, 1, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_RELAXED))
        return;
    for (; looks < patience->spins && !has_entries(); looks++)
        __builtin_ia32_pause();
    __atomic_store_n(&host.board->lookers, 0, __ATOMIC_SEQ_CST);
    if (looks < patience->spins)
        lpc_paid_off(patience, looks);
    else
        lpc_missed(patience);
}

static VOID sleep(VOID)
{
    hal_u32 tail = __atomic_load_n(&host.board->tail, __ATOMIC_SEQ_CST);

    __atomic_add_fetch(&host.board->sleepers, 1, __ATOMIC_SEQ_CST);
    if (tail == __atomic_load_n(&host.board->head, __ATOMIC_SEQ_CST))
        hal_wait_shared(&host.board->tail, tail, HAL_FOREVER);
    __atomic_sub_fetch(&host.board->sleepers, 1, __ATOMIC_SEQ_CST);
}

/* The kernel has woken one for several entries, or saw this one look. */
static VOID wake_next(VOID)
{
    if (has_entries() && !__atomic_load_n(&host.board->lookers, __ATOMIC_SEQ_CST) &&
        __atomic_load_n(&host.board->sleepers, __ATOMIC_SEQ_CST))
        hal_wake_shared(&host.board->tail, 1);
}

static VOID run(const union umdf_entry *entry)
{
    switch (entry->kind) {
    case UMDF_REQUEST:
        host_take_request(entry->slot, entry->serial);
        break;
    case UMDF_CANCEL:
        host_cancel_request(entry->slot, entry->serial);
        break;
    case UMDF_ANSWER:
        host_take_answer(entry->slot);
        break;
    case UMDF_REPORT:
        host_report(entry->slot);
        break;
    default:
        break;
    }
}

static VOID NTAPI serve(PVOID unused)
{
    struct lpc_patience patience = LPC_PATIENT;
    union umdf_entry entry;

    UNREFERENCED_PARAMETER(unused);
    for (;;) {
        while (!take(&entry)) {
            look(&patience);
            if (!has_entries())
                sleep();
        }
        become_busy();
        wake_next();
        run(&entry);
        __atomic_sub_fetch(&pool.busy, 1, __ATOMIC_RELAXED);
    }
}

NTSTATUS host_ring_start(VOID)
{
    pool.threads = 1;
    add_thread();
    return __atomic_load_n(&pool.threads, __ATOMIC_RELAXED) ? STATUS_SUCCESS
                                                            : STATUS_INSUFFICIENT_RESOURCES;
}

VOID host_ring_bell(VOID)
{
    /* After the bit was set; the kernel's thread does it the other way round. */
    if (__atomic_load_n(&host.board->bell, __ATOMIC_SEQ_CST) &&
        __atomic_exchange_n(&host.board->bell, 0, __ATOMIC_SEQ_CST))
        hal_wake_shared(&host.board->bell, 1);
}
