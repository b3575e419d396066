/* Pins WDFDEVICE_INIT, control devices from allocation to deletion, names, and what is refused. */
#include "wdf/control_test.h"

/* ---- what happened --------------------------------------------------------------------- */

static VOID NTAPI on_cleanup(WDFOBJECT device)
{
    UNREFERENCED_PARAMETER(device);
    note("cleanup ");
}

static VOID NTAPI on_destroy(WDFOBJECT device)
{
    UNREFERENCED_PARAMETER(device);
    note("destroy ");
}

static VOID NTAPI on_file_close(WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(file);
    note("file-close ");
}

static WDFDEVICE watched_device(VOID)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_FILEOBJECT_CONFIG files;
    PWDFDEVICE_INIT init = begin_device();
    WDFDEVICE device;

    WDF_FILEOBJECT_CONFIG_INIT(&files, NULL, on_file_close, NULL);
    WdfDeviceInitSetFileObjectConfig(init, &files, WDF_NO_OBJECT_ATTRIBUTES);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.EvtCleanupCallback = on_cleanup;
    attributes.EvtDestroyCallback = on_destroy;
    device = make_device(init, &attributes);
    made_device = NULL; /* the test deletes it */
    return device;
}

/* ---- a control device's life ------------------------------------------------------------- */

static VOID opens_once_it_is_initialized(VOID)
{
    WDFDEVICE device = watched_device();
    HANDLE handle;

    assert_int_equal(try_open(SYNCHRONOUS, &handle), STATUS_NO_SUCH_DEVICE);
    WdfControlFinishInitializing(device);
    assert_int_equal(try_open(SYNCHRONOUS, &handle), STATUS_SUCCESS);
    NtClose(handle);
}

static VOID is_deleted(VOID)
{
    WDFDEVICE device = watched_device();
    HANDLE handle;

    WdfControlFinishInitializing(device);
    WdfObjectDelete(device);
    assert_journal("cleanup destroy ");
    assert_int_equal(try_open(SYNCHRONOUS, &handle), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID is_deleted_before_it_is_initialized(VOID)
{
    WdfObjectDelete(watched_device());
    assert_journal("cleanup destroy ");
}

/* The files that are open keep it. */
static VOID is_deleted_with_its_last_file(VOID)
{
    WDFDEVICE device = watched_device();
    HANDLE first, second, third;

    WdfControlFinishInitializing(device);
    first = open_device(SYNCHRONOUS);
    second = open_device(SYNCHRONOUS);
    WdfObjectDelete(device);
    WdfObjectDelete(device);
    assert_journal("");
    assert_int_equal(try_open(SYNCHRONOUS, &third), STATUS_OBJECT_NAME_NOT_FOUND);
    NtClose(first);
    assert_journal("file-close ");
    NtClose(second);
    assert_journal("file-close cleanup destroy ");
}

static VOID goes_with_its_driver(VOID)
{
    WDFDEVICE device = watched_device();

    WdfControlFinishInitializing(device);
    ntio_stop();
    assert_journal("cleanup destroy ");
}

/* ---- names ---------------------------------------------------------------------------------- */

static VOID has_one_symbolic_link(VOID)
{
    UNICODE_STRING link = RTL_STRING(L"\\DosDevices\\Face"), other = RTL_STRING(L"\\??\\Other");
    UNICODE_STRING empty = RTL_STRING(L""), odd = RTL_STRING(L"\\??\\Odd");
    WDFDEVICE device = plain_device();

    odd.Length--;
    assert_int_equal(WdfDeviceCreateSymbolicLink(device, &empty), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceCreateSymbolicLink(device, &odd), STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceCreateSymbolicLink(device, &link), STATUS_SUCCESS);
    assert_int_equal(WdfDeviceCreateSymbolicLink(device, &other), STATUS_INVALID_DEVICE_REQUEST);
    made_device = NULL;
    WdfObjectDelete(device);
    /* The link is free again. */
    assert_int_equal(IoCreateSymbolicLink(&link, &other), STATUS_SUCCESS);
    IoDeleteSymbolicLink(&link);
}

static VOID a_link_needs_a_name(VOID)
{
    UNICODE_STRING link = RTL_STRING(L"\\DosDevices\\Face");
    PWDFDEVICE_INIT init;
    WDFDEVICE device;

    load_driver();
    init = WdfControlDeviceInitAllocate(WdfGetDriver(), &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    assert_int_equal(WdfDeviceCreateSymbolicLink(device, &link), STATUS_INVALID_DEVICE_STATE);
}

static VOID tells_its_name(VOID)
{
    UNICODE_STRING name, expected = RTL_STRING(DEVICE_NAME);
    WDFDEVICE device = plain_device();
    WDFSTRING string;

    assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
    assert_int_equal(WdfDeviceRetrieveDeviceName(device, string), STATUS_SUCCESS);
    WdfStringGetUnicodeString(string, &name);
    assert_true(RtlEqualUnicodeString(&name, &expected, FALSE));
}

static VOID names_collide(VOID)
{
    UNICODE_STRING name = RTL_STRING(DEVICE_NAME);
    PWDFDEVICE_INIT init;
    WDFDEVICE device;

    plain_device();
    init = WdfControlDeviceInitAllocate(WdfGetDriver(), &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    assert_int_equal(WdfDeviceInitAssignName(init, &name), STATUS_SUCCESS);
    assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device),
                     STATUS_OBJECT_NAME_COLLISION);
    assert_null(device);
    assert_non_null(init); /* still the driver's, as it was */
    name = (UNICODE_STRING)RTL_STRING(L"\\Device\\Other");
    assert_int_equal(WdfDeviceInitAssignName(init, &name), STATUS_SUCCESS);
    assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device), STATUS_SUCCESS);
    assert_null(init);
}

