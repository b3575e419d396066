/*
 * ntio-bench: measures each figure beside its baseline, in the same run.
 *
 * A figure is the best of several rounds, the baseline's rounds between its own,
 * so that both see the same machine. Writes a table to standard output and, if a
 * file is named, the same as JSON.
 */
#include "bench.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ntio/device.h"
#include "ntio/ntio.h"

enum { ROUNDS = 9, MAX_RESULTS = 40 };

struct result {
    const char *name, *unit;
    double value, baseline, ratio, goal;
};

static struct result results[MAX_RESULTS];
static size_t result_count;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One kind of work: run(iterations, parameter). */
struct work {
    void (*run)(unsigned long long iterations, unsigned long long parameter);
    unsigned long long iterations, parameter;
};

static double measure(const struct work *work)
{
    double start = now();
    work->run(work->iterations, work->parameter);
    return (now() - start) / (double)work->iterations;
}

/* The best of ROUNDS for both, taken turn by turn: nanoseconds an iteration. */
static void measure_both(const struct work *a, const struct work *b, double *best_a, double *best_b)
{
    *best_a = *best_b = 1e300;
    for (int i = 0; i < ROUNDS; i++) {
        double value = measure(a), baseline = measure(b);
        *best_a = value < *best_a ? value : *best_a;
        *best_b = baseline < *best_b ? baseline : *best_b;
    }
}

static void record(const char *name, const char *unit, double value, double baseline, double ratio,
                   double goal)
{
    results[result_count++] = (struct result){name, unit, value, baseline, ratio, goal};
}

static void compare(const char *name, struct work work, struct work baseline, double goal)
{
    double value, base;
    measure_both(&work, &baseline, &value, &base);
    record(name, "ns", value, base, value / base, goal);
}

/* ---- baselines ---------------------------------------------------------- */

static void system_calls(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    for (unsigned long long i = 0; i < iterations; i++)
        syscall(SYS_getppid);
}

static unsigned char source[1 << 20], target[1 << 20];

static void empty_and_copy(unsigned long long iterations, unsigned long long bytes)
{
    for (unsigned long long i = 0; i < iterations; i++) {
        bench_empty(0, 1);
        memcpy(target, source, bytes);
        __asm__ volatile("" ::: "memory");
    }
}

static void empty_and_fill(unsigned long long iterations, unsigned long long bytes)
{
    for (unsigned long long i = 0; i < iterations; i++) {
        bench_empty(0, 1);
        bench_driver_fill(1, bytes);
    }
}

static void heap(unsigned long long iterations, unsigned long long bytes)
{
    for (unsigned long long i = 0; i < iterations; i++) {
        void *block = malloc(bytes);
        __asm__ volatile("" : : "r"(block) : "memory");
        free(block);
    }
}

/* ---- figures ------------------------------------------------------------ */

static void empty(unsigned long long iterations, unsigned long long device)
{
    bench_empty((int)device, iterations);
}

static void filtered(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    bench_filtered(iterations);
}

static void framework_empty(unsigned long long iterations, unsigned long long device)
{
    bench_framework_empty((int)device, iterations);
}

static void framework_memory(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    bench_framework_memory(iterations);
}

static void framework_send(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    bench_framework_send(iterations);
}

static void call_driver(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    bench_call_driver(iterations);
}

static void pool(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    bench_pool(iterations);
}

static void lookaside(unsigned long long iterations, unsigned long long unused)
{
    (void)unused;
    bench_lookaside(iterations);
}

static void measure_requests(void)
{
    struct work call = {system_calls, 200000, 0};

    /* Untouched, it would be one page of zeroes, which copies faster than memory does. */
    memset(source, 1, sizeof source);
    compare("empty control request", (struct work){empty, 200000, 0}, call, 1.0);
    compare("empty request, 3 filters", (struct work){filtered, 200000, 0}, call, 2.0);
    compare("buffered read 4 KiB", (struct work){bench_buffered_read, 50000, 4096},
            (struct work){empty_and_copy, 50000, 4096}, 1.15);
    compare("buffered read 1 MiB", (struct work){bench_buffered_read, 500, 1 << 20},
            (struct work){empty_and_copy, 500, 1 << 20}, 1.15);
    compare("direct read 1 MiB, pages locked before",
            (struct work){bench_direct_read, 500, 1 << 20},
            (struct work){empty_and_fill, 500, 1 << 20}, 1.15);
}

