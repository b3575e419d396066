/*
 * What a driver says and asks about its device's power.
 */
#include "driver.h"
#include "pnp.h"

#define DEFAULT_IDLE_TIMEOUT 5000 /* in ms */

static struct wdf_policy *policy_of(struct wdf_device *device)
{
    return device->pnp ? device->pnp->policy : NULL;
}

/* ---- the user's choice, in the device's registry key below WDF ----------------------- */

static NTSTATUS open_settings(struct wdf_device *device, PHANDLE key)
{
    UNICODE_STRING name = RTL_STRING(L"WDF");
    OBJECT_ATTRIBUTES attributes;
    HANDLE parent;
    NTSTATUS status;

    status = IoOpenDeviceRegistryKey(device->pdo, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &parent);
    if (!NT_SUCCESS(status))
        return status;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, parent,
                               NULL);
    status = ZwOpenKey(key, KEY_READ, &attributes);
    ZwClose(parent);
    return status;
}

/* *is_enabled stays as it is if the registry says nothing. */
static VOID read_setting(struct wdf_device *device, PCWSTR value, BOOLEAN *is_enabled)
{
    struct {
        KEY_VALUE_PARTIAL_INFORMATION information;
        ULONG rest;
    } data;
    PKEY_VALUE_PARTIAL_INFORMATION information = &data.information;
    UNICODE_STRING name;
    HANDLE key;
    ULONG length;

    if (KeGetCurrentIrql() != PASSIVE_LEVEL || !NT_SUCCESS(open_settings(device, &key)))
        return;
    RtlInitUnicodeString(&name, value);
    if (NT_SUCCESS(ZwQueryValueKey(key, &name, KeyValuePartialInformation, information,
                                   sizeof(data), &length)) &&
        information->Type == REG_DWORD && information->DataLength == sizeof(ULONG)) {
        ULONG number;

        RtlCopyMemory(&number, information->Data, sizeof(number));
        *is_enabled = number != 0;
    }
    ZwClose(key);
}

/* What holds: the driver's word, else the installer's, and the user's over it if he may. */
static BOOLEAN decide(struct wdf_device *device, WDF_TRI_STATE wanted, BOOLEAN user_may,
                      PCWSTR default_name, PCWSTR user_name)
{
    BOOLEAN is_enabled = wanted != WdfFalse;

    if (wanted != WdfUseDefault)
        return is_enabled;
    read_setting(device, default_name, &is_enabled);
    if (user_may)
        read_setting(device, user_name, &is_enabled);
    return is_enabled;
}

/* ---- settings ---------------------------------------------------------------------------- */

