/*
 * Devices leave: asked first and then told, or told that they are gone already.
 */
#include "pnpp.h"

#include <initguid.h>
#include <wdmguid.h>

/* Groups whose devices are gone but still open; the PnP thread's. */
static LIST_ENTRY waiting = {&waiting, &waiting};

/* Looks whether waiting groups' files are closed; queued by pnp_device_idle. */
static VOID run_waiting(struct pnp_action *action);
static struct pnp_action check_waiting = {.run = run_waiting};

/* ---- who goes together ------------------------------------------------------------------ */

static BOOLEAN is_in(const struct pnp_leaving *group, const struct pnp_node *node)
{
    ULONG i;

    for (i = 0; i < group->count; i++)
        if (group->nodes[i] == node)
            return TRUE;
    return FALSE;
}

static NTSTATUS add_node(struct pnp_leaving *group, struct pnp_node *node)
{
    if (group->count == group->room) {
        ULONG room = group->room ? 2 * group->room : 8;
        struct pnp_node **nodes = pnp_allocate(room * sizeof(*nodes));

        if (!nodes)
            return STATUS_INSUFFICIENT_RESOURCES;
        if (group->count)
            memcpy(nodes, group->nodes, group->count * sizeof(*nodes));
        pnp_free(group->nodes);
        group->nodes = nodes;
        group->room = room;
    }
    pnp_node_reference(node);
    group->nodes[group->count++] = node;
    return STATUS_SUCCESS;
}

static NTSTATUS add_tree(struct pnp_leaving *group, struct pnp_node *node, BOOLEAN with_relations);

/* Devices that the drivers say cannot do without this one. */
static NTSTATUS add_relations(struct pnp_leaving *group, struct pnp_node *node)
{
    PDEVICE_RELATIONS relations;
    NTSTATUS status = pnp_query_relations(node->pdo, group->relations, &relations);
    ULONG i;

    if (!NT_SUCCESS(status) || !relations)
        return STATUS_SUCCESS;
    status = STATUS_SUCCESS;
    for (i = 0; i < relations->Count; i++) {
        struct pnp_node *other = pnp_node_of(relations->Objects[i]);

        if (other && NT_SUCCESS(status))
            status = add_tree(group, other, TRUE);
        if (other)
            pnp_node_dereference(other);
        ObDereferenceObject(relations->Objects[i]);
    }
    ExFreePool(relations);
    return status;
}

/* Children before their parents. */
static NTSTATUS add_tree(struct pnp_leaving *group, struct pnp_node *node, BOOLEAN with_relations)
{
    NTSTATUS status = STATUS_SUCCESS;
    PLIST_ENTRY entry;

    if (is_in(group, node))
        return STATUS_SUCCESS;
    for (entry = node->children.Flink; entry != &node->children && NT_SUCCESS(status);
         entry = entry->Flink)
        status =
            add_tree(group, CONTAINING_RECORD(entry, struct pnp_node, siblings), with_relations);
    if (NT_SUCCESS(status) && with_relations && node->state == PNP_STARTED)
        status = add_relations(group, node);
    return NT_SUCCESS(status) ? add_node(group, node) : status;
}

static VOID free_group(struct pnp_leaving *group)
{
    ULONG i;

    for (i = 0; i < group->count; i++)
        pnp_node_dereference(group->nodes[i]);
    pnp_free(group->nodes);
    pnp_free(group);
}

static struct pnp_leaving *make_group(struct pnp_node *top, DEVICE_RELATION_TYPE relations,
                                      BOOLEAN with_relations)
{
    struct pnp_leaving *group = pnp_allocate(sizeof(*group));

    if (!group)
        return NULL;
    group->top = top;
    group->relations = relations;
    if (NT_SUCCESS(add_tree(group, top, with_relations)))
        return group;
    free_group(group);
    return NULL;
}

/* ---- stacks ----------------------------------------------------------------------------- */

static BOOLEAN has_stack(const struct pnp_node *node)
{
    return node->state == PNP_STACKED || node->state == PNP_STARTED || node->state == PNP_STOPPED;
}

/* Opens of any device of the stack fail from now on, or may succeed again. Returns open files. */
static LONG block_stack(struct pnp_node *node, BOOLEAN is_blocked)
{
    PDEVICE_OBJECT device = IoGetAttachedDeviceReference(node->pdo), below;
    LONG files = 0;

    while (device) {
        files += io_block_device(device, is_blocked);
        below = IoGetLowerDeviceObject(device);
        ObDereferenceObject(device);
        device = below;
    }
    return files;
}

