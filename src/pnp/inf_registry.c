/*
 * AddReg and DelReg: an INF's entries in the registry.
 */
#include "package.h"

/* FLG_ADDREG_* and FLG_DELREG_* of setupapi.h. */
enum {
    FLAG_BINARY = 0x00000001, /* the type is in the high word; without one, REG_BINARY */
    FLAG_NO_CLOBBER = 0x00000002,
    FLAG_DELETE = 0x00000004,
    FLAG_APPEND = 0x00000008,
    FLAG_KEY_ONLY = 0x00000010,
    FLAG_OVERWRITE_ONLY = 0x00000020,
    FLAG_KEY_ONLY_COMMON = 0x00002000,
    FLAG_TYPE = 0xFFFF0001,
};

struct roots {
    const struct pnp_path *relative;   /* HKR */
    const struct pnp_path *properties; /* the device's key, where its properties are; or NULL */
};

/* Values of a device's hardware key that are properties of the device. */
static BOOLEAN is_property(PCWSTR value)
{
    static const PCWSTR names[] = {L"UpperFilters", L"LowerFilters", L"FriendlyName",
                                   L"DeviceType",   L"Exclusive",    L"DeviceCharacteristics",
                                   L"Security",     L"ConfigFlags",  L"LocationInformation",
                                   L"RemovalPolicy"};
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(names); i++)
        if (inf_same(value, names[i]))
            return TRUE;
    return FALSE;
}

/* The key of a line: root, subkey, value, flags, data... */
static NTSTATUS key_of(const struct pnp_install *install, const struct inf_line *line,
                       const struct roots *roots, struct pnp_path *key)
{
    static const struct {
        PCWSTR name, key;
    } names[] = {
        {L"HKLM", L"\\Registry\\Machine"},
        {L"HKCR", L"\\Registry\\Machine\\Software\\Classes"},
        {L"HKCU", L"\\Registry\\User\\.Default"},
        {L"HKU", L"\\Registry\\User"},
    };
    PCWSTR root = inf_field(line, 0), subkey = inf_field(line, 1);
    BOOLEAN is_relative = inf_same(root, L"HKR");
    ULONG i = 0;

    if (is_relative && roots->properties && !*subkey && is_property(inf_field(line, 2)))
        *key = *roots->properties;
    else if (is_relative)
        *key = *roots->relative;
    else {
        while (i < RTL_NUMBER_OF(names) && !inf_same(root, names[i].name))
            i++;
        if (i == RTL_NUMBER_OF(names))
            return pnp_explain_line(install->package, line,
                                    "the root is one of HKR, HKLM, HKCR, HKCU, HKU",
                                    install->reason);
        pnp_path_start(key, names[i].key);
    }
    key->name.Buffer = key->text;
    if (*subkey) {
        pnp_path_add_text(key, L"\\");
        pnp_path_add_text(key, *subkey == L'\\' ? subkey + 1 : subkey);
    }
    return key->status;
}

/* ---- data ------------------------------------------------------------------------------- */

struct data {
    ULONG type;
    ULONG bytes;
    PUCHAR data; /* in pool */
};

static NTSTATUS take_bytes(const struct inf_line *line, struct data *data)
{
    ULONG i;

    data->bytes = line->count > 4 ? line->count - 4 : 0;
    data->data = pnp_allocate(data->bytes + sizeof(ULONG));
    if (!data->data)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 0; i < data->bytes; i++) {
        struct pnp_path text;

        /* Bytes are hexadecimal, with 0x or without. */
        pnp_path_start(&text, inf_field(line, 4 + i)[0] == L'0' &&
                                      (inf_field(line, 4 + i)[1] | 0x20) == L'x'
                                  ? L""
                                  : L"0x");
        pnp_path_add_text(&text, inf_field(line, 4 + i));
        data->data[i] = (UCHAR)inf_number(text.text, 0);
    }
    return STATUS_SUCCESS;
}

/* A number, or its four bytes. */
static NTSTATUS take_number(const struct inf_line *line, struct data *data)
{
    ULONG number;

    if (line->count >= 8)
        return take_bytes(line, data);
    number = inf_number(inf_field(line, 4), 0);
    data->bytes = sizeof(number);
    data->data = pnp_allocate(sizeof(number));
    if (!data->data)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(data->data, &number, sizeof(number));
    return STATUS_SUCCESS;
}

/* One text, or as many as there are for a list. */
static NTSTATUS take_texts(const struct inf_line *line, struct data *data)
{
    ULONG count = data->type == REG_MULTI_SZ ? line->count : min(line->count, 5), i;
    SIZE_T bytes = 2 * sizeof(WCHAR), used = 0;

    for (i = 4; i < count; i++)
        bytes += (pnp_length(inf_field(line, i)) + 1) * sizeof(WCHAR);
    data->data = pnp_allocate(bytes);
    if (!data->data)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (i = 4; i < count; i++) {
        SIZE_T size = (pnp_length(inf_field(line, i)) + 1) * sizeof(WCHAR);

        /* An empty text would end the list. */
        if (data->type == REG_MULTI_SZ && size == sizeof(WCHAR))
            continue;
        memcpy(data->data + used, inf_field(line, i), size);
        used += size;
    }
    if (data->type == REG_MULTI_SZ || !used)
        used += sizeof(WCHAR);
    data->bytes = (ULONG)used;
    return STATUS_SUCCESS;
}

