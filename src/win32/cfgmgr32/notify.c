/*
 * CM_Register_Notification: a thread fetches events from the kernel, and calls back.
 */
#include "cfgmgr.h"

struct notification {
    struct notification *next; /* in the list, under its lock */
    ULONG64 cookie;            /* the kernel's */
    CM_NOTIFY_FILTER_TYPE type;
    PCM_NOTIFY_CALLBACK callback;
    PVOID context;
    LONG calls;   /* under the lock: callbacks under way */
    BOOL is_gone; /* under the lock: is called no more */
};

static struct {
    SRWLOCK lock;
    CONDITION_VARIABLE returned; /* a callback came back */
    struct notification *list;
    DWORD thread; /* the one that calls back; 0: it does not run yet */
} notify;

/* ---- events ----------------------------------------------------------------------------- */

/* Takes the notification for a call; NULL if it is gone. */
static struct notification *begin_call(ULONG64 cookie)
{
    AcquireSRWLockExclusive(&notify.lock);
    struct notification *found = notify.list;
    while (found && found->cookie != cookie)
        found = found->next;
    if (found && found->is_gone)
        found = NULL;
    if (found)
        found->calls++;
    ReleaseSRWLockExclusive(&notify.lock);
    return found;
}

static void end_call(struct notification *called)
{
    AcquireSRWLockExclusive(&notify.lock);
    called->calls--;
    ReleaseSRWLockExclusive(&notify.lock);
    WakeAllConditionVariable(&notify.returned);
}

/* The event as programs see it, new (free). */
static CM_NOTIFY_EVENT_DATA *event_data(const struct pnp_user_event *event,
                                        CM_NOTIFY_FILTER_TYPE type, DWORD *size)
{
    SIZE_T text = (win32_length(event->name) + 1) * sizeof(WCHAR);
    CM_NOTIFY_EVENT_DATA *data = calloc(1, sizeof *data + text + event->data_bytes);

    if (!data)
        return NULL;
    data->FilterType = type;
    if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE) {
        PWSTR link = data->u.DeviceInterface.SymbolicLink;
        data->u.DeviceInterface.ClassGuid = event->guid;
        memcpy(link, event->name, text);
        if (link[0] == '\\' && link[1] == '?')
            link[1] = '\\';
        *size = (DWORD)(offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceInterface.SymbolicLink) + text);
    } else if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE) {
        memcpy(data->u.DeviceInstance.InstanceId, event->name, text);
        *size = (DWORD)(offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceInstance.InstanceId) + text);
    } else {
        data->u.DeviceHandle.EventGuid = event->guid;
        data->u.DeviceHandle.NameOffset = -1;
        data->u.DeviceHandle.DataSize = event->data_bytes;
        memcpy(data->u.DeviceHandle.Data, (const char *)event->name + text, event->data_bytes);
        *size = (DWORD)(offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceHandle.Data) + event->data_bytes);
    }
    return data;
}

static void deliver(const struct pnp_user_event *event)
{
    struct notification *target = begin_call(event->listener);
    DWORD answer = ERROR_SUCCESS, size;

    if (target) {
        CM_NOTIFY_EVENT_DATA *data = event_data(event, target->type, &size);
        if (data)
            answer = target->callback((HCMNOTIFICATION)target, target->context,
                                      (CM_NOTIFY_ACTION)event->action, data, size);
        free(data);
        end_call(target);
    }
    if (event->event) {
        struct pnp_control_block block = {.cookie = event->event, .value = answer != ERROR_SUCCESS};
        cfg_control(PNP_CONTROL_REPLY, &block);
    }
}

static DWORD WINAPI fetch_events(LPVOID unused)
{
    struct pnp_user_event *event;
    NTSTATUS status;
    /* The kernel gives an event once: the room is for the largest that there can be. */
    const SIZE_T room = 128 * 1024;

    (void)unused;
    event = malloc(room);
    while (event) {
        struct pnp_control_block block = {.data = event, .bytes = (ULONG)room};
        status = cfg_control(PNP_CONTROL_NEXT_EVENT, &block);
        win32_stay();
        if (status == STATUS_SUCCESS)
            deliver(event);
        else if (status != STATUS_USER_APC && status != STATUS_ALERTED)
            break;
    }
    free(event);
    return 0;
}

