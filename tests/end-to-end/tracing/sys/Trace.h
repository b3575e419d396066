/*
 * Control GUIDs and trace functions, in each of the forms in which drivers write them.
 */
#pragma once

#include <evntrace.h>

#define WPP_CHECK_FOR_NULL_STRING

#define WPP_CONTROL_GUIDS                                                                          \
    WPP_DEFINE_CONTROL_GUID(TracingGuid, (6e3fbe09, d5c6, 4b4a, 9f2e, 00a0c9e12b11),               \
                            WPP_DEFINE_BIT(FLAG_INIT) /* bit 0 */                                  \
                            WPP_DEFINE_BIT(FLAG_IO)   /* bit 1 */                                  \
                            WPP_DEFINE_BIT(FLAG_OTHER))

#define WPP_LEVEL_FLAGS_LOGGER(lvl, flags) WPP_LEVEL_LOGGER(flags)
#define WPP_LEVEL_FLAGS_ENABLED(lvl, flags)                                                        \
    (WPP_LEVEL_ENABLED(flags) && WPP_CONTROL(WPP_BIT_##flags).Level >= lvl)

typedef enum _MACHINE_STATE {
    StateOff = 2,
    StateOn, /* 3 */
    StateBroken = 0xFF000001
} MACHINE_STATE;

/*
 * A structure that one argument is made of: bytes and how many.
 */
typedef struct xstr {
    char *_buf;
    short _len;
} xstr_t;
__inline xstr_t log_xstr(void *p, short l)
{
    xstr_t xs = {(char *)p, l};
    return xs;
}
#define WPP_LOGHEXDUMP(x) WPP_LOGPAIR(2, &((x)._len)) WPP_LOGPAIR((x)._len, (x)._buf)

//
// The next lines are read by WPP; the "begin_wpp config" of this line is not a beginning.
//
// begin_wpp config
// CUSTOM_TYPE(state, ItemEnum(_MACHINE_STATE));
// CUSTOM_TYPE(side, ItemListLong(left, right));
// CUSTOM_TYPE(options, ItemSetLong(fast, quiet, wide));
// DEFINE_CPLX_TYPE(HEXDUMP, WPP_LOGHEXDUMP, xstr_t, ItemHEXDump, "s", _HEX_, 0, 2);
// USEPREFIX (TRACE_RETURN, "%!STDPREFIX!");
// FUNC TRACE_RETURN{FLAG=FLAG_IO}(EXP);
// USESUFFIX (TRACE_RETURN, "returns %!STATUS!", EXP);
// FUNC DoTrace(LEVEL, FLAGS, (MSG, ...));
// FUNC KdPrint{LEVEL=TRACE_LEVEL_INFORMATION, FLAGS=FLAG_INIT}((MSG, ...));
// WPP_FLAGS(-public:KdPrint);
// end_wpp
//

#define WPP_FLAG_EXP_PRE(FLAGS, HR)                                                                \
    {                                                                                              \
        if (HR != STATUS_SUCCESS) {
#define WPP_FLAG_EXP_POST(FLAGS, HR)                                                               \
    ;                                                                                              \
    }                                                                                              \
    }
#define WPP_FLAG_EXP_ENABLED(FLAGS, HR) WPP_FLAG_ENABLED(FLAGS)
#define WPP_FLAG_EXP_LOGGER(FLAGS, HR) WPP_FLAG_LOGGER(FLAGS)
