/* Pins: adopted pages are shared with the kernel, keep every write, and are told when lost. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

#define PAGE HAL_PAGE_SIZE
#define FRAMES 0x10000ull
#define DIRECT HAL_SYSTEM_BASE

static struct {
    struct hal_segment *segment;
    hal_u64 next; /* the first frame that no test has used */
    /* What the lost callback has seen; atomic. */
    hal_u64 lost_pages;
    hal_u64 lost_address;
} fixture;

static unsigned char data_page[3 * PAGE] = {1, 2, 3};
static unsigned char bss_page[3 * PAGE];
static const unsigned char constant_page[2 * PAGE] = {9, 8, 7};

static void on_lost(hal_u64 address, hal_u64 pages)
{
    __atomic_store_n(&fixture.lost_address, address, __ATOMIC_RELAXED);
    __atomic_fetch_add(&fixture.lost_pages, pages, __ATOMIC_RELEASE);
}

/* Without waiting: for what must be told already. */
static hal_u64 lost_by_now(void)
{
    return __atomic_load_n(&fixture.lost_pages, __ATOMIC_ACQUIRE);
}

static hal_u64 lost_pages(void)
{
    hal_adopt_settle();
    return lost_by_now();
}

static hal_u64 lost_address(void)
{
    return __atomic_load_n(&fixture.lost_address, __ATOMIC_RELAXED);
}

static hal_u64 page_of(const void *address)
{
    return (hal_u64)address & ~(PAGE - 1);
}

static volatile unsigned char *direct(hal_u64 frame)
{
    return (volatile unsigned char *)(DIRECT + frame * PAGE);
}

/* Takes frames and adopts; returns the first frame. */
static hal_u64 adopt(hal_u64 address, hal_u64 pages, int for_write)
{
    hal_u64 first = fixture.next;

    fixture.next += pages;
    assert_int_equal(hal_adopt(address, pages, fixture.segment, first, for_write), HAL_OK);
    return first;
}

static unsigned char *map_private(hal_u64 pages)
{
    unsigned char *memory =
        mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

/* Both sides see what either writes, at the first and the last byte. */
static void assert_shared(volatile unsigned char *memory, hal_u64 first, hal_u64 bytes)
{
    hal_u64 last = bytes - 1, offset = (hal_u64)memory % PAGE;

    memory[0] = 0x5a;
    memory[last] = 0xa5;
    assert_int_equal(direct(first)[offset], 0x5a);
    assert_int_equal(direct(first)[offset + last], 0xa5);
    direct(first)[offset] = 0x11;
    direct(first)[offset + last] = 0x22;
    assert_int_equal(memory[0], 0x11);
    assert_int_equal(memory[last], 0x22);
}

/* In the test itself: cmocka takes the fault signals when it comes back from a set-up. */
static void begin(void **state)
{
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    fixture.next = 16;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_segment_create(&fixture.segment, FRAMES, "test"), HAL_OK);
    assert_int_equal(hal_map(DIRECT, fixture.segment, 0, FRAMES, HAL_READ | HAL_WRITE), HAL_OK);
    hal_adopt_on_lost(on_lost);
}

static int tear_down(void **state)
{
    (void)state;
    hal_segment_destroy(fixture.segment);
    hal_stop();
    return 0;
}

static void test_mapped_pages(void **state)
{
    unsigned char *memory = map_private(8);
    hal_u64 first;

    begin(state);
    for (int i = 0; i < 8; i++)
        memory[i * PAGE] = (unsigned char)(i + 1);
    first = adopt((hal_u64)memory, 8, 1);
    for (int i = 0; i < 8; i++)
        assert_int_equal(direct(first + (hal_u64)i)[0], i + 1);
    assert_shared(memory, first, 8 * PAGE);
    munmap(memory, 8 * PAGE);
}

static void test_untouched_pages(void **state)
{
    unsigned char *memory = map_private(4);
    hal_u64 first;

    begin(state);
    first = adopt((hal_u64)memory, 4, 1);
    assert_int_equal(direct(first)[0], 0);
    assert_shared(memory, first, 4 * PAGE);
    munmap(memory, 4 * PAGE);
}

