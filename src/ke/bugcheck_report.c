/*
 * The text of a bug check's report.
 */
#include "bugcheck.h"

#include "../etw/etw.h"
#include "../io/io.h"
#include "../rtl/rtl.h"

#define MAX_FRAMES 48

VOID ke_text_add(struct ke_text *text, PCSTR format, ...)
{
    SIZE_T left = text->size - text->length;
    SIZE_T written;
    va_list arguments;

    va_start(arguments, format);
    written = rtl_format_va(text->buffer + text->length, left, format, arguments);
    va_end(arguments);
    text->length += written < left ? written : left - 1;
}

/* ---- parameters ---------------------------------------------------------- */

static PCSTR irql_name(ULONG_PTR irql)
{
    switch (irql) {
    case PASSIVE_LEVEL:
        return "PASSIVE_LEVEL";
    case APC_LEVEL:
        return "APC_LEVEL";
    case DISPATCH_LEVEL:
        return "DISPATCH_LEVEL";
    case HIGH_LEVEL:
        return "HIGH_LEVEL";
    default:
        return "a device level";
    }
}

static PCSTR access_name(ULONG_PTR access)
{
    switch (access) {
    case 0:
        return "read";
    case 1:
    case 2:
        return "write";
    case 8:
    case 0x10:
        return "execute";
    default:
        return "?";
    }
}

static VOID describe_tag(struct ke_text *text, ULONG_PTR tag)
{
    ULONG i;

    ke_text_add(text, ": '");
    for (i = 0; i < 4; i++) {
        UCHAR c = (UCHAR)(tag >> 8 * i);

        ke_text_add(text, "%c", c >= ' ' && c < 0x7f ? c : '.');
    }
    ke_text_add(text, "'");
}

struct lookup {
    ULONG64 pc;
    PDRIVER_OBJECT driver;
};

static VOID look_up(PVOID context)
{
    struct lookup *lookup = context;

    lookup->driver = io_driver_of_code(lookup->pc);
}

/* NULL too if the list of drivers is locked, or damaged. */
static PDRIVER_OBJECT driver_of(ULONG64 pc)
{
    struct lookup lookup = {.pc = pc};

    return ke_bugcheck_try(look_up, &lookup) ? lookup.driver : NULL;
}

/* An address of code with the driver that it belongs to, if to one. */
static VOID describe_code(struct ke_text *text, ULONG64 pc)
{
    PDRIVER_OBJECT driver = driver_of(pc);
    CHAR where[256] = "";

    hal_describe_code(pc, where, sizeof(where));
    if (driver)
        ke_text_add(text, "%wZ  ", &driver->DriverName);
    ke_text_add(text, "%s", where);
}

static VOID describe_status(struct ke_text *text, ULONG_PTR status)
{
    PCSTR name = rtl_status_name((NTSTATUS)status);

    if (name)
        ke_text_add(text, ": %s", name);
}

static VOID describe_parameter(struct ke_text *text, ULONG number,
                               const struct ke_bugcheck_parameter *parameter, ULONG_PTR value)
{
    if (parameter->kind == AS_NOTHING && !value)
        return;
    ke_text_add(text, "  parameter %u  0x%016I64X  %s", number, (ULONG64)value,
                parameter->meaning ? parameter->meaning : "(no documented meaning)");
    switch (parameter->kind) {
    case AS_CODE:
        if (value) {
            ke_text_add(text, ": ");
            describe_code(text, value);
        }
        break;
    case AS_IRQL:
        ke_text_add(text, ": %s", irql_name(value));
        break;
    case AS_STATUS:
        describe_status(text, value);
        break;
    case AS_ACCESS:
        ke_text_add(text, ": %s", access_name(value));
        break;
    case AS_TAG:
        describe_tag(text, value);
        break;
    default:
        break;
    }
    ke_text_add(text, "\n");
}

static VOID describe_parameters(struct ke_text *text, const struct ke_bugcheck *bugcheck,
                                const struct ke_bugcheck_row *row)
{
    static const struct ke_bugcheck_parameter unknown = {AS_VALUE, NULL};
    const struct ke_bugcheck_case *found = row ? ke_bugcheck_case(row, bugcheck->parameters) : NULL;
    ULONG i;

    if (found)
        ke_text_add(text, "  %s\n", found->what);
    for (i = 0; i < 4; i++) {
        const struct ke_bugcheck_parameter *parameter = row ? &row->parameters[i] : &unknown;

        if (found && i + 1 != row->selector)
            parameter = &found->parameters[i];
        describe_parameter(text, i + 1, parameter, bugcheck->parameters[i]);
    }
}

