/*
 * Structures that a driver touches have the sizes and offsets of Windows x64.
 *
 * Everything is asserted when this is compiled; running it only tells that it was.
 */
#include <ntifs.h>
#include <stddef.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member)

SIZE(LONG, 4);
SIZE(ULONG_PTR, 8);
SIZE(WCHAR, 2);
SIZE(LIST_ENTRY, 0x10);
SIZE(UNICODE_STRING, 0x10);
AT(UNICODE_STRING, Buffer, 0x08);
SIZE(OBJECT_ATTRIBUTES, 0x30);
SIZE(IO_STATUS_BLOCK, 0x10);
AT(IO_STATUS_BLOCK, Information, 0x08);

SIZE(IRP, 0xd0);
AT(IRP, Type, 0x00);
AT(IRP, Size, 0x02);
AT(IRP, MdlAddress, 0x08);
AT(IRP, Flags, 0x10);
AT(IRP, AssociatedIrp.SystemBuffer, 0x18);
AT(IRP, ThreadListEntry, 0x20);
AT(IRP, IoStatus, 0x30);
AT(IRP, RequestorMode, 0x40);
AT(IRP, PendingReturned, 0x41);
AT(IRP, StackCount, 0x42);
AT(IRP, CurrentLocation, 0x43);
AT(IRP, Cancel, 0x44);
AT(IRP, CancelIrql, 0x45);
AT(IRP, ApcEnvironment, 0x46);
AT(IRP, AllocationFlags, 0x47);
AT(IRP, UserIosb, 0x48);
AT(IRP, UserEvent, 0x50);
AT(IRP, Overlay, 0x58);
AT(IRP, CancelRoutine, 0x68);
AT(IRP, UserBuffer, 0x70);
AT(IRP, Tail.Overlay.DriverContext, 0x78);
AT(IRP, Tail.Overlay.Thread, 0x98);
AT(IRP, Tail.Overlay.AuxiliaryBuffer, 0xa0);
AT(IRP, Tail.Overlay.ListEntry, 0xa8);
AT(IRP, Tail.Overlay.CurrentStackLocation, 0xb8);
AT(IRP, Tail.Overlay.OriginalFileObject, 0xc0);

SIZE(IO_STACK_LOCATION, 0x48);
AT(IO_STACK_LOCATION, MajorFunction, 0x00);
AT(IO_STACK_LOCATION, MinorFunction, 0x01);
AT(IO_STACK_LOCATION, Flags, 0x02);
AT(IO_STACK_LOCATION, Control, 0x03);
AT(IO_STACK_LOCATION, Parameters, 0x08);
AT(IO_STACK_LOCATION, Parameters.Create.Options, 0x10);
AT(IO_STACK_LOCATION, Parameters.Create.FileAttributes, 0x18);
AT(IO_STACK_LOCATION, Parameters.Create.ShareAccess, 0x1a);
AT(IO_STACK_LOCATION, Parameters.Create.EaLength, 0x20);
AT(IO_STACK_LOCATION, Parameters.Read.Length, 0x08);
AT(IO_STACK_LOCATION, Parameters.Read.Key, 0x10);
AT(IO_STACK_LOCATION, Parameters.Read.ByteOffset, 0x18);
AT(IO_STACK_LOCATION, Parameters.DeviceIoControl.OutputBufferLength, 0x08);
AT(IO_STACK_LOCATION, Parameters.DeviceIoControl.InputBufferLength, 0x10);
AT(IO_STACK_LOCATION, Parameters.DeviceIoControl.IoControlCode, 0x18);
AT(IO_STACK_LOCATION, Parameters.DeviceIoControl.Type3InputBuffer, 0x20);
AT(IO_STACK_LOCATION, DeviceObject, 0x28);
AT(IO_STACK_LOCATION, FileObject, 0x30);
AT(IO_STACK_LOCATION, CompletionRoutine, 0x38);
AT(IO_STACK_LOCATION, Context, 0x40);

SIZE(MDL, 0x30);
AT(MDL, Next, 0x00);
AT(MDL, Size, 0x08);
AT(MDL, MdlFlags, 0x0a);
AT(MDL, Process, 0x10);
AT(MDL, MappedSystemVa, 0x18);
AT(MDL, StartVa, 0x20);
AT(MDL, ByteCount, 0x28);
AT(MDL, ByteOffset, 0x2c);

