/*
 * What a device has to do with others: the bus that its children are on, its children, and
 * the devices that are to be removed or ejected along with it.
 */
#include "driver.h"
#include "pnp.h"

VOID NTAPI imp_WdfDeviceSetBusInformationForChildren(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device,
                                                     PPNP_BUS_INFORMATION BusInformation)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(BusInformation);
    if (!device->pnp)
        return;
    device->pnp->bus_information = *BusInformation;
    device->pnp->has_bus_information = TRUE;
}

NTSTATUS wdf_answer_bus_information(struct wdf_device *device, PIRP irp)
{
    PPNP_BUS_INFORMATION information;

    if (!device->pnp->has_bus_information)
        return irp->IoStatus.Status;
    information = ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*information),
                                  device->object.globals->seen.DriverTag);
    irp->IoStatus.Information = (ULONG_PTR)information;
    if (!information)
        return STATUS_INSUFFICIENT_RESOURCES;
    *information = device->pnp->bus_information;
    return STATUS_SUCCESS;
}

PDEVICE_RELATIONS wdf_grow_relations(PDEVICE_RELATIONS old, ULONG more)
{
    ULONG count = old ? old->Count : 0;
    SIZE_T bytes = FIELD_OFFSET(DEVICE_RELATIONS, Objects) +
                   (SIZE_T)max(count + more, 1) * sizeof(PDEVICE_OBJECT);
    PDEVICE_RELATIONS grown = ExAllocatePool2(POOL_FLAG_PAGED, bytes, 'rfdW');

    if (!grown)
        return NULL;
    grown->Count = count;
    if (!old)
        return grown;
    RtlCopyMemory(grown->Objects, old->Objects, count * sizeof(PDEVICE_OBJECT));
    ExFreePool(old);
    return grown;
}

static VOID tell_relations(struct wdf_device *device, DEVICE_RELATION_TYPE type)
{
    PFN_WDF_DEVICE_RELATIONS_QUERY tell = device->config.pnp.EvtDeviceRelationsQuery;

    if (tell)
        tell(wdf_handle_of(device), type);
}

NTSTATUS wdf_answer_bus_relations(struct wdf_device *device, PIRP irp)
{
    PDEVICE_RELATIONS relations = (PVOID)irp->IoStatus.Information;
    BOOLEAN is_changed;
    NTSTATUS status;

    tell_relations(device, BusRelations);
    status = wdf_report_children(device, &relations, &is_changed);
    irp->IoStatus.Information = (ULONG_PTR)relations;
    if (NT_SUCCESS(status) && !is_changed)
        status = irp->IoStatus.Status;
    return status;
}

