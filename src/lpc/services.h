/*
 * The system calls that cross the channel, by number: LPC_SERVICES(X) is
 * X(name, arguments) for each. The order is the wire's: new ones go to the end.
 */
#pragma once

#define LPC_SERVICES(X)                                                                            \
    X(NtCancelIoFile, 2)                                                                           \
    X(NtCancelIoFileEx, 3)                                                                         \
    X(NtCancelSynchronousIoFile, 3)                                                                \
    X(NtCancelTimer, 2)                                                                            \
    X(NtClose, 1)                                                                                  \
    X(NtCreateEvent, 5)                                                                            \
    X(NtCreateFile, 11)                                                                            \
    X(NtCreateIoCompletion, 4)                                                                     \
    X(NtCreateKey, 7)                                                                              \
    X(NtCreateMutant, 4)                                                                           \
    X(NtCreateSemaphore, 5)                                                                        \
    X(NtCreateTimer, 4)                                                                            \
    X(NtDelayExecution, 2)                                                                         \
    X(NtDeleteKey, 1)                                                                              \
    X(NtDeleteValueKey, 2)                                                                         \
    X(NtDeviceIoControlFile, 10)                                                                   \
    X(NtDuplicateObject, 7)                                                                        \
    X(NtEnumerateKey, 6)                                                                           \
    X(NtEnumerateValueKey, 6)                                                                      \
    X(NtFlushBuffersFile, 2)                                                                       \
    X(NtFlushKey, 1)                                                                               \
    X(NtFsControlFile, 10)                                                                         \
    X(NtLoadDriver, 1)                                                                             \
    X(NtOpenEvent, 3)                                                                              \
    X(NtOpenFile, 6)                                                                               \
    X(NtOpenKey, 3)                                                                                \
    X(NtOpenMutant, 3)                                                                             \
    X(NtOpenSemaphore, 3)                                                                          \
    X(NtOpenThread, 4)                                                                             \
    X(NtOpenTimer, 3)                                                                              \
    X(NtPlugPlayControl, 3)                                                                        \
    X(NtPulseEvent, 2)                                                                             \
    X(NtQueryInformationFile, 5)                                                                   \
    X(NtQueryInformationThread, 5)                                                                 \
    X(NtQueryValueKey, 6)                                                                          \
    X(NtQueryVolumeInformationFile, 5)                                                             \
    X(NtQueueApcThread, 5)                                                                         \
    X(NtReadFile, 9)                                                                               \
    X(NtReleaseMutant, 2)                                                                          \
    X(NtReleaseSemaphore, 3)                                                                       \
    X(NtRemoveIoCompletion, 5)                                                                     \
    X(NtRemoveIoCompletionEx, 6)                                                                   \
    X(NtResetEvent, 2)                                                                             \
    X(NtSetEvent, 2)                                                                               \
    X(NtSetInformationFile, 5)                                                                     \
    X(NtSetInformationThread, 4)                                                                   \
    X(NtSetIoCompletion, 5)                                                                        \
    X(NtSetTimer, 7)                                                                               \
    X(NtSetValueKey, 6)                                                                            \
    X(NtSignalAndWaitForSingleObject, 4)                                                           \
    X(NtTerminateThread, 2)                                                                        \
    X(NtUnloadDriver, 1)                                                                           \
    X(NtWaitForMultipleObjects, 5)                                                                 \
    X(NtWaitForSingleObject, 3)                                                                    \
    X(NtWriteFile, 9)                                                                              \
    X(lpc_pages_lost, 2)                                                                           \
    X(lpc_forget_access, 2)                                                                        \
    X(lpc_last_request, 1)                                                                         \
    X(lpc_query_statistics, 1)

enum lpc_service {
#define LPC_NUMBER(name, arguments) LPC_##name,
    LPC_SERVICES(LPC_NUMBER)
#undef LPC_NUMBER
        LPC_SERVICE_COUNT
};
