/*
 * USB: a device, its interfaces and their pipes as I/O targets.
 *
 * A driver makes a WDFUSBDEVICE, selects a configuration, asks the interface for its pipes, and
 * reads and writes through those, a request at a time or with a continuous reader. Device and
 * pipe are also WDFIOTARGETs, for WdfIoTargetStart, Stop and so on.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the text
 * does not say [opt] is WDF_VIOLATION. A function for PASSIVE_LEVEL called above it makes the
 * verifier break, and returns STATUS_INVALID_DEVICE_REQUEST. Functions named ...Synchronously wait
 * for the transfer's end; the request they take is optional and only there to be cancelled, and
 * they also fail as WdfIoTargetSendReadSynchronously does for a bad request, options or memory,
 * for a time-out (STATUS_IO_TIMEOUT), and with the bus's own status. Functions named
 * ...FormatRequestFor... prepare a request for WdfRequestSend and send nothing; what they are
 * given is referenced until the request is completed, formatted again or reused.
 */
#pragma once

#include <usb.h>
#include <usbdlib.h>
#include <wdfglobals.h>
#include <wdfmemory.h>
#include <wdfrequest.h>
#include <wdfiotarget.h>

WDF_EXTERN_C_START

/* The parts of a setup packet's first byte. */
#ifndef BMREQUEST_HOST_TO_DEVICE
#define BMREQUEST_HOST_TO_DEVICE 0
#endif
#ifndef BMREQUEST_DEVICE_TO_HOST
#define BMREQUEST_DEVICE_TO_HOST 1
#endif

#ifndef BMREQUEST_STANDARD
#define BMREQUEST_STANDARD 0
#endif
#ifndef BMREQUEST_CLASS
#define BMREQUEST_CLASS 1
#endif
#ifndef BMREQUEST_VENDOR
#define BMREQUEST_VENDOR 2
#endif

#ifndef BMREQUEST_TO_DEVICE
#define BMREQUEST_TO_DEVICE 0
#endif
#ifndef BMREQUEST_TO_INTERFACE
#define BMREQUEST_TO_INTERFACE 1
#endif
#ifndef BMREQUEST_TO_ENDPOINT
#define BMREQUEST_TO_ENDPOINT 2
#endif
#ifndef BMREQUEST_TO_OTHER
#define BMREQUEST_TO_OTHER 3
#endif

/* What a request was formatted for; tells which member of the completion parameters counts. */
typedef enum _WDF_USB_REQUEST_TYPE {
    WdfUsbRequestTypeInvalid = 0,
    WdfUsbRequestTypeNoFormat,
    WdfUsbRequestTypeDeviceString,
    WdfUsbRequestTypeDeviceControlTransfer,
    WdfUsbRequestTypeDeviceUrb,
    WdfUsbRequestTypePipeWrite,
    WdfUsbRequestTypePipeRead,
    WdfUsbRequestTypePipeAbort,
    WdfUsbRequestTypePipeReset,
    WdfUsbRequestTypePipeUrb,
} WDF_USB_REQUEST_TYPE,
    *PWDF_USB_REQUEST_TYPE;

typedef enum _WDF_USB_BMREQUEST_DIRECTION {
    BmRequestHostToDevice = BMREQUEST_HOST_TO_DEVICE,
    BmRequestDeviceToHost = BMREQUEST_DEVICE_TO_HOST,
} WDF_USB_BMREQUEST_DIRECTION;

typedef enum _WDF_USB_BMREQUEST_TYPE {
    BmRequestStandard = BMREQUEST_STANDARD,
    BmRequestClass = BMREQUEST_CLASS,
    BmRequestVendor = BMREQUEST_VENDOR,
} WDF_USB_BMREQUEST_TYPE;

typedef enum _WDF_USB_BMREQUEST_RECIPIENT {
    BmRequestToDevice = BMREQUEST_TO_DEVICE,
    BmRequestToInterface = BMREQUEST_TO_INTERFACE,
    BmRequestToEndpoint = BMREQUEST_TO_ENDPOINT,
    BmRequestToOther = BMREQUEST_TO_OTHER,
} WDF_USB_BMREQUEST_RECIPIENT;

typedef enum _WDF_USB_PIPE_TYPE {
    WdfUsbPipeTypeInvalid = 0,
    WdfUsbPipeTypeControl,
    WdfUsbPipeTypeIsochronous,
    WdfUsbPipeTypeBulk,
    WdfUsbPipeTypeInterrupt,
} WDF_USB_PIPE_TYPE;

/* How WdfUsbTargetDeviceSelectConfig is told what to select. */
typedef enum _WdfUsbTargetDeviceSelectConfigType {
    WdfUsbTargetDeviceSelectConfigTypeInvalid = 0,
    WdfUsbTargetDeviceSelectConfigTypeDeconfig = 1,
    WdfUsbTargetDeviceSelectConfigTypeSingleInterface = 2, /* the only one, setting 0 */
    WdfUsbTargetDeviceSelectConfigTypeMultiInterface = 3,  /* all of them, setting 0 */
    WdfUsbTargetDeviceSelectConfigTypeInterfacesPairs = 4, /* all of them, settings by number */
    WdfUsbTargetDeviceSelectConfigTypeInterfacesDescriptor = 5,
    WdfUsbTargetDeviceSelectConfigTypeUrb = 6, /* the driver's own request, sent as it is */
} WdfUsbTargetDeviceSelectConfigType;

/* How WdfUsbInterfaceSelectSetting is told what to select. */
typedef enum _WdfUsbTargetDeviceSelectSettingType {
    WdfUsbInterfaceSelectSettingTypeDescriptor = 0x10,
    WdfUsbInterfaceSelectSettingTypeSetting = 0x11,
    WdfUsbInterfaceSelectSettingTypeUrb = 0x12,
} WdfUsbTargetDeviceSelectSettingType;

typedef enum _WDF_USB_DEVICE_TRAITS {
    WDF_USB_DEVICE_TRAIT_SELF_POWERED = 0x00000001,
    WDF_USB_DEVICE_TRAIT_REMOTE_WAKE_CAPABLE = 0x00000002,
    WDF_USB_DEVICE_TRAIT_AT_HIGH_SPEED = 0x00000004, /* or faster */
} WDF_USB_DEVICE_TRAITS;

/* ---- setup packets -------------------------------------------------------- */

/* The 8 bytes of a control transfer, as USB lays them out. */
typedef union _WDF_USB_CONTROL_SETUP_PACKET {
    struct {
        union {
            struct {
                BYTE Recipient : 2; /* BMREQUEST_TO_* */
                BYTE Reserved : 3;
                BYTE Type : 2; /* BMREQUEST_STANDARD, _CLASS, _VENDOR */
                BYTE Dir : 1;  /* BMREQUEST_HOST_TO_DEVICE, _DEVICE_TO_HOST */
            } Request;
            BYTE Byte;
        } bm;
        BYTE bRequest;
        union {
            struct {
                BYTE LowByte;
                BYTE HiByte;
            } Bytes;
            USHORT Value;
        } wValue;
        union {
            struct {
                BYTE LowByte;
                BYTE HiByte;
            } Bytes;
            USHORT Value;
        } wIndex;
        USHORT wLength; /* the framework fills it in from the memory that is sent */
    } Packet;
    struct {
        BYTE Bytes[8];
    } Generic;
} WDF_USB_CONTROL_SETUP_PACKET, *PWDF_USB_CONTROL_SETUP_PACKET;

WDF_INLINE VOID ntio_usb_setup_packet(PWDF_USB_CONTROL_SETUP_PACKET Packet,
                                      WDF_USB_BMREQUEST_DIRECTION Direction,
                                      WDF_USB_BMREQUEST_TYPE Type,
                                      WDF_USB_BMREQUEST_RECIPIENT Recipient, BYTE Request,
                                      USHORT Value, USHORT Index)
{
    RtlZeroMemory(Packet, sizeof(*Packet));
    Packet->Packet.bm.Request.Dir = Direction & 1;
    Packet->Packet.bm.Request.Type = Type & 3;
    Packet->Packet.bm.Request.Recipient = Recipient & 3;
    Packet->Packet.bRequest = Request;
    Packet->Packet.wValue.Value = Value;
    Packet->Packet.wIndex.Value = Index;
}

