/*
 * wpprecorder.h of the driver kit: the logs in memory that a driver's WPP messages go to. A
 * driver has one by default, and may have more, say one a device.
 *
 * The functions take WPP_CB, which the .tmh of the source defines: they can be used where the
 * .tmh has been included.
 */
#pragma once

#include <ntstrsafe.h>

typedef enum _WPP_RECORDER_TRI_STATE {
    WppRecorderFalse = FALSE,
    WppRecorderTrue = TRUE,
    WppRecorderUseDefault = 2,
} WPP_RECORDER_TRI_STATE,
    *PWPP_RECORDER_TRI_STATE;

typedef struct RECORDER_LOG__ *RECORDER_LOG;
typedef struct WPP_RECORDER_COUNTER__ *WPP_RECORDER_COUNTER;

#define RECORDER_LOG_IDENTIFIER_MAX_CHARS 16        /* with its NUL */
#define RECORDER_LOG_DEFAULT_BUFFER_SIZE 1024       /* bytes */
#define RECORDER_LOG_DEFAULT_ERR_PARTITION_SIZE 200 /* bytes of those, for errors alone */

/* Where in a log a debugger finds what. */
typedef struct _WPP_TRIAGE_INFO {
    ULONG WppAutoLogHeaderSize;
    ULONG WppDriverContextOffset;
    ULONG WppAutoLogHeaderSizeOffset;
    ULONG WppSizeOfAutoLogHeaderSizeField;
    ULONG WppDriverContextSize;
} WPP_TRIAGE_INFO, *PWPP_TRIAGE_INFO;

typedef struct _RECORDER_CONFIGURE_PARAMS {
    ULONG Size;
    BOOLEAN CreateDefaultLog; /* else messages that name no log are not kept */
    WPP_RECORDER_TRI_STATE UseTimeStamp;
    WPP_RECORDER_TRI_STATE PreciseTimeStamp;
} RECORDER_CONFIGURE_PARAMS, *PRECORDER_CONFIGURE_PARAMS;

FORCEINLINE VOID RECORDER_CONFIGURE_PARAMS_INIT(PRECORDER_CONFIGURE_PARAMS Params)
{
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->CreateDefaultLog = TRUE;
    Params->UseTimeStamp = WppRecorderUseDefault;
    Params->PreciseTimeStamp = WppRecorderUseDefault;
}

typedef struct _RECORDER_LOG_CREATE_PARAMS {
    ULONG Size;
    ULONG LogTag;
    ULONG TotalBufferSize;
    ULONG ErrorPartitionSize;
    ULONG_PTR LogIdentifierAppendValue; /* told behind the identifier, if it is set */
    BOOLEAN LogIdentifierAppendValueSet;
    ULONG LogIdentifierSize;
    CHAR LogIdentifier[RECORDER_LOG_IDENTIFIER_MAX_CHARS];
    WPP_RECORDER_TRI_STATE UseTimeStamp;
    WPP_RECORDER_TRI_STATE PreciseTimeStamp;
} RECORDER_LOG_CREATE_PARAMS, *PRECORDER_LOG_CREATE_PARAMS;

/* LogIdentifier may be NULL; a longer one is cut. */
FORCEINLINE VOID RECORDER_LOG_CREATE_PARAMS_INIT(PRECORDER_LOG_CREATE_PARAMS Params,
                                                 PCSTR LogIdentifier)
{
    ULONG at = 0;

    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->TotalBufferSize = RECORDER_LOG_DEFAULT_BUFFER_SIZE;
    Params->ErrorPartitionSize = RECORDER_LOG_DEFAULT_ERR_PARTITION_SIZE;
    Params->LogIdentifierSize = sizeof(Params->LogIdentifier);
    Params->UseTimeStamp = WppRecorderUseDefault;
    Params->PreciseTimeStamp = WppRecorderUseDefault;
    for (; LogIdentifier && LogIdentifier[at] && at < RECORDER_LOG_IDENTIFIER_MAX_CHARS - 1; at++)
        Params->LogIdentifier[at] = LogIdentifier[at];
}

