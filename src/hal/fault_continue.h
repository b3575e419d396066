/*
 * What hal keeps of a fault for as long as it is handled.
 */
#pragma once

#include <ucontext.h>

#include "backtrace.h"
#include "hal.h"

/* Bytes that fault_save needs; a multiple of 64. */
hal_size fault_saved_bytes(const ucontext_t *context);

/*
 * Writes the fault and its whole machine context to place (64-byte aligned) and
 * returns the copy that hal_fault_continue takes.
 */
const struct hal_fault *fault_save(hal_u64 place, const struct hal_fault *fault,
                                   const ucontext_t *context);
