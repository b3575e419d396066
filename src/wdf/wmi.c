/*
 * WMI providers, and a device's place in WMI.
 */
#include "driver.h"
#include "wmi.h"

/* The framework's own classes: whether a device may idle, and whether it may wake the system. */
static const GUID own_classes[] = {
    {0x827c0a6f, 0xfeb0, 0x11d0, {0xbd, 0x26, 0x00, 0xaa, 0x00, 0xb7, 0xb3, 0x2a}},
    {0xa9546a82, 0xfeb0, 0x11d0, {0xbd, 0x26, 0x00, 0xaa, 0x00, 0xb7, 0xb3, 0x2a}},
};

/* ---- the device ---- */

static struct wdf_wmi *wmi_of(struct wdf_device *device)
{
    struct wdf_wmi *made = __atomic_load_n(&device->wmi, __ATOMIC_ACQUIRE), *expected = NULL;

    if (made)
        return made;
    made =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*made), device->object.globals->seen.DriverTag);
    if (!made)
        return NULL;
    KeInitializeSpinLock(&made->lock);
    InitializeListHead(&made->providers);
    /* Release pairs with the load above. */
    if (__atomic_compare_exchange_n(&device->wmi, &expected, made, FALSE, __ATOMIC_RELEASE,
                                    __ATOMIC_ACQUIRE))
        return made;
    ExFreePool(made);
    return expected;
}

VOID wdf_wmi_changed(struct wdf_device *device)
{
    struct wdf_wmi *wmi = device->wmi;

    if (!wmi || wmi->is_gone || KeGetCurrentIrql() != PASSIVE_LEVEL)
        return;
    if (!InterlockedExchange(&wmi->is_announced, TRUE))
        IoWMIRegistrationControl(device->device_object, WMIREG_ACTION_REGISTER);
    else
        IoWMIRegistrationControl(device->device_object, WMIREG_ACTION_UPDATE_GUIDS);
}

VOID wdf_wmi_leave(struct wdf_device *device)
{
    struct wdf_wmi *wmi = device->wmi;

    if (!wmi)
        return;
    wmi->is_gone = TRUE;
    if (InterlockedExchange(&wmi->is_announced, FALSE))
        IoWMIRegistrationControl(device->device_object, WMIREG_ACTION_DEREGISTER);
}

VOID wdf_wmi_free(struct wdf_device *device)
{
    if (device->wmi)
        ExFreePool(device->wmi);
    device->wmi = NULL;
}

/* ---- providers ---- */

const struct wdf_type wdf_type_wmi_provider = {
    .name = "WDFWMIPROVIDER",
    .number = WDF_TYPE_NUMBER_WMI_PROVIDER,
    .flags = WDF_TYPE_NO_DELETE,
};

static struct wdf_wmi_provider *provider_of(WDFWMIPROVIDER handle, PCSTR function)
{
    return (struct wdf_wmi_provider *)wdf_object_of(handle, &wdf_type_wmi_provider, function);
}

static NTSTATUS check_config(const WDF_WMI_PROVIDER_CONFIG *config)
{
    static const GUID none = {0};
    ULONG flags = config->Flags, i;

    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (IsEqualGUID(&config->Guid, &none) || (flags & ~(ULONG)WdfWmiProviderValidFlags))
        return STATUS_INVALID_PARAMETER;
    if ((flags & WdfWmiProviderTracing) && flags != WdfWmiProviderTracing)
        return STATUS_INVALID_PARAMETER;
    if (config->EvtWmiProviderFunctionControl &&
        !(flags & (WdfWmiProviderTracing | WdfWmiProviderExpensive)))
        return STATUS_INVALID_PARAMETER;
    for (i = 0; i < RTL_NUMBER_OF(own_classes); i++)
        if (IsEqualGUID(&config->Guid, &own_classes[i]))
            return STATUS_WMI_GUID_DISCONNECTED;
    return STATUS_SUCCESS;
}

