/*
 * Registry keys: opening and making them, and reading and writing their values.
 *
 * Holds for all of them: a NULL or stale handle, a handle of another kind, or NULL where the
 * text does not say [opt] is WDF_VIOLATION. Called above PASSIVE_LEVEL, the framework's verifier
 * breaks and the function returns STATUS_INVALID_DEVICE_REQUEST. A string whose Length or
 * MaximumLength is odd, whose Length is the larger one, or whose Buffer is missing is
 * STATUS_INVALID_PARAMETER. Whatever else the registry answers (STATUS_OBJECT_NAME_NOT_FOUND,
 * STATUS_ACCESS_DENIED, ...) is returned as it is.
 */
#pragma once

#include <wdfglobals.h>
#include <wdfmemory.h>

WDF_EXTERN_C_START

/* Mean something to UMDF's WdfDeviceOpenRegistryKey; in the kernel they add nothing. */
#ifdef UMDF_VERSION_MAJOR
#define WDF_REGKEY_DEVICE_SUBKEY 256
#define WDF_REGKEY_DRIVER_SUBKEY 256
#else
#define WDF_REGKEY_DEVICE_SUBKEY 0
#define WDF_REGKEY_DRIVER_SUBKEY 0
#endif

/*
 * Opens a key that exists.
 *
 * ParentKey      [in, opt] the key that KeyName is relative to; NULL: KeyName is a full path
 *                          (\Registry\Machine\...)
 * DesiredAccess  [in]      KEY_READ, KEY_WRITE and so on
 * KeyAttributes  [in, opt] the object's attributes; its parent is the driver if they name none
 * Key            [out]     the new object, NULL on failure
 *
 * The caller closes Key with WdfRegistryClose or leaves it to its parent.
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER or another failure for bad KeyAttributes or
 * KeyName; STATUS_INSUFFICIENT_RESOURCES; the registry's own.
 * Documented as: WdfRegistryOpenKey (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryOpenKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
                                      PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                                      PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);

WDF_INLINE NTSTATUS WdfRegistryOpenKey(WDFKEY ParentKey, PCUNICODE_STRING KeyName,
                                       ACCESS_MASK DesiredAccess,
                                       PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    return imp_WdfRegistryOpenKey(WdfDriverGlobals, ParentKey, KeyName, DesiredAccess,
                                  KeyAttributes, Key);
}

/*
 * Opens a key and makes it first if it is not there yet.
 *
 * ParentKey          [in, opt]  the key that KeyName is relative to; NULL: KeyName is a full path
 * CreateOptions      [in]       REG_OPTION_NON_VOLATILE, REG_OPTION_VOLATILE, ...
 * CreateDisposition  [out, opt] REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY; set on success
 * KeyAttributes      [in, opt]  the object's attributes; its parent is the driver if they name none
 * Key                [out]      the new object, NULL on failure
 *
 * Only the last part of KeyName is made: the keys above it must exist. Closed as
 * WdfRegistryOpenKey's.
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; a failure for bad KeyAttributes or KeyName;
 * STATUS_INSUFFICIENT_RESOURCES; the registry's own.
 * Documented as: WdfRegistryCreateKey (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryCreateKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
                                        PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                                        ULONG CreateOptions, PULONG CreateDisposition,
                                        PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);

WDF_INLINE NTSTATUS WdfRegistryCreateKey(WDFKEY ParentKey, PCUNICODE_STRING KeyName,
                                         ACCESS_MASK DesiredAccess, ULONG CreateOptions,
                                         PULONG CreateDisposition,
                                         PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
    return imp_WdfRegistryCreateKey(WdfDriverGlobals, ParentKey, KeyName, DesiredAccess,
                                    CreateOptions, CreateDisposition, KeyAttributes, Key);
}

/*
 * Closes a key and deletes its object. The key stays in the registry; the handle is stale from
 * here on.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfRegistryClose (wdfregistry.h).
 */
VOID NTAPI imp_WdfRegistryClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key);

WDF_INLINE VOID WdfRegistryClose(WDFKEY Key)
{
    imp_WdfRegistryClose(WdfDriverGlobals, Key);
}

