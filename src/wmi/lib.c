/*
 * wmilib: a provider's IRPs taken apart for the driver's callbacks, and put together again.
 */
#include "wmi.h"

static ULONG aligned(ULONG offset)
{
    return (offset + 7) & ~7u;
}

static PIO_STACK_LOCATION location_of(PIRP irp)
{
    return IoGetCurrentIrpStackLocation(irp);
}

/* ---- registration ---- */

struct reginfo {
    ULONG flags;
    UNICODE_STRING instance_name, mof_name;
    PUNICODE_STRING registry_path;
    PDEVICE_OBJECT pdo;
};

static VOID put_string(PUCHAR info, ULONG at, PCUNICODE_STRING string)
{
    USHORT bytes = string ? string->Length : 0;

    RtlCopyMemory(info + at, &bytes, sizeof(bytes));
    if (bytes)
        RtlCopyMemory(info + at + sizeof(bytes), string->Buffer, bytes);
}

static ULONG string_bytes(PCUNICODE_STRING string)
{
    return sizeof(USHORT) + (string ? string->Length : 0);
}

static VOID put_class(PWMIREGGUIDW to, const WMIGUIDREGINFO *from, const struct reginfo *reginfo,
                      ULONG name_at, BOOLEAN references)
{
    to->Guid = *from->Guid;
    to->InstanceCount = from->InstanceCount;
    to->Flags = from->Flags | reginfo->flags;
    if (reginfo->flags & WMIREG_FLAG_INSTANCE_PDO) {
        to->Pdo = (ULONG_PTR)reginfo->pdo;
        if (references)
            ObReferenceObject(reginfo->pdo);
    } else {
        to->BaseNameOffset = name_at;
    }
}

static NTSTATUS fill_reginfo(const WMILIB_CONTEXT *lib, const struct reginfo *reginfo, PIRP irp)
{
    PIO_STACK_LOCATION location = location_of(irp);
    PWMIREGINFOW info = location->Parameters.WMI.Buffer;
    ULONG fixed =
        (ULONG)(FIELD_OFFSET(WMIREGINFOW, WmiRegGuid) + lib->GuidCount * sizeof(WMIREGGUIDW));
    ULONG name_at = fixed, mof_at = name_at + string_bytes(&reginfo->instance_name);
    ULONG path_at = mof_at + string_bytes(&reginfo->mof_name);
    ULONG total = path_at + string_bytes(reginfo->registry_path), i;

    if (location->Parameters.WMI.BufferSize < total) {
        *(PULONG)info = total;
        irp->IoStatus.Information = sizeof(ULONG);
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlZeroMemory(info, total);
    info->BufferSize = total;
    info->MofResourceName = mof_at;
    info->RegistryPath = path_at;
    info->GuidCount = lib->GuidCount;
    for (i = 0; i < lib->GuidCount; i++)
        put_class(&info->WmiRegGuid[i], &lib->GuidList[i], reginfo, name_at,
                  location->MinorFunction == IRP_MN_REGINFO_EX);
    put_string((PUCHAR)info, name_at, &reginfo->instance_name);
    put_string((PUCHAR)info, mof_at, &reginfo->mof_name);
    put_string((PUCHAR)info, path_at, reginfo->registry_path);
    irp->IoStatus.Information = total;
    return STATUS_SUCCESS;
}

static NTSTATUS answer_reginfo(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp)
{
    struct reginfo reginfo = {0};
    NTSTATUS status = lib->QueryWmiRegInfo(device, &reginfo.flags, &reginfo.instance_name,
                                           &reginfo.registry_path, &reginfo.mof_name, &reginfo.pdo);

    if (NT_SUCCESS(status) && !(reginfo.flags & WMIREG_FLAG_INSTANCE_PDO) &&
        !reginfo.instance_name.Buffer)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status)) {
        if (!(reginfo.flags & WMIREG_FLAG_INSTANCE_PDO))
            reginfo.flags |= WMIREG_FLAG_INSTANCE_BASENAME;
        status = fill_reginfo(lib, &reginfo, irp);
    }
    if (reginfo.instance_name.Buffer)
        ExFreePool(reginfo.instance_name.Buffer);
    irp->IoStatus.Status = status;
    return status;
}

/* ---- data ---- */

