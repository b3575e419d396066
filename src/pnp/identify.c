/*
 * What a new device says about itself, and the key that remembers it.
 */
#include "pnpp.h"

/* MAX_DEVICE_ID_LEN: characters of an instance path, with the terminator. */
#define MAX_INSTANCE 200

/* ---- ids -------------------------------------------------------------------------------- */

/* A copy of what a driver answered, in the room's own pool; frees the answer. */
static PWSTR adopt_list(PWSTR answer)
{
    PWSTR copy = NULL;

    if (answer) {
        copy = pnp_allocate(pnp_list_bytes(answer));
        if (copy)
            memcpy(copy, answer, pnp_list_bytes(answer));
        ExFreePool(answer);
    }
    return copy;
}

/* No blanks, no commas, nothing unprintable; a backslash only where is_path. */
static BOOLEAN is_valid_id(PCWSTR id, BOOLEAN is_path)
{
    if (!*id)
        return FALSE;
    for (; *id; id++)
        if (*id <= L' ' || *id > 0x7F || *id == L',' || (*id == L'\\' && !is_path))
            return FALSE;
    return TRUE;
}

/*
 * "BUS\DEVICE\INSTANCE". An instance id that is unique only below its parent gets a prefix that
 * tells parents apart.
 */
static NTSTATUS make_instance(struct pnp_node *node, PCWSTR device, PCWSTR instance)
{
    struct pnp_path path;
    UNICODE_STRING name;
    ULONG hash = 0;

    pnp_path_start(&path, device);
    pnp_path_add_text(&path, L"\\");
    if (!node->capabilities.UniqueID) {
        RtlHashUnicodeString(&node->parent->instance, TRUE, HASH_STRING_ALGORITHM_X65599, &hash);
        pnp_path_format(&path, "1&%08x&0", hash);
        if (instance)
            pnp_path_add_text(&path, L"&");
    }
    pnp_path_add_text(&path, instance);
    if (!NT_SUCCESS(path.status) || path.name.Length / sizeof(WCHAR) >= MAX_INSTANCE)
        return STATUS_PNP_INVALID_ID;
    pnp_upcase(path.text);
    if (NT_SUCCESS(pnp_copy_string(&name, &path.name))) {
        ExAcquireFastMutex(&pnp.tree_lock);
        node->instance = name;
        ExReleaseFastMutex(&pnp.tree_lock);
        return STATUS_SUCCESS;
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS name_node(struct pnp_node *node)
{
    PWSTR device = NULL, instance = NULL;
    NTSTATUS status = pnp_query_id(node->pdo, BusQueryDeviceID, &device);

    if (!NT_SUCCESS(status) || !device || !is_valid_id(device, TRUE)) {
        rtl_log("driver %wZ: its device %p has %s device id: IRP_MN_QUERY_ID, BusQueryDeviceID",
                &node->pdo->DriverObject->DriverName, node->pdo, device ? "an invalid" : "no");
        status = STATUS_PNP_INVALID_ID;
        goto out;
    }
    pnp_query_capabilities(node->pdo, &node->capabilities);
    pnp_query_id(node->pdo, BusQueryInstanceID, &instance);
    if (instance && !is_valid_id(instance, FALSE)) {
        rtl_log("driver %wZ: device %S has an invalid instance id: %S",
                &node->pdo->DriverObject->DriverName, device, instance);
        status = STATUS_PNP_INVALID_ID;
        goto out;
    }
    status = make_instance(node, device, instance);
out:
    if (device)
        ExFreePool(device);
    if (instance)
        ExFreePool(instance);
    return status;
}

/* ---- the key ---------------------------------------------------------------------------- */

static VOID remember_list(const struct pnp_path *key, PCWSTR value, PCWSTR list)
{
    if (list)
        pnp_set_data(key, value, REG_MULTI_SZ, list, (ULONG)pnp_list_bytes(list));
}

static VOID query_ids(struct pnp_node *node, const struct pnp_path *key)
{
    PWSTR answer;

    if (NT_SUCCESS(pnp_query_id(node->pdo, BusQueryHardwareIDs, &answer)))
        node->hardware_ids = adopt_list(answer);
    if (NT_SUCCESS(pnp_query_id(node->pdo, BusQueryCompatibleIDs, &answer)))
        node->compatible_ids = adopt_list(answer);
    remember_list(key, L"HardwareID", node->hardware_ids);
    remember_list(key, L"CompatibleIDs", node->compatible_ids);
    if (!node->hardware_ids)
        node->hardware_ids = pnp_get_text(key, L"HardwareID");
    if (!node->compatible_ids)
        node->compatible_ids = pnp_get_text(key, L"CompatibleIDs");
}

static VOID remember_text(struct pnp_node *node, const struct pnp_path *key, DEVICE_TEXT_TYPE type,
                          PCWSTR value, BOOLEAN keeps_old)
{
    PWSTR text, old = keeps_old ? pnp_get_text(key, value) : NULL;

    if (!old && NT_SUCCESS(pnp_query_text(node->pdo, type, &text)) && text) {
        pnp_set_text(key, value, REG_SZ, text);
        ExFreePool(text);
    }
    pnp_free(old);
}

static VOID remember_container(struct pnp_node *node, const struct pnp_path *key)
{
    /* What is no part of a container is one with the computer. */
    static const WCHAR computer[] = L"{00000000-0000-0000-ffff-ffffffffffff}";
    PWSTR id = NULL;

    pnp_query_id(node->pdo, BusQueryContainerID, &id);
    pnp_set_text(key, L"ContainerID", REG_SZ, id && *id ? id : computer);
    if (id)
        ExFreePool(id);
}

static ULONG capability_bits(const DEVICE_CAPABILITIES *from)
{
    /* CM_DEVCAP_* */
    return from->LockSupported << 0 | from->EjectSupported << 1 | from->Removable << 2 |
           from->DockDevice << 3 | from->UniqueID << 4 | from->SilentInstall << 5 |
           from->RawDeviceOK << 6 | from->SurpriseRemovalOK << 7 | from->HardwareDisabled << 8 |
           from->NonDynamic << 9;
}

VOID pnp_refresh_capabilities(struct pnp_node *node)
{
    DEVICE_CAPABILITIES capabilities;
    struct pnp_path key;

    if (!NT_SUCCESS(pnp_query_capabilities(node->pdo, &capabilities)))
        return;
    ExAcquireFastMutex(&pnp.tree_lock);
    node->capabilities = capabilities;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_enum_key(&key, node, NULL);
    pnp_set_number(&key, L"Capabilities", capability_bits(&capabilities));
    if (capabilities.Address != MAXULONG)
        pnp_set_number(&key, L"Address", capabilities.Address);
    if (capabilities.UINumber != MAXULONG)
        pnp_set_number(&key, L"UINumber", capabilities.UINumber);
}

VOID pnp_query_requirements(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_RESOURCE_REQUIREMENTS};
    PIO_RESOURCE_REQUIREMENTS_LIST wanted = NULL, before = node->requirements;
    ULONG_PTR answer = 0;

    if (NT_SUCCESS(pnp_send(node->pdo, &location, &answer)) && answer) {
        wanted = pnp_copy_requirements((PIO_RESOURCE_REQUIREMENTS_LIST)answer);
        ExFreePool((PVOID)answer);
    }
    ExAcquireFastMutex(&pnp.tree_lock);
    node->requirements = wanted;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_free(before);
}

static VOID query_resources(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_RESOURCES};
    ULONG_PTR answer = 0;

    /* pnp_assign_resources copies what the drivers then make of it. */
    if (NT_SUCCESS(pnp_send(node->pdo, &location, &answer)) && answer) {
        node->boot_resources = pnp_copy_resources((PCM_RESOURCE_LIST)answer);
        ExFreePool((PVOID)answer);
    }
}

