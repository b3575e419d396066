/*
 * Programs that listen: what a driver gets by callback they fetch, an event at a time
 * (CM_Register_Notification). Each has its own events; nobody answers for another.
 */
#include "user_notify.h"

struct pnp_user_system pnp_user;

VOID pnp_user_start(VOID)
{
    ExInitializeFastMutex(&pnp_user.lock);
    InitializeListHead(&pnp_user.audiences);
    InitializeListHead(&pnp_user.listeners);
    KeInitializeEvent(&pnp_user.question.answered, SynchronizationEvent, FALSE);
    pnp_user.question.cookie = 0;
    pnp_user.next_cookie = 1;
    pnp_user.is_ending = FALSE;
}

static VOID free_listener(struct user_listener *listener)
{
    if (listener->node)
        pnp_node_dereference(listener->node);
    pnp_free(listener->name.Buffer);
    pnp_free(listener);
}

/* ---- audiences. The lock is held ------------------------------------------------------- */

static struct audience *find_audience(PKPROCESS process)
{
    PLIST_ENTRY entry;

    for (entry = pnp_user.audiences.Flink; entry != &pnp_user.audiences; entry = entry->Flink) {
        struct audience *audience = CONTAINING_RECORD(entry, struct audience, link);

        if (audience->process == process)
            return audience;
    }
    return NULL;
}

struct audience *pnp_user_own_audience(VOID)
{
    PKTHREAD thread = ke_current();
    struct audience *audience = find_audience(thread->process);

    if (audience || __atomic_load_n(&thread->must_end, __ATOMIC_ACQUIRE))
        return audience;
    audience = pnp_allocate(sizeof(*audience));
    if (!audience)
        return NULL;
    audience->process = thread->process;
    InitializeListHead(&audience->events);
    KeInitializeSemaphore(&audience->available, 0, MAXLONG);
    InsertTailList(&pnp_user.audiences, &audience->link);
    return audience;
}

/* Takes the audience and its listeners off the lists. */
static VOID take_audience(struct audience *audience, PLIST_ENTRY listeners)
{
    PLIST_ENTRY entry, next;

    RemoveEntryList(&audience->link);
    InitializeListHead(listeners);
    for (entry = pnp_user.listeners.Flink; entry != &pnp_user.listeners; entry = next) {
        next = entry->Flink;
        if (CONTAINING_RECORD(entry, struct user_listener, link)->audience != audience)
            continue;
        RemoveEntryList(entry);
        InsertTailList(listeners, entry);
    }
}

/* ---- the end of a program, and of all ---------------------------------------------------- */

VOID pnp_user_end(VOID)
{
    ExAcquireFastMutex(&pnp_user.lock);
    pnp_user.is_ending = TRUE;
    ExReleaseFastMutex(&pnp_user.lock);
}

/* Without the lock: nobody finds it any more, and a node that goes asks for locks of its own. */
static VOID free_audience(struct audience *audience, PLIST_ENTRY listeners)
{
    while (!IsListEmpty(listeners))
        free_listener(CONTAINING_RECORD(RemoveHeadList(listeners), struct user_listener, link));
    while (!IsListEmpty(&audience->events))
        pnp_user_free_event(
            CONTAINING_RECORD(RemoveHeadList(&audience->events), struct queued_event, link));
    pnp_free(audience);
}

VOID pnp_user_stop(VOID)
{
    LIST_ENTRY listeners;

    while (!IsListEmpty(&pnp_user.audiences)) {
        struct audience *audience =
            CONTAINING_RECORD(pnp_user.audiences.Flink, struct audience, link);

        take_audience(audience, &listeners);
        free_audience(audience, &listeners);
    }
}

VOID pnp_user_end_process(PKPROCESS process)
{
    struct audience *audience;

    ExAcquireFastMutex(&pnp_user.lock);
    audience = find_audience(process);
    if (audience) {
        audience->is_ending = TRUE;
        if (pnp_user.question.cookie && pnp_user.question.audience == audience)
            pnp_user_answer(STATUS_SUCCESS);
    }
    ExReleaseFastMutex(&pnp_user.lock);
}

VOID pnp_user_forget_process(PKPROCESS process)
{
    struct audience *audience;
    LIST_ENTRY listeners;

    ExAcquireFastMutex(&pnp_user.lock);
    audience = find_audience(process);
    if (audience)
        take_audience(audience, &listeners);
    ExReleaseFastMutex(&pnp_user.lock);
    if (audience)
        free_audience(audience, &listeners);
}

/* ---- registering ------------------------------------------------------------------------ */

NTSTATUS pnp_user_listen(enum pnp_listen kind, const GUID *guid, PCUNICODE_STRING name,
                         PFILE_OBJECT file, ULONG64 *cookie)
{
    struct user_listener *listener = pnp_allocate(sizeof(*listener));
    NTSTATUS status = STATUS_SUCCESS;

    if (!listener)
        return STATUS_INSUFFICIENT_RESOURCES;
    listener->kind = kind;
    listener->class_guid = *guid;
    if (kind == PNP_LISTEN_FILE) {
        listener->node = pnp_node_of_stack(file->DeviceObject);
        status = listener->node ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
    } else if (kind == PNP_LISTEN_INSTANCE) {
        status = pnp_copy_string(&listener->name, name);
    } else if (kind > PNP_LISTEN_ALL_INSTANCES) {
        status = STATUS_INVALID_PARAMETER;
    }
    if (NT_SUCCESS(status))
        status = pnp_thread_start();
    if (!NT_SUCCESS(status)) {
        free_listener(listener);
        return status;
    }
    ExAcquireFastMutex(&pnp_user.lock);
    listener->audience = pnp_user_own_audience();
    if (listener->audience) {
        *cookie = listener->cookie = pnp_user.next_cookie++;
        InsertTailList(&pnp_user.listeners, &listener->link);
    }
    ExReleaseFastMutex(&pnp_user.lock);
    if (listener->audience)
        return STATUS_SUCCESS;
    free_listener(listener);
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS pnp_user_unlisten(ULONG64 cookie)
{
    struct user_listener *found = NULL;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&pnp_user.lock);
    for (entry = pnp_user.listeners.Flink; entry != &pnp_user.listeners && !found;
         entry = entry->Flink) {
        found = CONTAINING_RECORD(entry, struct user_listener, link);
        if (found->cookie != cookie || found->audience->process != ke_current()->process)
            found = NULL;
    }
    if (found) {
        RemoveEntryList(&found->link);
        pnp_user_forget_events_of(found->audience, cookie);
    }
    ExReleaseFastMutex(&pnp_user.lock);
    if (!found)
        return STATUS_NOT_FOUND;
    free_listener(found);
    return STATUS_SUCCESS;
}
