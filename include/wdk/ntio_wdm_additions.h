/*
 * What the driver kit's wdm.h declares and mingw-w64's does not.
 */
#pragma once

/* mingw-w64 assigns the parameter to itself, which compilers warn about. */
#undef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(P) ((void)(P))

NTKERNELAPI KIRQL NTAPI KeGetCurrentIrql(VOID);
NTKERNELAPI VOID NTAPI KeLowerIrql(KIRQL NewIrql);
NTKERNELAPI KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql);
NTKERNELAPI KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID);
NTKERNELAPI KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID);
NTKERNELAPI PKTHREAD NTAPI KeGetCurrentThread(VOID);
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTime(VOID);
NTKERNELAPI VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
NTKERNELAPI VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount);
NTKERNELAPI ULONG NTAPI KeGetCurrentProcessorNumber(VOID);

#define YieldProcessor() __builtin_ia32_pause()

/* mingw-w64's goes through a null pointer, which UndefinedBehaviorSanitizer reports. */
#undef CONTAINING_RECORD
#define CONTAINING_RECORD(address, type, field)                                                    \
    ((type *)((PCHAR)(address) - __builtin_offsetof(type, field)))

#ifndef UFIELD_OFFSET
#define UFIELD_OFFSET(type, field) ((ULONG)__builtin_offsetof(type, field))
#endif

#define MdlMappingNoWrite 0x80000000u
#define MdlMappingNoExecute 0x40000000u

/* Points to the address of the serial port that a kernel debugger has, if there is one. */
extern PUCHAR *KdComPortInUse;

#include <ntio_ex.h>
#include <ntio_fence.h>
#include <ntio_hal.h>
#include <ntio_ke.h>
#include <ntio_ob.h>
#include <ntio_pnp.h>