/*
 * Returns the kernel handle behind a key, for the Zw functions. It belongs to the key: the caller
 * does not close it, and it is good as long as Key is.
 *
 * IRQL: PASSIVE_LEVEL.
 * Documented as: WdfRegistryWdmGetHandle (wdfregistry.h).
 */
HANDLE NTAPI imp_WdfRegistryWdmGetHandle(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key);

WDF_INLINE HANDLE WdfRegistryWdmGetHandle(WDFKEY Key)
{
    return imp_WdfRegistryWdmGetHandle(WdfDriverGlobals, Key);
}

/*
 * Deletes a key from the registry, and its object with it. On failure both stay.
 *
 * Key  [in]  opened with DELETE access; stale after success
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_ACCESS_DENIED without DELETE access; STATUS_CANNOT_DELETE if
 * the key has keys below it; the registry's own.
 * Documented as: WdfRegistryRemoveKey (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryRemoveKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key);

WDF_INLINE NTSTATUS WdfRegistryRemoveKey(WDFKEY Key)
{
    return imp_WdfRegistryRemoveKey(WdfDriverGlobals, Key);
}

/*
 * Deletes one value of a key.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad ValueName;
 * STATUS_OBJECT_NAME_NOT_FOUND if the key has no such value; the registry's own.
 * Documented as: WdfRegistryRemoveValue (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryRemoveValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName);

WDF_INLINE NTSTATUS WdfRegistryRemoveValue(WDFKEY Key, PCUNICODE_STRING ValueName)
{
    return imp_WdfRegistryRemoveValue(WdfDriverGlobals, Key, ValueName);
}

/*
 * Reads a value of any type into a caller's buffer.
 *
 * ValueLength         [in]       bytes at Value; 0 only asks how long the value is
 * Value               [out, opt] where the data goes
 * ValueLengthQueried  [out, opt] bytes of the data, also if they did not fit
 * ValueType           [out, opt] REG_SZ, REG_DWORD, ...
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW if ValueLength is too small (nothing is copied,
 * length and type are set); STATUS_OBJECT_NAME_NOT_FOUND if there is no such value;
 * STATUS_INVALID_PARAMETER for a bad ValueName; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRegistryQueryValue (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryQueryValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                         PCUNICODE_STRING ValueName, ULONG ValueLength, PVOID Value,
                                         PULONG ValueLengthQueried, PULONG ValueType);

WDF_INLINE NTSTATUS WdfRegistryQueryValue(WDFKEY Key, PCUNICODE_STRING ValueName, ULONG ValueLength,
                                          PVOID Value, PULONG ValueLengthQueried, PULONG ValueType)
{
    return imp_WdfRegistryQueryValue(WdfDriverGlobals, Key, ValueName, ValueLength, Value,
                                     ValueLengthQueried, ValueType);
}

/*
 * Reads a value of any type into a new memory object of just its size.
 *
 * PoolType          [in]       pool that the new buffer comes from
 * MemoryAttributes  [in, opt]  the memory's attributes; its parent is the driver if they name none
 * Memory            [out]      the new memory, NULL on failure; the caller's to delete
 * ValueType         [out, opt] REG_SZ, REG_DWORD, ...
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_RESOURCE_DATA_NOT_FOUND if the value is empty;
 * STATUS_OBJECT_NAME_NOT_FOUND if there is none; a failure for bad MemoryAttributes or ValueName;
 * STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRegistryQueryMemory (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryQueryMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, POOL_TYPE PoolType,
                                          PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
                                          WDFMEMORY *Memory, PULONG ValueType);

WDF_INLINE NTSTATUS WdfRegistryQueryMemory(WDFKEY Key, PCUNICODE_STRING ValueName,
                                           POOL_TYPE PoolType,
                                           PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
                                           WDFMEMORY *Memory, PULONG ValueType)
{
    return imp_WdfRegistryQueryMemory(WdfDriverGlobals, Key, ValueName, PoolType, MemoryAttributes,
                                      Memory, ValueType);
}

/*
 * Reads a REG_MULTI_SZ value and adds a new WDFSTRING for each of its strings, in order, to the
 * end of a collection.
 *
 * StringsAttributes  [in, opt] attributes of each string; the driver is parent if they name none
 * Collection         [in]      holds a reference to each string it was given
 *
 * On failure the strings that had been added are taken out again.
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH if the value is of another type or does not
 * end in two NULs; STATUS_RESOURCE_DATA_NOT_FOUND if it is empty; STATUS_OBJECT_NAME_NOT_FOUND if
 * there is none; a failure for bad StringsAttributes or ValueName; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRegistryQueryMultiString (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryQueryMultiString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                               PCUNICODE_STRING ValueName,
                                               PWDF_OBJECT_ATTRIBUTES StringsAttributes,
                                               WDFCOLLECTION Collection);

WDF_INLINE NTSTATUS WdfRegistryQueryMultiString(WDFKEY Key, PCUNICODE_STRING ValueName,
                                                PWDF_OBJECT_ATTRIBUTES StringsAttributes,
                                                WDFCOLLECTION Collection)
{
    return imp_WdfRegistryQueryMultiString(WdfDriverGlobals, Key, ValueName, StringsAttributes,
                                           Collection);
}

/*
 * Reads a string value (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ) into a caller's UNICODE_STRING.
 *
 * ValueByteLength  [out, opt]     bytes of the data with its NUL, also if they did not fit
 * Value            [in, out, opt] Buffer and MaximumLength are the caller's; Length is set,
 *                                 without the NUL; NULL: only ValueByteLength is wanted
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW if Value is NULL or too small (ValueByteLength
 * is set, Value untouched); STATUS_INVALID_PARAMETER if MaximumLength is 0 or a string is bad;
 * STATUS_OBJECT_TYPE_MISMATCH for another type; STATUS_OBJECT_NAME_NOT_FOUND if there is no such
 * value; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRegistryQueryUnicodeString (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryQueryUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                                 PCUNICODE_STRING ValueName,
                                                 PUSHORT ValueByteLength, PUNICODE_STRING Value);

WDF_INLINE NTSTATUS WdfRegistryQueryUnicodeString(WDFKEY Key, PCUNICODE_STRING ValueName,
                                                  PUSHORT ValueByteLength, PUNICODE_STRING Value)
{
    return imp_WdfRegistryQueryUnicodeString(WdfDriverGlobals, Key, ValueName, ValueByteLength,
                                             Value);
}

/*
 * Reads a string value (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ) into a string object, whose former
 * text is replaced on success.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH for another type;
 * STATUS_RESOURCE_DATA_NOT_FOUND if the value is empty; STATUS_INVALID_BUFFER_SIZE if it is longer
 * than a UNICODE_STRING can be; STATUS_OBJECT_NAME_NOT_FOUND if there is none;
 * STATUS_INVALID_PARAMETER for a bad ValueName; STATUS_INSUFFICIENT_RESOURCES.
 * Documented as: WdfRegistryQueryString (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryQueryString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, WDFSTRING String);

WDF_INLINE NTSTATUS WdfRegistryQueryString(WDFKEY Key, PCUNICODE_STRING ValueName, WDFSTRING String)
{
    return imp_WdfRegistryQueryString(WdfDriverGlobals, Key, ValueName, String);
}

/*
 * Reads a REG_DWORD value.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH for another type;
 * STATUS_OBJECT_NAME_NOT_FOUND if there is no such value; STATUS_INVALID_PARAMETER for a bad
 * ValueName. Value is set on success only.
 * Documented as: WdfRegistryQueryULong (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryQueryULong(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                         PCUNICODE_STRING ValueName, PULONG Value);

WDF_INLINE NTSTATUS WdfRegistryQueryULong(WDFKEY Key, PCUNICODE_STRING ValueName, PULONG Value)
{
    return imp_WdfRegistryQueryULong(WdfDriverGlobals, Key, ValueName, Value);
}

/*
 * Writes a value of any type, over the former one if there is one.
 *
 * ValueType    [in]  REG_SZ, REG_DWORD, ...; not compared with the data
 * ValueLength  [in]  bytes at Value; of a string with its NUL
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad ValueName; STATUS_ACCESS_DENIED if
 * the key was opened without KEY_SET_VALUE; the registry's own.
 * Documented as: WdfRegistryAssignValue (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryAssignValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, ULONG ValueType,
                                          ULONG ValueLength, PVOID Value);

WDF_INLINE NTSTATUS WdfRegistryAssignValue(WDFKEY Key, PCUNICODE_STRING ValueName, ULONG ValueType,
                                           ULONG ValueLength, PVOID Value)
{
    return imp_WdfRegistryAssignValue(WdfDriverGlobals, Key, ValueName, ValueType, ValueLength,
                                      Value);
}

/*
 * Writes a value of any type from a memory object's buffer, which is not kept.
 *
 * ValueType      [in]      REG_BINARY, REG_SZ, ...; not compared with the data
 * MemoryOffsets  [in, opt] the part of the buffer to write; NULL: all of it. BufferLength 0 is
 *                          the rest of the buffer
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad ValueName; STATUS_INTEGER_OVERFLOW
 * if MemoryOffsets leaves the buffer; STATUS_ACCESS_DENIED; the registry's own.
 * Documented as: WdfRegistryAssignMemory (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryAssignMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                           PCUNICODE_STRING ValueName, ULONG ValueType,
                                           WDFMEMORY Memory, PWDFMEMORY_OFFSET MemoryOffsets);

WDF_INLINE NTSTATUS WdfRegistryAssignMemory(WDFKEY Key, PCUNICODE_STRING ValueName, ULONG ValueType,
                                            WDFMEMORY Memory, PWDFMEMORY_OFFSET MemoryOffsets)
{
    return imp_WdfRegistryAssignMemory(WdfDriverGlobals, Key, ValueName, ValueType, Memory,
                                       MemoryOffsets);
}

/*
 * Writes the strings of a collection, in order, as one REG_MULTI_SZ value.
 *
 * StringsCollection  [in]  holds WDFSTRINGs only; if it is empty, so is the value: two NULs
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER if the collection holds anything but strings
 * or ValueName is bad; STATUS_INSUFFICIENT_RESOURCES; STATUS_ACCESS_DENIED; the registry's own.
 * Documented as: WdfRegistryAssignMultiString (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryAssignMultiString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                                PCUNICODE_STRING ValueName,
                                                WDFCOLLECTION StringsCollection);

WDF_INLINE NTSTATUS WdfRegistryAssignMultiString(WDFKEY Key, PCUNICODE_STRING ValueName,
                                                 WDFCOLLECTION StringsCollection)
{
    return imp_WdfRegistryAssignMultiString(WdfDriverGlobals, Key, ValueName, StringsCollection);
}

/*
 * Writes a REG_SZ value from a UNICODE_STRING; a NUL is added.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad ValueName or Value;
 * STATUS_INSUFFICIENT_RESOURCES; STATUS_ACCESS_DENIED; the registry's own.
 * Documented as: WdfRegistryAssignUnicodeString (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryAssignUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                                  PCUNICODE_STRING ValueName,
                                                  PCUNICODE_STRING Value);

WDF_INLINE NTSTATUS WdfRegistryAssignUnicodeString(WDFKEY Key, PCUNICODE_STRING ValueName,
                                                   PCUNICODE_STRING Value)
{
    return imp_WdfRegistryAssignUnicodeString(WdfDriverGlobals, Key, ValueName, Value);
}

/*
 * Writes a REG_SZ value, with its NUL, from a string object.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad ValueName; STATUS_ACCESS_DENIED; the
 * registry's own.
 * Documented as: WdfRegistryAssignString (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryAssignString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                           PCUNICODE_STRING ValueName, WDFSTRING String);

WDF_INLINE NTSTATUS WdfRegistryAssignString(WDFKEY Key, PCUNICODE_STRING ValueName,
                                            WDFSTRING String)
{
    return imp_WdfRegistryAssignString(WdfDriverGlobals, Key, ValueName, String);
}

/*
 * Writes a REG_DWORD value.
 *
 * IRQL: PASSIVE_LEVEL.
 * Returns STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a bad ValueName; STATUS_ACCESS_DENIED; the
 * registry's own.
 * Documented as: WdfRegistryAssignULong (wdfregistry.h).
 */
NTSTATUS NTAPI imp_WdfRegistryAssignULong(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
                                          PCUNICODE_STRING ValueName, ULONG Value);

WDF_INLINE NTSTATUS WdfRegistryAssignULong(WDFKEY Key, PCUNICODE_STRING ValueName, ULONG Value)
{
    return imp_WdfRegistryAssignULong(WdfDriverGlobals, Key, ValueName, Value);
}

WDF_EXTERN_C_END
