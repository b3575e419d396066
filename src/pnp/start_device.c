/*
 * Starting a device: identified, installed, stacked, given its resources, started; then its
 * children.
 */
#include "pnpp.h"

static NTSTATUS send_start(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_START_DEVICE};

    location.Parameters.StartDevice.AllocatedResources = node->resources;
    location.Parameters.StartDevice.AllocatedResourcesTranslated = node->translated;
    return pnp_send(node->pdo, &location, NULL);
}

NTSTATUS pnp_start_stack(struct pnp_node *node, struct pnp_reason *reason)
{
    NTSTATUS status = send_start(node);

    if (!NT_SUCCESS(status)) {
        pnp_set_problem(node, CM_PROB_FAILED_START, status);
        pnp_explain(reason, status,
                    "device %wZ did not start: its drivers answered "
                    "IRP_MN_START_DEVICE with 0x%08X (%s)",
                    &node->instance, status,
                    rtl_status_name(status) ? rtl_status_name(status) : "no known name");
        return status;
    }
    pnp_power_started(node);
    pnp_set_state(node, PNP_STARTED);
    io_block_device(node->pdo, FALSE);
    pnp_user_instance(node, PNP_USER_INSTANCE_STARTED);
    pnp_refresh_capabilities(node);
    pnp_check_state(node);
    pnp_enumerate(node);
    return STATUS_SUCCESS;
}

static NTSTATUS stack_and_start(struct pnp_node *node, struct pnp_reason *reason)
{
    NTSTATUS status = pnp_build_stack(node, reason);

    if (!NT_SUCCESS(status))
        return status;
    status = pnp_assign_resources(node);
    if (NT_SUCCESS(status))
        status = pnp_start_stack(node, reason);
    else
        pnp_explain(reason, status, "device %wZ: other devices have the resources that it needs",
                    &node->instance);
    if (!NT_SUCCESS(status))
        pnp_remove_stack(node);
    return status;
}

static BOOLEAN is_disabled(struct pnp_node *node)
{
    struct pnp_path key;

    pnp_enum_key(&key, node, NULL);
    return (pnp_get_number(&key, L"ConfigFlags", 0) & CONFIGFLAG_DISABLED) != 0;
}

NTSTATUS pnp_start_node(struct pnp_node *node, struct pnp_reason *reason)
{
    NTSTATUS status;

    if (node->state == PNP_NEW) {
        status = pnp_identify(node);
        if (!NT_SUCCESS(status))
            return pnp_explain(reason, status, "device %wZ: %s", &node->instance,
                               pnp_problem_text(node->problem));
        pnp_user_instance(node, PNP_USER_INSTANCE_ENUMERATED);
    }
    if (node->state != PNP_IDENTIFIED && node->state != PNP_REMOVED)
        return STATUS_SUCCESS;
    if (is_disabled(node)) {
        pnp_set_problem(node, CM_PROB_DISABLED, STATUS_PLUGPLAY_NO_DEVICE);
        return pnp_explain(reason, STATUS_PLUGPLAY_NO_DEVICE, "device %wZ is disabled",
                           &node->instance);
    }
    pnp_set_problem(node, 0, STATUS_SUCCESS);
    status = pnp_install_node(node, reason);
    if (!NT_SUCCESS(status))
        return status;
    return stack_and_start(node, reason);
}
