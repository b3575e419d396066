/*
 * WDFIORESREQLIST: the alternatives of what a device wants.
 */
#include "resources.h"
#include "driver.h"

const struct wdf_type wdf_type_requirements = {
    .name = "WDFIORESREQLIST",
    .number = WDF_TYPE_NUMBER_IO_RESOURCE_REQUIREMENTS,
    .flags = WDF_TYPE_NO_DELETE,
};

static struct wdf_requirements *requirements_of(WDFIORESREQLIST handle, PCSTR function)
{
    return (struct wdf_requirements *)wdf_object_of(handle, &wdf_type_requirements, function);
}

/* ---- alternatives; the lock is held ----------------------------------------------- */

static struct wdf_resource_list *list_at(struct wdf_requirements *requirements, ULONG index)
{
    PLIST_ENTRY entry = requirements->lists.Flink;

    if (index >= requirements->count)
        return NULL;
    while (index--)
        entry = entry->Flink;
    return CONTAINING_RECORD(entry, struct wdf_resource_list, link);
}

static NTSTATUS link_list(struct wdf_requirements *requirements, struct wdf_resource_list *list,
                          ULONG index)
{
    struct wdf_resource_list *next = list_at(requirements, index);

    if (list->is_linked)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (next)
        InsertTailList(&next->link, &list->link);
    else if (index == WDF_INSERT_AT_END || index == requirements->count)
        InsertTailList(&requirements->lists, &list->link);
    else
        return STATUS_ARRAY_BOUNDS_EXCEEDED;
    list->is_linked = TRUE;
    requirements->count++;
    return STATUS_SUCCESS;
}

static VOID unlink_list(struct wdf_requirements *requirements, struct wdf_resource_list *list)
{
    RemoveEntryList(&list->link);
    list->is_linked = FALSE;
    requirements->count--;
    requirements->is_changed = TRUE;
}

/* ---- to and from what the PnP manager has ------------------------------------------- */

static NTSTATUS make_requirements(struct wdf_device *device, ULONG access,
                                  struct wdf_requirements **made)
{
    struct wdf_requirements *requirements;
    NTSTATUS status;

    status = wdf_allocate_object(device->object.globals, &wdf_type_requirements,
                                 sizeof(*requirements), NULL, (PVOID *)&requirements);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeSpinLock(&requirements->lock);
    InitializeListHead(&requirements->lists);
    requirements->access = access;
    requirements->interface_type = Internal;
    status = wdf_commit_object(&requirements->object, &device->object);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&requirements->object);
        return status;
    }
    *made = requirements;
    return STATUS_SUCCESS;
}

/* Reads one alternative; *from moves on to the next. */
static NTSTATUS read_list(struct wdf_requirements *requirements, PIO_RESOURCE_LIST *from)
{
    PIO_RESOURCE_LIST source = *from;
    struct wdf_resource_list *list;
    NTSTATUS status = wdf_make_io_list(requirements, NULL, &list);
    ULONG i;

    for (i = 0; NT_SUCCESS(status) && i < source->Count; i++)
        status = wdf_insert_descriptor(list, &source->Descriptors[i], WDF_INSERT_AT_END);
    if (NT_SUCCESS(status))
        status = link_list(requirements, list, WDF_INSERT_AT_END);
    *from = (PIO_RESOURCE_LIST)&source->Descriptors[source->Count];
    return status;
}

static NTSTATUS read_requirements(struct wdf_requirements *requirements,
                                  PIO_RESOURCE_REQUIREMENTS_LIST from)
{
    PIO_RESOURCE_LIST list;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    if (!from)
        return STATUS_SUCCESS;
    requirements->slot = from->SlotNumber;
    requirements->interface_type = from->InterfaceType;
    list = from->List;
    for (i = 0; NT_SUCCESS(status) && i < from->AlternativeLists; i++)
        status = read_list(requirements, &list);
    return status;
}

static VOID append(const VOID *descriptor, PVOID context)
{
    PIO_RESOURCE_LIST list = context;

    RtlCopyMemory(&list->Descriptors[list->Count++], descriptor, sizeof(IO_RESOURCE_DESCRIPTOR));
}

