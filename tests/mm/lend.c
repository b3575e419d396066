/*
 * Lending: whole pages get frames of the borrower's segments and no other page does; who has them
 * locked keeps them; a loan ends with its borrower, and its frames with their pages.
 */
#include "mm_test.h"

static struct {
    struct hal_segment *segments[MM_LOANS];
    BOOLEAN is_read_only[MM_LOANS];
    ULONG shown, hidden; /* atomic */
    int error;           /* show's answer */
} borrower;

static int show(PVOID context, ULONG number, hal_u32 serial, struct hal_segment *segment,
                BOOLEAN is_read_only)
{
    assert_ptr_equal(context, &borrower);
    assert_int_not_equal(serial, 0);
    if (borrower.error)
        return borrower.error;
    borrower.segments[number] = segment;
    borrower.is_read_only[number] = is_read_only;
    borrower.shown++;
    return HAL_OK;
}

static VOID hide(PVOID context, ULONG number)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(number);
    __atomic_fetch_add(&borrower.hidden, 1, __ATOMIC_RELAXED);
}

static const struct mm_lender_calls calls = {show, hide};

static struct mm_lender *make_lender(void)
{
    struct mm_lender *lender = mm_lender_create(&calls, &borrower);

    assert_non_null(lender);
    return lender;
}

static void end_lender(struct mm_lender *lender)
{
    mm_lender_close(lender);
    mm_lender_dereference(lender);
}

static PMDL lock_for(PVOID address, ULONG bytes, LOCK_OPERATION operation, struct mm_lender *lender)
{
    PMDL mdl = IoAllocateMdl(address, bytes, FALSE, FALSE, NULL);

    assert_non_null(mdl);
    assert_int_equal(mm_probe_and_lock_for(mdl, UserMode, operation, lender), STATUS_SUCCESS);
    return mdl;
}

/* What the borrower sees at a byte of the buffer. */
static UCHAR seen(const struct mm_lent *lent, ULONG64 offset)
{
    PVOID window;
    UCHAR byte;

    assert_int_equal(hal_share(&window, borrower.segments[lent->number],
                               lent->place + (offset >> PAGE_SHIFT), 1),
                     HAL_OK);
    byte = ((PUCHAR)window)[offset % PAGE_SIZE];
    hal_unshare(window, 1);
    return byte;
}

static void set_up(void **state)
{
    (void)state;
    skip_without_adoption();
    memset(&borrower, 0, sizeof(borrower));
}

static void test_whole_pages(void **state)
{
    set_up(state);
    struct mm_lender *lender = make_lender();
    PUCHAR memory = program_memory(8);
    struct mm_lent lent;

    memset(memory, 3, 8 * PAGE_SIZE);
    for (LOCK_OPERATION operation = IoReadAccess; operation <= IoWriteAccess; operation++) {
        ULONG64 before = statistics().pages_lent;
        PMDL mdl = lock_for(memory + PAGE_SIZE, 4 * PAGE_SIZE, operation, lender);

        assert_true(mm_find_lent(mdl, lender, operation == IoWriteAccess, &lent));
        assert_int_equal(statistics().pages_lent, before + 4);
        assert_int_equal(lent.is_read_only, operation == IoReadAccess);
        assert_int_equal(borrower.is_read_only[lent.number], lent.is_read_only);
        assert_int_equal(lent.head | lent.tail, 0);
        memory[PAGE_SIZE + 5] = (UCHAR)(operation + 40);
        assert_int_equal(seen(&lent, 5), operation + 40);
        assert_int_equal(seen(&lent, 4 * PAGE_SIZE - 1), 3);
        mm_end_lent(&lent);
        unlock_and_free(mdl);
        /* Again: nothing is moved. */
        mdl = lock_for(memory + PAGE_SIZE, 4 * PAGE_SIZE, operation, lender);
        assert_int_equal(statistics().pages_lent, before + 4);
        unlock_and_free(mdl);
    }
    assert_int_equal(borrower.shown, 2);
    program_memory_free(memory, 8);
    end_lender(lender);
}

static void test_ragged_ends(void **state)
{
    set_up(state);
    struct mm_lender *lender = make_lender();
    PUCHAR memory = program_memory(4);
    struct mm_lent lent, second;

    memset(memory, 9, 4 * PAGE_SIZE);
    PMDL mdl = lock_for(memory + 100, 3 * PAGE_SIZE, IoWriteAccess, lender);
    assert_true(mm_find_lent(mdl, lender, TRUE, &lent));
    assert_int_not_equal(lent.head, 0);
    assert_int_not_equal(lent.tail, 0);
    /* Their pages are not there, but zeroes; between them are the program's. */
    assert_int_equal(seen(&lent, 0), 0);
    assert_int_equal(seen(&lent, PAGE_SIZE), 9);
    assert_int_equal(seen(&lent, 3 * PAGE_SIZE), 0);
    /* The ends have one user at a time. */
    assert_false(mm_find_lent(mdl, lender, TRUE, &second));
    mm_end_lent(&lent);
    assert_true(mm_find_lent(mdl, lender, TRUE, &second));
    mm_end_lent(&second);
    unlock_and_free(mdl);

    /* Less than a page, and none that is whole. */
    mdl = lock_for(memory + 1, 2 * PAGE_SIZE - 2, IoWriteAccess, lender);
    assert_false(mm_find_lent(mdl, lender, TRUE, &lent));
    unlock_and_free(mdl);
    program_memory_free(memory, 4);
    end_lender(lender);
}

