/*
 * Resources of devices: ports, memory, interrupts, DMA channels.
 *
 * WDFCMRESLIST is a list of what a device has; WDFIORESREQLIST a list of alternatives of what it
 * could have, each a WDFIORESLIST. The framework makes the first two and hands them to callbacks,
 * which alone may use them, and change them only where that is the callback's purpose: a change
 * that is not allowed is refused with STATUS_ACCESS_DENIED, or ignored. Indices start at 0. Adding
 * moves what is at the index and after it up by one. Descriptors that are added are copied. What
 * wdfdevice.h says of all functions holds here too.
 */
#pragma once

#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdfobject.h>

WDF_EXTERN_C_START

/* For an index: after the last one. */
#define WDF_INSERT_AT_END ((ULONG)-1)

/* ---- WDFIORESREQLIST: alternatives --------------------------------------- */

#if WDF_FOR_KMDF
/*
 * Sets the slot that the requirements speak of. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoResourceRequirementsListSetSlotNumber (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceRequirementsListSetSlotNumber(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFIORESREQLIST RequirementsList,
                                                          ULONG SlotNumber);

WDF_INLINE VOID WdfIoResourceRequirementsListSetSlotNumber(WDFIORESREQLIST RequirementsList,
                                                           ULONG SlotNumber)
{
    imp_WdfIoResourceRequirementsListSetSlotNumber(WdfDriverGlobals, RequirementsList, SlotNumber);
}

/*
 * Sets the bus that they speak of. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoResourceRequirementsListSetInterfaceType (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceRequirementsListSetInterfaceType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFIORESREQLIST RequirementsList,
                                                             INTERFACE_TYPE InterfaceType);

WDF_INLINE VOID WdfIoResourceRequirementsListSetInterfaceType(WDFIORESREQLIST RequirementsList,
                                                              INTERFACE_TYPE InterfaceType)
{
    imp_WdfIoResourceRequirementsListSetInterfaceType(WdfDriverGlobals, RequirementsList,
                                                      InterfaceType);
}

/*
 * Adds an alternative, less liked than those before it.
 *
 * IoResList  [in]  from WdfIoResourceListCreate for the same RequirementsList
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if IoResList was made for another list;
 * STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfIoResourceRequirementsListAppendIoResList (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfIoResourceRequirementsListAppendIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                WDFIORESREQLIST RequirementsList,
                                                                WDFIORESLIST IoResList);

WDF_INLINE NTSTATUS WdfIoResourceRequirementsListAppendIoResList(WDFIORESREQLIST RequirementsList,
                                                                 WDFIORESLIST IoResList)
{
    return imp_WdfIoResourceRequirementsListAppendIoResList(WdfDriverGlobals, RequirementsList,
                                                            IoResList);
}

/*
 * The same at an index.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns as WdfIoResourceRequirementsListAppendIoResList; also STATUS_ARRAY_BOUNDS_EXCEEDED if
 * Index is beyond the end.
 * Documented as: WdfIoResourceRequirementsListInsertIoResList (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfIoResourceRequirementsListInsertIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                WDFIORESREQLIST RequirementsList,
                                                                WDFIORESLIST IoResList,
                                                                ULONG Index);

WDF_INLINE NTSTATUS WdfIoResourceRequirementsListInsertIoResList(WDFIORESREQLIST RequirementsList,
                                                                 WDFIORESLIST IoResList,
                                                                 ULONG Index)
{
    return imp_WdfIoResourceRequirementsListInsertIoResList(WdfDriverGlobals, RequirementsList,
                                                            IoResList, Index);
}

/*
 * Returns how many alternatives there are. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoResourceRequirementsListGetCount (wdfresource.h).
 */
ULONG NTAPI imp_WdfIoResourceRequirementsListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFIORESREQLIST RequirementsList);

WDF_INLINE ULONG WdfIoResourceRequirementsListGetCount(WDFIORESREQLIST RequirementsList)
{
    return imp_WdfIoResourceRequirementsListGetCount(WdfDriverGlobals, RequirementsList);
}

/*
 * Returns the alternative at Index, or NULL. It stays RequirementsList's. IRQL: <=
 * DISPATCH_LEVEL.
 * Documented as: WdfIoResourceRequirementsListGetIoResList (wdfresource.h).
 */
WDFIORESLIST NTAPI imp_WdfIoResourceRequirementsListGetIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                 WDFIORESREQLIST RequirementsList,
                                                                 ULONG Index);

WDF_INLINE WDFIORESLIST WdfIoResourceRequirementsListGetIoResList(WDFIORESREQLIST RequirementsList,
                                                                  ULONG Index)
{
    return imp_WdfIoResourceRequirementsListGetIoResList(WdfDriverGlobals, RequirementsList, Index);
}

