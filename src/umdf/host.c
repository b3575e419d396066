/*
 * Driver hosts as processes: started with the drivers of a stack, shared by stacks that have the
 * same ones, ended with the last stack or by their own fault.
 *
 * A host has two threads in the kernel: one reads its socket, and so is the first to know of its
 * death; the other takes what it has finished.
 */
#include "umdf.h"

#define PATIENCE 60                  /* seconds: UMDF's, for what is to be answered soon */
#define READY_PATIENCE 30000000000ll /* ns for loading the drivers */

struct umdf_service {
    CHAR name[sizeof(((struct umdf_driver *)NULL)->service)];
};

static struct {
    struct mm_lock lock; /* guards the lists, and each host's stacks and is_shared */
    LIST_ENTRY list;     /* of umdf_host.link */
    LIST_ENTRY threads;  /* of host_thread.link: two of each host */
} hosts = {.list = {&hosts.list, &hosts.list}, .threads = {&hosts.threads, &hosts.threads}};

/* ---- memory --------------------------------------------------------------------------- */

VOID umdf_reference_host(struct umdf_host *host)
{
    __atomic_fetch_add(&host->references, 1, __ATOMIC_RELAXED);
}

static VOID free_host(struct umdf_host *host)
{
    if (host->data)
        hal_unshare(host->data, UMDF_AREA_PAGES);
    if (host->board)
        hal_unshare(host->board, UMDF_BOARD_PAGES);
    if (host->lender) {
        mm_lender_close(host->lender);
        mm_lender_dereference(host->lender);
    }
    hal_segment_destroy(host->data_pages);
    hal_segment_destroy(host->board_pages);
    hal_peer_close(host->peer);
    hal_free(host->services);
    hal_free(host);
}

VOID umdf_dereference_host(struct umdf_host *host)
{
    if (!__atomic_sub_fetch(&host->references, 1, __ATOMIC_ACQ_REL))
        free_host(host);
}

static int make_segment(struct hal_segment **segment, PVOID *address, hal_u64 pages, PCSTR name)
{
    int error = hal_segment_create(segment, pages, name);

    if (error == HAL_OK)
        error = hal_segment_seal(*segment);
    if (error == HAL_OK)
        error = hal_share(address, *segment, 0, pages);
    return error;
}

static hal_i64 patience_of_environment(VOID)
{
    PCSTR text = hal_environment("NTIO_HOST_TIMEOUT");
    hal_i64 seconds = 0;

    while (text && *text >= '0' && *text <= '9' && seconds < 1000000)
        seconds = seconds * 10 + (*text++ - '0');
    return (seconds ? seconds : PATIENCE) * 1000000000ll;
}

static struct umdf_host *allocate(ULONG driver_count)
{
    struct umdf_host *host = hal_allocate(sizeof(*host));
    PVOID board = NULL, data = NULL;
    ULONG i;
    int error;

    if (!host)
        return NULL;
    host->references = 1;
    host->stacks = 1;
    InitializeListHead(&host->link);
    host->patience = patience_of_environment();
    host->services = hal_allocate(driver_count * sizeof(*host->services));
    error = make_segment(&host->board_pages, &board, UMDF_BOARD_PAGES, "ntio-board");
    if (error == HAL_OK)
        error = make_segment(&host->data_pages, &data, UMDF_AREA_PAGES, "ntio-data");
    host->board = board;
    host->data = data;
    if (error != HAL_OK || !host->services || !NT_SUCCESS(umdf_make_lender(host))) {
        free_host(host);
        return NULL;
    }
    RtlInitializeBitMap(&host->pages, host->page_bits, UMDF_DATA_PAGES);
    RtlSetBits(&host->pages, 0, UMDF_SHARED_PAGES);
    for (i = 0; i < UMDF_SLOTS; i++)
        host->free[host->free_count++] = (USHORT)(UMDF_SLOTS - 1 - i);
    return host;
}

/* ---- setting up ------------------------------------------------------------------------- */

