/*
 * Heaps, and the Local and Global functions over the process's. Memory is
 * libc's, so that its checkers see each block; a header tells size and heap.
 */
#include "../win32.h"

struct block {
    struct block *next, *previous; /* in a private heap's list */
    struct heap *heap;
    SIZE_T size;
};

struct heap {
    SRWLOCK lock; /* guards blocks and used */
    struct block blocks;
    SIZE_T used, maximum; /* bytes; no maximum: 0 */
    DWORD flags;
};

/* What an address space of Windows holds: no block is larger. */
static const SIZE_T largest = (SIZE_T)128 << 40;

C_ASSERT(sizeof(struct block) % MEMORY_ALLOCATION_ALIGNMENT == 0);

static struct heap process_heap; /* has no list: it is never destroyed */

static struct heap *heap_of(HANDLE handle)
{
    return handle;
}

HANDLE WINAPI GetProcessHeap(VOID)
{
    return &process_heap;
}

HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T initial, SIZE_T maximum)
{
    struct heap *heap = calloc(1, sizeof *heap);
    UNREFERENCED_PARAMETER(initial);
    if (!heap)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    heap->blocks.next = heap->blocks.previous = &heap->blocks;
    heap->maximum = maximum;
    heap->flags = flags & HEAP_GENERATE_EXCEPTIONS;
    return heap;
}

BOOL WINAPI HeapDestroy(HANDLE handle)
{
    struct heap *heap = heap_of(handle);
    if (!heap || heap == &process_heap)
        return win32_fail(ERROR_INVALID_HANDLE);
    while (heap->blocks.next != &heap->blocks) {
        struct block *block = heap->blocks.next;
        heap->blocks.next = block->next;
        free(block);
    }
    free(heap);
    return TRUE;
}

static LPVOID no_memory(struct heap *heap, DWORD flags)
{
    if ((flags | heap->flags) & HEAP_GENERATE_EXCEPTIONS)
        RaiseException((DWORD)STATUS_NO_MEMORY, 0, 0, NULL);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
}

/* Accounts for a block that becomes part of the heap; FALSE if that is full. */
static BOOL insert(struct heap *heap, struct block *block)
{
    BOOL fits = TRUE;
    block->heap = heap;
    if (heap == &process_heap)
        return TRUE;
    AcquireSRWLockExclusive(&heap->lock);
    if (heap->maximum && block->size > heap->maximum - heap->used) {
        fits = FALSE;
    } else {
        heap->used += block->size;
        block->next = heap->blocks.next;
        block->previous = &heap->blocks;
        block->next->previous = block;
        heap->blocks.next = block;
    }
    ReleaseSRWLockExclusive(&heap->lock);
    return fits;
}

static void take_out(struct heap *heap, struct block *block)
{
    if (heap == &process_heap)
        return;
    AcquireSRWLockExclusive(&heap->lock);
    heap->used -= block->size;
    block->next->previous = block->previous;
    block->previous->next = block->next;
    ReleaseSRWLockExclusive(&heap->lock);
}

static struct block *block_of(LPCVOID memory)
{
    return (struct block *)memory - 1;
}

LPVOID WINAPI HeapAlloc(HANDLE handle, DWORD flags, SIZE_T size)
{
    struct heap *heap = heap_of(handle);
    struct block *block = NULL;
    if (size < largest)
        block = flags & HEAP_ZERO_MEMORY ? calloc(1, sizeof *block + size)
                                         : malloc(sizeof *block + size);
    if (!block)
        return no_memory(heap, flags);
    block->size = size;
    if (!insert(heap, block)) {
        free(block);
        return no_memory(heap, flags);
    }
    return block + 1;
}

BOOL WINAPI HeapFree(HANDLE handle, DWORD flags, LPVOID memory)
{
    UNREFERENCED_PARAMETER(flags);
    if (!memory)
        return TRUE;
    struct block *block = block_of(memory);
    if (block->heap != heap_of(handle))
        return win32_fail(ERROR_INVALID_PARAMETER);
    take_out(block->heap, block);
    block->heap = NULL;
    free(block);
    return TRUE;
}

LPVOID WINAPI HeapReAlloc(HANDLE handle, DWORD flags, LPVOID memory, SIZE_T size)
{
    struct heap *heap = heap_of(handle);
    if (!memory || block_of(memory)->heap != heap)
        return win32_fail(ERROR_INVALID_PARAMETER), NULL;
    SIZE_T old = block_of(memory)->size;
    if (size <= old && flags & HEAP_REALLOC_IN_PLACE_ONLY)
        return memory;
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY)
        return no_memory(heap, flags);
    LPVOID moved = HeapAlloc(handle, flags, size);
    if (!moved)
        return NULL;
    memcpy(moved, memory, old < size ? old : size);
    HeapFree(handle, 0, memory);
    return moved;
}