static VOID security_needs_a_name(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    WDFDEVICE device;

    assert_int_equal(WdfDeviceInitAssignName(init, NULL), STATUS_SUCCESS);
    assert_int_equal(WdfDeviceInitAssignSDDLString(init, NULL), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device),
                     STATUS_INVALID_SECURITY_DESCR);
    WdfDeviceInitFree(init);
}

/* ---- the init --------------------------------------------------------------------------- */

static VOID is_buffered_unless_told(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    PDEVICE_OBJECT object;

    WdfDeviceInitSetIoType(init, WdfDeviceIoBufferedOrDirect); /* none of the kernel's */
    WdfDeviceInitSetIoType(init, WdfDeviceIoUndefined);
    object = WdfDeviceWdmGetDeviceObject(make_device(init, WDF_NO_OBJECT_ATTRIBUTES));
    assert_int_equal(object->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO), DO_BUFFERED_IO);
}

static VOID is_direct_if_told(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_IO_TYPE_CONFIG config;
    PDEVICE_OBJECT object;

    WDF_IO_TYPE_CONFIG_INIT(&config);
    config.ReadWriteIoType = WdfDeviceIoDirect;
    WdfDeviceInitSetIoTypeEx(init, &config);
    config.ReadWriteIoType = WdfDeviceIoNeither;
    config.Size--;
    WdfDeviceInitSetIoTypeEx(init, &config); /* ignored */
    object = WdfDeviceWdmGetDeviceObject(make_device(init, WDF_NO_OBJECT_ATTRIBUTES));
    assert_int_equal(object->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO), DO_DIRECT_IO);
}

static VOID settings_reach_the_device_object(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    PDEVICE_OBJECT object;
    WDFDEVICE device;

    WdfDeviceInitSetIoType(init, WdfDeviceIoNeither);
    WdfDeviceInitSetDeviceType(init, FILE_DEVICE_SERIAL_PORT);
    WdfDeviceInitSetCharacteristics(init, FILE_REMOVABLE_MEDIA, TRUE);
    WdfDeviceInitSetExclusive(init, TRUE);
    device = make_device(init, WDF_NO_OBJECT_ATTRIBUTES);
    object = WdfDeviceWdmGetDeviceObject(device);
    assert_int_equal(object->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO), 0);
    assert_int_equal(object->DeviceType, FILE_DEVICE_SERIAL_PORT);
    assert_int_equal(object->Characteristics, FILE_REMOVABLE_MEDIA | FILE_DEVICE_SECURE_OPEN);
    assert_true(object->Flags & DO_EXCLUSIVE);
    assert_int_equal(WdfDeviceGetCharacteristics(device), object->Characteristics);
    WdfDeviceSetAlignmentRequirement(device, FILE_QUAD_ALIGNMENT);
    assert_int_equal(object->AlignmentRequirement, FILE_QUAD_ALIGNMENT);
    assert_int_equal(WdfDeviceGetAlignmentRequirement(device), FILE_QUAD_ALIGNMENT);
    assert_ptr_equal(WdfWdmDeviceGetWdfDeviceHandle(object), device);
    assert_ptr_equal(WdfDeviceGetDriver(device), WdfGetDriver());
    assert_null(WdfDeviceGetIoTarget(device));
    assert_null(WdfDeviceWdmGetAttachedDevice(device));
    assert_null(WdfDeviceWdmGetPhysicalDevice(device));
}

