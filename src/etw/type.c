/*
 * WPP's own types, those that a driver's configuration adds, and how their values look.
 */
#include "etw.h"

typedef VOID add_value(struct etw_text *text, const struct ntio_wpp_value *value);

/* A type of WPP: its name in a format, or an item that a driver's type can be made of. */
struct type {
    PCSTR name;
    add_value *add;
};

static BOOLEAN is_name(PCSTR name, SIZE_T length, PCSTR expected)
{
    return strlen(expected) == length && !memcmp(name, expected, length);
}

/* A value that is a pointer to what is meant, or the thing itself. */
static const VOID *target_of(const struct ntio_wpp_value *value)
{
    return value->size == sizeof(PVOID) ? (const VOID *)etw_number(value) : value->at;
}

static VOID add_status(struct etw_text *text, const struct ntio_wpp_value *value)
{
    NTSTATUS status = (NTSTATUS)etw_number(value);
    PCSTR name = rtl_status_name(status);

    etw_add(text, name ? "0x%08X(%s)" : "0x%08X", status, name);
}

static VOID add_hresult(struct etw_text *text, const struct ntio_wpp_value *value)
{
    etw_add(text, "0x%08X", (ULONG)etw_number(value));
}

static VOID add_decimal(struct etw_text *text, const struct ntio_wpp_value *value)
{
    etw_add(text, "%I64d", etw_number(value));
}

static VOID add_hexadecimal(struct etw_text *text, const struct ntio_wpp_value *value)
{
    etw_add(text, "0x%I64x", etw_number(value));
}

static VOID add_guid(struct etw_text *text, const struct ntio_wpp_value *value)
{
    const GUID *guid = target_of(value);

    if (!guid) {
        etw_add(text, "(null)");
        return;
    }
    etw_add(text, "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", guid->Data1, guid->Data2,
            guid->Data3, guid->Data4[0], guid->Data4[1], guid->Data4[2], guid->Data4[3],
            guid->Data4[4], guid->Data4[5], guid->Data4[6], guid->Data4[7]);
}

static VOID add_address(struct etw_text *text, const struct ntio_wpp_value *value)
{
    ULONG address = (ULONG)etw_number(value);

    etw_add(text, "%u.%u.%u.%u", address & 255, address >> 8 & 255, address >> 16 & 255,
            address >> 24);
}

/* In the order of the net. */
static VOID add_port(struct etw_text *text, const struct ntio_wpp_value *value)
{
    ULONG port = (ULONG)etw_number(value);

    etw_add(text, "%u", (port & 255) << 8 | (port >> 8 & 255));
}

static VOID add_boolean(struct etw_text *text, const struct ntio_wpp_value *value)
{
    etw_add(text, etw_number(value) ? "true" : "false");
}

static VOID add_irql(struct etw_text *text, const struct ntio_wpp_value *value)
{
    static const PCSTR names[] = {"Low", "APC", "DPC"};
    ULONG64 irql = (ULONG64)etw_number(value);

    if (irql < RTL_NUMBER_OF(names))
        etw_add(text, "%s", names[irql]);
    else
        etw_add(text, "%I64u", irql);
}

static VOID add_time(struct etw_text *text, const struct ntio_wpp_value *value)
{
    LARGE_INTEGER time = {.QuadPart = etw_number(value)};
    TIME_FIELDS f;

    RtlTimeToTimeFields(&time, &f);
    etw_add(text, "%04d-%02d-%02d %02d:%02d:%02d.%03d", f.Year, f.Month, f.Day, f.Hour, f.Minute,
            f.Second, f.Milliseconds);
}

static VOID add_ansi(struct etw_text *text, const struct ntio_wpp_value *value)
{
    if (value->kind == NTIO_WPP_BYTES)
        etw_add(text, "%.*s", (int)value->size, (PCSTR)value->at);
    else
        etw_add(text, "%s", (PCSTR)etw_number(value));
}

