/*
 * Structures of the framework that a driver touches have the sizes and offsets of Windows x64,
 * and the functions that initialize them leave the documented defaults.
 *
 * This part: devices, buses and their children, query interfaces, interrupts. Layouts and the
 * values of states are asserted when this is compiled.
 */
#include <ntddk.h>
#include <stddef.h>
#include <wdfchildlist.h>
#include <wdfcontrol.h>
#include <wdfdevice.h>
#include <wdffdo.h>
#include <wdfhwaccess.h>
#include <wdfinterrupt.h>
#include <wdfminiport.h>
#include <wdfpdo.h>
#include <wdfqueryinterface.h>
#include <wdfresource.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member)
#define IS(value, number) _Static_assert((ULONG)(value) == (number), "value of " #value)

SIZE(WDF_IO_TYPE_CONFIG, 0x10);
AT(WDF_IO_TYPE_CONFIG, ReadWriteIoType, 0x04);
AT(WDF_IO_TYPE_CONFIG, DeviceControlIoType, 0x08);
AT(WDF_IO_TYPE_CONFIG, DirectTransferThreshold, 0x0c);

SIZE(WDF_REMOVE_LOCK_OPTIONS, 0x08);
AT(WDF_REMOVE_LOCK_OPTIONS, Flags, 0x04);

SIZE(WDF_FILEOBJECT_CONFIG, 0x28);
AT(WDF_FILEOBJECT_CONFIG, EvtDeviceFileCreate, 0x08);
AT(WDF_FILEOBJECT_CONFIG, EvtFileClose, 0x10);
AT(WDF_FILEOBJECT_CONFIG, EvtFileCleanup, 0x18);
AT(WDF_FILEOBJECT_CONFIG, AutoForwardCleanupClose, 0x20);
AT(WDF_FILEOBJECT_CONFIG, FileObjectClass, 0x24);

SIZE(WDF_DEVICE_PNP_NOTIFICATION_DATA, 0x0c);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Type, 0x00);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Data, 0x04);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Data.EnterState.CurrentState, 0x04);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Data.EnterState.NewState, 0x08);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Data.PostProcessState.CurrentState, 0x04);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Data.LeaveState.CurrentState, 0x04);
AT(WDF_DEVICE_PNP_NOTIFICATION_DATA, Data.LeaveState.NewState, 0x08);

SIZE(WDF_DEVICE_POWER_NOTIFICATION_DATA, 0x0c);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Type, 0x00);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Data, 0x04);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Data.EnterState.CurrentState, 0x04);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Data.EnterState.NewState, 0x08);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Data.PostProcessState.CurrentState, 0x04);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Data.LeaveState.CurrentState, 0x04);
AT(WDF_DEVICE_POWER_NOTIFICATION_DATA, Data.LeaveState.NewState, 0x08);

SIZE(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, 0x0c);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Type, 0x00);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Data, 0x04);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Data.EnterState.CurrentState, 0x04);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Data.EnterState.NewState, 0x08);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Data.PostProcessState.CurrentState, 0x04);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Data.LeaveState.CurrentState, 0x04);
AT(WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, Data.LeaveState.NewState, 0x08);

SIZE(WDF_PNPPOWER_EVENT_CALLBACKS, 0x90);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceD0Entry, 0x08);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceD0EntryPostInterruptsEnabled, 0x10);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceD0Exit, 0x18);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceD0ExitPreInterruptsDisabled, 0x20);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDevicePrepareHardware, 0x28);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceReleaseHardware, 0x30);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSelfManagedIoCleanup, 0x38);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSelfManagedIoFlush, 0x40);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSelfManagedIoInit, 0x48);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSelfManagedIoSuspend, 0x50);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSelfManagedIoRestart, 0x58);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSurpriseRemoval, 0x60);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceQueryRemove, 0x68);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceQueryStop, 0x70);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceUsageNotification, 0x78);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceRelationsQuery, 0x80);
AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceUsageNotificationEx, 0x88);

