/*
 * What an input has left behind in the kernel of this process: pool by its tags, and frames.
 */
#include "left.h"

#include "ex/ex.h"
#include "mm/mm.h"

#define CACHED 512u /* blocks of a tag that caches may keep */
#define TAGS 256u

DECLSPEC_NORETURN void abort(void);
int dprintf(int file, const char *format, ...);

static struct {
    struct ex_tag_usage tags[TAGS];
    ULONG tag_count, growing;
    ULONG64 frames;
} before;

static ULONG64 in_use(const struct ex_tag_usage *tag)
{
    return tag->allocations - tag->frees;
}

static ULONG64 in_use_before(const struct ex_tag_usage *tag)
{
    ULONG i;

    for (i = 0; i < before.tag_count; i++)
        if (before.tags[i].tag == tag->tag && before.tags[i].is_paged == tag->is_paged)
            return in_use(&before.tags[i]);
    return 0;
}

static ULONG query_tags(struct ex_tag_usage *tags)
{
    ULONG count = ex_query_tags(tags, TAGS);

    return count < TAGS ? count : TAGS;
}

VOID left_remember(ULONG tag)
{
    struct mm_statistics memory;

    before.growing = tag;
    before.tag_count = query_tags(before.tags);
    mm_query_statistics(&memory);
    before.frames = memory.program_frames;
}

VOID left_check(ULONG64 pages)
{
    struct ex_tag_usage tags[TAGS];
    struct mm_statistics memory;
    ULONG count = query_tags(tags), i;

    for (i = 0; i < count; i++) {
        if (tags[i].tag == before.growing || in_use(&tags[i]) <= in_use_before(&tags[i]) + CACHED)
            continue;
        dprintf(2, "fuzz: %.4s: %llu blocks are left, %llu were there before\n",
                (PCSTR)&tags[i].tag, in_use(&tags[i]), in_use_before(&tags[i]));
        abort();
    }
    hal_adopt_settle(); /* hal tells later of pages that were given up */
    mm_query_statistics(&memory);
    if (memory.program_frames > before.frames + pages + 64) {
        dprintf(2, "fuzz: %llu pages are shared or locked\n", memory.program_frames);
        abort();
    }
}
