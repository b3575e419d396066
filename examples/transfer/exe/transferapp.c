/*
 * Sends requests to the transfer driver by every buffer method and shows, for
 * each, how its buffer reached the driver. Ends with 0 if every request did
 * what it should.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "public.h"

static int g_Requests;
static int g_Failures;

/* A buffer with room to start at an odd address, and bytes around it that must not change. */
typedef struct _PROGRAM_BUFFER {
    unsigned char *Memory;
    unsigned char *Start;
    ULONG Length;
} PROGRAM_BUFFER;

#define MARGIN 64
#define UNTOUCHED 0xA5

static unsigned char g_Static[3 * 4096];

static BOOL OpenBuffer(PROGRAM_BUFFER *Buffer, ULONG Length, ULONG Offset)
{
    Buffer->Memory = malloc((size_t)Length + Offset + 2 * MARGIN);
    if (Buffer->Memory == NULL) {
        return FALSE;
    }
    memset(Buffer->Memory, UNTOUCHED, (size_t)Length + Offset + 2 * MARGIN);
    Buffer->Start = Buffer->Memory + MARGIN + Offset;
    Buffer->Length = Length;
    return TRUE;
}

static void UseMemory(PROGRAM_BUFFER *Buffer, unsigned char *Memory, ULONG Length)
{
    Buffer->Memory = NULL;
    Buffer->Start = Memory;
    Buffer->Length = Length;
    memset(Memory, UNTOUCHED, Length);
}

static void CloseBuffer(PROGRAM_BUFFER *Buffer)
{
    free(Buffer->Memory);
    Buffer->Memory = NULL;
}

static void FillPattern(PROGRAM_BUFFER *Buffer, unsigned __int64 Offset)
{
    ULONG i;

    for (i = 0; i < Buffer->Length; i++) {
        Buffer->Start[i] = TransferPattern(Offset + i);
    }
}

static BOOL HasPattern(const PROGRAM_BUFFER *Buffer, unsigned __int64 Offset)
{
    ULONG i;

    for (i = 0; i < Buffer->Length; i++) {
        if (Buffer->Start[i] != TransferPattern(Offset + i)) {
            return FALSE;
        }
    }
    return TRUE;
}

static BOOL MarginsUntouched(const PROGRAM_BUFFER *Buffer)
{
    ULONG i;

    if (Buffer->Memory == NULL) {
        return TRUE;
    }
    for (i = 1; i <= MARGIN; i++) {
        if (Buffer->Start[-(int)i] != UNTOUCHED ||
            Buffer->Start[Buffer->Length + i - 1] != UNTOUCHED) {
            return FALSE;
        }
    }
    return TRUE;
}

static HANDLE OpenDevice(const WCHAR *Name, DWORD Flags)
{
    WCHAR path[64] = L"\\\\.\\";
    HANDLE device;

    wcscat_s(path, ARRAYSIZE(path), Name);
    device = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, Flags, NULL);
    if (device == INVALID_HANDLE_VALUE) {
        printf("%ws cannot be opened: error %u\n", path, GetLastError());
    }
    return device;
}

static void QueryTrace(HANDLE Device, TRANSFER_TRACE *Trace)
{
    DWORD bytes;

    memset(Trace, 0, sizeof(*Trace));
    if (!DeviceIoControl(Device, IOCTL_TRANSFER_TRACE, NULL, 0, Trace, sizeof(*Trace), &bytes,
                         NULL)) {
        printf("IOCTL_TRANSFER_TRACE failed: error %u\n", GetLastError());
        g_Failures++;
    }
}

static void PrintAddress(ULONGLONG Address)
{
    if (Address != 0) {
        printf(" %012I64x", Address);
    } else {
        printf(" %12s", "-");
    }
}

/*
 * Bytes that the system has copied between programs, drivers and itself so far, all ones if it
 * does not tell: only a system that keeps such a count has the function.
 */
static ULONGLONG CopiedSoFar(HANDLE Device)
{
    ULONGLONG(WINAPI * count)(void);
    TRANSFER_TRACE trace;

    count = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "ntio_bytes_copied");
    if (count != NULL) {
        return count();
    }
    QueryTrace(Device, &trace);
    return trace.BytesCopied;
}

