/*
 * WMI: a provider is a class of data, named by a GUID; an instance is one block of that class.
 * Programs query, set and execute instances and are told of their events.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the
 * text does not say [opt] is WDF_VIOLATION.
 */
#pragma once

#include <wdfglobals.h>

WDF_EXTERN_C_START

/* What EvtWmiProviderFunctionControl turns on or off. */
typedef enum _WDF_WMI_PROVIDER_CONTROL {
    WdfWmiControlInvalid = 0,
    WdfWmiEventControl,    /* somebody wants the provider's events */
    WdfWmiInstanceControl, /* somebody collects the provider's data */
} WDF_WMI_PROVIDER_CONTROL;

typedef enum _WDF_WMI_PROVIDER_FLAGS {
    WdfWmiProviderEventOnly = 0x0001, /* events only: nobody queries, sets or executes */
    WdfWmiProviderExpensive = 0x0002, /* collecting costs much: the driver is told when to */
    WdfWmiProviderTracing = 0x0004,   /* a WPP provider; goes with no other flag */
    WdfWmiProviderValidFlags =
        WdfWmiProviderEventOnly | WdfWmiProviderExpensive | WdfWmiProviderTracing,
} WDF_WMI_PROVIDER_FLAGS;

/*
 * A program wants the block's data. At most OutBufferSize bytes go to OutBuffer; *BufferUsed is
 * how many did, or, with STATUS_BUFFER_TOO_SMALL, how many it takes. Never STATUS_PENDING.
 * IRQL: PASSIVE_LEVEL, as for all of these.
 */
typedef NTSTATUS NTAPI EVT_WDF_WMI_INSTANCE_QUERY_INSTANCE(WDFWMIINSTANCE WmiInstance,
                                                           ULONG OutBufferSize, PVOID OutBuffer,
                                                           PULONG BufferUsed);
typedef EVT_WDF_WMI_INSTANCE_QUERY_INSTANCE *PFN_WDF_WMI_INSTANCE_QUERY_INSTANCE;

/* A program sets the whole block; InBuffer holds its data. */
typedef NTSTATUS NTAPI EVT_WDF_WMI_INSTANCE_SET_INSTANCE(WDFWMIINSTANCE WmiInstance,
                                                         ULONG InBufferSize, PVOID InBuffer);
typedef EVT_WDF_WMI_INSTANCE_SET_INSTANCE *PFN_WDF_WMI_INSTANCE_SET_INSTANCE;

/* A program sets one item of the block, the one that DataItemId counts from 1. */
typedef NTSTATUS NTAPI EVT_WDF_WMI_INSTANCE_SET_ITEM(WDFWMIINSTANCE WmiInstance, ULONG DataItemId,
                                                     ULONG InBufferSize, PVOID InBuffer);
typedef EVT_WDF_WMI_INSTANCE_SET_ITEM *PFN_WDF_WMI_INSTANCE_SET_ITEM;

/*
 * A program calls one of the block's methods. Buffer holds the arguments, InBufferSize bytes,
 * and takes the results, at most OutBufferSize; *BufferUsed as for a query.
 */
typedef NTSTATUS NTAPI EVT_WDF_WMI_INSTANCE_EXECUTE_METHOD(WDFWMIINSTANCE WmiInstance,
                                                           ULONG MethodId, ULONG InBufferSize,
                                                           ULONG OutBufferSize, PVOID Buffer,
                                                           PULONG BufferUsed);
typedef EVT_WDF_WMI_INSTANCE_EXECUTE_METHOD *PFN_WDF_WMI_INSTANCE_EXECUTE_METHOD;

/* The first program became interested (Enable), or the last one lost interest. */
typedef NTSTATUS NTAPI EVT_WDF_WMI_PROVIDER_FUNCTION_CONTROL(WDFWMIPROVIDER WmiProvider,
                                                             WDF_WMI_PROVIDER_CONTROL Control,
                                                             BOOLEAN Enable);
