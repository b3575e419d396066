/*
 * WDFCHILDLIST: the children of a bus that come and go.
 *
 * The bus driver describes each child that it finds; the framework compares, makes a PDO of each
 * new one and removes those of which nothing is said any more. A child has an identification
 * description, which says who it is, and may have an address description, which says where it is
 * now and may change. Both are the driver's structures, with the headers below as first member.
 *
 * The callbacks run at <= DISPATCH_LEVEL with the list locked: none may call back into the list.
 * EvtChildListCreateDevice and EvtChildListScanForChildren run at PASSIVE_LEVEL, without it.
 * What wdfdevice.h says of all functions holds here too.
 */
#pragma once

#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdfobject.h>

WDF_EXTERN_C_START

/* What became of a child that was looked for. */
typedef enum _WDF_CHILD_LIST_RETRIEVE_DEVICE_STATUS {
    WdfChildListRetrieveDeviceUndefined = 0,
    WdfChildListRetrieveDeviceSuccess,       /* it has a device */
    WdfChildListRetrieveDeviceNotYetCreated, /* it is described, its device not made yet */
    WdfChildListRetrieveDeviceNoSuchDevice,
} WDF_CHILD_LIST_RETRIEVE_DEVICE_STATUS,
    *PWDF_CHILD_LIST_RETRIEVE_DEVICE_STATUS;

/* Which children an iteration returns. */
typedef enum _WDF_RETRIEVE_CHILD_FLAGS {
    WdfRetrieveUnspecified = 0x0000,
    WdfRetrievePresentChildren = 0x0001,
    WdfRetrieveMissingChildren = 0x0002,
    WdfRetrievePendingChildren = 0x0004, /* added, not yet reported */
    WdfRetrieveAddedChildren = (WdfRetrievePresentChildren | WdfRetrievePendingChildren),
    WdfRetrieveAllChildren =
        (WdfRetrievePresentChildren | WdfRetrievePendingChildren | WdfRetrieveMissingChildren),
} WDF_RETRIEVE_CHILD_FLAGS;

typedef struct _WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER {
    ULONG IdentificationDescriptionSize; /* bytes of the whole; the list's own, for checking */
} WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER, *PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER;

/* Zeroes the whole description. */
WDF_INLINE VOID WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER_INIT(
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Header, ULONG IdentificationDescriptionSize)
{
    RtlZeroMemory(Header, IdentificationDescriptionSize);
    Header->IdentificationDescriptionSize = IdentificationDescriptionSize;
}

typedef struct _WDF_CHILD_ADDRESS_DESCRIPTION_HEADER {
    ULONG AddressDescriptionSize; /* bytes of the whole; the list's own, for checking */
} WDF_CHILD_ADDRESS_DESCRIPTION_HEADER, *PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER;

/* Zeroes the whole description. */
WDF_INLINE VOID WDF_CHILD_ADDRESS_DESCRIPTION_HEADER_INIT(
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Header, ULONG AddressDescriptionSize)
{
    RtlZeroMemory(Header, AddressDescriptionSize);
    Header->AddressDescriptionSize = AddressDescriptionSize;
}

/* Make the child's PDO: fill in ChildInit, which stays the framework's, and call WdfDeviceCreate.
 * STATUS_RETRY asks for another try at the next scan; another failure reports the child missing. */
typedef NTSTATUS NTAPI EVT_WDF_CHILD_LIST_CREATE_DEVICE(
    WDFCHILDLIST ChildList, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDFDEVICE_INIT ChildInit);
typedef EVT_WDF_CHILD_LIST_CREATE_DEVICE *PFN_WDF_CHILD_LIST_CREATE_DEVICE;

/* Look for children; called each time the bus device has come to D0. */
typedef VOID NTAPI EVT_WDF_CHILD_LIST_SCAN_FOR_CHILDREN(WDFCHILDLIST ChildList);
typedef EVT_WDF_CHILD_LIST_SCAN_FOR_CHILDREN *PFN_WDF_CHILD_LIST_SCAN_FOR_CHILDREN;

