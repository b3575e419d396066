/*
 * The filters between preprocessing and compiling; docs/build.md tells why they are needed.
 */
#pragma once

#include "token.h"

/*
 * Windows' long is 32 bits wide: on the user's own lines long becomes int, and
 * integer constants lose an L suffix. long long and long double stay. MSVC's suffixes i64 and ui64
 * become C's.
 */
void filter_long(struct token_list *list);

/*
 * Turns __try, __except, __finally and __leave (and the lower-case words of old
 * drivers) into calls of ntio_seh.h, and has every function with a guarded body
 * compiled without optimization, so that a handler sees each local as the fault
 * found it. for_clang chooses the spelling of that attribute.
 *
 * False if memory ran out or a guarded body is malformed: then *problem names
 * the token at which it was noticed, or is NULL.
 */
bool filter_seh(struct token_list *list, bool for_clang, const struct token **problem);

/*
 * A main or wmain that returns void is told to the start-up code, by a constant
 * of its name: what comes back from it is no exit code. C++'s wmain gets the name that C gives it.
 * False: out of memory.
 */
bool filter_main(struct token_list *list, bool is_cpp);

/* L"..." that MSVC's preprocessor makes of L#x is made here. */
void filter_text(struct token_list *list);

/*
 * A comma before a closing parenthesis, which no C has, is what is left of a macro that was given
 * nothing for its "...": MSVC's preprocessor takes it away, and so do we.
 */
void filter_comma(struct token_list *list);

/*
 * An inline function of MSVC's that is neither static nor extern is one function in the whole
 * driver, whichever sources define it: C leaves it without a body, so it becomes an ordinary weak
 * one. False: out of memory.
 */
bool filter_inline(struct token_list *list);
