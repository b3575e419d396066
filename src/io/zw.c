/*
 * The services as drivers call them: with their own, trusted arguments, whatever
 * program the calling thread belongs to.
 */
#include "iop.h"

/* Makes the calling thread a kernel-mode caller; returns what it was. */
static KPROCESSOR_MODE enter(VOID)
{
    PKTHREAD thread = ke_current();
    KPROCESSOR_MODE mode = thread->previous_mode;

    thread->previous_mode = KernelMode;
    return mode;
}

static NTSTATUS leave(KPROCESSOR_MODE mode, NTSTATUS status)
{
    ke_current()->previous_mode = mode;
    return status;
}

NTSTATUS NTAPI ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                            ULONG EaLength)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock,
                                    AllocationSize, FileAttributes, ShareAccess, CreateDisposition,
                                    CreateOptions, EaBuffer, EaLength));
}

NTSTATUS NTAPI ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                          POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                          ULONG ShareAccess, ULONG OpenOptions)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtOpenFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock,
                                  ShareAccess, OpenOptions));
}

NTSTATUS NTAPI ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                          PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                          ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtReadFile(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer,
                                  Length, ByteOffset, Key));
}

NTSTATUS NTAPI ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                           PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                           ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtWriteFile(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer,
                                   Length, ByteOffset, Key));
}

NTSTATUS NTAPI ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                     PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                                     ULONG IoControlCode, PVOID InputBuffer,
                                     ULONG InputBufferLength, PVOID OutputBuffer,
                                     ULONG OutputBufferLength)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtDeviceIoControlFile(FileHandle, Event, ApcRoutine, ApcContext,
                                             IoStatusBlock, IoControlCode, InputBuffer,
                                             InputBufferLength, OutputBuffer, OutputBufferLength));
}

NTSTATUS NTAPI ZwFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                               PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                               ULONG FsControlCode, PVOID InputBuffer, ULONG InputBufferLength,
                               PVOID OutputBuffer, ULONG OutputBufferLength)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtFsControlFile(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock,
                                       FsControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                                       OutputBufferLength));
}

NTSTATUS NTAPI ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                      PVOID FileInformation, ULONG Length,
                                      FILE_INFORMATION_CLASS FileInformationClass)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtQueryInformationFile(FileHandle, IoStatusBlock, FileInformation, Length,
                                              FileInformationClass));
}

NTSTATUS NTAPI ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                    PVOID FileInformation, ULONG Length,
                                    FILE_INFORMATION_CLASS FileInformationClass)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtSetInformationFile(FileHandle, IoStatusBlock, FileInformation, Length,
                                            FileInformationClass));
}

NTSTATUS NTAPI ZwQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                            PVOID FsInformation, ULONG Length,
                                            FS_INFORMATION_CLASS FsInformationClass)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtQueryVolumeInformationFile(FileHandle, IoStatusBlock, FsInformation,
                                                    Length, FsInformationClass));
}

NTSTATUS NTAPI ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtFlushBuffersFile(FileHandle, IoStatusBlock));
}

NTSTATUS NTAPI ZwCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtCancelIoFile(FileHandle, IoStatusBlock));
}

NTSTATUS NTAPI ZwCancelIoFileEx(HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel,
                                PIO_STATUS_BLOCK IoStatusBlock)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtCancelIoFileEx(FileHandle, IoRequestToCancel, IoStatusBlock));
}

NTSTATUS NTAPI ZwCancelSynchronousIoFile(HANDLE ThreadHandle, PIO_STATUS_BLOCK IoRequestToCancel,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtCancelSynchronousIoFile(ThreadHandle, IoRequestToCancel, IoStatusBlock));
}

NTSTATUS NTAPI ZwLoadDriver(PUNICODE_STRING DriverServiceName)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtLoadDriver(DriverServiceName));
}

NTSTATUS NTAPI ZwUnloadDriver(PUNICODE_STRING DriverServiceName)
{
    KPROCESSOR_MODE mode = enter();

    return leave(mode, NtUnloadDriver(DriverServiceName));
}
