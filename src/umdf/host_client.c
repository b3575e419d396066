/*
 * WdfRequestImpersonate: the kernel has the tokens. What a thread here knows is which request's
 * sender it acts for, and what it opens meanwhile says so.
 */
#include "host.h"

static _Thread_local struct umdf_client client __attribute__((tls_model("initial-exec")));

static const struct host_request *request_of(const struct umdf_reflected *reflected)
{
    return CONTAINING_RECORD(reflected, struct host_request, reflected);
}

NTSTATUS umdf_impersonate(const struct umdf_reflected *reflected,
                          SECURITY_IMPERSONATION_LEVEL level, struct umdf_client *before)
{
    if (reflected->mode != UserMode || level > request_of(reflected)->stack->impersonation)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    *before = client;
    client = (struct umdf_client){reflected, level};
    return STATUS_SUCCESS;
}

VOID umdf_stop_impersonating(const struct umdf_client *before)
{
    client = *before;
}

VOID host_put_client(struct umdf_call *call)
{
    call->slot = UMDF_NOBODY;
    if (!client.request)
        return;
    call->slot = (hal_u32)(request_of(client.request) - host.requests);
    call->minor = (hal_u8)client.level;
}
