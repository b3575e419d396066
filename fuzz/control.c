/*
 * The device-control path of a driver of the transfer example, in this process: an input is a
 * sequence of requests with any code, method, length and pointer, overlapped, cancelled, and
 * with their files closed under them.
 *
 * Whatever is asked for is answered: no sanitizer has anything to say, no bug check comes, and
 * when the files are closed, everything is as it was.
 */
#include <ntifs.h>

#include "ex/ex.h"
#include "io/services.h"
#include "ke/ke.h"
#include "mm/mm.h"
#include "ob/services.h"
#include "../include/ntio/ntio.h"
#include "left.h"

#define ARENA_PAGES 64u
#define CONSTANT_PAGE 8u /* read only */
#define HOLE_PAGE 9u     /* not there */
#define DEVICES 3u
#define REQUESTS 32u /* status blocks in turn */

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const UCHAR *bytes, SIZE_T size);
DECLSPEC_NORETURN void abort(void);
int atexit(void (*function)(void));
int dprintf(int file, const char *format, ...);

static struct {
    PUCHAR arena;
    HANDLE devices[DEVICES], event;
    IO_STATUS_BLOCK status[REQUESTS];
    ULONG next;     /* of status */
    ULONG routines; /* user APCs that have run */
} state;

/* ---- an input: past its end everything is 0 ------------------------------------------------ */

struct input {
    const UCHAR *bytes;
    SIZE_T left;
};

static UCHAR take(struct input *input)
{
    if (!input->left)
        return 0;
    input->left--;
    return *input->bytes++;
}

static ULONG take_long(struct input *input)
{
    ULONG value = 0, i;

    for (i = 0; i < sizeof(value); i++)
        value = value << 8 | take(input);
    return value;
}

/* ---- what requests are made of --------------------------------------------------------------- */

/* The example's codes, then those of their neighbourhood, then any. */
static ULONG take_code(struct input *input)
{
    UCHAR what = take(input);

    if (what < 128)
        return CTL_CODE(40000u, 0x900 + what % 7,
                        what % 7 < 4    ? what % 7
                        : what % 7 == 6 ? 3
                                        : 0,
                        FILE_READ_DATA | FILE_WRITE_DATA);
    if (what < 192)
        return CTL_CODE(40000u, 0x900 + what % 8, take(input) % 4, what % 4);
    return take_long(input);
}

static ULONG take_length(struct input *input)
{
    UCHAR what = take(input);

    if (what < 96)
        return what;
    if (what < 160)
        return (what - 96) * PAGE_SIZE / 8 + take(input);
    if (what < 250)
        return PAGE_SIZE + take(input) - 128;
    return take_long(input);
}

/* Memory of the program's that there is, that may not be written, that is not there, or not its. */
static PVOID take_address(struct input *input)
{
    static const ULONG64 others[] = {0,
                                     1,
                                     0x7FFFFFFF0000,
                                     0x7FFFFFFFFFFF,
                                     0x800000000000,
                                     0xFFFF800000000000,
                                     MAXULONG64,
                                     HAL_SYSTEM_BASE,
                                     HAL_SYSTEM_BASE + HAL_SYSTEM_SIZE - 1};
    UCHAR what = take(input);

    if (what < 200)
        return state.arena + what % ARENA_PAGES * PAGE_SIZE + (what & 64 ? take(input) * 16 : 0);
    if (what < 220)
        return state.arena + CONSTANT_PAGE * PAGE_SIZE + take(input);
    if (what < 235)
        return state.arena + (HOLE_PAGE + 1) * PAGE_SIZE - take(input);
    if (what < 240)
        return state.arena + ARENA_PAGES * PAGE_SIZE - take(input);
    return (PVOID)others[what % RTL_NUMBER_OF(others)];
}

static VOID NTAPI on_complete(PVOID context, PIO_STATUS_BLOCK status, ULONG reserved)
{
    UNREFERENCED_PARAMETER(status);
    UNREFERENCED_PARAMETER(reserved);
    ++*(PULONG)context;
}

static VOID make_request(struct input *input)
{
    UCHAR how = take(input);
    HANDLE device = state.devices[how % DEVICES], event = how & 4 ? state.event : NULL;
    PIO_APC_ROUTINE routine = how & 8 ? on_complete : NULL;
    PIO_STATUS_BLOCK status = &state.status[state.next++ % REQUESTS];
    LARGE_INTEGER offset = {.QuadPart = (LONG64)take_long(input) << (how & 16 ? 20 : 0)};
    PVOID in = take_address(input), out = take_address(input);
    ULONG in_length = take_length(input), out_length = take_length(input);

    switch (how >> 5) {
    case 0:
        NtReadFile(device, event, routine, &state.routines, status, out, out_length, &offset, NULL);
        break;
    case 1:
        NtWriteFile(device, event, routine, &state.routines, status, in, in_length, &offset, NULL);
        break;
    case 2:
        NtFsControlFile(device, event, routine, &state.routines, status, take_code(input), in,
                        in_length, out, out_length);
        break;
    default:
        NtDeviceIoControlFile(device, event, routine, &state.routines, status, take_code(input), in,
                              in_length, out, out_length);
    }
}

