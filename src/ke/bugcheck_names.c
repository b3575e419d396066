/*
 * What is known of the stop codes: names, parameters, advice.
 */
#include "bugcheck.h"

static const struct ke_bugcheck_row rows[] = {
    {.code = 0x0A,
     .name = "IRQL_NOT_LESS_OR_EQUAL",
     .parameters = {{KE_PARAMETER_VALUE, "address that was referenced"},
                    {KE_PARAMETER_IRQL, "IRQL at that time"},
                    {KE_PARAMETER_ACCESS, "access"},
                    {KE_PARAMETER_CODE, "code that referenced it"}},
     .advice =
         "Pageable memory or code, or a function for a lower IRQL, was used at DISPATCH_LEVEL "
         "or above. Look for a spin lock that is held, or a DPC, around the call."},
};

static const struct ke_bugcheck_case cases[] = {
    {0xC2, 0, NULL, {{0}}},
};

const struct ke_bugcheck_row *ke_bugcheck_row(ULONG code)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(rows); i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

const struct ke_bugcheck_case *ke_bugcheck_case(const struct ke_bugcheck_row *row,
                                                const ULONG_PTR parameters[4])
{
    ULONG i;

    if (!row->selector)
        return NULL;
    for (i = 0; i < RTL_NUMBER_OF(cases); i++)
        if (cases[i].code == row->code && cases[i].value == parameters[row->selector - 1])
            return &cases[i];
    return NULL;
}

PCSTR ke_bugcheck_name(ULONG code)
{
    const struct ke_bugcheck_row *row = ke_bugcheck_row(code);

    return row ? row->name : NULL;
}
