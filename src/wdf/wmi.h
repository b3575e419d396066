/*
 * A device's WMI data. Providers live as long as their device; an instance is seen by programs
 * while it is registered, and its number is its place among those of its provider.
 */
#pragma once

#include "device.h"

struct wdf_wmi {
    KSPIN_LOCK lock;      /* guards the lists, and whether instances are registered */
    LIST_ENTRY providers; /* of wdf_wmi_provider.link; grows only */
    LONG is_announced;    /* the device is registered with WMI; atomic exchanges */
    BOOLEAN is_gone;      /* the device has left WMI */
};

struct wdf_wmi_provider {
    struct wdf_object object;
    LIST_ENTRY link;
    LIST_ENTRY instances; /* of wdf_wmi_instance.link, the registered ones */
    WDF_WMI_PROVIDER_CONFIG config;
    BOOLEAN enabled[2]; /* events; collection */
};

struct wdf_wmi_instance {
    struct wdf_object object;
    LIST_ENTRY link; /* empty: not registered */
    struct wdf_wmi_provider *provider;
    const WDF_OBJECT_CONTEXT_TYPE_INFO *context; /* what queries copy, or NULL */
    WDF_WMI_INSTANCE_CONFIG config;
};

extern const struct wdf_type wdf_type_wmi_provider, wdf_type_wmi_instance;

/*
 * Tells WMI that the device has other classes or instances than before, at PASSIVE_LEVEL; above,
 * the next one who does tells of all.
 */
VOID wdf_wmi_changed(struct wdf_device *device);
/* Makes a provider, for the device's list. config and attributes are checked here. */
NTSTATUS wdf_make_wmi_provider(struct wdf_device *device, const WDF_WMI_PROVIDER_CONFIG *config,
                               PWDF_OBJECT_ATTRIBUTES attributes,
                               struct wdf_wmi_provider **provider);
ULONG wdf_wmi_instance_count(const struct wdf_wmi_provider *provider);
/* The registered instance of that number, referenced; NULL if there is none. */
struct wdf_wmi_instance *wdf_wmi_instance_at(struct wdf_wmi_provider *provider, ULONG index);
