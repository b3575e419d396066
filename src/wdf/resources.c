/*
 * WDFCMRESLIST and WDFIORESLIST: lists of resource descriptors.
 */
#include "resources.h"
#include "driver.h"

#define DESCRIPTOR_ROOM sizeof(IO_RESOURCE_DESCRIPTOR) /* the larger one */

struct wdf_resource {
    LIST_ENTRY link; /* in wdf_resource_list.entries */
    __attribute__((aligned(8))) UCHAR descriptor[DESCRIPTOR_ROOM];
    /* What GetDescriptor returns: the driver's to write to. */
    __attribute__((aligned(8))) UCHAR copy[DESCRIPTOR_ROOM];
};

_Static_assert(DESCRIPTOR_ROOM >= sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR), "one room for both");

static SIZE_T descriptor_bytes(struct wdf_resource_list *list)
{
    return list->object.type == &wdf_type_cm_list ? sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)
                                                  : sizeof(IO_RESOURCE_DESCRIPTOR);
}

/* An alternative may be changed as its requirements may. */
static ULONG access_of(struct wdf_resource_list *list)
{
    return list->owner ? list->owner->access : list->access;
}

static VOID mark_changed(struct wdf_resource_list *list)
{
    list->is_changed = TRUE;
    if (list->owner)
        list->owner->is_changed = TRUE;
}

/* ---- contents; the lock is held -------------------------------------------------- */

static struct wdf_resource *entry_at(struct wdf_resource_list *list, ULONG index)
{
    PLIST_ENTRY entry = list->entries.Flink;

    if (index >= list->count)
        return NULL;
    while (index--)
        entry = entry->Flink;
    return CONTAINING_RECORD(entry, struct wdf_resource, link);
}

static VOID unlink(struct wdf_resource_list *list, struct wdf_resource *resource)
{
    RemoveEntryList(&resource->link);
    list->count--;
    mark_changed(list);
}

/* ---- contents -------------------------------------------------------------------------- */

NTSTATUS wdf_insert_descriptor(struct wdf_resource_list *list, const VOID *descriptor, ULONG index)
{
    struct wdf_resource *resource, *next;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    resource = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*resource),
                               list->object.globals->seen.DriverTag);
    if (!resource)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(resource->descriptor, descriptor, descriptor_bytes(list));
    KeAcquireSpinLock(&list->lock, &irql);
    next = entry_at(list, index);
    if (next) {
        InsertTailList(&next->link, &resource->link);
    } else if (index == WDF_INSERT_AT_END || index == list->count) {
        InsertTailList(&list->entries, &resource->link);
    } else {
        status = STATUS_ARRAY_BOUNDS_EXCEEDED;
    }
    if (NT_SUCCESS(status))
        list->count++;
    KeReleaseSpinLock(&list->lock, irql);
    if (!NT_SUCCESS(status))
        ExFreePool(resource);
    return status;
}

VOID wdf_each_descriptor(struct wdf_resource_list *list,
                         VOID (*visit)(const VOID *descriptor, PVOID context), PVOID context)
{
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    for (entry = list->entries.Flink; entry != &list->entries; entry = entry->Flink)
        visit(CONTAINING_RECORD(entry, struct wdf_resource, link)->descriptor, context);
    KeReleaseSpinLock(&list->lock, irql);
}

static VOID empty(struct wdf_resource_list *list)
{
    while (!IsListEmpty(&list->entries)) {
        struct wdf_resource *resource =
            CONTAINING_RECORD(RemoveHeadList(&list->entries), struct wdf_resource, link);

        ExFreePool(resource);
    }
    list->count = 0;
}

static NTSTATUS insert_for_driver(struct wdf_resource_list *list, const VOID *descriptor,
                                  ULONG index, PCSTR function)
{
    NTSTATUS status;

    if (!(access_of(list) & WDF_RESOURCES_MAY_ADD)) {
        wdf_misuse(list->object.globals, function, "the list may not be added to");
        return STATUS_ACCESS_DENIED;
    }
    status = wdf_insert_descriptor(list, descriptor, index);
    if (NT_SUCCESS(status))
        mark_changed(list);
    return status;
}

static PVOID get_for_driver(struct wdf_resource_list *list, ULONG index)
{
    struct wdf_resource *resource;
    KIRQL irql;

    KeAcquireSpinLock(&list->lock, &irql);
    resource = entry_at(list, index);
    if (resource)
        RtlCopyMemory(resource->copy, resource->descriptor, DESCRIPTOR_ROOM);
    KeReleaseSpinLock(&list->lock, irql);
    return resource ? resource->copy : NULL;
}

static ULONG count_of(struct wdf_resource_list *list)
{
    return __atomic_load_n(&list->count, __ATOMIC_RELAXED);
}

