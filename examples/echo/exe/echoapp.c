/*
 * Finds an echo device by its interface, and checks what comes back.
 */
#include <windows.h>
#include <initguid.h>
#include <cfgmgr32.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winioctl.h>

#include "../public.h"

static int failures;

static void Check(int right, const char *what)
{
    printf("%-60s %s\n", what, right ? "right" : "WRONG");
    failures += !right;
}

static HANDLE OpenEcho(void)
{
    ULONG length = 0;
    WCHAR *names;
    HANDLE device = INVALID_HANDLE_VALUE;

    if (CM_Get_Device_Interface_List_SizeW(&length, (GUID *)&GUID_DEVINTERFACE_ECHO, NULL,
                                           CM_GET_DEVICE_INTERFACE_LIST_PRESENT) != CR_SUCCESS) {
        return device;
    }
    names = calloc(length, sizeof(WCHAR));
    if (names != NULL &&
        CM_Get_Device_Interface_ListW((GUID *)&GUID_DEVINTERFACE_ECHO, NULL, names, length,
                                      CM_GET_DEVICE_INTERFACE_LIST_PRESENT) == CR_SUCCESS &&
        names[0] != 0) {
        wprintf(L"%ws\n", names);
        device = CreateFileW(names, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                             FILE_FLAG_OVERLAPPED, NULL);
    }
    free(names);
    return device;
}

/* Starts a read or write; TRUE if it was done at once or is pending. */
static BOOL Start(BOOL isRead, HANDLE device, void *buffer, DWORD length, OVERLAPPED *overlapped)
{
    BOOL done;

    memset(overlapped, 0, sizeof(*overlapped));
    overlapped->hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    done = isRead ? ReadFile(device, buffer, length, NULL, overlapped)
                  : WriteFile(device, buffer, length, NULL, overlapped);
    return done || GetLastError() == ERROR_IO_PENDING;
}

static DWORD Finish(HANDLE device, OVERLAPPED *overlapped)
{
    DWORD bytes = 0;

    if (!GetOverlappedResult(device, overlapped, &bytes, TRUE)) {
        bytes = 0;
    }
    CloseHandle(overlapped->hEvent);
    return bytes;
}

static void EchoOne(HANDLE device)
{
    char sent[] = "The quick brown fox jumps over the lazy dog", received[100] = "";
    OVERLAPPED write, read;

    Check(Start(FALSE, device, sent, sizeof(sent), &write) &&
              Finish(device, &write) == sizeof(sent),
          "a message is written");
    Check(Start(TRUE, device, received, sizeof(received), &read) &&
              Finish(device, &read) == sizeof(sent) && !strcmp(sent, received),
          "and read back");
}

static void ReadFirst(HANDLE device)
{
    char sent[] = "later", received[100] = "";
    OVERLAPPED write, read;

    Check(Start(TRUE, device, received, sizeof(received), &read) && !HasOverlappedIoCompleted(&read),
          "a read without a message waits");
    Start(FALSE, device, sent, sizeof(sent), &write);
    Check(Finish(device, &write) == sizeof(sent) && Finish(device, &read) == sizeof(sent) &&
              !strcmp(sent, received),
          "until one is written");
}

static void Cancel(HANDLE device)
{
    char received[100];
    OVERLAPPED read;
    DWORD bytes;

    Start(TRUE, device, received, sizeof(received), &read);
    CancelIoEx(device, &read);
    Check(!GetOverlappedResult(device, &read, &bytes, TRUE) &&
              GetLastError() == ERROR_OPERATION_ABORTED,
          "a waiting read is cancelled");
    CloseHandle(read.hEvent);
}

static void TooLong(HANDLE device)
{
    static char message[ECHO_MAX_MESSAGE + 1];
    OVERLAPPED write;

    Start(FALSE, device, message, sizeof(message), &write);
    Check(Finish(device, &write) == 0, "a message that is too long is refused");
}

static void Statistics(HANDLE device)
{
    ECHO_STATISTICS statistics = {0};
    OVERLAPPED control = {0};
    DWORD bytes = 0;

    control.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    DeviceIoControl(device, IOCTL_ECHO_STATISTICS, NULL, 0, &statistics, sizeof(statistics), NULL,
                    &control);
    Check(GetOverlappedResult(device, &control, &bytes, TRUE) && bytes == sizeof(statistics) &&
              statistics.Reads == 3 && statistics.Writes == 3 && statistics.Waiting == 0,
          "the device counted 3 reads and 3 writes");
    CloseHandle(control.hEvent);
}

int main(void)
{
    HANDLE device = OpenEcho();

    if (device == INVALID_HANDLE_VALUE) {
        printf("no echo device (error %lu)\n", GetLastError());
        return 1;
    }
    EchoOne(device);
    ReadFirst(device);
    Cancel(device);
    TooLong(device);
    Statistics(device);
    CloseHandle(device);
    printf("%d wrong\n", failures);
    return failures != 0;
}