typedef EVT_WDF_WMI_PROVIDER_FUNCTION_CONTROL *PFN_WDF_WMI_PROVIDER_FUNCTION_CONTROL;

typedef struct _WDF_WMI_PROVIDER_CONFIG {
    ULONG Size;
    GUID Guid;                   /* the class, as in the driver's .mof */
    ULONG Flags;                 /* WDF_WMI_PROVIDER_FLAGS */
    ULONG MinInstanceBufferSize; /* bytes; shorter queries and sets never reach the driver */
    PFN_WDF_WMI_PROVIDER_FUNCTION_CONTROL EvtWmiProviderFunctionControl;
} WDF_WMI_PROVIDER_CONFIG, *PWDF_WMI_PROVIDER_CONFIG;

WDF_INLINE VOID WDF_WMI_PROVIDER_CONFIG_INIT(PWDF_WMI_PROVIDER_CONFIG Config, CONST GUID *Guid)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->Guid = *Guid;
}

typedef struct _WDF_WMI_INSTANCE_CONFIG {
    ULONG Size;
    WDFWMIPROVIDER Provider;                 /* either this, */
    PWDF_WMI_PROVIDER_CONFIG ProviderConfig; /* or this: a provider to make for the instance */
    BOOLEAN UseContextForQuery; /* the block is the object's context; queries copy it */
    BOOLEAN Register;           /* visible at once, without WdfWmiInstanceRegister */
    PFN_WDF_WMI_INSTANCE_QUERY_INSTANCE EvtWmiInstanceQueryInstance;
    PFN_WDF_WMI_INSTANCE_SET_INSTANCE EvtWmiInstanceSetInstance;
    PFN_WDF_WMI_INSTANCE_SET_ITEM EvtWmiInstanceSetItem;
    PFN_WDF_WMI_INSTANCE_EXECUTE_METHOD EvtWmiInstanceExecuteMethod;
} WDF_WMI_INSTANCE_CONFIG, *PWDF_WMI_INSTANCE_CONFIG;

#if WDF_FOR_KMDF
WDF_INLINE VOID WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER(PWDF_WMI_INSTANCE_CONFIG Config,
                                                      WDFWMIPROVIDER Provider)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->Provider = Provider;
}
#endif

#if WDF_FOR_KMDF
WDF_INLINE VOID WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER_CONFIG(
    PWDF_WMI_INSTANCE_CONFIG Config, PWDF_WMI_PROVIDER_CONFIG ProviderConfig)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->ProviderConfig = ProviderConfig;
}

/*
 * Writes a string the way that WMI passes one: its length in bytes as a USHORT, then its
 * characters, no NUL.
 *
 * BufferLength  [in]  bytes at Buffer
 * RequiredSize  [out] bytes that the string takes, whether they fit or not
 *
 * IRQL: that of Buffer and String.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, and nothing is written.
 */
WDF_INLINE NTSTATUS WDF_WMI_BUFFER_APPEND_STRING(PVOID Buffer, ULONG BufferLength,
                                                 PCUNICODE_STRING String, PULONG RequiredSize)
{
    ULONG needed = (ULONG)sizeof(USHORT) + String->Length;

    *RequiredSize = needed;
    if (needed > BufferLength)
        return STATUS_BUFFER_TOO_SMALL;
    RtlCopyMemory(Buffer, &String->Length, sizeof(USHORT));
    if (String->Length != 0)
        RtlCopyMemory((PUCHAR)Buffer + sizeof(USHORT), String->Buffer, String->Length);
    return STATUS_SUCCESS;
}

/*
 * Makes a provider for a device. Programs see it once it has a registered instance, or at once if
 * it is a tracing provider.
 *
 * WmiProviderConfig   [in]      copied
 * ProviderAttributes  [in, opt] they name no parent
 * WmiProvider         [out]     belongs to the device, which deletes it; a driver cannot
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for a GUID of zeros, for unknown Flags, for WdfWmiProviderTracing with another flag, for
 * EvtWmiProviderFunctionControl without WdfWmiProviderTracing or WdfWmiProviderExpensive;
 * STATUS_OBJECT_NAME_EXISTS, a success, if the device has a provider of that GUID: nobody sees
 * the second;
 * STATUS_WMI_GUID_DISCONNECTED if it is one of the power GUIDs that the framework serves itself;
 * STATUS_INVALID_DEVICE_STATE once the device has left WMI; a failure for bad attributes;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfWmiProviderCreate (wdfwmi.h).
 */
