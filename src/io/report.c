/*
 * What became of a thread's last request: which addresses its buffer had, where
 * its pages were, what was copied. Off unless the embedding program asks.
 */
#include "iop.h"

static struct report_system {
    BOOLEAN is_enabled;
    KSPIN_LOCK lock; /* guards every thread's last report */
} reports;

VOID io_report_start(BOOLEAN is_enabled)
{
    KeInitializeSpinLock(&reports.lock);
    reports.is_enabled = is_enabled;
}

VOID io_report_begin(PIRP irp, ULONG method, PVOID user, SIZE_T length, SIZE_T copied_in)
{
    struct io_irp *request = io_irp_of(irp);
    struct io_report *report;
    PVOID system = irp->AssociatedIrp.SystemBuffer;

    if (__builtin_expect(!reports.is_enabled, 1) || !request)
        return;
    report = &request->report;
    *report = (struct io_report){.is_valid = TRUE, .method = method};
    report->user_address = (ULONG_PTR)user;
    report->length = length;
    report->copied_in = copied_in;
    if (method == METHOD_NEITHER)
        report->system_address = report->user_address;
    else if (method == METHOD_BUFFERED && system)
        report->system_address = (ULONG_PTR)system;
    if (user)
        report->user_frame = mm_frame_of((ULONG_PTR)user);
    if (irp->MdlAddress)
        report->system_frame = MmGetMdlPfnArray(irp->MdlAddress)[0];
    else if (report->system_address)
        report->system_frame = mm_frame_of(report->system_address);
}

VOID io_report_mapped(PIRP irp)
{
    struct io_irp *request = io_irp_of(irp);

    if (__builtin_expect(!reports.is_enabled, 1) || !request)
        return;
    if (irp->MdlAddress->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
        request->report.system_address = (ULONG_PTR)irp->MdlAddress->MappedSystemVa;
}

VOID io_report_copied_out(PIRP irp, SIZE_T bytes)
{
    struct io_irp *request = io_irp_of(irp);

    if (__builtin_expect(reports.is_enabled, 0) && request)
        request->report.copied_out = bytes;
}

VOID io_report_publish(struct io_irp *request)
{
    PKTHREAD thread = (PKTHREAD)request->irp.Tail.Overlay.Thread;
    KIRQL irql;

    if (__builtin_expect(!reports.is_enabled, 1) || !request->report.is_valid)
        return;
    /* Such a request may outlive its thread. */
    if (request->held_thread && thread != ke_current())
        return;
    KeAcquireSpinLock(&reports.lock, &irql);
    if (thread->io)
        thread->io->last = request->report;
    KeReleaseSpinLock(&reports.lock, irql);
}

BOOLEAN io_report_last(struct io_report *report)
{
    PKTHREAD thread = ke_current();
    KIRQL irql;

    if (!thread->io)
        return FALSE;
    KeAcquireSpinLock(&reports.lock, &irql);
    *report = thread->io->last;
    KeReleaseSpinLock(&reports.lock, irql);
    return report->is_valid;
}
