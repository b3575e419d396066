/*
 * What the PnP manager hears of child lists, and what becomes of children when their
 * parent goes.
 */
#include "child_list.h"
#include "driver.h"

/* ---- devices for new children -------------------------------------------------- */

static VOID give_up(struct wdf_child *child)
{
    struct wdf_child_list *list = child->list;
    struct wdf_child_changes changes;

    wdf_lock_children(list, &changes);
    wdf_unlist_child(child, &changes);
    wdf_unlock_children(list, &changes);
}

/* The driver made a device and failed then. */
static VOID take_back(struct wdf_child *child, struct wdf_device *device)
{
    struct wdf_child_changes changes;

    wdf_lock_children(child->list, &changes);
    device->pdo_part->child = NULL;
    wdf_unlock_children(child->list, &changes);
    wdf_delete_pdo(device);
}

static NTSTATUS call_create(struct wdf_child *child, PWDFDEVICE_INIT init)
{
    struct wdf_child_list *list = child->list;
    NTSTATUS status = list->config.EvtChildListCreateDevice(wdf_handle_of(list), child->id, init);

    if (NT_SUCCESS(status) && !init->created) {
        wdf_misuse(list->object.globals, "EvtChildListCreateDevice",
                   "returned success and created no device");
        return STATUS_INVALID_DEVICE_OBJECT_PARAMETER;
    }
    return status;
}

/* STATUS_RETRY: the PnP manager is to ask once more. A child that fails is forgotten. */
static NTSTATUS create_device(struct wdf_child *child)
{
    struct wdf_device *parent = child->list->device;
    PWDFDEVICE_INIT init = wdf_make_init(wdf_driver_of(&parent->object), WDF_DEVICE_PDO);
    struct wdf_child_changes changes;
    NTSTATUS status;

    if (!init)
        return STATUS_RETRY;
    init->is_lent = TRUE;
    status = wdf_set_pdo_init(init, parent, child);
    if (NT_SUCCESS(status))
        status = call_create(child, init);
    if (NT_SUCCESS(status)) {
        wdf_reference(&init->created->object);
        wdf_lock_children(child->list, &changes);
        child->device = init->created;
        wdf_unlock_children(child->list, &changes);
    } else if (init->created) {
        take_back(child, init->created);
    }
    wdf_free_init(init);
    if (!NT_SUCCESS(status) && status != STATUS_RETRY)
        give_up(child);
    return status;
}

static struct wdf_child *next_without_device(struct wdf_child_list *list, struct wdf_child *after)
{
    struct wdf_child_changes changes;
    struct wdf_child *found = NULL;
    PLIST_ENTRY entry;

    wdf_lock_children(list, &changes);
    for (entry = after ? after->link.Flink : list->children.Flink;
         entry != &list->children && !found; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (!child->is_dead && child->state == WDF_CHILD_PRESENT && !child->device)
            found = child;
    }
    wdf_unlock_children(list, &changes);
    return found;
}

/* The list is reporting: no child leaves it meanwhile. */
static BOOLEAN create_devices(struct wdf_child_list *list)
{
    struct wdf_child *child = NULL;
    BOOLEAN is_again = FALSE;

    while ((child = next_without_device(list, child)) != NULL) {
        if (create_device(child) == STATUS_RETRY)
            is_again = TRUE;
    }
    return is_again;
}

/* ---- reports --------------------------------------------------------------------------- */

static ULONG count_children(struct wdf_child_list *list, BOOLEAN *is_changed)
{
    struct wdf_child_changes changes;
    PLIST_ENTRY entry;
    ULONG count = 0;

    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; entry != &list->children; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (!child->is_dead && child->state == WDF_CHILD_PRESENT && child->device)
            count++;
        if (!child->is_dead && child->state == WDF_CHILD_MISSING)
            *is_changed = TRUE;
    }
    wdf_unlock_children(list, &changes);
    if (count)
        *is_changed = TRUE;
    return count;
}

/* relations has room. Who is not in it is reported missing by that. */
static VOID report(struct wdf_child_list *list, PDEVICE_RELATIONS relations)
{
    struct wdf_child_changes changes;
    PLIST_ENTRY entry;

    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; entry != &list->children; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (child->is_dead)
            continue;
        if (child->state == WDF_CHILD_PRESENT && child->device) {
            ObReferenceObject(child->device->device_object);
            relations->Objects[relations->Count++] = child->device->device_object;
        } else if (child->state == WDF_CHILD_MISSING) {
            child->state = WDF_CHILD_REPORTED_MISSING;
            child->is_untold = TRUE;
        }
    }
    wdf_unlock_children(list, &changes);
}

static struct wdf_device *next_untold(struct wdf_child_list *list)
{
    struct wdf_child_changes changes;
    struct wdf_device *device = NULL;
    PLIST_ENTRY entry;

    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; entry != &list->children && !device; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (child->is_untold && child->device) {
            child->is_untold = FALSE;
            device = child->device;
            wdf_reference(&device->object);
        }
    }
    wdf_unlock_children(list, &changes);
    return device;
}

static VOID tell_missing(struct wdf_child_list *list)
{
    struct wdf_device *device;

    while ((device = next_untold(list)) != NULL) {
        WDF_PDO_EVENT_CALLBACKS *callbacks = &device->pdo_part->identity.callbacks;

        if (callbacks->EvtDeviceReportedMissing)
            callbacks->EvtDeviceReportedMissing(wdf_handle_of(device));
        wdf_dereference(&device->object);
    }
}

