/* Has a UMDF driver open devices, and files, and use them. */
#include <windows.h>
#include <cfgmgr32.h>
#include <winioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target_test.h"

static int wrong;
static HANDLE opener;

static void Check(const char *what, int is_right)
{
    if (is_right)
        return;
    wrong++;
    printf("wrong: %s (error %lu)\n", what, GetLastError());
}

static BOOL Ask(DWORD code, const void *input, DWORD length, void *output, DWORD room,
                DWORD *returned)
{
    *returned = 0;
    return DeviceIoControl(opener, code, (void *)input, length, output, room, returned, NULL);
}

static ULONG Open(const WCHAR *name, ULONG level, ULONG disposition)
{
    struct open_order order = {level, disposition, L""};
    ULONG status = 0xDEAD;
    DWORD returned;

    wcscpy(order.name, name);
    Check("an open is tried",
          Ask(IOCTL_OPEN, &order, sizeof(order), &status, sizeof(status), &returned));
    return status;
}

static void Close(void)
{
    DWORD returned;

    Check("it is closed", Ask(IOCTL_CLOSE, NULL, 0, NULL, 0, &returned));
}

/* ---- requests ---- */

static void CheckAdd(const char *what, DWORD code, DWORD length)
{
    UCHAR *in = malloc(length), *out = calloc(1, length);
    DWORD returned, i;

    for (i = 0; i < length; i++)
        in[i] = (UCHAR)(i * 7);
    Check(what, Ask(code, in, length, out, length, &returned) && returned == length);
    for (i = 0; i < length && out[i] == (UCHAR)(i * 7 + 1); i++)
        ;
    Check("each byte", i == length);
    free(in);
    free(out);
}

