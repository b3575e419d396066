#include "generate.h"
#include "mof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void write_header(const struct generated *item, const char *folder)
{
    char *path = text_format("%s/%s", folder, item->header);
    struct mof mof;

    if (path_has_ending(item->input, "mc")) {
        message_write_header(item->input, path);
    } else {
        mof_read(&mof, item->input);
        mof_write_header(&mof, path, item->with_methods);
        mof_free(&mof);
    }
    free(path);
}

static void tell_left_out(const struct project *project)
{
    if (!project->left_out.count)
        return;
    fprintf(stderr, "ntio: %s: left out, as nothing here reads resources:", project->path);
    for (size_t i = 0; i < project->left_out.count; i++)
        fprintf(stderr, " %s", project->left_out.items[i]);
    fputc('\n', stderr);
}

void generate_headers(const struct project *project, const char *folder)
{
    tell_left_out(project);
    if (!project->generated_count)
        return;
    path_make_folder(folder);
    for (size_t i = 0; i < project->generated_count; i++)
        write_header(&project->generated[i], folder);
}

const char *generate_origin(const struct project *project, const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < project->manifests.count && !found; i++) {
        char *stem = path_stem(project->manifests.items[i]);
        if (!strncasecmp(name, stem, strlen(stem)))
            found = project->manifests.items[i];
        free(stem);
    }
    return found;
}
