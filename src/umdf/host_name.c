/*
 * Device interfaces and symbolic links of the host's drivers: they are made in the kernel.
 */
#include "host.h"
#include "../ob/ob.h"
#include "../pnp/pnp.h"

static NTSTATUS change_interface(PDEVICE_OBJECT pdo, const GUID *guid, PCUNICODE_STRING reference,
                                 BOOLEAN is_enabled)
{
    struct host_stack *stack = host_stack_of(pdo);
    struct umdf_call *call;

    if (!stack)
        return STATUS_NO_SUCH_DEVICE;
    if (sizeof(*guid) + reference->Length > sizeof(call->bytes))
        return STATUS_INVALID_PARAMETER;
    call = host_begin_call(stack, UMDF_SET_INTERFACE);
    if (!call)
        return STATUS_INSUFFICIENT_RESOURCES;
    call->words[0] = is_enabled;
    memcpy(call->bytes, guid, sizeof(*guid));
    memcpy(call->bytes + sizeof(*guid), reference->Buffer, reference->Length);
    call->input_length = sizeof(*guid) + reference->Length;
    return host_make_call(call);
}

/* A link in the kernel, to its device instead of the one here. */
static NTSTATUS change_link(PCUNICODE_STRING link, PCUNICODE_STRING target)
{
    struct host_stack *stack = target ? host_find_stack_by_name(target) : host_first_stack();
    struct umdf_call *call = NULL;
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (!stack)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (link->Length <= sizeof(call->bytes)) {
        call = host_begin_call(stack, UMDF_LINK);
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    if (call) {
        call->words[0] = !target;
        memcpy(call->bytes, link->Buffer, link->Length);
        call->input_length = link->Length;
        status = host_make_call(call);
    }
    host_leave_stack(stack);
    return status;
}

static NTSTATUS post_event(PDEVICE_OBJECT pdo,
                           const TARGET_DEVICE_CUSTOM_NOTIFICATION *notification)
{
    ULONG header = FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer);
    ULONG bytes = notification->Size - header;
    struct host_stack *stack = host_stack_of(pdo);
    struct umdf_call *call = stack ? host_begin_call(stack, UMDF_POST_EVENT) : NULL;
    PUCHAR to;

    if (!call)
        return stack ? STATUS_INSUFFICIENT_RESOURCES : STATUS_NO_SUCH_DEVICE;
    if (!host_set_data(call, NULL, sizeof(GUID) + bytes, 0)) {
        host_drop_call(call);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    to = host_input_of(call);
    memcpy(to, &notification->Event, sizeof(GUID));
    memcpy(to + sizeof(GUID), notification->CustomDataBuffer, bytes);
    return host_make_call(call);
}

VOID host_name_start(VOID)
{
    pnp_on_custom_event(post_event);
    pnp_on_interface_change(change_interface);
    ob_on_link_change(change_link);
}
