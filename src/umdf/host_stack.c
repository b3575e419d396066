/*
 * Stacks in the host: made when the kernel adds a device, with the drivers and the registry that
 * it names; gone with their IRP_MN_REMOVE_DEVICE.
 */
#include "host.h"
#include "../cm/cm.h"
#include "../io/io.h"
#include "../ob/ob.h"
#include "../pnp/pnp.h"

static struct {
    struct mm_lock lock; /* guards list */
    LIST_ENTRY list;     /* of host_stack.link */
} stacks = {.list = {&stacks.list, &stacks.list}};

/* ---- finding -------------------------------------------------------------------------- */

/* Referenced. */
static struct host_stack *search(BOOLEAN (*is_it)(struct host_stack *stack, const VOID *what),
                                 const VOID *what)
{
    struct host_stack *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&stacks.lock);
    for (entry = stacks.list.Flink; entry != &stacks.list && !found; entry = entry->Flink) {
        struct host_stack *stack = CONTAINING_RECORD(entry, struct host_stack, link);

        if (is_it(stack, what))
            found = stack;
    }
    if (found)
        __atomic_add_fetch(&found->references, 1, __ATOMIC_RELAXED);
    mm_release(&stacks.lock);
    return found;
}

static BOOLEAN has_number(struct host_stack *stack, const VOID *number)
{
    return stack->number == *(const ULONG *)number;
}

struct host_stack *host_find_stack(ULONG number)
{
    return search(has_number, &number);
}

static BOOLEAN has_name(struct host_stack *stack, const VOID *name)
{
    return rtl_equal_no_case(&stack->name, name);
}

struct host_stack *host_find_stack_by_name(PCUNICODE_STRING name)
{
    return search(has_name, name);
}

static BOOLEAN is_any(struct host_stack *stack, const VOID *unused)
{
    UNREFERENCED_PARAMETER(stack);
    UNREFERENCED_PARAMETER(unused);
    return TRUE;
}

struct host_stack *host_first_stack(VOID)
{
    return search(is_any, NULL);
}

struct host_stack *host_stack_of(PDEVICE_OBJECT pdo)
{
    return pdo->DriverObject == host.lower ? pdo->DeviceExtension : NULL;
}

VOID host_leave_stack(struct host_stack *stack)
{
    if (__atomic_sub_fetch(&stack->references, 1, __ATOMIC_ACQ_REL))
        return;
    host_drop_all_files(stack);
    IoDeleteDevice(stack->pdo);
}

VOID host_drop_stack(struct host_stack *stack)
{
    mm_acquire(&stacks.lock);
    RemoveEntryList(&stack->link);
    mm_release(&stacks.lock);
    pnp_disown_device(stack->pdo);
    host_leave_stack(stack);
}

/* ---- the description -------------------------------------------------------------------- */

/* What is left to read; TRUE while it was all there. */
struct reader {
    const UCHAR *next;
    ULONG left;
    BOOLEAN is_good;
};

static const VOID *get(struct reader *reader, ULONG bytes)
{
    const VOID *at = reader->next;

    if (!reader->is_good || bytes > reader->left) {
        reader->is_good = FALSE;
        return NULL;
    }
    reader->next += bytes;
    reader->left -= bytes;
    return at;
}

static UNICODE_STRING get_string(struct reader *reader, ULONG bytes)
{
    PWSTR text = (PWSTR)get(reader, bytes);
    UNICODE_STRING string = {0};

    if (text && bytes <= MAXUSHORT - sizeof(WCHAR))
        string = (UNICODE_STRING){(USHORT)bytes, (USHORT)bytes, text};
    return string;
}

static NTSTATUS set_value(struct reader *reader)
{
    struct umdf_value header;
    const VOID *at = get(reader, sizeof(header)), *data;
    UNICODE_STRING key, name;

    if (!at)
        return STATUS_INVALID_PARAMETER;
    memcpy(&header, at, sizeof(header));
    key = get_string(reader, header.key_bytes);
    if (header.name_bytes == MAXULONG)
        return reader->is_good ? cm_create_key(&key) : STATUS_INVALID_PARAMETER;
    name = get_string(reader, header.name_bytes);
    data = get(reader, header.data_bytes);
    if (!reader->is_good)
        return STATUS_INVALID_PARAMETER;
    return cm_set_value(&key, &name, header.type, data, header.data_bytes);
}

/* ---- drivers -------------------------------------------------------------------------- */

static NTSTATUS load_driver(struct host_driver *driver, PSTR reason, SIZE_T reason_size)
{
    NTSTATUS status = STATUS_SUCCESS;

    KeWaitForSingleObject(&host.loading, Executive, KernelMode, FALSE, NULL);
    if (!driver->object)
        status =
            io_load_driver(&driver->service, driver->path, &driver->object, reason, reason_size);
    KeReleaseMutex(&host.loading, FALSE);
    return status;
}

