/*
 * The host process: it learns what it is to run, loads it, gives up all rights, and then serves
 * until its kernel is gone.
 */
#include "host.h"
#include "../../include/ntio/ntio.h"
#include "../io/io.h"
#include "../io/services.h"

struct host_system host;

enum { EXIT_NO_KERNEL = 2, EXIT_LOAD = 4, MOST_DRIVERS = 64 };

#define SETUP_PATIENCE 30000000000ll /* ns that the kernel has to say what it wants */

/* ---- setting up ----------------------------------------------------------------------- */

static BOOLEAN import(int descriptor, hal_u64 pages, struct hal_segment **segment, PVOID *address)
{
    return hal_segment_import(segment, descriptor, pages) == HAL_OK &&
           hal_share(address, *segment, 0, pages) == HAL_OK;
}

static BOOLEAN take_welcome(struct umdf_welcome *welcome)
{
    int descriptors[2];
    hal_u32 count = 2;
    hal_i64 bytes = hal_receive(host.peer, welcome, sizeof(*welcome), descriptors, &count,
                                hal_clock_monotonic() + SETUP_PATIENCE);
    struct hal_segment *board_pages;
    PVOID board, data;

    if (bytes != sizeof(*welcome) || welcome->packet != UMDF_WELCOME ||
        welcome->magic != UMDF_MAGIC || welcome->version != UMDF_VERSION || count != 2)
        return FALSE;
    if (!import(descriptors[0], UMDF_BOARD_PAGES, &board_pages, &board) ||
        !import(descriptors[1], UMDF_AREA_PAGES, &host.data_pages, &data))
        return FALSE;
    host.board = board;
    host.data = data;
    return TRUE;
}

static VOID remember(const struct umdf_driver *packet)
{
    struct host_driver *driver = &host.drivers[host.driver_count++];

    memcpy(driver->path, packet->path, sizeof(driver->path) - 1);
    driver->service.Buffer = driver->text;
    driver->service.MaximumLength = sizeof(driver->text);
    driver->service.Length = (USHORT)rtl_utf16_from_utf8(driver->text, sizeof(driver->text),
                                                         packet->service, strlen(packet->service));
}

static BOOLEAN take_drivers(VOID)
{
    union {
        hal_u32 packet;
        struct umdf_driver driver;
    } message;
    hal_i64 bytes;
    hal_u32 none;

    for (;;) {
        none = 0;
        bytes = hal_receive(host.peer, &message, sizeof(message), NULL, &none,
                            hal_clock_monotonic() + SETUP_PATIENCE);
        if (bytes == sizeof(hal_u32) && message.packet == UMDF_GO)
            return host.driver_count != 0;
        if (bytes != sizeof(message.driver) || message.packet != UMDF_DRIVER ||
            host.driver_count == MOST_DRIVERS)
            return FALSE;
        message.driver.path[sizeof(message.driver.path) - 1] = 0;
        message.driver.service[sizeof(message.driver.service) - 1] = 0;
        remember(&message.driver);
    }
}

/* Their code is here from now on; none of it has been called but what the linker calls. */
static NTSTATUS preload(PSTR reason, SIZE_T reason_size)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < host.driver_count && NT_SUCCESS(status); i++)
        status =
            io_preload_driver(&host.drivers[i].service, host.drivers[i].path, reason, reason_size);
    return status;
}

static NTSTATUS start_system(VOID)
{
    static UNICODE_STRING name = RTL_STRING(L"\\Driver\\WUDFHost");
    static UNICODE_STRING targets = RTL_STRING(L"\\Driver\\WUDFTarget");
    const struct ntio_options options = {.size = sizeof(options)};
    NTSTATUS status = ntio_start(&options);

    if (!NT_SUCCESS(status))
        return status;
    io_be_host();
    KeInitializeMutex(&host.loading, 0);
    host_area_start();
    host_call_start();
    host_name_start();
    status = IoCreateDriver(&name, host_lower_entry);
    return NT_SUCCESS(status) ? IoCreateDriver(&targets, host_target_entry) : status;
}

static NTSTATUS prepare(hal_u32 user, PSTR reason, SIZE_T reason_size)
{
    NTSTATUS status = start_system();

    if (!NT_SUCCESS(status)) {
        rtl_format(reason, reason_size, "the system in a driver host did not start");
        return status;
    }
    status = rtl_status_from_hal(hal_confine_begin(user));
    if (NT_SUCCESS(status)) {
        status = preload(reason, reason_size);
        if (!NT_SUCCESS(status))
            return status;
        hal_describe_prepare();
        status = rtl_status_from_hal(hal_confine_end());
    }
    if (NT_SUCCESS(status))
        status = host_ring_start();
    if (!NT_SUCCESS(status))
        rtl_format(reason, reason_size, "Linux does not let a driver host give up its rights");
    return status;
}

/* ---- the process ---------------------------------------------------------------------- */

int ntio_host_run(void)
{
    struct umdf_ready ready = {UMDF_READY, UMDF_MAGIC, UMDF_VERSION, 0, ""};
    struct umdf_welcome welcome;
    NTSTATUS status;

    host.drivers = hal_allocate(MOST_DRIVERS * sizeof(*host.drivers));
    if (!host.drivers || hal_child_peer(&host.peer) != HAL_OK || !take_welcome(&welcome) ||
        !take_drivers())
        return EXIT_NO_KERNEL;
    status = prepare(welcome.user, ready.reason, sizeof(ready.reason));
    ready.status = (hal_u32)status;
    if (hal_send(host.peer, &ready, sizeof(ready), NULL, 0) != HAL_OK || !NT_SUCCESS(status))
        return EXIT_LOAD;
    host_serve_loans();
    hal_exit(0);
}
