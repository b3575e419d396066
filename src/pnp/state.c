/*
 * What a started device says about its state, and what follows from it: it fails, is disabled,
 * or wants other resources.
 */
#include "pnpp.h"

static VOID query_state(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_PNP_DEVICE_STATE};
    ULONG_PTR answer = 0;
    PNP_DEVICE_STATE flags = 0;

    if (NT_SUCCESS(pnp_send(node->pdo, &location, &answer)))
        flags = (PNP_DEVICE_STATE)answer;
    ExAcquireFastMutex(&pnp.tree_lock);
    node->flags = flags;
    ExReleaseFastMutex(&pnp.tree_lock);
}

static VOID requery_requirements(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_RESOURCE_REQUIREMENTS};
    PIO_RESOURCE_REQUIREMENTS_LIST old = node->requirements, list = NULL;
    ULONG_PTR answer = 0;

    if (NT_SUCCESS(pnp_send(node->pdo, &location, &answer)) && answer) {
        list = pnp_copy_requirements((PIO_RESOURCE_REQUIREMENTS_LIST)answer);
        ExFreePool((PVOID)answer);
    }
    ExAcquireFastMutex(&pnp.tree_lock);
    node->requirements = list;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_free(old);
}

/* Stops the device, chooses its resources anew, and starts it again. */
static VOID rebalance(struct pnp_node *node)
{
    CHAR text[512] = "";
    struct pnp_reason reason = {text, sizeof(text)};
    NTSTATUS status = pnp_send_minor(node->pdo, IRP_MN_QUERY_STOP_DEVICE);

    if (!NT_SUCCESS(status)) {
        pnp_send_minor(node->pdo, IRP_MN_CANCEL_STOP_DEVICE);
        return;
    }
    pnp_send_minor(node->pdo, IRP_MN_STOP_DEVICE);
    pnp_set_state(node, PNP_STOPPED);
    io_block_device(node->pdo, TRUE);
    requery_requirements(node);
    pnp_release_resources(node);
    node->is_rebalancing = TRUE;
    status = pnp_assign_resources(node);
    if (NT_SUCCESS(status))
        status = pnp_start_stack(node, &reason);
    node->is_rebalancing = FALSE;
    if (NT_SUCCESS(status))
        return;
    rtl_log("device %wZ was stopped for other resources and did not start again%s%s",
            &node->instance, *text ? ": " : "", text);
    pnp_surprise_remove(node, node->problem);
}

VOID pnp_check_state(struct pnp_node *node)
{
    CHAR text[512] = "";
    struct pnp_reason reason = {text, sizeof(text)};

    if (node->state != PNP_STARTED)
        return;
    query_state(node);
    if (node->flags & PNP_DEVICE_REMOVED)
        pnp_surprise_remove(node, CM_PROB_DEVICE_NOT_THERE);
    else if ((node->flags & PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED) && !node->is_rebalancing)
        rebalance(node);
    else if (node->flags & PNP_DEVICE_FAILED)
        pnp_surprise_remove(node, CM_PROB_FAILED_POST_START);
    else if ((node->flags & PNP_DEVICE_DISABLED) &&
             !NT_SUCCESS(pnp_query_remove(node, CM_PROB_HARDWARE_DISABLED, &reason)))
        rtl_log("%s", text);
}
