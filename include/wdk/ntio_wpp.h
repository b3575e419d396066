/*
 * WPP tracing: what the .tmh of a source stands on, and the calls that its messages become. A
 * driver never names this header; ntio build writes a .tmh that includes it.
 *
 * A driver says its control GUIDs once, in WPP_CONTROL_GUIDS; the .tmh makes an element of
 * WPP_GLOBAL_Control of each, and a number WPP_BIT_x of each flag, whose upper half is the
 * element's index and whose lower half is the flag's place in it, counted from 1.
 *
 * A message costs a test of two words unless somebody wants to see it. Its arguments are passed by
 * address and size, as a trace session would copy them; the format tells their types.
 */
#pragma once

#include <evntrace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How an argument is stored. */
enum ntio_wpp_kind {
    NTIO_WPP_UNSIGNED, /* an unsigned integer, a pointer, or a structure */
    NTIO_WPP_SIGNED,   /* a signed integer */
    NTIO_WPP_FLOAT,    /* a floating point number */
    NTIO_WPP_BYTES,    /* bytes of a type that the driver defined (DEFINE_CPLX_TYPE) */
};

struct ntio_wpp_value {
    const void *at;
    UINT32 size; /* bytes */
    enum ntio_wpp_kind kind;
};

/* A number's name in a driver's own type. */
struct ntio_wpp_name {
    INT64 value;
    const char *name;
};

enum ntio_wpp_type_kind {
    NTIO_WPP_ENUM,  /* the value's name */
    NTIO_WPP_SET,   /* names of the bits that are set; a value is a bit's number */
    NTIO_WPP_ALIAS, /* another type, which names says */
};

/* A type that the driver's configuration adds: %!name!. */
struct ntio_wpp_type {
    const char *name; /* NULL ends a table */
    enum ntio_wpp_type_kind kind;
    UINT32 count; /* of names */
    const struct ntio_wpp_name *names;
};

/* A call in the source. */
struct ntio_wpp_site {
    const char *file;
    const char *function;
    const char *format;
    const struct ntio_wpp_type *types;
    UINT32 line;
};

/* A control GUID. The members of Control are WPP's. */
typedef struct ntio_wpp_control {
    struct {
        TRACEHANDLE Logger; /* this element's address; tells a message's control */
        PVOID AutoLogContext; /* the driver's default log of the recorder, or NULL */
        USHORT AutoLogVerboseEnabled;
        USHORT AutoLogAttachToMiniDump;
        UCHAR Level; /* highest that is traced; 0: none */
        ULONG Flags[4];
    } Control;
    const char *Name;
    const char *Guid;
    const char *Bits; /* the flags' names, each with its NUL; an empty one ends them */
} WPP_CB_TYPE;

/*
 * Starts and stops tracing for a driver or program. NTIO_TRACE says what is traced: a level (its
 * number, or error, warning, information, verbose) and, behind a colon, names of flags with commas
 * between them (none: all). With has_recorder messages go to a log in memory as well, whose tail a
 * bug check's report shows. IRQL: PASSIVE_LEVEL.
 */
void ntio_wpp_start(WPP_CB_TYPE *controls, UINT32 count, int has_recorder);
void ntio_wpp_stop(WPP_CB_TYPE *controls, UINT32 count);

/*
 * One message. logger: WPP_BIT_x of a flag, or the Logger of a control. level may be 0: the
 * function has none. is_traced: it goes to the system's log. log: of the recorder, NULL for the
 * driver's default. IRQL: any that the arguments allow to be read at.
 */
void ntio_wpp_message(WPP_CB_TYPE *controls, const struct ntio_wpp_site *site, UINT32 is_traced,
                      void *log, const struct ntio_wpp_value *values, UINT32 count,
                      TRACEHANDLE logger, UINT32 level);

#ifdef __cplusplus
}
#endif

