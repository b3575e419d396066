/*
 * A program's memory, from the kernel's side: what has to happen in the program's
 * own process it is asked for, and it may refuse, lie or be silent; what Linux can
 * do from here Linux does.
 */
#include "lpc.h"

#define PATIENCE 2000000000ll /* ns that a program has for an answer before it is given up */

VOID lpc_take_answer(struct lpc_connection *connection, const struct lpc_adopted *answer)
{
    if (answer->serial != __atomic_load_n(&connection->serial, __ATOMIC_ACQUIRE))
        return;
    connection->answer = answer->error;
    __atomic_store_n(&connection->is_answered, 1, __ATOMIC_RELEASE);
    hal_wake(&connection->is_answered, 1);
}

/* asking is held. */
static int await_answer(struct lpc_connection *connection)
{
    hal_i64 deadline = hal_clock_monotonic() + PATIENCE;

    while (!__atomic_load_n(&connection->is_answered, __ATOMIC_ACQUIRE)) {
        if (hal_wait(&connection->is_answered, 0, deadline) == HAL_ETIMEDOUT) {
            lpc_connection_stop(connection, "it does not answer questions about its memory");
            return HAL_EFAULT;
        }
    }
    /* An answer out of the range of errors is the program's lie. */
    return connection->answer <= 0 && connection->answer >= -4095 ? connection->answer : HAL_EFAULT;
}

static int ask(struct lpc_connection *connection, struct lpc_pages *question,
               const struct hal_segment *segment)
{
    int descriptor = segment ? hal_segment_descriptor(segment) : -1, error = HAL_EFAULT;

    mm_acquire(&connection->asking);
    if (lpc_is_ending(connection))
        goto done;
    question->packet = LPC_ADOPT;
    question->serial = connection->serial + 1;
    __atomic_store_n(&connection->is_answered, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&connection->serial, question->serial, __ATOMIC_RELEASE);
    error = hal_send(connection->peer, question, sizeof(*question), &descriptor, segment ? 1 : 0);
    error = error == HAL_OK ? await_answer(connection) : HAL_EFAULT;
done:
    mm_release(&connection->asking);
    return error;
}

_Static_assert(LPC_LOANS == MM_PROGRAM_LOANS, "each has its number");

static int adopt(PVOID context, ULONG64 address, SIZE_T pages, PFN_NUMBER place, BOOLEAN for_write,
                 const struct mm_loan_segment *loan)
{
    struct lpc_pages question = {.address = address,
                                 .pages = pages,
                                 .place = place,
                                 .for_write = for_write,
                                 .loan = loan ? loan->number + 1 : 0};

    return ask(context, &question, loan ? loan->segment : NULL);
}

static int touch(PVOID context, ULONG64 address, BOOLEAN for_write)
{
    struct lpc_pages question = {.address = address, .for_write = for_write};

    return ask(context, &question, NULL);
}

static int read_program(PVOID context, PVOID to, ULONG64 from, SIZE_T bytes)
{
    struct lpc_connection *connection = context;

    return hal_process_read(HandleToULong(connection->process->id), to, from, bytes);
}

static int write_program(PVOID context, ULONG64 to, const VOID *from, SIZE_T bytes)
{
    struct lpc_connection *connection = context;

    return hal_process_write(HandleToULong(connection->process->id), to, from, bytes);
}

const struct mm_program lpc_program = {adopt, touch, read_program, write_program};
