/*
 * Probes and guarded copies: which ranges of a caller pass, which status the
 * others get, and that a fault half way is an answer.
 */
#include "mm_test.h"

static const struct probe {
    ULONG64 address;
    SIZE_T bytes;
    ULONG alignment;
    NTSTATUS status;
} probes[] = {
    {0, 0, 1, STATUS_SUCCESS},
    {HAL_SYSTEM_BASE + 1, 0, 8, STATUS_SUCCESS}, /* no bytes: no check at all */
    {0x10001, 0, 8, STATUS_SUCCESS},
    {0x10001, 1, 1, STATUS_SUCCESS}, /* pages are not touched */
    {0x10001, 1, 2, STATUS_DATATYPE_MISALIGNMENT},
    {0x10002, 4, 4, STATUS_DATATYPE_MISALIGNMENT},
    {0x10004, 4, 4, STATUS_SUCCESS},
    {HAL_SYSTEM_BASE + 1, 8, 8, STATUS_DATATYPE_MISALIGNMENT},
    {HAL_SYSTEM_BASE, 8, 8, STATUS_ACCESS_VIOLATION},
    {HAL_SYSTEM_BASE - 8, 8, 8, STATUS_SUCCESS},
    {HAL_SYSTEM_BASE - 8, 9, 8, STATUS_ACCESS_VIOLATION},
    {HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE - 1, 1, 1, STATUS_ACCESS_VIOLATION},
    {HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE, 1, 1, STATUS_SUCCESS},
    {0x7FFFFFFFEFFF, 1, 1, STATUS_SUCCESS},
    {0x7FFFFFFFEFFF, 2, 1, STATUS_ACCESS_VIOLATION},
    {0x7FFFFFFFF000, 1, 1, STATUS_ACCESS_VIOLATION},
    {0x10000, MAXSIZE_T, 1, STATUS_ACCESS_VIOLATION},
    {~0ull, 1, 1, STATUS_ACCESS_VIOLATION},
    {~0ull, 2, 1, STATUS_ACCESS_VIOLATION},
};

static void check_probe_for_read(const struct probe *probe)
{
    PVOID address = (PVOID)probe->address;
    assert_int_equal(mm_probe_for_read(address, probe->bytes, probe->alignment), probe->status);
    assert_int_equal(RAISED_BY(ProbeForRead(address, probe->bytes, probe->alignment)),
                     probe->status);
}

static void test_probe_for_read(void **state)
{
    (void)state;
    for (ULONG index = 0; index < RTL_NUMBER_OF(probes); index++)
        check_probe_for_read(&probes[index]);
}

