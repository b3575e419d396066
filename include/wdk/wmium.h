/*
 * wmium.h: programs' calls to drivers' WMI data. On Windows they are in advapi32 as well, below
 * the classes of WMI's COM interface.
 *
 * A handle from WmiOpenBlock stands for a class; instances are known by name. Each function
 * returns a Win32 error code: ERROR_SUCCESS; ERROR_WMI_GUID_NOT_FOUND if no driver has the class;
 * ERROR_WMI_INSTANCE_NOT_FOUND; ERROR_INSUFFICIENT_BUFFER, with the size that is needed in
 * *BufferSize; ERROR_WMI_READ_ONLY; or what the driver's status stands for.
 */
#pragma once

#include <windows.h>
#include <wmistr.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef HANDLE WMIHANDLE, *PWMIHANDLE;

/*
 * Opens a class.
 *
 * Guid             [in]  of the class, as in the driver's .mof
 * DesiredAccess    [in]  WMIGUID_QUERY, ...; not checked
 * DataBlockHandle  [out] for WmiCloseBlock; NULL on failure
 *
 * ERROR_WMI_GUID_NOT_FOUND; ERROR_NOT_ENOUGH_MEMORY.
 */
ULONG WINAPI WmiOpenBlock(const GUID *Guid, ULONG DesiredAccess, WMIHANDLE *DataBlockHandle);

/* Nobody may use the handle any more. ERROR_INVALID_HANDLE if it is NULL. */
ULONG WINAPI WmiCloseBlock(WMIHANDLE DataBlockHandle);

/*
 * All instances of the class: a WNODE_ALL_DATA a device, each WnodeHeader.Linkage bytes behind
 * the one before, 0 in the last.
 *
 * BufferSize  [in, out] bytes of room at Buffer; then the bytes in it, or that it takes
 * Buffer      [out]     aligned to 8; may be NULL if *BufferSize is 0
 *
 * ERROR_INSUFFICIENT_BUFFER: nothing is in Buffer that means anything.
 */
ULONG WINAPI WmiQueryAllDataW(WMIHANDLE DataBlockHandle, ULONG *BufferSize, PVOID Buffer);

/* The same for one instance, as a WNODE_SINGLE_INSTANCE. Names are compared without case. */
ULONG WINAPI WmiQuerySingleInstanceW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName,
                                     ULONG *BufferSize, PVOID Buffer);

/*
 * Sets all of an instance's data.
 *
 * Reserved         a version of the data, not used
 * ValueBufferSize  [in] bytes at ValueBuffer, which has the class's structure
 *
 * What the driver answers to a value or a size that it does not like.
 */
ULONG WINAPI WmiSetSingleInstanceW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG Reserved,
                                   ULONG ValueBufferSize, PVOID ValueBuffer);

/* Sets the item with a WmiDataId; ERROR_WMI_ITEMID_NOT_FOUND is the driver's to say. */
ULONG WINAPI WmiSetSingleItemW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG DataItemId,
                               ULONG Reserved, ULONG ValueBufferSize, PVOID ValueBuffer);

/*
 * Calls the method with a WmiMethodId.
 *
 * InputBuffer       [in]      InputBufferSize bytes: its arguments, CLASS_METHOD_IN
 * OutputBufferSize  [in, out] the room at OutputBuffer; then the bytes in it, or that it takes
 * OutputBuffer      [out]     its results; may be InputBuffer
 *
 * ERROR_INSUFFICIENT_BUFFER does not say whether the method has run: the driver had at least the
 * room of the arguments for the results.
 */
ULONG WINAPI WmiExecuteMethodW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG MethodId,
                               ULONG InputBufferSize, PVOID InputBuffer, ULONG *OutputBufferSize,
                               PVOID OutputBuffer);

#define WmiQueryAllData WmiQueryAllDataW
#define WmiQuerySingleInstance WmiQuerySingleInstanceW
#define WmiSetSingleInstance WmiSetSingleInstanceW
#define WmiSetSingleItem WmiSetSingleItemW
#define WmiExecuteMethod WmiExecuteMethodW

#ifdef __cplusplus
}
#endif
