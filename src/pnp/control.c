/*
 * NtPlugPlayControl: what programs ask the PnP manager, through setupapi and cfgmgr32.
 */
#include "pnpp.h"
#include "control.h"

#include <devpropdef.h>

#define LONGEST_NAME 512u   /* characters of a name that a program gives */
#define LARGEST_DATA 65536u /* bytes of a property that a program sets */

/* A call: the caller's block and what was copied of what it points to. */
struct call {
    struct pnp_control_block block;
    UNICODE_STRING name; /* zero-terminated in text */
    WCHAR text[LONGEST_NAME];
    KPROCESSOR_MODE mode;
};

/* ---- the caller's memory --------------------------------------------------------------------- */

static NTSTATUS fetch_name(struct call *call)
{
    const WCHAR *from = call->block.name;
    SIZE_T count = 0;
    NTSTATUS status = STATUS_SUCCESS;

    call->name.Buffer = call->text;
    /* Character by character: what is behind the name is not ours to touch. */
    while (from && count < LONGEST_NAME) {
        status = ob_copy_in(&call->text[count], &from[count], sizeof(WCHAR), call->mode);
        if (!NT_SUCCESS(status) || !call->text[count])
            break;
        count++;
    }
    if (count == LONGEST_NAME)
        return STATUS_NAME_TOO_LONG;
    call->text[count] = 0;
    call->name.Length = (USHORT)(count * sizeof(WCHAR));
    call->name.MaximumLength = call->name.Length + sizeof(WCHAR);
    return status;
}

