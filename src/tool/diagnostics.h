/*
 * What the compilers say about a driver's source, less what MSVC lets pass.
 */
#pragma once

#include <stdio.h>

/*
 * Copies a compiler's messages from in to out. Left out are the warnings about the address of a
 * pointer, whatever it points to, that is passed for a void ** (WdfRequestRetrieveInputBuffer's
 * Buffer, and many more): MSVC takes it for one without a word. Other wrong pointers are shown, a
 * WDFQUEUE for a WDFREQUEST among them.
 */
void diagnostics_copy(FILE *in, FILE *out);
