/*
 * Pins what enablers and transactions refuse: each status of creating and initializing, and each
 * call out of order, with the transaction named.
 */
#include "wdf/dma_test.h"

static NTSTATUS enabler_with(WDF_DMA_ENABLER_CONFIG *config)
{
    return WdfDmaEnablerCreate(function.device, config, WDF_NO_OBJECT_ATTRIBUTES, &dma.enabler);
}

static void enabler_statuses(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;

    start_dma();
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, 0x1000);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, enabler_with(NULL));
    config.Size--;
    assert_int_equal(enabler_with(&config), STATUS_INFO_LENGTH_MISMATCH);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileInvalid, 0x1000);
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    config.Profile = WdfDmaProfileSystemDuplex + 1;
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, 0);
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, 0x1000);
    config.AddressWidthOverride = 33;
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileSystem, 0x1000);
    config.AddressWidthOverride = 24;
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64, 0x1000);
    config.Flags = WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER;
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    config.WdmDmaVersionOverride = 1;
    assert_int_equal(enabler_with(&config), STATUS_INVALID_PARAMETER);
    config.WdmDmaVersionOverride = 3;
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(WdfDmaEnablerCreate(function.device, &config, &attributes, &dma.enabler),
                     STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    assert_int_equal(enabler_with(&config), STATUS_SUCCESS);
    assert_int_equal(WdfDmaEnablerGetMaximumScatterGatherElements(dma.enabler),
                     WDF_DMA_ENABLER_UNLIMITED_FRAGMENTS);
    WdfDmaEnablerSetMaximumScatterGatherElements(dma.enabler, 4);
    WdfDmaEnablerSetMaximumScatterGatherElements(dma.enabler, 0);
    assert_int_equal(WdfDmaEnablerGetMaximumScatterGatherElements(dma.enabler), 4);
    stop_dma();
}

static NTSTATUS initialize(WDF_DMA_DIRECTION direction, SIZE_T offset, SIZE_T length)
{
    return WdfDmaTransactionInitializeUsingOffset(dma.transaction, program, direction, dma.mdl,
                                                  offset, length);
}

static void initializing(VOID)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    start_dma();
    dma.mdl = make_mdl(0, 4, 0x80, 3 * PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfileScatterGather64, 2 * PAGE_SIZE), STATUS_SUCCESS);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = function.device;
    assert_int_equal(WdfDmaTransactionCreate(dma.enabler, &attributes, &dma.transaction),
                     STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
    make_transaction();
    assert_ptr_equal(WdfDmaTransactionGetDevice(dma.transaction), function.device);
    assert_null(WdfDmaTransactionGetRequest(dma.transaction));
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0, 0), STATUS_INVALID_PARAMETER);
    assert_int_equal(initialize((WDF_DMA_DIRECTION)2, 0, 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 3 * PAGE_SIZE, 1),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, (SIZE_T)-1, 1),
                     STATUS_INVALID_PARAMETER);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfDmaTransactionInitialize(dma.transaction, NULL,
                                                 WdfDmaDirectionReadFromDevice, dma.mdl,
                                                 MmGetMdlVirtualAddress(dma.mdl), 1));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfDmaTransactionInitialize(dma.transaction, program,
                                                 WdfDmaDirectionReadFromDevice, NULL, NULL, 1));
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 1, 3 * PAGE_SIZE),
                     STATUS_BUFFER_TOO_SMALL);
    /* What failed counts as released. */
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0, 3 * PAGE_SIZE), STATUS_SUCCESS);
    WdfDmaTransactionRelease(dma.transaction);
    /* A transfer of two pages with an offset spans three. */
    WdfDmaEnablerSetMaximumScatterGatherElements(dma.enabler, 2);
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0, 2 * PAGE_SIZE),
                     STATUS_WDF_TOO_FRAGMENTED);
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0x80, PAGE_SIZE), STATUS_SUCCESS);
    stop_dma();
}

/* A packet device of the older interfaces takes the first MDL only. */
static void no_chain(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 1, 0, PAGE_SIZE);
    dma.mdl->Next = make_mdl(3, 1, 0, PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfilePacket, 2 * PAGE_SIZE), STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0, PAGE_SIZE + 1),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    stop_dma();
}

static void single_transfers(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;

    start_dma();
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64, 4 * PAGE_SIZE);
    config.WdmDmaVersionOverride = 3;
    assert_int_equal(enabler_with(&config), STATUS_SUCCESS);
    make_transaction();
    WdfDmaTransactionSetSingleTransferRequirement(dma.transaction, TRUE);
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, 4 * PAGE_SIZE + 1),
                     STATUS_WDF_TOO_MANY_TRANSFERS);
    WdfDmaTransactionSetSingleTransferRequirement(dma.transaction, TRUE);
    WdfDmaEnablerSetMaximumScatterGatherElements(dma.enabler, 2);
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, 4 * PAGE_SIZE),
                     STATUS_WDF_TOO_FRAGMENTED);
    WdfDmaEnablerSetMaximumScatterGatherElements(dma.enabler, 4);
    WdfDmaTransactionSetSingleTransferRequirement(dma.transaction, TRUE);
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, 4 * PAGE_SIZE), STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    assert_true(WdfDmaTransactionDmaCompletedWithLength(dma.transaction, PAGE_SIZE, &dma.status));
    assert_int_equal(dma.status, STATUS_WDF_TOO_MANY_TRANSFERS);
    stop_dma();
}

