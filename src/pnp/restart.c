/*
 * Devices that fail by themselves, because what their drivers run in has ended: they are taken
 * away, and started again once their files are closed, so many times.
 */
#include "pnpp.h"

#define MOST_RESTARTS 5
#define FORGOTTEN_AFTER (30 * 60 * 10000000ll) /* 100 ns without a failure */

/* Counts a failure; FALSE if that was one too many. */
static BOOLEAN may_restart(struct pnp_node *node)
{
    LONGLONG now = hal_clock_system();

    if (now - node->failed_at > FORGOTTEN_AFTER)
        node->restarts = 0;
    node->failed_at = now;
    return node->restarts++ < MOST_RESTARTS;
}

static VOID restart(struct pnp_node *node)
{
    CHAR text[512] = "";
    struct pnp_reason reason = {text, sizeof(text)};

    node->wants_restart = FALSE;
    if (NT_SUCCESS(pnp_start_node(node, &reason)))
        rtl_log("device %wZ was started again (%u of %u)", &node->instance, node->restarts,
                MOST_RESTARTS);
    else
        rtl_log("device %wZ could not be started again: %s", &node->instance, text);
}

VOID pnp_restart_removed(struct pnp_node *node)
{
    if (node->wants_restart && node->state == PNP_REMOVED && !node->is_missing)
        restart(node);
}

static VOID take_away(struct pnp_node *node)
{
    node->wants_restart = may_restart(node);
    if (!node->wants_restart)
        rtl_log("device %wZ has failed %u times, and is not started again", &node->instance,
                node->restarts);
    if (node->state == PNP_STARTED || node->state == PNP_STOPPED)
        pnp_surprise_remove(node, CM_PROB_FAILED_POST_START); /* restarts it when it is closed */
    else
        pnp_restart_removed(node);
}

VOID pnp_run_failure(struct pnp_node *node)
{
    /* One that did not start in the first place is its installer's to try again. */
    if (node->state == PNP_STARTED || node->state == PNP_STOPPED ||
        (node->state == PNP_REMOVED && node->restarts && node->problem))
        take_away(node);
}

VOID pnp_device_failed(PDEVICE_OBJECT pdo)
{
    struct pnp_node *node = pnp_node_of(pdo);

    if (node && !pnp_queue(&node->failure))
        pnp_node_dereference(node);
}
