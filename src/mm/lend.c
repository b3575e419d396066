/*
 * Lending: a program's pages in frames that another process maps as well.
 *
 * A loan is a space of frames without addresses of its own: a segment, and for each region of
 * the owner's a block, so that a buffer's frames follow each other there as everywhere. A page
 * that is lent gets the loan's frame in the place of the one that it had, once; from then on it
 * stays there, until it is lent to another borrower, or for other access.
 */
#include "region.h"

struct mm_lender {
    const struct mm_lender_calls *calls;
    PVOID context;
    LONG references;     /* atomic */
    struct mm_lock lock; /* guards the rest; after a space's adopting, before mm_table.lock */
    BOOLEAN is_closed;
    hal_u32 serial;                   /* the last loan's */
    struct mm_space *loans[MM_LOANS]; /* by number; each has a reference */
    ULONG64 numbers;                  /* in use, also by loans that have ended */
};
_Static_assert(MM_LOANS == 64, "numbers is one word");

/*
 * Of the program in this process: their segments are destroyed by whoever lends next, as the
 * last page may have gone on a thread of hal's own.
 */
static struct mm_space *graveyard; /* guarded by mm_table.lock; by loan->next */

/* ---- lenders -------------------------------------------------------------------------- */

struct mm_lender *mm_lender_create(const struct mm_lender_calls *calls, PVOID context)
{
    struct mm_lender *lender = hal_allocate(sizeof(*lender));

    if (lender)
        *lender = (struct mm_lender){.calls = calls, .context = context, .references = 1};
    return lender;
}

VOID mm_lender_reference(struct mm_lender *lender)
{
    __atomic_fetch_add(&lender->references, 1, __ATOMIC_RELAXED);
}

VOID mm_lender_dereference(struct mm_lender *lender)
{
    if (!__atomic_sub_fetch(&lender->references, 1, __ATOMIC_ACQ_REL))
        hal_free(lender);
}

/* ---- the end of a loan ---------------------------------------------------------------- */

static VOID destroy(struct mm_space *space)
{
    struct mm_loan *loan = space->loan;

    mm_acquire(&mm_table.lock);
    loan->owner->loan_numbers[loan->owner_number / 64] &= ~(1ull << loan->owner_number % 64);
    mm_release(&mm_table.lock);
    mm_space_release(loan->owner);
    mm_lender_dereference(loan->lender);
    hal_free(loan);
    mm_space_destroy(space);
}

static VOID bury_dead(VOID)
{
    struct mm_space *space, *next;

    mm_acquire(&mm_table.lock);
    space = graveyard;
    graveyard = NULL;
    mm_release(&mm_table.lock);
    for (; space; space = next) {
        next = space->loan->next;
        destroy(space);
    }
}

VOID mm_loan_gone(struct mm_space *space)
{
    struct mm_loan *loan = space->loan;
    struct mm_lender *lender = loan->lender;

    mm_acquire(&lender->lock);
    lender->numbers &= ~(1ull << loan->lender_number);
    if (!lender->is_closed)
        lender->calls->hide(lender->context, loan->lender_number);
    mm_release(&lender->lock);
    if (loan->owner->segment) {
        destroy(space);
        return;
    }
    mm_acquire(&mm_table.lock);
    loan->next = graveyard;
    graveyard = space;
    mm_release(&mm_table.lock);
}

/* Takes a loan off its lender's table, if it is there; the table's reference is the caller's. */
static BOOLEAN withdraw(struct mm_space *space)
{
    struct mm_lender *lender = space->loan->lender;
    BOOLEAN is_there;

    mm_acquire(&lender->lock);
    is_there = lender->loans[space->loan->lender_number] == space;
    if (is_there)
        lender->loans[space->loan->lender_number] = NULL;
    mm_release(&lender->lock);
    return is_there;
}

