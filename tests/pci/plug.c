/* Pins: which models are plugged in and which are refused; registers as long as they are there. */
#include <ntifs.h>

#include "io/iop.h"
#include "mm/iospace.h"
#include "nt_cmocka.h"
#include "../../include/ntio/device.h"
#include "../../include/ntio/ntio.h"

static ULONG created, destroyed;
static ULONG64 last_value;

static const char *create(struct ntio_device *device, struct ntio_device_model *model,
                          const char *options, void **context)
{
    UNREFERENCED_PARAMETER(model);
    *context = device;
    if (options[0] == '!')
        return "it will not";
    created++;
    return NULL;
}

static void destroy(void *context)
{
    UNREFERENCED_PARAMETER(context);
    destroyed++;
}

static unsigned long long read_register(void *context, unsigned bar, unsigned long long offset,
                                        unsigned bytes)
{
    UNREFERENCED_PARAMETER(context);
    return bar << 16 | offset << 4 | bytes;
}

static void write_register(void *context, unsigned bar, unsigned long long offset, unsigned bytes,
                           unsigned long long value)
{
    UNREFERENCED_PARAMETER(context);
    last_value = (ULONG64)bar << 48 | offset << 40 | (ULONG64)bytes << 32 | (ULONG)value;
}

static const struct ntio_device_model model = {
    .version = NTIO_DEVICE_VERSION,
    .size = sizeof(struct ntio_device_model),
    .name = "Plug",
    .vendor = 0x4321,
    .device = 0x8765,
    .bars = {{.kind = NTIO_BAR_MEMORY, .length = 32}, {.kind = NTIO_BAR_PORT, .length = 8}},
    .create = create,
    .destroy = destroy,
    .read = read_register,
    .write = write_register,
};

static void run_in_system(void **state)
{
    void (*body)(void) = (void (*)(void)) * state;
    struct ntio_options options = {.size = sizeof(options)};

    created = destroyed = 0;
    assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    body();
}

static int stop_system(void **state)
{
    UNREFERENCED_PARAMETER(state);
    ntio_stop();
    return created == destroyed ? 0 : -1;
}

#define PCI_TEST(body)                                                                             \
    {                                                                                              \
#body, run_in_system, NULL, stop_system, (void *)(body)                                    \
    }

static void a_model_is_plugged_in_and_pulled_out(void)
{
    char reason[256];
    ULONG i;

    for (i = 0; i < 20; i++) {
        assert_int_equal(ntio_plug_model(&model, "", reason, sizeof(reason)), STATUS_SUCCESS);
        assert_int_equal(created, i + 1);
        assert_int_equal(
            ntio_remove_device("VEN_4321", NTIO_SURPRISE_REMOVE, reason, sizeof(reason)),
            STATUS_SUCCESS);
        assert_int_equal(destroyed, i + 1);
    }
    assert_int_equal(ntio_remove_device("VEN_4321", NTIO_SURPRISE_REMOVE, reason, sizeof(reason)),
                     STATUS_NO_SUCH_DEVICE);
    assert_int_equal(ntio_plug_model(&model, "", NULL, 0), STATUS_SUCCESS);
}

static void the_bus_has_32_slots(void)
{
    ULONG i;

    for (i = 0; i < 32; i++)
        assert_int_equal(ntio_plug_model(&model, "", NULL, 0), STATUS_SUCCESS);
    assert_int_equal(ntio_plug_model(&model, "", NULL, 0), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(created, 32);
}

/* One description, wrong in one thing, and what is said of it. */
static VOID refuses(const struct ntio_device_model *wrong, NTSTATUS status, PCSTR text)
{
    CHAR reason[512] = "";

    assert_int_equal(ntio_plug_model(wrong, "", reason, sizeof(reason)), status);
    if (!strstr(reason, text))
        fail_msg("expected '%s' in '%s'", text, reason);
}

static void wrong_descriptions_are_refused_in_words(void)
{
    struct ntio_device_model wrong = model;
    CHAR reason[512];

    assert_int_equal(ntio_plug_model(&model, "!", reason, sizeof(reason)),
                     STATUS_DEVICE_CONFIGURATION_ERROR);
    assert_non_null(strstr(reason, "it will not"));
    wrong.version = 2;
    refuses(&wrong, STATUS_REVISION_MISMATCH, "version 2");
    wrong = model;
    wrong.name = NULL;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "no name");
    wrong = model;
    wrong.messages = 33;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "33 messages");
    wrong = model;
    wrong.address_bits = 65;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "65 bits");
    wrong = model;
    wrong.read = NULL;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "no read");
    wrong = model;
    wrong.bars[0].length = 24;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "BAR 0 is 0x18");
    wrong.bars[0].length = 8;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "BAR 0 is 0x8");
    wrong = model;
    wrong.bars[1].length = 512;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "for ports");
    wrong = model;
    wrong.bars[0].base = MM_DEVICE_BASE - PAGE_SIZE;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "the base of BAR 0");
    wrong = model;
    wrong.bars[0].flags = NTIO_BAR_64BIT;
    refuses(&wrong, STATUS_INVALID_PARAMETER, "upper half");
    wrong = model;
    wrong.bars[0].base = wrong.bars[2].base = MM_DEVICE_BASE;
    wrong.bars[2].kind = NTIO_BAR_MEMORY;
    wrong.bars[2].length = 16;
    refuses(&wrong, STATUS_CONFLICTING_ADDRESSES, "BAR 0 and BAR 2 overlap");
    assert_int_equal(created, destroyed);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static ULONG64 read_range(PVOID context, ULONG64 offset, ULONG bytes)
{
    UNREFERENCED_PARAMETER(context);
    return offset << 8 | bytes;
}

