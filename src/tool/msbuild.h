/*
 * The part of MSBuild's language that driver projects use: properties,
 * conditions, item metadata.
 */
#pragma once

#include "text.h"

struct msbuild_property {
    char *name, *value;
};

struct msbuild {
    struct msbuild_property *properties;
    size_t count;
    const char *folder; /* of the project, for exists() */
};

/* Property names do not know case. An unset property is "". */
void msbuild_set(struct msbuild *build, const char *name, const char *value);
const char *msbuild_get(const struct msbuild *build, const char *name);
void msbuild_free(struct msbuild *build);

/*
 * Replaces $(Name) by the property and %(Name) by inherited (the metadata's
 * value so far). A new string.
 */
char *msbuild_expand(const struct msbuild *build, const char *text, const char *inherited);

/*
 * Evaluates a condition: comparisons, exists('...'), and, or, !, brackets. An
 * absent condition (NULL) holds. False into *understood if it is of another
 * form; then the answer is false.
 */
bool msbuild_condition(const struct msbuild *build, const char *condition, bool *understood);
