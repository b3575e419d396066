/*
 * Which hardware resources a device gets: the first of what it could use that no other has.
 */
#include "pnpp.h"
#include "../io/interrupt.h"

/* Messages are vectors of their own, not lines: a kind of resource that no header names. */
#define TYPE_MESSAGE 0x7E

/* A part of a bus that a device has. */
struct range {
    LIST_ENTRY link; /* in ranges; the PnP thread's */
    struct pnp_node *node;
    UCHAR type;
    BOOLEAN is_shared;
    ULONG64 start, length;
};

static LIST_ENTRY ranges = {&ranges, &ranges};

/* ---- copies -------------------------------------------------------------------------------- */

static const CM_FULL_RESOURCE_DESCRIPTOR *next_full(const CM_FULL_RESOURCE_DESCRIPTOR *full)
{
    const CM_PARTIAL_RESOURCE_LIST *list = &full->PartialResourceList;
    ULONG i, extra = 0;

    for (i = 0; i < list->Count; i++)
        if (list->PartialDescriptors[i].Type == CmResourceTypeDeviceSpecific)
            extra += list->PartialDescriptors[i].u.DeviceSpecificData.DataSize;
    return (const VOID *)((const UCHAR *)&list->PartialDescriptors[list->Count] + extra);
}

ULONG pnp_resources_size(const CM_RESOURCE_LIST *list)
{
    const CM_FULL_RESOURCE_DESCRIPTOR *full = list->List;
    ULONG i;

    for (i = 0; i < list->Count; i++)
        full = next_full(full);
    return (ULONG)((const UCHAR *)full - (const UCHAR *)list);
}

static PVOID copy(const VOID *from, ULONG bytes)
{
    PVOID to = pnp_allocate(bytes);

    if (to)
        memcpy(to, from, bytes);
    return to;
}

PCM_RESOURCE_LIST pnp_copy_resources(const CM_RESOURCE_LIST *from)
{
    return copy(from, pnp_resources_size(from));
}

PIO_RESOURCE_REQUIREMENTS_LIST pnp_copy_requirements(const IO_RESOURCE_REQUIREMENTS_LIST *from)
{
    return copy(from, from->ListSize);
}

/* ---- what is free ----------------------------------------------------------------------- */

static struct range *conflict(UCHAR type, ULONG64 start, ULONG64 length, BOOLEAN is_shared)
{
    PLIST_ENTRY entry;

    for (entry = ranges.Flink; entry != &ranges; entry = entry->Flink) {
        struct range *range = CONTAINING_RECORD(entry, struct range, link);

        if (range->type == type && start < range->start + range->length &&
            range->start < start + length && !(is_shared && range->is_shared))
            return range;
    }
    return NULL;
}

/* The lowest free place for length in [low, high]. */
static BOOLEAN find_free(UCHAR type, ULONG64 low, ULONG64 high, ULONG64 length, ULONG64 alignment,
                         BOOLEAN is_shared, ULONG64 *start)
{
    ULONG64 at;
    struct range *other;

    alignment = alignment ? alignment : 1;
    for (;;) {
        at = (low + alignment - 1) / alignment * alignment;
        if (at < low || at > high || high - at < length - 1)
            return FALSE;
        other = conflict(type, at, length, is_shared);
        if (!other) {
            *start = at;
            return TRUE;
        }
        low = other->start + other->length;
    }
}

static NTSTATUS take(struct pnp_node *node, UCHAR type, ULONG64 start, ULONG64 length,
                     BOOLEAN is_shared)
{
    struct range *range = pnp_allocate(sizeof(*range));

    if (!range)
        return STATUS_INSUFFICIENT_RESOURCES;
    *range = (struct range){
        .node = node, .type = type, .is_shared = is_shared, .start = start, .length = length};
    InsertTailList(&ranges, &range->link);
    return STATUS_SUCCESS;
}

static VOID give_back(struct pnp_node *node)
{
    PLIST_ENTRY entry, next;

    for (entry = ranges.Flink; entry != &ranges; entry = next) {
        struct range *range = CONTAINING_RECORD(entry, struct range, link);

        next = entry->Flink;
        if (range->node == node) {
            RemoveEntryList(&range->link);
            pnp_free(range);
        }
    }
}

/* ---- choosing --------------------------------------------------------------------------- */

static BOOLEAN is_message(UCHAR type, USHORT flags)
{
    return type == CmResourceTypeInterrupt && (flags & CM_RESOURCE_INTERRUPT_MESSAGE);
}

