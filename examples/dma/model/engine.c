/*
 * The model of the transfer engine.
 *
 * A driver writes where the list of elements is and starts it; the device's own thread fetches the
 * list, moves the bytes, sets its status, and raises its line. Options: the store's size in MiB.
 */
#include "../registers.h"

#include <ntio/device.h>

#include <stdlib.h>

#define MIB (1024ull * 1024)
#define ELEMENTS 64 /* of the list that are fetched at a time */

struct engine {
    struct ntio_device *device;
    struct ntio_work transfer; /* queued by ENGINE_START */
    unsigned char *store;
    unsigned long long store_bytes;
    unsigned control, status; /* atomic: the driver's threads and the device's own */
    unsigned count;
    unsigned long long list, position, moved;
};

/* ---- the interrupt ---------------------------------------------------------------------- */

/* No lock is held here: the service routine may run within, and reads and writes registers. */
static void update_line(struct engine *engine)
{
    unsigned control = __atomic_load_n(&engine->control, __ATOMIC_SEQ_CST);

    if ((control & ENGINE_INTERRUPT) && __atomic_load_n(&engine->status, __ATOMIC_SEQ_CST))
        ntio_device_raise_line(engine->device);
    else
        ntio_device_lower_line(engine->device);
}

/* ---- transfers -------------------------------------------------------------------------- */

static int move(struct engine *engine, const struct engine_element *element, unsigned control)
{
    unsigned long long at = engine->position + engine->moved;
    int is_done;

    if (at > engine->store_bytes || element->length > engine->store_bytes - at)
        return 0;
    if (control & ENGINE_TO_MEMORY)
        is_done = ntio_device_write_memory(engine->device, element->address, engine->store + at,
                                           element->length);
    else
        is_done = ntio_device_read_memory(engine->device, element->address, engine->store + at,
                                          element->length);
    engine->moved += is_done ? element->length : 0;
    return is_done;
}

static int move_all(struct engine *engine, unsigned control)
{
    struct engine_element elements[ELEMENTS];
    unsigned done = 0, count, i;

    engine->moved = 0;
    while (done < engine->count) {
        count = engine->count - done < ELEMENTS ? engine->count - done : ELEMENTS;
        if (!ntio_device_read_memory(engine->device, engine->list + done * sizeof elements[0],
                                     elements, count * sizeof elements[0]))
            return 0;
        for (i = 0; i < count; i++)
            if (!move(engine, &elements[i], control))
                return 0;
        done += count;
    }
    return 1;
}

/* On the device's own thread. */
static void transfer(struct ntio_work *work)
{
    struct engine *engine =
        (struct engine *)((char *)work - __builtin_offsetof(struct engine, transfer));
    unsigned control = __atomic_load_n(&engine->control, __ATOMIC_ACQUIRE);
    unsigned status = move_all(engine, control) ? ENGINE_DONE : ENGINE_DONE | ENGINE_FAILED;

    __atomic_fetch_and(&engine->control, ~ENGINE_START, __ATOMIC_RELEASE);
    __atomic_fetch_or(&engine->status, status, __ATOMIC_SEQ_CST);
    update_line(engine);
}

/* ---- registers -------------------------------------------------------------------------- */

static unsigned long long read_register(void *context, unsigned bar, unsigned long long offset,
                                        unsigned bytes)
{
    struct engine *engine = context;

    (void)bar, (void)bytes;
    switch (offset) {
    case ENGINE_ID:
        return ENGINE_MAGIC;
    case ENGINE_CONTROL:
        return __atomic_load_n(&engine->control, __ATOMIC_ACQUIRE);
    case ENGINE_STATUS:
        return __atomic_load_n(&engine->status, __ATOMIC_ACQUIRE);
    case ENGINE_MOVED:
        return engine->moved;
    case ENGINE_STORE:
        return engine->store_bytes;
    default:
        return 0;
    }
}

static void write_control(struct engine *engine, unsigned control)
{
    unsigned before = __atomic_exchange_n(&engine->control, control, __ATOMIC_SEQ_CST);

    if ((control & ENGINE_START) && !(before & ENGINE_START))
        ntio_device_queue(engine->device, &engine->transfer);
    update_line(engine);
}

static void write_register(void *context, unsigned bar, unsigned long long offset, unsigned bytes,
                           unsigned long long value)
{
    struct engine *engine = context;

    (void)bar, (void)bytes;
    switch (offset) {
    case ENGINE_CONTROL:
        write_control(engine, (unsigned)value);
        break;
    case ENGINE_STATUS:
        __atomic_fetch_and(&engine->status, ~(unsigned)value, __ATOMIC_SEQ_CST);
        update_line(engine);
        break;
    case ENGINE_COUNT:
        engine->count = (unsigned)value;
        break;
    case ENGINE_LIST:
        engine->list = value;
        break;
    case ENGINE_POSITION:
        engine->position = value;
        break;
    default:
        break;
    }
}

static void started(void *context, int is_started)
{
    struct engine *engine = context;

    (void)is_started;
    ntio_device_cancel(engine->device, &engine->transfer);
    __atomic_store_n(&engine->control, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&engine->status, 0, __ATOMIC_SEQ_CST);
}

/* ---- its life --------------------------------------------------------------------------- */

static const char *create(struct ntio_device *device, struct ntio_device_model *model,
                          const char *options, void **context)
{
    unsigned long long mib = *options ? strtoull(options, NULL, 10) : 64;
    struct engine *engine;

    (void)model;
    if (mib < 1 || mib > 1024)
        return "its store has 1 to 1024 MiB";
    engine = calloc(1, sizeof *engine);
    if (!engine)
        return "there is no memory for it";
    engine->device = device;
    engine->transfer.run = transfer;
    engine->store_bytes = mib * MIB;
    engine->store = calloc(mib, MIB);
    if (!engine->store) {
        free(engine);
        return "there is no memory for its store";
    }
    *context = engine;
    return NULL;
}

static void destroy(void *context)
{
    struct engine *engine = context;

    free(engine->store);
    free(engine);
}

const struct ntio_device_model ntio_device_model = {
    .version = NTIO_DEVICE_VERSION,
    .size = sizeof(struct ntio_device_model),
    .name = "Transfer engine",
    .vendor = ENGINE_VENDOR,
    .device = ENGINE_DEVICE,
    .subsystem_vendor = ENGINE_VENDOR,
    .subsystem = 1,
    .class_code = 0x088000, /* a system peripheral */
    .revision = 1,
    .has_line = 1,
    .address_bits = 64,
    .bars = {{.kind = NTIO_BAR_MEMORY, .length = ENGINE_REGISTERS}},
    .create = create,
    .destroy = destroy,
    .read = read_register,
    .write = write_register,
    .started = started,
};
