/*
 * Pins: guarded access answers faults; other faults reach the handler, which can go on elsewhere;
 * a pager is asked before both.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

#define PAGE HAL_PAGE_SIZE

static struct {
    jmp_buf back;
    struct hal_fault seen;
    hal_u64 stack[4]; /* of the fault, newest first */
    hal_u32 depth;
} caught;

static void go_back(const struct hal_fault *fault)
{
    caught.seen = *fault;
    caught.depth = hal_backtrace_from(fault->context, caught.stack, 4);
    longjmp(caught.back, 1);
}

static void handle(const struct hal_fault *fault, hal_fault_resume *resume)
{
    (void)fault;
    *resume = go_back;
}

static void begin(void **state)
{
    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_fault_prepare_thread(), HAL_OK);
    assert_int_equal(hal_fault_prepare_thread(), HAL_OK);
    hal_on_fault(handle);
}

/* Two pages, of which the second cannot be touched. */
static unsigned char *map_edge(void)
{
    unsigned char *memory =
        mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    mprotect(memory + PAGE, PAGE, PROT_NONE);
    return memory;
}

static void check_copy(unsigned char *to, unsigned char *from, hal_size bytes)
{
    for (hal_size i = 0; i < bytes; i++)
        from[i] = (unsigned char)(i * 7 + bytes);
    to[-1] = 0xee;
    to[bytes] = 0xee;
    assert_int_equal(hal_copy_guarded(to, from, bytes, NULL), HAL_OK);
    assert_memory_equal(to, from, bytes);
    assert_int_equal(to[-1], 0xee);
    assert_int_equal(to[bytes], 0xee);
}

static void test_copies_of_every_size(void **state)
{
    static unsigned char from[3 * PAGE], to[3 * PAGE];

    begin(state);
    for (hal_size bytes = 0; bytes <= 300; bytes++) {
        for (hal_size offset = 0; offset < 3; offset++)
            check_copy(to + 1 + offset, from + 5 * offset, bytes);
    }
    for (hal_size bytes = 1000; bytes <= 2 * PAGE + 1; bytes += 97)
        check_copy(to + 3, from + 1, bytes);
}

static void test_copies_that_fault(void **state)
{
    unsigned char *memory = map_edge(), *edge = memory + PAGE;
    static unsigned char buffer[2 * PAGE];
    hal_u64 bad;

    begin(state);
    for (hal_size bytes = 1; bytes <= 2 * PAGE; bytes += bytes < 200 ? 1 : 333) {
        hal_size inside = bytes / 2 < PAGE ? bytes / 2 : PAGE;

        bad = 0;
        assert_int_equal(hal_copy_guarded(buffer, edge - inside, bytes, &bad), HAL_EFAULT);
        assert_true(bad >= (hal_u64)edge && bad < (hal_u64)edge + bytes);
        bad = 0;
        assert_int_equal(hal_copy_guarded(edge - inside, buffer, bytes, &bad), HAL_EFAULT);
        assert_true(bad >= (hal_u64)edge && bad < (hal_u64)edge + bytes);
        assert_int_equal(hal_copy_guarded(buffer, edge - inside, bytes, NULL), HAL_EFAULT);
        assert_int_equal(hal_copy_guarded(buffer, edge - inside, inside, NULL), HAL_OK);
    }
    assert_int_equal(hal_copy_guarded(buffer, (void *)0x8000000000000000, 8, NULL), HAL_EFAULT);
    munmap(memory, 2 * PAGE);
}

static void test_touches(void **state)
{
    unsigned char *memory = map_edge();

    begin(state);
    memory[3] = 9;
    assert_int_equal(hal_touch_read((hal_u64)memory + 3), HAL_OK);
    assert_int_equal(hal_touch_write((hal_u64)memory + 3), HAL_OK);
    assert_int_equal(memory[3], 9);
    assert_int_equal(hal_touch_read((hal_u64)memory + PAGE), HAL_EFAULT);
    assert_int_equal(hal_touch_write((hal_u64)memory + PAGE), HAL_EFAULT);
    mprotect(memory, PAGE, PROT_READ);
    assert_int_equal(hal_touch_read((hal_u64)memory), HAL_OK);
    assert_int_equal(hal_touch_write((hal_u64)memory), HAL_EFAULT);
    munmap(memory, 2 * PAGE);
}

__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) static void
fault_read(volatile int *address)
{
    *address;
}

__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) static void
fault_write(volatile int *address)
{
    *address = 1;
}

__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) static int
divide(volatile int by)
{
    volatile int result = 7 / by;

    return result;
}

