/*
 * Pins: a process of the kernel's own starts with nothing but its channel, its end is told; and one
 * that gives its rights up has none afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

static void no_such_program(void **state)
{
    struct hal_child *child;
    struct hal_peer *peer;

    (void)state;
    setenv("NTIO_HOST", "/nowhere/ntio-host", 1);
    assert_int_equal(hal_child_start(&child, &peer, "ntio-host"), HAL_ENOENT);
}

static void check_end(const char *program, hal_u32 code)
{
    struct hal_child *child;
    struct hal_child_end end = {99, 99};
    struct hal_peer *peer;
    hal_u32 none = 0;
    char byte;

    setenv("NTIO_HOST", program, 1);
    assert_int_equal(hal_child_start(&child, &peer, "ntio-host"), HAL_OK);
    assert_int_not_equal(hal_child_process(child), 0);
    assert_int_equal(hal_receive(peer, &byte, 1, NULL, &none, HAL_FOREVER), 0);
    hal_child_wait(child, &end);
    assert_int_equal(end.signal, 0);
    assert_int_equal(end.code, code);
    hal_peer_close(peer);
}

static void its_end_is_told(void **state)
{
    (void)state;
    check_end("/bin/true", 0);
    check_end("/bin/false", 1);
}

/* ---- confined: what a process answers about itself is its exit code ------------------------ */

static int run_confined(int (*work)(void), int to_the_end)
{
    pid_t child = fork();
    int status;

    if (!child) {
        int error = hal_confine_begin(0);

        if (!error && to_the_end)
            error = hal_confine_end();
        _exit(error ? 100 : work());
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int refused(long answer)
{
    return answer < 0 && errno == EPERM;
}

/* The number of the first that was not refused, from 1; 0: all were. */
static int try_first(void)
{
    if (!refused(open("/tmp/ntio-confined", O_CREAT | O_WRONLY, 0600)))
        return 1;
    if (!refused(socket(AF_UNIX, SOCK_STREAM, 0)))
        return 2;
    if (!refused(fork()))
        return 3;
    if (!refused(kill(getppid(), 0)))
        return 4;
    if (!refused(execl("/bin/true", "true", NULL)))
        return 5;
    return geteuid() == 0 ? 6 : 0;
}

static int try_reading(void)
{
    return open("/dev/null", O_RDONLY) < 0;
}

static int try_reading_refused(void)
{
    return !refused(open("/dev/null", O_RDONLY));
}

static void rights_are_gone(void **state)
{
    (void)state;
    assert_int_equal(run_confined(try_first, 0), 0);
    assert_int_equal(run_confined(try_first, 1), 0);
}

static void files_are_read_until_the_end(void **state)
{
    (void)state;
    assert_int_equal(run_confined(try_reading, 0), 0);
    assert_int_equal(run_confined(try_reading_refused, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_such_program),
        cmocka_unit_test(its_end_is_told),
        cmocka_unit_test(rights_are_gone),
        cmocka_unit_test(files_are_read_until_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
