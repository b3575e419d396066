/*
 * Pins: a channel's messages keep their bounds and carry descriptors; what a hostile peer sends
 * leaves nothing behind; stale sockets are replaced and live ones are not; every wait can be ended.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal_cmocka.h"

static struct {
    char folder[40], path[64], lock[72];
} place;

static int make_place(void **state)
{
    (void)state;
    strcpy(place.folder, "/tmp/ntio-channel-XXXXXX");
    if (!mkdtemp(place.folder))
        return -1;
    snprintf(place.path, sizeof place.path, "%s/inner/socket", place.folder);
    snprintf(place.lock, sizeof place.lock, "%s.lock", place.path);
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    unlink(place.path);
    unlink(place.lock);
    *strrchr(place.path, '/') = 0;
    rmdir(place.path);
    return rmdir(place.folder);
}

static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = -1;

    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

struct pair {
    struct hal_listener *listener;
    struct hal_peer *near, *far;
};

static void open_pair(struct pair *pair)
{
    assert_int_equal(hal_listen(&pair->listener, place.path, 0), HAL_OK);
    assert_int_equal(hal_connect(&pair->near, place.path), HAL_OK);
    assert_int_equal(hal_accept(pair->listener, &pair->far), HAL_OK);
}

static void close_pair(struct pair *pair)
{
    hal_peer_close(pair->near);
    hal_peer_close(pair->far);
    hal_listen_close(pair->listener);
}

static hal_i64 receive(struct hal_peer *peer, void *bytes, hal_size size)
{
    hal_u32 none = 0;

    return hal_receive(peer, bytes, size, NULL, &none, HAL_FOREVER);
}

static void test_messages_keep_their_bounds(void **state)
{
    struct pair pair;
    char text[16];
    hal_u32 none = 0;

    (void)state;
    open_pair(&pair);
    assert_int_equal(hal_receive(pair.far, text, sizeof text, NULL, &none, 0), HAL_ETIMEDOUT);
    assert_int_equal(hal_send(pair.near, "first", 5, NULL, 0), HAL_OK);
    assert_int_equal(hal_send(pair.near, "2nd", 3, NULL, 0), HAL_OK);
    assert_int_equal(hal_send(pair.near, "longer than there is room", 25, NULL, 0), HAL_OK);
    assert_int_equal(hal_send(pair.near, "sixteen bytes...", 16, NULL, 0), HAL_OK);
    assert_int_equal(receive(pair.far, text, sizeof text), 5);
    assert_memory_equal(text, "first", 5);
    assert_int_equal(receive(pair.far, text, sizeof text), 3);
    assert_memory_equal(text, "2nd", 3);
    assert_int_equal(receive(pair.far, text, sizeof text), HAL_EINVAL);
    assert_int_equal(receive(pair.far, text, sizeof text), 16);
    assert_memory_equal(text, "sixteen bytes...", 16);
    assert_int_equal(hal_send(pair.far, "back", 4, NULL, 0), HAL_OK);
    assert_int_equal(receive(pair.near, text, sizeof text), 4);
    assert_int_equal(hal_send(pair.near, "", 0, NULL, 0), HAL_EINVAL);
    close_pair(&pair);
}

static void test_descriptors_come_with_it(void **state)
{
    int pipes[2], sent[8], got[8], open = 0;
    struct pair pair;
    char byte;

    (void)state;
    open_pair(&pair);
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < 8; i++)
        sent[i] = pipes[i & 1];
    for (hal_u32 count = 1; count <= 8; count++) {
        hal_u32 came = 8;

        assert_int_equal(hal_send(pair.near, "x", 1, sent, count), HAL_OK);
        open = count_descriptors();
        assert_int_equal(hal_receive(pair.far, &byte, 1, got, &came, HAL_FOREVER), 1);
        assert_int_equal(came, count);
        assert_int_equal(count_descriptors(), open + (int)count);
        for (hal_u32 i = 0; i < count; i++) {
            assert_true(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
            if (i & 1)
                assert_int_equal(write(got[i], "p", 1), 1);
            hal_descriptor_close(got[i]);
        }
    }
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(byte, 'p');
    assert_int_equal(hal_send(pair.near, "x", 1, sent, 9), HAL_EINVAL);
    close(pipes[0]);
    close(pipes[1]);
    close_pair(&pair);
}

static void test_descriptors_without_room_are_not_kept(void **state)
{
    int sent[8] = {0}, got[8], open;
    struct pair pair;
    hal_u32 came;
    char byte[2];

    (void)state;
    open_pair(&pair);
    open = count_descriptors();
    for (hal_u32 room = 0; room < 4; room++) {
        assert_int_equal(hal_send(pair.near, "x", 1, sent, room + 1), HAL_OK);
        came = room;
        assert_int_equal(hal_receive(pair.far, byte, 2, got, &came, HAL_FOREVER), HAL_EINVAL);
        assert_int_equal(came, 0);
        assert_int_equal(count_descriptors(), open);
    }
    assert_int_equal(hal_send(pair.near, "too long", 8, sent, 2), HAL_OK);
    came = 8;
    assert_int_equal(hal_receive(pair.far, byte, 2, got, &came, HAL_FOREVER), HAL_EINVAL);
    assert_int_equal(came, 0);
    assert_int_equal(count_descriptors(), open);
    close_pair(&pair);
}

/* What only a foreign program sends: nothing but descriptors reads as its end. */
static void test_empty_message_with_descriptors(void **state)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int foreign = socket(AF_UNIX, SOCK_SEQPACKET, 0), got[8], open;
    struct hal_listener *listener;
    struct hal_peer *peer;
    hal_u32 came = 8;
    char byte;

    (void)state;
    strcpy(address.sun_path, place.path);
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK);
    assert_int_equal(connect(foreign, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(hal_accept(listener, &peer), HAL_OK);
    assert_int_equal(sendmsg(foreign, &message, 0), 0);
    open = count_descriptors();
    assert_int_equal(hal_receive(peer, &byte, 1, got, &came, HAL_FOREVER), 0);
    assert_int_equal(came, 0);
    assert_int_equal(count_descriptors(), open);
    close(foreign);
    hal_peer_close(peer);
    hal_listen_close(listener);
}

static void test_no_descriptors_left(void **state)
{
    struct rlimit limit, before;
    int sent[2] = {0, 1}, got[8], open;
    struct pair pair;
    hal_u32 came = 8;
    char byte;

    (void)state;
    open_pair(&pair);
    open = count_descriptors();
    assert_int_equal(hal_send(pair.near, "x", 1, sent, 2), HAL_OK);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = 0; /* what is open stays */
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(hal_receive(pair.far, &byte, 1, got, &came, HAL_FOREVER), HAL_EMFILE);
    assert_int_equal(came, 0);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(count_descriptors(), open);
    close_pair(&pair);
}

/* One that nobody has a descriptor for is told so, and the next is served. */
static void test_refused(void **state)
{
    struct hal_peer *away, *kept, *far;
    struct hal_listener *listener;
    struct rlimit limit, before;
    char byte;
    int next;

    (void)state;
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK);
    assert_int_equal(hal_connect(&away, place.path), HAL_OK);
    assert_int_equal(hal_connect(&kept, place.path), HAL_OK);
    next = dup(0);
    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)next; /* the lowest free number is past it */
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(hal_accept(listener, &far), HAL_EMFILE);
    assert_non_null(far);
    assert_int_equal(hal_send(far, "n", 1, NULL, 0), HAL_OK);
    hal_peer_close(far);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(receive(away, &byte, 1), 1);
    assert_int_equal(byte, 'n');
    assert_int_equal(receive(away, &byte, 1), 0);
    assert_int_equal(hal_accept(listener, &far), HAL_OK);
    assert_int_equal(hal_send(far, "y", 1, NULL, 0), HAL_OK);
    assert_int_equal(receive(kept, &byte, 1), 1);
    hal_peer_close(away);
    hal_peer_close(kept);
    hal_peer_close(far);
    hal_listen_close(listener);
}

