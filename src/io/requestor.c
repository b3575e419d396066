/*
 * Who sent an IRP, and other small questions that drivers ask.
 */
#include "iop.h"

#include <wdmsec.h>

PEPROCESS NTAPI IoGetRequestorProcess(PIRP Irp)
{
    PKTHREAD thread = (PKTHREAD)Irp->Tail.Overlay.Thread;

    return thread ? (PEPROCESS)thread->process : NULL;
}

ULONG NTAPI IoGetRequestorProcessId(PIRP Irp)
{
    PKTHREAD thread = (PKTHREAD)Irp->Tail.Overlay.Thread;

    return thread ? HandleToULong(thread->process->id) : 0;
}

KPROCESSOR_MODE NTAPI IoGetRequestorMode(PIRP Irp)
{
    return Irp->RequestorMode;
}

BOOLEAN NTAPI IoIsOperationSynchronous(PIRP Irp)
{
    PFILE_OBJECT file = Irp->Tail.Overlay.OriginalFileObject;
    ULONG paging = IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO;

    if ((Irp->Flags & paging) == IRP_PAGING_IO)
        return FALSE;
    return (file && io_is_synchronous(file)) || (Irp->Flags & IRP_SYNCHRONOUS_API) ||
           (Irp->Flags & paging) == paging;
}

BOOLEAN IoIs32bitProcess(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    return FALSE;
}

BOOLEAN NTAPI IoIsSystemThread(PETHREAD Thread)
{
    return ((PKTHREAD)Thread)->is_system;
}

PEPROCESS NTAPI IoThreadToProcess(PETHREAD Thread)
{
    return (PEPROCESS)((PKTHREAD)Thread)->process;
}

PEPROCESS NTAPI IoGetCurrentProcess(VOID)
{
    return (PEPROCESS)ke_current()->process;
}

VOID NTAPI IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit)
{
    hal_u64 low, high;

    hal_thread_stack(&low, &high);
    *LowLimit = low;
    *HighLimit = high;
}

PVOID NTAPI IoGetInitialStack(VOID)
{
    hal_u64 low, high;

    hal_thread_stack(&low, &high);
    return (PVOID)high;
}

LOGICAL NTAPI IoWithinStackLimits(ULONG_PTR RegionStart, SIZE_T RegionSize)
{
    hal_u64 low, high;

    hal_thread_stack(&low, &high);
    return RegionStart >= low && RegionStart < high && RegionSize <= high - RegionStart;
}

PIRP NTAPI IoGetTopLevelIrp(VOID)
{
    struct io_thread *state = ke_current()->io;

    return state ? state->top_level : NULL;
}

VOID NTAPI IoSetTopLevelIrp(PIRP Irp)
{
    struct io_thread *state = io_thread_of(ke_current());

    if (state)
        state->top_level = Irp;
}

NTSTATUS WdmlibIoValidateDeviceIoControlAccess(PIRP Irp, ULONG RequiredAccess)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    UCHAR granted = location->Flags;

    if (RequiredAccess & ~(FILE_READ_ACCESS | FILE_WRITE_ACCESS))
        return STATUS_INVALID_PARAMETER;
    if (Irp->RequestorMode == KernelMode)
        return STATUS_SUCCESS;
    if (((RequiredAccess & FILE_READ_ACCESS) && !(granted & SL_READ_ACCESS_GRANTED)) ||
        ((RequiredAccess & FILE_WRITE_ACCESS) && !(granted & SL_WRITE_ACCESS_GRANTED)))
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

#undef IoValidateDeviceIoControlAccess
NTSTATUS NTAPI IoValidateDeviceIoControlAccess(PIRP Irp, ULONG RequiredAccess)
{
    return WdmlibIoValidateDeviceIoControlAccess(Irp, RequiredAccess);
}
