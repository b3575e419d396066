/*
 * Memory objects with a buffer of their own or of the driver's; what a WDFMEMORY handle
 * stands for.
 */
#include "memory.h"
#include "driver.h"
#include "request.h"

static VOID destroy(struct wdf_object *object)
{
    struct wdf_memory_object *memory = (struct wdf_memory_object *)object;

    if (memory->release)
        memory->release(memory);
}

const struct wdf_type wdf_type_memory = {
    .name = "WDFMEMORY",
    .number = WDF_TYPE_NUMBER_MEMORY,
    .destroy = destroy,
};

const struct wdf_type wdf_type_memory_preallocated = {
    .name = "WDFMEMORY of WdfMemoryCreatePreallocated",
    .number = WDF_TYPE_NUMBER_MEMORY_PREALLOCATED,
    .base = &wdf_type_memory,
    .destroy = destroy,
};

/* ---- handles ---------------------------------------------------------------- */

/* The memory that is part of a request, or NULL if the handle is not that of one. */
static struct wdf_memory *part_of_request(WDFMEMORY handle, PCSTR function)
{
    struct wdf_object *object = wdf_lookup_handle(handle);
    struct wdf_request *request = (struct wdf_request *)object;
    ULONG kind = (ULONG)(ULONG_PTR)handle & WDF_HANDLE_KIND;

    if (!object || object->type->number != WDF_TYPE_NUMBER_REQUEST ||
        kind > WDF_HANDLE_OUTPUT_MEMORY)
        return NULL;
    if (!request->irp)
        wdf_violation(WDF_INVALID_HANDLE, (ULONG_PTR)handle, WDF_TYPE_NUMBER_MEMORY, function,
                      "the WDFMEMORY 0x%p is part of the WDFREQUEST 0x%p, which was completed",
                      handle, wdf_handle_of(request));
    return kind == WDF_HANDLE_INPUT_MEMORY ? &request->input : &request->output;
}

struct wdf_memory *wdf_memory_of(WDFMEMORY handle, PCSTR function)
{
    struct wdf_memory *memory = NULL;

    if ((ULONG_PTR)handle & WDF_HANDLE_KIND)
        memory = part_of_request(handle, function);
    if (memory)
        return memory;
    return &((struct wdf_memory_object *)wdf_object_of(handle, &wdf_type_memory, function))->memory;
}

VOID wdf_memory_reference(struct wdf_memory *memory)
{
    if (memory->request)
        __atomic_add_fetch(&memory->request->memory_uses, 1, __ATOMIC_RELAXED);
    else
        wdf_reference(memory->owner);
}

VOID wdf_memory_dereference(struct wdf_memory *memory)
{
    /* Release: pairs with completion, which looks whether anybody still uses the buffer. */
    if (memory->request)
        __atomic_sub_fetch(&memory->request->memory_uses, 1, __ATOMIC_RELEASE);
    else
        wdf_dereference(memory->owner);
}

/* ---- buffers ---------------------------------------------------------------- */

PVOID wdf_memory_buffer(struct wdf_memory *memory)
{
    if (memory->flags & WDF_MEMORY_DIRECT)
        return memory->mdl ? MmGetSystemAddressForMdlSafe(memory->mdl,
                                                          NormalPagePriority | MdlMappingNoExecute)
                           : NULL;
    return memory->buffer;
}

NTSTATUS wdf_memory_mdl(struct wdf_memory *memory, PMDL *mdl, BOOLEAN *is_ours)
{
    PVOID buffer;

    *is_ours = FALSE;
    *mdl = memory->mdl;
    if (*mdl)
        return STATUS_SUCCESS;
    buffer = wdf_memory_buffer(memory);
    *mdl = buffer && memory->size <= MAXULONG
               ? IoAllocateMdl(buffer, (ULONG)memory->size, FALSE, FALSE, NULL)
               : NULL;
    if (!*mdl)
        return STATUS_INSUFFICIENT_RESOURCES;
    MmBuildMdlForNonPagedPool(*mdl);
    *is_ours = TRUE;
    return STATUS_SUCCESS;
}

NTSTATUS wdf_memory_range(const struct wdf_memory *memory, const WDFMEMORY_OFFSET *offsets,
                          SIZE_T *offset, SIZE_T *length)
{
    *offset = offsets ? offsets->BufferOffset : 0;
    *length = offsets ? offsets->BufferLength : 0;
    if (*offset > memory->size || *length > memory->size - *offset)
        return STATUS_INTEGER_OVERFLOW;
    if (!*length)
        *length = memory->size - *offset;
    return STATUS_SUCCESS;
}

