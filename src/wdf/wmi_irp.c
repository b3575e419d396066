/*
 * IRP_MJ_SYSTEM_CONTROL. The kernel's WMI library takes the requests apart; here are the
 * callbacks that it has of every driver.
 */
#include "driver.h"
#include "wmi.h"

#include <wmilib.h>
#include <wmistr.h>

static struct wdf_wmi_provider *provider_at(PDEVICE_OBJECT device_object, ULONG index)
{
    struct wdf_wmi *wmi = wdf_device_of_object(device_object)->wmi;
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    for (entry = wmi->providers.Flink; index; index--)
        entry = entry->Flink;
    KeReleaseSpinLock(&wmi->lock, irql);
    return CONTAINING_RECORD(entry, struct wdf_wmi_provider, link);
}

static struct wdf_wmi_instance *instance_at(PDEVICE_OBJECT device, ULONG provider, ULONG index)
{
    return wdf_wmi_instance_at(provider_at(device, provider), index);
}

static NTSTATUS NTAPI query_registration(PDEVICE_OBJECT device_object, PULONG flags,
                                         PUNICODE_STRING instance_name,
                                         PUNICODE_STRING *registry_path, PUNICODE_STRING mof_name,
                                         PDEVICE_OBJECT *pdo)
{
    struct wdf_device *device = wdf_device_of_object(device_object);

    UNREFERENCED_PARAMETER(instance_name);
    /* Instances are called after the device that they belong to. */
    if (!device->pdo)
        return STATUS_INVALID_DEVICE_REQUEST;
    *flags = WMIREG_FLAG_INSTANCE_PDO;
    *registry_path = &device->object.globals->driver->registry_path;
    *mof_name = device->mof_resource;
    *pdo = device->pdo;
    return STATUS_SUCCESS;
}

/* ---- queries ---- */

