/*
 * Direct I/O shares pages: a program's address and a system address over the
 * same physical page, both mapped at once; what one writes the other reads.
 */
#include "mm_test.h"

extern void *mmap(void *address, SIZE_T bytes, int protection, int flags, int fd, LONG64 offset);
extern int munmap(void *address, SIZE_T bytes);

#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS 0x22

/* Pages of their own: the kernel that adopts them lies in this program too, with its globals. */
static _Alignas(PAGE_SIZE) UCHAR initialized[5 * PAGE_SIZE] = {1, 2, 3};
static _Alignas(PAGE_SIZE) UCHAR uninitialized[5 * PAGE_SIZE];

/* Both ways, at both ends of the buffer, with the mapping and the address in use at once. */
static void prove_shared(PUCHAR buffer, ULONG bytes)
{
    struct mm_statistics before = statistics();
    for (ULONG byte = 0; byte < bytes; byte++)
        buffer[byte] = (UCHAR)(byte * 7 + 1);

    PMDL mdl = lock_range(buffer, bytes, UserMode, IoWriteAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
    assert_non_null(mapped);
    assert_true(mm_is_system_address((ULONG64)mapped));
    assert_int_equal((ULONG64)mapped % PAGE_SIZE, (ULONG64)buffer % PAGE_SIZE);
    assert_memory_equal(mapped, buffer, bytes);

    for (ULONG byte = 0; byte < bytes; byte++)
        mapped[byte] = (UCHAR)(byte * 13 + 5);
    assert_memory_equal(buffer, mapped, bytes);
    for (ULONG byte = 0; byte < bytes; byte++)
        buffer[byte] = (UCHAR)(byte * 31 + 9);
    for (ULONG byte = 0; byte < bytes; byte++)
        assert_int_equal(mapped[byte], (UCHAR)(byte * 31 + 9));

    for (ULONG64 at = (ULONG64)buffer; at < (ULONG64)buffer + bytes; at += PAGE_SIZE) {
        ULONG64 other = (ULONG64)mapped + (at - (ULONG64)buffer);
        assert_int_not_equal(mm_frame_of(at), 0);
        assert_int_equal(MmGetPhysicalAddress((PVOID)at).QuadPart,
                         MmGetPhysicalAddress((PVOID)other).QuadPart);
    }
    unlock_and_free(mdl);
    for (ULONG byte = 0; byte < bytes; byte++)
        assert_int_equal(buffer[byte], (UCHAR)(byte * 31 + 9));
    assert_int_equal(statistics().pages_bounced, before.pages_bounced);
    assert_int_equal(statistics().bytes_copied_in, before.bytes_copied_in);
}

static void prove_at_offsets(PUCHAR memory)
{
    static const struct {
        ULONG offset, bytes;
    } ranges[] = {{0, 1},        {0, PAGE_SIZE},           {1, PAGE_SIZE},      {4095, 2},
                  {4095, 1},     {0, PAGE_SIZE + 1},       {17, 3 * PAGE_SIZE}, {513, 700},
                  {0, 4096 - 1}, {2049, 2 * PAGE_SIZE - 1}};
    for (ULONG range = 0; range < RTL_NUMBER_OF(ranges); range++)
        prove_shared(memory + ranges[range].offset, ranges[range].bytes);
}

static void test_committed(void **state)
{
    (void)state;
    skip_without_adoption();
    PUCHAR memory = program_memory(5);
    prove_at_offsets(memory);
    program_memory_free(memory, 5);
}

static void test_heap(void **state)
{
    (void)state;
    skip_without_adoption();
    PUCHAR small = malloc(5 * PAGE_SIZE);
    PUCHAR large = malloc(1024 * PAGE_SIZE);
    prove_at_offsets(small);
    prove_at_offsets(large + 77);
    free(large);
    free(small);
}

static void test_mapped(void **state)
{
    (void)state;
    skip_without_adoption();
    PUCHAR memory = mmap(NULL, 5 * PAGE_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    prove_at_offsets(memory);
    munmap(memory, 5 * PAGE_SIZE);
}

static void test_globals(void **state)
{
    (void)state;
    skip_without_adoption();
    prove_at_offsets(initialized);
    prove_at_offsets(uninitialized);
}

/* The pages hold the very frames of the functions that lock them. */
__attribute__((noinline)) static void lock_own_stack(ULONG depth)
{
    volatile UCHAR buffer[3 * PAGE_SIZE + 123];
    if (depth)
        lock_own_stack(depth - 1);
    prove_shared((PUCHAR)buffer + 11, sizeof(buffer) - 11);
}

static void test_stack(void **state)
{
    (void)state;
    skip_without_adoption();
    lock_own_stack(3);
}

static void stack_of_thread(void *argument)
{
    lock_own_stack(2);
    *(ULONG *)argument = 1;
}

static void test_stack_of_a_thread(void **state)
{
    (void)state;
    skip_without_adoption();
    for (ULONG round = 0; round < 10; round++) {
        struct hal_thread *thread;
        ULONG done = 0;
        assert_int_equal(hal_thread_create(&thread, stack_of_thread, &done, "stack"), HAL_OK);
        hal_thread_join(thread);
        assert_int_equal(done, 1);
    }
}

/*
 * A page whose address was given up while it was locked cannot have its frame
 * again, so its neighbours' frames and its own do not follow each other.
 */
static PUCHAR discontiguous_memory(SIZE_T pages, PMDL *holders)
{
    PUCHAR memory = program_memory(pages);
    unlock_and_free(lock_range(memory, (ULONG)(pages * PAGE_SIZE), UserMode, IoWriteAccess));
    for (SIZE_T page = 1; page < pages; page += 2) {
        PUCHAR at = memory + page * PAGE_SIZE;
        holders[page / 2] = lock_range(at, PAGE_SIZE, UserMode, IoWriteAccess);
        assert_int_equal(hal_commit((hal_u64)at, 1, HAL_READ | HAL_WRITE), HAL_OK);
    }
    return memory;
}

static void test_discontiguous(void **state)
{
    (void)state;
    skip_without_adoption();
    PMDL holders[2];
    PUCHAR memory = discontiguous_memory(5, holders);
    ULONG64 windows = statistics().windows_mapped;
    PMDL mdl = lock_range(memory, 5 * PAGE_SIZE, UserMode, IoReadAccess);
    assert_int_not_equal(MmGetMdlPfnArray(mdl)[1], MmGetMdlPfnArray(mdl)[0] + 1);
    unlock_and_free(mdl);
    prove_at_offsets(memory);
    assert_true(statistics().windows_mapped > windows);
    for (ULONG holder = 0; holder < 2; holder++)
        unlock_and_free(holders[holder]);
    program_memory_free(memory, 5);
}

/* Pages adopted one by one, out of order and across 2 MiB and 128 MiB, still need no window. */
static void test_order_of_adoption_does_not_matter(void **state)
{
    (void)state;
    skip_without_adoption();
    enum { PAGES = 1200, RESERVED = 0x10000, STEP = 0x8000 };
    PUCHAR reserved = program_memory(RESERVED);
    ULONG64 middle = ((ULONG64)reserved + STEP * PAGE_SIZE) & ~(STEP * PAGE_SIZE - 1ull);
    PUCHAR memory = (PUCHAR)middle - PAGES / 2 * PAGE_SIZE;
    if (memory < reserved)
        memory = reserved;
    for (SIZE_T page = PAGES; page-- > 0;) {
        SIZE_T at = (page * 7) % PAGES;
        unlock_and_free(lock_range(memory + at * PAGE_SIZE, PAGE_SIZE, UserMode, IoWriteAccess));
    }
    ULONG64 windows = statistics().windows_mapped;
    ULONG64 adopted = statistics().pages_adopted;
    prove_shared(memory, PAGES * PAGE_SIZE);
    assert_int_equal(statistics().windows_mapped, windows);
    assert_int_equal(statistics().pages_adopted, adopted);
    program_memory_free(reserved, RESERVED);
}

/* ---- Other threads at the same pages ----------------------------------- */

enum { HAMMERED_PAGES = 8, HAMMERS = 2 };

static struct {
    ULONG64 *words; /* one a page, counted up by both sides */
    ULONG stop;
    ULONG64 done[HAMMERS];
} hammered;

static void hammer(void *argument)
{
    ULONG64 *done = argument;
    while (!__atomic_load_n(&hammered.stop, __ATOMIC_ACQUIRE)) {
        for (SIZE_T page = 0; page < HAMMERED_PAGES; page++)
            __atomic_fetch_add(&hammered.words[page * PAGE_SIZE / 8], 1, __ATOMIC_RELAXED);
        ++*done;
    }
}

/* Counts through the system address, while the hammers count through the program's. */
static ULONG64 adopt_under_hammers(PUCHAR memory)
{
    enum { ROUNDS = 200 };
    ULONG64 counted = 0;
    PMDL mdl = lock_range(memory + 8, HAMMERED_PAGES * PAGE_SIZE - 8, UserMode, IoWriteAccess);
    PUCHAR mapped = (PUCHAR)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) - 8;
    for (ULONG round = 0; round < ROUNDS; round++, counted++) {
        for (SIZE_T page = 0; page < HAMMERED_PAGES; page++)
            __atomic_fetch_add((ULONG64 *)(mapped + page * PAGE_SIZE), 1, __ATOMIC_RELAXED);
    }
    unlock_and_free(mdl);
    return counted;
}

static void hammer_once(void)
{
    struct hal_thread *threads[HAMMERS];
    PUCHAR memory = program_memory(HAMMERED_PAGES);
    memset(&hammered, 0, sizeof(hammered));
    hammered.words = (ULONG64 *)memory;
    for (ULONG thread = 0; thread < HAMMERS; thread++)
        assert_int_equal(
            hal_thread_create(&threads[thread], hammer, &hammered.done[thread], "hammer"), HAL_OK);
    while (!__atomic_load_n(&hammered.words[0], __ATOMIC_RELAXED))
        hal_yield();
    ULONG64 expected = adopt_under_hammers(memory);
    __atomic_store_n(&hammered.stop, 1, __ATOMIC_RELEASE);
    for (ULONG thread = 0; thread < HAMMERS; thread++) {
        hal_thread_join(threads[thread]);
        expected += hammered.done[thread];
    }
    for (SIZE_T page = 0; page < HAMMERED_PAGES; page++)
        assert_int_equal(hammered.words[page * PAGE_SIZE / 8], expected);
    program_memory_free(memory, HAMMERED_PAGES);
}

static void test_no_update_is_lost(void **state)
{
    (void)state;
    skip_without_adoption();
    for (ULONG round = 0; round < 100; round++)
        hammer_once();
}

/* ---- Concurrent adopters ----------------------------------------------- */

enum { ADOPTED_PAGES = 64 };

static void adopt_overlapping(void *argument)
{
    PUCHAR memory = argument;
    for (SIZE_T first = 0; first < ADOPTED_PAGES / 2; first++) {
        PMDL mdl = lock_range(memory + first * PAGE_SIZE, ADOPTED_PAGES / 2 * PAGE_SIZE, UserMode,
                              IoWriteAccess);
        for (SIZE_T page = 0; page < ADOPTED_PAGES / 2; page++)
            assert_int_equal(MmGetMdlPfnArray(mdl)[page],
                             mm_frame_of((ULONG64)memory + (first + page) * PAGE_SIZE));
        unlock_and_free(mdl);
    }
}

static void test_adopters_agree(void **state)
{
    (void)state;
    skip_without_adoption();
    for (ULONG round = 0; round < 20; round++) {
        struct hal_thread *threads[3];
        PUCHAR memory = program_memory(ADOPTED_PAGES);
        ULONG64 before = statistics().pages_adopted;
        for (ULONG thread = 0; thread < 3; thread++)
            assert_int_equal(
                hal_thread_create(&threads[thread], adopt_overlapping, memory, "adopt"), HAL_OK);
        for (ULONG thread = 0; thread < 3; thread++)
            hal_thread_join(threads[thread]);
        assert_int_equal(statistics().pages_adopted - before, ADOPTED_PAGES - 1);
        program_memory_free(memory, ADOPTED_PAGES);
    }
}

/* ---- Addresses given up ------------------------------------------------ */

static void test_frames_outlive_their_address(void **state)
{
    (void)state;
    skip_without_adoption();
    PUCHAR memory = program_memory(4);
    ULONG64 before = statistics().program_frames;
    memset(memory, 0x5A, 4 * PAGE_SIZE);
    PMDL mdl = lock_range(memory, 4 * PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    program_memory_free(memory, 4);
    for (SIZE_T byte = 0; byte < 4 * PAGE_SIZE; byte++)
        assert_int_equal(mapped[byte], 0x5A);
    assert_int_equal(mm_frame_of((ULONG64)memory), 0);

    /* The same addresses again are other memory, with other frames. */
    hal_u64 again = (hal_u64)memory;
    assert_int_equal(hal_reserve(&again, 4), HAL_OK);
    assert_int_equal(hal_commit(again, 4, HAL_READ | HAL_WRITE), HAL_OK);
    PMDL other = lock_range(memory, 4 * PAGE_SIZE, UserMode, IoWriteAccess);
    PUCHAR other_mapped = MmGetSystemAddressForMdlSafe(other, NormalPagePriority);
    assert_int_equal(other_mapped[0], 0);
    memset(other_mapped, 0xA5, 4 * PAGE_SIZE);
    assert_int_equal(memory[4 * PAGE_SIZE - 1], 0xA5);
    for (SIZE_T byte = 0; byte < 4 * PAGE_SIZE; byte++)
        assert_int_equal(mapped[byte], 0x5A);
    unlock_and_free(mdl);
    unlock_and_free(other);
    program_memory_free(memory, 4);
    hal_adopt_settle();
    assert_int_equal(statistics().program_frames, before);
}

static void test_giving_up_and_adopting_again(void **state)
{
    (void)state;
    skip_without_adoption();
    PUCHAR memory = program_memory(16);
    ULONG64 before = statistics().program_frames;
    for (ULONG round = 0; round < 200; round++) {
        prove_shared(memory + round, 9 * PAGE_SIZE + round);
        assert_int_equal(hal_commit((hal_u64)memory, 16, HAL_READ | HAL_WRITE), HAL_OK);
        assert_int_equal(memory[round], 0);
    }
    hal_adopt_settle();
    assert_int_equal(statistics().program_frames, before);
    program_memory_free(memory, 16);
}

/* One thread gives the buffer up again and again while others lock it. */
static struct {
    PUCHAR memory;
    ULONG stop;
    ULONG64 locked;
} contended;

static void lock_contended(void *argument)
{
    (void)argument;
    while (!__atomic_load_n(&contended.stop, __ATOMIC_ACQUIRE)) {
        PMDL mdl = IoAllocateMdl(contended.memory, 8 * PAGE_SIZE, FALSE, FALSE, NULL);
        NTSTATUS status = mm_probe_and_lock(mdl, UserMode, IoWriteAccess);
        if (NT_SUCCESS(status)) {
            PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
            __atomic_store_n(mapped + 4 * PAGE_SIZE, 1, __ATOMIC_RELAXED);
            MmUnlockPages(mdl);
            __atomic_fetch_add(&contended.locked, 1, __ATOMIC_RELAXED);
        } else {
            assert_int_equal(status, STATUS_ACCESS_VIOLATION);
        }
        IoFreeMdl(mdl);
    }
}

static void test_locks_race_with_giving_up(void **state)
{
    (void)state;
    skip_without_adoption();
    struct hal_thread *threads[2];
    memset(&contended, 0, sizeof(contended));
    contended.memory = program_memory(8);
    ULONG64 before = statistics().program_frames;
    for (ULONG thread = 0; thread < 2; thread++)
        assert_int_equal(hal_thread_create(&threads[thread], lock_contended, NULL, "lock"), HAL_OK);
    for (ULONG round = 0; round < 300 || !__atomic_load_n(&contended.locked, __ATOMIC_RELAXED);
         round++) {
        assert_int_equal(hal_commit((hal_u64)contended.memory, 8, HAL_READ | HAL_WRITE), HAL_OK);
        hal_yield();
    }
    __atomic_store_n(&contended.stop, 1, __ATOMIC_RELEASE);
    for (ULONG thread = 0; thread < 2; thread++)
        hal_thread_join(threads[thread]);
    program_memory_free(contended.memory, 8);
    hal_adopt_settle();
    assert_int_equal(statistics().program_frames, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_committed),
        MM_TEST(test_heap),
        MM_TEST(test_mapped),
        MM_TEST(test_globals),
        MM_TEST(test_stack),
        MM_TEST(test_stack_of_a_thread),
        MM_TEST(test_discontiguous),
        MM_TEST(test_order_of_adoption_does_not_matter),
        MM_TEST(test_no_update_is_lost),
        MM_TEST(test_adopters_agree),
        MM_TEST(test_frames_outlive_their_address),
        MM_TEST(test_giving_up_and_adopting_again),
        MM_TEST(test_locks_race_with_giving_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
