/*
 * WDFINTERRUPT: one line or message of a device. The framework connects it after D0 entry and
 * disconnects it before D0 exit.
 *
 *   interrupt.c           the object: made, given resources, deleted
 *   interrupt_connect.c   connected and enabled, and back
 *   interrupt_service.c   from the vector to the driver's callbacks; its lock
 *   interrupt_api.c       what drivers ask and set
 */
#pragma once

#include "pnp.h"
#include "work.h"

struct wdf_interrupt {
    struct wdf_object object;
    struct wdf_device *device; /* whose interrupts it is among */
    LIST_ENTRY link;           /* in wdf_pnp.interrupts */
    WDF_INTERRUPT_CONFIG config;
    struct wdf_callback_lock *callback_lock; /* for the DPC or work item, or NULL */
    PKSPIN_LOCK spin_lock;                   /* own_lock or the driver's; passive: NULL */
    KSPIN_LOCK own_lock;
    WDFWAITLOCK wait_lock; /* passive: its own or the driver's */
    WDF_INTERRUPT_INFO info;
    PKINTERRUPT interrupt; /* NULL: not connected; atomic */
    KIRQL irql;            /* to go back to; whose lock it is */
    KDPC dpc;
    struct wdf_work work;
    BOOLEAN is_from_prepare; /* made in EvtDevicePrepareHardware, goes after ReleaseHardware */
    BOOLEAN is_enabled;      /* EvtInterruptEnable was called */
    BOOLEAN is_off;          /* WdfInterruptDisable: the framework leaves it alone */
    WDF_INTERRUPT_EXTENDED_POLICY policy;
};

extern const struct wdf_type wdf_type_interrupt;

static inline struct wdf_interrupt *wdf_interrupt_of(WDFINTERRUPT handle, PCSTR function)
{
    return (struct wdf_interrupt *)wdf_object_of(handle, &wdf_type_interrupt, function);
}

static inline PKINTERRUPT wdf_kernel_interrupt(struct wdf_interrupt *interrupt)
{
    return __atomic_load_n(&interrupt->interrupt, __ATOMIC_ACQUIRE);
}

/* ---- interrupt.c: for pnp.c ----------------------------------------------------------- */

/* The nth interrupt made in EvtDriverDeviceAdd gets the nth that the device has. */
VOID wdf_assign_interrupts(struct wdf_device *device);
/* The driver has released the hardware. */
VOID wdf_revoke_interrupts(struct wdf_device *device);

/* ---- interrupt_connect.c: for power.c and the API ----------------------------------------- */

/* All of the device's that have resources; on failure none is. PASSIVE_LEVEL. */
NTSTATUS wdf_connect_interrupts(struct wdf_device *device);
NTSTATUS wdf_disconnect_interrupts(struct wdf_device *device);
NTSTATUS wdf_connect_interrupt(struct wdf_interrupt *interrupt);
NTSTATUS wdf_disconnect_interrupt(struct wdf_interrupt *interrupt);

/* ---- interrupt_service.c ---------------------------------------------------------------- */

BOOLEAN NTAPI wdf_service_interrupt(PKINTERRUPT kernel, PVOID interrupt);
VOID NTAPI wdf_run_interrupt_dpc(PKDPC dpc, PVOID interrupt, PVOID first, PVOID second);
VOID wdf_run_interrupt_work(struct wdf_object *interrupt);
/* The lock of a passive one, around its callbacks; nothing for others: theirs is held already. */
VOID wdf_enter_passive(struct wdf_interrupt *interrupt);
VOID wdf_leave_passive(struct wdf_interrupt *interrupt);