/* Where a requirement may lie: the smallest and largest, and how much of it. */
static VOID limits_of(const IO_RESOURCE_DESCRIPTOR *from, ULONG64 *low, ULONG64 *high,
                      ULONG64 *length, ULONG64 *alignment)
{
    *length = *alignment = 1;
    switch (from->Type) {
    case CmResourceTypePort:
    case CmResourceTypeMemory:
        *low = (ULONG64)from->u.Memory.MinimumAddress.QuadPart;
        *high = (ULONG64)from->u.Memory.MaximumAddress.QuadPart;
        *length = from->u.Memory.Length;
        *alignment = from->u.Memory.Alignment;
        break;
    case CmResourceTypeInterrupt:
        *low = from->u.Interrupt.MinimumVector;
        *high = from->u.Interrupt.MaximumVector;
        if (is_message(from->Type, from->Flags)) {
            *low = IO_FIRST_MESSAGE;
            *high = IO_LAST_MESSAGE;
        }
        break;
    case CmResourceTypeDma:
        *low = from->u.Dma.MinimumChannel;
        *high = from->u.Dma.MaximumChannel;
        break;
    default:
        *low = from->u.BusNumber.MinBusNumber;
        *high = from->u.BusNumber.MaxBusNumber;
        *length = from->u.BusNumber.Length;
        break;
    }
}

static VOID describe(PCM_PARTIAL_RESOURCE_DESCRIPTOR to, const IO_RESOURCE_DESCRIPTOR *from,
                     ULONG64 start)
{
    to->Type = from->Type;
    to->ShareDisposition = from->ShareDisposition;
    to->Flags = from->Flags;
    switch (from->Type) {
    case CmResourceTypePort:
    case CmResourceTypeMemory:
        to->u.Memory.Start.QuadPart = (LONGLONG)start;
        to->u.Memory.Length = from->u.Memory.Length;
        break;
    case CmResourceTypeInterrupt:
        if (is_message(from->Type, from->Flags))
            to->u.MessageInterrupt.Raw.MessageCount = 1;
        else
            to->u.Interrupt.Level = (ULONG)start;
        to->u.Interrupt.Vector = (ULONG)start;
        to->u.Interrupt.Affinity = (KAFFINITY)-1;
        break;
    case CmResourceTypeDma:
        to->u.Dma.Channel = (ULONG)start;
        break;
    case CmResourceTypeBusNumber:
        to->u.BusNumber.Start = (ULONG)start;
        to->u.BusNumber.Length = from->u.BusNumber.Length;
        break;
    default:
        memcpy(&to->u.DevicePrivate, &from->u.DevicePrivate, sizeof(to->u.DevicePrivate));
        break;
    }
}

static BOOLEAN is_hardware(UCHAR type)
{
    return type == CmResourceTypePort || type == CmResourceTypeMemory ||
           type == CmResourceTypeInterrupt || type == CmResourceTypeDma ||
           type == CmResourceTypeBusNumber;
}

static NTSTATUS choose_one(struct pnp_node *node, const IO_RESOURCE_DESCRIPTOR *from,
                           PCM_PARTIAL_RESOURCE_DESCRIPTOR to)
{
    BOOLEAN is_shared = from->ShareDisposition == CmResourceShareShared;
    ULONG64 low, high, length, alignment, start = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (is_hardware(from->Type)) {
        UCHAR type = is_message(from->Type, from->Flags) ? TYPE_MESSAGE : from->Type;

        limits_of(from, &low, &high, &length, &alignment);
        if (!length || !find_free(type, low, high, length, alignment, is_shared, &start))
            return STATUS_CONFLICTING_ADDRESSES;
        status = take(node, type, start, length, is_shared);
    }
    describe(to, from, start);
    return status;
}

/* A requirement and its alternatives follow each other; the first that is free is taken. */
static NTSTATUS choose_list(struct pnp_node *node, const IO_RESOURCE_LIST *list,
                            PCM_PARTIAL_RESOURCE_LIST to)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i = 0;

    to->Version = to->Revision = 1;
    to->Count = 0;
    while (i < list->Count && NT_SUCCESS(status)) {
        const IO_RESOURCE_DESCRIPTOR *first = &list->Descriptors[i];

        if (first->Type == CmResourceTypeNull || first->Type == CmResourceTypeConfigData) {
            i++;
            continue;
        }
        status = choose_one(node, first, &to->PartialDescriptors[to->Count]);
        for (i++; i < list->Count && (list->Descriptors[i].Option & IO_RESOURCE_ALTERNATIVE); i++)
            if (status == STATUS_CONFLICTING_ADDRESSES)
                status =
                    choose_one(node, &list->Descriptors[i], &to->PartialDescriptors[to->Count]);
        to->Count++;
    }
    return status;
}

static const IO_RESOURCE_LIST *next_list(const IO_RESOURCE_LIST *list)
{
    return (const IO_RESOURCE_LIST *)&list->Descriptors[list->Count];
}

