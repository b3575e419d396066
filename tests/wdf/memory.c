/* Memory objects: what may be created, whose the buffer is, how long it lives, copying within
 * bounds. */
#include "control_test.h"

#include "ex/ex.h"
#include "wdf/memory.h"

#define TAG 'tseT'

static ULONG64 blocks_of_tag(ULONG tag)
{
    static struct ex_tag_usage rows[256];
    ULONG count = ex_query_tags(rows, 256), i;

    for (i = 0; i < count && i < 256; i++) {
        if (rows[i].tag == tag)
            return rows[i].allocations - rows[i].frees;
    }
    return 0;
}

static WDFMEMORY memory_of(SIZE_T size)
{
    WDFMEMORY memory = NULL;

    assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, TAG, size, &memory, NULL),
                     STATUS_SUCCESS);
    return memory;
}

/* ---- creation ------------------------------------------------------------------------- */

static void check_size(POOL_TYPE type, SIZE_T size)
{
    WDFMEMORY memory = NULL;
    PUCHAR buffer = NULL;
    SIZE_T seen = 0;

    assert_int_equal(blocks_of_tag(TAG), 0);
    assert_int_equal(WdfMemoryCreate(NULL, type, TAG, size, &memory, (PVOID *)&buffer),
                     STATUS_SUCCESS);
    assert_ptr_equal(WdfMemoryGetBuffer(memory, &seen), buffer);
    assert_int_equal(seen, size);
    assert_ptr_equal(WdfMemoryGetBuffer(memory, NULL), buffer);
    assert_int_equal((ULONG_PTR)buffer % (size >= PAGE_SIZE ? PAGE_SIZE : 16), 0);
    memset(buffer, 0xA5, size);
    assert_true(blocks_of_tag(TAG) > 0);
    WdfObjectDelete(memory);
    assert_int_equal(blocks_of_tag(TAG), 0);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer(memory, NULL));
}

static void gives_as_many_bytes_as_asked_for(void)
{
    static const SIZE_T sizes[] = {1, 15, 16, 17, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 1 << 20};
    ULONG i;

    load_driver();
    for (i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        check_size(NonPagedPoolNx, sizes[i]);
        check_size(NonPagedPool, sizes[i]);
        check_size(PagedPool, sizes[i]);
    }
}

static void a_tag_of_0_is_the_drivers(void)
{
    ULONG64 before;
    WDFMEMORY memory = NULL;

    load_driver();
    before = blocks_of_tag(WdfDriverGlobals->DriverTag);
    assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 8, &memory, NULL), STATUS_SUCCESS);
    assert_int_equal(blocks_of_tag(WdfDriverGlobals->DriverTag), before + 1);
    WdfObjectDelete(memory);
    assert_int_equal(blocks_of_tag(WdfDriverGlobals->DriverTag), before);
}

static NTSTATUS create_with(PWDF_OBJECT_ATTRIBUTES attributes)
{
    WDFMEMORY memory = (WDFMEMORY)8;
    NTSTATUS status = WdfMemoryCreate(attributes, NonPagedPoolNx, TAG, 8, &memory, NULL);

    assert_ptr_equal(memory, NULL);
    return status;
}

static NTSTATUS wrap_with(PWDF_OBJECT_ATTRIBUTES attributes)
{
    static UCHAR bytes[8];
    WDFMEMORY memory = (WDFMEMORY)8;
    NTSTATUS status = WdfMemoryCreatePreallocated(attributes, bytes, sizeof(bytes), &memory);

    assert_ptr_equal(memory, NULL);
    return status;
}

