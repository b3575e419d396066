/*
 * WDFDEVICE_INIT: the callbacks that a device's driver gives it.
 */
#include "device.h"

VOID NTAPI imp_WdfDeviceInitSetFileObjectConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                PWDFDEVICE_INIT DeviceInit,
                                                PWDF_FILEOBJECT_CONFIG FileObjectConfig,
                                                PWDF_OBJECT_ATTRIBUTES FileObjectAttributes)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    ULONG class;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(FileObjectConfig);
    if (!wdf_may_change_init(DeviceInit, __func__))
        return;
    class = (ULONG)FileObjectConfig->FileObjectClass & ~(ULONG)WdfFileObjectCanBeOptional;
    if (FileObjectConfig->Size != sizeof(*FileObjectConfig) ||
        (ULONG)FileObjectConfig->AutoForwardCleanupClose > WdfUseDefault ||
        class == WdfFileObjectInvalid || class > WdfFileObjectWdfCannotUseFsContexts ||
        (class == WdfFileObjectNotRequired && class != (ULONG)FileObjectConfig->FileObjectClass)) {
        wdf_misuse(globals, __func__,
                   "WDF_FILEOBJECT_CONFIG has Size %u, AutoForwardCleanupClose %d, "
                   "FileObjectClass 0x%x",
                   FileObjectConfig->Size, FileObjectConfig->AutoForwardCleanupClose,
                   FileObjectConfig->FileObjectClass);
        return;
    }
    if (!NT_SUCCESS(wdf_check_attributes(FileObjectAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED |
                                                                   WDF_ATTRIBUTES_LEVEL_ALLOWED |
                                                                   WDF_ATTRIBUTES_SCOPE_ALLOWED))) {
        wdf_misuse(globals, __func__, "the attributes do not suit a file object");
        return;
    }
    DeviceInit->config.has_file_config = TRUE;
    DeviceInit->config.file = *FileObjectConfig;
    if (FileObjectAttributes)
        DeviceInit->config.file_attributes = *FileObjectAttributes;
}

VOID NTAPI imp_WdfDeviceInitSetRequestAttributes(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 PWDFDEVICE_INIT DeviceInit,
                                                 PWDF_OBJECT_ATTRIBUTES RequestAttributes)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(RequestAttributes);
    if (!wdf_may_change_init(DeviceInit, __func__))
        return;
    if (!NT_SUCCESS(wdf_check_attributes(RequestAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED))) {
        wdf_misuse(globals, __func__, "the attributes do not suit a request");
        return;
    }
    DeviceInit->config.request_attributes = *RequestAttributes;
}

VOID NTAPI imp_WdfDeviceInitSetIoInCallerContextCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(EvtIoInCallerContext);
    if (wdf_may_change_init(DeviceInit, __func__))
        DeviceInit->config.in_caller_context = EvtIoInCallerContext;
}

NTSTATUS NTAPI imp_WdfDeviceInitAssignWdmIrpPreprocessCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PFN_WDFDEVICE_WDM_IRP_PREPROCESS EvtDeviceWdmIrpPreprocess, UCHAR MajorFunction,
    PUCHAR MinorFunctions, ULONG NumMinorFunctions)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_preprocess *preprocess;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(EvtDeviceWdmIrpPreprocess);
    if (NumMinorFunctions)
        WDF_REQUIRE(MinorFunctions);
    if (!wdf_may_change_init(DeviceInit, __func__))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (MajorFunction > IRP_MJ_MAXIMUM_FUNCTION)
        return STATUS_INVALID_PARAMETER;
    preprocess = &DeviceInit->config.preprocess[MajorFunction];
    if (NumMinorFunctions) {
        if (preprocess->minor_count)
            return STATUS_INVALID_DEVICE_REQUEST;
        preprocess->minors =
            ExAllocatePool2(POOL_FLAG_NON_PAGED, NumMinorFunctions, globals->seen.DriverTag);
        if (!preprocess->minors)
            return STATUS_INSUFFICIENT_RESOURCES;
        RtlCopyMemory(preprocess->minors, MinorFunctions, NumMinorFunctions);
        preprocess->minor_count = NumMinorFunctions;
    }
    preprocess->routine = EvtDeviceWdmIrpPreprocess;
    return STATUS_SUCCESS;
}

VOID NTAPI imp_WdfDeviceInitSetPnpPowerEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(PnpPowerEventCallbacks);
    if (!wdf_may_change_init(DeviceInit, __func__))
        return;
    if (PnpPowerEventCallbacks->Size != sizeof(*PnpPowerEventCallbacks)) {
        wdf_misuse(globals, __func__, "WDF_PNPPOWER_EVENT_CALLBACKS.Size is %u, not %u",
                   PnpPowerEventCallbacks->Size, (ULONG)sizeof(*PnpPowerEventCallbacks));
        return;
    }
    if (PnpPowerEventCallbacks->EvtDeviceUsageNotification &&
        PnpPowerEventCallbacks->EvtDeviceUsageNotificationEx) {
        wdf_misuse(globals, __func__, "EvtDeviceUsageNotification and its Ex exclude each other");
        return;
    }
    DeviceInit->config.pnp = *PnpPowerEventCallbacks;
    DeviceInit->config.has_pnp_callbacks = TRUE;
}

