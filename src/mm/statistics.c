/*
 * What the room counts, for the table of `ntio run` and for the tests.
 */
#include "mm_private.h"

struct mm_counters mm_counters[MM_SHARDS];

VOID mm_statistics_start(VOID)
{
    for (ULONG shard = 0; shard < MM_SHARDS; shard++) {
        for (ULONG counter = 0; counter < MM_COUNTERS; counter++)
            __atomic_store_n(&mm_counters[shard].values[counter], 0, __ATOMIC_RELAXED);
    }
}

static ULONG64 total(enum mm_counter counter)
{
    ULONG64 sum = 0;
    for (ULONG shard = 0; shard < MM_SHARDS; shard++)
        sum += __atomic_load_n(&mm_counters[shard].values[counter], __ATOMIC_RELAXED);
    return sum;
}

VOID mm_query_statistics(struct mm_statistics *statistics)
{
    *statistics = (struct mm_statistics){
        .pages_adopted = total(MM_PAGES_ADOPTED),
        .pages_locked = total(MM_PAGES_LOCKED),
        .pages_bounced = total(MM_PAGES_BOUNCED),
        .pages_lent = total(MM_PAGES_LENT),
        .windows_mapped = total(MM_WINDOWS_MAPPED),
        .bytes_copied_in = total(MM_BYTES_IN),
        .bytes_copied_out = total(MM_BYTES_OUT),
        .frames_in_use = mm_frames_in_use(),
        .program_frames = mm_program_frames_in_use(),
    };
}

VOID mm_count_copy(SIZE_T in, SIZE_T out)
{
    if (in)
        mm_count(MM_BYTES_IN, in);
    if (out)
        mm_count(MM_BYTES_OUT, out);
}
