/*
 * The set of adopted pages: addresses of the program that show frames.
 *
 * Changed by adopting threads and by hal's own at once, without a lock: a page
 * is a bit, and memory for bits is added but never taken away until the end.
 * Addresses are below PAGE_SET_END.
 */
#pragma once

#include "hal.h"

#define PAGE_SET_END (1ull << 47)

/* Gives all memory back; the set is empty then. */
void page_set_stop(void);

/* Makes room for pages, so that page_set_add cannot fail. HAL_OK or HAL_ENOMEM. */
int page_set_reserve(hal_u64 address, hal_u64 pages);
void page_set_add(hal_u64 address, hal_u64 pages);
void page_set_remove(hal_u64 address, hal_u64 pages);
int page_set_has(hal_u64 address);

/*
 * Finds the first run of pages of the set that begins in [*address, end). Moves
 * *address there and returns the pages in the run, cut at end; 0 if there is none.
 */
hal_u64 page_set_find(hal_u64 *address, hal_u64 end);
