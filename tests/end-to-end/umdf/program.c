/* Uses the UMDF driver; its argument says how. */
#include <windows.h>
#include <cfgmgr32.h>
#include <initguid.h>
#include <wdmguid.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "umdf_test.h"

#ifndef ERROR_DRIVER_PROCESS_TERMINATED
#define ERROR_DRIVER_PROCESS_TERMINATED 1291
#endif

static int wrong;

static void Check(const char *what, int is_right)
{
    if (is_right)
        return;
    wrong++;
    printf("wrong: %s (error %lu)\n", what, GetLastError());
}

static HANDLE Open(const char *name, DWORD flags)
{
    char path[64];

    sprintf(path, "\\\\.\\UmdfTest%s", name);
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
}

/* ---- buffers ----------------------------------------------------------------------------- */

static void CheckSum(HANDLE device, DWORD length)
{
    UCHAR *bytes = malloc(length);
    ULONG sum = 0, expected = 0;
    DWORD returned = 0, i;

    for (i = 0; i < length; i++)
        expected += bytes[i] = (UCHAR)(i * 11);
    Check("a sum is asked for",
          DeviceIoControl(device, IOCTL_SUM, bytes, length, &sum, sizeof(sum), &returned, NULL));
    Check("the sum is right", sum == expected && returned == sizeof(sum));
    for (i = 0; i < length && bytes[i] == (UCHAR)(i * 11); i++)
        ;
    Check("the input is as it was", i == length);
    free(bytes);
}

static BOOL IsPattern(const UCHAR *bytes, DWORD length)
{
    DWORD i;

    for (i = 0; i < length && bytes[i] == PATTERN(i); i++)
        ;
    return i == length;
}

static void CheckTransfers(HANDLE device, DWORD length)
{
    UCHAR *bytes = calloc(1, length);
    DWORD returned = 0;

    Check("read", ReadFile(device, bytes, length, &returned, NULL) && returned == length);
    Check("what was read", IsPattern(bytes, length));
    returned = 0;
    Check("write", WriteFile(device, bytes, length, &returned, NULL) && returned == length);
    bytes[length / 2] ^= 1;
    Check("a wrong write",
          !WriteFile(device, bytes, length, &returned, NULL) && GetLastError() == ERROR_CRC);
    memset(bytes, 0, length);
    returned = 0;
    Check("out direct",
          DeviceIoControl(device, IOCTL_FILL, NULL, 0, bytes, length, &returned, NULL) &&
              returned == length);
    Check("what came", IsPattern(bytes, length));
    Check("in direct",
          DeviceIoControl(device, IOCTL_CHECK, NULL, 0, bytes, length, &returned, NULL) &&
              returned == length);
    Check("as it was", IsPattern(bytes, length));
    free(bytes);
}

