/*
 * Who has data. A provider is asked for its classes when they are first needed, not when it
 * registers: it may do that from where it could not answer.
 */
#include "wmi.h"

#define FIRST_SIZE 4096

static struct {
    KMUTEX asking;        /* held while a provider is asked for its classes */
    FAST_MUTEX mutex;     /* guards what follows; taken inside */
    LIST_ENTRY providers; /* of struct wmi_provider.link */
    ULONG last_id;
} registry;

NTSTATUS wmi_start(VOID)
{
    KeInitializeMutex(&registry.asking, 0);
    ExInitializeFastMutex(&registry.mutex);
    InitializeListHead(&registry.providers);
    wmi_event_start();
    return STATUS_SUCCESS;
}

static struct wmi_provider *find(PDEVICE_OBJECT device)
{
    PLIST_ENTRY entry;

    for (entry = registry.providers.Flink; entry != &registry.providers; entry = entry->Flink) {
        struct wmi_provider *provider = CONTAINING_RECORD(entry, struct wmi_provider, link);

        if (provider->device == device)
            return provider;
    }
    return NULL;
}

static VOID dereference(struct wmi_provider *provider)
{
    BOOLEAN is_last;

    ExAcquireFastMutex(&registry.mutex);
    is_last = --provider->references == 0;
    ExReleaseFastMutex(&registry.mutex);
    if (!is_last)
        return;
    wmi_free_classes(provider->classes);
    ObDereferenceObject(provider->device);
    ExFreePoolWithTag(provider, WMI_TAG);
}

static VOID NTAPI work_arrival(PVOID context)
{
    struct wmi_provider *provider = context;

    ExAcquireFastMutex(&registry.mutex);
    provider->is_arriving = FALSE;
    ExReleaseFastMutex(&registry.mutex);
    wmi_tell_provider(provider);
    wmi_release_provider(provider);
}

/* The device has classes that it did not have before. It cannot be asked from here. */
static VOID arrive(PDEVICE_OBJECT device)
{
    struct wmi_provider *provider;
    BOOLEAN is_new = FALSE;

    if (!wmi_is_listened_to())
        return;
    ExAcquireFastMutex(&registry.mutex);
    provider = find(device);
    if (provider && !provider->is_arriving && ExAcquireRundownProtection(&provider->requests)) {
        provider->references++;
        is_new = provider->is_arriving = TRUE;
    }
    ExReleaseFastMutex(&registry.mutex);
    if (!is_new)
        return;
    ExInitializeWorkItem(&provider->arrival, work_arrival, provider);
    ExQueueWorkItem(&provider->arrival, DelayedWorkQueue);
}

static NTSTATUS register_device(PDEVICE_OBJECT device)
{
    struct wmi_provider *provider =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*provider), WMI_TAG);
    BOOLEAN is_new;

    if (!provider)
        return STATUS_INSUFFICIENT_RESOURCES;
    provider->references = 1;
    provider->device = device;
    ExInitializeRundownProtection(&provider->requests);
    ObReferenceObject(device);
    ExAcquireFastMutex(&registry.mutex);
    is_new = !find(device);
    if (is_new) {
        provider->id = ++registry.last_id;
        InsertTailList(&registry.providers, &provider->link);
    }
    ExReleaseFastMutex(&registry.mutex);
    if (is_new) {
        arrive(device);
        return STATUS_SUCCESS;
    }
    dereference(provider);
    return STATUS_OBJECT_NAME_EXISTS;
}

/* Takes the provider off the list; the list's reference is the caller's. */
static struct wmi_provider *take(PDEVICE_OBJECT device)
{
    struct wmi_provider *provider;

    ExAcquireFastMutex(&registry.mutex);
    provider = find(device);
    if (provider)
        RemoveEntryList(&provider->link);
    ExReleaseFastMutex(&registry.mutex);
    return provider;
}

static NTSTATUS deregister(PDEVICE_OBJECT device)
{
    struct wmi_provider *provider = take(device);

    if (!provider)
        return STATUS_INVALID_PARAMETER;
    ExWaitForRundownProtectionRelease(&provider->requests);
    dereference(provider);
    return STATUS_SUCCESS;
}

