/*
 * The embedding interface in a program that is served: the system is elsewhere.
 */
#include "client.h"

#include "../../rtl/rtl.h"
#include "../../rtl/seh.h"
#include "../../../include/ntio/ntio.h"

static VOID on_protection_change(ULONG64 address, SIZE_T pages)
{
    const hal_u64 arguments[] = {address, pages};

    client_call(LPC_lpc_forget_access, arguments, 2);
}

int ntio_start(const struct ntio_options *options)
{
    PCSTR path = hal_environment("NTIO_SERVER");
    NTSTATUS status = rtl_status_from_hal(hal_start());

    UNREFERENCED_PARAMETER(options);
    /* Of the kernel's rooms a program needs exceptions for itself, and its own memory. */
    if (NT_SUCCESS(status))
        status = rtl_seh_start();
    if (!NT_SUCCESS(status))
        return status;
    if (!path) {
        rtl_log("NTIO_SERVER does not say where the kernel is: start this program with ntio exec");
        return STATUS_INVALID_PARAMETER;
    }
    status = client_connect(path);
    if (NT_SUCCESS(status))
        mm_on_protection_change(on_protection_change);
    return status;
}

/* The process is about to end, and its other threads may be anywhere. */
void ntio_end(void)
{
    client_disconnect();
}

void ntio_stop(void)
{
    client_disconnect();
}

int ntio_prepare_image(const void *address)
{
    return rtl_status_from_hal(hal_adopt_prepare_image(address));
}

int ntio_last_request(struct ntio_request_report *report)
{
    const hal_u64 arguments[] = {(hal_u64)report};

    return NT_SUCCESS(client_call(LPC_lpc_last_request, arguments, 1));
}

void ntio_query_statistics(struct ntio_statistics *statistics)
{
    const hal_u64 arguments[] = {(hal_u64)statistics};

    *statistics = (struct ntio_statistics){0};
    client_call(LPC_lpc_query_statistics, arguments, 1);
}

unsigned long long ntio_bytes_copied(void)
{
    struct ntio_statistics statistics;

    ntio_query_statistics(&statistics);
    return statistics.bytes_copied_in + statistics.bytes_copied_out;
}

/* The kernel has its drivers already: what the environment says is for its process. */
int ntio_load_environment(char *reason, unsigned long reason_size)
{
    UNREFERENCED_PARAMETER(reason);
    UNREFERENCED_PARAMETER(reason_size);
    return STATUS_SUCCESS;
}
