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