#define MANY 3000 /* more than a socket's queue holds */

static void *send_many(void *peer)
{
    hal_u32 sent = 0;

    while (sent < MANY && !hal_send(peer, &sent, sizeof sent, NULL, 0))
        sent++;
    return (void *)(hal_u64)sent;
}

static void test_a_full_queue_waits_for_its_reader(void **state)
{
    struct pair pair;
    pthread_t thread;
    hal_u32 number;
    void *sent;

    (void)state;
    open_pair(&pair);
    assert_int_equal(pthread_create(&thread, NULL, send_many, pair.near), 0);
    for (hal_u32 i = 0; i < MANY; i++) {
        assert_int_equal(receive(pair.far, &number, sizeof number), sizeof number);
        assert_int_equal(number, i);
    }
    pthread_join(thread, &sent);
    assert_int_equal((hal_u64)sent, MANY);
    close_pair(&pair);
}

static void test_a_full_queue_waits_for_its_end(void **state)
{
    struct pair pair;
    pthread_t thread;
    void *sent;

    (void)state;
    open_pair(&pair);
    assert_int_equal(pthread_create(&thread, NULL, send_many, pair.near), 0);
    hal_peer_close(pair.far);
    pair.far = NULL;
    pthread_join(thread, &sent);
    assert_true((hal_u64)sent < MANY);
    close_pair(&pair);
}