WDF_INLINE VOID WDF_USB_CONTROL_SETUP_PACKET_INIT(PWDF_USB_CONTROL_SETUP_PACKET Packet,
                                                  WDF_USB_BMREQUEST_DIRECTION Direction,
                                                  WDF_USB_BMREQUEST_RECIPIENT Recipient,
                                                  BYTE Request, USHORT Value, USHORT Index)
{
    ntio_usb_setup_packet(Packet, Direction, BmRequestStandard, Recipient, Request, Value, Index);
}

WDF_INLINE VOID WDF_USB_CONTROL_SETUP_PACKET_INIT_CLASS(PWDF_USB_CONTROL_SETUP_PACKET Packet,
                                                        WDF_USB_BMREQUEST_DIRECTION Direction,
                                                        WDF_USB_BMREQUEST_RECIPIENT Recipient,
                                                        BYTE Request, USHORT Value, USHORT Index)
{
    ntio_usb_setup_packet(Packet, Direction, BmRequestClass, Recipient, Request, Value, Index);
}

WDF_INLINE VOID WDF_USB_CONTROL_SETUP_PACKET_INIT_VENDOR(PWDF_USB_CONTROL_SETUP_PACKET Packet,
                                                         WDF_USB_BMREQUEST_DIRECTION Direction,
                                                         WDF_USB_BMREQUEST_RECIPIENT Recipient,
                                                         BYTE Request, USHORT Value, USHORT Index)
{
    ntio_usb_setup_packet(Packet, Direction, BmRequestVendor, Recipient, Request, Value, Index);
}

/* Sets a feature if SetFeature, else clears it. */
WDF_INLINE VOID WDF_USB_CONTROL_SETUP_PACKET_INIT_FEATURE(
    PWDF_USB_CONTROL_SETUP_PACKET Packet, WDF_USB_BMREQUEST_RECIPIENT BmRequestRecipient,
    USHORT FeatureSelector, USHORT Index, BOOLEAN SetFeature)
{
    ntio_usb_setup_packet(Packet, BmRequestHostToDevice, BmRequestStandard, BmRequestRecipient,
                          SetFeature ? USB_REQUEST_SET_FEATURE : USB_REQUEST_CLEAR_FEATURE,
                          FeatureSelector, Index);
}

WDF_INLINE VOID WDF_USB_CONTROL_SETUP_PACKET_INIT_GET_STATUS(
    PWDF_USB_CONTROL_SETUP_PACKET Packet, WDF_USB_BMREQUEST_RECIPIENT BmRequestRecipient,
    USHORT Index)
{
    ntio_usb_setup_packet(Packet, BmRequestDeviceToHost, BmRequestStandard, BmRequestRecipient,
                          USB_REQUEST_GET_STATUS, 0, Index);
}

/* ---- what a completed request tells ---------------------------------------- */

/* Behind WDF_REQUEST_COMPLETION_PARAMS.Parameters.Usb.Completion; the framework's, good until
 * the request is formatted again, reused or deleted. */
typedef struct _WDF_USB_REQUEST_COMPLETION_PARAMS {
    USBD_STATUS UsbdStatus;
    WDF_USB_REQUEST_TYPE Type; /* the member that counts */
    union {
        struct {
            WDFMEMORY Buffer;
            USHORT LangID;
            UCHAR StringIndex;
            UCHAR RequiredSize; /* with STATUS_BUFFER_OVERFLOW, bytes that the string takes */
        } DeviceString;
        struct {
            WDFMEMORY Buffer;
            WDF_USB_CONTROL_SETUP_PACKET SetupPacket;
            ULONG Length; /* bytes transferred, here and below */
        } DeviceControlTransfer;
        struct {
            WDFMEMORY Buffer;
        } DeviceUrb;
        struct {
            WDFMEMORY Buffer;
            size_t Length;
            size_t Offset; /* where in Buffer the transfer began */
        } PipeWrite;
        struct {
            WDFMEMORY Buffer;
            size_t Length;
            size_t Offset;
        } PipeRead;
        struct {
            WDFMEMORY Buffer;
        } PipeUrb;
    } Parameters;
} WDF_USB_REQUEST_COMPLETION_PARAMS, *PWDF_USB_REQUEST_COMPLETION_PARAMS;

/* ---- continuous readers ---------------------------------------------------- */

/*
 * A read has brought data. Buffer holds HeaderLength bytes of room and then the data, and is gone
 * when this returns unless the driver takes a reference. IRQL: <= DISPATCH_LEVEL; one at a time.
 */
typedef VOID NTAPI EVT_WDF_USB_READER_COMPLETION_ROUTINE(WDFUSBPIPE Pipe, WDFMEMORY Buffer,
                                                         size_t NumBytesTransferred,
                                                         WDFCONTEXT Context);
typedef EVT_WDF_USB_READER_COMPLETION_ROUTINE *PFN_WDF_USB_READER_COMPLETION_ROUTINE;

/*
 * A read has failed and all of them have ended. TRUE: reset the pipe and read on; FALSE: stay
 * stopped until the driver starts the pipe again. IRQL: PASSIVE_LEVEL.
 */
typedef BOOLEAN NTAPI EVT_WDF_USB_READERS_FAILED(WDFUSBPIPE Pipe, NTSTATUS Status,
                                                 USBD_STATUS UsbdStatus);
typedef EVT_WDF_USB_READERS_FAILED *PFN_WDF_USB_READERS_FAILED;

typedef struct _WDF_USB_CONTINUOUS_READER_CONFIG {
    ULONG Size;
    size_t TransferLength;                   /* bytes that one read asks for */
    size_t HeaderLength;                     /* bytes of room ahead of them, for the driver */
    size_t TrailerLength;                    /* and behind them */
    UCHAR NumPendingReads;                   /* reads at the device at a time, at most 10; 0: 2 */
    PWDF_OBJECT_ATTRIBUTES BufferAttributes; /* of each read's memory; they name no parent */
    PFN_WDF_USB_READER_COMPLETION_ROUTINE EvtUsbTargetPipeReadComplete;
    WDFCONTEXT EvtUsbTargetPipeReadCompleteContext;
    PFN_WDF_USB_READERS_FAILED EvtUsbTargetPipeReadersFailed; /* NULL: always read on */
} WDF_USB_CONTINUOUS_READER_CONFIG, *PWDF_USB_CONTINUOUS_READER_CONFIG;

WDF_INLINE VOID WDF_USB_CONTINUOUS_READER_CONFIG_INIT(
    PWDF_USB_CONTINUOUS_READER_CONFIG Config,
    PFN_WDF_USB_READER_COMPLETION_ROUTINE EvtUsbTargetPipeReadComplete,
    WDFCONTEXT EvtUsbTargetPipeReadCompleteContext, size_t TransferLength)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->TransferLength = TransferLength;
    Config->EvtUsbTargetPipeReadComplete = EvtUsbTargetPipeReadComplete;
    Config->EvtUsbTargetPipeReadCompleteContext = EvtUsbTargetPipeReadCompleteContext;
}

/* ---- devices ---------------------------------------------------------------- */

/* The same object as a target; no reference is taken. */
WDF_INLINE WDFIOTARGET WdfUsbTargetDeviceGetIoTarget(WDFUSBDEVICE UsbDevice)
{
    return (WDFIOTARGET)UsbDevice;
}

typedef struct _WDF_USB_DEVICE_INFORMATION {
    ULONG Size;
    USBD_VERSION_INFORMATION UsbdVersionInformation;
    ULONG HcdPortCapabilities; /* USB_HCD_CAPS_* */
    ULONG Traits;              /* WDF_USB_DEVICE_TRAITS */
} WDF_USB_DEVICE_INFORMATION, *PWDF_USB_DEVICE_INFORMATION;