static void CheckRefusals(HANDLE device)
{
    ULONG out = 7;
    DWORD returned;

    Check("an input too few",
          !DeviceIoControl(device, IOCTL_SUM, NULL, 0, &out, sizeof(out), &returned, NULL) &&
              GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    Check("method neither", !DeviceIoControl(device, IOCTL_NEITHER, &out, sizeof(out), &out,
                                             sizeof(out), &returned, NULL) &&
                                GetLastError() == ERROR_INVALID_FUNCTION);
    Check("too much information",
          !DeviceIoControl(device, IOCTL_TOO_MUCH, NULL, 0, &out, sizeof(out), &returned, NULL));
    Check("nothing came with it", out == 7);
    Check("a refused open", Open("\\refused", 0) == INVALID_HANDLE_VALUE &&
                                GetLastError() == ERROR_SHARING_VIOLATION);
}

static void CheckRelated(HANDLE device)
{
    HANDLE first = Open("\\first", 0), second = NULL;
    UNICODE_STRING name = {10, 10, L"below"};
    OBJECT_ATTRIBUTES attributes = {
        .Length = sizeof(attributes), .RootDirectory = first, .ObjectName = &name};
    IO_STATUS_BLOCK result;
    WCHAR related[16] = L"";
    DWORD returned;

    Check("no related file", !DeviceIoControl(device, IOCTL_RELATED, NULL, 0, related,
                                              sizeof(related), &returned, NULL));
    Check("a file relative to another",
          NtOpenFile(&second, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attributes, &result, 0,
                     0x20) == 0);
    Check("which one", DeviceIoControl(second, IOCTL_RELATED, NULL, 0, related, sizeof(related),
                                       &returned, NULL) &&
                           !wcscmp(related, L"\\first"));
    CloseHandle(first);
    CloseHandle(second);
}

/* ---- requests that wait --------------------------------------------------------------------- */

enum { WAITERS = 8 };

struct waiters {
    HANDLE file;
    OVERLAPPED requests[WAITERS];
};

static void StartWaiters(struct waiters *waiters)
{
    int i;

    memset(waiters, 0, sizeof(*waiters));
    waiters->file = Open("", FILE_FLAG_OVERLAPPED);
    Check("an overlapped open", waiters->file != INVALID_HANDLE_VALUE);
    for (i = 0; i < WAITERS; i++) {
        waiters->requests[i].hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
        Check("a request waits", !DeviceIoControl(waiters->file, IOCTL_WAIT, NULL, 0, NULL, 0, NULL,
                                                  &waiters->requests[i]) &&
                                     GetLastError() == ERROR_IO_PENDING);
    }
}

static void EndWaiters(struct waiters *waiters, DWORD error)
{
    DWORD returned;
    int i;

    for (i = 0; i < WAITERS; i++) {
        Check("how a waiting request ends",
              !GetOverlappedResult(waiters->file, &waiters->requests[i], &returned, TRUE) &&
                  GetLastError() == error);
        CloseHandle(waiters->requests[i].hEvent);
    }
    Check("its file is closed", CloseHandle(waiters->file));
}

static void CheckCancel(void)
{
    struct waiters waiters;

    StartWaiters(&waiters);
    Check("cancelled", CancelIo(waiters.file));
    EndWaiters(&waiters, ERROR_OPERATION_ABORTED);
}

static int Work(void)
{
    HANDLE device = Open("", 0);

    Check("the device is there", device != INVALID_HANDLE_VALUE);
    CheckSum(device, 1);
    CheckSum(device, 4096);
    CheckSum(device, 4097);
    CheckSum(device, 1 << 20);
    CheckTransfers(device, 1);
    CheckTransfers(device, 65536);
    CheckTransfers(device, (1 << 20) + 5);
    CheckRefusals(device);
    CheckRelated(device);
    CheckCancel();
    Check("closed", CloseHandle(device));
    return wrong;
}

/* ---- the host ends ---------------------------------------------------------------------- */

static ULONG HostOf(HANDLE device)
{
    ULONG process = 0;
    DWORD returned;

    DeviceIoControl(device, IOCTL_PROCESS, NULL, 0, &process, sizeof(process), &returned, NULL);
    return process;
}

/* Until the device is there again. */
static HANDLE Reopen(void)
{
    HANDLE device;

    while ((device = Open("", 0)) == INVALID_HANDLE_VALUE)
        SwitchToThread();
    return device;
}

static void CrashOnce(void)
{
    struct waiters waiters;
    HANDLE device = Reopen();
    ULONG process = HostOf(device);
    DWORD returned;

    Check("the host has a process of its own", process && process != GetCurrentProcessId());
    StartWaiters(&waiters);
    Check("the one that crashes it",
          !DeviceIoControl(device, IOCTL_CRASH, NULL, 0, NULL, 0, &returned, NULL) &&
              GetLastError() == ERROR_DRIVER_PROCESS_TERMINATED);
    EndWaiters(&waiters, ERROR_DRIVER_PROCESS_TERMINATED);
    Check("its device does nothing more",
          !DeviceIoControl(device, IOCTL_PROCESS, NULL, 0, NULL, 0, &returned, NULL));
    Check("but is closed", CloseHandle(device));
    device = Reopen();
    Check("another host", HostOf(device) != process);
    CloseHandle(device);
}

/* ---- events ---- */

struct heard {
    GUID event;
    UCHAR data[8];
    DWORD bytes;
    HANDLE is_there;
};

static DWORD CALLBACK Hear(HCMNOTIFICATION notification, PVOID context, CM_NOTIFY_ACTION action,
                           PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    struct heard *heard = context;

    UNREFERENCED_PARAMETER(notification);
    if (action != CM_NOTIFY_ACTION_DEVICECUSTOMEVENT)
        return ERROR_SUCCESS;
    heard->event = data->u.DeviceHandle.EventGuid;
    heard->bytes = size - (DWORD)offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceHandle.Data);
    if (heard->bytes <= sizeof(heard->data))
        memcpy(heard->data, data->u.DeviceHandle.Data, heard->bytes);
    SetEvent(heard->is_there);
    return ERROR_SUCCESS;
}

