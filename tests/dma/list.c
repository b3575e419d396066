/*
 * Pins scatter/gather lists: which elements a buffer becomes, that the device reads and writes the
 * buffer through them byte by byte whatever the frames and the device's width, and the end of them.
 */
#include "dma_test.h"

static struct {
    PSCATTER_GATHER_LIST list;
    KIRQL irql;
    ULONG calls;
} got;

static VOID NTAPI on_list(PDEVICE_OBJECT device, PIRP irp, PSCATTER_GATHER_LIST list, PVOID context)
{
    assert_ptr_equal(device, pdo());
    assert_null(irp);
    assert_ptr_equal(context, &got);
    got.list = list;
    got.irql = KeGetCurrentIrql();
    got.calls++;
}

static PVOID address_of(PMDL mdl, ULONG offset)
{
    return (PUCHAR)MmGetMdlVirtualAddress(mdl) + offset;
}

static PSCATTER_GATHER_LIST list_of(PDMA_ADAPTER adapter, PMDL mdl, ULONG offset, ULONG length,
                                    BOOLEAN is_write)
{
    memset(&got, 0, sizeof(got));
    assert_int_equal(adapter->DmaOperations->GetScatterGatherList(adapter, pdo(), mdl,
                                                                  address_of(mdl, offset), length,
                                                                  on_list, &got, is_write),
                     STATUS_SUCCESS);
    assert_int_equal(got.calls, 1);
    assert_int_equal(got.irql, DISPATCH_LEVEL);
    return got.list;
}

static ULONG64 frame_address(const struct pages *pages, ULONG page)
{
    return (ULONG64)MmGetPhysicalAddress(pages->block).QuadPart + page * PAGE_SIZE;
}

static void expect_element(PSCATTER_GATHER_LIST list, ULONG index, ULONG64 address, ULONG length)
{
    assert_true(index < list->NumberOfElements);
    assert_int_equal(list->Elements[index].Address.QuadPart, address);
    assert_int_equal(list->Elements[index].Length, length);
}

/* Frames that follow each other are one element; the first and the last may be parts of pages. */
static void elements_of_frames(void **state)
{
    static const ULONG order[] = {3, 4, 5, 1, 0, 7};
    PDMA_ADAPTER adapter = get_adapter(describe(64, TRUE, 0x10000), NULL);
    struct pages pages = make_pages(order, 6, 8, 0x123, 5 * PAGE_SIZE);
    PSCATTER_GATHER_LIST list;

    UNREFERENCED_PARAMETER(state);
    list = list_of(adapter, pages.mdl, 0, 5 * PAGE_SIZE, TRUE);
    assert_int_equal(list->NumberOfElements, 4);
    expect_element(list, 0, frame_address(&pages, 3) + 0x123, 3 * PAGE_SIZE - 0x123);
    expect_element(list, 1, frame_address(&pages, 1), PAGE_SIZE);
    expect_element(list, 2, frame_address(&pages, 0), PAGE_SIZE);
    expect_element(list, 3, frame_address(&pages, 7), 0x123);
    adapter->DmaOperations->PutScatterGatherList(adapter, list, TRUE);

    list = list_of(adapter, pages.mdl, 0xEDC, 1, TRUE);
    assert_int_equal(list->NumberOfElements, 1);
    expect_element(list, 0, frame_address(&pages, 3) + 0xFFF, 1);
    adapter->DmaOperations->PutScatterGatherList(adapter, list, TRUE);

    list = list_of(adapter, pages.mdl, 0xEDD, 3 * PAGE_SIZE, TRUE);
    assert_int_equal(list->NumberOfElements, 2);
    expect_element(list, 0, frame_address(&pages, 4), 2 * PAGE_SIZE);
    adapter->DmaOperations->PutScatterGatherList(adapter, list, TRUE);
    free_pages(&pages);
    adapter->DmaOperations->PutDmaAdapter(adapter);
}

