/*
 * WDFDRIVER: the root of everything that a driver creates.
 */
#include "driver.h"

#include "device.h"
#include "text.h"

#define UMDF_MAJOR 2
#define TAG_DRIVER_TAG ' kdD' /* what ExAllocatePool uses: no tag of a driver's own */

static VOID destroy_driver(struct wdf_object *object)
{
    wdf_free_string(&((struct wdf_driver *)object)->registry_path);
}

const struct wdf_type wdf_type_driver = {
    .name = "WDFDRIVER",
    .number = WDF_TYPE_NUMBER_DRIVER,
    .flags = WDF_TYPE_NO_DELETE | WDF_TYPE_PASSIVE,
    .destroy = destroy_driver,
};

static NTSTATUS check_config(struct wdf_globals *globals, PCUNICODE_STRING registry_path,
                             const WDF_DRIVER_CONFIG *config)
{
    const ULONG known =
        WdfDriverInitNonPnpDriver | WdfDriverInitNoDispatchOverride | WdfDriverInitCompanion;

    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (config->DriverInitFlags & ~known)
        return STATUS_INVALID_PARAMETER;
    if (!wdf_check_irql(globals, "WdfDriverCreate", PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!NT_SUCCESS(wdf_check_string(registry_path)))
        return STATUS_INVALID_PARAMETER;
    if (globals->driver)
        return STATUS_DRIVER_INTERNAL_ERROR;
    return STATUS_SUCCESS;
}

static NTSTATUS check_callbacks(const WDF_DRIVER_CONFIG *config, PWDF_OBJECT_ATTRIBUTES attributes)
{
    ULONG flags = config->DriverInitFlags;

    if (!(flags & WdfDriverInitNoDispatchOverride) && (flags & WdfDriverInitNonPnpDriver) &&
        config->EvtDriverDeviceAdd)
        return STATUS_INVALID_PARAMETER;
    return wdf_check_attributes(attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED |
                                                WDF_ATTRIBUTES_LEVEL_ALLOWED |
                                                WDF_ATTRIBUTES_SCOPE_ALLOWED);
}

static NTSTATUS initialize(struct wdf_driver *driver, PDRIVER_OBJECT driver_object,
                           PCUNICODE_STRING registry_path, const WDF_DRIVER_CONFIG *config)
{
    driver->driver_object = driver_object;
    driver->config = *config;
    if (driver->object.execution_level == WdfExecutionLevelInheritFromParent)
        driver->object.execution_level = WdfExecutionLevelDispatch;
    if (driver->object.synchronization_scope == WdfSynchronizationScopeInheritFromParent)
        driver->object.synchronization_scope = WdfSynchronizationScopeNone;
    return wdf_copy_string(driver->object.globals, registry_path, &driver->registry_path);
}

/* From here on the driver's IRPs and devices are the framework's. */
static VOID take_over(struct wdf_driver *driver)
{
    PDRIVER_OBJECT object = driver->driver_object;
    ULONG i, flags = driver->config.DriverInitFlags;

    if (flags & WdfDriverInitNoDispatchOverride)
        return;
    object->DriverExtension->AddDevice = flags & WdfDriverInitNonPnpDriver ? NULL : wdf_add_device;
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        object->MajorFunction[i] = wdf_dispatch;
}

static NTSTATUS create(struct wdf_globals *globals, PDRIVER_OBJECT driver_object,
                       PCUNICODE_STRING registry_path, PWDF_OBJECT_ATTRIBUTES attributes,
                       const WDF_DRIVER_CONFIG *config)
{
    struct wdf_driver *driver;
    PVOID object;
    NTSTATUS status;

    if (config->DriverPoolTag && config->DriverPoolTag != TAG_DRIVER_TAG)
        globals->seen.DriverTag = config->DriverPoolTag;
    status = wdf_allocate_object(globals, &wdf_type_driver, sizeof(*driver), attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    driver = object;
    status = initialize(driver, driver_object, registry_path, config);
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&driver->object);
        return status;
    }
    wdf_commit_object(&driver->object, NULL);
    take_over(driver);
    globals->driver = driver;
    globals->seen.Driver = wdf_handle_of(driver);
    globals->seen.DriverFlags |= config->DriverInitFlags;
    return status;
}

