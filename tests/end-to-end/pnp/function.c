/*
 * A WDM function driver that remembers what happens to its device, and owns its power.
 */
#include <ntddk.h>
#include <ntstrsafe.h>

#include "pnp_test.h"

struct device {
    PDEVICE_OBJECT self, below, pdo;
    UNICODE_STRING link;
    IO_REMOVE_LOCK remove_lock;
    BOOLEAN has_failed;
    NTSTATUS veto;
    CHAR history[1024];
};

static DRIVER_ADD_DEVICE add_device;
static DRIVER_UNLOAD unload;
DRIVER_INITIALIZE DriverEntry;

static void note(struct device *device, const char *word)
{
    if (device->history[0])
        RtlStringCbCatA(device->history, sizeof(device->history), " ");
    RtlStringCbCatA(device->history, sizeof(device->history), word);
    DbgPrint("function: %s\n", word);
}

static NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS pass(struct device *device, PIRP irp)
{
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(device->below, irp);
}

static NTSTATUS start(struct device *device, PIRP irp)
{
    POWER_STATE state = {.DeviceState = PowerDeviceD0};
    ULONG fails = 0, length, type;
    HANDLE key;
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"FailStart");
    struct {
        KEY_VALUE_PARTIAL_INFORMATION value;
        ULONG room[4];
    } value;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(type);
    if (!IoForwardIrpSynchronously(device->below, irp))
        return complete(irp, STATUS_UNSUCCESSFUL, 0);
    status = irp->IoStatus.Status;
    if (NT_SUCCESS(IoOpenDeviceRegistryKey(device->pdo, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key))) {
        if (NT_SUCCESS(ZwQueryValueKey(key, &name, KeyValuePartialInformation, &value,
                                       sizeof(value), &length)))
            fails = *(ULONG *)value.value.Data;
        ZwClose(key);
    }
    if (NT_SUCCESS(status) && fails)
        status = STATUS_DEVICE_CONFIGURATION_ERROR;
    if (NT_SUCCESS(status)) {
        PoSetPowerState(device->self, DevicePowerState, state);
        status = IoSetDeviceInterfaceState(&device->link, TRUE);
    }
    note(device, NT_SUCCESS(status) ? "started" : "failed-to-start");
    return complete(irp, status, 0);
}

static NTSTATUS dispatch_pnp(PDEVICE_OBJECT self, PIRP irp)
{
    struct device *device = self->DeviceExtension;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);

    if (!NT_SUCCESS(status))
        return complete(irp, status, 0);
    switch (location->MinorFunction) {
    case IRP_MN_START_DEVICE:
        status = start(device, irp);
        IoReleaseRemoveLock(&device->remove_lock, irp);
        return status;
    case IRP_MN_QUERY_REMOVE_DEVICE:
        note(device, "query-remove");
        if (!NT_SUCCESS(device->veto)) {
            status = complete(irp, device->veto, 0);
            IoReleaseRemoveLock(&device->remove_lock, irp);
            return status;
        }
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        note(device, "cancel-remove");
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_SURPRISE_REMOVAL:
        note(device, "surprise-removal");
        IoSetDeviceInterfaceState(&device->link, FALSE);
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        note(device, "remove");
        IoSetDeviceInterfaceState(&device->link, FALSE);
        irp->IoStatus.Status = STATUS_SUCCESS;
        status = pass(device, irp);
        IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
        IoDetachDevice(device->below);
        RtlFreeUnicodeString(&device->link);
        IoDeleteDevice(self);
        return status;
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        if (!IoForwardIrpSynchronously(device->below, irp))
            break;
        if (device->has_failed)
            irp->IoStatus.Information |= PNP_DEVICE_FAILED;
        status = complete(irp, STATUS_SUCCESS, irp->IoStatus.Information);
        IoReleaseRemoveLock(&device->remove_lock, irp);
        return status;
    default:
        break;
    }
    status = pass(device, irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
}

/* ---- power: the system's requests make device requests -------------------------------------- */

static VOID device_done(PDEVICE_OBJECT self, UCHAR minor, POWER_STATE state, PVOID irp,
                        PIO_STATUS_BLOCK result)
{
    struct device *device;
    PDEVICE_OBJECT top = self;

    UNREFERENCED_PARAMETER(minor);
    UNREFERENCED_PARAMETER(state);
    UNREFERENCED_PARAMETER(top);
    device = IoGetCurrentIrpStackLocation((PIRP)irp)->DeviceObject->DeviceExtension;
    ((PIRP)irp)->IoStatus.Status = result->Status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    IoReleaseRemoveLock(&device->remove_lock, irp);
}

