/*
 * Managed object format: the classes of a driver's WMI data, and the C header that the kit's
 * wmimofck makes of them.
 */
#pragma once

#include "text.h"

/* A property of a class, or a parameter of a method. */
struct mof_item {
    char *name;
    char *type;  /* as in MOF: uint32, string, or a class's name */
    char *count; /* of a fixed array, "1" of a variable one; NULL: no array */
    char *description;
    unsigned id;                    /* WmiDataId; 0: the item is not part of the data */
    bool is_variable;               /* an array whose count another item says */
    bool is_in, is_out;             /* of a parameter */
    struct text_list values, names; /* numbers, and what a header calls them */
};

struct mof_method {
    char *name;
    unsigned id; /* 0: not one that a driver has */
    struct mof_item *parameters;
    size_t parameter_count;
};

struct mof_class {
    char *name;
    char *header_name; /* HeaderName, else the class's */
    char *guid_name;   /* guidname1, or NULL */
    char *guid;        /* 36 characters, or NULL */
    char *description;
    struct mof_item *items; /* in the order of their ids */
    size_t item_count;
    struct mof_method *methods;
    size_t method_count;
};

struct mof {
    struct mof_class *classes;
    size_t class_count;
};

/* Ends the command with file, line and what is expected if the text is not understood. */
void mof_read(struct mof *mof, const char *path);
void mof_free(struct mof *mof);

/* Writes the header. Structures of a method's parameters are written if with_methods. */
void mof_write_header(const struct mof *mof, const char *path, bool with_methods);
