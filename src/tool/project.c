#include "project.h"
#include "msbuild.h"

#include <glob.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define NEWEST_MINOR "33" /* of KMDF and UMDF alike */

/* What is read of a ClCompile item, and of the definitions of all of them. */
enum metadata {
    META_INCLUDES,
    META_DEFINES,
    META_WPP_FUNCTIONS,
    META_WPP_SCAN,
    META_WPP_FILES,
    META_WPP_DEFINES,
    META_WPP_RECORDER,
    META_COUNT
};

static const char *const metadata_names[META_COUNT] = {"AdditionalIncludeDirectories",
                                                       "PreprocessorDefinitions",
                                                       "WppTraceFunction",
                                                       "WppScanConfigurationData",
                                                       "WppAdditionalConfigurationFile",
                                                       "WppPreprocessorDefinitions",
                                                       "WppRecorderEnabled"};

struct reader {
    struct project *project;
    struct msbuild build;
    char *metadata[META_COUNT]; /* of ItemDefinitionGroup's ClCompile so far */
    char *libraries;            /* of ItemDefinitionGroup's Link so far */
    struct text_list mofs;      /* paths of .mof files */
};

static bool is_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && !xmlStrcasecmp(node->name, BAD_CAST name);
}

/* An attribute's value as a new string, or NULL. */
static char *attribute(xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetProp(node, BAD_CAST name);
    char *copy = value ? text_copy((char *)value, strlen((char *)value)) : NULL;
    xmlFree(value);
    return copy;
}

static char *content(xmlNode *node)
{
    xmlChar *value = xmlNodeGetContent(node);
    char *copy = text_copy(value ? (char *)value : "", value ? strlen((char *)value) : 0);
    xmlFree(value);
    return copy;
}

static bool holds(struct reader *r, xmlNode *node)
{
    bool understood;
    char *condition = attribute(node, "Condition");
    bool answer = msbuild_condition(&r->build, condition, &understood);
    if (!understood)
        die(EXIT_BUILD, "%s:%ld: the condition %s is of a form that ntio does not read",
            r->project->path, xmlGetLineNo(node), condition);
    free(condition);
    return answer;
}

static void property_group(struct reader *r, xmlNode *group)
{
    for (xmlNode *node = group->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || !holds(r, node))
            continue;
        char *raw = content(node), *value = msbuild_expand(&r->build, raw, NULL);
        msbuild_set(&r->build, (const char *)node->name, value);
        free(raw);
        free(value);
    }
}

static void set_metadata(struct reader *r, xmlNode *node, char *values[META_COUNT])
{
    for (enum metadata m = 0; m < META_COUNT; m++) {
        if (!is_element(node, metadata_names[m]))
            continue;
        char *raw = content(node), *expanded = msbuild_expand(&r->build, raw, values[m]);
        free(raw);
        free(values[m]);
        values[m] = expanded;
    }
}

static void free_metadata(char *values[META_COUNT])
{
    for (enum metadata m = 0; m < META_COUNT; m++)
        free(values[m]);
}

/* What a driver or program is linked with. */
static void link_definitions(struct reader *r, xmlNode *tool)
{
    for (xmlNode *node = tool->children; node; node = node->next) {
        if (!is_element(node, "AdditionalDependencies") || !holds(r, node))
            continue;
        char *raw = content(node), *expanded = msbuild_expand(&r->build, raw, r->libraries);
        free(raw);
        free(r->libraries);
        r->libraries = expanded;
    }
}

static void definition_group(struct reader *r, xmlNode *group)
{
    for (xmlNode *tool = group->children; tool; tool = tool->next) {
        if (is_element(tool, "Link") && holds(r, tool))
            link_definitions(r, tool);
        if (!is_element(tool, "ClCompile") || !holds(r, tool))
            continue;
        for (xmlNode *node = tool->children; node; node = node->next) {
            if (node->type != XML_ELEMENT_NODE || !holds(r, node))
                continue;
            set_metadata(r, node, r->metadata);
        }
    }
}

