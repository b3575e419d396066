/*
 * A lane: the thread of the kernel that stands for a program's thread. What that
 * calls runs here, in the program's process and in user mode.
 */
#include "lpc.h"

#include "../pnp/pnp.h"

#define DEEPEST 32u /* user APCs inside one another */
/* ns: a program that writes over the word when it was told of its end is not waited for longer. */
#define LOOK_AGAIN 500000000ll

static _Thread_local struct lpc_server *own_server __attribute__((tls_model("initial-exec")));

/* A program's message, read once. */
struct message {
    hal_u32 kind, number;
    hal_u64 arguments[LPC_ARGUMENTS];
};

/* Waits for the turn, and what it comes with. FALSE: the program is gone, or is to be. */
static BOOLEAN await_message(struct lpc_server *server, struct message *message)
{
    struct lpc_lane *lane = server->lane;
    hal_u64 seen = lpc_spin(&lane->word, LPC_KERNEL, &server->patience);
    ULONG i;

    while (!lpc_has_turn(seen, LPC_KERNEL) && !lpc_is_ending(server->connection))
        seen = lpc_sleep(&lane->word, LPC_KERNEL, hal_clock_monotonic() + LOOK_AGAIN);
    if ((seen & LPC_OVER) || lpc_is_ending(server->connection))
        return FALSE;
    message->kind = lpc_message_of(seen);
    message->number = (hal_u32)(seen >> 32);
    for (i = 0; i < LPC_ARGUMENTS; i++)
        message->arguments[i] = __atomic_load_n(&lane->arguments[i], __ATOMIC_RELAXED);
    return TRUE;
}

static VOID serve_call(struct lpc_server *server, const struct message *message)
{
    NTSTATUS status;

    mm_enter();
    status = lpc_serve(message->number, message->arguments);
    mm_leave();
    lpc_pass(&server->lane->word, LPC_PROGRAM, LPC_ANSWER, (hal_u32)status);
}

/* Calls that the program makes until it has run what it was asked to. */
static VOID await_ran(struct lpc_server *server)
{
    struct message message;

    while (await_message(server, &message)) {
        if (message.kind == LPC_RAN)
            return;
        if (message.kind != LPC_CALL) {
            lpc_connection_stop(server->connection, "a thread left inside a user APC");
            return;
        }
        serve_call(server, &message);
    }
}

VOID lpc_call_user(PVOID routine, PVOID context, PVOID argument1, PVOID argument2)
{
    struct lpc_server *server = own_server;
    struct lpc_lane *lane = server->lane;

    if (lpc_is_ending(server->connection))
        return;
    if (server->depth == DEEPEST) {
        lpc_connection_stop(server->connection, "its user APCs wait for user APCs without end");
        return;
    }
    server->depth++;
    lane->arguments[0] = (hal_u64)routine;
    lane->arguments[1] = (hal_u64)context;
    lane->arguments[2] = (hal_u64)argument1;
    lane->arguments[3] = (hal_u64)argument2;
    mm_leave();
    lpc_pass(&lane->word, LPC_PROGRAM, LPC_RUN, 0);
    await_ran(server);
    mm_enter();
    server->depth--;
}

/* ---- the thread ------------------------------------------------------------------------ */

/* TRUE if the thread left, FALSE if its program ended. */
static BOOLEAN serve(struct lpc_server *server)
{
    struct message message;

    while (await_message(server, &message)) {
        if (message.kind == LPC_LEAVE)
            return TRUE;
        if (message.kind == LPC_CALL)
            serve_call(server, &message);
        else
            lpc_connection_stop(server->connection, "it asked for what does not exist");
    }
    return FALSE;
}

static VOID enter(struct lpc_server *server)
{
    PKTHREAD thread = ke_current();

    own_server = server;
    ObReferenceObject(thread);
    mm_acquire(&server->connection->lane_lock);
    server->thread = thread;
    mm_release(&server->connection->lane_lock);
}

