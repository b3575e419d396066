/*
 * Completion ports: finished requests, queued for whichever thread takes them.
 */
#include "iop.h"

/* Packets that one call of NtRemoveIoCompletionEx returns at most. */
#define BATCH 64

struct io_port {
    KEVENT filled;      /* what a wait for the port's handle waits for: set while packets are in */
    KSPIN_LOCK lock;    /* guards packets and filled */
    LIST_ENTRY packets; /* of io_packet.link */
    KSEMAPHORE available; /* counts packets; each taker waits for one */
};

static VOID free_packet(struct io_packet *packet)
{
    if (packet->irp)
        io_release_irp(io_irp_of(packet->irp));
    else
        ExFreePoolWithTag(packet, EX_TAG_IO);
}

static VOID destroy_port(PVOID object)
{
    struct io_port *port = object;

    while (!IsListEmpty(&port->packets))
        free_packet(CONTAINING_RECORD(RemoveHeadList(&port->packets), struct io_packet, link));
}

VOID io_port_start(VOID)
{
    ob_type_completion_port.destroy = destroy_port;
}

VOID io_port_insert(PVOID object, struct io_packet *packet)
{
    struct io_port *port = object;
    KIRQL irql;

    KeAcquireSpinLock(&port->lock, &irql);
    if (IsListEmpty(&port->packets))
        KeSetEvent(&port->filled, IO_NO_INCREMENT, FALSE);
    InsertTailList(&port->packets, &packet->link);
    KeReleaseSpinLock(&port->lock, irql);
    KeReleaseSemaphore(&port->available, IO_NO_INCREMENT, 1, FALSE);
}

/* The semaphore was waited for, so there is one. */
static struct io_packet *take_packet(struct io_port *port)
{
    struct io_packet *packet;
    KIRQL irql;

    KeAcquireSpinLock(&port->lock, &irql);
    packet = CONTAINING_RECORD(RemoveHeadList(&port->packets), struct io_packet, link);
    if (IsListEmpty(&port->packets))
        KeClearEvent(&port->filled);
    KeReleaseSpinLock(&port->lock, irql);
    return packet;
}

NTSTATUS NTAPI NtCreateIoCompletion(PHANDLE IoCompletionHandle, ACCESS_MASK DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, ULONG Count)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    ULONG attributes = 0;
    ACCESS_MASK granted;
    struct io_port *port;
    PVOID object;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Count);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = ob_create(&ob_type_completion_port, sizeof(*port), &object);
    if (!NT_SUCCESS(status))
        return status;
    port = object;
    KeInitializeEvent(&port->filled, NotificationEvent, FALSE);
    KeInitializeSpinLock(&port->lock);
    InitializeListHead(&port->packets);
    KeInitializeSemaphore(&port->available, 0, MAXLONG);
    status = ob_insert(port, ObjectAttributes, mode);
    if (NT_SUCCESS(status))
        status = io_fetch_attributes(ObjectAttributes, mode, &attributes);
    if (NT_SUCCESS(status))
        status = ob_grant_access(port, DesiredAccess, mode, &granted);
    if (NT_SUCCESS(status))
        status = ob_return_handle(port, granted, attributes, mode, IoCompletionHandle);
    ObDereferenceObject(port);
    return status;
}

NTSTATUS NTAPI NtOpenIoCompletion(PHANDLE IoCompletionHandle, ACCESS_MASK DesiredAccess,
                                  POBJECT_ATTRIBUTES ObjectAttributes)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return ob_open_handle(ObjectAttributes, &ob_type_completion_port, DesiredAccess,
                          ke_current()->previous_mode, NULL, IoCompletionHandle);
}

