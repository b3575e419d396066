/*
 * \Driver\PnpManager: the bus that is not there. Its devices are those that somebody asked
 * for, not those that hardware reports.
 *
 * Its requests come from the PnP thread, one at a time; only the wait-wake request of a device
 * is reached from elsewhere.
 */
#include "pnpp.h"
#include "../io/services.h"

/* In the PDO's device extension. */
struct root_device {
    LIST_ENTRY link; /* in devices */
    PDEVICE_OBJECT pdo;
    PWSTR device;         /* "ROOT\SAMPLE" */
    WCHAR instance[8];    /* "0000" */
    BOOLEAN is_withdrawn; /* it is not reported any more */
    KSPIN_LOCK lock;      /* guards wait_wake */
    PIRP wait_wake;       /* held, with a cancel routine */
};

static struct {
    PDEVICE_OBJECT top; /* the root node's PDO */
    LIST_ENTRY devices; /* of root_device.link; the PnP thread's */
    ULONG count;
} bus;

/* ---- what a device of the bus says about itself ----------------------------------------- */

static NTSTATUS complete(PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* An answer in pool that whoever asked frees. */
static NTSTATUS answer_text(PIRP irp, PCWSTR text)
{
    SIZE_T bytes = (pnp_length(text) + 1) * sizeof(WCHAR);
    PWSTR copy = ExAllocatePoolWithTag(PagedPool, bytes, PNP_TAG);

    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(copy, text, bytes);
    irp->IoStatus.Information = (ULONG_PTR)copy;
    return STATUS_SUCCESS;
}

static NTSTATUS query_id(struct root_device *device, PIRP irp, BUS_QUERY_ID_TYPE type)
{
    if (type == BusQueryDeviceID)
        return answer_text(irp, device ? device->device : L"HTREE\\ROOT");
    if (type == BusQueryInstanceID)
        return answer_text(irp, device ? device->instance : L"0");
    /* The hardware ids are in the device's key since it was installed. */
    return irp->IoStatus.Status;
}

static NTSTATUS query_capabilities(PDEVICE_CAPABILITIES capabilities)
{
    ULONG state;

    if (capabilities->Version != 1 || capabilities->Size < sizeof(*capabilities))
        return STATUS_UNSUCCESSFUL;
    capabilities->UniqueID = TRUE;
    capabilities->SilentInstall = TRUE;
    capabilities->SurpriseRemovalOK = TRUE;
    capabilities->WakeFromD0 = TRUE;
    capabilities->WakeFromD1 = TRUE;
    capabilities->WakeFromD2 = TRUE;
    capabilities->WakeFromD3 = TRUE;
    capabilities->DeviceD1 = TRUE;
    capabilities->DeviceD2 = TRUE;
    capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    for (state = PowerSystemSleeping1; state < PowerSystemMaximum; state++)
        capabilities->DeviceState[state] = PowerDeviceD3;
    capabilities->SystemWake = PowerSystemSleeping3;
    capabilities->DeviceWake = PowerDeviceD3;
    return STATUS_SUCCESS;
}

static NTSTATUS query_bus_information(PIRP irp)
{
    static const GUID internal = {
        0x1530ea73, 0x086b, 0x11d1, {0xa0, 0x9f, 0x00, 0xc0, 0x4f, 0xc3, 0x40, 0xb1}};
    PPNP_BUS_INFORMATION information =
        ExAllocatePoolWithTag(PagedPool, sizeof(*information), PNP_TAG);

    if (!information)
        return STATUS_INSUFFICIENT_RESOURCES;
    information->BusTypeGuid = internal;
    information->LegacyBusType = PNPBus;
    information->BusNumber = 0;
    irp->IoStatus.Information = (ULONG_PTR)information;
    return STATUS_SUCCESS;
}

static PDEVICE_RELATIONS allocate_relations(ULONG count)
{
    return ExAllocatePoolWithTag(
        PagedPool, FIELD_OFFSET(DEVICE_RELATIONS, Objects) + max(count, 1) * sizeof(PVOID),
        PNP_TAG);
}

static NTSTATUS query_children(PIRP irp)
{
    PDEVICE_RELATIONS relations = allocate_relations(bus.count);
    PLIST_ENTRY entry;

    if (!relations)
        return STATUS_INSUFFICIENT_RESOURCES;
    relations->Count = 0;
    for (entry = bus.devices.Flink; entry != &bus.devices; entry = entry->Flink) {
        struct root_device *device = CONTAINING_RECORD(entry, struct root_device, link);

        if (device->is_withdrawn)
            continue;
        ObReferenceObject(device->pdo);
        relations->Objects[relations->Count++] = device->pdo;
    }
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return STATUS_SUCCESS;
}

static NTSTATUS query_relations(PDEVICE_OBJECT pdo, PIRP irp, DEVICE_RELATION_TYPE type)
{
    PDEVICE_RELATIONS relations;

    if (type == BusRelations && pdo == bus.top)
        return query_children(irp);
    if (type != TargetDeviceRelation)
        return irp->IoStatus.Status;
    relations = allocate_relations(1);
    if (!relations)
        return STATUS_INSUFFICIENT_RESOURCES;
    ObReferenceObject(pdo);
    relations->Count = 1;
    relations->Objects[0] = pdo;
    irp->IoStatus.Information = (ULONG_PTR)relations;
    return STATUS_SUCCESS;
}

/* ---- its life --------------------------------------------------------------------------- */

/* The request is the caller's to complete; NULL if there is none, or it is being cancelled. */
static PIRP take_wait_wake(struct root_device *device)
{
    PIRP irp;
    KIRQL irql;

    KeAcquireSpinLock(&device->lock, &irql);
    irp = device->wait_wake;
    if (irp && IoSetCancelRoutine(irp, NULL))
        device->wait_wake = NULL;
    else
        irp = NULL;
    KeReleaseSpinLock(&device->lock, irql);
    return irp;
}

static NTSTATUS remove_device(struct root_device *device)
{
    PIRP irp = take_wait_wake(device);

    if (irp)
        complete(irp, STATUS_NO_SUCH_DEVICE);
    if (!device->is_withdrawn)
        return STATUS_SUCCESS;
    RemoveEntryList(&device->link);
    bus.count--;
    pnp_free(device->device);
    IoDeleteDevice(device->pdo);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI dispatch_pnp(PDEVICE_OBJECT pdo, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    struct root_device *device = pdo == bus.top ? NULL : pdo->DeviceExtension;
    NTSTATUS status = irp->IoStatus.Status;

    switch (location->MinorFunction) {
    case IRP_MN_START_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_EJECT:
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        status = device ? remove_device(device) : STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_ID:
        status = query_id(device, irp, location->Parameters.QueryId.IdType);
        break;
    case IRP_MN_QUERY_CAPABILITIES:
        status = query_capabilities(location->Parameters.DeviceCapabilities.Capabilities);
        break;
    case IRP_MN_QUERY_BUS_INFORMATION:
        status = query_bus_information(irp);
        break;
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        status = query_relations(pdo, irp, location->Parameters.QueryDeviceRelations.Type);
        break;
    default:
        break;
    }
    return complete(irp, status);
}

/* ---- power ------------------------------------------------------------------------------ */

static VOID NTAPI cancel_wait_wake(PDEVICE_OBJECT pdo, PIRP irp)
{
    struct root_device *device = pdo->DeviceExtension;
    KIRQL irql;

    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&device->lock, &irql);
    if (device->wait_wake == irp)
        device->wait_wake = NULL;
    KeReleaseSpinLock(&device->lock, irql);
    complete(irp, STATUS_CANCELLED);
}

static NTSTATUS hold_wait_wake(struct root_device *device, PIRP irp)
{
    NTSTATUS status = STATUS_PENDING;
    KIRQL irql;

    KeAcquireSpinLock(&device->lock, &irql);
    if (device->wait_wake) {
        status = STATUS_DEVICE_BUSY;
    } else {
        IoSetCancelRoutine(irp, cancel_wait_wake);
        if (irp->Cancel && IoSetCancelRoutine(irp, NULL)) {
            status = STATUS_CANCELLED;
        } else {
            IoMarkIrpPending(irp);
            device->wait_wake = irp;
        }
    }
    KeReleaseSpinLock(&device->lock, irql);
    return status == STATUS_PENDING ? status : complete(irp, status);
}

static NTSTATUS NTAPI dispatch_power(PDEVICE_OBJECT pdo, PIRP irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status = irp->IoStatus.Status;

    PoStartNextPowerIrp(irp);
    if (location->MinorFunction == IRP_MN_WAIT_WAKE && pdo != bus.top)
        return hold_wait_wake(pdo->DeviceExtension, irp);
    if (location->MinorFunction == IRP_MN_SET_POWER) {
        if (location->Parameters.Power.Type == DevicePowerState)
            PoSetPowerState(pdo, DevicePowerState, location->Parameters.Power.State);
        status = STATUS_SUCCESS;
    } else if (location->MinorFunction == IRP_MN_QUERY_POWER) {
        status = STATUS_SUCCESS;
    }
    return complete(irp, status);
}

BOOLEAN pnp_root_signal_wake(PDEVICE_OBJECT pdo)
{
    PIRP irp = take_wait_wake(pdo->DeviceExtension);

    if (!irp)
        return FALSE;
    complete(irp, STATUS_SUCCESS);
    return TRUE;
}

/* WMI and files mean nothing to a device without a driver. */
static NTSTATUS NTAPI dispatch_other(PDEVICE_OBJECT pdo, PIRP irp)
{
    UNREFERENCED_PARAMETER(pdo);
    if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_SYSTEM_CONTROL)
        return complete(irp, irp->IoStatus.Status);
    irp->IoStatus.Information = 0;
    return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch_other;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = dispatch_power;
    pnp.driver = driver;
    return STATUS_SUCCESS;
}

