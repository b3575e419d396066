/*
 * Structured exception handling below the language: what `ntio build` turns
 * __try, __except and __finally into, and what dispatches to it. docs/seh.md
 * tells the whole story.
 *
 * A function with a guarded body is compiled without optimization, so every
 * local is in memory and addressed from the frame pointer: a filter can run on
 * a deeper stack in the function's own frame, and a handler sees every store
 * that came before the fault.
 */
#pragma once

#include <ntio_seh.h> /* in include/wdk: struct rtl_seh_frame and the calls that generated code makes */

/* Dispatches an exception on this thread. Returns only if a filter continued execution. */
struct hal_fault;
void rtl_dispatch_exception(PEXCEPTION_RECORD record, const struct hal_fault *fault);

/*
 * Installs the translation from hal's faults to exceptions, until hal_stop. Gives
 * the calling thread the stack that faults are taken on; ke does so for the others.
 */
NTSTATUS rtl_seh_start(void);
