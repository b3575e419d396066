/*
 * Pins adapter channels: who gets one in which order, what each answer of the driver's routine
 * keeps, transfers mapped piece by piece, and the system's controller.
 */
#include "dma_test.h"

#include "mm/iospace.h"

#define DRIVERS 4

static struct asking {
    IO_ALLOCATION_ACTION answer;
    PVOID base;
    ULONG turn; /* 0: not called yet */
} asking[DRIVERS];
static ULONG turns;

static IO_ALLOCATION_ACTION NTAPI on_channel(PDEVICE_OBJECT device, PIRP irp, PVOID base,
                                             PVOID context)
{
    struct asking *one = context;

    UNREFERENCED_PARAMETER(irp);
    assert_ptr_equal(device, pdo());
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    one->base = base;
    one->turn = ++turns;
    return one->answer;
}

static NTSTATUS ask(PDMA_ADAPTER adapter, ULONG who, ULONG registers, IO_ALLOCATION_ACTION answer)
{
    asking[who] = (struct asking){.answer = answer};
    return adapter->DmaOperations->AllocateAdapterChannel(adapter, pdo(), registers, on_channel,
                                                          &asking[who]);
}

static int set_up(void **state)
{
    memset(asking, 0, sizeof(asking));
    turns = 0;
    return dma_test_start(state);
}

/* The adapter is one driver's until he frees it; who waits gets it in order. */
static void in_turn(void **state)
{
    PDMA_ADAPTER adapter = get_adapter(describe(32, FALSE, 0x10000), NULL);
    PDMA_OPERATIONS operations = adapter->DmaOperations;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(ask(adapter, 0, 2, KeepObject), STATUS_SUCCESS);
    assert_int_equal(asking[0].turn, 1);
    assert_int_equal(ask(adapter, 1, 2, DeallocateObject), STATUS_SUCCESS);
    assert_int_equal(ask(adapter, 2, 2, KeepObject), STATUS_SUCCESS);
    assert_int_equal(ask(adapter, 3, 2, DeallocateObjectKeepRegisters), STATUS_SUCCESS);
    assert_int_equal(turns, 1);
    operations->FreeAdapterChannel(adapter);
    assert_int_equal(asking[1].turn, 2);
    assert_int_equal(asking[2].turn, 3);
    assert_int_equal(asking[3].turn, 0);
    operations->FreeAdapterChannel(adapter);
    assert_int_equal(asking[3].turn, 4);
    operations->FreeMapRegisters(adapter, asking[3].base, 2);
    EXPECT_VIOLATION(0x05, operations->FreeMapRegisters(adapter, asking[3].base, 2));
    EXPECT_VIOLATION(0x04, operations->FreeAdapterChannel(adapter));
    operations->PutDmaAdapter(adapter);
}

