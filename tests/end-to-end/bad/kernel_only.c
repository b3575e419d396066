/* A UMDF driver that calls what only KMDF has: the compiler names it. */
#include <windows.h>
#include <wdf.h>

DRIVER_INITIALIZE DriverEntry;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    return WdfWdmDriverGetWdfDriverHandle(DriverObject) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
