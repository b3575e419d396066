/*
 * Work items: a callback at PASSIVE_LEVEL, in a thread of the system's.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

/* IRQL: PASSIVE_LEVEL. */
typedef VOID NTAPI EVT_WDF_WORKITEM(WDFWORKITEM WorkItem);
typedef EVT_WDF_WORKITEM *PFN_WDF_WORKITEM;

typedef struct _WDF_WORKITEM_CONFIG {
    ULONG Size;
    PFN_WDF_WORKITEM EvtWorkItemFunc;
    BOOLEAN AutomaticSerialization; /* not while a callback of the parent's runs */
} WDF_WORKITEM_CONFIG, *PWDF_WORKITEM_CONFIG;

WDF_INLINE VOID WDF_WORKITEM_CONFIG_INIT(PWDF_WORKITEM_CONFIG Config,
                                         PFN_WDF_WORKITEM EvtWorkItemFunc)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = WDF_STRUCTURE_SIZE(WDF_WORKITEM_CONFIG);
    Config->EvtWorkItemFunc = EvtWorkItemFunc;
    Config->AutomaticSerialization = TRUE;
}

/*
 * Creates a work item.
 *
 * Config      [in]   copied
 * Attributes  [in]   the parent has to be given: a device, or an object below one; neither
 *                    execution level nor scope
 * WorkItem    [out]  the work item; its parent's end, or its own, waits for the callback
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER if
 * there is no callback; STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST if there is
 * no device above the parent, or the parent has no callbacks to be kept apart from;
 * STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL if the parent's callbacks do not run at PASSIVE_LEVEL and
 * are to be kept apart from it; what is wrong with Attributes; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfWorkItemCreate (wdfworkitem.h).
 */
NTSTATUS NTAPI imp_WdfWorkItemCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_WORKITEM_CONFIG Config,
                                     PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem);

WDF_INLINE NTSTATUS WdfWorkItemCreate(PWDF_WORKITEM_CONFIG Config,
                                      PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem)
{
    return imp_WdfWorkItemCreate(WdfDriverGlobals, Config, Attributes, WorkItem);
}

/*
 * Has a work item run. One that has not begun yet runs once; one that is running runs again.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWorkItemEnqueue (wdfworkitem.h).
 */
VOID NTAPI imp_WdfWorkItemEnqueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM WorkItem);

WDF_INLINE VOID WdfWorkItemEnqueue(WDFWORKITEM WorkItem)
{
    imp_WdfWorkItemEnqueue(WdfDriverGlobals, WorkItem);
}

/*
 * Returns a work item's parent. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWorkItemGetParentObject (wdfworkitem.h).
 */
WDFOBJECT NTAPI imp_WdfWorkItemGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFWORKITEM WorkItem);

WDF_INLINE WDFOBJECT WdfWorkItemGetParentObject(WDFWORKITEM WorkItem)
{
    return imp_WdfWorkItemGetParentObject(WdfDriverGlobals, WorkItem);
}

/*
 * Waits until a work item that was queued has run. Never from its own callback.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfWorkItemFlush (wdfworkitem.h).
 */
VOID NTAPI imp_WdfWorkItemFlush(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM WorkItem);

WDF_INLINE VOID WdfWorkItemFlush(WDFWORKITEM WorkItem)
{
    imp_WdfWorkItemFlush(WdfDriverGlobals, WorkItem);
}

WDF_EXTERN_C_END
