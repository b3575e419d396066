/*
 * From a device that wants attention to the service routines that are connected.
 */
#include "interruptp.h"

/* A level that nobody takes away is served this often in a row, and then reported. */
#define STORM 10000u

/* Bits of a vector's state. */
#define IN_SERVICE 1u /* somebody serves it, or changes its chain */
#define PENDING 2u    /* it was raised since its service routines were last called */
#define WAITED 4u     /* somebody sleeps until it is in service no more */

struct vector {
    hal_u32 state;        /* atomic, a futex word */
    LONG raised;          /* lines of devices that are up; atomic */
    BOOLEAN is_masked;    /* after a storm, until all lines are down; atomic */
    BOOLEAN is_passive;   /* somebody in the chain is; in service */
    LIST_ENTRY chain;     /* of KINTERRUPT.link; in service */
    PCSTR last;           /* name of the device that raised it last; atomic */
    KDPC dpc;             /* serves it in another thread */
    WORK_QUEUE_ITEM work; /* serves it at PASSIVE_LEVEL */
};

static const CHAR nameless[] = "a device";

static struct vector vectors[IO_LAST_VECTOR + 1];

static ULONG number_of(const struct vector *vector)
{
    return (ULONG)(vector - vectors);
}

/* ---- service ---------------------------------------------------------------------------- */

/* TRUE if somebody says that it was his device. */
static BOOLEAN call_each(struct vector *vector)
{
    BOOLEAN is_claimed = FALSE;
    PLIST_ENTRY entry;

    for (entry = vector->chain.Flink; entry != &vector->chain; entry = entry->Flink) {
        struct _KINTERRUPT *interrupt = CONTAINING_RECORD(entry, struct _KINTERRUPT, link);

        if (!__atomic_load_n(&interrupt->is_inactive, __ATOMIC_ACQUIRE))
            is_claimed |= io_call_service(interrupt);
    }
    return is_claimed;
}

static BOOLEAN is_up(struct vector *vector)
{
    return __atomic_load_n(&vector->raised, __ATOMIC_ACQUIRE) > 0 &&
           !__atomic_load_n(&vector->is_masked, __ATOMIC_ACQUIRE);
}

static BOOLEAN has_active(const struct vector *vector)
{
    PLIST_ENTRY entry;

    for (entry = vector->chain.Flink; entry != &vector->chain; entry = entry->Flink)
        if (!__atomic_load_n(&CONTAINING_RECORD(entry, struct _KINTERRUPT, link)->is_inactive,
                             __ATOMIC_ACQUIRE))
            return TRUE;
    return FALSE;
}

/* On NT the processor would do nothing else any more. */
static VOID report_storm(struct vector *vector, BOOLEAN is_claimed)
{
    PCSTR name = __atomic_load_n(&vector->last, __ATOMIC_ACQUIRE);

    __atomic_store_n(&vector->is_masked, TRUE, __ATOMIC_RELEASE);
    rtl_log("interrupt vector 0x%02X: %s keeps its line up although %s; it is served no more until "
            "the line goes down",
            number_of(vector), name,
            is_claimed ? "service routines say again and again that they have served it"
                       : "no service routine says that it is its device");
}

/* A line is served until it is down, an edge once. */
static VOID call_chain(struct vector *vector)
{
    ULONG rounds = 0, unclaimed = 0;
    BOOLEAN is_claimed = call_each(vector);

    while (is_up(vector) && has_active(vector)) {
        unclaimed = is_claimed ? 0 : unclaimed + 1;
        if (++rounds == STORM || unclaimed == STORM / 100) {
            report_storm(vector, is_claimed);
            break;
        }
        is_claimed = call_each(vector);
    }
}