NTSTATUS NTAPI imp_WdfWmiProviderCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                        PWDF_WMI_PROVIDER_CONFIG WmiProviderConfig,
                                        PWDF_OBJECT_ATTRIBUTES ProviderAttributes,
                                        WDFWMIPROVIDER *WmiProvider);

WDF_INLINE NTSTATUS WdfWmiProviderCreate(WDFDEVICE Device,
                                         PWDF_WMI_PROVIDER_CONFIG WmiProviderConfig,
                                         PWDF_OBJECT_ATTRIBUTES ProviderAttributes,
                                         WDFWMIPROVIDER *WmiProvider)
{
    return imp_WdfWmiProviderCreate(WdfDriverGlobals, Device, WmiProviderConfig, ProviderAttributes,
                                    WmiProvider);
}

/*
 * Returns the device that a provider belongs to.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWmiProviderGetDevice (wdfwmi.h).
 */
WDFDEVICE NTAPI imp_WdfWmiProviderGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFWMIPROVIDER WmiProvider);

WDF_INLINE WDFDEVICE WdfWmiProviderGetDevice(WDFWMIPROVIDER WmiProvider)
{
    return imp_WdfWmiProviderGetDevice(WdfDriverGlobals, WmiProvider);
}

/*
 * Tells whether any program wants the provider's events or collects its data.
 *
 * ProviderControl  [in]  which of the two; FALSE for any other value
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWmiProviderIsEnabled (wdfwmi.h).
 */
BOOLEAN NTAPI imp_WdfWmiProviderIsEnabled(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFWMIPROVIDER WmiProvider,
                                          WDF_WMI_PROVIDER_CONTROL ProviderControl);

WDF_INLINE BOOLEAN WdfWmiProviderIsEnabled(WDFWMIPROVIDER WmiProvider,
                                           WDF_WMI_PROVIDER_CONTROL ProviderControl)
{
    return imp_WdfWmiProviderIsEnabled(WdfDriverGlobals, WmiProvider, ProviderControl);
}

/*
 * Returns the handle of the session that a tracing provider writes to, 0 while there is none.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWmiProviderGetTracingHandle (wdfwmi.h).
 */
ULONGLONG NTAPI imp_WdfWmiProviderGetTracingHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFWMIPROVIDER WmiProvider);

WDF_INLINE ULONGLONG WdfWmiProviderGetTracingHandle(WDFWMIPROVIDER WmiProvider)
{
    return imp_WdfWmiProviderGetTracingHandle(WdfDriverGlobals, WmiProvider);
}

/*
 * Makes an instance, and its provider too if InstanceConfig says so.
 *
 * InstanceConfig      [in]       copied; just one of Provider and ProviderConfig is set
 * InstanceAttributes  [in, opt]  they name no parent; with UseContextForQuery they name the context
 *                                type that is the block
 * Instance            [out, opt] the new instance
 *
 * The instance belongs to its provider. It may be deleted at PASSIVE_LEVEL. If the function fails,
 * a provider that it made is gone as well.
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * if both or none of Provider and ProviderConfig is set, if an event-only provider's instance has
 * callbacks or a context to query, if UseContextForQuery comes with a set callback or without a
 * context type; STATUS_BUFFER_TOO_SMALL if the context is shorter than MinInstanceBufferSize;
 * STATUS_INVALID_DEVICE_REQUEST for Register with a tracing provider; whatever
 * WdfWmiProviderCreate fails with; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfWmiInstanceCreate (wdfwmi.h).
 */