NTSTATUS wdf_answer_relations(struct wdf_device *device, PIRP irp, struct wdf_relations *list)
{
    PDEVICE_RELATIONS grown;
    PDEVICE_OBJECT *devices;
    NTSTATUS status;
    ULONG count, i;

    tell_relations(device, IoGetCurrentIrpStackLocation(irp)->Parameters.QueryDeviceRelations.Type);
    status = wdf_copy_relations(device, list, &devices, &count);
    if (!NT_SUCCESS(status) || !count)
        return NT_SUCCESS(status) ? irp->IoStatus.Status : status;
    grown = wdf_grow_relations((PVOID)irp->IoStatus.Information, count);
    if (!grown) {
        wdf_free_relations_copy(devices, count);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (i = 0; i < count; i++)
        grown->Objects[grown->Count++] = devices[i];
    ExFreePool(devices);
    irp->IoStatus.Information = (ULONG_PTR)grown;
    return STATUS_SUCCESS;
}

/* ---- lists of related devices, used up to DISPATCH_LEVEL ------------------------------ */

NTSTATUS wdf_copy_relations(struct wdf_device *device, struct wdf_relations *list,
                            PDEVICE_OBJECT **copy, ULONG *count)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;
    ULONG i;

    *copy = NULL;
    KeAcquireSpinLock(&device->pnp->relations_lock, &irql);
    *count = list->count;
    if (list->count) {
        *copy = ExAllocatePool2(POOL_FLAG_NON_PAGED, list->count * sizeof(**copy),
                                device->object.globals->seen.DriverTag);
        status = *copy ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    for (i = 0; *copy && i < list->count; i++) {
        ObReferenceObject(list->devices[i]);
        (*copy)[i] = list->devices[i];
    }
    KeReleaseSpinLock(&device->pnp->relations_lock, irql);
    return status;
}

VOID wdf_free_relations_copy(PDEVICE_OBJECT *copy, ULONG count)
{
    ULONG i;

    if (!copy)
        return;
    for (i = 0; i < count; i++)
        ObDereferenceObject(copy[i]);
    ExFreePool(copy);
}

static ULONG find_relation(struct wdf_relations *list, PDEVICE_OBJECT pdo)
{
    ULONG i = 0;

    while (i < list->count && list->devices[i] != pdo)
        i++;
    return i;
}

/* Lock held. */
static NTSTATUS make_room(struct wdf_relations *list, ULONG tag)
{
    ULONG room = list->room ? list->room * 2 : 4;
    PDEVICE_OBJECT *devices;

    if (list->count < list->room)
        return STATUS_SUCCESS;
    devices = ExAllocatePool2(POOL_FLAG_NON_PAGED, room * sizeof(*devices), tag);
    if (!devices)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (list->devices) {
        RtlCopyMemory(devices, list->devices, list->count * sizeof(*devices));
        ExFreePool(list->devices);
    }
    list->devices = devices;
    list->room = room;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_add_relation(struct wdf_device *device, struct wdf_relations *list, PDEVICE_OBJECT pdo)
{
    NTSTATUS status;
    KIRQL irql;

    KeAcquireSpinLock(&device->pnp->relations_lock, &irql);
    if (find_relation(list, pdo) < list->count)
        status = STATUS_DUPLICATE_OBJECTID;
    else
        status = make_room(list, device->object.globals->seen.DriverTag);
    if (NT_SUCCESS(status)) {
        ObReferenceObject(pdo);
        list->devices[list->count++] = pdo;
    }
    KeReleaseSpinLock(&device->pnp->relations_lock, irql);
    return status == STATUS_DUPLICATE_OBJECTID ? STATUS_SUCCESS : status;
}

VOID wdf_remove_relation(struct wdf_device *device, struct wdf_relations *list, PDEVICE_OBJECT pdo)
{
    KIRQL irql;
    ULONG i;

    KeAcquireSpinLock(&device->pnp->relations_lock, &irql);
    i = find_relation(list, pdo);
    if (i < list->count) {
        list->devices[i] = list->devices[--list->count];
        ObDereferenceObject(pdo);
    }
    KeReleaseSpinLock(&device->pnp->relations_lock, irql);
}

VOID wdf_clear_relations(struct wdf_device *device, struct wdf_relations *list)
{
    KIRQL irql;

    KeAcquireSpinLock(&device->pnp->relations_lock, &irql);
    while (list->count)
        ObDereferenceObject(list->devices[--list->count]);
    if (list->devices)
        ExFreePool(list->devices);
    RtlZeroMemory(list, sizeof(*list));
    KeReleaseSpinLock(&device->pnp->relations_lock, irql);
}

NTSTATUS NTAPI imp_WdfDeviceAddRemovalRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDEVICE Device,
                                                              PDEVICE_OBJECT PhysicalDevice)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(PhysicalDevice);
    if (!device->pnp)
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_add_relation(device, &device->pnp->removal, PhysicalDevice);
}

VOID NTAPI imp_WdfDeviceRemoveRemovalRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFDEVICE Device,
                                                             PDEVICE_OBJECT PhysicalDevice)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(PhysicalDevice);
    if (device->pnp)
        wdf_remove_relation(device, &device->pnp->removal, PhysicalDevice);
}

VOID NTAPI imp_WdfDeviceClearRemovalRelationsDevices(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (device->pnp)
        wdf_clear_relations(device, &device->pnp->removal);
}
