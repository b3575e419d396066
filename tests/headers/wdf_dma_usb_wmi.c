/*
 * The framework's structures for DMA, WMI, USB and class extensions have the sizes and offsets of
 * Windows x64, and their INIT functions set what they say.
 *
 * Layouts are asserted when this is compiled; running it looks at the INIT functions.
 */
#include <ntddk.h>
#include <wdf.h>
#include <wdfusb.h>
#include <wdfinstaller.h>
#include <wdfcx.h>
#include <stddef.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member)

/* DMA */
SIZE(WDF_DMA_ENABLER_CONFIG, 0x50);
AT(WDF_DMA_ENABLER_CONFIG, Size, 0x00);
AT(WDF_DMA_ENABLER_CONFIG, Profile, 0x04);
AT(WDF_DMA_ENABLER_CONFIG, MaximumLength, 0x08);
AT(WDF_DMA_ENABLER_CONFIG, EvtDmaEnablerFill, 0x10);
AT(WDF_DMA_ENABLER_CONFIG, EvtDmaEnablerFlush, 0x18);
AT(WDF_DMA_ENABLER_CONFIG, EvtDmaEnablerDisable, 0x20);
AT(WDF_DMA_ENABLER_CONFIG, EvtDmaEnablerEnable, 0x28);
AT(WDF_DMA_ENABLER_CONFIG, EvtDmaEnablerSelfManagedIoStart, 0x30);
AT(WDF_DMA_ENABLER_CONFIG, EvtDmaEnablerSelfManagedIoStop, 0x38);
AT(WDF_DMA_ENABLER_CONFIG, AddressWidthOverride, 0x40);
AT(WDF_DMA_ENABLER_CONFIG, WdmDmaVersionOverride, 0x44);
AT(WDF_DMA_ENABLER_CONFIG, Flags, 0x48);

SIZE(WDF_DMA_SYSTEM_PROFILE_CONFIG, 0x20);
AT(WDF_DMA_SYSTEM_PROFILE_CONFIG, Size, 0x00);
AT(WDF_DMA_SYSTEM_PROFILE_CONFIG, DemandMode, 0x04);
AT(WDF_DMA_SYSTEM_PROFILE_CONFIG, LoopedTransfer, 0x05);
AT(WDF_DMA_SYSTEM_PROFILE_CONFIG, DmaWidth, 0x08);
AT(WDF_DMA_SYSTEM_PROFILE_CONFIG, DeviceAddress, 0x10);
AT(WDF_DMA_SYSTEM_PROFILE_CONFIG, DmaDescriptor, 0x18);

SIZE(WDF_COMMON_BUFFER_CONFIG, 0x08);
AT(WDF_COMMON_BUFFER_CONFIG, Size, 0x00);
AT(WDF_COMMON_BUFFER_CONFIG, AlignmentRequirement, 0x04);

/* WMI */
SIZE(WDF_WMI_PROVIDER_CONFIG, 0x28);
AT(WDF_WMI_PROVIDER_CONFIG, Size, 0x00);
AT(WDF_WMI_PROVIDER_CONFIG, Guid, 0x04);
AT(WDF_WMI_PROVIDER_CONFIG, Flags, 0x14);
AT(WDF_WMI_PROVIDER_CONFIG, MinInstanceBufferSize, 0x18);
AT(WDF_WMI_PROVIDER_CONFIG, EvtWmiProviderFunctionControl, 0x20);

SIZE(WDF_WMI_INSTANCE_CONFIG, 0x40);
AT(WDF_WMI_INSTANCE_CONFIG, Size, 0x00);
AT(WDF_WMI_INSTANCE_CONFIG, Provider, 0x08);
AT(WDF_WMI_INSTANCE_CONFIG, ProviderConfig, 0x10);
AT(WDF_WMI_INSTANCE_CONFIG, UseContextForQuery, 0x18);
AT(WDF_WMI_INSTANCE_CONFIG, Register, 0x19);
AT(WDF_WMI_INSTANCE_CONFIG, EvtWmiInstanceQueryInstance, 0x20);
AT(WDF_WMI_INSTANCE_CONFIG, EvtWmiInstanceSetInstance, 0x28);
AT(WDF_WMI_INSTANCE_CONFIG, EvtWmiInstanceSetItem, 0x30);
AT(WDF_WMI_INSTANCE_CONFIG, EvtWmiInstanceExecuteMethod, 0x38);

