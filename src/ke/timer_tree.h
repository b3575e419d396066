/*
 * The timers that are set, in the order in which they are due: a treap whose
 * nodes are the KTIMERs themselves, TimerListEntry.Flink being the left child and
 * Blink the right. Equal times keep the order in which they were set.
 */
#pragma once

#include "ke.h"

struct ke_timer_tree {
    PKTIMER root;
    ULONG sequence; /* KTIMER.Processor of the next timer: orders equal times */
};

VOID ke_timer_tree_insert(struct ke_timer_tree *tree, PKTIMER timer);
VOID ke_timer_tree_remove(struct ke_timer_tree *tree, PKTIMER timer);
/* The one due first, or NULL. */
PKTIMER ke_timer_tree_first(const struct ke_timer_tree *tree);
