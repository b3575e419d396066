/*
 * Registry callbacks: drivers that want to see, refuse or replace what is done
 * to keys.
 *
 * A callback runs under its registration's rundown protection and no lock, so
 * it may use the registry itself. Removing it waits for those that run.
 */
#include "callback.h"

#include "../ex/ex.h"

struct registration {
    LIST_ENTRY link; /* in callbacks.list; stays while the rundown protection is held */
    PEX_CALLBACK_FUNCTION function;
    PVOID context;
    LARGE_INTEGER cookie;
    UNICODE_STRING altitude;
    EX_RUNDOWN_REF rundown;
    LIST_ENTRY contexts; /* of key_context.of_registration */
};

/* What a callback has attached to a key object. */
struct key_context {
    LIST_ENTRY of_key, of_registration;
    struct cm_key *key;
    struct registration *registration;
    PVOID context;
};

struct cm_told {
    struct registration *registration; /* its rundown protection is held */
    PVOID call_context;
};

static struct cm_callbacks {
    FAST_MUTEX lock; /* guards all that follows, and every key's contexts */
    LIST_ENTRY list; /* of registration.link, highest altitude first */
    LONG count;      /* atomic: read without the lock to skip all of this */
    LONGLONG next_cookie;
} callbacks;

VOID cm_callback_start(VOID)
{
    ExInitializeFastMutex(&callbacks.lock);
    InitializeListHead(&callbacks.list);
    callbacks.count = 0;
    callbacks.next_cookie = 1;
}

VOID cm_callback_stop(VOID)
{
    while (!IsListEmpty(&callbacks.list))
        CmUnRegisterCallback(
            CONTAINING_RECORD(callbacks.list.Flink, struct registration, link)->cookie);
}

BOOLEAN cm_notice_wanted(VOID)
{
    return __atomic_load_n(&callbacks.count, __ATOMIC_ACQUIRE) != 0;
}

/* The decimal numbers before the point, then those behind it. */
static LONG compare_altitudes(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
    USHORT i, a_whole = 0, b_whole = 0;

    while (a_whole < a->Length / sizeof(WCHAR) && a->Buffer[a_whole] != L'.')
        a_whole++;
    while (b_whole < b->Length / sizeof(WCHAR) && b->Buffer[b_whole] != L'.')
        b_whole++;
    if (a_whole != b_whole)
        return a_whole - b_whole;
    for (i = 0; i < min(a->Length, b->Length) / sizeof(WCHAR); i++)
        if (a->Buffer[i] != b->Buffer[i])
            return a->Buffer[i] - b->Buffer[i];
    return a->Length - b->Length;
}

/* Under the lock. FALSE if the altitude is taken. */
static BOOLEAN insert(struct registration *added)
{
    PLIST_ENTRY link;

    for (link = callbacks.list.Flink; link != &callbacks.list; link = link->Flink) {
        LONG order = compare_altitudes(
            &added->altitude, &CONTAINING_RECORD(link, struct registration, link)->altitude);

        if (!order && added->altitude.Length)
            return FALSE;
        if (order > 0)
            break;
    }
    InsertTailList(link, &added->link);
    __atomic_add_fetch(&callbacks.count, 1, __ATOMIC_RELEASE);
    return TRUE;
}

static NTSTATUS add_registration(PEX_CALLBACK_FUNCTION function, PCUNICODE_STRING altitude,
                                 PVOID context, PLARGE_INTEGER cookie)
{
    struct registration *added;
    BOOLEAN is_inserted;

    added =
        ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*added) + altitude->Length, EX_TAG_REGISTRY);
    if (!added)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(added, 0, sizeof(*added));
    added->function = function;
    added->context = context;
    added->altitude.Buffer = (PWSTR)(added + 1);
    added->altitude.Length = added->altitude.MaximumLength = altitude->Length;
    if (altitude->Length)
        memcpy(added->altitude.Buffer, altitude->Buffer, altitude->Length);
    ExInitializeRundownProtection(&added->rundown);
    InitializeListHead(&added->contexts);
    ExAcquireFastMutex(&callbacks.lock);
    added->cookie.QuadPart = callbacks.next_cookie++;
    *cookie = added->cookie;
    is_inserted = insert(added);
    ExReleaseFastMutex(&callbacks.lock);
    if (is_inserted)
        return STATUS_SUCCESS;
    ExFreePoolWithTag(added, EX_TAG_REGISTRY);
    return STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
}

