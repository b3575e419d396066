/*
 * A device that writes wherever it is told to.
 */
#include <ntio/device.h>
#include <stdlib.h>
#include <string.h>

#include "public.h"

struct writer {
    struct ntio_device *device;
    unsigned address[2];
};

static const char *create(struct ntio_device *device, struct ntio_device_model *model,
                          const char *options, void **context)
{
    struct writer *writer = calloc(1, sizeof *writer);
    (void)model;
    (void)options;
    if (!writer)
        return "there is no memory for it";
    writer->device = device;
    *context = writer;
    return NULL;
}

static unsigned long long read_register(void *context, unsigned bar, unsigned long long offset,
                                        unsigned bytes)
{
    (void)context;
    (void)bar;
    (void)offset;
    (void)bytes;
    return 0;
}

static void write_register(void *context, unsigned bar, unsigned long long offset, unsigned bytes,
                           unsigned long long value)
{
    struct writer *writer = context;
    unsigned char data[4096];
    (void)bar;
    (void)bytes;
    if (offset != REGISTER_LENGTH) {
        writer->address[offset / 4] = (unsigned)value;
        return;
    }
    memset(data, 0xA5, sizeof data);
    ntio_device_write_memory(writer->device,
                             writer->address[0] | (unsigned long long)writer->address[1] << 32,
                             data, value);
}

const struct ntio_device_model ntio_device_model = {
    .version = NTIO_DEVICE_VERSION,
    .size = sizeof ntio_device_model,
    .name = "Writer",
    .vendor = 0x1234,
    .device = 0x5679,
    .class_code = 0xFF0000,
    .address_bits = 64,
    .bars = {{.kind = NTIO_BAR_MEMORY, .length = 16}},
    .create = create,
    .destroy = free,
    .read = read_register,
    .write = write_register,
};
