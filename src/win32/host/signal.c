#include "../host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A signal handler may do next to nothing: it passes the event on to a thread. */
static struct {
    int pipe[2];
    void (*handler)(int event);
} interrupt;

static void on_signal(int signal)
{
    int saved = errno;
    char event = signal == SIGINT ? 0 : signal == SIGQUIT ? 1 : 2;
    /* A full pipe has events enough. */
    if (write(interrupt.pipe[1], &event, 1) < 0)
        errno = saved;
}

static void pass_on(void *unused)
{
    char event;
    (void)unused;
    while (ntio_host_read(interrupt.pipe[0], &event, 1) == 1)
        interrupt.handler(event);
}

int ntio_host_on_interrupt(void (*handler)(int event))
{
    static const int signals[] = {SIGINT, SIGQUIT, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    interrupt.handler = handler;
    if (pipe2(interrupt.pipe, O_CLOEXEC))
        return -errno;
    if (ntio_host_thread_start(pass_on, NULL, 0) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    return 0;
}

int ntio_host_is_traced(void)
{
    char line[128];
    int tracer = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    if (status)
        fclose(status);
    return tracer != 0;
}
