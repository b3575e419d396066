/*
 * Programs that listen: what a driver gets by callback they fetch, an event at a time
 * (CM_Register_Notification). Each has its own events; nobody answers for another.
 */
#include "pnpp.h"
#include "control.h"

#include <wdmguid.h>

/* A program that listens, or fetches events. */
struct audience {
    LIST_ENTRY link;      /* in audiences, under lock, like the rest */
    PKPROCESS process;    /* told apart by it; outlives this */
    LIST_ENTRY events;    /* of queued_event.link */
    ULONG event_count;    /* of them */
    KSEMAPHORE available; /* counts them */
    BOOLEAN has_fetcher;  /* it has asked for events at least once */
    BOOLEAN is_ending;    /* it does not answer any more */
    BOOLEAN has_missed;   /* it was told in the log that it fetches too little */
};

struct user_listener {
    LIST_ENTRY link; /* in listeners, under lock */
    struct audience *audience;
    ULONG64 cookie;
    enum pnp_listen kind;
    GUID class_guid;
    struct pnp_node *node; /* of PNP_LISTEN_FILE, referenced */
    UNICODE_STRING name;   /* of PNP_LISTEN_INSTANCE */
};

/* An event on its way to the program. */
struct queued_event {
    LIST_ENTRY link;                /* in its audience's events, under lock */
    struct pnp_user_event *content; /* in pool; the fetcher's from when it is fetched */
    ULONG bytes;
};

/* A question that the PnP thread waits for the answer to. One at a time. */
struct question {
    ULONG64 cookie; /* 0: none */
    struct audience *audience;
    KEVENT answered;
    NTSTATUS answer;
};

#define MOST_EVENTS 4096u    /* that wait for one program to fetch them */
#define PATIENCE 300000000ll /* in 100 ns: 30 s, as Windows waits for a program's answer */

static struct {
    FAST_MUTEX lock;
    LIST_ENTRY audiences, listeners;
    ULONG64 next_cookie;
    struct question question;
    BOOLEAN is_ending; /* no program answers any more */
} user;

VOID pnp_user_start(VOID)
{
    ExInitializeFastMutex(&user.lock);
    InitializeListHead(&user.audiences);
    InitializeListHead(&user.listeners);
    KeInitializeEvent(&user.question.answered, SynchronizationEvent, FALSE);
    user.question.cookie = 0;
    user.next_cookie = 1;
    user.is_ending = FALSE;
}

static VOID free_listener(struct user_listener *listener)
{
    if (listener->node)
        pnp_node_dereference(listener->node);
    pnp_free(listener->name.Buffer);
    pnp_free(listener);
}

static VOID free_event(struct queued_event *event)
{
    pnp_free(event->content);
    pnp_free(event);
}

/* ---- audiences. The lock is held ------------------------------------------------------- */

static struct audience *find_audience(PKPROCESS process)
{
    PLIST_ENTRY entry;

    for (entry = user.audiences.Flink; entry != &user.audiences; entry = entry->Flink) {
        struct audience *audience = CONTAINING_RECORD(entry, struct audience, link);

        if (audience->process == process)
            return audience;
    }
    return NULL;
}

/*
 * The calling program's, made if it has none. NULL: no memory, or the program ends:
 * after pnp_user_end_process nobody waits for it again.
 */
static struct audience *own_audience(VOID)
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
    InsertTailList(&user.audiences, &audience->link);
    return audience;
}

static VOID answer(NTSTATUS status)
{
    user.question.answer = status;
    user.question.cookie = 0;
    KeSetEvent(&user.question.answered, IO_NO_INCREMENT, FALSE);
}

