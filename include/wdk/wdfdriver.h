/*
 * The driver object: the root of everything that a driver creates.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

typedef enum _WDF_DRIVER_INIT_FLAGS {
    WdfDriverInitNonPnpDriver = 0x01,       /* has no EvtDriverDeviceAdd */
    WdfDriverInitNoDispatchOverride = 0x02, /* a miniport: its dispatch table is left alone */
    WdfVerifyOn = 0x04,                     /* set by the framework: WDFVERIFY is live */
    WdfVerifierOn = 0x08,                   /* set by the framework: its verifier is on */
    WdfDriverInitCompanion = 0x10,          /* a companion (user mode only) */
} WDF_DRIVER_INIT_FLAGS;

/* Pool tag of what WPP allocates for a driver. */
#define WDF_TRACE_ID ('TRAC')

/*
 * There is a device that the driver serves. DeviceInit goes to WdfDeviceCreate; a function
 * driver that returns an error keeps the device from starting. IRQL: PASSIVE_LEVEL.
 */
typedef NTSTATUS NTAPI EVT_WDF_DRIVER_DEVICE_ADD(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit);
typedef EVT_WDF_DRIVER_DEVICE_ADD *PFN_WDF_DRIVER_DEVICE_ADD;

/* The driver is unloaded; its devices are gone. Undo what DriverEntry did beyond creating
 * objects. IRQL: PASSIVE_LEVEL. */
typedef VOID NTAPI EVT_WDF_DRIVER_UNLOAD(WDFDRIVER Driver);
typedef EVT_WDF_DRIVER_UNLOAD *PFN_WDF_DRIVER_UNLOAD;

/* WPP's own callback. IRQL: PASSIVE_LEVEL. */
typedef NTSTATUS NTAPI EVT_WDF_TRACE_CALLBACK(UCHAR minorFunction, PVOID dataPath,
                                              ULONG bufferLength, PVOID buffer, PVOID context,
                                              PULONG size);
typedef EVT_WDF_TRACE_CALLBACK *PFN_WDF_TRACE_CALLBACK;

typedef struct _WDF_DRIVER_CONFIG {
    ULONG Size;
    PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd;
    PFN_WDF_DRIVER_UNLOAD EvtDriverUnload; /* NULL: the driver cannot be unloaded */
    ULONG DriverInitFlags;                 /* WDF_DRIVER_INIT_FLAGS, the first two or none */
    ULONG DriverPoolTag;                   /* 0: made of the service's name */
} WDF_DRIVER_CONFIG, *PWDF_DRIVER_CONFIG;

WDF_INLINE VOID WDF_DRIVER_CONFIG_INIT(PWDF_DRIVER_CONFIG Config,
                                       PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = WDF_STRUCTURE_SIZE(WDF_DRIVER_CONFIG);
    Config->EvtDriverDeviceAdd = EvtDriverDeviceAdd;
}

typedef struct _WDF_DRIVER_VERSION_AVAILABLE_PARAMS {
    ULONG Size;
    ULONG MajorVersion;
    ULONG MinorVersion;
} WDF_DRIVER_VERSION_AVAILABLE_PARAMS, *PWDF_DRIVER_VERSION_AVAILABLE_PARAMS;

WDF_INLINE VOID
WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(PWDF_DRIVER_VERSION_AVAILABLE_PARAMS Params,
                                         ULONG MajorVersion, ULONG MinorVersion)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = WDF_STRUCTURE_SIZE(WDF_DRIVER_VERSION_AVAILABLE_PARAMS);
    Params->MajorVersion = MajorVersion;
    Params->MinorVersion = MinorVersion;
}

/* The driver that calls. Any IRQL; NULL before WdfDriverCreate. */
WDF_INLINE WDFDRIVER WdfGetDriver(VOID)
{
    return WdfDriverGlobals->Driver;
}

