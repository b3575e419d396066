/*
 * Interfaces of functions that drivers give one another: IRP_MN_QUERY_INTERFACE, asked
 * and answered.
 */
#include "driver.h"
#include "pnp.h"

struct wdf_query_interface {
    LIST_ENTRY link; /* in device->query_interfaces, guarded by pnp->interface_lock */
    GUID type;
    PINTERFACE offered; /* copied, in pool; NULL: the callback fills in what was asked with */
    BOOLEAN goes_to_parent;
    BOOLEAN is_imported; /* the asker's structure is the callback's input */
    PFN_WDF_DEVICE_PROCESS_QUERY_INTERFACE_REQUEST process;
};

/* ---- asking -------------------------------------------------------------------- */

static NTSTATUS NTAPI answered(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS wdf_ask_stack(PDEVICE_OBJECT top, const IO_STACK_LOCATION *question,
                       ULONG_PTR *information)
{
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
    PIO_STACK_LOCATION stack;
    NTSTATUS status;
    KEVENT event;

    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = IRP_MJ_PNP;
    stack->MinorFunction = question->MinorFunction;
    stack->Parameters = question->Parameters;
    IoSetCompletionRoutine(irp, answered, &event, TRUE, TRUE, TRUE);
    IoCallDriver(top, irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    status = irp->IoStatus.Status;
    if (information)
        *information = irp->IoStatus.Information;
    IoFreeIrp(irp);
    return status;
}

NTSTATUS wdf_query_interface(PDEVICE_OBJECT top, LPCGUID type, PINTERFACE found, USHORT size,
                             USHORT version, PVOID specific)
{
    IO_STACK_LOCATION question = {.MinorFunction = IRP_MN_QUERY_INTERFACE};

    question.Parameters.QueryInterface.InterfaceType = type;
    question.Parameters.QueryInterface.Interface = found;
    question.Parameters.QueryInterface.Size = size;
    question.Parameters.QueryInterface.Version = version;
    question.Parameters.QueryInterface.InterfaceSpecificData = specific;
    return wdf_ask_stack(top, &question, NULL);
}

NTSTATUS NTAPI imp_WdfFdoQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                           LPCGUID InterfaceType, PINTERFACE Interface, USHORT Size,
                                           USHORT Version, PVOID InterfaceSpecificData)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Fdo, __func__);
    PDEVICE_OBJECT top;
    NTSTATUS status;

    WDF_REQUIRE(InterfaceType);
    WDF_REQUIRE(Interface);
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!wdf_is_fdo(&device->config))
        return STATUS_INVALID_PARAMETER;
    top = IoGetAttachedDeviceReference(device->device_object);
    status =
        wdf_query_interface(top, InterfaceType, Interface, Size, Version, InterfaceSpecificData);
    ObDereferenceObject(top);
    return status;
}

/* ---- answering ------------------------------------------------------------------ */

static struct wdf_query_interface *find(struct wdf_device *device, LPCGUID type)
{
    PLIST_ENTRY entry;

    for (entry = device->query_interfaces.Flink; entry != &device->query_interfaces;
         entry = entry->Flink) {
        struct wdf_query_interface *query =
            CONTAINING_RECORD(entry, struct wdf_query_interface, link);

        if (IsEqualGUID(&query->type, type))
            return query;
    }
    return NULL;
}

/* Entries live as long as the device: one that was found stays. */
static NTSTATUS prepare_answer(struct wdf_device *device, PIO_STACK_LOCATION stack,
                               struct wdf_query_interface **found)
{
    struct wdf_query_interface *query;
    NTSTATUS status = STATUS_SUCCESS;

    wdf_lock_interfaces(device->pnp);
    *found = query = find(device, stack->Parameters.QueryInterface.InterfaceType);
    if (query && query->offered) {
        PINTERFACE offered = query->offered;

        if (offered->Size > stack->Parameters.QueryInterface.Size ||
            offered->Version > stack->Parameters.QueryInterface.Version)
            status = STATUS_INVALID_BUFFER_SIZE;
        else if (!query->is_imported)
            RtlCopyMemory(stack->Parameters.QueryInterface.Interface, offered, offered->Size);
    }
    wdf_unlock_interfaces(device->pnp);
    return status;
}

