/*
 * WDFWORKITEM.
 */
#include "callback.h"
#include "work.h"

struct work_item {
    struct wdf_object object;
    WDF_WORKITEM_CONFIG config;
    struct wdf_callback_lock *callback_lock; /* or NULL */
    struct wdf_work work;
};

static VOID call_driver(struct wdf_object *object)
{
    struct work_item *item = (struct work_item *)object;

    if (item->callback_lock)
        wdf_callback_acquire(item->callback_lock, "EvtWorkItemFunc");
    item->config.EvtWorkItemFunc(wdf_handle_of(item));
    if (item->callback_lock)
        wdf_callback_release(item->callback_lock, "EvtWorkItemFunc");
}

static VOID dispose_work_item(struct wdf_object *object)
{
    wdf_close_work(&((struct work_item *)object)->work);
}

static const struct wdf_type type_work_item = {
    .name = "WDFWORKITEM",
    .number = WDF_TYPE_NUMBER_WORK_ITEM,
    .flags = WDF_TYPE_PASSIVE,
    .dispose = dispose_work_item,
};

static NTSTATUS check(PWDF_WORKITEM_CONFIG config, PWDF_OBJECT_ATTRIBUTES attributes)
{
    if (config->Size != sizeof(*config))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!config->EvtWorkItemFunc)
        return STATUS_INVALID_PARAMETER;
    return wdf_check_attributes(attributes, WDF_ATTRIBUTES_PARENT_REQUIRED);
}

NTSTATUS NTAPI imp_WdfWorkItemCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_WORKITEM_CONFIG Config,
                                     PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem)
{
    struct wdf_callback_lock *lock;
    struct wdf_object *parent;
    struct work_item *item;
    PVOID object;
    NTSTATUS status;

    status = wdf_require_parent(Attributes, &parent);
    if (!NT_SUCCESS(status))
        return status;
    WDF_REQUIRE(Config);
    WDF_REQUIRE(WorkItem);
    status = check(Config, Attributes);
    *WorkItem = NULL;
    if (NT_SUCCESS(status))
        status = wdf_serialize_with(parent, Config->AutomaticSerialization, TRUE, &lock);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(wdf_globals_of(DriverGlobals), &type_work_item, sizeof(*item),
                                 Attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    item = object;
    item->config = *Config;
    item->callback_lock = lock;
    wdf_initialize_work(&item->work, &item->object, call_driver);
    return wdf_publish_object(item, parent, WorkItem);
}

VOID NTAPI imp_WdfWorkItemEnqueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM WorkItem)
{
    struct work_item *item = WDF_GET(struct work_item, type_work_item, WorkItem);

    if (!wdf_queue_work(&item->work) && !wdf_is_live(&item->object))
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "0x%p is being deleted", WorkItem);
}

WDFOBJECT NTAPI imp_WdfWorkItemGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFWORKITEM WorkItem)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return wdf_parent_handle_of(&WDF_GET(struct work_item, type_work_item, WorkItem)->object);
}

VOID NTAPI imp_WdfWorkItemFlush(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM WorkItem)
{
    struct work_item *item = WDF_GET(struct work_item, type_work_item, WorkItem);
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);

    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return;
    if (!wdf_wait_for_work(&item->work))
        wdf_misuse(globals, __func__, "called by the work item's own callback");
}