/* Takes the audience and its listeners off the lists. */
static VOID take_audience(struct audience *audience, PLIST_ENTRY listeners)
{
    PLIST_ENTRY entry, next;

    RemoveEntryList(&audience->link);
    InitializeListHead(listeners);
    for (entry = user.listeners.Flink; entry != &user.listeners; entry = next) {
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
    ExAcquireFastMutex(&user.lock);
    user.is_ending = TRUE;
    ExReleaseFastMutex(&user.lock);
}

/* Without the lock: nobody finds it any more, and a node that goes asks for locks of its own. */
static VOID free_audience(struct audience *audience, PLIST_ENTRY listeners)
{
    while (!IsListEmpty(listeners))
        free_listener(CONTAINING_RECORD(RemoveHeadList(listeners), struct user_listener, link));
    while (!IsListEmpty(&audience->events))
        free_event(CONTAINING_RECORD(RemoveHeadList(&audience->events), struct queued_event, link));
    pnp_free(audience);
}

VOID pnp_user_stop(VOID)
{
    LIST_ENTRY listeners;

    while (!IsListEmpty(&user.audiences)) {
        struct audience *audience = CONTAINING_RECORD(user.audiences.Flink, struct audience, link);

        take_audience(audience, &listeners);
        free_audience(audience, &listeners);
    }
}

VOID pnp_user_end_process(PKPROCESS process)
{
    struct audience *audience;

    ExAcquireFastMutex(&user.lock);
    audience = find_audience(process);
    if (audience) {
        audience->is_ending = TRUE;
        if (user.question.cookie && user.question.audience == audience)
            answer(STATUS_SUCCESS);
    }
    ExReleaseFastMutex(&user.lock);
}

VOID pnp_user_forget_process(PKPROCESS process)
{
    struct audience *audience;
    LIST_ENTRY listeners;

    ExAcquireFastMutex(&user.lock);
    audience = find_audience(process);
    if (audience)
        take_audience(audience, &listeners);
    ExReleaseFastMutex(&user.lock);
    if (audience)
        free_audience(audience, &listeners);
}

/* ---- registering --------------------------------------------------------------------------------
 */

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
    ExAcquireFastMutex(&user.lock);
    listener->audience = own_audience();
    if (listener->audience) {
        *cookie = listener->cookie = user.next_cookie++;
        InsertTailList(&user.listeners, &listener->link);
    }
    ExReleaseFastMutex(&user.lock);
    if (listener->audience)
        return STATUS_SUCCESS;
    free_listener(listener);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* A question to it is answered with yes. */
static VOID forget_events_of(struct audience *audience, ULONG64 cookie)
{
    PLIST_ENTRY entry, next;

    for (entry = audience->events.Flink; entry != &audience->events; entry = next) {
        struct queued_event *event = CONTAINING_RECORD(entry, struct queued_event, link);

        next = entry->Flink;
        if (event->content->listener != cookie)
            continue;
        RemoveEntryList(entry);
        audience->event_count--;
        if (event->content->event && event->content->event == user.question.cookie)
            answer(STATUS_SUCCESS);
        free_event(event);
    }
}

NTSTATUS pnp_user_unlisten(ULONG64 cookie)
{
    struct user_listener *found = NULL;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&user.lock);
    for (entry = user.listeners.Flink; entry != &user.listeners && !found; entry = entry->Flink) {
        found = CONTAINING_RECORD(entry, struct user_listener, link);
        if (found->cookie != cookie || found->audience->process != ke_current()->process)
            found = NULL;
    }
    if (found) {
        RemoveEntryList(&found->link);
        forget_events_of(found->audience, cookie);
    }
    ExReleaseFastMutex(&user.lock);
    if (!found)
        return STATUS_NOT_FOUND;
    free_listener(found);
    return STATUS_SUCCESS;
}

/* ---- events ----------------------------------------------------------------------------- */

/* FALSE if the program ends, or has left so many that nobody will ever fetch this one. */
static BOOLEAN has_room(struct audience *audience)
{
    if (audience->is_ending || audience->event_count < MOST_EVENTS)
        return !audience->is_ending;
    if (!audience->has_missed)
        rtl_log("program %s (%p) does not fetch the PnP events that it listens to: it misses some",
                audience->process->name, audience->process->id);
    audience->has_missed = TRUE;
    return FALSE;
}

