/*
 * ntio: simulated devices.
 *
 * A model is a PCI device written in C, as ordinary Linux code: what it is, what its registers do,
 * when it interrupts, what it reads and writes in memory. Plugged into a system, PnP finds it,
 * gives it addresses and interrupts, and starts the driver whose INF has its hardware id. The
 * driver reaches the registers as it does on Windows (MmMapIoSpace, READ_REGISTER_ULONG,
 * READ_PORT_UCHAR, ...); the device reaches memory by bus address, and only what the driver has
 * mapped for it (IoGetDmaAdapter, WdfDmaTransactionExecute, WdfCommonBufferCreate, ...).
 *
 * A model is a shared object that exports one symbol, ntio_device_model:
 *
 *     cc -shared -fPIC -o blink.so blink.c
 *     ntio run --device blink.so driver.vcxproj -- program
 *
 * It is linked with nothing of ntio's: the functions below are found when it is loaded. A program
 * that embeds a system can plug a struct in itself (ntio_plug_model).
 *
 * Threads. The callbacks are called on whatever thread accesses the device, several at a time, and
 * that thread may be one of a driver's that must not wait (at a raised IRQL, with locks held). So
 * they do little and never wait for another thread: what takes time goes to the device's own
 * thread (ntio_device_queue). A model may also have threads of its own, as long as destroy ends
 * them; they may call what is declared here.
 *
 * Locks. Raising a line and sending a message run the driver's interrupt service routine, as a
 * rule within the call; it reads and writes registers, so it comes back to the model's callbacks.
 * Hold no lock of the model's then that these take.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

#define NTIO_DEVICE_VERSION 1
#define NTIO_BARS 6

/* The system's side of a device that is plugged in. */
struct ntio_device;

enum ntio_bar_kind {
    NTIO_BAR_NONE = 0,
    NTIO_BAR_MEMORY = 1, /* registers at memory addresses */
    NTIO_BAR_PORT = 2    /* registers at ports */
};

enum ntio_bar_flags {
    NTIO_BAR_RAM = 1, /* memory: plain memory, which driver and model share (ntio_device_ram) */
    NTIO_BAR_PREFETCHABLE = 2,
    NTIO_BAR_64BIT = 4 /* memory: above 4 GiB; takes the number of the next one as well */
};

/* A base address register: a range of the device's. */
struct ntio_bar {
    enum ntio_bar_kind kind;
    unsigned flags; /* enum ntio_bar_flags */
    /* Bytes, a power of 2: memory 16 or more, ports 4 to 256. */
    unsigned long long length;
    /*
     * Where it has to be: a memory address that is a multiple of 4096, or a port that is one of
     * 4; 0: where PnP likes. A device whose range overlaps another's is not plugged in.
     */
    unsigned long long base;
};

/*
 * What the device is and does. Zero what is not there. Each callback gets what create returned as
 * its context; all but create and destroy may be NULL.
 */
struct ntio_device_model {
    unsigned version;              /* NTIO_DEVICE_VERSION */
    unsigned size;                 /* sizeof(struct ntio_device_model) */
    const char *name;              /* what people call it: "Blink controller" */
    unsigned short vendor, device; /* hardware id PCI\VEN_1234&DEV_5678&... */
    unsigned short subsystem_vendor, subsystem;
    unsigned class_code; /* base class, subclass, interface: 0xFF0000 is "other" */
    unsigned char revision;
    unsigned char has_line;  /* not 0: it has an interrupt line, which may be shared */
    unsigned short messages; /* how many messages it can interrupt with, 0 to 32 */
    unsigned address_bits;   /* of bus addresses: 24, 32, 64...; 0: it reaches no memory */
    struct ntio_bar bars[NTIO_BARS];

    /*
     * Makes one. model is a copy of this structure that it may change, by options: what follows
     * the comma where the device was named, else "". *context is what the other callbacks get.
     * Returns NULL, or a sentence that tells why there is no such device.
     */
    const char *(*create)(struct ntio_device *device, struct ntio_device_model *model,
                          const char *options, void **context);
    /* It is unplugged; no callback is under way, nor work, and none comes any more. */
    void (*destroy)(void *context);