/* Copies an answer out; STATUS_BUFFER_TOO_SMALL with the bytes that it takes. */
static NTSTATUS give(struct call *call, const VOID *data, ULONG bytes)
{
    ULONG room = call->block.bytes;

    call->block.bytes = bytes;
    if (room < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    return bytes ? ob_copy_out(call->block.data, data, bytes, call->mode) : STATUS_SUCCESS;
}

static NTSTATUS give_string(struct call *call, PCUNICODE_STRING string)
{
    UNICODE_STRING copy;
    NTSTATUS status = pnp_copy_string(&copy, string);

    if (!NT_SUCCESS(status))
        return status;
    status = give(call, copy.Buffer, copy.Length + sizeof(WCHAR));
    pnp_free(copy.Buffer);
    return status;
}

/* The data that the caller sets, in pool; NULL without. */
static NTSTATUS fetch_data(struct call *call, PVOID *data)
{
    NTSTATUS status;

    *data = NULL;
    if (!call->block.data)
        return STATUS_SUCCESS;
    if (call->block.bytes > LARGEST_DATA)
        return STATUS_INVALID_BUFFER_SIZE;
    *data = pnp_allocate(call->block.bytes + sizeof(ULONG));
    if (!*data)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = ob_copy_in(*data, call->block.data, call->block.bytes, call->mode);
    if (!NT_SUCCESS(status)) {
        pnp_free(*data);
        *data = NULL;
    }
    return status;
}

/* The device that is named, referenced; with an empty name the root. */
static NTSTATUS find(struct call *call, struct pnp_node **node)
{
    *node = pnp_find_instance(&call->name, NULL);
    return *node ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

/* ---- lists ------------------------------------------------------------------------------ */

static NTSTATUS list_interfaces(struct call *call)
{
    struct pnp_node *node = NULL;
    SIZE_T characters;
    PWSTR list;
    NTSTATUS status = call->name.Length ? find(call, &node) : STATUS_SUCCESS;

    if (!NT_SUCCESS(status))
        return status;
    status = pnp_list_interfaces(&call->block.guid, node ? node->pdo : NULL,
                                 (call->block.flags & PNP_ALL_INTERFACES) != 0, &list, &characters);
    if (node)
        pnp_node_dereference(node);
    if (!NT_SUCCESS(status))
        return status;
    status = give(call, list, (ULONG)(characters * sizeof(WCHAR)));
    ExFreePool(list);
    return status;
}

struct device_list {
    struct call *call;
    PWSTR text;
    SIZE_T room, used; /* characters */
};

static BOOLEAN has_value(struct pnp_node *node, PCWSTR value, PCWSTR wanted)
{
    struct pnp_path key;
    BOOLEAN is_same;
    PWSTR text;

    pnp_enum_key(&key, node, NULL);
    text = pnp_get_text(&key, value);
    is_same = text && pnp_same_text(text, wanted);
    pnp_free(text);
    return is_same;
}

/* "ROOT", or "ROOT\SAMPLE": as much of the instance path, up to a backslash. */
static BOOLEAN is_enumerated_by(struct pnp_node *node, PCUNICODE_STRING name)
{
    UNICODE_STRING start = node->instance;

    if (start.Length < name->Length)
        return FALSE;
    start.Length = name->Length;
    return rtl_equal_no_case(&start, name) &&
           (node->instance.Length == name->Length ||
            node->instance.Buffer[name->Length / sizeof(WCHAR)] == L'\\');
}

static BOOLEAN is_listed(struct pnp_node *node, struct call *call)
{
    if (!node->instance.Length)
        return FALSE;
    if (call->block.flags & PNP_OF_ENUMERATOR)
        return is_enumerated_by(node, &call->name);
    if (call->block.flags & PNP_OF_SERVICE)
        return has_value(node, L"Service", call->text);
    if (call->block.flags & PNP_OF_CLASS)
        return has_value(node, L"ClassGUID", call->text);
    return TRUE;
}

static BOOLEAN list_device(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct device_list *list = context;
    SIZE_T length = node->instance.Length / sizeof(WCHAR) + 1;

    UNREFERENCED_PARAMETER(depth);
    if (!is_listed(node, list->call))
        return TRUE;
    if (list->used + length < list->room)
        memcpy(list->text + list->used, node->instance.Buffer, length * sizeof(WCHAR));
    list->used += length;
    return TRUE;
}

static NTSTATUS list_devices(struct call *call)
{
    struct device_list list = {.call = call};
    NTSTATUS status;

    pnp_for_each_node(list_device, &list);
    while (list.used >= list.room) {
        pnp_free(list.text);
        list.room = list.used + 1;
        list.used = 0;
        list.text = pnp_allocate(list.room * sizeof(WCHAR));
        if (!list.text)
            return STATUS_INSUFFICIENT_RESOURCES;
        pnp_for_each_node(list_device, &list);
    }
    list.text[list.used] = 0;
    status = give(call, list.text, (ULONG)((list.used + 1) * sizeof(WCHAR)));
    pnp_free(list.text);
    return status;
}

/* ---- one device ------------------------------------------------------------------------- */

/* Under the tree's lock; NULL if there is none. */
static struct pnp_node *related_to(struct pnp_node *node, ULONG relation)
{
    PLIST_ENTRY entry = relation == PNP_CHILD ? node->children.Flink : node->siblings.Flink;

    if (relation == PNP_PARENT)
        return node->parent;
    if (relation == PNP_CHILD && entry == &node->children)
        return NULL;
    if (relation == PNP_SIBLING && (!node->parent || entry == &node->parent->children))
        return NULL;
    return CONTAINING_RECORD(entry, struct pnp_node, siblings);
}

static NTSTATUS related(struct call *call)
{
    struct pnp_node *node, *other;
    NTSTATUS status = find(call, &node);

    if (!NT_SUCCESS(status))
        return status;
    ExAcquireFastMutex(&pnp.tree_lock);
    other = related_to(node, call->block.value);
    while (other && !other->instance.Length)
        other = related_to(other, PNP_SIBLING);
    if (other)
        pnp_node_reference(other);
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_node_dereference(node);
    if (!other)
        return STATUS_NO_SUCH_DEVICE;
    status = give_string(call, &other->instance);
    pnp_node_dereference(other);
    return status;
}

static ULONG status_bits(struct pnp_node *node)
{
    ULONG bits = DN_NT_ENUMERATOR | DN_NT_DRIVER;

    if (pnp_is_root_device(node->pdo) || pnp_is_root(node))
        bits |= DN_ROOT_ENUMERATED;
    if (node->state == PNP_STARTED)
        bits |= DN_DRIVER_LOADED | DN_STARTED;
    if (node->problem)
        bits |= DN_HAS_PROBLEM;
    if (!(node->flags & PNP_DEVICE_NOT_DISABLEABLE))
        bits |= DN_DISABLEABLE;
    if (pnp_is_root_device(node->pdo) || node->capabilities.Removable ||
        node->capabilities.EjectSupported)
        bits |= DN_REMOVABLE;
    if (node->flags & PNP_DEVICE_DONT_DISPLAY_IN_UI)
        bits |= DN_NO_SHOW_IN_DM;
    return bits;
}

static NTSTATUS device_status(struct call *call)
{
    struct pnp_node *node;
    NTSTATUS status = find(call, &node);

    if (!NT_SUCCESS(status))
        return status;
    ExAcquireFastMutex(&pnp.tree_lock);
    call->block.value = status_bits(node);
    call->block.problem = node->problem;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_node_dereference(node);
    return STATUS_SUCCESS;
}

static NTSTATUS device_key(struct call *call)
{
    struct pnp_path key;
    struct pnp_node *node;
    NTSTATUS status = find(call, &node);

    if (!NT_SUCCESS(status))
        return status;
    status = pnp_key_of_node(node,
                             call->block.value == PNP_SOFTWARE_KEY ? PLUGPLAY_REGKEY_DRIVER
                                                                   : PLUGPLAY_REGKEY_DEVICE,
                             &key);
    pnp_node_dereference(node);
    return NT_SUCCESS(status) ? give_string(call, &key.name) : status;
}

static NTSTATUS interface_key(struct call *call)
{
    struct pnp_path key;
    NTSTATUS status = pnp_interface_key(&key, &call->name, L"Device Parameters");

    return NT_SUCCESS(status) ? give_string(call, &key.name) : status;
}

static NTSTATUS alias(struct call *call)
{
    UNICODE_STRING link;
    NTSTATUS status = IoGetDeviceInterfaceAlias(&call->name, &call->block.guid, &link);

    if (!NT_SUCCESS(status))
        return status;
    status = give_string(call, &link);
    RtlFreeUnicodeString(&link);
    return status;
}

/* ---- properties ------------------------------------------------------------------------- */

static NTSTATUS read_property(struct call *call, const DEVPROPKEY *key, struct pnp_node *node,
                              PVOID data, ULONG room, PULONG bytes)
{
    if (node)
        return IoGetDevicePropertyData(node->pdo, key, 0, 0, room, data, bytes, &call->block.type);
    return IoGetDeviceInterfacePropertyData(&call->name, key, 0, 0, room, data, bytes,
                                            &call->block.type);
}

static NTSTATUS get_property(struct call *call, struct pnp_node *node)
{
    DEVPROPKEY key = {call->block.guid, call->block.pid};
    ULONG bytes = 0;
    PVOID data = NULL;
    NTSTATUS status = read_property(call, &key, node, NULL, 0, &bytes);

    while (status == STATUS_BUFFER_TOO_SMALL) {
        pnp_free(data);
        data = pnp_allocate(bytes);
        status = data ? read_property(call, &key, node, data, bytes, &bytes)
                      : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (NT_SUCCESS(status))
        status = give(call, data, bytes);
    pnp_free(data);
    return status;
}

static NTSTATUS set_property(struct call *call, struct pnp_node *node)
{
    DEVPROPKEY key = {call->block.guid, call->block.pid};
    PVOID data;
    NTSTATUS status = fetch_data(call, &data);

    if (!NT_SUCCESS(status))
        return status;
    if (node)
        status = IoSetDevicePropertyData(node->pdo, &key, 0, PLUGPLAY_PROPERTY_PERSISTENT,
                                         call->block.type, call->block.bytes, data);
    else
        status =
            IoSetDeviceInterfacePropertyData(&call->name, &key, 0, PLUGPLAY_PROPERTY_PERSISTENT,
                                             call->block.type, call->block.bytes, data);
    pnp_free(data);
    return status;
}

static NTSTATUS device_property(struct call *call,
                                NTSTATUS (*work)(struct call *call, struct pnp_node *node))
{
    struct pnp_node *node;
    NTSTATUS status = find(call, &node);

    if (!NT_SUCCESS(status))
        return status;
    status = work(call, node);
    pnp_node_dereference(node);
    return status;
}

static NTSTATUS get_device_property(struct call *call)
{
    return device_property(call, get_property);
}

static NTSTATUS set_device_property(struct call *call)
{
    return device_property(call, set_property);
}

static NTSTATUS get_interface_property(struct call *call)
{
    return get_property(call, NULL);
}

static NTSTATUS set_interface_property(struct call *call)
{
    return set_property(call, NULL);
}

/* ---- changes
 * ---------------------------------------------------------------------------------------------------
 */

/* What went wrong, in words, for whoever wants to show it. */
static VOID give_reason(struct call *call, PCSTR why)
{
    WCHAR text[512];
    SIZE_T bytes = rtl_utf16_from_utf8(text, sizeof(text) - sizeof(WCHAR), why, strlen(why));

    text[bytes / sizeof(WCHAR)] = 0;
    give(call, text, (ULONG)bytes + sizeof(WCHAR));
}

static NTSTATUS remove_device(struct call *call)
{
    CHAR why[512] = "";
    struct pnp_reason reason = {why, sizeof(why)};
    NTSTATUS status = pnp_remove_device(&call->name, (enum pnp_removal)call->block.value, &reason);

    if (!NT_SUCCESS(status))
        give_reason(call, why);
    return status;
}

static NTSTATUS enable_device(struct call *call)
{
    return pnp_enable_device(&call->name, NULL);
}

static NTSTATUS enumerate_on_thread(PVOID node)
{
    pnp_enumerate(node);
    return STATUS_SUCCESS;
}

static NTSTATUS enumerate(struct call *call)
{
    struct pnp_node *node;
    NTSTATUS status = find(call, &node);

    if (!NT_SUCCESS(status))
        return status;
    status = pnp_call(enumerate_on_thread, node);
    pnp_node_dereference(node);
    return status;
}

static NTSTATUS add_device(struct call *call)
{
    UNICODE_STRING instance = {0};
    NTSTATUS status = pnp_add_device(&call->name, &instance, NULL);

    if (instance.Length && NT_SUCCESS(status))
        status = give_string(call, &instance);
    RtlFreeUnicodeString(&instance);
    return status;
}

/* ---- listening: user_notify.c ----------------------------------------------------------- */

static NTSTATUS listen(struct call *call)
{
    PFILE_OBJECT file = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (call->block.value == PNP_LISTEN_FILE)
        status = ob_reference_handle(call->block.file, 0, &ob_type_file, call->mode, (PVOID *)&file,
                                     NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = pnp_user_listen((enum pnp_listen)call->block.value, &call->block.guid, &call->name,
                             file, &call->block.cookie);
    if (file)
        ObDereferenceObject(file);
    return status;
}

static NTSTATUS unlisten(struct call *call)
{
    return pnp_user_unlisten(call->block.cookie);
}

static NTSTATUS next_event(struct call *call)
{
    struct pnp_user_event *event;
    ULONG bytes;
    NTSTATUS status = pnp_user_next_event(&event, &bytes);

    if (status != STATUS_SUCCESS)
        return status;
    status = give(call, event, bytes);
    pnp_free(event);
    return status;
}

static NTSTATUS reply(struct call *call)
{
    return pnp_user_reply(call->block.cookie, call->block.value);
}

/* ---- the service
 * ---------------------------------------------------------------------------------------------------
 */

/* What changes devices is not for everybody. */
static BOOLEAN may_do(ULONG operation, KPROCESSOR_MODE mode)
{
    switch (operation) {
    case PNP_CONTROL_SET_PROPERTY:
    case PNP_CONTROL_SET_INTERFACE:
    case PNP_CONTROL_REMOVE:
    case PNP_CONTROL_ENABLE:
    case PNP_CONTROL_ENUMERATE:
    case PNP_CONTROL_ADD:
        return SeSinglePrivilegeCheck(RtlConvertLongToLuid(SE_LOAD_DRIVER_PRIVILEGE), mode);
    default:
        return TRUE;
    }
}

NTSTATUS NTAPI NtPlugPlayControl(ULONG Class, PVOID Buffer, ULONG Size)
{
    static NTSTATUS (*const work[])(struct call * call) = {
        [PNP_CONTROL_INTERFACES] = list_interfaces,
        [PNP_CONTROL_DEVICES] = list_devices,
        [PNP_CONTROL_RELATED] = related,
        [PNP_CONTROL_STATUS] = device_status,
        [PNP_CONTROL_GET_PROPERTY] = get_device_property,
        [PNP_CONTROL_SET_PROPERTY] = set_device_property,
        [PNP_CONTROL_GET_INTERFACE] = get_interface_property,
        [PNP_CONTROL_SET_INTERFACE] = set_interface_property,
        [PNP_CONTROL_KEY] = device_key,
        [PNP_CONTROL_INTERFACE_KEY] = interface_key,
        [PNP_CONTROL_ALIAS] = alias,
        [PNP_CONTROL_REMOVE] = remove_device,
        [PNP_CONTROL_ENABLE] = enable_device,
        [PNP_CONTROL_ENUMERATE] = enumerate,
        [PNP_CONTROL_ADD] = add_device,
        [PNP_CONTROL_LISTEN] = listen,
        [PNP_CONTROL_UNLISTEN] = unlisten,
        [PNP_CONTROL_NEXT_EVENT] = next_event,
        [PNP_CONTROL_REPLY] = reply,
    };
    struct call call = {.mode = ke_current()->previous_mode};
    NTSTATUS status, result;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Class >= RTL_NUMBER_OF(work))
        return STATUS_INVALID_PARAMETER_1;
    if (Size != sizeof(call.block))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!may_do(Class, call.mode))
        return STATUS_PRIVILEGE_NOT_HELD;
    status = ob_copy_in(&call.block, Buffer, sizeof(call.block), call.mode);
    if (NT_SUCCESS(status))
        status = fetch_name(&call);
    if (!NT_SUCCESS(status))
        return status;
    result = work[Class](&call);
    status = ob_copy_out(Buffer, &call.block, sizeof(call.block), call.mode);
    return NT_SUCCESS(status) ? result : status;
}
