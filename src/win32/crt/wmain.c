/*
 * main for a program that has a wmain: linked only into those.
 */
#include <windows.h>
#include <stdlib.h>

int wmain(int argc, wchar_t **argv);

static wchar_t *widen(const char *narrow)
{
    int count = MultiByteToWideChar(CP_UTF8, 0, narrow, -1, NULL, 0);
    wchar_t *wide = malloc((size_t)count * sizeof *wide);
    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, narrow, -1, wide, count);
    return wide;
}

/* For as long as the process: handlers of atexit may still look at it. */
static wchar_t **wide;

int main(int argc, char **argv)
{
    wide = calloc((size_t)argc + 1, sizeof *wide);
    for (int i = 0; wide && i < argc; i++)
        wide[i] = widen(argv[i]);
    if (!wide)
        return EXIT_FAILURE;
    return wmain(argc, wide);
}