/* Copy into a description that has been duplicated before: nothing can fail. */
typedef VOID NTAPI EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COPY(
    WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER SourceIdentificationDescription,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER DestinationIdentificationDescription);
typedef EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COPY
    *PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COPY;

/* Copy into fresh memory, with what the description points to. */
typedef NTSTATUS NTAPI EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_DUPLICATE(
    WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER SourceIdentificationDescription,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER DestinationIdentificationDescription);
typedef EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_DUPLICATE
    *PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_DUPLICATE;

/* TRUE: both describe the same child. */
typedef BOOLEAN NTAPI EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE(
    WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER FirstIdentificationDescription,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER SecondIdentificationDescription);
typedef EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE
    *PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE;

/* Free what a duplicate points to, not the description. */
typedef VOID NTAPI EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_CLEANUP(
    WDFCHILDLIST ChildList, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription);
typedef EVT_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_CLEANUP
    *PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_CLEANUP;

typedef VOID NTAPI EVT_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_COPY(
    WDFCHILDLIST ChildList, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER SourceAddressDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER DestinationAddressDescription);
typedef EVT_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_COPY *PFN_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_COPY;

typedef NTSTATUS NTAPI EVT_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_DUPLICATE(
    WDFCHILDLIST ChildList, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER SourceAddressDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER DestinationAddressDescription);
typedef EVT_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_DUPLICATE
    *PFN_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_DUPLICATE;

typedef VOID NTAPI EVT_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_CLEANUP(
    WDFCHILDLIST ChildList, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription);
typedef EVT_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_CLEANUP
    *PFN_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_CLEANUP;

/* The child's stack asks for a new PDO in place of OldDevice. TRUE agrees, with its address in
 * NewAddressDescription. */
typedef BOOLEAN NTAPI
EVT_WDF_CHILD_LIST_DEVICE_REENUMERATED(WDFCHILDLIST ChildList, WDFDEVICE OldDevice,
                                       PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER OldAddressDescription,
                                       PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER NewAddressDescription);
typedef EVT_WDF_CHILD_LIST_DEVICE_REENUMERATED *PFN_WDF_CHILD_LIST_DEVICE_REENUMERATED;

/* What to look for, and what was found. */
typedef struct _WDF_CHILD_RETRIEVE_INFO {
    ULONG Size;
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription; /* [in] [out] */
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription;               /* [out], may be NULL */
    WDF_CHILD_LIST_RETRIEVE_DEVICE_STATUS Status;                           /* [out] */
    /* Compares in place of the list's own; may be NULL. */
    PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE
        EvtChildListIdentificationDescriptionCompare;
} WDF_CHILD_RETRIEVE_INFO, *PWDF_CHILD_RETRIEVE_INFO;

WDF_INLINE VOID
WDF_CHILD_RETRIEVE_INFO_INIT(PWDF_CHILD_RETRIEVE_INFO Info,
                             PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    *Info = (WDF_CHILD_RETRIEVE_INFO){.Size = sizeof(*Info),
                                      .IdentificationDescription = IdentificationDescription};
}

typedef struct _WDF_CHILD_LIST_CONFIG {
    ULONG Size;
    ULONG IdentificationDescriptionSize; /* bytes, not 0 */
    ULONG AddressDescriptionSize;        /* bytes; 0: children have none */
    PFN_WDF_CHILD_LIST_CREATE_DEVICE EvtChildListCreateDevice;
    /* The rest may be NULL; descriptions are then copied and compared as plain memory. */
    PFN_WDF_CHILD_LIST_SCAN_FOR_CHILDREN EvtChildListScanForChildren;
    PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COPY EvtChildListIdentificationDescriptionCopy;
    PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_DUPLICATE
        EvtChildListIdentificationDescriptionDuplicate;
    PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_CLEANUP
        EvtChildListIdentificationDescriptionCleanup;
    PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE
        EvtChildListIdentificationDescriptionCompare;
    PFN_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_COPY EvtChildListAddressDescriptionCopy;
    PFN_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_DUPLICATE EvtChildListAddressDescriptionDuplicate;
    PFN_WDF_CHILD_LIST_ADDRESS_DESCRIPTION_CLEANUP EvtChildListAddressDescriptionCleanup;
    PFN_WDF_CHILD_LIST_DEVICE_REENUMERATED EvtChildListDeviceReenumerated;
} WDF_CHILD_LIST_CONFIG, *PWDF_CHILD_LIST_CONFIG;

