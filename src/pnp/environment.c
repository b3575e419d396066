/*
 * What the environment asks for: a program's start and the kernel's own process
 * load the same, in the same order.
 *
 * NTIO_DRIVER_PATH, NTIO_INFS, NTIO_DEVICES, NTIO_DRIVERS: see ntio.h; paths with colons between.
 */
#include "pnpp.h"
#include "../../include/ntio/ntio.h"

struct text {
    char *buffer;
    unsigned long size;
};

static NTSTATUS add_file(const char *path, const struct text *reason)
{
    UNREFERENCED_PARAMETER(reason);
    return ntio_add_driver_file(path);
}

static NTSTATUS install(const char *path, const struct text *reason)
{
    return ntio_install_inf(path, reason->buffer, reason->size);
}

static NTSTATUS plug(const char *path, const struct text *reason)
{
    return ntio_plug_device(path, reason->buffer, reason->size);
}

/* One that has a device by an INF is loaded for that. */
static NTSTATUS load(const char *path, const struct text *reason)
{
    if (ntio_has_device(path))
        return STATUS_SUCCESS;
    return ntio_load_driver(path, NULL, reason->buffer, reason->size);
}

typedef NTSTATUS (*use_path)(const char *path, const struct text *reason);

/* A failure has at least its path for a reason. */
static NTSTATUS use_one(const char *start, SIZE_T length, use_path use, const struct text *reason)
{
    char *path = hal_allocate(length + 1);
    NTSTATUS status;

    if (!path)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(path, start, length);
    *reason->buffer = 0;
    status = use(path, reason);
    if (!NT_SUCCESS(status) && !*reason->buffer)
        rtl_format(reason->buffer, reason->size, "%s", path);
    hal_free(path);
    return status;
}

static NTSTATUS use_each(const char *variable, use_path use, const struct text *reason)
{
    const char *list = hal_environment(variable);
    NTSTATUS status = STATUS_SUCCESS;

    while (list && *list && NT_SUCCESS(status)) {
        SIZE_T length = 0;

        while (list[length] && list[length] != ':')
            length++;
        if (length)
            status = use_one(list, length, use, reason);
        list += length + (list[length] == ':');
    }
    return status;
}

int ntio_load_environment(char *reason, unsigned long reason_size)
{
    const char *infs = hal_environment("NTIO_INFS");
    char unused[1];
    struct text why = {reason && reason_size ? reason : unused,
                       reason && reason_size ? reason_size : sizeof(unused)};
    NTSTATUS status = STATUS_SUCCESS;

    if (infs && *infs) {
        status = use_each("NTIO_DRIVER_PATH", add_file, &why);
        if (NT_SUCCESS(status))
            status = use_each("NTIO_INFS", install, &why);
    }
    /* Their INF files then do not need a device that is root-enumerated. */
    if (NT_SUCCESS(status))
        status = use_each("NTIO_DEVICES", plug, &why);
    if (infs && *infs) {
        if (NT_SUCCESS(status))
            status = ntio_start_devices(why.buffer, why.size);
        if (!NT_SUCCESS(status) && !*why.buffer)
            rtl_format(why.buffer, why.size, "%s", infs);
    }
    return NT_SUCCESS(status) ? use_each("NTIO_DRIVERS", load, &why) : status;
}
