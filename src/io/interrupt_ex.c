/*
 * IoConnectInterruptEx: a device's line or its messages, found by the device.
 */
#include "interruptp.h"

/* Bounds a device's messages: the vectors that there are. */
#define MOST_MESSAGES (IO_LAST_MESSAGE - IO_FIRST_MESSAGE + 1)

/* Written while there are no devices. */
static io_resources_of resources_of;

VOID io_on_resources(io_resources_of resources)
{
    resources_of = resources;
}

/* ---- what a device has ---------------------------------------------------------------------- */

/* The device's line, or its messages; vectors and modes, translated. */
struct found {
    ULONG count;
    struct {
        ULONG vector;
        KINTERRUPT_MODE mode;
        BOOLEAN is_shared;
    } each[MOST_MESSAGES];
};

static VOID take(struct found *found, const CM_PARTIAL_RESOURCE_DESCRIPTOR *from)
{
    if (found->count == MOST_MESSAGES)
        return;
    found->each[found->count].vector = from->u.Interrupt.Vector;
    found->each[found->count].mode =
        from->Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched : LevelSensitive;
    found->each[found->count].is_shared = from->ShareDisposition == CmResourceShareShared;
    found->count++;
}

static VOID find(PDEVICE_OBJECT pdo, BOOLEAN is_message, struct found *found)
{
    const CM_RESOURCE_LIST *list = resources_of ? resources_of(pdo) : NULL;
    const CM_PARTIAL_RESOURCE_LIST *partial;
    ULONG i;

    found->count = 0;
    if (!list || !list->Count)
        return;
    partial = &list->List[0].PartialResourceList;
    for (i = 0; i < partial->Count; i++) {
        const CM_PARTIAL_RESOURCE_DESCRIPTOR *descriptor = &partial->PartialDescriptors[i];

        if (descriptor->Type == CmResourceTypeInterrupt &&
            !(descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) == !is_message)
            take(found, descriptor);
    }
}

/* ---- one vector ------------------------------------------------------------------------- */

static NTSTATUS connect_specified(const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *from)
{
    const struct _KINTERRUPT template = {
        .lock = from->SpinLock,
        .routine = from->ServiceRoutine,
        .context = from->ServiceContext,
        .vector = from->Vector,
        .irql = from->Irql,
        .synchronize_irql = from->SynchronizeIrql,
        .mode = from->InterruptMode,
        .is_shared = from->ShareVector,
    };

    *from->InterruptObject = NULL;
    if (!from->PhysicalDeviceObject || !from->ProcessorEnableMask)
        return STATUS_INVALID_PARAMETER;
    return io_make_interrupt(&template, from->InterruptObject);
}

static NTSTATUS connect_line(const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *from)
{
    struct found found;
    struct _KINTERRUPT template = {
        .lock = from->SpinLock,
        .routine = from->ServiceRoutine,
        .context = from->ServiceContext,
    };

    *from->InterruptObject = NULL;
    find(from->PhysicalDeviceObject, FALSE, &found);
    if (!found.count)
        return STATUS_NOT_FOUND;
    template.vector = found.each[0].vector;
    template.irql = io_irql_of_vector(template.vector);
    template.synchronize_irql = from->SynchronizeIrql ? from->SynchronizeIrql : template.irql;
    template.mode = found.each[0].mode;
    template.is_shared = found.each[0].is_shared;
    return io_make_interrupt(&template, from->InterruptObject);
}

/* ---- messages --------------------------------------------------------------------------- */

static VOID disconnect_messages(PIO_INTERRUPT_MESSAGE_INFO table)
{
    ULONG i;

    for (i = 0; i < table->MessageCount; i++)
        IoDisconnectInterrupt(table->MessageInfo[i].InterruptObject);
    ExFreePoolWithTag(table, EX_TAG_IO);
}

static NTSTATUS connect_message(const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *from,
                                const struct found *found, PIO_INTERRUPT_MESSAGE_INFO table)
{
    ULONG number = table->MessageCount;
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY entry = &table->MessageInfo[number];
    const struct _KINTERRUPT template = {
        .lock = from->SpinLock,
        .message_routine = from->MessageServiceRoutine,
        .context = from->ServiceContext,
        .message = number,
        .vector = found->each[number].vector,
        .irql = io_irql_of_vector(found->each[number].vector),
        /* One lock for all is held at one level. */
        .synchronize_irql = from->SpinLock ? table->UnifiedIrql
                                           : max(from->SynchronizeIrql,
                                                 io_irql_of_vector(found->each[number].vector)),
        .mode = found->each[number].mode,
        .is_shared = found->each[number].is_shared,
    };
    NTSTATUS status = io_make_interrupt(&template, &entry->InterruptObject);

    if (!NT_SUCCESS(status))
        return status;
    entry->MessageAddress.QuadPart = IO_MESSAGE_ADDRESS;
    entry->MessageData = template.vector;
    entry->TargetProcessorSet = (KAFFINITY)1;
    entry->Vector = template.vector;
    entry->Irql = template.irql;
    entry->Mode = template.mode;
    entry->Polarity = InterruptActiveHigh;
    table->MessageCount++;
    return STATUS_SUCCESS;
}

