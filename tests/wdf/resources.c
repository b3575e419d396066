/* Pins resource lists: what a driver reads and changes in them, and what becomes of that. */
#include "wdf/pnp_test.h"

/* ---- what the device was assigned ----------------------------------------------------------- */

static CM_PARTIAL_RESOURCE_DESCRIPTOR memory_at(ULONG start)
{
    CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = {.Type = CmResourceTypeMemory};

    descriptor.u.Memory.Start.QuadPart = start;
    descriptor.u.Memory.Length = 0x1000;
    return descriptor;
}

/* A START_DEVICE with two ranges of memory; raw at 0x1000, translated at 0x10000. */
static NTSTATUS start_with_memory(VOID)
{
    static UCHAR raw[256], translated[256];
    PCM_RESOURCE_LIST lists[] = {(PVOID)raw, (PVOID)translated};
    ULONG starts[] = {0x1000, 0x10000}, i, j;
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_START_DEVICE};

    for (i = 0; i < 2; i++) {
        PCM_PARTIAL_RESOURCE_LIST partial = &lists[i]->List[0].PartialResourceList;

        lists[i]->Count = 1;
        partial->Version = partial->Revision = 1;
        partial->Count = 2;
        for (j = 0; j < 2; j++)
            partial->PartialDescriptors[j] = memory_at(starts[i] * (j + 1));
    }
    location.Parameters.StartDevice.AllocatedResources = lists[0];
    location.Parameters.StartDevice.AllocatedResourcesTranslated = lists[1];
    return pnp_send(bus.pdo, &location, NULL);
}

static VOID note_list(WDFCMRESLIST list)
{
    ULONG i;

    for (i = 0; i < WdfCmResourceListGetCount(list); i++)
        note("%x ", WdfCmResourceListGetDescriptor(list, i)->u.Memory.Start.LowPart);
}

