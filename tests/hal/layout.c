/*
 * Pins: a kernel process that is linked for it has its memory in its own ranges alone, after
 * running itself anew exactly once; any other is told so. parts/layout_process.c is such a process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

/* Runs it, with a personality, or -1 for this one's; returns its exit code. */
static int run(const char *how, int asked, const char *marker)
{
    pid_t child = fork();
    int status;

    if (!child) {
        if (asked >= 0)
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

static void test_the_personality_comes_back(void **state)
{
    (void)state;
    assert_int_equal(run("personality", 0, NULL), 0);
    assert_int_equal(run("personality", ADDR_NO_RANDOMIZE | STICKY_TIMEOUTS, NULL), 0);
}

static void test_a_second_run_is_the_last(void **state)
{
    (void)state;
    assert_int_equal(run("refused", 0, "0"), 0);
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
        HAL_TEST(test_the_personality_comes_back),
        HAL_TEST(test_a_second_run_is_the_last),
        HAL_TEST(test_an_executable_anywhere_is_refused),
        HAL_TEST(test_a_process_that_made_no_room_has_no_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
