#include "rtl.h"

/*
 * Unicode's one-to-one upper case of the basic plane past ASCII: each row tells
 * that first, first + step, ... last become upper case by adding delta. Mappings
 * that lower case would not undo are left out, so names compare alike both ways.
 */
static const struct case_range {
    USHORT first, last;
    INT delta;
    USHORT step;
} case_ranges[] = {
    {0x00e0, 0x00f6, -32, 1},    {0x00f8, 0x00fe, -32, 1},   {0x00ff, 0x00ff, 121, 1},
    {0x0101, 0x012f, -1, 2},     {0x0133, 0x0137, -1, 2},    {0x013a, 0x0148, -1, 2},
    {0x014b, 0x0177, -1, 2},     {0x017a, 0x017e, -1, 2},    {0x0180, 0x0180, 195, 1},
    {0x0183, 0x0185, -1, 2},     {0x0188, 0x0188, -1, 1},    {0x018c, 0x018c, -1, 1},
    {0x0192, 0x0192, -1, 1},     {0x0195, 0x0195, 97, 1},    {0x0199, 0x0199, -1, 1},
    {0x019a, 0x019a, 163, 1},    {0x019e, 0x019e, 130, 1},   {0x01a1, 0x01a5, -1, 2},
    {0x01a8, 0x01a8, -1, 1},     {0x01ad, 0x01ad, -1, 1},    {0x01b0, 0x01b0, -1, 1},
    {0x01b4, 0x01b6, -1, 2},     {0x01b9, 0x01b9, -1, 1},    {0x01bd, 0x01bd, -1, 1},
    {0x01bf, 0x01bf, 56, 1},     {0x01c6, 0x01c6, -2, 1},    {0x01c9, 0x01c9, -2, 1},
    {0x01cc, 0x01cc, -2, 1},     {0x01ce, 0x01dc, -1, 2},    {0x01dd, 0x01dd, -79, 1},
    {0x01df, 0x01ef, -1, 2},     {0x01f3, 0x01f3, -2, 1},    {0x01f5, 0x01f5, -1, 1},
    {0x01f9, 0x021f, -1, 2},     {0x0223, 0x0233, -1, 2},    {0x023c, 0x023c, -1, 1},
    {0x023f, 0x0240, 10815, 1},  {0x0242, 0x0242, -1, 1},    {0x0247, 0x024f, -1, 2},
    {0x0250, 0x0250, 10783, 1},  {0x0251, 0x0251, 10780, 1}, {0x0252, 0x0252, 10782, 1},
    {0x0253, 0x0253, -210, 1},   {0x0254, 0x0254, -206, 1},  {0x0256, 0x0257, -205, 1},
    {0x0259, 0x0259, -202, 1},   {0x025b, 0x025b, -203, 1},  {0x025c, 0x025c, 42319, 1},
    {0x0260, 0x0260, -205, 1},   {0x0261, 0x0261, 42315, 1}, {0x0263, 0x0263, -207, 1},
    {0x0265, 0x0265, 42280, 1},  {0x0266, 0x0266, 42308, 1}, {0x0268, 0x0268, -209, 1},
    {0x0269, 0x0269, -211, 1},   {0x026a, 0x026a, 42308, 1}, {0x026b, 0x026b, 10743, 1},
    {0x026c, 0x026c, 42305, 1},  {0x026f, 0x026f, -211, 1},  {0x0271, 0x0271, 10749, 1},
    {0x0272, 0x0272, -213, 1},   {0x0275, 0x0275, -214, 1},  {0x027d, 0x027d, 10727, 1},
    {0x0280, 0x0280, -218, 1},   {0x0282, 0x0282, 42307, 1}, {0x0283, 0x0283, -218, 1},
    {0x0287, 0x0287, 42282, 1},  {0x0288, 0x0288, -218, 1},  {0x0289, 0x0289, -69, 1},
    {0x028a, 0x028b, -217, 1},   {0x028c, 0x028c, -71, 1},   {0x0292, 0x0292, -219, 1},
    {0x029d, 0x029d, 42261, 1},  {0x029e, 0x029e, 42258, 1}, {0x0371, 0x0373, -1, 2},
    {0x0377, 0x0377, -1, 1},     {0x037b, 0x037d, 130, 1},   {0x03ac, 0x03ac, -38, 1},
    {0x03ad, 0x03af, -37, 1},    {0x03b1, 0x03c1, -32, 1},   {0x03c3, 0x03cb, -32, 1},
    {0x03cc, 0x03cc, -64, 1},    {0x03cd, 0x03ce, -63, 1},   {0x03d7, 0x03d7, -8, 1},
    {0x03d9, 0x03ef, -1, 2},     {0x03f2, 0x03f2, 7, 1},     {0x03f3, 0x03f3, -116, 1},
    {0x03f8, 0x03f8, -1, 1},     {0x03fb, 0x03fb, -1, 1},    {0x0430, 0x044f, -32, 1},
    {0x0450, 0x045f, -80, 1},    {0x0461, 0x0481, -1, 2},    {0x048b, 0x04bf, -1, 2},
    {0x04c2, 0x04ce, -1, 2},     {0x04cf, 0x04cf, -15, 1},   {0x04d1, 0x052f, -1, 2},
    {0x0561, 0x0586, -48, 1},    {0x1d79, 0x1d79, 35332, 1}, {0x1d7d, 0x1d7d, 3814, 1},
    {0x1d8e, 0x1d8e, 35384, 1},  {0x1e01, 0x1e95, -1, 2},    {0x1ea1, 0x1eff, -1, 2},
    {0x1f00, 0x1f07, 8, 1},      {0x1f10, 0x1f15, 8, 1},     {0x1f20, 0x1f27, 8, 1},
    {0x1f30, 0x1f37, 8, 1},      {0x1f40, 0x1f45, 8, 1},     {0x1f51, 0x1f57, 8, 2},
    {0x1f60, 0x1f67, 8, 1},      {0x1f70, 0x1f71, 74, 1},    {0x1f72, 0x1f75, 86, 1},
    {0x1f76, 0x1f77, 100, 1},    {0x1f78, 0x1f79, 128, 1},   {0x1f7a, 0x1f7b, 112, 1},
    {0x1f7c, 0x1f7d, 126, 1},    {0x1fb0, 0x1fb1, 8, 1},     {0x1fd0, 0x1fd1, 8, 1},
    {0x1fe0, 0x1fe1, 8, 1},      {0x1fe5, 0x1fe5, 7, 1},     {0x214e, 0x214e, -28, 1},
    {0x2170, 0x217f, -16, 1},    {0x2184, 0x2184, -1, 1},    {0x24d0, 0x24e9, -26, 1},
    {0x2c30, 0x2c5f, -48, 1},    {0x2c61, 0x2c61, -1, 1},    {0x2c65, 0x2c65, -10795, 1},
    {0x2c66, 0x2c66, -10792, 1}, {0x2c68, 0x2c6c, -1, 2},    {0x2c73, 0x2c73, -1, 1},
    {0x2c76, 0x2c76, -1, 1},     {0x2c81, 0x2ce3, -1, 2},    {0x2cec, 0x2cee, -1, 2},
    {0x2cf3, 0x2cf3, -1, 1},     {0x2d00, 0x2d25, -7264, 1}, {0x2d27, 0x2d27, -7264, 1},
    {0x2d2d, 0x2d2d, -7264, 1},  {0xa641, 0xa66d, -1, 2},    {0xa681, 0xa69b, -1, 2},
    {0xa723, 0xa72f, -1, 2},     {0xa733, 0xa76f, -1, 2},    {0xa77a, 0xa77c, -1, 2},
    {0xa77f, 0xa787, -1, 2},     {0xa78c, 0xa78c, -1, 1},    {0xa791, 0xa793, -1, 2},
    {0xa794, 0xa794, 48, 1},     {0xa797, 0xa7a9, -1, 2},    {0xa7b5, 0xa7c3, -1, 2},
    {0xa7c8, 0xa7ca, -1, 2},     {0xa7d1, 0xa7d1, -1, 1},    {0xa7d7, 0xa7d9, -1, 2},
    {0xa7f6, 0xa7f6, -1, 1},     {0xab53, 0xab53, -928, 1},  {0xff41, 0xff5a, -32, 1},
};

