/*
 * Copying between memory objects and buffers, within bounds.
 */
#include "memory.h"

/* Are length bytes from offset on the memory's? length is not 0. */
static BOOLEAN holds(const struct wdf_memory *memory, SIZE_T offset, SIZE_T length)
{
    return offset < memory->size && length <= memory->size - offset;
}

NTSTATUS NTAPI imp_WdfMemoryCopyToBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY SourceMemory,
                                         size_t SourceOffset, PVOID Buffer, size_t NumBytesToCopyTo)
{
    struct wdf_memory *memory = wdf_memory_of(SourceMemory, __func__);
    PUCHAR source;

    UNREFERENCED_PARAMETER(DriverGlobals);
    WDF_REQUIRE(Buffer);
    if (!NumBytesToCopyTo)
        return STATUS_INVALID_PARAMETER;
    source = wdf_memory_buffer(memory);
    if (!source)
        return STATUS_INVALID_PARAMETER;
    if (!holds(memory, SourceOffset, NumBytesToCopyTo))
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(Buffer, source + SourceOffset, NumBytesToCopyTo);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfMemoryCopyFromBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFMEMORY DestinationMemory, size_t DestinationOffset,
                                           PVOID Buffer, size_t NumBytesToCopyFrom)
{
    struct wdf_memory *memory = wdf_memory_of(DestinationMemory, __func__);
    PUCHAR destination;

    WDF_REQUIRE(Buffer);
    if (!NumBytesToCopyFrom)
        return STATUS_INVALID_PARAMETER;
    if (memory->flags & WDF_MEMORY_READ_ONLY) {
        wdf_misuse(wdf_globals_of(DriverGlobals), __func__,
                   "the WDFMEMORY 0x%p may only be read: it is what a request's sender gives",
                   DestinationMemory);
        return STATUS_ACCESS_VIOLATION;
    }
    if (!holds(memory, DestinationOffset, NumBytesToCopyFrom))
        return STATUS_INVALID_BUFFER_SIZE;
    destination = wdf_memory_buffer(memory);
    if (!destination)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(destination + DestinationOffset, Buffer, NumBytesToCopyFrom);
    return STATUS_SUCCESS;
}
