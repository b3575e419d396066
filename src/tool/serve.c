/*
 * ntio serve and ntio exec, and both in one for ntio run --served.
 */
#include "serve.h"
#include "launch.h"
#include "toolchain.h"
#include "../hal/monitor_path.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

/* ---- where the kernel listens ---------------------------------------------- */

static char *own_folder(void)
{
    char folder[96];
    int error = monitor_make_folder(folder, sizeof folder);
    if (error)
        die(EXIT_LOAD, "%s, where your sockets are, cannot be used: %s", folder,
            error == EACCES ? "it is not yours alone" : strerror(error));
    return text_copy(folder, strlen(folder));
}

static char *absolute(const char *path)
{
    char *folder = *path == '/' ? NULL : realpath(".", NULL);
    char *whole = folder ? text_format("%s/%s", folder, path) : text_copy(path, strlen(path));
    free(folder);
    return whole;
}

#define SYSTEM_SOCKET "/run/ntio/kernel" /* of packaging/systemd/ntio.socket */

/*
 * What was asked for, or else what the environment says, or else the user's own; for a
 * program the system's, if only that is there.
 */
static char *socket_path(const struct options *options)
{
    const char *known = options->socket ? options->socket : getenv("NTIO_SERVER");
    if (known && *known)
        return absolute(known);
    char *folder = own_folder();
    char *path = text_format("%s/kernel", folder);
    free(folder);
    if (!strcmp(options->command, "exec") && access(path, F_OK) && !access(SYSTEM_SOCKET, F_OK)) {
        free(path);
        return text_copy(SYSTEM_SOCKET, strlen(SYSTEM_SOCKET));
    }
    return path;
}

static void set_address(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path)
        die(EXIT_USAGE, "%s: a socket's path has at most %zu bytes", path,
            sizeof address->sun_path - 1);
    strcpy(address->sun_path, path);
}

static void explain(const char *path, int error)
{
    switch (error) {
    case 0:
        return;
    case ENOENT:
        die(EXIT_LOAD, "no kernel is at %s: start one, with ntio serve DRIVER", path);
    case ECONNREFUSED:
        die(EXIT_LOAD, "the kernel that was at %s is gone: start one, with ntio serve DRIVER",
            path);
    case EACCES:
        die(EXIT_LOAD, "you may not connect to %s: ntio serve --mode decides who may", path);
    case EPROTOTYPE:
        die(EXIT_USAGE, "%s is a socket, but not a kernel's", path);
    default:
        die(EXIT_LOAD, "%s: %s", path, strerror(error));
    }
}

/* Ends the command if no kernel listens there. Whether it is one of this version, it says itself.
 */
static void check_socket(const char *path)
{
    struct sockaddr_un address;
    struct stat info;
    set_address(&address, path);
    if (!stat(path, &info) && !S_ISSOCK(info.st_mode))
        die(EXIT_USAGE, "%s is no socket", path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int failed = fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address);
    explain(path, failed && errno != EAGAIN ? errno : 0); /* EAGAIN: many others are before us */
    close(fd);
}

/* ---- ntio serve ------------------------------------------------------------ */

/* With a sanitizer the process has to have its run time from the start. */
static char *find_kernel(const struct options *options)
{
    if (options->sanitize)
        return build_kernel(options);
    char *folder = toolchain_executables();
    char *path = text_format("%s/ntio-kernel", folder);
    if (access(path, X_OK))
        die(EXIT_LOAD, "%s is missing: this ntio was installed without it", path);
    free(folder);
    return path;
}

static const char *check_mode(const char *mode)
{
    char *end;
    if (!mode)
        return "0600";
    unsigned long bits = strtoul(mode, &end, 8);
    if (*end || end == mode || bits > 0777)
        die(EXIT_USAGE, "serve: --mode=%s: permission bits are an octal number, like 0660", mode);
    return mode;
}

#define MOST_PROGRAMS 10000

static void limit_programs(const char *programs)
{
    char *end;
    if (!programs)
        return;
    unsigned long most = strtoul(programs, &end, 10);
    if (*end || end == programs || !most || most > MOST_PROGRAMS)
        die(EXIT_USAGE, "serve: --programs=%s: it is a number from 1 to %d", programs,
            MOST_PROGRAMS);
    launch_set("NTIO_PROGRAMS", programs);
}

int command_serve(int argc, char **argv)
{
    struct options options;
    struct launch launch;
    struct sockaddr_un address;

    options_read(&options, argc, argv, "serve [OPTION...] DRIVER...");
    const char *mode = check_mode(options.mode);
    limit_programs(options.programs);
    if (options.program)
        die(EXIT_USAGE, "serve: a program is run against it with ntio exec");
    launch_build(&launch, &options);
    launch_set_environment(&launch, &options, true);
    char *path = socket_path(&options);
    set_address(&address, path);
    char *kernel = find_kernel(&options);
    fflush(NULL);
    execl(kernel, "ntio-kernel", path, mode, (char *)NULL);
    die(EXIT_LOAD, "%s cannot be run: %s", kernel, strerror(errno));
}

/* ---- ntio exec ------------------------------------------------------------- */

