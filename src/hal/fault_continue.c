/*
 * Going back to a faulting instruction: what a signal saw is kept on the stack
 * that the fault is handled on, and given back to Linux as a signal's return.
 */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#include "fault_continue.h"
#include "linux.h"

/* What Linux's rt_sigreturn reads of a ucontext_t. */
#define CONTEXT_BYTES (offsetof(ucontext_t, uc_sigmask) + sizeof(hal_u64))

/* Linux's struct _fpx_sw_bytes, in the last bytes of the legacy floating point area. */
struct extended_state {
    hal_u32 magic, bytes;
};
#define EXTENDED_STATE_OFFSET 464
#define EXTENDED_STATE_MAGIC 0x46505853
#define LEGACY_STATE_BYTES 512

/* Where Linux's context keeps the registers of hal_fault.registers, in their order. */
static const int register_order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                     REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                     REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP, REG_EFL};
#define REGISTERS (sizeof register_order / sizeof *register_order)

struct saved_fault {
    struct hal_fault fault; /* first: hal_fault_continue finds the rest by it */
    struct machine_frame frame;
    hal_u64 registers[REGISTERS];
    unsigned char context[CONTEXT_BYTES] __attribute__((aligned(16)));
    unsigned char state[] __attribute__((aligned(64)));
};

static hal_size state_bytes(const ucontext_t *context)
{
    const unsigned char *state = (const unsigned char *)context->uc_mcontext.fpregs;
    struct extended_state extended;

    memcpy(&extended, state + EXTENDED_STATE_OFFSET, sizeof extended);
    return extended.magic == EXTENDED_STATE_MAGIC ? extended.bytes : LEGACY_STATE_BYTES;
}

hal_size fault_saved_bytes(const ucontext_t *context)
{
    return (sizeof(struct saved_fault) + state_bytes(context) + 63) & ~(hal_size)63;
}

const struct hal_fault *fault_save(hal_u64 place, const struct hal_fault *fault,
                                   const ucontext_t *context)
{
    struct saved_fault *saved = (struct saved_fault *)place;

    saved->fault = *fault;
    saved->frame = (struct machine_frame){fault->pc, fault->sp, fault->bp, fault->is_fetch};
    saved->fault.context = &saved->frame;
    saved->fault.registers = saved->registers;
    for (hal_size i = 0; i < REGISTERS; i++)
        saved->registers[i] = (hal_u64)context->uc_mcontext.gregs[register_order[i]];
    saved->registers[HAL_REGISTER_RIP] = fault->pc;
    memcpy(saved->context, context, CONTEXT_BYTES);
    memcpy(saved->state, context->uc_mcontext.fpregs, state_bytes(context));
    return &saved->fault;
}

/* Linux finds the context at the stack pointer, as after a signal handler's return. */
static void __attribute__((noreturn)) signal_return(const void *context)
{
    __asm__ volatile("movq %0, %%rsp\n\t"
                     "movl %1, %%eax\n\t"
                     "syscall\n\t"
                     "ud2"
                     :
                     : "r"(context), "i"(SYS_rt_sigreturn)
                     : "memory");
    __builtin_unreachable();
}

HALAPI void __attribute__((noreturn)) hal_fault_continue(const struct hal_fault *fault)
{
    struct saved_fault *saved = (struct saved_fault *)fault;
    ucontext_t *context = (ucontext_t *)saved->context;
    greg_t *registers = context->uc_mcontext.gregs;

    for (hal_size i = 0; i < REGISTERS; i++)
        registers[register_order[i]] = (greg_t)saved->registers[i];
    context->uc_mcontext.fpregs = (fpregset_t)saved->state;
    signal_return(context);
}