static VOID write_range(PVOID context, ULONG64 offset, ULONG bytes, ULONG64 value)
{
    *(ULONG64 *)context = value;
    UNREFERENCED_PARAMETER(offset);
    UNREFERENCED_PARAMETER(bytes);
}

static PHYSICAL_ADDRESS physical(ULONG64 address)
{
    return (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)address};
}

static void registers_are_asked_while_they_are_there(void)
{
    ULONG64 written = 0;
    struct mm_io_device device = {.base = MM_DEVICE_BASE + PAGE_SIZE,
                                  .length = 0x100,
                                  .read = read_range,
                                  .write = write_range,
                                  .context = &written};
    struct mm_io_range *range, *other;
    PUCHAR mapped;

    assert_int_equal(mm_io_publish(&device, &range), STATUS_SUCCESS);
    assert_int_equal(mm_io_publish(&device, &other), STATUS_CONFLICTING_ADDRESSES);
    mapped = MmMapIoSpaceEx(physical(device.base + 0x10), 0x1000, PAGE_READWRITE | PAGE_NOCACHE);
    assert_non_null(mapped);
    assert_int_equal(READ_REGISTER_ULONG((PULONG)mapped), 0x1004);
    assert_int_equal(READ_REGISTER_USHORT((PUSHORT)(mapped + 2)), 0x1202);
    WRITE_REGISTER_ULONG64((PULONG64)mapped, 0x123456789ull);
    assert_true(written == 0x123456789ull);
    /* The last that fits, and the first that does not. */
    assert_int_equal(READ_REGISTER_ULONG((PULONG)(mapped + 0xEC)), 0xFC04);
    assert_int_equal(READ_REGISTER_ULONG((PULONG)(mapped + 0xEE)), MAXULONG);
    assert_true(MmGetPhysicalAddress(mapped).QuadPart == (LONGLONG)device.base + 0x10);
    mm_io_withdraw(range);
    assert_int_equal(READ_REGISTER_ULONG((PULONG)mapped), MAXULONG);
    WRITE_REGISTER_ULONG((PULONG)mapped, 1);
    assert_true(written == 0x123456789ull);
    MmUnmapIoSpace(mapped, 0x1000);
    assert_int_equal(mm_io_publish(&device, &range), STATUS_SUCCESS);
    mm_io_withdraw(range);
}

static void memory_and_nothing_can_be_mapped_too(void)
{
    PHYSICAL_ADDRESS highest = physical(MAXLONGLONG);
    PULONG memory = MmAllocateContiguousMemory(PAGE_SIZE, highest), mapped;

    assert_non_null(memory);
    mapped = MmMapIoSpace(MmGetPhysicalAddress(memory), PAGE_SIZE, MmCached);
    assert_non_null(mapped);
    assert_ptr_not_equal(mapped, memory);
    WRITE_REGISTER_ULONG(mapped, 0xC0FFEE);
    assert_int_equal(memory[0], 0xC0FFEE);
    assert_int_equal(READ_REGISTER_UCHAR((PUCHAR)mapped), 0xEE);
    MmUnmapIoSpace(mapped, PAGE_SIZE);
    MmFreeContiguousMemory(memory);
    mapped = MmMapIoSpace(physical(MM_DEVICE_END - PAGE_SIZE), 4, MmNonCached);
    assert_int_equal(READ_REGISTER_ULONG(mapped), MAXULONG);
    MmUnmapIoSpace(mapped, 4);
    assert_null(MmMapIoSpace(physical(MM_DEVICE_BASE), 0, MmNonCached));
    assert_null(MmMapIoSpaceEx(physical(MM_DEVICE_BASE), 4, PAGE_NOACCESS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PCI_TEST(a_model_is_plugged_in_and_pulled_out),
        PCI_TEST(the_bus_has_32_slots),
        PCI_TEST(wrong_descriptions_are_refused_in_words),
        PCI_TEST(registers_are_asked_while_they_are_there),
        PCI_TEST(memory_and_nothing_can_be_mapped_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
