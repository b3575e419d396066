/* A UMDF driver that works, and does what it should not. */
#include <windows.h>
#include <winioctl.h>
#include <wdf.h>
#include <stdio.h>

#include "umdf_test.h"

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD TestDeviceAdd;
EVT_WDF_DEVICE_D0_ENTRY TestD0Entry;
EVT_WDF_DEVICE_FILE_CREATE TestFileCreate;
EVT_WDF_FILE_CLEANUP TestFileCleanup;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL TestControl;
EVT_WDF_IO_QUEUE_IO_READ TestRead;
EVT_WDF_IO_QUEUE_IO_WRITE TestWrite;

typedef struct _TEST_CONTEXT {
    WDFQUEUE Waiting;
} TEST_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(TEST_CONTEXT, GetContext)

static VOID Crash(VOID)
{
    *(volatile int *)0x18 = 1;
}

/* ---- what a host may not do ------------------------------------------------------------ */

static LONG64 Call(LONG64 Number, ULONG64 A, ULONG64 B, ULONG64 C, ULONG64 D, ULONG64 E)
{
    register ULONG64 r10 __asm__("r10") = D;
    register ULONG64 r8 __asm__("r8") = E;
    register ULONG64 r9 __asm__("r9") = 0;
    LONG64 result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(Number), "D"(A), "S"(B), "d"(C), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* Linux' numbers for x86-64. */
enum {
    CALL_SOCKET = 41,
    CALL_FORK = 57,
    CALL_EXECVE = 59,
    CALL_KILL = 62,
    CALL_PTRACE = 101,
    CALL_SETUID = 105,
    CALL_CONNECT = 42,
    CALL_MOUNT = 165,
    CALL_OPENAT = 257,
    CALL_READ_MEMORY = 310,
    CALL_WRITE_MEMORY = 311,
    CALL_FAULTS = 323,
    CALL_RING = 425,
    CALL_OPEN_PROCESS = 434
};
#define HERE ((ULONG64)-100)

static LONG64 CopyMemory8(LONG64 Number, const struct target *Target, PVOID Here)
{
    ULONG64 here[2] = {(ULONG64)Here, 8}, there[2] = {Target->address, 8};

    return Call(Number, Target->process, (ULONG64)here, 1, (ULONG64)there, 1);
}

static LONG64 OpenMemory(const struct target *Target)
{
    char path[64];

    sprintf_s(path, sizeof(path), "/proc/%lu/mem", Target->process);
    return Call(CALL_OPENAT, HERE, (ULONG64)path, 2, 0, 0);
}

static ULONG TryAll(const struct target *Target)
{
    static const char file[] = "/etc/passwd", made[] = "/tmp/ntio-escaped";
    const ULONG64 no_arguments[1] = {0};
    ULONG64 stolen = 0, ring[15] = {0};
    LONG64 answers[ESCAPES] = {
        [ESCAPE_OPEN] = Call(CALL_OPENAT, HERE, (ULONG64)file, 0, 0, 0),
        [ESCAPE_CREATE] = Call(CALL_OPENAT, HERE, (ULONG64)made, 0101, 0600, 0),
        [ESCAPE_SOCKET] = Call(CALL_SOCKET, 1, 1, 0, 0, 0),
        [ESCAPE_TRACE] = Call(CALL_PTRACE, 16, Target->process, 0, 0, 0),
        [ESCAPE_READ_MEMORY] = CopyMemory8(CALL_READ_MEMORY, Target, &stolen),
        [ESCAPE_WRITE_MEMORY] = CopyMemory8(CALL_WRITE_MEMORY, Target, &stolen),
        [ESCAPE_MEMORY_FILE] = OpenMemory(Target),
        [ESCAPE_DESCRIPTOR] = Call(CALL_OPEN_PROCESS, Target->process, 0, 0, 0, 0),
        [ESCAPE_CONNECT] = Call(CALL_CONNECT, 3, (ULONG64)file, 10, 0, 0),
        [ESCAPE_MAP_RIGHTS] = Call(CALL_OPENAT, HERE, (ULONG64) "/proc/self/fd/4", 2, 0, 0),
        [ESCAPE_FAULTS] = Call(CALL_FAULTS, 1, 0, 0, 0, 0),
        [ESCAPE_RING] = Call(CALL_RING, 4, (ULONG64)ring, 0, 0, 0),
        [ESCAPE_MOUNT] = Call(CALL_MOUNT, (ULONG64)file, (ULONG64)file, 0, 4096, 0),
        [ESCAPE_SIGNAL] = Call(CALL_KILL, Target->process, 0, 0, 0, 0),
        [ESCAPE_FORK] = Call(CALL_FORK, 0, 0, 0, 0, 0),
        [ESCAPE_EXECUTE] = Call(CALL_EXECVE, (ULONG64) "/bin/true", (ULONG64)no_arguments,
                                (ULONG64)no_arguments, 0, 0),
        [ESCAPE_PRIVILEGE] = Call(CALL_SETUID, 0, 0, 0, 0, 0),
    };
    ULONG done = 0, i;

    for (i = 0; i < ESCAPES; i++)
        if (answers[i] >= 0)
            done |= 1u << i;
    return done;
}

/* ---- requests ---------------------------------------------------------------------------- */

static NTSTATUS Sum(WDFREQUEST Request, size_t *Information)
{
    PUCHAR input;
    PULONG sum;
    ULONG total = 0;
    size_t length, i;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&input, &length);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*sum), (PVOID *)&sum, NULL);
    if (!NT_SUCCESS(status))
        return status;
    for (i = 0; i < length; i++)
        total += input[i];
    memset(input, 0xEE, length);
    *sum = total;
    *Information = sizeof(*sum);
    return STATUS_SUCCESS;
}

