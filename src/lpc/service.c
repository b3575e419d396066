/*
 * System calls by number.
 */
#include "lpc.h"
#include "services.h"

#include "../cm/services.h"
#include "../io/services.h"
#include "../ob/services.h"
#include "../pnp/control.h"
#include "../../include/ntio/ntio.h"

/* ---- what crosses the channel and is no system call ------------------------------------ */

static struct mm_space *space_of_caller(VOID)
{
    return ke_current()->process->space;
}

/* On the keeper's lane: the program's pages are its own no more. */
static NTSTATUS lpc_pages_lost(ULONG64 address, SIZE_T pages)
{
    mm_space_lost(space_of_caller(), address, pages);
    return STATUS_SUCCESS;
}

static NTSTATUS lpc_forget_access(ULONG64 address, SIZE_T pages)
{
    if (pages > MM_PROGRAM_FRAMES || !mm_is_user_range(address, pages << PAGE_SHIFT))
        return STATUS_INVALID_PARAMETER;
    mm_forget_access(address, pages);
    return STATUS_SUCCESS;
}

static NTSTATUS lpc_last_request(PVOID report)
{
    struct ntio_request_report last = {0};

    if (!ntio_last_request(&last))
        return STATUS_NOT_FOUND;
    return mm_copy_to_user(report, &last, sizeof(last));
}

static NTSTATUS lpc_query_statistics(PVOID statistics)
{
    struct ntio_statistics now;

    ntio_query_statistics(&now);
    return mm_copy_to_user(statistics, &now, sizeof(now));
}

/* ---- the table --------------------------------------------------------------------------- */

/*
 * Arguments are of a register each. The convention lets a function be called with
 * more than it takes, so one type of call does for all.
 */
typedef NTSTATUS (*service)(hal_u64, hal_u64, hal_u64, hal_u64, hal_u64, hal_u64, hal_u64, hal_u64,
                            hal_u64, hal_u64, hal_u64, hal_u64);

static const service services[LPC_SERVICE_COUNT] = {
#define SERVICE(name, arguments) [LPC_##name] = (service)(PVOID)name,
    LPC_SERVICES(SERVICE)
#undef SERVICE
};

NTSTATUS lpc_serve(hal_u32 number, const hal_u64 arguments[LPC_ARGUMENTS])
{
    if (number >= LPC_SERVICE_COUNT)
        return STATUS_INVALID_SYSTEM_SERVICE;
    return services[number](arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                            arguments[5], arguments[6], arguments[7], arguments[8], arguments[9],
                            arguments[10], arguments[11]);
}
