/*
 * A driver host that owns its memory, its half of the board, and its socket, and does with them
 * what an input says. The kernel starts it as NTIO_HOST; the input is the file of its own name
 * with ".input" to it. Past the input's end it answers what it is asked, so that its devices go.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../src/umdf/wire.h"

#define SOCKET 3
#define PAGE 4096ull
#define LOANS 4u /* that are kept */

static struct {
    struct umdf_board *board;
    uint8_t *data;
    uint8_t *loans[LOANS];
    unsigned loan_count;
    uint64_t *flipped; /* atomic: the word that a thread changes all the time, or NULL */
    struct input input;
    uint8_t bytes[8192];
} host;

/* ---- its beginning ------------------------------------------------------------------------ */

/* A packet, and up to two descriptors; its length, 0 if the kernel is gone. */
static ssize_t receive(void *packet, size_t size, int descriptors[2])
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec part = {packet, size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(SOCKET, &message, 0);
    struct cmsghdr *first = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    descriptors[0] = descriptors[1] = -1;
    if (first)
        memcpy(descriptors, CMSG_DATA(first), first->cmsg_len - CMSG_LEN(0));
    return got;
}

static void *map(int descriptor, size_t bytes)
{
    void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

    if (got == MAP_FAILED)
        got = mmap(NULL, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    return got == MAP_FAILED ? NULL : got;
}

static void begin(void)
{
    union {
        uint32_t packet;
        struct umdf_welcome welcome;
        struct umdf_driver driver;
    } message;
    int descriptors[2];

    if (receive(&message, sizeof message, descriptors) <= 0)
        _exit(1);
    host.board = map(descriptors[0], UMDF_BOARD_PAGES * PAGE);
    host.data = map(descriptors[1], UMDF_DATA_PAGES * PAGE);
    if (!host.board || !host.data)
        _exit(1);
    do {
        if (receive(&message, sizeof message, descriptors) <= 0)
            _exit(1);
    } while (message.packet != UMDF_GO);
}

static void say_ready(void)
{
    static struct umdf_ready ready = {UMDF_READY, UMDF_MAGIC, UMDF_VERSION, 0, ""};

    send(SOCKET, &ready, sizeof ready, MSG_NOSIGNAL);
}

static void read_input(const char *name)
{
    char path[512];
    ssize_t size;
    int file;

    snprintf(path, sizeof path, "%s.input", name);
    file = open(path, O_RDONLY);
    size = read(file, host.bytes, sizeof host.bytes);
    host.input = (struct input){host.bytes, size > 0 ? (size_t)size : 0};
}

/* ---- what a host does ---------------------------------------------------------------------- */

static void pause_for(unsigned milliseconds)
{
    struct timespec time = {0, milliseconds * 1000000l};

    nanosleep(&time, NULL);
}

static void wake(void *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void ring(void)
{
    __atomic_store_n(&host.board->bell, 0, __ATOMIC_SEQ_CST);
    wake(&host.board->bell);
}

static void pass(unsigned number, uint32_t status, uint64_t information)
{
    struct umdf_slot *slot = &host.board->slots[number % UMDF_SLOTS];
    uint64_t seen;

    __atomic_store_n(&slot->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->information, information, __ATOMIC_RELAXED);
    seen = __atomic_exchange_n(&slot->turn, UMDF_KERNEL, __ATOMIC_SEQ_CST);
    if (seen & LPC_ASLEEP)
        wake(&slot->turn);
    if (seen & UMDF_LEFT) {
        __atomic_fetch_or(&host.board->finished[number / 64 % 16], 1ull << number % 64,
                          __ATOMIC_SEQ_CST);
        ring();
    }
}

static bool pop(union umdf_entry *entry)
{
    uint32_t head = __atomic_load_n(&host.board->head, __ATOMIC_SEQ_CST);

    if (head == __atomic_load_n(&host.board->tail, __ATOMIC_ACQUIRE))
        return false;
    entry->word = __atomic_load_n(&host.board->ring[head % UMDF_RING].word, __ATOMIC_RELAXED);
    __atomic_store_n(&host.board->head, head + 1, __ATOMIC_SEQ_CST);
    return true;
}

static void call(unsigned number)
{
    struct umdf_call *slot = &host.board->calls[number % UMDF_CALLS];

    __atomic_store_n(&slot->turn, UMDF_KERNEL, __ATOMIC_RELEASE);
    __atomic_fetch_or(&host.board->called[number / 64 % 2], 1ull << number % 64, __ATOMIC_SEQ_CST);
    ring();
}

/* How a stack wants its data: direct, as a rule, so that pages are lent. */
static uint32_t access_word(void)
{
    return host.input.left & 1 ? UMDF_STACK_WORD(3, 3, 1) : UMDF_STACK_WORD(2, 2, 0);
}

static void answer_entry(const union umdf_entry *entry, uint32_t status)
{
    struct umdf_slot *slot = &host.board->slots[entry->slot % UMDF_SLOTS];

    if (entry->kind != UMDF_REQUEST)
        return;
    if (slot->kind == UMDF_ADD_DEVICE)
        slot->cookie = access_word();
    pass(entry->slot, status, slot->output_length ? slot->output_length : slot->input_length);
}

/* On to the next lower driver, and answered afterwards: as a host in order does with PnP. */
static void send_lower(const union umdf_entry *entry)
{
    unsigned number = entry->slot % UMDF_CALLS;
    struct umdf_call *slot = &host.board->calls[number];

    memset((char *)slot + 64, 0, 128);
    slot->kind = UMDF_SEND_LOWER;
    slot->slot = entry->slot;
    slot->device = host.board->slots[entry->slot % UMDF_SLOTS].device;
    slot->major = host.board->slots[entry->slot % UMDF_SLOTS].major;
    call(number);
}

/* The link by which programs open the device, and then ADD_DEVICE's answer. */
static void add_device(void)
{
    static const uint16_t name[] = u"\\DosDevices\\FuzzHost";
    struct umdf_call *slot = &host.board->calls[0];
    union umdf_entry entry;

    while (!pop(&entry))
        pause_for(1);
    slot->kind = UMDF_LINK;
    slot->device = host.board->slots[entry.slot].device;
    slot->input_length = sizeof name - sizeof *name;
    slot->is_waiting = 1;
    memcpy(slot->bytes, name, sizeof name);
    call(0);
    while ((__atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE) & 1) == UMDF_KERNEL)
        pause_for(1);
    answer_entry(&entry, 0);
}

static void serve(uint32_t status)
{
    union umdf_entry entry;

    while (pop(&entry))
        answer_entry(&entry, status);
}

/* ---- what it should not do ------------------------------------------------------------------- */

static void *flip(void *unused)
{
    (void)unused;
    for (uint64_t i = 1;; i++) {
        uint64_t *word = __atomic_load_n(&host.flipped, __ATOMIC_RELAXED);

        if (word)
            __atomic_store_n(word, i * 0x9E3779B97F4A7C15u >> (i % 64), __ATOMIC_RELAXED);
        if (i % 64 == 0)
            sched_yield();
    }
    return NULL;
}

static uint64_t take_value(struct input *input)
{
    static const uint64_t values[] = {
        0,          1,     2,          3,          4,          7,     UMDF_LEFT, UMDF_SEEN,
        0xC0000001, 0x103, 0x7FFFFFFF, 0xFFFFFFFF, 1ull << 63, ~0ull, 4096,      0x10000000};
    uint8_t what = take(input);

    return what < 128 ? values[what % 16] : what < 192 ? what - 128u : take_many(input, 8);
}

static void scribble(struct input *input)
{
    size_t place = take_many(input, 3) * 4 % (UMDF_BOARD_PAGES * PAGE - 8);

    if (take(input) & 1) /* its head: bell, ring, bits */
        place %= 512;
    memcpy((char *)host.board + (place & ~7ull), &(uint64_t){take_value(input)}, 8);
}

static void answer_wrongly(struct input *input)
{
    union umdf_entry entry = {.slot = take(input)};
    bool is_real = pop(&entry);

    if (is_real && take(input) & 1)
        send_lower(&entry);
    pass(entry.slot, (uint32_t)take_value(input), take_value(input));
}

static void call_wrongly(struct input *input)
{
    unsigned number = take(input);
    struct umdf_call *slot = &host.board->calls[number % UMDF_CALLS];
    uint8_t how = take(input);

    slot->kind = how < 250 ? how % 12 : (uint32_t)take_value(input);
    slot->device = take(input) & 7 ? host.board->slots[0].device : (uint32_t)take_value(input);
    slot->slot = take(input);
    slot->major = take(input) % 32;
    slot->minor = take(input) % 32;
    slot->is_waiting = take(input) & 1;
    slot->code = (uint32_t)take_value(input);
    slot->input_length = (uint32_t)take_value(input);
    slot->output_length = (uint32_t)take_value(input);
    slot->offset = take_value(input);
    for (int i = 0; i < 4; i++)
        slot->words[i] = take_value(input);
    for (int i = 0; i < 24; i++)
        slot->bytes[i] = take(input);
    call(number);
}

static void speak(struct input *input)
{
    uint8_t bytes[64];
    size_t size = 1 + take(input) % sizeof bytes;

    for (size_t i = 0; i < size; i++)
        bytes[i] = take(input);
    send(SOCKET, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Segments with a program's pages: written to, punched, and cut short. */
static void use_loans(struct input *input)
{
    struct pollfd wait = {.fd = SOCKET, .events = POLLIN};
    struct umdf_lend packet;
    int descriptors[2];

    while (poll(&wait, 1, 0) > 0 && host.loan_count < LOANS) {
        if (receive(&packet, sizeof packet, descriptors) <= 0)
            _exit(0);
        if (descriptors[0] < 0)
            continue;
        host.loans[host.loan_count++] = map(descriptors[0], UMDF_LOAN_PAGES * PAGE);
        if (take(input) & 1 && !ftruncate(descriptors[0], PAGE))
            _exit(99);
        if (take(input) & 1)
            fallocate(descriptors[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                      UMDF_LOAN_PAGES * PAGE);
        close(descriptors[0]);
    }
}

static void flip_something(struct input *input)
{
    static pthread_t thread;
    uint64_t place = take_many(input, 2) * 8 % sizeof(struct umdf_slot);
    struct umdf_slot *slot = &host.board->slots[UMDF_SLOTS - 1 - take(input) % 4];

    if (!thread)
        pthread_create(&thread, NULL, flip, NULL);
    if (take(input) % 4 == 0)
        slot = &host.board->slots[take(input)];
    __atomic_store_n(&host.flipped, (uint64_t *)((char *)slot + place), __ATOMIC_RELAXED);
}

static void operate(struct input *input)
{
    union umdf_entry entry;
    uint8_t what = take(input);

    if (what < 70)
        serve(0);
    else if (what < 90 && pop(&entry))
        send_lower(&entry);
    else if (what < 120)
        answer_wrongly(input);
    else if (what < 160)
        scribble(input);
    else if (what < 200)
        call_wrongly(input);
    else if (what < 215)
        use_loans(input);
    else if (what < 225)
        flip_something(input);
    else if (what < 245)
        pause_for(what % 4);
    else if (what < 247)
        speak(input);
    else if (what < 249)
        _exit(what);
    else
        serve((uint32_t)take_value(input));
}

/* Also those whose entries were lost. */
static void answer_all(void)
{
    for (unsigned i = 0; i < UMDF_SLOTS; i++) {
        uint64_t turn = __atomic_load_n(&host.board->slots[i].turn, __ATOMIC_ACQUIRE);

        if (host.board->slots[i].kind && (turn & 1) == UMDF_HOST)
            pass(i, 0, 0);
    }
    for (unsigned i = 0; i < UMDF_SLOTS / 64; i++)
        __atomic_store_n(&host.board->finished[i], ~0ull, __ATOMIC_SEQ_CST);
    ring();
}

int main(int count, char **arguments)
{
    (void)count;
    read_input(arguments[0]);
    begin();
    say_ready();
    /* Without a device there is nothing to attack. */
    add_device();
    while (host.input.left)
        operate(&host.input);
    __atomic_store_n(&host.flipped, NULL, __ATOMIC_RELAXED);
    /* From here on what its devices need to go. */
    for (;;) {
        struct pollfd wait = {.fd = SOCKET, .events = POLLIN};
        char packet[64];

        serve(0);
        answer_all();
        if (poll(&wait, 1, 1) > 0 && recv(SOCKET, packet, sizeof packet, MSG_DONTWAIT) == 0)
            _exit(0);
    }
}
