/*
 * From the frames of MDLs to the elements that a device is given.
 *
 * Pages whose frames follow each other are one element. A page that the device does not reach
 * is replaced by the grant's registers: the byte at position p of the transfer is at
 * byte p behind the place in the first register that has the page offset of byte 0.
 */
#include "dma_private.h"

/* The walk over a transfer's pages. */
struct dma_walk {
    struct dma_place place;
    ULONG left; /* bytes */
};

static VOID check_locked(PMDL mdl)
{
    const CSHORT locked = MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL;

    for (; mdl; mdl = mdl->Next) {
        if (!(mdl->MdlFlags & locked))
            dma_misuse(0x0E, (ULONG_PTR)mdl, 0, 0, "The MDL's pages are not locked.");
    }
}

BOOLEAN dma_find_place(PMDL mdl, ULONG64 offset, ULONG length, struct dma_place *place)
{
    ULONG64 left;

    while (mdl && offset >= mdl->ByteCount) {
        offset -= mdl->ByteCount;
        mdl = mdl->Next;
    }
    *place = (struct dma_place){mdl, offset};
    for (left = offset + length; mdl && left > mdl->ByteCount; mdl = mdl->Next)
        left -= mdl->ByteCount;
    return mdl != NULL;
}

struct dma_place dma_check_place(PMDL mdl, ULONG64 offset, ULONG length)
{
    struct dma_place place;

    check_locked(mdl);
    if (!length)
        dma_misuse(0x21, 0, 0, 0, "A transfer of no bytes is mapped.");
    if (!dma_find_place(mdl, offset, length, &place))
        dma_misuse(0x24, length, 0, 0, "The MDLs have fewer bytes than are mapped.");
    return place;
}

ULONG64 dma_offset_of(PMDL mdl, PVOID address)
{
    ULONG64 start = (ULONG64)MmGetMdlVirtualAddress(mdl);

    if ((ULONG64)address < start)
        dma_misuse(0x1F, 1, (ULONG_PTR)address, (ULONG_PTR)mdl, "The address is before the MDL's.");
    return (ULONG64)address - start;
}

/* The next part that is on one page. FALSE: there is none. */
static BOOLEAN next_page(struct dma_walk *walk, ULONG64 *physical, ULONG *bytes)
{
    struct dma_place *place = &walk->place;

    if (!walk->left)
        return FALSE;
    while (place->offset == place->mdl->ByteCount)
        *place = (struct dma_place){place->mdl->Next, 0};

    ULONG64 at = place->mdl->ByteOffset + place->offset;
    ULONG in_page = (ULONG)(at & (PAGE_SIZE - 1));
    ULONG piece = min(PAGE_SIZE - in_page, walk->left);
    piece = (ULONG)min(piece, place->mdl->ByteCount - place->offset);
    *physical = (MmGetMdlPfnArray(place->mdl)[at >> PAGE_SHIFT] << PAGE_SHIFT) + in_page;
    *bytes = piece;
    place->offset += piece;
    walk->left -= piece;
    return TRUE;
}

ULONG dma_span(struct dma_place place, ULONG length)
{
    ULONG pages = 0;

    while (length) {
        ULONG bytes = (ULONG)min(place.mdl->ByteCount - place.offset, length);
        pages += (ULONG)ADDRESS_AND_SIZE_TO_SPAN_PAGES(
            (PVOID)(ULONG_PTR)(place.mdl->ByteOffset + place.offset), bytes);
        length -= bytes;
        place = (struct dma_place){place.mdl->Next, 0};
    }
    return pages;
}

/* ---- Registers with memory -------------------------------------------------------- */

static ULONG64 register_address(const struct dma_grant *grant)
{
    ULONG64 in_page = (grant->mdl->ByteOffset + grant->offset) & (PAGE_SIZE - 1);

    return ((grant->adapter->bounce + grant->first) << PAGE_SHIFT) + in_page;
}