static NTSTATUS system_done(PDEVICE_OBJECT self, PIRP irp, PVOID context)
{
    struct device *device = self->DeviceExtension;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    POWER_STATE state;

    UNREFERENCED_PARAMETER(context);
    state.DeviceState = location->Parameters.Power.State.SystemState == PowerSystemWorking
                            ? PowerDeviceD0
                            : PowerDeviceD3;
    note(device, state.DeviceState == PowerDeviceD0 ? "S0" : "Sx");
    PoRequestPowerIrp(device->pdo, IRP_MN_SET_POWER, state, device_done, irp, NULL);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS power_up(PDEVICE_OBJECT self, PIRP irp, PVOID context)
{
    struct device *device = self->DeviceExtension;

    UNREFERENCED_PARAMETER(context);
    if (irp->PendingReturned)
        IoMarkIrpPending(irp);
    PoSetPowerState(self, DevicePowerState,
                    IoGetCurrentIrpStackLocation(irp)->Parameters.Power.State);
    note(device, "D0");
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS dispatch_power(PDEVICE_OBJECT self, PIRP irp)
{
    struct device *device = self->DeviceExtension;
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);

    PoStartNextPowerIrp(irp);
    if (!NT_SUCCESS(status))
        return complete(irp, status, 0);
    if (location->MinorFunction == IRP_MN_SET_POWER &&
        location->Parameters.Power.Type == SystemPowerState) {
        IoMarkIrpPending(irp);
        IoCopyCurrentIrpStackLocationToNext(irp);
        IoSetCompletionRoutine(irp, system_done, NULL, TRUE, TRUE, TRUE);
        PoCallDriver(device->below, irp);
        return STATUS_PENDING;
    }
    if (location->MinorFunction == IRP_MN_SET_POWER &&
        location->Parameters.Power.State.DeviceState == PowerDeviceD0) {
        IoCopyCurrentIrpStackLocationToNext(irp);
        IoSetCompletionRoutine(irp, power_up, NULL, TRUE, TRUE, TRUE);
        return PoCallDriver(device->below, irp);
    }
    if (location->MinorFunction == IRP_MN_SET_POWER) {
        PoSetPowerState(self, DevicePowerState, location->Parameters.Power.State);
        note(device, "D3");
    }
    IoSkipCurrentIrpStackLocation(irp);
    status = PoCallDriver(device->below, irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
}

/* ---- files ------------------------------------------------------------------------------ */

static NTSTATUS control(struct device *device, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    ULONG room = location->Parameters.DeviceIoControl.OutputBufferLength;
    size_t length;

    switch (location->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_TEST_HISTORY:
        RtlStringCbLengthA(device->history, sizeof(device->history), &length);
        if (room <= length)
            return complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
        RtlCopyMemory(irp->AssociatedIrp.SystemBuffer, device->history, length + 1);
        return complete(irp, STATUS_SUCCESS, length + 1);
    case IOCTL_TEST_VETO:
        if (location->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG))
            return complete(irp, STATUS_INVALID_PARAMETER, 0);
        device->veto = *(NTSTATUS *)irp->AssociatedIrp.SystemBuffer;
        return complete(irp, STATUS_SUCCESS, 0);
    case IOCTL_TEST_FAIL:
        device->has_failed = TRUE;
        IoInvalidateDeviceState(device->pdo);
        return complete(irp, STATUS_SUCCESS, 0);
    default:
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS dispatch_file(PDEVICE_OBJECT self, PIRP irp)
{
    struct device *device = self->DeviceExtension;
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);

    if (!NT_SUCCESS(status))
        return complete(irp, status, 0);
    if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_DEVICE_CONTROL)
        status = control(device, irp);
    else
        status = complete(irp, STATUS_SUCCESS, 0);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
}

static NTSTATUS dispatch_pass(PDEVICE_OBJECT self, PIRP irp)
{
    return pass(self->DeviceExtension, irp);
}

static NTSTATUS add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
    struct device *device;
    PDEVICE_OBJECT self;
    NTSTATUS status =
        IoCreateDevice(driver, sizeof(*device), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &self);

    if (!NT_SUCCESS(status))
        return status;
    device = self->DeviceExtension;
    device->self = self;
    device->pdo = pdo;
    IoInitializeRemoveLock(&device->remove_lock, 'tseT', 0, 0);
    status = IoRegisterDeviceInterface(pdo, &GUID_PNP_TEST, NULL, &device->link);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(self);
        return status;
    }
    device->below = IoAttachDeviceToDeviceStack(self, pdo);
    self->Flags |= DO_POWER_PAGABLE;
    self->Flags &= ~DO_DEVICE_INITIALIZING;
    note(device, "added");
    return STATUS_SUCCESS;
}

static VOID unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    DbgPrint("function: unloaded\n");
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch_pass;
    driver->MajorFunction[IRP_MJ_CREATE] = dispatch_file;
    driver->MajorFunction[IRP_MJ_CLOSE] = dispatch_file;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch_file;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch_file;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = dispatch_power;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}
