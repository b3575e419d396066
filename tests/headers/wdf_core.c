/*
 * Structures of the framework that a driver touches have the sizes and offsets of Windows x64,
 * and the functions that initialize them leave the documented defaults.
 *
 * This part: objects, the driver, memory, requests, queues, I/O targets, timers, DPCs, work
 * items, bug check data. Layouts are asserted when this is compiled.
 */
#include <ntddk.h>
#include <stddef.h>
#include <wdfbugcodes.h>
#include <wdfcore.h>
#include <wdfdpc.h>
#include <wdfdriver.h>
#include <wdfio.h>
#include <wdfiotarget.h>
#include <wdfstatus.h>
#include <wdftimer.h>
#include <wdfworkitem.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member)

SIZE(WDF_DRIVER_GLOBALS, 0x38);
AT(WDF_DRIVER_GLOBALS, Driver, 0x00);
AT(WDF_DRIVER_GLOBALS, DriverFlags, 0x08);
AT(WDF_DRIVER_GLOBALS, DriverTag, 0x0c);
AT(WDF_DRIVER_GLOBALS, DriverName, 0x10);
AT(WDF_DRIVER_GLOBALS, DisplaceDriverUnload, 0x30);

SIZE(WDF_POWER_ROUTINE_TIMED_OUT_DATA, 0x20);
AT(WDF_POWER_ROUTINE_TIMED_OUT_DATA, PowerState, 0x00);
AT(WDF_POWER_ROUTINE_TIMED_OUT_DATA, PowerPolicyState, 0x04);
AT(WDF_POWER_ROUTINE_TIMED_OUT_DATA, DeviceObject, 0x08);
AT(WDF_POWER_ROUTINE_TIMED_OUT_DATA, Device, 0x10);
AT(WDF_POWER_ROUTINE_TIMED_OUT_DATA, TimedOutThread, 0x18);

SIZE(WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA, 0x28);
AT(WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA, Request, 0x00);
AT(WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA, Irp, 0x08);
AT(WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA, OutputBufferLength, 0x10);
AT(WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA, Information, 0x18);
AT(WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH_DATA, MajorFunction, 0x20);

SIZE(WDF_QUEUE_FATAL_ERROR_DATA, 0x18);
AT(WDF_QUEUE_FATAL_ERROR_DATA, Queue, 0x00);
AT(WDF_QUEUE_FATAL_ERROR_DATA, Request, 0x08);
AT(WDF_QUEUE_FATAL_ERROR_DATA, Status, 0x10);

SIZE(WDF_OBJECT_ATTRIBUTES, 0x38);
AT(WDF_OBJECT_ATTRIBUTES, Size, 0x00);
AT(WDF_OBJECT_ATTRIBUTES, EvtCleanupCallback, 0x08);
AT(WDF_OBJECT_ATTRIBUTES, EvtDestroyCallback, 0x10);
AT(WDF_OBJECT_ATTRIBUTES, ExecutionLevel, 0x18);
AT(WDF_OBJECT_ATTRIBUTES, SynchronizationScope, 0x1c);
AT(WDF_OBJECT_ATTRIBUTES, ParentObject, 0x20);
AT(WDF_OBJECT_ATTRIBUTES, ContextSizeOverride, 0x28);
AT(WDF_OBJECT_ATTRIBUTES, ContextTypeInfo, 0x30);

SIZE(WDF_OBJECT_CONTEXT_TYPE_INFO, 0x28);
AT(WDF_OBJECT_CONTEXT_TYPE_INFO, Size, 0x00);
AT(WDF_OBJECT_CONTEXT_TYPE_INFO, ContextName, 0x08);
AT(WDF_OBJECT_CONTEXT_TYPE_INFO, ContextSize, 0x10);
AT(WDF_OBJECT_CONTEXT_TYPE_INFO, UniqueType, 0x18);
AT(WDF_OBJECT_CONTEXT_TYPE_INFO, EvtDriverGetUniqueContextType, 0x20);

SIZE(WDF_CUSTOM_TYPE_CONTEXT, 0x10);
AT(WDF_CUSTOM_TYPE_CONTEXT, Size, 0x00);
AT(WDF_CUSTOM_TYPE_CONTEXT, Data, 0x08);

SIZE(WDFMEMORY_OFFSET, 0x10);
AT(WDFMEMORY_OFFSET, BufferOffset, 0x00);
AT(WDFMEMORY_OFFSET, BufferLength, 0x08);

