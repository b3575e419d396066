/*
 * WMI instances: one block of a provider's class.
 */
#include "driver.h"
#include "wmi.h"

#include <wmilib.h>

static struct wdf_device *device_of(const struct wdf_wmi_instance *instance)
{
    return instance->provider->object.device;
}

ULONG wdf_wmi_instance_count(const struct wdf_wmi_provider *provider)
{
    const LIST_ENTRY *entry;
    ULONG count = 0;

    for (entry = provider->instances.Flink; entry != &provider->instances; entry = entry->Flink)
        count++;
    return count;
}

struct wdf_wmi_instance *wdf_wmi_instance_at(struct wdf_wmi_provider *provider, ULONG index)
{
    struct wdf_wmi *wmi = provider->object.device->wmi;
    struct wdf_wmi_instance *instance = NULL;
    PLIST_ENTRY entry;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    entry = provider->instances.Flink;
    while (index && entry != &provider->instances) {
        entry = entry->Flink;
        index--;
    }
    if (entry != &provider->instances) {
        instance = CONTAINING_RECORD(entry, struct wdf_wmi_instance, link);
        wdf_reference(&instance->object);
    }
    KeReleaseSpinLock(&wmi->lock, irql);
    return instance;
}

/* FALSE: it is registered, or is not, already. */
static BOOLEAN set_registered(struct wdf_wmi_instance *instance, BOOLEAN becomes)
{
    struct wdf_wmi *wmi = device_of(instance)->wmi;
    BOOLEAN was;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    was = !IsListEmpty(&instance->link);
    if (was && !becomes) {
        RemoveEntryList(&instance->link);
        InitializeListHead(&instance->link);
    } else if (!was && becomes) {
        InsertTailList(&instance->provider->instances, &instance->link);
    }
    KeReleaseSpinLock(&wmi->lock, irql);
    return was != becomes;
}

static VOID dispose_instance(struct wdf_object *object)
{
    struct wdf_wmi_instance *instance = (struct wdf_wmi_instance *)object;

    if (instance->provider && set_registered(instance, FALSE))
        wdf_wmi_changed(device_of(instance));
}

const struct wdf_type wdf_type_wmi_instance = {
    .name = "WDFWMIINSTANCE",
    .number = WDF_TYPE_NUMBER_WMI_INSTANCE,
    .dispose = dispose_instance,
};

static struct wdf_wmi_instance *instance_of(WDFWMIINSTANCE handle, PCSTR function)
{
    return (struct wdf_wmi_instance *)wdf_object_of(handle, &wdf_type_wmi_instance, function);
}

/* ---- creation ---- */

static BOOLEAN has_callbacks(const WDF_WMI_INSTANCE_CONFIG *config)
{
    return config->EvtWmiInstanceQueryInstance || config->EvtWmiInstanceSetInstance ||
           config->EvtWmiInstanceSetItem || config->EvtWmiInstanceExecuteMethod;
}

static NTSTATUS check_config(const WDF_WMI_INSTANCE_CONFIG *config)
{
    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!config->Provider == !config->ProviderConfig)
        return STATUS_INVALID_PARAMETER;
    if (config->ProviderConfig && config->ProviderConfig->Size != sizeof(*config->ProviderConfig))
        return STATUS_INFO_LENGTH_MISMATCH;
    return STATUS_SUCCESS;
}

static NTSTATUS check_with_provider(const WDF_WMI_INSTANCE_CONFIG *config,
                                    const WDF_WMI_PROVIDER_CONFIG *provider,
                                    const WDF_OBJECT_ATTRIBUTES *attributes)
{
    const WDF_OBJECT_CONTEXT_TYPE_INFO *type = attributes ? attributes->ContextTypeInfo : NULL;

    if ((provider->Flags & WdfWmiProviderEventOnly) &&
        (has_callbacks(config) || config->UseContextForQuery))
        return STATUS_INVALID_PARAMETER;
    if (config->UseContextForQuery && (config->EvtWmiInstanceQueryInstance || !type))
        return STATUS_INVALID_PARAMETER;
    if (config->UseContextForQuery && type->ContextSize < provider->MinInstanceBufferSize)
        return STATUS_BUFFER_TOO_SMALL;
    if (config->Register && (provider->Flags & WdfWmiProviderTracing))
        return STATUS_INVALID_DEVICE_REQUEST;
    return STATUS_SUCCESS;
}

static NTSTATUS allocate_instance(struct wdf_globals *globals,
                                  const WDF_WMI_INSTANCE_CONFIG *config,
                                  PWDF_OBJECT_ATTRIBUTES attributes,
                                  struct wdf_wmi_instance **instance)
{
    PVOID object;
    NTSTATUS status = wdf_allocate_object(globals, &wdf_type_wmi_instance, sizeof(**instance),
                                          attributes, &object);

    if (!NT_SUCCESS(status))
        return status;
    *instance = object;
    InitializeListHead(&(*instance)->link);
    (*instance)->config = *config;
    if (config->UseContextForQuery)
        (*instance)->context = attributes->ContextTypeInfo;
    return status;
}

