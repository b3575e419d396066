/*
 * How a program begins and ends.
 *
 * Programs are linked with --wrap=main: Linux' start-up calls __wrap_main here.
 * It starts the system, loads the drivers that the environment names, calls the
 * program's main, and stops the system when the process exits, whichever way:
 * return from main, exit and ExitProcess all come to the functions of atexit.
 *
 * The environment's names are in ntio.h; without NTIO_ROOT the current directory is C:.
 */
#include "stream.h"
#include "../../../include/ntio/ntio.h"

enum { EXIT_DRIVER = 4, REASON_BYTES = 4096 /* with all the names that a driver misses */ };

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
static void load(void)
{
    char reason[REASON_BYTES] = "";
    int status = ntio_load_environment(reason, sizeof reason);

    if (status >= 0)
        return;
    fprintf(stderr, "ntio: %s (0x%08X)\n", reason, (unsigned)status);
    exit(EXIT_DRIVER);
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
    load();
}

int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    ntio_host_prepare_heap();
    start();
    int code = __real_main(argc, argv);
    return &ntio_main_returns_void ? 0 : code;
}
