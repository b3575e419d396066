/* What driver and program agree on; peer.c has the same in Linux's types. */
#pragma once

#define SLOW_NAME L"Slow"

/* Input: bytes. Output: a ULONG, their sum. */
#define IOCTL_ADD CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS)