/* Registers with memory are so many; a request waits for enough of them, and others behind it. */
static void registers_run_out(void **state)
{
    ULONG registers;
    PDMA_ADAPTER adapter = get_adapter(describe(24, TRUE, 0x100000), &registers);
    PDMA_OPERATIONS operations = adapter->DmaOperations;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(registers, 17);
    assert_int_equal(ask(adapter, 0, registers + 1, DeallocateObject),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(ask(adapter, 0, 10, DeallocateObjectKeepRegisters), STATUS_SUCCESS);
    assert_int_equal(ask(adapter, 1, 8, DeallocateObjectKeepRegisters), STATUS_SUCCESS);
    assert_int_equal(ask(adapter, 2, 1, DeallocateObjectKeepRegisters), STATUS_SUCCESS);
    assert_int_equal(turns, 1);
    operations->FreeMapRegisters(adapter, asking[0].base, 10);
    assert_int_equal(asking[1].turn, 2);
    assert_int_equal(asking[2].turn, 3);
    EXPECT_VIOLATION(0x09, operations->PutDmaAdapter(adapter));
    assert_int_equal(dma_test_bugcheck.parameters[2], 2);
    operations->FreeMapRegisters(adapter, asking[1].base, 8);
    operations->FreeMapRegisters(adapter, asking[2].base, 1);
    operations->PutDmaAdapter(adapter);
}

static void cancelled_while_waiting(void **state)
{
    PDMA_ADAPTER adapter = get_adapter(describe(32, FALSE, 0x10000), NULL);
    PDMA_OPERATIONS operations = adapter->DmaOperations;
    UCHAR contexts[2][DMA_TRANSFER_CONTEXT_SIZE_V1];
    PVOID base;

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < 2; i++)
        operations->InitializeDmaTransferContext(adapter, contexts[i]);
    assert_int_equal(operations->AllocateAdapterChannelEx(adapter, pdo(), contexts[0], 1,
                                                          DMA_SYNCHRONOUS_CALLBACK, NULL, NULL,
                                                          &base),
                     STATUS_SUCCESS);
    assert_int_equal(operations->AllocateAdapterChannelEx(adapter, pdo(), contexts[1], 1,
                                                          DMA_SYNCHRONOUS_CALLBACK, on_channel,
                                                          &asking[1], NULL),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(operations->AllocateAdapterChannelEx(adapter, pdo(), contexts[1], 1, 0,
                                                          on_channel, &asking[1], NULL),
                     STATUS_SUCCESS);
    assert_false(operations->CancelAdapterChannel(adapter, pdo(), contexts[0]));
    EXPECT_VIOLATION(0x08, operations->PutDmaAdapter(adapter));
    assert_true(operations->CancelAdapterChannel(adapter, pdo(), contexts[1]));
    assert_false(operations->CancelAdapterChannel(adapter, pdo(), contexts[1]));
    operations->FreeAdapterObject(adapter, DeallocateObject);
    assert_int_equal(turns, 0);
    operations->PutDmaAdapter(adapter);
}

/* ---- Piece by piece -------------------------------------------------------------------------- */

/* A driver of the old kind: MapTransfer for each run, flush at the end. */
static void map_all(PDMA_ADAPTER adapter, struct pages *pages, ULONG length, BOOLEAN is_write)
{
    PDMA_OPERATIONS operations = adapter->DmaOperations;
    PUCHAR start = MmGetMdlVirtualAddress(pages->mdl);
    UCHAR bytes[8 * PAGE_SIZE];

    for (ULONG done = 0, piece; done < length; done += piece) {
        piece = length - done;
        PHYSICAL_ADDRESS address = operations->MapTransfer(adapter, pages->mdl, asking[0].base,
                                                           start + done, &piece, is_write);
        assert_in_range(piece, 1, length - done);
        if (is_write) {
            assert_true(
                dma_domain_read(domain_of(adapter), (ULONG64)address.QuadPart, bytes, piece));
        } else {
            for (ULONG i = 0; i < piece; i++)
                bytes[i] = (UCHAR)((done + i) * 3);
            assert_true(
                dma_domain_write(domain_of(adapter), (ULONG64)address.QuadPart, bytes, piece));
        }
        for (ULONG i = 0; is_write && i < piece; i++)
            assert_int_equal(*byte_at(pages->mdl, done + i), bytes[i]);
    }
    assert_true(operations->FlushAdapterBuffers(adapter, pages->mdl, asking[0].base, start, length,
                                                is_write));
    for (ULONG i = 0; !is_write && i < length; i++)
        assert_int_equal(*byte_at(pages->mdl, i), (UCHAR)(i * 3));
}

static void pieces(void **state)
{
    static const ULONG order[] = {4, 5, 2, 0, 1};
    static const struct {
        ULONG bits;
        BOOLEAN is_scatter_gather;
    } kinds[] = {{64, TRUE}, {24, TRUE}, {64, FALSE}, {24, FALSE}};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(kinds); i++) {
        PDMA_ADAPTER adapter =
            get_adapter(describe(kinds[i].bits, kinds[i].is_scatter_gather, 0x8000), NULL);
        struct pages pages = make_pages(order, 5, 6, 0x321, 4 * PAGE_SIZE);

        assert_int_equal(ask(adapter, 0, 5, KeepObject), STATUS_SUCCESS);
        map_all(adapter, &pages, 4 * PAGE_SIZE, TRUE);
        map_all(adapter, &pages, 4 * PAGE_SIZE, FALSE);
        map_all(adapter, &pages, 1, FALSE);
        EXPECT_VIOLATION(0x20, adapter->DmaOperations->FlushAdapterBuffers(
                                   adapter, pages.mdl, asking[0].base,
                                   MmGetMdlVirtualAddress(pages.mdl), 1, TRUE));
        adapter->DmaOperations->FreeAdapterChannel(adapter);
        free_pages(&pages);
        adapter->DmaOperations->PutDmaAdapter(adapter);
    }
}

