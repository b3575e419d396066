/*
 * WDFDPC.
 */
#include "callback.h"

struct dpc {
    struct wdf_object object;
    WDF_DPC_CONFIG config;
    struct wdf_callback_lock *callback_lock; /* or NULL */
    KDPC dpc;
};

static VOID NTAPI call_driver(PKDPC kernel_dpc, PVOID context, PVOID first, PVOID second)
{
    struct dpc *dpc = context;

    UNREFERENCED_PARAMETER(kernel_dpc);
    UNREFERENCED_PARAMETER(first);
    UNREFERENCED_PARAMETER(second);
    if (!dpc->config.EvtDpcFunc)
        return;
    if (dpc->callback_lock)
        wdf_callback_acquire(dpc->callback_lock, "EvtDpcFunc");
    dpc->config.EvtDpcFunc(wdf_handle_of(dpc));
    if (dpc->callback_lock)
        wdf_callback_release(dpc->callback_lock, "EvtDpcFunc");
}

static VOID dispose_dpc(struct wdf_object *object)
{
    KeRemoveQueueDpc(&((struct dpc *)object)->dpc);
    KeFlushQueuedDpcs();
}

static const struct wdf_type type_dpc = {
    .name = "WDFDPC",
    .number = WDF_TYPE_NUMBER_DPC,
    .flags = WDF_TYPE_PASSIVE,
    .dispose = dispose_dpc,
};

NTSTATUS NTAPI imp_WdfDpcCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_DPC_CONFIG Config,
                                PWDF_OBJECT_ATTRIBUTES Attributes, WDFDPC *Dpc)
{
    struct wdf_callback_lock *lock;
    struct wdf_object *parent;
    struct dpc *dpc;
    PVOID object;
    NTSTATUS status;

    status = wdf_require_parent(Attributes, &parent);
    if (!NT_SUCCESS(status))
        return status;
    WDF_REQUIRE(Config);
    WDF_REQUIRE(Dpc);
    if (Config->Size != sizeof(*Config))
        return STATUS_INFO_LENGTH_MISMATCH;
    *Dpc = NULL;
    status = wdf_check_attributes(Attributes, WDF_ATTRIBUTES_PARENT_REQUIRED);
    if (NT_SUCCESS(status))
        status = wdf_serialize_with(parent, Config->AutomaticSerialization, FALSE, &lock);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(wdf_globals_of(DriverGlobals), &type_dpc, sizeof(*dpc), Attributes,
                                 &object);
    if (!NT_SUCCESS(status))
        return status;
    dpc = object;
    dpc->config = *Config;
    dpc->callback_lock = lock;
    KeInitializeDpc(&dpc->dpc, call_driver, dpc);
    return wdf_publish_object(dpc, parent, Dpc);
}

static struct dpc *dpc_of(WDFDPC handle, PCSTR function)
{
    return (struct dpc *)wdf_object_of(handle, &type_dpc, function);
}

BOOLEAN NTAPI imp_WdfDpcEnqueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return KeInsertQueueDpc(&dpc_of(Dpc, __func__)->dpc, NULL, NULL);
}

BOOLEAN NTAPI imp_WdfDpcCancel(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc, BOOLEAN Wait)
{
    struct dpc *dpc = dpc_of(Dpc, __func__);
    BOOLEAN was_queued;

    if (Wait && !wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return FALSE;
    was_queued = KeRemoveQueueDpc(&dpc->dpc);
    if (Wait)
        KeFlushQueuedDpcs();
    return was_queued;
}

WDFOBJECT NTAPI imp_WdfDpcGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_parent_handle_of(&dpc_of(Dpc, __func__)->object);
}

PKDPC NTAPI imp_WdfDpcWdmGetDpc(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return &dpc_of(Dpc, __func__)->dpc;
}
