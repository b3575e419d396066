/*
 * String objects: a UNICODE_STRING with an owner. The text does not change once it is there.
 */
#pragma once

#include <wdfobject.h>

WDF_EXTERN_C_START

/*
 * Creates a string object.
 *
 * UnicodeString     [opt]  copied; NULL: an empty string, for the framework to fill in
 * StringAttributes  [opt]  the parent is the driver unless given; neither execution level nor scope
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if UnicodeString has an odd length, one above
 * its maximum, or none of the memory that it claims; what is wrong with StringAttributes;
 * STATUS_DELETE_PENDING if the parent is being deleted; STATUS_INSUFFICIENT_RESOURCES. *String is
 * NULL on failure.
 * Documented as: WdfStringCreate (wdfstring.h).
 */
NTSTATUS NTAPI imp_WdfStringCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PCUNICODE_STRING UnicodeString,
                                   PWDF_OBJECT_ATTRIBUTES StringAttributes, WDFSTRING *String);

WDF_INLINE NTSTATUS WdfStringCreate(PCUNICODE_STRING UnicodeString,
                                    PWDF_OBJECT_ATTRIBUTES StringAttributes, WDFSTRING *String)
{
    return imp_WdfStringCreate(WdfDriverGlobals, UnicodeString, StringAttributes, String);
}

/*
 * Writes down where a string object's text is.
 *
 * UnicodeString  [out]  its buffer belongs to the object and is valid as long as the object
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfStringGetUnicodeString (wdfstring.h).
 */
VOID NTAPI imp_WdfStringGetUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSTRING String,
                                         PUNICODE_STRING UnicodeString);

WDF_INLINE VOID WdfStringGetUnicodeString(WDFSTRING String, PUNICODE_STRING UnicodeString)
{
    imp_WdfStringGetUnicodeString(WdfDriverGlobals, String, UnicodeString);
}

WDF_EXTERN_C_END
