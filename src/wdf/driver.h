/*
 * WDFDRIVER, and how a driver is bound to the framework.
 */
#pragma once

#include "object.h"

struct wdf_driver {
    struct wdf_object object;
    PDRIVER_OBJECT driver_object;
    UNICODE_STRING registry_path; /* in pool */
    WDF_DRIVER_CONFIG config;
};

extern const struct wdf_type wdf_type_driver;

static inline struct wdf_driver *wdf_driver_of(struct wdf_object *object)
{
    return object->globals->driver;
}

/* The framework's part of a system's life; from io_start and io_stop. */
NTSTATUS wdf_start(VOID);
VOID wdf_stop(VOID);