/*
 * Takes the alternative at Index away and deletes it. IRQL: <= DISPATCH_LEVEL. Ignored if there
 * is none, or removing is not allowed.
 * Documented as: WdfIoResourceRequirementsListRemove (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceRequirementsListRemove(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIORESREQLIST RequirementsList, ULONG Index);

WDF_INLINE VOID WdfIoResourceRequirementsListRemove(WDFIORESREQLIST RequirementsList, ULONG Index)
{
    imp_WdfIoResourceRequirementsListRemove(WdfDriverGlobals, RequirementsList, Index);
}

/*
 * Takes that alternative away and deletes it. IRQL: <= DISPATCH_LEVEL. Ignored if it is not in
 * the list, or removing is not allowed.
 * Documented as: WdfIoResourceRequirementsListRemoveByIoResList (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceRequirementsListRemoveByIoResList(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFIORESREQLIST RequirementsList,
                                                              WDFIORESLIST IoResList);

WDF_INLINE VOID WdfIoResourceRequirementsListRemoveByIoResList(WDFIORESREQLIST RequirementsList,
                                                               WDFIORESLIST IoResList)
{
    imp_WdfIoResourceRequirementsListRemoveByIoResList(WdfDriverGlobals, RequirementsList,
                                                       IoResList);
}
#endif

/* ---- WDFIORESLIST: one alternative --------------------------------------- */

#if WDF_FOR_KMDF
/*
 * Makes an empty list, to be filled and then added to RequirementsList.
 *
 * Attributes    [in] [opt]  no parent: that is RequirementsList
 * ResourceList  [out]  deleted with RequirementsList
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; a status of the attributes' check.
 * Documented as: WdfIoResourceListCreate (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfIoResourceListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFIORESREQLIST RequirementsList,
                                           PWDF_OBJECT_ATTRIBUTES Attributes,
                                           WDFIORESLIST *ResourceList);

WDF_INLINE NTSTATUS WdfIoResourceListCreate(WDFIORESREQLIST RequirementsList,
                                            PWDF_OBJECT_ATTRIBUTES Attributes,
                                            WDFIORESLIST *ResourceList)
{
    return imp_WdfIoResourceListCreate(WdfDriverGlobals, RequirementsList, Attributes,
                                       ResourceList);
}

/*
 * Adds a resource at the end.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfIoResourceListAppendDescriptor (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfIoResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIORESLIST ResourceList,
                                                     PIO_RESOURCE_DESCRIPTOR Descriptor);

WDF_INLINE NTSTATUS WdfIoResourceListAppendDescriptor(WDFIORESLIST ResourceList,
                                                      PIO_RESOURCE_DESCRIPTOR Descriptor)
{
    return imp_WdfIoResourceListAppendDescriptor(WdfDriverGlobals, ResourceList, Descriptor);
}

/*
 * Adds a resource at an index.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns as WdfIoResourceListAppendDescriptor; also STATUS_ARRAY_BOUNDS_EXCEEDED if Index is
 * beyond the end.
 * Documented as: WdfIoResourceListInsertDescriptor (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfIoResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFIORESLIST ResourceList,
                                                     PIO_RESOURCE_DESCRIPTOR Descriptor,
                                                     ULONG Index);

WDF_INLINE NTSTATUS WdfIoResourceListInsertDescriptor(WDFIORESLIST ResourceList,
                                                      PIO_RESOURCE_DESCRIPTOR Descriptor,
                                                      ULONG Index)
{
    return imp_WdfIoResourceListInsertDescriptor(WdfDriverGlobals, ResourceList, Descriptor, Index);
}

/*
 * Replaces the resource at Index. IRQL: <= DISPATCH_LEVEL. Ignored if there is none.
 * Documented as: WdfIoResourceListUpdateDescriptor (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceListUpdateDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFIORESLIST ResourceList,
                                                 PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Index);

WDF_INLINE VOID WdfIoResourceListUpdateDescriptor(WDFIORESLIST ResourceList,
                                                  PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Index)
{
    imp_WdfIoResourceListUpdateDescriptor(WdfDriverGlobals, ResourceList, Descriptor, Index);
}

/*
 * Returns how many resources there are. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoResourceListGetCount (wdfresource.h).
 */
ULONG NTAPI imp_WdfIoResourceListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFIORESLIST ResourceList);

WDF_INLINE ULONG WdfIoResourceListGetCount(WDFIORESLIST ResourceList)
{
    return imp_WdfIoResourceListGetCount(WdfDriverGlobals, ResourceList);
}

/*
 * Returns a copy of the resource at Index, or NULL. The copy is the list's and good as long as
 * the resource is in it; changing it changes nothing. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfIoResourceListGetDescriptor (wdfresource.h).
 */
PIO_RESOURCE_DESCRIPTOR NTAPI imp_WdfIoResourceListGetDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                 WDFIORESLIST ResourceList,
                                                                 ULONG Index);

