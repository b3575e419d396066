/*
 * A program that is served: a process object, a space, its lanes, and a reader of
 * its socket, which also is what ends it all when the program is gone.
 */
#include "lpc.h"
#include "turn.h"

#include "../pnp/pnp.h"

#define HELLO_PATIENCE 5000000000ll /* ns between connecting and saying hello */

/* ---- making ----------------------------------------------------------------------------- */

/* Root, and whoever runs the kernel, who could do with it what he likes anyway. */
static BOOLEAN is_administrator(const struct hal_credentials *credentials)
{
    return credentials->user == 0 || credentials->user == hal_user_id();
}

VOID lpc_connection_discard(struct lpc_connection *connection)
{
    if (connection->lanes)
        hal_unshare(connection->lanes, LPC_LANES);
    hal_segment_destroy(connection->lane_pages);
    hal_free(connection);
}

static VOID free_connection(struct lpc_connection *connection)
{
    hal_peer_close(connection->peer);
    lpc_connection_discard(connection);
}

static VOID destroy_connection(PKPROCESS process)
{
    ob_strip_process(process);
    if (process->space)
        mm_space_release(process->space);
    free_connection(process->maker);
}

static NTSTATUS make_lanes(struct lpc_connection *connection)
{
    PVOID lanes = NULL;
    int error = hal_segment_create(&connection->lane_pages, LPC_LANES, "ntio-lanes");

    if (error == HAL_OK)
        error = hal_segment_seal(connection->lane_pages);
    if (error == HAL_OK)
        error = hal_share(&lanes, connection->lane_pages, 0, LPC_LANES);
    connection->lanes = lanes;
    return rtl_status_from_hal(error);
}

NTSTATUS lpc_connection_create(struct hal_peer *peer, struct lpc_connection **connection)
{
    struct lpc_connection *made = hal_allocate(sizeof(*made));
    NTSTATUS status;

    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    made->peer = peer;
    InitializeListHead(&made->link);
    status = make_lanes(made);
    if (!NT_SUCCESS(status)) {
        lpc_connection_discard(made);
        return status;
    }
    *connection = made;
    return STATUS_SUCCESS;
}

static NTSTATUS equip(PKPROCESS process, const struct hal_credentials *credentials)
{
    struct ob_user user = {
        .is_administrator = is_administrator(credentials),
        .user = credentials->user,
        .group = credentials->group,
        .group_count = credentials->group_count,
        .groups = credentials->groups,
    };

    return ob_equip_process(process, &user);
}

/* From here on the connection goes with its process. */
static NTSTATUS make_process(struct lpc_connection *connection, const struct lpc_hello *hello)
{
    struct hal_credentials credentials;
    CHAR name[sizeof(hello->name) + 1] = {0};
    PKPROCESS process;
    NTSTATUS status = rtl_status_from_hal(hal_peer_credentials(connection->peer, &credentials));

    /* The number is its own for as long as it lives, and the program's end is its end. */
    if (NT_SUCCESS(status))
        status = rtl_status_from_hal(hal_peer_watch(connection->peer));
    if (!NT_SUCCESS(status))
        return status;
    memcpy(name, hello->name, sizeof(hello->name));
    status = ke_create_process(name, ULongToHandle(credentials.process), &process);
    if (!NT_SUCCESS(status))
        return status;
    connection->process = process;
    process->maker = connection;
    process->destroy = destroy_connection;
    process->call_user = lpc_call_user;
    status = mm_space_create(&lpc_program, connection, &process->space);
    if (NT_SUCCESS(status))
        status = equip(process, &credentials);
    ke_publish_process(process);
    return status;
}

/* ---- hello and welcome --------------------------------------------------------------------- */

union first_packet {
    struct lpc_greeting greeting;
    struct lpc_hello hello;
    UCHAR most[LPC_GREETING_MOST];
};

