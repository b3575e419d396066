/* Lookaside lists of memory objects: what may be created, what comes back, how long the list lives.
 */
#include "control_test.h"

#include "ex/ex.h"
#include "wdf/memory.h"

#define TAG 'kooL'

static ULONG64 blocks_of_tag(VOID)
{
    static struct ex_tag_usage rows[256];
    ULONG count = ex_query_tags(rows, 256), i;
    ULONG64 blocks = 0;

    for (i = 0; i < count && i < 256; i++)
        blocks += rows[i].tag == TAG ? rows[i].allocations - rows[i].frees : 0;
    return blocks;
}

static WDFLOOKASIDE make_list(POOL_TYPE type, SIZE_T size, PWDF_OBJECT_ATTRIBUTES memory)
{
    WDFLOOKASIDE list = NULL;

    assert_int_equal(WdfLookasideListCreate(NULL, size, type, memory, TAG, &list), STATUS_SUCCESS);
    return list;
}

static WDFMEMORY take(WDFLOOKASIDE list)
{
    WDFMEMORY memory = NULL;

    assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_SUCCESS);
    assert_non_null(memory);
    return memory;
}

/* ---- creation ---------------------------------------------------------------------------- */

static NTSTATUS create_with(PWDF_OBJECT_ATTRIBUTES list, SIZE_T size, PWDF_OBJECT_ATTRIBUTES memory)
{
    WDFLOOKASIDE lookaside = (WDFLOOKASIDE)8;
    NTSTATUS status = WdfLookasideListCreate(list, size, NonPagedPoolNx, memory, TAG, &lookaside);

    assert_ptr_equal(lookaside, NULL);
    return status;
}

static void refuses_wrong_parameters(void)
{
    WDF_OBJECT_ATTRIBUTES wrong, other;
    WDFMEMORY memory = NULL;
    WDFLOOKASIDE list;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&wrong);
    WDF_OBJECT_ATTRIBUTES_INIT(&other);
    wrong.Size--;
    assert_int_equal(create_with(&wrong, 0, &wrong), STATUS_INVALID_PARAMETER);
    assert_int_equal(create_with(&wrong, 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(create_with(NULL, 8, &wrong), STATUS_INFO_LENGTH_MISMATCH);
    other.ExecutionLevel = WdfExecutionLevelPassive;
    /* The list's attributes come first. */
    assert_int_equal(create_with(&other, 8, &wrong), STATUS_WDF_EXECUTION_LEVEL_INVALID);
    assert_int_equal(create_with(&wrong, 8, &other), STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(create_with(NULL, 8, &other), STATUS_WDF_EXECUTION_LEVEL_INVALID);
    other.ExecutionLevel = WdfExecutionLevelInheritFromParent;
    other.SynchronizationScope = WdfSynchronizationScopeDevice;
    assert_int_equal(create_with(NULL, 8, &other), STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    assert_int_equal(create_with(&other, 8, NULL), STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    assert_int_equal(create_with(NULL, MAXSIZE_T, NULL), STATUS_INTEGER_OVERFLOW);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL,
                     WdfLookasideListCreate(NULL, 8, NonPagedPoolNx, NULL, TAG, NULL));
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryCreateFromLookaside(NULL, &memory));
    list = make_list(NonPagedPoolNx, 8, NULL);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfMemoryCreateFromLookaside(list, NULL));
    WdfObjectDelete(list);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryCreateFromLookaside(list, &memory));
    assert_int_equal(blocks_of_tag(), 0);
}