static void refuses_wrong_attributes(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.Size--;
    assert_int_equal(create_with(&attributes), STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(wrap_with(&attributes), STATUS_INFO_LENGTH_MISMATCH);
    attributes.Size++;
    attributes.ContextSizeOverride = 8;
    assert_int_equal(create_with(&attributes), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    assert_int_equal(wrap_with(&attributes), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    attributes.ContextSizeOverride = 0;
    attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    assert_int_equal(create_with(&attributes), STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    assert_int_equal(wrap_with(&attributes), STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    attributes.SynchronizationScope = WdfSynchronizationScopeInheritFromParent;
    attributes.ExecutionLevel = WdfExecutionLevelPassive;
    assert_int_equal(create_with(&attributes), STATUS_WDF_EXECUTION_LEVEL_INVALID);
    assert_int_equal(wrap_with(&attributes), STATUS_WDF_EXECUTION_LEVEL_INVALID);
    assert_int_equal(blocks_of_tag(TAG), 0);
}

static void refuses_wrong_parameters(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = (WDFMEMORY)8;
    UCHAR bytes[8];

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.Size--;
    /* The size comes first: of the one the handle is left alone, of the other it is cleared. */
    assert_int_equal(WdfMemoryCreate(&attributes, NonPagedPoolNx, TAG, 0, &memory, NULL),
                     STATUS_INVALID_PARAMETER);
    assert_ptr_equal(memory, (WDFMEMORY)8);
    assert_int_equal(WdfMemoryCreatePreallocated(&attributes, bytes, 0, &memory),
                     STATUS_INVALID_PARAMETER);
    assert_ptr_equal(memory, NULL);
    attributes.Size++;
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfMemoryCreate(NULL, NonPagedPoolNx, TAG, 8, NULL, NULL));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfMemoryCreatePreallocated(NULL, NULL, 8, &memory));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfMemoryCreatePreallocated(NULL, bytes, 8, NULL));
    attributes.ParentObject = (WDFOBJECT)0x12340;
    ASSERT_VIOLATION(WDF_INVALID_HANDLE,
                     WdfMemoryCreate(&attributes, NonPagedPoolNx, TAG, 8, &memory, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer(NULL, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer((WDFMEMORY)WdfGetDriver(), NULL));
    assert_int_equal(bugcheck.seen[3], WDF_TYPE_NUMBER_MEMORY);
}

static void too_much_is_insufficient_resources(void)
{
    WDFMEMORY memory = (WDFMEMORY)8;
    UCHAR bytes[8];

    load_driver();
    assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, TAG, MAXSIZE_T - 8, &memory, NULL),
                     STATUS_INSUFFICIENT_RESOURCES);
    assert_ptr_equal(memory, NULL);
    for (ULONG fail = 0; fail < 2; fail++) {
        ex_pool_inject(fail, TRUE);
        assert_int_equal(WdfMemoryCreate(NULL, PagedPool, TAG, 8, &memory, NULL),
                         STATUS_INSUFFICIENT_RESOURCES);
        ex_pool_inject(0, TRUE);
        assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, TAG, 8, &memory, NULL),
                         STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(WdfMemoryCreatePreallocated(NULL, bytes, sizeof(bytes), &memory),
                         STATUS_INSUFFICIENT_RESOURCES);
        ex_pool_inject(MAXULONG, FALSE);
    }
    assert_int_equal(blocks_of_tag(TAG), 0);
}

static void the_verifier_looks_at_the_irql(void)
{
    WDFMEMORY memory = NULL;
    UCHAR bytes[8];
    KIRQL irql;

    load_driver();
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    assert_int_equal(WdfMemoryCreate(NULL, PagedPool, TAG, 8, &memory, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, TAG, 8, &memory, NULL), STATUS_SUCCESS);
    WdfObjectDelete(memory);
    KeLowerIrql(irql);
    KeRaiseIrql(DISPATCH_LEVEL + 1, &irql);
    assert_int_equal(WdfMemoryCreatePreallocated(NULL, bytes, sizeof(bytes), &memory),
                     STATUS_INVALID_DEVICE_REQUEST);
    KeLowerIrql(irql);
}

/* ---- life ------------------------------------------------------------------------------ */

static VOID NTAPI on_cleanup(WDFOBJECT object)
{
    SIZE_T size = 0;

    WdfMemoryGetBuffer((WDFMEMORY)object, &size);
    note("cleanup:%u:%u ", (ULONG)size, KeGetCurrentIrql());
}

static VOID NTAPI on_destroy(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("destroy:%u ", KeGetCurrentIrql());
}

static WDFMEMORY watched_memory(WDFOBJECT parent, POOL_TYPE type, SIZE_T size)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = NULL;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent;
    attributes.EvtCleanupCallback = on_cleanup;
    attributes.EvtDestroyCallback = on_destroy;
    assert_int_equal(WdfMemoryCreate(&attributes, type, TAG, size, &memory, NULL), STATUS_SUCCESS);
    return memory;
}

