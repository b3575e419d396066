/*
 * Device queues: whoever finds the device idle makes it busy and serves itself,
 * the others stand in line, in order of arrival or of a key.
 */
#include "dispatcher.h"

C_ASSERT(sizeof(KDEVICE_QUEUE) == 0x28);

static PKDEVICE_QUEUE_ENTRY entry_of(PLIST_ENTRY link)
{
    return CONTAINING_RECORD(link, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
}

VOID NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    DeviceQueue->Type = KE_DEVICE_QUEUE;
    DeviceQueue->Size = sizeof(*DeviceQueue);
    InitializeListHead(&DeviceQueue->DeviceListHead);
    KeInitializeSpinLock(&DeviceQueue->Lock);
    DeviceQueue->Busy = FALSE;
}

/* Puts the entry before the link if the device is busy; else makes it so. */
static BOOLEAN insert(PKDEVICE_QUEUE queue, PKDEVICE_QUEUE_ENTRY entry, PLIST_ENTRY before)
{
    entry->Inserted = queue->Busy;
    if (queue->Busy)
        InsertTailList(before, &entry->DeviceListEntry);
    queue->Busy = TRUE;
    return entry->Inserted;
}

BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    BOOLEAN inserted;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    inserted = insert(DeviceQueue, DeviceQueueEntry, &DeviceQueue->DeviceListHead);
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return inserted;
}

/* The first entry whose key is above, or for at_least not below, the key; the head if there is
 * none. */
static PLIST_ENTRY find_key(PKDEVICE_QUEUE queue, ULONG key, BOOLEAN at_least)
{
    PLIST_ENTRY link = queue->DeviceListHead.Flink;

    while (link != &queue->DeviceListHead && !(entry_of(link)->SortKey > key) &&
           !(at_least && entry_of(link)->SortKey == key))
        link = link->Flink;
    return link;
}

BOOLEAN NTAPI KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                       PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, ULONG SortKey)
{
    BOOLEAN inserted;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    DeviceQueueEntry->SortKey = SortKey;
    inserted = insert(DeviceQueue, DeviceQueueEntry, find_key(DeviceQueue, SortKey, FALSE));
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return inserted;
}

/* Takes the entry at link out; without one the device is idle. Locked. */
static PKDEVICE_QUEUE_ENTRY take_out(PKDEVICE_QUEUE queue, PLIST_ENTRY link)
{
    if (IsListEmpty(&queue->DeviceListHead)) {
        queue->Busy = FALSE;
        return NULL;
    }
    RemoveEntryList(link);
    entry_of(link)->Inserted = FALSE;
    return entry_of(link);
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    PKDEVICE_QUEUE_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    entry = take_out(DeviceQueue, DeviceQueue->DeviceListHead.Flink);
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return entry;
}

/* From the key upwards, and from the lowest again when the highest is passed. Locked. */
static PKDEVICE_QUEUE_ENTRY take_by_key(PKDEVICE_QUEUE queue, ULONG key)
{
    PLIST_ENTRY link = find_key(queue, key, TRUE);

    return take_out(queue, link == &queue->DeviceListHead ? link->Flink : link);
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    PKDEVICE_QUEUE_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    entry = take_by_key(DeviceQueue, SortKey);
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return entry;
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    PKDEVICE_QUEUE_ENTRY entry = NULL;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    if (DeviceQueue->Busy)
        entry = take_by_key(DeviceQueue, SortKey);
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return entry;
}

BOOLEAN NTAPI KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                       PKDEVICE_QUEUE_ENTRY DeviceQueueEntry)
{
    BOOLEAN removed;
    KIRQL irql;

    KeAcquireSpinLock(&DeviceQueue->Lock, &irql);
    removed = DeviceQueueEntry->Inserted;
    if (removed) {
        RemoveEntryList(&DeviceQueueEntry->DeviceListEntry);
        DeviceQueueEntry->Inserted = FALSE;
    }
    KeReleaseSpinLock(&DeviceQueue->Lock, irql);
    return removed;
}
