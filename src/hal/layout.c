/*
 * Where this process has its memory, so that programs' addresses are free in it.
 *
 * The executable is linked at a fixed low address, and Linux is asked to put
 * libraries, mappings and thread stacks where it did in compatibility layout: from a
 * third of the address space up, where a program of today has nothing. What is
 * left is the main thread's stack, for which Linux has one place, and what a
 * sanitizer reserves.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "linux.h"

/* Set while the process runs itself anew; holds the personality that it had before. */
#define MARKER "NTIO_LAYOUT"
#define ASK_PERSONALITY 0xffffffff /* changes nothing */
#define LAYOUT (ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT)

#define RANGES 16 /* more than there are */

/* The executable and its heap (see -Ttext-segment where it is linked). */
#define IMAGE_START 0x60000000ull
#define IMAGE_END 0x7f000000ull
#define MAPPINGS_START 0x2aaaaaaab000ull
#define MAPPINGS_SIZE 0x40000000000ull
/* Linux's own page in every process. */
#define VSYSCALL 0xffffffffff600000ull

/* There if a sanitizer is in the process, which is known when it runs: a driver may bring it. */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

/* AddressSanitizer's shadow, and the piece of this size that its allocator takes memory from. */
#define SHADOW_START 0x7fff7000ull
#define SHADOW_END 0x10007fff8000ull
#define ALLOCATOR_SIZE 0x40000000000ull
#define ALLOCATOR_BOOKS 0x10000ull

struct own_list {
    struct hal_range *ranges;
    hal_u32 room, count;
};

static void add(struct own_list *list, hal_u64 start, hal_u64 end)
{
    if (list->count < list->room)
        list->ranges[list->count++] = (struct hal_range){start, end};
}

static void add_allocator(struct own_list *list)
{
    void *sample = malloc(1);
    hal_u64 start = (hal_u64)sample & ~(ALLOCATOR_SIZE - 1);

    add(list, start, start + ALLOCATOR_SIZE + ALLOCATOR_BOOKS);
    free(sample);
}

/* Calls visit for every mapping until it returns an error; names come without their blanks. */
static int visit_maps(int (*visit)(hal_u64 start, hal_u64 end, const char *name, void *context),
                      void *context)
{
    unsigned long long start, end;
    char line[512], name[64];
    FILE *maps = fopen("/proc/self/maps", "re");
    int error = HAL_OK;

    if (!maps)
        return hal_error_from(-errno);
    while (!error && fgets(line, sizeof line, maps)) {
        *name = 0;
        if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %63s", &start, &end, name) >= 2)
            error = visit(start, end, name, context);
    }
    fclose(maps);
    return error;
}

/* What Linux itself puts where it likes. */
static int add_fixed(hal_u64 start, hal_u64 end, const char *name, void *context)
{
    struct own_list *list = context;

    if (!strcmp(name, "[stack]") || !strcmp(name, "[vdso]") || !strncmp(name, "[vvar", 5))
        add(list, start, end);
    return HAL_OK;
}

static int is_prepared; /* set once, before there are threads */

static hal_u32 list_own(struct hal_range *ranges, hal_u32 count)
{
    struct own_list list = {ranges, count, 0};

    add(&list, IMAGE_START, IMAGE_END);
    add(&list, MAPPINGS_START, MAPPINGS_START + MAPPINGS_SIZE);
    if (__asan_init)
        add(&list, SHADOW_START, SHADOW_END);
    visit_maps(add_fixed, &list);
    return list.count;
}

HALAPI hal_u32 hal_layout_own(struct hal_range *ranges, hal_u32 count)
{
    return is_prepared ? list_own(ranges, count) : 0;
}

static int check_own(hal_u64 start, hal_u64 end, const char *name, void *context)
{
    const struct own_list *list = context;

    (void)name;
    if (start == VSYSCALL)
        return HAL_OK;
    for (hal_u32 i = 0; i < list->count; i++) {
        if (start >= list->ranges[i].start && end <= list->ranges[i].end)
            return HAL_OK;
    }
    return HAL_EOPNOTSUPP;
}

/* Keeps the heap, which grows upwards from the executable, in its range: malloc then maps. */
static int bound_heap(void)
{
    return hal_error_from(linux_map(IMAGE_END - HAL_PAGE_SIZE, 1, PROT_NONE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
}

static int check_layout(void)
{
    struct hal_range ranges[RANGES];
    struct own_list list = {ranges, RANGES, list_own(ranges, RANGES)};
    int error = bound_heap();

    /*
     * Not among the ranges that are told: an instrumented program has its heap there as
     * well, and is to be served, if not at the same addresses.
     */
    if (__asan_init)
        add_allocator(&list);
    if (!error)
        error = visit_maps(check_own, &list);
    is_prepared = !error;
    return error;
}

/* Comes back only if it fails. */
static int run_anew(char **arguments)
{
    int before = personality(ASK_PERSONALITY), error;
    char marker[16];

    if (before < 0 || personality((unsigned)before | LAYOUT) < 0)
        return hal_error_from(-errno);
    snprintf(marker, sizeof marker, "%x", (unsigned)before);
    if (setenv(MARKER, marker, 1)) {
        error = HAL_ENOMEM;
    } else {
        execv("/proc/self/exe", arguments);
        error = hal_error_from(-errno);
        unsetenv(MARKER);
    }
    personality((unsigned)before);
    return error;
}

/* What this process starts is to be as if it had not been run anew, and so is its name. */
static void forget_marker(const char *marker, const char *program)
{
    const char *slash = program ? strrchr(program, '/') : NULL;

    personality((unsigned)strtoul(marker, NULL, 16));
    unsetenv(MARKER);
    if (program)
        prctl(PR_SET_NAME, (unsigned long)(slash ? slash + 1 : program), 0, 0, 0);
}

HALAPI int hal_layout_prepare(char **arguments)
{
    const char *marker = getenv(MARKER);

    /* ThreadSanitizer has a layout of its own, and runs itself anew for that. */
    if (__tsan_init || getauxval(AT_PHDR) - IMAGE_START >= IMAGE_END - IMAGE_START)
        return HAL_EOPNOTSUPP;
    if (!marker)
        return run_anew(arguments);
    forget_marker(marker, arguments[0]);
    return check_layout();
}
