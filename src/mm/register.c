/*
 * READ_REGISTER_X, READ_PORT_X and their kin: an access to a device asks the device, one to
 * memory is an access to memory.
 */
#include "mm_private.h"

static struct mm_io_access access_of(const volatile VOID *address, ULONG bytes)
{
    struct mm_io_page *page = mm_io_page_of((ULONG64)address);

    return (struct mm_io_access){
        .place = &page->range,
        .address = page->physical + (ULONG64)address % PAGE_SIZE,
        .bytes = bytes,
    };
}

/* Has it a device behind it that is to be asked? */
static inline BOOLEAN is_register(const volatile VOID *address)
{
    return __builtin_expect(mm_is_io_address((ULONG64)address), 1) &&
           __atomic_load_n(&mm_io_page_of((ULONG64)address)->range, __ATOMIC_RELAXED);
}

static inline ULONG64 read_register(const volatile VOID *address, ULONG bytes)
{
    if (is_register(address)) {
        struct mm_io_access access = access_of(address, bytes);

        return mm_io_read(&access);
    }
    switch (bytes) {
    case 1:
        return __atomic_load_n((const volatile UCHAR *)address, __ATOMIC_ACQUIRE);
    case 2:
        return __atomic_load_n((const volatile USHORT *)address, __ATOMIC_ACQUIRE);
    case 4:
        return __atomic_load_n((const volatile ULONG *)address, __ATOMIC_ACQUIRE);
    default:
        return __atomic_load_n((const volatile ULONG64 *)address, __ATOMIC_ACQUIRE);
    }
}

/* What was written before is seen before, and what is read afterwards is read afterwards. */
static inline VOID write_register(volatile VOID *address, ULONG bytes, ULONG64 value)
{
    if (is_register(address)) {
        struct mm_io_access access = access_of(address, bytes);

        mm_io_write(&access, value);
        return;
    }
    switch (bytes) {
    case 1:
        __atomic_store_n((volatile UCHAR *)address, (UCHAR)value, __ATOMIC_SEQ_CST);
        break;
    case 2:
        __atomic_store_n((volatile USHORT *)address, (USHORT)value, __ATOMIC_SEQ_CST);
        break;
    case 4:
        __atomic_store_n((volatile ULONG *)address, (ULONG)value, __ATOMIC_SEQ_CST);
        break;
    default:
        __atomic_store_n((volatile ULONG64 *)address, value, __ATOMIC_SEQ_CST);
        break;
    }
}

/* A port's number, as a pointer. */
static struct mm_io_access port_access(const volatile VOID *port, ULONG bytes)
{
    ULONG number = (USHORT)(ULONG_PTR)port;

    return (struct mm_io_access){
        .place = mm_io_place_of_port(number), .address = number, .bytes = bytes};
}

static ULONG64 read_port(const volatile VOID *port, ULONG bytes)
{
    struct mm_io_access access = port_access(port, bytes);

    return mm_io_read(&access);
}

static VOID write_port(volatile VOID *port, ULONG bytes, ULONG64 value)
{
    struct mm_io_access access = port_access(port, bytes);

    mm_io_write(&access, value);
}

/* The functions differ in the type alone. A buffer goes to registers one after the other. */
#define REGISTERS(NAME, TYPE)                                                                      \
    TYPE NTAPI READ_REGISTER_##NAME(const volatile TYPE *Register)                                 \
    {                                                                                              \
        return (TYPE)read_register(Register, sizeof(TYPE));                                        \
    }                                                                                              \
    VOID NTAPI WRITE_REGISTER_##NAME(volatile TYPE *Register, TYPE Value)                          \
    {                                                                                              \
        write_register(Register, sizeof(TYPE), Value);                                             \
    }                                                                                              \
    VOID NTAPI READ_REGISTER_BUFFER_##NAME(const volatile TYPE *Register, TYPE *Buffer,            \
                                           ULONG Count)                                            \
    {                                                                                              \
        for (; Count; Count--)                                                                     \
            *Buffer++ = (TYPE)read_register(Register++, sizeof(TYPE));                             \
    }                                                                                              \
    VOID NTAPI WRITE_REGISTER_BUFFER_##NAME(volatile TYPE *Register, TYPE *Buffer, ULONG Count)    \
    {                                                                                              \
        for (; Count; Count--)                                                                     \
            write_register(Register++, sizeof(TYPE), *Buffer++);                                   \
    }

REGISTERS(UCHAR, UCHAR)
REGISTERS(USHORT, USHORT)
REGISTERS(ULONG, ULONG)
REGISTERS(ULONG64, ULONG64)

/* Likewise; a buffer goes to one and the same port. */
#define PORTS(NAME, TYPE)                                                                          \
    TYPE NTAPI READ_PORT_##NAME(TYPE *Port)                                                        \
    {                                                                                              \
        return (TYPE)read_port(Port, sizeof(TYPE));                                                \
    }                                                                                              \
    VOID NTAPI WRITE_PORT_##NAME(TYPE *Port, TYPE Value)                                           \
    {                                                                                              \
        write_port(Port, sizeof(TYPE), Value);                                                     \
    }                                                                                              \
    VOID NTAPI READ_PORT_BUFFER_##NAME(TYPE *Port, TYPE *Buffer, ULONG Count)                      \
    {                                                                                              \
        for (; Count; Count--)                                                                     \
            *Buffer++ = (TYPE)read_port(Port, sizeof(TYPE));                                       \
    }                                                                                              \
    VOID NTAPI WRITE_PORT_BUFFER_##NAME(TYPE *Port, TYPE *Buffer, ULONG Count)                     \
    {                                                                                              \
        for (; Count; Count--)                                                                     \
            write_port(Port, sizeof(TYPE), *Buffer++);                                             \
    }

PORTS(UCHAR, UCHAR)
PORTS(USHORT, USHORT)
PORTS(ULONG, ULONG)
