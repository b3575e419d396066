/*
 * How a program begins and ends.
 *
 * Programs are linked with --wrap=main: Linux' start-up calls __wrap_main here.
 * It starts the system, loads the drivers that the environment names, calls the
 * program's main, and stops the system when the process exits, whichever way:
 * return from main, exit and ExitProcess all come to the functions of atexit.
 *
 * NTIO_ROOT, NTIO_REGISTRY: see ntio.h; without a root the current directory is C:.
 * NTIO_DRIVERS: drivers to load before main, separated by colons.
 * NTIO_INFS: INF files, likewise; they name drivers of NTIO_DRIVER_PATH.
 */
#include "stream.h"
#include "../../../include/ntio/ntio.h"

enum { EXIT_DRIVER = 4 };

int __real_main(int argc, char **argv);

/*
 * Defined, by `ntio build`, in a program whose main returns void: what comes
 * back from there is no exit code.
 */
extern const char ntio_main_returns_void __attribute__((weak));

static void stop(void)
{
    ntio_host_begin_exit();
    stream_flush_at_exit();
    ntio_end();
}

/* Ends the process if what was asked for did not work. */
static void check(int status, const char *reason, const char *what)
{
    if (status >= 0)
        return;
    fprintf(stderr, "ntio: %s (0x%08X)\n", *reason ? reason : what, (unsigned)status);
    exit(EXIT_DRIVER);
}

static void load_driver(const char *path)
{
    char reason[1024] = "";
    if (ntio_has_device(path))
        return;
    check(ntio_load_driver(path, NULL, reason, sizeof reason), reason, path);
}

static void add_driver_file(const char *path)
{
    check(ntio_add_driver_file(path), "", path);
}

static void install_inf(const char *path)
{
    char reason[1024] = "";
    check(ntio_install_inf(path, reason, sizeof reason), reason, path);
}

/* Calls use for each path of a list. */
static void for_each_path(const char *list, void (*use)(const char *path))
{
    while (list && *list) {
        size_t length = strcspn(list, ":");
        char *path = length ? malloc(length + 1) : NULL;
        if (path) {
            memcpy(path, list, length);
            path[length] = '\0';
            use(path);
            free(path);
        }
        list += length + (list[length] == ':');
    }
}

static void start_devices(const char *infs)
{
    char reason[1024] = "";
    if (!infs || !*infs)
        return;
    for_each_path(ntio_host_environment("NTIO_DRIVER_PATH"), add_driver_file);
    for_each_path(infs, install_inf);
    check(ntio_start_devices(reason, sizeof reason), reason, infs);
}

static void start(void)
{
    struct ntio_options options = {.size = sizeof options, .monitor = 1};
    options.root = ntio_host_environment("NTIO_ROOT") ? NULL : ".";
    options.report_requests = ntio_host_environment("NTIO_REPORT_REQUESTS") != NULL;
    options.save_registry = ntio_host_environment("NTIO_SAVE_REGISTRY");
    int status = ntio_start(&options);
    if (status < 0) {
        fprintf(stderr, "ntio: the system did not start (0x%08X)\n", (unsigned)status);
        _Exit(EXIT_DRIVER);
    }
    ntio_host_at_exit(stop);
    /* Before the program has threads. If it fails, requests on globals are copied. */
    ntio_prepare_image(ntio_host_program_base());
    start_devices(ntio_host_environment("NTIO_INFS"));
    for_each_path(ntio_host_environment("NTIO_DRIVERS"), load_driver);
}

int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    ntio_host_prepare_heap();
    start();
    int code = __real_main(argc, argv);
    return &ntio_main_returns_void ? 0 : code;
}
