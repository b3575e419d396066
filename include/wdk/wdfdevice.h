/*
 * WDFDEVICE: a driver's device, from the WDFDEVICE_INIT that describes it before it exists to
 * the callbacks that tell the driver what Plug and Play and power management do to it.
 *
 * An EvtDriverDeviceAdd routine gets a WDFDEVICE_INIT, fills it in with WdfDeviceInitX and hands
 * it to WdfDeviceCreate, which takes it over. Everything else works on the WDFDEVICE.
 *
 * Said once for all functions here: NULL where a pointer is not [opt] and a NULL or stale handle
 * are bug check WDF_VIOLATION (0x10D). "Ignored" means that a function without a status changes
 * nothing and that the verifier, when on, reports why. With the verifier on, a call above the
 * stated IRQL fails with STATUS_INVALID_DEVICE_REQUEST where that IRQL is PASSIVE_LEVEL or
 * APC_LEVEL.
 */
#pragma once

#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdfobject.h>
#include <wdfrequest.h>
#include <devpropdef.h>

/* wdmsec.h has the security descriptors that WdfDeviceInitAssignSDDLString takes. */
#if WDF_FOR_KMDF && !defined(WDF_DEVICE_NO_WDMSEC_H)
#include <wdmsec.h>
#endif

WDF_EXTERN_C_START

/* Values of the device's hardware key that the user's idle and wake choices are kept under. */
#define WDF_S0_IDLE_ENABLED_VALUE_NAME L"IdleInWorkingState"
#define WDF_SX_WAKE_ENABLED_VALUE_NAME L"WakeFromSleepState"
/* The same for a device that the user has not chosen anything for. */
#define WDF_S0_IDLE_DEFAULT_VALUE_NAME L"WdfDefaultIdleInWorkingState"
#define WDF_SX_WAKE_DEFAULT_VALUE_NAME L"WdfDefaultWakeFromSleepState"

/* ---- how requests reach the device --------------------------------------- */

typedef struct _WDF_IO_TYPE_CONFIG {
    ULONG Size;
    WDF_DEVICE_IO_TYPE ReadWriteIoType;
    /* The rest is for user-mode drivers: a wish for control requests, and the smallest buffer,
     * in bytes, for which direct access is worth it (0: the framework decides). */
    WDF_DEVICE_IO_TYPE DeviceControlIoType;
    ULONG DirectTransferThreshold;
} WDF_IO_TYPE_CONFIG, *PWDF_IO_TYPE_CONFIG;

/* Buffered for both. */
WDF_INLINE VOID WDF_IO_TYPE_CONFIG_INIT(PWDF_IO_TYPE_CONFIG IoTypeConfig)
{
    *IoTypeConfig = (WDF_IO_TYPE_CONFIG){
        .Size = sizeof(*IoTypeConfig),
        .ReadWriteIoType = WdfDeviceIoBuffered,
        .DeviceControlIoType = WdfDeviceIoBuffered,
    };
}

/* Flags of WdfDeviceWdmDispatchIrpToIoQueue. */
typedef enum _WDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS {
    WDF_DISPATCH_IRP_TO_IO_QUEUE_NO_FLAGS = 0x00000000,
    /* EvtIoInCallerContext first. */
    WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK = 0x00000001,
    /* The IRP comes from a preprocess callback. */
    WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP = 0x00000002,
} WDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS;

/* Sees an IRP ahead of the framework. Takes it over: completes it, or passes it on with
 * WdfDeviceWdmDispatchPreprocessedIrp. IRQL: as the IRP was sent, <= DISPATCH_LEVEL. */
typedef NTSTATUS NTAPI EVT_WDFDEVICE_WDM_IRP_PREPROCESS(WDFDEVICE Device, PIRP Irp);
typedef EVT_WDFDEVICE_WDM_IRP_PREPROCESS *PFN_WDFDEVICE_WDM_IRP_PREPROCESS;

/* Decides where a class extension's device sends an IRP; goes on with WdfDeviceWdmDispatchIrp or
 * WdfDeviceWdmDispatchIrpToIoQueue. DispatchContext is to be handed to the former as it came. */
typedef NTSTATUS NTAPI EVT_WDFDEVICE_WDM_IRP_DISPATCH(WDFDEVICE Device, UCHAR MajorFunction,
                                                      UCHAR MinorFunction, ULONG Code,
                                                      WDFCONTEXT DriverContext, PIRP Irp,
                                                      WDFCONTEXT DispatchContext);
typedef EVT_WDFDEVICE_WDM_IRP_DISPATCH *PFN_WDFDEVICE_WDM_IRP_DISPATCH;

/* Sees each request in its sender's process before it is queued: the place for the addresses of
 * method neither. Ends with WdfDeviceEnqueueRequest or by completing the request. */
typedef VOID NTAPI EVT_WDF_IO_IN_CALLER_CONTEXT(WDFDEVICE Device, WDFREQUEST Request);
typedef EVT_WDF_IO_IN_CALLER_CONTEXT *PFN_WDF_IO_IN_CALLER_CONTEXT;

typedef enum _WDF_REMOVE_LOCK_OPTIONS_FLAGS {
    WDF_REMOVE_LOCK_OPTION_ACQUIRE_FOR_IO = 0x00000001, /* hold the remove lock for every IRP */
} WDF_REMOVE_LOCK_OPTIONS_FLAGS;

typedef struct _WDF_REMOVE_LOCK_OPTIONS {
    ULONG Size;
    ULONG Flags; /* WDF_REMOVE_LOCK_OPTIONS_FLAGS */
} WDF_REMOVE_LOCK_OPTIONS, *PWDF_REMOVE_LOCK_OPTIONS;

WDF_INLINE VOID WDF_REMOVE_LOCK_OPTIONS_INIT(PWDF_REMOVE_LOCK_OPTIONS RemoveLockOptions,
                                             ULONG Flags)
{
    *RemoveLockOptions =
        (WDF_REMOVE_LOCK_OPTIONS){.Size = sizeof(*RemoveLockOptions), .Flags = Flags};
}

/* ---- files that are opened on the device --------------------------------- */

/* Whether a WDFFILEOBJECT is made for each open file, and where the framework may note it. */
typedef enum _WDF_FILEOBJECT_CLASS {
    WdfFileObjectInvalid = 0,
    WdfFileObjectNotRequired = 1,                 /* none is made */
    WdfFileObjectWdfCanUseFsContext = 2,          /* in FILE_OBJECT.FsContext */
    WdfFileObjectWdfCanUseFsContext2 = 3,         /* in FILE_OBJECT.FsContext2 */
    WdfFileObjectWdfCannotUseFsContexts = 4,      /* elsewhere, found by a look-up */
    WdfFileObjectCanBeOptional = (int)0x80000000, /* ored in: requests may come without a file */
} WDF_FILEOBJECT_CLASS,
    *PWDF_FILEOBJECT_CLASS;

/* A file is being opened; Request is the create request and the driver completes it. */
typedef VOID NTAPI EVT_WDF_DEVICE_FILE_CREATE(WDFDEVICE Device, WDFREQUEST Request,
                                              WDFFILEOBJECT FileObject);
typedef EVT_WDF_DEVICE_FILE_CREATE *PFN_WDF_DEVICE_FILE_CREATE;

