/*
 * MDLs: what each way of making one sets, partial MDLs, advancing, and the
 * cache of small ones.
 */
#include "mm_test.h"

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(MmSizeOfMdl((PVOID)0x1000, 0), 48);
    assert_int_equal(MmSizeOfMdl((PVOID)0x1000, 1), 48 + 8);
    assert_int_equal(MmSizeOfMdl((PVOID)0x1000, PAGE_SIZE), 48 + 8);
    assert_int_equal(MmSizeOfMdl((PVOID)0x1000, PAGE_SIZE + 1), 48 + 16);
    assert_int_equal(MmSizeOfMdl((PVOID)0x1FFF, 1), 48 + 8);
    assert_int_equal(MmSizeOfMdl((PVOID)0x1FFF, 2), 48 + 16);
    assert_int_equal(MmSizeOfMdl((PVOID)0x1001, PAGE_SIZE), 48 + 16);
}

static void test_allocate(void **state)
{
    (void)state;
    PMDL mdl = IoAllocateMdl((PVOID)0x12345678, 0x3000, FALSE, FALSE, NULL);
    assert_null(mdl->Next);
    assert_null(mdl->Process);
    assert_int_equal(mdl->Size, 48 + 4 * 8);
    assert_int_equal(mdl->MdlFlags, MDL_ALLOCATED_FIXED_SIZE);
    assert_ptr_equal(mdl->StartVa, 0x12345000);
    assert_int_equal(mdl->ByteOffset, 0x678);
    assert_int_equal(mdl->ByteCount, 0x3000);
    assert_ptr_equal(MmGetMdlVirtualAddress(mdl), 0x12345678);
    IoFreeMdl(mdl);
}

static void test_fixed_size_ends_at_23_pages(void **state)
{
    (void)state;
    static const struct {
        ULONG bytes;
        CSHORT flags;
    } cases[] = {{23 * PAGE_SIZE - 1, MDL_ALLOCATED_FIXED_SIZE},
                 {23 * PAGE_SIZE, MDL_ALLOCATED_FIXED_SIZE},
                 {23 * PAGE_SIZE + 1, 0}};
    for (ULONG index = 0; index < RTL_NUMBER_OF(cases); index++) {
        PMDL mdl = IoAllocateMdl(NULL, cases[index].bytes, FALSE, FALSE, NULL);
        assert_int_equal(mdl->MdlFlags, cases[index].flags);
        IoFreeMdl(mdl);
    }
}

static void test_length_limit(void **state)
{
    (void)state;
    assert_null(IoAllocateMdl(NULL, MAXULONG, FALSE, FALSE, NULL));
    assert_null(IoAllocateMdl(NULL, 0u - (ULONG)PAGE_SIZE + 1, FALSE, FALSE, NULL));
    PMDL mdl = IoAllocateMdl(NULL, 0u - (ULONG)PAGE_SIZE, FALSE, FALSE, NULL);
    assert_non_null(mdl);
    assert_int_equal(mdl->ByteCount, 0u - (ULONG)PAGE_SIZE);
    IoFreeMdl(mdl);
}

static void test_chain_of_an_irp(void **state)
{
    (void)state;
    IRP irp = {0};
    PMDL first = IoAllocateMdl((PVOID)0x1000, 1, FALSE, FALSE, &irp);
    assert_ptr_equal(irp.MdlAddress, first);
    PMDL second = IoAllocateMdl((PVOID)0x2000, 1, TRUE, FALSE, &irp);
    PMDL third = IoAllocateMdl((PVOID)0x3000, 1, TRUE, FALSE, &irp);
    assert_ptr_equal(irp.MdlAddress, first);
    assert_ptr_equal(first->Next, second);
    assert_ptr_equal(second->Next, third);
    assert_null(third->Next);
    PMDL other = IoAllocateMdl((PVOID)0x4000, 1, FALSE, TRUE, &irp);
    assert_ptr_equal(irp.MdlAddress, other);
    assert_null(other->Next);
    IoFreeMdl(first);
    assert_ptr_equal(second->Next, third);
    IoFreeMdl(second);
    IoFreeMdl(third);
    IoFreeMdl(other);
}

static void test_allocation_failure(void **state)
{
    (void)state;
    mm_release_caches();
    ex_pool_inject(0, TRUE);
    PMDL small = IoAllocateMdl(NULL, 1, FALSE, FALSE, NULL);
    PMDL large = IoAllocateMdl(NULL, 100 * PAGE_SIZE, FALSE, FALSE, NULL);
    ex_pool_inject(MAXULONG, FALSE);
    assert_null(small);
    assert_null(large);
}

