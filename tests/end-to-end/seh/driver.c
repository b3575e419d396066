/*
 * Structured exception handling as a driver sees it: each check is a function
 * that MSVC would compile to the same answer.
 */
#include <ntddk.h>

#include "seh.h"

static int g_Trace[16];
static ULONG g_TraceCount;

static void Trace(int Step)
{
    if (g_TraceCount < ARRAYSIZE(g_Trace)) {
        g_Trace[g_TraceCount++] = Step;
    }
}

static BOOLEAN Traced(const int *Steps, ULONG Count)
{
    BOOLEAN same = g_TraceCount == Count && RtlEqualMemory(g_Trace, Steps, Count * sizeof(int));
    g_TraceCount = 0;
    return same;
}

#define TRACED(...) Traced((const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static volatile int *const g_Nowhere = (volatile int *)16;

static BOOLEAN FaultReachesHandler(void)
{
    long before = 1, after = 0;
    NTSTATUS code = 0;

    __try {
        before = 2;
        *g_Nowhere = 3;
        after = 1;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
    }
    return before == 2 && after == 0 && code == STATUS_ACCESS_VIOLATION;
}

static BOOLEAN LocalsAreRight(void)
{
    int a = 1, b = 2, i, sum = 0;
    int list[4] = {1, 2, 3, 4};

    try {
        for (i = 0; i < 4; i++) {
            a += list[i];
            list[i] = a;
            if (i == 2) {
                b = *g_Nowhere;
            }
        }
    }
    except(EXCEPTION_EXECUTE_HANDLER)
    {
        sum = a * 100 + i * 10 + b;
    }
    return sum == 722 && list[2] == 7 && list[3] == 4;
}

static LONG Filter(PEXCEPTION_POINTERS Pointers, ULONG_PTR *Address)
{
    Trace(2);
    *Address = Pointers->ExceptionRecord->ExceptionInformation[1];
    return Pointers->ExceptionRecord->ExceptionCode == STATUS_ACCESS_VIOLATION
               ? EXCEPTION_EXECUTE_HANDLER
               : EXCEPTION_CONTINUE_SEARCH;
}

static BOOLEAN FilterSeesTheFault(void)
{
    ULONG_PTR address = 0;

    __try {
        Trace(1);
        *g_Nowhere = 1;
    } __except (Filter(GetExceptionInformation(), &address)) {
        Trace(3);
    }
    return TRACED(1, 2, 3) && address == (ULONG_PTR)g_Nowhere;
}

static void RaiseBelow(int Depth)
{
    volatile char room[64];

    room[0] = (char)Depth;
    if (Depth == 0) {
        ExRaiseStatus(STATUS_UNSUCCESSFUL);
    }
    __try {
        RaiseBelow(Depth - 1);
    } __finally {
        Trace(10 + Depth + room[0] - (char)Depth);
    }
}

static BOOLEAN FinallyRunsInnermostFirst(void)
{
    __try {
        RaiseBelow(3);
    } __except (Trace(1), GetExceptionCode() == STATUS_UNSUCCESSFUL) {
        Trace(2);
    }
    return TRACED(1, 11, 12, 13, 2);
}

static int ReturnsThroughFinally(int *Left)
{
    __try {
        __try {
            return 42;
        } __finally {
            *Left += AbnormalTermination() ? 1 : 100;
        }
    } __finally {
        *Left += 10;
    }
    return 0;
}

static BOOLEAN ReturnRunsFinally(void)
{
    int left = 0;
    return ReturnsThroughFinally(&left) == 42 && left == 11;
}

static BOOLEAN LoopsAreLeftThroughFinally(void)
{
    int i, ran = 0;

    for (i = 0; i < 10; i++) {
        __try {
            if (i == 2) {
                continue;
            }
            if (i == 5) {
                break;
            }
        } __finally {
            ran++;
        }
    }
    return i == 5 && ran == 6;
}

static BOOLEAN GotoLeavesThroughFinally(void)
{
    int ran = 0;

    __try {
        goto out;
    } __finally {
        ran = 1;
    }
    ran = 2;
out:
    return ran == 1;
}

static BOOLEAN LeaveLeavesLoops(void)
{
    int i = 0, after = 0;

    __try {
        for (;;) {
            if (++i == 3) {
                __leave;
            }
        }
        after = 1;
    } __finally {
        after += AbnormalTermination() ? 10 : 0;
    }
    return i == 3 && after == 0;
}