SIZE(WDF_MEMORY_DESCRIPTOR, 0x18);
AT(WDF_MEMORY_DESCRIPTOR, Type, 0x00);
AT(WDF_MEMORY_DESCRIPTOR, u, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.BufferType, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.BufferType.Buffer, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.BufferType.Length, 0x10);
AT(WDF_MEMORY_DESCRIPTOR, u.MdlType, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.MdlType.Mdl, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.MdlType.BufferLength, 0x10);
AT(WDF_MEMORY_DESCRIPTOR, u.HandleType, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.HandleType.Memory, 0x08);
AT(WDF_MEMORY_DESCRIPTOR, u.HandleType.Offsets, 0x10);

SIZE(WDF_DRIVER_CONFIG, 0x20);
AT(WDF_DRIVER_CONFIG, Size, 0x00);
AT(WDF_DRIVER_CONFIG, EvtDriverDeviceAdd, 0x08);
AT(WDF_DRIVER_CONFIG, EvtDriverUnload, 0x10);
AT(WDF_DRIVER_CONFIG, DriverInitFlags, 0x18);
AT(WDF_DRIVER_CONFIG, DriverPoolTag, 0x1c);

SIZE(WDF_DRIVER_VERSION_AVAILABLE_PARAMS, 0x0c);
AT(WDF_DRIVER_VERSION_AVAILABLE_PARAMS, Size, 0x00);
AT(WDF_DRIVER_VERSION_AVAILABLE_PARAMS, MajorVersion, 0x04);
AT(WDF_DRIVER_VERSION_AVAILABLE_PARAMS, MinorVersion, 0x08);

SIZE(WDF_IO_QUEUE_CONFIG, 0x60);
AT(WDF_IO_QUEUE_CONFIG, Size, 0x00);
AT(WDF_IO_QUEUE_CONFIG, DispatchType, 0x04);
AT(WDF_IO_QUEUE_CONFIG, PowerManaged, 0x08);
AT(WDF_IO_QUEUE_CONFIG, AllowZeroLengthRequests, 0x0c);
AT(WDF_IO_QUEUE_CONFIG, DefaultQueue, 0x0d);
AT(WDF_IO_QUEUE_CONFIG, EvtIoDefault, 0x10);
AT(WDF_IO_QUEUE_CONFIG, EvtIoRead, 0x18);
AT(WDF_IO_QUEUE_CONFIG, EvtIoWrite, 0x20);
AT(WDF_IO_QUEUE_CONFIG, EvtIoDeviceControl, 0x28);
AT(WDF_IO_QUEUE_CONFIG, EvtIoInternalDeviceControl, 0x30);
AT(WDF_IO_QUEUE_CONFIG, EvtIoStop, 0x38);
AT(WDF_IO_QUEUE_CONFIG, EvtIoResume, 0x40);
AT(WDF_IO_QUEUE_CONFIG, EvtIoCanceledOnQueue, 0x48);
AT(WDF_IO_QUEUE_CONFIG, Settings, 0x50);
AT(WDF_IO_QUEUE_CONFIG, Settings.Parallel, 0x50);
AT(WDF_IO_QUEUE_CONFIG, Settings.Parallel.NumberOfPresentedRequests, 0x50);
AT(WDF_IO_QUEUE_CONFIG, Driver, 0x58);

SIZE(WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS, 0x08);
AT(WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS, Policy, 0x00);
AT(WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS, Policy.ExaminePolicy, 0x00);
AT(WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS,
   Policy.ExaminePolicy.EvtIoWdmIrpForForwardProgress, 0x00);

SIZE(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, 0x28);
AT(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, Size, 0x00);
AT(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, TotalForwardProgressRequests, 0x04);
AT(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, ForwardProgressReservedPolicy, 0x08);
AT(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, ForwardProgressReservePolicySettings, 0x10);
AT(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, EvtIoAllocateResourcesForReservedRequest, 0x18);
AT(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, EvtIoAllocateRequestResources, 0x20);