static VOID query_bus(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_QUERY_BUS_INFORMATION};
    ULONG_PTR answer = 0;

    if (!NT_SUCCESS(pnp_send(node->pdo, &location, &answer)) || !answer)
        return;
    ExAcquireFastMutex(&pnp.tree_lock);
    node->bus = *(PPNP_BUS_INFORMATION)answer;
    node->has_bus = TRUE;
    ExReleaseFastMutex(&pnp.tree_lock);
    ExFreePool((PVOID)answer);
}

NTSTATUS pnp_identify(struct pnp_node *node)
{
    struct pnp_node *other;
    struct pnp_path key;
    NTSTATUS status = name_node(node);

    if (!NT_SUCCESS(status)) {
        pnp_set_problem(node, CM_PROB_INVALID_DATA, status);
        return status;
    }
    pnp_enum_key(&key, node, NULL);
    status = NT_SUCCESS(key.status) ? cm_create_key(&key.name) : key.status;
    if (NT_SUCCESS(status)) {
        query_ids(node, &key);
        remember_text(node, &key, DeviceTextDescription, L"DeviceDesc", TRUE);
        remember_text(node, &key, DeviceTextLocationInformation, L"LocationInformation", FALSE);
        remember_container(node, &key);
        pnp_refresh_capabilities(node);
        query_resources(node);
        query_bus(node);
    }
    other = pnp_find_instance(&node->instance, node);
    if (other)
        pnp_set_problem(node, CM_PROB_DUPLICATE_DEVICE, STATUS_DUPLICATE_OBJECTID);
    else if (!NT_SUCCESS(status))
        pnp_set_problem(node, CM_PROB_REGISTRY, status);
    if (other)
        pnp_node_dereference(other);
    pnp_set_state(node, PNP_IDENTIFIED);
    return node->problem ? node->problem_status : STATUS_SUCCESS;
}
