/* Pins what an INF's Umdf directives become, and how those are refused that ntio does not have. */
#include "pnp_test.h"
#include "pnp/umdf.h"

#define FOLDER "/tmp"

static CHAR path[64]; /* of the INF, one for each process */

/* The INF of a device with two UMDF drivers; what a test is about goes between the two halves. */
#define BEFORE                                                                                     \
    "[Version]\nSignature=\"$Windows NT$\"\nClass=Unit\n"                                          \
    "ClassGuid={ff494df1-c4ed-4fac-9b3f-3786f6e91e70}\n"                                           \
    "[Manufacturer]\nM=Models,NT$ARCH$\n[Models.NT$ARCH$]\nDevice=Install,ROOT\\UmdfUnit\n"        \
    "[Install.NT.Services]\nAddService=PnpUnit,2,Service\n"                                        \
    "[Service]\nServiceType=1\nStartType=3\nServiceBinary=%12%\\PnpUnit.sys\n"
#define DRIVERS                                                                                    \
    "[First]\nUmdfLibraryVersion=$UMDFVERSION$\nServiceBinary=%13%\\first.dll\n"                   \
    "[Second]\nUmdfLibraryVersion=2.15.0\nServiceBinary=%13%\\second.dll\n"                        \
    "[Install.NT.Wdf]\nUmdfService=First,First\nUmdfService=Second,Second\n"
#define ORDER "UmdfServiceOrder=First, Second\n"

static VOID write_inf(PCSTR text)
{
    struct hal_root *root;
    struct hal_file *file;
    int created;

    rtl_format(path, sizeof(path), FOLDER "/ntio-umdf-%u.inf", hal_process_id());
    assert_int_equal(hal_root_open(&root, FOLDER), HAL_OK);
    assert_int_equal(
        hal_file_open(&file, root, path + sizeof(FOLDER),
                      HAL_OPEN_READ | HAL_OPEN_WRITE | HAL_OPEN_CREATE | HAL_OPEN_TRUNCATE,
                      &created),
        HAL_OK);
    assert_int_equal(hal_file_write(file, text, strlen(text), 0), strlen(text));
    hal_file_close(file);
    hal_root_close(root);
}

static VOID delete_inf(VOID)
{
    struct hal_root *root;
    struct hal_file *file;
    int created;

    assert_int_equal(hal_root_open(&root, FOLDER), HAL_OK);
    assert_int_equal(hal_file_open(&file, root, path + sizeof(FOLDER), HAL_OPEN_READ, &created),
                     HAL_OK);
    assert_int_equal(hal_file_delete(file), HAL_OK);
    hal_file_close(file);
    hal_root_close(root);
}

/* Adds the device; reason has room for 256. */
static NTSTATUS install(PCSTR text, PSTR reason)
{
    static const UNICODE_STRING id = RTL_STRING(L"ROOT\\UmdfUnit");
    struct pnp_reason why = {reason, 256};
    NTSTATUS status;

    write_inf(text);
    make_driver();
    status = pnp_install_inf(path, &why);
    delete_inf();
    if (NT_SUCCESS(status))
        status = pnp_add_device(&id, NULL, &why);
    pnp_settle();
    return status;
}

static NTSTATUS query(struct pnp_umdf_settings **settings)
{
    struct pnp_node *node = find_node(L"ROOT\\UNIT\\0000");
    NTSTATUS status;

    assert_non_null(node);
    status = pnp_query_umdf_settings(node->pdo, settings);
    pnp_node_dereference(node);
    return status;
}

static VOID assert_service(const struct pnp_umdf_driver *driver, PCWSTR name, PCSTR path,
                           ULONG minor)
{
    UNICODE_STRING expected;

    RtlInitUnicodeString(&expected, name);
    assert_true(RtlEqualUnicodeString(&expected, &driver->service, FALSE));
    assert_string_equal(driver->path, path);
    assert_int_equal(driver->major, 2);
    assert_int_equal(driver->minor, minor);
}