WDF_INLINE VOID WDF_USB_DEVICE_INFORMATION_INIT(PWDF_USB_DEVICE_INFORMATION Udi)
{
    RtlZeroMemory(Udi, sizeof(*Udi));
    Udi->Size = sizeof(*Udi);
}

typedef struct _WDF_USB_INTERFACE_SETTING_PAIR {
    WDFUSBINTERFACE UsbInterface;
    UCHAR SettingIndex; /* the alternate setting to select on it */
} WDF_USB_INTERFACE_SETTING_PAIR, *PWDF_USB_INTERFACE_SETTING_PAIR;

typedef struct _WDF_USB_DEVICE_SELECT_CONFIG_PARAMS {
    ULONG Size;
    WdfUsbTargetDeviceSelectConfigType Type;
    union {
        struct {
            PUSB_CONFIGURATION_DESCRIPTOR ConfigurationDescriptor;
            PUSB_INTERFACE_DESCRIPTOR *InterfaceDescriptors;
            ULONG NumInterfaceDescriptors; /* pointers in that array */
        } Descriptor;
        struct {
            PURB Urb;
        } Urb;
        struct {
            UCHAR NumberConfiguredPipes;            /* set on success */
            WDFUSBINTERFACE ConfiguredUsbInterface; /* set on success */
        } SingleInterface;
        struct {
            UCHAR NumberInterfaces; /* in Pairs */
            PWDF_USB_INTERFACE_SETTING_PAIR Pairs;
            UCHAR NumberOfConfiguredInterfaces; /* set on success */
        } MultiInterface;
    } Types;
} WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, *PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS;

WDF_INLINE VOID WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_SINGLE_INTERFACE(
    PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbTargetDeviceSelectConfigTypeSingleInterface;
}

/* Without pairs, setting 0 of every interface. */
WDF_INLINE VOID WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_MULTIPLE_INTERFACES(
    PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params, UCHAR NumberInterfaces,
    PWDF_USB_INTERFACE_SETTING_PAIR SettingPairs)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbTargetDeviceSelectConfigTypeMultiInterface;
    if (NumberInterfaces == 0 || SettingPairs == NULL)
        return;
    Params->Type = WdfUsbTargetDeviceSelectConfigTypeInterfacesPairs;
    Params->Types.MultiInterface.NumberInterfaces = NumberInterfaces;
    Params->Types.MultiInterface.Pairs = SettingPairs;
}

WDF_INLINE VOID WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_INTERFACES_DESCRIPTORS(
    PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params, PUSB_CONFIGURATION_DESCRIPTOR ConfigDescriptor,
    PUSB_INTERFACE_DESCRIPTOR *InterfaceDescriptors, ULONG NumInterfaceDescriptors)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbTargetDeviceSelectConfigTypeInterfacesDescriptor;
    Params->Types.Descriptor.ConfigurationDescriptor = ConfigDescriptor;
    Params->Types.Descriptor.InterfaceDescriptors = InterfaceDescriptors;
    Params->Types.Descriptor.NumInterfaceDescriptors = NumInterfaceDescriptors;
}

WDF_INLINE VOID
WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_URB(PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params, PURB Urb)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbTargetDeviceSelectConfigTypeUrb;
    Params->Types.Urb.Urb = Urb;
}

WDF_INLINE VOID
WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_DECONFIG(PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbTargetDeviceSelectConfigTypeDeconfig;
}

typedef struct _WDF_USB_DEVICE_CREATE_CONFIG {
    ULONG Size;
    ULONG USBDClientContractVersion; /* USBD_CLIENT_CONTRACT_VERSION_602 */
} WDF_USB_DEVICE_CREATE_CONFIG, *PWDF_USB_DEVICE_CREATE_CONFIG;

WDF_INLINE VOID WDF_USB_DEVICE_CREATE_CONFIG_INIT(PWDF_USB_DEVICE_CREATE_CONFIG Config,
                                                  ULONG USBDClientContractVersion)
{
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->USBDClientContractVersion = USBDClientContractVersion;
}

/*
 * Makes the USB device that is below a driver's own, and reads its descriptors.
 *
 * Attributes  [in, opt] a parent that they name descends from Device; else Device is it
 * UsbDevice   [out]     the caller's to delete, or left to its parent
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_UNSUCCESSFUL or STATUS_DEVICE_DATA_ERROR if the device's
 * descriptors make no sense; a failure for bad attributes; STATUS_INSUFFICIENT_RESOURCES; the
 * bus's own.
 * Documented as: WdfUsbTargetDeviceCreate (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            PWDF_OBJECT_ATTRIBUTES Attributes,
                                            WDFUSBDEVICE *UsbDevice);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceCreate(WDFDEVICE Device, PWDF_OBJECT_ATTRIBUTES Attributes,
                                             WDFUSBDEVICE *UsbDevice)
{
    return imp_WdfUsbTargetDeviceCreate(WdfDriverGlobals, Device, Attributes, UsbDevice);
}

/*
 * As WdfUsbTargetDeviceCreate, with the version of the USB interface that the driver was written
 * for. WdfUsbTargetDeviceCreateUrb, CreateIsochUrb and QueryUsbCapability need a device that was
 * made this way.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns also STATUS_INFO_LENGTH_MISMATCH for a wrong Size in Config; STATUS_INVALID_PARAMETER
 * for an unknown version.
 * Documented as: WdfUsbTargetDeviceCreateWithParameters (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceCreateWithParameters(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device,
                                                          PWDF_USB_DEVICE_CREATE_CONFIG Config,
                                                          PWDF_OBJECT_ATTRIBUTES Attributes,
                                                          WDFUSBDEVICE *UsbDevice);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceCreateWithParameters(WDFDEVICE Device,
                                                           PWDF_USB_DEVICE_CREATE_CONFIG Config,
                                                           PWDF_OBJECT_ATTRIBUTES Attributes,
                                                           WDFUSBDEVICE *UsbDevice)
{
    return imp_WdfUsbTargetDeviceCreateWithParameters(WdfDriverGlobals, Device, Config, Attributes,
                                                      UsbDevice);
}

/*
 * Tells the versions, the port's abilities and the device's traits.
 *
 * Information  [in, out] its Size is the caller's
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size.
 * Documented as: WdfUsbTargetDeviceRetrieveInformation (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceRetrieveInformation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFUSBDEVICE UsbDevice,
                                                         PWDF_USB_DEVICE_INFORMATION Information);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceRetrieveInformation(WDFUSBDEVICE UsbDevice,
                                                          PWDF_USB_DEVICE_INFORMATION Information)
{
    return imp_WdfUsbTargetDeviceRetrieveInformation(WdfDriverGlobals, UsbDevice, Information);
}

/*
 * Copies the device descriptor that was read when the object was made.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfUsbTargetDeviceGetDeviceDescriptor (wdfusb.h).
 */
VOID NTAPI imp_WdfUsbTargetDeviceGetDeviceDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFUSBDEVICE UsbDevice,
                                                     PUSB_DEVICE_DESCRIPTOR UsbDeviceDescriptor);

WDF_INLINE VOID WdfUsbTargetDeviceGetDeviceDescriptor(WDFUSBDEVICE UsbDevice,
                                                      PUSB_DEVICE_DESCRIPTOR UsbDeviceDescriptor)
{
    imp_WdfUsbTargetDeviceGetDeviceDescriptor(WdfDriverGlobals, UsbDevice, UsbDeviceDescriptor);
}

