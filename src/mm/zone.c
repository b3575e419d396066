/*
 * Zones: ranges of page frames, handed out as a buddy system.
 *
 * A free block of 2^order frames begins at a multiple of its size; its head's
 * entry in the frame database links it to its list. A run of any length is cut
 * out of a block, and what is left over goes back as smaller blocks, so no
 * frame is lost to rounding.
 */
#include "mm_private.h"

static ULONG floor_log2(PFN_NUMBER count)
{
    return 63 - __builtin_clzll(count);
}

static ULONG order_for(PFN_NUMBER count, PFN_NUMBER align)
{
    ULONG order = count > 1 ? floor_log2(count - 1) + 1 : 0;
    ULONG align_order = floor_log2(align);
    return order > align_order ? order : align_order;
}

static VOID push_block(struct mm_zone *zone, PFN_NUMBER head, ULONG order)
{
    struct mm_frame *frame = mm_frame(head);
    ULONG next = zone->heads[order];
    frame->next = next;
    frame->previous = 0;
    frame->order = (UCHAR)order;
    mm_set_frame_state(head, MM_FRAME_FREE);
    if (next)
        mm_frame(next)->previous = (ULONG)head;
    zone->heads[order] = (ULONG)head;
}

static VOID take_block(struct mm_zone *zone, PFN_NUMBER head)
{
    struct mm_frame *frame = mm_frame(head);
    if (frame->previous)
        mm_frame(frame->previous)->next = frame->next;
    else
        zone->heads[frame->order] = frame->next;
    if (frame->next)
        mm_frame(frame->next)->previous = frame->previous;
    mm_set_frame_state(head, MM_FRAME_USED);
}

static BOOLEAN is_free_block(const struct mm_zone *zone, PFN_NUMBER head, ULONG order)
{
    if (head < zone->first || head + (1ull << order) > zone->end)
        return FALSE;
    return mm_frame_state(head) == MM_FRAME_FREE && mm_frame(head)->order == order;
}

/* Puts a block back, joined with its buddies as far as they are free. */
static VOID free_block(struct mm_zone *zone, PFN_NUMBER head, ULONG order)
{
    while (order < MM_ORDERS - 1) {
        PFN_NUMBER buddy = head ^ (1ull << order);
        if (!is_free_block(zone, buddy, order))
            break;
        take_block(zone, buddy);
        head &= ~(1ull << order);
        order++;
    }
    push_block(zone, head, order);
}

static VOID free_run(struct mm_zone *zone, PFN_NUMBER first, PFN_NUMBER count)
{
    while (count) {
        ULONG order = floor_log2(count);
        if (first && (ULONG)__builtin_ctzll(first) < order)
            order = __builtin_ctzll(first);
        if (order > MM_ORDERS - 1)
            order = MM_ORDERS - 1;
        free_block(zone, first, order);
        first += 1ull << order;
        count -= 1ull << order;
    }
}

VOID mm_zone_start(struct mm_zone *zone, PFN_NUMBER first, PFN_NUMBER end)
{
    *zone = (struct mm_zone){.first = first, .end = end};
    free_run(zone, first, end - first);
}

PFN_NUMBER mm_zone_allocate(struct mm_zone *zone, PFN_NUMBER count, PFN_NUMBER align)
{
    ULONG order = order_for(count, align);
    PFN_NUMBER head = 0;

    mm_acquire(&zone->lock);
    for (ULONG have = order; have < MM_ORDERS && !head; have++) {
        head = zone->heads[have];
        if (!head)
            continue;
        take_block(zone, head);
        /* Its halves go back from the top, so that the caller gets the lowest addresses. */
        free_run(zone, head + count, (1ull << have) - count);
    }
    mm_release(&zone->lock);
    return head;
}

/* The first place inside the block at which the run fits into [low, high], or 0. */
static PFN_NUMBER fit_in_block(PFN_NUMBER head, ULONG order, PFN_NUMBER count, PFN_NUMBER align,
                               PFN_NUMBER low, PFN_NUMBER high)
{
    PFN_NUMBER first = head > low ? head : low;
    PFN_NUMBER last = head + (1ull << order) - 1;
    first = (first + align - 1) & ~(align - 1);
    if (last > high)
        last = high;
    return first <= last && last - first >= count - 1 ? first : 0;
}

PFN_NUMBER mm_zone_allocate_within(struct mm_zone *zone, PFN_NUMBER count, PFN_NUMBER align,
                                   PFN_NUMBER low, PFN_NUMBER high)
{
    PFN_NUMBER first = 0;

    mm_acquire(&zone->lock);
    for (ULONG order = order_for(count, 1); order < MM_ORDERS && !first; order++) {
        for (PFN_NUMBER head = zone->heads[order]; head && !first; head = mm_frame(head)->next) {
            first = fit_in_block(head, order, count, align, low, high);
            if (!first)
                continue;
            take_block(zone, head);
            free_run(zone, head, first - head);
            free_run(zone, first + count, head + (1ull << order) - (first + count));
        }
    }
    mm_release(&zone->lock);
    return first;
}

/* The free block that holds all of the 2^order frames at first, or 0. */
static PFN_NUMBER find_block_around(struct mm_zone *zone, PFN_NUMBER first, ULONG order,
                                    ULONG *block_order)
{
    for (; order < MM_ORDERS; order++) {
        PFN_NUMBER head = first & ~((1ull << order) - 1);
        if (is_free_block(zone, head, order)) {
            *block_order = order;
            return head;
        }
    }
    return 0;
}

BOOLEAN mm_zone_allocate_at(struct mm_zone *zone, PFN_NUMBER first, ULONG order)
{
    PFN_NUMBER count = 1ull << order;
    ULONG have = 0;

    mm_acquire(&zone->lock);
    PFN_NUMBER head = find_block_around(zone, first, order, &have);
    if (head) {
        take_block(zone, head);
        free_run(zone, head, first - head);
        free_run(zone, first + count, head + (1ull << have) - (first + count));
    }
    mm_release(&zone->lock);
    return head != 0;
}

VOID mm_zone_free(struct mm_zone *zone, PFN_NUMBER first, PFN_NUMBER count)
{
    mm_acquire(&zone->lock);
    free_run(zone, first, count);
    mm_release(&zone->lock);
}

BOOLEAN mm_zone_is_free(struct mm_zone *zone, PFN_NUMBER frame)
{
    ULONG order;
    mm_acquire(&zone->lock);
    BOOLEAN is_free = find_block_around(zone, frame, 0, &order) != 0;
    mm_release(&zone->lock);
    return is_free;
}