/* ---- where it happened --------------------------------------------------- */

static VOID describe_thread(struct ke_text *text, KIRQL irql)
{
    PKTHREAD thread = ke_thread;

    if (!thread) {
        ke_text_add(text, "  thread       Linux %u, which is unknown to the kernel\n",
                    hal_thread_id());
        return;
    }
    ke_text_add(text, "  IRQL         %u (%s)\n", irql, irql_name(irql));
    ke_text_add(text, "  thread       %Iu (Linux %u), KTHREAD %p, %s%s\n", (SIZE_T)thread->id,
                hal_thread_id(), thread,
                thread->is_system ? "a system thread" : "a thread of the program",
                thread->in_dpc ? ", in a deferred procedure call" : "");
}

struct irp_text {
    PIRP irp;
    CHAR lines[4096];
};

static VOID look_at_irp(PVOID context)
{
    struct irp_text *text = context;

    io_describe_irp(text->irp, text->lines, sizeof(text->lines));
}

static VOID describe_irp(struct ke_text *text)
{
    struct irp_text irp;

    if (!ke_thread || !ke_thread->current_irp)
        return;
    irp.irp = ke_thread->current_irp;
    irp.lines[0] = 0;
    if (ke_bugcheck_try(look_at_irp, &irp))
        ke_text_add(text, "\n  current IRP\n%s\n", irp.lines);
    else
        ke_text_add(text, "\n  current IRP  %p, which is damaged\n", irp.irp);
}

struct log_text {
    CHAR lines[4096];
};

static VOID look_at_logs(PVOID context)
{
    struct log_text *text = context;

    etw_describe(text->lines, sizeof(text->lines));
}

/* What drivers' recorders have kept. */
static VOID describe_logs(struct ke_text *text)
{
    struct log_text logs;

    logs.lines[0] = 0;
    if (ke_bugcheck_try(look_at_logs, &logs))
        ke_text_add(text, "%s", logs.lines);
}

/*
 * Frames of the report itself are left out: it begins at the fault, or at who
 * called. A return address may lie past its function's end if the call does not
 * return, so the frames are shown by the last byte of the call.
 */
static ULONG collect_frames(const struct ke_bugcheck *bugcheck, hal_u64 *pcs, ULONG *first)
{
    ULONG count, i;

    *first = 0;
    if (bugcheck->fault)
        count = hal_backtrace_from(bugcheck->fault->context, pcs, MAX_FRAMES);
    else
        count = hal_backtrace(pcs, MAX_FRAMES);
    for (i = 0; i < count; i++) {
        if (pcs[i] == bugcheck->caller)
            *first = i;
        pcs[i] -= !(bugcheck->fault && i == 0);
    }
    return count;
}

static VOID describe_stack(struct ke_text *text, const hal_u64 *pcs, ULONG first, ULONG count)
{
    ULONG i;

    ke_text_add(text, "\n  stack\n");
    for (i = first; i < count; i++) {
        ke_text_add(text, "  %3u  ", i - first);
        describe_code(text, pcs[i]);
        ke_text_add(text, "\n");
    }
}

static VOID describe_driver(struct ke_text *text, const hal_u64 *pcs, ULONG first, ULONG count)
{
    PDRIVER_OBJECT driver = NULL;
    ULONG i;

    for (i = first; i < count && !driver; i++)
        driver = driver_of(pcs[i]);
    if (driver)
        ke_text_add(text, "  driver       %wZ\n", &driver->DriverName);
}

VOID ke_bugcheck_describe(struct ke_text *text, const struct ke_bugcheck *bugcheck)
{
    const struct ke_bugcheck_row *row = ke_bugcheck_row(bugcheck->code);
    hal_u64 pcs[MAX_FRAMES];
    ULONG first;
    ULONG count = collect_frames(bugcheck, pcs, &first);

    ke_text_add(text, "\n*** STOP 0x%08X %s\n\n", bugcheck->code,
                row ? row->name : "(a stop code that ntio does not know)");
    if (bugcheck->note)
        ke_text_add(text, "  %s\n", bugcheck->note);
    describe_parameters(text, bugcheck, row);
    ke_text_add(text, "\n");
    describe_driver(text, pcs, first, count);
    describe_thread(text, bugcheck->irql);
    if (row && row->advice)
        ke_text_add(text, "  what to do   %s\n", row->advice);
    describe_irp(text);
    describe_stack(text, pcs, first, count);
    describe_logs(text);
}