static void test_a_locked_page_stays(void **state)
{
    set_up(state);
    struct mm_lender *lender = make_lender();
    PUCHAR memory = program_memory(4);
    struct mm_lent lent;

    PMDL other = lock_range(memory + PAGE_SIZE, PAGE_SIZE, UserMode, IoWriteAccess);
    PFN_NUMBER frame = MmGetMdlPfnArray(other)[0];
    PMDL mdl = lock_for(memory, 4 * PAGE_SIZE, IoWriteAccess, lender);
    assert_false(mm_find_lent(mdl, lender, TRUE, &lent));
    assert_int_equal(MmGetMdlPfnArray(mdl)[1], frame);
    unlock_and_free(mdl);
    unlock_and_free(other);
    mdl = lock_for(memory, 4 * PAGE_SIZE, IoWriteAccess, lender);
    assert_true(mm_find_lent(mdl, lender, TRUE, &lent));
    assert_int_not_equal(MmGetMdlPfnArray(mdl)[1], frame);
    mm_end_lent(&lent);
    unlock_and_free(mdl);
    program_memory_free(memory, 4);
    end_lender(lender);
}

/* What one borrower has another does not get to see, nor may it write to what it only reads. */
static void test_borrowers_are_apart(void **state)
{
    set_up(state);
    struct mm_lender *first = make_lender(), *second = make_lender();
    PUCHAR memory = program_memory(2);
    struct mm_lent lent;

    PMDL mdl = lock_for(memory, 2 * PAGE_SIZE, IoReadAccess, first);
    assert_true(mm_find_lent(mdl, first, FALSE, &lent));
    mm_end_lent(&lent);
    assert_false(mm_find_lent(mdl, first, TRUE, &lent));
    assert_false(mm_find_lent(mdl, second, FALSE, &lent));
    unlock_and_free(mdl);
    mdl = lock_for(memory, 2 * PAGE_SIZE, IoReadAccess, second);
    assert_true(mm_find_lent(mdl, second, FALSE, &lent));
    assert_false(mm_find_lent(mdl, first, FALSE, &lent));
    mm_end_lent(&lent);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
    end_lender(first);
    end_lender(second);
}

static void test_nothing_is_lent_to_nobody(void **state)
{
    set_up(state);
    struct mm_lender *lender = make_lender();
    PUCHAR memory = program_memory(2);
    struct mm_lent lent;

    borrower.error = HAL_EPIPE;
    PMDL mdl = lock_for(memory, 2 * PAGE_SIZE, IoWriteAccess, lender);
    assert_false(mm_find_lent(mdl, lender, TRUE, &lent));
    unlock_and_free(mdl);
    borrower.error = HAL_OK;
    mm_lender_close(lender);
    mdl = lock_for(memory, 2 * PAGE_SIZE, IoWriteAccess, lender);
    assert_false(mm_find_lent(mdl, lender, TRUE, &lent));
    assert_int_equal(borrower.shown, 0);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
    mm_lender_dereference(lender);
}

/* The borrower ends while its pages are locked: they stay the program's, with what is in them. */
static void test_the_borrower_ends(void **state)
{
    set_up(state);
    struct mm_lender *lender = make_lender();
    PUCHAR memory = program_memory(2);
    struct mm_lent lent;

    PMDL mdl = lock_for(memory, 2 * PAGE_SIZE, IoWriteAccess, lender);
    assert_true(mm_find_lent(mdl, lender, TRUE, &lent));
    mm_lender_close(lender);
    memory[7] = 0x77;
    assert_int_equal(((PUCHAR)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority))[7], 0x77);
    mm_end_lent(&lent);
    unlock_and_free(mdl);
    mdl = lock_range(memory, 2 * PAGE_SIZE, UserMode, IoWriteAccess);
    assert_int_equal(memory[7], 0x77);
    unlock_and_free(mdl);
    mm_lender_dereference(lender);
    lender = make_lender();
    mdl = lock_for(memory, 2 * PAGE_SIZE, IoWriteAccess, lender);
    assert_true(mm_find_lent(mdl, lender, TRUE, &lent));
    assert_int_equal(memory[7], 0x77);
    mm_end_lent(&lent);
    unlock_and_free(mdl);
    program_memory_free(memory, 2);
    end_lender(lender);
}

/* The program gives pages up that are lent, and what is locked lives on. */
static void test_the_program_unmaps(void **state)
{
    set_up(state);
    struct mm_lender *lender = make_lender();
    ULONG64 before = statistics().program_frames;
    struct mm_lent lent;

    for (ULONG round = 0; round < 50; round++) {
        PUCHAR memory = program_memory(3);
        PMDL mdl = lock_for(memory, 3 * PAGE_SIZE, IoWriteAccess, lender);
        PUCHAR mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);

        memory[1] = (UCHAR)round;
        assert_true(mm_find_lent(mdl, lender, TRUE, &lent));
        program_memory_free(memory, 3);
        assert_int_equal(mapped[1], round);
        mm_end_lent(&lent);
        unlock_and_free(mdl);
    }
    assert_int_equal(statistics().program_frames, before);
    end_lender(lender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MM_TEST(test_whole_pages),
        MM_TEST(test_ragged_ends),
        MM_TEST(test_a_locked_page_stays),
        MM_TEST(test_borrowers_are_apart),
        MM_TEST(test_nothing_is_lent_to_nobody),
        MM_TEST(test_the_borrower_ends),
        MM_TEST(test_the_program_unmaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
