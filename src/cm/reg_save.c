/*
 * Writing the registry as a .reg file, in UTF-8.
 */
#include "reg_file.h"

#include "../ex/ex.h"
#include "../rtl/rtl.h"

/* Bytes of a hex value are broken into lines of about so many characters, as REGEDIT does. */
#define LINE_LENGTH 77

struct writer {
    struct hal_file *file;
    hal_u64 offset; /* where the buffer's contents go */
    ULONG used;
    ULONG column;    /* characters in the line so far, for hex values */
    NTSTATUS status; /* the first that went wrong; then nothing more is written */
    PUCHAR buffer;   /* in pool */
};

#define BUFFER_BYTES 16384u

static VOID flush(struct writer *writer)
{
    ULONG written = 0;

    while (NT_SUCCESS(writer->status) && written < writer->used) {
        hal_i64 moved = hal_file_write(writer->file, writer->buffer + written,
                                       writer->used - written, writer->offset + written);

        if (moved <= 0)
            writer->status = moved ? rtl_status_from_hal((int)moved) : STATUS_DISK_FULL;
        else
            written += (ULONG)moved;
    }
    writer->offset += written;
    writer->used = 0;
}

static VOID put_bytes(struct writer *writer, const VOID *bytes, SIZE_T count)
{
    const UCHAR *at = bytes;

    writer->column += (ULONG)count;
    while (count) {
        ULONG part = (ULONG)min(count, BUFFER_BYTES - writer->used);

        memcpy(writer->buffer + writer->used, at, part);
        writer->used += part;
        at += part;
        count -= part;
        if (writer->used == BUFFER_BYTES)
            flush(writer);
    }
}

static VOID put(struct writer *writer, PCSTR text)
{
    put_bytes(writer, text, strlen(text));
}

static VOID end_line(struct writer *writer)
{
    put(writer, "\n");
    writer->column = 0;
}

/* Text as UTF-8; in a quoted string, quotes and backslashes escaped. */
static VOID put_text(struct writer *writer, PCWSTR text, ULONG bytes, BOOLEAN escaped)
{
    CHAR utf8[8];
    ULONG i, count = bytes / sizeof(WCHAR);

    for (i = 0; i < count;) {
        /* Both halves of a pair at once. */
        ULONG units = text[i] >= 0xD800 && text[i] < 0xDC00 && i + 1 < count ? 2 : 1;

        if (escaped && (text[i] == L'"' || text[i] == L'\\'))
            put(writer, "\\");
        put_bytes(writer, utf8,
                  rtl_utf8_from_utf16(utf8, sizeof(utf8), text + i, units * sizeof(WCHAR)));
        i += units;
    }
}

static VOID put_hex(struct writer *writer, const struct cm_value *value)
{
    CHAR text[24];
    ULONG i;

    if (value->type == REG_BINARY)
        put(writer, "hex:");
    else
        put_bytes(writer, text, rtl_format(text, sizeof(text), "hex(%x):", value->type));
    for (i = 0; i < value->bytes; i++) {
        BOOLEAN is_last = i + 1 == value->bytes;

        put_bytes(writer, text,
                  rtl_format(text, sizeof(text), "%02x%s", value->data[i], is_last ? "" : ","));
        if (!is_last && writer->column >= LINE_LENGTH) {
            put(writer, "\\");
            end_line(writer);
            put(writer, "  ");
        }
    }
}

/* A string with one terminator, at its end, and nothing that a line cannot hold. */
static BOOLEAN is_plain_string(const struct cm_value *value)
{
    PCWSTR text = (PCWSTR)value->data;
    ULONG i, count = value->bytes / sizeof(WCHAR);

    if (value->type != REG_SZ || !count || value->bytes % sizeof(WCHAR) || text[count - 1])
        return FALSE;
    for (i = 0; i < count - 1; i++)
        if (text[i] < L' ' || (text[i] >= 0xD800 && text[i] < 0xE000))
            return FALSE;
    return TRUE;
}

static VOID put_value(struct writer *writer, const struct cm_value *value)
{
    CHAR text[24];
    ULONG number;

    if (value->name.Length) {
        put(writer, "\"");
        put_text(writer, value->name.Buffer, value->name.Length, TRUE);
        put(writer, "\"=");
    } else {
        put(writer, "@=");
    }
    if (is_plain_string(value)) {
        put(writer, "\"");
        put_text(writer, (PCWSTR)value->data, value->bytes - sizeof(WCHAR), TRUE);
        put(writer, "\"");
    } else if (value->type == REG_DWORD && value->bytes == sizeof(number)) {
        memcpy(&number, value->data, sizeof(number));
        put_bytes(writer, text, rtl_format(text, sizeof(text), "dword:%08x", number));
    } else {
        put_hex(writer, value);
    }
    end_line(writer);
}

static VOID put_path(struct writer *writer, const struct cm_node *node,
                     const struct cm_hive_name *hive)
{
    if (node->depth > 1) {
        put_path(writer, node->parent, hive);
        put(writer, "\\");
        put_text(writer, node->name.Buffer, node->name.Length, FALSE);
    } else {
        put_text(writer, hive->file.Buffer, hive->file.Length, FALSE);
    }
}

/* A line break in a key's name would end the line that the name is on. */
static BOOLEAN fits_line(PCUNICODE_STRING name)
{
    ULONG i;

    for (i = 0; i < name->Length / sizeof(WCHAR); i++)
        if (name->Buffer[i] < L' ')
            return FALSE;
    return TRUE;
}

static VOID put_key(struct writer *writer, const struct cm_node *node,
                    const struct cm_hive_name *hive)
{
    ULONG i;

    if (node->is_volatile || !NT_SUCCESS(writer->status))
        return;
    if (!fits_line(&node->name)) {
        writer->status = STATUS_OBJECT_NAME_INVALID;
        return;
    }
    end_line(writer);
    put(writer, "[");
    put_path(writer, node, hive);
    put(writer, "]");
    end_line(writer);
    for (i = 0; i < node->value_count; i++)
        put_value(writer, &node->values[i]);
    for (i = 0; i < node->child_count; i++)
        put_key(writer, node->children[i], hive);
}

static VOID put_registry(struct writer *writer)
{
    const struct cm_node *hive;
    ULONG i;

    put(writer, "Windows Registry Editor Version 5.00");
    end_line(writer);
    ExAcquireFastMutex(&cm_system.lock);
    for (i = 0; i < 2; i++) {
        hive = cm_node_find(cm_system.root, &cm_hive_names[i].registry);
        if (hive)
            put_key(writer, hive, &cm_hive_names[i]);
    }
    ExReleaseFastMutex(&cm_system.lock);
    flush(writer);
}

NTSTATUS cm_save(PCSTR path)
{
    struct writer writer = {0};
    struct hal_root *root;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    writer.buffer = ExAllocatePoolWithTag(PagedPool, BUFFER_BYTES, EX_TAG_REGISTRY);
    if (!writer.buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = cm_open_file(path, HAL_OPEN_WRITE | HAL_OPEN_CREATE | HAL_OPEN_TRUNCATE, &root,
                          &writer.file);
    if (NT_SUCCESS(status)) {
        put_registry(&writer);
        hal_file_close(writer.file);
        hal_root_close(root);
        status = writer.status;
    }
    ExFreePoolWithTag(writer.buffer, EX_TAG_REGISTRY);
    return status;
}
