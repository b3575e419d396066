/*
 * The parts of a bug check: what is known of each stop code, the text of the
 * report, the end.
 */
#pragma once

#include "ke.h"

/* How a parameter is shown. */
enum ke_parameter_kind {
    AS_NOTHING = 0, /* not shown unless it is not 0 */
    AS_VALUE,       /* a number or an address */
    AS_CODE,        /* an address of code: function, file and line */
    AS_IRQL,
    AS_STATUS, /* an NTSTATUS */
    AS_ACCESS, /* 0 read, 1 write, 2 write or execute, 8 and 0x10 execute */
    AS_TAG,    /* a pool tag */
};

struct ke_bugcheck_parameter {
    enum ke_parameter_kind kind;
    PCSTR meaning;
};

/* One of the things that a stop code can stand for. */
struct ke_bugcheck_case {
    ULONG code;
    ULONG_PTR value; /* of the parameter that selects */
    PCSTR what;
    struct ke_bugcheck_parameter parameters[4]; /* the selecting one is as in the row */
};

struct ke_bugcheck_row {
    ULONG code;
    PCSTR name;
    ULONG selector; /* the parameter, 1 to 4, that selects a case; 0 if there are no cases */
    struct ke_bugcheck_parameter parameters[4];
    PCSTR advice; /* what usually causes it, and what to do */
};

/* NULL if the code is not known. */
const struct ke_bugcheck_row *ke_bugcheck_row(ULONG code);
/* NULL if there is none for these parameters. */
const struct ke_bugcheck_case *ke_bugcheck_case(const struct ke_bugcheck_row *row,
                                                const ULONG_PTR parameters[4]);

/* What a report is made from. */
struct ke_bugcheck {
    ULONG code;
    const ULONG_PTR *parameters;
    PCSTR note;                    /* may be NULL */
    const struct hal_fault *fault; /* may be NULL */
    ULONG64 caller;                /* code that called for the bug check, if there is no fault */
    KIRQL irql;                    /* at the call; set by ke_bugcheck_stop */
};

/* Reports and ends the system. */
VOID ke_bugcheck_stop(const struct ke_bugcheck *bugcheck) __attribute__((noreturn));

/*
 * For the report: runs part(context), which looks at what may be damaged or
 * locked. FALSE if it failed with a bug check of its own.
 */
BOOLEAN ke_bugcheck_try(VOID (*part)(PVOID), PVOID context);

/* A text that grows until its buffer is full. */
struct ke_text {
    PSTR buffer;
    SIZE_T size, length;
};

VOID ke_text_add(struct ke_text *text, PCSTR format, ...);

/* Writes the report. Allocates nothing, takes no locks. */
VOID ke_bugcheck_describe(struct ke_text *text, const struct ke_bugcheck *bugcheck);

/* Calls what drivers registered, each once at most; what they tell is added to the text. */
VOID ke_bugcheck_call_back(struct ke_text *text);
