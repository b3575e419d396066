/* Pins bus drivers' children: when their devices are made, reported, missing and gone, and what
 * they answer. */
#include "wdf/child_test.h"

/* ---- a child's life --------------------------------------------------------------------- */

static VOID is_made_when_it_is_asked_for(VOID)
{
    PDEVICE_OBJECT first, second;

    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_journal("");
    assert_int_equal(report(&first), 1);
    assert_journal("create(1) ");
    assert_ptr_equal(first, WdfDeviceWdmGetDeviceObject(last_child));
    assert_ptr_equal(WdfPdoGetParent(last_child), function.device);
    assert_false(first->Flags & DO_DEVICE_INITIALIZING);
    assert_int_equal(report(&second), 1);
    assert_journal("");
    assert_ptr_equal(first, second);
}

static VOID is_added_once(VOID)
{
    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(add(1), STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(add(2), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 2);
    assert_int_equal(add(2), STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(lose(3), STATUS_NO_SUCH_DEVICE);
}

static VOID is_lost_before_it_was_reported(VOID)
{
    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(lose(1), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 0);
    assert_journal("");
}

static VOID starts_and_is_lost(VOID)
{
    PDEVICE_OBJECT pdo;

    start_bus_driver();
    pdo = reported_child();
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("child-on(5) ");
    assert_int_equal(lose(1), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 0);
    assert_journal("child-missing ");
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_journal("child-off(5) ");
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("child-cleanup child-destroy ");
}

static VOID waits_to_be_started_again(VOID)
{
    PDEVICE_OBJECT pdo, again;

    start_bus_driver();
    pdo = reported_child();
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("child-on(5) child-off(5) ");
    assert_int_equal(report(&again), 1);
    assert_ptr_equal(again, pdo);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal("child-on(5) ");
}

static VOID comes_back_as_another(VOID)
{
    PDEVICE_OBJECT first, second;

    start_bus_driver();
    first = reported_child();
    assert_int_equal(lose(1), STATUS_SUCCESS);
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(report(&second), 1);
    assert_journal("create(1) child-missing ");
    assert_ptr_not_equal(first, second);
    assert_int_equal(pnp_send_minor(first, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("child-cleanup child-destroy ");
}

static VOID is_ejected(VOID)
{
    PDEVICE_OBJECT pdo;

    start_bus_driver();
    pdo = reported_child();
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    journal.length = 0;
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_EJECT), STATUS_SUCCESS);
    assert_journal("child-eject ");
    assert_int_equal(report(NULL), 0);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("child-missing child-cleanup child-destroy ");
}

/* ---- scans ------------------------------------------------------------------------------ */

static VOID a_scan_loses_who_is_not_found(VOID)
{
    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(add(2), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 2);
    WdfChildListBeginScan(list());
    assert_int_equal(add(2), STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(add(3), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 2); /* nothing changes before the end */
    WdfChildListEndScan(list());
    journal.length = 0;
    assert_int_equal(report(NULL), 2);
    assert_journal("create(3) child-missing ");
}

static VOID all_may_be_found_at_once(VOID)
{
    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(add(2), STATUS_SUCCESS);
    WdfChildListBeginScan(list());
    WdfChildListUpdateAllChildDescriptionsAsPresent(list());
    assert_int_equal(lose(2), STATUS_SUCCESS);
    WdfChildListEndScan(list());
    assert_int_equal(report(NULL), 1);
    assert_journal("create(1) ");
}

/* ---- looking ---------------------------------------------------------------------------- */

static ULONG count_with(ULONG flags)
{
    WDF_CHILD_LIST_ITERATOR iterator;
    WDF_CHILD_RETRIEVE_INFO info;
    struct child_id id = id_of(0);
    WDFDEVICE device;
    ULONG sum = 0;
    NTSTATUS status;

    WDF_CHILD_LIST_ITERATOR_INIT(&iterator, flags);
    WDF_CHILD_RETRIEVE_INFO_INIT(&info, &id.header);
    WdfChildListBeginIteration(list(), &iterator);
    while ((status = WdfChildListRetrieveNextDevice(list(), &iterator, &device, &info)) ==
           STATUS_SUCCESS) {
        assert_int_equal(info.Status, device ? WdfChildListRetrieveDeviceSuccess
                                             : WdfChildListRetrieveDeviceNotYetCreated);
        sum = sum * 10 + id.number;
    }
    assert_int_equal(status, STATUS_NO_MORE_ENTRIES);
    WdfChildListEndIteration(list(), &iterator);
    return sum;
}

static VOID children_are_iterated(VOID)
{
    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(add(2), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 2);
    assert_int_equal(lose(1), STATUS_SUCCESS);
    assert_int_equal(add(3), STATUS_SUCCESS);
    WdfChildListBeginScan(list());
    WdfChildListUpdateAllChildDescriptionsAsPresent(list());
    assert_int_equal(add(4), STATUS_SUCCESS);
    assert_int_equal(count_with(WdfRetrievePresentChildren), 23);
    assert_int_equal(count_with(WdfRetrieveMissingChildren), 1);
    assert_int_equal(count_with(WdfRetrievePendingChildren), 4);
    assert_int_equal(count_with(WdfRetrieveAddedChildren), 234);
    assert_int_equal(count_with(WdfRetrieveAllChildren), 1234);
    WdfChildListEndScan(list());
}

static VOID iterations_are_checked(VOID)
{
    WDF_CHILD_LIST_ITERATOR iterator;
    WDF_CHILD_RETRIEVE_INFO info;
    struct child_id id = id_of(0);
    WDFDEVICE device;

    start_bus_driver();
    WDF_CHILD_LIST_ITERATOR_INIT(&iterator, WdfRetrieveAllChildren);
    WDF_CHILD_RETRIEVE_INFO_INIT(&info, &id.header);
    assert_int_equal(WdfChildListRetrieveNextDevice(list(), &iterator, &device, &info),
                     STATUS_INVALID_DEVICE_STATE); /* it was not begun */
    iterator.Size++;
    assert_int_equal(WdfChildListRetrieveNextDevice(list(), &iterator, &device, &info),
                     STATUS_INFO_LENGTH_MISMATCH);
    WDF_CHILD_LIST_ITERATOR_INIT(&iterator, WdfRetrieveAllChildren + 1);
    assert_int_equal(WdfChildListRetrieveNextDevice(list(), &iterator, &device, &info),
                     STATUS_INVALID_PARAMETER);
    WDF_CHILD_LIST_ITERATOR_INIT(&iterator, WdfRetrieveAllChildren);
    info.Size++;
    assert_int_equal(WdfChildListRetrieveNextDevice(list(), &iterator, &device, &info),
                     STATUS_INFO_LENGTH_MISMATCH);
    info.Size--;
    id.header.IdentificationDescriptionSize++;
    assert_int_equal(WdfChildListRetrieveNextDevice(list(), &iterator, &device, &info),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfChildListUpdateChildDescriptionAsMissing(list(), &id.header),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfChildListAddOrUpdateChildDescriptionAsPresent(list(), &id.header, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
}

static VOID a_child_is_found_by_its_id(VOID)
{
    WDF_CHILD_RETRIEVE_INFO info;
    struct child_id id = id_of(1), copy = id_of(0);

    start_bus_driver();
    WDF_CHILD_RETRIEVE_INFO_INIT(&info, &id.header);
    assert_null(WdfChildListRetrievePdo(list(), &info));
    assert_int_equal(info.Status, WdfChildListRetrieveDeviceNoSuchDevice);
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_null(WdfChildListRetrievePdo(list(), &info));
    assert_int_equal(info.Status, WdfChildListRetrieveDeviceNotYetCreated);
    assert_int_equal(report(NULL), 1);
    assert_ptr_equal(WdfChildListRetrievePdo(list(), &info), last_child);
    assert_int_equal(info.Status, WdfChildListRetrieveDeviceSuccess);
    assert_int_equal(WdfPdoRetrieveIdentificationDescription(last_child, &copy.header),
                     STATUS_SUCCESS);
    assert_int_equal(copy.number, 1);
    assert_int_equal(WdfPdoRetrieveIdentificationDescription(function.device, &copy.header),
                     STATUS_INVALID_PARAMETER);
}

/* ---- addresses -------------------------------------------------------------------------- */

static VOID addresses_are_kept(VOID)
{
    struct child_id id = id_of(1);
    struct child_address address, copy;

    address_bytes = sizeof(address);
    start_bus_driver();
    address_bytes = 0;
    WDF_CHILD_ADDRESS_DESCRIPTION_HEADER_INIT(&address.header, sizeof(address));
    copy = address;
    address.slot = 5;
    assert_int_equal(WdfChildListAddOrUpdateChildDescriptionAsPresent(list(), &id.header, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(
        WdfChildListAddOrUpdateChildDescriptionAsPresent(list(), &id.header, &address.header),
        STATUS_SUCCESS);
    assert_int_equal(WdfChildListRetrieveAddressDescription(list(), &id.header, &copy.header),
                     STATUS_SUCCESS);
    assert_int_equal(copy.slot, 5);
    address.slot = 6;
    assert_int_equal(
        WdfChildListAddOrUpdateChildDescriptionAsPresent(list(), &id.header, &address.header),
        STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(report(NULL), 1);
    assert_int_equal(WdfPdoRetrieveAddressDescription(last_child, &copy.header), STATUS_SUCCESS);
    assert_int_equal(copy.slot, 6);
    copy.slot = 7;
    assert_int_equal(WdfPdoUpdateAddressDescription(last_child, &copy.header), STATUS_SUCCESS);
    assert_int_equal(WdfChildListRetrieveAddressDescription(list(), &id.header, &address.header),
                     STATUS_SUCCESS);
    assert_int_equal(address.slot, 7);
    copy.header.AddressDescriptionSize--;
    assert_int_equal(WdfPdoUpdateAddressDescription(last_child, &copy.header),
                     STATUS_INVALID_DEVICE_REQUEST);
}

/* ---- creation that fails ---------------------------------------------------------------- */

static VOID creation_fails(VOID)
{
    start_bus_driver();
    create_status = STATUS_UNSUCCESSFUL;
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 0);
    assert_journal("create(1) child-cleanup child-destroy ");
    assert_int_equal(report(NULL), 0);
    assert_journal("");
    creates_nothing = TRUE;
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 0);
    assert_journal("create(1) ");
    assert_int_equal(lose(1), STATUS_NO_SUCH_DEVICE);
}

static VOID creation_is_tried_again(VOID)
{
    start_bus_driver();
    create_status = STATUS_RETRY;
    creates_nothing = TRUE;
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 0);
    assert_journal("create(1) ");
    create_status = STATUS_SUCCESS;
    creates_nothing = FALSE;
    assert_int_equal(report(NULL), 1);
    assert_journal("create(1) ");
}

/* ---- the parent goes -------------------------------------------------------------------- */

static VOID children_go_with_their_parent(VOID)
{
    PDEVICE_OBJECT pdos[2];

    start_bus_driver();
    assert_int_equal(add(1), STATUS_SUCCESS);
    assert_int_equal(add(2), STATUS_SUCCESS);
    assert_int_equal(report(pdos), 2);
    assert_int_equal(pnp_send_minor(pdos[0], IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdos[0], IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    journal.length = 0;
    remove_device();
    assert_journal("child-cleanup child-destroy child-cleanup child-destroy cleanup bus-remove "
                   "destroy ");
}

static VOID children_are_lost_with_their_parent(VOID)
{
    PDEVICE_OBJECT pdo;

    start_bus_driver();
    pdo = reported_child();
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_int_equal(ask(IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    journal.length = 0;
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("child-cleanup child-destroy ");
}

/* A child in D0 keeps its parent there. */
static VOID parent_stays_awake(VOID)
{
    PDEVICE_OBJECT pdo;

    start_bus_driver();
    pdo = reported_child();
    assert_int_equal(inside_device()->pnp->policy->references, 0);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_int_equal(inside_device()->pnp->policy->references, 1);
    assert_int_equal(pnp_send_minor(pdo, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_int_equal(inside_device()->pnp->policy->references, 0);
}

/* ---- what a child answers --------------------------------------------------------------- */

static VOID assert_id(PDEVICE_OBJECT pdo, BUS_QUERY_ID_TYPE type, PCWSTR expected, SIZE_T bytes)
{
    PWSTR id = NULL;

    assert_int_equal(pnp_query_id(pdo, type, &id), STATUS_SUCCESS);
    assert_memory_equal(id, expected, bytes);
    ExFreePool(id);
}

static VOID ids_are_answered(VOID)
{
    PDEVICE_OBJECT pdo;
    PWSTR id;

    start_bus_driver();
    pdo = reported_child();
#define ASSERT_ID(type, text) assert_id(pdo, type, text, sizeof(text))
    ASSERT_ID(BusQueryDeviceID, L"TEST\\Child");
    ASSERT_ID(BusQueryInstanceID, L"1");
    ASSERT_ID(BusQueryHardwareIDs, L"TEST\\Child&New\0TEST\\Child\0");
    ASSERT_ID(BusQueryCompatibleIDs, L"TEST\\Any\0");
#undef ASSERT_ID
    assert_int_equal(pnp_query_id(pdo, BusQueryContainerID, &id), STATUS_NOT_SUPPORTED);
}

static VOID texts_are_answered(VOID)
{
    PDEVICE_OBJECT pdo;
    PWSTR text;

    start_bus_driver();
    pdo = reported_child();
    assert_int_equal(pnp_query_text(pdo, DeviceTextDescription, &text), STATUS_SUCCESS);
    assert_memory_equal(text, L"A child", sizeof(L"A child"));
    ExFreePool(text);
    assert_int_equal(pnp_query_text(pdo, DeviceTextLocationInformation, &text), STATUS_SUCCESS);
    assert_memory_equal(text, L"The bus", sizeof(L"The bus"));
    ExFreePool(text);
}

static VOID capabilities_are_the_parents(VOID)
{
    IO_STACK_LOCATION stack = {.MinorFunction = IRP_MN_QUERY_CAPABILITIES};
    DEVICE_CAPABILITIES capabilities = {.Size = sizeof(capabilities), .Version = 1};
    WDF_DEVICE_PNP_CAPABILITIES wishes;
    PDEVICE_OBJECT pdo;

    start_bus_driver();
    pdo = reported_child();
    WDF_DEVICE_PNP_CAPABILITIES_INIT(&wishes);
    wishes.Removable = WdfTrue;
    wishes.Address = 9;
    WdfDeviceSetPnpCapabilities(last_child, &wishes);
    stack.Parameters.DeviceCapabilities.Capabilities = &capabilities;
    assert_int_equal(pnp_send(pdo, &stack, NULL), STATUS_SUCCESS);
    assert_true(capabilities.Removable);
    assert_int_equal(capabilities.Address, 9);
    assert_int_equal(capabilities.SystemWake, PowerSystemSleeping3);
    assert_int_equal(capabilities.DeviceState[PowerSystemSleeping1], PowerDeviceD3);
}

/* ---- static children -------------------------------------------------------------------- */

static WDFDEVICE static_child(ULONG number)
{
    PWDFDEVICE_INIT init = WdfPdoInitAllocate(function.device);

    assert_non_null(init);
    describe_child(init, number);
    assert_int_equal(create_child_device(&init), STATUS_SUCCESS);
    return last_child;
}

static VOID static_children_are_reported(VOID)
{
    PDEVICE_OBJECT pdos[2];
    WDFDEVICE first, second;

    start_bus_driver();
    first = static_child(1);
    second = static_child(2);
    assert_int_equal(report(NULL), 0);
    assert_int_equal(WdfFdoAddStaticChild(function.device, first), STATUS_SUCCESS);
    assert_int_equal(WdfFdoAddStaticChild(function.device, first), STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(WdfFdoAddStaticChild(function.device, second), STATUS_SUCCESS);
    assert_int_equal(WdfFdoAddStaticChild(function.device, function.device),
                     STATUS_INVALID_PARAMETER);
    WdfFdoLockStaticChildListForIteration(function.device);
    assert_ptr_equal(WdfFdoRetrieveNextStaticChild(function.device, NULL, WdfRetrieveAddedChildren),
                     first);
    assert_ptr_equal(
        WdfFdoRetrieveNextStaticChild(function.device, first, WdfRetrieveAddedChildren), second);
    assert_null(WdfFdoRetrieveNextStaticChild(function.device, second, WdfRetrieveAddedChildren));
    WdfFdoUnlockStaticChildListFromIteration(function.device);
    assert_int_equal(report(pdos), 2);
    assert_ptr_equal(pdos[0], WdfDeviceWdmGetDeviceObject(first));
    assert_int_equal(pnp_send_minor(pdos[0], IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_int_equal(WdfPdoMarkMissing(first), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 1);
    assert_journal("child-on(5) child-missing ");
    assert_int_equal(pnp_send_minor(pdos[0], IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    assert_int_equal(pnp_send_minor(pdos[0], IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
    assert_journal("child-off(5) child-cleanup child-destroy ");
}

/* A driver that said nothing about children before its device was made. */
static VOID any_function_driver_may_have_static_children(VOID)
{
    start_device();
    assert_int_equal(WdfFdoAddStaticChild(function.device, static_child(1)), STATUS_SUCCESS);
    assert_int_equal(report(NULL), 1);
}

static VOID static_child_is_deleted_before_it_is_added(VOID)
{
    WDFDEVICE child;

    start_bus_driver();
    child = static_child(1);
    WdfObjectDelete(child);
    assert_journal("child-cleanup child-destroy ");
    assert_int_equal(report(NULL), 0);
}

static VOID static_child_that_was_added_is_not_deleted(VOID)
{
    WDFDEVICE child;

    start_bus_driver();
    child = static_child(1);
    assert_int_equal(WdfFdoAddStaticChild(function.device, child), STATUS_SUCCESS);
    WdfObjectDelete(child);
    assert_journal("");
    assert_int_equal(report(NULL), 1);
}

/* ---- configurations
 * ------------------------------------------------------------------------------------------------
 */

static VOID configurations_are_checked(VOID)
{
    WDF_CHILD_LIST_CONFIG config;
    WDFCHILDLIST other;

    start_bus_driver();
    WDF_CHILD_LIST_CONFIG_INIT(&config, sizeof(struct child_id), create_child);
    config.Size--;
    assert_int_equal(WdfChildListCreate(function.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &other),
                     STATUS_INFO_LENGTH_MISMATCH);
    WDF_CHILD_LIST_CONFIG_INIT(&config, 0, create_child);
    assert_int_equal(WdfChildListCreate(function.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &other),
                     STATUS_INVALID_PARAMETER);
    WDF_CHILD_LIST_CONFIG_INIT(&config, sizeof(struct child_id), NULL);
    assert_int_equal(WdfChildListCreate(function.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &other),
                     STATUS_INVALID_PARAMETER);
    assert_null(other);
    WDF_CHILD_LIST_CONFIG_INIT(&config, sizeof(struct child_id), create_child);
    assert_int_equal(WdfChildListCreate(function.device, &config, WDF_NO_OBJECT_ATTRIBUTES, &other),
                     STATUS_SUCCESS);
    assert_ptr_equal(WdfChildListGetDevice(other), function.device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(is_made_when_it_is_asked_for),
        PNP_TEST(is_added_once),
        PNP_TEST(is_lost_before_it_was_reported),
        PNP_TEST(starts_and_is_lost),
        PNP_TEST(waits_to_be_started_again),
        PNP_TEST(comes_back_as_another),
        PNP_TEST(is_ejected),
        PNP_TEST(a_scan_loses_who_is_not_found),
        PNP_TEST(all_may_be_found_at_once),
        PNP_TEST(children_are_iterated),
        PNP_TEST(iterations_are_checked),
        PNP_TEST(a_child_is_found_by_its_id),
        PNP_TEST(addresses_are_kept),
        PNP_TEST(creation_fails),
        PNP_TEST(creation_is_tried_again),
        PNP_TEST(children_go_with_their_parent),
        PNP_TEST(children_are_lost_with_their_parent),
        PNP_TEST(parent_stays_awake),
        PNP_TEST(ids_are_answered),
        PNP_TEST(texts_are_answered),
        PNP_TEST(capabilities_are_the_parents),
        PNP_TEST(static_children_are_reported),
        PNP_TEST(any_function_driver_may_have_static_children),
        PNP_TEST(static_child_is_deleted_before_it_is_added),
        PNP_TEST(static_child_that_was_added_is_not_deleted),
        PNP_TEST(configurations_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
