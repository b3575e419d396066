#include "toolchain.h"
#include "filter.h"
#include "wpp.h"
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void require(const char *path, const char *file, const char *package)
{
    char *full = text_format("%s/%s", path, file);
    if (access(full, R_OK))
        die(EXIT_BUILD, "%s is missing: apt-get install %s", full, package);
    free(full);
}

/* The folder of the running command, so that an installed tree can be moved. */
static char *own_folder(void)
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
    char *folder = own_folder();
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

static void add_words(struct text_list *command, const char *words)
{
    text_list_add_split(command, words, ' ');
}

static void add_language(const struct toolchain *t, struct text_list *command)
{
    add_words(command, "-std=gnu17 -fshort-wchar -fno-strict-aliasing -Wno-multichar "
                       "-Wno-unknown-pragmas -Wno-format -Wno-attributes -Wno-main");
    text_list_add(command, t->is_clang ? "-Wno-four-char-constants" : "-fms-extensions");
    if (t->is_clang)
        add_words(command, "-Wno-ignored-attributes -Wno-unused-value -Wno-main-return-type");
}

static void add_preprocessing(const struct toolchain *t, const struct project *project,
                              const struct source *source, const char *shim,
                              struct text_list *command)
{
    struct text_list folders = {0};

    include_folders(t, project, source, &folders);
    add_words(command, "-nostdinc -include ntio_prelude.h -include ntio_seh.h -D_AMD64_ -DAMD64 "
                       "-DWINNT=1 -D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00 "
                       "-DNTDDI_VERSION=0x0A00000B");
    if (project->kind != PROJECT_PROGRAM)
        text_list_add(command, "-D_KERNEL_MODE=1");
    text_list_add(command, project->is_debug ? "-DDBG=1" : "-DDBG=0");
    if (project->kind == PROJECT_PROGRAM)
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

static bool preprocess(const struct toolchain *t, const struct project *project,
                       const struct source *source, const char *shim, const char *output)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    text_list_add(&command, "-E");
    text_list_add(&command, "-x");
    text_list_add(&command, "c");
    add_language(t, &command);
    add_preprocessing(t, project, source, shim, &command);
    text_list_add(&command, source->path);
    text_list_add(&command, "-o");
    text_list_add(&command, output);
    bool done = process_run(&command, t->is_verbose) == 0;
    text_list_free(&command);
    return done;
}

/* The line in the user's file that a token came from, counted from the last line marker. */
static void report_malformed(const struct token_list *list, const struct token *problem)
{
    const char *file = "?";
    int file_length = 1, line = 0;
    for (size_t i = 0; i < list->count && &list->tokens[i] != problem; i++) {
        const struct token *token = &list->tokens[i];
        int marker;
        const char *open;
        if (token->kind == TOKEN_DIRECTIVE && sscanf(token->text, "# %d", &marker) == 1 &&
            (open = memchr(token->text, '"', token->length))) {
            line = marker - 1;
            file = open + 1;
            file_length = (int)strcspn(file, "\"");
        } else if (token->kind == TOKEN_NEWLINE) {
            line++;
        }
    }
    fprintf(stderr,
            "%.*s:%d: error: the guarded body before '%.*s' is malformed: __try needs a block, "
            "then __except (filter) or __finally with a block\n",
            file_length, file, line, problem ? (int)problem->length : 11,
            problem ? problem->text : "end of file");
}

static bool filter_tokens(const struct toolchain *t, const char *source, size_t size,
                          const char *output)
{
    struct token_list list;
    const struct token *problem;
    const char *system_dirs[] = {t->headers, NTIO_MINGW_DIR, t->compiler_headers, NULL};
    bool done = false;
    FILE *out;

    if (!tokens_read(&list, source, size, system_dirs))
        die(EXIT_BUILD, "out of memory");
    filter_long(&list);
    if (!filter_main(&list) || !filter_inline(&list))
        die(EXIT_BUILD, "out of memory");
    if (!filter_seh(&list, t->is_clang, &problem)) {
        report_malformed(&list, problem);
    } else if ((out = fopen(output, "w"))) {
        done = tokens_write(&list, out);
        done &= fclose(out) == 0;
    }
    tokens_free(&list);
    return done;
}

