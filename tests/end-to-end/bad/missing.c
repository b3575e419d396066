/* A driver that needs functions which no kernel has. */
#include <ntddk.h>

NTSTATUS IoMakeCoffee(ULONG Cups);
VOID KeTeleport(PVOID Where);

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    KeTeleport(DriverObject);
    return IoMakeCoffee(RegistryPath->Length);
}
