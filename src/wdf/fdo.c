/*
 * Function drivers and filters: AddDevice, and what only their inits have.
 */
#include "driver.h"
#include "pnp.h"

static struct wdf_fdo_init *fdo_init_of(PWDFDEVICE_INIT init)
{
    if (!init->fdo)
        init->fdo =
            ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*init->fdo), init->globals->seen.DriverTag);
    return init->fdo;
}

VOID wdf_free_fdo_init(PWDFDEVICE_INIT init)
{
    if (init->fdo)
        ExFreePool(init->fdo);
    init->fdo = NULL;
}

/* A filter that does not work must not keep the device from working. */
static NTSTATUS take_back(struct wdf_device *device, NTSTATUS status)
{
    BOOLEAN is_filter = device->config.is_filter;

    wdf_reference(&device->object);
    wdf_pnp_event(device, WDF_PNP_REMOVE, NULL);
    wdf_remove_local_target(device);
    wdf_remove_device(device);
    wdf_dereference(&device->object);
    return is_filter ? STATUS_SUCCESS : status;
}

NTSTATUS NTAPI wdf_add_device(PDRIVER_OBJECT driver_object, PDEVICE_OBJECT pdo)
{
    struct wdf_driver *driver = wdf_find_driver(driver_object);
    PWDFDEVICE_INIT init;
    NTSTATUS status;

    if (!driver || !driver->config.EvtDriverDeviceAdd)
        return STATUS_UNSUCCESSFUL;
    init = wdf_make_init(driver, WDF_DEVICE_FDO);
    if (!init)
        return STATUS_INSUFFICIENT_RESOURCES;
    init->is_lent = TRUE;
    init->pdo = pdo;
    status = driver->config.EvtDriverDeviceAdd(wdf_handle_of(driver), init);
    if (!init->created) {
        if (init->config.is_filter)
            status = STATUS_SUCCESS;
    } else if (NT_SUCCESS(status)) {
        init->created->device_object->Flags &= ~DO_DEVICE_INITIALIZING;
    } else {
        status = take_back(init->created, status);
    }
    wdf_free_init(init);
    return status;
}

/* Only for the init of a device that is attached to a stack. */
static BOOLEAN may_change(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init, PCSTR function)
{
    if (!wdf_check_irql(wdf_globals_of(globals), function, PASSIVE_LEVEL) ||
        !wdf_may_change_init(init, function))
        return FALSE;
    if (wdf_is_fdo(&init->config))
        return TRUE;
    wdf_misuse(wdf_globals_of(globals), function, "not the init of a function or filter device");
    return FALSE;
}

PDEVICE_OBJECT NTAPI imp_WdfFdoInitWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        PWDFDEVICE_INIT DeviceInit)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DeviceInit);
    return wdf_is_fdo(&DeviceInit->config) ? DeviceInit->pdo : NULL;
}

VOID NTAPI imp_WdfFdoInitSetFilter(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit)
{
    WDF_REQUIRE(DeviceInit);
    if (!may_change(DriverGlobals, DeviceInit, __func__))
        return;
    DeviceInit->config.kind = WDF_DEVICE_FILTER;
    DeviceInit->config.is_filter = TRUE;
}

VOID NTAPI imp_WdfFdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           PWDFDEVICE_INIT DeviceInit,
                                           PWDF_FDO_EVENT_CALLBACKS FdoEventCallbacks)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_fdo_init *fdo;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(FdoEventCallbacks);
    if (!may_change(DriverGlobals, DeviceInit, __func__))
        return;
    if (FdoEventCallbacks->Size != sizeof(*FdoEventCallbacks)) {
        wdf_misuse(globals, __func__, "WDF_FDO_EVENT_CALLBACKS.Size is %u, not %u",
                   FdoEventCallbacks->Size, (ULONG)sizeof(*FdoEventCallbacks));
        return;
    }
    if (FdoEventCallbacks->EvtDeviceFilterAddResourceRequirements &&
        !FdoEventCallbacks->EvtDeviceRemoveAddedResources) {
        wdf_misuse(globals, __func__,
                   "resources that are added must be removed: no EvtDeviceRemoveAddedResources");
        return;
    }
    fdo = fdo_init_of(DeviceInit);
    if (fdo)
        fdo->callbacks = *FdoEventCallbacks;
    else
        DeviceInit->is_short_of_memory = TRUE;
}

VOID NTAPI imp_WdfFdoInitSetDefaultChildListConfig(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit, PWDF_CHILD_LIST_CONFIG Config,
    PWDF_OBJECT_ATTRIBUTES DefaultChildListAttributes)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_fdo_init *fdo;

    WDF_REQUIRE(DeviceInit);
    WDF_REQUIRE(Config);
    if (!may_change(DriverGlobals, DeviceInit, __func__))
        return;
    if (!NT_SUCCESS(wdf_check_child_list_config(Config)) ||
        !NT_SUCCESS(
            wdf_check_attributes(DefaultChildListAttributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED))) {
        wdf_misuse(globals, __func__, "the configuration or the attributes do not suit a list");
        return;
    }
    fdo = fdo_init_of(DeviceInit);
    if (!fdo) {
        DeviceInit->is_short_of_memory = TRUE;
        return;
    }
    fdo->child_list = *Config;
    if (DefaultChildListAttributes)
        fdo->child_list_attributes = *DefaultChildListAttributes;
}

NTSTATUS wdf_start_children(struct wdf_device *device, PWDFDEVICE_INIT init)
{
    struct wdf_fdo_init *fdo = init->fdo;
    PWDF_OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;

    if (!device->fdo)
        return STATUS_SUCCESS;
    status = wdf_make_static_list(device);
    if (!NT_SUCCESS(status) || !fdo || !fdo->child_list.Size)
        return status;
    attributes = fdo->child_list_attributes.Size ? &fdo->child_list_attributes : NULL;
    return wdf_make_child_list(device, &fdo->child_list, attributes, &device->fdo->default_list);
}
