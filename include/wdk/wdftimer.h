/*
 * Timers: a callback once after some time, or again and again.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

/* A timer that need not wake a sleeping processor at all. */
#define TolerableDelayUnlimited ((ULONG)-1)

/* Time is up. IRQL: DISPATCH_LEVEL, or PASSIVE_LEVEL if that is the timer's execution level. */
typedef VOID NTAPI EVT_WDF_TIMER(WDFTIMER Timer);
typedef EVT_WDF_TIMER *PFN_WDF_TIMER;

typedef struct _WDF_TIMER_CONFIG {
    ULONG Size;
    PFN_WDF_TIMER EvtTimerFunc;
    ULONG Period;                   /* ms; 0: once */
    BOOLEAN AutomaticSerialization; /* not while a callback of the parent's runs */
    ULONG TolerableDelay;           /* ms that it may be late; TolerableDelayUnlimited */
    DECLSPEC_ALIGN(8) BOOLEAN UseHighResolutionTimer; /* not with a TolerableDelay */
} WDF_TIMER_CONFIG, *PWDF_TIMER_CONFIG;

WDF_INLINE VOID WDF_TIMER_CONFIG_INIT_PERIODIC(PWDF_TIMER_CONFIG Config, PFN_WDF_TIMER EvtTimerFunc,
                                               LONG Period)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = WDF_STRUCTURE_SIZE(WDF_TIMER_CONFIG);
    Config->EvtTimerFunc = EvtTimerFunc;
    Config->Period = (ULONG)Period;
    Config->AutomaticSerialization = TRUE;
}

WDF_INLINE VOID WDF_TIMER_CONFIG_INIT(PWDF_TIMER_CONFIG Config, PFN_WDF_TIMER EvtTimerFunc)
{
    WDF_TIMER_CONFIG_INIT_PERIODIC(Config, EvtTimerFunc, 0);
}

/*
 * Creates a timer, which does not run yet.
 *
 * Config      [in]   copied
 * Attributes  [in]   the parent has to be given: a device, or an object below one. Execution level
 *                    passive has the callback run in a work item
 * Timer       [out]  the timer; its parent's end, or its own, stops it and waits for the callback
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for a period above MAXLONG, or a delay with high resolution; STATUS_NOT_SUPPORTED for a periodic
 * timer at PASSIVE_LEVEL; STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST if there
 * is no device above the parent, or the parent has no callbacks to be kept apart from;
 * STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL if the parent's callbacks run at another IRQL than the
 * timer's and are to be kept apart from it; what is wrong with Attributes;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfTimerCreate (wdftimer.h).
 */
NTSTATUS NTAPI imp_WdfTimerCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_TIMER_CONFIG Config,
                                  PWDF_OBJECT_ATTRIBUTES Attributes, WDFTIMER *Timer);

WDF_INLINE NTSTATUS WdfTimerCreate(PWDF_TIMER_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
                                   WDFTIMER *Timer)
{
    return imp_WdfTimerCreate(WdfDriverGlobals, Config, Attributes, Timer);
}

/*
 * Starts a timer; one that runs starts anew.
 *
 * DueTime  [in]  100 ns; negative: from now, positive: a point in time
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns TRUE if it was running.
 * Documented as: WdfTimerStart (wdftimer.h).
 */
BOOLEAN NTAPI imp_WdfTimerStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer,
                                LONGLONG DueTime);

WDF_INLINE BOOLEAN WdfTimerStart(WDFTIMER Timer, LONGLONG DueTime)
{
    return imp_WdfTimerStart(WdfDriverGlobals, Timer, DueTime);
}

/*
 * Stops a timer.
 *
 * Wait  [in]  whether to wait for a callback that runs or is about to; never from that callback
 *
 * IRQL: PASSIVE_LEVEL with Wait, otherwise <= DISPATCH_LEVEL.
 * Returns TRUE if it was running.
 * Documented as: WdfTimerStop (wdftimer.h).
 */
BOOLEAN NTAPI imp_WdfTimerStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer, BOOLEAN Wait);

WDF_INLINE BOOLEAN WdfTimerStop(WDFTIMER Timer, BOOLEAN Wait)
{
    return imp_WdfTimerStop(WdfDriverGlobals, Timer, Wait);
}

/*
 * Returns a timer's parent. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfTimerGetParentObject (wdftimer.h).
 */
WDFOBJECT NTAPI imp_WdfTimerGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer);

WDF_INLINE WDFOBJECT WdfTimerGetParentObject(WDFTIMER Timer)
{
    return imp_WdfTimerGetParentObject(WdfDriverGlobals, Timer);
}

WDF_EXTERN_C_END