/* Include folders with their separators turned; those that are not there are no error. */
static void add_includes(struct project *project, struct text_list *list, const char *value)
{
    struct text_list parts = {0};
    text_list_add_split(&parts, value, ';');
    for (size_t i = 0; i < parts.count; i++) {
        char *folder = path_find(project->folder, parts.items[i]);
        if (folder && !text_list_has(list, folder))
            text_list_add(list, folder);
        free(folder);
    }
    text_list_free(&parts);
}

/* Definitions; a compiler switch that strayed among them ("/D X" or "-wd4996") is left out. */
static void add_defines(struct text_list *list, const char *value)
{
    struct text_list parts = {0};
    text_list_add_split(&parts, value, ';');
    for (size_t i = 0; i < parts.count; i++)
        if (parts.items[i][0] != '/' && parts.items[i][0] != '-')
            text_list_add(list, parts.items[i]);
    text_list_free(&parts);
}

/* Include folders and definitions are added to the project's, the others take their place. */
static void start_metadata(const struct reader *r, char *values[META_COUNT])
{
    for (enum metadata m = 0; m < META_COUNT; m++) {
        const char *from = m == META_INCLUDES || m == META_DEFINES ? "" : r->metadata[m];
        values[m] = text_copy(from, strlen(from));
    }
}

static struct source *new_source(struct project *p)
{
    struct source *grown = realloc(p->sources, (p->source_count + 1) * sizeof *grown);
    if (!grown)
        die(EXIT_BUILD, "out of memory");
    p->sources = grown;
    p->sources[p->source_count] = (struct source){0};
    return &p->sources[p->source_count++];
}

static void set_source(struct project *p, struct source *source, char *values[META_COUNT])
{
    add_includes(p, &source->includes, values[META_INCLUDES]);
    add_defines(&source->defines, values[META_DEFINES]);
    source->wpp_functions = text_format("%s", values[META_WPP_FUNCTIONS]);
    source->wpp_files = text_format("%s;%s", values[META_WPP_SCAN], values[META_WPP_FILES]);
    source->has_recorder = !strcasecmp(values[META_WPP_RECORDER], "true") ||
                           strstr(values[META_WPP_DEFINES], "ENABLE_WPP_RECORDER=1");
}

static void add_source(struct reader *r, xmlNode *item, const char *name)
{
    struct project *p = r->project;
    char *path = path_find(p->folder, name), *values[META_COUNT];
    bool excluded = false;

    if (!path)
        die(EXIT_BUILD, "%s:%ld: the source %s is not in %s", p->path, xmlGetLineNo(item), name,
            p->folder);
    start_metadata(r, values);
    for (xmlNode *node = item->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || !holds(r, node))
            continue;
        set_metadata(r, node, values);
        if (is_element(node, "ExcludedFromBuild")) {
            char *value = content(node);
            excluded = !strcasecmp(value, "true");
            free(value);
        }
    }
    if (excluded) {
        free(path);
    } else {
        struct source *source = new_source(p);
        source->path = path;
        p->has_cpp |= source_is_cpp(path);
        set_source(p, source, values);
    }
    free_metadata(values);
}

static void add_infs(struct project *project, const char *pattern)
{
    glob_t found;
    char *path = text_format("%s/%s", project->folder, pattern);
    for (char *c = path; *c; c++)
        if (*c == '\\')
            *c = '/';
    if (!glob(path, 0, NULL, &found)) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (!text_list_has(&project->infs, found.gl_pathv[i]))
                text_list_add(&project->infs, found.gl_pathv[i]);
        globfree(&found);
    }
    free(path);
}

/* An item's metadata as a new string; "" if it is not there. */
static char *item_value(struct reader *r, xmlNode *item, const char *name)
{
    for (xmlNode *node = item->children; node; node = node->next) {
        if (!is_element(node, name) || !holds(r, node))
            continue;
        char *raw = content(node), *value = msbuild_expand(&r->build, raw, NULL);
        free(raw);
        return value;
    }
    return text_copy("", 0);
}

