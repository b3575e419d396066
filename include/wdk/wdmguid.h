/*
 * GUIDs of Plug and Play: mingw-w64's, and what those do not have.
 */
#include_next <wdmguid.h>

/*
 * The event that programs with a handle to a device are told of when its driver host has ended by
 * a fault: a custom event without data. The handle does nothing more, and is to be closed: after
 * that the device is started again.
 */
DEFINE_GUID(GUID_WUDF_DEVICE_HOST_PROBLEM, 0xc43d25bd, 0x9346, 0x40ee, 0xa2, 0xd2, 0xd7, 0x0c, 0x15,
            0xf8, 0xb7, 0x5b);
