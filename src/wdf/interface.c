/*
 * Device interfaces: what programs and drivers find a device by.
 */
#include "driver.h"
#include "pnp.h"
#include "text.h"

struct wdf_interface {
    LIST_ENTRY link; /* in device->interfaces, guarded by pnp->interface_lock */
    GUID class;
    UNICODE_STRING reference;     /* in pool, or empty */
    UNICODE_STRING symbolic_link; /* IoRegisterDeviceInterface's; empty: not registered yet */
    BOOLEAN is_wanted;            /* enabled when the device starts, unless the driver says no */
    BOOLEAN is_enabled;
};

/* The PnP manager is called with the lock held, which wants PASSIVE_LEVEL. */
VOID wdf_lock_interfaces(struct wdf_pnp *pnp)
{
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&pnp->interface_lock);
}

VOID wdf_unlock_interfaces(struct wdf_pnp *pnp)
{
    ExReleaseFastMutexUnsafe(&pnp->interface_lock);
    KeLeaveCriticalRegion();
}

/* ---- with interface_lock held ----------------------------------------------------- */

static struct wdf_interface *find(struct wdf_device *device, const GUID *class,
                                  PCUNICODE_STRING reference)
{
    UNICODE_STRING none = {0};
    PLIST_ENTRY entry;

    if (!reference)
        reference = &none;
    for (entry = device->interfaces.Flink; entry != &device->interfaces; entry = entry->Flink) {
        struct wdf_interface *found = CONTAINING_RECORD(entry, struct wdf_interface, link);

        if (IsEqualGUID(&found->class, class) &&
            RtlEqualUnicodeString(&found->reference, reference, FALSE))
            return found;
    }
    return NULL;
}

/* A PDO can register once the PnP manager knows it. */
static NTSTATUS enroll(struct wdf_device *device, struct wdf_interface *face)
{
    if (face->symbolic_link.Buffer)
        return STATUS_SUCCESS;
    return IoRegisterDeviceInterface(device->pdo, &face->class,
                                     face->reference.Length ? &face->reference : NULL,
                                     &face->symbolic_link);
}

static VOID set_enabled(struct wdf_interface *face, BOOLEAN is_enabled)
{
    if (!face->symbolic_link.Buffer || face->is_enabled == is_enabled)
        return;
    if (NT_SUCCESS(IoSetDeviceInterfaceState(&face->symbolic_link, is_enabled)))
        face->is_enabled = is_enabled;
}

/* ---- as the device goes ------------------------------------------------------------- */

VOID wdf_enable_interfaces(struct wdf_device *device)
{
    struct wdf_pnp *pnp = device->pnp;
    PLIST_ENTRY entry;

    wdf_lock_interfaces(pnp);
    pnp->enables_interfaces = TRUE;
    for (entry = device->interfaces.Flink; entry != &device->interfaces; entry = entry->Flink) {
        struct wdf_interface *face = CONTAINING_RECORD(entry, struct wdf_interface, link);

        if (NT_SUCCESS(enroll(device, face)) && face->is_wanted)
            set_enabled(face, TRUE);
    }
    wdf_unlock_interfaces(pnp);
}

VOID wdf_disable_interfaces(struct wdf_device *device)
{
    struct wdf_pnp *pnp = device->pnp;
    PLIST_ENTRY entry;

    wdf_lock_interfaces(pnp);
    pnp->enables_interfaces = FALSE;
    for (entry = device->interfaces.Flink; entry != &device->interfaces; entry = entry->Flink)
        set_enabled(CONTAINING_RECORD(entry, struct wdf_interface, link), FALSE);
    wdf_unlock_interfaces(pnp);
}

static VOID free_interface(struct wdf_interface *face)
{
    wdf_free_string(&face->reference);
    RtlFreeUnicodeString(&face->symbolic_link);
    ExFreePool(face);
}

VOID wdf_free_interfaces(struct wdf_device *device)
{
    while (!IsListEmpty(&device->interfaces))
        free_interface(
            CONTAINING_RECORD(RemoveHeadList(&device->interfaces), struct wdf_interface, link));
}

/* ---- for drivers -------------------------------------------------------------------- */

