/*
 * Mappings: the direct map and windows, their protection, views for the
 * program, and what unmapping the wrong thing does.
 */
#include "mm_test.h"

static void test_consecutive_frames_need_no_window(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(64);
    PMDL mdl = lock_range(memory + 3, 63 * PAGE_SIZE, UserMode, IoWriteAccess);
    ULONG64 windows = statistics().windows_mapped;
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    assert_ptr_equal(mapped, (PUCHAR)mm_frame_address(MmGetMdlPfnArray(mdl)[0]) + 3);
    assert_int_equal(statistics().windows_mapped, windows);
    assert_int_equal(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA, MDL_MAPPED_TO_SYSTEM_VA);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), mapped);
    assert_ptr_equal(
        MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority),
        mapped);
    MmUnmapLockedPages(mapped, mdl);
    assert_int_equal(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA, 0);
    unlock_and_free(mdl);
    program_memory_free(memory, 64);
}

/* Frames in any order: those of two allocations, crossed. */
static void test_scattered_frames_get_a_window(void **state)
{
    (void)state;
    PFN_NUMBER first = mm_allocate_frames(4, 1, TRUE);
    PMDL mdl = IoAllocateMdl(mm_frame_address(first), 4 * PAGE_SIZE, FALSE, FALSE, NULL);
    static const ULONG order[] = {2, 3, 0, 1};
    assert_int_equal(mm_probe_and_lock(mdl, KernelMode, IoWriteAccess), STATUS_SUCCESS);
    for (ULONG page = 0; page < 4; page++)
        MmGetMdlPfnArray(mdl)[page] = first + order[page];

    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    assert_true((ULONG64)mapped >= MM_PTE_BASE);
    for (ULONG page = 0; page < 4; page++) {
        mapped[page * PAGE_SIZE] = (UCHAR)(page + 1);
        assert_int_equal(*(PUCHAR)mm_frame_address(first + order[page]), page + 1);
        assert_int_equal(mm_frame_of((ULONG64)mapped + page * PAGE_SIZE), first + order[page]);
    }
    /* Nothing is mapped around it. */
    assert_false(MmIsAddressValid(mapped - 1));
    assert_false(MmIsAddressValid(mapped + 4 * PAGE_SIZE));
    MmUnlockPages(mdl);
    assert_false(MmIsAddressValid(mapped));
    assert_int_equal(mm_frame_of((ULONG64)mapped), 0);
    IoFreeMdl(mdl);
    mm_free_frames(first, 4);
}

static void test_window_addresses_are_reused_late(void **state)
{
    (void)state;
    PVOID first = mm_reserve_ptes(3);
    mm_release_ptes(first, 3);
    for (ULONG round = 0; round < 1000; round++) {
        PVOID next = mm_reserve_ptes(3);
        assert_ptr_not_equal(next, first);
        mm_release_ptes(next, 3);
    }
    assert_null(mm_reserve_ptes(0));
    assert_null(mm_reserve_ptes(MM_PTE_PAGES));
    assert_null(mm_reserve_ptes(MM_PTE_PAGES + 1));
    PVOID large = mm_reserve_ptes(MM_PTE_PAGES / 2);
    assert_non_null(large);
    mm_release_ptes(large, MM_PTE_PAGES / 2);
}

static void test_no_write_and_protection(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    PMDL mdl = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoReadAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoWrite);
    assert_int_equal(hal_touch_read((hal_u64)mapped), HAL_OK);
    assert_int_equal(hal_touch_write((hal_u64)mapped), HAL_EFAULT);
    assert_int_equal(hal_touch_write((hal_u64)mapped + PAGE_SIZE), HAL_EFAULT);

    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_READWRITE), STATUS_SUCCESS);
    assert_int_equal(hal_touch_write((hal_u64)mapped + PAGE_SIZE), HAL_OK);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_NOACCESS), STATUS_SUCCESS);
    assert_int_equal(hal_touch_read((hal_u64)mapped), HAL_EFAULT);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_READONLY), STATUS_SUCCESS);
    assert_int_equal(hal_touch_read((hal_u64)mapped), HAL_OK);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
}

static void test_protection_leaves_the_direct_map(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    PMDL mdl = lock_range(memory + 7, PAGE_SIZE, UserMode, IoWriteAccess);
    PMDL other = lock_range(memory + 7, PAGE_SIZE, UserMode, IoWriteAccess);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_READONLY), STATUS_NOT_MAPPED_VIEW);
    PUCHAR direct = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    PUCHAR shared = MmGetSystemAddressForMdlSafe(other, NormalPagePriority);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_READONLY | PAGE_NOCACHE),
                     STATUS_INVALID_PAGE_PROTECTION);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, 0), STATUS_INVALID_PAGE_PROTECTION);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_WRITECOPY),
                     STATUS_INVALID_PAGE_PROTECTION);
    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_READWRITE), STATUS_SUCCESS);
    assert_ptr_equal(mdl->MappedSystemVa, direct);

    assert_int_equal(MmProtectMdlSystemAddress(mdl, PAGE_READONLY), STATUS_SUCCESS);
    PUCHAR moved = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    assert_ptr_not_equal(moved, direct);
    assert_int_equal((ULONG64)moved % PAGE_SIZE, ((ULONG64)memory + 7) % PAGE_SIZE);
    assert_int_equal(hal_touch_write((hal_u64)moved), HAL_EFAULT);
    shared[0] = 77;
    assert_int_equal(moved[0], shared[0]);
    unlock_and_free(mdl);
    unlock_and_free(other);
    program_memory_free(memory, 2);
}