static KIRQL highest_irql(const struct found *found)
{
    KIRQL irql = PASSIVE_LEVEL;
    ULONG i;

    for (i = 0; i < found->count; i++)
        irql = max(irql, io_irql_of_vector(found->each[i].vector));
    return irql;
}

static NTSTATUS connect_messages(const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *from,
                                 const struct found *found)
{
    PIO_INTERRUPT_MESSAGE_INFO table =
        ExAllocatePoolWithTag(NonPagedPoolNx,
                              FIELD_OFFSET(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) +
                                  found->count * sizeof(table->MessageInfo[0]),
                              EX_TAG_IO);
    NTSTATUS status = STATUS_SUCCESS;

    if (!table)
        return STATUS_INSUFFICIENT_RESOURCES;
    table->UnifiedIrql = max(from->SynchronizeIrql, highest_irql(found));
    table->MessageCount = 0;
    /* Service routines may look at it before this returns. */
    *from->ConnectionContext.InterruptMessageTable = table;
    while (NT_SUCCESS(status) && table->MessageCount < found->count)
        status = connect_message(from, found, table);
    if (NT_SUCCESS(status))
        return status;
    *from->ConnectionContext.InterruptMessageTable = NULL;
    disconnect_messages(table);
    return status;
}

/* A device without messages is served as one with a line, if the driver can do that. */
static NTSTATUS connect_either(PIO_CONNECT_INTERRUPT_PARAMETERS parameters)
{
    const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *from = &parameters->MessageBased;
    const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS line = {
        .PhysicalDeviceObject = from->PhysicalDeviceObject,
        .InterruptObject = from->ConnectionContext.InterruptObject,
        .ServiceRoutine = from->FallBackServiceRoutine,
        .ServiceContext = from->ServiceContext,
        .SpinLock = from->SpinLock,
        .SynchronizeIrql = from->SynchronizeIrql,
        .FloatingSave = from->FloatingSave,
    };
    struct found found;
    NTSTATUS status;

    if (!from->MessageServiceRoutine)
        return STATUS_INVALID_PARAMETER;
    find(from->PhysicalDeviceObject, TRUE, &found);
    if (found.count)
        return connect_messages(from, &found);
    if (!from->FallBackServiceRoutine)
        return STATUS_NOT_FOUND;
    status = connect_line(&line);
    if (NT_SUCCESS(status))
        parameters->Version = CONNECT_LINE_BASED;
    return status;
}

/* ---- what drivers call ------------------------------------------------------------------ */

NTSTATUS NTAPI IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    switch (Parameters->Version) {
    case CONNECT_FULLY_SPECIFIED_GROUP:
        if (Parameters->FullySpecified.Group)
            return STATUS_INVALID_PARAMETER;
        return connect_specified(&Parameters->FullySpecified);
    case CONNECT_FULLY_SPECIFIED:
        return connect_specified(&Parameters->FullySpecified);
    case CONNECT_LINE_BASED:
        return connect_line(&Parameters->LineBased);
    case CONNECT_MESSAGE_BASED:
        return connect_either(Parameters);
    default:
        Parameters->Version = CONNECT_CURRENT_VERSION;
        return STATUS_NOT_SUPPORTED;
    }
}

VOID NTAPI IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters)
{
    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (Parameters->Version == CONNECT_MESSAGE_BASED)
        disconnect_messages(Parameters->ConnectionContext.InterruptMessageTable);
    else
        IoDisconnectInterrupt(Parameters->ConnectionContext.InterruptObject);
}

static VOID set_inactive(PKINTERRUPT interrupt, BOOLEAN is_inactive)
{
    __atomic_store_n(&interrupt->is_inactive, is_inactive, __ATOMIC_RELEASE);
    if (!is_inactive)
        io_serve_raised(interrupt->vector);
}

static VOID set_all_inactive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS parameters,
                             BOOLEAN is_inactive)
{
    PIO_INTERRUPT_MESSAGE_INFO table = parameters->ConnectionContext.InterruptMessageTable;
    ULONG i;

    if (parameters->Version != CONNECT_MESSAGE_BASED) {
        set_inactive(parameters->ConnectionContext.InterruptObject, is_inactive);
        return;
    }
    for (i = 0; i < table->MessageCount; i++)
        set_inactive(table->MessageInfo[i].InterruptObject, is_inactive);
}

VOID NTAPI IoReportInterruptActive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters)
{
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    set_all_inactive(Parameters, FALSE);
}

VOID NTAPI IoReportInterruptInactive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters)
{
    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    set_all_inactive(Parameters, TRUE);
}