/* Under the lock. data (may be NULL) is a custom event's. */
static BOOLEAN queue_event(struct user_listener *listener, enum pnp_user_action action,
                           const GUID *guid, PCUNICODE_STRING name, ULONG64 question,
                           const VOID *data, ULONG bytes)
{
    ULONG text = name->Length + sizeof(WCHAR), size = sizeof(struct pnp_user_event) + text + bytes;
    struct audience *audience = listener->audience;
    BOOLEAN is_heard = has_room(audience);
    struct queued_event *event = is_heard ? pnp_allocate(sizeof(*event)) : NULL;
    struct pnp_user_event *content = event ? pnp_allocate(size) : NULL;

    if (!content) {
        pnp_free(event);
        return FALSE;
    }
    content->listener = listener->cookie;
    content->event = question;
    content->action = action;
    if (guid)
        content->guid = *guid;
    content->data_bytes = bytes;
    memcpy(content->name, name->Buffer, name->Length);
    if (bytes)
        memcpy((PCHAR)content->name + text, data, bytes);
    event->content = content;
    event->bytes = size;
    InsertTailList(&audience->events, &event->link);
    audience->event_count++;
    KeReleaseSemaphore(&audience->available, IO_NO_INCREMENT, 1, FALSE);
    return TRUE;
}

VOID pnp_user_interface(const GUID *guid, PCUNICODE_STRING link, BOOLEAN is_arrival)
{
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&user.lock);
    for (entry = user.listeners.Flink; entry != &user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->kind == PNP_LISTEN_ALL_INTERFACES ||
            (listener->kind == PNP_LISTEN_INTERFACES && IsEqualGUID(&listener->class_guid, guid)))
            queue_event(listener,
                        is_arrival ? PNP_USER_INTERFACE_ARRIVAL : PNP_USER_INTERFACE_REMOVAL, guid,
                        link, 0, NULL, 0);
    }
    ExReleaseFastMutex(&user.lock);
}

VOID pnp_user_instance(struct pnp_node *node, enum pnp_user_action action)
{
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&user.lock);
    for (entry = user.listeners.Flink; entry != &user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->kind == PNP_LISTEN_ALL_INSTANCES ||
            (listener->kind == PNP_LISTEN_INSTANCE &&
             rtl_equal_no_case(&listener->name, &node->instance)))
            queue_event(listener, action, NULL, &node->instance, 0, NULL, 0);
    }
    ExReleaseFastMutex(&user.lock);
}

VOID pnp_user_custom(struct pnp_node *node, const TARGET_DEVICE_CUSTOM_NOTIFICATION *notification)
{
    ULONG header = FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer);
    ULONG bytes = notification->Size > header ? notification->Size - header : 0;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&user.lock);
    for (entry = user.listeners.Flink; entry != &user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->node == node)
            queue_event(listener, PNP_USER_CUSTOM_EVENT, &notification->Event, &node->instance, 0,
                        notification->CustomDataBuffer, bytes);
    }
    ExReleaseFastMutex(&user.lock);
}

/* Under the lock: the listener of the node whose turn comes after cookie. */
static struct user_listener *next_of(struct pnp_node *node, ULONG64 cookie)
{
    PLIST_ENTRY entry;

    for (entry = user.listeners.Flink; entry != &user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->node == node && listener->cookie > cookie)
            return listener;
    }
    return NULL;
}

/* Under the lock: asks one listener; FALSE if it does not fetch events, and so does not refuse. */
static BOOLEAN put_question(struct user_listener *listener, struct pnp_node *node)
{
    if (user.is_ending || !listener->audience->has_fetcher ||
        !queue_event(listener, PNP_USER_QUERY_REMOVE, NULL, &node->instance, user.next_cookie, NULL,
                     0))
        return FALSE;
    user.question.cookie = user.next_cookie++;
    user.question.audience = listener->audience;
    user.question.answer = STATUS_SUCCESS;
    KeClearEvent(&user.question.answered);
    return TRUE;
}