static NTSTATUS copy_context(struct wdf_wmi_instance *instance, ULONG size, PVOID buffer,
                             PULONG used)
{
    ULONG bytes = (ULONG)instance->context->ContextSize;
    PVOID context = imp_WdfObjectGetTypedContextWorker(&instance->object.globals->seen,
                                                       wdf_handle_of(instance), instance->context);

    *used = bytes;
    if (size < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    RtlCopyMemory(buffer, context, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS query_instance(struct wdf_wmi_instance *instance, ULONG size, PVOID buffer,
                               PULONG used)
{
    ULONG least = instance->provider->config.MinInstanceBufferSize;

    *used = least;
    if (instance->context)
        return copy_context(instance, size, buffer, used);
    if (!instance->config.EvtWmiInstanceQueryInstance)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (size < least)
        return STATUS_BUFFER_TOO_SMALL;
    *used = 0;
    return instance->config.EvtWmiInstanceQueryInstance(wdf_handle_of(instance), size, buffer,
                                                        used);
}

/* Several instances' data, one behind the other on multiples of 8. */
struct query {
    PUCHAR buffer;
    ULONG size, used;
    BOOLEAN is_too_small;
};

static NTSTATUS query_next(struct query *query, struct wdf_wmi_instance *instance, PULONG length)
{
    ULONG at = (query->used + 7) & ~7u, bytes;
    ULONG room = query->size > at ? query->size - at : 0;
    NTSTATUS status =
        query_instance(instance, room, query->buffer ? query->buffer + at : NULL, &bytes);

    if (status == STATUS_BUFFER_TOO_SMALL) {
        query->is_too_small = TRUE;
        status = STATUS_SUCCESS;
    }
    if (!NT_SUCCESS(status))
        return status;
    query->used = at + bytes;
    if (length)
        *length = bytes;
    return status;
}

static NTSTATUS NTAPI query_block(PDEVICE_OBJECT device, PIRP irp, ULONG provider, ULONG first,
                                  ULONG count, PULONG lengths, ULONG size, PUCHAR buffer)
{
    struct query query = {.buffer = buffer, .size = size};
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < count && NT_SUCCESS(status); i++) {
        struct wdf_wmi_instance *instance = instance_at(device, provider, first + i);

        if (!instance) {
            status = STATUS_WMI_INSTANCE_NOT_FOUND;
            break;
        }
        status = query_next(&query, instance, lengths ? &lengths[i] : NULL);
        wdf_dereference(&instance->object);
    }
    if (NT_SUCCESS(status) && query.is_too_small)
        status = STATUS_BUFFER_TOO_SMALL;
    return WmiCompleteRequest(device, irp, status, query.used, IO_NO_INCREMENT);
}

/* ---- changes, methods, control ---- */

static NTSTATUS NTAPI set_block(PDEVICE_OBJECT device, PIRP irp, ULONG provider, ULONG index,
                                ULONG size, PUCHAR buffer)
{
    struct wdf_wmi_instance *instance = instance_at(device, provider, index);
    NTSTATUS status = STATUS_WMI_INSTANCE_NOT_FOUND;

    if (instance) {
        status = STATUS_WMI_READ_ONLY;
        if (size < instance->provider->config.MinInstanceBufferSize)
            status = STATUS_BUFFER_TOO_SMALL;
        else if (instance->config.EvtWmiInstanceSetInstance)
            status =
                instance->config.EvtWmiInstanceSetInstance(wdf_handle_of(instance), size, buffer);
        wdf_dereference(&instance->object);
    }
    return WmiCompleteRequest(device, irp, status, 0, IO_NO_INCREMENT);
}

static NTSTATUS NTAPI set_item(PDEVICE_OBJECT device, PIRP irp, ULONG provider, ULONG index,
                               ULONG item, ULONG size, PUCHAR buffer)
{
    struct wdf_wmi_instance *instance = instance_at(device, provider, index);
    NTSTATUS status = STATUS_WMI_INSTANCE_NOT_FOUND;

    if (instance) {
        status = STATUS_WMI_READ_ONLY;
        if (instance->config.EvtWmiInstanceSetItem)
            status =
                instance->config.EvtWmiInstanceSetItem(wdf_handle_of(instance), item, size, buffer);
        wdf_dereference(&instance->object);
    }
    return WmiCompleteRequest(device, irp, status, 0, IO_NO_INCREMENT);
}

static NTSTATUS NTAPI execute(PDEVICE_OBJECT device, PIRP irp, ULONG provider, ULONG index,
                              ULONG method, ULONG in_size, ULONG out_size, PUCHAR buffer)
{
    struct wdf_wmi_instance *instance = instance_at(device, provider, index);
    NTSTATUS status = STATUS_WMI_INSTANCE_NOT_FOUND;
    ULONG used = 0;

    if (instance) {
        status = STATUS_INVALID_DEVICE_REQUEST;
        if (instance->config.EvtWmiInstanceExecuteMethod)
            status = instance->config.EvtWmiInstanceExecuteMethod(wdf_handle_of(instance), method,
                                                                  in_size, out_size, buffer, &used);
        wdf_dereference(&instance->object);
    }
    return WmiCompleteRequest(device, irp, status, used, IO_NO_INCREMENT);
}

static NTSTATUS NTAPI control(PDEVICE_OBJECT device, PIRP irp, ULONG index,
                              WMIENABLEDISABLECONTROL function, BOOLEAN enable)
{
    struct wdf_wmi_provider *provider = provider_at(device, index);
    PFN_WDF_WMI_PROVIDER_FUNCTION_CONTROL callback = provider->config.EvtWmiProviderFunctionControl;
    BOOLEAN *is_enabled = &provider->enabled[function == WmiDataBlockControl];
    NTSTATUS status = STATUS_SUCCESS;

    /* The driver hears of changes; WMI may say it again when the device has more classes. */
    if (*is_enabled != enable && callback)
        status = callback(wdf_handle_of(provider),
                          function == WmiEventControl ? WdfWmiEventControl : WdfWmiInstanceControl,
                          enable);
    *is_enabled = enable;
    return WmiCompleteRequest(device, irp, status, 0, IO_NO_INCREMENT);
}

/* ---- dispatch ---- */

static ULONG registration_flags(ULONG flags)
{
    return (flags & WdfWmiProviderEventOnly ? WMIREG_FLAG_EVENT_ONLY_GUID : 0) |
           (flags & WdfWmiProviderExpensive ? WMIREG_FLAG_EXPENSIVE : 0) |
           (flags & WdfWmiProviderTracing ? WMIREG_FLAG_TRACED_GUID | WMIREG_FLAG_TRACE_CONTROL_GUID
                                          : 0);
}

static ULONG count_providers(struct wdf_wmi *wmi)
{
    PLIST_ENTRY entry;
    ULONG count = 0;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    for (entry = wmi->providers.Flink; entry != &wmi->providers; entry = entry->Flink)
        count++;
    KeReleaseSpinLock(&wmi->lock, irql);
    return count;
}

/* The device's classes as they are now; providers that come meanwhile are not among them. */
static VOID list_classes(struct wdf_wmi *wmi, PWMIGUIDREGINFO classes, ULONG count)
{
    PLIST_ENTRY entry;
    ULONG i;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    for (i = 0, entry = wmi->providers.Flink; i < count; i++, entry = entry->Flink) {
        struct wdf_wmi_provider *provider = CONTAINING_RECORD(entry, struct wdf_wmi_provider, link);

        classes[i].Guid = &provider->config.Guid;
        classes[i].InstanceCount = wdf_wmi_instance_count(provider);
        classes[i].Flags = registration_flags(provider->config.Flags);
    }
    KeReleaseSpinLock(&wmi->lock, irql);
}

static NTSTATUS pass_on(struct wdf_device *device, PIRP irp)
{
    NTSTATUS status = irp->IoStatus.Status;

    if (device->attached) {
        IoSkipCurrentIrpStackLocation(irp);
        return IoCallDriver(device->attached, irp);
    }
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS handle(struct wdf_device *device, PIRP irp, PWMIGUIDREGINFO classes, ULONG count)
{
    WMILIB_CONTEXT library = {.GuidCount = count,
                              .GuidList = classes,
                              .QueryWmiRegInfo = query_registration,
                              .QueryWmiDataBlock = query_block,
                              .SetWmiDataBlock = set_block,
                              .SetWmiDataItem = set_item,
                              .ExecuteWmiMethod = execute,
                              .WmiFunctionControl = control};
    SYSCTL_IRP_DISPOSITION disposition;
    NTSTATUS status = WmiSystemControl(&library, device->device_object, irp, &disposition);

    if (disposition == IrpNotCompleted) {
        status = irp->IoStatus.Status;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
    } else if (disposition != IrpProcessed) {
        status = pass_on(device, irp);
    }
    return status;
}

NTSTATUS wdf_dispatch_wmi(struct wdf_device *device, PIRP irp)
{
    PWMIGUIDREGINFO classes;
    NTSTATUS status;
    ULONG count;

    if (!device->wmi || IoGetCurrentIrpStackLocation(irp)->Parameters.WMI.ProviderId !=
                            (ULONG_PTR)device->device_object)
        return pass_on(device, irp);
    count = count_providers(device->wmi);
    classes = ExAllocatePool2(POOL_FLAG_NON_PAGED, (count + 1) * sizeof(*classes),
                              device->object.globals->seen.DriverTag);
    if (!classes)
        return wdf_fail_irp(irp, STATUS_INSUFFICIENT_RESOURCES);
    list_classes(device->wmi, classes, count);
    status = handle(device, irp, classes, count);
    ExFreePool(classes);
    return status;
}