static NTSTATUS check_idle_settings(PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS settings)
{
    if (settings->Size != sizeof(*settings))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (settings->DxState < PowerDeviceD1 || settings->DxState > PowerDeviceMaximum ||
        settings->IdleCaps < IdleCannotWakeFromS0 || settings->IdleCaps > IdleUsbSelectiveSuspend ||
        settings->UserControlOfIdleSettings < IdleDoNotAllowUserControl ||
        settings->UserControlOfIdleSettings > IdleAllowUserControl ||
        (ULONG)settings->Enabled > WdfUseDefault ||
        (ULONG)settings->PowerUpIdleDeviceOnSystemWake > WdfUseDefault ||
        (ULONG)settings->IdleTimeoutType > SystemManagedIdleTimeoutWithHint)
        return STATUS_INVALID_PARAMETER;
    if (settings->IdleCaps != IdleCannotWakeFromS0 &&
        settings->PowerUpIdleDeviceOnSystemWake != WdfUseDefault)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* Capabilities are asked for once the drivers below are started, or now if they are. */
static NTSTATUS need_capabilities(struct wdf_device *device)
{
    if (policy_of(device)->has_capabilities || KeGetCurrentIrql() != PASSIVE_LEVEL)
        return STATUS_SUCCESS;
    return wdf_query_capabilities(device);
}

/* The Dx from which the device can signal while the system is in state. */
static DEVICE_POWER_STATE deepest_wake(struct wdf_policy *policy, SYSTEM_POWER_STATE system)
{
    return system <= policy->capabilities.SystemWake ? policy->capabilities.DeviceWake
                                                     : PowerDeviceUnspecified;
}

static NTSTATUS choose_idle_state(struct wdf_policy *policy,
                                  PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS settings,
                                  DEVICE_POWER_STATE *state)
{
    DEVICE_POWER_STATE deepest = deepest_wake(policy, PowerSystemWorking);

    *state = settings->DxState;
    if (settings->IdleCaps == IdleCannotWakeFromS0) {
        if (*state == PowerDeviceMaximum)
            *state = PowerDeviceD3;
        return STATUS_SUCCESS;
    }
    if (*state == PowerDeviceMaximum)
        *state = deepest;
    if (*state < PowerDeviceD1 || *state > deepest ||
        (*state > PowerDeviceD2 && settings->IdleCaps == IdleUsbSelectiveSuspend))
        return STATUS_POWER_STATE_INVALID;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDeviceAssignS0IdleSettings(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Device,
                                                 PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_policy *policy = policy_of(device);
    DEVICE_POWER_STATE state;
    ULONG timeout;
    KIRQL irql;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Settings);
    if (!policy)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = check_idle_settings(Settings);
    if (NT_SUCCESS(status))
        status = need_capabilities(device);
    if (NT_SUCCESS(status))
        status = choose_idle_state(policy, Settings, &state);
    if (!NT_SUCCESS(status))
        return status;
    timeout = Settings->IdleTimeout == IdleTimeoutDefaultValue ? DEFAULT_IDLE_TIMEOUT
                                                               : Settings->IdleTimeout;
    KeAcquireSpinLock(&policy->lock, &irql);
    policy->idle.is_set = TRUE;
    policy->idle.can_wake = Settings->IdleCaps != IdleCannotWakeFromS0;
    policy->idle.state = state;
    if (Settings->PowerUpIdleDeviceOnSystemWake != WdfUseDefault)
        policy->idle.powers_up_on_system_wake = Settings->PowerUpIdleDeviceOnSystemWake == WdfTrue;
    KeReleaseSpinLock(&policy->lock, irql);
    __atomic_store_n(&policy->idle.timeout, timeout * 10000LL, __ATOMIC_RELAXED);
    wdf_set_idle_enabled(policy,
                         decide(device, Settings->Enabled,
                                Settings->UserControlOfIdleSettings == IdleAllowUserControl,
                                WDF_S0_IDLE_DEFAULT_VALUE_NAME, WDF_S0_IDLE_ENABLED_VALUE_NAME));
    return STATUS_SUCCESS;
}

static NTSTATUS choose_wake_state(struct wdf_policy *policy,
                                  PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS settings,
                                  DEVICE_POWER_STATE *state)
{
    DEVICE_POWER_STATE deepest = deepest_wake(policy, policy->capabilities.SystemWake);

    *state = settings->DxState == PowerDeviceMaximum ? deepest : settings->DxState;
    if (*state < PowerDeviceD1 || *state > PowerDeviceD3 || *state > deepest)
        return STATUS_POWER_STATE_INVALID;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDeviceAssignSxWakeSettings(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Device,
                                                 PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_policy *policy = policy_of(device);
    DEVICE_POWER_STATE state;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Settings);
    if (!policy)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (Settings->Size != sizeof(*Settings))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (Settings->DxState < PowerDeviceD1 || Settings->DxState > PowerDeviceMaximum ||
        Settings->UserControlOfWakeSettings < WakeDoNotAllowUserControl ||
        Settings->UserControlOfWakeSettings > WakeAllowUserControl ||
        (ULONG)Settings->Enabled > WdfUseDefault)
        return STATUS_INVALID_PARAMETER;
    status = need_capabilities(device);
    if (NT_SUCCESS(status))
        status = choose_wake_state(policy, Settings, &state);
    if (!NT_SUCCESS(status))
        return status;
    if (!policy->wake.is_set) {
        policy->wake.arms_for_children = Settings->ArmForWakeIfChildrenAreArmedForWake;
        policy->wake.indicates_to_children = Settings->IndicateChildWakeOnParentWake;
    }
    policy->wake.is_set = TRUE;
    policy->wake.state = state;
    policy->wake.is_enabled = decide(
        device, Settings->Enabled, Settings->UserControlOfWakeSettings == WakeAllowUserControl,
        WDF_SX_WAKE_DEFAULT_VALUE_NAME, WDF_SX_WAKE_ENABLED_VALUE_NAME);
    return STATUS_SUCCESS;
}

/* ---- references ---------------------------------------------------------------------------- */

static NTSTATUS stop_idle(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle, BOOLEAN waits,
                          PCSTR function)
{
    struct wdf_device *device = wdf_device_of(handle, function);

    if (waits && !wdf_check_irql(wdf_globals_of(globals), function, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!policy_of(device))
        return STATUS_INVALID_DEVICE_STATE;
    return wdf_power_reference(device, waits);
}

static VOID resume_idle(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle, PCSTR function)
{
    struct wdf_device *device = wdf_device_of(handle, function);
    struct wdf_policy *policy = policy_of(device);

    if (!policy)
        return;
    if (__atomic_load_n(&policy->references, __ATOMIC_RELAXED) <= 0) {
        wdf_misuse(wdf_globals_of(globals), function,
                   "device %p: WdfDeviceResumeIdle without a WdfDeviceStopIdle before", handle);
        return;
    }
    wdf_power_dereference(device);
}

NTSTATUS NTAPI imp_WdfDeviceStopIdleNoTrack(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            BOOLEAN WaitForD0)
{
    return stop_idle(DriverGlobals, Device, WaitForD0, __func__);
}

NTSTATUS NTAPI imp_WdfDeviceStopIdleActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           BOOLEAN WaitForD0, PVOID Tag, LONG Line, PCCH File)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    return stop_idle(DriverGlobals, Device, WaitForD0, __func__);
}