/* USB */
SIZE(WDF_USB_CONTROL_SETUP_PACKET, 0x08);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet, 0x00);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.bm, 0x00);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.bm.Request, 0x00);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.bm.Byte, 0x00);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.bRequest, 0x01);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wValue, 0x02);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wValue.Bytes, 0x02);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wValue.Bytes.LowByte, 0x02);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wValue.Bytes.HiByte, 0x03);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wValue.Value, 0x02);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wIndex, 0x04);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wIndex.Bytes, 0x04);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wIndex.Bytes.LowByte, 0x04);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wIndex.Bytes.HiByte, 0x05);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wIndex.Value, 0x04);
AT(WDF_USB_CONTROL_SETUP_PACKET, Packet.wLength, 0x06);
AT(WDF_USB_CONTROL_SETUP_PACKET, Generic, 0x00);
AT(WDF_USB_CONTROL_SETUP_PACKET, Generic.Bytes, 0x00);

SIZE(WDF_USB_REQUEST_COMPLETION_PARAMS, 0x20);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, UsbdStatus, 0x00);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Type, 0x04);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceString, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceString.Buffer, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceString.LangID, 0x10);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceString.StringIndex, 0x12);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceString.RequiredSize, 0x13);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceControlTransfer, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceControlTransfer.Buffer, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceControlTransfer.SetupPacket, 0x10);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceControlTransfer.Length, 0x18);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceUrb, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.DeviceUrb.Buffer, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeWrite, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeWrite.Buffer, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeWrite.Length, 0x10);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeWrite.Offset, 0x18);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeRead, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeRead.Buffer, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeRead.Length, 0x10);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeRead.Offset, 0x18);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeUrb, 0x08);
AT(WDF_USB_REQUEST_COMPLETION_PARAMS, Parameters.PipeUrb.Buffer, 0x08);

SIZE(WDF_USB_CONTINUOUS_READER_CONFIG, 0x48);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, Size, 0x00);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, TransferLength, 0x08);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, HeaderLength, 0x10);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, TrailerLength, 0x18);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, NumPendingReads, 0x20);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, BufferAttributes, 0x28);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, EvtUsbTargetPipeReadComplete, 0x30);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, EvtUsbTargetPipeReadCompleteContext, 0x38);
AT(WDF_USB_CONTINUOUS_READER_CONFIG, EvtUsbTargetPipeReadersFailed, 0x40);

SIZE(WDF_USB_DEVICE_INFORMATION, 0x14);
AT(WDF_USB_DEVICE_INFORMATION, Size, 0x00);
AT(WDF_USB_DEVICE_INFORMATION, UsbdVersionInformation, 0x04);
AT(WDF_USB_DEVICE_INFORMATION, HcdPortCapabilities, 0x0c);
AT(WDF_USB_DEVICE_INFORMATION, Traits, 0x10);

SIZE(WDF_USB_INTERFACE_SETTING_PAIR, 0x10);
AT(WDF_USB_INTERFACE_SETTING_PAIR, UsbInterface, 0x00);
AT(WDF_USB_INTERFACE_SETTING_PAIR, SettingIndex, 0x08);

SIZE(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, 0x20);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Size, 0x00);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Type, 0x04);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.Descriptor, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.Descriptor.ConfigurationDescriptor, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.Descriptor.InterfaceDescriptors, 0x10);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.Descriptor.NumInterfaceDescriptors, 0x18);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.Urb, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.Urb.Urb, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.SingleInterface, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.SingleInterface.NumberConfiguredPipes, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.SingleInterface.ConfiguredUsbInterface, 0x10);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.MultiInterface, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.MultiInterface.NumberInterfaces, 0x08);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.MultiInterface.Pairs, 0x10);
AT(WDF_USB_DEVICE_SELECT_CONFIG_PARAMS, Types.MultiInterface.NumberOfConfiguredInterfaces, 0x18);

SIZE(WDF_USB_DEVICE_CREATE_CONFIG, 0x08);
AT(WDF_USB_DEVICE_CREATE_CONFIG, Size, 0x00);
AT(WDF_USB_DEVICE_CREATE_CONFIG, USBDClientContractVersion, 0x04);

SIZE(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, 0x10);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Size, 0x00);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Type, 0x04);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types, 0x08);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types.Descriptor, 0x08);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types.Descriptor.InterfaceDescriptor, 0x08);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types.Interface, 0x08);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types.Interface.SettingIndex, 0x08);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types.Urb, 0x08);
AT(WDF_USB_INTERFACE_SELECT_SETTING_PARAMS, Types.Urb.Urb, 0x08);

SIZE(WDF_USB_PIPE_INFORMATION, 0x14);
AT(WDF_USB_PIPE_INFORMATION, Size, 0x00);
AT(WDF_USB_PIPE_INFORMATION, MaximumPacketSize, 0x04);
AT(WDF_USB_PIPE_INFORMATION, EndpointAddress, 0x08);
AT(WDF_USB_PIPE_INFORMATION, Interval, 0x09);
AT(WDF_USB_PIPE_INFORMATION, SettingIndex, 0x0a);
AT(WDF_USB_PIPE_INFORMATION, PipeType, 0x0c);
AT(WDF_USB_PIPE_INFORMATION, MaximumTransferSize, 0x10);