/*
 * Copies the configuration descriptor, with the interface and endpoint descriptors behind it.
 *
 * ConfigDescriptor        [out, opt] NULL only asks for the length
 * ConfigDescriptorLength  [in, out]  bytes there, then bytes that the descriptor has
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL if it does not fit or ConfigDescriptor is NULL;
 * as much as fits is copied.
 * Documented as: WdfUsbTargetDeviceRetrieveConfigDescriptor (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceRetrieveConfigDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFUSBDEVICE UsbDevice,
                                                              PVOID ConfigDescriptor,
                                                              PUSHORT ConfigDescriptorLength);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceRetrieveConfigDescriptor(WDFUSBDEVICE UsbDevice,
                                                               PVOID ConfigDescriptor,
                                                               PUSHORT ConfigDescriptorLength)
{
    return imp_WdfUsbTargetDeviceRetrieveConfigDescriptor(WdfDriverGlobals, UsbDevice,
                                                          ConfigDescriptor, ConfigDescriptorLength);
}

/*
 * Reads one of the device's strings and waits for it.
 *
 * Request         [in, opt]  sent in place of the framework's own, so that it can be cancelled
 * RequestOptions  [in, opt]  a time-out
 * String          [out, opt] not ended by a NUL; NULL only asks for the length
 * NumCharacters   [in, out]  characters there, then characters read
 * LangID          [in]       a language, such as 0x0409
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW if the string is longer, with as much as fits
 * copied and the whole length told; STATUS_DEVICE_DATA_ERROR if what the device says is no string;
 * STATUS_INFO_LENGTH_MISMATCH or STATUS_INVALID_PARAMETER for bad options;
 * STATUS_INSUFFICIENT_RESOURCES; the bus's own.
 * Documented as: WdfUsbTargetDeviceQueryString (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceQueryString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFUSBDEVICE UsbDevice, WDFREQUEST Request,
                                                 PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                 PUSHORT String, PUSHORT NumCharacters,
                                                 UCHAR StringIndex, USHORT LangID);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceQueryString(WDFUSBDEVICE UsbDevice, WDFREQUEST Request,
                                                  PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                  PUSHORT String, PUSHORT NumCharacters,
                                                  UCHAR StringIndex, USHORT LangID)
{
    return imp_WdfUsbTargetDeviceQueryString(WdfDriverGlobals, UsbDevice, Request, RequestOptions,
                                             String, NumCharacters, StringIndex, LangID);
}

/*
 * Reads one of the device's strings into new non-paged memory of its size.
 *
 * StringMemoryAttributes  [in, opt]  the driver is the parent if they name none
 * StringMemory            [out]      the caller's to delete; NULL on failure and for no characters
 * NumCharacters           [out, opt] characters in it; no NUL ends them
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_DEVICE_DATA_ERROR; a failure for bad attributes;
 * STATUS_INSUFFICIENT_RESOURCES; the bus's own.
 * Documented as: WdfUsbTargetDeviceAllocAndQueryString (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceAllocAndQueryString(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBDEVICE UsbDevice,
    PWDF_OBJECT_ATTRIBUTES StringMemoryAttributes, WDFMEMORY *StringMemory, PUSHORT NumCharacters,
    UCHAR StringIndex, USHORT LangID);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceAllocAndQueryString(
    WDFUSBDEVICE UsbDevice, PWDF_OBJECT_ATTRIBUTES StringMemoryAttributes, WDFMEMORY *StringMemory,
    PUSHORT NumCharacters, UCHAR StringIndex, USHORT LangID)
{
    return imp_WdfUsbTargetDeviceAllocAndQueryString(WdfDriverGlobals, UsbDevice,
                                                     StringMemoryAttributes, StringMemory,
                                                     NumCharacters, StringIndex, LangID);
}

/*
 * Prepares a request that reads one of the device's strings.
 *
 * Memory  [in]      where it goes, an even number of bytes
 * Offset  [in, opt] the part of Memory to use
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for an odd number of bytes;
 * STATUS_INTEGER_OVERFLOW if Offset leaves Memory; STATUS_INVALID_DEVICE_REQUEST if Request cannot
 * go to this target; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetDeviceFormatRequestForString (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceFormatRequestForString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFUSBDEVICE UsbDevice,
                                                            WDFREQUEST Request, WDFMEMORY Memory,
                                                            PWDFMEMORY_OFFSET Offset,
                                                            UCHAR StringIndex, USHORT LangID);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceFormatRequestForString(WDFUSBDEVICE UsbDevice,
                                                             WDFREQUEST Request, WDFMEMORY Memory,
                                                             PWDFMEMORY_OFFSET Offset,
                                                             UCHAR StringIndex, USHORT LangID)
{
    return imp_WdfUsbTargetDeviceFormatRequestForString(WdfDriverGlobals, UsbDevice, Request,
                                                        Memory, Offset, StringIndex, LangID);
}

/*
 * Returns how many interfaces the device's configuration has.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetDeviceGetNumInterfaces (wdfusb.h).
 */
UCHAR NTAPI imp_WdfUsbTargetDeviceGetNumInterfaces(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFUSBDEVICE UsbDevice);

WDF_INLINE UCHAR WdfUsbTargetDeviceGetNumInterfaces(WDFUSBDEVICE UsbDevice)
{
    return imp_WdfUsbTargetDeviceGetNumInterfaces(WdfDriverGlobals, UsbDevice);
}

/*
 * Selects a configuration, or none, and makes the pipes of the settings selected. Pipes of former
 * settings are gone. Usually from EvtDevicePrepareHardware.
 *
 * PipeAttributes  [in, opt] of each pipe; they name no parent
 * Params          [in, out] a WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_* has filled it in
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS, also if the device has no interfaces; STATUS_INFO_LENGTH_MISMATCH for a
 * wrong Size; STATUS_INVALID_PARAMETER for an unknown Type, a missing array or URB, a setting or
 * number of interfaces that the device does not have, or a single interface asked of a device with
 * more; STATUS_INVALID_DEVICE_REQUEST if the configuration descriptor contradicts itself; a
 * failure for bad attributes; STATUS_INSUFFICIENT_RESOURCES; the bus's own.
 * Documented as: WdfUsbTargetDeviceSelectConfig (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceSelectConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFUSBDEVICE UsbDevice,
                                                  PWDF_OBJECT_ATTRIBUTES PipeAttributes,
                                                  PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceSelectConfig(WDFUSBDEVICE UsbDevice,
                                                   PWDF_OBJECT_ATTRIBUTES PipeAttributes,
                                                   PWDF_USB_DEVICE_SELECT_CONFIG_PARAMS Params)
{
    return imp_WdfUsbTargetDeviceSelectConfig(WdfDriverGlobals, UsbDevice, PipeAttributes, Params);
}

/*
 * Returns an interface of the device's configuration, selected or not.
 *
 * InterfaceIndex  [in]  0 to WdfUsbTargetDeviceGetNumInterfaces less 1; not the interface's number
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns NULL for an index out of range.
 * Documented as: WdfUsbTargetDeviceGetInterface (wdfusb.h).
 */
WDFUSBINTERFACE NTAPI imp_WdfUsbTargetDeviceGetInterface(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFUSBDEVICE UsbDevice,
                                                         UCHAR InterfaceIndex);

WDF_INLINE WDFUSBINTERFACE WdfUsbTargetDeviceGetInterface(WDFUSBDEVICE UsbDevice,
                                                          UCHAR InterfaceIndex)
{
    return imp_WdfUsbTargetDeviceGetInterface(WdfDriverGlobals, UsbDevice, InterfaceIndex);
}

#if WDF_FOR_KMDF
/*
 * Returns the bus's handle of the configuration selected, for a driver's own URBs.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetDeviceWdmGetConfigurationHandle (wdfusb.h).
 */
USBD_CONFIGURATION_HANDLE NTAPI imp_WdfUsbTargetDeviceWdmGetConfigurationHandle(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBDEVICE UsbDevice);

WDF_INLINE USBD_CONFIGURATION_HANDLE
WdfUsbTargetDeviceWdmGetConfigurationHandle(WDFUSBDEVICE UsbDevice)
{
    return imp_WdfUsbTargetDeviceWdmGetConfigurationHandle(WdfDriverGlobals, UsbDevice);
}

