/*
 * The error log: what drivers have to tell an administrator, one line each on
 * standard error.
 */
#include "iop.h"

/* Ahead of the packet that the driver fills. */
struct entry {
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device; /* NULL if the driver logs for itself */
    __attribute__((aligned(16))) UCHAR packet[];
};

/* Drivers' packets end here; NT's limit. */
#define LIMIT 240

PVOID NTAPI IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize)
{
    struct entry *entry;
    PDEVICE_OBJECT device = NULL;

    if (!IoObject || EntrySize < sizeof(IO_ERROR_LOG_PACKET) || EntrySize > LIMIT)
        return NULL;
    if (*(CSHORT *)IoObject == IO_TYPE_DEVICE)
        device = IoObject;
    else if (*(CSHORT *)IoObject != IO_TYPE_DRIVER)
        return NULL;
    entry = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*entry) + EntrySize, EX_TAG_IO);
    if (!entry)
        return NULL;
    memset(entry, 0, sizeof(*entry) + EntrySize);
    entry->device = device;
    entry->driver = device ? device->DriverObject : IoObject;
    ObReferenceObject(entry->driver);
    return entry->packet;
}

VOID NTAPI IoFreeErrorLogEntry(PVOID ElEntry)
{
    struct entry *entry = CONTAINING_RECORD(ElEntry, struct entry, packet);

    ObDereferenceObject(entry->driver);
    ExFreePoolWithTag(entry, EX_TAG_IO);
}

VOID NTAPI IoWriteErrorLogEntry(PVOID ElEntry)
{
    struct entry *entry = CONTAINING_RECORD(ElEntry, struct entry, packet);
    PIO_ERROR_LOG_PACKET packet = ElEntry;
    PCSTR name = rtl_status_name(packet->FinalStatus);
    PCWSTR text = packet->NumberOfStrings ? (PCWSTR)((PUCHAR)packet + packet->StringOffset) : L"";

    rtl_log("driver %wZ logs error 0x%08X (unique value 0x%X), final status 0x%08X %s%s%ws",
            &entry->driver->DriverExtension->ServiceKeyName, packet->ErrorCode,
            packet->UniqueErrorValue, packet->FinalStatus, name ? name : "", *text ? ": " : "",
            text);
    IoFreeErrorLogEntry(ElEntry);
}
