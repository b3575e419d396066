/*
 * Memory objects: a buffer with its length, its owner and its references.
 *
 * A memory object either owns its buffer (WdfMemoryCreate, WdfMemoryCreateFromLookaside), or
 * wraps one that somebody else owns (WdfMemoryCreatePreallocated), or is a view of a request's
 * buffer (WdfRequestRetrieveInputMemory and its kin), valid until the request is completed.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

typedef enum _WDF_MEMORY_DESCRIPTOR_TYPE {
    WdfMemoryDescriptorTypeInvalid = 0,
    WdfMemoryDescriptorTypeBuffer = 1,
    WdfMemoryDescriptorTypeMdl = 2,
    WdfMemoryDescriptorTypeHandle = 3,
} WDF_MEMORY_DESCRIPTOR_TYPE;

/* A part of a memory object's buffer. Offset and length must lie within it, together. */
typedef struct _WDFMEMORY_OFFSET {
    size_t BufferOffset; /* bytes from the buffer's start */
    size_t BufferLength; /* bytes; 0: all that follows the offset */
} WDFMEMORY_OFFSET, *PWDFMEMORY_OFFSET;

/* One of three ways to say where a buffer is. What it names stays the caller's. */
typedef struct _WDF_MEMORY_DESCRIPTOR {
    WDF_MEMORY_DESCRIPTOR_TYPE Type;
    union {
        struct {
            PVOID Buffer; /* not pageable if the call is not made at PASSIVE_LEVEL */
            ULONG Length;
        } BufferType;
        struct {
            PMDL Mdl; /* of locked pages */
            ULONG BufferLength;
        } MdlType;
        struct {
            WDFMEMORY Memory;
            PWDFMEMORY_OFFSET Offsets; /* NULL: the whole buffer */
        } HandleType;
    } u;
} WDF_MEMORY_DESCRIPTOR, *PWDF_MEMORY_DESCRIPTOR;

WDF_INLINE VOID WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(PWDF_MEMORY_DESCRIPTOR Descriptor, PVOID Buffer,
                                                  ULONG BufferLength)
{
    RtlZeroMemory(Descriptor, sizeof(*Descriptor));
    Descriptor->Type = WdfMemoryDescriptorTypeBuffer;
    Descriptor->u.BufferType.Buffer = Buffer;
    Descriptor->u.BufferType.Length = BufferLength;
}

WDF_INLINE VOID WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(PWDF_MEMORY_DESCRIPTOR Descriptor,
                                                  WDFMEMORY Memory, PWDFMEMORY_OFFSET Offsets)
{
    RtlZeroMemory(Descriptor, sizeof(*Descriptor));
    Descriptor->Type = WdfMemoryDescriptorTypeHandle;
    Descriptor->u.HandleType.Memory = Memory;
    Descriptor->u.HandleType.Offsets = Offsets;
}

#if WDF_FOR_KMDF
WDF_INLINE VOID WDF_MEMORY_DESCRIPTOR_INIT_MDL(PWDF_MEMORY_DESCRIPTOR Descriptor, PMDL Mdl,
                                               ULONG BufferLength)
{
    RtlZeroMemory(Descriptor, sizeof(*Descriptor));
    Descriptor->Type = WdfMemoryDescriptorTypeMdl;
    Descriptor->u.MdlType.Mdl = Mdl;
    Descriptor->u.MdlType.BufferLength = BufferLength;
}
#endif