/*
 * Makes a driver a driver of the framework. The first of its functions that a driver calls, from
 * DriverEntry, and only once.
 *
 * DriverObject      [in]   DriverEntry's
 * RegistryPath      [in]   DriverEntry's; copied
 * DriverAttributes  [opt]  execution level and scope given here are inherited by what the driver
 *                          creates; a parent may not be given
 * DriverConfig      [in]   callbacks and flags
 * Driver            [opt]  the driver object; the framework deletes it when the driver unloads, or
 *                          when DriverEntry fails
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for flags that do not exist, an EvtDriverDeviceAdd in a driver that says it is not a PnP driver,
 * or a malformed RegistryPath; STATUS_DRIVER_INTERNAL_ERROR if there is a driver object already;
 * STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDriverCreate (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PDRIVER_OBJECT DriverObject,
                                   PCUNICODE_STRING RegistryPath,
                                   PWDF_OBJECT_ATTRIBUTES DriverAttributes,
                                   PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver);

WDF_INLINE NTSTATUS WdfDriverCreate(PDRIVER_OBJECT DriverObject, PCUNICODE_STRING RegistryPath,
                                    PWDF_OBJECT_ATTRIBUTES DriverAttributes,
                                    PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver)
{
    return imp_WdfDriverCreate(WdfDriverGlobals, DriverObject, RegistryPath, DriverAttributes,
                               DriverConfig, Driver);
}

/*
 * Returns the path of the driver's key under Services, NUL-terminated. It belongs to the driver
 * object.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfDriverGetRegistryPath (wdfdriver.h).
 */
PWSTR NTAPI imp_WdfDriverGetRegistryPath(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver);

WDF_INLINE PWSTR WdfDriverGetRegistryPath(WDFDRIVER Driver)
{
    return imp_WdfDriverGetRegistryPath(WdfDriverGlobals, Driver);
}

#if WDF_FOR_KMDF
/*
 * Returns the driver object's WDM counterpart. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDriverWdmGetDriverObject (wdfdriver.h).
 */
PDRIVER_OBJECT NTAPI imp_WdfDriverWdmGetDriverObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDRIVER Driver);

WDF_INLINE PDRIVER_OBJECT WdfDriverWdmGetDriverObject(WDFDRIVER Driver)
{
    return imp_WdfDriverWdmGetDriverObject(WdfDriverGlobals, Driver);
}
#endif

/*
 * Opens the key Parameters below the driver's key in the registry.
 *
 * DesiredAccess  [in]   KEY_READ is enough for most; with more, a missing key is created
 * KeyAttributes  [opt]  the parent is the driver unless given
 * Key            [out]  close with WdfRegistryClose, or delete it
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_ACCESS_DENIED and the like from
 * the registry; what is wrong with KeyAttributes; STATUS_INSUFFICIENT_RESOURCES. *Key is NULL on
 * failure.
 * Documented as: WdfDriverOpenParametersRegistryKey (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverOpenParametersRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFDRIVER Driver, ACCESS_MASK DesiredAccess,
                                                      PWDF_OBJECT_ATTRIBUTES KeyAttributes,
                                                      WDFKEY *Key);

WDF_INLINE NTSTATUS WdfDriverOpenParametersRegistryKey(WDFDRIVER Driver, ACCESS_MASK DesiredAccess,
                                                       PWDF_OBJECT_ATTRIBUTES KeyAttributes,
                                                       WDFKEY *Key)
{
    return imp_WdfDriverOpenParametersRegistryKey(WdfDriverGlobals, Driver, DesiredAccess,
                                                  KeyAttributes, Key);
}

#if WDF_FOR_KMDF
/*
 * Returns a WDM driver object's counterpart, if that driver has called WdfDriverCreate; otherwise
 * NULL. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWdmDriverGetWdfDriverHandle (wdfdriver.h).
 */
WDFDRIVER NTAPI imp_WdfWdmDriverGetWdfDriverHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PDRIVER_OBJECT DriverObject);

WDF_INLINE WDFDRIVER WdfWdmDriverGetWdfDriverHandle(PDRIVER_OBJECT DriverObject)
{
    return imp_WdfWdmDriverGetWdfDriverHandle(WdfDriverGlobals, DriverObject);
}

/*
 * Once registered a driver's WPP callback. Tracing does not go through the framework any more.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_NOT_SUPPORTED, always.
 * Documented as: WdfDriverRegisterTraceInfo (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverRegisterTraceInfo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              PDRIVER_OBJECT DriverObject,
                                              PFN_WDF_TRACE_CALLBACK EvtTraceCallback,
                                              PVOID ControlBlock);

WDF_INLINE NTSTATUS WdfDriverRegisterTraceInfo(PDRIVER_OBJECT DriverObject,
                                               PFN_WDF_TRACE_CALLBACK EvtTraceCallback,
                                               PVOID ControlBlock)
{
    return imp_WdfDriverRegisterTraceInfo(WdfDriverGlobals, DriverObject, EvtTraceCallback,
                                          ControlBlock);
}
#endif

/*
 * Writes the framework's name and version into a string object, whose text it replaces.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDriverRetrieveVersionString (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverRetrieveVersionString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDRIVER Driver, WDFSTRING String);

WDF_INLINE NTSTATUS WdfDriverRetrieveVersionString(WDFDRIVER Driver, WDFSTRING String)
{
    return imp_WdfDriverRetrieveVersionString(WdfDriverGlobals, Driver, String);
}

/*
 * Tells whether the framework is of the major version asked for, and of its minor version or a
 * later one.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns FALSE for a wrong Size, too.
 * Documented as: WdfDriverIsVersionAvailable (wdfdriver.h).
 */