static VOID set_reporting(struct wdf_child_list *list, BOOLEAN is_reporting)
{
    struct wdf_child_changes changes;

    wdf_lock_children(list, &changes);
    list->is_reporting = is_reporting;
    wdf_unlock_children(list, &changes);
}

static NTSTATUS report_list(struct wdf_child_list *list, PDEVICE_RELATIONS *relations,
                            BOOLEAN *is_changed)
{
    PDEVICE_RELATIONS grown = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN is_own = FALSE, is_again;
    ULONG count;

    set_reporting(list, TRUE);
    is_again = create_devices(list);
    count = count_children(list, &is_own);
    if (is_own)
        grown = wdf_grow_relations(*relations, count);
    if (grown) {
        report(list, grown);
        *relations = grown;
        *is_changed = TRUE;
    } else if (is_own) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    set_reporting(list, FALSE);
    if (is_again || !NT_SUCCESS(status))
        IoInvalidateDeviceRelations(list->device->pdo, BusRelations);
    return status;
}

NTSTATUS wdf_report_children(struct wdf_device *device, PDEVICE_RELATIONS *relations,
                             BOOLEAN *is_changed)
{
    struct wdf_child_list *list = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    *is_changed = FALSE;
    while (NT_SUCCESS(status) && (list = wdf_next_child_list(device, list)) != NULL)
        status = report_list(list, relations, is_changed);
    list = NULL;
    while (NT_SUCCESS(status) && (list = wdf_next_child_list(device, list)) != NULL)
        tell_missing(list);
    return status;
}

VOID wdf_scan_children(struct wdf_device *device)
{
    struct wdf_child_list *list = NULL;

    while ((list = wdf_next_child_list(device, list)) != NULL) {
        if (list->config.EvtChildListScanForChildren)
            list->config.EvtChildListScanForChildren(wdf_handle_of(list));
    }
}

/* ---- a child goes ----------------------------------------------------------------------- */

BOOLEAN wdf_is_child_present(struct wdf_device *device)
{
    struct wdf_child_list *list = device->pdo_part->list;
    struct wdf_child_changes changes;
    struct wdf_child *child;
    BOOLEAN is_present;

    if (!list)
        return FALSE;
    wdf_lock_children(list, &changes);
    child = device->pdo_part->child;
    is_present = child && child->state != WDF_CHILD_REPORTED_MISSING;
    wdf_unlock_children(list, &changes);
    return is_present;
}

NTSTATUS wdf_mark_child_missing(struct wdf_device *device)
{
    struct wdf_child_list *list = device->pdo_part->list;
    struct wdf_child_changes changes;
    struct wdf_child *child;

    if (!list)
        return STATUS_NO_SUCH_DEVICE;
    wdf_lock_children(list, &changes);
    child = device->pdo_part->child;
    if (child && wdf_is_child_there(child))
        wdf_leave_child(child, &changes);
    wdf_unlock_children(list, &changes);
    return child ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

VOID wdf_child_gone(struct wdf_device *device)
{
    struct wdf_child_list *list = device->pdo_part->list;
    struct wdf_child_changes changes;
    struct wdf_child *child;

    if (!list)
        return;
    wdf_lock_children(list, &changes);
    child = device->pdo_part->child;
    device->pdo_part->child = NULL;
    if (child)
        wdf_unlist_child(child, &changes);
    wdf_unlock_children(list, &changes);
}

/* ---- the parent goes --------------------------------------------------------------------- */

static VOID lose_children(struct wdf_child_list *list)
{
    struct wdf_child_changes changes;
    PLIST_ENTRY entry, next;

    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; entry != &list->children; entry = next) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        next = entry->Flink;
        if (child->is_dead)
            continue;
        if (child->device)
            child->state = WDF_CHILD_REPORTED_MISSING;
        else
            wdf_unlist_child(child, &changes);
        child->is_leaving = FALSE;
    }
    wdf_unlock_children(list, &changes);
}

VOID wdf_children_surprise_removed(struct wdf_device *device)
{
    struct wdf_child_list *list = NULL;

    if (device->pdo_part)
        device->pdo_part->is_surprise = TRUE;
    while ((list = wdf_next_child_list(device, list)) != NULL)
        lose_children(list);
}

/* One whose surprise removal is under way gets a removal of its own. */
static struct wdf_device *next_orphan(struct wdf_child_list *list)
{
    struct wdf_child_changes changes;
    struct wdf_device *device = NULL;
    PLIST_ENTRY entry;

    wdf_lock_children(list, &changes);
    for (entry = list->children.Flink; entry != &list->children && !device; entry = entry->Flink) {
        struct wdf_child *child = CONTAINING_RECORD(entry, struct wdf_child, link);

        if (!child->is_dead && child->device && !child->device->pdo_part->is_surprise) {
            device = child->device;
            device->pdo_part->child = NULL;
            wdf_reference(&device->object);
            wdf_unlist_child(child, &changes);
        }
    }
    wdf_unlock_children(list, &changes);
    return device;
}

VOID wdf_children_parent_removed(struct wdf_device *device)
{
    struct wdf_child_list *list = NULL;
    struct wdf_device *child;

    while ((list = wdf_next_child_list(device, list)) != NULL) {
        lose_children(list);
        while ((child = next_orphan(list)) != NULL) {
            wdf_pnp_event(child, WDF_PNP_PARENT_REMOVED, NULL);
            if (child->pnp->is_removed &&
                NT_SUCCESS(IoAcquireRemoveLock(&child->remove_lock, list)))
                wdf_end_pdo(child, list);
            wdf_dereference(&child->object);
        }
    }
}