static void test_unmapping_the_wrong_thing(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    PMDL mdl = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR direct = mm_frame_address(MmGetMdlPfnArray(mdl)[0]);
    ASSERT_BUGCHECK(MmUnmapLockedPages(direct, mdl), SYSTEM_PTE_MISUSE);
    assert_int_equal(mm_test_bugcheck.parameters[0], 6);
    PUCHAR volatile mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    ASSERT_BUGCHECK(MmUnmapLockedPages(mapped + PAGE_SIZE, mdl), SYSTEM_PTE_MISUSE);
    assert_int_equal(mm_test_bugcheck.parameters[0], 3);
    assert_ptr_equal(mm_test_bugcheck.parameters[2], mapped);
    assert_ptr_equal(mm_test_bugcheck.parameters[3], mapped + PAGE_SIZE);
    ASSERT_BUGCHECK(MmUnmapLockedPages(memory, mdl), SYSTEM_PTE_MISUSE);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
}

static void test_mapping_what_is_not_locked(void **state)
{
    (void)state;
    PMDL mdl = IoAllocateMdl((PVOID)0x1000, 1, FALSE, FALSE, NULL);
    ASSERT_BUGCHECK(MmMapLockedPages(mdl, KernelMode), DRIVER_VERIFIER_DETECTED_VIOLATION);
    assert_int_equal(mm_test_bugcheck.parameters[0], 0x85);
    assert_ptr_equal(mm_test_bugcheck.parameters[1], mdl);
    IoFreeMdl(mdl);
}

/* ---- Views ------------------------------------------------------------- */

static void test_view_of_pool(void **state)
{
    (void)state;
    PUCHAR pool = ExAllocatePoolWithTag(NonPagedPoolNx, 2 * PAGE_SIZE, 'tseT');
    PMDL mdl = IoAllocateMdl(pool + 16, PAGE_SIZE, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(mdl);
    PUCHAR view =
        MmMapLockedPagesSpecifyCache(mdl, UserMode, MmCached, NULL, FALSE, NormalPagePriority);
    assert_true(mm_is_user_range((ULONG64)view, PAGE_SIZE));
    assert_ptr_equal(mdl->MappedSystemVa, pool + 16);
    view[0] = 11;
    assert_int_equal(pool[16], 11);
    pool[16 + PAGE_SIZE - 1] = 12;
    assert_int_equal(view[PAGE_SIZE - 1], 12);

    /* The view as a buffer of a request: the same frames, and pool cannot go while it is locked. */
    PMDL request = lock_range(view, PAGE_SIZE, UserMode, IoWriteAccess);
    assert_int_equal(MmGetMdlPfnArray(request)[0], MmGetMdlPfnArray(mdl)[0]);
    unlock_and_free(request);
    MmUnmapLockedPages(view, mdl);
    assert_int_equal(hal_touch_read((hal_u64)view), HAL_EFAULT);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(pool, 'tseT');
}

static void test_view_of_the_program(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(2);
    PMDL mdl = lock_range(memory + 1, PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR view = MmMapLockedPagesSpecifyCache(mdl, UserMode, MmCached, NULL, FALSE,
                                               NormalPagePriority | MdlMappingNoWrite);
    assert_int_equal((ULONG64)view % PAGE_SIZE, 1);
    MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    *(PUCHAR)mdl->MappedSystemVa = 33;
    assert_int_equal(view[0], 33);
    assert_int_equal(hal_touch_write((hal_u64)view), HAL_EFAULT);
    assert_lock_fails(view, 1, UserMode, IoWriteAccess, STATUS_ACCESS_VIOLATION);
    unlock_and_free(lock_range(view, 1, UserMode, IoReadAccess));
    MmUnmapLockedPages(view, mdl);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
}

static void test_view_at_an_address(void **state)
{
    (void)state;
    PUCHAR place = program_memory(4);
    PUCHAR memory = program_memory(2);
    PMDL mdl = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess);
    assert_int_equal(RAISED_BY(MmMapLockedPagesSpecifyCache(mdl, UserMode, MmCached, place, FALSE,
                                                            NormalPagePriority)),
                     STATUS_CONFLICTING_ADDRESSES);
    assert_int_equal(RAISED_BY(MmMapLockedPagesSpecifyCache(mdl, UserMode, MmCached,
                                                            mm_frame_address(MM_FIRST_FRAME), FALSE,
                                                            NormalPagePriority)),
                     STATUS_INVALID_ADDRESS);
    program_memory_free(place, 4);
    PUCHAR view =
        MmMapLockedPagesSpecifyCache(mdl, UserMode, MmCached, place + 1, FALSE, NormalPagePriority);
    assert_ptr_equal(view, place);
    MmUnmapLockedPages(view, mdl);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_consecutive_frames_need_no_window),
        MM_TEST(test_scattered_frames_get_a_window),
        MM_TEST(test_window_addresses_are_reused_late),
        MM_TEST(test_no_write_and_protection),
        MM_TEST(test_protection_leaves_the_direct_map),
        MM_TEST(test_unmapping_the_wrong_thing),
        MM_TEST(test_mapping_what_is_not_locked),
        MM_TEST(test_view_of_pool),
        MM_TEST(test_view_of_the_program),
        MM_TEST(test_view_at_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
