/*
 * Registers and ports as user-mode drivers reach them: through the framework, which knows what the
 * device has. A kernel-mode driver uses READ_REGISTER_X and its kin; there is nothing here for it.
 *
 * Register is what WdfDeviceMapIoSpace returned, or an offset from it; Port is a port's number as
 * a resource of the device has it. IRQL: PASSIVE_LEVEL.
 */
#pragma once

#include <wdfdevice.h>

WDF_EXTERN_C_START

#if WDF_FOR_UMDF
#define WDF_ZERO_BUFFER_COUNT (0)
#define WDF_NO_BUFFER (NULL)
#define WDF_UNUSED_VALUE (0)

WDF_INLINE UCHAR WDF_READ_REGISTER_UCHAR(WDFDEVICE Device, PUCHAR Register)
{
    return (UCHAR)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                                            WdfDeviceHwAccessTargetSizeUchar, Register,
                                            WDF_NO_BUFFER, WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE USHORT WDF_READ_REGISTER_USHORT(WDFDEVICE Device, PUSHORT Register)
{
    return (USHORT)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                                             WdfDeviceHwAccessTargetSizeUshort, Register,
                                             WDF_NO_BUFFER, WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE ULONG WDF_READ_REGISTER_ULONG(WDFDEVICE Device, PULONG Register)
{
    return (ULONG)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                                            WdfDeviceHwAccessTargetSizeUlong, Register,
                                            WDF_NO_BUFFER, WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE ULONG64 WDF_READ_REGISTER_ULONG64(WDFDEVICE Device, PULONG64 Register)
{
    return (ULONG64)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                                              WdfDeviceHwAccessTargetSizeUlong64, Register,
                                              WDF_NO_BUFFER, WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_READ_REGISTER_BUFFER_UCHAR(WDFDEVICE Device, PUCHAR Register, PUCHAR Buffer,
                                               ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                              WdfDeviceHwAccessTargetSizeUchar, Register, Buffer, Count);
}

WDF_INLINE VOID WDF_READ_REGISTER_BUFFER_USHORT(WDFDEVICE Device, PUSHORT Register, PUSHORT Buffer,
                                                ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                              WdfDeviceHwAccessTargetSizeUshort, Register, Buffer, Count);
}

WDF_INLINE VOID WDF_READ_REGISTER_BUFFER_ULONG(WDFDEVICE Device, PULONG Register, PULONG Buffer,
                                               ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                              WdfDeviceHwAccessTargetSizeUlong, Register, Buffer, Count);
}

WDF_INLINE VOID WDF_READ_REGISTER_BUFFER_ULONG64(WDFDEVICE Device, PULONG64 Register,
                                                 PULONG64 Buffer, ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                              WdfDeviceHwAccessTargetSizeUlong64, Register, Buffer, Count);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_UCHAR(WDFDEVICE Device, PUCHAR Register, UCHAR Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                             WdfDeviceHwAccessTargetSizeUchar, Register, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_USHORT(WDFDEVICE Device, PUSHORT Register, USHORT Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                             WdfDeviceHwAccessTargetSizeUshort, Register, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_ULONG(WDFDEVICE Device, PULONG Register, ULONG Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                             WdfDeviceHwAccessTargetSizeUlong, Register, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_ULONG64(WDFDEVICE Device, PULONG64 Register, ULONG64 Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegister,
                             WdfDeviceHwAccessTargetSizeUlong64, Register, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_BUFFER_UCHAR(WDFDEVICE Device, PUCHAR Register, PUCHAR Buffer,
                                                ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                             WdfDeviceHwAccessTargetSizeUchar, Register, WDF_UNUSED_VALUE, Buffer,
                             Count);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_BUFFER_USHORT(WDFDEVICE Device, PUSHORT Register, PUSHORT Buffer,
                                                 ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                             WdfDeviceHwAccessTargetSizeUshort, Register, WDF_UNUSED_VALUE, Buffer,
                             Count);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_BUFFER_ULONG(WDFDEVICE Device, PULONG Register, PULONG Buffer,
                                                ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                             WdfDeviceHwAccessTargetSizeUlong, Register, WDF_UNUSED_VALUE, Buffer,
                             Count);
}

WDF_INLINE VOID WDF_WRITE_REGISTER_BUFFER_ULONG64(WDFDEVICE Device, PULONG64 Register,
                                                  PULONG64 Buffer, ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypeRegisterBuffer,
                             WdfDeviceHwAccessTargetSizeUlong64, Register, WDF_UNUSED_VALUE, Buffer,
                             Count);
}

WDF_INLINE UCHAR WDF_READ_PORT_UCHAR(WDFDEVICE Device, PUCHAR Port)
{
    return (UCHAR)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypePort,
                                            WdfDeviceHwAccessTargetSizeUchar, Port, WDF_NO_BUFFER,
                                            WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE USHORT WDF_READ_PORT_USHORT(WDFDEVICE Device, PUSHORT Port)
{
    return (USHORT)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypePort,
                                             WdfDeviceHwAccessTargetSizeUshort, Port, WDF_NO_BUFFER,
                                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE ULONG WDF_READ_PORT_ULONG(WDFDEVICE Device, PULONG Port)
{
    return (ULONG)WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypePort,
                                            WdfDeviceHwAccessTargetSizeUlong, Port, WDF_NO_BUFFER,
                                            WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_READ_PORT_BUFFER_UCHAR(WDFDEVICE Device, PUCHAR Port, PUCHAR Buffer,
                                           ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypePortBuffer,
                              WdfDeviceHwAccessTargetSizeUchar, Port, Buffer, Count);
}

WDF_INLINE VOID WDF_READ_PORT_BUFFER_USHORT(WDFDEVICE Device, PUSHORT Port, PUSHORT Buffer,
                                            ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypePortBuffer,
                              WdfDeviceHwAccessTargetSizeUshort, Port, Buffer, Count);
}

WDF_INLINE VOID WDF_READ_PORT_BUFFER_ULONG(WDFDEVICE Device, PULONG Port, PULONG Buffer,
                                           ULONG Count)
{
    WdfDeviceReadFromHardware(Device, WdfDeviceHwAccessTargetTypePortBuffer,
                              WdfDeviceHwAccessTargetSizeUlong, Port, Buffer, Count);
}

WDF_INLINE VOID WDF_WRITE_PORT_UCHAR(WDFDEVICE Device, PUCHAR Port, UCHAR Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypePort,
                             WdfDeviceHwAccessTargetSizeUchar, Port, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_PORT_USHORT(WDFDEVICE Device, PUSHORT Port, USHORT Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypePort,
                             WdfDeviceHwAccessTargetSizeUshort, Port, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_PORT_ULONG(WDFDEVICE Device, PULONG Port, ULONG Value)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypePort,
                             WdfDeviceHwAccessTargetSizeUlong, Port, Value, WDF_NO_BUFFER,
                             WDF_ZERO_BUFFER_COUNT);
}

WDF_INLINE VOID WDF_WRITE_PORT_BUFFER_UCHAR(WDFDEVICE Device, PUCHAR Port, PUCHAR Buffer,
                                            ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypePortBuffer,
                             WdfDeviceHwAccessTargetSizeUchar, Port, WDF_UNUSED_VALUE, Buffer,
                             Count);
}

WDF_INLINE VOID WDF_WRITE_PORT_BUFFER_USHORT(WDFDEVICE Device, PUSHORT Port, PUSHORT Buffer,
                                             ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypePortBuffer,
                             WdfDeviceHwAccessTargetSizeUshort, Port, WDF_UNUSED_VALUE, Buffer,
                             Count);
}

WDF_INLINE VOID WDF_WRITE_PORT_BUFFER_ULONG(WDFDEVICE Device, PULONG Port, PULONG Buffer,
                                            ULONG Count)
{
    WdfDeviceWriteToHardware(Device, WdfDeviceHwAccessTargetTypePortBuffer,
                             WdfDeviceHwAccessTargetSizeUlong, Port, WDF_UNUSED_VALUE, Buffer,
                             Count);
}
#endif

WDF_EXTERN_C_END
