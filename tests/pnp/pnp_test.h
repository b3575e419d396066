/*
 * What the tests of pnp share: a system, and a PnP driver inside the test program that notes
 * what it is asked.
 */
#pragma once

#include <ntifs.h>

#include "io/iop.h"
#include "pnp/pnpp.h"
#include "nt_cmocka.h"
#include "../../include/ntio/ntio.h"

#define PNP_TEST(body)                                                                             \
    {                                                                                              \
#body, run_in_system, NULL, stop_system, (void *)(body)                                    \
    }

static CHAR history[2048];

static VOID note(PCSTR format, ...)
{
    SIZE_T used = strlen(history);
    va_list arguments;

    if (used && used + 1 < sizeof(history)) {
        history[used++] = ' ';
        history[used] = 0;
    }
    va_start(arguments, format);
    rtl_format_va(history + used, sizeof(history) - used, format, arguments);
    va_end(arguments);
}

/* Compares what was noted since the last time. */
static inline VOID assert_history(PCSTR expected)
{
    assert_string_equal(expected, history);
    *history = 0;
}

static inline void run_in_system(void **state)
{
    void (*body)(void) = (void (*)(void)) * state;
    struct ntio_options options = {.size = sizeof(options)};

    *history = 0;
    assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    body();
}

static inline int stop_system(void **state)
{
    (void)state;
    ntio_stop();
    return 0;
}

/* ---- the driver ------------------------------------------------------------------------- */

struct test_device {
    PDEVICE_OBJECT self, below, pdo;
    PCSTR name; /* for notes */
};

/* What the driver answers; STATUS_SUCCESS unless a test says otherwise. */
static NTSTATUS add_status, start_status, query_remove_status, query_stop_status, sleep_status;
static PNP_DEVICE_STATE device_state;

static PCSTR minor_name(UCHAR minor)
{
    static const PCSTR names[] = {
        [IRP_MN_START_DEVICE] = "start",
        [IRP_MN_QUERY_REMOVE_DEVICE] = "query-remove",
        [IRP_MN_REMOVE_DEVICE] = "remove",
        [IRP_MN_CANCEL_REMOVE_DEVICE] = "cancel-remove",
        [IRP_MN_STOP_DEVICE] = "stop",
        [IRP_MN_QUERY_STOP_DEVICE] = "query-stop",
        [IRP_MN_CANCEL_STOP_DEVICE] = "cancel-stop",
        [IRP_MN_SURPRISE_REMOVAL] = "surprise",
        [IRP_MN_EJECT] = "eject",
    };

    return minor < RTL_NUMBER_OF(names) ? names[minor] : NULL;
}