static void defaults(void)
{
    struct pnp_umdf_settings *settings;

    assert_int_equal(pnp_add_driver_file("/somewhere/First.so"), STATUS_SUCCESS);
    assert_int_equal(install(BEFORE DRIVERS ORDER, NULL), STATUS_SUCCESS);
    assert_int_equal(query(&settings), STATUS_SUCCESS);
    assert_int_equal(settings->count, 2);
    assert_service(&settings->drivers[0], L"First", "/somewhere/First.so", 33);
    assert_service(&settings->drivers[1], L"Second", "second.dll", 15);
    assert_true(settings->is_shared);
    assert_false(settings->allows_kernel_clients);
    assert_false(settings->allows_unknown_files);
    assert_false(settings->copies_neither);
    assert_false(settings->allows_hardware);
    assert_false(settings->maps_registers);
    assert_int_equal(settings->fs_context, PNP_UMDF_FS_CONTEXT);
    assert_int_equal(settings->impersonation, SecurityIdentification);
    pnp_free_umdf_settings(settings);
}

static void all_policies(void)
{
    struct pnp_umdf_settings *settings;

    assert_int_equal(install(BEFORE DRIVERS "UmdfHostProcessSharing=ProcessSharingDisabled\n"
                                            "UmdfKernelModeClientPolicy=AllowKernelModeClients\n"
                                            "UmdfFileObjectPolicy=AllowNullAndUnknownFileObjects\n"
                                            "UmdfFsContextUsePolicy=cannotusefscontexts\n"
                                            "UmdfMethodNeitherAction=Copy\n"
                                            "UmdfDirectHardwareAccess=AllowDirectHardwareAccess\n"
                                            "UmdfRegisterAccessMode="
                                            "RegisterAccessUsingUserModeMapping\n"
                                            "UmdfImpersonationLevel=Impersonation\n"
                                            "UmdfDispatcher=FileHandle\n"
                                            "UmdfServiceOrder=Second\n",
                             NULL),
                     STATUS_SUCCESS);
    assert_int_equal(query(&settings), STATUS_SUCCESS);
    assert_int_equal(settings->count, 1);
    assert_service(&settings->drivers[0], L"Second", "second.dll", 15);
    assert_false(settings->is_shared);
    assert_true(settings->allows_kernel_clients);
    assert_true(settings->allows_unknown_files);
    assert_true(settings->copies_neither);
    assert_true(settings->allows_hardware);
    assert_true(settings->maps_registers);
    assert_int_equal(settings->fs_context, PNP_UMDF_NO_FS_CONTEXTS);
    assert_int_equal(settings->impersonation, SecurityImpersonation);
    pnp_free_umdf_settings(settings);
}

