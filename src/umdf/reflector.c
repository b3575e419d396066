/*
 * The reflector: a driver object whose devices stand in stacks where their UMDF drivers are, and
 * hand to the host what comes down to them.
 */
#include "umdf.h"
#include "../ob/ob.h"

/* A file that was opened through a stack. */
struct umdf_file {
    LIST_ENTRY link;
    PFILE_OBJECT object;
    ULONG number;
};

static struct {
    struct mm_lock lock; /* guards the two that follow */
    LIST_ENTRY stacks;   /* of umdf_stack.link */
    ULONG last_number;   /* that was given to a stack */
    PACCESS_TOKEN token; /* LOCAL SERVICE's */
} reflector;

/* ---- files ---------------------------------------------------------------------------- */

static PLIST_ENTRY list_of(struct umdf_stack *stack, PFILE_OBJECT object)
{
    return &stack->files[((ULONG_PTR)object >> 6) % UMDF_FILE_LISTS];
}

/* The lock is held. */
static struct umdf_file *find_file(struct umdf_stack *stack, PFILE_OBJECT object)
{
    PLIST_ENTRY list = list_of(stack, object), entry;

    for (entry = list->Flink; entry != list; entry = entry->Flink) {
        struct umdf_file *file = CONTAINING_RECORD(entry, struct umdf_file, link);

        if (file->object == object)
            return file;
    }
    return NULL;
}

ULONG umdf_file_number(struct umdf_stack *stack, PFILE_OBJECT object)
{
    struct umdf_file *file;
    ULONG number;
    KIRQL irql;

    KeAcquireSpinLock(&stack->file_lock, &irql);
    file = object ? find_file(stack, object) : NULL;
    number = file ? file->number : 0;
    KeReleaseSpinLock(&stack->file_lock, irql);
    return number;
}

NTSTATUS umdf_add_file(struct umdf_stack *stack, PFILE_OBJECT object, PULONG number)
{
    struct umdf_file *file = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*file), UMDF_TAG);
    KIRQL irql;

    if (!file)
        return STATUS_INSUFFICIENT_RESOURCES;
    file->object = object;
    KeAcquireSpinLock(&stack->file_lock, &irql);
    file->number = ++stack->last_file;
    InsertHeadList(list_of(stack, object), &file->link);
    KeReleaseSpinLock(&stack->file_lock, irql);
    *number = file->number;
    return STATUS_SUCCESS;
}

VOID umdf_drop_file(struct umdf_stack *stack, PFILE_OBJECT object)
{
    struct umdf_file *file;
    KIRQL irql;

    KeAcquireSpinLock(&stack->file_lock, &irql);
    file = find_file(stack, object);
    if (file)
        RemoveEntryList(&file->link);
    KeReleaseSpinLock(&stack->file_lock, irql);
    if (file)
        ExFreePoolWithTag(file, UMDF_TAG);
}

static VOID drop_all_files(struct umdf_stack *stack)
{
    ULONG i;

    for (i = 0; i < UMDF_FILE_LISTS; i++) {
        while (!IsListEmpty(&stack->files[i]))
            ExFreePoolWithTag(
                CONTAINING_RECORD(RemoveHeadList(&stack->files[i]), struct umdf_file, link),
                UMDF_TAG);
    }
}

/* ---- IRPs that do not go to the host -------------------------------------------------- */

static NTSTATUS complete(struct umdf_stack *stack, PIRP irp, NTSTATUS status)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = 0;
    IoReleaseRemoveLock(&stack->remove_lock, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS pass_down(struct umdf_stack *stack, PIRP irp)
{
    NTSTATUS status;

    if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_POWER)
        PoStartNextPowerIrp(irp);
    IoSkipCurrentIrpStackLocation(irp);
    status = PoCallDriver(stack->below, irp);
    IoReleaseRemoveLock(&stack->remove_lock, irp);
    return status;
}

