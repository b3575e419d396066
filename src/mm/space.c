/*
 * Programs' address spaces: that of the program in this process, and those of
 * programs in others.
 *
 * Frame numbers are one range for all programs, handed out in blocks of 512.
 * Each program has a segment of its own, as long as that range and empty but for
 * its blocks, so frame and place in the segment are the same arithmetic for all,
 * and the direct map shows each block out of its owner's segment.
 */
#include "region.h"

#include "../ke/ke.h"
#include "../rtl/rtl.h"

#define SPACES 16384u
#define DIRECTORY_SLOTS 8192u
#define DIRECTORY_FRAMES (DIRECTORY_SLOTS * sizeof(PVOID) >> PAGE_SHIFT)

struct mm_own mm_own;

static struct mm_spaces {
    struct mm_space own;
    struct mm_space *all[SPACES]; /* by number; guarded by mm_table.lock, read for live frames */
    ULONG next;                   /* where the search for a number begins; guarded likewise */
} spaces;

struct mm_space *mm_own_space(VOID)
{
    return &spaces.own;
}

struct mm_space *mm_process_space(PKPROCESS process)
{
    if (process && process->space)
        return process->space;
    return mm_is_apart() ? NULL : &spaces.own;
}

struct mm_space *mm_current_space(VOID)
{
    return mm_process_space(ke_current()->process);
}

BOOLEAN mm_is_own_range(ULONG64 address, SIZE_T bytes)
{
    for (ULONG i = 0; i < mm_own.range_count; i++) {
        if (address >= mm_own.ranges[i].start && address < mm_own.ranges[i].end)
            return bytes <= mm_own.ranges[i].end - address;
    }
    return FALSE;
}

BOOLEAN mm_touches_own_range(ULONG64 address, SIZE_T bytes)
{
    for (ULONG i = 0; i < mm_own.range_count; i++) {
        if (address < mm_own.ranges[i].end && address + bytes > mm_own.ranges[i].start)
            return TRUE;
    }
    return FALSE;
}

struct mm_space *mm_space_at(ULONG64 address)
{
    return mm_is_own_range(address, 1) ? &spaces.own : mm_current_space();
}

struct mm_space *mm_space_of(PFN_NUMBER frame)
{
    return spaces.all[mm_frame(mm_block_of(frame))->space];
}

struct hal_segment *mm_space_segment(const struct mm_space *space)
{
    return space->segment;
}

/* ---- Making and freeing ---------------------------------------------------- */

/* Enters the space in the table; FALSE if that is full. */
static BOOLEAN number_space(struct mm_space *space)
{
    BOOLEAN is_found = FALSE;

    mm_acquire(&mm_table.lock);
    for (ULONG tried = 0; tried < SPACES && !is_found; tried++) {
        ULONG number = (spaces.next + tried) % SPACES;

        if (spaces.all[number])
            continue;
        spaces.all[number] = space;
        spaces.next = number + 1;
        space->number = (USHORT)number;
        is_found = TRUE;
    }
    mm_release(&mm_table.lock);
    return is_found;
}

static PVOID *make_directory(VOID)
{
    /* Within the zones, so not from a cache: it reads as zero without being touched. */
    PFN_NUMBER first =
        mm_allocate_frames_within(DIRECTORY_FRAMES, 1, MM_FIRST_FRAME, MM_SYSTEM_FRAMES);

    return first ? mm_frame_address(first) : NULL;
}

static PFN_NUMBER frame_at(PVOID address)
{
    return ((ULONG64)address - MM_DIRECT_MAP) >> PAGE_SHIFT;
}

/* The top's nodes, and their regions. */
static VOID free_directory(PVOID *directory)
{
    for (ULONG slot = 0; slot < DIRECTORY_SLOTS; slot++) {
        PVOID *node = directory[slot];

        for (ULONG i = 0; node && i < DIRECTORY_SLOTS; i++) {
            if (node[i])
                mm_free_frames(frame_at(node[i]), 1);
        }
        if (node)
            mm_free_frames(frame_at(node), DIRECTORY_FRAMES);
    }
    mm_free_frames(frame_at(directory), DIRECTORY_FRAMES);
}

VOID mm_space_free(struct mm_space *space)
{
    if (space->loan)
        mm_loan_gone(space);
    else
        mm_space_destroy(space);
}

VOID mm_space_destroy(struct mm_space *space)
{
    hal_segment_destroy(space->segment);
    free_directory(space->directory);
    mm_acquire(&mm_table.lock);
    spaces.all[space->number] = NULL;
    mm_release(&mm_table.lock);
    hal_free(space);
}

