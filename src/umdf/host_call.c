/*
 * Calls: what the host asks the kernel for.
 */
#include "host.h"
#include "../ob/ob.h"
#include "../pnp/pnp.h"

static struct {
    struct mm_lock lock; /* guards free */
    USHORT free[UMDF_CALLS];
    ULONG count;
    PIRP irps[UMDF_CALLS]; /* that wait for the answer; the call's owner's */
} calls;

static ULONG number_of(const struct umdf_call *call)
{
    return (ULONG)(call - host.board->calls);
}

VOID host_call_start(VOID)
{
    ULONG i;

    for (i = 0; i < UMDF_CALLS; i++)
        calls.free[calls.count++] = (USHORT)i;
}

struct umdf_call *host_begin_call(struct host_stack *stack, enum umdf_call_kind kind)
{
    struct umdf_call *call = NULL;

    mm_acquire(&calls.lock);
    if (calls.count)
        call = &host.board->calls[calls.free[--calls.count]];
    mm_release(&calls.lock);
    if (!call)
        return NULL;
    memset(&call->kind, 0,
           FIELD_OFFSET(struct umdf_call, bytes) - FIELD_OFFSET(struct umdf_call, kind));
    call->kind = kind;
    call->device = stack->number;
    return call;
}

static VOID free_call(struct umdf_call *call)
{
    mm_acquire(&calls.lock);
    calls.free[calls.count++] = (USHORT)number_of(call);
    mm_release(&calls.lock);
}

static VOID send(struct umdf_call *call)
{
    ULONG number = number_of(call);

    __atomic_fetch_add(&host.answers, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&call->turn, UMDF_KERNEL, __ATOMIC_RELEASE);
    __atomic_fetch_or(&host.board->called[number / 64], 1ull << number % 64, __ATOMIC_SEQ_CST);
    host_ring_bell();
}

VOID host_send_call(struct umdf_call *call, PIRP irp)
{
    calls.irps[number_of(call)] = irp;
    send(call);
}

VOID host_take_answer(ULONG number)
{
    struct umdf_call *call = &host.board->calls[number];

    host_lower_answered(calls.irps[number], call);
    free_call(call);
}

NTSTATUS host_make_call(struct umdf_call *call)
{
    NTSTATUS status;

    call->is_waiting = TRUE;
    send(call);
    while (!lpc_has_turn(lpc_sleep(&call->turn, UMDF_HOST, HAL_FOREVER), UMDF_HOST))
        ;
    status = (NTSTATUS)call->status;
    free_call(call);
    return status;
}

/* ---- what the system does elsewhere --------------------------------------------------- */

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

VOID host_call_hooks(VOID)
{
    pnp_on_interface_change(change_interface);
    ob_on_link_change(change_link);
}
