/*
 * What the driver of the tester finds out about it.
 */
#include "driver.h"

#include <initguid.h>
#include <wdmguid.h>

typedef struct _CHECKS {
    DEVICE_CONTEXT *Context;
    TESTER_RESULT *Result;
} CHECKS;

static VOID Check(CHECKS *Checks, BOOLEAN IsRight, ULONG Line)
{
    Checks->Result->Checks++;
    if (IsRight)
        return;
    if (!Checks->Result->Wrong++)
        Checks->Result->FirstWrong = Line;
}
#define CHECK(condition) Check(Checks, (BOOLEAN)(condition), __LINE__)

static PULONG At(CHECKS *Checks, ULONG Offset)
{
    return (PULONG)(Checks->Context->Registers + Offset);
}

static VOID CheckRegisters(CHECKS *Checks)
{
    PULONG scratch = At(Checks, TESTER_SCRATCH), width = At(Checks, TESTER_WIDTH);
    ULONG both[2];

    CHECK(READ_REGISTER_ULONG(At(Checks, TESTER_ID)) == TESTER_MAGIC);
    WRITE_REGISTER_ULONG(scratch, 0x12345678);
    CHECK(READ_REGISTER_ULONG(scratch) == 0x12345678);
    CHECK(READ_REGISTER_USHORT((PUSHORT)scratch) == 0x5678);
    CHECK(READ_REGISTER_ULONG(width) == 4);
    WRITE_REGISTER_UCHAR((PUCHAR)scratch, 0xAB);
    CHECK(READ_REGISTER_UCHAR((PUCHAR)scratch) == 0xAB);
    CHECK(READ_REGISTER_ULONG(width) == 1);
    WRITE_REGISTER_ULONG64((PULONG64)scratch, 1);
    CHECK(READ_REGISTER_ULONG(width) == 8);
    WRITE_REGISTER_USHORT((PUSHORT)scratch, 7);
    CHECK(READ_REGISTER_ULONG(width) == 2);
    READ_REGISTER_BUFFER_ULONG(At(Checks, TESTER_ID), both, 2);
    CHECK(both[0] == TESTER_MAGIC && both[1] == 7);
    /* Past the end of the range nothing is. */
    CHECK(READ_REGISTER_ULONG(At(Checks, TESTER_LENGTH)) == MAXULONG);
    CHECK(MmGetPhysicalAddress(scratch).QuadPart ==
          Checks->Context->RegistersAt.QuadPart + TESTER_SCRATCH);
}

/* As with READ_REGISTER_ULONG, but by the compiler's own instructions. */
static VOID CheckPointers(CHECKS *Checks)
{
    volatile ULONG *scratch = At(Checks, TESTER_SCRATCH), *width = At(Checks, TESTER_WIDTH);
    ULONG i;

    CHECK(*(volatile ULONG *)At(Checks, TESTER_ID) == TESTER_MAGIC);
    *scratch = 0x87654321;
    CHECK(*width == 4);
    CHECK(*scratch == 0x87654321);
    CHECK(*(volatile UCHAR *)scratch == 0x21);
    CHECK(*(volatile USHORT *)scratch == 0x4321);
    CHECK(*(volatile CHAR *)((PUCHAR)scratch) == 0x21);
    CHECK((LONG64) * (volatile LONG *)scratch == (LONG64)(LONG)0x87654321);
    *(volatile UCHAR *)scratch = 9;
    CHECK(*width == 1);
    *(volatile USHORT *)scratch = 0x1234;
    CHECK(*width == 2);
    *(volatile ULONG64 *)scratch = 0x1234;
    CHECK(*width == 8);
    for (i = 0; i < 3; i++) {
        scratch[0] = i;
        CHECK(scratch[i - i] == i);
    }
}

static VOID CheckPorts(CHECKS *Checks)
{
    PULONG last = Checks->Context->Ports + TESTER_PORT_LAST / sizeof(ULONG);
    PULONG count = Checks->Context->Ports + TESTER_PORT_COUNT / sizeof(ULONG);
    ULONG before, values[3] = {1, 2, 3};

    WRITE_PORT_ULONG(last, 0x55AA);
    CHECK(READ_PORT_ULONG(last) == 0x55AA);
    CHECK(READ_PORT_UCHAR((PUCHAR)last) == 0xAA);
    WRITE_PORT_BUFFER_ULONG(last, values, 3);
    CHECK(READ_PORT_ULONG(last) == 3);
    before = READ_PORT_ULONG(count);
    READ_PORT_BUFFER_ULONG(count, values, 3);
    CHECK(values[0] == before + 1 && values[2] == before + 3);
    /* No device is at this one. */
    CHECK(READ_PORT_UCHAR((PUCHAR)(ULONG_PTR)0x80) == 0xFF);
}

static VOID CheckMemory(CHECKS *Checks)
{
    volatile ULONG *memory = (volatile ULONG *)Checks->Context->Memory;

    memory[5] = 0x600D;
    CHECK(READ_REGISTER_ULONG((PULONG)&memory[5]) == 0x600D);
    WRITE_REGISTER_ULONG((PULONG)&memory[TESTER_MEMORY / 4 - 1], 42);
    CHECK(memory[TESTER_MEMORY / 4 - 1] == 42);
}

static VOID WaitForDpc(CHECKS *Checks)
{
    KeWaitForSingleObject(&Checks->Context->Dpc, Executive, KernelMode, FALSE, NULL);
}

