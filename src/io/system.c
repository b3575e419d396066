/*
 * A whole system: the rooms in the order in which they need each other. This is
 * include/ntio/ntio.h's implementation.
 */
#include "iop.h"
#include "inspect.h"
#include "../../include/ntio/ntio.h"
#include "../dma/dma.h"
#include "../etw/etw.h"
#include "../pci/pci.h"
#include "../pnp/pnp.h"
#include "../pnp/umdf.h"
#include "../umdf/start.h"
#include "../wdf/start.h"
#include "../rtl/seh.h"
#include "../wmi/wmi.h"

/* hal answers with its own errors, the rooms with NTSTATUS. */
static NTSTATUS start_hal(VOID)
{
    return rtl_status_from_hal(hal_start());
}

static VOID stop_hal(VOID)
{
    hal_stop();
}

static VOID stop_nothing(VOID)
{
}

static const struct {
    NTSTATUS (*start)(VOID);
    VOID (*stop)(VOID);
} rooms[] = {
    {start_hal, stop_hal},         {mm_start, mm_stop},
    {ex_pool_start, ex_pool_stop}, {ke_start, ke_stop},
    {ob_start, ob_stop},           {ex_start, ex_stop},
    {cm_start, cm_stop},           {etw_start, etw_stop},
    {dma_start, dma_stop},         {pnp_start, pnp_stop},
    {pci_start, pci_stop},         {umdf_start, umdf_stop},
    {wdf_start, wdf_stop},         {wmi_start, wmi_stop},
    {io_start, io_stop},           {wmi_device_start, stop_nothing},
    {rtl_seh_start, stop_nothing},
};

static struct system_state {
    LONG is_running; /* atomic: one system a process */
    const char *save_registry;
    BOOLEAN has_monitor;
} state;

static VOID stop_rooms(ULONG count)
{
    while (count)
        rooms[--count].stop();
}

static NTSTATUS start_rooms(VOID)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(rooms); i++) {
        status = rooms[i].start();
        if (!NT_SUCCESS(status)) {
            stop_rooms(i);
            break;
        }
    }
    return status;
}

/* Four characters as a tag; '*' for "*". */
static BOOLEAN parse_tag(PCSTR text, ULONG *tag)
{
    if (text[0] == '*' && !text[1]) {
        *tag = '*';
        return TRUE;
    }
    if (strlen(text) != sizeof(*tag))
        return FALSE;
    memcpy(tag, text, sizeof(*tag));
    return TRUE;
}

static PCSTR first_of(PCSTR option, PCSTR variable)
{
    if (!option)
        option = hal_environment(variable);
    return option && *option ? option : NULL;
}

static NTSTATUS configure(const struct ntio_options *options, ULONG *tag)
{
    PCSTR special_pool = first_of(options->special_pool, "NTIO_SPECIAL_POOL");
    struct io_settings settings = {.root = options->root,
                                   .has_reports = options->report_requests != 0};

    *tag = 0;
    if (special_pool && !parse_tag(special_pool, tag)) {
        rtl_log("special pool is asked for tag \"%s\"; a tag has four characters, or is \"*\"",
                special_pool);
        return STATUS_INVALID_PARAMETER;
    }
    settings.is_pool_special = *tag == '*' || *tag == EX_TAG_IRP;
    io_configure(&settings);
    return STATUS_SUCCESS;
}

static NTSTATUS load_registry(const struct ntio_options *options)
{
    PCSTR path = first_of(options->registry, "NTIO_REGISTRY");
    CHAR reason[256];
    NTSTATUS status;

    if (!path)
        return STATUS_SUCCESS;
    status = cm_load(path, reason, sizeof(reason));
    if (!NT_SUCCESS(status))
        rtl_log("%s", reason);
    return status;
}

static NTSTATUS start(const struct ntio_options *options)
{
    ULONG tag;
    NTSTATUS status = configure(options, &tag);

    if (!NT_SUCCESS(status))
        return status;
    status = start_rooms();
    if (!NT_SUCCESS(status))
        return status;
    ex_pool_special(tag);
    status = load_registry(options);
    if (!NT_SUCCESS(status)) {
        stop_rooms(RTL_NUMBER_OF(rooms));
        return status;
    }
    state.save_registry = options->save_registry;
    /* Without a socket the process just cannot be looked into. */
    state.has_monitor = options->monitor && hal_monitor_start(io_inspect) == HAL_OK;
    return STATUS_SUCCESS;
}

int ntio_start(const struct ntio_options *options)
{
    const struct ntio_options defaults = {.size = sizeof(defaults), .monitor = 1};
    NTSTATUS status;

    if (!options)
        options = &defaults;
    if (options->size != sizeof(*options)) {
        rtl_log("ntio_start: options.size is %u, should be %u", options->size,
                (ULONG)sizeof(*options));
        return STATUS_INVALID_PARAMETER;
    }
    if (__atomic_exchange_n(&state.is_running, 1, __ATOMIC_ACQUIRE))
        return STATUS_DEVICE_BUSY;
    status = start(options);
    if (!NT_SUCCESS(status))
        __atomic_store_n(&state.is_running, 0, __ATOMIC_RELEASE);
    return status;
}

