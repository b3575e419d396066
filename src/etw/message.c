/*
 * A message of a driver, from its format and values to a line of the log.
 */
#include "etw.h"

#define MAX_LINE 2048

VOID etw_add(struct etw_text *text, PCSTR format, ...)
{
    SIZE_T left = text->size - text->length, written;
    va_list arguments;

    va_start(arguments, format);
    written = rtl_format_va(text->buffer + text->length, left, format, arguments);
    va_end(arguments);
    text->length += written < left ? written : left - 1;
}

/* The message's format as it is read, and the values as they are taken. */
struct reader {
    PCSTR at;
    const struct ntio_wpp_site *site;
    const struct ntio_wpp_value *value, *end;
    struct etw_text *text;
};

static const struct ntio_wpp_value *take(struct reader *r)
{
    return r->value < r->end ? r->value++ : NULL;
}

LONG64 etw_number(const struct ntio_wpp_value *value)
{
    ULONG unused = value->size < 8 ? 64 - 8 * value->size : 0;
    ULONG64 bits = 0;

    RtlCopyMemory(&bits, value->at, min(value->size, sizeof(bits)));
    if (value->kind != NTIO_WPP_SIGNED)
        return (LONG64)bits;
    return (LONG64)(bits << unused) >> unused;
}

static double floating(const struct ntio_wpp_value *value)
{
    double number = 0;
    float narrow;

    if (value->kind != NTIO_WPP_FLOAT)
        return (double)etw_number(value);
    if (value->size == sizeof(narrow)) {
        RtlCopyMemory(&narrow, value->at, sizeof(narrow));
        return narrow;
    }
    RtlCopyMemory(&number, value->at, min(value->size, sizeof(number)));
    return number;
}

static BOOLEAN is_one_of(CHAR c, PCSTR set)
{
    while (*set && *set != c)
        set++;
    return *set != 0;
}

static PCSTR base_name(PCSTR path)
{
    PCSTR base = path;

    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            base = path + 1;
    return base;
}

static BOOLEAN is_name(PCSTR name, SIZE_T length, PCSTR expected)
{
    return strlen(expected) == length && !memcmp(name, expected, length);
}

/* %!FUNC! and the others that take no value. */
static BOOLEAN add_place(struct reader *r, PCSTR name, SIZE_T length)
{
    if (is_name(name, length, "FUNC"))
        etw_add(r->text, "%s", r->site->function);
    else if (is_name(name, length, "FILE"))
        etw_add(r->text, "%s", base_name(r->site->file));
    else if (is_name(name, length, "LINE"))
        etw_add(r->text, "%u", r->site->line);
    else
        return is_name(name, length, "STDPREFIX") || is_name(name, length, "LEVEL") ||
               is_name(name, length, "FLAGS") || is_name(name, length, "COMPNAME");
    return TRUE;
}

/* At a '!': takes %!NAME!. */
static VOID add_named(struct reader *r)
{
    PCSTR name = r->at + 1, end = name;
    const struct ntio_wpp_value *value;

    while (*end && *end != '!')
        end++;
    r->at = *end ? end + 1 : end;
    if (add_place(r, name, (SIZE_T)(end - name)))
        return;
    value = take(r);
    if (!value)
        etw_add(r->text, "?");
    else if (!etw_add_typed(r->text, name, (SIZE_T)(end - name), r->site->types, value))
        etw_add(r->text, "0x%I64x(%%!%.*s!)", (ULONG64)etw_number(value), (int)(end - name), name);
}

/* Numbers of the format that are values: %*d. */
static VOID copy_count(struct reader *r, struct etw_text *spec)
{
    const struct ntio_wpp_value *value;

    if (*r->at == '*') {
        r->at++;
        value = take(r);
        etw_add(spec, "%d", value ? (int)etw_number(value) : 0);
    }
    while (*r->at >= '0' && *r->at <= '9')
        etw_add(spec, "%c", *r->at++);
}

/* Copies a conversion up to its letter; numbers are passed as 64 bits, so I64 is added by the
 * caller. */