static NTSTATUS add_driver(struct host_stack *stack, ULONG number, PSTR reason, SIZE_T reason_size)
{
    struct host_driver *driver;
    PDRIVER_ADD_DEVICE add;
    NTSTATUS status;

    if (number >= host.driver_count)
        return STATUS_INVALID_PARAMETER;
    driver = &host.drivers[number];
    status = load_driver(driver, reason, reason_size);
    if (!NT_SUCCESS(status))
        return status;
    add = driver->object->DriverExtension->AddDevice;
    status = add ? add(driver->object, stack->pdo) : STATUS_INVALID_DEVICE_REQUEST;
    if (!NT_SUCCESS(status))
        rtl_format(reason, reason_size, "driver %wZ: %s returned 0x%08X (%s)", &driver->service,
                   add ? "EvtDriverDeviceAdd" : "it has no EvtDriverDeviceAdd, so adding a device",
                   status, rtl_status_name(status) ? rtl_status_name(status) : "no known name");
    return status;
}

/* ---- making --------------------------------------------------------------------------- */

static NTSTATUS make_stack(ULONG number, PCUNICODE_STRING instance, struct host_stack **made)
{
    struct host_stack *stack;
    PDEVICE_OBJECT pdo;
    NTSTATUS status = IoCreateDevice(host.lower, sizeof(*stack), NULL, FILE_DEVICE_UNKNOWN,
                                     FILE_AUTOGENERATED_DEVICE_NAME, FALSE, &pdo);
    ULONG i;

    if (!NT_SUCCESS(status))
        return status;
    stack = pdo->DeviceExtension;
    stack->number = number;
    stack->pdo = pdo;
    stack->references = 1;
    KeInitializeSpinLock(&stack->file_lock);
    for (i = 0; i < HOST_FILE_LISTS; i++)
        InitializeListHead(&stack->files[i]);
    pdo->Flags |= DO_BUS_ENUMERATED_DEVICE | DO_BUFFERED_IO | DO_POWER_PAGABLE;
    pdo->Flags &= ~DO_DEVICE_INITIALIZING;
    status = ob_query_name(pdo, &stack->name);
    if (NT_SUCCESS(status))
        status = pnp_adopt_device(pdo, instance);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(pdo);
        return status;
    }
    mm_acquire(&stacks.lock);
    InsertTailList(&stacks.list, &stack->link);
    mm_release(&stacks.lock);
    *made = stack;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI caught(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(irp);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* The drivers that have added their devices take them away again. */
static VOID take_down(struct host_stack *stack)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(stack->pdo);
    PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
    KEVENT event;

    if (irp) {
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_PNP;
        IoGetNextIrpStackLocation(irp)->MinorFunction = IRP_MN_REMOVE_DEVICE;
        IoSetCompletionRoutine(irp, caught, &event, TRUE, TRUE, TRUE);
        IoCallDriver(top, irp);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        IoFreeIrp(irp);
    }
    ObDereferenceObject(top);
    host_drop_stack(stack);
}

static NTSTATUS build(struct host_stack *stack, const struct umdf_device *header,
                      struct reader *reader, PSTR reason, SIZE_T reason_size)
{
    const UCHAR *numbers = get(reader, header->driver_count * sizeof(ULONG));
    NTSTATUS status = numbers ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    ULONG number, i;

    for (i = 0; i < header->value_count && NT_SUCCESS(status); i++)
        status = set_value(reader);
    for (i = 0; i < header->driver_count && NT_SUCCESS(status); i++) {
        memcpy(&number, numbers + i * sizeof(number), sizeof(number));
        status = add_driver(stack, number, reason, reason_size);
    }
    return status;
}

/* What the drivers together want of the reflector. */
static NTSTATUS resolve(struct host_stack *stack, BOOLEAN is_pooled,
                        struct umdf_stack_access *access)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(stack->pdo);
    NTSTATUS status = wdf_resolve_stack_access(top, is_pooled, access);

    ObDereferenceObject(top);
    return status;
}

static hal_u32 threshold_pages(ULONG bytes)
{
    return (hal_u32)(((hal_u64)bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

NTSTATUS host_add_stack(ULONG number, const UCHAR *bytes, ULONG length, PSTR reason,
                        SIZE_T reason_size, hal_u32 *word)
{
    struct reader reader = {bytes, length, TRUE};
    struct umdf_device header;
    const VOID *at = get(&reader, sizeof(header));
    struct umdf_stack_access access;
    struct host_stack *stack;
    UNICODE_STRING instance;
    NTSTATUS status;

    if (!at)
        return STATUS_INVALID_PARAMETER;
    memcpy(&header, at, sizeof(header));
    instance = get_string(&reader, header.instance_bytes);
    status = reader.is_good ? make_stack(number, &instance, &stack) : STATUS_INVALID_PARAMETER;
    if (!NT_SUCCESS(status))
        return status;
    stack->impersonation = (SECURITY_IMPERSONATION_LEVEL)header.impersonation;
    status = build(stack, &header, &reader, reason, reason_size);
    if (NT_SUCCESS(status))
        status = resolve(stack, header.is_pooled != 0, &access);
    if (!NT_SUCCESS(status)) {
        take_down(stack);
        return status;
    }
    *word = UMDF_STACK_WORD(access.read_write, access.control, threshold_pages(access.threshold));
    return STATUS_SUCCESS;
}
