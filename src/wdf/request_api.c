/*
 * What a driver may ask of a request, and how it completes one.
 */
#include "device.h"
#include "file.h"
#include "request.h"

PIRP wdf_request_irp(struct wdf_request *request, PCSTR function)
{
    if (__builtin_expect(request->irp != NULL, 1))
        return request->irp;
    if (!wdf_misuse(request->object.globals, function, "the WDFREQUEST 0x%p has no IRP any more",
                    wdf_handle_of(request)))
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_NULL_IRP,
                      request->object.handle, function,
                      "the WDFREQUEST 0x%p has no IRP: it was completed, and only a reference "
                      "keeps it",
                      wdf_handle_of(request));
    return NULL;
}

/* ---- parameters -------------------------------------------------------------- */

static BOOLEAN is_control(const IO_STACK_LOCATION *location)
{
    return location->MajorFunction == IRP_MJ_DEVICE_CONTROL ||
           location->MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL;
}

static VOID copy_parameters(PWDF_REQUEST_PARAMETERS to, const IO_STACK_LOCATION *from)
{
    if (from->MajorFunction == IRP_MJ_READ || from->MajorFunction == IRP_MJ_WRITE) {
        to->Parameters.Read.Length = from->Parameters.Read.Length;
        to->Parameters.Read.Key = from->Parameters.Read.Key;
        to->Parameters.Read.DeviceOffset = from->Parameters.Read.ByteOffset.QuadPart;
    } else if (is_control(from)) {
        to->Parameters.DeviceIoControl.OutputBufferLength =
            from->Parameters.DeviceIoControl.OutputBufferLength;
        to->Parameters.DeviceIoControl.InputBufferLength =
            from->Parameters.DeviceIoControl.InputBufferLength;
        to->Parameters.DeviceIoControl.IoControlCode =
            from->Parameters.DeviceIoControl.IoControlCode;
        to->Parameters.DeviceIoControl.Type3InputBuffer =
            from->Parameters.DeviceIoControl.Type3InputBuffer;
    } else {
        /* Create and Others are laid out as they are in a stack location. */
        memcpy(&to->Parameters, &from->Parameters, sizeof(from->Parameters));
    }
}

C_ASSERT(RTL_FIELD_SIZE(IO_STACK_LOCATION, Parameters) <=
         RTL_FIELD_SIZE(WDF_REQUEST_PARAMETERS, Parameters));

VOID NTAPI imp_WdfRequestGetParameters(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                       PWDF_REQUEST_PARAMETERS Parameters)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_request *request = wdf_request_of(Request, __func__);
    PIO_STACK_LOCATION location;
    PIRP irp;

    WDF_REQUIRE(Parameters);
    if (Parameters->Size != sizeof(*Parameters)) {
        wdf_misuse(globals, __func__, "Size is %u, WDF_REQUEST_PARAMETERS_INIT makes it %u",
                   Parameters->Size, (ULONG)sizeof(*Parameters));
        return;
    }
    irp = wdf_request_irp(request, __func__);
    if (!irp)
        return;
    location = IoGetCurrentIrpStackLocation(irp);
    Parameters->Type = (WDF_REQUEST_TYPE)location->MajorFunction;
    Parameters->MinorFunction = location->MinorFunction;
    copy_parameters(Parameters, location);
    /* There is a function for it, which is for those who know what it is. */
    if (globals->is_verifier_on && location->MajorFunction == IRP_MJ_DEVICE_CONTROL &&
        (location->Parameters.DeviceIoControl.IoControlCode & 3) == METHOD_NEITHER)
        Parameters->Parameters.DeviceIoControl.Type3InputBuffer = NULL;
}

/* ---- who sent it -------------------------------------------------------------- */

WDFFILEOBJECT NTAPI imp_WdfRequestGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    PIRP irp = wdf_request_irp(request, __func__);
    struct wdf_file *file;

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!irp || !request->device || !(request->flags & WDF_REQUEST_RECEIVED))
        return NULL;
    file = wdf_find_file(request->device, IoGetCurrentIrpStackLocation(irp)->FileObject);
    return file ? wdf_handle_of(file) : NULL;
}

KPROCESSOR_MODE NTAPI imp_WdfRequestGetRequestorMode(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFREQUEST Request)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return irp ? irp->RequestorMode : UserMode;
}