/* A chain of MDLs is one buffer; where one ends on the frame before the next's, one element. */
static void elements_of_a_chain(void **state)
{
    static const ULONG first_order[] = {0, 1}, second_order[] = {2};
    PDMA_ADAPTER adapter = get_adapter(describe(64, TRUE, 0x10000), NULL);
    struct pages first = make_pages(first_order, 2, 4, 0x800, 0x1800);
    struct pages second = make_pages(second_order, 1, 4, 0, 0x400);
    PFN_NUMBER frame = MmGetMdlPfnArray(first.mdl)[0];
    PSCATTER_GATHER_LIST list;

    UNREFERENCED_PARAMETER(state);
    first.mdl->Next = second.mdl;
    list = list_of(adapter, first.mdl, 0x100, 0x1A00, FALSE);
    assert_int_equal(list->NumberOfElements, 2);
    expect_element(list, 0, frame_address(&first, 0) + 0x900, 0x1700);
    expect_element(list, 1, frame_address(&second, 2), 0x300);
    adapter->DmaOperations->PutScatterGatherList(adapter, list, FALSE);

    MmGetMdlPfnArray(second.mdl)[0] = frame + 2;
    list = list_of(adapter, first.mdl, 0x100, 0x1A00, FALSE);
    assert_int_equal(list->NumberOfElements, 1);
    expect_element(list, 0, frame_address(&first, 0) + 0x900, 0x1A00);
    adapter->DmaOperations->PutScatterGatherList(adapter, list, FALSE);

    got.calls = 0;
    assert_int_equal(adapter->DmaOperations->GetScatterGatherList(adapter, pdo(), first.mdl,
                                                                  address_of(first.mdl, 0x100),
                                                                  0x1B01, on_list, &got, FALSE),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(got.calls, 0);
    free_pages(&second);
    free_pages(&first);
    adapter->DmaOperations->PutDmaAdapter(adapter);
}

/* ---- Every byte, whatever the frames ------------------------------------------------------- */

static ULONG64 seed = 1;

static ULONG below(ULONG limit)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (ULONG)(seed >> 33) % limit;
}

/* The device moves the whole transfer, in pieces of its own. */
static void move(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, PUCHAR bytes, BOOLEAN is_write)
{
    for (ULONG i = 0; i < list->NumberOfElements; i++) {
        ULONG64 address = (ULONG64)list->Elements[i].Address.QuadPart;
        for (ULONG left = list->Elements[i].Length, piece; left; left -= piece) {
            ULONG most = 1 + below(2 * PAGE_SIZE);
            piece = min(left, most);
            assert_true(is_write ? dma_domain_read(domain_of(adapter), address, bytes, piece)
                                 : dma_domain_write(domain_of(adapter), address, bytes, piece));
            address += piece;
            bytes += piece;
        }
    }
}

static void expect_reach(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, ULONG length)
{
    ULONG sum = 0;

    for (ULONG i = 0; i < list->NumberOfElements; i++) {
        ULONG64 last = (ULONG64)list->Elements[i].Address.QuadPart + list->Elements[i].Length - 1;
        assert_true(last <= dma_adapter_of(adapter)->highest);
        sum += list->Elements[i].Length;
    }
    assert_int_equal(sum, length);
    if (!dma_adapter_of(adapter)->is_scatter_gather)
        assert_int_equal(list->NumberOfElements, 1);
}

#define MOST_PAGES 12

static void one_transfer(PDMA_ADAPTER adapter)
{
    static UCHAR bytes[MOST_PAGES * PAGE_SIZE];
    ULONG order[MOST_PAGES], count = 1 + below(MOST_PAGES), offset = below(PAGE_SIZE);
    BOOLEAN is_write = below(2);
    struct pages pages;
    ULONG length, start;

    for (ULONG i = 0; i < count; i++)
        order[i] = i && below(3) ? (order[i - 1] + 1) % 16 : below(16);
    /* A frame may be there twice, but what is written to it is then not the last. */
    for (ULONG i = 0; i < count; i++)
        for (ULONG j = 0; j < i; j++)
            if (order[i] == order[j])
                is_write = TRUE;
    length = 1 + below(count * PAGE_SIZE - offset);
    pages = make_pages(order, count, 16, offset, length);
    start = below(length);
    length -= start;
    PSCATTER_GATHER_LIST list = list_of(adapter, pages.mdl, start, length, is_write);
    expect_reach(adapter, list, length);
    for (ULONG i = 0; i < length; i++)
        bytes[i] = (UCHAR)below(256);
    move(adapter, list, bytes, is_write);
    adapter->DmaOperations->PutScatterGatherList(adapter, list, is_write);
    for (ULONG i = 0; i < length; i++)
        assert_int_equal(*byte_at(pages.mdl, start + i), bytes[i]);
    free_pages(&pages);
}

