/*
 * The device tree for whoever looks in from outside: `ntio tree`, `ntio device`.
 */
#include "power.h"
#include "../io/inspect.h"
#include "../../include/ntio/ntio.h"

struct inspection {
    PVOID connection;
};

static VOID say(struct inspection *inspection, PCSTR format, ...)
{
    CHAR line[1024];
    va_list arguments;
    SIZE_T length;

    va_start(arguments, format);
    length = rtl_format_va(line, sizeof(line), format, arguments);
    va_end(arguments);
    hal_monitor_write(inspection->connection, line, min(length, sizeof(line) - 1));
}

/* ---- the tree --------------------------------------------------------------------------- */

/* A device as it is shown, copied so that nothing is written under the tree's lock. */
struct row {
    struct pnp_node *node; /* referenced */
    ULONG depth;
};

struct rows {
    struct row *rows;
    ULONG count, room;
};

static BOOLEAN add_row(struct pnp_node *node, ULONG depth, PVOID context)
{
    struct rows *rows = context;

    if (rows->count < rows->room) {
        pnp_node_reference(node);
        rows->rows[rows->count] = (struct row){node, depth};
    }
    rows->count++;
    return TRUE;
}

static PCSTR power_name(DEVICE_POWER_STATE state)
{
    static const PCSTR names[] = {[PowerDeviceUnspecified] = "",
                                  [PowerDeviceD0] = ", D0",
                                  [PowerDeviceD1] = ", D1",
                                  [PowerDeviceD2] = ", D2",
                                  [PowerDeviceD3] = ", D3"};

    return (ULONG)state < RTL_NUMBER_OF(names) ? names[state] : "";
}

static VOID say_stack(struct inspection *inspection, struct pnp_node *node, ULONG depth)
{
    PDEVICE_OBJECT device = IoGetAttachedDeviceReference(node->pdo), below;
    UNICODE_STRING name;

    while (device) {
        if (!NT_SUCCESS(ob_query_name(device, &name)))
            name = (UNICODE_STRING)RTL_STRING(L"");
        say(inspection, "%*s%wZ%s%wZ%s\n", (int)(2 * depth + 4), "",
            &device->DriverObject->DriverName, name.Length ? "  " : "", &name,
            device == node->pdo ? "  (PDO)" : "");
        below = IoGetLowerDeviceObject(device);
        ObDereferenceObject(device);
        device = below;
    }
}

static VOID say_device(struct inspection *inspection, const struct row *row)
{
    struct pnp_node *node = row->node;
    ULONG depth = row->depth - 1;
    struct pnp_path key;
    PWSTR description;

    pnp_enum_key(&key, node, NULL);
    description = pnp_get_text(&key, L"DeviceDesc");
    say(inspection, "%*s%wZ  %S%s(%s%s)\n", (int)(2 * depth), "", &node->instance,
        description ? description : L"", description ? "  " : "", pnp_state_name(node->state),
        power_name(node->power->device_state));
    if (node->problem)
        say(inspection, "%*sproblem %u: %s (0x%08X)\n", (int)(2 * depth + 4), "", node->problem,
            pnp_problem_text(node->problem), node->problem_status);
    say_stack(inspection, node, depth);
    pnp_free(description);
}

static VOID say_tree(struct inspection *inspection)
{
    struct rows rows = {0};
    ULONG i;

    pnp_for_each_node(add_row, &rows);
    rows.room = rows.count;
    rows.rows = pnp_allocate((rows.room + 1) * sizeof(*rows.rows));
    if (!rows.rows)
        return;
    rows.count = 0;
    pnp_for_each_node(add_row, &rows);
    for (i = 0; i < min(rows.count, rows.room); i++) {
        say_device(inspection, &rows.rows[i]);
        pnp_node_dereference(rows.rows[i].node);
    }
    pnp_free(rows.rows);
}

/* ---- commands --------------------------------------------------------------------------- */

struct command_input {
    UNICODE_STRING name; /* what follows the command's word; may be empty */
    PCSTR text;          /* the same, as it came */
    struct inspection *inspection;
    struct pnp_reason *reason;
};

/* A model's file, unless it looks like a hardware id. */
static BOOLEAN is_model(PCSTR text)
{
    return *text == '/';
}

static NTSTATUS add(const struct command_input *input)
{
    UNICODE_STRING instance = {0};
    NTSTATUS status;

    if (is_model(input->text))
        return ntio_plug_device(input->text, input->reason->text, input->reason->size);
    status = pnp_add_device(&input->name, &instance, input->reason);
    if (instance.Length)
        say(input->inspection, "%wZ\n", &instance);
    RtlFreeUnicodeString(&instance);
    return status;
}

