/*
 * Events on their way to the programs that listen.
 */
#include "user_notify.h"

#define MOST_EVENTS 4096u /* that wait for one program to fetch them */

VOID pnp_user_free_event(struct queued_event *event)
{
    pnp_free(event->content);
    pnp_free(event);
}

VOID pnp_user_forget_events_of(struct audience *audience, ULONG64 cookie)
{
    PLIST_ENTRY entry, next;

    for (entry = audience->events.Flink; entry != &audience->events; entry = next) {
        struct queued_event *event = CONTAINING_RECORD(entry, struct queued_event, link);

        next = entry->Flink;
        if (event->content->listener != cookie)
            continue;
        RemoveEntryList(entry);
        audience->event_count--;
        if (event->content->event && event->content->event == pnp_user.question.cookie)
            pnp_user_answer(STATUS_SUCCESS);
        pnp_user_free_event(event);
    }
}

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

BOOLEAN pnp_user_queue_event(struct user_listener *listener, enum pnp_user_action action,
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

    ExAcquireFastMutex(&pnp_user.lock);
    for (entry = pnp_user.listeners.Flink; entry != &pnp_user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->kind == PNP_LISTEN_ALL_INTERFACES ||
            (listener->kind == PNP_LISTEN_INTERFACES && IsEqualGUID(&listener->class_guid, guid)))
            pnp_user_queue_event(
                listener, is_arrival ? PNP_USER_INTERFACE_ARRIVAL : PNP_USER_INTERFACE_REMOVAL,
                guid, link, 0, NULL, 0);
    }
    ExReleaseFastMutex(&pnp_user.lock);
}

VOID pnp_user_instance(struct pnp_node *node, enum pnp_user_action action)
{
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&pnp_user.lock);
    for (entry = pnp_user.listeners.Flink; entry != &pnp_user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->kind == PNP_LISTEN_ALL_INSTANCES ||
            (listener->kind == PNP_LISTEN_INSTANCE &&
             rtl_equal_no_case(&listener->name, &node->instance)))
            pnp_user_queue_event(listener, action, NULL, &node->instance, 0, NULL, 0);
    }
    ExReleaseFastMutex(&pnp_user.lock);
}

VOID pnp_user_custom(struct pnp_node *node, const TARGET_DEVICE_CUSTOM_NOTIFICATION *notification)
{
    ULONG header = FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer);
    ULONG bytes = notification->Size > header ? notification->Size - header : 0;
    PLIST_ENTRY entry;

    ExAcquireFastMutex(&pnp_user.lock);
    for (entry = pnp_user.listeners.Flink; entry != &pnp_user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->node == node)
            pnp_user_queue_event(listener, PNP_USER_CUSTOM_EVENT, &notification->Event,
                                 &node->instance, 0, notification->CustomDataBuffer, bytes);
    }
    ExReleaseFastMutex(&pnp_user.lock);
}

/* ---- fetching --------------------------------------------------------------------------- */

NTSTATUS pnp_user_next_event(struct pnp_user_event **content, PULONG bytes)
{
    struct queued_event *event = NULL;
    struct audience *audience;
    NTSTATUS status;

    ExAcquireFastMutex(&pnp_user.lock);
    audience = pnp_user_own_audience();
    if (audience)
        audience->has_fetcher = TRUE;
    ExReleaseFastMutex(&pnp_user.lock);
    if (!audience)
        return STATUS_INSUFFICIENT_RESOURCES;
    while (!event) {
        status = KeWaitForSingleObject(&audience->available, UserRequest, UserMode, TRUE, NULL);
        if (status != STATUS_SUCCESS)
            return status;
        ExAcquireFastMutex(&pnp_user.lock);
        if (!IsListEmpty(&audience->events)) {
            event = CONTAINING_RECORD(RemoveHeadList(&audience->events), struct queued_event, link);
            audience->event_count--;
        }
        ExReleaseFastMutex(&pnp_user.lock);
    }
    *content = event->content;
    *bytes = event->bytes;
    event->content = NULL;
    pnp_user_free_event(event);
    return STATUS_SUCCESS;
}