static VOID add_wide(struct etw_text *text, const struct ntio_wpp_value *value)
{
    if (value->kind == NTIO_WPP_BYTES)
        etw_add(text, "%.*ws", (int)(value->size / sizeof(WCHAR)), (PCWSTR)value->at);
    else
        etw_add(text, "%ws", (PCWSTR)etw_number(value));
}

static VOID add_counted_ansi(struct etw_text *text, const struct ntio_wpp_value *value)
{
    if (value->kind == NTIO_WPP_BYTES)
        add_ansi(text, value);
    else
        etw_add(text, "%Z", target_of(value));
}

static VOID add_counted_wide(struct etw_text *text, const struct ntio_wpp_value *value)
{
    if (value->kind == NTIO_WPP_BYTES)
        add_wide(text, value);
    else
        etw_add(text, "%wZ", target_of(value));
}

static VOID add_bytes(struct etw_text *text, const struct ntio_wpp_value *value)
{
    const UCHAR *bytes = value->at;
    ULONG i;

    for (i = 0; bytes && i < value->size; i++)
        etw_add(text, i ? " %02x" : "%02x", bytes[i]);
}

static VOID add_irp_minor(struct etw_text *text, const struct ntio_wpp_value *value)
{
    static const PCSTR names[] = {
        "IRP_MN_START_DEVICE",
        "IRP_MN_QUERY_REMOVE_DEVICE",
        "IRP_MN_REMOVE_DEVICE",
        "IRP_MN_CANCEL_REMOVE_DEVICE",
        "IRP_MN_STOP_DEVICE",
        "IRP_MN_QUERY_STOP_DEVICE",
        "IRP_MN_CANCEL_STOP_DEVICE",
        "IRP_MN_QUERY_DEVICE_RELATIONS",
        "IRP_MN_QUERY_INTERFACE",
        "IRP_MN_QUERY_CAPABILITIES",
        "IRP_MN_QUERY_RESOURCES",
        "IRP_MN_QUERY_RESOURCE_REQUIREMENTS",
        "IRP_MN_QUERY_DEVICE_TEXT",
        "IRP_MN_FILTER_RESOURCE_REQUIREMENTS",
        "0x0e",
        "IRP_MN_READ_CONFIG",
        "IRP_MN_WRITE_CONFIG",
        "IRP_MN_EJECT",
        "IRP_MN_SET_LOCK",
        "IRP_MN_QUERY_ID",
        "IRP_MN_QUERY_PNP_DEVICE_STATE",
        "IRP_MN_QUERY_BUS_INFORMATION",
        "IRP_MN_DEVICE_USAGE_NOTIFICATION",
        "IRP_MN_SURPRISE_REMOVAL",
    };
    ULONG64 minor = (ULONG64)etw_number(value);

    if (minor < RTL_NUMBER_OF(names))
        etw_add(text, "%s", names[minor]);
    else
        etw_add(text, "0x%02I64x", minor);
}

static VOID add_wmi_minor(struct etw_text *text, const struct ntio_wpp_value *value)
{
    static const PCSTR names[] = {
        "IRP_MN_QUERY_ALL_DATA",
        "IRP_MN_QUERY_SINGLE_INSTANCE",
        "IRP_MN_CHANGE_SINGLE_INSTANCE",
        "IRP_MN_CHANGE_SINGLE_ITEM",
        "IRP_MN_ENABLE_EVENTS",
        "IRP_MN_DISABLE_EVENTS",
        "IRP_MN_ENABLE_COLLECTION",
        "IRP_MN_DISABLE_COLLECTION",
        "IRP_MN_REGINFO",
        "IRP_MN_EXECUTE_METHOD",
        "0x0a",
        "IRP_MN_REGINFO_EX",
    };
    ULONG64 minor = (ULONG64)etw_number(value);

    if (minor < RTL_NUMBER_OF(names))
        etw_add(text, "%s", names[minor]);
    else
        etw_add(text, "0x%02I64x", minor);
}