static int Events(void)
{
    static const GUID test_event = TEST_EVENT;
    struct heard heard = {.is_there = CreateEventA(NULL, FALSE, FALSE, NULL)};
    HANDLE device = Open("", 0);
    CM_NOTIFY_FILTER filter = {.cbSize = sizeof(filter),
                               .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE,
                               .u.DeviceHandle.hTarget = device};
    HCMNOTIFICATION notification;
    UCHAR bytes[3] = {1, 2, 3};
    DWORD returned;

    Check("listening",
          CM_Register_Notification(&filter, &heard, Hear, &notification) == CR_SUCCESS);
    Check("the driver posts",
          DeviceIoControl(device, IOCTL_POST, bytes, sizeof(bytes), NULL, 0, &returned, NULL));
    WaitForSingleObject(heard.is_there, INFINITE);
    Check("its event", IsEqualGUID(&heard.event, &test_event));
    Check("with its data",
          heard.bytes >= sizeof(bytes) && !memcmp(heard.data, bytes, sizeof(bytes)));
    DeviceIoControl(device, IOCTL_CRASH, NULL, 0, NULL, 0, &returned, NULL);
    WaitForSingleObject(heard.is_there, INFINITE);
    Check("the host's end", IsEqualGUID(&heard.event, &GUID_WUDF_DEVICE_HOST_PROBLEM));
    CM_Unregister_Notification(notification);
    CloseHandle(device);
    CloseHandle(Reopen());
    return wrong;
}

static int CrashInCreate(void)
{
    HANDLE device = Open("\\crash", 0);

    Check("an open that crashes it",
          device == INVALID_HANDLE_VALUE && GetLastError() == ERROR_DRIVER_PROCESS_TERMINATED);
    CloseHandle(Reopen());
    return wrong;
}

/* Five times it is started again; the sixth is the last. */
static int CrashForGood(void)
{
    HANDLE device;
    DWORD returned;
    int i;

    for (i = 0; i < 6; i++) {
        device = Reopen();
        DeviceIoControl(device, IOCTL_CRASH, NULL, 0, NULL, 0, &returned, NULL);
        CloseHandle(device);
    }
    return wrong;
}

/* Nothing is lost but what the host had: each request is right, or ends as one of a dead host. */
static LONG crashes;

static LONG Crashes(void)
{
    return InterlockedCompareExchange(&crashes, 0, 0);
}

/* FALSE: the request ended with its host. */
static BOOL ReadUnderLoad(HANDLE device)
{
    UCHAR bytes[8192];
    DWORD returned;

    if (!ReadFile(device, bytes, sizeof(bytes), &returned, NULL)) {
        Check("how it ends", GetLastError() == ERROR_DRIVER_PROCESS_TERMINATED);
        return FALSE;
    }
    Check("what was read under load", returned == sizeof(bytes) && IsPattern(bytes, sizeof(bytes)));
    return TRUE;
}

static DWORD WINAPI Load(PVOID unused)
{
    UNREFERENCED_PARAMETER(unused);
    while (Crashes() < 5) {
        HANDLE device = Reopen();

        while (ReadUnderLoad(device) && Crashes() < 5)
            ;
        CloseHandle(device);
    }
    return 0;
}

static int CrashUnderLoad(void)
{
    HANDLE threads[4], device;
    DWORD returned, i;

    for (i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, Load, NULL, 0, NULL);
    while (Crashes() < 5) {
        device = Reopen();
        for (i = 0; i < 50; i++)
            HostOf(device);
        InterlockedIncrement(&crashes);
        DeviceIoControl(device, IOCTL_CRASH, NULL, 0, NULL, 0, &returned, NULL);
        CloseHandle(device);
    }
    WaitForMultipleObjects(4, threads, TRUE, INFINITE);
    return wrong;
}

static int Hang(void)
{
    HANDLE device = Open("\\hang", 0);

    Check("the device is there", device != INVALID_HANDLE_VALUE);
    CloseHandle(device);
    CloseHandle(Reopen());
    return wrong;
}

static int CheckEscape(void)
{
    static ULONG64 secret = 0x1234;
    struct target target = {GetCurrentProcessId(), (ULONG64)&secret};
    HANDLE device = Open("", 0);
    ULONG done = ~0u;
    DWORD returned;

    Check("escape is tried", DeviceIoControl(device, IOCTL_ESCAPE, &target, sizeof(target), &done,
                                             sizeof(done), &returned, NULL));
    printf("the host could do 0x%lx\n", done);
    CloseHandle(device);
    return wrong || done;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "work";
    int result = 1;

    if (!strcmp(how, "work"))
        result = Work();
    else if (!strcmp(how, "crash"))
        CrashOnce(), result = wrong;
    else if (!strcmp(how, "events"))
        result = Events();
    else if (!strcmp(how, "create"))
        result = CrashInCreate();
    else if (!strcmp(how, "forever"))
        result = CrashForGood();
    else if (!strcmp(how, "load"))
        result = CrashUnderLoad();
    else if (!strcmp(how, "hang"))
        result = Hang();
    else if (!strcmp(how, "escape"))
        result = CheckEscape();
    printf("%s: %d wrong\n", how, wrong);
    return result != 0;
}
