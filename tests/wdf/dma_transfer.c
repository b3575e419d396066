/*
 * Pins transactions: with each profile every byte of the buffer arrives, in transfers that are
 * as long as the enabler, the transaction and the device allow, whoever completes them when.
 */
#include "wdf/dma_test.h"

static const WDF_DMA_PROFILE masters[] = {
    WdfDmaProfilePacket,
    WdfDmaProfileScatterGather,
    WdfDmaProfilePacket64,
    WdfDmaProfileScatterGather64,
    WdfDmaProfileScatterGatherDuplex,
    WdfDmaProfileScatterGather64Duplex,
};

/* Moves length bytes from offset on, and says what came of it. */
static NTSTATUS run(WDF_DMA_DIRECTION direction, SIZE_T offset, SIZE_T length)
{
    NTSTATUS status;

    dma.at = dma.transfers = dma.most_elements = 0;
    dma.has_ended = FALSE;
    status = WdfDmaTransactionInitializeUsingOffset(dma.transaction, program, direction, dma.mdl,
                                                    offset, length);
    if (NT_SUCCESS(status))
        status = WdfDmaTransactionExecute(dma.transaction, &dma);
    if (!NT_SUCCESS(status))
        return status;
    while (!dma.completes && !dma.has_ended) {
        assert_int_equal(WdfDmaTransactionGetBytesTransferred(dma.transaction) +
                             WdfDmaTransactionGetCurrentDmaTransferLength(dma.transaction),
                         dma.at);
        dma.has_ended = WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status);
        if (!dma.has_ended)
            assert_int_equal(dma.status, STATUS_MORE_PROCESSING_REQUIRED);
    }
    assert_true(dma.has_ended);
    assert_int_equal(WdfDmaTransactionGetBytesTransferred(dma.transaction), dma.at);
    assert_int_equal(WdfDmaTransactionGetCurrentDmaTransferLength(dma.transaction), 0);
    assert_int_equal(WdfDmaTransactionRelease(dma.transaction), STATUS_SUCCESS);
    return dma.status;
}

static void check_bytes(SIZE_T offset, SIZE_T length)
{
    for (SIZE_T i = 0; i < length; i++)
        assert_int_equal(*mdl_byte(dma.mdl, offset + i), dma.device[i]);
}

static void both_directions(SIZE_T offset, SIZE_T length)
{
    fill(dma.block, BUFFER_PAGES * PAGE_SIZE, 1);
    assert_int_equal(run(WdfDmaDirectionWriteToDevice, offset, length), STATUS_SUCCESS);
    assert_int_equal(dma.at, length);
    check_bytes(offset, length);
    fill(dma.device, length, 77);
    assert_int_equal(run(WdfDmaDirectionReadFromDevice, offset, length), STATUS_SUCCESS);
    assert_int_equal(dma.at, length);
    check_bytes(offset, length);
}

static void every_profile(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 8, 0x234, 7 * PAGE_SIZE);
    for (ULONG i = 0; i < RTL_NUMBER_OF(masters); i++) {
        assert_int_equal(make_enabler(masters[i], 2 * PAGE_SIZE + 100), STATUS_SUCCESS);
        assert_int_equal(WdfDmaEnablerGetMaximumLength(dma.enabler), 2 * PAGE_SIZE + 100);
        assert_int_equal(WdfDmaEnablerGetFragmentLength(dma.enabler, WdfDmaDirectionWriteToDevice),
                         2 * PAGE_SIZE + 100);
        make_transaction();
        for (dma.completes = FALSE; dma.completes <= TRUE; dma.completes++) {
            both_directions(0, 1);
            both_directions(0, 7 * PAGE_SIZE);
            both_directions(0x777, PAGE_SIZE);
            both_directions(0xDCC, 2 * PAGE_SIZE + 100);
            both_directions(3, 5 * PAGE_SIZE + 5);
        }
        WdfObjectDelete(dma.transaction);
        WdfObjectDelete(dma.enabler);
        dma.transaction = NULL;
        dma.enabler = NULL;
    }
    stop_dma();
}

/* Every profile takes a chain with version 3 of the WDM interface. */
static void chains(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;

    start_dma();
    dma.mdl = make_mdl(0, 3, 0x100, 2 * PAGE_SIZE + 17);
    dma.mdl->Next = make_mdl(6, 1, 0xFF0, 5);
    dma.mdl->Next->Next = make_mdl(9, 5, 0, 4 * PAGE_SIZE + 1);
    for (ULONG i = 0; i < RTL_NUMBER_OF(masters); i++) {
        WDF_DMA_ENABLER_CONFIG_INIT(&config, masters[i], 3 * PAGE_SIZE);
        config.WdmDmaVersionOverride = 3;
        assert_int_equal(
            WdfDmaEnablerCreate(function.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &dma.enabler),
            STATUS_SUCCESS);
        make_transaction();
        both_directions(5, 6 * PAGE_SIZE + 10);
        both_directions(2 * PAGE_SIZE + 16, 7);
        WdfObjectDelete(dma.transaction);
        WdfObjectDelete(dma.enabler);
        dma.transaction = NULL;
        dma.enabler = NULL;
    }
    stop_dma();
}

/* ---- How a buffer is split ------------------------------------------------------------------- */

