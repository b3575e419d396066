/*
 * What a bus driver says and asks of its child lists.
 */
#include "child_list.h"
#include "driver.h"

static struct wdf_child_list *list_of(WDFCHILDLIST handle, PCSTR function)
{
    return (struct wdf_child_list *)wdf_object_of(handle, &wdf_type_child_list, function);
}

static BOOLEAN fits_id(struct wdf_child_list *list, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER id)
{
    return id->IdentificationDescriptionSize == list->config.IdentificationDescriptionSize;
}

/* A list without addresses takes none, one with addresses takes its own. */
static BOOLEAN fits_address(struct wdf_child_list *list,
                            PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER address)
{
    ULONG size = list->config.AddressDescriptionSize;

    return size && address->AddressDescriptionSize == size;
}

/* ---- lists ---------------------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfChildListCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                      PWDF_CHILD_LIST_CONFIG Config,
                                      PWDF_OBJECT_ATTRIBUTES ChildListAttributes,
                                      WDFCHILDLIST *ChildList)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_child_list *list;
    NTSTATUS status;

    WDF_REQUIRE(Config);
    WDF_REQUIRE(ChildList);
    *ChildList = NULL;
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_child_list_config(Config);
    if (NT_SUCCESS(status))
        status = wdf_check_attributes(ChildListAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (NT_SUCCESS(status) && !device->pnp)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status))
        status = wdf_make_child_list(device, Config, ChildListAttributes, &list);
    if (NT_SUCCESS(status))
        *ChildList = wdf_handle_of(list);
    return status;
}

WDFCHILDLIST NTAPI imp_WdfFdoGetDefaultChildList(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo)
{
    struct wdf_device *device = wdf_device_of(Fdo, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!device->fdo || !device->fdo->default_list)
        return NULL;
    return wdf_handle_of(device->fdo->default_list);
}

WDFDEVICE NTAPI imp_WdfChildListGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(list_of(ChildList, __func__)->device);
}

/* ---- what is on the bus ------------------------------------------------------------------ */

NTSTATUS NTAPI imp_WdfChildListAddOrUpdateChildDescriptionAsPresent(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(IdentificationDescription);
    if (AddressDescription ? !fits_address(list, AddressDescription)
                           : list->config.AddressDescriptionSize != 0)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!fits_id(list, IdentificationDescription))
        return STATUS_INVALID_DEVICE_REQUEST;
    wdf_lock_children(list, &changes);
    status = wdf_add_child(list, IdentificationDescription, AddressDescription, NULL);
    wdf_unlock_children(list, &changes);
    return status;
}

NTSTATUS NTAPI imp_WdfChildListUpdateChildDescriptionAsMissing(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    struct wdf_child *child;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(IdentificationDescription);
    if (!fits_id(list, IdentificationDescription))
        return STATUS_INVALID_DEVICE_REQUEST;
    wdf_lock_children(list, &changes);
    child = wdf_find_child(list, IdentificationDescription);
    if (child && wdf_is_child_there(child))
        wdf_leave_child(child, &changes);
    wdf_unlock_children(list, &changes);
    return child ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

VOID NTAPI imp_WdfChildListUpdateAllChildDescriptionsAsPresent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                               WDFCHILDLIST ChildList)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    PLIST_ENTRY entry;

    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; entry != &list->children; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (wdf_is_child_there(child))
            child->is_found = TRUE;
    }
    wdf_unlock_children(list, &changes);
}

VOID NTAPI imp_WdfChildListBeginScan(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;

    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_lock_children(list, &changes);
    wdf_begin_scan(list, TRUE);
    wdf_unlock_children(list, &changes);
}

VOID NTAPI imp_WdfChildListEndScan(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;

    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_lock_children(list, &changes);
    wdf_end_scan(list, &changes);
    wdf_unlock_children(list, &changes);
}

/* ---- looking ---------------------------------------------------------------------------- */

BOOLEAN wdf_child_matches(const struct wdf_child *child, ULONG flags)
{
    if (child->is_dead)
        return FALSE;
    switch (child->state) {
    case WDF_CHILD_NEW:
        return (flags & WdfRetrievePendingChildren) != 0;
    case WDF_CHILD_PRESENT:
        return (flags & WdfRetrievePresentChildren) != 0;
    default:
        return (flags & WdfRetrieveMissingChildren) != 0;
    }
}

static WDF_CHILD_LIST_RETRIEVE_DEVICE_STATUS device_status(const struct wdf_child *child)
{
    if (!child)
        return WdfChildListRetrieveDeviceNoSuchDevice;
    return child->device ? WdfChildListRetrieveDeviceSuccess
                         : WdfChildListRetrieveDeviceNotYetCreated;
}

