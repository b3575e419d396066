/*
 * Remote targets: opened onto any device, by its name or by the device object itself, and closed
 * again by the driver, by what happens to the device, or with the target.
 */
#include "pnp.h"
#include "target_remote.h"

static VOID clear_params(struct wdf_remote *remote)
{
    wdf_free_string(&remote->name);
    if (remote->ea)
        ExFreePool(remote->ea);
    remote->ea = NULL;
    RtlZeroMemory(&remote->params, sizeof(remote->params));
}

static VOID destroy(struct wdf_object *object)
{
    struct wdf_target *target = (struct wdf_target *)object;

    wdf_target_destroy(object);
    if (target->remote)
        ExFreePool(target->remote);
}

const struct wdf_type wdf_type_target_remote = {
    .name = "WDFIOTARGET of WdfIoTargetCreate",
    .number = WDF_TYPE_NUMBER_IO_TARGET_REMOTE,
    .flags = WDF_TYPE_PASSIVE,
    .base = &wdf_type_target,
    .dispose = wdf_target_dispose,
    .destroy = destroy,
};

/* ---- creation ------------------------------------------------------------------------ */

static NTSTATUS make_remote(struct wdf_device *device, PWDF_OBJECT_ATTRIBUTES attributes,
                            struct wdf_target **target)
{
    NTSTATUS status = wdf_allocate_target(device, &wdf_type_target_remote, attributes, target);
    struct wdf_remote *remote;

    if (!NT_SUCCESS(status))
        return status;
    remote = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*remote),
                             device->object.globals->seen.DriverTag);
    if (!remote) {
        wdf_discard_object(&(*target)->object);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&remote->settled, NotificationEvent, TRUE);
    (*target)->is_remote = TRUE;
    (*target)->remote = remote;
    wdf_set_target_state(*target, WdfIoTargetClosed);
    return status;
}

NTSTATUS NTAPI imp_WdfIoTargetCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                     PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
                                     WDFIOTARGET *IoTarget)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_object *parent;
    struct wdf_target *target;
    NTSTATUS status;

    WDF_REQUIRE(IoTarget);
    *IoTarget = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_attributes(IoTargetAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    parent = wdf_parent_of(IoTargetAttributes, &device->object);
    if (parent->device != device)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = make_remote(device, IoTargetAttributes, &target);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_publish_object(target, parent, IoTarget);
}

/* ---- opening ---------------------------------------------------------------------------- */

static NTSTATUS open_name(struct wdf_target *target, PULONG information)
{
    struct wdf_remote *remote = target->remote;
    PWDF_IO_TARGET_OPEN_PARAMS params = &remote->params;
    LARGE_INTEGER size = {.QuadPart = remote->allocation_size};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb = {0};
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, &remote->name, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = ZwCreateFile(&target->file_handle, params->DesiredAccess, &attributes, &iosb,
                          params->AllocationSize ? &size : NULL, params->FileAttributes,
                          params->ShareAccess, params->CreateDisposition, params->CreateOptions,
                          remote->ea, params->EaBufferLength);
    *information = (ULONG)iosb.Information;
    if (!NT_SUCCESS(status)) {
        target->file_handle = NULL;
        return status;
    }
    return ObReferenceObjectByHandle(target->file_handle, params->DesiredAccess, *IoFileObjectType,
                                     KernelMode, (PVOID *)&target->file, NULL);
}

static NTSTATUS open_device(struct wdf_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params,
                            PDEVICE_OBJECT *device, PULONG information)
{
    NTSTATUS status;

    *device = NULL;
    if (params->Type == WdfIoTargetOpenUseExistingDevice) {
        *device = params->TargetDeviceObject;
        target->file = params->TargetFileObject;
        if (target->file)
            ObReferenceObject(target->file);
    } else {
        status = open_name(target, information);
        if (!NT_SUCCESS(status))
            return status;
        *device = IoGetRelatedDeviceObject(target->file);
    }
    if (!*device)
        return STATUS_NO_SUCH_DEVICE;
    ObReferenceObject(*device);
    return STATUS_SUCCESS;
}