/* The driver opens itself: its request goes by the kernel, and into the host again. */
static void CheckActivity(void)
{
    const GUID given = {0x11223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
    GUID seen = {0};
    DWORD returned;

    Check("it opens itself", Open(L"\\??\\UmdfTargetOpener", NOT_IMPERSONATED, 1) == 0);
    Check("an activity id goes with a driver's request",
          Ask(IOCTL_PASS_ACTIVITY, &given, sizeof(given), &seen, sizeof(seen), &returned) &&
              returned == sizeof(seen) && !memcmp(&seen, &given, sizeof(seen)));
    Check("a request has none of itself",
          !Ask(IOCTL_ACTIVITY, NULL, 0, &seen, sizeof(seen), &returned));
    Close();
}

static void CheckCancel(void)
{
    ULONG status = 0;
    DWORD returned;
    OVERLAPPED request = {0};
    HANDLE file = CreateFileA("\\\\.\\UmdfTargetOpener", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                              OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);

    Check("the driver cancels its own",
          Ask(IOCTL_CANCEL_HOLD, NULL, 0, &status, sizeof(status), &returned) &&
              status == 0xC0000120);
    request.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    if (DeviceIoControl(file, IOCTL_PASS_HOLD, NULL, 0, NULL, 0, NULL, &request) ||
        GetLastError() != ERROR_IO_PENDING) {
        Check("one is held", FALSE);
    } else {
        Check("it is cancelled", CancelIo(file));
        Check("how it ends", !GetOverlappedResult(file, &request, &returned, TRUE) &&
                                 GetLastError() == ERROR_OPERATION_ABORTED);
    }
    CloseHandle(request.hEvent);
    CloseHandle(file);
}

static void CheckDevice(void)
{
    struct opener who = {7, 7, 7};
    DWORD returned;

    Check("what is not there", Open(L"\\??\\NoSuchDevice", NOT_IMPERSONATED, 1) == 0xC0000034);
    Check("its symbolic link", Open(L"\\??\\UmdfTargetLower", NOT_IMPERSONATED, 1) == 0);
    Check("open already", Open(L"\\??\\UmdfTargetLower", NOT_IMPERSONATED, 1) == 0xC0000184);
    CheckAdd("a few bytes", IOCTL_PASS_ADD, 10);
    CheckAdd("what fits into a call", IOCTL_PASS_ADD, 3840);
    CheckAdd("one more", IOCTL_PASS_ADD, 3841);
    CheckAdd("much", IOCTL_PASS_ADD, 1 << 20);
    CheckAdd("much, direct", IOCTL_PASS_ADD_DIRECT, (1 << 20) + 1);
    CheckAdd("by Win32", IOCTL_WIN32_ADD, 5000);
    Check("who has opened it", Ask(IOCTL_PASS_OPENER, NULL, 0, &who, sizeof(who), &returned) &&
                                   who.is_program && !who.is_administrator);
    CheckCancel();
    Close();
    Check("a request to what is closed",
          !Ask(IOCTL_PASS_OPENER, NULL, 0, &who, sizeof(who), &returned));
}

/* ---- impersonation ---- */

static void CheckImpersonation(void)
{
    static const WCHAR secret[] = L"\\??\\UmdfTargetSecret";
    struct opener who = {7, 7, 7};
    DWORD returned;

    Check("a service may not", Open(secret, NOT_IMPERSONATED, 1) == 0xC0000022);
    Check("Anonymous opens nothing", Open(secret, 0, 1) == 0xC00000A5);
    Check("nor does Identification", Open(secret, 1, 1) == 0xC00000A5);
    Check("Delegation is more than the INF gives", Open(secret, 3, 1) == 0xC00000A5);
    Check("no such level", Open(secret, 4, 1) == 0xC000000D);
    Check("the program may", Open(secret, 2, 1) == 0);
    Check("and is who has opened it",
          Ask(IOCTL_PASS_OPENER, NULL, 0, &who, sizeof(who), &returned) && who.is_program &&
              who.is_administrator && who.is_impersonated);
    Close();
    Check("not any more afterwards", Open(secret, NOT_IMPERSONATED, 1) == 0xC0000022);
}

/* ---- files ---- */

static void CheckFile(void)
{
    char bytes[] = "the quick brown fox", back[sizeof(bytes)];
    WCHAR name[60];
    DWORD returned;

    /* Of this process: others run the same test in the same folder. */
    swprintf(name, 60, L"\\??\\C:\\umdf-target-%lu", GetCurrentProcessId());
    Check("a file that is not there", Open(name, NOT_IMPERSONATED, 1) == 0xC0000034);
    Check("one is made", Open(name, NOT_IMPERSONATED, 2) == 0);
    Check("written and read",
          Ask(IOCTL_WRITE_READ, bytes, sizeof(bytes), back, sizeof(back), &returned) &&
              returned == sizeof(back) && !memcmp(bytes, back, sizeof(bytes)));
    Close();
    Check("the program sees it", DeleteFileW(name + 4));
}

/* ---- its device goes ---- */

static void CheckHistory(const char *expected)
{
    char history[100] = "";
    DWORD returned;

    Check("the history", Ask(IOCTL_HISTORY, NULL, 0, history, sizeof(history), &returned));
    Check(expected, !strcmp(history, expected));
    if (strcmp(history, expected))
        printf("  it is: %s\n", history);
}

static void CheckRemoval(void)
{
    DEVINST device;
    DWORD returned;
    HANDLE file;

    Check("found", CM_Locate_DevNodeA(&device, "ROOT\\UMDFTEST\\0000", 0) == CR_SUCCESS);
    Check("open", Open(L"\\??\\UmdfTargetLower", NOT_IMPERSONATED, 1) == 0);
    Ask(IOCTL_VETO, NULL, 0, NULL, 0, &returned);
    Check("the driver refuses",
          CM_Query_And_Remove_SubTreeA(device, NULL, NULL, 0, 0) == CR_REMOVE_VETOED);
    CheckHistory("vetoed ");
    CheckAdd("still open", IOCTL_PASS_ADD, 10);
    Ask(IOCTL_VETO, NULL, 0, NULL, 0, &returned);
    /* The program's own file keeps the device, after the driver was asked. */
    file = CreateFileA("\\\\.\\UmdfTargetLower", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    Check("a file keeps it",
          CM_Query_And_Remove_SubTreeA(device, NULL, NULL, 0, 0) == CR_REMOVE_VETOED);
    CloseHandle(file);
    CheckHistory("vetoed query canceled ");
    CheckAdd("open again", IOCTL_PASS_ADD, 10);
    Check("it goes", CM_Query_And_Remove_SubTreeA(device, NULL, NULL, 0, 0) == CR_SUCCESS);
    CheckHistory("vetoed query canceled query complete ");
    Check("gone", Open(L"\\??\\UmdfTargetLower", NOT_IMPERSONATED, 1) == 0xC0000034);
}

int main(void)
{
    opener = CreateFileA("\\\\.\\UmdfTargetOpener", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                         OPEN_EXISTING, 0, NULL);
    Check("the driver is there", opener != INVALID_HANDLE_VALUE);
    CheckDevice();
    CheckActivity();
    CheckImpersonation();
    CheckFile();
    CheckRemoval();
    CloseHandle(opener);
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