SIZE(WDF_POWER_POLICY_EVENT_CALLBACKS, 0x40);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceArmWakeFromS0, 0x08);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceDisarmWakeFromS0, 0x10);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceWakeFromS0Triggered, 0x18);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceArmWakeFromSx, 0x20);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceDisarmWakeFromSx, 0x28);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceWakeFromSxTriggered, 0x30);
AT(WDF_POWER_POLICY_EVENT_CALLBACKS, EvtDeviceArmWakeFromSxWithReason, 0x38);

SIZE(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, 0x24);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, IdleCaps, 0x04);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, DxState, 0x08);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, IdleTimeout, 0x0c);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, UserControlOfIdleSettings, 0x10);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, Enabled, 0x14);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, PowerUpIdleDeviceOnSystemWake, 0x18);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, IdleTimeoutType, 0x1c);
AT(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, ExcludeD3Cold, 0x20);

SIZE(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, 0x14);
AT(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, DxState, 0x04);
AT(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, UserControlOfWakeSettings, 0x08);
AT(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, Enabled, 0x0c);
AT(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, ArmForWakeIfChildrenAreArmedForWake, 0x10);
AT(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, IndicateChildWakeOnParentWake, 0x11);

SIZE(WDF_POWER_FRAMEWORK_SETTINGS, 0x58);
AT(WDF_POWER_FRAMEWORK_SETTINGS, EvtDeviceWdmPostPoFxRegisterDevice, 0x08);
AT(WDF_POWER_FRAMEWORK_SETTINGS, EvtDeviceWdmPrePoFxUnregisterDevice, 0x10);
AT(WDF_POWER_FRAMEWORK_SETTINGS, Component, 0x18);
AT(WDF_POWER_FRAMEWORK_SETTINGS, ComponentActiveConditionCallback, 0x20);
AT(WDF_POWER_FRAMEWORK_SETTINGS, ComponentIdleConditionCallback, 0x28);
AT(WDF_POWER_FRAMEWORK_SETTINGS, ComponentIdleStateCallback, 0x30);
AT(WDF_POWER_FRAMEWORK_SETTINGS, PowerControlCallback, 0x38);
AT(WDF_POWER_FRAMEWORK_SETTINGS, PoFxDeviceContext, 0x40);
AT(WDF_POWER_FRAMEWORK_SETTINGS, PoFxDeviceFlags, 0x48);
AT(WDF_POWER_FRAMEWORK_SETTINGS, DirectedPoFxEnabled, 0x50);

SIZE(WDF_DEVICE_STATE, 0x20);
AT(WDF_DEVICE_STATE, Disabled, 0x04);
AT(WDF_DEVICE_STATE, DontDisplayInUI, 0x08);
AT(WDF_DEVICE_STATE, Failed, 0x0c);
AT(WDF_DEVICE_STATE, NotDisableable, 0x10);
AT(WDF_DEVICE_STATE, Removed, 0x14);
AT(WDF_DEVICE_STATE, ResourcesChanged, 0x18);
AT(WDF_DEVICE_STATE, AssignedToGuest, 0x1c);

SIZE(WDF_DEVICE_PNP_CAPABILITIES, 0x30);
AT(WDF_DEVICE_PNP_CAPABILITIES, LockSupported, 0x04);
AT(WDF_DEVICE_PNP_CAPABILITIES, EjectSupported, 0x08);
AT(WDF_DEVICE_PNP_CAPABILITIES, Removable, 0x0c);
AT(WDF_DEVICE_PNP_CAPABILITIES, DockDevice, 0x10);
AT(WDF_DEVICE_PNP_CAPABILITIES, UniqueID, 0x14);
AT(WDF_DEVICE_PNP_CAPABILITIES, SilentInstall, 0x18);
AT(WDF_DEVICE_PNP_CAPABILITIES, SurpriseRemovalOK, 0x1c);
AT(WDF_DEVICE_PNP_CAPABILITIES, HardwareDisabled, 0x20);
AT(WDF_DEVICE_PNP_CAPABILITIES, NoDisplayInUI, 0x24);
AT(WDF_DEVICE_PNP_CAPABILITIES, Address, 0x28);
AT(WDF_DEVICE_PNP_CAPABILITIES, UINumber, 0x2c);

