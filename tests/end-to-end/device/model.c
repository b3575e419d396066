/*
 * The model of the tests' device: registers, ports, memory, a line and four messages.
 */
#include "tester.h"

#include <ntio/device.h>

#include <stdlib.h>
#include <string.h>

struct tester {
    struct ntio_device *device;
    struct ntio_work later;
    unsigned scratch, width, last, count;
    int is_up; /* atomic */
    int sticks;
};

static void raise_line(struct tester *t)
{
    __atomic_store_n(&t->is_up, 1, __ATOMIC_RELEASE);
    ntio_device_raise_line(t->device);
}

static void lower_line(struct tester *t)
{
    if (t->sticks)
        return;
    __atomic_store_n(&t->is_up, 0, __ATOMIC_RELEASE);
    ntio_device_lower_line(t->device);
}

static void raise_later(struct ntio_work *work)
{
    raise_line((struct tester *)((char *)work - __builtin_offsetof(struct tester, later)));
}

static unsigned long long read_register(void *context, unsigned bar, unsigned long long offset,
                                        unsigned bytes)
{
    struct tester *t = context;

    (void)bytes;
    if (bar == 1)
        return offset == TESTER_PORT_COUNT ? t->count++ : t->last;
    switch (offset) {
    case TESTER_ID:
        return TESTER_MAGIC;
    case TESTER_SCRATCH:
        return t->scratch;
    case TESTER_ISR:
        return (unsigned)__atomic_load_n(&t->is_up, __ATOMIC_ACQUIRE);
    case TESTER_MESSAGES:
        return ntio_device_message_count(t->device);
    case TESTER_WIDTH:
        return t->width;
    default:
        return 0;
    }
}

static void write_register(void *context, unsigned bar, unsigned long long offset, unsigned bytes,
                           unsigned long long value)
{
    struct tester *t = context;

    if (bar == 1) {
        t->last = (unsigned)value;
        return;
    }
    switch (offset) {
    case TESTER_SCRATCH:
        t->scratch = (unsigned)value;
        t->width = bytes;
        break;
    case TESTER_RAISE:
        raise_line(t);
        break;
    case TESTER_LOWER:
        lower_line(t);
        break;
    case TESTER_SEND:
        ntio_device_send_message(t->device, (unsigned)value);
        break;
    case TESTER_LATER:
        ntio_device_queue_after(t->device, &t->later, value * 1000);
        break;
    case TESTER_STICK:
        t->sticks = value != 0;
        break;
    default:
        break;
    }
}

static void started(void *context, int is_started)
{
    struct tester *t = context;

    (void)is_started;
    t->sticks = 0;
    __atomic_store_n(&t->is_up, 0, __ATOMIC_RELEASE);
}

static const char *create(struct ntio_device *device, struct ntio_device_model *model,
                          const char *options, void **context)
{
    struct tester *t;

    if (!strcmp(options, "never"))
        return "it was told never to be";
    if (!strncmp(options, "base=", 5))
        model->bars[0].base = strtoull(options + 5, NULL, 0);
    t = calloc(1, sizeof *t);
    if (!t)
        return "there is no memory for it";
    t->device = device;
    t->later.run = raise_later;
    memcpy(context, &t, sizeof t);
    return NULL;
}

static void destroy(void *context)
{
    free(context);
}

const struct ntio_device_model ntio_device_model = {
    .version = NTIO_DEVICE_VERSION,
    .size = sizeof(struct ntio_device_model),
    .name = "Tester",
    .vendor = 0x1234,
    .device = 0x5678,
    .subsystem_vendor = 0x1234,
    .subsystem = 0x0001,
    .class_code = 0xFF0000,
    .revision = 2,
    .has_line = 1,
    .messages = 4,
    .address_bits = 32,
    .bars =
        {
            {.kind = NTIO_BAR_MEMORY, .length = TESTER_LENGTH},
            {.kind = NTIO_BAR_PORT, .length = TESTER_PORTS},
            {.kind = NTIO_BAR_MEMORY, .flags = NTIO_BAR_RAM, .length = TESTER_MEMORY},
        },
    .create = create,
    .destroy = destroy,
    .read = read_register,
    .write = write_register,
    .started = started,
};
