/*
 * What a backtrace needs of a machine context.
 */
#pragma once

#include "hal.h"

struct machine_frame {
    hal_u64 pc, sp, bp;
    hal_u32 is_fetch; /* pc is no code: the caller's address is on top of the stack */
};
