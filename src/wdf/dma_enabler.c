/*
 * WDFDMAENABLER: what a device can do in DMA.
 */
#include "dma.h"

#include "driver.h"

static VOID put_adapters(struct wdf_dma_enabler *enabler)
{
    for (ULONG i = 0; i < RTL_NUMBER_OF(enabler->adapters); i++) {
        PDMA_ADAPTER adapter = enabler->adapters[i].adapter;
        enabler->adapters[i].adapter = NULL;
        if (adapter)
            adapter->DmaOperations->PutDmaAdapter(adapter);
    }
}

/* Transactions and common buffers have been disposed of; those referenced hold nothing of it. */
static VOID dispose_enabler(struct wdf_object *object)
{
    struct wdf_dma_enabler *enabler = (struct wdf_dma_enabler *)object;
    struct wdf_object *device = &object->device->object;
    KIRQL irql;

    KeAcquireSpinLock(&device->lock, &irql);
    RemoveEntryList(&enabler->link);
    InitializeListHead(&enabler->link);
    KeReleaseSpinLock(&device->lock, irql);
    put_adapters(enabler);
}

const struct wdf_type wdf_type_dma_enabler = {
    .name = "WDFDMAENABLER",
    .number = WDF_TYPE_NUMBER_DMA_ENABLER,
    .flags = WDF_TYPE_PASSIVE,
    .dispose = dispose_enabler,
};

/* ---- Adapters ----------------------------------------------------------------------- */

static NTSTATUS open_adapter(struct wdf_dma_enabler *enabler, struct wdf_dma_adapter *adapter,
                             DEVICE_DESCRIPTION *description)
{
    SIZE_T maximum = enabler->config.MaximumLength;

    /* The oldest driver gets the newest adapter: that does what the older ones do. */
    description->Version = DEVICE_DESCRIPTION_VERSION3;
    description->MaximumLength = (ULONG)maximum;
    adapter->adapter =
        IoGetDmaAdapter(enabler->object.device->pdo, description, &adapter->registers);
    if (!adapter->adapter)
        return STATUS_UNSUCCESSFUL;
    adapter->fragment = min(maximum, (SIZE_T)(adapter->registers - 1) << PAGE_SHIFT);
    return adapter->adapter->DmaOperations->CalculateScatterGatherList(
        adapter->adapter, NULL, NULL, adapter->registers << PAGE_SHIFT, &adapter->list_bytes, NULL);
}

static NTSTATUS open_master(struct wdf_dma_enabler *enabler, ULONG bits)
{
    DEVICE_DESCRIPTION description = {
        .Master = TRUE,
        .ScatterGather = enabler->is_scatter_gather,
        .Dma32BitAddresses = TRUE,
        .Dma64BitAddresses = bits > 32,
        .DmaAddressWidth = bits,
        .InterfaceType = PCIBus,
    };
    PDEVICE_OBJECT device = enabler->object.device->device_object;
    NTSTATUS status;

    status = open_adapter(enabler, &enabler->adapters[0], &description);
    if (NT_SUCCESS(status) && enabler->is_duplex)
        status = open_adapter(enabler, &enabler->adapters[1], &description);
    if (!NT_SUCCESS(status) || !enabler->is_scatter_gather)
        return status;
    ULONG alignment =
        enabler->adapters[0].adapter->DmaOperations->GetDmaAlignment(enabler->adapters[0].adapter);
    enabler->alignment = max(device->AlignmentRequirement, alignment - 1);
    return status;
}

/* ---- Making one ----------------------------------------------------------------------- */