static NTSTATUS change(PDEVICE_OBJECT device, BOOLEAN blocks)
{
    struct wmi_provider *provider;

    ExAcquireFastMutex(&registry.mutex);
    provider = find(device);
    if (provider && blocks)
        provider->is_blocked = TRUE;
    else if (provider)
        provider->is_known = FALSE;
    ExReleaseFastMutex(&registry.mutex);
    if (provider && !blocks)
        arrive(device);
    return provider ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI IoWMIRegistrationControl(PDEVICE_OBJECT DeviceObject, ULONG Action)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    switch (Action) {
    case WMIREG_ACTION_REGISTER:
        return register_device(DeviceObject);
    case WMIREG_ACTION_DEREGISTER:
        return deregister(DeviceObject);
    case WMIREG_ACTION_REREGISTER:
    case WMIREG_ACTION_UPDATE_GUIDS:
    case WMIREG_ACTION_BLOCK_IRPS:
        return change(DeviceObject, Action == WMIREG_ACTION_BLOCK_IRPS);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

ULONG NTAPI IoWMIDeviceObjectToProviderId(PDEVICE_OBJECT DeviceObject)
{
    struct wmi_provider *provider;
    ULONG id;

    ExAcquireFastMutex(&registry.mutex);
    provider = find(DeviceObject);
    id = provider ? provider->id : 0;
    ExReleaseFastMutex(&registry.mutex);
    return id;
}

/* Asks with a buffer of size; *needed is set if that is too small. */
static NTSTATUS ask(struct wmi_provider *provider, UCHAR minor, PWMIREGINFOW info, ULONG size,
                    PULONG needed)
{
    ULONG used;
    NTSTATUS status = wmi_send(provider->device, minor, WMIREGISTER, info, size, &used);

    *needed = 0;
    if (status == STATUS_BUFFER_TOO_SMALL && used >= sizeof(ULONG))
        *needed = *(PULONG)info;
    else if (NT_SUCCESS(status) && (used < sizeof(*info) || info->BufferSize > used))
        return STATUS_INVALID_PARAMETER;
    return status;
}

static NTSTATUS ask_growing(struct wmi_provider *provider, UCHAR minor,
                            struct wmi_classes **classes)
{
    ULONG size = FIRST_SIZE, needed;
    PWMIREGINFOW info;
    NTSTATUS status;

    do {
        info = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, WMI_TAG);
        if (!info)
            return STATUS_INSUFFICIENT_RESOURCES;
        status = ask(provider, minor, info, size, &needed);
        if (NT_SUCCESS(status))
            status = wmi_read_classes(info, info->BufferSize, minor == IRP_MN_REGINFO_EX, classes);
        ExFreePoolWithTag(info, WMI_TAG);
        if (needed <= size)
            return status;
        size = needed;
    } while (status == STATUS_BUFFER_TOO_SMALL);
    return status;
}

static BOOLEAN is_known(struct wmi_provider *provider, BOOLEAN becomes)
{
    BOOLEAN was;

    ExAcquireFastMutex(&registry.mutex);
    was = provider->is_known;
    provider->is_known |= becomes;
    ExReleaseFastMutex(&registry.mutex);
    return was;
}

/* A provider that does not know the newer question is asked the older one. */
static VOID learn(struct wmi_provider *provider)
{
    struct wmi_classes *classes = NULL;

    if (is_known(provider, FALSE))
        return;
    KeWaitForSingleObject(&registry.asking, Executive, KernelMode, FALSE, NULL);
    if (!is_known(provider, TRUE) &&
        (NT_SUCCESS(ask_growing(provider, IRP_MN_REGINFO_EX, &classes)) ||
         NT_SUCCESS(ask_growing(provider, IRP_MN_REGINFO, &classes)))) {
        classes->older = provider->classes;
        /* Release pairs with find_class: who sees the classes sees what is in them. */
        __atomic_store_n(&provider->classes, classes, __ATOMIC_RELEASE);
    }
    KeReleaseMutex(&registry.asking, FALSE);
}

static const struct wmi_class *find_class(const struct wmi_provider *provider, const GUID *guid)
{
    const struct wmi_classes *classes = __atomic_load_n(&provider->classes, __ATOMIC_ACQUIRE);
    ULONG i;

    for (i = 0; classes && i < classes->count; i++)
        if (IsEqualGUID(&classes->items[i].guid, guid))
            return &classes->items[i];
    return NULL;
}

const struct wmi_class *wmi_class_of(struct wmi_provider *provider, const GUID *guid)
{
    learn(provider);
    return find_class(provider, guid);
}

/* The one behind previous on the list, referenced; blocked ones are passed over. */
static struct wmi_provider *next(struct wmi_provider *previous)
{
    struct wmi_provider *found = NULL;
    PLIST_ENTRY entry;
    ULONG id = previous ? previous->id : 0;

    ExAcquireFastMutex(&registry.mutex);
    for (entry = registry.providers.Flink; entry != &registry.providers && !found;
         entry = entry->Flink) {
        struct wmi_provider *provider = CONTAINING_RECORD(entry, struct wmi_provider, link);

        if (provider->id > id && !provider->is_blocked &&
            ExAcquireRundownProtection(&provider->requests)) {
            provider->references++;
            found = provider;
        }
    }
    ExReleaseFastMutex(&registry.mutex);
    return found;
}

VOID wmi_release_provider(struct wmi_provider *provider)
{
    ExReleaseRundownProtection(&provider->requests);
    dereference(provider);
}

struct wmi_provider *wmi_next_provider(struct wmi_provider *previous, const GUID *guid,
                                       const struct wmi_class **class)
{
    struct wmi_provider *provider = previous;

    do {
        struct wmi_provider *passed = provider;

        provider = next(passed);
        if (passed)
            wmi_release_provider(passed);
        if (!provider)
            return NULL;
        *class = wmi_class_of(provider, guid);
    } while (!*class);
    return provider;
}

/* Drivers that are left could not be unloaded. */
VOID wmi_stop(VOID)
{
    while (!IsListEmpty(&registry.providers))
        dereference(
            take(CONTAINING_RECORD(registry.providers.Flink, struct wmi_provider, link)->device));
}