/* companions and the co-installer */
SIZE(WDF_TASK_SEND_OPTIONS, 0x10);
AT(WDF_TASK_SEND_OPTIONS, Size, 0x00);
AT(WDF_TASK_SEND_OPTIONS, Flags, 0x04);
AT(WDF_TASK_SEND_OPTIONS, Timeout, 0x08);

SIZE(WDF_COINSTALLER_INSTALL_OPTIONS, 0x08);
AT(WDF_COINSTALLER_INSTALL_OPTIONS, Size, 0x00);
AT(WDF_COINSTALLER_INSTALL_OPTIONS, ShowRebootPrompt, 0x04);

/* class extensions */
SIZE(WDFCX_FILEOBJECT_CONFIG, 0x28);
AT(WDFCX_FILEOBJECT_CONFIG, EvtCxDeviceFileCreate, 0x08);
AT(WDFCX_FILEOBJECT_CONFIG, EvtFileClose, 0x10);
AT(WDFCX_FILEOBJECT_CONFIG, EvtFileCleanup, 0x18);
AT(WDFCX_FILEOBJECT_CONFIG, AutoForwardCleanupClose, 0x20);
AT(WDFCX_FILEOBJECT_CONFIG, FileObjectClass, 0x24);

SIZE(WDFCX_PNPPOWER_EVENT_CALLBACKS, 0x118);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePrePrepareHardware, 0x08);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreReleaseHardware, 0x20);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreD0Entry, 0x30);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePostD0Exit, 0x50);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePostSurpriseRemoval, 0x60);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreSelfManagedIoInit, 0x68);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreSelfManagedIoRestart, 0x80);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreSelfManagedIoSuspend, 0x98);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePostSelfManagedIoCleanup, 0xc0);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreSelfManagedIoRestartEx, 0xc8);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePostSelfManagedIoSuspendEx, 0xe8);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePreD0EntryPostHardwareEnabledFailedCleanup, 0x100);
AT(WDFCX_PNPPOWER_EVENT_CALLBACKS, EvtCxDevicePostD0ExitPreHardwareDisabled, 0x110);

SIZE(WDFCX_POWER_POLICY_EVENT_CALLBACKS, 0x90);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePreArmWakeFromS0, 0x08);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePreDisarmWakeFromS0, 0x20);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePreWakeFromS0Triggered, 0x30);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePreArmWakeFromSx, 0x40);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePreArmWakeFromSxWithReason, 0x58);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePreDisarmWakeFromSx, 0x70);
AT(WDFCX_POWER_POLICY_EVENT_CALLBACKS, EvtCxDevicePostWakeFromSxTriggered, 0x88);

/* Enumerations that a driver may pass on as numbers. */
_Static_assert(WdfWmiInstanceControl == 2, "WDF_WMI_PROVIDER_CONTROL");
_Static_assert(WdfWmiProviderValidFlags == 7, "WDF_WMI_PROVIDER_FLAGS");
_Static_assert(WdfDmaProfileSystemDuplex == 8, "WDF_DMA_PROFILE");
_Static_assert(WdfUsbRequestTypePipeUrb == 9, "WDF_USB_REQUEST_TYPE");
_Static_assert(WdfUsbPipeTypeInterrupt == 4, "WDF_USB_PIPE_TYPE");
_Static_assert(WdfUsbTargetDeviceSelectConfigTypeUrb == 6, "WdfUsbTargetDeviceSelectConfigType");
_Static_assert(WdfUsbInterfaceSelectSettingTypeUrb == 0x12, "WdfUsbTargetDeviceSelectSettingType");

static int setup_packet_differs(const WDF_USB_CONTROL_SETUP_PACKET *packet, const UCHAR *expected)
{
    for (int i = 0; i < 8; i++)
        if (packet->Generic.Bytes[i] != expected[i])
            return 1;
    return 0;
}