WDF_INLINE VOID
WDF_CHILD_LIST_CONFIG_INIT(PWDF_CHILD_LIST_CONFIG Config, ULONG IdentificationDescriptionSize,
                           PFN_WDF_CHILD_LIST_CREATE_DEVICE EvtChildListCreateDevice)
{
    *Config = (WDF_CHILD_LIST_CONFIG){
        .Size = sizeof(*Config),
        .IdentificationDescriptionSize = IdentificationDescriptionSize,
        .EvtChildListCreateDevice = EvtChildListCreateDevice,
    };
}

typedef struct _WDF_CHILD_LIST_ITERATOR {
    ULONG Size;
    ULONG Flags;       /* WDF_RETRIEVE_CHILD_FLAGS */
    PVOID Reserved[4]; /* the framework's */
} WDF_CHILD_LIST_ITERATOR, *PWDF_CHILD_LIST_ITERATOR;

WDF_INLINE VOID WDF_CHILD_LIST_ITERATOR_INIT(PWDF_CHILD_LIST_ITERATOR Iterator, ULONG Flags)
{
    *Iterator = (WDF_CHILD_LIST_ITERATOR){.Size = sizeof(*Iterator), .Flags = Flags};
}

#if WDF_FOR_KMDF
/*
 * Makes a child list besides the default one.
 *
 * Device               [in]  the bus, an FDO or a PDO
 * Config               [in]  copied
 * ChildListAttributes  [in] [opt]  no parent: that is Device
 * ChildList            [out]  deleted with Device, never by the driver
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH if Size is wrong; STATUS_INVALID_PARAMETER
 * if a required member of Config is missing or a size too large; STATUS_INSUFFICIENT_RESOURCES;
 * a status of the attributes' check.
 * Documented as: WdfChildListCreate (wdfchildlist.h).
 */
NTSTATUS NTAPI imp_WdfChildListCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                      PWDF_CHILD_LIST_CONFIG Config,
                                      PWDF_OBJECT_ATTRIBUTES ChildListAttributes,
                                      WDFCHILDLIST *ChildList);

WDF_INLINE NTSTATUS WdfChildListCreate(WDFDEVICE Device, PWDF_CHILD_LIST_CONFIG Config,
                                       PWDF_OBJECT_ATTRIBUTES ChildListAttributes,
                                       WDFCHILDLIST *ChildList)
{
    return imp_WdfChildListCreate(WdfDriverGlobals, Device, Config, ChildListAttributes, ChildList);
}

/*
 * Returns the device whose children are listed. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfChildListGetDevice (wdfchildlist.h).
 */
WDFDEVICE NTAPI imp_WdfChildListGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFCHILDLIST ChildList);

WDF_INLINE WDFDEVICE WdfChildListGetDevice(WDFCHILDLIST ChildList)
{
    return imp_WdfChildListGetDevice(WdfDriverGlobals, ChildList);
}

/*
 * Returns the device of the child that RetrieveInfo describes, or NULL. Keep it from going by
 * calling in between WdfChildListBeginIteration and WdfChildListEndIteration.
 *
 * RetrieveInfo  [in] [out]  its Status says why there is no device
 *
 * IRQL: <= DISPATCH_LEVEL. NULL also, with Status untouched, if a Size is wrong or an address is
 * asked for that the list's children do not have.
 * Documented as: WdfChildListRetrievePdo (wdfchildlist.h).
 */
