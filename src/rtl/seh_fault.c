/*
 * From hal's faults to exceptions, and from exceptions that nobody takes to bug
 * checks.
 */
#include "seh_private.h"
#include "../ex/ex.h"
#include "../io/io.h"
#include "../mm/mm.h"

enum { BACKTRACE_FRAMES = 32 };

/* Bytes below a stack that are taken to be meant for it. */
enum { STACK_GUARD = 64 * 1024 };

/* UNEXPECTED_KERNEL_MODE_TRAP's first parameter. */
enum { TRAP_DOUBLE_FAULT = 8 };

/* Stop codes that mingw-w64 has no name for. */
enum {
    PAGE_FAULT_IN_FREED_SPECIAL_POOL = 0xCC,
    PAGE_FAULT_BEYOND_END_OF_ALLOCATION = 0xCD,
    DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL = 0xD5,
    DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION = 0xD6,
};

/* The kernel's own image, by the linker's names. */
extern const CHAR __ehdr_start[] __attribute__((visibility("hidden")));
extern const CHAR _end[] __attribute__((visibility("hidden")));

/* TRUE: the thread's next fault is the program's, whom its signal shall reach. */
static _Thread_local BOOLEAN seh_gives_up __attribute__((tls_model("initial-exec")));

/* Whose code a fault is in, or was called from. */
enum owner { OWNER_PROGRAM, OWNER_KERNEL, OWNER_DRIVER };

static enum owner owner_of_code(ULONG64 pc)
{
    if (io_driver_of_code(pc))
        return OWNER_DRIVER;
    return pc >= (ULONG64)__ehdr_start && pc < (ULONG64)_end ? OWNER_KERNEL : OWNER_PROGRAM;
}

/* The innermost caller that is the kernel or a driver answers for what it has called. */
static enum owner owner_of_fault(const struct hal_fault *fault)
{
    hal_u64 pcs[BACKTRACE_FRAMES];
    hal_u32 count = hal_backtrace_from(fault->context, pcs, BACKTRACE_FRAMES);

    for (hal_u32 at = 0; at < count; at++) {
        enum owner owner = owner_of_code(pcs[at]);
        if (owner != OWNER_PROGRAM)
            return owner;
    }
    return ke_current()->is_system ? OWNER_KERNEL : OWNER_PROGRAM;
}

static NTSTATUS status_of(const struct hal_fault *fault)
{
    switch (fault->kind) {
    case HAL_FAULT_ACCESS:
        return STATUS_ACCESS_VIOLATION;
    case HAL_FAULT_ALIGNMENT:
        return STATUS_DATATYPE_MISALIGNMENT;
    case HAL_FAULT_DIVIDE:
        return STATUS_INTEGER_DIVIDE_BY_ZERO;
    case HAL_FAULT_OVERFLOW:
        return STATUS_INTEGER_OVERFLOW;
    case HAL_FAULT_FLOAT:
        return STATUS_FLOAT_INVALID_OPERATION;
    case HAL_FAULT_BREAKPOINT:
        return STATUS_BREAKPOINT;
    case HAL_FAULT_ILLEGAL:
        break;
    }
    return STATUS_ILLEGAL_INSTRUCTION;
}

/* What the access was, in a bug check's own numbers. */
static ULONG_PTR operation(const struct hal_fault *fault, ULONG_PTR write, ULONG_PTR fetch)
{
    return fault->is_fetch ? fetch : fault->is_write ? write : 0;
}

static BOOLEAN is_stack_overflow(const struct hal_fault *fault)
{
    hal_u64 low, high;

    hal_thread_stack(&low, &high);
    return fault->address < low && low - fault->address <= STACK_GUARD &&
           fault->sp - fault->address + STACK_GUARD < 2 * STACK_GUARD;
}

/*
 * The accesses that Windows answers with a bug check however well they are
 * guarded: past the end of the stack, at DISPATCH_LEVEL and above, and to system
 * addresses.
 */