static CHAR copy_conversion(struct reader *r, struct etw_text *spec)
{
    etw_add(spec, "%%");
    while (*r->at && is_one_of(*r->at, "-+0# "))
        etw_add(spec, "%c", *r->at++);
    copy_count(r, spec);
    if (*r->at == '.') {
        etw_add(spec, "%c", *r->at++);
        copy_count(r, spec);
    }
    while (is_one_of(*r->at, "hlwjztLI") && *r->at) {
        BOOLEAN is_i = *r->at == 'I';

        etw_add(spec, "%c", *r->at++);
        while (is_i && *r->at >= '0' && *r->at <= '9')
            etw_add(spec, "%c", *r->at++);
    }
    etw_add(spec, "%c", *r->at);
    return *r->at ? *r->at++ : 0;
}

static VOID add_conversion(struct reader *r)
{
    CHAR buffer[64];
    struct etw_text spec = {.buffer = buffer, .size = sizeof(buffer)};
    CHAR letter = copy_conversion(r, &spec);
    const struct ntio_wpp_value *value = take(r);

    if (!value)
        etw_add(r->text, "?");
    else if (is_one_of(letter, "eEfFgGaA") && letter)
        etw_add(r->text, buffer, floating(value));
    else
        etw_add(r->text, buffer, etw_number(value));
}

/* Text up to the next conversion. */
static PCSTR add_plain(struct etw_text *text, PCSTR from)
{
    PCSTR to = from;

    while (*to && *to != '%')
        to++;
    etw_add(text, "%.*s", (int)(to - from), from);
    return to;
}

VOID etw_add_message(struct etw_text *text, const struct ntio_wpp_site *site,
                     const struct ntio_wpp_value *values, ULONG count)
{
    struct reader r = {
        .at = site->format, .site = site, .value = values, .end = values + count, .text = text};

    while (*r.at) {
        r.at = add_plain(text, r.at);
        if (*r.at != '%')
            continue;
        r.at++;
        if (*r.at == '!')
            add_named(&r);
        else if (*r.at == '%')
            etw_add(text, "%c", *r.at++);
        else
            add_conversion(&r);
    }
}

/* The control and the flag that logger names; the flag's name is "" if it names a control alone. */
static const WPP_CB_TYPE *find_control(const WPP_CB_TYPE *controls, TRACEHANDLE logger, PCSTR *flag)
{
    const WPP_CB_TYPE *control;
    ULONG bit;

    *flag = "";
    if (logger >> 32)
        return (const WPP_CB_TYPE *)logger;
    control = &controls[WPP_CTRL_NO(logger)];
    *flag = control->Bits;
    for (bit = (ULONG)logger & 0xFFFF; bit > 1 && **flag; bit--)
        *flag += strlen(*flag) + 1;
    return control;
}

static VOID add_head(struct etw_text *text, const WPP_CB_TYPE *control, PCSTR flag, ULONG level,
                     const struct ntio_wpp_site *site)
{
    PCSTR name = etw_level_name(level);

    etw_add(text, "%s ", control->Name);
    if (name)
        etw_add(text, "%s ", name);
    else if (level)
        etw_add(text, "%u ", level);
    etw_add(text, "%s%s%s:%u %s: ", flag, *flag ? " " : "", base_name(site->file), site->line,
            site->function);
}

static VOID end_line(struct etw_text *text)
{
    while (text->length &&
           (text->buffer[text->length - 1] == '\n' || text->buffer[text->length - 1] == '\r'))
        text->length--;
    if (text->length == text->size - 1)
        text->length--;
    text->buffer[text->length++] = '\n';
    text->buffer[text->length] = 0;
}

void ntio_wpp_message(WPP_CB_TYPE *controls, const struct ntio_wpp_site *site, UINT32 is_traced,
                      void *log, const struct ntio_wpp_value *values, UINT32 count,
                      TRACEHANDLE logger, UINT32 level)
{
    static const CHAR prefix[] = "trace: ";
    CHAR line[MAX_LINE];
    struct etw_text text = {.buffer = line, .size = sizeof(line)};
    const WPP_CB_TYPE *control;
    PCSTR flag;

    control = find_control(controls, logger, &flag);
    if (!log)
        log = control->Control.AutoLogContext;
    if (!is_traced && (!log || level >= TRACE_LEVEL_VERBOSE))
        return;
    etw_add(&text, prefix);
    add_head(&text, control, flag, level, site);
    etw_add_message(&text, site, values, count);
    end_line(&text);
    if (is_traced)
        hal_print(text.buffer, text.length);
    if (log && level < TRACE_LEVEL_VERBOSE)
        etw_record(log, text.buffer + sizeof(prefix) - 1, text.length - (sizeof(prefix) - 1));
}