static void lives_until_its_last_reference(void)
{
    WDFMEMORY memory;
    PUCHAR buffer;

    load_driver();
    memory = watched_memory(NULL, NonPagedPoolNx, 8);
    buffer = WdfMemoryGetBuffer(memory, NULL);
    buffer[0] = 7;
    WdfObjectReference(memory);
    WdfObjectDelete(memory);
    assert_journal("cleanup:8:0 ");
    assert_int_equal(buffer[0], 7);
    assert_ptr_equal(WdfMemoryGetBuffer(memory, NULL), buffer);
    assert_int_equal(blocks_of_tag(TAG), 1);
    WdfObjectDereference(memory);
    assert_journal("destroy:0 ");
    assert_int_equal(blocks_of_tag(TAG), 0);
}

static void dies_with_its_parent(void)
{
    WDFOBJECT parent = NULL;

    load_driver();
    assert_int_equal(WdfObjectCreate(NULL, &parent), STATUS_SUCCESS);
    watched_memory(parent, NonPagedPoolNx, 8);
    watched_memory(parent, PagedPool, 9);
    WdfObjectDelete(parent);
    assert_journal("cleanup:8:0 cleanup:9:0 destroy:0 destroy:0 ");
    assert_int_equal(blocks_of_tag(TAG), 0);
}

static VOID NTAPI create_too_late(WDFOBJECT object)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = (WDFMEMORY)8;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = object;
    attributes.EvtCleanupCallback = on_cleanup;
    attributes.EvtDestroyCallback = on_destroy;
    assert_int_equal(WdfMemoryCreate(&attributes, NonPagedPoolNx, TAG, 8, &memory, NULL),
                     STATUS_DELETE_PENDING);
    assert_null(memory);
    note("too late ");
}

static void a_parent_that_goes_takes_no_children(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT parent = NULL;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = create_too_late;
    assert_int_equal(WdfObjectCreate(&attributes, &parent), STATUS_SUCCESS);
    WdfObjectDelete(parent);
    assert_journal("too late ");
    assert_int_equal(blocks_of_tag(TAG), 0);
}

static void paged_memory_goes_at_passive_level(void)
{
    WDFMEMORY paged, other;
    KIRQL irql;

    load_driver();
    paged = watched_memory(NULL, PagedPool, 8);
    other = watched_memory(NULL, NonPagedPoolNx, 9);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfObjectDelete(other);
    WdfObjectDelete(paged);
    KeLowerIrql(irql);
    wdf_flush_deferred();
    assert_journal("cleanup:9:2 destroy:2 cleanup:8:0 destroy:0 ");
}

/* ---- buffers of the driver's -------------------------------------------------------------- */

static void a_preallocated_buffer_stays_the_drivers(void)
{
    PUCHAR buffer, second;
    WDFMEMORY memory = NULL;
    SIZE_T size = 0;

    load_driver();
    buffer = ExAllocatePoolWithTag(NonPagedPoolNx, 32, TAG);
    second = ExAllocatePoolWithTag(NonPagedPoolNx, 64, TAG);
    assert_int_equal(WdfMemoryCreatePreallocated(NULL, buffer, 32, &memory), STATUS_SUCCESS);
    assert_ptr_equal(WdfMemoryGetBuffer(memory, &size), buffer);
    assert_int_equal(size, 32);
    assert_int_equal(WdfMemoryAssignBuffer(memory, second, 0), STATUS_INVALID_PARAMETER);
    assert_ptr_equal(WdfMemoryGetBuffer(memory, &size), buffer);
    assert_int_equal(WdfMemoryAssignBuffer(memory, second, 64), STATUS_SUCCESS);
    assert_ptr_equal(WdfMemoryGetBuffer(memory, &size), second);
    assert_int_equal(size, 64);
    WdfObjectDelete(memory);
    assert_int_equal(blocks_of_tag(TAG), 2);
    ExFreePoolWithTag(buffer, TAG);
    ExFreePoolWithTag(second, TAG);
}

