/*
 * What a provider registered, and how its instances are called.
 */
#include "wmi.h"

/* The device's instance id; mingw-w64 has the keys in user mode's headers only. */
static const DEVPROPKEY instance_id_key = {
    {0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}}, 256};

static NTSTATUS copy_string(PUNICODE_STRING to, PCWSTR text, USHORT bytes)
{
    to->Buffer = bytes ? ExAllocatePool2(POOL_FLAG_PAGED, bytes, WMI_TAG) : NULL;
    if (bytes && !to->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (bytes)
        RtlCopyMemory(to->Buffer, text, bytes);
    to->Length = to->MaximumLength = bytes;
    return STATUS_SUCCESS;
}

/* A string with its length in front, at offset in the driver's answer. NULL: it is not in it. */
static PCWSTR counted_at(const WMIREGINFOW *info, ULONG size, ULONG offset, PUSHORT bytes)
{
    if (offset > size || size - offset < sizeof(USHORT))
        return NULL;
    RtlCopyMemory(bytes, (const UCHAR *)info + offset, sizeof(*bytes));
    *bytes &= ~1u;
    offset += sizeof(USHORT);
    return *bytes <= size - offset ? (PCWSTR)((const UCHAR *)info + offset) : NULL;
}

static NTSTATUS read_list(struct wmi_class *class, const WMIREGINFOW *info, ULONG size,
                          ULONG offset)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    class->names = ExAllocatePool2(POOL_FLAG_PAGED,
                                   (class->instance_count + 1) * sizeof(*class->names), WMI_TAG);
    if (!class->names)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 0; i < class->instance_count && NT_SUCCESS(status); i++) {
        USHORT bytes;
        PCWSTR text = counted_at(info, size, offset, &bytes);

        if (!text)
            return STATUS_INVALID_PARAMETER;
        status = copy_string(&class->names[i], text, bytes);
        offset += sizeof(USHORT) + bytes;
    }
    return status;
}

static NTSTATUS read_pdo(struct wmi_class *class, PDEVICE_OBJECT pdo, BOOLEAN is_referenced)
{
    WCHAR text[256];
    ULONG needed = 0;
    DEVPROPTYPE type;
    NTSTATUS status =
        IoGetDevicePropertyData(pdo, &instance_id_key, 0, 0, sizeof(text), text, &needed, &type);

    if (is_referenced)
        ObDereferenceObject(pdo);
    /* A device without an id: its instances are _0, _1, ... */
    if (!NT_SUCCESS(status) || needed < sizeof(WCHAR))
        return STATUS_SUCCESS;
    return copy_string(&class->base, text, (USHORT)(needed - sizeof(WCHAR)));
}

static NTSTATUS read_class(struct wmi_class *class, const WMIREGINFOW *info, ULONG size,
                           const WMIREGGUIDW *guid, BOOLEAN is_referenced)
{
    USHORT bytes;
    PCWSTR text;

    class->guid = guid->Guid;
    class->flags = guid->Flags;
    class->instance_count = guid->InstanceCount;
    if (guid->Flags & WMIREG_FLAG_INSTANCE_PDO)
        return read_pdo(class, (PDEVICE_OBJECT)guid->Pdo, is_referenced);
    if (guid->Flags & WMIREG_FLAG_INSTANCE_LIST)
        return read_list(class, info, size, guid->InstanceNameList);
    if (!(guid->Flags & WMIREG_FLAG_INSTANCE_BASENAME))
        return STATUS_SUCCESS;
    text = counted_at(info, size, guid->BaseNameOffset, &bytes);
    return text ? copy_string(&class->base, text, bytes) : STATUS_INVALID_PARAMETER;
}

NTSTATUS wmi_read_classes(const WMIREGINFOW *info, ULONG size, BOOLEAN is_referenced,
                          struct wmi_classes **classes)
{
    ULONG room = (size - FIELD_OFFSET(WMIREGINFOW, WmiRegGuid)) / sizeof(WMIREGGUIDW), i;
    struct wmi_classes *made;
    NTSTATUS status = STATUS_SUCCESS;

    *classes = NULL;
    if (info->GuidCount > room)
        return STATUS_INVALID_PARAMETER;
    made = ExAllocatePool2(POOL_FLAG_PAGED,
                           sizeof(*made) + info->GuidCount * sizeof(made->items[0]), WMI_TAG);
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 0; i < info->GuidCount && NT_SUCCESS(status); i++) {
        if (info->WmiRegGuid[i].Flags & WMIREG_FLAG_REMOVE_GUID)
            continue;
        status = read_class(&made->items[made->count++], info, size, &info->WmiRegGuid[i],
                            is_referenced);
    }
    if (NT_SUCCESS(status))
        *classes = made;
    else
        wmi_free_classes(made);
    return status;
}

static VOID free_names(struct wmi_class *class)
{
    ULONG i;

    for (i = 0; class->names && i < class->instance_count; i++)
        if (class->names[i].Buffer)
            ExFreePoolWithTag(class->names[i].Buffer, WMI_TAG);
    if (class->names)
        ExFreePoolWithTag(class->names, WMI_TAG);
    if (class->base.Buffer)
        ExFreePoolWithTag(class->base.Buffer, WMI_TAG);
}

VOID wmi_free_classes(struct wmi_classes *classes)
{
    struct wmi_classes *older;
    ULONG i;

    for (; classes; classes = older) {
        older = classes->older;
        for (i = 0; i < classes->count; i++)
            free_names(&classes->items[i]);
        ExFreePoolWithTag(classes, WMI_TAG);
    }
}

NTSTATUS wmi_instance_name(const struct wmi_class *class, ULONG index, PUNICODE_STRING name)
{
    const UNICODE_STRING *base = class->names ? &class->names[index] : &class->base;
    CHAR digits[16];
    ULONG i, count;

    if (class->names)
        return copy_string(name, base->Buffer, base->Length);
    /* A base name is followed by the number as it is, a device's by an underscore as well. */
    count = (ULONG)rtl_format(digits, sizeof(digits), "%s%u",
                              class->flags & WMIREG_FLAG_INSTANCE_PDO ? "_" : "", index);
    name->Length = name->MaximumLength = (USHORT)(base->Length + count * sizeof(WCHAR));
    name->Buffer = ExAllocatePool2(POOL_FLAG_PAGED, name->Length, WMI_TAG);
    if (!name->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (base->Length)
        RtlCopyMemory(name->Buffer, base->Buffer, base->Length);
    for (i = 0; i < count; i++)
        name->Buffer[base->Length / sizeof(WCHAR) + i] = (UCHAR)digits[i];
    return STATUS_SUCCESS;
}
