/*
 * The channel's listening side: a socket in the file system, or systemd's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "channel.h"

#define BACKLOG 4096
#define PASSED_FIRST 3    /* SD_LISTEN_FDS_START */
#define MOMENT 10000000ll /* ns between two looks for a descriptor */

struct hal_listener {
    int fd;
    int stop;           /* eventfd: readable once hal_accept is to return for good */
    int spare;          /* given up to refuse somebody when there are no descriptors left; or -1 */
    int lock;           /* locked for as long as the path is ours; -1 for systemd's socket */
    hal_u32 is_stopped; /* atomic */
    dev_t device;       /* of the socket's file, with its inode */
    ino_t inode;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    char lock_path[sizeof((struct sockaddr_un *)0)->sun_path + 8];
};

/* ---- the path ------------------------------------------------------------ */

/* The folder is made for the user alone, if only it is missing. */
static int open_lock(const struct hal_listener *listener)
{
    enum { HOW = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW };
    char folder[sizeof listener->path];
    int fd = open(listener->lock_path, HOW, 0600);
    char *slash;

    if (fd >= 0 || errno != ENOENT)
        return fd;
    memcpy(folder, listener->path, sizeof folder);
    slash = strrchr(folder, '/');
    if (!slash)
        return fd;
    *slash = 0;
    if (mkdir(folder, 0700) && errno != EEXIST)
        return -1;
    return open(listener->lock_path, HOW, 0600);
}

/*
 * Two that start at once both find a socket's file that nobody listens at, and
 * the slower one would remove the other's new one. So who has the lock has the
 * path. It may have been opened just before its last owner removed its file:
 * then it is nobody's.
 */
static int take_path(struct hal_listener *listener)
{
    struct stat locked, named;
    int error = HAL_OK, fd;

    for (;;) {
        fd = open_lock(listener);
        if (fd < 0)
            return hal_error_from(-errno);
        if (flock(fd, LOCK_EX | LOCK_NB))
            error = errno == EWOULDBLOCK ? HAL_EEXIST : hal_error_from(-errno);
        else if (!fstat(fd, &locked) && !stat(listener->lock_path, &named) &&
                 named.st_ino == locked.st_ino && named.st_dev == locked.st_dev)
            break;
        close(fd);
        if (error)
            return error;
    }
    listener->lock = fd;
    return HAL_OK;
}

/* Removes a socket's file that nobody listens at. */
static int remove_stale(const char *path)
{
    struct hal_peer *peer;
    struct stat status;
    int error;

    if (lstat(path, &status))
        return errno == ENOENT ? HAL_OK : hal_error_from(-errno);
    if (!S_ISSOCK(status.st_mode))
        return HAL_EEXIST;
    error = hal_connect(&peer, path);
    if (!error)
        hal_peer_close(peer);
    if (error == HAL_ECONNREFUSED)
        return unlink(path) && errno != ENOENT ? hal_error_from(-errno) : HAL_OK;
    /* Somebody who does not accept, or of another kind, listens as well. */
    return !error || error == HAL_EAGAIN || error == HAL_EINVAL ? HAL_EEXIST : error;
}

/* Nobody can connect before listen, so the file has its mode in time. */
static int open_path(struct hal_listener *listener, const char *path, hal_u32 mode)
{
    struct sockaddr_un address;
    struct stat status;
    int error;

    listener->fd = channel_socket(&address, path);
    if (listener->fd < 0)
        return listener->fd;
    memcpy(listener->path, address.sun_path, sizeof listener->path);
    snprintf(listener->lock_path, sizeof listener->lock_path, "%s.lock", path);
    error = take_path(listener);
    if (!error)
        error = remove_stale(path);
    if (error)
        return error;
    if (bind(listener->fd, (struct sockaddr *)&address, sizeof address))
        return errno == EADDRINUSE ? HAL_EEXIST : hal_error_from(-errno);
    if (stat(path, &status))
        return hal_error_from(-errno);
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    if (chmod(path, 0600 | (mode & 0777)) || listen(listener->fd, BACKLOG))
        return hal_error_from(-errno);
    return HAL_OK;
}

/* Other files at the path are not ours to remove; the lock is let go last. */
static void leave_path(struct hal_listener *listener)
{
    struct stat status;

    if (listener->inode && !lstat(listener->path, &status) && status.st_ino == listener->inode &&
        status.st_dev == listener->device)
        unlink(listener->path);
    unlink(listener->lock_path);
    close(listener->lock);
}

