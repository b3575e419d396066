/*
 * Pins an enabler's callbacks while its device goes up and down, what a request that a transaction
 * moves may not do, and common buffers.
 */
#include "wdf/dma_test.h"

static struct {
    PCSTR failing; /* the callback that fails, or NULL */
} enabler;

static NTSTATUS noted(PCSTR word)
{
    note("%s ", word);
    return enabler.failing && !strcmp(enabler.failing, word) ? STATUS_IO_DEVICE_ERROR
                                                             : STATUS_SUCCESS;
}

#define CALLBACK(name, word)                                                                       \
    static NTSTATUS NTAPI name(WDFDMAENABLER handle)                                               \
    {                                                                                              \
        assert_ptr_equal(handle, dma.enabler);                                                     \
        return noted(word);                                                                        \
    }

CALLBACK(on_fill, "fill")
CALLBACK(on_enable, "enable")
CALLBACK(on_dma_start, "dma-start")
CALLBACK(on_dma_stop, "dma-stop")
CALLBACK(on_disable, "disable")
CALLBACK(on_dma_flush, "dma-flush")

static NTSTATUS add_enabler(WDFDEVICE device)
{
    WDF_DMA_ENABLER_CONFIG config;

    WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather64Duplex, 0x10000);
    config.EvtDmaEnablerFill = on_fill;
    config.EvtDmaEnablerEnable = on_enable;
    config.EvtDmaEnablerSelfManagedIoStart = on_dma_start;
    config.EvtDmaEnablerSelfManagedIoStop = on_dma_stop;
    config.EvtDmaEnablerDisable = on_disable;
    config.EvtDmaEnablerFlush = on_dma_flush;
    return WdfDmaEnablerCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &dma.enabler);
}

static NTSTATUS start_with_enabler(PCSTR failing_word)
{
    memset(&dma, 0, sizeof(dma));
    enabler.failing = failing_word;
    load_function_driver();
    function.furnish = add_enabler;
    assert_int_equal(add_device(), STATUS_SUCCESS);
    return ask(IRP_MN_START_DEVICE);
}

static void up_and_down(VOID)
{
    assert_int_equal(start_with_enabler(NULL), STATUS_SUCCESS);
    assert_journal("bus-start prepare d0-entry(5) interrupts-on(5) fill enable dma-start io-init ");
    remove_device();
    assert_journal("io-suspend dma-stop disable dma-flush interrupts-off(5) d0-exit(5) release "
                   "io-flush io-cleanup cleanup bus-remove destroy ");
}

/* What failed is not taken back, and what came before it is. */
static void fails(PCSTR word, PCSTR expected)
{
    CHAR text[256];

    assert_false(NT_SUCCESS(start_with_enabler(word)));
    rtl_format(text, sizeof(text),
               "bus-start prepare d0-entry(5) interrupts-on(5) %s interrupts-off(5) d0-exit(5) "
               "release ",
               expected);
    journal.text[min(journal.length, strlen(text))] = 0;
    assert_string_equal(journal.text, text);
}

static void fill_fails(VOID)
{
    fails("fill", "fill dma-stop");
}

static void enable_fails(VOID)
{
    fails("enable", "fill enable dma-stop disable");
}

static void start_fails(VOID)
{
    fails("dma-start", "fill enable dma-start dma-stop disable dma-flush");
}

/* ---- Common buffers --------------------------------------------------------------------- */

static void common_buffers(VOID)
{
    WDF_COMMON_BUFFER_CONFIG config;
    WDFCOMMONBUFFER buffer;
    PHYSICAL_ADDRESS address;
    PUCHAR memory;
    UCHAR bytes[16];

    start_dma();
    assert_int_equal(make_enabler(WdfDmaProfileScatterGather, PAGE_SIZE), STATUS_SUCCESS);
    assert_int_equal(WdfCommonBufferCreate(dma.enabler, 0, NULL, &buffer),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfCommonBufferCreate(dma.enabler, (SIZE_T)1 << 32, NULL, &buffer),
                     STATUS_INSUFFICIENT_RESOURCES);
    WDF_COMMON_BUFFER_CONFIG_INIT(&config, 0xFFFF);
    config.Size++;
    assert_int_equal(WdfCommonBufferCreateWithConfig(dma.enabler, 100, &config, NULL, &buffer),
                     STATUS_INFO_LENGTH_MISMATCH);
    config.Size--;
    assert_int_equal(
        WdfCommonBufferCreateWithConfig(dma.enabler, (SIZE_T)-1, &config, NULL, &buffer),
        STATUS_INTEGER_OVERFLOW);
    assert_int_equal(WdfCommonBufferCreateWithConfig(dma.enabler, 100, &config, NULL, &buffer),
                     STATUS_SUCCESS);
    assert_int_equal(WdfCommonBufferGetLength(buffer), 100);
    address = WdfCommonBufferGetAlignedLogicalAddress(buffer);
    memory = WdfCommonBufferGetAlignedVirtualAddress(buffer);
    assert_int_equal(address.QuadPart & 0xFFFF, 0);
    assert_int_equal((ULONG_PTR)memory & 0xFFFF, 0);
    assert_true(address.QuadPart + 100 <= 0x100000000);
    memset(memory, 0x42, 100);
    assert_true(dma_domain_read(dma.domain, (ULONG64)address.QuadPart + 84, bytes, 16));
    for (ULONG i = 0; i < 16; i++)
        assert_int_equal(bytes[i], 0x42);
    bytes[0] = 0x43;
    assert_true(dma_domain_write(dma.domain, (ULONG64)address.QuadPart, bytes, 1));
    assert_int_equal(memory[0], 0x43);
    WdfObjectDelete(buffer);
    dma_ignore_violations(TRUE);
    assert_false(dma_domain_read(dma.domain, (ULONG64)address.QuadPart, bytes, 1));
    dma_ignore_violations(FALSE);
    stop_dma();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(up_and_down), PNP_TEST(fill_fails),     PNP_TEST(enable_fails),
        PNP_TEST(start_fails), PNP_TEST(common_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