SIZE(DEVICE_OBJECT, 0x150);
AT(DEVICE_OBJECT, ReferenceCount, 0x04);
AT(DEVICE_OBJECT, DriverObject, 0x08);
AT(DEVICE_OBJECT, NextDevice, 0x10);
AT(DEVICE_OBJECT, AttachedDevice, 0x18);
AT(DEVICE_OBJECT, CurrentIrp, 0x20);
AT(DEVICE_OBJECT, Timer, 0x28);
AT(DEVICE_OBJECT, Flags, 0x30);
AT(DEVICE_OBJECT, Characteristics, 0x34);
AT(DEVICE_OBJECT, Vpb, 0x38);
AT(DEVICE_OBJECT, DeviceExtension, 0x40);
AT(DEVICE_OBJECT, DeviceType, 0x48);
AT(DEVICE_OBJECT, StackSize, 0x4c);
AT(DEVICE_OBJECT, Queue, 0x50);
AT(DEVICE_OBJECT, AlignmentRequirement, 0x98);
AT(DEVICE_OBJECT, DeviceQueue, 0xa0);
AT(DEVICE_OBJECT, Dpc, 0xc8);
AT(DEVICE_OBJECT, ActiveThreadCount, 0x108);
AT(DEVICE_OBJECT, SecurityDescriptor, 0x110);
AT(DEVICE_OBJECT, DeviceLock, 0x118);
AT(DEVICE_OBJECT, SectorSize, 0x130);
AT(DEVICE_OBJECT, DeviceObjectExtension, 0x138);

SIZE(DRIVER_OBJECT, 0x150);
AT(DRIVER_OBJECT, DeviceObject, 0x08);
AT(DRIVER_OBJECT, Flags, 0x10);
AT(DRIVER_OBJECT, DriverStart, 0x18);
AT(DRIVER_OBJECT, DriverSize, 0x20);
AT(DRIVER_OBJECT, DriverSection, 0x28);
AT(DRIVER_OBJECT, DriverExtension, 0x30);
AT(DRIVER_OBJECT, DriverName, 0x38);
AT(DRIVER_OBJECT, HardwareDatabase, 0x48);
AT(DRIVER_OBJECT, FastIoDispatch, 0x50);
AT(DRIVER_OBJECT, DriverInit, 0x58);
AT(DRIVER_OBJECT, DriverStartIo, 0x60);
AT(DRIVER_OBJECT, DriverUnload, 0x68);
AT(DRIVER_OBJECT, MajorFunction, 0x70);
AT(DRIVER_EXTENSION, AddDevice, 0x08);

SIZE(FILE_OBJECT, 0xd8);
AT(FILE_OBJECT, DeviceObject, 0x08);
AT(FILE_OBJECT, Vpb, 0x10);
AT(FILE_OBJECT, FsContext, 0x18);
AT(FILE_OBJECT, FsContext2, 0x20);
AT(FILE_OBJECT, FinalStatus, 0x38);
AT(FILE_OBJECT, RelatedFileObject, 0x40);
AT(FILE_OBJECT, LockOperation, 0x48);
AT(FILE_OBJECT, Flags, 0x50);
AT(FILE_OBJECT, FileName, 0x58);
AT(FILE_OBJECT, CurrentByteOffset, 0x68);
AT(FILE_OBJECT, Busy, 0x74);
AT(FILE_OBJECT, Lock, 0x80);
AT(FILE_OBJECT, Event, 0x98);
AT(FILE_OBJECT, CompletionContext, 0xb0);

SIZE(DISPATCHER_HEADER, 0x18);
SIZE(KEVENT, 0x18);
SIZE(KSEMAPHORE, 0x20);
SIZE(KMUTANT, 0x38);
SIZE(KTIMER, 0x40);
AT(KTIMER, Dpc, 0x30);
AT(KTIMER, Period, 0x3c);
SIZE(KDPC, 0x40);
AT(KDPC, DeferredRoutine, 0x18);
AT(KDPC, DeferredContext, 0x20);
SIZE(KAPC, 0x58);
SIZE(KWAIT_BLOCK, 0x30);
SIZE(KDEVICE_QUEUE, 0x28);
SIZE(KDEVICE_QUEUE_ENTRY, 0x18);
SIZE(KSPIN_LOCK, 0x08);
SIZE(KLOCK_QUEUE_HANDLE, 0x18);
SIZE(FAST_MUTEX, 0x38);
SIZE(KGUARDED_MUTEX, 0x38);
SIZE(ERESOURCE, 0x68);
SIZE(EX_RUNDOWN_REF, 0x08);
SIZE(WORK_QUEUE_ITEM, 0x20);
SIZE(SLIST_HEADER, 0x10);
SIZE(NPAGED_LOOKASIDE_LIST, 0x80);
SIZE(PAGED_LOOKASIDE_LIST, 0x80);
SIZE(LOOKASIDE_LIST_EX, 0x60);
SIZE(IO_CSQ, 0x40);
SIZE(IO_ERROR_LOG_PACKET, 0x30);
SIZE(WAIT_CONTEXT_BLOCK, 0x48);
SIZE(VPB, 0x60);
SIZE(RTL_BITMAP, 0x10);
SIZE(RTL_AVL_TABLE, 0x68);
SIZE(RTL_QUERY_REGISTRY_TABLE, 0x38);
SIZE(SECURITY_DESCRIPTOR, 0x28);
SIZE(EXCEPTION_RECORD, 0x98);
SIZE(CONTEXT, 0x4d0);
SIZE(SCATTER_GATHER_ELEMENT, 0x18);

int main(void)
{
    return 0;
}