static LONG block_group(struct pnp_leaving *group, BOOLEAN is_blocked)
{
    LONG files = 0;
    ULONG i;

    for (i = 0; i < group->count; i++)
        if (is_blocked || group->nodes[i]->state == PNP_STARTED)
            files += block_stack(group->nodes[i], is_blocked);
    return files;
}

enum { MOST_DRIVERS = 16 }; /* of one stack that are looked at for unloading */

static ULONG drivers_of(struct pnp_node *node, PDRIVER_OBJECT *drivers)
{
    PDEVICE_OBJECT device = IoGetAttachedDeviceReference(node->pdo), below;
    ULONG count = 0;

    while (device) {
        if (device != node->pdo && count < MOST_DRIVERS) {
            ObReferenceObject(device->DriverObject);
            drivers[count++] = device->DriverObject;
        }
        below = IoGetLowerDeviceObject(device);
        ObDereferenceObject(device);
        device = below;
    }
    return count;
}

/* A PnP driver goes with its last device. */
static VOID unload_idle(PDRIVER_OBJECT *drivers, ULONG count)
{
    ULONG i;

    for (i = 0; i < count; i++) {
        if (!drivers[i]->DeviceObject && drivers[i]->DriverExtension->AddDevice &&
            drivers[i]->DriverUnload && !(drivers[i]->Flags & DRVO_UNLOAD_INVOKED))
            io_unload_driver(drivers[i]);
        ObDereferenceObject(drivers[i]);
    }
}

VOID pnp_remove_stack(struct pnp_node *node)
{
    PDRIVER_OBJECT drivers[MOST_DRIVERS];
    ULONG count = drivers_of(node, drivers);

    block_stack(node, TRUE);
    pnp_disable_interfaces(node);
    pnp_send_minor(node->pdo, IRP_MN_REMOVE_DEVICE);
    pnp_power_removed(node);
    pnp_release_resources(node);
    pnp_set_state(node, PNP_REMOVED);
    unload_idle(drivers, count);
}

/*
 * The group's stacks go. What was below the top device goes with its bus; the top device stays
 * in the tree, without a stack, as long as its own bus has it.
 */
static VOID remove_group(struct pnp_leaving *group)
{
    ULONG i;

    for (i = 0; i < group->count; i++) {
        struct pnp_node *node = group->nodes[i];
        struct pnp_node *parent = node->parent;

        if (has_stack(node) || node->state == PNP_SURPRISED || node->is_missing)
            pnp_remove_stack(node);
        pnp_user_instance(node, PNP_USER_INSTANCE_REMOVED);
        if (node->is_missing || (parent && is_in(group, parent)))
            pnp_node_unlink(node);
        else if (group->problem)
            pnp_set_problem(node, group->problem, STATUS_PLUGPLAY_NO_DEVICE);
    }
}

/* ---- asked first ------------------------------------------------------------------------ */

static VOID notify_group(struct pnp_leaving *group, ULONG count, const GUID *event)
{
    ULONG i;

    for (i = 0; i < count; i++)
        pnp_notify_target(group->nodes[i], event);
}

