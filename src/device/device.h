/*
 * Simulated devices: models that are plugged in, as the PCI bus sees them. What models see is
 * include/ntio/device.h.
 *
 *   model.c       loading a model, making a device of it, and its end
 *   registers.c   its ranges: from addresses that PnP has chosen to the model's callbacks
 *   config.c      configuration space, power
 *   thread.c      the device's own thread: work and time
 *   call.c        what models call
 */
#pragma once

#include "../../include/ntio/device.h"
#include "../dma/dma.h"
#include "../io/interrupt.h"
#include "../ke/ke.h"
#include "../mm/iospace.h"
#include "../rtl/rtl.h"

#define DEVICE_CONFIG_BYTES 256u
#define DEVICE_MESSAGES 32u

struct hal_image;
struct device_thread;

/* One of the device's ranges. */
struct device_bar {
    struct ntio_device *device;
    ULONG number;
    ULONG64 base;               /* where it is now, 0 if nowhere */
    struct hal_segment *memory; /* NTIO_BAR_RAM's */
    PVOID ram;                  /* where the model has that */
    struct mm_io_range *range;  /* published while the device is started */
};

struct ntio_device {
    struct ntio_device_model model; /* what create made of it */
    PVOID context;
    struct hal_image *image; /* NULL: the model is part of the program */
    ULONG slot;              /* its device number on bus 0 */
    CHAR title[64];          /* the model's name: what people call it */
    CHAR name[40];           /* the same, cut, with its place: "Blink controller (PCI 00:03.0)" */
    struct device_bar bars[NTIO_BARS];
    struct io_line line;
    BOOLEAN has_line_now;            /* PnP gave it the line; atomic */
    ULONG message_count;             /* that PnP gave it; atomic: the vectors are there */
    UCHAR messages[DEVICE_MESSAGES]; /* their vectors */
    struct dma_domain *domain;       /* NULL until its PDO is made */
    BOOLEAN is_gone;                 /* unplugged; atomic */
    EX_RUNDOWN_REF calls;            /* held around callbacks that are not for registers */
    struct mm_lock config_lock;      /* guards config */
    UCHAR config[DEVICE_CONFIG_BYTES];
    struct device_thread *thread;
};

/* ---- model.c ------------------------------------------------------------------------------ */

/*
 * Makes a device of a model: of a shared object (path), or of model if path is NULL. On failure
 * reason (may be NULL) has a sentence. PASSIVE_LEVEL.
 * STATUS_OBJECT_NAME_NOT_FOUND, STATUS_DRIVER_UNABLE_TO_LOAD: no model;
 * STATUS_REVISION_MISMATCH; STATUS_INVALID_PARAMETER: its description is wrong;
 * STATUS_DEVICE_CONFIGURATION_ERROR: it says itself why not; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS device_create(PCSTR path, const struct ntio_device_model *model, PCSTR options, ULONG slot,
                       PSTR reason, SIZE_T reason_size, struct ntio_device **device);
/*
 * It is pulled out: its registers read as ones from now on, its thread has ended, its line is
 * down, the model is no more. The structure stays for those who still know it.
 */
VOID device_unplug(struct ntio_device *device);
/* Frees it; unplugged before. */
VOID device_delete(struct ntio_device *device);

static inline BOOLEAN device_is_gone(struct ntio_device *device)
{
    return __atomic_load_n(&device->is_gone, __ATOMIC_ACQUIRE);
}

/* ---- registers.c ----------------------------------------------------------------------------- */

NTSTATUS device_make_ram(struct ntio_device *device);
VOID device_free_ram(struct ntio_device *device);
/*
 * PnP starts it with these resources, translated and in the order of the bars; its registers can
 * be accessed from now on. STATUS_CONFLICTING_ADDRESSES, STATUS_DEVICE_CONFIGURATION_ERROR.
 */
NTSTATUS device_start(struct ntio_device *device, const CM_RESOURCE_LIST *resources);
VOID device_stop(struct ntio_device *device);
/* How much of the bus a range takes. */
ULONG64 device_bar_span(const struct ntio_bar *bar);

/* ---- config.c -------------------------------------------------------------------------------- */

VOID device_make_config(struct ntio_device *device);
/* Copies from, or to, configuration space; returns how many bytes: fewer at its end. */
ULONG device_read_config(struct ntio_device *device, PVOID to, ULONG offset, ULONG bytes);
ULONG device_write_config(struct ntio_device *device, const VOID *from, ULONG offset, ULONG bytes);
/* Puts the addresses of bars and the line there; decoding is on or off. */
VOID device_set_config(struct ntio_device *device, ULONG offset, ULONG bytes, ULONG value);
ULONG device_get_config(struct ntio_device *device, ULONG offset, ULONG bytes);
VOID device_show_addresses(struct ntio_device *device, BOOLEAN is_started);

VOID device_set_power(struct ntio_device *device, DEVICE_POWER_STATE state);

/* ---- thread.c -------------------------------------------------------------------------------- */

NTSTATUS device_thread_start(struct ntio_device *device);
/* What is queued is not run; waits for what runs. NULL: nothing. */
VOID device_thread_stop(struct ntio_device *device);
