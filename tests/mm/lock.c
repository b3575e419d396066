/*
 * Probe and lock: flags and accounting of a lock, every range that must be
 * refused, and the misuses that stop the system.
 */
#include "mm_test.h"

static void test_flags_of_a_lock(void **state)
{
    (void)state;
    static const struct {
        LOCK_OPERATION operation;
        CSHORT flags;
    } cases[] = {{IoReadAccess, MDL_PAGES_LOCKED},
                 {IoWriteAccess, MDL_PAGES_LOCKED | MDL_WRITE_OPERATION},
                 {IoModifyAccess, MDL_PAGES_LOCKED | MDL_WRITE_OPERATION}};
    PKPROCESS process = ke_current()->process;
    PUCHAR memory = program_memory(3);
    for (ULONG index = 0; index < RTL_NUMBER_OF(cases); index++) {
        LONG before = process->locked_pages;
        PMDL mdl = lock_range(memory + 1, 2 * PAGE_SIZE, UserMode, cases[index].operation);
        assert_int_equal(mdl->MdlFlags, cases[index].flags | MDL_ALLOCATED_FIXED_SIZE);
        assert_ptr_equal(mdl->Process, process);
        assert_int_equal(process->locked_pages, before + 3);
        assert_non_null(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority));
        MmUnlockPages(mdl);
        assert_int_equal(mdl->MdlFlags, MDL_ALLOCATED_FIXED_SIZE);
        assert_int_equal(process->locked_pages, before);
        IoFreeMdl(mdl);
    }
    program_memory_free(memory, 3);
}

/* One page, two, and three around a buffer of three pages. */
static void test_edges_of_mapped_memory(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(5);
    assert_int_equal(hal_decommit((hal_u64)memory, 1), HAL_OK);
    assert_int_equal(hal_decommit((hal_u64)memory + 4 * PAGE_SIZE, 1), HAL_OK);
    PUCHAR low = memory + PAGE_SIZE;
    ULONG size = 3 * PAGE_SIZE;

    for (LOCK_OPERATION operation = IoReadAccess; operation <= IoModifyAccess; operation++) {
        assert_lock_fails(low - 1, 1, UserMode, operation, STATUS_ACCESS_VIOLATION);
        assert_lock_fails(low - 1, 2, UserMode, operation, STATUS_ACCESS_VIOLATION);
        assert_lock_fails(low, size + 1, UserMode, operation, STATUS_ACCESS_VIOLATION);
        assert_lock_fails(low + size, 1, UserMode, operation, STATUS_ACCESS_VIOLATION);
        assert_lock_fails(low + size - 1, 2, KernelMode, operation, STATUS_ACCESS_VIOLATION);
        unlock_and_free(lock_range(low, size - 1, UserMode, operation));
        unlock_and_free(lock_range(low, size, UserMode, operation));
        unlock_and_free(lock_range(low + size - 1, 1, UserMode, operation));
        unlock_and_free(lock_range(low, 1, KernelMode, operation));
    }
    program_memory_free(memory, 5);
}

static void test_addresses_that_lie(void **state)
{
    (void)state;
    PVOID pool = ExAllocatePoolWithTag(NonPagedPoolNx, 100, 'tseT');
    static const struct {
        ULONG64 address;
        ULONG bytes;
    } ranges[] = {
        {0, 1},
        {0x10000, 16},
        {~0ull, 1},
        {~0ull - 4095, PAGE_SIZE},
        {~0ull - 15, 0x100},        /* wraps */
        {0x7FFFFFFFF000ull - 1, 2}, /* leaves user space */
        {0x7FFFFFFFF000ull, 1},
        {0x800000000000ull, 1}, /* not canonical */
        {0xFFFF800000000000ull, PAGE_SIZE},
        {HAL_SYSTEM_BASE - PAGE_SIZE, 2 * PAGE_SIZE}, /* into system space */
        {HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE - 1, 2},   /* and out of it */
        {HAL_SYSTEM_BASE, 1},                         /* frame 0 */
        {MM_PTE_BASE + 0x100000, 1},                  /* a window that is not there */
        {MM_SPECIAL_BASE + 0x100000, 1},
    };
    for (ULONG range = 0; range < RTL_NUMBER_OF(ranges); range++) {
        PVOID address = (PVOID)ranges[range].address;
        assert_lock_fails(address, ranges[range].bytes, UserMode, IoReadAccess,
                          STATUS_ACCESS_VIOLATION);
        assert_lock_fails(address, ranges[range].bytes, KernelMode, IoReadAccess,
                          STATUS_ACCESS_VIOLATION);
    }
    assert_lock_fails(pool, 100, UserMode, IoReadAccess, STATUS_ACCESS_VIOLATION);
    unlock_and_free(lock_range(pool, 100, KernelMode, IoReadAccess));
    ExFreePoolWithTag(pool, 'tseT');
}

