/*
 * WDFCOMMONBUFFER: memory that driver and device share.
 */
#include "dma.h"

struct common_buffer {
    struct wdf_object object;
    PDMA_ADAPTER adapter;
    SIZE_T length;    /* as the driver asked for it */
    SIZE_T allocated; /* with room to align it in */
    PVOID memory;     /* all of it */
    PHYSICAL_ADDRESS address;
    SIZE_T before; /* bytes before the aligned part */
};

static VOID dispose_buffer(struct wdf_object *object)
{
    struct common_buffer *buffer = (struct common_buffer *)object;

    if (buffer->memory)
        buffer->adapter->DmaOperations->FreeCommonBuffer(buffer->adapter, (ULONG)buffer->allocated,
                                                         buffer->address, buffer->memory, TRUE);
    buffer->memory = NULL;
}

static const struct wdf_type type_common_buffer = {
    .name = "WDFCOMMONBUFFER",
    .number = WDF_TYPE_NUMBER_COMMON_BUFFER,
    .flags = WDF_TYPE_PASSIVE,
    .dispose = dispose_buffer,
};

static NTSTATUS allocate_memory(struct common_buffer *buffer, SIZE_T length, ULONG mask)
{
    /* The bus aligns to pages by itself. */
    SIZE_T allocated = mask < PAGE_SIZE ? length : length + mask;

    if (allocated < length)
        return STATUS_INTEGER_OVERFLOW;
    if (allocated > MAXULONG)
        return STATUS_INSUFFICIENT_RESOURCES;
    buffer->memory = buffer->adapter->DmaOperations->AllocateCommonBuffer(
        buffer->adapter, (ULONG)allocated, &buffer->address, TRUE);
    if (!buffer->memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    buffer->length = length;
    buffer->allocated = allocated;
    if (mask >= PAGE_SIZE)
        buffer->before = (SIZE_T)(-buffer->address.QuadPart & mask);
    return STATUS_SUCCESS;
}

static NTSTATUS create(struct wdf_dma_enabler *enabler, SIZE_T length, ULONG mask,
                       PWDF_OBJECT_ATTRIBUTES attributes, WDFCOMMONBUFFER *handle)
{
    struct common_buffer *buffer;
    PVOID object;
    NTSTATUS status;

    *handle = NULL;
    if (!length || !enabler->adapters[0].adapter)
        return length ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
    status = wdf_check_attributes(attributes, WDF_ATTRIBUTES_PARENT_NOT_ALLOWED);
    if (!NT_SUCCESS(status))
        return status;
    status = wdf_allocate_object(enabler->object.globals, &type_common_buffer, sizeof(*buffer),
                                 attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    buffer = object;
    buffer->adapter = enabler->adapters[0].adapter;
    status = allocate_memory(buffer, length, mask);
    if (NT_SUCCESS(status))
        status = wdf_commit_object(&buffer->object, &enabler->object);
    if (!NT_SUCCESS(status)) {
        dispose_buffer(&buffer->object);
        wdf_discard_object(&buffer->object);
        return status;
    }
    *handle = wdf_handle_of(buffer);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfCommonBufferCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFDMAENABLER DmaEnabler, size_t Length,
                                         PWDF_OBJECT_ATTRIBUTES Attributes,
                                         WDFCOMMONBUFFER *CommonBuffer)
{
    struct wdf_dma_enabler *enabler = wdf_dma_enabler_of(DmaEnabler, __func__);

    WDF_REQUIRE(CommonBuffer);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    return create(enabler, Length, enabler->alignment, Attributes, CommonBuffer);
}

NTSTATUS NTAPI imp_WdfCommonBufferCreateWithConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFDMAENABLER DmaEnabler, size_t Length,
                                                   PWDF_COMMON_BUFFER_CONFIG Config,
                                                   PWDF_OBJECT_ATTRIBUTES Attributes,
                                                   WDFCOMMONBUFFER *CommonBuffer)
{
    struct wdf_dma_enabler *enabler = wdf_dma_enabler_of(DmaEnabler, __func__);

    WDF_REQUIRE(Config);
    WDF_REQUIRE(CommonBuffer);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (Config->Size != sizeof(*Config))
        return STATUS_INFO_LENGTH_MISMATCH;
    return create(enabler, Length, Config->AlignmentRequirement, Attributes, CommonBuffer);
}

static struct common_buffer *buffer_of(WDFCOMMONBUFFER handle, PCSTR function)
{
    return (struct common_buffer *)wdf_object_of(handle, &type_common_buffer, function);
}

PVOID NTAPI imp_WdfCommonBufferGetAlignedVirtualAddress(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                        WDFCOMMONBUFFER CommonBuffer)
{
    struct common_buffer *buffer = buffer_of(CommonBuffer, __func__);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return (PUCHAR)buffer->memory + buffer->before;
}

PHYSICAL_ADDRESS NTAPI imp_WdfCommonBufferGetAlignedLogicalAddress(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOMMONBUFFER CommonBuffer)
{
    struct common_buffer *buffer = buffer_of(CommonBuffer, __func__);
    PHYSICAL_ADDRESS address = buffer->address;

    UNREFERENCED_PARAMETER(DriverGlobals);
    address.QuadPart += (LONGLONG)buffer->before;
    return address;
}

size_t NTAPI imp_WdfCommonBufferGetLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFCOMMONBUFFER CommonBuffer)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    return buffer_of(CommonBuffer, __func__)->length;
}
