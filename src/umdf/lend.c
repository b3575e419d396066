/*
 * Data that is not copied: a program's whole pages, which its host maps. What of a buffer is less
 * than a page at its ends is copied to a page of the segment, so that the driver sees one buffer.
 */
#include "umdf.h"
#include "../io/io.h"

_Static_assert(UMDF_LOANS == MM_LOANS && UMDF_LOAN_PAGES == MM_PROGRAM_FRAMES,
               "a host knows loans as they are");

/* ---- the segments --------------------------------------------------------------------- */

static int show(PVOID context, ULONG number, hal_u32 serial, struct hal_segment *segment,
                BOOLEAN is_read_only)
{
    struct umdf_host *host = context;
    struct umdf_lend packet = {UMDF_LEND, number, serial, is_read_only};
    int descriptor = hal_segment_descriptor(segment), error = HAL_OK;

    if (umdf_is_dead(host))
        return HAL_EPIPE;
    if (is_read_only)
        error = hal_segment_read_only(segment, &descriptor);
    if (error != HAL_OK)
        return error;
    error = hal_send(host->peer, &packet, sizeof(packet), &descriptor, 1);
    if (is_read_only)
        hal_descriptor_close(descriptor);
    if (error == HAL_EAGAIN)
        umdf_kill_host(host, "it does not read what it is told");
    return error;
}

static VOID hide(PVOID context, ULONG number)
{
    struct umdf_host *host = context;

    __atomic_fetch_or(&host->hidden, 1ull << number, __ATOMIC_RELEASE);
    umdf_ring(host);
}

VOID umdf_send_hidden(struct umdf_host *host)
{
    hal_u64 hidden = __atomic_load_n(&host->hidden, __ATOMIC_RELAXED);

    if (hidden)
        hidden = __atomic_exchange_n(&host->hidden, 0, __ATOMIC_ACQUIRE);
    for (; hidden; hidden &= hidden - 1) {
        struct umdf_lend packet = {.packet = UMDF_UNLEND,
                                   .number = (hal_u32)__builtin_ctzll(hidden)};

        if (hal_send(host->peer, &packet, sizeof(packet), NULL, 0) == HAL_EAGAIN)
            umdf_kill_host(host, "it does not read what it is told");
    }
}

NTSTATUS umdf_make_lender(struct umdf_host *host)
{
    static const struct mm_lender_calls calls = {show, hide};

    host->lender = mm_lender_create(&calls, host);
    return host->lender ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- which requests ------------------------------------------------------------------- */

VOID umdf_set_access(struct umdf_stack *stack, hal_u32 word)
{
    hal_u64 threshold = (hal_u64)(word >> 8) << PAGE_SHIFT;

    stack->device->Flags |= (word & 15) == UMDF_DIRECT ? DO_DIRECT_IO : DO_BUFFERED_IO;
    stack->lends_control = (word >> 4 & 15) == UMDF_DIRECT;
    stack->lent_transfer = MAXULONG;
    if ((word & 15) == UMDF_DIRECT && threshold < MAXULONG)
        stack->lent_transfer = (ULONG)max(threshold, PAGE_SIZE);
    io_set_lender(stack->device, stack->host->lender, stack->lent_transfer,
                  stack->lends_control ? PAGE_SIZE : MAXULONG);
}

BOOLEAN umdf_lend(struct umdf_stack *stack, PMDL mdl, ULONG length, enum umdf_lent lent,
                  struct umdf_data *data)
{
    if (!mdl || mdl->Next || MmGetMdlByteCount(mdl) != length)
        return FALSE;
    if (!mm_find_lent(mdl, stack->host->lender, !(lent & UMDF_LENT_READ_ONLY), &data->place))
        return FALSE;
    data->lent = lent;
    data->mdl = mdl;
    return TRUE;
}

/* ---- ragged ends ---------------------------------------------------------------------- */

/* An end: its bytes in the requestor's page, and where the host has them. */
struct end {
    PUCHAR own, lent;
    ULONG start, length; /* in the buffer */
};

static struct end head_of(const struct umdf_data *data)
{
    ULONG offset = MmGetMdlByteOffset(data->mdl);
    struct end end = {0};

    if (!data->place.head)
        return end;
    end.own = (PUCHAR)mm_frame_address(MmGetMdlPfnArray(data->mdl)[0]) + offset;
    end.lent = (PUCHAR)mm_frame_address(data->place.head) + offset;
    end.length = PAGE_SIZE - offset;
    return end;
}

static struct end tail_of(const struct umdf_data *data)
{
    ULONG bytes = MmGetMdlByteCount(data->mdl), past = MmGetMdlByteOffset(data->mdl) + bytes;
    struct end end = {0};

    if (!data->place.tail)
        return end;
    end.own = mm_frame_address(MmGetMdlPfnArray(data->mdl)[past >> PAGE_SHIFT]);
    end.lent = mm_frame_address(data->place.tail);
    end.length = past % PAGE_SIZE;
    end.start = bytes - end.length;
    return end;
}

static VOID copy_in(const struct end *end)
{
    if (!end->length)
        return;
    mm_count_copy(end->length, 0);
    memcpy(end->lent, end->own, end->length);
}

VOID umdf_copy_ends_in(const struct umdf_data *data)
{
    struct end head = head_of(data), tail = tail_of(data);

    copy_in(&head);
    copy_in(&tail);
}

static VOID copy_out(const struct end *end, ULONG bytes)
{
    ULONG length = bytes > end->start ? min(bytes - end->start, end->length) : 0;

    if (!length)
        return;
    mm_count_copy(0, length);
    memcpy(end->own, end->lent, length);
}

VOID umdf_copy_ends_out(const struct umdf_data *data, ULONG bytes)
{
    struct end head = head_of(data), tail = tail_of(data);

    copy_out(&head, bytes);
    copy_out(&tail, bytes);
}