SIZE(WDF_IO_TARGET_OPEN_PARAMS, 0x88);
AT(WDF_IO_TARGET_OPEN_PARAMS, Size, 0x00);
AT(WDF_IO_TARGET_OPEN_PARAMS, Type, 0x04);
AT(WDF_IO_TARGET_OPEN_PARAMS, EvtIoTargetQueryRemove, 0x08);
AT(WDF_IO_TARGET_OPEN_PARAMS, EvtIoTargetRemoveCanceled, 0x10);
AT(WDF_IO_TARGET_OPEN_PARAMS, EvtIoTargetRemoveComplete, 0x18);
AT(WDF_IO_TARGET_OPEN_PARAMS, TargetDeviceObject, 0x20);
AT(WDF_IO_TARGET_OPEN_PARAMS, TargetFileObject, 0x28);
AT(WDF_IO_TARGET_OPEN_PARAMS, TargetDeviceName, 0x30);
AT(WDF_IO_TARGET_OPEN_PARAMS, DesiredAccess, 0x40);
AT(WDF_IO_TARGET_OPEN_PARAMS, ShareAccess, 0x44);
AT(WDF_IO_TARGET_OPEN_PARAMS, FileAttributes, 0x48);
AT(WDF_IO_TARGET_OPEN_PARAMS, CreateDisposition, 0x4c);
AT(WDF_IO_TARGET_OPEN_PARAMS, CreateOptions, 0x50);
AT(WDF_IO_TARGET_OPEN_PARAMS, EaBuffer, 0x58);
AT(WDF_IO_TARGET_OPEN_PARAMS, EaBufferLength, 0x60);
AT(WDF_IO_TARGET_OPEN_PARAMS, AllocationSize, 0x68);
AT(WDF_IO_TARGET_OPEN_PARAMS, FileInformation, 0x70);
AT(WDF_IO_TARGET_OPEN_PARAMS, FileName, 0x78);

SIZE(WDF_REQUEST_PARAMETERS, 0x28);
AT(WDF_REQUEST_PARAMETERS, Size, 0x00);
AT(WDF_REQUEST_PARAMETERS, MinorFunction, 0x02);
AT(WDF_REQUEST_PARAMETERS, Type, 0x04);
AT(WDF_REQUEST_PARAMETERS, Parameters, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Create, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Create.SecurityContext, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Create.Options, 0x10);
AT(WDF_REQUEST_PARAMETERS, Parameters.Create.FileAttributes, 0x18);
AT(WDF_REQUEST_PARAMETERS, Parameters.Create.ShareAccess, 0x1a);
AT(WDF_REQUEST_PARAMETERS, Parameters.Create.EaLength, 0x20);
AT(WDF_REQUEST_PARAMETERS, Parameters.Read, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Read.Length, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Read.Key, 0x10);
AT(WDF_REQUEST_PARAMETERS, Parameters.Read.DeviceOffset, 0x18);
AT(WDF_REQUEST_PARAMETERS, Parameters.Write, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Write.Length, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Write.Key, 0x10);
AT(WDF_REQUEST_PARAMETERS, Parameters.Write.DeviceOffset, 0x18);
AT(WDF_REQUEST_PARAMETERS, Parameters.DeviceIoControl, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.DeviceIoControl.OutputBufferLength, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.DeviceIoControl.InputBufferLength, 0x10);
AT(WDF_REQUEST_PARAMETERS, Parameters.DeviceIoControl.IoControlCode, 0x18);
AT(WDF_REQUEST_PARAMETERS, Parameters.DeviceIoControl.Type3InputBuffer, 0x20);
AT(WDF_REQUEST_PARAMETERS, Parameters.Others, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Others.Arg1, 0x08);
AT(WDF_REQUEST_PARAMETERS, Parameters.Others.Arg2, 0x10);
AT(WDF_REQUEST_PARAMETERS, Parameters.Others.IoControlCode, 0x18);
AT(WDF_REQUEST_PARAMETERS, Parameters.Others.Arg4, 0x20);

SIZE(WDF_REQUEST_COMPLETION_PARAMS, 0x48);
AT(WDF_REQUEST_COMPLETION_PARAMS, Size, 0x00);
AT(WDF_REQUEST_COMPLETION_PARAMS, Type, 0x04);
AT(WDF_REQUEST_COMPLETION_PARAMS, IoStatus, 0x08);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Write, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Write.Buffer, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Write.Length, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Write.Offset, 0x28);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Read, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Read.Buffer, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Read.Length, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Read.Offset, 0x28);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.IoControlCode, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Input, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Input.Buffer, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Input.Offset, 0x28);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Output, 0x30);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Output.Buffer, 0x30);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Output.Offset, 0x38);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Ioctl.Output.Length, 0x40);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument1, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument1.Ptr, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument1.Value, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument2, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument2.Ptr, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument2.Value, 0x20);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument3, 0x28);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument3.Ptr, 0x28);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument3.Value, 0x28);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument4, 0x30);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument4.Ptr, 0x30);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Others.Argument4.Value, 0x30);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Usb, 0x18);
AT(WDF_REQUEST_COMPLETION_PARAMS, Parameters.Usb.Completion, 0x18);