static NTSTATUS ask_listeners(struct pnp_leaving *group, struct pnp_reason *reason)
{
    NTSTATUS status;
    ULONG i;

    for (i = 0; i < group->count; i++) {
        status = pnp_notify_target(group->nodes[i], &GUID_TARGET_DEVICE_QUERY_REMOVE);
        if (NT_SUCCESS(status))
            continue;
        notify_group(group, i, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
        return pnp_explain(reason, STATUS_PLUGPLAY_QUERY_VETOED,
                           "device %wZ stays: a driver that uses it answered 0x%08X (%s)",
                           &group->nodes[i]->instance, status,
                           rtl_status_name(status) ? rtl_status_name(status) : "no known name");
    }
    return STATUS_SUCCESS;
}

/* To the one that refused too: its upper drivers may have agreed. */
static VOID cancel(struct pnp_leaving *group, ULONG count)
{
    while (count)
        if (group->nodes[--count]->state == PNP_STARTED)
            pnp_send_minor(group->nodes[count]->pdo, IRP_MN_CANCEL_REMOVE_DEVICE);
}

static NTSTATUS ask_drivers(struct pnp_leaving *group, struct pnp_reason *reason)
{
    NTSTATUS status = STATUS_SUCCESS;
    LONG files;
    ULONG i;

    for (i = 0; i < group->count && NT_SUCCESS(status); i++)
        if (group->nodes[i]->state == PNP_STARTED)
            status = pnp_send_minor(group->nodes[i]->pdo, IRP_MN_QUERY_REMOVE_DEVICE);
    if (!NT_SUCCESS(status)) {
        cancel(group, i);
        return pnp_explain(reason, STATUS_PLUGPLAY_QUERY_VETOED,
                           "device %wZ stays: its drivers answered IRP_MN_QUERY_REMOVE_DEVICE "
                           "with 0x%08X (%s)",
                           &group->nodes[i - 1]->instance, status,
                           rtl_status_name(status) ? rtl_status_name(status) : "no known name");
    }
    files = block_group(group, TRUE);
    if (!files)
        return STATUS_SUCCESS;
    cancel(group, group->count);
    return pnp_explain(reason, STATUS_PLUGPLAY_QUERY_VETOED,
                       "device %wZ stays: %d file%s on it or its children %s open",
                       &group->top->instance, files, files == 1 ? "" : "s",
                       files == 1 ? "is" : "are");
}

static NTSTATUS ask(struct pnp_leaving *group, struct pnp_reason *reason)
{
    NTSTATUS status = ask_listeners(group, reason);

    if (!NT_SUCCESS(status))
        return status;
    block_group(group, TRUE);
    status = ask_drivers(group, reason);
    if (!NT_SUCCESS(status)) {
        block_group(group, FALSE);
        notify_group(group, group->count, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
    }
    return status;
}

static NTSTATUS query_remove(struct pnp_node *node, DEVICE_RELATION_TYPE relations, ULONG problem,
                             struct pnp_reason *reason)
{
    struct pnp_leaving *group = make_group(node, relations, TRUE);
    NTSTATUS status;

    if (!group)
        return STATUS_INSUFFICIENT_RESOURCES;
    group->problem = problem;
    status = ask(group, reason);
    if (NT_SUCCESS(status)) {
        remove_group(group);
        notify_group(group, group->count, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
    }
    free_group(group);
    return status;
}

NTSTATUS pnp_query_remove(struct pnp_node *node, ULONG problem, struct pnp_reason *reason)
{
    return query_remove(node, RemovalRelations, problem, reason);
}

/* ---- gone already ----------------------------------------------------------------------- */

static LONG open_files(struct pnp_leaving *group)
{
    return block_group(group, TRUE);
}

static VOID finish(struct pnp_leaving *group)
{
    struct pnp_node *top = group->top;

    remove_group(group);
    pnp_node_reference(top);
    free_group(group);
    pnp_restart_removed(top);
    pnp_node_dereference(top);
}

static VOID run_waiting(struct pnp_action *action)
{
    PLIST_ENTRY entry, next;

    UNREFERENCED_PARAMETER(action);
    for (entry = waiting.Flink; entry != &waiting; entry = next) {
        struct pnp_leaving *group = CONTAINING_RECORD(entry, struct pnp_leaving, link);

        next = entry->Flink;
        if (open_files(group))
            continue;
        RemoveEntryList(&group->link);
        finish(group);
    }
}

VOID pnp_device_idle(PDEVICE_OBJECT device)
{
    UNREFERENCED_PARAMETER(device);
    pnp_queue(&check_waiting);
}

static VOID surprise(struct pnp_leaving *group)
{
    ULONG i;

    for (i = 0; i < group->count; i++) {
        struct pnp_node *node = group->nodes[i];

        block_stack(node, TRUE);
        if (node->state != PNP_STARTED && node->state != PNP_STOPPED)
            continue;
        pnp_send_minor(node->pdo, IRP_MN_SURPRISE_REMOVAL);
        pnp_disable_interfaces(node);
        pnp_set_state(node, PNP_SURPRISED);
        pnp_notify_target(node, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
    }
}

/* Waits for the group's files, unless there are none. Queued first: a last file may close now. */
static VOID finish_when_closed(struct pnp_leaving *group)
{
    InsertTailList(&waiting, &group->link);
    run_waiting(&check_waiting);
}

VOID pnp_surprise_remove(struct pnp_node *node, ULONG problem)
{
    struct pnp_leaving *group;
    PLIST_ENTRY entry;

    /* What went with an earlier removal and is still open goes with that. */
    for (entry = waiting.Flink; entry != &waiting; entry = entry->Flink)
        if (is_in(CONTAINING_RECORD(entry, struct pnp_leaving, link), node))
            return;
    group = make_group(node, RemovalRelations, FALSE);
    if (!group)
        return;
    group->problem = problem;
    surprise(group);
    finish_when_closed(group);
}

/* ---- eject, and all at once ------------------------------------------------------------- */

NTSTATUS pnp_eject(struct pnp_node *node, struct pnp_reason *reason)
{
    struct pnp_node *parent = node->parent;
    NTSTATUS status;

    if (!parent)
        return STATUS_NO_SUCH_DEVICE;
    status = query_remove(node, EjectionRelations, CM_PROB_HELD_FOR_EJECT, reason);
    if (!NT_SUCCESS(status))
        return status;
    if (node->capabilities.EjectSupported)
        pnp_send_minor(node->pdo, IRP_MN_EJECT);
    pnp_root_withdraw(node->pdo);
    pnp_enumerate(parent);
    return STATUS_SUCCESS;
}

static VOID remove_now(struct pnp_node *node)
{
    struct pnp_leaving *group;

    if (NT_SUCCESS(pnp_query_remove(node, 0, NULL)))
        return;
    group = make_group(node, RemovalRelations, FALSE);
    if (!group)
        return;
    surprise(group);
    finish(group);
}

VOID pnp_remove_all(VOID)
{
    while (!IsListEmpty(&waiting))
        finish(CONTAINING_RECORD(RemoveHeadList(&waiting), struct pnp_leaving, link));
    while (pnp.root && !IsListEmpty(&pnp.root->children)) {
        struct pnp_node *node =
            CONTAINING_RECORD(pnp.root->children.Blink, struct pnp_node, siblings);

        pnp_node_reference(node);
        remove_now(node);
        pnp_root_withdraw(node->pdo);
        if (node->parent) {
            pnp_send_minor(node->pdo, IRP_MN_REMOVE_DEVICE);
            pnp_node_unlink(node);
        }
        pnp_node_dereference(node);
    }
}

/* ---- asked for by name, and by drivers -------------------------------------------------- */

struct pnp_eject {
    struct pnp_eject *next;
    PIO_DEVICE_EJECT_CALLBACK callback;
    PVOID context;
    PDRIVER_OBJECT driver; /* referenced, or NULL */
};

VOID pnp_run_ejects(struct pnp_node *node)
{
    CHAR text[512] = "";
    struct pnp_reason reason = {text, sizeof(text)};
    struct pnp_eject *eject, *next;
    NTSTATUS status = pnp_eject(node, &reason);
    KIRQL irql;

    KeAcquireSpinLock(&pnp.lock, &irql);
    eject = node->ejects;
    node->ejects = NULL;
    KeReleaseSpinLock(&pnp.lock, irql);
    if (!eject && !NT_SUCCESS(status))
        rtl_log("%s", text);
    for (; eject; eject = next) {
        next = eject->next;
        eject->callback(status, eject->context);
        if (eject->driver)
            ObDereferenceObject(eject->driver);
        pnp_free(eject);
    }
}

VOID NTAPI IoRequestDeviceEject(PDEVICE_OBJECT PhysicalDeviceObject)
{
    IoRequestDeviceEjectEx(PhysicalDeviceObject, NULL, NULL, NULL);
}

NTSTATUS NTAPI IoRequestDeviceEjectEx(PDEVICE_OBJECT PhysicalDeviceObject,
                                      PIO_DEVICE_EJECT_CALLBACK Callback, PVOID Context,
                                      PDRIVER_OBJECT DriverObject)
{
    struct pnp_node *node;
    struct pnp_eject *eject = NULL;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    node = pnp_node_of(PhysicalDeviceObject);
    if (!node)
        KeBugCheckEx(PNP_DETECTED_FATAL_ERROR, 2, (ULONG_PTR)PhysicalDeviceObject, 0, 0);
    if (Callback) {
        eject = pnp_allocate(sizeof(*eject));
        if (!eject) {
            pnp_node_dereference(node);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        *eject = (struct pnp_eject){.callback = Callback, .context = Context};
        eject->driver = DriverObject;
        if (DriverObject)
            ObReferenceObject(DriverObject);
        KeAcquireSpinLock(&pnp.lock, &irql);
        eject->next = node->ejects;
        node->ejects = eject;
        KeReleaseSpinLock(&pnp.lock, irql);
    }
    if (!pnp_queue(&node->eject))
        pnp_node_dereference(node);
    return STATUS_SUCCESS;
}
