/*
 * UTF-16 and UTF-8. Built both into the kernel and into the run time that
 * drivers and programs link, so it knows no NT types.
 *
 * ntio's ANSI and OEM code pages are both UTF-8 (code page 65001).
 */
#pragma once

#include <stddef.h>

#define UTF_REPLACEMENT 0xFFFDu

/*
 * Takes one code point off text[*at] and moves *at past it; *at < count.
 * A broken sequence is UTF_REPLACEMENT, and *valid (may be NULL) becomes 0.
 */
unsigned utf16_take(const wchar_t *text, size_t count, size_t *at, int *valid);
unsigned utf8_take(const char *text, size_t count, size_t *at, int *valid);

/* Writes one code point; returns how many units it took: at most 2, at most 4. */
size_t utf16_put(wchar_t to[2], unsigned code);
size_t utf8_put(char to[4], unsigned code);
