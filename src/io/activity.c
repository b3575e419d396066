/*
 * The activity id of a request, by which what several drivers trace of it is put together.
 */
#include "iop.h"

NTSTATUS NTAPI IoSetActivityIdIrp(PIRP Irp, LPCGUID Guid)
{
    struct io_irp *request = io_irp_of(Irp);

    if (!Guid)
        return STATUS_NOT_SUPPORTED;
    if (!request)
        return STATUS_UNSUCCESSFUL;
    request->activity = *Guid;
    request->has_activity = TRUE;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoGetActivityIdIrp(PIRP Irp, LPGUID Guid)
{
    struct io_irp *request = io_irp_of(Irp);

    if (!request || !request->has_activity)
        return STATUS_NOT_FOUND;
    *Guid = request->activity;
    return STATUS_SUCCESS;
}