ULONG NTAPI imp_WdfRequestGetRequestorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    const struct umdf_reflected *reflected;
    PIRP irp = wdf_request_irp(request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!irp)
        return 0;
    reflected = wdf_reflected(request);
    return reflected ? reflected->process : IoGetRequestorProcessId(irp);
}

BOOLEAN NTAPI imp_WdfRequestIsFrom32BitProcess(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFREQUEST Request)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return irp && IoIs32bitProcess(irp);
}

BOOLEAN NTAPI imp_WdfRequestIsReserved(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return (wdf_request_of(Request, __func__)->flags & WDF_REQUEST_RESERVED) != 0;
}

PIRP NTAPI imp_WdfRequestWdmGetIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    if (!request->irp)
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "the WDFREQUEST 0x%p has no IRP any more", Request);
    return request->irp;
}

/* ---- completion ----------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfRequestGetStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_request_of(Request, __func__)->status;
}

VOID NTAPI imp_WdfRequestSetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                        ULONG_PTR Information)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (irp)
        irp->IoStatus.Information = Information;
}

ULONG_PTR NTAPI imp_WdfRequestGetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
    PIRP irp = wdf_request_irp(wdf_request_of(Request, __func__), __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return irp ? irp->IoStatus.Information : 0;
}

/* What the driver has given away, somebody else will complete: that cannot go on. */
static VOID not_owned(struct wdf_request *request, PCSTR function)
{
    WDFREQUEST handle = wdf_handle_of(request);
    WDF_QUEUE_FATAL_ERROR_DATA data = {NULL, handle, STATUS_INVALID_DEVICE_REQUEST};

    if (request->place == WDF_REQUEST_IN_QUEUE) {
        data.Queue = request->queue ? wdf_handle_of(request->queue) : NULL;
        wdf_violation(WDF_QUEUE_FATAL_ERROR, (ULONG_PTR)&data, 0, function,
                      "the WDFREQUEST 0x%p is in the WDFQUEUE 0x%p, to which the driver gave it",
                      handle, data.Queue);
    }
    if (request->flags & WDF_REQUEST_RECEIVED)
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT,
                      (ULONG_PTR)handle, function,
                      "the WDFREQUEST 0x%p was sent to a target and is not back", handle);
    wdf_violation(WDF_OBJECT_ERROR, (ULONG_PTR)handle, (ULONG_PTR)request, function,
                  "the WDFREQUEST 0x%p was made by the driver, which deletes such requests",
                  handle);
}

/* The request, if the driver has it and may complete it. */
static struct wdf_request *owned_request(WDFREQUEST handle, PCSTR function)
{
    struct wdf_request *request = wdf_request_of(handle, function);

    if (!wdf_request_irp(request, function))
        return NULL;
    if ((request->flags & WDF_REQUEST_RECEIVED) && request->place != WDF_REQUEST_IN_QUEUE &&
        !__atomic_load_n(&request->claims, __ATOMIC_RELAXED)) {
        if (__builtin_expect(request->is_cancelable, 0))
            wdf_misuse(request->object.globals, function,
                       "the WDFREQUEST 0x%p is marked cancelable: WdfRequestUnmarkCancelable first",
                       handle);
        return request;
    }
    if (!wdf_misuse(request->object.globals, function, "the WDFREQUEST 0x%p is not the driver's",
                    handle))
        not_owned(request, function);
    return NULL;
}

VOID NTAPI imp_WdfRequestComplete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                  NTSTATUS Status)
{
    struct wdf_request *request = owned_request(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (request)
        wdf_complete_request(request, Status, __func__);
}

VOID NTAPI imp_WdfRequestCompleteWithPriorityBoost(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFREQUEST Request, NTSTATUS Status,
                                                   CCHAR PriorityBoost)
{
    struct wdf_request *request = owned_request(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (request)
        wdf_complete_request_boosted(request, Status, PriorityBoost, __func__);
}

VOID NTAPI imp_WdfRequestCompleteWithInformation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFREQUEST Request, NTSTATUS Status,
                                                 ULONG_PTR Information)
{
    struct wdf_request *request = owned_request(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!request)
        return;
    request->irp->IoStatus.Information = Information;
    wdf_complete_request(request, Status, __func__);
}
