/*
 * Power settings that drivers listen to, and what they tell the system to keep it awake.
 *
 * The system here is always on mains and sleeps only when it is told to; so there is little
 * that changes, and nothing that a request to stay awake prevents.
 */
#include <initguid.h> /* before the headers that name the settings */

#include "power.h"

struct setting_listener {
    LIST_ENTRY link;         /* in listeners */
    struct pnp_action first; /* tells the value that is there at registration */
    GUID guid;
    PPOWER_SETTING_CALLBACK callback;
    PVOID context;
    PDEVICE_OBJECT device; /* referenced, or NULL */
};

/* The PnP thread's. */
static LIST_ENTRY listeners = {&listeners, &listeners};

static struct setting {
    const GUID *guid;
    ULONG value;
} settings[] = {
    {&GUID_ACDC_POWER_SOURCE, 0 /* PoAc */},
    {&GUID_BATTERY_PERCENTAGE_REMAINING, 100},
    {&GUID_MONITOR_POWER_ON, 1},
    {&GUID_CONSOLE_DISPLAY_STATE, 1},
    {&GUID_SYSTEM_AWAYMODE, 0},
    {&GUID_LIDSWITCH_STATE_CHANGE, 1},
};

VOID pnp_settings_start(VOID)
{
    InitializeListHead(&listeners);
}

static struct setting *find_setting(const GUID *guid)
{
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(settings); i++)
        if (IsEqualGUID(settings[i].guid, guid))
            return &settings[i];
    return NULL;
}

static VOID tell(struct setting_listener *listener)
{
    struct setting *setting = find_setting(&listener->guid);
    ULONG value;

    if (!setting)
        return;
    value = setting->value;
    listener->callback(&listener->guid, &value, sizeof(value), listener->context);
}

static VOID tell_first(struct pnp_action *action)
{
    tell(CONTAINING_RECORD(action, struct setting_listener, first));
}

static VOID change(const GUID *guid, ULONG value)
{
    PLIST_ENTRY entry, next;

    find_setting(guid)->value = value;
    for (entry = listeners.Flink; entry != &listeners; entry = next) {
        struct setting_listener *listener = CONTAINING_RECORD(entry, struct setting_listener, link);

        /* The callback may unregister itself. */
        next = entry->Flink;
        if (IsEqualGUID(&listener->guid, guid))
            tell(listener);
    }
}

VOID pnp_settings_display(BOOLEAN is_on)
{
    change(&GUID_MONITOR_POWER_ON, is_on);
    change(&GUID_CONSOLE_DISPLAY_STATE, is_on);
}

static VOID free_listener(struct setting_listener *listener)
{
    RemoveEntryList(&listener->link);
    if (listener->device)
        ObDereferenceObject(listener->device);
    pnp_free(listener);
}

VOID pnp_settings_stop(VOID)
{
    while (!IsListEmpty(&listeners))
        free_listener(CONTAINING_RECORD(listeners.Flink, struct setting_listener, link));
}

static NTSTATUS add(PVOID context)
{
    struct setting_listener *listener = context;

    InsertTailList(&listeners, &listener->link);
    return STATUS_SUCCESS;
}

static NTSTATUS remove(PVOID context)
{
    struct setting_listener *listener = context;

    pnp_unqueue(&listener->first);
    free_listener(listener);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PoRegisterPowerSettingCallback(PDEVICE_OBJECT DeviceObject, LPCGUID SettingGuid,
                                              PPOWER_SETTING_CALLBACK Callback, PVOID Context,
                                              PVOID *Handle)
{
    struct setting_listener *listener;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    listener = pnp_allocate(sizeof(*listener));
    if (!listener)
        return STATUS_INSUFFICIENT_RESOURCES;
    listener->first.run = tell_first;
    listener->guid = *SettingGuid;
    listener->callback = Callback;
    listener->context = Context;
    listener->device = DeviceObject;
    if (DeviceObject)
        ObReferenceObject(DeviceObject);
    status = pnp_call(add, listener);
    if (!NT_SUCCESS(status)) {
        if (DeviceObject)
            ObDereferenceObject(DeviceObject);
        pnp_free(listener);
        return status;
    }
    if (Handle)
        *Handle = listener;
    pnp_queue(&listener->first);
    return STATUS_SUCCESS;
}

/* On the thread that makes the callbacks, so that none is under way. */
NTSTATUS NTAPI PoUnregisterPowerSettingCallback(PVOID Handle)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    return pnp_call(remove, Handle);
}

/* ---- staying awake ---------------------------------------------------------------------- */

struct system_state {
    EXECUTION_STATE flags;
};

PVOID NTAPI PoRegisterSystemState(PVOID StateHandle, EXECUTION_STATE Flags)
{
    struct system_state *state = StateHandle;

    if (!state)
        state = pnp_allocate(sizeof(*state));
    if (state)
        state->flags = Flags;
    return state;
}

VOID NTAPI PoUnregisterSystemState(PVOID StateHandle)
{
    pnp_free(StateHandle);
}

/* It would put off a sleep for want of activity, which there is none of. */
VOID NTAPI PoSetSystemState(EXECUTION_STATE Flags)
{
    UNREFERENCED_PARAMETER(Flags);
}

struct awake_request {
    PDEVICE_OBJECT device;                          /* referenced */
    LONG counts[PowerRequestExecutionRequired + 1]; /* atomic */
};

NTSTATUS NTAPI PoCreatePowerRequest(PVOID *PowerRequest, PDEVICE_OBJECT DeviceObject,
                                    PCOUNTED_REASON_CONTEXT Context)
{
    struct awake_request *request = pnp_allocate(sizeof(*request));

    UNREFERENCED_PARAMETER(Context);
    *PowerRequest = request;
    if (!request)
        return STATUS_INSUFFICIENT_RESOURCES;
    request->device = DeviceObject;
    ObReferenceObject(DeviceObject);
    return STATUS_SUCCESS;
}

static NTSTATUS count(struct awake_request *request, POWER_REQUEST_TYPE type, LONG change)
{
    if ((ULONG)type >= RTL_NUMBER_OF(request->counts))
        return STATUS_INVALID_PARAMETER;
    if (change < 0 && !__atomic_load_n(&request->counts[type], __ATOMIC_RELAXED))
        return STATUS_UNSUCCESSFUL;
    __atomic_add_fetch(&request->counts[type], change, __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PoSetPowerRequest(PVOID PowerRequest, POWER_REQUEST_TYPE Type)
{
    return count(PowerRequest, Type, 1);
}

NTSTATUS NTAPI PoClearPowerRequest(PVOID PowerRequest, POWER_REQUEST_TYPE Type)
{
    return count(PowerRequest, Type, -1);
}

VOID NTAPI PoDeletePowerRequest(PVOID PowerRequest)
{
    ObDereferenceObject(((struct awake_request *)PowerRequest)->device);
    pnp_free(PowerRequest);
}

BOOLEAN NTAPI PoQueryWatchdogTime(PDEVICE_OBJECT Pdo, PULONG SecondsRemaining)
{
    UNREFERENCED_PARAMETER(Pdo);
    *SecondsRemaining = 0;
    return FALSE;
}
