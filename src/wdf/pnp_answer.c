/*
 * What a device tells the PnP manager of itself: its capabilities and its state.
 */
#include "driver.h"
#include "pnp.h"

/* The framework's words for a bit: leave it, set it, clear it. */
#define APPLY(field, wish)                                                                         \
    do {                                                                                           \
        if ((wish) != WdfUseDefault)                                                               \
            (field) = (wish) == WdfTrue;                                                           \
    } while (0)
#define APPLY_IF(field, wish, value)                                                               \
    do {                                                                                           \
        if ((wish) == (value))                                                                     \
            (field) = (value) == WdfTrue;                                                          \
    } while (0)

/* ---- capabilities ------------------------------------------------------------------- */

static VOID copy_wishes(struct wdf_pnp *pnp, WDF_DEVICE_PNP_CAPABILITIES *wishes,
                        WDF_DEVICE_POWER_CAPABILITIES *power)
{
    KIRQL irql;

    KeAcquireSpinLock(&pnp->lock, &irql);
    *wishes = pnp->capabilities;
    *power = pnp->power_capabilities;
    KeReleaseSpinLock(&pnp->lock, irql);
}

static VOID apply_numbers(PDEVICE_CAPABILITIES capabilities,
                          const WDF_DEVICE_PNP_CAPABILITIES *wishes)
{
    if (wishes->Address != (ULONG)-1)
        capabilities->Address = wishes->Address;
    if (wishes->UINumber != (ULONG)-1)
        capabilities->UINumber = wishes->UINumber;
}

/* A function driver may make its device worse than the bus says, not better. */
static VOID limit_power(PDEVICE_CAPABILITIES capabilities,
                        const WDF_DEVICE_POWER_CAPABILITIES *power)
{
    ULONG system;

    for (system = PowerSystemWorking; system < PowerSystemMaximum; system++) {
        if (power->DeviceState[system] != PowerDeviceMaximum)
            capabilities->DeviceState[system] =
                max(capabilities->DeviceState[system], power->DeviceState[system]);
    }
    if (power->SystemWake != PowerSystemMaximum)
        capabilities->SystemWake = min(capabilities->SystemWake, power->SystemWake);
    if (power->DeviceWake != PowerDeviceMaximum)
        capabilities->DeviceWake = min(capabilities->DeviceWake, power->DeviceWake);
    if (power->D1Latency != (ULONG)-1)
        capabilities->D1Latency = max(capabilities->D1Latency, power->D1Latency);
    if (power->D2Latency != (ULONG)-1)
        capabilities->D2Latency = max(capabilities->D2Latency, power->D2Latency);
    if (power->D3Latency != (ULONG)-1)
        capabilities->D3Latency = max(capabilities->D3Latency, power->D3Latency);
}

VOID wdf_answer_capabilities(struct wdf_device *device, PDEVICE_CAPABILITIES capabilities,
                             BOOLEAN is_below_done)
{
    WDF_DEVICE_PNP_CAPABILITIES wishes;
    WDF_DEVICE_POWER_CAPABILITIES power;

    copy_wishes(device->pnp, &wishes, &power);
    if (!is_below_done) {
        APPLY_IF(capabilities->LockSupported, wishes.LockSupported, WdfTrue);
        APPLY_IF(capabilities->EjectSupported, wishes.EjectSupported, WdfTrue);
        APPLY_IF(capabilities->Removable, wishes.Removable, WdfTrue);
        APPLY_IF(capabilities->DockDevice, wishes.DockDevice, WdfTrue);
        APPLY_IF(capabilities->SurpriseRemovalOK, wishes.SurpriseRemovalOK, WdfTrue);
        APPLY_IF(capabilities->NoDisplayInUI, wishes.NoDisplayInUI, WdfTrue);
        return;
    }
    APPLY_IF(capabilities->LockSupported, wishes.LockSupported, WdfFalse);
    APPLY_IF(capabilities->EjectSupported, wishes.EjectSupported, WdfFalse);
    APPLY_IF(capabilities->DockDevice, wishes.DockDevice, WdfFalse);
    APPLY(capabilities->Removable, wishes.Removable);
    APPLY(capabilities->SurpriseRemovalOK, wishes.SurpriseRemovalOK);
    limit_power(capabilities, &power);
    apply_numbers(capabilities, &wishes);
}

