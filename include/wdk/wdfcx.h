/*
 * What a class extension may say of a client driver's device: an extension is a driver that sits
 * between the framework and the drivers of one kind of device, and has callbacks of its own
 * around theirs.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the text
 * does not say [opt] is WDF_VIOLATION. A driver that is no extension of the client's gets
 * STATUS_INVALID_DEVICE_REQUEST, or NULL, or nothing happens, and the verifier breaks.
 */
#pragma once

#include <wdfglobals.h>
#include <wdfobject.h>
#include <wdfdevice.h>

WDF_EXTERN_C_START

/* ---- files ---------------------------------------------------------------- */

/*
 * Sees a create request ahead of the client. TRUE: the extension has taken it and completes it;
 * FALSE: it goes on to the next extension and then to the client. IRQL: PASSIVE_LEVEL.
 */
typedef BOOLEAN NTAPI EVT_WDFCX_DEVICE_FILE_CREATE(WDFDEVICE Device, WDFREQUEST Request,
                                                   WDFFILEOBJECT FileObject);
typedef EVT_WDFCX_DEVICE_FILE_CREATE *PFN_WDFCX_DEVICE_FILE_CREATE;

typedef struct _WDFCX_FILEOBJECT_CONFIG {
    ULONG Size;
    PFN_WDFCX_DEVICE_FILE_CREATE EvtCxDeviceFileCreate;
    PFN_WDF_FILE_CLOSE EvtFileClose;
    PFN_WDF_FILE_CLEANUP EvtFileCleanup;
    /* WdfTrue: such requests go down the stack; WdfFalse: they end here; by default a filter's
     * go down. */
    WDF_TRI_STATE AutoForwardCleanupClose;
    WDF_FILEOBJECT_CLASS
        FileObjectClass; /* whether a WDFFILEOBJECT is made, and where it is kept */
} WDFCX_FILEOBJECT_CONFIG, *PWDFCX_FILEOBJECT_CONFIG;

WDF_INLINE VOID WDFCX_FILEOBJECT_CONFIG_INIT(PWDFCX_FILEOBJECT_CONFIG FileEventCallbacks,
                                             PFN_WDFCX_DEVICE_FILE_CREATE EvtCxDeviceFileCreate,
                                             PFN_WDF_FILE_CLOSE EvtFileClose,
                                             PFN_WDF_FILE_CLEANUP EvtFileCleanup)
{
    RtlZeroMemory(FileEventCallbacks, sizeof(*FileEventCallbacks));
    FileEventCallbacks->Size = sizeof(*FileEventCallbacks);
    FileEventCallbacks->EvtCxDeviceFileCreate = EvtCxDeviceFileCreate;
    FileEventCallbacks->EvtFileClose = EvtFileClose;
    FileEventCallbacks->EvtFileCleanup = EvtFileCleanup;
    FileEventCallbacks->FileObjectClass = WdfFileObjectWdfCanUseFsContext;
    FileEventCallbacks->AutoForwardCleanupClose = WdfUseDefault;
}

/* Sees an IRP before the framework does, and hands it on with DispatchContext. */
typedef NTSTATUS NTAPI EVT_WDFCXDEVICE_WDM_IRP_PREPROCESS(WDFDEVICE Device, PIRP Irp,
                                                          PVOID DispatchContext);
typedef EVT_WDFCXDEVICE_WDM_IRP_PREPROCESS *PFN_WDFCXDEVICE_WDM_IRP_PREPROCESS;

/* ---- plug and play, power ------------------------------------------------- */

