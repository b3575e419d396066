/*
 * Special files on a device (paging, crash dump, hibernation...): IRP_MN_DEVICE_USAGE_NOTIFICATION,
 * which goes to the drivers below, to a child's parent and to the devices that the driver
 * named as depending on this one, before the driver hears of it; whoever refuses makes it
 * undone where it has been.
 */
#include "driver.h"
#include "pnp.h"

struct usage {
    struct wdf_device *device;
    PIRP irp;
    WDF_SPECIAL_FILE_TYPE type;
    BOOLEAN in_path;
    ULONG old_flags; /* of the device object */
    PDEVICE_OBJECT *dependents;
    ULONG dependent_count;
};

BOOLEAN wdf_is_in_special_use(struct wdf_pnp *pnp)
{
    ULONG type;

    for (type = 0; type < WdfSpecialFileMax; type++) {
        if (type != WdfSpecialFilePostDisplay &&
            __atomic_load_n(&pnp->usage[type], __ATOMIC_RELAXED))
            return TRUE;
    }
    return FALSE;
}

static NTSTATUS tell_driver(struct usage *usage)
{
    WDF_PNPPOWER_EVENT_CALLBACKS *callbacks = &usage->device->config.pnp;
    WDFDEVICE handle = wdf_handle_of(usage->device);

    if (callbacks->EvtDeviceUsageNotificationEx)
        return callbacks->EvtDeviceUsageNotificationEx(handle, usage->type, usage->in_path);
    if (callbacks->EvtDeviceUsageNotification)
        callbacks->EvtDeviceUsageNotification(handle, usage->type, usage->in_path);
    return STATUS_SUCCESS;
}

/* ---- the device's flags ------------------------------------------------------- */

/* A device that the system pages to, dumps to or hibernates to is not powered by pageable code. */
static BOOLEAN is_of_power(WDF_SPECIAL_FILE_TYPE type)
{
    return type == WdfSpecialFilePaging || type == WdfSpecialFileHibernation ||
           type == WdfSpecialFileDump;
}

static VOID count(struct usage *usage, BOOLEAN in_path)
{
    __atomic_add_fetch(&usage->device->pnp->usage[usage->type], in_path ? 1 : -1, __ATOMIC_RELAXED);
}

static VOID set_flags(struct usage *usage)
{
    struct wdf_device *device = usage->device;
    ULONG flags = device->device_object->Flags;

    usage->old_flags = flags;
    count(usage, usage->in_path);
    if (!is_of_power(usage->type))
        return;
    if (device->config.is_filter) {
        flags &= ~(DO_POWER_PAGABLE | DO_POWER_INRUSH);
        flags |= device->attached->Flags & (DO_POWER_PAGABLE | DO_POWER_INRUSH);
    } else if (usage->in_path) {
        flags &= ~DO_POWER_PAGABLE;
    } else if (device->config.is_power_pageable && !wdf_is_in_special_use(device->pnp)) {
        flags |= DO_POWER_PAGABLE;
    }
    device->device_object->Flags = flags;
}

static VOID revert_flags(struct usage *usage)
{
    count(usage, !usage->in_path);
    usage->device->device_object->Flags = usage->old_flags;
}

/* ---- who else is told --------------------------------------------------------- */

/* Sends the notification to the stack that a device is in. */
static NTSTATUS send_to_stack(struct usage *usage, PDEVICE_OBJECT device, BOOLEAN in_path)
{
    IO_STACK_LOCATION question = *IoGetCurrentIrpStackLocation(usage->irp);
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device);
    NTSTATUS status;

    question.Parameters.UsageNotification.InPath = in_path;
    status = wdf_ask_stack(top, &question, NULL);
    ObDereferenceObject(top);
    return status;
}

static NTSTATUS tell_parent(struct usage *usage, BOOLEAN in_path)
{
    struct wdf_device *device = usage->device;

    if (!device->pdo_part)
        return STATUS_SUCCESS;
    return send_to_stack(usage, device->pdo_part->parent->device_object, in_path);
}

/* The first `count` dependents hear that it is not so after all. */
static VOID undo_dependents(struct usage *usage, ULONG count)
{
    ULONG i;

    for (i = 0; i < count; i++)
        (void)send_to_stack(usage, usage->dependents[i], !usage->in_path);
}

