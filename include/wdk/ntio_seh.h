/*
 * What a guarded body becomes: `ntio build` rewrites __try, __except, __finally
 * and __leave to these. Not for use by hand.
 */
#pragma once

enum ntio_seh_kind { NTIO_SEH_EXCEPT = 0, NTIO_SEH_FINALLY = 1 };

/* Why ntio_seh_enter returned. */
enum ntio_seh_why {
    NTIO_SEH_BODY = 0,    /* entered: run the guarded body */
    NTIO_SEH_FILTER = 1,  /* an exception: evaluate the filter, on the exception's stack */
    NTIO_SEH_HANDLER = 2, /* the filter took it: run the handler, the frame is off the list */
    NTIO_SEH_UNWIND = 3,  /* an outer handler took it: run the termination handler */
};

/* One guarded body that a thread is in. Lives in the function's own frame. */
struct rtl_seh_frame {
    struct rtl_seh_frame *outer;
    void *registers[8]; /* rbx rbp r12 r13 r14 r15 rsp rip, written by ntio_seh_enter */
    int kind;           /* enum ntio_seh_kind */
    int linked;         /* 1 while on the thread's list */
    int abnormal;       /* 1 if the body was left by unwinding, return or a jump */
    int code;           /* exception code, for GetExceptionCode in the handler */
    void *pointers;     /* EXCEPTION_POINTERS, valid in the filter */
};

#ifdef __cplusplus
extern "C" {
#endif

int ntio_seh_enter(struct rtl_seh_frame *frame, int kind) __attribute__((returns_twice));
/* The body was left: takes the frame off the list if it is on it. Also a cleanup attribute's function. */
void ntio_seh_leave(struct rtl_seh_frame *frame);
/* The filter's value: back to the dispatcher. */
void ntio_seh_filtered(struct rtl_seh_frame *frame, int disposition) __attribute__((noreturn));
/* The termination handler has run during an unwind: back to the dispatcher. */
void ntio_seh_unwound(struct rtl_seh_frame *frame) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
