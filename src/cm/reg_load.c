/*
 * Reading .reg files.
 */
#include "reg_file.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

#define MAX_FILE_BYTES (64u << 20)

/* Where the reader is in the text, and what it has for the caller if that is wrong. */
struct reader {
    PCWSTR at, end;
    ULONG line;
    PCSTR path;
    PSTR reason;
    SIZE_T reason_size;
    UNICODE_STRING key; /* the current one, absolute; no buffer: none yet, or a deleted one */
    BOOLEAN in_deleted; /* values are of a key that was just deleted */
    PUCHAR data;        /* of the value being read, in pool: room for what the file has left */
};

static NTSTATUS fail(struct reader *reader, PCSTR what)
{
    if (reader->reason)
        rtl_format(reader->reason, reader->reason_size, "%s:%u: %s", reader->path, reader->line,
                   what);
    return STATUS_REGISTRY_CORRUPT;
}

static NTSTATUS fail_with(struct reader *reader, PCSTR what, NTSTATUS status)
{
    PCSTR name = rtl_status_name(status);

    if (reader->reason)
        rtl_format(reader->reason, reader->reason_size, "%s:%u: %s (%s 0x%08x)", reader->path,
                   reader->line, what, name ? name : "status", status);
    return status;
}

/* ---- the text --------------------------------------------------------------- */

static WCHAR peek(const struct reader *reader)
{
    return reader->at < reader->end ? *reader->at : 0;
}

static BOOLEAN take(struct reader *reader, WCHAR c)
{
    if (reader->at == reader->end || *reader->at != c)
        return FALSE;
    reader->at++;
    return TRUE;
}

static BOOLEAN take_text(struct reader *reader, PCWSTR text)
{
    PCWSTR at = reader->at;

    for (; *text; text++, at++)
        if (at == reader->end || RtlUpcaseUnicodeChar(*at) != RtlUpcaseUnicodeChar(*text))
            return FALSE;
    reader->at = at;
    return TRUE;
}

static VOID skip_blanks(struct reader *reader)
{
    while (peek(reader) == L' ' || peek(reader) == L'\t')
        reader->at++;
}

static BOOLEAN at_line_end(const struct reader *reader)
{
    return reader->at == reader->end || *reader->at == L'\r' || *reader->at == L'\n';
}

static VOID next_line(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at != L'\n')
        reader->at++;
    if (take(reader, L'\n'))
        reader->line++;
}

/* Nothing but blanks or a comment may follow on the line. */
static NTSTATUS end_line(struct reader *reader, PCSTR what)
{
    skip_blanks(reader);
    if (!at_line_end(reader) && peek(reader) != L';')
        return fail(reader, what);
    next_line(reader);
    return STATUS_SUCCESS;
}

/* ---- keys ------------------------------------------------------------------- */

/* "HKEY_LOCAL_MACHINE\Software" to "\Registry\Machine\Software", in pool. */
static NTSTATUS registry_name(struct reader *reader, PCUNICODE_STRING name,
                              PUNICODE_STRING absolute)
{
    static const UNICODE_STRING prefix = RTL_CONSTANT_STRING(L"\\Registry\\");
    const struct cm_hive_name *hive = NULL;
    UNICODE_STRING rest = *name;
    ULONG i, bytes;

    for (i = 0; i < RTL_NUMBER_OF(cm_hive_names) && !hive; i++) {
        const UNICODE_STRING *file = &cm_hive_names[i].file;

        if (RtlPrefixUnicodeString(file, name, TRUE) &&
            (name->Length == file->Length || name->Buffer[file->Length / sizeof(WCHAR)] == L'\\'))
            hive = &cm_hive_names[i];
    }
    if (!hive)
        return fail(reader, "the key does not start with HKEY_LOCAL_MACHINE, HKEY_USERS, "
                            "HKEY_CLASSES_ROOT or HKEY_CURRENT_USER");
    rest.Buffer += hive->file.Length / sizeof(WCHAR);
    rest.Length -= hive->file.Length;
    bytes = (ULONG)prefix.Length + hive->registry.Length + rest.Length;
    if (bytes > MAXUSHORT)
        return fail(reader, "the key's name is too long");
    absolute->Buffer = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_REGISTRY);
    if (!absolute->Buffer)
        return fail_with(reader, "no memory", STATUS_INSUFFICIENT_RESOURCES);
    absolute->Length = 0;
    absolute->MaximumLength = (USHORT)bytes;
    RtlAppendUnicodeStringToString(absolute, &prefix);
    RtlAppendUnicodeStringToString(absolute, &hive->registry);
    return RtlAppendUnicodeStringToString(absolute, &rest);
}

