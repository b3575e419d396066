/*
 * Where this process has its memory, so that programs' addresses are free in it.
 *
 * The executable is linked at a fixed low address, and Linux is asked to put
 * libraries, mappings and thread stacks where it did in compatibility layout: from a
 * third of the address space up, where a program of today has nothing. What is
 * left is the main thread's stack, and what a sanitizer reserves. The stack is
 * somewhere in the uppermost 16 GiB, as programs' own are: two seldom meet, unless
 * none is random, as under a debugger. So this process's always is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "linux.h"

/*
 * Set while the process runs itself anew; holds the personality that it had before,
 * and how many times it has.
 */
#define MARKER "NTIO_LAYOUT"
#define ASK_PERSONALITY 0xffffffff /* changes nothing */
#define ATTEMPTS 8

#define RANGES 16 /* more than there are */

/*
 * The executable (see -Ttext-segment where it is linked) and its heap, which begins up
 * to 1 GiB after it; and mappings, of which the first is up to 16 TiB from the start.
 */
#define IMAGE_START 0x60000000ull
#define IMAGE_END 0xc0000000ull
#define MAPPINGS_START 0x2aaaaaaab000ull
#define MAPPINGS_SIZE 0x140000000000ull
/* Where stacks are that are not random. */
#define STACK_TOP 0x7ffffffff000ull
#define STACK_ROOM 0x4000000ull
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

static void add_sanitizer(struct own_list *list)
{
    void *sample = malloc(1);
    hal_u64 start = (hal_u64)sample & ~(ALLOCATOR_SIZE - 1);

    add(list, SHADOW_START, SHADOW_END);
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

HALAPI hal_u32 hal_layout_own(struct hal_range *ranges, hal_u32 count)
{
    struct own_list list = {ranges, count, 0};

    add(&list, IMAGE_START, IMAGE_END);
    add(&list, MAPPINGS_START, MAPPINGS_START + MAPPINGS_SIZE);
    if (__asan_init)
        add_sanitizer(&list);
    visit_maps(add_fixed, &list);
    return list.count;
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

/*
 * Keeps the heap, which grows upwards from the executable, in its range: malloc then
 * maps. AddressSanitizer's shadow does that as well, and is there already.
 */
static int bound_heap(void)
{
    int error = linux_map(IMAGE_END - HAL_PAGE_SIZE, 1, PROT_NONE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    return error == -EEXIST && __asan_init ? HAL_OK : hal_error_from(error);
}

static int check_layout(void)
{
    struct hal_range ranges[RANGES];
    struct own_list list = {ranges, RANGES, hal_layout_own(ranges, RANGES)};
    int error = bound_heap();

    return error ? error : visit_maps(check_own, &list);
}

static int check_stack(hal_u64 start, hal_u64 end, const char *name, void *context)
{
    (void)start, (void)context;
    return !strcmp(name, "[stack]") && end > STACK_TOP - STACK_ROOM ? HAL_EAGAIN : HAL_OK;
}

/* Comes back only if it fails. */
static int run_anew(char **arguments, unsigned before, unsigned attempt)
{
    unsigned now = (before | ADDR_COMPAT_LAYOUT) & ~(unsigned)ADDR_NO_RANDOMIZE;
    char marker[32];
    int error;

    if (personality(now) < 0)
        return hal_error_from(-errno);
    snprintf(marker, sizeof marker, "%x.%u", before, attempt);
    if (setenv(MARKER, marker, 1)) {
        error = HAL_ENOMEM;
    } else {
        execv("/proc/self/exe", arguments);
        error = hal_error_from(-errno);
        unsetenv(MARKER);
    }
    personality(before);
    return error;
}

/* What this process starts is to be as if it had not been run anew, and so is its name. */
static void forget_marker(unsigned before, const char *program)
{
    const char *slash = program ? strrchr(program, '/') : NULL;

    personality(before);
    unsetenv(MARKER);
    if (program)
        prctl(PR_SET_NAME, (unsigned long)(slash ? slash + 1 : program), 0, 0, 0);
}

HALAPI int hal_layout_prepare(char **arguments)
{
    const char *marker = getenv(MARKER);
    unsigned before, attempt = 0;

    /* ThreadSanitizer has a layout of its own, and runs itself anew for that. */
    if (__tsan_init || getauxval(AT_PHDR) - IMAGE_START >= IMAGE_END - IMAGE_START)
        return HAL_EOPNOTSUPP;
    if (!marker || sscanf(marker, "%x.%u", &before, &attempt) != 2) {
        int asked = personality(ASK_PERSONALITY);

        return asked < 0 ? hal_error_from(-errno) : run_anew(arguments, (unsigned)asked, 1);
    }
    /* By chance; where Linux makes nothing random it stays so. */
    if (attempt < ATTEMPTS && visit_maps(check_stack, NULL))
        return run_anew(arguments, before, attempt + 1);
    forget_marker(before, arguments[0]);
    return check_layout();
}