static VOID pdo_power(PDEVICE_CAPABILITIES capabilities, const WDF_DEVICE_POWER_CAPABILITIES *power)
{
    ULONG system;

    APPLY(capabilities->DeviceD1, power->DeviceD1);
    APPLY(capabilities->DeviceD2, power->DeviceD2);
    APPLY(capabilities->WakeFromD0, power->WakeFromD0);
    APPLY(capabilities->WakeFromD1, power->WakeFromD1);
    APPLY(capabilities->WakeFromD2, power->WakeFromD2);
    APPLY(capabilities->WakeFromD3, power->WakeFromD3);
    for (system = PowerSystemWorking; system < PowerSystemMaximum; system++) {
        if (power->DeviceState[system] != PowerDeviceMaximum)
            capabilities->DeviceState[system] = power->DeviceState[system];
    }
    if (power->DeviceWake != PowerDeviceMaximum)
        capabilities->DeviceWake = power->DeviceWake;
    if (power->SystemWake != PowerSystemMaximum)
        capabilities->SystemWake = power->SystemWake;
    if (power->D1Latency != (ULONG)-1)
        capabilities->D1Latency = power->D1Latency;
    if (power->D2Latency != (ULONG)-1)
        capabilities->D2Latency = power->D2Latency;
    if (power->D3Latency != (ULONG)-1)
        capabilities->D3Latency = power->D3Latency;
}

static NTSTATUS ask_capabilities(PDEVICE_OBJECT device_object, PDEVICE_CAPABILITIES capabilities)
{
    IO_STACK_LOCATION question = {.MinorFunction = IRP_MN_QUERY_CAPABILITIES};
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(device_object);
    NTSTATUS status;

    RtlZeroMemory(capabilities, sizeof(*capabilities));
    capabilities->Size = sizeof(*capabilities);
    capabilities->Version = 1;
    capabilities->Address = capabilities->UINumber = (ULONG)-1;
    question.Parameters.DeviceCapabilities.Capabilities = capabilities;
    status = wdf_ask_stack(top, &question, NULL);
    ObDereferenceObject(top);
    return status;
}

/* A child can do what its parent can, unless the driver says otherwise. */
NTSTATUS wdf_pdo_capabilities(struct wdf_device *device, PDEVICE_CAPABILITIES capabilities)
{
    WDF_DEVICE_PNP_CAPABILITIES wishes;
    WDF_DEVICE_POWER_CAPABILITIES power;
    DEVICE_CAPABILITIES parent;
    BOOLEAN is_raw = device->pdo_part->identity.is_raw;
    NTSTATUS status = ask_capabilities(device->pdo_part->parent->device_object, &parent);

    if (!NT_SUCCESS(status))
        return status;
    RtlCopyMemory(capabilities->DeviceState, parent.DeviceState, sizeof(parent.DeviceState));
    capabilities->SystemWake = parent.SystemWake;
    capabilities->DeviceWake = parent.DeviceWake;
    copy_wishes(device->pnp, &wishes, &power);
    APPLY(capabilities->LockSupported, wishes.LockSupported);
    APPLY(capabilities->EjectSupported, wishes.EjectSupported);
    APPLY(capabilities->Removable, wishes.Removable);
    APPLY(capabilities->DockDevice, wishes.DockDevice);
    APPLY(capabilities->UniqueID, wishes.UniqueID);
    APPLY(capabilities->SilentInstall,
          wishes.SilentInstall == WdfUseDefault && is_raw ? WdfTrue : wishes.SilentInstall);
    APPLY(capabilities->SurpriseRemovalOK, wishes.SurpriseRemovalOK);
    APPLY(capabilities->HardwareDisabled, wishes.HardwareDisabled);
    APPLY(capabilities->NoDisplayInUI, wishes.NoDisplayInUI);
    APPLY_IF(capabilities->RawDeviceOK, is_raw, TRUE);
    pdo_power(capabilities, &power);
    apply_numbers(capabilities, &wishes);
    return STATUS_SUCCESS;
}