/* Nanoseconds a page, of locking pages that never were locked. */
static double adoption_time(unsigned long long pages)
{
    enum { RUNS = 50 };
    double sum = 0;

    for (int i = 0; i < RUNS; i++) {
        void *fresh = bench_fresh_pages(pages);
        double start = now();
        bench_adopt(fresh, pages);
        sum += now() - start;
        bench_free_pages(fresh);
    }
    return sum / RUNS / (double)pages;
}

static void measure_memory(void)
{
    struct work lock = {bench_lock, 20000, 64};
    double best_lock = 1e300, best_adopt = 1e300;

    for (int i = 0; i < ROUNDS; i++) {
        double value = measure(&lock) / 64;
        best_lock = value < best_lock ? value : best_lock;
        value = adoption_time(64) / 1000;
        best_adopt = value < best_adopt ? value : best_adopt;
    }
    record("probe and lock, adopted before, a page", "ns", best_lock, 15, best_lock / 15, 1.0);
    record("first adoption of 64 pages, a page", "us", best_adopt, 1.2, best_adopt / 1.2, 1.0);
    compare("pool 256 bytes: allocate and free", (struct work){pool, 500000, 0},
            (struct work){heap, 500000, 256}, 2.0);
    compare("lookaside: allocate and free", (struct work){lookaside, 500000, 0},
            (struct work){heap, 500000, 256}, 1.0);
}

#define LIST_PAGES 4096

/* A device that writes what it holds into whatever it is given. */
static struct {
    struct ntio_device *device;
    unsigned char *bytes;
    size_t at;
} master;

static const char *create_master(struct ntio_device *device, struct ntio_device_model *model,
                                 const char *options, void **context)
{
    (void)model;
    (void)options;
    master.device = device;
    *context = NULL;
    return NULL;
}

static void destroy_master(void *context)
{
    (void)context;
    master.device = NULL;
}

static const struct ntio_device_model master_model = {
    .version = NTIO_DEVICE_VERSION,
    .size = sizeof master_model,
    .name = "Benchmark",
    .vendor = 0x1234,
    .device = 0x5678,
    .class_code = 0xFF0000,
    .address_bits = 64,
    .create = create_master,
    .destroy = destroy_master,
};

static void write_element(unsigned long long address, unsigned long long bytes)
{
    ntio_device_write_memory(master.device, address, master.bytes + master.at, bytes);
    master.at += bytes;
}

static void transfer(unsigned long long iterations, unsigned long long is_apart)
{
    for (unsigned long long i = 0; i < iterations; i++) {
        master.at = 0;
        bench_dma_transfer((int)is_apart, write_element);
    }
}

/* The model's own copy, a piece at a time. */
static void copy_by_model(unsigned long long iterations, unsigned long long piece)
{
    unsigned char *memory = bench_dma_memory();
    for (unsigned long long i = 0; i < iterations; i++)
        for (size_t at = 0; at < (size_t)LIST_PAGES * 4096; at += piece)
            memcpy(memory + at, master.bytes + at, piece);
}

static void measure_transfers(void)
{
    const size_t bytes = (size_t)LIST_PAGES * 4096;
    master.bytes = malloc(bytes);
    memset(master.bytes, 1, bytes);
    compare("DMA: a device writes 16 MiB, one run", (struct work){transfer, 10, 0},
            (struct work){copy_by_model, 10, bytes}, 1.1);
    compare("DMA: the same, scattered", (struct work){transfer, 10, 1},
            (struct work){copy_by_model, 10, 4096}, 1.1);
    free(master.bytes);
}

static void measure_dma(void)
{
    struct work together = {bench_dma_lists, 200, 0}, apart = {bench_dma_lists, 200, 1};
    double best_together = 1e300, best_apart = 1e300;

    char reason[256] = "";

    /* That no driver is there for it does not matter. */
    ntio_plug_model(&master_model, "", reason, sizeof reason);
    if (!master.device) {
        fprintf(stderr, "ntio-bench: no device: %s\n", reason);
        return;
    }
    bench_dma_start();
    measure_transfers();
    for (int i = 0; i < ROUNDS; i++) {
        double value = measure(&together) / LIST_PAGES;
        best_together = value < best_together ? value : best_together;
        value = measure(&apart) / LIST_PAGES;
        best_apart = value < best_apart ? value : best_apart;
    }
    bench_dma_stop();
    record("scatter/gather list, one run, a page", "ns", best_together, 20, best_together / 20,
           1.0);
    record("scatter/gather list, scattered, a page", "ns", best_apart, 20,
           best_apart / 20, 1.0);
}

