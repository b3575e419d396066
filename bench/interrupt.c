/*
 * From a simulated device's message to its driver's DPC, beside waking a thread that sleeps.
 */
#include "bench.h"

#include <ntio/device.h>
#include <ntio/ntio.h>

#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct ntio_device *device;

static const char *create(struct ntio_device *made, struct ntio_device_model *model,
                          const char *options, void **context)
{
    (void)model, (void)options, (void)context;
    device = made;
    return NULL;
}

static void destroy(void *context)
{
    (void)context;
}

static const struct ntio_device_model model = {
    .version = NTIO_DEVICE_VERSION,
    .size = sizeof(struct ntio_device_model),
    .name = "Benchmark's device",
    .vendor = 0x1AF7,
    .device = 0xBE7C,
    .messages = 1,
    .bars = {{.kind = NTIO_BAR_MEMORY, .flags = NTIO_BAR_RAM, .length = 4096}},
    .create = create,
    .destroy = destroy,
};

int bench_interrupt_start(void)
{
    char reason[512] = "";

    if (ntio_add_driver_file(BENCH_IRQ) < 0 ||
        ntio_install_inf(BENCH_IRQ_INF, reason, sizeof reason) < 0 ||
        ntio_plug_model(&model, "", reason, sizeof reason) < 0) {
        fprintf(stderr, "the benchmark's device: %s\n", reason);
        return 0;
    }
    return ntio_device_message_count(device) == 1;
}

/* Until the other side sleeps: nothing tells when it does. */
static void let_it_sleep(void)
{
    unsigned long long until = ntio_device_time() + 30000;

    while (ntio_device_time() < until)
        ;
}

unsigned long long bench_interrupt(void)
{
    uint64_t *served = ntio_device_ram(device, 0),
             before = __atomic_load_n(served, __ATOMIC_ACQUIRE);
    unsigned long long start;

    let_it_sleep();
    start = ntio_device_time();
    ntio_device_send_message(device, 0);
    while (__atomic_load_n(served, __ATOMIC_ACQUIRE) == before)
        ;
    return ntio_device_time() - start;
}

/* ---- the baseline ------------------------------------------------------------------------ */

static struct {
    pthread_t thread;
    uint32_t word; /* 0: sleep; 1: count; 2: end */
    uint64_t woken;
} sleeper;

static long futex(int operation, uint32_t value)
{
    return syscall(SYS_futex, &sleeper.word, operation, value, NULL, NULL, 0);
}

static void *sleep_and_count(void *unused)
{
    uint32_t word = 0;

    while (word != 2) {
        futex(FUTEX_WAIT_PRIVATE, 0);
        word = __atomic_load_n(&sleeper.word, __ATOMIC_ACQUIRE);
        if (word == 1) {
            __atomic_store_n(&sleeper.word, 0, __ATOMIC_RELEASE);
            __atomic_add_fetch(&sleeper.woken, 1, __ATOMIC_RELEASE);
        }
    }
    return unused;
}

int bench_wake_start(void)
{
    return pthread_create(&sleeper.thread, NULL, sleep_and_count, NULL) == 0;
}

void bench_wake_stop(void)
{
    __atomic_store_n(&sleeper.word, 2, __ATOMIC_RELEASE);
    futex(FUTEX_WAKE_PRIVATE, 1);
    pthread_join(sleeper.thread, NULL);
}

unsigned long long bench_wake(void)
{
    uint64_t before = __atomic_load_n(&sleeper.woken, __ATOMIC_ACQUIRE);
    unsigned long long start;

    let_it_sleep();
    start = ntio_device_time();
    __atomic_store_n(&sleeper.word, 1, __ATOMIC_RELEASE);
    futex(FUTEX_WAKE_PRIVATE, 1);
    while (__atomic_load_n(&sleeper.woken, __ATOMIC_ACQUIRE) == before)
        ;
    return ntio_device_time() - start;
}