    /*
     * An access to registers, of 1, 2, 4 or 8 bytes at offset in bar, aligned as the driver has
     * it. Nothing is read or written beyond the range's length. Needed if there is a bar that is
     * not NTIO_BAR_RAM.
     */
    unsigned long long (*read)(void *context, unsigned bar, unsigned long long offset,
                               unsigned bytes);
    void (*write)(void *context, unsigned bar, unsigned long long offset, unsigned bytes,
                  unsigned long long value);

    /*
     * A driver has written to configuration space; the bytes that can be written there are
     * already (ntio_device_config reads them).
     */
    void (*config_written)(void *context, unsigned offset, unsigned bytes);

    /*
     * The device has its resources and may be accessed (1), or has not any more (0): it is
     * stopped, disabled, or its driver goes. It is to forget what it was doing, as by a reset.
     */
    void (*started)(void *context, int is_started);

    /* It goes to a power state: 0 (D0, working) to 3 (D3). */
    void (*power)(void *context, unsigned state);
};

/*
 * What a model exports:
 *
 *     const struct ntio_device_model ntio_device_model = {
 *         .version = NTIO_DEVICE_VERSION, .size = sizeof ntio_device_model, .name = ...
 */
extern const struct ntio_device_model ntio_device_model;

/* ---- interrupts -------------------------------------------------------------------------- */

/*
 * The interrupt line: service routines are called as long as the device keeps it up. Raising it
 * when it is up, and lowering it when it is down, does nothing.
 */
void ntio_device_raise_line(struct ntio_device *device);
void ntio_device_lower_line(struct ntio_device *device);

/*
 * Sends a message, 0 to messages - 1. A device that was not given messages has none to send
 * (ntio_device_message_count): its driver's INF does not ask for them (MSISupported), or there
 * are not that many.
 */
void ntio_device_send_message(struct ntio_device *device, unsigned message);
unsigned ntio_device_message_count(struct ntio_device *device);

/* ---- memory -------------------------------------------------------------------------------- */

/*
 * The device reads from memory, or writes to it, at a bus address. 1: done. 0: the driver has
 * not mapped all of it for the device, and such accesses are ignored (NTIO_DMA_VIOLATIONS=ignore):
 * nothing is written, what is read is all ones. If they are not ignored the system stops with bug
 * check 0xE6. Addresses wider than the device's lose their upper bits.
 */
int ntio_device_read_memory(struct ntio_device *device, unsigned long long address, void *to,
                            unsigned long long bytes);
int ntio_device_write_memory(struct ntio_device *device, unsigned long long address,
                             const void *from, unsigned long long bytes);

/* Where the model has the memory of a bar that is NTIO_BAR_RAM; NULL for others. Not in create. */
void *ntio_device_ram(struct ntio_device *device, unsigned bar);

/* ---- work and time --------------------------------------------------------------------- */

/* Something for the device's own thread. Zeroed but for run; the model's, while it is queued. */
struct ntio_work {
    void (*run)(struct ntio_work *work);
    unsigned long long reserved[4];
};

/*
 * Has the device's thread run work, after what was queued before; in so many nanoseconds at the
 * earliest with _after. 0 if it is queued already. Any thread; also from run itself.
 */
int ntio_device_queue(struct ntio_device *device, struct ntio_work *work);
int ntio_device_queue_after(struct ntio_device *device, struct ntio_work *work,
                            unsigned long long nanoseconds);
/* 1: it was queued and will not run. 0: it was not; it may be running. */
int ntio_device_cancel(struct ntio_device *device, struct ntio_work *work);

/* Nanoseconds since some start. */
unsigned long long ntio_device_time(void);

/* ---- the rest ---------------------------------------------------------------------------- */

/* Bytes of configuration space, 1, 2 or 4 at an offset that is a multiple of that. */
unsigned ntio_device_config(struct ntio_device *device, unsigned offset, unsigned bytes);
/* Changes them, be they writable to drivers or not: a capability, a status. */
void ntio_device_set_config(struct ntio_device *device, unsigned offset, unsigned bytes,
                            unsigned value);

/* Writes a line to standard error, with the device's name. */
void ntio_device_log(struct ntio_device *device, const char *text);

#ifdef __cplusplus
}
#endif