SIZE(WDF_DEVICE_POWER_CAPABILITIES, 0x50);
AT(WDF_DEVICE_POWER_CAPABILITIES, DeviceD1, 0x04);
AT(WDF_DEVICE_POWER_CAPABILITIES, DeviceD2, 0x08);
AT(WDF_DEVICE_POWER_CAPABILITIES, WakeFromD0, 0x0c);
AT(WDF_DEVICE_POWER_CAPABILITIES, WakeFromD1, 0x10);
AT(WDF_DEVICE_POWER_CAPABILITIES, WakeFromD2, 0x14);
AT(WDF_DEVICE_POWER_CAPABILITIES, WakeFromD3, 0x18);
AT(WDF_DEVICE_POWER_CAPABILITIES, DeviceState, 0x1c);
AT(WDF_DEVICE_POWER_CAPABILITIES, DeviceWake, 0x38);
AT(WDF_DEVICE_POWER_CAPABILITIES, SystemWake, 0x3c);
AT(WDF_DEVICE_POWER_CAPABILITIES, D1Latency, 0x40);
AT(WDF_DEVICE_POWER_CAPABILITIES, D2Latency, 0x44);
AT(WDF_DEVICE_POWER_CAPABILITIES, D3Latency, 0x48);
AT(WDF_DEVICE_POWER_CAPABILITIES, IdealDxStateForSx, 0x4c);

SIZE(WDF_DEVICE_PROPERTY_DATA, 0x18);
AT(WDF_DEVICE_PROPERTY_DATA, PropertyKey, 0x08);
AT(WDF_DEVICE_PROPERTY_DATA, Lcid, 0x10);
AT(WDF_DEVICE_PROPERTY_DATA, Flags, 0x14);

SIZE(WDF_PDO_EVENT_CALLBACKS, 0x40);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceResourcesQuery, 0x08);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceResourceRequirementsQuery, 0x10);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceEject, 0x18);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceSetLock, 0x20);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceEnableWakeAtBus, 0x28);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceDisableWakeAtBus, 0x30);
AT(WDF_PDO_EVENT_CALLBACKS, EvtDeviceReportedMissing, 0x38);

SIZE(WDF_FDO_EVENT_CALLBACKS, 0x20);
AT(WDF_FDO_EVENT_CALLBACKS, EvtDeviceFilterAddResourceRequirements, 0x08);
AT(WDF_FDO_EVENT_CALLBACKS, EvtDeviceFilterRemoveResourceRequirements, 0x10);
AT(WDF_FDO_EVENT_CALLBACKS, EvtDeviceRemoveAddedResources, 0x18);

SIZE(WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER, 0x04);
AT(WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER, IdentificationDescriptionSize, 0x00);

SIZE(WDF_CHILD_ADDRESS_DESCRIPTION_HEADER, 0x04);
AT(WDF_CHILD_ADDRESS_DESCRIPTION_HEADER, AddressDescriptionSize, 0x00);

SIZE(WDF_CHILD_RETRIEVE_INFO, 0x28);
AT(WDF_CHILD_RETRIEVE_INFO, IdentificationDescription, 0x08);
AT(WDF_CHILD_RETRIEVE_INFO, AddressDescription, 0x10);
AT(WDF_CHILD_RETRIEVE_INFO, Status, 0x18);
AT(WDF_CHILD_RETRIEVE_INFO, EvtChildListIdentificationDescriptionCompare, 0x20);