/*
 * Creates a memory object with a buffer of its own.
 *
 * Attributes  [opt]  the parent is the driver unless given; neither execution level nor scope
 * PoolType    [in]   where the buffer comes from
 * PoolTag     [in]   0: the driver's tag
 * BufferSize  [in]   bytes, at least 1
 * Memory      [out]  the object; buffer and object go together when its last reference goes
 * Buffer      [opt]  the buffer, not zeroed; aligned as pool is, to a page from PAGE_SIZE on
 *
 * IRQL: <= APC_LEVEL for paged pool, otherwise <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if BufferSize is 0 (*Memory is left alone);
 * what is wrong with Attributes; STATUS_DELETE_PENDING if the parent is being deleted;
 * STATUS_INSUFFICIENT_RESOURCES. *Memory is NULL on failure.
 * Documented as: WdfMemoryCreate (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfMemoryCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType,
                                   ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
                                   PVOID *Buffer);

WDF_INLINE NTSTATUS WdfMemoryCreate(PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType,
                                    ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
                                    PVOID *Buffer)
{
    return imp_WdfMemoryCreate(WdfDriverGlobals, Attributes, PoolType, PoolTag, BufferSize, Memory,
                               Buffer);
}

/*
 * Creates a memory object around a buffer that the caller owns.
 *
 * Attributes  [opt]  the parent is the driver unless given; neither execution level nor scope
 * Buffer      [in]   stays the caller's, who frees it, after the object is gone
 * BufferSize  [in]   bytes, at least 1
 * Memory      [out]  the object
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if BufferSize is 0; what is wrong with
 * Attributes; STATUS_DELETE_PENDING if the parent is being deleted; STATUS_INSUFFICIENT_RESOURCES.
 * *Memory is NULL on failure. A NULL Buffer is WDF_VIOLATION.
 * Documented as: WdfMemoryCreatePreallocated (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfMemoryCreatePreallocated(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
                                               size_t BufferSize, WDFMEMORY *Memory);

WDF_INLINE NTSTATUS WdfMemoryCreatePreallocated(PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
                                                size_t BufferSize, WDFMEMORY *Memory)
{
    return imp_WdfMemoryCreatePreallocated(WdfDriverGlobals, Attributes, Buffer, BufferSize,
                                           Memory);
}

/*
 * Returns a memory object's buffer and its length.
 *
 * BufferSize  [opt]  receives the length, in bytes
 *
 * The buffer stays valid as long as the object; a request's, until the request is completed.
 * IRQL: <= DISPATCH_LEVEL.
 * Documented as: WdfMemoryGetBuffer (wdfmemory.h).
 */
PVOID NTAPI imp_WdfMemoryGetBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory,
                                   size_t *BufferSize);

WDF_INLINE PVOID WdfMemoryGetBuffer(WDFMEMORY Memory, size_t *BufferSize)
{
    return imp_WdfMemoryGetBuffer(WdfDriverGlobals, Memory, BufferSize);
}

