#include "config.h"
#include "toolchain.h"

#include <stdlib.h>

void toolchain_add_instrumentation(const struct toolchain *t, struct text_list *command)
{
    if (!t->sanitize)
        return;
    text_list_add_new(command, text_format("-fsanitize=%s", t->sanitize));
    /* CTL_CODE shifts into the sign of an int, and has to be a constant. */
    text_list_add(command, "-fno-sanitize=shift-base");
}

static void add_kernel_link(const struct toolchain *t, struct text_list *command)
{
    text_list_add_words(command, "-shared -nostdlib -Wl,--exclude-libs,libntio_crt.a");
    /* Where a driver is entered that uses the framework; others do not refer to it. */
    text_list_add_new(command, text_format("%s/libntio_kmdf.a", t->libraries));
    text_list_add_new(command, text_format("%s/libntio_crt.a", t->libraries));
    text_list_add(command, "-lgcc");
}

/*
 * By tags of the new kind LD_LIBRARY_PATH goes before it, where ntio exec names another libntio;
 * by the old kind it does not.
 */
static void add_search_path(const struct toolchain *t, const char *tags, struct text_list *command)
{
    char *real = realpath(t->libraries, NULL);
    text_list_add_new(command, text_format("-Wl,%s,-rpath,%s", tags, real ? real : t->libraries));
    free(real);
}

/* The run time library of user mode, and Win32. */
static void add_user_libraries(const struct toolchain *t, struct text_list *command)
{
    /* A sanitizer brings functions of libc's names, which would be taken instead of these. */
    if (t->sanitize)
        text_list_add_words(command, "-Wl,--allow-multiple-definition -Wl,--whole-archive");
    text_list_add_new(command, text_format("%s/libntio_program.a", t->libraries));
    text_list_add_new(command, text_format("%s/libntio_crt.a", t->libraries));
    if (t->sanitize)
        text_list_add(command, "-Wl,--no-whole-archive");
    text_list_add_new(command, text_format("%s/libntio_win32.so", t->libraries));
    text_list_add_new(command, text_format("%s/libntio.so", t->libraries));
    add_search_path(t, "--enable-new-dtags", command);
    text_list_add(command, "-lm");
}

static void add_program_link(const struct toolchain *t, struct text_list *command)
{
    /* Not all: clang's sanitizers are an archive too, and drivers need its names. */
    text_list_add_words(command,
                        "-Wl,--exclude-libs,libntio_program.a:libntio_crt.a:libntio_startup.a "
                        "-Wl,--wrap=main -pthread");
    text_list_add_new(command, text_format("%s/libntio_startup.a", t->libraries));
    add_user_libraries(t, command);
}

/* What it lacks of the framework and of Win32 is told by name when a host loads it. */
static void add_user_driver_link(const struct toolchain *t, struct text_list *command)
{
    text_list_add_words(command, "-shared -pthread -Wl,--exclude-libs,"
                                 "libntio_program.a:libntio_crt.a -Wl,-u,FxDriverEntryUm");
    text_list_add_new(command, text_format("%s/libntio_umdf.a", t->libraries));
    add_user_libraries(t, command);
}

bool toolchain_link(const struct toolchain *t, const struct project *project,
                    const struct text_list *objects, const char *output)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    text_list_add(&command, "-o");
    text_list_add(&command, output);
    toolchain_add_instrumentation(t, &command);
    text_list_add_all(&command, objects);
    if (project->has_cpp)
        text_list_add_words(&command, "-Wl,--as-needed -lstdc++ -Wl,--no-as-needed");
    if (project->kind == PROJECT_PROGRAM)
        add_program_link(t, &command);
    else if (project->is_user)
        add_user_driver_link(t, &command);
    else
        add_kernel_link(t, &command);
    bool done = process_run(&command, t->is_verbose) == 0;
    text_list_free(&command);
    return done;
}

bool toolchain_link_kernel(const struct toolchain *t, const char *output)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    text_list_add(&command, "-o");
    text_list_add(&command, output);
    toolchain_add_instrumentation(t, &command);
    text_list_add_words(&command, NTIO_KERNEL_PROCESS_LINK " -Wl,--whole-archive");
    text_list_add_new(&command, text_format("%s/libntio_kernel.a", t->libraries));
    text_list_add(&command, "-Wl,--no-whole-archive");
    text_list_add_new(&command, text_format("%s/libntio.so", t->libraries));
    add_search_path(t, "--disable-new-dtags", &command);
    text_list_add(&command, "-pthread");
    bool done = process_run(&command, t->is_verbose) == 0;
    text_list_free(&command);
    return done;
}