VOID mm_end_loans(struct mm_space *owner)
{
    struct mm_space *space, *next;

    mm_acquire(&owner->adopting);
    space = owner->loans;
    owner->loans = NULL;
    mm_release(&owner->adopting);
    for (; space; space = next) {
        next = space->loan->next;
        if (withdraw(space))
            mm_space_release(space);
    }
}

static VOID unlink_loan(struct mm_space *space)
{
    struct mm_space *owner = space->loan->owner, **link;

    mm_acquire(&owner->adopting);
    for (link = &owner->loans; *link && *link != space; link = &(*link)->loan->next)
        ;
    if (*link)
        *link = space->loan->next;
    mm_release(&owner->adopting);
}

static struct mm_space *take_any(struct mm_lender *lender)
{
    struct mm_space *found = NULL;

    mm_acquire(&lender->lock);
    lender->is_closed = TRUE;
    for (ULONG number = 0; number < MM_LOANS && !found; number++) {
        found = lender->loans[number];
        lender->loans[number] = NULL;
    }
    mm_release(&lender->lock);
    return found;
}

VOID mm_lender_close(struct mm_lender *lender)
{
    struct mm_space *space;

    while ((space = take_any(lender))) {
        unlink_loan(space);
        mm_space_release(space);
    }
    bury_dead();
}

VOID mm_loans_stop(VOID)
{
    struct mm_space *space;

    bury_dead();
    while ((space = mm_some_loan()))
        destroy(space);
}

/* ---- a new loan ----------------------------------------------------------------------- */

/* The owner's adopting is held, as everywhere from here on. */
static struct mm_space *find_loan(struct mm_space *owner, const struct mm_lender *lender,
                                  BOOLEAN is_read_only)
{
    struct mm_space *space = owner->loans;

    while (space && (space->loan->lender != lender || space->loan->is_read_only != is_read_only))
        space = space->loan->next;
    return space;
}

/* A number that the owner's program knows the loan by; FALSE: there are none. */
static BOOLEAN number_for_owner(struct mm_space *owner, struct mm_loan *loan)
{
    BOOLEAN is_found = FALSE;

    mm_acquire(&mm_table.lock);
    for (ULONG number = 0; number < MM_PROGRAM_LOANS && !is_found; number++) {
        ULONG64 *word = &owner->loan_numbers[number / 64], bit = 1ull << number % 64;

        if (*word & bit)
            continue;
        *word |= bit;
        loan->owner_number = number;
        owner->references++;
        is_found = TRUE;
    }
    mm_release(&mm_table.lock);
    return is_found;
}

static BOOLEAN number_for_lender(struct mm_lender *lender, struct mm_space *space)
{
    struct mm_loan *loan = space->loan;
    BOOLEAN is_found;

    mm_acquire(&lender->lock);
    is_found = !lender->is_closed && lender->numbers != ~0ull;
    if (is_found) {
        loan->lender_number = (ULONG)__builtin_ctzll(~lender->numbers);
        lender->numbers |= 1ull << loan->lender_number;
        lender->loans[loan->lender_number] = space;
        loan->serial = ++lender->serial;
    }
    mm_release(&lender->lock);
    return is_found;
}

static VOID free_numbers(struct mm_space *owner, struct mm_loan *loan)
{
    mm_acquire(&mm_table.lock);
    owner->loan_numbers[loan->owner_number / 64] &= ~(1ull << loan->owner_number % 64);
    owner->references--;
    mm_release(&mm_table.lock);
}

static struct mm_space *make_loan(struct mm_space *owner, struct mm_lender *lender,
                                  BOOLEAN is_read_only)
{
    struct mm_loan *loan = hal_allocate(sizeof(*loan));
    struct mm_space *space;

    if (!loan)
        return NULL;
    *loan = (struct mm_loan){.owner = owner, .lender = lender, .is_read_only = is_read_only};
    if (!number_for_owner(owner, loan))
        goto no_number;
    if (!NT_SUCCESS(mm_space_create(NULL, NULL, &space)))
        goto no_space;
    space->loan = loan;
    if (!number_for_lender(lender, space))
        goto no_lender;
    mm_lender_reference(lender);
    loan->next = owner->loans;
    owner->loans = space;
    return space;

no_lender:
    mm_space_destroy(space);
no_space:
    free_numbers(owner, loan);
no_number:
    hal_free(loan);
    return NULL;
}