NTSTATUS NTAPI CmRegisterCallbackEx(PEX_CALLBACK_FUNCTION Function, PCUNICODE_STRING Altitude,
                                    PVOID Driver, PVOID Context, PLARGE_INTEGER Cookie,
                                    PVOID Reserved)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    if (!Function || !Altitude || !Altitude->Length || !Driver || Reserved)
        return STATUS_INVALID_PARAMETER;
    return add_registration(Function, Altitude, Context, Cookie);
}

NTSTATUS NTAPI CmRegisterCallback(PEX_CALLBACK_FUNCTION Function, PVOID Context,
                                  PLARGE_INTEGER Cookie)
{
    /* Without an altitude: below all that have one. */
    static const UNICODE_STRING none;

    KE_ASSERT_IRQL(APC_LEVEL);
    return add_registration(Function, &none, Context, Cookie);
}

/* Under the lock. */
static struct registration *find(LARGE_INTEGER cookie)
{
    PLIST_ENTRY link;

    for (link = callbacks.list.Flink; link != &callbacks.list; link = link->Flink) {
        struct registration *at = CONTAINING_RECORD(link, struct registration, link);

        if (at->cookie.QuadPart == cookie.QuadPart)
            return at;
    }
    return NULL;
}

/* Tells the owner of a context, which is in no list any more, that its key is gone. */
static VOID clean_up(struct key_context *context)
{
    REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION information = {.Object = context->key,
                                                            .ObjectContext = context->context};

    context->registration->function(context->registration->context,
                                    (PVOID)(ULONG_PTR)RegNtCallbackObjectContextCleanup,
                                    &information);
    ExFreePoolWithTag(context, EX_TAG_REGISTRY);
}

static struct key_context *detach(struct key_context *context)
{
    RemoveEntryList(&context->of_key);
    RemoveEntryList(&context->of_registration);
    return context;
}

/* Takes one context off a registration that nobody can reach any more; NULL at the end. */
static struct key_context *next_of_registration(struct registration *registration)
{
    struct key_context *context = NULL;

    ExAcquireFastMutex(&callbacks.lock);
    if (!IsListEmpty(&registration->contexts))
        context = detach(
            CONTAINING_RECORD(registration->contexts.Flink, struct key_context, of_registration));
    ExReleaseFastMutex(&callbacks.lock);
    return context;
}

NTSTATUS NTAPI CmUnRegisterCallback(LARGE_INTEGER Cookie)
{
    struct registration *registration;
    struct key_context *context;

    KE_ASSERT_IRQL(APC_LEVEL);
    ExAcquireFastMutex(&callbacks.lock);
    registration = find(Cookie);
    /* From here on no other call finds it; who iterates still may. */
    if (registration)
        registration->cookie.QuadPart = 0;
    ExReleaseFastMutex(&callbacks.lock);
    if (!registration)
        return STATUS_INVALID_PARAMETER;
    ExWaitForRundownProtectionRelease(&registration->rundown);
    ExAcquireFastMutex(&callbacks.lock);
    RemoveEntryList(&registration->link);
    __atomic_sub_fetch(&callbacks.count, 1, __ATOMIC_RELEASE);
    ExReleaseFastMutex(&callbacks.lock);
    while ((context = next_of_registration(registration)))
        clean_up(context);
    ExFreePoolWithTag(registration, EX_TAG_REGISTRY);
    return STATUS_SUCCESS;
}

/* Takes a context of the key and its registration's protection; NULL if there is none. */
static struct key_context *next_of_key(struct cm_key *key)
{
    struct key_context *context = NULL;
    PLIST_ENTRY link;

    ExAcquireFastMutex(&callbacks.lock);
    for (link = key->contexts.Flink; link != &key->contexts; link = link->Flink) {
        struct key_context *at = CONTAINING_RECORD(link, struct key_context, of_key);

        if (ExAcquireRundownProtection(&at->registration->rundown)) {
            context = detach(at);
            break;
        }
    }
    ExReleaseFastMutex(&callbacks.lock);
    return context;
}

