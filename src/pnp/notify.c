/*
 * IoRegisterPlugPlayNotification: drivers that want to know of interfaces that come and go, and
 * of what happens to a device that they have open.
 */
#include "pnpp.h"
#include "../io/services.h"

#include <initguid.h>
#include <wdmguid.h>

struct listener {
    LIST_ENTRY link; /* in listeners, under lock */
    ULONG64 id;      /* grows along the list */
    LONG references; /* under lock: one of the registration, one of a callback under way */
    BOOLEAN is_gone; /* unregistered: is called no more; under lock */
    ULONG calls;     /* callbacks under way; under lock */
    PKTHREAD caller; /* the thread that is in the latest of them; under lock */
    KEVENT ended;    /* set when a callback ends */

    IO_NOTIFICATION_EVENT_CATEGORY category;
    GUID class_guid;       /* of the interfaces, or of no meaning */
    PFILE_OBJECT file;     /* of the target device; not referenced: it must be able to go */
    struct pnp_node *node; /* that the file is open on, referenced, or NULL */
    PDRIVER_OBJECT driver; /* referenced */
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE callback;
    PVOID context;
};

/* An interface's coming or going, until the PnP thread tells it. */
struct interface_event {
    struct pnp_action action;
    GUID class_guid;
    UNICODE_STRING link;
    BOOLEAN is_arrival;
};

static struct {
    FAST_MUTEX lock;
    LIST_ENTRY listeners; /* of listener.link, in the order of registration */
    ULONG64 last_id;
    pnp_event_reported reported; /* pnp_on_custom_event's, or NULL */
} notify;

VOID pnp_notify_start(VOID)
{
    ExInitializeFastMutex(&notify.lock);
    InitializeListHead(&notify.listeners);
}

/* ---- calling ---------------------------------------------------------------------------- */

static VOID free_listener(struct listener *listener)
{
    if (listener->node)
        pnp_node_dereference(listener->node);
    ObDereferenceObject(listener->driver);
    pnp_free(listener);
}

/* Under the lock: one reference less. */
static BOOLEAN is_last_reference(struct listener *listener)
{
    if (--listener->references)
        return FALSE;
    RemoveEntryList(&listener->link);
    return TRUE;
}

static VOID dereference(struct listener *listener)
{
    BOOLEAN frees;

    ExAcquireFastMutex(&notify.lock);
    frees = is_last_reference(listener);
    ExReleaseFastMutex(&notify.lock);
    if (frees)
        free_listener(listener);
}

/* Under the lock: the listener is about to be called. */
static VOID begin_call(struct listener *listener)
{
    listener->references++;
    listener->calls++;
    listener->caller = ke_current();
}

static NTSTATUS call(struct listener *listener, PVOID notification)
{
    NTSTATUS status = listener->callback(notification, listener->context);

    ExAcquireFastMutex(&notify.lock);
    listener->calls--;
    if (listener->caller == ke_current())
        listener->caller = NULL;
    KeSetEvent(&listener->ended, IO_NO_INCREMENT, FALSE);
    ExReleaseFastMutex(&notify.lock);
    dereference(listener);
    return status;
}

/* What a walk over the listeners looks for. */
struct walk {
    BOOLEAN (*is_wanted)(const struct listener *listener, const VOID *what);
    const VOID *what;
    struct listener *at; /* the one called last; its reference keeps its place in the list */
    ULONG64 last_id;     /* set by the first step: who registers later is not told */
    BOOLEAN is_backward;
};

/* The next listener to call, referenced and marked as being called; NULL at the end. */
static struct listener *next_listener(struct walk *walk)
{
    struct listener *last = walk->at, *found = NULL;
    PLIST_ENTRY entry = last ? &last->link : &notify.listeners;
    BOOLEAN frees;

    ExAcquireFastMutex(&notify.lock);
    if (!walk->last_id)
        walk->last_id = notify.last_id;
    do {
        entry = walk->is_backward ? entry->Blink : entry->Flink;
        if (entry == &notify.listeners)
            break;
        found = CONTAINING_RECORD(entry, struct listener, link);
    } while (found->is_gone || found->id > walk->last_id || !walk->is_wanted(found, walk->what));
    if (entry == &notify.listeners) {
        found = NULL;
    } else {
        begin_call(found);
        /* For its place. */
        found->references++;
    }
    frees = last && is_last_reference(last);
    ExReleaseFastMutex(&notify.lock);
    if (frees)
        free_listener(last);
    walk->at = found;
    return found;
}

/* ---- interfaces ------------------------------------------------------------------------- */

static BOOLEAN wants_interface(const struct listener *listener, const VOID *guid)
{
    return listener->category == EventCategoryDeviceInterfaceChange &&
           IsEqualGUID(&listener->class_guid, (const GUID *)guid);
}

static DEVICE_INTERFACE_CHANGE_NOTIFICATION describe(const GUID *guid, PUNICODE_STRING link,
                                                     BOOLEAN is_arrival)
{
    return (DEVICE_INTERFACE_CHANGE_NOTIFICATION){
        .Version = 1,
        .Size = sizeof(DEVICE_INTERFACE_CHANGE_NOTIFICATION),
        .Event = is_arrival ? GUID_DEVICE_INTERFACE_ARRIVAL : GUID_DEVICE_INTERFACE_REMOVAL,
        .InterfaceClassGuid = *guid,
        .SymbolicLinkName = link,
    };
}