static NTSTATUS make_interface(struct wdf_device *device, const GUID *class,
                               PCUNICODE_STRING reference, struct wdf_interface **made)
{
    struct wdf_globals *globals = device->object.globals;
    struct wdf_interface *face =
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*face), globals->seen.DriverTag);
    NTSTATUS status = STATUS_SUCCESS;

    if (!face)
        return STATUS_INSUFFICIENT_RESOURCES;
    face->class = *class;
    face->is_wanted = TRUE;
    if (reference && reference->Length)
        status = wdf_copy_string(globals, reference, &face->reference);
    if (!NT_SUCCESS(status)) {
        ExFreePool(face);
        return status;
    }
    *made = face;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI imp_WdfDeviceCreateDeviceInterface(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                  PCUNICODE_STRING ReferenceString)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_interface *face;
    NTSTATUS status = STATUS_SUCCESS;

    WDF_REQUIRE(InterfaceClassGUID);
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (ReferenceString)
        status = wdf_check_string(ReferenceString);
    if (NT_SUCCESS(status) && !device->pnp)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status))
        status = make_interface(device, InterfaceClassGUID, ReferenceString, &face);
    if (!NT_SUCCESS(status))
        return status;
    wdf_lock_interfaces(device->pnp);
    if (device->attached || device->pnp->enables_interfaces)
        status = enroll(device, face);
    if (NT_SUCCESS(status)) {
        InsertTailList(&device->interfaces, &face->link);
        if (device->pnp->enables_interfaces)
            set_enabled(face, TRUE);
    }
    wdf_unlock_interfaces(device->pnp);
    if (!NT_SUCCESS(status))
        free_interface(face);
    return status;
}

/* is_lasting: it also says whether the next start of the device enables the interface. */
static VOID set_state(PWDF_DRIVER_GLOBALS driver_globals, WDFDEVICE handle, const GUID *class,
                      PCUNICODE_STRING reference, BOOLEAN is_enabled, BOOLEAN is_lasting,
                      PCSTR function)
{
    struct wdf_globals *globals = wdf_globals_of(driver_globals);
    struct wdf_device *device = wdf_device_of(handle, function);
    struct wdf_interface *face;

    if (!class)
        wdf_null_parameter(function, "InterfaceClassGUID", __builtin_return_address(0));
    if (!wdf_check_irql(globals, function, PASSIVE_LEVEL))
        return;
    if (!device->pnp || (reference && !NT_SUCCESS(wdf_check_string(reference)))) {
        wdf_misuse(globals, function, "a control device, or the reference string is none");
        return;
    }
    wdf_lock_interfaces(device->pnp);
    face = find(device, class, reference);
    if (face) {
        if (is_lasting)
            face->is_wanted = is_enabled;
        set_enabled(face, is_enabled);
    }
    wdf_unlock_interfaces(device->pnp);
}

VOID NTAPI imp_WdfDeviceSetDeviceInterfaceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
                                                const GUID *InterfaceClassGUID,
                                                PCUNICODE_STRING ReferenceString,
                                                BOOLEAN IsInterfaceEnabled)
{
    set_state(DriverGlobals, Device, InterfaceClassGUID, ReferenceString, IsInterfaceEnabled, FALSE,
              __func__);
}

VOID NTAPI imp_WdfDeviceSetDeviceInterfaceStateEx(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFDEVICE Device, const GUID *InterfaceClassGUID,
                                                  PCUNICODE_STRING ReferenceString,
                                                  BOOLEAN IsInterfaceEnabled)
{
    set_state(DriverGlobals, Device, InterfaceClassGUID, ReferenceString, IsInterfaceEnabled, TRUE,
              __func__);
}

NTSTATUS NTAPI imp_WdfDeviceRetrieveDeviceInterfaceString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                          WDFDEVICE Device,
                                                          const GUID *InterfaceClassGUID,
                                                          PCUNICODE_STRING ReferenceString,
                                                          WDFSTRING String)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_device *device = wdf_device_of(Device, __func__);
    struct wdf_interface *face;
    struct wdf_string *string;
    NTSTATUS status = STATUS_SUCCESS;

    WDF_REQUIRE(InterfaceClassGUID);
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (ReferenceString)
        status = wdf_check_string(ReferenceString);
    if (!NT_SUCCESS(status))
        return status;
    if (!device->pnp)
        return STATUS_INVALID_DEVICE_REQUEST;
    string = WDF_GET(struct wdf_string, wdf_type_string, String);
    wdf_lock_interfaces(device->pnp);
    face = find(device, InterfaceClassGUID, ReferenceString);
    if (!face)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    else if (!face->symbolic_link.Buffer)
        status = STATUS_INVALID_DEVICE_STATE;
    else
        status = wdf_assign_string(string, &face->symbolic_link);
    wdf_unlock_interfaces(device->pnp);
    return status;
}
