/*
 * Memory for the INF parser, in the kernel.
 */
#include "inf.h"
#include "pnpp.h"

PVOID inf_allocate(SIZE_T bytes)
{
    PVOID memory = ExAllocatePoolWithTag(PagedPool, bytes, PNP_TAG);

    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

VOID inf_free(PVOID memory)
{
    if (memory)
        ExFreePoolWithTag(memory, PNP_TAG);
}