static BOOLEAN may_remove(struct wdf_resource_list *list, PCSTR function)
{
    if (access_of(list) & WDF_RESOURCES_MAY_REMOVE)
        return TRUE;
    wdf_misuse(list->object.globals, function, "the list may not be removed from");
    return FALSE;
}

static VOID remove_at(struct wdf_resource_list *list, ULONG index, PCSTR function)
{
    struct wdf_resource *resource;
    KIRQL irql;

    if (!may_remove(list, function))
        return;
    KeAcquireSpinLock(&list->lock, &irql);
    resource = entry_at(list, index);
    if (resource)
        unlink(list, resource);
    KeReleaseSpinLock(&list->lock, irql);
    if (resource)
        ExFreePool(resource);
    else
        wdf_misuse(list->object.globals, function, "the list has no descriptor %u", index);
}

static VOID remove_equal(struct wdf_resource_list *list, const VOID *descriptor, PCSTR function)
{
    SIZE_T bytes = descriptor_bytes(list);
    struct wdf_resource *found = NULL;
    PLIST_ENTRY entry;
    KIRQL irql;

    if (!may_remove(list, function))
        return;
    KeAcquireSpinLock(&list->lock, &irql);
    for (entry = list->entries.Flink; entry != &list->entries && !found; entry = entry->Flink) {
        struct wdf_resource *resource = CONTAINING_RECORD(entry, struct wdf_resource, link);

        if (RtlCompareMemory(resource->descriptor, descriptor, bytes) == bytes)
            found = resource;
    }
    if (found)
        unlink(list, found);
    KeReleaseSpinLock(&list->lock, irql);
    if (found)
        ExFreePool(found);
}

/* ---- the objects --------------------------------------------------------------------- */

static VOID destroy_list(struct wdf_object *object)
{
    empty((struct wdf_resource_list *)object);
}

const struct wdf_type wdf_type_cm_list = {
    .name = "WDFCMRESLIST",
    .number = WDF_TYPE_NUMBER_CM_RESOURCE_LIST,
    .flags = WDF_TYPE_NO_DELETE,
    .destroy = destroy_list,
};

const struct wdf_type wdf_type_io_list = {
    .name = "WDFIORESLIST",
    .number = WDF_TYPE_NUMBER_IO_RESOURCE_LIST,
    .flags = WDF_TYPE_NO_DELETE,
    .destroy = destroy_list,
};

static NTSTATUS make_list(struct wdf_globals *globals, const struct wdf_type *type,
                          PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_resource_list **made)
{
    struct wdf_resource_list *list;
    NTSTATUS status;

    status = wdf_allocate_object(globals, type, sizeof(*list), attributes, (PVOID *)&list);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeSpinLock(&list->lock);
    InitializeListHead(&list->entries);
    *made = list;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_make_cm_list(struct wdf_device *device, struct wdf_resource_list **list)
{
    struct wdf_resource_list *made;
    NTSTATUS status = make_list(device->object.globals, &wdf_type_cm_list, NULL, &made);

    if (!NT_SUCCESS(status))
        return status;
    status = wdf_commit_object(&made->object, NULL);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&made->object);
        return status;
    }
    made->object.device = device;
    *list = made;
    return STATUS_SUCCESS;
}

VOID wdf_delete_cm_list(struct wdf_resource_list *list)
{
    wdf_delete_object(&list->object);
}

NTSTATUS wdf_make_io_list(struct wdf_requirements *owner, PWDF_OBJECT_ATTRIBUTES attributes,
                          struct wdf_resource_list **list)
{
    struct wdf_resource_list *made;
    NTSTATUS status = make_list(owner->object.globals, &wdf_type_io_list, attributes, &made);

    if (!NT_SUCCESS(status))
        return status;
    made->owner = owner;
    status = wdf_commit_object(&made->object, &owner->object);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&made->object);
        return status;
    }
    *list = made;
    return STATUS_SUCCESS;
}

/* ---- to and from what the PnP manager has ---------------------------------------------- */

NTSTATUS wdf_read_cm_list(struct wdf_resource_list *list, PCM_RESOURCE_LIST from, ULONG access)
{
    PCM_PARTIAL_RESOURCE_LIST partial = from ? &from->List[0].PartialResourceList : NULL;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    empty(list);
    list->access = access;
    list->is_changed = FALSE;
    for (i = 0; from && from->Count && i < partial->Count && NT_SUCCESS(status); i++)
        status = wdf_insert_descriptor(list, &partial->PartialDescriptors[i], WDF_INSERT_AT_END);
    if (!NT_SUCCESS(status))
        empty(list);
    return status;
}

static VOID append(const VOID *descriptor, PVOID context)
{
    PCM_PARTIAL_RESOURCE_LIST partial = context;

    RtlCopyMemory(&partial->PartialDescriptors[partial->Count++], descriptor,
                  sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR));
}