/* The lane is free from here on; who ends all lanes does not find it any more. */
static VOID leave(struct lpc_server *server)
{
    struct lpc_connection *connection = server->connection;

    mm_acquire(&connection->lane_lock);
    connection->servers[server->number] = NULL;
    mm_release(&connection->lane_lock);
    own_server = NULL;
    if (server->thread)
        ObDereferenceObject(server->thread);
}

/* After ke's own call, which cancels what the thread has sent and waits for it. */
static void count_out(void *context)
{
    struct lpc_connection *connection = context;

    /* The last to be touched: whoever waits for 0 frees the connection. */
    __atomic_fetch_sub(&connection->server_count, 1, __ATOMIC_SEQ_CST);
    hal_wake(&connection->server_count, 1);
}

static void lane_main(void *argument)
{
    struct lpc_server *server = argument;
    struct lpc_connection *connection = server->connection;
    struct lpc_lane *lane = server->lane;
    BOOLEAN is_served, has_left = FALSE;

    /* Exit calls run the newest first: this one is to be the last. */
    BOOLEAN is_counted = hal_thread_at_exit(count_out, connection) == HAL_OK;

    is_served = is_counted && NT_SUCCESS(ke_enter_process(connection->process));
    if (is_served) {
        enter(server);
        has_left = serve(server);
    }
    leave(server);
    if (has_left)
        lpc_pass(&lane->word, LPC_PROGRAM, LPC_ANSWER, 0);
    else
        lpc_end(&lane->word, is_served ? 0 : LPC_UNSERVED);
    hal_free(server);
    if (!is_counted)
        count_out(connection);
}

/* Puts the server into the table, unless its lane is taken or too many end at the moment. */
static NTSTATUS publish(struct lpc_connection *connection, struct lpc_server *server)
{
    NTSTATUS status = STATUS_SUCCESS;

    mm_acquire(&connection->lane_lock);
    if (connection->servers[server->number]) {
        status = STATUS_INVALID_PARAMETER;
    } else if (__atomic_load_n(&connection->server_count, __ATOMIC_RELAXED) >= 2 * LPC_LANES) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        connection->servers[server->number] = server;
        __atomic_fetch_add(&connection->server_count, 1, __ATOMIC_RELAXED);
    }
    mm_release(&connection->lane_lock);
    return status;
}

static NTSTATUS start_server(struct lpc_server *server)
{
    struct lpc_connection *connection = server->connection;
    struct hal_thread *thread;
    NTSTATUS status = publish(connection, server);

    if (!NT_SUCCESS(status))
        return status;
    if (hal_thread_create(&thread, lane_main, server, "ntio-lane") == HAL_OK) {
        hal_thread_detach(thread);
        return STATUS_SUCCESS;
    }
    leave(server);
    count_out(connection);
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS lpc_open_lane(struct lpc_connection *connection, hal_u32 number)
{
    struct lpc_server *server;
    struct lpc_lane *lane;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    if (number >= LPC_LANES)
        return STATUS_INVALID_PARAMETER;
    lane = (struct lpc_lane *)(connection->lanes + number * HAL_PAGE_SIZE);
    server = hal_allocate(sizeof(*server));
    if (server) {
        *server = (struct lpc_server){
            .connection = connection, .number = number, .lane = lane, .patience = LPC_PATIENT};
        status = start_server(server);
    }
    if (NT_SUCCESS(status))
        return status;
    hal_free(server);
    if (status == STATUS_INSUFFICIENT_RESOURCES)
        lpc_end(&lane->word, LPC_UNSERVED);
    return status;
}

VOID lpc_end_lanes(struct lpc_connection *connection)
{
    hal_u32 count;
    ULONG i;

    mm_acquire(&connection->lane_lock);
    for (i = 0; i < LPC_LANES; i++) {
        struct lpc_server *server = connection->servers[i];

        if (!server)
            continue;
        if (server->thread)
            ke_terminate_thread(server->thread);
        lpc_end(&server->lane->word, 0);
    }
    mm_release(&connection->lane_lock);
    pnp_user_end_process(connection->process);
    while ((count = __atomic_load_n(&connection->server_count, __ATOMIC_ACQUIRE)))
        hal_wait(&connection->server_count, count, HAL_FOREVER);
}
