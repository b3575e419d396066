/* A program with wide arguments, for startup.sh. */
#include <stdio.h>
#include <wchar.h>

int wmain(int argc, wchar_t **argv)
{
    for (int i = 1; i < argc; i++)
        wprintf(L"%d:%s\n", (int)wcslen(argv[i]), argv[i]);
    return argc;
}