static NTSTATUS tell_dependents(struct usage *usage)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < usage->dependent_count; i++) {
        status = send_to_stack(usage, usage->dependents[i], usage->in_path);
        if (!NT_SUCCESS(status)) {
            undo_dependents(usage, i);
            break;
        }
    }
    return status;
}

/* The drivers below; the whole stack is in D0 while it changes between pageable and not. */
static NTSTATUS tell_lower(struct usage *usage)
{
    struct wdf_device *device = usage->device;
    NTSTATUS status = wdf_power_reference(device, TRUE);

    if (!NT_SUCCESS(status))
        return status;
    usage->irp->IoStatus.Status = STATUS_SUCCESS;
    status = wdf_pnp_send_and_wait(device, usage->irp);
    wdf_power_dereference(device);
    return status;
}

static VOID undo_lower(struct usage *usage)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(usage->irp);

    stack->Parameters.UsageNotification.InPath = !usage->in_path;
    usage->irp->IoStatus.Status = STATUS_SUCCESS;
    (void)wdf_pnp_send_and_wait(usage->device, usage->irp);
    stack->Parameters.UsageNotification.InPath = usage->in_path;
}

static NTSTATUS tell_below_and_driver(struct usage *usage)
{
    NTSTATUS status = tell_lower(usage);

    if (!NT_SUCCESS(status))
        return status;
    status = tell_driver(usage);
    if (!NT_SUCCESS(status))
        undo_lower(usage);
    return status;
}

static NTSTATUS tell_all(struct usage *usage)
{
    NTSTATUS status = tell_parent(usage, usage->in_path);

    if (!NT_SUCCESS(status))
        return status;
    status = tell_dependents(usage);
    if (NT_SUCCESS(status)) {
        status = tell_below_and_driver(usage);
        if (!NT_SUCCESS(status))
            undo_dependents(usage, usage->dependent_count);
    }
    if (!NT_SUCCESS(status))
        (void)tell_parent(usage, !usage->in_path);
    return status;
}

/* A crash may come at any time: a device that it dumps to does not idle. */
static VOID commit(struct usage *usage)
{
    struct wdf_device *device = usage->device;

    if (usage->type == WdfSpecialFileDump) {
        if (usage->in_path)
            (void)wdf_power_reference(device, FALSE);
        else
            wdf_power_dereference(device);
    }
    IoInvalidateDeviceState(device->pdo);
}

static BOOLEAN is_supported(struct usage *usage)
{
    struct wdf_device *device = usage->device;

    if (usage->type <= WdfSpecialFileUndefined || usage->type >= WdfSpecialFileMax)
        return FALSE;
    return !usage->in_path || device->config.is_filter || device->pnp->supports[usage->type];
}

NTSTATUS wdf_usage_notification(struct wdf_device *device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    struct usage usage = {
        .device = device,
        .irp = irp,
        .type = (WDF_SPECIAL_FILE_TYPE)stack->Parameters.UsageNotification.Type,
        .in_path = stack->Parameters.UsageNotification.InPath,
    };
    NTSTATUS status;

    if (!is_supported(&usage))
        return wdf_finish_irp(device, irp, STATUS_NOT_IMPLEMENTED);
    status = wdf_copy_relations(device, &device->pnp->dependents, &usage.dependents,
                                &usage.dependent_count);
    if (!NT_SUCCESS(status))
        return wdf_finish_irp(device, irp, status);
    set_flags(&usage);
    status = tell_all(&usage);
    if (NT_SUCCESS(status))
        commit(&usage);
    else
        revert_flags(&usage);
    wdf_free_relations_copy(usage.dependents, usage.dependent_count);
    return wdf_finish_irp(device, irp, status);
}

NTSTATUS NTAPI imp_WdfDeviceAddDependentUsageDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device,
                                                          PDEVICE_OBJECT DependentDevice)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DependentDevice);
    if (!device->pnp)
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_add_relation(device, &device->pnp->dependents, DependentDevice);
}

VOID NTAPI imp_WdfDeviceRemoveDependentUsageDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFDEVICE Device,
                                                         PDEVICE_OBJECT DependentDevice)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DependentDevice);
    if (device->pnp)
        wdf_remove_relation(device, &device->pnp->dependents, DependentDevice);
}
