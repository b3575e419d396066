#include "diagnostics.h"
#include "toolchain.h"
#include "generate.h"
#include "wpp.h"
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void require(const char *path, const char *file, const char *package)
{
    char *full = text_format("%s/%s", path, file);
    if (access(full, R_OK))
        die(EXIT_BUILD, "%s is missing: apt-get install %s", full, package);
    free(full);
}

/* That of the running command, so that an installed tree can be moved. */
char *toolchain_executables(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        die(EXIT_BUILD, "/proc/self/exe cannot be read: %s", strerror(errno));
    path[length] = '\0';
    return path_folder(path);
}

static void find_own_files(struct toolchain *t)
{
    char *folder = toolchain_executables();
    char *cache = text_format("%s/../CMakeCache.txt", folder);
    if (!access(cache, F_OK)) {
        t->headers = text_format("%s/include/wdk", NTIO_SOURCE_DIR);
        t->libraries = text_format("%s/../lib", folder);
    } else {
        t->headers = text_format("%s/../%s/ntio/wdk", folder, NTIO_INCLUDE_DIR);
        t->libraries = text_format("%s/../%s", folder, NTIO_LIBRARY_DIR);
    }
    free(cache);
    free(folder);
}

void toolchain_open(struct toolchain *t, const char *compiler, const char *sanitize)
{
    struct text_list ask = {0};

    *t = (struct toolchain){.compiler = compiler, .sanitize = sanitize};
    text_list_add(&ask, compiler);
    text_list_add(&ask, "--version");
    char *version = process_output(&ask);
    t->is_clang = strstr(version, "clang") != NULL;
    free(version);
    text_list_free(&ask);

    text_list_add(&ask, compiler);
    text_list_add(&ask, "-print-file-name=include");
    t->compiler_headers = process_output(&ask);
    text_list_free(&ask);

    find_own_files(t);
    require(t->headers, "wdm.h", "ntio");
    require(NTIO_MINGW_DIR, "ddk/wdm.h", "mingw-w64-common");
}

char *toolchain_libraries(void)
{
    struct toolchain t;
    find_own_files(&t);
    free(t.headers);
    return t.libraries;
}

void toolchain_close(struct toolchain *t)
{
    free(t->headers);
    free(t->libraries);
    free(t->compiler_headers);
}

/* Where a source's includes are looked for, in order; the kits' three folders come last. */
static void include_folders(const struct toolchain *t, const struct project *project,
                            const struct source *source, struct text_list *folders)
{
    text_list_add(folders, project->folder);
    text_list_add_all(folders, &source->includes);
    text_list_add_all(folders, &project->includes);
    text_list_add(folders, t->headers);
    text_list_add_new(folders, text_format("%s/ddk", NTIO_MINGW_DIR));
    text_list_add(folders, NTIO_MINGW_DIR);
}

/* What MSVC takes, and the compilers warn of or refuse, is let pass. */
static void add_language(const struct toolchain *t, const struct project *project,
                         const struct source *source, struct text_list *command)
{
    bool is_cpp = source_is_cpp(source->path);

    text_list_add(command, is_cpp ? "-std=gnu++17" : "-std=gnu17");
    text_list_add_words(command, "-fshort-wchar -fno-strict-aliasing -Wno-multichar "
                                 "-Wno-unknown-pragmas -Wno-format -Wno-attributes -Wno-main");
    if (is_cpp)
        text_list_add_words(command, "-fno-exceptions -Wno-write-strings -Wno-narrowing");
    else
        text_list_add_words(command, "-Wno-error=incompatible-pointer-types "
                                     "-Wno-error=int-conversion");
    /* A function that only kernel drivers have is named by its caller's line. */
    if (!is_cpp && project->is_user && project->kind == PROJECT_DRIVER)
        text_list_add(command, "-Werror=implicit-function-declaration");
    if (is_cpp && !t->is_clang)
        text_list_add(command, "-fpermissive");
    text_list_add(command, t->is_clang ? "-Wno-four-char-constants" : "-fms-extensions");
    if (t->is_clang)
        text_list_add_words(command, "-Wno-ignored-attributes -Wno-unused-value "
                                     "-Wno-main-return-type -Wno-invalid-token-paste");
}

static void add_preprocessing(const struct toolchain *t, const struct project *project,
                              const struct source *source, const char *shim,
                              struct text_list *command)
{
    struct text_list folders = {0};

    include_folders(t, project, source, &folders);
    text_list_add_words(command,
                        "-nostdinc -include ntio_prelude.h -include ntio_seh.h -D_AMD64_ -DAMD64 "
                        "-DWINNT=1 -D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00 "
                        "-DNTDDI_VERSION=0x0A00000B");
    if (!project->is_user)
        text_list_add(command, "-D_KERNEL_MODE=1");
    text_list_add(command, project->is_debug ? "-DDBG=1" : "-DDBG=0");
    if (project->is_user)
        text_list_add(command, project->is_debug ? "-D_DEBUG" : "-DNDEBUG");
    for (size_t i = 0; i < project->defines.count; i++)
        text_list_add_new(command, text_format("-D%s", project->defines.items[i]));
    for (size_t i = 0; i < source->defines.count; i++)
        text_list_add_new(command, text_format("-D%s", source->defines.items[i]));
    text_list_add_new(command, text_format("-I%s", shim));
    for (size_t i = 0; i < folders.count; i++) {
        text_list_add(command, i + 3 < folders.count ? "-I" : "-isystem");
        text_list_add(command, folders.items[i]);
    }
    text_list_add(command, "-isystem");
    text_list_add(command, t->compiler_headers);
    text_list_free(&folders);
}

