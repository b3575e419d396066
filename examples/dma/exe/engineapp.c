/*
 * Writes to the engine's store and reads it back, from buffers that begin at odd bytes, and looks
 * at every byte. Shows the elements that the buffers were to the device.
 */
#include <windows.h>
#include <initguid.h>
#include <cfgmgr32.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winioctl.h>

#include "../public.h"

#define PAGE 4096u
#define MIB (1024u * 1024)
#define PAGES_SHOWN 12
#define SHOWN (PAGES_SHOWN * PAGE - 2048) /* bytes of the transfer whose elements are shown */

static HANDLE OpenEngine(DWORD flags)
{
    WCHAR names[512];

    if (CM_Get_Device_Interface_ListW((GUID *)&GUID_DEVINTERFACE_ENGINE, NULL, names,
                                      sizeof(names) / sizeof(names[0]),
                                      CM_GET_DEVICE_INTERFACE_LIST_PRESENT) != CR_SUCCESS ||
        names[0] == 0) {
        SetLastError(ERROR_FILE_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    return CreateFileW(names, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
}

/* A byte that tells its place, and which round it is of. */
static unsigned char Expected(size_t place, unsigned round)
{
    return (unsigned char)(place * 7 + place / 251 + round * 13);
}

static BOOL Move(HANDLE engine, BOOL isWrite, unsigned char *buffer, DWORD length)
{
    OVERLAPPED position = {0};
    DWORD bytes = 0;
    BOOL done = isWrite ? WriteFile(engine, buffer, length, &bytes, &position)
                        : ReadFile(engine, buffer, length, &bytes, &position);

    if (!done && GetLastError() == ERROR_IO_PENDING)
        done = GetOverlappedResult(engine, &position, &bytes, TRUE);
    if (!done || bytes != length)
        printf("%s %lu bytes: error %lu, %lu bytes\n", isWrite ? "writing" : "reading", length,
               GetLastError(), bytes);
    return done && bytes == length;
}

static ENGINE_LAST LastTransfer(HANDLE engine)
{
    ENGINE_LAST last = {0};
    DWORD bytes;

    DeviceIoControl(engine, IOCTL_ENGINE_LAST, NULL, 0, &last, sizeof(last), &bytes, NULL);
    return last;
}

static void ShowElements(HANDLE engine, const unsigned char *buffer, DWORD length)
{
    ENGINE_LAST last = LastTransfer(engine);
    ULONG i;

    printf("\n%lu bytes at %p are to the device\n", length, (const void *)buffer);
    for (i = 0; i < last.Shown; i++)
        printf("  element %2lu: %6lu bytes at bus address 0x%llx\n", i, last.Element[i].Length,
               (unsigned long long)last.Element[i].Address);
    if (last.Shown < last.Elements)
        printf("  and %lu more\n", last.Elements - last.Shown);
    printf("\n");
}

/* Bytes of from and to that begin offset bytes into a page; returns how many are wrong. */
static size_t Try(HANDLE engine, unsigned char *from, unsigned char *to, DWORD length,
                  unsigned round)
{
    size_t wrong = 0, i;

    for (i = 0; i < length; i++)
        from[i] = Expected(i, round);
    memset(to, 0xEE, length);
    to[length] = 0xEE;
    if (!Move(engine, TRUE, from, length) || !Move(engine, FALSE, to, length))
        return length;
    for (i = 0; i < length; i++)
        wrong += to[i] != Expected(i, round);
    return wrong + (to[length] != 0xEE);
}

/*
 * A program's frames follow each other as its addresses do, but for a page that was given up while
 * a driver had it locked: what comes to its address then has another frame. So every third page is
 * pinned, given up, and taken anew.
 */
static void Scatter(unsigned char *memory, DWORD pages)
{
    HANDLE engine = OpenEngine(FILE_FLAG_OVERLAPPED);
    OVERLAPPED pins[PAGES_SHOWN] = {0};
    DWORD bytes, i;

    Move(engine, FALSE, memory, pages * PAGE);
    for (i = 0; i < pages; i += 3) {
        DeviceIoControl(engine, IOCTL_ENGINE_PIN, NULL, 0, memory + i * PAGE, PAGE, &bytes,
                        &pins[i]);
        VirtualFree(memory + i * PAGE, PAGE, MEM_DECOMMIT);
        VirtualAlloc(memory + i * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    }
    Move(engine, FALSE, memory, pages * PAGE); /* while the old frames are held */
    CancelIo(engine);
    CloseHandle(engine);
}

int main(int argc, char **argv)
{
    static const DWORD lengths[] = {1,    2,     3,     511,     4095,         4096,
                                    4097, SHOWN, 65535, MIB + 1, 16 * MIB - 1, 64 * MIB};
    static const DWORD offsets[] = {1, 2047, 4095};
    DWORD longest = argc > 1 ? (DWORD)atoi(argv[1]) * MIB : 64 * MIB;
    HANDLE engine = OpenEngine(0);
    unsigned char *from, *to;
    size_t wrong = 0, i;

    if (engine == INVALID_HANDLE_VALUE) {
        printf("there is no engine: error %lu\n", GetLastError());
        return 1;
    }
    from = VirtualAlloc(NULL, longest + 2 * PAGE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    to = VirtualAlloc(NULL, longest + 2 * PAGE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (from == NULL || to == NULL)
        return 1;
    Scatter(to, PAGES_SHOWN);
    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        DWORD offset = offsets[i % 3];
        size_t bad;

        if (lengths[i] > longest)
            continue;
        bad = Try(engine, from + offset, to + offset, lengths[i], (unsigned)i);
        printf("%10lu bytes, %4lu into a page: %5lu elements, %s\n", lengths[i], offset,
               LastTransfer(engine).Elements, bad ? "WRONG" : "right");
        wrong += bad;
        if (lengths[i] == SHOWN)
            ShowElements(engine, to + offset, lengths[i]);
    }
    printf("%zu bytes wrong\n", wrong);
    CloseHandle(engine);
    return wrong != 0;
}
