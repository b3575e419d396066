/*
 * What the files of the power manager share among themselves.
 */
#pragma once

#include "pnpp.h"

struct power_request;

/* A device's power, one a node. */
struct pnp_power {
    struct pnp_node *node;
    KSPIN_LOCK lock;
    /* Guarded by lock: */
    struct power_request *active;    /* sets or queries the device's state now */
    LIST_ENTRY waiting;              /* of power_request.link: those after it */
    struct power_request *wait_wake; /* the device is armed for wake */
    DEVICE_POWER_STATE device_state; /* as the drivers said: PoSetPowerState */
    SYSTEM_POWER_STATE system_state;

    /* power_idle.c's, guarded by its lock. */
    LIST_ENTRY idle_link;          /* in the list of devices that are watched, or empty */
    PDEVICE_OBJECT idle_device;    /* who asked */
    DEVICE_POWER_STATE idle_state; /* that it goes to when it is idle */
    ULONG idle_limit;              /* seconds */
    ULONG idle_seconds;            /* what PoRegisterDeviceForIdleDetection returned points here */
    LONG busy;                     /* PoStartDeviceBusy's, atomic */
};

/* Why device states change at the moment: a sleep of the system, or nothing of the kind. */
POWER_ACTION pnp_power_action(VOID);

VOID pnp_idle_start(VOID);
VOID pnp_idle_stop(VOID);
VOID pnp_idle_forget(struct pnp_node *node);
VOID pnp_settings_start(VOID);
VOID pnp_settings_stop(VOID);
/* The display goes on or off with the system. */
VOID pnp_settings_display(BOOLEAN is_on);
