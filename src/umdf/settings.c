/*
 * What a host is told of a stack: its drivers, its instance path, and the part of the registry
 * that they may see. docs/umdf.md says which part that is.
 */
#include "umdf.h"
#include "../cm/cm.h"
#include "../pnp/pnp.h"

#define DEEPEST 8 /* keys below one another that are told */
#define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"
#define ENUM L"\\Registry\\Machine\\System\\CurrentControlSet\\Enum\\"
#define CLASSES L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Class\\"

/* Bytes that grow; status stays at the first failure. */
struct writer {
    PUCHAR bytes; /* in pool */
    ULONG length, room;
    NTSTATUS status;
};

static VOID put(struct writer *writer, const VOID *bytes, ULONG length)
{
    ULONG room = max(2 * writer->room, writer->length + length + 1024);
    PUCHAR grown;

    if (!NT_SUCCESS(writer->status))
        return;
    if (writer->length + length > writer->room) {
        grown = ExAllocatePoolWithTag(PagedPool, room, UMDF_TAG);
        if (!grown) {
            writer->status = STATUS_INSUFFICIENT_RESOURCES;
            return;
        }
        if (writer->bytes) {
            memcpy(grown, writer->bytes, writer->length);
            ExFreePoolWithTag(writer->bytes, UMDF_TAG);
        }
        writer->bytes = grown;
        writer->room = room;
    }
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

/* A name that is put together from parts. */
struct name {
    UNICODE_STRING string;
    WCHAR text[520];
};

static NTSTATUS begin(struct name *name, PCWSTR prefix, PCUNICODE_STRING rest)
{
    name->string = (UNICODE_STRING){0, sizeof(name->text), name->text};
    RtlAppendUnicodeToString(&name->string, prefix);
    return RtlAppendUnicodeStringToString(&name->string, rest);
}

/* ---- values and keys -------------------------------------------------------------------- */

struct walk {
    struct writer *writer;
    ULONG values; /* that were written */
};

static VOID put_value(struct walk *walk, PCUNICODE_STRING key,
                      const KEY_VALUE_FULL_INFORMATION *value)
{
    struct umdf_value header = {key->Length, value->NameLength, value->Type, value->DataLength};

    put(walk->writer, &header, sizeof(header));
    put(walk->writer, key->Buffer, key->Length);
    put(walk->writer, value->Name, value->NameLength);
    put(walk->writer, (PUCHAR)value + value->DataOffset, value->DataLength);
    walk->values++;
}

static VOID put_key(struct walk *walk, PCUNICODE_STRING key)
{
    struct umdf_value header = {key->Length, MAXULONG, 0, 0};

    put(walk->writer, &header, sizeof(header));
    put(walk->writer, key->Buffer, key->Length);
    walk->values++;
}

/* What Zw's enumerations answer, in pool; NULL at the end. */
static PVOID next_of(NTSTATUS (*ask)(HANDLE, ULONG, PVOID, ULONG, PULONG), HANDLE key, ULONG index)
{
    PVOID answer = NULL;
    ULONG bytes = 512, needed = 0;
    NTSTATUS status;

    do {
        if (answer)
            ExFreePoolWithTag(answer, UMDF_TAG);
        bytes = max(bytes, needed);
        answer = ExAllocatePoolWithTag(PagedPool, bytes, UMDF_TAG);
        if (!answer)
            return NULL;
        status = ask(key, index, answer, bytes, &needed);
    } while ((status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL) &&
             needed > bytes);
    if (NT_SUCCESS(status))
        return answer;
    ExFreePoolWithTag(answer, UMDF_TAG);
    return NULL;
}

static NTSTATUS ask_value(HANDLE key, ULONG index, PVOID answer, ULONG bytes, PULONG needed)
{
    return ZwEnumerateValueKey(key, index, KeyValueFullInformation, answer, bytes, needed);
}

static NTSTATUS ask_key(HANDLE key, ULONG index, PVOID answer, ULONG bytes, PULONG needed)
{
    return ZwEnumerateKey(key, index, KeyBasicInformation, answer, bytes, needed);
}

static VOID walk_key(struct walk *walk, PUNICODE_STRING name, ULONG depth);

/* name is put back as it was. */
static VOID walk_subkeys(struct walk *walk, HANDLE key, PUNICODE_STRING name, ULONG depth)
{
    PKEY_BASIC_INFORMATION subkey;
    ULONG i;

    for (i = 0; (subkey = next_of(ask_key, key, i)); i++) {
        UNICODE_STRING leaf = {(USHORT)subkey->NameLength, (USHORT)subkey->NameLength,
                               subkey->Name};
        USHORT length = name->Length;

        if (NT_SUCCESS(RtlAppendUnicodeToString(name, L"\\")) &&
            NT_SUCCESS(RtlAppendUnicodeStringToString(name, &leaf)))
            walk_key(walk, name, depth + 1);
        name->Length = length;
        ExFreePoolWithTag(subkey, UMDF_TAG);
    }
}

static VOID walk_key(struct walk *walk, PUNICODE_STRING name, ULONG depth)
{
    OBJECT_ATTRIBUTES attributes;
    PKEY_VALUE_FULL_INFORMATION value;
    HANDLE key;
    ULONG i;

    InitializeObjectAttributes(&attributes, name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    if (depth > DEEPEST || !NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes)))
        return;
    put_key(walk, name);
    for (i = 0; (value = next_of(ask_value, key, i)); i++) {
        put_value(walk, name, value);
        ExFreePoolWithTag(value, UMDF_TAG);
    }
    walk_subkeys(walk, key, name, depth);
    ZwClose(key);
}

