/*
 * The framework's own status values.
 *
 * They are for drivers. A request that a driver completes with one reaches its sender with the
 * nearest status of NT: STATUS_DEVICE_BUSY for _PAUSED and _BUSY, STATUS_INTERNAL_ERROR for
 * _INTERNAL_ERROR, STATUS_INSUFFICIENT_RESOURCES for _NOT_ENOUGH_MAP_REGISTERS, and
 * STATUS_INVALID_DEVICE_REQUEST for the others.
 */
#pragma once

#define FACILITY_DRIVER_FRAMEWORK 0x20

#ifndef STATUS_SEVERITY_SUCCESS
#define STATUS_SEVERITY_SUCCESS 0x0
#define STATUS_SEVERITY_INFORMATIONAL 0x1
#define STATUS_SEVERITY_WARNING 0x2
#define STATUS_SEVERITY_ERROR 0x3
#endif

/* held back for now, sent to its target later */
#define STATUS_WDF_QUEUED ((NTSTATUS)0x40200000)

/* handed to a worker thread */
#define STATUS_WDF_POSTED ((NTSTATUS)0x40200002)

/* the framework has no such part */
#define STATUS_WDF_NO_PACKAGE ((NTSTATUS)0xC0200200)

/* the framework's own fault */
#define STATUS_WDF_INTERNAL_ERROR ((NTSTATUS)0xC0200201)

/* the object is stopped for now */
#define STATUS_WDF_PAUSED ((NTSTATUS)0xC0200203)

/* the object takes nothing at the moment: a queue that does not accept requests, ... */
#define STATUS_WDF_BUSY ((NTSTATUS)0xC0200204)

/* its time was up before it reached its target */
#define STATUS_WDF_IO_TIMEOUT_NOT_SENT ((NTSTATUS)0xC0200205)

/* the target's device went before the request was sent */
#define STATUS_WDF_DEVICE_REMOVED_NOT_SENT ((NTSTATUS)0xC0200206)

/* already sent, and its target still has it */
#define STATUS_WDF_REQUEST_ALREADY_PENDING ((NTSTATUS)0xC0200207)

/* not possible in the state that the request is in */
#define STATUS_WDF_REQUEST_INVALID_STATE ((NTSTATUS)0xC0200208)

/* a member of WDF_OBJECT_ATTRIBUTES has a value that makes no sense */
#define STATUS_WDF_OBJECT_ATTRIBUTES_INVALID ((NTSTATUS)0xC0200209)

/* more scatter/gather elements than the DMA enabler allows */
#define STATUS_WDF_TOO_FRAGMENTED ((NTSTATUS)0xC020020A)

/* a callback that is needed was not registered */
#define STATUS_WDF_NO_CALLBACK ((NTSTATUS)0xC020020B)

/* the parent's callbacks run at another IRQL than the object's */
#define STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL ((NTSTATUS)0xC020020C)

/* an object has one parent, and it has one already */
#define STATUS_WDF_PARENT_ALREADY_ASSIGNED ((NTSTATUS)0xC020020D)

/* an object cannot be its own parent */
#define STATUS_WDF_PARENT_IS_SELF ((NTSTATUS)0xC020020E)

/* the framework itself chooses this kind of object's parent */
#define STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED ((NTSTATUS)0xC020020F)

/* this kind of object has no synchronization scope */
#define STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID ((NTSTATUS)0xC0200210)

/* this kind of object has no execution level */
#define STATUS_WDF_EXECUTION_LEVEL_INVALID ((NTSTATUS)0xC0200211)

/* this kind of object needs a parent, and got none */
#define STATUS_WDF_PARENT_NOT_SPECIFIED ((NTSTATUS)0xC0200212)

/* needs more than the one DMA transfer that the driver allows */
#define STATUS_WDF_TOO_MANY_TRANSFERS ((NTSTATUS)0xC0200213)

/* too few map registers for the one transfer */
#define STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS ((NTSTATUS)0xC0200214)
