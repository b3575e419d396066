/*
 * Pins: a segment reaches another process with its size fixed, only as sealed memory; windows take
 * no address that is in use; a word in shared memory wakes waiters of other processes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

#define PAGE HAL_PAGE_SIZE

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif

static struct hal_segment *make_sealed(hal_u64 pages)
{
    struct hal_segment *segment;

    assert_int_equal(hal_segment_create(&segment, pages, "share"), HAL_OK);
    assert_int_equal(hal_segment_seal(segment), HAL_OK);
    return segment;
}

/* Addresses at which nothing is, and at which a sanitizer lets memory be. */
static hal_u64 find_free(hal_u64 pages)
{
    void *memory = mmap(NULL, pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    munmap(memory, pages * PAGE);
    return (hal_u64)memory;
}

static void test_mappings_are_the_same_memory(void **state)
{
    struct hal_segment *segment = make_sealed(4);
    void *all, *third;

    (void)state;
    assert_int_equal(hal_share(&all, segment, 0, 0), HAL_EINVAL);
    assert_int_equal(hal_share(&all, segment, 0, 5), HAL_EINVAL);
    assert_int_equal(hal_share(&all, segment, 4, 1), HAL_EINVAL);
    assert_int_equal(hal_share(&all, segment, ~0ull, 2), HAL_EINVAL);
    assert_int_equal(hal_share(&all, segment, 0, 4), HAL_OK);
    assert_int_equal(hal_share(&third, segment, 2, 1), HAL_OK);
    memcpy((char *)all + 2 * PAGE, "here", 5);
    assert_string_equal(third, "here");
    hal_unshare(third, 1);
    hal_segment_destroy(segment); /* what is mapped stays */
    assert_string_equal((char *)all + 2 * PAGE, "here");
    hal_unshare(all, 4);
}

static void test_size_is_fixed(void **state)
{
    struct hal_segment *open, *sealed = make_sealed(2);

    (void)state;
    assert_int_equal(hal_segment_create(&open, 2, "open"), HAL_OK);
    assert_int_equal(ftruncate(hal_segment_descriptor(open), 3 * PAGE), 0);
    assert_int_equal(ftruncate(hal_segment_descriptor(sealed), PAGE), -1);
    assert_int_equal(ftruncate(hal_segment_descriptor(sealed), 3 * PAGE), -1);
    assert_int_equal(fcntl(hal_segment_descriptor(sealed), F_ADD_SEALS, F_SEAL_WRITE), -1);
    assert_int_equal(hal_segment_discard(sealed, 0, 2), HAL_OK); /* holes are not size */
    hal_segment_destroy(open);
    hal_segment_destroy(sealed);
}

static int make_memory(unsigned flags, off_t bytes, int seals)
{
    int fd = memfd_create("test", flags | MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0) {
        assert_int_equal(ftruncate(fd, bytes), 0);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
    }
    return fd;
}

static void refuse(int descriptor, hal_u64 pages)
{
    struct hal_segment *segment = NULL;

    assert_true(descriptor >= 0);
    assert_int_equal(hal_segment_import(&segment, descriptor, pages), HAL_EINVAL);
    assert_null(segment);
    assert_int_equal(close(descriptor), 0); /* still the caller's */
}

static void test_import_takes_sealed_memory_only(void **state)
{
    enum { BOTH = F_SEAL_SHRINK | F_SEAL_GROW, ALL = BOTH | F_SEAL_SEAL };
    int good = make_memory(MFD_NOEXEC_SEAL, 2 * PAGE, ALL), huge;
    struct hal_segment *segment;
    char again[32];
    int pipes[2];

    (void)state;
    refuse(dup(good), 0);
    refuse(dup(good), 1);
    refuse(dup(good), 3);
    refuse(make_memory(0, 2 * PAGE, BOTH), 2);
    refuse(make_memory(0, 2 * PAGE, F_SEAL_SHRINK | F_SEAL_SEAL), 2);
    refuse(make_memory(0, 2 * PAGE, F_SEAL_GROW | F_SEAL_SEAL), 2);
    refuse(make_memory(0, 2 * PAGE, ALL | F_SEAL_WRITE), 2);
    refuse(make_memory(0, 2 * PAGE + 1, ALL), 2);
    snprintf(again, sizeof again, "/proc/self/fd/%d", good);
    refuse(open(again, O_RDONLY | O_CLOEXEC), 2);
    refuse(open("/dev/null", O_RDWR | O_CLOEXEC), 2);
    refuse(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), 2);
    assert_int_equal(pipe(pipes), 0);
    refuse(pipes[0], 2);
    refuse(pipes[1], 2);
    huge = make_memory(MFD_HUGETLB, 512 * PAGE, ALL);
    if (huge >= 0) /* -1 where Linux is built without */
        refuse(huge, 512);
    assert_int_equal(hal_segment_import(&segment, good, 2), HAL_OK);
    assert_int_equal(hal_segment_descriptor(segment), good);
    hal_segment_destroy(segment);
    assert_int_equal(close(good), -1); /* taken over */
}

