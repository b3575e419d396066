/*
 * DPCs: a callback at DISPATCH_LEVEL, soon.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

#if WDF_FOR_KMDF

/* IRQL: DISPATCH_LEVEL. */
typedef VOID NTAPI EVT_WDF_DPC(WDFDPC Dpc);
typedef EVT_WDF_DPC *PFN_WDF_DPC;

typedef struct _WDF_DPC_CONFIG {
    ULONG Size;
    PFN_WDF_DPC EvtDpcFunc;
    BOOLEAN AutomaticSerialization; /* not while a callback of the parent's runs */
} WDF_DPC_CONFIG, *PWDF_DPC_CONFIG;

WDF_INLINE VOID WDF_DPC_CONFIG_INIT(PWDF_DPC_CONFIG Config, PFN_WDF_DPC EvtDpcFunc)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = WDF_STRUCTURE_SIZE(WDF_DPC_CONFIG);
    Config->EvtDpcFunc = EvtDpcFunc;
    Config->AutomaticSerialization = TRUE;
}

/*
 * Creates a DPC.
 *
 * Config      [in]   copied
 * Attributes  [in]   the parent has to be given: a device, or an object below one
 * Dpc         [out]  the DPC; its parent's end, or its own, cancels it and waits for the callback
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size;
 * STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST if there is no device above the
 * parent, or the parent has no callbacks to be kept apart from;
 * STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL if the parent's callbacks run at PASSIVE_LEVEL and are to
 * be kept apart from it; what is wrong with Attributes; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDpcCreate (wdfdpc.h).
 */
NTSTATUS NTAPI imp_WdfDpcCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_DPC_CONFIG Config,
                                PWDF_OBJECT_ATTRIBUTES Attributes, WDFDPC *Dpc);

WDF_INLINE NTSTATUS WdfDpcCreate(PWDF_DPC_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
                                 WDFDPC *Dpc)
{
    return imp_WdfDpcCreate(WdfDriverGlobals, Config, Attributes, Dpc);
}

/*
 * Has a DPC run. One that has not begun yet runs once.
 *
 * IRQL: any.
 * Returns TRUE unless it was queued already.
 * Documented as: WdfDpcEnqueue (wdfdpc.h).
 */
BOOLEAN NTAPI imp_WdfDpcEnqueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc);

WDF_INLINE BOOLEAN WdfDpcEnqueue(WDFDPC Dpc)
{
    return imp_WdfDpcEnqueue(WdfDriverGlobals, Dpc);
}

/*
 * Takes a DPC back.
 *
 * Wait  [in]  whether to wait for a callback that runs; never from that callback
 *
 * IRQL: PASSIVE_LEVEL with Wait, otherwise <= DISPATCH_LEVEL.
 * Returns TRUE if it was queued and will not run.
 * Documented as: WdfDpcCancel (wdfdpc.h).
 */
BOOLEAN NTAPI imp_WdfDpcCancel(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc, BOOLEAN Wait);

WDF_INLINE BOOLEAN WdfDpcCancel(WDFDPC Dpc, BOOLEAN Wait)
{
    return imp_WdfDpcCancel(WdfDriverGlobals, Dpc, Wait);
}

/*
 * Returns a DPC's parent. Takes no reference.
 *
 * IRQL: any.
 * Documented as: WdfDpcGetParentObject (wdfdpc.h).
 */
WDFOBJECT NTAPI imp_WdfDpcGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc);

WDF_INLINE WDFOBJECT WdfDpcGetParentObject(WDFDPC Dpc)
{
    return imp_WdfDpcGetParentObject(WdfDriverGlobals, Dpc);
}

/*
 * Returns the KDPC behind a DPC object, which owns it.
 *
 * IRQL: any.
 * Documented as: WdfDpcWdmGetDpc (wdfdpc.h).
 */
PKDPC NTAPI imp_WdfDpcWdmGetDpc(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc);

WDF_INLINE PKDPC WdfDpcWdmGetDpc(WDFDPC Dpc)
{
    return imp_WdfDpcWdmGetDpc(WdfDriverGlobals, Dpc);
}

#endif

WDF_EXTERN_C_END
