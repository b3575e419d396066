/*
 * Memory that no driver sees.
 */
#include <stdlib.h>

#include "linux.h"

HALAPI void *hal_allocate(hal_size bytes)
{
    return calloc(1, bytes ? bytes : 1);
}

HALAPI void hal_free(void *memory)
{
    free(memory);
}

void allocate_stop(void)
{
}
