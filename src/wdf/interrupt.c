#include "interrupt.h"

#include "driver.h"
#include "spin_lock.h"

/* ---- its life --------------------------------------------------------------------------- */

static VOID dispose_interrupt(struct wdf_object *object)
{
    struct wdf_interrupt *interrupt = (struct wdf_interrupt *)object;

    wdf_disconnect_interrupt(interrupt);
    KeRemoveQueueDpc(&interrupt->dpc);
    KeFlushQueuedDpcs();
    wdf_close_work(&interrupt->work);
    RemoveEntryList(&interrupt->link);
    InitializeListHead(&interrupt->link);
}

const struct wdf_type wdf_type_interrupt = {
    .name = "WDFINTERRUPT",
    .number = WDF_TYPE_NUMBER_INTERRUPT,
    .flags = WDF_TYPE_PASSIVE | WDF_TYPE_NO_DELETE,
    .dispose = dispose_interrupt,
};

static ULONG count_interrupts(struct wdf_pnp *pnp)
{
    PLIST_ENTRY entry;
    ULONG count = 0;

    for (entry = pnp->interrupts.Flink; entry != &pnp->interrupts; entry = entry->Flink)
        count++;
    return count;
}

/* ---- making one --------------------------------------------------------------------------- */

static NTSTATUS check_config(PWDF_INTERRUPT_CONFIG config)
{
    if (config->EvtInterruptDpc && config->EvtInterruptWorkItem)
        return STATUS_INVALID_PARAMETER;
    if (config->PassiveHandling ? config->SpinLock != NULL : config->WaitLock != NULL)
        return STATUS_INVALID_PARAMETER;
    /* No bus here has lines that are hinted to wake. */
    return config->CanWakeDevice ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

/* In EvtDriverDeviceAdd resources are not known; in EvtDevicePrepareHardware they are. */
static NTSTATUS check_time(struct wdf_device *device, PWDF_INTERRUPT_CONFIG config)
{
    struct wdf_pnp *pnp = device->pnp;

    if (!pnp)
        return STATUS_INVALID_DEVICE_STATE;
    if (pnp->is_preparing)
        return config->InterruptRaw && config->InterruptTranslated &&
                       config->ShareVector == WdfUseDefault
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_DEVICE_STATE;
    if (pnp->state != WdfDevStatePnpInit)
        return STATUS_INVALID_DEVICE_STATE;
    return config->InterruptRaw || config->InterruptTranslated ? STATUS_INVALID_PARAMETER
                                                               : STATUS_SUCCESS;
}

static NTSTATUS check_parent(struct wdf_device *device, struct wdf_object *parent)
{
    if (parent->device != device ||
        (parent->type != &wdf_type_device && parent->type != &wdf_type_queue))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* What the callbacks below the interrupt's IRQL run at. */
static BOOLEAN has_passive_callbacks(const WDF_INTERRUPT_CONFIG *config)
{
    return config->EvtInterruptWorkItem || (!config->EvtInterruptDpc && config->PassiveHandling);
}

static NTSTATUS choose_lock(PWDF_DRIVER_GLOBALS globals, struct wdf_interrupt *interrupt,
                            PCSTR function)
{
    WDF_OBJECT_ATTRIBUTES attributes;

    KeInitializeSpinLock(&interrupt->own_lock);
    if (interrupt->config.PassiveHandling) {
        interrupt->wait_lock = interrupt->config.WaitLock;
        if (interrupt->wait_lock)
            return STATUS_SUCCESS;
        WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
        attributes.ParentObject = wdf_handle_of(interrupt->device);
        return imp_WdfWaitLockCreate(globals, &attributes, &interrupt->wait_lock);
    }
    interrupt->spin_lock = &interrupt->own_lock;
    if (interrupt->config.SpinLock) {
        struct wdf_spin_lock *lock = (struct wdf_spin_lock *)wdf_object_of(
            interrupt->config.SpinLock, &wdf_type_spin_lock, function);

        lock->is_of_interrupt = TRUE;
        interrupt->spin_lock = &lock->lock;
    }
    return STATUS_SUCCESS;
}

static VOID assign(struct wdf_interrupt *interrupt,
                   const CM_PARTIAL_RESOURCE_DESCRIPTOR *translated)
{
    WDF_INTERRUPT_INFO *info = &interrupt->info;

    info->TargetProcessorSet = translated->u.Interrupt.Affinity;
    info->Vector = translated->u.Interrupt.Vector;
    info->Irql =
        interrupt->config.PassiveHandling ? PASSIVE_LEVEL : (KIRQL)translated->u.Interrupt.Level;
    info->Mode = translated->Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched : LevelSensitive;
    info->MessageSignaled = (translated->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
    info->ShareDisposition = translated->ShareDisposition;
}

static VOID set_up(struct wdf_interrupt *interrupt)
{
    PWDF_INTERRUPT_CONFIG config = &interrupt->config;

    WDF_INTERRUPT_INFO_INIT(&interrupt->info);
    interrupt->info.MessageNumber = count_interrupts(interrupt->device->pnp);
    InitializeListHead(&interrupt->link);
    KeInitializeDpc(&interrupt->dpc, wdf_run_interrupt_dpc, interrupt);
    wdf_initialize_work(&interrupt->work, &interrupt->object, wdf_run_interrupt_work);
    if (!config->InterruptRaw)
        return;
    interrupt->is_from_prepare = TRUE;
    assign(interrupt, config->InterruptTranslated);
}

static NTSTATUS make(PWDF_DRIVER_GLOBALS globals, struct wdf_device *device,
                     PWDF_INTERRUPT_CONFIG config, PWDF_OBJECT_ATTRIBUTES attributes,
                     WDFINTERRUPT *handle)
{
    struct wdf_object *parent = wdf_parent_of(attributes, &device->object);
    struct wdf_callback_lock *lock;
    struct wdf_interrupt *interrupt;
    PVOID object;
    NTSTATUS status = check_parent(device, parent);

    if (NT_SUCCESS(status))
        status = wdf_serialize_with(parent, config->AutomaticSerialization,
                                    has_passive_callbacks(config), &lock);
    if (NT_SUCCESS(status))
        status = wdf_allocate_object(wdf_globals_of(globals), &wdf_type_interrupt,
                                     sizeof(*interrupt), attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    interrupt = object;
    interrupt->device = device;
    interrupt->config = *config;
    interrupt->callback_lock = lock;
    status = choose_lock(globals, interrupt, "WdfInterruptCreate");
    if (!NT_SUCCESS(status)) {
        wdf_discard_object(&interrupt->object);
        return status;
    }
    set_up(interrupt);
    status = wdf_publish_object(interrupt, parent, handle);
    if (NT_SUCCESS(status))
        InsertTailList(&device->pnp->interrupts, &interrupt->link);
    return status;
}

NTSTATUS NTAPI imp_WdfInterruptCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                      PWDF_INTERRUPT_CONFIG Configuration,
                                      PWDF_OBJECT_ATTRIBUTES Attributes, WDFINTERRUPT *Interrupt)
{
    struct wdf_device *device = wdf_device_of(Device, __func__);
    NTSTATUS status;

    WDF_REQUIRE(Configuration);
    WDF_REQUIRE(Interrupt);
    if (Configuration->Size != sizeof(*Configuration))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!Configuration->EvtInterruptIsr)
        return STATUS_INVALID_PARAMETER;
    *Interrupt = NULL;
    status = wdf_check_attributes(
        Attributes, Configuration->AutomaticSerialization ? 0 : WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (NT_SUCCESS(status))
        status = check_time(device, Configuration);
    if (NT_SUCCESS(status))
        status = check_config(Configuration);
    if (!NT_SUCCESS(status))
        return status;
    return make(DriverGlobals, device, Configuration, Attributes, Interrupt);
}

/* ---- resources -------------------------------------------------------------------------- */

struct walk {
    struct wdf_device *device;
    PLIST_ENTRY next; /* the interrupt that gets the next descriptor */
};

/* The PnP manager gives each message a descriptor of its own. */
static VOID give(const VOID *descriptor, PVOID context)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *from = descriptor;
    struct walk *walk = context;

    if (from->Type != CmResourceTypeInterrupt || walk->next == &walk->device->pnp->interrupts)
        return;
    assign(CONTAINING_RECORD(walk->next, struct wdf_interrupt, link), from);
    walk->next = walk->next->Flink;
}

VOID wdf_assign_interrupts(struct wdf_device *device)
{
    struct walk walk = {.device = device, .next = device->pnp->interrupts.Flink};

    wdf_each_descriptor(device->pnp->translated, give, &walk);
}

VOID wdf_revoke_interrupts(struct wdf_device *device)
{
    PLIST_ENTRY entry = device->pnp->interrupts.Flink, next;

    for (; entry != &device->pnp->interrupts; entry = next) {
        struct wdf_interrupt *interrupt = CONTAINING_RECORD(entry, struct wdf_interrupt, link);
        ULONG number = interrupt->info.MessageNumber;

        next = entry->Flink;
        WDF_INTERRUPT_INFO_INIT(&interrupt->info);
        interrupt->info.MessageNumber = number;
        if (interrupt->is_from_prepare)
            wdf_delete_object(&interrupt->object);
    }
}