static NTSTATUS NTAPI preprocess_nothing(WDFDEVICE device, PIRP irp)
{
    return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static VOID preprocessing_is_checked(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    UCHAR minor = 1;
    PDEVICE_OBJECT object;

    assert_int_equal(WdfDeviceInitAssignWdmIrpPreprocessCallback(
                         init, preprocess_nothing, IRP_MJ_MAXIMUM_FUNCTION + 1, NULL, 0),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(WdfDeviceInitAssignWdmIrpPreprocessCallback(init, preprocess_nothing,
                                                                 IRP_MJ_PNP, &minor, 1),
                     STATUS_SUCCESS);
    assert_int_equal(WdfDeviceInitAssignWdmIrpPreprocessCallback(init, preprocess_nothing,
                                                                 IRP_MJ_PNP, &minor, 1),
                     STATUS_INVALID_DEVICE_REQUEST);
    object = WdfDeviceWdmGetDeviceObject(make_device(init, WDF_NO_OBJECT_ATTRIBUTES));
    assert_int_equal(object->StackSize, 2); /* one location for the driver's own use */
}

static VOID attributes_are_checked(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(WdfDeviceCreate(&init, &attributes, &device),
                     STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
    attributes.ParentObject = NULL;
    attributes.Size--;
    assert_int_equal(WdfDeviceCreate(&init, &attributes, &device), STATUS_INFO_LENGTH_MISMATCH);
    WdfDeviceInitFree(init);
}

/* A driver that goes on with its variable has NULL in it. */
#define ASSERT_TOO_LATE(call) ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, call)

static PWDFDEVICE_INIT init_of_a_created_device(VOID)
{
    PWDFDEVICE_INIT init = begin_device();
    WDFDEVICE device;

    assert_int_equal(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device), STATUS_SUCCESS);
    assert_null(init);
    return init;
}

static VOID settings_come_too_late(VOID)
{
    PWDFDEVICE_INIT init = init_of_a_created_device();
    UNICODE_STRING text = RTL_STRING(L"text");
    WDF_IO_TYPE_CONFIG types;
    GUID guid = {0};

    WDF_IO_TYPE_CONFIG_INIT(&types);
    ASSERT_TOO_LATE(WdfDeviceInitFree(init));
    ASSERT_TOO_LATE(WdfDeviceInitSetIoType(init, WdfDeviceIoDirect));
    ASSERT_TOO_LATE(WdfDeviceInitSetIoTypeEx(init, &types));
    ASSERT_TOO_LATE(WdfDeviceInitSetExclusive(init, TRUE));
    ASSERT_TOO_LATE(WdfDeviceInitSetDeviceType(init, FILE_DEVICE_DISK));
    ASSERT_TOO_LATE(WdfDeviceInitAssignName(init, &text));
    ASSERT_TOO_LATE(WdfDeviceInitAssignSDDLString(init, &text));
    ASSERT_TOO_LATE(WdfDeviceInitSetDeviceClass(init, &guid));
    ASSERT_TOO_LATE(WdfDeviceInitSetCharacteristics(init, FILE_READ_ONLY_DEVICE, TRUE));
    ASSERT_TOO_LATE(WdfDeviceInitSetPowerNotPageable(init));
    ASSERT_TOO_LATE(WdfDeviceInitSetPowerPageable(init));
    ASSERT_TOO_LATE(WdfDeviceInitSetPowerInrush(init));
    ASSERT_TOO_LATE(WdfDeviceInitSetPowerPolicyOwnership(init, TRUE));
    ASSERT_TOO_LATE(
        WdfDeviceInitSetReleaseHardwareOrderOnFailure(init, WdfReleaseHardwareOrderOnFailureEarly));
    ASSERT_TOO_LATE(WdfDeviceInitAllowSelfIoTarget(init));
    ASSERT_TOO_LATE(WdfFdoInitSetFilter(init));
    ASSERT_TOO_LATE(WdfFdoInitWdmGetPhysicalDevice(init));
    ASSERT_TOO_LATE(WdfPdoInitAssignDeviceID(init, &text));
    ASSERT_TOO_LATE(WdfPdoInitAssignInstanceID(init, &text));
    ASSERT_TOO_LATE(WdfPdoInitAddHardwareID(init, &text));
    ASSERT_TOO_LATE(WdfPdoInitAddCompatibleID(init, &text));
    ASSERT_TOO_LATE(WdfPdoInitAssignRawDevice(init, &guid));
}

static VOID NTAPI on_device(WDFDEVICE device)
{
    UNREFERENCED_PARAMETER(device);
}

static VOID NTAPI in_caller_context(WDFDEVICE device, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(request);
}

static VOID NTAPI on_pnp_state(WDFDEVICE device, PCWDF_DEVICE_PNP_NOTIFICATION_DATA data)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(data);
}

static VOID NTAPI on_power_state(WDFDEVICE device, PCWDF_DEVICE_POWER_NOTIFICATION_DATA data)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(data);
}