static void the_verifier_looks_at_the_irql(void)
{
    WDFLOOKASIDE list = NULL;
    KIRQL irql;

    load_driver();
    wdf_globals_of(WdfDriverGlobals)->is_verifier_on = TRUE;
    KeRaiseIrql(APC_LEVEL, &irql);
    assert_int_equal(WdfLookasideListCreate(NULL, 8, PagedPool, NULL, TAG, &list),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_null(list);
    assert_int_equal(WdfLookasideListCreate(NULL, 8, NonPagedPoolNx, NULL, TAG, &list),
                     STATUS_SUCCESS);
    KeLowerIrql(irql);
}

static WDFDEVICE another_device(VOID)
{
    PWDFDEVICE_INIT init =
        WdfControlDeviceInitAllocate(WdfGetDriver(), &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);

    assert_non_null(init);
    return make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
}

static void pageable_memory_stays_within_a_device(void)
{
    WDF_OBJECT_ATTRIBUTES of_list, of_memory;
    WDFDEVICE first = plain_device();
    WDFLOOKASIDE list = NULL;

    WDF_OBJECT_ATTRIBUTES_INIT(&of_list);
    WDF_OBJECT_ATTRIBUTES_INIT(&of_memory);
    of_list.ParentObject = first;
    of_memory.ParentObject = another_device();
    assert_int_equal(WdfLookasideListCreate(&of_list, 8, PagedPool, &of_memory, TAG, &list),
                     STATUS_INVALID_PARAMETER);
    assert_null(list);
    assert_int_equal(WdfLookasideListCreate(&of_list, 8, NonPagedPoolNx, &of_memory, TAG, &list),
                     STATUS_SUCCESS);
    WdfObjectDelete(list);
    assert_int_equal(WdfLookasideListCreate(NULL, 8, PagedPool, &of_memory, TAG, &list),
                     STATUS_SUCCESS);
    WdfObjectDelete(list);
    of_memory.ParentObject = first;
    assert_int_equal(WdfLookasideListCreate(&of_list, 8, PagedPool, &of_memory, TAG, &list),
                     STATUS_SUCCESS);
    WdfObjectDelete(list);
}

/* ---- memory ------------------------------------------------------------------------------- */

static void check_size(POOL_TYPE type, SIZE_T size)
{
    WDFLOOKASIDE list = make_list(type, size, NULL);
    WDFMEMORY first = take(list), second = take(list), again;
    PUCHAR buffer, other;
    SIZE_T seen = 0, i;

    buffer = WdfMemoryGetBuffer(first, &seen);
    assert_int_equal(seen, size);
    assert_int_equal((ULONG_PTR)buffer % (size >= PAGE_SIZE ? PAGE_SIZE : 16), 0);
    other = WdfMemoryGetBuffer(second, NULL);
    assert_true(other >= buffer + size || buffer >= other + size);
    memset(buffer, 0xA5, size);
    memset(other, 0x5A, size);
    assert_int_equal(buffer[0], 0xA5);
    assert_int_equal(buffer[size - 1], 0xA5);
    WdfObjectDelete(first);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryGetBuffer(first, NULL));
    /* The same block, under another handle. */
    again = take(list);
    assert_ptr_not_equal(again, first);
    assert_ptr_equal(WdfMemoryGetBuffer(again, NULL), buffer);
    for (i = 0; i < size && size < PAGE_SIZE; i++)
        assert_int_equal(buffer[i], 0);
    WdfObjectDelete(again);
    WdfObjectDelete(second);
    assert_true(blocks_of_tag() > 0);
    WdfObjectDelete(list);
    assert_int_equal(blocks_of_tag(), 0);
}

static void a_block_comes_back(void)
{
    static const SIZE_T sizes[] = {1, 16, 100, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 100000};
    ULONG i;

    load_driver();
    for (i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        check_size(NonPagedPoolNx, sizes[i]);
        check_size(PagedPool, sizes[i]);
    }
}

static void no_memory_without_pool(void)
{
    WDFLOOKASIDE lists[2], none = NULL;
    WDFMEMORY memory = (WDFMEMORY)8;
    ULONG i, fail;

    load_driver();
    ex_pool_inject(0, TRUE);
    assert_int_equal(WdfLookasideListCreate(NULL, 8, NonPagedPoolNx, NULL, TAG, &none),
                     STATUS_INSUFFICIENT_RESOURCES);
    ex_pool_inject(MAXULONG, FALSE);
    lists[0] = make_list(NonPagedPoolNx, 8, NULL);
    lists[1] = make_list(PagedPool, 8, NULL);
    for (i = 0; i < 2; i++) {
        for (fail = 0; fail <= i; fail++) {
            ex_pool_inject(fail, TRUE);
            assert_int_equal(WdfMemoryCreateFromLookaside(lists[i], &memory),
                             STATUS_INSUFFICIENT_RESOURCES);
            ex_pool_inject(MAXULONG, FALSE);
            assert_null(memory);
        }
    }
}

struct note {
    ULONG value;
};
typedef struct note NOTE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NOTE, note_of)

static VOID NTAPI on_cleanup(WDFOBJECT object)
{
    note("cleanup:%u ", note_of(object)->value);
}

static VOID NTAPI on_destroy(WDFOBJECT object)
{
    note("destroy:%u ", note_of(object)->value);
}