NTSTATUS NTAPI imp_WdfDriverCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PDRIVER_OBJECT DriverObject,
                                   PCUNICODE_STRING RegistryPath,
                                   PWDF_OBJECT_ATTRIBUTES DriverAttributes,
                                   PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    NTSTATUS status;

    WDF_REQUIRE(DriverObject);
    WDF_REQUIRE(RegistryPath);
    WDF_REQUIRE(DriverConfig);
    status = check_config(globals, RegistryPath, DriverConfig);
    if (!NT_SUCCESS(status))
        return status;
    if (Driver)
        *Driver = NULL;
    status = check_callbacks(DriverConfig, DriverAttributes);
    if (NT_SUCCESS(status))
        status = create(globals, DriverObject, RegistryPath, DriverAttributes, DriverConfig);
    if (NT_SUCCESS(status) && Driver)
        *Driver = globals->seen.Driver;
    return status;
}

PWSTR NTAPI imp_WdfDriverGetRegistryPath(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver)
{
    struct wdf_driver *driver = WDF_GET(struct wdf_driver, wdf_type_driver, Driver);

    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return NULL;
    return driver->registry_path.Buffer;
}

PDRIVER_OBJECT NTAPI imp_WdfDriverWdmGetDriverObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                     WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return WDF_GET(struct wdf_driver, wdf_type_driver, Driver)->driver_object;
}

WDFDRIVER NTAPI imp_WdfWdmDriverGetWdfDriverHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   PDRIVER_OBJECT DriverObject)
{
    struct wdf_driver *driver;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(DriverObject);
    driver = wdf_find_driver(DriverObject);
    return driver ? wdf_handle_of(driver) : NULL;
}

NTSTATUS NTAPI imp_WdfDriverRegisterTraceInfo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              PDRIVER_OBJECT DriverObject,
                                              PFN_WDF_TRACE_CALLBACK EvtTraceCallback,
                                              PVOID ControlBlock)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(EvtTraceCallback);
    UNREFERENCED_PARAMETER(ControlBlock);
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS NTAPI imp_WdfDriverRetrieveVersionString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDRIVER Driver, WDFSTRING String)
{
    static const UNICODE_STRING kernel = RTL_STRING(L"Kernel Mode Driver Framework version 1.33");
    static const UNICODE_STRING user = RTL_STRING(L"User Mode Driver Framework version 2.33");
    const struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_string *string;

    WDF_GET(struct wdf_driver, wdf_type_driver, Driver);
    string = WDF_GET(struct wdf_string, wdf_type_string, String);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    return wdf_assign_string(string, globals->is_user ? &user : &kernel);
}

BOOLEAN NTAPI
imp_WdfDriverIsVersionAvailable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver,
                                PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams)
{
    WDF_GET(struct wdf_driver, wdf_type_driver, Driver);
    WDF_REQUIRE(VersionAvailableParams);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return FALSE;
    if (VersionAvailableParams->Size != sizeof(*VersionAvailableParams))
        return FALSE;
    return VersionAvailableParams->MajorVersion ==
               (wdf_globals_of(DriverGlobals)->is_user ? UMDF_MAJOR : KMDF_VERSION_MAJOR) &&
           VersionAvailableParams->MinorVersion <= KMDF_VERSION_MINOR;
}

NTSTATUS NTAPI imp_WdfDriverErrorReportApiMissing(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDRIVER Driver, PCWSTR FrameworkExtensionName,
                                                  ULONG ApiIndex, BOOLEAN DoesApiReturnNtstatus)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    WDF_GET(struct wdf_driver, wdf_type_driver, Driver);
    if (!DoesApiReturnNtstatus || globals->is_verifier_on)
        wdf_violation(WDF_API_UNAVAILABLE, 0, 0, __func__, "function %u of %S does not exist",
                      ApiIndex, FrameworkExtensionName ? FrameworkExtensionName : L"the framework");
    return STATUS_PROCEDURE_NOT_FOUND;
}

VOID NTAPI imp_WdfDriverMiniportUnload(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_driver *driver = WDF_GET(struct wdf_driver, wdf_type_driver, Driver);

    if (!(driver->config.DriverInitFlags & WdfDriverInitNoDispatchOverride)) {
        wdf_misuse(globals, __func__, "the driver is no miniport");
        return;
    }
    wdf_delete_driver(globals);
}
