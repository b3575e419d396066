/*
 * A process that is linked as the kernel's is, for tests/hal/layout.c. Exit code: 0 all is right,
 * 77 it cannot be here, else what is wrong is on standard error.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hal/hal.h"

#define PAGE HAL_PAGE_SIZE
#define THREADS 4

static int wrong;

static void expect(int right, const char *what)
{
    if (!right) {
        fprintf(stderr, "layout: %s\n", what);
        wrong = 1;
    }
}

/* Where programs of today are: executables, heaps, libraries, and stacks below ours. */
static const hal_u64 programs[] = {0x10000,        0x400000,       0x555555554000, 0x5655f0000000,
                                   0x70007c000000, 0x7f1234560000, 0x7ffff7fc0000, 0x7ffc12340000};

static int is_in(const struct hal_range *ranges, hal_u32 count, hal_u64 start, hal_u64 end)
{
    for (hal_u32 i = 0; i < count; i++) {
        if (start >= ranges[i].start && end <= ranges[i].end)
            return 1;
    }
    return 0;
}

static void check_maps(void)
{
    struct hal_range ranges[18];
    hal_u32 count = hal_layout_own(ranges, 16);
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long long start, end;
    char line[512];

    ranges[count++] = (struct hal_range){HAL_SYSTEM_BASE, HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE};
#if defined(__SANITIZE_ADDRESS__) /* its heap, which instrumented programs have there as well */
    ranges[count++] = (struct hal_range){0x600000000000, 0x640000010000};
#endif
    while (maps && fgets(line, sizeof line, maps)) {
        expect(sscanf(line, "%llx-%llx", &start, &end) == 2, line);
        if (!strstr(line, "[vsyscall]"))
            expect(is_in(ranges, count, start, end), line);
    }
    expect(maps && feof(maps), "no maps");
    fclose(maps);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        expect(!is_in(ranges, count, programs[i], programs[i] + PAGE), "a program's range is ours");
}

static void check_windows(void)
{
    struct hal_segment *segment;

    expect(!hal_segment_create(&segment, 1, "window"), "no segment");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        int error = hal_window_open(programs[i], segment, 0, 1, HAL_READ | HAL_WRITE);

        expect(!error && !hal_touch_write(programs[i]), "no window in a program's range");
        hal_window_close(programs[i], 1);
    }
    hal_segment_destroy(segment);
}

static void *allocate(void *barrier)
{
    void *small = malloc(100), *large = malloc(1 << 24);

    expect(small && large && !hal_fault_prepare_thread(), "a thread without memory");
    pthread_barrier_wait(barrier); /* all are there, */
    pthread_barrier_wait(barrier); /* and looked at */
    free(small);
    free(large);
    return NULL;
}

/* Whether a window fits where the main stack of a program is that has nothing random. */
static int has_no_plain_stack(void)
{
    struct hal_segment *segment;
    int error = hal_segment_create(&segment, 512, "stack");

    if (error)
        return 0;
    error = hal_window_open(0x7ffffffff000 - 512 * PAGE, segment, 0, 512, HAL_READ);
    hal_segment_destroy(segment);
    return !error;
}

/* What a kernel does: threads with heaps of their own, much memory, libraries. */
static void check_all(void)
{
    pthread_barrier_t barrier;
    pthread_t threads[THREADS];
    struct hal_segment *segment;

    expect(sbrk(0x60000000) == (void *)-1, "the heap has no bound");
    expect(!hal_start(), "hal does not start");
    expect(!hal_segment_create(&segment, 16, "system"), "no segment");
    expect(!hal_map(HAL_SYSTEM_BASE + PAGE, segment, 0, 16, HAL_READ), "no system space");
    expect(!!dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL), "no library");
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        expect(!pthread_create(&threads[i], NULL, allocate, &barrier), "no thread");
    pthread_barrier_wait(&barrier);
    check_maps();
    check_windows();
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    hal_segment_destroy(segment);
    hal_stop();
}

static void check_start(int count, char **arguments)
{
    const char *kept = getenv("LAYOUT_TEST");
    char name[17] = "";

    expect(count == 4 && !strcmp(arguments[0], "folder/layout-name") &&
               !strcmp(arguments[2], "second word") && !*arguments[3] && !arguments[4],
           "other arguments");
    expect(kept && !strcmp(kept, "kept"), "another environment");
    expect(!getenv("NTIO_LAYOUT"), "the marker is left");
    prctl(PR_GET_NAME, (unsigned long)name, 0, 0, 0);
    expect(!strcmp(name, "layout-name"), "another name");
}

int main(int count, char **arguments)
{
    static const char *const before = "LAYOUT_PERSONALITY";
    struct rlimit limit;
    char number[16];
    int error;

    snprintf(number, sizeof number, "%x", (unsigned)personality(0xffffffff));
    setenv(before, number, 0); /* what the first run had */
    error = hal_layout_prepare(arguments);
    if (error == HAL_EPERM)
        return 77; /* it can have neither */
#if defined(__SANITIZE_THREAD__)
    expect(error == HAL_EOPNOTSUPP, "ThreadSanitizer's layout was changed");
    return wrong ? 1 : 77;
#endif
    if (!strcmp(arguments[1], "refused")) {
        expect(error == HAL_EOPNOTSUPP, "a layout that is not so was taken for prepared");
        expect(!getenv("NTIO_LAYOUT"), "the marker is left");
        return wrong;
    }
    expect(!error, "the layout is not prepared");
    snprintf(number, sizeof number, "%x", (unsigned)personality(0xffffffff));
    expect(!strcmp(number, getenv(before)), "another personality");
    getrlimit(RLIMIT_STACK, &limit);
    expect(limit.rlim_cur != RLIM_INFINITY, "the stack's limit is left away");
    check_start(count, arguments);
    if (!strcmp(arguments[1], "all"))
        check_all();
    /* The main stack of a program without randomness. */
    if (!strcmp(arguments[1], "plain"))
        expect(has_no_plain_stack(), "our stack is where a debugger has a program's");
    return wrong;
}
