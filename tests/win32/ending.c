/* A program that ends as its first argument says, for startup.sh. */
#include <windows.h>
#include <conio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testdrv.h"

static void at_exit(void)
{
    puts("at exit");
}

static DWORD WINAPI exit_from_thread(LPVOID code)
{
    ExitProcess((UINT)(ULONG_PTR)code);
}

static DWORD WINAPI wait_for_ever(LPVOID device)
{
    OVERLAPPED overlapped = {0};
    char byte;
    (void)byte;
    SleepEx(INFINITE, TRUE);
    ReadFile(device, &byte, 1, NULL, &overlapped);
    printf("still here\n");
    return 0;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    atexit(at_exit);
    printf("no line end");
    if (!strcmp(how, "return"))
        return 5;
    if (!strcmp(how, "exit"))
        exit(6);
    if (!strcmp(how, "process"))
        ExitProcess(7);
    if (!strcmp(how, "thread")) {
        CreateThread(NULL, 0, exit_from_thread, (LPVOID)8, 0, NULL);
        Sleep(INFINITE);
    }
    if (!strcmp(how, "threads")) {
        for (int i = 0; i < 3; i++)
            CreateThread(NULL, 0, wait_for_ever, NULL, 0, NULL);
        return 9;
    }
    if (!strcmp(how, "device")) {
        HANDLE device = CreateFileA(TESTDRV_PATH, GENERIC_READ, 0, NULL, OPEN_EXISTING,
                                    FILE_FLAG_OVERLAPPED, NULL);
        return device != INVALID_HANDLE_VALUE && device ? 10 : 1;
    }
    if (!strcmp(how, "input")) {
        int first = getchar(), second = _getch();
        printf("[%c%c%d]", first, second, _kbhit());
        return getchar() == EOF ? 11 : 1;
    }
    return system("true");
}
