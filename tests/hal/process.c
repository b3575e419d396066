/* Pins: another process's memory is copied by its addresses, and what is missing of it is told. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

#define PAGE HAL_PAGE_SIZE
#define PAGES 300

static struct {
    pid_t child;
    /* Of both processes, at the same address; the page after it is mapped nowhere. */
    unsigned char *memory;
} pair;

static void start_child(void)
{
    int ready[2];
    char byte;

    pair.memory =
        mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pair.memory, MAP_FAILED);
    munmap(pair.memory + PAGES * PAGE, PAGE);
    assert_int_equal(pipe(ready), 0);
    pair.child = fork();
    if (!pair.child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hal_process_allow((hal_u32)getppid());
        for (int i = 0; i < PAGES; i++)
            memset(pair.memory + i * PAGE, i, PAGE);
        write(ready[1], "", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
}

static void end_child(void)
{
    kill(pair.child, SIGKILL);
    assert_int_equal(waitpid(pair.child, NULL, 0), pair.child);
    munmap(pair.memory, PAGES * PAGE);
}

static void test_copies(void **state)
{
    static unsigned char copy[PAGES * PAGE];
    hal_u64 there;

    (void)state;
    start_child();
    there = (hal_u64)pair.memory;
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, there, sizeof copy), HAL_OK);
    for (hal_size i = 0; i < sizeof copy; i++)
        assert_int_equal(copy[i], (unsigned char)(i / PAGE));
    memset(copy, 0, 16);
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy + 1, there + PAGE - 2, 4), HAL_OK);
    assert_memory_equal(copy, "\0\0\0\1\1\0", 6);
    assert_int_equal(pair.memory[0], 0); /* ours is another */
    assert_int_equal(hal_process_write((hal_u32)pair.child, there + 5, "written", 7), HAL_OK);
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, there + 4, 9), HAL_OK);
    assert_memory_equal(copy, "\0written\0", 9);
    assert_int_equal(pair.memory[5], 0);
    assert_int_equal(hal_process_read((hal_u32)pair.child, NULL, 0, 0), HAL_OK);
    end_child();
}

static void test_memory_that_is_not_there(void **state)
{
    unsigned char copy[64] = {0};
    hal_u64 end;

    (void)state;
    start_child();
    end = (hal_u64)pair.memory + PAGES * PAGE;
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, end - 8, 8), HAL_OK);
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, end - 8, 9), HAL_EFAULT);
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, end, 1), HAL_EFAULT);
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, 0, 1), HAL_EFAULT);
    assert_int_equal(hal_process_read((hal_u32)pair.child, copy, ~0ull - 8, 64), HAL_EFAULT);
    assert_int_equal(hal_process_write((hal_u32)pair.child, end - 1, copy, 2), HAL_EFAULT);
    assert_int_equal(hal_process_write((hal_u32)pair.child, (hal_u64)test_copies, copy, 2),
                     HAL_EFAULT); /* code */
    assert_int_equal(hal_process_read((hal_u32)pair.child, (void *)8, end - 8, 8), HAL_EFAULT);
    end_child();
}

static void test_processes_that_are_gone(void **state)
{
    hal_u64 there;
    char byte;

    (void)state;
    start_child();
    there = (hal_u64)pair.memory;
    kill(pair.child, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pair.child, NULL, WEXITED | WNOWAIT), 0);
    /* Dead, with its number still taken, and then without. */
    assert_int_equal(hal_process_read((hal_u32)pair.child, &byte, there, 1), HAL_ENOENT);
    assert_int_equal(hal_process_write((hal_u32)pair.child, there, &byte, 1), HAL_ENOENT);
    end_child();
    assert_int_equal(hal_process_read((hal_u32)pair.child, &byte, there, 1), HAL_ENOENT);
}

/* In a process of another user, if root lets us be one. */
static int read_as_nobody(void)
{
    char byte;

    if (setgid(65534) || setuid(65534))
        return 77;
    return hal_process_read((hal_u32)pair.child, &byte, (hal_u64)pair.memory, 1) == HAL_EPERM ? 0
                                                                                              : 1;
}

static void test_processes_of_others(void **state)
{
    int status;
    pid_t other;

    (void)state;
    start_child();
    other = fork();
    if (!other)
        _exit(read_as_nobody());
    waitpid(other, &status, 0);
    end_child();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_copies),
        HAL_TEST(test_memory_that_is_not_there),
        HAL_TEST(test_processes_that_are_gone),
        HAL_TEST(test_processes_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