static VOID NTAPI on_policy_state(WDFDEVICE device,
                                  PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA data)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(data);
}

static VOID callbacks_come_too_late(VOID)
{
    PWDFDEVICE_INIT init = init_of_a_created_device();
    WDF_PNPPOWER_EVENT_CALLBACKS pnp;
    WDF_POWER_POLICY_EVENT_CALLBACKS policy;
    WDF_REMOVE_LOCK_OPTIONS options;
    WDF_FILEOBJECT_CONFIG files;
    WDF_OBJECT_ATTRIBUTES attributes;
    UCHAR minor = 0;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
    WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(&policy);
    WDF_REMOVE_LOCK_OPTIONS_INIT(&options, WDF_REMOVE_LOCK_OPTION_ACQUIRE_FOR_IO);
    WDF_FILEOBJECT_CONFIG_INIT(&files, NULL, NULL, NULL);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    ASSERT_TOO_LATE(WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp));
    ASSERT_TOO_LATE(WdfDeviceInitSetPowerPolicyEventCallbacks(init, &policy));
    ASSERT_TOO_LATE(WdfDeviceInitSetRemoveLockOptions(init, &options));
    ASSERT_TOO_LATE(WdfDeviceInitSetFileObjectConfig(init, &files, NULL));
    ASSERT_TOO_LATE(WdfDeviceInitSetRequestAttributes(init, &attributes));
    ASSERT_TOO_LATE(WdfDeviceInitSetIoInCallerContextCallback(init, in_caller_context));
    ASSERT_TOO_LATE(WdfDeviceInitAssignWdmIrpPreprocessCallback(init, preprocess_nothing,
                                                                IRP_MJ_POWER, &minor, 1));
    ASSERT_TOO_LATE(WdfDeviceInitRegisterPnpStateChangeCallback(
        init, WdfDevStatePnpStarted, on_pnp_state, StateNotificationEnterState));
    ASSERT_TOO_LATE(WdfDeviceInitRegisterPowerStateChangeCallback(
        init, WdfDevStatePowerD0, on_power_state, StateNotificationEnterState));
    ASSERT_TOO_LATE(WdfDeviceInitRegisterPowerPolicyStateChangeCallback(
        init, WdfDevStatePwrPolStarted, on_policy_state, StateNotificationEnterState));
    ASSERT_TOO_LATE(
        WdfControlDeviceInitSetShutdownNotification(init, on_device, WdfDeviceShutdown));
}

static VOID a_device_is_created_once(VOID)
{
    PWDFDEVICE_INIT init = init_of_a_created_device();
    WDFDEVICE device;

    ASSERT_TOO_LATE(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device));
}

static VOID what_is_not_for_control_devices(VOID)
{
    WDFDEVICE device = plain_device();
    GUID guid = {1, 2, 3, {4}};
    ULONG length;

    assert_int_equal(WdfDeviceCreateDeviceInterface(device, &guid, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(
        WdfDeviceQueryProperty(device, DevicePropertyDeviceDescription, 0, NULL, &length),
        STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfDeviceStopIdle(device, FALSE), STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(WdfFdoQueryForInterface(device, &guid, (PINTERFACE)&guid, 1, 1, NULL),
                     STATUS_INVALID_PARAMETER);
    assert_null(WdfPdoGetParent(device));
    assert_null(WdfFdoGetDefaultChildList(device));
    assert_int_equal(WdfPdoMarkMissing(device), STATUS_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(opens_once_it_is_initialized),
        WDF_TEST(is_deleted),
        WDF_TEST(is_deleted_before_it_is_initialized),
        WDF_TEST(is_deleted_with_its_last_file),
        WDF_TEST(goes_with_its_driver),
        WDF_TEST(has_one_symbolic_link),
        WDF_TEST(a_link_needs_a_name),
        WDF_TEST(tells_its_name),
        WDF_TEST(names_collide),
        WDF_TEST(security_needs_a_name),
        WDF_TEST(is_buffered_unless_told),
        WDF_TEST(is_direct_if_told),
        WDF_TEST(settings_reach_the_device_object),
        WDF_TEST(preprocessing_is_checked),
        WDF_TEST(attributes_are_checked),
        WDF_TEST(settings_come_too_late),
        WDF_TEST(callbacks_come_too_late),
        WDF_TEST(a_device_is_created_once),
        WDF_TEST(what_is_not_for_control_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