static void test_probe_for_write(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    memory[0] = 1;
    assert_int_equal(mm_probe_for_write(memory, 3 * PAGE_SIZE, 1), STATUS_SUCCESS);
    assert_int_equal(mm_probe_for_write(memory + 1, 1, 4), STATUS_DATATYPE_MISALIGNMENT);
    assert_int_equal(mm_probe_for_write(memory + 1, 0, 4), STATUS_SUCCESS);
    assert_int_equal(mm_probe_for_write((PVOID)HAL_SYSTEM_BASE, 1, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(hal_protect((hal_u64)memory + PAGE_SIZE, 1, HAL_READ), HAL_OK);
    assert_int_equal(mm_probe_for_write(memory, PAGE_SIZE, 1), STATUS_SUCCESS);
    assert_int_equal(mm_probe_for_write(memory, PAGE_SIZE + 1, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_probe_for_write(memory + 2 * PAGE_SIZE - 1, 2, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_probe_for_write(memory + 2 * PAGE_SIZE, 1, 1), STATUS_SUCCESS);
    assert_int_equal(RAISED_BY(ProbeForWrite(memory, 3 * PAGE_SIZE, 1)), STATUS_ACCESS_VIOLATION);
    assert_int_equal(RAISED_BY(ProbeForWrite(memory, PAGE_SIZE, 1)), STATUS_SUCCESS);
    assert_int_equal(memory[0], 1);
    program_memory_free(memory, 3);
}

static void test_copies(void **state)
{
    (void)state;
    static const SIZE_T sizes[] = {0, 1, 7, 16, 33, 64, 65, 1000, 1024, 4095, 4096, 4097, 8192};
    PUCHAR memory = program_memory(4);
    PUCHAR pool = ExAllocatePoolWithTag(NonPagedPoolNx, 3 * PAGE_SIZE, 'tseT');
    for (ULONG index = 0; index < RTL_NUMBER_OF(sizes); index++) {
        SIZE_T bytes = sizes[index];
        memset(memory, 0, 3 * PAGE_SIZE);
        for (SIZE_T byte = 0; byte < bytes; byte++)
            memory[byte + 3] = (UCHAR)(byte * 5 + 1);
        memset(pool, 0xCC, 3 * PAGE_SIZE);
        assert_int_equal(mm_copy_from_user(pool, memory + 3, bytes), STATUS_SUCCESS);
        assert_memory_equal(pool, memory + 3, bytes);
        assert_int_equal(pool[bytes], 0xCC);
        memset(memory, 0, 3 * PAGE_SIZE);
        assert_int_equal(mm_copy_to_user(memory + 3, pool, bytes), STATUS_SUCCESS);
        assert_memory_equal(pool, memory + 3, bytes);
        assert_int_equal(memory[bytes + 3], 0);
    }
    ExFreePoolWithTag(pool, 'tseT');
    program_memory_free(memory, 4);
}

static void test_copies_that_fail(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    PUCHAR pool = ExAllocatePoolWithTag(NonPagedPoolNx, 2 * PAGE_SIZE, 'tseT');
    assert_int_equal(hal_decommit((hal_u64)memory + PAGE_SIZE, 1), HAL_OK);
    assert_int_equal(hal_protect((hal_u64)memory + 2 * PAGE_SIZE, 1, HAL_READ), HAL_OK);

    assert_int_equal(mm_copy_from_user(pool, memory, PAGE_SIZE + 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_from_user(pool, memory + PAGE_SIZE, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_to_user(memory, pool, PAGE_SIZE + 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_to_user(memory + 2 * PAGE_SIZE, pool, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_from_user(pool, memory + 2 * PAGE_SIZE, 1), STATUS_SUCCESS);
    /* A kernel address is no caller's buffer, mapped or not. */
    assert_int_equal(mm_copy_from_user(pool, pool + PAGE_SIZE, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_to_user(pool, pool + PAGE_SIZE, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_from_user(pool, (PVOID)8, 1), STATUS_ACCESS_VIOLATION);
    assert_int_equal(mm_copy_from_user(pool, memory, MAXSIZE_T), STATUS_ACCESS_VIOLATION);
    ExFreePoolWithTag(pool, 'tseT');
    program_memory_free(memory, 3);
}

static void test_counting(void **state)
{
    (void)state;
    struct mm_statistics before = statistics();
    mm_count_copy(10, 0);
    mm_count_copy(0, 20);
    assert_int_equal(statistics().bytes_copied_in - before.bytes_copied_in, 10);
    assert_int_equal(statistics().bytes_copied_out - before.bytes_copied_out, 20);
}

static void test_addresses(void **state)
{
    (void)state;
    PUCHAR pool = ExAllocatePoolWithTag(NonPagedPoolNx, 100, 'tseT');
    PUCHAR memory = program_memory(1);
    assert_true(MmIsAddressValid(pool));
    assert_true(MmIsNonPagedSystemAddressValid(pool));
    assert_true(MmIsAddressValid(memory));
    assert_false(MmIsNonPagedSystemAddressValid(memory));
    assert_false(MmIsAddressValid(NULL));
    assert_false(MmIsAddressValid((PVOID)HAL_SYSTEM_BASE));
    assert_false(MmIsAddressValid((PVOID)MM_PTE_BASE));
    assert_int_equal(MmGetPhysicalAddress(NULL).QuadPart, 0);
    program_memory_free(memory, 1);
    assert_false(MmIsAddressValid(memory));
    ExFreePoolWithTag(pool, 'tseT');
}

static void test_routine_addresses(void **state)
{
    (void)state;
    UNICODE_STRING known = RTL_CONSTANT_STRING(L"MmSizeOfMdl");
    UNICODE_STRING unknown = RTL_CONSTANT_STRING(L"MmNoSuchRoutine");
    UNICODE_STRING foreign = RTL_CONSTANT_STRING(L"malloc");
    UNICODE_STRING internal = RTL_CONSTANT_STRING(L"mm_start");
    UNICODE_STRING none = {0};
    SIZE_T(NTAPI * size_of)(PVOID, SIZE_T) = MmGetSystemRoutineAddress(&known);
    assert_non_null(size_of);
    assert_int_equal(size_of(NULL, PAGE_SIZE), 56);
    assert_null(MmGetSystemRoutineAddress(&unknown));
    assert_null(MmGetSystemRoutineAddress(&foreign));
    assert_null(MmGetSystemRoutineAddress(&internal));
    assert_null(MmGetSystemRoutineAddress(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_probe_for_read),    MM_TEST(test_probe_for_write), MM_TEST(test_copies),
        MM_TEST(test_copies_that_fail),  MM_TEST(test_counting),        MM_TEST(test_addresses),
        MM_TEST(test_routine_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
