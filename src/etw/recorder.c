/*
 * The recorder: logs in memory, each a ring of text in which new lines displace the oldest. The
 * drivers' interface is wpprecorder.h; their handles are pointers to struct etw_log.
 */
#include "etw.h"

#include <wpprecorder.h>

#define DEFAULT_SIZE 4096
#define LEAST_SIZE 512

struct etw_log {
    LIST_ENTRY link; /* guarded by recorder.lock */
    CHAR name[64];
    KSPIN_LOCK lock; /* guards what follows */
    ULONG64 written; /* bytes since the log was made */
    ULONG size;
    CHAR text[];
};

static struct {
    KSPIN_LOCK lock;
    LIST_ENTRY logs; /* of struct etw_log.link */
} recorder;

NTSTATUS etw_start(VOID)
{
    KeInitializeSpinLock(&recorder.lock);
    InitializeListHead(&recorder.logs);
    return STATUS_SUCCESS;
}

static struct etw_log *create(ULONG size)
{
    struct etw_log *log;
    KIRQL irql;

    size = max(size, LEAST_SIZE);
    log = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*log) + size, ETW_TAG);
    if (!log)
        return NULL;
    RtlZeroMemory(log, sizeof(*log));
    KeInitializeSpinLock(&log->lock);
    log->size = size;
    KeAcquireSpinLock(&recorder.lock, &irql);
    InsertTailList(&recorder.logs, &log->link);
    KeReleaseSpinLock(&recorder.lock, irql);
    return log;
}

struct etw_log *etw_default_log(PCSTR name)
{
    struct etw_log *log = create(DEFAULT_SIZE);

    if (log)
        rtl_format(log->name, sizeof(log->name), "%s", name);
    return log;
}

VOID etw_delete_log(struct etw_log *log)
{
    KIRQL irql;

    KeAcquireSpinLock(&recorder.lock, &irql);
    RemoveEntryList(&log->link);
    KeReleaseSpinLock(&recorder.lock, irql);
    ExFreePoolWithTag(log, ETW_TAG);
}

VOID etw_stop(VOID)
{
    while (!IsListEmpty(&recorder.logs))
        etw_delete_log(CONTAINING_RECORD(recorder.logs.Flink, struct etw_log, link));
}

VOID etw_record(struct etw_log *log, PCSTR line, SIZE_T length)
{
    BOOLEAN enabled = KeGetCurrentIrql() <= DISPATCH_LEVEL;
    KIRQL irql = PASSIVE_LEVEL;
    SIZE_T i;

    if (enabled)
        KeAcquireSpinLock(&log->lock, &irql);
    else
        KeAcquireSpinLockAtDpcLevel(&log->lock);
    for (i = 0; i < length; i++)
        log->text[log->written++ % log->size] = line[i];
    if (enabled)
        KeReleaseSpinLock(&log->lock, irql);
    else
        KeReleaseSpinLockFromDpcLevel(&log->lock);
}

/* ---- wpprecorder.h ---- */

VOID NTAPI imp_WppRecorderConfigure(PVOID WppCb, PRECORDER_CONFIGURE_PARAMS ConfigureParams)
{
    WPP_CB_TYPE *control = WppCb;

    if (ConfigureParams->CreateDefaultLog || !control->Control.AutoLogContext)
        return;
    etw_delete_log(control->Control.AutoLogContext);
    control->Control.AutoLogContext = NULL;
}

NTSTATUS NTAPI imp_WppRecorderLogCreate(PVOID WppCb, PRECORDER_LOG_CREATE_PARAMS CreateParams,
                                        RECORDER_LOG *RecorderLog)
{
    WPP_CB_TYPE *control = WppCb;
    struct etw_log *log;

    *RecorderLog = NULL;
    if (CreateParams->Size != sizeof(*CreateParams))
        return STATUS_INFO_LENGTH_MISMATCH;
    log = create(CreateParams->TotalBufferSize);
    if (!log)
        return STATUS_INSUFFICIENT_RESOURCES;
    rtl_format(log->name, sizeof(log->name), "%s %.16s", control->Name,
               CreateParams->LogIdentifier);
    if (CreateParams->LogIdentifierAppendValueSet)
        rtl_format(log->name + strlen(log->name), sizeof(log->name) - strlen(log->name), " %p",
                   (PVOID)CreateParams->LogIdentifierAppendValue);
    *RecorderLog = (RECORDER_LOG)log;
    return STATUS_SUCCESS;
}

VOID NTAPI imp_WppRecorderLogDelete(PVOID WppCb, RECORDER_LOG RecorderLog)
{
    UNREFERENCED_PARAMETER(WppCb);
    if (RecorderLog)
        etw_delete_log((struct etw_log *)RecorderLog);
}

VOID NTAPI imp_WppRecorderLogSetIdentifier(PVOID WppCb, RECORDER_LOG RecorderLog,
                                           PCSTR LogIdentifier)
{
    WPP_CB_TYPE *control = WppCb;
    struct etw_log *log = (struct etw_log *)RecorderLog;

    rtl_format(log->name, sizeof(log->name), "%s %.16s", control->Name, LogIdentifier);
}

RECORDER_LOG NTAPI imp_WppRecorderLogGetDefault(PVOID WppCb)
{
    WPP_CB_TYPE *control = WppCb;

    return control->Control.AutoLogContext;
}

BOOLEAN NTAPI imp_WppRecorderIsDefaultLogAvailable(PVOID WppCb)
{
    return imp_WppRecorderLogGetDefault(WppCb) != NULL;
}

/* ---- for a bug check's report ---- */

/* The last lines of a log that fit into size bytes with the zero; cut at a line's start. */
static SIZE_T copy_tail(const struct etw_log *log, PSTR buffer, SIZE_T size)
{
    SIZE_T count = (SIZE_T)min(log->written, log->size), length = 0;
    ULONG64 at;

    count = min(count, size - 1);
    at = log->written - count;
    if (at) {
        while (at < log->written && log->text[(at - 1) % log->size] != '\n')
            at++;
    }
    for (; at < log->written; at++)
        buffer[length++] = log->text[at % log->size];
    buffer[length] = 0;
    return length;
}

/* Locks are not taken: who holds one may be the thread that failed. */
VOID etw_describe(PSTR buffer, SIZE_T size)
{
    struct etw_text text = {.buffer = buffer, .size = size};
    PLIST_ENTRY entry;

    buffer[0] = 0;
    if (!recorder.logs.Flink)
        return;
    for (entry = recorder.logs.Flink; entry != &recorder.logs; entry = entry->Flink) {
        struct etw_log *log = CONTAINING_RECORD(entry, struct etw_log, link);

        if (!log->written)
            continue;
        etw_add(&text, "\n  recorder's log %s, its end\n", log->name);
        text.length += copy_tail(log, buffer + text.length, min(size - text.length, 1024));
    }
}