static void test_a_peer_that_is_gone(void **state)
{
    struct pair pair;
    char text[8];

    (void)state;
    open_pair(&pair);
    assert_int_equal(hal_send(pair.near, "unread", 6, NULL, 0), HAL_OK);
    assert_int_equal(hal_send(pair.far, "last", 4, NULL, 0), HAL_OK);
    hal_peer_close(pair.far);
    pair.far = NULL;
    assert_int_equal(receive(pair.near, text, sizeof text), 4); /* its last words */
    assert_int_equal(receive(pair.near, text, sizeof text), 0);
    assert_int_equal(hal_send(pair.near, "more", 4, NULL, 0), HAL_EPIPE);
    close_pair(&pair);
}

static void test_a_peer_that_is_killed(void **state)
{
    struct hal_listener *listener;
    struct hal_peer *peer;
    char text[8];
    pid_t child;

    (void)state;
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK);
    child = fork();
    if (!child) {
        if (hal_connect(&peer, place.path) || hal_send(peer, "here", 4, NULL, 0))
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(hal_accept(listener, &peer), HAL_OK);
    assert_int_equal(receive(peer, text, sizeof text), 4);
    kill(child, SIGKILL);
    assert_int_equal(receive(peer, text, sizeof text), 0);
    waitpid(child, NULL, 0);
    hal_peer_close(peer);
    hal_listen_close(listener);
}

/* A process that connects, says so, and ends; a child of it keeps the socket until it is stopped.
 */
static pid_t connect_and_fork(void)
{
    struct hal_peer *peer;
    char text[8];
    pid_t child = fork();

    if (child)
        return child;
    if (hal_connect(&peer, place.path))
        _exit(1);
    if (!fork()) {
        receive(peer, text, sizeof text);
        _exit(0);
    }
    hal_send(peer, "here", 4, NULL, 0);
    _exit(0);
}

static void test_a_process_that_ends_before_its_socket(void **state)
{
    struct hal_listener *listener;
    struct hal_peer *peer;
    int before = count_descriptors();
    char text[8];
    pid_t child;

    (void)state;
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK);
    child = connect_and_fork();
    assert_int_equal(hal_accept(listener, &peer), HAL_OK);
    assert_int_equal(hal_peer_watch(peer), HAL_OK);
    assert_int_equal(receive(peer, text, sizeof text), 4); /* its last words */
    assert_int_equal(receive(peer, text, sizeof text), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    hal_peer_stop(peer);
    hal_peer_close(peer);
    hal_listen_close(listener);
    assert_int_equal(count_descriptors(), before);
}

static void *stop_peer(void *peer)
{
    hal_peer_stop(peer);
    return NULL;
}

static void *stop_listener(void *listener)
{
    hal_listen_stop(listener);
    return NULL;
}

