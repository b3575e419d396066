/*
 * Between the benchmark's driver and its program.
 */
#pragma once

#define IOCTL_BENCH_EMPTY CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_BENCH_HOLD CTL_CODE(FILE_DEVICE_UNKNOWN, 0x901, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_BENCH_EXCHANGE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x902, METHOD_BUFFERED, FILE_ANY_ACCESS)

void bench_lock_pages(void *address, unsigned long long bytes, unsigned long long iterations);
void bench_driver_fill_memory(void *address, unsigned long long bytes);

#ifdef _KERNEL_MODE
NTSTATUS NTAPI bench_driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);
#endif
