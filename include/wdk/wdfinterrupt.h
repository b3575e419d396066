/*
 * WDFINTERRUPT: one interrupt, or message, of a device.
 *
 * The framework connects it when the device has come to D0 and disconnects it before the device
 * leaves D0. An interrupt is served at its device IRQL (DIRQL), under its spin lock, or, with
 * PassiveHandling, at PASSIVE_LEVEL under its wait lock; "its IRQL" and "its lock" below are these.
 * What wdfdevice.h says of all functions holds here too.
 */
#pragma once

#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdfobject.h>

WDF_EXTERN_C_START

typedef enum _WDF_INTERRUPT_POLARITY {
    WdfInterruptPolarityUnknown = 0,
    WdfInterruptActiveHigh, /* or the rising edge */
    WdfInterruptActiveLow,  /* or the falling edge */
} WDF_INTERRUPT_POLARITY,
    *PWDF_INTERRUPT_POLARITY;

/* Which processors serve the interrupt; "close" is in terms of memory nodes. */
typedef enum _WDF_INTERRUPT_POLICY {
    WdfIrqPolicyMachineDefault = 0,
    WdfIrqPolicyAllCloseProcessors,
    WdfIrqPolicyOneCloseProcessor,
    WdfIrqPolicyAllProcessorsInMachine,
    WdfIrqPolicySpecifiedProcessors, /* those of the set */
    WdfIrqPolicySpreadMessagesAcrossAllProcessors,
} WDF_INTERRUPT_POLICY,
    *PWDF_INTERRUPT_POLICY;

typedef enum _WDF_INTERRUPT_PRIORITY {
    WdfIrqPriorityUndefined = 0,
    WdfIrqPriorityLow,
    WdfIrqPriorityNormal,
    WdfIrqPriorityHigh,
} WDF_INTERRUPT_PRIORITY,
    *PWDF_INTERRUPT_PRIORITY;

/* The interrupt has come. Returns whether it was the device's. At its IRQL, under its lock.
 * MessageID counts a device's messages from 0; 0 if it is not a message. */
typedef BOOLEAN NTAPI EVT_WDF_INTERRUPT_ISR(WDFINTERRUPT Interrupt, ULONG MessageID);
typedef EVT_WDF_INTERRUPT_ISR *PFN_WDF_INTERRUPT_ISR;

/* Called by WdfInterruptSynchronize, at the interrupt's IRQL, under its lock. */
typedef BOOLEAN NTAPI EVT_WDF_INTERRUPT_SYNCHRONIZE(WDFINTERRUPT Interrupt, WDFCONTEXT Context);
typedef EVT_WDF_INTERRUPT_SYNCHRONIZE *PFN_WDF_INTERRUPT_SYNCHRONIZE;

/* The rest of the work: at DISPATCH_LEVEL, or at PASSIVE_LEVEL as a work item. AssociatedObject is
 * the interrupt's parent. */
typedef VOID NTAPI EVT_WDF_INTERRUPT_DPC(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject);
typedef EVT_WDF_INTERRUPT_DPC *PFN_WDF_INTERRUPT_DPC;

typedef VOID NTAPI EVT_WDF_INTERRUPT_WORKITEM(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject);
typedef EVT_WDF_INTERRUPT_WORKITEM *PFN_WDF_INTERRUPT_WORKITEM;

/* Have the device begin, or cease, to interrupt. At its IRQL, under its lock. */
typedef NTSTATUS NTAPI EVT_WDF_INTERRUPT_ENABLE(WDFINTERRUPT Interrupt, WDFDEVICE AssociatedDevice);
typedef EVT_WDF_INTERRUPT_ENABLE *PFN_WDF_INTERRUPT_ENABLE;

typedef NTSTATUS NTAPI EVT_WDF_INTERRUPT_DISABLE(WDFINTERRUPT Interrupt,
                                                 WDFDEVICE AssociatedDevice);
typedef EVT_WDF_INTERRUPT_DISABLE *PFN_WDF_INTERRUPT_DISABLE;

