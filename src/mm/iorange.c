/*
 * What is at addresses and ports that are no memory.
 *
 * An access takes no lock: it finds a range in a table, counts itself in, looks whether the range
 * is still there, and calls the device. Who withdraws a range closes its count and waits for it
 * to be 0. The memory of a range is used for ranges again and for nothing else, so that an access
 * that comes late counts itself in and out of a range, be it another.
 */
#include "mm_private.h"
#include "../rtl/rtl.h"

#define PORTS 0x10000ull
#define PORT_UNIT 4ull /* one entry of the table */

/* Bits of users; the rest counts. */
#define CLOSED 0x80000000u
#define WAITED 0x40000000u

struct mm_io_range {
    LIST_ENTRY link; /* in io.ranges or io.free */
    struct mm_io_device device;
    LONG references; /* one of who published it, one of each page that shows it; under io.lock */
    hal_u32 users;   /* accesses under way, and the bits; atomic, a futex word */
};

static struct mm_io {
    struct mm_lock lock; /* guards the lists and references */
    LIST_ENTRY ranges;   /* that are published */
    LIST_ENTRY free;
    struct mm_io_range nobody;                    /* closed from the beginning */
    struct mm_io_range *ports[PORTS / PORT_UNIT]; /* atomic */
} io;

VOID mm_io_ranges_start(VOID)
{
    InitializeListHead(&io.ranges);
    InitializeListHead(&io.free);
    io.nobody = (struct mm_io_range){.references = 1, .users = CLOSED};
}

static VOID free_list(LIST_ENTRY *list)
{
    while (!IsListEmpty(list))
        hal_free(CONTAINING_RECORD(RemoveHeadList(list), struct mm_io_range, link));
}

VOID mm_io_ranges_stop(VOID)
{
    free_list(&io.ranges);
    free_list(&io.free);
    memset(io.ports, 0, sizeof(io.ports));
}

struct mm_io_range *mm_io_nobody(VOID)
{
    return &io.nobody;
}

/* ---- coming ------------------------------------------------------------------------- */

static BOOLEAN is_sound(const struct mm_io_device *device)
{
    ULONG64 end = device->base + device->length;

    if (!device->length || end < device->base)
        return FALSE;
    if (device->kind == MM_IO_PORT)
        return device->base % PORT_UNIT == 0 && end <= PORTS && !device->memory;
    return device->base % PAGE_SIZE == 0;
}

/* io.lock is held. Memory takes whole pages, ports whole units. */
static BOOLEAN is_taken(const struct mm_io_device *device)
{
    ULONG64 unit = device->kind == MM_IO_PORT ? PORT_UNIT : PAGE_SIZE;
    ULONG64 end = (device->base + device->length + unit - 1) & ~(unit - 1);
    PLIST_ENTRY entry;

    for (entry = io.ranges.Flink; entry != &io.ranges; entry = entry->Flink) {
        const struct mm_io_device *other =
            &CONTAINING_RECORD(entry, struct mm_io_range, link)->device;
        ULONG64 other_end = (other->base + other->length + unit - 1) & ~(unit - 1);

        if (other->kind == device->kind && device->base < other_end && other->base < end)
            return TRUE;
    }
    return FALSE;
}

static struct mm_io_range *allocate_range(VOID)
{
    struct mm_io_range *range = NULL;

    mm_acquire(&io.lock);
    if (!IsListEmpty(&io.free))
        range = CONTAINING_RECORD(RemoveHeadList(&io.free), struct mm_io_range, link);
    mm_release(&io.lock);
    if (range)
        return range;
    range = hal_allocate(sizeof(*range));
    if (range)
        range->users = CLOSED;
    return range;
}

static VOID set_ports(const struct mm_io_device *device, struct mm_io_range *range)
{
    ULONG64 port;

    for (port = device->base; port < device->base + device->length; port += PORT_UNIT)
        __atomic_store_n(&io.ports[port / PORT_UNIT], range, __ATOMIC_RELEASE);
}

NTSTATUS mm_io_publish(const struct mm_io_device *device, struct mm_io_range **published)
{
    struct mm_io_range *range;
    BOOLEAN is_refused;

    *published = NULL;
    if (!is_sound(device))
        return STATUS_INVALID_PARAMETER;
    range = allocate_range();
    if (!range)
        return STATUS_INSUFFICIENT_RESOURCES;
    range->device = *device;
    range->references = 1;
    mm_acquire(&io.lock);
    is_refused = is_taken(device);
    InsertTailList(is_refused ? &io.free : &io.ranges, &range->link);
    mm_release(&io.lock);
    if (is_refused)
        return STATUS_CONFLICTING_ADDRESSES;
    /* Release: who is counted in sees the device. */
    __atomic_fetch_and(&range->users, ~CLOSED, __ATOMIC_RELEASE);
    if (device->kind == MM_IO_PORT)
        set_ports(device, range);
    *published = range;
    return STATUS_SUCCESS;
}