SIZE(WDF_CHILD_LIST_CONFIG, 0x60);
AT(WDF_CHILD_LIST_CONFIG, IdentificationDescriptionSize, 0x04);
AT(WDF_CHILD_LIST_CONFIG, AddressDescriptionSize, 0x08);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListCreateDevice, 0x10);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListScanForChildren, 0x18);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListIdentificationDescriptionCopy, 0x20);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListIdentificationDescriptionDuplicate, 0x28);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListIdentificationDescriptionCleanup, 0x30);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListIdentificationDescriptionCompare, 0x38);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListAddressDescriptionCopy, 0x40);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListAddressDescriptionDuplicate, 0x48);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListAddressDescriptionCleanup, 0x50);
AT(WDF_CHILD_LIST_CONFIG, EvtChildListDeviceReenumerated, 0x58);

SIZE(WDF_CHILD_LIST_ITERATOR, 0x28);
AT(WDF_CHILD_LIST_ITERATOR, Flags, 0x04);
AT(WDF_CHILD_LIST_ITERATOR, Reserved, 0x08);

SIZE(WDF_QUERY_INTERFACE_CONFIG, 0x30);
AT(WDF_QUERY_INTERFACE_CONFIG, Interface, 0x08);
AT(WDF_QUERY_INTERFACE_CONFIG, InterfaceType, 0x10);
AT(WDF_QUERY_INTERFACE_CONFIG, SendQueryToParentStack, 0x18);
AT(WDF_QUERY_INTERFACE_CONFIG, EvtDeviceProcessQueryInterfaceRequest, 0x20);
AT(WDF_QUERY_INTERFACE_CONFIG, ImportInterface, 0x28);

SIZE(WDF_INTERRUPT_CONFIG, 0x68);
AT(WDF_INTERRUPT_CONFIG, SpinLock, 0x08);
AT(WDF_INTERRUPT_CONFIG, ShareVector, 0x10);
AT(WDF_INTERRUPT_CONFIG, FloatingSave, 0x14);
AT(WDF_INTERRUPT_CONFIG, AutomaticSerialization, 0x15);
AT(WDF_INTERRUPT_CONFIG, EvtInterruptIsr, 0x18);
AT(WDF_INTERRUPT_CONFIG, EvtInterruptDpc, 0x20);
AT(WDF_INTERRUPT_CONFIG, EvtInterruptEnable, 0x28);
AT(WDF_INTERRUPT_CONFIG, EvtInterruptDisable, 0x30);
AT(WDF_INTERRUPT_CONFIG, EvtInterruptWorkItem, 0x38);
AT(WDF_INTERRUPT_CONFIG, InterruptRaw, 0x40);
AT(WDF_INTERRUPT_CONFIG, InterruptTranslated, 0x48);
AT(WDF_INTERRUPT_CONFIG, WaitLock, 0x50);
AT(WDF_INTERRUPT_CONFIG, PassiveHandling, 0x58);
AT(WDF_INTERRUPT_CONFIG, ReportInactiveOnPowerDown, 0x5c);
AT(WDF_INTERRUPT_CONFIG, CanWakeDevice, 0x60);

SIZE(WDF_INTERRUPT_INFO, 0x40);
AT(WDF_INTERRUPT_INFO, Reserved1, 0x08);
AT(WDF_INTERRUPT_INFO, TargetProcessorSet, 0x10);
AT(WDF_INTERRUPT_INFO, Reserved2, 0x18);
AT(WDF_INTERRUPT_INFO, MessageNumber, 0x1c);
AT(WDF_INTERRUPT_INFO, Vector, 0x20);
AT(WDF_INTERRUPT_INFO, Irql, 0x24);
AT(WDF_INTERRUPT_INFO, Mode, 0x28);
AT(WDF_INTERRUPT_INFO, Polarity, 0x2c);
AT(WDF_INTERRUPT_INFO, MessageSignaled, 0x30);
AT(WDF_INTERRUPT_INFO, ShareDisposition, 0x31);
AT(WDF_INTERRUPT_INFO, Group, 0x38);

SIZE(WDF_INTERRUPT_EXTENDED_POLICY, 0x20);
AT(WDF_INTERRUPT_EXTENDED_POLICY, Policy, 0x04);
AT(WDF_INTERRUPT_EXTENDED_POLICY, Priority, 0x08);
AT(WDF_INTERRUPT_EXTENDED_POLICY, TargetProcessorSetAndGroup, 0x10);