static VOID leave_key(struct reader *reader)
{
    if (reader->key.Buffer)
        ExFreePoolWithTag(reader->key.Buffer, EX_TAG_REGISTRY);
    RtlInitUnicodeString(&reader->key, NULL);
}

static NTSTATUS enter_key(struct reader *reader, BOOLEAN deletes)
{
    NTSTATUS status;

    reader->in_deleted = deletes;
    if (!deletes) {
        status = cm_create_key(&reader->key);
        return NT_SUCCESS(status) ? status : fail_with(reader, "the key cannot be made", status);
    }
    status = cm_delete_key(&reader->key);
    if (!NT_SUCCESS(status) && status != STATUS_OBJECT_NAME_NOT_FOUND)
        return fail_with(reader, "the key cannot be deleted", status);
    return STATUS_SUCCESS;
}

/* "[key]" or "[-key]", past the bracket. The name ends with the line's last bracket. */
static NTSTATUS read_key(struct reader *reader)
{
    BOOLEAN deletes = take(reader, L'-');
    PCWSTR start = reader->at, close = NULL;
    UNICODE_STRING name;
    NTSTATUS status;

    for (; !at_line_end(reader); reader->at++)
        if (*reader->at == L']')
            close = reader->at;
    if (!close)
        return fail(reader, "the key's name has no closing ']'");
    if ((SIZE_T)(close - start) > MAXUSHORT / sizeof(WCHAR))
        return fail(reader, "the key's name is too long");
    name.Buffer = (PWSTR)start;
    name.Length = name.MaximumLength = (USHORT)((close - start) * sizeof(WCHAR));
    reader->at = close + 1;
    leave_key(reader);
    status = registry_name(reader, &name, &reader->key);
    if (NT_SUCCESS(status))
        status = enter_key(reader, deletes);
    return NT_SUCCESS(status) ? end_line(reader, "text after the key's name") : status;
}

/* ---- values ----------------------------------------------------------------- */