SIZE(WDF_REQUEST_REUSE_PARAMS, 0x18);
AT(WDF_REQUEST_REUSE_PARAMS, Size, 0x00);
AT(WDF_REQUEST_REUSE_PARAMS, Flags, 0x04);
AT(WDF_REQUEST_REUSE_PARAMS, Status, 0x08);
AT(WDF_REQUEST_REUSE_PARAMS, NewIrp, 0x10);

SIZE(WDF_REQUEST_SEND_OPTIONS, 0x10);
AT(WDF_REQUEST_SEND_OPTIONS, Size, 0x00);
AT(WDF_REQUEST_SEND_OPTIONS, Flags, 0x04);
AT(WDF_REQUEST_SEND_OPTIONS, Timeout, 0x08);

SIZE(WDF_REQUEST_FORWARD_OPTIONS, 0x08);
AT(WDF_REQUEST_FORWARD_OPTIONS, Size, 0x00);
AT(WDF_REQUEST_FORWARD_OPTIONS, Flags, 0x04);

SIZE(WDF_TIMER_CONFIG, 0x28);
AT(WDF_TIMER_CONFIG, Size, 0x00);
AT(WDF_TIMER_CONFIG, EvtTimerFunc, 0x08);
AT(WDF_TIMER_CONFIG, Period, 0x10);
AT(WDF_TIMER_CONFIG, AutomaticSerialization, 0x14);
AT(WDF_TIMER_CONFIG, TolerableDelay, 0x18);
AT(WDF_TIMER_CONFIG, UseHighResolutionTimer, 0x20);

SIZE(WDF_DPC_CONFIG, 0x18);
AT(WDF_DPC_CONFIG, Size, 0x00);
AT(WDF_DPC_CONFIG, EvtDpcFunc, 0x08);
AT(WDF_DPC_CONFIG, AutomaticSerialization, 0x10);

SIZE(WDF_WORKITEM_CONFIG, 0x18);
AT(WDF_WORKITEM_CONFIG, Size, 0x00);
AT(WDF_WORKITEM_CONFIG, EvtWorkItemFunc, 0x08);
AT(WDF_WORKITEM_CONFIG, AutomaticSerialization, 0x10);

_Static_assert(WdfRequestTypeDeviceControlInternal == IRP_MJ_INTERNAL_DEVICE_CONTROL, "types");
_Static_assert(WdfRequestTypePnp == IRP_MJ_PNP, "types");
_Static_assert(WdfRequestTypeMax == 0x100, "types");
_Static_assert(STATUS_WDF_QUEUED == 0x40200000, "informational");
_Static_assert((ULONG)STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS == 0xC0200214, "error");
_Static_assert(INDEX_WDF_OBJECT_ATTRIBUTES == 38, "structure numbers");
_Static_assert(WDF_STRUCTURE_TABLE_NUM_ENTRIES == 81, "structure numbers");

/* Every structure is full of rubbish before it is initialized. */
#define RUBBISH(it) RtlFillMemory(&(it), sizeof(it), 0xa5)

static int failures;
#define CHECK(condition) (failures += (condition) ? 0 : 1)

static VOID NTAPI handle(WDFQUEUE queue, WDFREQUEST request)
{
    UNREFERENCED_PARAMETER(queue);
    UNREFERENCED_PARAMETER(request);
}

static WDF_IO_FORWARD_PROGRESS_ACTION NTAPI examine(WDFQUEUE queue, PIRP irp)
{
    UNREFERENCED_PARAMETER(queue);
    UNREFERENCED_PARAMETER(irp);
    return WdfIoForwardProgressActionFailRequest;
}

static void objects_and_driver(void)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_DRIVER_CONFIG driver;
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS version;

    RUBBISH(attributes);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    CHECK(attributes.Size == sizeof(attributes) && attributes.ParentObject == NULL);
    CHECK(attributes.ExecutionLevel == WdfExecutionLevelInheritFromParent);
    CHECK(attributes.SynchronizationScope == WdfSynchronizationScopeInheritFromParent);
    CHECK(attributes.ContextTypeInfo == NULL && attributes.ContextSizeOverride == 0);

    RUBBISH(driver);
    WDF_DRIVER_CONFIG_INIT(&driver, WDF_NO_EVENT_CALLBACK);
    CHECK(driver.Size == sizeof(driver) && driver.EvtDriverDeviceAdd == NULL);
    CHECK(driver.EvtDriverUnload == NULL && driver.DriverInitFlags == 0);
    CHECK(driver.DriverPoolTag == 0);

    RUBBISH(version);
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&version, 1, 33);
    CHECK(version.Size == 12 && version.MajorVersion == 1 && version.MinorVersion == 33);
}