/*
 * Puts the provider on the device's list unless there is one of its GUID: that is no failure, but
 * nobody sees the second.
 */
static NTSTATUS insert(struct wdf_wmi *wmi, struct wdf_wmi_provider *provider)
{
    NTSTATUS status = wmi->is_gone ? STATUS_INVALID_DEVICE_STATE : STATUS_SUCCESS;
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    for (entry = wmi->providers.Flink; entry != &wmi->providers; entry = entry->Flink) {
        struct wdf_wmi_provider *other = CONTAINING_RECORD(entry, struct wdf_wmi_provider, link);

        if (IsEqualGUID(&other->config.Guid, &provider->config.Guid))
            status = STATUS_OBJECT_NAME_EXISTS;
    }
    if (status == STATUS_SUCCESS)
        InsertTailList(&wmi->providers, &provider->link);
    KeReleaseSpinLock(&wmi->lock, irql);
    return status;
}

static VOID take_back(struct wdf_wmi *wmi, struct wdf_wmi_provider *provider)
{
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    RemoveEntryList(&provider->link);
    KeReleaseSpinLock(&wmi->lock, irql);
}

NTSTATUS wdf_make_wmi_provider(struct wdf_device *device, const WDF_WMI_PROVIDER_CONFIG *config,
                               PWDF_OBJECT_ATTRIBUTES attributes,
                               struct wdf_wmi_provider **provider)
{
    struct wdf_wmi *wmi;
    PVOID object;
    NTSTATUS status = check_config(config), committed = STATUS_SUCCESS;

    if (NT_SUCCESS(status))
        status = wdf_check_attributes(attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (!NT_SUCCESS(status))
        return status;
    wmi = wmi_of(device);
    if (!wmi)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = wdf_allocate_object(device->object.globals, &wdf_type_wmi_provider, sizeof(**provider),
                                 attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    *provider = object;
    InitializeListHead(&(*provider)->instances);
    (*provider)->config = *config;
    status = insert(wmi, *provider);
    if (NT_SUCCESS(status))
        committed = wdf_commit_object(&(*provider)->object, &device->object);
    if (NT_SUCCESS(status) && NT_SUCCESS(committed))
        return status;
    if (status == STATUS_SUCCESS)
        take_back(wmi, *provider);
    wdf_discard_object(&(*provider)->object);
    return NT_SUCCESS(status) ? committed : status;
}

NTSTATUS NTAPI imp_WdfWmiProviderCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                        PWDF_WMI_PROVIDER_CONFIG WmiProviderConfig,
                                        PWDF_OBJECT_ATTRIBUTES ProviderAttributes,
                                        WDFWMIPROVIDER *WmiProvider)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_wmi_provider *provider;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(WmiProviderConfig);
    WDF_REQUIRE(WmiProvider);
    *WmiProvider = NULL;
    status = wdf_make_wmi_provider(device, WmiProviderConfig, ProviderAttributes, &provider);
    if (!NT_SUCCESS(status))
        return status;
    wdf_wmi_changed(device);
    *WmiProvider = wdf_handle_of(provider);
    return status;
}

WDFDEVICE NTAPI imp_WdfWmiProviderGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFWMIPROVIDER WmiProvider)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(provider_of(WmiProvider, __func__)->object.device);
}

BOOLEAN NTAPI imp_WdfWmiProviderIsEnabled(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFWMIPROVIDER WmiProvider,
                                          WDF_WMI_PROVIDER_CONTROL ProviderControl)
{
    struct wdf_wmi_provider *provider = provider_of(WmiProvider, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (ProviderControl != WdfWmiEventControl && ProviderControl != WdfWmiInstanceControl)
        return FALSE;
    return provider->enabled[ProviderControl - WdfWmiEventControl];
}

ULONGLONG NTAPI imp_WdfWmiProviderGetTracingHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFWMIPROVIDER WmiProvider)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    provider_of(WmiProvider, __func__);
    /* There are no sessions: WPP's messages go to the log. */
    return 0;
}