/* ---- the whole ------------------------------------------------------------------------ */

static VOID walk_from(struct walk *walk, PCWSTR prefix, PCUNICODE_STRING rest)
{
    struct name name;

    if (NT_SUCCESS(begin(&name, prefix, rest)))
        walk_key(walk, &name.string, 0);
}

/* The software key: which one it is, the device's key says. */
static VOID walk_class_key(struct walk *walk, PCUNICODE_STRING instance)
{
    static const UNICODE_STRING driver_value = RTL_STRING(L"Driver");
    WCHAR text[128];
    ULONG type, bytes = sizeof(text) - sizeof(WCHAR);
    UNICODE_STRING driver;
    struct name key;

    if (!NT_SUCCESS(begin(&key, ENUM, instance)) ||
        !NT_SUCCESS(cm_query_value(&key.string, &driver_value, &type, text, &bytes)))
        return;
    text[bytes / sizeof(WCHAR)] = 0;
    RtlInitUnicodeString(&driver, text);
    walk_from(walk, CLASSES, &driver);
}

static VOID write_registry(struct walk *walk, PCUNICODE_STRING instance,
                           const struct pnp_umdf_settings *settings)
{
    ULONG i;

    walk_from(walk, ENUM, instance);
    walk_class_key(walk, instance);
    for (i = 0; i < settings->count; i++)
        walk_from(walk, SERVICES, &settings->drivers[i].service);
}

NTSTATUS umdf_describe_stack(struct umdf_host *host, PDEVICE_OBJECT pdo,
                             const struct pnp_umdf_settings *settings, PUCHAR *bytes, PULONG length)
{
    struct writer writer = {0};
    struct walk walk = {&writer, 0};
    struct umdf_device header = {.driver_count = settings->count,
                                 .is_pooled = settings->is_shared,
                                 .fs_context = settings->fs_context,
                                 .impersonation = settings->impersonation};
    UNICODE_STRING instance;
    ULONG i;
    NTSTATUS status = pnp_query_instance(pdo, &instance);

    if (!NT_SUCCESS(status))
        return status;
    header.instance_bytes = instance.Length;
    put(&writer, &header, sizeof(header));
    put(&writer, instance.Buffer, instance.Length);
    for (i = 0; i < settings->count; i++) {
        ULONG number = (ULONG)umdf_driver_number(host, &settings->drivers[i].service);

        put(&writer, &number, sizeof(number));
    }
    write_registry(&walk, &instance, settings);
    RtlFreeUnicodeString(&instance);
    if (!NT_SUCCESS(writer.status)) {
        if (writer.bytes)
            ExFreePoolWithTag(writer.bytes, UMDF_TAG);
        return writer.status;
    }
    ((struct umdf_device *)writer.bytes)->value_count = walk.values;
    *bytes = writer.bytes;
    *length = writer.length;
    return STATUS_SUCCESS;
}