static double resident_mebibytes(void)
{
    unsigned long total, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%lu %lu", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * 4096 / 1048576;
}

/* Requests that have come and gone leave nothing. */
static void measure_growth(void)
{
    double before = resident_mebibytes(), grown;
    bench_framework_empty(0, 10000000);
    grown = resident_mebibytes() - before;
    record("KMDF: grown by 10 million requests", "MB", grown, 1, grown, 0.1);
}

static void measure_framework(void)
{
    struct work wdm = {empty, 200000, 0};

    compare("KMDF: empty request, parallel queue", (struct work){framework_empty, 200000, 0}, wdm,
            2.5);
    compare("KMDF: sequential queue, device lock", (struct work){framework_empty, 200000, 1}, wdm,
            4.0);
    compare("KMDF: memory from lookaside, deleted", (struct work){framework_memory, 200000, 0},
            (struct work){heap, 200000, 256}, 4.0);
    compare("KMDF: request reused, sent, completed", (struct work){framework_send, 200000, 0},
            (struct work){call_driver, 200000, 0}, 3.0);
    measure_growth();
}

static void *run_thread(void *device)
{
    bench_empty((int)(size_t)device, 400000);
    return NULL;
}

/* Rate of two threads on two devices, as a multiple of one thread's. */
static void measure_scaling(void)
{
    double best = 0, one_best = 1e300;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t other;
        double start = now();
        run_thread((void *)0);
        double one = now() - start;
        one_best = one < one_best ? one : one_best;
        start = now();
        if (pthread_create(&other, NULL, run_thread, (void *)1))
            return;
        run_thread((void *)0);
        pthread_join(other, NULL);
        double rate = 2 * one_best / (now() - start);
        best = rate > best ? rate : best;
    }
    record("two threads on two devices, times one", "x", best, 1, best, 1.8);
}

static double cancel_time(unsigned long long count)
{
    double start = now();
    bench_cancel(count);
    return (now() - start) / (double)count;
}

static void measure_cancel(void)
{
    double few = 1e300, many = 1e300;
    for (int i = 0; i < 3; i++) {
        double value = cancel_time(10000);
        few = value < few ? value : few;
        value = cancel_time(100000);
        many = value < many ? value : many;
    }
    record("pend and cancel 100000, a request (10000)", "ns", many, few, many / few, 1.5);
}

static int compare_values(const void *left, const void *right)
{
    unsigned long long a = *(const unsigned long long *)left;
    unsigned long long b = *(const unsigned long long *)right;

    return (a > b) - (a < b);
}

/* The middle one of many: a wake now and then takes as long as Linux likes. */
static double median_of(unsigned long long (*measure)(void))
{
    enum { COUNT = 2001 };
    static unsigned long long values[COUNT];

    for (int i = 0; i < COUNT; i++)
        values[i] = measure();
    qsort(values, COUNT, sizeof *values, compare_values);
    return (double)values[COUNT / 2];
}

static void measure_interrupt(void)
{
    if (!bench_interrupt_start() || !bench_wake_start())
        return;
    double wake = median_of(bench_wake);
    bench_wake_stop();
    double interrupt = median_of(bench_interrupt);
    record("interrupt to DPC (futex wake)", "ns", interrupt, wake, interrupt / wake, 1.5);
}

static double served_value(const struct bench_served *figures, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(figures[i].name, name))
            return figures[i].value;
    return 0;
}

static void record_served(const char *name, double value, double baseline, double goal)
{
    record(name, "ns", value, baseline, baseline > 0 ? value / baseline : 0, goal);
}

static double turn_time(unsigned long long turns, int spins)
{
    double best = 1e300;

    for (int i = 0; i < ROUNDS; i++) {
        double value = bench_ping_pong(turns, spins);
        best = value < best ? value : best;
    }
    return best;
}

/* On one processor nobody can look while the other works: each turn is a sleep and a wake. */
static void measure_sleeping(void)
{
    struct bench_served figures[16];
    cpu_set_t all, one;

    if (sched_getaffinity(0, sizeof all, &all))
        return;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    if (sched_setaffinity(0, sizeof one, &one))
        return;
    double turns = turn_time(5000, 0);
    int count = bench_serve(figures, 16);
    sched_setaffinity(0, sizeof all, &all);
    record_served("served: the same on one processor", served_value(figures, count, "empty"), turns,
                  1.3);
}