VOID cm_callback_key_destroyed(struct cm_key *key)
{
    struct key_context *context;
    BOOLEAN is_empty = FALSE;

    while (!is_empty) {
        while ((context = next_of_key(key))) {
            struct registration *registration = context->registration;

            clean_up(context);
            ExReleaseRundownProtection(&registration->rundown);
        }
        /* Those that are left belong to a callback that is being removed, which takes them. */
        ExAcquireFastMutex(&callbacks.lock);
        is_empty = IsListEmpty(&key->contexts);
        ExReleaseFastMutex(&callbacks.lock);
        if (!is_empty)
            hal_yield();
    }
}

static struct key_context *find_context(struct cm_key *key, struct registration *registration)
{
    PLIST_ENTRY link;

    for (link = key->contexts.Flink; link != &key->contexts; link = link->Flink) {
        struct key_context *at = CONTAINING_RECORD(link, struct key_context, of_key);

        if (at->registration == registration)
            return at;
    }
    return NULL;
}

static PVOID object_context(PVOID object, struct registration *registration)
{
    struct key_context *context;
    PVOID found;

    if (!object || ob_type_of(object) != &ob_type_key)
        return NULL;
    ExAcquireFastMutex(&callbacks.lock);
    context = find_context(object, registration);
    found = context ? context->context : NULL;
    ExReleaseFastMutex(&callbacks.lock);
    return found;
}

/* Under the lock: sets the context, which is linked in if added was used for it. */
static NTSTATUS set_context(struct cm_key *key, LARGE_INTEGER cookie, PVOID context,
                            struct key_context **added, PVOID *old)
{
    struct registration *registration = find(cookie);
    struct key_context *at;

    *old = NULL;
    if (!registration)
        return STATUS_INVALID_PARAMETER;
    at = find_context(key, registration);
    if (!at) {
        at = *added;
        *added = NULL;
        at->key = key;
        at->registration = registration;
        InsertTailList(&key->contexts, &at->of_key);
        InsertTailList(&registration->contexts, &at->of_registration);
    } else {
        *old = at->context;
    }
    at->context = context;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CmSetCallbackObjectContext(PVOID Object, PLARGE_INTEGER Cookie, PVOID NewContext,
                                          PVOID *OldContext)
{
    struct key_context *added;
    PVOID old;
    NTSTATUS status;

    KE_ASSERT_IRQL(APC_LEVEL);
    if (ob_type_of(Object) != &ob_type_key)
        return STATUS_INVALID_PARAMETER;
    added = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*added), EX_TAG_REGISTRY);
    if (!added)
        return STATUS_INSUFFICIENT_RESOURCES;
    ExAcquireFastMutex(&callbacks.lock);
    status = set_context(Object, *Cookie, NewContext, &added, &old);
    ExReleaseFastMutex(&callbacks.lock);
    if (added)
        ExFreePoolWithTag(added, EX_TAG_REGISTRY);
    if (NT_SUCCESS(status) && OldContext)
        *OldContext = old;
    return status;
}

/* The registration after previous (NULL: the first), protected; previous is so still. */
static struct registration *next_protected(struct registration *previous)
{
    struct registration *found = NULL;
    PLIST_ENTRY link;

    ExAcquireFastMutex(&callbacks.lock);
    link = previous ? previous->link.Flink : callbacks.list.Flink;
    for (; link != &callbacks.list && !found; link = link->Flink) {
        struct registration *at = CONTAINING_RECORD(link, struct registration, link);

        if (ExAcquireRundownProtection(&at->rundown))
            found = at;
    }
    ExReleaseFastMutex(&callbacks.lock);
    return found;
}

/* FALSE: it has refused the operation, or done it. */
static BOOLEAN tell_before(struct cm_notice *notice, struct cm_told *told)
{
    NTSTATUS status;

    *notice->call_context = NULL;
    *notice->object_context = object_context(notice->object, told->registration);
    status = told->registration->function(told->registration->context,
                                          (PVOID)(ULONG_PTR)notice->before, notice->information);
    told->call_context = *notice->call_context;
    notice->status = status == STATUS_CALLBACK_BYPASS ? STATUS_SUCCESS : status;
    return NT_SUCCESS(status);
}