/* What the profiles are; the index is WDF_DMA_PROFILE. */
static const struct profile {
    UCHAR bits;
    BOOLEAN is_scatter_gather, is_duplex, is_system;
} profiles[] = {
    [WdfDmaProfilePacket] = {.bits = 32},
    [WdfDmaProfileScatterGather] = {.bits = 32, .is_scatter_gather = TRUE},
    [WdfDmaProfilePacket64] = {.bits = 64},
    [WdfDmaProfileScatterGather64] = {.bits = 64, .is_scatter_gather = TRUE},
    [WdfDmaProfileScatterGatherDuplex] = {.bits = 32, .is_scatter_gather = TRUE, .is_duplex = TRUE},
    [WdfDmaProfileScatterGather64Duplex] = {.bits = 64,
                                            .is_scatter_gather = TRUE,
                                            .is_duplex = TRUE},
    [WdfDmaProfileSystem] = {.is_system = TRUE},
    [WdfDmaProfileSystemDuplex] = {.is_system = TRUE, .is_duplex = TRUE},
};

/* STATUS_INVALID_PARAMETER: the profile cannot be like that. *bits: of the device's addresses. */
static NTSTATUS configure(struct wdf_dma_enabler *enabler, PCSTR function, PULONG bits)
{
    const WDF_DMA_ENABLER_CONFIG *config = &enabler->config;
    const struct profile *profile = &profiles[config->Profile];

    *bits = profile->bits;
    enabler->is_scatter_gather = profile->is_scatter_gather;
    enabler->is_duplex = profile->is_duplex;
    enabler->is_system = profile->is_system;
    enabler->maximum_elements = WDF_DMA_ENABLER_UNLIMITED_FRAGMENTS;
    enabler->version = profile->is_system ? 3 : 2;
    if (config->AddressWidthOverride) {
        if (config->AddressWidthOverride > profile->bits)
            goto wrong;
        *bits = config->AddressWidthOverride;
        enabler->version = 3;
    }
    if (config->WdmDmaVersionOverride) {
        if (config->WdmDmaVersionOverride < enabler->version || config->WdmDmaVersionOverride > 3)
            goto wrong;
        enabler->version = config->WdmDmaVersionOverride;
    }
    enabler->requires_single =
        (config->Flags & WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER) != 0;
    if (!enabler->requires_single || enabler->version == 3)
        return STATUS_SUCCESS;

wrong:
    wdf_misuse(enabler->object.globals, function,
               "profile %u has no address width %u, WDM DMA version %u, flags 0x%X",
               config->Profile, config->AddressWidthOverride, config->WdmDmaVersionOverride,
               config->Flags);
    return STATUS_INVALID_PARAMETER;
}

static BOOLEAN descends_from(const struct wdf_object *object, const struct wdf_object *ancestor)
{
    while (object && object != ancestor)
        object = object->parent;
    return object != NULL;
}

