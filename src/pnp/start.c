/*
 * Starting and stopping the room, and what others ask of it.
 */
#include "pnpp.h"
#include "../io/inspect.h"
#include "../io/interrupt.h"

static NTSTATUS remove_all(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    pnp_remove_all();
    pnp_root_stop();
    return STATUS_SUCCESS;
}

/* io_on_stop's: the drivers are still there. */
static VOID stop_devices(VOID)
{
    pnp_user_end();
    if (pnp.root)
        pnp_call(remove_all, NULL);
    pnp_stop_reflector();
    pnp_thread_stop();
}

NTSTATUS pnp_start(VOID)
{
    memset(&pnp, 0, sizeof(pnp));
    KeInitializeSpinLock(&pnp.lock);
    ExInitializeFastMutex(&pnp.tree_lock);
    pnp_thread_initialize();
    pnp_interface_start();
    pnp_notify_start();
    pnp_user_start();
    pnp_power_start();
    pnp_packages_start();
    io_on_stop(stop_devices);
    io_on_device_idle(pnp_device_idle);
    io_on_resources(pnp_resources_of);
    pnp_inspect_start();
    return STATUS_SUCCESS;
}

VOID pnp_stop(VOID)
{
    io_inspect_stop();
    io_on_device_idle(NULL);
    pnp_thread_stop();
    pnp_packages_stop();
    pnp_power_stop();
    pnp_user_stop();
    pnp_notify_stop();
}

/* ---- adding ----------------------------------------------------------------------------- */

/* The key that `devcon install` makes before the device is there. */
static NTSTATUS write_key(const struct pnp_path *instance, PCWSTR hardware_id, PCWSTR service)
{
    SIZE_T bytes = (pnp_length(hardware_id) + 1) * sizeof(WCHAR);
    PWSTR ids = pnp_allocate(bytes + sizeof(WCHAR));
    struct pnp_path key;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    pnp_enum_key_of(&key, &instance->name, NULL);
    if (ids) {
        memcpy(ids, hardware_id, bytes);
        status =
            pnp_set_data(&key, L"HardwareID", REG_MULTI_SZ, ids, (ULONG)(bytes + sizeof(WCHAR)));
    }
    if (NT_SUCCESS(status) && service)
        status = pnp_set_text(&key, L"Service", REG_SZ, service);
    pnp_free(ids);
    return status;
}

NTSTATUS pnp_add_root_node(PCWSTR device, PCWSTR hardware_id, PCWSTR service,
                           PUNICODE_STRING instance, struct pnp_reason *reason)
{
    struct pnp_path path;
    struct pnp_node *node;
    PDEVICE_OBJECT pdo;
    NTSTATUS status = pnp_root_start();

    if (NT_SUCCESS(status))
        status = pnp_root_add(device, &path, &pdo);
    if (!NT_SUCCESS(status))
        return status;
    status = write_key(&path, hardware_id, service);
    pnp_take_children(pnp.root);
    node = pnp_node_of(pdo);
    if (!node)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status))
        status = pnp_start_node(node, reason);
    if (NT_SUCCESS(status) && node->state != PNP_STARTED)
        status = pnp_explain(reason, STATUS_PLUGPLAY_NO_DEVICE, "device %wZ: %s", &node->instance,
                             pnp_problem_text(node->problem));
    if (instance && node->instance.Length)
        pnp_give_string(instance, &node->instance);
    pnp_node_dereference(node);
    return status;
}

/* What is asked for, as the PnP thread gets it. */
struct order {
    PCUNICODE_STRING name;
    PUNICODE_STRING instance;
    PDRIVER_OBJECT driver;
    enum pnp_removal how;
    struct pnp_reason *reason;
};

static PWSTR terminated(PCUNICODE_STRING string)
{
    UNICODE_STRING copy;

    return NT_SUCCESS(pnp_copy_string(&copy, string)) ? copy.Buffer : NULL;
}

static NTSTATUS add_device(PVOID context)
{
    struct order *order = context;
    PWSTR id = terminated(order->name);
    PCWSTR class_name = id ? pnp_class_of_id(id) : NULL;
    NTSTATUS status;

    if (!id)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (class_name)
        status = pnp_add_root_node(class_name, id, NULL, order->instance, order->reason);
    else
        status =
            pnp_explain(order->reason, STATUS_NO_SUCH_DEVICE,
                        "no INF that was given has hardware id %wZ in its Models", order->name);
    pnp_free(id);
    return status;
}

NTSTATUS pnp_add_device(PCUNICODE_STRING hardware_id, PUNICODE_STRING instance,
                        struct pnp_reason *reason)
{
    struct order order = {.name = hardware_id, .instance = instance, .reason = reason};

    return pnp_call(add_device, &order);
}

static NTSTATUS add_driver_device(PVOID context)
{
    struct order *order = context;
    PWSTR service = terminated(&order->driver->DriverExtension->ServiceKeyName);
    struct pnp_path id;
    NTSTATUS status;

    if (!service)
        return STATUS_INSUFFICIENT_RESOURCES;
    pnp_path_start(&id, L"ROOT\\");
    pnp_path_add_text(&id, service);
    status = NT_SUCCESS(id.status)
                 ? pnp_add_root_node(service, id.text, service, NULL, order->reason)
                 : id.status;
    pnp_free(service);
    return status;
}

NTSTATUS pnp_add_driver_device(PDRIVER_OBJECT driver, struct pnp_reason *reason)
{
    struct order order = {.driver = driver, .reason = reason};

    return pnp_call(add_driver_device, &order);
}

/* ---- removing, and starting again ------------------------------------------------------- */