FORCEINLINE VOID RECORDER_LOG_CREATE_PARAMS_INIT_APPEND_POINTER(PRECORDER_LOG_CREATE_PARAMS Params,
                                                                PCSTR LogIdentifier,
                                                                PVOID LogIdentifierAppendPointer)
{
    RECORDER_LOG_CREATE_PARAMS_INIT(Params, LogIdentifier);
    Params->LogIdentifierAppendValue = (ULONG_PTR)LogIdentifierAppendPointer;
    Params->LogIdentifierAppendValueSet = TRUE;
}

/* Once, right behind WPP_INIT_TRACING. IRQL: PASSIVE_LEVEL. */
VOID NTAPI imp_WppRecorderConfigure(PVOID WppCb, PRECORDER_CONFIGURE_PARAMS ConfigureParams);
#define WppRecorderConfigure(ConfigureParams) imp_WppRecorderConfigure(WPP_CB, ConfigureParams)

/* Logs: the caller deletes what it made, at the latest before WPP_CLEANUP. IRQL: <= DISPATCH_LEVEL.
 */
NTSTATUS NTAPI imp_WppRecorderLogCreate(PVOID WppCb, PRECORDER_LOG_CREATE_PARAMS CreateParams,
                                        RECORDER_LOG *RecorderLog);
#define WppRecorderLogCreate(CreateParams, RecorderLog)                                            \
    imp_WppRecorderLogCreate(WPP_CB, CreateParams, RecorderLog)
VOID NTAPI imp_WppRecorderLogDelete(PVOID WppCb, RECORDER_LOG RecorderLog);
#define WppRecorderLogDelete(RecorderLog) imp_WppRecorderLogDelete(WPP_CB, RecorderLog)
VOID NTAPI imp_WppRecorderLogSetIdentifier(PVOID WppCb, RECORDER_LOG RecorderLog,
                                           PCSTR LogIdentifier);
#define WppRecorderLogSetIdentifier(RecorderLog, LogIdentifier)                                    \
    imp_WppRecorderLogSetIdentifier(WPP_CB, RecorderLog, LogIdentifier)
RECORDER_LOG NTAPI imp_WppRecorderLogGetDefault(PVOID WppCb);
#define WppRecorderLogGetDefault() imp_WppRecorderLogGetDefault(WPP_CB)
BOOLEAN NTAPI imp_WppRecorderIsDefaultLogAvailable(PVOID WppCb);
#define WppRecorderIsDefaultLogAvailable() imp_WppRecorderIsDefaultLogAvailable(WPP_CB)

/* One counter of messages for several drivers. IRQL: <= DISPATCH_LEVEL. */
WPP_RECORDER_COUNTER NTAPI imp_WppRecorderGetCounterHandle(PVOID WppCb);
#define WppRecorderGetCounterHandle() imp_WppRecorderGetCounterHandle(WPP_CB)
NTSTATUS NTAPI imp_WppRecorderLinkCounters(PVOID WppCb, WPP_RECORDER_COUNTER CounterOwner);
#define WppRecorderLinkCounters(CounterOwner) imp_WppRecorderLinkCounters(WPP_CB, CounterOwner)

/* For a bug check's report; the buffer stays the recorder's. IRQL: any for the dumps. */
NTSTATUS NTAPI imp_WppRecorderGetTriageInfo(PVOID WppCb, PWPP_TRIAGE_INFO WppTriageInfo);
#define WppRecorderGetTriageInfo(WppTriageInfo) imp_WppRecorderGetTriageInfo(WPP_CB, WppTriageInfo)
NTSTATUS NTAPI imp_WppRecorderDumpLiveDriverData(PVOID WppCb, PVOID *OutBuffer,
                                                 PULONG OutBufferLength, LPGUID Guid);
#define WppRecorderDumpLiveDriverData(OutBuffer, OutBufferLength, Guid)                            \
    imp_WppRecorderDumpLiveDriverData(WPP_CB, OutBuffer, OutBufferLength, Guid)
NTSTATUS NTAPI imp_WppRecorderLogDumpLiveData(PVOID WppCb, RECORDER_LOG RecorderLog,
                                              PVOID *OutBuffer, PULONG OutBufferLength,
                                              LPGUID Guid);
#define WppRecorderLogDumpLiveData(RecorderLog, OutBuffer, OutBufferLength, Guid)                  \
    imp_WppRecorderLogDumpLiveData(WPP_CB, RecorderLog, OutBuffer, OutBufferLength, Guid)
