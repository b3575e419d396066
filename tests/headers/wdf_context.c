/*
 * Context types: one type in all source files of a driver, whose name and size the framework
 * gets to know; custom types; types that another driver exports.
 */
#include "parts/wdf_context.h"

typedef struct {
    char byte;
} PLAIN;
WDF_DECLARE_CONTEXT_TYPE(PLAIN);

typedef struct {
    int value;
} EXPORTED;
static PCWDF_OBJECT_CONTEXT_TYPE_INFO __cdecl exporter(VOID);
#define EXPORTED_EXTERNAL_INIT_FUNCTION exporter
WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME(EXPORTED, get_exported)

static WDF_DRIVER_GLOBALS globals;
PWDF_DRIVER_GLOBALS WdfDriverGlobals = &globals;

/* The framework: one object, which has one context of each type that was asked for last. */
static struct {
    PCWDF_OBJECT_CONTEXT_TYPE_INFO asked;
    WDF_OBJECT_ATTRIBUTES attributes;
    PVOID answer;
} framework;

PVOID FASTCALL imp_WdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                  WDFOBJECT Handle,
                                                  PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo)
{
    UNREFERENCED_PARAMETER(Handle);
    framework.asked = DriverGlobals == &globals ? TypeInfo : NULL;
    return framework.answer;
}

NTSTATUS NTAPI imp_WdfObjectAllocateContext(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
                                            PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                            PVOID *Context)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    UNREFERENCED_PARAMETER(Handle);
    framework.attributes = *ContextAttributes;
    *Context = framework.answer;
    return framework.answer != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static WDF_OBJECT_CONTEXT_TYPE_INFO exporters_type;

static PCWDF_OBJECT_CONTEXT_TYPE_INFO __cdecl exporter(VOID)
{
    return &exporters_type;
}

/* Where the driver's stub finds types that other drivers export. */
extern WDF_OBJECT_CONTEXT_TYPE_INFO __start_kmdftypeinit[], __stop_kmdftypeinit[];

static int failures;
#define CHECK(condition) (failures += (condition) ? 0 : 1)

static BOOLEAN same_text(LPCSTR a, LPCSTR b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void one_type_in_two_files(WDFDEVICE device)
{
    PCWDF_OBJECT_CONTEXT_TYPE_INFO type = WDF_GET_CONTEXT_TYPE_INFO(SHARED_CONTEXT);
    SHARED_CONTEXT context = {1, 2};
    WDF_OBJECT_ATTRIBUTES attributes;

    CHECK(type == other_type() && type->UniqueType == type);
    CHECK(type->Size == sizeof(*type) && type->ContextSize == sizeof(SHARED_CONTEXT));
    CHECK(same_text(type->ContextName, "SHARED_CONTEXT"));
    CHECK(type->EvtDriverGetUniqueContextType == NULL);
    CHECK(type != WDF_GET_CONTEXT_TYPE_INFO(PLAIN));

    framework.answer = &context;
    CHECK(get_shared(device)->second == 2 && framework.asked == type);
    framework.asked = NULL;
    CHECK(other_get(device) == &context && framework.asked == type);
    CHECK(WdfObjectGetTypedContext(device, SHARED_CONTEXT)->first == 1);
    CHECK((PVOID)WdfObjectGet_PLAIN(device) == &context);
    CHECK(framework.asked == WDF_GET_CONTEXT_TYPE_INFO(PLAIN));

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, SHARED_CONTEXT);
    CHECK(attributes.ContextTypeInfo == type && attributes.Size == sizeof(attributes));
}

static void custom_type(WDFDEVICE device)
{
    WDF_CUSTOM_TYPE_CONTEXT context = {0};

    framework.answer = NULL;
    CHECK(WdfObjectIsCustomType(device, Marked) == FALSE);
    CHECK(WdfObjectAddCustomType(device, Marked) == STATUS_INSUFFICIENT_RESOURCES);
    framework.answer = &context;
    CHECK(WdfObjectAddCustomTypeWithData(device, Marked, 77, NULL, NULL) == STATUS_SUCCESS);
    CHECK(same_text(framework.attributes.ContextTypeInfo->ContextName, "WdfCustomType_Marked"));
    CHECK(context.Size == sizeof(context) && context.Data == 77);
    CHECK(WdfObjectIsCustomType(device, Marked) == TRUE);
    CHECK(framework.asked == framework.attributes.ContextTypeInfo);
    CHECK(WdfObjectGetCustomTypeData(device, Marked) == 77);
}

static void exported_type(WDFDEVICE device)
{
    WDF_OBJECT_CONTEXT_TYPE_INFO *type;
    EXPORTED context = {5};

    CHECK(__stop_kmdftypeinit - __start_kmdftypeinit == 1);
    CHECK(WDF_GET_CONTEXT_TYPE_INFO(EXPORTED)->UniqueType == NULL);
    for (type = __start_kmdftypeinit; type < __stop_kmdftypeinit; type++) {
        type->UniqueType = type->EvtDriverGetUniqueContextType();
    }
    framework.answer = &context;
    CHECK(get_exported(device)->value == 5 && framework.asked == &exporters_type);
}

int main(void)
{
    WDFDEVICE device = (WDFDEVICE)&failures;

    one_type_in_two_files(device);
    custom_type(device);
    exported_type(device);
    return failures != 0;
}
