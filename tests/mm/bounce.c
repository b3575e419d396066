/*
 * Bounce buffers, with NTIO_NO_ADOPTION set: a driver sees the same MDL, flags
 * and data, and what it wrote is in the program's buffer after the unlock.
 */
#include "mm_test.h"

extern int setenv(const char *name, const char *value, int overwrite);

static void test_read_for_a_driver(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    for (SIZE_T byte = 0; byte < 3 * PAGE_SIZE; byte++)
        memory[byte] = (UCHAR)(byte * 3);
    PMDL mdl = lock_range(memory + 100, 2 * PAGE_SIZE, UserMode, IoReadAccess);
    assert_int_equal(mdl->MdlFlags, MDL_PAGES_LOCKED | MDL_ALLOCATED_FIXED_SIZE);
    assert_ptr_equal(mdl->Process, ke_current()->process);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    assert_int_equal((ULONG64)mapped % PAGE_SIZE, 100);
    assert_memory_equal(mapped - 100, memory, 3 * PAGE_SIZE);
    assert_int_equal(mm_frame_of((ULONG64)memory), 0);

    /* Locked for reading only: what the driver writes is nobody's. */
    mapped[0] = (UCHAR)~mapped[0];
    UCHAR expected = memory[100];
    unlock_and_free(mdl);
    assert_int_equal(memory[100], expected);
    program_memory_free(memory, 3);
}

static void test_write_comes_back(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(4);
    memset(memory, 1, 4 * PAGE_SIZE);
    ULONG64 bounced = statistics().pages_bounced;
    PMDL mdl = lock_range(memory + PAGE_SIZE - 1, PAGE_SIZE + 2, UserMode, IoWriteAccess);
    assert_int_equal(statistics().pages_bounced - bounced, 3);
    assert_int_equal(mdl->MdlFlags,
                     MDL_PAGES_LOCKED | MDL_WRITE_OPERATION | MDL_ALLOCATED_FIXED_SIZE);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    memset(mapped, 2, PAGE_SIZE + 2);
    mapped[-1] = 3; /* beside the buffer: not the driver's to write */
    assert_int_equal(memory[PAGE_SIZE], 1);
    MmUnlockPages(mdl);
    assert_int_equal(mdl->MdlFlags, MDL_ALLOCATED_FIXED_SIZE);
    IoFreeMdl(mdl);
    for (SIZE_T byte = 0; byte < 4 * PAGE_SIZE; byte++)
        assert_int_equal(memory[byte], byte >= PAGE_SIZE - 1 && byte < 2 * PAGE_SIZE + 1 ? 2 : 1);
    program_memory_free(memory, 4);
}

static void test_failures(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    assert_int_equal(hal_decommit((hal_u64)memory + 2 * PAGE_SIZE, 1), HAL_OK);
    assert_int_equal(hal_protect((hal_u64)memory + PAGE_SIZE, 1, HAL_READ), HAL_OK);
    ULONG64 before = statistics().frames_in_use;
    assert_lock_fails(memory, PAGE_SIZE + 1, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);
    assert_lock_fails(memory, 2 * PAGE_SIZE + 1, UserMode, IoReadAccess, STATUS_ACCESS_VIOLATION);
    assert_lock_fails((PVOID)8, 8, UserMode, IoReadAccess, STATUS_ACCESS_VIOLATION);
    unlock_and_free(lock_range(memory, 2 * PAGE_SIZE, UserMode, IoReadAccess));
    assert_in_range(statistics().frames_in_use, before, before + 32); /* the pool's own */
    program_memory_free(memory, 3);
}

static void test_partial_and_advanced(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    PMDL mdl = lock_range(memory, 3 * PAGE_SIZE, UserMode, IoWriteAccess);
    PMDL partial = IoAllocateMdl(memory, PAGE_SIZE, FALSE, FALSE, NULL);
    IoBuildPartialMdl(mdl, partial, memory + 2 * PAGE_SIZE, 10);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(partial, NormalPagePriority);
    mapped[0] = 55;
    IoFreeMdl(partial);
    mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    mapped[0] = 44;
    assert_int_equal(MmAdvanceMdl(mdl, PAGE_SIZE + 5), STATUS_SUCCESS);
    unlock_and_free(mdl);
    assert_int_equal(memory[0], 44);
    assert_int_equal(memory[2 * PAGE_SIZE], 55);
    assert_int_equal(ke_current()->process->locked_pages, 0);
    program_memory_free(memory, 3);
}

static void test_buffer_unmapped_before_the_unlock(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    PMDL mdl = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    program_memory_free(memory, 2);
    memset(mapped, 3, 2 * PAGE_SIZE);
    unlock_and_free(mdl);
}

/* Many at once, unlocked in another order. */
static void test_many(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    PMDL mdls[COUNT];
    PUCHAR memory = program_memory(COUNT);
    for (ULONG index = 0; index < COUNT; index++) {
        mdls[index] = lock_range(memory + index * PAGE_SIZE, 8, UserMode, IoWriteAccess);
        *(ULONG64 *)MmGetSystemAddressForMdlSafe(mdls[index], NormalPagePriority) = index + 1;
    }
    for (ULONG index = 0; index < COUNT; index++)
        unlock_and_free(mdls[index * 7 % COUNT]);
    for (ULONG index = 0; index < COUNT; index++)
        assert_int_equal(*(ULONG64 *)(memory + index * PAGE_SIZE), index + 1);
    program_memory_free(memory, COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_read_for_a_driver),
        MM_TEST(test_write_comes_back),
        MM_TEST(test_failures),
        MM_TEST(test_partial_and_advanced),
        MM_TEST(test_many),
        MM_TEST(test_buffer_unmapped_before_the_unlock),
    };
    setenv("NTIO_NO_ADOPTION", "1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