NTSTATUS wdf_query_capabilities(struct wdf_device *device)
{
    struct wdf_policy *policy = device->pnp->policy;
    DEVICE_CAPABILITIES capabilities;
    NTSTATUS status = ask_capabilities(device->device_object, &capabilities);

    if (!NT_SUCCESS(status))
        return status;
    policy->capabilities = capabilities;
    policy->has_capabilities = TRUE;
    return STATUS_SUCCESS;
}

static BOOLEAN are_tri_states(const WDF_TRI_STATE *first, ULONG count)
{
    while (count-- && (ULONG)first[count] <= WdfUseDefault)
        ;
    return count == (ULONG)-1;
}

VOID NTAPI imp_WdfDeviceSetPnpCapabilities(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           PWDF_DEVICE_PNP_CAPABILITIES PnpCapabilities)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_pnp *pnp = device->pnp;
    ULONG address, number;
    KIRQL irql;

    WDF_REQUIRE(PnpCapabilities);
    if (!pnp || PnpCapabilities->Size != sizeof(*PnpCapabilities) ||
        !are_tri_states(&PnpCapabilities->LockSupported, 9)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "a control device, or WDF_DEVICE_PNP_CAPABILITIES (Size %u) is wrong",
                   PnpCapabilities->Size);
        return;
    }
    KeAcquireSpinLock(&pnp->lock, &irql);
    address = pnp->capabilities.Address;
    number = pnp->capabilities.UINumber;
    pnp->capabilities = *PnpCapabilities;
    if (PnpCapabilities->Address == (ULONG)-1)
        pnp->capabilities.Address = address;
    if (PnpCapabilities->UINumber == (ULONG)-1)
        pnp->capabilities.UINumber = number;
    KeReleaseSpinLock(&pnp->lock, irql);
}

static BOOLEAN is_power_good(struct wdf_device *device, PWDF_DEVICE_POWER_CAPABILITIES power)
{
    ULONG i;

    if (!device->pnp || power->Size != sizeof(*power) || !are_tri_states(&power->DeviceD1, 6))
        return FALSE;
    for (i = 0; i < RTL_NUMBER_OF(power->DeviceState); i++) {
        if ((ULONG)power->DeviceState[i] > PowerDeviceMaximum)
            return FALSE;
    }
    if ((ULONG)power->DeviceWake > PowerDeviceMaximum ||
        (ULONG)power->SystemWake > PowerSystemMaximum)
        return FALSE;
    if (power->IdealDxStateForSx == PowerDeviceMaximum)
        return TRUE;
    return device->pnp->policy && power->IdealDxStateForSx >= PowerDeviceD1 &&
           power->IdealDxStateForSx < PowerDeviceMaximum;
}

VOID NTAPI imp_WdfDeviceSetPowerCapabilities(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             PWDF_DEVICE_POWER_CAPABILITIES PowerCapabilities)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    KIRQL irql;

    WDF_REQUIRE(PowerCapabilities);
    if (!is_power_good(device, PowerCapabilities)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "a control device, or WDF_DEVICE_POWER_CAPABILITIES (Size %u) is wrong",
                   PowerCapabilities->Size);
        return;
    }
    KeAcquireSpinLock(&device->pnp->lock, &irql);
    device->pnp->power_capabilities = *PowerCapabilities;
    KeReleaseSpinLock(&device->pnp->lock, irql);
}

/* ---- the device's state ----------------------------------------------------------------- */

static PNP_DEVICE_STATE apply_state(PNP_DEVICE_STATE state, PNP_DEVICE_STATE bit,
                                    WDF_TRI_STATE wish)
{
    if (wish == WdfTrue)
        return state | bit;
    return wish == WdfFalse ? state & ~bit : state;
}

