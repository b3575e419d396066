/* Pins: segments show the same memory at every address that they are mapped at. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hal_cmocka.h"

#define PAGE HAL_PAGE_SIZE
#define FIRST ((volatile unsigned char *)HAL_SYSTEM_BASE)
#define SECOND ((volatile unsigned char *)(HAL_SYSTEM_BASE + 0x10000000))

static void test_mappings_alias(void **state)
{
    struct hal_segment *segment;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_segment_create(&segment, 16, "test"), HAL_OK);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 0, 16, HAL_READ | HAL_WRITE), HAL_OK);
    assert_int_equal(hal_map((hal_u64)SECOND, segment, 4, 2, HAL_READ | HAL_WRITE), HAL_OK);
    assert_int_equal(FIRST[4 * PAGE], 0);
    FIRST[4 * PAGE + 1] = 11;
    SECOND[PAGE + 2] = 22;
    assert_int_equal(SECOND[1], 11);
    assert_int_equal(FIRST[5 * PAGE + 2], 22);
    hal_segment_destroy(segment);
    assert_int_equal(FIRST[5 * PAGE + 2], 22); /* what is mapped stays */
}

static void test_discarded_frames_are_zero(void **state)
{
    struct hal_segment *segment;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_segment_create(&segment, 4, "test"), HAL_OK);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 0, 4, HAL_READ | HAL_WRITE), HAL_OK);
    memset((void *)FIRST, 7, 4 * PAGE);
    assert_int_equal(hal_segment_discard(segment, 1, 2), HAL_OK);
    assert_int_equal(FIRST[PAGE - 1], 7);
    assert_int_equal(FIRST[PAGE], 0);
    assert_int_equal(FIRST[3 * PAGE - 1], 0);
    assert_int_equal(FIRST[3 * PAGE], 7);
    assert_int_equal(hal_segment_discard(segment, 3, 2), HAL_EINVAL);
    assert_int_equal(hal_segment_discard(segment, 4, 0), HAL_OK);
    hal_segment_destroy(segment);
}

static void test_limits_of_a_segment(void **state)
{
    struct hal_segment *segment;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_segment_create(&segment, 0, "test"), HAL_EINVAL);
    assert_int_equal(hal_segment_create(&segment, 4, "test"), HAL_OK);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 3, 2, HAL_READ), HAL_EINVAL);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 4, 1, HAL_READ), HAL_EINVAL);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 0, 0, HAL_READ), HAL_EINVAL);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 3, 1, HAL_READ), HAL_OK);
    hal_segment_destroy(segment);
}

static void test_protection(void **state)
{
    struct hal_segment *segment;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_segment_create(&segment, 2, "test"), HAL_OK);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 0, 2, HAL_READ), HAL_OK);
    assert_int_equal(hal_touch_write((hal_u64)FIRST), HAL_EFAULT);
    assert_int_equal(hal_touch_read((hal_u64)FIRST), HAL_OK);
    assert_int_equal(hal_protect((hal_u64)FIRST, 1, HAL_READ | HAL_WRITE), HAL_OK);
    assert_int_equal(hal_touch_write((hal_u64)FIRST), HAL_OK);
    assert_int_equal(hal_touch_write((hal_u64)FIRST + PAGE), HAL_EFAULT);
    assert_int_equal(hal_unmap((hal_u64)FIRST, 1), HAL_OK);
    assert_int_equal(hal_touch_read((hal_u64)FIRST), HAL_EFAULT);
    assert_int_equal(hal_touch_read((hal_u64)FIRST + PAGE), HAL_OK);
    hal_segment_destroy(segment);
}

static void test_query(void **state)
{
    struct hal_segment *segment;
    int protection;
    hal_u64 end;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_segment_create(&segment, 8, "test"), HAL_OK);
    assert_int_equal(hal_map((hal_u64)FIRST, segment, 0, 8, HAL_READ | HAL_WRITE), HAL_OK);
    assert_int_equal(hal_query((hal_u64)FIRST + 3 * PAGE + 5, &protection, &end), HAL_OK);
    assert_int_equal(protection, HAL_READ | HAL_WRITE);
    assert_int_equal(end, (hal_u64)FIRST + 8 * PAGE);
    assert_int_equal(hal_query((hal_u64)FIRST + 8 * PAGE, &protection, &end), HAL_OK);
    assert_int_equal(protection, HAL_NOACCESS);
    assert_int_equal(hal_query((hal_u64)test_query, &protection, &end), HAL_OK);
    assert_int_equal(protection, HAL_READ | HAL_EXECUTE);
    assert_int_equal(hal_query(0, &protection, &end), HAL_EFAULT);
    assert_int_equal(hal_query(0x7ffffffff000, &protection, &end), HAL_EFAULT);
    hal_segment_destroy(segment);
}

static void test_program_memory(void **state)
{
    hal_u64 address = 0, again;
    volatile unsigned char *bytes;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_reserve(&address, 4), HAL_OK);
    bytes = (volatile unsigned char *)address;
    again = address;
    assert_int_equal(hal_reserve(&again, 1), HAL_EEXIST);
    assert_int_equal(hal_touch_read(address), HAL_EFAULT);
    assert_int_equal(hal_commit(address + PAGE, 2, HAL_READ | HAL_WRITE), HAL_OK);
    assert_int_equal(hal_touch_read(address), HAL_EFAULT);
    assert_int_equal(bytes[PAGE], 0);
    bytes[PAGE] = 1;
    bytes[2 * PAGE] = 2;
    assert_int_equal(hal_touch_read(address + 3 * PAGE), HAL_EFAULT);
    assert_int_equal(hal_decommit(address + PAGE, 1), HAL_OK);
    assert_int_equal(hal_touch_read(address + PAGE), HAL_EFAULT);
    assert_int_equal(bytes[2 * PAGE], 2);
    assert_int_equal(hal_commit(address + PAGE, 1, HAL_READ), HAL_OK);
    assert_int_equal(bytes[PAGE], 0);
    assert_int_equal(hal_touch_write(address + PAGE), HAL_EFAULT);
    assert_int_equal(hal_release(address, 4), HAL_OK);
    assert_int_equal(hal_reserve(&address, 4), HAL_OK);
    assert_int_equal(hal_release(address, 4), HAL_OK);
}

static void test_system_space_taken(void **state)
{
    void *taken = mmap((void *)(HAL_SYSTEM_BASE + 0x1000000), PAGE, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    (void)state;
    assert_ptr_not_equal(taken, MAP_FAILED);
    assert_int_equal(hal_start(), HAL_EEXIST);
    munmap(taken, PAGE);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_start(), HAL_EBUSY);
}

static void test_resident_bytes(void **state)
{
    hal_u64 before, bytes = 64ull << 20;
    char *memory;

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    before = hal_resident_bytes();
    assert_true(before > 0);
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 1, bytes);
    assert_true(hal_resident_bytes() >= before + bytes / 2);
    munmap(memory, bytes);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HAL_TEST(test_mappings_alias),
        HAL_TEST(test_discarded_frames_are_zero),
        HAL_TEST(test_limits_of_a_segment),
        HAL_TEST(test_protection),
        HAL_TEST(test_query),
        HAL_TEST(test_program_memory),
        HAL_TEST(test_system_space_taken),
        HAL_TEST(test_resident_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
