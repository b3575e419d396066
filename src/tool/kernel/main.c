/*
 * ntio-kernel: the kernel as a process of its own. `ntio serve` starts it, or
 * systemd, and it serves until it is told to end.
 *
 * ntio-kernel [SOCKET [MODE]]: without a socket, the one that systemd has passed.
 * What it loads is in the environment, as for a program (see ntio.h).
 */
#include "../../../include/ntio/ntio.h"
#include "../../hal/journal.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_LOAD = 4 };
enum {
    STATUS_COLLISION = (int)0xC0000035,
    STATUS_NO_NAME = (int)0xC0000034,
    STATUS_DENIED = (int)0xC0000022,
    STATUS_UNSUPPORTED = (int)0xC00000BB
};

struct service {
    const char *socket; /* NULL: systemd's */
    unsigned mode;
    unsigned programs; /* at the same time, at most; 0: as many as ntio can */
    sigset_t end;      /* the signals that end it */
};

/*
 * Tells who started this process how it is (sd_notify(3)), if that wants to know;
 * false if nobody does.
 */
static int notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = path ? strlen(path) : 0;
    int fd;

    if (!length || length >= sizeof address.sun_path)
        return 0;
    memcpy(address.sun_path, path, length);
    if (*path == '@') /* a name outside of the file system */
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(fd);
    return 1;
}

static int fail(const char *what, int status)
{
    fprintf(stderr, "%sntio: %s (0x%08X)\n", journal_is_stderr() ? "<3>" : "", what,
            (unsigned)status);
    return EXIT_LOAD;
}

static int start(void)
{
    struct ntio_options options = {.size = sizeof options,
                                   .root = getenv("NTIO_ROOT") ? NULL : ".",
                                   .save_registry = getenv("NTIO_SAVE_REGISTRY"),
                                   .report_requests = getenv("NTIO_REPORT_REQUESTS") != NULL,
                                   .monitor = 1};
    char reason[4096] = "";
    int status = ntio_start(&options);

    if (status < 0)
        return fail("the system did not start", status);
    status = ntio_load_environment(reason, sizeof reason);
    if (status >= 0)
        return 0;
    ntio_stop();
    return fail(reason, status);
}

static const char *why_no_socket(int status)
{
    switch (status) {
    case STATUS_COLLISION:
        return "somebody listens there already, or it is no socket";
    case STATUS_DENIED:
        return "it may not be made there";
    case STATUS_NO_NAME:
        return "there is no such folder, or systemd has passed no socket";
    default:
        return "it cannot be listened at";
    }
}

static int serve(const struct service *service)
{
    const char *where = service->socket ? service->socket : "systemd's socket";
    char text[256];
    int status = ntio_serve(service->socket, service->mode, service->programs), signal;

    if (status < 0) {
        snprintf(text, sizeof text, "%s: %s", where, why_no_socket(status));
        return fail(text, status);
    }
    if (!notify("READY=1")) {
        printf("ntio: serving at %s; ntio exec PROGRAM joins it\n", where);
        fflush(stdout);
    }
    sigwait(&service->end, &signal);
    notify("STOPPING=1");
    ntio_serve_stop();
    return 0;
}

/*
 * All of it: the main thread does nothing, since its stack is where programs may
 * have memory, and so is not to grow.
 */
static void *run(void *argument)
{
    static int code;

    code = start();
    if (!code) {
        code = serve(argument);
        ntio_stop();
    }
    return &code;
}

static int usage(void)
{
    fputs("usage: ntio-kernel [SOCKET [MODE]]\nntio serve starts it with drivers: see ntio(1)\n",
          stderr);
    return EXIT_USAGE;
}

static int prepare(char **arguments)
{
    int status = ntio_serve_prepare(arguments);

    if (status == STATUS_DENIED)
        return fail("Linux does not let this process choose where its memory is: allow it "
                    "personality(), which containers may forbid, or a stack without limit "
                    "(ulimit -Hs unlimited)",
                    status);
    if (status == STATUS_UNSUPPORTED)
        return fail("the kernel cannot have a process of its own like this: a sanitizer, or how "
                    "it was linked, has its memory where programs have theirs",
                    status);
    return status < 0 ? fail("its own memory cannot be kept out of programs' addresses", status)
                      : 0;
}

int main(int count, char **arguments)
{
    struct service service = {.mode = 0600};
    pthread_t worker;
    const char *programs = getenv("NTIO_PROGRAMS");
    char *end = "";
    void *code;

    if (count > 1)
        service.socket = arguments[1];
    if (programs)
        service.programs = (unsigned)strtoul(programs, &end, 10);
    if (*end)
        return fail("NTIO_PROGRAMS is no number", 0);
    if (count > 2)
        service.mode = (unsigned)strtoul(arguments[2], &end, 8);
    if (count > 3 || *end || service.mode > 0777 || (count > 1 && *arguments[1] == '-'))
        return usage();
    if (prepare(arguments))
        return EXIT_LOAD;
    sigemptyset(&service.end);
    sigaddset(&service.end, SIGTERM);
    sigaddset(&service.end, SIGINT);
    /* Blocked in every thread, so that they wait for the one that takes them. */
    pthread_sigmask(SIG_BLOCK, &service.end, NULL);
    signal(SIGPIPE, SIG_IGN); /* who reads the messages may end first */
    if (pthread_create(&worker, NULL, run, &service))
        return fail("there is no thread to serve on", 0);
    pthread_join(worker, &code);
    return *(int *)code;
}
