/*
 * Pins what a device may touch: only what is mapped, only in its direction, only as long as it is
 * mapped, and all of that with accesses and mappings that overlap.
 */
#include "dma_test.h"

#define BLOCK_PAGES 16

static struct {
    struct dma_domain *domain;
    PUCHAR memory;
    ULONG64 address;
} t;

static int set_up(void **state)
{
    const PHYSICAL_ADDRESS any = {.QuadPart = -1};

    if (dma_test_start(state))
        return 1;
    t.memory = MmAllocateContiguousMemory(BLOCK_PAGES * PAGE_SIZE, any);
    t.address = (ULONG64)MmGetPhysicalAddress(t.memory).QuadPart;
    for (ULONG i = 0; i < BLOCK_PAGES * PAGE_SIZE; i++)
        t.memory[i] = (UCHAR)(i * 13);
    return !NT_SUCCESS(dma_domain_of(pdo(), &t.domain));
}

static int tear_down(void **state)
{
    dma_domain_release(t.domain);
    MmFreeContiguousMemory(t.memory);
    return dma_test_stop(state);
}

static struct dma_mapping mapping_of(ULONG64 owner)
{
    return (struct dma_mapping){.kind = "test", .owner = owner};
}

static void map_at(struct dma_mapping *mapping, ULONG offset, ULONG bytes, ULONG access)
{
    SCATTER_GATHER_ELEMENT element = {.Length = bytes};

    element.Address.QuadPart = (LONGLONG)(t.address + offset);
    assert_int_equal(dma_reserve(t.domain, 1), STATUS_SUCCESS);
    dma_map(t.domain, mapping, &element, 1, access);
}

static void unmap(struct dma_mapping *mapping)
{
    ULONG count = mapping->count;

    dma_unmap(mapping);
    dma_unreserve(t.domain, count);
}

static void both_directions(void **state)
{
    struct dma_mapping mapping = mapping_of(1);
    UCHAR bytes[64], more[64];

    UNREFERENCED_PARAMETER(state);
    map_at(&mapping, 100, 64, DMA_DEVICE_READS | DMA_DEVICE_WRITES);
    assert_true(dma_domain_read(t.domain, t.address + 100, bytes, 64));
    assert_memory_equal(bytes, t.memory + 100, 64);
    memset(more, 0xA5, sizeof(more));
    assert_true(dma_domain_write(t.domain, t.address + 101, more, 62));
    assert_int_equal(t.memory[100], bytes[0]);
    assert_memory_equal(t.memory + 101, more, 62);
    assert_int_equal(t.memory[163], bytes[63]);
    unmap(&mapping);
}

static void bounds_and_direction(void **state)
{
    struct dma_mapping mapping = mapping_of(0x77);
    UCHAR byte = 0;

    UNREFERENCED_PARAMETER(state);
    map_at(&mapping, 100, 64, DMA_DEVICE_READS);
    assert_true(dma_domain_read(t.domain, t.address + 163, &byte, 1));
    EXPECT_VIOLATION(0x26, dma_domain_read(t.domain, t.address + 99, &byte, 1));
    assert_int_equal(dma_test_bugcheck.parameters[1], (ULONG_PTR)pdo());
    assert_int_equal(dma_test_bugcheck.parameters[2], t.address + 99);
    assert_int_equal(dma_test_bugcheck.parameters[3], DMA_DEVICE_READS);
    EXPECT_VIOLATION(0x26, dma_domain_read(t.domain, t.address + 164, &byte, 1));
    assert_non_null(strstr(ke_bugcheck_report(), "is where the buffer of test 0x77 ends"));
    EXPECT_VIOLATION(0x26, dma_domain_write(t.domain, t.address + 100, &byte, 1));
    assert_int_equal(dma_test_bugcheck.parameters[3], DMA_DEVICE_WRITES);
    assert_non_null(strstr(ke_bugcheck_report(), "for the other direction only, by test 0x77"));
    unmap(&mapping);
    EXPECT_VIOLATION(0x26, dma_domain_read(t.domain, t.address + 100, &byte, 1));
    assert_non_null(strstr(ke_bugcheck_report(), "was mapped for test 0x77, which has let it go"));
}