static void test_heap(void **state)
{
    unsigned char *small = malloc(100), *large = malloc(1 << 20);
    hal_u64 first, pages = (page_of(large + (1 << 20) - 1) - page_of(large)) / PAGE + 1;

    begin(state);
    small[7] = 77;
    first = adopt(page_of(small), 1, 1);
    assert_int_equal(direct(first)[(hal_u64)(small + 7) % PAGE], 77);
    first = adopt(page_of(large), pages, 1);
    assert_shared(large, first, 1 << 20);
    free(large);
    free(small);
}

/* realloc moves and enlarges an adopted block with mremap; contents survive, no frame shows. */
static void test_grown_heap_block(void **state)
{
    hal_u64 before = 1 << 20, after = 8 << 20;
    unsigned char *block = malloc(before);
    hal_u64 pages = (page_of(block + before - 1) - page_of(block)) / PAGE + 1;
    hal_u64 first;

    begin(state);
    for (hal_u64 i = 0; i < before; i += 512)
        block[i] = (unsigned char)(i / 512);
    first = adopt(page_of(block), pages, 1);
    direct(first + pages)[0] = 0xee; /* the frame that follows is somebody else's */
    block = realloc(block, after);
    for (hal_u64 i = 0; i < before; i += 512)
        assert_int_equal(block[i], (unsigned char)(i / 512));
    memset(block + before, 0x33, after - before);
    lost_pages();
    assert_int_equal(direct(first + pages)[0], 0xee);
    for (hal_u64 i = before; i < after; i += PAGE)
        assert_int_equal(block[i], 0x33);
    free(block);
}

static void test_own_stack(void **state)
{
    unsigned char buffer[3 * PAGE];
    unsigned char *middle = (unsigned char *)page_of(buffer + PAGE);
    hal_u64 first;

    begin(state);
    memset(buffer, 0x42, sizeof buffer);
    first = adopt(page_of(buffer), 3, 1);
    assert_int_equal(direct(first + 1)[0], 0x42);
    assert_shared(middle, first + 1, PAGE);
}

static hal_u64 sum_deep(hal_u64 depth)
{
    volatile unsigned char frame[8192];

    frame[0] = (unsigned char)depth;
    return depth ? frame[0] + sum_deep(depth - 1) : 0;
}

static void test_stack_grows_after_adoption(void **state)
{
    unsigned char buffer[PAGE];

    begin(state);
    adopt(page_of(buffer), 1, 1);
    adopt(page_of(buffer) - 4 * PAGE, 4, 1);
    assert_true(sum_deep(300) > 0);
}

/*
 * *argument is the first frame, and then the result: only cmocka's own thread
 * may assert. The buffer is deep enough for libc to discard it.
 */
static void *adopt_on_thread(void *argument)
{
    volatile unsigned char buffer[32 * PAGE];
    hal_u64 *word = argument, first = *word, page = page_of((void *)buffer);
    int result;

    buffer[0] = 5;
    result = hal_adopt(page, 2, fixture.segment, first, 1);
    if (!result && direct(first)[(hal_u64)buffer % PAGE] != 5)
        result = HAL_EIO;
    direct(first)[(hal_u64)buffer % PAGE] = 6;
    if (!result && buffer[0] != 6)
        result = HAL_EIO;
    *word = (hal_u64)result;
    return NULL;
}

/* Threads come and go on the same stacks, which libc empties with madvise. */
static void test_thread_stacks(void **state)
{
    begin(state);
    for (int i = 0; i < 200; i++) {
        pthread_t thread;
        hal_u64 word = fixture.next;

        fixture.next += 2;
        assert_int_equal(pthread_create(&thread, NULL, adopt_on_thread, &word), 0);
        pthread_join(thread, NULL);
        assert_int_equal((int)word, HAL_OK);
    }
}

static void test_globals(void **state)
{
    hal_u64 first;

    begin(state);
    assert_int_equal(hal_adopt_prepare_image(data_page), HAL_OK);
    assert_int_equal(hal_adopt_prepare_image(data_page), HAL_OK);
    assert_int_equal(data_page[1], 2);
    first = adopt(page_of(data_page), 3, 1);
    assert_int_equal(direct(first)[(hal_u64)(data_page + 2) % PAGE], 3);
    assert_shared(data_page, first, PAGE);
    first = adopt(page_of(bss_page) + 2 * PAGE, 1, 1);
    assert_shared((unsigned char *)page_of(bss_page) + 2 * PAGE, first, 8);
}