static int send_welcome(struct umdf_host *host)
{
    PCSTR user = hal_environment("NTIO_HOST_USER");
    struct umdf_welcome welcome = {UMDF_WELCOME, UMDF_MAGIC, UMDF_VERSION, 0};
    int segments[] = {hal_segment_descriptor(host->board_pages),
                      hal_segment_descriptor(host->data_pages)};

    while (user && *user >= '0' && *user <= '9')
        welcome.user = welcome.user * 10 + (hal_u32)(*user++ - '0');
    return hal_send(host->peer, &welcome, sizeof(welcome), segments, 2);
}

static int send_driver(struct umdf_host *host, const struct pnp_umdf_driver *driver)
{
    struct umdf_driver packet = {
        .packet = UMDF_DRIVER, .major = driver->major, .minor = driver->minor};
    SIZE_T length = strlen(driver->path);

    if (length >= sizeof(packet.path))
        return HAL_EINVAL;
    memcpy(packet.path, driver->path, length);
    rtl_utf8_from_utf16(packet.service, sizeof(packet.service) - 1, driver->service.Buffer,
                        driver->service.Length);
    memcpy(host->services[host->driver_count++].name, packet.service, sizeof(packet.service));
    return hal_send(host->peer, &packet, sizeof(packet), NULL, 0);
}

static int send_all(struct umdf_host *host, const struct pnp_umdf_settings *settings)
{
    hal_u32 go = UMDF_GO;
    int error = send_welcome(host);
    ULONG i;

    for (i = 0; i < settings->count && error == HAL_OK; i++)
        error = send_driver(host, &settings->drivers[i]);
    return error == HAL_OK ? hal_send(host->peer, &go, sizeof(go), NULL, 0) : error;
}

static NTSTATUS receive_ready(struct umdf_host *host, PSTR reason, SIZE_T reason_size)
{
    struct umdf_ready ready;
    hal_u32 none = 0;
    hal_i64 bytes = hal_receive(host->peer, &ready, sizeof(ready), NULL, &none,
                                hal_clock_monotonic() + READY_PATIENCE);

    if (bytes != sizeof(ready) || ready.packet != UMDF_READY || ready.magic != UMDF_MAGIC ||
        ready.version != UMDF_VERSION) {
        rtl_format(reason, reason_size,
                   "a driver host ended, or said what means nothing, before "
                   "its drivers were loaded");
        return STATUS_DRIVER_PROCESS_TERMINATED;
    }
    ready.reason[sizeof(ready.reason) - 1] = 0;
    if (!NT_SUCCESS((NTSTATUS)ready.status))
        rtl_format(reason, reason_size, "%s", ready.reason);
    return (NTSTATUS)ready.status;
}

/* ---- the end -------------------------------------------------------------------------- */