static void violations_that_are_ignored(void **state)
{
    struct dma_mapping mapping = mapping_of(1);
    UCHAR bytes[16];
    ULONG64 before = dma_violations();

    UNREFERENCED_PARAMETER(state);
    dma_ignore_violations(TRUE);
    map_at(&mapping, 0, 8, DMA_DEVICE_READS | DMA_DEVICE_WRITES);
    assert_false(dma_domain_read(t.domain, t.address, bytes, 16));
    assert_memory_equal(bytes, t.memory, 8);
    for (ULONG i = 8; i < 16; i++)
        assert_int_equal(bytes[i], 0xFF);
    memset(bytes, 0x5A, sizeof(bytes));
    UCHAR ninth = t.memory[8];
    assert_false(dma_domain_write(t.domain, t.address, bytes, 16));
    assert_memory_equal(t.memory, bytes, 8);
    assert_int_equal(t.memory[8], ninth);
    assert_int_equal(dma_violations(), before + 2);
    dma_ignore_violations(FALSE);
    unmap(&mapping);
}

/* An access goes on where another mapping begins; a mapping within another hides nothing. */
static void across_and_within(void **state)
{
    struct dma_mapping first = mapping_of(1), second = mapping_of(2), inner = mapping_of(3);
    UCHAR bytes[200];

    UNREFERENCED_PARAMETER(state);
    map_at(&second, 100, 100, DMA_DEVICE_READS);
    map_at(&first, 0, 100, DMA_DEVICE_READS);
    map_at(&inner, 20, 10, DMA_DEVICE_READS | DMA_DEVICE_WRITES);
    assert_true(dma_domain_read(t.domain, t.address, bytes, 200));
    assert_memory_equal(bytes, t.memory, 200);
    assert_true(dma_domain_read(t.domain, t.address + 50, bytes, 100));
    assert_true(dma_domain_write(t.domain, t.address + 25, bytes, 5));
    unmap(&inner);
    assert_true(dma_domain_read(t.domain, t.address, bytes, 200));
    EXPECT_VIOLATION(0x26, dma_domain_write(t.domain, t.address + 25, bytes, 5));
    unmap(&first);
    EXPECT_VIOLATION(0x26, dma_domain_read(t.domain, t.address + 50, bytes, 100));
    assert_true(dma_domain_read(t.domain, t.address + 100, bytes, 100));
    unmap(&second);
}

/* Elements in any order, beside others that were there before. */
static void scattered(void **state)
{
    static const ULONG places[] = {9, 2, 13, 4, 7, 1, 15, 11};
    struct dma_mapping even = mapping_of(1), other = mapping_of(2);
    SCATTER_GATHER_ELEMENT elements[RTL_NUMBER_OF(places)];
    UCHAR byte;

    UNREFERENCED_PARAMETER(state);
    map_at(&other, 3 * PAGE_SIZE, PAGE_SIZE, DMA_DEVICE_READS);
    assert_int_equal(dma_reserve(t.domain, RTL_NUMBER_OF(places)), STATUS_SUCCESS);
    for (ULONG i = 0; i < RTL_NUMBER_OF(places); i++) {
        elements[i] = (SCATTER_GATHER_ELEMENT){.Length = PAGE_SIZE};
        elements[i].Address.QuadPart = (LONGLONG)(t.address + places[i] * PAGE_SIZE);
    }
    dma_map(t.domain, &even, elements, RTL_NUMBER_OF(places), DMA_DEVICE_READS);
    dma_ignore_violations(TRUE);
    for (ULONG page = 0; page < BLOCK_PAGES; page++) {
        BOOLEAN is_mapped = page == 3;
        for (ULONG i = 0; i < RTL_NUMBER_OF(places); i++)
            is_mapped |= places[i] == page;
        assert_int_equal(dma_domain_read(t.domain, t.address + page * PAGE_SIZE, &byte, 1),
                         is_mapped);
        assert_int_equal(
            dma_domain_read(t.domain, t.address + page * PAGE_SIZE + PAGE_SIZE - 1, &byte, 1),
            is_mapped);
    }
    dma_ignore_violations(FALSE);
    unmap(&even);
    assert_true(dma_domain_read(t.domain, t.address + 3 * PAGE_SIZE, &byte, 1));
    unmap(&other);
}

