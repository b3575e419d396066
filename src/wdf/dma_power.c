/*
 * Enablers while their device goes into D0, and out of it.
 */
#include "dma.h"

/* The device's enabler at a position, referenced; NULL: there are not so many. */
static struct wdf_dma_enabler *enabler_at(struct wdf_device *device, ULONG position)
{
    struct wdf_dma_enabler *found = NULL;
    PLIST_ENTRY link;
    KIRQL irql;

    KeAcquireSpinLock(&device->object.lock, &irql);
    link = device->dma_enablers.Flink;
    while (link != &device->dma_enablers && position--)
        link = link->Flink;
    if (link != &device->dma_enablers) {
        found = CONTAINING_RECORD(link, struct wdf_dma_enabler, link);
        wdf_reference(&found->object);
    }
    KeReleaseSpinLock(&device->object.lock, irql);
    return found;
}

static NTSTATUS call(EVT_WDF_DMA_ENABLER_FILL *callback, struct wdf_dma_enabler *enabler)
{
    return callback ? callback(wdf_handle_of(enabler)) : STATUS_SUCCESS;
}

static NTSTATUS power_up(struct wdf_dma_enabler *enabler)
{
    const WDF_DMA_ENABLER_CONFIG *config = &enabler->config;
    NTSTATUS status;

    enabler->power = WDF_DMA_FILL_FAILED;
    status = call(config->EvtDmaEnablerFill, enabler);
    if (!NT_SUCCESS(status))
        return status;
    enabler->power = WDF_DMA_ENABLE_FAILED;
    status = call(config->EvtDmaEnablerEnable, enabler);
    if (!NT_SUCCESS(status))
        return status;
    enabler->power = WDF_DMA_START_FAILED;
    status = call(config->EvtDmaEnablerSelfManagedIoStart, enabler);
    if (NT_SUCCESS(status))
        enabler->power = WDF_DMA_UP;
    return status;
}

/* What failed on the way up is not taken back; of several failures here the first counts. */
static NTSTATUS power_down(struct wdf_dma_enabler *enabler)
{
    const WDF_DMA_ENABLER_CONFIG *config = &enabler->config;
    enum wdf_dma_power power = enabler->power;
    NTSTATUS status, next;

    enabler->power = WDF_DMA_DOWN;
    if (power == WDF_DMA_DOWN)
        return STATUS_SUCCESS;
    status = call(config->EvtDmaEnablerSelfManagedIoStop, enabler);
    next =
        power != WDF_DMA_FILL_FAILED ? call(config->EvtDmaEnablerDisable, enabler) : STATUS_SUCCESS;
    status = NT_SUCCESS(status) ? next : status;
    next =
        power > WDF_DMA_ENABLE_FAILED ? call(config->EvtDmaEnablerFlush, enabler) : STATUS_SUCCESS;
    return NT_SUCCESS(status) ? next : status;
}

NTSTATUS wdf_disable_dma(struct wdf_device *device)
{
    struct wdf_dma_enabler *enabler;
    NTSTATUS status = STATUS_SUCCESS;

    for (ULONG i = 0; (enabler = enabler_at(device, i)); i++) {
        NTSTATUS one = power_down(enabler);

        wdf_dereference(&enabler->object);
        status = NT_SUCCESS(status) ? one : status;
    }
    return status;
}

NTSTATUS wdf_enable_dma(struct wdf_device *device)
{
    struct wdf_dma_enabler *enabler;
    NTSTATUS status = STATUS_SUCCESS;

    for (ULONG i = 0; NT_SUCCESS(status) && (enabler = enabler_at(device, i)); i++) {
        status = power_up(enabler);
        wdf_dereference(&enabler->object);
    }
    if (!NT_SUCCESS(status))
        wdf_disable_dma(device);
    return status;
}
