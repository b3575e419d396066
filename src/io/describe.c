/*
 * An IRP in words, for reports. What it points to may be garbage by now, so
 * everything is copied guarded before it is looked at.
 */
#include "iop.h"

static const PCSTR major_names[] = {
    "CREATE",
    "CREATE_NAMED_PIPE",
    "CLOSE",
    "READ",
    "WRITE",
    "QUERY_INFORMATION",
    "SET_INFORMATION",
    "QUERY_EA",
    "SET_EA",
    "FLUSH_BUFFERS",
    "QUERY_VOLUME_INFORMATION",
    "SET_VOLUME_INFORMATION",
    "DIRECTORY_CONTROL",
    "FILE_SYSTEM_CONTROL",
    "DEVICE_CONTROL",
    "INTERNAL_DEVICE_CONTROL",
    "SHUTDOWN",
    "LOCK_CONTROL",
    "CLEANUP",
    "CREATE_MAILSLOT",
    "QUERY_SECURITY",
    "SET_SECURITY",
    "POWER",
    "SYSTEM_CONTROL",
    "DEVICE_CHANGE",
    "QUERY_QUOTA",
    "SET_QUOTA",
    "PNP",
};

/* Text that grows, cut to its size. */
struct text {
    PSTR at;
    SIZE_T left;
};

static VOID say(struct text *text, PCSTR format, ...)
{
    va_list arguments;
    SIZE_T length;

    va_start(arguments, format);
    length = rtl_format_va(text->at, text->left, format, arguments);
    va_end(arguments);
    if (length >= text->left)
        length = text->left ? text->left - 1 : 0;
    text->at += length;
    text->left -= length;
}

static BOOLEAN fetch(PVOID to, const VOID *from, SIZE_T bytes)
{
    return from && hal_copy_guarded(to, from, bytes, NULL) == HAL_OK;
}

static VOID say_driver(struct text *text, PDEVICE_OBJECT device)
{
    DEVICE_OBJECT device_copy;
    DRIVER_OBJECT driver_copy;
    WCHAR name[64];
    UNICODE_STRING shown = {.Buffer = name};

    if (!fetch(&device_copy, device, sizeof(device_copy)) ||
        !fetch(&driver_copy, device_copy.DriverObject, sizeof(driver_copy)))
        return;
    shown.Length = driver_copy.DriverName.Length < sizeof(name) ? driver_copy.DriverName.Length
                                                                : (USHORT)sizeof(name);
    if (fetch(name, driver_copy.DriverName.Buffer, shown.Length))
        say(text, " %wZ", &shown);
}

static VOID say_parameters(struct text *text, const IO_STACK_LOCATION *location)
{
    switch (location->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        say(text, ", %u bytes at offset %I64d", location->Parameters.Read.Length,
            location->Parameters.Read.ByteOffset.QuadPart);
        break;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        say(text, ", code 0x%08X, %u bytes in, %u bytes out",
            location->Parameters.DeviceIoControl.IoControlCode,
            location->Parameters.DeviceIoControl.InputBufferLength,
            location->Parameters.DeviceIoControl.OutputBufferLength);
        break;
    default:
        break;
    }
}

static VOID say_location(struct text *text, const IO_STACK_LOCATION *location, LONG number,
                         BOOLEAN is_current)
{
    CHAR code[128];

    say(text, "  %c[%d] IRP_MJ_%s.%u device %p", is_current ? '>' : ' ', number,
        location->MajorFunction < RTL_NUMBER_OF(major_names) ? major_names[location->MajorFunction]
                                                             : "?",
        location->MinorFunction, location->DeviceObject);
    say_driver(text, location->DeviceObject);
    say_parameters(text, location);
    if (location->Control & SL_PENDING_RETURNED)
        say(text, ", pending");
    if (location->CompletionRoutine) {
        hal_describe_code((ULONG_PTR)location->CompletionRoutine, code, sizeof(code));
        say(text, ", completion routine %s", code);
    }
    say(text, "\n");
}

VOID io_describe_irp(PIRP irp, PSTR buffer, SIZE_T size)
{
    struct text text = {buffer, size};
    IO_STACK_LOCATION location;
    IRP copy;
    LONG i;

    if (size)
        *buffer = 0;
    if (!fetch(&copy, irp, sizeof(copy))) {
        say(&text, "IRP %p cannot be read\n", irp);
        return;
    }
    say(&text, "IRP %p, %s, %s mode, status 0x%08X, information %Iu, flags 0x%X%s%s\n", irp,
        copy.Type == IO_TYPE_IRP ? "in use" : "free",
        copy.RequestorMode == UserMode ? "user" : "kernel", copy.IoStatus.Status,
        copy.IoStatus.Information, copy.Flags, copy.Cancel ? ", cancelled" : "",
        copy.CancelRoutine ? ", cancelable" : "");
    if (copy.MdlAddress || copy.AssociatedIrp.SystemBuffer || copy.UserBuffer)
        say(&text, "  system buffer %p, MDL %p, user buffer %p\n", copy.AssociatedIrp.SystemBuffer,
            copy.MdlAddress, copy.UserBuffer);
    for (i = copy.StackCount; i > 0 && copy.Type == IO_TYPE_IRP; i--) {
        if (fetch(&location, (PIO_STACK_LOCATION)(irp + 1) + i - 1, sizeof(location)))
            say_location(&text, &location, i, i == copy.CurrentLocation);
    }
}
