/* A driver of the framework that does not tell it so. */
#include <ntddk.h>
#include <wdf.h>

DRIVER_INITIALIZE DriverEntry;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    return WdfGetDriver() == NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