VOID NTAPI imp_WdfDeviceInitSetPowerPolicyEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_POWER_POLICY_EVENT_CALLBACKS PowerPolicyEventCallbacks)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(PowerPolicyEventCallbacks);
    if (!wdf_may_change_init(DeviceInit, __func__))
        return;
    if (PowerPolicyEventCallbacks->Size != sizeof(*PowerPolicyEventCallbacks)) {
        wdf_misuse(globals, __func__, "WDF_POWER_POLICY_EVENT_CALLBACKS.Size is %u, not %u",
                   PowerPolicyEventCallbacks->Size, (ULONG)sizeof(*PowerPolicyEventCallbacks));
        return;
    }
    if (PowerPolicyEventCallbacks->EvtDeviceArmWakeFromSx &&
        PowerPolicyEventCallbacks->EvtDeviceArmWakeFromSxWithReason) {
        wdf_misuse(globals, __func__,
                   "EvtDeviceArmWakeFromSx and its WithReason exclude each other");
        return;
    }
    DeviceInit->config.power_policy = *PowerPolicyEventCallbacks;
    DeviceInit->config.has_power_policy_callbacks = TRUE;
}

VOID NTAPI imp_WdfDeviceInitSetPowerPolicyOwnership(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    PWDFDEVICE_INIT DeviceInit,
                                                    BOOLEAN IsPowerPolicyOwner)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DeviceInit);
    if (wdf_may_change_init(DeviceInit, __func__))
        DeviceInit->config.power_policy_ownership = IsPowerPolicyOwner ? WdfTrue : WdfFalse;
}

VOID NTAPI imp_WdfDeviceInitSetReleaseHardwareOrderOnFailure(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE ReleaseHardwareOrderOnFailure)
{
    WDF_REQUIRE(DeviceInit);
    if (!wdf_may_change_init(DeviceInit, __func__))
        return;
    if (ReleaseHardwareOrderOnFailure < WdfReleaseHardwareOrderOnFailureEarly ||
        ReleaseHardwareOrderOnFailure > WdfReleaseHardwareOrderOnFailureAfterDescendants) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "there is no order %d",
                   ReleaseHardwareOrderOnFailure);
        return;
    }
    DeviceInit->config.release_order = ReleaseHardwareOrderOnFailure;
}

/* Watches state, one of [first, end). A second callback for a state replaces the first. */
static NTSTATUS watch_state(PWDFDEVICE_INIT init, ULONG state, ULONG first, ULONG end, ULONG types,
                            struct wdf_state_callback **watch)
{
    struct wdf_state_callback *callback = init->config.state_callbacks;

    state = WdfDevStateNormalize(state);
    if (state < first || state >= WdfDevStateNormalize(end))
        return STATUS_INVALID_PARAMETER;
    if (!types || (types & ~(ULONG)StateNotificationAllStates))
        return STATUS_INVALID_PARAMETER;
    while (callback && callback->state != state)
        callback = callback->next;
    if (!callback) {
        callback =
            ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*callback), init->globals->seen.DriverTag);
        if (!callback)
            return STATUS_INSUFFICIENT_RESOURCES;
        callback->state = state;
        callback->next = init->config.state_callbacks;
        init->config.state_callbacks = callback;
    }
    callback->types = types;
    *watch = callback;
    return STATUS_SUCCESS;
}

static BOOLEAN may_watch(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init, PCSTR function)
{
    return wdf_check_irql(wdf_globals_of(globals), function, PASSIVE_LEVEL) &&
           wdf_may_change_init(init, function);
}

NTSTATUS NTAPI imp_WdfDeviceInitRegisterPnpStateChangeCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_PNP_STATE PnpState,
    PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION EvtDevicePnpStateChange, ULONG CallbackTypes)
{
    struct wdf_state_callback *callback;
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(EvtDevicePnpStateChange);
    if (!may_watch(DriverGlobals, DeviceInit, __func__))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = watch_state(DeviceInit, PnpState, WdfDevStatePnpObjectCreated, WdfDevStatePnpNull,
                         CallbackTypes, &callback);
    if (NT_SUCCESS(status))
        callback->pnp = EvtDevicePnpStateChange;
    return status;
}

NTSTATUS NTAPI imp_WdfDeviceInitRegisterPowerStateChangeCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    WDF_DEVICE_POWER_STATE PowerState,
    PFN_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION EvtDevicePowerStateChange, ULONG CallbackTypes)
{
    struct wdf_state_callback *callback;
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(EvtDevicePowerStateChange);
    if (!may_watch(DriverGlobals, DeviceInit, __func__))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = watch_state(DeviceInit, PowerState, WdfDevStatePowerObjectCreated,
                         WdfDevStatePowerNull, CallbackTypes, &callback);
    if (NT_SUCCESS(status))
        callback->power = EvtDevicePowerStateChange;
    return status;
}

NTSTATUS NTAPI imp_WdfDeviceInitRegisterPowerPolicyStateChangeCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    WDF_DEVICE_POWER_POLICY_STATE PowerPolicyState,
    PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION EvtDevicePowerPolicyStateChange,
    ULONG CallbackTypes)
{
    struct wdf_state_callback *callback;
    NTSTATUS status;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(EvtDevicePowerPolicyStateChange);
    if (!may_watch(DriverGlobals, DeviceInit, __func__))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = watch_state(DeviceInit, PowerPolicyState, WdfDevStatePwrPolObjectCreated,
                         WdfDevStatePwrPolNull, CallbackTypes, &callback);
    if (NT_SUCCESS(status))
        callback->policy = EvtDevicePowerPolicyStateChange;
    return status;
}
