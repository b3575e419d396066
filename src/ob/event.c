/*
 * Event objects.
 */
#include "services.h"

#include "ob_private.h"

struct ob_event {
    KEVENT event;
    EVENT_TYPE type; /* as it was made */
};

NTSTATUS NTAPI NtCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                             BOOLEAN InitialState)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    struct ob_attributes captured;
    struct ob_event *event;
    NTSTATUS status;

    if (EventType != NotificationEvent && EventType != SynchronizationEvent)
        return STATUS_INVALID_PARAMETER;
    status = ob_begin_create(&ob_type_event, sizeof(*event), ObjectAttributes, mode, &captured,
                             (PVOID *)&event);
    if (!NT_SUCCESS(status))
        return status;
    event->type = EventType;
    KeInitializeEvent(&event->event, EventType, InitialState);
    return ob_finish_create(event, &captured, DesiredAccess, mode, EventHandle);
}

NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                             BOOLEAN InitialState)
{
    return OB_AS_KERNEL(
        NtCreateEvent(EventHandle, DesiredAccess, ObjectAttributes, EventType, InitialState));
}

NTSTATUS NTAPI NtOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_handle(ObjectAttributes, &ob_type_event, DesiredAccess,
                          ke_current()->previous_mode, NULL, EventHandle);
}

NTSTATUS NTAPI ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes)
{
    return OB_AS_KERNEL(NtOpenEvent(EventHandle, DesiredAccess, ObjectAttributes));
}

static LONG set(PKEVENT event)
{
    return KeSetEvent(event, EVENT_INCREMENT, FALSE);
}

static LONG pulse(PKEVENT event)
{
    return KePulseEvent(event, EVENT_INCREMENT, FALSE);
}

/* Does to the event what change does, and tells the state before it if that is asked for. */
static NTSTATUS change_state(HANDLE handle, LONG (*change)(PKEVENT), PLONG previous)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    PVOID event;
    LONG state;
    NTSTATUS status;

    status = ob_reference_handle(handle, EVENT_MODIFY_STATE, &ob_type_event, mode, &event, NULL);
    if (!NT_SUCCESS(status))
        return status;
    state = change(event);
    ObfDereferenceObject(event);
    return previous ? ob_copy_out(previous, &state, sizeof(state), mode) : STATUS_SUCCESS;
}

NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return change_state(EventHandle, set, PreviousState);
}

NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return OB_AS_KERNEL(NtSetEvent(EventHandle, PreviousState));
}

NTSTATUS NTAPI NtResetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return change_state(EventHandle, KeResetEvent, PreviousState);
}

NTSTATUS NTAPI ZwResetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return OB_AS_KERNEL(NtResetEvent(EventHandle, PreviousState));
}

NTSTATUS NTAPI NtPulseEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return change_state(EventHandle, pulse, PreviousState);
}

NTSTATUS NTAPI ZwPulseEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return OB_AS_KERNEL(NtPulseEvent(EventHandle, PreviousState));
}

NTSTATUS NTAPI NtClearEvent(HANDLE EventHandle)
{
    return change_state(EventHandle, KeResetEvent, NULL);
}

NTSTATUS NTAPI ZwClearEvent(HANDLE EventHandle)
{
    return OB_AS_KERNEL(NtClearEvent(EventHandle));
}

NTSTATUS NTAPI NtQueryEvent(HANDLE EventHandle, ULONG EventInformationClass, PVOID EventInformation,
                            ULONG EventInformationLength, PULONG ReturnLength)
{
    KPROCESSOR_MODE mode = ke_current()->previous_mode;
    EVENT_BASIC_INFORMATION information;
    ULONG length = sizeof(information);
    struct ob_event *event;
    NTSTATUS status;

    if (EventInformationClass != EventBasicInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (EventInformationLength != sizeof(information))
        return STATUS_INFO_LENGTH_MISMATCH;
    status = ob_reference_handle(EventHandle, EVENT_QUERY_STATE, &ob_type_event, mode,
                                 (PVOID *)&event, NULL);
    if (!NT_SUCCESS(status))
        return status;
    information.EventType = event->type;
    information.EventState = KeReadStateEvent(&event->event);
    ObfDereferenceObject(event);
    status = ob_copy_out(EventInformation, &information, sizeof(information), mode);
    if (NT_SUCCESS(status) && ReturnLength)
        status = ob_copy_out(ReturnLength, &length, sizeof(length), mode);
    return status;
}

NTSTATUS NTAPI ZwQueryEvent(HANDLE EventHandle, ULONG EventInformationClass, PVOID EventInformation,
                            ULONG EventInformationLength, PULONG ReturnLength)
{
    return OB_AS_KERNEL(NtQueryEvent(EventHandle, EventInformationClass, EventInformation,
                                     EventInformationLength, ReturnLength));
}

/* The event with that name, made if there is none; a kernel handle to it. */
static PKEVENT create_named(PUNICODE_STRING name, EVENT_TYPE type, PHANDLE handle)
{
    OBJECT_ATTRIBUTES attributes;
    PVOID event;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    InitializeObjectAttributes(&attributes, name,
                               OBJ_OPENIF | OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    status = ZwCreateEvent(handle, EVENT_ALL_ACCESS, &attributes, type, TRUE);
    if (!NT_SUCCESS(status))
        return NULL;
    status = ob_reference_handle(*handle, 0, &ob_type_event, KernelMode, &event, NULL);
    if (!NT_SUCCESS(status))
        return NULL;
    /* The handle, which the caller closes in the end, keeps it alive. */
    ObfDereferenceObject(event);
    return event;
}

PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    return create_named(EventName, NotificationEvent, EventHandle);
}

PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    return create_named(EventName, SynchronizationEvent, EventHandle);
}
