/*
 * What the framework's co-installer gives to an installation program: calls around the
 * installation and the removal of a driver. An .inf does without it since Windows 10, and so does
 * ntio: the names are here for programs that load the co-installer by hand.
 */
#pragma once

#include <wdfglobals.h>
#include <windef.h>

WDF_EXTERN_C_START

typedef struct _WDF_COINSTALLER_INSTALL_OPTIONS {
    ULONG Size;
    BOOL ShowRebootPrompt;
} WDF_COINSTALLER_INSTALL_OPTIONS, *PWDF_COINSTALLER_INSTALL_OPTIONS;

WDF_INLINE VOID WDF_COINSTALLER_INSTALL_OPTIONS_INIT(PWDF_COINSTALLER_INSTALL_OPTIONS ClientOptions)
{
    RtlZeroMemory(ClientOptions, sizeof(*ClientOptions));
    ClientOptions->Size = sizeof(*ClientOptions);
}

/*
 * Each takes the path of the driver's .inf and the name of its section for the framework (NULL:
 * found by its Wdf directive), and returns a Win32 error code, ERROR_SUCCESS if all went well.
 */
ULONG WINAPI WdfPreDeviceInstall(LPCWSTR InfPath, LPCWSTR InfSectionName);
ULONG WINAPI WdfPreDeviceInstallEx(LPCWSTR InfPath, LPCWSTR InfSectionName,
                                   PWDF_COINSTALLER_INSTALL_OPTIONS ClientOptions);
ULONG WINAPI WdfPostDeviceInstall(LPCWSTR InfPath, LPCWSTR InfSectionName);
ULONG WINAPI WdfPreDeviceRemove(LPCWSTR InfPath, LPCWSTR InfSectionName);
ULONG WINAPI WdfPostDeviceRemove(LPCWSTR InfPath, LPCWSTR InfSectionName);

/* The same, as GetProcAddress gives them. */
typedef ULONG(WINAPI *PFN_WDFPREDEVICEINSTALL)(LPCWSTR InfPath, LPCWSTR InfSectionName);
typedef ULONG(WINAPI *PFN_WDFPREDEVICEINSTALLEX)(LPCWSTR InfPath, LPCWSTR InfSectionName,
                                                 PWDF_COINSTALLER_INSTALL_OPTIONS ClientOptions);
typedef ULONG(WINAPI *PFN_WDFPOSTDEVICEINSTALL)(LPCWSTR InfPath, LPCWSTR InfSectionName);
typedef ULONG(WINAPI *PFN_WDFPREDEVICEREMOVE)(LPCWSTR InfPath, LPCWSTR InfSectionName);
typedef ULONG(WINAPI *PFN_WDFPOSTDEVICEREMOVE)(LPCWSTR InfPath, LPCWSTR InfSectionName);

WDF_EXTERN_C_END
