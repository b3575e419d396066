/*
 * What driver and program agree on: a device for each descriptor, and a control code for each
 * access that a code can ask for.
 */
#pragma once

#define SECRET_NAME L"SecuritySecret"     /* SYSTEM and administrators */
#define READABLE_NAME L"SecurityReadable" /* everybody may read */
#define OWNED_NAME L"SecurityUser"        /* user 1234 may read and write */
#define GROUPS_NAME L"SecurityGroup"      /* so may group 5678, but not group 6789 */

#define IOCTL_ANY CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_READ CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_READ_ACCESS)
#define IOCTL_WRITE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_WRITE_ACCESS)
/* Answers, in a ULONG, what the caller's token is: 1 for an administrator's. */
#define IOCTL_WHO CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_BUFFERED, FILE_ANY_ACCESS)
