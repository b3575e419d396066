/*
 * Requests of the driver's own, and making requests ready to be sent without a target's help.
 */
#include "device.h"
#include "driver.h"

/* ---- the IRP ------------------------------------------------------------------- */

/* Another IRP for a request whose IRP, if it has one, is its own. */
static NTSTATUS replace_irp(struct wdf_request *request, CCHAR locations)
{
    PIRP irp = IoAllocateIrp(locations, FALSE);

    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (request->irp)
        IoFreeIrp(request->irp);
    request->irp = irp;
    request->flags |= WDF_REQUEST_OWN_IRP;
    request->flags &= ~WDF_REQUEST_FORMATTED;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_fit_target(struct wdf_request *request, struct wdf_target *target)
{
    wdf_release_format(request);
    if (!target->target)
        return STATUS_INVALID_DEVICE_STATE;
    if (wdf_has_locations(request, target))
        return STATUS_SUCCESS;
    if (request->irp && !(request->flags & WDF_REQUEST_OWN_IRP))
        return STATUS_REQUEST_NOT_ACCEPTED;
    return replace_irp(request, target->target->StackSize);
}

NTSTATUS NTAPI imp_WdfRequestChangeTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                          WDFIOTARGET IoTarget)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_fit_target(request, wdf_target_of(IoTarget, __func__));
}

/* ---- creation --------------------------------------------------------------------- */

NTSTATUS wdf_make_own_request(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES attributes,
                              struct wdf_target *target, struct wdf_request **request)
{
    PVOID made;
    NTSTATUS status =
        wdf_allocate_object(globals, &wdf_type_request, sizeof(**request), attributes, &made);

    if (!NT_SUCCESS(status))
        return status;
    *request = made;
    if (target)
        status = wdf_fit_target(*request, target);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&(*request)->object);
        *request = NULL;
    }
    return status;
}

NTSTATUS NTAPI imp_WdfRequestCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                    PWDF_OBJECT_ATTRIBUTES RequestAttributes, WDFIOTARGET IoTarget,
                                    WDFREQUEST *Request)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_target *target = IoTarget ? wdf_target_of(IoTarget, __func__) : NULL;
    struct wdf_object *parent = wdf_parent_of(RequestAttributes, &globals->driver->object);
    struct wdf_request *request;
    NTSTATUS status;

    WDF_REQUIRE(Request);
    *Request = NULL;
    status = wdf_check_attributes(RequestAttributes, 0);
    if (NT_SUCCESS(status))
        status = wdf_make_own_request(globals, RequestAttributes, target, &request);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_publish_object(request, parent, Request);
}

NTSTATUS NTAPI imp_WdfRequestCreateFromIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
                                           BOOLEAN RequestFreesIrp, WDFREQUEST *Request)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(RequestAttributes, &globals->driver->object);
    struct wdf_request *request;
    NTSTATUS status;

    WDF_REQUIRE(Irp);
    WDF_REQUIRE(Request);
    *Request = NULL;
    status = wdf_check_attributes(RequestAttributes, 0);
    if (NT_SUCCESS(status))
        status = wdf_make_own_request(globals, RequestAttributes, NULL, &request);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_publish_object(request, parent, Request);
    if (NT_SUCCESS(status)) {
        request->irp = Irp;
        request->flags |= RequestFreesIrp ? WDF_REQUEST_OWN_IRP : WDF_REQUEST_FOREIGN_IRP;
    }
    return status;
}

/* ---- reuse --------------------------------------------------------------------------- */

static VOID take_new_irp(struct wdf_request *request, PIRP irp)
{
    if (request->irp && request->irp != irp && (request->flags & WDF_REQUEST_OWN_IRP))
        IoFreeIrp(request->irp);
    request->irp = irp;
    request->flags &= ~WDF_REQUEST_OWN_IRP;
    request->flags |= WDF_REQUEST_FOREIGN_IRP;
}

/* What a received request has been through is of no consequence for its next sending. */
static NTSTATUS reuse_received(struct wdf_request *request, const WDF_REQUEST_REUSE_PARAMS *params)
{
    if (params->Flags & WDF_REQUEST_REUSE_SET_NEW_IRP)
        return STATUS_WDF_REQUEST_INVALID_STATE;
    request->irp->IoStatus.Status = params->Status;
    request->irp->Cancel = FALSE;
    return STATUS_SUCCESS;
}

/* One whose IRP is not its own, or is not to be. */
static NTSTATUS reuse_other(struct wdf_request *request, const WDF_REQUEST_REUSE_PARAMS *params)
{
    if (request->irp)
        wdf_release_format(request);
    if (request->irp && (request->flags & WDF_REQUEST_RECEIVED))
        return reuse_received(request, params);
    if (params->Flags & WDF_REQUEST_REUSE_SET_NEW_IRP)
        take_new_irp(request, params->NewIrp);
    return STATUS_SUCCESS;
}

