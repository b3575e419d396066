/*
 * Fuzzing a served kernel.
 *
 *   channel.c     a kernel; an input is what a hostile program does with its channel
 *   hostile.c     that program
 *   rest.c        what the kernel has left of a program
 *   program.c     the channel from a program's side, without any of its manners
 *   standalone.c  without libFuzzer: the seeds, and pseudo-random inputs
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../src/lpc/services.h"
#include "../src/lpc/wire.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/*
 * How the program answers the kernel's questions about its memory. LATE, which no input asks for:
 * says "asked", and is honest when its standard input has a line.
 */
enum manner { HONEST, REFUSES, LIES, NONSENSE, TWICE, WRONG_SERIAL, SILENT, LATE };

struct program {
    int socket, frames; /* -1: none */
    uint8_t *lanes;     /* NULL until the kernel has welcomed the program */
    enum manner manner; /* atomic */
};

/* The first page of a well-behaved program's memory: what it takes to open a device. */
#define PROGRAM_MEMORY 0x7d0000000000ull
struct opening {
    uint64_t handle, status[2];
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

/* What is left of an input; past its end everything is 0. */
struct input {
    const uint8_t *bytes;
    size_t left;
};

static inline uint8_t take(struct input *input)
{
    if (!input->left)
        return 0;
    input->left--;
    return *input->bytes++;
}

static inline uint64_t take_many(struct input *input, unsigned count)
{
    uint64_t value = 0;

    while (count--)
        value = value << 8 | take(input);
    return value;
}

/* ---- program.c ------------------------------------------------------------------- */

/* Connects without a word; false if nobody listens. */
bool program_connect(struct program *program, const char *path);
void program_send(const struct program *program, const void *bytes, size_t size, int descriptors);
/* Says hello; false if the kernel does not want to know this program. */
bool program_greet(struct program *program, const struct lpc_hello *hello, size_t size,
                   int descriptors);
void program_open_lane(const struct program *program, uint32_t lane);
/* From here on questions are answered, in the program's manner. */
bool program_start_answering(struct program *program);
void program_leave(struct program *program);

/*
 * Without a fault: connects as name, with lane 1 served and pages of memory at PROGRAM_MEMORY.
 * NULL: it is not served.
 */
struct opening *program_join(struct program *program, const char *path, const char *name,
                             unsigned pages);
/* Makes a call on lane 1. A kernel that does not answer for half a minute hangs: that ends us. */
uint32_t program_call(const struct program *program, uint32_t service,
                      const uint64_t arguments[LPC_ARGUMENTS]);
/* Opens a device, for handle; its status. */
uint32_t program_open(const struct program *program, struct opening *opening, const char *device);

struct lpc_lane *program_lane(const struct program *program, uint32_t number);
void program_pass(struct lpc_lane *lane, uint32_t message, uint32_t value);
/* Waits until the program has the turn; false if that takes longer. */
bool program_await(struct lpc_lane *lane, unsigned milliseconds);

/* ---- rest.c -------------------------------------------------------------------------- */

#define REST_ROWS 128

struct rest_row {
    char tag[5], pool[9];
    uint64_t in_use; /* blocks */
};
struct rest {
    unsigned count;
    struct rest_row rows[REST_ROWS];
    uint64_t pages; /* of programs, that are shared or locked */
};
bool rest_query(pid_t kernel, struct rest *rest);
/*
 * What there is more of now than what was there before and may stay; NULL: nothing. A program of an
 * ordinary user leaves nothing; an administrator's may change the system.
 */
const struct rest_row *rest_find(const struct rest *before, const struct rest *now,
                                 bool is_ordinary);

/* ---- hostile.c --------------------------------------------------------------------- */

/* In a process of its own: does what the input says to the kernel at path. */
_Noreturn void hostile_main(const char *path, struct input input);