static void measure_programs(void)
{
    double idle = 0, one = bench_programs(1, &idle), some = bench_programs(8, &idle),
           many = bench_programs(BENCH_PROGRAMS, &idle);

    record("served: 8 programs' rate, of one's", "/s", some, one, one > 0 ? some / one : 0, 1.0);
    record("served: 64 programs' rate, of 8's", "/s", many, some, some > 0 ? many / some : 0, 0.8);
    record("served: an idle program, in the kernel", "KB", idle, 256, idle / 256, 1.0);
}

/* The program measures its own baselines: copies and fills in the same process. */
static void measure_served(void)
{
    struct bench_served figures[16];
    double turns = turn_time(100000, 4096);
    int count = bench_serve(figures, 16);
    double empty_served = served_value(figures, count, "empty");
    record_served("served: empty control request", empty_served, turns, 1.3);
    measure_sleeping();
    record_served("served: 64 outstanding, a request", served_value(figures, count, "exchange"),
                  1000, 1.0);
    record_served("served: buffered read 64 KiB", served_value(figures, count, "buffered 65536"),
                  empty_served + served_value(figures, count, "copy 65536"), 1.2);
    record_served("served: direct read 1 MiB", served_value(figures, count, "direct 1048576"),
                  empty_served + served_value(figures, count, "fill 1048576"), 1.1);
    record_served("served: direct read 16 MiB", served_value(figures, count, "direct 16777216"),
                  empty_served + served_value(figures, count, "fill 16777216"), 1.1);
    record_served("umdf: empty control request", served_value(figures, count, "umdf empty"),
                  served_value(figures, count, "kmdf empty"), 2.2);
    record_served("umdf: buffered read 64 KiB", served_value(figures, count, "umdf buffered 65536"),
                  served_value(figures, count, "kmdf buffered 65536") +
                      served_value(figures, count, "umdf empty") +
                      served_value(figures, count, "copy 65536"),
                  1.1);
}

/* ---- the table ---------------------------------------------------------- */

static void print_table(void)
{
    printf("%-44s %12s %12s %8s %8s\n", "figure", "value", "baseline", "ratio", "goal");
    for (size_t i = 0; i < result_count; i++) {
        const struct result *r = &results[i];
        printf("%-44s %9.2f %-2s %9.2f %-2s %8.2f %8.2f\n", r->name, r->value, r->unit, r->baseline,
               r->unit, r->ratio, r->goal);
    }
}

static int write_json(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return 1;
    }
    fputs("[\n", file);
    for (size_t i = 0; i < result_count; i++) {
        const struct result *r = &results[i];
        fprintf(
            file,
            "  {\"name\": \"%s\", \"value\": %g, \"unit\": \"%s\", \"baseline\": %g, \"ratio\": "
            "%g, \"goal\": %g}%s\n",
            r->name, r->value, r->unit, r->baseline, r->ratio, r->goal,
            i + 1 < result_count ? "," : "");
    }
    fputs("]\n", file);
    return fclose(file) != 0;
}

/* ---- starting and stopping ---------------------------------------------- */

static double start_and_stop(void)
{
    double start = now();
    if (ntio_start(NULL) < 0 || bench_driver_load() == 0)
        exit(1);
    ntio_stop();
    return now() - start;
}

static void measure_system(void)
{
    double best = 1e300, idle = 0, before = resident_mebibytes();
    for (int i = 0; i < 20; i++) {
        double value = start_and_stop() / 1e6;
        best = value < best ? value : best;
    }
    if (ntio_start(NULL) >= 0)
        idle = resident_mebibytes();
    ntio_stop();
    record("start, load a driver, stop", "ms", best, 2, best / 2, 1.0);
    record("idle system, resident", "MB", idle, 8, idle / 8, 1.0);
    record("of that, the process before it", "MB", before, 8, before / 8, 1.0);
}

int main(int argc, char **argv)
{
    measure_system();
    if (ntio_start(NULL) < 0 || !bench_driver_load() || !bench_framework_load() || !bench_open()) {
        fputs("ntio-bench: the system or its driver did not start\n", stderr);
        return 1;
    }
    measure_requests();
    measure_memory();
    measure_dma();
    measure_framework();
    measure_scaling();
    measure_cancel();
    measure_interrupt();
    bench_close();
    ntio_stop();
    measure_served();
    measure_programs();
    print_table();
    return argc > 1 ? write_json(argv[1]) : 0;
}
