/*
 * Where this process has its memory, so that programs' addresses are free in it.
 *
 * The executable is linked at a fixed low address, and Linux is asked to put
 * libraries, mappings and thread stacks where it did in compatibility layout: from a
 * third of the address space up, where a program of today has nothing. Where it
 * may not be asked, as in containers, they are put below a sixth of it, because the
 * main stack is given no limit. What is left is the main thread's stack, and what a sanitizer
 * reserves. The stack is somewhere in the uppermost 16 GiB, as programs' own are: two seldom meet,
 * unless none is random, as under a debugger. So this process's always is.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "linux.h"

/* Set while the process runs itself anew; holds what was before. */
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
/* Mappings of a process whose stack has no limit, which go downwards. */
#define LOW_MAPPINGS_START 0x20000000000ull
#define LOW_MAPPINGS_END 0x155555556000ull
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

/* What is given back once the process has run anew. */
struct before {
    unsigned personality;
    unsigned attempt; /* how many times it has run anew by now */
    hal_u64 stack;    /* the limit of its main stack, 0 if it was not taken away */
};

/* Set once, before there are threads. */
static int is_prepared, has_low_mappings;

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

static hal_u32 list_own(struct hal_range *ranges, hal_u32 count)
{
    struct own_list list = {ranges, count, 0};

    add(&list, IMAGE_START, IMAGE_END);
    if (has_low_mappings)
        add(&list, LOW_MAPPINGS_START, LOW_MAPPINGS_END);
    else
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

static int check_stack(hal_u64 start, hal_u64 end, const char *name, void *context)
{
    (void)start, (void)context;
    return !strcmp(name, "[stack]") && end > STACK_TOP - STACK_ROOM ? HAL_EAGAIN : HAL_OK;
}

/* Asks for the lower place; the limit is given back later. */
static int unlimit_stack(struct before *before)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit))
        return hal_error_from(-errno);
    if (!before->stack)
        before->stack = limit.rlim_cur;
    if (limit.rlim_max != RLIM_INFINITY)
        return HAL_EPERM;
    limit.rlim_cur = RLIM_INFINITY;
    return setrlimit(RLIMIT_STACK, &limit) ? hal_error_from(-errno) : HAL_OK;
}

static void limit_stack(hal_u64 bytes)
{
    struct rlimit limit;
    pthread_attr_t attributes;

    if (getrlimit(RLIMIT_STACK, &limit))
        return;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_STACK, &limit);
    /* Threads' stacks are made after its pattern, which was none when the process began. */
    if (bytes == RLIM_INFINITY || pthread_attr_init(&attributes))
        return;
    if (!pthread_attr_setstacksize(&attributes, bytes))
        pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

static int ask_layout(struct before *before)
{
    unsigned now = (before->personality | ADDR_COMPAT_LAYOUT) & ~(unsigned)ADDR_NO_RANDOMIZE;

    if (personality(now) >= 0)
        return HAL_OK;
    return errno == EPERM ? unlimit_stack(before) : hal_error_from(-errno);
}

static void give_back(const struct before *before)
{
    personality(before->personality);
    if (before->stack)
        limit_stack(before->stack);
    unsetenv(MARKER);
}

/* Comes back only if it fails. */
static int run_anew(char **arguments, struct before *before)
{
    int error = ask_layout(before);
    char marker[64];

    before->attempt++;
    snprintf(marker, sizeof marker, "%x.%u.%llx", before->personality, before->attempt,
             before->stack);
    if (!error && setenv(MARKER, marker, 1))
        error = HAL_ENOMEM;
    if (!error) {
        execv("/proc/self/exe", arguments);
        error = hal_error_from(-errno);
    }
    give_back(before);
    return error;
}

static void set_name(const char *program)
{
    const char *slash = program ? strrchr(program, '/') : NULL;

    if (program)
        prctl(PR_SET_NAME, (unsigned long)(slash ? slash + 1 : program), 0, 0, 0);
}

HALAPI int hal_layout_prepare(char **arguments)
{
    const char *marker = getenv(MARKER);
    struct before before = {0};
    int asked;

    /* ThreadSanitizer has a layout of its own, and runs itself anew for that. */
    if (__tsan_init || getauxval(AT_PHDR) - IMAGE_START >= IMAGE_END - IMAGE_START)
        return HAL_EOPNOTSUPP;
    if (!marker ||
        sscanf(marker, "%x.%u.%llx", &before.personality, &before.attempt, &before.stack) != 3) {
        asked = personality(ASK_PERSONALITY);
        before = (struct before){.personality = asked < 0 ? 0 : (unsigned)asked};
        return run_anew(arguments, &before);
    }
    /* By chance; where Linux makes nothing random it stays so. */
    if (before.attempt < ATTEMPTS && visit_maps(check_stack, NULL))
        return run_anew(arguments, &before);
    has_low_mappings = before.stack != 0;
    give_back(&before);
    set_name(arguments[0]); /* Linux calls it by the file that it ran */
    return check_layout();
}