/* A device of which no INF says anything about UMDF. */
static void none(void)
{
    struct pnp_umdf_settings *settings;

    assert_int_equal(install(BEFORE, NULL), STATUS_SUCCESS);
    assert_int_equal(query(&settings), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_null(settings);
}

static const struct {
    PCSTR text;
    PCSTR reason; /* the end of it, from the line's number on */
} refusals[] = {
    {BEFORE DRIVERS ORDER "UmdfExtensions=SensorsCx0102\n",
     ":25: UmdfExtensions: ntio has no class extension, this one or another"},
    {BEFORE DRIVERS ORDER "UmdfDispatcher=NativeUSB\n",
     ":25: UmdfDispatcher: I/O targets go to the next lower driver (FileHandle); there is no USB"},
    {BEFORE DRIVERS ORDER "UmdfHostPriority=PriorityHigh\n",
     ":25: UmdfHostPriority: driver hosts have one priority"},
    {BEFORE DRIVERS ORDER "UmdfMethodNeitherAction=Maybe\n",
     ":25: UmdfMethodNeitherAction: it can be Reject, Copy"},
    {BEFORE DRIVERS ORDER "UmdfFsContextUsePolicy=CanUseFsContext3\n",
     ":25: UmdfFsContextUsePolicy: it can be CanUseFsContext, CanUseFsContext2, "
     "CannotUseFsContexts"},
    {BEFORE DRIVERS ORDER "UmdfOther=1\n", ":25: UmdfOther: UMDF 2 has no such directive"},
    {BEFORE DRIVERS ORDER ORDER, ":25: UmdfServiceOrder: it is there already"},
    {BEFORE DRIVERS "UmdfServiceOrder=First,Third\n",
     ":24: UmdfServiceOrder: no UmdfService names the service \"Third\""},
    {BEFORE DRIVERS "UmdfServiceOrder=\n",
     ":24: UmdfServiceOrder: no UmdfService names the service \"\""},
    {BEFORE DRIVERS, ":23: UmdfService: beside it there is no UmdfServiceOrder"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A,B\n" ORDER,
     ":16: UmdfService: the service's section is not there"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A2345678901234567890123456789012,B\n[B]\n",
     ":16: UmdfService: a service's name has 1 to 31 characters"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A,B\n[B]\nServiceBinary=a.dll\n",
     ":17: B: it has no UmdfLibraryVersion"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A,B\n[B]\nUmdfLibraryVersion=2.33.0\n",
     ":17: B: it has no ServiceBinary"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A,B\n"
            "[B]\nUmdfLibraryVersion=1.11.0\nServiceBinary=a.dll\n",
     ":18: UmdfLibraryVersion: ntio has UMDF 2.0 to 2.33"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A,B\n"
            "[B]\nUmdfLibraryVersion=2.34.0\nServiceBinary=a.dll\n",
     ":18: UmdfLibraryVersion: ntio has UMDF 2.0 to 2.33"},
    {BEFORE "[Install.NT.Wdf]\nUmdfService=A,B\n[B]\nUmdfLibraryVersion=2.15.0\n"
            "ServiceBinary=a.dll\nDriverCLSID={d4112073-d09b-458f-a5aa-35ef21eef5de}\n",
     ":20: DriverCLSID: it is UMDF 1's, which ntio does not have"},
};

static void refused(void)
{
    struct ntio_options options = {.size = sizeof(options)};
    CHAR reason[256];
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(refusals); i++) {
        assert_int_equal(install(refusals[i].text, reason), STATUS_INVALID_PARAMETER);
        assert_string_equal(reason + strlen(path), refusals[i].reason);
        ntio_stop();
        assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    }
}

/* WUDFRD.inf is Windows' own; the INF only names it. */
static void reflector_of_windows(void)
{
    static const struct {
        PCSTR sections, value;
    } places[] = {
        {"[Install.NT.Services]\nInclude=WUDFRD.inf\nNeeds=WUDFRD.NT.Services\n", "Service"},
        {"[Install.NT.Services]\nInclude=WUDFRD.inf\nNeeds=WUDFRD_LowerFilter.NT.Services\n"
         "AddService=PnpUnit,2,Service\n[Service]\nServiceType=1\nStartType=3\n"
         "ServiceBinary=%12%\\PnpUnit.sys\n[Install.NT.Filters]\nInclude=machine.inf\nNeeds=NO.NT\n"
         "Include=other.inf, wudfrd.inf\nNeeds=WUDFRD_LowerFilter.NT.Filters\n",
         "LowerFilters"},
    };
    struct ntio_options options = {.size = sizeof(options)};
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(places); i++) {
        struct pnp_path key;
        struct pnp_node *node;
        WCHAR value[16] = {0};
        CHAR text[1024];
        PWSTR service;

        rtl_format(text, sizeof(text),
                   "[Version]\nSignature=\"$Windows NT$\"\nClass=Unit\n"
                   "[Manufacturer]\nM=Models,NTamd64\n[Models.NTamd64]\n"
                   "Device=Install,ROOT\\UmdfUnit\n%s",
                   places[i].sections);
        install(text, NULL);
        node = find_node(L"ROOT\\UNIT\\0000");
        assert_non_null(node);
        pnp_enum_key(&key, node, NULL);
        rtl_utf16_from_utf8(value, sizeof(value), places[i].value, strlen(places[i].value));
        service = pnp_get_text(&key, value);
        assert_non_null(service);
        assert_true(pnp_same_text(service, L"WUDFRd"));
        pnp_free(service);
        pnp_node_dereference(node);
        ntio_stop();
        assert_int_equal(ntio_start(&options), STATUS_SUCCESS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PNP_TEST(defaults), PNP_TEST(all_policies),         PNP_TEST(none),
        PNP_TEST(refused),  PNP_TEST(reflector_of_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
