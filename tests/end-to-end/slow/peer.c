/*
 * peer PATH: a program of its own making, which the kernel has to ask about a page while a driver
 * is about to read it. It says "asked", and answers when its input has a line. Then it says what
 * came of its request.
 */
#include "../../../fuzz/fuzz.h"

#include <stdio.h>
#include <sys/socket.h>

#define IOCTL_ADD 0x222003u

static struct program self;

/* The kernel has hung up, though it has read the page without asking. */
static bool is_given_up(void)
{
    char byte;

    return recv(self.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void add(struct opening *opening, uint64_t input)
{
    uint64_t sum = (uint64_t)(opening + 1);

    program_call(&self, LPC_NtDeviceIoControlFile,
                 (uint64_t[LPC_ARGUMENTS]){opening->handle, 0, 0, 0, (uint64_t)opening->status,
                                           IOCTL_ADD, input, 64, sum, sizeof(uint32_t)});
}

int main(int count, char **arguments)
{
    struct opening *opening;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (count != 2)
        return 2;
    /* The second page is not known to the kernel yet. */
    opening = program_join(&self, arguments[1], "slow", 2);
    if (!opening || program_open(&self, opening, "Slow"))
        return 1;
    /* What the kernel itself reads and writes, it knows from here on. */
    for (unsigned i = 0; i < 4; i++)
        add(opening, PROGRAM_MEMORY);
    __atomic_store_n(&self.manner, LATE, __ATOMIC_RELAXED);
    add(opening, PROGRAM_MEMORY + HAL_PAGE_SIZE);
    puts(is_given_up() ? "given up" : "answered");
    return 0;
}
