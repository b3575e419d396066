/*
 * Devices in a driver host, which stand for devices of the kernel: they have a node, for their
 * path, keys, properties and interfaces, and are started and removed by what comes from there.
 */
#include "pnpp.h"

struct order {
    PDEVICE_OBJECT pdo;
    PCUNICODE_STRING instance;
};

static NTSTATUS adopt(PVOID context)
{
    struct order *order = context;
    struct pnp_node *node;
    NTSTATUS status = pnp_root_start();

    if (NT_SUCCESS(status))
        status = pnp_node_create(order->pdo, pnp.root, &node);
    if (!NT_SUCCESS(status))
        return status;
    status = pnp_copy_string(&node->instance, order->instance);
    if (!NT_SUCCESS(status)) {
        pnp_node_unlink(node);
        return status;
    }
    pnp_set_state(node, PNP_STARTED);
    return STATUS_SUCCESS;
}

NTSTATUS pnp_adopt_device(PDEVICE_OBJECT pdo, PCUNICODE_STRING instance)
{
    struct order order = {pdo, instance};

    return pnp_call(adopt, &order);
}

static NTSTATUS disown(PVOID context)
{
    struct pnp_node *node = pnp_node_of(context);

    if (!node)
        return STATUS_NO_SUCH_DEVICE;
    pnp_disable_interfaces(node);
    pnp_power_removed(node);
    pnp_node_unlink(node);
    pnp_node_dereference(node);
    return STATUS_SUCCESS;
}

VOID pnp_disown_device(PDEVICE_OBJECT pdo)
{
    pnp_call(disown, pdo);
}

/* Owns the reference; node may be NULL. */
static NTSTATUS give_instance(struct pnp_node *node, PUNICODE_STRING instance)
{
    NTSTATUS status;

    if (!node)
        return STATUS_NO_SUCH_DEVICE;
    status = pnp_give_string(instance, &node->instance);
    pnp_node_dereference(node);
    return status;
}

NTSTATUS pnp_query_instance(PDEVICE_OBJECT pdo, PUNICODE_STRING instance)
{
    return give_instance(pnp_node_of(pdo), instance);
}

NTSTATUS pnp_query_instance_of_file(PFILE_OBJECT file, PUNICODE_STRING instance)
{
    return give_instance(pnp_node_of_stack(file->DeviceObject), instance);
}

NTSTATUS pnp_tell_target(PDEVICE_OBJECT pdo, const GUID *event)
{
    struct pnp_node *node = pnp_node_of(pdo);
    NTSTATUS status;

    if (!node)
        return STATUS_NO_SUCH_DEVICE;
    status = pnp_notify_target(node, event);
    pnp_node_dereference(node);
    return status;
}
