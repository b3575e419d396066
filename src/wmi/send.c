/*
 * Requests to providers: to the top of the stack that the device is in.
 */
#include "wmi.h"

#define MAX_ANSWER (1024 * 1024)

static NTSTATUS NTAPI wake(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS wmi_send(PDEVICE_OBJECT device, UCHAR minor, PVOID path, PVOID buffer, ULONG size,
                  PULONG used)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device);
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
    PIO_STACK_LOCATION location;
    NTSTATUS status;
    KEVENT event;

    *used = 0;
    if (!irp) {
        ObDereferenceObject(top);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    irp->Tail.Overlay.Thread = PsGetCurrentThread();
    location = IoGetNextIrpStackLocation(irp);
    location->MajorFunction = IRP_MJ_SYSTEM_CONTROL;
    location->MinorFunction = minor;
    location->Parameters.WMI.ProviderId = (ULONG_PTR)device;
    location->Parameters.WMI.DataPath = path;
    location->Parameters.WMI.BufferSize = size;
    location->Parameters.WMI.Buffer = buffer;
    IoSetCompletionRoutine(irp, wake, &event, TRUE, TRUE, TRUE);
    if (IoCallDriver(top, irp) == STATUS_PENDING)
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    status = irp->IoStatus.Status;
    *used = min((ULONG)irp->IoStatus.Information, size);
    IoFreeIrp(irp);
    ObDereferenceObject(top);
    return status;
}

/* The size that the provider asks for, 0 if it is content. */
static ULONG size_needed(const WNODE_HEADER *wnode, ULONG used)
{
    if (used < sizeof(WNODE_TOO_SMALL) || !(wnode->Flags & WNODE_FLAG_TOO_SMALL))
        return 0;
    return ((const WNODE_TOO_SMALL *)wnode)->SizeNeeded;
}

NTSTATUS wmi_send_wnode(struct wmi_provider *provider, UCHAR minor, PWNODE_HEADER *wnode,
                        ULONG header, ULONG room, PULONG used)
{
    ULONG size = header + room, needed;
    PWNODE_HEADER question = *wnode;
    NTSTATUS status;

    *wnode = NULL;
    do {
        PWNODE_HEADER answer = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, WMI_TAG);

        if (!answer)
            return STATUS_INSUFFICIENT_RESOURCES;
        RtlCopyMemory(answer, question, header);
        answer->BufferSize = size;
        answer->ProviderId = provider->id;
        status = wmi_send(provider->device, minor, &answer->Guid, answer, size, used);
        needed = NT_SUCCESS(status) ? size_needed(answer, *used) : 0;
        if (NT_SUCCESS(status) && !needed) {
            *wnode = answer;
            return status;
        }
        ExFreePoolWithTag(answer, WMI_TAG);
        if (needed && (needed <= size || needed > MAX_ANSWER))
            return STATUS_INVALID_DEVICE_REQUEST;
        size = needed;
    } while (needed);
    return status;
}
