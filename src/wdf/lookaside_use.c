/*
 * How long a lookaside list lives after its deletion: until its last memory object is at
 * rest. To count those in use would cost two interlocked instructions for each. So a list
 * counts only once it, or its memory objects' parent, is being deleted; up to then a thread
 * just says which list it uses (thread_use.h). Who makes a list count waits for those; then the
 * entries in use are known, and counted.
 */
#include "../hal/hal.h"
#include "lookaside.h"

static struct wdf_lookaside_system {
    BOOLEAN has_barrier; /* hal_barrier works; else lists count from the start */
} lookasides;

VOID wdf_lookaside_start(VOID)
{
    lookasides.has_barrier = hal_barrier() == HAL_OK;
}

VOID wdf_set_up_lookaside_use(struct wdf_lookaside *list)
{
    KeInitializeSpinLock(&list->lock);
    InitializeListHead(&list->all);
    list->counting = lookasides.has_barrier ? WDF_COUNTS_NOT : WDF_COUNTS;
    list->in_use = lookasides.has_barrier ? 2 : 1;
}

static VOID count_used(struct wdf_lookaside *list)
{
    struct wdf_lookaside_entry *entry;
    PLIST_ENTRY link;
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    for (link = list->all.Flink; link != &list->all; link = link->Flink) {
        entry = CONTAINING_RECORD(link, struct wdf_lookaside_entry, all);
        if (entry->use == WDF_ENTRY_USED) {
            entry->use = WDF_ENTRY_COUNTED;
            list->in_use++;
        }
    }
    KeReleaseSpinLock(&list->lock, irql);
}

VOID wdf_count_lookaside_use(struct wdf_lookaside *list)
{
    LONG counting = WDF_COUNTS_NOT;

    if (__atomic_compare_exchange_n(&list->counting, &counting, WDF_COUNTS_SOON, FALSE,
                                    __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE)) {
        wdf_wait_for_users(list);
        count_used(list);
        /* Release pairs with the loads here: who sees it finds the users gone. */
        __atomic_store_n(&list->counting, WDF_COUNTS, __ATOMIC_RELEASE);
        wdf_drop_lookaside_use(list);
        return;
    }
    while (counting != WDF_COUNTS) {
        hal_yield();
        counting = __atomic_load_n(&list->counting, __ATOMIC_ACQUIRE);
    }
}

VOID wdf_add_lookaside_use(struct wdf_lookaside *list, struct wdf_lookaside_entry *entry)
{
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    if (!entry || entry->use == WDF_ENTRY_USED)
        list->in_use++;
    if (entry)
        entry->use = WDF_ENTRY_AT_REST;
    KeReleaseSpinLock(&list->lock, irql);
}

VOID wdf_drop_lookaside_use(struct wdf_lookaside *list)
{
    BOOLEAN is_last;
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    is_last = --list->in_use == 0;
    KeReleaseSpinLock(&list->lock, irql);
    if (!is_last)
        return;
    wdf_delete_object(&list->anchor);
    wdf_dereference(&list->object);
}
