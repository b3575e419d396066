/*
 * What drivers ask of an interrupt, and set.
 */
#include "driver.h"
#include "interrupt.h"

WDFDEVICE NTAPI imp_WdfInterruptGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(wdf_interrupt_of(Interrupt, __func__)->device);
}

PKINTERRUPT NTAPI imp_WdfInterruptWdmGetInterrupt(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFINTERRUPT Interrupt)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_kernel_interrupt(wdf_interrupt_of(Interrupt, __func__));
}

VOID NTAPI imp_WdfInterruptGetInfo(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
                                   PWDF_INTERRUPT_INFO Info)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);

    WDF_REQUIRE(Info);
    if (Info->Size != sizeof(*Info)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "Info->Size is %u, should be %u",
                   Info->Size, (ULONG)sizeof(*Info));
        return;
    }
    *Info = interrupt->info;
}

/* ---- on and off, in spite of the framework ------------------------------------------------- */

VOID NTAPI imp_WdfInterruptEnable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return;
    interrupt->is_off = FALSE;
    wdf_connect_interrupt(interrupt);
}

VOID NTAPI imp_WdfInterruptDisable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return;
    interrupt->is_off = TRUE;
    wdf_disconnect_interrupt(interrupt);
}

static VOID report(struct wdf_interrupt *interrupt,
                   VOID(NTAPI *function)(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS))
{
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS parameters = {.Version = CONNECT_FULLY_SPECIFIED};

    parameters.ConnectionContext.InterruptObject = wdf_kernel_interrupt(interrupt);
    if (parameters.ConnectionContext.InterruptObject)
        function(&parameters);
}

VOID NTAPI imp_WdfInterruptReportActive(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    report(wdf_interrupt_of(Interrupt, __func__), IoReportInterruptActive);
}

VOID NTAPI imp_WdfInterruptReportInactive(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    report(wdf_interrupt_of(Interrupt, __func__), IoReportInterruptInactive);
}

/* ---- policy: Linux schedules whoever serves it, so that it is kept and no more ---------- */

static VOID set_policy(struct wdf_interrupt *interrupt, const WDF_INTERRUPT_EXTENDED_POLICY *policy,
                       PCSTR function)
{
    if ((ULONG)policy->Policy > WdfIrqPolicySpreadMessagesAcrossAllProcessors ||
        policy->Priority < WdfIrqPriorityLow || policy->Priority > WdfIrqPriorityHigh) {
        wdf_misuse(interrupt->object.globals, function, "policy %d or priority %d is none",
                   policy->Policy, policy->Priority);
        return;
    }
    interrupt->policy = *policy;
}

VOID NTAPI imp_WdfInterruptSetPolicy(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
                                     WDF_INTERRUPT_POLICY Policy, WDF_INTERRUPT_PRIORITY Priority,
                                     KAFFINITY TargetProcessorSet)
{
    WDF_INTERRUPT_EXTENDED_POLICY policy;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_INTERRUPT_EXTENDED_POLICY_INIT(&policy);
    policy.Policy = Policy;
    policy.Priority = Priority;
    policy.TargetProcessorSetAndGroup.Mask = TargetProcessorSet;
    set_policy(wdf_interrupt_of(Interrupt, __func__), &policy, __func__);
}

VOID NTAPI imp_WdfInterruptSetExtendedPolicy(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFINTERRUPT Interrupt,
                                             PWDF_INTERRUPT_EXTENDED_POLICY PolicyAndGroup)
{
    struct wdf_interrupt *interrupt = wdf_interrupt_of(Interrupt, __func__);

    WDF_REQUIRE(PolicyAndGroup);
    if (PolicyAndGroup->Size != sizeof(*PolicyAndGroup)) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "Size is %u, should be %u",
                   PolicyAndGroup->Size, (ULONG)sizeof(*PolicyAndGroup));
        return;
    }
    set_policy(interrupt, PolicyAndGroup, __func__);
}
