/*
 * The PCI bus: \Driver\pci, on a device that root-enumerates it, with one device for each model
 * that is plugged in.
 *
 *   bus.c            the driver, and the bus itself
 *   device.c         a device's answers to PnP and power
 *   id.c             how it is called
 *   requirements.c   what it wants of addresses and interrupts
 *   interface.c      configuration space for drivers
 *   plug.c           plugging in and pulling out; what programs call
 */
#pragma once

#include <ntifs.h>
#include <stddef.h>

/* After pnp_start; pci_stop once all devices are removed. */
NTSTATUS pci_start(VOID);
VOID pci_stop(VOID);
