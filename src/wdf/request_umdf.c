/*
 * What UMDF drivers alone may ask of a request, or note in it.
 */
#include "device.h"
#include "request.h"

/* A bit of IRP.Flags that the driver kit has: what Set...InitiatedIo notes, in every stack. */
#define USER_DRIVER_INITIATED 0x00400000

BOOLEAN NTAPI imp_WdfRequestIsFromUserModeDriver(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_request_irp(request, __func__) && !wdf_reflected(request);
}

VOID NTAPI imp_WdfRequestSetUserModeDriverInitiatedIo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFREQUEST Request,
                                                      BOOLEAN IsUserModeDriverInitiated)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!irp)
        return;
    irp->Flags &= ~(ULONG)USER_DRIVER_INITIATED;
    if (IsUserModeDriverInitiated)
        irp->Flags |= USER_DRIVER_INITIATED;
}

BOOLEAN NTAPI imp_WdfRequestGetUserModeDriverInitiatedIo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFREQUEST Request)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return irp && (irp->Flags & USER_DRIVER_INITIATED) != 0;
}

VOID NTAPI imp_WdfRequestSetActivityId(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                       LPGUID ActivityId)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(ActivityId);
    if (irp)
        IoSetActivityIdIrp(irp, ActivityId);
}

NTSTATUS NTAPI imp_WdfRequestRetrieveActivityId(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFREQUEST Request, LPGUID ActivityId)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(ActivityId);
    return irp && NT_SUCCESS(IoGetActivityIdIrp(irp, ActivityId)) ? STATUS_SUCCESS
                                                                  : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NTAPI imp_WdfRequestImpersonate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                         SECURITY_IMPERSONATION_LEVEL ImpersonationLevel,
                                         PFN_WDF_REQUEST_IMPERSONATE EvtRequestImpersonate,
                                         PVOID Context)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    const struct umdf_reflected *reflected;
    struct umdf_client before;
    NTSTATUS status;

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (ImpersonationLevel < SecurityAnonymous || ImpersonationLevel > SecurityDelegation ||
        !EvtRequestImpersonate)
        return STATUS_INVALID_PARAMETER;
    if (!wdf_request_irp(request, __func__))
        return STATUS_INVALID_DEVICE_REQUEST;
    reflected = wdf_reflected(request);
    /* Another driver of the host has made it, and runs with the host's rights. */
    if (!reflected)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    status = umdf_impersonate(reflected, ImpersonationLevel, &before);
    if (!NT_SUCCESS(status))
        return status;
    EvtRequestImpersonate(Request, Context);
    umdf_stop_impersonating(&before);
    return STATUS_SUCCESS;
}

WDF_DEVICE_IO_TYPE NTAPI imp_WdfRequestGetEffectiveIoType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    const struct umdf_reflected *reflected;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!wdf_request_irp(request, __func__))
        return WdfDeviceIoUndefined;
    reflected = wdf_reflected(request);
    /* Of a driver of the host it is that driver's memory, but has an address all the same. */
    return reflected ? (WDF_DEVICE_IO_TYPE)reflected->access : WdfDeviceIoBuffered;
}