/* Devices outside the PnP manager's tree have none. */
static PDEVICE_OBJECT find_pdo(PDEVICE_OBJECT device)
{
    IO_STACK_LOCATION question = {.MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS};
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device), pdo = NULL;
    PDEVICE_RELATIONS relations;
    ULONG_PTR information = 0;
    NTSTATUS status;

    question.Parameters.QueryDeviceRelations.Type = TargetDeviceRelation;
    status = wdf_ask_stack(top, &question, &information);
    ObDereferenceObject(top);
    relations = (PDEVICE_RELATIONS)information;
    if (NT_SUCCESS(status) && relations) {
        pdo = relations->Objects[0];
        ExFreePool(relations);
    }
    return pdo;
}

/* What a driver passes is good only during the call; it may want to open the target again. */
static NTSTATUS keep_params(struct wdf_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params)
{
    struct wdf_remote *remote = target->remote;
    struct wdf_globals *globals = target->object.globals;
    NTSTATUS status;

    clear_params(remote);
    if (params->Type == WdfIoTargetOpenByName) {
        status = wdf_copy_string(globals, &params->TargetDeviceName, &remote->name);
        if (!NT_SUCCESS(status))
            return status;
        if (params->EaBuffer && params->EaBufferLength) {
            remote->ea = ExAllocatePool2(POOL_FLAG_NON_PAGED, params->EaBufferLength,
                                         globals->seen.DriverTag);
            if (!remote->ea)
                return STATUS_INSUFFICIENT_RESOURCES;
            RtlCopyMemory(remote->ea, params->EaBuffer, params->EaBufferLength);
        }
        remote->allocation_size = params->AllocationSize ? *params->AllocationSize : 0;
    }
    remote->params = *params;
    if (!remote->ea)
        remote->params.EaBufferLength = 0;
    return STATUS_SUCCESS;
}

/* For the one who opens it from here on. */
static NTSTATUS begin_open(struct wdf_target *target)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    if (target->state == WdfIoTargetDeleted || target->remote->state != WDF_REMOTE_CLOSED) {
        status = STATUS_INVALID_DEVICE_STATE;
    } else {
        target->remote->state = WDF_REMOTE_OPENING;
        KeClearEvent(&target->remote->settled);
    }
    KeReleaseSpinLock(&target->lock, irql);
    return status;
}

/* device: that it is open onto now, or NULL. */
static VOID settle(struct wdf_target *target, PDEVICE_OBJECT device)
{
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    target->remote->state = device ? WDF_REMOTE_OPEN : WDF_REMOTE_CLOSED;
    target->target = device;
    if (device)
        wdf_set_target_state(target, WdfIoTargetStarted);
    KeSetEvent(&target->remote->settled, IO_NO_INCREMENT, FALSE);
    KeReleaseSpinLock(&target->lock, irql);
}

/* What an open that failed, or a close, leaves to give back. */
struct held {
    PDEVICE_OBJECT device, pdo;
    PFILE_OBJECT file;
    HANDLE handle;
};

static VOID release(const struct held *held)
{
    if (held->pdo)
        ObDereferenceObject(held->pdo);
    if (held->device)
        ObDereferenceObject(held->device);
    if (held->file)
        ObDereferenceObject(held->file);
    if (held->handle)
        ZwClose(held->handle);
}

static struct held take_held(struct wdf_target *target)
{
    struct held held;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    held = (struct held){target->target, target->target_pdo, target->file, target->file_handle};
    target->target = target->target_pdo = NULL;
    target->file = NULL;
    target->file_handle = NULL;
    KeReleaseSpinLock(&target->lock, irql);
    return held;
}

NTSTATUS wdf_open_remote(struct wdf_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params,
                         PULONG information)
{
    BOOLEAN is_reopen = params->Type == WdfIoTargetOpenReopen;
    PDEVICE_OBJECT device = NULL;
    PVOID notification;
    struct held held;
    NTSTATUS status;

    *information = 0;
    if (is_reopen && target->remote->params.Type != WdfIoTargetOpenByName)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = begin_open(target);
    if (!NT_SUCCESS(status))
        return status;
    notification = wdf_take_notification(target);
    if (!is_reopen)
        status = keep_params(target, params);
    if (NT_SUCCESS(status))
        status = open_device(target, &target->remote->params, &device, information);
    if (NT_SUCCESS(status)) {
        target->target_pdo = find_pdo(device);
        wdf_start_notification(target);
        settle(target, device);
    } else {
        held = take_held(target);
        release(&held);
        settle(target, NULL);
    }
    wdf_drop_notification(notification);
    return status;
}