/* The last part of a path in Windows' spelling, quotes taken off, without its ending. */
static char *windows_stem(const char *path)
{
    char *copy = text_copy(path, strlen(path));
    for (char *c = copy; *c; c++)
        if (*c == '\\')
            *c = '/';
    copy[strcspn(copy + (*copy == '"'), "\"") + (*copy == '"')] = '\0';
    char *stem = path_stem(copy + (*copy == '"'));
    free(copy);
    return stem;
}

static char *find_file(struct reader *r, xmlNode *item, const char *name)
{
    char *path = path_find(r->project->folder, name);
    if (!path)
        die(EXIT_BUILD, "%s:%ld: the file %s is not in %s", r->project->path, xmlGetLineNo(item),
            name, r->project->folder);
    return path;
}

static void add_generated(struct project *p, char *input, char *header, bool with_methods)
{
    struct generated *grown = realloc(p->generated, (p->generated_count + 1) * sizeof *grown);
    if (!grown)
        die(EXIT_BUILD, "out of memory");
    p->generated = grown;
    grown[p->generated_count++] = (struct generated){input, header, with_methods};
}

/* The .mof that a .bmf is compiled from, by its name; the only one whatever its name. */
static const char *find_mof(const struct reader *r, const char *binary)
{
    char *wanted = windows_stem(binary);
    const char *found = r->mofs.count == 1 ? r->mofs.items[0] : NULL;
    for (size_t i = 0; i < r->mofs.count && !found; i++) {
        char *stem = path_stem(r->mofs.items[i]);
        found = strcasecmp(stem, wanted) ? NULL : r->mofs.items[i];
        free(stem);
    }
    free(wanted);
    return found;
}

static void add_mof_header(struct reader *r, xmlNode *item, const char *binary)
{
    char *output = item_value(r, item, "HeaderOutputFile");
    char *methods = item_value(r, item, "GenerateStructureDefinitionsForMethodParameters");
    const char *mof = find_mof(r, binary);
    if (*output && !mof)
        die(EXIT_BUILD, "%s:%ld: no MofComp item makes %s", r->project->path, xmlGetLineNo(item),
            binary);
    if (*output) {
        char *stem = windows_stem(output);
        add_generated(r->project, text_copy(mof, strlen(mof)), text_format("%s.h", stem),
                      !strcasecmp(methods, "true"));
        free(stem);
    }
    free(output);
    free(methods);
}

static void add_messages(struct reader *r, xmlNode *item, const char *name)
{
    char *path = find_file(r, item, name);
    if (!path_has_ending(path, "mc")) {
        text_list_add_new(&r->project->manifests, path);
        return;
    }
    char *base = item_value(r, item, "GeneratedFilesBaseName");
    char *stem = *base ? windows_stem(base) : path_stem(path);
    add_generated(r->project, path, text_format("%s.h", stem), false);
    free(stem);
    free(base);
}

static bool add_made_item(struct reader *r, xmlNode *item, const char *name)
{
    if (is_element(item, "MofComp")) {
        text_list_add_new(&r->mofs, find_file(r, item, name));
    } else if (is_element(item, "Wmimofck")) {
        add_mof_header(r, item, name);
    } else if (is_element(item, "MessageCompile")) {
        add_messages(r, item, name);
    } else if (is_element(item, "Ctrpp")) {
        text_list_add_new(&r->project->manifests, find_file(r, item, name));
    } else if (is_element(item, "ResourceCompile")) {
        text_list_add(&r->project->left_out, name);
    } else {
        return false;
    }
    return true;
}

static void add_item(struct reader *r, xmlNode *item, const char *name)
{
    struct project *p = r->project;
    if (add_made_item(r, item, name))
        return;
    if (is_element(item, "ClCompile")) {
        add_source(r, item, name);
    } else if (is_element(item, "Inf")) {
        add_infs(p, name);
    } else if (is_element(item, "ProjectReference")) {
        char *path = path_find(p->folder, name);
        if (!path)
            die(EXIT_BUILD, "%s:%ld: the project %s that it refers to is not there", p->path,
                xmlGetLineNo(item), name);
        text_list_add_new(&p->references, path);
    }
}