static NTSTATUS query_all(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index)
{
    PWNODE_ALL_DATA wnode = location_of(irp)->Parameters.WMI.Buffer;
    ULONG size = location_of(irp)->Parameters.WMI.BufferSize;
    ULONG count = lib->GuidList[index].InstanceCount;
    ULONG data = aligned((ULONG)(FIELD_OFFSET(WNODE_ALL_DATA, OffsetInstanceDataAndLength) +
                                 count * sizeof(OFFSETINSTANCEDATAANDLENGTH)));
    PULONG lengths = (PULONG)wnode->OffsetInstanceDataAndLength;

    wnode->InstanceCount = count;
    wnode->DataBlockOffset = data;
    wnode->WnodeHeader.Flags &= ~WNODE_FLAG_FIXED_INSTANCE_SIZE;
    if (size < data)
        return lib->QueryWmiDataBlock(device, irp, index, 0, count, NULL, 0, NULL);
    RtlZeroMemory(lengths, count * sizeof(ULONG));
    return lib->QueryWmiDataBlock(device, irp, index, 0, count, lengths, size - data,
                                  (PUCHAR)wnode + data);
}

static NTSTATUS query_one(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index)
{
    PWNODE_SINGLE_INSTANCE wnode = location_of(irp)->Parameters.WMI.Buffer;
    ULONG size = location_of(irp)->Parameters.WMI.BufferSize;

    if (size < wnode->DataBlockOffset)
        return lib->QueryWmiDataBlock(device, irp, index, wnode->InstanceIndex, 1, NULL, 0, NULL);
    return lib->QueryWmiDataBlock(device, irp, index, wnode->InstanceIndex, 1,
                                  &wnode->SizeDataBlock, size - wnode->DataBlockOffset,
                                  (PUCHAR)wnode + wnode->DataBlockOffset);
}

/* What a driver that has no such callback answers. */
static NTSTATUS refuse(PDEVICE_OBJECT device, PIRP irp, NTSTATUS status)
{
    return WmiCompleteRequest(device, irp, status, 0, IO_NO_INCREMENT);
}

static NTSTATUS change_one(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index)
{
    PWNODE_SINGLE_INSTANCE wnode = location_of(irp)->Parameters.WMI.Buffer;

    if (!lib->SetWmiDataBlock)
        return refuse(device, irp, STATUS_WMI_READ_ONLY);
    return lib->SetWmiDataBlock(device, irp, index, wnode->InstanceIndex, wnode->SizeDataBlock,
                                (PUCHAR)wnode + wnode->DataBlockOffset);
}

static NTSTATUS change_item(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index)
{
    PWNODE_SINGLE_ITEM wnode = location_of(irp)->Parameters.WMI.Buffer;

    if (!lib->SetWmiDataItem)
        return refuse(device, irp, STATUS_WMI_READ_ONLY);
    return lib->SetWmiDataItem(device, irp, index, wnode->InstanceIndex, wnode->ItemId,
                               wnode->SizeDataItem, (PUCHAR)wnode + wnode->DataBlockOffset);
}

static NTSTATUS execute(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index)
{
    PWNODE_METHOD_ITEM wnode = location_of(irp)->Parameters.WMI.Buffer;
    ULONG room = location_of(irp)->Parameters.WMI.BufferSize - wnode->DataBlockOffset;

    if (!lib->ExecuteWmiMethod)
        return refuse(device, irp, STATUS_INVALID_DEVICE_REQUEST);
    return lib->ExecuteWmiMethod(device, irp, index, wnode->InstanceIndex, wnode->MethodId,
                                 wnode->SizeDataBlock, room,
                                 (PUCHAR)wnode + wnode->DataBlockOffset);
}

static NTSTATUS control(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index)
{
    UCHAR minor = location_of(irp)->MinorFunction;
    BOOLEAN is_event = minor == IRP_MN_ENABLE_EVENTS || minor == IRP_MN_DISABLE_EVENTS;
    BOOLEAN enables = minor == IRP_MN_ENABLE_EVENTS || minor == IRP_MN_ENABLE_COLLECTION;

    if (!lib->WmiFunctionControl)
        return refuse(device, irp, STATUS_SUCCESS);
    return lib->WmiFunctionControl(device, irp, index,
                                   is_event ? WmiEventControl : WmiDataBlockControl, enables);
}

