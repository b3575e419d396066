#include "umdf_key.h"

/* What one block of pool holds behind the drivers: their names and paths. */
struct texts {
    PCHAR at;    /* NULL: they are only counted */
    SIZE_T room; /* there */
    SIZE_T bytes;
};

/* Room for a text, or NULL; the next one's is aligned for UTF-16. */
static PVOID take_room(struct texts *texts, SIZE_T bytes)
{
    SIZE_T from = texts->bytes;

    texts->bytes += (bytes + 1) & ~(SIZE_T)1;
    return texts->bytes <= texts->room ? texts->at + from : NULL;
}

static VOID add_name(struct texts *texts, PCWSTR name, PUNICODE_STRING string)
{
    SIZE_T bytes = (pnp_length(name) + 1) * sizeof(WCHAR);
    PWSTR to = take_room(texts, bytes);

    if (to)
        memcpy(to, name, bytes);
    RtlInitUnicodeString(string, to);
}

static PCSTR add_path(struct texts *texts, PCWSTR path)
{
    SIZE_T length = pnp_length(path) * sizeof(WCHAR);
    SIZE_T bytes = rtl_utf8_from_utf16(NULL, 0, path, length);
    PCHAR to = take_room(texts, bytes + 1);

    if (to) {
        rtl_utf8_from_utf16(to, bytes, path, length);
        to[bytes] = 0;
    }
    return to;
}

static NTSTATUS describe_driver(PCWSTR service, struct texts *texts, struct pnp_umdf_driver *driver)
{
    struct pnp_path key;
    PWSTR image;

    pnp_umdf_service_key(&key, service);
    image = pnp_get_text(&key, L"ImagePath");
    if (!image)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    add_name(texts, service, &driver->service);
    driver->path = add_path(texts, image);
    driver->major = pnp_get_number(&key, L"WdfMajorVersion", PNP_UMDF_MAJOR);
    driver->minor = pnp_get_number(&key, L"WdfMinorVersion", PNP_UMDF_MINOR);
    pnp_free(image);
    return STATUS_SUCCESS;
}

static VOID read_policies(const struct pnp_path *key, struct pnp_umdf_settings *settings)
{
    settings->is_shared = pnp_umdf_policy(key, PNP_UMDF_SHARING) != 0;
    settings->allows_kernel_clients = pnp_umdf_policy(key, PNP_UMDF_KERNEL_CLIENTS) != 0;
    settings->allows_unknown_files = pnp_umdf_policy(key, PNP_UMDF_FILE_OBJECTS) != 0;
    settings->copies_neither = pnp_umdf_policy(key, PNP_UMDF_NEITHER) != 0;
    settings->allows_hardware = pnp_umdf_policy(key, PNP_UMDF_HARDWARE) != 0;
    settings->maps_registers = pnp_umdf_policy(key, PNP_UMDF_REGISTERS) != 0;
    settings->fs_context = (enum pnp_umdf_fs_context)pnp_umdf_policy(key, PNP_UMDF_FS_CONTEXTS);
    settings->impersonation =
        (SECURITY_IMPERSONATION_LEVEL)pnp_umdf_policy(key, PNP_UMDF_IMPERSONATION);
}

/* Counts into texts, or fills settings in, which has room for them. */
static NTSTATUS describe_drivers(PCWSTR list, struct texts *texts,
                                 struct pnp_umdf_settings *settings)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct pnp_umdf_driver counted;
    PCWSTR service = list;
    ULONG i;

    for (i = 0; *service && NT_SUCCESS(status); i++, service = pnp_list_next(service))
        status = describe_driver(service, texts, settings ? &settings->drivers[i] : &counted);
    return status;
}

static NTSTATUS read_settings(const struct pnp_path *key, PCWSTR list,
                              struct pnp_umdf_settings **made)
{
    struct pnp_umdf_settings *settings;
    struct texts texts = {0};
    PCWSTR service;
    SIZE_T fixed;
    ULONG count = 0;
    NTSTATUS status = describe_drivers(list, &texts, NULL);

    if (!NT_SUCCESS(status))
        return status;
    for (service = list; *service; service = pnp_list_next(service))
        count++;
    fixed = sizeof(*settings) + count * sizeof(*settings->drivers);
    settings = pnp_allocate(fixed + texts.bytes);
    if (!settings)
        return STATUS_INSUFFICIENT_RESOURCES;
    texts = (struct texts){.at = (PCHAR)settings + fixed, .room = texts.bytes};
    settings->count = count;
    read_policies(key, settings);
    status = describe_drivers(list, &texts, settings);
    /* Somebody may change the registry in between. */
    if (NT_SUCCESS(status) && texts.bytes > texts.room)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (NT_SUCCESS(status))
        *made = settings;
    else
        pnp_free(settings);
    return status;
}

NTSTATUS pnp_query_umdf_settings(PDEVICE_OBJECT pdo, struct pnp_umdf_settings **settings)
{
    struct pnp_node *node = pnp_node_of(pdo);
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    struct pnp_path key;
    PWSTR list;

    *settings = NULL;
    if (!node)
        return status;
    pnp_umdf_device_key(&key, node);
    list = pnp_get_text(&key, L"DriverList");
    if (list && *list)
        status = read_settings(&key, list, settings);
    pnp_free(list);
    pnp_node_dereference(node);
    return status;
}

VOID pnp_free_umdf_settings(struct pnp_umdf_settings *settings)
{
    pnp_free(settings);
}

/* ---- the devices of a driver ----------------------------------------------------------------- */

/* Nodes, referenced, as many as there is room for. */
struct nodes {
    ULONG count;
    struct pnp_node *items[64];
};

static BOOLEAN gather(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct nodes *nodes = context;

    UNREFERENCED_PARAMETER(depth);
    if (nodes->count == RTL_NUMBER_OF(nodes->items))
        return FALSE;
    pnp_node_reference(node);
    nodes->items[nodes->count++] = node;
    return TRUE;
}

static BOOLEAN has_driver(const struct pnp_node *node, PCUNICODE_STRING service)
{
    struct pnp_umdf_settings *settings;
    BOOLEAN found = FALSE;
    ULONG i;

    if (!NT_SUCCESS(pnp_query_umdf_settings(node->pdo, &settings)))
        return FALSE;
    for (i = 0; i < settings->count; i++)
        found |= rtl_equal_no_case(&settings->drivers[i].service, service);
    pnp_free_umdf_settings(settings);
    return found;
}

NTSTATUS pnp_remove_umdf_driver(PCUNICODE_STRING service, struct pnp_reason *reason)
{
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    struct nodes nodes = {0};
    ULONG i;

    pnp_for_each_node(gather, &nodes);
    for (i = 0; i < nodes.count; i++) {
        if (has_driver(nodes.items[i], service) &&
            (NT_SUCCESS(status) || status == STATUS_OBJECT_NAME_NOT_FOUND))
            status = pnp_remove_device(&nodes.items[i]->instance, PNP_REMOVE, reason);
        pnp_node_dereference(nodes.items[i]);
    }
    return status;
}
