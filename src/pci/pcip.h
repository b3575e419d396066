/*
 * What the files of pci share.
 */
#pragma once

#include "pci.h"
#include "../device/device.h"
#include "../ex/ex.h"
#include "../io/io.h"
#include "../io/services.h"
#include "../pnp/pnp.h"

#define PCI_TAG ' ICP'
#define PCI_SLOTS 32u

/* The bus's own device extension, and a device's: told apart by is_bus. */
struct pci_common {
    BOOLEAN is_bus;
};

struct pci_bus {
    struct pci_common common;
    PDEVICE_OBJECT pdo, below; /* the root-enumerated device that it stands on */
};

struct pci_device {
    struct pci_common common;
    LIST_ENTRY link; /* in pci.devices, guarded by pci.lock */
    PDEVICE_OBJECT pdo;
    struct ntio_device *device;
    LONG references;    /* of the device: the PDO's and interfaces'; atomic */
    BOOLEAN is_missing; /* pulled out: not reported any more; guarded by pci.lock */
};

struct pci_system {
    KEVENT turn;           /* a synchronization event: one device is plugged in at a time */
    FAST_MUTEX lock;       /* guards the list */
    LIST_ENTRY devices;    /* of pci_device.link, by slot */
    PDRIVER_OBJECT driver; /* NULL until there is a device */
    PDEVICE_OBJECT bus;    /* the bus's functional device; NULL: there is none */
};
extern struct pci_system pci;

/* ---- bus.c -------------------------------------------------------------------------------- */

/* Makes the driver and the bus if they are not there. */
NTSTATUS pci_make_bus(struct pnp_reason *reason);
NTSTATUS pci_complete(PIRP irp, NTSTATUS status);

/* ---- device.c ----------------------------------------------------------------------------- */

NTSTATUS pci_device_pnp(struct pci_device *own, PIRP irp);
NTSTATUS pci_device_power(struct pci_device *own, PIRP irp);
/* Who has one may use it, though the device may be gone; it holds the PDO too. */
VOID pci_reference(struct pci_device *own);
VOID pci_dereference(struct pci_device *own);
/* Takes it off the bus for good. */
VOID pci_delete_device(struct pci_device *own);

/* ---- plug.c ------------------------------------------------------------------------------- */

/* The hardware is gone; the bus does not report it any more when it is asked next. */
VOID pci_pull_out(struct pci_device *own);

/* ---- id.c, requirements.c, interface.c -------------------------------------------------- */

NTSTATUS pci_query_id(struct pci_device *own, PIRP irp, BUS_QUERY_ID_TYPE type);
NTSTATUS pci_query_text(struct pci_device *own, PIRP irp, DEVICE_TEXT_TYPE type);
/* Pages of pool in the IRP, or nothing if the device wants nothing. */
NTSTATUS pci_query_requirements(struct pci_device *own, PIRP irp);
NTSTATUS pci_query_interface(struct pci_device *own, PIRP irp);