/* ---- what else a program does ----------------------------------------------------------- */

static VOID open_device(ULONG number)
{
    static const UNICODE_STRING names[DEVICES] = {RTL_CONSTANT_STRING(L"\\??\\TransferBuffered"),
                                                  RTL_CONSTANT_STRING(L"\\??\\TransferDirect"),
                                                  RTL_CONSTANT_STRING(L"\\??\\TransferNeither")};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK status;

    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)&names[number], OBJ_CASE_INSENSITIVE,
                               NULL, NULL);
    if (!NT_SUCCESS(NtOpenFile(&state.devices[number], GENERIC_READ | GENERIC_WRITE, &attributes,
                               &status, FILE_SHARE_READ | FILE_SHARE_WRITE, 0))) {
        dprintf(2, "fuzz: %ls cannot be opened\n", names[number].Buffer);
        abort();
    }
}

static VOID cancel(struct input *input)
{
    UCHAR how = take(input);
    IO_STATUS_BLOCK status;

    if (how & 4)
        NtCancelIoFile(state.devices[how % DEVICES], &status);
    else
        NtCancelIoFileEx(state.devices[how % DEVICES], &state.status[take(input) % REQUESTS],
                         &status);
}

/* Pages get other contents, other rights, or go, whatever requests hold of them. */
static VOID change_memory(struct input *input)
{
    PVOID address = state.arena + (16 + take(input) % 16) * PAGE_SIZE;
    SIZE_T size = (1 + take(input) % 4) * PAGE_SIZE;
    UCHAR how = take(input);
    ULONG before;

    if (how & 1)
        NtProtectVirtualMemory(NtCurrentProcess(), &address, &size,
                               how & 2 ? PAGE_READONLY : PAGE_READWRITE, &before);
    else if (how & 2)
        NtFreeVirtualMemory(NtCurrentProcess(), &address, &size, MEM_DECOMMIT);
    else
        NtAllocateVirtualMemory(NtCurrentProcess(), &address, 0, &size, MEM_COMMIT, PAGE_READWRITE);
}

static VOID run_routines(VOID)
{
    LARGE_INTEGER now = {.QuadPart = 0};

    NtDelayExecution(TRUE, &now);
}

static VOID operate(struct input *input)
{
    UCHAR what = take(input);
    ULONG device = what % DEVICES;

    if (what < 200) {
        make_request(input);
    } else if (what < 220) {
        cancel(input);
    } else if (what < 235) {
        change_memory(input);
    } else if (what < 245) {
        NtClose(state.devices[device]);
        open_device(device);
    } else {
        run_routines();
    }
}

/* ---- libFuzzer's calls ------------------------------------------------------------------ */

/* Behind it is nothing for as far as a length can reach. */
static VOID make_arena(VOID)
{
    SIZE_T size = ARENA_PAGES * PAGE_SIZE, page = PAGE_SIZE, room = size + MAXULONG;
    PVOID address = NULL;
    ULONG before;

    NtAllocateVirtualMemory(NtCurrentProcess(), &address, 0, &room, MEM_RESERVE, PAGE_READWRITE);
    NtAllocateVirtualMemory(NtCurrentProcess(), &address, 0, &size, MEM_COMMIT, PAGE_READWRITE);
    state.arena = address;
    address = state.arena + CONSTANT_PAGE * PAGE_SIZE;
    NtProtectVirtualMemory(NtCurrentProcess(), &address, &page, PAGE_READONLY, &before);
    address = state.arena + HOLE_PAGE * PAGE_SIZE;
    NtFreeVirtualMemory(NtCurrentProcess(), &address, &page, MEM_DECOMMIT);
}

static void stop(void)
{
    ke_current()->previous_mode = KernelMode;
    if (ntio_unload_driver(NTIO_DRIVER_NAME) < 0) {
        dprintf(2, "fuzz: the driver is not unloaded\n");
        abort();
    }
    ntio_stop();
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct ntio_options options = {.size = sizeof(options), .report_requests = 1};
    CHAR reason[512] = "";

    UNREFERENCED_PARAMETER(count);
    UNREFERENCED_PARAMETER(arguments);
    if (ntio_start(&options) < 0 ||
        ntio_load_driver(NTIO_DRIVER, NULL, reason, sizeof(reason)) < 0) {
        dprintf(2, "fuzz: no driver: %s\n", reason);
        abort();
    }
    atexit(stop);
    ke_current()->previous_mode = UserMode;
    make_arena();
    NtCreateEvent(&state.event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);
    left_remember(0);
    return 0;
}

int LLVMFuzzerTestOneInput(const UCHAR *bytes, SIZE_T size)
{
    struct input input = {bytes, size};
    ULONG i;

    for (i = 0; i < DEVICES; i++)
        open_device(i);
    while (input.left)
        operate(&input);
    for (i = 0; i < DEVICES; i++)
        NtClose(state.devices[i]);
    run_routines();
    left_check(ARENA_PAGES);
    return 0;
}