/*
 * Shows what the preprocessor said. False if it found an error; a pasting that makes no token is
 * none: MSVC leaves the two tokens side by side, and so does gcc behind its message.
 */
static bool show_messages(const char *path)
{
    char *line = NULL;
    size_t size = 0;
    bool is_good = true, is_shown = true;
    FILE *file = fopen(path, "r");

    while (file && getline(&line, &size, file) >= 0) {
        bool is_error = strstr(line, "error: ") != NULL;
        if (is_error || strstr(line, "warning: "))
            is_shown = !strstr(line, "error: pasting ");
        is_good &= !is_error || !is_shown;
        if (is_shown)
            fputs(line, stderr);
    }
    if (file)
        fclose(file);
    free(line);
    return is_good;
}

static bool preprocess(const struct toolchain *t, const struct project *project,
                       const struct source *source, const char *shim, const char *output)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    text_list_add(&command, "-E");
    text_list_add(&command, "-x");
    text_list_add(&command, source_is_cpp(source->path) ? "c++" : "c");
    add_language(t, project, source, &command);
    add_preprocessing(t, project, source, shim, &command);
    text_list_add(&command, source->path);
    char *messages = text_format("%s.messages", output);
    int code = process_run_into(&command, t->is_verbose, output, messages);
    bool done = show_messages(messages) && code <= 1;
    unlink(messages);
    free(messages);
    text_list_free(&command);
    return done;
}

/* Runs the compiler on input and shows what it says. */
static bool run_compiler(const struct toolchain *t, struct text_list *command, const char *input)
{
    char *messages = text_format("%s.messages", input);
    if (isatty(STDERR_FILENO))
        text_list_add_words(command, t->is_clang ? "-fdiagnostics-color=always"
                                                 : "-fdiagnostics-color=always "
                                                   "-fdiagnostics-urls=never");
    bool done = process_run_into(command, t->is_verbose, NULL, messages) == 0;
    FILE *file = fopen(messages, "r");
    if (file) {
        diagnostics_copy(file, stderr);
        fclose(file);
    }
    unlink(messages);
    free(messages);
    return done;
}

static bool compile(const struct toolchain *t, const struct project *project,
                    const struct source *source, const char *input, const char *object)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    add_language(t, project, source, &command);
    text_list_add(&command, "-x");
    text_list_add(&command, source_is_cpp(source->path) ? "c++-cpp-output" : "cpp-output");
    text_list_add_words(&command, "-c -fPIC -g -fno-omit-frame-pointer");
    text_list_add(&command, project->is_debug && !t->sanitize ? "-O1" : "-O2");
    toolchain_add_instrumentation(t, &command);
    text_list_add(&command, input);
    text_list_add(&command, "-o");
    text_list_add(&command, object);
    bool done = run_compiler(t, &command, input);
    text_list_free(&command);
    return done;
}

/* Headers that a step of the build makes: WPP's. */
static void make_headers(const struct project *project, const struct source *source,
                         const struct included *included, const char *folder)
{
    for (size_t i = 0; i < included->missing.count; i++) {
        const char *name = included->missing.items[i];
        if (path_has_ending(name, "tmh") && !strpbrk(name, "/\\")) {
            path_make_folder(folder);
            wpp_write_header(project, source, &included->files, name, folder);
        } else if (generate_origin(project, name)) {
            die(EXIT_BUILD, "%s: %s is made from %s by a tool that ntio does not have",
                source->path, name, generate_origin(project, name));
        }
    }
}

bool toolchain_compile(const struct toolchain *t, const struct project *project,
                       const struct source *source, const char *object, const char *scratch)
{
    struct text_list folders = {0};
    struct included included;
    char *shim = text_format("%s/include", scratch);
    char *preprocessed = text_format("%s/preprocessed.i", scratch);
    char *filtered = text_format("%s/filtered.i", scratch);

    include_folders(t, project, source, &folders);
    shim_includes(source, &folders, shim, &included);
    make_headers(project, source, &included, shim);
    text_list_free(&included.files);
    text_list_free(&included.missing);
    bool done = preprocess(t, project, source, shim, preprocessed) &&
                filter_file(t, source, preprocessed, filtered) &&
                compile(t, project, source, filtered, object);
    if (done) {
        unlink(preprocessed);
        unlink(filtered);
    }
    text_list_free(&folders);
    free(shim);
    free(preprocessed);
    free(filtered);
    return done;
}
