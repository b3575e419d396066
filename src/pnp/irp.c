/*
 * PnP requests to a device's stack.
 */
#include "pnpp.h"

static NTSTATUS NTAPI caught(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS send(PDEVICE_OBJECT top, const IO_STACK_LOCATION *location, ULONG_PTR *information)
{
    PIO_STACK_LOCATION next;
    KEVENT event;
    NTSTATUS status;
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);

    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    irp->IoStatus.Information = information ? *information : 0;
    irp->RequestorMode = KernelMode;
    irp->Tail.Overlay.Thread = (PETHREAD)KeGetCurrentThread();
    next = IoGetNextIrpStackLocation(irp);
    next->MajorFunction = IRP_MJ_PNP;
    next->MinorFunction = location->MinorFunction;
    next->Parameters = location->Parameters;
    IoSetCompletionRoutine(irp, caught, &event, TRUE, TRUE, TRUE);
    IoCallDriver(top, irp);
    /* Whatever the driver returned: done is what is completed. */
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    status = irp->IoStatus.Status;
    if (information)
        *information = irp->IoStatus.Information;
    IoFreeIrp(irp);
    return status;
}

NTSTATUS pnp_send(PDEVICE_OBJECT device, const IO_STACK_LOCATION *location, ULONG_PTR *information)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device);
    NTSTATUS status = send(top, location, information);

    ObDereferenceObject(top);
    return status;
}

NTSTATUS pnp_send_minor(PDEVICE_OBJECT device, UCHAR minor)
{
    IO_STACK_LOCATION location = {.MinorFunction = minor};

    return pnp_send(device, &location, NULL);
}

/* What a driver answers with a pointer to pool. */
static NTSTATUS query(PDEVICE_OBJECT device, const IO_STACK_LOCATION *location, PVOID *answer)
{
    ULONG_PTR information = 0;
    NTSTATUS status = pnp_send(device, location, &information);

    *answer = NT_SUCCESS(status) ? (PVOID)information : NULL;
    return status;
}

NTSTATUS pnp_query_relations(PDEVICE_OBJECT device, DEVICE_RELATION_TYPE type,
                             PDEVICE_RELATIONS *relations)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS};

    location.Parameters.QueryDeviceRelations.Type = type;
    return query(device, &location, (PVOID *)relations);
}

NTSTATUS pnp_query_id(PDEVICE_OBJECT device, BUS_QUERY_ID_TYPE type, PWSTR *id)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_ID};

    location.Parameters.QueryId.IdType = type;
    return query(device, &location, (PVOID *)id);
}

NTSTATUS pnp_query_text(PDEVICE_OBJECT device, DEVICE_TEXT_TYPE type, PWSTR *text)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_DEVICE_TEXT};

    location.Parameters.QueryDeviceText.DeviceTextType = type;
    location.Parameters.QueryDeviceText.LocaleId = 0x409;
    return query(device, &location, (PVOID *)text);
}

NTSTATUS pnp_query_capabilities(PDEVICE_OBJECT device, DEVICE_CAPABILITIES *capabilities)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_CAPABILITIES};

    memset(capabilities, 0, sizeof(*capabilities));
    capabilities->Size = sizeof(*capabilities);
    capabilities->Version = 1;
    capabilities->Address = MAXULONG;
    capabilities->UINumber = MAXULONG;
    location.Parameters.DeviceCapabilities.Capabilities = capabilities;
    return pnp_send(device, &location, NULL);
}