/*
 * A Pre callback runs ahead of the client's of the same name and takes its parameters, a Post one
 * behind it. A FailedCleanup undoes its Pre if something after it has failed and the client's
 * opposite callback will not run. All at PASSIVE_LEVEL.
 */
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_PREPARE_HARDWARE(WDFDEVICE Device,
                                                             WDFCMRESLIST ResourcesRaw,
                                                             WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDFCX_DEVICE_PRE_PREPARE_HARDWARE *PFN_WDFCX_DEVICE_PRE_PREPARE_HARDWARE;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_PREPARE_HARDWARE_FAILED_CLEANUP(
    WDFDEVICE Device, WDFCMRESLIST ResourcesRaw, WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDFCX_DEVICE_PRE_PREPARE_HARDWARE_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_PREPARE_HARDWARE_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_PREPARE_HARDWARE(WDFDEVICE Device,
                                                              WDFCMRESLIST ResourcesRaw,
                                                              WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDFCX_DEVICE_POST_PREPARE_HARDWARE *PFN_WDFCX_DEVICE_POST_PREPARE_HARDWARE;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_RELEASE_HARDWARE(WDFDEVICE Device,
                                                             WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDFCX_DEVICE_PRE_RELEASE_HARDWARE *PFN_WDFCX_DEVICE_PRE_RELEASE_HARDWARE;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_RELEASE_HARDWARE(WDFDEVICE Device,
                                                              WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDFCX_DEVICE_POST_RELEASE_HARDWARE *PFN_WDFCX_DEVICE_POST_RELEASE_HARDWARE;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_D0_ENTRY(WDFDEVICE Device,
                                                     WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_PRE_D0_ENTRY *PFN_WDFCX_DEVICE_PRE_D0_ENTRY;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_D0_ENTRY_FAILED_CLEANUP(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_PRE_D0_ENTRY_FAILED_CLEANUP *PFN_WDFCX_DEVICE_PRE_D0_ENTRY_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_D0_ENTRY(WDFDEVICE Device,
                                                      WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_POST_D0_ENTRY *PFN_WDFCX_DEVICE_POST_D0_ENTRY;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_D0_EXIT(WDFDEVICE Device,
                                                    WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDFCX_DEVICE_PRE_D0_EXIT *PFN_WDFCX_DEVICE_PRE_D0_EXIT;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_D0_EXIT(WDFDEVICE Device,
                                                     WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDFCX_DEVICE_POST_D0_EXIT *PFN_WDFCX_DEVICE_POST_D0_EXIT;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_SURPRISE_REMOVAL(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SURPRISE_REMOVAL *PFN_WDFCX_DEVICE_PRE_SURPRISE_REMOVAL;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_SURPRISE_REMOVAL(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_SURPRISE_REMOVAL *PFN_WDFCX_DEVICE_POST_SURPRISE_REMOVAL;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT_FAILED_CLEANUP(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_INIT(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_INIT *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_INIT;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_FAILED_CLEANUP(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART
    *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND
    *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_FLUSH(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_FLUSH *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_FLUSH;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_FLUSH(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_FLUSH *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_FLUSH;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_CLEANUP(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_CLEANUP *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_CLEANUP;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_CLEANUP(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_CLEANUP
    *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX
    *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX_FAILED_CLEANUP(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART_EX(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART_EX
    *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART_EX;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND_EX(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND_EX
    *PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND_EX;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND_EX(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND_EX
    *PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND_EX;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED
    *PFN_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_D0_ENTRY_POST_HARDWARE_ENABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_POST_D0_ENTRY_POST_HARDWARE_ENABLED
    *PFN_WDFCX_DEVICE_POST_D0_ENTRY_POST_HARDWARE_ENABLED;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED_FAILED_CLEANUP(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_D0_EXIT_PRE_HARDWARE_DISABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDFCX_DEVICE_PRE_D0_EXIT_PRE_HARDWARE_DISABLED
    *PFN_WDFCX_DEVICE_PRE_D0_EXIT_PRE_HARDWARE_DISABLED;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_D0_EXIT_PRE_HARDWARE_DISABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDFCX_DEVICE_POST_D0_EXIT_PRE_HARDWARE_DISABLED
    *PFN_WDFCX_DEVICE_POST_D0_EXIT_PRE_HARDWARE_DISABLED;

/* Of the SelfManagedIo callbacks with and without Ex, an extension sets one kind. */
typedef struct _WDFCX_PNPPOWER_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDFCX_DEVICE_PRE_PREPARE_HARDWARE EvtCxDevicePrePrepareHardware;
    PFN_WDFCX_DEVICE_PRE_PREPARE_HARDWARE_FAILED_CLEANUP EvtCxDevicePrePrepareHardwareFailedCleanup;
    PFN_WDFCX_DEVICE_POST_PREPARE_HARDWARE EvtCxDevicePostPrepareHardware;
    PFN_WDFCX_DEVICE_PRE_RELEASE_HARDWARE EvtCxDevicePreReleaseHardware;
    PFN_WDFCX_DEVICE_POST_RELEASE_HARDWARE EvtCxDevicePostReleaseHardware;
    PFN_WDFCX_DEVICE_PRE_D0_ENTRY EvtCxDevicePreD0Entry;
    PFN_WDFCX_DEVICE_PRE_D0_ENTRY_FAILED_CLEANUP EvtCxDevicePreD0EntryFailedCleanup;
    PFN_WDFCX_DEVICE_POST_D0_ENTRY EvtCxDevicePostD0Entry;
    PFN_WDFCX_DEVICE_PRE_D0_EXIT EvtCxDevicePreD0Exit;
    PFN_WDFCX_DEVICE_POST_D0_EXIT EvtCxDevicePostD0Exit;
    PFN_WDFCX_DEVICE_PRE_SURPRISE_REMOVAL EvtCxDevicePreSurpriseRemoval;
    PFN_WDFCX_DEVICE_POST_SURPRISE_REMOVAL EvtCxDevicePostSurpriseRemoval;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT EvtCxDevicePreSelfManagedIoInit;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_INIT_FAILED_CLEANUP
        EvtCxDevicePreSelfManagedIoInitFailedCleanup;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_INIT EvtCxDevicePostSelfManagedIoInit;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART EvtCxDevicePreSelfManagedIoRestart;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_FAILED_CLEANUP
        EvtCxDevicePreSelfManagedIoRestartFailedCleanup;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART EvtCxDevicePostSelfManagedIoRestart;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND EvtCxDevicePreSelfManagedIoSuspend;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND EvtCxDevicePostSelfManagedIoSuspend;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_FLUSH EvtCxDevicePreSelfManagedIoFlush;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_FLUSH EvtCxDevicePostSelfManagedIoFlush;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_CLEANUP EvtCxDevicePreSelfManagedIoCleanup;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_CLEANUP EvtCxDevicePostSelfManagedIoCleanup;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX EvtCxDevicePreSelfManagedIoRestartEx;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_RESTART_EX_FAILED_CLEANUP
        EvtCxDevicePreSelfManagedIoRestartExFailedCleanup;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_RESTART_EX EvtCxDevicePostSelfManagedIoRestartEx;
    PFN_WDFCX_DEVICE_PRE_SELF_MANAGED_IO_SUSPEND_EX EvtCxDevicePreSelfManagedIoSuspendEx;
    PFN_WDFCX_DEVICE_POST_SELF_MANAGED_IO_SUSPEND_EX EvtCxDevicePostSelfManagedIoSuspendEx;
    PFN_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED EvtCxDevicePreD0EntryPostHardwareEnabled;
    PFN_WDFCX_DEVICE_POST_D0_ENTRY_POST_HARDWARE_ENABLED EvtCxDevicePostD0EntryPostHardwareEnabled;
    PFN_WDFCX_DEVICE_PRE_D0_ENTRY_POST_HARDWARE_ENABLED_FAILED_CLEANUP
        EvtCxDevicePreD0EntryPostHardwareEnabledFailedCleanup;
    PFN_WDFCX_DEVICE_PRE_D0_EXIT_PRE_HARDWARE_DISABLED EvtCxDevicePreD0ExitPreHardwareDisabled;
    PFN_WDFCX_DEVICE_POST_D0_EXIT_PRE_HARDWARE_DISABLED EvtCxDevicePostD0ExitPreHardwareDisabled;
} WDFCX_PNPPOWER_EVENT_CALLBACKS, *PWDFCX_PNPPOWER_EVENT_CALLBACKS;

WDF_INLINE VOID WDFCX_PNPPOWER_EVENT_CALLBACKS_INIT(PWDFCX_PNPPOWER_EVENT_CALLBACKS Callbacks)
{
    RtlZeroMemory(Callbacks, sizeof(*Callbacks));
    Callbacks->Size = sizeof(*Callbacks);
}

/* ---- power policy --------------------------------------------------------- */

typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0 *PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0_FAILED_CLEANUP(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_ARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_ARM_WAKE_FROM_S0 *PFN_WDFCX_DEVICE_POST_ARM_WAKE_FROM_S0;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_S0 *PFN_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_S0;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_S0 *PFN_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_S0;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_WAKE_FROM_S0_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_WAKE_FROM_S0_TRIGGERED *PFN_WDFCX_DEVICE_PRE_WAKE_FROM_S0_TRIGGERED;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_WAKE_FROM_S0_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_WAKE_FROM_S0_TRIGGERED *PFN_WDFCX_DEVICE_POST_WAKE_FROM_S0_TRIGGERED;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX *PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_FAILED_CLEANUP(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX *PFN_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON(
    WDFDEVICE Device, BOOLEAN DeviceWakeEnabled, BOOLEAN ChildrenArmedForWake);
typedef EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON
    *PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON_FAILED_CLEANUP(
    WDFDEVICE Device, BOOLEAN DeviceWakeEnabled, BOOLEAN ChildrenArmedForWake);
typedef EVT_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON_FAILED_CLEANUP
    *PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON_FAILED_CLEANUP;
typedef NTSTATUS NTAPI EVT_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX_WITH_REASON(
    WDFDEVICE Device, BOOLEAN DeviceWakeEnabled, BOOLEAN ChildrenArmedForWake);
typedef EVT_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX_WITH_REASON
    *PFN_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX_WITH_REASON;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_SX *PFN_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_SX;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_SX *PFN_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_SX;
typedef VOID NTAPI EVT_WDFCX_DEVICE_PRE_WAKE_FROM_SX_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_PRE_WAKE_FROM_SX_TRIGGERED *PFN_WDFCX_DEVICE_PRE_WAKE_FROM_SX_TRIGGERED;
typedef VOID NTAPI EVT_WDFCX_DEVICE_POST_WAKE_FROM_SX_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDFCX_DEVICE_POST_WAKE_FROM_SX_TRIGGERED *PFN_WDFCX_DEVICE_POST_WAKE_FROM_SX_TRIGGERED;

/* Of ArmWakeFromSx and ArmWakeFromSxWithReason, an extension sets one. */
typedef struct _WDFCX_POWER_POLICY_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0 EvtCxDevicePreArmWakeFromS0;
    PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_S0_FAILED_CLEANUP EvtCxDevicePreArmWakeFromS0FailedCleanup;
    PFN_WDFCX_DEVICE_POST_ARM_WAKE_FROM_S0 EvtCxDevicePostArmWakeFromS0;
    PFN_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_S0 EvtCxDevicePreDisarmWakeFromS0;
    PFN_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_S0 EvtCxDevicePostDisarmWakeFromS0;
    PFN_WDFCX_DEVICE_PRE_WAKE_FROM_S0_TRIGGERED EvtCxDevicePreWakeFromS0Triggered;
    PFN_WDFCX_DEVICE_POST_WAKE_FROM_S0_TRIGGERED EvtCxDevicePostWakeFromS0Triggered;
    PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX EvtCxDevicePreArmWakeFromSx;
    PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_FAILED_CLEANUP EvtCxDevicePreArmWakeFromSxFailedCleanup;
    PFN_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX EvtCxDevicePostArmWakeFromSx;
    PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON EvtCxDevicePreArmWakeFromSxWithReason;
    PFN_WDFCX_DEVICE_PRE_ARM_WAKE_FROM_SX_WITH_REASON_FAILED_CLEANUP
        EvtCxDevicePreArmWakeFromSxWithReasonFailedCleanup;
    PFN_WDFCX_DEVICE_POST_ARM_WAKE_FROM_SX_WITH_REASON EvtCxDevicePostArmWakeFromSxWithReason;
    PFN_WDFCX_DEVICE_PRE_DISARM_WAKE_FROM_SX EvtCxDevicePreDisarmWakeFromSx;
    PFN_WDFCX_DEVICE_POST_DISARM_WAKE_FROM_SX EvtCxDevicePostDisarmWakeFromSx;
    PFN_WDFCX_DEVICE_PRE_WAKE_FROM_SX_TRIGGERED EvtCxDevicePreWakeFromSxTriggered;
    PFN_WDFCX_DEVICE_POST_WAKE_FROM_SX_TRIGGERED EvtCxDevicePostWakeFromSxTriggered;
} WDFCX_POWER_POLICY_EVENT_CALLBACKS, *PWDFCX_POWER_POLICY_EVENT_CALLBACKS;

WDF_INLINE VOID
WDFCX_POWER_POLICY_EVENT_CALLBACKS_INIT(PWDFCX_POWER_POLICY_EVENT_CALLBACKS Callbacks)
{
    RtlZeroMemory(Callbacks, sizeof(*Callbacks));
    Callbacks->Size = sizeof(*Callbacks);
}

/* ---- functions ------------------------------------------------------------ */

/*
 * Makes an extension's share of a client's device to come. It lives and dies with DeviceInit; the
 * other WdfCxDeviceInit functions fill it in before WdfDeviceCreate.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns NULL if the caller is no extension of the client's or memory lacks.
 * Documented as: WdfCxDeviceInitAllocate (wdfcx.h).
 */
PWDFCXDEVICE_INIT NTAPI imp_WdfCxDeviceInitAllocate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    PWDFDEVICE_INIT DeviceInit);

WDF_INLINE PWDFCXDEVICE_INIT WdfCxDeviceInitAllocate(PWDFDEVICE_INIT DeviceInit)
{
    return imp_WdfCxDeviceInitAllocate(WdfDriverGlobals, DeviceInit);
}

#if WDF_FOR_KMDF
/*
 * Has the extension see IRPs of a major function before the framework does. Once for each major
 * function.
 *
 * MinorFunctions     [in, opt] copied; NULL with NumMinorFunctions 0 means all of them
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a MajorFunction out of range;
 * STATUS_INVALID_DEVICE_REQUEST if minor functions of it have been named already, or the caller is
 * no extension; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCxDeviceInitAssignWdmIrpPreprocessCallback (wdfcx.h).
 */
NTSTATUS NTAPI imp_WdfCxDeviceInitAssignWdmIrpPreprocessCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFCXDEVICE_INIT CxDeviceInit,
    PFN_WDFCXDEVICE_WDM_IRP_PREPROCESS EvtCxDeviceWdmIrpPreprocess, UCHAR MajorFunction,
    PUCHAR MinorFunctions, ULONG NumMinorFunctions);

WDF_INLINE NTSTATUS WdfCxDeviceInitAssignWdmIrpPreprocessCallback(
    PWDFCXDEVICE_INIT CxDeviceInit, PFN_WDFCXDEVICE_WDM_IRP_PREPROCESS EvtCxDeviceWdmIrpPreprocess,
    UCHAR MajorFunction, PUCHAR MinorFunctions, ULONG NumMinorFunctions)
{
    return imp_WdfCxDeviceInitAssignWdmIrpPreprocessCallback(
        WdfDriverGlobals, CxDeviceInit, EvtCxDeviceWdmIrpPreprocess, MajorFunction, MinorFunctions,
        NumMinorFunctions);
}

/*
 * Has the extension see each request in its sender's thread, ahead of the queues. It completes the
 * request or passes it on.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCxDeviceInitSetIoInCallerContextCallback (wdfcx.h).
 */
VOID NTAPI imp_WdfCxDeviceInitSetIoInCallerContextCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFCXDEVICE_INIT CxDeviceInit,
    PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext);

WDF_INLINE VOID WdfCxDeviceInitSetIoInCallerContextCallback(
    PWDFCXDEVICE_INIT CxDeviceInit, PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext)
{
    imp_WdfCxDeviceInitSetIoInCallerContextCallback(WdfDriverGlobals, CxDeviceInit,
                                                    EvtIoInCallerContext);
}
#endif

/*
 * Gives each of the device's requests a context of the extension's own.
 *
 * RequestAttributes  [in]  copied; they name no parent, else nothing happens
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCxDeviceInitSetRequestAttributes (wdfcx.h).
 */
VOID NTAPI imp_WdfCxDeviceInitSetRequestAttributes(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PWDFCXDEVICE_INIT CxDeviceInit,
                                                   PWDF_OBJECT_ATTRIBUTES RequestAttributes);

WDF_INLINE VOID WdfCxDeviceInitSetRequestAttributes(PWDFCXDEVICE_INIT CxDeviceInit,
                                                    PWDF_OBJECT_ATTRIBUTES RequestAttributes)
{
    imp_WdfCxDeviceInitSetRequestAttributes(WdfDriverGlobals, CxDeviceInit, RequestAttributes);
}

/*
 * Gives the extension callbacks for the device's files, and each file a context.
 *
 * CxFileObjectConfig    [in]      copied; with a wrong Size or value nothing happens and the
 *                                 verifier breaks
 * FileObjectAttributes  [in, opt] copied; they name no parent
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCxDeviceInitSetFileObjectConfig (wdfcx.h).
 */
VOID NTAPI imp_WdfCxDeviceInitSetFileObjectConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  PWDFCXDEVICE_INIT CxDeviceInit,
                                                  PWDFCX_FILEOBJECT_CONFIG CxFileObjectConfig,
                                                  PWDF_OBJECT_ATTRIBUTES FileObjectAttributes);

WDF_INLINE VOID WdfCxDeviceInitSetFileObjectConfig(PWDFCXDEVICE_INIT CxDeviceInit,
                                                   PWDFCX_FILEOBJECT_CONFIG CxFileObjectConfig,
                                                   PWDF_OBJECT_ATTRIBUTES FileObjectAttributes)
{
    imp_WdfCxDeviceInitSetFileObjectConfig(WdfDriverGlobals, CxDeviceInit, CxFileObjectConfig,
                                           FileObjectAttributes);
}

/*
 * Gives the extension callbacks around the client's for plug and play and power.
 *
 * CxPnpPowerCallbacks  [in]  copied; nothing happens and the verifier breaks for a wrong Size, for
 *                            a FailedCleanup without its Pre, for both kinds of SelfManagedIo
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCxDeviceInitSetPnpPowerEventCallbacks (wdfcx.h).
 */
VOID NTAPI imp_WdfCxDeviceInitSetPnpPowerEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFCXDEVICE_INIT CxDeviceInit,
    PWDFCX_PNPPOWER_EVENT_CALLBACKS CxPnpPowerCallbacks);

WDF_INLINE VOID WdfCxDeviceInitSetPnpPowerEventCallbacks(
    PWDFCXDEVICE_INIT CxDeviceInit, PWDFCX_PNPPOWER_EVENT_CALLBACKS CxPnpPowerCallbacks)
{
    imp_WdfCxDeviceInitSetPnpPowerEventCallbacks(WdfDriverGlobals, CxDeviceInit,
                                                 CxPnpPowerCallbacks);
}

/*
 * Gives the extension callbacks around the client's for arming and wake.
 *
 * CxPowerPolicyCallbacks  [in]  copied; nothing happens and the verifier breaks for a wrong Size,
 *                               for a FailedCleanup without its Pre, for both kinds of
 *                               ArmWakeFromSx
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfCxDeviceInitSetPowerPolicyEventCallbacks (wdfcx.h).
 */
VOID NTAPI imp_WdfCxDeviceInitSetPowerPolicyEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFCXDEVICE_INIT CxDeviceInit,
    PWDFCX_POWER_POLICY_EVENT_CALLBACKS CxPowerPolicyCallbacks);

WDF_INLINE VOID WdfCxDeviceInitSetPowerPolicyEventCallbacks(
    PWDFCXDEVICE_INIT CxDeviceInit, PWDFCX_POWER_POLICY_EVENT_CALLBACKS CxPowerPolicyCallbacks)
{
    imp_WdfCxDeviceInitSetPowerPolicyEventCallbacks(WdfDriverGlobals, CxDeviceInit,
                                                    CxPowerPolicyCallbacks);
}

/*
 * Gives a device to come a context, filled with zeros. It becomes the WDFDEVICE's once that is
 * made, and until then belongs to an object of the framework's, which is what the context's
 * EvtCleanupCallback and EvtDestroyCallback see if it never is.
 *
 * Context  [out, opt] the context; NULL on failure
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS and the former context if there is one of that
 * type; STATUS_INVALID_DEVICE_REQUEST if the caller is no extension; a failure for bad attributes;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfCxDeviceInitAllocateContext (wdfcx.h).
 */
NTSTATUS NTAPI imp_WdfCxDeviceInitAllocateContext(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  PWDFDEVICE_INIT DeviceInit,
                                                  PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                                  PVOID *Context);

WDF_INLINE NTSTATUS WdfCxDeviceInitAllocateContext(PWDFDEVICE_INIT DeviceInit,
                                                   PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                                   PVOID *Context)
{
    return imp_WdfCxDeviceInitAllocateContext(WdfDriverGlobals, DeviceInit, ContextAttributes,
                                              Context);
}

/*
 * Returns a context that WdfCxDeviceInitAllocateContext made, NULL if there is none of that type.
 * Drivers say WdfCxDeviceInitGetTypedContext.
 *
 * IRQL: <= DISPATCH_LEVEL + 1.
 * Documented as: WdfCxDeviceInitGetTypedContextWorker (wdfcx.h).
 */
PVOID NTAPI imp_WdfCxDeviceInitGetTypedContextWorker(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     PWDFDEVICE_INIT DeviceInit,
                                                     PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo);

WDF_INLINE PVOID WdfCxDeviceInitGetTypedContextWorker(PWDFDEVICE_INIT DeviceInit,
                                                      PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo)
{
    return imp_WdfCxDeviceInitGetTypedContextWorker(WdfDriverGlobals, DeviceInit, TypeInfo);
}

/* The context of a type that WDF_DECLARE_CONTEXT_TYPE has declared, as a pointer to it. */
#define WdfCxDeviceInitGetTypedContext(DeviceInit, Type)                                           \
    ((Type *)WdfCxDeviceInitGetTypedContextWorker((DeviceInit),                                    \
                                                  WDF_GET_CONTEXT_TYPE_INFO(Type)->UniqueType))

/*
 * Bug-checks, with the log of the driver that Object belongs to in the report.
 *
 * Object  [in, opt] an object of the client's; NULL: the extension's own log
 *
 * IRQL: any. Does not return.
 * Documented as: WdfCxVerifierKeBugCheck (wdfcx.h).
 */
VOID NTAPI imp_WdfCxVerifierKeBugCheck(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object,
                                       ULONG BugCheckCode, ULONG_PTR BugCheckParameter1,
                                       ULONG_PTR BugCheckParameter2, ULONG_PTR BugCheckParameter3,
                                       ULONG_PTR BugCheckParameter4);

WDF_INLINE VOID WdfCxVerifierKeBugCheck(WDFOBJECT Object, ULONG BugCheckCode,
                                        ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
                                        ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)
{
    imp_WdfCxVerifierKeBugCheck(WdfDriverGlobals, Object, BugCheckCode, BugCheckParameter1,
                                BugCheckParameter2, BugCheckParameter3, BugCheckParameter4);
}

WDF_EXTERN_C_END
