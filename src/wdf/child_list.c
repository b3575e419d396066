/*
 * WDFCHILDLIST: children come and go as the bus driver says. While a scan or an iteration
 * is under way, or the PnP manager is being told, what the driver says waits.
 *
 * The driver's callbacks for descriptions are called with the list's lock held, at
 * DISPATCH_LEVEL.
 */
#include "child_list.h"
#include "driver.h"

#define ALIGNED(bytes) (((SIZE_T)(bytes) + 15) & ~(SIZE_T)15)

static WDFCHILDLIST handle_of(struct wdf_child_list *list)
{
    return wdf_handle_of(list);
}

/* ---- descriptions ---------------------------------------------------------------- */

static BOOLEAN is_same_id(struct wdf_child_list *list,
                          PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER a,
                          PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER b)
{
    SIZE_T bytes = list->config.IdentificationDescriptionSize;

    if (list->config.EvtChildListIdentificationDescriptionCompare)
        return list->config.EvtChildListIdentificationDescriptionCompare(handle_of(list), a, b);
    return RtlCompareMemory(a, b, bytes) == bytes;
}

VOID wdf_copy_id(struct wdf_child_list *list, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER to,
                 PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER from)
{
    if (list->config.EvtChildListIdentificationDescriptionCopy)
        list->config.EvtChildListIdentificationDescriptionCopy(handle_of(list), from, to);
    else
        RtlCopyMemory(to, from, list->config.IdentificationDescriptionSize);
}

VOID wdf_copy_address(struct wdf_child_list *list, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER to,
                      PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER from)
{
    if (list->config.EvtChildListAddressDescriptionCopy)
        list->config.EvtChildListAddressDescriptionCopy(handle_of(list), from, to);
    else
        RtlCopyMemory(to, from, list->config.AddressDescriptionSize);
}

/* The copies that the child keeps: a driver may want more for them than bytes. */
static NTSTATUS duplicate_id(struct wdf_child *child,
                             PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id)
{
    WDF_CHILD_LIST_CONFIG *config = &child->list->config;

    child->id->IdentificationDescriptionSize = config->IdentificationDescriptionSize;
    if (config->EvtChildListIdentificationDescriptionDuplicate)
        return config->EvtChildListIdentificationDescriptionDuplicate(handle_of(child->list), id,
                                                                      child->id);
    RtlCopyMemory(child->id, id, config->IdentificationDescriptionSize);
    return STATUS_SUCCESS;
}

static NTSTATUS duplicate_address(struct wdf_child *child,
                                  PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER address)
{
    WDF_CHILD_LIST_CONFIG *config = &child->list->config;

    if (!child->address)
        return STATUS_SUCCESS;
    child->address->AddressDescriptionSize = config->AddressDescriptionSize;
    if (config->EvtChildListAddressDescriptionDuplicate)
        return config->EvtChildListAddressDescriptionDuplicate(handle_of(child->list), address,
                                                               child->address);
    RtlCopyMemory(child->address, address, config->AddressDescriptionSize);
    return STATUS_SUCCESS;
}

static VOID clean_up_descriptions(struct wdf_child *child)
{
    WDF_CHILD_LIST_CONFIG *config = &child->list->config;

    if (child->id && config->EvtChildListIdentificationDescriptionCleanup)
        config->EvtChildListIdentificationDescriptionCleanup(handle_of(child->list), child->id);
    if (child->address && config->EvtChildListAddressDescriptionCleanup)
        config->EvtChildListAddressDescriptionCleanup(handle_of(child->list), child->address);
}

/* ---- children ----------------------------------------------------------------------- */

static struct wdf_child *allocate_child(struct wdf_child_list *list)
{
    SIZE_T id_at = ALIGNED(sizeof(struct wdf_child));
    SIZE_T address_at = id_at + ALIGNED(list->config.IdentificationDescriptionSize);
    SIZE_T bytes = address_at + ALIGNED(list->config.AddressDescriptionSize);
    struct wdf_child *child =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes, list->object.globals->seen.DriverTag);

    if (!child)
        return NULL;
    child->list = list;
    if (list->is_static)
        return child;
    child->id = (PVOID)((PUCHAR)child + id_at);
    if (list->config.AddressDescriptionSize)
        child->address = (PVOID)((PUCHAR)child + address_at);
    return child;
}