static void test_constants(void **state)
{
    hal_u64 address = page_of(constant_page + PAGE), first;

    begin(state);
    first = fixture.next++;
    assert_int_equal(hal_adopt(address, 1, fixture.segment, first, 1), HAL_EFAULT);
    assert_int_equal(hal_adopt(address, 1, fixture.segment, first, 0), HAL_OK);
    assert_memory_equal((const void *)address, (const void *)direct(first), PAGE);
    assert_int_equal(hal_touch_write(address), HAL_EFAULT);
    assert_int_equal(hal_adopt(page_of((void *)test_constants), 1, fixture.segment, first, 0),
                     HAL_EOPNOTSUPP);
}

static void test_read_only_pages(void **state)
{
    unsigned char *memory = map_private(2);
    hal_u64 first;

    begin(state);
    first = fixture.next++;
    memory[0] = 1;
    mprotect(memory, 2 * PAGE, PROT_READ);
    assert_int_equal(hal_adopt((hal_u64)memory, 1, fixture.segment, first, 1), HAL_EFAULT);
    assert_int_equal(hal_adopt((hal_u64)memory, 1, fixture.segment, first, 0), HAL_OK);
    assert_int_equal(direct(first)[0], 1);
    assert_int_equal(hal_touch_write((hal_u64)memory), HAL_EFAULT);
    munmap(memory, 2 * PAGE);
}

static void test_what_cannot_be_adopted(void **state)
{
    unsigned char *memory = map_private(4);
    unsigned char *shared =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    begin(state);
    munmap(memory + 2 * PAGE, PAGE);
    memory[0] = 4;
    assert_int_equal(hal_adopt((hal_u64)memory, 4, fixture.segment, 1, 1), HAL_EFAULT);
    assert_int_equal(direct(1)[0], 0);
    assert_int_equal(hal_adopt((hal_u64)shared, 1, fixture.segment, 1, 1), HAL_EOPNOTSUPP);
    assert_int_equal(hal_adopt((hal_u64)memory + 1, 1, fixture.segment, 1, 1), HAL_EINVAL);
    assert_int_equal(hal_adopt((hal_u64)memory, 1, fixture.segment, FRAMES, 1), HAL_EINVAL);
    assert_int_equal(hal_adopt((hal_u64)memory, 0, fixture.segment, 1, 1), HAL_EINVAL);
    assert_int_equal(hal_adopt(~0ull << 12, 1, fixture.segment, 1, 1), HAL_EFAULT);
    munmap(memory, 4 * PAGE);
    munmap(shared, PAGE);
}