static NTSTATUS NTAPI read_lists(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
    CM_PARTIAL_RESOURCE_DESCRIPTOR more = memory_at(0x5000);

    UNREFERENCED_PARAMETER(device);
    note_list(raw);
    note_list(translated);
    assert_null(WdfCmResourceListGetDescriptor(raw, 2));
    assert_int_equal(WdfCmResourceListAppendDescriptor(raw, &more), STATUS_ACCESS_DENIED);
    WdfCmResourceListRemove(raw, 0);
    WdfCmResourceListRemoveByDescriptor(translated, WdfCmResourceListGetDescriptor(translated, 0));
    assert_int_equal(WdfCmResourceListGetCount(raw), 2);
    assert_int_equal(WdfCmResourceListGetCount(translated), 2);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI release_lists(WDFDEVICE device, WDFCMRESLIST translated)
{
    UNREFERENCED_PARAMETER(device);
    note("release ");
    note_list(translated);
    return STATUS_SUCCESS;
}

static VOID read_resources(PWDFDEVICE_INIT init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS callbacks;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDevicePrepareHardware = read_lists;
    callbacks.EvtDeviceReleaseHardware = release_lists;
    WdfDeviceInitSetPnpPowerEventCallbacks(init, &callbacks);
}

static VOID add_with(VOID (*adjust)(PWDFDEVICE_INIT))
{
    load_function_driver();
    function.adjust = adjust;
    assert_int_equal(add_device(), STATUS_SUCCESS);
}

static VOID a_driver_reads_what_its_device_was_assigned(VOID)
{
    add_with(read_resources);
    assert_int_equal(start_with_memory(), STATUS_SUCCESS);
    assert_journal("bus-start 1000 2000 10000 20000 ");
    remove_device();
    assert_journal("release 10000 20000 cleanup bus-remove destroy ");
}

static VOID a_device_may_have_no_resources(VOID)
{
    add_with(NULL);
    assert_int_equal(ask(IRP_MN_START_DEVICE), STATUS_SUCCESS);
    assert_journal(START_JOURNAL);
}

/* A bus filter takes what it added out again, so that the drivers below do not see it. */
static NTSTATUS NTAPI remove_added(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
    CM_PARTIAL_RESOURCE_DESCRIPTOR more = memory_at(0x5000);

    UNREFERENCED_PARAMETER(device);
    WdfCmResourceListRemove(raw, 1);
    WdfCmResourceListRemoveByDescriptor(translated, WdfCmResourceListGetDescriptor(translated, 1));
    assert_int_equal(WdfCmResourceListInsertDescriptor(raw, &more, 2),
                     STATUS_ARRAY_BOUNDS_EXCEEDED);
    assert_int_equal(WdfCmResourceListInsertDescriptor(raw, &more, 0), STATUS_SUCCESS);
    note_list(raw);
    note_list(translated);
    return called("remove-added");
}

static VOID remove_at_start(PWDFDEVICE_INIT init)
{
    WDF_FDO_EVENT_CALLBACKS callbacks;

    read_resources(init);
    WDF_FDO_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDeviceRemoveAddedResources = remove_added;
    WdfFdoInitSetEventCallbacks(init, &callbacks);
}

static VOID a_filter_removes_the_resources_it_added(VOID)
{
    add_with(remove_at_start);
    assert_int_equal(start_with_memory(), STATUS_SUCCESS);
    assert_journal("5000 1000 10000 remove-added bus-start 1000 2000 10000 20000 ");
}

static VOID a_start_whose_resources_stay_fails(VOID)
{
    add_with(remove_at_start);
    failing.word = "remove-added";
    failing.status = STATUS_UNSUCCESSFUL;
    assert_int_equal(start_with_memory(), STATUS_UNSUCCESSFUL);
    assert_journal("5000 1000 10000 remove-added ");
}

/* ---- what the device wants -------------------------------------------------------------- */

static IO_RESOURCE_DESCRIPTOR port_at(ULONG minimum)
{
    IO_RESOURCE_DESCRIPTOR descriptor = {.Type = CmResourceTypePort};

    descriptor.u.Port.MinimumAddress.QuadPart = minimum;
    descriptor.u.Port.MaximumAddress.QuadPart = minimum + 7;
    descriptor.u.Port.Length = 8;
    return descriptor;
}

static VOID note_requirements(PIO_RESOURCE_REQUIREMENTS_LIST requirements)
{
    PIO_RESOURCE_LIST list = requirements->List;
    ULONG i, j;

    note("slot=%u type=%u ", requirements->SlotNumber, requirements->InterfaceType);
    for (i = 0; i < requirements->AlternativeLists; i++) {
        note("[");
        for (j = 0; j < list->Count; j++)
            note("%x ", list->Descriptors[j].u.Port.MinimumAddress.LowPart);
        note("] ");
        list = (PIO_RESOURCE_LIST)&list->Descriptors[list->Count];
    }
}

/* Asks what the stack makes of one alternative with ports 100 and 200. */
static NTSTATUS filter(PIO_RESOURCE_REQUIREMENTS_LIST *filtered)
{
    static UCHAR room[512];
    PIO_RESOURCE_REQUIREMENTS_LIST requirements = (PVOID)room;
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_FILTER_RESOURCE_REQUIREMENTS};
    PIO_RESOURCE_DESCRIPTOR descriptors = requirements->List[0].Descriptors;
    ULONG_PTR information = 0;
    NTSTATUS status;

    RtlZeroMemory(room, sizeof(room));
    requirements->ListSize = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List) +
                             FIELD_OFFSET(IO_RESOURCE_LIST, Descriptors) +
                             2 * sizeof(IO_RESOURCE_DESCRIPTOR);
    requirements->InterfaceType = Isa;
    requirements->SlotNumber = 3;
    requirements->AlternativeLists = 1;
    requirements->List[0].Version = requirements->List[0].Revision = 1;
    requirements->List[0].Count = 2;
    descriptors[0] = port_at(0x100);
    descriptors[1] = port_at(0x200);
    location.Parameters.FilterResourceRequirements.IoResourceRequirementList = requirements;
    status = pnp_send(bus.pdo, &location, &information);
    *filtered = (PVOID)information;
    return status;
}

static NTSTATUS NTAPI add_requirements(WDFDEVICE device, WDFIORESREQLIST requirements)
{
    WDFIORESLIST first = WdfIoResourceRequirementsListGetIoResList(requirements, 0), second;
    IO_RESOURCE_DESCRIPTOR port = port_at(0x300);

    UNREFERENCED_PARAMETER(device);
    assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 1);
    assert_null(WdfIoResourceRequirementsListGetIoResList(requirements, 1));
    assert_int_equal(WdfIoResourceListGetCount(first), 2);
    assert_int_equal(WdfIoResourceListInsertDescriptor(first, &port, 1), STATUS_SUCCESS);
    assert_int_equal(WdfIoResourceListInsertDescriptor(first, &port, 9),
                     STATUS_ARRAY_BOUNDS_EXCEEDED);
    WdfIoResourceListRemove(first, 0);
    assert_int_equal(WdfIoResourceListGetCount(first), 3);
    assert_int_equal(WdfIoResourceListCreate(requirements, WDF_NO_OBJECT_ATTRIBUTES, &second),
                     STATUS_SUCCESS);
    port = port_at(0x400);
    assert_int_equal(WdfIoResourceListAppendDescriptor(second, &port), STATUS_SUCCESS);
    assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, second),
                     STATUS_SUCCESS);
    assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, second),
                     STATUS_INVALID_DEVICE_REQUEST);
    WdfIoResourceRequirementsListRemove(requirements, 0);
    assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 2);
    return called("add");
}

