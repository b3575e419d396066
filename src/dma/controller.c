/*
 * System DMA: the controller that moves bytes between memory and a device without an engine.
 *
 * It has a channel for each adapter that is opened, whatever the request line. A program of
 * elements is worked through by the channel's DPC, between the adapter's domain and whoever is
 * at the request line, or else the device's address. A device that is not ready holds it up
 * until its line says so.
 */
#include "dma_private.h"

#include "../ex/ex.h"
#include "../mm/iospace.h"
#include "../rtl/rtl.h"

#define CASCADE_CHANNEL 4 /* joins the two halves of an ISA machine's controller */
#define CHUNK 256         /* bytes that are moved at a time */

enum channel_state {
    CHANNEL_IDLE,      /* nothing to do */
    CHANNEL_RUNNING,   /* its DPC is queued or runs, or it waits for the line */
    CHANNEL_CANCELLED, /* the DPC is to tell so */
};

struct dma_channel {
    LIST_ENTRY link; /* in controller.channels */
    ULONG line;
    ULONG64 device_address;
    ULONG width; /* bytes of the device's register */
    BOOLEAN loops;
    struct mm_lock lock; /* guards the rest */
    enum channel_state state;
    struct dma_adapter *adapter;
    struct dma_program program; /* its elements are the channel's own */
    PDEVICE_OBJECT device;
    PVOID transfer_context;
    ULONG element; /* that is worked on, */
    ULONG done;    /* and the bytes of it that are moved */
    ULONG left;    /* bytes of all */
    KDPC dpc;
    ULONG room; /* elements */
    SCATTER_GATHER_ELEMENT elements[];
};

struct dma_line {
    LIST_ENTRY link; /* in controller.lines */
    ULONG number;
    const struct dma_line_operations *operations;
    PVOID context;
};

static struct dma_controller {
    struct mm_lock lock; /* guards the lists */
    LIST_ENTRY channels; /* of dma_channel.link */
    LIST_ENTRY lines;    /* of dma_line.link */
} controller;

/* In a driver's DMA_TRANSFER_CONTEXT. */
struct transfer_context {
    ULONG is_cancelled; /* atomic */
};

VOID dma_controller_start(VOID)
{
    controller = (struct dma_controller){0};
    InitializeListHead(&controller.channels);
    InitializeListHead(&controller.lines);
}

/* ---- Request lines -------------------------------------------------------------------- */

NTSTATUS dma_line_attach(ULONG number, const struct dma_line_operations *operations, PVOID context,
                         struct dma_line **line)
{
    struct dma_line *made = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*made), DMA_TAG);

    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    made->number = number;
    made->operations = operations;
    made->context = context;
    mm_acquire(&controller.lock);
    InsertTailList(&controller.lines, &made->link);
    mm_release(&controller.lock);
    *line = made;
    return STATUS_SUCCESS;
}

VOID dma_line_detach(struct dma_line *line)
{
    mm_acquire(&controller.lock);
    RemoveEntryList(&line->link);
    mm_release(&controller.lock);
    ExFreePoolWithTag(line, DMA_TAG);
}

/* The line with the number. The controller's lock is held. */
static struct dma_line *find_line(ULONG number)
{
    for (PLIST_ENTRY link = controller.lines.Flink; link != &controller.lines; link = link->Flink) {
        struct dma_line *line = CONTAINING_RECORD(link, struct dma_line, link);
        if (line->number == number)
            return line;
    }
    return NULL;
}

VOID dma_line_ready(struct dma_line *line)
{
    KIRQL irql;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    mm_acquire(&controller.lock);
    for (PLIST_ENTRY link = controller.channels.Flink; link != &controller.channels;
         link = link->Flink) {
        struct dma_channel *channel = CONTAINING_RECORD(link, struct dma_channel, link);
        if (channel->line == line->number && channel->state == CHANNEL_RUNNING)
            KeInsertQueueDpc(&channel->dpc, NULL, NULL);
    }
    mm_release(&controller.lock);
    KeLowerIrql(irql);
}

