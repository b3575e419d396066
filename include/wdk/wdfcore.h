/*
 * Times, sizes and pointers: plain arithmetic.
 */
#pragma once

#include <wdftypes.h>

WDF_EXTERN_C_START

/* Units of 100 ns, NT's unit of time, in a second, a millisecond and a microsecond. */
#define WDF_TIMEOUT_TO_SEC ((LONGLONG)10000000)
#define WDF_TIMEOUT_TO_MS ((LONGLONG)10000)
#define WDF_TIMEOUT_TO_US ((LONGLONG)10)

/* A time from now is negative: that long after the call. */

WDF_INLINE LONGLONG WDF_REL_TIMEOUT_IN_SEC(ULONGLONG Time)
{
    return (LONGLONG)(0 - Time * WDF_TIMEOUT_TO_SEC);
}

WDF_INLINE LONGLONG WDF_REL_TIMEOUT_IN_MS(ULONGLONG Time)
{
    return (LONGLONG)(0 - Time * WDF_TIMEOUT_TO_MS);
}

WDF_INLINE LONGLONG WDF_REL_TIMEOUT_IN_US(ULONGLONG Time)
{
    return (LONGLONG)(0 - Time * WDF_TIMEOUT_TO_US);
}

/* A point in time is positive: that long after the beginning of the year 1601. */

WDF_INLINE LONGLONG WDF_ABS_TIMEOUT_IN_SEC(ULONGLONG Time)
{
    return (LONGLONG)(Time * WDF_TIMEOUT_TO_SEC);
}

WDF_INLINE LONGLONG WDF_ABS_TIMEOUT_IN_MS(ULONGLONG Time)
{
    return (LONGLONG)(Time * WDF_TIMEOUT_TO_MS);
}

WDF_INLINE LONGLONG WDF_ABS_TIMEOUT_IN_US(ULONGLONG Time)
{
    return (LONGLONG)(Time * WDF_TIMEOUT_TO_US);
}

/* AlignTo is a power of two; nothing checks that it is, nor that rounding up does not wrap. */

WDF_INLINE size_t WDF_ALIGN_SIZE_DOWN(size_t Length, size_t AlignTo)
{
    return Length & ~(AlignTo - 1);
}

WDF_INLINE size_t WDF_ALIGN_SIZE_UP(size_t Length, size_t AlignTo)
{
    return WDF_ALIGN_SIZE_DOWN(Length + (AlignTo - 1), AlignTo);
}

/* Offsets are in bytes, whatever the pointer's type. */
#define WDF_PTR_ADD_OFFSET_TYPE(_ptr, _offset, _type) ((_type)((PUCHAR)(_ptr) + (_offset)))
#define WDF_PTR_ADD_OFFSET(_ptr, _offset) WDF_PTR_ADD_OFFSET_TYPE(_ptr, _offset, PVOID)
#define WDF_PTR_GET_OFFSET(_base, _addr) ((size_t)((PUCHAR)(_addr) - (PUCHAR)(_base)))

WDF_EXTERN_C_END
