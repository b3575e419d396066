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
        setenv("NTIO_DRIVERS", BENCH_DRIVERS, 1);
        setenv("NTIO_DRIVER_PATH", BENCH_UMDF, 1);
        setenv("NTIO_INFS", BENCH_INF, 1);
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

/* A kernel that serves at a socket in a folder of its own. */
struct server {
    char folder[32], socket[64];
    pid_t kernel;
    int output;
};

static int start_server(struct server *server)
{
    strcpy(server->folder, "/tmp/ntio-bench-XXXXXX");
    if (!mkdtemp(server->folder))
        return 0;
    snprintf(server->socket, sizeof server->socket, "%s/kernel", server->folder);
    server->kernel = start_kernel(server->socket, &server->output);
    setenv("NTIO_SERVER", server->socket, 1);
    return server->kernel > 0;
}

static void stop_server(struct server *server)
{
    if (server->kernel > 0) {
        kill(server->kernel, SIGTERM);
        waitpid(server->kernel, NULL, 0);
        close(server->output);
    }
    unlink(server->socket);
    rmdir(server->folder);
}

/* A program of the server's, which finds the library of those that are served. */
static FILE *start_program(const char *arguments)
{
    char command[512];

    snprintf(command, sizeof command, "LD_LIBRARY_PATH=%s exec %s %s", BENCH_CLIENT, BENCH_PROGRAM,
             arguments);
    return popen(command, "r");
}

int bench_serve(struct bench_served *figures, int count)
{
    struct server server;
    FILE *lines;
    int got = 0;

    if (start_server(&server) && (lines = start_program(""))) {
        got = read_figures(lines, figures, count);
        pclose(lines);
    }
    stop_server(&server);
    return got;
}

/* ---- many programs ----------------------------------------------------------------- */

static double resident_kibibytes(pid_t process)
{
    unsigned long total, resident = 0;
    char path[32];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/statm", process);
    file = fopen(path, "r");
    if (file && fscanf(file, "%lu %lu", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * 4;
}

static int run(const char *arguments)
{
    FILE *program = start_program(arguments);

    return program && !pclose(program);
}

static double measure_programs(const struct server *server, int programs, double *idle)
{
    FILE *lines[BENCH_PROGRAMS];
    struct bench_served figure;
    double rate = 0, before;
    char ready[32];
    int i;

    /* The first to be served takes what all share. */
    if (!run("ready 0"))
        return 0;
    before = resident_kibibytes(server->kernel);
    for (i = 0; i < programs; i++)
        lines[i] = start_program("rate");
    snprintf(ready, sizeof ready, "ready %d", programs);
    run(ready);
    *idle = (resident_kibibytes(server->kernel) - before) / programs;
    run("start");
    for (i = 0; i < programs; i++) {
        if (lines[i] && read_figures(lines[i], &figure, 1))
            rate += figure.value;
        if (lines[i])
            pclose(lines[i]);
    }
    return rate;
}

double bench_programs(int programs, double *idle)
{
    struct server server;
    double rate = 0;

    if (start_server(&server))
        rate = measure_programs(&server, programs, idle);
    stop_server(&server);
    return rate;
}