NTSTATUS NTAPI imp_WdfWmiInstanceCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                        PWDF_WMI_INSTANCE_CONFIG InstanceConfig,
                                        PWDF_OBJECT_ATTRIBUTES InstanceAttributes,
                                        WDFWMIINSTANCE *Instance);

WDF_INLINE NTSTATUS WdfWmiInstanceCreate(WDFDEVICE Device, PWDF_WMI_INSTANCE_CONFIG InstanceConfig,
                                         PWDF_OBJECT_ATTRIBUTES InstanceAttributes,
                                         WDFWMIINSTANCE *Instance)
{
    return imp_WdfWmiInstanceCreate(WdfDriverGlobals, Device, InstanceConfig, InstanceAttributes,
                                    Instance);
}

/*
 * Shows an instance to programs.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if it is registered already or a tracing
 * provider's;
 * STATUS_INVALID_DEVICE_STATE once the device has left WMI.
 * Documented as: WdfWmiInstanceRegister (wdfwmi.h).
 */
NTSTATUS NTAPI imp_WdfWmiInstanceRegister(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFWMIINSTANCE WmiInstance);

WDF_INLINE NTSTATUS WdfWmiInstanceRegister(WDFWMIINSTANCE WmiInstance)
{
    return imp_WdfWmiInstanceRegister(WdfDriverGlobals, WmiInstance);
}

/*
 * Hides an instance from programs. It may be registered again.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfWmiInstanceDeregister (wdfwmi.h).
 */
VOID NTAPI imp_WdfWmiInstanceDeregister(PWDF_DRIVER_GLOBALS DriverGlobals,
                                        WDFWMIINSTANCE WmiInstance);

WDF_INLINE VOID WdfWmiInstanceDeregister(WDFWMIINSTANCE WmiInstance)
{
    imp_WdfWmiInstanceDeregister(WdfDriverGlobals, WmiInstance);
}

/*
 * Returns the device that an instance's provider belongs to.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWmiInstanceGetDevice (wdfwmi.h).
 */
WDFDEVICE NTAPI imp_WdfWmiInstanceGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFWMIINSTANCE WmiInstance);

WDF_INLINE WDFDEVICE WdfWmiInstanceGetDevice(WDFWMIINSTANCE WmiInstance)
{
    return imp_WdfWmiInstanceGetDevice(WdfDriverGlobals, WmiInstance);
}

/*
 * Returns an instance's provider, also one that WdfWmiInstanceCreate made for it.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWmiInstanceGetProvider (wdfwmi.h).
 */
WDFWMIPROVIDER NTAPI imp_WdfWmiInstanceGetProvider(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFWMIINSTANCE WmiInstance);

WDF_INLINE WDFWMIPROVIDER WdfWmiInstanceGetProvider(WDFWMIINSTANCE WmiInstance)
{
    return imp_WdfWmiInstanceGetProvider(WdfDriverGlobals, WmiInstance);
}

/*
 * Sends an event to the programs that want the instance's events. Ask WdfWmiProviderIsEnabled
 * first: with nobody to listen the event is made and lost.
 *
 * EventDataSize  [in]      bytes at EventData, 0 for none
 * EventData      [in, opt] copied
 *
 * IRQL: <= APC_LEVEL; above it, the verifier breaks: STATUS_INVALID_DEVICE_REQUEST.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; a failure if the event is too long.
 * Documented as: WdfWmiInstanceFireEvent (wdfwmi.h).
 */
NTSTATUS NTAPI imp_WdfWmiInstanceFireEvent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFWMIINSTANCE WmiInstance, ULONG EventDataSize,
                                           PVOID EventData);

WDF_INLINE NTSTATUS WdfWmiInstanceFireEvent(WDFWMIINSTANCE WmiInstance, ULONG EventDataSize,
                                            PVOID EventData)
{
    return imp_WdfWmiInstanceFireEvent(WdfDriverGlobals, WmiInstance, EventDataSize, EventData);
}
#endif

WDF_EXTERN_C_END
