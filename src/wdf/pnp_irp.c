/*
 * IRP_MJ_PNP: minor functions become events, questions get answers, and what the driver
 * has no part in goes down the stack or, at its bottom, back as it came.
 */
#include "driver.h"
#include "pnp.h"

typedef NTSTATUS (*pnp_minor)(struct wdf_device *device, PIRP irp);

static BOOLEAN is_pdo(struct wdf_device *device)
{
    return device->config.kind == WDF_DEVICE_PDO;
}

/* ---- the ways that an IRP leaves ---------------------------------------------- */

static NTSTATUS NTAPI wake_sender(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS wdf_pnp_send_and_wait(struct wdf_device *device, PIRP irp)
{
    KEVENT event;

    if (!device->attached)
        return irp->IoStatus.Status;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoSetCompletionRoutine(irp, wake_sender, &event, TRUE, TRUE, TRUE);
    IoCallDriver(device->attached, irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    return irp->IoStatus.Status;
}

NTSTATUS wdf_finish_irp(struct wdf_device *device, PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IoReleaseRemoveLock(&device->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS wdf_forget_irp(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status;

    if (!device->attached)
        return wdf_finish_irp(device, irp, irp->IoStatus.Status);
    IoSkipCurrentIrpStackLocation(irp);
    status = IoCallDriver(device->attached, irp);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
}

/* ---- events ---------------------------------------------------------------------- */

/* The drivers below have been started already. */
static NTSTATUS start(struct wdf_device *device, PIRP irp)
{
    return wdf_finish_irp(device, irp, wdf_pnp_event(device, WDF_PNP_START, irp));
}

/* What succeeds here is asked of the drivers below too. */
static NTSTATUS pass_event(struct wdf_device *device, PIRP irp, enum wdf_pnp_event event)
{
    NTSTATUS status;

    irp->IoStatus.Status = STATUS_SUCCESS;
    status = wdf_pnp_event(device, event, irp);
    if (!NT_SUCCESS(status))
        return wdf_finish_irp(device, irp, status);
    return wdf_forget_irp(device, irp);
}

static NTSTATUS query_stop(struct wdf_device *device, PIRP irp)
{
    return pass_event(device, irp, WDF_PNP_QUERY_STOP);
}

static NTSTATUS cancel_stop(struct wdf_device *device, PIRP irp)
{
    return pass_event(device, irp, WDF_PNP_CANCEL_STOP);
}

static NTSTATUS stop(struct wdf_device *device, PIRP irp)
{
    return pass_event(device, irp, WDF_PNP_STOP);
}

static NTSTATUS query_remove(struct wdf_device *device, PIRP irp)
{
    return pass_event(device, irp, WDF_PNP_QUERY_REMOVE);
}

static NTSTATUS cancel_remove(struct wdf_device *device, PIRP irp)
{
    return pass_event(device, irp, WDF_PNP_CANCEL_REMOVE);
}

static NTSTATUS surprise_removal(struct wdf_device *device, PIRP irp)
{
    return pass_event(device, irp, WDF_PNP_SURPRISE_REMOVE);
}

static NTSTATUS eject(struct wdf_device *device, PIRP irp)
{
    return wdf_finish_irp(device, irp, wdf_pnp_event(device, WDF_PNP_EJECT, irp));
}

/*
 * The driver's cleanup callbacks come first; then everybody who works with the device is
 * waited for; then the drivers below remove theirs, and the device goes.
 */
static NTSTATUS end_fdo(struct wdf_device *device, PIRP irp)
{
    PDEVICE_OBJECT attached = device->attached;
    BOOLEAN is_ours;
    NTSTATUS status;

    wdf_reference(&device->object);
    wdf_remove_local_target(device);
    is_ours = wdf_dispose_object(&device->object);
    IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
    IoSkipCurrentIrpStackLocation(irp);
    status = IoCallDriver(attached, irp);
    wdf_retire_device_object(device);
    if (is_ours)
        wdf_release_object(&device->object);
    wdf_dereference(&device->object);
    return status;
}

VOID wdf_end_pdo(struct wdf_device *device, PVOID tag)
{
    BOOLEAN is_ours;

    wdf_reference(&device->object);
    wdf_child_gone(device);
    is_ours = wdf_dispose_object(&device->object);
    IoReleaseRemoveLockAndWait(&device->remove_lock, tag);
    wdf_retire_device_object(device);
    if (is_ours)
        wdf_release_object(&device->object);
    wdf_dereference(&device->object);
}

static NTSTATUS remove(struct wdf_device *device, PIRP irp)
{
    irp->IoStatus.Status = STATUS_SUCCESS;
    if (is_pdo(device))
        device->pdo_part->is_surprise = FALSE;
    wdf_pnp_event(device, WDF_PNP_REMOVE, irp);
    if (!is_pdo(device))
        return end_fdo(device, irp);
    if (device->pnp->is_removed) {
        wdf_end_pdo(device, irp);
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return STATUS_SUCCESS;
    }
    return wdf_finish_irp(device, irp, STATUS_SUCCESS);
}

/* ---- questions ---------------------------------------------------------------------- */

static NTSTATUS query_relations(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status = irp->IoStatus.Status;

    switch (IoGetCurrentIrpStackLocation(irp)->Parameters.QueryDeviceRelations.Type) {
    case BusRelations:
        status = wdf_answer_bus_relations(device, irp);
        break;
    case RemovalRelations:
        status = wdf_answer_relations(device, irp, &device->pnp->removal);
        break;
    case EjectionRelations:
        if (is_pdo(device))
            status = wdf_answer_relations(device, irp, &device->pdo_part->ejection);
        break;
    case TargetDeviceRelation:
        if (is_pdo(device))
            status = wdf_pdo_target_relation(device, irp);
        break;
    default:
        break;
    }
    irp->IoStatus.Status = status;
    if (!NT_SUCCESS(status) && status != STATUS_NOT_SUPPORTED)
        return wdf_finish_irp(device, irp, status);
    return wdf_forget_irp(device, irp);
}

static NTSTATUS query_interface(struct wdf_device *device, PIRP irp)
{
    BOOLEAN is_done;
    NTSTATUS status = wdf_answer_query_interface(device, irp, &is_done);

    if (!is_done)
        return wdf_forget_irp(device, irp);
    irp->IoStatus.Information = 0;
    return wdf_finish_irp(device, irp, status);
}

static NTSTATUS query_capabilities(struct wdf_device *device, PIRP irp)
{
    PDEVICE_CAPABILITIES capabilities =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceCapabilities.Capabilities;
    BOOLEAN is_known = capabilities->Version == 1 && capabilities->Size >= sizeof(*capabilities);
    NTSTATUS status;

    if (is_pdo(device)) {
        status = is_known ? wdf_pdo_capabilities(device, capabilities) : STATUS_UNSUCCESSFUL;
        return wdf_finish_irp(device, irp, status);
    }
    if (!is_known)
        return wdf_forget_irp(device, irp);
    wdf_answer_capabilities(device, capabilities, FALSE);
    status = wdf_pnp_send_and_wait(device, irp);
    if (NT_SUCCESS(status))
        wdf_answer_capabilities(device, capabilities, TRUE);
    return wdf_finish_irp(device, irp, status);
}

static NTSTATUS query_device_state(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status = is_pdo(device) ? STATUS_SUCCESS : wdf_pnp_send_and_wait(device, irp);

    if (status == STATUS_NOT_SUPPORTED)
        status = STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        irp->IoStatus.Information =
            wdf_answer_device_state(device, (PNP_DEVICE_STATE)irp->IoStatus.Information);
    return wdf_finish_irp(device, irp, status);
}

static NTSTATUS query_bus_information(struct wdf_device *device, PIRP irp)
{
    if (!is_pdo(device))
        return wdf_forget_irp(device, irp);
    return wdf_finish_irp(device, irp, wdf_answer_bus_information(device->pdo_part->parent, irp));
}

/* ---- resource requirements -------------------------------------------------------------- */

static NTSTATUS call_remove_requirements(struct wdf_device *device, WDFIORESREQLIST requirements)
{
    return device->fdo->callbacks.EvtDeviceFilterRemoveResourceRequirements(wdf_handle_of(device),
                                                                            requirements);
}

static NTSTATUS call_add_requirements(struct wdf_device *device, WDFIORESREQLIST requirements)
{
    return device->fdo->callbacks.EvtDeviceFilterAddResourceRequirements(wdf_handle_of(device),
                                                                         requirements);
}

/* The list to filter is the one that a driver put into the IRP, else the one that it came with. */
static NTSTATUS filter_list(struct wdf_device *device, PIRP irp, ULONG access,
                            NTSTATUS (*call)(struct wdf_device *, WDFIORESREQLIST))
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    PIO_RESOURCE_REQUIREMENTS_LIST own = (PVOID)irp->IoStatus.Information;
    PIO_RESOURCE_REQUIREMENTS_LIST from =
        own ? own : stack->Parameters.FilterResourceRequirements.IoResourceRequirementList;
    PIO_RESOURCE_REQUIREMENTS_LIST to = NULL;
    NTSTATUS status = wdf_filter_requirements(device, call, from, access, &to);

    if (!NT_SUCCESS(status) || !to)
        return status;
    irp->IoStatus.Information = (ULONG_PTR)to;
    irp->IoStatus.Status = STATUS_SUCCESS;
    if (own)
        ExFreePool(own);
    return status;
}

static NTSTATUS filter_requirements(struct wdf_device *device, PIRP irp)
{
    WDF_FDO_EVENT_CALLBACKS *callbacks = &device->fdo->callbacks;
    NTSTATUS status;

    if (callbacks->EvtDeviceFilterRemoveResourceRequirements) {
        status = filter_list(device, irp, WDF_RESOURCES_MAY_REMOVE, call_remove_requirements);
        if (!NT_SUCCESS(status))
            return wdf_finish_irp(device, irp, status);
    }
    if (!callbacks->EvtDeviceFilterAddResourceRequirements)
        return wdf_forget_irp(device, irp);
    status = wdf_pnp_send_and_wait(device, irp);
    if (NT_SUCCESS(status) || status == STATUS_NOT_SUPPORTED) {
        NTSTATUS added = filter_list(device, irp, WDF_RESOURCES_MAY_ADD, call_add_requirements);

        status = NT_SUCCESS(added) ? irp->IoStatus.Status : added;
    }
    return wdf_finish_irp(device, irp, status);
}

/* ---- the tables ------------------------------------------------------------------------- */

#define MINORS (IRP_MN_DEVICE_ENUMERATED + 1)

static const pnp_minor fdo_minors[MINORS] = {
    [IRP_MN_START_DEVICE] = start,
    [IRP_MN_QUERY_REMOVE_DEVICE] = query_remove,
    [IRP_MN_REMOVE_DEVICE] = remove,
    [IRP_MN_CANCEL_REMOVE_DEVICE] = cancel_remove,
    [IRP_MN_STOP_DEVICE] = stop,
    [IRP_MN_QUERY_STOP_DEVICE] = query_stop,
    [IRP_MN_CANCEL_STOP_DEVICE] = cancel_stop,
    [IRP_MN_QUERY_DEVICE_RELATIONS] = query_relations,
    [IRP_MN_QUERY_INTERFACE] = query_interface,
    [IRP_MN_QUERY_CAPABILITIES] = query_capabilities,
    [IRP_MN_FILTER_RESOURCE_REQUIREMENTS] = filter_requirements,
    [IRP_MN_QUERY_PNP_DEVICE_STATE] = query_device_state,
    [IRP_MN_DEVICE_USAGE_NOTIFICATION] = wdf_usage_notification,
    [IRP_MN_SURPRISE_REMOVAL] = surprise_removal,
};

static const pnp_minor pdo_minors[MINORS] = {
    [IRP_MN_START_DEVICE] = start,
    [IRP_MN_QUERY_REMOVE_DEVICE] = query_remove,
    [IRP_MN_REMOVE_DEVICE] = remove,
    [IRP_MN_CANCEL_REMOVE_DEVICE] = cancel_remove,
    [IRP_MN_STOP_DEVICE] = stop,
    [IRP_MN_QUERY_STOP_DEVICE] = query_stop,
    [IRP_MN_CANCEL_STOP_DEVICE] = cancel_stop,
    [IRP_MN_QUERY_DEVICE_RELATIONS] = query_relations,
    [IRP_MN_QUERY_INTERFACE] = query_interface,
    [IRP_MN_QUERY_CAPABILITIES] = query_capabilities,
    [IRP_MN_QUERY_RESOURCES] = wdf_pdo_query_resources,
    [IRP_MN_QUERY_RESOURCE_REQUIREMENTS] = wdf_pdo_query_requirements,
    [IRP_MN_QUERY_DEVICE_TEXT] = wdf_pdo_query_text,
    [IRP_MN_EJECT] = eject,
    [IRP_MN_SET_LOCK] = wdf_pdo_set_lock,
    [IRP_MN_QUERY_ID] = wdf_pdo_query_id,
    [IRP_MN_QUERY_PNP_DEVICE_STATE] = query_device_state,
    [IRP_MN_QUERY_BUS_INFORMATION] = query_bus_information,
    [IRP_MN_DEVICE_USAGE_NOTIFICATION] = wdf_usage_notification,
    [IRP_MN_SURPRISE_REMOVAL] = surprise_removal,
};

NTSTATUS wdf_dispatch_pnp(struct wdf_device *device, PIRP irp)
{
    UCHAR minor = IoGetCurrentIrpStackLocation(irp)->MinorFunction;
    const pnp_minor *minors = is_pdo(device) ? pdo_minors : fdo_minors;
    NTSTATUS status;

    if (!device->pnp) {
        irp->IoStatus.Status = status = STATUS_INVALID_DEVICE_REQUEST;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
    status = IoAcquireRemoveLock(&device->remove_lock, irp);
    if (!NT_SUCCESS(status)) {
        irp->IoStatus.Status = status;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
    if (minor >= MINORS || !minors[minor])
        return wdf_forget_irp(device, irp);
    return minors[minor](device, irp);
}
