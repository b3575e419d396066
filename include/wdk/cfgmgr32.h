/*
 * cfgmgr32.h of the SDK over mingw-w64's, which lacks a few functions.
 */
#ifndef _NTIO_CFGMGR32_H
#define _NTIO_CFGMGR32_H

#include <devpropdef.h>
#include_next <cfgmgr32.h>

#ifdef __cplusplus
extern "C" {
#endif

CMAPI CONFIGRET WINAPI CM_Get_Device_Interface_ListA(LPGUID InterfaceClassGuid,
                                                     DEVINSTID_A pDeviceID, PCHAR Buffer,
                                                     ULONG BufferLen, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Get_Device_Interface_ListW(LPGUID InterfaceClassGuid,
                                                     DEVINSTID_W pDeviceID, PWCHAR Buffer,
                                                     ULONG BufferLen, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeA(PULONG pulLen, LPGUID InterfaceClassGuid,
                                                          DEVINSTID_A pDeviceID, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeW(PULONG pulLen, LPGUID InterfaceClassGuid,
                                                          DEVINSTID_W pDeviceID, ULONG ulFlags);
#ifndef CM_Get_Device_Interface_List
#ifdef UNICODE
#define CM_Get_Device_Interface_List CM_Get_Device_Interface_ListW
#define CM_Get_Device_Interface_List_Size CM_Get_Device_Interface_List_SizeW
#else
#define CM_Get_Device_Interface_List CM_Get_Device_Interface_ListA
#define CM_Get_Device_Interface_List_Size CM_Get_Device_Interface_List_SizeA
#endif
#endif
#ifndef CM_GET_DEVICE_INTERFACE_LIST_PRESENT
#define CM_GET_DEVICE_INTERFACE_LIST_PRESENT 0x00000000
#define CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES 0x00000001
#define CM_GET_DEVICE_INTERFACE_LIST_BITS 0x00000001
#endif

CMAPI CONFIGRET WINAPI CM_Get_Device_Interface_PropertyW(LPCWSTR pszDeviceInterface,
                                                         const DEVPROPKEY *PropertyKey,
                                                         DEVPROPTYPE *PropertyType,
                                                         PBYTE PropertyBuffer,
                                                         PULONG PropertyBufferSize, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Set_Device_Interface_PropertyW(LPCWSTR pszDeviceInterface,
                                                         const DEVPROPKEY *PropertyKey,
                                                         DEVPROPTYPE PropertyType,
                                                         const PBYTE PropertyBuffer,
                                                         ULONG PropertyBufferSize, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Set_DevNode_PropertyW(DEVINST dnDevInst, const DEVPROPKEY *PropertyKey,
                                                DEVPROPTYPE PropertyType,
                                                const PBYTE PropertyBuffer,
                                                ULONG PropertyBufferSize, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Open_Device_Interface_KeyA(LPCSTR pszDeviceInterface, REGSAM samDesired,
                                                     REGDISPOSITION Disposition,
                                                     PHKEY phkDeviceInterface, ULONG ulFlags);
CMAPI CONFIGRET WINAPI CM_Open_Device_Interface_KeyW(LPCWSTR pszDeviceInterface, REGSAM samDesired,
                                                     REGDISPOSITION Disposition,
                                                     PHKEY phkDeviceInterface, ULONG ulFlags);
#ifndef CM_Set_DevNode_Property
#define CM_Set_DevNode_Property CM_Set_DevNode_PropertyW
#endif
#ifndef CM_Get_DevNode_Property
#define CM_Get_DevNode_Property CM_Get_DevNode_PropertyW
#endif
#ifndef CM_Get_Device_Interface_Property
#define CM_Get_Device_Interface_Property CM_Get_Device_Interface_PropertyW
#endif

CMAPI CONFIGRET WINAPI CM_Register_Notification(PCM_NOTIFY_FILTER pFilter, PVOID pContext,
                                                PCM_NOTIFY_CALLBACK pCallback,
                                                PHCMNOTIFICATION pNotifyContext);
CMAPI CONFIGRET WINAPI CM_Unregister_Notification(HCMNOTIFICATION NotifyContext);
CMAPI DWORD WINAPI CM_MapCrToWin32Err(CONFIGRET CmReturnCode, DWORD DefaultErr);

#ifdef __cplusplus
}
#endif

#endif
