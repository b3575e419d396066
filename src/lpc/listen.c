/*
 * The socket that programs connect to, and the connections there are.
 */
#include "lpc.h"

#include "../../include/ntio/ntio.h"

#define MOST_CONNECTIONS 10000u

static struct {
    struct hal_listener *listener;
    struct hal_thread *thread;
    struct mm_lock lock;    /* guards the list */
    LIST_ENTRY connections; /* of lpc_connection.link */
    hal_u32 count;          /* of them; a futex at the stop */
} serving;

static BOOLEAN remember(struct lpc_connection *connection)
{
    BOOLEAN has_room;

    mm_acquire(&serving.lock);
    has_room = serving.count < MOST_CONNECTIONS;
    if (has_room) {
        InsertTailList(&serving.connections, &connection->link);
        __atomic_fetch_add(&serving.count, 1, __ATOMIC_RELAXED);
    }
    mm_release(&serving.lock);
    return has_room;
}

VOID lpc_forget(struct lpc_connection *connection)
{
    mm_acquire(&serving.lock);
    RemoveEntryList(&connection->link);
    InitializeListHead(&connection->link);
    mm_release(&serving.lock);
}

VOID lpc_gone(VOID)
{
    __atomic_fetch_sub(&serving.count, 1, __ATOMIC_SEQ_CST);
    hal_wake(&serving.count, 1);
}

/* Why, in the words of a welcome: the program is told before it is left. */
static VOID refuse(struct hal_peer *peer, NTSTATUS status)
{
    struct lpc_welcome welcome = {.packet = LPC_WELCOME,
                                  .magic = LPC_MAGIC,
                                  .version = LPC_VERSION,
                                  .status = (hal_u32)status};

    hal_send(peer, &welcome, sizeof(welcome), NULL, 0);
}

static VOID admit(struct hal_peer *peer)
{
    struct lpc_connection *connection;
    NTSTATUS status = lpc_connection_create(peer, &connection);

    if (!NT_SUCCESS(status)) {
        rtl_log("a program could not be connected (0x%08X)", status);
        return;
    }
    if (!remember(connection)) {
        refuse(peer, STATUS_CONNECTION_COUNT_LIMIT);
        lpc_connection_free(connection);
        return;
    }
    status = lpc_connection_start(connection);
    if (NT_SUCCESS(status))
        return;
    refuse(peer, status);
    lpc_forget(connection);
    lpc_connection_free(connection);
    lpc_gone();
}

static void listen_main(void *unused)
{
    struct hal_peer *peer;
    int error;

    (void)unused;
    while ((error = hal_accept(serving.listener, &peer)) != HAL_EBADF) {
        if (error == HAL_OK)
            admit(peer);
    }
}

int ntio_serve_prepare(char **arguments)
{
    return rtl_status_from_hal(hal_layout_prepare(arguments));
}

int ntio_serve(const char *path, unsigned mode)
{
    int error;

    if (serving.listener)
        return STATUS_DEVICE_BUSY;
    InitializeListHead(&serving.connections);
    error = hal_listen(&serving.listener, path, mode);
    if (error == HAL_OK)
        error = hal_thread_create(&serving.thread, listen_main, NULL, "ntio-listen");
    if (error != HAL_OK && serving.listener) {
        hal_listen_close(serving.listener);
        serving.listener = NULL;
    }
    return rtl_status_from_hal(error);
}

/* Tells all programs that it is over; their readers end them. */
static VOID stop_connections(VOID)
{
    PLIST_ENTRY entry;

    mm_acquire(&serving.lock);
    for (entry = serving.connections.Flink; entry != &serving.connections; entry = entry->Flink)
        lpc_connection_stop(CONTAINING_RECORD(entry, struct lpc_connection, link), NULL);
    mm_release(&serving.lock);
}

void ntio_serve_stop(void)
{
    hal_u32 count;

    if (!serving.listener)
        return;
    hal_listen_stop(serving.listener);
    hal_thread_join(serving.thread);
    stop_connections();
    while ((count = __atomic_load_n(&serving.count, __ATOMIC_ACQUIRE)))
        hal_wait(&serving.count, count, HAL_FOREVER);
    hal_listen_close(serving.listener);
    serving.listener = NULL;
}