static void check_contexts(POOL_TYPE type, SIZE_T size)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFLOOKASIDE list;
    WDFMEMORY memory;
    ULONG i;

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, NOTE);
    attributes.EvtCleanupCallback = on_cleanup;
    attributes.EvtDestroyCallback = on_destroy;
    list = make_list(type, size, &attributes);
    for (i = 1; i < 3; i++) {
        memory = take(list);
        assert_int_equal(note_of(memory)->value, 0);
        note_of(memory)->value = i;
        memset(WdfMemoryGetBuffer(memory, NULL), 0xFF, size);
        assert_int_equal(note_of(memory)->value, i);
        WdfObjectDelete(memory);
    }
    assert_journal("cleanup:1 destroy:1 cleanup:2 destroy:2 ");
    WdfObjectDelete(list);
}

static void each_memory_has_a_fresh_context(void)
{
    load_driver();
    check_contexts(NonPagedPoolNx, 8);
    check_contexts(NonPagedPoolNx, PAGE_SIZE);
    check_contexts(PagedPool, 8);
}

/* ---- life ----------------------------------------------------------------------------------- */

static VOID NTAPI list_destroyed(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("list ");
}

static void the_list_stays_for_its_memory(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFLOOKASIDE list = NULL;
    WDFMEMORY memory;
    PUCHAR buffer;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtDestroyCallback = list_destroyed;
    assert_int_equal(WdfLookasideListCreate(&attributes, 8, NonPagedPoolNx, NULL, TAG, &list),
                     STATUS_SUCCESS);
    memory = take(list);
    buffer = WdfMemoryGetBuffer(memory, NULL);
    WdfObjectDelete(list);
    assert_journal("");
    buffer[0] = 1;
    assert_ptr_equal(WdfMemoryGetBuffer(memory, NULL), buffer);
    WdfObjectDelete(memory);
    assert_journal("list ");
    assert_int_equal(blocks_of_tag(), 0);
}

static void a_deleted_list_gives_nothing(void)
{
    WDFMEMORY memory = (WDFMEMORY)8, used;
    WDFLOOKASIDE list;

    load_driver();
    list = make_list(NonPagedPoolNx, 8, NULL);
    used = take(list);
    WdfObjectReference(list);
    WdfObjectDelete(list);
    assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_DELETE_PENDING);
    assert_null(memory);
    WdfObjectDelete(used);
    assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_DELETE_PENDING);
    WdfObjectDereference(list);
    assert_int_equal(blocks_of_tag(), 0);
}

static VOID NTAPI parent_cleanup(WDFOBJECT object)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = (WDFMEMORY)8;
    WDFLOOKASIDE list = NULL;

    note("parent ");
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = object;
    assert_int_equal(WdfLookasideListCreate(&attributes, 8, NonPagedPoolNx, NULL, TAG, &list),
                     STATUS_DELETE_PENDING);
    assert_null(list);
    list = make_list(NonPagedPoolNx, 8, &attributes);
    assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_DELETE_PENDING);
    assert_null(memory);
    WdfObjectDelete(list);
}

static void a_parent_goes_after_its_memory(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT parent = NULL;
    WDFLOOKASIDE list;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = parent_cleanup;
    assert_int_equal(WdfObjectCreate(&attributes, &parent), STATUS_SUCCESS);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, NOTE);
    attributes.ParentObject = parent;
    attributes.EvtCleanupCallback = on_cleanup;
    attributes.EvtDestroyCallback = on_destroy;
    list = make_list(NonPagedPoolNx, 8, &attributes);
    note_of(take(list))->value = 1;
    WdfObjectDelete(take(list));
    assert_journal("cleanup:0 destroy:0 ");
    WdfObjectDelete(parent);
    assert_journal("cleanup:1 parent destroy:1 ");
    WdfObjectDelete(list);
    assert_int_equal(blocks_of_tag(), 0);
}

static void memory_goes_with_its_parent(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFMEMORY memory = (WDFMEMORY)8, referenced;
    WDFOBJECT parent = NULL;
    WDFLOOKASIDE list;

    load_driver();
    assert_int_equal(WdfObjectCreate(NULL, &parent), STATUS_SUCCESS);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent;
    list = make_list(NonPagedPoolNx, 8, &attributes);
    take(list);
    referenced = take(list);
    WdfObjectReference(referenced);
    WdfObjectReference(parent);
    WdfObjectDelete(parent);
    assert_non_null(WdfMemoryGetBuffer(referenced, NULL));
    assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_DELETE_PENDING);
    assert_null(memory);
    WdfObjectDereference(referenced);
    WdfObjectDereference(parent);
    ASSERT_VIOLATION(WDF_INVALID_HANDLE, WdfMemoryCreateFromLookaside(list, &memory));
    WdfObjectDelete(list);
    assert_int_equal(blocks_of_tag(), 0);
}

