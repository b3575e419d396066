#include "start.h"

#include "driver.h"
#include "lookaside.h"
#include "target.h"

NTSTATUS wdf_start(VOID)
{
    wdf_handle_start();
    wdf_defer_start();
    wdf_bind_start();
    wdf_lookaside_start();
    wdf_send_start();
    return STATUS_SUCCESS;
}

VOID wdf_stop(VOID)
{
    wdf_flush_deferred();
    wdf_bind_stop();
    wdf_handle_stop();
}
