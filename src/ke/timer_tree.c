/*
 * The tree of timers.
 *
 * A treap needs no room for balance: a node's rank is a hash of its address, and
 * a parent's rank is above its children's, which makes the tree one that random
 * insertions would have made, of logarithmic depth.
 */
#include "timer_tree.h"

static PKTIMER *left(PKTIMER timer)
{
    return (PKTIMER *)&timer->TimerListEntry.Flink;
}

static PKTIMER *right(PKTIMER timer)
{
    return (PKTIMER *)&timer->TimerListEntry.Blink;
}

static ULONG64 rank(PKTIMER timer)
{
    ULONG64 hash = (ULONG64)timer * 0x9e3779b97f4a7c15ull;

    return hash ^ hash >> 32;
}

/* The sequence wraps; timers of one due time are never 2^31 settings apart. */
static BOOLEAN is_before(PKTIMER a, PKTIMER b)
{
    if (a->DueTime.QuadPart != b->DueTime.QuadPart)
        return a->DueTime.QuadPart < b->DueTime.QuadPart;
    return (LONG)(a->Processor - b->Processor) < 0;
}

/* Cuts tree in two: what is before timer, and the rest. */
static VOID split(PKTIMER tree, PKTIMER timer, PKTIMER *before, PKTIMER *rest)
{
    while (tree) {
        if (is_before(tree, timer)) {
            *before = tree;
            before = right(tree);
            tree = *before;
        } else {
            *rest = tree;
            rest = left(tree);
            tree = *rest;
        }
    }
    *before = NULL;
    *rest = NULL;
}

/* Joins two trees, of which the first is all before the second, into *tree. */
static VOID join(PKTIMER first, PKTIMER second, PKTIMER *tree)
{
    while (first && second) {
        if (rank(first) > rank(second)) {
            *tree = first;
            tree = right(first);
            first = *tree;
        } else {
            *tree = second;
            tree = left(second);
            second = *tree;
        }
    }
    *tree = first ? first : second;
}

VOID ke_timer_tree_insert(struct ke_timer_tree *tree, PKTIMER timer)
{
    PKTIMER *place = &tree->root;

    timer->Processor = tree->sequence++;
    while (*place && rank(*place) > rank(timer))
        place = is_before(*place, timer) ? right(*place) : left(*place);
    split(*place, timer, left(timer), right(timer));
    *place = timer;
}

VOID ke_timer_tree_remove(struct ke_timer_tree *tree, PKTIMER timer)
{
    PKTIMER *place = &tree->root;

    while (*place != timer)
        place = is_before(*place, timer) ? right(*place) : left(*place);
    join(*left(timer), *right(timer), place);
}

PKTIMER ke_timer_tree_first(const struct ke_timer_tree *tree)
{
    PKTIMER timer = tree->root;

    while (timer && *left(timer))
        timer = *left(timer);
    return timer;
}
