/*
 * The channel's socket: two connected ends that pass messages and descriptors.
 * The other end may be hostile: whatever it sends costs it its own connection.
 */
#include "channel.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#define NANOSECONDS 1000000000ll
#define DESCRIPTORS 8
/* Linux has no process with more groups. */
#define GROUPS 65536

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

struct hal_peer {
    int fd;
    int process;        /* readable once the other process has ended; -1: not watched */
    hal_u32 is_stopped; /* atomic: hal_peer_stop was called */
};

int channel_socket(struct sockaddr_un *address, const char *path)
{
    size_t length = strlen(path);
    int fd;

    if (!length || length >= sizeof address->sun_path)
        return HAL_EINVAL;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return fd < 0 ? hal_error_from(-errno) : fd;
}

int channel_peer(struct hal_peer **peer, int socket)
{
    struct hal_peer *made = hal_allocate(sizeof *made);

    if (!made) {
        close(socket);
        return HAL_ENOMEM;
    }
    made->fd = socket;
    made->process = -1;
    *peer = made;
    return HAL_OK;
}

int channel_poll(struct pollfd *waits, hal_u32 count, hal_i64 deadline)
{
    struct timespec span, *limit = deadline == HAL_FOREVER ? NULL : &span;
    int ready;

    do {
        hal_i64 left = limit ? deadline - hal_clock_monotonic() : 0;

        left = left < 0 ? 0 : left;
        span = (struct timespec){left / NANOSECONDS, left % NANOSECONDS};
        ready = ppoll(waits, count, limit, NULL);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return hal_error_from(-errno);
    return ready ? HAL_OK : HAL_ETIMEDOUT;
}

HALAPI int hal_connect(struct hal_peer **peer, const char *path)
{
    struct timeval patience = {CHANNEL_PATIENCE / NANOSECONDS, 0};
    struct sockaddr_un address;
    int fd = channel_socket(&address, path), error;

    if (fd < 0)
        return fd;
    /* Who listens may have a queue full of others, and never come to accept them. */
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        error = errno == EPROTOTYPE ? HAL_EINVAL : hal_error_from(-errno);
        close(fd);
        return error;
    }
    return channel_peer(peer, fd);
}

static int read_groups(int fd, struct hal_credentials *credentials)
{
    hal_u32 *groups = hal_allocate(GROUPS * sizeof *groups);
    socklen_t size = GROUPS * sizeof *groups;
    int error = HAL_OK;

    if (!groups)
        return HAL_ENOMEM;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size)) {
        error = hal_error_from(-errno);
    } else if (size > sizeof credentials->groups) {
        error = HAL_EOPNOTSUPP; /* a group left out could be the one that is denied */
    } else {
        memcpy(credentials->groups, groups, size);
        credentials->group_count = size / sizeof *groups;
    }
    hal_free(groups);
    return error;
}