WDFDEVICE NTAPI imp_WdfChildListRetrievePdo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFCHILDLIST ChildList,
                                            PWDF_CHILD_RETRIEVE_INFO RetrieveInfo);

WDF_INLINE WDFDEVICE WdfChildListRetrievePdo(WDFCHILDLIST ChildList,
                                             PWDF_CHILD_RETRIEVE_INFO RetrieveInfo)
{
    return imp_WdfChildListRetrievePdo(WdfDriverGlobals, ChildList, RetrieveInfo);
}

/*
 * Copies the address description of the child that has an identification description.
 *
 * AddressDescription  [in] [out]  initialized with its header's INIT
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if a size differs from the list's, or
 * children have no addresses; STATUS_NO_SUCH_DEVICE if no child matches.
 * Documented as: WdfChildListRetrieveAddressDescription (wdfchildlist.h).
 */
NTSTATUS NTAPI imp_WdfChildListRetrieveAddressDescription(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription);

WDF_INLINE NTSTATUS WdfChildListRetrieveAddressDescription(
    WDFCHILDLIST ChildList, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    return imp_WdfChildListRetrieveAddressDescription(
        WdfDriverGlobals, ChildList, IdentificationDescription, AddressDescription);
}

/*
 * Starts a scan: all children not described again before WdfChildListEndScan will be missing.
 * Nothing takes effect before then.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfChildListBeginScan (wdfchildlist.h).
 */
VOID NTAPI imp_WdfChildListBeginScan(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList);

WDF_INLINE VOID WdfChildListBeginScan(WDFCHILDLIST ChildList)
{
    imp_WdfChildListBeginScan(WdfDriverGlobals, ChildList);
}

/*
 * Ends it; PDOs are made and removed as was described. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfChildListEndScan (wdfchildlist.h).
 */
VOID NTAPI imp_WdfChildListEndScan(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList);

WDF_INLINE VOID WdfChildListEndScan(WDFCHILDLIST ChildList)
{
    imp_WdfChildListEndScan(WdfDriverGlobals, ChildList);
}

/*
 * Starts a walk over the children: until WdfChildListEndIteration no change to the list takes
 * effect.
 *
 * Iterator  [in] [out]  initialized with WDF_CHILD_LIST_ITERATOR_INIT
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size or Flags is wrong.
 * Documented as: WdfChildListBeginIteration (wdfchildlist.h).
 */
VOID NTAPI imp_WdfChildListBeginIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
                                          PWDF_CHILD_LIST_ITERATOR Iterator);

WDF_INLINE VOID WdfChildListBeginIteration(WDFCHILDLIST ChildList,
                                           PWDF_CHILD_LIST_ITERATOR Iterator)
{
    imp_WdfChildListBeginIteration(WdfDriverGlobals, ChildList, Iterator);
}

/*
 * Returns the next child of the walk that Iterator's flags, and Info's compare function, admit.
 *
 * Iterator  [in] [out]  that WdfChildListBeginIteration was called with
 * Device    [out]  NULL if its device is not made yet
 * Info      [in] [out] [opt]  gets descriptions and status
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_NO_MORE_ENTRIES after the last one; STATUS_INFO_LENGTH_MISMATCH
 * if a Size is wrong; STATUS_INVALID_PARAMETER if Flags is, or a description's size;
 * STATUS_INVALID_DEVICE_REQUEST if children have no addresses; STATUS_INVALID_DEVICE_STATE if
 * there is no walk.
 * Documented as: WdfChildListRetrieveNextDevice (wdfchildlist.h).
 */
NTSTATUS NTAPI imp_WdfChildListRetrieveNextDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFCHILDLIST ChildList,
                                                  PWDF_CHILD_LIST_ITERATOR Iterator,
                                                  WDFDEVICE *Device, PWDF_CHILD_RETRIEVE_INFO Info);