static void memory_and_requests(void)
{
    WDF_MEMORY_DESCRIPTOR descriptor;
    WDF_REQUEST_PARAMETERS parameters;
    WDF_REQUEST_COMPLETION_PARAMS completion;
    WDF_REQUEST_REUSE_PARAMS reuse;
    WDF_REQUEST_SEND_OPTIONS send;
    WDF_REQUEST_FORWARD_OPTIONS forward;
    char buffer[4];

    RUBBISH(descriptor);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&descriptor, buffer, sizeof(buffer));
    CHECK(descriptor.Type == WdfMemoryDescriptorTypeBuffer);
    CHECK(descriptor.u.BufferType.Buffer == buffer && descriptor.u.BufferType.Length == 4);
    WDF_MEMORY_DESCRIPTOR_INIT_MDL(&descriptor, (PMDL)buffer, 3);
    CHECK(descriptor.Type == WdfMemoryDescriptorTypeMdl && descriptor.u.MdlType.BufferLength == 3);
    WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&descriptor, (WDFMEMORY)buffer, NULL);
    CHECK(descriptor.Type == WdfMemoryDescriptorTypeHandle);
    CHECK(descriptor.u.HandleType.Offsets == NULL);

    RUBBISH(parameters);
    WDF_REQUEST_PARAMETERS_INIT(&parameters);
    CHECK(parameters.Size == 0x28 && parameters.Type == WdfRequestTypeCreate);

    RUBBISH(completion);
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&completion);
    CHECK(completion.Size == sizeof(completion) && completion.Type == WdfRequestTypeNoFormat);

    RUBBISH(reuse);
    WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_CANCELLED);
    CHECK(reuse.Size == sizeof(reuse) && reuse.Flags == 0 && reuse.Status == STATUS_CANCELLED);
    CHECK(reuse.NewIrp == NULL);
    WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(&reuse, (PIRP)buffer);
    CHECK(reuse.Flags == WDF_REQUEST_REUSE_SET_NEW_IRP && reuse.NewIrp == (PIRP)buffer);

    RUBBISH(send);
    WDF_REQUEST_SEND_OPTIONS_INIT(&send, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
    CHECK(send.Size == sizeof(send) && send.Timeout == 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&send, WDF_REL_TIMEOUT_IN_MS(7));
    CHECK(send.Flags == 3 && send.Timeout == -70000);

    RUBBISH(forward);
    WDF_REQUEST_FORWARD_OPTIONS_INIT(&forward);
    CHECK(forward.Size == 8 && forward.Flags == WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET);
}

static void queues(void)
{
    WDF_IO_QUEUE_CONFIG config;
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;
    unsigned state;

    RUBBISH(config);
    WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
    config.EvtIoDefault = handle;
    CHECK(config.Size == sizeof(config) && config.PowerManaged == WdfUseDefault);
    CHECK(config.Settings.Parallel.NumberOfPresentedRequests == 0 && !config.DefaultQueue);
    RUBBISH(config);
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
    CHECK(config.Settings.Parallel.NumberOfPresentedRequests == MAXULONG && config.DefaultQueue);
    CHECK(!config.AllowZeroLengthRequests && config.Driver == NULL && config.EvtIoDefault == NULL);

    RUBBISH(policy);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, 5);
    CHECK(policy.ForwardProgressReservedPolicy ==
          WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest);
    CHECK(policy.Size == sizeof(policy) && policy.TotalForwardProgressRequests == 5);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 5, examine);
    CHECK(policy.ForwardProgressReservedPolicy == WdfIoForwardProgressReservedPolicyUseExamine);
    CHECK(policy.ForwardProgressReservePolicySettings.Policy.ExaminePolicy
              .EvtIoWdmIrpForForwardProgress == examine);
    WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(&policy, 5);
    CHECK(policy.ForwardProgressReservedPolicy == WdfIoForwardProgressReservedPolicyPagingIO);

    /* Every set of the five states. */
    for (state = 0; state < 32; state++) {
        WDF_IO_QUEUE_STATE set = (WDF_IO_QUEUE_STATE)state;
        int accepts = state & 1, dispatches = state >> 1 & 1, empty = state >> 2 & 1;
        int driver_has_none = state >> 3 & 1, held = state >> 4 & 1;

        CHECK(WDF_IO_QUEUE_IDLE(set) == (empty && driver_has_none));
        CHECK(WDF_IO_QUEUE_READY(set) == (accepts && dispatches && !held));
        CHECK(WDF_IO_QUEUE_STOPPED(set) == (accepts && !dispatches && driver_has_none));
        CHECK(WDF_IO_QUEUE_DRAINED(set) == (!accepts && dispatches && empty && driver_has_none));
        CHECK(WDF_IO_QUEUE_PURGED(set) == (!accepts && empty && driver_has_none));
    }
}

