/*
 * Segments with programs' pages, which the kernel passes on the socket. Each is mapped as a whole,
 * once: a page has its place in it, and is there as long as it is lent.
 */
#include "host.h"

/* A segment, or none. */
struct loan {
    hal_u32 serial; /* futex: of the one that is here; the main thread's to write, with release */
    PVOID writable; /* NULL: it is for reading alone, or could not be mapped */
    PVOID readable; /* NULL: it could not be mapped */
};

static struct loan loans[UMDF_LOANS];

static VOID unmap(PVOID *address)
{
    if (*address)
        hal_unshare(*address, UMDF_LOAN_PAGES);
    *address = NULL;
}

static VOID give_up(struct loan *loan)
{
    unmap(&loan->writable);
    unmap(&loan->readable);
}

/* The mappings stay when the descriptor goes. */
static VOID take(const struct umdf_lend *packet, int descriptor)
{
    struct loan *loan = &loans[packet->number];

    give_up(loan);
    if (!packet->is_read_only)
        hal_share_descriptor(&loan->writable, descriptor, UMDF_LOAN_PAGES, 1);
    hal_share_descriptor(&loan->readable, descriptor, UMDF_LOAN_PAGES, 0);
    __atomic_store_n(&loan->serial, packet->serial, __ATOMIC_RELEASE);
    hal_wake(&loan->serial, ~0u);
}

VOID host_serve_loans(VOID)
{
    struct umdf_lend packet;
    hal_i64 bytes;
    hal_u32 count;
    int descriptor;

    do {
        count = 1;
        bytes = hal_receive(host.peer, &packet, sizeof(packet), &descriptor, &count, HAL_FOREVER);
        if (bytes == sizeof(packet) && packet.number < UMDF_LOANS) {
            if (packet.packet == UMDF_LEND && count)
                take(&packet, descriptor);
            else if (packet.packet == UMDF_UNLEND)
                give_up(&loans[packet.number]);
        }
        if (bytes > 0 && count)
            hal_descriptor_close(descriptor);
    } while (bytes > 0);
}

PUCHAR host_find_loan(const struct umdf_slot *slot)
{
    struct loan *loan = &loans[slot->loan % UMDF_LOANS];
    hal_u32 serial;

    /* The request may have been faster than the segment. */
    while ((serial = __atomic_load_n(&loan->serial, __ATOMIC_ACQUIRE)) != slot->loan_serial)
        hal_wait(&loan->serial, serial, HAL_FOREVER);
    return slot->lent & UMDF_LENT_READ_ONLY ? loan->readable : loan->writable;
}
