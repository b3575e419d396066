/*
 * A class's data as its users see it, from all of its providers.
 */
#include "wmi.h"

#define ROOM 1024 /* for an answer, at first */

struct _OBJECT_TYPE wmi_type_block;

static VOID destroy_block(PVOID object)
{
    wmi_forget_listener(object);
}

struct _OBJECT_TYPE wmi_type_block = {
    .name = "WmiGuid", .valid_access = 0xFFFF, .pool = NonPagedPoolNx, .destroy = destroy_block};

static BOOLEAN is_provided(const GUID *guid)
{
    const struct wmi_class *class;
    struct wmi_provider *provider = wmi_next_provider(NULL, guid, &class);

    if (!provider)
        return FALSE;
    wmi_release_provider(provider);
    return TRUE;
}

NTSTATUS NTAPI IoWMIOpenBlock(GUID *DataBlockGuid, ULONG DesiredAccess, PVOID *DataBlockObject)
{
    struct wmi_block *block;
    PVOID object;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *DataBlockObject = NULL;
    if (!(DesiredAccess & WMIGUID_NOTIFICATION) && !is_provided(DataBlockGuid))
        return STATUS_WMI_GUID_NOT_FOUND;
    status = ob_create(&wmi_type_block, sizeof(*block), &object);
    if (!NT_SUCCESS(status))
        return status;
    block = object;
    block->guid = *DataBlockGuid;
    block->access = DesiredAccess;
    *DataBlockObject = block;
    return status;
}

/* ---- all data ---- */

/* Where WNODEs go, one behind the other; those that do not fit are counted. */
struct output {
    PUCHAR buffer;
    ULONG size, used;
    PWNODE_HEADER last;
};

static ULONG aligned(ULONG offset)
{
    return (offset + 7) & ~7u;
}

static NTSTATUS bytes_of_names(const struct wmi_class *class, ULONG count, PULONG bytes)
{
    UNICODE_STRING name;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    *bytes = count * sizeof(ULONG);
    for (i = 0; i < count && NT_SUCCESS(status); i++) {
        status = wmi_instance_name(class, i, &name);
        if (!NT_SUCCESS(status))
            break;
        *bytes += sizeof(USHORT) + name.Length;
        ExFreePoolWithTag(name.Buffer, WMI_TAG);
    }
    return status;
}

/* The names that the class has for its instances, at the WNODE's end. */
static NTSTATUS append_names(PWNODE_ALL_DATA wnode, ULONG at, const struct wmi_class *class)
{
    PULONG offsets = (PULONG)((PUCHAR)wnode + at);
    NTSTATUS status = STATUS_SUCCESS;
    UNICODE_STRING name;
    ULONG i;

    wnode->OffsetInstanceNameOffsets = at;
    at += wnode->InstanceCount * sizeof(ULONG);
    for (i = 0; i < wnode->InstanceCount; i++) {
        status = wmi_instance_name(class, i, &name);
        if (!NT_SUCCESS(status))
            return status;
        offsets[i] = at;
        RtlCopyMemory((PUCHAR)wnode + at, &name.Length, sizeof(USHORT));
        RtlCopyMemory((PUCHAR)wnode + at + sizeof(USHORT), name.Buffer, name.Length);
        at += sizeof(USHORT) + name.Length;
        ExFreePoolWithTag(name.Buffer, WMI_TAG);
    }
    wnode->WnodeHeader.Flags &= ~(WNODE_FLAG_STATIC_INSTANCE_NAMES | WNODE_FLAG_PDO_INSTANCE_NAMES);
    return status;
}

