#include "build.h"
#include "generate.h"
#include "toolchain.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct build {
    const struct options *options;
    struct toolchain toolchain;
    struct product_list *products;
    struct text_list done;      /* project files built already */
    struct text_list libraries; /* paths of static libraries, for what comes after */
};

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void add_product(struct build *b, enum project_kind kind, const char *name, const char *path,
                        const struct text_list *infs)
{
    struct product_list *list = b->products;
    struct product *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    char *real = realpath(path, NULL);
    if (!grown || !real)
        die(EXIT_BUILD, "%s: %s", path, strerror(errno));
    list->items = grown;
    list->items[list->count++] =
        (struct product){.kind = kind, .name = text_copy(name, strlen(name)), .path = real};
    for (size_t i = 0; infs && i < infs->count; i++) {
        char *inf = realpath(infs->items[i], NULL);
        if (inf)
            text_list_add_new(&list->items[list->count - 1].infs, inf);
    }
}

void products_free(struct product_list *products)
{
    for (size_t i = 0; i < products->count; i++) {
        free(products->items[i].name);
        free(products->items[i].path);
        text_list_free(&products->items[i].infs);
    }
    free(products->items);
    *products = (struct product_list){0};
}

/* Compiles one source in a process of its own, so that several go side by side. */
static pid_t start_compile(struct build *b, const struct project *project, size_t index,
                           const char *object, const char *scratch)
{
    pid_t child = fork();
    if (child < 0)
        die(EXIT_BUILD, "no process to compile with: %s", strerror(errno));
    if (!child) {
        path_make_folder(scratch);
        _exit(
            !toolchain_compile(&b->toolchain, project, &project->sources[index], object, scratch));
    }
    return child;
}

/* Waits for one compilation; true if it went well. */
static bool finish_compile(void)
{
    int status;
    while (wait(&status) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_code(const char *path)
{
    return path_has_ending(path, "c") || source_is_cpp(path);
}

static void compile_all(struct build *b, const struct project *project, const char *scratch,
                        struct text_list *objects)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN), running = 0;
    bool good = true;

    for (size_t i = 0; i < project->source_count; i++) {
        const char *path = project->sources[i].path;
        if (!is_code(path))
            die(EXIT_BUILD, "%s: ntio builds C and C++ sources; %s is neither", project->path,
                path);
        char *stem = path_stem(path);
        char *folder = text_format("%s/%zu-%s", scratch, i, stem);
        text_list_add_new(objects, text_format("%s.o", folder));
        if (running >= processors) {
            good &= finish_compile();
            running--;
        }
        start_compile(b, project, i, objects->items[objects->count - 1], folder);
        running++;
        free(folder);
        free(stem);
    }
    while (running--)
        good &= finish_compile();
    if (!good)
        die(EXIT_BUILD, "%s (%s) was not built: see the compiler's messages above", project->target,
            project->path);
}

/* A static library; who is linked later takes of it what it needs. */
static void archive(struct build *b, const struct project *project, const struct text_list *objects)
{
    struct text_list command = {0};
    char *path = text_format("%s/%s.a", b->options->output, project->target);

    unlink(path);
    text_list_add(&command, "ar");
    text_list_add(&command, "rcs");
    text_list_add(&command, path);
    text_list_add_all(&command, objects);
    if (process_run(&command, b->options->is_verbose))
        die(EXIT_BUILD, "%s was not made: see ar's messages above", path);
    text_list_add_new(&b->libraries, path);
    text_list_free(&command);
}

static void build_project_file(struct build *b, const char *path);

