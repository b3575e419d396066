/*
 * WDFSTRING: text that an object owns.
 */
#include "text.h"

#include "device.h"
#include "driver.h"

static VOID destroy_string(struct wdf_object *object)
{
    wdf_free_string(&((struct wdf_string *)object)->text);
}

const struct wdf_type wdf_type_string = {
    .name = "WDFSTRING",
    .number = WDF_TYPE_NUMBER_STRING,
    .flags = WDF_TYPE_PASSIVE,
    .destroy = destroy_string,
};

NTSTATUS wdf_assign_string(struct wdf_string *string, PCUNICODE_STRING text)
{
    return wdf_copy_string(string->object.globals, text, &string->text);
}

NTSTATUS wdf_make_string(struct wdf_globals *globals, struct wdf_object *parent,
                         PCUNICODE_STRING text, PWDF_OBJECT_ATTRIBUTES attributes,
                         WDFSTRING *handle)
{
    struct wdf_string *string;
    PVOID object;
    NTSTATUS status;

    status = wdf_allocate_object(globals, &wdf_type_string, sizeof(*string), attributes, &object);
    if (!NT_SUCCESS(status))
        return status;
    string = object;
    if (text)
        status = wdf_assign_string(string, text);
    if (NT_SUCCESS(status))
        return wdf_publish_object(string, parent, handle);
    wdf_discard_object(&string->object);
    return status;
}

NTSTATUS NTAPI imp_WdfStringCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PCUNICODE_STRING UnicodeString,
                                   PWDF_OBJECT_ATTRIBUTES StringAttributes, WDFSTRING *String)
{
    struct wdf_globals *globals = wdf_globals_of(DriverGlobals);
    struct wdf_object *parent;
    NTSTATUS status;

    parent = wdf_parent_of(StringAttributes, &globals->driver->object);
    WDF_REQUIRE(String);
    *String = NULL;
    status = wdf_check_attributes(StringAttributes, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (!wdf_check_irql(globals, __func__, PASSIVE_LEVEL))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (UnicodeString)
        status = wdf_check_string(UnicodeString);
    if (!NT_SUCCESS(status))
        return status;
    return wdf_make_string(globals, parent, UnicodeString, StringAttributes, String);
}

VOID NTAPI imp_WdfStringGetUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSTRING String,
                                         PUNICODE_STRING UnicodeString)
{
    struct wdf_string *string = WDF_GET(struct wdf_string, wdf_type_string, String);

    WDF_REQUIRE(UnicodeString);
    if (!wdf_check_irql(wdf_globals_of(DriverGlobals), __func__, PASSIVE_LEVEL))
        return;
    *UnicodeString = string->text;
}