static NTSTATUS append_wnode(struct output *output, const WNODE_ALL_DATA *answer, ULONG bytes,
                             const struct wmi_class *class)
{
    BOOLEAN has_names = !(answer->WnodeHeader.Flags & WNODE_FLAG_STATIC_INSTANCE_NAMES);
    ULONG start = aligned(output->used), names = 0, total;
    NTSTATUS status = STATUS_SUCCESS;
    PWNODE_ALL_DATA wnode;

    if (!has_names)
        status = bytes_of_names(class, answer->InstanceCount, &names);
    if (!NT_SUCCESS(status))
        return status;
    total = aligned(bytes) + names;
    output->used = start + total;
    if (output->used > output->size)
        return STATUS_SUCCESS;
    wnode = (PWNODE_ALL_DATA)(output->buffer + start);
    RtlCopyMemory(wnode, answer, bytes);
    if (!has_names)
        status = append_names(wnode, aligned(bytes), class);
    wnode->WnodeHeader.BufferSize = total;
    wnode->WnodeHeader.Linkage = 0;
    if (output->last)
        output->last->Linkage = start - (ULONG)((PUCHAR)output->last - output->buffer);
    output->last = &wnode->WnodeHeader;
    return status;
}

static NTSTATUS query_provider(struct wmi_provider *provider, const struct wmi_class *class,
                               struct output *output)
{
    WNODE_ALL_DATA question = {
        .WnodeHeader = {.Guid = class->guid,
                        .Flags = WNODE_FLAG_ALL_DATA | WNODE_FLAG_STATIC_INSTANCE_NAMES}};
    PWNODE_HEADER wnode = &question.WnodeHeader;
    NTSTATUS status;
    ULONG used;

    if (class->flags & (WMIREG_FLAG_EVENT_ONLY_GUID | WMIREG_FLAG_TRACED_GUID))
        return STATUS_WMI_INSTANCE_NOT_FOUND;
    status = wmi_send_wnode(provider, IRP_MN_QUERY_ALL_DATA, &wnode, sizeof(question), ROOM, &used);
    if (!NT_SUCCESS(status))
        return status;
    if (used < FIELD_OFFSET(WNODE_ALL_DATA, OffsetInstanceDataAndLength) ||
        ((PWNODE_ALL_DATA)wnode)->InstanceCount > max(class->instance_count, 1))
        status = STATUS_INVALID_DEVICE_REQUEST;
    else
        status = append_wnode(output, (PWNODE_ALL_DATA)wnode, used, class);
    ExFreePoolWithTag(wnode, WMI_TAG);
    return status;
}

static NTSTATUS tell_size(PVOID buffer, PULONG size, ULONG needed)
{
    PWNODE_TOO_SMALL wnode = buffer;

    if (*size >= sizeof(*wnode)) {
        RtlZeroMemory(wnode, sizeof(*wnode));
        wnode->WnodeHeader.BufferSize = sizeof(*wnode);
        wnode->WnodeHeader.Flags = WNODE_FLAG_TOO_SMALL;
        wnode->SizeNeeded = needed;
    }
    *size = needed;
    return STATUS_BUFFER_TOO_SMALL;
}

NTSTATUS NTAPI IoWMIQueryAllData(PVOID DataBlockObject, ULONG *InOutBufferSize, PVOID OutBuffer)
{
    struct wmi_block *block = DataBlockObject;
    struct output output = {.buffer = OutBuffer, .size = *InOutBufferSize};
    NTSTATUS status = STATUS_WMI_GUID_NOT_FOUND, last;
    const struct wmi_class *class;
    struct wmi_provider *provider = NULL;

    while ((provider = wmi_next_provider(provider, &block->guid, &class))) {
        last = query_provider(provider, class, &output);
        if (NT_SUCCESS(last) || !NT_SUCCESS(status))
            status = last;
    }
    if (!NT_SUCCESS(status))
        return status;
    if (output.used > output.size)
        return tell_size(OutBuffer, InOutBufferSize, output.used);
    *InOutBufferSize = output.used;
    return status;
}

/* ---- one instance ---- */

