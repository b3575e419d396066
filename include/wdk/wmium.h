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

ULONG WINAPI WmiOpenBlock(const GUID *Guid, ULONG DesiredAccess, WMIHANDLE *DataBlockHandle);
ULONG WINAPI WmiCloseBlock(WMIHANDLE DataBlockHandle);
/* Buffer receives a WNODE_ALL_DATA a driver, each Linkage bytes behind the one before. */
ULONG WINAPI WmiQueryAllDataW(WMIHANDLE DataBlockHandle, ULONG *BufferSize, PVOID Buffer);
/* Buffer receives a WNODE_SINGLE_INSTANCE. */
ULONG WINAPI WmiQuerySingleInstanceW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName,
                                     ULONG *BufferSize, PVOID Buffer);
/* Reserved: a version of the data, not used. */
ULONG WINAPI WmiSetSingleInstanceW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG Reserved,
                                   ULONG ValueBufferSize, PVOID ValueBuffer);
ULONG WINAPI WmiSetSingleItemW(WMIHANDLE DataBlockHandle, PCWSTR InstanceName, ULONG DataItemId,
                               ULONG Reserved, ULONG ValueBufferSize, PVOID ValueBuffer);
/* *OutputBufferSize: the room at OutputBuffer, then the bytes in it. */
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