/* Names that drivers use in macros of their own. */
#define WPP_CTRL_NO(CTL) ((CTL) >> 16)
#define WPP_FLAG_NO(CTL) ((((CTL) & 0xFFFF) - 1) / 32)
#define WPP_MASK(CTL) (1u << ((((CTL) & 0xFFFF) - 1) & 31))
#define WPP_CB WPP_GLOBAL_Control
#define WPP_CONTROL(CTL) (WPP_CB[WPP_CTRL_NO(CTL)].Control)
#define WPP_ENABLED() (WPP_CB[0].Control.Level != 0)
#define WPP_LOGGER() WPP_CB[0].Control.Logger,
#define WPP_IsValidSignature(x) ((x) != 0)
#define WPP_LOGPAIR(Size, Address) {(Address), (UINT32)(Size), NTIO_WPP_BYTES},
#ifndef WPP_LEVEL_ENABLED
#define WPP_LEVEL_ENABLED(LVL)                                                                     \
    (WPP_CONTROL(WPP_BIT_##LVL).Flags[WPP_FLAG_NO(WPP_BIT_##LVL)] & WPP_MASK(WPP_BIT_##LVL))
#endif
#ifndef WPP_FLAG_ENABLED
#define WPP_FLAG_ENABLED(FLAG)                                                                     \
    (WPP_CONTROL(WPP_BIT_##FLAG).Flags[WPP_FLAG_NO(WPP_BIT_##FLAG)] & WPP_MASK(WPP_BIT_##FLAG))
#endif
#ifndef WPP_FLAGS_ENABLED
#define WPP_FLAGS_ENABLED(FLAGS)                                                                   \
    (WPP_CONTROL(WPP_BIT_##FLAGS).Flags[WPP_FLAG_NO(WPP_BIT_##FLAGS)] & WPP_MASK(WPP_BIT_##FLAGS))
#endif
/* With a comma of their own, as drivers' macros of this kind have. */
#ifndef WPP_LEVEL_LOGGER
#define WPP_LEVEL_LOGGER(LVL) (TRACEHANDLE)(WPP_BIT_##LVL),
#endif
#ifndef WPP_FLAG_LOGGER
#define WPP_FLAG_LOGGER(FLAG) (TRACEHANDLE)(WPP_BIT_##FLAG),
#endif
#ifndef WPP_FLAGS_LOGGER
#define WPP_FLAGS_LOGGER(FLAGS) (TRACEHANDLE)(WPP_BIT_##FLAGS),
#endif

/* The first argument differs between kernel and programs; it is not needed here. */
#define WPP_INIT_TRACING(...)                                                                      \
    ntio_wpp_start(WPP_GLOBAL_Control, ntio_wpp_control_count, NTIO_WPP_HAS_RECORDER)
#define WPP_CLEANUP(...) ntio_wpp_stop(WPP_GLOBAL_Control, ntio_wpp_control_count)
/* Of Windows 2000. */
#define WPP_SYSTEMCONTROL(DriverObject) ((void)0)
#define WPP_SYSTEMCONTROL2(DriverObject, Offset) ((void)0)

/* ---- how a call becomes a message ---- */

#define NTIO_WPP_UNWRAP(...) __VA_ARGS__
#define NTIO_WPP_CALL(function, arguments) function arguments

#define NTIO_WPP_KIND(x)                                                                           \
    _Generic((x), char: NTIO_WPP_SIGNED, signed char: NTIO_WPP_SIGNED, short: NTIO_WPP_SIGNED,     \
             int: NTIO_WPP_SIGNED, long long: NTIO_WPP_SIGNED, float: NTIO_WPP_FLOAT,              \
             double: NTIO_WPP_FLOAT, default: NTIO_WPP_UNSIGNED)

static __inline struct ntio_wpp_value ntio_wpp_plain(const void *at, UINT32 size,
                                                     enum ntio_wpp_kind kind)
{
    struct ntio_wpp_value value = {at, size, kind};

    return value;
}

/* An argument is evaluated once, into a variable that lives as long as the call. */
#define NTIO_WPP_KEEP(n, x) __auto_type ntio_wpp_v##n = (0, (x));
#define NTIO_WPP_PASS(n, x)                                                                        \
    _Generic((ntio_wpp_v##n), NTIO_WPP_COMPLEX default: ntio_wpp_plain)(                           \
        &ntio_wpp_v##n, (UINT32)sizeof(ntio_wpp_v##n), NTIO_WPP_KIND(ntio_wpp_v##n)),

#define NTIO_WPP_EACH_0(m, ...)
#define NTIO_WPP_EACH_1(m, x, ...) m(1, x)
#define NTIO_WPP_EACH_2(m, x, ...) m(2, x) NTIO_WPP_EACH_1(m, __VA_ARGS__)
#define NTIO_WPP_EACH_3(m, x, ...) m(3, x) NTIO_WPP_EACH_2(m, __VA_ARGS__)
#define NTIO_WPP_EACH_4(m, x, ...) m(4, x) NTIO_WPP_EACH_3(m, __VA_ARGS__)
#define NTIO_WPP_EACH_5(m, x, ...) m(5, x) NTIO_WPP_EACH_4(m, __VA_ARGS__)
#define NTIO_WPP_EACH_6(m, x, ...) m(6, x) NTIO_WPP_EACH_5(m, __VA_ARGS__)
#define NTIO_WPP_EACH_7(m, x, ...) m(7, x) NTIO_WPP_EACH_6(m, __VA_ARGS__)
#define NTIO_WPP_EACH_8(m, x, ...) m(8, x) NTIO_WPP_EACH_7(m, __VA_ARGS__)
#define NTIO_WPP_EACH_9(m, x, ...) m(9, x) NTIO_WPP_EACH_8(m, __VA_ARGS__)
#define NTIO_WPP_EACH_10(m, x, ...) m(10, x) NTIO_WPP_EACH_9(m, __VA_ARGS__)
#define NTIO_WPP_EACH_11(m, x, ...) m(11, x) NTIO_WPP_EACH_10(m, __VA_ARGS__)
#define NTIO_WPP_EACH_12(m, x, ...) m(12, x) NTIO_WPP_EACH_11(m, __VA_ARGS__)
#define NTIO_WPP_EACH_13(m, x, ...) m(13, x) NTIO_WPP_EACH_12(m, __VA_ARGS__)
#define NTIO_WPP_EACH_14(m, x, ...) m(14, x) NTIO_WPP_EACH_13(m, __VA_ARGS__)
#define NTIO_WPP_EACH_15(m, x, ...) m(15, x) NTIO_WPP_EACH_14(m, __VA_ARGS__)
#define NTIO_WPP_EACH_16(m, x, ...) m(16, x) NTIO_WPP_EACH_15(m, __VA_ARGS__)
#define NTIO_WPP_EACH_17(m, x, ...) m(17, x) NTIO_WPP_EACH_16(m, __VA_ARGS__)
#define NTIO_WPP_EACH_18(m, x, ...) m(18, x) NTIO_WPP_EACH_17(m, __VA_ARGS__)
#define NTIO_WPP_EACH_19(m, x, ...) m(19, x) NTIO_WPP_EACH_18(m, __VA_ARGS__)
#define NTIO_WPP_EACH_20(m, x, ...) m(20, x) NTIO_WPP_EACH_19(m, __VA_ARGS__)
#define NTIO_WPP_EACH_21(m, x, ...) m(21, x) NTIO_WPP_EACH_20(m, __VA_ARGS__)
#define NTIO_WPP_EACH_22(m, x, ...) m(22, x) NTIO_WPP_EACH_21(m, __VA_ARGS__)
#define NTIO_WPP_EACH_23(m, x, ...) m(23, x) NTIO_WPP_EACH_22(m, __VA_ARGS__)
#define NTIO_WPP_EACH_24(m, x, ...) m(24, x) NTIO_WPP_EACH_23(m, __VA_ARGS__)
#define NTIO_WPP_COUNT_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16,     \
                        a17, a18, a19, a20, a21, a22, a23, a24, n, ...)                            \
    n
#define NTIO_WPP_COUNT(...)                                                                        \
    NTIO_WPP_COUNT_(__VA_ARGS__ __VA_OPT__(, ) 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, \
                    11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define NTIO_WPP_JOIN_(a, b) a##b
#define NTIO_WPP_JOIN(a, b) NTIO_WPP_JOIN_(a, b)
#define NTIO_WPP_EACH(m, ...)                                                                      \
    NTIO_WPP_JOIN(NTIO_WPP_EACH_, NTIO_WPP_COUNT(__VA_ARGS__))(m, __VA_ARGS__)

/*
 * enabled: the driver's own condition. head: what its _LOGGER macro gives, with its comma, and the
 * level. An expression without a value, so that it can stand wherever a call of a function can.
 */
#define NTIO_WPP_MESSAGE(enabled, head, log, format, ...)                                          \
    ((void)(__extension__({                                                                        \
        UINT32 ntio_wpp_on = (enabled) != 0;                                                       \
        if (ntio_wpp_on || NTIO_WPP_HAS_RECORDER) {                                                \
            static const struct ntio_wpp_site ntio_wpp_here = {__FILE__, __func__, format,         \
                                                               ntio_wpp_types, __LINE__};          \
            NTIO_WPP_EACH(NTIO_WPP_KEEP, __VA_ARGS__)                                              \
            const struct ntio_wpp_value ntio_wpp_values[] = {                                      \
                NTIO_WPP_EACH(NTIO_WPP_PASS, __VA_ARGS__){0}};                                     \
            ntio_wpp_message(WPP_GLOBAL_Control, &ntio_wpp_here, ntio_wpp_on, (log),               \
                             ntio_wpp_values, sizeof(ntio_wpp_values) / sizeof(*ntio_wpp_values) - 1, \
                             head);                                                                \
        }                                                                                          \
    })))

/* ---- the driver's control GUIDs ---- */

#ifdef WPP_CONTROL_GUIDS

enum ntio_wpp_control_numbers {
#define WPP_DEFINE_CONTROL_GUID(Name, Guid, Bits) WPP_CTRL_##Name,
#define WPP_DEFINE_BIT(Name)
    WPP_CONTROL_GUIDS
#undef WPP_DEFINE_CONTROL_GUID
#undef WPP_DEFINE_BIT
    ntio_wpp_control_count
};

enum ntio_wpp_bits {
#define WPP_DEFINE_CONTROL_GUID(Name, Guid, Bits) WPP_BLOCK_##Name = WPP_CTRL_##Name * 0x10000, Bits
#define WPP_DEFINE_BIT(Name) WPP_BIT_##Name,
    WPP_CONTROL_GUIDS
#undef WPP_DEFINE_CONTROL_GUID
#undef WPP_DEFINE_BIT
    ntio_wpp_no_bit
};

/* Every source of a driver has it; the linker keeps one. */
#define NTIO_WPP_GUID(a, b, c, d, e) #a "-" #b "-" #c "-" #d "-" #e
#define WPP_DEFINE_CONTROL_GUID(Name, Guid, Bits) {{0}, #Name, NTIO_WPP_GUID Guid, Bits ""},
#define WPP_DEFINE_BIT(Name) #Name "\0"
__attribute__((weak, visibility("hidden"))) WPP_CB_TYPE WPP_GLOBAL_Control[] = {WPP_CONTROL_GUIDS};
#undef WPP_DEFINE_CONTROL_GUID
#undef WPP_DEFINE_BIT

#endif