BOOLEAN cm_notice_before(struct cm_notice *notice)
{
    struct registration *at = NULL;
    BOOLEAN goes_on = TRUE;
    ULONG room;

    notice->status = STATUS_SUCCESS;
    if (!cm_notice_wanted())
        return TRUE;
    room = __atomic_load_n(&callbacks.count, __ATOMIC_ACQUIRE);
    notice->told =
        ExAllocatePoolWithTag(NonPagedPoolNx, room * sizeof(*notice->told), EX_TAG_REGISTRY);
    if (!notice->told) {
        notice->status = STATUS_INSUFFICIENT_RESOURCES;
        return FALSE;
    }
    /* Who registers meanwhile is told of the next operation. */
    while (goes_on && notice->told_count < room && (at = next_protected(at))) {
        struct cm_told *told = &notice->told[notice->told_count];

        told->registration = at;
        goes_on = tell_before(notice, told);
        /* Who refuses is not told of the end; it stays protected until then all the same. */
        if (goes_on)
            notice->told_count++;
        else
            ExReleaseRundownProtection(&at->rundown);
    }
    return goes_on;
}

static VOID tell_after(struct cm_notice *notice, const struct cm_told *told)
{
    REG_POST_OPERATION_INFORMATION information = {
        .Object = notice->object,
        .Status = notice->status,
        .PreInformation = notice->information,
        .ReturnStatus = notice->status,
        .CallContext = told->call_context,
        .ObjectContext = object_context(notice->object, told->registration),
    };
    NTSTATUS status = told->registration->function(told->registration->context,
                                                   (PVOID)(ULONG_PTR)notice->after, &information);

    if (status == STATUS_CALLBACK_BYPASS)
        notice->status = information.ReturnStatus;
}

NTSTATUS cm_notice_after(struct cm_notice *notice)
{
    while (notice->told_count) {
        struct cm_told *told = &notice->told[--notice->told_count];

        tell_after(notice, told);
        ExReleaseRundownProtection(&told->registration->rundown);
    }
    if (notice->told)
        ExFreePoolWithTag(notice->told, EX_TAG_REGISTRY);
    notice->told = NULL;
    return notice->status;
}

VOID NTAPI CmGetCallbackVersion(PULONG Major, PULONG Minor)
{
    if (Major)
        *Major = 1;
    if (Minor)
        *Minor = 2;
}

/* There are no transactions, so no key is bound to one. */
PVOID NTAPI CmGetBoundTransaction(PLARGE_INTEGER Cookie, PVOID Object)
{
    UNREFERENCED_PARAMETER(Cookie);
    UNREFERENCED_PARAMETER(Object);
    return NULL;
}

NTSTATUS NTAPI CmCallbackGetKeyObjectIDEx(PLARGE_INTEGER Cookie, PVOID Object, PULONG_PTR ObjectID,
                                          PCUNICODE_STRING *ObjectName, ULONG Flags)
{
    struct cm_key *key = Object;
    PUNICODE_STRING name;
    ULONG bytes = 0;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Cookie);
    if (!Object || ob_type_of(Object) != &ob_type_key || Flags)
        return STATUS_INVALID_PARAMETER;
    if (ObjectID)
        *ObjectID = (ULONG_PTR)key->node;
    if (!ObjectName)
        return STATUS_SUCCESS;
    ExAcquireFastMutex(&cm_system.lock);
    status = cm_node_path(key->node, NULL, &bytes);
    if (NT_SUCCESS(status) && bytes > MAXUSHORT)
        status = STATUS_NAME_TOO_LONG;
    name = NT_SUCCESS(status)
               ? ExAllocatePoolWithTag(PagedPool, sizeof(*name) + bytes, EX_TAG_REGISTRY)
               : NULL;
    if (name) {
        name->Buffer = (PWSTR)(name + 1);
        name->Length = name->MaximumLength = (USHORT)bytes;
        cm_node_path(key->node, name->Buffer, &bytes);
        *ObjectName = name;
    } else if (NT_SUCCESS(status)) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    ExReleaseFastMutex(&cm_system.lock);
    return status;
}

VOID NTAPI CmCallbackReleaseKeyObjectIDEx(PCUNICODE_STRING ObjectName)
{
    ExFreePoolWithTag((PVOID)ObjectName, EX_TAG_REGISTRY);
}
