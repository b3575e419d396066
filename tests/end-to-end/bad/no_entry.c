/* A driver without an entry point: DriverEntry is only spoken of. */
#include <ntddk.h>

int NotAnEntry(void)
{
    return 1;
}
