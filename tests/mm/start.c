/*
 * Starting and stopping the room a thousand times, with adopted pages that
 * outlive it, leaves no memory, mapping or open file behind.
 */
#include "mm_test.h"

extern int open(const char *path, int flags, ...);
extern SSIZE_T read(int fd, void *buffer, SIZE_T bytes);
extern int close(int fd);
extern int dup(int fd);

/* The lowest free descriptor: as high as there are others. */
static int free_descriptor(void)
{
    int fd = dup(2);
    close(fd);
    return fd;
}

static ULONG count_mappings(void)
{
    static char text[65536];
    ULONG lines = 0;
    SSIZE_T bytes;
    int fd = open("/proc/self/maps", 0);
    while ((bytes = read(fd, text, sizeof(text))) > 0) {
        for (SSIZE_T byte = 0; byte < bytes; byte++)
            lines += text[byte] == '\n';
    }
    close(fd);
    return lines;
}

static void start_and_stop(PUCHAR memory, ULONG round)
{
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    assert_int_equal(mm_adopt(mm_own_space(), (ULONG64)memory, 4, MM_READ | MM_WRITE),
                     hal_adopt_available(&(const char *){NULL}) ? STATUS_SUCCESS
                                                                : STATUS_NOT_SUPPORTED);
    assert_int_equal(memory[0], (UCHAR)round);
    memory[0]++;
    PFN_NUMBER frames = mm_allocate_frames(20, 1, TRUE);
    PVOID special = mm_special_allocate(1);
    mm_special_free(special, 1);
    mm_free_frames(frames, 20);
    mm_stop();
    hal_stop();
    assert_int_equal(memory[0], (UCHAR)(round + 1));
}

static void test_a_thousand_times(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(4);
    memory[0] = 0;
    for (ULONG round = 0; round < 10; round++)
        start_and_stop(memory, round);
    int fd = free_descriptor();
    ULONG mappings = count_mappings();
    hal_u64 resident = hal_resident_bytes();
    for (ULONG round = 10; round < 1000; round++)
        start_and_stop(memory, round);
    assert_int_equal(free_descriptor(), fd);
    assert_in_range(count_mappings(), 0, mappings + 4);
    if (RESIDENT_IS_OURS)
        assert_in_range(hal_resident_bytes(), 0, resident + 1024 * 1024);
    program_memory_free(memory, 4);
}

static void test_idle_is_small(void **state)
{
    (void)state;
    hal_u64 before = hal_resident_bytes();
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(mm_start(), STATUS_SUCCESS);
    if (RESIDENT_IS_OURS)
        assert_in_range(hal_resident_bytes(), 0, before + 1024 * 1024);
    mm_stop();
    hal_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle_is_small),
        cmocka_unit_test(test_a_thousand_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
