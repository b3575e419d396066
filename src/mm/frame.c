/*
 * Physical memory: the two segments, the direct map, and the allocator of
 * system frames.
 *
 * Free frames are in zones and have no memory. Short runs that come back are
 * kept for a while with their memory in caches by length, because the pools ask
 * for such runs again and again; only that much memory is ever held unused.
 */
#include "mm_private.h"

#include "../rtl/rtl.h"

#define CACHE_LENGTHS 17          /* runs of 1 to 16 frames are cached */
#define CACHE_FRAMES_LIMIT 512ull /* 2 MiB: past it, half of the longest list goes to the zone */

static struct mm_frames {
    struct hal_segment *system;
    struct hal_segment *program;
    struct mm_zone low;    /* below 16 MiB */
    struct mm_zone normal; /* the rest of the system segment */

    struct mm_lock cache_lock;         /* guards the three below */
    ULONG cache_heads[CACHE_LENGTHS];  /* lists by run length; 0 is the end */
    ULONG cache_frames[CACHE_LENGTHS]; /* frames on each list */
    ULONG cached;                      /* frames on all lists */

    LONG64 in_use; /* atomic, for statistics */
} frames;

VOID mm_lock_contended(struct mm_lock *lock)
{
    for (ULONG spin = 0; spin < 200; spin++) {
        hal_u32 expected = 0;
        if (__atomic_compare_exchange_n(&lock->word, &expected, 1, 0, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return;
        YieldProcessor();
    }
    while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE))
        hal_wait(&lock->word, 2, HAL_FOREVER);
}

/* ---- Segments ---------------------------------------------------------- */

struct hal_segment *mm_segment_of(PFN_NUMBER frame, PFN_NUMBER *place)
{
    if (mm_is_program_frame(frame)) {
        const struct mm_space *space = mm_space_of(frame);

        *place = frame - MM_PROGRAM_BASE;
        return space->segment ? space->segment : frames.program;
    }
    *place = frame;
    return frames.system;
}

BOOLEAN mm_show_block(const struct mm_space *space, PFN_NUMBER block)
{
    return !space->segment ||
           hal_map((ULONG64)mm_frame_address(block), space->segment, block - MM_PROGRAM_BASE,
                   MM_BLOCK_FRAMES, HAL_READ | HAL_WRITE) == HAL_OK;
}

VOID mm_hide_block(const struct mm_space *space, PFN_NUMBER block)
{
    /* Should that fail, the other space's frames stay to be seen, which nobody looks at. */
    if (space->segment)
        hal_map((ULONG64)mm_frame_address(block), frames.program, block - MM_PROGRAM_BASE,
                MM_BLOCK_FRAMES, HAL_READ | HAL_WRITE);
}

static int map_segments(VOID)
{
    int error = hal_map(MM_DIRECT_MAP + (MM_FIRST_FRAME << PAGE_SHIFT), frames.system,
                        MM_FIRST_FRAME, MM_SYSTEM_FRAMES - MM_FIRST_FRAME, HAL_READ | HAL_WRITE);
    if (error)
        return error;
    error = hal_map(MM_DIRECT_MAP + (MM_PROGRAM_BASE << PAGE_SHIFT), frames.program, 0,
                    MM_PROGRAM_FRAMES, HAL_READ | HAL_WRITE);
    if (error)
        hal_unmap(MM_DIRECT_MAP, MM_SYSTEM_FRAMES);
    return error;
}

/* These are limits that whoever starts the system can change. */
static NTSTATUS explain(int error)
{
    if (error == HAL_ENOSPC)
        rtl_log("there is no room for the system's memory: the limit of file sizes is too low "
                "(ulimit -f unlimited)");
    else if (error == HAL_EMFILE)
        rtl_log("there are no file descriptors for the system's memory: raise their limit "
                "(ulimit -n)");
    return rtl_status_from_hal(error);
}

