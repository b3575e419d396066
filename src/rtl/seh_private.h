/*
 * What the files of structured exception handling share.
 */
#pragma once

#include "rtl.h"
#include "seh.h"
#include "../ke/ke.h"

enum {
    /* In rtl_seh_frame.kind, besides enum ntio_seh_kind: a filter is running, see struct dispatch.
     */
    SEH_MARKER = 2,
};

/* Goes where the area was saved, as if the call that saved it returned value. Gone is all that is
 * deeper. */
HALAPI void rtl_seh_jump(void *const area[8], int value) __attribute__((noreturn));

/*
 * Returns from area's ntio_seh_enter once more, with why, but keeps the caller's
 * deeper stack: the function's code runs below it, in the function's own frame.
 * Returns when that code has jumped back to back, with the jump's value.
 */
HALAPI int rtl_seh_call(void *const area[8], int why, void *back[8]);

/* Links a frame that ntio_seh_enter has filled; answers NTIO_SEH_BODY. */
HALAPI int rtl_seh_link(struct rtl_seh_frame *frame, int kind);

/*
 * The fault may be an access to a device's register: then it is carried out, TRUE, and the
 * instruction is done with when hal_fault_continue goes back.
 */
BOOLEAN rtl_access_register(const struct hal_fault *fault);

/* No guarded body takes the exception: the bug check, or for a program's own fault its end. */
void rtl_seh_unhandled(PEXCEPTION_RECORD record, const struct hal_fault *fault)
    __attribute__((noreturn));