/* Is the instance one that the class has? Its index is at the same place in every WNODE of one. */
static BOOLEAN has_instance(const WMILIB_CONTEXT *lib, PIRP irp, ULONG index)
{
    PWNODE_SINGLE_INSTANCE wnode = location_of(irp)->Parameters.WMI.Buffer;

    return (wnode->WnodeHeader.Flags & WNODE_FLAG_STATIC_INSTANCE_NAMES) &&
           wnode->InstanceIndex < lib->GuidList[index].InstanceCount;
}

typedef NTSTATUS handle(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp, ULONG index);

static handle *handler_of(UCHAR minor)
{
    switch (minor) {
    case IRP_MN_QUERY_ALL_DATA:
        return query_all;
    case IRP_MN_QUERY_SINGLE_INSTANCE:
        return query_one;
    case IRP_MN_CHANGE_SINGLE_INSTANCE:
        return change_one;
    case IRP_MN_CHANGE_SINGLE_ITEM:
        return change_item;
    case IRP_MN_EXECUTE_METHOD:
        return execute;
    case IRP_MN_ENABLE_EVENTS:
    case IRP_MN_DISABLE_EVENTS:
    case IRP_MN_ENABLE_COLLECTION:
    case IRP_MN_DISABLE_COLLECTION:
        return control;
    default:
        return NULL;
    }
}

static NTSTATUS dispatch(const WMILIB_CONTEXT *lib, PDEVICE_OBJECT device, PIRP irp,
                         PSYSCTL_IRP_DISPOSITION disposition)
{
    PIO_STACK_LOCATION location = location_of(irp);
    const GUID *guid = location->Parameters.WMI.DataPath;
    handle *handler = handler_of(location->MinorFunction);
    ULONG index = 0;

    *disposition = IrpNotCompleted;
    while (index < lib->GuidCount && !IsEqualGUID(lib->GuidList[index].Guid, guid))
        index++;
    if (!handler)
        irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    else if (index == lib->GuidCount)
        irp->IoStatus.Status = STATUS_WMI_GUID_NOT_FOUND;
    else if (handler != query_all && handler != control && !has_instance(lib, irp, index))
        irp->IoStatus.Status = STATUS_WMI_INSTANCE_NOT_FOUND;
    else {
        *disposition = IrpProcessed;
        return handler(lib, device, irp, index);
    }
    return irp->IoStatus.Status;
}

NTSTATUS NTAPI WmiSystemControl(PWMILIB_CONTEXT WmiLibInfo, PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                PSYSCTL_IRP_DISPOSITION IrpDisposition)
{
    PIO_STACK_LOCATION location = location_of(Irp);

    if (location->MinorFunction > IRP_MN_REGINFO_EX) {
        *IrpDisposition = IrpNotWmi;
        return Irp->IoStatus.Status;
    }
    if (location->Parameters.WMI.ProviderId != (ULONG_PTR)DeviceObject) {
        *IrpDisposition = IrpForward;
        return Irp->IoStatus.Status;
    }
    if (location->MinorFunction != IRP_MN_REGINFO && location->MinorFunction != IRP_MN_REGINFO_EX)
        return dispatch(WmiLibInfo, DeviceObject, Irp, IrpDisposition);
    *IrpDisposition = IrpNotCompleted;
    return answer_reginfo(WmiLibInfo, DeviceObject, Irp);
}

/* ---- completion ---- */

/* The instances' lengths become their offsets and lengths, from behind: they share memory. */
static VOID spread_lengths(PWNODE_ALL_DATA wnode)
{
    PULONG lengths = (PULONG)wnode->OffsetInstanceDataAndLength;
    ULONG at = wnode->DataBlockOffset, i, k;

    for (i = 0; i + 1 < wnode->InstanceCount; i++)
        at += aligned(lengths[i]);
    for (i = wnode->InstanceCount; i--;) {
        ULONG length = lengths[i];

        k = i ? aligned(lengths[i - 1]) : 0;
        wnode->OffsetInstanceDataAndLength[i].LengthInstanceData = length;
        wnode->OffsetInstanceDataAndLength[i].OffsetInstanceData = at;
        at -= k;
    }
}