typedef struct _WDF_INTERRUPT_CONFIG {
    ULONG Size;
    WDFSPINLOCK SpinLock;      /* its lock, to share one among interrupts; NULL: its own */
    WDF_TRI_STATE ShareVector; /* by default as its resource says */
    BOOLEAN FloatingSave;      /* ignored on x64 */
    /* No DPC or work item at the same time as the parent's callbacks; with PassiveHandling no
     * callback of the interrupt. */
    BOOLEAN AutomaticSerialization;
    PFN_WDF_INTERRUPT_ISR EvtInterruptIsr; /* must be there */
    PFN_WDF_INTERRUPT_DPC EvtInterruptDpc; /* this or the work item, not both */
    PFN_WDF_INTERRUPT_ENABLE EvtInterruptEnable;
    PFN_WDF_INTERRUPT_DISABLE EvtInterruptDisable;
    PFN_WDF_INTERRUPT_WORKITEM EvtInterruptWorkItem;
    /* What EvtDevicePrepareHardware found in its two lists; NULL in EvtDriverDeviceAdd. */
    PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptRaw;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptTranslated;
    WDFWAITLOCK WaitLock; /* its lock with PassiveHandling; NULL: its own */
    BOOLEAN PassiveHandling;
    WDF_TRI_STATE
        ReportInactiveOnPowerDown; /* instead of disconnecting; by default the framework decides */
    BOOLEAN CanWakeDevice;         /* stays connected while the device waits to be woken */
} WDF_INTERRUPT_CONFIG, *PWDF_INTERRUPT_CONFIG;

WDF_INLINE VOID WDF_INTERRUPT_CONFIG_INIT(PWDF_INTERRUPT_CONFIG Configuration,
                                          PFN_WDF_INTERRUPT_ISR EvtInterruptIsr,
                                          PFN_WDF_INTERRUPT_DPC EvtInterruptDpc)
{
    *Configuration = (WDF_INTERRUPT_CONFIG){
        .Size = sizeof(*Configuration),
        .ShareVector = WdfUseDefault,
        .EvtInterruptIsr = EvtInterruptIsr,
        .EvtInterruptDpc = EvtInterruptDpc,
        .ReportInactiveOnPowerDown = WdfUseDefault,
    };
#ifdef UMDF_VERSION_MAJOR
    Configuration->PassiveHandling = TRUE;
#endif
}

typedef struct _WDF_INTERRUPT_INFO {
    ULONG Size;
    ULONG64 Reserved1;
    KAFFINITY TargetProcessorSet;
    ULONG Reserved2;
    ULONG MessageNumber; /* of a message, from 0 */
    ULONG Vector;
    KIRQL Irql; /* at which it is served */
    KINTERRUPT_MODE Mode;
    WDF_INTERRUPT_POLARITY Polarity;
    BOOLEAN MessageSignaled;
    UCHAR ShareDisposition;         /* CM_SHARE_DISPOSITION */
    DECLSPEC_ALIGN(8) USHORT Group; /* of the processor set */
} WDF_INTERRUPT_INFO, *PWDF_INTERRUPT_INFO;

WDF_INLINE VOID WDF_INTERRUPT_INFO_INIT(PWDF_INTERRUPT_INFO Info)
{
    *Info = (WDF_INTERRUPT_INFO){.Size = sizeof(*Info)};
}

typedef struct _WDF_INTERRUPT_EXTENDED_POLICY {
    ULONG Size;
    WDF_INTERRUPT_POLICY Policy;
    WDF_INTERRUPT_PRIORITY Priority;
    GROUP_AFFINITY TargetProcessorSetAndGroup;
} WDF_INTERRUPT_EXTENDED_POLICY, *PWDF_INTERRUPT_EXTENDED_POLICY;

/* Priority is to be set before use: undefined is not a priority. */
WDF_INLINE VOID WDF_INTERRUPT_EXTENDED_POLICY_INIT(PWDF_INTERRUPT_EXTENDED_POLICY ExtendedPolicy)
{
    *ExtendedPolicy = (WDF_INTERRUPT_EXTENDED_POLICY){
        .Size = sizeof(*ExtendedPolicy),
        .Policy = WdfIrqPolicyMachineDefault,
        .Priority = WdfIrqPriorityUndefined,
    };
}

/*
 * Makes an interrupt, in EvtDriverDeviceAdd (the nth gets the nth interrupt resource) or in
 * EvtDevicePrepareHardware (it gets the one that is given).
 *
 * Configuration  [in]  copied
 * Attributes     [in] [opt]  a parent, which must be the device or descend from it, only with
 *                AutomaticSerialization; default the device
 * Interrupt      [out]  deleted by the framework with the device, or after EvtDeviceReleaseHardware
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH if Size is wrong; STATUS_INVALID_PARAMETER
 * if there is no EvtInterruptIsr, both a DPC and a work item, a lock that does not fit
 * PassiveHandling, resources in EvtDriverDeviceAdd or unsound ones, or CanWakeDevice where it
 * cannot be; STATUS_INVALID_DEVICE_STATE outside those callbacks, or in the latter without
 * resources or with ShareVector set; STATUS_NOT_SUPPORTED if there is no passive handling;
 * STATUS_INSUFFICIENT_RESOURCES; a status of the attributes' check.
 * Documented as: WdfInterruptCreate (wdfinterrupt.h).
 */
