/*
 * The functions of UMDF 2.33 by name, and those that KMDF 1.33 has and it has not.
 */
#pragma once

#define UMDF_FUNCTIONS(F) \
    F(WdfCmResourceListGetCount) F(WdfCmResourceListGetDescriptor) F(WdfCollectionAdd) \
    F(WdfCollectionCreate) F(WdfCollectionGetCount) F(WdfCollectionGetFirstItem) \
    F(WdfCollectionGetItem) F(WdfCollectionGetLastItem) F(WdfCollectionRemove) \
    F(WdfCollectionRemoveItem) F(WdfCompanionCreate) F(WdfCompanionCreateTaskQueue) \
    F(WdfCompanionWdmGetSecureDeviceHandle) F(WdfCxDeviceInitAllocate) \
    F(WdfCxDeviceInitAllocateContext) F(WdfCxDeviceInitGetTypedContextWorker) \
    F(WdfCxDeviceInitSetFileObjectConfig) F(WdfCxDeviceInitSetPnpPowerEventCallbacks) \
    F(WdfCxDeviceInitSetPowerPolicyEventCallbacks) F(WdfCxDeviceInitSetRequestAttributes) \
    F(WdfCxVerifierKeBugCheck) F(WdfDeviceAllocAndQueryInterfaceProperty) \
    F(WdfDeviceAllocAndQueryProperty) F(WdfDeviceAllocAndQueryPropertyEx) \
    F(WdfDeviceAssignInterfaceProperty) F(WdfDeviceAssignProperty) \
    F(WdfDeviceAssignS0IdleSettings) F(WdfDeviceAssignSxWakeSettings) \
    F(WdfDeviceConfigureRequestDispatching) F(WdfDeviceConfigureWdmIrpDispatchCallback) \
    F(WdfDeviceCreate) F(WdfDeviceCreateDeviceInterface) F(WdfDeviceCreateSymbolicLink) \
    F(WdfDeviceGetDefaultQueue) F(WdfDeviceGetDeviceStackIoType) F(WdfDeviceGetDeviceState) \
    F(WdfDeviceGetDriver) F(WdfDeviceGetFileObject) F(WdfDeviceGetHardwareRegisterMappedAddress) \
    F(WdfDeviceGetIoTarget) F(WdfDeviceGetSelfIoTarget) F(WdfDeviceGetSystemPowerAction) \
    F(WdfDeviceHidNotifyPresence) F(WdfDeviceInitAllowSelfIoTarget) \
    F(WdfDeviceInitEnableHidInterface) F(WdfDeviceInitSetCompanionEventCallbacks) \
    F(WdfDeviceInitSetFileObjectConfig) F(WdfDeviceInitSetIoType) F(WdfDeviceInitSetIoTypeEx) \
    F(WdfDeviceInitSetPnpPowerEventCallbacks) F(WdfDeviceInitSetPowerPolicyEventCallbacks) \
    F(WdfDeviceInitSetPowerPolicyOwnership) F(WdfDeviceInitSetReleaseHardwareOrderOnFailure) \
    F(WdfDeviceInitSetRequestAttributes) F(WdfDeviceMapIoSpace) F(WdfDeviceOpenDevicemapKey) \
    F(WdfDeviceOpenRegistryKey) F(WdfDevicePostEvent) F(WdfDeviceQueryInterfaceProperty) \
    F(WdfDeviceQueryProperty) F(WdfDeviceQueryPropertyEx) F(WdfDeviceReadFromHardware) \
    F(WdfDeviceResumeIdleActual) F(WdfDeviceResumeIdleNoTrack) \
    F(WdfDeviceRetrieveDeviceDirectoryString) F(WdfDeviceRetrieveDeviceInterfaceString) \
    F(WdfDeviceSetDeviceInterfaceState) F(WdfDeviceSetDeviceInterfaceStateEx) \
    F(WdfDeviceSetDeviceState) F(WdfDeviceSetFailed) F(WdfDeviceSetPnpCapabilities) \
    F(WdfDeviceSetPowerCapabilities) F(WdfDeviceSetStaticStopRemove) F(WdfDeviceStopIdleActual) \
    F(WdfDeviceStopIdleNoTrack) F(WdfDeviceUnmapIoSpace) \
    F(WdfDeviceWdmAssignPowerFrameworkSettings) F(WdfDeviceWdmDispatchIrp) \
    F(WdfDeviceWdmDispatchIrpToIoQueue) F(WdfDeviceWriteToHardware) F(WdfDriverCreate) \
    F(WdfDriverErrorReportApiMissing) F(WdfDriverGetRegistryPath) F(WdfDriverIsVersionAvailable) \
    F(WdfDriverOpenParametersRegistryKey) F(WdfDriverOpenPersistentStateRegistryKey) \
    F(WdfDriverRetrieveDriverDataDirectoryString) F(WdfDriverRetrieveVersionString) \
    F(WdfFdoInitAllocAndQueryProperty) F(WdfFdoInitAllocAndQueryPropertyEx) \
    F(WdfFdoInitOpenRegistryKey) F(WdfFdoInitQueryProperty) F(WdfFdoInitQueryPropertyEx) \
    F(WdfFdoInitSetFilter) F(WdfFileObjectGetDevice) F(WdfFileObjectGetFileName) \
    F(WdfFileObjectGetInitiatorProcessId) F(WdfFileObjectGetRelatedFileObject) \
    F(WdfGetTriageInfo) F(WdfInterruptAcquireLock) F(WdfInterruptCreate) F(WdfInterruptDisable) \
    F(WdfInterruptEnable) F(WdfInterruptGetDevice) F(WdfInterruptGetInfo) \
    F(WdfInterruptQueueDpcForIsr) F(WdfInterruptQueueWorkItemForIsr) F(WdfInterruptReleaseLock) \
    F(WdfInterruptSetExtendedPolicy) F(WdfInterruptSetPolicy) F(WdfInterruptSynchronize) \
    F(WdfInterruptTryToAcquireLock) F(WdfIoQueueCreate) F(WdfIoQueueDrain) \
    F(WdfIoQueueDrainSynchronously) F(WdfIoQueueFindRequest) F(WdfIoQueueGetDevice) \
    F(WdfIoQueueGetState) F(WdfIoQueuePurge) F(WdfIoQueuePurgeSynchronously) \
    F(WdfIoQueueReadyNotify) F(WdfIoQueueRetrieveFoundRequest) F(WdfIoQueueRetrieveNextRequest) \
    F(WdfIoQueueRetrieveRequestByFileObject) F(WdfIoQueueStart) F(WdfIoQueueStop) \
    F(WdfIoQueueStopAndPurge) F(WdfIoQueueStopAndPurgeSynchronously) \
    F(WdfIoQueueStopSynchronously) F(WdfIoTargetClose) F(WdfIoTargetCloseForQueryRemove) \
    F(WdfIoTargetCreate) F(WdfIoTargetFormatRequestForIoctl) F(WdfIoTargetFormatRequestForRead) \
    F(WdfIoTargetFormatRequestForWrite) F(WdfIoTargetGetDevice) F(WdfIoTargetGetState) \
    F(WdfIoTargetOpen) F(WdfIoTargetPurge) F(WdfIoTargetSelfAssignDefaultIoQueue) \
    F(WdfIoTargetSendIoctlSynchronously) F(WdfIoTargetSendReadSynchronously) \
    F(WdfIoTargetSendWriteSynchronously) F(WdfIoTargetStart) F(WdfIoTargetStop) \
    F(WdfIoTargetWdmGetTargetFileHandle) F(WdfMemoryAssignBuffer) F(WdfMemoryCopyFromBuffer) \
    F(WdfMemoryCopyToBuffer) F(WdfMemoryCreate) F(WdfMemoryCreatePreallocated) \
    F(WdfMemoryGetBuffer) F(WdfObjectAcquireLock) F(WdfObjectAllocateContext) \
    F(WdfObjectContextGetObject) F(WdfObjectCreate) F(WdfObjectDelete) \
    F(WdfObjectDereferenceActual) F(WdfObjectGetTypedContextWorker) F(WdfObjectQuery) \
    F(WdfObjectReferenceActual) F(WdfObjectReleaseLock) F(WdfRegistryAssignMemory) \
    F(WdfRegistryAssignMultiString) F(WdfRegistryAssignString) F(WdfRegistryAssignULong) \
    F(WdfRegistryAssignUnicodeString) F(WdfRegistryAssignValue) F(WdfRegistryClose) \
    F(WdfRegistryCreateKey) F(WdfRegistryOpenKey) F(WdfRegistryQueryMemory) \
    F(WdfRegistryQueryMultiString) F(WdfRegistryQueryString) F(WdfRegistryQueryULong) \
    F(WdfRegistryQueryUnicodeString) F(WdfRegistryQueryValue) F(WdfRegistryRemoveKey) \
    F(WdfRegistryRemoveValue) F(WdfRegistryWdmGetHandle) F(WdfRequestAllocateTimer) \
    F(WdfRequestCancelSentRequest) F(WdfRequestChangeTarget) F(WdfRequestComplete) \
    F(WdfRequestCompleteWithInformation) F(WdfRequestCreate) \
    F(WdfRequestFormatRequestUsingCurrentType) F(WdfRequestForwardToIoQueue) \
    F(WdfRequestGetCompletionParams) F(WdfRequestGetEffectiveIoType) F(WdfRequestGetFileObject) \
    F(WdfRequestGetInformation) F(WdfRequestGetIoQueue) F(WdfRequestGetParameters) \
    F(WdfRequestGetRequestorMode) F(WdfRequestGetRequestorProcessId) F(WdfRequestGetStatus) \
    F(WdfRequestGetUserModeDriverInitiatedIo) F(WdfRequestImpersonate) F(WdfRequestIsCanceled) \
    F(WdfRequestIsFrom32BitProcess) F(WdfRequestIsFromUserModeDriver) \
    F(WdfRequestMarkCancelable) F(WdfRequestMarkCancelableEx) F(WdfRequestRequeue) \
    F(WdfRequestRetrieveActivityId) F(WdfRequestRetrieveInputBuffer) \
    F(WdfRequestRetrieveInputMemory) F(WdfRequestRetrieveOutputBuffer) \
    F(WdfRequestRetrieveOutputMemory) F(WdfRequestReuse) F(WdfRequestSend) \
    F(WdfRequestSetActivityId) F(WdfRequestSetCompletionRoutine) F(WdfRequestSetInformation) \
    F(WdfRequestSetUserModeDriverInitiatedIo) F(WdfRequestStopAcknowledge) \
    F(WdfRequestUnmarkCancelable) F(WdfSpinLockAcquire) F(WdfSpinLockCreate) \
    F(WdfSpinLockRelease) F(WdfStringCreate) F(WdfStringGetUnicodeString) F(WdfTimerCreate) \
    F(WdfTimerGetParentObject) F(WdfTimerStart) F(WdfTimerStop) \
    F(WdfUsbInterfaceGetConfiguredPipe) F(WdfUsbInterfaceGetConfiguredSettingIndex) \
    F(WdfUsbInterfaceGetDescriptor) F(WdfUsbInterfaceGetEndpointInformation) \
    F(WdfUsbInterfaceGetInterfaceNumber) F(WdfUsbInterfaceGetNumConfiguredPipes) \
    F(WdfUsbInterfaceGetNumEndpoints) F(WdfUsbInterfaceGetNumSettings) \
    F(WdfUsbInterfaceSelectSetting) F(WdfUsbTargetDeviceAllocAndQueryString) \
    F(WdfUsbTargetDeviceCreate) F(WdfUsbTargetDeviceCreateWithParameters) \
    F(WdfUsbTargetDeviceFormatRequestForControlTransfer) \
    F(WdfUsbTargetDeviceFormatRequestForString) F(WdfUsbTargetDeviceGetDeviceDescriptor) \
    F(WdfUsbTargetDeviceGetInterface) F(WdfUsbTargetDeviceGetNumInterfaces) \
    F(WdfUsbTargetDeviceQueryString) F(WdfUsbTargetDeviceQueryUsbCapability) \
    F(WdfUsbTargetDeviceResetPortSynchronously) F(WdfUsbTargetDeviceRetrieveConfigDescriptor) \
    F(WdfUsbTargetDeviceRetrieveInformation) F(WdfUsbTargetDeviceSelectConfig) \
    F(WdfUsbTargetDeviceSendControlTransferSynchronously) F(WdfUsbTargetPipeAbortSynchronously) \
    F(WdfUsbTargetPipeConfigContinuousReader) F(WdfUsbTargetPipeFormatRequestForAbort) \
    F(WdfUsbTargetPipeFormatRequestForRead) F(WdfUsbTargetPipeFormatRequestForReset) \
    F(WdfUsbTargetPipeFormatRequestForWrite) F(WdfUsbTargetPipeGetInformation) \
    F(WdfUsbTargetPipeGetType) F(WdfUsbTargetPipeIsInEndpoint) F(WdfUsbTargetPipeIsOutEndpoint) \
    F(WdfUsbTargetPipeReadSynchronously) F(WdfUsbTargetPipeResetSynchronously) \
    F(WdfUsbTargetPipeSetNoMaximumPacketSizeCheck) F(WdfUsbTargetPipeWriteSynchronously) \
    F(WdfVerifierDbgBreakPoint) F(WdfVerifierKeBugCheck) F(WdfWaitLockAcquire) \
    F(WdfWaitLockCreate) F(WdfWaitLockRelease) F(WdfWorkItemCreate) F(WdfWorkItemEnqueue) \
    F(WdfWorkItemFlush) F(WdfWorkItemGetParentObject)