static NTSTATUS check_config(const WDF_DMA_ENABLER_CONFIG *config)
{
    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (config->Profile <= WdfDmaProfileInvalid || config->Profile > WdfDmaProfileSystemDuplex ||
        !config->MaximumLength)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static VOID join_device(struct wdf_dma_enabler *enabler, struct wdf_device *device)
{
    KIRQL irql;

    KeAcquireSpinLock(&device->object.lock, &irql);
    InsertTailList(&device->dma_enablers, &enabler->link);
    KeReleaseSpinLock(&device->object.lock, irql);
}

NTSTATUS NTAPI imp_WdfDmaEnablerCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                       PWDF_DMA_ENABLER_CONFIG Config,
                                       PWDF_OBJECT_ATTRIBUTES Attributes,
                                       WDFDMAENABLER *DmaEnablerHandle)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_dma_enabler *enabler;
    struct wdf_object *parent;
    PVOID object;
    NTSTATUS status;
    ULONG bits;

    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    WDF_REQUIRE(Config);
    WDF_REQUIRE(DmaEnablerHandle);
    *DmaEnablerHandle = NULL;
    status = wdf_check_attributes(Attributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    parent = wdf_parent_of(Attributes, &device->object);
    if (!descends_from(parent, &device->object))
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    status = check_config(Config);
    if (!NT_SUCCESS(status))
        return status;
    status =
        wdf_allocate_object(globals, &wdf_type_dma_enabler, sizeof(*enabler), Attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    enabler = object;
    enabler->config = *Config;
    enabler->object.device = device;
    status = configure(enabler, __func__, &bits);
    if (NT_SUCCESS(status) && !enabler->is_system)
        status = open_master(enabler, bits);
    if (!NT_SUCCESS(status)) {
        put_adapters(enabler);
        wdf_discard_object(&enabler->object);
        return status;
    }
    join_device(enabler, device);
    status = wdf_commit_object(&enabler->object, parent);
    if (!NT_SUCCESS(status)) {
        dispose_enabler(&enabler->object);
        wdf_discard_object(&enabler->object);
        return status;
    }
    *DmaEnablerHandle = wdf_handle_of(enabler);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDmaEnablerConfigureSystemProfile(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDMAENABLER DmaEnabler,
                                                       PWDF_DMA_SYSTEM_PROFILE_CONFIG ProfileConfig,
                                                       WDF_DMA_DIRECTION ConfigDirection)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_dma_enabler *enabler = wdf_dma_enabler_of(DmaEnabler, __func__);
    struct wdf_dma_adapter *adapter;
    DEVICE_DESCRIPTION description = {.InterfaceType = Internal};

    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!ProfileConfig || !ProfileConfig->DmaDescriptor || !wdf_is_dma_direction(ConfigDirection))
        return STATUS_INVALID_PARAMETER;
    if (ProfileConfig->Size != sizeof(*ProfileConfig))
        return STATUS_INFO_LENGTH_MISMATCH;
    adapter = wdf_dma_adapter_for(enabler, ConfigDirection);
    if (!enabler->is_system || adapter->adapter) {
        wdf_misuse(globals, __func__, "WDFDMAENABLER 0x%p has profile %u, or is configured",
                   DmaEnabler, enabler->config.Profile);
        return enabler->is_system ? STATUS_INVALID_PARAMETER : STATUS_INVALID_DEVICE_REQUEST;
    }
    description.DemandMode = ProfileConfig->DemandMode;
    description.AutoInitialize = ProfileConfig->LoopedTransfer;
    description.DmaWidth = ProfileConfig->DmaWidth;
    description.DeviceAddress = ProfileConfig->DeviceAddress;
    description.DmaChannel = ProfileConfig->DmaDescriptor->u.Dma.Channel;
    description.DmaRequestLine = ProfileConfig->DmaDescriptor->u.Dma.Port;
    return open_adapter(enabler, adapter, &description);
}

/* ---- Limits ------------------------------------------------------------------------------ */

size_t NTAPI imp_WdfDmaEnablerGetMaximumLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDMAENABLER DmaEnabler)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_enabler_of(DmaEnabler, __func__)->config.MaximumLength;
}

size_t NTAPI imp_WdfDmaEnablerGetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                              WDFDMAENABLER DmaEnabler)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_enabler_of(DmaEnabler, __func__)->maximum_elements;
}

VOID NTAPI imp_WdfDmaEnablerSetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                            WDFDMAENABLER DmaEnabler,
                                                            size_t MaximumFragments)
{
    struct wdf_dma_enabler *enabler = wdf_dma_enabler_of(DmaEnabler, __func__);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return;
    if (MaximumFragments)
        enabler->maximum_elements = MaximumFragments;
}

size_t NTAPI imp_WdfDmaEnablerGetFragmentLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMAENABLER DmaEnabler,
                                                WDF_DMA_DIRECTION DmaDirection)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_adapter_for(wdf_dma_enabler_of(DmaEnabler, __func__), DmaDirection)->fragment;
}

PDMA_ADAPTER NTAPI imp_WdfDmaEnablerWdmGetDmaAdapter(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDMAENABLER DmaEnabler,
                                                     WDF_DMA_DIRECTION DmaDirection)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_dma_adapter_for(wdf_dma_enabler_of(DmaEnabler, __func__), DmaDirection)->adapter;
}