/* One row of the table. Copied is what the system's count was before, or all ones. */
static void Report(HANDLE Device, const char *Request, const char *Method, ULONG Input,
                   ULONG Output, const void *Buffer, ULONGLONG CopiedBefore, BOOL Good)
{
    ULONGLONG copied = CopiedSoFar(Device);
    TRANSFER_TRACE trace;

    g_Requests++;
    if (!Good) {
        g_Failures++;
    }
    QueryTrace(Device, &trace);
    printf("%-15s %-10s %8u %8u", Request, Method, Input, Output);
    PrintAddress((ULONG_PTR)Buffer);
    PrintAddress(trace.DriverAddress);
    printf(" %-4s", trace.DriverAddress == 0 ? "-"
                    : trace.DriverPage != 0 && trace.DriverPage == trace.ProgramPage ? "yes" : "no");
    if (CopiedBefore == ~0ULL || copied == ~0ULL) {
        printf(" %8s", "?");
    } else {
        printf(" %8I64u", copied - CopiedBefore);
    }
    printf("  %s\n", Good ? "right" : "WRONG");
}

static void SetPosition(OVERLAPPED *Overlapped, unsigned __int64 Offset)
{
    memset(Overlapped, 0, sizeof(*Overlapped));
    Overlapped->Offset = (DWORD)Offset;
    Overlapped->OffsetHigh = (DWORD)(Offset >> 32);
}

static void TestRead(HANDLE Device, const char *Method, PROGRAM_BUFFER *Buffer)
{
    ULONGLONG copied = CopiedSoFar(Device);
    OVERLAPPED position;
    DWORD bytes = 0;
    BOOL good;

    SetPosition(&position, 12345);
    good = ReadFile(Device, Buffer->Start, Buffer->Length, &bytes, &position) &&
           bytes == Buffer->Length && HasPattern(Buffer, 12345) && MarginsUntouched(Buffer);
    Report(Device, "ReadFile", Method, 0, Buffer->Length, Buffer->Start, copied, good);
}

static void TestWrite(HANDLE Device, const char *Method, PROGRAM_BUFFER *Buffer)
{
    ULONGLONG copied = CopiedSoFar(Device);
    OVERLAPPED position;
    DWORD bytes = 0;
    BOOL good;

    SetPosition(&position, 777);
    FillPattern(Buffer, 777);
    good = WriteFile(Device, Buffer->Start, Buffer->Length, &bytes, &position) &&
           bytes == Buffer->Length && HasPattern(Buffer, 777) && MarginsUntouched(Buffer);
    Report(Device, "WriteFile", Method, Buffer->Length, 0, Buffer->Start, copied, good);
}

static void TestReadWriteOfSize(HANDLE Device, const char *Method, ULONG Length, ULONG Offset)
{
    PROGRAM_BUFFER buffer;

    if (!OpenBuffer(&buffer, Length, Offset)) {
        g_Failures++;
        return;
    }
    TestRead(Device, Method, &buffer);
    TestWrite(Device, Method, &buffer);
    CloseBuffer(&buffer);
}

