/*
 * What a driver asks of a device: its WDM faces, its names, what belongs to it.
 */
#include "device.h"
#include "driver.h"
#include "pnp.h"
#include "text.h"

WDFDEVICE NTAPI imp_WdfWdmDeviceGetWdfDeviceHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PDEVICE_OBJECT DeviceObject)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DeviceObject);
    return wdf_handle_of(wdf_device_of_object(DeviceObject));
}

PDEVICE_OBJECT NTAPI imp_WdfDeviceWdmGetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_device_of(Device, __func__)->device_object;
}

PDEVICE_OBJECT NTAPI imp_WdfDeviceWdmGetAttachedDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_device_of(Device, __func__)->attached;
}

PDEVICE_OBJECT NTAPI imp_WdfDeviceWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                       WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_device_of(Device, __func__)->pdo;
}

WDFDRIVER NTAPI imp_WdfDeviceGetDriver(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_handle_of(wdf_driver_of(&wdf_device_of(Device, __func__)->object));
}

/* Only a device that is attached to others has one. */
WDFIOTARGET NTAPI imp_WdfDeviceGetIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->local_target ? wdf_handle_of(device->local_target) : NULL;
}

/* With WdfDeviceInitAllowSelfIoTarget. */
WDFIOTARGET NTAPI imp_WdfDeviceGetSelfIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->self_target ? wdf_handle_of(device->self_target) : NULL;
}

VOID NTAPI imp_WdfDeviceSetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                           ULONG DeviceCharacteristics)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_device_of(Device, __func__)->device_object->Characteristics =
        DeviceCharacteristics | FILE_DEVICE_SECURE_OPEN;
}

ULONG NTAPI imp_WdfDeviceGetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_device_of(Device, __func__)->device_object->Characteristics;
}

ULONG NTAPI imp_WdfDeviceGetAlignmentRequirement(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_device_of(Device, __func__)->device_object->AlignmentRequirement;
}

VOID NTAPI imp_WdfDeviceSetAlignmentRequirement(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                                ULONG AlignmentRequirement)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_device_of(Device, __func__)->device_object->AlignmentRequirement = AlignmentRequirement;
}

NTSTATUS NTAPI imp_WdfDeviceRetrieveDeviceName(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               WDFSTRING String)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_string *string;

    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    string = WDF_GET(struct wdf_string, wdf_type_string, String);
    if (!device->config.name.Buffer)
        return STATUS_INVALID_PARAMETER;
    return wdf_assign_string(string, &device->config.name);
}

NTSTATUS NTAPI imp_WdfDeviceAssignMofResourceName(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDEVICE Device,
                                                  PCUNICODE_STRING MofResourceName)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    NTSTATUS status;

    WDF_REQUIRE(MofResourceName);
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_string(MofResourceName);
    if (!NT_SUCCESS(status))
        return status;
    if (device->mof_resource.Buffer)
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_copy_string(globals, MofResourceName, &device->mof_resource);
}

/* A device without a name of its own is linked to by its PDO's. */
static NTSTATUS name_of_pdo(struct wdf_device *device, PUNICODE_STRING name)
{
    ULONG bytes = 0;
    PWSTR text;
    NTSTATUS status;

    if (!device->pdo)
        return STATUS_INVALID_DEVICE_STATE;
    status =
        IoGetDeviceProperty(device->pdo, DevicePropertyPhysicalDeviceObjectName, 0, NULL, &bytes);
    if (status != STATUS_BUFFER_TOO_SMALL && !NT_SUCCESS(status))
        return status;
    if (bytes < sizeof(WCHAR))
        return STATUS_INVALID_DEVICE_STATE;
    if (bytes > MAXUSHORT)
        return STATUS_INTEGER_OVERFLOW;
    text = ExAllocatePool2(POOL_FLAG_NON_PAGED, bytes, device->object.globals->seen.DriverTag);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    name->Buffer = text;
    name->MaximumLength = (USHORT)bytes;
    name->Length = (USHORT)(bytes - sizeof(WCHAR));
    return IoGetDeviceProperty(device->pdo, DevicePropertyPhysicalDeviceObjectName, bytes, text,
                               &bytes);
}

static NTSTATUS create_link(struct wdf_device *device, PCUNICODE_STRING link)
{
    UNICODE_STRING name = {0};
    NTSTATUS status = STATUS_SUCCESS;

    if (device->config.name.Buffer)
        status = wdf_copy_string(device->object.globals, &device->config.name, &name);
    else
        status = name_of_pdo(device, &name);
    if (NT_SUCCESS(status))
        status = wdf_copy_string(device->object.globals, link, &device->symbolic_link);
    if (NT_SUCCESS(status)) {
        status = IoCreateSymbolicLink(&device->symbolic_link, &name);
        if (!NT_SUCCESS(status))
            wdf_free_string(&device->symbolic_link);
    }
    wdf_free_string(&name);
    return status;
}

NTSTATUS NTAPI imp_WdfDeviceCreateSymbolicLink(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                               PCUNICODE_STRING SymbolicLinkName)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    NTSTATUS status;

    WDF_REQUIRE(SymbolicLinkName);
    if (!SymbolicLinkName->Length || !wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = wdf_check_string(SymbolicLinkName);
    if (!NT_SUCCESS(status))
        return status;
    if (device->symbolic_link.Buffer)
        return STATUS_INVALID_DEVICE_REQUEST;
    return create_link(device, SymbolicLinkName);
}

WDF_DEVICE_PNP_STATE NTAPI imp_WdfDeviceGetDevicePnpState(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return device->pnp ? __atomic_load_n(&device->pnp->state, __ATOMIC_RELAXED)
                       : WdfDevStatePnpObjectCreated;
}
