/* Pins the framework's WMI providers and instances: what is refused, and what others see. */
#include "wdf/pnp_test.h"
#include "wdf/wmi.h"

#include <wmistr.h>

static const GUID data_class = {0x21, 1, 1, {0}}, event_class = {0x21, 1, 2, {0}};

typedef struct data {
    ULONG first, second;
} DATA;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(DATA, data_of)

static NTSTATUS NTAPI query_data(WDFWMIINSTANCE instance, ULONG size, PVOID buffer, PULONG used)
{
    *used = sizeof(struct data);
    if (size < sizeof(struct data))
        return STATUS_BUFFER_TOO_SMALL;
    *(struct data *)buffer = *data_of(instance);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI control_provider(WDFWMIPROVIDER self, WDF_WMI_PROVIDER_CONTROL what,
                                       BOOLEAN enable)
{
    UNREFERENCED_PARAMETER(self);
    UNREFERENCED_PARAMETER(what);
    UNREFERENCED_PARAMETER(enable);
    return STATUS_SUCCESS;
}

static NTSTATUS try_provider(WDF_WMI_PROVIDER_CONFIG *config)
{
    WDFWMIPROVIDER made = (WDFWMIPROVIDER)1;
    NTSTATUS status =
        WdfWmiProviderCreate(function.device, config, WDF_NO_OBJECT_ATTRIBUTES, &made);

    assert_int_equal(made != NULL, NT_SUCCESS(status));
    return status;
}

static VOID providers_are_checked(VOID)
{
    static const GUID none = {0};
    WDF_WMI_PROVIDER_CONFIG config;

    start_device();
    WDF_WMI_PROVIDER_CONFIG_INIT(&config, &data_class);
    config.Size--;
    assert_int_equal(try_provider(&config), STATUS_INFO_LENGTH_MISMATCH);
    WDF_WMI_PROVIDER_CONFIG_INIT(&config, &none);
    assert_int_equal(try_provider(&config), STATUS_INVALID_PARAMETER);
    WDF_WMI_PROVIDER_CONFIG_INIT(&config, &data_class);
    config.Flags = WdfWmiProviderValidFlags + 1;
    assert_int_equal(try_provider(&config), STATUS_INVALID_PARAMETER);
    config.Flags = WdfWmiProviderTracing | WdfWmiProviderExpensive;
    assert_int_equal(try_provider(&config), STATUS_INVALID_PARAMETER);
    config.Flags = WdfWmiProviderEventOnly;
    config.EvtWmiProviderFunctionControl = control_provider;
    assert_int_equal(try_provider(&config), STATUS_INVALID_PARAMETER);
    config.Flags |= WdfWmiProviderExpensive;
    assert_int_equal(try_provider(&config), STATUS_SUCCESS);
    assert_int_equal(try_provider(&config), STATUS_OBJECT_NAME_EXISTS);
}

static NTSTATUS try_instance(WDF_WMI_INSTANCE_CONFIG *config, PWDF_OBJECT_ATTRIBUTES attributes,
                             WDFWMIINSTANCE *instance)
{
    NTSTATUS status = WdfWmiInstanceCreate(function.device, config, attributes, instance);

    assert_int_equal(*instance != NULL, NT_SUCCESS(status));
    return status;
}

static VOID instances_are_checked(VOID)
{
    WDF_WMI_PROVIDER_CONFIG provider;
    WDF_WMI_INSTANCE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFWMIINSTANCE instance;

    start_device();
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, DATA);
    WDF_WMI_PROVIDER_CONFIG_INIT(&provider, &data_class);
    provider.MinInstanceBufferSize = sizeof(struct data) + 1;
    WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER_CONFIG(&config, &provider);
    config.Size++;
    assert_int_equal(try_instance(&config, NULL, &instance), STATUS_INFO_LENGTH_MISMATCH);
    config.Size--;
    config.ProviderConfig = NULL;
    assert_int_equal(try_instance(&config, NULL, &instance), STATUS_INVALID_PARAMETER);
    config.ProviderConfig = &provider;
    config.UseContextForQuery = TRUE;
    assert_int_equal(try_instance(&config, NULL, &instance), STATUS_INVALID_PARAMETER);
    assert_int_equal(try_instance(&config, &attributes, &instance), STATUS_BUFFER_TOO_SMALL);
    config.EvtWmiInstanceQueryInstance = query_data;
    assert_int_equal(try_instance(&config, &attributes, &instance), STATUS_INVALID_PARAMETER);
    config.UseContextForQuery = FALSE;
    provider.Flags = WdfWmiProviderEventOnly;
    assert_int_equal(try_instance(&config, &attributes, &instance), STATUS_INVALID_PARAMETER);
    provider.Flags = 0;
    provider.MinInstanceBufferSize--;
    assert_int_equal(try_instance(&config, &attributes, &instance), STATUS_SUCCESS);
}