VOID umdf_kill_host(struct umdf_host *host, const char *why)
{
    const char *none = NULL;

    if (__atomic_compare_exchange_n(&host->why, &none, why, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        hal_peer_stop(host->peer);
}

static VOID put_on_list(struct umdf_host *host, BOOLEAN is_shared)
{
    mm_acquire(&hosts.lock);
    host->is_shared = is_shared;
    InsertTailList(&hosts.list, &host->link);
    mm_release(&hosts.lock);
}

static VOID take_off_list(struct umdf_host *host)
{
    mm_acquire(&hosts.lock);
    RemoveEntryList(&host->link);
    InitializeListHead(&host->link);
    host->is_shared = FALSE;
    mm_release(&hosts.lock);
}

static VOID report(struct umdf_host *host, const struct hal_child_end *end)
{
    const char *why = __atomic_load_n(&host->why, __ATOMIC_ACQUIRE);
    CHAR how[64];

    if (__atomic_load_n(&host->is_left, __ATOMIC_ACQUIRE))
        return;
    if (end->signal)
        rtl_format(how, sizeof(how), "was killed by signal %u", end->signal);
    else
        rtl_format(how, sizeof(how), "ended with code %u", end->code);
    rtl_log("driver host %u (%s) %s%s%s", host->process, host->services[0].name,
            why ? "is given up: " : how, why ? why : "", why ? "; it was ended" : "");
    umdf_report_requests(host);
}

/* From here on nothing is submitted; what is under way ends, and its devices fail. */
static VOID declare_dead(struct umdf_host *host)
{
    struct hal_child_end end;

    take_off_list(host);
    hal_child_kill(host->child);
    hal_child_wait(host->child, &end);
    report(host, &end);
    /* First, since whoever sees a request end may have the system stop, and devices with it. */
    if (!__atomic_load_n(&host->is_left, __ATOMIC_ACQUIRE))
        umdf_host_died(host);
    mm_acquire(&host->lock);
    __atomic_store_n(&host->is_dead, 1, __ATOMIC_RELEASE);
    mm_release(&host->lock);
    mm_lender_close(host->lender);
    umdf_ring(host);
    umdf_end_requests(host);
    umdf_cancel_calls(host);
    umdf_close_all(host);
}

/* A host has nothing to say on its socket any more. */
static VOID NTAPI watch_main(PVOID context)
{
    struct umdf_host *host = context;
    hal_u32 packet, none = 0;

    if (hal_receive(host->peer, &packet, sizeof(packet), NULL, &none, HAL_FOREVER) > 0)
        umdf_kill_host(host, "it said what means nothing");
    declare_dead(host);
    umdf_dereference_host(host);
}

static VOID NTAPI bell_main(PVOID context)
{
    struct umdf_host *host = context;

    umdf_serve_bell(host);
    umdf_dereference_host(host);
}

/* A thread of a host, which is known until it has ended and somebody has looked. */
struct host_thread {
    LIST_ENTRY link;
    PKTHREAD thread; /* referenced */
};

static struct host_thread *next_thread(VOID)
{
    struct host_thread *next = NULL;

    mm_acquire(&hosts.lock);
    if (!IsListEmpty(&hosts.threads))
        next = CONTAINING_RECORD(RemoveHeadList(&hosts.threads), struct host_thread, link);
    mm_release(&hosts.lock);
    return next;
}

static VOID remember_thread(struct host_thread *known)
{
    mm_acquire(&hosts.lock);
    InsertTailList(&hosts.threads, &known->link);
    mm_release(&hosts.lock);
}

static VOID forget_thread(struct host_thread *known)
{
    ObDereferenceObject(known->thread);
    hal_free(known);
}

VOID umdf_await_hosts(VOID)
{
    struct host_thread *known;

    while ((known = next_thread())) {
        KeWaitForSingleObject(known->thread, Executive, KernelMode, FALSE, NULL);
        forget_thread(known);
    }
}

/* The two that were started first: with hosts that come and go no more than a few are known. */
static VOID forget_ended(VOID)
{
    LARGE_INTEGER at_once = {.QuadPart = 0};
    struct host_thread *known;
    ULONG i;

    for (i = 0; i < 2 && (known = next_thread()); i++) {
        if (KeWaitForSingleObject(known->thread, Executive, KernelMode, FALSE, &at_once) ==
            STATUS_SUCCESS)
            forget_thread(known);
        else
            remember_thread(known);
    }
}

static NTSTATUS start_thread(struct umdf_host *host, PKSTART_ROUTINE routine, PCSTR name)
{
    struct host_thread *known = hal_allocate(sizeof(*known));
    NTSTATUS status;

    if (!known)
        return STATUS_INSUFFICIENT_RESOURCES;
    umdf_reference_host(host);
    status = ke_create_thread(ke_system_process(), routine, host, name, &known->thread);
    if (!NT_SUCCESS(status)) {
        umdf_dereference_host(host);
        hal_free(known);
        return status;
    }
    remember_thread(known);
    return STATUS_SUCCESS;
}

/* ---- making --------------------------------------------------------------------------- */

static VOID give_up_child(struct umdf_host *host)
{
    struct hal_child_end end;

    hal_child_kill(host->child);
    hal_child_wait(host->child, &end);
}

/* Its watcher is started last: from then on it is what ends the host. */
static NTSTATUS start_threads(struct umdf_host *host)
{
    NTSTATUS status;

    forget_ended();
    status = start_thread(host, bell_main, "ntio-host-bell");

    if (!NT_SUCCESS(status)) {
        give_up_child(host);
        return status;
    }
    status = start_thread(host, watch_main, "ntio-host");
    if (!NT_SUCCESS(status)) {
        give_up_child(host);
        __atomic_store_n(&host->is_dead, 1, __ATOMIC_RELEASE);
    }
    return status;
}

static NTSTATUS start_child(struct umdf_host *host, const struct pnp_umdf_settings *settings,
                            PSTR reason, SIZE_T reason_size)
{
    int error = hal_child_start(&host->child, &host->peer, "ntio-host");
    NTSTATUS status;

    if (error != HAL_OK) {
        rtl_format(reason, reason_size, "ntio-host, which UMDF drivers run in, cannot be started");
        return rtl_status_from_hal(error);
    }
    host->process = hal_child_process(host->child);
    error = send_all(host, settings);
    status = receive_ready(host, reason, reason_size);
    if (NT_SUCCESS(status))
        status = rtl_status_from_hal(error);
    if (!NT_SUCCESS(status)) {
        give_up_child(host);
        return status;
    }
    /* Before its death can be found out. */
    put_on_list(host, settings->is_shared);
    status = start_threads(host);
    if (!NT_SUCCESS(status))
        take_off_list(host);
    return status;
}

static NTSTATUS make_host(const struct pnp_umdf_settings *settings, struct umdf_host **made,
                          PSTR reason, SIZE_T reason_size)
{
    struct umdf_host *host = allocate(settings->count);
    NTSTATUS status;

    if (!host)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = start_child(host, settings, reason, reason_size);
    if (!NT_SUCCESS(status)) {
        umdf_dereference_host(host);
        return status;
    }
    *made = host;
    return STATUS_SUCCESS;
}

LONG umdf_driver_number(const struct umdf_host *host, PCUNICODE_STRING service)
{
    CHAR name[sizeof(host->services[0].name)] = {0};
    ULONG i;

    rtl_utf8_from_utf16(name, sizeof(name) - 1, service->Buffer, service->Length);
    for (i = 0; i < host->driver_count; i++)
        if (!strcmp(name, host->services[i].name))
            return (LONG)i;
    return -1;
}

static BOOLEAN has_all(const struct umdf_host *host, const struct pnp_umdf_settings *settings)
{
    ULONG i;

    for (i = 0; i < settings->count; i++)
        if (umdf_driver_number(host, &settings->drivers[i].service) < 0)
            return FALSE;
    return TRUE;
}

static struct umdf_host *find_shared(const struct pnp_umdf_settings *settings)
{
    struct umdf_host *found = NULL;
    PLIST_ENTRY entry;

    mm_acquire(&hosts.lock);
    for (entry = hosts.list.Flink; entry != &hosts.list && !found; entry = entry->Flink) {
        struct umdf_host *host = CONTAINING_RECORD(entry, struct umdf_host, link);

        if (!host->is_shared || !has_all(host, settings))
            continue;
        found = host;
        found->stacks++;
        umdf_reference_host(found);
    }
    mm_release(&hosts.lock);
    return found;
}

NTSTATUS umdf_find_host(const struct pnp_umdf_settings *settings, struct umdf_host **host,
                        PSTR reason, SIZE_T reason_size)
{
    *host = settings->is_shared ? find_shared(settings) : NULL;
    return *host ? STATUS_SUCCESS : make_host(settings, host, reason, reason_size);
}

VOID umdf_leave_host(struct umdf_host *host)
{
    BOOLEAN is_last;

    mm_acquire(&hosts.lock);
    is_last = !--host->stacks;
    if (is_last)
        host->is_shared = FALSE;
    mm_release(&hosts.lock);
    if (is_last) {
        __atomic_store_n(&host->is_left, 1, __ATOMIC_RELEASE);
        umdf_kill_host(host, "nobody needs it");
    }
    umdf_dereference_host(host);
}
