/*
 * The kernel in a process of its own, a program in another, and what passing a turn
 * between two processes costs at best.
 */
#include "bench.h"

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the baseline ------------------------------------------------------------- */

static void pass(unsigned *word, unsigned turn)
{
    if (__atomic_exchange_n(word, turn, __ATOMIC_SEQ_CST) & 2)
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void await(unsigned *word, unsigned turn, int spins)
{
    unsigned seen;

    for (int i = 0; i < spins; i++) {
        if ((__atomic_load_n(word, __ATOMIC_ACQUIRE) & 1) == turn)
            return;
        __builtin_ia32_pause();
    }
    while (((seen = __atomic_load_n(word, __ATOMIC_ACQUIRE)) & 1) != turn) {
        if (seen & 2 || __atomic_compare_exchange_n(word, &seen, seen | 2, 0, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_RELAXED))
            syscall(SYS_futex, word, FUTEX_WAIT, seen | 2, NULL, NULL, 0);
    }
}

double bench_ping_pong(unsigned long long turns, int spins)
{
    struct timespec start, end;
    unsigned *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t other;

    if (word == MAP_FAILED)
        return 0;
    other = fork();
    if (!other) {
        for (unsigned long long i = 0; i < turns; i++) {
            await(word, 1, spins);
            pass(word, 0);
        }
        _exit(0);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (unsigned long long i = 0; i < turns; i++) {
        pass(word, 1);
        await(word, 0, spins);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    waitpid(other, NULL, 0);
    munmap(word, 4096);
    return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
           (double)turns;
}

/* ---- kernel and program --------------------------------------------------------- */

/* Reads the kernel's output until it says that it serves. */
static pid_t start_kernel(const char *socket, int *output)
{
    int ends[2];
    pid_t child;
    char line[256];

    if (pipe(ends))
        return -1;
    child = fork();
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(ends[1], STDOUT_FILENO);
        setenv("NTIO_DRIVERS", BENCH_DRIVER, 1);
        execl(BENCH_KERNEL, "ntio-kernel", socket, "600", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return read(ends[0], line, sizeof line) > 0 ? child : -1;
}

static int read_figures(FILE *lines, struct bench_served *figures, int count)
{
    char line[128];
    int got = 0;

    while (got < count && fgets(line, sizeof line, lines)) {
        char *value = strrchr(line, ' ');
        if (!value)
            continue;
        *value = '\0';
        snprintf(figures[got].name, sizeof figures[got].name, "%.31s", line);
        figures[got++].value = strtod(value + 1, NULL);
    }
    return got;
}

int bench_serve(struct bench_served *figures, int count)
{
    char folder[] = "/tmp/ntio-bench-XXXXXX", socket[64];
    int output, got = 0;
    pid_t kernel;
    FILE *lines;

    if (!mkdtemp(folder))
        return 0;
    snprintf(socket, sizeof socket, "%s/kernel", folder);
    kernel = start_kernel(socket, &output);
    if (kernel > 0) {
        setenv("NTIO_SERVER", socket, 1);
        setenv("LD_LIBRARY_PATH", BENCH_CLIENT, 1);
        lines = popen(BENCH_PROGRAM, "r");
        if (lines) {
            got = read_figures(lines, figures, count);
            pclose(lines);
        }
        kill(kernel, SIGTERM);
        waitpid(kernel, NULL, 0);
        close(output);
    }
    unlink(socket);
    rmdir(folder);
    return got;
}
