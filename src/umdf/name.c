/*
 * Device interfaces and symbolic links of a host's drivers, which are the kernel's; and events that
 * programs are told of.
 */
#include "errand.h"

#include <initguid.h>
#include <wdmguid.h>

static ULONG64 hash(const UCHAR *bytes, ULONG length)
{
    ULONG64 value = 0xCBF29CE484222325ull; /* FNV-1a */
    ULONG i;

    for (i = 0; i < length; i++)
        value = (value ^ bytes[i]) * 0x100000001B3ull;
    return value;
}

/* An interface stays in the registry: of new ones there are only so many. */
static BOOLEAN may_have_interface(struct umdf_stack *stack, ULONG64 which)
{
    BOOLEAN may;
    ULONG i;

    mm_acquire(&stack->link_lock);
    for (i = 0; i < stack->interface_count && stack->interfaces[i] != which; i++)
        ;
    may = i < UMDF_INTERFACES;
    if (may && i == stack->interface_count)
        stack->interfaces[stack->interface_count++] = which;
    mm_release(&stack->link_lock);
    return may;
}

/* bytes: the class, then the reference string. */
NTSTATUS umdf_set_interface(struct umdf_errand *errand)
{
    UNICODE_STRING reference, link;
    GUID guid;
    NTSTATUS status;

    if (errand->input_length < sizeof(guid) || errand->input_length > sizeof(guid) + 512 ||
        errand->input_length % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    if (!may_have_interface(errand->stack, hash(errand->bytes, errand->input_length)))
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(&guid, errand->bytes, sizeof(guid));
    reference.Buffer = (PWSTR)(errand->bytes + sizeof(guid));
    reference.Length = reference.MaximumLength = (USHORT)(errand->input_length - sizeof(guid));
    status = IoRegisterDeviceInterface(errand->stack->pdo, &guid,
                                       reference.Length ? &reference : NULL, &link);
    if (!NT_SUCCESS(status))
        return status;
    status = IoSetDeviceInterfaceState(&link, errand->words[0] != 0);
    RtlFreeUnicodeString(&link);
    return status;
}

struct link {
    LIST_ENTRY entry;
    UNICODE_STRING name;
    WCHAR text[];
};

VOID umdf_drop_links(struct umdf_stack *stack)
{
    while (!IsListEmpty(&stack->links)) {
        struct link *link = CONTAINING_RECORD(RemoveHeadList(&stack->links), struct link, entry);

        IoDeleteSymbolicLink(&link->name);
        ExFreePoolWithTag(link, UMDF_TAG);
    }
}

/* One of the stack's own, taken off its list; or NULL. */
static struct link *take_link(struct umdf_stack *stack, PCUNICODE_STRING name)
{
    struct link *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&stack->link_lock);
    for (entry = stack->links.Flink; entry != &stack->links && !found; entry = entry->Flink) {
        struct link *link = CONTAINING_RECORD(entry, struct link, entry);

        if (rtl_equal_no_case(&link->name, name))
            found = link;
    }
    if (found) {
        RemoveEntryList(&found->entry);
        stack->link_count--;
    }
    mm_release(&stack->link_lock);
    return found;
}

static NTSTATUS delete_link(struct umdf_stack *stack, PCUNICODE_STRING name)
{
    struct link *link = take_link(stack, name);
    NTSTATUS status;

    if (!link)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = IoDeleteSymbolicLink(&link->name);
    ExFreePoolWithTag(link, UMDF_TAG);
    return status;
}

/* FALSE: there are as many as may be. */
static BOOLEAN add_link(struct umdf_stack *stack, struct link *link)
{
    BOOLEAN may;

    mm_acquire(&stack->link_lock);
    may = stack->link_count < UMDF_LINKS;
    if (may) {
        InsertHeadList(&stack->links, &link->entry);
        stack->link_count++;
    }
    mm_release(&stack->link_lock);
    return may;
}

static NTSTATUS create_link(struct umdf_stack *stack, PCUNICODE_STRING name)
{
    struct link *link =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*link) + name->Length, UMDF_TAG);
    WCHAR text[128];
    UNICODE_STRING target = {.Buffer = text};
    ULONG bytes;
    NTSTATUS status;

    if (!link)
        return STATUS_INSUFFICIENT_RESOURCES;
    link->name = (UNICODE_STRING){name->Length, name->Length, link->text};
    memcpy(link->text, name->Buffer, name->Length);
    status = IoGetDeviceProperty(stack->pdo, DevicePropertyPhysicalDeviceObjectName, sizeof(text),
                                 text, &bytes);
    if (NT_SUCCESS(status)) {
        target.Length = target.MaximumLength = (USHORT)(bytes - sizeof(WCHAR));
        status = IoCreateSymbolicLink(&link->name, &target);
    }
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(link, UMDF_TAG);
        return status;
    }
    if (!add_link(stack, link)) {
        IoDeleteSymbolicLink(&link->name);
        ExFreePoolWithTag(link, UMDF_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

/* bytes: the name of a symbolic link to the device. */
NTSTATUS umdf_change_link(struct umdf_errand *errand)
{
    UNICODE_STRING name = {(USHORT)errand->input_length, (USHORT)errand->input_length,
                           (PWSTR)errand->bytes};

    if (!errand->input_length || errand->input_length > 512 || errand->input_length % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    return errand->words[0] ? delete_link(errand->stack, &name) : create_link(errand->stack, &name);
}

/* ---- events --------------------------------------------------------------------------- */

#define EVENT_HEADER FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer)

static NTSTATUS tell(PDEVICE_OBJECT pdo, const GUID *event, const VOID *data, ULONG bytes)
{
    TARGET_DEVICE_CUSTOM_NOTIFICATION *notification =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*notification) + bytes, UMDF_TAG);
    NTSTATUS status;

    if (!notification)
        return STATUS_INSUFFICIENT_RESOURCES;
    notification->Version = 1;
    notification->Size = (USHORT)(EVENT_HEADER + bytes);
    notification->Event = *event;
    notification->NameBufferOffset = -1;
    if (bytes)
        memcpy(notification->CustomDataBuffer, data, bytes);
    status = IoReportTargetDeviceChangeAsynchronous(pdo, notification, NULL, NULL);
    ExFreePoolWithTag(notification, UMDF_TAG);
    return status == STATUS_PENDING ? STATUS_SUCCESS : status;
}

NTSTATUS umdf_post_event(struct umdf_errand *errand)
{
    ULONG length = errand->input_length;
    NTSTATUS status;
    GUID event;

    if (length < sizeof(event) || length - sizeof(event) > MAXUSHORT - EVENT_HEADER)
        return STATUS_INVALID_PARAMETER;
    if (!umdf_make_data(errand, length))
        return STATUS_INSUFFICIENT_RESOURCES;
    umdf_fetch_input(errand, errand->data);
    memcpy(&event, errand->data, sizeof(event));
    status = tell(errand->stack->pdo, &event, errand->data + sizeof(event),
                  length - (ULONG)sizeof(event));
    return status;
}

VOID umdf_tell_of_failure(struct umdf_stack *stack)
{
    tell(stack->pdo, &GUID_WUDF_DEVICE_HOST_PROBLEM, NULL, 0);
}
