/*
 * Device queues: who is served now, and who waits, in order of arrival or key.
 */
#include "iop.h"

VOID NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    memset(DeviceQueue, 0, sizeof(*DeviceQueue));
    DeviceQueue->Type = KE_DEVICE_QUEUE;
    DeviceQueue->Size = sizeof(*DeviceQueue);
    InitializeListHead(&DeviceQueue->DeviceListHead);
    KeInitializeSpinLock(&DeviceQueue->Lock);
}

static PKDEVICE_QUEUE_ENTRY entry_of(PLIST_ENTRY link)
{
    return CONTAINING_RECORD(link, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
}

/* Where an entry with key goes: behind all whose key is not greater. */
static PLIST_ENTRY place_of(PKDEVICE_QUEUE queue, ULONG key)
{
    PLIST_ENTRY link = queue->DeviceListHead.Blink;

    while (link != &queue->DeviceListHead && entry_of(link)->SortKey > key)
        link = link->Blink;
    return link;
}

/* TRUE: it waits. FALSE: the queue was idle, which it is no more; the caller goes ahead. */
static BOOLEAN insert(PKDEVICE_QUEUE queue, PKDEVICE_QUEUE_ENTRY entry, const ULONG *key)
{
    BOOLEAN is_busy;

    KeAcquireSpinLockAtDpcLevel(&queue->Lock);
    is_busy = queue->Busy;
    if (key)
        entry->SortKey = *key;
    if (is_busy)
        InsertHeadList(key ? place_of(queue, *key) : queue->DeviceListHead.Blink,
                       &entry->DeviceListEntry);
    else
        queue->Busy = TRUE;
    entry->Inserted = is_busy;
    KeReleaseSpinLockFromDpcLevel(&queue->Lock);
    return is_busy;
}

BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    return insert(DeviceQueue, DeviceQueueEntry, NULL);
}

BOOLEAN NTAPI KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                       PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, ULONG SortKey)
{
    return insert(DeviceQueue, DeviceQueueEntry, &SortKey);
}

/* The first entry whose key is not less, else the first of all. */
static PLIST_ENTRY find_by_key(PKDEVICE_QUEUE queue, ULONG key)
{
    PLIST_ENTRY link = queue->DeviceListHead.Flink;

    while (link != &queue->DeviceListHead && entry_of(link)->SortKey < key)
        link = link->Flink;
    return link != &queue->DeviceListHead ? link : queue->DeviceListHead.Flink;
}

/* The next to be served; without one the queue is idle. */
static PKDEVICE_QUEUE_ENTRY take_next(PKDEVICE_QUEUE queue, const ULONG *key)
{
    PKDEVICE_QUEUE_ENTRY entry = NULL;

    KeAcquireSpinLockAtDpcLevel(&queue->Lock);
    if (IsListEmpty(&queue->DeviceListHead)) {
        queue->Busy = FALSE;
    } else {
        entry = entry_of(key ? find_by_key(queue, *key) : queue->DeviceListHead.Flink);
        RemoveEntryList(&entry->DeviceListEntry);
        entry->Inserted = FALSE;
    }
    KeReleaseSpinLockFromDpcLevel(&queue->Lock);
    return entry;
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    return take_next(DeviceQueue, NULL);
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    return take_next(DeviceQueue, &SortKey);
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    return __atomic_load_n(&DeviceQueue->Busy, __ATOMIC_RELAXED) ? take_next(DeviceQueue, &SortKey)
                                                                 : NULL;
}

BOOLEAN NTAPI KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                       PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    BOOLEAN was_inserted;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    was_inserted = DeviceQueueEntry->Inserted;
    if (was_inserted) {
        DeviceQueueEntry->Inserted = FALSE;
        RemoveEntryList(&DeviceQueueEntry->DeviceListEntry);
    }
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return was_inserted;
}