static BOOLEAN is_in_registers(const struct dma_grant *grant, ULONG64 physical, ULONG bytes)
{
    return grant->is_copied || physical + bytes - 1 > grant->adapter->highest;
}

static VOID copy(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                 ULONG length, BOOLEAN is_in)
{
    struct dma_walk walk = {place, length};
    PUCHAR bounce = (PUCHAR)MM_DIRECT_MAP + register_address(grant) + position;
    ULONG64 physical;
    ULONG bytes;

    for (; next_page(&walk, &physical, &bytes); bounce += bytes) {
        PUCHAR memory = (PUCHAR)MM_DIRECT_MAP + physical;
        if (is_in_registers(grant, physical, bytes))
            memcpy(is_in ? bounce : memory, is_in ? memory : bounce, bytes);
    }
}

VOID dma_copy_in(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                 ULONG length)
{
    if (grant->adapter->bounce)
        copy(grant, place, position, length, TRUE);
}

VOID dma_copy_out(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                  ULONG length)
{
    if (grant->adapter->bounce)
        copy(grant, place, position, length, FALSE);
}

/* ---- Elements ------------------------------------------------------------------------ */

/* Are the pages one run that the device reaches? */
static BOOLEAN is_one_run(const struct dma_adapter *adapter, struct dma_place place, ULONG length)
{
    struct dma_walk walk = {place, length};
    ULONG64 physical, next = 0;
    ULONG bytes;

    while (next_page(&walk, &physical, &bytes)) {
        if ((next && physical != next) || physical + bytes - 1 > adapter->highest)
            return FALSE;
        next = physical + bytes;
    }
    return TRUE;
}

VOID dma_place_grant(struct dma_grant *grant, struct dma_place place, ULONG length)
{
    const struct dma_adapter *adapter = grant->adapter;

    grant->mdl = place.mdl;
    grant->offset = place.offset;
    grant->is_copied =
        adapter->bounce && !adapter->is_scatter_gather && !is_one_run(adapter, place, length);
}

BOOLEAN dma_position(const struct dma_grant *grant, struct dma_place place, ULONG64 *position)
{
    ULONG64 before = 0;

    for (PMDL mdl = grant->mdl; mdl; mdl = mdl->Next) {
        if (mdl == place.mdl) {
            *position = before + place.offset - grant->offset;
            return before + place.offset >= grant->offset;
        }
        before += mdl->ByteCount;
    }
    return FALSE;
}

ULONG dma_make_elements(const struct dma_grant *grant, struct dma_place place, ULONG64 position,
                        ULONG length, SCATTER_GATHER_ELEMENT *elements, ULONG room, ULONG *mapped)
{
    ULONG64 bounce = grant->adapter->bounce ? register_address(grant) + position : 0;
    struct dma_walk walk = {place, length};
    ULONG64 physical, next = 0;
    ULONG count = 0, bytes;

    for (*mapped = 0; next_page(&walk, &physical, &bytes); *mapped += bytes) {
        if (bounce && is_in_registers(grant, physical, bytes))
            physical = bounce + *mapped;
        if (count && physical == next && elements[count - 1].Length <= MAXULONG - bytes) {
            elements[count - 1].Length += bytes;
        } else {
            if (count == room)
                break;
            elements[count] = (SCATTER_GATHER_ELEMENT){.Length = bytes};
            elements[count++].Address.QuadPart = (LONGLONG)physical;
        }
        next = physical + bytes;
    }
    return count;
}

ULONG dma_count_elements(const struct dma_grant *grant, struct dma_place place, ULONG length)
{
    ULONG64 bounce = grant->adapter->bounce ? register_address(grant) : 0, physical, next = 0;
    struct dma_walk walk = {place, length};
    ULONG count = 0, bytes, position = 0;

    for (; next_page(&walk, &physical, &bytes); position += bytes) {
        if (bounce && is_in_registers(grant, physical, bytes))
            physical = bounce + position;
        count += !count || physical != next;
        next = physical + bytes;
    }
    return count;
}