/*
 * Tells the number of the frame that the bus is in.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; the bus's own.
 * Documented as: WdfUsbTargetDeviceRetrieveCurrentFrameNumber (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceRetrieveCurrentFrameNumber(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                                WDFUSBDEVICE UsbDevice,
                                                                PULONG CurrentFrameNumber);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceRetrieveCurrentFrameNumber(WDFUSBDEVICE UsbDevice,
                                                                 PULONG CurrentFrameNumber)
{
    return imp_WdfUsbTargetDeviceRetrieveCurrentFrameNumber(WdfDriverGlobals, UsbDevice,
                                                            CurrentFrameNumber);
}
#endif

/*
 * Sends a control transfer on the default pipe.
 *
 * SetupPacket       [in]       a WDF_USB_CONTROL_SETUP_PACKET_INIT* has filled it in
 * MemoryDescriptor  [in, opt]  the data, in the packet's direction; its length is the packet's
 * BytesTransferred  [out, opt] 0 on failure
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad descriptor or more than 65535 bytes;
 * others as said above. Documented as: WdfUsbTargetDeviceSendControlTransferSynchronously
 * (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceSendControlTransferSynchronously(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBDEVICE UsbDevice, WDFREQUEST Request,
    PWDF_REQUEST_SEND_OPTIONS RequestOptions, PWDF_USB_CONTROL_SETUP_PACKET SetupPacket,
    PWDF_MEMORY_DESCRIPTOR MemoryDescriptor, PULONG BytesTransferred);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceSendControlTransferSynchronously(
    WDFUSBDEVICE UsbDevice, WDFREQUEST Request, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
    PWDF_USB_CONTROL_SETUP_PACKET SetupPacket, PWDF_MEMORY_DESCRIPTOR MemoryDescriptor,
    PULONG BytesTransferred)
{
    return imp_WdfUsbTargetDeviceSendControlTransferSynchronously(
        WdfDriverGlobals, UsbDevice, Request, RequestOptions, SetupPacket, MemoryDescriptor,
        BytesTransferred);
}

/*
 * Prepares a request for a control transfer on the default pipe.
 *
 * TransferMemory  [in, opt] the data, in the packet's direction
 * TransferOffset  [in, opt] the part of it to use
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INTEGER_OVERFLOW if TransferOffset leaves TransferMemory;
 * STATUS_INVALID_PARAMETER for more than 65535 bytes; STATUS_INVALID_DEVICE_REQUEST if Request
 * cannot go to this target; STATUS_INSUFFICIENT_RESOURCES. Documented as:
 * WdfUsbTargetDeviceFormatRequestForControlTransfer (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceFormatRequestForControlTransfer(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBDEVICE UsbDevice, WDFREQUEST Request,
    PWDF_USB_CONTROL_SETUP_PACKET SetupPacket, WDFMEMORY TransferMemory,
    PWDFMEMORY_OFFSET TransferOffset);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceFormatRequestForControlTransfer(
    WDFUSBDEVICE UsbDevice, WDFREQUEST Request, PWDF_USB_CONTROL_SETUP_PACKET SetupPacket,
    WDFMEMORY TransferMemory, PWDFMEMORY_OFFSET TransferOffset)
{
    return imp_WdfUsbTargetDeviceFormatRequestForControlTransfer(
        WdfDriverGlobals, UsbDevice, Request, SetupPacket, TransferMemory, TransferOffset);
}

#if WDF_FOR_KMDF
/*
 * Asks the bus whether the device is still there.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS if it is; STATUS_DEVICE_DOES_NOT_EXIST or the bus's own if not.
 * Documented as: WdfUsbTargetDeviceIsConnectedSynchronous (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceIsConnectedSynchronous(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFUSBDEVICE UsbDevice);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceIsConnectedSynchronous(WDFUSBDEVICE UsbDevice)
{
    return imp_WdfUsbTargetDeviceIsConnectedSynchronous(WdfDriverGlobals, UsbDevice);
}
#endif

/*
 * Resets the device's port. Stop the pipes first; the configuration is selected again.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; the bus's own.
 * Documented as: WdfUsbTargetDeviceResetPortSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceResetPortSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFUSBDEVICE UsbDevice);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceResetPortSynchronously(WDFUSBDEVICE UsbDevice)
{
    return imp_WdfUsbTargetDeviceResetPortSynchronously(WdfDriverGlobals, UsbDevice);
}

#if WDF_FOR_KMDF
/*
 * Has the device vanish and come back, as if pulled and plugged in. The driver is removed and
 * loaded again.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; the bus's own.
 * Documented as: WdfUsbTargetDeviceCyclePortSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceCyclePortSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFUSBDEVICE UsbDevice);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceCyclePortSynchronously(WDFUSBDEVICE UsbDevice)
{
    return imp_WdfUsbTargetDeviceCyclePortSynchronously(WdfDriverGlobals, UsbDevice);
}

/*
 * Prepares a request that does what WdfUsbTargetDeviceCyclePortSynchronously does.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if Request cannot go to this target;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetDeviceFormatRequestForCyclePort (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceFormatRequestForCyclePort(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                               WDFUSBDEVICE UsbDevice,
                                                               WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceFormatRequestForCyclePort(WDFUSBDEVICE UsbDevice,
                                                                WDFREQUEST Request)
{
    return imp_WdfUsbTargetDeviceFormatRequestForCyclePort(WdfDriverGlobals, UsbDevice, Request);
}

/*
 * Sends a driver's own URB to the device, as it is.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as said above; the URB's UsbdStatus tells more.
 * Documented as: WdfUsbTargetDeviceSendUrbSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceSendUrbSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFUSBDEVICE UsbDevice,
                                                          WDFREQUEST Request,
                                                          PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                          PURB Urb);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceSendUrbSynchronously(WDFUSBDEVICE UsbDevice,
                                                           WDFREQUEST Request,
                                                           PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                           PURB Urb)
{
    return imp_WdfUsbTargetDeviceSendUrbSynchronously(WdfDriverGlobals, UsbDevice, Request,
                                                      RequestOptions, Urb);
}

/*
 * Prepares a request for a driver's own URB.
 *
 * UrbMemory        [in]      holds the URB, a header at least
 * UrbMemoryOffset  [in, opt] where in it the URB begins
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if the memory is shorter than a URB's header;
 * STATUS_INTEGER_OVERFLOW if UrbMemoryOffset leaves it; STATUS_INVALID_DEVICE_REQUEST if Request
 * cannot go to this target; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetDeviceFormatRequestForUrb (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceFormatRequestForUrb(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFUSBDEVICE UsbDevice, WDFREQUEST Request,
                                                         WDFMEMORY UrbMemory,
                                                         PWDFMEMORY_OFFSET UrbMemoryOffset);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceFormatRequestForUrb(WDFUSBDEVICE UsbDevice,
                                                          WDFREQUEST Request, WDFMEMORY UrbMemory,
                                                          PWDFMEMORY_OFFSET UrbMemoryOffset)
{
    return imp_WdfUsbTargetDeviceFormatRequestForUrb(WdfDriverGlobals, UsbDevice, Request,
                                                     UrbMemory, UrbMemoryOffset);
}
#endif

/*
 * Asks the bus whether it can do something, such as streams or chained MDLs.
 *
 * CapabilityType          [in]       GUID_USB_CAPABILITY_*
 * CapabilityBufferLength  [in]       bytes at CapabilityBuffer, 0 for capabilities without data
 * ResultLength            [out, opt] bytes that were written, or that are needed
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS if it can; STATUS_NOT_SUPPORTED or STATUS_NOT_IMPLEMENTED if not;
 * STATUS_INVALID_DEVICE_STATE if the device was made by WdfUsbTargetDeviceCreate; the bus's own.
 * Documented as: WdfUsbTargetDeviceQueryUsbCapability (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceQueryUsbCapability(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBDEVICE UsbDevice, const GUID *CapabilityType,
    ULONG CapabilityBufferLength, PVOID CapabilityBuffer, PULONG ResultLength);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceQueryUsbCapability(WDFUSBDEVICE UsbDevice,
                                                         const GUID *CapabilityType,
                                                         ULONG CapabilityBufferLength,
                                                         PVOID CapabilityBuffer,
                                                         PULONG ResultLength)
{
    return imp_WdfUsbTargetDeviceQueryUsbCapability(WdfDriverGlobals, UsbDevice, CapabilityType,
                                                    CapabilityBufferLength, CapabilityBuffer,
                                                    ResultLength);
}

#if WDF_FOR_KMDF
/*
 * Makes a URB, filled with zeros, in a memory object of its own.
 *
 * Attributes  [in, opt]  a parent that they name descends from the device; else it is the parent
 * UrbMemory   [out]      deleting it frees the URB
 * Urb         [out, opt] the URB in it
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE if the device was made by
 * WdfUsbTargetDeviceCreate; STATUS_INVALID_PARAMETER for another parent;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetDeviceCreateUrb (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceCreateUrb(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFUSBDEVICE UsbDevice,
                                               PWDF_OBJECT_ATTRIBUTES Attributes,
                                               WDFMEMORY *UrbMemory, PURB *Urb);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceCreateUrb(WDFUSBDEVICE UsbDevice,
                                                PWDF_OBJECT_ATTRIBUTES Attributes,
                                                WDFMEMORY *UrbMemory, PURB *Urb)
{
    return imp_WdfUsbTargetDeviceCreateUrb(WdfDriverGlobals, UsbDevice, Attributes, UrbMemory, Urb);
}

/*
 * As WdfUsbTargetDeviceCreateUrb for an isochronous transfer of so many packets.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetDeviceCreateIsochUrb (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetDeviceCreateIsochUrb(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFUSBDEVICE UsbDevice,
                                                    PWDF_OBJECT_ATTRIBUTES Attributes,
                                                    ULONG NumberOfIsochPackets,
                                                    WDFMEMORY *UrbMemory, PURB *Urb);

WDF_INLINE NTSTATUS WdfUsbTargetDeviceCreateIsochUrb(WDFUSBDEVICE UsbDevice,
                                                     PWDF_OBJECT_ATTRIBUTES Attributes,
                                                     ULONG NumberOfIsochPackets,
                                                     WDFMEMORY *UrbMemory, PURB *Urb)
{
    return imp_WdfUsbTargetDeviceCreateIsochUrb(WdfDriverGlobals, UsbDevice, Attributes,
                                                NumberOfIsochPackets, UrbMemory, Urb);
}
#endif

/* ---- interfaces -------------------------------------------------------------- */

