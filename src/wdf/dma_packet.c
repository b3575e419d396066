/*
 * Packet and system profiles: map registers for the transaction, and one transfer after the other
 * mapped through them.
 *
 * A transfer may end while the thread that started it still is in the driver's callback. That
 * thread then starts the next one when it comes back, so that the stack does not grow with each.
 */
#include "dma.h"

static KIRQL raise(VOID)
{
    KIRQL irql;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    return irql;
}

static VOID tell_end(struct wdf_dma_transaction *transaction, DMA_COMPLETION_STATUS status)
{
    if (transaction->complete)
        transaction->complete(wdf_handle_of(transaction),
                              wdf_handle_of(transaction->enabler->object.device),
                              transaction->complete_context, transaction->direction, status);
}

/* A DMA_COMPLETION_ROUTINE: the controller has ended the transfer. */
static VOID NTAPI on_end(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PVOID context,
                         DMA_COMPLETION_STATUS status)
{
    struct wdf_dma_transaction *transaction = context;
    BOOLEAN is_staging;
    KIRQL irql;

    UNREFERENCED_PARAMETER(adapter);
    UNREFERENCED_PARAMETER(device);
    KeAcquireSpinLock(&transaction->lock, &irql);
    is_staging = transaction->is_staging;
    transaction->has_ended = is_staging;
    transaction->end = status;
    KeReleaseSpinLock(&transaction->lock, irql);
    if (!is_staging)
        tell_end(transaction, status);
}

/* ---- Staging -------------------------------------------------------------------------- */

static SIZE_T next_length(struct wdf_dma_transaction *transaction)
{
    SIZE_T length = min(transaction->remaining, transaction->maximum);
    SIZE_T offset = transaction->begin, in_page, room;
    PMDL mdl = transaction->mdl;

    if (transaction->is_single || !wdf_dma_find(&mdl, &offset))
        return length;
    in_page = BYTE_OFFSET((PUCHAR)MmGetMdlVirtualAddress(mdl) + offset);
    room = ((SIZE_T)transaction->registers << PAGE_SHIFT) - in_page;
    return min(length, room);
}

/* STATUS_CANCELLED: it is stopped. */
static NTSTATUS map(struct wdf_dma_transaction *transaction, PSCATTER_GATHER_LIST list, ULONG bytes)
{
    PDMA_ADAPTER adapter = transaction->adapter->adapter;
    ULONG length = (ULONG)transaction->current;
    NTSTATUS status;

    status = adapter->DmaOperations->MapTransferEx(
        adapter, transaction->mdl, transaction->base, transaction->begin,
        transaction->device_offset, &length, transaction->direction == WdfDmaDirectionWriteToDevice,
        list, bytes, transaction->complete ? on_end : NULL, transaction);
    if (!NT_SUCCESS(status))
        return status;
    transaction->is_mapped = TRUE;
    transaction->remaining += transaction->current - length;
    transaction->current = length;
    return status;
}

/* One transfer. The caller keeps the transaction. */
static NTSTATUS stage(struct wdf_dma_transaction *transaction)
{
    WDFDEVICE device = wdf_handle_of(transaction->enabler->object.device);
    PSCATTER_GATHER_LIST list = &transaction->packet;
    ULONG bytes = sizeof(transaction->packet);
    NTSTATUS status;

    if (transaction->enabler->is_system) {
        list = transaction->list_buffer;
        bytes = transaction->list_bytes;
    }
    transaction->begin = transaction->offset + transaction->transferred;
    transaction->current = next_length(transaction);
    transaction->remaining -= transaction->current;
    if (transaction->is_stopped)
        return STATUS_CANCELLED;
    /* A driver that says FALSE ends the transaction itself. */
    if (transaction->configure &&
        !transaction->configure(wdf_handle_of(transaction), device, transaction->configure_context,
                                transaction->mdl, transaction->begin, transaction->current))
        return STATUS_SUCCESS;
    status = map(transaction, list, bytes);
    if (NT_SUCCESS(status) && transaction->program)
        transaction->program(wdf_handle_of(transaction), device, transaction->context,
                             transaction->direction, list);
    return status;
}

/* Is another one due? If not, the next to ask may stage. */
static BOOLEAN stages_again(struct wdf_dma_transaction *transaction)
{
    BOOLEAN again, has_ended;
    DMA_COMPLETION_STATUS end;
    KIRQL irql;

    KeAcquireSpinLock(&transaction->lock, &irql);
    has_ended = transaction->has_ended;
    end = transaction->end;
    transaction->has_ended = FALSE;
    KeReleaseSpinLock(&transaction->lock, irql);
    /* The driver may stage the next one from there, which this thread then does. */
    if (has_ended)
        tell_end(transaction, end);
    KeAcquireSpinLock(&transaction->lock, &irql);
    again = transaction->stages_again;
    transaction->stages_again = FALSE;
    transaction->is_staging = again;
    KeReleaseSpinLock(&transaction->lock, irql);
    return again;
}

