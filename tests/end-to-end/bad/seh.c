/* A guarded body without a handler: line 7. */
#include <ntddk.h>

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    __try { DriverObject->Flags = 0; }
    return RegistryPath->Length;
}
