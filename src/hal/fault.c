/*
 * Faults: from a signal to the kernel's handler, and out of the signal again.
 */
#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "backtrace.h"
#include "fault_continue.h"
#include "linux.h"

/* One of the pieces of guarded.S; the last has begin 0. */
struct guarded_code {
    hal_u64 begin, end, recovery;
};
extern const struct guarded_code guarded_codes[];
extern hal_u64 guarded_string_from;

#define SIGNAL_STACK_PAGES 64
/* What a function that resumes needs of the faulting stack to run there. */
#define RESUME_ROOM (4 * HAL_PAGE_SIZE)
#define RED_ZONE 128
#define FLAG_DIRECTION 0x400

/* x86 traps and page-fault error code bits as Linux passes them on. */
enum { TRAP_BREAKPOINT = 3, TRAP_GENERAL_PROTECTION = 13, TRAP_PAGE_FAULT = 14 };
enum { FAULT_WRITE = 2, FAULT_FETCH = 16 };

static const int fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
#define FAULT_SIGNALS (sizeof fault_signals / sizeof *fault_signals)

static struct {
    /* Atomic both: set while other threads may fault. */
    hal_fault_handler handler;
    hal_pager pager;
    struct sigaction previous[FAULT_SIGNALS];
    struct sigaction previous_limit; /* of SIGXFSZ */
} fault_system;

static _Thread_local struct {
    void *signal_stack;
    stack_t previous_stack;
    int has_exit_call;
} own __attribute__((tls_model("initial-exec")));

HALAPI void hal_on_fault(hal_fault_handler handler)
{
    __atomic_store_n(&fault_system.handler, handler, __ATOMIC_RELEASE);
}

HALAPI void hal_on_page_fault(hal_pager pager)
{
    __atomic_store_n(&fault_system.pager, pager, __ATOMIC_RELEASE);
}

/* Whether the access can be tried again, since the page is there now. */
static int is_paged_in(int signal, const siginfo_t *info, const greg_t *registers)
{
    hal_pager pager = __atomic_load_n(&fault_system.pager, __ATOMIC_ACQUIRE);
    hal_u64 address = (hal_u64)info->si_addr;
    int error = errno, is_there;

    if (!pager || (signal != SIGSEGV && signal != SIGBUS) || info->si_code <= 0 ||
        registers[REG_TRAPNO] != TRAP_PAGE_FAULT || address - HAL_SYSTEM_BASE < HAL_SYSTEM_SIZE)
        return 0;
    is_there = pager(address, !!(registers[REG_ERR] & FAULT_WRITE));
    errno = error;
    return is_there;
}

static int recover_guarded(const siginfo_t *info, greg_t *registers)
{
    hal_u64 pc = (hal_u64)registers[REG_RIP];

    for (const struct guarded_code *code = guarded_codes; code->begin; code++) {
        if (pc >= code->begin && pc < code->end) {
            registers[REG_RAX] = (greg_t)info->si_addr;
            registers[REG_RIP] = (greg_t)code->recovery;
            registers[REG_EFL] &= ~(greg_t)FLAG_DIRECTION;
            return 1;
        }
    }
    return 0;
}

/*
 * Whether a general protection fault at pc is one of an instruction that only
 * a kernel may execute; otherwise it is of an address that no pointer can have.
 */
static int is_privileged(hal_u64 pc)
{
    unsigned char code[8] = {0};
    unsigned i = 0;

    if (hal_copy_guarded(code, (const void *)pc, sizeof code, NULL))
        return 0;
    while (i < 4 &&
           (code[i] == 0x66 || code[i] == 0xf2 || code[i] == 0xf3 || (code[i] & 0xf0) == 0x40))
        i++;
    switch (code[i]) {
    case 0xf4: /* hlt */
    case 0xfa:
    case 0xfb: /* cli, sti */
    case 0xe4:
    case 0xe5:
    case 0xe6:
    case 0xe7: /* in, out with a port number */
    case 0xec:
    case 0xed:
    case 0xee:
    case 0xef: /* in, out */
    case 0x6c:
    case 0x6d:
    case 0x6e:
    case 0x6f: /* ins, outs */
        return 1;
    case 0x0f:
        i++;
        return code[i] == 0x00 || code[i] == 0x01 || /* lldt, lgdt, invlpg and their like */
               code[i] == 0x06 || code[i] == 0x08 || code[i] == 0x09 || /* clts, invd, wbinvd */
               (code[i] >= 0x20 && code[i] <= 0x23) ||                  /* control registers */
               code[i] == 0x30 || code[i] == 0x32 || code[i] == 0x33;   /* wrmsr, rdmsr, rdpmc */
    default:
        return 0;
    }
}

