/* A driver that does not compile: line 6. */
#include <ntddk.h>

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return DriverObject->NoSuchMember;
}
