/*
 * Callback objects: routines that a driver registers with a name, and that
 * another notifies.
 */
#include "../ke/ke.h"
#include "../ob/ob.h"
#include "../rtl/rtl.h"
#include "ex.h"

#define CALLBACK_TAG 'bCxE'
#define CALLBACK_DIRECTORY L"\\Callback"

struct _CALLBACK_OBJECT {
    KSPIN_LOCK lock; /* guards registrations and their fields */
    LIST_ENTRY registrations;
    BOOLEAN allows_many;
};

struct callback_registration {
    LIST_ENTRY link;
    PCALLBACK_OBJECT object; /* referenced */
    PCALLBACK_FUNCTION function;
    PVOID context;
    ULONG calls;  /* that run now; it stays in the list until there are none */
    PRKEVENT end; /* set when there are none any more; not NULL: no new calls */
};

static struct _OBJECT_TYPE callback_type = {
    .name = "Callback",
    .mapping = {STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE | 1, STANDARD_RIGHTS_EXECUTE,
                STANDARD_RIGHTS_ALL | 1},
    .valid_access = STANDARD_RIGHTS_ALL | 1,
    .pool = NonPagedPoolNx,
};

/* The system's own, which exist as soon as somebody looks for them. */
static BOOLEAN callback_is_systems(PCUNICODE_STRING name)
{
    static const UNICODE_STRING names[] = {RTL_STRING(L"\\Callback\\SetSystemTime"),
                                           RTL_STRING(L"\\Callback\\PowerState"),
                                           RTL_STRING(L"\\Callback\\ProcessorAdd")};

    for (ULONG i = 0; i < RTL_NUMBER_OF(names); i++)
        if (rtl_equal_no_case(name, &names[i]))
            return TRUE;
    return FALSE;
}

/*
 * Puts the object at its name. One that is not permanent has the name only as
 * long as a handle is open, and nobody gets a handle: the name goes at once.
 */
static NTSTATUS callback_name(PCALLBACK_OBJECT object, POBJECT_ATTRIBUTES attributes)
{
    static const UNICODE_STRING directory = RTL_STRING(CALLBACK_DIRECTORY);
    NTSTATUS status = ob_create_directory(&directory);

    if (NT_SUCCESS(status))
        status = ob_insert(object, attributes, KernelMode);
    if (NT_SUCCESS(status) && !(attributes->Attributes & OBJ_PERMANENT))
        ob_remove_name(object);
    return status;
}

static NTSTATUS callback_make(POBJECT_ATTRIBUTES attributes, BOOLEAN allows_many,
                              PCALLBACK_OBJECT *object)
{
    NTSTATUS status = ob_create(&callback_type, sizeof(**object), (PVOID *)object);

    if (!NT_SUCCESS(status))
        return status;
    KeInitializeSpinLock(&(*object)->lock);
    InitializeListHead(&(*object)->registrations);
    (*object)->allows_many = allows_many;
    if (attributes->ObjectName)
        status = callback_name(*object, attributes);
    if (!NT_SUCCESS(status))
        ObDereferenceObject(*object);
    return status;
}

NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject,
                                POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
                                BOOLEAN AllowMultipleCallbacks)
{
    OBJECT_ATTRIBUTES permanent = *ObjectAttributes;
    PCALLBACK_OBJECT object = NULL;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (ObjectAttributes->ObjectName)
        status = ob_open(ObjectAttributes, &callback_type, 0, KernelMode, NULL, (PVOID *)&object);
    if (!NT_SUCCESS(status) && ObjectAttributes->ObjectName &&
        callback_is_systems(ObjectAttributes->ObjectName)) {
        permanent.Attributes |= OBJ_PERMANENT;
        status = callback_make(&permanent, TRUE, &object);
    } else if (!NT_SUCCESS(status) && Create) {
        status = callback_make(ObjectAttributes, AllowMultipleCallbacks, &object);
    }
    if (NT_SUCCESS(status))
        *CallbackObject = object;
    return status;
}

PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject, PCALLBACK_FUNCTION CallbackFunction,
                               PVOID CallbackContext)
{
    struct callback_registration *made;
    BOOLEAN is_taken;
    KIRQL irql;

    KE_ASSERT_IRQL(APC_LEVEL);
    made = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*made), CALLBACK_TAG);
    if (made == NULL)
        return NULL;
    made->object = CallbackObject;
    made->function = CallbackFunction;
    made->context = CallbackContext;

    KeAcquireSpinLock(&CallbackObject->lock, &irql);
    is_taken = !CallbackObject->allows_many && !IsListEmpty(&CallbackObject->registrations);
    if (!is_taken) {
        ObReferenceObject(CallbackObject);
        InsertTailList(&CallbackObject->registrations, &made->link);
    }
    KeReleaseSpinLock(&CallbackObject->lock, irql);
    if (is_taken) {
        ExFreePoolWithTag(made, CALLBACK_TAG);
        made = NULL;
    }
    return made;
}

VOID NTAPI ExUnregisterCallback(PVOID CbRegistration)
{
    struct callback_registration *registration = CbRegistration;
    PCALLBACK_OBJECT object = registration->object;
    BOOLEAN is_running;
    KEVENT end;
    KIRQL irql;

    KE_ASSERT_IRQL(APC_LEVEL);
    KeInitializeEvent(&end, NotificationEvent, FALSE);
    KeAcquireSpinLock(&object->lock, &irql);
    is_running = registration->calls != 0;
    registration->end = &end;
    KeReleaseSpinLock(&object->lock, irql);
    if (is_running)
        KeWaitForSingleObject(&end, Executive, KernelMode, FALSE, NULL);

    KeAcquireSpinLock(&object->lock, &irql);
    RemoveEntryList(&registration->link);
    KeReleaseSpinLock(&object->lock, irql);
    ExFreePoolWithTag(registration, CALLBACK_TAG);
    ObDereferenceObject(object);
}

/* In the order of registration. The routines run at the caller's IRQL. */
VOID NTAPI ExNotifyCallback(PCALLBACK_OBJECT CallbackObject, PVOID Argument1, PVOID Argument2)
{
    PLIST_ENTRY at;
    KIRQL irql;

    KE_ASSERT_IRQL(DISPATCH_LEVEL);
    KeAcquireSpinLock(&CallbackObject->lock, &irql);
    for (at = CallbackObject->registrations.Flink; at != &CallbackObject->registrations;
         at = at->Flink) {
        struct callback_registration *it =
            CONTAINING_RECORD(at, struct callback_registration, link);
        if (it->end)
            continue;
        it->calls++;
        KeReleaseSpinLock(&CallbackObject->lock, irql);
        it->function(it->context, Argument1, Argument2);
        KeAcquireSpinLock(&CallbackObject->lock, &irql);
        if (--it->calls == 0 && it->end)
            KeSetEvent(it->end, IO_NO_INCREMENT, FALSE);
    }
    KeReleaseSpinLock(&CallbackObject->lock, irql);
}