NTSTATUS wdf_write_cm_list(struct wdf_resource_list *list, PCM_RESOURCE_LIST *to)
{
    SIZE_T bytes = FIELD_OFFSET(CM_RESOURCE_LIST, List[0].PartialResourceList.PartialDescriptors) +
                   (SIZE_T)list->count * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
    PCM_RESOURCE_LIST written;

    *to = NULL;
    if (!list->count)
        return STATUS_SUCCESS;
    written = ExAllocatePool2(POOL_FLAG_NON_PAGED, max(bytes, sizeof(*written)),
                              list->object.globals->seen.DriverTag);
    if (!written)
        return STATUS_INSUFFICIENT_RESOURCES;
    written->Count = 1;
    written->List[0].PartialResourceList.Version = 1;
    written->List[0].PartialResourceList.Revision = 1;
    wdf_each_descriptor(list, append, &written->List[0].PartialResourceList);
    *to = written;
    return STATUS_SUCCESS;
}

/* ---- for drivers: WDFCMRESLIST ------------------------------------------------------------ */

static struct wdf_resource_list *cm_list_of(WDFCMRESLIST handle, PCSTR function)
{
    return (struct wdf_resource_list *)wdf_object_of(handle, &wdf_type_cm_list, function);
}

static struct wdf_resource_list *io_list_of(WDFIORESLIST handle, PCSTR function)
{
    return (struct wdf_resource_list *)wdf_object_of(handle, &wdf_type_io_list, function);
}

NTSTATUS NTAPI imp_WdfCmResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFCMRESLIST List,
                                                     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Descriptor);
    return insert_for_driver(cm_list_of(List, __func__), Descriptor, WDF_INSERT_AT_END, __func__);
}

NTSTATUS NTAPI imp_WdfCmResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFCMRESLIST List,
                                                     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor,
                                                     ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Descriptor);
    return insert_for_driver(cm_list_of(List, __func__), Descriptor, Index, __func__);
}

ULONG NTAPI imp_WdfCmResourceListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return count_of(cm_list_of(List, __func__));
}

PCM_PARTIAL_RESOURCE_DESCRIPTOR NTAPI imp_WdfCmResourceListGetDescriptor(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List, ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return get_for_driver(cm_list_of(List, __func__), Index);
}

VOID NTAPI imp_WdfCmResourceListRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List,
                                       ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    remove_at(cm_list_of(List, __func__), Index, __func__);
}

VOID NTAPI imp_WdfCmResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFCMRESLIST List,
                                                   PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Descriptor);
    remove_equal(cm_list_of(List, __func__), Descriptor, __func__);
}

/* ---- for drivers: WDFIORESLIST ------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfIoResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIORESLIST ResourceList,
                                                     PIO_RESOURCE_DESCRIPTOR Descriptor)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Descriptor);
    return insert_for_driver(io_list_of(ResourceList, __func__), Descriptor, WDF_INSERT_AT_END,
                             __func__);
}

NTSTATUS NTAPI imp_WdfIoResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIORESLIST ResourceList,
                                                     PIO_RESOURCE_DESCRIPTOR Descriptor,
                                                     ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Descriptor);
    return insert_for_driver(io_list_of(ResourceList, __func__), Descriptor, Index, __func__);
}

VOID NTAPI imp_WdfIoResourceListUpdateDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFIORESLIST ResourceList,
                                                 PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Index)
{
    struct wdf_resource_list *list = io_list_of(ResourceList, __func__);
    struct wdf_resource *resource;
    KIRQL irql;

    WDF_REQUIRE(Descriptor);
    KeAcquireSpinLock(&list->lock, &irql);
    resource = entry_at(list, Index);
    if (resource) {
        RtlCopyMemory(resource->descriptor, Descriptor, sizeof(*Descriptor));
        mark_changed(list);
    }
    KeReleaseSpinLock(&list->lock, irql);
    if (!resource)
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "the list has no descriptor %u", Index);
}

ULONG NTAPI imp_WdfIoResourceListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFIORESLIST ResourceList)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return count_of(io_list_of(ResourceList, __func__));
}

PIO_RESOURCE_DESCRIPTOR NTAPI imp_WdfIoResourceListGetDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                 WDFIORESLIST ResourceList,
                                                                 ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return get_for_driver(io_list_of(ResourceList, __func__), Index);
}

VOID NTAPI imp_WdfIoResourceListRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESLIST ResourceList,
                                       ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    remove_at(io_list_of(ResourceList, __func__), Index, __func__);
}

VOID NTAPI imp_WdfIoResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIORESLIST ResourceList,
                                                   PIO_RESOURCE_DESCRIPTOR Descriptor)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Descriptor);
    remove_equal(io_list_of(ResourceList, __func__), Descriptor, __func__);
}