static NTSTATUS check_params(const WDF_IO_TARGET_OPEN_PARAMS *params)
{
    BOOLEAN has_callbacks = params->EvtIoTargetQueryRemove || params->EvtIoTargetRemoveCanceled ||
                            params->EvtIoTargetRemoveComplete;

    switch (params->Type) {
    case WdfIoTargetOpenUseExistingDevice:
        if (!params->TargetDeviceObject || (!params->TargetFileObject && has_callbacks))
            return STATUS_INVALID_PARAMETER;
        return STATUS_SUCCESS;
    case WdfIoTargetOpenByName:
        if (!params->TargetDeviceName.Buffer || !params->TargetDeviceName.Length ||
            !params->TargetDeviceName.MaximumLength)
            return STATUS_INVALID_PARAMETER;
        return STATUS_SUCCESS;
    case WdfIoTargetOpenReopen:
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NTAPI imp_WdfIoTargetOpen(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
                                   PWDF_IO_TARGET_OPEN_PARAMS OpenParams)
{
    struct wdf_target *target = WDF_GET(struct wdf_target, wdf_type_target_remote, IoTarget);
    WDF_IO_TARGET_OPEN_PARAMS params = {0};
    ULONG information;
    NTSTATUS status;

    WDF_REQUIRE(OpenParams);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    /* Before 1.13 it ended where FileName begins. */
    if (OpenParams->Size != sizeof(params) &&
        OpenParams->Size != FIELD_OFFSET(WDF_IO_TARGET_OPEN_PARAMS, FileName))
        return STATUS_INFO_LENGTH_MISMATCH;
    RtlCopyMemory(&params, OpenParams, OpenParams->Size);
    status = check_params(&params);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_open_remote(target, &params, &information);
    if (params.Type == WdfIoTargetOpenByName)
        OpenParams->FileInformation = information;
    return status;
}

/* ---- closing ------------------------------------------------------------------------------- */

static BOOLEAN is_settled(const struct wdf_remote *remote)
{
    return remote->state == WDF_REMOTE_CLOSED || remote->state == WDF_REMOTE_OPEN;
}

/* Waits for whoever opens or closes it; the state that the target is in from now on. */
static WDF_IO_TARGET_STATE begin_close(struct wdf_target *target, enum wdf_close_reason reason)
{
    struct wdf_remote *remote = target->remote;
    WDF_IO_TARGET_STATE state = WdfIoTargetClosed;
    KIRQL irql;

    KeAcquireSpinLock(&target->lock, &irql);
    while (!is_settled(remote)) {
        KeReleaseSpinLock(&target->lock, irql);
        KeWaitForSingleObject(&remote->settled, Executive, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&target->lock, &irql);
    }
    if (reason == WDF_CLOSE_FOR_DELETE)
        state = WdfIoTargetDeleted;
    else if (reason == WDF_CLOSE_FOR_QUERY_REMOVE && remote->state == WDF_REMOTE_OPEN)
        state = WdfIoTargetClosedForQueryRemove;
    remote->state = WDF_REMOTE_CLOSING;
    KeClearEvent(&remote->settled);
    KeReleaseSpinLock(&target->lock, irql);
    return state;
}

VOID wdf_close_remote(struct wdf_target *target, enum wdf_close_reason reason)
{
    PVOID notification = NULL;
    struct held held;

    if (!target->remote)
        return;
    wdf_target_end(target, begin_close(target, reason));
    held = take_held(target);
    release(&held);
    /* For a query it is still to be heard whether the device goes. */
    if (reason != WDF_CLOSE_FOR_QUERY_REMOVE)
        notification = wdf_take_notification(target);
    if (reason == WDF_CLOSE_FOR_DELETE)
        clear_params(target->remote);
    settle(target, NULL);
    wdf_drop_notification(notification);
}

VOID NTAPI imp_WdfIoTargetClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
    struct wdf_target *target = WDF_GET(struct wdf_target, wdf_type_target_remote, IoTarget);

    if (wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        wdf_close_remote(target, WDF_CLOSE);
}

VOID NTAPI imp_WdfIoTargetCloseForQueryRemove(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFIOTARGET IoTarget)
{
    struct wdf_target *target = WDF_GET(struct wdf_target, wdf_type_target_remote, IoTarget);

    if (wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        wdf_close_remote(target, WDF_CLOSE_FOR_QUERY_REMOVE);
}