/* A string in quotes, past the first of them, to text; \\ and \" stand for themselves. */
static NTSTATUS read_quoted(struct reader *reader, PWSTR text, PULONG bytes)
{
    ULONG count = 0;

    while (reader->at < reader->end && *reader->at != L'"') {
        if (*reader->at == L'\\' && reader->at + 1 < reader->end)
            reader->at++;
        if (*reader->at == L'\n')
            reader->line++;
        text[count++] = *reader->at++;
    }
    if (!take(reader, L'"'))
        return fail(reader, "the string has no closing quote");
    *bytes = count * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

static ULONG digit(WCHAR c)
{
    if (c >= L'0' && c <= L'9')
        return c - L'0';
    c |= 0x20;
    return c >= L'a' && c <= L'f' ? c - L'a' + 10u : MAXULONG;
}

/* Up to digits hexadecimal digits; FALSE if there is none. */
static BOOLEAN read_hex(struct reader *reader, ULONG digits, PULONG value)
{
    PCWSTR start = reader->at;

    *value = 0;
    while (digits-- && reader->at < reader->end && digit(*reader->at) != MAXULONG)
        *value = *value << 4 | digit(*reader->at++);
    return reader->at > start;
}

/* "00,01,\" and on the next lines, to the reader's data. */
static NTSTATUS read_bytes(struct reader *reader, PULONG bytes)
{
    ULONG byte;

    *bytes = 0;
    for (;;) {
        skip_blanks(reader);
        if (take(reader, L'\\')) {
            skip_blanks(reader);
            if (!at_line_end(reader))
                return fail(reader, "text after the '\\' that continues the line");
            next_line(reader);
            continue;
        }
        if (!read_hex(reader, 2, &byte))
            return STATUS_SUCCESS;
        reader->data[(*bytes)++] = (UCHAR)byte;
        skip_blanks(reader);
        if (!take(reader, L','))
            return STATUS_SUCCESS;
    }
}

/* What follows "hex": "(type):" or ":", and the bytes. */
static NTSTATUS read_typed_bytes(struct reader *reader, PULONG type, PULONG bytes)
{
    *type = REG_BINARY;
    if (take(reader, L'(') && (!read_hex(reader, 8, type) || !take(reader, L')')))
        return fail(reader, "hex( is not followed by a type and ')'");
    if (!take(reader, L':'))
        return fail(reader, "hex is not followed by ':'");
    return read_bytes(reader, bytes);
}

static NTSTATUS read_data(struct reader *reader, PULONG type, PULONG bytes)
{
    NTSTATUS status;
    ULONG value;

    if (take(reader, L'"')) {
        status = read_quoted(reader, (PWSTR)reader->data, bytes);
        if (!NT_SUCCESS(status))
            return status;
        *type = REG_SZ;
        *(PWSTR)(reader->data + *bytes) = 0;
        *bytes += sizeof(WCHAR);
        return STATUS_SUCCESS;
    }
    if (take_text(reader, L"dword:")) {
        if (!read_hex(reader, 8, &value))
            return fail(reader, "dword: is not followed by hexadecimal digits");
        *type = REG_DWORD;
        *bytes = sizeof(value);
        memcpy(reader->data, &value, sizeof(value));
        return STATUS_SUCCESS;
    }
    if (take_text(reader, L"hex"))
        return read_typed_bytes(reader, type, bytes);
    return fail(reader, "the value is none of \"text\", dword:, hex:, hex(type): and -");
}

static NTSTATUS delete_value(struct reader *reader, PCUNICODE_STRING name)
{
    struct cm_node *node;
    struct cm_value *value;
    UNICODE_STRING path = reader->key;

    /* The key was made when its line was read. */
    path.Buffer += sizeof(L"\\Registry") / sizeof(WCHAR) - 1;
    path.Length -= sizeof(L"\\Registry") - sizeof(WCHAR);
    ExAcquireFastMutex(&cm_system.lock);
    if (NT_SUCCESS(cm_walk(cm_system.root, &path, 0, NULL, &node))) {
        value = cm_value_find(node, name);
        if (value)
            cm_value_delete(node, value);
    }
    ExReleaseFastMutex(&cm_system.lock);
    return end_line(reader, "text after the '-' that deletes the value");
}

static NTSTATUS set_value(struct reader *reader, PCUNICODE_STRING name)
{
    ULONG type, bytes;
    NTSTATUS status = read_data(reader, &type, &bytes);

    if (!NT_SUCCESS(status))
        return status;
    status = cm_set_value(&reader->key, name, type, reader->data, bytes);
    if (!NT_SUCCESS(status))
        return fail_with(reader, "the value cannot be set", status);
    return end_line(reader, "text after the value");
}

/* A name in pool: the data of the value is read while it is needed. */
static NTSTATUS read_value_name(struct reader *reader, PUNICODE_STRING name)
{
    ULONG bytes;
    NTSTATUS status;

    RtlInitUnicodeString(name, NULL);
    if (take(reader, L'@'))
        return STATUS_SUCCESS;
    reader->at++;
    status = read_quoted(reader, (PWSTR)reader->data, &bytes);
    if (!NT_SUCCESS(status))
        return status;
    if (bytes > CM_MAX_VALUE_NAME * sizeof(WCHAR))
        return fail(reader, "the value's name is too long");
    if (!bytes)
        return STATUS_SUCCESS;
    name->Buffer = ExAllocatePoolWithTag(PagedPool, bytes, EX_TAG_REGISTRY);
    if (!name->Buffer)
        return fail_with(reader, "no memory", STATUS_INSUFFICIENT_RESOURCES);
    memcpy(name->Buffer, reader->data, bytes);
    name->Length = name->MaximumLength = (USHORT)bytes;
    return STATUS_SUCCESS;
}

static NTSTATUS read_value(struct reader *reader)
{
    UNICODE_STRING name;
    NTSTATUS status;

    if (!reader->key.Buffer)
        return fail(reader, "a value before the first [key]");
    if (reader->in_deleted)
        return fail(reader, "a value of a key that is deleted");
    status = read_value_name(reader, &name);
    if (!NT_SUCCESS(status))
        return status;
    skip_blanks(reader);
    if (!take(reader, L'=')) {
        status = fail(reader, "the value's name is not followed by '='");
    } else {
        skip_blanks(reader);
        status = take(reader, L'-') ? delete_value(reader, &name) : set_value(reader, &name);
    }
    if (name.Buffer)
        ExFreePoolWithTag(name.Buffer, EX_TAG_REGISTRY);
    return status;
}

/* ---- the file --------------------------------------------------------------- */

static NTSTATUS read_line(struct reader *reader)
{
    skip_blanks(reader);
    if (at_line_end(reader) || peek(reader) == L';') {
        next_line(reader);
        return STATUS_SUCCESS;
    }
    if (take(reader, L'['))
        return read_key(reader);
    if (peek(reader) == L'"' || peek(reader) == L'@')
        return read_value(reader);
    return fail(reader, "the line is none of [key], \"name\"=value, @=value and ;comment");
}

static NTSTATUS read_all(struct reader *reader)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!take_text(reader, L"windows registry editor version 5.00")) {
        fail(reader, "the file does not start with \"Windows Registry Editor Version 5.00\"");
        return STATUS_NOT_REGISTRY_FILE;
    }
    next_line(reader);
    while (NT_SUCCESS(status) && reader->at < reader->end)
        status = read_line(reader);
    leave_key(reader);
    return status;
}

