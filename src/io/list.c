/*
 * The loaded drivers, their devices, and the names by which programs open them.
 */
#include "../../include/ntio/ntio.h"

#include "../rtl/rtl.h"
#include "iop.h"

struct listing {
    void (*line)(void *context, const char *text);
    void *context;
    UNICODE_STRING device; /* whose links are being looked for */
};

static VOID say(struct listing *listing, PCSTR format, ...)
{
    CHAR text[512];
    va_list arguments;

    va_start(arguments, format);
    rtl_format_va(text, sizeof(text), format, arguments);
    va_end(arguments);
    listing->line(listing->context, text);
}

static VOID visit_link(PCUNICODE_STRING name, PVOID object, struct _OBJECT_TYPE *type, ULONG depth,
                       PVOID context)
{
    struct listing *listing = context;

    UNREFERENCED_PARAMETER(depth);
    if (type == &ob_type_symbolic_link &&
        RtlEqualUnicodeString(ob_symbolic_link_target(object), &listing->device, TRUE))
        say(listing, "    opened as \\\\.\\%wZ", name);
}

static PCSTR method_of(PDEVICE_OBJECT device)
{
    if (device->Flags & DO_BUFFERED_IO)
        return "buffered I/O";
    return device->Flags & DO_DIRECT_IO ? "direct I/O" : "neither I/O";
}

static VOID list_device(struct listing *listing, PDEVICE_OBJECT device)
{
    BOOLEAN has_name = NT_SUCCESS(ob_query_name(device, &listing->device));
    UNICODE_STRING none = RTL_CONSTANT_STRING(L"without a name");

    say(listing, "  device %wZ: type 0x%X, %s%s", has_name ? &listing->device : &none,
        device->DeviceType, method_of(device),
        device->Flags & DO_EXCLUSIVE ? ", one handle at a time" : "");
    if (has_name)
        ob_enumerate(visit_link, listing);
}

static VOID list_driver(struct listing *listing, PDRIVER_OBJECT driver)
{
    PDEVICE_OBJECT device;

    say(listing, "driver %wZ%s", &driver->DriverExtension->ServiceKeyName,
        driver->DeviceObject ? "" : ": no devices");
    for (device = driver->DeviceObject; device; device = device->NextDevice)
        list_device(listing, device);
}

void ntio_list_drivers(void (*line)(void *context, const char *text), void *context)
{
    struct listing listing = {.line = line, .context = context};
    PDRIVER_OBJECT driver = NULL;

    ke_enter();
    /* Of the kernel's own the reflector: its devices are UMDF drivers'. */
    while ((driver = io_next_driver(driver))) {
        if (io_driver_of(driver)->image || driver->DriverExtension->AddDevice)
            list_driver(&listing, driver);
    }
}