static void item_group(struct reader *r, xmlNode *group)
{
    for (xmlNode *item = group->children; item; item = item->next) {
        if (item->type != XML_ELEMENT_NODE || !holds(r, item))
            continue;
        char *include = attribute(item, "Include");
        if (!include)
            continue;
        char *names = msbuild_expand(&r->build, include, NULL);
        struct text_list parts = {0};
        text_list_add_split(&parts, names, ';');
        for (size_t i = 0; i < parts.count; i++)
            add_item(r, item, parts.items[i]);
        text_list_free(&parts);
        free(names);
        free(include);
    }
}

static void read_groups(struct reader *r, xmlNode *root)
{
    for (xmlNode *node = root->children; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || !holds(r, node))
            continue;
        if (is_element(node, "PropertyGroup"))
            property_group(r, node);
        else if (is_element(node, "ItemDefinitionGroup"))
            definition_group(r, node);
        else if (is_element(node, "ItemGroup"))
            item_group(r, node);
    }
}

/* A UMDF driver or a library for one. */
static bool is_of_user_driver(const struct reader *r)
{
    return !strcasecmp(msbuild_get(&r->build, "DriverType"), "UMDF") ||
           !strcasecmp(msbuild_get(&r->build, "PlatformToolset"), "WindowsUserModeDriver10.0") ||
           *msbuild_get(&r->build, "UMDF_VERSION_MAJOR");
}

static enum project_kind kind_of(const struct reader *r)
{
    const char *type = msbuild_get(&r->build, "ConfigurationType");
    const char *toolset = msbuild_get(&r->build, "PlatformToolset");

    if (!strcasecmp(type, "Application"))
        return PROJECT_PROGRAM;
    if (!strcasecmp(type, "StaticLibrary"))
        return PROJECT_LIBRARY;
    if (!strcasecmp(type, "Utility") ||
        !strcasecmp(msbuild_get(&r->build, "DriverType"), "Package"))
        return PROJECT_NOTHING;
    if (!strcasecmp(type, "Driver"))
        return PROJECT_DRIVER;
    if (!*type && !strcasecmp(toolset, "WindowsKernelModeDriver10.0"))
        return PROJECT_DRIVER;
    if (!strcasecmp(type, "DynamicLibrary") && is_of_user_driver(r))
        return PROJECT_DRIVER;
    die(EXIT_BUILD,
        "%s: ConfigurationType '%s' is not one that ntio builds; it can be Driver, Application, "
        "StaticLibrary, or DynamicLibrary of a UMDF driver",
        r->project->path, type);
}

/* What MSBuild defines for sources of a framework, "KMDF" or "UMDF". */
static void define_framework(struct text_list *defines, const char *name, const char *major,
                             const char *minor, const char *minimum)
{
    text_list_add_new(defines, text_format("%s_VERSION_MAJOR=%s", name, major));
    text_list_add_new(defines,
                      text_format("%s_VERSION_MINOR=%s", name, *minor ? minor : NEWEST_MINOR));
    if (*minimum)
        text_list_add_new(defines, text_format("%s_MINIMUM_VERSION_REQUIRED=%s", name, minimum));
    if (!strcmp(name, "KMDF"))
        return;
    text_list_add(defines, "_WINDLL");
    text_list_add(defines, "_USRDLL");
}

static void add_framework(struct reader *r)
{
    struct project *p = r->project;
    const char *major = msbuild_get(&r->build, "UMDF_VERSION_MAJOR");

    if (!strcasecmp(p->model, "KMDF"))
        define_framework(&p->defines, "KMDF", "1", msbuild_get(&r->build, "KMDF_VERSION_MINOR"),
                         msbuild_get(&r->build, "KMDF_MINIMUM_VERSION_REQUIRED"));
    if (strcasecmp(p->model, "UMDF"))
        return;
    if (*major && strcmp(major, "2"))
        die(EXIT_BUILD,
            "%s: UMDF_VERSION_MAJOR is %s: ntio has UMDF 2, whose drivers are written as KMDF's",
            p->path, major);
    define_framework(&p->defines, "UMDF", "2", msbuild_get(&r->build, "UMDF_VERSION_MINOR"),
                     msbuild_get(&r->build, "UMDF_MINIMUM_VERSION_REQUIRED"));
}

