/*
 * Guarded access: code that may fault, and where each piece goes on when it
 * does. fault.c finds the piece by the faulting instruction's address and
 * enters its recovery with the address that faulted in rax. Nothing is pushed,
 * so a recovery can return to the caller at once.
 */

    .text

/*
 * int hal_copy_guarded(void *to, const void *from, hal_size bytes, hal_u64 *bad)
 *
 * Short copies read everything before they write, in two overlapping halves.
 */
    .globl hal_copy_guarded
    .type hal_copy_guarded, @function
    .balign 64
hal_copy_guarded:
    cmpq $32, %rdx
    ja .Lmiddle
    cmpl $16, %edx
    jae .Lto32
    cmpl $8, %edx
    jae .Lto15
    cmpl $4, %edx
    jae .Lto7
    testl %edx, %edx
    je .Lcopied
    movzbl (%rsi), %eax
    movzbl -1(%rsi, %rdx), %r8d
    cmpl $3, %edx
    jne 1f
    movzbl 1(%rsi), %r9d
    movb %r9b, 1(%rdi)
1:  movb %al, (%rdi)
    movb %r8b, -1(%rdi, %rdx)
    xorl %eax, %eax
    ret
.Lto7:
    movl (%rsi), %eax
    movl -4(%rsi, %rdx), %r8d
    movl %eax, (%rdi)
    movl %r8d, -4(%rdi, %rdx)
    xorl %eax, %eax
    ret
.Lto15:
    movq (%rsi), %rax
    movq -8(%rsi, %rdx), %r8
    movq %rax, (%rdi)
    movq %r8, -8(%rdi, %rdx)
    xorl %eax, %eax
    ret
.Lto32:
    movups (%rsi), %xmm0
    movups -16(%rsi, %rdx), %xmm1
    movups %xmm0, (%rdi)
    movups %xmm1, -16(%rdi, %rdx)
    xorl %eax, %eax
    ret
.Lmiddle:
    cmpq $64, %rdx
    ja .Lmore
    movups (%rsi), %xmm0
    movups 16(%rsi), %xmm1
    movups -32(%rsi, %rdx), %xmm2
    movups -16(%rsi, %rdx), %xmm3
    movups %xmm0, (%rdi)
    movups %xmm1, 16(%rdi)
    movups %xmm2, -32(%rdi, %rdx)
    movups %xmm3, -16(%rdi, %rdx)
    xorl %eax, %eax
    ret
.Lmore:
    cmpq guarded_string_from(%rip), %rdx
    jae .Lstring
    /* The last 64 bytes, which may overlap, are read before anything is written. */
    movups -64(%rsi, %rdx), %xmm4
    movups -48(%rsi, %rdx), %xmm5
    movups -32(%rsi, %rdx), %xmm6
    movups -16(%rsi, %rdx), %xmm7
    leaq -64(%rdi, %rdx), %r8
    .balign 16
2:  movups (%rsi), %xmm0
    movups 16(%rsi), %xmm1
    movups 32(%rsi), %xmm2
    movups 48(%rsi), %xmm3
    movups %xmm0, (%rdi)
    movups %xmm1, 16(%rdi)
    movups %xmm2, 32(%rdi)
    movups %xmm3, 48(%rdi)
    addq $64, %rsi
    addq $64, %rdi
    cmpq %r8, %rdi
    jb 2b
    movups %xmm4, (%r8)
    movups %xmm5, 16(%r8)
    movups %xmm6, 32(%r8)
    movups %xmm7, 48(%r8)
.Lcopied:
    xorl %eax, %eax
    ret
.Lstring:
    movq %rcx, %r9
    movq %rdx, %rcx
    rep movsb
    xorl %eax, %eax
    ret
.Lcopy_end:
    /* The string copy has moved bad to r9. */
.Lcopy_failed_string:
    movq %r9, %rcx
.Lcopy_failed:
    testq %rcx, %rcx
    je 3f
    movq %rax, (%rcx)
3:  movl $-14, %eax
    ret
    .size hal_copy_guarded, . - hal_copy_guarded

/* int hal_touch_read(hal_u64 address) */
    .globl hal_touch_read
    .type hal_touch_read, @function
    .balign 16
hal_touch_read:
    movb (%rdi), %al
    xorl %eax, %eax
    ret
.Ltouch_read_end:
    .size hal_touch_read, . - hal_touch_read

/* int hal_touch_write(hal_u64 address): no byte that another thread writes gets lost. */
    .globl hal_touch_write
    .type hal_touch_write, @function
    .balign 16
hal_touch_write:
    lock orb $0, (%rdi)
    xorl %eax, %eax
    ret
.Ltouch_write_end:
.Ltouch_failed:
    movl $-14, %eax
    ret
    .size hal_touch_write, . - hal_touch_write

/* hal_u64 guarded_string_from: bytes from which rep movsb is the faster copy. */
    .data
    .globl guarded_string_from
    .hidden guarded_string_from
    .type guarded_string_from, @object
    .balign 8
guarded_string_from:
    .quad 1024
    .size guarded_string_from, 8

/* struct guarded_code guarded_codes[]: first byte, first past the last, recovery. */
    .section .data.rel.ro, "aw", @progbits
    .globl guarded_codes
    .hidden guarded_codes
    .type guarded_codes, @object
    .balign 8
guarded_codes:
    .quad hal_copy_guarded, .Lstring, .Lcopy_failed
    .quad .Lstring, .Lcopy_end, .Lcopy_failed_string
    .quad hal_touch_read, .Ltouch_read_end, .Ltouch_failed
    .quad hal_touch_write, .Ltouch_write_end, .Ltouch_failed
    .quad 0, 0, 0
    .size guarded_codes, . - guarded_codes

    .section .note.GNU-stack, "", @progbits