/* FALSE: something came meanwhile, and it is in service still. */
static BOOLEAN leave_service(struct vector *vector)
{
    hal_u32 state = __atomic_load_n(&vector->state, __ATOMIC_RELAXED);

    do
        if (state & PENDING)
            return FALSE;
    /* Release: who serves it next sees what this thread did to the chain. */
    while (!__atomic_compare_exchange_n(&vector->state, &state, 0, FALSE, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    if (state & WAITED)
        hal_wake(&vector->state, MAXLONG);
    return TRUE;
}

/* It is in service, and the caller's to serve. */
static VOID serve(struct vector *vector)
{
    do {
        __atomic_fetch_and(&vector->state, ~PENDING, __ATOMIC_ACQUIRE);
        call_chain(vector);
    } while (!leave_service(vector));
}

static VOID NTAPI serve_passively(PVOID vector)
{
    serve(vector);
}

static VOID NTAPI serve_in_dpc(PKDPC dpc, PVOID context, PVOID first, PVOID second)
{
    struct vector *vector = context;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    if (vector->is_passive)
        ExQueueWorkItem(&vector->work, CriticalWorkQueue);
    else
        serve(vector);
}

/* Serves it here if this thread may, else elsewhere. It is in service. */
static VOID serve_somewhere(struct vector *vector)
{
    if (vector->is_passive || ke_current()->irql >= io_irql_of_vector(number_of(vector)))
        KeInsertQueueDpc(&vector->dpc, NULL, NULL);
    else
        serve(vector);
}

static VOID raise(struct vector *vector)
{
    hal_u32 state = __atomic_fetch_or(&vector->state, PENDING | IN_SERVICE, __ATOMIC_ACQ_REL);

    if (!(state & IN_SERVICE))
        serve_somewhere(vector);
}

VOID io_serve_raised(ULONG number)
{
    if (is_up(&vectors[number]))
        raise(&vectors[number]);
}

/* ---- devices ---------------------------------------------------------------------------- */

VOID io_raise_line(struct io_line *line)
{
    struct vector *vector = &vectors[line->vector];

    if (__atomic_exchange_n(&line->is_raised, TRUE, __ATOMIC_ACQ_REL))
        return;
    __atomic_store_n(&vector->last, line->name, __ATOMIC_RELEASE);
    __atomic_fetch_add(&vector->raised, 1, __ATOMIC_ACQ_REL);
    if (is_up(vector))
        raise(vector);
}

VOID io_lower_line(struct io_line *line)
{
    struct vector *vector = &vectors[line->vector];
    PCSTR name = line->name;

    if (!__atomic_exchange_n(&line->is_raised, FALSE, __ATOMIC_ACQ_REL))
        return;
    /* The name goes with the device. */
    __atomic_compare_exchange_n(&vector->last, &name, nameless, FALSE, __ATOMIC_ACQ_REL,
                                __ATOMIC_RELAXED);
    if (!__atomic_sub_fetch(&vector->raised, 1, __ATOMIC_ACQ_REL))
        __atomic_store_n(&vector->is_masked, FALSE, __ATOMIC_RELEASE);
}

VOID io_send_message(ULONG number)
{
    raise(&vectors[number]);
}

/* ---- the chain -------------------------------------------------------------------------- */

/* Nobody serves it until leave_service. */
static VOID hold(struct vector *vector)
{
    hal_u32 state = __atomic_fetch_or(&vector->state, IN_SERVICE, __ATOMIC_ACQUIRE);

    while (state & IN_SERVICE) {
        state = __atomic_or_fetch(&vector->state, WAITED, __ATOMIC_RELAXED);
        if (state & IN_SERVICE)
            ke_sleep(&vector->state, state, HAL_FOREVER);
        state = __atomic_fetch_or(&vector->state, IN_SERVICE, __ATOMIC_ACQUIRE);
    }
}

static VOID let_go(struct vector *vector)
{
    if (!leave_service(vector))
        serve_somewhere(vector);
}

static BOOLEAN may_connect(const struct vector *vector, const struct _KINTERRUPT *wanted)
{
    PLIST_ENTRY entry;

    for (entry = vector->chain.Flink; entry != &vector->chain; entry = entry->Flink) {
        struct _KINTERRUPT *other = CONTAINING_RECORD(entry, struct _KINTERRUPT, link);

        if (!other->is_shared || !wanted->is_shared || other->mode != wanted->mode)
            return FALSE;
    }
    return TRUE;
}

static VOID look_for_passive(struct vector *vector)
{
    PLIST_ENTRY entry;

    vector->is_passive = FALSE;
    for (entry = vector->chain.Flink; entry != &vector->chain; entry = entry->Flink)
        vector->is_passive |= io_is_passive(CONTAINING_RECORD(entry, struct _KINTERRUPT, link));
}

BOOLEAN io_connect_vector(struct _KINTERRUPT *interrupt)
{
    struct vector *vector = &vectors[interrupt->vector];
    BOOLEAN is_connected;

    hold(vector);
    is_connected = may_connect(vector, interrupt);
    if (is_connected)
        InsertTailList(&vector->chain, &interrupt->link);
    look_for_passive(vector);
    let_go(vector);
    return is_connected;
}

VOID io_disconnect_vector(struct _KINTERRUPT *interrupt)
{
    struct vector *vector = &vectors[interrupt->vector];

    hold(vector);
    RemoveEntryList(&interrupt->link);
    look_for_passive(vector);
    let_go(vector);
}

VOID io_vectors_start(VOID)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(vectors); i++) {
        vectors[i] = (struct vector){.last = nameless};
        InitializeListHead(&vectors[i].chain);
        KeInitializeDpc(&vectors[i].dpc, serve_in_dpc, &vectors[i]);
        ExInitializeWorkItem(&vectors[i].work, serve_passively, &vectors[i]);
    }
}
