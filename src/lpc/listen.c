/*
 * The socket that programs connect to, and the connections there are.
 */
#include "lpc.h"
#include "refusal.h"

#include "../../include/ntio/ntio.h"

#define MOST_CONNECTIONS 10000u

static struct {
    struct hal_listener *listener;
    struct hal_thread *thread;
    struct mm_lock lock;    /* guards the list */
    LIST_ENTRY connections; /* of lpc_connection.link */
    hal_u32 count;          /* of them; a futex at the stop */
    hal_u32 most;           /* of them */
} serving;

static BOOLEAN remember(struct lpc_connection *connection)
{
    BOOLEAN has_room;

    mm_acquire(&serving.lock);
    has_room = serving.count < serving.most;
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

VOID lpc_refuse(struct hal_peer *peer, NTSTATUS status)
{
    struct hal_credentials who = {0};
    PCSTR why = lpc_refusal(status);
    struct lpc_welcome welcome = {.packet = LPC_WELCOME,
                                  .magic = LPC_MAGIC,
                                  .version = LPC_VERSION,
                                  .status = (hal_u32)status};

    hal_peer_credentials(peer, &who);
    rtl_log("process %u is not served (%s)%s%s", who.process, rtl_status_name(status),
            why ? ": " : "", why ? why : "");
    hal_send(peer, &welcome, sizeof(welcome), NULL, 0);
}

static NTSTATUS admit(struct hal_peer *peer)
{
    struct lpc_connection *connection;
    NTSTATUS status = lpc_connection_create(peer, &connection);

    if (!NT_SUCCESS(status))
        return status;
    if (!remember(connection)) {
        lpc_connection_discard(connection);
        return STATUS_CONNECTION_COUNT_LIMIT;
    }
    status = lpc_connection_start(connection);
    if (NT_SUCCESS(status))
        return status;
    lpc_forget(connection);
    lpc_connection_discard(connection);
    lpc_gone();
    return status;
}

static void listen_main(void *unused)
{
    struct hal_peer *peer;
    NTSTATUS status;
    int error;

    (void)unused;
    while ((error = hal_accept(serving.listener, &peer)) != HAL_EBADF) {
        if (!peer)
            continue;
        status = error == HAL_OK ? admit(peer) : rtl_status_from_hal(error);
        if (NT_SUCCESS(status))
            continue;
        lpc_refuse(peer, status);
        hal_peer_close(peer);
    }
}

int ntio_serve_prepare(char **arguments)
{
    return rtl_status_from_hal(hal_layout_prepare(arguments));
}

int ntio_serve(const char *path, unsigned mode, unsigned programs)
{
    int error;

    if (serving.listener)
        return STATUS_DEVICE_BUSY;
    serving.most = programs && programs < MOST_CONNECTIONS ? programs : MOST_CONNECTIONS;
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