typedef struct _WDF_USB_INTERFACE_SELECT_SETTING_PARAMS {
    ULONG Size;
    WdfUsbTargetDeviceSelectSettingType Type;
    union {
        struct {
            PUSB_INTERFACE_DESCRIPTOR InterfaceDescriptor;
        } Descriptor;
        struct {
            UCHAR SettingIndex;
        } Interface;
        struct {
            PURB Urb;
        } Urb;
    } Types;
} WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, *PWDF_USB_INTERFACE_SELECT_SETTING_PARAMS;

WDF_INLINE VOID WDF_USB_INTERFACE_SELECT_SETTING_PARAMS_INIT_DESCRIPTOR(
    PWDF_USB_INTERFACE_SELECT_SETTING_PARAMS Params, PUSB_INTERFACE_DESCRIPTOR Interface)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbInterfaceSelectSettingTypeDescriptor;
    Params->Types.Descriptor.InterfaceDescriptor = Interface;
}

WDF_INLINE VOID WDF_USB_INTERFACE_SELECT_SETTING_PARAMS_INIT_URB(
    PWDF_USB_INTERFACE_SELECT_SETTING_PARAMS Params, PURB Urb)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbInterfaceSelectSettingTypeUrb;
    Params->Types.Urb.Urb = Urb;
}

WDF_INLINE VOID WDF_USB_INTERFACE_SELECT_SETTING_PARAMS_INIT_SETTING(
    PWDF_USB_INTERFACE_SELECT_SETTING_PARAMS Params, UCHAR SettingIndex)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->Type = WdfUsbInterfaceSelectSettingTypeSetting;
    Params->Types.Interface.SettingIndex = SettingIndex;
}

typedef struct _WDF_USB_PIPE_INFORMATION {
    ULONG Size;
    ULONG MaximumPacketSize; /* bytes */
    UCHAR EndpointAddress;   /* as the descriptor has it, with its direction */
    UCHAR Interval;          /* between polls of an interrupt pipe */
    UCHAR SettingIndex;      /* the alternate setting that the pipe is of */
    WDF_USB_PIPE_TYPE PipeType;
    ULONG MaximumTransferSize; /* bytes that the host controller takes at once */
} WDF_USB_PIPE_INFORMATION, *PWDF_USB_PIPE_INFORMATION;

WDF_INLINE VOID WDF_USB_PIPE_INFORMATION_INIT(PWDF_USB_PIPE_INFORMATION Info)
{
    RtlZeroMemory(Info, sizeof(*Info));
    Info->Size = sizeof(*Info);
}

/* Towards the host: the address's top bit is set. */
WDF_INLINE BOOLEAN WDF_USB_PIPE_DIRECTION_IN(UCHAR EndpointAddress)
{
    return (EndpointAddress & USB_ENDPOINT_DIRECTION_MASK) != 0;
}

WDF_INLINE BOOLEAN WDF_USB_PIPE_DIRECTION_OUT(UCHAR EndpointAddress)
{
    return (EndpointAddress & USB_ENDPOINT_DIRECTION_MASK) == 0;
}

/*
 * Returns the number that the device's descriptors give to an interface.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetInterfaceNumber (wdfusb.h).
 */
BYTE NTAPI imp_WdfUsbInterfaceGetInterfaceNumber(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFUSBINTERFACE UsbInterface);

WDF_INLINE BYTE WdfUsbInterfaceGetInterfaceNumber(WDFUSBINTERFACE UsbInterface)
{
    return imp_WdfUsbInterfaceGetInterfaceNumber(WdfDriverGlobals, UsbInterface);
}

/*
 * Returns how many endpoints a setting of an interface has, 0 for a setting that there is not.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetNumEndpoints (wdfusb.h).
 */
BYTE NTAPI imp_WdfUsbInterfaceGetNumEndpoints(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFUSBINTERFACE UsbInterface, UCHAR SettingIndex);

WDF_INLINE BYTE WdfUsbInterfaceGetNumEndpoints(WDFUSBINTERFACE UsbInterface, UCHAR SettingIndex)
{
    return imp_WdfUsbInterfaceGetNumEndpoints(WdfDriverGlobals, UsbInterface, SettingIndex);
}

/*
 * Copies the descriptor of a setting of an interface; zeros for a setting that there is not.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetDescriptor (wdfusb.h).
 */
VOID NTAPI imp_WdfUsbInterfaceGetDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFUSBINTERFACE UsbInterface, UCHAR SettingIndex,
                                            PUSB_INTERFACE_DESCRIPTOR InterfaceDescriptor);

WDF_INLINE VOID WdfUsbInterfaceGetDescriptor(WDFUSBINTERFACE UsbInterface, UCHAR SettingIndex,
                                             PUSB_INTERFACE_DESCRIPTOR InterfaceDescriptor)
{
    imp_WdfUsbInterfaceGetDescriptor(WdfDriverGlobals, UsbInterface, SettingIndex,
                                     InterfaceDescriptor);
}

/*
 * Returns how many alternate settings an interface has.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetNumSettings (wdfusb.h).
 */
BYTE NTAPI imp_WdfUsbInterfaceGetNumSettings(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFUSBINTERFACE UsbInterface);

WDF_INLINE BYTE WdfUsbInterfaceGetNumSettings(WDFUSBINTERFACE UsbInterface)
{
    return imp_WdfUsbInterfaceGetNumSettings(WdfDriverGlobals, UsbInterface);
}