static NTSTATUS Fill(WDFREQUEST Request, size_t *Information)
{
    PUCHAR output;
    size_t length, i;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, 1, (PVOID *)&output, &length);

    if (!NT_SUCCESS(status))
        return status;
    for (i = 0; i < length; i++)
        output[i] = PATTERN(i);
    *Information = length;
    return STATUS_SUCCESS;
}

static NTSTATUS CheckBytes(const UCHAR *Bytes, size_t Length, size_t *Information)
{
    size_t i;

    for (i = 0; i < Length; i++)
        if (Bytes[i] != PATTERN(i))
            return STATUS_DATA_ERROR;
    *Information = Length;
    return STATUS_SUCCESS;
}

static NTSTATUS CheckDirect(WDFREQUEST Request, size_t *Information)
{
    PUCHAR bytes;
    size_t length;
    NTSTATUS status = WdfRequestRetrieveOutputBuffer(Request, 1, (PVOID *)&bytes, &length);

    return NT_SUCCESS(status) ? CheckBytes(bytes, length, Information) : status;
}

static NTSTATUS TryEscape(WDFREQUEST Request, size_t *Information)
{
    const struct target *target;
    PULONG done;
    NTSTATUS status =
        WdfRequestRetrieveInputBuffer(Request, sizeof(*target), (PVOID *)&target, NULL);

    if (NT_SUCCESS(status))
        status = WdfRequestRetrieveOutputBuffer(Request, sizeof(*done), (PVOID *)&done, NULL);
    if (!NT_SUCCESS(status))
        return status;
    *done = TryAll(target);
    *Information = sizeof(*done);
    return STATUS_SUCCESS;
}

static NTSTATUS TellProcess(WDFREQUEST Request, size_t *Information)
{
    PULONG process;
    NTSTATUS status =
        WdfRequestRetrieveOutputBuffer(Request, sizeof(*process), (PVOID *)&process, NULL);

    if (!NT_SUCCESS(status))
        return status;
    *process = GetCurrentProcessId();
    *Information = sizeof(*process);
    return STATUS_SUCCESS;
}

static NTSTATUS Post(WDFDEVICE Device, WDFREQUEST Request)
{
    static const GUID event = TEST_EVENT;
    PVOID bytes;
    size_t length;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, &bytes, &length);

    if (NT_SUCCESS(status) && WdfDevicePostEvent(Device, &event, WdfEventReserved, bytes,
                                                 (ULONG)length) != STATUS_INVALID_PARAMETER)
        status = STATUS_UNSUCCESSFUL;
    return NT_SUCCESS(status)
               ? WdfDevicePostEvent(Device, &event, WdfEventBroadcast, bytes, (ULONG)length)
               : status;
}

static NTSTATUS TellRelated(WDFREQUEST Request, size_t *Information)
{
    WDFFILEOBJECT related = WdfFileObjectGetRelatedFileObject(WdfRequestGetFileObject(Request));
    PUNICODE_STRING name;
    PVOID to;
    NTSTATUS status;

    if (!related)
        return STATUS_NOT_FOUND;
    name = WdfFileObjectGetFileName(related);
    status = WdfRequestRetrieveOutputBuffer(Request, name->Length, &to, NULL);
    if (NT_SUCCESS(status))
        memcpy(to, name->Buffer, name->Length);
    *Information = name->Length;
    return status;
}