static void transfer_info(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;
    ULONG registers, elements;

    start_dma();
    dma.mdl = make_mdl(0, 6, 1, 5 * PAGE_SIZE);
    for (ULONG version = 2; version <= 3; version++) {
        WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64, 0x100000);
        config.WdmDmaVersionOverride = version;
        assert_int_equal(enabler_with(&config), STATUS_SUCCESS);
        make_transaction();
        assert_int_equal(initialize(WdfDmaDirectionReadFromDevice, 0, 5 * PAGE_SIZE),
                         STATUS_SUCCESS);
        WdfDmaTransactionGetTransferInfo(dma.transaction, &registers, &elements);
        assert_int_equal(registers, 6);
        /* Frames 0 2 1 3 5 4 of the block: none follows the one before. */
        assert_int_equal(elements, 6);
        WdfDmaTransactionGetTransferInfo(dma.transaction, NULL, NULL);
        WdfDmaTransactionRelease(dma.transaction);
        ASSERT_VIOLATION(WDF_DMA_FATAL_ERROR,
                         WdfDmaTransactionGetTransferInfo(dma.transaction, NULL, NULL));
        WdfObjectDelete(dma.transaction);
        WdfObjectDelete(dma.enabler);
    }
    dma.transaction = NULL;
    dma.enabler = NULL;
    stop_dma();
}

/* ---- Out of order ----------------------------------------------------------------------- */

static void expect_state(ULONG state)
{
    assert_ptr_equal((PVOID)bugcheck.seen[2], dma.transaction);
    assert_int_equal(bugcheck.seen[3], state);
    assert_non_null(strstr(ke_bugcheck_report(), "WDFDMATRANSACTION 0x"));
}

#define WRONG(state, call)                                                                         \
    do {                                                                                           \
        ASSERT_VIOLATION(WDF_DMA_FATAL_ERROR, call);                                               \
        expect_state(state);                                                                       \
    } while (0)

static void out_of_order(VOID)
{
    start_dma();
    dma.mdl = make_mdl(0, 4, 0, 4 * PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfileScatterGather, 2 * PAGE_SIZE), STATUS_SUCCESS);
    make_transaction();
    WRONG(WDF_DMA_CREATED, WdfDmaTransactionExecute(dma.transaction, &dma));
    WRONG(WDF_DMA_CREATED, WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    WRONG(WDF_DMA_INITIALIZED, initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE));
    WRONG(WDF_DMA_INITIALIZED,
          WdfDmaTransactionDmaCompletedWithLength(dma.transaction, 0, &dma.status));
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    WRONG(WDF_DMA_TRANSFER, WdfDmaTransactionExecute(dma.transaction, &dma));
    WRONG(WDF_DMA_TRANSFER, initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfDmaTransactionDmaCompleted(dma.transaction, NULL));
    assert_true(WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
    WRONG(WDF_DMA_COMPLETED, WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
    WRONG(WDF_DMA_COMPLETED, initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE));
    assert_int_equal(WdfDmaTransactionRelease(dma.transaction), STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionRelease(dma.transaction), STATUS_SUCCESS);
    WRONG(WDF_DMA_RELEASED, WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    stop_dma();
}

/* Only the verifier minds a transaction that goes while it transfers. */
static void deleted_in_transfer(VOID)
{
    struct wdf_globals *globals = wdf_globals_of(WdfDriverGlobals);
    UCHAR byte;

    start_dma();
    dma.mdl = make_mdl(0, 4, 0, 4 * PAGE_SIZE);
    assert_int_equal(make_enabler(WdfDmaProfileScatterGather64, 2 * PAGE_SIZE), STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    globals->is_verifier_on = TRUE;
    WRONG(WDF_DMA_TRANSFER, WdfDmaTransactionRelease(dma.transaction));
    globals->is_verifier_on = FALSE;
    ULONG64 address = (ULONG64)MmGetPhysicalAddress(dma.block).QuadPart;
    assert_true(dma_domain_read(dma.domain, address, &byte, 1));
    WdfObjectDelete(dma.transaction);
    dma_ignore_violations(TRUE);
    assert_false(dma_domain_read(dma.domain, address, &byte, 1));
    dma_ignore_violations(FALSE);
    dma.transaction = NULL;
    stop_dma();
}

static struct wdf_dma_enabler *in_enabler(void)
{
    return wdf_dma_enabler_of(dma.enabler, "test");
}

/* ---- Version 3 ------------------------------------------------------------------------------- */

static ULONG reserved;

static VOID NTAPI on_reserved(WDFDMATRANSACTION transaction, PVOID context)
{
    assert_ptr_equal(transaction, dma.transaction);
    assert_ptr_equal(context, &reserved);
    reserved++;
}

/* Registers that are reserved serve one transfer after the other, until they are freed. */
static void reserving(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;

    start_dma();
    reserved = 0;
    dma.mdl = make_mdl(0, 6, 0x10, 5 * PAGE_SIZE);
    dma.completes = TRUE;
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, 4 * PAGE_SIZE);
    config.WdmDmaVersionOverride = 3;
    assert_int_equal(enabler_with(&config), STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(WdfDmaTransactionAllocateResources(
                         dma.transaction, WdfDmaDirectionWriteToDevice, 2, on_reserved, &reserved),
                     STATUS_SUCCESS);
    assert_int_equal(reserved, 1);
    WRONG(WDF_DMA_RESERVED,
          WdfDmaTransactionAllocateResources(dma.transaction, WdfDmaDirectionWriteToDevice, 2,
                                             on_reserved, &reserved));
    for (ULONG round = 0; round < 2; round++) {
        dma.transfers = dma.at = 0;
        assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, 3 * PAGE_SIZE),
                         STATUS_SUCCESS);
        assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
        assert_true(dma.has_ended);
        assert_int_equal(dma.status, STATUS_SUCCESS);
        assert_int_equal(dma.transfers, 2);
        assert_int_equal(dma.lengths[0], 2 * PAGE_SIZE - 0x10);
        assert_int_equal(WdfDmaTransactionRelease(dma.transaction), STATUS_SUCCESS);
    }
    WdfDmaTransactionFreeResources(dma.transaction);
    stop_dma();
}