/*
 * Selects an alternate setting of an interface and makes its pipes. Pipes of the former setting
 * are gone.
 *
 * PipesAttributes  [in, opt] of each pipe; they name no parent
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for an unknown Type, a missing descriptor or URB, or a setting that there is not; a failure for
 * bad attributes; STATUS_INSUFFICIENT_RESOURCES; the bus's own.
 * Documented as: WdfUsbInterfaceSelectSetting (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbInterfaceSelectSetting(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFUSBINTERFACE UsbInterface,
                                                PWDF_OBJECT_ATTRIBUTES PipesAttributes,
                                                PWDF_USB_INTERFACE_SELECT_SETTING_PARAMS Params);

WDF_INLINE NTSTATUS WdfUsbInterfaceSelectSetting(WDFUSBINTERFACE UsbInterface,
                                                 PWDF_OBJECT_ATTRIBUTES PipesAttributes,
                                                 PWDF_USB_INTERFACE_SELECT_SETTING_PARAMS Params)
{
    return imp_WdfUsbInterfaceSelectSetting(WdfDriverGlobals, UsbInterface, PipesAttributes,
                                            Params);
}

/*
 * Tells of an endpoint in a setting, selected or not.
 *
 * EndpointInfo  [in, out] its Size is the caller's: with a wrong one nothing is told and the
 *                         verifier breaks
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetEndpointInformation (wdfusb.h).
 */
VOID NTAPI imp_WdfUsbInterfaceGetEndpointInformation(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFUSBINTERFACE UsbInterface,
                                                     UCHAR SettingIndex, UCHAR EndpointIndex,
                                                     PWDF_USB_PIPE_INFORMATION EndpointInfo);

WDF_INLINE VOID WdfUsbInterfaceGetEndpointInformation(WDFUSBINTERFACE UsbInterface,
                                                      UCHAR SettingIndex, UCHAR EndpointIndex,
                                                      PWDF_USB_PIPE_INFORMATION EndpointInfo)
{
    imp_WdfUsbInterfaceGetEndpointInformation(WdfDriverGlobals, UsbInterface, SettingIndex,
                                              EndpointIndex, EndpointInfo);
}

/*
 * Returns the number of the setting that is selected.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetConfiguredSettingIndex (wdfusb.h).
 */
BYTE NTAPI imp_WdfUsbInterfaceGetConfiguredSettingIndex(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFUSBINTERFACE Interface);

WDF_INLINE BYTE WdfUsbInterfaceGetConfiguredSettingIndex(WDFUSBINTERFACE Interface)
{
    return imp_WdfUsbInterfaceGetConfiguredSettingIndex(WdfDriverGlobals, Interface);
}

/*
 * Returns how many pipes the selected setting has, 0 before one is selected.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbInterfaceGetNumConfiguredPipes (wdfusb.h).
 */
BYTE NTAPI imp_WdfUsbInterfaceGetNumConfiguredPipes(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFUSBINTERFACE UsbInterface);

WDF_INLINE BYTE WdfUsbInterfaceGetNumConfiguredPipes(WDFUSBINTERFACE UsbInterface)
{
    return imp_WdfUsbInterfaceGetNumConfiguredPipes(WdfDriverGlobals, UsbInterface);
}

/*
 * Returns a pipe of the selected setting. It belongs to the interface; no reference is taken.
 *
 * PipeIndex  [in]           0 to WdfUsbInterfaceGetNumConfiguredPipes less 1
 * PipeInfo   [in, out, opt] its Size is the caller's
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns NULL for an index out of range, or a wrong Size in PipeInfo.
 * Documented as: WdfUsbInterfaceGetConfiguredPipe (wdfusb.h).
 */
WDFUSBPIPE NTAPI imp_WdfUsbInterfaceGetConfiguredPipe(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFUSBINTERFACE UsbInterface, UCHAR PipeIndex,
                                                      PWDF_USB_PIPE_INFORMATION PipeInfo);

WDF_INLINE WDFUSBPIPE WdfUsbInterfaceGetConfiguredPipe(WDFUSBINTERFACE UsbInterface,
                                                       UCHAR PipeIndex,
                                                       PWDF_USB_PIPE_INFORMATION PipeInfo)
{
    return imp_WdfUsbInterfaceGetConfiguredPipe(WdfDriverGlobals, UsbInterface, PipeIndex,
                                                PipeInfo);
}

/* ---- pipes --------------------------------------------------------------------- */

/* The same object as a target; no reference is taken. */
WDF_INLINE WDFIOTARGET WdfUsbTargetPipeGetIoTarget(WDFUSBPIPE Pipe)
{
    return (WDFIOTARGET)Pipe;
}

/*
 * Tells of a pipe. Every member of PipeInformation but Size is set.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetPipeGetInformation (wdfusb.h).
 */
VOID NTAPI imp_WdfUsbTargetPipeGetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBPIPE Pipe,
                                              PWDF_USB_PIPE_INFORMATION PipeInformation);

WDF_INLINE VOID WdfUsbTargetPipeGetInformation(WDFUSBPIPE Pipe,
                                               PWDF_USB_PIPE_INFORMATION PipeInformation)
{
    imp_WdfUsbTargetPipeGetInformation(WdfDriverGlobals, Pipe, PipeInformation);
}

/*
 * Tells whether a pipe carries data to the host.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetPipeIsInEndpoint (wdfusb.h).
 */
BOOLEAN NTAPI imp_WdfUsbTargetPipeIsInEndpoint(PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBPIPE Pipe);

WDF_INLINE BOOLEAN WdfUsbTargetPipeIsInEndpoint(WDFUSBPIPE Pipe)
{
    return imp_WdfUsbTargetPipeIsInEndpoint(WdfDriverGlobals, Pipe);
}

/*
 * Tells whether a pipe carries data to the device.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetPipeIsOutEndpoint (wdfusb.h).
 */
BOOLEAN NTAPI imp_WdfUsbTargetPipeIsOutEndpoint(PWDF_DRIVER_GLOBALS DriverGlobals, WDFUSBPIPE Pipe);

WDF_INLINE BOOLEAN WdfUsbTargetPipeIsOutEndpoint(WDFUSBPIPE Pipe)
{
    return imp_WdfUsbTargetPipeIsOutEndpoint(WdfDriverGlobals, Pipe);
}

/*
 * Returns a pipe's type.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetPipeGetType (wdfusb.h).
 */
WDF_USB_PIPE_TYPE NTAPI imp_WdfUsbTargetPipeGetType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFUSBPIPE Pipe);

WDF_INLINE WDF_USB_PIPE_TYPE WdfUsbTargetPipeGetType(WDFUSBPIPE Pipe)
{
    return imp_WdfUsbTargetPipeGetType(WdfDriverGlobals, Pipe);
}

/*
 * Lets reads of this pipe have any length; else it is a multiple of the maximum packet size.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetPipeSetNoMaximumPacketSizeCheck (wdfusb.h).
 */
VOID NTAPI imp_WdfUsbTargetPipeSetNoMaximumPacketSizeCheck(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                           WDFUSBPIPE Pipe);

WDF_INLINE VOID WdfUsbTargetPipeSetNoMaximumPacketSizeCheck(WDFUSBPIPE Pipe)
{
    imp_WdfUsbTargetPipeSetNoMaximumPacketSizeCheck(WdfDriverGlobals, Pipe);
}