/* Which instance of which provider has the name. */
static struct wmi_provider *find_instance(const GUID *guid, PUNICODE_STRING wanted, PULONG index)
{
    struct wmi_provider *provider = NULL;
    const struct wmi_class *class;
    UNICODE_STRING name;

    while ((provider = wmi_next_provider(provider, guid, &class))) {
        for (*index = 0; *index < class->instance_count; ++*index) {
            BOOLEAN is_wanted;

            if (!NT_SUCCESS(wmi_instance_name(class, *index, &name)))
                break;
            is_wanted = rtl_equal_no_case(&name, wanted);
            ExFreePoolWithTag(name.Buffer, WMI_TAG);
            if (is_wanted)
                return provider;
        }
    }
    return NULL;
}

/* A request about one instance; *wnode is its question, then the answer in pool. */
static NTSTATUS ask_instance(struct wmi_block *block, PUNICODE_STRING name, UCHAR minor,
                             PWNODE_HEADER *wnode, ULONG header, ULONG room, PULONG used)
{
    ULONG index;
    struct wmi_provider *provider = find_instance(&block->guid, name, &index);
    NTSTATUS status;

    if (!provider)
        return STATUS_WMI_INSTANCE_NOT_FOUND;
    (*wnode)->Guid = block->guid;
    (*wnode)->Flags |= WNODE_FLAG_STATIC_INSTANCE_NAMES;
    /* The index is at the same place in every WNODE of one instance. */
    ((PWNODE_SINGLE_INSTANCE)*wnode)->InstanceIndex = index;
    status = wmi_send_wnode(provider, minor, wnode, header, room, used);
    wmi_release_provider(provider);
    return status;
}

NTSTATUS NTAPI IoWMIQuerySingleInstance(PVOID DataBlockObject, PUNICODE_STRING InstanceName,
                                        ULONG *InOutBufferSize, PVOID OutBuffer)
{
    WNODE_SINGLE_INSTANCE question = {.WnodeHeader.Flags = WNODE_FLAG_SINGLE_INSTANCE,
                                      .DataBlockOffset = sizeof(question)};
    PWNODE_HEADER wnode = &question.WnodeHeader;
    NTSTATUS status;
    ULONG used;

    status = ask_instance(DataBlockObject, InstanceName, IRP_MN_QUERY_SINGLE_INSTANCE, &wnode,
                          sizeof(question), ROOM, &used);
    if (!NT_SUCCESS(status))
        return status;
    if (used > *InOutBufferSize) {
        status = tell_size(OutBuffer, InOutBufferSize, used);
    } else {
        RtlCopyMemory(OutBuffer, wnode, used);
        *InOutBufferSize = used;
    }
    ExFreePoolWithTag(wnode, WMI_TAG);
    return status;
}

/* A question with bytes of data behind a header, in pool. */
static PWNODE_HEADER make_question(ULONG header, const VOID *data, ULONG bytes, ULONG flags)
{
    PWNODE_HEADER wnode = ExAllocatePool2(POOL_FLAG_NON_PAGED, header + bytes, WMI_TAG);

    if (!wnode)
        return NULL;
    wnode->Flags = flags;
    if (bytes)
        RtlCopyMemory((PUCHAR)wnode + header, data, bytes);
    return wnode;
}

/* Sends a question that make_question made, and frees it; the answer is not looked at. */
static NTSTATUS tell_instance(struct wmi_block *block, PUNICODE_STRING name, UCHAR minor,
                              PWNODE_HEADER question, ULONG bytes)
{
    PWNODE_HEADER wnode = question;
    ULONG used;
    NTSTATUS status = ask_instance(block, name, minor, &wnode, bytes, 0, &used);

    if (NT_SUCCESS(status))
        ExFreePoolWithTag(wnode, WMI_TAG);
    ExFreePoolWithTag(question, WMI_TAG);
    return status;
}

