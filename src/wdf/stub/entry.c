/*
 * Linked into every driver of the framework: where it is entered, and what its calls find
 * the framework by. Compiled once for KMDF and once for UMDF drivers; by the entry's name the
 * kernel and a driver host know which is theirs.
 */
#ifdef UMDF_VERSION_MAJOR
#include <windows.h>
#define ENTRY FxDriverEntryUm
#define BIND ntio_wdf_bind_user
#else
#include <ntddk.h>
#define ENTRY FxDriverEntry
#define BIND ntio_wdf_bind
#endif
#include <wdf.h>

__attribute__((visibility("hidden"))) PWDF_DRIVER_GLOBALS WdfDriverGlobals;

DRIVER_INITIALIZE DriverEntry;

/* libntio's; src/wdf/driver.h. */
NTSTATUS NTAPI BIND(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path,
                    PWDF_DRIVER_GLOBALS *globals);
NTSTATUS NTAPI ntio_wdf_entered(PWDF_DRIVER_GLOBALS globals, NTSTATUS status);

/* The linker's marks around the types that other drivers export; none if there are none. */
extern WDF_OBJECT_CONTEXT_TYPE_INFO __start_kmdftypeinit[]
    __attribute__((weak, visibility("hidden")));
extern WDF_OBJECT_CONTEXT_TYPE_INFO __stop_kmdftypeinit[]
    __attribute__((weak, visibility("hidden")));

static NTSTATUS find_types(void)
{
    WDF_OBJECT_CONTEXT_TYPE_INFO *type;

    for (type = __start_kmdftypeinit; type < __stop_kmdftypeinit; type++) {
        if (type->Size != sizeof(*type))
            return STATUS_INVALID_PARAMETER;
        if (!type->EvtDriverGetUniqueContextType)
            continue;
        type->UniqueType = type->EvtDriverGetUniqueContextType();
        if (!type->UniqueType)
            return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

__attribute__((visibility("default"))) NTSTATUS NTAPI ENTRY(PDRIVER_OBJECT driver,
                                                            PUNICODE_STRING registry_path)
{
    NTSTATUS status = BIND(driver, registry_path, &WdfDriverGlobals);

    if (!NT_SUCCESS(status))
        return status;
    status = find_types();
    if (NT_SUCCESS(status))
        status = DriverEntry(driver, registry_path);
    return ntio_wdf_entered(WdfDriverGlobals, status);
}
