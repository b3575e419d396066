/*
 * A kernel that serves a hostile program. Whatever the program does: the kernel
 * lives, has nothing left of it soon after its end, and serves others.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 30     /* after which something hangs: the slowest takes two */
#define ORDINARY 65534 /* nobody */
#define BYTES 64u      /* of a request */

static struct {
    pid_t id;
    char folder[64], socket[80];
    unsigned threads, descriptors; /* that it has without programs */
    struct rest rest;              /* so too */
} kernel = {.folder = "/tmp/ntio-fuzz-XXXXXX"};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

/* ---- its beginning and end ---------------------------------------------------------------- */

/* libFuzzer has an alarm every few minutes. */
static int await_child(pid_t id)
{
    int status = -1;

    while (waitpid(id, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static pid_t start(char *const arguments[])
{
    pid_t id = fork();

    if (id)
        return id;
    /* A harness that fails leaves no kernel behind. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!chdir(kernel.folder))
        execv(arguments[0], arguments);
    _exit(127);
}

static void run(char *const arguments[])
{
    if (await_child(start(arguments)))
        fail("a driver cannot be built");
}

static int open_notices(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int notices = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    if (notices < 0 || bind(notices, (struct sockaddr *)&address, sizeof address))
        fail("there is no socket for the kernel's notices");
    setenv("NOTIFY_SOCKET", path, 1);
    return notices;
}

static void build_drivers(void)
{
    run((char *[]){NTIO_COMMAND, "build", NTIO_SANITIZER, "-o", kernel.folder,
                   NTIO_SOURCE "/examples/transfer/sys/transfer.vcxproj", NULL});
    run((char *[]){NTIO_COMMAND, "build", NTIO_SANITIZER, "-o", kernel.folder, "--name", "mailbox",
                   NTIO_SOURCE "/tests/end-to-end/mailbox/driver.c", NULL});
}

static void start_kernel(void)
{
    char notice[96], transfer[96], mailbox[96];
    struct pollfd wait = {.events = POLLIN};

    snprintf(kernel.socket, sizeof kernel.socket, "%s/kernel", kernel.folder);
    snprintf(notice, sizeof notice, "%s/ready", kernel.folder);
    snprintf(transfer, sizeof transfer, "%s/transfer.so", kernel.folder);
    snprintf(mailbox, sizeof mailbox, "%s/mailbox.so", kernel.folder);
    wait.fd = open_notices(notice);
    kernel.id =
        start((char *[]){NTIO_COMMAND, "serve", NTIO_SANITIZER, "-o", kernel.folder, "--socket",
                         kernel.socket, "--mode", "666", transfer, mailbox, NULL});
    while (poll(&wait, 1, 100) == 0)
        if (waitpid(kernel.id, NULL, WNOHANG))
            fail("the kernel does not start");
    close(wait.fd);
}

static void remove_folder(void)
{
    char path[512];
    DIR *folder = opendir(kernel.folder);

    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", kernel.folder, entry->d_name);
        unlink(path);
    }
    closedir(folder);
    rmdir(kernel.folder);
}

static void end_kernel(void)
{
    int status;

    if (!kernel.id)
        return;
    kill(kernel.id, SIGTERM);
    status = await_child(kernel.id);
    if (status) {
        fprintf(stderr, "fuzz: the kernel ended with status 0x%x\n", status);
        _exit(1);
    }
    remove_folder();
}

/* ---- what it has --------------------------------------------------------------------------- */

static unsigned count(const char *what)
{
    char path[64];
    unsigned entries = 0;
    DIR *folder;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)kernel.id, what);
    folder = opendir(path);
    if (!folder)
        fail("the kernel is gone");
    while (readdir(folder))
        entries++;
    closedir(folder);
    return entries;
}

/* A program that is gone leaves neither threads nor descriptors. */
static void await_threads(void)
{
    const struct timespec look = {0, 2000000};
    time_t end = time(NULL) + SECONDS;

    while (count("task") > kernel.threads || count("fd") > kernel.descriptors) {
        if (waitpid(kernel.id, NULL, WNOHANG))
            fail("the kernel is gone");
        if (time(NULL) > end) {
            fprintf(stderr, "fuzz: threads %u of %u, descriptors %u of %u\n", count("task"),
                    kernel.threads, count("fd"), kernel.descriptors);
            fail("a program is gone, but the kernel still has something of it");
        }
        nanosleep(&look, NULL);
    }
}

static void await_rest(bool is_ordinary)
{
    const struct timespec look = {0, 2000000};
    time_t end = time(NULL) + SECONDS;
    const struct rest_row *more;
    struct rest now;

    do {
        if (!rest_query(kernel.id, &now))
            fail("the kernel does not tell what it has");
        more = rest_find(&kernel.rest, &now, is_ordinary);
        if (more && time(NULL) > end) {
            fprintf(stderr, "fuzz: %s %s: %llu in use\n", more->tag, more->pool,
                    (unsigned long long)more->in_use);
            fail("a program is gone, but the kernel still has memory of it");
        }
        if (more)
            nanosleep(&look, NULL);
    } while (more);
    kernel.rest = now;
}

/* ---- a program that behaves ------------------------------------------------------------- */

static void use_driver(const struct program *program, struct opening *opening)
{
    uint8_t *in = (uint8_t *)(opening + 1), *out = in + BYTES;

    for (unsigned i = 0; i < BYTES; i++)
        in[i] = (uint8_t)(i * 7);
    if (program_open(program, opening, "TransferBuffered"))
        fail("a well-behaved program cannot open a device");
    if (program_call(program, LPC_NtDeviceIoControlFile,
                     (uint64_t[LPC_ARGUMENTS]){opening->handle, 0, 0, 0, (uint64_t)opening->status,
                                               0x9C40E400, (uint64_t)in, BYTES, (uint64_t)out,
                                               BYTES}))
        fail("a well-behaved program's request fails");
    for (unsigned i = 0; i < BYTES; i++)
        if ((out[i] ^ in[i]) != 0xff)
            fail("a well-behaved program gets wrong data");
    if (program_call(program, LPC_NtClose, (uint64_t[LPC_ARGUMENTS]){opening->handle}))
        fail("a well-behaved program cannot close its file");
}

static void behave(void)
{
    struct program program;
    struct opening *opening = program_join(&program, kernel.socket, "well-behaved", 1);

    if (!opening)
        fail("a well-behaved program is not served");
    use_driver(&program, opening);
}

/* In a process of its own too, so that what it has in the kernel ends with it. */
static void check_service(void)
{
    pid_t id = fork();

    if (!id) {
        behave();
        _exit(0);
    }
    if (await_child(id))
        fail("the kernel does not serve others any more");
}

/* ---- libFuzzer's calls ------------------------------------------------------------------ */

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    signal(SIGPIPE, SIG_IGN);
    if (!mkdtemp(kernel.folder))
        fail("there is no room for the kernel");
    chmod(kernel.folder, 0711);
    build_drivers();
    start_kernel();
    atexit(end_kernel);
    /* What it makes when it is first used. */
    check_service();
    kernel.threads = count("task");
    kernel.descriptors = count("fd");
    if (!rest_query(kernel.id, &kernel.rest))
        fail("the kernel does not tell what it has");
    return 0;
}

/* Ends the program if that does not: it may be asleep in what it did to itself. */
static void await_end(pid_t id)
{
    const struct timespec look = {0, 1000000};
    time_t end = time(NULL) + SECONDS;

    while (!waitpid(id, NULL, WNOHANG)) {
        if (time(NULL) > end)
            kill(id, SIGKILL);
        nanosleep(&look, NULL);
    }
}

/* The last byte says whose the program is. It has no files, and so needs no rights but to connect.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bool is_ordinary = size && bytes[size - 1] & 1 && !getuid();
    pid_t id = fork();

    if (!id) {
        if (is_ordinary && (setgid(ORDINARY) || setuid(ORDINARY)))
            _exit(1);
        hostile_main(kernel.socket, (struct input){bytes, size});
    }
    await_end(id);
    check_service();
    await_threads();
    await_rest(is_ordinary);
    return 0;
}