static BOOLEAN is_iterator(PWDF_CHILD_LIST_ITERATOR iterator)
{
    return iterator->Size == sizeof(*iterator) &&
           !(iterator->Flags & ~(ULONG)WdfRetrieveAllChildren);
}

VOID NTAPI imp_WdfChildListBeginIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
                                          PWDF_CHILD_LIST_ITERATOR Iterator)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;

    WDF_REQUIRE(Iterator);
    if (!is_iterator(Iterator)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "WDF_CHILD_LIST_ITERATOR has Size %u, Flags 0x%x", Iterator->Size,
                   Iterator->Flags);
        return;
    }
    RtlZeroMemory(Iterator->Reserved, sizeof(Iterator->Reserved));
    wdf_lock_children(list, &changes);
    Iterator->Reserved[0] = &list->children;
    wdf_begin_scan(list, FALSE);
    wdf_unlock_children(list, &changes);
}

VOID NTAPI imp_WdfChildListEndIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
                                        PWDF_CHILD_LIST_ITERATOR Iterator)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;

    WDF_REQUIRE(Iterator);
    if (!is_iterator(Iterator)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "WDF_CHILD_LIST_ITERATOR has Size %u, Flags 0x%x", Iterator->Size,
                   Iterator->Flags);
        return;
    }
    RtlZeroMemory(Iterator->Reserved, sizeof(Iterator->Reserved));
    wdf_lock_children(list, &changes);
    wdf_end_scan(list, &changes);
    wdf_unlock_children(list, &changes);
}

static NTSTATUS check_info(struct wdf_child_list *list, PWDF_CHILD_RETRIEVE_INFO info)
{
    if (!info)
        return STATUS_SUCCESS;
    if (info->Size != sizeof(*info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (info->IdentificationDescription && !fits_id(list, info->IdentificationDescription))
        return STATUS_INVALID_PARAMETER;
    if (!info->AddressDescription)
        return STATUS_SUCCESS;
    if (!list->config.AddressDescriptionSize)
        return STATUS_INVALID_DEVICE_REQUEST;
    return fits_address(list, info->AddressDescription) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static VOID fill_info(struct wdf_child *child, PWDF_CHILD_RETRIEVE_INFO info)
{
    if (info->IdentificationDescription)
        wdf_copy_id(child->list, info->IdentificationDescription, child->id);
    if (info->AddressDescription)
        wdf_copy_address(child->list, info->AddressDescription, child->address);
    info->Status = device_status(child);
}

/* Lock held. */
static struct wdf_child *next_child(struct wdf_child_list *list, PWDF_CHILD_LIST_ITERATOR iterator,
                                    PWDF_CHILD_RETRIEVE_INFO info)
{
    PLIST_ENTRY entry = iterator->Reserved[0];

    if (!entry)
        return NULL;
    for (entry = entry->Flink; entry != &list->children; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (!wdf_child_matches(child, iterator->Flags))
            continue;
        if (info && info->EvtChildListIdentificationDescriptionCompare &&
            !info->EvtChildListIdentificationDescriptionCompare(
                wdf_handle_of(list), info->IdentificationDescription, child->id))
            continue;
        iterator->Reserved[0] = entry;
        return child;
    }
    iterator->Reserved[0] = NULL;
    return NULL;
}

NTSTATUS NTAPI imp_WdfChildListRetrieveNextDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFCHILDLIST ChildList,
                                                  PWDF_CHILD_LIST_ITERATOR Iterator,
                                                  WDFDEVICE *Device, PWDF_CHILD_RETRIEVE_INFO Info)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    struct wdf_child *child = NULL;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Iterator);
    WDF_REQUIRE(Device);
    *Device = NULL;
    if (Iterator->Size != sizeof(*Iterator))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!is_iterator(Iterator))
        return STATUS_INVALID_PARAMETER;
    status = check_info(list, Info);
    if (!NT_SUCCESS(status))
        return status;
    wdf_lock_children(list, &changes);
    if (!list->scans)
        status = STATUS_INVALID_DEVICE_STATE;
    else
        child = next_child(list, Iterator, Info);
    if (child && Info)
        fill_info(child, Info);
    if (child && child->device)
        *Device = wdf_handle_of(child->device);
    wdf_unlock_children(list, &changes);
    if (NT_SUCCESS(status) && !child)
        status = STATUS_NO_MORE_ENTRIES;
    return status;
}

WDFDEVICE NTAPI imp_WdfChildListRetrievePdo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFCHILDLIST ChildList,
                                            PWDF_CHILD_RETRIEVE_INFO RetrieveInfo)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    struct wdf_child *child;
    WDFDEVICE device = NULL;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(RetrieveInfo);
    if (!NT_SUCCESS(check_info(list, RetrieveInfo)) || !RetrieveInfo->IdentificationDescription)
        return NULL;
    wdf_lock_children(list, &changes);
    child = wdf_find_child(list, RetrieveInfo->IdentificationDescription);
    if (child && RetrieveInfo->AddressDescription)
        wdf_copy_address(list, RetrieveInfo->AddressDescription, child->address);
    if (child && child->device)
        device = wdf_handle_of(child->device);
    RetrieveInfo->Status = device_status(child);
    wdf_unlock_children(list, &changes);
    return device;
}