NTSTATUS mm_frames_start(VOID)
{
    frames = (struct mm_frames){0};
    int error = hal_segment_create(&frames.system, MM_SYSTEM_FRAMES, "ntio-system");
    if (error)
        return explain(error);
    error = hal_segment_create(&frames.program, MM_PROGRAM_FRAMES, "ntio-program");
    if (error)
        goto no_program;
    error = map_segments();
    if (error)
        goto no_map;
    mm_zone_start(&frames.low, MM_FIRST_FRAME, MM_LOW_FRAMES_END);
    mm_zone_start(&frames.normal, MM_LOW_FRAMES_END, MM_NORMAL_FRAMES_END);
    /* What lies there is devices', iospace.c: no frame of it is ever handed out. */
    mm_zone_allocate_within(&frames.normal, (MM_DEVICE_END - MM_DEVICE_BASE) >> PAGE_SHIFT, 1,
                            MM_DEVICE_BASE >> PAGE_SHIFT, (MM_DEVICE_END >> PAGE_SHIFT) - 1);
    return STATUS_SUCCESS;

no_map:
    hal_segment_destroy(frames.program);
no_program:
    hal_segment_destroy(frames.system);
    return explain(error);
}

VOID mm_frames_stop(VOID)
{
    hal_unmap(MM_DIRECT_MAP, MM_SYSTEM_FRAMES + MM_PROGRAM_FRAMES);
    hal_segment_destroy(frames.program);
    hal_segment_destroy(frames.system);
    frames = (struct mm_frames){0};
}

VOID mm_discard_frames(PFN_NUMBER first, PFN_NUMBER count)
{
    PFN_NUMBER place;
    struct hal_segment *segment = mm_segment_of(first, &place);
    if (hal_segment_discard(segment, place, count) != HAL_OK)
        memset(mm_frame_address(first), 0, count << PAGE_SHIFT);
}

static VOID count_frames(LONG64 count)
{
    __atomic_fetch_add(&frames.in_use, count, __ATOMIC_RELAXED);
}

ULONG64 mm_frames_in_use(VOID)
{
    return (ULONG64)__atomic_load_n(&frames.in_use, __ATOMIC_RELAXED);
}

BOOLEAN mm_is_frame_in_use(PFN_NUMBER frame)
{
    if (mm_is_program_frame(frame))
        return __atomic_load_n(&mm_frame(frame)->references, __ATOMIC_ACQUIRE) != 0;
    if (frame < MM_FIRST_FRAME || frame >= MM_NORMAL_FRAMES_END)
        return FALSE;
    return !mm_zone_is_free(frame < MM_LOW_FRAMES_END ? &frames.low : &frames.normal, frame);
}

/* ---- The caches -------------------------------------------------------- */

/* Takes the newest run of this length off its list. cache_lock is held. */
static PFN_NUMBER pop_cached(PFN_NUMBER count)
{
    PFN_NUMBER first = frames.cache_heads[count];
    if (!first)
        return 0;
    struct mm_frame *head = mm_frame(first);
    frames.cache_heads[count] = head->next;
    frames.cache_frames[count] -= (ULONG)count;
    frames.cached -= (ULONG)count;
    mm_set_frame_state(first, MM_FRAME_USED);
    return first;
}

/* Callers that want a length aligned free such runs too, so the newest one mostly will do. */
static PFN_NUMBER allocate_cached(PFN_NUMBER count, PFN_NUMBER align)
{
    PFN_NUMBER first = 0;
    if (count >= CACHE_LENGTHS)
        return 0;
    mm_acquire(&frames.cache_lock);
    if (!(frames.cache_heads[count] & (align - 1)))
        first = pop_cached(count);
    mm_release(&frames.cache_lock);
    return first;
}

static VOID free_to_zone(PFN_NUMBER first, PFN_NUMBER count)
{
    mm_discard_frames(first, count);
    mm_zone_free(first < MM_LOW_FRAMES_END ? &frames.low : &frames.normal, first, count);
}