static void test_windows(void **state)
{
    struct hal_segment *segment = make_sealed(4);
    hal_u64 address;
    void *shared;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_share(&shared, segment, 0, 4), HAL_OK);
    address = find_free(8);
    assert_int_equal(hal_window_open(address, segment, 3, 2, HAL_READ), HAL_EINVAL);
    assert_int_equal(hal_window_open(address + PAGE, segment, 2, 2, HAL_READ | HAL_WRITE), HAL_OK);
    memcpy((char *)shared + 3 * PAGE, "window", 7);
    assert_string_equal((char *)address + 2 * PAGE, "window");
    assert_int_equal(hal_window_open(address + 2 * PAGE, segment, 0, 1, HAL_READ), HAL_EEXIST);
    assert_int_equal(hal_window_open(address, segment, 0, 2, HAL_READ), HAL_EEXIST);
    assert_int_equal(hal_touch_read(address), HAL_EFAULT); /* nothing was half done */
    assert_string_equal((char *)address + 2 * PAGE, "window");
    assert_int_equal(hal_window_open(address + 5 * PAGE, segment, 0, 1, HAL_READ), HAL_OK);
    assert_int_equal(hal_touch_read(address + 5 * PAGE), HAL_OK);
    assert_int_equal(hal_touch_write(address + 5 * PAGE), HAL_EFAULT);
    assert_int_equal(hal_window_close(address, 8), HAL_OK);
    for (hal_u64 page = 0; page < 8; page++)
        assert_int_equal(hal_touch_read(address + page * PAGE), HAL_EFAULT);
    hal_unshare(shared, 4);
    hal_segment_destroy(segment);
}

static void test_windows_leave_system_space_alone(void **state)
{
    struct hal_segment *segment = make_sealed(1);
    hal_u64 end = HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_window_open(HAL_SYSTEM_BASE, segment, 0, 1, HAL_READ), HAL_EEXIST);
    assert_int_equal(hal_window_close(HAL_SYSTEM_BASE, 1), HAL_EINVAL);
    assert_int_equal(hal_window_close(HAL_SYSTEM_BASE - PAGE, 2), HAL_EINVAL);
    assert_int_equal(hal_window_close(end - PAGE, 2), HAL_EINVAL);
    assert_int_equal(hal_window_close(end, 1), HAL_OK);
    hal_segment_destroy(segment);
}

static void test_forked_children_do_not_have_it(void **state)
{
    struct hal_segment *segment = make_sealed(1);
    void *shared;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_share(&shared, segment, 0, 1), HAL_OK);
    child = fork();
    if (!child)
        _exit(hal_touch_read((hal_u64)shared) == HAL_EFAULT ? 5 : 6);
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 5);
    hal_unshare(shared, 1);
    hal_segment_destroy(segment);
}

/* In another process: maps the segment anew, finds the waiter, and tells it. */
static int answer(struct hal_segment *parents)
{
    struct hal_segment *segment;
    hal_u32 *words;
    void *shared;

    if (hal_segment_import(&segment, dup(hal_segment_descriptor(parents)), 2) ||
        hal_share(&shared, segment, 1, 1))
        return 2;
    words = shared;
    if (words[1] != 77)
        return 3;
    while (!hal_wake_shared(words, 1)) /* the word keeps its value: only a wake ends that wait */
        hal_yield();
    __atomic_store_n(&words[1], 78, __ATOMIC_RELEASE);
    hal_wake_shared(&words[1], ~0u);
    return 0;
}

static void test_another_process_wakes(void **state)
{
    struct hal_segment *segment = make_sealed(2);
    hal_u32 *words;
    void *shared;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(hal_share(&shared, segment, 1, 1), HAL_OK);
    words = shared;
    words[1] = 77;
    assert_int_equal(hal_wait_shared(words, 1, HAL_FOREVER), HAL_OK); /* it is another already */
    assert_int_equal(hal_wait_shared(words, 0, 0), HAL_ETIMEDOUT);
    assert_int_equal(hal_wake_shared(words, 1), 0);
    child = fork();
    if (!child)
        _exit(answer(segment));
    assert_int_equal(hal_wait_shared(words, 0, HAL_FOREVER), HAL_OK);
    while (__atomic_load_n(&words[1], __ATOMIC_ACQUIRE) == 77)
        hal_wait_shared(&words[1], 77, HAL_FOREVER);
    assert_int_equal(words[1], 78);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    hal_unshare(shared, 1);
    hal_segment_destroy(segment);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_mappings_are_the_same_memory),
        HAL_TEST(test_size_is_fixed),
        HAL_TEST(test_import_takes_sealed_memory_only),
        HAL_TEST(test_windows),
        HAL_TEST(test_windows_leave_system_space_alone),
        HAL_TEST(test_forked_children_do_not_have_it),
        HAL_TEST(test_another_process_wakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