static void test_waits_are_ended_by_others(void **state)
{
    struct pair pair;
    struct hal_peer *late;
    pthread_t thread;
    char text[8];

    (void)state;
    open_pair(&pair);
    assert_int_equal(pthread_create(&thread, NULL, stop_peer, pair.far), 0);
    assert_int_equal(receive(pair.far, text, sizeof text), 0);
    pthread_join(thread, NULL);
    assert_int_equal(receive(pair.near, text, sizeof text), 0);
    assert_int_equal(hal_send(pair.near, "x", 1, NULL, 0), HAL_EPIPE);
    assert_int_equal(pthread_create(&thread, NULL, stop_listener, pair.listener), 0);
    assert_int_equal(hal_accept(pair.listener, &late), HAL_EBADF);
    pthread_join(thread, NULL);
    assert_int_equal(hal_accept(pair.listener, &late), HAL_EBADF);
    assert_int_equal(hal_connect(&late, place.path), HAL_ECONNREFUSED);
    close_pair(&pair);
}

static void test_stopped_before_what_came(void **state)
{
    struct pair pair;
    char text[8];

    (void)state;
    open_pair(&pair);
    assert_int_equal(hal_send(pair.near, "x", 1, NULL, 0), HAL_OK);
    hal_peer_stop(pair.far);
    assert_int_equal(receive(pair.far, text, sizeof text), 0);
    close_pair(&pair);
}

static void test_credentials(void **state)
{
    struct hal_credentials who;
    struct pair pair;
    gid_t groups[65536];
    int count = getgroups(65536, groups);

    (void)state;
    open_pair(&pair);
    if (count > 64) {
        assert_int_equal(hal_peer_credentials(pair.far, &who), HAL_EOPNOTSUPP);
    } else {
        assert_int_equal(hal_peer_credentials(pair.far, &who), HAL_OK);
        assert_int_equal(who.process, hal_process_id());
        assert_int_equal(who.user, getuid());
        assert_int_equal(who.group, getgid());
        assert_int_equal(who.group_count, count);
        assert_memory_equal(who.groups, groups, (size_t)count * sizeof *groups);
    }
    close_pair(&pair);
}

/* In a process that is root: connects with count groups as another user. */
static int connect_as(int count)
{
    gid_t groups[80];
    struct hal_peer *peer;
    char byte;

    for (int i = 0; i < count; i++)
        groups[i] = (gid_t)(1000 + i);
    if (setgroups((size_t)count, groups) || setgid(4321) || setuid(1234))
        return 1;
    return hal_connect(&peer, place.path) || receive(peer, &byte, 1) != 0 ? 2 : 0;
}

static int connect_from_child(struct hal_listener *listener, int count, struct hal_credentials *who)
{
    struct hal_peer *peer;
    pid_t child = fork();
    int error, status;

    if (!child)
        _exit(connect_as(count));
    assert_int_equal(hal_accept(listener, &peer), HAL_OK);
    error = hal_peer_credentials(peer, who);
    hal_peer_close(peer);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    return error;
}

static void test_credentials_of_others(void **state)
{
    struct hal_credentials who;
    struct hal_listener *listener;

    (void)state;
    if (getuid())
        skip();
    chmod(place.folder, 0755);
    assert_int_equal(hal_listen(&listener, place.path, 0666), HAL_OK);
    *strrchr(place.path, '/') = 0;
    chmod(place.path, 0755);
    place.path[strlen(place.path)] = '/';
    assert_int_equal(connect_from_child(listener, 64, &who), HAL_OK);
    assert_int_equal(who.user, 1234);
    assert_int_equal(who.group, 4321);
    assert_int_equal(who.group_count, 64);
    assert_int_equal(who.groups[63], 1063);
    assert_int_equal(connect_from_child(listener, 65, &who), HAL_EOPNOTSUPP);
    hal_listen_close(listener);
}

static unsigned mode_of(const char *path)
{
    struct stat status;

    return lstat(path, &status) ? 0 : status.st_mode & 07777;
}

static void test_modes(void **state)
{
    struct hal_listener *listener;

    (void)state;
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK);
    assert_int_equal(mode_of(place.path), 0600);
    hal_listen_close(listener);
    assert_int_equal(hal_listen(&listener, place.path, 0660), HAL_OK);
    assert_int_equal(mode_of(place.path), 0660);
    hal_listen_close(listener);
    assert_int_equal(mode_of(place.path), 0); /* it is removed */
    assert_int_equal(mode_of(place.lock), 0);
}