NTSTATUS NTAPI IoWMISetSingleInstance(PVOID DataBlockObject, PUNICODE_STRING InstanceName,
                                      ULONG Version, ULONG ValueBufferSize, PVOID ValueBuffer)
{
    const ULONG header = sizeof(WNODE_SINGLE_INSTANCE);
    PWNODE_SINGLE_INSTANCE question = (PWNODE_SINGLE_INSTANCE)make_question(
        header, ValueBuffer, ValueBufferSize, WNODE_FLAG_SINGLE_INSTANCE);

    if (!question)
        return STATUS_INSUFFICIENT_RESOURCES;
    question->WnodeHeader.Version = Version;
    question->DataBlockOffset = header;
    question->SizeDataBlock = ValueBufferSize;
    return tell_instance(DataBlockObject, InstanceName, IRP_MN_CHANGE_SINGLE_INSTANCE,
                         &question->WnodeHeader, header + ValueBufferSize);
}

NTSTATUS NTAPI IoWMISetSingleItem(PVOID DataBlockObject, PUNICODE_STRING InstanceName,
                                  ULONG DataItemId, ULONG Version, ULONG ValueBufferSize,
                                  PVOID ValueBuffer)
{
    const ULONG header = (sizeof(WNODE_SINGLE_ITEM) + 7) & ~7u;
    PWNODE_SINGLE_ITEM question = (PWNODE_SINGLE_ITEM)make_question(
        header, ValueBuffer, ValueBufferSize, WNODE_FLAG_SINGLE_ITEM);

    if (!question)
        return STATUS_INSUFFICIENT_RESOURCES;
    question->WnodeHeader.Version = Version;
    question->ItemId = DataItemId;
    question->DataBlockOffset = header;
    question->SizeDataItem = ValueBufferSize;
    return tell_instance(DataBlockObject, InstanceName, IRP_MN_CHANGE_SINGLE_ITEM,
                         &question->WnodeHeader, header + ValueBufferSize);
}

/* What a method gave back, into the caller's buffer. */
static NTSTATUS take_output(const WNODE_METHOD_ITEM *answer, ULONG used, PULONG size, PUCHAR buffer)
{
    if (used < sizeof(*answer) || answer->DataBlockOffset > used ||
        answer->SizeDataBlock > used - answer->DataBlockOffset)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (answer->SizeDataBlock > *size) {
        *size = answer->SizeDataBlock;
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(buffer, (const UCHAR *)answer + answer->DataBlockOffset, answer->SizeDataBlock);
    *size = answer->SizeDataBlock;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoWMIExecuteMethod(PVOID DataBlockObject, PUNICODE_STRING InstanceName,
                                  ULONG MethodId, ULONG InBufferSize, PULONG OutBufferSize,
                                  PUCHAR InOutBuffer)
{
    const ULONG header = (sizeof(WNODE_METHOD_ITEM) + 7) & ~7u;
    PWNODE_METHOD_ITEM question = (PWNODE_METHOD_ITEM)make_question(
        header, InOutBuffer, InBufferSize, WNODE_FLAG_METHOD_ITEM);
    ULONG room = *OutBufferSize > InBufferSize ? *OutBufferSize - InBufferSize : 0, used;
    PWNODE_HEADER wnode = (PWNODE_HEADER)question;
    NTSTATUS status;

    if (!question)
        return STATUS_INSUFFICIENT_RESOURCES;
    question->MethodId = MethodId;
    question->DataBlockOffset = header;
    question->SizeDataBlock = InBufferSize;
    status = ask_instance(DataBlockObject, InstanceName, IRP_MN_EXECUTE_METHOD, &wnode,
                          header + InBufferSize, room, &used);
    if (NT_SUCCESS(status)) {
        status = take_output((PWNODE_METHOD_ITEM)wnode, used, OutBufferSize, InOutBuffer);
        ExFreePoolWithTag(wnode, WMI_TAG);
    }
    ExFreePoolWithTag(question, WMI_TAG);
    return status;
}
