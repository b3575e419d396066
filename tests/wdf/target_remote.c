/* Remote targets: opened by name or device, closed, opened again, told of their device's end. */
#include "target_test.h"

#include "ob/ob_private.h"
#include "pnp/pnpp.h"

#include <initguid.h>
#include <wdmguid.h>

static VOID params_by_name(PWDF_IO_TARGET_OPEN_PARAMS params)
{
    static const UNICODE_STRING name = RTL_CONSTANT_STRING(LOWER_NAME);

    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(params, &name, GENERIC_READ | GENERIC_WRITE);
    params->ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE;
}

static NTSTATUS send_something(WDFIOTARGET target)
{
    return WdfIoTargetSendIoctlSynchronously(target, NULL, CODE(1), NULL, NULL, NULL, NULL);
}

/* ---- creation ------------------------------------------------------------------------------- */

static void a_target_is_below_its_device(void)
{
    WDFDEVICE device = plain_device();
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFIOTARGET target;

    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = WdfGetDriver();
    assert_int_equal(WdfIoTargetCreate(device, &attributes, &target),
                     STATUS_INVALID_DEVICE_REQUEST);
    assert_null(target);
    attributes.Size--;
    assert_int_equal(WdfIoTargetCreate(device, &attributes, &target), STATUS_INFO_LENGTH_MISMATCH);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfIoTargetCreate(device, NULL, NULL));
    target = closed_target(device);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    assert_ptr_equal(WdfIoTargetGetDevice(target), device);
    assert_null(WdfIoTargetWdmGetTargetDeviceObject(target));
    attributes.Size++;
    attributes.ParentObject = target;
    assert_int_equal(WdfIoTargetCreate(device, &attributes, &target), STATUS_SUCCESS);
    /* Closing what is not open does nothing. */
    WdfIoTargetClose(target);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
}

/* ---- opening ---------------------------------------------------------------------------- */

static NTSTATUS NTAPI never_called(WDFIOTARGET target)
{
    UNREFERENCED_PARAMETER(target);
    return STATUS_UNSUCCESSFUL;
}

static void wrong_parameters(void)
{
    WDFIOTARGET target = closed_target(plain_device());
    WDF_IO_TARGET_OPEN_PARAMS params;

    make_lower(0);
    ASSERT_VIOLATION(WDF_REQUIRED_PARAMETER_IS_NULL, WdfIoTargetOpen(target, NULL));
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&params, lower.device);
    params.Size--;
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INFO_LENGTH_MISMATCH);
    params.Size++;
    params.TargetDeviceObject = NULL;
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_PARAMETER);
    params.TargetDeviceObject = lower.device;
    params.EvtIoTargetQueryRemove = never_called;
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_PARAMETER);
    params_by_name(&params);
    params.TargetDeviceName.Length = 0;
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_PARAMETER);
    params.Type = WdfIoTargetOpenLocalTargetByFile;
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_PARAMETER);
    params.Type = WdfIoTargetOpenUndefined;
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_PARAMETER);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    /* As drivers before 1.13 have it. */
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&params, lower.device);
    params.Size = FIELD_OFFSET(WDF_IO_TARGET_OPEN_PARAMS, FileName);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_INVALID_DEVICE_STATE);
}

static LONG references_to(PVOID object)
{
    return (LONG)ob_header(object)->pointers;
}

static void by_device(void)
{
    WDFDEVICE device = plain_device();
    WDFIOTARGET target;
    LONG before;

    make_lower(DO_DIRECT_IO);
    lower.is_pdo = TRUE;
    before = references_to(lower.device);
    target = open_target(device);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    assert_ptr_equal(WdfIoTargetWdmGetTargetDeviceObject(target), lower.device);
    assert_ptr_equal(WdfIoTargetWdmGetTargetPhysicalDevice(target), lower.device);
    assert_null(WdfIoTargetWdmGetTargetFileObject(target));
    assert_null(WdfIoTargetWdmGetTargetFileHandle(target));
    assert_int_equal(references_to(lower.device), before + 2);
    WdfIoTargetClose(target);
    assert_int_equal(references_to(lower.device), before);
    assert_null(WdfIoTargetWdmGetTargetPhysicalDevice(target));
    assert_int_equal(send_something(target), STATUS_INVALID_DEVICE_STATE);
}

