/*
 * Questions to the programs that listen to a device: may it be removed? Each in turn is waited for.
 */
#include "user_notify.h"

#include <wdmguid.h>

#define PATIENCE 300000000ll /* in 100 ns: 30 s, as Windows waits for a program's answer */

VOID pnp_user_answer(NTSTATUS status)
{
    pnp_user.question.answer = status;
    pnp_user.question.cookie = 0;
    KeSetEvent(&pnp_user.question.answered, IO_NO_INCREMENT, FALSE);
}

/* Under the lock: the listener of the node whose turn comes after cookie. */
static struct user_listener *next_of(struct pnp_node *node, ULONG64 cookie)
{
    PLIST_ENTRY entry;

    for (entry = pnp_user.listeners.Flink; entry != &pnp_user.listeners; entry = entry->Flink) {
        struct user_listener *listener = CONTAINING_RECORD(entry, struct user_listener, link);

        if (listener->node == node && listener->cookie > cookie)
            return listener;
    }
    return NULL;
}

/* Under the lock: asks one listener; FALSE if it does not fetch events, and so does not refuse. */
static BOOLEAN put_question(struct user_listener *listener, struct pnp_node *node)
{
    if (pnp_user.is_ending || !listener->audience->has_fetcher ||
        !pnp_user_queue_event(listener, PNP_USER_QUERY_REMOVE, NULL, &node->instance,
                              pnp_user.next_cookie, NULL, 0))
        return FALSE;
    pnp_user.question.cookie = pnp_user.next_cookie++;
    pnp_user.question.audience = listener->audience;
    pnp_user.question.answer = STATUS_SUCCESS;
    KeClearEvent(&pnp_user.question.answered);
    return TRUE;
}

static NTSTATUS await_answer(struct pnp_node *node)
{
    LARGE_INTEGER patience = {.QuadPart = -PATIENCE};

    KeWaitForSingleObject(&pnp_user.question.answered, Executive, KernelMode, FALSE, &patience);
    ExAcquireFastMutex(&pnp_user.lock);
    if (pnp_user.question.cookie)
        rtl_log("program %s (%p) does not answer whether %wZ may be removed: that is taken for yes",
                pnp_user.question.audience->process->name, pnp_user.question.audience->process->id,
                &node->instance);
    pnp_user.question.cookie = 0;
    ExReleaseFastMutex(&pnp_user.lock);
    return pnp_user.question.answer;
}

/* Asks the listeners in turn, and waits for each. On the PnP thread, and so one at a time. */
static NTSTATUS ask(struct pnp_node *node)
{
    struct user_listener *listener;
    ULONG64 last = 0;
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN waits;

    do {
        ExAcquireFastMutex(&pnp_user.lock);
        listener = next_of(node, last);
        waits = FALSE;
        if (listener) {
            last = listener->cookie;
            waits = put_question(listener, node);
        }
        ExReleaseFastMutex(&pnp_user.lock);
        if (waits)
            status = await_answer(node);
    } while (listener && NT_SUCCESS(status));
    return status;
}

static VOID tell(struct pnp_node *node, enum pnp_user_action action)
{
    struct user_listener *listener;
    ULONG64 last = 0;

    ExAcquireFastMutex(&pnp_user.lock);
    while ((listener = next_of(node, last))) {
        last = listener->cookie;
        pnp_user_queue_event(listener, action, NULL, &node->instance, 0, NULL, 0);
    }
    ExReleaseFastMutex(&pnp_user.lock);
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

NTSTATUS pnp_user_reply(ULONG64 cookie, ULONG refuses)
{
    NTSTATUS status = STATUS_NOT_FOUND;

    ExAcquireFastMutex(&pnp_user.lock);
    if (cookie && cookie == pnp_user.question.cookie &&
        pnp_user.question.audience->process == ke_current()->process) {
        pnp_user_answer(refuses ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS);
        status = STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&pnp_user.lock);
    return status;
}
