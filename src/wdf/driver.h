/*
 * WDFDRIVER, and how a driver is bound to the framework.
 *
 * A driver of the framework is linked with a stub (stub/entry.c) whose FxDriverEntry(Um) is
 * called in place of DriverEntry. It binds the driver, which makes the driver's globals;
 * calls DriverEntry, which calls WdfDriverCreate; and tells the framework what came of it.
 */
#pragma once

#include "object.h"

struct wdf_driver {
    struct wdf_object object;
    PDRIVER_OBJECT driver_object;
    UNICODE_STRING registry_path; /* in pool, ends in NUL */
    WDF_DRIVER_CONFIG config;
};

extern const struct wdf_type wdf_type_driver;

static inline struct wdf_driver *wdf_driver_of(struct wdf_object *object)
{
    return object->globals->driver;
}

/* ---- bind.c ---------------------------------------------------------------- */

VOID wdf_bind_start(VOID);
VOID wdf_bind_stop(VOID);

/*
 * Makes the globals of a KMDF or a UMDF driver. STATUS_INSUFFICIENT_RESOURCES. For the stub, as
 * the next one.
 */
NTSTATUS NTAPI ntio_wdf_bind(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path,
                             PWDF_DRIVER_GLOBALS *globals);
NTSTATUS NTAPI ntio_wdf_bind_user(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path,
                                  PWDF_DRIVER_GLOBALS *globals);
/*
 * DriverEntry has returned status: from now on the driver's unload is the framework's, or,
 * after a failure, what DriverEntry made is taken back. Returns status.
 */
NTSTATUS NTAPI ntio_wdf_entered(PWDF_DRIVER_GLOBALS globals, NTSTATUS status);

/* The framework's driver of a WDM driver object, or NULL if it has not called WdfDriverCreate. */
struct wdf_driver *wdf_find_driver(PDRIVER_OBJECT driver);
/* Deletes the driver and all that it has, and waits for it. PASSIVE_LEVEL. */
VOID wdf_delete_driver(struct wdf_globals *globals);