/*
 * Gives a memory object of WdfMemoryCreatePreallocated another buffer. The one that it had is not
 * freed, and nothing checks whether a request is using it.
 *
 * Buffer      [in]  stays the caller's
 * BufferSize  [in]  bytes, at least 1
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if BufferSize is 0. A memory object of another
 * kind, or a NULL Buffer, is WDF_VIOLATION.
 * Documented as: WdfMemoryAssignBuffer (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfMemoryAssignBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory,
                                         PVOID Buffer, size_t BufferSize);

WDF_INLINE NTSTATUS WdfMemoryAssignBuffer(WDFMEMORY Memory, PVOID Buffer, size_t BufferSize)
{
    return imp_WdfMemoryAssignBuffer(WdfDriverGlobals, Memory, Buffer, BufferSize);
}

/*
 * Copies bytes from a memory object's buffer into a caller's buffer.
 *
 * SourceMemory      [in]   a memory object of any kind
 * SourceOffset      [in]   bytes from the start of its buffer
 * Buffer            [out]  at least NumBytesToCopyTo bytes, any alignment
 * NumBytesToCopyTo  [in]   at least 1
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if NumBytesToCopyTo is 0;
 * STATUS_BUFFER_TOO_SMALL if the range leaves the object's buffer. Nothing is copied on failure.
 * A NULL Buffer is WDF_VIOLATION.
 * Documented as: WdfMemoryCopyToBuffer (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfMemoryCopyToBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY SourceMemory,
                                         size_t SourceOffset, PVOID Buffer,
                                         size_t NumBytesToCopyTo);

WDF_INLINE NTSTATUS WdfMemoryCopyToBuffer(WDFMEMORY SourceMemory, size_t SourceOffset, PVOID Buffer,
                                          size_t NumBytesToCopyTo)
{
    return imp_WdfMemoryCopyToBuffer(WdfDriverGlobals, SourceMemory, SourceOffset, Buffer,
                                     NumBytesToCopyTo);
}

/*
 * Copies bytes from a caller's buffer into a memory object's buffer.
 *
 * DestinationMemory   [in]  a memory object of any kind that may be written
 * DestinationOffset   [in]  bytes from the start of its buffer
 * Buffer              [in]  at least NumBytesToCopyFrom bytes, any alignment
 * NumBytesToCopyFrom  [in]  at least 1
 *
 * IRQL: <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if NumBytesToCopyFrom is 0;
 * STATUS_ACCESS_VIOLATION if the object is a view of a buffer that the request's sender only lets
 * be read; STATUS_INVALID_BUFFER_SIZE if the range leaves the object's buffer. Nothing is copied
 * on failure. A NULL Buffer is WDF_VIOLATION.
 * Documented as: WdfMemoryCopyFromBuffer (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfMemoryCopyFromBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFMEMORY DestinationMemory, size_t DestinationOffset,
                                           PVOID Buffer, size_t NumBytesToCopyFrom);

WDF_INLINE NTSTATUS WdfMemoryCopyFromBuffer(WDFMEMORY DestinationMemory, size_t DestinationOffset,
                                            PVOID Buffer, size_t NumBytesToCopyFrom)
{
    return imp_WdfMemoryCopyFromBuffer(WdfDriverGlobals, DestinationMemory, DestinationOffset,
                                       Buffer, NumBytesToCopyFrom);
}

#if WDF_FOR_KMDF
/*
 * Creates a list that hands out memory objects of one size, and keeps those that come back.
 *
 * LookasideAttributes  [opt]  the list's; the parent is the driver unless given
 * BufferSize           [in]   bytes of each object's buffer, at least 1
 * PoolType             [in]   where the buffers come from
 * MemoryAttributes     [opt]  every memory object's; copied
 * PoolTag              [in]   0: the driver's tag
 * Lookaside            [out]  the list; it outlives its deletion until its last memory is back
 *
 * IRQL: <= APC_LEVEL for paged pool, otherwise <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if BufferSize is 0, or if pool is paged and the
 * two parents belong to different devices; what is wrong with either attributes;
 * STATUS_INSUFFICIENT_RESOURCES. *Lookaside is NULL on failure.
 * Documented as: WdfLookasideListCreate (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfLookasideListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDF_OBJECT_ATTRIBUTES LookasideAttributes,
                                          size_t BufferSize, POOL_TYPE PoolType,
                                          PWDF_OBJECT_ATTRIBUTES MemoryAttributes, ULONG PoolTag,
                                          WDFLOOKASIDE *Lookaside);

WDF_INLINE NTSTATUS WdfLookasideListCreate(PWDF_OBJECT_ATTRIBUTES LookasideAttributes,
                                           size_t BufferSize, POOL_TYPE PoolType,
                                           PWDF_OBJECT_ATTRIBUTES MemoryAttributes, ULONG PoolTag,
                                           WDFLOOKASIDE *Lookaside)
{
    return imp_WdfLookasideListCreate(WdfDriverGlobals, LookasideAttributes, BufferSize, PoolType,
                                      MemoryAttributes, PoolTag, Lookaside);
}

/*
 * Takes a memory object from a lookaside list. Deleting it gives it back.
 *
 * Memory  [out]  the object; its buffer is zeroed if smaller than a page, and undefined otherwise
 *
 * IRQL: <= APC_LEVEL for a list of paged pool, otherwise <= DISPATCH_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_DELETE_PENDING if the parent is being deleted;
 * STATUS_INSUFFICIENT_RESOURCES. *Memory is NULL on failure.
 * Documented as: WdfMemoryCreateFromLookaside (wdfmemory.h).
 */
NTSTATUS NTAPI imp_WdfMemoryCreateFromLookaside(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFLOOKASIDE Lookaside, WDFMEMORY *Memory);

WDF_INLINE NTSTATUS WdfMemoryCreateFromLookaside(WDFLOOKASIDE Lookaside, WDFMEMORY *Memory)
{
    return imp_WdfMemoryCreateFromLookaside(WdfDriverGlobals, Lookaside, Memory);
}
#endif

WDF_EXTERN_C_END