static inline NTSTATUS reuse(struct wdf_request *request, const WDF_REQUEST_REUSE_PARAMS *params)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (__builtin_expect(request->irp && (request->flags & WDF_REQUEST_OWN_IRP) &&
                             !(params->Flags & WDF_REQUEST_REUSE_SET_NEW_IRP),
                         1)) {
        if (request->context)
            wdf_drop_held(request->context);
        IoReuseIrp(request->irp, params->Status);
    } else {
        status = reuse_other(request, params);
    }
    if (!NT_SUCCESS(status))
        return status;
    request->flags &= ~WDF_REQUEST_FORMATTED;
    request->status = params->Status;
    request->target = NULL;
    __atomic_store_n(&request->is_cancel_wanted, FALSE, __ATOMIC_RELAXED);
    return status;
}

NTSTATUS NTAPI imp_WdfRequestReuse(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                   PWDF_REQUEST_REUSE_PARAMS ReuseParams)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_request *request = wdf_request_of(Request, __func__);

    WDF_REQUIRE(ReuseParams);
    if (ReuseParams->Size != sizeof(*ReuseParams) ||
        (ReuseParams->Flags & ~WDF_REQUEST_REUSE_SET_NEW_IRP)) {
        wdf_misuse(globals, __func__, "ReuseParams have Size %u, Flags 0x%x", ReuseParams->Size,
                   ReuseParams->Flags);
        return STATUS_INVALID_PARAMETER;
    }
    if (__atomic_load_n(&request->claims, __ATOMIC_ACQUIRE))
        wdf_misuse(globals, __func__, "WDFREQUEST 0x%p is with WDFIOTARGET 0x%p", Request,
                   wdf_handle_of(request->target));
    request->completion = NULL;
    request->completion_context = NULL;
    return reuse(request, ReuseParams);
}

/* ---- formatting without a target -------------------------------------------------------- */

/* The IRP, which has a next stack location, or it is a violation. */
static PIRP irp_with_next(struct wdf_request *request, PCSTR function)
{
    PIRP irp = request->irp;

    if (!irp)
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_NULL_IRP,
                      request->object.handle, function, "WDFREQUEST 0x%p has no IRP",
                      wdf_handle_of(request));
    if (irp->CurrentLocation < 2)
        wdf_violation(WDF_REQUEST_FATAL_ERROR, WDF_REQUEST_FATAL_ERROR_NO_MORE_STACK_LOCATIONS,
                      (ULONG_PTR)irp, function,
                      "the IRP 0x%p of WDFREQUEST 0x%p has no stack location for a driver below",
                      irp, wdf_handle_of(request));
    return irp;
}

VOID NTAPI imp_WdfRequestFormatRequestUsingCurrentType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFREQUEST Request)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    PIRP irp = irp_with_next(request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    IoCopyCurrentIrpStackLocationToNext(irp);
    request->flags |= WDF_REQUEST_FORMATTED;
}

VOID NTAPI imp_WdfRequestWdmFormatUsingStackLocation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFREQUEST Request, PIO_STACK_LOCATION Stack)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);
    PIO_STACK_LOCATION next;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Stack);
    next = IoGetNextIrpStackLocation(irp_with_next(request, __func__));
    memcpy(next, Stack, FIELD_OFFSET(IO_STACK_LOCATION, CompletionRoutine));
    next->CompletionRoutine = NULL;
    next->Context = NULL;
    next->Control = 0;
    request->flags |= WDF_REQUEST_FORMATTED;
}

/* ---- completion ------------------------------------------------------------------------------ */

VOID NTAPI imp_WdfRequestSetCompletionRoutine(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                              PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
                                              WDFCONTEXT CompletionContext)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    request->completion = CompletionRoutine;
    request->completion_context = CompletionContext;
}

VOID NTAPI imp_WdfRequestGetCompletionParams(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
                                             PWDF_REQUEST_COMPLETION_PARAMS Params)
{
    struct wdf_request *request = wdf_request_of(Request, __func__);

    WDF_REQUIRE(Params);
    if (Params->Size != sizeof(*Params)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "Size is %u, WDF_REQUEST_COMPLETION_PARAMS_INIT makes it %u", Params->Size,
                   (ULONG)sizeof(*Params));
        return;
    }
    if (request->context && request->context->is_formatted)
        *Params = request->context->params;
    else
        WDF_REQUEST_COMPLETION_PARAMS_INIT(Params);
    if (request->irp)
        Params->IoStatus = request->irp->IoStatus;
}
