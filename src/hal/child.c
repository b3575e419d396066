/*
 * A process of the kernel's own: started with nothing but one end of a channel.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "channel.h"

#define PATH_BYTES 4096

struct hal_child {
    pid_t process;
};

/* The variables that a child keeps: none of them tells anything about the user. */
static const char *const kept_variables[] = {
    "LD_LIBRARY_PATH=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",     "TSAN_OPTIONS=",
    "LSAN_OPTIONS=",    "GCOV_PREFIX=",  "LLVM_PROFILE_FILE=",
};
#define KEPT (sizeof kept_variables / sizeof *kept_variables)

static void choose_environment(char *environment[KEPT + 1])
{
    size_t count = 0;

    for (char **variable = environ; *variable; variable++) {
        for (size_t i = 0; i < KEPT && count < KEPT; i++) {
            if (!strncmp(*variable, kept_variables[i], strlen(kept_variables[i])))
                environment[count++] = *variable;
        }
    }
    environment[count] = NULL;
}

/* NTIO_HOST, or the file of that name in folder ntio beside this library. */
static int find_program(char *path, const char *name)
{
    const char *set = getenv("NTIO_HOST");
    Dl_info info;
    const char *slash;
    int length;

    if (set && *set) {
        length = snprintf(path, PATH_BYTES, "%s", set);
    } else {
        if (!dladdr((void *)hal_child_start, &info) || !info.dli_fname)
            return HAL_ENOENT;
        slash = strrchr(info.dli_fname, '/');
        length =
            snprintf(path, PATH_BYTES, "%.*s/ntio/%s", slash ? (int)(slash - info.dli_fname) : 1,
                     slash ? info.dli_fname : ".", name);
    }
    if (length < 0 || length >= PATH_BYTES)
        return HAL_ENOENT;
    return access(path, X_OK) ? hal_error_from(-errno) : HAL_OK;
}

/*
 * Its signals are Linux' defaults, whatever this process or the calling thread does with them;
 * and what a terminal sends is not for it.
 */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return error;
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int socket)
{
    int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);

    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, 2, 1);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, socket, HAL_CHILD_SOCKET);
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(actions, HAL_CHILD_SOCKET + 1);
    return error;
}

static int spawn(pid_t *process, const char *path, int socket)
{
    char *arguments[] = {(char *)path, NULL}, *environment[KEPT + 1];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    choose_environment(environment);
    error = set_descriptors(&actions, socket);
    if (!error)
        error = set_signals(&attributes);
    if (!error)
        error = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

HALAPI int hal_child_start(struct hal_child **child, struct hal_peer **peer, const char *name)
{
    struct hal_child *made = hal_allocate(sizeof *made);
    char path[PATH_BYTES];
    int sockets[2], error;

    if (!made)
        return HAL_ENOMEM;
    error = find_program(path, name);
    if (error)
        goto no_program;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) {
        error = hal_error_from(-errno);
        goto no_program;
    }
    error = spawn(&made->process, path, sockets[1]);
    close(sockets[1]);
    if (error) {
        error = hal_error_from(-error);
        close(sockets[0]);
        goto no_program;
    }
    error = channel_peer(peer, sockets[0]);
    if (error) {
        struct hal_child_end end;

        hal_child_kill(made);
        hal_child_wait(made, &end);
        return error;
    }
    *child = made;
    return HAL_OK;

no_program:
    hal_free(made);
    return error;
}

HALAPI hal_u32 hal_child_process(const struct hal_child *child)
{
    return (hal_u32)child->process;
}

/* Nobody else waits for it, so the number stays its own until hal_child_wait. */
HALAPI void hal_child_kill(struct hal_child *child)
{
    kill(child->process, SIGKILL);
}

HALAPI void hal_child_wait(struct hal_child *child, struct hal_child_end *end)
{
    int status = 0;
    pid_t got;

    do
        got = waitpid(child->process, &status, 0);
    while (got < 0 && errno == EINTR);
    *end = (struct hal_child_end){0};
    if (got == child->process && WIFSIGNALED(status))
        end->signal = (hal_u32)WTERMSIG(status);
    else if (got == child->process)
        end->code = (hal_u32)WEXITSTATUS(status);
    hal_free(child);
}

HALAPI int hal_child_peer(struct hal_peer **peer)
{
    fcntl(HAL_CHILD_SOCKET, F_SETFD, FD_CLOEXEC);
    return channel_peer(peer, HAL_CHILD_SOCKET);
}