static void describe_access(struct hal_fault *fault, const siginfo_t *info, const greg_t *registers)
{
    if (registers[REG_TRAPNO] == TRAP_GENERAL_PROTECTION) {
        fault->kind = is_privileged(fault->pc) ? HAL_FAULT_ILLEGAL : HAL_FAULT_ACCESS;
        return;
    }
    fault->kind = HAL_FAULT_ACCESS;
    fault->address = (hal_u64)info->si_addr;
    if (registers[REG_TRAPNO] == TRAP_PAGE_FAULT) {
        fault->is_write = !!(registers[REG_ERR] & FAULT_WRITE);
        fault->is_fetch = !!(registers[REG_ERR] & FAULT_FETCH);
    }
}

static enum hal_fault_kind arithmetic_kind(int code)
{
    if (code == FPE_INTDIV)
        return HAL_FAULT_DIVIDE;
    return code == FPE_INTOVF ? HAL_FAULT_OVERFLOW : HAL_FAULT_FLOAT;
}

/* Fills *fault; returns 0 for a signal that no instruction of the thread has caused. */
static int describe(struct hal_fault *fault, int signal, const siginfo_t *info,
                    const greg_t *registers)
{
    if (info->si_code <= 0)
        return 0; /* somebody's kill() */
    memset(fault, 0, sizeof *fault);
    fault->pc = (hal_u64)registers[REG_RIP];
    fault->sp = (hal_u64)registers[REG_RSP];
    fault->bp = (hal_u64)registers[REG_RBP];
    switch (signal) {
    case SIGSEGV:
        describe_access(fault, info, registers);
        return 1;
    case SIGBUS:
        if (info->si_code == BUS_ADRALN) {
            fault->kind = HAL_FAULT_ALIGNMENT;
            return 1;
        }
        describe_access(fault, info, registers);
        return 1;
    case SIGFPE:
        fault->kind = arithmetic_kind(info->si_code);
        return 1;
    case SIGILL:
        fault->kind = HAL_FAULT_ILLEGAL;
        return 1;
    default:
        if (registers[REG_TRAPNO] != TRAP_BREAKPOINT)
            return 0; /* single steps and watchpoints are a debugger's */
        fault->kind = HAL_FAULT_BREAKPOINT;
        fault->pc -= 1; /* the processor has gone past int3 */
        return 1;
    }
}

/* A stack that has overflowed cannot take the function that resumes. */
static int has_room(hal_u64 sp, hal_size bytes)
{
    for (hal_u64 below = RED_ZONE; below <= bytes + RESUME_ROOM; below += HAL_PAGE_SIZE) {
        if (hal_touch_write(sp - below))
            return 0;
    }
    return 1;
}

/*
 * Lets the signal return into resume, as if the faulting instruction had called
 * it; the fault's copy lies between. With the stack exhausted it runs on the
 * signal stack, which is free again once the signal has returned; then the copy
 * is at that stack's far end.
 */
static void resume_at(hal_fault_resume resume, const struct hal_fault *fault, ucontext_t *context)
{
    greg_t *registers = context->uc_mcontext.gregs;
    hal_size bytes = fault_saved_bytes(context);
    hal_u64 saved = (fault->sp - RED_ZONE - bytes) & ~63ull, sp = saved;

    if (own.signal_stack && !has_room(fault->sp, bytes)) {
        saved = (hal_u64)own.signal_stack;
        sp = (hal_u64)own.signal_stack + SIGNAL_STACK_PAGES * HAL_PAGE_SIZE;
    }
    sp -= sizeof(hal_u64);
    *(hal_u64 *)sp = fault->pc;
    registers[REG_RDI] = (greg_t)fault_save(saved, fault, context);
    registers[REG_RSP] = (greg_t)sp;
    registers[REG_RIP] = (greg_t)resume;
    registers[REG_EFL] &= ~(greg_t)FLAG_DIRECTION;
}

