/*
 * Structured exception handling: the list of guarded bodies and the two passes
 * over it.
 */
#include "seh_private.h"

#include <string.h>

C_ASSERT(FIELD_OFFSET(struct rtl_seh_frame, registers) == 8);
C_ASSERT(FIELD_OFFSET(CONTEXT, ContextFlags) == 0x30 && FIELD_OFFSET(CONTEXT, MxCsr) == 0x34);
C_ASSERT(FIELD_OFFSET(CONTEXT, EFlags) == 0x44 && FIELD_OFFSET(CONTEXT, Rax) == 0x78);
C_ASSERT(FIELD_OFFSET(CONTEXT, Rip) == 0xF8);

/* Functions that leave their frame by a jump: what a sanitizer adds to a function's end is not run.
 */
#define JUMPS __attribute__((no_sanitize("address", "thread")))

/* AddressSanitizer forgets what it knows of the stack that a jump leaves. */
extern void __asan_handle_no_return(void) __attribute__((weak));

/* One exception on its way. */
struct dispatch {
    void *back[8]; /* where a filter or termination handler returns to */
    EXCEPTION_POINTERS pointers;
    /*
     * On the thread's list while a filter runs, in front of all frames: an
     * exception in the filter is offered to frames outside of the filtered one
     * only, but if one of them takes it, all that are passed over are unwound.
     */
    struct rtl_seh_frame marker;
    struct rtl_seh_frame *filtered;
};

HALAPI JUMPS int rtl_seh_link(struct rtl_seh_frame *frame, int kind)
{
    PKTHREAD thread = ke_current();

    frame->kind = kind;
    frame->linked = 1;
    frame->outer = thread->seh;
    thread->seh = frame;
    return NTIO_SEH_BODY;
}

void ntio_seh_leave(struct rtl_seh_frame *frame)
{
    if (!frame->linked)
        return;
    frame->linked = 0;
    ke_current()->seh = frame->outer;
}

JUMPS void ntio_seh_filtered(struct rtl_seh_frame *frame, int disposition)
{
    rtl_seh_jump(CONTAINING_RECORD(frame->pointers, struct dispatch, pointers)->back, disposition);
}

JUMPS void ntio_seh_unwound(struct rtl_seh_frame *frame)
{
    rtl_seh_jump(CONTAINING_RECORD(frame->pointers, struct dispatch, pointers)->back, 0);
}

static JUMPS LONG run_filter(struct dispatch *dispatch, struct rtl_seh_frame *frame,
                             PKTHREAD thread)
{
    LONG disposition;

    frame->code = dispatch->pointers.ExceptionRecord->ExceptionCode;
    frame->pointers = &dispatch->pointers;
    dispatch->filtered = frame;
    dispatch->marker.kind = SEH_MARKER;
    dispatch->marker.outer = thread->seh;
    thread->seh = &dispatch->marker;
    disposition = rtl_seh_call(frame->registers, NTIO_SEH_FILTER, dispatch->back);
    thread->seh = dispatch->marker.outer;
    return disposition;
}

/*
 * The first pass: asks the filters, innermost first. Returns the frame whose
 * handler is to run, or NULL; *disposition is the last filter's answer.
 */
static JUMPS struct rtl_seh_frame *search(struct dispatch *dispatch, PKTHREAD thread,
                                          PLONG disposition)
{
    *disposition = EXCEPTION_CONTINUE_SEARCH;
    for (struct rtl_seh_frame *frame = thread->seh; frame; frame = frame->outer) {
        if (frame->kind == SEH_MARKER)
            frame = CONTAINING_RECORD(frame, struct dispatch, marker)->filtered;
        else if (frame->kind == NTIO_SEH_EXCEPT)
            *disposition = run_filter(dispatch, frame, thread);
        if (*disposition > 0)
            return frame;
        if (*disposition < 0)
            return NULL;
    }
    return NULL;
}

/*
 * The second pass: takes the frames inside target off the list and runs their
 * termination handlers. Each is off before its handler runs, so an exception
 * there goes on outside of it.
 */
