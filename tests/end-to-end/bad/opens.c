/* A program that opens a device which is not there. */
#include <windows.h>
#include <stdio.h>

int main(void)
{
    HANDLE device = CreateFileA("\\\\.\\NotThere", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD error = GetLastError(); /* before printf changes it */

    printf("error %u\n", error);
    return device == INVALID_HANDLE_VALUE && error == ERROR_FILE_NOT_FOUND ? 0 : 1;
}
