/*
 * Children that a bus driver makes itself, one by one, and gives to their parent.
 */
#include "child_list.h"
#include "driver.h"

NTSTATUS wdf_make_static_list(struct wdf_device *device)
{
    return wdf_make_child_list(device, NULL, NULL, &device->fdo->static_list);
}

VOID wdf_join_list(struct wdf_pdo *pdo, struct wdf_child *child)
{
    if (pdo->is_static) {
        pdo->list = pdo->parent->fdo->static_list;
        return;
    }
    pdo->list = child->list;
    pdo->child = child;
}

NTSTATUS NTAPI imp_WdfFdoAddStaticChild(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                        WDFDEVICE Child)
{
    struct wdf_device *parent = wdf_device_of(Fdo, __func__);
    struct wdf_device *device = wdf_device_of(Child, __func__);
    struct wdf_child_changes changes;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!wdf_is_fdo(&parent->config) || !device->pdo_part || !device->pdo_part->is_static ||
        device->pdo_part->parent != parent)
        return STATUS_INVALID_PARAMETER;
    wdf_lock_children(parent->fdo->static_list, &changes);
    if (device->pdo_part->is_added) {
        status = STATUS_OBJECT_NAME_EXISTS;
    } else {
        status = wdf_add_child(parent->fdo->static_list, NULL, NULL, device);
        device->pdo_part->is_added = NT_SUCCESS(status);
    }
    wdf_unlock_children(parent->fdo->static_list, &changes);
    return status;
}

/* The list; misuse if the device cannot have any. */
static struct wdf_child_list *static_list_of(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
                                             PCSTR function)
{
    struct wdf_device *device = wdf_device_of(handle, function);

    if (wdf_is_fdo(&device->config))
        return device->fdo->static_list;
    wdf_misuse(wdf_globals_of(globals), function, "device %p is no function or filter device",
               handle);
    return NULL;
}

VOID NTAPI imp_WdfFdoLockStaticChildListForIteration(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Fdo)
{
    struct wdf_child_list *list = static_list_of(DriverGlobals, Fdo, __func__);
    struct wdf_child_changes changes;

    if (!list)
        return;
    wdf_lock_children(list, &changes);
    wdf_begin_scan(list, FALSE);
    wdf_unlock_children(list, &changes);
}

VOID NTAPI imp_WdfFdoUnlockStaticChildListFromIteration(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFDEVICE Fdo)
{
    struct wdf_child_list *list = static_list_of(DriverGlobals, Fdo, __func__);
    struct wdf_child_changes changes;

    if (!list)
        return;
    wdf_lock_children(list, &changes);
    wdf_end_scan(list, &changes);
    wdf_unlock_children(list, &changes);
}

WDFDEVICE NTAPI imp_WdfFdoRetrieveNextStaticChild(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                                  WDFDEVICE PreviousChild, ULONG Flags)
{
    struct wdf_child_list *list = static_list_of(DriverGlobals, Fdo, __func__);
    struct wdf_device *previous = PreviousChild ? wdf_device_of(PreviousChild, __func__) : NULL;
    struct wdf_child_changes changes;
    struct wdf_child *found = NULL;
    BOOLEAN is_past = !previous;
    PLIST_ENTRY entry;

    if (!list)
        return NULL;
    if (!Flags || (Flags & ~(ULONG)WdfRetrieveAllChildren)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "there are no flags 0x%x", Flags);
        return NULL;
    }
    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; list->scans && entry != &list->children && !found;
         entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (is_past && wdf_child_matches(child, Flags))
            found = child;
        else if (child->device == previous)
            is_past = TRUE;
    }
    wdf_unlock_children(list, &changes);
    return found ? wdf_handle_of(found->device) : NULL;
}