/* ---- The system's controller ------------------------------------------------------------ */

#define LINE 5

static struct {
    UCHAR bytes[4 * PAGE_SIZE];
    ULONG at, ready; /* it takes or gives so many before its line has to say so again */
    KEVENT ended;
    DMA_COMPLETION_STATUS status;
} device;

static ULONG take_bytes(PVOID context, const VOID *from, ULONG count)
{
    assert_ptr_equal(context, &device);
    count = min(count, device.ready);
    memcpy(device.bytes + device.at, from, count);
    device.at += count;
    device.ready -= count;
    return count;
}

static ULONG give_bytes(PVOID context, PVOID to, ULONG count)
{
    assert_ptr_equal(context, &device);
    count = min(count, device.ready);
    memcpy(to, device.bytes + device.at, count);
    device.at += count;
    device.ready -= count;
    return count;
}

static const struct dma_line_operations line_operations = {take_bytes, give_bytes};

static VOID NTAPI on_end(PDMA_ADAPTER adapter, PDEVICE_OBJECT object, PVOID context,
                         DMA_COMPLETION_STATUS status)
{
    UNREFERENCED_PARAMETER(adapter);
    assert_ptr_equal(object, pdo());
    assert_ptr_equal(context, &device);
    device.status = status;
    KeSetEvent(&device.ended, IO_NO_INCREMENT, FALSE);
}

static BOOLEAN has_ended(BOOLEAN waits)
{
    LARGE_INTEGER now = {.QuadPart = 0};

    return KeWaitForSingleObject(&device.ended, Executive, KernelMode, FALSE,
                                 waits ? NULL : &now) == STATUS_SUCCESS;
}

static struct {
    PDMA_ADAPTER adapter;
    struct dma_line *line;
    struct pages pages;
    UCHAR context[DMA_TRANSFER_CONTEXT_SIZE_V1];
    PVOID base;
} channel;

static void open_channel(void)
{
    static const ULONG order[] = {3, 1, 0};
    DEVICE_DESCRIPTION description = {
        .Version = DEVICE_DESCRIPTION_VERSION3, .DmaRequestLine = LINE, .MaximumLength = 0x4000};

    memset(&device, 0, sizeof(device));
    KeInitializeEvent(&device.ended, SynchronizationEvent, FALSE);
    assert_int_equal(dma_line_attach(LINE, &line_operations, &device, &channel.line),
                     STATUS_SUCCESS);
    channel.adapter = get_adapter(description, NULL);
    channel.pages = make_pages(order, 3, 4, 0x10, 2 * PAGE_SIZE);
    channel.adapter->DmaOperations->InitializeDmaTransferContext(channel.adapter, channel.context);
    assert_int_equal(channel.adapter->DmaOperations->AllocateAdapterChannelEx(
                         channel.adapter, pdo(), channel.context, 3, DMA_SYNCHRONOUS_CALLBACK, NULL,
                         NULL, &channel.base),
                     STATUS_SUCCESS);
}

static void program(BOOLEAN is_write)
{
    ULONG length = 2 * PAGE_SIZE;

    device.at = 0;
    assert_int_equal(channel.adapter->DmaOperations->MapTransferEx(
                         channel.adapter, channel.pages.mdl, channel.base, 0, 0, &length, is_write,
                         NULL, 0, on_end, &device),
                     STATUS_SUCCESS);
    assert_int_equal(length, 2 * PAGE_SIZE);
}

static NTSTATUS flush(BOOLEAN is_write)
{
    return channel.adapter->DmaOperations->FlushAdapterBuffersEx(
        channel.adapter, channel.pages.mdl, channel.base, 0, 2 * PAGE_SIZE, is_write);
}

static void close_channel(void)
{
    channel.adapter->DmaOperations->FreeAdapterObject(channel.adapter, DeallocateObject);
    free_pages(&channel.pages);
    channel.adapter->DmaOperations->PutDmaAdapter(channel.adapter);
    dma_line_detach(channel.line);
}

