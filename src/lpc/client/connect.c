/*
 * The connection: its beginning, and the thread that answers the kernel's questions
 * about this program's memory and hears of the kernel's end.
 */
#include "client.h"
#include "../refusal.h"

#include "../../rtl/rtl.h"

#define WELCOME_PATIENCE 10000000000ll /* ns */

static struct {
    struct hal_peer *peer;
    struct hal_segment *lane_pages;
    hal_u64 frame_count;                       /* of each of the next */
    struct hal_segment *frames[LPC_LOANS + 1]; /* its own, and those in which pages are lent */
    struct hal_thread *answerer;
} connection;

/* ---- questions ---------------------------------------------------------------------------- */

static int touch(const struct lpc_pages *question)
{
    return question->for_write ? hal_touch_write(question->address)
                               : hal_touch_read(question->address);
}

/* A number that is given anew: nothing is in the segment that it meant. */
static VOID take_loan(hal_u32 number, int descriptor)
{
    struct hal_segment *segment;

    if (!number || number > LPC_LOANS ||
        hal_segment_import(&segment, descriptor, connection.frame_count) != HAL_OK) {
        hal_descriptor_close(descriptor);
        return;
    }
    hal_segment_destroy(connection.frames[number]);
    connection.frames[number] = segment;
}

static int adopt(const struct lpc_pages *question)
{
    if (question->loan > LPC_LOANS || !connection.frames[question->loan])
        return HAL_EOPNOTSUPP;
    return hal_adopt(question->address, question->pages, connection.frames[question->loan],
                     question->place, (int)question->for_write);
}

static VOID answer(const struct lpc_pages *question)
{
    struct lpc_adopted adopted = {.packet = LPC_ADOPTED, .serial = question->serial};

    adopted.error = question->pages ? adopt(question) : touch(question);
    hal_send(connection.peer, &adopted, sizeof(adopted), NULL, 0);
}

static void answerer_main(void *unused)
{
    struct lpc_pages question;
    hal_i64 bytes;
    hal_u32 count;
    int descriptor;

    (void)unused;
    do {
        count = 1;
        bytes = hal_receive(connection.peer, &question, sizeof(question), &descriptor, &count,
                            HAL_FOREVER);
        if (bytes > 0 && count)
            take_loan(bytes == sizeof(question) ? question.loan : 0, descriptor);
        if (bytes == sizeof(question) && question.packet == LPC_ADOPT)
            answer(&question);
    } while (bytes > 0);
    client_end_lanes();
}

/* ---- the beginning -------------------------------------------------------------------------- */

/* What came, if anything, was no welcome. */
static NTSTATUS explain_silence(PCSTR path, hal_i64 bytes)
{
    if (bytes == HAL_EMFILE) {
        rtl_log("this program has no file descriptors left to join the kernel at %s with: raise "
                "its limit (ulimit -n)",
                path);
        return STATUS_TOO_MANY_OPENED_FILES;
    }
    if (bytes == HAL_ETIMEDOUT)
        rtl_log("who listens at %s does not answer: it hangs, or is no kernel of ntio", path);
    else if (bytes > 0)
        rtl_log("what listens at %s is no kernel of ntio: it speaks another protocol", path);
    else
        rtl_log("who listens at %s hung up without a word: the kernel has just ended, or it is "
                "none of ntio",
                path);
    return STATUS_CONNECTION_REFUSED;
}

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
    case HAL_EAGAIN:
        rtl_log("nobody accepts at %s: the kernel hangs, or too many programs wait", path);
        break;
    case HAL_EINVAL:
        rtl_log("%s is no socket of a kernel of ntio", path);
        break;
    case HAL_EMFILE:
        explain_silence(path, error);
        break;
    default:
        rtl_log("%s cannot be connected to (error %d)", path, -error);
    }
    return rtl_status_from_hal(error);
}

