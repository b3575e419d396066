/*
 * wdm.h of the driver kit: the declarations of mingw-w64 with what they lack.
 *
 * Where mingw-w64 reads the processor (CR8, GS, the shared user page), ntio
 * declares a function instead: IRQL, the current thread and the clock belong to
 * the kernel that runs the driver.
 */
#ifndef _NTIO_WDM_H
#define _NTIO_WDM_H

#define KeGetCurrentIrql MingwKeGetCurrentIrql
#define KeLowerIrql MingwKeLowerIrql
#define KfRaiseIrql MingwKfRaiseIrql
#define KeRaiseIrqlToDpcLevel MingwKeRaiseIrqlToDpcLevel
#define KeRaiseIrqlToSynchLevel MingwKeRaiseIrqlToSynchLevel
#define KeGetCurrentThread MingwKeGetCurrentThread
#define PsGetCurrentThread MingwPsGetCurrentThread
/* Inline, and with counters that two threads would race for; ntio_ex.h has ours. */
#define ExAllocateFromNPagedLookasideList MingwExAllocateFromNPagedLookasideList
#define ExFreeToNPagedLookasideList MingwExFreeToNPagedLookasideList
#define ExAllocateFromPagedLookasideList MingwExAllocateFromPagedLookasideList
#define ExFreeToPagedLookasideList MingwExFreeToPagedLookasideList
#define ExAllocateFromLookasideListEx MingwExAllocateFromLookasideListEx
#define ExFreeToLookasideListEx MingwExFreeToLookasideListEx

/* With instructions that reach no simulated device; ntio_hal.h has ours. */
#define READ_REGISTER_UCHAR MingwREAD_REGISTER_UCHAR
#define READ_REGISTER_USHORT MingwREAD_REGISTER_USHORT
#define READ_REGISTER_ULONG MingwREAD_REGISTER_ULONG
#define READ_REGISTER_BUFFER_UCHAR MingwREAD_REGISTER_BUFFER_UCHAR
#define READ_REGISTER_BUFFER_USHORT MingwREAD_REGISTER_BUFFER_USHORT
#define READ_REGISTER_BUFFER_ULONG MingwREAD_REGISTER_BUFFER_ULONG
#define READ_PORT_UCHAR MingwREAD_PORT_UCHAR
#define READ_PORT_USHORT MingwREAD_PORT_USHORT
#define READ_PORT_ULONG MingwREAD_PORT_ULONG
#define READ_PORT_BUFFER_UCHAR MingwREAD_PORT_BUFFER_UCHAR
#define READ_PORT_BUFFER_USHORT MingwREAD_PORT_BUFFER_USHORT
#define READ_PORT_BUFFER_ULONG MingwREAD_PORT_BUFFER_ULONG
#define WRITE_REGISTER_UCHAR MingwWRITE_REGISTER_UCHAR
#define WRITE_REGISTER_USHORT MingwWRITE_REGISTER_USHORT
#define WRITE_REGISTER_ULONG MingwWRITE_REGISTER_ULONG
#define WRITE_REGISTER_BUFFER_UCHAR MingwWRITE_REGISTER_BUFFER_UCHAR
#define WRITE_REGISTER_BUFFER_USHORT MingwWRITE_REGISTER_BUFFER_USHORT
#define WRITE_REGISTER_BUFFER_ULONG MingwWRITE_REGISTER_BUFFER_ULONG
#define WRITE_PORT_UCHAR MingwWRITE_PORT_UCHAR
#define WRITE_PORT_USHORT MingwWRITE_PORT_USHORT
#define WRITE_PORT_ULONG MingwWRITE_PORT_ULONG
#define WRITE_PORT_BUFFER_UCHAR MingwWRITE_PORT_BUFFER_UCHAR
#define WRITE_PORT_BUFFER_USHORT MingwWRITE_PORT_BUFFER_USHORT
#define WRITE_PORT_BUFFER_ULONG MingwWRITE_PORT_BUFFER_ULONG

/* intrin.h has them inline already; after it, clang would make globals of a second body. */
#include <intrin.h>
#define InterlockedBitTestAndSet MingwInterlockedBitTestAndSet
#define InterlockedBitTestAndReset MingwInterlockedBitTestAndReset

/* DEVICE_OBJECT is aligned as pool is, so that its extension can follow it. */
#define NextDevice NextDevice __attribute__((aligned(16)))

#include <ntio_dma.h>
#define DmaPort                                                                                    \
    DmaPort;                                                                                       \
    NTIO_DMA_DESCRIPTION
#define DMA_COMPLETION_STATUS                                                                      \
    DMA_COMPLETION_STATUS;                                                                         \
    NTIO_DMA_TYPES
#define BuildMdlFromScatterGatherList                                                              \
    BuildMdlFromScatterGatherList;                                                                 \
    NTIO_DMA_OPERATIONS

#include_next <wdm.h>

#undef BuildMdlFromScatterGatherList
#undef DMA_COMPLETION_STATUS
#undef DmaPort
#undef NextDevice
#undef InterlockedBitTestAndSet
#undef InterlockedBitTestAndReset

#undef KeGetCurrentIrql
#undef KeLowerIrql
#undef KfRaiseIrql
#undef KeRaiseIrqlToDpcLevel
#undef KeRaiseIrqlToSynchLevel
#undef KeGetCurrentThread
#undef PsGetCurrentThread
#undef ExAllocateFromNPagedLookasideList
#undef ExFreeToNPagedLookasideList
#undef ExAllocateFromPagedLookasideList
#undef ExFreeToPagedLookasideList
#undef ExAllocateFromLookasideListEx
#undef ExFreeToLookasideListEx
#undef READ_REGISTER_UCHAR
#undef READ_REGISTER_USHORT
#undef READ_REGISTER_ULONG
#undef READ_REGISTER_BUFFER_UCHAR
#undef READ_REGISTER_BUFFER_USHORT
#undef READ_REGISTER_BUFFER_ULONG
#undef READ_PORT_UCHAR
#undef READ_PORT_USHORT
#undef READ_PORT_ULONG
#undef READ_PORT_BUFFER_UCHAR
#undef READ_PORT_BUFFER_USHORT
#undef READ_PORT_BUFFER_ULONG
#undef WRITE_REGISTER_UCHAR
#undef WRITE_REGISTER_USHORT
#undef WRITE_REGISTER_ULONG
#undef WRITE_REGISTER_BUFFER_UCHAR
#undef WRITE_REGISTER_BUFFER_USHORT
#undef WRITE_REGISTER_BUFFER_ULONG
#undef WRITE_PORT_UCHAR
#undef WRITE_PORT_USHORT
#undef WRITE_PORT_ULONG
#undef WRITE_PORT_BUFFER_UCHAR
#undef WRITE_PORT_BUFFER_USHORT
#undef WRITE_PORT_BUFFER_ULONG
#undef KeQueryInterruptTime
#undef KeQuerySystemTime
#undef KeQueryTickCount
#undef YieldProcessor

#include <ntio_wdm_additions.h>

static inline __attribute__((unused)) PETHREAD PsGetCurrentThread(VOID)
{
    return (PETHREAD)KeGetCurrentThread();
}

#endif