static bool filter_file(const struct toolchain *t, const char *input, const char *output)
{
    struct stat info;
    bool done = false;
    int fd = open(input, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info))
        die(EXIT_BUILD, "%s cannot be read: %s", input, strerror(errno));
    char *source = mmap(NULL, (size_t)info.st_size + 1, PROT_READ, MAP_PRIVATE, fd, 0);
    if (source != MAP_FAILED) {
        done = filter_tokens(t, source, (size_t)info.st_size, output);
        munmap(source, (size_t)info.st_size + 1);
    }
    close(fd);
    return done;
}

static void add_instrumentation(const struct toolchain *t, struct text_list *command)
{
    if (!t->sanitize)
        return;
    text_list_add_new(command, text_format("-fsanitize=%s", t->sanitize));
    /* CTL_CODE shifts into the sign of an int, and has to be a constant. */
    text_list_add(command, "-fno-sanitize=shift-base");
}

static bool compile(const struct toolchain *t, const struct project *project, const char *input,
                    const char *object)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    add_language(t, &command);
    add_words(&command, "-x cpp-output -c -fPIC -g -fno-omit-frame-pointer");
    text_list_add(&command, project->is_debug && !t->sanitize ? "-O1" : "-O2");
    add_instrumentation(t, &command);
    text_list_add(&command, input);
    text_list_add(&command, "-o");
    text_list_add(&command, object);
    bool done = process_run(&command, t->is_verbose) == 0;
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
            if (mkdir(folder, 0777) && errno != EEXIST)
                die(EXIT_BUILD, "%s cannot be made: %s", folder, strerror(errno));
            wpp_write_header(project, source, &included->files, name, folder);
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
                filter_file(t, preprocessed, filtered) && compile(t, project, filtered, object);
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

static void add_driver_link(const struct toolchain *t, struct text_list *command)
{
    add_words(command, "-shared -nostdlib -Wl,--exclude-libs,libntio_crt.a");
    /* Where a driver is entered that uses the framework; others do not refer to it. */
    text_list_add_new(command, text_format("%s/libntio_kmdf.a", t->libraries));
    text_list_add_new(command, text_format("%s/libntio_crt.a", t->libraries));
    text_list_add(command, "-lgcc");
}

static void add_program_link(const struct toolchain *t, struct text_list *command)
{
    /* Not all: clang's sanitizers are an archive too, and drivers need its names. */
    add_words(command, "-Wl,--exclude-libs,libntio_program.a:libntio_crt.a:libntio_wmain.a "
                       "-Wl,--wrap=main -pthread");
    /* A sanitizer brings functions of libc's names, which would be taken instead of these. */
    if (t->sanitize)
        add_words(command, "-Wl,--allow-multiple-definition -Wl,--whole-archive");
    text_list_add_new(command, text_format("%s/libntio_program.a", t->libraries));
    text_list_add_new(command, text_format("%s/libntio_crt.a", t->libraries));
    if (t->sanitize)
        text_list_add(command, "-Wl,--no-whole-archive");
    text_list_add_new(command, text_format("%s/libntio_wmain.a", t->libraries));
    text_list_add_new(command, text_format("%s/libntio_win32.so", t->libraries));
    text_list_add_new(command, text_format("%s/libntio.so", t->libraries));
    char *real = realpath(t->libraries, NULL);
    text_list_add_new(command, text_format("-Wl,-rpath,%s", real ? real : t->libraries));
    text_list_add(command, "-lm");
    free(real);
}

bool toolchain_link(const struct toolchain *t, const struct project *project,
                    const struct text_list *objects, const char *output)
{
    struct text_list command = {0};
    text_list_add(&command, t->compiler);
    text_list_add(&command, "-o");
    text_list_add(&command, output);
    add_instrumentation(t, &command);
    text_list_add_all(&command, objects);
    if (project->kind == PROJECT_DRIVER)
        add_driver_link(t, &command);
    else
        add_program_link(t, &command);
    bool done = process_run(&command, t->is_verbose) == 0;
    text_list_free(&command);
    return done;
}
