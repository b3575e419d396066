#pragma once

#include <ntddk.h>
#include <wdf.h>

#include "public.h"
#include "tester.h"

#define INTERRUPTS 4

typedef struct _DEVICE_CONTEXT {
    PUCHAR Registers;
    PUCHAR Memory;
    PULONG Ports;
    PHYSICAL_ADDRESS RegistersAt;
    WDFINTERRUPT Interrupts[INTERRUPTS];
    LONG Served; /* calls of the ISR */
    ULONG LastMessage;
    KIRQL ServedAt;         /* IRQL of the last */
    BOOLEAN IsInside;       /* a write to a register is under way on this thread */
    BOOLEAN WasInside;      /* and the ISR ran within it */
    LONG Enabled, Disabled; /* calls of EvtInterruptEnable and Disable */
    LONG PostEnabled;       /* Enabled, when EvtDeviceD0EntryPostInterruptsEnabled was called */
    KEVENT Dpc;             /* set by the DPC */
} DEVICE_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(DEVICE_CONTEXT, GetContext)

/* check.c */
VOID CheckDevice(WDFDEVICE Device, TESTER_RESULT *Result);
