/*
 * What a host that is about to be given up was at: its kernel asks while there is a thread left
 * that can tell.
 */
#include "host.h"
#include "../io/io.h"

enum { MOST_FRAMES = 48, CODE_BYTES = 256 };

/* The outermost frame of a driver is the callback that the framework has called. */
static LONG find_callback(const hal_u64 *pcs, ULONG count)
{
    LONG i;

    for (i = (LONG)count - 1; i >= 0; i--)
        if (io_driver_of_code(pcs[i]))
            return i;
    return -1;
}

static VOID report_stack(const hal_u64 *pcs, ULONG count)
{
    LONG callback = find_callback(pcs, count);
    CHAR code[CODE_BYTES];
    ULONG i;

    if (callback >= 0) {
        hal_describe_code(pcs[callback] - 1, code, sizeof(code));
        rtl_log("  callback %s of %wZ", code, &io_driver_of_code(pcs[callback])->DriverName);
    }
    for (i = 0; i < count; i++) {
        /* A return address may lie past its function's end. */
        hal_describe_code(pcs[i] - (i != 0), code, sizeof(code));
        rtl_log("  %3u  %s", i, code);
    }
}

VOID host_report(ULONG number)
{
    hal_u64 pcs[MOST_FRAMES];
    struct host_request *request;
    ULONG thread, count;

    if (number >= UMDF_SLOTS)
        return;
    request = &host.requests[number];
    thread = __atomic_load_n(&request->thread, __ATOMIC_RELAXED);
    count = thread ? hal_backtrace_thread(thread, pcs, MOST_FRAMES) : 0;
    if (count) {
        rtl_log("driver host %u: what its kernel waits for is in", hal_process_id());
        report_stack(pcs, count);
    } else {
        rtl_log("driver host %u: no thread is in what its kernel waits for; a driver keeps it",
                hal_process_id());
    }
    __atomic_store_n(&host.board->reported, 1, __ATOMIC_SEQ_CST);
    host_ring_bell();
}
