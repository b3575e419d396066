/*
 * Page adoption.
 */
#include "linux.h"

hal_u32 hal_adopt_losing;

HALAPI int hal_adopt(hal_u64 address, hal_u64 pages, struct hal_segment *segment, hal_u64 first,
                     int for_write)
{
    (void)address, (void)pages, (void)segment, (void)first, (void)for_write;
    return HAL_EOPNOTSUPP;
}

HALAPI void hal_adopt_on_lost(hal_adoption_lost lost)
{
    (void)lost;
}

HALAPI int hal_adopt_available(const char **why)
{
    *why = "not built yet";
    return 0;
}

HALAPI int hal_adopt_prepare_image(const void *address)
{
    (void)address;
    return HAL_EOPNOTSUPP;
}

HALAPI void hal_adopt_wait_lost(void)
{
}

void adopt_return_all(struct hal_segment *segment)
{
    (void)segment;
}

void adopt_start(void)
{
}

void adopt_stop(void)
{
}