/* The ends of the three ranges of states, and some between. */
IS(WdfDevStatePnpObjectCreated, 0x100);
IS(WdfDevStatePnpStarted, 0x119);
IS(WdfDevStatePnpFailedPowerPolicyRemoved, 0x139);
IS(WdfDevStatePnpNull, 0x13a);
IS(WdfDevStatePowerObjectCreated, 0x300);
IS(WdfDevStatePowerD0, 0x307);
IS(WdfDevStatePowerD0NP, 0x8308);
IS(WdfDevStatePowerInitialPostHardwareEnabledFailed, 0x368);
IS(WdfDevStatePowerNull, 0x369);
IS(WdfDevStatePwrPolObjectCreated, 0x500);
IS(WdfDevStatePwrPolSleepingWakeCancelWakeNP, 0x85bd);
IS(WdfDevStatePwrPolNull, 0x5c0);

IS(WdfDeviceIoDirect, 3);
IS(WdfDeviceIoMaximum, 5);
IS(WdfPowerDeviceD3Final, 5);
IS(WdfSpecialFileGuestAssigned, 6);
IS(WdfFileObjectCanBeOptional, 0x80000000);
IS(WdfRetrieveAddedChildren, 5);
IS(WdfRetrieveAllChildren, 7);
IS(WdfIrqPolicySpreadMessagesAcrossAllProcessors, 5);
IS(StateNotificationAllStates, 7);
IS(WDF_INSERT_AT_END, 0xffffffff);

extern int printf(const char *format, ...);
static int failures;

static void check(int line, const char *what, ULONG64 expected, ULONG64 actual)
{
    if (expected == actual)
        return;
    printf("%s:%d: %s: expected %#llx, got %#llx\n", __FILE__, line, what, expected, actual);
    failures++;
}

#define EQ(actual, expected) check(__LINE__, #actual, (ULONG64)(expected), (ULONG64)(actual))
#define NO(pointer) EQ(pointer, 0)

/* Every structure is full of rubbish before it is initialized. */
#define RUBBISH(it) RtlFillMemory(&(it), sizeof(it), 0xa5)

static const GUID some_guid = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
static const DEVPROPKEY some_key = {{1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}}, 2};

static VOID NTAPI on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(request);
    UNREFERENCED_PARAMETER(file);
}

static VOID NTAPI on_file(WDFFILEOBJECT file)
{
    UNREFERENCED_PARAMETER(file);
}

static NTSTATUS NTAPI on_child(WDFCHILDLIST list,
                               PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER description,
                               PWDFDEVICE_INIT init)
{
    UNREFERENCED_PARAMETER(list);
    UNREFERENCED_PARAMETER(description);
    UNREFERENCED_PARAMETER(init);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI on_query(WDFDEVICE device, LPGUID type, PINTERFACE offered, PVOID data)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(type);
    UNREFERENCED_PARAMETER(offered);
    UNREFERENCED_PARAMETER(data);
    return STATUS_SUCCESS;
}

static BOOLEAN NTAPI on_interrupt(WDFINTERRUPT interrupt, ULONG message)
{
    UNREFERENCED_PARAMETER(interrupt);
    UNREFERENCED_PARAMETER(message);
    return TRUE;
}

static VOID NTAPI on_dpc(WDFINTERRUPT interrupt, WDFOBJECT parent)
{
    UNREFERENCED_PARAMETER(interrupt);
    UNREFERENCED_PARAMETER(parent);
}

/* All members after Size are pointers that have been cleared. */
static void check_cleared(int line, const void *structure, size_t bytes)
{
    const ULONG64 *words = structure;
    check(line, "Size", bytes, (ULONG)words[0]);
    for (size_t i = 1; i < bytes / sizeof(*words); i++)
        check(line, "a callback", 0, words[i]);
}