static NTSTATUS remove(const struct command_input *input)
{
    return pnp_remove_device(&input->name, PNP_REMOVE, input->reason);
}

static NTSTATUS surprise_remove(const struct command_input *input)
{
    return pnp_remove_device(&input->name, PNP_SURPRISE_REMOVE, input->reason);
}

static NTSTATUS eject(const struct command_input *input)
{
    return pnp_remove_device(&input->name, PNP_EJECT, input->reason);
}

static NTSTATUS disable(const struct command_input *input)
{
    return pnp_remove_device(&input->name, PNP_DISABLE, input->reason);
}

static NTSTATUS enable(const struct command_input *input)
{
    return pnp_enable_device(&input->name, input->reason);
}

/* The system, unless a device is named. */
static NTSTATUS sleep(const struct command_input *input)
{
    static const struct {
        UNICODE_STRING name;
        SYSTEM_POWER_STATE state;
    } states[] = {
        {RTL_CONSTANT_STRING(L""), PowerSystemSleeping3},
        {RTL_CONSTANT_STRING(L"S1"), PowerSystemSleeping1},
        {RTL_CONSTANT_STRING(L"S2"), PowerSystemSleeping2},
        {RTL_CONSTANT_STRING(L"S3"), PowerSystemSleeping3},
        {RTL_CONSTANT_STRING(L"S4"), PowerSystemHibernate},
    };
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(states); i++)
        if (rtl_equal_no_case(&input->name, &states[i].name))
            return pnp_sleep(states[i].state, input->reason);
    return pnp_idle_device(&input->name, input->reason);
}

static NTSTATUS wake(const struct command_input *input)
{
    return input->name.Length ? pnp_wake_device(&input->name, input->reason)
                              : pnp_wake(input->reason);
}

static const struct command {
    PCSTR word;
    NTSTATUS (*run)(const struct command_input *input);
    BOOLEAN needs_name;
} commands[] = {
    {"add", add, TRUE},      {"remove", remove, TRUE},   {"surprise-remove", surprise_remove, TRUE},
    {"eject", eject, TRUE},  {"disable", disable, TRUE}, {"enable", enable, TRUE},
    {"sleep", sleep, FALSE}, {"wake", wake, FALSE},
};

/* The command that text begins with; *rest is what follows it. */
static const struct command *find_command(PCSTR text, PCSTR *rest)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(commands); i++) {
        SIZE_T length = strlen(commands[i].word);

        if (strlen(text) < length || memcmp(text, commands[i].word, length) ||
            (text[length] && text[length] != ' '))
            continue;
        *rest = text + length + (text[length] == ' ');
        return &commands[i];
    }
    return NULL;
}

static VOID run(struct inspection *inspection, const struct command *command, PCSTR rest)
{
    WCHAR name[512];
    CHAR why[1024] = "";
    struct pnp_reason reason = {why, sizeof(why)};
    struct command_input input = {
        .name = {.Buffer = name, .MaximumLength = sizeof(name)},
        .text = rest,
        .inspection = inspection,
        .reason = &reason,
    };
    NTSTATUS status;

    input.name.Length = (USHORT)rtl_utf16_from_utf8(name, sizeof(name), rest, strlen(rest));
    if (command->needs_name && !input.name.Length) {
        say(inspection, "error: device %s: name a device\n", command->word);
        return;
    }
    status = command->run(&input);
    pnp_settle();
    if (NT_SUCCESS(status))
        return;
    if (*why)
        say(inspection, "error: %s\n", why);
    else
        say(inspection, "error: device %s failed: 0x%08X (%s)\n", command->word, status,
            rtl_status_name(status) ? rtl_status_name(status) : "no known name");
}

static VOID answer_device(PVOID connection, PCSTR rest)
{
    struct inspection inspection = {connection};
    PCSTR name;
    const struct command *command = find_command(rest, &name);

    if (!*rest)
        say_tree(&inspection);
    else if (command)
        run(&inspection, command, name);
    else
        say(&inspection, "error: there is no command 'device %s'\n", rest);
}

static VOID answer_tree(PVOID connection, PCSTR rest)
{
    struct inspection inspection = {connection};

    UNREFERENCED_PARAMETER(rest);
    say_tree(&inspection);
}

VOID pnp_inspect_start(VOID)
{
    io_on_inspect("device", answer_device);
    io_on_inspect("tree", answer_tree);
}
