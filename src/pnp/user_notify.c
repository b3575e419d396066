/*
 * Programs that listen: what a driver gets by callback they fetch, an event at a time
 * (CM_Register_Notification).
 */
#include "pnpp.h"
#include "control.h"

#include <wdmguid.h>

struct user_listener {
    LIST_ENTRY link; /* in listeners, under lock */
    ULONG64 cookie;
    enum pnp_listen kind;
    GUID class_guid;
    struct pnp_node *node; /* of PNP_LISTEN_FILE, referenced */
    UNICODE_STRING name;   /* of PNP_LISTEN_INSTANCE */
};

/* An event on its way to the program. */
struct queued_event {
    LIST_ENTRY link;                /* in events, under lock */
    struct pnp_user_event *content; /* in pool; the fetcher's from when it is fetched */
    ULONG bytes;
};

/* A question that the PnP thread waits for the answer to. One at a time. */
struct question {
    ULONG64 cookie; /* 0: none */
    KEVENT answered;
    NTSTATUS answer;
};

static struct {
    FAST_MUTEX lock;
    LIST_ENTRY listeners, events;
    ULONG64 next_cookie;
    KSEMAPHORE available; /* counts events */
    struct question question;
    BOOLEAN has_fetcher; /* a program has asked for events at least once */
    BOOLEAN is_ending;   /* programs do not answer any more */
} user;

VOID pnp_user_start(VOID)
{
    ExInitializeFastMutex(&user.lock);
    InitializeListHead(&user.listeners);
    InitializeListHead(&user.events);
    KeInitializeSemaphore(&user.available, 0, MAXLONG);
    KeInitializeEvent(&user.question.answered, SynchronizationEvent, FALSE);
    user.question.cookie = 0;
    user.next_cookie = 1;
    user.has_fetcher = user.is_ending = FALSE;
}

VOID pnp_user_end(VOID)
{
    ExAcquireFastMutex(&user.lock);
    user.is_ending = TRUE;
    ExReleaseFastMutex(&user.lock);
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

VOID pnp_user_stop(VOID)
{
    while (!IsListEmpty(&user.listeners))
        free_listener(
            CONTAINING_RECORD(RemoveHeadList(&user.listeners), struct user_listener, link));
    while (!IsListEmpty(&user.events))
        free_event(CONTAINING_RECORD(RemoveHeadList(&user.events), struct queued_event, link));
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
    *cookie = listener->cookie = user.next_cookie++;
    InsertTailList(&user.listeners, &listener->link);
    ExReleaseFastMutex(&user.lock);
    return STATUS_SUCCESS;
}

/* A question to it is answered with yes. */
static VOID forget_events_of(ULONG64 cookie)
{
    PLIST_ENTRY entry, next;

    for (entry = user.events.Flink; entry != &user.events; entry = next) {
        struct queued_event *event = CONTAINING_RECORD(entry, struct queued_event, link);

        next = entry->Flink;
        if (event->content->listener != cookie)
            continue;
        RemoveEntryList(entry);
        if (event->content->event && event->content->event == user.question.cookie) {
            user.question.answer = STATUS_SUCCESS;
            KeSetEvent(&user.question.answered, IO_NO_INCREMENT, FALSE);
        }
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
        if (found->cookie != cookie)
            found = NULL;
    }
    if (found) {
        RemoveEntryList(&found->link);
        forget_events_of(cookie);
    }
    ExReleaseFastMutex(&user.lock);
    if (!found)
        return STATUS_NOT_FOUND;
    free_listener(found);
    return STATUS_SUCCESS;
}

/* ---- events
 * ----------------------------------------------------------------------------------------- */

/* Under the lock. data (may be NULL) is a custom event's. */
static BOOLEAN queue_event(struct user_listener *listener, enum pnp_user_action action,
                           const GUID *guid, PCUNICODE_STRING name, ULONG64 question,
                           const VOID *data, ULONG bytes)
{
    ULONG text = name->Length + sizeof(WCHAR), size = sizeof(struct pnp_user_event) + text + bytes;
    struct queued_event *event = pnp_allocate(sizeof(*event));
    struct pnp_user_event *content = pnp_allocate(size);

    if (!event || !content) {
        pnp_free(event);
        pnp_free(content);
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
    InsertTailList(&user.events, &event->link);
    KeReleaseSemaphore(&user.available, IO_NO_INCREMENT, 1, FALSE);
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

/* Asks the listeners in turn, and waits for each; who does not fetch events does not refuse. */
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
            user.question.cookie = user.next_cookie++;
            KeClearEvent(&user.question.answered);
            waits = user.has_fetcher && !user.is_ending &&
                    queue_event(listener, PNP_USER_QUERY_REMOVE, NULL, &node->instance,
                                user.question.cookie, NULL, 0);
        }
        ExReleaseFastMutex(&user.lock);
        if (waits) {
            KeWaitForSingleObject(&user.question.answered, Executive, KernelMode, FALSE, NULL);
            status = user.question.answer;
        }
    } while (listener && NT_SUCCESS(status));
    user.question.cookie = 0;
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

/* ---- fetching
 * ---------------------------------------------------------------------------------------------- */

NTSTATUS pnp_user_next_event(struct pnp_user_event **content, PULONG bytes)
{
    struct queued_event *event = NULL;
    NTSTATUS status;

    ExAcquireFastMutex(&user.lock);
    user.has_fetcher = TRUE;
    ExReleaseFastMutex(&user.lock);
    while (!event) {
        status = KeWaitForSingleObject(&user.available, UserRequest, UserMode, TRUE, NULL);
        if (status != STATUS_SUCCESS)
            return status;
        ExAcquireFastMutex(&user.lock);
        if (!IsListEmpty(&user.events))
            event = CONTAINING_RECORD(RemoveHeadList(&user.events), struct queued_event, link);
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
    if (cookie && cookie == user.question.cookie) {
        user.question.answer = refuses ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
        user.question.cookie = 0;
        KeSetEvent(&user.question.answered, IO_NO_INCREMENT, FALSE);
        status = STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&user.lock);
    return status;
}