/* ---- registering ------------------------------------------------------------------------ */

/* Under the lock. */
static BOOL start_thread(void)
{
    HANDLE thread;

    if (notify.thread)
        return TRUE;
    thread = CreateThread(NULL, 0, fetch_events, NULL, 0, &notify.thread);
    if (!thread)
        return FALSE;
    CloseHandle(thread);
    return TRUE;
}

static CONFIGRET describe(const CM_NOTIFY_FILTER *filter, struct pnp_control_block *block)
{
    if (filter->cbSize != sizeof *filter || filter->Reserved)
        return CR_INVALID_DATA;
    if (filter->Flags & ~(DWORD)CM_NOTIFY_FILTER_VALID_FLAGS)
        return CR_INVALID_FLAG;
    switch (filter->FilterType) {
    case CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE:
        block->value = filter->Flags & CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES
                           ? PNP_LISTEN_ALL_INTERFACES
                           : PNP_LISTEN_INTERFACES;
        block->guid = filter->u.DeviceInterface.ClassGuid;
        return CR_SUCCESS;
    case CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE:
        block->value = PNP_LISTEN_FILE;
        block->file = filter->u.DeviceHandle.hTarget;
        return CR_SUCCESS;
    case CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE:
        block->value = filter->Flags & CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES
                           ? PNP_LISTEN_ALL_INSTANCES
                           : PNP_LISTEN_INSTANCE;
        block->name = filter->u.DeviceInstance.InstanceId;
        return CR_SUCCESS;
    default:
        return CR_INVALID_DATA;
    }
}

CONFIGRET WINAPI CM_Register_Notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                          PCM_NOTIFY_CALLBACK callback, PHCMNOTIFICATION handle)
{
    struct pnp_control_block block = {0};

    if (!filter || !callback || !handle)
        return CR_INVALID_POINTER;
    *handle = NULL;
    CONFIGRET result = describe(filter, &block);
    if (result != CR_SUCCESS)
        return result;
    struct notification *made = calloc(1, sizeof *made);
    if (!made)
        return CR_OUT_OF_MEMORY;
    made->type = filter->FilterType;
    made->callback = callback;
    made->context = context;
    /* Under the lock, so that the thread finds what it gets events for. */
    AcquireSRWLockExclusive(&notify.lock);
    result = cfg_result(cfg_control(PNP_CONTROL_LISTEN, &block));
    if (result == CR_SUCCESS && !start_thread()) {
        cfg_control(PNP_CONTROL_UNLISTEN, &block);
        result = CR_OUT_OF_MEMORY;
    }
    if (result == CR_SUCCESS) {
        made->cookie = block.cookie;
        made->next = notify.list;
        notify.list = made;
    }
    ReleaseSRWLockExclusive(&notify.lock);
    if (result != CR_SUCCESS)
        free(made);
    else
        *handle = (HCMNOTIFICATION)made;
    return result;
}

/* Waits for callbacks under way. Not to be called from the notification's own. */
CONFIGRET WINAPI CM_Unregister_Notification(HCMNOTIFICATION handle)
{
    struct notification *gone = (struct notification *)handle, **link;

    if (!gone)
        return CR_INVALID_DATA;
    AcquireSRWLockExclusive(&notify.lock);
    for (link = &notify.list; *link && *link != gone; link = &(*link)->next)
        ;
    BOOL is_known = *link == gone && !gone->is_gone;
    if (is_known) {
        struct pnp_control_block block = {.cookie = gone->cookie};
        gone->is_gone = TRUE;
        cfg_control(PNP_CONTROL_UNLISTEN, &block);
        while (gone->calls)
            SleepConditionVariableSRW(&notify.returned, &notify.lock, INFINITE, 0);
        for (link = &notify.list; *link != gone; link = &(*link)->next)
            ;
        *link = gone->next;
    }
    ReleaseSRWLockExclusive(&notify.lock);
    if (is_known)
        free(gone);
    return is_known ? CR_SUCCESS : CR_INVALID_DATA;
}