PVOID NTAPI imp_WdfMemoryGetBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory,
                                   size_t *BufferSize)
{
    struct wdf_memory *memory = wdf_memory_of(Memory, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (BufferSize)
        *BufferSize = memory->size;
    return wdf_memory_buffer(memory);
}

/* ---- creation --------------------------------------------------------------- */

VOID wdf_memory_initialize(struct wdf_memory_object *object, PVOID buffer, SIZE_T size)
{
    object->memory.buffer = buffer;
    object->memory.size = size;
    object->memory.owner = &object->object;
}

static BOOLEAN is_paged(POOL_TYPE type)
{
    return (type & 1) == PagedPool;
}

static VOID free_buffer(struct wdf_memory_object *object)
{
    ExFreePoolWithTag(object->memory.buffer, object->tag);
}

/* The buffer is a block of its own if it is paged, or begins on a page. */
static NTSTATUS make_apart(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES attributes,
                           POOL_TYPE type, ULONG tag, SIZE_T size,
                           struct wdf_memory_object **object)
{
    PVOID buffer = ExAllocatePoolWithTag(type, size, tag), made;
    NTSTATUS status;

    if (!buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    status =
        wdf_allocate_tagged(globals, &wdf_type_memory, sizeof(**object), tag, attributes, &made);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(buffer, tag);
        return status;
    }
    *object = made;
    wdf_memory_initialize(*object, buffer, size);
    (*object)->object.is_passive = is_paged(type);
    (*object)->tag = tag;
    (*object)->release = free_buffer;
    return status;
}

static NTSTATUS make_embedded(struct wdf_globals *globals, PWDF_OBJECT_ATTRIBUTES attributes,
                              ULONG tag, SIZE_T size, struct wdf_memory_object **object)
{
    PVOID made;
    NTSTATUS status = wdf_allocate_tagged(globals, &wdf_type_memory, sizeof(**object) + size, tag,
                                          attributes, &made);

    if (NT_SUCCESS(status)) {
        *object = made;
        wdf_memory_initialize(*object, *object + 1, size);
    }
    return status;
}

NTSTATUS NTAPI imp_WdfMemoryCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType,
                                   ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
                                   PVOID *Buffer)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    ULONG tag = PoolTag ? PoolTag : globals->seen.DriverTag;
    struct wdf_object *parent = wdf_parent_of(Attributes, &globals->driver->object);
    struct wdf_memory_object *object;
    NTSTATUS status;

    WDF_REQUIRE(Memory);
    if (!wdf_check_irql(globals, __func__, is_paged(PoolType) ? APC_LEVEL : DISPATCH_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!BufferSize)
        return STATUS_INVALID_PARAMETER;
    *Memory = NULL;
    status = wdf_check_attributes(Attributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (BufferSize >= PAGE_SIZE || is_paged(PoolType))
        status = make_apart(globals, Attributes, PoolType, tag, BufferSize, &object);
    else
        status = make_embedded(globals, Attributes, tag, BufferSize, &object);
    if (NT_SUCCESS(status))
        status = wdf_publish_object(object, parent, Memory);
    if (NT_SUCCESS(status) && Buffer)
        *Buffer = object->memory.buffer;
    return status;
}

NTSTATUS NTAPI imp_WdfMemoryCreatePreallocated(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
                                               size_t BufferSize, WDFMEMORY *Memory)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent = wdf_parent_of(Attributes, &globals->driver->object);
    PVOID object;
    NTSTATUS status;

    WDF_REQUIRE(Buffer);
    WDF_REQUIRE(Memory);
    *Memory = NULL;
    if (!wdf_check_irql(globals, __func__, DISPATCH_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!BufferSize)
        return STATUS_INVALID_PARAMETER;
    status = wdf_check_attributes(Attributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(globals, &wdf_type_memory_preallocated,
                                 sizeof(struct wdf_memory_object), Attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    wdf_memory_initialize(object, Buffer, BufferSize);
    return wdf_publish_object(object, parent, Memory);
}

NTSTATUS NTAPI imp_WdfMemoryAssignBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory,
                                         PVOID Buffer, size_t BufferSize)
{
    struct wdf_memory_object *object =
        WDF_GET(struct wdf_memory_object, wdf_type_memory_preallocated, Memory);

    WDF_REQUIRE(Buffer);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, DISPATCH_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!BufferSize)
        return STATUS_INVALID_PARAMETER;
    object->memory.buffer = Buffer;
    object->memory.size = BufferSize;
    return STATUS_SUCCESS;
}
