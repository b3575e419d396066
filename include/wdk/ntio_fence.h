/*
 * Reads and writes of shared values with the ordering that they name, as in the driver kit's
 * wdm.h; mingw-w64's has none of them.
 */
#pragma once

#define NTIO_FENCE(Name, Type)                                                                     \
    FORCEINLINE Type Read##Name##NoFence(Type const volatile *Source)                              \
    {                                                                                              \
        return __atomic_load_n(Source, __ATOMIC_RELAXED);                                          \
    }                                                                                              \
    FORCEINLINE Type Read##Name##Acquire(Type const volatile *Source)                              \
    {                                                                                              \
        return __atomic_load_n(Source, __ATOMIC_ACQUIRE);                                          \
    }                                                                                              \
    FORCEINLINE VOID Write##Name##NoFence(Type volatile *Destination, Type Value)                  \
    {                                                                                              \
        __atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                                    \
    }                                                                                              \
    FORCEINLINE VOID Write##Name##Release(Type volatile *Destination, Type Value)                  \
    {                                                                                              \
        __atomic_store_n(Destination, Value, __ATOMIC_RELEASE);                                    \
    }

NTIO_FENCE(, LONG)
NTIO_FENCE(8, CHAR)
NTIO_FENCE(16, SHORT)
NTIO_FENCE(64, LONG64)
NTIO_FENCE(Boolean, BOOLEAN)
NTIO_FENCE(UChar, UCHAR)
NTIO_FENCE(UShort, USHORT)
NTIO_FENCE(ULong, ULONG)
NTIO_FENCE(ULong64, ULONG64)
NTIO_FENCE(Pointer, PVOID)
#undef NTIO_FENCE