/* Whatever fails for want of memory, no provider is left that nobody has a handle of. */
static VOID without_memory_no_provider_stays(VOID)
{
    WDF_WMI_PROVIDER_CONFIG provider;
    WDF_WMI_INSTANCE_CONFIG config;
    WDFWMIINSTANCE instance;
    struct wdf_wmi *wmi;
    ULONG failures = 0;
    NTSTATUS status;

    start_device();
    WDF_WMI_PROVIDER_CONFIG_INIT(&provider, &data_class);
    WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER_CONFIG(&config, &provider);
    config.EvtWmiInstanceQueryInstance = query_data;
    for (;;) {
        ex_pool_inject(failures, FALSE);
        status = try_instance(&config, NULL, &instance);
        ex_pool_inject(MAXULONG, FALSE);
        if (NT_SUCCESS(status))
            break;
        assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
        wmi = wdf_device_of(function.device, __func__)->wmi;
        assert_true(!wmi || IsListEmpty(&wmi->providers));
        failures++;
    }
    /* The instance, the device's place in WMI, the provider. */
    assert_true(failures >= 3);
    assert_int_equal(status, STATUS_SUCCESS);
}

/* ---- what others see -------------------------------------------------------------------- */

/* A device of the PnP manager's own bus, so that its instances have names. */
static NTSTATUS NTAPI load(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    return function_entry(driver, NULL);
}

static WDFWMIINSTANCE instances[2];
static BOOLEAN copies_context;

static NTSTATUS make_instances(WDFDEVICE device)
{
    WDF_WMI_PROVIDER_CONFIG provider_config;
    WDF_WMI_INSTANCE_CONFIG config;
    WDF_OBJECT_ATTRIBUTES attributes;
    WDFWMIPROVIDER made;
    NTSTATUS status;
    ULONG i;

    WDF_WMI_PROVIDER_CONFIG_INIT(&provider_config, &data_class);
    provider_config.MinInstanceBufferSize = sizeof(struct data);
    status = WdfWmiProviderCreate(device, &provider_config, WDF_NO_OBJECT_ATTRIBUTES, &made);
    for (i = 0; i < 2 && NT_SUCCESS(status); i++) {
        WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER(&config, made);
        config.UseContextForQuery = copies_context;
        config.EvtWmiInstanceQueryInstance = copies_context ? NULL : query_data;
        config.Register = !i;
        WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, DATA);
        status = WdfWmiInstanceCreate(device, &config, &attributes, &instances[i]);
        if (NT_SUCCESS(status))
            data_of(instances[i])->first = i + 1;
    }
    return status;
}

static VOID start_with_instances(VOID)
{
    UNICODE_STRING name = RTL_STRING(L"\\Driver\\Function");

    function.furnish = make_instances;
    assert_int_equal(io_create_driver(&name, load, &function.object), STATUS_SUCCESS);
    assert_int_equal(pnp_add_driver_device(function.object, NULL), STATUS_SUCCESS);
    journal.length = 0;
    journal.text[0] = 0;
}