static BOOLEAN SearchGoesOn(void)
{
    NTSTATUS code = 0;

    __try {
        __try {
            ExRaiseStatus(STATUS_DATA_ERROR);
        } __except (EXCEPTION_CONTINUE_SEARCH) {
            Trace(1);
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
        Trace(2);
    }
    return TRACED(2) && code == STATUS_DATA_ERROR;
}

static BOOLEAN HandlerMayRaiseAgain(void)
{
    NTSTATUS first = 0, second = 0;

    __try {
        __try {
            *g_Nowhere = 1;
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            first = GetExceptionCode();
            ExRaiseStatus(STATUS_NO_MEMORY);
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        second = GetExceptionCode();
    }
    return first == STATUS_ACCESS_VIOLATION && second == STATUS_NO_MEMORY;
}

static NTSTATUS ReturnsFromBody(int Way)
{
    __try {
        if (Way == 1) {
            return STATUS_PENDING;
        }
        *g_Nowhere = 1;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}

/* A frame that stayed on the list would make the later fault go to a function that is gone. */
static BOOLEAN ReturnTakesTheFrameAway(void)
{
    return ReturnsFromBody(1) == STATUS_PENDING && ReturnsFromBody(2) == STATUS_ACCESS_VIOLATION &&
           FaultReachesHandler();
}

static int Divide(int By)
{
    __try {
        return 10 / By;
    } __except (GetExceptionCode() == STATUS_INTEGER_DIVIDE_BY_ZERO ? EXCEPTION_EXECUTE_HANDLER
                                                                    : EXCEPTION_CONTINUE_SEARCH) {
        return -1;
    }
}

static BOOLEAN DivisionByZero(void)
{
    return Divide(5) == 2 && Divide(0) == -1;
}

static BOOLEAN ManyTimes(void)
{
    int i, caught = 0;

    for (i = 0; i < 10000; i++) {
        __try {
            if (i & 1) {
                ExRaiseStatus(STATUS_UNSUCCESSFUL);
            } else {
                *g_Nowhere = i;
            }
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            caught++;
        }
    }
    return caught == 10000;
}

static BOOLEAN ProbesRaise(void)
{
    NTSTATUS kernel = 0, odd = 0, wraps = 0;
    int local = 0;

    __try {
        ProbeForRead(MmSystemRangeStart, 1, 1);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        kernel = GetExceptionCode();
    }
    __try {
        ProbeForWrite((PVOID)((ULONG_PTR)&local | 1), 2, 4);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        odd = GetExceptionCode();
    }
    __try {
        ProbeForRead(&local, (SIZE_T)-1, 1);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        wraps = GetExceptionCode();
    }
    ProbeForRead(NULL, 0, 1);
    return kernel == STATUS_ACCESS_VIOLATION && odd == STATUS_DATATYPE_MISALIGNMENT &&
           wraps == STATUS_ACCESS_VIOLATION;
}

static const struct {
    const char *Name;
    BOOLEAN (*Run)(void);
} g_Checks[] = {
    {"a fault reaches the handler", FaultReachesHandler},
    {"locals are right in the handler", LocalsAreRight},
    {"the filter sees the fault", FilterSeesTheFault},
    {"termination handlers run innermost first", FinallyRunsInnermostFirst},
    {"return runs termination handlers", ReturnRunsFinally},
    {"break and continue run them", LoopsAreLeftThroughFinally},
    {"goto runs them", GotoLeavesThroughFinally},
    {"__leave leaves loops", LeaveLeavesLoops},
    {"the search goes on outside", SearchGoesOn},
    {"a handler may raise again", HandlerMayRaiseAgain},
    {"return takes the frame away", ReturnTakesTheFrameAway},
    {"division by zero", DivisionByZero},
    {"many times", ManyTimes},
    {"probes raise", ProbesRaise},
};

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS OpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return Complete(Irp, STATUS_SUCCESS, 0);
}

/* Input: a check's number. Output: a SEH_RESULT. */
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    SEH_RESULT *result = Irp->AssociatedIrp.SystemBuffer;
    ULONG number;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG) ||
        stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(SEH_RESULT)) {
        return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    number = *(ULONG *)Irp->AssociatedIrp.SystemBuffer;
    if (number >= ARRAYSIZE(g_Checks)) {
        return Complete(Irp, STATUS_NO_MORE_ENTRIES, 0);
    }
    result->Good = g_Checks[number].Run();
    RtlZeroMemory(result->Name, sizeof(result->Name));
    RtlCopyMemory(result->Name, g_Checks[number].Name,
                  min(strlen(g_Checks[number].Name), sizeof(result->Name) - 1));
    return Complete(Irp, STATUS_SUCCESS, sizeof(SEH_RESULT));
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\Seh");

    IoDeleteSymbolicLink(&link);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Seh");
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\Seh");
    PDEVICE_OBJECT device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    status = IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&link, &name);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = OpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = OpenClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