static BOOLEAN is_in(ULONG character, ULONG first, ULONG last, ULONG step)
{
    return character >= first && character <= last && (character - first) % step == 0;
}

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR SourceCharacter)
{
    ULONG low = 0, high = RTL_NUMBER_OF(case_ranges);

    if (SourceCharacter < 0x80)
        return SourceCharacter >= 'a' && SourceCharacter <= 'z' ? SourceCharacter - 32
                                                                : SourceCharacter;
    while (low < high) {
        ULONG middle = (low + high) / 2;
        if (case_ranges[middle].last < SourceCharacter)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < RTL_NUMBER_OF(case_ranges) && is_in(SourceCharacter, case_ranges[low].first,
                                                  case_ranges[low].last, case_ranges[low].step))
        return (WCHAR)(SourceCharacter + case_ranges[low].delta);
    return SourceCharacter;
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR SourceCharacter)
{
    if (SourceCharacter < 0x80)
        return SourceCharacter >= 'A' && SourceCharacter <= 'Z' ? SourceCharacter + 32
                                                                : SourceCharacter;
    for (ULONG row = 0; row < RTL_NUMBER_OF(case_ranges); row++) {
        const struct case_range *range = &case_ranges[row];
        if (is_in(SourceCharacter, (ULONG)(range->first + range->delta),
                  (ULONG)(range->last + range->delta), range->step))
            return (WCHAR)(SourceCharacter - range->delta);
    }
    return SourceCharacter;
}

/* A byte past ASCII is part of a UTF-8 sequence and has no case of its own. */
CHAR NTAPI RtlUpperChar(CHAR Character)
{
    return Character >= 'a' && Character <= 'z' ? Character - 32 : Character;
}