static NTSTATUS choose(struct pnp_node *node, const IO_RESOURCE_REQUIREMENTS_LIST *from)
{
    const IO_RESOURCE_LIST *list = from->List;
    PCM_RESOURCE_LIST to;
    NTSTATUS status = STATUS_CONFLICTING_ADDRESSES;
    ULONG i;

    to = pnp_allocate(sizeof(*to) + from->ListSize);
    if (!to)
        return STATUS_INSUFFICIENT_RESOURCES;
    to->Count = 1;
    to->List[0].InterfaceType = from->InterfaceType;
    to->List[0].BusNumber = from->BusNumber;
    for (i = 0; i < from->AlternativeLists && status == STATUS_CONFLICTING_ADDRESSES; i++) {
        status = choose_list(node, list, &to->List[0].PartialResourceList);
        if (!NT_SUCCESS(status))
            give_back(node);
        list = next_list(list);
    }
    if (!NT_SUCCESS(status)) {
        pnp_free(to);
        return status;
    }
    return pnp_set_resources(node, to);
}

/* ---- in terms of the processor ------------------------------------------------------------ */

static VOID translate(PCM_PARTIAL_RESOURCE_DESCRIPTOR descriptor)
{
    ULONG vector = descriptor->u.Interrupt.Vector;

    if (descriptor->Type != CmResourceTypeInterrupt)
        return;
    if (!is_message(descriptor->Type, descriptor->Flags))
        vector = io_vector_of_line(vector);
    descriptor->u.Interrupt.Level = io_irql_of_vector(vector);
    descriptor->u.Interrupt.Vector = vector;
}

/* Memory and ports are where the bus has them. */
static PCM_RESOURCE_LIST translated(const CM_RESOURCE_LIST *from)
{
    PCM_RESOURCE_LIST to = pnp_copy_resources(from);
    CM_FULL_RESOURCE_DESCRIPTOR *full = to ? to->List : NULL;
    ULONG i, j;

    for (i = 0; to && i < to->Count; i++) {
        for (j = 0; j < full->PartialResourceList.Count; j++)
            translate(&full->PartialResourceList.PartialDescriptors[j]);
        full = (CM_FULL_RESOURCE_DESCRIPTOR *)next_full(full);
    }
    return to;
}

NTSTATUS pnp_set_resources(struct pnp_node *node, PCM_RESOURCE_LIST resources)
{
    PCM_RESOURCE_LIST other = resources ? translated(resources) : NULL;

    if (!other) {
        pnp_free(resources);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ExAcquireFastMutex(&pnp.tree_lock);
    node->resources = resources;
    node->translated = other;
    ExReleaseFastMutex(&pnp.tree_lock);
    return STATUS_SUCCESS;
}

const CM_RESOURCE_LIST *pnp_resources_of(PDEVICE_OBJECT pdo)
{
    struct pnp_node *node = pnp_node_of(pdo);
    const CM_RESOURCE_LIST *resources = node ? node->translated : NULL;

    if (node)
        pnp_node_dereference(node);
    return resources;
}

/* ---- for the others --------------------------------------------------------------------- */

/* What the stack makes of the bus' requirements; a list in ExFreePool's pool, or NULL. */
static PIO_RESOURCE_REQUIREMENTS_LIST filter(struct pnp_node *node)
{
    IO_STACK_LOCATION location = {.MinorFunction = IRP_MN_FILTER_RESOURCE_REQUIREMENTS};
    PIO_RESOURCE_REQUIREMENTS_LIST list = NULL;
    ULONG_PTR answer;

    if (node->requirements) {
        list = ExAllocatePoolWithTag(PagedPool, node->requirements->ListSize, PNP_TAG);
        if (!list)
            return NULL;
        memcpy(list, node->requirements, node->requirements->ListSize);
    }
    location.Parameters.FilterResourceRequirements.IoResourceRequirementList = list;
    answer = (ULONG_PTR)list;
    if (NT_SUCCESS(pnp_send(node->pdo, &location, &answer)))
        list = (PIO_RESOURCE_REQUIREMENTS_LIST)answer;
    return list;
}

NTSTATUS pnp_assign_resources(struct pnp_node *node)
{
    PIO_RESOURCE_REQUIREMENTS_LIST list;
    NTSTATUS status = STATUS_SUCCESS;

    pnp_query_requirements(node);
    list = filter(node);
    if (list && list->AlternativeLists && list->List[0].Count) {
        status = choose(node, list);
    } else if (node->boot_resources) {
        status = pnp_set_resources(node, pnp_copy_resources(node->boot_resources));
    }
    if (list)
        ExFreePool(list);
    if (!NT_SUCCESS(status))
        pnp_set_problem(node, CM_PROB_NORMAL_CONFLICT, status);
    return status;
}

VOID pnp_release_resources(struct pnp_node *node)
{
    PCM_RESOURCE_LIST resources = node->resources, other = node->translated;

    give_back(node);
    ExAcquireFastMutex(&pnp.tree_lock);
    node->resources = NULL;
    node->translated = NULL;
    ExReleaseFastMutex(&pnp.tree_lock);
    pnp_free(resources);
    pnp_free(other);
}
