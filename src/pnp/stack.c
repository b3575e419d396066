/*
 * A device's stack: the drivers that its keys name, the lowest first, each asked to add its
 * device on top of what is there.
 */
#include "pnpp.h"
#include "umdf.h"
#include "../io/services.h"

enum { START_DISABLED = 4 /* SERVICE_DISABLED */ };

/* A driver that could not be loaded, as the problem that its device then has. */
static ULONG load_problem(NTSTATUS status)
{
    switch (status) {
    case STATUS_OBJECT_NAME_NOT_FOUND:
    case STATUS_PROCEDURE_NOT_FOUND:
    case STATUS_DRIVER_UNABLE_TO_LOAD:
        return CM_PROB_DRIVER_FAILED_LOAD;
    case STATUS_INSUFFICIENT_RESOURCES:
        return CM_PROB_OUT_OF_MEMORY;
    default:
        return CM_PROB_FAILED_DRIVER_ENTRY;
    }
}

static NTSTATUS fail(struct pnp_node *node, ULONG problem, NTSTATUS status)
{
    pnp_set_problem(node, problem, status);
    return status;
}

static PDRIVER_INITIALIZE reflector_entry;
static VOID (*reflector_stop)(VOID);

VOID pnp_set_reflector(PDRIVER_INITIALIZE entry, VOID (*stop)(VOID))
{
    reflector_entry = entry;
    reflector_stop = stop;
}

VOID pnp_stop_reflector(VOID)
{
    if (reflector_stop)
        reflector_stop();
}

static BOOLEAN is_reflector(PCWSTR image)
{
    PCWSTR leaf = image + pnp_length(image);

    while (leaf > image && leaf[-1] != L'\\' && leaf[-1] != L'/')
        leaf--;
    return reflector_entry && pnp_same_text(leaf, PNP_UMDF_REFLECTOR);
}

/* It is part of the kernel, whatever the service is called. */
static NTSTATUS make_reflector(PCUNICODE_STRING service, PDRIVER_OBJECT *driver)
{
    struct pnp_path name;

    pnp_path_start(&name, L"\\Driver\\");
    pnp_path_add(&name, service);
    if (!NT_SUCCESS(name.status))
        return name.status;
    name.status = IoCreateDriver(&name.name, reflector_entry);
    return NT_SUCCESS(name.status) ? io_find_driver(service, driver) : name.status;
}

static NTSTATUS load_service(struct pnp_node *node, PCUNICODE_STRING service,
                             const struct pnp_path *key, PDRIVER_OBJECT *driver,
                             struct pnp_reason *reason)
{
    CHAR path[1024], why[IO_REASON_BYTES] = "";
    PWSTR image = pnp_get_text(key, L"ImagePath");
    SIZE_T length;
    NTSTATUS status;

    if (!image)
        return pnp_explain(
            reason, fail(node, CM_PROB_DRIVER_SERVICE_KEY_INVALID, STATUS_ILL_FORMED_SERVICE_ENTRY),
            "device %wZ: its service %wZ has no ImagePath: no INF has an "
            "AddService for it",
            &node->instance, service);
    if (is_reflector(image)) {
        pnp_free(image);
        return make_reflector(service, driver);
    }
    length = rtl_utf8_from_utf16(path, sizeof(path) - 1, image, pnp_length(image) * sizeof(WCHAR));
    path[min(length, sizeof(path) - 1)] = 0;
    pnp_free(image);
    status = io_load_driver(service, path, NULL, why, sizeof(why));
    if (NT_SUCCESS(status))
        status = io_find_driver(service, driver);
    if (NT_SUCCESS(status))
        return status;
    return pnp_explain(reason, fail(node, load_problem(status), status), "device %wZ: %s",
                       &node->instance, why);
}

/* The driver of a service, referenced; loaded if it is not. */
static NTSTATUS find_driver(struct pnp_node *node, PCUNICODE_STRING service, PDRIVER_OBJECT *driver,
                            struct pnp_reason *reason)
{
    struct pnp_path key;

    if (NT_SUCCESS(io_find_driver(service, driver)))
        return STATUS_SUCCESS;
    pnp_service_key(&key, service, NULL);
    if (pnp_get_number(&key, L"Start", 0) == START_DISABLED)
        return pnp_explain(reason, fail(node, CM_PROB_DISABLED_SERVICE, STATUS_PLUGPLAY_NO_DEVICE),
                           "device %wZ: its service %wZ is disabled", &node->instance, service);
    return load_service(node, service, &key, driver, reason);
}