static NTSTATUS check_hello(const union first_packet *first, hal_i64 bytes)
{
    if (bytes < (hal_i64)sizeof(first->greeting) || first->greeting.packet != LPC_HELLO ||
        first->greeting.magic != LPC_MAGIC)
        return STATUS_INVALID_PARAMETER;
    if (first->greeting.version != LPC_VERSION)
        return STATUS_REVISION_MISMATCH;
    return bytes == sizeof(first->hello) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS send_welcome(struct lpc_connection *connection)
{
    struct lpc_welcome welcome = {
        .packet = LPC_WELCOME,
        .magic = LPC_MAGIC,
        .version = LPC_VERSION,
        .process = hal_process_id(),
        .frames = MM_PROGRAM_FRAMES,
    };
    int segments[2];

    segments[0] = hal_segment_descriptor(connection->lane_pages);
    segments[1] = hal_segment_descriptor(mm_space_segment(connection->process->space));
    return rtl_status_from_hal(hal_send(connection->peer, &welcome, sizeof(welcome), segments, 2));
}

/* Who says nothing may only have looked whether somebody is here. */
static NTSTATUS shake_hands(struct lpc_connection *connection)
{
    union first_packet first;
    hal_u32 none = 0;
    hal_i64 bytes = hal_receive(connection->peer, &first, sizeof(first), NULL, &none,
                                hal_clock_monotonic() + HELLO_PATIENCE);
    NTSTATUS status = check_hello(&first, bytes);

    if (NT_SUCCESS(status))
        status = make_process(connection, &first.hello);
    if (NT_SUCCESS(status))
        status = lpc_open_lane(connection, LPC_KEEPER_LANE);
    if (NT_SUCCESS(status))
        return send_welcome(connection);
    if (bytes)
        lpc_refuse(connection->peer, status);
    return status;
}

/* ---- the reader ------------------------------------------------------------------------------ */

union packet {
    hal_u32 kind;
    struct lpc_open open;
    struct lpc_adopted adopted;
};

static BOOLEAN take(struct lpc_connection *connection, const union packet *packet, hal_i64 bytes)
{
    if (bytes == sizeof(packet->open) && packet->kind == LPC_OPEN)
        return lpc_open_lane(connection, packet->open.lane) != STATUS_INVALID_PARAMETER;
    if (bytes == sizeof(packet->adopted) && packet->kind == LPC_ADOPTED) {
        lpc_take_answer(connection, &packet->adopted);
        return TRUE;
    }
    return FALSE;
}

static VOID read_packets(struct lpc_connection *connection)
{
    union packet packet;
    hal_i64 bytes;
    hal_u32 none;

    do {
        none = 0;
        bytes = hal_receive(connection->peer, &packet, sizeof(packet), NULL, &none, HAL_FOREVER);
    } while (bytes > 0 && take(connection, &packet, bytes));
    if (bytes > 0)
        lpc_connection_stop(connection, "it sent a packet that means nothing");
}

VOID lpc_connection_stop(struct lpc_connection *connection, PCSTR why)
{
    if (__atomic_exchange_n(&connection->is_ending, 1, __ATOMIC_SEQ_CST))
        return;
    if (why && connection->process)
        rtl_log("program %s (%p) is given up: %s", connection->process->name,
                connection->process->id, why);
    hal_peer_stop(connection->peer);
    __atomic_store_n(&connection->is_answered, 1, __ATOMIC_RELEASE);
    hal_wake(&connection->is_answered, 1);
}

/*
 * The order is NT's for a process that ends: threads, with their requests; then
 * handles, so that drivers see cleanup and close; then memory.
 */
static VOID end_process(struct lpc_connection *connection)
{
    PKPROCESS process = connection->process;

    lpc_end_lanes(connection);
    pnp_user_forget_process(process);
    ob_handle_table_destroy(process);
    if (process->space)
        mm_space_close(process->space);
    ke_withdraw_process(process);
}

static void connection_main(void *argument)
{
    struct lpc_connection *connection = argument;
    NTSTATUS status = shake_hands(connection);

    if (NT_SUCCESS(status))
        read_packets(connection);
    lpc_connection_stop(connection, NULL);
    lpc_forget(connection);
    if (connection->process)
        end_process(connection);
    else
        free_connection(connection);
    lpc_gone();
}

NTSTATUS lpc_connection_start(struct lpc_connection *connection)
{
    struct hal_thread *reader;
    int error = hal_thread_create(&reader, connection_main, connection, "ntio-program");

    /* The connection is the reader's from here on, and may be gone. */
    if (error == HAL_OK)
        hal_thread_detach(reader);
    return rtl_status_from_hal(error);
}