static NTSTATUS explain_refusal(PCSTR path, NTSTATUS status)
{
    PCSTR why = lpc_refusal(status);

    rtl_log("the kernel at %s does not serve this program (%s)%s%s", path, rtl_status_name(status),
            why ? ": " : "", why ? why : "");
    return status;
}

static NTSTATUS check_welcome(PCSTR path, const struct lpc_welcome *welcome, hal_i64 bytes,
                              hal_u32 segments)
{
    if (bytes < (hal_i64)sizeof(struct lpc_greeting) || welcome->packet != LPC_WELCOME ||
        welcome->magic != LPC_MAGIC)
        return explain_silence(path, bytes);
    if (welcome->version != LPC_VERSION) {
        rtl_log("the kernel at %s speaks version %u of the channel, this program version %u: "
                "use both from one ntio",
                path, welcome->version, LPC_VERSION);
        return STATUS_REVISION_MISMATCH;
    }
    if (bytes != sizeof(*welcome) || (NT_SUCCESS((NTSTATUS)welcome->status) && segments != 2)) {
        rtl_log("the kernel at %s sent a welcome that is not whole", path);
        return STATUS_INVALID_PARAMETER;
    }
    if (!NT_SUCCESS((NTSTATUS)welcome->status))
        return explain_refusal(path, (NTSTATUS)welcome->status);
    return STATUS_SUCCESS;
}

/* The welcome's segments are the caller's on success. */
static NTSTATUS say_hello(PCSTR path, struct lpc_welcome *welcome, int segments[2])
{
    struct lpc_hello hello = {.packet = LPC_HELLO, .magic = LPC_MAGIC, .version = LPC_VERSION};
    union {
        struct lpc_welcome welcome;
        UCHAR most[LPC_GREETING_MOST];
    } first;
    hal_u32 count = 2;
    hal_i64 bytes;

    hal_process_name(hello.name, sizeof(hello.name));
    /* Who refused this program before it spoke has hung up, and said why. */
    hal_send(connection.peer, &hello, sizeof(hello), NULL, 0);
    bytes = hal_receive(connection.peer, &first, sizeof(first), segments, &count,
                        hal_clock_monotonic() + WELCOME_PATIENCE);
    *welcome = first.welcome;
    return check_welcome(path, welcome, bytes, count);
}

static NTSTATUS take_segments(const struct lpc_welcome *welcome, const int segments[2])
{
    PVOID lanes;
    int error = hal_segment_import(&connection.lane_pages, segments[0], LPC_LANES);

    if (error == HAL_OK)
        error = hal_segment_import(&connection.frames[0], segments[1], welcome->frames);
    connection.frame_count = welcome->frames;
    if (error == HAL_OK)
        error = hal_share(&lanes, connection.lane_pages, 0, LPC_LANES);
    if (error != HAL_OK) {
        rtl_log("the memory that the kernel passed cannot be used (error %d)", -error);
        return rtl_status_from_hal(error);
    }
    client_use_lanes(lanes, connection.peer);
    return STATUS_SUCCESS;
}

/* The socket, too, is the parent's. */
static void forked(void)
{
    connection.answerer = NULL;
    client_forget_lanes();
}

NTSTATUS client_connect(PCSTR path)
{
    struct lpc_welcome welcome;
    PCSTR why;
    int segments[2], error = hal_connect(&connection.peer, path);
    NTSTATUS status;

    if (error != HAL_OK)
        return explain(path, error);
    status = say_hello(path, &welcome, segments);
    if (NT_SUCCESS(status))
        status = take_segments(&welcome, segments);
    if (NT_SUCCESS(status))
        status = rtl_status_from_hal(hal_on_fork(forked));
    if (!NT_SUCCESS(status))
        return status;
    if (!hal_adopt_available(&why))
        rtl_log("this program's memory cannot be shared with the kernel, as %s: it is copied, and "
                "drivers cannot write to its addresses as they are",
                why);
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