static int setup_packets_are_laid_out_as_on_the_wire(void)
{
    static const UCHAR standard[8] = {0x81, 0x06, 0x00, 0x22, 0x01, 0x00, 0, 0};
    static const UCHAR class[8] = {0x21, 0x09, 0x34, 0x12, 0x02, 0x00, 0, 0};
    static const UCHAR vendor[8] = {0xc3, 0xd4, 0xcd, 0xab, 0xef, 0xbe, 0, 0};
    static const UCHAR set[8] = {0x00, USB_REQUEST_SET_FEATURE, 0x01, 0x00, 0x00, 0x00, 0, 0};
    static const UCHAR clear[8] = {0x02, USB_REQUEST_CLEAR_FEATURE, 0x00, 0x00, 0x81, 0x00, 0, 0};
    static const UCHAR status[8] = {0x80, USB_REQUEST_GET_STATUS, 0x00, 0x00, 0x05, 0x00, 0, 0};
    WDF_USB_CONTROL_SETUP_PACKET packet;

    RtlFillMemory(&packet, sizeof(packet), 0xcc);
    WDF_USB_CONTROL_SETUP_PACKET_INIT(&packet, BmRequestDeviceToHost, BmRequestToInterface, 0x06,
                                      0x2200, 1);
    if (setup_packet_differs(&packet, standard))
        return 1;
    WDF_USB_CONTROL_SETUP_PACKET_INIT_CLASS(&packet, BmRequestHostToDevice, BmRequestToInterface,
                                            0x09, 0x1234, 2);
    if (setup_packet_differs(&packet, class))
        return 2;
    WDF_USB_CONTROL_SETUP_PACKET_INIT_VENDOR(&packet, BmRequestDeviceToHost, BmRequestToOther, 0xd4,
                                             0xabcd, 0xbeef);
    if (setup_packet_differs(&packet, vendor))
        return 3;
    WDF_USB_CONTROL_SETUP_PACKET_INIT_FEATURE(&packet, BmRequestToDevice, 1, 0, TRUE);
    if (setup_packet_differs(&packet, set))
        return 4;
    WDF_USB_CONTROL_SETUP_PACKET_INIT_FEATURE(&packet, BmRequestToEndpoint, 0, 0x81, FALSE);
    if (setup_packet_differs(&packet, clear))
        return 5;
    WDF_USB_CONTROL_SETUP_PACKET_INIT_GET_STATUS(&packet, BmRequestToDevice, 5);
    if (setup_packet_differs(&packet, status))
        return 6;
    return 0;
}

static int multiple_interfaces_come_with_pairs_or_without(void)
{
    WDF_USB_INTERFACE_SETTING_PAIR pairs[2] = {{NULL, 0}, {NULL, 1}};
    WDF_USB_DEVICE_SELECT_CONFIG_PARAMS params;

    WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_MULTIPLE_INTERFACES(&params, 0, pairs);
    if (params.Type != WdfUsbTargetDeviceSelectConfigTypeMultiInterface)
        return 11;
    WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_MULTIPLE_INTERFACES(&params, 2, NULL);
    if (params.Type != WdfUsbTargetDeviceSelectConfigTypeMultiInterface ||
        params.Types.MultiInterface.NumberInterfaces != 0)
        return 12;
    WDF_USB_DEVICE_SELECT_CONFIG_PARAMS_INIT_MULTIPLE_INTERFACES(&params, 2, pairs);
    if (params.Type != WdfUsbTargetDeviceSelectConfigTypeInterfacesPairs ||
        params.Size != sizeof(params) || params.Types.MultiInterface.NumberInterfaces != 2 ||
        params.Types.MultiInterface.Pairs != pairs)
        return 13;
    return 0;
}

static int wmi_strings_have_their_length_ahead(void)
{
    static WCHAR text[] = L"ab";
    UNICODE_STRING string = {4, 6, text};
    UNICODE_STRING empty = {0, 0, NULL};
    UCHAR buffer[7];
    ULONG needed;

    RtlFillMemory(buffer, sizeof(buffer), 0xcc);
    if (WDF_WMI_BUFFER_APPEND_STRING(buffer, 5, &string, &needed) != STATUS_BUFFER_TOO_SMALL ||
        needed != 6 || buffer[0] != 0xcc)
        return 21;
    if (WDF_WMI_BUFFER_APPEND_STRING(buffer, 6, &string, &needed) != STATUS_SUCCESS ||
        needed != 6 || buffer[0] != 4 || buffer[1] != 0 || buffer[2] != 'a' || buffer[4] != 'b' ||
        buffer[6] != 0xcc)
        return 22;
    if (WDF_WMI_BUFFER_APPEND_STRING(buffer, 2, &empty, &needed) != STATUS_SUCCESS || needed != 2 ||
        buffer[0] != 0 || buffer[2] != 'a')
        return 23;
    return 0;
}

/* The number of the check that failed, 0 if none did. */
int main(void)
{
    int failed = setup_packets_are_laid_out_as_on_the_wire();

    if (failed == 0)
        failed = multiple_interfaces_come_with_pairs_or_without();
    if (failed == 0)
        failed = wmi_strings_have_their_length_ahead();
    if (failed == 0 && !(WDF_USB_PIPE_DIRECTION_IN(0x81) && WDF_USB_PIPE_DIRECTION_OUT(0x01)))
        failed = 31;
    return failed;
}