/* ---- systemd's ----------------------------------------------------------- */

static int option_of(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &size) ? -1 : value;
}

/* A copy, since the socket is there for the next hal_listen as well. */
static int open_passed(struct hal_listener *listener)
{
    const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

    if (!process || !count || strtoul(process, NULL, 10) != (unsigned long)getpid() ||
        strtoul(count, NULL, 10) == 0)
        return HAL_ENOENT;
    if (strtoul(count, NULL, 10) != 1 || option_of(PASSED_FIRST, SO_DOMAIN) != AF_UNIX ||
        option_of(PASSED_FIRST, SO_TYPE) != SOCK_SEQPACKET ||
        option_of(PASSED_FIRST, SO_ACCEPTCONN) != 1)
        return HAL_EINVAL;
    fcntl(PASSED_FIRST, F_SETFD, FD_CLOEXEC);
    listener->fd = fcntl(PASSED_FIRST, F_DUPFD_CLOEXEC, PASSED_FIRST + 1);
    return listener->fd < 0 ? hal_error_from(-errno) : HAL_OK;
}

/* ---- the listener -------------------------------------------------------- */

/* A kernel has a few descriptors a program, and Linux's usual limit is for select(). */
static void raise_limit(void)
{
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

HALAPI int hal_listen(struct hal_listener **listener, const char *path, hal_u32 mode)
{
    struct hal_listener *made = hal_allocate(sizeof *made);
    int error;

    if (!made)
        return HAL_ENOMEM;
    made->fd = made->lock = made->spare = -1;
    raise_limit();
    made->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made->stop < 0)
        error = hal_error_from(-errno);
    else
        error = path ? open_path(made, path, mode) : open_passed(made);
    if (error) {
        hal_listen_close(made);
        return error;
    }
    fcntl(made->fd, F_SETFL, fcntl(made->fd, F_GETFL) | O_NONBLOCK);
    made->spare = open_spare();
    *listener = made;
    return HAL_OK;
}

/* With no descriptor for it a connection would stay first in the queue for ever. */
static int accept_spare(struct hal_listener *listener)
{
    if (listener->spare < 0)
        return -1;
    close(listener->spare);
    listener->spare = -1;
    return accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
}

static int accept_one(struct hal_listener *listener, struct hal_peer **peer)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC), error = HAL_OK;

    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
        error = HAL_EMFILE;
        fd = accept_spare(listener);
    }
    if (fd >= 0)
        return channel_peer(peer, fd) ? HAL_ENOMEM : error;
    return error ? error : -errno;
}

HALAPI int hal_accept(struct hal_listener *listener, struct hal_peer **peer)
{
    struct pollfd waits[] = {{listener->fd, POLLIN, 0}, {listener->stop, POLLIN, 0}};

    *peer = NULL;
    if (listener->spare < 0) /* who had it has gone */
        listener->spare = open_spare();
    for (;;) {
        int error = channel_poll(waits, 2, HAL_FOREVER);

        if (error)
            return error;
        /* Acquire: pairs with hal_listen_stop's release. */
        if (__atomic_load_n(&listener->is_stopped, __ATOMIC_ACQUIRE))
            return HAL_EBADF;
        error = accept_one(listener, peer);
        if (error == HAL_EMFILE && !*peer) /* descriptors come back when programs go */
            channel_poll(waits + 1, 1, hal_clock_monotonic() + MOMENT);
        if (error != -EAGAIN && error != -EINTR && error != -ECONNABORTED)
            return hal_error_from(error);
    }
}

/* systemd's socket goes on listening, for whoever it starts next. */
HALAPI void hal_listen_stop(struct hal_listener *listener)
{
    hal_u64 one = 1;

    __atomic_store_n(&listener->is_stopped, 1, __ATOMIC_RELEASE);
    if (listener->lock >= 0)
        shutdown(listener->fd, SHUT_RDWR);
    linux_call3(SYS_write, listener->stop, (long)&one, sizeof one);
}

HALAPI void hal_listen_close(struct hal_listener *listener)
{
    if (!listener)
        return;
    if (listener->lock >= 0)
        leave_path(listener);
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->stop >= 0)
        close(listener->stop);
    if (listener->spare >= 0)
        close(listener->spare);
    hal_free(listener);
}
