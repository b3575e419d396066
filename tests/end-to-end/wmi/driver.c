/*
 * A machine whose data WMI serves: one block that is its instance's context, two with callbacks
 * and a method, and an event, which the driver itself listens to.
 */
#include <ntddk.h>
#include <wdf.h>
#include <wmistr.h>
#include <initguid.h>
#include <MachineMof.h>

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD MachineAdd;
EVT_WDF_OBJECT_CONTEXT_CLEANUP MachineCleanup;
EVT_WDF_WMI_INSTANCE_QUERY_INSTANCE ControlQuery;
EVT_WDF_WMI_INSTANCE_SET_INSTANCE ControlSet;
EVT_WDF_WMI_INSTANCE_SET_ITEM ControlSetItem;
EVT_WDF_WMI_INSTANCE_EXECUTE_METHOD ControlExecute;
EVT_WDF_WMI_PROVIDER_FUNCTION_CONTROL EventControl;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(MachineInformation, GetInformation)
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(MachineControl, GetControl)

typedef struct _MACHINE {
    PVOID Listener;
    WDFWMIINSTANCE Turned;
    ULONG Fired;      /* events */
    KSEMAPHORE Heard; /* released for each that came back */
} MACHINE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(MACHINE, GetMachine)

static VOID NTAPI Heard(PVOID Wnode, PVOID Context)
{
    PWNODE_SINGLE_INSTANCE event = Wnode;

    DbgPrint("machine: turned by %u\n", *(PULONG)((PUCHAR)event + event->DataBlockOffset));
    KeReleaseSemaphore(&((MACHINE *)Context)->Heard, IO_NO_INCREMENT, 1, FALSE);
}

NTSTATUS ControlQuery(WDFWMIINSTANCE Instance, ULONG Size, PVOID Buffer, PULONG Used)
{
    UNREFERENCED_PARAMETER(Size); /* the provider's least size is the block's */
    *(PMachineControl)Buffer = *GetControl(Instance);
    *Used = MachineControl_SIZE;
    return STATUS_SUCCESS;
}

NTSTATUS ControlSet(WDFWMIINSTANCE Instance, ULONG Size, PVOID Buffer)
{
    UNREFERENCED_PARAMETER(Size);
    *GetControl(Instance) = *(PMachineControl)Buffer;
    return STATUS_SUCCESS;
}

NTSTATUS ControlSetItem(WDFWMIINSTANCE Instance, ULONG Id, ULONG Size, PVOID Buffer)
{
    if (Id != MachineControl_Value_ID)
        return STATUS_WMI_READ_ONLY;
    if (Size < MachineControl_Value_SIZE)
        return STATUS_BUFFER_TOO_SMALL;
    GetControl(Instance)->Value = *(PLONG)Buffer;
    return STATUS_SUCCESS;
}

NTSTATUS ControlExecute(WDFWMIINSTANCE Instance, ULONG Id, ULONG InSize, ULONG OutSize,
                        PVOID Buffer, PULONG Used)
{
    WDFDEVICE device = WdfWmiInstanceGetDevice(Instance);
    ULONG angle;

    *Used = 0;
    if (Id != TurnMachine)
        return STATUS_WMI_ITEMID_NOT_FOUND;
    if (InSize < TurnMachine_IN_SIZE)
        return STATUS_INVALID_PARAMETER;
    *Used = TurnMachine_OUT_SIZE;
    if (OutSize < TurnMachine_OUT_SIZE)
        return STATUS_BUFFER_TOO_SMALL;
    angle = ((PTurnMachine_IN)Buffer)->Angle;
    GetControl(Instance)->Value += (LONG)angle;
    ((PTurnMachine_OUT)Buffer)->Reached = (ULONG)GetControl(Instance)->Value;
    if (NT_SUCCESS(WdfWmiInstanceFireEvent(GetMachine(device)->Turned, sizeof(angle), &angle)))
        GetMachine(device)->Fired++;
    return STATUS_SUCCESS;
}

NTSTATUS EventControl(WDFWMIPROVIDER Provider, WDF_WMI_PROVIDER_CONTROL Control, BOOLEAN Enable)
{
    UNREFERENCED_PARAMETER(Provider);
    if (Control == WdfWmiEventControl)
        DbgPrint("machine: %s wants events\n", Enable ? "somebody" : "nobody");
    return STATUS_SUCCESS;
}