NTSTATUS NTAPI imp_WdfInterruptCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                      PWDF_INTERRUPT_CONFIG Configuration,
                                      PWDF_OBJECT_ATTRIBUTES Attributes, WDFINTERRUPT *Interrupt);

WDF_INLINE NTSTATUS WdfInterruptCreate(WDFDEVICE Device, PWDF_INTERRUPT_CONFIG Configuration,
                                       PWDF_OBJECT_ATTRIBUTES Attributes, WDFINTERRUPT *Interrupt)
{
    return imp_WdfInterruptCreate(WdfDriverGlobals, Device, Configuration, Attributes, Interrupt);
}

/*
 * Queues the interrupt's DPC. Returns FALSE if it is queued already, in which case it runs once.
 * IRQL: any up to the interrupt's.
 * Documented as: WdfInterruptQueueDpcForIsr (wdfinterrupt.h).
 */
BOOLEAN NTAPI imp_WdfInterruptQueueDpcForIsr(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFINTERRUPT Interrupt);

WDF_INLINE BOOLEAN WdfInterruptQueueDpcForIsr(WDFINTERRUPT Interrupt)
{
    return imp_WdfInterruptQueueDpcForIsr(WdfDriverGlobals, Interrupt);
}

/*
 * Queues the interrupt's work item. Returns FALSE if it is queued already, in which case it runs
 * once.
 * IRQL: any up to the interrupt's.
 * Documented as: WdfInterruptQueueWorkItemForIsr (wdfinterrupt.h).
 */
BOOLEAN NTAPI imp_WdfInterruptQueueWorkItemForIsr(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFINTERRUPT Interrupt);

WDF_INLINE BOOLEAN WdfInterruptQueueWorkItemForIsr(WDFINTERRUPT Interrupt)
{
    return imp_WdfInterruptQueueWorkItemForIsr(WdfDriverGlobals, Interrupt);
}

/*
 * Calls Callback at the interrupt's IRQL, under its lock, so that EvtInterruptIsr does not run
 * meanwhile. Returns what Callback returns.
 *
 * Context  [in] [opt]  handed to Callback
 *
 * IRQL: <= DISPATCH_LEVEL; PASSIVE_LEVEL with PassiveHandling (else FALSE, with the verifier
 * on).
 * Documented as: WdfInterruptSynchronize (wdfinterrupt.h).
 */
BOOLEAN NTAPI imp_WdfInterruptSynchronize(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
                                          PFN_WDF_INTERRUPT_SYNCHRONIZE Callback,
                                          WDFCONTEXT Context);

WDF_INLINE BOOLEAN WdfInterruptSynchronize(WDFINTERRUPT Interrupt,
                                           PFN_WDF_INTERRUPT_SYNCHRONIZE Callback,
                                           WDFCONTEXT Context)
{
    return imp_WdfInterruptSynchronize(WdfDriverGlobals, Interrupt, Callback, Context);
}

/*
 * Returns with the interrupt's lock held, and at its IRQL. Not recursive.
 *
 * IRQL: up to the interrupt's; PASSIVE_LEVEL with PassiveHandling, where it also enters a
 * critical region.
 * Documented as: WdfInterruptAcquireLock (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);

WDF_INLINE VOID WdfInterruptAcquireLock(WDFINTERRUPT Interrupt)
{
    imp_WdfInterruptAcquireLock(WdfDriverGlobals, Interrupt);
}

/*
 * Releases the interrupt's lock, which the caller holds, and goes back to the IRQL before it.
 * IRQL: the interrupt's.
 * Documented as: WdfInterruptReleaseLock (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptReleaseLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);

WDF_INLINE VOID WdfInterruptReleaseLock(WDFINTERRUPT Interrupt)
{
    imp_WdfInterruptReleaseLock(WdfDriverGlobals, Interrupt);
}

/*
 * Returns TRUE with the lock of a passive interrupt held, FALSE if somebody else has it. To be
 * used where waiting could deadlock, as in a queue callback that the interrupt's callbacks wait
 * for.
 *
 * IRQL: PASSIVE_LEVEL. FALSE also if the interrupt is not a passive one.
 * Documented as: WdfInterruptTryToAcquireLock (wdfinterrupt.h).
 */
BOOLEAN NTAPI imp_WdfInterruptTryToAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFINTERRUPT Interrupt);

WDF_INLINE BOOLEAN WdfInterruptTryToAcquireLock(WDFINTERRUPT Interrupt)
{
    return imp_WdfInterruptTryToAcquireLock(WdfDriverGlobals, Interrupt);
}