BOOLEAN NTAPI imp_WdfDriverIsVersionAvailable(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver,
    PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams);

WDF_INLINE BOOLEAN WdfDriverIsVersionAvailable(
    WDFDRIVER Driver, PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams)
{
    return imp_WdfDriverIsVersionAvailable(WdfDriverGlobals, Driver, VersionAvailableParams);
}

/*
 * Reports that the driver has called a function that the framework it runs on lacks.
 *
 * FrameworkExtensionName  [opt]  whose function; NULL: the framework's own
 * ApiIndex                [in]   its number
 * DoesApiReturnNtstatus   [in]   whether the caller can hand on a status
 *
 * IRQL: any.
 * Returns STATUS_PROCEDURE_NOT_FOUND. If the caller cannot hand it on, or the verifier is on, this
 * is WDF_VIOLATION (WDF_API_UNAVAILABLE) instead.
 * Documented as: WdfDriverErrorReportApiMissing (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverErrorReportApiMissing(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDRIVER Driver, PCWSTR FrameworkExtensionName,
                                                  ULONG ApiIndex, BOOLEAN DoesApiReturnNtstatus);

WDF_INLINE NTSTATUS WdfDriverErrorReportApiMissing(WDFDRIVER Driver, PCWSTR FrameworkExtensionName,
                                                   ULONG ApiIndex, BOOLEAN DoesApiReturnNtstatus)
{
    return imp_WdfDriverErrorReportApiMissing(WdfDriverGlobals, Driver, FrameworkExtensionName,
                                              ApiIndex, DoesApiReturnNtstatus);
}

/*
 * Opens the key where the driver keeps what is to survive a restart of the system. It is made when
 * it is first opened.
 *
 * DesiredAccess  [in]   access to the key; it may be written
 * KeyAttributes  [opt]  the parent is the driver unless given
 * Key            [out]  close with WdfRegistryClose, or delete it
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; the registry's status; what is wrong with KeyAttributes;
 * STATUS_INSUFFICIENT_RESOURCES. *Key is NULL on failure.
 * Documented as: WdfDriverOpenPersistentStateRegistryKey (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverOpenPersistentStateRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFDRIVER Driver,
                                                           ACCESS_MASK DesiredAccess,
                                                           PWDF_OBJECT_ATTRIBUTES KeyAttributes,
                                                           WDFKEY *Key);

WDF_INLINE NTSTATUS WdfDriverOpenPersistentStateRegistryKey(WDFDRIVER Driver,
                                                            ACCESS_MASK DesiredAccess,
                                                            PWDF_OBJECT_ATTRIBUTES KeyAttributes,
                                                            WDFKEY *Key)
{
    return imp_WdfDriverOpenPersistentStateRegistryKey(WdfDriverGlobals, Driver, DesiredAccess,
                                                       KeyAttributes, Key);
}

#if WDF_FOR_UMDF
WDF_INLINE VOID WDF_DRIVER_CONFIG_COMPANION_INIT(PWDF_DRIVER_CONFIG Config,
                                                 PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd)
{
    WDF_DRIVER_CONFIG_INIT(Config, EvtDriverDeviceAdd);
    Config->DriverInitFlags |= WdfDriverInitCompanion;
}

/*
 * Sets String to the path of the folder where the driver may keep files of its own. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDriverRetrieveDriverDataDirectoryString (wdfdriver.h).
 */
NTSTATUS NTAPI imp_WdfDriverRetrieveDriverDataDirectoryString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDRIVER Driver, WDFSTRING String);

WDF_INLINE NTSTATUS WdfDriverRetrieveDriverDataDirectoryString(WDFDRIVER Driver, WDFSTRING String)
{
    return imp_WdfDriverRetrieveDriverDataDirectoryString(WdfDriverGlobals, Driver, String);
}
#endif

WDF_EXTERN_C_END
