/*
 * Pins transactions that move a request's data: which requests suit which direction, that the
 * data arrives, and that a request cannot be completed before its transaction has ended; and
 * system profiles.
 */
#include "wdf/request_test.h"
#include "dma/dma.h"
#include "wdf/dma.h"

static struct {
    WDFDEVICE device;
    WDFDMAENABLER enabler;
    WDFDMATRANSACTION transaction;
    struct dma_domain *domain;
    WDF_DMA_DIRECTION direction;
    NTSTATUS expected; /* of initializing */
    UCHAR bytes[PROGRAM_BYTES];
    ULONG length;
} dma;

static BOOLEAN NTAPI program(WDFDMATRANSACTION transaction, WDFDEVICE device, WDFCONTEXT context,
                             WDF_DMA_DIRECTION direction, PSCATTER_GATHER_LIST list)
{
    ULONG64 address = (ULONG64)list->Elements[0].Address.QuadPart;

    UNREFERENCED_PARAMETER(transaction);
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(context);
    assert_int_equal(list->NumberOfElements, 1);
    dma.length = list->Elements[0].Length;
    assert_true(direction == WdfDmaDirectionWriteToDevice
                    ? dma_domain_read(dma.domain, address, dma.bytes, dma.length)
                    : dma_domain_write(dma.domain, address, dma.bytes, dma.length));
    return TRUE;
}

static VOID start(WDF_DEVICE_IO_TYPE type)
{
    WDF_DMA_ENABLER_CONFIG config;

    memset(&dma, 0, sizeof(dma));
    dma.device = device_of_type(type);
    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64, 0x10000);
    assert_int_equal(
        WdfDmaEnablerCreate(dma.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &dma.enabler),
        STATUS_SUCCESS);
    assert_int_equal(
        WdfDmaTransactionCreate(dma.enabler, WDF_NO_OBJECT_ATTRIBUTES, &dma.transaction),
        STATUS_SUCCESS);
    assert_int_equal(dma_domain_of(NULL, &dma.domain), STATUS_SUCCESS);
}

static VOID stop(VOID)
{
    WdfObjectDelete(dma.transaction);
    WdfObjectDelete(dma.enabler);
    dma_domain_release(dma.domain);
}

static NTSTATUS initialize(WDFREQUEST request)
{
    return WdfDmaTransactionInitializeUsingRequest(dma.transaction, request, program,
                                                   dma.direction);
}

/* ---- Which requests --------------------------------------------------------------------- */

static VOID only_initialize(WDFREQUEST request)
{
    assert_int_equal(initialize(request), dma.expected);
    if (NT_SUCCESS(dma.expected)) {
        assert_ptr_equal(WdfDmaTransactionGetRequest(dma.transaction), request);
        WdfDmaTransactionRelease(dma.transaction);
    }
    assert_null(WdfDmaTransactionGetRequest(dma.transaction));
}

static VOID expect(const struct asked *asked, WDF_DMA_DIRECTION direction, NTSTATUS status)
{
    ULONG before = examined;

    examine = only_initialize;
    dma.direction = direction;
    dma.expected = status;
    assert_int_equal(ask(dma.device, asked, NULL), STATUS_SUCCESS);
    assert_int_equal(examined, before + 1);
}

static void which_requests(void)
{
    const WDF_DMA_DIRECTION to = WdfDmaDirectionWriteToDevice, from = WdfDmaDirectionReadFromDevice;
    const struct asked read = {IRP_MJ_READ, 0, FALSE, 0, 8}, write = {IRP_MJ_WRITE, 0, FALSE, 8, 0},
                       in = {IRP_MJ_DEVICE_CONTROL, METHOD_IN_DIRECT, FALSE, 8, 8},
                       out = {IRP_MJ_DEVICE_CONTROL, METHOD_OUT_DIRECT, FALSE, 8, 8},
                       buffered = {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 8},
                       neither = {IRP_MJ_DEVICE_CONTROL, METHOD_NEITHER, FALSE, 8, 8},
                       no_output = {IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED, FALSE, 8, 0},
                       nothing = {IRP_MJ_READ, 0, FALSE, 0, 0};

    start(WdfDeviceIoDirect);
    expect(&read, from, STATUS_SUCCESS);
    expect(&read, to, STATUS_INVALID_DEVICE_REQUEST);
    expect(&write, to, STATUS_SUCCESS);
    expect(&write, from, STATUS_INVALID_DEVICE_REQUEST);
    expect(&in, to, STATUS_SUCCESS);
    expect(&in, from, STATUS_INVALID_DEVICE_REQUEST);
    expect(&out, from, STATUS_SUCCESS);
    expect(&out, to, STATUS_INVALID_DEVICE_REQUEST);
    expect(&buffered, from, STATUS_SUCCESS);
    expect(&buffered, to, STATUS_SUCCESS);
    expect(&no_output, from, STATUS_INVALID_DEVICE_REQUEST);
    expect(&neither, from, STATUS_INVALID_DEVICE_REQUEST);
    expect(&read, (WDF_DMA_DIRECTION)2, STATUS_INVALID_PARAMETER);
    expect(&nothing, from, STATUS_BUFFER_TOO_SMALL);
    stop();
}

