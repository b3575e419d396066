/*
 * Collections: objects in the order that they were added. A collection has a reference to each
 * of its objects. Calls for one collection are not kept apart: the driver brings a lock.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

/*
 * Creates an empty collection.
 *
 * CollectionAttributes  [opt]  the parent is the driver unless given; neither execution level nor
 *                              scope
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with CollectionAttributes; STATUS_DELETE_PENDING if the
 * parent is being deleted; STATUS_INSUFFICIENT_RESOURCES. *Collection is NULL on failure.
 * Documented as: WdfCollectionCreate (wdfcollection.h).
 */
NTSTATUS NTAPI imp_WdfCollectionCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
                                       WDFCOLLECTION *Collection);

WDF_INLINE NTSTATUS WdfCollectionCreate(PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
                                        WDFCOLLECTION *Collection)
{
    return imp_WdfCollectionCreate(WdfDriverGlobals, CollectionAttributes, Collection);
}

/*
 * Returns how many objects are in a collection.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCollectionGetCount (wdfcollection.h).
 */
ULONG NTAPI imp_WdfCollectionGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection);

WDF_INLINE ULONG WdfCollectionGetCount(WDFCOLLECTION Collection)
{
    return imp_WdfCollectionGetCount(WdfDriverGlobals, Collection);
}

/*
 * Adds an object at a collection's end. It may be in it already.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_UNSUCCESSFUL for lack of memory.
 * Documented as: WdfCollectionAdd (wdfcollection.h).
 */
NTSTATUS NTAPI imp_WdfCollectionAdd(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
                                    WDFOBJECT Object);

WDF_INLINE NTSTATUS WdfCollectionAdd(WDFCOLLECTION Collection, WDFOBJECT Object)
{
    return imp_WdfCollectionAdd(WdfDriverGlobals, Collection, Object);
}

/*
 * Removes an object, the first place that it is found at. One that is not in the collection is
 * reported by the verifier, and otherwise nothing happens.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCollectionRemove (wdfcollection.h).
 */
VOID NTAPI imp_WdfCollectionRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
                                   WDFOBJECT Item);

WDF_INLINE VOID WdfCollectionRemove(WDFCOLLECTION Collection, WDFOBJECT Item)
{
    imp_WdfCollectionRemove(WdfDriverGlobals, Collection, Item);
}

/*
 * Removes the object at a place. A place that does not exist is reported by the verifier, and
 * otherwise nothing happens.
 *
 * Index  [in]  from 0; those behind it move up
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCollectionRemoveItem (wdfcollection.h).
 */
VOID NTAPI imp_WdfCollectionRemoveItem(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
                                       ULONG Index);

WDF_INLINE VOID WdfCollectionRemoveItem(WDFCOLLECTION Collection, ULONG Index)
{
    imp_WdfCollectionRemoveItem(WdfDriverGlobals, Collection, Index);
}

/*
 * Returns the object at a place, from 0; NULL if the place does not exist. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCollectionGetItem (wdfcollection.h).
 */
WDFOBJECT NTAPI imp_WdfCollectionGetItem(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFCOLLECTION Collection, ULONG Index);

WDF_INLINE WDFOBJECT WdfCollectionGetItem(WDFCOLLECTION Collection, ULONG Index)
{
    return imp_WdfCollectionGetItem(WdfDriverGlobals, Collection, Index);
}

/*
 * Returns the first object; NULL if the collection is empty. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCollectionGetFirstItem (wdfcollection.h).
 */
WDFOBJECT NTAPI imp_WdfCollectionGetFirstItem(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFCOLLECTION Collection);

WDF_INLINE WDFOBJECT WdfCollectionGetFirstItem(WDFCOLLECTION Collection)
{
    return imp_WdfCollectionGetFirstItem(WdfDriverGlobals, Collection);
}

/*
 * Returns the last object; NULL if the collection is empty. Takes no reference.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCollectionGetLastItem (wdfcollection.h).
 */
WDFOBJECT NTAPI imp_WdfCollectionGetLastItem(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFCOLLECTION Collection);

WDF_INLINE WDFOBJECT WdfCollectionGetLastItem(WDFCOLLECTION Collection)
{
    return imp_WdfCollectionGetLastItem(WdfDriverGlobals, Collection);
}

WDF_EXTERN_C_END