static void test_read_only_memory(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    memory[PAGE_SIZE] = 42;
    assert_int_equal(hal_protect((hal_u64)memory + PAGE_SIZE, 1, HAL_READ), HAL_OK);
    assert_lock_fails(memory + PAGE_SIZE, 1, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);
    assert_lock_fails(memory, 3 * PAGE_SIZE, UserMode, IoModifyAccess, STATUS_ACCESS_VIOLATION);

    PMDL mdl = lock_range(memory, 3 * PAGE_SIZE, UserMode, IoReadAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    assert_int_equal(mapped[PAGE_SIZE], 42);
    unlock_and_free(mdl);
    assert_lock_fails(memory, 3 * PAGE_SIZE, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);

    /* It may become writable, and that shows at the next lock. */
    assert_int_equal(hal_protect((hal_u64)memory + PAGE_SIZE, 1, HAL_READ | HAL_WRITE), HAL_OK);
    unlock_and_free(lock_range(memory, 3 * PAGE_SIZE, UserMode, IoWriteAccess));
    assert_int_equal(memory[PAGE_SIZE], 42);
    program_memory_free(memory, 3);
}

static void test_protection_changed_after_adoption(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    unlock_and_free(lock_range(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess));
    assert_int_equal(hal_protect((hal_u64)memory, 2, HAL_READ), HAL_OK);
    mm_forget_access((ULONG64)memory, 2);
    assert_lock_fails(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);
    unlock_and_free(lock_range(memory, 2 * PAGE_SIZE, UserMode, IoReadAccess));
    assert_int_equal(hal_protect((hal_u64)memory, 2, HAL_NOACCESS), HAL_OK);
    mm_forget_access((ULONG64)memory, 2);
    assert_lock_fails(memory, 2 * PAGE_SIZE, UserMode, IoReadAccess, STATUS_ACCESS_VIOLATION);
    program_memory_free(memory, 2);
}

static void protect(PVOID memory, ULONG protection)
{
    SIZE_T size = PAGE_SIZE;
    ULONG previous = 0;
    assert_int_equal(NtProtectVirtualMemory((HANDLE)-1, &memory, &size, protection, &previous),
                     STATUS_SUCCESS);
}

static void test_protection_changed_by_the_program(void **state)
{
    (void)state;
    PVOID memory = NULL;
    SIZE_T size = PAGE_SIZE, none = 0;
    assert_int_equal(NtAllocateVirtualMemory((HANDLE)-1, &memory, 0, &size,
                                             MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
                     STATUS_SUCCESS);
    unlock_and_free(lock_range(memory, PAGE_SIZE, UserMode, IoWriteAccess));
    protect(memory, PAGE_READONLY);
    assert_lock_fails(memory, PAGE_SIZE, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);
    unlock_and_free(lock_range(memory, PAGE_SIZE, UserMode, IoReadAccess));
    protect(memory, PAGE_READWRITE);
    unlock_and_free(lock_range(memory, PAGE_SIZE, UserMode, IoWriteAccess));
    assert_int_equal(NtFreeVirtualMemory((HANDLE)-1, &memory, &none, MEM_RELEASE), STATUS_SUCCESS);
}

static void test_no_access(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(1);
    assert_int_equal(hal_protect((hal_u64)memory, 1, HAL_NOACCESS), HAL_OK);
    assert_lock_fails(memory, 1, UserMode, IoReadAccess, STATUS_ACCESS_VIOLATION);
    program_memory_free(memory, 1);
}

static void test_code_is_readable_only(void **state)
{
    (void)state;
    PVOID code = (PVOID)(ULONG_PTR)test_code_is_readable_only;
    assert_lock_fails(code, 16, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);
    PMDL mdl = lock_range(code, 16, UserMode, IoReadAccess);
    assert_memory_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), code, 16);
    unlock_and_free(mdl);
}

static void test_no_bytes(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(1);
    PMDL mdl = lock_range(memory, 0, UserMode, IoWriteAccess);
    assert_int_equal(mdl->MdlFlags & MDL_PAGES_LOCKED, MDL_PAGES_LOCKED);
    assert_null(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority));
    unlock_and_free(mdl);
    program_memory_free(memory, 1);
}

static void test_locks_count(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    PMDL first = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoReadAccess);
    PMDL second = lock_range(memory + PAGE_SIZE, PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(second, NormalPagePriority);
    unlock_and_free(first);
    mapped[0] = 99;
    unlock_and_free(second);
    assert_int_equal(memory[PAGE_SIZE], 99);
    program_memory_free(memory, 2);
}

