/*
 * What the measuring side (main.c, Linux headers) and the measured side
 * (requests.c, memory.c, NT headers) of the benchmark share.
 */
#pragma once

/* Makes the benchmark's driver and devices; 0 if that failed. After ntio_start. */
int bench_driver_load(void);
/* Opens the devices; 0 if that failed. */
int bench_open(void);
void bench_close(void);

/*
 * The measured work, each iterations times. device is 0 or 1: two devices that
 * share nothing.
 */
void bench_empty(int device, unsigned long long iterations);
void bench_filtered(unsigned long long iterations);
void bench_buffered_read(unsigned long long iterations, unsigned long long bytes);
void bench_direct_read(unsigned long long iterations, unsigned long long bytes);
/* The driver's part of a direct read alone. */
void bench_driver_fill(unsigned long long iterations, unsigned long long bytes);
void bench_pool(unsigned long long iterations);
void bench_lookaside(unsigned long long iterations);
/* Locks and unlocks pages that are adopted already; iterations is in locks of pages pages. */
void bench_lock(unsigned long long iterations, unsigned long long pages);
/* Pages of the program's that hold something and never were locked. */
void *bench_fresh_pages(unsigned long long pages);
/* Locks and unlocks them, which adopts them. */
void bench_adopt(void *fresh, unsigned long long pages);
void bench_free_pages(void *fresh);
/* Sends count requests that stay pending, cancels all, waits for all. */
void bench_cancel(unsigned long long count);

/* ---- framework.c: the same through KMDF ---- */

/* Makes the framework's driver and its devices; 0 if that failed. After bench_driver_load. */
int bench_framework_load(void);
/* Empty control requests to its parallel queue (0), or to the sequential one with device lock (1).
 */
void bench_framework_empty(int device, unsigned long long iterations);
/* A WDFMEMORY from a lookaside list, and its deletion. */
void bench_framework_memory(unsigned long long iterations);
/* A WDFREQUEST reused, formatted, sent to the WDM driver's device and completed there. */
void bench_framework_send(unsigned long long iterations);
/* The same with an IRP and IoCallDriver. */
void bench_call_driver(unsigned long long iterations);

/* ---- served.c: the same across processes ---- */

/* A figure of the program in another process: its name there, nanoseconds of one of it. */
struct bench_served {
    char name[32];
    double value;
};
/*
 * Starts a kernel with the benchmark's driver and a program that measures against it.
 * Returns how many figures came, at most count; 0 if it did not run.
 */
int bench_serve(struct bench_served *figures, int count);

enum { BENCH_PROGRAMS = 64 };
/*
 * The same with so many programs at once, at most BENCH_PROGRAMS: requests a second in all;
 * and, before they begin, the kernel's resident KiB for each.
 */
double bench_programs(int programs, double *idle);
/*
 * A turn passed to another process and back, by a word that both look at as often as spins
 * says, then sleep on.
 */
double bench_ping_pong(unsigned long long turns, int spins);

/* ---- dma.c ---- */

/* Scatter/gather lists of 4096 pages, which do or do not follow each other. */
void bench_dma_start(void);
void bench_dma_stop(void);
void bench_dma_lists(unsigned long long iterations, unsigned long long is_apart);
/* Those pages, 16 MiB; and their way to the device that is plugged in: calls element for each. */
void *bench_dma_memory(void);
void bench_dma_transfer(int is_apart,
                        void (*element)(unsigned long long address, unsigned long long bytes));

/* ---- interrupt.c ---- */

/* Plugs the benchmark's device in and starts its driver; 0 if that failed. */
int bench_interrupt_start(void);
/* Nanoseconds from a message that the device sends to its driver's DPC. */
unsigned long long bench_interrupt(void);
/* The same from a futex wake to the thread that slept. */
int bench_wake_start(void);
unsigned long long bench_wake(void);
void bench_wake_stop(void);
