/* Pins blocks of data: what a provider registered, and what its users get of it. */
#include <ntifs.h>
#include <wmilib.h>
#include <wmistr.h>

#include "io/iop.h"
#include "nt_cmocka.h"
#include "../../include/ntio/ntio.h"

#define WMI_TEST(body)                                                                             \
    {                                                                                              \
#body, run_in_system, NULL, stop_system, (void *)(body)                                    \
    }

static GUID counters = {0x11, 1, 1, {0}}, events = {0x11, 1, 2, {0}}, nobodys = {0x11, 1, 3, {0}};

/* ---- the provider --------------------------------------------------------------------------- */

static struct provider {
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    ULONG values[2];
    LONG enabled, disabled;  /* how often its events were */
    KEVENT entered, go;      /* a query is under way; may go on */
    BOOLEAN waits;           /* queries wait for go */
    KEVENT leaving, left;    /* deregistration begins; has ended */
    BOOLEAN left_in_a_query; /* it had ended when a query went on */
} provider;

static WMIGUIDREGINFO classes[] = {
    {&counters, 2, 0},
    {&events, 1, WMIREG_FLAG_EVENT_ONLY_GUID},
};

static NTSTATUS NTAPI query_reg_info(PDEVICE_OBJECT device, ULONG *flags, PUNICODE_STRING name,
                                     PUNICODE_STRING *path, PUNICODE_STRING mof,
                                     PDEVICE_OBJECT *pdo)
{
    static UNICODE_STRING registry = RTL_STRING(L"\\Registry\\Machine\\Unit");
    static const WCHAR base[] = L"Unit";

    (void)device, (void)mof, (void)pdo;
    *flags = WMIREG_FLAG_INSTANCE_BASENAME;
    *path = &registry;
    name->Length = name->MaximumLength = sizeof(base) - sizeof(WCHAR);
    name->Buffer = ExAllocatePool2(POOL_FLAG_PAGED, sizeof(base), 'tseT');
    memcpy(name->Buffer, base, sizeof(base));
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI query_block(PDEVICE_OBJECT device, PIRP irp, ULONG class, ULONG first,
                                  ULONG count, PULONG lengths, ULONG size, PUCHAR buffer)
{
    ULONG needed = (count - 1) * 8 + sizeof(ULONG), i;

    assert_int_equal(class, 0);
    if (provider.waits) {
        KeSetEvent(&provider.entered, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(&provider.go, Executive, KernelMode, FALSE, NULL);
        provider.left_in_a_query = KeReadStateEvent(&provider.left) != 0;
    }
    if (size < needed)
        return WmiCompleteRequest(device, irp, STATUS_BUFFER_TOO_SMALL, needed, 0);
    for (i = 0; i < count; i++) {
        lengths[i] = sizeof(ULONG);
        *(PULONG)(buffer + 8 * i) = provider.values[first + i];
    }
    return WmiCompleteRequest(device, irp, STATUS_SUCCESS, needed, 0);
}

static NTSTATUS NTAPI set_block(PDEVICE_OBJECT device, PIRP irp, ULONG class, ULONG instance,
                                ULONG size, PUCHAR buffer)
{
    assert_int_equal(class, 0);
    if (size != sizeof(ULONG))
        return WmiCompleteRequest(device, irp, STATUS_WMI_SET_FAILURE, 0, 0);
    provider.values[instance] = *(PULONG)buffer;
    return WmiCompleteRequest(device, irp, STATUS_SUCCESS, 0, 0);
}

static NTSTATUS NTAPI set_item(PDEVICE_OBJECT device, PIRP irp, ULONG class, ULONG instance,
                               ULONG item, ULONG size, PUCHAR buffer)
{
    return item == 1 ? set_block(device, irp, class, instance, size, buffer)
                     : WmiCompleteRequest(device, irp, STATUS_WMI_ITEMID_NOT_FOUND, 0, 0);
}

/* Doubles what it is given: four bytes become eight. */
static NTSTATUS NTAPI execute(PDEVICE_OBJECT device, PIRP irp, ULONG class, ULONG instance,
                              ULONG method, ULONG in, ULONG out, PUCHAR buffer)
{
    ULONG64 doubled;

    (void)class, (void)instance;
    if (method != 4 || in != sizeof(ULONG))
        return WmiCompleteRequest(device, irp, STATUS_WMI_ITEMID_NOT_FOUND, 0, 0);
    doubled = 2 * (ULONG64) * (PULONG)buffer;
    if (out < sizeof(doubled))
        return WmiCompleteRequest(device, irp, STATUS_BUFFER_TOO_SMALL, sizeof(doubled), 0);
    memcpy(buffer, &doubled, sizeof(doubled));
    return WmiCompleteRequest(device, irp, STATUS_SUCCESS, sizeof(doubled), 0);
}

static NTSTATUS NTAPI function_control(PDEVICE_OBJECT device, PIRP irp, ULONG class,
                                       WMIENABLEDISABLECONTROL function, BOOLEAN enable)
{
    assert_int_equal(class, 1);
    assert_int_equal(function, WmiEventControl);
    InterlockedIncrement(enable ? &provider.enabled : &provider.disabled);
    return WmiCompleteRequest(device, irp, STATUS_SUCCESS, 0, 0);
}

static WMILIB_CONTEXT library = {.GuidCount = RTL_NUMBER_OF(classes),
                                 .GuidList = classes,
                                 .QueryWmiRegInfo = query_reg_info,
                                 .QueryWmiDataBlock = query_block,
                                 .SetWmiDataBlock = set_block,
                                 .SetWmiDataItem = set_item,
                                 .ExecuteWmiMethod = execute,
                                 .WmiFunctionControl = function_control};

static NTSTATUS NTAPI system_control(PDEVICE_OBJECT device, PIRP irp)
{
    SYSCTL_IRP_DISPOSITION disposition;
    NTSTATUS status = WmiSystemControl(&library, device, irp, &disposition);

    if (disposition == IrpProcessed)
        return status;
    /* Nobody is below. */
    if (disposition == IrpForward)
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    status = irp->IoStatus.Status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = unload;
    driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = system_control;
    provider.driver = driver;
    return IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &provider.device);
}

static NTSTATUS control(ULONG action)
{
    return IoWMIRegistrationControl(provider.device, action);
}

static void run_in_system(void **state)
{
    void (*body)(void) = (void (*)(void)) * state;
    struct ntio_options options = {.size = sizeof(options)};
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Unit");

    memset(&provider, 0, sizeof(provider));
    provider.values[0] = 5;
    provider.values[1] = 6;
    assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    KeInitializeEvent(&provider.entered, SynchronizationEvent, FALSE);
    KeInitializeEvent(&provider.go, SynchronizationEvent, FALSE);
    KeInitializeEvent(&provider.leaving, NotificationEvent, FALSE);
    KeInitializeEvent(&provider.left, NotificationEvent, FALSE);
    assert_int_equal(IoCreateDriver(&name, entry), STATUS_SUCCESS);
    assert_int_equal(control(WMIREG_ACTION_REGISTER), STATUS_SUCCESS);
    body();
}

static int stop_system(void **state)
{
    (void)state;
    if (provider.device)
        control(WMIREG_ACTION_DEREGISTER);
    ntio_stop();
    return 0;
}

/* ---- its users ------------------------------------------------------------------------------- */

static PVOID open_block(GUID *class)
{
    PVOID block;

    assert_int_equal(IoWMIOpenBlock(class, WMIGUID_QUERY, &block), STATUS_SUCCESS);
    return block;
}

static UNICODE_STRING name_of(ULONG index)
{
    static UNICODE_STRING names[] = {RTL_STRING(L"Unit0"), RTL_STRING(L"UNIT1"),
                                     RTL_STRING(L"Unit2")};

    return names[index];
}

static NTSTATUS query(PVOID block, ULONG index, ULONG *value)
{
    UCHAR buffer[256];
    PWNODE_SINGLE_INSTANCE wnode = (PVOID)buffer;
    UNICODE_STRING name = name_of(index);
    ULONG size = sizeof(buffer);
    NTSTATUS status = IoWMIQuerySingleInstance(block, &name, &size, buffer);

    if (!NT_SUCCESS(status))
        return status;
    assert_int_equal(wnode->SizeDataBlock, sizeof(ULONG));
    assert_int_equal(wnode->InstanceIndex, index);
    *value = *(PULONG)(buffer + wnode->DataBlockOffset);
    return status;
}

static void registers_once(void)
{
    PVOID block;

    assert_int_equal(control(WMIREG_ACTION_REGISTER), STATUS_OBJECT_NAME_EXISTS);
    assert_int_equal(control(17), STATUS_INVALID_PARAMETER);
    assert_int_not_equal(IoWMIDeviceObjectToProviderId(provider.device), 0);
    assert_int_equal(control(WMIREG_ACTION_DEREGISTER), STATUS_SUCCESS);
    assert_int_equal(IoWMIDeviceObjectToProviderId(provider.device), 0);
    assert_int_equal(control(WMIREG_ACTION_DEREGISTER), STATUS_INVALID_PARAMETER);
    assert_int_equal(control(WMIREG_ACTION_UPDATE_GUIDS), STATUS_INVALID_PARAMETER);
    assert_int_equal(IoWMIOpenBlock(&counters, WMIGUID_QUERY, &block), STATUS_WMI_GUID_NOT_FOUND);
    assert_null(block);
}

static void opens_what_somebody_has(void)
{
    PVOID block;

    assert_int_equal(IoWMIOpenBlock(&nobodys, WMIGUID_QUERY, &block), STATUS_WMI_GUID_NOT_FOUND);
    /* One may wait for the events of who is not there yet. */
    assert_int_equal(IoWMIOpenBlock(&nobodys, WMIGUID_NOTIFICATION, &block), STATUS_SUCCESS);
    ObDereferenceObject(block);
    ObDereferenceObject(open_block(&counters));
}

static void queries_all(void)
{
    UCHAR buffer[512];
    PWNODE_ALL_DATA all = (PVOID)buffer;
    PWNODE_TOO_SMALL small = (PVOID)buffer;
    PVOID block = open_block(&counters);
    const OFFSETINSTANCEDATAANDLENGTH *data = all->OffsetInstanceDataAndLength;
    PULONG names;
    ULONG size = sizeof(*small), needed;

    assert_int_equal(IoWMIQueryAllData(block, &size, buffer), STATUS_BUFFER_TOO_SMALL);
    assert_true(small->WnodeHeader.Flags & WNODE_FLAG_TOO_SMALL);
    assert_int_equal(small->SizeNeeded, size);
    needed = size--;
    assert_int_equal(IoWMIQueryAllData(block, &size, buffer), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(size, needed);
    assert_int_equal(IoWMIQueryAllData(block, &size, buffer), STATUS_SUCCESS);
    assert_int_equal(size, needed);
    assert_int_equal(all->InstanceCount, 2);
    assert_int_equal(*(PULONG)(buffer + data[0].OffsetInstanceData), 5);
    assert_int_equal(*(PULONG)(buffer + data[1].OffsetInstanceData), 6);
    names = (PULONG)(buffer + all->OffsetInstanceNameOffsets);
    assert_int_equal(*(PUSHORT)(buffer + names[1]), 5 * sizeof(WCHAR));
    assert_memory_equal(buffer + names[1] + sizeof(USHORT), L"Unit1", 5 * sizeof(WCHAR));
    ObDereferenceObject(block);
}

static void queries_one(void)
{
    PVOID block = open_block(&counters);
    ULONG value = 0, size = 8;
    UNICODE_STRING name = name_of(0);
    UCHAR buffer[8];

    assert_int_equal(query(block, 2, &value), STATUS_WMI_INSTANCE_NOT_FOUND);
    assert_int_equal(query(block, 1, &value), STATUS_SUCCESS);
    assert_int_equal(value, 6);
    assert_int_equal(IoWMIQuerySingleInstance(block, &name, &size, buffer),
                     STATUS_BUFFER_TOO_SMALL);
    assert_true(size > 8);
    ObDereferenceObject(block);
}

static void sets(void)
{
    PVOID block = open_block(&counters);
    UNICODE_STRING name = name_of(1);
    ULONG64 value = 7;

    assert_int_equal(IoWMISetSingleInstance(block, &name, 1, sizeof(value), &value),
                     STATUS_WMI_SET_FAILURE);
    assert_int_equal(provider.values[1], 6);
    assert_int_equal(IoWMISetSingleInstance(block, &name, 1, sizeof(ULONG), &value),
                     STATUS_SUCCESS);
    assert_int_equal(provider.values[1], 7);
    assert_int_equal(IoWMISetSingleItem(block, &name, 2, 1, sizeof(ULONG), &value),
                     STATUS_WMI_ITEMID_NOT_FOUND);
    value = 8;
    assert_int_equal(IoWMISetSingleItem(block, &name, 1, 1, sizeof(ULONG), &value), STATUS_SUCCESS);
    assert_int_equal(provider.values[1], 8);
    assert_int_equal(provider.values[0], 5);
    ObDereferenceObject(block);
}

static void executes(void)
{
    PVOID block = open_block(&counters);
    UNICODE_STRING name = name_of(0);
    ULONG64 data = 21;
    ULONG size = sizeof(data);

    assert_int_equal(IoWMIExecuteMethod(block, &name, 5, sizeof(ULONG), &size, (PUCHAR)&data),
                     STATUS_WMI_ITEMID_NOT_FOUND);
    size = sizeof(data) - 1;
    assert_int_equal(IoWMIExecuteMethod(block, &name, 4, sizeof(ULONG), &size, (PUCHAR)&data),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof(data));
    assert_int_equal(data, 21);
    assert_int_equal(IoWMIExecuteMethod(block, &name, 4, sizeof(ULONG), &size, (PUCHAR)&data),
                     STATUS_SUCCESS);
    assert_int_equal(size, sizeof(data));
    assert_int_equal(data, 42);
    ObDereferenceObject(block);
}

static void a_blocked_provider_is_not_asked(void)
{
    PVOID block = open_block(&counters);
    ULONG value;

    assert_int_equal(control(WMIREG_ACTION_BLOCK_IRPS), STATUS_SUCCESS);
    assert_int_equal(query(block, 0, &value), STATUS_WMI_INSTANCE_NOT_FOUND);
    ObDereferenceObject(block);
}

/* ---- leaving while somebody asks ------------------------------------------------------------ */

static VOID NTAPI leave(PVOID context)
{
    (void)context;
    KeSetEvent(&provider.leaving, IO_NO_INCREMENT, FALSE);
    control(WMIREG_ACTION_DEREGISTER);
    KeSetEvent(&provider.left, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI leave_in_a_query(PVOID context)
{
    KeWaitForSingleObject(&provider.entered, Executive, KernelMode, FALSE, NULL);
    ExQueueWorkItem(context, DelayedWorkQueue);
    KeWaitForSingleObject(&provider.leaving, Executive, KernelMode, FALSE, NULL);
    KeSetEvent(&provider.go, IO_NO_INCREMENT, FALSE);
}

static void deregistration_waits_for_requests(void)
{
    PVOID block = open_block(&counters);
    WORK_QUEUE_ITEM leaver, helper;
    ULONG value = 0;

    provider.waits = TRUE;
    ExInitializeWorkItem(&leaver, leave, NULL);
    ExInitializeWorkItem(&helper, leave_in_a_query, &leaver);
    ExQueueWorkItem(&helper, CriticalWorkQueue);
    assert_int_equal(query(block, 1, &value), STATUS_SUCCESS);
    assert_int_equal(value, 6);
    KeWaitForSingleObject(&provider.left, Executive, KernelMode, FALSE, NULL);
    assert_false(provider.left_in_a_query);
    assert_int_equal(query(block, 1, &value), STATUS_WMI_INSTANCE_NOT_FOUND);
    ObDereferenceObject(block);
}

/* ---- events ----------------------------------------------------------------------------- */

static struct {
    KEVENT came;
    ULONG value;
    KIRQL irql;
} heard;

static VOID NTAPI hear(PVOID wnode, PVOID context)
{
    PWNODE_SINGLE_INSTANCE event = wnode;

    assert_ptr_equal(context, &heard);
    heard.irql = KeGetCurrentIrql();
    heard.value = *(PULONG)((PUCHAR)event + event->DataBlockOffset);
    KeSetEvent(&heard.came, IO_NO_INCREMENT, FALSE);
}

static void fire(ULONG value)
{
    PULONG data = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*data), 'tseT');

    *data = value;
    assert_int_equal(WmiFireEvent(provider.device, &events, 0, sizeof(*data), data),
                     STATUS_SUCCESS);
}

static void events_reach_who_listens(void)
{
    PVOID first, second, deaf = open_block(&counters);

    KeInitializeEvent(&heard.came, SynchronizationEvent, FALSE);
    assert_int_equal(IoWMISetNotificationCallback(deaf, hear, &heard), STATUS_ACCESS_DENIED);
    ObDereferenceObject(deaf);
    assert_int_equal(IoWMIOpenBlock(&events, WMIGUID_NOTIFICATION, &first), STATUS_SUCCESS);
    assert_int_equal(IoWMIOpenBlock(&events, WMIGUID_NOTIFICATION, &second), STATUS_SUCCESS);
    assert_int_equal(IoWMISetNotificationCallback(first, hear, &heard), STATUS_SUCCESS);
    assert_int_equal(provider.enabled, 1);
    fire(3);
    KeWaitForSingleObject(&heard.came, Executive, KernelMode, FALSE, NULL);
    assert_int_equal(heard.value, 3);
    assert_int_equal(heard.irql, PASSIVE_LEVEL);
    /* The provider hears of the first listener and of the last. */
    assert_int_equal(IoWMISetNotificationCallback(second, hear, &heard), STATUS_SUCCESS);
    ObDereferenceObject(first);
    assert_int_equal(provider.enabled, 1);
    assert_int_equal(provider.disabled, 0);
    ObDereferenceObject(second);
    /* The first is closed when who called it has returned. */
    while (!__atomic_load_n(&provider.disabled, __ATOMIC_ACQUIRE))
        hal_yield();
    assert_int_equal(provider.disabled, 1);
}

static void a_new_provider_hears_of_old_listeners(void)
{
    PVOID block;

    assert_int_equal(control(WMIREG_ACTION_DEREGISTER), STATUS_SUCCESS);
    assert_int_equal(IoWMIOpenBlock(&events, WMIGUID_NOTIFICATION, &block), STATUS_SUCCESS);
    assert_int_equal(IoWMISetNotificationCallback(block, hear, &heard), STATUS_SUCCESS);
    assert_int_equal(provider.enabled, 0);
    assert_int_equal(control(WMIREG_ACTION_REGISTER), STATUS_SUCCESS);
    /* Deregistration waits until it was told. */
    assert_int_equal(control(WMIREG_ACTION_DEREGISTER), STATUS_SUCCESS);
    assert_int_equal(provider.enabled, 1);
    ObDereferenceObject(block);
    assert_int_equal(provider.disabled, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WMI_TEST(registers_once),
        WMI_TEST(opens_what_somebody_has),
        WMI_TEST(queries_all),
        WMI_TEST(queries_one),
        WMI_TEST(sets),
        WMI_TEST(executes),
        WMI_TEST(a_blocked_provider_is_not_asked),
        WMI_TEST(deregistration_waits_for_requests),
        WMI_TEST(events_reach_who_listens),
        WMI_TEST(a_new_provider_hears_of_old_listeners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