static void test_pool(void **state)
{
    (void)state;
    PKPROCESS process = ke_current()->process;
    LONG before = process->locked_pages;
    PUCHAR pool = ExAllocatePoolWithTag(NonPagedPoolNx, 2 * PAGE_SIZE, 'tseT');
    PMDL mdl = lock_range(pool + 9, PAGE_SIZE, KernelMode, IoWriteAccess);
    assert_null(mdl->Process);
    assert_int_equal(process->locked_pages, before);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    assert_ptr_equal(mapped, pool + 9);

    /* A system mapping of the program's pages is a buffer like any other to a lower driver. */
    PUCHAR memory = program_memory(2);
    PMDL upper = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR window = MmGetSystemAddressForMdlSafe(upper, NormalPagePriority | MdlMappingNoWrite);
    PMDL lower = lock_range(window + 5, PAGE_SIZE, KernelMode, IoReadAccess);
    assert_memory_equal(MmGetMdlPfnArray(lower), MmGetMdlPfnArray(upper), 2 * sizeof(PFN_NUMBER));
    unlock_and_free(lower);
    unlock_and_free(upper);
    program_memory_free(memory, 2);
    unlock_and_free(mdl);
    ExFreePoolWithTag(pool, 'tseT');
}

static void test_raising(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(1);
    PMDL good = IoAllocateMdl(memory, PAGE_SIZE, FALSE, FALSE, NULL);
    PMDL bad = IoAllocateMdl((PVOID)8, 8, FALSE, FALSE, NULL);
    assert_int_equal(RAISED_BY(MmProbeAndLockPages(bad, UserMode, IoReadAccess)),
                     STATUS_ACCESS_VIOLATION);
    assert_int_equal(bad->MdlFlags & MDL_PAGES_LOCKED, 0);
    assert_int_equal(RAISED_BY(MmProbeAndLockPages(good, UserMode, IoReadAccess)), STATUS_SUCCESS);
    unlock_and_free(good);
    IoFreeMdl(bad);
    program_memory_free(memory, 1);
}

static void test_unlock_of_what_is_not_locked(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(1);
    PMDL mdl = lock_range(memory, 1, UserMode, IoReadAccess);
    MmUnlockPages(mdl);
    ASSERT_BUGCHECK(MmUnlockPages(mdl), PROCESS_HAS_LOCKED_PAGES);
    assert_int_equal(mm_test_bugcheck.parameters[0], 1);
    assert_ptr_equal(mm_test_bugcheck.parameters[1], mdl);
    assert_int_equal(mm_test_bugcheck.parameters[2], 0);
    IoFreeMdl(mdl);
    program_memory_free(memory, 1);
}

static void test_frames_unlocked_too_often(void **state)
{
    (void)state;
    PVOID pool = ExAllocatePoolWithTag(NonPagedPoolNx, PAGE_SIZE, 'tseT');
    PMDL mdl = lock_range(pool, 1, KernelMode, IoReadAccess);
    MmUnlockPages(mdl);
    mdl->MdlFlags |= MDL_PAGES_LOCKED;
    ASSERT_BUGCHECK(MmUnlockPages(mdl), PFN_LIST_CORRUPT);
    assert_int_equal(mm_test_bugcheck.parameters[0], 7);
    assert_int_equal(mm_test_bugcheck.parameters[1], MmGetMdlPfnArray(mdl)[0]);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(pool, 'tseT');
}

static void test_irql(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(1);
    PMDL mdl = IoAllocateMdl(memory, 1, FALSE, FALSE, NULL);
    KIRQL irql = KeRaiseIrqlToDpcLevel();
    ASSERT_BUGCHECK(MmProbeAndLockPages(mdl, UserMode, IoReadAccess), IRQL_NOT_LESS_OR_EQUAL);
    assert_int_equal(mm_probe_and_lock(mdl, KernelMode, IoReadAccess), STATUS_SUCCESS);
    MmUnlockPages(mdl);
    KeLowerIrql(irql);
    IoFreeMdl(mdl);
    program_memory_free(memory, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_flags_of_a_lock),
        MM_TEST(test_edges_of_mapped_memory),
        MM_TEST(test_addresses_that_lie),
        MM_TEST(test_read_only_memory),
        MM_TEST(test_protection_changed_after_adoption),
        MM_TEST(test_protection_changed_by_the_program),
        MM_TEST(test_no_access),
        MM_TEST(test_code_is_readable_only),
        MM_TEST(test_no_bytes),
        MM_TEST(test_locks_count),
        MM_TEST(test_pool),
        MM_TEST(test_raising),
        MM_TEST(test_unlock_of_what_is_not_locked),
        MM_TEST(test_frames_unlocked_too_often),
        MM_TEST(test_irql),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