/* Of two transactions the second waits for the first one's registers, is cancelled, or fails. */
static void waiting(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;
    WDFDMATRANSACTION first;
    ULONG registers;

    start_dma();
    reserved = 0;
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, 4 * PAGE_SIZE);
    config.WdmDmaVersionOverride = 3;
    assert_int_equal(enabler_with(&config), STATUS_SUCCESS);
    registers = in_enabler()->adapters[0].registers;
    make_transaction();
    first = dma.transaction;
    assert_int_equal(WdfDmaTransactionAllocateResources(first, WdfDmaDirectionWriteToDevice,
                                                        registers, on_reserved, &reserved),
                     STATUS_SUCCESS);
    make_transaction();
    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    WdfDmaTransactionSetImmediateExecution(dma.transaction, TRUE);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma),
                     STATUS_INSUFFICIENT_RESOURCES);
    WdfDmaTransactionRelease(dma.transaction);

    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    assert_int_equal(dma.transfers, 0);
    assert_true(WdfDmaTransactionCancel(dma.transaction));
    assert_false(WdfDmaTransactionCancel(dma.transaction));
    WdfDmaTransactionRelease(dma.transaction);
    WRONG(WDF_DMA_RELEASED, WdfDmaTransactionCancel(dma.transaction));

    assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, &dma), STATUS_SUCCESS);
    assert_int_equal(dma.transfers, 0);
    WdfDmaTransactionFreeResources(first);
    assert_int_equal(dma.transfers, 1);
    assert_true(WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
    WdfObjectDelete(first);
    stop_dma();
}

/* Each allocation fails in turn. */
static void no_memory(VOID)
{
    WDF_DMA_ENABLER_CONFIG config;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG failures;

    start_dma();
    dma.mdl = make_mdl(0, 6, 0, 6 * PAGE_SIZE);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGatherDuplex, 4 * PAGE_SIZE);
    config.Flags = WDF_DMA_ENABLER_CONFIG_NO_SGLIST_PREALLOCATION;
    for (failures = 0; !NT_SUCCESS(status); failures++) {
        ex_pool_inject(failures, FALSE);
        status = enabler_with(&config);
        ex_pool_inject(MAXULONG, FALSE);
    }
    assert_true(failures > 2);
    status = STATUS_INSUFFICIENT_RESOURCES;
    for (failures = 0; !NT_SUCCESS(status); failures++) {
        ex_pool_inject(failures, FALSE);
        status = WdfDmaTransactionCreate(dma.enabler, WDF_NO_OBJECT_ATTRIBUTES, &dma.transaction);
        ex_pool_inject(MAXULONG, FALSE);
    }
    assert_true(failures > 1);
    status = STATUS_INSUFFICIENT_RESOURCES;
    for (failures = 0; !NT_SUCCESS(status); failures++) {
        assert_int_equal(initialize(WdfDmaDirectionWriteToDevice, 0, PAGE_SIZE), STATUS_SUCCESS);
        ex_pool_inject(failures, FALSE);
        status = WdfDmaTransactionExecute(dma.transaction, &dma);
        ex_pool_inject(MAXULONG, FALSE);
        if (!NT_SUCCESS(status)) {
            assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
            WdfDmaTransactionRelease(dma.transaction);
        }
    }
    assert_true(failures > 1);
    assert_true(WdfDmaTransactionDmaCompleted(dma.transaction, &dma.status));
    stop_dma();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(enabler_statuses),    PNP_TEST(initializing),  PNP_TEST(no_chain),
        PNP_TEST(single_transfers),    PNP_TEST(transfer_info), PNP_TEST(out_of_order),
        PNP_TEST(deleted_in_transfer), PNP_TEST(reserving),     PNP_TEST(waiting),
        PNP_TEST(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