VOID TestControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutputLength, size_t InputLength,
                 ULONG Code)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    size_t information = 0;

    UNREFERENCED_PARAMETER(InputLength);
    switch (Code) {
    case IOCTL_SUM:
        status = Sum(Request, &information);
        break;
    case IOCTL_WAIT:
        status =
            WdfRequestForwardToIoQueue(Request, GetContext(WdfIoQueueGetDevice(Queue))->Waiting);
        if (NT_SUCCESS(status))
            return;
        break;
    case IOCTL_CRASH:
        Crash();
        break;
    case IOCTL_ESCAPE:
        status = TryEscape(Request, &information);
        break;
    case IOCTL_FILL:
        status = Fill(Request, &information);
        break;
    case IOCTL_CHECK:
        status = CheckDirect(Request, &information);
        break;
    case IOCTL_TOO_MUCH:
        status = STATUS_SUCCESS;
        information = OutputLength + 1;
        break;
    case IOCTL_RELATED:
        status = TellRelated(Request, &information);
        break;
    case IOCTL_POST:
        status = Post(WdfIoQueueGetDevice(Queue), Request);
        break;
    case IOCTL_PROCESS:
        status = TellProcess(Request, &information);
        break;
    }
    WdfRequestCompleteWithInformation(Request, status, information);
}

VOID TestRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    size_t information = 0;
    NTSTATUS status = Fill(Request, &information);

    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Length);
    WdfRequestCompleteWithInformation(Request, status, information);
}

VOID TestWrite(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    size_t information = 0;
    PUCHAR bytes;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&bytes, NULL);

    UNREFERENCED_PARAMETER(Queue);
    if (NT_SUCCESS(status))
        status = CheckBytes(bytes, Length, &information);
    WdfRequestCompleteWithInformation(Request, status, information);
}

/* ---- files: the name says what goes wrong ---------------------------------------------------- */

static BOOLEAN IsNamed(WDFFILEOBJECT File, PCWSTR Name)
{
    PUNICODE_STRING name = WdfFileObjectGetFileName(File);

    return name && name->Buffer && !wcscmp(name->Buffer, Name);
}

VOID TestFileCreate(WDFDEVICE Device, WDFREQUEST Request, WDFFILEOBJECT File)
{
    UNREFERENCED_PARAMETER(Device);
    if (IsNamed(File, L"\\crash"))
        Crash();
    WdfRequestComplete(Request,
                       IsNamed(File, L"\\refused") ? STATUS_SHARING_VIOLATION : STATUS_SUCCESS);
}

VOID TestFileCleanup(WDFFILEOBJECT File)
{
    while (IsNamed(File, L"\\hang"))
        SwitchToThread();
}

/* ---- the device ------------------------------------------------------------------------- */

static NTSTATUS MakeQueues(WDFDEVICE Device)
{
    WDF_IO_QUEUE_CONFIG config;
    NTSTATUS status;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    config.EvtIoDeviceControl = TestControl;
    config.EvtIoRead = TestRead;
    config.EvtIoWrite = TestWrite;
    status = WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    if (!NT_SUCCESS(status))
        return status;
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
    return WdfIoQueueCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES,
                            &GetContext(Device)->Waiting);
}

NTSTATUS TestD0Entry(WDFDEVICE Device, WDF_POWER_DEVICE_STATE Previous)
{
    UNREFERENCED_PARAMETER(Device);
    OutputDebugStringA(Previous == WdfPowerDeviceD3Final ? "umdf: D0 at its start\n"
                                                         : "umdf: D0 again\n");
    return STATUS_SUCCESS;
}

NTSTATUS TestDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\UmdfTest");
    WDF_PNPPOWER_EVENT_CALLBACKS power;
    WDF_FILEOBJECT_CONFIG files;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
    power.EvtDeviceD0Entry = TestD0Entry;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &power);
    WDF_FILEOBJECT_CONFIG_INIT(&files, TestFileCreate, WDF_NO_EVENT_CALLBACK, TestFileCleanup);
    WdfDeviceInitSetFileObjectConfig(Init, &files, WDF_NO_OBJECT_ATTRIBUTES);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, TEST_CONTEXT);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceCreateSymbolicLink(device, &link);
    return NT_SUCCESS(status) ? MakeQueues(device) : status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, TestDeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