static void test_unmap_is_a_loss(void **state)
{
    unsigned char *memory = map_private(4);
    hal_u64 first, before;

    begin(state);
    first = adopt((hal_u64)memory, 4, 1);
    before = lost_pages();
    munmap(memory + PAGE, PAGE);
    assert_int_equal(lost_pages() - before, 1);
    assert_int_equal(lost_address(), (hal_u64)memory + PAGE);
    direct(first + 1)[0] = 7; /* the frame is the kernel's again */
    assert_ptr_equal(
        mmap(memory, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
        memory);
    assert_int_equal(lost_pages() - before, 2);
    assert_int_equal(memory[0], 0);
    munmap(memory, 4 * PAGE);
    assert_int_equal(lost_pages() - before, 4);
}

/* In a loop, since what a thread does right after madvise has to wait for the new memory. */
static void test_discard_is_a_loss(void **state)
{
    unsigned char *memory = map_private(4);

    begin(state);
    for (int round = 0; round < 300; round++) {
        hal_u64 before = lost_pages(), first;

        memset(memory, 0x77, 4 * PAGE);
        first = adopt((hal_u64)memory, 4, 1);
        madvise(memory, 3 * PAGE, MADV_DONTNEED);
        assert_int_equal(memory[PAGE + 1], 0);
        memory[PAGE + 2] = 9;
        assert_int_equal(memory[3 * PAGE], 0x77);
        assert_int_equal(lost_pages() - before, 3);
        assert_int_equal(memory[PAGE + 2], 9);
        assert_int_equal(direct(first + 1)[2], 0x77);
        madvise(memory + 3 * PAGE, PAGE, MADV_DONTNEED);
        lost_pages();
        fixture.next -= 4;
    }
    munmap(memory, 4 * PAGE);
}

static void test_move_is_a_loss(void **state)
{
    begin(state);
    for (int round = 0; round < 100; round++) {
        unsigned char *memory = map_private(4), *target = map_private(8);
        hal_u64 first, before = lost_pages();

        memset(memory, 0x21, 4 * PAGE);
        first = adopt((hal_u64)memory, 4, 1);
        assert_ptr_equal(mremap(memory, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target),
                         target);
        target[0] = 0x22;
        assert_int_equal(target[4 * PAGE], 0);
        target[7 * PAGE] = 0x23;
        assert_int_equal(lost_pages() - before, 4);
        assert_int_equal(lost_address(), (hal_u64)memory);
        memset((void *)direct(first), 0xcc, 4 * PAGE); /* somebody else's by now */
        assert_int_equal(target[0], 0x22);
        assert_int_equal(target[3 * PAGE], 0x21);
        assert_int_equal(target[7 * PAGE], 0x23);
        munmap(target, 8 * PAGE);
    }
}

static void test_growth_in_place_shows_no_frame(void **state)
{
    unsigned char *memory = map_private(8);
    hal_u64 first;

    begin(state);
    munmap(memory + PAGE, 7 * PAGE);
    first = adopt((hal_u64)memory, 1, 1);
    direct(first + 1)[0] = 0x99;
    assert_ptr_equal(mremap(memory, PAGE, 8 * PAGE, 0), memory);
    assert_int_equal(memory[PAGE], 0);
    assert_int_equal(memory[5 * PAGE], 0); /* no frame there yet */
    memory[PAGE] = 1;
    memory[5 * PAGE] = 2;
    assert_int_equal(direct(first + 1)[0], 0x99);
    assert_int_equal(direct(first + 5)[0], 0);
    assert_shared(memory, first, PAGE);
    munmap(memory, 8 * PAGE);
}

#define WRITERS 2
#define ROUNDS 400

struct hammer {
    hal_u64 *word; /* atomic */
    hal_u64 written;
    int end; /* atomic */
};

static void *hammer(void *argument)
{
    struct hammer *hammer = argument;

    while (!__atomic_load_n(&hammer->end, __ATOMIC_RELAXED)) {
        __atomic_fetch_add(hammer->word, 1, __ATOMIC_RELAXED);
        hammer->written++;
    }
    return NULL;
}

static void adopt_under_hammers(hal_u64 pages)
{
    unsigned char *memory = map_private(pages);
    struct hammer hammers[WRITERS] = {0};
    pthread_t threads[WRITERS];

    for (int i = 0; i < WRITERS; i++) {
        hammers[i].word = (hal_u64 *)(memory + (i ? (pages - 1) * PAGE + 64 : 0));
        pthread_create(&threads[i], NULL, hammer, &hammers[i]);
    }
    for (int i = 0; i < WRITERS; i++) {
        while (!__atomic_load_n(hammers[i].word, __ATOMIC_RELAXED))
            hal_yield();
    }
    adopt((hal_u64)memory, pages, 1);
    for (int i = 0; i < WRITERS; i++) {
        __atomic_store_n(&hammers[i].end, 1, __ATOMIC_RELAXED);
        pthread_join(threads[i], NULL);
        assert_int_equal(*hammers[i].word, hammers[i].written);
    }
    munmap(memory, pages * PAGE);
    lost_pages();
    fixture.next -= pages;
}

static void test_no_write_is_lost(void **state)
{
    begin(state);
    for (int round = 0; round < ROUNDS; round++)
        adopt_under_hammers(round % 2 ? 1 : 16);
}

/* ---- other frames ------------------------------------------------------------------------ */

#define OTHER (DIRECT + FRAMES * PAGE)

static struct hal_segment *make_other(void)
{
    struct hal_segment *other;

    assert_int_equal(hal_segment_create(&other, FRAMES, "other"), HAL_OK);
    assert_int_equal(hal_map(OTHER, other, 0, FRAMES, HAL_READ | HAL_WRITE), HAL_OK);
    return other;
}

/* Pages of which some are private, some show frames, some read-only ones. */
static void test_pages_get_other_frames(void **state)
{
    unsigned char *memory = map_private(6);
    volatile unsigned char *there = (volatile unsigned char *)OTHER;
    struct hal_segment *other;

    begin(state);
    other = make_other();
    for (int i = 0; i < 6; i++)
        memory[i * PAGE] = (unsigned char)(i + 1);
    adopt((hal_u64)memory, 3, 1);
    mprotect(memory + PAGE, PAGE, PROT_READ);
    assert_int_equal(hal_adopt((hal_u64)memory, 6, other, 7, 0), HAL_OK);
    for (int i = 0; i < 6; i++)
        assert_int_equal(there[(7 + i) * (int)PAGE], i + 1);
    memory[2 * PAGE + 5] = 0x77;
    assert_int_equal(there[9 * (int)PAGE + 5], 0x77);
    there[12 * (int)PAGE] = 0x66;
    assert_int_equal(memory[5 * PAGE], 0x66);
    assert_int_equal(lost_pages(), 0);
    /* They are as adopted as before. */
    munmap(memory, 6 * PAGE);
    assert_int_equal(lost_pages(), 6);
    hal_segment_destroy(other);
}

/* Of a range that cannot be had nothing stays shared, and nothing is lost. */
static void test_a_failed_move_leaves_private_pages(void **state)
{
    unsigned char *memory = map_private(3);
    struct hal_segment *other;
    hal_u64 first;

    begin(state);
    other = make_other();
    first = adopt((hal_u64)memory, 2, 1);
    memory[PAGE] = 0x31;
    munmap(memory + 2 * PAGE, PAGE);
    assert_int_equal(hal_adopt((hal_u64)memory, 3, other, 7, 1), HAL_EFAULT);
    memory[0] = 0x32;
    assert_int_equal(memory[PAGE], 0x31);
    assert_int_equal(direct(first)[0], 0);
    assert_int_equal(hal_adopt((hal_u64)memory, 2, fixture.segment, first, 1), HAL_OK);
    assert_shared(memory, first, 2 * PAGE);
    munmap(memory, 2 * PAGE);
    lost_pages();
    hal_segment_destroy(other);
}

static void test_no_write_is_lost_by_a_move(void **state)
{
    unsigned char *memory = map_private(4);
    struct hammer writer = {.word = (hal_u64 *)(memory + PAGE)};
    struct hal_segment *segments[2];
    pthread_t thread;

    begin(state);
    segments[0] = fixture.segment;
    segments[1] = make_other();
    pthread_create(&thread, NULL, hammer, &writer);
    for (int round = 0; round < ROUNDS; round++)
        assert_int_equal(hal_adopt((hal_u64)memory, 4, segments[round % 2], 8, 1), HAL_OK);
    __atomic_store_n(&writer.end, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    assert_int_equal(*writer.word, writer.written);
    assert_int_equal(lost_pages(), 0);
    munmap(memory, 4 * PAGE);
    lost_pages();
    hal_segment_destroy(segments[1]);
}

/* The same when pages go back to the program. */
static void test_no_write_is_lost_at_the_end(void **state)
{
    unsigned char *memory = map_private(4);
    struct hammer writer = {.word = (hal_u64 *)(memory + PAGE)};
    pthread_t thread;

    begin(state);
    pthread_create(&thread, NULL, hammer, &writer);
    for (int round = 0; round < 100; round++) {
        adopt((hal_u64)memory, 4, 1);
        hal_segment_destroy(fixture.segment);
        assert_int_equal(hal_segment_create(&fixture.segment, FRAMES, "test"), HAL_OK);
        assert_int_equal(hal_map(DIRECT, fixture.segment, 0, FRAMES, HAL_READ | HAL_WRITE), HAL_OK);
        fixture.next = 16;
    }
    __atomic_store_n(&writer.end, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    assert_int_equal(*writer.word, writer.written);
    munmap(memory, 4 * PAGE);
}

/* On a stack that is adopted itself, in a call that has locals in it. */
static void __attribute__((noinline)) fork_from_adopted_stack(unsigned char *memory, hal_u64 first)
{
    volatile unsigned char local[2 * PAGE];
    pid_t child;
    int status;

    local[PAGE] = 5;
    adopt(page_of((void *)(local + PAGE)), 1, 1);
    child = fork();
    if (!child) {
        int is_right = memory[0] == 1 && local[PAGE] == 5 &&
                       hal_touch_write(DIRECT + first * PAGE) == HAL_EFAULT;

        memory[0] = local[PAGE] = 2;
        _exit(is_right && memory[0] == 2 && !hal_adopt_available(NULL) ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(local[PAGE], 5);
}

/* It has them as they were, and writes to its own. */
static void test_forked_child_has_copies(void **state)
{
    unsigned char *memory = map_private(1);
    hal_u64 first;

    begin(state);
#ifdef __SANITIZE_THREAD__
    skip(); /* it does not know of a change of stacks */
#endif
    first = adopt((hal_u64)memory, 1, 1);
    memory[0] = 1;
    fork_from_adopted_stack(memory, first);
    assert_int_equal(memory[0], 1);
    *direct(first) = 3;
    assert_int_equal(memory[0], 3);
    munmap(memory, PAGE);
}

static void test_program_memory(void **state)
{
    hal_u64 address = 0, before;

    begin(state);
    assert_int_equal(hal_reserve(&address, 4), HAL_OK);
    assert_int_equal(hal_commit(address, 4, HAL_READ | HAL_WRITE), HAL_OK);
    adopt(address, 4, 1);
    before = lost_pages();
    assert_int_equal(hal_decommit(address, 1), HAL_OK);
    assert_int_equal(lost_by_now() - before, 1);
    assert_int_equal(hal_release(address, 4), HAL_OK);
    assert_int_equal(lost_by_now() - before, 4);
}

static void test_forbidden(void **state)
{
    unsigned char *memory = map_private(1);
    const char *why = NULL;

    begin(state);
    hal_segment_destroy(fixture.segment);
    hal_stop();
    setenv("NTIO_NO_ADOPTION", "1", 1);
    assert_int_equal(hal_start(), HAL_OK);
    unsetenv("NTIO_NO_ADOPTION");
    assert_int_equal(hal_segment_create(&fixture.segment, FRAMES, "test"), HAL_OK);
    assert_int_equal(hal_adopt_available(&why), 0);
    assert_string_equal(why, "NTIO_NO_ADOPTION is set");
    assert_int_equal(hal_adopt((hal_u64)memory, 1, fixture.segment, 1, 1), HAL_EOPNOTSUPP);
    munmap(memory, PAGE);
    assert_int_equal(hal_adopt((hal_u64)memory, 1, fixture.segment, 1, 1), HAL_EFAULT);
}

#define ADOPT_TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ADOPT_TEST(test_mapped_pages),
        ADOPT_TEST(test_untouched_pages),
        ADOPT_TEST(test_heap),
        ADOPT_TEST(test_grown_heap_block),
        ADOPT_TEST(test_own_stack),
        ADOPT_TEST(test_stack_grows_after_adoption),
        ADOPT_TEST(test_thread_stacks),
        ADOPT_TEST(test_globals),
        ADOPT_TEST(test_constants),
        ADOPT_TEST(test_read_only_pages),
        ADOPT_TEST(test_what_cannot_be_adopted),
        ADOPT_TEST(test_unmap_is_a_loss),
        ADOPT_TEST(test_discard_is_a_loss),
        ADOPT_TEST(test_move_is_a_loss),
        ADOPT_TEST(test_growth_in_place_shows_no_frame),
        ADOPT_TEST(test_no_write_is_lost),
        ADOPT_TEST(test_pages_get_other_frames),
        ADOPT_TEST(test_a_failed_move_leaves_private_pages),
        ADOPT_TEST(test_no_write_is_lost_by_a_move),
        ADOPT_TEST(test_no_write_is_lost_at_the_end),
        ADOPT_TEST(test_forked_child_has_copies),
        ADOPT_TEST(test_program_memory),
        ADOPT_TEST(test_forbidden),
    };
    const char *why;
    int available;

    if (hal_start())
        return 1;
    available = hal_adopt_available(&why);
    hal_stop();
    if (!available) {
        print_message("skipped: %s\n", why);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