/* The device paces the transfer; nothing ends before its last byte. */
static void controller_moves(void **state)
{
    PDMA_OPERATIONS operations;

    UNREFERENCED_PARAMETER(state);
    open_channel();
    operations = channel.adapter->DmaOperations;
    device.ready = 1000;
    program(TRUE);
    KeFlushQueuedDpcs();
    assert_false(has_ended(FALSE));
    assert_int_equal(operations->ReadDmaCounter(channel.adapter), 2 * PAGE_SIZE - 1000);
    EXPECT_VIOLATION(0x23, flush(TRUE));
    EXPECT_VIOLATION(0x23, operations->FreeAdapterObject(channel.adapter, DeallocateObject));
    device.ready = 2 * PAGE_SIZE;
    dma_line_ready(channel.line);
    assert_true(has_ended(TRUE));
    assert_int_equal(device.status, DmaComplete);
    assert_int_equal(flush(TRUE), STATUS_SUCCESS);
    for (ULONG i = 0; i < 2 * PAGE_SIZE; i++)
        assert_int_equal(device.bytes[i], *byte_at(channel.pages.mdl, i));

    for (ULONG i = 0; i < 2 * PAGE_SIZE; i++)
        device.bytes[i] = (UCHAR)(i * 5);
    device.ready = 2 * PAGE_SIZE;
    program(FALSE);
    assert_true(has_ended(TRUE));
    assert_int_equal(flush(FALSE), STATUS_SUCCESS);
    for (ULONG i = 0; i < 2 * PAGE_SIZE; i++)
        assert_int_equal(*byte_at(channel.pages.mdl, i), (UCHAR)(i * 5));
    close_channel();
}

static void controller_is_stopped(void **state)
{
    ULONG length = PAGE_SIZE;
    PDMA_OPERATIONS operations;

    UNREFERENCED_PARAMETER(state);
    open_channel();
    operations = channel.adapter->DmaOperations;
    device.ready = 10;
    program(TRUE);
    KeFlushQueuedDpcs();
    assert_int_equal(operations->CancelMappedTransfer(channel.adapter, channel.context),
                     STATUS_SUCCESS);
    assert_true(has_ended(TRUE));
    assert_int_equal(device.status, DmaCancelled);
    assert_int_equal(operations->CancelMappedTransfer(channel.adapter, channel.context),
                     STATUS_UNSUCCESSFUL);
    assert_int_equal(flush(TRUE), STATUS_SUCCESS);
    assert_int_equal(operations->MapTransferEx(channel.adapter, channel.pages.mdl, channel.base, 0,
                                               0, &length, TRUE, NULL, 0, on_end, &device),
                     STATUS_CANCELLED);
    close_channel();
}

/* ---- A register that nobody's line has -------------------------------------------------- */

static struct {
    ULONG64 value, accesses;
} a_register;

static ULONG64 read_register(PVOID context, ULONG64 offset, ULONG bytes)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(offset);
    UNREFERENCED_PARAMETER(bytes);
    return a_register.value;
}

static VOID write_register(PVOID context, ULONG64 offset, ULONG bytes, ULONG64 value)
{
    assert_ptr_equal(context, &a_register);
    assert_int_equal(offset, 0x204);
    assert_int_equal(bytes, 4);
    a_register.value = value;
    a_register.accesses++;
}