/* From here on programs find, for libntio, the library that joins a kernel. */
static void join(const char *path)
{
    char *libraries = toolchain_libraries();
    char *client = text_format("%s/ntio/served", libraries), *real = realpath(client, NULL);
    const char *others = getenv("LD_LIBRARY_PATH");
    if (!real)
        die(EXIT_LOAD, "%s is missing: this ntio was installed without it", client);
    launch_set("NTIO_SERVER", path);
    if (!others || !*others)
        launch_set("LD_LIBRARY_PATH", real);
    else if (strncmp(others, real, strlen(real))) {
        char *both = text_format("%s:%s", real, others);
        launch_set("LD_LIBRARY_PATH", both);
        free(both);
    }
    free(real);
    free(client);
    free(libraries);
}

int command_exec(int argc, char **argv)
{
    struct options options;
    struct product_list programs = {0};

    options_read(&options, argc, argv, "exec [OPTION...] PROGRAM [ARG...]");
    if (!options.program)
        die(EXIT_USAGE, "exec: name a program; ntio exec --help tells more");
    char *path = socket_path(&options);
    check_socket(path);
    build_inputs(&options, &options.inputs, &programs);
    const struct product *program = launch_program(&programs);
    if (!program)
        die(EXIT_USAGE, "exec: %s is no program, but a driver: ntio serve loads it",
            options.program[0]);
    join(path);
    launch_set("NTIO_DRIVERS", ""); /* the kernel has loaded them */
    launch_set("NTIO_INFS", "");
    fflush(NULL);
    options.program[0] = program->path;
    execv(program->path, options.program);
    die(EXIT_BUILD, "%s cannot be run: %s", program->path, strerror(errno));
}

/* ---- both: ntio run --served ------------------------------------------------- */

#define GRACE                                                                                      \
    5000 /* milliseconds that a program has to end by itself once the kernel has failed            \
          */

struct child {
    pid_t id;
    int watch; /* readable when it has ended */
};

static void watch(struct child *child)
{
    child->watch = (int)syscall(SYS_pidfd_open, child->id, 0);
    if (child->id < 0 || child->watch < 0)
        die(EXIT_LOAD, "there is no process, or it cannot be watched: %s", strerror(errno));
}

/* Its end is told by an exit code, or 128 and the signal. */
static int wait_for(const struct child *child)
{
    int status;
    while (waitpid(child->id, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_LOAD;
    close(child->watch);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Waits until one of both is readable, or for that long; whether the first is. */
static bool is_first(int first, int second, int milliseconds)
{
    struct pollfd waits[] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
    while (poll(waits, second < 0 ? 1 : 2, milliseconds) < 0 && errno == EINTR)
        ;
    return waits[0].revents != 0;
}

/* The kernel is not the terminal's: it ends when we tell it, or with us. */
static void start_kernel(struct child *child, const char *kernel, const char *path)
{
    pid_t parent = getpid();
    child->id = fork();
    if (child->id) {
        watch(child);
        return;
    }
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent)
        execl(kernel, "ntio-kernel", path, (char *)NULL);
    fprintf(stderr, "ntio: %s cannot be run: %s\n", kernel, strerror(errno));
    _exit(EXIT_LOAD);
}

/* Where the kernel tells that it serves. */
static int open_notices(const char *path)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    set_address(&address, path);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address))
        die(EXIT_LOAD, "%s cannot be made: %s", path, strerror(errno));
    return fd;
}

/* Starts it and waits until it serves; false if it ends instead, as its driver failed. */
static bool have_kernel(struct child *child, const struct options *options, const char *path)
{
    char *kernel = find_kernel(options), *notice = text_format("%s.ready", path);
    int notices = open_notices(notice);

    launch_set("NOTIFY_SOCKET", notice);
    start_kernel(child, kernel, path);
    bool serves = is_first(notices, child->watch, -1);
    unsetenv("NOTIFY_SOCKET");
    close(notices);
    unlink(notice);
    free(notice);
    free(kernel);
    return serves;
}

/* As a shell does, this process lets the terminal's signals be the program's. */
static void start_program(struct child *child, const struct child *kernel, char **arguments)
{
    child->id = fork();
    if (!child->id) {
        fprintf(stderr, "ntio: the kernel is process %d, the program process %d\n", (int)kernel->id,
                (int)getpid());
        execv(arguments[0], arguments);
        fprintf(stderr, "ntio: %s cannot be run: %s\n", arguments[0], strerror(errno));
        _exit(EXIT_BUILD);
    }
    watch(child);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
}

/*
 * The program's exit code, or the kernel's if that fails: then the program, whose
 * requests all fail from then on, is to end soon.
 */
static int end_both(const struct child *kernel, const struct child *program)
{
    if (is_first(program->watch, kernel->watch, -1))
        kill(kernel->id, SIGTERM);
    else if (!is_first(program->watch, -1, GRACE))
        kill(program->id, SIGKILL);
    int code = wait_for(program), failure = wait_for(kernel);
    return failure ? failure : code;
}

int serve_program(const struct options *options, char **arguments)
{
    struct child kernel, program;
    char *folder = own_folder(), *path = text_format("%s/run-%d", folder, (int)getpid());
    int code;

    if (have_kernel(&kernel, options, path)) {
        join(path);
        launch_set("NTIO_DRIVERS", "");
        launch_set("NTIO_INFS", "");
        start_program(&program, &kernel, arguments);
        code = end_both(&kernel, &program);
    } else {
        code = wait_for(&kernel);
    }
    free(path);
    free(folder);
    return code;
}