/* Leaves a socket's file behind, as a process does that is killed. */
static void leave_stale(void)
{
    struct hal_listener *listener;
    pid_t child = fork();

    if (!child) {
        hal_listen(&listener, place.path, 0);
        kill(getpid(), SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(mode_of(place.path), 0600);
}

static void test_stale_sockets_are_replaced(void **state)
{
    struct hal_peer *peer;
    struct pair pair;

    (void)state;
    leave_stale();
    assert_int_equal(hal_connect(&peer, place.path), HAL_ECONNREFUSED);
    open_pair(&pair);
    close_pair(&pair);
}

static void test_live_sockets_are_not(void **state)
{
    struct hal_listener *second;
    struct pair pair;
    int open;

    (void)state;
    open_pair(&pair);
    open = count_descriptors();
    for (int i = 0; i < 3; i++)
        assert_int_equal(hal_listen(&second, place.path, 0), HAL_EEXIST);
    assert_int_equal(count_descriptors(), open);
    assert_int_equal(mode_of(place.lock), 0600);
    unlink(place.lock); /* as good as never locked: a foreign one, that does not know of locks */
    assert_int_equal(hal_listen(&second, place.path, 0), HAL_EEXIST);
    hal_peer_close(pair.far);
    assert_int_equal(hal_accept(pair.listener, &pair.far), HAL_OK); /* that looked */
    hal_peer_close(pair.near);
    assert_int_equal(hal_connect(&pair.near, place.path), HAL_OK);
    close_pair(&pair);
}

static void test_paths_that_are_no_sockets(void **state)
{
    struct hal_listener *listener;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct hal_peer *peer;
    char path[160];
    int other;

    (void)state;
    assert_int_equal(hal_connect(&peer, place.path), HAL_ENOENT);
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[108] = 0;
    assert_int_equal(hal_connect(&peer, path), HAL_EINVAL);
    assert_int_equal(hal_listen(&listener, path, 0), HAL_EINVAL);
    assert_int_equal(hal_listen(&listener, "", 0), HAL_EINVAL);
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK); /* makes the folder */
    hal_listen_close(listener);
    other = open(place.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_EEXIST);
    assert_int_equal(hal_connect(&peer, place.path), HAL_ECONNREFUSED);
    close(other);
    unlink(place.path);
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(address.sun_path, place.path);
    assert_int_equal(bind(other, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(other, 1), 0);
    assert_int_equal(hal_connect(&peer, place.path), HAL_EINVAL);
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_EEXIST);
    close(other);
}

static void test_only_its_own_file_is_removed(void **state)
{
    struct hal_listener *listener;
    int other;

    (void)state;
    assert_int_equal(hal_listen(&listener, place.path, 0), HAL_OK);
    other = open(place.lock, O_RDONLY | O_CLOEXEC);
    assert_true(other >= 0);
    close(other);
    unlink(place.path);
    other = open(place.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0640);
    close(other);
    hal_listen_close(listener);
    assert_int_equal(mode_of(place.path), 0640);
}

#define STARTERS 8

static void *start_one(void *result)
{
    struct hal_listener *listener = NULL;

    *(int *)result = hal_listen(&listener, place.path, 0);
    return listener;
}

static void test_many_start_at_once(void **state)
{
    pthread_t threads[STARTERS];
    int results[STARTERS], listening = 0;
    struct hal_listener *winner = NULL;
    struct hal_peer *peer;

    (void)state;
    for (int round = 0; round < 50; round++) {
        leave_stale();
        for (int i = 0; i < STARTERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, start_one, &results[i]), 0);
        listening = 0;
        for (int i = 0; i < STARTERS; i++) {
            void *listener;

            pthread_join(threads[i], &listener);
            if (listener)
                winner = listener;
            listening += listener != NULL;
            assert_int_equal(results[i], listener ? HAL_OK : HAL_EEXIST);
        }
        assert_int_equal(listening, 1);
        assert_int_equal(hal_connect(&peer, place.path), HAL_OK);
        hal_peer_close(peer);
        hal_listen_close(winner);
    }
}

/* ---- systemd's socket ---------------------------------------------------- */

