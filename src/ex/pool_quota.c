/*
 * Pool quota: what a process may be charged for.
 */
#include "pool.h"

BOOLEAN pool_quota_charge(PKPROCESS process, SIZE_T bytes)
{
    ULONG64 used = __atomic_add_fetch(&process->pool_quota_used, bytes, __ATOMIC_RELAXED);

    if (used <= __atomic_load_n(&ex_pool.quota_limit, __ATOMIC_RELAXED))
        return TRUE;
    pool_quota_return(process, bytes);
    return FALSE;
}

VOID pool_quota_return(PKPROCESS process, SIZE_T bytes)
{
    __atomic_sub_fetch(&process->pool_quota_used, bytes, __ATOMIC_RELAXED);
}

VOID ex_pool_quota_limit(ULONG64 bytes)
{
    __atomic_store_n(&ex_pool.quota_limit, bytes, __ATOMIC_RELAXED);
}