void ntio_stop(void)
{
    if (!__atomic_load_n(&state.is_running, __ATOMIC_ACQUIRE))
        return;
    if (state.has_monitor)
        hal_monitor_stop();
    if (state.save_registry && !NT_SUCCESS(cm_save(state.save_registry)))
        rtl_log("the registry could not be written to %s", state.save_registry);
    stop_rooms(RTL_NUMBER_OF(rooms));
    __atomic_store_n(&state.is_running, 0, __ATOMIC_RELEASE);
}

void ntio_end(void)
{
    if (!__atomic_load_n(&state.is_running, __ATOMIC_ACQUIRE))
        return;
    if (state.has_monitor)
        hal_monitor_stop();
    io_end();
    ke_release_ended_threads();
    if (state.save_registry && !NT_SUCCESS(cm_save(state.save_registry)))
        rtl_log("the registry could not be written to %s", state.save_registry);
}

int ntio_prepare_image(const void *address)
{
    return rtl_status_from_hal(hal_adopt_prepare_image(address));
}

/* A service name: the caller's, or the file's base name without ".so". */
static VOID make_name(PCSTR path, PCSTR name, PUNICODE_STRING service)
{
    PCSTR start = name ? name : path + strlen(path);
    SIZE_T length;

    while (!name && start > path && start[-1] != '/')
        start--;
    length = strlen(start);
    if (!name && length > 3 && !memcmp(start + length - 3, ".so", 3))
        length -= 3;
    service->Length =
        (USHORT)rtl_utf16_from_utf8(service->Buffer, service->MaximumLength, start, length);
}

int ntio_load_driver(const char *path, const char *name, char *reason, unsigned long reason_size)
{
    WCHAR text[256];
    UNICODE_STRING service = {.Buffer = text, .MaximumLength = sizeof(text)};
    struct pnp_reason why = {reason, reason_size};
    PDRIVER_OBJECT driver;
    BOOLEAN has_device;
    NTSTATUS status;

    if (name || !NT_SUCCESS(pnp_find_driver_use(path, &service, &has_device)))
        make_name(path, name, &service);
    status = io_load_driver(&service, path, &driver, reason, reason_size);
    if (!NT_SUCCESS(status) || !driver->DriverExtension->AddDevice)
        return status;
    return pnp_add_driver_device(driver, &why);
}

/* Referenced; by its service's name, or the name of its file. service is the name that was tried.
 */
static NTSTATUS find_driver(const char *name, PUNICODE_STRING service, PDRIVER_OBJECT *driver)
{
    BOOLEAN has_device;
    NTSTATUS status;

    make_name(name, name, service);
    status = io_find_driver(service, driver);
    if (NT_SUCCESS(status) || !NT_SUCCESS(pnp_find_driver_use(name, service, &has_device)))
        return status;
    return io_find_driver(service, driver);
}

int ntio_unload_driver(const char *name)
{
    WCHAR text[256];
    UNICODE_STRING service = {.Buffer = text, .MaximumLength = sizeof(text)};
    PDRIVER_OBJECT driver;
    NTSTATUS status = find_driver(name, &service, &driver);

    /* A UMDF driver is loaded where its devices are. */
    if (!NT_SUCCESS(status))
        return pnp_remove_umdf_driver(&service, NULL);
    if (driver->DriverExtension->AddDevice)
        status = pnp_remove_driver(driver, NULL);
    /* A PnP driver has gone with its last device. */
    if (NT_SUCCESS(status) && !(driver->Flags & DRVO_UNLOAD_INVOKED))
        status = io_unload_driver(driver);
    ObDereferenceObject(driver);
    return status;
}

void ntio_query_statistics(struct ntio_statistics *statistics)
{
    struct mm_statistics mm;

    mm_query_statistics(&mm);
    *statistics = (struct ntio_statistics){
        .pages_adopted = mm.pages_adopted,
        .pages_locked = mm.pages_locked,
        .pages_bounced = mm.pages_bounced,
        .windows_mapped = mm.windows_mapped,
        .bytes_copied_in = mm.bytes_copied_in,
        .bytes_copied_out = mm.bytes_copied_out,
        .resident_bytes = hal_resident_bytes(),
    };
}

int ntio_last_request(struct ntio_request_report *report)
{
    struct io_report last;

    if (!io_report_last(&last))
        return 0;
    *report = (struct ntio_request_report){
        .method = (enum ntio_method)last.method,
        .user_address = last.user_address,
        .system_address = last.system_address,
        .user_frame = last.user_frame,
        .system_frame = last.system_frame,
        .length = last.length,
        .copied_in = last.copied_in,
        .copied_out = last.copied_out,
    };
    report->is_same_page = (last.user_frame && last.user_frame == last.system_frame) ||
                           (last.method == METHOD_NEITHER && last.user_address);
    return 1;
}