/* Takes an uninstalled device of the root bus away; another stays on its bus, without a stack. */
static VOID forget(struct pnp_node *node, BOOLEAN deletes_key)
{
    struct pnp_path key;

    if (!pnp_root_withdraw(node->pdo))
        return;
    pnp_enumerate(pnp.root);
    pnp_enum_key(&key, node, NULL);
    if (deletes_key && NT_SUCCESS(key.status))
        cm_delete_key(&key.name);
}

static VOID set_disabled(struct pnp_node *node, BOOLEAN is_disabled)
{
    struct pnp_path key;
    ULONG flags;

    pnp_enum_key(&key, node, NULL);
    flags = pnp_get_number(&key, L"ConfigFlags", 0) & ~CONFIGFLAG_DISABLED;
    pnp_set_number(&key, L"ConfigFlags", flags | (is_disabled ? CONFIGFLAG_DISABLED : 0));
}

/* Written while there are no devices. */
static BOOLEAN (*on_unplug)(PDEVICE_OBJECT pdo);

VOID pnp_on_unplug(BOOLEAN (*unplug)(PDEVICE_OBJECT pdo))
{
    on_unplug = unplug;
}

/* Its bus, if it can, has it no more; else it acts as if it were not there. */
static VOID pull_out(struct pnp_node *node)
{
    if (pnp_is_root_device(node->pdo))
        forget(node, FALSE);
    else if (on_unplug && on_unplug(node->pdo))
        pnp_enumerate(node->parent);
    else
        pnp_surprise_remove(node, CM_PROB_DEVICE_NOT_THERE);
}

static NTSTATUS remove_as(struct pnp_node *node, enum pnp_removal how, struct pnp_reason *reason)
{
    NTSTATUS status = STATUS_SUCCESS;

    switch (how) {
    case PNP_REMOVE:
        status = pnp_query_remove(node, CM_PROB_WILL_BE_REMOVED, reason);
        if (NT_SUCCESS(status))
            forget(node, TRUE);
        return status;
    case PNP_SURPRISE_REMOVE:
        pull_out(node);
        return STATUS_SUCCESS;
    case PNP_EJECT:
        return pnp_eject(node, reason);
    case PNP_DISABLE:
        if (node->flags & PNP_DEVICE_NOT_DISABLEABLE)
            return pnp_explain(reason, STATUS_PLUGPLAY_QUERY_VETOED,
                               "device %wZ says that it cannot be disabled", &node->instance);
        status = pnp_query_remove(node, CM_PROB_DISABLED, reason);
        if (NT_SUCCESS(status))
            set_disabled(node, TRUE);
        return status;
    }
    return STATUS_INVALID_PARAMETER;
}

static NTSTATUS remove_device(PVOID context)
{
    struct order *order = context;
    struct pnp_node *node;
    NTSTATUS status = pnp_find_node(order->name, &node, order->reason);

    if (!NT_SUCCESS(status))
        return status;
    status = remove_as(node, order->how, order->reason);
    pnp_node_dereference(node);
    return status;
}

NTSTATUS pnp_remove_device(PCUNICODE_STRING name, enum pnp_removal how, struct pnp_reason *reason)
{
    struct order order = {.name = name, .how = how, .reason = reason};

    return pnp_call(remove_device, &order);
}

NTSTATUS pnp_device_problem(PDEVICE_OBJECT pdo, struct pnp_reason *reason)
{
    struct pnp_node *node = pnp_node_of(pdo);
    NTSTATUS status = STATUS_SUCCESS;

    if (!node)
        return STATUS_NO_SUCH_DEVICE;
    if (node->problem && node->problem != CM_PROB_FAILED_INSTALL)
        status = pnp_explain(reason, node->problem_status, "device %wZ: %s", &node->instance,
                             pnp_problem_text(node->problem));
    pnp_node_dereference(node);
    return status;
}

/* A device that the driver serves, other than as its bus; referenced, or NULL. */
static struct pnp_node *node_of_driver(PDRIVER_OBJECT driver)
{
    PDEVICE_OBJECT devices[32];
    struct pnp_node *found = NULL, *node;
    ULONG count, i;

    /* As many as there is room for, if there are more. */
    IoEnumerateDeviceObjectList(driver, devices, sizeof(devices), &count);
    for (i = 0; i < min(count, RTL_NUMBER_OF(devices)); i++) {
        node = found ? NULL : pnp_node_of_stack(devices[i]);
        if (node && node->pdo != devices[i] && !pnp_is_root(node))
            found = node;
        else if (node)
            pnp_node_dereference(node);
        ObDereferenceObject(devices[i]);
    }
    return found;
}

static NTSTATUS remove_driver(PVOID context)
{
    struct order *order = context;
    struct pnp_node *node;
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status) && (node = node_of_driver(order->driver))) {
        status = remove_as(node, PNP_REMOVE, order->reason);
        pnp_node_dereference(node);
    }
    return status;
}

NTSTATUS pnp_remove_driver(PDRIVER_OBJECT driver, struct pnp_reason *reason)
{
    struct order order = {.driver = driver, .reason = reason};
    NTSTATUS status;

    /* It is unloaded with its last device. */
    ObReferenceObject(driver);
    status = pnp_call(remove_driver, &order);
    ObDereferenceObject(driver);
    return status;
}

static NTSTATUS enable_device(PVOID context)
{
    struct order *order = context;
    struct pnp_node *node;
    NTSTATUS status = pnp_find_node(order->name, &node, order->reason);

    if (!NT_SUCCESS(status))
        return status;
    set_disabled(node, FALSE);
    status = pnp_start_node(node, order->reason);
    pnp_node_dereference(node);
    return status;
}

NTSTATUS pnp_enable_device(PCUNICODE_STRING name, struct pnp_reason *reason)
{
    struct order order = {.name = name, .reason = reason};

    return pnp_call(enable_device, &order);
}