/* ---- Moving bytes ------------------------------------------------------------------------ */

/* Nobody at the line: the device's register at its address, which nobody may answer either. */
static VOID move_register(struct dma_channel *channel, PUCHAR bytes, ULONG count)
{
    ULONG64 address = channel->device_address + channel->program.device_offset;

    for (ULONG i = 0, piece; i < count; i += piece) {
        piece = count - i < channel->width ? 1 : channel->width;
        if (!mm_io_reach(address, bytes + i, piece, channel->program.is_write) &&
            !channel->program.is_write)
            memset(bytes + i, 0xFF, piece);
    }
}

/* How many of the bytes the device gave or took; 0: it is not ready. */
static ULONG move_device(struct dma_channel *channel, PUCHAR bytes, ULONG count)
{
    struct dma_line *line;
    ULONG moved = count;

    mm_acquire(&controller.lock);
    line = find_line(channel->line);
    if (line)
        moved = channel->program.is_write ? line->operations->take(line->context, bytes, count)
                                          : line->operations->give(line->context, bytes, count);
    mm_release(&controller.lock);
    if (!line)
        move_register(channel, bytes, count);
    return moved;
}

/* Moves a chunk. FALSE: the device is not ready, or all is done. The channel's lock is held. */
static BOOLEAN move_chunk(struct dma_channel *channel)
{
    struct dma_domain *domain = channel->adapter->domain;
    SCATTER_GATHER_ELEMENT *element = &channel->elements[channel->element];
    ULONG64 address = (ULONG64)element->Address.QuadPart + channel->done;
    UCHAR bytes[CHUNK];
    ULONG count = min(CHUNK, element->Length - channel->done);

    if (channel->program.is_write)
        dma_domain_read(domain, address, bytes, count);
    count = move_device(channel, bytes, count);
    if (!channel->program.is_write)
        dma_domain_write(domain, address, bytes, count);
    channel->done += count;
    channel->left -= count;
    if (channel->done == element->Length) {
        channel->done = 0;
        channel->element++;
    }
    return count && channel->left;
}

static VOID rewind(struct dma_channel *channel)
{
    channel->element = channel->done = channel->left = 0;
    for (ULONG i = 0; i < channel->program.count; i++)
        channel->left += channel->elements[i].Length;
}

static VOID NTAPI work(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct dma_channel *channel = context;
    struct dma_program program;
    PDEVICE_OBJECT device;
    PDMA_ADAPTER adapter;
    enum channel_state state;

    UNREFERENCED_PARAMETER(dpc);
    UNREFERENCED_PARAMETER(argument1);
    UNREFERENCED_PARAMETER(argument2);
    mm_acquire(&channel->lock);
    state = channel->state;
    if (state == CHANNEL_RUNNING && channel->left) {
        while (move_chunk(channel)) {
        }
    }
    BOOLEAN has_ended = state == CHANNEL_CANCELLED || (state == CHANNEL_RUNNING && !channel->left);
    if (has_ended && state == CHANNEL_RUNNING && channel->loops)
        rewind(channel);
    else if (has_ended)
        channel->state = CHANNEL_IDLE;
    program = channel->program;
    device = channel->device;
    adapter = &channel->adapter->seen;
    mm_release(&channel->lock);
    /* From here on the driver may have closed the channel. */
    if (has_ended && program.completion)
        program.completion(adapter, device, program.context,
                           state == CHANNEL_CANCELLED ? DmaCancelled : DmaComplete);
}

/* ---- Channels ------------------------------------------------------------------------------ */

static ULONG width_of(const DEVICE_DESCRIPTION *description)
{
    static const ULONG widths[] = {
        [Width8Bits] = 1, [Width16Bits] = 2, [Width32Bits] = 4, [Width64Bits] = 8};
    ULONG width = (ULONG)description->DmaWidth;

    return width < RTL_NUMBER_OF(widths) ? widths[width] : 1;
}

