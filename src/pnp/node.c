/*
 * Device nodes and the tree that they make.
 */
#include "pnpp.h"

struct pnp_system pnp;

/* ---- life ---------------------------------------------------------------------------------- */

static VOID run_enumerate(struct pnp_action *action)
{
    struct pnp_node *node = CONTAINING_RECORD(action, struct pnp_node, enumerate);

    pnp_enumerate(node);
    pnp_node_dereference(node);
}

static VOID run_check_state(struct pnp_action *action)
{
    struct pnp_node *node = CONTAINING_RECORD(action, struct pnp_node, check_state);

    pnp_check_state(node);
    pnp_node_dereference(node);
}

static VOID run_eject(struct pnp_action *action)
{
    struct pnp_node *node = CONTAINING_RECORD(action, struct pnp_node, eject);

    pnp_run_ejects(node);
    pnp_node_dereference(node);
}

static VOID run_failure(struct pnp_action *action)
{
    struct pnp_node *node = CONTAINING_RECORD(action, struct pnp_node, failure);

    pnp_run_failure(node);
    pnp_node_dereference(node);
}

static VOID set_node_of_pdo(struct pnp_node *node, struct pnp_node *to)
{
    KIRQL irql;

    KeAcquireSpinLock(&pnp.lock, &irql);
    *io_device_node(node->pdo) = to;
    KeReleaseSpinLock(&pnp.lock, irql);
}

NTSTATUS pnp_node_create(PDEVICE_OBJECT pdo, struct pnp_node *parent, struct pnp_node **created)
{
    struct pnp_node *node = pnp_allocate(sizeof(*node));
    NTSTATUS status;

    if (!node)
        return STATUS_INSUFFICIENT_RESOURCES;
    node->references = 1;
    node->pdo = pdo;
    InitializeListHead(&node->children);
    InitializeListHead(&node->siblings);
    InitializeListHead(&node->interfaces);
    node->enumerate.run = run_enumerate;
    node->check_state.run = run_check_state;
    node->eject.run = run_eject;
    node->failure.run = run_failure;
    status = pnp_power_create(node);
    if (!NT_SUCCESS(status)) {
        pnp_free(node);
        return status;
    }
    ObReferenceObject(pdo);
    set_node_of_pdo(node, node);
    ExAcquireFastMutex(&pnp.tree_lock);
    node->parent = parent;
    if (parent)
        InsertTailList(&parent->children, &node->siblings);
    ExReleaseFastMutex(&pnp.tree_lock);
    *created = node;
    return STATUS_SUCCESS;
}

VOID pnp_node_reference(struct pnp_node *node)
{
    __atomic_add_fetch(&node->references, 1, __ATOMIC_RELAXED);
}

VOID pnp_node_dereference(struct pnp_node *node)
{
    /* Acquire and release: the last one sees what the others did. */
    if (__atomic_sub_fetch(&node->references, 1, __ATOMIC_ACQ_REL))
        return;
    pnp_free_interfaces(node);
    pnp_power_destroy(node);
    pnp_free(node->instance.Buffer);
    pnp_free(node->hardware_ids);
    pnp_free(node->compatible_ids);
    pnp_free(node->requirements);
    pnp_free(node->boot_resources);
    pnp_free(node->resources);
    pnp_free(node->translated);
    ObDereferenceObject(node->pdo);
    pnp_free(node);
}

VOID pnp_node_unlink(struct pnp_node *node)
{
    set_node_of_pdo(node, NULL);
    ExAcquireFastMutex(&pnp.tree_lock);
    if (node->parent)
        RemoveEntryList(&node->siblings);
    node->parent = NULL;
    node->state = PNP_GONE;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_node_dereference(node);
}

VOID pnp_set_state(struct pnp_node *node, enum pnp_state state)
{
    ExAcquireFastMutex(&pnp.tree_lock);
    node->state = state;
    ExReleaseFastMutex(&pnp.tree_lock);
}

VOID pnp_set_problem(struct pnp_node *node, ULONG problem, NTSTATUS status)
{
    ExAcquireFastMutex(&pnp.tree_lock);
    node->problem = problem;
    node->problem_status = status;
    ExReleaseFastMutex(&pnp.tree_lock);
}

/* ---- finding -------------------------------------------------------------------------------- */

struct pnp_node *pnp_node_of(PDEVICE_OBJECT pdo)
{
    struct pnp_node *node;
    KIRQL irql;

    if (!pdo)
        return NULL;
    KeAcquireSpinLock(&pnp.lock, &irql);
    node = *io_device_node(pdo);
    if (node)
        pnp_node_reference(node);
    KeReleaseSpinLock(&pnp.lock, irql);
    return node;
}

struct pnp_node *pnp_node_of_stack(PDEVICE_OBJECT device)
{
    PDEVICE_OBJECT bottom = IoGetDeviceAttachmentBaseRef(device);
    struct pnp_node *node = pnp_node_of(bottom);

    ObDereferenceObject(bottom);
    return node;
}

static struct pnp_node *next_node(struct pnp_node *node, ULONG *depth)
{
    if (!IsListEmpty(&node->children)) {
        ++*depth;
        return CONTAINING_RECORD(node->children.Flink, struct pnp_node, siblings);
    }
    for (; node != pnp.root; node = node->parent, --*depth) {
        if (node->siblings.Flink != &node->parent->children)
            return CONTAINING_RECORD(node->siblings.Flink, struct pnp_node, siblings);
    }
    return NULL;
}