NTSTATUS NTAPI imp_WdfChildListRetrieveAddressDescription(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    struct wdf_child *child;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(IdentificationDescription);
    WDF_REQUIRE(AddressDescription);
    if (!fits_id(list, IdentificationDescription) || !fits_address(list, AddressDescription))
        return STATUS_INVALID_DEVICE_REQUEST;
    wdf_lock_children(list, &changes);
    child = wdf_find_child(list, IdentificationDescription);
    if (child)
        wdf_copy_address(list, AddressDescription, child->address);
    wdf_unlock_children(list, &changes);
    return child ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

BOOLEAN NTAPI imp_WdfChildListRequestChildEject(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    struct wdf_child_list *list = list_of(ChildList, __func__);
    struct wdf_child_changes changes;
    PDEVICE_OBJECT pdo = NULL;
    struct wdf_child *child;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(IdentificationDescription);
    if (!fits_id(list, IdentificationDescription))
        return FALSE;
    wdf_lock_children(list, &changes);
    child = wdf_find_child(list, IdentificationDescription);
    if (child && child->device) {
        pdo = child->device->device_object;
        ObReferenceObject(pdo);
    }
    wdf_unlock_children(list, &changes);
    if (!pdo)
        return FALSE;
    IoRequestDeviceEject(pdo);
    ObDereferenceObject(pdo);
    return TRUE;
}

/* ---- by the child's device ------------------------------------------------------------------ */

NTSTATUS NTAPI imp_WdfPdoMarkMissing(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->pdo_part ? wdf_mark_child_missing(device) : STATUS_INVALID_PARAMETER;
}

VOID NTAPI imp_WdfPdoRequestEject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    if (device->pdo_part)
        IoRequestDeviceEject(device->device_object);
    else
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "device %p is no child", Device);
}

WDFDEVICE NTAPI imp_WdfPdoGetParent(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->pdo_part ? wdf_handle_of(device->pdo_part->parent) : NULL;
}

/* What to do with a child's description, the lock held. */
enum description { GET_ID, GET_ADDRESS, SET_ADDRESS };

static NTSTATUS describe(struct wdf_device *device, enum description what, PVOID description)
{
    struct wdf_child_list *list;
    struct wdf_child_changes changes;
    struct wdf_child *child;

    if (!device->pdo_part)
        return STATUS_INVALID_PARAMETER;
    list = device->pdo_part->list;
    if (!list || list->is_static ||
        (what == GET_ID ? !fits_id(list, description) : !fits_address(list, description)))
        return STATUS_INVALID_DEVICE_REQUEST;
    wdf_lock_children(list, &changes);
    child = device->pdo_part->child;
    if (child && what == GET_ID)
        wdf_copy_id(list, description, child->id);
    else if (child && what == GET_ADDRESS)
        wdf_copy_address(list, description, child->address);
    else if (child)
        wdf_copy_address(list, child->address, description);
    wdf_unlock_children(list, &changes);
    return child ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NTAPI imp_WdfPdoRetrieveIdentificationDescription(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(IdentificationDescription);
    return describe(wdf_device_of(Device, __func__), GET_ID, IdentificationDescription);
}

NTSTATUS NTAPI
imp_WdfPdoRetrieveAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                     PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(AddressDescription);
    return describe(wdf_device_of(Device, __func__), GET_ADDRESS, AddressDescription);
}

NTSTATUS NTAPI
imp_WdfPdoUpdateAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                   PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(AddressDescription);
    return describe(wdf_device_of(Device, __func__), SET_ADDRESS, AddressDescription);
}

NTSTATUS NTAPI imp_WdfPdoAddEjectionRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFDEVICE Device,
                                                            PDEVICE_OBJECT PhysicalDevice)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(PhysicalDevice);
    if (!device->pdo_part)
        return STATUS_INVALID_PARAMETER;
    return wdf_add_relation(device, &device->pdo_part->ejection, PhysicalDevice);
}

VOID NTAPI imp_WdfPdoRemoveEjectionRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFDEVICE Device,
                                                           PDEVICE_OBJECT PhysicalDevice)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(PhysicalDevice);
    if (device->pdo_part)
        wdf_remove_relation(device, &device->pdo_part->ejection, PhysicalDevice);
}

VOID NTAPI imp_WdfPdoClearEjectionRelationsDevices(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (device->pdo_part)
        wdf_clear_relations(device, &device->pdo_part->ejection);
}
