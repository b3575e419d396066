/*
 * Calls: what the host asks the kernel for.
 */
#include "host.h"

/* An IRP's call is over once both are true; whoever makes the last so completes the IRP. */
enum call_end {
    CALL_ANSWERED = 1,
    CALL_UNCANCELABLE = 2, /* the cancel routine has run, or will not */
    CALL_ALL_ENDS = 3,
};

/* What the host keeps of a call; its owner's. */
struct own_call {
    PIRP irp;
    host_answered answered;
    hal_u32 ends; /* atomic */
};

static struct {
    struct mm_lock lock; /* guards free */
    USHORT free[UMDF_CALLS];
    ULONG count;
    KEVENT freed; /* set with each that becomes free */
    struct own_call own[UMDF_CALLS];
} calls;

static ULONG number_of(const struct umdf_call *call)
{
    return (ULONG)(call - host.board->calls);
}

VOID host_call_start(VOID)
{
    ULONG i;

    KeInitializeEvent(&calls.freed, SynchronizationEvent, FALSE);
    for (i = 0; i < UMDF_CALLS; i++)
        calls.free[calls.count++] = (USHORT)i;
}

/* ---- filling in ----------------------------------------------------------------------- */

struct umdf_call *host_begin_call(struct host_stack *stack, enum umdf_call_kind kind)
{
    struct umdf_call *call = NULL;
    hal_u32 serial;

    mm_acquire(&calls.lock);
    if (calls.count)
        call = &host.board->calls[calls.free[--calls.count]];
    mm_release(&calls.lock);
    if (!call)
        return NULL;
    serial = call->serial;
    memset(&call->kind, 0,
           FIELD_OFFSET(struct umdf_call, bytes) - FIELD_OFFSET(struct umdf_call, kind));
    call->kind = kind;
    call->serial = serial + 1;
    call->device = stack->number;
    return call;
}

struct umdf_call *host_await_call(struct host_stack *stack, enum umdf_call_kind kind)
{
    struct umdf_call *call;

    while (!(call = host_begin_call(stack, kind)))
        KeWaitForSingleObject(&calls.freed, Executive, KernelMode, FALSE, NULL);
    return call;
}

static ULONG pages_of(ULONG bytes)
{
    return (ULONG)(((SIZE_T)bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

BOOLEAN host_set_data(struct umdf_call *call, const VOID *input, ULONG input_length,
                      ULONG output_length)
{
    if (input_length > UMDF_CALL_BYTES || output_length > UMDF_CALL_BYTES) {
        call->place = host_area_take(pages_of(input_length) + pages_of(output_length));
        if (!call->place)
            return FALSE;
    }
    call->input_length = input_length;
    call->output_length = output_length;
    if (input)
        memcpy(host_input_of(call), input, input_length);
    return TRUE;
}

PVOID host_input_of(const struct umdf_call *call)
{
    return call->place ? host.data + call->place : (PVOID)call->bytes;
}

PVOID host_output_of(const struct umdf_call *call)
{
    return call->place
               ? host.data + call->place + ((SIZE_T)pages_of(call->input_length) << PAGE_SHIFT)
               : (PVOID)call->bytes;
}

VOID host_drop_call(struct umdf_call *call)
{
    if (call->place)
        host_area_give(call->place, pages_of(call->input_length) + pages_of(call->output_length));
    mm_acquire(&calls.lock);
    calls.free[calls.count++] = (USHORT)number_of(call);
    mm_release(&calls.lock);
    KeSetEvent(&calls.freed, IO_NO_INCREMENT, FALSE);
}

/* ---- the answer ----------------------------------------------------------------------- */

static VOID end(ULONG number, enum call_end end)
{
    struct own_call *own = &calls.own[number];
    struct umdf_call *call = &host.board->calls[number];

    if ((__atomic_fetch_or(&own->ends, end, __ATOMIC_ACQ_REL) | end) != CALL_ALL_ENDS)
        return;
    own->answered(own->irp, call);
    host_drop_call(call);
}

VOID host_take_answer(ULONG number)
{
    struct own_call *own = &calls.own[number];

    if (!(__atomic_load_n(&own->ends, __ATOMIC_RELAXED) & CALL_UNCANCELABLE) &&
        IoSetCancelRoutine(own->irp, NULL))
        __atomic_fetch_or(&own->ends, CALL_UNCANCELABLE, __ATOMIC_RELAXED);
    end(number, CALL_ANSWERED);
}

/* ---- sending -------------------------------------------------------------------------- */

static VOID send(struct umdf_call *call)
{
    ULONG number = number_of(call);

    __atomic_fetch_add(&host.answers, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&call->turn, UMDF_KERNEL, __ATOMIC_RELEASE);
    __atomic_fetch_or(&host.board->called[number / 64], 1ull << number % 64, __ATOMIC_SEQ_CST);
    host_ring_bell();
}

static VOID ask_to_cancel(ULONG number)
{
    struct umdf_call *call = &host.board->calls[number];

    __atomic_store_n(&call->cancelled, call->serial, __ATOMIC_RELAXED);
    __atomic_fetch_or(&host.board->cancelled[number / 64], 1ull << number % 64, __ATOMIC_SEQ_CST);
    host_ring_bell();
}

static VOID NTAPI cancel(PDEVICE_OBJECT device, PIRP irp)
{
    ULONG number = (ULONG)(ULONG_PTR)irp->Tail.Overlay.DriverContext[0];

    UNREFERENCED_PARAMETER(device);
    IoReleaseCancelSpinLock(irp->CancelIrql);
    /* The call stays until this is its end. */
    ask_to_cancel(number);
    end(number, CALL_UNCANCELABLE);
}

VOID host_send_call(struct umdf_call *call, PIRP irp, BOOLEAN can_cancel, host_answered answered)
{
    ULONG number = number_of(call);

    calls.own[number] = (struct own_call){irp, answered, can_cancel ? 0 : CALL_UNCANCELABLE};
    if (can_cancel) {
        irp->Tail.Overlay.DriverContext[0] = (PVOID)(ULONG_PTR)number;
        IoSetCancelRoutine(irp, cancel);
        if (irp->Cancel && IoSetCancelRoutine(irp, NULL)) {
            call->status = (hal_u32)STATUS_CANCELLED;
            call->information = 0;
            answered(irp, call);
            host_drop_call(call);
            return;
        }
    }
    send(call);
}

NTSTATUS host_make_call(struct umdf_call *call)
{
    NTSTATUS status;

    call->is_waiting = TRUE;
    send(call);
    while (!lpc_has_turn(lpc_sleep(&call->turn, UMDF_HOST, HAL_FOREVER), UMDF_HOST))
        ;
    status = (NTSTATUS)call->status;
    host_drop_call(call);
    return status;
}