static void expect_lengths(const SIZE_T *lengths, ULONG count)
{
    assert_int_equal(dma.transfers, count);
    for (ULONG i = 0; i < count; i++)
        assert_int_equal(dma.lengths[i], lengths[i]);
}

#define EXPECT_LENGTHS(...)                                                                        \
    do {                                                                                           \
        const SIZE_T lengths[] = {__VA_ARGS__};                                                    \
        expect_lengths(lengths, RTL_NUMBER_OF(lengths));                                           \
    } while (0)

static void split_by_the_maximum(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfileScatterGather64, 2 * PAGE_SIZE), STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(run(WdfDmaDirectionWriteToDevice, 0, 2 * PAGE_SIZE - 1), STATUS_SUCCESS);
    EXPECT_LENGTHS(2 * PAGE_SIZE - 1);
    assert_int_equal(run(WdfDmaDirectionWriteToDevice, 0, 2 * PAGE_SIZE), STATUS_SUCCESS);
    EXPECT_LENGTHS(2 * PAGE_SIZE);
    assert_int_equal(run(WdfDmaDirectionWriteToDevice, 0, 2 * PAGE_SIZE + 1), STATUS_SUCCESS);
    EXPECT_LENGTHS(2 * PAGE_SIZE, 1);
    assert_int_equal(run(WdfDmaDirectionWriteToDevice, 0, 5 * PAGE_SIZE), STATUS_SUCCESS);
    EXPECT_LENGTHS(2 * PAGE_SIZE, 2 * PAGE_SIZE, PAGE_SIZE);
    stop_dma();
}

static void split_by_the_transaction(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfileScatterGather64, 2 * PAGE_SIZE), STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(WdfDmaTransactionInitialize(dma.transaction, program,
                                                 WdfDmaDirectionWriteToDevice, dma.mdl,
                                                 MmGetMdlVirtualAddress(dma.mdl), 3 * PAGE_SIZE),
                     STATUS_SUCCESS);
    WdfDmaTransactionSetMaximumLength(dma.transaction, 3 * PAGE_SIZE);
    WdfDmaTransactionSetMaximumLength(dma.transaction, PAGE_SIZE + 1);
    dma.completes = TRUE;
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    EXPECT_LENGTHS(PAGE_SIZE + 1, PAGE_SIZE + 1, PAGE_SIZE - 2);
    stop_dma();
}

/* The device takes less than it was given; what is left comes again. */
static void partial_transfers(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    fill(dma.block, BUFFER_PAGES * PAGE_SIZE, 5);
    for (ULONG i = 0; i < RTL_NUMBER_OF(masters); i++) {
        assert_int_equal(make_enabler(masters[i], 2 * PAGE_SIZE), STATUS_SUCCESS);
        make_transaction();
        dma.transfers = dma.at = 0;
        assert_int_equal(WdfDmaTransactionInitializeUsingOffset(dma.transaction, program,
                                                                WdfDmaDirectionWriteToDevice,
                                                                dma.mdl, 9, 3 * PAGE_SIZE),
                         STATUS_SUCCESS);
        assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
        dma.at = 100;
        assert_false(WdfDmaTransactionDmaCompletedWithLength(dma.transaction, 100, &dma.status));
        assert_int_equal(dma.status, STATUS_MORE_PROCESSING_REQUIRED);
        dma.at = 100;
        assert_false(WdfDmaTransactionDmaCompletedWithLength(dma.transaction, 0, &dma.status));
        assert_false(WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
        assert_true(WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
        assert_int_equal(dma.status, STATUS_SUCCESS);
        EXPECT_LENGTHS(2 * PAGE_SIZE, 2 * PAGE_SIZE, 2 * PAGE_SIZE, PAGE_SIZE - 100);
        assert_int_equal(WdfDmaTransactionGetBytesTransferred(dma.transaction), 3 * PAGE_SIZE);
        check_bytes(9, 3 * PAGE_SIZE);
        WdfObjectDelete(dma.transaction);
        WdfObjectDelete(dma.enabler);
        dma.transaction = NULL;
        dma.enabler = NULL;
    }
    stop_dma();
}

static void the_last_transfer(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfilePacket, 2 * PAGE_SIZE), STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(WdfDmaTransactionInitializeUsingOffset(dma.transaction, program,
                                                            WdfDmaDirectionReadFromDevice, dma.mdl,
                                                            0, 3 * PAGE_SIZE),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    assert_true(WdfDmaTransactionDmaCompletedFinal(dma.transaction, 10, &dma.status));
    assert_int_equal(dma.status, STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionGetBytesTransferred(dma.transaction), 10);
    assert_int_equal(WdfDmaTransactionRelease(dma.transaction), STATUS_SUCCESS);

    assert_int_equal(WdfDmaTransactionInitializeUsingOffset(
                         dma.transaction, program, WdfDmaDirectionReadFromDevice, dma.mdl, 0, 100),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    assert_true(WdfDmaTransactionDmaCompletedFinal(dma.transaction, 101, &dma.status));
    assert_int_equal(dma.status, STATUS_INVALID_PARAMETER);
    stop_dma();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(every_profile),        PNP_TEST(chains),
        PNP_TEST(split_by_the_maximum), PNP_TEST(split_by_the_transaction),
        PNP_TEST(partial_transfers),    PNP_TEST(the_last_transfer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