SIZE_T WINAPI HeapSize(HANDLE handle, DWORD flags, LPCVOID memory)
{
    UNREFERENCED_PARAMETER(flags);
    return block_of(memory)->heap == heap_of(handle) ? block_of(memory)->size : (SIZE_T)-1;
}

BOOL WINAPI HeapValidate(HANDLE handle, DWORD flags, LPCVOID memory)
{
    UNREFERENCED_PARAMETER(flags);
    return !memory || block_of(memory)->heap == heap_of(handle);
}

BOOL WINAPI HeapSetInformation(HANDLE handle, HEAP_INFORMATION_CLASS information_class,
                               PVOID information, SIZE_T length)
{
    UNREFERENCED_PARAMETER(handle);
    UNREFERENCED_PARAMETER(information);
    UNREFERENCED_PARAMETER(length);
    /* libc ends the process on corruption anyway; there is no other front end to choose. */
    return information_class == HeapEnableTerminationOnCorruption ||
                   information_class == HeapCompatibilityInformation
               ? TRUE
               : win32_fail(ERROR_INVALID_PARAMETER);
}

/* ---- Local and Global ---- */

/* A moveable block: the handle points to it, 8 bytes past a multiple of 16, as no memory does. */
struct moveable {
    ULONG_PTR unused;
    LPVOID memory; /* NULL: discarded; the handle is this field's address */
    LONG locks;    /* atomic */
};

static struct moveable *moveable_of(HGLOBAL handle)
{
    return (ULONG_PTR)handle & 8 ? CONTAINING_RECORD(handle, struct moveable, memory) : NULL;
}

static HGLOBAL allocate(BOOL is_moveable, BOOL zero, SIZE_T size)
{
    struct moveable *moveable;
    LPVOID memory = HeapAlloc(&process_heap, zero ? HEAP_ZERO_MEMORY : 0, size);
    if (!memory || !is_moveable)
        return memory;
    moveable = calloc(1, sizeof *moveable);
    if (!moveable) {
        HeapFree(&process_heap, 0, memory);
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY), NULL;
    }
    moveable->memory = memory;
    return &moveable->memory;
}

HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size)
{
    return allocate(flags & GMEM_MOVEABLE, flags & GMEM_ZEROINIT, size);
}

HGLOBAL WINAPI GlobalFree(HGLOBAL handle)
{
    struct moveable *moveable = moveable_of(handle);
    if (!HeapFree(&process_heap, 0, moveable ? moveable->memory : handle))
        return handle;
    free(moveable);
    return NULL;
}

HGLOBAL WINAPI GlobalReAlloc(HGLOBAL handle, SIZE_T size, UINT flags)
{
    struct moveable *moveable = moveable_of(handle);
    DWORD heap_flags = flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0;
    if (flags & GMEM_MODIFY)
        return handle;
    LPVOID memory =
        HeapReAlloc(&process_heap, heap_flags, moveable ? moveable->memory : handle, size);
    if (!memory || !moveable)
        return memory;
    moveable->memory = memory;
    return handle;
}

LPVOID WINAPI GlobalLock(HGLOBAL handle)
{
    struct moveable *moveable = moveable_of(handle);
    if (!moveable)
        return handle;
    __atomic_fetch_add(&moveable->locks, 1, __ATOMIC_RELAXED);
    return moveable->memory;
}

/* FALSE with ERROR_SUCCESS once nobody holds the lock. */
BOOL WINAPI GlobalUnlock(HGLOBAL handle)
{
    struct moveable *moveable = moveable_of(handle);
    if (!moveable)
        return TRUE;
    LONG locks = __atomic_load_n(&moveable->locks, __ATOMIC_RELAXED);
    if (!locks)
        return win32_fail(ERROR_NOT_LOCKED);
    SetLastError(ERROR_SUCCESS);
    return __atomic_sub_fetch(&moveable->locks, 1, __ATOMIC_RELAXED) != 0;
}

SIZE_T WINAPI GlobalSize(HGLOBAL handle)
{
    struct moveable *moveable = moveable_of(handle);
    return HeapSize(&process_heap, 0, moveable ? moveable->memory : handle);
}

HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size)
{
    return allocate(flags & LMEM_MOVEABLE, flags & LMEM_ZEROINIT, size);
}

HLOCAL WINAPI LocalFree(HLOCAL handle)
{
    return GlobalFree(handle);
}

HLOCAL WINAPI LocalReAlloc(HLOCAL handle, SIZE_T size, UINT flags)
{
    return GlobalReAlloc(handle, size, flags);
}

LPVOID WINAPI LocalLock(HLOCAL handle)
{
    return GlobalLock(handle);
}

BOOL WINAPI LocalUnlock(HLOCAL handle)
{
    return GlobalUnlock(handle);
}

SIZE_T WINAPI LocalSize(HLOCAL handle)
{
    return GlobalSize(handle);
}
