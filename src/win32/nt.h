/*
 * The system calls under win32 that winternl.h does not declare. Their meaning
 * is NT's; libntio exports them.
 */
#pragma once

/* ntstatus.h has every STATUS_ name; windows.h a few of them, as another type. */
#define WIN32_NO_STATUS
#include <windows.h>
#include <winternl.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>

#ifndef NT_SUCCESS
#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)
#endif

#define NT_CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)
#define NT_CURRENT_THREAD ((HANDLE)(LONG_PTR)-2)

typedef VOID(NTAPI *NT_TIMER_APC_ROUTINE)(PVOID context, ULONG low, LONG high);
typedef VOID(NTAPI *NT_APC_ROUTINE)(PVOID first, PVOID second, PVOID third);

struct nt_completion_entry {
    PVOID key;
    PVOID apc_context;
    IO_STATUS_BLOCK io;
};

struct nt_completion_information {
    HANDLE port;
    PVOID key;
};

struct nt_thread_basic_information {
    NTSTATUS exit_status;
    PVOID teb;
    CLIENT_ID client_id;
    ULONG_PTR affinity;
    LONG priority, base_priority;
};

enum {
    NT_THREAD_BASIC_INFORMATION = 0,
    NT_THREAD_BASE_PRIORITY = 3,
    NT_THREAD_AFFINITY_MASK = 4,
    NT_FILE_IO_COMPLETION_NOTIFICATION = 41,
    NT_OBJECT_BASIC_INFORMATION = 0,
    NT_FS_DEVICE_INFORMATION = 4,
    NT_KEY_VALUE_FULL_INFORMATION = 1,
    NT_KEY_VALUE_PARTIAL_INFORMATION = 2,
    NT_KEY_BASIC_INFORMATION = 0,
    NT_KEY_FULL_INFORMATION = 2,
    NT_TIMER_NOTIFICATION = 0,
    NT_TIMER_SYNCHRONIZATION = 1,
    NT_EVENT_NOTIFICATION = 0,
    NT_EVENT_SYNCHRONIZATION = 1,
    NT_WAIT_ALL = 0,
    NT_WAIT_ANY = 1,
};

/* Information of files that winternl.h leaves out or leaves opaque. */
struct nt_file_basic_information {
    LARGE_INTEGER created, accessed, written, changed;
    ULONG attributes;
};
struct nt_file_standard_information {
    LARGE_INTEGER allocated, end_of_file;
    ULONG links;
    BOOLEAN delete_pending, is_directory;
};
struct nt_fs_device_information {
    ULONG device_type, characteristics;
};
struct nt_file_rename_information {
    BOOLEAN replace;
    HANDLE root;
    ULONG name_length;
    WCHAR name[1];
};
struct nt_key_value_partial_information {
    ULONG title_index, type, data_length;
    UCHAR data[1];
};
struct nt_key_value_full_information {
    ULONG title_index, type, data_offset, data_length, name_length;
    WCHAR name[1];
};
struct nt_key_basic_information {
    LARGE_INTEGER written;
    ULONG title_index, name_length;
    WCHAR name[1];
};
struct nt_key_full_information {
    LARGE_INTEGER written;
    ULONG title_index, class_offset, class_length, sub_keys, max_name_length, max_class_length,
        values, max_value_name_length, max_value_data_length;
    WCHAR class_name[1];
};

/* Files */
NTSTATUS NTAPI NtReadFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc, PVOID apc_context,
                          PIO_STATUS_BLOCK io, PVOID buffer, ULONG length, PLARGE_INTEGER offset,
                          PULONG key);
NTSTATUS NTAPI NtWriteFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc, PVOID apc_context,
                           PIO_STATUS_BLOCK io, PVOID buffer, ULONG length, PLARGE_INTEGER offset,
                           PULONG key);
NTSTATUS NTAPI NtFlushBuffersFile(HANDLE file, PIO_STATUS_BLOCK io);
NTSTATUS NTAPI NtCancelIoFile(HANDLE file, PIO_STATUS_BLOCK io);
NTSTATUS NTAPI NtCancelIoFileEx(HANDLE file, PIO_STATUS_BLOCK request, PIO_STATUS_BLOCK io);
NTSTATUS NTAPI NtCancelSynchronousIoFile(HANDLE thread, PIO_STATUS_BLOCK request,
                                         PIO_STATUS_BLOCK io);
NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc,
                                    PVOID apc_context, PIO_STATUS_BLOCK io, PVOID information,
                                    ULONG length, FILE_INFORMATION_CLASS information_class,
                                    BOOLEAN single_entry, PUNICODE_STRING name, BOOLEAN restart);

/* Completion ports */
NTSTATUS NTAPI NtCreateIoCompletion(PHANDLE port, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                                    ULONG threads);
NTSTATUS NTAPI NtSetIoCompletion(HANDLE port, PVOID key, PVOID apc_context, NTSTATUS status,
                                 ULONG_PTR information);
NTSTATUS NTAPI NtRemoveIoCompletion(HANDLE port, PVOID *key, PVOID *apc_context,
                                    PIO_STATUS_BLOCK io, PLARGE_INTEGER timeout);
NTSTATUS NTAPI NtRemoveIoCompletionEx(HANDLE port, struct nt_completion_entry *entries, ULONG count,
                                      PULONG removed, PLARGE_INTEGER timeout, BOOLEAN alertable);

