/*
 * WDFLOOKASIDE: creation, deletion.
 */
#include "lookaside.h"
#include "driver.h"

/* ---- its end ------------------------------------------------------------------- */

VOID wdf_end_lookaside(struct wdf_lookaside *list)
{
    if (__atomic_sub_fetch(&list->lives, 1, __ATOMIC_ACQ_REL))
        return;
    if (list->is_ready)
        ExDeleteLookasideListEx(&list->entries);
    if (list->is_ready && list->is_apart)
        ExDeleteLookasideListEx(&list->buffers);
    wdf_free_object(&list->object);
}

static VOID dispose(struct wdf_object *object)
{
    struct wdf_lookaside *list = (struct wdf_lookaside *)object;

    wdf_count_lookaside_use(list);
    wdf_drop_lookaside_use(list);
}

static VOID recycle(struct wdf_object *object)
{
    wdf_end_lookaside((struct wdf_lookaside *)object);
}

const struct wdf_type wdf_type_lookaside = {
    .name = "WDFLOOKASIDE",
    .number = WDF_TYPE_NUMBER_LOOKASIDE,
    .dispose = dispose,
    .recycle = recycle,
};

/* ---- creation -------------------------------------------------------------------- */

/* Pageable memory of one device may not be of another's list: they may go in any order. */
static NTSTATUS check_devices(PWDF_OBJECT_ATTRIBUTES list, PWDF_OBJECT_ATTRIBUTES memory,
                              struct wdf_globals *globals)
{
    struct wdf_device *of_list = wdf_parent_of(list, &globals->driver->object)->device;
    struct wdf_device *of_memory = wdf_parent_of(memory, &globals->driver->object)->device;

    return of_list && of_memory && of_list != of_memory ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS check(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES list, SIZE_T size,
                      BOOLEAN is_paged, PWDF_OBJECT_ATTRIBUTES memory)
{
    NTSTATUS status;

    if (!size)
        return STATUS_INVALID_PARAMETER;
    status = wdf_check_attributes(list, 0);
    if (NT_SUCCESS(status))
        status = wdf_check_attributes(memory, 0);
    if (NT_SUCCESS(status) && is_paged)
        status = check_devices(list, memory, globals);
    return status;
}

/* A list with its object alone, and what goes with that. */
static NTSTATUS allocate(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES attributes,
                         SIZE_T size, BOOLEAN is_paged, PWDF_OBJECT_ATTRIBUTES memory,
                         struct wdf_lookaside **list)
{
    PVOID object;
    NTSTATUS status =
        wdf_allocate_object(globals, &wdf_type_lookaside, sizeof(**list), attributes, &object);

    if (!NT_SUCCESS(status))
        return status;
    *list = object;
    if (memory)
        (*list)->attributes = *memory;
    (*list)->size = size;
    (*list)->object.is_passive = is_paged;
    (*list)->is_apart = is_paged || size >= PAGE_SIZE;
    (*list)->lives = 1;
    wdf_set_up_lookaside_use(*list);
    return status;
}

/* Puts the anchor below the memory objects' parent. If that is going, it may as well be gone. */
static NTSTATUS drop_anchor(struct wdf_lookaside *list)
{
    struct wdf_globals *globals = list->object.globals;
    struct wdf_object *parent = wdf_parent_of(&list->attributes, &globals->driver->object);
    NTSTATUS status = wdf_initialize_object(&list->anchor, globals, &wdf_type_lookaside_anchor,
                                            sizeof(list->anchor), NULL);

    if (!NT_SUCCESS(status))
        return status;
    list->lives++;
    list->anchor.is_passive = list->object.is_passive;
    if (!NT_SUCCESS(wdf_commit_object(&list->anchor, parent))) {
        wdf_count_lookaside_use(list);
        list->is_parent_gone = TRUE;
        wdf_discard_object(&list->anchor);
    }
    return status;
}

/* From here on the list's use of itself has a reference on the object. */
static NTSTATUS publish(struct wdf_lookaside *list, struct wdf_object *parent,
                        WDFLOOKASIDE *lookaside)
{
    NTSTATUS status;

    wdf_reference(&list->object);
    status = wdf_commit_object(&list->object, parent);
    if (NT_SUCCESS(status)) {
        *lookaside = wdf_handle_of(list);
    } else {
        dispose(&list->object);
        wdf_discard_object(&list->object);
    }
    return status;
}

NTSTATUS NTAPI imp_WdfLookasideListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDF_OBJECT_ATTRIBUTES LookasideAttributes,
                                          size_t BufferSize, POOL_TYPE PoolType,
                                          PWDF_OBJECT_ATTRIBUTES MemoryAttributes, ULONG PoolTag,
                                          WDFLOOKASIDE *Lookaside)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(LookasideAttributes, &globals->driver->object);
    BOOLEAN is_paged = (PoolType & 1) == PagedPool;
    struct wdf_lookaside *list;
    NTSTATUS status;

    WDF_REQUIRE(Lookaside);
    *Lookaside = NULL;
    if (!wdf_check_irql(globals, __func__, is_paged ? PASSIVE_LEVEL : DISPATCH_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = check(globals, LookasideAttributes, BufferSize, is_paged, MemoryAttributes);
    if (NT_SUCCESS(status))
        status =
            allocate(globals, LookasideAttributes, BufferSize, is_paged, MemoryAttributes, &list);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_make_lookaside_lists(list, PoolType, PoolTag ? PoolTag : globals->seen.DriverTag);
    if (NT_SUCCESS(status))
        status = drop_anchor(list);
    if (NT_SUCCESS(status))
        return publish(list, parent, Lookaside);
    wdf_discard_object(&list->object);
    return status;
}

/* ---- use --------------------------------------------------------------------------- */

NTSTATUS NTAPI imp_WdfMemoryCreateFromLookaside(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFLOOKASIDE Lookaside, WDFMEMORY *Memory)
{
    struct wdf_lookaside *list = WDF_GET(struct wdf_lookaside, wdf_type_lookaside, Lookaside);

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Memory);
    *Memory = NULL;
    if (!wdf_is_live(&list->object))
        return STATUS_DELETE_PENDING;
    return wdf_take_lookaside_entry(list, Memory);
}