WDF_INLINE NTSTATUS WdfChildListRetrieveNextDevice(WDFCHILDLIST ChildList,
                                                   PWDF_CHILD_LIST_ITERATOR Iterator,
                                                   WDFDEVICE *Device, PWDF_CHILD_RETRIEVE_INFO Info)
{
    return imp_WdfChildListRetrieveNextDevice(WdfDriverGlobals, ChildList, Iterator, Device, Info);
}

/*
 * Ends the walk; changes since then take effect. IRQL: <= DISPATCH_LEVEL. Ignored if Size or
 * Flags is wrong.
 * Documented as: WdfChildListEndIteration (wdfchildlist.h).
 */
VOID NTAPI imp_WdfChildListEndIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
                                        PWDF_CHILD_LIST_ITERATOR Iterator);

WDF_INLINE VOID WdfChildListEndIteration(WDFCHILDLIST ChildList, PWDF_CHILD_LIST_ITERATOR Iterator)
{
    imp_WdfChildListEndIteration(WdfDriverGlobals, ChildList, Iterator);
}

/*
 * Says that a child is there. A new one gets a PDO; of a known one the address is replaced.
 *
 * IdentificationDescription  [in]  duplicated
 * AddressDescription         [in] [opt]  duplicated; there if, and only if, the list has addresses
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS, which is a success too, for a child that is
 * known; STATUS_INVALID_DEVICE_REQUEST if a size differs from the list's or the address
 * description is missing or unexpected; STATUS_INSUFFICIENT_RESOURCES; a status of a duplicate
 * callback.
 * Documented as: WdfChildListAddOrUpdateChildDescriptionAsPresent (wdfchildlist.h).
 */
NTSTATUS NTAPI imp_WdfChildListAddOrUpdateChildDescriptionAsPresent(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription);

WDF_INLINE NTSTATUS WdfChildListAddOrUpdateChildDescriptionAsPresent(
    WDFCHILDLIST ChildList, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER AddressDescription)
{
    return imp_WdfChildListAddOrUpdateChildDescriptionAsPresent(
        WdfDriverGlobals, ChildList, IdentificationDescription, AddressDescription);
}

/*
 * Says that a child is gone.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the size differs from the list's;
 * STATUS_NO_SUCH_DEVICE if no child matches.
 * Documented as: WdfChildListUpdateChildDescriptionAsMissing (wdfchildlist.h).
 */
NTSTATUS NTAPI imp_WdfChildListUpdateChildDescriptionAsMissing(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription);

WDF_INLINE NTSTATUS WdfChildListUpdateChildDescriptionAsMissing(
    WDFCHILDLIST ChildList, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    return imp_WdfChildListUpdateChildDescriptionAsMissing(WdfDriverGlobals, ChildList,
                                                           IdentificationDescription);
}

/*
 * Says that all children that were there are there, for a scan that found no change.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfChildListUpdateAllChildDescriptionsAsPresent (wdfchildlist.h).
 */
VOID NTAPI imp_WdfChildListUpdateAllChildDescriptionsAsPresent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                               WDFCHILDLIST ChildList);

WDF_INLINE VOID WdfChildListUpdateAllChildDescriptionsAsPresent(WDFCHILDLIST ChildList)
{
    imp_WdfChildListUpdateAllChildDescriptionsAsPresent(WdfDriverGlobals, ChildList);
}

/*
 * Asks Plug and Play to have a child ejected. Returns FALSE if no child with a device matches or
 * the size differs from the list's. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfChildListRequestChildEject (wdfchildlist.h).
 */
BOOLEAN NTAPI imp_WdfChildListRequestChildEject(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST ChildList,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription);

WDF_INLINE BOOLEAN WdfChildListRequestChildEject(
    WDFCHILDLIST ChildList, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER IdentificationDescription)
{
    return imp_WdfChildListRequestChildEject(WdfDriverGlobals, ChildList,
                                             IdentificationDescription);
}
#endif

WDF_EXTERN_C_END
