/*
 * What is to be built: a driver or a program, from a .vcxproj or plain sources.
 */
#pragma once

#include "text.h"

enum project_kind {
    PROJECT_DRIVER,  /* a shared object with a DriverEntry */
    PROJECT_PROGRAM, /* an executable */
    PROJECT_LIBRARY, /* a static library that another project links */
    PROJECT_NOTHING, /* packages, utilities: no code */
};

struct source {
    char *path;
    struct text_list includes, defines; /* of this source alone */
    char *wpp_functions;                /* trace functions, as WppTraceFunction names them */
    char *wpp_files;   /* files with WPP's configuration, with semicolons between them */
    bool has_recorder; /* WPP's messages go to a log in memory too */
};

/* A header that the build makes of another file. */
struct generated {
    char *input;       /* path of a .mof or .mc file */
    char *header;      /* its name */
    bool with_methods; /* of a .mof: structures of methods' parameters too */
};

struct project {
    char *path;   /* the project file, or the first source */
    char *folder; /* relative names start here */
    char *name;   /* MSBuildProjectName; for messages */
    char *target; /* TargetName: the driver's or program's name */
    enum project_kind kind;
    char *model; /* WDM, KMDF, UMDF, ...; "" for programs */
    bool is_debug;
    bool has_cpp; /* one of the sources is C++ */
    bool is_user; /* of a program or a UMDF driver, not of the kernel */
    struct source *sources;
    size_t source_count;
    struct text_list includes, defines; /* of every source */
    struct text_list references;        /* paths of projects to build before */
    struct text_list infs;              /* .inf and .inx files beside it */
    struct generated *generated;
    size_t generated_count;
    struct text_list left_out;  /* names of resource scripts and the like */
    struct text_list manifests; /* paths of manifests, which nothing is made of */
};

/* By its ending: .cpp, .cxx, .cc. */
bool source_is_cpp(const char *path);

/*
 * Reads a project for a configuration ("Debug|x64"). Ends the command with a
 * message that names file, line and remedy if it cannot be read, holds nothing
 * to build, names a source that is not there, or is of a kind that ntio does
 * not build.
 */
void project_read(struct project *project, const char *path, const char *configuration);

/* A project of plain C files. A source that defines DriverEntry makes it a driver. */
void project_from_sources(struct project *project, const struct text_list *sources,
                          bool is_umdf_driver);

void project_free(struct project *project);
