/*
 * What UMDF drivers alone may ask of a device.
 */
#include "device.h"
#include "pnp.h"

#define EVENT_HEADER FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer)

static NTSTATUS post(struct wdf_device *device, const GUID *event, const VOID *data, ULONG bytes)
{
    TARGET_DEVICE_CUSTOM_NOTIFICATION *notification;
    NTSTATUS status;

    if (bytes > MAXUSHORT - EVENT_HEADER)
        return STATUS_INVALID_PARAMETER;
    notification =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, max(EVENT_HEADER + bytes, sizeof(*notification)),
                        device->object.globals->seen.DriverTag);
    if (!notification)
        return STATUS_INSUFFICIENT_RESOURCES;
    notification->Version = 1;
    notification->Size = (USHORT)(EVENT_HEADER + bytes);
    notification->Event = *event;
    notification->NameBufferOffset = -1;
    if (bytes)
        RtlCopyMemory(notification->CustomDataBuffer, data, bytes);
    status = IoReportTargetDeviceChangeAsynchronous(device->pdo, notification, NULL, NULL);
    ExFreePool(notification);
    return status == STATUS_PENDING ? STATUS_SUCCESS : status;
}

NTSTATUS NTAPI imp_WdfDevicePostEvent(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                      REFGUID EventGuid, WDF_EVENT_TYPE WdfEventType, BYTE *Data,
                                      ULONG DataSizeCb)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    WDF_REQUIRE(EventGuid);
    if (DataSizeCb)
        WDF_REQUIRE(Data);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (WdfEventType != WdfEventBroadcast)
        return STATUS_INVALID_PARAMETER;
    return post(device, EventGuid, Data, DataSizeCb);
}
