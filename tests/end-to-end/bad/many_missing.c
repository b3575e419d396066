/* A driver that needs more of what no kernel has than a line holds. */
#include <ntddk.h>

#define CUPS(Number) VOID IoMakeManyCupsOfCoffee##Number(VOID)
CUPS(1);
CUPS(2);
CUPS(3);
CUPS(4);
CUPS(5);
CUPS(6);

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    IoMakeManyCupsOfCoffee1();
    IoMakeManyCupsOfCoffee2();
    IoMakeManyCupsOfCoffee3();
    IoMakeManyCupsOfCoffee4();
    IoMakeManyCupsOfCoffee5();
    IoMakeManyCupsOfCoffee6();
    return STATUS_SUCCESS;
}