static NTSTATUS query(PCWSTR instance, ULONG *first)
{
    UCHAR buffer[256];
    PWNODE_SINGLE_INSTANCE wnode = (PVOID)buffer;
    ULONG size = sizeof(buffer);
    GUID guid = data_class;
    UNICODE_STRING name;
    NTSTATUS status;
    PVOID block;

    *first = 0;
    status = IoWMIOpenBlock(&guid, WMIGUID_QUERY, &block);
    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&name, instance);
    status = IoWMIQuerySingleInstance(block, &name, &size, buffer);
    ObDereferenceObject(block);
    if (!NT_SUCCESS(status))
        return status;
    assert_int_equal(wnode->SizeDataBlock, sizeof(struct data));
    *first = ((struct data *)(buffer + wnode->DataBlockOffset))->first;
    return status;
}

static VOID instances_come_and_go(VOID)
{
    ULONG first;

    start_with_instances();
    assert_int_equal(query(L"ROOT\\FUNCTION\\0000_1", &first), STATUS_WMI_INSTANCE_NOT_FOUND);
    assert_int_equal(query(L"ROOT\\FUNCTION\\0000_0", &first), STATUS_SUCCESS);
    assert_int_equal(first, 1);
    assert_int_equal(WdfWmiInstanceRegister(instances[1]), STATUS_SUCCESS);
    assert_int_equal(WdfWmiInstanceRegister(instances[1]), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(query(L"ROOT\\FUNCTION\\0000_1", &first), STATUS_SUCCESS);
    assert_int_equal(first, 2);
    /* A number is an instance's place among those that are registered. */
    WdfWmiInstanceDeregister(instances[0]);
    assert_int_equal(query(L"ROOT\\FUNCTION\\0000_0", &first), STATUS_SUCCESS);
    assert_int_equal(first, 2);
    assert_int_equal(query(L"ROOT\\FUNCTION\\0000_1", &first), STATUS_WMI_INSTANCE_NOT_FOUND);
    assert_ptr_equal(WdfWmiInstanceGetDevice(instances[0]), function.device);
    assert_ptr_equal(WdfWmiProviderGetDevice(WdfWmiInstanceGetProvider(instances[1])),
                     function.device);
    assert_int_equal(pnp_remove_driver(function.object, NULL), STATUS_SUCCESS);
    assert_int_equal(query(L"ROOT\\FUNCTION\\0000_0", &first), STATUS_WMI_GUID_NOT_FOUND);
}

static VOID from_a_callback(VOID)
{
    copies_context = FALSE;
    instances_come_and_go();
}

static VOID from_the_context(VOID)
{
    copies_context = TRUE;
    instances_come_and_go();
}

/* Nobody listens: the event is not the driver's to worry about. */
static VOID an_event_without_listeners(VOID)
{
    WDF_WMI_PROVIDER_CONFIG provider;
    WDF_WMI_INSTANCE_CONFIG config;
    WDFWMIINSTANCE instance;
    ULONG data = 1;

    start_device();
    WDF_WMI_PROVIDER_CONFIG_INIT(&provider, &event_class);
    provider.Flags = WdfWmiProviderEventOnly;
    WDF_WMI_INSTANCE_CONFIG_INIT_PROVIDER_CONFIG(&config, &provider);
    config.Register = TRUE;
    assert_int_equal(try_instance(&config, NULL, &instance), STATUS_SUCCESS);
    assert_false(WdfWmiProviderIsEnabled(WdfWmiInstanceGetProvider(instance), WdfWmiEventControl));
    assert_int_equal(WdfWmiInstanceFireEvent(instance, sizeof(data), &data), STATUS_SUCCESS);
    assert_int_equal(WdfWmiInstanceFireEvent(instance, 0, NULL), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(providers_are_checked),
        PNP_TEST(instances_are_checked),
        PNP_TEST(without_memory_no_provider_stays),
        PNP_TEST(from_a_callback),
        PNP_TEST(from_the_context),
        PNP_TEST(an_event_without_listeners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
