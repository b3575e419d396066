/*
 * Headers that a build makes of other files than C: of MOF classes and of message texts.
 */
#pragma once

#include "project.h"

/*
 * Writes every header that the project's items ask for into folder, which is made if there are
 * any, and tells which of its files are left out.
 */
void generate_headers(const struct project *project, const char *folder);

/* A message file (.mc) to the header that mc.exe makes of it. */
void message_write_header(const char *input, const char *output);

/*
 * For an include that is not there: the file of the project that it would be made from by a tool
 * that ntio does not have, or NULL.
 */
const char *generate_origin(const struct project *project, const char *name);