static VOID NTAPI note_level(WDFOBJECT object)
{
    UNREFERENCED_PARAMETER(object);
    note("at %u ", KeGetCurrentIrql());
}

static void paged_memory_goes_at_passive_level(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFLOOKASIDE list;
    WDFMEMORY memory;
    KIRQL irql;

    load_driver();
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = note_level;
    list = make_list(PagedPool, 8, &attributes);
    memory = take(list);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    WdfObjectDelete(memory);
    KeLowerIrql(irql);
    wdf_flush_deferred();
    assert_journal("at 0 ");
    WdfObjectDelete(list);
    assert_int_equal(blocks_of_tag(), 0);
}

/* ---- in many threads ------------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 5000

static VOID churn(PVOID context)
{
    WDFLOOKASIDE list = context;
    WDFMEMORY memories[4];
    ULONG i, j;

    for (i = 0; i < ROUNDS; i++) {
        for (j = 0; j < 4; j++) {
            memories[j] = take(list);
            assert_int_equal(*(PULONG)WdfMemoryGetBuffer(memories[j], NULL), 0);
            *(PULONG)WdfMemoryGetBuffer(memories[j], NULL) = i * 4 + j;
        }
        for (j = 0; j < 4; j++) {
            assert_int_equal(*(PULONG)WdfMemoryGetBuffer(memories[j], NULL), i * 4 + j);
            WdfObjectDelete(memories[j]);
        }
    }
}

static void threads_do_not_share_blocks(void)
{
    struct program_thread threads[THREADS];
    WDFLOOKASIDE list;
    ULONG i;

    load_driver();
    list = make_list(NonPagedPoolNx, 64, NULL);
    for (i = 0; i < THREADS; i++)
        start_thread(&threads[i], churn, list);
    for (i = 0; i < THREADS; i++)
        join_thread(&threads[i]);
    WdfObjectDelete(list);
    assert_int_equal(blocks_of_tag(), 0);
}

static LONG refused;

/* Takes and deletes until the parent goes. What is taken then goes with it. */
static VOID take_until_refused(PVOID context)
{
    struct wdf_object *object;
    WDFMEMORY memory;
    NTSTATUS status;
    ULONG i;

    for (i = 0;; i++) {
        status = WdfMemoryCreateFromLookaside(context, &memory);
        if (status == STATUS_DELETE_PENDING)
            break;
        assert_int_equal(status, STATUS_SUCCESS);
        /* The parent's deletion may have been faster. */
        object = i % 2 ? wdf_lookup_handle(memory) : NULL;
        if (object)
            wdf_delete_object(object);
    }
    __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
}

static void a_parent_goes_under_its_users(void)
{
    struct program_thread threads[THREADS];
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFOBJECT parent = NULL;
    WDFLOOKASIDE list;
    ULONG i;

    load_driver();
    assert_int_equal(WdfObjectCreate(NULL, &parent), STATUS_SUCCESS);
    /* The handle stays good. */
    WdfObjectReference(parent);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = parent;
    list = make_list(NonPagedPoolNx, 8, &attributes);
    refused = 0;
    for (i = 0; i < THREADS; i++)
        start_thread(&threads[i], take_until_refused, list);
    while (blocks_of_tag() < 100)
        YieldProcessor();
    WdfObjectDelete(parent);
    for (i = 0; i < THREADS; i++)
        join_thread(&threads[i]);
    assert_int_equal(refused, THREADS);
    WdfObjectDereference(parent);
    WdfObjectDelete(list);
    assert_int_equal(blocks_of_tag(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(refuses_wrong_parameters),
        WDF_TEST(the_verifier_looks_at_the_irql),
        WDF_TEST(pageable_memory_stays_within_a_device),
        WDF_TEST(a_block_comes_back),
        WDF_TEST(no_memory_without_pool),
        WDF_TEST(each_memory_has_a_fresh_context),
        WDF_TEST(the_list_stays_for_its_memory),
        WDF_TEST(a_deleted_list_gives_nothing),
        WDF_TEST(a_parent_goes_after_its_memory),
        WDF_TEST(memory_goes_with_its_parent),
        WDF_TEST(paged_memory_goes_at_passive_level),
        WDF_TEST(threads_do_not_share_blocks),
        WDF_TEST(a_parent_goes_under_its_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