static SIZE_T written_bytes(struct wdf_requirements *requirements)
{
    SIZE_T bytes = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List);
    PLIST_ENTRY entry;

    for (entry = requirements->lists.Flink; entry != &requirements->lists; entry = entry->Flink)
        bytes += FIELD_OFFSET(IO_RESOURCE_LIST, Descriptors) +
                 (SIZE_T)CONTAINING_RECORD(entry, struct wdf_resource_list, link)->count *
                     sizeof(IO_RESOURCE_DESCRIPTOR);
    return bytes;
}

static PIO_RESOURCE_REQUIREMENTS_LIST write_requirements(struct wdf_requirements *requirements)
{
    SIZE_T bytes = max(written_bytes(requirements), sizeof(IO_RESOURCE_REQUIREMENTS_LIST));
    PIO_RESOURCE_REQUIREMENTS_LIST written;
    PIO_RESOURCE_LIST list;
    PLIST_ENTRY entry;

    written = ExAllocatePool2(POOL_FLAG_PAGED, bytes, requirements->object.globals->seen.DriverTag);
    if (!written)
        return NULL;
    written->ListSize = (ULONG)bytes;
    written->InterfaceType = requirements->interface_type;
    written->SlotNumber = requirements->slot;
    written->AlternativeLists = requirements->count;
    list = written->List;
    for (entry = requirements->lists.Flink; entry != &requirements->lists; entry = entry->Flink) {
        list->Version = 1;
        list->Revision = 1;
        wdf_each_descriptor(CONTAINING_RECORD(entry, struct wdf_resource_list, link), append, list);
        list = (PIO_RESOURCE_LIST)&list->Descriptors[list->Count];
    }
    return written;
}

NTSTATUS wdf_filter_requirements(struct wdf_device *device,
                                 NTSTATUS (*call)(struct wdf_device *device,
                                                  WDFIORESREQLIST requirements),
                                 PIO_RESOURCE_REQUIREMENTS_LIST from, ULONG access,
                                 PIO_RESOURCE_REQUIREMENTS_LIST *to)
{
    struct wdf_requirements *requirements;
    NTSTATUS status = make_requirements(device, access, &requirements);

    *to = NULL;
    if (!NT_SUCCESS(status))
        return status;
    status = read_requirements(requirements, from);
    if (NT_SUCCESS(status))
        status = call(device, wdf_handle_of(requirements));
    if (NT_SUCCESS(status) && requirements->is_changed) {
        *to = write_requirements(requirements);
        if (!*to)
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    wdf_delete_object(&requirements->object);
    return status;
}

/* ---- for drivers ----------------------------------------------------------------------- */

VOID NTAPI imp_WdfIoResourceRequirementsListSetSlotNumber(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFIORESREQLIST RequirementsList,
                                                          ULONG SlotNumber)
{
    struct wdf_requirements *requirements = requirements_of(RequirementsList, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (requirements->slot != SlotNumber)
        requirements->is_changed = TRUE;
    requirements->slot = SlotNumber;
}

VOID NTAPI imp_WdfIoResourceRequirementsListSetInterfaceType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFIORESREQLIST RequirementsList,
                                                             INTERFACE_TYPE InterfaceType)
{
    struct wdf_requirements *requirements = requirements_of(RequirementsList, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (requirements->interface_type != InterfaceType)
        requirements->is_changed = TRUE;
    requirements->interface_type = InterfaceType;
}

static NTSTATUS insert(WDFIORESREQLIST handle, WDFIORESLIST list_handle, ULONG index,
                       PCSTR function)
{
    struct wdf_requirements *requirements = requirements_of(handle, function);
    struct wdf_resource_list *list =
        (struct wdf_resource_list *)wdf_object_of(list_handle, &wdf_type_io_list, function);
    NTSTATUS status;
    KIRQL irql;

    if (list->owner != requirements)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!(requirements->access & WDF_RESOURCES_MAY_ADD)) {
        wdf_misuse(requirements->object.globals, function, "the list may not be added to");
        return STATUS_ACCESS_DENIED;
    }
    KeAcquireSpinLock(&requirements->lock, &irql);
    status = link_list(requirements, list, index);
    if (NT_SUCCESS(status))
        requirements->is_changed = TRUE;
    KeReleaseSpinLock(&requirements->lock, irql);
    return status;
}

NTSTATUS NTAPI imp_WdfIoResourceRequirementsListAppendIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                WDFIORESREQLIST RequirementsList,
                                                                WDFIORESLIST IoResList)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return insert(RequirementsList, IoResList, WDF_INSERT_AT_END, __func__);
}