static void build_project(struct build *b, struct project *project)
{
    const struct options *o = b->options;
    struct text_list objects = {0};

    for (size_t i = 0; i < project->references.count; i++)
        build_project_file(b, project->references.items[i]);
    if (project->kind == PROJECT_NOTHING)
        return;
    path_make_folder(o->output);
    char *scratch = text_format("%s/%s.obj", o->output, project->target);
    char *output = text_format("%s/%s%s", o->output, project->target,
                               project->kind == PROJECT_DRIVER ? ".so" : "");
    nftw(scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    path_make_folder(scratch);
    char *headers = text_format("%s/generated", scratch);
    generate_headers(project, headers);
    text_list_add_new(&project->includes, headers);
    compile_all(b, project, scratch, &objects);
    if (project->kind == PROJECT_LIBRARY) {
        archive(b, project, &objects);
    } else {
        text_list_add_all(&objects, &b->libraries);
        if (!toolchain_link(&b->toolchain, project, &objects, output))
            die(EXIT_BUILD, "%s (%s) was not linked: see the linker's messages above",
                project->target, project->path);
        add_product(b, project->kind, project->target, output, &project->infs);
    }
    text_list_free(&objects);
    free(scratch);
    free(output);
}

static void build_project_file(struct build *b, const char *path)
{
    struct project project;
    char *real = realpath(path, NULL);

    if (real && text_list_has(&b->done, real)) {
        free(real);
        return;
    }
    if (real)
        text_list_add_new(&b->done, real);
    project_read(&project, path, b->options->configuration);
    if (b->options->target && project.kind != PROJECT_LIBRARY) {
        free(project.target);
        project.target = text_copy(b->options->target, strlen(b->options->target));
    }
    build_project(b, &project);
    project_free(&project);
}

static void build_sources(struct build *b, const struct text_list *sources)
{
    struct project project;
    project_from_sources(&project, sources, b->options->is_umdf);
    if (b->options->target) {
        free(project.target);
        project.target = text_copy(b->options->target, strlen(b->options->target));
    }
    build_project(b, &project);
    project_free(&project);
}

static void take_built(struct build *b, const char *path)
{
    char *stem = path_stem(path);
    if (access(path, R_OK))
        die(EXIT_BUILD,
            "%s: there is no such file; give a .vcxproj, .c files, or something built already",
            path);
    add_product(b, path_has_ending(path, "so") ? PROJECT_DRIVER : PROJECT_PROGRAM, stem, path,
                NULL);
    free(stem);
}

/* Who only starts what is built already needs no compiler. */
static bool needs_building(const struct text_list *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (path_has_ending(inputs->items[i], "vcxproj") || is_code(inputs->items[i]))
            return true;
    return false;
}

void build_inputs(const struct options *options, const struct text_list *inputs,
                  struct product_list *products)
{
    struct build b = {.options = options, .products = products};
    struct text_list sources = {0};

    if (needs_building(inputs))
        toolchain_open(&b.toolchain, options->compiler, options->sanitize);
    b.toolchain.is_verbose = options->is_verbose;
    for (size_t i = 0; i < inputs->count; i++) {
        const char *input = inputs->items[i];
        if (path_has_ending(input, "vcxproj"))
            build_project_file(&b, input);
        else if (is_code(input))
            text_list_add(&sources, input);
        else
            take_built(&b, input);
    }
    if (sources.count)
        build_sources(&b, &sources);
    text_list_free(&sources);
    text_list_free(&b.done);
    text_list_free(&b.libraries);
    toolchain_close(&b.toolchain);
}

void build_show(const struct options *options, struct product_list *products)
{
    struct build b = {.options = options, .products = products};
    const struct project project = {.kind = PROJECT_PROGRAM};
    struct text_list objects = {0};

    toolchain_open(&b.toolchain, options->compiler, options->sanitize);
    b.toolchain.is_verbose = options->is_verbose;
    path_make_folder(options->output);
    char *output = text_format("%s/ntio-show", options->output);
    text_list_add(&objects, "-Wl,--whole-archive");
    text_list_add_new(&objects, text_format("%s/libntio_show.a", b.toolchain.libraries));
    text_list_add(&objects, "-Wl,--no-whole-archive");
    if (!toolchain_link(&b.toolchain, &project, &objects, output))
        die(EXIT_BUILD, "%s was not linked: see the linker's messages above", output);
    add_product(&b, PROJECT_PROGRAM, "ntio-show", output, NULL);
    free(output);
    text_list_free(&objects);
    toolchain_close(&b.toolchain);
}

char *build_kernel(const struct options *options)
{
    struct toolchain toolchain;

    toolchain_open(&toolchain, options->compiler, options->sanitize);
    toolchain.is_verbose = options->is_verbose;
    path_make_folder(options->output);
    char *output = text_format("%s/ntio-kernel", options->output);
    if (!toolchain_link_kernel(&toolchain, output))
        die(EXIT_BUILD, "%s was not linked: see the linker's messages above", output);
    toolchain_close(&toolchain);
    return output;
}

static const char *kind_name(enum project_kind kind)
{
    return kind == PROJECT_DRIVER ? "driver" : "program";
}

int command_build(int argc, char **argv)
{
    struct options options;
    struct product_list products = {0};

    options_read(&options, argc, argv, "build [OPTION...] PROJECT.vcxproj|FILE.c...");
    if (!options.inputs.count)
        die(EXIT_USAGE, "build: name a .vcxproj or C files; ntio build --help tells more");
    build_inputs(&options, &options.inputs, &products);
    if (options.is_json)
        putchar('[');
    for (size_t i = 0; i < products.count; i++) {
        const struct product *p = &products.items[i];
        if (options.is_json)
            printf("%s{\"name\":\"%s\",\"kind\":\"%s\",\"path\":\"%s\"}", i ? "," : "", p->name,
                   kind_name(p->kind), p->path);
        else
            printf("%s %s: %s\n", kind_name(p->kind), p->name, p->path);
    }
    if (options.is_json)
        puts("]");
    products_free(&products);
    options_free(&options);
    return 0;
}