static VOID run_interface_event(struct pnp_action *action)
{
    struct interface_event *event = CONTAINING_RECORD(action, struct interface_event, action);
    DEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        describe(&event->class_guid, &event->link, event->is_arrival);
    struct walk walk = {.is_wanted = wants_interface, .what = &event->class_guid};
    struct listener *listener;

    pnp_user_interface(&event->class_guid, &event->link, event->is_arrival);
    while ((listener = next_listener(&walk)))
        call(listener, &notification);
    pnp_free(event->link.Buffer);
    pnp_free(event);
}

VOID pnp_notify_interface(const GUID *guid, PCUNICODE_STRING link, BOOLEAN is_arrival)
{
    struct interface_event *event = pnp_allocate(sizeof(*event));

    if (!event)
        return;
    event->action.run = run_interface_event;
    event->class_guid = *guid;
    event->is_arrival = is_arrival;
    if (!NT_SUCCESS(pnp_copy_string(&event->link, link)) || !pnp_queue(&event->action)) {
        pnp_free(event->link.Buffer);
        pnp_free(event);
    }
}

/* FALSE if one of the calls before unregistered it. */
static BOOLEAN begin_first_call(struct listener *listener)
{
    BOOLEAN is_there;

    ExAcquireFastMutex(&notify.lock);
    is_there = !listener->is_gone;
    if (is_there)
        begin_call(listener);
    ExReleaseFastMutex(&notify.lock);
    return is_there;
}

/* Tells a new listener of what is there already. The caller has a reference. */
static VOID tell_existing(struct listener *listener)
{
    DEVICE_INTERFACE_CHANGE_NOTIFICATION notification;
    UNICODE_STRING link;
    SIZE_T characters;
    PWSTR list, name;

    if (!NT_SUCCESS(pnp_list_interfaces(&listener->class_guid, NULL, FALSE, &list, &characters)))
        return;
    for (name = list; *name; name = (PWSTR)pnp_list_next(name)) {
        RtlInitUnicodeString(&link, name);
        notification = describe(&listener->class_guid, &link, TRUE);
        if (begin_first_call(listener))
            call(listener, &notification);
    }
    ExFreePool(list);
}

/* ---- target devices --------------------------------------------------------------------- */

static BOOLEAN wants_target(const struct listener *listener, const VOID *node)
{
    return listener->category == EventCategoryTargetDeviceChange && listener->node == node;
}

static NTSTATUS call_target(struct listener *listener, const GUID *event)
{
    TARGET_DEVICE_REMOVAL_NOTIFICATION notification = {
        .Version = 1,
        .Size = sizeof(notification),
        .Event = *event,
        .FileObject = listener->file,
    };

    return call(listener, &notification);
}

/* Those before the one that refused, the last first. */
static VOID cancel_query(struct walk *walk)
{
    struct listener *listener;

    walk->is_backward = TRUE;
    while ((listener = next_listener(walk)))
        call_target(listener, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
}

NTSTATUS pnp_notify_target(struct pnp_node *node, const GUID *event)
{
    struct walk walk = {.is_wanted = wants_target, .what = node};
    BOOLEAN is_query = IsEqualGUID(event, &GUID_TARGET_DEVICE_QUERY_REMOVE);
    struct listener *listener;
    NTSTATUS status = pnp_user_target(node, event);

    if (is_query && !NT_SUCCESS(status))
        return status;
    while ((listener = next_listener(&walk))) {
        status = call_target(listener, event);
        if (!is_query || NT_SUCCESS(status))
            continue;
        cancel_query(&walk);
        pnp_user_target(node, &GUID_TARGET_DEVICE_REMOVE_CANCELLED);
        return status;
    }
    return STATUS_SUCCESS;
}

static BOOLEAN is_custom(const TARGET_DEVICE_CUSTOM_NOTIFICATION *notification)
{
    return !IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_QUERY_REMOVE) &&
           !IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED) &&
           !IsEqualGUID(&notification->Event, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
}

static VOID report(struct pnp_node *node, PTARGET_DEVICE_CUSTOM_NOTIFICATION notification)
{
    struct walk walk = {.is_wanted = wants_target, .what = node};
    struct listener *listener;

    pnp_user_custom(node, notification);
    while ((listener = next_listener(&walk))) {
        notification->FileObject = listener->file;
        call(listener, notification);
    }
}

struct custom_event {
    struct pnp_action action;
    struct pnp_node *node;
    PDEVICE_CHANGE_COMPLETE_CALLBACK callback;
    PVOID context;
    __attribute__((aligned(16))) UCHAR notification[];
};

static VOID run_custom_event(struct pnp_action *action)
{
    struct custom_event *event = CONTAINING_RECORD(action, struct custom_event, action);

    report(event->node, (PTARGET_DEVICE_CUSTOM_NOTIFICATION)event->notification);
    if (event->callback)
        event->callback(event->context);
    pnp_node_dereference(event->node);
    pnp_free(event);
}