/* The file's text as UTF-16, in pool. */
static NTSTATUS decode(const UCHAR *raw, SIZE_T bytes, PWSTR *text, SIZE_T *count)
{
    BOOLEAN is_wide = bytes >= 2 && raw[0] == 0xFF && raw[1] == 0xFE;
    BOOLEAN has_mark = bytes >= 3 && raw[0] == 0xEF && raw[1] == 0xBB && raw[2] == 0xBF;
    SIZE_T mark = is_wide ? 2 : has_mark ? 3 : 0, size;

    size = is_wide ? bytes - mark : rtl_utf16_from_utf8(NULL, 0, (PCSTR)raw + mark, bytes - mark);
    *text = ExAllocatePoolWithTag(PagedPool, size + sizeof(WCHAR), EX_TAG_REGISTRY);
    if (!*text)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (is_wide)
        memcpy(*text, raw + mark, size);
    else
        rtl_utf16_from_utf8(*text, size, (PCSTR)raw + mark, bytes - mark);
    *count = size / sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* Parses a file's contents. */
static NTSTATUS read_text(struct reader *reader, const UCHAR *raw, SIZE_T bytes)
{
    PWSTR text;
    SIZE_T count;
    NTSTATUS status = decode(raw, bytes, &text, &count);

    if (!NT_SUCCESS(status))
        return fail_with(reader, "no memory", status);
    reader->at = text;
    reader->end = text + count;
    /* No value is longer than the text that it is written in. */
    reader->data = ExAllocatePoolWithTag(PagedPool, (count + 2) * sizeof(WCHAR), EX_TAG_REGISTRY);
    status = reader->data ? read_all(reader)
                          : fail_with(reader, "no memory", STATUS_INSUFFICIENT_RESOURCES);
    if (reader->data)
        ExFreePoolWithTag(reader->data, EX_TAG_REGISTRY);
    ExFreePoolWithTag(text, EX_TAG_REGISTRY);
    return status;
}

/* The whole file in pool. */
static NTSTATUS read_raw(struct hal_file *file, PUCHAR *raw, SIZE_T *bytes)
{
    struct hal_file_info info;
    SIZE_T read = 0;
    hal_i64 got = hal_file_info(file, &info);

    if (got)
        return rtl_status_from_hal((int)got);
    if (info.is_directory)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (info.size > MAX_FILE_BYTES)
        return STATUS_FILE_TOO_LARGE;
    *raw = ExAllocatePoolWithTag(PagedPool, info.size + 1, EX_TAG_REGISTRY);
    if (!*raw)
        return STATUS_INSUFFICIENT_RESOURCES;
    do {
        got = hal_file_read(file, *raw + read, info.size - read, read);
        read += got > 0 ? (SIZE_T)got : 0;
    } while (got > 0 && read < info.size);
    if (got < 0) {
        ExFreePoolWithTag(*raw, EX_TAG_REGISTRY);
        return rtl_status_from_hal((int)got);
    }
    *bytes = read;
    return STATUS_SUCCESS;
}

NTSTATUS cm_load(PCSTR path, PSTR reason, SIZE_T reason_size)
{
    struct reader reader = {.line = 1, .path = path, .reason = reason, .reason_size = reason_size};
    struct hal_root *root;
    struct hal_file *file;
    PUCHAR raw = NULL;
    SIZE_T bytes = 0;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (reason && reason_size)
        reason[0] = 0;
    status = cm_open_file(path, HAL_OPEN_READ, &root, &file);
    if (!NT_SUCCESS(status))
        return fail_with(&reader, "the file cannot be opened", status);
    status = read_raw(file, &raw, &bytes);
    hal_file_close(file);
    hal_root_close(root);
    if (!NT_SUCCESS(status))
        return fail_with(&reader, "the file cannot be read", status);
    status = read_text(&reader, raw, bytes);
    ExFreePoolWithTag(raw, EX_TAG_REGISTRY);
    return status;
}
