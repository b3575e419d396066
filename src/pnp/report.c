/*
 * Devices that drivers report themselves, since no bus does: IoReportDetectedDevice and
 * IoReportRootDevice.
 */
#include "pnpp.h"

struct report {
    PDRIVER_OBJECT driver;
    PCM_RESOURCE_LIST resources;
    PDEVICE_OBJECT *pdo;
};

static PWSTR service_of(PDRIVER_OBJECT driver)
{
    UNICODE_STRING copy;

    return NT_SUCCESS(pnp_copy_string(&copy, &driver->DriverExtension->ServiceKeyName))
               ? copy.Buffer
               : NULL;
}

/* The driver attaches to the PDO by itself: nobody is asked to add or start anything. */
static NTSTATUS detect(struct report *report, PCWSTR service)
{
    struct pnp_path path;
    struct pnp_node *node;
    NTSTATUS status = pnp_root_start();

    if (NT_SUCCESS(status))
        status = pnp_root_add(service, &path, report->pdo);
    if (!NT_SUCCESS(status))
        return status;
    pnp_take_children(pnp.root);
    node = pnp_node_of(*report->pdo);
    if (!node)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = pnp_identify(node);
    if (NT_SUCCESS(status)) {
        if (report->resources)
            status = pnp_set_resources(node, pnp_copy_resources(report->resources));
        pnp_set_state(node, PNP_STARTED);
    }
    pnp_node_dereference(node);
    return status;
}

static NTSTATUS detect_on_thread(PVOID context)
{
    struct report *report = context;
    PWSTR service = service_of(report->driver);
    NTSTATUS status = service ? detect(report, service) : STATUS_INSUFFICIENT_RESOURCES;

    pnp_free(service);
    return status;
}

NTSTATUS NTAPI IoReportDetectedDevice(PDRIVER_OBJECT DriverObject, INTERFACE_TYPE LegacyBusType,
                                      ULONG BusNumber, ULONG SlotNumber,
                                      PCM_RESOURCE_LIST ResourceList,
                                      PIO_RESOURCE_REQUIREMENTS_LIST ResourceRequirements,
                                      BOOLEAN ResourceAssigned, PDEVICE_OBJECT *DeviceObject)
{
    struct report report = {.driver = DriverObject, .resources = ResourceList, .pdo = DeviceObject};
    struct pnp_node *known;

    UNREFERENCED_PARAMETER(LegacyBusType);
    UNREFERENCED_PARAMETER(BusNumber);
    UNREFERENCED_PARAMETER(SlotNumber);
    UNREFERENCED_PARAMETER(ResourceRequirements);
    UNREFERENCED_PARAMETER(ResourceAssigned);
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    known = pnp_node_of(*DeviceObject);
    if (known) {
        pnp_node_dereference(known);
        return STATUS_NO_SUCH_DEVICE;
    }
    return pnp_call(detect_on_thread, &report);
}

/* Later, on the PnP thread: the driver's DriverEntry is still running. */
struct root_report {
    struct pnp_action action;
    PDRIVER_OBJECT driver; /* referenced */
};

static VOID run_root_report(struct pnp_action *action)
{
    struct root_report *report = CONTAINING_RECORD(action, struct root_report, action);
    CHAR text[512] = "";
    struct pnp_reason reason = {text, sizeof(text)};

    if (!NT_SUCCESS(pnp_add_driver_device(report->driver, &reason)))
        rtl_log("%s", text);
    ObDereferenceObject(report->driver);
    pnp_free(report);
}

NTSTATUS NTAPI IoReportRootDevice(PDRIVER_OBJECT DriverObject)
{
    struct root_report *report;
    NTSTATUS status;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    status = pnp_thread_start();
    if (!NT_SUCCESS(status))
        return status;
    report = pnp_allocate(sizeof(*report));
    if (!report)
        return STATUS_INSUFFICIENT_RESOURCES;
    report->action.run = run_root_report;
    report->driver = DriverObject;
    ObReferenceObject(DriverObject);
    pnp_queue(&report->action);
    return STATUS_SUCCESS;
}