WDF_INLINE PIO_RESOURCE_DESCRIPTOR WdfIoResourceListGetDescriptor(WDFIORESLIST ResourceList,
                                                                  ULONG Index)
{
    return imp_WdfIoResourceListGetDescriptor(WdfDriverGlobals, ResourceList, Index);
}

/*
 * Takes the resource at Index away. IRQL: <= DISPATCH_LEVEL. Ignored if there is none, or
 * removing is not allowed.
 * Documented as: WdfIoResourceListRemove (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceListRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESLIST ResourceList,
                                       ULONG Index);

WDF_INLINE VOID WdfIoResourceListRemove(WDFIORESLIST ResourceList, ULONG Index)
{
    imp_WdfIoResourceListRemove(WdfDriverGlobals, ResourceList, Index);
}

/*
 * Takes away the first resource whose bytes equal Descriptor's. IRQL: <= DISPATCH_LEVEL. Ignored
 * if there is none, or removing is not allowed.
 * Documented as: WdfIoResourceListRemoveByDescriptor (wdfresource.h).
 */
VOID NTAPI imp_WdfIoResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFIORESLIST ResourceList,
                                                   PIO_RESOURCE_DESCRIPTOR Descriptor);

WDF_INLINE VOID WdfIoResourceListRemoveByDescriptor(WDFIORESLIST ResourceList,
                                                    PIO_RESOURCE_DESCRIPTOR Descriptor)
{
    imp_WdfIoResourceListRemoveByDescriptor(WdfDriverGlobals, ResourceList, Descriptor);
}
#endif

/* ---- WDFCMRESLIST: what a device has ------------------------------------- */

#if WDF_FOR_KMDF
/*
 * Adds a resource at the end.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCmResourceListAppendDescriptor (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfCmResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFCMRESLIST List,
                                                     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor);

WDF_INLINE NTSTATUS WdfCmResourceListAppendDescriptor(WDFCMRESLIST List,
                                                      PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    return imp_WdfCmResourceListAppendDescriptor(WdfDriverGlobals, List, Descriptor);
}

/*
 * Adds a resource at an index.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns as WdfCmResourceListAppendDescriptor; also STATUS_ARRAY_BOUNDS_EXCEEDED if Index is
 * beyond the end.
 * Documented as: WdfCmResourceListInsertDescriptor (wdfresource.h).
 */
NTSTATUS NTAPI imp_WdfCmResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFCMRESLIST List,
                                                     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor,
                                                     ULONG Index);

WDF_INLINE NTSTATUS WdfCmResourceListInsertDescriptor(WDFCMRESLIST List,
                                                      PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor,
                                                      ULONG Index)
{
    return imp_WdfCmResourceListInsertDescriptor(WdfDriverGlobals, List, Descriptor, Index);
}
#endif

/*
 * Returns how many resources there are. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCmResourceListGetCount (wdfresource.h).
 */
ULONG NTAPI imp_WdfCmResourceListGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List);

WDF_INLINE ULONG WdfCmResourceListGetCount(WDFCMRESLIST List)
{
    return imp_WdfCmResourceListGetCount(WdfDriverGlobals, List);
}

/*
 * Returns a copy of the resource at Index, or NULL. The copy is the list's and good as long as
 * the resource is in it; changing it changes nothing. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCmResourceListGetDescriptor (wdfresource.h).
 */
PCM_PARTIAL_RESOURCE_DESCRIPTOR NTAPI imp_WdfCmResourceListGetDescriptor(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List, ULONG Index);

WDF_INLINE PCM_PARTIAL_RESOURCE_DESCRIPTOR WdfCmResourceListGetDescriptor(WDFCMRESLIST List,
                                                                          ULONG Index)
{
    return imp_WdfCmResourceListGetDescriptor(WdfDriverGlobals, List, Index);
}

#if WDF_FOR_KMDF
/*
 * Takes the resource at Index away. IRQL: <= DISPATCH_LEVEL. Ignored if there is none, or
 * removing is not allowed.
 * Documented as: WdfCmResourceListRemove (wdfresource.h).
 */
VOID NTAPI imp_WdfCmResourceListRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List,
                                       ULONG Index);

WDF_INLINE VOID WdfCmResourceListRemove(WDFCMRESLIST List, ULONG Index)
{
    imp_WdfCmResourceListRemove(WdfDriverGlobals, List, Index);
}

/*
 * Takes away the first resource whose bytes equal Descriptor's. IRQL: <= DISPATCH_LEVEL. Ignored
 * if there is none, or removing is not allowed.
 * Documented as: WdfCmResourceListRemoveByDescriptor (wdfresource.h).
 */
VOID NTAPI imp_WdfCmResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFCMRESLIST List,
                                                   PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor);

WDF_INLINE VOID WdfCmResourceListRemoveByDescriptor(WDFCMRESLIST List,
                                                    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    imp_WdfCmResourceListRemoveByDescriptor(WdfDriverGlobals, List, Descriptor);
}
#endif

WDF_EXTERN_C_END
