/*
 * Where the data of a transfer is: memories and descriptors, as addresses and as MDLs.
 */
#include "device.h"
#include "../mm/mm.h"

const struct wdf_buffer wdf_no_buffer;

/* ---- what drivers pass ------------------------------------------------------------ */

NTSTATUS wdf_buffer_of_memory(WDFMEMORY handle, const WDFMEMORY_OFFSET *offsets,
                              struct wdf_buffer *buffer, PCSTR function)
{
    struct wdf_memory *memory;
    SIZE_T length;
    NTSTATUS status;

    *buffer = wdf_no_buffer;
    if (!handle)
        return STATUS_SUCCESS;
    memory = wdf_memory_of(handle, function);
    status = wdf_memory_range(memory, offsets, &buffer->offset, &length);
    if (NT_SUCCESS(status) && length > MAXULONG)
        status = STATUS_INTEGER_OVERFLOW;
    if (!NT_SUCCESS(status))
        return status;
    buffer->memory = memory;
    buffer->handle = handle;
    buffer->mdl = memory->mdl;
    buffer->length = (ULONG)length;
    buffer->is_part = offsets && (offsets->BufferOffset || offsets->BufferLength);
    return status;
}

static NTSTATUS check_extent(PVOID start, ULONG length)
{
    return start || !length ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS wdf_buffer_of_descriptor(const WDF_MEMORY_DESCRIPTOR *descriptor,
                                  struct wdf_buffer *buffer, PCSTR function)
{
    *buffer = wdf_no_buffer;
    if (!descriptor)
        return STATUS_SUCCESS;
    switch (descriptor->Type) {
    case WdfMemoryDescriptorTypeBuffer:
        buffer->address = descriptor->u.BufferType.Buffer;
        buffer->length = descriptor->u.BufferType.Length;
        return check_extent(buffer->address, buffer->length);
    case WdfMemoryDescriptorTypeMdl:
        buffer->mdl = descriptor->u.MdlType.Mdl;
        buffer->length = descriptor->u.MdlType.BufferLength;
        return check_extent(buffer->mdl, buffer->length);
    case WdfMemoryDescriptorTypeHandle:
        return wdf_buffer_of_memory(descriptor->u.HandleType.Memory,
                                    descriptor->u.HandleType.Offsets, buffer, function);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* ---- as an address -------------------------------------------------------------------- */

NTSTATUS wdf_buffer_address(const struct wdf_buffer *buffer, PVOID *address)
{
    PUCHAR base = buffer->address;

    *address = base;
    if (buffer->mdl)
        base = MmGetSystemAddressForMdlSafe(buffer->mdl, NormalPagePriority | MdlMappingNoExecute);
    else if (buffer->memory)
        base = wdf_memory_buffer(buffer->memory);
    else
        return STATUS_SUCCESS;
    *address = base ? base + buffer->offset : NULL;
    return base ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- as an MDL ----------------------------------------------------------------------------- */

VOID wdf_release_mdl(struct wdf_request_context *context)
{
    if (context->is_locked)
        MmUnlockPages(context->mdl);
    context->is_locked = FALSE;
}

/* The context's MDL for a range, of the one that it has if that is large enough. */
static NTSTATUS shape_mdl(struct wdf_request_context *context, PVOID address, ULONG length)
{
    ULONG pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, length);

    if (context->mdl && pages <= context->mdl_pages) {
        MmPrepareMdlForReuse(context->mdl);
        MmInitializeMdl(context->mdl, address, length);
        return STATUS_SUCCESS;
    }
    if (context->mdl)
        IoFreeMdl(context->mdl);
    context->mdl = IoAllocateMdl(address, length, FALSE, FALSE, NULL);
    context->mdl_pages = context->mdl ? pages : 0;
    return context->mdl ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS part_of_mdl(const struct wdf_buffer *buffer, struct wdf_request_context *context)
{
    PUCHAR start = (PUCHAR)MmGetMdlVirtualAddress(buffer->mdl) + buffer->offset;
    NTSTATUS status = shape_mdl(context, start, buffer->length);

    if (NT_SUCCESS(status))
        IoBuildPartialMdl(buffer->mdl, context->mdl, start, buffer->length);
    return status;
}

static NTSTATUS lock_buffer(const struct wdf_buffer *buffer, LOCK_OPERATION operation,
                            struct wdf_request_context *context)
{
    PVOID address;
    NTSTATUS status = wdf_buffer_address(buffer, &address);

    if (NT_SUCCESS(status))
        status = shape_mdl(context, address, buffer->length);
    if (NT_SUCCESS(status))
        status = mm_probe_and_lock(context->mdl, KernelMode, operation);
    context->is_locked = NT_SUCCESS(status);
    return status;
}

NTSTATUS wdf_buffer_mdl(const struct wdf_buffer *buffer, LOCK_OPERATION operation,
                        struct wdf_request_context *context, PMDL *mdl)
{
    NTSTATUS status;

    *mdl = NULL;
    if (buffer->mdl && !buffer->is_part) {
        *mdl = buffer->mdl;
        return STATUS_SUCCESS;
    }
    if (!buffer->length)
        return STATUS_SUCCESS;
    status = buffer->mdl ? part_of_mdl(buffer, context) : lock_buffer(buffer, operation, context);
    if (NT_SUCCESS(status))
        *mdl = context->mdl;
    return status;
}
