/*
 * What programs ask the engine's driver, beside reading and writing its store: the position in the
 * store is the file's.
 */
#pragma once

#include <initguid.h>

/* {7D1C2F46-9E0B-4A6E-9B5C-3B8F5D0A6E11} */
DEFINE_GUID(GUID_DEVINTERFACE_ENGINE, 0x7d1c2f46, 0x9e0b, 0x4a6e, 0x9b, 0x5c, 0x3b, 0x8f, 0x5d,
            0x0a, 0x6e, 0x11);

/* Output: the elements of the last transfer, as many as there is room for. */
#define IOCTL_ENGINE_LAST CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_READ_ACCESS)

/* Output: memory that stays locked until the request is cancelled. */
#define IOCTL_ENGINE_PIN CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_OUT_DIRECT, FILE_READ_ACCESS)

#define ENGINE_SHOWN 16 /* elements of a transfer that are remembered */

typedef struct _ENGINE_LAST {
    ULONG Transfers; /* that the request took */
    ULONG Elements;  /* of the first of them */
    ULONG Shown;
    struct {
        ULONG64 Address;
        ULONG Length;
    } Element[ENGINE_SHOWN];
} ENGINE_LAST;