static NTSTATUS remove_alone(struct umdf_stack *stack, PIRP irp)
{
    irp->IoStatus.Status = STATUS_SUCCESS;
    if (!IoForwardIrpSynchronously(stack->below, irp))
        irp->IoStatus.Status = STATUS_SUCCESS;
    umdf_remove_stack(stack, irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS pnp_without_host(struct umdf_stack *stack, PIRP irp)
{
    switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_REMOVE_DEVICE:
        return remove_alone(stack, irp);
    case IRP_MN_START_DEVICE:
        return complete(stack, irp, STATUS_DRIVER_PROCESS_TERMINATED);
    default:
        irp->IoStatus.Status = STATUS_SUCCESS;
        return pass_down(stack, irp);
    }
}

NTSTATUS umdf_do_without_host(struct umdf_stack *stack, PIRP irp)
{
    switch (IoGetCurrentIrpStackLocation(irp)->MajorFunction) {
    case IRP_MJ_PNP:
        return pnp_without_host(stack, irp);
    case IRP_MJ_POWER:
        return pass_down(stack, irp);
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return complete(stack, irp, STATUS_SUCCESS);
    default:
        return complete(stack, irp, STATUS_DRIVER_PROCESS_TERMINATED);
    }
}

/* ---- dispatch --------------------------------------------------------------------------- */

/* What the drivers of the host have a say in; their framework knows no other. */
static BOOLEAN is_for_host(PIO_STACK_LOCATION location)
{
    if (location->MajorFunction != IRP_MJ_PNP)
        return location->MinorFunction != IRP_MN_POWER_SEQUENCE;
    switch (location->MinorFunction) {
    case IRP_MN_START_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_REMOVE_DEVICE:
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        return TRUE;
    default:
        return FALSE;
    }
}

/* A request that the host's power policy owner has made: its drivers have seen it there. */
static BOOLEAN is_hosts_own(struct umdf_stack *stack, PIO_STACK_LOCATION location)
{
    return location->MajorFunction == IRP_MJ_POWER && location->MinorFunction != IRP_MN_WAIT_WAKE &&
           location->Parameters.Power.Type == DevicePowerState &&
           __atomic_load_n(&stack->power_requests, __ATOMIC_ACQUIRE) > 0;
}

static NTSTATUS dispatch_system(struct umdf_stack *stack, PIRP irp)
{
    if (is_hosts_own(stack, IoGetCurrentIrpStackLocation(irp)) ||
        !is_for_host(IoGetCurrentIrpStackLocation(irp)))
        return pass_down(stack, irp);
    if (umdf_is_dead(stack->host))
        return umdf_do_without_host(stack, irp);
    return umdf_reflect(stack, irp);
}

/* UmdfKernelModeClientPolicy. What a kernel client has opened it may close. */
static NTSTATUS check_client(struct umdf_stack *stack, PIRP irp)
{
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;

    if (irp->RequestorMode == UserMode || major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE)
        return STATUS_SUCCESS;
    if (!stack->allows_kernel_clients)
        return STATUS_ACCESS_DENIED;
    return KeGetCurrentIrql() == PASSIVE_LEVEL ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS dispatch_io(struct umdf_stack *stack, PIRP irp)
{
    NTSTATUS status = check_client(stack, irp);

    if (!NT_SUCCESS(status))
        return complete(stack, irp, status);
    if (umdf_is_dead(stack->host))
        return umdf_do_without_host(stack, irp);
    return umdf_reflect(stack, irp);
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
    struct umdf_stack *stack = device->DeviceExtension;
    NTSTATUS status = IoAcquireRemoveLock(&stack->remove_lock, irp);

    if (!NT_SUCCESS(status)) {
        irp->IoStatus.Status = status;
        irp->IoStatus.Information = 0;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
    switch (IoGetCurrentIrpStackLocation(irp)->MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_DEVICE_CONTROL:
        return dispatch_io(stack, irp);
    case IRP_MJ_PNP:
    case IRP_MJ_POWER:
        return dispatch_system(stack, irp);
    case IRP_MJ_INTERNAL_DEVICE_CONTROL: /* UMDF drivers have no part in these */
        return complete(stack, irp, STATUS_INVALID_DEVICE_REQUEST);
    default:
        return pass_down(stack, irp);
    }
}

/* ---- life ------------------------------------------------------------------------------- */

struct umdf_stack *umdf_find_stack(struct umdf_host *host, ULONG number, PVOID tag)
{
    struct umdf_stack *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&reflector.lock);
    for (entry = reflector.stacks.Flink; entry != &reflector.stacks && !found;
         entry = entry->Flink) {
        struct umdf_stack *stack = CONTAINING_RECORD(entry, struct umdf_stack, link);

        if (stack->host == host && stack->number == number &&
            NT_SUCCESS(IoAcquireRemoveLock(&stack->remove_lock, tag)))
            found = stack;
    }
    mm_release(&reflector.lock);
    return found;
}

VOID umdf_host_died(struct umdf_host *host)
{
    PLIST_ENTRY entry;

    mm_acquire(&reflector.lock);
    for (entry = reflector.stacks.Flink; entry != &reflector.stacks; entry = entry->Flink) {
        struct umdf_stack *stack = CONTAINING_RECORD(entry, struct umdf_stack, link);

        if (stack->host != host)
            continue;
        umdf_tell_of_failure(stack);
        pnp_device_failed(stack->pdo);
    }
    mm_release(&reflector.lock);
}

/* A stack of the host that has files open, its remove lock held for tag; or NULL. */
static struct umdf_stack *find_with_targets(struct umdf_host *host, PVOID tag)
{
    struct umdf_stack *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&reflector.lock);
    for (entry = reflector.stacks.Flink; entry != &reflector.stacks && !found;
         entry = entry->Flink) {
        struct umdf_stack *stack = CONTAINING_RECORD(entry, struct umdf_stack, link);

        if (stack->host == host && !IsListEmpty(&stack->targets) &&
            NT_SUCCESS(IoAcquireRemoveLock(&stack->remove_lock, tag)))
            found = stack;
    }
    mm_release(&reflector.lock);
    return found;
}

VOID umdf_close_all(struct umdf_host *host)
{
    struct umdf_stack *stack;

    while ((stack = find_with_targets(host, host))) {
        umdf_drop_targets(stack);
        IoReleaseRemoveLock(&stack->remove_lock, host);
    }
}

PACCESS_TOKEN umdf_service_token(VOID)
{
    return reflector.token;
}

static VOID publish(struct umdf_stack *stack)
{
    mm_acquire(&reflector.lock);
    stack->number = ++reflector.last_number;
    InsertTailList(&reflector.stacks, &stack->link);
    mm_release(&reflector.lock);
}

static VOID withdraw(struct umdf_stack *stack)
{
    mm_acquire(&reflector.lock);
    RemoveEntryList(&stack->link);
    mm_release(&reflector.lock);
}

/* The device object and what it has; nobody is in it any more. */
static VOID destroy(struct umdf_stack *stack)
{
    withdraw(stack);
    umdf_drop_links(stack);
    drop_all_files(stack);
    umdf_leave_host(stack->host);
    if (stack->below)
        IoDetachDevice(stack->below);
    IoDeleteDevice(stack->device);
}

VOID umdf_remove_stack(struct umdf_stack *stack, PVOID tag)
{
    umdf_drop_targets(stack);
    IoReleaseRemoveLockAndWait(&stack->remove_lock, tag);
    destroy(stack);
}

/* The drivers' EvtDriverDeviceAdd, in the host. */
static NTSTATUS add_in_host(struct umdf_stack *stack, const struct pnp_umdf_settings *settings)
{
    CHAR reason[512] = "";
    PUCHAR description;
    ULONG length;
    hal_u32 word;
    NTSTATUS status = umdf_describe_stack(stack->host, stack->pdo, settings, &description, &length);

    if (!NT_SUCCESS(status))
        return status;
    status = umdf_ask(stack->host, UMDF_ADD_DEVICE, stack->number, description, length, reason,
                      sizeof(reason) - 1, &word);
    ExFreePoolWithTag(description, UMDF_TAG);
    if (!NT_SUCCESS(status)) {
        if (reason[0])
            rtl_log("%s", reason);
        return status;
    }
    umdf_set_access(stack, word);
    return STATUS_SUCCESS;
}

static VOID initialize(struct umdf_stack *stack, const struct pnp_umdf_settings *settings)
{
    ULONG i;

    IoInitializeRemoveLock(&stack->remove_lock, UMDF_TAG, 0, 0);
    InitializeListHead(&stack->links);
    InitializeListHead(&stack->targets);
    KeInitializeSpinLock(&stack->file_lock);
    for (i = 0; i < UMDF_FILE_LISTS; i++)
        InitializeListHead(&stack->files[i]);
    stack->allows_kernel_clients = settings->allows_kernel_clients;
    stack->allows_unknown_files = settings->allows_unknown_files;
    stack->copies_neither = settings->copies_neither;
    stack->impersonation = settings->impersonation;
}

static NTSTATUS make_stack(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo,
                           const struct pnp_umdf_settings *settings, struct umdf_host *host)
{
    struct umdf_stack *stack;
    PDEVICE_OBJECT device;
    NTSTATUS status = IoCreateDevice(driver, sizeof(*stack), NULL, FILE_DEVICE_UNKNOWN,
                                     FILE_DEVICE_SECURE_OPEN, FALSE, &device);

    if (!NT_SUCCESS(status)) {
        umdf_leave_host(host);
        return status;
    }
    stack = device->DeviceExtension;
    stack->device = device;
    stack->pdo = pdo;
    stack->host = host;
    initialize(stack, settings);
    publish(stack);
    stack->below = IoAttachDeviceToDeviceStack(device, pdo);
    status = stack->below ? add_in_host(stack, settings) : STATUS_NO_SUCH_DEVICE;
    if (!NT_SUCCESS(status)) {
        /* The host may have asked for something meanwhile, which is under way. */
        IoAcquireRemoveLock(&stack->remove_lock, stack);
        umdf_remove_stack(stack, stack);
        return status;
    }
    device->Flags |= DO_POWER_PAGABLE;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
    struct pnp_umdf_settings *settings;
    struct umdf_host *host;
    CHAR reason[1024] = "";
    NTSTATUS status = pnp_query_umdf_settings(pdo, &settings);

    if (!NT_SUCCESS(status))
        return status;
    status = umdf_find_host(settings, &host, reason, sizeof(reason));
    if (NT_SUCCESS(status))
        status = make_stack(driver, pdo, settings, host);
    else if (reason[0])
        rtl_log("%s", reason);
    pnp_free_umdf_settings(settings);
    return status;
}

/* It goes with its last device, as other drivers, and is made again for the next. */
static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
}

NTSTATUS NTAPI umdf_reflector_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    ULONG i;

    UNREFERENCED_PARAMETER(registry_path);
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        driver->MajorFunction[i] = dispatch;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}

NTSTATUS umdf_start(VOID)
{
    NTSTATUS status = ob_token_create_service(&reflector.token);

    if (!NT_SUCCESS(status))
        return status;
    InitializeListHead(&reflector.stacks);
    pnp_set_reflector(umdf_reflector_entry, umdf_await_hosts);
    return STATUS_SUCCESS;
}

VOID umdf_stop(VOID)
{
    pnp_set_reflector(NULL, NULL);
    ObDereferenceObject(reflector.token);
}