static void by_name_and_again(void)
{
    WDFIOTARGET target = closed_target(plain_device());
    WDF_IO_TARGET_OPEN_PARAMS params;
    PFILE_OBJECT file;

    params_by_name(&params);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    make_lower(0);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
    assert_int_equal(params.FileInformation, FILE_OPENED);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    assert_ptr_equal(WdfIoTargetWdmGetTargetDeviceObject(target), lower.device);
    file = WdfIoTargetWdmGetTargetFileObject(target);
    assert_non_null(file);
    assert_non_null(WdfIoTargetWdmGetTargetFileHandle(target));
    assert_int_equal(send_something(target), STATUS_SUCCESS);
    assert_ptr_equal(lower.location.FileObject, file);
    WdfIoTargetCloseForQueryRemove(target);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosedForQueryRemove);
    assert_null(WdfIoTargetWdmGetTargetFileHandle(target));
    assert_int_equal(send_something(target), STATUS_INVALID_DEVICE_STATE);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
    assert_int_equal(send_something(target), STATUS_SUCCESS);
    WdfIoTargetClose(target);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
    WdfObjectDelete(target);
}

/* ---- what happens to its device --------------------------------------------------------- */

static struct pnp_node *node;

/* A target that is open on a device of the PnP manager's. */
static WDFIOTARGET watching_target(PWDF_IO_TARGET_OPEN_PARAMS params)
{
    WDFIOTARGET target = closed_target(plain_device());

    make_lower(0);
    assert_int_equal(pnp_node_create(lower.device, NULL, &node), STATUS_SUCCESS);
    assert_int_equal(WdfIoTargetOpen(target, params), STATUS_SUCCESS);
    return target;
}

/* Nobody listens any more. */
static VOID end_watching(WDFIOTARGET target)
{
    journal.length = 0;
    journal.text[0] = 0;
    WdfObjectDelete(target);
    assert_int_equal(pnp_notify_target(node, &GUID_TARGET_DEVICE_QUERY_REMOVE), STATUS_SUCCESS);
    assert_journal("");
    pnp_node_unlink(node);
}

static void it_closes_and_opens_by_itself(void)
{
    WDF_IO_TARGET_OPEN_PARAMS params;
    WDFIOTARGET target;

    params_by_name(&params);
    target = watching_target(&params);
    assert_int_equal(pnp_notify_target(node, &GUID_TARGET_DEVICE_QUERY_REMOVE), STATUS_SUCCESS);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosedForQueryRemove);
    pnp_notify_target(node, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    assert_int_equal(send_something(target), STATUS_SUCCESS);
    assert_int_equal(pnp_notify_target(node, &GUID_TARGET_DEVICE_QUERY_REMOVE), STATUS_SUCCESS);
    pnp_notify_target(node, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    end_watching(target);
}

static NTSTATUS query_answer;

static NTSTATUS NTAPI on_query_remove(WDFIOTARGET target)
{
    note("query ");
    if (NT_SUCCESS(query_answer))
        WdfIoTargetCloseForQueryRemove(target);
    return query_answer;
}

static VOID NTAPI on_remove_canceled(WDFIOTARGET target)
{
    WDF_IO_TARGET_OPEN_PARAMS params;

    /* It listens anew from the first call on, and may hear it again. */
    if (WdfIoTargetGetState(target) == WdfIoTargetStarted)
        return;
    note("canceled ");
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
    assert_int_equal(WdfIoTargetOpen(target, &params), STATUS_SUCCESS);
}

static VOID NTAPI on_remove_complete(WDFIOTARGET target)
{
    note("complete ");
    WdfIoTargetClose(target);
}

static void the_driver_decides(void)
{
    WDF_IO_TARGET_OPEN_PARAMS params;
    WDFIOTARGET target;

    params_by_name(&params);
    params.EvtIoTargetQueryRemove = on_query_remove;
    params.EvtIoTargetRemoveCanceled = on_remove_canceled;
    params.EvtIoTargetRemoveComplete = on_remove_complete;
    target = watching_target(&params);
    query_answer = STATUS_UNSUCCESSFUL;
    assert_int_equal(pnp_notify_target(node, &GUID_TARGET_DEVICE_QUERY_REMOVE),
                     STATUS_UNSUCCESSFUL);
    assert_journal("query ");
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    query_answer = STATUS_SUCCESS;
    assert_int_equal(pnp_notify_target(node, &GUID_TARGET_DEVICE_QUERY_REMOVE), STATUS_SUCCESS);
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosedForQueryRemove);
    pnp_notify_target(node, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
    assert_journal("query canceled ");
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetStarted);
    /* Surprise removal: it was not asked. */
    pnp_notify_target(node, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
    assert_journal("complete ");
    assert_int_equal(WdfIoTargetGetState(target), WdfIoTargetClosed);
    end_watching(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WDF_TEST(a_target_is_below_its_device),
        WDF_TEST(wrong_parameters),
        WDF_TEST(by_device),
        WDF_TEST(by_name_and_again),
        WDF_TEST(it_closes_and_opens_by_itself),
        WDF_TEST(the_driver_decides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
