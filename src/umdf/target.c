/*
 * Files that a host's drivers open by name: devices of kernel drivers and of other hosts, and
 * files. They are opened here, as LOCAL SERVICE or whom the host impersonates.
 */
#include "errand.h"
#include "../io/io.h"
#include "../ob/ob.h"
#include "../pnp/pnp.h"

#include <initguid.h>
#include <wdmguid.h>

/* ---- life ----------------------------------------------------------------------------- */

static VOID unmake(struct umdf_target *target)
{
    __atomic_sub_fetch(&target->stack->target_count, 1, __ATOMIC_RELAXED);
    IoReleaseRemoveLock(&target->stack->remove_lock, target);
    ExFreePoolWithTag(target, UMDF_TAG);
}

static VOID dereference(struct umdf_target *target)
{
    if (!__atomic_sub_fetch(&target->references, 1, __ATOMIC_ACQ_REL))
        unmake(target);
}

/* The link_lock is held. NULL: there is none, or it is closed. */
static struct umdf_target *search(struct umdf_stack *stack, ULONG number)
{
    PLIST_ENTRY entry;

    for (entry = stack->targets.Flink; entry != &stack->targets; entry = entry->Flink) {
        struct umdf_target *target = CONTAINING_RECORD(entry, struct umdf_target, link);

        if (target->number == number && target->handle)
            return target;
    }
    return NULL;
}

PFILE_OBJECT umdf_find_file(struct umdf_stack *stack, ULONG number)
{
    struct umdf_target *target;
    PFILE_OBJECT file;

    mm_acquire(&stack->link_lock);
    target = search(stack, number);
    file = target ? target->file : NULL;
    if (file)
        ObReferenceObject(file);
    mm_release(&stack->link_lock);
    return file;
}

/* number 0: any, closed or not. Referenced, or NULL. */
static struct umdf_target *find(struct umdf_stack *stack, ULONG number)
{
    struct umdf_target *target = NULL;

    mm_acquire(&stack->link_lock);
    if (number)
        target = search(stack, number);
    else if (!IsListEmpty(&stack->targets))
        target = CONTAINING_RECORD(stack->targets.Flink, struct umdf_target, link);
    if (target)
        __atomic_add_fetch(&target->references, 1, __ATOMIC_RELAXED);
    mm_release(&stack->link_lock);
    return target;
}

/* ---- closing -------------------------------------------------------------------------- */

static VOID NTAPI forget(PVOID context)
{
    struct umdf_target *target = context;

    if (target->notification)
        IoUnregisterPlugPlayNotificationEx(target->notification);
    dereference(target);
}

/*
 * A closed target is forgotten, unless its host has yet to hear whether the device goes. That is
 * done on a worker: who closes a file may be asked just now whether it may go, and is waited for.
 */
static VOID settle(struct umdf_target *target, BOOLEAN at_once)
{
    BOOLEAN is_due;

    mm_acquire(&target->stack->link_lock);
    is_due = !target->handle && !target->is_forgotten && (at_once || !target->is_queried);
    if (is_due) {
        target->is_forgotten = TRUE;
        RemoveEntryList(&target->link);
    }
    mm_release(&target->stack->link_lock);
    if (!is_due)
        return;
    ExInitializeWorkItem(&target->forget, forget, target);
    ExQueueWorkItem(&target->forget, DelayedWorkQueue);
}

static VOID close(struct umdf_target *target)
{
    HANDLE handle;

    mm_acquire(&target->stack->link_lock);
    handle = target->handle;
    target->handle = NULL;
    mm_release(&target->stack->link_lock);
    if (!handle)
        return;
    ZwClose(handle);
    ObDereferenceObject(target->file);
}

NTSTATUS umdf_close_target(struct umdf_errand *errand)
{
    struct umdf_target *target = find(errand->stack, errand->target_number);

    if (!target)
        return STATUS_INVALID_HANDLE;
    close(target);
    settle(target, FALSE);
    dereference(target);
    return STATUS_SUCCESS;
}

VOID umdf_drop_targets(struct umdf_stack *stack)
{
    struct umdf_target *target;

    while ((target = find(stack, 0))) {
        close(target);
        settle(target, TRUE);
        dereference(target);
    }
}

/* ---- what happens to the device ------------------------------------------------------- */

static ULONG event_of(const GUID *guid)
{
    if (IsEqualGUID(guid, &GUID_TARGET_DEVICE_QUERY_REMOVE))
        return UMDF_QUERY_REMOVE;
    if (IsEqualGUID(guid, &GUID_TARGET_DEVICE_REMOVE_CANCELLED))
        return UMDF_REMOVE_CANCELLED;
    if (IsEqualGUID(guid, &GUID_TARGET_DEVICE_REMOVE_COMPLETE))
        return UMDF_REMOVE_COMPLETE;
    return 0;
}

static VOID set_queried(struct umdf_target *target, BOOLEAN is_queried)
{
    mm_acquire(&target->stack->link_lock);
    target->is_queried = is_queried;
    mm_release(&target->stack->link_lock);
}

static NTSTATUS NTAPI notified(PVOID structure, PVOID context)
{
    PTARGET_DEVICE_REMOVAL_NOTIFICATION notification = structure;
    struct umdf_target *target = context;
    struct umdf_target_event event = {target->number, event_of(&notification->Event)};
    struct umdf_host *host = target->stack->host;
    BOOLEAN is_query = event.event == UMDF_QUERY_REMOVE;
    NTSTATUS status;

    if (!event.event)
        return STATUS_SUCCESS;
    if (is_query)
        set_queried(target, TRUE);
    status = umdf_ask(host, UMDF_TARGET_EVENT, target->stack->number, &event, sizeof(event), NULL,
                      0, NULL);
    if (!is_query || umdf_is_dead(host))
        status = STATUS_SUCCESS;
    if (!is_query || !NT_SUCCESS(status)) {
        set_queried(target, FALSE);
        settle(target, FALSE);
    }
    return status;
}