static NTSTATUS await_answer(struct pnp_node *node)
{
    LARGE_INTEGER patience = {.QuadPart = -PATIENCE};

    KeWaitForSingleObject(&user.question.answered, Executive, KernelMode, FALSE, &patience);
    ExAcquireFastMutex(&user.lock);
    if (user.question.cookie)
        rtl_log("program %s (%p) does not answer whether %wZ may be removed: that is taken for yes",
                user.question.audience->process->name, user.question.audience->process->id,
                &node->instance);
    user.question.cookie = 0;
    ExReleaseFastMutex(&user.lock);
    return user.question.answer;
}

/* Asks the listeners in turn, and waits for each. On the PnP thread, and so one at a time. */
static NTSTATUS ask(struct pnp_node *node)
{
    struct user_listener *listener;
    ULONG64 last = 0;
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN waits;

    do {
        ExAcquireFastMutex(&user.lock);
        listener = next_of(node, last);
        waits = FALSE;
        if (listener) {
            last = listener->cookie;
            waits = put_question(listener, node);
        }
        ExReleaseFastMutex(&user.lock);
        if (waits)
            status = await_answer(node);
    } while (listener && NT_SUCCESS(status));
    return status;
}

static VOID tell(struct pnp_node *node, enum pnp_user_action action)
{
    struct user_listener *listener;
    ULONG64 last = 0;

    ExAcquireFastMutex(&user.lock);
    while ((listener = next_of(node, last))) {
        last = listener->cookie;
        queue_event(listener, action, NULL, &node->instance, 0, NULL, 0);
    }
    ExReleaseFastMutex(&user.lock);
}

NTSTATUS pnp_user_target(struct pnp_node *node, const GUID *event)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (IsEqualGUID(event, &GUID_TARGET_DEVICE_QUERY_REMOVE)) {
        status = ask(node);
        if (!NT_SUCCESS(status))
            tell(node, PNP_USER_QUERY_REMOVE_FAILED);
    } else if (IsEqualGUID(event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED)) {
        tell(node, PNP_USER_QUERY_REMOVE_FAILED);
    } else {
        tell(node, PNP_USER_REMOVE_COMPLETE);
    }
    return status;
}

/* ---- fetching --------------------------------------------------------------------------- */

NTSTATUS pnp_user_next_event(struct pnp_user_event **content, PULONG bytes)
{
    struct queued_event *event = NULL;
    struct audience *audience;
    NTSTATUS status;

    ExAcquireFastMutex(&user.lock);
    audience = own_audience();
    if (audience)
        audience->has_fetcher = TRUE;
    ExReleaseFastMutex(&user.lock);
    if (!audience)
        return STATUS_INSUFFICIENT_RESOURCES;
    while (!event) {
        status = KeWaitForSingleObject(&audience->available, UserRequest, UserMode, TRUE, NULL);
        if (status != STATUS_SUCCESS)
            return status;
        ExAcquireFastMutex(&user.lock);
        if (!IsListEmpty(&audience->events)) {
            event = CONTAINING_RECORD(RemoveHeadList(&audience->events), struct queued_event, link);
            audience->event_count--;
        }
        ExReleaseFastMutex(&user.lock);
    }
    *content = event->content;
    *bytes = event->bytes;
    event->content = NULL;
    free_event(event);
    return STATUS_SUCCESS;
}

NTSTATUS pnp_user_reply(ULONG64 cookie, ULONG refuses)
{
    NTSTATUS status = STATUS_NOT_FOUND;

    ExAcquireFastMutex(&user.lock);
    if (cookie && cookie == user.question.cookie &&
        user.question.audience->process == ke_current()->process) {
        answer(refuses ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS);
        status = STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&user.lock);
    return status;
}