static void only_preallocated_memory_takes_another_buffer(void)
{
    WDFMEMORY memory;
    UCHAR bytes[8];

    load_driver();
    memory = memory_of(8);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryAssignBuffer(memory, bytes, 8));
    assert_int_equal(bugcheck.seen[2], (ULONG_PTR)memory);
    assert_int_equal(bugcheck.seen[3], WDF_TYPE_NUMBER_MEMORY_PREALLOCATED);
    WdfObjectDelete(memory);
    assert_int_equal(WdfMemoryCreatePreallocated(NULL, bytes, 8, &memory), STATUS_SUCCESS);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfMemoryAssignBuffer(memory, NULL, 8));
    WdfObjectDelete(memory);
}

/* ---- copying ------------------------------------------------------------------------------- */

/* What is asked of a memory of 8 bytes, and what each of the two says. */
static const struct {
    SIZE_T offset, bytes;
    NTSTATUS to, from;
} copies[] = {
    {0, 8, STATUS_SUCCESS, STATUS_SUCCESS},
    {0, 1, STATUS_SUCCESS, STATUS_SUCCESS},
    {7, 1, STATUS_SUCCESS, STATUS_SUCCESS},
    {1, 7, STATUS_SUCCESS, STATUS_SUCCESS},
    {0, 9, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {1, 8, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {7, 2, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {8, 1, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {9, 1, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {MAXSIZE_T, 1, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {1, MAXSIZE_T, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_BUFFER_SIZE},
    {0, 0, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER},
    {8, 0, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER},
};

static void check_copy_to(WDFMEMORY memory, SIZE_T offset, SIZE_T bytes, NTSTATUS expected)
{
    UCHAR seen[16];
    ULONG i;

    memset(seen, 0xEE, sizeof(seen));
    assert_int_equal(WdfMemoryCopyToBuffer(memory, offset, seen, bytes), expected);
    for (i = 0; i < sizeof(seen); i++)
        assert_int_equal(seen[i], NT_SUCCESS(expected) && i < bytes ? offset + i : 0xEE);
}

static void check_copy_from(WDFMEMORY memory, SIZE_T offset, SIZE_T bytes, NTSTATUS expected)
{
    PUCHAR buffer = WdfMemoryGetBuffer(memory, NULL);
    UCHAR given[16];
    ULONG i;

    memset(given, 0xEE, sizeof(given));
    assert_int_equal(WdfMemoryCopyFromBuffer(memory, offset, given, bytes), expected);
    for (i = 0; i < 8; i++) {
        BOOLEAN is_new = NT_SUCCESS(expected) && i >= offset && i < offset + bytes;

        assert_int_equal(buffer[i], is_new ? 0xEE : i);
        buffer[i] = (UCHAR)i;
    }
}

static void copies_what_lies_within(void)
{
    WDFMEMORY memory;
    PUCHAR buffer;
    ULONG i;

    load_driver();
    memory = memory_of(8);
    buffer = WdfMemoryGetBuffer(memory, NULL);
    for (i = 0; i < 8; i++)
        buffer[i] = (UCHAR)i;
    for (i = 0; i < RTL_NUMBER_OF(copies); i++) {
        check_copy_to(memory, copies[i].offset, copies[i].bytes, copies[i].to);
        check_copy_from(memory, copies[i].offset, copies[i].bytes, copies[i].from);
    }
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfMemoryCopyToBuffer(memory, 0, NULL, 1));
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfMemoryCopyFromBuffer(memory, 0, NULL, 1));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryCopyToBuffer(NULL, 0, buffer, 1));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryCopyFromBuffer(NULL, 0, buffer, 1));
    WdfObjectDelete(memory);
}

/* ---- for the rest of the framework ------------------------------------------------------ */

static void offsets_stay_within(void)
{
    static const struct {
        SIZE_T offset, length;
        NTSTATUS status;
        SIZE_T first, bytes;
    } ranges[] = {
        {0, 0, STATUS_SUCCESS, 0, 8},
        {3, 0, STATUS_SUCCESS, 3, 5},
        {3, 5, STATUS_SUCCESS, 3, 5},
        {3, 4, STATUS_SUCCESS, 3, 4},
        {8, 0, STATUS_SUCCESS, 8, 0},
        {3, 6, STATUS_INTEGER_OVERFLOW, 0, 0},
        {9, 0, STATUS_INTEGER_OVERFLOW, 0, 0},
        {8, 1, STATUS_INTEGER_OVERFLOW, 0, 0},
        {8, MAXSIZE_T, STATUS_INTEGER_OVERFLOW, 0, 0},
        {MAXSIZE_T, 1, STATUS_INTEGER_OVERFLOW, 0, 0},
    };
    struct wdf_memory memory = {.size = 8};
    SIZE_T offset, length;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(ranges); i++) {
        WDFMEMORY_OFFSET asked = {ranges[i].offset, ranges[i].length};

        assert_int_equal(wdf_memory_range(&memory, &asked, &offset, &length), ranges[i].status);
        if (NT_SUCCESS(ranges[i].status)) {
            assert_int_equal(offset, ranges[i].first);
            assert_int_equal(length, ranges[i].bytes);
        }
    }
    assert_int_equal(wdf_memory_range(&memory, NULL, &offset, &length), STATUS_SUCCESS);
    assert_int_equal(offset, 0);
    assert_int_equal(length, 8);
}

static void check_mdl(POOL_TYPE type, SIZE_T size)
{
    WDFMEMORY handle = NULL;
    PVOID buffer = NULL;
    BOOLEAN is_ours = FALSE;
    PMDL mdl = NULL;

    assert_int_equal(WdfMemoryCreate(NULL, type, TAG, size, &handle, &buffer), STATUS_SUCCESS);
    assert_int_equal(wdf_memory_mdl(wdf_memory_of(handle, __func__), &mdl, &is_ours),
                     STATUS_SUCCESS);
    assert_true(is_ours);
    assert_int_equal(MmGetMdlByteCount(mdl), size);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), buffer);
    IoFreeMdl(mdl);
    ex_pool_inject(0, TRUE);
    /* An MDL of a few pages may come from a cache. */
    if (size > 64 * PAGE_SIZE)
        assert_int_equal(wdf_memory_mdl(wdf_memory_of(handle, __func__), &mdl, &is_ours),
                         STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    WdfObjectDelete(handle);
}

static void has_an_mdl_when_one_is_wanted(void)
{
    load_driver();
    check_mdl(NonPagedPoolNx, 8);
    check_mdl(NonPagedPoolNx, 100 * PAGE_SIZE);
    check_mdl(PagedPool, 3 * PAGE_SIZE + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(gives_as_many_bytes_as_asked_for),
        WDF_TEST(a_tag_of_0_is_the_drivers),
        WDF_TEST(refuses_wrong_attributes),
        WDF_TEST(refuses_wrong_parameters),
        WDF_TEST(too_much_is_insufficient_resources),
        WDF_TEST(the_verifier_looks_at_the_irql),
        WDF_TEST(lives_until_its_last_reference),
        WDF_TEST(dies_with_its_parent),
        WDF_TEST(a_parent_that_goes_takes_no_children),
        WDF_TEST(paged_memory_goes_at_passive_level),
        WDF_TEST(a_preallocated_buffer_stays_the_drivers),
        WDF_TEST(only_preallocated_memory_takes_another_buffer),
        WDF_TEST(copies_what_lies_within),
        WDF_TEST(offsets_stay_within),
        WDF_TEST(has_an_mdl_when_one_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