static const struct type types[] = {
    {"STATUS", add_status},
    {"status", add_status},
    {"NTSTATUS", add_status},
    {"ItemNTSTATUS", add_status},
    {"HRESULT", add_hresult},
    {"hresult", add_hresult},
    {"ItemHRESULT", add_hresult},
    {"WINERROR", add_decimal},
    {"winerr", add_decimal},
    {"ItemWINERROR", add_decimal},
    {"ItemLong", add_decimal},
    {"ItemULong", add_decimal},
    {"ItemULongX", add_hexadecimal},
    {"ItemPtr", add_hexadecimal},
    {"GUID", add_guid},
    {"guid", add_guid},
    {"CLSID", add_guid},
    {"LIBID", add_guid},
    {"IID", add_guid},
    {"ItemGuid", add_guid},
    {"ItemCLSID", add_guid},
    {"ItemIID", add_guid},
    {"ItemLIBID", add_guid},
    {"IPADDR", add_address},
    {"ipaddr", add_address},
    {"ItemIPAddr", add_address},
    {"PORT", add_port},
    {"port", add_port},
    {"ItemPort", add_port},
    {"bool", add_boolean},
    {"BOOL", add_boolean},
    {"BOOLEAN", add_boolean},
    {"bool8", add_boolean},
    {"bool16", add_boolean},
    {"irql", add_irql},
    {"IRQL", add_irql},
    {"pnpmn", add_irp_minor},
    {"PNPMN", add_irp_minor},
    {"sysctrl", add_wmi_minor},
    {"SYSCTRL", add_wmi_minor},
    {"TIMESTAMP", add_time},
    {"TIME", add_time},
    {"DATE", add_time},
    {"datetime", add_time},
    {"ItemTimestamp", add_time},
    {"DELTA", add_decimal},
    {"WAITTIME", add_decimal},
    {"DUE", add_decimal},
    {"ItemTimeDelta", add_decimal},
    {"ASTR", add_ansi},
    {"ItemString", add_ansi},
    {"WSTR", add_wide},
    {"ItemWString", add_wide},
    {"ANSTR", add_counted_ansi},
    {"CSTR", add_counted_ansi},
    {"ItemPString", add_counted_ansi},
    {"USTR", add_counted_wide},
    {"ItemPWString", add_counted_wide},
    {"HEXDUMP", add_bytes},
    {"ItemHEXDump", add_bytes},
};

static BOOLEAN add_own(struct etw_text *text, PCSTR name, SIZE_T length,
                       const struct ntio_wpp_value *value)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(types); i++) {
        if (is_name(name, length, types[i].name)) {
            types[i].add(text, value);
            return TRUE;
        }
    }
    return FALSE;
}

static VOID add_enum(struct etw_text *text, const struct ntio_wpp_type *type, LONG64 number)
{
    ULONG i;

    for (i = 0; i < type->count; i++) {
        /* A value above 2^31 is negative in one place and not in the other. */
        if ((ULONG)type->names[i].value == (ULONG)number) {
            etw_add(text, "%s(%I64d)", type->names[i].name, number);
            return;
        }
    }
    etw_add(text, "%I64d", number);
}

static VOID add_set(struct etw_text *text, const struct ntio_wpp_type *type, LONG64 number)
{
    PCSTR between = "";
    ULONG i;

    etw_add(text, "0x%I64x(", number);
    for (i = 0; i < type->count; i++) {
        if ((ULONG64)number >> type->names[i].value & 1) {
            etw_add(text, "%s%s", between, type->names[i].name);
            between = ",";
        }
    }
    etw_add(text, ")");
}

BOOLEAN etw_add_typed(struct etw_text *text, PCSTR name, SIZE_T length,
                      const struct ntio_wpp_type *drivers, const struct ntio_wpp_value *value)
{
    const struct ntio_wpp_type *type = drivers;

    while (type->name && !is_name(name, length, type->name))
        type++;
    if (!type->name)
        return add_own(text, name, length, value);
    switch (type->kind) {
    case NTIO_WPP_ENUM:
        add_enum(text, type, etw_number(value));
        return TRUE;
    case NTIO_WPP_SET:
        add_set(text, type, etw_number(value));
        return TRUE;
    default:
        return add_own(text, type->names->name, strlen(type->names->name), value);
    }
}
