/*
 * A driver that reads or writes a device's register through its pointer. Processors do that with
 * an ordinary mov, which faults here, since a simulated register is no memory: the mov is carried
 * out by asking the device. Other instructions that touch registers are not known.
 */
#include "../ke/ke.h"
#include "../mm/iospace.h"
#include "rtl.h"
#include "seh_private.h"

/* What a mov does with the register at fault->address. */
struct move {
    ULONG bytes;        /* of the access */
    ULONG target_bytes; /* of what a read goes to */
    ULONG target;       /* the processor's register, or value's if has_value */
    BOOLEAN is_write;
    BOOLEAN is_signed; /* a read is extended by its sign */
    BOOLEAN is_high;   /* AH, CH, DH or BH: bits 8 to 15 of target */
    BOOLEAN has_value; /* an immediate one is written */
    ULONG64 value;
    ULONG length; /* of the instruction */
};

struct prefixes {
    BOOLEAN is_short; /* 0x66: 16 bits */
    UCHAR rex;        /* 0: none */
};

#define REX_WIDE 8
#define REX_REGISTER 4

static const UCHAR *skip_prefixes(const UCHAR *at, struct prefixes *prefixes)
{
    if (*at == 0x66) {
        prefixes->is_short = TRUE;
        at++;
    }
    if ((*at & 0xF0) == 0x40)
        prefixes->rex = *at++;
    return at;
}

/* Bytes of ModRM, SIB and displacement; 0: no memory. */
static ULONG operand_length(const UCHAR *at)
{
    UCHAR mod = at[0] >> 6, rm = at[0] & 7;
    ULONG length = 1;

    if (mod == 3)
        return 0;
    if (rm == 4)
        length++;
    if (mod == 1)
        return length + 1;
    if (mod == 2 || rm == 5 || (rm == 4 && (at[1] & 7) == 5))
        return length + 4;
    return length;
}

/* The opcode; where the ModRM byte is, or NULL: no mov that is known. */
static const UCHAR *decode_opcode(const UCHAR *at, const struct prefixes *prefixes,
                                  struct move *move)
{
    ULONG size = prefixes->rex & REX_WIDE ? 8 : prefixes->is_short ? 2 : 4;

    move->target_bytes = move->bytes = size;
    switch (*at++) {
    case 0x8A:
        move->target_bytes = move->bytes = 1;
        return at;
    case 0x8B:
        return at;
    case 0x63:
        move->bytes = 4;
        move->is_signed = TRUE;
        return at;
    case 0x88:
        move->bytes = 1;
        move->is_write = TRUE;
        return at;
    case 0x89:
        move->is_write = TRUE;
        return at;
    case 0xC6:
        move->bytes = 1;
        move->is_write = move->has_value = TRUE;
        return at;
    case 0xC7:
        move->is_write = move->has_value = TRUE;
        return at;
    case 0x0F:
        move->bytes = *at & 1 ? 2 : 1;
        move->is_signed = (*at & 8) != 0;
        return (*at & 0xF6) == 0xB6 ? at + 1 : NULL;
    default:
        return NULL;
    }
}

static BOOLEAN decode(const UCHAR *code, struct move *move)
{
    struct prefixes prefixes = {0};
    const UCHAR *at = decode_opcode(skip_prefixes(code, &prefixes), &prefixes, move);
    ULONG length = at ? operand_length(at) : 0, immediate;

    if (!length)
        return FALSE;
    move->target = ((*at >> 3) & 7) | (prefixes.rex & REX_REGISTER ? 8 : 0);
    if ((move->is_write ? move->bytes : move->target_bytes) == 1 && !prefixes.rex &&
        move->target >= 4) {
        move->is_high = TRUE;
        move->target -= 4;
    }
    at += length;
    if (move->has_value) {
        LONG value = 0;

        immediate = min(move->bytes, 4);
        memcpy(&value, at, immediate);
        move->value = (ULONG64)(LONG64)value;
        at += immediate;
    }
    move->length = (ULONG)(at - code);
    return TRUE;
}

/* ---- carrying it out -------------------------------------------------------------------- */

static ULONG64 read_device(ULONG64 address, ULONG bytes)
{
    switch (bytes) {
    case 1:
        return READ_REGISTER_UCHAR((PUCHAR)address);
    case 2:
        return READ_REGISTER_USHORT((PUSHORT)address);
    case 4:
        return READ_REGISTER_ULONG((PULONG)address);
    default:
        return READ_REGISTER_ULONG64((PULONG64)address);
    }
}

static VOID write_device(ULONG64 address, ULONG bytes, ULONG64 value)
{
    switch (bytes) {
    case 1:
        WRITE_REGISTER_UCHAR((PUCHAR)address, (UCHAR)value);
        break;
    case 2:
        WRITE_REGISTER_USHORT((PUSHORT)address, (USHORT)value);
        break;
    case 4:
        WRITE_REGISTER_ULONG((PULONG)address, (ULONG)value);
        break;
    default:
        WRITE_REGISTER_ULONG64((PULONG64)address, value);
        break;
    }
}

static ULONG64 extend(ULONG64 value, ULONG bytes)
{
    ULONG shift = 64 - 8 * bytes;

    return (ULONG64)((LONG64)(value << shift) >> shift);
}

/* 32 bits clear the rest of a register; fewer leave it. */
static VOID set_target(hal_u64 *target, const struct move *move, ULONG64 value)
{
    ULONG shift = move->is_high ? 8 : 0;
    ULONG64 mask = move->target_bytes == 1 ? 0xFF : 0xFFFF;

    if (move->target_bytes == 8)
        *target = value;
    else if (move->target_bytes == 4)
        *target = (ULONG)value;
    else
        *target = (*target & ~(mask << shift)) | (value & mask) << shift;
}

BOOLEAN rtl_access_register(const struct hal_fault *fault)
{
    struct move move = {0};
    ULONG64 value, offset;
    PCSTR name;

    if (!mm_io_describe(fault->address, &name, &offset))
        return FALSE;
    if (fault->is_fetch || !decode((const UCHAR *)fault->pc, &move)) {
        rtl_log("the address 0x%llX is register 0x%llX of %s: use READ_REGISTER_ULONG, "
                "WRITE_REGISTER_ULONG and their kin",
                fault->address, offset, name);
        return FALSE;
    }
    if (move.is_write) {
        value = fault->registers[move.target] >> (move.is_high ? 8 : 0);
        write_device(fault->address, move.bytes, move.has_value ? move.value : value);
    } else {
        value = read_device(fault->address, move.bytes);
        if (move.is_signed)
            value = extend(value, move.bytes);
        set_target(&fault->registers[move.target], &move, value);
    }
    fault->registers[HAL_REGISTER_RIP] += move.length;
    return TRUE;
}