static NTSTATUS test_complete(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS test_pass(struct test_device *device, PIRP irp)
{
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(device->below, irp);
}

static NTSTATUS test_start(struct test_device *device, PIRP irp)
{
    if (IoForwardIrpSynchronously(device->below, irp) && NT_SUCCESS(irp->IoStatus.Status))
        irp->IoStatus.Status = start_status;
    return test_complete(irp, irp->IoStatus.Status);
}

static NTSTATUS test_remove(struct test_device *device, PIRP irp)
{
    NTSTATUS status;

    irp->IoStatus.Status = STATUS_SUCCESS;
    status = test_pass(device, irp);
    IoDetachDevice(device->below);
    IoDeleteDevice(device->self);
    return status;
}

static NTSTATUS NTAPI test_pnp(PDEVICE_OBJECT self, PIRP irp)
{
    struct test_device *device = self->DeviceExtension;
    UCHAR minor = IoGetCurrentIrpStackLocation(irp)->MinorFunction;

    if (minor_name(minor))
        note("%s", minor_name(minor));
    switch (minor) {
    case IRP_MN_START_DEVICE:
        return test_start(device, irp);
    case IRP_MN_REMOVE_DEVICE:
        return test_remove(device, irp);
    case IRP_MN_QUERY_REMOVE_DEVICE:
        if (!NT_SUCCESS(query_remove_status))
            return test_complete(irp, query_remove_status);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
        if (!NT_SUCCESS(query_stop_status))
            return test_complete(irp, query_stop_status);
        break;
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        irp->IoStatus.Information = device_state;
        return test_complete(irp, STATUS_SUCCESS);
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        break;
    default:
        return test_pass(device, irp);
    }
    irp->IoStatus.Status = STATUS_SUCCESS;
    return test_pass(device, irp);
}

static NTSTATUS NTAPI test_power(PDEVICE_OBJECT self, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    BOOLEAN is_system = location->Parameters.Power.Type == SystemPowerState;

    if (location->MinorFunction == IRP_MN_QUERY_POWER && is_system) {
        note("query-S%d", location->Parameters.Power.State.SystemState - PowerSystemWorking);
        if (!NT_SUCCESS(sleep_status))
            return test_complete(irp, sleep_status);
    } else if (location->MinorFunction == IRP_MN_SET_POWER) {
        note("%s%d", is_system ? "S" : "D",
             is_system ? location->Parameters.Power.State.SystemState - PowerSystemWorking
                       : location->Parameters.Power.State.DeviceState - PowerDeviceD0);
    } else if (location->MinorFunction == IRP_MN_WAIT_WAKE) {
        note("wait-wake");
    }
    PoStartNextPowerIrp(irp);
    IoSkipCurrentIrpStackLocation(irp);
    return PoCallDriver(((struct test_device *)self->DeviceExtension)->below, irp);
}

static NTSTATUS NTAPI test_file(PDEVICE_OBJECT self, PIRP irp)
{
    (void)self;
    return test_complete(irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI test_add(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
    struct test_device *device;
    PDEVICE_OBJECT self;

    note("add");
    if (!NT_SUCCESS(add_status))
        return add_status;
    assert_int_equal(
        IoCreateDevice(driver, sizeof(*device), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &self),
        STATUS_SUCCESS);
    device = self->DeviceExtension;
    device->self = self;
    device->pdo = pdo;
    device->below = IoAttachDeviceToDeviceStack(self, pdo);
    self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI test_unload(PDRIVER_OBJECT driver)
{
    (void)driver;
    note("unload");
}

static PDRIVER_OBJECT test_driver;

static NTSTATUS NTAPI test_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    (void)registry_path;
    driver->MajorFunction[IRP_MJ_PNP] = test_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = test_power;
    driver->MajorFunction[IRP_MJ_CREATE] = test_file;
    driver->MajorFunction[IRP_MJ_CLOSE] = test_file;
    driver->MajorFunction[IRP_MJ_CLEANUP] = test_file;
    driver->DriverExtension->AddDevice = test_add;
    driver->DriverUnload = test_unload;
    test_driver = driver;
    return STATUS_SUCCESS;
}

/* The driver "PnpUnit", not loaded from a file. */
static VOID make_driver(VOID)
{
    static UNICODE_STRING name = RTL_STRING(L"\\Driver\\PnpUnit");

    add_status = start_status = query_remove_status = query_stop_status = sleep_status =
        STATUS_SUCCESS;
    device_state = 0;
    assert_int_equal(IoCreateDriver(&name, test_entry), STATUS_SUCCESS);
}

/* Its device ROOT\PNPUNIT\0000 (then 0001, ...), and what adding it answered. */
static inline NTSTATUS add_test_device(VOID)
{
    NTSTATUS status = pnp_add_driver_device(test_driver, NULL);

    pnp_settle();
    return status;
}

static struct pnp_node *find_node(PCWSTR instance)
{
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, instance);
    return pnp_find_instance(&name, NULL);
}

/* What the first device's node is; the caller need not give it back. */
static struct pnp_node *test_node(VOID)
{
    struct pnp_node *node = find_node(L"ROOT\\PNPUNIT\\0000");

    assert_non_null(node);
    pnp_node_dereference(node);
    return node;
}

static inline NTSTATUS remove_test_device(enum pnp_removal how)
{
    static const UNICODE_STRING name = RTL_STRING(L"ROOT\\PNPUNIT\\0000");
    NTSTATUS status = pnp_remove_device(&name, how, NULL);

    pnp_settle();
    return status;
}

/* Opens the device by its PDO's name. */
static inline NTSTATUS open_test_device(PHANDLE handle)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK result;
    UNICODE_STRING name;

    assert_int_equal(ob_query_name(test_node()->pdo, &name), STATUS_SUCCESS);
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    return ZwOpenFile(handle, FILE_READ_DATA, &attributes, &result, 0, 0);
}