VOID pnp_on_custom_event(pnp_event_reported reported)
{
    notify.reported = reported;
}

NTSTATUS NTAPI IoReportTargetDeviceChange(PDEVICE_OBJECT PhysicalDeviceObject,
                                          PVOID NotificationStructure)
{
    PTARGET_DEVICE_CUSTOM_NOTIFICATION notification = NotificationStructure;
    struct pnp_node *node;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (!is_custom(notification))
        return STATUS_INVALID_DEVICE_REQUEST;
    node = pnp_node_of(PhysicalDeviceObject);
    if (!node)
        return STATUS_INVALID_DEVICE_REQUEST;
    report(node, notification);
    pnp_node_dereference(node);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoReportTargetDeviceChangeAsynchronous(PDEVICE_OBJECT PhysicalDeviceObject,
                                                      PVOID NotificationStructure,
                                                      PDEVICE_CHANGE_COMPLETE_CALLBACK Callback,
                                                      PVOID Context)
{
    PTARGET_DEVICE_CUSTOM_NOTIFICATION notification = NotificationStructure;
    struct custom_event *event;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    if (!is_custom(notification))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (notify.reported)
        return notify.reported(PhysicalDeviceObject, notification);
    event = pnp_allocate(sizeof(*event) + notification->Size);
    if (!event)
        return STATUS_INSUFFICIENT_RESOURCES;
    event->action.run = run_custom_event;
    event->callback = Callback;
    event->context = Context;
    event->node = pnp_node_of(PhysicalDeviceObject);
    memcpy(event->notification, notification, notification->Size);
    if (!event->node) {
        pnp_free(event);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (!pnp_queue(&event->action)) {
        pnp_node_dereference(event->node);
        pnp_free(event);
        return STATUS_DELETE_PENDING;
    }
    return STATUS_PENDING;
}

/* ---- registering ------------------------------------------------------------------------ */

static NTSTATUS set_target(struct listener *listener, PFILE_OBJECT file)
{
    listener->node = pnp_node_of_stack(file->DeviceObject);
    if (!listener->node)
        return STATUS_NO_SUCH_DEVICE;
    listener->file = file;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory,
                                              ULONG EventCategoryFlags, PVOID EventCategoryData,
                                              PDRIVER_OBJECT DriverObject,
                                              PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine,
                                              PVOID Context, PVOID *NotificationEntry)
{
    struct listener *listener;
    NTSTATUS status = STATUS_SUCCESS;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    *NotificationEntry = NULL;
    if (EventCategory < EventCategoryHardwareProfileChange ||
        EventCategory > EventCategoryTargetDeviceChange ||
        (EventCategory != EventCategoryHardwareProfileChange && !EventCategoryData))
        return STATUS_INVALID_PARAMETER;
    listener = pnp_allocate(sizeof(*listener));
    if (!listener)
        return STATUS_INSUFFICIENT_RESOURCES;
    listener->references = 1;
    listener->category = EventCategory;
    listener->driver = DriverObject;
    listener->callback = CallbackRoutine;
    listener->context = Context;
    KeInitializeEvent(&listener->ended, SynchronizationEvent, FALSE);
    ObReferenceObject(DriverObject);
    if (EventCategory == EventCategoryDeviceInterfaceChange)
        listener->class_guid = *(const GUID *)EventCategoryData;
    else if (EventCategory == EventCategoryTargetDeviceChange)
        status = set_target(listener, EventCategoryData);
    if (!NT_SUCCESS(status)) {
        free_listener(listener);
        return status;
    }
    ExAcquireFastMutex(&notify.lock);
    listener->id = ++notify.last_id;
    InsertTailList(&notify.listeners, &listener->link);
    listener->references++;
    ExReleaseFastMutex(&notify.lock);
    *NotificationEntry = listener;
    if (EventCategory == EventCategoryDeviceInterfaceChange &&
        (EventCategoryFlags & PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES))
        tell_existing(listener);
    dereference(listener);
    return STATUS_SUCCESS;
}

/* Waits for the callbacks under way, but for one that is the caller. */
static NTSTATUS unregister(struct listener *listener)
{
    ExAcquireFastMutex(&notify.lock);
    listener->is_gone = TRUE;
    while (listener->calls > (listener->caller == ke_current())) {
        ExReleaseFastMutex(&notify.lock);
        KeWaitForSingleObject(&listener->ended, Executive, KernelMode, FALSE, NULL);
        ExAcquireFastMutex(&notify.lock);
    }
    ExReleaseFastMutex(&notify.lock);
    dereference(listener);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoUnregisterPlugPlayNotification(PVOID NotificationEntry)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return unregister(NotificationEntry);
}

NTSTATUS NTAPI IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return unregister(NotificationEntry);
}

VOID pnp_notify_stop(VOID)
{
    while (!IsListEmpty(&notify.listeners)) {
        struct listener *listener =
            CONTAINING_RECORD(notify.listeners.Flink, struct listener, link);

        RemoveEntryList(&listener->link);
        free_listener(listener);
    }
}