/* ---- opening -------------------------------------------------------------------------- */

/* errand->data is what came in. */
static NTSTATUS read_open(struct umdf_errand *errand, struct io_user_open *what)
{
    struct umdf_open open;
    SIZE_T length = errand->input_length;

    if (length < sizeof(open))
        return STATUS_INVALID_PARAMETER;
    if (!umdf_make_data(errand, length))
        return STATUS_INSUFFICIENT_RESOURCES;
    umdf_fetch_input(errand, errand->data);
    memcpy(&open, errand->data, sizeof(open));
    if (open.name_bytes > 0xFFF0 || open.name_bytes % sizeof(WCHAR) || open.ea_bytes > length ||
        sizeof(open) + open.name_bytes + (SIZE_T)open.ea_bytes != length)
        return STATUS_INVALID_PARAMETER;
    *what = (struct io_user_open){
        .name = {(USHORT)open.name_bytes, (USHORT)open.name_bytes,
                 (PWSTR)(errand->data + sizeof(open))},
        .access = open.access,
        .object_attributes = open.object_attributes & OBJ_CASE_INSENSITIVE,
        .file_attributes = open.attributes,
        .share = open.share,
        .disposition = open.disposition,
        .options = open.options,
        .allocation_size = {.QuadPart = (LONGLONG)open.allocation_size},
        .ea = open.ea_bytes ? errand->data + sizeof(open) + open.name_bytes : NULL,
        .ea_length = open.ea_bytes,
    };
    return STATUS_SUCCESS;
}

/* As whom: referenced. */
static NTSTATUS find_token(struct umdf_errand *errand, PACCESS_TOKEN *token)
{
    if (errand->slot == UMDF_NOBODY) {
        *token = umdf_service_token();
        ObReferenceObject(*token);
        return STATUS_SUCCESS;
    }
    if (errand->minor < SecurityImpersonation || errand->minor > SecurityDelegation ||
        errand->minor > errand->stack->impersonation)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    *token = umdf_token_of_sender(errand->host, errand->slot);
    return *token ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS open_as(struct umdf_errand *errand, const struct io_user_open *what,
                        struct umdf_target *target)
{
    PACCESS_TOKEN token;
    NTSTATUS status = find_token(errand, &token);

    if (!NT_SUCCESS(status))
        return status;
    ob_impersonate(token, SecurityImpersonation);
    status = io_open_for_user(what, &target->handle, &target->file, &errand->result.Information);
    ob_revert();
    ObDereferenceObject(token);
    return status;
}

/* A device that PnP does not know has nothing to tell. */
static VOID listen(struct umdf_target *target, PUNICODE_STRING instance)
{
    *instance = (UNICODE_STRING){0};
    if (NT_SUCCESS(IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, target->file,
                                                  target->stack->device->DriverObject, notified,
                                                  target, &target->notification)))
        pnp_query_instance_of_file(target->file, instance);
}

static VOID describe(struct umdf_errand *errand, const struct umdf_target *target,
                     PCUNICODE_STRING instance)
{
    struct umdf_opened opened = {target->number, instance->Length};

    if (sizeof(opened) + instance->Length > sizeof(errand->bytes))
        opened.instance_bytes = 0;
    memcpy(errand->bytes, &opened, sizeof(opened));
    if (opened.instance_bytes)
        memcpy(errand->bytes + sizeof(opened), instance->Buffer, opened.instance_bytes);
    errand->output = errand->bytes;
    errand->output_bytes = sizeof(opened) + opened.instance_bytes;
}

/* From here on the host may use it, unless it has died meanwhile, and its targets were dropped. */
static VOID publish(struct umdf_stack *stack, struct umdf_target *target)
{
    mm_acquire(&stack->link_lock);
    InsertTailList(&stack->targets, &target->link);
    mm_release(&stack->link_lock);
    if (umdf_is_dead(stack->host))
        umdf_drop_targets(stack);
}

static struct umdf_target *make(struct umdf_stack *stack)
{
    struct umdf_target *target = NULL;

    if (__atomic_add_fetch(&stack->target_count, 1, __ATOMIC_RELAXED) <= UMDF_TARGETS)
        target = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*target), UMDF_TAG);
    if (target && NT_SUCCESS(IoAcquireRemoveLock(&stack->remove_lock, target))) {
        target->references = 1;
        target->stack = stack;
        target->number = __atomic_add_fetch(&stack->last_target, 1, __ATOMIC_RELAXED);
        return target;
    }
    if (target)
        ExFreePoolWithTag(target, UMDF_TAG);
    __atomic_sub_fetch(&stack->target_count, 1, __ATOMIC_RELAXED);
    return NULL;
}

NTSTATUS umdf_open_target(struct umdf_errand *errand)
{
    struct io_user_open what;
    struct umdf_target *target;
    UNICODE_STRING instance;
    NTSTATUS status;

    if (errand->output_length != UMDF_CALL_BYTES)
        return STATUS_INVALID_PARAMETER;
    status = read_open(errand, &what);
    if (!NT_SUCCESS(status))
        return status;
    target = make(errand->stack);
    if (!target)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = open_as(errand, &what, target);
    if (!NT_SUCCESS(status)) {
        unmake(target);
        return status;
    }
    listen(target, &instance);
    describe(errand, target, &instance);
    RtlFreeUnicodeString(&instance);
    publish(errand->stack, target);
    return STATUS_SUCCESS;
}