struct dma_channel *dma_channel_open(struct dma_adapter *adapter,
                                     const DEVICE_DESCRIPTION *description)
{
    BOOLEAN is_3 = description->Version >= DEVICE_DESCRIPTION_VERSION3;
    ULONG room = DMA_BOUNCE_REGISTERS;
    struct dma_channel *channel;

    if (!is_3 && (description->DmaChannel > 7 || description->DmaChannel == CASCADE_CHANNEL))
        return NULL;
    channel = ExAllocatePoolZero(NonPagedPoolNx,
                                 sizeof(*channel) + room * sizeof(channel->elements[0]), DMA_TAG);
    if (!channel)
        return NULL;
    channel->adapter = adapter;
    channel->line = is_3 ? description->DmaRequestLine : description->DmaChannel;
    channel->device_address = is_3 ? (ULONG64)description->DeviceAddress.QuadPart : 0;
    channel->width = width_of(description);
    channel->loops = description->AutoInitialize;
    channel->room = room;
    KeInitializeDpc(&channel->dpc, work, channel);
    mm_acquire(&controller.lock);
    InsertTailList(&controller.channels, &channel->link);
    mm_release(&controller.lock);
    return channel;
}

VOID dma_channel_close(struct dma_channel *channel)
{
    mm_acquire(&controller.lock);
    RemoveEntryList(&channel->link);
    mm_release(&controller.lock);
    KeRemoveQueueDpc(&channel->dpc);
    ExFreePoolWithTag(channel, DMA_TAG);
}

ULONG dma_channel_room(const struct dma_channel *channel)
{
    return channel->room;
}

VOID dma_channel_start(struct dma_grant *grant, const struct dma_program *program)
{
    struct dma_channel *channel = grant->adapter->channel;

    mm_acquire(&channel->lock);
    memcpy(channel->elements, program->elements, program->count * sizeof(channel->elements[0]));
    channel->program = *program;
    channel->device = grant->device;
    channel->transfer_context = grant->transfer_context;
    channel->state = CHANNEL_RUNNING;
    rewind(channel);
    mm_release(&channel->lock);
    KeInsertQueueDpc(&channel->dpc, NULL, NULL);
}

VOID dma_channel_check_idle(struct dma_channel *channel)
{
    enum channel_state state;

    mm_acquire(&channel->lock);
    if (channel->loops && channel->state == CHANNEL_RUNNING)
        channel->state = CHANNEL_IDLE; /* it would never end */
    state = channel->state;
    mm_release(&channel->lock);
    if (state != CHANNEL_IDLE)
        dma_misuse(0x23, 0, 0, channel->line, "The channel's transfer has not ended.");
}

ULONG dma_channel_counter(struct dma_channel *channel)
{
    ULONG left;

    mm_acquire(&channel->lock);
    left = channel->left;
    mm_release(&channel->lock);
    return left;
}

/* ---- Cancelling ------------------------------------------------------------------------------ */

BOOLEAN dma_is_cancelled(PVOID transfer_context)
{
    struct transfer_context *context = transfer_context;

    return context && __atomic_load_n(&context->is_cancelled, __ATOMIC_ACQUIRE);
}

NTSTATUS NTAPI dma_cancel_transfer(PDMA_ADAPTER DmaAdapter, PVOID DmaTransferContext)
{
    struct dma_channel *channel = dma_adapter_of(DmaAdapter)->channel;
    struct transfer_context *context = DmaTransferContext;
    BOOLEAN is_running;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!channel)
        return STATUS_NOT_IMPLEMENTED;
    if (!context)
        return STATUS_INVALID_PARAMETER;
    __atomic_store_n(&context->is_cancelled, 1, __ATOMIC_RELEASE);
    mm_acquire(&channel->lock);
    is_running =
        channel->state == CHANNEL_RUNNING && channel->transfer_context == DmaTransferContext;
    if (is_running)
        channel->state = CHANNEL_CANCELLED;
    mm_release(&channel->lock);
    if (!is_running)
        return STATUS_UNSUCCESSFUL;
    KeInsertQueueDpc(&channel->dpc, NULL, NULL);
    return STATUS_SUCCESS;
}
