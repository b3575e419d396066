/* Between the seh driver and its program. */
#pragma once

#define IOCTL_SEH_CHECK CTL_CODE(40001, 0x900, METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _SEH_RESULT {
    ULONG Good;
    char Name[64];
} SEH_RESULT;