/*
 * Writes to a bulk or interrupt pipe.
 *
 * MemoryDescriptor  [in, opt]  the data; NULL sends an empty packet
 * BytesWritten      [out, opt] 0 on failure
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a pipe of another type or direction;
 * others as said above.
 * Documented as: WdfUsbTargetPipeWriteSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeWriteSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                      PWDF_MEMORY_DESCRIPTOR MemoryDescriptor,
                                                      PULONG BytesWritten);

WDF_INLINE NTSTATUS WdfUsbTargetPipeWriteSynchronously(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                       PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                       PWDF_MEMORY_DESCRIPTOR MemoryDescriptor,
                                                       PULONG BytesWritten)
{
    return imp_WdfUsbTargetPipeWriteSynchronously(WdfDriverGlobals, Pipe, Request, RequestOptions,
                                                  MemoryDescriptor, BytesWritten);
}

/*
 * Prepares a request that writes to a bulk or interrupt pipe.
 *
 * WriteMemory  [in, opt] the data; NULL sends an empty packet
 * WriteOffset  [in, opt] the part of it to send
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a pipe of another type or direction, or
 * if Request cannot go to this target; STATUS_INTEGER_OVERFLOW if WriteOffset leaves WriteMemory;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetPipeFormatRequestForWrite (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeFormatRequestForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                         WDFMEMORY WriteMemory,
                                                         PWDFMEMORY_OFFSET WriteOffset);

WDF_INLINE NTSTATUS WdfUsbTargetPipeFormatRequestForWrite(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                          WDFMEMORY WriteMemory,
                                                          PWDFMEMORY_OFFSET WriteOffset)
{
    return imp_WdfUsbTargetPipeFormatRequestForWrite(WdfDriverGlobals, Pipe, Request, WriteMemory,
                                                     WriteOffset);
}

/*
 * Reads from a bulk or interrupt pipe. The device may send less. Not on a pipe with a continuous
 * reader.
 *
 * MemoryDescriptor  [in, opt]  where the data goes
 * BytesRead         [out, opt] 0 on failure
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a pipe of another type or direction;
 * STATUS_INVALID_BUFFER_SIZE if the length is no multiple of the maximum packet size; others as
 * said above.
 * Documented as: WdfUsbTargetPipeReadSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeReadSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                     PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                     PWDF_MEMORY_DESCRIPTOR MemoryDescriptor,
                                                     PULONG BytesRead);

WDF_INLINE NTSTATUS WdfUsbTargetPipeReadSynchronously(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                      PWDF_MEMORY_DESCRIPTOR MemoryDescriptor,
                                                      PULONG BytesRead)
{
    return imp_WdfUsbTargetPipeReadSynchronously(WdfDriverGlobals, Pipe, Request, RequestOptions,
                                                 MemoryDescriptor, BytesRead);
}

/*
 * Prepares a request that reads from a bulk or interrupt pipe.
 *
 * ReadMemory  [in, opt] where the data goes
 * ReadOffset  [in, opt] the part of it to use
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns as WdfUsbTargetPipeFormatRequestForWrite, and STATUS_INVALID_BUFFER_SIZE if the length is
 * no multiple of the maximum packet size.
 * Documented as: WdfUsbTargetPipeFormatRequestForRead (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeFormatRequestForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                        WDFMEMORY ReadMemory,
                                                        PWDFMEMORY_OFFSET ReadOffset);

WDF_INLINE NTSTATUS WdfUsbTargetPipeFormatRequestForRead(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                         WDFMEMORY ReadMemory,
                                                         PWDFMEMORY_OFFSET ReadOffset)
{
    return imp_WdfUsbTargetPipeFormatRequestForRead(WdfDriverGlobals, Pipe, Request, ReadMemory,
                                                    ReadOffset);
}

/*
 * Has the framework read a pipe all the time, from WdfIoTargetStart to WdfIoTargetStop; memory and
 * requests are its own. Once for a pipe, usually in EvtDevicePrepareHardware.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_INVALID_PARAMETER
 * for no callback or a TransferLength of 0; STATUS_INTEGER_OVERFLOW if the lengths add up to too
 * much; STATUS_INVALID_BUFFER_SIZE if TransferLength is no multiple of the maximum packet size;
 * STATUS_INVALID_DEVICE_REQUEST for a pipe of another type or direction;
 * STATUS_INVALID_DEVICE_STATE if the pipe has a reader; a failure for bad attributes;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetPipeConfigContinuousReader (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeConfigContinuousReader(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFUSBPIPE Pipe,
                                                          PWDF_USB_CONTINUOUS_READER_CONFIG Config);

WDF_INLINE NTSTATUS WdfUsbTargetPipeConfigContinuousReader(WDFUSBPIPE Pipe,
                                                           PWDF_USB_CONTINUOUS_READER_CONFIG Config)
{
    return imp_WdfUsbTargetPipeConfigContinuousReader(WdfDriverGlobals, Pipe, Config);
}

/*
 * Ends all transfers of a pipe; they complete with STATUS_CANCELLED.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as said above.
 * Documented as: WdfUsbTargetPipeAbortSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeAbortSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions);

WDF_INLINE NTSTATUS WdfUsbTargetPipeAbortSynchronously(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                       PWDF_REQUEST_SEND_OPTIONS RequestOptions)
{
    return imp_WdfUsbTargetPipeAbortSynchronously(WdfDriverGlobals, Pipe, Request, RequestOptions);
}

/*
 * Prepares a request that does what WdfUsbTargetPipeAbortSynchronously does.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if Request cannot go to this target;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetPipeFormatRequestForAbort (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeFormatRequestForAbort(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFUSBPIPE Pipe, WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfUsbTargetPipeFormatRequestForAbort(WDFUSBPIPE Pipe, WDFREQUEST Request)
{
    return imp_WdfUsbTargetPipeFormatRequestForAbort(WdfDriverGlobals, Pipe, Request);
}

/*
 * Clears a pipe that has stalled. Stop it first, with its transfers cancelled.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as said above.
 * Documented as: WdfUsbTargetPipeResetSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeResetSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                      WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions);

WDF_INLINE NTSTATUS WdfUsbTargetPipeResetSynchronously(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                       PWDF_REQUEST_SEND_OPTIONS RequestOptions)
{
    return imp_WdfUsbTargetPipeResetSynchronously(WdfDriverGlobals, Pipe, Request, RequestOptions);
}

/*
 * Prepares a request that does what WdfUsbTargetPipeResetSynchronously does.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if Request cannot go to this target;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfUsbTargetPipeFormatRequestForReset (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeFormatRequestForReset(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFUSBPIPE Pipe, WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfUsbTargetPipeFormatRequestForReset(WDFUSBPIPE Pipe, WDFREQUEST Request)
{
    return imp_WdfUsbTargetPipeFormatRequestForReset(WdfDriverGlobals, Pipe, Request);
}

#if WDF_FOR_KMDF
/*
 * Sends a driver's own URB to a pipe, as it is.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as said above; the URB's UsbdStatus tells more.
 * Documented as: WdfUsbTargetPipeSendUrbSynchronously (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeSendUrbSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                        PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                        PURB Urb);

WDF_INLINE NTSTATUS WdfUsbTargetPipeSendUrbSynchronously(WDFUSBPIPE Pipe, WDFREQUEST Request,
                                                         PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                         PURB Urb)
{
    return imp_WdfUsbTargetPipeSendUrbSynchronously(WdfDriverGlobals, Pipe, Request, RequestOptions,
                                                    Urb);
}

/*
 * Prepares a request for a driver's own URB to a pipe.
 *
 * UrbMemory        [in]      holds the URB, a header at least
 * UrbMemoryOffset  [in, opt] where in it the URB begins
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns as WdfUsbTargetDeviceFormatRequestForUrb.
 * Documented as: WdfUsbTargetPipeFormatRequestForUrb (wdfusb.h).
 */
NTSTATUS NTAPI imp_WdfUsbTargetPipeFormatRequestForUrb(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFUSBPIPE PIPE, WDFREQUEST Request,
                                                       WDFMEMORY UrbMemory,
                                                       PWDFMEMORY_OFFSET UrbMemoryOffset);

WDF_INLINE NTSTATUS WdfUsbTargetPipeFormatRequestForUrb(WDFUSBPIPE PIPE, WDFREQUEST Request,
                                                        WDFMEMORY UrbMemory,
                                                        PWDFMEMORY_OFFSET UrbMemoryOffset)
{
    return imp_WdfUsbTargetPipeFormatRequestForUrb(WdfDriverGlobals, PIPE, Request, UrbMemory,
                                                   UrbMemoryOffset);
}

/*
 * Returns the bus's handle of a pipe, for a driver's own URBs.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfUsbTargetPipeWdmGetPipeHandle (wdfusb.h).
 */
USBD_PIPE_HANDLE NTAPI imp_WdfUsbTargetPipeWdmGetPipeHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFUSBPIPE UsbPipe);

WDF_INLINE USBD_PIPE_HANDLE WdfUsbTargetPipeWdmGetPipeHandle(WDFUSBPIPE UsbPipe)
{
    return imp_WdfUsbTargetPipeWdmGetPipeHandle(WdfDriverGlobals, UsbPipe);
}
#endif

WDF_EXTERN_C_END