VOID NTAPI imp_WdfDeviceResumeIdleNoTrack(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    resume_idle(DriverGlobals, Device, __func__);
}

VOID NTAPI imp_WdfDeviceResumeIdleActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                         PVOID Tag, LONG Line, PCCH File)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    resume_idle(DriverGlobals, Device, __func__);
}

/* ---- questions -------------------------------------------------------------------------- */

WDF_DEVICE_POWER_STATE NTAPI imp_WdfDeviceGetDevicePowerState(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->pnp ? __atomic_load_n(&device->pnp->power.state, __ATOMIC_RELAXED)
                       : WdfDevStatePowerObjectCreated;
}

WDF_DEVICE_POWER_POLICY_STATE NTAPI
imp_WdfDeviceGetDevicePowerPolicyState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_policy *policy = policy_of(wdf_device_of(Device, __func__));

    UNREFERENCED_PARAMETER(DriverGlobals);
    return policy ? __atomic_load_n(&policy->reported, __ATOMIC_RELAXED)
                  : WdfDevStatePwrPolObjectCreated;
}

POWER_ACTION NTAPI imp_WdfDeviceGetSystemPowerAction(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->pnp ? device->pnp->power.action : PowerActionNone;
}

NTSTATUS NTAPI imp_WdfDeviceIndicateWakeStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               NTSTATUS WaitWakeStatus)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (WaitWakeStatus == STATUS_PENDING || WaitWakeStatus == STATUS_CANCELLED)
        return STATUS_INVALID_PARAMETER;
    if (!device->pdo_part || !device->pdo_part->identity.callbacks.EvtDeviceEnableWakeAtBus)
        return STATUS_INVALID_DEVICE_STATE;
    return wdf_indicate_wake(device, WaitWakeStatus) ? STATUS_SUCCESS
                                                     : STATUS_INVALID_DEVICE_REQUEST;
}