static void targets_and_deferred_work(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\Null");
    WDF_IO_TARGET_OPEN_PARAMS open;
    WDF_TIMER_CONFIG timer;
    WDF_DPC_CONFIG dpc;
    WDF_WORKITEM_CONFIG item;

    RUBBISH(open);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&open, (PDEVICE_OBJECT)&name);
    CHECK(open.Size == sizeof(open) && open.Type == WdfIoTargetOpenUseExistingDevice);
    CHECK(open.TargetDeviceObject == (PDEVICE_OBJECT)&name && open.TargetFileObject == NULL);
    RUBBISH(open);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(&open, &name, GENERIC_READ);
    CHECK(open.Type == WdfIoTargetOpenByName && open.CreateDisposition == 0);
    CHECK(open.TargetDeviceName.Buffer == name.Buffer && open.DesiredAccess == GENERIC_READ);
    CHECK(open.CreateOptions == FILE_NON_DIRECTORY_FILE && open.ShareAccess == 0);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&open, &name, GENERIC_READ);
    CHECK(open.CreateDisposition == FILE_OPEN && open.Type == WdfIoTargetOpenByName);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&open);
    CHECK(open.Type == WdfIoTargetOpenReopen && open.TargetDeviceName.Buffer == NULL);

    RUBBISH(timer);
    WDF_TIMER_CONFIG_INIT(&timer, WDF_NO_EVENT_CALLBACK);
    CHECK(timer.Size == sizeof(timer) && timer.Period == 0 && timer.AutomaticSerialization == TRUE);
    CHECK(timer.TolerableDelay == 0 && !timer.UseHighResolutionTimer);
    WDF_TIMER_CONFIG_INIT_PERIODIC(&timer, WDF_NO_EVENT_CALLBACK, 9);
    CHECK(timer.Period == 9 && timer.AutomaticSerialization == TRUE);

    RUBBISH(dpc);
    WDF_DPC_CONFIG_INIT(&dpc, WDF_NO_EVENT_CALLBACK);
    CHECK(dpc.Size == sizeof(dpc) && dpc.AutomaticSerialization == TRUE);
    RUBBISH(item);
    WDF_WORKITEM_CONFIG_INIT(&item, WDF_NO_EVENT_CALLBACK);
    CHECK(item.Size == sizeof(item) && item.AutomaticSerialization == TRUE);
}

static void arithmetic(void)
{
    int numbers[4];

    CHECK(WDF_REL_TIMEOUT_IN_SEC(2) == -20000000 && WDF_ABS_TIMEOUT_IN_SEC(2) == 20000000);
    CHECK(WDF_REL_TIMEOUT_IN_US(2) == -20 && WDF_ABS_TIMEOUT_IN_US(2) == 20);
    CHECK(WDF_REL_TIMEOUT_IN_MS(0) == 0 && WDF_ABS_TIMEOUT_IN_MS(2) == 20000);
    CHECK(WDF_ALIGN_SIZE_DOWN(15, 16) == 0 && WDF_ALIGN_SIZE_DOWN(16, 16) == 16);
    CHECK(WDF_ALIGN_SIZE_UP(1, 16) == 16 && WDF_ALIGN_SIZE_UP(16, 16) == 16);
    CHECK(WDF_ALIGN_SIZE_UP(17, 16) == 32 && WDF_ALIGN_SIZE_UP(5, 1) == 5);
    CHECK(WDF_ALIGN_SIZE_UP((size_t)-1, 16) == 0 && WDF_ALIGN_SIZE_UP(0, 16) == 0);
    CHECK(WDF_PTR_ADD_OFFSET(numbers, 4) == &numbers[1]);
    CHECK(WDF_PTR_GET_OFFSET(numbers, &numbers[3]) == 12);
}

int main(void)
{
    objects_and_driver();
    memory_and_requests();
    queues();
    targets_and_deferred_work();
    arithmetic();
    return failures != 0;
}