static NTSTATUS AddInformation(WDFDEVICE Device)
{
    WDF_WMI_PROVIDER_CONFIG provider;
    WDF_WMI_INSTANCE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFWMIINSTANCE instance;
    NTSTATUS status;

    WDF_WMI_PROVIDER_CONFIG_INIT(&provider, &MachineInformation_GUID);
    provider.MinInstanceBufferSize = MachineInformation_SIZE;
    WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER_CONFIG(&config, &provider);
    config.Register = TRUE;
    config.UseContextForQuery = TRUE;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, MachineInformation);
    status = WdfWmiInstanceCreate(Device, &config, &attributes, &instance);
    if (NT_SUCCESS(status)) {
        GetInformation(instance)->State = (ULONG)wcslen(L"state");
        GetInformation(instance)->Speed = 60;
    }
    return status;
}

static NTSTATUS AddControls(WDFDEVICE Device)
{
    WDF_WMI_PROVIDER_CONFIG config;
    WDF_WMI_INSTANCE_CONFIG instanceConfig;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFWMIINSTANCE instance;
    WDFWMIPROVIDER provider;
    NTSTATUS status;
    LONG i;

    WDF_WMI_PROVIDER_CONFIG_INIT(&config, &MachineControl_GUID);
    config.MinInstanceBufferSize = MachineControl_SIZE;
    status = WdfWmiProviderCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &provider);
    for (i = 0; i < 2 && NT_SUCCESS(status); i++) {
        WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER(&instanceConfig, provider);
        instanceConfig.Register = TRUE;
        instanceConfig.EvtWmiInstanceQueryInstance = ControlQuery;
        instanceConfig.EvtWmiInstanceSetInstance = ControlSet;
        instanceConfig.EvtWmiInstanceSetItem = ControlSetItem;
        instanceConfig.EvtWmiInstanceExecuteMethod = ControlExecute;
        WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, MachineControl);
        status = WdfWmiInstanceCreate(Device, &instanceConfig, &attributes, &instance);
        if (NT_SUCCESS(status))
            GetControl(instance)->Value = 10 * (i + 1);
    }
    return status;
}

static NTSTATUS AddEvent(WDFDEVICE Device)
{
    GUID turned = MachineTurned_GUID;
    WDF_WMI_PROVIDER_CONFIG provider;
    WDF_WMI_INSTANCE_CONFIG config;
    MACHINE *machine = GetMachine(Device);
    NTSTATUS status;

    KeInitializeSemaphore(&machine->Heard, 0, MAXLONG);
    status = IoWMIOpenBlock(&turned, WMIGUID_NOTIFICATION, &machine->Listener);
    if (NT_SUCCESS(status))
        status = IoWMISetNotificationCallback(machine->Listener, Heard, machine);
    if (!NT_SUCCESS(status))
        return status;
    WDF_WMI_PROVIDER_CONFIG_INIT(&provider, &MachineTurned_GUID);
    provider.Flags = WdfWmiProviderEventOnly | WdfWmiProviderExpensive;
    provider.EvtWmiProviderFunctionControl = EventControl;
    WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER_CONFIG(&config, &provider);
    config.Register = TRUE;
    return WdfWmiInstanceCreate(Device, &config, WDF_NO_OBJECT_ATTRIBUTES, &machine->Turned);
}

VOID MachineCleanup(WDFOBJECT Device)
{
    MACHINE *machine = GetMachine(Device);

    for (; machine->Fired; machine->Fired--)
        KeWaitForSingleObject(&machine->Heard, Executive, KernelMode, FALSE, NULL);
    if (machine->Listener)
        ObDereferenceObject(machine->Listener);
}

NTSTATUS MachineAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    DECLARE_CONST_UNICODE_STRING(mof, L"MofResource");
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, MACHINE);
    attributes.EvtCleanupCallback = MachineCleanup;
    status = WdfDeviceCreate(&DeviceInit, &attributes, &device);
    if (NT_SUCCESS(status))
        status = WdfDeviceAssignMofResourceName(device, &mof);
    if (NT_SUCCESS(status))
        status = AddInformation(device);
    if (NT_SUCCESS(status))
        status = AddControls(device);
    if (NT_SUCCESS(status))
        status = AddEvent(device);
    return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, MachineAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
                           WDF_NO_HANDLE);
}
