#include "buffer.h"

VOID PatternFill(PUCHAR Address, ULONG Length, ULONGLONG Offset)
{
    ULONG i;

    for (i = 0; i < Length; i++) {
        Address[i] = TransferPattern(Offset + i);
    }
}

BOOLEAN PatternCheck(const UCHAR *Address, ULONG Length, ULONGLONG Offset)
{
    ULONG i;

    for (i = 0; i < Length; i++) {
        if (Address[i] != TransferPattern(Offset + i)) {
            return FALSE;
        }
    }
    return TRUE;
}

NTSTATUS BufferOpenMdl(PTRANSFER_BUFFER Buffer, PMDL Mdl)
{
    RtlZeroMemory(Buffer, sizeof(*Buffer));
    if (Mdl == NULL) {
        return STATUS_SUCCESS;
    }
    Buffer->Address = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority | MdlMappingNoExecute);
    if (Buffer->Address == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Buffer->ProgramAddress = MmGetMdlVirtualAddress(Mdl);
    return STATUS_SUCCESS;
}

NTSTATUS BufferOpenNeither(PTRANSFER_BUFFER Buffer, PVOID ProgramAddress, ULONG Length,
                           LOCK_OPERATION Operation)
{
    NTSTATUS status;
    PMDL mdl;

    RtlZeroMemory(Buffer, sizeof(*Buffer));
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    mdl = IoAllocateMdl(ProgramAddress, Length, FALSE, TRUE, NULL);
    if (mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    __try {
        MmProbeAndLockPages(mdl, UserMode, Operation);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        status = GetExceptionCode();
        IoFreeMdl(mdl);
        return status;
    }
    status = BufferOpenMdl(Buffer, mdl);
    Buffer->OwnMdl = mdl;
    if (!NT_SUCCESS(status)) {
        BufferClose(Buffer);
    }
    return status;
}

NTSTATUS BufferOpenReadWrite(PTRANSFER_BUFFER Buffer, PDEVICE_OBJECT DeviceObject, PIRP Irp,
                             ULONG Length, LOCK_OPERATION Operation)
{
    if (DeviceObject->Flags & DO_DIRECT_IO) {
        return BufferOpenMdl(Buffer, Irp->MdlAddress);
    }
    if (DeviceObject->Flags & DO_BUFFERED_IO) {
        RtlZeroMemory(Buffer, sizeof(*Buffer));
        Buffer->Address = Irp->AssociatedIrp.SystemBuffer;
        Buffer->ProgramAddress = Irp->UserBuffer;
        return STATUS_SUCCESS;
    }
    return BufferOpenNeither(Buffer, Irp->UserBuffer, Length, Operation);
}

VOID BufferClose(PTRANSFER_BUFFER Buffer)
{
    if (Buffer->OwnMdl != NULL) {
        MmUnlockPages(Buffer->OwnMdl);
        IoFreeMdl(Buffer->OwnMdl);
        Buffer->OwnMdl = NULL;
    }
}

VOID BufferTrace(PTRANSFER_BUFFER Buffer, PFILE_OBJECT FileObject)
{
    TRANSFER_TRACE *trace = &((PTRANSFER_FILE)FileObject->FsContext)->Trace;

    trace->ProgramAddress = (ULONG_PTR)Buffer->ProgramAddress;
    trace->DriverAddress = (ULONG_PTR)Buffer->Address;
    trace->ProgramPage = 0;
    trace->DriverPage = 0;
    if (Buffer->ProgramAddress != NULL) {
        trace->ProgramPage =
            (ULONGLONG)MmGetPhysicalAddress(Buffer->ProgramAddress).QuadPart >> PAGE_SHIFT;
    }
    if (Buffer->Address != NULL) {
        trace->DriverPage = (ULONGLONG)MmGetPhysicalAddress(Buffer->Address).QuadPart >> PAGE_SHIFT;
    }
}