VOID pnp_for_each_node(BOOLEAN (*visit)(struct pnp_node *node, ULONG depth, PVOID context),
                       PVOID context)
{
    struct pnp_node *node;
    ULONG depth = 0;

    ExAcquireFastMutex(&pnp.tree_lock);
    if (pnp.root)
        for (node = next_node(pnp.root, &depth); node; node = next_node(node, &depth))
            if (!visit(node, depth, context))
                break;
    ExReleaseFastMutex(&pnp.tree_lock);
}

struct search {
    PCUNICODE_STRING name;
    struct pnp_node *except; /* or NULL */
    struct pnp_node *found;  /* referenced */
    ULONG count;
};

BOOLEAN pnp_is_gone(const struct pnp_node *node)
{
    return node->state == PNP_SURPRISED && node->is_missing;
}

static BOOLEAN is_instance(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct search *search = context;

    UNREFERENCED_PARAMETER(depth);
    if (!node->instance.Length || pnp_is_gone(node) || node == search->except ||
        !rtl_equal_no_case(&node->instance, search->name))
        return TRUE;
    search->found = node;
    pnp_node_reference(node);
    return FALSE;
}

struct pnp_node *pnp_find_instance(PCUNICODE_STRING instance, struct pnp_node *except)
{
    struct search search = {.name = instance, .except = except};

    if (pnp.root && rtl_equal_no_case(instance, &pnp.root->instance)) {
        pnp_node_reference(pnp.root);
        return pnp.root;
    }
    pnp_for_each_node(is_instance, &search);
    return search.found;
}

static BOOLEAN contains(PCUNICODE_STRING text, PCUNICODE_STRING part)
{
    UNICODE_STRING window = {.Length = part->Length, .MaximumLength = part->Length};
    USHORT at;

    for (at = 0; at + part->Length <= text->Length; at += sizeof(WCHAR)) {
        window.Buffer = text->Buffer + at / sizeof(WCHAR);
        if (rtl_equal_no_case(&window, part))
            return TRUE;
    }
    return FALSE;
}

static BOOLEAN is_meant(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct search *search = context;
    struct pnp_path key;
    UNICODE_STRING string;
    BOOLEAN is_match = contains(&node->instance, search->name);
    PWSTR text;

    UNREFERENCED_PARAMETER(depth);
    pnp_enum_key(&key, node, NULL);
    if (!is_match && (text = pnp_get_text(&key, L"DeviceDesc"))) {
        RtlInitUnicodeString(&string, text);
        is_match = contains(&string, search->name);
        pnp_free(text);
    }
    if (is_match && !search->count++) {
        search->found = node;
        pnp_node_reference(node);
    }
    return TRUE;
}

NTSTATUS pnp_find_node(PCUNICODE_STRING name, struct pnp_node **node, struct pnp_reason *reason)
{
    struct search search = {.name = name};

    *node = pnp_find_instance(name, NULL);
    if (*node)
        return STATUS_SUCCESS;
    if (name->Length)
        pnp_for_each_node(is_meant, &search);
    *node = search.found;
    if (search.count == 1)
        return STATUS_SUCCESS;
    if (search.found)
        pnp_node_dereference(search.found);
    *node = NULL;
    if (!search.count)
        return pnp_explain(reason, STATUS_NO_SUCH_DEVICE,
                           "no device is called %wZ; `ntio tree` shows their names", name);
    return pnp_explain(reason, STATUS_OBJECT_NAME_COLLISION,
                       "%u devices are called %wZ; name one by its instance path", search.count,
                       name);
}

/* ---- words ---------------------------------------------------------------------------------- */

PCSTR pnp_state_name(enum pnp_state state)
{
    static const PCSTR names[] = {
        [PNP_NEW] = "new",
        [PNP_IDENTIFIED] = "no driver",
        [PNP_STACKED] = "not started",
        [PNP_STARTED] = "started",
        [PNP_STOPPED] = "stopped",
        [PNP_SURPRISED] = "surprise-removed, still open",
        [PNP_REMOVED] = "removed",
        [PNP_GONE] = "gone",
    };

    return names[state];
}

PCSTR pnp_problem_text(ULONG problem)
{
    static const struct {
        ULONG problem;
        PCSTR text;
    } texts[] = {
        {CM_PROB_NOT_CONFIGURED, "it has not been configured"},
        {CM_PROB_OUT_OF_MEMORY, "there is not enough memory for its drivers"},
        {CM_PROB_INVALID_DATA, "what its bus says about it is invalid"},
        {CM_PROB_FAILED_START, "it cannot start"},
        {CM_PROB_NORMAL_CONFLICT, "other devices have the resources that it needs"},
        {CM_PROB_WILL_BE_REMOVED, "it is about to be removed"},
        {CM_PROB_DISABLED, "it is disabled"},
        {CM_PROB_DEVICE_NOT_THERE, "it is not there"},
        {CM_PROB_FAILED_INSTALL, "no INF has a driver for it"},
        {CM_PROB_HARDWARE_DISABLED, "its hardware is disabled"},
        {CM_PROB_FAILED_ADD, "a driver's AddDevice failed"},
        {CM_PROB_DISABLED_SERVICE, "the service of a driver is disabled"},
        {CM_PROB_FAILED_DRIVER_ENTRY, "a driver's DriverEntry failed"},
        {CM_PROB_DRIVER_FAILED_LOAD, "a driver cannot be loaded"},
        {CM_PROB_DRIVER_SERVICE_KEY_INVALID, "the service key of a driver is missing or broken"},
        {CM_PROB_DUPLICATE_DEVICE, "another device has the same instance path"},
        {CM_PROB_FAILED_POST_START, "a driver reported that it failed"},
        {CM_PROB_HELD_FOR_EJECT, "it is ready to be unplugged"},
    };
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(texts); i++)
        if (texts[i].problem == problem)
            return texts[i].text;
    return "it has a problem";
}