/* The last reference to the file is gone: no request of it is left. */
typedef VOID NTAPI EVT_WDF_FILE_CLOSE(WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLOSE *PFN_WDF_FILE_CLOSE;

/* The last handle to the file is closed; requests of it may be left. */
typedef VOID NTAPI EVT_WDF_FILE_CLEANUP(WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLEANUP *PFN_WDF_FILE_CLEANUP;

typedef struct _WDF_FILEOBJECT_CONFIG {
    ULONG Size;
    PFN_WDF_DEVICE_FILE_CREATE EvtDeviceFileCreate; /* all three may be NULL */
    PFN_WDF_FILE_CLOSE EvtFileClose;
    PFN_WDF_FILE_CLEANUP EvtFileCleanup;
    /* WdfTrue sends create, cleanup and close down the stack, WdfFalse completes them here;
     * by default a filter sends them and every other device completes them. */
    WDF_TRI_STATE AutoForwardCleanupClose;
    WDF_FILEOBJECT_CLASS FileObjectClass;
} WDF_FILEOBJECT_CONFIG, *PWDF_FILEOBJECT_CONFIG;

/* File objects are made, and FsContext and FsContext2 are left to others. */
WDF_INLINE VOID WDF_FILEOBJECT_CONFIG_INIT(PWDF_FILEOBJECT_CONFIG FileEventCallbacks,
                                           PFN_WDF_DEVICE_FILE_CREATE EvtDeviceFileCreate,
                                           PFN_WDF_FILE_CLOSE EvtFileClose,
                                           PFN_WDF_FILE_CLEANUP EvtFileCleanup)
{
    FileEventCallbacks->Size = sizeof(*FileEventCallbacks);
    FileEventCallbacks->EvtDeviceFileCreate = EvtDeviceFileCreate;
    FileEventCallbacks->EvtFileClose = EvtFileClose;
    FileEventCallbacks->EvtFileCleanup = EvtFileCleanup;
    FileEventCallbacks->AutoForwardCleanupClose = WdfUseDefault;
    FileEventCallbacks->FileObjectClass = WdfFileObjectWdfCannotUseFsContexts;
}

/* ---- the three state machines of a device -------------------------------- */

/* Ored into a state's value where its code may not be paged. */
typedef enum _WDF_DEVICE_STATE_FLAGS {
    WdfDevStateNP = 0x8000,
} WDF_DEVICE_STATE_FLAGS;

/* A state's value without that mark. */
WDF_INLINE ULONG WdfDevStateNormalize(ULONG State)
{
    return State & ~(ULONG)WdfDevStateNP;
}

WDF_INLINE BOOLEAN WdfDevStateIsNP(ULONG State)
{
    return (State & WdfDevStateNP) != 0;
}

/* Plug and Play: from creation through start, stop and failure to removal. */
typedef enum _WDF_DEVICE_PNP_STATE {
    WdfDevStatePnpInvalid = 0x00,
    WdfDevStatePnpObjectCreated = 0x100,
    WdfDevStatePnpCheckForDevicePresence = 0x101,
    WdfDevStatePnpEjectFailed = 0x102,
    WdfDevStatePnpEjectHardware = 0x103,
    WdfDevStatePnpEjectedWaitingForRemove = 0x104,
    WdfDevStatePnpInit = 0x105,
    WdfDevStatePnpInitStarting = 0x106,
    WdfDevStatePnpInitSurpriseRemoved = 0x107,
    WdfDevStatePnpHardwareAvailable = 0x108,
    WdfDevStatePnpEnableInterfaces = 0x109,
    WdfDevStatePnpHardwareAvailablePowerPolicyFailed = 0x10A,
    WdfDevStatePnpQueryRemoveAskDriver = 0x10B,
    WdfDevStatePnpQueryRemovePending = 0x10C,
    WdfDevStatePnpQueryRemoveStaticCheck = 0x10D,
    WdfDevStatePnpQueriedRemoving = 0x10E,
    WdfDevStatePnpQueryStopAskDriver = 0x10F,
    WdfDevStatePnpQueryStopPending = 0x110,
    WdfDevStatePnpQueryStopStaticCheck = 0x111,
    WdfDevStatePnpQueryCanceled = 0x112,
    WdfDevStatePnpRemoved = 0x113,
    WdfDevStatePnpPdoRemoved = 0x114,
    WdfDevStatePnpRemovedPdoWait = 0x115,
    WdfDevStatePnpRemovedPdoSurpriseRemoved = 0x116,
    WdfDevStatePnpRemovingDisableInterfaces = 0x117,
    WdfDevStatePnpRestarting = 0x118,
    WdfDevStatePnpStarted = 0x119,
    WdfDevStatePnpStartedCancelStop = 0x11A,
    WdfDevStatePnpStartedCancelRemove = 0x11B,
    WdfDevStatePnpStartedRemoving = 0x11C,
    WdfDevStatePnpStartingFromStopped = 0x11D,
    WdfDevStatePnpStopped = 0x11E,
    WdfDevStatePnpStoppedWaitForStartCompletion = 0x11F,
    WdfDevStatePnpStartedStopping = 0x120,
    WdfDevStatePnpSurpriseRemove = 0x121,
    WdfDevStatePnpInitQueryRemove = 0x122,
    WdfDevStatePnpInitQueryRemoveCanceled = 0x123,
    WdfDevStatePnpFdoRemoved = 0x124,
    WdfDevStatePnpRemovedWaitForChildren = 0x125,
    WdfDevStatePnpQueriedSurpriseRemove = 0x126,
    WdfDevStatePnpSurpriseRemoveIoStarted = 0x127,
    WdfDevStatePnpFailedPowerDown = 0x128,
    WdfDevStatePnpFailedIoStarting = 0x129,
    WdfDevStatePnpFailedOwnHardware = 0x12A,
    WdfDevStatePnpFailed = 0x12B,
    WdfDevStatePnpFailedSurpriseRemoved = 0x12C,
    WdfDevStatePnpFailedStarted = 0x12D,
    WdfDevStatePnpFailedWaitForRemove = 0x12E,
    WdfDevStatePnpFailedInit = 0x12F,
    WdfDevStatePnpPdoInitFailed = 0x130,
    WdfDevStatePnpRestart = 0x131,
    WdfDevStatePnpRestartReleaseHardware = 0x132,
    WdfDevStatePnpRestartHardwareAvailable = 0x133,
    WdfDevStatePnpPdoRestart = 0x134,
    WdfDevStatePnpFinal = 0x135,
    WdfDevStatePnpRemovedChildrenRemoved = 0x136,
    WdfDevStatePnpQueryRemoveEnsureDeviceAwake = 0x137,
    WdfDevStatePnpQueryStopEnsureDeviceAwake = 0x138,
    WdfDevStatePnpFailedPowerPolicyRemoved = 0x139,
    WdfDevStatePnpNull = 0x13A,
} WDF_DEVICE_PNP_STATE,
    *PWDF_DEVICE_PNP_STATE;

/* Power: every device has this one, D0 to Dx and back. */
typedef enum _WDF_DEVICE_POWER_STATE {
    WdfDevStatePowerInvalid = 0x00,
    WdfDevStatePowerObjectCreated = 0x300,
    WdfDevStatePowerCheckDeviceType = 0x301,
    WdfDevStatePowerCheckDeviceTypeNP = 0x302 | WdfDevStateNP,
    WdfDevStatePowerCheckParentState = 0x303,
    WdfDevStatePowerCheckParentStateNP = 0x304 | WdfDevStateNP,
    WdfDevStatePowerEnablingWakeAtBus = 0x305,
    WdfDevStatePowerEnablingWakeAtBusNP = 0x306 | WdfDevStateNP,
    WdfDevStatePowerD0 = 0x307,
    WdfDevStatePowerD0NP = 0x308 | WdfDevStateNP,
    WdfDevStatePowerD0BusWakeOwner = 0x309,
    WdfDevStatePowerD0BusWakeOwnerNP = 0x30A | WdfDevStateNP,
    WdfDevStatePowerD0ArmedForWake = 0x30B,
    WdfDevStatePowerD0ArmedForWakeNP = 0x30C | WdfDevStateNP,
    WdfDevStatePowerD0DisarmingWakeAtBus = 0x30D,
    WdfDevStatePowerD0DisarmingWakeAtBusNP = 0x30E | WdfDevStateNP,
    WdfDevStatePowerD0Starting = 0x30F,
    WdfDevStatePowerD0StartingConnectInterrupt = 0x310,
    WdfDevStatePowerD0StartingDmaEnable = 0x311,
    WdfDevStatePowerD0StartingStartSelfManagedIo = 0x312,
    WdfDevStatePowerDecideD0State = 0x313,
    WdfDevStatePowerGotoD3Stopped = 0x314,
    WdfDevStatePowerStopped = 0x315,
    WdfDevStatePowerStartingCheckDeviceType = 0x316,
    WdfDevStatePowerStartingChild = 0x317,
    WdfDevStatePowerDxDisablingWakeAtBus = 0x318,
    WdfDevStatePowerDxDisablingWakeAtBusNP = 0x319 | WdfDevStateNP,
    WdfDevStatePowerGotoDx = 0x31A,
    WdfDevStatePowerGotoDxNP = 0x31B | WdfDevStateNP,
    WdfDevStatePowerGotoDxIoStopped = 0x31C,
    WdfDevStatePowerGotoDxIoStoppedNP = 0x31D | WdfDevStateNP,
    WdfDevStatePowerGotoDxNPFailed = 0x31E | WdfDevStateNP,
    WdfDevStatePowerDx = 0x31F,
    WdfDevStatePowerDxNP = 0x320 | WdfDevStateNP,
    WdfDevStatePowerGotoDxArmedForWake = 0x321,
    WdfDevStatePowerGotoDxArmedForWakeNP = 0x322 | WdfDevStateNP,
    WdfDevStatePowerGotoDxIoStoppedArmedForWake = 0x323,
    WdfDevStatePowerGotoDxIoStoppedArmedForWakeNP = 0x324 | WdfDevStateNP,
    WdfDevStatePowerDxArmedForWake = 0x325,
    WdfDevStatePowerDxArmedForWakeNP = 0x326 | WdfDevStateNP,
    WdfDevStatePowerCheckParentStateArmedForWake = 0x327,
    WdfDevStatePowerCheckParentStateArmedForWakeNP = 0x328 | WdfDevStateNP,
    WdfDevStatePowerWaitForParentArmedForWake = 0x329,
    WdfDevStatePowerWaitForParentArmedForWakeNP = 0x32A | WdfDevStateNP,
    WdfDevStatePowerStartSelfManagedIo = 0x32B,
    WdfDevStatePowerStartSelfManagedIoNP = 0x32C | WdfDevStateNP,
    WdfDevStatePowerStartSelfManagedIoFailed = 0x32D,
    WdfDevStatePowerStartSelfManagedIoFailedNP = 0x32E | WdfDevStateNP,
    WdfDevStatePowerWaitForParent = 0x32F,
    WdfDevStatePowerWaitForParentNP = 0x330 | WdfDevStateNP,
    WdfDevStatePowerWakePending = 0x331,
    WdfDevStatePowerWakePendingNP = 0x332 | WdfDevStateNP,
    WdfDevStatePowerWaking = 0x333,
    WdfDevStatePowerWakingNP = 0x334 | WdfDevStateNP,
    WdfDevStatePowerWakingConnectInterrupt = 0x335,
    WdfDevStatePowerWakingConnectInterruptNP = 0x336 | WdfDevStateNP,
    WdfDevStatePowerWakingConnectInterruptFailed = 0x337,
    WdfDevStatePowerWakingConnectInterruptFailedNP = 0x338 | WdfDevStateNP,
    WdfDevStatePowerWakingDmaEnable = 0x339,
    WdfDevStatePowerWakingDmaEnableNP = 0x33A | WdfDevStateNP,
    WdfDevStatePowerWakingDmaEnableFailed = 0x33B,
    WdfDevStatePowerWakingDmaEnableFailedNP = 0x33C | WdfDevStateNP,
    WdfDevStatePowerReportPowerUpFailedDerefParent = 0x33D,
    WdfDevStatePowerReportPowerUpFailed = 0x33E,
    WdfDevStatePowerPowerFailedPowerDown = 0x33F,
    WdfDevStatePowerReportPowerDownFailed = 0x340,
    WdfDevStatePowerInitialConnectInterruptFailed = 0x341,
    WdfDevStatePowerInitialDmaEnableFailed = 0x342,
    WdfDevStatePowerInitialSelfManagedIoFailed = 0x343,
    WdfDevStatePowerInitialPowerUpFailedDerefParent = 0x344,
    WdfDevStatePowerInitialPowerUpFailed = 0x345,
    WdfDevStatePowerDxStoppedDisarmWake = 0x346,
    WdfDevStatePowerDxStoppedDisarmWakeNP = 0x347 | WdfDevStateNP,
    WdfDevStatePowerGotoDxStoppedDisableInterruptNP = 0x348 | WdfDevStateNP,
    WdfDevStatePowerGotoDxStopped = 0x349,
    WdfDevStatePowerDxStopped = 0x34A,
    WdfDevStatePowerGotoStopped = 0x34B,
    WdfDevStatePowerStoppedCompleteDx = 0x34C,
    WdfDevStatePowerDxStoppedDecideDxState = 0x34D,
    WdfDevStatePowerDxStoppedArmForWake = 0x34E,
    WdfDevStatePowerDxStoppedArmForWakeNP = 0x34F | WdfDevStateNP,
    WdfDevStatePowerFinalPowerDownFailed = 0x350,
    WdfDevStatePowerFinal = 0x351,
    WdfDevStatePowerGotoImplicitD3DisarmWakeAtBus = 0x352,
    WdfDevStatePowerUpFailed = 0x353,
    WdfDevStatePowerUpFailedDerefParent = 0x354,
    WdfDevStatePowerGotoDxFailed = 0x355,
    WdfDevStatePowerGotoDxStoppedDisableInterrupt = 0x356,
    WdfDevStatePowerUpFailedNP = 0x357 | WdfDevStateNP,
    WdfDevStatePowerUpFailedDerefParentNP = 0x358 | WdfDevStateNP,
    WdfDevStatePowerNotifyingD0ExitToWakeInterrupts = 0x359,
    WdfDevStatePowerNotifyingD0EntryToWakeInterrupts = 0x35A,
    WdfDevStatePowerNotifyingD0ExitToWakeInterruptsNP = 0x35B | WdfDevStateNP,
    WdfDevStatePowerNotifyingD0EntryToWakeInterruptsNP = 0x35C | WdfDevStateNP,
    WdfDevStatePowerInitialPowerUpFailedPowerDown = 0x35D,
    WdfDevStatePowerUpFailedPowerDown = 0x35E,
    WdfDevStatePowerUpFailedPowerDownNP = 0x35F | WdfDevStateNP,
    WdfDevStatePowerInitialSelfManagedIoFailedStarted = 0x360,
    WdfDevStatePowerStartSelfManagedIoFailedStarted = 0x361,
    WdfDevStatePowerStartSelfManagedIoFailedStartedNP = 0x362 | WdfDevStateNP,
    WdfDevStatePowerWakingPostHardwareEnabled = 0x363,
    WdfDevStatePowerWakingPostHardwareEnabledNP = 0x364 | WdfDevStateNP,
    WdfDevStatePowerWakingPostHardwareEnabledFailed = 0x365,
    WdfDevStatePowerWakingPostHardwareEnabledFailedNP = 0x366 | WdfDevStateNP,
    WdfDevStatePowerD0StartingPostHardwareEnabled = 0x367,
    WdfDevStatePowerInitialPostHardwareEnabledFailed = 0x368,
    WdfDevStatePowerNull = 0x369,
} WDF_DEVICE_POWER_STATE,
    *PWDF_DEVICE_POWER_STATE;

/* Power policy: only in the one driver of a stack that decides on idling and waking. */
typedef enum _WDF_DEVICE_POWER_POLICY_STATE {
    WdfDevStatePwrPolInvalid = 0x00,
    WdfDevStatePwrPolObjectCreated = 0x500,
    WdfDevStatePwrPolStarting = 0x501,
    WdfDevStatePwrPolStartingSucceeded = 0x502,
    WdfDevStatePwrPolStartingFailed = 0x503,
    WdfDevStatePwrPolStartingDecideS0Wake = 0x504,
    WdfDevStatePwrPolStartedIdleCapable = 0x505,
    WdfDevStatePwrPolTimerExpiredNoWake = 0x506,
    WdfDevStatePwrPolTimerExpiredNoWakeCompletePowerDown = 0x507,
    WdfDevStatePwrPolWaitingUnarmed = 0x508,
    WdfDevStatePwrPolWaitingUnarmedQueryIdle = 0x509,
    WdfDevStatePwrPolS0NoWakePowerUp = 0x50A,
    WdfDevStatePwrPolS0NoWakeCompletePowerUp = 0x50B,
    WdfDevStatePwrPolSystemSleepFromDeviceWaitingUnarmed = 0x50C,
    WdfDevStatePwrPolSystemSleepNeedWake = 0x50D,
    WdfDevStatePwrPolSystemSleepNeedWakeCompletePowerUp = 0x50E,
    WdfDevStatePwrPolSystemSleepPowerRequestFailed = 0x50F,
    WdfDevStatePwrPolCheckPowerPageable = 0x510,
    WdfDevStatePwrPolSleepingWakeWakeArrived = 0x511,
    WdfDevStatePwrPolSleepingWakeRevertArmWake = 0x512,
    WdfDevStatePwrPolSystemAsleepWakeArmed = 0x513,
    WdfDevStatePwrPolSystemWakeDeviceWakeEnabled = 0x514,
    WdfDevStatePwrPolSystemWakeDeviceWakeEnabledWakeCanceled = 0x515,
    WdfDevStatePwrPolSystemWakeDeviceWakeDisarm = 0x516,
    WdfDevStatePwrPolSystemWakeDeviceWakeTriggered = 0x517,
    WdfDevStatePwrPolSystemWakeDeviceWakeTriggeredS0 = 0x518,
    WdfDevStatePwrPolSystemWakeDeviceWokeDisarm = 0x519,
    WdfDevStatePwrPolSleepingWakeWakeArrivedNP = 0x51A | WdfDevStateNP,
    WdfDevStatePwrPolSleepingWakeRevertArmWakeNP = 0x51B | WdfDevStateNP,
    WdfDevStatePwrPolSleepingWakePowerDownFailed = 0x51C,
    WdfDevStatePwrPolSleepingWakePowerDownFailedWakeCanceled = 0x51D,
    WdfDevStatePwrPolSystemAsleepWakeArmedNP = 0x51E | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWakeEnabledNP = 0x51F | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWakeEnabledWakeCanceledNP = 0x520 | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWakeDisarmNP = 0x521 | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWakeTriggeredNP = 0x522 | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWakeTriggeredS0NP = 0x523 | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWokeDisarmNP = 0x524 | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceWakeCompletePowerUp = 0x525,
    WdfDevStatePwrPolSleeping = 0x526,
    WdfDevStatePwrPolSleepingNoWakePowerDown = 0x527,
    WdfDevStatePwrPolSleepingNoWakeCompletePowerDown = 0x528,
    WdfDevStatePwrPolSleepingNoWakeDxRequestFailed = 0x529,
    WdfDevStatePwrPolSleepingWakePowerDown = 0x52A,
    WdfDevStatePwrPolSleepingSendWake = 0x52B,
    WdfDevStatePwrPolSystemAsleepNoWake = 0x52C,
    WdfDevStatePwrPolSystemWakeDeviceWakeDisabled = 0x52D,
    WdfDevStatePwrPolSystemWakeDeviceToD0 = 0x52E,
    WdfDevStatePwrPolSystemWakeDeviceToD0CompletePowerUp = 0x52F,
    WdfDevStatePwrPolSystemWakeQueryIdle = 0x530,
    WdfDevStatePwrPolStartedWakeCapable = 0x531,
    WdfDevStatePwrPolTimerExpiredDecideUsbSS = 0x532,
    WdfDevStatePwrPolTimerExpiredWakeCapablePowerDown = 0x533,
    WdfDevStatePwrPolTimerExpiredWakeCapableSendWake = 0x534,
    WdfDevStatePwrPolTimerExpiredWakeCapableUsbSS = 0x535,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeArrived = 0x536,
    WdfDevStatePwrPolTimerExpiredWakeCapableCancelWake = 0x537,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeCanceled = 0x538,
    WdfDevStatePwrPolTimerExpiredWakeCapableCleanup = 0x539,
    WdfDevStatePwrPolTimerExpiredWakeCapableDxAllocFailed = 0x53A,
    WdfDevStatePwrPolTimerExpiredWakeCompletedPowerDown = 0x53B,
    WdfDevStatePwrPolTimerExpiredWakeCompletedPowerUp = 0x53C,
    WdfDevStatePwrPolWaitingArmedUsbSS = 0x53D,
    WdfDevStatePwrPolWaitingArmed = 0x53E,
    WdfDevStatePwrPolWaitingArmedQueryIdle = 0x53F,
    WdfDevStatePwrPolIoPresentArmed = 0x540,
    WdfDevStatePwrPolIoPresentArmedWakeCanceled = 0x541,
    WdfDevStatePwrPolS0WakeDisarm = 0x542,
    WdfDevStatePwrPolS0WakeCompletePowerUp = 0x543,
    WdfDevStatePwrPolTimerExpiredWakeSucceeded = 0x544,
    WdfDevStatePwrPolTimerExpiredWakeCompletedDisarm = 0x545,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeSucceeded = 0x546,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeFailed = 0x547,
    WdfDevStatePwrPolWakeFailedUsbSS = 0x548,
    WdfDevStatePwrPolTimerExpiredWakeCapablePowerDownFailedCancelWake = 0x549,
    WdfDevStatePwrPolTimerExpiredWakeCapablePowerDownFailedWakeCanceled = 0x54A,
    WdfDevStatePwrPolTimerExpiredWakeCapablePowerDownFailedUsbSS = 0x54B,
    WdfDevStatePwrPolCancelingWakeForSystemSleep = 0x54C,
    WdfDevStatePwrPolCancelingWakeForSystemSleepWakeCanceled = 0x54D,
    WdfDevStatePwrPolDisarmingWakeForSystemSleepCompletePowerUp = 0x54E,
    WdfDevStatePwrPolPowerUpForSystemSleepFailed = 0x54F,
    WdfDevStatePwrPolWokeFromS0UsbSS = 0x550,
    WdfDevStatePwrPolWokeFromS0 = 0x551,
    WdfDevStatePwrPolWokeFromS0NotifyDriver = 0x552,
    WdfDevStatePwrPolStoppingResetDevice = 0x553,
    WdfDevStatePwrPolStoppingResetDeviceCompletePowerUp = 0x554,
    WdfDevStatePwrPolStoppingResetDeviceFailed = 0x555,
    WdfDevStatePwrPolStoppingD0 = 0x556,
    WdfDevStatePwrPolStoppingD0Failed = 0x557,
    WdfDevStatePwrPolStoppingDisarmWake = 0x558,
    WdfDevStatePwrPolStoppingDisarmWakeCancelWake = 0x559,
    WdfDevStatePwrPolStoppingDisarmWakeWakeCanceled = 0x55A,
    WdfDevStatePwrPolStopping = 0x55B,
    WdfDevStatePwrPolStoppingFailed = 0x55C,
    WdfDevStatePwrPolStoppingSendStatus = 0x55D,
    WdfDevStatePwrPolStoppingCancelTimer = 0x55E,
    WdfDevStatePwrPolStoppingWaitForIdleTimeout = 0x55F,
    WdfDevStatePwrPolStoppingCancelUsbSS = 0x560,
    WdfDevStatePwrPolStoppingWaitForUsbSSCompletion = 0x561,
    WdfDevStatePwrPolStoppingCancelWake = 0x562,
    WdfDevStatePwrPolStopped = 0x563,
    WdfDevStatePwrPolCancelUsbSS = 0x564,
    WdfDevStatePwrPolStarted = 0x565,
    WdfDevStatePwrPolStartedCancelTimer = 0x566,
    WdfDevStatePwrPolStartedWaitForIdleTimeout = 0x567,
    WdfDevStatePwrPolStartedWakeCapableCancelTimerForSleep = 0x568,
    WdfDevStatePwrPolStartedWakeCapableWaitForIdleTimeout = 0x569,
    WdfDevStatePwrPolStartedWakeCapableSleepingUsbSS = 0x56A,
    WdfDevStatePwrPolStartedIdleCapableCancelTimerForSleep = 0x56B,
    WdfDevStatePwrPolStartedIdleCapableWaitForIdleTimeout = 0x56C,
    WdfDevStatePwrPolDeviceD0PowerRequestFailed = 0x56D,
    WdfDevStatePwrPolDevicePowerRequestFailed = 0x56E,
    WdfDevStatePwrPolGotoDx = 0x56F,
    WdfDevStatePwrPolGotoDxInDx = 0x570,
    WdfDevStatePwrPolDx = 0x571,
    WdfDevStatePwrPolGotoD0 = 0x572,
    WdfDevStatePwrPolGotoD0InD0 = 0x573,
    WdfDevStatePwrPolFinal = 0x574,
    WdfDevStatePwrPolSleepingPowerDownNotProcessed = 0x575,
    WdfDevStatePwrPolTimerExpiredWakeCapablePowerDownNotProcessed = 0x576,
    WdfDevStatePwrPolTimerExpiredNoWakePowerDownNotProcessed = 0x577,
    WdfDevStatePwrPolTimerExpiredNoWakePoweredDownDisableIdleTimer = 0x578,
    WdfDevStatePwrPolStoppingWaitingForImplicitPowerDown = 0x579,
    WdfDevStatePwrPolStoppingPoweringUp = 0x57A,
    WdfDevStatePwrPolStoppingPoweringDown = 0x57B,
    WdfDevStatePwrPolPowerUpForSystemSleepNotSeen = 0x57C,
    WdfDevStatePwrPolWaitingArmedStoppingCancelUsbSS = 0x57D,
    WdfDevStatePwrPolWaitingArmedWakeFailedCancelUsbSS = 0x57E,
    WdfDevStatePwrPolWaitingArmedIoPresentCancelUsbSS = 0x57F,
    WdfDevStatePwrPolWaitingArmedWakeSucceededCancelUsbSS = 0x580,
    WdfDevStatePwrPolCancelingUsbSSForSystemSleep = 0x581,
    WdfDevStatePwrPolStoppingD0CancelUsbSS = 0x582,
    WdfDevStatePwrPolStartingPoweredUp = 0x583,
    WdfDevStatePwrPolIdleCapableDeviceIdle = 0x584,
    WdfDevStatePwrPolDeviceIdleReturnToActive = 0x585,
    WdfDevStatePwrPolDeviceIdleSleeping = 0x586,
    WdfDevStatePwrPolDeviceIdleStopping = 0x587,
    WdfDevStatePwrPolTimerExpiredNoWakeUndoPowerDown = 0x588,
    WdfDevStatePwrPolWakeCapableDeviceIdle = 0x589,
    WdfDevStatePwrPolWakeCapableUsbSSCompleted = 0x58A,
    WdfDevStatePwrPolTimerExpiredWakeCapableUndoPowerDown = 0x58B,
    WdfDevStatePwrPolTimerExpiredWakeCompletedHardwareStarted = 0x58C,
    WdfDevStatePwrPolStoppedRemoving = 0x58D,
    WdfDevStatePwrPolRemoved = 0x58E,
    WdfDevStatePwrPolRestarting = 0x58F,
    WdfDevStatePwrPolRestartingFailed = 0x590,
    WdfDevStatePwrPolStartingPoweredUpFailed = 0x591,
    WdfDevStatePwrPolTimerExpiredNoWakeReturnToActive = 0x592,
    WdfDevStatePwrPolWaitingArmedWakeInterruptFired = 0x593,
    WdfDevStatePwrPolSystemWakeDeviceWakeInterruptFired = 0x594,
    WdfDevStatePwrPolSystemWakeDeviceWakeInterruptFiredNP = 0x595 | WdfDevStateNP,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeInterruptArrived = 0x596,
    WdfDevStatePwrPolTimerExpiredWakeCapablePowerDownFailedWakeInterruptArrived = 0x597,
    WdfDevStatePwrPolWaitingArmedWakeInterruptFiredDuringPowerDown = 0x598,
    WdfDevStatePwrPolStartedNotIdleCapableDirectedDown = 0x599,
    WdfDevStatePwrPolStartedIdleCapableTimerCanceledForSleep = 0x59A,
    WdfDevStatePwrPolTimerExpiredNoWakeUndoPowerDownWaitForDirectedUp = 0x59B,
    WdfDevStatePwrPolIdleCapableTimerNotExpiredDirectedDown = 0x59C,
    WdfDevStatePwrPolIdleCapableDirectedDownTriggerDPNR = 0x59D,
    WdfDevStatePwrPolWaitingUnarmedDirectedDown = 0x59E,
    WdfDevStatePwrPolIdleCapableDirectedDownTriggerDPR = 0x59F,
    WdfDevStatePwrPolStartedWakeCapableTimerCanceledForSleep = 0x5A0,
    WdfDevStatePwrPolWakeCapableTimerNotExpiredDirectedDown = 0x5A1,
    WdfDevStatePwrPolWakeCapableDirectedDownTriggerDPNR = 0x5A2,
    WdfDevStatePwrPolTimerExpiredWakeCompletedPowerDownWaitForDirectedUp = 0x5A3,
    WdfDevStatePwrPolTimerExpiredWakeCompletedPowerDownDirectedTriggerDPR = 0x5A4,
    WdfDevStatePwrPolTimerExpiredWakeCapableUndoPowerDownWaitForDirectedUp = 0x5A5,
    WdfDevStatePwrPolWakeCapableUsbSSCompletedUndoWaitForDirectedUp = 0x5A6,
    WdfDevStatePwrPolTimerExpiredWakeCapableUsbSSDirectedDown = 0x5A7,
    WdfDevStatePwrPolWaitingArmedWakeInterruptFiredDuringPowerDownCheckDirected = 0x5A8,
    WdfDevStatePwrPolTimerExpiredWakeCompletedPowerDownCheckDirected = 0x5A9,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeSucceededCheckDirected = 0x5AA,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeSucceededWaitForDirectedUp = 0x5AB,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeSucceededTriggerDPR = 0x5AC,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeFailedCheckDirected = 0x5AD,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeFailedWaitForDirectedUp = 0x5AE,
    WdfDevStatePwrPolTimerExpiredWakeCapableWakeFailedTriggerDPR = 0x5AF,
    WdfDevStatePwrPolWaitingArmedDirectedDownWakeInterruptFiredTriggerDPR = 0x5B0,
    WdfDevStatePwrPolWaitingArmedDirectedDownWakeInterruptFired = 0x5B1,
    WdfDevStatePwrPolWaitingArmedDirectedDown = 0x5B2,
    WdfDevStatePwrPolWaitingArmedDirectedDownWakeSucceededCancelUsbSS = 0x5B3,
    WdfDevStatePwrPolWaitingArmedDirectedDownWakeFailedCancelUsbSS = 0x5B4,
    WdfDevStatePwrPolWaitingArmedDirectedDownTriggerDPR = 0x5B5,
    WdfDevStatePwrPolWaitingArmedDirectedDownWakeSucceededTriggerDPR = 0x5B6,
    WdfDevStatePwrPolWaitingArmedDirectedDownUsbSSCompleted = 0x5B7,
    WdfDevStatePwrPolWaitingArmedDirectedDownUsbSSCompletedTriggerDPR = 0x5B8,
    WdfDevStatePwrPolWaitingArmedDirectedDownWakeFailedCancelUsbSSTriggerDPR = 0x5B9,
    WdfDevStatePwrPolUsbSSCancelled = 0x5BA,
    WdfDevStatePwrPolTimerExpiredWakeCapableRevertArmWake = 0x5BB,
    WdfDevStatePwrPolSleepingWakeCancelWake = 0x5BC,
    WdfDevStatePwrPolSleepingWakeCancelWakeNP = 0x5BD | WdfDevStateNP,
    WdfDevStatePwrPolSystemWakeDeviceD0PowerRequestFailed = 0x5BE,
    WdfDevStatePwrPolSystemWakeDevicePowerRequestFailed = 0x5BF,
    WdfDevStatePwrPolNull = 0x5C0,
} WDF_DEVICE_POWER_POLICY_STATE,
    *PWDF_DEVICE_POWER_POLICY_STATE;

/* When a callback on a state is made. */
typedef enum _WDF_STATE_NOTIFICATION_TYPE {
    StateNotificationInvalid = 0x0000,
    StateNotificationEnterState = 0x0001,       /* before the state is entered */
    StateNotificationPostProcessState = 0x0002, /* its work is done */
    StateNotificationLeaveState = 0x0004,       /* before it is left */
    StateNotificationAllStates = StateNotificationEnterState | StateNotificationPostProcessState |
                                 StateNotificationLeaveState,
} WDF_STATE_NOTIFICATION_TYPE;

/* What such a callback is told: Type says which member of Data holds. */
typedef struct _WDF_DEVICE_PNP_NOTIFICATION_DATA {
    WDF_STATE_NOTIFICATION_TYPE Type;
    union {
        struct {
            WDF_DEVICE_PNP_STATE CurrentState;
            WDF_DEVICE_PNP_STATE NewState;
        } EnterState;
        struct {
            WDF_DEVICE_PNP_STATE CurrentState;
        } PostProcessState;
        struct {
            WDF_DEVICE_PNP_STATE CurrentState;
            WDF_DEVICE_PNP_STATE NewState;
        } LeaveState;
    } Data;
} WDF_DEVICE_PNP_NOTIFICATION_DATA;
typedef const WDF_DEVICE_PNP_NOTIFICATION_DATA *PCWDF_DEVICE_PNP_NOTIFICATION_DATA;

typedef struct _WDF_DEVICE_POWER_NOTIFICATION_DATA {
    WDF_STATE_NOTIFICATION_TYPE Type;
    union {
        struct {
            WDF_DEVICE_POWER_STATE CurrentState;
            WDF_DEVICE_POWER_STATE NewState;
        } EnterState;
        struct {
            WDF_DEVICE_POWER_STATE CurrentState;
        } PostProcessState;
        struct {
            WDF_DEVICE_POWER_STATE CurrentState;
            WDF_DEVICE_POWER_STATE NewState;
        } LeaveState;
    } Data;
} WDF_DEVICE_POWER_NOTIFICATION_DATA;
typedef const WDF_DEVICE_POWER_NOTIFICATION_DATA *PCWDF_DEVICE_POWER_NOTIFICATION_DATA;

typedef struct _WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA {
    WDF_STATE_NOTIFICATION_TYPE Type;
    union {
        struct {
            WDF_DEVICE_POWER_POLICY_STATE CurrentState;
            WDF_DEVICE_POWER_POLICY_STATE NewState;
        } EnterState;
        struct {
            WDF_DEVICE_POWER_POLICY_STATE CurrentState;
        } PostProcessState;
        struct {
            WDF_DEVICE_POWER_POLICY_STATE CurrentState;
            WDF_DEVICE_POWER_POLICY_STATE NewState;
        } LeaveState;
    } Data;
} WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA;
typedef const WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA
    *PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA;

typedef VOID NTAPI EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION(
    WDFDEVICE Device, PCWDF_DEVICE_PNP_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION *PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION;

typedef VOID NTAPI EVT_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION(
    WDFDEVICE Device, PCWDF_DEVICE_POWER_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION
    *PFN_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION;

typedef VOID NTAPI EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION(
    WDFDEVICE Device, PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION
    *PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION;

/* ---- Plug and Play and power callbacks ----------------------------------- */

/* A device's power as its driver is told it. */
typedef enum _WDF_POWER_DEVICE_STATE {
    WdfPowerDeviceInvalid = 0,
    WdfPowerDeviceD0,
    WdfPowerDeviceD1,
    WdfPowerDeviceD2,
    WdfPowerDeviceD3,
    WdfPowerDeviceD3Final, /* off for good, or not on yet: removed, disabled, not started */
    WdfPowerDevicePrepareForHibernation, /* the hibernation file is on it: keep it powered */
    WdfPowerDeviceMaximum,
} WDF_POWER_DEVICE_STATE,
    *PWDF_POWER_DEVICE_STATE;

/* Files without which the system cannot do, and so devices that it may not lose. */
typedef enum _WDF_SPECIAL_FILE_TYPE {
    WdfSpecialFileUndefined = 0,
    WdfSpecialFilePaging = 1,
    WdfSpecialFileHibernation,
    WdfSpecialFileDump,
    WdfSpecialFileBoot,
    WdfSpecialFilePostDisplay,
    WdfSpecialFileGuestAssigned, /* the device is given to a virtual machine */
    WdfSpecialFileMax,
} WDF_SPECIAL_FILE_TYPE,
    *PWDF_SPECIAL_FILE_TYPE;

/*
 * Of one device, no two of these run at a time, all at PASSIVE_LEVEL. A failure status makes the
 * start or the power change fail unless said otherwise. The order of a start is PrepareHardware,
 * D0Entry, [interrupts enabled,] D0EntryPostInterruptsEnabled, SelfManagedIoInit; the order of a
 * removal SelfManagedIoSuspend, D0ExitPreInterruptsDisabled, [interrupts disabled,] D0Exit,
 * SelfManagedIoFlush, ReleaseHardware, SelfManagedIoCleanup.
 */

/* Make the device work; its state was PreviousState. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_ENTRY(WDFDEVICE Device,
                                               WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY *PFN_WDF_DEVICE_D0_ENTRY;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED
    *PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED;

/* As the former, after DMA has started too. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED
    *PFN_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED;

/* Save what the device would forget, and let it go to TargetState. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_EXIT(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT *PFN_WDF_DEVICE_D0_EXIT;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED(
    WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED
    *PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED;

typedef NTSTATUS NTAPI
EVT_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED *PFN_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED;

/* Map what the device was given. The device has no power yet: only memory is to be mapped.
 * ResourcesRaw is as the bus sees them, ResourcesTranslated as the processor does. Both lists
 * are gone after ReleaseHardware. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_PREPARE_HARDWARE(WDFDEVICE Device, WDFCMRESLIST ResourcesRaw,
                                                       WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_PREPARE_HARDWARE *PFN_WDF_DEVICE_PREPARE_HARDWARE;

/* Unmap it; also called after a PrepareHardware that failed. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RELEASE_HARDWARE(WDFDEVICE Device,
                                                       WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_RELEASE_HARDWARE *PFN_WDF_DEVICE_RELEASE_HARDWARE;

/* Work of the driver's own that the framework does not queue: Init once, Suspend and Restart
 * around every time without power, Flush and then Cleanup once when the device goes. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT *PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND *PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART *PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART;

typedef VOID NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH *PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH;

typedef VOID NTAPI EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP *PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP;

/* May the device be stopped for other resources, or removed? A failure status says no. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_QUERY_STOP(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_QUERY_STOP *PFN_WDF_DEVICE_QUERY_STOP;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_QUERY_REMOVE(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_QUERY_REMOVE *PFN_WDF_DEVICE_QUERY_REMOVE;

/* The device was pulled out. Its power-down and removal callbacks come beside or after this. */
typedef VOID NTAPI EVT_WDF_DEVICE_SURPRISE_REMOVAL(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SURPRISE_REMOVAL *PFN_WDF_DEVICE_SURPRISE_REMOVAL;

/* A special file is put on the device (TRUE) or taken off; only the second form may refuse. */
typedef VOID NTAPI EVT_WDF_DEVICE_USAGE_NOTIFICATION(WDFDEVICE Device,
                                                     WDF_SPECIAL_FILE_TYPE NotificationType,
                                                     BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION *PFN_WDF_DEVICE_USAGE_NOTIFICATION;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX(WDFDEVICE Device,
                                                            WDF_SPECIAL_FILE_TYPE NotificationType,
                                                            BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX *PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX;

/* Somebody asks for the device's relations: last chance to bring its lists up to date. */
typedef VOID NTAPI EVT_WDF_DEVICE_RELATIONS_QUERY(WDFDEVICE Device,
                                                  DEVICE_RELATION_TYPE RelationType);
typedef EVT_WDF_DEVICE_RELATIONS_QUERY *PFN_WDF_DEVICE_RELATIONS_QUERY;

typedef struct _WDF_PNPPOWER_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_D0_ENTRY EvtDeviceD0Entry; /* each may be NULL */
    PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED EvtDeviceD0EntryPostInterruptsEnabled;
    PFN_WDF_DEVICE_D0_EXIT EvtDeviceD0Exit;
    PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED EvtDeviceD0ExitPreInterruptsDisabled;
    PFN_WDF_DEVICE_PREPARE_HARDWARE EvtDevicePrepareHardware;
    PFN_WDF_DEVICE_RELEASE_HARDWARE EvtDeviceReleaseHardware;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP EvtDeviceSelfManagedIoCleanup;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH EvtDeviceSelfManagedIoFlush;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT EvtDeviceSelfManagedIoInit;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND EvtDeviceSelfManagedIoSuspend;
    PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART EvtDeviceSelfManagedIoRestart;
    PFN_WDF_DEVICE_SURPRISE_REMOVAL EvtDeviceSurpriseRemoval;
    PFN_WDF_DEVICE_QUERY_REMOVE EvtDeviceQueryRemove;
    PFN_WDF_DEVICE_QUERY_STOP EvtDeviceQueryStop;
    PFN_WDF_DEVICE_USAGE_NOTIFICATION EvtDeviceUsageNotification;
    PFN_WDF_DEVICE_RELATIONS_QUERY EvtDeviceRelationsQuery;
    PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX EvtDeviceUsageNotificationEx; /* not both of the two */
} WDF_PNPPOWER_EVENT_CALLBACKS, *PWDF_PNPPOWER_EVENT_CALLBACKS;

WDF_INLINE VOID WDF_PNPPOWER_EVENT_CALLBACKS_INIT(PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks)
{
    *Callbacks = (WDF_PNPPOWER_EVENT_CALLBACKS){.Size = sizeof(*Callbacks)};
}

/* ---- power policy: idling and waking ------------------------------------- */

/* Make the device able to wake the computer, or itself, before it loses power. A failure status
 * keeps it from being armed: it stays in D0 (S0) or sleeps without wake (Sx). */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_ARM_WAKE_FROM_S0;

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX;

/* As the former, with the reasons: the device's own setting, children that are armed. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON(WDFDEVICE Device,
                                                                   BOOLEAN DeviceWakeEnabled,
                                                                   BOOLEAN ChildrenArmedForWake);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON;

/* Undo it, after the device is back in D0. */
typedef VOID NTAPI EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0;

typedef VOID NTAPI EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX *PFN_WDF_DEVICE_DISARM_WAKE_FROM_SX;

/* This device may be the one that woke things up. */
typedef VOID NTAPI EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED;

typedef VOID NTAPI EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED;

typedef struct _WDF_POWER_POLICY_EVENT_CALLBACKS {
    ULONG Size;
    PFN_WDF_DEVICE_ARM_WAKE_FROM_S0 EvtDeviceArmWakeFromS0; /* each may be NULL */
    PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0 EvtDeviceDisarmWakeFromS0;
    PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED EvtDeviceWakeFromS0Triggered;
    PFN_WDF_DEVICE_ARM_WAKE_FROM_SX EvtDeviceArmWakeFromSx;
    PFN_WDF_DEVICE_DISARM_WAKE_FROM_SX EvtDeviceDisarmWakeFromSx;
    PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED EvtDeviceWakeFromSxTriggered;
    /* Not both of this and EvtDeviceArmWakeFromSx. */
    PFN_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON EvtDeviceArmWakeFromSxWithReason;
} WDF_POWER_POLICY_EVENT_CALLBACKS, *PWDF_POWER_POLICY_EVENT_CALLBACKS;

WDF_INLINE VOID WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(PWDF_POWER_POLICY_EVENT_CALLBACKS Callbacks)
{
    *Callbacks = (WDF_POWER_POLICY_EVENT_CALLBACKS){.Size = sizeof(*Callbacks)};
}

/* Can the device, when it idles, call for attention itself? */
typedef enum _WDF_POWER_POLICY_S0_IDLE_CAPABILITIES {
    IdleCapsInvalid = 0,
    IdleCannotWakeFromS0, /* no: only a request to it ends the idling */
    IdleCanWakeFromS0,
    IdleUsbSelectiveSuspend, /* yes, and the USB bus is asked before */
} WDF_POWER_POLICY_S0_IDLE_CAPABILITIES;

typedef enum _WDF_POWER_POLICY_S0_IDLE_USER_CONTROL {
    IdleUserControlInvalid = 0,
    IdleDoNotAllowUserControl,
    IdleAllowUserControl,
} WDF_POWER_POLICY_S0_IDLE_USER_CONTROL;

typedef enum _WDF_POWER_POLICY_SX_WAKE_USER_CONTROL {
    WakeUserControlInvalid = 0,
    WakeDoNotAllowUserControl,
    WakeAllowUserControl,
} WDF_POWER_POLICY_SX_WAKE_USER_CONTROL;

typedef enum _WDF_POWER_POLICY_IDLE_TIMEOUT_CONSTANTS {
    IdleTimeoutDefaultConstant = 0,
} WDF_POWER_POLICY_IDLE_TIMEOUT_CONSTANTS;

/* For IdleTimeout: 5 seconds. */
#define IdleTimeoutDefaultValue ((ULONG)IdleTimeoutDefaultConstant)

/* Who decides how long the device must be idle. */
typedef enum _WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE {
    DriverManagedIdleTimeout = 0,        /* IdleTimeout */
    SystemManagedIdleTimeout = 1,        /* the system's power framework */
    SystemManagedIdleTimeoutWithHint = 2 /* the same, which takes IdleTimeout as a wish */
} WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE,
    *PWDF_POWER_POLICY_IDLE_TIMEOUT_TYPE;

typedef struct _WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS {
    ULONG Size;
    WDF_POWER_POLICY_S0_IDLE_CAPABILITIES IdleCaps;
    DEVICE_POWER_STATE DxState; /* PowerDeviceMaximum: as deep as it can be woken from */
    ULONG IdleTimeout;          /* milliseconds without a request */
    WDF_POWER_POLICY_S0_IDLE_USER_CONTROL UserControlOfIdleSettings;
    WDF_TRI_STATE Enabled; /* by default yes, or as the user has chosen */
    /* Whether it gets power when the system wakes though it would idle on; by default no.
     * Only with IdleCannotWakeFromS0. */
    WDF_TRI_STATE PowerUpIdleDeviceOnSystemWake;
    WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE IdleTimeoutType;
    WDF_TRI_STATE ExcludeD3Cold; /* keep its bus from cutting power; by default as the INF says */
} WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, *PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS;

/* A device that can wake itself idles as deep as that works, another one in D3. */
WDF_INLINE VOID WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(
    PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings, WDF_POWER_POLICY_S0_IDLE_CAPABILITIES IdleCaps)
{
    *Settings = (WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS){
        .Size = sizeof(*Settings),
        .IdleCaps = IdleCaps,
        .IdleTimeout = IdleTimeoutDefaultValue,
        .UserControlOfIdleSettings = IdleAllowUserControl,
        .Enabled = WdfUseDefault,
        .PowerUpIdleDeviceOnSystemWake = WdfUseDefault,
        .IdleTimeoutType = DriverManagedIdleTimeout,
        .ExcludeD3Cold = WdfUseDefault,
    };
    if (IdleCaps == IdleCannotWakeFromS0)
        Settings->DxState = PowerDeviceD3;
    else if (IdleCaps == IdleCanWakeFromS0 || IdleCaps == IdleUsbSelectiveSuspend)
        Settings->DxState = PowerDeviceMaximum;
}

typedef struct _WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS {
    ULONG Size;
    DEVICE_POWER_STATE DxState; /* PowerDeviceMaximum: as deep as it can wake from */
    WDF_POWER_POLICY_SX_WAKE_USER_CONTROL UserControlOfWakeSettings;
    WDF_TRI_STATE Enabled;                       /* by default yes, or as the user has chosen */
    BOOLEAN ArmForWakeIfChildrenAreArmedForWake; /* one armed child is reason enough */
    BOOLEAN IndicateChildWakeOnParentWake; /* tell the children when this one woke the system */
} WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, *PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS;

WDF_INLINE VOID
WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings)
{
    *Settings = (WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS){
        .Size = sizeof(*Settings),
        .DxState = PowerDeviceMaximum,
        .UserControlOfWakeSettings = WakeAllowUserControl,
        .Enabled = WdfUseDefault,
    };
}

/* The system's power framework has the device now, or is about to lose it. */
typedef NTSTATUS NTAPI EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE(WDFDEVICE Device,
                                                                    POHANDLE PoHandle);
typedef EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE *PFN_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE;

typedef VOID NTAPI EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE(WDFDEVICE Device,
                                                                 POHANDLE PoHandle);
typedef EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE
    *PFN_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE;

/* What the framework registers with the system's power framework on the driver's behalf: one
 * component. Every pointer may be NULL. */
typedef struct _WDF_POWER_FRAMEWORK_SETTINGS {
    ULONG Size;
    PFN_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE EvtDeviceWdmPostPoFxRegisterDevice;
    PFN_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE EvtDeviceWdmPrePoFxUnregisterDevice;
    PPO_FX_COMPONENT Component; /* NULL: one that knows F0 only */
    PPO_FX_COMPONENT_ACTIVE_CONDITION_CALLBACK ComponentActiveConditionCallback;
    PPO_FX_COMPONENT_IDLE_CONDITION_CALLBACK ComponentIdleConditionCallback;
    PPO_FX_COMPONENT_IDLE_STATE_CALLBACK ComponentIdleStateCallback;
    PPO_FX_POWER_CONTROL_CALLBACK PowerControlCallback;
    PVOID PoFxDeviceContext;   /* for the two before it */
    ULONGLONG PoFxDeviceFlags; /* PO_FX_DEVICE_FLAG_* of PoFxRegisterDevice */
    WDF_TRI_STATE DirectedPoFxEnabled;
} WDF_POWER_FRAMEWORK_SETTINGS, *PWDF_POWER_FRAMEWORK_SETTINGS;

WDF_INLINE VOID
WDF_POWER_FRAMEWORK_SETTINGS_INIT(PWDF_POWER_FRAMEWORK_SETTINGS PowerFrameworkSettings)
{
    *PowerFrameworkSettings = (WDF_POWER_FRAMEWORK_SETTINGS){
        .Size = sizeof(*PowerFrameworkSettings),
        .DirectedPoFxEnabled = WdfUseDefault,
    };
}

/* ---- what a device says of itself ---------------------------------------- */

/* What to do with a device that reports failure. */
typedef enum _WDF_DEVICE_FAILED_ACTION {
    WdfDeviceFailedUndefined = 0,
    WdfDeviceFailedAttemptRestart, /* remove it and start it again, a few times */
    WdfDeviceFailedNoRestart,      /* remove it */
} WDF_DEVICE_FAILED_ACTION;

/* When a failed device's ReleaseHardware runs. */
typedef enum _WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE {
    WdfReleaseHardwareOrderOnFailureInvalid = 0,
    WdfReleaseHardwareOrderOnFailureEarly,            /* at once; the default */
    WdfReleaseHardwareOrderOnFailureAfterDescendants, /* after its children are gone */
} WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE,
    *PWDF_RELEASE_HARDWARE_ORDER_ON_FAILURE;

/* What a device answers when Plug and Play asks for its state; WdfUseDefault leaves a bit as the
 * drivers below set it. */
typedef struct _WDF_DEVICE_STATE {
    ULONG Size;
    WDF_TRI_STATE Disabled;
    WDF_TRI_STATE DontDisplayInUI; /* cannot be taken back */
    WDF_TRI_STATE Failed;
    WDF_TRI_STATE NotDisableable;
    WDF_TRI_STATE Removed;          /* the stack is torn down */
    WDF_TRI_STATE ResourcesChanged; /* started once more, with a stop before it if Failed too */
    WDF_TRI_STATE AssignedToGuest;  /* given to a virtual machine */
} WDF_DEVICE_STATE, *PWDF_DEVICE_STATE;

WDF_INLINE VOID WDF_DEVICE_STATE_INIT(PWDF_DEVICE_STATE PnpDeviceState)
{
    *PnpDeviceState = (WDF_DEVICE_STATE){
        .Size = sizeof(*PnpDeviceState),
        .Disabled = WdfUseDefault,
        .DontDisplayInUI = WdfUseDefault,
        .Failed = WdfUseDefault,
        .NotDisableable = WdfUseDefault,
        .Removed = WdfUseDefault,
        .ResourcesChanged = WdfUseDefault,
        .AssignedToGuest = WdfUseDefault,
    };
}

/* What a device answers when asked for its capabilities (DEVICE_CAPABILITIES). WdfUseDefault and
 * (ULONG)-1 leave a field as it is. */
typedef struct _WDF_DEVICE_PNP_CAPABILITIES {
    ULONG Size;
    WDF_TRI_STATE LockSupported;
    WDF_TRI_STATE EjectSupported;
    WDF_TRI_STATE Removable;
    WDF_TRI_STATE DockDevice;
    WDF_TRI_STATE UniqueID; /* instance ids are unique in the system, not only on the bus */
    WDF_TRI_STATE SilentInstall;
    WDF_TRI_STATE SurpriseRemovalOK;
    WDF_TRI_STATE HardwareDisabled;
    WDF_TRI_STATE NoDisplayInUI;
    ULONG Address;  /* where on its bus */
    ULONG UINumber; /* a number for people, such as a slot's */
} WDF_DEVICE_PNP_CAPABILITIES, *PWDF_DEVICE_PNP_CAPABILITIES;

WDF_INLINE VOID WDF_DEVICE_PNP_CAPABILITIES_INIT(PWDF_DEVICE_PNP_CAPABILITIES Caps)
{
    *Caps = (WDF_DEVICE_PNP_CAPABILITIES){
        .Size = sizeof(*Caps),
        .LockSupported = WdfUseDefault,
        .EjectSupported = WdfUseDefault,
        .Removable = WdfUseDefault,
        .DockDevice = WdfUseDefault,
        .UniqueID = WdfUseDefault,
        .SilentInstall = WdfUseDefault,
        .SurpriseRemovalOK = WdfUseDefault,
        .HardwareDisabled = WdfUseDefault,
        .NoDisplayInUI = WdfUseDefault,
        .Address = (ULONG)-1,
        .UINumber = (ULONG)-1,
    };
}

/* The power part of the same. The maximum of an enumeration leaves a field as it is, too. */
typedef struct _WDF_DEVICE_POWER_CAPABILITIES {
    ULONG Size;
    WDF_TRI_STATE DeviceD1; /* whether it has that state */
    WDF_TRI_STATE DeviceD2;
    WDF_TRI_STATE WakeFromD0;
    WDF_TRI_STATE WakeFromD1;
    WDF_TRI_STATE WakeFromD2;
    WDF_TRI_STATE WakeFromD3;
    DEVICE_POWER_STATE DeviceState[PowerSystemMaximum]; /* most power it may keep in each Sx */
    DEVICE_POWER_STATE DeviceWake;                      /* least power from which it wakes */
    SYSTEM_POWER_STATE SystemWake;                      /* deepest sleep that it ends */
    ULONG D1Latency;                                    /* to D0, in units of 100 microseconds */
    ULONG D2Latency;
    ULONG D3Latency;
    DEVICE_POWER_STATE IdealDxStateForSx; /* where to be in Sx when not armed; by default D3 */
} WDF_DEVICE_POWER_CAPABILITIES, *PWDF_DEVICE_POWER_CAPABILITIES;

WDF_INLINE VOID WDF_DEVICE_POWER_CAPABILITIES_INIT(PWDF_DEVICE_POWER_CAPABILITIES Caps)
{
    *Caps = (WDF_DEVICE_POWER_CAPABILITIES){
        .Size = sizeof(*Caps),
        .DeviceD1 = WdfUseDefault,
        .DeviceD2 = WdfUseDefault,
        .WakeFromD0 = WdfUseDefault,
        .WakeFromD1 = WdfUseDefault,
        .WakeFromD2 = WdfUseDefault,
        .WakeFromD3 = WdfUseDefault,
        .DeviceWake = PowerDeviceMaximum,
        .SystemWake = PowerSystemMaximum,
        .D1Latency = (ULONG)-1,
        .D2Latency = (ULONG)-1,
        .D3Latency = (ULONG)-1,
        .IdealDxStateForSx = PowerDeviceMaximum,
    };
    for (int i = 0; i < PowerSystemMaximum; i++)
        Caps->DeviceState[i] = PowerDeviceMaximum;
}

/* Names one of a device's properties. */
typedef struct _WDF_DEVICE_PROPERTY_DATA {
    ULONG Size;
    const DEVPROPKEY *PropertyKey;
    LCID Lcid;   /* a language, or LOCALE_NEUTRAL; never the system's or the user's default */
    ULONG Flags; /* PLUGPLAY_PROPERTY_PERSISTENT: assigned for longer than this run of the system */
} WDF_DEVICE_PROPERTY_DATA, *PWDF_DEVICE_PROPERTY_DATA;

WDF_INLINE VOID WDF_DEVICE_PROPERTY_DATA_INIT(PWDF_DEVICE_PROPERTY_DATA PropertyData,
                                              const DEVPROPKEY *PropertyKey)
{
    *PropertyData =
        (WDF_DEVICE_PROPERTY_DATA){.Size = sizeof(*PropertyData), .PropertyKey = PropertyKey};
}

/* ---- describing a device that is to be made ------------------------------ */

#if WDF_FOR_KMDF
/*
 * Gives back a WDFDEVICE_INIT that will not become a device.
 *
 * Only for one that the driver allocated (WdfPdoInitAllocate, WdfControlDeviceInitAllocate), or
 * that WdfDeviceCreate failed with. Never for the one of EvtDriverDeviceAdd, which its caller
 * frees.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitFree (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitFree(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfDeviceInitFree(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfDeviceInitFree(WdfDriverGlobals, DeviceInit);
}
#endif

/*
 * Registers the Plug and Play and power callbacks; PnpPowerEventCallbacks is copied.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size is wrong, or if both EvtDeviceUsageNotification and
 * its Ex form are there.
 * Documented as: WdfDeviceInitSetPnpPowerEventCallbacks (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetPnpPowerEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks);

WDF_INLINE VOID WdfDeviceInitSetPnpPowerEventCallbacks(
    PWDFDEVICE_INIT DeviceInit, PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks)
{
    imp_WdfDeviceInitSetPnpPowerEventCallbacks(WdfDriverGlobals, DeviceInit,
                                               PnpPowerEventCallbacks);
}

/*
 * Registers the callbacks about waking; PowerPolicyEventCallbacks is copied. They are called
 * only if the device owns its stack's power policy.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size is wrong, or if both EvtDeviceArmWakeFromSx and its
 * WithReason form are there.
 * Documented as: WdfDeviceInitSetPowerPolicyEventCallbacks (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetPowerPolicyEventCallbacks(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PWDF_POWER_POLICY_EVENT_CALLBACKS PowerPolicyEventCallbacks);

WDF_INLINE VOID WdfDeviceInitSetPowerPolicyEventCallbacks(
    PWDFDEVICE_INIT DeviceInit, PWDF_POWER_POLICY_EVENT_CALLBACKS PowerPolicyEventCallbacks)
{
    imp_WdfDeviceInitSetPowerPolicyEventCallbacks(WdfDriverGlobals, DeviceInit,
                                                  PowerPolicyEventCallbacks);
}

/*
 * Says whether this device decides on its stack's idling and waking. By default a function
 * driver's device does, and so does a raw PDO; a filter's, another PDO and a control device do
 * not.
 *
 * Two owners in a stack are bug check WDF_VIOLATION (WDF_POWER_MULTIPLE_PPO) at the first power
 * IRP.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetPowerPolicyOwnership (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetPowerPolicyOwnership(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    PWDFDEVICE_INIT DeviceInit,
                                                    BOOLEAN IsPowerPolicyOwner);

WDF_INLINE VOID WdfDeviceInitSetPowerPolicyOwnership(PWDFDEVICE_INIT DeviceInit,
                                                     BOOLEAN IsPowerPolicyOwner)
{
    imp_WdfDeviceInitSetPowerPolicyOwnership(WdfDriverGlobals, DeviceInit, IsPowerPolicyOwner);
}

#if WDF_FOR_KMDF
/*
 * Has the driver called when the device enters, has entered or leaves a Plug and Play state.
 *
 * PnpState       [in]  one of WdfDevStatePnpX; one callback a state
 * CallbackTypes  [in]  StateNotificationX, ored, at least one
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if PnpState or CallbackTypes is out of range
 * or the device has no such state machine; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceInitRegisterPnpStateChangeCallback (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceInitRegisterPnpStateChangeCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_PNP_STATE PnpState,
    PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION EvtDevicePnpStateChange, ULONG CallbackTypes);

WDF_INLINE NTSTATUS WdfDeviceInitRegisterPnpStateChangeCallback(
    PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_PNP_STATE PnpState,
    PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION EvtDevicePnpStateChange, ULONG CallbackTypes)
{
    return imp_WdfDeviceInitRegisterPnpStateChangeCallback(WdfDriverGlobals, DeviceInit, PnpState,
                                                           EvtDevicePnpStateChange, CallbackTypes);
}

/*
 * The same for a power state, WdfDevStatePowerX; a value with and without WdfDevStateNP is one
 * state.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfDeviceInitRegisterPnpStateChangeCallback.
 * Documented as: WdfDeviceInitRegisterPowerStateChangeCallback (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceInitRegisterPowerStateChangeCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    WDF_DEVICE_POWER_STATE PowerState,
    PFN_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION EvtDevicePowerStateChange, ULONG CallbackTypes);

WDF_INLINE NTSTATUS WdfDeviceInitRegisterPowerStateChangeCallback(
    PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_POWER_STATE PowerState,
    PFN_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION EvtDevicePowerStateChange, ULONG CallbackTypes)
{
    return imp_WdfDeviceInitRegisterPowerStateChangeCallback(
        WdfDriverGlobals, DeviceInit, PowerState, EvtDevicePowerStateChange, CallbackTypes);
}

/*
 * The same for a power policy state, WdfDevStatePwrPolX.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfDeviceInitRegisterPnpStateChangeCallback.
 * Documented as: WdfDeviceInitRegisterPowerPolicyStateChangeCallback (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceInitRegisterPowerPolicyStateChangeCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    WDF_DEVICE_POWER_POLICY_STATE PowerPolicyState,
    PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION EvtDevicePowerPolicyStateChange,
    ULONG CallbackTypes);

WDF_INLINE NTSTATUS WdfDeviceInitRegisterPowerPolicyStateChangeCallback(
    PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_POWER_POLICY_STATE PowerPolicyState,
    PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION EvtDevicePowerPolicyStateChange,
    ULONG CallbackTypes)
{
    return imp_WdfDeviceInitRegisterPowerPolicyStateChangeCallback(
        WdfDriverGlobals, DeviceInit, PowerPolicyState, EvtDevicePowerPolicyStateChange,
        CallbackTypes);
}

/*
 * Says whether the device can be open only once at a time: a second create fails with
 * STATUS_ACCESS_DENIED. A PDO's setting holds for its whole stack. Default FALSE.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetExclusive (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetExclusive(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive);

WDF_INLINE VOID WdfDeviceInitSetExclusive(PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive)
{
    imp_WdfDeviceInitSetExclusive(WdfDriverGlobals, DeviceInit, IsExclusive);
}
#endif

/*
 * Chooses how buffers of reads and writes arrive; default WdfDeviceIoBuffered. Control requests
 * follow their code. All devices of a stack agree, save that the top one may say neither; a
 * filter takes over the setting from below.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetIoType (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetIoType(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
                                      WDF_DEVICE_IO_TYPE IoType);

WDF_INLINE VOID WdfDeviceInitSetIoType(PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType)
{
    imp_WdfDeviceInitSetIoType(WdfDriverGlobals, DeviceInit, IoType);
}

/*
 * The same, from a WDF_IO_TYPE_CONFIG, which is copied. Of a kernel-mode driver's only
 * ReadWriteIoType counts, and it may not be WdfDeviceIoBufferedOrDirect.
 *
 * IRQL: PASSIVE_LEVEL. Ignored if Size is wrong.
 * Documented as: WdfDeviceInitSetIoTypeEx (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetIoTypeEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                        PWDFDEVICE_INIT DeviceInit,
                                        PWDF_IO_TYPE_CONFIG IoTypeConfig);

WDF_INLINE VOID WdfDeviceInitSetIoTypeEx(PWDFDEVICE_INIT DeviceInit,
                                         PWDF_IO_TYPE_CONFIG IoTypeConfig)
{
    imp_WdfDeviceInitSetIoTypeEx(WdfDriverGlobals, DeviceInit, IoTypeConfig);
}

#if WDF_FOR_KMDF
/*
 * Says that the device must not need paging to change its power (clears DO_POWER_PAGABLE),
 * because it is on the way to the paging file. Its D0 callbacks may then not touch pageable
 * memory. A filter's device takes the setting over from below; a PDO starts with its parent's.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetPowerNotPageable (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetPowerNotPageable(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfDeviceInitSetPowerNotPageable(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfDeviceInitSetPowerNotPageable(WdfDriverGlobals, DeviceInit);
}

/*
 * Says that it may (sets DO_POWER_PAGABLE); the default for a function driver's device.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetPowerPageable (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetPowerPageable(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfDeviceInitSetPowerPageable(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfDeviceInitSetPowerPageable(WdfDriverGlobals, DeviceInit);
}

/*
 * Says that starting draws so much current that no two such devices may enter D0 at once (sets
 * DO_POWER_INRUSH).
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetPowerInrush (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetPowerInrush(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfDeviceInitSetPowerInrush(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfDeviceInitSetPowerInrush(WdfDriverGlobals, DeviceInit);
}

/*
 * Sets DEVICE_OBJECT.DeviceType, a FILE_DEVICE_X; default FILE_DEVICE_UNKNOWN.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetDeviceType (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetDeviceType(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType);

WDF_INLINE VOID WdfDeviceInitSetDeviceType(PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType)
{
    imp_WdfDeviceInitSetDeviceType(WdfDriverGlobals, DeviceInit, DeviceType);
}

/*
 * Names the device object, for example \Device\Transfer; the string is copied.
 *
 * DeviceName  [in] [opt]  NULL takes back an earlier name
 *
 * A PDO without a name gets one from the system, and so does a control device that wants a
 * symbolic link. A name that exists shows in WdfDeviceCreate.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if DeviceName is not a sound string;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceInitAssignName (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceInitAssignName(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING DeviceName);

WDF_INLINE NTSTATUS WdfDeviceInitAssignName(PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING DeviceName)
{
    return imp_WdfDeviceInitAssignName(WdfDriverGlobals, DeviceInit, DeviceName);
}

/*
 * Says in SDDL who may open the device; the string is copied. Such a device must have a name.
 *
 * SDDLString  [in] [opt]  NULL takes back an earlier one; a control device's may not be
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for NULL and a control device;
 * STATUS_INVALID_PARAMETER if it is not a sound string; STATUS_INSUFFICIENT_RESOURCES. Its
 * grammar is looked at in WdfDeviceCreate.
 * Documented as: WdfDeviceInitAssignSDDLString (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceInitAssignSDDLString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 PWDFDEVICE_INIT DeviceInit,
                                                 PCUNICODE_STRING SDDLString);

WDF_INLINE NTSTATUS WdfDeviceInitAssignSDDLString(PWDFDEVICE_INIT DeviceInit,
                                                  PCUNICODE_STRING SDDLString)
{
    return imp_WdfDeviceInitAssignSDDLString(WdfDriverGlobals, DeviceInit, SDDLString);
}

/*
 * Gives the setup class under which the registry may override the device's security, type and
 * characteristics; the GUID is copied. Not a device interface's GUID.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetDeviceClass (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetDeviceClass(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit, const GUID *DeviceClassGuid);

WDF_INLINE VOID WdfDeviceInitSetDeviceClass(PWDFDEVICE_INIT DeviceInit, const GUID *DeviceClassGuid)
{
    imp_WdfDeviceInitSetDeviceClass(WdfDriverGlobals, DeviceInit, DeviceClassGuid);
}

/*
 * Sets DEVICE_OBJECT.Characteristics, FILE_X ored.
 *
 * OrInValues  [in]  TRUE adds to what is set already, FALSE replaces it
 *
 * FILE_DEVICE_SECURE_OPEN is set from the start.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetCharacteristics (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDFDEVICE_INIT DeviceInit,
                                               ULONG DeviceCharacteristics, BOOLEAN OrInValues);

WDF_INLINE VOID WdfDeviceInitSetCharacteristics(PWDFDEVICE_INIT DeviceInit,
                                                ULONG DeviceCharacteristics, BOOLEAN OrInValues)
{
    imp_WdfDeviceInitSetCharacteristics(WdfDriverGlobals, DeviceInit, DeviceCharacteristics,
                                        OrInValues);
}
#endif

/*
 * Says what happens when the device is opened and closed; both structures are copied.
 *
 * FileObjectAttributes  [in] [opt]  for each WDFFILEOBJECT, no parent
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size, AutoForwardCleanupClose, FileObjectClass or the
 * attributes are wrong, or if WdfFileObjectNotRequired meets a callback that needs a file
 * object.
 * Documented as: WdfDeviceInitSetFileObjectConfig (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetFileObjectConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                PWDFDEVICE_INIT DeviceInit,
                                                PWDF_FILEOBJECT_CONFIG FileObjectConfig,
                                                PWDF_OBJECT_ATTRIBUTES FileObjectAttributes);

WDF_INLINE VOID WdfDeviceInitSetFileObjectConfig(PWDFDEVICE_INIT DeviceInit,
                                                 PWDF_FILEOBJECT_CONFIG FileObjectConfig,
                                                 PWDF_OBJECT_ATTRIBUTES FileObjectAttributes)
{
    imp_WdfDeviceInitSetFileObjectConfig(WdfDriverGlobals, DeviceInit, FileObjectConfig,
                                         FileObjectAttributes);
}

/*
 * Gives attributes, such as a context, to each request that comes to the device; they are
 * copied. Requests that the driver makes itself do not get them.
 *
 * RequestAttributes  [in]  no parent, no execution level, no synchronization scope
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if the attributes are wrong.
 * Documented as: WdfDeviceInitSetRequestAttributes (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetRequestAttributes(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 PWDFDEVICE_INIT DeviceInit,
                                                 PWDF_OBJECT_ATTRIBUTES RequestAttributes);

WDF_INLINE VOID WdfDeviceInitSetRequestAttributes(PWDFDEVICE_INIT DeviceInit,
                                                  PWDF_OBJECT_ATTRIBUTES RequestAttributes)
{
    imp_WdfDeviceInitSetRequestAttributes(WdfDriverGlobals, DeviceInit, RequestAttributes);
}

#if WDF_FOR_KMDF
/*
 * Has IRPs of a major function brought to the driver ahead of the framework.
 *
 * MajorFunction      [in]  IRP_MJ_X, up to IRP_MJ_MAXIMUM_FUNCTION
 * MinorFunctions     [in] [opt]  the minor functions meant, copied; NULL for all
 * NumMinorFunctions  [in]  how many there are; 0 with NULL
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if MajorFunction is too large;
 * STATUS_INVALID_DEVICE_REQUEST if minor functions were given for it before;
 * STATUS_INSUFFICIENT_RESOURCES. MinorFunctions NULL with a count is WDF_VIOLATION.
 * Documented as: WdfDeviceInitAssignWdmIrpPreprocessCallback (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceInitAssignWdmIrpPreprocessCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PFN_WDFDEVICE_WDM_IRP_PREPROCESS EvtDeviceWdmIrpPreprocess, UCHAR MajorFunction,
    PUCHAR MinorFunctions, ULONG NumMinorFunctions);

WDF_INLINE NTSTATUS WdfDeviceInitAssignWdmIrpPreprocessCallback(
    PWDFDEVICE_INIT DeviceInit, PFN_WDFDEVICE_WDM_IRP_PREPROCESS EvtDeviceWdmIrpPreprocess,
    UCHAR MajorFunction, PUCHAR MinorFunctions, ULONG NumMinorFunctions)
{
    return imp_WdfDeviceInitAssignWdmIrpPreprocessCallback(WdfDriverGlobals, DeviceInit,
                                                           EvtDeviceWdmIrpPreprocess, MajorFunction,
                                                           MinorFunctions, NumMinorFunctions);
}

/*
 * Has each read, write and control request brought to the driver in its sender's process, ahead
 * of the queues. Only useful where no driver above passes requests on from another thread.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitSetIoInCallerContextCallback (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetIoInCallerContextCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext);

WDF_INLINE VOID WdfDeviceInitSetIoInCallerContextCallback(
    PWDFDEVICE_INIT DeviceInit, PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext)
{
    imp_WdfDeviceInitSetIoInCallerContextCallback(WdfDriverGlobals, DeviceInit,
                                                  EvtIoInCallerContext);
}

/*
 * Says for which IRPs the framework holds off the device's removal. By default for Plug and
 * Play, power and WMI; WDF_REMOVE_LOCK_OPTION_ACQUIRE_FOR_IO adds all others.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size or Flags is wrong, or for a control device.
 * Documented as: WdfDeviceInitSetRemoveLockOptions (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetRemoveLockOptions(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 PWDFDEVICE_INIT DeviceInit,
                                                 PWDF_REMOVE_LOCK_OPTIONS Options);

WDF_INLINE VOID WdfDeviceInitSetRemoveLockOptions(PWDFDEVICE_INIT DeviceInit,
                                                  PWDF_REMOVE_LOCK_OPTIONS Options)
{
    imp_WdfDeviceInitSetRemoveLockOptions(WdfDriverGlobals, DeviceInit, Options);
}
#endif

/*
 * Says when a device that failed gets its EvtDeviceReleaseHardware.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if the value is out of range.
 * Documented as: WdfDeviceInitSetReleaseHardwareOrderOnFailure (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceInitSetReleaseHardwareOrderOnFailure(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
    WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE ReleaseHardwareOrderOnFailure);

WDF_INLINE VOID WdfDeviceInitSetReleaseHardwareOrderOnFailure(
    PWDFDEVICE_INIT DeviceInit, WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE ReleaseHardwareOrderOnFailure)
{
    imp_WdfDeviceInitSetReleaseHardwareOrderOnFailure(WdfDriverGlobals, DeviceInit,
                                                      ReleaseHardwareOrderOnFailure);
}

/*
 * Says that the device has a target that stands for itself (WdfDeviceGetSelfIoTarget). Only for
 * an FDO: WdfDeviceCreate fails with STATUS_INVALID_DEVICE_REQUEST for others.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceInitAllowSelfIoTarget, among what is reserved for class extensions.
 */
VOID NTAPI imp_WdfDeviceInitAllowSelfIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              PWDFDEVICE_INIT DeviceInit);

WDF_INLINE VOID WdfDeviceInitAllowSelfIoTarget(PWDFDEVICE_INIT DeviceInit)
{
    imp_WdfDeviceInitAllowSelfIoTarget(WdfDriverGlobals, DeviceInit);
}

/* ---- making the device, and its names ------------------------------------ */

/*
 * Makes a device, and attaches a function driver's or a filter's to its stack.
 *
 * DeviceInit        [in] [out]  taken over and set to NULL on success, else still the caller's
 * DeviceAttributes  [in] [opt]  no parent: that is the driver, a PDO's is its bus device
 * Device            [out]  deleted by the framework; a control device's by the driver
 *
 * The device takes no request before EvtDriverDeviceAdd returns, a control device before
 * WdfControlFinishInitializing.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE if DeviceInit has become a device before,
 * or if resource requirements are added without EvtDeviceRemoveAddedResources;
 * STATUS_INVALID_SECURITY_DESCR for an SDDL string without a name; STATUS_INVALID_DEVICE_REQUEST
 * if power policy or PDO settings contradict each other; STATUS_OBJECT_NAME_INVALID for a PDO
 * without a device id; STATUS_OBJECT_NAME_COLLISION if the name exists; STATUS_NO_SUCH_DEVICE if
 * there is nothing to attach to; STATUS_INSUFFICIENT_RESOURCES; a status of the attributes'
 * check.
 * Documented as: WdfDeviceCreate (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT *DeviceInit,
                                   PWDF_OBJECT_ATTRIBUTES DeviceAttributes, WDFDEVICE *Device);

WDF_INLINE NTSTATUS WdfDeviceCreate(PWDFDEVICE_INIT *DeviceInit,
                                    PWDF_OBJECT_ATTRIBUTES DeviceAttributes, WDFDEVICE *Device)
{
    return imp_WdfDeviceCreate(WdfDriverGlobals, DeviceInit, DeviceAttributes, Device);
}

/*
 * Registers an interface by which programs find the device. It is enabled when the device has
 * started and disabled when it goes.
 *
 * InterfaceClassGUID  [in]  the interface's class
 * ReferenceString     [in] [opt]  tells several of one class apart; copied, no path separators
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a control device;
 * STATUS_INVALID_PARAMETER if ReferenceString is not a sound string;
 * STATUS_INSUFFICIENT_RESOURCES; a status of IoRegisterDeviceInterface.
 * Documented as: WdfDeviceCreateDeviceInterface (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceCreateDeviceInterface(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                  PCUNICODE_STRING ReferenceString);

WDF_INLINE NTSTATUS WdfDeviceCreateDeviceInterface(WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                   PCUNICODE_STRING ReferenceString)
{
    return imp_WdfDeviceCreateDeviceInterface(WdfDriverGlobals, Device, InterfaceClassGUID,
                                              ReferenceString);
}

/*
 * Enables or disables interfaces of the device, now or as soon as it has started.
 *
 * ReferenceString  [in] [opt]  as at the creation; without one, those that have none
 *
 * IRQL: PASSIVE_LEVEL. Ignored for a control device, or if no interface matches.
 * Documented as: WdfDeviceSetDeviceInterfaceState (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetDeviceInterfaceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                                const GUID *InterfaceClassGUID,
                                                PCUNICODE_STRING ReferenceString,
                                                BOOLEAN IsInterfaceEnabled);

WDF_INLINE VOID WdfDeviceSetDeviceInterfaceState(WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                 PCUNICODE_STRING ReferenceString,
                                                 BOOLEAN IsInterfaceEnabled)
{
    imp_WdfDeviceSetDeviceInterfaceState(WdfDriverGlobals, Device, InterfaceClassGUID,
                                         ReferenceString, IsInterfaceEnabled);
}

/*
 * The same; but FALSE before the device has started keeps the interface from being enabled by
 * the start, until it is set to TRUE.
 *
 * IRQL: PASSIVE_LEVEL. Ignored for a control device, or if no interface matches.
 * Documented as: WdfDeviceSetDeviceInterfaceStateEx (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetDeviceInterfaceStateEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                  PCUNICODE_STRING ReferenceString,
                                                  BOOLEAN IsInterfaceEnabled);

WDF_INLINE VOID WdfDeviceSetDeviceInterfaceStateEx(WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                   PCUNICODE_STRING ReferenceString,
                                                   BOOLEAN IsInterfaceEnabled)
{
    imp_WdfDeviceSetDeviceInterfaceStateEx(WdfDriverGlobals, Device, InterfaceClassGUID,
                                           ReferenceString, IsInterfaceEnabled);
}

/*
 * Stores the symbolic link of one of the device's interfaces in a string object.
 *
 * ReferenceString  [in] [opt]  as at the creation
 * String           [in]  a WDFSTRING; what it held is freed
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a control device;
 * STATUS_OBJECT_NAME_NOT_FOUND if no interface matches; STATUS_INVALID_DEVICE_STATE if it is not
 * registered yet (a PDO's is only after its first start query); STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceRetrieveDeviceInterfaceString (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceRetrieveDeviceInterfaceString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device,
                                                          const GUID *InterfaceClassGUID,
                                                          PCUNICODE_STRING ReferenceString,
                                                          WDFSTRING String);

WDF_INLINE NTSTATUS WdfDeviceRetrieveDeviceInterfaceString(WDFDEVICE Device,
                                                           const GUID *InterfaceClassGUID,
                                                           PCUNICODE_STRING ReferenceString,
                                                           WDFSTRING String)
{
    return imp_WdfDeviceRetrieveDeviceInterfaceString(WdfDriverGlobals, Device, InterfaceClassGUID,
                                                      ReferenceString, String);
}

/*
 * Makes a name for programs, for example \DosDevices\Transfer, that goes when the device does.
 *
 * SymbolicLinkName  [in]  not empty; a device has one such name
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the name is empty or the device has
 * one already; STATUS_INVALID_DEVICE_STATE for a control device without a name, or a PDO that
 * the system does not know yet; STATUS_OBJECT_NAME_COLLISION if the name exists;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceCreateSymbolicLink (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceCreateSymbolicLink(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               PCUNICODE_STRING SymbolicLinkName);

WDF_INLINE NTSTATUS WdfDeviceCreateSymbolicLink(WDFDEVICE Device, PCUNICODE_STRING SymbolicLinkName)
{
    return imp_WdfDeviceCreateSymbolicLink(WdfDriverGlobals, Device, SymbolicLinkName);
}

#if WDF_FOR_KMDF
/*
 * Stores the device object's name in a string object.
 *
 * String  [in]  a WDFSTRING; what it held is freed
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if the device has no name of its driver's;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceRetrieveDeviceName (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceRetrieveDeviceName(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               WDFSTRING String);

WDF_INLINE NTSTATUS WdfDeviceRetrieveDeviceName(WDFDEVICE Device, WDFSTRING String)
{
    return imp_WdfDeviceRetrieveDeviceName(WdfDriverGlobals, Device, String);
}

/*
 * Names the resource of the driver's file that holds its WMI classes; the string is copied.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if it was named before;
 * STATUS_INVALID_PARAMETER if it is not a sound string; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceAssignMofResourceName (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAssignMofResourceName(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDEVICE Device,
                                                  PCUNICODE_STRING MofResourceName);

WDF_INLINE NTSTATUS WdfDeviceAssignMofResourceName(WDFDEVICE Device,
                                                   PCUNICODE_STRING MofResourceName)
{
    return imp_WdfDeviceAssignMofResourceName(WdfDriverGlobals, Device, MofResourceName);
}
#endif

/* ---- what belongs to a device -------------------------------------------- */

/*
 * Returns the driver that made the device. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetDriver (wdfdevice.h).
 */
WDFDRIVER NTAPI imp_WdfDeviceGetDriver(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE WDFDRIVER WdfDeviceGetDriver(WDFDEVICE Device)
{
    return imp_WdfDeviceGetDriver(WdfDriverGlobals, Device);
}

/*
 * Returns the target that stands for the next lower driver, or NULL for a PDO or a control
 * device. Do not delete it. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetIoTarget (wdfdevice.h).
 */
WDFIOTARGET NTAPI imp_WdfDeviceGetIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE WDFIOTARGET WdfDeviceGetIoTarget(WDFDEVICE Device)
{
    return imp_WdfDeviceGetIoTarget(WdfDriverGlobals, Device);
}

/*
 * Returns the target that stands for the device itself: requests sent to it come to the device's
 * own queues. NULL unless WdfDeviceInitAllowSelfIoTarget was called. Do not delete it.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetSelfIoTarget, among what is reserved for class extensions.
 */
WDFIOTARGET NTAPI imp_WdfDeviceGetSelfIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE WDFIOTARGET WdfDeviceGetSelfIoTarget(WDFDEVICE Device)
{
    return imp_WdfDeviceGetSelfIoTarget(WdfDriverGlobals, Device);
}

/*
 * Returns the device's default queue, or NULL if it has none. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetDefaultQueue (wdfdevice.h).
 */
WDFQUEUE NTAPI imp_WdfDeviceGetDefaultQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE WDFQUEUE WdfDeviceGetDefaultQueue(WDFDEVICE Device)
{
    return imp_WdfDeviceGetDefaultQueue(WdfDriverGlobals, Device);
}

/*
 * Returns the framework's object of a file that is open on the device, or NULL if it has none.
 *
 * FileObject  [in]  the I/O manager's; NULL finds the object of requests that come without a file
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetFileObject (wdfdevice.h).
 */
WDFFILEOBJECT NTAPI imp_WdfDeviceGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               PFILE_OBJECT FileObject);

WDF_INLINE WDFFILEOBJECT WdfDeviceGetFileObject(WDFDEVICE Device, PFILE_OBJECT FileObject)
{
    return imp_WdfDeviceGetFileObject(WdfDriverGlobals, Device, FileObject);
}

#if WDF_FOR_KMDF
/*
 * Finds the target that stands for the device's user-mode companion.
 *
 * CompanionTarget  [out]  do not delete it
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the device is not a Plug and Play
 * one; otherwise why there is no companion.
 * Documented as: WdfDeviceRetrieveCompanionTarget (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceRetrieveCompanionTarget(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFDEVICE Device,
                                                    WDFCOMPANIONTARGET *CompanionTarget);

WDF_INLINE NTSTATUS WdfDeviceRetrieveCompanionTarget(WDFDEVICE Device,
                                                     WDFCOMPANIONTARGET *CompanionTarget)
{
    return imp_WdfDeviceRetrieveCompanionTarget(WdfDriverGlobals, Device, CompanionTarget);
}

/*
 * Returns the device that a WDM device object belongs to. DeviceObject must be the framework's:
 * that is not checked. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfWdmDeviceGetWdfDeviceHandle (wdfdevice.h).
 */
WDFDEVICE NTAPI imp_WdfWdmDeviceGetWdfDeviceHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PDEVICE_OBJECT DeviceObject);

WDF_INLINE WDFDEVICE WdfWdmDeviceGetWdfDeviceHandle(PDEVICE_OBJECT DeviceObject)
{
    return imp_WdfWdmDeviceGetWdfDeviceHandle(WdfDriverGlobals, DeviceObject);
}

/*
 * Returns the device's WDM object, good as long as the device is. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceWdmGetDeviceObject (wdfdevice.h).
 */
PDEVICE_OBJECT NTAPI imp_WdfDeviceWdmGetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device);

WDF_INLINE PDEVICE_OBJECT WdfDeviceWdmGetDeviceObject(WDFDEVICE Device)
{
    return imp_WdfDeviceWdmGetDeviceObject(WdfDriverGlobals, Device);
}

/*
 * Returns the WDM object below in the stack; NULL for a PDO or a control device. IRQL: <=
 * DISPATCH_LEVEL.
 * Documented as: WdfDeviceWdmGetAttachedDevice (wdfdevice.h).
 */
PDEVICE_OBJECT NTAPI imp_WdfDeviceWdmGetAttachedDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDEVICE Device);

WDF_INLINE PDEVICE_OBJECT WdfDeviceWdmGetAttachedDevice(WDFDEVICE Device)
{
    return imp_WdfDeviceWdmGetAttachedDevice(WdfDriverGlobals, Device);
}

/*
 * Returns the WDM object at the bottom of the stack, a PDO's own; NULL for a control device.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceWdmGetPhysicalDevice (wdfdevice.h).
 */
PDEVICE_OBJECT NTAPI imp_WdfDeviceWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDEVICE Device);

WDF_INLINE PDEVICE_OBJECT WdfDeviceWdmGetPhysicalDevice(WDFDEVICE Device)
{
    return imp_WdfDeviceWdmGetPhysicalDevice(WdfDriverGlobals, Device);
}

/*
 * Returns where the device is in its Plug and Play states. It may have moved on since: for
 * messages only. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetDevicePnpState (wdfdevice.h).
 */
WDF_DEVICE_PNP_STATE NTAPI imp_WdfDeviceGetDevicePnpState(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device);

WDF_INLINE WDF_DEVICE_PNP_STATE WdfDeviceGetDevicePnpState(WDFDEVICE Device)
{
    return imp_WdfDeviceGetDevicePnpState(WdfDriverGlobals, Device);
}

/*
 * Returns where the device is in its power states; as the former. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetDevicePowerState (wdfdevice.h).
 */
WDF_DEVICE_POWER_STATE NTAPI imp_WdfDeviceGetDevicePowerState(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDEVICE Device);

WDF_INLINE WDF_DEVICE_POWER_STATE WdfDeviceGetDevicePowerState(WDFDEVICE Device)
{
    return imp_WdfDeviceGetDevicePowerState(WdfDriverGlobals, Device);
}

/*
 * Returns where the device is in its power policy states; as the former. IRQL: <=
 * DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetDevicePowerPolicyState (wdfdevice.h).
 */
WDF_DEVICE_POWER_POLICY_STATE NTAPI
imp_WdfDeviceGetDevicePowerPolicyState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE WDF_DEVICE_POWER_POLICY_STATE WdfDeviceGetDevicePowerPolicyState(WDFDEVICE Device)
{
    return imp_WdfDeviceGetDevicePowerPolicyState(WdfDriverGlobals, Device);
}
#endif

/*
 * Returns which change of the system's power is under way, PowerActionNone if none; to be called
 * in a power callback. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetSystemPowerAction (wdfdevice.h).
 */
POWER_ACTION NTAPI imp_WdfDeviceGetSystemPowerAction(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device);

WDF_INLINE POWER_ACTION WdfDeviceGetSystemPowerAction(WDFDEVICE Device)
{
    return imp_WdfDeviceGetSystemPowerAction(WdfDriverGlobals, Device);
}

#if WDF_FOR_KMDF
/*
 * Returns DEVICE_OBJECT.Characteristics. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetCharacteristics (wdfdevice.h).
 */
ULONG NTAPI imp_WdfDeviceGetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE ULONG WdfDeviceGetCharacteristics(WDFDEVICE Device)
{
    return imp_WdfDeviceGetCharacteristics(WdfDriverGlobals, Device);
}

/*
 * Replaces DEVICE_OBJECT.Characteristics, FILE_X ored. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceSetCharacteristics (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           ULONG DeviceCharacteristics);

WDF_INLINE VOID WdfDeviceSetCharacteristics(WDFDEVICE Device, ULONG DeviceCharacteristics)
{
    imp_WdfDeviceSetCharacteristics(WdfDriverGlobals, Device, DeviceCharacteristics);
}

/*
 * Returns the alignment of data buffers for the device, minus 1. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceGetAlignmentRequirement (wdfdevice.h).
 */
ULONG NTAPI imp_WdfDeviceGetAlignmentRequirement(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Device);

WDF_INLINE ULONG WdfDeviceGetAlignmentRequirement(WDFDEVICE Device)
{
    return imp_WdfDeviceGetAlignmentRequirement(WdfDriverGlobals, Device);
}

/*
 * Sets it: FILE_X_ALIGNMENT, a power of two minus 1. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceSetAlignmentRequirement (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetAlignmentRequirement(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                                ULONG AlignmentRequirement);

WDF_INLINE VOID WdfDeviceSetAlignmentRequirement(WDFDEVICE Device, ULONG AlignmentRequirement)
{
    imp_WdfDeviceSetAlignmentRequirement(WdfDriverGlobals, Device, AlignmentRequirement);
}
#endif

/* ---- registry and properties --------------------------------------------- */

/*
 * Opens the device's hardware key or its driver's key.
 *
 * DeviceInstanceKeyType  [in]  PLUGPLAY_REGKEY_DEVICE or _DRIVER, with _CURRENT_HWPROFILE ored
 * DesiredAccess          [in]  KEY_X rights
 * KeyAttributes          [in] [opt]  no parent: that is the device
 * Key                    [out]  close with WdfRegistryClose
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE if the device has no PDO that the system
 * knows (a control device; a PDO before its first start); STATUS_INSUFFICIENT_RESOURCES; a
 * status of the attributes' check or of IoOpenDeviceRegistryKey.
 * Documented as: WdfDeviceOpenRegistryKey (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceOpenRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            ULONG DeviceInstanceKeyType, ACCESS_MASK DesiredAccess,
                                            PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);

WDF_INLINE NTSTATUS WdfDeviceOpenRegistryKey(WDFDEVICE Device, ULONG DeviceInstanceKeyType,
                                             ACCESS_MASK DesiredAccess,
                                             PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    return imp_WdfDeviceOpenRegistryKey(WdfDriverGlobals, Device, DeviceInstanceKeyType,
                                        DesiredAccess, KeyAttributes, Key);
}

/*
 * Opens, or makes until the next start of the system, a key under HARDWARE\DEVICEMAP.
 *
 * KeyName        [in]  the key's name there, not empty
 * KeyAttributes  [in] [opt]  no parent: that is the device
 * Key            [out]  close with WdfRegistryClose
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if KeyName is empty or not a sound string;
 * STATUS_BUFFER_TOO_SMALL if it is too long; STATUS_INSUFFICIENT_RESOURCES; a status of the
 * attributes' check or of ZwCreateKey.
 * Documented as: WdfDeviceOpenDevicemapKey (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceOpenDevicemapKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                                             PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);

WDF_INLINE NTSTATUS WdfDeviceOpenDevicemapKey(WDFDEVICE Device, PCUNICODE_STRING KeyName,
                                              ACCESS_MASK DesiredAccess,
                                              PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    return imp_WdfDeviceOpenDevicemapKey(WdfDriverGlobals, Device, KeyName, DesiredAccess,
                                         KeyAttributes, Key);
}

/*
 * Copies one of the device's registered properties into the caller's buffer.
 *
 * BufferLength    [in]  bytes; 0 asks for the size only
 * PropertyBuffer  [out] [opt]  BufferLength bytes; may be NULL only with 0
 * ResultLength    [out]  bytes stored, or needed
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with ResultLength set;
 * STATUS_INVALID_DEVICE_REQUEST for a control device; STATUS_INVALID_DEVICE_STATE if the system
 * does not know the device's PDO yet; a status of IoGetDeviceProperty.
 * Documented as: WdfDeviceQueryProperty (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceQueryProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                          DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                          ULONG BufferLength, PVOID PropertyBuffer,
                                          PULONG ResultLength);

WDF_INLINE NTSTATUS WdfDeviceQueryProperty(WDFDEVICE Device,
                                           DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                           ULONG BufferLength, PVOID PropertyBuffer,
                                           PULONG ResultLength)
{
    return imp_WdfDeviceQueryProperty(WdfDriverGlobals, Device, DeviceProperty, BufferLength,
                                      PropertyBuffer, ResultLength);
}

/*
 * The same into a memory object that is made for it.
 *
 * PoolType                  [in]  where its buffer is
 * PropertyMemoryAttributes  [in] [opt]  parent by default the driver
 * PropertyMemory            [out]  the caller's to delete
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns as WdfDeviceQueryProperty, but never STATUS_BUFFER_TOO_SMALL; also
 * STATUS_INSUFFICIENT_RESOURCES or a status of the attributes' check.
 * Documented as: WdfDeviceAllocAndQueryProperty (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAllocAndQueryProperty(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device, DEVICE_REGISTRY_PROPERTY DeviceProperty,
    POOL_TYPE PoolType, PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory);

WDF_INLINE NTSTATUS WdfDeviceAllocAndQueryProperty(WDFDEVICE Device,
                                                   DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                                   POOL_TYPE PoolType,
                                                   PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
                                                   WDFMEMORY *PropertyMemory)
{
    return imp_WdfDeviceAllocAndQueryProperty(WdfDriverGlobals, Device, DeviceProperty, PoolType,
                                              PropertyMemoryAttributes, PropertyMemory);
}

/*
 * Copies a property that is named by a DEVPROPKEY.
 *
 * BufferLength    [in]  bytes; 0 asks for size and type only
 * PropertyBuffer  [out] [opt]  NULL if, and only if, BufferLength is 0
 * RequiredSize    [out]  bytes stored, or needed
 * Type            [out]  DEVPROP_TYPE_X
 *
 * IRQL: <= APC_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with both set; STATUS_INFO_LENGTH_MISMATCH if
 * Size is wrong; STATUS_INVALID_PARAMETER if buffer and length contradict each other;
 * STATUS_INVALID_DEVICE_STATE if the system does not know the device's PDO;
 * STATUS_OBJECT_NAME_NOT_FOUND if there is no such property.
 * Documented as: WdfDeviceQueryPropertyEx (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceQueryPropertyEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                            ULONG BufferLength, PVOID PropertyBuffer,
                                            PULONG RequiredSize, PDEVPROPTYPE Type);

WDF_INLINE NTSTATUS WdfDeviceQueryPropertyEx(WDFDEVICE Device,
                                             PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                             ULONG BufferLength, PVOID PropertyBuffer,
                                             PULONG RequiredSize, PDEVPROPTYPE Type)
{
    return imp_WdfDeviceQueryPropertyEx(WdfDriverGlobals, Device, DeviceProperty, BufferLength,
                                        PropertyBuffer, RequiredSize, Type);
}

/*
 * The same into a memory object that is made for it.
 *
 * PoolType                  [in]  where its buffer is
 * PropertyMemoryAttributes  [in] [opt]  parent by default the driver
 * PropertyMemory            [out]  the caller's to delete
 *
 * IRQL: <= APC_LEVEL.
 * Returns as WdfDeviceQueryPropertyEx, but never STATUS_BUFFER_TOO_SMALL; also
 * STATUS_INSUFFICIENT_RESOURCES or a status of the attributes' check.
 * Documented as: WdfDeviceAllocAndQueryPropertyEx (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAllocAndQueryPropertyEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFDEVICE Device,
                                                    PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                                    POOL_TYPE PoolType,
                                                    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
                                                    WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type);

WDF_INLINE NTSTATUS WdfDeviceAllocAndQueryPropertyEx(
    WDFDEVICE Device, PWDF_DEVICE_PROPERTY_DATA DeviceProperty, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type)
{
    return imp_WdfDeviceAllocAndQueryPropertyEx(WdfDriverGlobals, Device, DeviceProperty, PoolType,
                                                PropertyMemoryAttributes, PropertyMemory, Type);
}

/*
 * Sets a property that is named by a DEVPROPKEY.
 *
 * Type  [in]  DEVPROP_TYPE_X
 * Size  [in]  bytes at Data
 * Data  [in] [opt]  NULL, with Size 0, takes the property away
 *
 * IRQL: <= APC_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH if DeviceProperty's Size is wrong;
 * STATUS_INVALID_PARAMETER if Size is 0 and Data is not NULL; STATUS_INVALID_DEVICE_STATE if the
 * system does not know the device's PDO; a status of IoSetDevicePropertyData.
 * Documented as: WdfDeviceAssignProperty (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAssignProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                           DEVPROPTYPE Type, ULONG Size, PVOID Data);

WDF_INLINE NTSTATUS WdfDeviceAssignProperty(WDFDEVICE Device,
                                            PWDF_DEVICE_PROPERTY_DATA DeviceProperty,
                                            DEVPROPTYPE Type, ULONG Size, PVOID Data)
{
    return imp_WdfDeviceAssignProperty(WdfDriverGlobals, Device, DeviceProperty, Type, Size, Data);
}

/* ---- what a device reports to Plug and Play ------------------------------ */

/*
 * Tells what the driver has set with WdfDeviceSetDeviceState.
 *
 * DeviceState  [in] [out]  initialized with WDF_DEVICE_STATE_INIT
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size is wrong.
 * Documented as: WdfDeviceGetDeviceState (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceGetDeviceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PWDF_DEVICE_STATE DeviceState);

WDF_INLINE VOID WdfDeviceGetDeviceState(WDFDEVICE Device, PWDF_DEVICE_STATE DeviceState)
{
    imp_WdfDeviceGetDeviceState(WdfDriverGlobals, Device, DeviceState);
}

/*
 * Sets what the device answers about its state, and has Plug and Play ask.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size or a member is out of range, or for a control device.
 * Documented as: WdfDeviceSetDeviceState (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetDeviceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PWDF_DEVICE_STATE DeviceState);

WDF_INLINE VOID WdfDeviceSetDeviceState(WDFDEVICE Device, PWDF_DEVICE_STATE DeviceState)
{
    imp_WdfDeviceSetDeviceState(WdfDriverGlobals, Device, DeviceState);
}

/*
 * Reports that the device has failed. Its stack is torn down as after a surprise removal, and
 * with WdfDeviceFailedAttemptRestart built again, unless it fails too often in a row.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if FailedAction is out of range.
 * Documented as: WdfDeviceSetFailed (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetFailed(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                  WDF_DEVICE_FAILED_ACTION FailedAction);

WDF_INLINE VOID WdfDeviceSetFailed(WDFDEVICE Device, WDF_DEVICE_FAILED_ACTION FailedAction)
{
    imp_WdfDeviceSetFailed(WdfDriverGlobals, Device, FailedAction);
}

/*
 * Says whether Plug and Play may ask at all that the device be stopped or removed. FALSE says no
 * to every such question; each FALSE is to be taken back by one TRUE.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored for a control device.
 * Documented as: WdfDeviceSetStaticStopRemove (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetStaticStopRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            BOOLEAN Stoppable);

WDF_INLINE VOID WdfDeviceSetStaticStopRemove(WDFDEVICE Device, BOOLEAN Stoppable)
{
    imp_WdfDeviceSetStaticStopRemove(WdfDriverGlobals, Device, Stoppable);
}

/*
 * Sets what the device answers about its capabilities; copied. For the first answer it must come
 * by the end of EvtDriverDeviceAdd, by a PDO's driver before the PDO is reported.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size or a member is out of range, or for a control device.
 * Documented as: WdfDeviceSetPnpCapabilities (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetPnpCapabilities(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           PWDF_DEVICE_PNP_CAPABILITIES PnpCapabilities);

WDF_INLINE VOID WdfDeviceSetPnpCapabilities(WDFDEVICE Device,
                                            PWDF_DEVICE_PNP_CAPABILITIES PnpCapabilities)
{
    imp_WdfDeviceSetPnpCapabilities(WdfDriverGlobals, Device, PnpCapabilities);
}

/*
 * The same for power. Only the power policy owner may set IdealDxStateForSx.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size or a member is out of range, or for a control device.
 * Documented as: WdfDeviceSetPowerCapabilities (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetPowerCapabilities(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             PWDF_DEVICE_POWER_CAPABILITIES PowerCapabilities);

WDF_INLINE VOID WdfDeviceSetPowerCapabilities(WDFDEVICE Device,
                                              PWDF_DEVICE_POWER_CAPABILITIES PowerCapabilities)
{
    imp_WdfDeviceSetPowerCapabilities(WdfDriverGlobals, Device, PowerCapabilities);
}

#if WDF_FOR_KMDF
/*
 * Says of what kind of bus the device's children are; copied. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceSetBusInformationForChildren (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetBusInformationForChildren(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device,
                                                     PPNP_BUS_INFORMATION BusInformation);

WDF_INLINE VOID WdfDeviceSetBusInformationForChildren(WDFDEVICE Device,
                                                      PPNP_BUS_INFORMATION BusInformation)
{
    imp_WdfDeviceSetBusInformationForChildren(WdfDriverGlobals, Device, BusInformation);
}

/*
 * Says whether the device may hold a kind of special file. Unsupported is the default, and a
 * device that does hold one can be neither stopped, removed nor disabled.
 *
 * FileType  [in]  not WdfSpecialFilePostDisplay
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if FileType is out of range.
 * Documented as: WdfDeviceSetSpecialFileSupport (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceSetSpecialFileSupport(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                              WDF_SPECIAL_FILE_TYPE FileType,
                                              BOOLEAN FileTypeIsSupported);

WDF_INLINE VOID WdfDeviceSetSpecialFileSupport(WDFDEVICE Device, WDF_SPECIAL_FILE_TYPE FileType,
                                               BOOLEAN FileTypeIsSupported)
{
    imp_WdfDeviceSetSpecialFileSupport(WdfDriverGlobals, Device, FileType, FileTypeIsSupported);
}

/*
 * Adds another stack that the device needs when it holds special files: the stack is told of
 * them too. The device object is referenced.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_DUPLICATE_OBJECTID if it is there already;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceAddDependentUsageDeviceObject (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAddDependentUsageDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device,
                                                          PDEVICE_OBJECT DependentDevice);

WDF_INLINE NTSTATUS WdfDeviceAddDependentUsageDeviceObject(WDFDEVICE Device,
                                                           PDEVICE_OBJECT DependentDevice)
{
    return imp_WdfDeviceAddDependentUsageDeviceObject(WdfDriverGlobals, Device, DependentDevice);
}

/*
 * Takes it away again. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceRemoveDependentUsageDeviceObject (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceRemoveDependentUsageDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                         WDFDEVICE Device,
                                                         PDEVICE_OBJECT DependentDevice);

WDF_INLINE VOID WdfDeviceRemoveDependentUsageDeviceObject(WDFDEVICE Device,
                                                          PDEVICE_OBJECT DependentDevice)
{
    imp_WdfDeviceRemoveDependentUsageDeviceObject(WdfDriverGlobals, Device, DependentDevice);
}

/*
 * Adds a PDO whose device has to go when this device goes. It is referenced.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_DUPLICATE_OBJECTID if it is there already;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceAddRemovalRelationsPhysicalDevice (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAddRemovalRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDEVICE Device,
                                                              PDEVICE_OBJECT PhysicalDevice);

WDF_INLINE NTSTATUS WdfDeviceAddRemovalRelationsPhysicalDevice(WDFDEVICE Device,
                                                               PDEVICE_OBJECT PhysicalDevice)
{
    return imp_WdfDeviceAddRemovalRelationsPhysicalDevice(WdfDriverGlobals, Device, PhysicalDevice);
}

/*
 * Takes it away again. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceRemoveRemovalRelationsPhysicalDevice (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceRemoveRemovalRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                             WDFDEVICE Device,
                                                             PDEVICE_OBJECT PhysicalDevice);

WDF_INLINE VOID WdfDeviceRemoveRemovalRelationsPhysicalDevice(WDFDEVICE Device,
                                                              PDEVICE_OBJECT PhysicalDevice)
{
    imp_WdfDeviceRemoveRemovalRelationsPhysicalDevice(WdfDriverGlobals, Device, PhysicalDevice);
}

/*
 * Takes all of them away. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceClearRemovalRelationsDevices (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceClearRemovalRelationsDevices(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device);

WDF_INLINE VOID WdfDeviceClearRemovalRelationsDevices(WDFDEVICE Device)
{
    imp_WdfDeviceClearRemovalRelationsDevices(WdfDriverGlobals, Device);
}
#endif

/* ---- power --------------------------------------------------------------- */

/*
 * Has the device lose power while it has nothing to do and the computer runs. May be called
 * again; IdleCaps and UserControlOfIdleSettings count the first time only.
 *
 * IRQL: <= DISPATCH_LEVEL; the first time PASSIVE_LEVEL, for the bus is asked what it can do.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the device is not the power policy
 * owner; STATUS_INFO_LENGTH_MISMATCH if Size is wrong; STATUS_INVALID_PARAMETER if a member is
 * out of range or PowerUpIdleDeviceOnSystemWake is set for a device that can wake itself;
 * STATUS_POWER_STATE_INVALID if the device cannot wake itself from DxState.
 * Documented as: WdfDeviceAssignS0IdleSettings (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAssignS0IdleSettings(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Device,
                                                 PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings);

WDF_INLINE NTSTATUS WdfDeviceAssignS0IdleSettings(WDFDEVICE Device,
                                                  PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings)
{
    return imp_WdfDeviceAssignS0IdleSettings(WdfDriverGlobals, Device, Settings);
}

/*
 * Has the device able to wake the computer. May be called again; UserControlOfWakeSettings and
 * the two about children count the first time only.
 *
 * IRQL: <= DISPATCH_LEVEL; the first time PASSIVE_LEVEL, for the bus is asked what it can do.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the device is not the power policy
 * owner; STATUS_INFO_LENGTH_MISMATCH if Size is wrong; STATUS_INVALID_PARAMETER if a member is
 * out of range; STATUS_POWER_STATE_INVALID if the device cannot wake the computer from DxState.
 * Documented as: WdfDeviceAssignSxWakeSettings (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAssignSxWakeSettings(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Device,
                                                 PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings);

WDF_INLINE NTSTATUS WdfDeviceAssignSxWakeSettings(WDFDEVICE Device,
                                                  PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings)
{
    return imp_WdfDeviceAssignSxWakeSettings(WdfDriverGlobals, Device, Settings);
}

/*
 * As WdfDeviceStopIdle, without a record of who called.
 *
 * IRQL: <= DISPATCH_LEVEL; PASSIVE_LEVEL if WaitForD0 is TRUE.
 * Returns as WdfDeviceStopIdle.
 * Documented as: WdfDeviceStopIdleNoTrack (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceStopIdleNoTrack(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                            BOOLEAN WaitForD0);

WDF_INLINE NTSTATUS WdfDeviceStopIdleNoTrack(WDFDEVICE Device, BOOLEAN WaitForD0)
{
    return imp_WdfDeviceStopIdleNoTrack(WdfDriverGlobals, Device, WaitForD0);
}

/*
 * Takes back one WdfDeviceStopIdleNoTrack. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceResumeIdleNoTrack (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceResumeIdleNoTrack(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);

WDF_INLINE VOID WdfDeviceResumeIdleNoTrack(WDFDEVICE Device)
{
    imp_WdfDeviceResumeIdleNoTrack(WdfDriverGlobals, Device);
}

/*
 * Keeps the device in D0, or brings it there, until WdfDeviceResumeIdle; calls add up. Drivers
 * call it as WdfDeviceStopIdle or WdfDeviceStopIdleWithTag, which put in the line and the file.
 *
 * WaitForD0  [in]  TRUE waits; never in a power callback or a power-managed queue's callback
 * Tag        [in] [opt]  names the reference, for messages
 *
 * IRQL: <= DISPATCH_LEVEL; PASSIVE_LEVEL if WaitForD0 is TRUE.
 * Returns STATUS_SUCCESS: the device is in D0; STATUS_PENDING: it is on its way, without
 * WaitForD0; STATUS_INVALID_DEVICE_STATE if it is not the power policy owner;
 * STATUS_POWER_STATE_INVALID if it has failed, or is going for good. Only success and pending
 * are to be taken back.
 * Documented as: WdfDeviceStopIdle, WdfDeviceStopIdleWithTag (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceStopIdleActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           BOOLEAN WaitForD0, PVOID Tag, LONG Line, PCCH File);

WDF_INLINE NTSTATUS WdfDeviceStopIdleActual(WDFDEVICE Device, BOOLEAN WaitForD0, PVOID Tag,
                                            LONG Line, PCCH File)
{
    return imp_WdfDeviceStopIdleActual(WdfDriverGlobals, Device, WaitForD0, Tag, Line, File);
}

/*
 * Takes back one WdfDeviceStopIdle, of the same tag. The device idles again when all are taken
 * back and its time is over. Drivers call it as WdfDeviceResumeIdle or
 * WdfDeviceResumeIdleWithTag.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfDeviceResumeIdle, WdfDeviceResumeIdleWithTag (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceResumeIdleActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                         PVOID Tag, LONG Line, PCCH File);

WDF_INLINE VOID WdfDeviceResumeIdleActual(WDFDEVICE Device, PVOID Tag, LONG Line, PCCH File)
{
    imp_WdfDeviceResumeIdleActual(WdfDriverGlobals, Device, Tag, Line, File);
}

#define WdfDeviceStopIdle(Device, WaitForD0) WdfDeviceStopIdleWithTag(Device, WaitForD0, NULL)
#define WdfDeviceStopIdleWithTag(Device, WaitForD0, Tag)                                           \
    WdfDeviceStopIdleActual(Device, WaitForD0, Tag, __LINE__, __FILE__)
#define WdfDeviceResumeIdle(Device) WdfDeviceResumeIdleWithTag(Device, NULL)
#define WdfDeviceResumeIdleWithTag(Device, Tag)                                                    \
    WdfDeviceResumeIdleActual(Device, Tag, __LINE__, __FILE__)

#if WDF_FOR_KMDF
/*
 * Completes the wait/wake IRP that a device's driver holds as the one who armed its bus.
 *
 * WaitWakeStatus  [in]  the IRP's status, not STATUS_PENDING or STATUS_CANCELLED
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for those two; STATUS_INVALID_DEVICE_REQUEST
 * if there is no such IRP; STATUS_INVALID_DEVICE_STATE if the device is not the one that holds
 * it, which is the one with EvtDeviceEnableWakeAtBus.
 * Documented as: WdfDeviceIndicateWakeStatus (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceIndicateWakeStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               NTSTATUS WaitWakeStatus);

WDF_INLINE NTSTATUS WdfDeviceIndicateWakeStatus(WDFDEVICE Device, NTSTATUS WaitWakeStatus)
{
    return imp_WdfDeviceIndicateWakeStatus(WdfDriverGlobals, Device, WaitWakeStatus);
}
#endif

/*
 * Says what the framework registers with the system's power framework for this device. Before it
 * has started, and for a system-managed idle time only; the structure and its Component are
 * copied.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if the device is not the power policy
 * owner; STATUS_INFO_LENGTH_MISMATCH if Size is wrong; STATUS_INVALID_PARAMETER if Component has
 * no F-state or a flag or setting is not allowed; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceWdmAssignPowerFrameworkSettings (wdfdevice.h).
 */
NTSTATUS NTAPI
imp_WdfDeviceWdmAssignPowerFrameworkSettings(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             PWDF_POWER_FRAMEWORK_SETTINGS PowerFrameworkSettings);

WDF_INLINE NTSTATUS WdfDeviceWdmAssignPowerFrameworkSettings(
    WDFDEVICE Device, PWDF_POWER_FRAMEWORK_SETTINGS PowerFrameworkSettings)
{
    return imp_WdfDeviceWdmAssignPowerFrameworkSettings(WdfDriverGlobals, Device,
                                                        PowerFrameworkSettings);
}

/* ---- where requests go --------------------------------------------------- */

/*
 * Sends the device's requests of one type to a queue of its own instead of the default queue.
 *
 * Queue        [in]  one of Device's
 * RequestType  [in]  create, read, write, device control or internal device control
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another type;
 * STATUS_INVALID_DEVICE_REQUEST if Queue is another device's, the default one, or has no
 * callback for the type; STATUS_INVALID_DEVICE_STATE if the device has started (a control
 * device: if it is initialized); STATUS_WDF_BUSY if the type has a queue already.
 * Documented as: WdfDeviceConfigureRequestDispatching (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceConfigureRequestDispatching(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFDEVICE Device, WDFQUEUE Queue,
                                                        WDF_REQUEST_TYPE RequestType);

WDF_INLINE NTSTATUS WdfDeviceConfigureRequestDispatching(WDFDEVICE Device, WDFQUEUE Queue,
                                                         WDF_REQUEST_TYPE RequestType)
{
    return imp_WdfDeviceConfigureRequestDispatching(WdfDriverGlobals, Device, Queue, RequestType);
}

/*
 * Has a class extension decide where IRPs of a major function go.
 *
 * Driver         [in] [opt]  the client driver whose device it is
 * MajorFunction  [in]  IRP_MJ_READ, _WRITE, _DEVICE_CONTROL or _INTERNAL_DEVICE_CONTROL
 * DriverContext  [in] [opt]  handed to the callback
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another major function;
 * STATUS_INVALID_DEVICE_STATE for a control device, or once the device has started;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceConfigureWdmIrpDispatchCallback (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceConfigureWdmIrpDispatchCallback(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device, WDFDRIVER Driver, UCHAR MajorFunction,
    PFN_WDFDEVICE_WDM_IRP_DISPATCH EvtDeviceWdmIrpDispatch, WDFCONTEXT DriverContext);

WDF_INLINE NTSTATUS WdfDeviceConfigureWdmIrpDispatchCallback(
    WDFDEVICE Device, WDFDRIVER Driver, UCHAR MajorFunction,
    PFN_WDFDEVICE_WDM_IRP_DISPATCH EvtDeviceWdmIrpDispatch, WDFCONTEXT DriverContext)
{
    return imp_WdfDeviceConfigureWdmIrpDispatchCallback(
        WdfDriverGlobals, Device, Driver, MajorFunction, EvtDeviceWdmIrpDispatch, DriverContext);
}

#if WDF_FOR_KMDF
/*
 * Goes on with a request from EvtIoInCallerContext: to the queue of its type. The request is the
 * queue's afterwards.
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST if no queue takes its type, or it is not
 * from that callback; STATUS_WDF_BUSY if the queue takes no requests. On failure the request is
 * still the driver's, to be completed.
 * Documented as: WdfDeviceEnqueueRequest (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceEnqueueRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           WDFREQUEST Request);

WDF_INLINE NTSTATUS WdfDeviceEnqueueRequest(WDFDEVICE Device, WDFREQUEST Request)
{
    return imp_WdfDeviceEnqueueRequest(WdfDriverGlobals, Device, Request);
}

/*
 * Hands the framework an IRP from a preprocess callback. Irp's stack location must have been set
 * up as for a lower driver, by skipping or copying it.
 *
 * IRQL: <= DISPATCH_LEVEL. Returns what the callback is to return.
 * Documented as: WdfDeviceWdmDispatchPreprocessedIrp (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceWdmDispatchPreprocessedIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDEVICE Device, PIRP Irp);

WDF_INLINE NTSTATUS WdfDeviceWdmDispatchPreprocessedIrp(WDFDEVICE Device, PIRP Irp)
{
    return imp_WdfDeviceWdmDispatchPreprocessedIrp(WdfDriverGlobals, Device, Irp);
}
#endif

/*
 * Hands the framework an IRP from EvtDeviceWdmIrpDispatch, to go its usual way.
 *
 * DispatchContext  [in]  as the callback got it
 *
 * IRQL: <= DISPATCH_LEVEL. Returns what the callback is to return. The IRP is completed with
 * STATUS_INVALID_DEVICE_REQUEST if the driver is not on the device's path, with
 * STATUS_INVALID_PARAMETER if DispatchContext is not its own.
 * Documented as: WdfDeviceWdmDispatchIrp (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceWdmDispatchIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           PIRP Irp, WDFCONTEXT DispatchContext);

WDF_INLINE NTSTATUS WdfDeviceWdmDispatchIrp(WDFDEVICE Device, PIRP Irp, WDFCONTEXT DispatchContext)
{
    return imp_WdfDeviceWdmDispatchIrp(WdfDriverGlobals, Device, Irp, DispatchContext);
}

/*
 * Puts an IRP from such a callback into a queue, of the device or of its parent.
 *
 * Flags  [in]  WDF_DISPATCH_IRP_TO_IO_QUEUE_X
 *
 * IRQL: <= DISPATCH_LEVEL. Returns what the callback is to return. The IRP is completed with
 * STATUS_INVALID_PARAMETER if Queue is a stranger's or has no callback for it, with
 * STATUS_INVALID_DEVICE_REQUEST if the parent's queue may not be used
 * (WdfPdoInitAllowForwardingRequestToParent).
 * Documented as: WdfDeviceWdmDispatchIrpToIoQueue (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceWdmDispatchIrpToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                    WDFDEVICE Device, PIRP Irp, WDFQUEUE Queue,
                                                    ULONG Flags);

WDF_INLINE NTSTATUS WdfDeviceWdmDispatchIrpToIoQueue(WDFDEVICE Device, PIRP Irp, WDFQUEUE Queue,
                                                     ULONG Flags)
{
    return imp_WdfDeviceWdmDispatchIrpToIoQueue(WdfDriverGlobals, Device, Irp, Queue, Flags);
}

#if WDF_FOR_UMDF
/* Who hears an event of WdfDevicePostEvent. */
typedef enum _WDF_EVENT_TYPE {
    WdfEventReserved = 0,
    WdfEventBroadcast = 1, /* whoever registered for notifications of the device */
    WdfEventMaximum = 2,
} WDF_EVENT_TYPE;

/* What WdfDeviceReadFromHardware and WdfDeviceWriteToHardware reach. */
typedef enum _WDF_DEVICE_HWACCESS_TARGET_TYPE {
    WdfDeviceHwAccessTargetTypeInvalid = 0,
    WdfDeviceHwAccessTargetTypeRegister = 1,
    WdfDeviceHwAccessTargetTypeRegisterBuffer = 2, /* several that follow one another */
    WdfDeviceHwAccessTargetTypePort = 3,
    WdfDeviceHwAccessTargetTypePortBuffer = 4, /* one, several times */
    WdfDeviceHwAccessTargetTypeMaximum = 5,
} WDF_DEVICE_HWACCESS_TARGET_TYPE,
    *PWDF_DEVICE_HWACCESS_TARGET_TYPE;

typedef enum _WDF_DEVICE_HWACCESS_TARGET_SIZE {
    WdfDeviceHwAccessTargetSizeInvalid = 0,
    WdfDeviceHwAccessTargetSizeUchar = 1,
    WdfDeviceHwAccessTargetSizeUshort = 2,
    WdfDeviceHwAccessTargetSizeUlong = 3,
    WdfDeviceHwAccessTargetSizeUlong64 = 4,
    WdfDeviceHwAccessTargetSizeMaximum = 5,
} WDF_DEVICE_HWACCESS_TARGET_SIZE,
    *PWDF_DEVICE_HWACCESS_TARGET_SIZE;

/* Names a property of one of the device's interfaces. */
typedef struct _WDF_DEVICE_INTERFACE_PROPERTY_DATA {
    ULONG Size;
    const GUID *InterfaceClassGUID;
    PCUNICODE_STRING ReferenceString; /* of the interface; may be NULL */
    const DEVPROPKEY *PropertyKey;
    LCID Lcid;   /* LOCALE_NEUTRAL: of no language */
    ULONG Flags; /* PLUGPLAY_PROPERTY_PERSISTENT or 0; assigning alone looks at it */
} WDF_DEVICE_INTERFACE_PROPERTY_DATA, *PWDF_DEVICE_INTERFACE_PROPERTY_DATA;

WDF_INLINE VOID WDF_DEVICE_INTERFACE_PROPERTY_DATA_INIT(
    PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData, const GUID *InterfaceClassGUID,
    const DEVPROPKEY *PropertyKey)
{
    RtlZeroMemory(PropertyData, sizeof(*PropertyData));
    PropertyData->Size = WDF_STRUCTURE_SIZE(WDF_DEVICE_INTERFACE_PROPERTY_DATA);
    PropertyData->InterfaceClassGUID = InterfaceClassGUID;
    PropertyData->PropertyKey = PropertyKey;
}

/*
 * Tells how the UMDF drivers of the device's stack have agreed to get their data, from what each of
 * them asked for with WdfDeviceInitSetIoTypeEx. Until all of them have added their devices the
 * answer may change. A single request may differ: WdfRequestGetEffectiveIoType. UMDF only.
 *
 * ReadWriteIoType  [out]  WdfDeviceIoBuffered or WdfDeviceIoDirect
 * IoControlIoType  [out]  likewise; with WdfDeviceIoDirect those codes are direct whose method is
 *
 * IRQL: PASSIVE_LEVEL. Both pointers are needed: NULL is WDF_VIOLATION.
 * Documented as: WdfDeviceGetDeviceStackIoType (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceGetDeviceStackIoType(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                             WDF_DEVICE_IO_TYPE *ReadWriteIoType,
                                             WDF_DEVICE_IO_TYPE *IoControlIoType);

WDF_INLINE VOID WdfDeviceGetDeviceStackIoType(WDFDEVICE Device, WDF_DEVICE_IO_TYPE *ReadWriteIoType,
                                              WDF_DEVICE_IO_TYPE *IoControlIoType)
{
    imp_WdfDeviceGetDeviceStackIoType(WdfDriverGlobals, Device, ReadWriteIoType, IoControlIoType);
}

/*
 * Tells programs of an event: those that registered for notifications of a handle to the device
 * (RegisterDeviceNotification) get a DBT_CUSTOMEVENT. It does not wait for them. UMDF only.
 *
 * EventGuid     [in]   what program and driver call it
 * WdfEventType  [in]   WdfEventBroadcast
 * Data          [opt]  goes with it; copied
 * DataSizeCb    [in]   bytes, 0 without Data
 *
 * IRQL: PASSIVE_LEVEL. Bytes without Data are WDF_VIOLATION.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another type; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDevicePostEvent (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDevicePostEvent(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                      REFGUID EventGuid, WDF_EVENT_TYPE WdfEventType, BYTE *Data,
                                      ULONG DataSizeCb);

WDF_INLINE NTSTATUS WdfDevicePostEvent(WDFDEVICE Device, REFGUID EventGuid,
                                       WDF_EVENT_TYPE WdfEventType, BYTE *Data, ULONG DataSizeCb)
{
    return imp_WdfDevicePostEvent(WdfDriverGlobals, Device, EventGuid, WdfEventType, Data,
                                  DataSizeCb);
}

/*
 * Sets String to the path of the folder where the driver may keep files about this device. UMDF
 * only.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceRetrieveDeviceDirectoryString (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceRetrieveDeviceDirectoryString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device, WDFSTRING String);

WDF_INLINE NTSTATUS WdfDeviceRetrieveDeviceDirectoryString(WDFDEVICE Device, WDFSTRING String)
{
    return imp_WdfDeviceRetrieveDeviceDirectoryString(WdfDriverGlobals, Device, String);
}

/*
 * Sets, or takes away, a property of one of the device's interfaces. UMDF only; a kernel driver has
 * IoSetDeviceInterfacePropertyData.
 *
 * PropertyData    [in]   which one
 * Type            [in]   of the value
 * BufferLength    [in]   bytes, 0 without PropertyBuffer
 * PropertyBuffer  [opt]  the value; NULL takes the property away
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a NULL in PropertyData or a length without
 * bytes; STATUS_INFO_LENGTH_MISMATCH for a wrong Size; STATUS_OBJECT_NAME_NOT_FOUND if the device
 * has no such interface; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceAssignInterfaceProperty (wdfdevice.h).
 */
NTSTATUS NTAPI
imp_WdfDeviceAssignInterfaceProperty(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                     PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData,
                                     DEVPROPTYPE Type, ULONG BufferLength, PVOID PropertyBuffer);

WDF_INLINE NTSTATUS
WdfDeviceAssignInterfaceProperty(WDFDEVICE Device, PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData,
                                 DEVPROPTYPE Type, ULONG BufferLength, PVOID PropertyBuffer)
{
    return imp_WdfDeviceAssignInterfaceProperty(WdfDriverGlobals, Device, PropertyData, Type,
                                                BufferLength, PropertyBuffer);
}

/*
 * Copies a property of one of the device's interfaces. UMDF only; a kernel driver has
 * IoGetDeviceInterfacePropertyData.
 *
 * BufferLength    [in]   bytes, 0 without PropertyBuffer
 * PropertyBuffer  [opt]  receives the value
 * ResultLength    [out]  bytes that it has, or needs
 * Type            [out]  of the value
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_OBJECT_NAME_NOT_FOUND if the device has
 * no such interface or it no such property; STATUS_INVALID_PARAMETER and
 * STATUS_INFO_LENGTH_MISMATCH as WdfDeviceAssignInterfaceProperty. Documented as:
 * WdfDeviceQueryInterfaceProperty (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceQueryInterfaceProperty(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDEVICE Device,
                                                   PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData,
                                                   ULONG BufferLength, PVOID PropertyBuffer,
                                                   PULONG ResultLength, PDEVPROPTYPE Type);

WDF_INLINE NTSTATUS WdfDeviceQueryInterfaceProperty(
    WDFDEVICE Device, PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData, ULONG BufferLength,
    PVOID PropertyBuffer, PULONG ResultLength, PDEVPROPTYPE Type)
{
    return imp_WdfDeviceQueryInterfaceProperty(WdfDriverGlobals, Device, PropertyData, BufferLength,
                                               PropertyBuffer, ResultLength, Type);
}

/*
 * As WdfDeviceQueryInterfaceProperty, into memory of the right size. UMDF only.
 *
 * PoolType                  [in]   where that comes from
 * PropertyMemoryAttributes  [opt]  the parent is the driver unless given
 * PropertyMemory            [out]  the value; the caller's to delete, or its parent's
 * Type                      [out]  of the value
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; what is wrong with the attributes; STATUS_INSUFFICIENT_RESOURCES; or as
 * WdfDeviceQueryInterfaceProperty.
 * Documented as: WdfDeviceAllocAndQueryInterfaceProperty (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceAllocAndQueryInterfaceProperty(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
    PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type);

WDF_INLINE NTSTATUS WdfDeviceAllocAndQueryInterfaceProperty(
    WDFDEVICE Device, PWDF_DEVICE_INTERFACE_PROPERTY_DATA PropertyData, POOL_TYPE PoolType,
    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory, PDEVPROPTYPE Type)
{
    return imp_WdfDeviceAllocAndQueryInterfaceProperty(WdfDriverGlobals, Device, PropertyData,
                                                       PoolType, PropertyMemoryAttributes,
                                                       PropertyMemory, Type);
}

/*
 * Maps registers of the device that are in memory. The INF has to say AllowDirectHardwareAccess.
 * UMDF only.
 *
 * PhysicalAddress    [in]   of one of the device's translated memory resources
 * PseudoBaseAddress  [out]  a number that WDF_READ_REGISTER_X and its kin take, not an address
 *
 * IRQL: PASSIVE_LEVEL. A value that is out of its range, or no access, is WDF_VIOLATION.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if the device has no such resource;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfDeviceMapIoSpace (wdfdevice.h).
 */
NTSTATUS NTAPI imp_WdfDeviceMapIoSpace(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                                       MEMORY_CACHING_TYPE CacheType, PVOID *PseudoBaseAddress);

WDF_INLINE NTSTATUS WdfDeviceMapIoSpace(WDFDEVICE Device, PHYSICAL_ADDRESS PhysicalAddress,
                                        SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType,
                                        PVOID *PseudoBaseAddress)
{
    return imp_WdfDeviceMapIoSpace(WdfDriverGlobals, Device, PhysicalAddress, NumberOfBytes,
                                   CacheType, PseudoBaseAddress);
}

/*
 * Ends what WdfDeviceMapIoSpace began, of the same size. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL. What is not mapped so is WDF_VIOLATION.
 * Documented as: WdfDeviceUnmapIoSpace (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceUnmapIoSpace(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                     PVOID PseudoBaseAddress, SIZE_T NumberOfBytes);

WDF_INLINE VOID WdfDeviceUnmapIoSpace(WDFDEVICE Device, PVOID PseudoBaseAddress,
                                      SIZE_T NumberOfBytes)
{
    imp_WdfDeviceUnmapIoSpace(WdfDriverGlobals, Device, PseudoBaseAddress, NumberOfBytes);
}

/*
 * Returns the address at which registers are mapped into the host. The INF has to say
 * RegisterAccessUsingUserModeMapping. UMDF only.
 *
 * IRQL: PASSIVE_LEVEL. No such mapping is WDF_VIOLATION.
 * Documented as: WdfDeviceGetHardwareRegisterMappedAddress (wdfdevice.h).
 */
PVOID NTAPI imp_WdfDeviceGetHardwareRegisterMappedAddress(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device,
                                                          PVOID PseudoBaseAddress);

WDF_INLINE PVOID WdfDeviceGetHardwareRegisterMappedAddress(WDFDEVICE Device,
                                                           PVOID PseudoBaseAddress)
{
    return imp_WdfDeviceGetHardwareRegisterMappedAddress(WdfDriverGlobals, Device,
                                                         PseudoBaseAddress);
}

/*
 * Reads a register or port, or several. Drivers write WDF_READ_REGISTER_X and its kin
 * (wdfhwaccess.h). UMDF only.
 *
 * TargetAddress  [in]   within what WdfDeviceMapIoSpace mapped, or a port
 * Buffer         [opt]  of the buffer types: receives Count values
 *
 * IRQL: PASSIVE_LEVEL. What the device does not have is WDF_VIOLATION.
 * Returns the value; 0 for the buffer types.
 * Documented as: WdfDeviceReadFromHardware (wdfdevice.h).
 */
SIZE_T NTAPI imp_WdfDeviceReadFromHardware(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           WDF_DEVICE_HWACCESS_TARGET_TYPE Type,
                                           WDF_DEVICE_HWACCESS_TARGET_SIZE Size,
                                           PVOID TargetAddress, PVOID Buffer, ULONG Count);

WDF_INLINE SIZE_T WdfDeviceReadFromHardware(WDFDEVICE Device, WDF_DEVICE_HWACCESS_TARGET_TYPE Type,
                                            WDF_DEVICE_HWACCESS_TARGET_SIZE Size,
                                            PVOID TargetAddress, PVOID Buffer, ULONG Count)
{
    return imp_WdfDeviceReadFromHardware(WdfDriverGlobals, Device, Type, Size, TargetAddress,
                                         Buffer, Count);
}

/*
 * Writes a register or port, or several: WdfDeviceReadFromHardware's counterpart. UMDF only.
 *
 * Value   [in]   of the types without a buffer
 * Buffer  [opt]  of the others: Count values
 *
 * IRQL: PASSIVE_LEVEL. What the device does not have is WDF_VIOLATION.
 * Documented as: WdfDeviceWriteToHardware (wdfdevice.h).
 */
VOID NTAPI imp_WdfDeviceWriteToHardware(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                        WDF_DEVICE_HWACCESS_TARGET_TYPE Type,
                                        WDF_DEVICE_HWACCESS_TARGET_SIZE Size, PVOID TargetAddress,
                                        SIZE_T Value, PVOID Buffer, ULONG Count);

WDF_INLINE VOID WdfDeviceWriteToHardware(WDFDEVICE Device, WDF_DEVICE_HWACCESS_TARGET_TYPE Type,
                                         WDF_DEVICE_HWACCESS_TARGET_SIZE Size, PVOID TargetAddress,
                                         SIZE_T Value, PVOID Buffer, ULONG Count)
{
    imp_WdfDeviceWriteToHardware(WdfDriverGlobals, Device, Type, Size, TargetAddress, Value, Buffer,
                                 Count);
}
#endif

WDF_EXTERN_C_END