/* ---- The data --------------------------------------------------------------------------- */

static VOID move(WDFREQUEST request)
{
    NTSTATUS status;

    assert_int_equal(initialize(request), STATUS_SUCCESS);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, NULL), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_VERIFIER_FATAL_ERROR, WdfRequestComplete(request, STATUS_SUCCESS));
    assert_ptr_equal((PVOID)bugcheck.seen[2], request);
    assert_non_null(strstr(ke_bugcheck_report(), "moves its data"));
    assert_true(WdfDmaTransactionDmaCompleted(dma.transaction, &status));
    result_status = status;
    result_information = WdfDmaTransactionGetBytesTransferred(dma.transaction);
    WdfDmaTransactionRelease(dma.transaction);
}

static void data_of_requests(void)
{
    const struct asked read = {IRP_MJ_READ, 0, FALSE, 0, 40},
                       write = {IRP_MJ_WRITE, 0, FALSE, 33, 0};
    IO_STATUS_BLOCK iosb;

    start(WdfDeviceIoDirect);
    examine = move;
    dma.direction = WdfDmaDirectionWriteToDevice;
    for (ULONG i = 0; i < 33; i++)
        program_input[i] = (UCHAR)(i * 3);
    assert_int_equal(ask(dma.device, &write, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 33);
    assert_int_equal(dma.length, 33);
    assert_memory_equal(dma.bytes, program_input, 33);
    dma.direction = WdfDmaDirectionReadFromDevice;
    for (ULONG i = 0; i < 40; i++)
        dma.bytes[i] = (UCHAR)(i * 5);
    assert_int_equal(ask(dma.device, &read, &iosb), STATUS_SUCCESS);
    assert_int_equal(iosb.Information, 40);
    assert_memory_equal(program_output, dma.bytes, 40);
    stop();
}

/* ---- System profiles ----------------------------------------------------------------------- */

#define LINE 3

static struct {
    ULONG ready, at;
    UCHAR bytes[3 * PAGE_SIZE];
    KEVENT ended;
    ULONG configured, ends;
    DMA_COMPLETION_STATUS last;
    NTSTATUS status;
} line;

static ULONG take_bytes(PVOID context, const VOID *from, ULONG count)
{
    UNREFERENCED_PARAMETER(context);
    count = min(count, line.ready);
    memcpy(line.bytes + line.at, from, count);
    line.at += count;
    line.ready -= count;
    return count;
}

static const struct dma_line_operations line_operations = {.take = take_bytes};

static BOOLEAN NTAPI on_configure(WDFDMATRANSACTION transaction, WDFDEVICE device, PVOID context,
                                  PMDL mdl, size_t offset, size_t length)
{
    assert_ptr_equal(transaction, dma.transaction);
    assert_ptr_equal(device, dma.device);
    assert_ptr_equal(context, &line);
    assert_non_null(mdl);
    assert_int_equal(offset, line.at);
    assert_in_range(length, 1, 2 * PAGE_SIZE);
    line.configured++;
    return TRUE;
}

static BOOLEAN NTAPI on_program(WDFDMATRANSACTION transaction, WDFDEVICE device, WDFCONTEXT context,
                                WDF_DMA_DIRECTION direction, PSCATTER_GATHER_LIST list)
{
    UNREFERENCED_PARAMETER(transaction);
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(context);
    assert_int_equal(direction, WdfDmaDirectionWriteToDevice);
    assert_in_range(list->NumberOfElements, 1, 3);
    return TRUE;
}

static VOID NTAPI on_complete(WDFDMATRANSACTION transaction, WDFDEVICE device, WDFCONTEXT context,
                              WDF_DMA_DIRECTION direction, DMA_COMPLETION_STATUS status)
{
    BOOLEAN has_ended;

    UNREFERENCED_PARAMETER(device);
    assert_ptr_equal(context, &line);
    assert_int_equal(direction, WdfDmaDirectionWriteToDevice);
    line.ends++;
    line.last = status;
    has_ended = status == DmaComplete
                    ? WdfDmaTransactionDmaCompleted(transaction, &line.status)
                    : WdfDmaTransactionDmaCompletedFinal(transaction, 0, &line.status);
    if (has_ended)
        KeSetEvent(&line.ended, IO_NO_INCREMENT, FALSE);
}

static VOID execute_on_line(PMDL mdl)
{
    line.at = line.ends = line.configured = 0;
    KeInitializeEvent(&line.ended, SynchronizationEvent, FALSE);
    assert_int_equal(WdfDmaTransactionInitialize(dma.transaction, on_program,
                                                 WdfDmaDirectionWriteToDevice, mdl,
                                                 MmGetMdlVirtualAddress(mdl), 3 * PAGE_SIZE),
                     STATUS_SUCCESS);
    WdfDmaTransactionSetChannelConfigurationCallback(dma.transaction, on_configure, &line);
    WdfDmaTransactionSetTransferCompleteCallback(dma.transaction, on_complete, &line);
    assert_int_equal(WdfDmaTransactionExecute(dma.transaction, NULL), STATUS_SUCCESS);
}

static void system_profile(void)
{
    CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = {.Type = CmResourceTypeDma};
    PHYSICAL_ADDRESS address = {.QuadPart = 0x70000000};
    WDF_DMA_SYSTEM_PROFILE_CONFIG config;
    WDF_DMA_ENABLER_CONFIG enabler;
    struct dma_line *attached;
    PUCHAR memory;
    PMDL mdl;

    memset(&line, 0, sizeof(line));
    dma.device = device_of_type(WdfDeviceIoDirect);
    memory = ExAllocatePoolWithTag(NonPagedPoolNx, 3 * PAGE_SIZE, 'tseT');
    for (ULONG i = 0; i < 3 * PAGE_SIZE; i++)
        memory[i] = (UCHAR)(i * 11 + i / PAGE_SIZE);
    mdl = IoAllocateMdl(memory, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(mdl);
    assert_int_equal(dma_line_attach(LINE, &line_operations, &line, &attached), STATUS_SUCCESS);
    WDF_DMA_ENABLER_CONFIG_INIT(&enabler, WdfDmaProfileSystem, 2 * PAGE_SIZE);
    assert_int_equal(
        WdfDmaEnablerCreate(dma.device, &enabler, WDF_NO_OBJECT_ATTRIBUTES, &dma.enabler),
        STATUS_SUCCESS);
    descriptor.u.Dma.Port = LINE;
    WDF_DMA_SYSTEM_PROFILE_CONFIG_INIT(&config, address, Width8Bits, &descriptor);
    config.Size++;
    assert_int_equal(
        WdfDmaEnablerConfigureSystemProfile(dma.enabler, &config, WdfDmaDirectionWriteToDevice),
        STATUS_INFO_LENGTH_MISMATCH);
    config.Size--;
    assert_int_equal(
        WdfDmaEnablerConfigureSystemProfile(dma.enabler, &config, (WDF_DMA_DIRECTION)2),
        STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfDmaEnablerConfigureSystemProfile(dma.enabler, &config, WdfDmaDirectionWriteToDevice),
        STATUS_SUCCESS);
    assert_int_equal(
        WdfDmaEnablerConfigureSystemProfile(dma.enabler, &config, WdfDmaDirectionReadFromDevice),
        STATUS_INVALID_PARAMETER);
    assert_int_equal(
        WdfDmaTransactionCreate(dma.enabler, WDF_NO_OBJECT_ATTRIBUTES, &dma.transaction),
        STATUS_SUCCESS);

    line.ready = 3 * PAGE_SIZE;
    execute_on_line(mdl);
    KeWaitForSingleObject(&line.ended, Executive, KernelMode, FALSE, NULL);
    assert_int_equal(line.status, STATUS_SUCCESS);
    assert_int_equal(line.ends, 2);
    assert_int_equal(line.configured, 2);
    assert_memory_equal(line.bytes, memory, 3 * PAGE_SIZE);
    WdfDmaTransactionRelease(dma.transaction);

    line.ready = 100;
    execute_on_line(mdl);
    KeFlushQueuedDpcs();
    WdfDmaTransactionStopSystemTransfer(dma.transaction);
    KeWaitForSingleObject(&line.ended, Executive, KernelMode, FALSE, NULL);
    assert_int_equal(line.last, DmaCancelled);
    assert_int_equal(line.ends, 1);
    WdfObjectDelete(dma.transaction);
    WdfObjectDelete(dma.enabler);
    dma_line_detach(attached);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(memory, 'tseT');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(which_requests),
        WDF_TEST(data_of_requests),
        WDF_TEST(system_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