PNP_DEVICE_STATE wdf_answer_device_state(struct wdf_device *device, PNP_DEVICE_STATE state)
{
    struct wdf_pnp *pnp = device->pnp;
    WDF_DEVICE_STATE wishes;
    WDF_TRI_STATE hidden;
    KIRQL irql;

    KeAcquireSpinLock(&pnp->lock, &irql);
    wishes = pnp->device_state;
    hidden = pnp->capabilities.NoDisplayInUI;
    KeReleaseSpinLock(&pnp->lock, irql);
    state = apply_state(state, PNP_DEVICE_DISABLED, wishes.Disabled);
    state = apply_state(state, PNP_DEVICE_DONT_DISPLAY_IN_UI, wishes.DontDisplayInUI);
    state = apply_state(state, PNP_DEVICE_FAILED, wishes.Failed);
    state = apply_state(state, PNP_DEVICE_NOT_DISABLEABLE, wishes.NotDisableable);
    state = apply_state(state, PNP_DEVICE_REMOVED, wishes.Removed);
    state = apply_state(state, PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED, wishes.ResourcesChanged);
    if (wishes.DontDisplayInUI == WdfUseDefault)
        state = apply_state(state, PNP_DEVICE_DONT_DISPLAY_IN_UI, hidden);
    if (wdf_is_in_special_use(pnp))
        state |= PNP_DEVICE_NOT_DISABLEABLE;
    if (pnp->has_failed || pnp->failed_action != WdfDeviceFailedUndefined)
        state |= PNP_DEVICE_FAILED;
    return state;
}

static BOOLEAN is_state_size_good(struct wdf_globals *globals, struct wdf_device *device,
                                  PWDF_DEVICE_STATE state, PCSTR function)
{
    if (device->pnp && state->Size == sizeof(*state))
        return TRUE;
    wdf_misuse(globals, function, "a control device, or WDF_DEVICE_STATE.Size is %u, not %u",
               state->Size, (ULONG)sizeof(*state));
    return FALSE;
}

VOID NTAPI imp_WdfDeviceGetDeviceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PWDF_DEVICE_STATE DeviceState)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    KIRQL irql;

    WDF_REQUIRE(DeviceState);
    if (!is_state_size_good(wdf_globals_of(DriverGlobals), device, DeviceState, __func__))
        return;
    KeAcquireSpinLock(&device->pnp->lock, &irql);
    *DeviceState = device->pnp->device_state;
    KeReleaseSpinLock(&device->pnp->lock, irql);
}

VOID NTAPI imp_WdfDeviceSetDeviceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PWDF_DEVICE_STATE DeviceState)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    KIRQL irql;

    WDF_REQUIRE(DeviceState);
    if (!is_state_size_good(wdf_globals_of(DriverGlobals), device, DeviceState, __func__))
        return;
    if (!are_tri_states(&DeviceState->Disabled, 7)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "a member of WDF_DEVICE_STATE is no WDF_TRI_STATE");
        return;
    }
    KeAcquireSpinLock(&device->pnp->lock, &irql);
    device->pnp->device_state = *DeviceState;
    KeReleaseSpinLock(&device->pnp->lock, irql);
    IoInvalidateDeviceState(device->pdo);
}

VOID NTAPI imp_WdfDeviceSetFailed(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                  WDF_DEVICE_FAILED_ACTION FailedAction)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    if (!device->pnp || FailedAction < WdfDeviceFailedAttemptRestart ||
        FailedAction > WdfDeviceFailedNoRestart) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "a control device, or there is no action %d", FailedAction);
        return;
    }
    device->pnp->failed_action = FailedAction;
    IoInvalidateDeviceState(device->pdo);
}

VOID NTAPI imp_WdfDeviceSetStaticStopRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            BOOLEAN Stoppable)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (device->pnp)
        __atomic_add_fetch(&device->pnp->stop_count, Stoppable ? -1 : 1, __ATOMIC_RELAXED);
}

VOID NTAPI imp_WdfDeviceSetSpecialFileSupport(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                              WDF_SPECIAL_FILE_TYPE FileType,
                                              BOOLEAN FileTypeIsSupported)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    if (!device->pnp || FileType < WdfSpecialFilePaging || FileType >= WdfSpecialFileMax ||
        FileType == WdfSpecialFilePostDisplay) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "a control device, or there is no special file %d", FileType);
        return;
    }
    device->pnp->supports[FileType] = FileTypeIsSupported;
}