/* In a child: has socket as the third descriptor, as systemd passes it. */
static int listen_at_passed(int socket, const char *count, int is_other_process)
{
    struct hal_listener *listener;
    struct hal_peer *peer;
    char number[16], byte;
    int error;

    if (socket != 3 && dup2(socket, 3) != 3)
        return 90;
    snprintf(number, sizeof number, "%d", (int)getpid() + is_other_process);
    setenv("LISTEN_PID", number, 1);
    setenv("LISTEN_FDS", count, 1);
    error = hal_listen(&listener, NULL, 0);
    if (error)
        return -error;
    if (hal_accept(listener, &peer) || receive(peer, &byte, 1) != 0)
        return 91;
    hal_peer_close(peer);
    hal_listen_stop(listener);
    if (hal_accept(listener, &peer) != HAL_EBADF)
        return 92;
    hal_listen_close(listener);
    return hal_listen(&listener, NULL, 0); /* for a second start */
}

static int run_passed(int socket, const char *count, int is_other_process)
{
    pid_t child = fork();
    int status;

    if (!child)
        _exit(listen_at_passed(socket, count, is_other_process));
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int bind_foreign(int type, int is_listening)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/inner", place.folder);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    if (is_listening)
        assert_int_equal(listen(fd, 8), 0);
    unlink(address.sun_path);
    return fd;
}

static void test_passed_sockets_of_other_kinds(void **state)
{
    int stream = bind_foreign(SOCK_STREAM, 1), idle = bind_foreign(SOCK_SEQPACKET, 0);

    (void)state;
    assert_int_equal(run_passed(stream, "1", 1), -HAL_ENOENT);
    assert_int_equal(run_passed(stream, "0", 0), -HAL_ENOENT);
    assert_int_equal(run_passed(stream, "1", 0), -HAL_EINVAL);
    assert_int_equal(run_passed(idle, "1", 0), -HAL_EINVAL);
    close(stream);
    close(idle);
}

static void test_a_passed_socket_outlives_its_listener(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int passed = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    struct hal_peer *first, *second;
    char byte;

    (void)state;
    *strrchr(place.path, '/') = 0;
    strcpy(address.sun_path, place.path);
    assert_int_equal(bind(passed, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(passed, 8), 0);
    assert_int_equal(run_passed(passed, "2", 0), -HAL_EINVAL);
    assert_int_equal(hal_connect(&first, address.sun_path), HAL_OK); /* before it is started */
    hal_peer_stop(first);
    assert_int_equal(run_passed(passed, "1", 0), 0);
    assert_int_equal(receive(first, &byte, 1), 0);
    hal_peer_close(first);
    assert_int_equal(hal_connect(&second, address.sun_path), HAL_OK); /* systemd's still listens */
    hal_peer_close(second);
    close(passed);
    unlink(address.sun_path);
    place.path[strlen(place.path)] = '/';
}

#define CHANNEL_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        CHANNEL_TEST(test_messages_keep_their_bounds),
        CHANNEL_TEST(test_descriptors_come_with_it),
        CHANNEL_TEST(test_descriptors_without_room_are_not_kept),
        CHANNEL_TEST(test_empty_message_with_descriptors),
        CHANNEL_TEST(test_no_descriptors_left),
        CHANNEL_TEST(test_refused),
        CHANNEL_TEST(test_a_full_queue_waits_for_its_reader),
        CHANNEL_TEST(test_a_full_queue_waits_for_its_end),
        CHANNEL_TEST(test_a_peer_that_is_gone),
        CHANNEL_TEST(test_a_peer_that_is_killed),
        CHANNEL_TEST(test_a_process_that_ends_before_its_socket),
        CHANNEL_TEST(test_waits_are_ended_by_others),
        CHANNEL_TEST(test_stopped_before_what_came),
        CHANNEL_TEST(test_credentials),
        CHANNEL_TEST(test_credentials_of_others),
        CHANNEL_TEST(test_modes),
        CHANNEL_TEST(test_stale_sockets_are_replaced),
        CHANNEL_TEST(test_live_sockets_are_not),
        CHANNEL_TEST(test_paths_that_are_no_sockets),
        CHANNEL_TEST(test_only_its_own_file_is_removed),
        CHANNEL_TEST(test_many_start_at_once),
        CHANNEL_TEST(test_passed_sockets_of_other_kinds),
        CHANNEL_TEST(test_a_passed_socket_outlives_its_listener),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