static VOID CheckLine(CHECKS *Checks)
{
    DEVICE_CONTEXT *context = Checks->Context;
    LONG served = context->Served;

    context->IsInside = TRUE;
    WRITE_REGISTER_ULONG(At(Checks, TESTER_RAISE), 1);
    context->IsInside = FALSE;
    CHECK(context->Served == served + 1);
    CHECK(context->WasInside);
    CHECK(context->ServedAt > DISPATCH_LEVEL);
    CHECK(READ_REGISTER_ULONG(At(Checks, TESTER_ISR)) == 0);
    WaitForDpc(Checks);
    WRITE_REGISTER_ULONG(At(Checks, TESTER_LATER), 100);
    WaitForDpc(Checks);
    CHECK(context->Served == served + 2);
    CHECK(!context->WasInside);
}

static BOOLEAN RaiseSynchronized(WDFINTERRUPT Interrupt, WDFCONTEXT Context)
{
    CHECKS *Checks = Context;
    LONG served = Checks->Context->Served;

    UNREFERENCED_PARAMETER(Interrupt);
    CHECK(KeGetCurrentIrql() > DISPATCH_LEVEL);
    WRITE_REGISTER_ULONG(At(Checks, TESTER_RAISE), 1);
    return Checks->Context->Served == served;
}

/* Code that must not meet the service routine does not, though it raises the line. */
static VOID CheckSynchronized(CHECKS *Checks)
{
    WDFINTERRUPT interrupt = Checks->Context->Interrupts[0];
    LONG served = Checks->Context->Served;

    CHECK(WdfInterruptSynchronize(interrupt, RaiseSynchronized, Checks));
    WaitForDpc(Checks);
    CHECK(Checks->Context->Served == served + 1);
    WdfInterruptAcquireLock(interrupt);
    CHECK(RaiseSynchronized(interrupt, Checks));
    WdfInterruptReleaseLock(interrupt);
    WaitForDpc(Checks);
    CHECK(Checks->Context->Served == served + 2);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

/* A line that is raised meanwhile is served when somebody is connected again. */
static VOID CheckDisabled(CHECKS *Checks)
{
    DEVICE_CONTEXT *context = Checks->Context;
    LONG served = context->Served, disabled = context->Disabled;

    WdfInterruptDisable(context->Interrupts[0]);
    CHECK(context->Disabled == disabled + 1);
    CHECK(WdfInterruptWdmGetInterrupt(context->Interrupts[0]) == NULL);
    WRITE_REGISTER_ULONG(At(Checks, TESTER_RAISE), 1);
    CHECK(context->Served == served);
    WdfInterruptEnable(context->Interrupts[0]);
    WaitForDpc(Checks);
    CHECK(context->Served == served + 1);
    WdfInterruptReportInactive(context->Interrupts[0]);
    WRITE_REGISTER_ULONG(At(Checks, TESTER_RAISE), 1);
    CHECK(context->Served == served + 1);
    WdfInterruptReportActive(context->Interrupts[0]);
    WaitForDpc(Checks);
    CHECK(context->Served == served + 2);
}

static VOID CheckMessages(CHECKS *Checks)
{
    DEVICE_CONTEXT *context = Checks->Context;
    LONG served = context->Served;
    ULONG i;

    CHECK(context->Enabled == INTERRUPTS);
    for (i = 0; i < INTERRUPTS; i++) {
        WRITE_REGISTER_ULONG(At(Checks, TESTER_SEND), i);
        WaitForDpc(Checks);
        CHECK(context->LastMessage == i);
    }
    CHECK(context->Served == served + INTERRUPTS);
    WRITE_REGISTER_ULONG(At(Checks, TESTER_SEND), INTERRUPTS);
    CHECK(context->Served == served + INTERRUPTS);
}

static VOID CheckConfig(CHECKS *Checks, WDFDEVICE Device)
{
    BUS_INTERFACE_STANDARD bus;
    USHORT id = 0;
    ULONG bar = 0;
    NTSTATUS status = WdfFdoQueryForInterface(Device, &GUID_BUS_INTERFACE_STANDARD,
                                              (PINTERFACE)&bus, sizeof(bus), 1, NULL);

    CHECK(NT_SUCCESS(status));
    if (!NT_SUCCESS(status))
        return;
    CHECK(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &id, 0, sizeof(id)) == sizeof(id));
    CHECK(id == 0x1234);
    id = 0;
    bus.SetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &id, 0, sizeof(id));
    bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &id, 0, sizeof(id));
    CHECK(id == 0x1234);
    bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &bar, 0x10, sizeof(bar));
    CHECK(bar == Checks->Context->RegistersAt.LowPart);
    CHECK(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &bar, 0x100, sizeof(bar)) == 0);
    bus.InterfaceDereference(bus.Context);
}

VOID CheckDevice(WDFDEVICE Device, TESTER_RESULT *Result)
{
    CHECKS checks = {.Context = GetContext(Device), .Result = Result}, *Checks = &checks;

    RtlZeroMemory(Result, sizeof(*Result));
    Result->Messages = READ_REGISTER_ULONG(At(Checks, TESTER_MESSAGES));
    CheckRegisters(Checks);
    CheckPointers(Checks);
    CheckPorts(Checks);
    CheckMemory(Checks);
    CheckConfig(Checks, Device);
    CHECK(checks.Context->PostEnabled == (Result->Messages ? INTERRUPTS : 1));
    if (Result->Messages) {
        CheckMessages(Checks);
        return;
    }
    CheckLine(Checks);
    CheckSynchronized(Checks);
    CheckDisabled(Checks);
}