static void test_access(void **state)
{
    unsigned char *memory = map_edge();

    begin(state);
    if (!setjmp(caught.back)) {
        fault_read((int *)(memory + PAGE + 8));
        fail();
    }
    assert_int_equal(caught.seen.kind, HAL_FAULT_ACCESS);
    assert_int_equal(caught.seen.address, (hal_u64)memory + PAGE + 8);
    assert_int_equal(caught.seen.is_write, 0);
    assert_int_equal(caught.stack[0], caught.seen.pc);
    assert_true(caught.depth >= 2);
    assert_true(caught.stack[1] - (hal_u64)test_access < 0x2000);
    if (!setjmp(caught.back)) {
        fault_write((int *)(memory + PAGE + 8));
        fail();
    }
    assert_int_equal(caught.seen.is_write, 1);
    assert_int_equal(caught.seen.is_fetch, 0);
    munmap(memory, 2 * PAGE);
}

static void test_fetch(void **state)
{
    unsigned char *memory = map_edge();

    begin(state);
    if (!setjmp(caught.back)) {
        ((void (*)(void))(void *)memory)();
        fail();
    }
    assert_int_equal(caught.seen.is_fetch, 1);
    assert_int_equal(caught.seen.pc, (hal_u64)memory);
    assert_true(caught.stack[1] - (hal_u64)test_fetch < 0x2000);
    munmap(memory, 2 * PAGE);
}

static void test_kinds(void **state)
{
    begin(state);
    if (!setjmp(caught.back)) {
        divide(0);
        fail();
    }
    assert_int_equal(caught.seen.kind, HAL_FAULT_DIVIDE);
    if (!setjmp(caught.back)) {
        __asm__ volatile("ud2");
        fail();
    }
    assert_int_equal(caught.seen.kind, HAL_FAULT_ILLEGAL);
    if (!setjmp(caught.back)) {
        __asm__ volatile("hlt");
        fail();
    }
    assert_int_equal(caught.seen.kind, HAL_FAULT_ILLEGAL);
    if (!setjmp(caught.back)) {
        __asm__ volatile("int3");
        fail();
    }
    assert_int_equal(caught.seen.kind, HAL_FAULT_BREAKPOINT);
    assert_int_equal(*(unsigned char *)caught.seen.pc, 0xcc);
    if (!setjmp(caught.back)) {
        fault_read((int *)0x8000000000000000); /* no address at all */
        fail();
    }
    assert_int_equal(caught.seen.kind, HAL_FAULT_ACCESS);
    assert_int_equal(caught.seen.address, 0);
}

__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) static int
recurse(volatile int depth)
{
    volatile char frame[1000];

    frame[0] = (char)depth;
    return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

static void *overflow(void *argument)
{
    int *result = argument;

    if (hal_fault_prepare_thread())
        return NULL;
    for (int i = 0; i < 2; i++) {
        if (!setjmp(caught.back))
            recurse(0);
        *result += caught.seen.kind == HAL_FAULT_ACCESS && caught.seen.is_write;
    }
    return NULL;
}

static void test_stack_overflow(void **state)
{
    pthread_attr_t small;
    pthread_t thread;
    int result = 0;

    begin(state);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 18);
    assert_int_equal(pthread_create(&thread, &small, overflow, &result), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    assert_int_equal(result, 2);
}

/* What the pager was asked, and what it answers with. */
static struct {
    struct hal_segment *segment; /* NULL: nothing is there */
    hal_u64 address;
    int asked, is_write;
} paging;

static int page_in(hal_u64 address, int is_write)
{
    paging.asked++;
    paging.address = address;
    paging.is_write = is_write;
    errno = EXDEV;
    return paging.segment &&
           !hal_window_open(address & ~(PAGE - 1), paging.segment, 0, 1, HAL_READ | HAL_WRITE);
}

static void begin_paging(void **state)
{
    begin(state);
    memset(&paging, 0, sizeof paging);
    hal_on_page_fault(page_in);
    assert_int_equal(hal_segment_create(&paging.segment, 1, "paging"), HAL_OK);
}

static void test_accesses_that_are_paged_in(void **state)
{
    unsigned char *memory = map_edge();
    char copy[8] = {0};

    begin_paging(state);
    munmap(memory, 2 * PAGE);
    errno = ENOTTY;
    fault_write((int *)(memory + 4));
    assert_int_equal(errno, ENOTTY);
    assert_int_equal(paging.asked, 1);
    assert_int_equal(paging.address, (hal_u64)memory + 4);
    assert_int_equal(paging.is_write, 1);
    fault_read((int *)(memory + 4));
    assert_int_equal(paging.asked, 1); /* it is there */
    fault_read((int *)(memory + PAGE));
    assert_int_equal(paging.asked, 2);
    assert_int_equal(paging.is_write, 0);
    hal_window_close((hal_u64)memory, 2);
    assert_int_equal(hal_copy_guarded(copy, memory + 4, 4, NULL), HAL_OK);
    assert_int_equal(copy[0], 1); /* what fault_write has left in the frame */
    assert_int_equal(hal_touch_write((hal_u64)memory + PAGE), HAL_OK);
    assert_int_equal(paging.asked, 4);
    hal_window_close((hal_u64)memory, 2);
    hal_segment_destroy(paging.segment);
}

static void test_accesses_that_are_not(void **state)
{
    unsigned char *memory = map_edge();

    begin_paging(state);
    hal_segment_destroy(paging.segment);
    paging.segment = NULL;
    assert_int_equal(hal_touch_read((hal_u64)memory + PAGE), HAL_EFAULT);
    assert_int_equal(paging.asked, 1);
    if (!setjmp(caught.back)) {
        fault_read((int *)(memory + PAGE + 8));
        fail();
    }
    assert_int_equal(paging.asked, 2);
    assert_int_equal(caught.seen.address, (hal_u64)memory + PAGE + 8);
    munmap(memory, 2 * PAGE);
}

static void test_faults_that_no_page_helps(void **state)
{
    begin_paging(state);
    assert_int_equal(hal_touch_read(HAL_SYSTEM_BASE), HAL_EFAULT);
    assert_int_equal(hal_touch_read(HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE - 1), HAL_EFAULT);
    assert_int_equal(hal_touch_read(0x8000000000000000), HAL_EFAULT); /* no address at all */
    if (!setjmp(caught.back))
        divide(0);
    if (!setjmp(caught.back))
        __asm__ volatile("ud2");
    if (!setjmp(caught.back))
        __asm__ volatile("int3");
    assert_int_equal(paging.asked, 0);
    hal_on_page_fault(NULL);
    assert_int_equal(hal_touch_read(1), HAL_EFAULT);
    hal_on_page_fault(page_in);
    hal_stop();
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_touch_read(1), HAL_EFAULT);
    assert_int_equal(paging.asked, 0);
    hal_segment_destroy(paging.segment);
}