HALAPI int hal_peer_credentials(struct hal_peer *peer, struct hal_credentials *credentials)
{
    struct ucred who;
    socklen_t size = sizeof who;

    memset(credentials, 0, sizeof *credentials);
    if (getsockopt(peer->fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
        return hal_error_from(-errno);
    credentials->process = (hal_u32)who.pid;
    credentials->user = who.uid;
    credentials->group = who.gid;
    return read_groups(peer->fd, credentials);
}

HALAPI int hal_peer_watch(struct hal_peer *peer)
{
    struct ucred who;
    socklen_t size = sizeof peer->process;

    if (!getsockopt(peer->fd, SOL_SOCKET, SO_PEERPIDFD, &peer->process, &size))
        return HAL_OK;
    peer->process = -1;
    if (errno != ENOPROTOOPT)
        return hal_error_from(-errno);
    size = sizeof who;
    if (getsockopt(peer->fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
        return hal_error_from(-errno);
    peer->process = (int)syscall(SYS_pidfd_open, who.pid, 0);
    return peer->process < 0 ? hal_error_from(-errno) : HAL_OK;
}

/* Room for descriptors beside a message, aligned as Linux wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
};

static int error_of_send(int error)
{
    switch (error) {
    case ECONNRESET:
    case ENOTCONN:
        return HAL_EPIPE;
    case EMSGSIZE:
        return HAL_EINVAL;
    case ETOOMANYREFS: /* too many descriptors on their way to somebody */
        return HAL_EMFILE;
    case ENOBUFS:
        return HAL_ENOMEM;
    default:
        return hal_error_from(-error);
    }
}

HALAPI int hal_send(struct hal_peer *peer, const void *bytes, hal_size size, const int *descriptors,
                    hal_u32 count)
{
    hal_i64 deadline = hal_clock_monotonic() + CHANNEL_PATIENCE;
    struct iovec piece = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    struct pollfd wait = {peer->fd, POLLOUT, 0};
    union control control = {0};

    if (!size || count > DESCRIPTORS)
        return HAL_EINVAL; /* an empty message reads as the end */
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
    }
    while (sendmsg(peer->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno != EINTR && errno != EAGAIN)
            return error_of_send(errno);
        if (errno == EAGAIN && channel_poll(&wait, 1, deadline))
            return HAL_EAGAIN;
    }
    return HAL_OK;
}

/* Appends what came to descriptors, which has the room that Linux was told of. */
static hal_u32 take_descriptors(struct msghdr *message, int *descriptors)
{
    hal_u32 count = 0;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        hal_u32 here;

        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        here = (hal_u32)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors + count, CMSG_DATA(part), here * sizeof(int));
        count += here;
    }
    return count;
}

/*
 * Takes one message that is there. Linux is told of exactly as much room for
 * descriptors as the caller has, so no other is ever opened here.
 */
static hal_i64 take_message(struct hal_peer *peer, void *bytes, hal_size size, int *descriptors,
                            hal_u32 *count)
{
    hal_u32 room = *count < DESCRIPTORS ? *count : DESCRIPTORS;
    struct iovec piece = {bytes, size};
    union control control;
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t got;

    if (room) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_LEN(room * sizeof(int));
    }
    got = recvmsg(peer->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    *count = 0;
    if (got < 0)
        return -errno;
    *count = take_descriptors(&message, descriptors);
    if (got > 0 && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return got;
    for (hal_u32 i = 0; i < *count; i++)
        close(descriptors[i]);
    /* With room left over it was this process that had no descriptors left. */
    if (got > 0 && !(message.msg_flags & MSG_TRUNC) && *count < room)
        got = -EMFILE;
    else if (got > 0)
        got = -EINVAL;
    *count = 0;
    return got;
}

HALAPI hal_i64 hal_receive(struct hal_peer *peer, void *bytes, hal_size size, int *descriptors,
                           hal_u32 *count, hal_i64 deadline)
{
    struct pollfd waits[] = {{peer->fd, POLLIN, 0}, {peer->process, POLLIN, 0}};
    hal_u32 room = *count;

    *count = 0;
    /* Acquire: pairs with hal_peer_stop's release. */
    while (!__atomic_load_n(&peer->is_stopped, __ATOMIC_ACQUIRE)) {
        hal_i64 got;
        int error;

        *count = room;
        got = take_message(peer, bytes, size, descriptors, count);
        if (got >= 0)
            return got;
        /* A peer that has gone without reading all is told of once, before its own last words. */
        if (got == -EINTR || got == -ECONNRESET)
            continue;
        if (got != -EAGAIN)
            return hal_error_from((long)got);
        if (waits[1].revents) /* whoever else has its socket does not speak for it */
            break;
        error = channel_poll(waits, 2, deadline);
        if (error)
            return error;
    }
    return 0;
}

HALAPI void hal_descriptor_close(int descriptor)
{
    close(descriptor);
}

HALAPI void hal_peer_stop(struct hal_peer *peer)
{
    __atomic_store_n(&peer->is_stopped, 1, __ATOMIC_RELEASE);
    shutdown(peer->fd, SHUT_RDWR);
}

HALAPI void hal_peer_close(struct hal_peer *peer)
{
    if (!peer)
        return;
    close(peer->fd);
    if (peer->process >= 0)
        close(peer->process);
    hal_free(peer);
}
