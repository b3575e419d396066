/*
 * Executive resources: acquiring and releasing. Waiters are served in order,
 * but sharers that an exclusive owner kept waiting come before the next one.
 */
#include "resource.h"

#define RESOURCE_RETRY_MS 10 /* until there may be memory for another owner */

/* A waiting thread, on its own stack. Whoever makes it an owner sets granted. */
struct resource_wait {
    struct resource_wait *next;
    ERESOURCE_THREAD thread;
    KEVENT granted;
};

/* How much a shared acquisition gives way to exclusive waiters. */
enum resource_manner {
    RESOURCE_POLITE,   /* gives way, unless the thread is a shared owner already */
    RESOURCE_STARVING, /* does not */
    RESOURCE_WAITING,  /* always does */
};

/* ---- waiters; the resource's lock is held ---- */

static struct resource_wait **resource_shared_waiters(PERESOURCE resource)
{
    return (struct resource_wait **)&resource->SharedWaiters;
}

static struct resource_wait **resource_exclusive_waiters(PERESOURCE resource)
{
    return (struct resource_wait **)&resource->ExclusiveWaiters;
}

static VOID resource_enqueue(struct resource_wait **head, struct resource_wait *wait)
{
    while (*head)
        head = &(*head)->next;
    wait->next = NULL;
    *head = wait;
}

/* ---- owners; the resource's lock is held ---- */

/* There is room: resource_reserve saw to it. */
static VOID resource_add_shared(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    POWNER_ENTRY entry = resource_find(resource, 0);

    entry->OwnerThread = thread;
    entry->OwnerCount = 1;
    resource->ActiveEntries++;
    resource->ActiveCount = 1;
}

static VOID resource_set_exclusive(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    resource->Flag |= ResourceOwnedExclusive;
    resource->OwnerEntry.OwnerThread = thread;
    resource->OwnerEntry.OwnerCount = 1;
    resource->ActiveEntries = 1;
    resource->ActiveCount = 1;
}

/* Nobody owns the resource exclusively any more, but all who waited to share it do. */
static VOID resource_grant_shared(PERESOURCE resource)
{
    struct resource_wait **head = resource_shared_waiters(resource), *wait;
    POWNER_ENTRY own;

    while ((wait = *head) != NULL) {
        *head = wait->next;
        resource->NumberOfSharedWaiters--;
        own = resource_find(resource, wait->thread);
        if (own)
            own->OwnerCount++;
        else
            resource_add_shared(resource, wait->thread);
        KeSetEvent(&wait->granted, IO_NO_INCREMENT, FALSE);
    }
}

static VOID resource_grant_exclusive(PERESOURCE resource)
{
    struct resource_wait **head = resource_exclusive_waiters(resource), *wait = *head;

    if (wait == NULL)
        return;
    *head = wait->next;
    resource->NumberOfExclusiveWaiters--;
    resource_set_exclusive(resource, wait->thread);
    KeSetEvent(&wait->granted, IO_NO_INCREMENT, FALSE);
}

/* The last owner has gone. Sharers that an exclusive owner kept waiting come first. */
static VOID resource_pass_on(PERESOURCE resource, BOOLEAN was_exclusive)
{
    resource->ActiveEntries = 0;
    resource->ActiveCount = 0;
    if (was_exclusive)
        resource_grant_shared(resource);
    if (resource->ActiveEntries == 0)
        resource_grant_exclusive(resource);
    if (resource->ActiveEntries == 0)
        resource_grant_shared(resource);
}

/*
 * Makes room for one more shared owner than there are and will be, counting an
 * exclusive owner too, who may convert. The lock is held; without memory it is
 * given up for a while, and FALSE says so.
 */
static BOOLEAN resource_reserve(PERESOURCE resource, KIRQL *irql)
{
    LARGE_INTEGER pause = {.QuadPart = -10000ll * RESOURCE_RETRY_MS};
    ULONG size = resource_table_size(resource), grown = max(4, size * 2);
    POWNER_ENTRY table;

    if (resource->ActiveEntries + resource->NumberOfSharedWaiters + 2 <= size)
        return TRUE;
    table = ExAllocatePool2(POOL_FLAG_NON_PAGED, grown * sizeof(*table), RESOURCE_TAG);
    if (table == NULL) {
        KeReleaseSpinLock(&resource->SpinLock, *irql);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        KeAcquireSpinLock(&resource->SpinLock, irql);
        return FALSE;
    }
    if (size != 0) {
        memcpy(table, resource->OwnerTable, size * sizeof(*table));
        ExFreePoolWithTag(resource->OwnerTable, RESOURCE_TAG);
    }
    table[0].TableSize = grown;
    resource->OwnerTable = table;
    return TRUE;
}

/* The same, as often as it takes; once only if the caller does not want to wait. */
static BOOLEAN resource_reserve_until(PERESOURCE resource, BOOLEAN wait, KIRQL *irql)
{
    while (!resource_reserve(resource, irql))
        if (!wait)
            return FALSE;
    return TRUE;
}

/* ---- acquiring ---- */

/* Queues the caller and waits until it is an owner. Gives the lock up. */
static VOID resource_wait_for(PERESOURCE resource, struct resource_wait **head, KIRQL irql)
{
    struct resource_wait wait = {.thread = resource_self()};

    KeInitializeEvent(&wait.granted, SynchronizationEvent, FALSE);
    resource_enqueue(head, &wait);
    resource->ContentionCount++;
    KeReleaseSpinLock(&resource->SpinLock, irql);
    KeWaitForSingleObject(&wait.granted, WrResource, KernelMode, FALSE, NULL);
}

BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
    BOOLEAN is_acquired = TRUE;
    KIRQL irql;

    KE_ASSERT_IRQL(APC_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    if (!resource_reserve_until(Resource, Wait, &irql)) {
        is_acquired = FALSE;
    } else if (Resource->ActiveEntries == 0) {
        resource_set_exclusive(Resource, resource_self());
    } else if (resource_is_exclusive(Resource) &&
               Resource->OwnerEntry.OwnerThread == resource_self()) {
        Resource->OwnerEntry.OwnerCount++;
    } else if (Wait) {
        Resource->NumberOfExclusiveWaiters++;
        resource_wait_for(Resource, resource_exclusive_waiters(Resource), irql);
        return TRUE;
    } else {
        is_acquired = FALSE;
    }
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    return is_acquired;
}

/* Whether a thread that owns nothing exclusively may share the resource now. */
static BOOLEAN resource_may_share(PERESOURCE resource, const OWNER_ENTRY *own,
                                  enum resource_manner manner)
{
    if (resource_is_exclusive(resource))
        return FALSE;
    if (resource->NumberOfExclusiveWaiters == 0 || manner == RESOURCE_STARVING)
        return TRUE;
    return manner == RESOURCE_POLITE && own != NULL;
}

static BOOLEAN resource_acquire_shared(PERESOURCE resource, BOOLEAN wait,
                                       enum resource_manner manner)
{
    BOOLEAN is_acquired;
    POWNER_ENTRY own;
    KIRQL irql;

    KeAcquireSpinLock(&resource->SpinLock, &irql);
    is_acquired = resource_reserve_until(resource, wait, &irql);
    own = resource_find(resource, resource_self());
    if (!is_acquired)
        goto out;
    if (resource_is_exclusive(resource) && resource->OwnerEntry.OwnerThread == resource_self()) {
        resource->OwnerEntry.OwnerCount++;
    } else if (resource_may_share(resource, own, manner)) {
        if (own)
            own->OwnerCount++;
        else
            resource_add_shared(resource, resource_self());
    } else if (wait) {
        resource->NumberOfSharedWaiters++;
        resource_wait_for(resource, resource_shared_waiters(resource), irql);
        return TRUE;
    } else {
        is_acquired = FALSE;
    }
out:
    KeReleaseSpinLock(&resource->SpinLock, irql);
    return is_acquired;
}

BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    return resource_acquire_shared(Resource, Wait, RESOURCE_POLITE);
}

BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    return resource_acquire_shared(Resource, Wait, RESOURCE_STARVING);
}

BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    return resource_acquire_shared(Resource, Wait, RESOURCE_WAITING);
}

/* ---- releasing ---- */

/* Takes one acquisition of thread away; FALSE if it has none. The lock is held. */
static BOOLEAN resource_release(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    POWNER_ENTRY own;

    if (resource_is_exclusive(resource)) {
        own = &resource->OwnerEntry;
        if (own->OwnerThread != thread)
            return FALSE;
        if (--own->OwnerCount == 0) {
            own->OwnerThread = 0;
            resource->Flag &= ~ResourceOwnedExclusive;
            resource_pass_on(resource, TRUE);
        }
        return TRUE;
    }
    own = resource_find(resource, thread);
    if (own == NULL || thread == 0)
        return FALSE;
    if (--own->OwnerCount == 0) {
        own->OwnerThread = 0;
        if (--resource->ActiveEntries == 0)
            resource_pass_on(resource, FALSE);
    }
    return TRUE;
}

VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId)
{
    BOOLEAN is_owner;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    is_owner = resource_release(Resource, ResourceThreadId);
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    if (!is_owner)
        KeBugCheckEx(RESOURCE_NOT_OWNED, (ULONG_PTR)Resource, ResourceThreadId,
                     (ULONG_PTR)Resource->OwnerTable, 2);
}

VOID FASTCALL ExReleaseResourceLite(PERESOURCE Resource)
{
    ExReleaseResourceForThreadLite(Resource, resource_self());
}

VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
    ERESOURCE_THREAD self = resource_self();
    BOOLEAN is_owner;
    ULONG count;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &irql);
    is_owner = resource_is_exclusive(Resource) && Resource->OwnerEntry.OwnerThread == self;
    if (is_owner) {
        count = Resource->OwnerEntry.OwnerCount;
        Resource->Flag &= ~ResourceOwnedExclusive;
        Resource->OwnerEntry.OwnerThread = 0;
        Resource->OwnerEntry.OwnerCount = 0;
        Resource->ActiveEntries = 0;
        resource_add_shared(Resource, self);
        resource_find(Resource, self)->OwnerCount = count;
        resource_grant_shared(Resource);
    }
    KeReleaseSpinLock(&Resource->SpinLock, irql);
    if (!is_owner)
        KeBugCheckEx(RESOURCE_NOT_OWNED, (ULONG_PTR)Resource, self, (ULONG_PTR)Resource->OwnerTable,
                     1);
}

/* ---- with a critical region ---- */

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(Resource, TRUE);
    return NULL;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(Resource, TRUE);
    return NULL;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireSharedWaitForExclusive(Resource, TRUE);
    return NULL;
}

VOID FASTCALL ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource)
{
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
}
