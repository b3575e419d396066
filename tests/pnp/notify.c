/* Pins what drivers hear of a device that they have open, and of interfaces. */
#include "pnp/pnp_test.h"

#include <initguid.h>
#include <wdmguid.h>

/* What the listener does when it is asked. */
static NTSTATUS answer;
static HANDLE target;         /* is closed */
static BOOLEAN registers;     /* one more, when the removal is cancelled */
static PVOID entries[2];      /* the first, and that one */
static PFILE_OBJECT expected; /* that the notifications name */

static PFILE_OBJECT file_of(HANDLE handle)
{
    PVOID file;

    assert_int_equal(
        ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode, &file, NULL),
        STATUS_SUCCESS);
    ObDereferenceObject(file);
    return file;
}

static NTSTATUS NTAPI on_target(PVOID structure, PVOID context);

static NTSTATUS listen(HANDLE file, PCSTR name, PVOID *entry)
{
    return IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, file_of(file),
                                          test_driver, on_target, (PVOID)name, entry);
}

static NTSTATUS NTAPI on_target(PVOID structure, PVOID context)
{
    TARGET_DEVICE_REMOVAL_NOTIFICATION *notification = structure;

    if (expected)
        assert_ptr_equal(notification->FileObject, expected);
    if (IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_QUERY_REMOVE)) {
        note("%s-asked", (PCSTR)context);
        if (target)
            ZwClose(target);
        target = NULL;
        return answer;
    }
    if (IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_REMOVE_COMPLETE)) {
        note("%s-removed", (PCSTR)context);
        return STATUS_SUCCESS;
    }
    assert_true(IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED));
    note("%s-cancelled", (PCSTR)context);
    if (registers) {
        registers = FALSE;
        assert_int_equal(open_test_device(&target), STATUS_SUCCESS);
        assert_int_equal(listen(target, "second", &entries[1]), STATUS_SUCCESS);
    }
    return STATUS_SUCCESS;
}

static VOID listen_to_test_device(VOID)
{
    answer = STATUS_SUCCESS;
    registers = FALSE;
    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(open_test_device(&target), STATUS_SUCCESS);
    expected = file_of(target);
    assert_int_equal(listen(target, "first", &entries[0]), STATUS_SUCCESS);
    *history = 0;
}

static void listener_refuses(void)
{
    listen_to_test_device();
    answer = STATUS_UNSUCCESSFUL;
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_PLUGPLAY_QUERY_VETOED);
    assert_history("first-asked");
    IoUnregisterPlugPlayNotification(entries[0]);
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
    assert_history("query-remove remove unload");
}

/* To stay registered is no use of the device. */
static void listener_closes_its_file(void)
{
    listen_to_test_device();
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
    assert_history("first-asked query-remove remove unload first-removed");
    assert_null(find_node(L"ROOT\\PNPUNIT\\0000"));
    IoUnregisterPlugPlayNotification(entries[0]);
}

/* Who registers again then is not told of the cancellation that it heard of. */
static void cancellation_is_told_once(void)
{
    HANDLE other;

    listen_to_test_device();
    assert_int_equal(open_test_device(&other), STATUS_SUCCESS);
    registers = TRUE;
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_PLUGPLAY_QUERY_VETOED);
    assert_history("first-asked query-remove cancel-remove first-cancelled");
    ZwClose(other);
    expected = NULL;
    assert_int_equal(remove_test_device(PNP_REMOVE), STATUS_SUCCESS);
    assert_history(
        "first-asked second-asked query-remove remove unload first-removed second-removed");
    IoUnregisterPlugPlayNotification(entries[0]);
    IoUnregisterPlugPlayNotification(entries[1]);
}

/* ---- interfaces ---------------------------------------------------------------------------- */

static const GUID test_class = {0x7a1e3f2c, 0x51d0, 0x4c6b, {0x9e, 1, 2, 3, 4, 5, 6, 8}};

static NTSTATUS NTAPI on_interface(PVOID structure, PVOID context)
{
    DEVICE_INTERFACE_CHANGE_NOTIFICATION *notification = structure;

    (void)context;
    assert_true(IsEqualGUID(&notification->InterfaceClassGuid, &test_class));
    note(IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL) ? "came" : "went");
    return STATUS_SUCCESS;
}

static void interfaces_come_and_go(void)
{
    UNICODE_STRING link;
    PVOID entry;

    make_driver();
    assert_int_equal(add_test_device(), STATUS_SUCCESS);
    assert_int_equal(IoRegisterDeviceInterface(test_node()->pdo, &test_class, NULL, &link),
                     STATUS_SUCCESS);
    assert_int_equal(IoSetDeviceInterfaceState(&link, TRUE), STATUS_SUCCESS);
    pnp_settle();
    *history = 0;
    assert_int_equal(
        IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange,
                                       PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
                                       (PVOID)&test_class, test_driver, on_interface, NULL, &entry),
        STATUS_SUCCESS);
    assert_history("came");
    assert_int_equal(IoSetDeviceInterfaceState(&link, FALSE), STATUS_SUCCESS);
    pnp_settle();
    assert_history("went");
    IoUnregisterPlugPlayNotification(entry);
    assert_int_equal(IoSetDeviceInterfaceState(&link, TRUE), STATUS_SUCCESS);
    pnp_settle();
    assert_history("");
    RtlFreeUnicodeString(&link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(listener_refuses),
        PNP_TEST(listener_closes_its_file),
        PNP_TEST(cancellation_is_told_once),
        PNP_TEST(interfaces_come_and_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
