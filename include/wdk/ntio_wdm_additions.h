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

/*
 * Gives a request that IoAllocateIrp has made an activity id, which stays until the IRP is freed or
 * used again (IoReuseIrp). Other drivers of its stack, in driver hosts too, find it there.
 *
 * Any IRQL.
 * Returns STATUS_SUCCESS; STATUS_NOT_SUPPORTED if Guid is NULL, as threads have no activity id;
 * STATUS_UNSUCCESSFUL for an IRP in memory of the driver's own.
 */
NTKERNELAPI NTSTATUS NTAPI IoSetActivityIdIrp(PIRP Irp, LPCGUID Guid);
/* Any IRQL. Returns STATUS_SUCCESS; STATUS_NOT_FOUND if it has none, and Guid stays as it is. */
NTKERNELAPI NTSTATUS NTAPI IoGetActivityIdIrp(PIRP Irp, LPGUID Guid);

#include <ntio_ex.h>
#include <ntio_fence.h>
#include <ntio_hal.h>
#include <ntio_ke.h>
#include <ntio_ob.h>
#include <ntio_pnp.h>