static void callbacks(void)
{
    WDF_PNPPOWER_EVENT_CALLBACKS pnp;
    RUBBISH(pnp);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
    check_cleared(__LINE__, &pnp, sizeof(pnp));

    WDF_POWER_POLICY_EVENT_CALLBACKS policy;
    RUBBISH(policy);
    WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(&policy);
    check_cleared(__LINE__, &policy, sizeof(policy));

    WDF_PDO_EVENT_CALLBACKS pdo;
    RUBBISH(pdo);
    WDF_PDO_EVENT_CALLBACKS_INIT(&pdo);
    check_cleared(__LINE__, &pdo, sizeof(pdo));

    WDF_FDO_EVENT_CALLBACKS fdo;
    RUBBISH(fdo);
    WDF_FDO_EVENT_CALLBACKS_INIT(&fdo);
    check_cleared(__LINE__, &fdo, sizeof(fdo));
}

static void requests_and_files(void)
{
    WDF_IO_TYPE_CONFIG type;
    RUBBISH(type);
    WDF_IO_TYPE_CONFIG_INIT(&type);
    EQ(type.Size, sizeof(type));
    EQ(type.ReadWriteIoType, WdfDeviceIoBuffered);
    EQ(type.DeviceControlIoType, WdfDeviceIoBuffered);
    EQ(type.DirectTransferThreshold, 0);

    WDF_REMOVE_LOCK_OPTIONS lock;
    RUBBISH(lock);
    WDF_REMOVE_LOCK_OPTIONS_INIT(&lock, WDF_REMOVE_LOCK_OPTION_ACQUIRE_FOR_IO);
    EQ(lock.Size, sizeof(lock));
    EQ(lock.Flags, 1);

    WDF_FILEOBJECT_CONFIG file;
    RUBBISH(file);
    WDF_FILEOBJECT_CONFIG_INIT(&file, on_create, on_file, NULL);
    EQ(file.Size, sizeof(file));
    EQ(file.EvtDeviceFileCreate, on_create);
    EQ(file.EvtFileClose, on_file);
    NO(file.EvtFileCleanup);
    EQ(file.AutoForwardCleanupClose, WdfUseDefault);
    EQ(file.FileObjectClass, WdfFileObjectWdfCannotUseFsContexts);
}

static void states(void)
{
    EQ(WdfDevStateNormalize(WdfDevStatePowerD0NP), 0x308);
    EQ(WdfDevStateNormalize(WdfDevStatePowerD0), 0x307);
    EQ(WdfDevStateIsNP(WdfDevStatePowerD0NP), TRUE);
    EQ(WdfDevStateIsNP(WdfDevStatePowerD0), FALSE);

    WDF_DEVICE_STATE state;
    RUBBISH(state);
    WDF_DEVICE_STATE_INIT(&state);
    EQ(state.Size, sizeof(state));
    EQ(state.Disabled, WdfUseDefault);
    EQ(state.DontDisplayInUI, WdfUseDefault);
    EQ(state.Failed, WdfUseDefault);
    EQ(state.NotDisableable, WdfUseDefault);
    EQ(state.Removed, WdfUseDefault);
    EQ(state.ResourcesChanged, WdfUseDefault);
    EQ(state.AssignedToGuest, WdfUseDefault);
}

static void check_idle(WDF_POWER_POLICY_S0_IDLE_CAPABILITIES caps, DEVICE_POWER_STATE state)
{
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS idle;
    RUBBISH(idle);
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&idle, caps);
    EQ(idle.Size, sizeof(idle));
    EQ(idle.IdleCaps, caps);
    EQ(idle.DxState, state);
    EQ(idle.IdleTimeout, IdleTimeoutDefaultValue);
    EQ(idle.UserControlOfIdleSettings, IdleAllowUserControl);
    EQ(idle.Enabled, WdfUseDefault);
    EQ(idle.PowerUpIdleDeviceOnSystemWake, WdfUseDefault);
    EQ(idle.IdleTimeoutType, DriverManagedIdleTimeout);
    EQ(idle.ExcludeD3Cold, WdfUseDefault);
}

