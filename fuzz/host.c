/*
 * A hostile driver host, and programs that use its devices, in this process: an input is what the
 * host does (hostile_host.c) while requests of all kinds are with it.
 *
 * Whatever it does: no sanitizer has anything to say, no bug check comes, every request ends, its
 * devices can be removed, and then everything is as it was.
 */
#include <ntifs.h>

#include "io/services.h"
#include "ke/ke.h"
#include "ob/services.h"
#include "rtl/rtl.h"
#include "../include/ntio/ntio.h"
#include "left.h"

#define ARENA_PAGES 64u
#define REQUESTS 24u
#define DEVICE "ROOT\\UMDFLENT"
#define PATH_BYTES 128
#define REMOVAL_TRIES 20000 /* of a millisecond each */

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const UCHAR *bytes, SIZE_T size);
DECLSPEC_NORETURN void abort(void);
int atexit(void (*function)(void));
int dprintf(int file, const char *format, ...);
int setenv(const char *name, const char *value, int replaces);
char *mkdtemp(char *path);
int symlink(const char *from, const char *to);
int unlink(const char *path);
int rmdir(const char *path);
int creat(const char *path, unsigned mode);
LONG64 write(int file, const void *bytes, SIZE_T size);
int close(int file);

static struct {
    CHAR folder[PATH_BYTES], host[PATH_BYTES], input[PATH_BYTES], driver[PATH_BYTES];
    PUCHAR arena;
    HANDLE device;
    IO_STATUS_BLOCK status[REQUESTS];
} state = {.folder = "/tmp/ntio-fuzz-XXXXXX"};

static DECLSPEC_NORETURN void fail(const char *what, const char *reason)
{
    dprintf(2, "fuzz: %s: %s\n", what, reason);
    abort();
}

/* ---- a program's requests ------------------------------------------------------------------ */

static BOOLEAN open_device(VOID)
{
    static const UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\??\\FuzzHost");
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK status;

    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)&name, OBJ_CASE_INSENSITIVE, NULL,
                               NULL);
    return NT_SUCCESS(NtOpenFile(&state.device, GENERIC_READ | GENERIC_WRITE, &attributes, &status,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, 0));
}

static VOID make_request(ULONG number, UCHAR how)
{
    PIO_STATUS_BLOCK status = &state.status[number];
    PVOID buffer = state.arena + how % 16 * PAGE_SIZE + (how & 16 ? how : 0);
    ULONG length = how & 32 ? 5 * PAGE_SIZE + how : how;
    LARGE_INTEGER offset = {.QuadPart = 0};

    switch (how >> 6) {
    case 0:
        NtReadFile(state.device, NULL, NULL, NULL, status, buffer, length, &offset, NULL);
        break;
    case 1:
        NtWriteFile(state.device, NULL, NULL, NULL, status, buffer, length, &offset, NULL);
        break;
    default:
        NtDeviceIoControlFile(state.device, NULL, NULL, NULL, status,
                              CTL_CODE(40000u, how, how % 4, FILE_ANY_ACCESS), buffer, length,
                              state.arena + 32 * PAGE_SIZE + how % 8, length);
    }
}

static VOID use_device(const UCHAR *bytes, SIZE_T size)
{
    IO_STATUS_BLOCK status;
    ULONG i;

    if (!open_device())
        return;
    for (i = 0; i < REQUESTS && i < size; i++) {
        make_request(i, bytes[i]);
        if (bytes[i] % 16 == 3)
            NtCancelIoFileEx(state.device, &state.status[i / 2], &status);
    }
    NtClose(state.device);
}

/* ---- libFuzzer's calls ------------------------------------------------------------------ */

static VOID write_input(const UCHAR *bytes, SIZE_T size)
{
    int file = creat(state.input, 0644);

    if (file < 0 || write(file, bytes, size) != (LONG64)size)
        fail("the input cannot be written", state.input);
    close(file);
}

static void stop(void)
{
    ke_current()->previous_mode = KernelMode;
    ntio_stop();
    unlink(state.input);
    unlink(state.host);
    unlink(state.driver);
    rmdir(state.folder);
}

static VOID make_names(VOID)
{
    if (!mkdtemp(state.folder))
        fail("there is no room for a host", state.folder);
    rtl_format(state.host, sizeof(state.host), "%s/host", state.folder);
    rtl_format(state.input, sizeof(state.input), "%s/host.input", state.folder);
    rtl_format(state.driver, sizeof(state.driver), "%s/driver.so", state.folder);
    if (symlink(NTIO_HOSTILE, state.host) || symlink(NTIO_HOSTILE, state.driver))
        fail("there is no host", state.host);
    setenv("NTIO_HOST", state.host, 1);
    setenv("NTIO_HOST_TIMEOUT", "1", 1);
}

static VOID make_arena(VOID)
{
    SIZE_T size = ARENA_PAGES * PAGE_SIZE;
    PVOID address = NULL;

    NtAllocateVirtualMemory(NtCurrentProcess(), &address, 0, &size, MEM_COMMIT | MEM_RESERVE,
                            PAGE_READWRITE);
    state.arena = address;
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct ntio_options options = {.size = sizeof(options), .report_requests = 1};
    CHAR reason[512] = "";

    UNREFERENCED_PARAMETER(count);
    UNREFERENCED_PARAMETER(arguments);
    make_names();
    if (ntio_start(&options) < 0 || ntio_add_driver_file(state.driver) < 0 ||
        ntio_install_inf(NTIO_INF, reason, sizeof(reason)) < 0)
        fail("no driver", reason);
    atexit(stop);
    make_arena();
    LLVMFuzzerTestOneInput((const UCHAR *)"", 0);
    left_remember('geRC'); /* the registry, with device interfaces, which stay */
    return 0;
}

static NTSTATUS remove_device(enum ntio_removal how, PSTR reason, ULONG size)
{
    NTSTATUS status = ntio_remove_device(DEVICE, how, reason, size);

    ntio_settle();
    return status;
}

/* It goes when its last file does, and that goes once what is with the host is given up. */
static VOID await_removal(VOID)
{
    LARGE_INTEGER soon = {.QuadPart = -10000};
    CHAR reason[512] = "";
    ULONG i;

    for (i = 0;
         remove_device(NTIO_SURPRISE_REMOVE, reason, sizeof(reason)) != STATUS_NO_SUCH_DEVICE;
         i++) {
        if (i == REMOVAL_TRIES)
            fail("the device does not go", reason);
        NtDelayExecution(FALSE, &soon);
    }
}

/* As an administrator's program, which a host's failure does not keep from removing its device. */
int LLVMFuzzerTestOneInput(const UCHAR *bytes, SIZE_T size)
{
    CHAR reason[512] = "";

    write_input(bytes, size);
    ke_current()->previous_mode = KernelMode;
    if (ntio_add_device(DEVICE, reason, sizeof(reason)) >= 0) {
        ke_current()->previous_mode = UserMode;
        use_device(bytes, size);
        ke_current()->previous_mode = KernelMode;
    }
    ntio_settle();
    if (size && bytes[0] & 1)
        remove_device(NTIO_REMOVE, reason, sizeof(reason));
    await_removal();
    left_check(ARENA_PAGES);
    return 0;
}