static JUMPS void unwind(struct dispatch *dispatch, struct rtl_seh_frame *target, PKTHREAD thread)
{
    struct rtl_seh_frame *frame;

    while ((frame = thread->seh) != target) {
        thread->seh = frame->outer;
        frame->linked = 0;
        if (frame->kind != NTIO_SEH_FINALLY)
            continue;
        frame->abnormal = 1;
        frame->pointers = &dispatch->pointers;
        rtl_seh_call(frame->registers, NTIO_SEH_UNWIND, dispatch->back);
    }
}

static void fill_context(PCONTEXT context, const struct hal_fault *fault)
{
    RtlCaptureContext(context);
    if (!fault)
        return;
    memcpy(&context->Rax, fault->registers, 16 * sizeof(ULONG64));
    context->Rip = fault->registers[HAL_REGISTER_RIP];
    context->EFlags = (ULONG)fault->registers[HAL_REGISTER_FLAGS];
}

/* A filter may have changed the context; for a raised exception that has no effect. */
static void store_context(const CONTEXT *context, const struct hal_fault *fault)
{
    if (!fault)
        return;
    memcpy(fault->registers, &context->Rax, 16 * sizeof(ULONG64));
    fault->registers[HAL_REGISTER_RIP] = context->Rip;
    fault->registers[HAL_REGISTER_FLAGS] = context->EFlags;
}

static JUMPS void __attribute__((noreturn)) raise_noncontinuable(PEXCEPTION_RECORD cause)
{
    EXCEPTION_RECORD record = {
        .ExceptionCode = STATUS_NONCONTINUABLE_EXCEPTION,
        .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
        .ExceptionRecord = cause,
        .ExceptionAddress = cause->ExceptionAddress,
    };

    for (;;)
        rtl_dispatch_exception(&record, NULL);
}

JUMPS void rtl_dispatch_exception(PEXCEPTION_RECORD record, const struct hal_fault *fault)
{
    PKTHREAD thread = ke_current();
    struct dispatch dispatch;
    struct rtl_seh_frame *target;
    CONTEXT context;
    LONG disposition;

    memset(&dispatch, 0, sizeof(dispatch));
    fill_context(&context, fault);
    dispatch.pointers.ExceptionRecord = record;
    dispatch.pointers.ContextRecord = &context;
    target = search(&dispatch, thread, &disposition);
    if (disposition < 0) {
        if (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
            raise_noncontinuable(record);
        store_context(&context, fault);
        if (__asan_handle_no_return)
            __asan_handle_no_return();
        return;
    }
    if (!target)
        rtl_seh_unhandled(record, fault);
    unwind(&dispatch, target, thread);
    thread->seh = target->outer;
    target->linked = 0;
    if (__asan_handle_no_return)
        __asan_handle_no_return();
    rtl_seh_jump(target->registers, NTIO_SEH_HANDLER);
}

static JUMPS void raise(NTSTATUS status, PVOID address, ULONG flags)
{
    EXCEPTION_RECORD record = {
        .ExceptionCode = status, .ExceptionFlags = flags, .ExceptionAddress = address};

    rtl_dispatch_exception(&record, NULL);
}

JUMPS VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord)
{
    ExceptionRecord->ExceptionAddress = __builtin_return_address(0);
    rtl_dispatch_exception(ExceptionRecord, NULL);
}

JUMPS VOID NTAPI RtlRaiseStatus(NTSTATUS Status)
{
    raise(Status, __builtin_return_address(0), EXCEPTION_NONCONTINUABLE);
    __builtin_unreachable();
}

JUMPS VOID NTAPI ExRaiseStatus(NTSTATUS Status)
{
    raise(Status, __builtin_return_address(0), EXCEPTION_NONCONTINUABLE);
    __builtin_unreachable();
}

JUMPS VOID NTAPI ExRaiseAccessViolation(VOID)
{
    raise(STATUS_ACCESS_VIOLATION, __builtin_return_address(0), EXCEPTION_NONCONTINUABLE);
    __builtin_unreachable();
}

JUMPS VOID NTAPI ExRaiseDatatypeMisalignment(VOID)
{
    raise(STATUS_DATATYPE_MISALIGNMENT, __builtin_return_address(0), EXCEPTION_NONCONTINUABLE);
    __builtin_unreachable();
}
