/*
 * Where ntio's own headers and libraries are, which compiler is used, and how
 * sources are compiled and linked for it.
 */
#pragma once

#include "project.h"

struct toolchain {
    const char *compiler; /* gcc, clang or a path */
    bool is_clang;
    const char *sanitize; /* -fsanitize='s list, or NULL */
    char *headers;        /* ntio's include/wdk */
    char *libraries;      /* the folder of libntio.so and its companions */
    char *compiler_headers;
    bool is_verbose;
};

/* Ends the command if the compiler or a header folder is missing, naming the package to install. */
void toolchain_open(struct toolchain *toolchain, const char *compiler, const char *sanitize);
void toolchain_close(struct toolchain *toolchain);

/* The folders of ntio's libraries and of its executables, new strings. */
char *toolchain_libraries(void);
char *toolchain_executables(void);

/*
 * Compiles one source to an object file; scratch is a folder for intermediate
 * files of this source alone. The compiler's messages go to standard error,
 * but for those that MSVC does not have (diagnostics.h). False if it did not compile.
 */
bool toolchain_compile(const struct toolchain *toolchain, const struct project *project,
                       const struct source *source, const char *object, const char *scratch);

/* The filters (filter.h) over a preprocessed source. */
bool filter_file(const struct toolchain *toolchain, const struct source *source, const char *input,
                 const char *output);

/* The switches that compiling and linking share for a sanitizer. */
void toolchain_add_instrumentation(const struct toolchain *toolchain, struct text_list *command);

/* Links objects to a driver or program. */
bool toolchain_link(const struct toolchain *toolchain, const struct project *project,
                    const struct text_list *objects, const char *output);

/* Links the kernel's process, of the library that has its main. */
bool toolchain_link_kernel(const struct toolchain *toolchain, const char *output);

/* What a source includes, headers' own includes as well. */
struct included {
    struct text_list files;   /* that are there, the source itself first; not the kits' */
    struct text_list missing; /* names that are in no folder, as they are spelled */
};

/*
 * Makes the headers of a source findable that it includes with backslashes or
 * in another case than they have on disk: writes forwarding headers under the
 * spelling of the source into folder.
 */
void shim_includes(const struct source *source, const struct text_list *folders,
                   const char *shim_folder, struct included *included);

/* Runs a program and waits; its exit code, or 128 + signal. Shows the command if verbose. */
int process_run(const struct text_list *command, bool is_verbose);
/* The same, with standard output and standard error into files. */
int process_run_into(const struct text_list *command, bool is_verbose, const char *output,
                     const char *errors);
/* Runs it with standard output into a new string. Ends the command if it fails. */
char *process_output(const struct text_list *command);