static NTSTATUS describe(struct wdf_child *child, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id,
                         PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER address)
{
    NTSTATUS status;

    if (child->list->is_static)
        return STATUS_SUCCESS;
    status = duplicate_id(child, id);
    if (!NT_SUCCESS(status))
        return status;
    status = duplicate_address(child, address);
    if (!NT_SUCCESS(status) && child->list->config.EvtChildListIdentificationDescriptionCleanup)
        child->list->config.EvtChildListIdentificationDescriptionCleanup(handle_of(child->list),
                                                                         child->id);
    return status;
}

BOOLEAN wdf_is_child_there(const struct wdf_child *child)
{
    return !child->is_dead && child->state <= WDF_CHILD_PRESENT && !child->is_leaving;
}

struct wdf_child *wdf_find_child(struct wdf_child_list *list,
                                 PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id)
{
    PLIST_ENTRY entry;

    for (entry = list->children.Blink; entry != &list->children; entry = entry->Blink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (!child->is_dead && is_same_id(list, child->id, id))
            return child;
    }
    return NULL;
}

NTSTATUS wdf_add_child(struct wdf_child_list *list, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id,
                       PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER address, struct wdf_device *device)
{
    struct wdf_child *child = list->is_static ? NULL : wdf_find_child(list, id);
    NTSTATUS status;

    if (child && wdf_is_child_there(child)) {
        if (child->address)
            wdf_copy_address(list, child->address, address);
        child->is_found = TRUE;
        return STATUS_OBJECT_NAME_EXISTS;
    }
    child = allocate_child(list);
    if (!child)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = describe(child, id, address);
    if (!NT_SUCCESS(status)) {
        ExFreePool(child);
        return status;
    }
    child->is_found = TRUE;
    child->device = device;
    if (device) {
        wdf_reference(&device->object);
        device->pdo_part->child = child;
        device->pdo_part->list = list;
    }
    InsertTailList(&list->children, &child->link);
    return STATUS_SUCCESS;
}

VOID wdf_unlist_child(struct wdf_child *child, struct wdf_child_changes *changes)
{
    child->is_dead = TRUE;
    if (child->device && child->device->pdo_part->child == child)
        child->device->pdo_part->child = NULL;
    if (child->list->scans || child->list->is_reporting)
        return;
    RemoveEntryList(&child->link);
    InsertTailList(&changes->dead, &child->link);
}

VOID wdf_leave_child(struct wdf_child *child, struct wdf_child_changes *changes)
{
    if (child->state == WDF_CHILD_NEW)
        wdf_unlist_child(child, changes);
    else
        child->is_leaving = TRUE;
}

/* ---- changes ---------------------------------------------------------------------------- */

/* A child without a device was never told of: nobody has to hear that it is gone. */
static VOID apply_to(struct wdf_child *child, struct wdf_child_changes *changes)
{
    if (child->is_dead) {
        wdf_unlist_child(child, changes);
    } else if (child->state == WDF_CHILD_NEW) {
        child->state = WDF_CHILD_PRESENT;
        changes->invalidates = TRUE;
    } else if (child->is_leaving) {
        child->is_leaving = FALSE;
        child->state = WDF_CHILD_MISSING;
        if (child->device)
            changes->invalidates = TRUE;
        else
            wdf_unlist_child(child, changes);
    }
}

static VOID apply(struct wdf_child_list *list, struct wdf_child_changes *changes)
{
    PLIST_ENTRY entry, next;

    if (list->scans || list->is_reporting)
        return;
    for (entry = list->children.Flink; entry != &list->children; entry = next) {
        next = entry->Flink;
        apply_to(CONTAINING_RECORD(entry, struct wdf_child, link), changes);
    }
}

VOID wdf_begin_scan(struct wdf_child_list *list, BOOLEAN forgets)
{
    PLIST_ENTRY entry;

    list->scans++;
    if (!forgets)
        return;
    for (entry = list->children.Flink; entry != &list->children; entry = entry->Flink)
        CONTAINING_RECORD(entry, struct wdf_child, link)->is_found = FALSE;
}

