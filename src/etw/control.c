/*
 * What is traced: NTIO_TRACE applied to the controls of a driver or program as it starts.
 */
#include "etw.h"

/* NTIO_TRACE, taken apart. */
struct wish {
    UCHAR level;
    PCSTR flags; /* names with commas between them; NULL: all */
};

static const struct {
    PCSTR name;
    UCHAR level;
} levels[] = {
    {"CRITICAL", TRACE_LEVEL_CRITICAL}, {"ERROR", TRACE_LEVEL_ERROR},
    {"WARNING", TRACE_LEVEL_WARNING},   {"INFORMATION", TRACE_LEVEL_INFORMATION},
    {"VERBOSE", TRACE_LEVEL_VERBOSE},
};

PCSTR etw_level_name(ULONG level)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(levels); i++)
        if (levels[i].level == level)
            return levels[i].name;
    return NULL;
}

/* Is word, upper case, what stands at text up to end? Case is not looked at there. */
static BOOLEAN is_word(PCSTR text, PCSTR end, PCSTR word)
{
    while (text < end && *word && RtlUpperChar(*text) == RtlUpperChar(*word)) {
        text++;
        word++;
    }
    return text == end && !*word;
}

static PCSTR end_of(PCSTR text, CHAR separator)
{
    while (*text && *text != separator)
        text++;
    return text;
}

static BOOLEAN read_level(PCSTR text, PCSTR end, UCHAR *level)
{
    ULONG i;

    if (end - text == 1 && *text >= '0' && *text <= '9') {
        *level = (UCHAR)(*text - '0');
        return TRUE;
    }
    for (i = 0; i < RTL_NUMBER_OF(levels); i++) {
        if (is_word(text, end, levels[i].name)) {
            *level = levels[i].level;
            return TRUE;
        }
    }
    return FALSE;
}

/* FALSE: nothing is to be traced. */
static BOOLEAN read_wish(struct wish *wish)
{
    PCSTR text = hal_environment("NTIO_TRACE"), end;

    if (!text || !*text)
        return FALSE;
    end = end_of(text, ':');
    if (!read_level(text, end, &wish->level)) {
        rtl_log("NTIO_TRACE is \"%s\": it starts with a level, which is 0 to 9, error, warning, "
                "information or verbose; nothing is traced",
                text);
        return FALSE;
    }
    wish->flags = *end ? end + 1 : NULL;
    return wish->level != 0;
}

static BOOLEAN wants_flag(const struct wish *wish, PCSTR name)
{
    PCSTR text = wish->flags, end;

    if (!text)
        return TRUE;
    for (;; text = end + 1) {
        end = end_of(text, ',');
        if (is_word(text, end, name))
            return TRUE;
        if (!*end)
            return FALSE;
    }
}

static VOID enable(WPP_CB_TYPE *control, const struct wish *wish)
{
    PCSTR name = control->Bits;
    ULONG bit;

    for (bit = 0; *name && bit < RTL_NUMBER_OF(control->Control.Flags) * 32; bit++) {
        if (wants_flag(wish, name))
            control->Control.Flags[bit / 32] |= 1u << (bit & 31);
        name += strlen(name) + 1;
    }
    control->Control.Level = wish->level;
}

void ntio_wpp_start(WPP_CB_TYPE *controls, UINT32 count, int has_recorder)
{
    struct etw_log *log = has_recorder && count ? etw_default_log(controls->Name) : NULL;
    struct wish wish;
    BOOLEAN is_wanted = read_wish(&wish);
    ULONG i;

    for (i = 0; i < count; i++) {
        controls[i].Control.Logger = (TRACEHANDLE)&controls[i];
        controls[i].Control.AutoLogContext = log;
        if (is_wanted)
            enable(&controls[i], &wish);
    }
}

void ntio_wpp_stop(WPP_CB_TYPE *controls, UINT32 count)
{
    struct etw_log *log = count ? controls->Control.AutoLogContext : NULL;
    ULONG i;

    for (i = 0; i < count; i++)
        RtlZeroMemory(&controls[i].Control, sizeof(controls[i].Control));
    if (log)
        etw_delete_log(log);
}