static ULONG *data_size_of(PVOID wnode, UCHAR minor, PULONG offset)
{
    if (minor == IRP_MN_EXECUTE_METHOD) {
        *offset = ((PWNODE_METHOD_ITEM)wnode)->DataBlockOffset;
        return &((PWNODE_METHOD_ITEM)wnode)->SizeDataBlock;
    }
    if (minor == IRP_MN_QUERY_SINGLE_INSTANCE) {
        *offset = ((PWNODE_SINGLE_INSTANCE)wnode)->DataBlockOffset;
        return &((PWNODE_SINGLE_INSTANCE)wnode)->SizeDataBlock;
    }
    *offset = ((PWNODE_ALL_DATA)wnode)->DataBlockOffset;
    return NULL;
}

static ULONG tell_too_small(PWNODE_TOO_SMALL wnode, ULONG needed)
{
    wnode->WnodeHeader.BufferSize = sizeof(*wnode);
    wnode->WnodeHeader.Flags |= WNODE_FLAG_TOO_SMALL;
    wnode->SizeNeeded = needed;
    return sizeof(*wnode);
}

/* The answer to a question that data belongs to; the bytes that are in the buffer. */
static ULONG conclude(PIRP irp, NTSTATUS *status, ULONG used)
{
    PIO_STACK_LOCATION location = location_of(irp);
    PVOID wnode = location->Parameters.WMI.Buffer;
    ULONG offset, total, *data_size = data_size_of(wnode, location->MinorFunction, &offset);

    total = offset + used;
    if (*status == STATUS_BUFFER_TOO_SMALL ||
        (NT_SUCCESS(*status) && total > location->Parameters.WMI.BufferSize)) {
        *status = STATUS_SUCCESS;
        return tell_too_small(wnode, total);
    }
    if (!NT_SUCCESS(*status))
        return 0;
    if (data_size)
        *data_size = used;
    else
        spread_lengths(wnode);
    ((PWNODE_HEADER)wnode)->BufferSize = total;
    return total;
}

NTSTATUS NTAPI WmiCompleteRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp, NTSTATUS Status,
                                  ULONG BufferUsed, CCHAR PriorityBoost)
{
    ULONG information = 0;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (location_of(Irp)->MinorFunction) {
    case IRP_MN_QUERY_ALL_DATA:
    case IRP_MN_QUERY_SINGLE_INSTANCE:
    case IRP_MN_EXECUTE_METHOD:
        information = conclude(Irp, &Status, BufferUsed);
        break;
    default:
        break;
    }
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = information;
    IoCompleteRequest(Irp, PriorityBoost);
    return Status;
}

NTSTATUS NTAPI WmiFireEvent(PDEVICE_OBJECT DeviceObject, LPCGUID Guid, ULONG InstanceIndex,
                            ULONG EventDataSize, PVOID EventData)
{
    const ULONG header = sizeof(WNODE_SINGLE_INSTANCE);
    PWNODE_SINGLE_INSTANCE event = NULL;
    NTSTATUS status;

    if (EventDataSize <= MAXULONG - header)
        event = ExAllocatePoolWithTag(NonPagedPoolNx, header + EventDataSize, WMI_TAG);
    if (event) {
        RtlZeroMemory(event, header);
        event->WnodeHeader.BufferSize = header + EventDataSize;
        event->WnodeHeader.ProviderId = IoWMIDeviceObjectToProviderId(DeviceObject);
        event->WnodeHeader.Guid = *Guid;
        event->WnodeHeader.Flags =
            WNODE_FLAG_EVENT_ITEM | WNODE_FLAG_SINGLE_INSTANCE | WNODE_FLAG_STATIC_INSTANCE_NAMES;
        KeQuerySystemTime(&event->WnodeHeader.TimeStamp);
        event->InstanceIndex = InstanceIndex;
        event->DataBlockOffset = header;
        event->SizeDataBlock = EventDataSize;
        if (EventDataSize)
            RtlCopyMemory((PUCHAR)event + header, EventData, EventDataSize);
    }
    status = event ? IoWMIWriteEvent(event) : STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status) && event)
        ExFreePoolWithTag(event, WMI_TAG);
    /* The data was the driver's own pool, and goes. */
    if (EventData)
        ExFreePool(EventData);
    return status;
}