static void power(void)
{
    check_idle(IdleCapsInvalid, PowerDeviceUnspecified);
    check_idle(IdleCannotWakeFromS0, PowerDeviceD3);
    check_idle(IdleCanWakeFromS0, PowerDeviceMaximum);
    check_idle(IdleUsbSelectiveSuspend, PowerDeviceMaximum);

    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS wake;
    RUBBISH(wake);
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(&wake);
    EQ(wake.Size, sizeof(wake));
    EQ(wake.DxState, PowerDeviceMaximum);
    EQ(wake.UserControlOfWakeSettings, WakeAllowUserControl);
    EQ(wake.Enabled, WdfUseDefault);
    EQ(wake.ArmForWakeIfChildrenAreArmedForWake, FALSE);
    EQ(wake.IndicateChildWakeOnParentWake, FALSE);

    WDF_POWER_FRAMEWORK_SETTINGS fx;
    RUBBISH(fx);
    WDF_POWER_FRAMEWORK_SETTINGS_INIT(&fx);
    EQ(fx.Size, sizeof(fx));
    NO(fx.EvtDeviceWdmPostPoFxRegisterDevice);
    NO(fx.EvtDeviceWdmPrePoFxUnregisterDevice);
    NO(fx.Component);
    NO(fx.PoFxDeviceContext);
    EQ(fx.PoFxDeviceFlags, 0);
    EQ(fx.DirectedPoFxEnabled, WdfUseDefault);
}

static void capabilities(void)
{
    WDF_DEVICE_PNP_CAPABILITIES pnp;
    RUBBISH(pnp);
    WDF_DEVICE_PNP_CAPABILITIES_INIT(&pnp);
    EQ(pnp.Size, sizeof(pnp));
    for (const WDF_TRI_STATE *it = &pnp.LockSupported; it <= &pnp.NoDisplayInUI; it++)
        EQ(*it, WdfUseDefault);
    EQ(pnp.Address, 0xffffffff);
    EQ(pnp.UINumber, 0xffffffff);

    WDF_DEVICE_POWER_CAPABILITIES power;
    RUBBISH(power);
    WDF_DEVICE_POWER_CAPABILITIES_INIT(&power);
    EQ(power.Size, sizeof(power));
    for (const WDF_TRI_STATE *it = &power.DeviceD1; it <= &power.WakeFromD3; it++)
        EQ(*it, WdfUseDefault);
    for (int i = 0; i < PowerSystemMaximum; i++)
        EQ(power.DeviceState[i], PowerDeviceMaximum);
    EQ(power.DeviceWake, PowerDeviceMaximum);
    EQ(power.SystemWake, PowerSystemMaximum);
    EQ(power.D1Latency, 0xffffffff);
    EQ(power.D2Latency, 0xffffffff);
    EQ(power.D3Latency, 0xffffffff);
    EQ(power.IdealDxStateForSx, PowerDeviceMaximum);

    WDF_DEVICE_PROPERTY_DATA property;
    RUBBISH(property);
    WDF_DEVICE_PROPERTY_DATA_INIT(&property, &some_key);
    EQ(property.Size, sizeof(property));
    EQ(property.PropertyKey, &some_key);
    EQ(property.Lcid, 0);
    EQ(property.Flags, 0);
}