/* A buffer of whole pages, which are its alone. */
static void TestReadWriteOfPages(HANDLE Device, const char *Method, ULONG Length)
{
    PROGRAM_BUFFER buffer;
    unsigned char *memory =
        VirtualAlloc(NULL, Length, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    if (memory == NULL) {
        g_Failures++;
        return;
    }
    UseMemory(&buffer, memory, Length);
    TestRead(Device, Method, &buffer);
    TestWrite(Device, Method, &buffer);
    VirtualFree(memory, 0, MEM_RELEASE);
}

static void TestReadWrite(const WCHAR *Name, const char *Method)
{
    static const struct {
        ULONG Length, Offset;
    } sizes[] = {{1, 0}, {0, 0}, {4096, 0}, {4097, 7}, {65536 + 3, 4095}, {1024 * 1024, 1}};
    unsigned char onStack[5000];
    PROGRAM_BUFFER buffer;
    HANDLE device = OpenDevice(Name, 0);
    ULONG i;

    if (device == INVALID_HANDLE_VALUE) {
        g_Failures++;
        return;
    }
    for (i = 0; i < ARRAYSIZE(sizes); i++) {
        TestReadWriteOfSize(device, Method, sizes[i].Length, sizes[i].Offset);
    }
    TestReadWriteOfPages(device, Method, 1024 * 1024);
    UseMemory(&buffer, g_Static + 5, sizeof(g_Static) - 5);
    TestRead(device, Method, &buffer);
    UseMemory(&buffer, onStack, sizeof(onStack));
    TestRead(device, Method, &buffer);
    TestWrite(device, Method, &buffer);
    CloseHandle(device);
}

static BOOL IsComplement(const PROGRAM_BUFFER *Input, const PROGRAM_BUFFER *Output)
{
    ULONG length = min(Input->Length, Output->Length), i;

    for (i = 0; i < length; i++) {
        if (Output->Start[i] != (unsigned char)~TransferPattern(i)) {
            return FALSE;
        }
    }
    for (i = length; i < Output->Length; i++) {
        if (Output->Start[i] != UNTOUCHED) {
            return FALSE;
        }
    }
    return HasPattern(Input, 0) && MarginsUntouched(Output);
}

static void TestComplement(HANDLE Device, const char *Method, DWORD Code, ULONG InputLength,
                           ULONG OutputLength)
{
    PROGRAM_BUFFER input, output;
    ULONGLONG copied;
    DWORD bytes = 0;
    BOOL good;

    if (!OpenBuffer(&input, InputLength, 3)) {
        g_Failures++;
        return;
    }
    if (!OpenBuffer(&output, OutputLength, 9)) {
        CloseBuffer(&input);
        g_Failures++;
        return;
    }
    FillPattern(&input, 0);
    copied = CopiedSoFar(Device);
    good = DeviceIoControl(Device, Code, input.Start, InputLength, output.Start, OutputLength,
                           &bytes, NULL) &&
           bytes == min(InputLength, OutputLength) && IsComplement(&input, &output);
    Report(Device, "DeviceIoControl", Method, InputLength, OutputLength, output.Start, copied,
           good);
    CloseBuffer(&input);
    CloseBuffer(&output);
}

static void TestBothInputs(HANDLE Device, ULONG FirstLength, ULONG SecondLength)
{
    PROGRAM_BUFFER first, second;
    ULONGLONG copied;
    DWORD bytes = 0;
    BOOL good;

    if (!OpenBuffer(&first, FirstLength, 1)) {
        g_Failures++;
        return;
    }
    if (!OpenBuffer(&second, SecondLength, 11)) {
        CloseBuffer(&first);
        g_Failures++;
        return;
    }
    FillPattern(&first, 0);
    FillPattern(&second, FirstLength);
    copied = CopiedSoFar(Device);
    good = DeviceIoControl(Device, IOCTL_TRANSFER_IN_DIRECT, first.Start, FirstLength,
                           second.Start, SecondLength, &bytes, NULL) &&
           bytes == SecondLength && MarginsUntouched(&second);
    Report(Device, "DeviceIoControl", "in direct", FirstLength, SecondLength, second.Start, copied,
           good);
    CloseBuffer(&first);
    CloseBuffer(&second);
}

static void TestControl(void)
{
    static const struct {
        ULONG Input, Output;
    } sizes[] = {{0, 0}, {1, 1}, {100, 40}, {40, 100}, {4096, 4096}, {10001, 100003}};
    HANDLE device = OpenDevice(TRANSFER_BUFFERED_NAME, 0);
    ULONG i;

    if (device == INVALID_HANDLE_VALUE) {
        g_Failures++;
        return;
    }
    for (i = 0; i < ARRAYSIZE(sizes); i++) {
        TestComplement(device, "buffered", IOCTL_TRANSFER_BUFFERED, sizes[i].Input,
                       sizes[i].Output);
        TestBothInputs(device, sizes[i].Input, sizes[i].Output);
        TestComplement(device, "out direct", IOCTL_TRANSFER_OUT_DIRECT, sizes[i].Input,
                       sizes[i].Output);
        TestComplement(device, "neither", IOCTL_TRANSFER_NEITHER, sizes[i].Input, sizes[i].Output);
    }
    CloseHandle(device);
}

static void Check(const char *What, BOOL Good)
{
    g_Requests++;
    if (!Good) {
        g_Failures++;
    }
    printf("%-60s %s\n", What, Good ? "right" : "WRONG");
}

static BOOL StartHold(HANDLE Device, OVERLAPPED *Overlapped)
{
    memset(Overlapped, 0, sizeof(*Overlapped));
    Overlapped->hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    return Overlapped->hEvent != NULL &&
           !DeviceIoControl(Device, IOCTL_TRANSFER_HOLD, NULL, 0, NULL, 0, NULL, Overlapped) &&
           GetLastError() == ERROR_IO_PENDING;
}

static void TestOverlapped(void)
{
    HANDLE device = OpenDevice(TRANSFER_DIRECT_NAME, FILE_FLAG_OVERLAPPED);
    OVERLAPPED held, release;
    DWORD bytes;
    BOOL good;

    if (device == INVALID_HANDLE_VALUE) {
        g_Failures++;
        return;
    }
    Check("overlapped request stays pending",
          StartHold(device, &held) && WaitForSingleObject(held.hEvent, 0) == WAIT_TIMEOUT);
    memset(&release, 0, sizeof(release));
    release.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    /* A driver may end it at once or say that it is pending first. */
    good = DeviceIoControl(device, IOCTL_TRANSFER_RELEASE, NULL, 0, NULL, 0, NULL, &release) ||
           (GetLastError() == ERROR_IO_PENDING &&
            GetOverlappedResult(device, &release, &bytes, TRUE));
    Check("and is completed by another", good && GetOverlappedResult(device, &held, &bytes, TRUE));
    CloseHandle(held.hEvent);
    CloseHandle(release.hEvent);

    good = StartHold(device, &held) && CancelIoEx(device, &held) &&
           !GetOverlappedResult(device, &held, &bytes, TRUE) &&
           GetLastError() == ERROR_OPERATION_ABORTED;
    Check("a pending request is cancelled", good);
    CloseHandle(held.hEvent);

    good = StartHold(device, &held);
    CloseHandle(device);
    Check("closing the handle ends what is pending on it",
          good && WaitForSingleObject(held.hEvent, INFINITE) == WAIT_OBJECT_0 &&
              held.Internal == 0xC0000120);
    CloseHandle(held.hEvent);
}

static void TestBadBuffers(void)
{
    HANDLE device = OpenDevice(TRANSFER_DIRECT_NAME, 0);
    DWORD bytes;

    if (device == INVALID_HANDLE_VALUE) {
        g_Failures++;
        return;
    }
    Check("direct read into no buffer is refused",
          !ReadFile(device, NULL, 100, &bytes, NULL) && GetLastError() == ERROR_NOACCESS);
    Check("direct read into a constant is refused",
          !ReadFile(device, (void *)"constant", 8, &bytes, NULL) &&
              GetLastError() == ERROR_NOACCESS);
    Check("an unknown control code is refused",
          !DeviceIoControl(device, TRANSFER_CODE(0x9ff, METHOD_BUFFERED), NULL, 0, NULL, 0, &bytes,
                           NULL) &&
              GetLastError() == ERROR_INVALID_FUNCTION);
    CloseHandle(device);
}

int main(void)
{
    printf("%-15s %-10s %8s %8s %12s %12s %-4s %8s  %s\n", "request", "method", "in", "out",
           "program's", "driver's", "same", "copied", "data");
    TestReadWrite(TRANSFER_BUFFERED_NAME, "buffered");
    TestReadWrite(TRANSFER_DIRECT_NAME, "direct");
    TestReadWrite(TRANSFER_NEITHER_NAME, "neither");
    TestControl();
    printf("\n");
    TestOverlapped();
    TestBadBuffers();
    printf("\n%d requests, %d wrong\n", g_Requests, g_Failures);
    return g_Failures == 0 ? 0 : 1;
}