#define KMDF_ONLY_FUNCTIONS(F) \
    F(WdfChildListAddOrUpdateChildDescriptionAsPresent) F(WdfChildListBeginIteration) \
    F(WdfChildListBeginScan) F(WdfChildListCreate) F(WdfChildListEndIteration) \
    F(WdfChildListEndScan) F(WdfChildListGetDevice) F(WdfChildListRequestChildEject) \
    F(WdfChildListRetrieveAddressDescription) F(WdfChildListRetrieveNextDevice) \
    F(WdfChildListRetrievePdo) F(WdfChildListUpdateAllChildDescriptionsAsPresent) \
    F(WdfChildListUpdateChildDescriptionAsMissing) F(WdfCmResourceListAppendDescriptor) \
    F(WdfCmResourceListInsertDescriptor) F(WdfCmResourceListRemove) \
    F(WdfCmResourceListRemoveByDescriptor) F(WdfCommonBufferCreate) \
    F(WdfCommonBufferCreateWithConfig) F(WdfCommonBufferGetAlignedLogicalAddress) \
    F(WdfCommonBufferGetAlignedVirtualAddress) F(WdfCommonBufferGetLength) \
    F(WdfCompanionTargetSendTaskSynchronously) F(WdfCompanionTargetWdmGetCompanionProcess) \
    F(WdfControlDeviceInitAllocate) F(WdfControlDeviceInitSetShutdownNotification) \
    F(WdfControlFinishInitializing) F(WdfCxDeviceInitAssignWdmIrpPreprocessCallback) \
    F(WdfCxDeviceInitSetIoInCallerContextCallback) F(WdfDeviceAddDependentUsageDeviceObject) \
    F(WdfDeviceAddQueryInterface) F(WdfDeviceAddRemovalRelationsPhysicalDevice) \
    F(WdfDeviceAssignMofResourceName) F(WdfDeviceClearRemovalRelationsDevices) \
    F(WdfDeviceEnqueueRequest) F(WdfDeviceGetAlignmentRequirement) \
    F(WdfDeviceGetCharacteristics) F(WdfDeviceGetDevicePnpState) \
    F(WdfDeviceGetDevicePowerPolicyState) F(WdfDeviceGetDevicePowerState) \
    F(WdfDeviceIndicateWakeStatus) F(WdfDeviceInitAssignName) F(WdfDeviceInitAssignSDDLString) \
    F(WdfDeviceInitAssignWdmIrpPreprocessCallback) F(WdfDeviceInitFree) \
    F(WdfDeviceInitRegisterPnpStateChangeCallback) \
    F(WdfDeviceInitRegisterPowerPolicyStateChangeCallback) \
    F(WdfDeviceInitRegisterPowerStateChangeCallback) F(WdfDeviceInitSetCharacteristics) \
    F(WdfDeviceInitSetDeviceClass) F(WdfDeviceInitSetDeviceType) F(WdfDeviceInitSetExclusive) \
    F(WdfDeviceInitSetIoInCallerContextCallback) F(WdfDeviceInitSetPowerInrush) \
    F(WdfDeviceInitSetPowerNotPageable) F(WdfDeviceInitSetPowerPageable) \
    F(WdfDeviceInitSetRemoveLockOptions) F(WdfDeviceMiniportCreate) \
    F(WdfDeviceRemoveDependentUsageDeviceObject) \
    F(WdfDeviceRemoveRemovalRelationsPhysicalDevice) F(WdfDeviceRetrieveCompanionTarget) \
    F(WdfDeviceRetrieveDeviceName) F(WdfDeviceSetAlignmentRequirement) \
    F(WdfDeviceSetBusInformationForChildren) F(WdfDeviceSetCharacteristics) \
    F(WdfDeviceSetSpecialFileSupport) F(WdfDeviceWdmDispatchPreprocessedIrp) \
    F(WdfDeviceWdmGetAttachedDevice) F(WdfDeviceWdmGetDeviceObject) \
    F(WdfDeviceWdmGetPhysicalDevice) F(WdfDmaEnablerConfigureSystemProfile) \
    F(WdfDmaEnablerCreate) F(WdfDmaEnablerGetFragmentLength) F(WdfDmaEnablerGetMaximumLength) \
    F(WdfDmaEnablerGetMaximumScatterGatherElements) \
    F(WdfDmaEnablerSetMaximumScatterGatherElements) F(WdfDmaEnablerWdmGetDmaAdapter) \
    F(WdfDmaTransactionAllocateResources) F(WdfDmaTransactionCancel) F(WdfDmaTransactionCreate) \
    F(WdfDmaTransactionDmaCompleted) F(WdfDmaTransactionDmaCompletedFinal) \
    F(WdfDmaTransactionDmaCompletedWithLength) F(WdfDmaTransactionExecute) \
    F(WdfDmaTransactionFreeResources) F(WdfDmaTransactionGetBytesTransferred) \
    F(WdfDmaTransactionGetCurrentDmaTransferLength) F(WdfDmaTransactionGetDevice) \
    F(WdfDmaTransactionGetRequest) F(WdfDmaTransactionGetTransferInfo) \
    F(WdfDmaTransactionInitialize) F(WdfDmaTransactionInitializeUsingOffset) \
    F(WdfDmaTransactionInitializeUsingRequest) F(WdfDmaTransactionRelease) \
    F(WdfDmaTransactionSetChannelConfigurationCallback) \
    F(WdfDmaTransactionSetDeviceAddressOffset) F(WdfDmaTransactionSetImmediateExecution) \
    F(WdfDmaTransactionSetMaximumLength) F(WdfDmaTransactionSetSingleTransferRequirement) \
    F(WdfDmaTransactionSetTransferCompleteCallback) F(WdfDmaTransactionStopSystemTransfer) \
    F(WdfDmaTransactionWdmGetTransferContext) F(WdfDpcCancel) F(WdfDpcCreate) F(WdfDpcEnqueue) \
    F(WdfDpcGetParentObject) F(WdfDpcWdmGetDpc) F(WdfDriverMiniportUnload) \
    F(WdfDriverRegisterTraceInfo) F(WdfDriverWdmGetDriverObject) F(WdfFdoAddStaticChild) \
    F(WdfFdoGetDefaultChildList) F(WdfFdoInitSetDefaultChildListConfig) \
    F(WdfFdoInitSetEventCallbacks) F(WdfFdoInitWdmGetPhysicalDevice) \
    F(WdfFdoLockStaticChildListForIteration) F(WdfFdoQueryForInterface) \
    F(WdfFdoRetrieveNextStaticChild) F(WdfFdoUnlockStaticChildListFromIteration) \
    F(WdfFileObjectGetFlags) F(WdfFileObjectWdmGetFileObject) F(WdfInterruptReportActive) \
    F(WdfInterruptReportInactive) F(WdfInterruptWdmGetInterrupt) \
    F(WdfIoQueueAssignForwardProgressPolicy) F(WdfIoResourceListAppendDescriptor) \
    F(WdfIoResourceListCreate) F(WdfIoResourceListGetCount) F(WdfIoResourceListGetDescriptor) \
    F(WdfIoResourceListInsertDescriptor) F(WdfIoResourceListRemove) \
    F(WdfIoResourceListRemoveByDescriptor) F(WdfIoResourceListUpdateDescriptor) \
    F(WdfIoResourceRequirementsListAppendIoResList) F(WdfIoResourceRequirementsListGetCount) \
    F(WdfIoResourceRequirementsListGetIoResList) F(WdfIoResourceRequirementsListInsertIoResList) \
    F(WdfIoResourceRequirementsListRemove) F(WdfIoResourceRequirementsListRemoveByIoResList) \
    F(WdfIoResourceRequirementsListSetInterfaceType) \
    F(WdfIoResourceRequirementsListSetSlotNumber) F(WdfIoTargetAllocAndQueryTargetProperty) \
    F(WdfIoTargetFormatRequestForInternalIoctl) \
    F(WdfIoTargetFormatRequestForInternalIoctlOthers) F(WdfIoTargetQueryForInterface) \
    F(WdfIoTargetQueryTargetProperty) F(WdfIoTargetSendInternalIoctlOthersSynchronously) \
    F(WdfIoTargetSendInternalIoctlSynchronously) F(WdfIoTargetWdmGetTargetDeviceObject) \
    F(WdfIoTargetWdmGetTargetFileObject) F(WdfIoTargetWdmGetTargetPhysicalDevice) \
    F(WdfLookasideListCreate) F(WdfMemoryCreateFromLookaside) \
    F(WdfPdoAddEjectionRelationsPhysicalDevice) F(WdfPdoClearEjectionRelationsDevices) \
    F(WdfPdoGetParent) F(WdfPdoInitAddCompatibleID) F(WdfPdoInitAddDeviceText) \
    F(WdfPdoInitAddHardwareID) F(WdfPdoInitAllocate) F(WdfPdoInitAllowForwardingRequestToParent) \
    F(WdfPdoInitAssignContainerID) F(WdfPdoInitAssignDeviceID) F(WdfPdoInitAssignInstanceID) \
    F(WdfPdoInitAssignRawDevice) F(WdfPdoInitRemovePowerDependencyOnParent) \
    F(WdfPdoInitSetDefaultLocale) F(WdfPdoInitSetEventCallbacks) F(WdfPdoMarkMissing) \
    F(WdfPdoRemoveEjectionRelationsPhysicalDevice) F(WdfPdoRequestEject) \
    F(WdfPdoRetrieveAddressDescription) F(WdfPdoRetrieveIdentificationDescription) \
    F(WdfPdoUpdateAddressDescription) F(WdfRequestCompleteWithPriorityBoost) \
    F(WdfRequestCreateFromIrp) F(WdfRequestForwardToParentDeviceIoQueue) F(WdfRequestIsReserved) \
    F(WdfRequestProbeAndLockUserBufferForRead) F(WdfRequestProbeAndLockUserBufferForWrite) \
    F(WdfRequestRetrieveInputWdmMdl) F(WdfRequestRetrieveOutputWdmMdl) \
    F(WdfRequestRetrieveUnsafeUserInputBuffer) F(WdfRequestRetrieveUnsafeUserOutputBuffer) \
    F(WdfRequestWdmFormatUsingStackLocation) F(WdfRequestWdmGetIrp) \
    F(WdfUsbTargetDeviceCreateIsochUrb) F(WdfUsbTargetDeviceCreateUrb) \
    F(WdfUsbTargetDeviceCyclePortSynchronously) F(WdfUsbTargetDeviceFormatRequestForCyclePort) \
    F(WdfUsbTargetDeviceFormatRequestForUrb) F(WdfUsbTargetDeviceIsConnectedSynchronous) \
    F(WdfUsbTargetDeviceRetrieveCurrentFrameNumber) F(WdfUsbTargetDeviceSendUrbSynchronously) \
    F(WdfUsbTargetDeviceWdmGetConfigurationHandle) F(WdfUsbTargetPipeFormatRequestForUrb) \
    F(WdfUsbTargetPipeSendUrbSynchronously) F(WdfUsbTargetPipeWdmGetPipeHandle) \
    F(WdfWdmDeviceGetWdfDeviceHandle) F(WdfWdmDriverGetWdfDriverHandle) F(WdfWmiInstanceCreate) \
    F(WdfWmiInstanceDeregister) F(WdfWmiInstanceFireEvent) F(WdfWmiInstanceGetDevice) \
    F(WdfWmiInstanceGetProvider) F(WdfWmiInstanceRegister) F(WdfWmiProviderCreate) \
    F(WdfWmiProviderGetDevice) F(WdfWmiProviderGetTracingHandle) F(WdfWmiProviderIsEnabled)