/* A project that makes the library at path, in the folder that path names; else nothing. */
static void refer_to_library(struct project *p, const char *library)
{
    char *folder = path_folder(library), *stem = path_stem(library);
    char *file = text_format("%s/%s.vcxproj", folder, stem);
    char *path = path_find(p->folder, file);
    if (path && !text_list_has(&p->references, path))
        text_list_add(&p->references, path);
    free(path);
    free(file);
    free(stem);
    free(folder);
}

/* Libraries of the kits are ntio's own, but for those of other models of drivers. */
static void read_libraries(struct reader *r)
{
    static const char *const absent[] = {"ndis.lib",     "storport.lib", "fltmgr.lib",
                                         "scsiport.lib", "ks.lib",       "portcls.lib",
                                         "videoprt.lib", "netio.lib",    "wdmaudio.lib"};
    struct text_list parts = {0};
    for (char *c = r->libraries; *c; c++)
        if (*c == '\\')
            *c = '/';
    text_list_add_split(&parts, r->libraries, ';');
    for (size_t i = 0; i < parts.count; i++) {
        const char *base = path_base(parts.items[i]);
        for (size_t a = 0; a < sizeof absent / sizeof *absent; a++)
            if (!strcasecmp(base, absent[a]))
                die(EXIT_BUILD, "%s: it stands on %s, which ntio does not have", r->project->path,
                    base);
        if (base > parts.items[i] && path_has_ending(base, "lib"))
            refer_to_library(r->project, parts.items[i]);
    }
    text_list_free(&parts);
}

static void conclude(struct reader *r)
{
    struct project *p = r->project;
    const char *target = msbuild_get(&r->build, "TargetName");
    const char *model = msbuild_get(&r->build, "DriverType");

    p->kind = kind_of(r);
    p->is_user = p->kind == PROJECT_PROGRAM || is_of_user_driver(r);
    if (p->kind == PROJECT_PROGRAM)
        model = "";
    else if (p->is_user)
        model = "UMDF";
    else if (!*model && p->kind == PROJECT_DRIVER)
        model = *msbuild_get(&r->build, "KMDF_VERSION_MAJOR") ? "KMDF" : "WDM";
    p->model = text_copy(model, strlen(model));
    add_framework(r);
    p->target = text_copy(*target ? target : p->name, strlen(*target ? target : p->name));
    read_libraries(r);
    p->is_debug = strcasecmp(msbuild_get(&r->build, "Configuration"), "Release") != 0;
    add_includes(p, &p->includes, r->metadata[META_INCLUDES]);
    add_defines(&p->defines, r->metadata[META_DEFINES]);
    if (!strcasecmp(msbuild_get(&r->build, "CharacterSet"), "Unicode")) {
        text_list_add(&p->defines, "UNICODE");
        text_list_add(&p->defines, "_UNICODE");
    }
    if (!p->source_count && p->kind != PROJECT_NOTHING)
        die(EXIT_BUILD, "%s: the project has no ClCompile item, so there is nothing to build",
            p->path);
}

