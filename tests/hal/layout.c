/*
 * Pins: a kernel process that is linked for it has its memory in its own ranges alone, after
 * running itself anew exactly once; any other is told so. parts/layout_process.c is such a process.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

#define FORBIDDEN -1

/* As in a container. */
static void forbid_personality(void)
{
    struct sock_filter filter[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_personality},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(77);
}

/* Runs it, with a personality or FORBIDDEN; returns its exit code. */
static int run(const char *how, int asked, const char *marker)
{
    pid_t child = fork();
    int status;

    if (!child) {
        if (asked == FORBIDDEN)
            forbid_personality();
        else
            personality((unsigned long)asked);
        if (marker)
            setenv("NTIO_LAYOUT", marker, 1);
        setenv("LAYOUT_TEST", "kept", 1);
        execl(NTIO_LAYOUT_PROCESS, "folder/layout-name", how, "second word", "", NULL);
        _exit(126);
    }
    waitpid(child, &status, 0);
    if (!WIFEXITED(status))
        fail_msg("it died of signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    return WEXITSTATUS(status);
}

static void test_everything_is_in_its_own_ranges(void **state)
{
    (void)state;
    assert_int_equal(run("all", 0, NULL), 0);
}

static void test_without_personality(void **state)
{
    (void)state;
    assert_int_equal(run("all", FORBIDDEN, NULL), 0);
    assert_int_equal(run("personality", FORBIDDEN, NULL), 0);
}

static void test_the_personality_comes_back(void **state)
{
    (void)state;
    assert_int_equal(run("personality", 0, NULL), 0);
    assert_int_equal(run("personality", ADDR_NO_RANDOMIZE | STICKY_TIMEOUTS, NULL), 0);
}

static void test_a_second_run_is_the_last(void **state)
{
    (void)state;
    assert_int_equal(run("refused", 0, "0.8.0"), 0);
}

static void test_another_meaning_of_the_marker(void **state)
{
    (void)state;
    assert_int_equal(run("all", 0, "something else"), 0);
}

/* As a debugger has it. */
static void test_programs_that_are_not_random(void **state)
{
    FILE *setting = fopen("/proc/sys/kernel/randomize_va_space", "re");

    (void)state;
    if (setting && getc(setting) == '0') {
        fclose(setting);
        skip();
    }
    if (setting)
        fclose(setting);
    assert_int_equal(run("plain", ADDR_NO_RANDOMIZE, NULL), 0);
}

static void test_an_executable_anywhere_is_refused(void **state)
{
    char *arguments[] = {"never", NULL};

    (void)state;
    assert_int_equal(hal_layout_prepare(arguments), HAL_EOPNOTSUPP);
    assert_null(getenv("NTIO_LAYOUT"));
}

static void test_a_process_that_made_no_room_has_no_ranges(void **state)
{
    struct hal_range ranges[16];

    (void)state;
    assert_int_equal(hal_layout_own(ranges, 16), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_everything_is_in_its_own_ranges),
        HAL_TEST(test_without_personality),
        HAL_TEST(test_the_personality_comes_back),
        HAL_TEST(test_a_second_run_is_the_last),
        HAL_TEST(test_another_meaning_of_the_marker),
        HAL_TEST(test_programs_that_are_not_random),
        HAL_TEST(test_an_executable_anywhere_is_refused),
        HAL_TEST(test_a_process_that_made_no_room_has_no_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