VOID wdf_end_scan(struct wdf_child_list *list, struct wdf_child_changes *changes)
{
    PLIST_ENTRY entry, next;

    if (!list->scans || --list->scans)
        return;
    for (entry = list->children.Flink; entry != &list->children; entry = next) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        next = entry->Flink;
        if (wdf_is_child_there(child) && !child->is_found)
            wdf_leave_child(child, changes);
    }
}

VOID wdf_lock_children(struct wdf_child_list *list, struct wdf_child_changes *changes)
{
    changes->invalidates = FALSE;
    InitializeListHead(&changes->dead);
    KeAcquireSpinLock(&list->lock, &changes->irql);
}

/* A static child that the PnP manager never heard of goes as its driver would delete it. */
static VOID free_child(struct wdf_child *child)
{
    struct wdf_device *device = child->device;

    clean_up_descriptions(child);
    ExFreePool(child);
    if (!device)
        return;
    if (!device->pnp->is_removed && device->pnp->state == WdfDevStatePnpInit)
        wdf_delete_pdo(device);
    wdf_dereference(&device->object);
}

VOID wdf_unlock_children(struct wdf_child_list *list, struct wdf_child_changes *changes)
{
    apply(list, changes);
    KeReleaseSpinLock(&list->lock, changes->irql);
    if (changes->invalidates)
        IoInvalidateDeviceRelations(list->device->pdo, BusRelations);
    while (!IsListEmpty(&changes->dead))
        free_child(CONTAINING_RECORD(RemoveHeadList(&changes->dead), struct wdf_child, link));
}

/* ---- lists ---------------------------------------------------------------------------------- */

static VOID destroy_list(struct wdf_object *object)
{
    struct wdf_child_list *list = (struct wdf_child_list *)object;
    struct wdf_child_changes changes;

    wdf_lock_children(list, &changes);
    list->scans = 0;
    list->is_reporting = FALSE;
    while (!IsListEmpty(&list->children))
        wdf_unlist_child(CONTAINING_RECORD(list->children.Flink, struct wdf_child, link), &changes);
    wdf_unlock_children(list, &changes);
}

const struct wdf_type wdf_type_child_list = {
    .name = "WDFCHILDLIST",
    .number = WDF_TYPE_NUMBER_CHILD_LIST,
    .flags = WDF_TYPE_NO_DELETE | WDF_TYPE_PASSIVE,
    .destroy = destroy_list,
};

NTSTATUS wdf_check_child_list_config(PWDF_CHILD_LIST_CONFIG config)
{
    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!config->IdentificationDescriptionSize || !config->EvtChildListCreateDevice)
        return STATUS_INVALID_PARAMETER;
    if (config->IdentificationDescriptionSize > MAXLONG || config->AddressDescriptionSize > MAXLONG)
        return STATUS_INTEGER_OVERFLOW;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_make_child_list(struct wdf_device *device, PWDF_CHILD_LIST_CONFIG config,
                             PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_child_list **made)
{
    struct wdf_pnp *pnp = device->pnp;
    struct wdf_child_list *list;
    NTSTATUS status;

    status = wdf_allocate_object(device->object.globals, &wdf_type_child_list, sizeof(*list),
                                 attributes, (PVOID *)&list);
    if (!NT_SUCCESS(status))
        return status;
    list->device = device;
    list->is_static = config == NULL;
    if (config)
        list->config = *config;
    KeInitializeSpinLock(&list->lock);
    InitializeListHead(&list->children);
    status = wdf_commit_object(&list->object, &device->object);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&list->object);
        return status;
    }
    ExAcquireFastMutex(&pnp->child_lists_lock);
    InsertTailList(&pnp->child_lists, &list->link);
    ExReleaseFastMutex(&pnp->child_lists_lock);
    *made = list;
    return STATUS_SUCCESS;
}

struct wdf_child_list *wdf_next_child_list(struct wdf_device *device,
                                           struct wdf_child_list *previous)
{
    struct wdf_pnp *pnp = device->pnp;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&pnp->child_lists_lock);
    entry = previous ? previous->link.Flink : pnp->child_lists.Flink;
    ExReleaseFastMutex(&pnp->child_lists_lock);
    return entry == &pnp->child_lists ? NULL
                                      : CONTAINING_RECORD(entry, struct wdf_child_list, link);
}