static struct mm_space *get_loan(struct mm_space *owner, struct mm_lender *lender,
                                 BOOLEAN is_read_only)
{
    struct mm_space *space = find_loan(owner, lender, is_read_only);

    if (space)
        return space;
    space = make_loan(owner, lender, is_read_only);
    if (!space || lender->calls->show(lender->context, space->loan->lender_number,
                                      space->loan->serial, space->segment, is_read_only) == HAL_OK)
        return space;
    owner->loans = space->loan->next;
    if (withdraw(space))
        mm_space_release(space);
    return NULL;
}

/* ---- lending -------------------------------------------------------------------------- */

static int share_pages(struct mm_space *owner, struct mm_space *space, ULONG64 address,
                       SIZE_T count, PFN_NUMBER first, BOOLEAN for_write)
{
    struct mm_loan *loan = space->loan;
    struct mm_loan_segment segment = {loan->owner_number, loan->is_known ? NULL : space->segment};
    PFN_NUMBER place = first - MM_PROGRAM_BASE;
    int error;

    if (!owner->program)
        return hal_adopt(address, count, space->segment, place, for_write);
    error = owner->program->adopt(owner->context, address, count, place, for_write, &segment);
    loan->is_known |= error == HAL_OK;
    return error;
}

/* Pages of one region, none of which has its frame of the loan. */
static BOOLEAN lend_run(struct mm_space *owner, struct mm_space *space, ULONG64 address,
                        SIZE_T count, ULONG access)
{
    struct mm_region *own = mm_make_region(owner, address), *lent = mm_make_region(space, address);
    ULONG index = mm_index_of(address);
    PFN_NUMBER first;
    int error;

    if (!own || !lent || !mm_claim_loan(space, own, lent, address, count))
        return FALSE;
    first = lent->block + index;
    error = share_pages(owner, space, address, count, first, (access & MM_WRITE) != 0);
    if (error == HAL_OK)
        mm_publish_adopted(own, index, count, access);
    else
        mm_clear_range(owner, address, count);
    for (PFN_NUMBER frame = first; frame < first + count; frame++)
        mm_release_held(&frame, 1);
    mm_clear_entries(lent, index, count);
    if (error == HAL_OK)
        mm_count(MM_PAGES_LENT, count);
    return error == HAL_OK;
}

static BOOLEAN has_its_frame(struct mm_space *owner, struct mm_space *space, ULONG64 address)
{
    struct mm_region *lent = mm_find_region(space, address);
    const ULONG *slot = mm_entry_of(owner, address);

    return lent && lent->block && slot &&
           mm_entry_frame(__atomic_load_n(slot, __ATOMIC_ACQUIRE)) ==
               lent->block + mm_index_of(address);
}

static SIZE_T count_run(struct mm_space *owner, struct mm_space *space, ULONG64 address,
                        SIZE_T pages, BOOLEAN have_frames)
{
    SIZE_T most = mm_pages_in_region(address, pages), count = 0;

    while (count < most &&
           has_its_frame(owner, space, address + (count << PAGE_SHIFT)) == have_frames)
        count++;
    return count;
}

/* TRUE: all pages are in the loan. */
static BOOLEAN lend_all(struct mm_space *owner, struct mm_space *space, ULONG64 address,
                        SIZE_T pages, ULONG access)
{
    while (pages) {
        SIZE_T count = count_run(owner, space, address, pages, TRUE);

        if (!count) {
            count = count_run(owner, space, address, pages, FALSE);
            if (!lend_run(owner, space, address, count, access))
                return FALSE;
        }
        address += count << PAGE_SHIFT;
        pages -= count;
    }
    return TRUE;
}

