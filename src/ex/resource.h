/*
 * Executive resources: one exclusive owner or many shared ones, each as often
 * as it likes.
 *
 * OwnerEntry is the exclusive owner; OwnerTable has the shared ones, its first
 * entry only the table's size. The two waiter fields of the structure hold the
 * heads of lists of the waiters' own blocks, so that waiting needs no memory.
 */
#pragma once

#include "../ke/ke.h"
#include "ex.h"

#define RESOURCE_TAG 'aTeR'

C_ASSERT(sizeof(ERESOURCE) == 0x68);

/* All of these: the resource's lock is held. */

static inline BOOLEAN resource_is_exclusive(PERESOURCE resource)
{
    return (resource->Flag & ResourceOwnedExclusive) != 0;
}

static inline ULONG resource_table_size(PERESOURCE resource)
{
    return resource->OwnerTable ? resource->OwnerTable[0].TableSize : 0;
}

/* The thread's entry among the shared owners; thread 0 finds a free one. */
static inline POWNER_ENTRY resource_find(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    ULONG size = resource_table_size(resource);

    for (ULONG i = 1; i < size; i++)
        if (resource->OwnerTable[i].OwnerThread == thread)
            return &resource->OwnerTable[i];
    return NULL;
}

static inline ERESOURCE_THREAD resource_self(VOID)
{
    return (ERESOURCE_THREAD)ke_current();
}
