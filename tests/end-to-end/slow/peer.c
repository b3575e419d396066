/*
 * peer PATH: a program of its own making, which the kernel has to ask about a page while a driver
 * is about to read it. It says "asked", and answers when its input has a line. Then it says what
 * came of its request.
 */
#include "../../../fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define MEMORY 0x7d0000000000ull
#define IOCTL_ADD 0x222003u
#define PATIENCE 60000 /* milliseconds until the kernel answers, or hangs */

/* At MEMORY; the page behind it is not known to the kernel yet. */
struct memory {
    uint64_t handle, status[2];
    uint32_t sum;
    struct {
        uint16_t length, most;
        uint64_t text;
    } name;
    struct {
        uint32_t length;
        uint64_t root, name;
        uint32_t flags;
        uint64_t security, quality;
    } attributes;
    uint16_t text[32];
};

static struct program self;

static uint32_t call(uint32_t service, const uint64_t arguments[LPC_ARGUMENTS])
{
    struct lpc_lane *lane = program_lane(&self, 1);

    memcpy(lane->arguments, arguments, LPC_ARGUMENTS * sizeof *arguments);
    program_pass(lane, LPC_CALL, service);
    if (!program_await(lane, PATIENCE)) {
        puts("the kernel hangs");
        exit(1);
    }
    return lane->value;
}

/* The kernel has hung up, though it has read the page without asking. */
static bool is_given_up(void)
{
    char byte;

    return recv(self.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void fill(struct memory *memory)
{
    static const char name[] = "\\??\\Slow";

    for (unsigned i = 0; i < sizeof name - 1; i++)
        memory->text[i] = (unsigned char)name[i];
    memory->name.length = memory->name.most = 2 * (sizeof name - 1);
    memory->name.text = (uint64_t)memory->text;
    memory->attributes.length = 48;
    memory->attributes.name = (uint64_t)&memory->name;
    memory->attributes.flags = 0x40;
}

static uint32_t add(struct memory *memory, uint64_t input)
{
    return call(LPC_NtDeviceIoControlFile,
                (uint64_t[LPC_ARGUMENTS]){memory->handle, 0, 0, 0, (uint64_t)memory->status,
                                          IOCTL_ADD, input, 64, (uint64_t)&memory->sum,
                                          sizeof memory->sum});
}

int main(int count, char **arguments)
{
    struct lpc_hello hello = {LPC_HELLO, LPC_MAGIC, LPC_VERSION, "slow"};
    struct memory *memory = mmap((void *)MEMORY, 2 * HAL_PAGE_SIZE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    setvbuf(stdout, NULL, _IONBF, 0);
    if (count != 2 || memory == MAP_FAILED || !program_connect(&self, arguments[1]) ||
        !program_greet(&self, &hello, sizeof hello, 0) || !program_start_answering(&self))
        return 1;
    program_open_lane(&self, 1);
    fill(memory);
    if (call(LPC_NtOpenFile, (uint64_t[LPC_ARGUMENTS]){(uint64_t)&memory->handle, 0xC0100000,
                                                       (uint64_t)&memory->attributes,
                                                       (uint64_t)memory->status, 7, 0x20}))
        return 1;
    /* What the kernel itself reads and writes, it knows from here on. */
    for (unsigned i = 0; i < 4; i++)
        add(memory, MEMORY);
    __atomic_store_n(&self.manner, LATE, __ATOMIC_RELAXED);
    add(memory, MEMORY + HAL_PAGE_SIZE);
    puts(is_given_up() ? "given up" : "answered");
    return 0;
}