/* The more they are out of order, the more there is to sort. */
static void backwards(void **state)
{
    struct dma_mapping mapping = mapping_of(1);
    SCATTER_GATHER_ELEMENT elements[BLOCK_PAGES * 2];
    UCHAR bytes[BLOCK_PAGES * PAGE_SIZE];

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(dma_reserve(t.domain, RTL_NUMBER_OF(elements)), STATUS_SUCCESS);
    for (ULONG i = 0; i < RTL_NUMBER_OF(elements); i++) {
        elements[i] = (SCATTER_GATHER_ELEMENT){.Length = PAGE_SIZE / 2};
        elements[i].Address.QuadPart =
            (LONGLONG)(t.address + (RTL_NUMBER_OF(elements) - 1 - i) * (PAGE_SIZE / 2));
    }
    dma_map(t.domain, &mapping, elements, RTL_NUMBER_OF(elements), DMA_DEVICE_READS);
    assert_true(dma_domain_read(t.domain, t.address, bytes, sizeof(bytes)));
    assert_memory_equal(bytes, t.memory, sizeof(bytes));
    unmap(&mapping);
}

/* A device is one domain, whoever asks; another device's is another. */
static void one_domain_a_device(void **state)
{
    DEVICE_OBJECT other;
    struct dma_domain *again, *others, *nobodys;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(dma_domain_of(pdo(), &again), STATUS_SUCCESS);
    assert_ptr_equal(again, t.domain);
    assert_int_equal(dma_domain_of(&other, &others), STATUS_SUCCESS);
    assert_ptr_not_equal(others, t.domain);
    assert_int_equal(dma_domain_of(NULL, &nobodys), STATUS_SUCCESS);
    assert_ptr_not_equal(nobodys, t.domain);
    dma_domain_orphan(others);
    struct dma_domain *anew;
    assert_int_equal(dma_domain_of(&other, &anew), STATUS_SUCCESS);
    assert_ptr_not_equal(anew, others);
    dma_domain_release(anew);
    dma_domain_release(nobodys);
    dma_domain_release(others);
    dma_domain_release(again);
}

static void no_memory(void **state)
{
    struct dma_domain *domain;
    DEVICE_OBJECT other;

    UNREFERENCED_PARAMETER(state);
    ex_pool_inject(0, TRUE);
    assert_int_equal(dma_domain_of(&other, &domain), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(dma_reserve(t.domain, 1000), STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    assert_int_equal(dma_reserve(t.domain, 1000), STATUS_SUCCESS);
    dma_unreserve(t.domain, 1000);
}

/* ---- Several threads --------------------------------------------------------------------- */

static struct {
    LONG is_over; /* these three are atomic */
    LONG reads, wrong;
} devices;

static VOID NTAPI read_all_the_time(PVOID context)
{
    UCHAR bytes[PAGE_SIZE];

    UNREFERENCED_PARAMETER(context);
    while (!__atomic_load_n(&devices.is_over, __ATOMIC_ACQUIRE)) {
        if (!dma_domain_read(t.domain, t.address, bytes, sizeof(bytes)))
            continue;
        if (bytes[0] != 0x11 || bytes[PAGE_SIZE - 1] != 0x11)
            __atomic_fetch_add(&devices.wrong, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&devices.reads, 1, __ATOMIC_RELEASE);
    }
}

/* A device that reads while its memory is unmapped sees all of it as it was when mapped. */
static void unmapping_waits(void **state)
{
    PKTHREAD threads[2];

    UNREFERENCED_PARAMETER(state);
    memset(&devices, 0, sizeof(devices));
    dma_ignore_violations(TRUE);
    for (ULONG i = 0; i < 2; i++)
        assert_int_equal(
            ke_create_thread(ke_system_process(), read_all_the_time, NULL, "device", &threads[i]),
            STATUS_SUCCESS);
    for (ULONG round = 0; round < 100; round++) {
        struct dma_mapping mapping = mapping_of(round);
        LONG reads = __atomic_load_n(&devices.reads, __ATOMIC_ACQUIRE);
        memset(t.memory, 0x11, PAGE_SIZE);
        map_at(&mapping, 0, PAGE_SIZE, DMA_DEVICE_READS);
        while (__atomic_load_n(&devices.reads, __ATOMIC_ACQUIRE) == reads)
            YieldProcessor();
        unmap(&mapping);
        memset(t.memory, 0x22, PAGE_SIZE);
    }
    __atomic_store_n(&devices.is_over, 1, __ATOMIC_RELEASE);
    for (ULONG i = 0; i < 2; i++) {
        KeWaitForSingleObject(threads[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(threads[i]);
    }
    assert_int_equal(devices.wrong, 0);
    dma_ignore_violations(FALSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_directions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_and_direction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(violations_that_are_ignored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(across_and_within, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scattered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(backwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_domain_a_device, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unmapping_waits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
