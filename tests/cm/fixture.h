/*
 * What the tests of cm share: a system with a registry, keys by name.
 */
#pragma once

#include "../ob/fixture.h"

#include "cm/cm.h"
#include "cm/services.h"

static inline void run_in_registry(void **state)
{
    void (*test)(void **) = (void (*)(void **)) * state;

    start_rooms();
    assert_status(cm_start(), STATUS_SUCCESS);
    test(state);
    cm_stop();
    assert_int_equal(ob_type_key.objects, 0);
    assert_int_equal(live_allocations(EX_TAG_REGISTRY), 0);
    stop_rooms();
}

#define registry_test(test)                                                                        \
    {                                                                                              \
#test, run_in_registry, NULL, NULL, test                                                   \
    }

static inline NTSTATUS create_key_below(HANDLE root, PCWSTR text, ULONG options, PHANDLE key,
                                        PULONG disposition)
{
    UNICODE_STRING name = name_of(text);
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, root, NULL);
    return ZwCreateKey(key, KEY_ALL_ACCESS, &attributes, 0, NULL, options, disposition);
}

static inline NTSTATUS open_key_below(HANDLE root, PCWSTR text, PHANDLE key)
{
    UNICODE_STRING name = name_of(text);
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, root, NULL);
    return ZwOpenKey(key, KEY_ALL_ACCESS, &attributes);
}

static inline HANDLE make_key(PCWSTR text)
{
    HANDLE key;

    assert_status(create_key_below(NULL, text, 0, &key, NULL), STATUS_SUCCESS);
    return key;
}

static inline NTSTATUS set_value(HANDLE key, PCWSTR text, ULONG type, const VOID *data, ULONG bytes)
{
    UNICODE_STRING name = name_of(text);

    return ZwSetValueKey(key, &name, 0, type, (PVOID)data, bytes);
}

static inline NTSTATUS query_value(HANDLE key, PCWSTR text, KEY_VALUE_INFORMATION_CLASS class,
                                   PVOID answer, ULONG length, PULONG returned)
{
    UNICODE_STRING name = name_of(text);

    return ZwQueryValueKey(key, &name, class, answer, length, returned);
}
