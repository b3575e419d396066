/*
 * What a program's own rooms ask of rooms that it does not have: it has no drivers
 * and no requests.
 */
#include "client.h"

#include "../../io/io.h"
#include "../../etw/etw.h"

PDRIVER_OBJECT io_driver_of_code(ULONG64 pc)
{
    UNREFERENCED_PARAMETER(pc);
    return NULL;
}

VOID io_describe_irp(PIRP irp, PSTR text, SIZE_T size)
{
    UNREFERENCED_PARAMETER(irp);
    if (size)
        text[0] = 0;
}

VOID etw_describe(PSTR text, SIZE_T size)
{
    if (size)
        text[0] = 0;
}