NTSTATUS mm_space_create(const struct mm_program *program, PVOID context, struct mm_space **space)
{
    struct mm_space *made = hal_allocate(sizeof(*made));
    int error;

    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    *made = (struct mm_space){.references = 1, .program = program, .context = context};
    error = hal_segment_create(&made->segment, MM_PROGRAM_FRAMES, "ntio-program");
    if (error != HAL_OK)
        goto no_segment;
    error = hal_segment_seal(made->segment);
    if (error != HAL_OK)
        goto no_directory;
    error = HAL_ENOMEM;
    made->directory = make_directory();
    if (!made->directory)
        goto no_directory;
    if (!number_space(made))
        goto no_number;
    *space = made;
    return STATUS_SUCCESS;

no_number:
    free_directory(made->directory);
no_directory:
    hal_segment_destroy(made->segment);
no_segment:
    hal_free(made);
    return rtl_status_from_hal(error);
}

/* ---- Losing --------------------------------------------------------------- */

VOID mm_space_lost(struct mm_space *space, ULONG64 address, SIZE_T pages)
{
    address &= ~(PAGE_SIZE - 1ull);
    if (address >> 47 || pages > ((1ull << 47) - address) >> PAGE_SHIFT)
        return;
    mm_clear_range(space, address, pages);
    mm_close_windows(space, address, pages);
}

/* Every region that the directory leads to, of one node. */
static VOID clear_node(struct mm_space *space, ULONG slot)
{
    PVOID *node = __atomic_load_n(&space->directory[slot], __ATOMIC_ACQUIRE);

    for (ULONG64 i = 0; node && i < DIRECTORY_SLOTS; i++) {
        if (__atomic_load_n(&node[i], __ATOMIC_ACQUIRE))
            mm_clear_range(space, (ULONG64)slot << 34 | i << REGION_SHIFT, REGION_PAGES);
    }
}

/* What a program that is gone answers. */
static int adopt_nothing(PVOID context, ULONG64 address, SIZE_T pages, PFN_NUMBER place,
                         BOOLEAN for_write, const struct mm_loan_segment *loan)
{
    UNREFERENCED_PARAMETER(loan);
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(address);
    UNREFERENCED_PARAMETER(pages);
    UNREFERENCED_PARAMETER(place);
    UNREFERENCED_PARAMETER(for_write);
    return HAL_EFAULT;
}

static int touch_nothing(PVOID context, ULONG64 address, BOOLEAN for_write)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(address);
    UNREFERENCED_PARAMETER(for_write);
    return HAL_EFAULT;
}

static int read_nothing(PVOID context, PVOID to, ULONG64 from, SIZE_T bytes)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(to);
    UNREFERENCED_PARAMETER(from);
    UNREFERENCED_PARAMETER(bytes);
    return HAL_EFAULT;
}

static int write_nothing(PVOID context, ULONG64 to, const VOID *from, SIZE_T bytes)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(to);
    UNREFERENCED_PARAMETER(from);
    UNREFERENCED_PARAMETER(bytes);
    return HAL_EFAULT;
}

static const struct mm_program no_program = {adopt_nothing, touch_nothing, read_nothing,
                                             write_nothing};

VOID mm_space_close(struct mm_space *space)
{
    __atomic_store_n(&space->program, &no_program, __ATOMIC_RELEASE);
    mm_acquire(&mm_table.lock);
    __atomic_store_n(&space->is_closed, TRUE, __ATOMIC_RELEASE);
    mm_release(&mm_table.lock);
    mm_disown_windows(space);
    /* Behind an adopter that is under way, whose pages would be missed. */
    mm_acquire(&space->adopting);
    for (ULONG slot = 0; slot < DIRECTORY_SLOTS; slot++)
        clear_node(space, slot);
    mm_release(&space->adopting);
    mm_end_loans(space);
}

VOID mm_space_reference(struct mm_space *space)
{
    mm_acquire(&mm_table.lock);
    space->references++;
    mm_release(&mm_table.lock);
}

VOID mm_space_release(struct mm_space *space)
{
    BOOLEAN is_last;

    mm_acquire(&mm_table.lock);
    is_last = !--space->references;
    mm_release(&mm_table.lock);
    if (is_last)
        mm_space_free(space);
}

struct mm_space *mm_next_space(ULONG *number)
{
    struct mm_space *found = NULL;

    mm_acquire(&mm_table.lock);
    while (*number < SPACES && !found) {
        found = spaces.all[*number];
        /* One without references is being freed. */
        if (found && !found->references)
            found = NULL;
        if (!found)
            ++*number;
    }
    if (found)
        found->references++;
    mm_release(&mm_table.lock);
    return found;
}

struct mm_space *mm_some_loan(VOID)
{
    for (ULONG number = 1; number < SPACES; number++) {
        if (spaces.all[number] && spaces.all[number]->loan)
            return spaces.all[number];
    }
    return NULL;
}

VOID mm_spaces_start(VOID)
{
    spaces.own = (struct mm_space){.directory = mm_table_at(MM_DIRECTORY_FRAME), .references = 1};
    spaces.all[0] = &spaces.own;
    spaces.next = 1;
    mm_own.range_count = hal_layout_own(mm_own.ranges, RTL_NUMBER_OF(mm_own.ranges));
    if (mm_is_apart())
        mm_windows_start();
}
