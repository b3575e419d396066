/*
 * reshub.h of the driver kit: the names under which a driver opens what its firmware connects it
 * to (a serial bus, pins), by the connection's number in its resources. mingw-w64 has none.
 */
#pragma once

#include <ntstrsafe.h>

#define RESOURCE_HUB_DEVICE_NAME L"\\Device\\RESOURCE_HUB"
#define RESOURCE_HUB_SYMBOLIC_NAME L"\\DosDevices\\RESOURCE_HUB"
#define RESOURCE_HUB_DEVICE_NAME_PREFIX RESOURCE_HUB_DEVICE_NAME L"\\"

/* Sizes in bytes and characters, with the NUL: of the number's 16 hexadecimal digits, of all. */
#define RESOURCE_HUB_CONNECTION_FILE_CHARS 17
#define RESOURCE_HUB_CONNECTION_FILE_SIZE (RESOURCE_HUB_CONNECTION_FILE_CHARS * sizeof(WCHAR))
#define RESOURCE_HUB_CONNECTION_PATH_SIZE                                                          \
    (sizeof(RESOURCE_HUB_DEVICE_NAME_PREFIX) - sizeof(UNICODE_NULL) +                              \
     RESOURCE_HUB_CONNECTION_FILE_SIZE)
#define RESOURCE_HUB_CONNECTION_PATH_CHARS (RESOURCE_HUB_CONNECTION_PATH_SIZE / sizeof(WCHAR))
#define RESOURCE_HUB_FILE_SIZE RESOURCE_HUB_CONNECTION_FILE_SIZE
#define RESOURCE_HUB_FILE_CHARS RESOURCE_HUB_CONNECTION_FILE_CHARS
#define RESOURCE_HUB_PATH_SIZE RESOURCE_HUB_CONNECTION_PATH_SIZE
#define RESOURCE_HUB_PATH_CHARS RESOURCE_HUB_CONNECTION_PATH_CHARS

/*
 * Writes a connection's path, \Device\RESOURCE_HUB\ and 16 hexadecimal digits, to a string with
 * RESOURCE_HUB_PATH_SIZE bytes of room.
 *
 * Path     [in, out] Buffer and MaximumLength are the caller's; Length is set on success
 * LowPart, HighPart  [in] u.Connection.IdLowPart and IdHighPart of the resource
 *
 * IRQL: PASSIVE_LEVEL. Returns STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW if the room is too small.
 */
FORCEINLINE NTSTATUS ResourceHubCreatePathFromId(PUNICODE_STRING Path, ULONG LowPart,
                                                 ULONG HighPart)
{
    static const WCHAR prefix[] = RESOURCE_HUB_DEVICE_NAME_PREFIX;
    static const CHAR digits[] = "0123456789abcdef";
    ULONGLONG id = (ULONGLONG)HighPart << 32 | LowPart;
    ULONG at = sizeof(prefix) / sizeof(WCHAR) - 1;

    if (Path->MaximumLength < RESOURCE_HUB_PATH_SIZE)
        return STATUS_BUFFER_OVERFLOW;
    RtlCopyMemory(Path->Buffer, prefix, sizeof(prefix));
    for (int shift = 60; shift >= 0; shift -= 4)
        Path->Buffer[at++] = (WCHAR)digits[(id >> shift) & 0xf];
    Path->Buffer[at] = UNICODE_NULL;
    Path->Length = (USHORT)(at * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

#define RESOURCE_HUB_CREATE_PATH_FROM_ID(Path, LowPart, HighPart)                                  \
    ResourceHubCreatePathFromId((Path), (ULONG)(LowPart), (ULONG)(HighPart))
