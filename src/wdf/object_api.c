/*
 * What drivers may do with an object of any kind.
 */
#include "callback.h"
#include "driver.h"
#include "memory.h"

/* An object that has nothing but its contexts. */
static const struct wdf_type type_user_object = {
    .name = "WDFOBJECT",
    .number = WDF_TYPE_NUMBER_USER_OBJECT,
};

NTSTATUS NTAPI imp_WdfObjectCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent;
    PVOID object;
    NTSTATUS status;

    WDF_REQUIRE(Object);
    status = wdf_check_attributes(Attributes, WDF_ATTRIBUTES_LEVEL_ALLOWED);
    *Object = NULL;
    if (!NT_SUCCESS(status))
        return status;
    parent = wdf_parent_of(Attributes, &globals->driver->object);
    status = wdf_allocate_object(globals, &type_user_object, sizeof(struct wdf_object), Attributes,
                                 &object);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_publish_object(object, parent, Object);
}

static BOOLEAN may_delete(struct wdf_object *object)
{
    if (object->type->flags & WDF_TYPE_NO_DELETE)
        return FALSE;
    return !object->type->may_delete || object->type->may_delete(object);
}

VOID NTAPI imp_WdfObjectDelete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object)
{
    struct wdf_object *object = WDF_ANY_OBJECT(Object);

    UNREFERENCED_PARAMETER(DriverGlobals);
    if (!may_delete(object))
        wdf_misuse(object->globals, __func__, "the %s 0x%p is not the driver's to delete",
                   object->type->name, Object);
    else if (object->type->remove)
        object->type->remove(object);
    else
        wdf_delete_object(object);
}

static BOOLEAN is_part_of_request(WDFOBJECT handle)
{
    return ((ULONG64)handle & WDF_HANDLE_KIND) != WDF_HANDLE_OBJECT;
}

VOID NTAPI imp_WdfObjectReferenceActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                        PVOID Tag, LONG Line, PCCH File)
{
    struct wdf_object *object;

    if (is_part_of_request(Handle)) {
        wdf_memory_reference(wdf_memory_of((WDFMEMORY)Handle, __func__));
        return;
    }
    object = WDF_ANY_OBJECT(Handle);
    if (wdf_globals_of(DriverGlobals)->is_verifier_on)
        wdf_track_reference(object, Tag, Line, File);
    wdf_reference(object);
}

VOID NTAPI imp_WdfObjectDereferenceActual(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                          PVOID Tag, LONG Line, PCCH File)
{
    struct wdf_object *object;

    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    if (is_part_of_request(Handle)) {
        wdf_memory_dereference(wdf_memory_of((WDFMEMORY)Handle, __func__));
        return;
    }
    object = WDF_ANY_OBJECT(Handle);
    if (wdf_globals_of(DriverGlobals)->is_verifier_on)
        wdf_track_dereference(object, Tag, __func__);
    wdf_dereference(object);
}

/* The interfaces that can be asked for are the framework's own, and no driver has one's GUID. */
NTSTATUS NTAPI imp_WdfObjectQuery(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object,
                                  const GUID *Guid, ULONG QueryBufferLength, PVOID QueryBuffer)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    UNREFERENCED_PARAMETER(Guid);
    UNREFERENCED_PARAMETER(QueryBufferLength);
    UNREFERENCED_PARAMETER(QueryBuffer);
    WDF_ANY_OBJECT(Object);
    return STATUS_NOT_FOUND;
}

static struct wdf_callback_lock *lock_of(WDFOBJECT handle, PCSTR function)
{
    struct wdf_object *object = wdf_any_object_of(handle, function);
    struct wdf_callback_lock *lock = wdf_own_callback_lock(object);

    if (!lock)
        wdf_violation(WDF_INVALID_LOCK_OPERATION, (ULONG_PTR)handle, 0, function,
                      "0x%p is a %s, which has no lock: a WDFDEVICE, a WDFQUEUE and a "
                      "WDFFILEOBJECT have",
                      handle, object->type->name);
    return lock;
}

VOID NTAPI imp_WdfObjectAcquireLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_callback_acquire(lock_of(Object, __func__), __func__);
}

VOID NTAPI imp_WdfObjectReleaseLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    wdf_callback_release(lock_of(Object, __func__), __func__);
}