static void every_byte_arrives(void **state)
{
    static const struct {
        ULONG bits;
        BOOLEAN is_scatter_gather;
    } kinds[] = {{64, TRUE}, {64, FALSE}, {32, TRUE}, {32, FALSE}, {24, TRUE}, {24, FALSE}};

    UNREFERENCED_PARAMETER(state);
    for (ULONG i = 0; i < RTL_NUMBER_OF(kinds); i++) {
        PDMA_ADAPTER adapter =
            get_adapter(describe(kinds[i].bits, kinds[i].is_scatter_gather, 0xFFFF), NULL);
        for (ULONG round = 0; round < 200; round++)
            one_transfer(adapter);
        adapter->DmaOperations->PutDmaAdapter(adapter);
    }
}

/* ---- The driver's own memory, and version 3 -------------------------------------------------- */

static void list_in_the_drivers_buffer(void **state)
{
    static const ULONG order[] = {2, 0, 5};
    PDMA_ADAPTER adapter = get_adapter(describe(64, TRUE, 0x10000), NULL);
    struct pages pages = make_pages(order, 3, 8, 0, 3 * PAGE_SIZE);
    ULONG size, registers;
    PVOID buffer;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(
        adapter->DmaOperations->CalculateScatterGatherList(
            adapter, pages.mdl, address_of(pages.mdl, 0), 3 * PAGE_SIZE, &size, &registers),
        STATUS_SUCCESS);
    assert_int_equal(registers, 3);
    buffer = ExAllocatePoolWithTag(NonPagedPoolNx, size, 'tseT');
    memset(&got, 0, sizeof(got));
    assert_int_equal(adapter->DmaOperations->BuildScatterGatherList(
                         adapter, pdo(), pages.mdl, address_of(pages.mdl, 0), 3 * PAGE_SIZE,
                         on_list, &got, TRUE, buffer, size - 1),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(got.calls, 0);
    assert_int_equal(adapter->DmaOperations->BuildScatterGatherList(
                         adapter, pdo(), pages.mdl, address_of(pages.mdl, 0), 3 * PAGE_SIZE,
                         on_list, &got, TRUE, buffer, size),
                     STATUS_SUCCESS);
    assert_int_equal(got.list->NumberOfElements, 3);
    assert_in_range((ULONG_PTR)got.list, (ULONG_PTR)buffer, (ULONG_PTR)buffer + size - 1);
    adapter->DmaOperations->PutScatterGatherList(adapter, got.list, TRUE);
    EXPECT_VIOLATION(0x06, adapter->DmaOperations->PutScatterGatherList(adapter, got.list, TRUE));
    ExFreePoolWithTag(buffer, 'tseT');
    free_pages(&pages);
    adapter->DmaOperations->PutDmaAdapter(adapter);
}

static void list_without_a_routine(void **state)
{
    static const ULONG order[] = {2, 0, 5};
    PDMA_ADAPTER adapter = get_adapter(describe(32, TRUE, 0x10000), NULL);
    struct pages pages = make_pages(order, 3, 8, 0, 3 * PAGE_SIZE);
    UCHAR context[DMA_TRANSFER_CONTEXT_SIZE_V1];
    DMA_TRANSFER_INFO info = {.Version = DMA_TRANSFER_INFO_VERSION1};
    PSCATTER_GATHER_LIST list;
    PDMA_OPERATIONS operations = adapter->DmaOperations;

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(operations->Size, sizeof(*operations));
    assert_int_equal(operations->InitializeDmaTransferContext(adapter, context), STATUS_SUCCESS);
    assert_int_equal(
        operations->GetDmaTransferInfo(adapter, pages.mdl, 5, 3 * PAGE_SIZE - 5, TRUE, &info),
        STATUS_SUCCESS);
    assert_int_equal(info.V1.MapRegisterCount, 3);
    assert_int_equal(info.V1.ScatterGatherElementCount, 3);
    assert_int_equal(operations->GetScatterGatherListEx(adapter, pdo(), context, pages.mdl, 5,
                                                        3 * PAGE_SIZE - 5, 0, NULL, NULL, TRUE,
                                                        NULL, NULL, &list),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(operations->GetScatterGatherListEx(adapter, pdo(), context, pages.mdl, 5,
                                                        3 * PAGE_SIZE - 5, DMA_SYNCHRONOUS_CALLBACK,
                                                        NULL, NULL, TRUE, NULL, NULL, &list),
                     STATUS_SUCCESS);
    assert_int_equal(list->NumberOfElements, 3);
    operations->PutScatterGatherList(adapter, list, TRUE);
    free_pages(&pages);
    operations->PutDmaAdapter(adapter);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void misuse(void **state)
{
    static const ULONG order[] = {0};
    PDMA_ADAPTER adapter = get_adapter(describe(64, TRUE, 0x10000), NULL);
    struct pages pages = make_pages(order, 1, 1, 0, PAGE_SIZE);
    PSCATTER_GATHER_LIST list;

    UNREFERENCED_PARAMETER(state);
    list = list_of(adapter, pages.mdl, 0, PAGE_SIZE, TRUE);
    EXPECT_VIOLATION(0x0A, adapter->DmaOperations->PutDmaAdapter(adapter));
    assert_ptr_equal((PVOID)dma_test_bugcheck.parameters[1], adapter);
    assert_int_equal(dma_test_bugcheck.parameters[2], 1);
    dma_name_list(list, "WDFDMATRANSACTION", 0x1234);
    EXPECT_VIOLATION(0x0A, adapter->DmaOperations->PutDmaAdapter(adapter));
    assert_non_null(strstr(ke_bugcheck_report(), "still has memory of WDFDMATRANSACTION 0x1234"));
    adapter->DmaOperations->PutScatterGatherList(adapter, list, TRUE);
    EXPECT_VIOLATION(0x1F,
                     adapter->DmaOperations->GetScatterGatherList(
                         adapter, pdo(), pages.mdl, (PUCHAR)MmGetMdlVirtualAddress(pages.mdl) - 1,
                         1, on_list, &got, TRUE));
    pages.mdl->MdlFlags &= ~MDL_PAGES_LOCKED;
    EXPECT_VIOLATION(0x0E, list_of(adapter, pages.mdl, 0, PAGE_SIZE, TRUE));
    assert_ptr_equal((PVOID)dma_test_bugcheck.parameters[1], pages.mdl);
    pages.mdl->MdlFlags |= MDL_PAGES_LOCKED;
    free_pages(&pages);
    adapter->DmaOperations->PutDmaAdapter(adapter);
}

/* Each allocation fails in turn; nothing is left of what was not made. */
static void no_memory(void **state)
{
    static const ULONG order[] = {3, 1, 2};
    DEVICE_DESCRIPTION description = describe(32, TRUE, 0x10000);
    struct pages pages = make_pages(order, 3, 4, 0, 3 * PAGE_SIZE);
    PDMA_ADAPTER adapter = NULL;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG registers, failures = 0;

    UNREFERENCED_PARAMETER(state);
    for (; !adapter; failures++) {
        ex_pool_inject(failures, FALSE);
        adapter = IoGetDmaAdapter(pdo(), &description, &registers);
        ex_pool_inject(MAXULONG, FALSE);
    }
    assert_true(failures > 2);
    for (failures = 0; !NT_SUCCESS(status); failures++) {
        ex_pool_inject(failures, FALSE);
        status = adapter->DmaOperations->GetScatterGatherList(adapter, pdo(), pages.mdl,
                                                              address_of(pages.mdl, 0),
                                                              3 * PAGE_SIZE, on_list, &got, TRUE);
        ex_pool_inject(MAXULONG, FALSE);
        assert_true(NT_SUCCESS(status) || status == STATUS_INSUFFICIENT_RESOURCES);
    }
    assert_true(failures > 1);
    adapter->DmaOperations->PutScatterGatherList(adapter, got.list, TRUE);
    adapter->DmaOperations->PutDmaAdapter(adapter);
    free_pages(&pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dma_test_start, dma_test_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(elements_of_frames),
        TEST(elements_of_a_chain),
        TEST(every_byte_arrives),
        TEST(list_in_the_drivers_buffer),
        TEST(list_without_a_routine),
        TEST(misuse),
        TEST(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