NTSTATUS NTAPI imp_WdfIoResourceRequirementsListInsertIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                WDFIORESREQLIST RequirementsList,
                                                                WDFIORESLIST IoResList, ULONG Index)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return insert(RequirementsList, IoResList, Index, __func__);
}

ULONG NTAPI imp_WdfIoResourceRequirementsListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFIORESREQLIST RequirementsList)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return __atomic_load_n(&requirements_of(RequirementsList, __func__)->count, __ATOMIC_RELAXED);
}

WDFIORESLIST NTAPI imp_WdfIoResourceRequirementsListGetIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                 WDFIORESREQLIST RequirementsList,
                                                                 ULONG Index)
{
    struct wdf_requirements *requirements = requirements_of(RequirementsList, __func__);
    struct wdf_resource_list *list;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverGlobals);
    KeAcquireSpinLock(&requirements->lock, &irql);
    list = list_at(requirements, Index);
    KeReleaseSpinLock(&requirements->lock, irql);
    return list ? wdf_handle_of(list) : NULL;
}

static BOOLEAN may_remove(struct wdf_requirements *requirements, PCSTR function)
{
    if (requirements->access & WDF_RESOURCES_MAY_REMOVE)
        return TRUE;
    wdf_misuse(requirements->object.globals, function, "the list may not be removed from");
    return FALSE;
}

VOID NTAPI imp_WdfIoResourceRequirementsListRemove(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIORESREQLIST RequirementsList, ULONG Index)
{
    struct wdf_requirements *requirements = requirements_of(RequirementsList, __func__);
    struct wdf_resource_list *list;
    KIRQL irql;

    if (!may_remove(requirements, __func__))
        return;
    KeAcquireSpinLock(&requirements->lock, &irql);
    list = list_at(requirements, Index);
    if (list)
        unlink_list(requirements, list);
    KeReleaseSpinLock(&requirements->lock, irql);
    if (list)
        wdf_delete_object(&list->object);
    else
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "there is no alternative %u", Index);
}

VOID NTAPI imp_WdfIoResourceRequirementsListRemoveByIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFIORESREQLIST RequirementsList,
                                                              WDFIORESLIST IoResList)
{
    struct wdf_requirements *requirements = requirements_of(RequirementsList, __func__);
    struct wdf_resource_list *list = WDF_GET(struct wdf_resource_list, wdf_type_io_list, IoResList);
    BOOLEAN is_there;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!may_remove(requirements, __func__))
        return;
    KeAcquireSpinLock(&requirements->lock, &irql);
    is_there = list->owner == requirements && list->is_linked;
    if (is_there)
        unlink_list(requirements, list);
    KeReleaseSpinLock(&requirements->lock, irql);
    if (is_there)
        wdf_delete_object(&list->object);
}

NTSTATUS NTAPI imp_WdfIoResourceListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFIORESREQLIST RequirementsList,
                                           PWDF_OBJECT_ATTRIBUTES Attributes,
                                           WDFIORESLIST *ResourceList)
{
    struct wdf_requirements *requirements = requirements_of(RequirementsList, __func__);
    struct wdf_resource_list *list;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(ResourceList);
    *ResourceList = NULL;
    status = wdf_check_attributes(Attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (NT_SUCCESS(status))
        status = wdf_make_io_list(requirements, Attributes, &list);
    if (NT_SUCCESS(status))
        *ResourceList = wdf_handle_of(list);
    return status;
}
