/*
 * The monitor: a socket at which another process of the same user asks what the
 * kernel in this one holds.
 */
#include "hal.h"
#include "monitor_path.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Written by hal_monitor_start and _stop only, which the kernel calls one after the other. */
static struct monitor {
    int listener;
    struct hal_thread *thread;
    hal_monitor_handler handler;
    struct sockaddr_un address;
} monitor = {.listener = -1};

/* Only the user himself, or root, is answered. */
static int is_allowed(int connection)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return !getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
           (peer.uid == getuid() || peer.uid == 0);
}

static void answer(int connection)
{
    char request[1024];
    ssize_t length = recv(connection, request, sizeof request - 1, 0);
    if (length <= 0)
        return;
    request[length] = '\0';
    request[strcspn(request, "\n")] = '\0';
    monitor.handler(request, &connection);
}

static void serve(void *unused)
{
    int connection;
    (void)unused;
    while ((connection = accept4(monitor.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0 ||
           errno == EINTR) {
        if (connection < 0)
            continue;
        if (is_allowed(connection))
            answer(connection);
        close(connection);
    }
}

HALAPI void hal_monitor_write(void *connection, const char *text, hal_size bytes)
{
    int fd = *(int *)connection;
    while (bytes) {
        ssize_t sent = send(fd, text, bytes, MSG_NOSIGNAL);
        if (sent <= 0 && errno != EINTR)
            return;
        if (sent > 0) {
            text += sent;
            bytes -= (hal_size)sent;
        }
    }
}

static int open_listener(void)
{
    char folder[96];
    int error = monitor_make_folder(folder, sizeof folder);

    if (error)
        return -error;
    if (!monitor_path(monitor.address.sun_path, sizeof monitor.address.sun_path,
                      (unsigned)getpid()))
        return HAL_EINVAL;
    monitor.address.sun_family = AF_UNIX;
    unlink(monitor.address.sun_path);
    monitor.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (monitor.listener < 0)
        return -errno;
    if (bind(monitor.listener, (struct sockaddr *)&monitor.address, sizeof monitor.address) ||
        listen(monitor.listener, 8))
        return -errno;
    return HAL_OK;
}

static void close_listener(void)
{
    if (monitor.listener >= 0)
        close(monitor.listener);
    if (*monitor.address.sun_path)
        unlink(monitor.address.sun_path);
    monitor = (struct monitor){.listener = -1};
}

HALAPI int hal_monitor_start(hal_monitor_handler handler)
{
    int error = open_listener();

    monitor.handler = handler;
    if (!error)
        error = hal_thread_create(&monitor.thread, serve, NULL, "ntio-monitor");
    if (error)
        close_listener();
    return error;
}

HALAPI void hal_monitor_stop(void)
{
    if (monitor.thread) {
        shutdown(monitor.listener, SHUT_RDWR);
        hal_thread_join(monitor.thread);
    }
    close_listener();
}