/* Objects to wait for */
NTSTATUS NTAPI NtCreateEvent(PHANDLE event, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                             ULONG type, BOOLEAN initial_state);
NTSTATUS NTAPI NtOpenEvent(PHANDLE event, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtSetEvent(HANDLE event, PLONG previous);
NTSTATUS NTAPI NtResetEvent(HANDLE event, PLONG previous);
NTSTATUS NTAPI NtPulseEvent(HANDLE event, PLONG previous);
NTSTATUS NTAPI NtCreateSemaphore(PHANDLE semaphore, ACCESS_MASK access,
                                 POBJECT_ATTRIBUTES attributes, LONG initial, LONG maximum);
NTSTATUS NTAPI NtOpenSemaphore(PHANDLE semaphore, ACCESS_MASK access,
                               POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtReleaseSemaphore(HANDLE semaphore, LONG count, PLONG previous);
NTSTATUS NTAPI NtCreateMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                              BOOLEAN owned);
NTSTATUS NTAPI NtOpenMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtReleaseMutant(HANDLE mutant, PLONG previous);
NTSTATUS NTAPI NtCreateTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                             ULONG type);
NTSTATUS NTAPI NtOpenTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtSetTimer(HANDLE timer, PLARGE_INTEGER due, NT_TIMER_APC_ROUTINE apc, PVOID context,
                          BOOLEAN resume, LONG period, PBOOLEAN previous);
NTSTATUS NTAPI NtCancelTimer(HANDLE timer, PBOOLEAN state);
NTSTATUS NTAPI NtWaitForMultipleObjects(ULONG count, const HANDLE *handles, ULONG type,
                                        BOOLEAN alertable, PLARGE_INTEGER timeout);
NTSTATUS NTAPI NtSignalAndWaitForSingleObject(HANDLE signal, HANDLE wait, BOOLEAN alertable,
                                              PLARGE_INTEGER timeout);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN alertable, PLARGE_INTEGER interval);
NTSTATUS NTAPI NtYieldExecution(VOID);
NTSTATUS NTAPI RtlWaitOnAddress(const volatile VOID *address, PVOID expected, SIZE_T size,
                                PLARGE_INTEGER timeout);
VOID NTAPI RtlWakeAddressSingle(PVOID address);
VOID NTAPI RtlWakeAddressAll(PVOID address);

/* Threads and handles */
NTSTATUS NTAPI NtQueueApcThread(HANDLE thread, NT_APC_ROUTINE routine, PVOID first, PVOID second,
                                PVOID third);
NTSTATUS NTAPI NtOpenThread(PHANDLE thread, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                            CLIENT_ID *id);
NTSTATUS NTAPI NtSetInformationThread(HANDLE thread, ULONG information_class, PVOID information,
                                      ULONG length);
NTSTATUS NTAPI NtDuplicateObject(HANDLE source_process, HANDLE source, HANDLE target_process,
                                 PHANDLE target, ACCESS_MASK access, ULONG attributes,
                                 ULONG options);

VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD record);
NTSTATUS NTAPI NtTerminateThread(HANDLE thread, NTSTATUS status);
HANDLE NTAPI PsGetCurrentThreadId(VOID);
HANDLE NTAPI PsGetCurrentProcessId(VOID);

/* Memory */
NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE process, PVOID *base, ULONG_PTR zero_bits,
                                       PSIZE_T size, ULONG type, ULONG protection);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE process, PVOID *base, PSIZE_T size, ULONG type);
NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE process, PVOID *base, PSIZE_T size, ULONG protection,
                                      PULONG previous);
NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE process, PVOID address, ULONG information_class,
                                    PVOID information, SIZE_T length, PSIZE_T returned);

/* The registry, drivers, time */
NTSTATUS NTAPI NtCreateKey(PHANDLE key, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                           ULONG title_index, PUNICODE_STRING class_name, ULONG options,
                           PULONG disposition);
NTSTATUS NTAPI NtOpenKey(PHANDLE key, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtDeleteKey(HANDLE key);
NTSTATUS NTAPI NtSetValueKey(HANDLE key, PUNICODE_STRING name, ULONG title_index, ULONG type,
                             PVOID data, ULONG length);
NTSTATUS NTAPI NtQueryValueKey(HANDLE key, PUNICODE_STRING name, ULONG information_class,
                               PVOID information, ULONG length, PULONG returned);
NTSTATUS NTAPI NtDeleteValueKey(HANDLE key, PUNICODE_STRING name);
NTSTATUS NTAPI NtEnumerateKey(HANDLE key, ULONG index, ULONG information_class, PVOID information,
                              ULONG length, PULONG returned);
NTSTATUS NTAPI NtEnumerateValueKey(HANDLE key, ULONG index, ULONG information_class,
                                   PVOID information, ULONG length, PULONG returned);
NTSTATUS NTAPI NtQueryKey(HANDLE key, ULONG information_class, PVOID information, ULONG length,
                          PULONG returned);
NTSTATUS NTAPI NtFlushKey(HANDLE key);
NTSTATUS NTAPI RtlGUIDFromString(PUNICODE_STRING text, GUID *guid);
NTSTATUS NTAPI NtLoadDriver(PUNICODE_STRING service_key);
NTSTATUS NTAPI NtUnloadDriver(PUNICODE_STRING service_key);
NTSTATUS NTAPI NtQueryPerformanceCounter(PLARGE_INTEGER counter, PLARGE_INTEGER frequency);