/* ---- going -------------------------------------------------------------------------- */

VOID mm_io_release(struct mm_io_range *range)
{
    if (range == &io.nobody)
        return;
    mm_acquire(&io.lock);
    if (!--range->references)
        InsertTailList(&io.free, &range->link);
    mm_release(&io.lock);
}

static VOID wait_for_users(struct mm_io_range *range)
{
    hal_u32 users = __atomic_or_fetch(&range->users, CLOSED | WAITED, __ATOMIC_ACQ_REL);

    while (users & ~(CLOSED | WAITED)) {
        hal_wait(&range->users, users, HAL_FOREVER);
        users = __atomic_load_n(&range->users, __ATOMIC_ACQUIRE);
    }
    __atomic_fetch_and(&range->users, ~WAITED, __ATOMIC_RELAXED);
}

VOID mm_io_withdraw(struct mm_io_range *range)
{
    if (!range)
        return;
    if (range->device.kind == MM_IO_PORT)
        set_ports(&range->device, NULL);
    wait_for_users(range);
    mm_acquire(&io.lock);
    RemoveEntryList(&range->link);
    mm_release(&io.lock);
    mm_io_release(range);
}

/* ---- finding ------------------------------------------------------------------------ */

struct mm_io_range *mm_io_find(ULONG64 address)
{
    struct mm_io_range *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&io.lock);
    for (entry = io.ranges.Flink; entry != &io.ranges && !found; entry = entry->Flink) {
        struct mm_io_range *range = CONTAINING_RECORD(entry, struct mm_io_range, link);

        if (range->device.kind == MM_IO_MEMORY &&
            address - range->device.base < range->device.length)
            found = range;
    }
    if (found)
        found->references++;
    mm_release(&io.lock);
    return found;
}

struct hal_segment *mm_io_memory(const struct mm_io_range *range, ULONG64 physical, ULONG64 *offset)
{
    *offset = physical - range->device.base;
    return range->device.memory;
}

struct mm_io_range **mm_io_place_of_port(ULONG port)
{
    return &io.ports[port % PORTS / PORT_UNIT];
}

BOOLEAN mm_io_describe(ULONG64 address, PCSTR *name, ULONG64 *offset)
{
    struct mm_io_page *page;
    struct mm_io_range *range;

    if (!mm_is_io_address(address))
        return FALSE;
    page = mm_io_page_of(address);
    range = __atomic_load_n(&page->range, __ATOMIC_ACQUIRE);
    if (!range || range == &io.nobody)
        return FALSE;
    *name = range->device.name;
    *offset = page->physical + address % PAGE_SIZE - range->device.base;
    return TRUE;
}

/* ---- accesses ----------------------------------------------------------------------- */

static VOID leave(struct mm_io_range *range)
{
    hal_u32 users = __atomic_sub_fetch(&range->users, 1, __ATOMIC_RELEASE);

    if (users == (CLOSED | WAITED))
        hal_wake(&range->users, 1);
}

/* The range that the access is to, counted in; NULL if nothing is there. */
static struct mm_io_range *enter(const struct mm_io_access *access)
{
    struct mm_io_range *range = __atomic_load_n(access->place, __ATOMIC_ACQUIRE);
    ULONG64 offset;

    if (!range)
        return NULL;
    if (__atomic_fetch_add(&range->users, 1, __ATOMIC_ACQUIRE) & CLOSED)
        goto not_there;
    offset = access->address - range->device.base;
    if (__atomic_load_n(access->place, __ATOMIC_ACQUIRE) == range &&
        offset < range->device.length && access->bytes <= range->device.length - offset)
        return range;
not_there:
    leave(range);
    return NULL;
}

ULONG64 mm_io_read(const struct mm_io_access *access)
{
    struct mm_io_range *range = enter(access);
    ULONG64 value = MAXULONG64;

    if (range) {
        value = range->device.read(range->device.context, access->address - range->device.base,
                                   access->bytes);
        leave(range);
    }
    return value;
}

VOID mm_io_write(const struct mm_io_access *access, ULONG64 value)
{
    struct mm_io_range *range = enter(access);

    if (range) {
        range->device.write(range->device.context, access->address - range->device.base,
                            access->bytes, value);
        leave(range);
    }
}

BOOLEAN mm_io_reach(ULONG64 address, PVOID bytes, ULONG count, BOOLEAN is_write)
{
    struct mm_io_range *range = mm_io_find(address);
    const struct mm_io_access access = {&range, address, count};
    ULONG64 value = 0;

    if (!range)
        return FALSE;
    BOOLEAN is_there = !range->device.memory;
    if (is_there && is_write) {
        memcpy(&value, bytes, count);
        mm_io_write(&access, value);
    } else if (is_there) {
        value = mm_io_read(&access);
        memcpy(bytes, &value, count);
    }
    mm_io_release(range);
    return is_there;
}