static VOID report_initializing(PDRIVER_OBJECT driver, PDEVICE_OBJECT top)
{
    if (top->DriverObject == driver && (top->Flags & DO_DEVICE_INITIALIZING))
        rtl_log("driver %wZ: its AddDevice left DO_DEVICE_INITIALIZING set, so that nobody can "
                "open the device or attach to it",
                &driver->DriverName);
}

static NTSTATUS add_device(struct pnp_node *node, PCUNICODE_STRING service,
                           struct pnp_reason *reason)
{
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT top;
    NTSTATUS status = find_driver(node, service, &driver, reason);

    if (!NT_SUCCESS(status))
        return status;
    if (!driver->DriverExtension->AddDevice) {
        status = pnp_explain(reason, fail(node, CM_PROB_FAILED_ADD, STATUS_INVALID_DEVICE_REQUEST),
                             "device %wZ: driver %wZ has no AddDevice: it is no PnP driver",
                             &node->instance, service);
        goto out;
    }
    status = driver->DriverExtension->AddDevice(driver, node->pdo);
    if (!NT_SUCCESS(status)) {
        pnp_explain(reason, fail(node, CM_PROB_FAILED_ADD, status),
                    "device %wZ: AddDevice of driver %wZ returned 0x%08X (%s)", &node->instance,
                    service, status,
                    rtl_status_name(status) ? rtl_status_name(status) : "no known name");
        goto out;
    }
    driver->DriverExtension->Count++;
    top = IoGetAttachedDeviceReference(node->pdo);
    report_initializing(driver, top);
    ObDereferenceObject(top);
out:
    ObDereferenceObject(driver);
    return status;
}

static NTSTATUS add_list(struct pnp_node *node, const struct pnp_path *key, PCWSTR value,
                         struct pnp_reason *reason)
{
    PWSTR list = pnp_get_text(key, value);
    UNICODE_STRING service;
    NTSTATUS status = STATUS_SUCCESS;
    PCWSTR name;

    for (name = list; name && *name && NT_SUCCESS(status); name = pnp_list_next(name)) {
        RtlInitUnicodeString(&service, name);
        status = add_device(node, &service, reason);
    }
    pnp_free(list);
    return status;
}

/* The key of the device's setup class; its name is not to be used if it has none. */
static VOID class_key_of(const struct pnp_path *key, struct pnp_path *class_key)
{
    UNICODE_STRING guid = {0};
    PWSTR text = pnp_get_text(key, L"ClassGUID");

    if (text)
        RtlInitUnicodeString(&guid, text);
    pnp_class_key(class_key, &guid);
    if (!text)
        class_key->status = STATUS_OBJECT_NAME_NOT_FOUND;
    pnp_free(text);
}

static NTSTATUS add_all(struct pnp_node *node, const struct pnp_path *key, PCWSTR service,
                        struct pnp_reason *reason)
{
    struct pnp_path class_key;
    UNICODE_STRING name;
    NTSTATUS status;

    class_key_of(key, &class_key);
    status = add_list(node, key, L"LowerFilters", reason);
    if (NT_SUCCESS(status))
        status = add_list(node, &class_key, L"LowerFilters", reason);
    if (NT_SUCCESS(status) && service) {
        RtlInitUnicodeString(&name, service);
        status = add_device(node, &name, reason);
    }
    if (NT_SUCCESS(status))
        status = add_list(node, key, L"UpperFilters", reason);
    if (NT_SUCCESS(status))
        status = add_list(node, &class_key, L"UpperFilters", reason);
    return status;
}

NTSTATUS pnp_build_stack(struct pnp_node *node, struct pnp_reason *reason)
{
    struct pnp_path key;
    PWSTR service;
    NTSTATUS status;

    pnp_enum_key(&key, node, NULL);
    service = pnp_get_text(&key, L"Service");
    if (!service && !node->capabilities.RawDeviceOK)
        return pnp_explain(reason, fail(node, CM_PROB_FAILED_INSTALL, STATUS_PLUGPLAY_NO_DEVICE),
                           "device %wZ has no driver: no INF has its hardware id %S in its Models",
                           &node->instance, node->hardware_ids ? node->hardware_ids : L"(none)");
    io_block_device(node->pdo, TRUE);
    status = add_all(node, &key, service, reason);
    pnp_free(service);
    pnp_set_state(node, PNP_STACKED);
    if (!NT_SUCCESS(status))
        pnp_remove_stack(node);
    return status;
}
