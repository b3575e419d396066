/*
 * What drivers have called at a bug check. There is no dump file: data that a
 * driver would add to one is counted in the report, and callbacks that only
 * serve the writing of one are not called.
 */
#include "bugcheck.h"
#include "dispatcher.h"

#define MAX_SECONDARY_DATA 4096

static struct {
    KSPIN_LOCK lock;        /* guards the lists; not taken by the report */
    LIST_ENTRY plain;       /* of KBUGCHECK_CALLBACK_RECORD.Entry; Flink NULL before first use */
    LIST_ENTRY with_reason; /* of KBUGCHECK_REASON_CALLBACK_RECORD.Entry */
    UCHAR data[MAX_SECONDARY_DATA];
} callbacks;

static BOOLEAN insert(PLIST_ENTRY list, PLIST_ENTRY entry, PUCHAR state)
{
    BOOLEAN inserted;
    KIRQL irql;

    KeAcquireSpinLock(&callbacks.lock, &irql);
    if (!list->Flink)
        InitializeListHead(list);
    inserted = *state != BufferInserted;
    if (inserted) {
        InsertTailList(list, entry);
        *state = BufferInserted;
    }
    KeReleaseSpinLock(&callbacks.lock, irql);
    return inserted;
}

static BOOLEAN take_out(PLIST_ENTRY entry, PUCHAR state)
{
    BOOLEAN removed;
    KIRQL irql;

    KeAcquireSpinLock(&callbacks.lock, &irql);
    removed = *state == BufferInserted;
    if (removed) {
        RemoveEntryList(entry);
        *state = BufferEmpty;
    }
    KeReleaseSpinLock(&callbacks.lock, irql);
    return removed;
}

BOOLEAN NTAPI KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                                         PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer,
                                         ULONG Length, PUCHAR Component)
{
    if (CallbackRecord->State == BufferInserted)
        return FALSE;
    CallbackRecord->CallbackRoutine = CallbackRoutine;
    CallbackRecord->Buffer = Buffer;
    CallbackRecord->Length = Length;
    CallbackRecord->Component = Component;
    CallbackRecord->Checksum =
        (ULONG_PTR)CallbackRoutine + (ULONG_PTR)Buffer + Length + (ULONG_PTR)Component;
    return insert(&callbacks.plain, &CallbackRecord->Entry, &CallbackRecord->State);
}

BOOLEAN NTAPI KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)
{
    return take_out(&CallbackRecord->Entry, &CallbackRecord->State);
}

BOOLEAN NTAPI KeRegisterBugCheckReasonCallback(PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord,
                                               PKBUGCHECK_REASON_CALLBACK_ROUTINE CallbackRoutine,
                                               KBUGCHECK_CALLBACK_REASON Reason, PUCHAR Component)
{
    if (CallbackRecord->State == BufferInserted)
        return FALSE;
    CallbackRecord->CallbackRoutine = CallbackRoutine;
    CallbackRecord->Reason = Reason;
    CallbackRecord->Component = Component;
    CallbackRecord->Checksum = (ULONG_PTR)CallbackRoutine + Reason + (ULONG_PTR)Component;
    return insert(&callbacks.with_reason, &CallbackRecord->Entry, &CallbackRecord->State);
}

BOOLEAN NTAPI KeDeregisterBugCheckReasonCallback(PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord)
{
    return take_out(&CallbackRecord->Entry, &CallbackRecord->State);
}

static VOID call_plain(VOID)
{
    PLIST_ENTRY entry;

    if (!callbacks.plain.Flink)
        return;
    for (entry = callbacks.plain.Flink; entry != &callbacks.plain; entry = entry->Flink) {
        PKBUGCHECK_CALLBACK_RECORD record =
            CONTAINING_RECORD(entry, KBUGCHECK_CALLBACK_RECORD, Entry);

        if (record->State != BufferInserted)
            continue;
        record->State = BufferStarted;
        record->CallbackRoutine(record->Buffer, record->Length);
        record->State = BufferFinished;
    }
}

static VOID call_for_data(struct ke_text *text, PKBUGCHECK_REASON_CALLBACK_RECORD record)
{
    KBUGCHECK_SECONDARY_DUMP_DATA data = {.InBuffer = callbacks.data,
                                          .InBufferLength = sizeof(callbacks.data),
                                          .MaximumAllowed = sizeof(callbacks.data)};

    record->State = BufferStarted;
    record->CallbackRoutine(record->Reason, record, &data, sizeof(data));
    record->State = BufferFinished;
    if (data.OutBuffer && data.OutBufferLength)
        ke_text_add(text, "  %s has %u bytes of data for a dump, at %p\n", record->Component,
                    data.OutBufferLength, data.OutBuffer);
}

VOID ke_bugcheck_call_back(struct ke_text *text)
{
    PLIST_ENTRY entry;

    call_plain();
    if (!callbacks.with_reason.Flink)
        return;
    for (entry = callbacks.with_reason.Flink; entry != &callbacks.with_reason;
         entry = entry->Flink) {
        PKBUGCHECK_REASON_CALLBACK_RECORD record =
            CONTAINING_RECORD(entry, KBUGCHECK_REASON_CALLBACK_RECORD, Entry);

        if (record->State == BufferInserted && record->Reason == KbCallbackSecondaryDumpData)
            call_for_data(text, record);
    }
}