static NTSTATUS take_data(const struct inf_line *line, ULONG flags, struct data *data)
{
    switch (flags & FLAG_TYPE) {
    case 0x00000000:
        data->type = REG_SZ;
        return take_texts(line, data);
    case 0x00010000:
        data->type = REG_MULTI_SZ;
        return take_texts(line, data);
    case 0x00020000:
        data->type = REG_EXPAND_SZ;
        return take_texts(line, data);
    case 0x00010001:
        data->type = REG_DWORD;
        return take_number(line, data);
    case 0x00020001:
        data->type = REG_NONE;
        return take_bytes(line, data);
    default:
        data->type = flags >> 16 ? flags >> 16 : REG_BINARY;
        return take_bytes(line, data);
    }
}

/* Adds each text of added to the list that the key has, unless it is in it. */
static NTSTATUS append(const struct pnp_path *key, PCWSTR value, const struct data *added)
{
    PWSTR old = pnp_get_text(key, value), list;
    SIZE_T bytes = old ? pnp_list_bytes(old) - sizeof(WCHAR) : 0;
    PCWSTR text;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    if (old && !*old)
        bytes = 0;
    list = pnp_allocate(bytes + added->bytes + sizeof(WCHAR));
    if (list) {
        if (bytes)
            memcpy(list, old, bytes);
        for (text = (PCWSTR)added->data; *text; text = pnp_list_next(text)) {
            SIZE_T size = (pnp_length(text) + 1) * sizeof(WCHAR);

            if (pnp_list_has(old, text))
                continue;
            memcpy((PCHAR)list + bytes, text, size);
            bytes += size;
        }
        status = pnp_set_data(key, value, REG_MULTI_SZ, list, (ULONG)(bytes + sizeof(WCHAR)));
    }
    pnp_free(old);
    pnp_free(list);
    return status;
}

/* ---- lines ------------------------------------------------------------------------------ */

static BOOLEAN has_value(const struct pnp_path *key, PCWSTR value)
{
    PVOID data;

    if (!NT_SUCCESS(pnp_get_data(key, value, NULL, &data, NULL)))
        return FALSE;
    pnp_free(data);
    return TRUE;
}

static NTSTATUS set_value(const struct inf_line *line, const struct pnp_path *key, ULONG flags)
{
    PCWSTR value = inf_field(line, 2);
    struct data data = {0};
    BOOLEAN is_there = has_value(key, value);
    NTSTATUS status;

    if (((flags & FLAG_NO_CLOBBER) && is_there) || ((flags & FLAG_OVERWRITE_ONLY) && !is_there))
        return STATUS_SUCCESS;
    status = take_data(line, flags, &data);
    if (NT_SUCCESS(status))
        status = (flags & FLAG_APPEND) && data.type == REG_MULTI_SZ
                     ? append(key, value, &data)
                     : pnp_set_data(key, value, data.type, data.data, data.bytes);
    pnp_free(data.data);
    return status;
}

static NTSTATUS delete (const struct inf_line *line, const struct pnp_path *key)
{
    NTSTATUS status =
        *inf_field(line, 2) ? pnp_delete_value(key, inf_field(line, 2)) : cm_delete_key(&key->name);

    return status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_SUCCESS : status;
}

static NTSTATUS add_line(const struct pnp_install *install, const struct inf_line *line,
                         const struct roots *roots)
{
    ULONG flags = inf_number(inf_field(line, 3), *inf_field(line, 3) ? MAXULONG : 0);
    struct pnp_path key;
    NTSTATUS status;

    if (flags == MAXULONG)
        return pnp_explain_line(install->package, line, "its flags are no number", install->reason);
    status = key_of(install, line, roots, &key);
    if (!NT_SUCCESS(status))
        return status;
    if (flags & FLAG_DELETE)
        return delete (line, &key);
    if ((flags & (FLAG_KEY_ONLY | FLAG_KEY_ONLY_COMMON)) || line->count < 3 ||
        (line->count == 3 && !*inf_field(line, 2)))
        return cm_create_key(&key.name);
    return set_value(line, &key, flags);
}

static NTSTATUS delete_line(const struct pnp_install *install, const struct inf_line *line,
                            const struct roots *roots)
{
    struct pnp_path key;
    NTSTATUS status = key_of(install, line, roots, &key);

    return NT_SUCCESS(status) ? delete (line, &key) : status;
}

/* AddReg = section, section... */
static NTSTATUS apply(const struct pnp_install *install, const struct inf_line *directive,
                      const struct roots *roots,
                      NTSTATUS (*do_line)(const struct pnp_install *install,
                                          const struct inf_line *line, const struct roots *roots))
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < directive->count && NT_SUCCESS(status); i++) {
        const struct inf_section *section =
            inf_find_section(install->package->inf, inf_field(directive, i));
        const struct inf_line *line;

        if (!section)
            return pnp_explain_line(install->package, directive, "there is no such section",
                                    install->reason);
        for (line = section->lines; line && NT_SUCCESS(status); line = line->next)
            status = do_line(install, line, roots);
    }
    return status;
}

static NTSTATUS add_reg(const struct pnp_install *install, const struct inf_line *line, PVOID roots)
{
    return apply(install, line, roots, add_line);
}

static NTSTATUS del_reg(const struct pnp_install *install, const struct inf_line *line, PVOID roots)
{
    return apply(install, line, roots, delete_line);
}

NTSTATUS pnp_apply_registry(const struct pnp_install *install, const struct inf_section *section,
                            const struct pnp_path *relative, const struct pnp_path *properties)
{
    struct roots roots = {relative, properties};
    NTSTATUS status = pnp_for_each_line(install, section, L"DelReg", del_reg, &roots);

    return NT_SUCCESS(status) ? pnp_for_each_line(install, section, L"AddReg", add_reg, &roots)
                              : status;
}