/*
 * Connects the interrupt and calls EvtInterruptEnable. Seldom needed: the framework does it.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfInterruptEnable (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptEnable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);

WDF_INLINE VOID WdfInterruptEnable(WDFINTERRUPT Interrupt)
{
    imp_WdfInterruptEnable(WdfDriverGlobals, Interrupt);
}

/*
 * Calls EvtInterruptDisable and disconnects the interrupt. Seldom needed: the framework does it.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfInterruptDisable (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptDisable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);

WDF_INLINE VOID WdfInterruptDisable(WDFINTERRUPT Interrupt)
{
    imp_WdfInterruptDisable(WdfDriverGlobals, Interrupt);
}

#if WDF_FOR_KMDF
/*
 * Returns the WDM interrupt object; NULL if it is not connected. IRQL: any.
 * Documented as: WdfInterruptWdmGetInterrupt (wdfinterrupt.h).
 */
PKINTERRUPT NTAPI imp_WdfInterruptWdmGetInterrupt(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFINTERRUPT Interrupt);

WDF_INLINE PKINTERRUPT WdfInterruptWdmGetInterrupt(WDFINTERRUPT Interrupt)
{
    return imp_WdfInterruptWdmGetInterrupt(WdfDriverGlobals, Interrupt);
}
#endif

/*
 * Tells what the interrupt was given. Zeros before EvtDevicePrepareHardware.
 *
 * Info  [in] [out]  initialized with WDF_INTERRUPT_INFO_INIT
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size is wrong.
 * Documented as: WdfInterruptGetInfo (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptGetInfo(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
                                   PWDF_INTERRUPT_INFO Info);

WDF_INLINE VOID WdfInterruptGetInfo(WDFINTERRUPT Interrupt, PWDF_INTERRUPT_INFO Info)
{
    imp_WdfInterruptGetInfo(WdfDriverGlobals, Interrupt, Info);
}

/*
 * Says where and with what priority the interrupt is to be served; takes effect with the next
 * start, so best in EvtDeviceFilterAddResourceRequirements or EvtDriverDeviceAdd.
 *
 * TargetProcessorSet  [in]  for WdfIrqPolicySpecifiedProcessors, in group 0
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Policy or Priority is out of range.
 * Documented as: WdfInterruptSetPolicy (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptSetPolicy(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
                                     WDF_INTERRUPT_POLICY Policy, WDF_INTERRUPT_PRIORITY Priority,
                                     KAFFINITY TargetProcessorSet);

WDF_INLINE VOID WdfInterruptSetPolicy(WDFINTERRUPT Interrupt, WDF_INTERRUPT_POLICY Policy,
                                      WDF_INTERRUPT_PRIORITY Priority, KAFFINITY TargetProcessorSet)
{
    imp_WdfInterruptSetPolicy(WdfDriverGlobals, Interrupt, Policy, Priority, TargetProcessorSet);
}

/*
 * The same with a processor group; PolicyAndGroup is copied.
 *
 * IRQL: <= DISPATCH_LEVEL. Ignored if Size is wrong, a member is out of range, or Reserved of
 * the affinity is not 0.
 * Documented as: WdfInterruptSetExtendedPolicy (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptSetExtendedPolicy(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFINTERRUPT Interrupt,
                                             PWDF_INTERRUPT_EXTENDED_POLICY PolicyAndGroup);

WDF_INLINE VOID WdfInterruptSetExtendedPolicy(WDFINTERRUPT Interrupt,
                                              PWDF_INTERRUPT_EXTENDED_POLICY PolicyAndGroup)
{
    imp_WdfInterruptSetExtendedPolicy(WdfDriverGlobals, Interrupt, PolicyAndGroup);
}

/*
 * Returns the device whose interrupt it is. IRQL: any.
 * Documented as: WdfInterruptGetDevice (wdfinterrupt.h).
 */
WDFDEVICE NTAPI imp_WdfInterruptGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFINTERRUPT Interrupt);

WDF_INLINE WDFDEVICE WdfInterruptGetDevice(WDFINTERRUPT Interrupt)
{
    return imp_WdfInterruptGetDevice(WdfDriverGlobals, Interrupt);
}

#if WDF_FOR_KMDF
/*
 * Says that the device, which idles in a component of its own, needs the interrupt again.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfInterruptReportActive (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptReportActive(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);

WDF_INLINE VOID WdfInterruptReportActive(WDFINTERRUPT Interrupt)
{
    imp_WdfInterruptReportActive(WdfDriverGlobals, Interrupt);
}

/*
 * Says that it does not for now; the interrupt stays connected. IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfInterruptReportInactive (wdfinterrupt.h).
 */
VOID NTAPI imp_WdfInterruptReportInactive(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFINTERRUPT Interrupt);

WDF_INLINE VOID WdfInterruptReportInactive(WDFINTERRUPT Interrupt)
{
    imp_WdfInterruptReportInactive(WdfDriverGlobals, Interrupt);
}
#endif

WDF_EXTERN_C_END