static xmlDoc *parse(const char *path)
{
    xmlDoc *document;
    if (access(path, R_OK))
        die(EXIT_BUILD, "%s: there is no such project file", path);
    document = xmlReadFile(path, NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
    if (!document) {
        const xmlError *error = xmlGetLastError();
        die(EXIT_BUILD, "%s:%d: not a project file: %.*s", path, error ? error->line : 0,
            error ? (int)strcspn(error->message, "\n") : 0, error ? error->message : "");
    }
    xmlNode *root = xmlDocGetRootElement(document);
    if (!root || !is_element(root, "Project"))
        die(EXIT_BUILD, "%s: not a project file: its root element is not Project", path);
    return document;
}

void project_read(struct project *project, const char *path, const char *configuration)
{
    struct reader r = {.project = project, .libraries = text_copy("", 0)};
    const char *bar = strchr(configuration, '|');
    xmlDoc *document = parse(path);

    *project = (struct project){.path = text_copy(path, strlen(path)),
                                .folder = path_folder(path),
                                .name = path_stem(path)};
    r.build.folder = project->folder;
    for (enum metadata m = 0; m < META_COUNT; m++)
        r.metadata[m] = text_copy("", 0);
    char *flavour =
        text_copy(configuration, bar ? (size_t)(bar - configuration) : strlen(configuration));
    msbuild_set(&r.build, "Configuration", flavour);
    msbuild_set(&r.build, "Platform", bar ? bar + 1 : "x64");
    msbuild_set(&r.build, "MSBuildProjectName", project->name);
    msbuild_set(&r.build, "ProjectName", project->name);
    msbuild_set(&r.build, "ProjectDir", "");
    free(flavour);
    read_groups(&r, xmlDocGetRootElement(document));
    conclude(&r);
    /* A driver's INF lies beside it, if it is not named. */
    if (project->kind == PROJECT_DRIVER && !project->infs.count) {
        add_infs(project, "*.inx");
        add_infs(project, "*.inf");
    }
    xmlFreeDoc(document);
    msbuild_free(&r.build);
    free_metadata(r.metadata);
    free(r.libraries);
    text_list_free(&r.mofs);
}

bool source_is_cpp(const char *path)
{
    return path_has_ending(path, "cpp") || path_has_ending(path, "cxx") ||
           path_has_ending(path, "cc");
}

static bool mentions_driver_entry(const char *path)
{
    char line[4096];
    bool found = false;
    FILE *file = fopen(path, "r");
    while (file && !found && fgets(line, sizeof line, file))
        found = strstr(line, "DriverEntry") != NULL;
    if (file)
        fclose(file);
    return found;
}

void project_from_sources(struct project *project, const struct text_list *sources,
                          bool is_umdf_driver)
{
    const char *first = sources->items[0];
    *project = (struct project){.path = text_copy(first, strlen(first)),
                                .folder = path_folder(first),
                                .name = path_stem(first),
                                .target = path_stem(first),
                                .kind = PROJECT_PROGRAM,
                                .is_debug = true};
    for (size_t i = 0; i < sources->count; i++) {
        const char *path = sources->items[i];
        if (access(path, R_OK))
            die(EXIT_BUILD, "%s: there is no such source file", path);
        struct source *source = new_source(project);
        source->path = text_copy(path, strlen(path));
        project->has_cpp |= source_is_cpp(path);
        source->wpp_functions = text_copy("", 0);
        source->wpp_files = text_copy("", 0);
        if (mentions_driver_entry(path))
            project->kind = PROJECT_DRIVER;
    }
    const char *model = project->kind == PROJECT_PROGRAM ? "" : is_umdf_driver ? "UMDF" : "WDM";
    project->model = text_copy(model, strlen(model));
    project->is_user = project->kind == PROJECT_PROGRAM || is_umdf_driver;
    if (!strcmp(model, "UMDF"))
        define_framework(&project->defines, "UMDF", "2", "", "");
}

void project_free(struct project *project)
{
    for (size_t i = 0; i < project->source_count; i++) {
        free(project->sources[i].path);
        free(project->sources[i].wpp_functions);
        free(project->sources[i].wpp_files);
        text_list_free(&project->sources[i].includes);
        text_list_free(&project->sources[i].defines);
    }
    free(project->sources);
    free(project->path);
    free(project->folder);
    free(project->name);
    free(project->target);
    free(project->model);
    text_list_free(&project->includes);
    text_list_free(&project->defines);
    text_list_free(&project->references);
    text_list_free(&project->infs);
    text_list_free(&project->left_out);
    text_list_free(&project->manifests);
    for (size_t i = 0; i < project->generated_count; i++) {
        free(project->generated[i].input);
        free(project->generated[i].header);
    }
    free(project->generated);
}