/* The parent's stack answers in place of the child's. */
static NTSTATUS ask_parent(struct wdf_device *device, PIRP irp)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device->pdo_part->parent->device_object);
    ULONG_PTR information;
    NTSTATUS status;

    status = wdf_ask_stack(top, IoGetCurrentIrpStackLocation(irp), &information);
    ObDereferenceObject(top);
    irp->IoStatus.Information = information;
    return status == STATUS_NOT_SUPPORTED ? irp->IoStatus.Status : status;
}

NTSTATUS wdf_answer_query_interface(struct wdf_device *device, PIRP irp, BOOLEAN *is_done)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    PINTERFACE exposed = stack->Parameters.QueryInterface.Interface;
    struct wdf_query_interface *query;
    NTSTATUS status;

    status = prepare_answer(device, stack, &query);
    *is_done = query != NULL;
    if (!query || !NT_SUCCESS(status))
        return status;
    if (query->process)
        status = query->process(wdf_handle_of(device),
                                (LPGUID)stack->Parameters.QueryInterface.InterfaceType, exposed,
                                stack->Parameters.QueryInterface.InterfaceSpecificData);
    if (!NT_SUCCESS(status) && status != STATUS_NOT_SUPPORTED)
        return status;
    if (query->goes_to_parent)
        return ask_parent(device, irp);
    if (exposed->InterfaceReference)
        exposed->InterfaceReference(exposed->Context);
    if (!device->attached)
        return status;
    /* The drivers below may add to what was found. */
    irp->IoStatus.Status = status;
    return wdf_pnp_send_and_wait(device, irp);
}

static NTSTATUS check_config(struct wdf_device *device, PWDF_QUERY_INTERFACE_CONFIG config)
{
    if (device->config.kind == WDF_DEVICE_CONTROL)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if ((config->SendQueryToParentStack && device->config.kind != WDF_DEVICE_PDO) ||
        (!config->Interface && !config->SendQueryToParentStack && !config->ImportInterface) ||
        (config->ImportInterface && !config->EvtDeviceProcessQueryInterfaceRequest) ||
        (config->Interface && config->Interface->Size < sizeof(INTERFACE)))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static VOID NTAPI count_nothing(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
}

static NTSTATUS copy_interface(struct wdf_query_interface *query, PINTERFACE offered, ULONG tag)
{
    if (!offered)
        return STATUS_SUCCESS;
    query->offered = ExAllocatePool2(POOL_FLAG_NON_PAGED, offered->Size, tag);
    if (!query->offered)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(query->offered, offered, offered->Size);
    if (!query->offered->InterfaceReference)
        query->offered->InterfaceReference = count_nothing;
    if (!query->offered->InterfaceDereference)
        query->offered->InterfaceDereference = count_nothing;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDeviceAddQueryInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                              PWDF_QUERY_INTERFACE_CONFIG InterfaceConfig)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_query_interface *query;
    NTSTATUS status;

    WDF_REQUIRE(InterfaceConfig);
    WDF_REQUIRE(InterfaceConfig->InterfaceType);
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = check_config(device, InterfaceConfig);
    if (!NT_SUCCESS(status))
        return status;
    query = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*query), globals->seen.DriverTag);
    if (!query)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = copy_interface(query, InterfaceConfig->Interface, globals->seen.DriverTag);
    if (!NT_SUCCESS(status)) {
        ExFreePool(query);
        return status;
    }
    query->type = *InterfaceConfig->InterfaceType;
    query->goes_to_parent = InterfaceConfig->SendQueryToParentStack;
    query->is_imported = InterfaceConfig->ImportInterface;
    query->process = InterfaceConfig->EvtDeviceProcessQueryInterfaceRequest;
    wdf_lock_interfaces(device->pnp);
    InsertTailList(&device->query_interfaces, &query->link);
    wdf_unlock_interfaces(device->pnp);
    return STATUS_SUCCESS;
}

VOID wdf_free_query_interfaces(struct wdf_device *device)
{
    while (!IsListEmpty(&device->query_interfaces)) {
        PLIST_ENTRY entry = RemoveHeadList(&device->query_interfaces);
        struct wdf_query_interface *query =
            CONTAINING_RECORD(entry, struct wdf_query_interface, link);

        if (query->offered)
            ExFreePool(query->offered);
        ExFreePool(query);
    }
}