VOID mm_lend(struct mm_space *owner, ULONG64 address, SIZE_T pages, ULONG access,
             struct mm_lender *lender)
{
    struct mm_space *space;
    BOOLEAN was_in_context;

    bury_dead();
    /* They hold frames. */
    mm_close_windows(owner, address, pages);
    was_in_context = mm_pause();
    mm_acquire(&owner->adopting);
    space = owner->is_closed ? NULL : get_loan(owner, lender, !(access & MM_WRITE));
    if (space)
        lend_all(owner, space, address, pages, access);
    mm_release(&owner->adopting);
    mm_resume(was_in_context);
}

/* ---- what is lent --------------------------------------------------------------------- */

static BOOLEAN is_lent(PFN_NUMBER frame, const struct mm_lender *lender, BOOLEAN for_write)
{
    const struct mm_loan *loan = mm_is_program_frame(frame) ? mm_space_of(frame)->loan : NULL;

    return loan && loan->lender == lender && !(for_write && loan->is_read_only);
}

BOOLEAN mm_are_lent(const PFN_NUMBER *list, SIZE_T pages, const struct mm_lender *lender,
                    BOOLEAN for_write)
{
    if (!is_lent(list[0], lender, for_write))
        return FALSE;
    for (SIZE_T page = 1; page < pages; page++) {
        if (list[page] != list[0] + page)
            return FALSE;
        if (list[page] % REGION_PAGES == 0 && mm_space_of(list[page]) != mm_space_of(list[0]))
            return FALSE;
    }
    return TRUE;
}

/* The frame that a ragged page of a lent buffer has or gets. TRUE: it is in *spare if it got one.
 */
static BOOLEAN find_end(struct mm_space *space, ULONG64 address, PFN_NUMBER own, PFN_NUMBER wanted,
                        PFN_NUMBER *spare)
{
    struct mm_region *region;

    if (own == wanted && mm_space_of(own) == space)
        return TRUE;
    mm_acquire(&space->adopting);
    region = mm_make_region(space, address);
    if (region)
        *spare = mm_claim_spare(space, address);
    mm_release(&space->adopting);
    if (*spare == wanted)
        return TRUE;
    if (*spare)
        mm_release_held(spare, 1);
    *spare = 0;
    return FALSE;
}

BOOLEAN mm_find_lent(PMDL mdl, const struct mm_lender *lender, BOOLEAN for_write,
                     struct mm_lent *lent)
{
    const PFN_NUMBER *list = MmGetMdlPfnArray(mdl);
    SIZE_T pages = mm_mdl_pages(mdl), first = mdl->ByteOffset ? 1 : 0;
    SIZE_T end = ((SIZE_T)mdl->ByteOffset + mdl->ByteCount) >> PAGE_SHIFT;
    ULONG64 address = (ULONG64)mdl->StartVa;
    struct mm_space *space;

    if (end <= first || !mm_are_lent(list + first, end - first, lender, for_write))
        return FALSE;
    space = mm_space_of(list[first]);
    *lent = (struct mm_lent){.number = space->loan->lender_number,
                             .serial = space->loan->serial,
                             .is_read_only = space->loan->is_read_only,
                             .place = list[first] - first - MM_PROGRAM_BASE};
    if (first && !find_end(space, address, list[0], list[first] - 1, &lent->head))
        return FALSE;
    if (end < pages && !find_end(space, address + (end << PAGE_SHIFT), list[end], list[end - 1] + 1,
                                 &lent->tail)) {
        mm_end_lent(lent);
        return FALSE;
    }
    return TRUE;
}

VOID mm_end_lent(struct mm_lent *lent)
{
    if (lent->head)
        mm_release_held(&lent->head, 1);
    if (lent->tail)
        mm_release_held(&lent->tail, 1);
    lent->head = lent->tail = 0;
}
