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
