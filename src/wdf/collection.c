#include "collection.h"

#include "driver.h"

#define TAG_ITEMS 'LfdW'
#define FEWEST_ITEMS 8

static NTSTATUS make_room(struct wdf_collection *collection)
{
    ULONG room = collection->room ? collection->room * 2 : FEWEST_ITEMS;
    WDFOBJECT *items;

    if (collection->count < collection->room)
        return STATUS_SUCCESS;
    if (room < collection->room)
        return STATUS_UNSUCCESSFUL;
    items = ExAllocatePoolWithTag(NonPagedPoolNx, room * sizeof(*items), TAG_ITEMS);
    if (!items)
        return STATUS_UNSUCCESSFUL;
    if (collection->items) {
        memcpy(items, collection->items, collection->count * sizeof(*items));
        ExFreePoolWithTag(collection->items, TAG_ITEMS);
    }
    collection->items = items;
    collection->room = room;
    return STATUS_SUCCESS;
}

static PWDF_DRIVER_GLOBALS globals_of(struct wdf_collection *collection)
{
    return &collection->object.globals->seen;
}

NTSTATUS wdf_collect(struct wdf_collection *collection, WDFOBJECT item)
{
    NTSTATUS status = make_room(collection);

    if (!NT_SUCCESS(status))
        return status;
    imp_WdfObjectReferenceActual(globals_of(collection), item, collection, 0, NULL);
    collection->items[collection->count++] = item;
    return status;
}

static VOID take_out(struct wdf_collection *collection, ULONG index)
{
    WDFOBJECT item = collection->items[index];

    collection->count--;
    memmove(&collection->items[index], &collection->items[index + 1],
            (collection->count - index) * sizeof(item));
    imp_WdfObjectDereferenceActual(globals_of(collection), item, collection, 0, NULL);
}

VOID wdf_uncollect_from(struct wdf_collection *collection, ULONG first)
{
    while (collection->count > first)
        take_out(collection, collection->count - 1);
}

static VOID dispose_collection(struct wdf_object *object)
{
    struct wdf_collection *collection = (struct wdf_collection *)object;

    while (collection->count)
        wdf_uncollect_from(collection, 0);
}

static VOID destroy_collection(struct wdf_object *object)
{
    struct wdf_collection *collection = (struct wdf_collection *)object;

    if (collection->items)
        ExFreePoolWithTag(collection->items, TAG_ITEMS);
}

const struct wdf_type wdf_type_collection = {
    .name = "WDFCOLLECTION",
    .number = WDF_TYPE_NUMBER_COLLECTION,
    .dispose = dispose_collection,
    .destroy = destroy_collection,
};

static struct wdf_collection *collection_of(WDFCOLLECTION handle, PCSTR function)
{
    return (struct wdf_collection *)wdf_object_of(handle, &wdf_type_collection, function);
}

NTSTATUS NTAPI imp_WdfCollectionCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
                                       WDFCOLLECTION *Collection)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(CollectionAttributes, &globals->driver->object);
    PVOID object;
    NTSTATUS status;

    WDF_REQUIRE(Collection);
    *Collection = NULL;
    status = wdf_check_attributes(CollectionAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(globals, &wdf_type_collection, sizeof(struct wdf_collection),
                                 CollectionAttributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_publish_object(object, parent, Collection);
}

ULONG NTAPI imp_WdfCollectionGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return collection_of(Collection, __func__)->count;
}

NTSTATUS NTAPI imp_WdfCollectionAdd(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
                                    WDFOBJECT Object)
{
    struct wdf_collection *collection = collection_of(Collection, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!wdf_lookup_handle(Object))
        wdf_any_object_of(Object, __func__);
    return wdf_collect(collection, Object);
}

VOID NTAPI imp_WdfCollectionRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
                                   WDFOBJECT Item)
{
    struct wdf_collection *collection = collection_of(Collection, __func__);
    ULONG i;

    if (!wdf_lookup_handle(Item))
        wdf_any_object_of(Item, __func__);
    for (i = 0; i < collection->count; i++) {
        if (collection->items[i] == Item) {
            take_out(collection, i);
            return;
        }
    }
    wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "0x%p is not in the collection", Item);
}

VOID NTAPI imp_WdfCollectionRemoveItem(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
                                       ULONG Index)
{
    struct wdf_collection *collection = collection_of(Collection, __func__);

    if (Index < collection->count)
        take_out(collection, Index);
    else
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__, "there is no item %u, but %u of them",
                   Index, collection->count);
}

WDFOBJECT NTAPI imp_WdfCollectionGetItem(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFCOLLECTION Collection, ULONG Index)
{
    struct wdf_collection *collection = collection_of(Collection, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return Index < collection->count ? collection->items[Index] : NULL;
}

WDFOBJECT NTAPI imp_WdfCollectionGetFirstItem(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFCOLLECTION Collection)
{
    return imp_WdfCollectionGetItem(DriverGlobals, Collection, 0);
}

WDFOBJECT NTAPI imp_WdfCollectionGetLastItem(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             WDFCOLLECTION Collection)
{
    /* Of an empty one, the place before the first is none either. */
    return imp_WdfCollectionGetItem(DriverGlobals, Collection,
                                    collection_of(Collection, __func__)->count - 1);
}