static void children(void)
{
    struct {
        WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER header;
        ULONG serial, beyond;
    } who;
    RUBBISH(who);
    WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER_INIT(&who.header, 8);
    EQ(who.header.IdentificationDescriptionSize, 8);
    EQ(who.serial, 0);
    EQ(who.beyond, 0xa5a5a5a5);

    struct {
        WDF_CHILD_ADDRESS_DESCRIPTION_HEADER header;
        ULONG slot, beyond;
    } where;
    RUBBISH(where);
    WDF_CHILD_ADDRESS_DESCRIPTION_HEADER_INIT(&where.header, 8);
    EQ(where.header.AddressDescriptionSize, 8);
    EQ(where.slot, 0);
    EQ(where.beyond, 0xa5a5a5a5);

    WDF_CHILD_RETRIEVE_INFO info;
    RUBBISH(info);
    WDF_CHILD_RETRIEVE_INFO_INIT(&info, &who.header);
    EQ(info.Size, sizeof(info));
    EQ(info.IdentificationDescription, &who.header);
    NO(info.AddressDescription);
    EQ(info.Status, WdfChildListRetrieveDeviceUndefined);
    NO(info.EvtChildListIdentificationDescriptionCompare);

    WDF_CHILD_LIST_CONFIG list;
    RUBBISH(list);
    WDF_CHILD_LIST_CONFIG_INIT(&list, sizeof(who), on_child);
    EQ(list.Size, sizeof(list));
    EQ(list.IdentificationDescriptionSize, sizeof(who));
    EQ(list.AddressDescriptionSize, 0);
    EQ(list.EvtChildListCreateDevice, on_child);
    NO(list.EvtChildListScanForChildren);
    NO(list.EvtChildListIdentificationDescriptionCompare);
    NO(list.EvtChildListDeviceReenumerated);

    WDF_CHILD_LIST_ITERATOR iterator;
    RUBBISH(iterator);
    WDF_CHILD_LIST_ITERATOR_INIT(&iterator, WdfRetrievePresentChildren);
    EQ(iterator.Size, sizeof(iterator));
    EQ(iterator.Flags, 1);
    for (int i = 0; i < 4; i++)
        NO(iterator.Reserved[i]);
}

static void interfaces_and_interrupts(void)
{
    INTERFACE offered = {.Size = sizeof(offered)};
    WDF_QUERY_INTERFACE_CONFIG query;
    RUBBISH(query);
    WDF_QUERY_INTERFACE_CONFIG_INIT(&query, &offered, &some_guid, on_query);
    EQ(query.Size, sizeof(query));
    EQ(query.Interface, &offered);
    EQ(query.InterfaceType, &some_guid);
    EQ(query.SendQueryToParentStack, FALSE);
    EQ(query.EvtDeviceProcessQueryInterfaceRequest, on_query);
    EQ(query.ImportInterface, FALSE);

    offered.InterfaceReference = WdfDeviceInterfaceReferenceNoOp;
    offered.InterfaceDereference = WdfDeviceInterfaceDereferenceNoOp;
    offered.InterfaceReference(NULL);
    offered.InterfaceDereference(NULL);

    WDF_INTERRUPT_CONFIG config;
    RUBBISH(config);
    WDF_INTERRUPT_CONFIG_INIT(&config, on_interrupt, on_dpc);
    EQ(config.Size, sizeof(config));
    NO(config.SpinLock);
    EQ(config.ShareVector, WdfUseDefault);
    EQ(config.AutomaticSerialization, FALSE);
    EQ(config.EvtInterruptIsr, on_interrupt);
    EQ(config.EvtInterruptDpc, on_dpc);
    NO(config.EvtInterruptWorkItem);
    NO(config.InterruptRaw);
    NO(config.InterruptTranslated);
    NO(config.WaitLock);
    EQ(config.PassiveHandling, FALSE);
    EQ(config.ReportInactiveOnPowerDown, WdfUseDefault);
    EQ(config.CanWakeDevice, FALSE);

    WDF_INTERRUPT_INFO info;
    RUBBISH(info);
    WDF_INTERRUPT_INFO_INIT(&info);
    EQ(info.Size, sizeof(info));
    EQ(info.Vector, 0);
    EQ(info.Group, 0);

    WDF_INTERRUPT_EXTENDED_POLICY policy;
    RUBBISH(policy);
    WDF_INTERRUPT_EXTENDED_POLICY_INIT(&policy);
    EQ(policy.Size, sizeof(policy));
    EQ(policy.Policy, WdfIrqPolicyMachineDefault);
    EQ(policy.Priority, WdfIrqPriorityUndefined);
    EQ(policy.TargetProcessorSetAndGroup.Mask, 0);
}

int main(void)
{
    callbacks();
    requests_and_files();
    states();
    power();
    capabilities();
    children();
    interfaces_and_interrupts();
    return failures != 0;
}