/* Gives back cached runs, from the longest list first, until at most limit frames are left. */
static VOID trim_caches(ULONG limit)
{
    for (;;) {
        PFN_NUMBER length = 1;
        mm_acquire(&frames.cache_lock);
        for (PFN_NUMBER other = 2; other < CACHE_LENGTHS; other++) {
            if (frames.cache_frames[other] > frames.cache_frames[length])
                length = other;
        }
        PFN_NUMBER first = frames.cached > limit ? pop_cached(length) : 0;
        mm_release(&frames.cache_lock);
        if (!first)
            return;
        free_to_zone(first, length);
    }
}

static VOID free_cached(PFN_NUMBER first, PFN_NUMBER count)
{
    struct mm_frame *head = mm_frame(first);

    mm_acquire(&frames.cache_lock);
    mm_set_frame_state(first, MM_FRAME_CACHED);
    head->next = frames.cache_heads[count];
    frames.cache_heads[count] = (ULONG)first;
    frames.cache_frames[count] += (ULONG)count;
    frames.cached += (ULONG)count;
    BOOLEAN is_full = frames.cached > CACHE_FRAMES_LIMIT;
    mm_release(&frames.cache_lock);
    if (is_full)
        trim_caches(CACHE_FRAMES_LIMIT / 2);
}

/* ---- The allocator ----------------------------------------------------- */

static PFN_NUMBER allocate_from_zones(PFN_NUMBER count, PFN_NUMBER align)
{
    PFN_NUMBER first = mm_zone_allocate(&frames.normal, count, align);
    if (first)
        return first;
    trim_caches(0);
    first = mm_zone_allocate(&frames.normal, count, align);
    return first ? first : mm_zone_allocate(&frames.low, count, align);
}

PFN_NUMBER mm_allocate_frames(PFN_NUMBER count, PFN_NUMBER align_frames, BOOLEAN zero)
{
    if (!count || count > MM_SYSTEM_FRAMES || align_frames > MM_SYSTEM_FRAMES)
        return 0;
    PFN_NUMBER align = align_frames ? align_frames : 1;
    PFN_NUMBER first = allocate_cached(count, align);
    if (first) {
        if (zero)
            memset(mm_frame_address(first), 0, count << PAGE_SHIFT);
    } else {
        first = allocate_from_zones(count, align);
    }
    if (first)
        count_frames((LONG64)count);
    return first;
}

PFN_NUMBER mm_allocate_frames_within(PFN_NUMBER count, PFN_NUMBER align, PFN_NUMBER low,
                                     PFN_NUMBER high)
{
    if (!count || count > MM_SYSTEM_FRAMES || align > MM_SYSTEM_FRAMES || low > high)
        return 0;
    PFN_NUMBER first = mm_zone_allocate_within(&frames.normal, count, align, low, high);
    if (!first) {
        trim_caches(0);
        first = mm_zone_allocate_within(&frames.normal, count, align, low, high);
    }
    if (!first)
        first = mm_zone_allocate_within(&frames.low, count, align, low, high);
    if (first)
        count_frames((LONG64)count);
    return first;
}

/* A frame that an MDL still holds may not come back: the driver would be handed memory in use. */
static VOID check_unlocked(PFN_NUMBER first, PFN_NUMBER count)
{
    for (PFN_NUMBER frame = first; frame < first + count; frame++) {
        ULONG references = __atomic_load_n(&mm_frame(frame)->references, __ATOMIC_ACQUIRE);
        if (references)
            KeBugCheckEx(PFN_LIST_CORRUPT, 0x9A, frame, mm_frame_state(frame), references);
    }
}

VOID mm_free_frames(PFN_NUMBER first, PFN_NUMBER count)
{
    if (!count)
        return;
    check_unlocked(first, count);
    count_frames(-(LONG64)count);
    if (count < CACHE_LENGTHS && first >= MM_LOW_FRAMES_END)
        free_cached(first, count);
    else
        free_to_zone(first, count);
}