/* ---- for the rest of the room ----------------------------------------------------------- */

static NTSTATUS make_pdo(ULONG extension, PDEVICE_OBJECT *pdo)
{
    NTSTATUS status =
        IoCreateDevice(pnp.driver, extension, NULL, FILE_DEVICE_CONTROLLER,
                       FILE_AUTOGENERATED_DEVICE_NAME | FILE_DEVICE_SECURE_OPEN, FALSE, pdo);

    if (NT_SUCCESS(status)) {
        (*pdo)->Flags |= DO_BUS_ENUMERATED_DEVICE | DO_POWER_PAGABLE;
        (*pdo)->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    return status;
}

NTSTATUS pnp_root_start(VOID)
{
    static UNICODE_STRING name = RTL_STRING(L"\\Driver\\PnpManager");
    static const UNICODE_STRING root_instance = RTL_STRING(L"HTREE\\ROOT\\0");
    struct pnp_node *node;
    NTSTATUS status;

    if (pnp.root)
        return STATUS_SUCCESS;
    InitializeListHead(&bus.devices);
    bus.count = 0;
    status = IoCreateDriver(&name, entry);
    if (!NT_SUCCESS(status))
        return status;
    status = make_pdo(0, &bus.top);
    if (NT_SUCCESS(status)) {
        status = pnp_node_create(bus.top, NULL, &node);
        if (!NT_SUCCESS(status))
            IoDeleteDevice(bus.top);
    }
    if (!NT_SUCCESS(status)) {
        IoDeleteDriver(pnp.driver);
        return status;
    }
    node->state = PNP_STARTED;
    status = pnp_copy_string(&node->instance, &root_instance);
    if (!NT_SUCCESS(status)) {
        pnp_node_unlink(node);
        IoDeleteDevice(bus.top);
        IoDeleteDriver(pnp.driver);
        return status;
    }
    ExAcquireFastMutex(&pnp.tree_lock);
    pnp.root = node;
    ExReleaseFastMutex(&pnp.tree_lock);
    return STATUS_SUCCESS;
}

VOID pnp_root_stop(VOID)
{
    struct pnp_node *node = pnp.root;

    if (!node)
        return;
    ExAcquireFastMutex(&pnp.tree_lock);
    pnp.root = NULL;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_node_unlink(node);
    IoDeleteDevice(bus.top);
    IoDeleteDriver(pnp.driver);
}

static BOOLEAN is_live(PCWSTR device, PCWSTR instance)
{
    PLIST_ENTRY entry;

    for (entry = bus.devices.Flink; entry != &bus.devices; entry = entry->Flink) {
        struct root_device *other = CONTAINING_RECORD(entry, struct root_device, link);

        /* One that was withdrawn and waits for its files has its path no more. */
        if (!other->is_withdrawn && pnp_same_text(other->device, device) &&
            pnp_same_text(other->instance, instance))
            return TRUE;
    }
    return FALSE;
}

static VOID write_number(PWSTR text, ULONG number)
{
    ULONG i;

    for (i = 4; i; number /= 10)
        text[--i] = (WCHAR)(L'0' + number % 10);
    text[4] = 0;
}

NTSTATUS pnp_root_add(PCWSTR name, struct pnp_path *path, PDEVICE_OBJECT *made)
{
    struct root_device *device;
    PDEVICE_OBJECT pdo;
    WCHAR instance[8];
    ULONG number = 0;
    NTSTATUS status = make_pdo(sizeof(*device), &pdo);

    if (!NT_SUCCESS(status))
        return status;
    device = pdo->DeviceExtension;
    pnp_path_start(path, L"ROOT\\");
    pnp_path_add_text(path, name);
    pnp_upcase(path->text);
    device->device = pnp_copy_text(path->text);
    if (!device->device || !NT_SUCCESS(path->status)) {
        pnp_free(device->device);
        IoDeleteDevice(pdo);
        return NT_SUCCESS(path->status) ? STATUS_INSUFFICIENT_RESOURCES : path->status;
    }
    do
        write_number(instance, number++);
    while (is_live(device->device, instance));
    memcpy(device->instance, instance, sizeof(instance));
    device->pdo = pdo;
    KeInitializeSpinLock(&device->lock);
    pnp_path_add_text(path, L"\\");
    pnp_path_add_text(path, instance);
    InsertTailList(&bus.devices, &device->link);
    bus.count++;
    *made = pdo;
    return path->status;
}

BOOLEAN pnp_is_root_device(PDEVICE_OBJECT pdo)
{
    return pnp.driver && pdo->DriverObject == pnp.driver && pdo != bus.top;
}

BOOLEAN pnp_root_withdraw(PDEVICE_OBJECT pdo)
{
    if (!pnp_is_root_device(pdo))
        return FALSE;
    ((struct root_device *)pdo->DeviceExtension)->is_withdrawn = TRUE;
    return TRUE;
}