/* A provider, once made, stays as long as the device does: so it is the last thing that can fail.
 */
static NTSTATUS make_instance(struct wdf_device *device, const WDF_WMI_INSTANCE_CONFIG *config,
                              PWDF_OBJECT_ATTRIBUTES attributes, struct wdf_wmi_instance **instance)
{
    const WDF_WMI_PROVIDER_CONFIG *provider_config = config->ProviderConfig;
    struct wdf_wmi_provider *provider = NULL;
    NTSTATUS status;

    if (config->Provider) {
        provider = WDF_GET(struct wdf_wmi_provider, wdf_type_wmi_provider, config->Provider);
        provider_config = &provider->config;
    }
    status = check_with_provider(config, provider_config, attributes);
    if (NT_SUCCESS(status))
        status = allocate_instance(device->object.globals, config, attributes, instance);
    if (!NT_SUCCESS(status))
        return status;
    if (!provider)
        status = wdf_make_wmi_provider(device, provider_config, NULL, &provider);
    if (NT_SUCCESS(status)) {
        (*instance)->provider = provider;
        status = wdf_commit_object(&(*instance)->object, &provider->object);
    }
    if (!NT_SUCCESS(status))
        wdf_discard_object(&(*instance)->object);
    return status;
}

NTSTATUS NTAPI imp_WdfWmiInstanceCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                        PWDF_WMI_INSTANCE_CONFIG InstanceConfig,
                                        PWDF_OBJECT_ATTRIBUTES InstanceAttributes,
                                        WDFWMIINSTANCE *Instance)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_wmi_instance *instance;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(InstanceConfig);
    if (Instance)
        *Instance = NULL;
    status = check_config(InstanceConfig);
    if (NT_SUCCESS(status))
        status = wdf_check_attributes(InstanceAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (NT_SUCCESS(status))
        status = make_instance(device, InstanceConfig, InstanceAttributes, &instance);
    if (!NT_SUCCESS(status))
        return status;
    if (InstanceConfig->Register)
        set_registered(instance, TRUE);
    wdf_wmi_changed(device);
    if (Instance)
        *Instance = wdf_handle_of(instance);
    return status;
}

/* ---- what a driver does with it ---- */

NTSTATUS NTAPI imp_WdfWmiInstanceRegister(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFWMIINSTANCE WmiInstance)
{
    struct wdf_wmi_instance *instance = instance_of(WmiInstance, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (device_of(instance)->wmi->is_gone)
        return STATUS_INVALID_DEVICE_STATE;
    if ((instance->provider->config.Flags & WdfWmiProviderTracing) ||
        !set_registered(instance, TRUE))
        return STATUS_INVALID_DEVICE_REQUEST;
    wdf_wmi_changed(device_of(instance));
    return STATUS_SUCCESS;
}

VOID NTAPI imp_WdfWmiInstanceDeregister(PWDF_DRIVER_GLOBALS DriverGlobals,
                                        WDFWMIINSTANCE WmiInstance)
{
    struct wdf_wmi_instance *instance = instance_of(WmiInstance, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return;
    if (set_registered(instance, FALSE))
        wdf_wmi_changed(device_of(instance));
}

WDFDEVICE NTAPI imp_WdfWmiInstanceGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFWMIINSTANCE WmiInstance)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(device_of(instance_of(WmiInstance, __func__)));
}

WDFWMIPROVIDER NTAPI imp_WdfWmiInstanceGetProvider(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFWMIINSTANCE WmiInstance)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(instance_of(WmiInstance, __func__)->provider);
}

static ULONG index_of(struct wdf_wmi_instance *instance)
{
    struct wdf_wmi *wmi = device_of(instance)->wmi;
    PLIST_ENTRY head = &instance->provider->instances, entry;
    ULONG index = 0;
    KIRQL irql;

    KeAcquireSpinLock(&wmi->lock, &irql);
    for (entry = head->Flink; entry != head && entry != &instance->link; entry = entry->Flink)
        index++;
    KeReleaseSpinLock(&wmi->lock, irql);
    return index;
}

NTSTATUS NTAPI imp_WdfWmiInstanceFireEvent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFWMIINSTANCE WmiInstance, ULONG EventDataSize,
                                           PVOID EventData)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_wmi_instance *instance = instance_of(WmiInstance, __func__);
    PVOID copy = NULL;

    if (!wdf_check_irql(globals, __func__, APC_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!EventData)
        EventDataSize = 0;
    if (EventDataSize) {
        copy = ExAllocatePoolWithTag(NonPagedPoolNx, EventDataSize, globals->seen.DriverTag);
        if (!copy)
            return STATUS_INSUFFICIENT_RESOURCES;
        RtlCopyMemory(copy, EventData, EventDataSize);
    }
    return WmiFireEvent(device_of(instance)->device_object, &instance->provider->config.Guid,
                        index_of(instance), EventDataSize, copy);
}
