/*
 * Executive resources: their life, their owners' names, and questions.
 */
#include "resource.h"

static struct ex_resource_system {
    KSPIN_LOCK lock;      /* guards resources */
    LIST_ENTRY resources; /* of ERESOURCE.SystemResourcesList */
} resources = {.resources = {&resources.resources, &resources.resources}};

/* ---- life ---- */

NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource)
{
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    memset(Resource, 0, sizeof(*Resource));
    KeInitializeSpinLock(&Resource->SpinLock);
    KeAcquireSpinLock(&resources.lock, &irql);
    InsertTailList(&resources.resources, &Resource->SystemResourcesList);
    KeReleaseSpinLock(&resources.lock, irql);
    return STATUS_SUCCESS;
}

/* Nobody owns it or waits for it. What it has learned about its use is kept. */
NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource)
{
    ULONG size = resource_table_size(Resource);

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    for (ULONG i = 1; i < size; i++)
        Resource->OwnerTable[i] = (OWNER_ENTRY){0};
    Resource->OwnerEntry = (OWNER_ENTRY){0};
    Resource->ActiveCount = 0;
    Resource->ActiveEntries = 0;
    Resource->Flag = 0;
    Resource->SharedWaiters = NULL;
    Resource->ExclusiveWaiters = NULL;
    Resource->NumberOfSharedWaiters = 0;
    Resource->NumberOfExclusiveWaiters = 0;
    Resource->ContentionCount = 0;
    KeInitializeSpinLock(&Resource->SpinLock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource)
{
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&resources.lock, &irql);
    RemoveEntryList(&Resource->SystemResourcesList);
    KeReleaseSpinLock(&resources.lock, irql);
    if (Resource->OwnerTable)
        ExFreePoolWithTag(Resource->OwnerTable, RESOURCE_TAG);
    Resource->OwnerTable = NULL;
    return STATUS_SUCCESS;
}

/* Waiting threads' priorities are not boosted in ntio, so there is nothing to turn off. */
VOID NTAPI ExDisableResourceBoostLite(PERESOURCE Resource)
{
    UNREFERENCED_PARAMETER(Resource);
}

/* ---- owners ---- */

/* Gives the caller's acquisitions to owner. FALSE if it has none. The lock is held. */
static BOOLEAN resource_rename(PERESOURCE resource, ERESOURCE_THREAD owner)
{
    POWNER_ENTRY own, other;

    if (resource_is_exclusive(resource)) {
        if (resource->OwnerEntry.OwnerThread != resource_self())
            return FALSE;
        resource->OwnerEntry.OwnerThread = owner;
        return TRUE;
    }
    own = resource_find(resource, resource_self());
    if (own == NULL)
        return FALSE;
    other = resource_find(resource, owner);
    if (other == NULL) {
        own->OwnerThread = owner;
    } else if (other != own) {
        other->OwnerCount += own->OwnerCount;
        *own = (OWNER_ENTRY){0};
        resource->ActiveEntries--;
    }
    return TRUE;
}

VOID NTAPI ExSetResourceOwnerPointerEx(PERESOURCE Resource, PVOID OwnerPointer, ULONG Flags)
{
    BOOLEAN is_owner;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Flags);
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    is_owner = resource_rename(Resource, (ERESOURCE_THREAD)OwnerPointer);
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    if (!is_owner)
        KeBugCheckEx(RESOURCE_NOT_OWNED, (ULONG_PTR)Resource, resource_self(),
                     (ULONG_PTR)Resource->OwnerTable, 3);
}

VOID NTAPI ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer)
{
    ExSetResourceOwnerPointerEx(Resource, OwnerPointer, 0);
}

/* ---- questions ---- */

BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
    BOOLEAN is_owner;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    is_owner =
        resource_is_exclusive(Resource) && Resource->OwnerEntry.OwnerThread == resource_self();
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    return is_owner;
}

/* How often the caller has acquired it, either way. */
ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
    POWNER_ENTRY own;
    ULONG count = 0;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    if (resource_is_exclusive(Resource))
        own = Resource->OwnerEntry.OwnerThread == resource_self() ? &Resource->OwnerEntry : NULL;
    else
        own = resource_find(Resource, resource_self());
    if (own)
        count = own->OwnerCount;
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    return count;
}

ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
    ULONG count;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    count = Resource->NumberOfExclusiveWaiters;
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    return count;
}

ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource)
{
    ULONG count;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    count = Resource->NumberOfSharedWaiters;
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    return count;
}
