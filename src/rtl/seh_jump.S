/*
 * The jumps of structured exception handling; seh_private.h has their contracts.
 * A register area is rbx rbp r12 r13 r14 r15 rsp rip. System V convention.
 */

#define AREA_RBX 0
#define AREA_RBP 8
#define AREA_R12 16
#define AREA_R13 24
#define AREA_R14 32
#define AREA_R15 40
#define AREA_RSP 48
#define AREA_RIP 56

#define FRAME_AREA 8 /* rtl_seh_frame.registers */
#define RED_ZONE 128

.macro SAVE area
    movq %rbx, AREA_RBX(\area)
    movq %rbp, AREA_RBP(\area)
    movq %r12, AREA_R12(\area)
    movq %r13, AREA_R13(\area)
    movq %r14, AREA_R14(\area)
    movq %r15, AREA_R15(\area)
    leaq 8(%rsp), %rax
    movq %rax, AREA_RSP(\area)
    movq (%rsp), %rax
    movq %rax, AREA_RIP(\area)
.endm

.macro LOAD area
    movq AREA_RBX(\area), %rbx
    movq AREA_RBP(\area), %rbp
    movq AREA_R12(\area), %r12
    movq AREA_R13(\area), %r13
    movq AREA_R14(\area), %r14
    movq AREA_R15(\area), %r15
.endm

.macro FUNCTION name
    .globl \name
    .type \name, @function
\name:
.endm

    .text

/* int ntio_seh_enter(struct rtl_seh_frame *frame, int kind) */
FUNCTION ntio_seh_enter
    leaq FRAME_AREA(%rdi), %rdx
    SAVE %rdx
    jmp rtl_seh_link
    .size ntio_seh_enter, . - ntio_seh_enter

/* void rtl_seh_jump(void *const area[8], int value) */
    .hidden rtl_seh_jump
FUNCTION rtl_seh_jump
    LOAD %rdi
    movl %esi, %eax
    movq AREA_RSP(%rdi), %rsp
    jmp *AREA_RIP(%rdi)
    .size rtl_seh_jump, . - rtl_seh_jump

/* int rtl_seh_call(void *const area[8], int why, void *back[8]) */
    .hidden rtl_seh_call
FUNCTION rtl_seh_call
    SAVE %rdx
    LOAD %rdi
    movl %esi, %eax
    leaq -RED_ZONE(%rsp), %rsp
    andq $-16, %rsp
    jmp *AREA_RIP(%rdi)
    .size rtl_seh_call, . - rtl_seh_call

/* VOID RtlCaptureContext(PCONTEXT ContextRecord): offsets are CONTEXT's, asserted in seh.c */
FUNCTION RtlCaptureContext
    movl $0x10000B, 0x30(%rdi)
    stmxcsr 0x34(%rdi)
    pushfq
    popq %r11
    movl %r11d, 0x44(%rdi)
    movq %rax, 0x78(%rdi)
    movq %rcx, 0x80(%rdi)
    movq %rdx, 0x88(%rdi)
    movq %rbx, 0x90(%rdi)
    leaq 8(%rsp), %rax
    movq %rax, 0x98(%rdi)
    movq %rbp, 0xA0(%rdi)
    movq %rsi, 0xA8(%rdi)
    movq %rdi, 0xB0(%rdi)
    movq %r8, 0xB8(%rdi)
    movq %r9, 0xC0(%rdi)
    movq %r10, 0xC8(%rdi)
    movq %r11, 0xD0(%rdi)
    movq %r12, 0xD8(%rdi)
    movq %r13, 0xE0(%rdi)
    movq %r14, 0xE8(%rdi)
    movq %r15, 0xF0(%rdi)
    movq (%rsp), %rax
    movq %rax, 0xF8(%rdi)
    movq 0x78(%rdi), %rax
    ret
    .size RtlCaptureContext, . - RtlCaptureContext

    .section .note.GNU-stack, "", @progbits
