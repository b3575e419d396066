/*
 * The benchmark's driver as a file, for a kernel in a process of its own.
 */
#include <wdm.h>

#include "driver.h"

DRIVER_INITIALIZE DriverEntry;

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    return bench_driver_entry(driver, path);
}
