/*
 * Backtraces, along the frame pointers that all of ntio is built with.
 */
#include "backtrace.h"
#include "linux.h"

/* Where a frame pointer points: the caller's frame pointer and where it goes on. */
struct frame_link {
    hal_u64 bp, pc;
};

static hal_u32 walk(hal_u64 bp, hal_u64 *pcs, hal_u32 count)
{
    hal_u32 found = 0;

    while (found < count && bp && bp % sizeof(hal_u64) == 0) {
        struct frame_link link;

        if (hal_copy_guarded(&link, (const void *)bp, sizeof link, NULL) || !link.pc)
            break;
        pcs[found++] = link.pc;
        if (link.bp <= bp) /* a stack grows one way: this is no frame pointer */
            break;
        bp = link.bp;
    }
    return found;
}

HALAPI hal_u32 hal_backtrace(hal_u64 *pcs, hal_u32 count)
{
    return walk((hal_u64)__builtin_frame_address(0), pcs, count);
}

HALAPI hal_u32 hal_backtrace_from(void *context, hal_u64 *pcs, hal_u32 count)
{
    const struct machine_frame *frame = context;
    hal_u64 slot;
    hal_u32 found = 0;

    if (!count)
        return 0;
    pcs[found++] = frame->pc;
    slot = frame->is_fetch ? frame->sp : describe_return_slot(frame->pc, frame->sp);
    if (slot && found < count &&
        !hal_copy_guarded(&pcs[found], (const void *)slot, sizeof *pcs, NULL))
        found++;
    return found + walk(frame->bp, pcs + found, count - found);
}