static NTSTATUS NTAPI remove_requirements(WDFDEVICE device, WDFIORESREQLIST requirements)
{
    WDFIORESLIST first = WdfIoResourceRequirementsListGetIoResList(requirements, 0);
    IO_RESOURCE_DESCRIPTOR port = port_at(0x300);

    UNREFERENCED_PARAMETER(device);
    assert_int_equal(WdfIoResourceListAppendDescriptor(first, &port), STATUS_ACCESS_DENIED);
    assert_int_equal(WdfIoResourceListGetDescriptor(first, 0)->u.Port.MinimumAddress.LowPart,
                     0x100);
    WdfIoResourceListUpdateDescriptor(first, &port, 1);
    WdfIoResourceListRemove(first, 0);
    WdfIoResourceRequirementsListSetSlotNumber(requirements, 5);
    WdfIoResourceRequirementsListSetInterfaceType(requirements, PCIBus);
    return called("remove");
}

static VOID filter_adding(PWDFDEVICE_INIT init)
{
    WDF_FDO_EVENT_CALLBACKS callbacks;

    WDF_FDO_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDeviceFilterAddResourceRequirements = add_requirements;
    callbacks.EvtDeviceRemoveAddedResources = remove_added;
    WdfFdoInitSetEventCallbacks(init, &callbacks);
}

static VOID filter_removing(PWDFDEVICE_INIT init)
{
    WDF_FDO_EVENT_CALLBACKS callbacks;

    WDF_FDO_EVENT_CALLBACKS_INIT(&callbacks);
    callbacks.EvtDeviceFilterRemoveResourceRequirements = remove_requirements;
    WdfFdoInitSetEventCallbacks(init, &callbacks);
}

static VOID a_driver_adds_requirements(VOID)
{
    PIO_RESOURCE_REQUIREMENTS_LIST filtered;

    add_with(filter_adding);
    assert_int_equal(filter(&filtered), STATUS_SUCCESS);
    assert_non_null(filtered);
    note_requirements(filtered);
    assert_journal("add slot=3 type=1 [100 300 200 ] [400 ] ");
    ExFreePool(filtered);
}

static VOID a_driver_removes_requirements(VOID)
{
    PIO_RESOURCE_REQUIREMENTS_LIST filtered;

    add_with(filter_removing);
    assert_int_equal(filter(&filtered), STATUS_SUCCESS);
    assert_non_null(filtered);
    note_requirements(filtered);
    assert_journal("remove slot=5 type=5 [300 ] ");
    ExFreePool(filtered);
}

static VOID a_filter_that_fails_leaves_them(VOID)
{
    PIO_RESOURCE_REQUIREMENTS_LIST filtered;

    add_with(filter_adding);
    failing.word = "add";
    failing.status = STATUS_UNSUCCESSFUL;
    assert_int_equal(filter(&filtered), STATUS_UNSUCCESSFUL);
    assert_null(filtered);
    assert_journal("add ");
}

static VOID a_driver_without_filters_lets_them_pass(VOID)
{
    PIO_RESOURCE_REQUIREMENTS_LIST filtered;

    add_with(NULL);
    assert_int_equal(filter(&filtered), STATUS_NOT_SUPPORTED);
    assert_null(filtered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(a_driver_reads_what_its_device_was_assigned),
        PNP_TEST(a_device_may_have_no_resources),
        PNP_TEST(a_filter_removes_the_resources_it_added),
        PNP_TEST(a_start_whose_resources_stay_fails),
        PNP_TEST(a_driver_adds_requirements),
        PNP_TEST(a_driver_removes_requirements),
        PNP_TEST(a_filter_that_fails_leaves_them),
        PNP_TEST(a_driver_without_filters_lets_them_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
