/*
 * What an input has left behind in the kernel of this process.
 */
#pragma once

#include <ntifs.h>

/* What there is now may stay; and of this tag, 0 for none, there may be more. */
VOID left_remember(ULONG tag);
/* Tells of what there is more, and aborts; pages of the program's may be shared. */
VOID left_check(ULONG64 pages);
