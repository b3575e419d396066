/* Pins: hal can be started and stopped any number of times and gives everything back. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "hal_cmocka.h"

#define TIMES 1000

/* ThreadSanitizer makes mappings of its own as it goes. */
#if defined(__SANITIZE_THREAD__)
#define HAS_SHADOW 1
#elif defined(__has_feature)
#define HAS_SHADOW __has_feature(thread_sanitizer)
#else
#define HAS_SHADOW 0
#endif

static int count_entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static int count_mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "re");
    int count = 0, letter;

    assert_non_null(file);
    while ((letter = getc(file)) != EOF)
        count += letter == '\n';
    fclose(file);
    return count;
}

struct usage {
    int files, threads, mappings;
};

static struct usage measure(void)
{
    return (struct usage){count_entries("/proc/self/fd"), count_entries("/proc/self/task"),
                          count_mappings()};
}

static void use_all(unsigned char *memory)
{
    unsigned char buffer[HAL_PAGE_SIZE];
    hal_u64 stack = (hal_u64)buffer & ~(HAL_PAGE_SIZE - 1);
    struct hal_segment *segment;
    const char *why;

    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_fault_prepare_thread(), HAL_OK);
    assert_int_equal(hal_segment_create(&segment, 64, "test"), HAL_OK);
    assert_int_equal(hal_map(HAL_SYSTEM_BASE, segment, 0, 64, HAL_READ | HAL_WRITE), HAL_OK);
    if (hal_adopt_available(&why)) {
        buffer[0] = 9;
        memory[0]++;
        assert_int_equal(hal_adopt((hal_u64)memory, 2, segment, 1, 1), HAL_OK);
        assert_int_equal(hal_adopt(stack, 1, segment, 3, 1), HAL_OK);
        memory[0]++;
        assert_int_equal(buffer[0], 9);
    }
    assert_int_equal(hal_touch_read(8), HAL_EFAULT);
    hal_segment_destroy(segment);
    hal_stop();
}

static void test_start_and_stop(void **state)
{
    unsigned char *memory =
        mmap(NULL, 2 * HAL_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct usage before, after;

    (void)state;
    use_all(memory); /* what libc makes once */
    use_all(memory);
    before = measure();
    for (int i = 0; i < TIMES; i++)
        use_all(memory);
    after = measure();
    assert_int_equal(after.files, before.files);
    assert_int_equal(after.threads, before.threads);
    if (!HAS_SHADOW)
        assert_true(after.mappings <= before.mappings + 4);
    munmap(memory, 2 * HAL_PAGE_SIZE);
}

/* The segment is left to the stop: what was adopted is the program's own again. */
static void test_stop_returns_pages(void **state)
{
    unsigned char *memory =
        mmap(NULL, HAL_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct hal_segment *segment;
    const char *why;

    (void)state;
    memory[0] = 3;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(hal_start(), HAL_OK);
        if (!hal_adopt_available(&why)) {
            hal_stop();
            skip();
        }
        assert_int_equal(hal_segment_create(&segment, 64, "test"), HAL_OK);
        assert_int_equal(hal_map(HAL_SYSTEM_BASE, segment, 0, 64, HAL_READ | HAL_WRITE), HAL_OK);
        assert_int_equal(hal_adopt((hal_u64)memory, 1, segment, 1, 1), HAL_OK);
        assert_int_equal(*(unsigned char *)(HAL_SYSTEM_BASE + HAL_PAGE_SIZE), 3);
        hal_stop();
        hal_segment_destroy(segment);
    }
    assert_int_equal(memory[0], 3);
    munmap(memory, HAL_PAGE_SIZE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_start_and_stop),
        HAL_TEST(test_stop_returns_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