NTSTATUS NTAPI NtSetIoCompletion(HANDLE IoCompletionHandle, PVOID KeyContext, PVOID ApcContext,
                                 NTSTATUS IoStatus, ULONG_PTR IoStatusInformation)
{
    struct io_packet *packet;
    PVOID port;
    NTSTATUS status;

    status =
        ob_reference_handle(IoCompletionHandle, IO_COMPLETION_MODIFY_STATE,
                            &ob_type_completion_port, ke_current()->previous_mode, &port, NULL);
    if (!NT_SUCCESS(status))
        return status;
    packet = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*packet), EX_TAG_IO);
    if (packet) {
        packet->irp = NULL;
        packet->key = KeyContext;
        packet->context = ApcContext;
        packet->result.Status = IoStatus;
        packet->result.Information = IoStatusInformation;
        io_port_insert(port, packet);
    }
    ObDereferenceObject(port);
    return packet ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS capture_timeout(PLARGE_INTEGER from, KPROCESSOR_MODE mode, PLARGE_INTEGER copy,
                                PLARGE_INTEGER *timeout)
{
    *timeout = from ? copy : NULL;
    if (!from)
        return STATUS_SUCCESS;
    if (mode == UserMode)
        return mm_copy_from_user(copy, from, sizeof(*copy));
    *copy = *from;
    return STATUS_SUCCESS;
}

/* Takes up to count packets, waiting for the first. */
static NTSTATUS take_packets(struct io_port *port, PFILE_IO_COMPLETION_INFORMATION to, ULONG count,
                             PULONG taken, KPROCESSOR_MODE mode, PLARGE_INTEGER timeout,
                             BOOLEAN alertable)
{
    LARGE_INTEGER no_wait = {.QuadPart = 0};
    struct io_packet *packet;
    NTSTATUS status = KeWaitForSingleObject(&port->available, WrQueue, mode, alertable, timeout);

    for (*taken = 0; status == STATUS_SUCCESS;) {
        packet = take_packet(port);
        to->KeyContext = packet->key;
        to->ApcContext = packet->context;
        to->IoStatusBlock = packet->result;
        free_packet(packet);
        to++;
        if (++*taken == count)
            break;
        status = KeWaitForSingleObject(&port->available, WrQueue, KernelMode, FALSE, &no_wait);
    }
    return *taken ? STATUS_SUCCESS : status;
}

static NTSTATUS put(PVOID to, const VOID *from, SIZE_T bytes, KPROCESSOR_MODE mode)
{
    if (mode == UserMode)
        return mm_copy_to_user(to, from, bytes);
    memcpy(to, from, bytes);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtRemoveIoCompletion(HANDLE IoCompletionHandle, PVOID *KeyContext, PVOID *ApcContext,
                                    PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER Timeout)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    FILE_IO_COMPLETION_INFORMATION entry;
    LARGE_INTEGER copy;
    ULONG taken;
    PVOID port;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = capture_timeout(Timeout, mode, &copy, &Timeout);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_reference_handle(IoCompletionHandle, IO_COMPLETION_MODIFY_STATE,
                                 &ob_type_completion_port, mode, &port, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = take_packets(port, &entry, 1, &taken, mode, Timeout, FALSE);
    ObDereferenceObject(port);
    if (!taken)
        return status;
    status = put(KeyContext, &entry.KeyContext, sizeof(PVOID), mode);
    if (NT_SUCCESS(status))
        status = put(ApcContext, &entry.ApcContext, sizeof(PVOID), mode);
    if (NT_SUCCESS(status))
        status = put(IoStatusBlock, &entry.IoStatusBlock, sizeof(IO_STATUS_BLOCK), mode);
    return status;
}

NTSTATUS NTAPI NtRemoveIoCompletionEx(HANDLE IoCompletionHandle,
                                      PFILE_IO_COMPLETION_INFORMATION IoCompletionInformation,
                                      ULONG Count, PULONG NumEntriesRemoved, PLARGE_INTEGER Timeout,
                                      BOOLEAN Alertable)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    FILE_IO_COMPLETION_INFORMATION entries[BATCH];
    LARGE_INTEGER copy;
    ULONG taken;
    PVOID port;
    NTSTATUS status, written;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!Count)
        return STATUS_INVALID_PARAMETER;
    status = capture_timeout(Timeout, mode, &copy, &Timeout);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_reference_handle(IoCompletionHandle, IO_COMPLETION_MODIFY_STATE,
                                 &ob_type_completion_port, mode, &port, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = take_packets(port, entries, Count < BATCH ? Count : BATCH, &taken, mode, Timeout,
                          Alertable);
    ObDereferenceObject(port);
    written = put(IoCompletionInformation, entries, taken * sizeof(*entries), mode);
    if (NT_SUCCESS(written))
        written = put(NumEntriesRemoved, &taken, sizeof(taken), mode);
    return NT_SUCCESS(written) ? status : written;
}