static void test_nonpaged_pool(void **state)
{
    (void)state;
    PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, 3 * PAGE_SIZE, 'tseT');
    PMDL mdl = IoAllocateMdl(block + 10, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(mdl);
    assert_int_equal(mdl->MdlFlags, MDL_ALLOCATED_FIXED_SIZE | MDL_SOURCE_IS_NONPAGED_POOL);
    assert_null(mdl->Process);
    assert_ptr_equal(mdl->MappedSystemVa, block + 10);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), block + 10);
    for (ULONG page = 0; page < 3; page++)
        assert_int_equal(MmGetMdlPfnArray(mdl)[page] << PAGE_SHIFT,
                         MmGetPhysicalAddress(block + page * PAGE_SIZE).QuadPart);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(block, 'tseT');
}

/* Pages of its own: the kernel that adopts them lies in this program too, with its globals. */
static _Alignas(PAGE_SIZE) UCHAR driver_global[3 * PAGE_SIZE];

static void test_nonpaged_global(void **state)
{
    (void)state;
    skip_without_adoption();
    PMDL mdl = IoAllocateMdl(driver_global + 5, PAGE_SIZE, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(mdl);
    assert_ptr_equal(mdl->MappedSystemVa, driver_global + 5);
    assert_int_equal(MmGetMdlPfnArray(mdl)[1], mm_frame_of((ULONG64)driver_global + PAGE_SIZE + 4));
    assert_int_not_equal(MmGetMdlPfnArray(mdl)[0], 0);
    IoFreeMdl(mdl);
}

/* ---- Partial MDLs ------------------------------------------------------ */

static void test_partial_of_mapped(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(4);
    PMDL source = lock_range(memory + 100, 3 * PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(source, NormalPagePriority);
    PMDL target = IoAllocateMdl(memory, 2 * PAGE_SIZE, FALSE, FALSE, NULL);

    IoBuildPartialMdl(source, target, memory + PAGE_SIZE + 50, 100);
    assert_int_equal(target->MdlFlags,
                     MDL_ALLOCATED_FIXED_SIZE | MDL_PARTIAL | MDL_MAPPED_TO_SYSTEM_VA);
    assert_ptr_equal(target->StartVa, memory + PAGE_SIZE);
    assert_int_equal(target->ByteOffset, 50);
    assert_int_equal(target->ByteCount, 100);
    assert_ptr_equal(target->Process, source->Process);
    assert_int_equal(MmGetMdlPfnArray(target)[0], MmGetMdlPfnArray(source)[1]);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(target, NormalPagePriority),
                     mapped + PAGE_SIZE - 50);
    MmPrepareMdlForReuse(target);
    IoFreeMdl(target);
    assert_ptr_equal(source->MappedSystemVa, mapped);
    unlock_and_free(source);
    program_memory_free(memory, 4);
}

static void test_partial_maps_for_itself(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    PMDL source = lock_range(memory, 3 * PAGE_SIZE, UserMode, IoWriteAccess);
    PMDL target = IoAllocateMdl(memory, 3 * PAGE_SIZE, FALSE, FALSE, NULL);

    IoBuildPartialMdl(source, target, memory + PAGE_SIZE, 0);
    assert_int_equal(target->ByteCount, 2 * PAGE_SIZE);
    assert_int_equal(target->MdlFlags, MDL_ALLOCATED_FIXED_SIZE | MDL_PARTIAL);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(target, NormalPagePriority | MdlMappingNoWrite);
    assert_int_equal(target->MdlFlags, MDL_ALLOCATED_FIXED_SIZE | MDL_PARTIAL |
                                           MDL_PARTIAL_HAS_BEEN_MAPPED | MDL_MAPPED_TO_SYSTEM_VA);
    assert_true(MmIsAddressValid(mapped));
    MmPrepareMdlForReuse(target);
    assert_false(MmIsAddressValid(mapped));
    assert_int_equal(target->MdlFlags, MDL_ALLOCATED_FIXED_SIZE | MDL_PARTIAL);

    IoBuildPartialMdl(source, target, memory, PAGE_SIZE);
    mapped = MmGetSystemAddressForMdlSafe(target, NormalPagePriority | MdlMappingNoWrite);
    assert_true(MmIsAddressValid(mapped));
    IoFreeMdl(target);
    assert_false(MmIsAddressValid(mapped));
    unlock_and_free(source);
    program_memory_free(memory, 3);
}

static void test_partial_of_nonpaged(void **state)
{
    (void)state;
    PUCHAR block = ExAllocatePoolWithTag(NonPagedPoolNx, 2 * PAGE_SIZE, 'tseT');
    PMDL source = IoAllocateMdl(block, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
    PMDL target = IoAllocateMdl(block, PAGE_SIZE, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(source);
    IoBuildPartialMdl(source, target, block + PAGE_SIZE + 1, 10);
    assert_int_equal(target->MdlFlags,
                     MDL_ALLOCATED_FIXED_SIZE | MDL_PARTIAL | MDL_SOURCE_IS_NONPAGED_POOL);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(target, NormalPagePriority),
                     block + PAGE_SIZE + 1);
    IoFreeMdl(target);
    IoFreeMdl(source);
    ExFreePoolWithTag(block, 'tseT');
}

static void test_partial_too_small(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(3);
    PMDL source = lock_range(memory, 3 * PAGE_SIZE, UserMode, IoWriteAccess);
    PMDL target = IoAllocateMdl(memory, PAGE_SIZE, FALSE, FALSE, NULL);
    IoBuildPartialMdl(source, target, memory + PAGE_SIZE, PAGE_SIZE);
    ASSERT_BUGCHECK(IoBuildPartialMdl(source, target, memory + 1, PAGE_SIZE), TARGET_MDL_TOO_SMALL);
    ASSERT_BUGCHECK(IoBuildPartialMdl(source, target, memory, 0), TARGET_MDL_TOO_SMALL);
    IoFreeMdl(target);
    unlock_and_free(source);
    program_memory_free(memory, 3);
}

/* ---- Advancing --------------------------------------------------------- */

static void test_advance(void **state)
{
    (void)state;
    PKPROCESS process = ke_current()->process;
    PUCHAR memory = program_memory(4);
    PMDL mdl = lock_range(memory + 100, 3 * PAGE_SIZE, UserMode, IoWriteAccess);
    PFN_NUMBER last = MmGetMdlPfnArray(mdl)[3];
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    LONG locked = process->locked_pages;

    assert_int_equal(MmAdvanceMdl(mdl, 3 * PAGE_SIZE), STATUS_INVALID_PARAMETER_2);
    assert_int_equal(MmAdvanceMdl(mdl, 10), STATUS_SUCCESS);
    assert_int_equal(mdl->ByteOffset, 110);
    assert_int_equal(process->locked_pages, locked);
    assert_int_equal(MmAdvanceMdl(mdl, 2 * PAGE_SIZE), STATUS_SUCCESS);
    assert_ptr_equal(mdl->StartVa, memory + 2 * PAGE_SIZE);
    assert_int_equal(mdl->ByteOffset, 110);
    assert_int_equal(mdl->ByteCount, PAGE_SIZE - 10);
    assert_int_equal(MmGetMdlPfnArray(mdl)[1], last);
    assert_ptr_equal(mdl->MappedSystemVa, mapped + 2 * PAGE_SIZE + 10);
    assert_int_equal(process->locked_pages, locked - 2);
    unlock_and_free(mdl);
    assert_int_equal(process->locked_pages, locked - 4);
    program_memory_free(memory, 4);
}

static void test_advance_of_a_window(void **state)
{
    (void)state;
    PUCHAR memory = program_memory(4);
    memset(memory + 3 * PAGE_SIZE, 7, PAGE_SIZE);
    PMDL mdl = lock_range(memory, 4 * PAGE_SIZE, UserMode, IoReadAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoWrite);
    assert_int_equal(MmAdvanceMdl(mdl, 3 * PAGE_SIZE + 1), STATUS_SUCCESS);
    assert_false(MmIsAddressValid(mapped));
    assert_false(MmIsAddressValid(mapped + 2 * PAGE_SIZE));
    assert_int_equal(mapped[3 * PAGE_SIZE], 7);
    unlock_and_free(mdl);
    assert_false(MmIsAddressValid(mapped + 3 * PAGE_SIZE));
    program_memory_free(memory, 4);
}

/* ---- The cache --------------------------------------------------------- */

static void churn(void *argument)
{
    (void)argument;
    PMDL mdls[20] = {0};
    for (ULONG round = 0; round < 20000; round++) {
        PMDL *slot = &mdls[(round * 7 + round / 20) % 20];
        if (*slot) {
            assert_int_equal((*slot)->ByteCount, (ULONG)(ULONG_PTR)slot & 0xFFFF);
            IoFreeMdl(*slot);
            *slot = NULL;
        } else {
            *slot = IoAllocateMdl(NULL, (ULONG)(ULONG_PTR)slot & 0xFFFF, FALSE, FALSE, NULL);
        }
    }
    for (ULONG slot = 0; slot < 20; slot++) {
        if (mdls[slot])
            IoFreeMdl(mdls[slot]);
    }
}

static void test_threads_never_share_an_mdl(void **state)
{
    (void)state;
    struct hal_thread *threads[3];
    for (ULONG thread = 0; thread < 3; thread++)
        assert_int_equal(hal_thread_create(&threads[thread], churn, NULL, "churn"), HAL_OK);
    for (ULONG thread = 0; thread < 3; thread++)
        hal_thread_join(threads[thread]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_size),
        MM_TEST(test_allocate),
        MM_TEST(test_fixed_size_ends_at_23_pages),
        MM_TEST(test_length_limit),
        MM_TEST(test_chain_of_an_irp),
        MM_TEST(test_allocation_failure),
        MM_TEST(test_nonpaged_pool),
        MM_TEST(test_nonpaged_global),
        MM_TEST(test_partial_of_mapped),
        MM_TEST(test_partial_maps_for_itself),
        MM_TEST(test_partial_of_nonpaged),
        MM_TEST(test_partial_too_small),
        MM_TEST(test_advance),
        MM_TEST(test_advance_of_a_window),
        MM_TEST(test_threads_never_share_an_mdl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
