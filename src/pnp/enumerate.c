/*
 * A bus and what is on it: IRP_MN_QUERY_DEVICE_RELATIONS against the tree.
 */
#include "pnpp.h"

/* What is wrong with a PDO that a bus reports, as bug check 0xCA names it; 0: nothing. */
static ULONG fault_of(PDEVICE_OBJECT pdo, struct pnp_node *node, struct pnp_node *parent)
{
    if (pdo->Type != IO_TYPE_DEVICE || (pdo->Flags & DO_DEVICE_INITIALIZING))
        return 2; /* no PDO, or not initialized */
    if (node && node->parent && node->parent != parent)
        return 1; /* another bus has it too */
    if (node && pnp_is_gone(node))
        return 4; /* it was reported missing before */
    return 0;
}

/* Finds or makes the child of a PDO. */
static VOID take_child(struct pnp_node *parent, PDEVICE_OBJECT pdo)
{
    struct pnp_node *node = pnp_node_of(pdo);
    ULONG fault = fault_of(pdo, node, parent);

    if (fault)
        KeBugCheckEx(PNP_DETECTED_FATAL_ERROR, fault, (ULONG_PTR)pdo, 0, 0);
    if (!node && NT_SUCCESS(pnp_node_create(pdo, parent, &node))) {
        pdo->Flags |= DO_BUS_ENUMERATED_DEVICE;
        pnp_node_reference(node);
    }
    if (node) {
        node->is_seen = TRUE;
        pnp_node_dereference(node);
    }
}

VOID pnp_take_children(struct pnp_node *node)
{
    PDEVICE_RELATIONS relations;
    PLIST_ENTRY entry;
    ULONG i;
    NTSTATUS status = pnp_query_relations(node->pdo, BusRelations, &relations);

    if (!NT_SUCCESS(status) || !relations)
        return;
    for (entry = node->children.Flink; entry != &node->children; entry = entry->Flink)
        CONTAINING_RECORD(entry, struct pnp_node, siblings)->is_seen = FALSE;
    for (i = 0; i < relations->Count; i++) {
        take_child(node, relations->Objects[i]);
        ObDereferenceObject(relations->Objects[i]);
    }
    ExFreePool(relations);
    for (entry = node->children.Flink; entry != &node->children; entry = entry->Flink) {
        struct pnp_node *child = CONTAINING_RECORD(entry, struct pnp_node, siblings);

        child->is_missing = !child->is_seen;
    }
}

/* The first child for which wanted is true; removing and starting may change the list. */
static struct pnp_node *find_child(struct pnp_node *node,
                                   BOOLEAN (*wanted)(const struct pnp_node *child))
{
    PLIST_ENTRY entry;

    for (entry = node->children.Flink; entry != &node->children; entry = entry->Flink) {
        struct pnp_node *child = CONTAINING_RECORD(entry, struct pnp_node, siblings);

        if (wanted(child))
            return child;
    }
    return NULL;
}

static BOOLEAN is_to_go(const struct pnp_node *child)
{
    return child->is_missing && child->state != PNP_SURPRISED;
}

static BOOLEAN is_to_start(const struct pnp_node *child)
{
    return child->state == PNP_NEW && !child->problem;
}

static VOID start_child(struct pnp_node *child)
{
    CHAR text[1024] = "";
    struct pnp_reason reason = {text, sizeof(text)};

    pnp_node_reference(child);
    if (!NT_SUCCESS(pnp_start_node(child, &reason)))
        rtl_log("%s", text);
    pnp_node_dereference(child);
}

VOID pnp_enumerate(struct pnp_node *node)
{
    struct pnp_node *child;

    if (node->state != PNP_STARTED)
        return;
    pnp_take_children(node);
    while ((child = find_child(node, is_to_go)))
        pnp_surprise_remove(child, 0);
    while (node->state == PNP_STARTED && (child = find_child(node, is_to_start)))
        start_child(child);
}

/* ---- what drivers call ------------------------------------------------------------------ */

static struct pnp_node *node_of_caller(PDEVICE_OBJECT pdo)
{
    struct pnp_node *node = pnp_node_of(pdo);

    if (!node)
        KeBugCheckEx(PNP_DETECTED_FATAL_ERROR, 2, (ULONG_PTR)pdo, 0, 0);
    return node;
}

VOID NTAPI IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE Type)
{
    struct pnp_node *node;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    node = node_of_caller(DeviceObject);
    /* The action has the reference while it is queued. */
    if ((Type != BusRelations && Type != SingleBusRelations) || !pnp_queue(&node->enumerate))
        pnp_node_dereference(node);
}

static NTSTATUS enumerate(PVOID node)
{
    pnp_enumerate(node);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoSynchronousInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject,
                                                      DEVICE_RELATION_TYPE Type)
{
    struct pnp_node *node;
    NTSTATUS status = STATUS_SUCCESS;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    node = node_of_caller(DeviceObject);
    /* On NT it would wait for itself. */
    if (pnp_is_thread() || node->state != PNP_STARTED)
        status = STATUS_UNSUCCESSFUL;
    else if (Type == BusRelations)
        status = pnp_call(enumerate, node);
    else if (Type != EjectionRelations && Type != PowerRelations)
        status = STATUS_NOT_SUPPORTED;
    pnp_node_dereference(node);
    return status;
}

VOID NTAPI IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject)
{
    struct pnp_node *node;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    node = node_of_caller(PhysicalDeviceObject);
    if (!pnp_queue(&node->check_state))
        pnp_node_dereference(node);
}