NTSTATUS wdf_dma_stage_packet(struct wdf_dma_transaction *transaction)
{
    NTSTATUS status;
    BOOLEAN is_other;
    KIRQL irql;

    KeAcquireSpinLock(&transaction->lock, &irql);
    is_other = transaction->is_staging;
    transaction->stages_again = is_other;
    transaction->is_staging = TRUE;
    KeReleaseSpinLock(&transaction->lock, irql);
    if (is_other)
        return STATUS_SUCCESS;
    wdf_reference(&transaction->object);
    irql = raise();
    do {
        status = stage(transaction);
    } while (stages_again(transaction));
    KeLowerIrql(irql);
    wdf_dereference(&transaction->object);
    return status;
}

VOID wdf_dma_flush_packet(struct wdf_dma_transaction *transaction)
{
    PDMA_ADAPTER adapter = transaction->adapter->adapter;

    if (!transaction->is_mapped)
        return;
    transaction->is_mapped = FALSE;
    adapter->DmaOperations->FlushAdapterBuffersEx(
        adapter, transaction->mdl, transaction->base, transaction->begin,
        (ULONG)transaction->current, transaction->direction == WdfDmaDirectionWriteToDevice);
}

/* ---- Map registers ------------------------------------------------------------------------ */

/* A DRIVER_CONTROL: they are there. */
static IO_ALLOCATION_ACTION NTAPI on_registers(PDEVICE_OBJECT device, PIRP irp, PVOID base,
                                               PVOID context)
{
    struct wdf_dma_transaction *transaction = context;
    /* A channel is held as long as they are. Afterwards the transaction may be gone. */
    IO_ALLOCATION_ACTION action =
        transaction->enabler->is_system ? KeepObject : DeallocateObjectKeepRegisters;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    transaction->base = base;
    dma_name_registers(base, "WDFDMATRANSACTION", transaction->object.handle);
    if (wdf_dma_state(transaction) == WDF_DMA_RESERVED) {
        transaction->reserve(wdf_handle_of(transaction), transaction->reserve_context);
        return action;
    }
    wdf_reference(&transaction->object);
    status = wdf_dma_stage_packet(transaction);
    if (!NT_SUCCESS(status))
        tell_end(transaction, status == STATUS_CANCELLED ? DmaCancelled : DmaError);
    wdf_dereference(&transaction->object);
    return action;
}

/* How many registers a transfer takes at most. */
static ULONG registers_needed(const struct wdf_dma_transaction *transaction)
{
    SIZE_T length = min(transaction->remaining, transaction->maximum), offset = transaction->offset;
    PMDL mdl = transaction->mdl;
    PVOID start = (PVOID)(ULONG_PTR)(PAGE_SIZE - 1);

    if (transaction->enabler->is_system)
        return transaction->adapter->registers;
    if (length == transaction->remaining && wdf_dma_find(&mdl, &offset))
        start = (PUCHAR)MmGetMdlVirtualAddress(mdl) + offset;
    return (ULONG)ADDRESS_AND_SIZE_TO_SPAN_PAGES(start, length);
}

NTSTATUS wdf_dma_start_packet(struct wdf_dma_transaction *transaction)
{
    PDMA_ADAPTER adapter = transaction->adapter->adapter;
    PDEVICE_OBJECT device = transaction->enabler->object.device->device_object;
    ULONG flags = transaction->is_immediate ? DMA_SYNCHRONOUS_CALLBACK : 0;

    if (transaction->base)
        return wdf_dma_stage_packet(transaction);
    transaction->registers =
        transaction->reserved ? transaction->reserved : registers_needed(transaction);
    return adapter->DmaOperations->AllocateAdapterChannelEx(
        adapter, device, transaction->transfer_context, transaction->registers, flags, on_registers,
        transaction, NULL);
}

VOID wdf_dma_free_packet(struct wdf_dma_transaction *transaction)
{
    PDMA_ADAPTER adapter = transaction->adapter->adapter;
    PVOID base = transaction->base;

    transaction->base = NULL;
    transaction->is_mapped = FALSE;
    if (transaction->enabler->is_system)
        adapter->DmaOperations->FreeAdapterObject(adapter, DeallocateObject);
    else
        adapter->DmaOperations->FreeMapRegisters(adapter, base, transaction->registers);
}