static VOID check_access(const struct hal_fault *fault, enum owner owner)
{
    KIRQL irql = ke_current()->irql;
    ULONG_PTR parameters[4] = {fault->address, operation(fault, 1, 8), fault->pc, 0};
    BOOLEAN is_freed;

    if (is_stack_overflow(fault)) {
        ULONG_PTR trap[4] = {TRAP_DOUBLE_FAULT, fault->sp, fault->pc, 0};
        ke_bugcheck_from_fault(UNEXPECTED_KERNEL_MODE_TRAP, trap, fault);
    }
    if (ex_pool_special_fault(fault->address, &is_freed)) {
        ULONG freed = owner == OWNER_DRIVER ? DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL
                                            : PAGE_FAULT_IN_FREED_SPECIAL_POOL;
        ULONG beyond = owner == OWNER_DRIVER ? DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION
                                             : PAGE_FAULT_BEYOND_END_OF_ALLOCATION;
        ke_bugcheck_from_fault(is_freed ? freed : beyond, parameters, fault);
    }
    if (irql >= DISPATCH_LEVEL) {
        ULONG_PTR high[4] = {fault->address, irql, operation(fault, 1, 8), fault->pc};
        ke_bugcheck_from_fault(owner == OWNER_DRIVER ? DRIVER_IRQL_NOT_LESS_OR_EQUAL
                                                     : IRQL_NOT_LESS_OR_EQUAL,
                               high, fault);
    }
    if (mm_is_system_address(fault->address)) {
        ULONG_PTR invalid[4] = {fault->address, operation(fault, 2, 0x10), fault->pc, 0};
        ke_bugcheck_from_fault(PAGE_FAULT_IN_NONPAGED_AREA, invalid, fault);
    }
}

static VOID __attribute__((noreturn)) give_up(const struct hal_fault *fault)
{
    seh_gives_up = TRUE;
    hal_fault_continue(fault);
}

/* Runs on the faulting thread's stack, outside of the signal. */
static void dispatch_fault(const struct hal_fault *fault)
{
    enum owner owner = owner_of_fault(fault);
    EXCEPTION_RECORD record = {.ExceptionCode = status_of(fault),
                               .ExceptionAddress = (PVOID)fault->pc};

    if (owner == OWNER_PROGRAM && !ke_current()->seh)
        give_up(fault);
    if (fault->kind == HAL_FAULT_ACCESS && rtl_access_register(fault))
        hal_fault_continue(fault);
    if (fault->kind == HAL_FAULT_ACCESS) {
        if (owner != OWNER_PROGRAM)
            check_access(fault, owner);
        record.NumberParameters = 2;
        record.ExceptionInformation[0] = operation(fault, 1, 8);
        record.ExceptionInformation[1] = fault->address;
    }
    rtl_dispatch_exception(&record, fault);
    hal_fault_continue(fault);
}

/* Runs in the signal: a thread that the kernel does not know has nothing to do with it. */
static void on_fault(const struct hal_fault *fault, hal_fault_resume *resume)
{
    UNREFERENCED_PARAMETER(fault);
    if (!ke_thread)
        return;
    if (seh_gives_up)
        seh_gives_up = FALSE;
    else
        *resume = dispatch_fault;
}

void rtl_seh_unhandled(PEXCEPTION_RECORD record, const struct hal_fault *fault)
{
    ULONG_PTR parameters[4] = {(ULONG)record->ExceptionCode, (ULONG_PTR)record->ExceptionAddress,
                               record->ExceptionInformation[0], record->ExceptionInformation[1]};

    if (!fault)
        KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, parameters[0], parameters[1], parameters[2],
                     parameters[3]);
    if (owner_of_fault(fault) == OWNER_PROGRAM)
        give_up(fault);
    ke_bugcheck_from_fault(KMODE_EXCEPTION_NOT_HANDLED, parameters, fault);
}

NTSTATUS rtl_seh_start(void)
{
    NTSTATUS status = rtl_status_from_hal(hal_fault_prepare_thread());

    if (NT_SUCCESS(status))
        hal_on_fault(on_fault);
    return status;
}