static void controller_finds_a_register(void **state)
{
    static const ULONG order[] = {0};
    DEVICE_DESCRIPTION description = {.Version = DEVICE_DESCRIPTION_VERSION3,
                                      .DmaRequestLine = 0x1000,
                                      .DmaWidth = Width32Bits,
                                      .MaximumLength = 0x1000};
    const struct mm_io_device registers = {.kind = MM_IO_MEMORY,
                                           .base = 0x70006000,
                                           .length = 0x1000,
                                           .read = read_register,
                                           .write = write_register,
                                           .context = &a_register};
    struct pages pages = make_pages(order, 1, 1, 0, 64);
    struct mm_io_range *range;
    ULONG length = 64;
    PDMA_OPERATIONS operations;

    UNREFERENCED_PARAMETER(state);
    memset(&a_register, 0, sizeof(a_register));
    description.DeviceAddress.QuadPart = 0x70006200;
    KeInitializeEvent(&device.ended, SynchronizationEvent, FALSE);
    channel.adapter = get_adapter(description, NULL);
    operations = channel.adapter->DmaOperations;
    assert_int_equal(mm_io_publish(&registers, &range), STATUS_SUCCESS);
    operations->InitializeDmaTransferContext(channel.adapter, channel.context);
    assert_int_equal(operations->AllocateAdapterChannelEx(channel.adapter, pdo(), channel.context,
                                                          1, DMA_SYNCHRONOUS_CALLBACK, NULL, NULL,
                                                          &channel.base),
                     STATUS_SUCCESS);
    assert_int_equal(operations->MapTransferEx(channel.adapter, pages.mdl, channel.base, 0, 4,
                                               &length, TRUE, NULL, 0, on_end, &device),
                     STATUS_SUCCESS);
    assert_true(has_ended(TRUE));
    assert_int_equal(a_register.accesses, 16);
    assert_memory_equal(&a_register.value, byte_at(pages.mdl, 60), 4);
    operations->FlushAdapterBuffersEx(channel.adapter, pages.mdl, channel.base, 0, 64, TRUE);
    operations->FreeAdapterObject(channel.adapter, DeallocateObject);
    operations->PutDmaAdapter(channel.adapter);
    mm_io_withdraw(range);
    free_pages(&pages);
}

/* ---- What is not there ------------------------------------------------------------------ */

static void refusals(void **state)
{
    DEVICE_DESCRIPTION description = describe(64, TRUE, 0x1000);
    DMA_ADAPTER_INFO info = {.Version = 2};
    UCHAR context[DMA_TRANSFER_CONTEXT_SIZE_V1] = {0};
    PDMA_ADAPTER adapter;
    ULONG registers;

    UNREFERENCED_PARAMETER(state);
    description.Version = 4;
    assert_null(IoGetDmaAdapter(pdo(), &description, &registers));
    description = (DEVICE_DESCRIPTION){.Version = 0, .DmaChannel = 4, .MaximumLength = 0x1000};
    assert_null(IoGetDmaAdapter(pdo(), &description, &registers));
    description = describe(16, TRUE, 0x1000);
    assert_null(IoGetDmaAdapter(pdo(), &description, &registers));
    adapter = get_adapter(describe(64, TRUE, 0x1000), NULL);
    assert_int_equal(adapter->DmaOperations->GetDmaAdapterInfo(adapter, &info),
                     STATUS_NOT_SUPPORTED);
    info.Version = DMA_ADAPTER_INFO_VERSION1;
    assert_int_equal(adapter->DmaOperations->GetDmaAdapterInfo(adapter, &info), STATUS_SUCCESS);
    assert_int_equal(info.V1.DmaAddressWidth, 64);
    assert_int_equal(info.V1.ReadDmaCounterAvailable, 0);
    assert_int_equal(adapter->DmaOperations->ConfigureAdapterChannel(adapter, 0, NULL),
                     STATUS_NOT_IMPLEMENTED);
    assert_int_equal(adapter->DmaOperations->CancelMappedTransfer(adapter, context),
                     STATUS_NOT_IMPLEMENTED);
    assert_int_equal(adapter->DmaOperations->InitializeDmaTransferContext(adapter, NULL),
                     STATUS_INVALID_PARAMETER);
    adapter->DmaOperations->PutDmaAdapter(adapter);
    for (ULONG version = 0; version <= 2; version++) {
        description = describe(64, TRUE, 0x1000);
        description.Version = version;
        description.Dma64BitAddresses = TRUE;
        adapter = get_adapter(description, NULL);
        assert_int_equal(adapter->Version, version ? version : 1);
        assert_int_equal(adapter->DmaOperations->Size, version == 2 ? 0x80 : 0x68);
        adapter->DmaOperations->PutDmaAdapter(adapter);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, dma_test_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_turn),
        TEST(registers_run_out),
        TEST(cancelled_while_waiting),
        TEST(pieces),
        TEST(controller_moves),
        TEST(controller_is_stopped),
        TEST(controller_finds_a_register),
        TEST(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