static void *fault_without_signal_stack(void *argument)
{
    stack_t stack;

    fault_write(argument);
    sigaltstack(NULL, &stack);
    return stack.ss_flags & SS_DISABLE ? argument : NULL;
}

static void test_paging_on_any_thread(void **state)
{
    enum { FREE = 64 << 20 }; /* the thread's own memory comes from its upper end */
    unsigned char *memory =
        mmap(NULL, FREE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    pthread_t thread;
    void *result;

    begin_paging(state);
    munmap(memory, FREE);
    assert_int_equal(pthread_create(&thread, NULL, fault_without_signal_stack, memory + PAGE), 0);
    pthread_join(thread, &result);
#if !defined(__SANITIZE_ADDRESS__) /* it gives every thread a signal stack */
    assert_ptr_equal(result, memory + PAGE);
#endif
    assert_int_equal(paging.asked, 1);
    assert_int_equal(hal_window_close((hal_u64)memory, 2), HAL_OK);
    hal_segment_destroy(paging.segment);
}

/* Runs act in a child, and returns what waitpid says. */
static int run_child(void (*act)(void))
{
    struct rlimit none = {0, 0};
    int status;
    pid_t child = fork();

    if (!child) {
        setrlimit(RLIMIT_CORE, &none);
        hal_on_fault(NULL);
        act();
        _exit(7);
    }
    waitpid(child, &status, 0);
    return status;
}

static void on_program_signal(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    _exit(33);
}

static void act_write(void)
{
    fault_write(NULL);
}

static void act_breakpoint(void)
{
    __asm__ volatile("int3");
}

static int page_exit(hal_u64 address, int is_write)
{
    (void)address, (void)is_write;
    _exit(44);
}

static void act_raise(void)
{
    raise(SIGSEGV);
}

static void test_unhandled_faults_kill(void **state)
{
    begin(state);
    hal_stop();
    for (int signal = 1; signal < 32; signal++) {
        struct sigaction standard = {.sa_handler = SIG_DFL};

        if (signal == SIGSEGV || signal == SIGTRAP)
            sigaction(signal, &standard, NULL);
    }
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(WTERMSIG(run_child(act_write)), SIGSEGV);
    assert_int_equal(WTERMSIG(run_child(act_breakpoint)), SIGTRAP);
    assert_int_equal(WTERMSIG(run_child(act_raise)), SIGSEGV);
    hal_on_page_fault(page_exit); /* which somebody's signal is nothing for */
    assert_int_equal(WTERMSIG(run_child(act_raise)), SIGSEGV);
}

static void test_handlers_before_us_are_asked(void **state)
{
    struct sigaction action = {.sa_sigaction = on_program_signal, .sa_flags = SA_SIGINFO};

    (void)state;
    sigaction(SIGSEGV, &action, NULL);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(WEXITSTATUS(run_child(act_write)), 33);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_copies_of_every_size),
        HAL_TEST(test_copies_that_fault),
        HAL_TEST(test_touches),
        HAL_TEST(test_access),
        HAL_TEST(test_fetch),
        HAL_TEST(test_kinds),
        HAL_TEST(test_stack_overflow),
        HAL_TEST(test_accesses_that_are_paged_in),
        HAL_TEST(test_accesses_that_are_not),
        HAL_TEST(test_faults_that_no_page_helps),
        HAL_TEST(test_paging_on_any_thread),
        HAL_TEST(test_unhandled_faults_kill),
        HAL_TEST(test_handlers_before_us_are_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
