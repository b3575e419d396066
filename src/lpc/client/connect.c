/*
 * The connection: its beginning, and the thread that answers the kernel's questions
 * about this program's memory and hears of the kernel's end.
 */
#include "client.h"

#include "../../rtl/rtl.h"

#define WELCOME_PATIENCE 10000000000ll /* ns */

static struct {
    struct hal_peer *peer;
    struct hal_segment *lane_pages, *frames;
    struct hal_thread *answerer;
} connection;

/* ---- questions ---------------------------------------------------------------------------- */

static int touch(const struct lpc_pages *question)
{
    return question->for_write ? hal_touch_write(question->address)
                               : hal_touch_read(question->address);
}

static VOID answer(const struct lpc_pages *question)
{
    struct lpc_adopted adopted = {.packet = LPC_ADOPTED, .serial = question->serial};

    adopted.error = question->pages
                        ? hal_adopt(question->address, question->pages, connection.frames,
                                    question->place, (int)question->for_write)
                        : touch(question);
    hal_send(connection.peer, &adopted, sizeof(adopted), NULL, 0);
}

static void answerer_main(void *unused)
{
    struct lpc_pages question;
    hal_i64 bytes;
    hal_u32 none;

    (void)unused;
    do {
        none = 0;
        bytes = hal_receive(connection.peer, &question, sizeof(question), NULL, &none, HAL_FOREVER);
        if (bytes == sizeof(question) && question.packet == LPC_ADOPT)
            answer(&question);
    } while (bytes > 0);
    client_end_lanes();
}

/* ---- the beginning -------------------------------------------------------------------------- */

static NTSTATUS explain(PCSTR path, int error)
{
    switch (error) {
    case HAL_ENOENT:
        rtl_log("there is no kernel at %s: start one with ntio serve", path);
        break;
    case HAL_ECONNREFUSED:
        rtl_log("nobody serves at %s any more: start a kernel with ntio serve", path);
        break;
    case HAL_EACCES:
    case HAL_EPERM:
        rtl_log("this user may not connect to %s: see ntio serve --mode", path);
        break;
    default:
        rtl_log("%s cannot be connected to (error %d)", path, -error);
    }
    return rtl_status_from_hal(error);
}

static NTSTATUS say_hello(struct lpc_welcome *welcome, int segments[2])
{
    struct lpc_hello hello = {.packet = LPC_HELLO, .magic = LPC_MAGIC, .version = LPC_VERSION};
    hal_u32 count = 2;
    hal_i64 bytes;

    hal_process_name(hello.name, sizeof(hello.name));
    if (hal_send(connection.peer, &hello, sizeof(hello), NULL, 0) != HAL_OK)
        return STATUS_CONNECTION_DISCONNECTED;
    bytes = hal_receive(connection.peer, welcome, sizeof(*welcome), segments, &count,
                        hal_clock_monotonic() + WELCOME_PATIENCE);
    if (bytes != sizeof(*welcome) || welcome->packet != LPC_WELCOME ||
        welcome->magic != LPC_MAGIC) {
        rtl_log("what listens at the socket is no kernel of ntio");
        return STATUS_INVALID_PARAMETER;
    }
    if (welcome->version != LPC_VERSION) {
        rtl_log("the kernel speaks version %u of the channel, this program version %u: "
                "use both from one ntio",
                welcome->version, LPC_VERSION);
        return STATUS_REVISION_MISMATCH;
    }
    if (!NT_SUCCESS((NTSTATUS)welcome->status))
        rtl_log("the kernel refused this program (0x%08X)", welcome->status);
    else if (count != 2)
        return STATUS_INVALID_PARAMETER;
    return (NTSTATUS)welcome->status;
}

static NTSTATUS take_segments(const struct lpc_welcome *welcome, const int segments[2])
{
    PVOID lanes;
    int error = hal_segment_import(&connection.lane_pages, segments[0], LPC_LANES);

    if (error == HAL_OK)
        error = hal_segment_import(&connection.frames, segments[1], welcome->frames);
    if (error == HAL_OK)
        error = hal_share(&lanes, connection.lane_pages, 0, LPC_LANES);
    if (error != HAL_OK)
        return rtl_status_from_hal(error);
    client_use_lanes(lanes, connection.peer);
    return STATUS_SUCCESS;
}

NTSTATUS client_connect(PCSTR path)
{
    struct lpc_welcome welcome;
    int segments[2], error = hal_connect(&connection.peer, path);
    NTSTATUS status;

    if (error != HAL_OK)
        return explain(path, error);
    status = say_hello(&welcome, segments);
    if (NT_SUCCESS(status))
        status = take_segments(&welcome, segments);
    if (!NT_SUCCESS(status))
        return status;
    hal_process_allow(welcome.process);
    hal_adopt_on_lost(client_tell_lost);
    return rtl_status_from_hal(
        hal_thread_create(&connection.answerer, answerer_main, NULL, "ntio-answerer"));
}

VOID client_disconnect(VOID)
{
    if (!connection.answerer)
        return;
    hal_adopt_on_lost(NULL);
    hal_peer_stop(connection.peer);
    hal_thread_join(connection.answerer);
    connection.answerer = NULL;
}