static void die_of(int signal, const siginfo_t *info)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};

    sigaction(signal, &standard, NULL);
    /* A fault comes again when the instruction does; these would not. */
    if (signal == SIGTRAP || info->si_code <= 0)
        raise(signal);
}

static void chain(int signal, siginfo_t *info, void *context)
{
    for (size_t i = 0; i < FAULT_SIGNALS; i++) {
        const struct sigaction *previous = &fault_system.previous[i];

        if (fault_signals[i] != signal)
            continue;
        if (previous->sa_flags & SA_SIGINFO)
            previous->sa_sigaction(signal, info, context);
        else if (previous->sa_handler == SIG_DFL || previous->sa_handler == SIG_IGN)
            die_of(signal, info);
        else
            previous->sa_handler(signal);
    }
}

/*
 * Handlers may use guarded access. SA_NODEFER would do for that, but
 * ThreadSanitizer has every signal blocked in a handler.
 */
static void unblock_faults(void)
{
    hal_u64 faults = 0;

    for (size_t i = 0; i < FAULT_SIGNALS; i++)
        faults |= 1ull << (fault_signals[i] - 1);
    linux_call6(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&faults, 0, sizeof faults, 0, 0);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    hal_fault_handler handler = __atomic_load_n(&fault_system.handler, __ATOMIC_ACQUIRE);
    hal_fault_resume resume = NULL;
    struct machine_frame frame;
    struct hal_fault fault;

    if (is_paged_in(signal, info, registers) || recover_guarded(info, registers))
        return;
    unblock_faults();
    if (handler && describe(&fault, signal, info, registers)) {
        frame = (struct machine_frame){fault.pc, fault.sp, fault.bp, fault.is_fetch};
        fault.context = &frame;
        handler(&fault, &resume);
    }
    if (resume)
        resume_at(resume, &fault, context);
    else
        chain(signal, info, context);
}

static void restore_handlers(size_t count)
{
    while (count--)
        sigaction(fault_signals[count], &fault_system.previous[count], NULL);
}

/* Processors without fast string copies (leaf 7, ebx bit 9) never use one. */
static void choose_copy(void)
{
    unsigned a, b = 0, c, d;

    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & 1u << 9))
        guarded_string_from = ~0ull;
}

/* What is written past the limit of file sizes fails, as on a full disk; nobody dies of it. */
static void past_limit(int signal)
{
    (void)signal;
}

static void catch_limit(void)
{
    struct sigaction action = {.sa_handler = past_limit, .sa_flags = SA_RESTART | SA_ONSTACK};

    sigaction(SIGXFSZ, &action, &fault_system.previous_limit);
}

int fault_start(void)
{
    struct sigaction action = {.sa_sigaction = on_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    choose_copy();
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < FAULT_SIGNALS; i++) {
        if (sigaction(fault_signals[i], &action, &fault_system.previous[i])) {
            int error = hal_error_from(-errno);

            restore_handlers(i);
            return error;
        }
    }
    catch_limit();
    return HAL_OK;
}

static void release_signal_stack(void *argument)
{
    (void)argument;
    if (!own.signal_stack)
        return;
    sigaltstack(&own.previous_stack, NULL);
    munmap(own.signal_stack, SIGNAL_STACK_PAGES * HAL_PAGE_SIZE);
    own.signal_stack = NULL;
}

void fault_stop(void)
{
    sigaction(SIGXFSZ, &fault_system.previous_limit, NULL);
    hal_on_fault(NULL);
    hal_on_page_fault(NULL);
    restore_handlers(FAULT_SIGNALS);
    release_signal_stack(NULL);
}

HALAPI int hal_fault_prepare_thread(void)
{
    stack_t stack = {.ss_size = SIGNAL_STACK_PAGES * HAL_PAGE_SIZE};
    int error;

    if (own.signal_stack)
        return HAL_OK;
    if (!own.has_exit_call) {
        error = hal_thread_at_exit(release_signal_stack, NULL);
        if (error)
            return error;
        own.has_exit_call = 1;
    }
    stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return HAL_ENOMEM;
    if (sigaltstack(&stack, &own.previous_stack)) {
        error = hal_error_from(-errno);
        munmap(stack.ss_sp, stack.ss_size);
        return error;
    }
    own.signal_stack = stack.ss_sp;
    return HAL_OK;
}
